//! `BP10xx`: generated code.

codes! {
    NO_DFDX = "BP1001": "generated code cannot express the network",
        "`compile` writes typed Rust: every size but the batch's must be a number, and every op needs a typed form. The engine runs the spec all the same.",
        elsewhere "tests/compile.rs";
    PACKAGE_EXISTS = "BP1002": "the folder of a package is not empty",
        "`compile` writes into a new or empty folder, so that no work is lost. `--force` replaces the files that it writes, and no others.",
        elsewhere "tests/compile.rs";
    BAD_CRATE_NAME = "BP1003": "the name of a package is not one that Cargo takes",
        "Names of packages have ASCII letters, digits, `-` and `_`, begin with a letter, and are no keyword of Rust.",
        elsewhere "tests/compile.rs";
}
