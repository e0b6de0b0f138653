//! What a run has recorded, read back from its folder.

use std::path::Path;

use serde_json::Value;

use super::chart::{Chart, Line};
use crate::diag::{Diagnostic, codes};
use crate::run::Failure;
use crate::run::dir::METRICS;

/// The numbers of a run, epoch by epoch.
#[derive(Clone, Debug, PartialEq)]
pub struct History {
    /// What the run is called: the name of its folder.
    name: String,
    epochs: Vec<Value>,
}

/// The most of `metrics.jsonl` that is read.
const MAX_BYTES: u64 = 256 << 20;

impl History {
    /// Reads `metrics.jsonl` of a run's folder. A last line that is being written is left out.
    ///
    /// # Errors
    /// Where there is no such file, or it cannot be read.
    pub fn read(run: &Path) -> Result<Self, Failure> {
        let path = run.join(METRICS);
        let fail = |reason: String| {
            Failure::from(
                Diagnostic::error(codes::NO_RUN, format!("`{}`: {reason}", path.display()))
                    .help("name the folder of a run, as `train --out` does"),
            )
        };
        let length = std::fs::metadata(&path).map_err(|e| fail(e.to_string()))?.len();
        if length > MAX_BYTES {
            return Err(fail(format!("{length} bytes are over the limit of {MAX_BYTES}")));
        }
        let text = std::fs::read_to_string(&path).map_err(|e| fail(e.to_string()))?;
        let epochs = text.lines().map_while(|line| serde_json::from_str(line).ok()).collect();
        let folder = run.canonicalize().unwrap_or_else(|_| run.to_path_buf());
        let name = folder.file_name().map_or_else(|| "run".into(), |n| n.to_string_lossy().into_owned());
        Ok(Self { name, epochs })
    }

    /// The name of the run.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many epochs it has recorded.
    pub fn epochs(&self) -> usize {
        self.epochs.len()
    }

    /// The numbers of a part (`train`, `val`) by their names, in the order of the first epoch.
    fn names(&self, part: &str) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for object in self.epochs.iter().filter_map(|e| e[part].as_object()) {
            names.extend(object.keys().map(String::as_str).filter(|n| !names.contains(n)).collect::<Vec<_>>());
        }
        names
    }

    fn points(&self, value: impl Fn(&Value) -> Option<f64>) -> Vec<(f64, f64)> {
        // What is no number, such as a loss that was not finite, is a gap.
        let point = |e: &Value| (e["epoch"].as_f64().unwrap_or(f64::NAN), value(e).unwrap_or(f64::NAN));
        self.epochs.iter().map(point).collect()
    }
}

/// A chart for each number that the runs have recorded, and one of the learning rate. Validation is
/// a solid line and training a dashed one.
pub(super) fn charts(runs: &[History]) -> Vec<Chart> {
    let mut names: Vec<&str> = Vec::new();
    for name in runs.iter().flat_map(|run| ["val", "train"].map(|part| run.names(part))).flatten() {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let lines = |name: &str| -> Vec<Line> {
        let of_run = |(color, run): (usize, &History)| {
            ["val", "train"].map(|part| Line {
                name: if runs.len() > 1 { format!("{} {part}", run.name) } else { part.to_string() },
                color: if runs.len() > 1 { color } else { usize::from(part == "train") },
                dashed: part == "train",
                points: run.points(|e| e[part][name].as_f64()),
            })
        };
        let drawn = |line: &Line| line.points.iter().any(|p| p.1.is_finite());
        runs.iter().enumerate().flat_map(of_run).filter(drawn).collect()
    };
    let rates: Vec<Line> = runs
        .iter()
        .enumerate()
        .map(|(color, run)| Line {
            name: run.name.clone(),
            color,
            dashed: false,
            points: run.points(|e| e["lr"].as_f64()),
        })
        .collect();
    let charts = names.into_iter().filter_map(|name| Chart::over_epochs(name, &lines(name)));
    charts.chain(Chart::over_epochs("learning rate", &rates)).collect()
}
