//! Convolution and its gradients: directly over shifted copies, or as matrix products.
//!
//! Forward, the gradient by the input and transposed convolution are all [`Gather`]s. As a
//! product, what the target points of several images read becomes the columns of one packed
//! matrix whose sums run over (tap, source channel), so that small maps still give large
//! products; that of the gradient by the weights has sums over points.

use std::ops::Range;

use rayon::prelude::*;

use super::direct::{ByWeights, Direct};
use super::fused::{Activation, Epilogue, FusedConv};
use super::micro::{self, Begin};
use super::pack::{self, Chunk, Maps};
use super::shared::Shared;
use super::window::{Gather, Window};

/// Floats of one packed matrix of columns: what stays in a last-level cache.
const CHUNK: usize = 2 << 20;
/// Points of a map from which on products are written where they belong.
const WIDE: usize = 128;
/// Tiles below which the sums of a weight gradient are split, to be added up in order.
const MIN_TILES: usize = 8;
/// Elements that a thread should copy at least.
const MIN_COPY: usize = 1 << 14;

/// A convolution of `[batch, groups * inputs, ...]` to `[batch, groups * outputs, ...]` with
/// weights `[groups * outputs, inputs, taps]`. How each part of it is computed depends on sizes
/// alone.
#[derive(Clone, Debug)]
pub struct Conv {
    inputs: usize,
    outputs: usize,
    window: Window,
    forward: Forward,
    adjoint: Vec<Adjoint>,
    by_weights: Weights,
}

#[derive(Clone, Debug)]
enum Forward {
    Direct(Box<Direct>),
    Fused(Box<FusedConv>),
}

#[derive(Clone, Debug)]
enum Adjoint {
    Direct(Box<Direct>),
    Product(Box<Product>),
}

#[derive(Clone, Debug)]
enum Weights {
    Direct(Box<ByWeights>),
    Product(Box<WeightProduct>),
}

/// The time of a gather as a product of packed matrices, in the terms of [`Direct::cost`].
fn product_cost(batch: usize, groups: usize, channels: usize, rows: usize, gather: &Gather) -> f64 {
    let columns = (batch * groups * gather.points()) as f64;
    let depth = (channels * gather.taps.len()) as f64;
    // Short runs are copied for the price of long ones.
    let packing = if gather.grid[2] < 16 { 0.3 } else { 0.15 };
    columns * (rows as f64 * (depth / 100.0 + 0.3) + depth * packing)
}

/// Whether matrices would have too few rows or columns to be worth packing for.
fn is_thin(groups: usize, inputs: usize, outputs: usize) -> bool {
    inputs <= 8 || inputs.min(outputs) <= 48 || groups > 8
}

impl Conv {
    /// `inputs` and `outputs` are channels of one group.
    pub fn new(batch: usize, groups: usize, inputs: usize, outputs: usize, window: Window) -> Self {
        let better = |direct: &Direct, channels: usize, rows: usize, gather: &Gather| {
            is_thin(groups, channels, rows) || direct.cost() <= product_cost(batch, groups, channels, rows, gather)
        };
        let gather = Gather::forward(&window);
        let direct = Direct::new(batch, groups, inputs, outputs, gather.clone());
        let forward = match better(&direct, inputs, outputs, &gather) {
            true => Forward::Direct(Box::new(direct)),
            false => Forward::Fused(Box::new(FusedConv::new(batch, groups, inputs, outputs, window))),
        };
        let adjoint = |gather: Gather| {
            let direct = Direct::new(batch, groups, outputs, inputs, gather.clone());
            match better(&direct, outputs, inputs, &gather) {
                true => Adjoint::Direct(Box::new(direct)),
                false => Adjoint::Product(Box::new(Product::new(batch, groups, outputs, inputs, gather))),
            }
        };
        let by_weights = match is_thin(groups, inputs, outputs) {
            true => Weights::Direct(Box::new(ByWeights::new(batch, groups, inputs, outputs, &window))),
            false => {
                let forward = Product::new(batch, groups, inputs, outputs, gather);
                Weights::Product(Box::new(WeightProduct { inputs, outputs, window, forward }))
            }
        };
        let adjoint = Gather::adjoint(&window).into_iter().map(adjoint).collect();
        Self { inputs, outputs, window, forward, adjoint, by_weights }
    }

    /// Scratch of [`Conv::forward`].
    pub fn forward_scratch(&self) -> usize {
        match &self.forward {
            Forward::Direct(direct) => direct.packed_len(),
            Forward::Fused(fused) => fused.packed_len(),
        }
    }

    /// Scratch of [`Conv::input_gradient`].
    pub fn input_scratch(&self) -> usize {
        let scratch = |part: &Adjoint| match part {
            Adjoint::Direct(direct) => direct.packed_len(),
            Adjoint::Product(product) => product.scratch(),
        };
        self.adjoint.iter().map(scratch).max().unwrap_or(0)
    }

    /// Scratch of [`Conv::weight_gradient`].
    pub fn weight_scratch(&self) -> usize {
        match &self.by_weights {
            Weights::Direct(direct) => direct.scratch(),
            Weights::Product(product) => product.parts().iter().sum(),
        }
    }

    /// `y = w * x + bias`.
    pub fn forward(&self, x: &[f32], w: &[f32], bias: Option<&[f32]>, y: &mut [f32], scratch: &mut [f32]) {
        match &self.forward {
            Forward::Direct(direct) => {
                let depth = self.inputs * self.window.taps();
                direct.pack(w, self.outputs * depth, (depth, self.window.taps()), scratch);
                direct.run(scratch, x, bias, Shared::new(y));
            }
            Forward::Fused(fused) => {
                let end = Epilogue { bias, residual: None, activation: &Activation::Identity };
                fused.pack(w, None, scratch);
                fused.run(x, scratch, end, y);
            }
        }
    }

    /// The transposed convolution: the gradient by `x` from that by `y`; `bias` is added per
    /// channel of `x`.
    pub fn input_gradient(&self, dy: &[f32], w: &[f32], bias: Option<&[f32]>, dx: &mut [f32], scratch: &mut [f32]) {
        let points = |part: &Adjoint| match part {
            Adjoint::Direct(direct) => direct.points(),
            Adjoint::Product(product) => product.gather.points(),
        };
        if self.adjoint.iter().map(points).sum::<usize>() < self.window.input_len() {
            fill_channels(dx, self.window.input_len(), bias);
        }
        let dx = Shared::new(dx);
        let (taps, apart) = (self.window.taps(), self.outputs * self.inputs * self.window.taps());
        let strides = (taps, self.inputs * taps);
        for part in &self.adjoint {
            match part {
                Adjoint::Direct(direct) => {
                    direct.pack(w, apart, strides, scratch);
                    direct.run(scratch, dy, bias, dx);
                }
                Adjoint::Product(product) => {
                    for group in 0..product.groups {
                        product.run(group, &w[group * apart..], strides, dy, bias, dx, scratch);
                    }
                }
            }
        }
    }

    /// Adds the gradient by the weights to `dw`.
    pub fn weight_gradient(&self, x: &[f32], dy: &[f32], dw: &mut [f32], scratch: &mut [f32]) {
        match &self.by_weights {
            Weights::Direct(direct) => direct.run(x, dy, dw, scratch),
            Weights::Product(product) => product.run(x, dy, dw, scratch),
        }
    }
}

/// The gradient by the weights as a product of packed matrices.
#[derive(Clone, Debug)]
struct WeightProduct {
    inputs: usize,
    outputs: usize,
    window: Window,
    forward: Product,
}

impl WeightProduct {
    /// Into how many parts the sums of a weight gradient are split: by sizes only.
    fn splits(&self) -> usize {
        let p = &self.forward;
        let tiles = self.outputs.div_ceil(128) * p.depth().div_ceil(288);
        if tiles >= MIN_TILES { 1 } else { MIN_TILES.div_ceil(tiles).min(p.chunk_columns().div_ceil(64)) }
    }

    /// Whether weight gradients are added to where they belong.
    fn weights_in_place(&self) -> bool {
        self.window.taps() == 1 && self.splits() == 1
    }

    /// Scratch of a weight gradient: sums, left and right matrix, transposed maps.
    fn parts(&self) -> [usize; 4] {
        let (p, isa) = (&self.forward, micro::isa());
        let images = p.chunk_images();
        [
            if self.weights_in_place() { 0 } else { self.splits() * self.outputs * p.depth() },
            isa.left_len(self.outputs, p.chunk_columns()),
            isa.right_len(p.chunk_columns(), p.depth()),
            if p.gather.is_identity() { 0 } else { images * self.inputs * self.window.input_len() },
        ]
    }

    fn run(&self, x: &[f32], dy: &[f32], dw: &mut [f32], scratch: &mut [f32]) {
        let size = self.outputs * self.forward.depth();
        let (taps, splits) = (self.window.taps(), self.splits());
        for (group, dw) in dw.chunks_exact_mut(size).enumerate() {
            if self.weights_in_place() {
                self.sum_weights(group, x, dy, dw, true, scratch);
                continue;
            }
            let (sums, scratch) = scratch.split_at_mut(splits * size);
            self.sum_weights(group, x, dy, sums, false, scratch);
            let (sums, depth) = (&*sums, self.forward.depth());
            dw.par_chunks_mut(depth).enumerate().with_min_len(MIN_COPY / depth + 1).for_each(|(o, dw)| {
                for part in sums.chunks_exact(size) {
                    let part = &part[o * depth..][..depth];
                    for t in 0..taps {
                        let from = &part[t * self.inputs..][..self.inputs];
                        dw[t..].iter_mut().step_by(taps).zip(from).for_each(|(g, s)| *g += s);
                    }
                }
            });
        }
    }

    /// Sums `splits` parts of `[outputs, (tap, input)]` one after another; what is there counts
    /// with `add`.
    fn sum_weights(&self, group: usize, x: &[f32], dy: &[f32], sums: &mut [f32], add: bool, scratch: &mut [f32]) {
        let (p, isa) = (&self.forward, micro::isa());
        let (depth, splits) = (p.depth(), self.splits());
        let [_, left_len, right_len, _] = self.parts();
        let (left, rest) = scratch.split_at_mut(left_len);
        let (right, transposed) = rest.split_at_mut(right_len);
        let sums = Shared::new(sums);
        for (i, chunk) in p.chunks().enumerate() {
            let width = p.gather.grid[2];
            let columns = chunk.images.len() * chunk.lines.len() * width;
            pack::channels(
                isa,
                p.target_maps(dy, group),
                &chunk,
                chunk.lines.start * width..chunk.lines.end * width,
                left,
            );
            p.gather.pack_points(isa, p.source_maps(x, group), &chunk, transposed, right);
            let product = micro::Product { isa, left, right, rows: self.outputs, depth: columns, cols: depth };
            let begin = || if add || i > 0 { Begin::Add } else { Begin::With(None) };
            let tiles = Tiles::new(&product);
            (0..splits * tiles.count()).into_par_iter().for_each(|task| {
                let (split, tile) = (task / tiles.count(), task % tiles.count());
                let (rows, cols) = tiles.get(tile);
                let part = split * columns / splits..(split + 1) * columns / splits;
                let place = (split * self.outputs * depth, depth);
                // SAFETY: the tiles of all tasks are disjoint.
                unsafe { product.run(rows, cols, part, begin(), sums, place) };
            });
        }
    }
}

/// The tiles of a product.
struct Tiles {
    size: (usize, usize),
    tile: (usize, usize),
}

impl Tiles {
    fn new(product: &micro::Product<'_>) -> Self {
        Self { size: (product.rows, product.cols), tile: product.tile() }
    }

    fn across(&self) -> usize {
        self.size.1.div_ceil(self.tile.1)
    }

    fn count(&self) -> usize {
        self.size.0.div_ceil(self.tile.0) * self.across()
    }

    /// Rows and columns of a tile.
    fn get(&self, index: usize) -> (Range<usize>, Range<usize>) {
        let range = |at: usize, tile: usize, size: usize| at * tile..((at + 1) * tile).min(size);
        let (down, across) = (index / self.across(), index % self.across());
        (range(down, self.tile.0, self.size.0), range(across, self.tile.1, self.size.1))
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
    /// Images of a chunk, and lines of each.
    chunk: (usize, usize),
}

impl Product {
    fn new(batch: usize, groups: usize, channels: usize, rows: usize, gather: Gather) -> Self {
        let per_line = (channels * gather.taps.len() * gather.grid[2]).max(1);
        let lines = gather.lines().max(1);
        let fit = (CHUNK / per_line).max(1);
        let chunk = if fit >= lines { ((fit / lines).min(batch.max(1)), lines) } else { (1, fit) };
        Self { batch, groups, channels, rows, gather, chunk }
    }

    /// Length of the sums: (tap, source channel).
    fn depth(&self) -> usize {
        self.channels * self.gather.taps.len()
    }

    fn chunk_images(&self) -> usize {
        self.chunk.0
    }

    fn chunk_columns(&self) -> usize {
        self.chunk.0 * self.chunk.1 * self.gather.grid[2]
    }

    /// Whether products are written where they belong.
    fn in_place(&self) -> bool {
        self.gather.covers_target() && self.gather.points() >= WIDE
    }

    /// Floats of the packed weights, packed columns and products.
    fn parts(&self) -> [usize; 3] {
        let (isa, depth) = (micro::isa(), self.depth());
        let per_image = self.chunk.1 * self.gather.grid[2];
        let (columns, products) = match self.in_place() {
            true => (self.chunk.0 * isa.right_len(depth, per_image), 0),
            false => (isa.right_len(depth, self.chunk_columns()), self.rows * self.chunk_columns()),
        };
        [isa.left_len(self.rows, depth), columns, products]
    }

    fn scratch(&self) -> usize {
        self.parts().iter().sum()
    }

    fn chunks(&self) -> impl Iterator<Item = Chunk> + use<> {
        let ((images, lines), batch, all) = (self.chunk, self.batch, self.gather.lines());
        (0..batch).step_by(images).flat_map(move |n| {
            (0..all)
                .step_by(lines)
                .map(move |line| Chunk { images: n..(n + images).min(batch), lines: line..(line + lines).min(all) })
        })
    }

    fn source_maps<'a>(&self, data: &'a [f32], group: usize) -> Maps<'a> {
        let size = self.gather.source.iter().product();
        Maps { data, groups: self.groups, group, channels: self.channels, size }
    }

    fn target_maps<'a>(&self, data: &'a [f32], group: usize) -> Maps<'a> {
        let size = self.gather.target.iter().product();
        Maps { data, groups: self.groups, group, channels: self.rows, size }
    }

    /// Weight `(row, channel, tap)` of the group stands at `strides` times (row, channel) and
    /// the tap's index.
    #[allow(clippy::too_many_arguments)]
    fn run(
        &self,
        group: usize,
        w: &[f32],
        strides: (usize, usize),
        source: &[f32],
        bias: Option<&[f32]>,
        target: Shared<'_>,
        scratch: &mut [f32],
    ) {
        let isa = micro::isa();
        let [left_len, right_len, products_len] = self.parts();
        let (left, rest) = scratch.split_at_mut(left_len);
        let (right, rest) = rest.split_at_mut(right_len);
        let products = &mut rest[..products_len];
        pack::weights(isa, w, self.rows, self.channels, &self.gather.taps, strides, left);
        let bias = bias.map(|b| &b[group * self.rows..][..self.rows]);
        for chunk in self.chunks() {
            self.gather.pack_columns(isa, self.source_maps(source, group), &chunk, self.in_place(), right);
            let per_image = chunk.lines.len() * self.gather.grid[2];
            if self.in_place() {
                self.multiply_images(group, left, right, &chunk, bias, target);
                continue;
            }
            let cols = per_image * chunk.images.len();
            let product = micro::Product { isa, left, right, rows: self.rows, depth: self.depth(), cols };
            let (tiles, out) = (Tiles::new(&product), Shared::new(products));
            (0..tiles.count()).into_par_iter().for_each(|tile| {
                let (rows, columns) = tiles.get(tile);
                // SAFETY: tiles are disjoint.
                unsafe { product.run(rows, columns, 0..product.depth, Begin::With(bias), out, (0, cols)) };
            });
            self.scatter(group, &chunk, products, target);
        }
    }

    /// Products of each image, written where they belong.
    fn multiply_images(
        &self,
        group: usize,
        left: &[f32],
        right: &[f32],
        chunk: &Chunk,
        bias: Option<&[f32]>,
        target: Shared<'_>,
    ) {
        let (isa, depth, points) = (micro::isa(), self.depth(), self.gather.points());
        let (width, cols) = (self.gather.grid[2], chunk.lines.len() * self.gather.grid[2]);
        let size = isa.right_len(depth, cols);
        let whole = micro::Product { isa, left, right, rows: self.rows, depth, cols };
        let tiles = Tiles::new(&whole);
        (0..chunk.images.len() * tiles.count()).into_par_iter().for_each(|task| {
            let (i, tile) = (task / tiles.count(), task % tiles.count());
            let product = micro::Product { right: &right[i * size..][..size], ..whole };
            let map = (chunk.images.start + i) * self.groups + group;
            let place = (map * self.rows * points + chunk.lines.start * width, points);
            let (rows, columns) = tiles.get(tile);
            // SAFETY: tiles of all images are disjoint parts of the target.
            unsafe { product.run(rows, columns, 0..depth, Begin::With(bias), target, place) };
        });
    }

    /// Copies a chunk of products to the target, which may be strided.
    fn scatter(&self, group: usize, chunk: &Chunk, products: &[f32], target: Shared<'_>) {
        let size: usize = self.gather.target.iter().product();
        let (width, spacing) = (self.gather.grid[2], self.gather.spacing[2]);
        let per_image = chunk.lines.len() * width;
        let columns = chunk.images.len() * per_image;
        let whole = self.gather.covers_target();
        let products = &products[..self.rows * columns];
        products.par_chunks(columns).enumerate().with_min_len(MIN_COPY / columns + 1).for_each(|(row, products)| {
            for (n, products) in chunk.images.clone().zip(products.chunks_exact(per_image)) {
                let map = ((n * self.groups + group) * self.rows + row) * size;
                if whole {
                    let start = map + chunk.lines.start * width;
                    // SAFETY: every part of a map belongs to one row of products.
                    unsafe { target.part(start..start + per_image) }.copy_from_slice(products);
                    continue;
                }
                for (line, values) in chunk.lines.clone().zip(products.chunks_exact(width)) {
                    let start = map + self.gather.line_start(line);
                    // SAFETY: as above.
                    let out = unsafe { target.part(start..start + (width - 1) * spacing + 1) };
                    out.iter_mut().step_by(spacing).zip(values).for_each(|(o, v)| *o = *v);
                }
            }
        });
    }
}

/// Fills each map with its channel's bias, or zero.
fn fill_channels(maps: &mut [f32], size: usize, bias: Option<&[f32]>) {
    for (i, map) in maps.chunks_exact_mut(size.max(1)).enumerate() {
        map.fill(bias.map_or(0.0, |b| b[i % b.len()]));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, Sizes, below, floats, square};
    use super::*;

    /// The convolution as products of packed matrices, whatever the sizes.
    fn products(s: Sizes, window: Window) -> Conv {
        let Sizes { batch, groups, inputs, outputs } = s;
        let forward = Product::new(batch, groups, inputs, outputs, Gather::forward(&window));
        let adjoint = |gather| Adjoint::Product(Box::new(Product::new(batch, groups, outputs, inputs, gather)));
        Conv {
            inputs,
            outputs,
            window,
            forward: Forward::Fused(Box::new(FusedConv::new(batch, groups, inputs, outputs, window))),
            adjoint: Gather::adjoint(&window).into_iter().map(adjoint).collect(),
            by_weights: Weights::Product(Box::new(WeightProduct { inputs, outputs, window, forward })),
        }
    }

    /// `[y with bias, dx, dw]`, with scratch full of NaN.
    fn run(conv: &Conv, x: &[f32], w: &[f32], bias: &[f32], dy: &[f32]) -> [Vec<f32>; 3] {
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
        let mut expected = testing::reference(s, &window, &x, &w, &dy);
        for (map, y) in expected[0].chunks_exact_mut(window.output_len()).enumerate() {
            y.iter_mut().for_each(|y| *y += f64::from(bias[map % bias.len()]));
        }
        expected[2].iter_mut().for_each(|g| *g += 1.0);
        let what = format!("{s:?} {window:?}");
        let taps = window.taps();
        for conv in [products(s, window), Conv::new(s.batch, s.groups, s.inputs, s.outputs, window)] {
            let [y, dx, dw] = run(&conv, &x, &w, &bias, &dy);
            testing::assert_close(&y, &expected[0], s.inputs * taps, &format!("y of {what}"));
            testing::assert_close(&dx, &expected[1], s.outputs * taps, &format!("dx of {what}"));
            testing::assert_close(&dw, &expected[2], s.batch * window.output_len(), &format!("dw of {what}"));
        }
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
            for conv in [products(s, window), Conv::new(s.batch, s.groups, s.inputs, s.outputs, window)] {
                testing::same_for_all_thread_counts(|| run(&conv, &x, &w, &bias, &dy).concat());
            }
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
