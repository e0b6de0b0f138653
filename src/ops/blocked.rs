//! Kernels over channel-blocked maps (see [`crate::kernels::blocked`]): those of plans without
//! gradients, and those without parameters. The planner chooses where they take the place of those
//! over maps.

use crate::kernels::blocked::Level;
use crate::kernels::blocked::any::AnyConv;
use crate::kernels::blocked::choice::{Algorithm, Choices, Sizes};
use crate::kernels::blocked::conv::{Finish, Source};
use crate::kernels::blocked::layout::Blocks;
use crate::kernels::blocked::slide::{self, Kind, Slide};
use crate::kernels::blocked::slide_grad::SlideGrad;
use crate::kernels::fused::Activation;
use crate::kernels::pool::Pool;
use crate::kernels::window::Window;
use crate::shape::{Fact, Shape};

use super::Op;
use super::conv::Conv;
use super::fused::{Tail, fold};
use super::lower::{Backward, Forward, Kernel, LowerCx, Lowered, Needs, Pack, Workspace, bufferless};

/// Channels up to which a convolution reads maps as they are.
pub(super) const FEW: usize = 4;

/// How a tensor lies in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Dense, row-major.
    Maps,
    /// Channel-blocked.
    Blocks,
    /// Images interleaved, one in each lane of a vector.
    Interleaved,
}

impl Layout {
    /// All there are.
    pub const ALL: [Layout; 3] = [Layout::Maps, Layout::Blocks, Layout::Interleaved];

    /// How a tensor is brought from maps to this layout, and back; `None` where it is maps, or no
    /// tensor of these sizes lies so.
    pub fn arrangement(self, fact: &Fact) -> Option<Blocks> {
        match self {
            Layout::Maps => None,
            Layout::Blocks => blocks(fact),
            Layout::Interleaved => super::interleaved::images(fact),
        }
    }
}

/// A kernel, and how its input and output lie.
pub struct Blocked {
    /// `None` where the output is the input.
    pub kernel: Option<Box<dyn Kernel>>,
    /// Of all inputs.
    pub inputs: Layout,
    /// Of the output.
    pub output: Layout,
    /// The sizes of a convolution that several algorithms can form.
    pub tunable: Option<Sizes>,
}

/// How convolutions are formed.
#[derive(Clone, Copy, Default)]
pub struct How<'a> {
    /// By their definition.
    pub exact: bool,
    /// As measured; by cost where these say nothing.
    pub choices: Option<&'a Choices>,
}

impl How<'_> {
    fn algorithm(self, sizes: &Sizes) -> Algorithm {
        match self.exact {
            true => Algorithm::Direct,
            false => self.choices.and_then(|c| c.get(sizes).copied()).unwrap_or_else(|| sizes.by_cost(false)),
        }
    }
}

impl Blocked {
    pub(super) fn new(kernel: impl Kernel + 'static) -> Self {
        Self::of(Box::new(kernel))
    }

    pub(super) fn of(kernel: Box<dyn Kernel>) -> Self {
        Self { kernel: Some(kernel), inputs: Layout::Blocks, output: Layout::Blocks, tunable: None }
    }
}

/// The blocks of a tensor `[N, C, ...]` with one or two spatial axes.
pub fn blocks(fact: &Fact) -> Option<Blocks> {
    match fact.sizes()[..] {
        [n, c, w] => Some(Blocks::new(n, c, w)),
        [n, c, h, w] => Some(Blocks::new(n, c, h * w)),
        _ => None,
    }
}

/// Whether an op gains enough that its input is rearranged for it.
pub fn leads(op: &Op) -> bool {
    matches!(op, Op::Conv(_) | Op::Depthwise(_))
}

/// The convolution that an op is, where it takes each channel by itself.
pub(super) fn each_channel(op: &Op, x: &Fact, to: &[usize]) -> Option<Conv> {
    let conv = match op {
        Op::Conv(op) => op.clone(),
        Op::Depthwise(op) => op.conv(x),
        _ => return None,
    };
    let channels = x.sizes()[1];
    (conv.groups == channels && channels == to[1] && channels > 1).then_some(conv)
}

impl Conv {
    /// Channels of a group, the window, and how the input is read by kernels over blocks.
    pub(super) fn blocked(&self, from: &[usize], to: &[usize], maps: bool) -> ((usize, usize, usize), Window, Source) {
        let sizes = (self.groups, from[1] / self.groups, self.out / self.groups);
        (sizes, self.window(from, to), if maps { Source::Maps } else { Source::Blocks })
    }
}

/// The kernel of an op and what follows it over channel-blocked maps, if there is one.
pub fn lower(head: &Op, inputs: &[Fact], output: &Fact, tail: Tail<'_>, how: How<'_>) -> Option<Blocked> {
    let level = Level::best();
    let first = inputs.first()?;
    blocks(first)?;
    let (from, to) = (first.sizes(), output.sizes());
    let activation = tail.last()?;
    let eps = tail.norm.map(|n| n.eps as f32);
    let weighted = |work, bias| Weighted { work, channels: to[1], bias, eps, residual: tail.residual, activation };
    match head {
        _ if let Some(op) = each_channel(head, first, &to) => {
            let slide =
                Slide::new(level, Kind::Weighted, (from[0], from[1]), op.window(&from, &to), Default::default());
            Some(Blocked::new(weighted(Work::Slide(slide.filter(|_| !tail.residual)?), op.weights.bias)))
        }
        Op::Conv(op) => {
            let maps = from[1] <= FEW && op.groups == 1 && !tail.residual;
            let (sizes, window, source) = op.blocked(&from, &to, maps);
            let tunable = if maps || op.groups > 1 { None } else { Sizes::of(from[0], (sizes.1, sizes.2), &window) };
            let conv = AnyConv::new(level, from[0], sizes, window, source, |sizes| how.algorithm(sizes))?;
            let inputs = if maps { Layout::Maps } else { Layout::Blocks };
            Some(Blocked { inputs, tunable, ..Blocked::new(weighted(Work::Conv(conv), op.weights.bias)) })
        }
        Op::BatchNorm(op) if !tail.residual => {
            let slide = Slide::new(level, Kind::Weighted, (from[0], from[1]), point(&from), Default::default())?;
            let norm = Weighted { eps: Some(op.eps as f32), ..weighted(Work::Norm(slide), false) };
            Some(Blocked::new(norm))
        }
        _ => unweighted(head, inputs, output),
    }
}

/// The kernel of an op without parameters, for plans of all kinds.
pub(super) fn unweighted(op: &Op, inputs: &[Fact], output: &Fact) -> Option<Blocked> {
    let first = inputs.first()?;
    let (from, to) = (first.sizes(), output.sizes());
    match op {
        Op::MaxPool(op) => pool(Kind::Max, op.sliding.window("maxpool", &from[2..], &to[2..]).0, &from, None),
        Op::AvgPool(op) => {
            let (window, after) = op.sliding.window("avgpool", &from[2..], &to[2..]);
            pool(Kind::Mean, window, &from, Some(op.count_include_pad.then_some(after)))
        }
        Op::GlobalAvgPool(_) => {
            let sizes = (from[0], from[1], from[2..].iter().product());
            Some(Blocked { output: Layout::Maps, ..Blocked::new(Means(Level::best(), sizes)) })
        }
        Op::Concat(op) => concat(op, inputs),
        _ => elementwise(op, inputs, output),
    }
}

/// A window that reads each element of a map.
fn point(from: &[usize]) -> Window {
    let size = from[2..].iter().product();
    Window {
        input: [1, 1, size],
        output: [1, 1, size],
        kernel: [1; 3],
        stride: [1; 3],
        dilation: [1; 3],
        before: [0; 3],
    }
}

fn pool(kind: Kind, window: Window, from: &[usize], average: Option<Option<[usize; 3]>>) -> Option<Blocked> {
    let shares = match average {
        None => Default::default(),
        Some(after) => {
            let [_, rows, cols] = Pool::new(window, after).shares().clone();
            [rows, cols]
        }
    };
    let (level, sizes) = (Level::best(), (from[0], from[1]));
    let slide = Slide::new(level, kind, sizes, window, shares.clone())?;
    Some(Blocked::new(PoolKernel { slide, grad: SlideGrad::new(level, sizes, window)?, kind, shares }))
}

/// Branches end to end along channels, where all but the last fill their blocks.
fn concat(op: &super::merge::Concat, inputs: &[Fact]) -> Option<Blocked> {
    let rank = inputs[0].rank() as i64;
    let (_, full) = inputs.split_last()?;
    let whole = full.iter().all(|x| x.sizes()[1].is_multiple_of(Level::best().block()));
    if op.axis != 1 && op.axis != 1 - rank || !whole {
        return None;
    }
    let flat: Option<Vec<Fact>> = inputs.iter().map(|x| Some(rows(&blocks(x)?))).collect();
    kernel(Op::from(super::merge::Concat { axis: 1 }).lower(&flat?, &inputs[0], INFERENCE))
}

/// `[N, floats of an image]`.
fn rows(b: &Blocks) -> Fact {
    Fact::f32(Shape::of(&[b.images, b.len() / b.images.max(1)]))
}

const INFERENCE: LowerCx = LowerCx { training: false, node: 0 };

fn kernel(lowered: Lowered) -> Option<Blocked> {
    let kernel = match lowered {
        Lowered::View => None,
        Lowered::Kernel(kernel) => Some(kernel),
    };
    Some(Blocked { kernel, inputs: Layout::Blocks, output: Layout::Blocks, tunable: None })
}

/// An op that does the same to every element, or to those of several tensors at the same place,
/// of which some may have one pixel only.
fn elementwise(op: &Op, inputs: &[Fact], output: &Fact) -> Option<Blocked> {
    let merges = matches!(op, Op::Add(_) | Op::Mul(_) | Op::Sub(_));
    if !merges && !super::fused::is_activation(op) && !matches!(op, Op::Dropout(_) | Op::Identity(_)) {
        return None;
    }
    let to = output.sizes();
    let fits = |x: &Fact| {
        let x = x.sizes();
        x.len() == to.len() && x[..2] == to[..2] && (x[2..] == to[2..] || x[2..].iter().all(|s| *s == 1))
    };
    let flat = |x: &Fact| {
        let b = blocks(x)?;
        Some(Fact::f32(Shape::of(&[b.images * b.blocks(), b.pixels, b.block])))
    };
    if !inputs.iter().all(fits) || !inputs.iter().any(|x| x.sizes() == to) {
        return None;
    }
    let shapes: Option<Vec<Fact>> = inputs.iter().map(flat).collect();
    kernel(op.lower(&shapes?, &flat(output)?, INFERENCE))
}

enum Work {
    Conv(AnyConv),
    Slide(Slide),
    /// A batch norm by itself: every weight is one.
    Norm(Slide),
}

struct Weighted {
    work: Work,
    channels: usize,
    bias: bool,
    /// Of the norm.
    eps: Option<f32>,
    residual: bool,
    activation: Activation,
}

impl Weighted {
    /// Floats of the packed weights, and of the biases that follow them.
    fn lens(&self) -> (usize, usize) {
        match &self.work {
            Work::Conv(conv) => (conv.packed_len(), conv.bias_len()),
            Work::Slide(slide) | Work::Norm(slide) => (slide.packed_len(), slide.bias_len()),
        }
    }
}

impl Kernel for Weighted {
    bufferless!();

    fn packed(&self) -> usize {
        let (weights, biases) = self.lens();
        weights + biases
    }

    fn pack(&self, p: Pack<'_, '_>) {
        let (weights, biases) = p.packed.split_at_mut(self.lens().0);
        biases.fill(0.0);
        let scale = fold(p.params, p.state, self.bias, self.eps, &mut biases[..self.channels]);
        match &self.work {
            Work::Conv(conv) => conv.pack(p.params[0], scale.as_deref(), weights),
            Work::Slide(slide) => slide.pack(p.params[0], scale.as_deref(), weights),
            Work::Norm(slide) => slide.pack(&vec![1.0; self.channels], scale.as_deref(), weights),
        }
    }

    fn forward(&self, f: Forward<'_, '_>) {
        let (weights, bias) = f.packed.split_at(self.lens().0);
        let residual = if self.residual { f.inputs.last().copied() } else { None };
        let end = Finish { residual, activation: &self.activation };
        match &self.work {
            Work::Conv(conv) => conv.run(f.inputs[0], weights, bias, end, f.output),
            Work::Slide(slide) | Work::Norm(slide) => {
                slide.run(f.inputs[0], weights, bias, &self.activation, f.output);
            }
        }
    }

    fn backward(&self, _b: Backward<'_, '_>) {
        unreachable!("only plans without gradients have blocked kernels");
    }
}

/// A pool.
struct PoolKernel {
    slide: Slide,
    grad: SlideGrad,
    kind: Kind,
    shares: [Vec<f32>; 2],
}

impl Kernel for PoolKernel {
    fn workspace(&self) -> Workspace {
        Workspace::default()
    }

    fn needs(&self) -> Needs {
        let max = self.kind == Kind::Max;
        Needs { inputs: max, output: max }
    }

    fn in_place(&self) -> bool {
        false
    }

    fn forward(&self, f: Forward<'_, '_>) {
        self.slide.run(f.inputs[0], &[], &[], &Activation::Identity, f.output);
    }

    fn backward(&self, b: Backward<'_, '_>) {
        let [Some(dx)] = b.grad_inputs else { return };
        match self.kind {
            Kind::Max => self.grad.of_maxima(b.inputs[0], b.output, b.grad_output, dx),
            _ => self.grad.of_means(b.grad_output, (&self.shares[0], &self.shares[1]), dx),
        }
    }
}

/// The mean of each map.
struct Means(Level, (usize, usize, usize));

impl Kernel for Means {
    bufferless!();

    fn forward(&self, f: Forward<'_, '_>) {
        slide::means(self.0, self.1, f.inputs[0], f.output);
    }

    fn backward(&self, b: Backward<'_, '_>) {
        if let [Some(dx)] = b.grad_inputs {
            slide::means_gradient(self.0, self.1, b.grad_output, dx);
        }
    }
}
