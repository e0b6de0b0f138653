//! The corpus of syntax: name, input, tree.
//!
//! A file of `tests/corpus` holds cases; `yaml_*.txt` are read as YAML, `bp_*.txt` as `.bp`.
//! Each case is a name between two lines of `=`, an input, a line `-----`, and what comes of it:
//! the tree as s-expressions, then the diagnostics. `BLESS=1 cargo test --test corpus` rewrites
//! what comes of them; the difference is to be reviewed.

mod sexpr;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use blockprint::diag::Sink;
use blockprint::source::SourceMap;
use blockprint::syntax::{self, Spelling};

struct Case {
    name: String,
    input: String,
    expected: String,
}

fn corpus() -> Vec<(PathBuf, Spelling, Vec<Case>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the corpus is part of the repository")
        .map(|entry| entry.expect("its entries are readable").path())
        .filter(|path| path.extension().is_some_and(|e| e == "txt"))
        .collect();
    files.sort();
    files
        .into_iter()
        .map(|path| {
            let name = path.file_name().and_then(|n| n.to_str()).expect("file names are text");
            let spelling = if name.starts_with("bp_") { Spelling::Bp } else { Spelling::Yaml };
            let text = std::fs::read_to_string(&path).expect("corpus files are text");
            (path, spelling, cases(&text))
        })
        .collect()
}

fn cases(text: &str) -> Vec<Case> {
    let rule = "=".repeat(40) + "\n";
    let mut parts = text.split(rule.as_str()).skip(1);
    let mut cases = Vec::new();
    while let (Some(name), Some(rest)) = (parts.next(), parts.next()) {
        let (input, expected) = rest.split_once("\n-----\n").unwrap_or((rest.trim_end(), ""));
        cases.push(Case {
            name: name.trim().to_owned(),
            input: input.to_owned() + "\n",
            expected: expected.trim().to_owned(),
        });
    }
    cases
}

fn outcome(input: &str, spelling: Spelling) -> String {
    let mut sources = SourceMap::new();
    let file = sources.add("spec", None, input);
    let mut sink = Sink::new();
    let spec = syntax::read_text(input, spelling, file, &mut sink);
    let mut out = sexpr::spec(&spec);
    for d in sink.sorted() {
        let _ = write!(out, "\n{:?}[{}]: {}", d.severity, d.code, d.message);
        for label in &d.labels {
            let at = sources.position(file, label.span.start);
            let text = sources.text(label.span).lines().next().unwrap_or("");
            let _ = write!(out, "\n  {}:{} `{}` {}", at.line, at.column, text, label.text);
        }
        if let Some(help) = &d.help {
            let _ = write!(out, "\n  help: {help}");
        }
    }
    out
}

#[test]
fn every_case_reads_as_recorded() {
    let bless = std::env::var_os("BLESS").is_some();
    let mut count = 0;
    let mut failed = Vec::new();
    for (path, spelling, cases) in corpus() {
        let mut text = String::new();
        for case in &cases {
            count += 1;
            let got = outcome(&case.input, spelling);
            if got.trim() != case.expected && !bless {
                eprintln!("{}: {}\n--- expected\n{}\n--- got\n{got}\n", path.display(), case.name, case.expected);
                failed.push(case.name.clone());
            }
            let rule = "=".repeat(40);
            let _ = write!(text, "{rule}\n{}\n{rule}\n{}-----\n{}\n\n", case.name, case.input, got.trim());
        }
        if bless {
            std::fs::write(&path, text).expect("the corpus is writable");
        }
    }
    assert!(count >= 40, "only {count} cases");
    assert!(failed.is_empty(), "differ: {failed:?}");
}
