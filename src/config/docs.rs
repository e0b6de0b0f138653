//! The tables of settings as Markdown.

use std::fmt::Write as _;

use super::fields::{Callable, Key, Kind};
use super::{
    AUGMENTATIONS, DATA, OPTIMIZERS, PAIR, PHASE, PICTURE_OPTIMIZERS, SAMPLERS, SCHEDULES, SPLIT, STOP, STYLE, TRAIN,
};

/// Every table with its name, as `docs/data.md`, `docs/training.md` and `docs/style.md` hold it.
pub fn tables() -> Vec<(&'static str, String)> {
    vec![
        ("data", settings(DATA)),
        ("data.split", settings(SPLIT)),
        ("data.pair", settings(PAIR)),
        ("sampler", calls(SAMPLERS)),
        ("augment", calls(AUGMENTATIONS)),
        ("train", settings(TRAIN)),
        ("train.stop", settings(STOP)),
        ("train.phases", settings(PHASE)),
        ("style", settings(STYLE)),
        ("style.optim", calls(&PICTURE_OPTIMIZERS[OPTIMIZERS.len()..])),
        ("optim", calls(OPTIMIZERS)),
        ("lr", calls(SCHEDULES)),
    ]
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn settings(keys: &[Key]) -> String {
    let mut out = String::from("| setting | takes | meaning |\n|---|---|---|\n");
    for key in keys {
        let takes = match key.kind {
            Kind::Value(kind) => kind.describe(),
            Kind::Nested(text) => text.to_string(),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(out, "| `{}` | {} | {} |", key.name, cell(&takes), cell(key.doc));
    }
    out
}

fn calls(table: &[Callable]) -> String {
    let mut out = String::from("| call | argument | takes | default | meaning |\n|---|---|---|---|---|\n");
    for call in table {
        let _ = writeln!(out, "| **`{}`** | | | | {} |", call.name, cell(call.doc));
        for attr in call.attrs {
            let (takes, default) = (cell(&attr.kind.describe()), attr.default.describe());
            let _ = writeln!(out, "| | `{}` | {takes} | {default} | {} |", attr.name, cell(attr.doc));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    /// The text between two markers is the table; `BLESS=1` writes it.
    #[test]
    fn the_documentation_holds_the_tables() {
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
        let mut found = 0;
        for file in ["data.md", "training.md", "style.md"] {
            let path = docs.join(file);
            let mut text = std::fs::read_to_string(&path).expect("the file is part of the project");
            for (name, table) in super::tables() {
                let (begin, end) = (format!("<!-- table {name} -->\n"), "<!-- end -->");
                let Some(start) = text.find(&begin).map(|at| at + begin.len()) else { continue };
                let stop = start + text[start..].find(end).expect("each table has an end marker");
                found += 1;
                if std::env::var_os("BLESS").is_some() {
                    text.replace_range(start..stop, &table);
                } else {
                    assert_eq!(text[start..stop], table, "{file}: {name}; `BLESS=1 cargo test` rewrites it");
                }
            }
            if std::env::var_os("BLESS").is_some() {
                std::fs::write(&path, text).expect("the file can be written");
            }
        }
        assert_eq!(found, super::tables().len(), "each table has its place");
    }
}
