//! Element-wise activations and functions.

use rand_chacha::ChaCha8Rng;

use crate::diag::{Diagnostic, Sink, codes};
use crate::kernels::elementwise;
use crate::kernels::fused::Activation;
use crate::kernels::math;
use crate::kernels::parallel::simd;
use crate::random;
use crate::shape::{Fact, Shape};
use crate::source::Span;

use super::attrs::{Args, Attr, AttrKind, Default};
use super::emit::{self, Dfdx, Unsupported};
use super::facts::{self, elementwise_rules, parameterless};
use super::lower::{Backward, Forward, Kernel, LowerCx, Lowered, Needs, Workspace};
use super::{Inputs, OpInfo, Operator, ParamSpec, Reach, Role, Sample, ShapeError};

/// A function of one number, with its gradient in terms of its argument or of its value.
pub(super) trait Pointwise: Copy + Send + Sync + 'static {
    /// What `pull` reads.
    const READS: Reads;
    /// The function.
    fn value(self, x: f32) -> f32;
    /// The gradient of the argument, given what [`Pointwise::READS`] says and the gradient of
    /// the value.
    fn pull(self, read: f32, d: f32) -> f32;
}

/// What the gradient of a function is computed from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reads {
    /// The argument: it must be kept for backward.
    Argument,
    /// The value: the argument may be overwritten.
    Value,
    /// Neither.
    Nothing,
}

/// A function of each element.
pub(super) struct PointwiseKernel<P>(pub P);

impl<P: Pointwise> Kernel for PointwiseKernel<P> {
    fn workspace(&self) -> Workspace {
        Workspace::default()
    }

    fn needs(&self) -> Needs {
        Needs { inputs: P::READS == Reads::Argument, output: P::READS == Reads::Value }
    }

    fn in_place(&self) -> bool {
        P::READS != Reads::Argument
    }

    fn forward(&self, f: Forward<'_, '_>) {
        let p = self.0;
        elementwise::map(f.inputs[0], f.output, move |x| p.value(x));
    }

    fn backward(&self, b: Backward<'_, '_>) {
        let p = self.0;
        let Some(grad) = b.grad_inputs[0].as_deref_mut() else { return };
        let read = match P::READS {
            Reads::Argument => b.inputs[0],
            Reads::Value => b.output,
            Reads::Nothing => b.grad_output,
        };
        elementwise::zip(read, b.grad_output, grad, move |r, d| p.pull(r, d));
    }
}

/// Declares functions of one number: attributes with bounds and defaults, what the gradient
/// reads, the function and its gradient.
macro_rules! pointwise {
    ($(
        $(#[doc = $about:literal])*
        $op:ident {
            name: $name:literal, also: [$($also:literal),*], doc: $doc:literal, example: $example:literal,
            attrs: {$($attr:ident: [$min:expr, $max:expr] = $default:literal, $attr_doc:literal;)*}
            sample: $low:literal..$high:literal, kinks: $kinks:literal, reads: $reads:ident,
            value: |$s:ident, $x:ident| $value:expr,
            pull: |$t:ident, $r:ident, $d:ident| $pull:expr,
        }
    )*) => {
        /// The activation that an op is inside of a fused kernel, if it can be one.
        pub(super) fn fused(op: &super::Op) -> Option<Activation> {
            fn apply<P: Pointwise>(p: P) -> Activation {
                Activation::Other(Box::new(move |y| simd(|| y.iter_mut().for_each(|y| *y = p.value(*y)))))
            }
            let bounds = match op {
                super::Op::Relu(_) => Some((0.0, f32::INFINITY)),
                super::Op::Relu6(_) => Some((0.0, 6.0)),
                super::Op::Clip(p) => Some((p.min, p.max)),
                _ => None,
            };
            if let Some((low, high)) = bounds {
                return Some(Activation::Clamp { low, high });
            }
            match op {
                $(super::Op::$op(p) => Some(apply(*p)),)*
                _ => None,
            }
        }
        $(
        $(#[doc = $about])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $op {
            $(#[doc = $attr_doc] pub $attr: f32,)*
        }

        impl Pointwise for $op {
            const READS: Reads = Reads::$reads;

            #[inline(always)]
            fn value(self, $x: f32) -> f32 {
                let $s = self;
                $value
            }

            #[inline(always)]
            fn pull(self, $r: f32, $d: f32) -> f32 {
                let $t = self;
                $pull
            }
        }

        impl Operator for $op {
            const INFO: OpInfo = OpInfo {
                name: $name,
                also_known_as: &[$($also),*],
                doc: $doc,
                inputs: Inputs::Named(&["x"]),
                attrs: &[$(Attr {
                    name: stringify!($attr),
                    kind: AttrKind::Float { min: $min, max: $max },
                    default: Default::Float($default),
                    doc: $attr_doc,
                },)*],
                role: Role::Layer,
                example: $example,
            };

            fn build(_args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
                Some($op { $($attr: _args.float(stringify!($attr))? as f32,)* })
            }

            elementwise_rules!($name);

            fn lower(&self, _inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
                Lowered::Kernel(Box::new(PointwiseKernel(*self)))
            }

            fn emit_dfdx(&self, _inputs: &[Fact], _output: &Fact) -> Result<Dfdx, Unsupported> {
                emit::call($name, 1, &[$(format!("{:?}", self.$attr)),*])
            }

            fn sample(rng: &mut ChaCha8Rng) -> Sample {
                let n = 1 + random::below(rng, 20) as usize;
                Sample {
                    op: $op { $($attr: $default as f32,)* }.into(),
                    inputs: vec![Fact::f32(Shape::of(&[2, n]))],
                    classes: 0,
                    range: ($low, $high),
                    kinks: $kinks,
                }
            }
        }
    )*};
}

const ANY: (f64, f64) = (f64::MIN, f64::MAX);

pointwise! {
    /// `max(x, 0)`.
    Relu {
        name: "relu", also: [],
        doc: "The rectifier `max(x, 0)`, element by element; its gradient at 0 is 0.",
        example: "relu",
        attrs: {}
        sample: -2.0..2.0, kinks: true, reads: Value,
        // Comparisons that keep NaN, so that a diverged network is not hidden.
        value: |_s, x| if x < 0.0 { 0.0 } else { x },
        pull: |_s, y, d| if y > 0.0 { d } else { 0.0 },
    }
    /// `min(max(x, 0), 6)`.
    Relu6 {
        name: "relu6", also: [],
        doc: "The rectifier cut off at 6, `min(max(x, 0), 6)`, as in MobileNet.",
        example: "relu6",
        attrs: {}
        sample: -2.0..8.0, kinks: true, reads: Value,
        value: |_s, x| x.clamp(0.0, 6.0),
        pull: |_s, y, d| if y > 0.0 && y < 6.0 { d } else { 0.0 },
    }
    /// `x` above 0, `slope x` below.
    LeakyRelu {
        name: "leaky_relu", also: ["lrelu", "leakyrelu"],
        doc: "`x` where it is positive, else `slope * x`. The default slope is PyTorch's (Keras has 0.3).",
        example: "leaky_relu(0.1)",
        attrs: { slope: [0.0, f64::MAX] = 0.01, "the slope below 0"; }
        sample: -2.0..2.0, kinks: true, reads: Value,
        value: |s, x| if x > 0.0 { x } else { s.slope * x },
        pull: |s, y, d| if y > 0.0 { d } else { s.slope * d },
    }
    /// `x` above 0, `alpha (e^x - 1)` below.
    Elu {
        name: "elu", also: [],
        doc: "`x` where it is positive, else `alpha * (exp(x) - 1)` (Clevert et al. 2015).",
        example: "elu(1.0)",
        attrs: { alpha: [0.0, f64::MAX] = 1.0, "minus the limit for large negative `x`"; }
        sample: -2.0..2.0, kinks: true, reads: Value,
        value: |s, x| {
            let below = s.alpha * math::exp_m1_negative(x);
            if x > 0.0 { x } else { below }
        },
        pull: |s, y, d| if y > 0.0 { d } else { d * (y + s.alpha) },
    }
    /// `1 / (1 + e^-x)`.
    Sigmoid {
        name: "sigmoid", also: ["logistic"],
        doc: "The logistic function `1 / (1 + exp(-x))`.",
        example: "sigmoid",
        attrs: {}
        sample: -4.0..4.0, kinks: false, reads: Value,
        value: |_s, x| math::sigmoid(x),
        pull: |_s, y, d| d * (y * (1.0 - y)),
    }
    /// The hyperbolic tangent.
    Tanh {
        name: "tanh", also: [],
        doc: "The hyperbolic tangent.",
        example: "tanh",
        attrs: {}
        sample: -3.0..3.0, kinks: false, reads: Value,
        value: |_s, x| math::tanh(x),
        pull: |_s, y, d| d * (1.0 - y * y),
    }
    /// `x sigmoid(x)`.
    Swish {
        name: "swish", also: ["silu"],
        doc: "`x * sigmoid(x)` (Ramachandran et al. 2017), which PyTorch calls SiLU.",
        example: "swish",
        attrs: {}
        sample: -4.0..4.0, kinks: false, reads: Argument,
        value: |_s, x| x * math::sigmoid(x),
        pull: |_s, x, d| {
            let y = math::sigmoid(x);
            d * (y * (1.0 + x * (1.0 - y)))
        },
    }
    /// `x relu6(x + 3) / 6`.
    Hswish {
        name: "hswish", also: ["hard_swish", "hardswish"],
        doc: "The hard swish `x * relu6(x + 3) / 6` of MobileNetV3.",
        example: "hswish",
        attrs: {}
        sample: -4.0..4.0, kinks: true, reads: Argument,
        value: |_s, x| x * hard_sigmoid(x),
        pull: |_s, x, d| {
            let slope = if x < 3.0 { x * (1.0 / 3.0) + 0.5 } else { 1.0 };
            d * (if x > -3.0 { slope } else { 0.0 })
        },
    }
    /// `relu6(x + 3) / 6`.
    Hsigmoid {
        name: "hsigmoid", also: ["hard_sigmoid", "hardsigmoid"],
        doc: "The hard sigmoid `relu6(x + 3) / 6` of MobileNetV3 and PyTorch. ONNX's default is `x / 5 + 1/2`, cut off, and older Keras has that too.",
        example: "hsigmoid",
        attrs: {}
        sample: -4.0..4.0, kinks: true, reads: Value,
        value: |_s, x| hard_sigmoid(x),
        pull: |_s, y, d| if y > 0.0 && y < 1.0 { d * (1.0 / 6.0) } else { 0.0 },
    }
    /// `ln(1 + e^x)`.
    Softplus {
        name: "softplus", also: ["soft_plus"],
        doc: "`ln(1 + exp(x))`, a smooth rectifier.",
        example: "softplus",
        attrs: {}
        sample: -4.0..4.0, kinks: false, reads: Argument,
        value: |_s, x| softplus(x),
        pull: |_s, x, d| d * math::sigmoid(x),
    }
    /// `x tanh(ln(1 + e^x))`.
    Mish {
        name: "mish", also: [],
        doc: "`x * tanh(softplus(x))` (Misra 2019), as in YOLOv4.",
        example: "mish",
        attrs: {}
        sample: -4.0..4.0, kinks: false, reads: Argument,
        value: |_s, x| x * math::tanh(softplus(x)),
        pull: |_s, x, d| {
            let t = math::tanh(softplus(x));
            d * (t + x * (1.0 - t * t) * math::sigmoid(x))
        },
    }
    /// `|x|`.
    Abs {
        name: "abs", also: [],
        doc: "The magnitude `|x|`; its gradient at 0 is 0.",
        example: "abs",
        attrs: {}
        sample: -2.0..2.0, kinks: true, reads: Argument,
        value: |_s, x| x.abs(),
        pull: |_s, x, d| if x > 0.0 { d } else if x < 0.0 { -d } else { 0.0 },
    }
    /// `-x`.
    Neg {
        name: "neg", also: ["negate"],
        doc: "The negative `-x`.",
        example: "neg",
        attrs: {}
        sample: -2.0..2.0, kinks: false, reads: Nothing,
        value: |_s, x| -x,
        pull: |_s, _r, d| -d,
    }
    /// `x^2`.
    Square {
        name: "square", also: [],
        doc: "The square `x * x`.",
        example: "square",
        attrs: {}
        sample: -2.0..2.0, kinks: false, reads: Argument,
        value: |_s, x| x * x,
        pull: |_s, x, d| 2.0 * x * d,
    }
    /// `x^exponent`.
    Pow {
        name: "pow", also: ["power"],
        doc: "A constant power, `x^exponent`; NaN where `x` is negative and the exponent no whole number.",
        example: "pow(3)",
        attrs: { exponent: [ANY.0, ANY.1] = 2.0, "the exponent"; }
        sample: 0.5..2.0, kinks: false, reads: Argument,
        value: |s, x| x.powf(s.exponent),
        pull: |s, x, d| d * s.exponent * x.powf(s.exponent - 1.0),
    }
    /// -1, 0 or 1.
    Sign {
        name: "sign", also: [],
        doc: "-1, 0 or 1 as `x` is negative, zero or positive; its gradient is 0.",
        example: "sign",
        attrs: {}
        sample: -2.0..2.0, kinks: true, reads: Nothing,
        // What compares with nothing, NaN, stays.
        value: |_s, x| if x > 0.0 { 1.0 } else if x < 0.0 { -1.0 } else { x },
        pull: |_s, _r, _d| 0.0,
    }
    /// `sqrt(x)`.
    Sqrt {
        name: "sqrt", also: [],
        doc: "The square root; NaN below 0, and its gradient at 0 is infinite.",
        example: "sqrt",
        attrs: {}
        sample: 0.5..3.0, kinks: false, reads: Value,
        value: |_s, x| x.sqrt(),
        pull: |_s, y, d| 0.5 * d / y,
    }
    /// `e^x`.
    Exp {
        name: "exp", also: [],
        doc: "The exponential function.",
        example: "exp",
        attrs: {}
        sample: -2.0..2.0, kinks: false, reads: Value,
        value: |_s, x| math::exp(x),
        pull: |_s, y, d| d * y,
    }
    /// `ln(x)`.
    Log {
        name: "log", also: [],
        doc: "The natural logarithm; NaN below 0.",
        example: "log",
        attrs: {}
        sample: 0.5..3.0, kinks: false, reads: Argument,
        value: |_s, x| x.ln(),
        pull: |_s, x, d| d / x,
    }
    /// `factor x`.
    Scale {
        name: "scale", also: ["rescale", "mul_scalar"],
        doc: "Multiplies by a constant: `factor * x`.",
        example: "scale(0.1)",
        attrs: { factor: [ANY.0, ANY.1] = 1.0, "what to multiply by"; }
        sample: -2.0..2.0, kinks: false, reads: Nothing,
        value: |s, x| s.factor * x,
        pull: |s, _r, d| s.factor * d,
    }
    /// `x + offset`.
    Shift {
        name: "shift", also: ["add_scalar"],
        doc: "Adds a constant: `x + offset`.",
        example: "shift(-0.5)",
        attrs: { offset: [ANY.0, ANY.1] = 0.0, "what to add"; }
        sample: -2.0..2.0, kinks: false, reads: Nothing,
        value: |s, x| x + s.offset,
        pull: |_s, _r, d| d,
    }
}

/// In a form in which no exponential overflows.
#[inline(always)]
fn softplus(x: f32) -> f32 {
    let above = if x < 0.0 { 0.0 } else { x };
    above + math::log1p_unit(math::exp(-x.abs()))
}

#[inline(always)]
fn hard_sigmoid(x: f32) -> f32 {
    // The quotient, not the slope 1/6, so that the value at 3 is exactly 1.
    let y = (x + 3.0) / 6.0;
    let y = if y < 0.0 { 0.0 } else { y };
    if y > 1.0 { 1.0 } else { y }
}

/// `min(max(x, min), max)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clip {
    /// The least value.
    pub min: f32,
    /// The greatest value.
    pub max: f32,
}

impl Pointwise for Clip {
    const READS: Reads = Reads::Argument;

    #[inline(always)]
    fn value(self, x: f32) -> f32 {
        let x = if x < self.min { self.min } else { x };
        if x > self.max { self.max } else { x }
    }

    #[inline(always)]
    fn pull(self, x: f32, d: f32) -> f32 {
        if x >= self.min && x <= self.max { d } else { 0.0 }
    }
}

impl Operator for Clip {
    const INFO: OpInfo = OpInfo {
        name: "clip",
        also_known_as: &["clamp"],
        doc: "`min(max(x, min), max)`; the gradient is 0 outside of the bounds, as in PyTorch's `clamp`.",
        inputs: Inputs::Named(&["x"]),
        attrs: &[
            Attr { name: "min", kind: AttrKind::Float { min: f64::MIN, max: f64::MAX }, default: Default::Optional, doc: "the least value; without it there is none" },
            Attr { name: "max", kind: AttrKind::Float { min: f64::MIN, max: f64::MAX }, default: Default::Optional, doc: "the greatest value; without it there is none" },
        ],
        role: Role::Layer,
        example: "clip(0, 1)",
    };

    fn build(args: &Args, call: Span, sink: &mut Sink) -> Option<Self> {
        let min = args.float("min").map_or(f32::NEG_INFINITY, |v| v as f32);
        let max = args.float("max").map_or(f32::INFINITY, |v| v as f32);
        if min > max {
            sink.push(
                Diagnostic::error(codes::BAD_ARGUMENT, format!("`min` of `clip` is above its `max`: {min} and {max}"))
                    .label(args.span("min").unwrap_or(call), "the least value")
                    .label(args.span("max").unwrap_or(call), "the greatest value"),
            );
            return None;
        }
        Some(Clip { min, max })
    }

    elementwise_rules!("clip");

    fn lower(&self, _inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
        Lowered::Kernel(Box::new(PointwiseKernel(*self)))
    }

    fn emit_dfdx(&self, _inputs: &[Fact], _output: &Fact) -> Result<Dfdx, Unsupported> {
        let bound = |b: f32| if b.is_finite() { format!("Some({b:?})") } else { "None".to_string() };
        emit::call("clip", 1, &[bound(self.min), bound(self.max)])
    }

    fn sample(_rng: &mut ChaCha8Rng) -> Sample {
        Sample {
            op: Clip { min: -0.5, max: 1.0 }.into(),
            inputs: vec![Fact::f32(Shape::of(&[3, 7]))],
            classes: 0,
            range: (-2.0, 2.0),
            kinks: true,
        }
    }
}

/// The input itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Identity;

impl Operator for Identity {
    const INFO: OpInfo = OpInfo {
        name: "identity",
        also_known_as: &["noop", "pass"],
        doc: "The input itself, as in the shortcut of a residual block.",
        inputs: Inputs::Named(&["x"]),
        attrs: &[],
        role: Role::Layer,
        example: "identity",
    };

    fn build(_args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
        Some(Identity)
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        Ok(inputs[0].clone())
    }

    parameterless!(Same);

    fn lower(&self, _inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
        Lowered::View
    }

    fn emit_dfdx(&self, _inputs: &[Fact], _output: &Fact) -> Result<Dfdx, Unsupported> {
        Ok(Dfdx::Same)
    }

    fn sample(_rng: &mut ChaCha8Rng) -> Sample {
        let inputs = vec![Fact::f32(Shape::of(&[2, 3]))];
        Sample { op: Identity.into(), inputs, classes: 0, range: (-1.0, 1.0), kinks: false }
    }
}
