//! Convolutions, general and depthwise, over one to three spatial axes.

use rand_chacha::ChaCha8Rng;

use crate::diag::Sink;
use crate::kernels;
use crate::kernels::window::Window;
use crate::random;
use crate::shape::{Dim, Fact, Shape};
use crate::source::Span;

use super::attrs::{Args, Attr, AttrKind, Default, Value};
use super::emit::{self, Dfdx, Unsupported};
use super::geometry::{self, Sliding};
use super::init::{Init, Penalty};
use super::lower::{Backward, Forward, Kernel, LowerCx, Lowered, Needs, Workspace};
use super::{Inputs, OpInfo, Operator, ParamSpec, Reach, Role, Sample, ShapeError};

pub(super) const KERNEL: Attr = Attr {
    name: "kernel",
    kind: AttrKind::Size { min: 1 },
    default: Default::Required,
    doc: "taps per spatial axis",
};
pub(super) const STRIDE: Attr = Attr {
    name: "stride",
    kind: AttrKind::Size { min: 1 },
    default: Default::Int(1),
    doc: "input elements between neighbouring outputs",
};
pub(super) const PAD: Attr = Attr {
    name: "pad",
    kind: AttrKind::Padding,
    default: Default::Int(0),
    doc: "zeros around the input: a number, pairs, `half` (k//2), `same` (TensorFlow's) or `valid` (none)",
};
pub(super) const DILATION: Attr = Attr {
    name: "dilation",
    kind: AttrKind::Size { min: 1 },
    default: Default::Int(1),
    doc: "input elements between neighbouring taps",
};
pub(super) const OUT: Attr =
    Attr { name: "out", kind: AttrKind::Int { min: 1 }, default: Default::Required, doc: "output channels" };
pub(super) const GROUPS: Attr = Attr {
    name: "groups",
    kind: AttrKind::Int { min: 1 },
    default: Default::Int(1),
    doc: "groups of channels that do not see each other; divides input and output channels",
};
pub(super) const BIAS: Attr =
    Attr { name: "bias", kind: AttrKind::Bool, default: Default::Bool(true), doc: "whether a bias per output channel is added" };
pub(super) const INIT: Attr = Attr {
    name: "init",
    kind: AttrKind::Init,
    default: Default::Word("glorot_uniform"),
    doc: "first values of `weight` (Keras's default; fans count the taps and one group's channels)",
};
pub(super) const BIAS_INIT: Attr =
    Attr { name: "bias_init", kind: AttrKind::Init, default: Default::Word("zeros"), doc: "first values of `bias`" };
pub(super) const PENALTY: Attr = Attr {
    name: "penalty",
    kind: AttrKind::Penalty,
    default: Default::Optional,
    doc: "penalty on `weight`, added to the loss",
};

/// What all convolutions have.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    /// Whether a bias per output channel is added.
    pub bias: bool,
    /// First values of `weight`.
    pub init: Init,
    /// First values of `bias`.
    pub bias_init: Init,
    /// Penalty on `weight`.
    pub penalty: Penalty,
}

impl Weights {
    /// Reads `bias`, `init`, `bias_init` and `penalty`.
    pub(super) fn read(args: &Args) -> Option<Self> {
        Some(Self {
            bias: args.bool("bias"),
            init: args.init("init")?,
            bias_init: args.init("bias_init")?,
            penalty: args.penalty("penalty").unwrap_or_default(),
        })
    }

    /// The builders of a layer with these weights in generated Rust.
    pub(super) fn builders(&self) -> String {
        emit::weights(self.init, self.bias.then_some(self.bias_init), self.penalty)
    }

    /// `weight` of this shape and, where there is one, `bias`.
    pub(super) fn params(&self, shape: Vec<usize>, outputs: usize, fans: (usize, usize)) -> Vec<ParamSpec> {
        let mut params =
            vec![ParamSpec { name: "weight", shape, trainable: true, init: self.init, fans, penalty: self.penalty }];
        if self.bias {
            params.push(ParamSpec {
                name: "bias",
                shape: vec![outputs],
                trainable: true,
                init: self.bias_init,
                fans,
                penalty: Penalty::default(),
            });
        }
        params
    }
}

/// Taps per axis for an input that inference accepts.
pub(super) fn kernel_sizes(sliding: &Sliding, x: &Fact) -> Vec<usize> {
    sliding.kernel.expand(x.rank() - 2).unwrap_or_default()
}

/// A convolution (as all frameworks mean it: cross-correlation).
#[derive(Clone, Debug, PartialEq)]
pub struct Conv {
    /// Output channels.
    pub out: usize,
    /// The window.
    pub sliding: Sliding,
    /// Groups of channels.
    pub groups: usize,
    /// Its parameters.
    pub weights: Weights,
}

impl Operator for Conv {
    const INFO: OpInfo = OpInfo {
        name: "conv",
        also_known_as: &["convolution", "conv1d", "conv2d", "conv3d", "convolutional"],
        doc: "A convolution over 1 to 3 spatial axes, taken from the input: `[N, C, ...]` to `[N, out, ...]`, `y[o, p] = bias[o] + sum over c, k of weight[o, c, k] * x[c, p * stride + k * dilation - pad]`, with `weight` of shape `[out, C / groups, kernel...]` (PyTorch's layout). Each spatial size becomes `(size + pads - dilation * (kernel - 1) - 1) // stride + 1`.",
        inputs: Inputs::Named(&["x"]),
        attrs: &[OUT, KERNEL, STRIDE, PAD, DILATION, GROUPS, BIAS, INIT, BIAS_INIT, PENALTY],
        role: Role::Layer,
        example: "conv(64, 3, stride=2, pad=half, bias=false)",
    };

    fn build(args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
        Some(Conv {
            out: args.usize("out")?,
            sliding: Sliding::read(args)?,
            groups: args.usize("groups")?,
            weights: Weights::read(args)?,
        })
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        let x = &inputs[0];
        geometry::check_maps("conv", x)?;
        let channels = geometry::channels("conv", x, 1)?;
        geometry::check_groups("conv", self.groups, channels, self.out)?;
        let mut shape = vec![x.shape[0].clone(), self.out.into()];
        shape.extend(self.sliding.outputs("conv", x)?);
        geometry::check_volume("conv", &self.weight_shape(x), "out")?;
        Ok(Fact::f32(shape))
    }

    fn params(&self, inputs: &[Fact]) -> Vec<ParamSpec> {
        let shape = self.weight_shape(&inputs[0]);
        let taps: usize = shape[2..].iter().product();
        let fans = (shape[1] * taps, self.out / self.groups * taps);
        self.weights.params(shape, self.out, fans)
    }

    fn macs(&self, inputs: &[Fact], output: &Fact) -> u128 {
        let per_output: u128 = self.weight_shape(&inputs[0])[1..].iter().map(|s| *s as u128).product();
        output.numel() as u128 * per_output
    }

    fn reach(&self, inputs: &[Fact]) -> Reach {
        self.sliding.reach("conv", &inputs[0])
    }

    fn lower(&self, inputs: &[Fact], output: &Fact, _cx: LowerCx) -> Lowered {
        let (from, to) = (inputs[0].sizes(), output.sizes());
        let window = self.window(&from, &to);
        let (inputs, outputs) = (from[1] / self.groups, self.out / self.groups);
        Lowered::Kernel(Box::new(ConvKernel {
            kernel: kernels::conv::Conv::new(from[0], self.groups, inputs, outputs, window),
            sums: ChannelSums { channels: to[1], size: window.output_len() },
            bias: self.weights.bias,
        }))
    }

    fn emit_dfdx(&self, inputs: &[Fact], output: &Fact) -> Result<Dfdx, Unsupported> {
        emit::weighted(self.typed(&inputs[0], output)?, format!("Conv::new(){}", self.weights.builders()))
    }

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let draw = Draw::new(rng);
        let (groups, outputs) = (1 + below(rng, 3), 1 + below(rng, 3));
        let channels = groups * (1 + below(rng, 3));
        let mut args = draw.args.clone();
        args.push(("out", Value::Int((groups * outputs) as i64)));
        args.push(("groups", Value::Int(groups as i64)));
        let args = Args::of("conv", Self::INFO.attrs, &args);
        draw.sample(Conv::build(&args, Span::default(), &mut Sink::new()).expect("the arguments fit").into(), channels)
    }
}

impl Conv {
    /// The window over maps of tensors of these sizes.
    pub(super) fn window(&self, from: &[usize], to: &[usize]) -> Window {
        self.sliding.window("conv", &from[2..], &to[2..]).0
    }

    /// The type of a layer in generated Rust.
    fn typed(&self, x: &Fact, y: &Fact) -> Result<String, Unsupported> {
        let window = emit::window("conv", &self.sliding, x)?;
        let groups = if self.groups == 1 { String::new() } else { format!(", groups {}", self.groups) };
        let bias = if self.weights.bias { "" } else { ", no bias" };
        Ok(format!("conv!({} => {}{window}{groups}{bias})", emit::sizes(x), emit::sizes(y)))
    }

    fn weight_shape(&self, x: &Fact) -> Vec<usize> {
        let mut shape = vec![self.out, x.shape[1].as_usize().unwrap_or(0) / self.groups.max(1)];
        shape.extend(kernel_sizes(&self.sliding, x));
        shape
    }
}

/// A convolution of every channel by itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Depthwise {
    /// The window.
    pub sliding: Sliding,
    /// Output channels of each input channel.
    pub multiplier: usize,
    /// Its parameters.
    pub weights: Weights,
}

impl Depthwise {
    /// The same as a [`Conv`] for this input.
    pub(super) fn conv(&self, x: &Fact) -> Conv {
        let channels = x.shape.get(1).and_then(Dim::as_usize).unwrap_or(1).max(1);
        Conv {
            out: channels.saturating_mul(self.multiplier),
            sliding: self.sliding.clone(),
            groups: channels,
            weights: self.weights.clone(),
        }
    }
}

impl Operator for Depthwise {
    const INFO: OpInfo = OpInfo {
        name: "depthwise",
        also_known_as: &["depthwise_conv", "depthwise_conv2d", "dwconv"],
        doc: "A convolution of each channel by itself: `[N, C, ...]` to `[N, C * multiplier, ...]`; output channel `c * multiplier + j` reads input channel `c`. `weight` is `[C * multiplier, 1, kernel...]`, as that of PyTorch's convolution with `groups=C`.",
        inputs: Inputs::Named(&["x"]),
        attrs: &[
            KERNEL,
            STRIDE,
            PAD,
            DILATION,
            Attr {
                name: "multiplier",
                kind: AttrKind::Int { min: 1 },
                default: Default::Int(1),
                doc: "output channels of each input channel",
            },
            BIAS,
            INIT,
            BIAS_INIT,
            PENALTY,
        ],
        role: Role::Layer,
        example: "depthwise(3, stride=2, pad=half)",
    };

    fn build(args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
        Some(Depthwise {
            sliding: Sliding::read(args)?,
            multiplier: args.usize("multiplier")?,
            weights: Weights::read(args)?,
        })
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        let x = &inputs[0];
        geometry::check_maps("depthwise", x)?;
        let channels = geometry::channels("depthwise", x, 1)?;
        let mut shape = vec![x.shape[0].clone(), Dim::from(channels).mul_num(self.multiplier as i64)?];
        shape.extend(self.sliding.outputs("depthwise", x)?);
        geometry::check_volume("depthwise", &self.conv(x).weight_shape(x), "multiplier")?;
        Ok(Fact::f32(shape))
    }

    fn params(&self, inputs: &[Fact]) -> Vec<ParamSpec> {
        self.conv(&inputs[0]).params(inputs)
    }

    fn macs(&self, inputs: &[Fact], output: &Fact) -> u128 {
        self.conv(&inputs[0]).macs(inputs, output)
    }

    fn reach(&self, inputs: &[Fact]) -> Reach {
        self.sliding.reach("depthwise", &inputs[0])
    }

    fn lower(&self, inputs: &[Fact], output: &Fact, cx: LowerCx) -> Lowered {
        self.conv(&inputs[0]).lower(inputs, output, cx)
    }

    fn emit_dfdx(&self, inputs: &[Fact], output: &Fact) -> Result<Dfdx, Unsupported> {
        self.conv(&inputs[0]).emit_dfdx(inputs, output)
    }

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let draw = Draw::new(rng);
        let channels = 2 + below(rng, 3);
        let mut args = draw.args.clone();
        args.push(("multiplier", Value::Int(1 + below(rng, 2) as i64)));
        let args = Args::of("depthwise", Self::INFO.attrs, &args);
        let op = Depthwise::build(&args, Span::default(), &mut Sink::new()).expect("the arguments fit");
        draw.sample(op.into(), channels)
    }
}

pub(super) fn below(rng: &mut ChaCha8Rng, bound: usize) -> usize {
    random::below(rng, bound as u64) as usize
}

/// Random attributes of a window, and maps that it fits.
pub(super) struct Draw {
    /// `kernel`, `stride`, `pad` and `dilation`.
    pub args: Vec<(&'static str, Value)>,
    /// The stride.
    pub stride: usize,
    /// Sizes of the spatial axes.
    pub sizes: Vec<usize>,
    batch: usize,
}

impl Draw {
    /// One to three axes.
    pub fn new(rng: &mut ChaCha8Rng) -> Self {
        let rank = 1 + below(rng, 3);
        let (stride, dilation) = (1 + below(rng, 3), 1 + below(rng, 2));
        let kernel: Vec<usize> = (0..rank).map(|_| 1 + below(rng, 3)).collect();
        let sizes = kernel.iter().map(|k| dilation * (k - 1) + 1 + below(rng, 3)).collect();
        let list = |values: Vec<i64>| Value::List(values.into_iter().map(Value::Int).collect());
        let pad = match below(rng, 5) {
            0 => Value::Word("half".into()),
            1 => Value::Word("same".into()),
            2 => Value::Int(0),
            3 => Value::Int((kernel.iter().min().copied().unwrap_or(1) / 2) as i64),
            _ => Value::List(kernel.iter().map(|k| list(vec![0, (k / 2) as i64])).collect()),
        };
        let args = vec![
            ("kernel", list(kernel.iter().map(|k| *k as i64).collect())),
            ("stride", Value::Int(stride as i64)),
            ("pad", pad),
            ("dilation", Value::Int(dilation as i64)),
        ];
        Self { args, stride, sizes, batch: 1 + below(rng, 2) }
    }

    /// An instance with this many channels.
    pub fn sample(self, op: super::Op, channels: usize) -> Sample {
        let mut shape = vec![self.batch, channels];
        shape.extend(self.sizes);
        Sample { op, inputs: vec![Fact::f32(Shape::of(&shape))], classes: 0, range: (-1.0, 1.0), kinks: false }
    }
}

/// The gradient of a bias: sums over images and maps.
#[derive(Clone, Copy, Debug)]
pub(super) struct ChannelSums {
    pub channels: usize,
    pub size: usize,
}

impl ChannelSums {
    pub fn add(&self, dy: &[f32], sums: &mut [f32]) {
        kernels::norm::add_channel_sums(dy, self.channels, self.size, sums);
    }
}

struct ConvKernel {
    kernel: kernels::conv::Conv,
    sums: ChannelSums,
    bias: bool,
}

impl Kernel for ConvKernel {
    fn workspace(&self) -> Workspace {
        let k = &self.kernel;
        Workspace {
            saved: Vec::new(),
            forward: k.forward_scratch(),
            backward: k.input_scratch().max(k.weight_scratch()),
        }
    }

    fn needs(&self) -> Needs {
        Needs { inputs: true, output: false }
    }

    fn in_place(&self) -> bool {
        false
    }

    fn forward(&self, f: Forward<'_, '_>) {
        let bias = self.bias.then(|| f.params[1]);
        self.kernel.forward(f.inputs[0], f.params[0], bias, f.output, f.scratch);
    }

    fn backward(&self, b: Backward<'_, '_>) {
        if let Some(grad) = &mut b.grad_inputs[0] {
            self.kernel.input_gradient(b.grad_output, b.params[0], None, grad, b.scratch);
        }
        if let Some(grad) = &mut b.grad_params[0] {
            self.kernel.weight_gradient(b.inputs[0], b.grad_output, grad, b.scratch);
        }
        if let Some(Some(grad)) = b.grad_params.get_mut(1) {
            self.sums.add(b.grad_output, grad);
        }
    }
}
