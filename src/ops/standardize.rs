//! Constant preparation of pixels inside a network.

use rand_chacha::ChaCha8Rng;

use crate::diag::{Diagnostic, Sink, codes};
use crate::kernels::parallel;
use crate::random;
use crate::shape::{Fact, Shape};
use crate::source::Span;

use super::attrs::{Args, Attr, AttrKind, Default, Value};
use super::emit::{self, Dfdx, Unsupported};
use super::facts::{self, parameterless};
use super::lower::{Backward, Forward, Kernel, LowerCx, Lowered, bufferless};
use super::{Inputs, OpInfo, Operator, ParamSpec, Reach, Role, Sample, ShapeError};

/// `(scale x - mean) / std` for each channel.
#[derive(Clone, Debug, PartialEq)]
pub struct Standardize {
    /// Taken off, one for each channel or one for all.
    pub mean: Vec<f32>,
    /// Divides afterwards, one for each channel or one for all.
    pub std: Vec<f32>,
    /// Multiplies first.
    pub scale: f32,
    /// Whether channels 0 and 2 of three change places, before `mean` and `std` apply.
    pub bgr: bool,
}

impl Operator for Standardize {
    const INFO: OpInfo = OpInfo {
        name: "standardize",
        also_known_as: &["preprocess", "mean_subtraction"],
        doc: "Constant preparation of pixels: `(scale x - mean) / std` with a mean and a deviation for each channel, or one for all. With `bgr`, the three channels are reversed first, as networks of Caffe want them. Nothing of it is trained.",
        inputs: Inputs::Named(&["x"]),
        attrs: &[
            Attr { name: "mean", kind: AttrKind::Floats, default: Default::Optional, doc: "taken off each channel; 0" },
            Attr { name: "std", kind: AttrKind::Floats, default: Default::Optional, doc: "divides each channel; 1" },
            Attr {
                name: "scale",
                kind: AttrKind::Float { min: f64::MIN, max: f64::MAX },
                default: Default::Float(1.0),
                doc: "multiplies everything first",
            },
            Attr { name: "bgr", kind: AttrKind::Bool, default: Default::Bool(false), doc: "whether the three channels are reversed first" },
        ],
        role: Role::Layer,
        example: "standardize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])",
    };

    fn build(args: &Args, call: Span, sink: &mut Sink) -> Option<Self> {
        let list = |name: &str, otherwise: f32| match args.get(name) {
            Some(Value::List(items)) if !items.is_empty() => items
                .iter()
                .map(|v| match v {
                    Value::Int(v) => *v as f32,
                    Value::Float(v) => *v as f32,
                    _ => otherwise,
                })
                .collect(),
            _ => vec![otherwise],
        };
        let op = Standardize {
            mean: list("mean", 0.0),
            std: list("std", 1.0),
            scale: args.float("scale")? as f32,
            bgr: args.bool("bgr"),
        };
        if op.std.iter().any(|s| *s <= 0.0) {
            sink.push(
                Diagnostic::error(codes::BAD_ARGUMENT, "`std` of `standardize` takes numbers greater than zero")
                    .label(args.span("std").unwrap_or(call), "expected numbers greater than zero"),
            );
            return None;
        }
        Some(op)
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        facts::floats("standardize", inputs, 0)?;
        let x = &inputs[0];
        let rank_error = || {
            ShapeError::new(codes::WRONG_RANK, format!("`standardize` takes `[N, channels, ...]`, but this is `{x}`"))
                .inputs(&[0])
        };
        let channels = x.shape.get(1).ok_or_else(rank_error)?;
        let wanted = [("mean", self.mean.len()), ("std", self.std.len()), ("bgr", if self.bgr { 3 } else { 1 })];
        for (attr, count) in wanted {
            if count > 1 && channels.as_usize() != Some(count) {
                return Err(ShapeError::new(
                    codes::SHAPE_MISMATCH,
                    format!("`{attr}` of `standardize` is for {count} channels, but this has {channels}: `{x}`"),
                )
                .inputs(&[0])
                .attr(attr)
                .want(0, 1, count.into()));
            }
        }
        Ok(x.clone())
    }

    parameterless!(Same);

    fn lower(&self, inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
        let sizes = inputs[0].sizes();
        let channels = sizes[1];
        let pick = |list: &[f32], c: usize| list.get(c).or(list.first()).copied().unwrap_or(0.0);
        let affine = |c: usize| {
            let (mean, std) = (f64::from(pick(&self.mean, c)), f64::from(pick(&self.std, c)));
            ((f64::from(self.scale) / std) as f32, (-mean / std) as f32)
        };
        Lowered::Kernel(Box::new(StandardizeKernel {
            plane: sizes[2..].iter().product::<usize>().max(1),
            affine: (0..channels).map(affine).collect(),
            bgr: self.bgr,
        }))
    }

    fn emit_dfdx(&self, _inputs: &[Fact], _output: &Fact) -> Result<Dfdx, Unsupported> {
        let Standardize { mean, std, scale, bgr } = self;
        let op = format!(
            "standardize::Standardize {{ mean: vec!{mean:?}, std: vec!{std:?}, scale: {scale:?}, bgr: {bgr} }}"
        );
        emit::apply(&op, 1)
    }

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let bgr = random::below(rng, 2) == 0;
        let channels = if bgr { 3 } else { 1 + random::below(rng, 3) as usize };
        let one = random::below(rng, 2) == 0;
        let mut list = |low: f32| (0..if one { 1 } else { channels }).map(|_| low + random::uniform(rng)).collect();
        let op = Standardize { mean: list(-0.5), std: list(0.5), scale: 1.5, bgr };
        let inputs = vec![Fact::f32(Shape::of(&[2, channels, 2, 3]))];
        Sample { op: op.into(), inputs, classes: 0, range: (-1.0, 1.0), kinks: false }
    }
}

struct StandardizeKernel {
    /// Elements of a channel.
    plane: usize,
    /// A factor and what is added, by channel of the output.
    affine: Vec<(f32, f32)>,
    bgr: bool,
}

impl StandardizeKernel {
    /// The plane that takes part in plane `at`: an involution.
    fn other(&self, at: usize) -> usize {
        let (example, channel) = (at / self.affine.len(), at % self.affine.len());
        example * self.affine.len() + if self.bgr { self.affine.len() - 1 - channel } else { channel }
    }

    fn map(&self, from: &[f32], to: &mut [f32], f: impl Fn(usize, f32) -> f32 + Sync) {
        let work = to.len();
        parallel::for_chunks(to, self.plane, work, |at, to| {
            let from = &from[self.other(at) * self.plane..];
            to.iter_mut().zip(from).for_each(|(t, v)| *t = f(at, *v));
        });
    }
}

impl Kernel for StandardizeKernel {
    bufferless!();

    fn forward(&self, f: Forward<'_, '_>) {
        self.map(f.inputs[0], f.output, |at, v| {
            let (factor, add) = self.affine[at % self.affine.len()];
            factor * v + add
        });
    }

    fn backward(&self, b: Backward<'_, '_>) {
        let Some(grad) = b.grad_inputs[0].as_deref_mut() else { return };
        self.map(b.grad_output, grad, |at, d| self.affine[self.other(at) % self.affine.len()].0 * d);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_fit_the_channels() {
        let op = Standardize { mean: vec![0.5; 3], std: vec![1.0], scale: 1.0, bgr: false };
        assert!(op.infer(&[Fact::f32(Shape::of(&[1, 3, 4, 4]))]).is_ok());
        let error = op.infer(&[Fact::f32(Shape::of(&[1, 1, 4, 4]))]).unwrap_err();
        assert_eq!(error.message, "`mean` of `standardize` is for 3 channels, but this has 1: `f32[1, 1, 4, 4]`");
        assert!(op.infer(&[Fact::f32(Shape::of(&[3]))]).is_err());
    }
}
