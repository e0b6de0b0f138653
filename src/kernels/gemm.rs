//! Matrix multiplication on the `gemm` crates.

use gemm_common::Parallelism;

/// A matrix in a slice, with strides.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a> {
    data: &'a [f32],
    rows: usize,
    cols: usize,
    row_stride: usize,
    col_stride: usize,
}

impl<'a> Matrix<'a> {
    /// `rows x cols`, rows contiguous.
    pub fn row_major(data: &'a [f32], rows: usize, cols: usize) -> Self {
        assert!(data.len() >= rows * cols, "{} elements for {rows}x{cols}", data.len());
        Self { data, rows, cols, row_stride: cols, col_stride: 1 }
    }

    /// The transpose; no data moves.
    #[must_use]
    pub fn transposed(self) -> Self {
        Self {
            data: self.data,
            rows: self.cols,
            cols: self.rows,
            row_stride: self.col_stride,
            col_stride: self.row_stride,
        }
    }
}

/// `c = a b + beta c` with `c` row-major.
///
/// # Panics
/// Where the sizes do not agree.
pub fn gemm(a: Matrix<'_>, b: Matrix<'_>, beta: f32, c: &mut [f32]) {
    assert_eq!(a.cols, b.rows);
    let (m, n, k) = (a.rows, b.cols, a.cols);
    assert!(c.len() >= m * n);
    if m == 0 || n == 0 {
        return;
    }
    // SAFETY: `Matrix` holds at least rows * cols elements under its strides, `c` at least
    // m * n (asserted); `c` is borrowed mutably, so it does not overlap `a` or `b`.
    unsafe {
        (gemm_f32::gemm::f32::get_gemm_fn())(
            m,
            n,
            k,
            c.as_mut_ptr(),
            1,
            n as isize,
            beta != 0.0,
            a.data.as_ptr(),
            a.col_stride as isize,
            a.row_stride as isize,
            b.data.as_ptr(),
            b.col_stride as isize,
            b.row_stride as isize,
            beta,
            1.0,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}
