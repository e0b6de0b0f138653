//! Pooling over windows, one map at a time.

use rayon::prelude::*;

use super::window::{Span, Window};

/// Windows over each of many maps.
#[derive(Clone, Debug)]
pub struct Pool {
    window: Window,
    spans: [Vec<Span>; 3],
    /// Reciprocals of the number of elements averaged, per axis.
    shares: [Vec<f32>; 3],
}

/// Maps that a thread takes at least.
const MIN_MAPS: usize = 4;

impl Pool {
    /// Averages divide by the elements of the input in each window; `after` is the padding
    /// whose zeros count as elements too, together with that before, where it is given.
    pub fn new(window: Window, after: Option<[usize; 3]>) -> Self {
        let spans = [0, 1, 2].map(|a| window.spans(a));
        let shares = [0, 1, 2].map(|a| {
            (0..window.output[a])
                .map(|o| {
                    let count = match after {
                        None => spans[a][o].count,
                        Some(after) => {
                            let room = window.input[a] + window.before[a] + after[a] - o * window.stride[a];
                            room.div_ceil(window.dilation[a]).min(window.kernel[a])
                        }
                    };
                    1.0 / count.max(1) as f32
                })
                .collect()
        });
        Self { window, spans, shares }
    }

    /// Calls `f` for each output with its index and its spans per axis.
    #[inline(always)]
    fn for_each_window(&self, mut f: impl FnMut(usize, [Span; 3], f32)) {
        let mut out = 0;
        for (z, share_z) in self.spans[0].iter().zip(&self.shares[0]) {
            for (y, share_y) in self.spans[1].iter().zip(&self.shares[1]) {
                for (x, share_x) in self.spans[2].iter().zip(&self.shares[2]) {
                    f(out, [*z, *y, *x], share_z * share_y * share_x);
                    out += 1;
                }
            }
        }
    }

    /// Calls `f` with the index of every input in a window, row-major.
    #[inline(always)]
    fn for_each_input(&self, [z, y, x]: [Span; 3], mut f: impl FnMut(usize)) {
        let w = &self.window;
        for kz in 0..z.count {
            for ky in 0..y.count {
                let row = (z.source + kz * w.dilation[0]) * w.input[1] + y.source + ky * w.dilation[1];
                let start = row * w.input[2] + x.source;
                for kx in 0..x.count {
                    f(start + kx * w.dilation[2]);
                }
            }
        }
    }

    /// Maxima; `positions` gets where each stands in its map. The first of equal ones counts,
    /// NaN is greater than all, and a window that sees only padding gives 0.
    pub fn max(&self, x: &[f32], y: &mut [f32], positions: &mut [u32]) {
        let (from, to) = (self.window.input_len(), self.window.output_len());
        y.par_chunks_mut(to).zip(positions.par_chunks_mut(to)).enumerate().with_min_len(MIN_MAPS).for_each(
            |(map, (y, positions))| {
                let x = &x[map * from..][..from];
                self.for_each_window(|out, spans, _| {
                    let (mut best, mut position) = (f32::NEG_INFINITY, u32::MAX);
                    self.for_each_input(spans, |i| {
                        let v = x[i];
                        if v > best || position == u32::MAX || (v.is_nan() && !best.is_nan()) {
                            (best, position) = (v, i as u32);
                        }
                    });
                    y[out] = if position == u32::MAX { 0.0 } else { best };
                    positions[out] = position;
                });
            },
        );
    }

    /// The gradient of [`Pool::max`].
    pub fn max_gradient(&self, dy: &[f32], positions: &[u32], dx: &mut [f32]) {
        let (from, to) = (self.window.input_len(), self.window.output_len());
        dx.par_chunks_mut(from).enumerate().with_min_len(MIN_MAPS).for_each(|(map, dx)| {
            dx.fill(0.0);
            for (d, position) in dy[map * to..][..to].iter().zip(&positions[map * to..][..to]) {
                if let Some(dx) = dx.get_mut(*position as usize) {
                    *dx += d;
                }
            }
        });
    }

    /// Averages; a window that sees only padding gives 0.
    pub fn average(&self, x: &[f32], y: &mut [f32]) {
        let (from, to) = (self.window.input_len(), self.window.output_len());
        y.par_chunks_mut(to).enumerate().with_min_len(MIN_MAPS).for_each(|(map, y)| {
            let x = &x[map * from..][..from];
            self.for_each_window(|out, spans, share| {
                let mut sum = 0.0;
                self.for_each_input(spans, |i| sum += x[i]);
                y[out] = sum * share;
            });
        });
    }

    /// The gradient of [`Pool::average`].
    pub fn average_gradient(&self, dy: &[f32], dx: &mut [f32]) {
        let (from, to) = (self.window.input_len(), self.window.output_len());
        dx.par_chunks_mut(from).enumerate().with_min_len(MIN_MAPS).for_each(|(map, dx)| {
            let dy = &dy[map * to..][..to];
            dx.fill(0.0);
            self.for_each_window(|out, spans, share| {
                let d = dy[out] * share;
                self.for_each_input(spans, |i| dx[i] += d);
            });
        });
    }
}
