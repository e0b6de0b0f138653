//! The doctor's report on a file that should fit a model.

mod propose;

use std::fmt;

use serde::Serialize;

use super::archive::{Archive, Format};
use super::tensor::shape_text;
pub(super) use propose::propose;

/// How many of each kind are shown to people; the JSON form has all.
const SHOWN: usize = 20;

/// What fits and what does not.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The file.
    pub file: String,
    /// Its format.
    pub format: Format,
    /// The parameters that the file holds in the right shape.
    pub matched: Vec<String>,
    /// The parameters that the file lacks.
    pub missing: Vec<Named>,
    /// The tensors of the file, by its own names, that the model does not have.
    pub unexpected: Vec<Named>,
    /// The parameters that the file holds in another shape.
    pub wrong_shape: Vec<Mismatch>,
    /// The parameters that were told to keep their initial values.
    pub excepted: Vec<String>,
    /// How many tensors of the file the rules leave out.
    pub ignored: usize,
    /// Rename rules that would help, best first.
    pub proposals: Vec<Proposal>,
}

/// A missing or unexpected tensor.
#[derive(Clone, Debug, Serialize)]
pub struct Named {
    /// Its name.
    pub name: String,
    /// Its shape.
    pub shape: Vec<usize>,
    /// For a missing one: the unexpected tensor that it probably is.
    pub nearest: Option<Nearest>,
}

/// A tensor of the file whose numbers would fit a parameter.
#[derive(Clone, Debug, Serialize)]
pub struct Nearest {
    /// Its name in the file.
    pub name: String,
    /// Its shape in the file, which may be a permutation of what is wanted.
    pub shape: Vec<usize>,
}

/// A parameter that the file holds in another shape.
#[derive(Clone, Debug, Serialize)]
pub struct Mismatch {
    /// Its name in the model.
    pub name: String,
    /// Its name in the file.
    pub file_name: String,
    /// The shape in the model.
    pub wanted: Vec<usize>,
    /// The shape in the file, after the rule's change of layout where that fits.
    pub found: Vec<usize>,
    /// Why the rule's change of layout does not fit, where it does not.
    pub layout: Option<String>,
}

/// A rename rule that would help.
#[derive(Clone, Debug, Serialize)]
pub struct Proposal {
    /// The rule as the spec's `weights: rename:` takes it.
    pub rule: String,
    /// How many parameters it would find.
    pub fits: usize,
}

impl Report {
    pub(super) fn new(archive: &Archive) -> Self {
        Self {
            file: archive.path().display().to_string(),
            format: archive.format(),
            matched: Vec::new(),
            missing: Vec::new(),
            unexpected: Vec::new(),
            wrong_shape: Vec::new(),
            excepted: Vec::new(),
            ignored: 0,
            proposals: Vec::new(),
        }
    }

    /// Whether the file holds every parameter in its shape and nothing else.
    pub fn is_full_match(&self) -> bool {
        self.missing.is_empty() && self.unexpected.is_empty() && self.wrong_shape.is_empty()
    }

    /// What to do about a mismatch.
    pub(super) fn advice(&self) -> Option<String> {
        match self.proposals.first() {
            _ if self.is_full_match() => None,
            Some(_) => Some("the proposed rules go under `rename` in the spec's `weights` section".into()),
            None if self.matched.is_empty() => Some("nothing fits: this is probably another model's file".into()),
            None => Some("`--partial` loads what fits and leaves the rest as it is".into()),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` ({}): {} matched, {} missing, {} unexpected, {} of another shape",
            self.file,
            self.format.name(),
            self.matched.len(),
            self.missing.len(),
            self.unexpected.len(),
            self.wrong_shape.len()
        )?;
        let named = |n: &Named| {
            let nearest = match &n.nearest {
                Some(near) if near.shape == n.shape => format!("perhaps `{}`", near.name),
                Some(near) => format!("perhaps `{}` ({})", near.name, shape_text(&near.shape)),
                None => String::new(),
            };
            [n.name.clone(), shape_text(&n.shape), nearest]
        };
        section(f, "missing from the file", self.missing.iter().map(named).collect())?;
        section(f, "unexpected in the file", self.unexpected.iter().map(named).collect())?;
        let wrong = |m: &Mismatch| {
            let from = if m.name == m.file_name { String::new() } else { format!(", `{}`", m.file_name) };
            let why = m.layout.as_ref().map_or(String::new(), |l| format!(": {l}"));
            [
                m.name.clone(),
                format!("model {}", shape_text(&m.wanted)),
                format!("file {}{from}{why}", shape_text(&m.found)),
            ]
        };
        section(f, "of another shape", self.wrong_shape.iter().map(wrong).collect())?;
        let proposal = |p: &Proposal| [format!("- {}", p.rule), format!("fits {}", p.fits), String::new()];
        section(f, "proposed rules", self.proposals.iter().map(proposal).collect())
    }
}

/// A headed, aligned list of three columns, cut after [`SHOWN`] rows.
fn section(f: &mut fmt::Formatter<'_>, head: &str, rows: Vec<[String; 3]>) -> fmt::Result {
    if rows.is_empty() {
        return Ok(());
    }
    write!(f, "\n{head}:")?;
    let shown = &rows[..rows.len().min(SHOWN)];
    let width = |column: usize| shown.iter().map(|r| r[column].chars().count()).max().unwrap_or(0);
    let (first, second) = (width(0), width(1));
    for [a, b, c] in shown {
        let line = format!("  {a:first$}  {b:second$}  {c}");
        write!(f, "\n{}", line.trim_end())?;
    }
    if rows.len() > SHOWN {
        write!(f, "\n  and {} more", rows.len() - SHOWN)?;
    }
    Ok(())
}
