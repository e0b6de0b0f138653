//! The `train` section.

use serde::{Deserialize, Serialize};

use crate::diag::{Diagnostic, Sink, codes};
use crate::engine::optim::Optimizer;
use crate::engine::schedule::{Length, Schedule};
use crate::ops::attrs::{AttrKind, Value};
use crate::source::Span;
use crate::syntax::ast::{Entry, Expr, ExprKind, Ident};

use super::augment::{self, Augment};
use super::fields::{self, Fields, Key, Kind};
use super::optim;
use super::phases::{self, Phase, is_beneath};

/// How a network is trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainConfig {
    /// Examples of one step.
    pub batch: usize,
    /// Passes over the data; with phases, the sum of theirs.
    pub epochs: usize,
    /// The seed of everything that is drawn.
    pub seed: u64,
    /// The optimizer, where no phase has its own.
    pub optim: Optimizer,
    /// The schedule of the learning rate.
    pub lr: Schedule,
    /// Steps for training examples.
    pub augment: Vec<Augment>,
    /// Steps for validation and test examples; `None`: the deterministic counterpart of `augment`.
    pub eval: Option<Vec<Augment>>,
    /// The greatest norm of the whole gradient.
    pub clip_norm: Option<f64>,
    /// The greatest magnitude of one value of the gradient.
    pub clip_value: Option<f64>,
    /// When to stop early.
    pub stop: Option<EarlyStop>,
    /// What makes weights the best; `None`: `val.accuracy` where there is one, else `val.loss`.
    pub monitor: Option<Monitor>,
    /// Phases in order; none means one phase of `epochs` in which all is trained.
    pub phases: Vec<Phase>,
    /// Batches whose gradients are averaged into one step.
    pub accumulate: usize,
    /// Threads that decode and augment; `None`: as many as there are cores.
    pub workers: Option<usize>,
    /// Whether the order of examples is drawn anew each epoch.
    pub shuffle: bool,
    /// Whether a last batch that is not full is left out of training.
    pub drop_last: bool,
    /// The decay of the moving average of the weights, which is then what is evaluated and saved.
    pub ema: Option<f64>,
    /// Factors of the learning rate for what lies beneath a name; the longest name that holds a
    /// parameter counts.
    pub lr_mult: Vec<(Ident, f64)>,
    /// Seconds after which training pauses.
    pub max_time: Option<f64>,
    /// Time between checkpoints; `None`: one at the end of each epoch.
    pub checkpoint: Option<Length>,
    /// Factors of the loss by class.
    pub class_weights: Option<ClassWeights>,
    /// Where the section stands.
    #[serde(skip)]
    pub span: Span,
}

/// Factors of the loss by class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ClassWeights {
    /// Rare classes weigh more: the sum over each class is the same.
    Balanced,
    /// One for each class.
    List(Vec<f64>),
}

/// A number that is watched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Monitor {
    /// `true` for the validation set, `false` for the training set.
    pub validation: bool,
    /// `loss`, `accuracy`, ...
    pub metric: String,
    /// Whether less is better.
    pub minimize: bool,
    /// Where it was written.
    #[serde(skip)]
    pub span: Span,
}

impl Monitor {
    /// Whether `value` is better than `best` by more than `min_delta`.
    pub fn improves(&self, value: f64, best: f64, min_delta: f64) -> bool {
        match self.minimize {
            true => value < best - min_delta,
            false => value > best + min_delta,
        }
    }

    /// As it is written: `val.accuracy`.
    pub fn name(&self) -> String {
        format!("{}.{}", if self.validation { "val" } else { "train" }, self.metric)
    }
}

/// Stops training when a number no longer gets better.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EarlyStop {
    /// The number.
    pub monitor: Monitor,
    /// How many epochs may pass without an improvement.
    pub patience: usize,
    /// What counts as an improvement.
    pub min_delta: f64,
}

impl TrainConfig {
    /// Trains for this many epochs instead. With phases, the last one becomes longer or shorter;
    /// where nothing would be left of it, all become shorter in proportion, to one epoch at least.
    ///
    /// # Errors
    /// The number of phases, where there are fewer epochs than phases.
    pub fn set_epochs(&mut self, epochs: usize) -> Result<(), usize> {
        phases::set_epochs(&mut self.phases, epochs)?;
        self.epochs = epochs;
        Ok(())
    }

    /// The factor of the learning rate of a parameter.
    pub fn lr_multiplier(&self, parameter: &str) -> f64 {
        let holds = self.lr_mult.iter().filter(|(name, _)| is_beneath(parameter, &name.value));
        holds.max_by_key(|(name, _)| name.value.len()).map_or(1.0, |(_, factor)| *factor)
    }
}

/// What is computed over the validation part of a network with detection heads: mean average
/// precision at an overlap of .5, and from .5 to .95.
pub const DETECTION_METRICS: [&str; 2] = ["map50", "map"];

/// Reports watched metrics that the run does not compute. `metrics` are those of the spec, besides
/// `loss`.
pub fn check_monitors(train: &TrainConfig, metrics: &[&str], sink: &mut Sink) {
    let known = || metrics.iter().copied().chain(["loss"]);
    for monitor in train.monitor.iter().chain(train.stop.iter().map(|s| &s.monitor)) {
        if known().any(|m| m == monitor.metric) {
            continue;
        }
        let close = crate::diag::did_you_mean(&monitor.metric, known());
        let metrics: Vec<&str> = known().collect();
        sink.push(
            Diagnostic::error(codes::UNKNOWN_METRIC, format!("`{}` is not computed", monitor.name()))
                .label(monitor.span, "watched here")
                .help(match close {
                    Some(close) => format!("did you mean `{close}`?"),
                    None => format!("add it to `metrics`, or watch {}", crate::diag::listing(metrics, 8)),
                }),
        );
    }
}

/// Reports names of `lr_mult` that match no parameter, and names of `upto` that match no node.
pub fn check_names(train: &TrainConfig, parameters: &[&str], nodes: &[&str], sink: &mut Sink) {
    let mut check = |name: &Ident, paths: &[&str], what: &str| {
        if paths.iter().any(|p| is_beneath(p, &name.value)) {
            return;
        }
        let close = crate::diag::did_you_mean(&name.value, paths.iter().copied());
        sink.push(
            Diagnostic::error(codes::FREEZES_NOTHING, format!("`{}` is {what}", name.value))
                .label(name.span, "nothing lies at or beneath this name")
                .maybe_help(close.map(|close| format!("did you mean `{close}`?"))),
        );
    };
    train.lr_mult.iter().for_each(|(name, _)| check(name, parameters, "no parameter"));
    train.phases.iter().filter_map(|p| p.upto.as_ref()).for_each(|name| check(name, nodes, "no node"));
}

pub(super) const COUNT: Kind = Kind::Value(AttrKind::Int { min: 1 });
const POSITIVE: Kind = Kind::Value(AttrKind::Float { min: 0.0, max: f64::MAX });
const CHAIN: Kind = Kind::Nested("a chain of augmentations");
pub(super) const OPTIM: Key = Key { name: "optim", kind: Kind::Nested("an optimizer"), doc: "the optimizer" };
pub(super) const LR: Key =
    Key { name: "lr", kind: Kind::Nested("a schedule"), doc: "the schedule of the learning rate" };
const MONITOR: Key =
    Key { name: "monitor", kind: Kind::Value(AttrKind::Word), doc: "the number that is watched: `val.accuracy`" };

/// The settings of `train`.
pub static TRAIN: &[Key] = &[
    Key { name: "batch", kind: COUNT, doc: "examples of one step; 32" },
    Key { name: "epochs", kind: COUNT, doc: "passes over the data" },
    Key { name: "seed", kind: Kind::Value(AttrKind::Int { min: 0 }), doc: "the seed of everything that is drawn; 0" },
    OPTIM,
    LR,
    Key { name: "augment", kind: CHAIN, doc: "steps for training examples" },
    Key { name: "eval", kind: CHAIN, doc: "steps for other examples, instead of the counterpart of `augment`" },
    Key { name: "clip_norm", kind: POSITIVE, doc: "the greatest norm of the whole gradient" },
    Key { name: "clip_value", kind: POSITIVE, doc: "the greatest magnitude of one value of the gradient" },
    Key {
        name: "stop",
        kind: Kind::Nested("a mapping"),
        doc: "early stopping: `{monitor, patience, min_delta, mode}`",
    },
    MONITOR,
    Key { name: "phases", kind: Kind::Nested("a list of phases"), doc: "phases of transfer learning" },
    Key { name: "accumulate", kind: COUNT, doc: "batches whose gradients are averaged into one step; 1" },
    Key { name: "workers", kind: COUNT, doc: "threads that decode and augment; as many as there are cores" },
    Key { name: "shuffle", kind: Kind::Value(AttrKind::Bool), doc: "draw the order anew each epoch; true" },
    Key { name: "drop_last", kind: Kind::Value(AttrKind::Bool), doc: "leave out a last batch that is not full; false" },
    Key {
        name: "ema",
        kind: Kind::Value(AttrKind::Float { min: 0.0, max: 1.0 }),
        doc: "the decay of a moving average of the weights, which is what is evaluated and saved",
    },
    Key {
        name: "lr_mult",
        kind: Kind::Nested("a mapping of names to factors"),
        doc: "factors of the learning rate beneath nodes or blocks: `{features: 0.1}`",
    },
    Key {
        name: "class_weights",
        kind: Kind::Nested("`balanced`, or a number for each class"),
        doc: "factors of the loss by class, for a loss with a `weight`",
    },
    Key {
        name: "max_time",
        kind: Kind::Value(AttrKind::Time),
        doc: "the time after which training pauses, such as `30min`",
    },
    Key {
        name: "checkpoint",
        kind: Kind::Value(AttrKind::Length),
        doc: "time between checkpoints, such as `500it`; the end of each epoch",
    },
];

/// The settings of `train.stop`.
pub static STOP: &[Key] = &[
    MONITOR,
    Key { name: "patience", kind: Kind::Value(AttrKind::Int { min: 0 }), doc: "epochs without an improvement" },
    Key { name: "min_delta", kind: POSITIVE, doc: "what counts as an improvement; 0" },
    Key { name: "mode", kind: Kind::Value(AttrKind::Choice(&["min", "max"])), doc: "whether less or more is better" },
];

/// Reads the section.
pub(super) fn read(expr: &Expr, sink: &mut Sink) -> Option<TrainConfig> {
    let errors = sink.error_count();
    let fields = Fields::read("train", TRAIN, expr, sink)?;
    let phases = fields.expr("phases").map(|e| phases::read(e, sink)).unwrap_or_default();
    let optim = fields.expr("optim").and_then(|e| optim::optimizer("train.optim", e, sink));
    let optim = optim.or_else(|| phases.iter().find_map(|p| p.optim));
    if fields.expr("optim").is_none() && (phases.is_empty() || phases.iter().any(|p| p.optim.is_none())) {
        fields.missing("optim", "optim: adam(lr=1e-3)", sink);
    }
    let lr = fields.expr("lr").and_then(|e| optim::schedule("train.lr", e, sink)).unwrap_or_default();
    let augment = fields.expr("augment").map(|e| augment::chain("train.augment", e, sink)).unwrap_or_default();
    let eval = fields.expr("eval").map(|e| augment::chain("train.eval", e, sink));
    let stop = fields.expr("stop").and_then(|e| stop(e, sink));
    let monitor = fields.word("monitor").and_then(|w| monitor("train.monitor", &w, None, sink));
    let class_weights = fields.expr("class_weights").and_then(|e| class_weights(e, sink));
    let lr_mult = fields.expr("lr_mult").map(|e| multipliers(e, sink)).unwrap_or_default();
    let epochs = match phases.as_slice() {
        [] => {
            if fields.expr("epochs").is_none() {
                fields.missing("epochs", "epochs: 10", sink);
            }
            fields.size("epochs")
        }
        phases => phases.iter().try_fold(0usize, |sum, p| sum.checked_add(p.epochs)),
    };
    if !phases.is_empty() && fields.size("epochs").is_some_and(|e| Some(e) != epochs) {
        fields.conflict("phases", "epochs", "leave `epochs` out: each phase has its own", sink);
    }
    if sink.error_count() > errors {
        return None;
    }
    Some(TrainConfig {
        batch: fields.size("batch").unwrap_or(32),
        epochs: epochs?,
        seed: fields.size("seed").unwrap_or(0) as u64,
        optim: optim?,
        lr,
        augment,
        eval,
        clip_norm: fields.number("clip_norm"),
        clip_value: fields.number("clip_value"),
        stop,
        monitor,
        phases,
        accumulate: fields.size("accumulate").unwrap_or(1),
        workers: fields.size("workers"),
        shuffle: fields.flag("shuffle").unwrap_or(true),
        drop_last: fields.flag("drop_last").unwrap_or(false),
        ema: fields.number("ema"),
        lr_mult,
        class_weights,
        max_time: fields.seconds("max_time"),
        checkpoint: fields.length("checkpoint"),
        span: fields.span,
    })
}

fn stop(expr: &Expr, sink: &mut Sink) -> Option<EarlyStop> {
    let fields = Fields::read("train.stop", STOP, expr, sink)?;
    let mode = fields.word("mode");
    let monitor = match fields.word("monitor") {
        Some(word) => monitor("train.stop.monitor", &word, mode.as_ref().map(|m| m.value.as_str()), sink),
        None => {
            if fields.expr("monitor").is_none() {
                fields.missing("monitor", "monitor: val.accuracy", sink);
            }
            None
        }
    };
    Some(EarlyStop {
        monitor: monitor?,
        patience: fields.size("patience").unwrap_or(0),
        min_delta: fields.number("min_delta").unwrap_or(0.0),
    })
}

/// Reads `val.accuracy`.
fn monitor(what: &str, word: &Ident, mode: Option<&str>, sink: &mut Sink) -> Option<Monitor> {
    let (set, metric) = word.value.split_once('.').unwrap_or(("", ""));
    if !matches!(set, "val" | "train") || metric.is_empty() {
        sink.push(
            Diagnostic::error(codes::BAD_SETTING, format!("`{what}` takes a set and a metric, found `{}`", word.value))
                .label(word.span, "expected such as `val.accuracy`")
                .help("write `val.accuracy`, `val.loss`, or another metric after `val.` or `train.`"),
        );
        return None;
    }
    let minimize = match mode {
        Some(mode) => mode == "min",
        None => ["loss", "mse", "mae", "error", "eer"].iter().any(|m| metric.ends_with(m)),
    };
    Some(Monitor { validation: set == "val", metric: metric.to_string(), minimize, span: word.span })
}

/// Reads `balanced` or a list of numbers.
fn class_weights(expr: &Expr, sink: &mut Sink) -> Option<ClassWeights> {
    let number = |item: &Expr| match fields::to_value(item) {
        Some(Value::Int(v)) if v >= 0 => Some(v as f64),
        Some(Value::Float(v)) if v >= 0.0 && v.is_finite() => Some(v),
        _ => None,
    };
    let found = match &expr.kind {
        ExprKind::Hole => return None,
        ExprKind::Name(word) | ExprKind::Str(word) if word == "balanced" => Some(ClassWeights::Balanced),
        ExprKind::List(items) => items.iter().map(number).collect::<Option<Vec<f64>>>().map(ClassWeights::List),
        _ => None,
    };
    if found.is_none() {
        let expected = "`balanced`, or a number that is not negative for each class";
        sink.push(fields::bad("train.class_weights", expected, expr, None));
    }
    found
}

/// Reads `{features: 0.1}`.
fn multipliers(expr: &Expr, sink: &mut Sink) -> Vec<(Ident, f64)> {
    let ExprKind::Map(entries) = &expr.kind else {
        if !matches!(expr.kind, ExprKind::Hole) {
            sink.push(fields::bad("train.lr_mult", "a mapping of names to factors", expr, None));
        }
        return Vec::new();
    };
    let factor = |e: &Entry, sink: &mut Sink| {
        let what = format!("train.lr_mult.{}", e.key.value);
        match fields::checked(&what, AttrKind::Float { min: 0.0, max: f64::MAX }, &e.value, sink)? {
            Value::Int(v) => Some(v as f64),
            Value::Float(v) => Some(v),
            _ => None,
        }
    };
    entries.iter().filter_map(|e| Some((e.key.clone(), factor(e, sink)?))).collect()
}
