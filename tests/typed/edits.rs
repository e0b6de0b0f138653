//! Edits of generated code that do not fit: errors of the compiler at the line of the edit.
//!
//! Rustc checks them against the library that this test was built with, in seconds. `trybuild` would check the
//! library and all that it depends on anew, in a folder of its own: minutes of processor time in a fresh checkout.

use std::path::{Path, PathBuf};
use std::process::Command;

const MODEL: &str = include_str!("../../generated/src/lenet5/model.rs");
const RESIDUAL: &str = include_str!("../../generated/src/resnet18/model.rs");

/// Compiles a text as a library, without code; returns the lines and codes of its errors.
fn check(library: &Path, folder: &Path, text: &str) -> Vec<(usize, String)> {
    let source = folder.join("model.rs");
    std::fs::write(&source, text).expect("a file");
    compile(library, folder, &source, "lib")
}

/// Compiles a file, without code; returns the lines and codes of its errors.
pub fn compile(library: &Path, folder: &Path, source: &Path, kind: &str) -> Vec<(usize, String)> {
    let dependencies = library.parent().expect("a folder").display();
    let output = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
        .args(["--edition=2024", "--emit=metadata", "--error-format=json", "-Dwarnings"])
        .arg(format!("--crate-type={kind}"))
        .arg(format!("--extern=blockprint={}", library.display()))
        .arg(format!("-Ldependency={dependencies}"))
        .arg("--out-dir")
        .args([folder, source])
        .output()
        .expect("rustc runs");
    let messages = String::from_utf8_lossy(&output.stderr).into_owned();
    let errors = messages.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    errors
        .filter(|e| e["level"] == "error" && !e["spans"].as_array().is_none_or(Vec::is_empty))
        .map(|e| {
            let spans = e["spans"].as_array().expect("was one");
            let mut span = spans.iter().find(|s| s["is_primary"] == true).unwrap_or(&spans[0]);
            // Where a macro was called.
            while span["expansion"]["span"].is_object() {
                span = &span["expansion"]["span"];
            }
            let line = span["line_start"].as_u64().unwrap_or(0) as usize;
            (line, format!("{} {}", e["code"]["code"].as_str().unwrap_or(""), e["message"].as_str().unwrap_or("")))
        })
        .collect()
}

/// The library that this test was built with: the one that the model compiles with as it is.
pub fn library(folder: &Path) -> PathBuf {
    let program = std::env::current_exe().expect("a path");
    let beside = std::fs::read_dir(program.parent().expect("a folder")).expect("a folder");
    let mut found: Vec<PathBuf> = beside
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "rlib"))
        .filter(|path| path.file_name().is_some_and(|n| n.to_string_lossy().starts_with("libblockprint-")))
        .collect();
    found.sort_by_key(|path| std::cmp::Reverse(path.metadata().and_then(|m| m.modified()).ok()));
    let fits = |path: &PathBuf| check(path, folder, MODEL).is_empty() && folder.join("libmodel.rmeta").exists();
    found.into_iter().find(fits).expect("the generated model compiles as it is")
}

#[test]
fn edits_that_do_not_fit_are_errors_at_their_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let library = library(folder.path());
    let pool = "let x = max_pool!(x; 16 x 10 x 10 => 16 x 5 x 5, kernel 2 x 2, stride 2 x 2);";
    let cases = [
        ("stride 2 x 2", "stride 1 x 1", "E0080 evaluation panicked: height: 28 becomes 27, not 14"),
        ("=> 16 x 10 x 10,", "=> 16 x 12 x 12,", "E0080 evaluation panicked: height: 14 becomes 10, not 12"),
        ("max_pool!(x; 6 x 28 x 28 => 6", "max_pool!(x; 8 x 28 x 28 => 8", "E0308 mismatched types"),
        // The line after the pool that is left out.
        (pool, "", "E0308 mismatched types"),
    ];
    for (old, new, expected) in cases {
        let at = MODEL.find(old).unwrap_or_else(|| panic!("the model has `{old}`"));
        let line = MODEL[..at].lines().count() + usize::from(new.is_empty());
        let errors = check(&library, folder.path(), &MODEL.replacen(old, new, 1));
        assert_eq!(errors.first(), Some(&(line, expected.to_string())), "{old} to {new}: {errors:?}");
    }
}

/// The norm of a chain, what it adds, and what it says of itself.
#[test]
fn chains_that_do_not_fit_are_errors_at_their_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let library = library(folder.path());
    assert_eq!(check(&library, folder.path(), RESIDUAL), []);
    let (add, norm) = (".add(main).relu()", "self.conv.bn(&self.bn)");
    let cases = [
        ("bn: BatchNorm<512>", "bn: BatchNorm<256>", norm, "E0308 mismatched types"),
        (add, ".add(fork(&x)).relu()", add, "E0308 mismatched types"),
        (add, ".relu().add(main).add(main)", add, "E0271 type mismatch resolving"),
        (
            "-> chain!(256 x 14 x 14 => 512 x 7 x 7)",
            "-> chain!(256 x 14 x 14 => 512 x 8 x 8)",
            norm,
            "E0308 mismatched types",
        ),
    ];
    for (old, new, place, expected) in cases {
        let at = RESIDUAL.find(old).unwrap_or_else(|| panic!("the model has `{old}`"));
        let at = at + RESIDUAL[at..].find(place).unwrap_or_else(|| panic!("the model has `{place}`"));
        let line = RESIDUAL[..at].lines().count();
        let errors = check(&library, folder.path(), &RESIDUAL.replacen(old, new, 1));
        let is_there = errors.iter().any(|(found, message)| *found == line && message.starts_with(expected));
        assert!(is_there, "{old} to {new}, line {line}: {errors:?}");
    }
}
