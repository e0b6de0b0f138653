//! Losses that compare each element of a prediction with a target. Their output is the mean.

use rand_chacha::ChaCha8Rng;

use crate::diag::{Sink, codes};
use crate::kernels::elementwise;
use crate::kernels::math;
use crate::kernels::parallel::simd;
use crate::kernels::reduce;
use crate::random;
use crate::shape::{DType, Fact, Shape};
use crate::source::Span;

use super::attrs::{Args, Attr, AttrKind, Default};
use super::emit::{self, Dfdx, Unsupported};
use super::facts::{self, parameterless};
use super::lower::{Backward, Forward, Kernel, LowerCx, Lowered, bufferless};
use super::{Inputs, OpInfo, Operator, ParamSpec, Reach, Role, Sample, ShapeError};

/// A prediction and a target of the same shape; the target may lack a last axis of size one,
/// so that `i64[N]` labels fit an output `[N, 1]`.
pub(super) fn check_pair(op: &str, inputs: &[Fact]) -> Result<(), ShapeError> {
    facts::floats(op, inputs, 0)?;
    let (x, target) = (&inputs[0], &inputs[1]);
    let whole = match x.shape.split_last() {
        Some((last, rest)) if rest.len() == target.rank() && last.as_num() == Some(1) => rest,
        _ => &x.shape[..],
    };
    if whole.len() != target.rank() {
        return Err(ShapeError::new(
            codes::SHAPE_MISMATCH,
            format!("`{op}` compares shapes that are the same, but has `{x}` and `{target}`"),
        )
        .inputs(&[0, 1]));
    }
    match whole.iter().zip(target.shape.iter()).position(|(a, b)| a.never_equals(b)) {
        Some(axis) => Err(facts::disagree(op, inputs, (0, axis), (1, axis))),
        None => Ok(()),
    }
}

/// A loss of one element, with its gradients.
pub(super) trait Pair: Copy + Send + Sync + 'static {
    /// The loss of a prediction and its target.
    fn value(self, x: f32, t: f32) -> f32;
    /// The gradient of the prediction.
    fn pull(self, x: f32, t: f32) -> f32;
    /// The gradient of the target.
    fn pull_target(self, x: f32, t: f32) -> f32;
}

/// The mean of a loss over all elements.
pub(super) struct PairKernel<P>(pub P);

impl<P: Pair> Kernel for PairKernel<P> {
    bufferless!(inputs);

    fn forward(&self, f: Forward<'_, '_>) {
        let (x, target, pair) = (f.inputs[0], f.inputs[1], self.0);
        let chunk = |begin: usize, end: usize| {
            let mut sum = 0.0f64;
            let mut block = [0.0f32; reduce::BLOCK];
            for (x, t) in x[begin..end].chunks(reduce::BLOCK).zip(target[begin..end].chunks(reduce::BLOCK)) {
                let block = &mut block[..x.len()];
                simd(|| {
                    for ((l, x), t) in block.iter_mut().zip(x).zip(t) {
                        *l = pair.value(*x, *t);
                    }
                });
                sum += f64::from(reduce::block_sum(block));
            }
            sum
        };
        f.output[0] = (reduce::tree(x.len(), &chunk) / x.len() as f64) as f32;
    }

    fn backward(&self, b: Backward<'_, '_>) {
        let (x, target, pair) = (b.inputs[0], b.inputs[1], self.0);
        let unit = b.grad_output[0] / x.len() as f32;
        let [of_x, of_target] = b.grad_inputs else { return };
        if let Some(grad) = of_x {
            elementwise::zip(x, target, grad, move |x, t| unit * pair.pull(x, t));
        }
        if let Some(grad) = of_target {
            elementwise::zip(x, target, grad, move |x, t| unit * pair.pull_target(x, t));
        }
    }
}

macro_rules! pair_losses {
    ($(
        $(#[doc = $about:literal])*
        $op:ident {
            name: $name:literal, also: [$($also:literal),*], doc: $doc:literal, example: $example:literal,
            inputs: [$first:literal, $second:literal],
            attrs: {$($attr:ident = $default:literal, $attr_doc:literal;)*}
            sample: $low:literal..$high:literal, kinks: $kinks:literal,
            value: |$s:ident, $x:ident, $t:ident| $value:expr,
            pull: $pull:expr,
            pull_target: $pull_target:expr,
        }
    )*) => {$(
        $(#[doc = $about])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $op {
            $(#[doc = $attr_doc] pub $attr: f32,)*
        }

        impl Pair for $op {
            #[inline(always)]
            fn value(self, $x: f32, $t: f32) -> f32 {
                let $s = self;
                $value
            }

            #[inline(always)]
            fn pull(self, $x: f32, $t: f32) -> f32 {
                let $s = self;
                $pull
            }

            #[inline(always)]
            fn pull_target(self, $x: f32, $t: f32) -> f32 {
                let ($s, _) = (self, $t);
                $pull_target
            }
        }

        impl Operator for $op {
            const INFO: OpInfo = OpInfo {
                name: $name,
                also_known_as: &[$($also),*],
                doc: $doc,
                inputs: Inputs::Named(&[$first, $second]),
                attrs: &[$(Attr {
                    name: stringify!($attr),
                    kind: AttrKind::Float { min: f32::MIN_POSITIVE as f64, max: f64::MAX },
                    default: Default::Float($default),
                    doc: $attr_doc,
                },)*],
                role: Role::Loss,
                example: $example,
            };

            fn build(_args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
                Some($op { $($attr: _args.float(stringify!($attr))? as f32,)* })
            }

            fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
                check_pair($name, inputs)?;
                Ok(Fact::f32(Vec::new()))
            }

            parameterless!();

            fn reach(&self, _inputs: &[Fact]) -> Reach {
                Reach::All
            }

            fn lower(&self, _inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
                Lowered::Kernel(Box::new(PairKernel(*self)))
            }

            fn emit_dfdx(&self, _inputs: &[Fact], _output: &Fact) -> Result<Dfdx, Unsupported> {
                emit::call($name, 2, &[$(format!("{:?}", self.$attr)),*])
            }

            fn sample(rng: &mut ChaCha8Rng) -> Sample {
                let n = 1 + random::below(rng, 6) as usize;
                let labels = random::below(rng, 3) == 0;
                let target = Fact { dtype: if labels { DType::I64 } else { DType::F32 }, shape: Shape::of(&[n]) };
                Sample {
                    op: $op { $($attr: $default as f32,)* }.into(),
                    inputs: vec![Fact::f32(Shape::of(&[n, 1])), target],
                    classes: 2,
                    range: ($low, $high),
                    kinks: $kinks,
                }
            }
        }
    )*};
}

pair_losses! {
    /// The mean of `(x - target)^2`.
    Mse {
        name: "mse", also: ["mean_squared_error", "l2_loss", "euclidean_loss"],
        doc: "The mean of `(x - target)^2` over all elements. `target` has the shape of `x`, or lacks its last axis of size one.",
        example: "mse(x, target)",
        inputs: ["x", "target"],
        attrs: {}
        sample: -1.0..1.0, kinks: false,
        value: |_s, x, t| (x - t) * (x - t),
        pull: 2.0 * (x - t),
        pull_target: 2.0 * (t - x),
    }
    /// The mean of `|x - target|`.
    Mae {
        name: "mae", also: ["mean_absolute_error", "l1_loss"],
        doc: "The mean of `|x - target|` over all elements; the gradient at equality is 0.",
        example: "mae(x, target)",
        inputs: ["x", "target"],
        attrs: {}
        sample: -2.0..2.0, kinks: true,
        value: |_s, x, t| (x - t).abs(),
        pull: sign(x - t),
        pull_target: sign(t - x),
    }
    /// The mean of Huber's function of `x - target`.
    Huber {
        name: "huber", also: ["huber_loss", "smooth_l1"],
        doc: "The mean of `e^2 / 2` where `|e| <= delta`, else `delta * (|e| - delta / 2)`, with `e = x - target` (PyTorch's `HuberLoss`; Keras's too).",
        example: "huber(x, target, delta=1.0)",
        inputs: ["x", "target"],
        attrs: { delta = 1.0, "where the square gives way to the line"; }
        sample: -2.0..2.0, kinks: false,
        value: |s, x, t| {
            let e = (x - t).abs();
            if e <= s.delta { 0.5 * e * e } else { s.delta * (e - 0.5 * s.delta) }
        },
        pull: clamp(x - t, s.delta),
        pull_target: clamp(t - x, s.delta),
    }
    /// The cross entropy of a probability with a target.
    Bce {
        name: "bce", also: ["binary_crossentropy", "binary_cross_entropy", "bce_loss"],
        doc: "The mean of `-(t log p + (1 - t) log(1 - p))` for probabilities `p` and targets `t` from 0 to 1, float or `i64`. Logarithms end at -100, as in PyTorch. Where the probability comes from a sigmoid, `bce_logits` is more exact.",
        example: "bce(p, target)",
        inputs: ["p", "target"],
        attrs: {}
        sample: 0.1..0.9, kinks: false,
        value: |_s, p, t| -(t * log_bounded(p) + (1.0 - t) * log_bounded(1.0 - p)),
        pull: {
            let variance = p * (1.0 - p);
            (p - t) / if variance < 1e-12 { 1e-12 } else { variance }
        },
        pull_target: log_bounded(1.0 - p) - log_bounded(p),
    }
    /// The cross entropy of the sigmoid of a logit with a target.
    BceLogits {
        name: "bce_logits", also: ["bce_with_logits", "sigmoid_cross_entropy"],
        doc: "`bce` of `sigmoid(logits)`, computed without overflow: the mean of `max(x, 0) - x t + log(1 + exp(-|x|))`.",
        example: "bce_logits(logits, target)",
        inputs: ["logits", "target"],
        attrs: {}
        sample: -2.0..2.0, kinks: false,
        value: |_s, x, t| (if x > 0.0 { x } else { 0.0 }) - x * t + math::log1p_unit(math::exp(-x.abs())),
        pull: math::sigmoid(x) - t,
        pull_target: -x,
    }
}

#[inline(always)]
fn sign(e: f32) -> f32 {
    f32::from(e > 0.0) - f32::from(e < 0.0)
}

#[inline(always)]
fn clamp(e: f32, bound: f32) -> f32 {
    let e = if e < -bound { -bound } else { e };
    if e > bound { bound } else { e }
}

#[inline(always)]
fn log_bounded(p: f32) -> f32 {
    let log = p.ln();
    // Keeps the NaN of a probability below 0.
    if log < -100.0 { -100.0 } else { log }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::Dim;

    #[test]
    fn targets_may_lack_a_last_axis_of_one() {
        let x = Fact::f32(vec![Dim::symbol("N"), 1.into()]);
        let labels = Fact::i64(vec![Dim::symbol("N")]);
        assert!(BceLogits {}.infer(&[x.clone(), labels]).is_ok());
        let wide = Fact::f32(vec![Dim::symbol("N"), 3.into()]);
        let error = Mse {}.infer(&[wide.clone(), x]).unwrap_err();
        assert_eq!(error.message, "the inputs of `mse` have 3 and 1 features: `f32[N, 3]` and `f32[N, 1]`");
        assert!(Mse {}.infer(&[wide, Fact::f32(Vec::new())]).is_err());
    }

    #[test]
    fn extreme_logits_stay_finite() {
        let loss = BceLogits {};
        assert_eq!(loss.value(200.0, 1.0), 0.0);
        assert_eq!(loss.value(-200.0, 1.0), 200.0);
        assert!((loss.value(0.0, 0.5) - 2f32.ln()).abs() < 1e-7);
        assert!(loss.value(f32::NAN, 1.0).is_nan());
        assert_eq!(Bce {}.value(0.0, 1.0), 100.0);
    }
}
