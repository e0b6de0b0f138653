//! Convolution for inference: constant weights are packed once, and what follows the
//! convolution is done to each tile of sums while it is in the second-level cache.
//!
//! The points of all images are the columns of one matrix. A task packs a few panels of columns
//! for a part of the depth into memory of its thread, multiplies, and goes on with the next
//! part; nothing waits for all columns to be packed. Each sum is formed by one task in an order
//! that depends on sizes alone.

use std::ops::Range;

use super::local::with_local;
use super::micro::{self, Block};
use super::pack::{self, Maps};
use super::parallel::{for_tasks, simd};
use super::planes::Planes;
use super::shared::Shared;
use super::window::{Gather, Window};

/// Depth of the blocks between which sums go through memory: a panel of columns stays in the
/// first-level cache beside a panel of weights.
const DEPTH: usize = 192;
/// Most panels of columns of a task.
const PANELS: usize = 6;
/// Most sums of a task.
const SUMS: usize = 1 << 16;
/// Tasks that there should be, so that threads end at about the same time.
const TASKS: usize = 8;
/// Channels up to which maps are copied.
const FEW: usize = 8;
/// The fewest rows that are worth packing columns for once more.
const ROWS: usize = 96;

/// A function that is applied to values in place.
pub type Apply = Box<dyn Fn(&mut [f32]) + Send + Sync>;

/// What is done to each output last.
pub enum Activation {
    /// Nothing.
    Identity,
    /// The nearest number between the two: ReLU is `0` to infinity.
    Clamp {
        /// Outputs are no less.
        low: f32,
        /// Nor are they greater.
        high: f32,
    },
    /// Any function of each element by itself.
    Other(Apply),
}

impl Activation {
    /// Between which numbers outputs are held.
    pub fn bounds(&self) -> (f32, f32) {
        match self {
            Activation::Clamp { low, high } => (*low, *high),
            Activation::Identity | Activation::Other(_) => (f32::NEG_INFINITY, f32::INFINITY),
        }
    }
}

/// What is done to sums before they are written.
#[derive(Clone, Copy)]
pub struct Epilogue<'a> {
    /// Added, one for each output channel.
    pub bias: Option<&'a [f32]>,
    /// Added, one for each output.
    pub residual: Option<&'a [f32]>,
    /// Then applied.
    pub activation: &'a Activation,
}

impl Epilogue<'_> {
    /// Writes a run of outputs of one channel that stand at `place` of the output.
    pub fn finish(&self, sums: &[f32], channel: usize, place: Range<usize>, out: &mut [f32]) {
        let bias = self.bias.map_or(0.0, |b| b[channel]);
        let residual = self.residual.map(|r| &r[place]);
        let (low, high) = self.activation.bounds();
        let clamp = |v: f32| {
            let v = if v < low { low } else { v };
            if v > high { high } else { v }
        };
        simd(
            #[inline(always)]
            || match residual {
                None => out.iter_mut().zip(sums).for_each(|(o, s)| *o = clamp(s + bias)),
                Some(r) => out.iter_mut().zip(sums).zip(r).for_each(|((o, s), r)| *o = clamp(s + bias + r)),
            },
        );
        if let Activation::Other(apply) = self.activation {
            apply(out);
        }
    }
}

/// A convolution of `[batch, groups * inputs, ...]` to `[batch, groups * outputs, ...]`.
#[derive(Clone, Debug)]
pub struct FusedConv {
    batch: usize,
    groups: usize,
    inputs: usize,
    outputs: usize,
    gather: Gather,
    /// Rows of a task, and blocks of columns.
    rows: usize,
    blocks: usize,
    /// Where channels are few, maps are copied so that packing meets no borders.
    planes: Option<Planes>,
}

impl FusedConv {
    /// `inputs` and `outputs` are channels of one group.
    pub fn new(batch: usize, groups: usize, inputs: usize, outputs: usize, window: Window) -> Self {
        let (isa, gather) = (micro::isa(), Gather::forward(&window));
        let panels = (batch * gather.points()).div_ceil(isa.cols()).max(1);
        let mut rows = outputs.min(SUMS / isa.cols()).next_multiple_of(isa.rows);
        let mut each = (SUMS / isa.cols() / rows).clamp(1, PANELS).min(panels);
        let tasks = |rows: usize, each: usize| groups * outputs.div_ceil(rows) * panels.div_ceil(each);
        while tasks(rows, each) < TASKS {
            match () {
                () if each > 2 => each -= 1,
                () if rows >= 2 * ROWS => rows = (rows / 2).next_multiple_of(isa.rows),
                () if each > 1 => each -= 1,
                () => break,
            }
        }
        let flat = gather.source[0] == 1 && gather.grid[0] == 1 && gather.taps.iter().all(|t| t.offset[0] == 0);
        let planes = (flat && inputs <= FEW && gather.taps.len() > 1).then(|| Planes::new(&gather));
        Self { batch, groups, inputs, outputs, gather, rows, blocks: panels.div_ceil(each), planes }
    }

    fn depth(&self) -> usize {
        self.inputs * self.gather.taps.len()
    }

    fn columns(&self) -> usize {
        self.batch * self.gather.points()
    }

    /// Floats of one group's packed weights.
    fn group_len(&self) -> usize {
        micro::isa().left_len(self.outputs, self.depth())
    }

    /// Floats of the packed weights.
    pub fn packed_len(&self) -> usize {
        self.groups * self.group_len()
    }

    /// Packs weights `[groups * outputs, inputs, taps]`, those of each output times its scale.
    pub fn pack(&self, w: &[f32], scale: Option<&[f32]>, packed: &mut [f32]) {
        let (isa, taps, len) = (micro::isa(), self.gather.taps.len(), self.group_len());
        for (group, packed) in packed.chunks_exact_mut(len.max(1)).take(self.groups).enumerate() {
            let w = &w[group * self.outputs * self.depth()..];
            let strides = (self.depth(), taps);
            pack::weights(isa, w, self.outputs, self.inputs, &self.gather.taps, strides, packed);
            let Some(scale) = scale else { continue };
            for (panel, packed) in packed.chunks_exact_mut(isa.rows * self.depth()).enumerate() {
                let first = group * self.outputs + panel * isa.rows;
                let scale = &scale[first..(first + isa.rows).min((group + 1) * self.outputs)];
                for row in packed.chunks_exact_mut(isa.rows) {
                    row.iter_mut().zip(scale).for_each(|(w, s)| *w *= s);
                }
            }
        }
    }

    /// The convolution of `x` with packed weights, and what follows it.
    pub fn run(&self, x: &[f32], packed: &[f32], end: Epilogue<'_>, y: &mut [f32]) {
        let row_tasks = self.outputs.div_ceil(self.rows);
        let (y, work) = (Shared::new(y), self.outputs * self.groups * self.depth() * self.columns());
        // A multiply-add takes a sixteenth of the time of what other loops do to an element.
        for_tasks(self.groups * row_tasks * self.blocks, work / 16, |task| {
            let (rest, block) = (task / self.blocks, task % self.blocks);
            let (group, rows) = (rest / row_tasks, rest % row_tasks * self.rows);
            let rows = rows..(rows + self.rows).min(self.outputs);
            self.task(group, rows, block, x, packed, end, y);
        });
    }

    #[allow(clippy::too_many_arguments)]
    fn task(
        &self,
        group: usize,
        rows: Range<usize>,
        block: usize,
        x: &[f32],
        packed: &[f32],
        end: Epilogue<'_>,
        y: Shared<'_>,
    ) {
        let (isa, depth, columns) = (micro::isa(), self.depth(), self.columns());
        let all = columns.div_ceil(isa.cols());
        let panels = block * all / self.blocks..(block + 1) * all / self.blocks;
        if panels.is_empty() {
            return;
        }
        let first = panels.start * isa.cols();
        let stride = (panels.len() - 1) * isa.cols() + isa.width(panels.end - 1, columns);
        let size: usize = self.gather.source.iter().product();
        let maps = Maps { data: x, groups: self.groups, group, channels: self.inputs, size };
        let left = &packed[group * self.group_len()..][..self.group_len()];
        let (last, points) = ((first + stride).min(columns).min(panels.end * isa.cols()), self.gather.points());
        let images = first / points..(last - 1) / points + 1;
        let copies = self.planes.as_ref().map_or(0, |p| images.len() * self.inputs * p.size());
        let sums_len = rows.len().next_multiple_of(isa.rows) * stride;
        with_local([DEPTH * isa.cols(), sums_len, copies], |[right, sums, copies]| {
            if let Some(planes) = &self.planes {
                self.copy(planes, maps, first..last, copies);
            }
            for from in (0..depth).step_by(DEPTH) {
                let part = from..(from + DEPTH).min(depth);
                for panel in panels.clone() {
                    let width = isa.width(panel, columns);
                    let at = panel * isa.cols();
                    let (own, right) = (at..(at + width).min(columns), &mut right[..part.len() * width]);
                    match &self.planes {
                        None => self.gather.pack_panel(maps, own, width, part.clone(), right),
                        Some(planes) => {
                            let own = own.start - images.start * points..own.end - images.start * points;
                            pack::copies(planes, copies, self.inputs, points, own, width, part.clone(), right);
                        }
                    }
                    let block = Block { isa, left, depth, part: part.clone(), right, width };
                    block.run(rows.clone(), from > 0, &mut sums[at - first..], stride);
                }
            }
            self.finish(group, rows.clone(), first..first + stride, sums, end, y);
        });
    }

    /// Copies what some columns read.
    fn copy(&self, planes: &Planes, maps: Maps<'_>, columns: Range<usize>, copies: &mut [f32]) {
        let points = self.gather.points();
        let images = columns.start / points..(columns.end - 1) / points + 1;
        for (n, copies) in images.zip(copies.chunks_exact_mut(self.inputs * planes.size())) {
            let from = columns.start.max(n * points) - n * points;
            let to = columns.end.min((n + 1) * points) - n * points;
            let rows = planes.rows_of(from / planes.points()..(to - 1) / planes.points() + 1);
            for (map, copy) in maps.image(n).chunks_exact(maps.size).zip(copies.chunks_exact_mut(planes.size())) {
                planes.fill_rows(map, 0.0, rows.clone(), copy);
            }
        }
    }

    /// Writes the sums of some rows and columns, the latter rounded up to whole vectors.
    fn finish(
        &self,
        group: usize,
        rows: Range<usize>,
        padded: Range<usize>,
        sums: &[f32],
        end: Epilogue<'_>,
        y: Shared<'_>,
    ) {
        let points = self.gather.points();
        let last = padded.end.min(self.columns());
        for (row, sums) in rows.zip(sums.chunks(padded.len())) {
            let channel = group * self.outputs + row;
            let mut column = padded.start;
            while column < last {
                let (n, point) = (column / points, column % points);
                let len = (points - point).min(last - column);
                let at = (n * self.groups * self.outputs + channel) * points + point;
                // SAFETY: each output belongs to one task.
                let out = unsafe { y.part(at..at + len) };
                end.finish(&sums[column - padded.start..][..len], channel, at..at + len, out);
                column += len;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, Sizes, below, floats};
    use super::*;

    fn check(s: Sizes, window: Window, seed: u64) {
        let mut rng = testing::rng(seed);
        let x = floats(&mut rng, s.batch * s.groups * s.inputs * window.input_len());
        let w = floats(&mut rng, s.groups * s.outputs * s.inputs * window.taps());
        let dy = vec![0.0; s.batch * s.groups * s.outputs * window.output_len()];
        let residual = floats(&mut rng, dy.len());
        let (bias, scale) = (floats(&mut rng, s.groups * s.outputs), floats(&mut rng, s.groups * s.outputs));
        let conv = FusedConv::new(s.batch, s.groups, s.inputs, s.outputs, window);
        let mut packed = vec![f32::NAN; conv.packed_len()];
        conv.pack(&w, Some(&scale), &mut packed);
        let negate: Apply = Box::new(|y| y.iter_mut().for_each(|y| *y = -*y));
        let activations = [Activation::Identity, Activation::Clamp { low: 0.0, high: 1.5 }, Activation::Other(negate)];
        let [sums, ..] = testing::reference(s, &window, &x, &w, &dy);
        for (which, activation) in activations.iter().enumerate() {
            for residual in [None, Some(&residual[..])] {
                let end = Epilogue { bias: Some(&bias), residual, activation };
                let y = testing::same_for_all_thread_counts(|| {
                    let mut y = vec![f32::NAN; dy.len()];
                    conv.run(&x, &packed, end, &mut y);
                    y
                });
                let expected: Vec<f64> = sums
                    .iter()
                    .enumerate()
                    .map(|(i, sum)| {
                        let o = i / window.output_len() % bias.len();
                        let y =
                            sum * f64::from(scale[o]) + f64::from(bias[o]) + residual.map_or(0.0, |r| f64::from(r[i]));
                        [y, y.clamp(0.0, 1.5), -y][which]
                    })
                    .collect();
                testing::assert_close(&y, &expected, s.inputs * window.taps() + 4, &format!("{s:?} {window:?}"));
            }
        }
    }

    #[test]
    fn random_windows_agree_with_the_definition() {
        for seed in 0..150 {
            let mut rng = testing::rng(seed);
            let window = testing::window(&mut rng);
            let mut size = |bound| 1 + below(&mut rng, bound);
            check(Sizes { batch: size(3), groups: size(3), inputs: size(9), outputs: size(20) }, window, seed);
        }
    }

    #[test]
    fn large_products_are_cut_into_tasks_and_parts() {
        let window = |stride| Window {
            input: [1, 14, 14],
            output: [1, 14 / stride, 14 / stride],
            kernel: [1, 3, 3],
            stride: [1, stride, stride],
            dilation: [1; 3],
            before: [0, 1, 1],
        };
        check(Sizes { batch: 2, groups: 1, inputs: 40, outputs: 200 }, window(1), 1);
        check(Sizes { batch: 3, groups: 2, inputs: 25, outputs: 33 }, window(2), 2);
    }
}
