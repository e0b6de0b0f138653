//! The documents that are written from tables are up to date.

use std::path::Path;

/// Compares a document with what the code writes; with `BLESS=1`, writes it.
fn check(path: &str, wanted: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("BLESS").is_some() {
        std::fs::create_dir_all(path.parent().expect("documents lie in a folder")).expect("the folder can be made");
        std::fs::write(&path, wanted).expect("the document can be written");
        return;
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == wanted, "{} is stale: run `BLESS=1 cargo test --test docs`", path.display());
}

#[test]
fn ops() {
    check("docs/ops.md", &blockprint::ops::doc::markdown());
}
