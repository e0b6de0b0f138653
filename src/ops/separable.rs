//! A depthwise convolution and a pointwise one as one op.

use rand_chacha::ChaCha8Rng;

use crate::diag::Sink;
use crate::shape::Fact;
use crate::source::Span;

use super::attrs::{Args, Attr, AttrKind, Default, Padding, Size, Value};
use super::conv::{self, Conv, Depthwise, Draw, Weights, below};
use super::emit::{self, Dfdx, Unsupported};
use super::geometry::Sliding;
use super::lower::{Backward, Forward, Kernel, LowerCx, Lowered, Needs, Pack, Workspace};
use super::{Inputs, OpInfo, Operator, ParamSpec, Reach, Role, Sample, ShapeError};

/// A convolution of each channel by itself, then one over the channels at each place.
#[derive(Clone, Debug, PartialEq)]
pub struct Separable {
    /// The first, without a bias.
    pub depthwise: Depthwise,
    /// The second, with a window of one. Apart, so that no op takes much more room than others.
    pub pointwise: Box<Conv>,
}

impl Separable {
    /// Both convolutions; the first has no bias.
    pub fn new(out: usize, sliding: Sliding, multiplier: usize, weights: Weights) -> Self {
        let one = || Size::All(1);
        let point = Sliding { kernel: one(), stride: one(), pad: Padding::All(0), dilation: one(), ceil: false };
        Self {
            depthwise: Depthwise { sliding, multiplier, weights: Weights { bias: false, ..weights.clone() } },
            pointwise: Box::new(Conv { out, sliding: point, groups: 1, weights }),
        }
    }

    /// What the depthwise convolution makes. Its problems are this op's.
    fn between(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        self.depthwise.infer(inputs).map_err(|mut error| {
            error.message = error.message.replace("`depthwise`", "`separable`");
            error
        })
    }
}

impl Operator for Separable {
    const INFO: OpInfo = OpInfo {
        name: "separable",
        also_known_as: &["separable_conv", "separable_conv2d", "sepconv"],
        doc: "A depthwise convolution without bias, then a 1x1 convolution to `out` channels, as Keras's `SeparableConv2D` (Chollet 2017): `depthwise.weight` is `[C * multiplier, 1, kernel...]`, `pointwise.weight` `[out, C * multiplier, 1...]`. Nothing stands between the two; for a norm there, write `depthwise(3) -> bn -> conv(out, 1)`.",
        inputs: Inputs::Named(&["x"]),
        attrs: &[
            conv::OUT,
            conv::KERNEL,
            conv::STRIDE,
            conv::PAD,
            conv::DILATION,
            Attr {
                name: "multiplier",
                kind: AttrKind::Int { min: 1 },
                default: Default::Int(1),
                doc: "depthwise output channels of each input channel",
            },
            conv::BIAS,
            conv::INIT,
            conv::BIAS_INIT,
            conv::PENALTY,
        ],
        role: Role::Layer,
        example: "separable(64, 3, pad=half)",
    };

    fn build(args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
        let weights = Weights::read(args)?;
        Some(Separable::new(args.usize("out")?, Sliding::read(args)?, args.usize("multiplier")?, weights))
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        self.pointwise.infer(&[self.between(inputs)?])
    }

    fn params(&self, inputs: &[Fact]) -> Vec<ParamSpec> {
        let Ok(between) = self.between(inputs) else { return Vec::new() };
        let mut params = self.depthwise.params(inputs);
        params.iter_mut().for_each(|p| p.name = "depthwise.weight");
        params.extend(self.pointwise.params(&[between]).into_iter().map(|p| {
            let name = if p.name == "bias" { "pointwise.bias" } else { "pointwise.weight" };
            ParamSpec { name, ..p }
        }));
        params
    }

    fn macs(&self, inputs: &[Fact], output: &Fact) -> u128 {
        match self.between(inputs) {
            Ok(between) => self.depthwise.macs(inputs, &between) + self.pointwise.macs(&[between], output),
            Err(_) => 0,
        }
    }

    fn reach(&self, inputs: &[Fact]) -> Reach {
        self.depthwise.reach(inputs)
    }

    fn lower(&self, inputs: &[Fact], output: &Fact, cx: LowerCx) -> Lowered {
        let Ok(between) = self.between(inputs) else { return Lowered::View };
        let size = between.numel();
        let first = self.depthwise.lower(inputs, &between, cx);
        match (first, self.pointwise.lower(&[between], output, cx)) {
            (Lowered::Kernel(first), Lowered::Kernel(second)) => {
                Lowered::Kernel(Box::new(Pair { first, second, between: size }))
            }
            // Convolutions are no views.
            (other, _) => other,
        }
    }

    fn emit_dfdx(&self, inputs: &[Fact], output: &Fact) -> Result<Dfdx, Unsupported> {
        let x = &inputs[0];
        let window = emit::window("separable", &self.depthwise.sliding, x)?;
        let multiplier = match self.depthwise.multiplier {
            1 => String::new(),
            more => format!(", multiplier {more}"),
        };
        let weights = &self.pointwise.weights;
        let bias = if weights.bias { "" } else { ", no bias" };
        let ty = format!("separable!({} => {}{window}{multiplier}{bias})", emit::sizes(x), emit::sizes(output));
        emit::weighted(ty, format!("Separable::new(){}", weights.builders()))
    }

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let draw = Draw::new(rng);
        let channels = 2 + below(rng, 2);
        let mut args = draw.args.clone();
        args.push(("out", Value::Int(1 + below(rng, 3) as i64)));
        args.push(("multiplier", Value::Int(1 + below(rng, 2) as i64)));
        args.push(("bias", Value::Bool(below(rng, 3) > 0)));
        let args = Args::of("separable", Self::INFO.attrs, &args);
        let op = Separable::build(&args, Span::default(), &mut Sink::new()).expect("the arguments fit");
        draw.sample(op.into(), channels)
    }
}

/// One kernel after another. The first has one parameter; what it makes is saved for backward,
/// before what either saves itself.
struct Pair {
    first: Box<dyn Kernel>,
    second: Box<dyn Kernel>,
    /// Elements between the two.
    between: usize,
}

impl Kernel for Pair {
    fn workspace(&self) -> Workspace {
        let (a, b) = (self.first.workspace(), self.second.workspace());
        Workspace {
            saved: [vec![self.between], a.saved, b.saved].concat(),
            forward: a.forward.max(b.forward),
            backward: self.between + a.backward.max(b.backward),
        }
    }

    fn needs(&self) -> Needs {
        Needs { inputs: self.first.needs().inputs, output: self.second.needs().output }
    }

    fn in_place(&self) -> bool {
        false
    }

    fn packed(&self) -> usize {
        self.first.packed() + self.second.packed()
    }

    fn pack(&self, p: Pack<'_, '_>) {
        let (first, second) = p.packed.split_at_mut(self.first.packed());
        self.first.pack(Pack { params: &p.params[..1], state: p.state, packed: first });
        self.second.pack(Pack { params: &p.params[1..], state: p.state, packed: second });
    }

    fn forward(&self, f: Forward<'_, '_>) {
        let (a, b) = (self.first.workspace(), self.second.workspace());
        let Some((between, saved)) = f.saved.split_first_mut() else { return };
        let (of_a, of_b) = saved.split_at_mut(a.saved.len());
        let (of_first, of_second) = f.packed.split_at(self.first.packed());
        // Taken out of the list, so that it outlives the borrow of the list.
        let between = std::mem::take(between);
        self.first.forward(Forward {
            inputs: f.inputs,
            params: &f.params[..1],
            state: &mut [],
            output: &mut *between,
            packed: of_first,
            saved: of_a,
            scratch: &mut f.scratch[..a.forward],
            noise: f.noise,
        });
        self.second.forward(Forward {
            inputs: &[&*between],
            params: &f.params[1..],
            state: &mut [],
            output: f.output,
            packed: of_second,
            saved: of_b,
            scratch: &mut f.scratch[..b.forward],
            noise: f.noise,
        });
    }

    fn backward(&self, b: Backward<'_, '_>) {
        let (first, second) = (self.first.workspace(), self.second.workspace());
        let Some((between, saved)) = b.saved.split_first() else { return };
        let (of_first, of_second) = saved.split_at(first.saved.len());
        let (grad, scratch) = b.scratch.split_at_mut(self.between);
        let (params_first, params_second) = b.grad_params.split_at_mut(1);
        let wanted = b.grad_inputs[0].is_some() || params_first[0].is_some();
        let count = params_second.len().min(2);
        let mut grads: [Option<&mut [f32]>; 2] = [None, None];
        for (slot, grad) in grads.iter_mut().zip(params_second.iter_mut()) {
            *slot = grad.as_deref_mut();
        }
        self.second.backward(Backward {
            inputs: &[between],
            params: &b.params[1..],
            state: &[],
            output: b.output,
            saved: of_second,
            grad_output: b.grad_output,
            grad_inputs: &mut [wanted.then_some(&mut *grad)],
            grad_params: &mut grads[..count],
            scratch: &mut scratch[..second.backward],
        });
        if wanted {
            self.first.backward(Backward {
                inputs: b.inputs,
                params: &b.params[..1],
                state: &[],
                output: between,
                saved: of_first,
                grad_output: grad,
                grad_inputs: b.grad_inputs,
                grad_params: params_first,
                scratch: &mut scratch[..first.backward],
            });
        }
    }
}
