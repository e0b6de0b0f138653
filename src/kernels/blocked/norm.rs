//! Batch normalisation of channel-blocked maps, with the addition of a residual and the
//! activation that often follow, as [`crate::kernels::batch_norm`] does it over maps.
//!
//! Sums of some pixels are formed in the lanes of a block in `f32`; what is left is summed in
//! `f64`, image by image, in an order that depends on sizes alone. Squares are of distances from
//! the mean of those pixels, and combined as Chan, Golub and LeVeque (1983) do.

use super::layout::Blocks;
use super::vector::{Level, Vector, dispatch};
use crate::kernels::batch_norm::{BatchNorm, Last, Pulled};
use crate::kernels::parallel::{for_chunks, for_tasks, simd};
use crate::kernels::shared::Shared;

/// Pixels whose sums are formed at once, from the first-level cache.
const NEAR: usize = 128;

/// Batch normalisation of channel-blocked maps.
#[derive(Clone, Copy, Debug)]
pub struct BlockedNorm {
    norm: BatchNorm,
    blocks: Blocks,
}

/// The lanes of a block, for each of two sums.
type Pair<const B: usize> = [[f64; B]; 2];

impl BlockedNorm {
    /// As `norm`, over blocks.
    pub fn new(norm: BatchNorm) -> Self {
        Self { norm, blocks: Blocks::new(norm.batch, norm.channels, norm.size) }
    }

    /// Floats of scratch, forward and backward.
    pub fn scratch(&self) -> usize {
        (self.blocks.images * 2 + 4) * self.blocks.blocks() * self.blocks.block
    }

    /// Floats of one block of one image.
    fn part(&self) -> usize {
        self.blocks.pixels * self.blocks.block
    }

    /// The output by the batch's statistics, which `stats` get.
    pub fn forward(
        &self,
        x: &[f32],
        residual: Option<&[f32]>,
        affine: (&[f32], &[f32]),
        stats: (&mut [f32], &mut [f32]),
        scratch: &mut [f32],
        y: &mut [f32],
    ) {
        match self.blocks.block {
            16 => self.statistics::<16>(x, scratch, stats.0, stats.1),
            _ => self.statistics::<8>(x, scratch, stats.0, stats.1),
        }
        self.normalize(x, residual, (stats.0, stats.1), affine, scratch, y);
    }

    /// Mean and biased variance of each channel.
    fn statistics<const B: usize>(&self, x: &[f32], scratch: &mut [f32], mean: &mut [f32], variance: &mut [f32]) {
        let (part, per_image) = (self.part(), self.blocks.blocks());
        let sums = &mut scratch[..self.blocks.images * per_image * 2 * B];
        for_chunks(sums, 2 * B, x.len(), |at, sums| {
            let (means, squares) = sums.split_at_mut(B);
            let of = moments::<B>(&x[at * part..][..part]);
            means.iter_mut().zip(of[0]).for_each(|(m, v)| *m = v as f32);
            squares.iter_mut().zip(of[1]).for_each(|(m, v)| *m = v as f32);
        });
        let pixels = self.blocks.pixels as f64;
        for (c, (mean, variance)) in mean.iter_mut().zip(variance).enumerate() {
            let (block, lane) = (c / B, c % B);
            let all =
                |which: usize| (0..self.blocks.images).map(move |n| ((n * per_image + block) * 2 + which) * B + lane);
            let center = all(0).map(|i| f64::from(sums[i])).sum::<f64>() / self.blocks.images as f64;
            let within: f64 = all(1).map(|i| f64::from(sums[i])).sum();
            let between: f64 = all(0).map(|i| (f64::from(sums[i]) - center).powi(2)).sum();
            *mean = center as f32;
            *variance = ((within + between * pixels) / (pixels * self.blocks.images as f64)) as f32;
        }
    }

    /// The output by statistics that are there.
    pub fn normalize(
        &self,
        x: &[f32],
        residual: Option<&[f32]>,
        stats: (&[f32], &[f32]),
        affine: (&[f32], &[f32]),
        scratch: &mut [f32],
        y: &mut [f32],
    ) {
        let width = self.blocks.blocks() * self.blocks.block;
        // Mean, factor and shift; lanes without a channel become zero.
        let scratch = &mut scratch[..3 * width];
        scratch.fill(0.0);
        for c in 0..self.blocks.channels {
            scratch[c] = stats.0[c];
            scratch[width + c] = affine.0[c] / (stats.1[c] + self.norm.eps).sqrt();
            scratch[2 * width + c] = affine.1[c];
        }
        let (part, work, scratch) = (self.part(), x.len(), &*scratch);
        for_chunks(y, part, work, |at, y| {
            let first = at % self.blocks.blocks() * self.blocks.block;
            let range = at * part..(at + 1) * part;
            let walk = Apply {
                pixels: y.len() / self.blocks.block,
                x: x[range.clone()].as_ptr(),
                residual: residual.map_or(std::ptr::null(), |r| r[range].as_ptr()),
                lanes: [0, 1, 2].map(|i| scratch[i * width + first..][..self.blocks.block].as_ptr()),
                y: y.as_mut_ptr(),
                bounds: match self.norm.last {
                    Last::Identity => (f32::NEG_INFINITY, f32::INFINITY),
                    Last::Relu => (0.0, f32::INFINITY),
                    Last::Relu6 => (0.0, 6.0),
                },
            };
            // SAFETY: all slices have so many pixels.
            unsafe { apply(self.level(), &walk) };
        });
    }

    /// The gradients by weight and bias, which `sums` gets one after the other, by `x`, and by the
    /// residual; all are overwritten.
    pub fn gradient(
        &self,
        p: Pulled<'_>,
        sums: &mut [f32],
        scratch: &mut [f32],
        dx: Option<&mut [f32]>,
        residual: Option<&mut [f32]>,
    ) {
        match self.blocks.block {
            16 => self.pull::<16>(p, sums, scratch, dx, residual),
            _ => self.pull::<8>(p, sums, scratch, dx, residual),
        }
    }

    /// Between which outputs the activation lets gradients pass.
    fn passes(&self) -> Option<(f32, f32)> {
        match self.norm.last {
            Last::Identity => None,
            Last::Relu => Some((0.0, f32::INFINITY)),
            Last::Relu6 => Some((0.0, 6.0f32.next_down())),
        }
    }

    fn pull<const B: usize>(
        &self,
        p: Pulled<'_>,
        sums: &mut [f32],
        scratch: &mut [f32],
        dx: Option<&mut [f32]>,
        residual: Option<&mut [f32]>,
    ) {
        let passes = self.passes();
        let (part, per_image, channels) = (self.part(), self.blocks.blocks(), self.blocks.channels);
        let (dx, residual) = (dx.map(Shared::new), residual.map(Shared::new));
        // Without an activation the output is not there; any slice of that length will do.
        let y = if self.norm.last == Last::Identity { p.x } else { p.y };
        let held = if p.dy.is_empty() { residual.or(dx) } else { None };
        let width = per_image * B;
        let (lanes, parts) = scratch[..self.scratch()].split_at_mut(4 * width);
        let mean = |c: usize| p.stats.0[c];
        lanes.fill(0.0);
        lanes[..channels].iter_mut().enumerate().for_each(|(c, l)| *l = mean(c));
        {
            let lanes = &*lanes;
            for_chunks(&mut parts[..self.blocks.images * per_image * 2 * B], 2 * B, p.x.len(), |at, parts| {
                let range = at * part..(at + 1) * part;
                let dy = match held {
                    // SAFETY: the blocks of images are disjoint.
                    Some(held) => unsafe { &*held.part(range.clone()) },
                    None => &p.dy[range.clone()],
                };
                let center = &lanes[at % per_image * B..][..B];
                let (x, y) = (&p.x[range.clone()], &y[range]);
                let mut all = [[0.0f64; B]; 2];
                for at in (0..part).step_by(NEAR * B) {
                    let near = at..part.min(at + NEAR * B);
                    let mut lanes = [0.0f32; 32];
                    let walk = Slopes {
                        pixels: near.len() / B,
                        x: x[near.clone()].as_ptr(),
                        y: y[near.clone()].as_ptr(),
                        dy: dy[near].as_ptr(),
                        mean: center.as_ptr(),
                        sums: lanes.as_mut_ptr(),
                        passes,
                    };
                    // SAFETY: all slices have so many pixels; there is room for two vectors.
                    unsafe { slopes(self.level(), &walk) };
                    all.as_flattened_mut().iter_mut().zip(lanes).for_each(|(a, l)| *a += f64::from(l));
                }
                parts.iter_mut().zip(all.as_flattened()).for_each(|(p, v)| *p = *v as f32);
            });
        }
        let count = (self.norm.batch * self.norm.size) as f32;
        let (by_weight, by_bias) = sums[..2 * channels].split_at_mut(channels);
        for c in 0..channels {
            let at = |n: usize, which: usize| ((n * per_image + c / B) * 2 + which) * B + c % B;
            let total = |which| (0..self.blocks.images).map(|n| f64::from(parts[at(n, which)])).sum::<f64>();
            let scale = 1.0 / (p.stats.1[c] + self.norm.eps).sqrt();
            (by_weight[c], by_bias[c]) = (total(1) as f32 * scale, total(0) as f32);
            let (slope, product) = match p.batch_statistics {
                true => (by_bias[c] / count, by_weight[c] / count * scale),
                false => (0.0, 0.0),
            };
            lanes[width + c] = p.weight[c] * scale;
            lanes[2 * width + c] = slope;
            lanes[3 * width + c] = product;
        }
        let lanes = &*lanes;
        for_tasks(self.blocks.images * per_image, p.x.len(), |at| {
            let range = at * part..(at + 1) * part;
            // SAFETY: the blocks of images are disjoint.
            let (dx, residual) =
                unsafe { (dx.map(|d| d.part(range.clone())), residual.map(|r| r.part(range.clone()))) };
            let lane = |i: usize| lanes[i * width + at % per_image * B..][..B].as_ptr();
            let (x, y) = (&p.x[range.clone()], &y[range.clone()]);
            let (dx, residual) = (dx.map(|d| d.as_mut_ptr()), residual.map(|r| r.as_mut_ptr()));
            let held = if held.is_some() { residual.or(dx) } else { None };
            let walk = Finish {
                pixels: part / B,
                x: x.as_ptr(),
                y: y.as_ptr(),
                dy: held.map_or_else(|| p.dy[range].as_ptr(), <*mut f32>::cast_const),
                lanes: [lane(0), lane(1), lane(2), lane(3)],
                dx: dx.unwrap_or(std::ptr::null_mut()),
                residual: residual.unwrap_or(std::ptr::null_mut()),
                passes,
            };
            // SAFETY: all slices have so many pixels, and what is written belongs to one task.
            unsafe { finish(self.level(), &walk) };
        });
    }

    fn level(&self) -> Level {
        Level::best()
    }
}

/// Mean and squared distances from it of one block of an image.
fn moments<const B: usize>(x: &[f32]) -> Pair<B> {
    let mut all = [[0.0f64; B]; 2];
    let mut before = 0.0;
    for x in x.chunks(NEAR * B) {
        let x = x.as_chunks::<B>().0;
        let count = x.len() as f64;
        let (mean, squares) = simd(
            #[inline(always)]
            || {
                let mut sum = [0.0f32; B];
                x.iter().for_each(|x| (0..B).for_each(|i| sum[i] += x[i]));
                let mean = sum.map(|s| s / x.len() as f32);
                let mut squares = [0.0f32; B];
                x.iter().for_each(|x| {
                    for i in 0..B {
                        let distance = x[i] - mean[i];
                        squares[i] += distance * distance;
                    }
                });
                (mean, squares)
            },
        );
        let total = before + count;
        for i in 0..B {
            let distance = f64::from(mean[i]) - all[0][i];
            all[0][i] += distance * count / total;
            all[1][i] += f64::from(squares[i]) + distance * distance * before * count / total;
        }
        before = total;
    }
    all
}

/// Pixels of one block, and what becomes of them.
struct Apply {
    pixels: usize,
    x: *const f32,
    /// Null for none.
    residual: *const f32,
    /// Mean, factor and shift.
    lanes: [*const f32; 3],
    y: *mut f32,
    /// Between which numbers outputs are held.
    bounds: (f32, f32),
}

dispatch!(
    /// `(x - mean) * factor + shift + residual`, between bounds.
    ///
    /// # Safety
    /// All pointers that are not null are valid for so many pixels.
    apply => apply_of(a: &Apply)
);

/// # Safety
/// As [`apply`]; the machine has the instructions.
#[inline(always)]
unsafe fn apply_of<V: Vector>(a: &Apply) {
    // SAFETY: by contract.
    unsafe {
        let (low, high) = (V::splat(a.bounds.0), V::splat(a.bounds.1));
        let [mean, factor, shift] = a.lanes.map(|l| V::load(l));
        for at in (0..a.pixels).map(|pixel| pixel * V::LANES) {
            let mut y = V::load(a.x.add(at)).sub(mean).mul(factor).add(shift);
            if !a.residual.is_null() {
                y = y.add(V::load(a.residual.add(at)));
            }
            high.min(low.max(y)).store(a.y.add(at));
        }
    }
}

/// Pixels of one block, and where the sums of `d` and `(x - mean) d` go.
struct Slopes {
    pixels: usize,
    x: *const f32,
    y: *const f32,
    dy: *const f32,
    mean: *const f32,
    sums: *mut f32,
    /// Between which outputs gradients pass; all where it is not given.
    passes: Option<(f32, f32)>,
}

dispatch!(
    /// # Safety
    /// All pointers are valid for so many pixels.
    slopes => slopes_of(s: &Slopes)
);

/// # Safety
/// As [`slopes`]; the machine has the instructions.
#[inline(always)]
unsafe fn slopes_of<V: Vector>(s: &Slopes) {
    // SAFETY: by contract.
    unsafe {
        match s.passes {
            None => slopes_as::<V, false>(s, (0.0, 0.0)),
            Some(between) => slopes_as::<V, true>(s, between),
        }
    }
}

/// # Safety
/// As [`slopes_of`].
#[inline(always)]
unsafe fn slopes_as<V: Vector, const MASK: bool>(s: &Slopes, (low, high): (f32, f32)) {
    // SAFETY: by contract.
    unsafe {
        let (low, high, mean) = (V::splat(low), V::splat(high), V::load(s.mean));
        let (mut slope, mut product) = (V::splat(0.0), V::splat(0.0));
        for at in (0..s.pixels).map(|pixel| pixel * V::LANES) {
            let d = V::load(s.dy.add(at));
            let d = if MASK { d.where_between(V::load(s.y.add(at)), low, high) } else { d };
            slope = slope.add(d);
            product = V::fma(V::load(s.x.add(at)).sub(mean), d, product);
        }
        slope.store(s.sums);
        product.store(s.sums.add(V::LANES));
    }
}

/// Pixels of one block, and their gradients. What is read of a pixel is read before it is written.
struct Finish {
    pixels: usize,
    x: *const f32,
    y: *const f32,
    dy: *const f32,
    /// Mean, factor, mean slope and mean product.
    lanes: [*const f32; 4],
    /// Null where it is not wanted.
    dx: *mut f32,
    residual: *mut f32,
    passes: Option<(f32, f32)>,
}

dispatch!(
    /// # Safety
    /// All pointers that are not null are valid for so many pixels.
    finish => finish_of(f: &Finish)
);

/// # Safety
/// As [`finish`]; the machine has the instructions.
#[inline(always)]
unsafe fn finish_of<V: Vector>(f: &Finish) {
    // SAFETY: by contract.
    unsafe {
        match f.passes {
            None => finish_as::<V, false>(f, (0.0, 0.0)),
            Some(between) => finish_as::<V, true>(f, between),
        }
    }
}

/// # Safety
/// As [`finish_of`].
#[inline(always)]
unsafe fn finish_as<V: Vector, const MASK: bool>(f: &Finish, (low, high): (f32, f32)) {
    // SAFETY: by contract.
    unsafe {
        let (low, high) = (V::splat(low), V::splat(high));
        let [mean, factor, slope, product] = f.lanes.map(|l| V::load(l));
        for at in (0..f.pixels).map(|pixel| pixel * V::LANES) {
            let d = V::load(f.dy.add(at));
            let d = if MASK { d.where_between(V::load(f.y.add(at)), low, high) } else { d };
            if !f.residual.is_null() {
                d.store(f.residual.add(at));
            }
            if !f.dx.is_null() {
                let distance = V::load(f.x.add(at)).sub(mean);
                d.sub(slope).sub(distance.mul(product)).mul(factor).store(f.dx.add(at));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::testing::{self, below, floats};

    /// What both kernels form of the same numbers.
    #[test]
    fn all_forms_agree_with_those_over_maps() {
        for seed in 0..60 {
            let mut rng = testing::rng(seed);
            let mut size = |bound| 1 + below(&mut rng, bound);
            let (batch, channels, size) = (size(4), size(40), 1 + size(300));
            let last = [Last::Identity, Last::Relu, Last::Relu6][seed as usize % 3];
            let norm = BatchNorm { batch, channels, size, eps: 1e-3, last };
            let blocked = BlockedNorm::new(norm);
            let [mut x, r, dy] = [0; 3].map(|_| floats(&mut rng, batch * channels * size));
            x.iter_mut().for_each(|v| *v = *v * 2.0 + 3.0);
            let [weight, bias] = [0; 2].map(|_| floats(&mut rng, channels));
            let with = seed % 2 == 0;
            let residual = with.then_some(&r[..]);
            let [mut mean, mut variance] = [0; 2].map(|_| vec![f32::NAN; channels]);
            let [mut y, mut dx, mut dr] = [0; 3].map(|_| vec![f32::NAN; x.len()]);
            let mut sums = vec![f32::NAN; 2 * channels];
            norm.forward(&x, residual, &weight, &bias, &mut mean, &mut variance, &mut y);
            let stats = (&mean[..], &variance[..]);
            let trains = seed % 5 != 0;
            let p = Pulled { x: &x, y: &y, dy: &dy, stats, weight: &weight, batch_statistics: trains };
            norm.gradient(p, &mut sums, Some(&mut dx), with.then_some(&mut dr[..]));
            let expected = [&y, &dx, if with { &dr } else { &r }, &mean, &variance, &sums].map(Clone::clone).concat();
            let b = blocked.blocks;
            let pack = |maps: &[f32]| {
                let mut out = vec![f32::NAN; b.len()];
                b.pack(maps, &mut out);
                out
            };
            let unpack = |blocks: &[f32]| {
                let mut out = vec![f32::NAN; x.len()];
                b.unpack(blocks, &mut out);
                out
            };
            let (bx, br, bdy) = (pack(&x), pack(&r), pack(&dy));
            let found = testing::same_for_all_thread_counts(|| {
                let [mut mean, mut variance] = [0; 2].map(|_| vec![f32::NAN; channels]);
                let mut scratch = vec![f32::NAN; blocked.scratch()];
                let [mut y, mut dx, mut dr] = [0; 3].map(|_| vec![f32::NAN; b.len()]);
                let mut sums = vec![f32::NAN; 2 * channels];
                let affine = (&weight[..], &bias[..]);
                let residual = with.then_some(&br[..]);
                blocked.forward(&bx, residual, affine, (&mut mean, &mut variance), &mut scratch, &mut y);
                let stats = (&mean[..], &variance[..]);
                let p = Pulled { x: &bx, y: &y, dy: &bdy, stats, weight: &weight, batch_statistics: trains };
                blocked.gradient(p, &mut sums, &mut scratch, Some(&mut dx), with.then_some(&mut dr[..]));
                // In place.
                let mut held = bdy.clone();
                let own = Pulled { dy: &[], ..p };
                match with {
                    true => blocked.gradient(own, &mut sums, &mut scratch, None, Some(&mut held)),
                    false => blocked.gradient(own, &mut sums, &mut scratch, Some(&mut held), None),
                }
                assert_eq!(held, if with { &dr[..] } else { &dx[..] });
                [unpack(&y), unpack(&dx), if with { unpack(&dr) } else { r.clone() }, mean, variance, sums].concat()
            });
            let expected: Vec<f64> = expected.iter().map(|v| f64::from(*v)).collect();
            testing::assert_close(&found, &expected, batch * size, &format!("{norm:?}"));
        }
    }
}
