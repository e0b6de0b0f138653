//! `docs/ops.md`, written from the table.

use std::fmt::Write;

use super::attrs::Attr;
use super::{Entry, Inputs, OpInfo, Role, table};

/// The reference of all ops in Markdown.
pub fn markdown() -> String {
    let mut out = String::from(
        "# Ops\n\n\
         Written from the table in `src/ops`; `BLESS=1 cargo test --test docs` writes it anew.\n\n\
         Arguments are given by position in the order of the tables below, or by name. Tensors are row-major, \
         outermost axis first; images are `[N, channels, height, width]`.\n",
    );
    for (role, title) in [(Role::Layer, "Layers"), (Role::Loss, "Losses"), (Role::Metric, "Metrics")] {
        let entries: Vec<&Entry> = table().iter().filter(|e| e.info.role == role).collect();
        let names: Vec<String> = entries.iter().map(|e| format!("[`{0}`](#{0})", e.info.name)).collect();
        let _ = write!(out, "\n## {title}\n\n{}\n", names.join(", "));
        for entry in entries {
            section(&mut out, entry.info);
        }
    }
    out
}

fn section(out: &mut String, info: &OpInfo) {
    // Writing to a string does not fail.
    let _ = write!(out, "\n### `{}`\n\n{}\n\n{}\n", info.name, info.doc, inputs(info.inputs));
    if !info.attrs.is_empty() {
        let _ = write!(out, "\n| argument | takes | default | |\n|---|---|---|---|\n");
        for attr in info.attrs {
            let _ = writeln!(out, "{}", row(attr));
        }
    }
    let _ = write!(out, "\n```\n{}\n```\n", info.example);
    if !info.also_known_as.is_empty() {
        let _ = write!(out, "\nKnown elsewhere as {}.\n", listed(info.also_known_as));
    }
}

fn row(attr: &Attr) -> String {
    let cell = |text: String| text.replace('|', "\\|");
    format!(
        "| `{}` | {} | {} | {} |",
        attr.name,
        cell(attr.kind.describe()),
        cell(attr.default.describe()),
        cell(attr.doc.to_string())
    )
}

fn inputs(inputs: Inputs) -> String {
    match inputs {
        Inputs::Named([single]) => format!("Input: `{single}`."),
        Inputs::Named(names) => format!("Inputs: {}.", listed(names)),
        Inputs::Optional(names, more) => format!("Inputs: {}; may be left out: {}.", listed(names), listed(more)),
        Inputs::Branches => "Inputs: branches.".into(),
    }
}

fn listed(names: &[&str]) -> String {
    names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// A name as a spec can write it.
    fn is_name(text: &str) -> bool {
        text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    }

    #[test]
    fn names_are_unique_and_can_be_written() {
        let mut seen = HashSet::new();
        for entry in table() {
            assert!(is_name(entry.info.name), "`{}`", entry.info.name);
            assert!(seen.insert(entry.info.name), "`{}` stands twice", entry.info.name);
        }
        for entry in table() {
            for other in entry.info.also_known_as {
                assert!(seen.insert(other), "`{other}`, also of `{}`, stands twice", entry.info.name);
            }
        }
    }

    #[test]
    fn every_op_and_attribute_is_documented() {
        for info in table().iter().map(|e| e.info) {
            assert!(info.doc.ends_with('.') && info.doc.len() > 15, "`{}`: {}", info.name, info.doc);
            assert!(info.example.starts_with(info.name), "`{}`: {}", info.name, info.example);
            let mut seen = HashSet::new();
            for attr in info.attrs {
                assert!(is_name(attr.name) && seen.insert(attr.name), "`{}` of `{}`", attr.name, info.name);
                assert!(!attr.doc.is_empty() && !attr.doc.ends_with('.'), "`{}` of `{}`", attr.name, info.name);
            }
        }
    }

    #[test]
    fn defaults_fit_their_kinds() {
        use crate::ops::attrs::{Args, Default};
        use crate::source::Span;

        for entry in table() {
            let required = entry.info.attrs.iter().any(|a| a.default == Default::Required);
            let mut sink = crate::diag::Sink::new();
            let read = Args::read(entry.info.name, entry.info.attrs, &[], Span::default(), &mut sink);
            assert_eq!(read.is_none(), required, "`{}`", entry.info.name);
        }
    }
}
