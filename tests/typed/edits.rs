//! Edits of generated code that do not fit are errors of the compiler at the line of the edit.
//!
//! The cases are those of `generated/tests/edits`, where `trybuild` compares whole messages. Here rustc checks them against
//! the library that this test was built with, and only what every release of rustc agrees on is compared.

use std::path::{Path, PathBuf};
use std::process::Command;

#[path = "../../generated/tests/edits/cases.rs"]
mod cases;

const MODEL: &str = include_str!("../../generated/src/lenet5/model.rs");

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

/// The code and message of the first error that is kept of a case, and its line.
fn kept(case: &str) -> (usize, String) {
    let file = Path::new("generated/tests/edits/cases").join(case).with_extension("stderr");
    let messages = std::fs::read_to_string(file).expect("the messages of a case");
    let mut lines = messages.lines();
    let error = lines.find_map(|line| line.strip_prefix("error[")).expect("a code");
    let (code, message) = error.split_once("]: ").expect("a message");
    let place = lines.find_map(|line| line.trim_start().strip_prefix("--> ")).expect("a place");
    let line = place.rsplit(':').nth(1).and_then(|line| line.parse().ok()).expect("a line");
    (line, format!("{code} {message}"))
}

/// An error without what rustc quotes of types, which differs from release to release and with the width of a terminal.
fn plain((line, message): &(usize, String)) -> (usize, &str) {
    (*line, message.split('`').next().unwrap_or(message))
}

#[test]
fn edits_that_do_not_fit_are_errors_at_their_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let library = library(folder.path());
    for edit in cases::EDITS {
        let errors = check(&library, folder.path(), &edit.text());
        assert_eq!(errors.first().map(plain), Some(plain(&kept(edit.name))), "{}: {errors:?}", edit.name);
    }
}
