//! Dense layers with few examples: their time is that of reading the weights once.

use super::blocked::vector::{Level, Vector, dispatch};
use super::fused::{Activation, Epilogue};
use super::lanes;
use super::parallel::{CHUNK, for_chunks, for_tasks, simd};
use super::shared::Shared;

/// Weight rows that are read side by side, so that each example is read a quarter as often.
const ROWS: usize = 4;

/// Elements of a gradient that stay in the first-level cache.
const PIECE: usize = 1024;

/// `y = x w^T + bias` and what follows, for `x` of `[batch, features]` and `w` of `[out,
/// features]`. The order of sums depends on the sizes alone.
pub fn forward(x: &[f32], w: &[f32], features: usize, end: Epilogue<'_>, y: &mut [f32]) {
    let (batch, out) = (x.len() / features.max(1), w.len() / features.max(1));
    // A task is a few microseconds of work.
    let per_task = (CHUNK / features.max(1)).max(1).next_multiple_of(ROWS);
    let y = Shared::new(y);
    // A weight takes a fraction of the time of what other loops do to an element.
    for_tasks(out.div_ceil(per_task), w.len() / 4, |task| {
        let all = task * per_task..((task + 1) * per_task).min(out);
        for first in all.clone().step_by(ROWS) {
            let rows = first..(first + ROWS).min(all.end);
            for n in 0..batch {
                let x = &x[n * features..][..features];
                let mut sums = [0.0; ROWS];
                match rows.len() {
                    ROWS => sums = dots(x, &w[first * features..][..ROWS * features]),
                    _ => {
                        for (sum, r) in sums.iter_mut().zip(rows.clone()) {
                            *sum = simd(
                                #[inline(always)]
                                || lanes::dot(x, &w[r * features..][..features]),
                            );
                        }
                    }
                }
                let at = n * out + first..n * out + rows.end;
                // SAFETY: each output belongs to one task.
                let y = unsafe { y.part(at.clone()) };
                for (i, (y, sum)) in y.iter_mut().zip(sums).enumerate() {
                    let bias = end.bias.map_or(0.0, |b| b[first + i]);
                    *y = sum + bias + end.residual.map_or(0.0, |r| r[at.start + i]);
                }
            }
        }
        for n in 0..batch {
            // SAFETY: as above.
            activate(end.activation, unsafe { y.part(n * out + all.start..n * out + all.end) });
        }
    });
}

/// Adds the gradient by the weights, `dy^T x`, to `dw`: one pass over it.
pub fn weight_gradient(x: &[f32], dy: &[f32], features: usize, dw: &mut [f32]) {
    let (batch, out) = (x.len() / features.max(1), dw.len() / features.max(1));
    let work = dw.len() * batch / 4;
    for_chunks(dw, features, work, |o, dw| {
        simd(
            #[inline(always)]
            || {
                for (begin, dw) in (0..features).step_by(PIECE).zip(dw.chunks_mut(PIECE)) {
                    for n in 0..batch {
                        lanes::axpy(dw, dy[n * out + o], &x[n * features + begin..]);
                    }
                }
            },
        );
    });
}

/// Finishes products that are there already.
pub fn finish(end: Epilogue<'_>, out: usize, y: &mut [f32]) {
    let work = y.len();
    for_chunks(y, out, work, |n, y| {
        if let Some(bias) = end.bias {
            y.iter_mut().zip(bias).for_each(|(y, b)| *y += b);
        }
        if let Some(residual) = end.residual {
            y.iter_mut().zip(&residual[n * out..]).for_each(|(y, r)| *y += r);
        }
        activate(end.activation, y);
    });
}

/// Applies an activation in place.
pub fn activate(activation: &Activation, y: &mut [f32]) {
    match activation {
        Activation::Identity => {}
        Activation::Clamp { low, high } => simd(|| {
            y.iter_mut().for_each(|y| {
                *y = if *y < *low {
                    *low
                } else if *y > *high {
                    *high
                } else {
                    *y
                }
            });
        }),
        Activation::Other(apply) => apply(y),
    }
}

/// The products of a slice with several others of its length, which lie one after the other.
fn dots(x: &[f32], w: &[f32]) -> [f32; ROWS] {
    assert_eq!(w.len(), x.len() * ROWS);
    let mut sums = [0.0; ROWS];
    // SAFETY: there are as many rows.
    unsafe { dots_at(Level::best(), x, w.as_ptr(), &mut sums) };
    sums
}

dispatch!(
    /// # Safety
    /// `w` is for reads of [`ROWS`] times the length of `x`.
    dots_at => dots_as(x: &[f32], w: *const f32, sums: &mut [f32; ROWS])
);

/// # Safety
/// As [`dots_at`]; the machine has the instructions.
#[inline(always)]
#[allow(clippy::needless_range_loop, reason = "sums are indexed by constants, so that they stay in registers")]
unsafe fn dots_as<V: Vector>(x: &[f32], w: *const f32, sums: &mut [f32; ROWS]) {
    let features = x.len();
    let whole = features - features % V::LANES;
    // SAFETY: by contract.
    unsafe {
        let mut lanes = [V::splat(0.0); ROWS];
        for at in (0..whole).step_by(V::LANES) {
            let x = V::load(x.as_ptr().add(at));
            for r in 0..ROWS {
                lanes[r] = V::fma(x, V::load(w.add(r * features + at)), lanes[r]);
            }
        }
        let mut rest = [0.0; ROWS];
        for at in whole..features {
            for r in 0..ROWS {
                rest[r] += x[at] * *w.add(r * features + at);
            }
        }
        for r in 0..ROWS {
            sums[r] = lanes[r].total() + rest[r];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, below, floats};
    use super::*;

    #[test]
    fn weight_gradients_agree_with_the_definition() {
        for seed in 0..30 {
            let mut rng = testing::rng(seed);
            let (batch, out, features) = (1 + below(&mut rng, 9), 1 + below(&mut rng, 40), 1 + below(&mut rng, 1500));
            let (x, dy) = (floats(&mut rng, batch * features), floats(&mut rng, batch * out));
            let dw = testing::same_for_all_thread_counts(|| {
                let mut dw = vec![1.0; out * features];
                weight_gradient(&x, &dy, features, &mut dw);
                dw
            });
            let product =
                |i: usize, n: usize| f64::from(x[n * features + i % features]) * f64::from(dy[n * out + i / features]);
            let expected: Vec<f64> =
                (0..dw.len()).map(|i| 1.0 + (0..batch).map(|n| product(i, n)).sum::<f64>()).collect();
            testing::assert_close(&dw, &expected, batch, &format!("{batch}x{features}x{out}"));
        }
    }

    #[test]
    fn random_sizes_agree_with_the_definition() {
        for seed in 0..60 {
            let mut rng = testing::rng(seed);
            let (batch, out, features) = (1 + below(&mut rng, 5), 1 + below(&mut rng, 90), 1 + below(&mut rng, 900));
            let (x, w) = (floats(&mut rng, batch * features), floats(&mut rng, out * features));
            let (bias, residual) = (floats(&mut rng, out), floats(&mut rng, batch * out));
            let end = Epilogue {
                bias: Some(&bias),
                residual: Some(&residual),
                activation: &Activation::Clamp { low: 0.0, high: f32::INFINITY },
            };
            let y = testing::same_for_all_thread_counts(|| {
                let mut y = vec![f32::NAN; batch * out];
                forward(&x, &w, features, end, &mut y);
                y
            });
            let expected: Vec<f64> = (0..batch * out)
                .map(|i| {
                    let (x, w) = (&x[i / out * features..], &w[i % out * features..]);
                    let dot: f64 = (0..features).map(|k| f64::from(x[k]) * f64::from(w[k])).sum();
                    (dot + f64::from(bias[i % out]) + f64::from(residual[i])).max(0.0)
                })
                .collect();
            testing::assert_close(&y, &expected, features, &format!("{batch}x{features}x{out}"));
        }
    }
}
