//! Types the generic sections of a spec: `data`, `train`, `style` and `counting`.
//!
//! Every setting is declared once in a table ([`DATA`], [`TRAIN`], [`OPTIMIZERS`], ...), which
//! drives reading, messages and documentation.

mod augment;
mod data;
mod docs;
mod fields;
mod optim;
mod phases;
mod sampler;
mod style;
#[cfg(test)]
mod tests;
mod train;

use serde::{Deserialize, Serialize};

pub use crate::check::cost::Counting;
use crate::diag::{Diagnostic, Sink, codes};
use crate::ops::attrs::Value;
use crate::syntax::ast::{Expr, ExprKind, Spec};

pub use augment::{AUGMENTATIONS, Augment, ResizeTo};
pub use data::{
    Color, DATA, DEFAULT_CACHE, DataConfig, DataKind, LabelFrom, Layout, ListOf, OnBad, PAIR, PartPath, SPLIT, Split,
    SplitBy, label_pattern,
};
pub use docs::tables;
pub use fields::{Callable, Key, Kind};
pub use optim::{OPTIMIZERS, PICTURE_OPTIMIZERS, SCHEDULES};
#[cfg(feature = "dfdx")]
pub(crate) use phases::is_beneath;
pub use phases::{Freeze, PHASE, Phase, check_phases};
pub use sampler::{SAMPLERS, Sampler};
pub use style::{PictureOptimizer, STYLE, Start, StyleConfig};
pub use train::{
    ClassWeights, DETECTION_METRICS, EarlyStop, Monitor, STOP, TRAIN, TrainConfig, check_monitors, check_names,
};

/// The sections that are present and sound.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// `data`.
    pub data: Option<DataConfig>,
    /// `train`.
    pub train: Option<TrainConfig>,
    /// `style`.
    pub style: Option<StyleConfig>,
    /// `counting`.
    pub counting: Counting,
}

/// Reads the sections of a spec whose parameters are resolved. Every problem goes to the sink; a
/// section with a problem is `None`.
pub fn read(spec: &Spec, sink: &mut Sink) -> Config {
    let data = spec.section("data").and_then(|e| data::read(e, sink));
    let train = spec.section("train").and_then(|e| train::read(e, sink));
    let style = spec.section("style").and_then(|e| style::read(e, sink));
    let counting = spec.section("counting").map(|e| counting(e, sink)).unwrap_or_default();
    if let (Some(data), Some(train)) = (&data, &train) {
        warn_of_double_normalization(data, train, sink);
        check_batch(data, spec, sink);
    }
    Config { data, train, style, counting }
}

/// A sampler that composes whole batches decides their size.
fn check_batch(data: &DataConfig, spec: &Spec, sink: &mut Sink) {
    let Some(ExprKind::Map(entries)) = spec.section("train").map(|e| &e.kind) else { return };
    let given = entries.iter().find(|e| e.key.value == "batch").map(|e| &e.value);
    if let (Some(expr), Some(composed)) = (given, data.sampler.batch())
        && fields::to_value(expr) != Some(Value::Int(composed as i64))
    {
        sink.push(
            Diagnostic::error(
                codes::CONFLICTING_SETTINGS,
                "`batch` of `train` and `sampler` of `data` contradict each other",
            )
            .label(expr.span, "this")
            .label(data.span, format!("its sampler composes batches of {composed}"))
            .help("leave `batch` out"),
        );
    }
}

fn counting(expr: &Expr, sink: &mut Sink) -> Counting {
    let word = match &expr.kind {
        ExprKind::Name(w) | ExprKind::Str(w) => w.as_str(),
        ExprKind::Hole => "pytorch",
        _ => "",
    };
    match word {
        "pytorch" => Counting::Pytorch,
        "keras" => Counting::Keras,
        _ => {
            let help = crate::diag::did_you_mean(word, ["pytorch", "keras"]).map(|w| format!("did you mean `{w}`?"));
            sink.push(fields::bad("counting", "`pytorch` or `keras`", expr, help));
            Counting::Pytorch
        }
    }
}

fn warn_of_double_normalization(data: &DataConfig, train: &TrainConfig, sink: &mut Sink) {
    let in_chain = train.augment.iter().any(|a| matches!(a, Augment::Normalize { .. }));
    if in_chain && !(data.mean.is_empty() && data.std.is_empty()) {
        sink.push(
            Diagnostic::warning(codes::NORMALIZED_TWICE, "pixels are normalized twice")
                .label(train.span, "`augment` has `normalize`")
                .label(data.span, "`data` has `mean` or `std`")
                .help("keep one of them"),
        );
    }
}
