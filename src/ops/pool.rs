//! Pooling: windows and whole maps, maxima and averages.

use rand_chacha::ChaCha8Rng;

use crate::diag::Sink;
use crate::kernels;
use crate::kernels::window::Window;
use crate::random;
use crate::shape::{Fact, Shape};
use crate::source::Span;

use super::attrs::{Args, Attr, AttrKind, Default, Value};
use super::conv::Draw;
use super::emit::{self, Dfdx, Unsupported};
use super::geometry::{self, Sliding};
use super::lower::{Backward, Forward, Kernel, LowerCx, Lowered, Needs, Workspace, bufferless};
use super::{Inputs, OpInfo, Operator, ParamSpec, Reach, Role, Sample, ShapeError};

const KERNEL: Attr = Attr {
    name: "kernel",
    kind: AttrKind::Size { min: 1 },
    default: Default::Required,
    doc: "elements of a window per spatial axis",
};
const STRIDE: Attr = Attr {
    name: "stride",
    kind: AttrKind::Size { min: 1 },
    default: Default::Optional,
    doc: "input elements between neighbouring windows; that of `kernel` where it is not given",
};
const PAD: Attr = Attr {
    name: "pad",
    kind: AttrKind::Padding,
    default: Default::Int(0),
    doc: "padding, smaller than the window: a number, pairs, `half` (k//2), `same` (TensorFlow's) or `valid` (none)",
};
const CEIL: Attr = Attr {
    name: "ceil",
    kind: AttrKind::Bool,
    default: Default::Bool(false),
    doc: "whether sizes round up (Caffe's way); no window begins in the padding after the input (PyTorch's rule)",
};
const DILATION: Attr = Attr {
    name: "dilation",
    kind: AttrKind::Size { min: 1 },
    default: Default::Int(1),
    doc: "input elements between neighbouring elements of a window",
};

/// The output of a pool, and a refusal of padding that would make windows of nothing else.
fn pooled(op: &str, sliding: &Sliding, x: &Fact) -> Result<Fact, ShapeError> {
    geometry::check_maps(op, x)?;
    for axis in sliding.axes(op, x.rank() - 2)? {
        if let Some((before, after)) = axis.pad
            && before.max(after) >= axis.extent
        {
            let message = format!("must be smaller than its window of {}, but is {}", axis.extent, before.max(after));
            return Err(geometry::bad_value(op, "pad", message).help("use `pad=half`, or a larger kernel"));
        }
    }
    let mut shape = x.shape[..2].to_vec();
    shape.extend(sliding.outputs(op, x)?);
    Ok(Fact::f32(shape))
}

/// The greatest element of each window.
#[derive(Clone, Debug, PartialEq)]
pub struct MaxPool {
    /// The window.
    pub sliding: Sliding,
}

impl Operator for MaxPool {
    const INFO: OpInfo = OpInfo {
        name: "maxpool",
        also_known_as: &["max_pool", "maxpool2d", "max_pooling2d", "pool"],
        doc: "The greatest element of each window of `[N, C, ...]`, over 1 to 3 spatial axes; padding is never the greatest. Each spatial size becomes `(size + pads - dilation * (kernel - 1) - 1) // stride + 1`. Its gradient goes to the first of equal maxima (PyTorch's convention).",
        inputs: Inputs::Named(&["x"]),
        attrs: &[KERNEL, STRIDE, PAD, CEIL, DILATION],
        role: Role::Layer,
        example: "maxpool(3, 2, pad=1)",
    };

    fn build(args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
        Some(MaxPool { sliding: Sliding::read(args)? })
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        pooled("maxpool", &self.sliding, &inputs[0])
    }

    fn params(&self, _inputs: &[Fact]) -> Vec<ParamSpec> {
        Vec::new()
    }

    fn macs(&self, _inputs: &[Fact], _output: &Fact) -> u128 {
        0
    }

    fn reach(&self, inputs: &[Fact]) -> Reach {
        self.sliding.reach("maxpool", &inputs[0])
    }

    fn lower(&self, inputs: &[Fact], output: &Fact, _cx: LowerCx) -> Lowered {
        let (window, _) = self.sliding.window("maxpool", &inputs[0].sizes()[2..], &output.sizes()[2..]);
        max_kernel(window, output.numel())
    }

    fn emit_dfdx(&self, inputs: &[Fact], output: &Fact) -> Result<Dfdx, Unsupported> {
        let clauses = emit::window("maxpool", &self.sliding, &inputs[0])? + if self.sliding.ceil { ", ceil" } else { "" };
        emit::reshaping("max_pool", &inputs[0], output, &clauses)
    }

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let draw = Draw::new(rng);
        let mut args = draw.args.clone();
        args.push(("ceil", Value::Bool(random::below(rng, 2) == 0)));
        let args = Args::of("maxpool", Self::INFO.attrs, &args);
        let op = MaxPool::build(&args, Span::default(), &mut Sink::new()).expect("the arguments fit");
        let channels = 1 + random::below(rng, 3) as usize;
        Sample { kinks: true, ..draw.sample(op.into(), channels) }
    }
}

/// The mean of each window.
#[derive(Clone, Debug, PartialEq)]
pub struct AvgPool {
    /// The window.
    pub sliding: Sliding,
    /// Whether padding counts as zeros.
    pub count_include_pad: bool,
}

impl Operator for AvgPool {
    const INFO: OpInfo = OpInfo {
        name: "avgpool",
        also_known_as: &["avg_pool", "avgpool2d", "average_pooling2d", "mean_pool"],
        doc: "The mean of each window of `[N, C, ...]`, over 1 to 3 spatial axes. Padding does not count (Keras's and ONNX's default) unless `count_include_pad` is set (PyTorch's). Sizes are those of `maxpool`.",
        inputs: Inputs::Named(&["x"]),
        attrs: &[
            KERNEL,
            STRIDE,
            PAD,
            CEIL,
            Attr {
                name: "count_include_pad",
                kind: AttrKind::Bool,
                default: Default::Bool(false),
                doc: "whether padding counts as zeros (PyTorch's default, not Keras's)",
            },
            DILATION,
        ],
        role: Role::Layer,
        example: "avgpool(2)",
    };

    fn build(args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
        Some(AvgPool { sliding: Sliding::read(args)?, count_include_pad: args.bool("count_include_pad") })
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        pooled("avgpool", &self.sliding, &inputs[0])
    }

    fn params(&self, _inputs: &[Fact]) -> Vec<ParamSpec> {
        Vec::new()
    }

    fn macs(&self, _inputs: &[Fact], _output: &Fact) -> u128 {
        0
    }

    fn reach(&self, inputs: &[Fact]) -> Reach {
        self.sliding.reach("avgpool", &inputs[0])
    }

    fn lower(&self, inputs: &[Fact], output: &Fact, _cx: LowerCx) -> Lowered {
        let (window, after) = self.sliding.window("avgpool", &inputs[0].sizes()[2..], &output.sizes()[2..]);
        Lowered::Kernel(Box::new(AverageKernel(kernels::pool::Pool::new(
            window,
            self.count_include_pad.then_some(after),
        ))))
    }

    fn emit_dfdx(&self, inputs: &[Fact], output: &Fact) -> Result<Dfdx, Unsupported> {
        let mut clauses = emit::window("avgpool", &self.sliding, &inputs[0])?;
        clauses += if self.sliding.ceil { ", ceil" } else { "" };
        clauses += if self.count_include_pad { ", count pad" } else { "" };
        emit::reshaping("avg_pool", &inputs[0], output, &clauses)
    }

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let draw = Draw::new(rng);
        let mut args = draw.args.clone();
        args.push(("ceil", Value::Bool(random::below(rng, 2) == 0)));
        args.push(("count_include_pad", Value::Bool(random::below(rng, 2) == 0)));
        let args = Args::of("avgpool", Self::INFO.attrs, &args);
        let op = AvgPool::build(&args, Span::default(), &mut Sink::new()).expect("the arguments fit");
        draw.sample(op.into(), 1 + random::below(rng, 3) as usize)
    }
}

/// Whole maps: `[N, C, ...]` to `[N, C]`.
fn whole(op: &str, x: &Fact) -> Result<Fact, ShapeError> {
    geometry::check_float(op, x)?;
    if x.rank() < 3 {
        return Err(ShapeError::new(
            crate::diag::codes::WRONG_RANK,
            format!("`{op}` takes `[N, C, spatial...]`, but this has no spatial axis: `{x}`"),
        )
        .inputs(&[0])
        .help(format!("leave `{op}` out: there is nothing to pool over")));
    }
    Ok(Fact::f32(x.shape[..2].to_vec()))
}

/// One window over a whole map.
fn whole_window(x: &Fact) -> Window {
    let size = x.sizes()[2..].iter().product();
    Window {
        input: [1, 1, size],
        output: [1; 3],
        kernel: [1, 1, size],
        stride: [1; 3],
        dilation: [1; 3],
        before: [0; 3],
    }
}

fn whole_sample(op: super::Op, kinks: bool, rng: &mut ChaCha8Rng) -> Sample {
    let rank = 3 + random::below(rng, 3);
    let shape: Vec<usize> = (0..rank).map(|_| 1 + random::below(rng, 4) as usize).collect();
    Sample { op, inputs: vec![Fact::f32(Shape::of(&shape))], classes: 0, range: (-1.0, 1.0), kinks }
}

/// The mean of each map.
#[derive(Clone, Debug, PartialEq)]
pub struct GlobalAvgPool;

impl Operator for GlobalAvgPool {
    const INFO: OpInfo = OpInfo {
        name: "gap",
        also_known_as: &["global_avg_pool", "global_average_pooling2d", "adaptive_avg_pool2d", "global_avgpool"],
        doc: "Global average pooling: `[N, C, ...]` to `[N, C]`, the mean of each map. Height and width may be symbolic.",
        inputs: Inputs::Named(&["x"]),
        attrs: &[],
        role: Role::Layer,
        example: "gap as features",
    };

    fn build(_args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
        Some(GlobalAvgPool)
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        whole("gap", &inputs[0])
    }

    fn params(&self, _inputs: &[Fact]) -> Vec<ParamSpec> {
        Vec::new()
    }

    fn macs(&self, _inputs: &[Fact], _output: &Fact) -> u128 {
        0
    }

    fn reach(&self, _inputs: &[Fact]) -> Reach {
        Reach::All
    }

    fn lower(&self, inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
        Lowered::Kernel(Box::new(AverageKernel(kernels::pool::Pool::new(whole_window(&inputs[0]), None))))
    }

    fn emit_dfdx(&self, _inputs: &[Fact], _output: &Fact) -> Result<Dfdx, Unsupported> {
        emit::call("gap", 1, &[])
    }

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        whole_sample(GlobalAvgPool.into(), false, rng)
    }
}

/// The greatest element of each map.
#[derive(Clone, Debug, PartialEq)]
pub struct GlobalMaxPool;

impl Operator for GlobalMaxPool {
    const INFO: OpInfo = OpInfo {
        name: "gmp",
        also_known_as: &["global_max_pool", "global_max_pooling2d", "adaptive_max_pool2d", "global_maxpool"],
        doc: "Global max pooling: `[N, C, ...]` to `[N, C]`, the greatest element of each map. Height and width may be symbolic.",
        inputs: Inputs::Named(&["x"]),
        attrs: &[],
        role: Role::Layer,
        example: "gmp",
    };

    fn build(_args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
        Some(GlobalMaxPool)
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        whole("gmp", &inputs[0])
    }

    fn params(&self, _inputs: &[Fact]) -> Vec<ParamSpec> {
        Vec::new()
    }

    fn macs(&self, _inputs: &[Fact], _output: &Fact) -> u128 {
        0
    }

    fn reach(&self, _inputs: &[Fact]) -> Reach {
        Reach::All
    }

    fn lower(&self, inputs: &[Fact], output: &Fact, _cx: LowerCx) -> Lowered {
        max_kernel(whole_window(&inputs[0]), output.numel())
    }

    fn emit_dfdx(&self, _inputs: &[Fact], _output: &Fact) -> Result<Dfdx, Unsupported> {
        emit::call("gmp", 1, &[])
    }

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        whole_sample(GlobalMaxPool.into(), true, rng)
    }
}

fn max_kernel(window: Window, outputs: usize) -> Lowered {
    Lowered::Kernel(Box::new(MaxKernel { kernel: kernels::pool::Pool::new(window, None), outputs }))
}

/// Saves where each maximum stands in its map, as the bits of a `u32`.
struct MaxKernel {
    kernel: kernels::pool::Pool,
    outputs: usize,
}

impl Kernel for MaxKernel {
    fn workspace(&self) -> Workspace {
        Workspace { saved: vec![self.outputs], forward: 0, backward: 0 }
    }

    fn needs(&self) -> Needs {
        Needs::default()
    }

    fn in_place(&self) -> bool {
        false
    }

    fn forward(&self, f: Forward<'_, '_>) {
        self.kernel.max(f.inputs[0], f.output, bytemuck::cast_slice_mut(f.saved[0]));
    }

    fn backward(&self, b: Backward<'_, '_>) {
        if let Some(grad) = &mut b.grad_inputs[0] {
            self.kernel.max_gradient(b.grad_output, bytemuck::cast_slice(b.saved[0]), grad);
        }
    }
}

struct AverageKernel(kernels::pool::Pool);

impl Kernel for AverageKernel {
    bufferless!();

    fn forward(&self, f: Forward<'_, '_>) {
        self.0.average(f.inputs[0], f.output);
    }

    fn backward(&self, b: Backward<'_, '_>) {
        if let Some(grad) = &mut b.grad_inputs[0] {
            self.0.average_gradient(b.grad_output, grad);
        }
    }
}
