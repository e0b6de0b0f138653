//! What the tests of kernels share: random windows, and products by the definition, in `f64`.

use rand_chacha::ChaCha8Rng;

use super::window::Window;
use crate::random::{self, Purpose};

pub fn rng(case: u64) -> ChaCha8Rng {
    random::stream(case, Purpose::Sample, 0, 0)
}

pub fn below(rng: &mut ChaCha8Rng, bound: usize) -> usize {
    random::below(rng, bound as u64) as usize
}

pub fn floats(rng: &mut ChaCha8Rng, len: usize) -> Vec<f32> {
    (0..len).map(|_| random::uniform(rng) * 2.0 - 1.0).collect()
}

/// A window of one to three axes that fits its map, with uneven padding.
pub fn window(rng: &mut ChaCha8Rng) -> Window {
    let lead = below(rng, 3);
    let mut w =
        Window { input: [1; 3], output: [1; 3], kernel: [1; 3], stride: [1; 3], dilation: [1; 3], before: [0; 3] };
    for a in lead..3 {
        w.kernel[a] = 1 + below(rng, 4);
        w.stride[a] = 1 + below(rng, 3);
        w.dilation[a] = 1 + below(rng, 3);
        let extent = w.dilation[a] * (w.kernel[a] - 1) + 1;
        w.before[a] = below(rng, extent.min(4));
        let after = below(rng, extent.min(4));
        w.input[a] = extent.saturating_sub(w.before[a] + after).max(1) + below(rng, 9);
        w.output[a] = (w.input[a] + w.before[a] + after - extent) / w.stride[a] + 1;
    }
    w
}

/// A window of one or two axes.
pub fn flat_window(rng: &mut ChaCha8Rng) -> Window {
    let w = window(rng);
    let flat = |sizes: [usize; 3], first| [first, sizes[1], sizes[2]];
    Window {
        input: flat(w.input, 1),
        output: flat(w.output, 1),
        kernel: flat(w.kernel, 1),
        stride: flat(w.stride, 1),
        dilation: flat(w.dilation, 1),
        before: flat(w.before, 0),
    }
}

/// A window over a square map, padded by half its taps.
pub fn square(size: usize, kernel: usize, stride: usize) -> Window {
    let out = (size + 2 * (kernel / 2) - kernel) / stride + 1;
    Window {
        input: [1, size, size],
        output: [1, out, out],
        kernel: [1, kernel, kernel],
        stride: [1, stride, stride],
        dilation: [1; 3],
        before: [0, kernel / 2, kernel / 2],
    }
}

/// Calls `f` with (output, tap, input) of every read inside the map.
pub fn reads(w: &Window, mut f: impl FnMut(usize, usize, usize)) {
    let flat = |at: [usize; 3], of: [usize; 3]| (at[0] * of[1] + at[1]) * of[2] + at[2];
    let unflat = |i: usize, of: [usize; 3]| [i / (of[1] * of[2]), i / of[2] % of[1], i % of[2]];
    for o in 0..w.output_len() {
        for k in 0..w.taps() {
            let (at, tap) = (unflat(o, w.output), unflat(k, w.kernel));
            let read = [0, 1, 2].map(|a| {
                let i = (at[a] * w.stride[a] + tap[a] * w.dilation[a]) as i64 - w.before[a] as i64;
                (i >= 0 && i < w.input[a] as i64).then_some(i as usize)
            });
            if let [Some(z), Some(y), Some(x)] = read {
                f(o, k, flat([z, y, x], w.input));
            }
        }
    }
}

/// Sizes of a grouped convolution: channels are those of one group.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    pub batch: usize,
    pub groups: usize,
    pub inputs: usize,
    pub outputs: usize,
}

/// Calls `f` with (y, w, x) of every product of a convolution.
pub fn products(s: Sizes, w: &Window, mut f: impl FnMut(usize, usize, usize)) {
    let (from, to, taps) = (w.input_len(), w.output_len(), w.taps());
    for n in 0..s.batch {
        for o in 0..s.groups * s.outputs {
            for c in 0..s.inputs {
                let (x, y) = ((n * s.groups + o / s.outputs) * s.inputs + c, n * s.groups * s.outputs + o);
                reads(w, |at, k, i| f(y * to + at, (o * s.inputs + c) * taps + k, x * from + i));
            }
        }
    }
}

/// `[y, dx, dw]` of a convolution by the definition.
pub fn reference(s: Sizes, w: &Window, x: &[f32], weights: &[f32], dy: &[f32]) -> [Vec<f64>; 3] {
    let mut all = [vec![0.0; dy.len()], vec![0.0; x.len()], vec![0.0; weights.len()]];
    products(s, w, |y, k, i| {
        all[0][y] += f64::from(weights[k]) * f64::from(x[i]);
        all[1][i] += f64::from(weights[k]) * f64::from(dy[y]);
        all[2][k] += f64::from(x[i]) * f64::from(dy[y]);
    });
    all
}

/// Asserts that sums of about `depth` products agree to rounding.
pub fn assert_close(found: &[f32], expected: &[f64], depth: usize, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let tolerance = 1e-6 * (depth as f64).sqrt().max(4.0);
    for (i, (f, e)) in found.iter().zip(expected).enumerate() {
        assert!((f64::from(*f) - e).abs() <= tolerance * (1.0 + e.abs()), "{what} at {i}: {f} for {e}");
    }
}

/// Runs `f` in pools of 1, 2 and 3 threads and asserts that the results are the same bits.
pub fn same_for_all_thread_counts(f: impl Fn() -> Vec<f32> + Sync) -> Vec<f32> {
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads start");
        pool.install(&f)
    };
    let one = run(1);
    for threads in [2, 3] {
        let other = run(threads);
        assert!(one.iter().zip(&other).all(|(a, b)| a.to_bits() == b.to_bits()), "{threads} threads differ from one");
    }
    one
}
