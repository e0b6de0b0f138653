//! Convolution where every channel is by itself, forward and backward.
//!
//! The work is too little for matrix products. Each map is copied into [`Planes`], where the
//! taps of neighbouring points are neighbours, and sums stay in registers.

use rayon::prelude::*;

use super::fused::{Activation, Epilogue};
use super::lanes;
use super::local::with_local;
use super::parallel::simd;
use super::planes::{LANES, Planes, load};
use super::window::{Gather, Window};

/// Taps whose gradients are summed at once.
const TAPS: usize = 3;

/// Convolution of `[batch, channels, ...]` to `[batch, channels * multiplier, ...]` with
/// weights `[channels * multiplier, taps]`; output channel `c * multiplier + j` reads `c`.
#[derive(Clone, Debug)]
pub struct Depthwise {
    batch: usize,
    channels: usize,
    multiplier: usize,
    window: Window,
    forward: Part,
    adjoint: Vec<Part>,
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

    /// The products of all taps for every point. The sums of lines are `stride` apart; with
    /// `ADD`, they are added to what is there. Whole vectors are written: what is too much of a
    /// line is overwritten by the next, and stands behind the last.
    #[inline(always)]
    fn sum<const ADD: bool>(&self, copy: &[f32], w: &[f32], sums: &mut [f32], stride: usize) {
        for line in 0..self.gather.lines() {
            let row = self.planes.row(line);
            for chunk in (0..self.planes.line()).step_by(LANES) {
                let at = line * stride + chunk;
                let mut acc: [f32; LANES] = if ADD { load(sums, at) } else { [0.0; LANES] };
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
    pub fn new(batch: usize, channels: usize, multiplier: usize, window: Window) -> Self {
        let forward = Part::new(Gather::forward(&window));
        let adjoint = Gather::adjoint(&window).into_iter().map(Part::new).collect();
        Self { batch, channels, multiplier, window, forward, adjoint }
    }

    /// `y = w * x + bias`.
    pub fn forward(&self, x: &[f32], w: &[f32], bias: Option<&[f32]>, y: &mut [f32]) {
        self.run(x, w, Epilogue { bias, residual: None, activation: &Activation::Identity }, y);
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
                    simd(|| self.forward.sum::<false>(copy, &w[o * taps..][..taps], sums, width));
                    end.finish(&sums[..to], o, map * to..(map + 1) * to, y);
                }
            });
        };
        let part = to * self.multiplier;
        y.par_chunks_mut(part).enumerate().for_each(|(i, y)| maps(i * self.multiplier, y));
    }

    /// The gradient by `x`.
    pub fn input_gradient(&self, dy: &[f32], w: &[f32], dx: &mut [f32]) {
        let (to, taps) = (self.window.output_len(), self.window.taps());
        dx.par_chunks_mut(self.window.input_len()).enumerate().for_each(|(map, dx)| {
            dx.fill(0.0);
            for part in &self.adjoint {
                let (planes, gather) = (&part.planes, &part.gather);
                with_local([planes.size(), gather.lines() * planes.line(), 0], |[copy, sums, _]| {
                    let sums = &mut sums[..gather.lines() * planes.line()];
                    sums.fill(0.0);
                    for j in 0..self.multiplier {
                        let w = &w[(map % self.channels * self.multiplier + j) * taps..][..taps];
                        planes.fill(&dy[(map * self.multiplier + j) * to..][..to], 0.0, copy);
                        simd(|| part.sum::<true>(copy, w, sums, planes.line()));
                    }
                    for (line, sums) in sums.chunks_exact(planes.line()).enumerate() {
                        let dx = &mut dx[gather.line_start(line)..];
                        let sums = &sums[..gather.grid[2]];
                        match gather.spacing[2] {
                            1 => dx[..sums.len()].copy_from_slice(sums),
                            spacing => dx.iter_mut().step_by(spacing).zip(sums).for_each(|(d, s)| *d = *s),
                        }
                    }
                });
            }
        });
    }

    /// Adds the gradient by the weights to `dw`: images in order.
    pub fn weight_gradient(&self, x: &[f32], dy: &[f32], dw: &mut [f32]) {
        let (from, to) = (self.window.input_len(), self.window.output_len());
        let (taps, outputs) = (self.window.taps(), self.channels * self.multiplier);
        let planes = &self.forward.planes;
        let lines = self.forward.gather.lines();
        dw.par_chunks_mut(taps).enumerate().for_each(|(o, dw)| {
            with_local([planes.size(), lines * planes.line(), 0], |[copy, padded, _]| {
                let padded = &mut padded[..lines * planes.line()];
                for n in 0..self.batch {
                    planes.fill(&x[(n * self.channels + o / self.multiplier) * from..][..from], 0.0, copy);
                    let dy = &dy[(n * outputs + o) * to..][..to];
                    for (out, dy) in padded.chunks_exact_mut(planes.line()).zip(dy.chunks_exact(self.window.output[2]))
                    {
                        out[..dy.len()].copy_from_slice(dy);
                        out[dy.len()..].fill(0.0);
                    }
                    for (first, dw) in dw.chunks_mut(TAPS).enumerate() {
                        // The taps of a forward gather are in the order of their indices.
                        let offsets = &planes.taps[first * TAPS..][..dw.len()];
                        let mut all = [0; TAPS];
                        all[..dw.len()].copy_from_slice(offsets);
                        let sums = simd(|| tap_sums(planes, copy, padded, all));
                        dw.iter_mut().zip(sums).for_each(|(d, s)| *d += s);
                    }
                }
            });
        });
    }
}

/// The products of `dy`, in padded lines, with what some taps read.
#[inline(always)]
fn tap_sums(planes: &Planes, copy: &[f32], dy: &[f32], taps: [usize; TAPS]) -> [f32; TAPS] {
    let mut sums = [[0.0f32; LANES]; TAPS];
    for (line, dy) in dy.chunks_exact(planes.line()).enumerate() {
        let row = planes.row(line);
        for (chunk, dy) in dy.chunks_exact(LANES).enumerate() {
            let dy: [f32; LANES] = load(dy, 0);
            for t in 0..TAPS {
                let x: [f32; LANES] = load(copy, row + taps[t] + chunk * LANES);
                for i in 0..LANES {
                    sums[t][i] += dy[i] * x[i];
                }
            }
        }
    }
    sums.map(lanes::fold)
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
