//! A run or an evaluation as one page of HTML: curves, confusion matrix, ROC, the classes, and the
//! worst mistakes as pictures.
//!
//! The page holds all that it shows, needs no script, and forbids itself every request by its
//! content security policy. All text is escaped by the template engine.

mod chart;
mod history;
mod picture;

use std::sync::LazyLock;

use minijinja::Environment;
use minijinja::value::Serde;
use serde::Serialize;

pub use history::History;

use super::dir::REPORT;
use super::evaluate::Answers;
use super::metrics::{Details, Mistake};
use super::{Evaluation, Examples, Failure, RunDir};
use crate::diag::codes;
use crate::kernels::score::{ClassScore, Point};

use chart::{Chart, Line, number};

/// What a page tells.
pub struct Report<'a> {
    /// The heading: the model's name.
    pub title: &'a str,
    /// What was measured: `test, 120 examples`.
    pub measured: String,
    /// Single numbers, by name.
    pub values: &'a [(String, f64)],
    /// The runs whose curves are shown; the first one is the page's own.
    pub runs: &'a [History],
    /// What is known of a classifier, with the examples that were measured, in their order.
    pub details: Option<(&'a Details, &'a Shown<'a>)>,
}

/// The examples of an evaluation.
pub struct Shown<'a> {
    /// The data set.
    pub examples: &'a Examples,
    /// The index of each example in the data set, in the order of evaluation.
    pub indices: &'a [usize],
}

/// Classes of a confusion matrix that is shown as a table; larger ones only list what is confused.
const TABLE: usize = 30;
/// ROC curves that are drawn: of more classes, those with the least areas.
const CURVES: usize = 8;
/// Pairs of confused classes that are listed.
const CONFUSED: usize = 12;

static PAGES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut pages = Environment::new();
    // The ending of the name turns escaping on.
    pages.add_template("report.html", include_str!("page.html")).expect("the template is part of the program");
    pages
});

impl Report<'_> {
    /// The page.
    ///
    /// # Errors
    /// None in practice: the template is part of the program.
    pub fn html(&self) -> Result<String, Failure> {
        let details = self.details.map(|(details, shown)| Classifier::new(details, shown));
        let values: Vec<(&str, String)> = self.values.iter().map(|(n, v)| (n.as_str(), number(*v))).collect();
        let page = Page {
            title: self.title,
            measured: &self.measured,
            values,
            runs: self.runs.iter().map(History::name).collect(),
            charts: history::charts(self.runs),
            details,
        };
        let template = PAGES.get_template("report.html");
        let html = template.and_then(|template| template.render(Serde(&page)));
        html.map_err(|e| Failure::new(codes::CANNOT_WRITE, format!("the report cannot be made: {e}")))
    }
}

/// Scores that are sorted after each epoch for ROC curves.
const RANKED: usize = 1 << 22;

/// Makes the page of a run anew, after an epoch.
pub(super) fn after_epoch(
    dir: &RunDir,
    model: &str,
    epochs: usize,
    val: Option<(&Examples, &Evaluation)>,
    answers: Option<Answers>,
) -> Result<(), Failure> {
    let history = History::read(dir.path())?;
    let mut measured = format!("epoch {} of {epochs}", history.epochs());
    if let Some((examples, _)) = val {
        measured.push_str(&format!(", {} validation examples", examples.len()));
    }
    let details = val.zip(answers).map(|((examples, _), answers)| {
        let ranks = answers.numbers() <= RANKED;
        let (details, indices) = answers.into_details(examples.dataset().names(), ranks);
        (details, examples, indices)
    });
    let shown = details.as_ref().map(|(_, examples, indices)| Shown { examples, indices });
    let page = Report {
        title: model,
        measured,
        values: val.map(|(_, v)| v.values.as_slice()).unwrap_or_default(),
        runs: &[history],
        details: details.as_ref().map(|(details, ..)| details).zip(shown.as_ref()),
    };
    dir.write_text(REPORT, &page.html()?)
}

/// What the template takes.
#[derive(Serialize)]
struct Page<'a> {
    title: &'a str,
    measured: &'a str,
    values: Vec<(&'a str, String)>,
    runs: Vec<&'a str>,
    charts: Vec<Chart>,
    details: Option<Classifier>,
}

/// A classifier as the page holds it.
#[derive(Debug, Serialize)]
struct Classifier {
    classes: Vec<ClassRow>,
    overall: ClassRow,
    matrix: Option<Vec<Vec<Cell>>>,
    confused: Vec<Confused>,
    roc: Option<Chart>,
    /// Whether only some of the curves are drawn.
    some_curves: bool,
    mistakes: Vec<Picture>,
}

#[derive(Debug, Serialize)]
struct ClassRow {
    name: String,
    precision: String,
    recall: String,
    f1: String,
    area: String,
    support: String,
}

#[derive(Debug, Serialize)]
struct Cell {
    count: String,
    /// The share of its row, in percent.
    share: f64,
    right: bool,
}

#[derive(Debug, Serialize)]
struct Confused {
    actual: String,
    predicted: String,
    count: String,
    share: String,
}

#[derive(Debug, Serialize)]
struct Picture {
    address: Option<String>,
    actual: String,
    predicted: String,
    own: String,
    other: String,
    place: String,
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// A count; whole where examples have no weights.
pub fn count(n: f64) -> String {
    if n.fract() == 0.0 { format!("{n:.0}") } else { format!("{n:.2}") }
}

impl ClassRow {
    fn new(name: &str, score: &ClassScore, area: Option<f64>) -> Self {
        let four = |v: f64| format!("{v:.4}");
        Self {
            name: name.into(),
            precision: four(score.precision),
            recall: four(score.recall),
            f1: four(score.f1),
            area: area.map_or_else(|| "–".into(), four),
            support: count(score.support),
        }
    }
}

impl Classifier {
    fn new(details: &Details, shown: &Shown<'_>) -> Self {
        let classes = details.names.iter().zip(&details.classes).zip(&details.areas);
        let roc = roc(details);
        Self {
            classes: classes.map(|((name, score), area)| ClassRow::new(name, score, *area)).collect(),
            overall: ClassRow::new("mean", &details.overall, details.area()),
            matrix: (details.names.len() <= TABLE).then(|| matrix(details)),
            confused: confused(details),
            some_curves: details.names.len() > CURVES,
            roc: (!roc.is_empty()).then(|| Chart::roc(&roc)),
            mistakes: details.mistakes.iter().map(|m| picture(m, details, shown)).collect(),
        }
    }
}

fn matrix(details: &Details) -> Vec<Vec<Cell>> {
    let row = |(actual, row): (usize, &[f64])| {
        let total: f64 = row.iter().sum();
        let cell = |(predicted, n): (usize, &f64)| Cell {
            count: count(*n),
            share: (100.0 * n / total.max(f64::MIN_POSITIVE)).round(),
            right: actual == predicted,
        };
        row.iter().enumerate().map(cell).collect()
    };
    details.confusion.rows().enumerate().map(row).collect()
}

/// The pairs of classes that are confused most often.
fn confused(details: &Details) -> Vec<Confused> {
    let rows = details.confusion.rows().enumerate();
    let pairs = rows.flat_map(|(a, row)| row.iter().enumerate().map(move |(p, n)| (a, p, *n)));
    let mut pairs: Vec<(usize, usize, f64)> = pairs.filter(|(a, p, n)| a != p && *n > 0.0).collect();
    pairs.sort_by(|a, b| b.2.total_cmp(&a.2));
    let pair = |(actual, predicted, n): (usize, usize, f64)| Confused {
        actual: details.names[actual].clone(),
        predicted: details.names[predicted].clone(),
        count: count(n),
        share: percent(n / details.classes[actual].support),
    };
    pairs.into_iter().take(CONFUSED).map(pair).collect()
}

/// The curves with the least areas; of two classes that of the second.
fn roc(details: &Details) -> Vec<Line> {
    let curves = details.names.iter().zip(&details.areas).zip(&details.curves).enumerate();
    let known = curves.filter_map(|(class, ((name, area), curve))| Some((class, name, (*area)?, curve.as_ref()?)));
    let mut known: Vec<_> = known.filter(|(class, ..)| details.names.len() != 2 || *class == 1).collect();
    known.sort_by(|a, b| a.2.total_cmp(&b.2));
    known.truncate(CURVES);
    known.sort_by_key(|(class, ..)| *class);
    let line = |(color, (_, name, area, curve)): (usize, (usize, &String, f64, &Vec<Point>))| Line {
        name: format!("{name} (area {area:.4})"),
        color,
        dashed: false,
        points: curve.iter().map(|p| (p.false_positive, p.true_positive)).collect(),
    };
    known.into_iter().enumerate().map(line).collect()
}

fn picture(mistake: &Mistake, details: &Details, shown: &Shown<'_>) -> Picture {
    let dataset = shown.examples.dataset();
    let index = shown.indices.get(mistake.number).copied().filter(|_| shown.examples.are_images());
    let image = index.and_then(|i| dataset.image(i).ok());
    Picture {
        address: image.and_then(|image| picture::address(&image)),
        actual: details.names[mistake.actual].clone(),
        predicted: details.names[mistake.predicted].clone(),
        own: percent(mistake.own),
        other: percent(mistake.other),
        place: index.map(|i| dataset.place(i)).unwrap_or_default(),
    }
}
