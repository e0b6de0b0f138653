//! Sums in a fixed order.

use super::parallel::{CHUNK, simd};

/// The sum of a slice: lanes of eight in `f32` over blocks of 256, blocks in `f64`, and a
/// binary tree over chunks.
pub fn sum(x: &[f32]) -> f64 {
    tree(x.len(), &|begin, end| x[begin..end].chunks(BLOCK).map(|block| f64::from(block_sum(block))).sum())
}

/// The sum of `f(begin, end)` over consecutive ranges that make up `0..len`, in an order that
/// depends on `len` alone.
pub fn tree(len: usize, f: &(impl Fn(usize, usize) -> f64 + Sync)) -> f64 {
    fn node(begin: usize, end: usize, f: &(impl Fn(usize, usize) -> f64 + Sync)) -> f64 {
        if end - begin <= CHUNK {
            return f(begin, end);
        }
        let middle = begin + ((end - begin).div_ceil(CHUNK) / 2) * CHUNK;
        let (a, b) = rayon::join(|| node(begin, middle, f), || node(middle, end, f));
        a + b
    }
    node(0, len, f)
}

/// Elements that are summed in `f32`.
pub const BLOCK: usize = 256;

/// The sum of a short slice in eight lanes.
#[inline(always)]
pub fn block_sum(x: &[f32]) -> f32 {
    simd(
        #[inline(always)]
        || {
            let mut lanes = [0.0f32; 8];
            let chunks = x.chunks_exact(8);
            let rest: f32 = chunks.remainder().iter().sum();
            for chunk in chunks {
                for (lane, v) in lanes.iter_mut().zip(chunk) {
                    *lane += v;
                }
            }
            let [a, b, c, d, e, f, g, h] = lanes;
            ((a + e) + (b + f)) + ((c + g) + (d + h)) + rest
        },
    )
}

/// The greatest element; NaN where there is one, negative infinity for no elements.
#[inline(always)]
pub fn block_max(x: &[f32]) -> f32 {
    simd(
        #[inline(always)]
        || {
            let mut lanes = [f32::NEG_INFINITY; 8];
            let chunks = x.chunks_exact(8);
            let rest = chunks.remainder().iter().fold(f32::NEG_INFINITY, |a, b| greater(a, *b));
            for chunk in chunks {
                for (lane, v) in lanes.iter_mut().zip(chunk) {
                    *lane = greater(*lane, *v);
                }
            }
            lanes.iter().fold(rest, |a, b| greater(a, *b))
        },
    )
}

/// The greater of two numbers, NaN where either is: `f32::max` would hide it.
#[inline(always)]
pub fn greater(a: f32, b: f32) -> f32 {
    // Not `b > a`: a NaN in `b` must win, one in `a` stay.
    if b <= a || a.is_nan() { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_and_maxima() {
        for n in [0, 1, 7, 8, 9, 255, 257, 100_003] {
            let x: Vec<f32> = (0..n).map(|i| ((i * 37) % 101) as f32 * 0.01 - 0.3).collect();
            let want: f64 = x.iter().map(|v| f64::from(*v)).sum();
            assert!((sum(&x) - want).abs() <= 1e-6 * (1.0 + n as f64), "{n}");
            assert_eq!(block_max(&x), x.iter().copied().fold(f32::NEG_INFINITY, f32::max));
        }
        assert!(block_max(&[1.0, f32::NAN, 2.0]).is_nan());
        assert!(block_max(&[f32::NAN; 20]).is_nan());
    }

    #[test]
    fn the_order_does_not_depend_on_threads() {
        let x: Vec<f32> = (0..200_000u64).map(|i| (i * 7919 % 1009) as f32 * 1e-3).collect();
        let with = |n| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap();
            pool.install(|| sum(&x)).to_bits()
        };
        assert_eq!(with(1), with(2));
        assert_eq!(with(1), with(3));
    }
}
