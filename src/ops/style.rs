//! What style transfer compares: Gram matrices, and the losses of content, style and smoothness.
//!
//! Gatys, Ecker and Bethge 2016, "Image Style Transfer Using Convolutional Neural Networks". A
//! map is `[N, C, ...]`: `P` positions, the product of the axes after the channels.

use rand_chacha::ChaCha8Rng;

use crate::diag::{Sink, codes};
use crate::kernels::gemm::{Matrix, gemm_parallel};
use crate::kernels::{elementwise, parallel, reduce};
use crate::random;
use crate::shape::{Fact, Shape};
use crate::source::Span;

use super::attrs::{Args, Attr, AttrKind, Default};
use super::emit::{self, Dfdx, Unsupported, unexpressed};
use super::facts::{self, parameterless};
use super::lower::{Backward, Forward, Kernel, LowerCx, Lowered, Needs, Workspace, bufferless};
use super::pair_loss::{Pair, PairKernel, check_pair};
use super::{Inputs, OpInfo, Operator, ParamSpec, Reach, Role, Sample, ShapeError};

/// Input `slot` is a map: a batch of channels over at least one more axis.
fn map(op: &str, inputs: &[Fact], slot: usize) -> Result<(), ShapeError> {
    facts::floats(op, inputs, slot)?;
    let x = &inputs[slot];
    if x.rank() >= 3 {
        return Ok(());
    }
    Err(ShapeError::new(
        codes::WRONG_RANK,
        format!("`{op}` takes maps (`[N, channels, ...]`), but this has {} axes: `{x}`", x.rank()),
    )
    .inputs(&[slot]))
}

/// The sizes of a map.
#[derive(Clone, Copy)]
struct Maps {
    n: usize,
    channels: usize,
    positions: usize,
}

impl Maps {
    fn of(x: &Fact) -> Self {
        let sizes = x.sizes();
        Self { n: sizes[0], channels: sizes[1], positions: sizes[2..].iter().product() }
    }

    /// Elements of a Gram matrix.
    fn square(self) -> usize {
        self.channels * self.channels
    }

    /// Elements of one example.
    fn len(self) -> usize {
        self.channels * self.positions
    }

    /// Example `i` as a matrix of channels by positions.
    fn example(self, all: &[f32], i: usize) -> Matrix<'_> {
        Matrix::row_major(&all[i * self.len()..], self.channels, self.positions)
    }

    /// The Gram matrix of example `i`.
    fn gram(self, all: &[f32], i: usize, out: &mut [f32]) {
        let x = self.example(all, i);
        gemm_parallel(x, x.transposed(), 0.0, out);
    }
}

fn scaled(x: &mut [f32], factor: f32) {
    elementwise::map(&[], x, move |v| v * factor);
}

// ---- gram ----------------------------------------------------------------------------

/// The products of channels, summed over positions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gram {
    /// Whether the sums are divided by the number of positions.
    pub mean: bool,
}

impl Operator for Gram {
    const INFO: OpInfo = OpInfo {
        name: "gram",
        also_known_as: &["gram_matrix"],
        doc: "The Gram matrix of a map, `[N, C, ...]` to `[N, C, C]`: the products of each two channels, summed over all positions; with `mean`, divided by their number.",
        inputs: Inputs::Named(&["x"]),
        attrs: &[Attr { name: "mean", kind: AttrKind::Bool, default: Default::Bool(false), doc: "whether the sums are divided by the number of positions" }],
        role: Role::Layer,
        example: "gram(mean=true)",
    };

    fn build(args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
        Some(Gram { mean: args.bool("mean") })
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        map("gram", inputs, 0)?;
        let shape = &inputs[0].shape;
        Ok(Fact::f32(vec![shape[0].clone(), shape[1].clone(), shape[1].clone()]))
    }

    fn params(&self, _inputs: &[Fact]) -> Vec<ParamSpec> {
        Vec::new()
    }

    fn macs(&self, inputs: &[Fact], _output: &Fact) -> u128 {
        gram_macs(&inputs[0])
    }

    fn reach(&self, _inputs: &[Fact]) -> Reach {
        Reach::All
    }

    fn lower(&self, inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
        let maps = Maps::of(&inputs[0]);
        let factor = if self.mean { 1.0 / maps.positions as f32 } else { 1.0 };
        Lowered::Kernel(Box::new(GramKernel { maps, factor }))
    }

    fn emit_dfdx(&self, _inputs: &[Fact], _output: &Fact) -> Result<Dfdx, Unsupported> {
        emit::apply(&format!("style::Gram {{ mean: {} }}", self.mean), 1)
    }

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let op = Gram { mean: random::below(rng, 2) == 0 };
        Sample { op: op.into(), inputs: vec![sample_map(rng, 3)], classes: 0, range: (-1.0, 1.0), kinks: false }
    }
}

fn gram_macs(x: &Fact) -> u128 {
    let channels = x.shape[1].as_usize().unwrap_or(0);
    x.numel() as u128 * channels as u128
}

/// A small random map with this many channels.
fn sample_map(rng: &mut ChaCha8Rng, channels: usize) -> Fact {
    let mut size = || 1 + random::below(rng, 3) as usize;
    Fact::f32(Shape::of(&[size(), channels, size(), size()]))
}

struct GramKernel {
    maps: Maps,
    factor: f32,
}

impl Kernel for GramKernel {
    fn workspace(&self) -> Workspace {
        Workspace { backward: self.maps.square(), ..Workspace::default() }
    }

    fn needs(&self) -> Needs {
        Needs { inputs: true, output: false }
    }

    fn in_place(&self) -> bool {
        false
    }

    fn forward(&self, f: Forward<'_, '_>) {
        for (i, gram) in f.output.chunks_exact_mut(self.maps.square()).enumerate() {
            self.maps.gram(f.inputs[0], i, gram);
        }
        if self.factor != 1.0 {
            scaled(f.output, self.factor);
        }
    }

    /// `(D + D') x`: an element takes part in a row and in a column.
    fn backward(&self, b: Backward<'_, '_>) {
        let Some(grad) = b.grad_inputs[0].as_deref_mut() else { return };
        let Maps { channels, .. } = self.maps;
        let (both, square) = (b.scratch, self.maps.square());
        for (i, grad) in grad.chunks_exact_mut(self.maps.len().max(1)).enumerate() {
            let d = &b.grad_output[i * square..][..square];
            for (at, both) in both.iter_mut().enumerate() {
                *both = self.factor * (d[at] + d[at % channels * channels + at / channels]);
            }
            gemm_parallel(Matrix::row_major(both, channels, channels), self.maps.example(b.inputs[0], i), 0.0, grad);
        }
    }
}

// ---- content and style ---------------------------------------------------------------

/// By what the squared differences of a content or style loss are divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Norm {
    /// As in the course "Convolutional Neural Networks" of deeplearning.ai.
    Course,
    /// As in the paper of Gatys et al.
    Gatys,
    /// The plain mean, as in many implementations.
    Mean,
}

const NORM: &[Attr] = &[Attr {
    name: "norm",
    kind: AttrKind::Choice(&["course", "gatys", "mean"]),
    default: Default::Word("course"),
    doc: "by what the squared differences are divided",
}];

impl Norm {
    fn of(args: &Args) -> Option<Self> {
        Some(match args.word("norm")? {
            "gatys" => Norm::Gatys,
            "mean" => Norm::Mean,
            _ => Norm::Course,
        })
    }

    fn sample(rng: &mut ChaCha8Rng) -> Self {
        [Norm::Course, Norm::Gatys, Norm::Mean][random::below(rng, 3) as usize]
    }
}

/// The squared difference of two maps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ContentLoss {
    /// The divisor.
    pub norm: Norm,
}

impl Operator for ContentLoss {
    const INFO: OpInfo = OpInfo {
        name: "content_loss",
        also_known_as: &["content_cost", "compute_content_cost"],
        doc: "The squared differences of two maps of the same shape: their sum over `4 C P` (`norm=course`), half their sum (`gatys`), or their mean (`mean`), of `C` channels at `P` positions; the mean over the batch.",
        inputs: Inputs::Named(&["x", "target"]),
        attrs: NORM,
        role: Role::Loss,
        example: "content_loss(x, target, norm=gatys)",
    };

    fn build(args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
        Some(ContentLoss { norm: Norm::of(args)? })
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        check_pair("content_loss", inputs)?;
        Ok(Fact::f32(Vec::new()))
    }

    parameterless!(All);

    fn lower(&self, inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
        let example = inputs[0].numel() / inputs[0].sizes().first().copied().unwrap_or(1).max(1);
        // The kernel takes the mean over all elements of the batch.
        let factor = match self.norm {
            Norm::Course => 0.25,
            Norm::Gatys => 0.5 * example as f32,
            Norm::Mean => 1.0,
        };
        Lowered::Kernel(Box::new(PairKernel(Squares { factor })))
    }

    unexpressed!("style transfer runs on the engine alone");

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let (op, x) = (ContentLoss { norm: Norm::sample(rng) }, sample_map(rng, 2));
        Sample { op: op.into(), inputs: vec![x.clone(), x], classes: 0, range: (-1.0, 1.0), kinks: false }
    }
}

#[derive(Clone, Copy)]
struct Squares {
    factor: f32,
}

impl Pair for Squares {
    #[inline(always)]
    fn value(self, x: f32, t: f32) -> f32 {
        self.factor * (x - t) * (x - t)
    }

    #[inline(always)]
    fn pull(self, x: f32, t: f32) -> f32 {
        2.0 * self.factor * (x - t)
    }

    #[inline(always)]
    fn pull_target(self, x: f32, t: f32) -> f32 {
        self.pull(t, x)
    }
}

/// The squared difference of two Gram matrices.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StyleLoss {
    /// The divisor.
    pub norm: Norm,
}

impl Operator for StyleLoss {
    const INFO: OpInfo = OpInfo {
        name: "style_loss",
        also_known_as: &["style_cost", "gram_loss", "compute_layer_style_cost"],
        doc: "The squared differences of the Gram matrices of two maps, each divided by its own positions, so that the maps may differ in size: their sum over `4 C^2` (`norm=course` and `gatys`, which agree: `1 / (4 C^2 P^2)` of plain Gram matrices), or their mean (`mean`); the mean over the batch.",
        inputs: Inputs::Named(&["x", "target"]),
        attrs: NORM,
        role: Role::Loss,
        example: "style_loss(x, target)",
    };

    fn build(args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
        Some(StyleLoss { norm: Norm::of(args)? })
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        for slot in 0..2 {
            map("style_loss", inputs, slot)?;
        }
        match (0..2).find(|axis| inputs[0].shape[*axis].never_equals(&inputs[1].shape[*axis])) {
            Some(axis) => Err(facts::disagree("style_loss", inputs, (0, axis), (1, axis))),
            None => Ok(Fact::f32(Vec::new())),
        }
    }

    fn params(&self, _inputs: &[Fact]) -> Vec<ParamSpec> {
        Vec::new()
    }

    fn macs(&self, inputs: &[Fact], _output: &Fact) -> u128 {
        gram_macs(&inputs[0]).saturating_add(gram_macs(&inputs[1]))
    }

    fn reach(&self, _inputs: &[Fact]) -> Reach {
        Reach::All
    }

    fn lower(&self, inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
        let maps = [Maps::of(&inputs[0]), Maps::of(&inputs[1])];
        let share = if self.norm == Norm::Mean { 1.0 } else { 0.25 };
        let factor = share / (maps[0].square() as f64 * maps[0].n.max(1) as f64);
        Lowered::Kernel(Box::new(StyleKernel { maps, factor }))
    }

    unexpressed!("style transfer runs on the engine alone");

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let (op, x) = (StyleLoss { norm: Norm::sample(rng) }, sample_map(rng, 2));
        let mut size = || 1 + random::below(rng, 3) as usize;
        let target = Fact::f32(Shape::of(&[x.sizes()[0], 2, size(), size()]));
        Sample { op: op.into(), inputs: vec![x, target], classes: 0, range: (-1.0, 1.0), kinks: false }
    }
}

/// Saves the differences of the Gram matrices.
struct StyleKernel {
    maps: [Maps; 2],
    /// Of the sum of squared differences.
    factor: f64,
}

impl Kernel for StyleKernel {
    fn workspace(&self) -> Workspace {
        let square = self.maps[0].square();
        Workspace { saved: vec![self.maps[0].n * square], forward: square, backward: square }
    }

    fn needs(&self) -> Needs {
        Needs { inputs: true, output: false }
    }

    fn in_place(&self) -> bool {
        false
    }

    fn forward(&self, f: Forward<'_, '_>) {
        let [of_x, of_target] = self.maps;
        let differences = &mut *f.saved[0];
        for (i, difference) in differences.chunks_exact_mut(of_x.square()).enumerate() {
            of_x.gram(f.inputs[0], i, difference);
            of_target.gram(f.inputs[1], i, f.scratch);
            let (a, b) = (1.0 / of_x.positions as f32, 1.0 / of_target.positions as f32);
            difference.iter_mut().zip(&*f.scratch).for_each(|(d, t)| *d = a * *d - b * t);
        }
        let differences = &*differences;
        let squares = |begin: usize, end: usize| {
            differences[begin..end].iter().map(|d| f64::from(*d) * f64::from(*d)).sum::<f64>()
        };
        f.output[0] = (self.factor * reduce::tree(differences.len(), &squares)) as f32;
    }

    /// The difference is symmetric: `4 factor / P` of it times `x`.
    fn backward(&self, b: Backward<'_, '_>) {
        for (slot, (grad, sign)) in b.grad_inputs.iter_mut().zip([1.0, -1.0]).enumerate() {
            let (Some(grad), maps) = (grad.as_deref_mut(), self.maps[slot]) else { continue };
            let unit = (sign * 4.0 * self.factor * f64::from(b.grad_output[0]) / maps.positions as f64) as f32;
            for (i, grad) in grad.chunks_exact_mut(maps.len().max(1)).enumerate() {
                let difference = &b.saved[0][i * maps.square()..][..maps.square()];
                b.scratch.iter_mut().zip(difference).for_each(|(s, d)| *s = unit * d);
                let pull = Matrix::row_major(b.scratch, maps.channels, maps.channels);
                gemm_parallel(pull, maps.example(b.inputs[slot], i), 0.0, grad);
            }
        }
    }
}

// ---- total variation -----------------------------------------------------------------

/// How much neighbouring pixels differ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TotalVariation {
    /// Whether differences are squared.
    pub squared: bool,
    /// Whether the sum is divided by the elements of an image.
    pub mean: bool,
}

impl Operator for TotalVariation {
    const INFO: OpInfo = OpInfo {
        name: "total_variation",
        also_known_as: &["tv", "tv_loss", "total_variation_loss"],
        doc: "The absolute differences of neighbouring pixels of an image `[N, C, H, W]`, down and to the right, summed as in TensorFlow's `total_variation`; the mean over the batch.",
        inputs: Inputs::Named(&["x"]),
        attrs: &[
            Attr { name: "squared", kind: AttrKind::Bool, default: Default::Bool(false), doc: "whether differences are squared" },
            Attr { name: "mean", kind: AttrKind::Bool, default: Default::Bool(false), doc: "whether the sum is divided by `C H W`" },
        ],
        role: Role::Loss,
        example: "total_variation(x, squared=true)",
    };

    fn build(args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
        Some(TotalVariation { squared: args.bool("squared"), mean: args.bool("mean") })
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        facts::floats("total_variation", inputs, 0)?;
        facts::image("total_variation", &inputs[0])?;
        Ok(Fact::f32(Vec::new()))
    }

    parameterless!(All);

    fn lower(&self, inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
        let sizes = inputs[0].sizes();
        let [n, _, height, width] = [0, 1, 2, 3].map(|axis| sizes.get(axis).copied().unwrap_or(1).max(1));
        let divisor = if self.mean { inputs[0].numel() } else { n };
        let (squared, factor) = (self.squared, 1.0 / divisor.max(1) as f64);
        Lowered::Kernel(Box::new(VariationKernel { squared, height, width, factor }))
    }

    unexpressed!("style transfer runs on the engine alone");

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let op = TotalVariation { squared: random::below(rng, 2) == 0, mean: random::below(rng, 2) == 0 };
        Sample { op: op.into(), inputs: vec![sample_map(rng, 2)], classes: 0, range: (-1.0, 1.0), kinks: true }
    }
}

struct VariationKernel {
    squared: bool,
    height: usize,
    width: usize,
    factor: f64,
}

impl VariationKernel {
    #[inline(always)]
    fn value(&self, d: f32) -> f64 {
        f64::from(if self.squared { d * d } else { d.abs() })
    }

    /// The derivative; 0 where an absolute difference is 0.
    #[inline(always)]
    fn slope(&self, d: f32) -> f32 {
        if self.squared { 2.0 * d } else { f32::from(d > 0.0) - f32::from(d < 0.0) }
    }

    /// The row of all planes that holds an element, and whether another is beneath it.
    fn row(&self, at: usize) -> (usize, bool) {
        let row = at / self.width;
        (row, row % self.height + 1 < self.height)
    }

    /// The differences that begin at the elements `begin..end`.
    fn part(&self, x: &[f32], begin: usize, end: usize) -> f64 {
        let (mut sum, mut at) = (0.0, begin);
        while at < end {
            let (row, beneath) = self.row(at);
            let row_end = (row + 1) * self.width;
            let stop = end.min(row_end);
            let pairs = |distance: usize, stop: usize| x[at..stop].iter().zip(&x[at + distance..]);
            sum += pairs(1, stop.min(row_end - 1).max(at)).map(|(a, b)| self.value(b - a)).sum::<f64>();
            if beneath {
                sum += pairs(self.width, stop).map(|(a, b)| self.value(b - a)).sum::<f64>();
            }
            at = stop;
        }
        sum
    }
}

impl Kernel for VariationKernel {
    bufferless!(inputs);

    fn forward(&self, f: Forward<'_, '_>) {
        let x = f.inputs[0];
        f.output[0] = (self.factor * reduce::tree(x.len(), &|begin, end| self.part(x, begin, end))) as f32;
    }

    fn backward(&self, b: Backward<'_, '_>) {
        let Some(grad) = b.grad_inputs[0].as_deref_mut() else { return };
        let (x, w, work) = (b.inputs[0], self.width, grad.len());
        let unit = (self.factor * f64::from(b.grad_output[0])) as f32;
        parallel::for_chunks(grad, w, work, |row, grad| {
            let (begin, (_, beneath)) = (row * w, self.row(row * w));
            for (column, grad) in grad.iter_mut().enumerate() {
                let at = begin + column;
                let mut pull = 0.0;
                if column > 0 {
                    pull += self.slope(x[at] - x[at - 1]);
                }
                if column + 1 < w {
                    pull -= self.slope(x[at + 1] - x[at]);
                }
                if row % self.height > 0 {
                    pull += self.slope(x[at] - x[at - w]);
                }
                if beneath {
                    pull -= self.slope(x[at + w] - x[at]);
                }
                *grad = unit * pull;
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::Dim;

    #[test]
    fn style_losses_compare_maps_of_any_size() {
        let map = |c: usize, h: &str| Fact::f32(vec![1.into(), c.into(), Dim::symbol(h), Dim::symbol("W")]);
        let op = StyleLoss { norm: Norm::Course };
        assert_eq!(op.infer(&[map(8, "H"), map(8, "S")]), Ok(Fact::f32(Vec::new())));
        let error = op.infer(&[map(8, "H"), map(9, "H")]).unwrap_err();
        assert_eq!(
            error.message,
            "the inputs of `style_loss` have 8 and 9 channels: `f32[1, 8, H, W]` and `f32[1, 9, H, W]`"
        );
        let error = op.infer(&[map(8, "H"), Fact::f32(Shape::of(&[1, 8]))]).unwrap_err();
        assert_eq!(error.code, codes::WRONG_RANK);
        assert_eq!(error.inputs, [1]);
    }

    #[test]
    fn a_gram_matrix_has_the_channels_twice() {
        let x = Fact::f32(vec![Dim::symbol("N"), 3.into(), Dim::symbol("H"), Dim::symbol("W")]);
        let gram = Fact::f32(vec![Dim::symbol("N"), 3.into(), 3.into()]);
        assert_eq!(Gram { mean: false }.infer(&[x]), Ok(gram));
    }
}
