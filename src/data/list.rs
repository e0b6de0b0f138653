//! Lists of image files: CSV and TSV with a row for each example.

use std::path::{Path, PathBuf};

use crate::config::ListOf;
use crate::diag::{Diagnostic, codes};
use crate::fs::stays_beneath;

use super::files::{Input, problem};
use super::image::{Image, decode_file};
use super::names::Classes;
use super::{DataError, Dataset, Labels, Raw};

/// The most examples of a list.
const MAX_ROWS: usize = 50_000_000;
/// Problems of one list that are reported.
const REPORTED: usize = 10;

/// The examples of a list.
pub(super) struct List {
    /// The images, example by example.
    paths: Vec<PathBuf>,
    slots: usize,
    labels: Labels,
    weights: Option<Vec<f32>>,
    names: Vec<String>,
}

impl List {
    fn path(&self, index: usize, slot: usize) -> Option<&Path> {
        let at = index.checked_mul(self.slots)?.checked_add(slot).filter(|_| slot < self.slots)?;
        self.paths.get(at).map(PathBuf::as_path)
    }
}

impl Dataset for List {
    fn slots(&self) -> usize {
        self.slots
    }

    fn image(&self, index: usize) -> Result<Image<'_>, DataError> {
        self.image_at(index, 0)
    }

    fn image_at(&self, index: usize, slot: usize) -> Result<Image<'_>, DataError> {
        match self.path(index, slot) {
            Some(path) => {
                decode_file(path).map_err(|reason| DataError::damaged(index, path.display().to_string(), reason))
            }
            None => Err(DataError::damaged(index, self.place(index), "there is no such example")),
        }
    }

    fn labels(&self) -> &Labels {
        &self.labels
    }

    fn weights(&self) -> Option<&[f32]> {
        self.weights.as_deref()
    }

    fn names(&self) -> &[String] {
        &self.names
    }

    fn place(&self, index: usize) -> String {
        let start = index.saturating_mul(self.slots).min(self.paths.len());
        let paths = &self.paths[start..start.saturating_add(self.slots).min(self.paths.len())];
        paths.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(" | ")
    }

    fn raw(&self, index: usize, slot: usize) -> Option<Raw<'_>> {
        self.path(index, slot).map(|file| Raw { file, span: None })
    }

    fn shape(&self) -> Option<[usize; 3]> {
        None
    }
}

/// The columns of paths that a list has, in order.
fn paths_of(of: ListOf) -> &'static [&'static str] {
    match of {
        ListOf::Images => &["path"],
        ListOf::Pairs => &["a", "b"],
        ListOf::Triplets => &["anchor", "positive", "negative"],
    }
}

/// Where the columns are.
struct Columns {
    paths: Vec<usize>,
    label: Option<usize>,
    weight: Option<usize>,
}

impl Columns {
    /// By the names of a first row; without such a row in the order path, label, weight.
    fn of(first: &csv::StringRecord, of: ListOf) -> (Self, bool) {
        let at = |name: &str| first.iter().position(|cell| cell.eq_ignore_ascii_case(name));
        let wanted = paths_of(of);
        let named: Option<Vec<usize>> = wanted.iter().map(|name| at(name)).collect();
        if let Some(paths) = named {
            return (Self { paths, label: at("label"), weight: at("weight") }, true);
        }
        let n = wanted.len();
        let (label, weight) = if of == ListOf::Triplets { (None, n) } else { (Some(n), n + 1) };
        let has = |column: usize| (column < first.len()).then_some(column);
        (Self { paths: (0..n).collect(), label: label.and_then(has), weight: has(weight) }, false)
    }
}

/// A row with its line, for messages.
struct Row {
    line: u64,
    paths: Vec<PathBuf>,
    label: String,
    weight: f32,
}

/// What a list holds.
struct Table {
    rows: Vec<Row>,
    weighted: bool,
}

fn read(file: &Path, of: ListOf) -> Result<Table, Vec<Diagnostic>> {
    let bytes = Input::open(file).and_then(|input| input.all(file)).map_err(|e| vec![e])?;
    let tabs = file.extension().is_some_and(|e| e.eq_ignore_ascii_case("tsv"));
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .delimiter(if tabs { b'\t' } else { b',' })
        .trim(csv::Trim::All)
        .comment(Some(b'#'))
        .from_reader(bytes.as_slice());
    let bad = |line: u64, reason: &str| problem(codes::DATA_DAMAGED, file, format!("line {line}: {reason}"));
    let folder = file.parent().unwrap_or(Path::new(""));
    let (mut rows, mut problems, mut columns): (Vec<Row>, Vec<Diagnostic>, Option<Columns>) = Default::default();
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(e) => {
                problems.push(bad(e.position().map_or(0, csv::Position::line), &cause(&e)));
                break;
            }
        };
        let line = record.position().map_or(0, csv::Position::line);
        let columns = match &columns {
            Some(columns) => columns,
            None => {
                let (found, is_header) = Columns::of(&record, of);
                let found = columns.insert(found);
                if is_header {
                    continue;
                }
                found
            }
        };
        match row(&record, columns, folder, line) {
            Ok(row) => rows.push(row),
            Err((code, reason)) => {
                problems.push(problem(code, file, format!("line {line}: {reason}")));
            }
        }
        if problems.len() >= REPORTED || rows.len() > MAX_ROWS {
            break;
        }
    }
    if rows.len() > MAX_ROWS {
        problems.push(problem(codes::DATA_TOO_LARGE, file, format!("more than {MAX_ROWS} examples")));
    }
    let weighted = columns.is_some_and(|c| c.weight.is_some());
    if problems.is_empty() { Ok(Table { rows, weighted }) } else { Err(problems) }
}

/// What is wrong with the text, without the position, which the caller names.
fn cause(e: &csv::Error) -> String {
    match e.kind() {
        csv::ErrorKind::Utf8 { .. } => "it is not UTF-8".into(),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("it has {len} columns, and the first line has {expected_len}")
        }
        _ => "it cannot be read".into(),
    }
}

fn row(
    record: &csv::StringRecord,
    columns: &Columns,
    folder: &Path,
    line: u64,
) -> Result<Row, (crate::diag::Code, String)> {
    let path = |column: &usize| {
        let text = record.get(*column).unwrap_or_default();
        let relative = Path::new(text);
        match stays_beneath(relative) {
            _ if text.is_empty() => Err((codes::DATA_DAMAGED, "a path is missing".into())),
            true => Ok(folder.join(relative)),
            false => Err((codes::DATA_OUTSIDE, format!("`{text}` leads out of the list's folder"))),
        }
    };
    let text = |column: Option<usize>| column.and_then(|c| record.get(c)).unwrap_or_default();
    let weight = match text(columns.weight) {
        "" => Some(1.0),
        text => text.parse::<f32>().ok().filter(|w| w.is_finite() && *w >= 0.0),
    };
    let Some(weight) = weight else {
        let reason = format!("`{}` is no weight: a number that is not negative", text(columns.weight));
        return Err((codes::DATA_DAMAGED, reason));
    };
    let paths = columns.paths.iter().map(path).collect::<Result<_, _>>()?;
    Ok(Row { line, paths, label: text(columns.label).to_string(), weight })
}

/// Reads a list. The classes are `given`, else those of `reference` (the training part).
///
/// Labels of single images are names of classes, or numbers to predict where one of them has a
/// decimal point. Those of pairs are 1 where both show the same, and 0 where not.
pub(super) fn load(
    file: &Path,
    reference: Option<&Path>,
    of: ListOf,
    given: &[String],
) -> Result<List, Vec<Diagnostic>> {
    let table = read(file, of)?;
    let (labels, names) = match of {
        ListOf::Triplets => (Labels::Classes(vec![0; table.rows.len()]), Vec::new()),
        ListOf::Pairs => (pair_labels(file, &table)?, Vec::new()),
        ListOf::Images => match numbers(&table) {
            Some(values) => (Labels::Values { width: 1, values }, Vec::new()),
            None => {
                let of_training =
                    reference.filter(|r| given.is_empty() && *r != file).map(|r| read(r, of)).transpose()?;
                classes(file, &table, of_training.as_ref().unwrap_or(&table), given)?
            }
        },
    };
    let weights = table.weighted.then(|| table.rows.iter().map(|row| row.weight).collect());
    let paths = table.rows.into_iter().flat_map(|row| row.paths).collect();
    Ok(List { paths, slots: paths_of(of).len(), labels, weights, names })
}

/// Numbers to predict: all labels are numbers, and some are not whole.
fn numbers(table: &Table) -> Option<Vec<f32>> {
    let number = |row: &Row| row.label.parse::<f32>().ok().filter(|v| v.is_finite());
    let decimal = table.rows.iter().any(|row| row.label.contains('.'));
    if decimal { table.rows.iter().map(number).collect() } else { None }
}

fn pair_labels(file: &Path, table: &Table) -> Result<Labels, Vec<Diagnostic>> {
    let label = |row: &Row| match row.label.as_str() {
        "1" => Ok(1),
        "0" => Ok(0),
        other => {
            let reason = format!("line {}: `{other}` is no label of a pair: 1 for the same, 0 for different", row.line);
            Err(vec![problem(codes::NO_LABEL, file, reason)])
        }
    };
    table.rows.iter().map(label).collect::<Result<_, _>>().map(Labels::Classes)
}

fn classes(
    file: &Path,
    table: &Table,
    known: &Table,
    given: &[String],
) -> Result<(Labels, Vec<String>), Vec<Diagnostic>> {
    let classes = Classes::new(given, known.rows.iter().map(|row| row.label.as_str()));
    let mut problems = Vec::new();
    let mut labels = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        match classes.label(&row.label).filter(|_| !row.label.is_empty()) {
            Some(label) => labels.push(label),
            None if row.label.is_empty() => {
                problems.push(problem(codes::NO_LABEL, file, format!("line {}: the label is missing", row.line)));
            }
            None => problems.push(classes.unknown(&row.label, file)),
        }
        if problems.len() >= REPORTED {
            break;
        }
    }
    if problems.is_empty() { Ok((Labels::Classes(labels), classes.into_names())) } else { Err(problems) }
}
