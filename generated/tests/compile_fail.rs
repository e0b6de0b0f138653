//! Edits of generated code that do not fit are errors of the compiler.

#[test]
fn edits_that_do_not_fit_do_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
