//! Specs with their diagnostics inline: `tests/suite/*.yaml` and `*.bp`.
//!
//! A file holds cases, each beginning with `--- its name`; a line `=== other.yaml` within a case
//! begins another file that lies beside its spec. An annotation stands before the line that it
//! is about:
//!
//! ```text
//! # Error: 5-10 BP0201 there is no op or block `convv`
//! # Help: did you mean `conv`?
//!   - convv(3, 3)
//! ```
//!
//! `5-10` are columns, from 1, the second one past the end; `5-` where the place ends on a later
//! line; none where the diagnostic has no place. What follows the code is contained in the
//! message; `Help` is contained in the help of the diagnostic before it. Annotations are taken
//! out before the spec is read. Every diagnostic must be expected, and every expectation met;
//! a case without annotations is a spec without problems. `BLESS=1` rewrites the annotations.

mod support;

use std::collections::BTreeSet;
use std::path::Path;

use blockprint::diag::codes::{self, Proof};
use support::{Case, Expected, Found, cases, run, suite_files};

fn blessing() -> bool {
    std::env::var_os("BLESS").is_some_and(|v| v == "1")
}

#[test]
fn every_case_has_the_diagnostics_it_expects() {
    let bless = blessing();
    let mut problems = Vec::new();
    let mut count = 0;
    for path in suite_files() {
        let text = std::fs::read_to_string(&path).expect("a suite file is readable");
        let mut blessed = String::new();
        for case in cases(&text) {
            count += 1;
            let found = run(&case, &path);
            if bless {
                blessed.push_str(&case.annotated(&found));
            } else {
                problems.extend(differences(&case, &found, &path));
            }
        }
        if bless {
            std::fs::write(&path, blessed).expect("a suite file is writable");
        }
    }
    assert!(problems.is_empty(), "{} of {count} cases:\n{}", problems.len(), problems.join("\n"));
    assert!(count >= 120, "only {count} cases");
}

/// What a case expects and does not find, and the other way round.
fn differences(case: &Case, found: &[Found], path: &Path) -> Option<String> {
    let mut left: Vec<&Found> = found.iter().collect();
    let mut missing: Vec<&Expected> = Vec::new();
    for expected in &case.expected {
        match left.iter().position(|f| expected.fits(f)) {
            Some(at) => {
                left.remove(at);
            }
            None => missing.push(expected),
        }
    }
    if left.is_empty() && missing.is_empty() {
        return None;
    }
    let mut out = format!("{} `{}`:\n", path.display(), case.name);
    for expected in missing {
        out.push_str(&format!("  expected, not found (line {}):\n    {expected}\n", expected.line));
    }
    for found in left {
        out.push_str(&format!("  found, not expected (line {}):\n    {}\n", found.line, found.annotation()));
    }
    Some(out)
}

#[test]
fn every_code_is_raised_by_a_case() {
    if blessing() {
        eprintln!("skipped: the suite is being rewritten");
        return;
    }
    let mut raised = BTreeSet::new();
    for path in suite_files() {
        let text = std::fs::read_to_string(&path).expect("a suite file is readable");
        for case in cases(&text) {
            raised.extend(case.expected.iter().map(|e| e.code.clone()));
        }
    }
    let missing: Vec<&str> = codes::all()
        .filter(|info| info.proof == Proof::Suite && !raised.contains(info.code.as_str()))
        .map(|info| info.code.as_str())
        .collect();
    assert!(missing.is_empty(), "no case of tests/suite raises {missing:?}");
}

#[test]
fn every_code_that_is_raised_elsewhere_names_a_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let missing: Vec<String> = codes::all()
        .filter_map(|info| match &info.proof {
            Proof::Elsewhere(test) if !root.join(test).is_file() => Some(format!("{}: {test}", info.code)),
            _ => None,
        })
        .collect();
    assert!(missing.is_empty(), "there are no such tests: {missing:?}");
}

#[test]
fn every_op_has_a_case() {
    if blessing() {
        eprintln!("skipped: the suite is being rewritten");
        return;
    }
    let mut text = String::new();
    for path in suite_files() {
        text.push_str(&std::fs::read_to_string(&path).expect("a suite file is readable"));
    }
    let words: BTreeSet<&str> = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    for entry in blockprint::ops::table() {
        assert!(words.contains(entry.info.name), "no case of tests/suite mentions `{}`", entry.info.name);
    }
}
