//! Edits of generated code that do not fit: what the compiler says of each, with the line that it points at.
//!
//! `BLESS=1` writes the cases anew, as edits of committed models; `TRYBUILD=overwrite` writes the messages beside
//! them. Other compilers word their messages otherwise, so only [`RECORDED`] compares them whole; codes and lines are
//! compared with every compiler, by the tests of typed layers.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The release of rustc whose messages are kept.
const RECORDED: &str = "rustc 1.95.";

/// A model without blocks, and one of residual blocks.
const PLAIN: &str = include_str!("../../src/lenet5/model.rs");
const RESIDUAL: &str = include_str!("../../src/resnet18/model.rs");

/// An edit of a model.
struct Edit {
    /// The name of its case.
    name: &'static str,
    model: &'static str,
    /// A text of the model; its first occurrence is replaced.
    old: &'static str,
    new: &'static str,
}

const fn edit(name: &'static str, model: &'static str, old: &'static str, new: &'static str) -> Edit {
    Edit { name, model, old, new }
}

const EDITS: [Edit; 10] = [
    edit("wrong_channels", PLAIN, "conv!(6 x 14 x 14 => 16 x 10 x 10,", "conv!(8 x 14 x 14 => 16 x 10 x 10,"),
    edit("wrong_size", PLAIN, "conv!(6 x 14 x 14 => 16 x 10 x 10,", "conv!(6 x 14 x 14 => 16 x 12 x 12,"),
    edit(
        "skipped_pool",
        PLAIN,
        "        let x = max_pool!(x; 16 x 10 x 10 => 16 x 5 x 5, kernel 2 x 2, stride 2 x 2);\n",
        "",
    ),
    edit(
        "wrong_stride",
        PLAIN,
        "6 x 28 x 28 => 6 x 14 x 14, kernel 2 x 2, stride 2 x 2",
        "6 x 28 x 28 => 6 x 14 x 14, kernel 2 x 2, stride 1 x 1",
    ),
    edit("wrong_width", PLAIN, "pub f6: Dense<120, 84>", "pub f6: Dense<120, 64>"),
    edit(
        "wrong_order",
        PLAIN,
        "let x = self.f5.relu().forward(x);\n        let x = self.f6.relu().forward(x);",
        "let x = self.f6.relu().forward(x);\n        let x = self.f5.relu().forward(x);",
    ),
    // The norm of a chain, what it adds, that it adds twice, and what it says of itself.
    edit("wrong_norm", RESIDUAL, "bn: BatchNorm<512>", "bn: BatchNorm<256>"),
    edit("wrong_shortcut", RESIDUAL, ".add(main).relu()", ".add(fork(&x)).relu()"),
    edit("added_twice", RESIDUAL, ".add(main).relu()", ".relu().add(main).add(main)"),
    edit("wrong_chain", RESIDUAL, "-> chain!(256 x 14 x 14 => 512 x 7 x 7)", "-> chain!(256 x 14 x 14 => 512 x 8 x 8)"),
];

/// The file of a case, from the package's folder.
fn path(name: &str) -> PathBuf {
    Path::new("tests/edits/cases").join(name).with_extension("rs")
}

#[test]
fn cases_are_edits_of_committed_models() {
    for Edit { name, model, old, new } in EDITS {
        assert!(model.contains(old), "{name}: the model has `{old}`");
        let text = format!("{}\nfn main() {{}}\n", model.replacen(old, new, 1));
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
    for edit in EDITS {
        cases.compile_fail(path(edit.name));
    }
}
