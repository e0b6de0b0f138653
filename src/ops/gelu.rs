//! The Gaussian error linear unit, exactly and by its approximation.

use rand_chacha::ChaCha8Rng;

use crate::diag::Sink;
use crate::kernels::math;
use crate::random;
use crate::shape::{Fact, Shape};
use crate::source::Span;

use super::activation::{Pointwise, PointwiseKernel, Reads};
use super::attrs::{Args, Attr, AttrKind, Default};
use super::emit::{self, Dfdx, Unsupported};
use super::facts::{self, elementwise_rules};
use super::lower::{LowerCx, Lowered};
use super::{Inputs, OpInfo, Operator, ParamSpec, Reach, Role, Sample, ShapeError};

/// `x` times the normal distribution function at `x`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gelu {
    /// Whether the approximation by tanh is computed.
    pub tanh: bool,
}

#[derive(Clone, Copy)]
struct GeluErf;

impl Pointwise for GeluErf {
    const READS: Reads = Reads::Argument;

    #[inline(always)]
    fn value(self, x: f32) -> f32 {
        x * math::normal_cdf(x)
    }

    #[inline(always)]
    fn pull(self, x: f32, d: f32) -> f32 {
        d * (math::normal_cdf(x) + x * math::normal_density(x))
    }
}

#[derive(Clone, Copy)]
struct GeluTanh;

/// `sqrt(2 / pi)` and the cubic's factor (Hendrycks and Gimpel 2016).
const GELU: (f32, f32) = (0.797_884_6, 0.044_715);

impl Pointwise for GeluTanh {
    const READS: Reads = Reads::Argument;

    #[inline(always)]
    fn value(self, x: f32) -> f32 {
        0.5 * x * (1.0 + math::tanh(GELU.0 * (x + GELU.1 * x * x * x)))
    }

    #[inline(always)]
    fn pull(self, x: f32, d: f32) -> f32 {
        let t = math::tanh(GELU.0 * (x + GELU.1 * x * x * x));
        let slope = GELU.0 * (1.0 + 3.0 * GELU.1 * x * x);
        d * (0.5 * (1.0 + t) + 0.5 * x * (1.0 - t * t) * slope)
    }
}

impl Operator for Gelu {
    const INFO: OpInfo = OpInfo {
        name: "gelu",
        also_known_as: &[],
        doc: "`x` times the distribution function of the standard normal at `x` (Hendrycks and Gimpel 2016); `approximate=tanh` is PyTorch's approximation of that name.",
        inputs: Inputs::Named(&["x"]),
        attrs: &[Attr {
            name: "approximate",
            kind: AttrKind::Choice(&["none", "tanh"]),
            default: Default::Word("none"),
            doc: "`tanh` for the approximation by tanh",
        }],
        role: Role::Layer,
        example: "gelu",
    };

    fn build(args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
        Some(Gelu { tanh: args.word("approximate")? == "tanh" })
    }

    elementwise_rules!("gelu");

    fn lower(&self, _inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
        match self.tanh {
            true => Lowered::Kernel(Box::new(PointwiseKernel(GeluTanh))),
            false => Lowered::Kernel(Box::new(PointwiseKernel(GeluErf))),
        }
    }

    fn emit_dfdx(&self, _inputs: &[Fact], _output: &Fact) -> Result<Dfdx, Unsupported> {
        emit::call(if self.tanh { "gelu_tanh" } else { "gelu" }, 1, &[])
    }

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        Sample {
            op: Gelu { tanh: random::below(rng, 2) == 0 }.into(),
            inputs: vec![Fact::f32(Shape::of(&[3, 5]))],
            classes: 0,
            range: (-3.0, 3.0),
            kinks: false,
        }
    }
}
