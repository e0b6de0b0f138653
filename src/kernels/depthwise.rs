//! Convolution of each channel by itself.

use rayon::prelude::*;

use super::lanes::{axpy, dot};
use super::window::{Span, Window};

/// A convolution of `[batch, channels, ...]` to `[batch, channels * multiplier, ...]` with
/// weights `[channels * multiplier, taps]`.
#[derive(Clone, Debug)]
pub struct Depthwise {
    batch: usize,
    channels: usize,
    multiplier: usize,
    window: Window,
    /// Per output index of the outer two axes: which taps lie on the input.
    outer: [Vec<Span>; 2],
    /// Per tap of the last axis: the outputs that it serves.
    inner: Vec<Run>,
}

/// Outputs `first..first + count`, of which the first reads `source`.
#[derive(Clone, Copy, Debug)]
struct Run {
    first: usize,
    source: usize,
    count: usize,
}

impl Depthwise {
    /// `channels` is that of the input.
    pub fn new(batch: usize, channels: usize, multiplier: usize, window: Window) -> Self {
        let inner = (0..window.kernel[2]).map(|k| run_of(&window, k)).collect();
        Self { batch, channels, multiplier, window, outer: [window.spans(0), window.spans(1)], inner }
    }

    /// Calls `f` with (tap, first output, first input, count) of every run of products of a map.
    fn for_each_run(&self, mut f: impl FnMut(usize, usize, usize, usize)) {
        let w = &self.window;
        for (oz, z) in self.outer[0].iter().enumerate() {
            for (oy, y) in self.outer[1].iter().enumerate() {
                let out = (oz * w.output[1] + oy) * w.output[2];
                for kz in 0..z.count {
                    for ky in 0..y.count {
                        let row = (z.source + kz * w.dilation[0]) * w.input[1] + y.source + ky * w.dilation[1];
                        let tap = ((z.tap + kz) * w.kernel[1] + y.tap + ky) * w.kernel[2];
                        for (kx, run) in self.inner.iter().enumerate() {
                            if run.count > 0 {
                                f(tap + kx, out + run.first, row * w.input[2] + run.source, run.count);
                            }
                        }
                    }
                }
            }
        }
    }

    /// `y = w * x + bias`.
    pub fn forward(&self, x: &[f32], w: &[f32], bias: Option<&[f32]>, y: &mut [f32]) {
        let (size, taps, stride) = (self.window.input_len(), self.window.taps(), self.window.stride[2]);
        let outputs = self.channels * self.multiplier;
        y.par_chunks_mut(self.window.output_len()).enumerate().for_each(|(map, y)| {
            let o = map % outputs;
            let x = &x[map / self.multiplier * size..][..size];
            let w = &w[o * taps..][..taps];
            y.fill(bias.map_or(0.0, |b| b[o]));
            self.for_each_run(|tap, to, from, count| {
                let (y, factor) = (&mut y[to..to + count], w[tap]);
                match stride {
                    1 => axpy(y, factor, &x[from..from + count]),
                    _ => y.iter_mut().zip(x[from..].iter().step_by(stride)).for_each(|(y, x)| *y += factor * x),
                }
            });
        });
    }

    /// The gradient by `x`.
    pub fn input_gradient(&self, dy: &[f32], w: &[f32], dx: &mut [f32]) {
        let (size, taps, stride) = (self.window.output_len(), self.window.taps(), self.window.stride[2]);
        dx.par_chunks_mut(self.window.input_len()).enumerate().for_each(|(map, dx)| {
            dx.fill(0.0);
            for j in 0..self.multiplier {
                let w = &w[(map % self.channels * self.multiplier + j) * taps..][..taps];
                let dy = &dy[(map * self.multiplier + j) * size..][..size];
                self.for_each_run(|tap, from, to, count| {
                    let (dy, factor) = (&dy[from..from + count], w[tap]);
                    match stride {
                        1 => axpy(&mut dx[to..to + count], factor, dy),
                        _ => dx[to..].iter_mut().step_by(stride).zip(dy).for_each(|(x, y)| *x += factor * y),
                    }
                });
            }
        });
    }

    /// Adds the gradient by the weights to `dw`: images in order.
    pub fn weight_gradient(&self, x: &[f32], dy: &[f32], dw: &mut [f32]) {
        let (taps, stride) = (self.window.taps(), self.window.stride[2]);
        let (x_size, y_size) = (self.window.input_len(), self.window.output_len());
        let outputs = self.channels * self.multiplier;
        dw.par_chunks_mut(taps).enumerate().for_each(|(o, dw)| {
            for n in 0..self.batch {
                let x = &x[(n * self.channels + o / self.multiplier) * x_size..][..x_size];
                let dy = &dy[(n * outputs + o) * y_size..][..y_size];
                self.for_each_run(|tap, at, from, count| {
                    let dy = &dy[at..at + count];
                    dw[tap] += match stride {
                        1 => dot(dy, &x[from..from + count]),
                        _ => dy.iter().zip(x[from..].iter().step_by(stride)).map(|(y, x)| y * x).sum(),
                    };
                });
            }
        });
    }
}

fn run_of(w: &Window, k: usize) -> Run {
    let (stride, size) = (w.stride[2] as i64, w.input[2] as i64);
    let at = (k * w.dilation[2]) as i64 - w.before[2] as i64;
    let first = if at >= 0 { 0 } else { (-at + stride - 1) / stride };
    let end = if at >= size { 0 } else { ((size - 1 - at) / stride + 1).min(w.output[2] as i64) };
    match first < end {
        true => Run { first: first as usize, source: (first * stride + at) as usize, count: (end - first) as usize },
        false => Run { first: 0, source: 0, count: 0 },
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, Sizes, below, floats};
    use super::*;

    #[test]
    fn random_windows_agree_with_the_definition() {
        for seed in 0..200 {
            let mut rng = testing::rng(seed);
            let window = testing::window(&mut rng);
            let mut size = |bound| 1 + below(&mut rng, bound);
            let s = Sizes { batch: size(3), groups: size(4), inputs: 1, outputs: size(3) };
            let (from, to) = (s.batch * s.groups * window.input_len(), window.output_len());
            let x = floats(&mut rng, from);
            let w = floats(&mut rng, s.groups * s.outputs * window.taps());
            let dy = floats(&mut rng, s.batch * s.groups * s.outputs * to);
            let bias = floats(&mut rng, s.groups * s.outputs);
            let kernel = Depthwise::new(s.batch, s.groups, s.outputs, window);
            let all = testing::same_for_all_thread_counts(|| {
                let mut all = [vec![f32::NAN; dy.len()], vec![f32::NAN; x.len()], vec![0.0; w.len()]];
                kernel.forward(&x, &w, Some(&bias), &mut all[0]);
                kernel.input_gradient(&dy, &w, &mut all[1]);
                kernel.weight_gradient(&x, &dy, &mut all[2]);
                all.concat()
            });
            let mut expected = testing::reference(s, &window, &x, &w, &dy);
            for (map, y) in expected[0].chunks_exact_mut(to).enumerate() {
                y.iter_mut().for_each(|y| *y += f64::from(bias[map % bias.len()]));
            }
            testing::assert_close(&all, &expected.concat(), s.batch * to, &format!("{s:?} {window:?}"));
        }
    }
}
