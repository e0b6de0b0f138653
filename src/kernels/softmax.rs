//! Softmax and its kin along one axis.

use super::math::exp;
use super::parallel::{for_chunks, simd};
use super::reduce::{block_max, block_sum, greater};

/// A tensor seen as `outer x n x inner`, with an operation along the middle axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lanes {
    /// Product of the sizes before the axis.
    pub outer: usize,
    /// Size of the axis.
    pub n: usize,
    /// Product of the sizes behind the axis.
    pub inner: usize,
}

/// Lanes that are worked on together where they are not contiguous.
const WIDTH: usize = 64;

impl Lanes {
    /// The view of a tensor of these sizes along `axis`.
    pub fn new(sizes: &[usize], axis: usize) -> Self {
        let product = |s: &[usize]| s.iter().product();
        Self { outer: product(&sizes[..axis]), n: sizes[axis], inner: product(&sizes[axis + 1..]) }
    }

    /// The number of lanes.
    pub fn count(self) -> usize {
        self.outer * self.inner
    }

    fn numel(self) -> usize {
        self.count() * self.n
    }

    /// Calls `f(o, plane)` for each of the `outer` planes of `n x inner` of `y`.
    pub fn for_planes(self, y: &mut [f32], f: impl Fn(usize, &mut [f32]) + Sync) {
        for_chunks(y, self.n * self.inner, self.numel(), f);
    }
}

/// Replaces `y` by its softmax along the lanes.
pub fn softmax(lanes: Lanes, y: &mut [f32]) {
    lanes.for_planes(y, |_, plane| match lanes.inner {
        1 => softmax_row(plane),
        inner => softmax_columns(plane, inner),
    });
}

/// Replaces `y` by the logarithm of its softmax along the lanes.
pub fn log_softmax(lanes: Lanes, y: &mut [f32]) {
    lanes.for_planes(y, |_, plane| match lanes.inner {
        1 => log_softmax_row(plane),
        inner => log_softmax_columns(plane, inner),
    });
}

fn softmax_row(row: &mut [f32]) {
    let max = block_max(row);
    simd(
        #[inline(always)]
        || row.iter_mut().for_each(|v| *v = exp(*v - max)),
    );
    let scale = 1.0 / block_sum(row);
    row.iter_mut().for_each(|v| *v *= scale);
}

fn log_softmax_row(row: &mut [f32]) {
    let max = block_max(row);
    // The sum in eight lanes, since the exponentials are not kept.
    let total = simd(
        #[inline(always)]
        || {
            let mut sums = [0.0f32; 8];
            let chunks = row.chunks_exact(8);
            let rest: f32 = chunks.remainder().iter().map(|v| exp(*v - max)).sum();
            for chunk in chunks {
                for (s, v) in sums.iter_mut().zip(chunk) {
                    *s += exp(*v - max);
                }
            }
            sums.iter().sum::<f32>() + rest
        },
    );
    let shift = total.ln();
    row.iter_mut().for_each(|v| *v = (*v - max) - shift);
}

/// For each block of columns: the maxima and the sums of `e^(x - max)`.
fn column_blocks(plane: &mut [f32], inner: usize, mut f: impl FnMut(&mut [f32], usize, &[f32], &[f32])) {
    for begin in (0..inner).step_by(WIDTH) {
        let width = WIDTH.min(inner - begin);
        let (mut max, mut total) = ([f32::NEG_INFINITY; WIDTH], [0.0f32; WIDTH]);
        for row in plane.chunks_exact(inner) {
            simd(
                #[inline(always)]
                || max.iter_mut().zip(&row[begin..begin + width]).for_each(|(m, v)| *m = greater(*m, *v)),
            );
        }
        for row in plane.chunks_exact(inner) {
            simd(
                #[inline(always)]
                || {
                    for ((t, m), v) in total.iter_mut().zip(&max).zip(&row[begin..begin + width]) {
                        *t += exp(*v - *m);
                    }
                },
            );
        }
        f(plane, begin, &max[..width], &total[..width]);
    }
}

fn softmax_columns(plane: &mut [f32], inner: usize) {
    column_blocks(plane, inner, |plane, begin, max, total| {
        for row in plane.chunks_exact_mut(inner) {
            simd(
                #[inline(always)]
                || {
                    for ((v, m), t) in row[begin..begin + max.len()].iter_mut().zip(max).zip(total) {
                        *v = exp(*v - *m) / *t;
                    }
                },
            );
        }
    });
}

fn log_softmax_columns(plane: &mut [f32], inner: usize) {
    column_blocks(plane, inner, |plane, begin, max, total| {
        let mut shift = [0.0f32; WIDTH];
        shift.iter_mut().zip(total).for_each(|(s, t)| *s = t.ln());
        for row in plane.chunks_exact_mut(inner) {
            for ((v, m), s) in row[begin..begin + max.len()].iter_mut().zip(max).zip(&shift) {
                *v = (*v - *m) - *s;
            }
        }
    });
}

/// Along each lane: `g_i = f(y_i, d_i, sum_j h(y_j, d_j))`. Backward of softmax and its kin.
pub fn pull(
    lanes: Lanes,
    y: &[f32],
    d: &[f32],
    g: &mut [f32],
    h: impl Fn(f32, f32) -> f32 + Sync,
    f: impl Fn(f32, f32, f32) -> f32 + Sync,
) {
    let (inner, size) = (lanes.inner, lanes.n * lanes.inner);
    lanes.for_planes(g, |o, g| {
        let (y, d) = (&y[o * size..][..size], &d[o * size..][..size]);
        for begin in (0..inner).step_by(WIDTH) {
            let width = WIDTH.min(inner - begin);
            let mut total = [0.0f64; WIDTH];
            for (y, d) in y.chunks_exact(inner).zip(d.chunks_exact(inner)) {
                for ((t, y), d) in total[..width].iter_mut().zip(&y[begin..]).zip(&d[begin..]) {
                    *t += f64::from(h(*y, *d));
                }
            }
            for ((g, y), d) in g.chunks_exact_mut(inner).zip(y.chunks_exact(inner)).zip(d.chunks_exact(inner)) {
                for (((g, t), y), d) in g[begin..][..width].iter_mut().zip(&total).zip(&y[begin..]).zip(&d[begin..]) {
                    *g = f(*y, *d, *t as f32);
                }
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_columns_agree_with_the_definition() {
        for (outer, n, inner) in [(2, 5, 1), (2, 19, 1), (2, 4, 3), (1, 3, 130)] {
            let lanes = Lanes { outer, n, inner };
            let x: Vec<f32> = (0..outer * n * inner).map(|i| ((i * 31) % 23) as f32 * 0.7 - 5.0).collect();
            let (mut soft, mut log) = (x.clone(), x.clone());
            softmax(lanes, &mut soft);
            log_softmax(lanes, &mut log);
            for (i, (s, l)) in soft.iter().zip(&log).enumerate() {
                let (o, k) = (i / (n * inner), i % inner);
                let total: f64 = (0..n).map(|j| f64::from(x[o * n * inner + j * inner + k]).exp()).sum();
                let want = f64::from(x[i]).exp() / total;
                assert!((f64::from(*s) - want).abs() < 1e-6 && (f64::from(*l) - want.ln()).abs() < 2e-6);
            }
        }
    }

    #[test]
    fn large_numbers_do_not_overflow() {
        let mut row = [1000.0, 999.0, -1e30];
        softmax(Lanes { outer: 1, n: 3, inner: 1 }, &mut row);
        assert!((row[0] - 0.731_058_6).abs() < 1e-6 && row[2] == 0.0);
    }
}
