//! The dot products of one vector with the rows of a matrix: exact nearest-neighbour search.

use super::parallel::{for_chunks, simd};

/// Rows that one task computes.
const ROWS: usize = 1024;
/// Sums that are kept side by side: enough to hide the latency of additions.
const LANES: usize = 32;

/// `out[i] = rows[i] . query`, for rows of the query's width.
///
/// # Panics
/// Where `rows` does not hold as many rows as `out` has elements.
pub fn dot_rows(rows: &[f32], query: &[f32], out: &mut [f32]) {
    let width = query.len();
    assert_eq!(rows.len(), width * out.len(), "rows of the query's width");
    if width == 0 {
        return out.fill(0.0);
    }
    for_chunks(out, ROWS, rows.len(), |task, out| {
        let rows = &rows[task * ROWS * width..][..out.len() * width];
        simd(|| {
            for (row, out) in rows.chunks_exact(width).zip(out) {
                *out = dot(row, query);
            }
        });
    });
}

/// The dot product in [`LANES`] sums, which are added as a tree.
#[inline(always)]
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0f32; LANES];
    let (a, rest_a) = a.as_chunks::<LANES>();
    let (b, rest_b) = b.as_chunks::<LANES>();
    for (a, b) in a.iter().zip(b) {
        for ((lane, a), b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += a * b;
        }
    }
    let mut half = LANES / 2;
    while half > 0 {
        for i in 0..half {
            lanes[i] += lanes[i + half];
        }
        half /= 2;
    }
    lanes[0] + rest_a.iter().zip(rest_b).map(|(a, b)| a * b).sum::<f32>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_agree_with_the_definition() {
        for (rows, width) in [(0, 4), (3, 1), (5, 31), (7, 32), (2500, 130)] {
            let value = |i: usize, m: usize| (i * 37 % m) as f32 / m as f32 - 0.5;
            let matrix: Vec<f32> = (0..rows * width).map(|i| value(i, 101)).collect();
            let query: Vec<f32> = (0..width).map(|i| value(i, 97)).collect();
            let mut out = vec![f32::NAN; rows];
            dot_rows(&matrix, &query, &mut out);
            for (row, out) in matrix.chunks_exact(width).zip(&out) {
                let want: f64 = row.iter().zip(&query).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
                assert!((f64::from(*out) - want).abs() < 1e-5, "{rows} {width}");
            }
        }
    }
}
