//! Convolutions over [`Shift`] copies: forward, the gradient by the input, and that by the
//! weights. A task copies what it needs into memory of its thread, where it stays in the
//! second-level cache; nothing goes through memory but inputs, weights and results.

use std::ops::Range;

use rayon::prelude::*;

use super::local::with_local;
use super::parallel::{for_tasks, simd};
use super::shared::Shared;
use super::shift::{LANES, Shift};
use super::tiles::{DotShape, Runs, Shape, Side};
use super::window::{Gather, Window};

/// Floats of the copies of a task: what stays in a second-level cache.
const COPIES: usize = 9 << 14;
/// Floats of packed weights that stay there beside them.
const WEIGHTS: usize = 1 << 16;
/// Tasks that there should be, so that threads end at about the same time.
const TASKS: usize = 8;
/// Output channels, and columns of weights, of a task of a weight gradient.
const BLOCK: (usize, usize) = (64, 576);
/// Channels of the input of such a task at most.
const CHANNELS: usize = 128;

/// One gather with channels: `rows` target channels of each group from `channels` source channels.
#[derive(Clone, Debug)]
pub struct Direct {
    batch: usize,
    groups: usize,
    channels: usize,
    rows: usize,
    gather: Gather,
    shift: Shift,
    shape: Shape,
    /// Copies between which tiles step, and what they read of each.
    outer: usize,
    taps: Vec<usize>,
    /// Lines of a band, bands of a map, and rows of a task.
    lines: usize,
    bands: usize,
    block: usize,
}

/// Halves the lines of a band until `floats` of it are few enough.
fn fit(gather: &Gather, floats: impl Fn(&Shift) -> usize) -> Shift {
    let mut lines = gather.grid[1];
    loop {
        let shift = Shift::new(gather, lines);
        if gather.grid[0] > 1 || lines == 1 || floats(&shift) <= COPIES {
            return shift;
        }
        lines = lines.div_ceil(2);
    }
}

impl Direct {
    /// A gather of this many images.
    pub fn new(batch: usize, groups: usize, channels: usize, rows: usize, gather: Gather) -> Self {
        let shift = fit(&gather, |s| channels * s.size() + if s.dense() { 0 } else { rows * s.run() });
        let shape = Shape::new(rows);
        let lines = shift.lines();
        let bands = gather.lines().div_ceil(lines);
        let tasks = groups * batch * bands;
        let panels = rows.div_ceil(shape.rows);
        let block = panels.div_ceil(TASKS.div_ceil(tasks.max(1))).max(panels.min(4)) * shape.rows;
        // With one tap, channels take the place of taps: one loop instead of two.
        let (outer, taps) = match shift.taps[..] {
            [tap] => (1, (0..channels).map(|c| c * shift.size() + tap).collect()),
            _ => (channels, shift.taps.clone()),
        };
        Self { batch, groups, channels, rows, gather, shift, shape, outer, taps, lines, bands, block }
    }

    fn depth(&self) -> usize {
        self.channels * self.gather.taps.len()
    }

    /// Points of the gather.
    pub fn points(&self) -> usize {
        self.gather.points()
    }

    /// An estimate of the time of a run on one thread, in nanoseconds of a machine with AVX-512.
    pub fn cost(&self) -> f64 {
        let rows = self.rows.next_multiple_of(self.shape.rows) as f64;
        let columns = (self.bands * self.shift.run()) as f64;
        let sums = match (self.shift.dense() && self.gather.covers_target(), self.gather.spacing[2]) {
            (true, _) => 0.0,
            (false, 1) => 0.2,
            _ => 2.0,
        };
        let products = rows * columns * (self.depth() as f64 / 120.0 + sums);
        let copies = (self.bands * self.channels * self.shift.size()) as f64 * 0.1;
        let weights = rows * self.depth() as f64 * 0.05;
        (self.batch * self.groups) as f64 * (products + copies + weights)
    }

    /// Floats of one group's packed weights.
    fn group_len(&self) -> usize {
        self.shape.packed_len(self.rows, self.depth())
    }

    /// Floats of the packed weights.
    pub fn packed_len(&self) -> usize {
        self.groups * self.group_len()
    }

    /// Packs weights: `(row, channel, tap)` of a group stands at `strides` times (row, channel)
    /// and the tap's index; groups are `apart` from each other.
    pub fn pack(&self, w: &[f32], apart: usize, strides: (usize, usize), packed: &mut [f32]) {
        let (rows, depth) = (self.shape.rows, self.depth());
        let taps: Vec<usize> = self.gather.taps.iter().map(|t| t.index).collect();
        let panels = self.rows.div_ceil(rows);
        let all = packed[..self.packed_len()].par_chunks_exact_mut(rows * depth.max(1)).enumerate();
        all.with_min_len((1 << 13) / (rows * depth) + 1).for_each(|(i, packed)| {
            let (group, first) = (i / panels, i % panels * rows);
            let count = rows.min(self.rows - first);
            for (c, packed) in packed.chunks_exact_mut(rows * taps.len()).enumerate() {
                let from = &w[group * apart + first * strides.0 + c * strides.1..];
                for (tap, packed) in taps.iter().zip(packed.chunks_exact_mut(rows)) {
                    for (r, packed) in packed.iter_mut().enumerate() {
                        *packed = if r < count { from[r * strides.0 + tap] } else { 0.0 };
                    }
                }
            }
        });
    }

    /// All sums, from packed weights; `bias` has one for each row of all groups.
    pub fn run(&self, packed: &[f32], source: &[f32], bias: Option<&[f32]>, target: Shared<'_>) {
        let blocks = self.rows.div_ceil(self.block);
        let maps = self.batch * self.groups;
        let work = maps * self.rows * self.depth() * self.gather.points() / 16 + maps * self.gather.points();
        let per_task = work / (maps * self.bands * blocks).max(1);
        // Neighbouring maps in one task, where they are small.
        let several = (LEAST / per_task.max(1)).clamp(1, maps.max(1));
        for_tasks(maps.div_ceil(several) * self.bands * blocks, work, |task| {
            let (rest, block) = (task / blocks, task % blocks);
            let (first, band) = (rest / self.bands * several, rest % self.bands);
            let rows = block * self.block..((block + 1) * self.block).min(self.rows);
            let lines = band * self.lines..((band + 1) * self.lines).min(self.gather.lines());
            for i in first..(first + several).min(maps) {
                let group = i % self.groups;
                let packed = &packed[group * self.group_len()..][..self.group_len()];
                let bias = bias.map(|b| &b[group * self.rows..][..self.rows]);
                self.task((i / self.groups, group), rows.clone(), lines.clone(), packed, source, bias, target);
            }
        });
    }

    #[allow(clippy::too_many_arguments)]
    fn task(
        &self,
        (n, group): (usize, usize),
        rows: Range<usize>,
        lines: Range<usize>,
        packed: &[f32],
        source: &[f32],
        bias: Option<&[f32]>,
        target: Shared<'_>,
    ) {
        let (size, run) = (self.shift.size(), self.shift.run());
        let direct = self.shift.dense() && self.gather.covers_target();
        let sums_len = if direct { 0 } else { rows.len() * run };
        let map_len: usize = self.gather.source.iter().product();
        let target_len: usize = self.gather.target.iter().product();
        let maps = &source[(n * self.groups + group) * self.channels * map_len..][..self.channels * map_len];
        let first_map = (n * self.groups + group) * self.rows;
        with_local([self.channels * size, sums_len, 0], |[copies, sums, _]| {
            let copies = &mut copies[..self.channels * size];
            simd(
                #[inline(always)]
                || {
                    for (map, copy) in maps.chunks_exact(map_len).zip(copies.chunks_exact_mut(size)) {
                        self.shift.fill(map, lines.start, 0.0, copy);
                    }
                },
            );
            let used = self.shift.start(lines.len() - 1) + self.gather.grid[2];
            if direct {
                let at = first_map * target_len + lines.start * self.gather.grid[2];
                assert!(at + (rows.end - 1) * target_len + used <= target.len());
                // SAFETY: those lines of those maps belong to one task, and lie inside.
                unsafe {
                    let to = target.pointer().add(at + rows.start * target_len);
                    self.multiply(rows, packed, copies, used, bias, to, target_len);
                }
                return;
            }
            let sums = &mut sums[..sums_len];
            // SAFETY: the sums are borrowed mutably, and `used` is at most `run`.
            unsafe { self.multiply(rows.clone(), packed, copies, used, bias, sums.as_mut_ptr(), run) };
            for (row, sums) in rows.zip(sums.chunks_exact(run)) {
                let map = (first_map + row) * target_len;
                // SAFETY: lines of a map belong to one task.
                simd(
                    #[inline(always)]
                    || unsafe { self.scatter(map, lines.clone(), sums, target) },
                );
            }
        });
    }

    /// Sums of some rows, of which the first goes to `to`.
    ///
    /// # Safety
    /// `to` is valid for `used` columns of the rows, `stride` apart.
    #[allow(clippy::too_many_arguments)]
    unsafe fn multiply(
        &self,
        rows: Range<usize>,
        packed: &[f32],
        copies: &[f32],
        used: usize,
        bias: Option<&[f32]>,
        to: *mut f32,
        stride: usize,
    ) {
        let shape = self.shape;
        let runs = Runs {
            shape,
            weights: packed,
            outer: self.outer,
            outer_stride: self.shift.size(),
            taps: &self.taps,
            copies,
            run: used.next_multiple_of(LANES),
        };
        runs.fits();
        let tile = |row: usize, col: usize| {
            let (count, bias) = (shape.rows.min(rows.end - row), bias.map(|b| &b[row..]));
            // SAFETY: by contract.
            unsafe {
                let to = to.add((row - rows.start) * stride + col);
                runs.tile(row / shape.rows, count, col, used - col, bias, to, stride);
            }
        };
        if rows.len() * self.depth() <= WEIGHTS {
            for col in (0..used).step_by(shape.cols()) {
                rows.clone().step_by(shape.rows).for_each(|row| tile(row, col));
            }
        } else {
            for row in rows.clone().step_by(shape.rows) {
                (0..used).step_by(shape.cols()).for_each(|col| tile(row, col));
            }
        }
    }

    /// Copies the sums of some lines to a map of the target, which may be strided.
    ///
    /// # Safety
    /// No other thread accesses them.
    #[inline(always)]
    unsafe fn scatter(&self, map: usize, lines: Range<usize>, sums: &[f32], target: Shared<'_>) {
        let (width, spacing) = (self.gather.grid[2], self.gather.spacing[2]);
        for line in lines.clone() {
            let from = &sums[self.shift.start(line - lines.start)..][..width];
            let start = map + self.gather.line_start(line);
            // SAFETY: by contract.
            let to = unsafe { target.part(start..start + (width - 1) * spacing + 1) };
            match spacing {
                1 => to.copy_from_slice(from),
                2 => {
                    for (to, from) in to.chunks_mut(2).zip(from) {
                        to[0] = *from;
                    }
                }
                _ => to.iter_mut().step_by(spacing).zip(from).for_each(|(t, f)| *t = *f),
            }
        }
    }
}

/// Work of a task at least, in the terms of [`for_tasks`].
const LEAST: usize = 1 << 13;

/// The gradient by the weights of a convolution.
#[derive(Clone, Debug)]
pub struct ByWeights {
    batch: usize,
    groups: usize,
    inputs: usize,
    outputs: usize,
    gather: Gather,
    shift: Shift,
    lines: usize,
    bands: usize,
    /// Output and input channels of a task.
    block: (usize, usize),
    /// Images that are copied at once.
    images: usize,
    /// Into how many parts sums are split, to be added up in order.
    parts: usize,
    shape: DotShape,
}

impl ByWeights {
    /// Channels are those of one group.
    pub fn new(batch: usize, groups: usize, inputs: usize, outputs: usize, window: &Window) -> Self {
        let gather = Gather::forward(window);
        let taps = window.taps();
        let block = (outputs.min(BLOCK.0), inputs.min((BLOCK.1 / taps).clamp(1, CHANNELS)));
        let floats = |s: &Shift| block.0 * s.run() + block.1 * s.size();
        let shift = fit(&gather, floats);
        let lines = shift.lines();
        let bands = gather.lines().div_ceil(lines);
        let images = if bands > 1 { 1 } else { (COPIES / floats(&shift)).clamp(1, batch.max(1)) };
        let tasks = groups * outputs.div_ceil(block.0) * inputs.div_ceil(block.1);
        let parts = TASKS.div_ceil(tasks.max(1)).min(batch.max(1));
        let images = images.min(batch.div_ceil(parts)).max(1);
        let shape = DotShape::new(block.0, block.1 * taps);
        Self { batch, groups, inputs, outputs, gather, shift, lines, bands, block, images, parts, shape }
    }

    fn depth(&self) -> usize {
        self.inputs * self.gather.taps.len()
    }

    /// Scratch of [`ByWeights::run`].
    pub fn scratch(&self) -> usize {
        if self.parts == 1 { 0 } else { self.parts * self.groups * self.outputs * self.depth() }
    }

    /// Adds the gradient to `dw`.
    pub fn run(&self, x: &[f32], dy: &[f32], dw: &mut [f32], scratch: &mut [f32]) {
        let (down, across) = (self.outputs.div_ceil(self.block.0), self.inputs.div_ceil(self.block.1));
        let len = self.groups * self.outputs * self.depth();
        let work = self.batch * len * self.gather.points() / 16;
        let dw = &mut dw[..len];
        let alone = self.parts == 1;
        let to = if alone { Shared::new(dw) } else { Shared::new(&mut scratch[..self.parts * len]) };
        for_tasks(self.parts * self.groups * down * across, work, |task| {
            let (rest, col) = (task / across, task % across * self.block.1);
            let (rest, row) = (rest / down, rest % down * self.block.0);
            let (part, group) = (rest / self.groups, rest % self.groups);
            let block = Block {
                group,
                rows: row..(row + self.block.0).min(self.outputs),
                channels: col..(col + self.block.1).min(self.inputs),
                images: part * self.batch / self.parts..(part + 1) * self.batch / self.parts,
            };
            self.task(&block, x, dy, part * len, alone, to);
        });
        if !alone {
            let parts = &*scratch;
            dw.par_chunks_mut(1 << 13).enumerate().for_each(|(i, dw)| {
                for part in parts[..self.parts * len].chunks_exact(len) {
                    dw.iter_mut().zip(&part[i << 13..]).for_each(|(d, s)| *d += s);
                }
            });
        }
    }

    /// Forms a block of sums, and writes it or adds it to what is there.
    fn task(&self, block: &Block, x: &[f32], dy: &[f32], base: usize, add: bool, to: Shared<'_>) {
        let cols = block.channels.len() * self.gather.taps.len();
        let (run, size) = (self.shift.run(), self.shift.size());
        let (left_len, right_len) = (block.rows.len() * run, block.channels.len() * size);
        let lens = [self.images * left_len, self.images * right_len, block.rows.len() * cols];
        with_local(lens, |[left, right, sums]| {
            let sums = &mut sums[..block.rows.len() * cols];
            sums.fill(0.0);
            for first in block.images.clone().step_by(self.images) {
                let images = first..(first + self.images).min(block.images.end);
                for band in 0..self.bands {
                    let lines = band * self.lines..((band + 1) * self.lines).min(self.gather.lines());
                    for (i, n) in images.clone().enumerate() {
                        let left = &mut left[i * left_len..][..left_len];
                        let right = &mut right[i * right_len..][..right_len];
                        simd(
                            #[inline(always)]
                            || self.copy(block, n, lines.clone(), (x, dy), left, right),
                        );
                    }
                    let used = self.shift.start(lines.len() - 1) + self.gather.grid[2];
                    self.tiles(block, images.len(), used.next_multiple_of(LANES), left, right, sums);
                }
            }
            for (row, sums) in block.rows.clone().zip(sums.chunks_exact(cols)) {
                let taps = self.gather.taps.len();
                let start = base + (block.group * self.outputs + row) * self.depth() + block.channels.start * taps;
                // SAFETY: blocks are disjoint.
                let to = unsafe { to.part(start..start + cols) };
                match add {
                    true => to.iter_mut().zip(sums).for_each(|(t, s)| *t += *s),
                    false => to.copy_from_slice(sums),
                }
            }
        });
    }

    /// Copies some lines of an image.
    #[inline(always)]
    fn copy(
        &self,
        block: &Block,
        n: usize,
        lines: Range<usize>,
        (x, dy): (&[f32], &[f32]),
        left: &mut [f32],
        right: &mut [f32],
    ) {
        let (from, to): (usize, usize) = (self.gather.source.iter().product(), self.gather.points());
        let width = self.gather.grid[2];
        let first = (n * self.groups + block.group) * self.outputs;
        for (row, left) in block.rows.clone().zip(left.chunks_exact_mut(self.shift.run())) {
            let dy = &dy[(first + row) * to..][..to];
            self.shift.spread(&dy[lines.start * width..lines.end * width], left);
        }
        let first = (n * self.groups + block.group) * self.inputs;
        for (channel, right) in block.channels.clone().zip(right.chunks_exact_mut(self.shift.size())) {
            self.shift.fill(&x[(first + channel) * from..][..from], lines.start, 0.0, right);
        }
    }

    /// Adds all sums of a block over the copies of some images.
    fn tiles(&self, block: &Block, images: usize, len: usize, left: &[f32], right: &[f32], sums: &mut [f32]) {
        let (taps, shape) = (&self.shift.taps, self.shape);
        let (run, size) = (self.shift.run(), self.shift.size());
        let (rows, cols) = (block.rows.len(), block.channels.len() * taps.len());
        let (left_stride, right_stride) = (rows * run, block.channels.len() * size);
        // Places beyond the last are taken by the last.
        let ends: Vec<usize> = (0..cols.next_multiple_of(shape.cols))
            .map(|col| col.min(cols - 1))
            .map(|col| col / taps.len() * size + taps[col % taps.len()])
            .collect();
        let mut out = [0.0f32; 64];
        for row in (0..rows).step_by(shape.rows) {
            let begins: [usize; 9] = std::array::from_fn(|r| (row + r).min(rows - 1) * run);
            let left = Side { data: left, begins: &begins[..shape.rows], stride: left_stride };
            for col in (0..cols).step_by(shape.cols) {
                let right = Side { data: right, begins: &ends[col..col + shape.cols], stride: right_stride };
                shape.run(left, right, images, len, &mut out);
                let count = shape.cols.min(cols - col);
                for (r, out) in out.chunks_exact(shape.cols).take(shape.rows.min(rows - row)).enumerate() {
                    let sums = &mut sums[(row + r) * cols + col..][..count];
                    sums.iter_mut().zip(out).for_each(|(s, o)| *s += o);
                }
            }
        }
    }
}

/// What a task sums.
struct Block {
    group: usize,
    rows: Range<usize>,
    channels: Range<usize>,
    images: Range<usize>,
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, Sizes, below, floats};
    use super::*;

    /// `[y with bias, dx, dw + 1]`.
    fn run(s: Sizes, window: &Window, x: &[f32], w: &[f32], bias: &[f32], dy: &[f32]) -> [Vec<f32>; 3] {
        let mut all = [vec![f32::NAN; dy.len()], vec![0.0; x.len()], vec![1.0; w.len()]];
        let taps = window.taps();
        let [y, dx, dw] = &mut all;
        let by_weights = ByWeights::new(s.batch, s.groups, s.inputs, s.outputs, window);
        by_weights.run(x, dy, dw, &mut vec![f32::NAN; by_weights.scratch()]);
        let forward = Direct::new(s.batch, s.groups, s.inputs, s.outputs, Gather::forward(window));
        let mut products = vec![(forward, (s.inputs * taps, taps), x, Some(bias), Shared::new(y))];
        let dx = Shared::new(dx);
        for gather in Gather::adjoint(window) {
            let adjoint = Direct::new(s.batch, s.groups, s.outputs, s.inputs, gather);
            products.push((adjoint, (taps, s.inputs * taps), dy, None, dx));
        }
        for (product, strides, source, bias, target) in products {
            let mut packed = vec![f32::NAN; product.packed_len()];
            product.pack(w, s.outputs * s.inputs * taps, strides, &mut packed);
            product.run(&packed, source, bias, target);
        }
        all
    }

    fn check(s: Sizes, window: Window, seed: u64) {
        let mut rng = testing::rng(seed);
        let x = floats(&mut rng, s.batch * s.groups * s.inputs * window.input_len());
        let w = floats(&mut rng, s.groups * s.outputs * s.inputs * window.taps());
        let dy = floats(&mut rng, s.batch * s.groups * s.outputs * window.output_len());
        let bias = floats(&mut rng, s.groups * s.outputs);
        let all = testing::same_for_all_thread_counts(|| run(s, &window, &x, &w, &bias, &dy).concat());
        let mut expected = testing::reference(s, &window, &x, &w, &dy);
        for (map, y) in expected[0].chunks_exact_mut(window.output_len()).enumerate() {
            y.iter_mut().for_each(|y| *y += f64::from(bias[map % bias.len()]));
        }
        expected[2].iter_mut().for_each(|g| *g += 1.0);
        let depth = s.inputs.max(s.outputs) * window.taps() + s.batch * window.output_len();
        testing::assert_close(&all, &expected.concat(), depth, &format!("{s:?} {window:?}"));
    }

    #[test]
    fn random_windows_agree_with_the_definition() {
        for seed in 0..300 {
            let mut rng = testing::rng(seed);
            let window = testing::window(&mut rng);
            let mut size = |bound| 1 + below(&mut rng, bound);
            check(Sizes { batch: size(3), groups: size(3), inputs: size(7), outputs: size(14) }, window, seed);
        }
    }

    #[test]
    fn large_maps_are_cut_into_bands_and_many_channels_into_blocks() {
        let square = |size: usize, kernel: usize, stride: usize| Window {
            input: [1, size, size],
            output: [1, (size - 1) / stride + 1, (size - 1) / stride + 1],
            kernel: [1, kernel, kernel],
            stride: [1, stride, stride],
            dilation: [1; 3],
            before: [0, kernel / 2, kernel / 2],
        };
        for (size, kernel, stride, inputs, outputs, batch) in
            [(97, 3, 1, 17, 9, 1), (60, 7, 2, 3, 70, 2), (40, 1, 1, 140, 66, 2), (9, 3, 2, 70, 130, 9)]
        {
            check(Sizes { batch, groups: 1, inputs, outputs }, square(size, kernel, stride), 5);
        }
    }
}
