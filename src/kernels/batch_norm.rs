//! Batch normalisation, with the addition of a residual and the activation that often follow.
//!
//! Everything is done channel by channel, so that a channel comes from memory once for its
//! statistics and is still in the cache when it is used. Statistics are two-pass, with sums of
//! a segment in `f32` lanes and sums over segments in `f64`, in an order that depends on sizes
//! alone.

use std::ops::Range;

use rayon::prelude::*;

use super::lanes::{LANES, fold, sum};
use super::parallel::simd;
use super::shared::Shared;

/// What is applied last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Last {
    /// Nothing.
    #[default]
    Identity,
    /// `max(x, 0)`.
    Relu,
    /// `min(max(x, 0), 6)`.
    Relu6,
}

/// Batch normalisation of `[batch, channels, size]`: `last((x - mean) / sqrt(variance + eps) *
/// weight + bias + residual)`.
#[derive(Clone, Copy, Debug)]
pub struct BatchNorm {
    /// Images.
    pub batch: usize,
    /// Channels.
    pub channels: usize,
    /// Elements of a map.
    pub size: usize,
    /// Added to the variance.
    pub eps: f32,
    /// What is applied last.
    pub last: Last,
}

/// What [`BatchNorm::gradient`] reads.
#[derive(Clone, Copy, Debug)]
pub struct Pulled<'a> {
    /// The input.
    pub x: &'a [f32],
    /// The output; read only with an activation.
    pub y: &'a [f32],
    /// The gradient by the output; where it is empty, that by the residual holds it at first, or
    /// that by `x` where there is no other.
    pub dy: &'a [f32],
    /// Mean and variance.
    pub stats: (&'a [f32], &'a [f32]),
    /// The weight.
    pub weight: &'a [f32],
    /// Whether mean and variance are functions of `x`.
    pub batch_statistics: bool,
}

impl BatchNorm {
    /// The segments of a channel.
    fn segments(&self, channel: usize) -> impl Iterator<Item = Range<usize>> + use<> {
        let Self { batch, channels, size, .. } = *self;
        (0..batch).map(move |n| (n * channels + channel) * size..(n * channels + channel + 1) * size)
    }

    /// Mean and biased variance of a channel.
    fn moments(&self, x: &[f32], channel: usize) -> (f32, f32) {
        let count = (self.batch * self.size) as f64;
        let total: f64 = self
            .segments(channel)
            .map(|s| {
                f64::from(simd(
                    #[inline(always)]
                    || sum(&x[s], |v| v),
                ))
            })
            .sum();
        let center = (total / count) as f32;
        let squares = |v: f32| (v - center) * (v - center);
        let squares: f64 = self
            .segments(channel)
            .map(|s| {
                f64::from(simd(
                    #[inline(always)]
                    || sum(&x[s], squares),
                ))
            })
            .sum();
        (center, (squares / count) as f32)
    }

    /// The output by the batch's statistics, which `mean` and `variance` get.
    #[allow(clippy::too_many_arguments)]
    pub fn forward(
        &self,
        x: &[f32],
        residual: Option<&[f32]>,
        weight: &[f32],
        bias: &[f32],
        mean: &mut [f32],
        variance: &mut [f32],
        y: &mut [f32],
    ) {
        let y = Shared::new(y);
        mean.par_iter_mut().zip(variance).enumerate().for_each(|(c, (mean, variance))| {
            (*mean, *variance) = self.moments(x, c);
            // SAFETY: segments of different channels are disjoint.
            unsafe { self.channel(c, x, residual, (*mean, *variance), (weight[c], bias[c]), y) };
        });
    }

    /// The output by statistics that are there.
    pub fn normalize(
        &self,
        x: &[f32],
        residual: Option<&[f32]>,
        stats: (&[f32], &[f32]),
        weight: &[f32],
        bias: &[f32],
        y: &mut [f32],
    ) {
        let y = Shared::new(y);
        (0..self.channels).into_par_iter().for_each(|c| {
            // SAFETY: segments of different channels are disjoint.
            unsafe { self.channel(c, x, residual, (stats.0[c], stats.1[c]), (weight[c], bias[c]), y) };
        });
    }

    /// The output of a channel.
    ///
    /// # Safety
    /// No other thread accesses its segments of `y`.
    unsafe fn channel(
        &self,
        c: usize,
        x: &[f32],
        residual: Option<&[f32]>,
        (mean, variance): (f32, f32),
        (weight, bias): (f32, f32),
        y: Shared<'_>,
    ) {
        let factor = weight / (variance + self.eps).sqrt();
        let scaled = |x: f32| (x - mean) * factor + bias;
        for s in self.segments(c) {
            // SAFETY: by contract.
            let y = unsafe { y.part(s.clone()) };
            let x = &x[s.clone()];
            let residual = residual.map(|r| &r[s]);
            match self.last {
                Last::Identity => apply(x, residual, y, scaled, |v| v),
                Last::Relu => apply(x, residual, y, scaled, |v| if v < 0.0 { 0.0 } else { v }),
                Last::Relu6 => apply(x, residual, y, scaled, |v: f32| v.clamp(0.0, 6.0)),
            }
        }
    }

    /// The gradients by weight and bias, which `sums` gets one after the other, by `x`, and by the
    /// residual; all are overwritten.
    pub fn gradient(&self, p: Pulled<'_>, sums: &mut [f32], dx: Option<&mut [f32]>, residual: Option<&mut [f32]>) {
        match self.last {
            Last::Identity => self.pull(p, sums, dx, residual, |_| true),
            Last::Relu => self.pull(p, sums, dx, residual, |y| y > 0.0),
            Last::Relu6 => self.pull(p, sums, dx, residual, |y| (y > 0.0) & (y < 6.0)),
        }
    }

    /// As [`BatchNorm::gradient`]; what is behind the activation counts where `passes` says so of
    /// its output.
    fn pull(
        &self,
        p: Pulled<'_>,
        sums: &mut [f32],
        dx: Option<&mut [f32]>,
        residual: Option<&mut [f32]>,
        passes: impl Fn(f32) -> bool + Copy + Sync,
    ) {
        let (by_weight, by_bias) = sums[..2 * self.channels].split_at_mut(self.channels);
        let (dx, residual) = (dx.map(Shared::new), residual.map(Shared::new));
        let count = (self.batch * self.size) as f32;
        // Without an activation the output is not there; any slice of that length will do.
        let y = if self.last == Last::Identity { p.x } else { p.y };
        let is_sum = residual.is_some();
        let held = if p.dy.is_empty() { residual.or(dx) } else { None };
        by_weight.par_iter_mut().zip(by_bias).enumerate().for_each(|(c, (by_weight, by_bias))| {
            let (mean, scale) = (p.stats.0[c], 1.0 / (p.stats.1[c] + self.eps).sqrt());
            let (mut slope, mut product) = (0.0f64, 0.0f64);
            for s in self.segments(c) {
                let dy = match held {
                    // SAFETY: segments of different channels are disjoint.
                    Some(held) => unsafe { &*held.part(s.clone()) },
                    None => &p.dy[s.clone()],
                };
                let (a, b) = slopes(&p.x[s.clone()], &y[s], dy, mean, passes);
                (slope, product) = (slope + f64::from(a), product + f64::from(b));
            }
            (*by_weight, *by_bias) = (product as f32 * scale, slope as f32);
            let (mean_slope, mean_product) = match p.batch_statistics {
                true => (*by_bias / count, *by_weight / count * scale),
                false => (0.0, 0.0),
            };
            let factor = p.weight[c] * scale;
            let by_x = |x: f32, d: f32| factor * (d - mean_slope - (x - mean) * mean_product);
            for s in self.segments(c) {
                // SAFETY: segments of different channels are disjoint.
                let (dx, residual) = unsafe { (dx.map(|d| d.part(s.clone())), residual.map(|r| r.part(s.clone()))) };
                let (x, y) = (&p.x[s.clone()], &y[s.clone()]);
                let masked = |d: f32, y: f32| if passes(y) { d } else { 0.0 };
                // Whoever comes first has the gradient of the sum, the other one that by `x`.
                let (sum, dx) = match (residual, dx) {
                    (Some(residual), dx) => (residual, dx),
                    (None, Some(dx)) => (dx, None),
                    (None, None) => continue,
                };
                let alone = !is_sum;
                let dy = if held.is_some() { None } else { Some(&p.dy[s]) };
                simd(
                    #[inline(always)]
                    || match dx {
                        None if alone => each(sum, x, y, dy, |x, y, d| by_x(x, masked(d, y))),
                        None => each(sum, x, y, dy, |_, y, d| masked(d, y)),
                        Some(dx) => {
                            each(sum, x, y, dy, |_, y, d| masked(d, y));
                            each(dx, x, y, Some(sum), |x, _, d| by_x(x, d));
                        }
                    },
                );
            }
        });
    }
}

/// `z = f(x, y, d)`, where `z` itself is `d` if that is not given.
#[inline(always)]
fn each(z: &mut [f32], x: &[f32], y: &[f32], d: Option<&[f32]>, f: impl Fn(f32, f32, f32) -> f32) {
    // Whole vectors are read before any of them is written.
    let (z, z_rest) = z.as_chunks_mut::<LANES>();
    let ((x, x_rest), (y, y_rest)) = (x.as_chunks::<LANES>(), y.as_chunks::<LANES>());
    let vector = |x: &[f32; LANES], y: &[f32; LANES], d: &[f32; LANES]| -> [f32; LANES] {
        std::array::from_fn(|i| f(x[i], y[i], d[i]))
    };
    match d.map(|d| d.as_chunks::<LANES>()) {
        None => {
            z.iter_mut().zip(x).zip(y).for_each(|((z, x), y)| *z = vector(x, y, z));
            z_rest.iter_mut().zip(x_rest).zip(y_rest).for_each(|((z, x), y)| *z = f(*x, *y, *z));
        }
        Some((d, d_rest)) => {
            z.iter_mut().zip(x).zip(y).zip(d).for_each(|(((z, x), y), d)| *z = vector(x, y, d));
            z_rest.iter_mut().zip(x_rest).zip(y_rest).zip(d_rest).for_each(|(((z, x), y), d)| *z = f(*x, *y, *d));
        }
    }
}

/// `y = last(scaled(x) + residual)`.
fn apply(x: &[f32], residual: Option<&[f32]>, y: &mut [f32], scaled: impl Fn(f32) -> f32, last: impl Fn(f32) -> f32) {
    simd(
        #[inline(always)]
        || match residual {
            None => y.iter_mut().zip(x).for_each(|(y, x)| *y = last(scaled(*x))),
            Some(r) => y.iter_mut().zip(x).zip(r).for_each(|((y, x), r)| *y = last(scaled(*x) + r)),
        },
    );
}

/// The sums of `d` and `(x - mean) d` where the activation lets them pass.
fn slopes(x: &[f32], y: &[f32], d: &[f32], mean: f32, passes: impl Fn(f32) -> bool) -> (f32, f32) {
    simd(
        #[inline(always)]
        || {
            let (mut slope, mut product) = ([0.0f32; LANES], [0.0f32; LANES]);
            let mut add = |i: usize, x: f32, y: f32, d: f32| {
                let d = if passes(y) { d } else { 0.0 };
                slope[i] += d;
                product[i] += (x - mean) * d;
            };
            let ((x, x_rest), (y, y_rest), (d, d_rest)) =
                (x.as_chunks::<LANES>(), y.as_chunks::<LANES>(), d.as_chunks::<LANES>());
            for ((x, y), d) in x.iter().zip(y).zip(d) {
                for i in 0..LANES {
                    add(i, x[i], y[i], d[i]);
                }
            }
            for (i, ((x, y), d)) in x_rest.iter().zip(y_rest).zip(d_rest).enumerate() {
                add(i, *x, *y, *d);
            }
            (fold(slope), fold(product))
        },
    )
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, below, floats};
    use super::*;

    /// `[y, dx, residual's, weight's, bias's]` by the definition, for the whole input.
    fn reference(n: &BatchNorm, [x, r, dy, weight, bias]: [&[f32]; 5]) -> [Vec<f64>; 5] {
        let mut all = [x.len(), x.len(), x.len(), n.channels, n.channels].map(|len| vec![0.0; len]);
        let count = (n.batch * n.size) as f64;
        for c in 0..n.channels {
            let at: Vec<usize> = n.segments(c).flatten().collect();
            let mean = at.iter().map(|i| f64::from(x[*i])).sum::<f64>() / count;
            let variance = at.iter().map(|i| (f64::from(x[*i]) - mean).powi(2)).sum::<f64>() / count;
            let scale = 1.0 / (variance + f64::from(n.eps)).sqrt();
            let (w, b) = (f64::from(weight[c]), f64::from(bias[c]));
            for i in &at {
                let v = (f64::from(x[*i]) - mean) * scale * w + b + f64::from(r[*i]);
                let (y, passes) = match n.last {
                    Last::Identity => (v, true),
                    Last::Relu => (v.max(0.0), v > 0.0),
                    Last::Relu6 => (v.clamp(0.0, 6.0), v > 0.0 && v < 6.0),
                };
                all[0][*i] = y;
                all[2][*i] = if passes { f64::from(dy[*i]) } else { 0.0 };
                all[3][c] += (f64::from(x[*i]) - mean) * scale * all[2][*i];
                all[4][c] += all[2][*i];
            }
            for i in &at {
                let hat = (f64::from(x[*i]) - mean) * scale;
                all[1][*i] = w * scale * (all[2][*i] - all[4][c] / count - hat * all[3][c] / count);
            }
        }
        all
    }

    #[test]
    fn all_forms_agree_with_the_definition() {
        for seed in 0..90 {
            let mut rng = testing::rng(seed);
            let mut size = |bound| 1 + below(&mut rng, bound);
            let (batch, channels, size) = (size(4), size(6), 1 + size(50));
            let last = [Last::Identity, Last::Relu, Last::Relu6][seed as usize % 3];
            let norm = BatchNorm { batch, channels, size, eps: 1e-3, last };
            let [mut x, mut r, dy] = [0; 3].map(|_| floats(&mut rng, batch * channels * size));
            x.iter_mut().for_each(|v| *v += 3.0);
            r.iter_mut().for_each(|v| *v *= 9.0);
            let [weight, bias] = [0; 2].map(|_| floats(&mut rng, channels));
            let with = seed % 2 == 0;
            if !with {
                r.fill(0.0);
            }
            let all = testing::same_for_all_thread_counts(|| {
                let [mut mean, mut variance] = [0; 2].map(|_| vec![f32::NAN; channels]);
                let [mut y, mut dx, mut dr] = [0; 3].map(|_| vec![f32::NAN; x.len()]);
                let mut sums = vec![f32::NAN; 2 * channels];
                let residual = with.then_some(&r[..]);
                norm.forward(&x, residual, &weight, &bias, &mut mean, &mut variance, &mut y);
                let stats = (&mean[..], &variance[..]);
                let p = Pulled { x: &x, y: &y, dy: &dy, stats, weight: &weight, batch_statistics: true };
                norm.gradient(p, &mut sums, Some(&mut dx), Some(&mut dr));
                let mut alone = vec![f32::NAN; x.len()];
                norm.gradient(p, &mut sums, Some(&mut alone), None);
                assert_eq!(alone, dx);
                norm.gradient(p, &mut sums, None, Some(&mut alone));
                assert_eq!(alone, dr);
                let own = Pulled { dy: &[], ..p };
                let (by_x, by_residual) = (dx.clone(), dr.clone());
                for (dx, dr, in_place) in [(true, false, 0), (false, true, 1), (true, true, 1)] {
                    let mut both = [vec![f32::NAN; x.len()], vec![f32::NAN; x.len()]];
                    both[in_place].copy_from_slice(&dy);
                    let [a, b] = &mut both;
                    norm.gradient(own, &mut sums, dx.then_some(a), dr.then_some(b));
                    assert!(!dx || both[0] == by_x);
                    assert!(!dr || both[1] == by_residual);
                }
                norm.normalize(&x, residual, stats, &weight, &bias, &mut alone);
                assert_eq!(alone, y);
                [y, dx, dr, sums].concat()
            });
            let expected = reference(&norm, [&x, &r, &dy, &weight, &bias]);
            testing::assert_close(&all, &expected.concat(), 400, &format!("{norm:?}"));
        }
    }

    #[test]
    fn frozen_batch_norm_is_linear() {
        let norm = BatchNorm { batch: 2, channels: 1, size: 2, eps: 0.0, last: Last::Identity };
        let (x, dy) = ([1.0, 2.0, 3.0, 4.0], [1.0, 0.0, 0.0, -1.0]);
        let stats = (&[1.0][..], &[4.0][..]);
        let p = Pulled { x: &x, y: &[], dy: &dy, stats, weight: &[3.0], batch_statistics: false };
        let (mut dx, mut sums) = ([0.0; 4], [0.0; 2]);
        norm.gradient(p, &mut sums, Some(&mut dx), None);
        assert_eq!(dx, [1.5, 0.0, 0.0, -1.5]);
        assert_eq!(sums, [-1.5, 0.0]);
    }
}
