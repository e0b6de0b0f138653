//! The transposed convolution.

use rand_chacha::ChaCha8Rng;

use crate::diag::{Sink, codes};
use crate::kernels;
use crate::shape::Fact;
use crate::source::Span;

use super::attrs::{Args, Attr, AttrKind, Default, Size, Value};
use super::conv::{
    BIAS, BIAS_INIT, ChannelSums, DILATION, Draw, GROUPS, INIT, KERNEL, OUT, PAD, PENALTY, STRIDE, Weights, below,
    kernel_sizes,
};
use super::emit::{self, Dfdx, Unsupported};
use super::geometry::{self, Axis, Sliding};
use super::lower::{Backward, Forward, Kernel, LowerCx, Lowered, Needs, Workspace};
use super::{Inputs, OpInfo, Operator, ParamSpec, Reach, Role, Sample, ShapeError};

/// The transpose of a convolution: what the gradient of one computes.
#[derive(Clone, Debug, PartialEq)]
pub struct ConvTranspose {
    /// Output channels.
    pub out: usize,
    /// The window of the convolution that it transposes.
    pub sliding: Sliding,
    /// What is added to the output's sizes.
    pub output_pad: Size,
    /// Groups of channels.
    pub groups: usize,
    /// Its parameters.
    pub weights: Weights,
}

const TRANSPOSE: &str = "conv_transpose";

impl ConvTranspose {
    fn weight_shape(&self, x: &Fact) -> Vec<usize> {
        let mut shape = vec![x.shape[1].as_usize().unwrap_or(0), self.out / self.groups.max(1)];
        shape.extend(kernel_sizes(&self.sliding, x));
        shape
    }

    /// An axis with its padding fixed, and what is added at its end.
    fn axes(&self, rank: usize) -> Result<Vec<(Axis, i64)>, ShapeError> {
        let added = self.output_pad.expand(rank).ok_or_else(|| {
            geometry::bad_value(TRANSPOSE, "output_pad", format!("must have one number or {rank}"))
        })?;
        let axes = self.sliding.axes(TRANSPOSE, rank)?;
        axes.into_iter()
            .zip(added)
            .map(|(mut axis, added)| {
                if added as u64 >= axis.stride.max(axis.dilation) as u64 {
                    return Err(geometry::bad_value(
                        TRANSPOSE,
                        "output_pad",
                        format!("is {added}, but must be smaller than the stride or the dilation"),
                    ));
                }
                let mut added = added as i64;
                if axis.pad.is_none() {
                    // Keras: the output is `stride` times the input.
                    let total = (axis.extent - axis.stride).max(0);
                    axis.pad = Some((total / 2, total - total / 2));
                    added = (axis.stride - axis.extent).max(0);
                }
                Ok((axis, added))
            })
            .collect()
    }
}

impl Operator for ConvTranspose {
    const INFO: OpInfo = OpInfo {
        name: TRANSPOSE,
        also_known_as: &["deconv", "deconvolution", "conv2d_transpose", "transposed_conv"],
        doc: "The transpose of a convolution: `[N, C, ...]` to `[N, out, ...]`, each input element adds its multiple of the kernel to the output. Each spatial size becomes `(size - 1) * stride - pads + dilation * (kernel - 1) + output_pad + 1`, and `size * stride` with `pad=same`. `weight` is `[C, out / groups, kernel...]` (PyTorch's layout).",
        inputs: Inputs::Named(&["x"]),
        attrs: &[
            OUT,
            KERNEL,
            STRIDE,
            PAD,
            Attr {
                name: "output_pad",
                kind: AttrKind::Size { min: 0 },
                default: Default::Int(0),
                doc: "added to the output's sizes, at their ends; smaller than the stride or the dilation",
            },
            DILATION,
            GROUPS,
            BIAS,
            INIT,
            BIAS_INIT,
            PENALTY,
        ],
        role: Role::Layer,
        example: "conv_transpose(64, 4, stride=2, pad=1)",
    };

    fn build(args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
        Some(ConvTranspose {
            out: args.usize("out")?,
            sliding: Sliding::read(args)?,
            output_pad: args.size("output_pad")?,
            groups: args.usize("groups")?,
            weights: Weights::read(args)?,
        })
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        let x = &inputs[0];
        geometry::check_maps(TRANSPOSE, x)?;
        let channels = geometry::channels(TRANSPOSE, x, 1)?;
        geometry::check_groups(TRANSPOSE, self.groups, channels, self.out)?;
        let mut shape = vec![x.shape[0].clone(), self.out.into()];
        let axes = self.axes(x.rank() - 2)?;
        for (i, (size, (axis, added))) in x.shape[2..].iter().zip(&axes).enumerate() {
            let (before, after) = axis.pads(0);
            let whole = size.add_num(-1)?.mul_num(axis.stride)?.add_num(axis.extent + added)?;
            let output = whole.add_num(-before - after)?;
            if output.as_num().is_some_and(|n| n < 1) {
                let name = geometry::axis_name(i, axes.len());
                return Err(ShapeError::new(
                    codes::EMPTY_OUTPUT,
                    format!("`{TRANSPOSE}` makes a {name} of {whole} of {size}, and its padding takes {} away", before + after),
                )
                .inputs(&[0])
                .attr("pad")
                .help("use less padding"));
            }
            shape.push(output);
        }
        geometry::check_volume(TRANSPOSE, &self.weight_shape(x), "out")?;
        Ok(Fact::f32(shape))
    }

    fn params(&self, inputs: &[Fact]) -> Vec<ParamSpec> {
        let shape = self.weight_shape(&inputs[0]);
        let taps: usize = shape[2..].iter().product();
        let fans = (shape[0] / self.groups * taps, shape[1] * taps);
        self.weights.params(shape, self.out, fans)
    }

    fn macs(&self, inputs: &[Fact], _output: &Fact) -> u128 {
        let per_input: u128 = self.weight_shape(&inputs[0])[1..].iter().map(|s| *s as u128).product();
        inputs[0].numel() as u128 * per_input
    }

    fn reach(&self, inputs: &[Fact]) -> Reach {
        let axes = self.sliding.axes(TRANSPOSE, inputs[0].rank().saturating_sub(2)).unwrap_or_default();
        Reach::Finer(axes.iter().map(|a| a.stride as usize).collect())
    }

    fn lower(&self, inputs: &[Fact], output: &Fact, _cx: LowerCx) -> Lowered {
        let (from, to) = (inputs[0].sizes(), output.sizes());
        let axes = self.axes(from.len() - 2).expect("inference has accepted the attributes");
        let axes: Vec<Axis> = axes.into_iter().map(|(axis, _)| axis).collect();
        // The convolution that is transposed reads our output.
        let (window, _) = geometry::window_of(&axes, &to[2..], &from[2..]);
        let (inputs, outputs) = (from[1] / self.groups, self.out / self.groups);
        Lowered::Kernel(Box::new(TransposeKernel {
            kernel: kernels::conv::Conv::new(from[0], self.groups, outputs, inputs, window),
            sums: ChannelSums { channels: to[1], size: window.input_len() },
            bias: self.weights.bias,
        }))
    }

    fn emit_dfdx(&self, inputs: &[Fact], output: &Fact) -> Result<Dfdx, Unsupported> {
        let x = &inputs[0];
        let window = emit::window(TRANSPOSE, &self.sliding, x)?;
        let more = self.output_pad.expand(x.rank() - 2).unwrap_or_default();
        let more = if more.iter().all(|p| *p == 0) { String::new() } else { format!(", output_pad {}", emit::product(more)) };
        // The clause of the output's padding stands between those of the padding and the dilation.
        let window = match window.find(", dilation") {
            Some(at) => format!("{}{more}{}", &window[..at], &window[at..]),
            None => window + &more,
        };
        let groups = if self.groups == 1 { String::new() } else { format!(", groups {}", self.groups) };
        let bias = if self.weights.bias { "" } else { ", no bias" };
        let ty = format!("conv_transpose!({} => {}{window}{groups}{bias})", emit::sizes(x), emit::sizes(output));
        emit::weighted(ty, format!("ConvTranspose::new(){}", self.weights.builders()))
    }

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let draw = Draw::new(rng);
        let (groups, outputs) = (1 + below(rng, 2), 1 + below(rng, 3));
        let channels = groups * (1 + below(rng, 2));
        let mut args = draw.args.clone();
        args.push(("out", Value::Int((groups * outputs) as i64)));
        args.push(("groups", Value::Int(groups as i64)));
        args.push(("output_pad", Value::Int(below(rng, draw.stride) as i64)));
        // Padding that fits the output of the least input.
        args.retain(|(name, _)| *name != "pad");
        args.push(("pad", Value::Word(if below(rng, 2) == 0 { "same" } else { "valid" }.into())));
        let args = Args::of(TRANSPOSE, Self::INFO.attrs, &args);
        let op = ConvTranspose::build(&args, Span::default(), &mut Sink::new()).expect("the arguments fit");
        draw.sample(op.into(), channels)
    }
}

/// The kernel's input is this op's output.
struct TransposeKernel {
    kernel: kernels::conv::Conv,
    sums: ChannelSums,
    bias: bool,
}

impl Kernel for TransposeKernel {
    fn workspace(&self) -> Workspace {
        let k = &self.kernel;
        Workspace {
            saved: Vec::new(),
            forward: k.input_scratch(),
            backward: k.forward_scratch().max(k.weight_scratch()),
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
        self.kernel.input_gradient(f.inputs[0], f.params[0], bias, f.output, f.scratch);
    }

    fn backward(&self, b: Backward<'_, '_>) {
        if let Some(grad) = &mut b.grad_inputs[0] {
            self.kernel.forward(b.grad_output, b.params[0], None, grad, b.scratch);
        }
        if let Some(grad) = &mut b.grad_params[0] {
            self.kernel.weight_gradient(b.grad_output, b.inputs[0], grad, b.scratch);
        }
        if let Some(Some(grad)) = b.grad_params.get_mut(1) {
            self.sums.add(b.grad_output, grad);
        }
    }
}
