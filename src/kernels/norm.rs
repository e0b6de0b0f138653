//! Normalisation other than by batches (see [`batch_norm`](super::batch_norm)).

use std::ops::Range;

use rayon::prelude::*;

use super::lanes::{sum, sum2};

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

#[cfg(test)]
mod tests {
    use super::super::testing::{self, below, floats};
    use super::*;

    /// Mean and biased variance.
    fn moments(values: &[f64]) -> (f64, f64) {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        (mean, values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / values.len() as f64)
    }

    /// Normalises sets of indices, each by its moments, with the parameter that `of` names;
    /// returns `[y, dx, dweight, dbias]`.
    fn reference(
        sets: &[Vec<usize>],
        of: impl Fn(usize) -> usize,
        [x, dy, weight, bias]: [&[f32]; 4],
        eps: f64,
    ) -> [Vec<f64>; 4] {
        let mut all = [vec![0.0; x.len()], vec![0.0; x.len()], vec![0.0; weight.len()], vec![0.0; weight.len()]];
        for set in sets {
            let values: Vec<f64> = set.iter().map(|i| f64::from(x[*i])).collect();
            let (mean, variance) = moments(&values);
            let scale = 1.0 / (variance + eps).sqrt();
            let hat: Vec<f64> = values.iter().map(|v| (v - mean) * scale).collect();
            let slope: Vec<f64> = set.iter().map(|i| f64::from(dy[*i]) * f64::from(weight[of(*i)])).collect();
            let count = set.len() as f64;
            let mean_slope = slope.iter().sum::<f64>() / count;
            let mean_product = slope.iter().zip(&hat).map(|(s, h)| s * h).sum::<f64>() / count;
            for ((i, h), s) in set.iter().zip(&hat).zip(&slope) {
                let p = of(*i);
                all[0][*i] = h * f64::from(weight[p]) + f64::from(bias[p]);
                all[1][*i] = scale * (s - mean_slope - h * mean_product);
                all[2][p] += h * f64::from(dy[*i]);
                all[3][p] += f64::from(dy[*i]);
            }
        }
        all
    }

    /// Sizes `(batch, channels, size)` and `[x, dy, weight, bias]`, with means far from zero.
    fn draw(seed: u64) -> ((usize, usize, usize), [Vec<f32>; 4]) {
        let mut rng = testing::rng(seed);
        let (batch, channels, size) = (1 + below(&mut rng, 4), 2 * (1 + below(&mut rng, 4)), 2 + below(&mut rng, 50));
        let mut x = floats(&mut rng, batch * channels * size);
        x.iter_mut().for_each(|v| *v += 3.0);
        let dy = floats(&mut rng, x.len());
        let (weight, bias) = (floats(&mut rng, channels * size), floats(&mut rng, channels * size));
        ((batch, channels, size), [x, dy, weight, bias])
    }

    fn assert_all(found: &[f32], expected: [Vec<f64>; 4], what: &str) {
        testing::assert_close(found, &expected.concat(), 400, what);
    }

    #[test]
    fn row_norms_agree_with_the_definition() {
        for seed in 0..60 {
            let ((batch, channels, size), [x, dy, weight, bias]) = draw(seed);
            // Group norm with two groups, instance norm, and layer norm over channels and map.
            for (groups, inner) in [(2, size), (channels, size), (1, 1)] {
                let per_row = channels * size / groups;
                let norm = RowNorm { rows: batch * groups, cols: per_row, groups, inner, eps: 1e-3 };
                let count = if inner == 1 { channels * size } else { channels };
                let (weight, bias) = (&weight[..count], &bias[..count]);
                let all = testing::same_for_all_thread_counts(|| {
                    let (mut y, mut dx, mut stats) = (x.clone(), x.clone(), vec![0.0; 2 * norm.rows]);
                    let (mut by_weight, mut by_bias) = (vec![0.0; count], vec![0.0; count]);
                    norm.forward(&x, weight, bias, &mut y, &mut stats);
                    norm.input_gradient(&x, &dy, weight, &stats, &mut dx);
                    norm.parameter_gradient(&x, &dy, &stats, Some(&mut by_weight), Some(&mut by_bias));
                    [y, dx, by_weight, by_bias].concat()
                });
                let sets: Vec<Vec<usize>> =
                    (0..norm.rows).map(|r| (r * per_row..(r + 1) * per_row).collect()).collect();
                let of = |i: usize| i % (channels * size) / inner;
                assert_all(&all, reference(&sets, of, [&x, &dy, weight, bias], 1e-3), "row norm");
            }
        }
    }

    #[test]
    fn lrn_agrees_with_the_definition() {
        for seed in 0..60 {
            let ((batch, channels, size), [x, dy, ..]) = draw(seed);
            let window = 1 + seed as usize % 6;
            let lrn = Lrn { batch, channels, size, window, alpha: 0.7, beta: 0.75, k: 1.5 };
            let all = testing::same_for_all_thread_counts(|| {
                let (mut y, mut bases, mut dx) = (x.clone(), x.clone(), x.clone());
                lrn.forward(&x, &mut y, &mut bases);
                lrn.gradient(&x, &y, &bases, &dy, &mut dx);
                [y, dx].concat()
            });
            let (mut y, mut dx) = (vec![0.0; x.len()], vec![0.0; x.len()]);
            let share = 0.7 / window as f64;
            for i in 0..x.len() {
                let (n, c, p) = (i / size / channels, i / size % channels, i % size);
                let seen: Vec<usize> = (0..channels)
                    .filter(|o| o + window / 2 >= c && *o <= c + (window - 1) / 2)
                    .map(|o| (n * channels + o) * size + p)
                    .collect();
                let d = 1.5 + share * seen.iter().map(|j| f64::from(x[*j]).powi(2)).sum::<f64>();
                y[i] = f64::from(x[i]) * d.powf(-0.75);
                dx[i] += f64::from(dy[i]) * d.powf(-0.75);
                for j in seen {
                    dx[j] -= f64::from(dy[i]) * f64::from(x[i]) * 0.75 * d.powf(-1.75) * share * 2.0 * f64::from(x[j]);
                }
            }
            testing::assert_close(&all, &[y, dx].concat(), 400, "lrn");
        }
    }
}
