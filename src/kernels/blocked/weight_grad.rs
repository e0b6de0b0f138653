//! The gradient of a convolution by its weights, over channel-blocked maps.
//!
//! A tile of sums is a few input channels by one or two blocks of output channels; it stays in
//! registers while it goes over the pixels of several rows and images, whose gradients are one
//! vector a block and whose inputs are broadcast. Nothing is transposed but the sums at the end.

use std::ops::Range;

use super::conv::Source;
use super::vector::{Level, Vector, dispatch, prefetch};
use crate::kernels::local::with_local;
use crate::kernels::parallel::{for_chunks, for_tasks};
use crate::kernels::shared::Shared;
use crate::kernels::window::Window;

/// Pixels that a tile goes over: their gradients stay in the first-level cache.
const PIXELS: usize = 160;
/// Pixels whose cache lines are asked for ahead.
const AHEAD: usize = 12;
/// Floats of the input of those pixels that stay in the second-level cache.
const NEAR: usize = 96 << 10;

/// The gradient by the weights of a convolution of `groups * inputs` to `groups * outputs`
/// channels.
#[derive(Clone, Debug)]
pub struct WeightGrad {
    level: Level,
    batch: usize,
    groups: usize,
    inputs: usize,
    outputs: usize,
    window: Window,
    source: Source,
    /// Tasks along the strips of a group, and along its sources.
    parts: (usize, usize),
}

/// What a tile of sums goes over.
struct Walk {
    /// The input of the first pixel, and the floats to the next pixel, row and image.
    x: *const f32,
    x_steps: [usize; 3],
    /// Its gradient; the next pixel's is the next vector.
    dy: *const f32,
    dy_row: usize,
    dy_image: usize,
    /// Floats between blocks.
    dy_block: usize,
    pixels: usize,
    rows: usize,
    images: usize,
    /// `[channels][blocks][lanes]`, to be added to.
    sums: *mut f32,
    /// Channels of the tile.
    channels: usize,
    blocks: usize,
}

dispatch!(
    /// # Safety
    /// All pointers of the walk are valid for it.
    walk => walk_as(w: &Walk)
);

/// # Safety
/// As [`walk`]; the machine has the instructions.
#[inline(always)]
unsafe fn walk_as<V: Vector>(w: &Walk) {
    // SAFETY: by contract.
    unsafe {
        match w.blocks {
            1 => walk_blocks::<V, 1>(w),
            _ => walk_blocks::<V, 2>(w),
        }
    }
}

/// # Safety
/// As [`walk`].
#[inline(always)]
unsafe fn walk_blocks<V: Vector, const B: usize>(w: &Walk) {
    // SAFETY: by contract.
    unsafe {
        match w.channels {
            1 => tile::<V, 1, B>(w),
            2 => tile::<V, 2, B>(w),
            3 => tile::<V, 3, B>(w),
            4 => tile::<V, 4, B>(w),
            5 => tile::<V, 5, B>(w),
            6 => tile::<V, 6, B>(w),
            7 => tile::<V, 7, B>(w),
            _ => tile::<V, 8, B>(w),
        }
    }
}

/// # Safety
/// As [`walk`]; the walk has `R` channels and `B` blocks.
#[inline(always)]
#[allow(clippy::needless_range_loop, reason = "tiles are indexed by constants, so that they stay in registers")]
unsafe fn tile<V: Vector, const R: usize, const B: usize>(w: &Walk) {
    // SAFETY: by contract.
    unsafe {
        let mut sums = [[V::splat(0.0); B]; R];
        for r in 0..R {
            for b in 0..B {
                sums[r][b] = V::load(w.sums.add((r * B + b) * V::LANES));
            }
        }
        for image in 0..w.images {
            for row in 0..w.rows {
                let mut x = w.x.add(image * w.x_steps[2] + row * w.x_steps[1]);
                let mut dy = w.dy.add(image * w.dy_image + row * w.dy_row);
                for _ in 0..w.pixels {
                    let mut d = [V::splat(0.0); B];
                    for b in 0..B {
                        d[b] = V::load(dy.add(b * w.dy_block));
                        prefetch(dy.wrapping_add(b * w.dy_block + AHEAD * V::LANES));
                    }
                    prefetch(x.wrapping_add(AHEAD * w.x_steps[0]));
                    for r in 0..R {
                        let value = V::splat(*x.add(r));
                        for b in 0..B {
                            sums[r][b] = V::fma(value, d[b], sums[r][b]);
                        }
                    }
                    x = x.add(w.x_steps[0]);
                    dy = dy.add(V::LANES);
                }
            }
        }
        for r in 0..R {
            for b in 0..B {
                sums[r][b].store(w.sums.add((r * B + b) * V::LANES));
            }
        }
    }
}

/// Pixels of some images that are gone over at once.
#[derive(Clone, Debug)]
struct Chunk {
    images: Range<usize>,
    rows: Range<usize>,
    cols: Range<usize>,
}

impl WeightGrad {
    /// `None` where there is no code for it; `inputs` and `outputs` are channels of one group.
    pub fn new(
        level: Level,
        batch: usize,
        (groups, inputs, outputs): (usize, usize, usize),
        window: Window,
        source: Source,
    ) -> Option<Self> {
        let block = level.block();
        let whole = groups == 1 || inputs.is_multiple_of(block) && outputs.is_multiple_of(block);
        let maps = source == Source::Maps;
        if !window.is_flat() || !whole || maps && (groups > 1 || window.dilation[2] > 1 || window.kernel[2] > 8) {
            return None;
        }
        if batch * inputs * outputs == 0 {
            return None;
        }
        let window = if super::conv::is_pointwise(&window) { super::conv::as_one_row(window) } else { window };
        let mut grad = Self { level, batch, groups, inputs, outputs, window, source, parts: (1, 1) };
        let work = batch * groups * inputs * outputs * window.taps() * window.output_len();
        let wanted: usize = if work < 1 << 20 { 1 } else { 4 };
        // What is cut is read once, the other once for each part.
        let (strips, sources) = (grad.strips(), grad.sources());
        let each = wanted.div_ceil(groups);
        grad.parts = match inputs > outputs {
            true => (each.div_ceil(each.min(sources)).min(strips), each.min(sources)),
            false => (each.min(strips), each.div_ceil(each.min(strips)).min(sources)),
        };
        Some(grad)
    }

    fn maps(&self) -> bool {
        self.source == Source::Maps
    }

    /// Channels, or columns of the window, that lie side by side.
    fn unit(&self) -> usize {
        if self.maps() { self.window.kernel[2] } else { self.level.block() }
    }

    /// Blocks or maps of one group of the input.
    fn sources(&self) -> usize {
        if self.maps() { self.inputs } else { self.inputs.div_ceil(self.level.block()) }
    }

    /// Taps that are gone over one after the other.
    fn taps(&self) -> usize {
        if self.maps() { self.window.kernel[1] } else { self.window.taps() }
    }

    fn blocks(&self) -> usize {
        self.outputs.div_ceil(self.level.block())
    }

    fn strips(&self) -> usize {
        self.blocks().div_ceil(2)
    }

    /// Floats of the sums of one source and two blocks.
    fn tile_len(&self) -> usize {
        self.taps() * self.unit() * 2 * self.level.block()
    }

    /// Rows and columns of the padded copy of a map that is read as it is.
    fn copy_size(&self) -> (usize, usize) {
        (self.window.extent(1), self.window.extent(2))
    }

    /// Floats of scratch: the sums, `[groups][strips][sources][taps][unit][blocks][lanes]`, and
    /// copies of maps.
    pub fn scratch(&self) -> usize {
        let (height, width) = self.copy_size();
        let copies = if self.maps() { self.batch * self.inputs * height * width } else { 0 };
        self.groups * self.strips() * self.sources() * self.tile_len() + copies
    }

    /// Adds the gradient to `dw`, `[groups * outputs, inputs, taps]`.
    ///
    /// # Panics
    /// Where something does not fit.
    pub fn run(&self, x: &[f32], dy: &[f32], scratch: &mut [f32], dw: &mut [f32]) {
        let block = self.level.block();
        let to = self.batch * self.groups * self.blocks() * block * self.window.output_len();
        assert!(dy.len() >= to && dw.len() >= self.groups * self.outputs * self.inputs * self.window.taps());
        let lanes = if self.maps() { 1 } else { block };
        assert!(x.len() >= self.batch * self.groups * self.sources() * lanes * self.window.input_len());
        let (sums, copies) =
            scratch[..self.scratch()].split_at_mut(self.groups * self.strips() * self.sources() * self.tile_len());
        if self.maps() {
            self.copy(x, copies);
        }
        let x = if self.maps() { &*copies } else { x };
        let work =
            self.batch * self.groups * self.inputs * self.outputs * self.window.taps() * self.window.output_len();
        let (dw, sums, (down, across)) = (Shared::new(dw), Shared::new(sums), self.parts);
        let (strips, sources) = (self.strips(), self.sources());
        for_tasks(self.groups * down * across, work / 16, |task| {
            let (group, down_part, part) = (task / (down * across), task / across % down, task % across);
            let own = (
                down_part * strips / down..(down_part + 1) * strips / down,
                part * sources / across..(part + 1) * sources / across,
            );
            self.task(group, own, (x, dy), sums, dw);
        });
    }

    /// Copies maps with their padding.
    fn copy(&self, x: &[f32], copies: &mut [f32]) {
        let ([_, rows, cols], w) = (self.window.input, &self.window);
        let (height, width) = self.copy_size();
        for_chunks(copies, height * width, x.len(), |map, copy| {
            copy.fill(0.0);
            let x = &x[map * rows * cols..][..rows * cols];
            let inside = cols.min(width.saturating_sub(w.before[2]));
            for (x, copy) in x.chunks_exact(cols).zip(copy.chunks_exact_mut(width).skip(w.before[1])) {
                copy[w.before[2]..][..inside].copy_from_slice(&x[..inside]);
            }
        });
    }

    /// Images, rows and columns that are gone over at once.
    fn near(&self, strips: usize, sources: usize) -> [usize; 3] {
        let [_, height, width] = self.window.output;
        let per_pixel = sources * self.unit() * self.window.stride[2] + strips * 2 * self.level.block();
        let most = (NEAR / per_pixel.max(1)).clamp(32, PIXELS);
        let cols = width.div_ceil(width.div_ceil(most));
        let rows = (most / cols).clamp(1, height);
        let images = if rows == height && cols == width { (most / (rows * cols)).clamp(1, self.batch) } else { 1 };
        [images, rows, cols]
    }

    /// All pixels in chunks of that size.
    fn chunks(&self, [images, rows, cols]: [usize; 3]) -> impl Iterator<Item = Chunk> + use<> {
        let (batch, [_, height, width]) = (self.batch, self.window.output);
        let cut = |all: usize, by: usize| (0..all).step_by(by).map(move |at| at..(at + by).min(all));
        cut(batch, images).flat_map(move |images| {
            cut(height, rows).flat_map(move |rows| {
                let images = images.clone();
                cut(width, cols).map(move |cols| Chunk { images: images.clone(), rows: rows.clone(), cols })
            })
        })
    }

    /// The gradient of some strips by some sources of a group.
    fn task(
        &self,
        group: usize,
        (strips, sources): (Range<usize>, Range<usize>),
        (x, dy): (&[f32], &[f32]),
        sums: Shared<'_>,
        dw: Shared<'_>,
    ) {
        let near = self.near(strips.len(), sources.len());
        let tiles = || strips.clone().flat_map(|strip| sources.clone().map(move |source| (strip, source)));
        let tile = |(strip, source): (usize, usize)| {
            let at = ((group * self.strips() + strip) * self.sources() + source) * self.tile_len();
            // SAFETY: each tile belongs to one task.
            unsafe { sums.part(at..at + self.tile_len()) }
        };
        let go_over = |at: (usize, usize), chunk: &Chunk, sums: &mut [f32]| {
            for (tap, sums) in sums.chunks_exact_mut(self.tile_len() / self.taps()).enumerate() {
                self.tap((group, at.0, at.1), tap, chunk, (x, dy), sums);
            }
        };
        // Either the pixels stay in the cache while all sums are formed, or sums do.
        let pixels = self.batch * self.window.output_len();
        if pixels * self.unit() * sources.len() <= 2 * NEAR || self.chunks(near).count() == 1 {
            for at in tiles() {
                let sums = tile(at);
                sums.fill(0.0);
                self.chunks(near).for_each(|chunk| go_over(at, &chunk, sums));
                self.add(group, at, sums, dw);
            }
            return;
        }
        tiles().for_each(|at| tile(at).fill(0.0));
        for chunk in self.chunks(near) {
            tiles().for_each(|at| go_over(at, &chunk, tile(at)));
        }
        tiles().for_each(|at| self.add(group, at, tile(at), dw));
    }

    /// The sums of one tap of one source and strip over a chunk.
    fn tap(
        &self,
        (group, strip, source): (usize, usize, usize),
        tap: usize,
        chunk: &Chunk,
        (x, dy): (&[f32], &[f32]),
        sums: &mut [f32],
    ) {
        let (w, block) = (&self.window, self.level.block());
        let blocks = (self.blocks() - 2 * strip).min(2);
        let (ky, kx) = if self.maps() { (tap, 0) } else { (tap / w.kernel[2], tap % w.kernel[2]) };
        let (size, before, unit) = match self.maps() {
            true => (self.copy_size(), [0; 3], 1),
            false => ((w.input[1], w.input[2]), w.before, block),
        };
        // The outputs of the chunk whose tap lies on the map, as all do on a padded copy, and where the
        // first of them reads.
        let inside = |range: &Range<usize>, axis: usize, k: usize| {
            let all = if self.maps() { range.clone() } else { w.outputs_of(axis, k) };
            let start = range.start.max(all.start);
            let end = range.end.min(all.end).max(start);
            (start..end, (start * w.stride[axis] + k * w.dilation[axis]).saturating_sub(before[axis]))
        };
        let (rows, from_row) = inside(&chunk.rows, 1, ky);
        let (cols, from_col) = inside(&chunk.cols, 2, kx);
        if rows.is_empty() || cols.is_empty() {
            return;
        }
        let (map, out) = (size.0 * size.1 * unit, w.output_len() * block);
        let per_image = self.groups * self.sources() * map;
        let dy_image = self.groups * self.blocks() * out;
        let first = chunk.images.start;
        let x =
            &x[first * per_image + (group * self.sources() + source) * map + (from_row * size.1 + from_col) * unit..];
        let dy = &dy[first * dy_image + (group * self.blocks() + 2 * strip) * out..];
        let dy = &dy[(rows.start * w.output[2] + cols.start) * block..];
        let step = if self.maps() { self.window.kernel[2] } else { tile_channels(self.level).min(block) };
        for channel in (0..self.unit()).step_by(step) {
            // SAFETY: the pixels of all rows and images of the chunk lie on the map and on the
            // output, whose lengths `run` has asserted; the sums hold `unit` channels.
            unsafe {
                walk(
                    self.level,
                    &Walk {
                        x: x.as_ptr().add(channel),
                        x_steps: [w.stride[2] * unit, w.stride[1] * size.1 * unit, per_image],
                        dy: dy.as_ptr(),
                        dy_row: w.output[2] * block,
                        dy_image,
                        dy_block: out,
                        pixels: cols.len(),
                        rows: rows.len(),
                        images: chunk.images.len(),
                        sums: sums.as_mut_ptr().add(channel * blocks * block),
                        channels: step,
                        blocks,
                    },
                );
            }
        }
    }

    /// Adds the sums of a strip and a source to the gradient.
    fn add(&self, group: usize, (strip, source): (usize, usize), sums: &[f32], dw: Shared<'_>) {
        let (block, taps, depth) = (self.level.block(), self.taps(), self.inputs * self.window.taps());
        let lanes = (self.blocks() - 2 * strip).min(2) * block;
        let outputs = lanes.min(self.outputs - strip * 2 * block);
        let (channels, across) = match self.maps() {
            true => (1, self.unit()),
            false => (self.unit().min(self.inputs - source * self.unit()), 1),
        };
        let first = source * taps * self.unit();
        for lane in 0..outputs {
            let at = (group * self.outputs + strip * 2 * block + lane) * depth + first;
            // SAFETY: the weights of an output by a source belong to one task.
            let dw = unsafe { dw.part(at..at + channels * taps * across) };
            for tap in 0..taps {
                let sums = sums[tap * self.tile_len() / taps + lane..].iter().step_by(lanes);
                match self.maps() {
                    true => dw[tap * across..][..across].iter_mut().zip(sums).for_each(|(d, s)| *d += s),
                    false => dw[tap..].iter_mut().step_by(taps).zip(sums).for_each(|(d, s)| *d += s),
                }
            }
        }
    }
}

/// Channels of a tile, as far as there are registers.
fn tile_channels(level: Level) -> usize {
    match level {
        Level::Avx512 => 8,
        Level::Avx2 | Level::Neon | Level::Portable => 4,
    }
}

/// Adds the sums of each channel over images and pixels to `sums`.
///
/// # Panics
/// Where something does not fit.
pub fn add_channel_sums(level: Level, (images, channels, pixels): (usize, usize, usize), dy: &[f32], sums: &mut [f32]) {
    let (block, blocks) = (level.block(), channels.div_ceil(level.block()));
    assert!(dy.len() >= images * blocks * pixels * block && sums.len() >= channels);
    for_chunks(&mut sums[..channels], block, dy.len(), |b, sums| {
        with_local([block, 0, 0], |[part, ..]| {
            let mut total = [0.0f64; 16];
            for image in 0..images {
                let dy = &dy[(image * blocks + b) * pixels * block..][..pixels * block];
                for dy in dy.chunks(256 * block) {
                    let part = &mut part[..block];
                    part.fill(0.0);
                    for pixel in dy.chunks_exact(block) {
                        part.iter_mut().zip(pixel).for_each(|(p, d)| *p += d);
                    }
                    total.iter_mut().zip(&*part).for_each(|(t, p)| *t += f64::from(*p));
                }
            }
            sums.iter_mut().zip(total).for_each(|(s, t)| *s += t as f32);
        });
    });
}

#[cfg(test)]
mod tests {
    use super::super::layout::Blocks;
    use super::*;
    use crate::kernels::testing::{self, Sizes, below, flat_window, floats, square};

    fn check(level: Level, s: Sizes, window: Window, source: Source, seed: u64) -> bool {
        let sizes = (s.groups, s.inputs, s.outputs);
        let Some(grad) = WeightGrad::new(level, s.batch, sizes, window, source) else { return false };
        let (mut rng, pixels) = (testing::rng(seed), window.output_len());
        let x = floats(&mut rng, s.batch * s.groups * s.inputs * window.input_len());
        let dy = floats(&mut rng, s.batch * s.groups * s.outputs * pixels);
        let weights = floats(&mut rng, s.groups * s.outputs * s.inputs * window.taps());
        let [_, _, mut expected] = testing::reference(s, &window, &x, &weights, &dy);
        expected.iter_mut().zip(&weights).for_each(|(e, w)| *e += f64::from(*w));
        let blocks = |channels, pixels| Blocks { images: s.batch, channels, pixels, block: level.block() };
        let (from, to) = (blocks(s.groups * s.inputs, window.input_len()), blocks(s.groups * s.outputs, pixels));
        let (mut blocked, mut gradient) = (vec![f32::NAN; from.len()], vec![f32::NAN; to.len()]);
        from.pack(&x, &mut blocked);
        to.pack(&dy, &mut gradient);
        let read = if source == Source::Maps { &x } else { &blocked };
        let found = testing::same_for_all_thread_counts(|| {
            let (mut scratch, mut dw) = (vec![f32::NAN; grad.scratch()], weights.clone());
            grad.run(read, &gradient, &mut scratch, &mut dw);
            dw
        });
        testing::assert_close(&found, &expected, s.batch * pixels, &format!("{level:?} {s:?} {window:?}"));
        true
    }

    #[test]
    fn random_sizes_agree_with_the_definition() {
        for level in Level::all() {
            let mut checked = 0;
            for seed in 0..150 {
                let mut rng = testing::rng(seed);
                let mut size = |bound| 1 + below(&mut rng, bound);
                let groups = if seed % 5 == 0 { 2 } else { 1 };
                let mut s = Sizes { batch: size(3), groups, inputs: size(40), outputs: size(40) };
                if groups > 1 {
                    s = Sizes { inputs: 16, outputs: 16 * size(2), ..s };
                }
                let window = flat_window(&mut rng);
                checked += usize::from(check(level, s, window, Source::Blocks, seed));
                let few = Sizes { groups: 1, inputs: 1 + seed as usize % 4, ..s };
                checked += usize::from(check(level, few, window, Source::Maps, seed));
            }
            assert!(checked > 150, "{checked} of 300");
        }
    }

    #[test]
    fn windows_of_networks_agree_with_the_definition() {
        for level in Level::all() {
            let s = |batch, inputs, outputs| Sizes { batch, groups: 1, inputs, outputs };
            assert!(check(level, s(3, 64, 48), square(7, 3, 1), Source::Blocks, 1));
            assert!(check(level, s(2, 96, 33), square(20, 1, 1), Source::Blocks, 2));
            assert!(check(level, s(2, 32, 32), square(28, 3, 2), Source::Blocks, 3));
            assert!(check(level, s(2, 48, 32), square(14, 1, 2), Source::Blocks, 4));
            assert!(check(level, s(2, 3, 64), square(40, 7, 2), Source::Maps, 5));
        }
    }

    #[test]
    fn channels_are_summed() {
        for level in Level::all() {
            let blocks = Blocks { images: 3, channels: 21, pixels: 300, block: level.block() };
            let dy = floats(&mut testing::rng(1), 3 * 21 * 300);
            let mut packed = vec![f32::NAN; blocks.len()];
            blocks.pack(&dy, &mut packed);
            let mut expected = vec![1.0f64; 21];
            dy.iter().enumerate().for_each(|(i, d)| expected[i / 300 % 21] += f64::from(*d));
            let mut sums = vec![1.0; 21];
            add_channel_sums(level, (3, 21, 300), &packed, &mut sums);
            testing::assert_close(&sums, &expected, 900, "sums");
        }
    }
}
