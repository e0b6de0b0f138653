//! `blockprint explain` and `docs/errors.md`: what the table of codes says.

use std::fmt::Write;

use super::codes::{self, CodeInfo};

/// What a code means, for a terminal; `None` for a code that does not exist. Case is ignored.
pub fn explain(code: &str) -> Option<String> {
    let info = codes::lookup(code.trim())?;
    Some(format!("{}: {}\n\n{}\n", info.code, info.title, info.explanation))
}

/// The ranges of codes and what they are about.
const GROUPS: &[(&str, &str)] = &[
    ("BP01", "Reading a spec's text"),
    ("BP02", "Names, arguments and expansion"),
    ("BP03", "Shapes and element types"),
    ("BP04", "Losses, metrics, data and training"),
    ("BP05", "Limits and paths"),
    ("BP06", "Weight files"),
    ("BP07", "Data sets"),
    ("BP08", "Runs"),
    ("BP09", "Warnings"),
    ("BP10", "Generated code"),
];

/// The text of `docs/errors.md`.
pub fn reference() -> String {
    let mut out = String::from(
        "# Diagnostics\n\nGenerated from the table of codes; `BLESS=1 cargo test --test docs_errors` rewrites it.\n\
         A code, once published, keeps its meaning. `blockprint explain CODE` prints its entry.\n",
    );
    for (prefix, title) in GROUPS {
        let entries: Vec<&CodeInfo> = codes::all().filter(|i| i.code.as_str().starts_with(prefix)).collect();
        if entries.is_empty() {
            continue;
        }
        // Writing to a string cannot fail.
        let _ = write!(out, "\n## {title} (`{prefix}xx`)\n");
        for info in entries {
            let _ = write!(out, "\n### {}: {}\n\n{}\n", info.code, info.title, info.explanation);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_in_the_reference() {
        let text = reference();
        for info in codes::all() {
            assert!(text.contains(&format!("### {}: ", info.code)), "{}", info.code);
        }
    }

    #[test]
    fn codes_are_found_in_any_case() {
        assert!(explain("bp0301").is_some_and(|t| t.starts_with("BP0301: shapes")));
        assert_eq!(explain("BP9999"), None);
    }
}
