//! Convolutions of 3x3 taps with fewer multiplications: F(2x2, 3x3) and F(4x4, 3x3) of Winograd
//! (1980) as Lavin and Gray (2016), "Fast algorithms for convolutional neural networks", apply
//! them, over channel-blocked maps.
//!
//! A tile of outputs takes 16 or 36 products a channel where the definition takes 36 or 144. The
//! sums over channels are products of matrices, one for each of those elements, on the register
//! tiles of direct convolutions. A task transforms some tiles into memory of its thread and goes
//! through the output channels two blocks at a time, so that neither the products nor the
//! transformed tiles leave the caches.
//!
//! Outputs differ from the direct sums by rounding: see [`Tile::error`].

mod transform;

use std::ops::Range;

use super::conv::Finish;
use super::tile::{self, Run, TileFn};
use super::vector::Level;
use crate::kernels::fused::Activation;
use crate::kernels::local::with_local;
use crate::kernels::parallel::{for_chunks, for_tasks};
use crate::kernels::shared::Shared;
use crate::kernels::window::Window;

use transform::{Out, Patch, finish_four, finish_two, transform_four, transform_two, weights_four, weights_two};

/// The outputs that are formed together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tile {
    /// F(2x2, 3x3).
    Two,
    /// F(4x4, 3x3).
    Four,
}

impl Tile {
    /// Outputs per axis.
    fn outputs(self) -> usize {
        match self {
            Tile::Two => 2,
            Tile::Four => 4,
        }
    }

    /// Elements of a transformed tile per axis.
    fn inputs(self) -> usize {
        self.outputs() + 2
    }

    /// The greatest error of an output, relative to the greatest output, that random data have
    /// shown; a direct sum has about 1e-6.
    pub fn error(self) -> f32 {
        match self {
            Tile::Two => 2e-6,
            Tile::Four => 1e-5,
        }
    }
}

/// Floats of transformed tiles that stay in the second-level cache, and in the last one.
const NEAR: usize = 112 << 10;
const FAR: usize = 1 << 20;
/// Floats of transformed weights that are not to be read more often than they must.
const HEAVY: usize = 1 << 20;

/// A convolution of 3x3 taps and stride 1.
#[derive(Clone)]
pub struct Winograd {
    level: Level,
    tile: Tile,
    batch: usize,
    inputs: usize,
    outputs: usize,
    window: Window,
    /// Tiles per axis.
    grid: (usize, usize),
    /// Tiles of a task at most, and the tasks that share them.
    each: usize,
    parts: usize,
    runs: Vec<Run>,
    /// Code for one and two blocks, by pixels.
    code: Vec<[TileFn; 2]>,
}

impl Winograd {
    /// `None` where the window is another one.
    pub fn new(
        level: Level,
        tile: Tile,
        batch: usize,
        (inputs, outputs): (usize, usize),
        window: Window,
    ) -> Option<Self> {
        let fits = window.input[0] == 1
            && window.kernel == [1, 3, 3]
            && window.stride == [1; 3]
            && window.dilation == [1; 3]
            && window.before[0] == 0;
        if !fits || batch * inputs * outputs == 0 {
            return None;
        }
        let block = level.block();
        let grid = (window.output[1].div_ceil(tile.outputs()), window.output[2].div_ceil(tile.outputs()));
        let all = batch * grid.0 * grid.1;
        let (elements, padded) = (tile.inputs() * tile.inputs(), inputs.next_multiple_of(block));
        let weights = elements * padded * outputs.next_multiple_of(block);
        let room = if weights > HEAVY { FAR } else { NEAR };
        let most = tile::pixels(level);
        let fit = (room / (elements * padded)).max(1);
        let fit = if fit > most { fit / most * most } else { fit };
        let blocks = all.div_ceil(fit);
        let strips = outputs.div_ceil(block).div_ceil(2);
        let each = all.div_ceil(blocks);
        // Enough tasks for several threads; those that share tiles transform them each.
        let parts = 2usize.div_ceil(blocks).min(strips);
        let code = (1..=most).map(|p| Some([tile::pick(level, 1, 1, p, block)?, tile::pick(level, 2, 1, p, block)?]));
        let runs = (0..inputs.div_ceil(block))
            .map(|b| Run { offset: b * each * block, len: block.min(inputs - b * block) })
            .collect();
        let code = code.collect::<Option<Vec<_>>>()?;
        Some(Self { level, tile, batch, inputs, outputs, window, grid, each, parts, runs, code })
    }

    /// What a run takes, in cycles of one of two cores, by sizes alone: multiplications, the
    /// transforms, or the reading of weights.
    pub fn cost(&self) -> f64 {
        let block = self.level.block() as f64;
        let elements = (self.tile.inputs() * self.tile.inputs()) as f64;
        let tiles = (self.batch * self.grid.0 * self.grid.1) as f64;
        let (inputs, outputs) = ((self.inputs as f64 / block).ceil(), (self.outputs as f64 / block).ceil());
        let products = tiles * elements * self.inputs as f64 * outputs / 2.0;
        let transforms = tiles * elements * (inputs * self.parts as f64 + outputs) * 3.0;
        let passes = tiles / self.each as f64;
        let weights = elements * self.inputs as f64 * outputs * block * passes.min(2.0) * BYTES;
        (products / 2.0).max(weights) + transforms / 2.0
    }

    /// Elements of a transformed tile.
    pub fn elements(&self) -> usize {
        self.tile.inputs() * self.tile.inputs()
    }

    fn blocks(&self) -> usize {
        self.outputs.div_ceil(self.level.block())
    }

    /// Floats between the elements of transformed tiles, and of products. An odd number of
    /// vectors, so that the elements of a tile do not meet in a few sets of the cache.
    fn element_strides(&self) -> (usize, usize) {
        let odd = |vectors: usize| (vectors | 1) * self.level.block();
        (odd(self.runs.len() * self.each), odd(2 * self.each))
    }

    /// Floats of the packed weights: `[strips][elements][inputs][blocks][lanes]`.
    pub fn packed_len(&self) -> usize {
        self.blocks() * self.level.block() * self.inputs * self.elements()
    }

    /// Floats of the biases: whole blocks.
    pub fn bias_len(&self) -> usize {
        self.blocks() * self.level.block()
    }

    /// Transforms weights `[outputs, inputs, 3, 3]`, those of each output times its scale.
    pub fn pack(&self, w: &[f32], scale: Option<&[f32]>, packed: &mut [f32]) {
        self.pack_strips(packed, |o, i, taps| {
            let (w, scale) = (&w[(o * self.inputs + i) * 9..][..9], scale.map_or(1.0, |s| s[o]));
            taps.zip(w).for_each(|(t, w)| *t = w * scale);
        });
    }

    /// Transforms the weights `[inputs, outputs, 3, 3]` of the convolution whose gradient by its
    /// input this one is: channels change places, and taps are in reverse.
    pub fn pack_reversed(&self, w: &[f32], packed: &mut [f32]) {
        self.pack_strips(packed, |o, i, taps| {
            let w = &w[(i * self.outputs + o) * 9..][..9];
            taps.zip(w.iter().rev()).for_each(|(t, w)| *t = *w);
        });
    }

    /// Transforms strip by strip: `f(output, input, taps)` fills in the taps of a kernel.
    fn pack_strips(
        &self,
        packed: &mut [f32],
        f: impl Fn(usize, usize, std::iter::StepBy<std::slice::IterMut<'_, f32>>) + Sync,
    ) {
        let block = self.level.block();
        let strip_len = 2 * block * self.inputs * self.elements();
        let packed = &mut packed[..self.packed_len()];
        let work = packed.len();
        for_chunks(packed, strip_len, work, |strip, packed| {
            let lanes = block * (self.blocks() - 2 * strip).min(2);
            let outputs = lanes.min(self.outputs - strip * 2 * block);
            let mut taps = [0.0f32; 9 * 2 * 16];
            let element = self.inputs * lanes;
            assert!(packed.len() >= self.elements() * element && 9 * lanes <= taps.len());
            for i in 0..self.inputs {
                for lane in 0..outputs {
                    f(strip * 2 * block + lane, i, taps[lane..9 * lanes].iter_mut().step_by(lanes));
                }
                // SAFETY: the taps are `lanes` floats each, and so is what is written to each
                // element, as was asserted.
                unsafe {
                    let (taps, out) = (taps.as_ptr(), packed.as_mut_ptr().add(i * lanes));
                    match self.tile {
                        Tile::Two => weights_two(self.level, taps, lanes, out, element),
                        Tile::Four => weights_four(self.level, taps, lanes, out, element),
                    }
                }
            }
        });
    }

    /// The convolution of `x` with packed weights, and what follows it.
    ///
    /// # Panics
    /// Where something does not fit.
    pub fn run(&self, x: &[f32], packed: &[f32], bias: &[f32], end: Finish<'_>, y: &mut [f32]) {
        let block = self.level.block();
        assert!(x.len() >= self.batch * self.inputs.next_multiple_of(block) * self.window.input_len());
        assert!(packed.len() >= self.packed_len() && bias.len() >= self.bias_len());
        assert!(y.len() >= self.batch * self.bias_len() * self.window.output_len());
        assert!(end.residual.is_none_or(|r| r.len() >= y.len()));
        let all = self.batch * self.grid.0 * self.grid.1;
        let blocks = all.div_ceil(self.each);
        let (y, work) = (Shared::new(y), all * self.elements() * self.inputs * self.outputs);
        for_tasks(blocks * self.parts, work / 16, |task| {
            let (part, strips) = (task % self.parts, self.blocks().div_ceil(2));
            let strips = part * strips / self.parts..(part + 1) * strips / self.parts;
            let first = task / self.parts * self.each;
            self.task(first..(first + self.each).min(all), strips, (x, packed, bias), end, y);
        });
    }

    fn task(
        &self,
        tiles: Range<usize>,
        strips: Range<usize>,
        (x, packed, bias): (&[f32], &[f32], &[f32]),
        end: Finish<'_>,
        y: Shared<'_>,
    ) {
        let (block, elements) = (self.level.block(), self.elements());
        let zeros = [0.0f32; 32];
        let (row, strip_len) = (self.each * block, 2 * block * self.inputs * elements);
        let (v_element, m_element) = self.element_strides();
        with_local([elements * v_element, elements * m_element, 0], |[v, m, _]| {
            for (slot, tile) in tiles.clone().enumerate() {
                self.transform_tile(x, tile, &mut v[slot * block..]);
            }
            for strip in strips {
                let count = (self.blocks() - 2 * strip).min(2);
                for e in 0..elements {
                    let mut from = 0;
                    while from < tiles.len() {
                        let left = tiles.len() - from;
                        let pixels = left.div_ceil(left.div_ceil(self.code.len()));
                        // SAFETY: `run` has asserted that weights are whole; `v` and `m` hold
                        // `each` pixels of each block of each element.
                        unsafe {
                            self.code[pixels - 1][count - 1](&tile::Tile {
                                runs: &self.runs,
                                x: v.as_ptr().add(e * v_element + from * block),
                                x_row: 0,
                                w: packed.as_ptr().add(strip * strip_len + e * self.inputs * count * block),
                                bias: zeros.as_ptr(),
                                residual: std::ptr::null(),
                                y: m.as_mut_ptr().add(e * m_element + from * block),
                                y_row: 0,
                                y_block: row,
                                low: f32::NEG_INFINITY,
                                high: f32::INFINITY,
                            });
                        }
                        from += pixels;
                    }
                }
                for b in 0..count {
                    let channels = 2 * strip + b;
                    for (slot, tile) in tiles.clone().enumerate() {
                        let sums = &m[b * row + slot * block..];
                        self.finish_tile(sums, tile, channels, &bias[channels * block..], end, y);
                    }
                }
            }
        });
    }

    /// The image, and the first row and column of a tile.
    fn place(&self, tile: usize) -> (usize, usize, usize) {
        let (per_image, size) = (self.grid.0 * self.grid.1, self.tile.outputs());
        let at = tile % per_image;
        (tile / per_image, at / self.grid.1 * size, at % self.grid.1 * size)
    }

    /// Transforms the inputs of a tile, all blocks of channels.
    fn transform_tile(&self, x: &[f32], tile: usize, v: &mut [f32]) {
        let (image, row, col) = self.place(tile);
        let block = self.level.block();
        let map = self.window.input_len() * block;
        let element = self.element_strides().0;
        for source in 0..self.runs.len() {
            let patch = Patch {
                x: x[(image * self.runs.len() + source) * map..][..map].as_ptr(),
                size: (self.window.input[1] as i64, self.window.input[2] as i64),
                row: row as i64 - self.window.before[1] as i64,
                col: col as i64 - self.window.before[2] as i64,
            };
            let v = &mut v[source * self.each * block..];
            assert!(v.len() >= (self.elements() - 1) * element + block);
            // SAFETY: the patch is that of a whole map, and `v` has room for each element.
            unsafe {
                match self.tile {
                    Tile::Two => transform_two(self.level, &patch, v.as_mut_ptr(), element),
                    Tile::Four => transform_four(self.level, &patch, v.as_mut_ptr(), element),
                }
            }
        }
    }

    /// Writes the outputs of a tile of one block of channels.
    fn finish_tile(&self, m: &[f32], tile: usize, channels: usize, bias: &[f32], end: Finish<'_>, y: Shared<'_>) {
        let (image, row, col) = self.place(tile);
        let block = self.level.block();
        let [_, height, width] = self.window.output;
        let first = ((image * self.blocks() + channels) * height * width + row * width + col) * block;
        let element = self.element_strides().1;
        assert!(m.len() >= (self.elements() - 1) * element + block && bias.len() >= block);
        let (low, high) = end.activation.bounds();
        let (rows, cols) = ((height - row).min(self.tile.outputs()), (width - col).min(self.tile.outputs()));
        let out = Out {
            y: y.pointer().wrapping_add(first),
            residual: end.residual.map_or(std::ptr::null(), |r| r[first..].as_ptr()),
            bias: bias.as_ptr(),
            row: width * block,
            size: (rows, cols),
            bounds: (low, high),
        };
        // SAFETY: `run` has asserted that outputs are whole; these are inside the map, and
        // belong to one task.
        unsafe {
            match self.tile {
                Tile::Two => finish_two(self.level, m.as_ptr(), element, &out),
                Tile::Four => finish_four(self.level, m.as_ptr(), element, &out),
            }
            if let Activation::Other(apply) = end.activation {
                (0..rows).for_each(|r| apply(y.part(first + r * out.row..first + r * out.row + cols * block)));
            }
        }
    }
}

/// Cycles in which a float of weights comes from memory.
const BYTES: f64 = 4.0 / 10.0;

/// What a direct convolution of the same sizes takes, as [`Winograd::cost`].
pub fn direct_cost(level: Level, batch: usize, (inputs, outputs): (usize, usize), window: &Window) -> f64 {
    let lanes = outputs.next_multiple_of(level.block()) as f64;
    let depth = (inputs * window.taps()) as f64;
    let products = (batch * window.output_len()) as f64 * depth * lanes / level.block() as f64 / 2.0;
    (products / 2.0).max(depth * lanes * BYTES)
}

#[cfg(test)]
mod tests {
    use super::super::layout::Blocks;
    use super::*;
    use crate::kernels::fused::Apply;
    use crate::kernels::testing::{self, Sizes, below, floats};

    fn check(level: Level, tile: Tile, s: Sizes, (height, width): (usize, usize), before: [usize; 3], seed: u64) {
        let window = Window {
            input: [1, height, width],
            output: [1, height + 2 * before[1] - 2, width + before[2] + 1 - 2],
            kernel: [1, 3, 3],
            stride: [1; 3],
            dilation: [1; 3],
            before,
        };
        let conv = Winograd::new(level, tile, s.batch, (s.inputs, s.outputs), window).unwrap();
        let (mut rng, pixels) = (testing::rng(seed), window.output_len());
        let x = floats(&mut rng, s.batch * s.inputs * window.input_len());
        let w = floats(&mut rng, s.outputs * s.inputs * 9);
        let (bias, scale) = (floats(&mut rng, s.outputs), floats(&mut rng, s.outputs));
        let residual = floats(&mut rng, s.batch * s.outputs * pixels);
        let [sums, ..] = testing::reference(s, &window, &x, &w, &vec![0.0; residual.len()]);
        let blocks = |channels, pixels| Blocks { images: s.batch, channels, pixels, block: level.block() };
        let (from, to) = (blocks(s.inputs, window.input_len()), blocks(s.outputs, pixels));
        let (mut packed, mut biases) = (vec![f32::NAN; conv.packed_len()], bias.clone());
        conv.pack(&w, Some(&scale), &mut packed);
        biases.resize(conv.bias_len(), 0.0);
        let (mut blocked, mut added) = (vec![f32::NAN; from.len()], vec![f32::NAN; to.len()]);
        from.pack(&x, &mut blocked);
        to.pack(&residual, &mut added);
        let negate: Apply = Box::new(|y| y.iter_mut().for_each(|y| *y = -*y));
        for (which, activation) in
            [Activation::Clamp { low: 0.0, high: 2.0 }, Activation::Other(negate)].iter().enumerate()
        {
            let y = testing::same_for_all_thread_counts(|| {
                let (mut y, mut maps) = (vec![f32::NAN; to.len()], vec![f32::NAN; residual.len()]);
                conv.run(&blocked, &packed, &biases, Finish { residual: Some(&added), activation }, &mut y);
                to.unpack(&y, &mut maps);
                maps
            });
            let range = sums.iter().fold(1.0f64, |a, v| a.max(v.abs()));
            for (i, y) in y.iter().enumerate() {
                let o = i / pixels % s.outputs;
                let sum = sums[i] * f64::from(scale[o]) + f64::from(bias[o]) + f64::from(residual[i]);
                let expected = [sum.clamp(0.0, 2.0), -sum][which];
                let error = (f64::from(*y) - expected).abs() / range;
                assert!(
                    error <= f64::from(tile.error()),
                    "{tile:?} {level:?} {s:?}: {y} for {expected}, error {error}"
                );
            }
        }
    }

    #[test]
    fn random_sizes_agree_with_the_definition() {
        for level in Level::all() {
            for tile in [Tile::Two, Tile::Four] {
                for seed in 0..60 {
                    let mut rng = testing::rng(seed);
                    let mut size = |bound| 1 + below(&mut rng, bound);
                    let s = Sizes { batch: size(3), groups: 1, inputs: size(40), outputs: size(50) };
                    let (map, before) = ((2 + size(12), 2 + size(12)), [0, size(2) - 1, size(2) - 1]);
                    check(level, tile, s, map, before, seed);
                }
                let s = Sizes { batch: 1, groups: 1, inputs: 150, outputs: 70 };
                check(level, tile, s, (14, 14), [0, 1, 1], 3);
            }
        }
    }
}
