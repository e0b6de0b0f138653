//! Normalisation. Statistics are two-pass, with sums of a segment in `f32` lanes and sums over
//! segments in `f64`, in an order that depends on sizes alone.

use std::ops::Range;

use rayon::prelude::*;

use super::lanes::{sum, sum2};
use super::shared::Shared;

/// Batch normalisation of `[batch, channels, size]`.
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
}

impl BatchNorm {
    /// The segments of a channel.
    fn segments(&self, channel: usize) -> impl Iterator<Item = Range<usize>> + use<> {
        let Self { batch, channels, size, .. } = *self;
        (0..batch).map(move |n| (n * channels + channel) * size..(n * channels + channel + 1) * size)
    }

    /// Mean and biased variance of each channel.
    pub fn statistics(&self, x: &[f32], mean: &mut [f32], variance: &mut [f32]) {
        let count = (self.batch * self.size) as f64;
        mean.par_iter_mut().zip(variance).enumerate().for_each(|(c, (mean, variance))| {
            let total: f64 = self.segments(c).map(|s| f64::from(sum(&x[s], |v| v))).sum();
            let center = (total / count) as f32;
            let squares: f64 = self.segments(c).map(|s| f64::from(sum(&x[s], |v| (v - center) * (v - center)))).sum();
            *mean = center;
            *variance = (squares / count) as f32;
        });
    }

    /// `y = (x - mean) / sqrt(variance + eps) * weight + bias` per channel.
    pub fn normalize(&self, x: &[f32], stats: (&[f32], &[f32]), weight: &[f32], bias: &[f32], y: &mut [f32]) {
        y.par_chunks_mut(self.size).enumerate().with_min_len(4096 / self.size + 1).for_each(|(map, y)| {
            let c = map % self.channels;
            let factor = weight[c] / (stats.1[c] + self.eps).sqrt();
            let (mean, bias) = (stats.0[c], bias[c]);
            for (y, x) in y.iter_mut().zip(&x[map * self.size..]) {
                *y = (x - mean) * factor + bias;
            }
        });
    }

    /// Adds the gradients by weight and bias, and overwrites `dx` with that by `x`. With
    /// `batch_statistics`, mean and variance are functions of `x`. `sums` is scratch of twice
    /// the channels.
    #[allow(clippy::too_many_arguments)]
    pub fn gradient(
        &self,
        x: &[f32],
        dy: &[f32],
        stats: (&[f32], &[f32]),
        weight: &[f32],
        batch_statistics: bool,
        sums: &mut [f32],
        dx: Option<&mut [f32]>,
    ) {
        let (by_weight, by_bias) = sums[..2 * self.channels].split_at_mut(self.channels);
        let dx = dx.map(Shared::new);
        let count = (self.batch * self.size) as f32;
        by_weight.par_iter_mut().zip(by_bias).enumerate().for_each(|(c, (by_weight, by_bias))| {
            let (mean, scale) = (stats.0[c], 1.0 / (stats.1[c] + self.eps).sqrt());
            let (mut slope, mut product) = (0.0f64, 0.0f64);
            for s in self.segments(c) {
                slope += f64::from(sum(&dy[s.clone()], |d| d));
                product += f64::from(sum2(&x[s.clone()], &dy[s], |x, d| (x - mean) * d));
            }
            (*by_weight, *by_bias) = (product as f32 * scale, slope as f32);
            let Some(dx) = dx else { return };
            let factor = weight[c] * scale;
            let (mean_slope, mean_product) = match batch_statistics {
                true => (*by_bias / count, *by_weight / count * scale),
                false => (0.0, 0.0),
            };
            for s in self.segments(c) {
                // SAFETY: segments of different channels are disjoint.
                let dx = unsafe { dx.part(s.clone()) };
                for ((dx, x), d) in dx.iter_mut().zip(&x[s.clone()]).zip(&dy[s]) {
                    *dx = factor * (d - mean_slope - (x - mean) * mean_product);
                }
            }
        });
    }
}

/// Normalisation of contiguous rows, each by its own mean and variance, with weight and bias
/// for every `inner` elements: layer norm (`groups` 1, `inner` 1), group norm and instance norm.
#[derive(Clone, Copy, Debug)]
pub struct RowNorm {
    /// How many rows there are.
    pub rows: usize,
    /// Elements of a row.
    pub cols: usize,
    /// Row `r` uses the parameters of group `r % groups`.
    pub groups: usize,
    /// Neighbouring elements that share a parameter.
    pub inner: usize,
    /// Added to the variance.
    pub eps: f32,
}

impl RowNorm {
    /// Parameters of a row.
    fn per_row(&self) -> usize {
        self.cols / self.inner
    }

    /// Overwrites `y`; `stats` gets mean and `1 / sqrt(variance + eps)` of each row.
    pub fn forward(&self, x: &[f32], weight: &[f32], bias: &[f32], y: &mut [f32], stats: &mut [f32]) {
        let per_row = self.per_row();
        y.par_chunks_mut(self.cols).zip(stats.par_chunks_mut(2)).enumerate().for_each(|(r, (y, stats))| {
            let x = &x[r * self.cols..][..self.cols];
            let mean = sum(x, |v| v) / self.cols as f32;
            let variance = sum(x, |v| (v - mean) * (v - mean)) / self.cols as f32;
            let scale = 1.0 / (variance + self.eps).sqrt();
            (stats[0], stats[1]) = (mean, scale);
            let first = r % self.groups * per_row;
            let parameters = weight[first..first + per_row].iter().zip(&bias[first..first + per_row]);
            for ((y, x), (w, b)) in y.chunks_exact_mut(self.inner).zip(x.chunks_exact(self.inner)).zip(parameters) {
                for (y, x) in y.iter_mut().zip(x) {
                    *y = (x - mean) * scale * w + b;
                }
            }
        });
    }

    /// The gradient by `x`.
    pub fn input_gradient(&self, x: &[f32], dy: &[f32], weight: &[f32], stats: &[f32], dx: &mut [f32]) {
        let per_row = self.per_row();
        let count = self.cols as f32;
        dx.par_chunks_mut(self.cols).enumerate().for_each(|(r, dx)| {
            let (mean, scale) = (stats[2 * r], stats[2 * r + 1]);
            let weight = &weight[r % self.groups * per_row..][..per_row];
            let (x, dy) = (&x[r * self.cols..][..self.cols], &dy[r * self.cols..][..self.cols]);
            // The slopes of the normalised values go through `dx`.
            for ((g, d), w) in dx.chunks_exact_mut(self.inner).zip(dy.chunks_exact(self.inner)).zip(weight) {
                g.iter_mut().zip(d).for_each(|(g, d)| *g = d * w);
            }
            let mean_slope = sum(dx, |g| g) / count;
            let mean_product = sum2(x, dx, |x, g| (x - mean) * scale * g) / count;
            for (g, x) in dx.iter_mut().zip(x) {
                *g = scale * (*g - mean_slope - (x - mean) * scale * mean_product);
            }
        });
    }

    /// Adds the gradients by weight and bias, rows in order.
    pub fn parameter_gradient(
        &self,
        x: &[f32],
        dy: &[f32],
        stats: &[f32],
        mut by_weight: Option<&mut [f32]>,
        mut by_bias: Option<&mut [f32]>,
    ) {
        let per_row = self.per_row();
        for r in 0..self.rows {
            let (mean, scale) = (stats[2 * r], stats[2 * r + 1]);
            let first = r % self.groups * per_row;
            let (x, dy) = (&x[r * self.cols..][..self.cols], &dy[r * self.cols..][..self.cols]);
            if let Some(by_weight) = &mut by_weight {
                let parts = x.chunks_exact(self.inner).zip(dy.chunks_exact(self.inner));
                for (g, (x, d)) in by_weight[first..first + per_row].iter_mut().zip(parts) {
                    *g += sum2(x, d, |x, d| (x - mean) * scale * d);
                }
            }
            if let Some(by_bias) = &mut by_bias {
                for (g, d) in by_bias[first..first + per_row].iter_mut().zip(dy.chunks_exact(self.inner)) {
                    *g += sum(d, |d| d);
                }
            }
        }
    }
}

/// Local response normalisation of `[batch, channels, size]` across channels.
#[derive(Clone, Copy, Debug)]
pub struct Lrn {
    /// Images.
    pub batch: usize,
    /// Channels.
    pub channels: usize,
    /// Elements of a map.
    pub size: usize,
    /// Channels of a window: `window / 2` before and `(window - 1) / 2` after.
    pub window: usize,
    /// The factor of the window's mean square.
    pub alpha: f32,
    /// The exponent.
    pub beta: f32,
    /// What is added.
    pub k: f32,
}

impl Lrn {
    /// The channels that channel `c` looks at.
    fn seen(&self, c: usize) -> Range<usize> {
        c.saturating_sub(self.window / 2)..(c + (self.window - 1) / 2 + 1).min(self.channels)
    }

    /// The channels that look at channel `c`.
    fn seen_by(&self, c: usize) -> Range<usize> {
        c.saturating_sub((self.window - 1) / 2)..(c + self.window / 2 + 1).min(self.channels)
    }

    /// `y = x / d^beta` with `d = k + alpha / window * (sum of squares)`, which goes to `bases`.
    pub fn forward(&self, x: &[f32], y: &mut [f32], bases: &mut [f32]) {
        let factor = self.alpha / self.window as f32;
        y.par_chunks_mut(self.size).zip(bases.par_chunks_mut(self.size)).enumerate().for_each(|(map, (y, bases))| {
            let (n, c) = (map / self.channels, map % self.channels);
            bases.fill(0.0);
            for other in self.seen(c) {
                let x = &x[(n * self.channels + other) * self.size..][..self.size];
                bases.iter_mut().zip(x).for_each(|(d, x)| *d += x * x);
            }
            let x = &x[map * self.size..][..self.size];
            for ((y, d), x) in y.iter_mut().zip(bases).zip(x) {
                *d = self.k + factor * *d;
                *y = x * d.powf(-self.beta);
            }
        });
    }

    /// The gradient by `x`.
    pub fn gradient(&self, x: &[f32], y: &[f32], bases: &[f32], dy: &[f32], dx: &mut [f32]) {
        let factor = 2.0 * self.alpha * self.beta / self.window as f32;
        dx.par_chunks_mut(self.size).enumerate().for_each(|(map, dx)| {
            let (n, c) = (map / self.channels, map % self.channels);
            dx.fill(0.0);
            for other in self.seen_by(c) {
                let s = (n * self.channels + other) * self.size;
                let (y, d, g) = (&y[s..s + self.size], &bases[s..s + self.size], &dy[s..s + self.size]);
                for (((dx, y), d), g) in dx.iter_mut().zip(y).zip(d).zip(g) {
                    *dx += g * y / d;
                }
            }
            let s = map * self.size;
            let (x, d, g) = (&x[s..s + self.size], &bases[s..s + self.size], &dy[s..s + self.size]);
            for (((dx, x), d), g) in dx.iter_mut().zip(x).zip(d).zip(g) {
                *dx = g * d.powf(-self.beta) - factor * x * *dx;
            }
        });
    }
}

/// Adds to `sums` the sum over `batch` and map of each channel of `[batch, channels, size]`.
pub fn add_channel_sums(x: &[f32], channels: usize, size: usize, sums: &mut [f32]) {
    sums.par_iter_mut().enumerate().for_each(|(c, total)| {
        let maps = x.chunks_exact(size).skip(c).step_by(channels);
        *total += maps.map(|map| f64::from(sum(map, |v| v))).sum::<f64>() as f32;
    });
}
