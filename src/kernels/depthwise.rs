//! Convolution where every channel is by itself, for inference.
//!
//! The work is too little for matrix products. Each map is copied into [`Planes`], where the
//! taps of neighbouring points are neighbours, and sums stay in registers.

use rayon::prelude::*;

use super::fused::Epilogue;
use super::local::with_local;
use super::parallel::simd;
use super::planes::{LANES, Planes, load};
use super::window::{Gather, Window};

/// Convolution of `[batch, channels, ...]` to `[batch, channels * multiplier, ...]` with
/// weights `[channels * multiplier, taps]`; output channel `c * multiplier + j` reads `c`.
#[derive(Clone, Debug)]
pub struct Depthwise {
    channels: usize,
    multiplier: usize,
    window: Window,
    forward: Part,
}

/// A gather and the layout of its source.
#[derive(Clone, Debug)]
struct Part {
    gather: Gather,
    planes: Planes,
}

impl Part {
    fn new(gather: Gather) -> Self {
        let planes = Planes::new(&gather);
        Self { gather, planes }
    }

    /// The products of all taps for every point. The sums of lines are `stride` apart. Whole
    /// vectors are written: what is too much of a line is overwritten by the next, and stands
    /// behind the last.
    #[inline(always)]
    fn sum(&self, copy: &[f32], w: &[f32], sums: &mut [f32], stride: usize) {
        for line in 0..self.gather.lines() {
            let row = self.planes.row(line);
            for chunk in (0..self.planes.line()).step_by(LANES) {
                let at = line * stride + chunk;
                let mut acc = [0.0f32; LANES];
                for (tap, offset) in self.gather.taps.iter().zip(&self.planes.taps) {
                    let (x, w): ([f32; LANES], f32) = (load(copy, row + offset + chunk), w[tap.index]);
                    for i in 0..LANES {
                        acc[i] += w * x[i];
                    }
                }
                sums[at..at + LANES].copy_from_slice(&acc);
            }
        }
    }
}

impl Depthwise {
    /// `channels` is that of the input.
    pub fn new(channels: usize, multiplier: usize, window: Window) -> Self {
        let forward = Part::new(Gather::forward(&window));
        Self { channels, multiplier, window, forward }
    }

    /// `w * x`, and what follows.
    pub fn run(&self, x: &[f32], w: &[f32], end: Epilogue<'_>, y: &mut [f32]) {
        let (from, to, taps) = (self.window.input_len(), self.window.output_len(), self.window.taps());
        let (planes, width) = (&self.forward.planes, self.window.output[2]);
        let maps = |first: usize, y: &mut [f32]| {
            with_local([planes.size(), to + planes.line(), 0], |[copy, sums, _]| {
                for (j, y) in y.chunks_exact_mut(to).enumerate() {
                    let map = first + j;
                    let o = map % (self.channels * self.multiplier);
                    if j % self.multiplier == 0 {
                        planes.fill(&x[map / self.multiplier * from..][..from], 0.0, copy);
                    }
                    simd(
                        #[inline(always)]
                        || self.forward.sum(copy, &w[o * taps..][..taps], sums, width),
                    );
                    end.finish(&sums[..to], o, map * to..(map + 1) * to, y);
                }
            });
        };
        let part = to * self.multiplier;
        y.par_chunks_mut(part).enumerate().for_each(|(i, y)| maps(i * self.multiplier, y));
    }
}

#[cfg(test)]
mod tests {
    use super::super::fused::Activation;
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
            let dy = vec![0.0; s.batch * s.groups * s.outputs * to];
            let bias = floats(&mut rng, s.groups * s.outputs);
            let kernel = Depthwise::new(s.groups, s.outputs, window);
            let end = Epilogue { bias: Some(&bias), residual: None, activation: &Activation::Identity };
            let y = testing::same_for_all_thread_counts(|| {
                let mut y = vec![f32::NAN; dy.len()];
                kernel.run(&x, &w, end, &mut y);
                y
            });
            let [mut expected, ..] = testing::reference(s, &window, &x, &w, &dy);
            for (map, y) in expected.chunks_exact_mut(to).enumerate() {
                y.iter_mut().for_each(|y| *y += f64::from(bias[map % bias.len()]));
            }
            testing::assert_close(&y, &expected, window.taps(), &format!("{s:?} {window:?}"));
        }
    }
}
