//! Normalisation layers; that over batches has a file of its own.

use rand_chacha::ChaCha8Rng;

use crate::diag::{Sink, codes};
use crate::kernels;
use crate::random;
use crate::shape::{Fact, Shape};
use crate::source::Span;

use super::attrs::{Args, Attr, AttrKind, Default};
use super::emit::{self, Dfdx, Unsupported};
use super::geometry;
use super::init::{Init, Penalty};
use super::lower::{Backward, Forward, Kernel, LowerCx, Lowered, Needs, Workspace};
use super::{Inputs, OpInfo, Operator, ParamSpec, Reach, Role, Sample, ShapeError};

pub(super) const EPS: Attr = Attr {
    name: "eps",
    kind: AttrKind::Float { min: 0.0, max: f64::MAX },
    default: Default::Float(1e-5),
    doc: "added to the variance",
};

/// `weight` (ones) and `bias` (zeros) of this shape.
pub(super) fn affine(shape: Vec<usize>) -> Vec<ParamSpec> {
    let param = |name, init| ParamSpec {
        name,
        shape: shape.clone(),
        trainable: true,
        init,
        fans: (1, 1),
        penalty: Penalty::default(),
    };
    vec![param("weight", Init::Ones), param("bias", Init::Zeros)]
}

/// Refuses what is not `[N, C, ...]` with a known number of channels.
pub(super) fn check_channels(op: &str, x: &Fact, least: usize) -> Result<usize, ShapeError> {
    geometry::check_float(op, x)?;
    if x.rank() < least {
        return Err(ShapeError::new(
            codes::WRONG_RANK,
            format!("`{op}` takes at least {least} axes (`[N, C, ...]`), but this has {}: `{x}`", x.rank()),
        )
        .inputs(&[0]));
    }
    geometry::channels(op, x, 1)
}

pub(super) fn draw(rng: &mut ChaCha8Rng, bound: u64) -> usize {
    1 + random::below(rng, bound) as usize
}

pub(super) fn sample_of(op: super::Op, shape: &[usize]) -> Sample {
    Sample { op, inputs: vec![Fact::f32(Shape::of(shape))], classes: 0, range: (-2.0, 2.0), kinks: false }
}

/// Local response normalisation.
#[derive(Clone, Debug, PartialEq)]
pub struct Lrn {
    /// Channels of a window.
    pub size: usize,
    /// The factor of the window's mean square.
    pub alpha: f64,
    /// The exponent.
    pub beta: f64,
    /// What is added.
    pub k: f64,
}

const NUMBER: AttrKind = AttrKind::Float { min: 0.0, max: f64::MAX };

impl Operator for Lrn {
    const INFO: OpInfo = OpInfo {
        name: "lrn",
        also_known_as: &["local_response_norm", "local_response_normalization"],
        doc: "Local response normalisation across channels: `y = x / (k + alpha / size * sum of x^2 over the window)^beta`. As in AlexNet's paper and PyTorch, alpha is divided by the size; the window has `size // 2` channels before and `(size - 1) // 2` after.",
        inputs: Inputs::Named(&["x"]),
        attrs: &[
            Attr { name: "size", kind: AttrKind::Int { min: 1 }, default: Default::Int(5), doc: "channels of a window" },
            Attr { name: "alpha", kind: NUMBER, default: Default::Float(1e-4), doc: "the factor, divided by `size`" },
            Attr { name: "beta", kind: NUMBER, default: Default::Float(0.75), doc: "the exponent" },
            Attr { name: "k", kind: NUMBER, default: Default::Float(1.0), doc: "what is added (2 in AlexNet's paper)" },
        ],
        role: Role::Layer,
        example: "lrn(5, alpha=1e-4, beta=0.75, k=2)",
    };

    fn build(args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
        Some(Lrn {
            size: args.usize("size")?,
            alpha: args.float("alpha")?,
            beta: args.float("beta")?,
            k: args.float("k")?,
        })
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        let x = &inputs[0];
        geometry::check_float("lrn", x)?;
        if x.rank() < 2 {
            return Err(ShapeError::new(
                codes::WRONG_RANK,
                format!("`lrn` takes at least 2 axes (`[N, C, ...]`), but this has {}: `{x}`", x.rank()),
            )
            .inputs(&[0]));
        }
        Ok(x.clone())
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

    fn lower(&self, inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
        let sizes = inputs[0].sizes();
        Lowered::Kernel(Box::new(LrnKernel(kernels::norm::Lrn {
            batch: sizes[0],
            channels: sizes[1],
            size: sizes[2..].iter().product(),
            window: self.size,
            alpha: self.alpha as f32,
            beta: self.beta as f32,
            k: self.k as f32,
        })))
    }

    fn emit_dfdx(&self, _inputs: &[Fact], _output: &Fact) -> Result<Dfdx, Unsupported> {
        let Lrn { size, alpha, beta, k } = self;
        emit::call("lrn", 1, &[size.to_string(), format!("{alpha:?}"), format!("{beta:?}"), format!("{k:?}")])
    }

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let shape = [draw(rng, 2), draw(rng, 7), draw(rng, 3), draw(rng, 3)];
        sample_of(Lrn { size: draw(rng, 5), alpha: 0.5, beta: 0.75, k: 1.5 }.into(), &shape)
    }
}

struct LrnKernel(kernels::norm::Lrn);

impl Kernel for LrnKernel {
    fn workspace(&self) -> Workspace {
        Workspace { saved: vec![self.0.batch * self.0.channels * self.0.size], forward: 0, backward: 0 }
    }

    fn needs(&self) -> Needs {
        Needs { inputs: true, output: true }
    }

    fn in_place(&self) -> bool {
        false
    }

    fn forward(&self, f: Forward<'_, '_>) {
        self.0.forward(f.inputs[0], f.output, f.saved[0]);
    }

    fn backward(&self, b: Backward<'_, '_>) {
        if let Some(grad) = &mut b.grad_inputs[0] {
            self.0.gradient(b.inputs[0], b.output, b.saved[0], b.grad_output, grad);
        }
    }
}

/// Layer normalisation.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerNorm {
    /// How many of the last axes are normalised together.
    pub axes: usize,
    /// Added to the variance.
    pub eps: f64,
}

impl Operator for LayerNorm {
    const INFO: OpInfo = OpInfo {
        name: "layernorm",
        also_known_as: &["layer_norm", "ln", "layer_normalization"],
        doc: "Layer normalisation over the last `axes` axes together (PyTorch's `normalized_shape`): `y = (x - mean) / sqrt(var + eps) * weight + bias` with the biased variance; `weight` and `bias` have the sizes of those axes.",
        inputs: Inputs::Named(&["x"]),
        attrs: &[
            Attr {
                name: "axes",
                kind: AttrKind::Int { min: 1 },
                default: Default::Int(1),
                doc: "how many of the last axes are normalised together",
            },
            EPS,
        ],
        role: Role::Layer,
        example: "layernorm",
    };

    fn build(args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
        Some(LayerNorm { axes: args.usize("axes")?, eps: args.float("eps")? })
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        let x = &inputs[0];
        geometry::check_float("layernorm", x)?;
        if self.axes >= x.rank() {
            let error = ShapeError::new(
                codes::WRONG_RANK,
                format!("`layernorm` over {} axes needs more than {} (the batch stays), but this has {}: `{x}`", self.axes, self.axes, x.rank()),
            )
            .inputs(&[0])
            .attr("axes");
            return Err(if x.rank() > 1 { error.help(format!("use `axes={}` or less", x.rank() - 1)) } else { error });
        }
        for axis in x.rank() - self.axes..x.rank() {
            geometry::channels("layernorm", x, axis)?;
        }
        geometry::check_volume("layernorm", &self.shape(x), "axes")?;
        Ok(x.clone())
    }

    fn params(&self, inputs: &[Fact]) -> Vec<ParamSpec> {
        affine(self.shape(&inputs[0]))
    }

    fn macs(&self, _inputs: &[Fact], _output: &Fact) -> u128 {
        0
    }

    fn reach(&self, inputs: &[Fact]) -> Reach {
        if inputs[0].rank() > 2 { Reach::All } else { Reach::Same }
    }

    fn lower(&self, inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
        let cols: usize = self.shape(&inputs[0]).iter().product();
        row_kernel(inputs[0].numel(), cols, 1, 1, self.eps)
    }

    fn emit_dfdx(&self, inputs: &[Fact], _output: &Fact) -> Result<Dfdx, Unsupported> {
        let x = &inputs[0];
        if self.axes >= x.rank() {
            return emit::unsupported("generated code normalises the axes after the batch's alone");
        }
        let axes: String = (x.rank() - self.axes..x.rank()).map(|a| format!("Const<{}>,", emit::size(x, a))).collect();
        emit::layer(format!("LayerNorm<({axes})>"), format!("LayerNorm::new(){}", emit::eps(self.eps)))
    }

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let shape = [draw(rng, 3), draw(rng, 3), 1 + draw(rng, 4), 1 + draw(rng, 4)];
        sample_of(LayerNorm { axes: draw(rng, 3), eps: 1e-2 }.into(), &shape)
    }
}

impl LayerNorm {
    fn shape(&self, x: &Fact) -> Vec<usize> {
        x.shape[x.rank() - self.axes..].iter().map(|d| d.as_usize().unwrap_or(0)).collect()
    }
}

/// The parts of [`Operator`] of an op that normalises each image's channels in groups, with a
/// weight and a bias for each channel.
macro_rules! grouped {
    (|$op:ident, $channels:ident| $groups:expr) => {
        fn params(&self, inputs: &[Fact]) -> Vec<ParamSpec> {
            affine(vec![inputs[0].shape[1].as_usize().unwrap_or(0)])
        }

        fn macs(&self, _inputs: &[Fact], _output: &Fact) -> u128 {
            0
        }

        fn reach(&self, _inputs: &[Fact]) -> Reach {
            Reach::All
        }

        fn lower(&self, inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
            let sizes = inputs[0].sizes();
            let ($op, $channels) = (self, sizes[1]);
            let (groups, size): (usize, usize) = ($groups, sizes[2..].iter().product());
            row_kernel(inputs[0].numel(), $channels / groups * size, groups, size, $op.eps)
        }
    };
}

/// Group normalisation.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupNorm {
    /// Groups of channels.
    pub groups: usize,
    /// Added to the variance.
    pub eps: f64,
}

impl Operator for GroupNorm {
    const INFO: OpInfo = OpInfo {
        name: "groupnorm",
        also_known_as: &["group_norm", "gn", "group_normalization"],
        doc: "Group normalisation of `[N, C, ...]`: mean and biased variance of each image and group of neighbouring channels, then `weight` and `bias` per channel (PyTorch's convention).",
        inputs: Inputs::Named(&["x"]),
        attrs: &[
            Attr {
                name: "groups",
                kind: AttrKind::Int { min: 1 },
                default: Default::Required,
                doc: "groups of channels; divides them",
            },
            EPS,
        ],
        role: Role::Layer,
        example: "groupnorm(32)",
    };

    fn build(args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
        Some(GroupNorm { groups: args.usize("groups")?, eps: args.float("eps")? })
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        let channels = check_channels("groupnorm", &inputs[0], 2)?;
        geometry::check_groups("groupnorm", self.groups, channels, channels)?;
        Ok(inputs[0].clone())
    }

    grouped!(|op, channels| op.groups);

    fn emit_dfdx(&self, inputs: &[Fact], _output: &Fact) -> Result<Dfdx, Unsupported> {
        let ty = format!("GroupNorm<{}>", emit::size(&inputs[0], 1));
        emit::layer(ty, format!("GroupNorm::new({}){}", self.groups, emit::eps(self.eps)))
    }

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let groups = draw(rng, 3);
        let shape = [draw(rng, 3), groups * draw(rng, 2), 1 + draw(rng, 2), 1 + draw(rng, 2)];
        sample_of(GroupNorm { groups, eps: 1e-2 }.into(), &shape)
    }
}

/// Instance normalisation.
#[derive(Clone, Debug, PartialEq)]
pub struct InstanceNorm {
    /// Added to the variance.
    pub eps: f64,
}

impl Operator for InstanceNorm {
    const INFO: OpInfo = OpInfo {
        name: "instancenorm",
        also_known_as: &["instance_norm", "instance_normalization"],
        doc: "Instance normalisation of `[N, C, ...]`: mean and biased variance of each map, then `weight` and `bias` per channel (PyTorch's with `affine=True`, and ONNX's).",
        inputs: Inputs::Named(&["x"]),
        attrs: &[EPS],
        role: Role::Layer,
        example: "instancenorm",
    };

    fn build(args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
        Some(InstanceNorm { eps: args.float("eps")? })
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        check_channels("instancenorm", &inputs[0], 3)?;
        Ok(inputs[0].clone())
    }

    grouped!(|op, channels| channels);

    fn emit_dfdx(&self, inputs: &[Fact], _output: &Fact) -> Result<Dfdx, Unsupported> {
        let ty = format!("InstanceNorm<{}>", emit::size(&inputs[0], 1));
        emit::layer(ty, format!("InstanceNorm::new(){}", emit::eps(self.eps)))
    }

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let shape = [draw(rng, 3), draw(rng, 3), 1 + draw(rng, 3), 1 + draw(rng, 3)];
        sample_of(InstanceNorm { eps: 1e-2 }.into(), &shape)
    }
}

fn row_kernel(numel: usize, cols: usize, groups: usize, inner: usize, eps: f64) -> Lowered {
    let rows = numel / cols.max(1);
    Lowered::Kernel(Box::new(RowNormKernel(kernels::norm::RowNorm { rows, cols, groups, inner, eps: eps as f32 })))
}

struct RowNormKernel(kernels::norm::RowNorm);

impl Kernel for RowNormKernel {
    fn workspace(&self) -> Workspace {
        Workspace { saved: vec![2 * self.0.rows], forward: 0, backward: 0 }
    }

    fn needs(&self) -> Needs {
        Needs { inputs: true, output: false }
    }

    fn in_place(&self) -> bool {
        false
    }

    fn forward(&self, f: Forward<'_, '_>) {
        self.0.forward(f.inputs[0], f.params[0], f.params[1], f.output, f.saved[0]);
    }

    fn backward(&self, b: Backward<'_, '_>) {
        let (x, dy, stats) = (b.inputs[0], b.grad_output, b.saved[0]);
        if let Some(grad) = &mut b.grad_inputs[0] {
            self.0.input_gradient(x, dy, b.params[0], stats, grad);
        }
        if let [by_weight, by_bias] = b.grad_params {
            self.0.parameter_gradient(x, dy, stats, by_weight.as_deref_mut(), by_bias.as_deref_mut());
        }
    }
}
