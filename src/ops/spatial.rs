//! Ops on the spatial axes of images: padding, resizing, and moves between space and channels.

use rand_chacha::ChaCha8Rng;

use crate::diag::{Diagnostic, Sink, codes};
use crate::kernels::resample::{Border, Pad as PadLoop, Resize};
use crate::random;
use crate::shape::{Dim, Fact, Shape};
use crate::source::Span;

use super::attrs::{Args, Attr, AttrKind, Default, Padding, Size};
use super::emit::{self, Dfdx, Unsupported};
use super::facts::{self, parameterless};
use super::lower::{Backward, Forward, Kernel, LowerCx, Lowered, bufferless};
use super::shape_ops::RearrangeKernel;
use super::{Inputs, OpInfo, Operator, ParamSpec, Reach, Role, Sample, ShapeError};

/// Rows and columns added around the spatial axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Pad {
    /// Before and after each axis.
    pub pads: Padding,
    /// What is added.
    pub border: Border,
}

impl Pad {
    /// Before and after each spatial axis; `None` where a list has another length.
    fn each(&self, x: &Fact) -> Option<Vec<(usize, usize)>> {
        let spatial = x.rank().checked_sub(2)?;
        match &self.pads {
            Padding::All(p) => Some(vec![(*p, *p); spatial]),
            Padding::Each(list) => (list.len() == spatial).then(|| list.clone()),
            Padding::Half | Padding::Same | Padding::Valid => None,
        }
    }
}

impl Operator for Pad {
    const INFO: OpInfo = OpInfo {
        name: "pad",
        also_known_as: &["zero_pad", "zeropadding2d", "reflection_pad"],
        doc: "Adds elements before and after each spatial axis: a constant, the mirror image without the edge (`reflect`), or the edge itself. `pads` is one number, or for each axis a number or `[begin, end]`: `[[0, 1], [0, 1]]`.",
        inputs: Inputs::Named(&["x"]),
        attrs: &[
            Attr { name: "pads", kind: AttrKind::Padding, default: Default::Required, doc: "how many elements are added" },
            Attr { name: "value", kind: AttrKind::Float { min: f64::MIN, max: f64::MAX }, default: Default::Float(0.0), doc: "the constant" },
            Attr { name: "mode", kind: AttrKind::Choice(&["constant", "reflect", "edge"]), default: Default::Word("constant"), doc: "what is added" },
        ],
        role: Role::Layer,
        example: "pad(2, mode=reflect)",
    };

    fn build(args: &Args, call: Span, sink: &mut Sink) -> Option<Self> {
        let pads = args.padding("pads")?;
        if matches!(pads, Padding::Half | Padding::Same | Padding::Valid) {
            sink.push(
                Diagnostic::error(codes::BAD_ARGUMENT, "`pads` of `pad` takes numbers: there is no kernel to pad for")
                    .label(args.span("pads").unwrap_or(call), "expected a number or a list"),
            );
            return None;
        }
        let border = match args.word("mode")? {
            "reflect" => Border::Reflect,
            "edge" => Border::Edge,
            _ => Border::Constant(args.float("value")? as f32),
        };
        Some(Pad { pads, border })
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        facts::floats("pad", inputs, 0)?;
        let x = &inputs[0];
        let Some(pads) = self.each(x).filter(|pads| !pads.is_empty()) else {
            return Err(ShapeError::new(
                codes::WRONG_RANK,
                format!("`pads` of `pad` does not fit the {} spatial axes of `{x}`", x.rank().saturating_sub(2)),
            )
            .attr("pads")
            .inputs(&[0]));
        };
        let mut sizes = x.shape.to_vec();
        for (axis, (before, after)) in pads.into_iter().enumerate() {
            let size = &mut sizes[axis + 2];
            if self.border == Border::Reflect && size.as_usize().is_some_and(|s| s <= before.max(after)) {
                return Err(ShapeError::new(
                    codes::EMPTY_OUTPUT,
                    format!("`pad` reflects {} of {size} elements at {}, but the edge is left out: `{x}`", before.max(after), facts::axis_name(x.rank(), axis + 2)),
                )
                .attr("pads")
                .inputs(&[0])
                .help("pad by less than the size"));
            }
            *size = size.add(&Dim::from(before))?.add(&Dim::from(after))?;
        }
        Ok(Fact::f32(sizes))
    }

    parameterless!();

    fn reach(&self, inputs: &[Fact]) -> Reach {
        let pads = self.each(&inputs[0]).unwrap_or_default();
        Reach::Window(pads.into_iter().map(|(before, _)| (1, 1, before)).collect())
    }

    fn lower(&self, inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
        let pads = self.each(&inputs[0]).unwrap_or_default();
        Lowered::Kernel(Box::new(PadKernel(PadLoop::new(self.border, &inputs[0].sizes()[2..], &pads))))
    }

    fn emit_dfdx(&self, inputs: &[Fact], output: &Fact) -> Result<Dfdx, Unsupported> {
        let x = &inputs[0];
        let border = match self.border {
            Border::Constant(0.0) => String::new(),
            Border::Constant(value) if value.is_finite() => format!(", value {value:?}"),
            Border::Constant(_) => return emit::unsupported("generated code pads with finite numbers"),
            Border::Reflect => ", reflect".to_string(),
            Border::Edge => ", edge".to_string(),
        };
        let pads = self.each(x).unwrap_or_default();
        let by = match pads.iter().all(|(before, after)| before == after) {
            true => emit::product(pads.iter().map(|p| p.0)),
            false => emit::product(pads.iter().map(|(before, after)| format!("({before}, {after})"))),
        };
        emit::reshaping("pad", x, output, &format!(", by {by}{border}"))
    }

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let axes = 1 + random::below(rng, 3) as usize;
        let sizes: Vec<usize> = (0..axes + 2).map(|_| 3 + random::below(rng, 2) as usize - 1).collect();
        let mut pad = || random::below(rng, 2) as usize;
        let pads = Padding::Each((0..axes).map(|_| (pad(), pad())).collect());
        let border = [Border::Constant(0.5), Border::Reflect, Border::Edge][random::below(rng, 3) as usize];
        let inputs = vec![Fact::f32(Shape::of(&sizes))];
        Sample { op: Pad { pads, border }.into(), inputs, classes: 0, range: (-1.0, 1.0), kinks: false }
    }
}

/// The parts of a kernel that keeps nothing for backward.
macro_rules! linear_kernel {
    () => {
        bufferless!();

        fn forward(&self, f: Forward<'_, '_>) {
            self.0.forward(f.inputs[0], f.output);
        }

        fn backward(&self, b: Backward<'_, '_>) {
            if let Some(grad) = &mut b.grad_inputs[0] {
                self.0.backward(b.grad_output, grad);
            }
        }
    };
}

struct PadKernel(PadLoop);

impl Kernel for PadKernel {
    linear_kernel!();
}

/// A finer grid.
#[derive(Clone, Debug, PartialEq)]
pub struct Upsample {
    /// How the output's height and width come about.
    pub to: Target,
    /// Whether neighbours are interpolated.
    pub bilinear: bool,
    /// Whether the centres of corner elements meet, instead of the corners of the planes.
    pub align_corners: bool,
}

/// How an output size comes about.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// The input's size times this.
    Scale(Size),
    /// This.
    Size(Size),
}

impl Upsample {
    /// The output's height and width.
    fn sizes(&self, x: &Fact) -> Result<Vec<Dim>, ShapeError> {
        let (attr, given) = match &self.to {
            Target::Scale(s) => ("scale", s.expand(2)),
            Target::Size(s) => ("size", s.expand(2)),
        };
        let given = given.ok_or_else(|| {
            ShapeError::new(codes::WRONG_RANK, format!("`{attr}` of `upsample` takes one or two numbers")).attr(attr)
        })?;
        let size = |(axis, n): (usize, &usize)| match &self.to {
            Target::Scale(_) => x.shape[axis + 2].mul(&Dim::from(*n)).map_err(ShapeError::from),
            Target::Size(_) => Ok(Dim::from(*n)),
        };
        given.iter().enumerate().map(size).collect()
    }
}

impl Operator for Upsample {
    const INFO: OpInfo = OpInfo {
        name: "upsample",
        also_known_as: &["resize", "interpolate", "upsampling2d", "unpool"],
        doc: "Resizes images `[N, C, H, W]`, by `scale` or to `size`. `nearest` takes element `floor(i * in / out)`; `bilinear` interpolates between centres. Both are PyTorch's `interpolate`, `align_corners` too.",
        inputs: Inputs::Named(&["x"]),
        attrs: &[
            Attr { name: "scale", kind: AttrKind::Size { min: 1 }, default: Default::Optional, doc: "factor of height and width" },
            Attr { name: "size", kind: AttrKind::Size { min: 1 }, default: Default::Optional, doc: "height and width; either this or `scale` is given" },
            Attr { name: "mode", kind: AttrKind::Choice(&["nearest", "bilinear"]), default: Default::Word("nearest"), doc: "how values between elements come about" },
            Attr { name: "align_corners", kind: AttrKind::Bool, default: Default::Bool(false), doc: "whether the centres of corner elements meet (bilinear only)" },
        ],
        role: Role::Layer,
        example: "upsample(2, mode=bilinear)",
    };

    fn build(args: &Args, call: Span, sink: &mut Sink) -> Option<Self> {
        let to = match (args.size("scale"), args.size("size")) {
            (Some(scale), None) => Target::Scale(scale),
            (None, Some(size)) => Target::Size(size),
            (scale, _) => {
                let (code, what) = match scale {
                    Some(_) => (codes::BAD_ARGUMENT, "`upsample` takes either `scale` or `size`, not both"),
                    None => (codes::MISSING_ARGUMENT, "`upsample` needs `scale` or `size`"),
                };
                sink.push(
                    Diagnostic::error(code, what)
                        .label(args.span("size").unwrap_or(call), "expected one of the two")
                        .help("write `upsample(2)` or `upsample(size=[64, 64])`"),
                );
                return None;
            }
        };
        let bilinear = args.word("mode")? == "bilinear";
        if args.bool("align_corners") && !bilinear {
            sink.push(
                Diagnostic::error(codes::BAD_ARGUMENT, "`align_corners` of `upsample` has a meaning for `mode=bilinear` only")
                    .label(args.span("align_corners").unwrap_or(call), "remove this, or set the mode"),
            );
            return None;
        }
        Some(Upsample { to, bilinear, align_corners: args.bool("align_corners") })
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        facts::floats("upsample", inputs, 0)?;
        facts::image("upsample", &inputs[0])?;
        let mut sizes = inputs[0].shape[..2].to_vec();
        sizes.extend(self.sizes(&inputs[0])?);
        Ok(Fact::f32(sizes))
    }

    parameterless!();

    fn reach(&self, inputs: &[Fact]) -> Reach {
        match &self.to {
            Target::Scale(scale) => scale.expand(inputs[0].rank().saturating_sub(2)).map_or(Reach::All, Reach::Finer),
            Target::Size(_) => Reach::All,
        }
    }

    fn lower(&self, inputs: &[Fact], output: &Fact, _cx: LowerCx) -> Lowered {
        let plane = |fact: &Fact| (fact.sizes()[2], fact.sizes()[3]);
        let (input, output) = (plane(&inputs[0]), plane(output));
        Lowered::Kernel(Box::new(ResizeKernel(match self.bilinear {
            true => Resize::bilinear(input, output, self.align_corners),
            false => Resize::nearest(input, output),
        })))
    }

    fn emit_dfdx(&self, inputs: &[Fact], output: &Fact) -> Result<Dfdx, Unsupported> {
        let mode = match (self.bilinear, self.align_corners) {
            (false, _) => ", nearest",
            (true, false) => ", bilinear",
            (true, true) => ", bilinear aligned",
        };
        emit::reshaping("upsample", &inputs[0], output, mode)
    }

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let mut size = |n| 1 + random::below(rng, n) as usize;
        let inputs = vec![Fact::f32(Shape::of(&[size(2), size(2), size(4), size(4)]))];
        let to = match size(2) {
            1 => Target::Scale(Size::Each(vec![size(3), size(3)])),
            _ => Target::Size(Size::Each(vec![size(7), size(7)])),
        };
        let bilinear = size(3) > 1;
        let op = Upsample { to, bilinear, align_corners: bilinear && size(2) == 1 };
        Sample { op: op.into(), inputs, classes: 0, range: (-1.0, 1.0), kinks: false }
    }
}

struct ResizeKernel(Resize);

impl Kernel for ResizeKernel {
    linear_kernel!();
}

const BLOCK: &[Attr] = &[
    Attr { name: "block", kind: AttrKind::Int { min: 1 }, default: Default::Int(2), doc: "height and width of a block" },
    Attr {
        name: "order",
        kind: AttrKind::Choice(&["dcr", "crd"]),
        default: Default::Word("dcr"),
        doc: "whether a channel's number counts block positions first (`dcr`: TensorFlow, ONNX) or channels first (`crd`: PyTorch's pixel shuffle)",
    },
];

/// Divides a size, or says which axis and attribute do not allow it.
fn divided(op: &str, attr: &'static str, x: &Fact, axis: usize, by: usize) -> Result<Dim, ShapeError> {
    x.shape[axis].exact_div(&Dim::from(by)).ok_or_else(|| {
        let name = facts::axis_name(4, axis);
        ShapeError::new(codes::INDIVISIBLE, format!("`{op}` divides {name} by {by}, but it is {}: `{x}`", x.shape[axis]))
            .attr(attr)
            .inputs(&[0])
    })
}

/// Blocks of pixels as channels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpaceToDepth {
    /// Height and width of a block.
    pub block: usize,
    /// Whether a channel's number counts channels first.
    pub channels_first: bool,
}

impl Operator for SpaceToDepth {
    const INFO: OpInfo = OpInfo {
        name: "space_to_depth",
        also_known_as: &["pixel_unshuffle", "reorg"],
        doc: "Moves blocks of pixels into channels: `[N, C, H, W]` to `[N, C*b*b, H/b, W/b]`.",
        inputs: Inputs::Named(&["x"]),
        attrs: BLOCK,
        role: Role::Layer,
        example: "space_to_depth(2)",
    };

    fn build(args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
        Some(SpaceToDepth { block: args.usize("block")?, channels_first: args.word("order")? == "crd" })
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        facts::floats("space_to_depth", inputs, 0)?;
        facts::image("space_to_depth", &inputs[0])?;
        let (x, block) = (&inputs[0], Dim::from(self.block));
        let channels = x.shape[1].mul(&block)?.mul(&block)?;
        let height = divided("space_to_depth", "block", x, 2, self.block)?;
        let width = divided("space_to_depth", "block", x, 3, self.block)?;
        Ok(Fact::f32(vec![x.shape[0].clone(), channels, height, width]))
    }

    parameterless!();

    fn reach(&self, _inputs: &[Fact]) -> Reach {
        Reach::Window(vec![(self.block, self.block, 0); 2])
    }

    fn lower(&self, inputs: &[Fact], output: &Fact, _cx: LowerCx) -> Lowered {
        let (x, y, b) = (inputs[0].sizes(), output.sizes(), self.block);
        let order = if self.channels_first { [0, 1, 3, 5, 2, 4] } else { [0, 3, 5, 1, 2, 4] };
        RearrangeKernel::lower(&[x[0], x[1], y[2], b, y[3], b], &order)
    }

    fn emit_dfdx(&self, inputs: &[Fact], output: &Fact) -> Result<Dfdx, Unsupported> {
        let order = if self.channels_first { ", crd" } else { "" };
        emit::reshaping("space_to_depth", &inputs[0], output, &format!(", block {}{order}", self.block))
    }

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let mut size = |n| 1 + random::below(rng, n) as usize;
        let block = size(3);
        let inputs = vec![Fact::f32(Shape::of(&[2, size(3), block * size(2), block * size(2)]))];
        let op = SpaceToDepth { block, channels_first: size(2) == 1 };
        Sample { op: op.into(), inputs, classes: 0, range: (-1.0, 1.0), kinks: false }
    }
}

/// Channels as blocks of pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DepthToSpace {
    /// Height and width of a block.
    pub block: usize,
    /// Whether a channel's number counts channels first.
    pub channels_first: bool,
}

impl Operator for DepthToSpace {
    const INFO: OpInfo = OpInfo {
        name: "depth_to_space",
        also_known_as: &["pixel_shuffle"],
        doc: "Moves channels into blocks of pixels: `[N, C*b*b, H, W]` to `[N, C, H*b, W*b]`.",
        inputs: Inputs::Named(&["x"]),
        attrs: BLOCK,
        role: Role::Layer,
        example: "depth_to_space(2)",
    };

    fn build(args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
        Some(DepthToSpace { block: args.usize("block")?, channels_first: args.word("order")? == "crd" })
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        facts::floats("depth_to_space", inputs, 0)?;
        facts::image("depth_to_space", &inputs[0])?;
        let (x, block) = (&inputs[0], Dim::from(self.block));
        let channels = divided("depth_to_space", "block", x, 1, self.block.saturating_mul(self.block))?;
        Ok(Fact::f32(vec![x.shape[0].clone(), channels, x.shape[2].mul(&block)?, x.shape[3].mul(&block)?]))
    }

    parameterless!();

    fn reach(&self, _inputs: &[Fact]) -> Reach {
        Reach::Finer(vec![self.block; 2])
    }

    fn lower(&self, inputs: &[Fact], output: &Fact, _cx: LowerCx) -> Lowered {
        let (x, c, b) = (inputs[0].sizes(), output.sizes()[1], self.block);
        match self.channels_first {
            true => RearrangeKernel::lower(&[x[0], c, b, b, x[2], x[3]], &[0, 1, 4, 2, 5, 3]),
            false => RearrangeKernel::lower(&[x[0], b, b, c, x[2], x[3]], &[0, 3, 4, 1, 5, 2]),
        }
    }

    fn emit_dfdx(&self, inputs: &[Fact], output: &Fact) -> Result<Dfdx, Unsupported> {
        let order = if self.channels_first { ", crd" } else { "" };
        emit::reshaping("depth_to_space", &inputs[0], output, &format!(", block {}{order}", self.block))
    }

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let mut size = |n| 1 + random::below(rng, n) as usize;
        let block = size(3);
        let inputs = vec![Fact::f32(Shape::of(&[2, block * block * size(2), size(2), size(3)]))];
        let op = DepthToSpace { block, channels_first: size(2) == 1 };
        Sample { op: op.into(), inputs, classes: 0, range: (-1.0, 1.0), kinks: false }
    }
}

/// Channels of groups interleaved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChannelShuffle {
    /// The number of groups.
    pub groups: usize,
}

impl Operator for ChannelShuffle {
    const INFO: OpInfo = OpInfo {
        name: "channel_shuffle",
        also_known_as: &["shuffle"],
        doc: "Interleaves the channels of groups (ShuffleNet): channel `g * (C / groups) + k` goes to `k * groups + g`.",
        inputs: Inputs::Named(&["x"]),
        attrs: &[Attr { name: "groups", kind: AttrKind::Int { min: 1 }, default: Default::Required, doc: "the number of groups" }],
        role: Role::Layer,
        example: "channel_shuffle(2)",
    };

    fn build(args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
        Some(ChannelShuffle { groups: args.usize("groups")? })
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        facts::floats("channel_shuffle", inputs, 0)?;
        facts::image("channel_shuffle", &inputs[0])?;
        divided("channel_shuffle", "groups", &inputs[0], 1, self.groups)?;
        Ok(inputs[0].clone())
    }

    parameterless!(Same);

    fn lower(&self, inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
        let x = inputs[0].sizes();
        RearrangeKernel::lower(&[x[0], self.groups, x[1] / self.groups, x[2] * x[3]], &[0, 2, 1, 3])
    }

    fn emit_dfdx(&self, _inputs: &[Fact], _output: &Fact) -> Result<Dfdx, Unsupported> {
        emit::call("channel_shuffle", 1, &[self.groups.to_string()])
    }

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let mut size = |n| 1 + random::below(rng, n) as usize;
        let groups = size(3);
        let inputs = vec![Fact::f32(Shape::of(&[2, groups * size(3), 2, size(2)]))];
        Sample { op: ChannelShuffle { groups }.into(), inputs, classes: 0, range: (-1.0, 1.0), kinks: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_with_symbols() {
        let image = Fact::f32(vec![Dim::symbol("N"), 8.into(), Dim::symbol("H"), 6.into()]);
        let inputs = std::slice::from_ref(&image);
        let up = Upsample { to: Target::Scale(Size::All(2)), bilinear: false, align_corners: false };
        assert_eq!(up.infer(inputs).unwrap().to_string(), "f32[N, 8, 2*H, 12]");
        let pad = Pad { pads: Padding::Each(vec![(0, 1), (2, 2)]), border: Border::Edge };
        assert_eq!(pad.infer(inputs).unwrap().to_string(), "f32[N, 8, H+1, 10]");
        let deep = SpaceToDepth { block: 4, channels_first: false }.infer(inputs).unwrap_err();
        assert_eq!(deep.message, "`space_to_depth` divides width by 4, but it is 6: `f32[N, 8, H, 6]`");
        let reflect = Pad { pads: Padding::All(6), border: Border::Reflect };
        assert_eq!(reflect.infer(inputs).unwrap_err().code, codes::EMPTY_OUTPUT);
    }
}
