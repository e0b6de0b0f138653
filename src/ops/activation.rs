//! Element-wise activations.

use rand_chacha::ChaCha8Rng;

use crate::diag::Sink;
use crate::random;
use crate::shape::{Fact, Shape};
use crate::source::Span;

use super::attrs::Args;
use super::lower::{Backward, Forward, Kernel, LowerCx, Lowered, Needs, Workspace};
use super::{Inputs, OpInfo, Operator, ParamSpec, Reach, Role, Sample, ShapeError};

/// `max(x, 0)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Relu;

impl Operator for Relu {
    const INFO: OpInfo = OpInfo {
        name: "relu",
        also_known_as: &[],
        doc: "The rectifier `max(x, 0)`, element by element; its gradient at 0 is 0.",
        inputs: Inputs::Named(&["x"]),
        attrs: &[],
        role: Role::Layer,
        example: "relu",
    };

    fn build(_args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
        Some(Relu)
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        Ok(inputs[0].clone())
    }

    fn params(&self, _inputs: &[Fact]) -> Vec<ParamSpec> {
        Vec::new()
    }

    fn macs(&self, _inputs: &[Fact], _output: &Fact) -> u128 {
        0
    }

    fn reach(&self, _inputs: &[Fact]) -> Reach {
        Reach::Same
    }

    fn lower(&self, _inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
        Lowered::Kernel(Box::new(ReluKernel))
    }

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let n = 1 + random::below(rng, 20) as usize;
        Sample { op: Relu.into(), inputs: vec![Fact::f32(Shape::of(&[2, n]))], classes: 0, range: (-2.0, 2.0), kinks: true }
    }
}

struct ReluKernel;

impl Kernel for ReluKernel {
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
        // In place, the planner passes no input: the output holds it.
        match f.inputs.first() {
            Some(x) if !x.is_empty() => {
                for (y, x) in f.output.iter_mut().zip(*x) {
                    *y = x.max(0.0);
                }
            }
            _ => {
                for y in f.output.iter_mut() {
                    *y = y.max(0.0);
                }
            }
        }
    }

    fn backward(&self, b: Backward<'_, '_>) {
        if let Some(grad) = &mut b.grad_inputs[0] {
            for ((g, y), d) in grad.iter_mut().zip(b.output).zip(b.grad_output) {
                *g = if *y > 0.0 { *d } else { 0.0 };
            }
        }
    }
}
