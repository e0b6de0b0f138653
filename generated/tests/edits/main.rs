//! Edits of generated code that do not fit: what the compiler says of each, with the line that it points at.
//!
//! `BLESS=1` writes the cases anew, as edits of the committed model; `TRYBUILD=overwrite` writes the messages beside
//! them. Other compilers word their messages otherwise, so only [`RECORDED`] compares them whole; codes and lines are
//! compared with every compiler, by the tests of typed layers.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The release of rustc whose messages are kept.
const RECORDED: &str = "rustc 1.95.";

/// The model that is edited.
const MODEL: &str = include_str!("../../src/lenet5/model.rs");

/// A case's name, a text that the model has once, and what stands in its place.
const EDITS: [(&str, &str, &str); 6] = [
    ("wrong_channels", "conv!(6 x 14 x 14 => 16 x 10 x 10,", "conv!(8 x 14 x 14 => 16 x 10 x 10,"),
    ("wrong_size", "conv!(6 x 14 x 14 => 16 x 10 x 10,", "conv!(6 x 14 x 14 => 16 x 12 x 12,"),
    ("skipped_pool", "        let x = max_pool!(x; 16 x 10 x 10 => 16 x 5 x 5, kernel 2 x 2, stride 2 x 2);\n", ""),
    (
        "wrong_stride",
        "6 x 28 x 28 => 6 x 14 x 14, kernel 2 x 2, stride 2 x 2",
        "6 x 28 x 28 => 6 x 14 x 14, kernel 2 x 2, stride 1 x 1",
    ),
    ("wrong_width", "pub f6: Dense<120, 84>", "pub f6: Dense<120, 64>"),
    ("wrong_order", "let x = relu(self.f5.forward(x));\n        let x = relu(self.f6.forward(x));", {
        "let x = relu(self.f6.forward(x));\n        let x = relu(self.f5.forward(x));"
    }),
];

/// The file of a case, from the package's folder.
fn path(name: &str) -> PathBuf {
    Path::new("tests/edits/cases").join(name).with_extension("rs")
}

#[test]
fn cases_are_edits_of_the_committed_model() {
    for (name, old, new) in EDITS {
        assert_eq!(MODEL.matches(old).count(), 1, "{name}: the model has `{old}` once");
        let text = format!("{}\nfn main() {{}}\n", MODEL.replacen(old, new, 1));
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(path(name), &text).expect("a file");
        }
        let kept = std::fs::read_to_string(path(name)).unwrap_or_default();
        assert!(kept == text, "{name}.rs is stale: write it with `BLESS=1`, and its message with `TRYBUILD=overwrite`");
    }
}

#[test]
fn the_compiler_explains_edits_that_do_not_fit() {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output().expect("rustc runs").stdout;
    let version = String::from_utf8_lossy(&version);
    if !version.starts_with(RECORDED) {
        eprintln!("skipped: messages of {RECORDED}x are kept, and this is {}", version.trim());
        return;
    }
    let cases = trybuild::TestCases::new();
    for (name, _, _) in EDITS {
        cases.compile_fail(path(name));
    }
}
