//! The `style` section.

use serde::{Deserialize, Serialize};

use crate::diag::Sink;
use crate::engine::optim::Optimizer;
use crate::ops::attrs::AttrKind;
use crate::source::Span;
use crate::syntax::ast::Expr;

use super::fields::{Fields, Key, Kind};
use super::optim;

/// How a picture is painted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StyleConfig {
    /// What changes the picture.
    pub optim: PictureOptimizer,
    /// How many steps it takes.
    pub steps: usize,
    /// What the picture is at first.
    pub start: Start,
    /// The share of noise in a blend.
    pub noise: f64,
    /// The longer side in pixels; `None`: as the content photo has it.
    pub size: Option<usize>,
    /// The longer side of the style photo; `None`: as `size`.
    pub style_size: Option<usize>,
    /// The seed of the noise.
    pub seed: u64,
    /// Where the section stands.
    #[serde(skip)]
    pub span: Span,
}

/// An optimizer of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum PictureOptimizer {
    /// One that takes a step for each gradient.
    Gradient(Optimizer),
    /// L-BFGS, which takes several gradients for a step.
    Lbfgs {
        /// The steps that it remembers.
        history: usize,
    },
}

/// What a picture is at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Start {
    /// The content photo.
    Content,
    /// Noise, evenly spread over all values.
    Noise,
    /// Both, in the proportion of [`StyleConfig::noise`].
    Blend,
}

impl Default for StyleConfig {
    fn default() -> Self {
        Self {
            optim: PictureOptimizer::Gradient(Optimizer::Adam {
                lr: 0.02,
                beta1: 0.9,
                beta2: 0.999,
                eps: 1e-8,
                weight_decay: 0.0,
                decoupled: false,
                amsgrad: false,
            }),
            steps: 200,
            start: Start::Content,
            noise: 0.6,
            size: None,
            style_size: None,
            seed: 0,
            span: Span::default(),
        }
    }
}

const COUNT: Kind = Kind::Value(AttrKind::Int { min: 1 });

/// The settings of the `style` section.
pub static STYLE: &[Key] = &[
    Key { name: "optim", kind: Kind::Nested("an optimizer"), doc: "what changes the picture; `adam(lr=0.02)`" },
    Key { name: "steps", kind: Kind::Value(AttrKind::Int { min: 0 }), doc: "how many steps it takes; 200" },
    Key {
        name: "start",
        kind: Kind::Value(AttrKind::Choice(&["content", "noise", "blend"])),
        doc: "what the picture is at first: the content photo (the default), noise, or a blend of both",
    },
    Key {
        name: "noise",
        kind: Kind::Value(AttrKind::Float { min: 0.0, max: 1.0 }),
        doc: "the share of noise in a blend; 0.6",
    },
    Key { name: "size", kind: COUNT, doc: "the longer side of the picture in pixels; as the content photo has it" },
    Key { name: "style_size", kind: COUNT, doc: "the longer side of the style photo in pixels; as `size`" },
    Key { name: "seed", kind: Kind::Value(AttrKind::Int { min: 0 }), doc: "the seed of the noise; 0" },
];

/// Reads the section.
pub(super) fn read(expr: &Expr, sink: &mut Sink) -> Option<StyleConfig> {
    let errors = sink.error_count();
    let fields = Fields::read("style", STYLE, expr, sink)?;
    let default = StyleConfig::default();
    let optim = fields.expr("optim").and_then(|e| optim::picture_optimizer("style.optim", e, sink));
    if sink.error_count() > errors {
        return None;
    }
    Some(StyleConfig {
        optim: optim.unwrap_or(default.optim),
        steps: fields.size("steps").unwrap_or(default.steps),
        start: match fields.word("start").as_ref().map(|w| w.value.as_str()) {
            Some("noise") => Start::Noise,
            Some("blend") => Start::Blend,
            _ => Start::Content,
        },
        noise: fields.number("noise").unwrap_or(default.noise),
        size: fields.size("size"),
        style_size: fields.size("style_size"),
        seed: fields.size("seed").unwrap_or(0) as u64,
        span: fields.span,
    })
}
