//! Sums and products over slices in a fixed order: sixteen running sums, added up pairwise at
//! the end. The compiler makes vectors of them, and the order depends on the length alone.

/// Running sums.
pub const LANES: usize = 16;

/// Adds up running sums, pairwise.
#[inline(always)]
pub fn fold(sums: [f32; LANES]) -> f32 {
    let mut sums = sums;
    let mut half = LANES / 2;
    while half > 0 {
        for i in 0..half {
            sums[i] += sums[i + half];
        }
        half /= 2;
    }
    sums[0]
}

/// The sum of `f` over the elements of two slices of one length.
#[inline(always)]
pub fn sum2(a: &[f32], b: &[f32], f: impl Fn(f32, f32) -> f32) -> f32 {
    debug_assert_eq!(a.len(), b.len());
    let mut sums = [0.0f32; LANES];
    let (a_whole, b_whole) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let (a_rest, b_rest) = (a_whole.remainder(), b_whole.remainder());
    for (a, b) in a_whole.zip(b_whole) {
        for i in 0..LANES {
            sums[i] += f(a[i], b[i]);
        }
    }
    for ((sum, a), b) in sums.iter_mut().zip(a_rest).zip(b_rest) {
        *sum += f(*a, *b);
    }
    fold(sums)
}

/// The sum of `f` over the elements.
#[inline(always)]
pub fn sum(a: &[f32], f: impl Fn(f32) -> f32) -> f32 {
    sum2(a, a, |v, _| f(v))
}

/// The dot product.
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    sum2(a, b, |a, b| a * b)
}

/// `y += factor * x`.
#[inline(always)]
pub fn axpy(y: &mut [f32], factor: f32, x: &[f32]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += factor * x;
    }
}
