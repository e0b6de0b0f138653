//! Matrix multiplication on the `gemm` crates.

use super::parallel::for_tasks;
use super::shared::Shared;
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
        Self::strided(data, rows, cols, cols, 1)
    }

    /// Element `(i, j)` at `i * row_stride + j * col_stride`.
    ///
    /// # Panics
    /// Where the last element lies outside the slice.
    pub fn strided(data: &'a [f32], rows: usize, cols: usize, row_stride: usize, col_stride: usize) -> Self {
        if rows > 0 && cols > 0 {
            let last = (rows - 1) * row_stride + (cols - 1) * col_stride;
            assert!(last < data.len(), "{} elements for {rows}x{cols} by {row_stride}, {col_stride}", data.len());
        }
        Self { data, rows, cols, row_stride, col_stride }
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

    /// The part with these rows and columns.
    ///
    /// # Panics
    /// Where it is not inside.
    #[must_use]
    pub fn part(self, rows: std::ops::Range<usize>, cols: std::ops::Range<usize>) -> Self {
        assert!(rows.end <= self.rows && cols.end <= self.cols);
        let offset = rows.start * self.row_stride + cols.start * self.col_stride;
        let data = self.data.get(offset..).unwrap_or(&[]);
        Self::strided(data, rows.len(), cols.len(), self.row_stride, self.col_stride)
    }

    /// How many rows it has.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How many columns it has.
    pub fn cols(&self) -> usize {
        self.cols
    }
}

/// `c = a b + beta c` with `c` row-major, on the calling thread.
///
/// # Panics
/// Where the sizes do not agree.
pub fn gemm(a: Matrix<'_>, b: Matrix<'_>, beta: f32, c: &mut [f32]) {
    let stride = b.cols;
    let c = Shared::new(c);
    // SAFETY: `c` is borrowed mutably for the call, so nothing else touches it.
    unsafe { gemm_at(a, b, beta, c, 0, stride) }
}

/// Rows and columns of the tiles that [`gemm_parallel`] gives to threads. They depend on
/// sizes alone, so that every product is formed by the same code whatever the number of threads.
const TILE: (usize, usize) = (128, 512);
/// Parts that columns are cut into where they are few, and the fewest of a part.
const PARTS: usize = 4;
const LEAST: usize = 32;

/// [`gemm`] with tiles of `c` computed in parallel. The sum of each element is formed by one
/// thread in one order.
///
/// # Panics
/// Where the sizes do not agree.
pub fn gemm_parallel(a: Matrix<'_>, b: Matrix<'_>, beta: f32, c: &mut [f32]) {
    let (rows, cols) = (a.rows, b.cols);
    let c = Shared::new(c);
    // Rows are examples: the sums of one must not depend on how many others there are.
    let (high, wide) = (TILE.0, cols.div_ceil(PARTS).next_multiple_of(LEAST).min(TILE.1));
    let (down, across) = (rows.div_ceil(high), cols.div_ceil(wide));
    for_tasks(down * across, rows.saturating_mul(cols).saturating_mul(a.cols), |tile| {
        let (i, j) = (tile / across * high, tile % across * wide);
        let (i_end, j_end) = ((i + high).min(rows), (j + wide).min(cols));
        // SAFETY: tiles are disjoint parts of `c`.
        unsafe { gemm_at(a.part(i..i_end, 0..a.cols), b.part(0..b.rows, j..j_end), beta, c, i * cols + j, cols) }
    });
}

/// `c = a b + beta c` where `c` begins at `offset` and its rows are `row_stride` apart.
///
/// # Panics
/// Where the sizes do not agree.
///
/// # Safety
/// No other thread accesses those elements of `c` during the call.
pub(super) unsafe fn gemm_at(a: Matrix<'_>, b: Matrix<'_>, beta: f32, c: Shared<'_>, offset: usize, row_stride: usize) {
    assert_eq!(a.cols, b.rows);
    let (m, n, k) = (a.rows, b.cols, a.cols);
    if m == 0 || n == 0 {
        return;
    }
    assert!(offset + (m - 1) * row_stride + n <= c.len());
    // SAFETY: `Matrix` holds all of its elements under its strides, and `c` was just checked;
    // `a` and `b` are shared borrows and `c` is a mutable one, so they do not overlap.
    unsafe {
        (gemm_f32::gemm::f32::get_gemm_fn())(
            m,
            n,
            k,
            c.pointer().add(offset),
            1,
            row_stride as isize,
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
