//! Several runs of one spec with other values of some settings: which runs there are, and a file
//! that tells how each of them went.

use std::path::Path;

use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::data::hex;
use crate::diag::{Diagnostic, codes};
use crate::fs::write_bytes_atomic;
use crate::random::{self, Purpose};
use crate::syntax::ast::Spec;
use crate::syntax::write;

use super::{Failure, Outcome};

/// Dotted paths and the values that a run gives them.
pub type Settings = Vec<(String, String)>;

/// The most runs of a sweep: a slip of the hand must not fill the disk.
const MOST: usize = 10_000;

/// How the values of a sweep are combined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Every combination; the last setting changes fastest.
    Grid,
    /// Combinations that are drawn.
    Random {
        /// How many.
        count: usize,
        /// The seed of the draw.
        seed: u64,
    },
}

/// The values that one setting may take.
#[derive(Clone, Debug, PartialEq)]
enum Values {
    /// These.
    List(Vec<String>),
    /// `uniform(low, high)`.
    Uniform(f64, f64),
    /// `log(low, high)`: even on a logarithmic scale.
    Log(f64, f64),
    /// `int(low, high)`, both inclusive.
    Int(i64, i64),
}

/// The settings of every run. `settings` are those of the command line, each with a list of values
/// (`0.1,0.01`), or where values are drawn, with a range: `log(1e-4, 1e-1)`, `uniform(0, 0.5)`,
/// `int(8, 64)`. The same arguments give the same runs.
///
/// # Errors
/// [`codes::BAD_SWEEP`] for a range in a grid, an empty range or value, or too many runs.
pub fn points(settings: &[(String, String)], choice: Choice) -> Result<Vec<Settings>, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let mut axes: Vec<(&str, Values)> = Vec::new();
    for (path, text) in settings {
        match values(path, text, choice) {
            Ok(values) => axes.push((path, values)),
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    match choice {
        Choice::Grid => grid(&axes).map_err(|e| vec![e]),
        Choice::Random { count, .. } if count > MOST => Err(vec![too_many()]),
        Choice::Random { count, seed } => Ok((0..count as u64)
            .map(|run| {
                let draw = |(at, (path, values)): (usize, &(&str, Values))| {
                    let mut rng = random::stream(seed, Purpose::Sweep, run, at as u64);
                    (path.to_string(), values.draw(&mut rng))
                };
                axes.iter().enumerate().map(draw).collect()
            })
            .collect()),
    }
}

fn grid(axes: &[(&str, Values)]) -> Result<Vec<Settings>, Diagnostic> {
    let mut points: Vec<Settings> = vec![Vec::new()];
    for (path, values) in axes {
        let Values::List(list) = values else { continue };
        if points.len().saturating_mul(list.len()) > MOST {
            return Err(too_many());
        }
        let with = |point: &Settings, value: &String| {
            let mut point = point.clone();
            point.push((path.to_string(), value.clone()));
            point
        };
        points = points.iter().flat_map(|point| list.iter().map(move |value| with(point, value))).collect();
    }
    Ok(points)
}

fn too_many() -> Diagnostic {
    Diagnostic::error(codes::BAD_SWEEP, format!("a sweep has at most {MOST} runs"))
        .help("give fewer values, or draw some combinations: `--random 20`")
}

impl Values {
    fn draw(&self, rng: &mut ChaCha8Rng) -> String {
        let between = |low: f64, high: f64, rng: &mut ChaCha8Rng| low + (high - low) * random::uniform_f64(rng);
        match self {
            Values::List(list) => {
                let at = random::below(rng, list.len().max(1) as u64) as usize;
                list.get(at).cloned().unwrap_or_default()
            }
            Values::Uniform(low, high) => short(between(*low, *high, rng)),
            Values::Log(low, high) => short(between(low.ln(), high.ln(), rng).exp()),
            Values::Int(low, high) => {
                let more = random::below(rng, high.abs_diff(*low).saturating_add(1));
                low.saturating_add_unsigned(more).to_string()
            }
        }
    }
}

/// Four digits: more say nothing of a setting that was drawn, and make tables wide.
fn short(value: f64) -> String {
    format!("{value:.3e}")
}

fn values(path: &str, text: &str, choice: Choice) -> Result<Values, Diagnostic> {
    let bad = |what: &str| {
        Diagnostic::error(codes::BAD_SWEEP, format!("`{path}={text}` {what}")).help(
            "write values (`0.1,0.01`), or with `--random` a range: `log(1e-4, 1e-1)`, `uniform(0, 0.5)`, `int(8, 64)`",
        )
    };
    if let Some((kind, low, high)) = range(text) {
        if choice == Choice::Grid {
            return Err(bad("is a range, and a grid has none"));
        }
        return match kind {
            "int" if low.fract() == 0.0 && high.fract() == 0.0 && low <= high && high.abs().max(low.abs()) < 1e15 => {
                Ok(Values::Int(low as i64, high as i64))
            }
            "uniform" if low <= high => Ok(Values::Uniform(low, high)),
            "log" if low > 0.0 && low <= high => Ok(Values::Log(low, high)),
            _ => Err(bad(
                "is no range: the smaller bound comes first, those of `log` are positive and those of `int` whole",
            )),
        };
    }
    let list = split(text);
    match list.iter().any(String::is_empty) {
        true => Err(bad("has an empty value")),
        false => Ok(Values::List(list)),
    }
}

/// `log(1e-4, 1e-1)` as its name and two finite numbers.
fn range(text: &str) -> Option<(&str, f64, f64)> {
    let (kind, rest) = text.trim().split_once('(')?;
    let (low, high) = rest.strip_suffix(')')?.split_once(',')?;
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|n| n.is_finite());
    let kind = ["log", "uniform", "int"].into_iter().find(|k| *k == kind.trim())?;
    Some((kind, number(low)?, number(high)?))
}

/// The parts between commas that lie outside of brackets and quotes.
fn split(text: &str) -> Vec<String> {
    let (mut parts, mut depth, mut quote) = (vec![String::new()], 0usize, None);
    for c in text.chars() {
        match (quote, c) {
            (Some(q), _) if c == q => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth = depth.saturating_sub(1),
            (None, ',') if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = parts.last_mut() {
            last.push(c);
        }
    }
    parts.into_iter().map(|part| part.trim().to_string()).collect()
}

/// How a run stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It was not begun.
    #[default]
    Waiting,
    /// It was begun, and goes on when the sweep does.
    Begun,
    /// It is complete.
    Done,
    /// Its loss or a gradient became infinite or NaN.
    Diverged,
}

/// One run of a sweep.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its folder within that of the sweep.
    pub dir: String,
    /// What it sets.
    pub set: Settings,
    /// A digest of its resolved spec.
    pub spec: String,
    /// How it stands.
    pub state: State,
    /// Epochs that were completed.
    pub epochs: usize,
    /// The best epoch and the value there of what the sweep watches.
    pub best: Option<(usize, f64)>,
    /// Seconds that it took, over all of its parts.
    pub seconds: f64,
}

/// What `sweep.json` holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sweep {
    /// What is watched, such as `val.accuracy`; none before a run has ended.
    pub monitor: Option<String>,
    /// Whether less of it is better.
    pub minimize: bool,
    /// The runs in order.
    pub runs: Vec<Entry>,
}

/// The name of the file in the sweep's folder.
pub const SWEEP: &str = "sweep.json";

impl Sweep {
    /// A sweep of these runs, none of which was begun. `specs` are their resolved specs.
    pub fn new(points: &[Settings], specs: &[Option<Spec>]) -> Self {
        let width = points.len().to_string().len().max(3);
        let entry = |(at, (set, spec)): (usize, (&Settings, &Option<Spec>))| Entry {
            dir: format!("{:0width$}", at + 1),
            set: set.clone(),
            spec: spec.as_ref().map(digest).unwrap_or_default(),
            ..Entry::default()
        };
        Self { runs: points.iter().zip(specs).enumerate().map(entry).collect(), ..Self::default() }
    }

    /// Takes up what an earlier call left in `folder`: the same runs of the same specs.
    ///
    /// # Errors
    /// A file that cannot be read; [`codes::RUN_EXISTS`] where it tells of other runs.
    pub fn go_on(self, folder: &Path) -> Result<Self, Failure> {
        let path = folder.join(SWEEP);
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(self),
            Err(e) => return Err(Failure::write(&path, &e)),
        };
        let earlier: Sweep = serde_json::from_slice(&text).map_err(|e| {
            Failure::new(codes::RUN_EXISTS, format!("`{}` is no table of a sweep: {e}", path.display()))
        })?;
        let same = |(a, b): (&Entry, &Entry)| a.set == b.set && a.spec == b.spec && a.dir == b.dir;
        if earlier.runs.len() == self.runs.len() && earlier.runs.iter().zip(&self.runs).all(same) {
            return Ok(earlier);
        }
        Err(Diagnostic::error(codes::RUN_EXISTS, format!("`{}` holds another sweep", folder.display()))
            .help("name another folder with `--out`, or repeat the sweep with the same spec and settings to go on with it")
            .into())
    }

    /// Writes the file, whole or not at all.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn save(&self, folder: &Path) -> Result<(), Failure> {
        let path = folder.join(SWEEP);
        // Plain data always has a JSON form.
        let text = serde_json::to_vec_pretty(self).unwrap_or_default();
        write_bytes_atomic(&path, &text).map_err(|e| Failure::write(&path, &e))
    }

    /// Notes how far a run came; `seconds` are those of this part of it.
    pub fn record(&mut self, at: usize, outcome: &Outcome, seconds: f64) {
        let Some(entry) = self.runs.get_mut(at) else { return };
        entry.state = if outcome.interrupted || outcome.out_of_time { State::Begun } else { State::Done };
        entry.epochs = outcome.epochs;
        entry.best = outcome.best.as_ref().map(|(epoch, _, value)| (*epoch, *value));
        entry.seconds += seconds;
        if let Some((_, name, _)) = &outcome.best {
            self.monitor = Some(name.clone());
            self.minimize = outcome.minimize;
        }
    }

    /// The runs from the best to the worst; those without a result come last, in their order.
    pub fn ranked(&self) -> Vec<&Entry> {
        let mut runs: Vec<&Entry> = self.runs.iter().collect();
        let key = |e: &Entry| e.best.map_or(f64::INFINITY, |(_, v)| if self.minimize { v } else { -v });
        runs.sort_by(|a, b| key(a).total_cmp(&key(b)));
        runs
    }
}

fn digest(spec: &Spec) -> String {
    hex(Sha256::digest(write::to_yaml(spec)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(pairs: &[(&str, &str)]) -> Settings {
        pairs.iter().map(|(path, value)| (path.to_string(), value.to_string())).collect()
    }

    #[test]
    fn a_grid_has_every_combination() {
        let settings = set(&[("train.optim", "sgd(lr=0.1, momentum=0.9),adam()"), ("params.width", "8, 16")]);
        let points = points(&settings, Choice::Grid).expect("it is a grid");
        assert_eq!(points.len(), 4);
        assert_eq!(points[1], set(&[("train.optim", "sgd(lr=0.1, momentum=0.9)"), ("params.width", "16")]));
        assert_eq!(points[2], set(&[("train.optim", "adam()"), ("params.width", "8")]));
    }

    #[test]
    fn draws_stay_in_their_ranges_and_are_repeated() {
        let settings = set(&[("a", "log(1e-4, 1e-1)"), ("b", "int(3, 5)"), ("c", "x,y"), ("d", "uniform(-1, 1)")]);
        let draw = |seed| points(&settings, Choice::Random { count: 50, seed }).expect("they are ranges");
        let runs = draw(1);
        assert_eq!(runs, draw(1));
        assert_ne!(runs, draw(2));
        let column = |at: usize| runs.iter().map(move |run| run[at].1.as_str());
        let numbers = |at: usize| column(at).map(|n| n.parse::<f64>().expect("a number"));
        assert!(numbers(0).all(|v| (1e-4..=1e-1).contains(&v)) && numbers(0).any(|v| v < 1e-3));
        assert!(["3", "4", "5"].iter().all(|n| column(1).any(|v| v == *n)));
        assert!(["x", "y"].iter().all(|n| column(2).any(|v| v == *n)));
        assert!(numbers(3).all(|v| v.abs() <= 1.0));
    }

    #[test]
    fn what_is_no_sweep_is_told_at_once() {
        let settings = set(&[("a", "1,,2"), ("b", "log(1e-4, 1e-1)"), ("c", "1")]);
        assert_eq!(points(&settings, Choice::Grid).expect_err("two are wrong").len(), 2);
        let random = Choice::Random { count: 2, seed: 0 };
        for range in ["log(0, 1)", "int(1, 2.5)", "uniform(2, 1)"] {
            assert_eq!(points(&set(&[("a", range)]), random).expect_err(range)[0].code, codes::BAD_SWEEP);
        }
        let many = vec!["1"; 200].join(",");
        assert!(points(&set(&[("a", &many), ("b", &many)]), Choice::Grid).is_err());
    }

    #[test]
    fn the_best_run_comes_first() {
        let points = vec![set(&[("a", "1")]), set(&[("a", "2")]), set(&[("a", "3")])];
        let mut sweep = Sweep::new(&points, &[None, None, None]);
        let outcome = |value: f64| Outcome {
            dir: "x".into(),
            epochs: 1,
            best: Some((1, "val.loss".into(), value)),
            minimize: true,
            interrupted: false,
            out_of_time: false,
        };
        sweep.record(0, &outcome(0.5), 1.0);
        sweep.record(2, &outcome(0.25), 1.0);
        assert_eq!(sweep.ranked().iter().map(|e| e.dir.as_str()).collect::<Vec<_>>(), ["003", "001", "002"]);
        let folder = tempfile::tempdir().expect("a temporary folder");
        sweep.save(folder.path()).expect("it can be written");
        let again = Sweep::new(&points, &[None, None, None]).go_on(folder.path()).expect("it is the same sweep");
        assert_eq!(again, sweep);
        let other = Sweep::new(&points[..2], &[None, None]).go_on(folder.path()).expect_err("it has fewer runs");
        assert_eq!(other.diagnostics[0].code, codes::RUN_EXISTS);
    }
}
