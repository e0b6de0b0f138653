//! The rectifier whose slope is learned.

use rand_chacha::ChaCha8Rng;

use crate::diag::{Sink, codes};
use crate::kernels::elementwise::Broadcast;
use crate::random;
use crate::shape::{Fact, Shape};
use crate::source::Span;

use super::attrs::{Args, Attr, AttrKind, Default};
use super::emit::{self, Dfdx, Unsupported};
use super::facts;
use super::init::{Init, Penalty};
use super::lower::{Backward, Forward, Kernel, LowerCx, Lowered, bufferless};
use super::{Inputs, OpInfo, Operator, ParamSpec, Reach, Role, Sample, ShapeError};

/// `x` above 0, `weight x` below, with one weight a channel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prelu {
    /// First values of `weight`.
    pub init: Init,
}

impl Operator for Prelu {
    const INFO: OpInfo = OpInfo {
        name: "prelu",
        also_known_as: &["parametric_relu"],
        doc: "`x` where it is positive, else `weight * x` with a learned weight for each channel (axis 1), as in He et al. 2015 and PyTorch.",
        inputs: Inputs::Named(&["x"]),
        attrs: &[Attr {
            name: "init",
            kind: AttrKind::Init,
            default: Default::Optional,
            doc: "first values of `weight`; without it `constant(0.25)`",
        }],
        role: Role::Layer,
        example: "prelu",
    };

    fn build(args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
        Some(Prelu { init: args.init("init").unwrap_or(Init::Constant(0.25)) })
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        facts::floats("prelu", inputs, 0)?;
        let x = &inputs[0];
        match x.shape.get(1) {
            None => Err(ShapeError::new(codes::WRONG_RANK, format!("`prelu` has a weight for each channel, but this has none: `{x}`"))
                .inputs(&[0])),
            Some(channels) if !channels.is_num() => Err(ShapeError::new(
                codes::SYMBOLIC_PARAMETER,
                format!("the number of channels must be known to make `prelu`'s weights, but it is `{channels}`"),
            )
            .inputs(&[0])),
            Some(_) => Ok(x.clone()),
        }
    }

    fn params(&self, inputs: &[Fact]) -> Vec<ParamSpec> {
        vec![ParamSpec {
            name: "weight",
            shape: vec![inputs[0].shape[1].as_usize().unwrap_or(0)],
            trainable: true,
            init: self.init,
            fans: (1, 1),
            penalty: Penalty::default(),
        }]
    }

    fn macs(&self, _inputs: &[Fact], _output: &Fact) -> u128 {
        0
    }

    fn reach(&self, _inputs: &[Fact]) -> Reach {
        Reach::Same
    }

    fn lower(&self, inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
        let sizes = inputs[0].sizes();
        let weight: Vec<usize> = sizes.iter().enumerate().map(|(axis, s)| if axis == 1 { *s } else { 1 }).collect();
        Lowered::Kernel(Box::new(PreluKernel(Broadcast::new(&sizes, &[&weight]))))
    }

    fn emit_dfdx(&self, inputs: &[Fact], _output: &Fact) -> Result<Dfdx, Unsupported> {
        let builders = if self.init == Init::Constant(0.25) { String::new() } else { emit::init(self.init) };
        emit::layer(format!("Prelu<{}>", emit::size(&inputs[0], 1)), format!("Prelu::new(){builders}"))
    }

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let sizes: Vec<usize> = (0..2 + random::below(rng, 3)).map(|_| 1 + random::below(rng, 3) as usize).collect();
        let inputs = vec![Fact::f32(Shape::of(&sizes))];
        Sample { op: Prelu { init: Init::Constant(0.25) }.into(), inputs, classes: 0, range: (-2.0, 2.0), kinks: true }
    }
}

/// How the weight broadcasts over the input.
struct PreluKernel(Broadcast);

impl Kernel for PreluKernel {
    bufferless!(inputs);

    fn forward(&self, f: Forward<'_, '_>) {
        let (x, weight) = (f.inputs[0], f.params[0]);
        self.0.for_parts(f.output, |row, begin, y| {
            y.copy_from_slice(&x[self.0.start(row) + begin..][..y.len()]);
            self.0.source(0, weight, row, begin, y.len()).fold(y, |x, w| if x > 0.0 { x } else { w * x });
        });
    }

    fn backward(&self, b: Backward<'_, '_>) {
        let (x, weight, d) = (b.inputs[0], b.params[0], b.grad_output);
        if let Some(grad) = &mut b.grad_inputs[0] {
            self.0.for_parts(grad, |row, begin, g| {
                let at = self.0.start(row) + begin;
                g.copy_from_slice(&x[at..][..g.len()]);
                self.0.source(0, weight, row, begin, g.len()).fold(g, |x, w| if x > 0.0 { 1.0 } else { w });
                g.iter_mut().zip(&d[at..]).for_each(|(g, d)| *g *= d);
            });
        }
        if let Some(grad) = &mut b.grad_params[0] {
            let part = |row: usize, begin: usize, part: &mut [f32]| {
                let at = self.0.start(row) + begin;
                for ((g, x), d) in part.iter_mut().zip(&x[at..]).zip(&d[at..]) {
                    *g = if *x > 0.0 { 0.0 } else { x * d };
                }
            };
            self.0.add_sums(0, grad, part);
        }
    }
}
