//! Reads the cases of `tests/suite`, and compiles them.

// Each test that includes this module uses a part of it.
#![allow(dead_code)]

use std::fmt;
use std::path::{Path, PathBuf};

use blockprint::diag::Severity;
use blockprint::driver::{self, Compiled};
use blockprint::expand::Options;

/// One spec and the diagnostics that it should raise.
pub struct Case {
    pub name: String,
    /// The spec's text without annotations.
    pub text: String,
    /// Files beside it.
    pub files: Vec<(String, String)>,
    pub expected: Vec<Expected>,
}

/// One annotation, with the `Help` after it.
#[derive(Debug)]
pub struct Expected {
    pub severity: Severity,
    pub code: String,
    /// The line in the case's text, from 1; 0 where there is no place.
    pub line: usize,
    /// First column, and the one past the end where that is on the same line.
    pub columns: Option<(usize, Option<usize>)>,
    pub message: String,
    pub help: Option<String>,
}

/// One diagnostic, with its place as annotations write it.
pub struct Found {
    pub severity: Severity,
    pub code: String,
    pub line: usize,
    pub columns: Option<(usize, Option<usize>)>,
    pub message: String,
    pub help: Option<String>,
}

/// The suite's files in order.
pub fn suite_files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("tests/suite is a folder")
        .map(|entry| entry.expect("its entries are readable").path())
        .filter(|p| p.extension().is_some_and(|e| e == "yaml" || e == "bp"))
        .collect();
    files.sort();
    files
}

/// The cases of a suite file.
pub fn cases(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut pending: Vec<Expected> = Vec::new();
    let mut line = 1;
    for row in text.lines() {
        if let Some(name) = row.strip_prefix("--- ") {
            finish(&mut cases, &mut pending, line);
            let name = name.trim().to_string();
            cases.push(Case { name, text: String::new(), files: Vec::new(), expected: Vec::new() });
            line = 1;
            continue;
        }
        let case = cases.last_mut().expect("a suite file begins with `--- name`");
        if let Some(name) = row.strip_prefix("=== ") {
            case.files.push((name.trim().to_string(), String::new()));
        } else if let Some((_, text)) = case.files.last_mut() {
            text.push_str(row);
            text.push('\n');
        } else if let Some(expected) = annotation(row.trim()) {
            pending.push(expected);
        } else if let Some(help) = row.trim().strip_prefix("# Help: ") {
            pending.last_mut().expect("`Help` follows an annotation").help = Some(help.to_string());
        } else {
            place(case, &mut pending, line);
            case.text.push_str(row);
            case.text.push('\n');
            line += 1;
        }
    }
    finish(&mut cases, &mut pending, line);
    cases
}

fn finish(cases: &mut [Case], pending: &mut Vec<Expected>, line: usize) {
    if let Some(case) = cases.last_mut() {
        place(case, pending, line);
    }
}

/// Pending annotations are about this line.
fn place(case: &mut Case, pending: &mut Vec<Expected>, line: usize) {
    for mut expected in pending.drain(..) {
        expected.line = if expected.columns.is_some() { line } else { 0 };
        case.expected.push(expected);
    }
}

/// `# Error: 5-10 BP0201 message`.
fn annotation(row: &str) -> Option<Expected> {
    let (severity, rest) = match row.strip_prefix("# Error: ") {
        Some(rest) => (Severity::Error, rest),
        None => (Severity::Warning, row.strip_prefix("# Warning: ")?),
    };
    let (columns, rest) = match rest.split_once(' ') {
        Some((first, more)) if !first.starts_with("BP") => {
            let (start, end) = first.split_once('-').unwrap_or_else(|| panic!("columns as `5-10`: {row}"));
            let number = |n: &str| n.parse().unwrap_or_else(|_| panic!("columns as `5-10`: {row}"));
            (Some((number(start), (!end.is_empty()).then(|| number(end)))), more)
        }
        _ => (None, rest),
    };
    let (code, message) = rest.split_once(' ').unwrap_or((rest, ""));
    Some(Expected { severity, code: code.to_string(), line: 0, columns, message: message.to_string(), help: None })
}

impl Expected {
    pub fn fits(&self, found: &Found) -> bool {
        self.severity == found.severity
            && self.code == found.code
            && self.line == found.line
            && self.columns == found.columns
            && found.message.contains(&self.message)
            && self.help.as_ref().is_none_or(|help| found.help.as_ref().is_some_and(|h| h.contains(help)))
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(f, self.severity, self.columns, &self.code, &self.message, self.help.as_deref())
    }
}

fn write(
    f: &mut impl fmt::Write,
    severity: Severity,
    columns: Option<(usize, Option<usize>)>,
    code: &str,
    message: &str,
    help: Option<&str>,
) -> fmt::Result {
    let word = if severity == Severity::Error { "Error" } else { "Warning" };
    write!(f, "# {word}: ")?;
    if let Some((start, end)) = columns {
        write!(f, "{start}-{} ", end.map(|e| e.to_string()).unwrap_or_default())?;
    }
    write!(f, "{code} {message}")?;
    match help {
        Some(help) => write!(f, "\n# Help: {help}"),
        None => Ok(()),
    }
}

impl Found {
    /// The annotation that expects it.
    pub fn annotation(&self) -> String {
        let mut out = String::new();
        let one_line = |text: &str| text.replace('\n', " ");
        let help = self.help.as_deref().map(one_line);
        write(&mut out, self.severity, self.columns, &self.code, &one_line(&self.message), help.as_deref())
            .expect("strings can be written to");
        out
    }
}

impl Case {
    /// The case as a suite file holds it, with these diagnostics as its annotations.
    pub fn annotated(&self, found: &[Found]) -> String {
        let mut out = format!("--- {}\n", self.name);
        let lines: Vec<&str> = self.text.lines().collect();
        let clamp = |line: usize| line.min(lines.len() + 1);
        let annotate = |out: &mut String, line: usize| {
            for f in found.iter().filter(|f| clamp(f.line) == line) {
                out.push_str(&f.annotation());
                out.push('\n');
            }
        };
        annotate(&mut out, 0);
        for (i, line) in lines.iter().enumerate() {
            annotate(&mut out, i + 1);
            out.push_str(line);
            out.push('\n');
        }
        annotate(&mut out, lines.len() + 1);
        for (name, text) in &self.files {
            out.push_str(&format!("=== {name}\n{text}"));
        }
        out
    }
}

/// The diagnostics as annotations write them. Places in a file beside the spec count as the
/// spec's beginning; `folder` is left out of paths.
fn found(compiled: &Compiled, folder: &str) -> Vec<Found> {
    let local = |text: &str| if folder.is_empty() { text.to_string() } else { text.replace(folder, "") };
    let place = |span: blockprint::source::Span| {
        let start = compiled.sources.position(span.file, span.start);
        let end = compiled.sources.position(span.file, span.end);
        (start.line, Some((start.column, (end.line == start.line).then_some(end.column))))
    };
    compiled
        .sink
        .sorted()
        .into_iter()
        .map(|d| {
            let (line, columns) = match d.span() {
                Some(span) if span.file.0 == 0 => place(span),
                _ => (0, None),
            };
            Found {
                severity: d.severity,
                code: d.code.to_string(),
                line,
                columns,
                message: local(&d.message),
                help: d.help.as_deref().map(local),
            }
        })
        .collect()
}

/// Compiles a case as if it lay in a folder of its own, and lists its diagnostics.
pub fn run(case: &Case, suite_file: &Path) -> Vec<Found> {
    let name = format!("spec.{}", suite_file.extension().and_then(|e| e.to_str()).unwrap_or("yaml"));
    if case.files.is_empty() {
        return found(&driver::compile_text(&name, &case.text, &Options::default()), "");
    }
    let folder = tempfile::tempdir().expect("a folder for the case");
    for (name, text) in case.files.iter().map(|(n, t)| (n.as_str(), t.as_str())).chain([(&*name, &*case.text)]) {
        std::fs::write(folder.path().join(name), text).expect("the folder is writable");
    }
    let compiled = driver::compile_path(&folder.path().join(&name), &Options::default());
    found(&compiled, &format!("{}/", folder.path().display()))
}
