//! Windows that slide over each channel by itself: depthwise convolutions, maxima and averages.
//!
//! All lanes of a vector do the same, so that only the ends of a row, where windows reach over
//! the border, need care.

use std::ops::Range;

use super::vector::{Level, Vector, dispatch};
use crate::kernels::fused::Activation;
use crate::kernels::parallel::{for_chunks, for_tasks};
use crate::kernels::shared::Shared;
use crate::kernels::window::{Span, Window};

/// What is done with the elements of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A weight each, their sum, and a bias.
    Weighted,
    /// The greatest.
    Max,
    /// Their sum, times the shares of the row and of the column.
    Mean,
}

/// Outputs of one row that are formed at once.
const PIXELS: usize = 8;
/// Rows that a task should have at least.
const ROWS: usize = 7;

/// Windows over channel-blocked maps of one or two axes.
#[derive(Clone, Debug)]
pub struct Slide {
    level: Level,
    kind: Kind,
    batch: usize,
    channels: usize,
    window: Window,
    rows: Vec<Span>,
    cols: Vec<Span>,
    /// Columns whose windows lie inside the map.
    inside: Range<usize>,
    /// Reciprocals of the elements that are averaged, of rows and of columns.
    shares: [Vec<f32>; 2],
    /// Tasks of a block of channels.
    parts: usize,
}

/// Some rows of one block.
struct Rows<'a> {
    slide: &'a Slide,
    rows: Range<usize>,
    x: *const f32,
    w: *const f32,
    bias: *const f32,
    y: *mut f32,
    bounds: (f32, f32),
}

impl Slide {
    /// `shares` are those of [`Kind::Mean`], of rows and of columns; `None` where there is no
    /// code for the window.
    pub fn new(
        level: Level,
        kind: Kind,
        (batch, channels): (usize, usize),
        window: Window,
        shares: [Vec<f32>; 2],
    ) -> Option<Self> {
        let mean = kind == Kind::Mean;
        let fits = !mean || shares[0].len() == window.output[1] && shares[1].len() == window.output[2];
        if !window.is_flat() || !fits {
            return None;
        }
        let (rows, cols) = (window.spans(1), window.spans(2));
        let blocks = batch * channels.div_ceil(level.block());
        let parts = (8usize.div_ceil(blocks.max(1))).min(window.output[1] / ROWS).max(1);
        Some(Self { level, kind, batch, channels, window, rows, cols, inside: window.inside(2), shares, parts })
    }

    fn blocks(&self) -> usize {
        self.channels.div_ceil(self.level.block())
    }

    /// Floats of the packed weights: `[blocks][taps][lanes]`.
    pub fn packed_len(&self) -> usize {
        self.bias_len() * self.window.taps()
    }

    /// Floats of the biases: whole blocks.
    pub fn bias_len(&self) -> usize {
        self.blocks() * self.level.block()
    }

    /// Packs weights `[channels, taps]`, those of each channel times its scale.
    pub fn pack(&self, w: &[f32], scale: Option<&[f32]>, packed: &mut [f32]) {
        let taps = self.window.taps();
        self.pack_by(packed, |channel, tap| w[channel * taps + tap] * scale.map_or(1.0, |s| s[channel]));
    }

    /// Packs weights `[channels, taps]` with their taps in reverse.
    pub fn pack_reversed(&self, w: &[f32], packed: &mut [f32]) {
        let taps = self.window.taps();
        self.pack_by(packed, |channel, tap| w[channel * taps + taps - 1 - tap]);
    }

    fn pack_by(&self, packed: &mut [f32], f: impl Fn(usize, usize) -> f32) {
        let (block, taps) = (self.level.block(), self.window.taps());
        for (i, packed) in packed[..self.packed_len()].iter_mut().enumerate() {
            let (lane, tap, channel) = (i % block, i / block % taps, i / block / taps * block);
            let channel = channel + lane;
            *packed = if channel < self.channels { f(channel, tap) } else { 0.0 };
        }
    }

    /// Slides over `x`. Weights and biases are those of [`Kind::Weighted`], else empty.
    ///
    /// # Panics
    /// Where something does not fit.
    pub fn run(&self, x: &[f32], packed: &[f32], bias: &[f32], activation: &Activation, y: &mut [f32]) {
        let (block, blocks) = (self.level.block(), self.blocks());
        let (from, to) = (self.window.input_len() * block, self.window.output_len() * block);
        assert!(x.len() >= self.batch * blocks * from && y.len() >= self.batch * blocks * to);
        let weighted = self.kind == Kind::Weighted;
        assert!(!weighted || packed.len() >= self.packed_len() && bias.len() >= self.bias_len());
        let work = self.batch * blocks * to * self.window.taps() / 8;
        let (y, height) = (Shared::new(y), self.window.output[1]);
        let width = self.window.output[2] * block;
        let taps = self.window.taps();
        for_tasks(self.batch * blocks * self.parts, work, |task| {
            let (map, part) = (task / self.parts, task % self.parts);
            let rows = part * height / self.parts..(part + 1) * height / self.parts;
            let channels = map % blocks;
            let weights: (&[f32], &[f32]) = match weighted {
                true => (&packed[channels * taps * block..], &bias[channels * block..]),
                false => (&[], &[]),
            };
            // SAFETY: the lengths were asserted above, and each row belongs to one task.
            unsafe {
                let out = y.part(map * to + rows.start * width..map * to + rows.end * width);
                slide_rows(
                    self.level,
                    &Rows {
                        slide: self,
                        rows,
                        x: x.as_ptr().add(map * from),
                        w: weights.0.as_ptr(),
                        bias: weights.1.as_ptr(),
                        y: out.as_mut_ptr(),
                        bounds: activation.bounds(),
                    },
                );
                if let Activation::Other(apply) = activation {
                    apply(out);
                }
            }
        });
    }
}

dispatch!(
    /// # Safety
    /// The pointers are those of whole maps, weights and rows.
    slide_rows => rows_of(rows: &Rows<'_>)
);

/// # Safety
/// As [`slide_rows`]; the machine has the instructions.
#[inline(always)]
unsafe fn rows_of<V: Vector>(t: &Rows<'_>) {
    // SAFETY: by contract.
    unsafe {
        match t.slide.kind {
            Kind::Weighted => rows_as::<V, 0>(t),
            Kind::Max => rows_as::<V, 1>(t),
            Kind::Mean => rows_as::<V, 2>(t),
        }
    }
}

/// # Safety
/// As [`rows_of`]; `KIND` is that of the slide.
#[inline(always)]
unsafe fn rows_as<V: Vector, const KIND: u8>(t: &Rows<'_>) {
    let s = t.slide;
    let mut y = t.y;
    for row in t.rows.clone() {
        let mut col = 0;
        while col < s.cols.len() {
            // SAFETY: by contract; columns and their spans are inside the map.
            unsafe {
                if s.inside.contains(&col) && col + PIXELS <= s.inside.end {
                    pixels::<V, KIND, PIXELS>(t, row, col, y);
                    y = y.add(PIXELS * V::LANES);
                    col += PIXELS;
                } else {
                    pixels::<V, KIND, 1>(t, row, col, y);
                    y = y.add(V::LANES);
                    col += 1;
                }
            }
        }
    }
}

/// `P` neighbouring outputs, all of whose windows have the columns of the first one's.
///
/// # Safety
/// As [`rows_as`]; there are so many.
#[inline(always)]
unsafe fn pixels<V: Vector, const KIND: u8, const P: usize>(t: &Rows<'_>, row: usize, col: usize, y: *mut f32) {
    let (s, w) = (t.slide, &t.slide.window);
    let (down, across) = (s.rows[row], s.cols[col]);
    let step = w.stride[2] * V::LANES;
    // SAFETY: by contract.
    unsafe {
        let start = match KIND {
            0 => V::load(t.bias),
            // A window that sees only padding gives zero.
            1 if down.count * across.count == 0 => V::splat(0.0),
            1 => V::splat(f32::NEG_INFINITY),
            _ => V::splat(0.0),
        };
        let mut sums = [start; P];
        for ky in 0..down.count {
            let line = (down.source + ky * w.dilation[1]) * w.input[2] + across.source;
            for kx in 0..across.count {
                let x = t.x.add((line + kx * w.dilation[2]) * V::LANES);
                let tap = (down.tap + ky) * w.kernel[2] + across.tap + kx;
                let weight = if KIND == 0 { V::load(t.w.add(tap * V::LANES)) } else { start };
                for (p, sum) in sums.iter_mut().enumerate() {
                    let value = V::load(x.add(p * step));
                    *sum = match KIND {
                        0 => V::fma(weight, value, *sum),
                        1 => value.max_or_nan(*sum),
                        _ => sum.add(value),
                    };
                }
            }
        }
        let (low, high) = (V::splat(t.bounds.0), V::splat(t.bounds.1));
        for (p, sum) in sums.iter().enumerate() {
            let value = match KIND {
                2 => sum.mul(V::splat(s.shares[0][row] * s.shares[1][col + p])),
                _ => *sum,
            };
            high.min(low.max(value)).store(y.add(p * V::LANES));
        }
    }
}

/// The gradient of the means of maps by their elements, from `[images, channels]`.
///
/// # Panics
/// Where something does not fit.
pub fn means_gradient(level: Level, (images, channels, pixels): (usize, usize, usize), dy: &[f32], dx: &mut [f32]) {
    let (block, blocks) = (level.block(), channels.div_ceil(level.block()));
    assert!(dy.len() >= images * channels);
    let work = dx.len();
    for_chunks(&mut dx[..images * blocks * pixels * block], pixels * block, work, |task, dx| {
        let (image, first) = (task / blocks, task % blocks * block);
        let mut lanes = [0.0; 16];
        let dy = &dy[image * channels + first..][..block.min(channels - first)];
        lanes.iter_mut().zip(dy).for_each(|(l, d)| *l = d / pixels as f32);
        dx.chunks_exact_mut(block).for_each(|dx| dx.copy_from_slice(&lanes[..block]));
    });
}

/// The mean of each map: `[images, channels]` from blocks.
///
/// # Panics
/// Where something does not fit.
pub fn means(level: Level, (images, channels, pixels): (usize, usize, usize), x: &[f32], y: &mut [f32]) {
    let (block, blocks) = (level.block(), channels.div_ceil(level.block()));
    assert!(x.len() >= images * blocks * pixels * block && y.len() >= images * channels);
    let y = Shared::new(y);
    for_tasks(images * blocks, x.len(), |task| {
        let (image, first) = (task / blocks, task % blocks * block);
        let mut sums = [0.0; 16];
        // SAFETY: `pixels` vectors are there, and the sums have room for one.
        unsafe { sum_pixels(level, x.as_ptr().add(task * pixels * block), pixels, sums.as_mut_ptr()) };
        let at = image * channels + first;
        // SAFETY: each output belongs to one task.
        let out = unsafe { y.part(at..at + block.min(channels - first)) };
        out.iter_mut().zip(sums).for_each(|(o, s)| *o = s / pixels.max(1) as f32);
    });
}

dispatch!(
    /// # Safety
    /// `x` has so many vectors, and `out` room for one.
    sum_pixels => sum_vectors(x: *const f32, count: usize, out: *mut f32)
);

/// # Safety
/// As [`sum_pixels`]; the machine has the instructions.
#[inline(always)]
unsafe fn sum_vectors<V: Vector>(x: *const f32, count: usize, out: *mut f32) {
    const CHAINS: usize = 4;
    // SAFETY: by contract.
    unsafe {
        let mut sums = [V::splat(0.0); CHAINS];
        for i in 0..count {
            sums[i % CHAINS] = sums[i % CHAINS].add(V::load(x.add(i * V::LANES)));
        }
        sums[0].add(sums[1]).add(sums[2].add(sums[3])).store(out);
    }
}

#[cfg(test)]
mod tests {
    use super::super::layout::Blocks;
    use super::*;
    use crate::kernels::testing::{self, below, floats, reads};

    #[test]
    fn random_windows_agree_with_the_definition() {
        for (level, seed) in Level::all().flat_map(|l| (0..150).map(move |s| (l, s))) {
            let mut rng = testing::rng(seed);
            let window = testing::flat_window(&mut rng);
            let (batch, channels) = (1 + below(&mut rng, 3), 1 + below(&mut rng, 40));
            let (from, to, block) = (window.input_len(), window.output_len(), level.block());
            let x = floats(&mut rng, batch * channels * from);
            let (w, bias) = (floats(&mut rng, channels * window.taps()), floats(&mut rng, channels));
            let blocks = |pixels| Blocks { images: batch, channels, pixels, block };
            let mut packed_x = vec![f32::NAN; blocks(from).len()];
            blocks(from).pack(&x, &mut packed_x);
            for kind in [Kind::Weighted, Kind::Max, Kind::Mean] {
                let shares = [floats(&mut rng, window.output[1]), floats(&mut rng, window.output[2])];
                let slide = Slide::new(level, kind, (batch, channels), window, shares.clone()).unwrap();
                let mut packed = vec![f32::NAN; slide.packed_len()];
                slide.pack(&w, None, &mut packed);
                let mut biases = bias.clone();
                biases.resize(slide.bias_len(), 0.0);
                let clamp = Activation::Clamp { low: -0.4, high: 0.9 };
                let y = testing::same_for_all_thread_counts(|| {
                    let mut y = vec![f32::NAN; blocks(to).len()];
                    slide.run(&packed_x, &packed, &biases, &clamp, &mut y);
                    let mut maps = vec![f32::NAN; batch * channels * to];
                    blocks(to).unpack(&y, &mut maps);
                    maps
                });
                for map in 0..batch * channels {
                    let mut sums = vec![if kind == Kind::Max { f64::NEG_INFINITY } else { 0.0 }; to];
                    reads(&window, |o, k, i| {
                        let v = f64::from(x[map * from + i]);
                        match kind {
                            Kind::Weighted => sums[o] += v * f64::from(w[map % channels * window.taps() + k]),
                            Kind::Max => sums[o] = sums[o].max(v),
                            Kind::Mean => sums[o] += v,
                        }
                    });
                    for (o, sum) in sums.iter_mut().enumerate() {
                        match kind {
                            Kind::Weighted => *sum += f64::from(bias[map % channels]),
                            // A window that sees only padding.
                            Kind::Max if *sum == f64::NEG_INFINITY => *sum = 0.0,
                            Kind::Max => {}
                            Kind::Mean => {
                                *sum *= f64::from(shares[0][o / window.output[2]] * shares[1][o % window.output[2]])
                            }
                        }
                        *sum = sum.clamp(-0.4, 0.9);
                    }
                    testing::assert_close(
                        &y[map * to..(map + 1) * to],
                        &sums,
                        window.taps() + 4,
                        &format!("{kind:?} {window:?}"),
                    );
                }
            }
        }
    }

    #[test]
    fn means_agree_with_the_definition() {
        for level in Level::all() {
            let (images, channels, pixels, block) = (3, 21, 49, level.block());
            let x = floats(&mut testing::rng(2), images * channels * pixels);
            let blocks = Blocks { images, channels, pixels, block };
            let mut packed = vec![f32::NAN; blocks.len()];
            blocks.pack(&x, &mut packed);
            let mut y = vec![f32::NAN; images * channels];
            means(level, (images, channels, pixels), &packed, &mut y);
            let expected: Vec<f64> =
                x.chunks(pixels).map(|m| m.iter().map(|v| f64::from(*v)).sum::<f64>() / pixels as f64).collect();
            testing::assert_close(&y, &expected, pixels, "means");
        }
    }

    #[test]
    fn nan_is_greater_than_all() {
        for level in Level::all() {
            let slide = Slide::new(level, Kind::Max, (1, 1), testing::square(3, 3, 1), Default::default()).unwrap();
            let mut x = vec![1.0; 9 * level.block()];
            x[0] = f32::NAN;
            x[8 * level.block()] = f32::INFINITY;
            let mut y = vec![0.0; x.len()];
            slide.run(&x, &[], &[], &Activation::Identity, &mut y);
            let found: Vec<f32> = y.iter().step_by(level.block()).copied().collect();
            assert!([0, 1, 3, 4].iter().all(|i| found[*i].is_nan()), "{found:?}");
            assert!([5, 7, 8].iter().all(|i| found[*i] == f32::INFINITY) && found[2] == 1.0, "{found:?}");
        }
    }
}
