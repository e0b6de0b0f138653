//! Edits of generated code that do not fit: what the compiler says of each, with the line that it points at.
//!
//! `TRYBUILD=overwrite` writes the messages anew. Other compilers word them otherwise, so only [`RECORDED`] compares
//! them whole; codes and lines are compared with every compiler, by the tests of typed layers.

mod cases;

use std::path::Path;
use std::process::Command;

/// The release of rustc whose messages are kept.
const RECORDED: &str = "rustc 1.95.";

#[test]
fn the_compiler_explains_edits_that_do_not_fit() {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output().expect("rustc runs").stdout;
    let version = String::from_utf8_lossy(&version);
    if !version.starts_with(RECORDED) {
        eprintln!("skipped: messages of {RECORDED}x are kept, and this is {}", version.trim());
        return;
    }
    let tests = trybuild::TestCases::new();
    for edit in cases::EDITS {
        // From the package's folder; beside the messages, where trybuild looks for them.
        let path = Path::new("tests/edits/cases").join(edit.name).with_extension("rs");
        std::fs::write(&path, edit.text()).expect("a file");
        tests.compile_fail(path);
    }
}
