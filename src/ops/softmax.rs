//! Softmax and its logarithm.

use rand_chacha::ChaCha8Rng;

use crate::diag::Sink;
use crate::kernels::elementwise;
use crate::kernels::math;
use crate::kernels::softmax::{self, Lanes};
use crate::random;
use crate::shape::{Fact, Shape};
use crate::source::Span;

use super::attrs::{Args, Attr, AttrKind, Default};
use super::emit::{self, Dfdx, Unsupported};
use super::facts::{self, parameterless};
use super::lower::{Backward, Forward, Kernel, LowerCx, Lowered, Needs, Workspace};
use super::{Inputs, OpInfo, Operator, ParamSpec, Reach, Role, Sample, ShapeError};

const AXIS: &[Attr] = &[Attr {
    name: "axis",
    kind: AttrKind::Int { min: i64::MIN },
    default: Default::Int(1),
    doc: "the axis along which it is taken; negative counts from the end",
}];

/// The view of a fact along an axis that `infer` has accepted.
pub(super) fn lanes(x: &Fact, axis: i64) -> Lanes {
    let axis = if axis < 0 { axis + x.rank() as i64 } else { axis };
    Lanes::new(&x.sizes(), axis as usize)
}

/// How far an op sees that combines elements along an axis.
pub(super) fn reach_along(op: &str, x: &Fact, axis: i64) -> Reach {
    match facts::axis(op, "axis", x, axis) {
        Ok(axis) if axis >= 2 => Reach::All,
        _ => Reach::Same,
    }
}

/// A random tensor of three axes and one of its axes.
pub(super) fn sample_along(rng: &mut ChaCha8Rng) -> (i64, Fact) {
    let sizes: Vec<usize> = (0..3).map(|_| 1 + random::below(rng, 4) as usize).collect();
    (random::below(rng, 3) as i64 - 1, Fact::f32(Shape::of(&sizes)))
}

macro_rules! softmaxes {
    ($(
        $(#[doc = $about:literal])*
        $op:ident { name: $name:literal, also: [$($also:literal),*], doc: $doc:literal, log: $log:literal, }
    )*) => {$(
        $(#[doc = $about])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $op {
            /// The axis; counted from the end where it is negative.
            pub axis: i64,
        }

        impl Operator for $op {
            const INFO: OpInfo = OpInfo {
                name: $name,
                also_known_as: &[$($also),*],
                doc: $doc,
                inputs: Inputs::Named(&["x"]),
                attrs: AXIS,
                role: Role::Layer,
                example: $name,
            };

            fn build(args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
                Some($op { axis: args.int("axis")? })
            }

            fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
                facts::floats($name, inputs, 0)?;
                facts::axis($name, "axis", &inputs[0], self.axis)?;
                Ok(inputs[0].clone())
            }

            parameterless!();

            fn reach(&self, inputs: &[Fact]) -> Reach {
                reach_along($name, &inputs[0], self.axis)
            }

            fn lower(&self, inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
                Lowered::Kernel(Box::new(SoftmaxKernel { lanes: lanes(&inputs[0], self.axis), log: $log }))
            }

            fn emit_dfdx(&self, _inputs: &[Fact], _output: &Fact) -> Result<Dfdx, Unsupported> {
                emit::call($name, 1, &[self.axis.to_string()])
            }

            fn sample(rng: &mut ChaCha8Rng) -> Sample {
                let (axis, x) = sample_along(rng);
                Sample { op: $op { axis }.into(), inputs: vec![x], classes: 0, range: (-2.0, 2.0), kinks: false }
            }
        }
    )*};
}

softmaxes! {
    /// `e^x / sum e^x` along an axis.
    Softmax {
        name: "softmax", also: [],
        doc: "`exp(x)` over the sum of `exp(x)` along an axis, the classes by default. `cross_entropy` takes logits, not this.",
        log: false,
    }
    /// The logarithm of the softmax.
    LogSoftmax {
        name: "log_softmax", also: ["logsoftmax"],
        doc: "The logarithm of the softmax along an axis, computed without overflow.",
        log: true,
    }
}

struct SoftmaxKernel {
    lanes: Lanes,
    log: bool,
}

impl Kernel for SoftmaxKernel {
    fn workspace(&self) -> Workspace {
        Workspace::default()
    }

    fn needs(&self) -> Needs {
        Needs { inputs: false, output: true }
    }

    fn in_place(&self) -> bool {
        true
    }

    fn forward(&self, f: Forward<'_, '_>) {
        elementwise::load(f.inputs[0], f.output);
        match self.log {
            true => softmax::log_softmax(self.lanes, f.output),
            false => softmax::softmax(self.lanes, f.output),
        }
    }

    fn backward(&self, b: Backward<'_, '_>) {
        let Some(grad) = b.grad_inputs[0].as_deref_mut() else { return };
        match self.log {
            true => softmax::pull(self.lanes, b.output, b.grad_output, grad, |_, d| d, |y, d, sum| d - math::exp(y) * sum),
            false => softmax::pull(self.lanes, b.output, b.grad_output, grad, |y, d| y * d, |y, d, sum| y * (d - sum)),
        }
    }
}
