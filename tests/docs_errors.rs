//! `docs/errors.md` says what the table of codes says. `BLESS=1` rewrites it.

#[test]
fn the_reference_of_diagnostics_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/errors.md");
    let expected = blockprint::diag::reference();
    if std::env::var_os("BLESS").is_some_and(|v| v == "1") {
        std::fs::write(path, &expected).expect("docs/ can be written to");
    }
    let found = std::fs::read_to_string(path).unwrap_or_default();
    assert!(found == expected, "docs/errors.md is stale: run `BLESS=1 cargo test --test docs_errors`");
}
