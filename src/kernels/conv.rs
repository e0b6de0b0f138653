//! Convolution as matrix products over gathered columns.
//!
//! Forward, the gradient by the input and transposed convolution are all [`Gather`]s: a chunk
//! of target points of several images becomes the columns of one matrix whose rows are (source
//! channel, tap), so that small maps still give large products. Maps that are read as they
//! stand (1x1, stride 1) are multiplied where they lie.

use std::ops::Range;

use rayon::prelude::*;

use super::gemm::{Matrix, gemm_at};
use super::shared::Shared;
use super::window::{Gather, Window};

/// Floats of one gathered matrix: what stays in a last-level cache.
const CHUNK: usize = 2 << 20;
/// Columns from which on a product per image is as good as one over several images.
const WIDE: usize = 128;
/// Rows and columns of the tiles that threads work on; they depend on nothing.
const TILE: (usize, usize) = (128, 512);
/// Tiles below which the columns of a weight gradient are split, to be added up in order.
const MIN_TILES: usize = 8;
/// Elements that a thread should copy at least.
const MIN_COPY: usize = 1 << 14;

/// A convolution of `[batch, groups * inputs, ...]` to `[batch, groups * outputs, ...]` with
/// weights `[groups * outputs, inputs, taps]`.
#[derive(Clone, Debug)]
pub struct Conv {
    batch: usize,
    groups: usize,
    inputs: usize,
    outputs: usize,
    window: Window,
    forward: Product,
    adjoint: Vec<Product>,
}

impl Conv {
    /// `inputs` and `outputs` are channels of one group.
    pub fn new(batch: usize, groups: usize, inputs: usize, outputs: usize, window: Window) -> Self {
        let product = |gather, channels, rows| Product::new(batch, groups, channels, rows, gather);
        Self {
            batch,
            groups,
            inputs,
            outputs,
            window,
            forward: product(Gather::forward(&window), inputs, outputs),
            adjoint: Gather::adjoint(&window).into_iter().map(|g| product(g, outputs, inputs)).collect(),
        }
    }

    /// Scratch of [`Conv::forward`].
    pub fn forward_scratch(&self) -> usize {
        self.forward.scratch()
    }

    /// Scratch of [`Conv::input_gradient`].
    pub fn input_scratch(&self) -> usize {
        self.adjoint.iter().map(|p| p.scratch() + p.packed()).max().unwrap_or(0)
    }

    /// Scratch of [`Conv::weight_gradient`].
    pub fn weight_scratch(&self) -> usize {
        let partial = match self.splits() {
            1 => 0,
            splits => splits * self.outputs * self.forward.depth(),
        };
        self.forward.gathered() + self.outputs * self.forward.chunk_columns() + partial
    }

    /// `y = w * x + bias`.
    pub fn forward(&self, x: &[f32], w: &[f32], bias: Option<&[f32]>, y: &mut [f32], scratch: &mut [f32]) {
        let y = Shared::new(y);
        let size = self.outputs * self.forward.depth();
        for group in 0..self.groups {
            let weights = Matrix::row_major(&w[group * size..][..size], self.outputs, self.forward.depth());
            self.forward.run(group, weights, x, bias, y, scratch);
        }
    }

    /// The transposed convolution: the gradient by `x` from that by `y`; `bias` is added per
    /// channel of `x`.
    pub fn input_gradient(&self, dy: &[f32], w: &[f32], bias: Option<&[f32]>, dx: &mut [f32], scratch: &mut [f32]) {
        if self.adjoint.iter().map(|p| p.gather.points()).sum::<usize>() < self.window.input_len() {
            fill_channels(dx, self.window.input_len(), bias);
        }
        let dx = Shared::new(dx);
        let taps = self.window.taps();
        let size = self.outputs * self.inputs * taps;
        for group in 0..self.groups {
            let w = &w[group * size..][..size];
            for product in &self.adjoint {
                if taps == 1 {
                    let weights = Matrix::row_major(w, self.outputs, self.inputs).transposed();
                    product.run(group, weights, dy, bias, dx, scratch);
                } else {
                    let (packed, scratch) = scratch.split_at_mut(product.packed());
                    self.pack(product, w, packed);
                    let weights = Matrix::row_major(packed, self.inputs, product.depth());
                    product.run(group, weights, dy, bias, dx, scratch);
                }
            }
        }
    }

    /// Weights as `[inputs][outputs, taps of the product]`.
    fn pack(&self, product: &Product, w: &[f32], packed: &mut [f32]) {
        let (taps, depth) = (self.window.taps(), product.depth());
        let used = &product.gather.taps;
        packed.par_chunks_mut(depth).enumerate().with_min_len(MIN_COPY / depth + 1).for_each(|(c, row)| {
            for (o, cell) in row.chunks_exact_mut(used.len()).enumerate() {
                let from = &w[(o * self.inputs + c) * taps..][..taps];
                for (v, tap) in cell.iter_mut().zip(used) {
                    *v = from[tap.index];
                }
            }
        });
    }

    /// Adds the gradient by the weights to `dw`.
    pub fn weight_gradient(&self, x: &[f32], dy: &[f32], dw: &mut [f32], scratch: &mut [f32]) {
        let size = self.outputs * self.forward.depth();
        for (group, dw) in dw.chunks_exact_mut(size).enumerate() {
            match self.splits() {
                1 => self.group_weight_gradient(group, x, dy, dw, 1, scratch),
                splits => {
                    let (partial, scratch) = scratch.split_at_mut(splits * size);
                    partial.fill(0.0);
                    self.group_weight_gradient(group, x, dy, partial, splits, scratch);
                    for part in partial.chunks_exact(size) {
                        dw.iter_mut().zip(part).for_each(|(g, p)| *g += p);
                    }
                }
            }
        }
    }

    /// Into how many parts the columns are split: by sizes only.
    fn splits(&self) -> usize {
        let tiles = self.outputs.div_ceil(TILE.0) * self.forward.depth().div_ceil(TILE.1);
        match self.forward.direct() {
            _ if tiles >= MIN_TILES => 1,
            true => MIN_TILES.div_ceil(tiles).min(self.batch),
            false => MIN_TILES.div_ceil(tiles).min(self.forward.chunk_columns().div_ceil(64)),
        }
    }

    /// Adds to `splits` matrices one after another in `dw`.
    fn group_weight_gradient(
        &self,
        group: usize,
        x: &[f32],
        dy: &[f32],
        dw: &mut [f32],
        splits: usize,
        scratch: &mut [f32],
    ) {
        let p = &self.forward;
        let depth = p.depth();
        let points = p.gather.points();
        let sums = Tiles { rows: self.outputs, cols: depth, splits, sums: Shared::new(dw) };
        if p.direct() {
            let map = |data, channels: usize, n: usize| channel_maps(data, n * self.groups + group, channels, points);
            sums.for_each(|split, add| {
                for n in part_of(self.batch, splits, split) {
                    add(map(dy, self.outputs, n), map(x, self.inputs, n).transposed());
                }
            });
            return;
        }
        let (gathered, rest) = scratch.split_at_mut(p.gathered());
        for lines in p.chunks() {
            let columns = lines.len() * p.gather.grid[2];
            p.gather_columns(group, x, lines.clone(), gathered);
            let slopes = &mut rest[..self.outputs * columns];
            let first = lines.start * p.gather.grid[2];
            slopes.par_chunks_mut(columns).enumerate().with_min_len(MIN_COPY / columns + 1).for_each(|(o, row)| {
                for (image, at, part) in images_of(first..first + columns, points) {
                    let map = (image * self.groups + group) * self.outputs + o;
                    row[part.clone()].copy_from_slice(&dy[map * points + at..][..part.len()]);
                }
            });
            let slopes = Matrix::row_major(slopes, self.outputs, columns);
            let gathered = Matrix::row_major(gathered, depth, columns);
            sums.for_each(|split, add| {
                let part = part_of(columns, splits, split);
                add(slopes.part(0..self.outputs, part.clone()), gathered.part(0..depth, part).transposed());
            });
        }
    }
}

/// Matrices of sums, of which threads work on one tile at a time.
struct Tiles<'a> {
    rows: usize,
    cols: usize,
    splits: usize,
    sums: Shared<'a>,
}

impl Tiles<'_> {
    /// Calls `f` for every split and tile with a function that adds a product of two matrices
    /// (of which only the tile's rows and columns are formed).
    fn for_each(&self, f: impl Fn(usize, &dyn Fn(Matrix<'_>, Matrix<'_>)) + Sync) {
        let (down, across) = (self.rows.div_ceil(TILE.0), self.cols.div_ceil(TILE.1));
        (0..self.splits * down * across).into_par_iter().for_each(|task| {
            let (split, tile) = (task / (down * across), task % (down * across));
            let rows = tile_of(self.rows, TILE.0, tile / across);
            let cols = tile_of(self.cols, TILE.1, tile % across);
            let offset = split * self.rows * self.cols + rows.start * self.cols + cols.start;
            f(split, &|a, b| {
                let (a, b) = (a.part(rows.clone(), 0..a.cols()), b.part(0..b.rows(), cols.clone()));
                // SAFETY: the tiles of all tasks are disjoint.
                unsafe { gemm_at(a, b, 1.0, self.sums, offset, self.cols) }
            });
        });
    }
}

/// One gather with channels: `rows` target channels from `channels` source channels.
#[derive(Clone, Debug)]
struct Product {
    batch: usize,
    groups: usize,
    channels: usize,
    rows: usize,
    gather: Gather,
    chunk_lines: usize,
}

impl Product {
    fn new(batch: usize, groups: usize, channels: usize, rows: usize, gather: Gather) -> Self {
        let per_line = (channels * gather.taps.len() * gather.grid[2]).max(1);
        let lines = gather.lines().max(1);
        let fit = (CHUNK / per_line).clamp(1, (batch * lines).max(1));
        // Whole images where more than one fits.
        let chunk_lines = if fit > lines { fit / lines * lines } else { fit };
        Self { batch, groups, channels, rows, gather, chunk_lines }
    }

    /// Length of the sums: (source channel, tap).
    fn depth(&self) -> usize {
        self.channels * self.gather.taps.len()
    }

    fn chunk_columns(&self) -> usize {
        self.chunk_lines * self.gather.grid[2]
    }

    /// Whether the source is multiplied where it lies.
    fn direct(&self) -> bool {
        self.gather.is_identity() && self.gather.covers_target() && self.gather.points() >= WIDE
    }

    /// Whether products are written where they belong.
    fn in_place(&self) -> bool {
        self.gather.covers_target() && self.gather.points() >= WIDE
    }

    fn gathered(&self) -> usize {
        if self.direct() { 0 } else { self.depth() * self.chunk_columns() }
    }

    fn scratch(&self) -> usize {
        self.gathered() + if self.in_place() { 0 } else { self.rows * self.chunk_columns() }
    }

    /// Size of the weights in the order of the sums.
    fn packed(&self) -> usize {
        self.rows * self.depth()
    }

    /// The chunks, as ranges of lines over all images.
    fn chunks(&self) -> impl Iterator<Item = Range<usize>> + use<> {
        let (all, step) = (self.batch * self.gather.lines(), self.chunk_lines);
        (0..all.div_ceil(step)).map(move |i| i * step..((i + 1) * step).min(all))
    }

    fn run(
        &self,
        group: usize,
        weights: Matrix<'_>,
        source: &[f32],
        bias: Option<&[f32]>,
        target: Shared<'_>,
        scratch: &mut [f32],
    ) {
        let points = self.gather.points();
        if points == 0 || self.batch == 0 {
            return;
        }
        let bias = bias.map(|b| &b[group * self.rows..][..self.rows]);
        if self.direct() {
            let column = |n| channel_maps(source, n * self.groups + group, self.channels, points);
            let images: Range<usize> = 0..self.batch;
            self.products(images.into_par_iter().map(|n| (n, 0, column(n))), weights, bias, target, group);
            return;
        }
        let (gathered, product) = scratch.split_at_mut(self.gathered());
        for lines in self.chunks() {
            let first = lines.start * self.gather.grid[2];
            let columns = lines.len() * self.gather.grid[2];
            self.gather_columns(group, source, lines.clone(), gathered);
            let all = Matrix::row_major(gathered, self.depth(), columns);
            if self.in_place() {
                let images = images_range(first..first + columns, points);
                let parts = images.into_par_iter().map(|n| {
                    let from = (n * points).max(first);
                    let to = ((n + 1) * points).min(first + columns);
                    (n, from - n * points, all.part(0..self.depth(), from - first..to - first))
                });
                self.products(parts, weights, bias, target, group);
            } else {
                let product = &mut product[..self.rows * columns];
                super::gemm::gemm_parallel(weights, all, 0.0, product);
                self.scatter(group, lines, product, bias, target);
            }
        }
    }

    /// Multiplies and writes each `(image, first point, columns)` to its place in the target.
    fn products<'m>(
        &self,
        parts: impl IndexedParallelIterator<Item = (usize, usize, Matrix<'m>)>,
        weights: Matrix<'_>,
        bias: Option<&[f32]>,
        target: Shared<'_>,
        group: usize,
    ) {
        let points = self.gather.points();
        parts.for_each(|(n, at, columns)| {
            let start = (n * self.groups + group) * self.rows * points + at;
            let (down, across) = (self.rows.div_ceil(TILE.0), columns.cols().div_ceil(TILE.1));
            (0..down * across).into_par_iter().for_each(|tile| {
                let rows = tile_of(self.rows, TILE.0, tile / across);
                let cols = tile_of(columns.cols(), TILE.1, tile % across);
                if let Some(bias) = bias {
                    for r in rows.clone() {
                        let from = start + r * points;
                        // SAFETY: tiles of all images are disjoint parts of the target.
                        unsafe { target.part(from + cols.start..from + cols.end) }.fill(bias[r]);
                    }
                }
                let (a, b) =
                    (weights.part(rows.clone(), 0..weights.cols()), columns.part(0..columns.rows(), cols.clone()));
                let offset = start + rows.start * points + cols.start;
                // SAFETY: as above.
                unsafe { gemm_at(a, b, if bias.is_some() { 1.0 } else { 0.0 }, target, offset, points) }
            });
        });
    }

    /// Fills the matrix of a chunk.
    fn gather_columns(&self, group: usize, source: &[f32], lines: Range<usize>, out: &mut [f32]) {
        let size: usize = self.gather.source.iter().product();
        let per_image = self.gather.lines();
        let width = self.gather.grid[2];
        let columns = lines.len() * width;
        let taps = &self.gather.taps;
        let out = &mut out[..self.depth() * columns];
        out.par_chunks_mut(columns).enumerate().with_min_len(MIN_COPY / columns + 1).for_each(|(row, out)| {
            let (channel, tap) = (row / taps.len(), &taps[row % taps.len()]);
            for (image, at, part) in images_of(lines.clone(), per_image) {
                let map = (image * self.groups + group) * self.channels + channel;
                let out = &mut out[part.start * width..part.end * width];
                self.gather.read(&source[map * size..][..size], tap, at..at + part.len(), out);
            }
        });
    }

    /// Copies a chunk of products to the target, which may be strided.
    fn scatter(&self, group: usize, lines: Range<usize>, product: &[f32], bias: Option<&[f32]>, target: Shared<'_>) {
        let size: usize = self.gather.target.iter().product();
        let per_image = self.gather.lines();
        let (width, spacing) = (self.gather.grid[2], self.gather.spacing[2]);
        let columns = lines.len() * width;
        product.par_chunks(columns).enumerate().with_min_len(MIN_COPY / columns + 1).for_each(|(row, product)| {
            let bias = bias.map_or(0.0, |b| b[row]);
            for (line, values) in lines.clone().zip(product.chunks_exact(width)) {
                let map = (line / per_image * self.groups + group) * self.rows + row;
                let start = map * size + self.gather.line_start(line % per_image);
                // SAFETY: lines of different maps are disjoint, and a map belongs to one row.
                let out = unsafe { target.part(start..start + (width - 1) * spacing + 1) };
                for (o, v) in out.iter_mut().step_by(spacing).zip(values) {
                    *o = v + bias;
                }
            }
        });
    }
}

/// `channels` maps of `points` elements as a matrix.
fn channel_maps(data: &[f32], block: usize, channels: usize, points: usize) -> Matrix<'_> {
    Matrix::row_major(&data[block * channels * points..][..channels * points], channels, points)
}

fn tile_of(size: usize, tile: usize, index: usize) -> Range<usize> {
    index * tile..((index + 1) * tile).min(size)
}

/// Part `index` of `0..size` in `parts`.
fn part_of(size: usize, parts: usize, index: usize) -> Range<usize> {
    index * size / parts..(index + 1) * size / parts
}

fn images_range(columns: Range<usize>, per_image: usize) -> Range<usize> {
    columns.start / per_image..columns.end.div_ceil(per_image)
}

/// Splits a range over all images at the images: image, start in it, place in the range.
fn images_of(range: Range<usize>, per_image: usize) -> impl Iterator<Item = (usize, usize, Range<usize>)> {
    images_range(range.clone(), per_image).map(move |image| {
        let from = (image * per_image).max(range.start);
        let to = ((image + 1) * per_image).min(range.end);
        (image, from - image * per_image, from - range.start..to - range.start)
    })
}

/// Fills each map with its channel's bias, or zero.
fn fill_channels(maps: &mut [f32], size: usize, bias: Option<&[f32]>) {
    for (i, map) in maps.chunks_exact_mut(size.max(1)).enumerate() {
        map.fill(bias.map_or(0.0, |b| b[i % b.len()]));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, Sizes, below, floats};
    use super::*;

    /// `[y with bias, dx, dw]`, with scratch full of NaN.
    fn run(s: Sizes, window: Window, x: &[f32], w: &[f32], bias: &[f32], dy: &[f32]) -> [Vec<f32>; 3] {
        let conv = Conv::new(s.batch, s.groups, s.inputs, s.outputs, window);
        let mut all = [vec![f32::NAN; dy.len()], vec![f32::NAN; x.len()], vec![1.0; w.len()]];
        conv.forward(x, w, Some(bias), &mut all[0], &mut vec![f32::NAN; conv.forward_scratch()]);
        conv.input_gradient(dy, w, None, &mut all[1], &mut vec![f32::NAN; conv.input_scratch()]);
        conv.weight_gradient(x, dy, &mut all[2], &mut vec![f32::NAN; conv.weight_scratch()]);
        all
    }

    fn check(s: Sizes, window: Window, seed: u64) {
        let mut rng = testing::rng(seed);
        let x = floats(&mut rng, s.batch * s.groups * s.inputs * window.input_len());
        let w = floats(&mut rng, s.groups * s.outputs * s.inputs * window.taps());
        let dy = floats(&mut rng, s.batch * s.groups * s.outputs * window.output_len());
        let bias = floats(&mut rng, s.groups * s.outputs);
        let [y, dx, dw] = run(s, window, &x, &w, &bias, &dy);
        let mut expected = testing::reference(s, &window, &x, &w, &dy);
        for (map, y) in expected[0].chunks_exact_mut(window.output_len()).enumerate() {
            y.iter_mut().for_each(|y| *y += f64::from(bias[map % bias.len()]));
        }
        expected[2].iter_mut().for_each(|g| *g += 1.0);
        let what = format!("{s:?} {window:?}");
        let taps = window.taps();
        testing::assert_close(&y, &expected[0], s.inputs * taps, &format!("y of {what}"));
        testing::assert_close(&dx, &expected[1], s.outputs * taps, &format!("dx of {what}"));
        testing::assert_close(&dw, &expected[2], s.batch * window.output_len(), &format!("dw of {what}"));
    }

    #[test]
    fn random_windows_agree_with_the_definition() {
        for seed in 0..300 {
            let mut rng = testing::rng(seed);
            let window = testing::window(&mut rng);
            let mut size = |bound| 1 + below(&mut rng, bound);
            check(Sizes { batch: size(3), groups: size(3), inputs: size(5), outputs: size(5) }, window, seed);
        }
    }

    fn square(size: usize, kernel: usize, stride: usize) -> Window {
        let out = (size + 2 * (kernel / 2) - kernel) / stride + 1;
        Window {
            input: [1, size, size],
            output: [1, out, out],
            kernel: [1, kernel, kernel],
            stride: [1, stride, stride],
            dilation: [1; 3],
            before: [0, kernel / 2, kernel / 2],
        }
    }

    #[test]
    fn every_way_of_tiling_agrees_with_the_definition() {
        // Wide and narrow maps, chunks of several images and of part of one, ragged tiles.
        for (size, kernel, stride, inputs, outputs, batch) in [
            (12, 1, 1, 20, 140, 3),
            (5, 1, 2, 9, 17, 4),
            (13, 3, 1, 8, 130, 2),
            (4, 3, 1, 60, 20, 9),
            (180, 7, 1, 3, 2, 1),
        ] {
            check(Sizes { batch, groups: 1, inputs, outputs }, square(size, kernel, stride), 7);
        }
    }

    #[test]
    fn results_do_not_depend_on_threads() {
        for (size, kernel, stride, channels) in [(16, 3, 1, 40), (16, 1, 1, 150), (4, 3, 2, 70)] {
            let s = Sizes { batch: 6, groups: 2, inputs: channels, outputs: channels + 3 };
            let window = square(size, kernel, stride);
            let mut rng = testing::rng(3);
            let x = floats(&mut rng, s.batch * s.groups * s.inputs * window.input_len());
            let w = floats(&mut rng, s.groups * s.outputs * s.inputs * window.taps());
            let dy = floats(&mut rng, s.batch * s.groups * s.outputs * window.output_len());
            let bias = floats(&mut rng, s.groups * s.outputs);
            testing::same_for_all_thread_counts(|| run(s, window, &x, &w, &bias, &dy).concat());
        }
    }

    #[test]
    fn the_transpose_adds_a_bias_where_no_window_reads() {
        // Stride 3 with one tap: two of three inputs are read by no window.
        let window = Window {
            input: [1, 1, 7],
            output: [1, 1, 3],
            kernel: [1; 3],
            stride: [1, 1, 3],
            dilation: [1; 3],
            before: [0; 3],
        };
        let conv = Conv::new(1, 1, 1, 1, window);
        let mut dx = [f32::NAN; 7];
        let mut scratch = vec![f32::NAN; conv.input_scratch()];
        conv.input_gradient(&[1.0, 2.0, 3.0], &[10.0], Some(&[0.5]), &mut dx, &mut scratch);
        assert_eq!(dx, [10.5, 0.5, 0.5, 20.5, 0.5, 0.5, 30.5]);
    }
}
