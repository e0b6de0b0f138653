//! The innermost loops of convolutions over [`Shift`](super::shift::Shift) copies: products of
//! packed weights with shifted runs, and sums of products of two runs. Nothing but weights is
//! packed. Which instructions are used depends on the machine; the order of sums depends on
//! sizes alone.

#![allow(clippy::needless_range_loop, reason = "indices of several arrays of registers")]

use super::level::Level;

/// Weights times runs: `c[r][j] = bias[r] + sum over (o, t) of a[o][t][r] * b[o * stride + taps[t] + j]`.
struct Tile {
    outer: usize,
    outer_stride: usize,
    taps: *const usize,
    inner: usize,
    a: *const f32,
    b: *const f32,
    c: *mut f32,
    stride: usize,
    rows: usize,
    cols: usize,
    bias: *const f32,
}

/// Products of runs: `out[r][s] = sum over (i, j) of rows[r][i * row_stride + j] * cols[s][i * col_stride + j]`.
struct Dots {
    rows: *const *const f32,
    cols: *const *const f32,
    images: usize,
    row_stride: usize,
    col_stride: usize,
    len: usize,
    out: *mut f32,
}

type TileFn = unsafe fn(usize, &Tile);
type DotsFn = unsafe fn(&Dots);

/// The shape of tiles and the code for them.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Rows of a panel of weights.
    pub rows: usize,
    /// Elements of a vector.
    lanes: usize,
    /// Vectors of a tile at most.
    vectors: usize,
    tile: TileFn,
}

/// The shape of tiles of sums, and the code for them.
#[derive(Clone, Copy, Debug)]
pub struct DotShape {
    /// Runs of the left side.
    pub rows: usize,
    /// Runs of the right side.
    pub cols: usize,
    dots: DotsFn,
}

/// Products of packed weights with runs.
#[derive(Clone, Copy)]
pub struct Runs<'a> {
    /// The code that weights are packed for.
    pub shape: Shape,
    /// Weights: `[panel][outer][tap][row]`.
    pub weights: &'a [f32],
    /// Copies that lie `outer_stride` apart.
    pub outer: usize,
    /// See `outer`.
    pub outer_stride: usize,
    /// Where each tap reads in a copy.
    pub taps: &'a [usize],
    /// The copies.
    pub copies: &'a [f32],
    /// The length of the runs, in whole vectors.
    pub run: usize,
}

impl Shape {
    /// The shape that fits so many rows.
    pub fn new(rows: usize) -> Self {
        Self::at(Level::best(), rows)
    }

    fn at(level: Level, rows: usize) -> Self {
        let shape = |rows, lanes, vectors, tile| Shape { rows, lanes, vectors, tile };
        match (level, rows) {
            #[cfg(target_arch = "x86_64")]
            (Level::Avx512, 1) => shape(1, 16, 8, avx512::tile::<1, 8>),
            #[cfg(target_arch = "x86_64")]
            (Level::Avx512, 2..=6) => shape(6, 16, 4, avx512::tile::<6, 4>),
            #[cfg(target_arch = "x86_64")]
            (Level::Avx512, _) => shape(8, 16, 3, avx512::tile::<8, 3>),
            #[cfg(target_arch = "x86_64")]
            (Level::Avx2, 1) => shape(1, 8, 8, avx2::tile::<1, 8>),
            #[cfg(target_arch = "x86_64")]
            (Level::Avx2, 5..=6) => shape(6, 8, 2, avx2::tile::<6, 2>),
            #[cfg(target_arch = "x86_64")]
            (Level::Avx2, _) => shape(4, 8, 3, avx2::tile::<4, 3>),
            (_, 1) => shape(1, 4, 8, portable::tile::<1, 8>),
            _ => shape(4, 4, 3, portable::tile::<4, 3>),
        }
    }

    /// Columns of a whole tile.
    pub fn cols(&self) -> usize {
        self.lanes * self.vectors
    }

    /// Floats of packed weights.
    pub fn packed_len(&self, rows: usize, depth: usize) -> usize {
        rows.next_multiple_of(self.rows) * depth
    }
}

impl Runs<'_> {
    /// Floats of one panel of weights.
    fn panel(&self) -> usize {
        self.outer * self.taps.len() * self.shape.rows
    }

    /// Forms a tile: the rows of a panel of weights, of which `rows` count, and columns from `col`
    /// on, of which `cols` count. Rows of `c` are `stride` apart.
    ///
    /// # Panics
    /// Where something does not fit.
    ///
    /// # Safety
    /// `c` is valid for the rows and columns that count, and nothing else accesses them.
    #[allow(clippy::too_many_arguments)]
    pub unsafe fn tile(
        &self,
        panel: usize,
        rows: usize,
        col: usize,
        cols: usize,
        bias: Option<&[f32]>,
        c: *mut f32,
        stride: usize,
    ) {
        let s = &self.shape;
        let vectors = ((self.run - col) / s.lanes).min(s.vectors);
        assert!(self.weights.len() >= (panel + 1) * self.panel() && rows <= s.rows && vectors > 0);
        assert!(bias.is_none_or(|b| b.len() >= rows));
        let tile = Tile {
            outer: self.outer,
            outer_stride: self.outer_stride,
            taps: self.taps.as_ptr(),
            inner: self.taps.len(),
            // SAFETY: within the weights, as asserted; within the copies, as `fits` has asserted.
            a: unsafe { self.weights.as_ptr().add(panel * self.panel()) },
            // SAFETY: as above.
            b: unsafe { self.copies.as_ptr().add(col) },
            c,
            stride,
            rows,
            cols: cols.min(vectors * s.lanes),
            bias: bias.map_or(std::ptr::null(), <[f32]>::as_ptr),
        };
        // SAFETY: every read is inside the weights and copies, as asserted; what is written is the
        // caller's.
        unsafe { (s.tile)(vectors, &tile) }
    }

    /// Asserts that all runs lie inside the copies; must be called before [`Runs::tile`].
    ///
    /// # Panics
    /// Where they do not.
    pub fn fits(&self) {
        let last = self.taps.iter().max().map_or(0, |t| t + self.run);
        assert!(self.run.is_multiple_of(16) && self.outer > 0);
        assert!((self.outer - 1) * self.outer_stride + last <= self.copies.len());
    }
}

impl DotShape {
    /// The shape that fits so many runs on the left and right.
    pub fn new(rows: usize, cols: usize) -> Self {
        Self::at(Level::best(), rows, cols)
    }

    fn at(level: Level, rows: usize, cols: usize) -> Self {
        let shape = |rows, cols, dots| DotShape { rows, cols, dots };
        match (level, rows) {
            #[cfg(target_arch = "x86_64")]
            (Level::Avx512, 1) if cols > 4 => shape(1, 9, avx512::dots::<1, 9>),
            #[cfg(target_arch = "x86_64")]
            (Level::Avx512, 1) => shape(1, 4, avx512::dots::<1, 4>),
            #[cfg(target_arch = "x86_64")]
            (Level::Avx512, 2..=6) => shape(6, 4, avx512::dots::<6, 4>),
            #[cfg(target_arch = "x86_64")]
            (Level::Avx512, _) => shape(4, 6, avx512::dots::<4, 6>),
            #[cfg(target_arch = "x86_64")]
            (Level::Avx2, 1) => shape(1, 9, avx2::dots::<1, 9>),
            #[cfg(target_arch = "x86_64")]
            (Level::Avx2, _) => shape(3, 4, avx2::dots::<3, 4>),
            (_, 1) => shape(1, 9, portable::dots::<1, 9>),
            _ => shape(2, 2, portable::dots::<2, 2>),
        }
    }

    /// Sums of products of runs of `len` elements, whole vectors, of several images: those of left
    /// and right run begin at these places of the slices and are so far apart. `out` gets them,
    /// left by right.
    ///
    /// # Panics
    /// Where something does not fit.
    pub fn run(&self, left: Side<'_>, right: Side<'_>, images: usize, len: usize, out: &mut [f32]) {
        assert!(images > 0 && len.is_multiple_of(16) && left.begins.len() == self.rows);
        assert!(right.begins.len() == self.cols && out.len() >= self.rows * self.cols && self.rows.max(self.cols) <= 9);
        let (rows, cols) = (left.pointers(images, len), right.pointers(images, len));
        let dots = Dots {
            rows: rows.as_ptr(),
            cols: cols.as_ptr(),
            images,
            row_stride: left.stride,
            col_stride: right.stride,
            len,
            out: out.as_mut_ptr(),
        };
        // SAFETY: the pointers were checked to be valid for all images.
        unsafe { (self.dots)(&dots) }
    }
}

/// Runs of one side of [`DotShape::run`].
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// Where they lie.
    pub data: &'a [f32],
    /// Where the first image's begin.
    pub begins: &'a [usize],
    /// Elements between images.
    pub stride: usize,
}

impl Side<'_> {
    fn pointers(&self, images: usize, len: usize) -> [*const f32; 9] {
        let mut all = [self.data.as_ptr(); 9];
        for (pointer, begin) in all.iter_mut().zip(self.begins) {
            assert!(begin + (images - 1) * self.stride + len <= self.data.len());
            // SAFETY: inside, as asserted.
            *pointer = unsafe { pointer.add(*begin) };
        }
        all
    }
}

/// Writes a tile that is not whole.
///
/// # Safety
/// `sums` holds `rows` rows of `width` sums, and the tile is valid.
unsafe fn store(tile: &Tile, sums: *const f32, width: usize) {
    for r in 0..tile.rows {
        // SAFETY: by contract.
        unsafe {
            let start = if tile.bias.is_null() { 0.0 } else { *tile.bias.add(r) };
            for j in 0..tile.cols {
                *tile.c.add(r * tile.stride + j) = *sums.add(r * width + j) + start;
            }
        }
    }
}

/// Vectors of one kind.
///
/// # Safety
/// Functions may be called only where the machine has the instructions and pointers are valid.
trait Vector: Copy {
    const LANES: usize;
    unsafe fn splat(value: f32) -> Self;
    unsafe fn load(from: *const f32) -> Self;
    unsafe fn store(self, to: *mut f32);
    unsafe fn add(self, other: Self) -> Self;
    /// `self * by + to`.
    unsafe fn multiply_add(self, by: Self, to: Self) -> Self;
}

/// The most lanes of any kind.
const MAX_LANES: usize = 16;

/// Forms a tile of at most `MOST` vectors.
///
/// # Safety
/// As those of [`Vector`]; the tile's pointers are valid.
#[inline(always)]
unsafe fn tile<X: Vector, const R: usize, const MOST: usize>(vectors: usize, tile: &Tile) {
    // SAFETY: by contract.
    unsafe {
        match vectors.min(MOST) {
            1 => vectors_of::<X, R, 1>(tile),
            2 => vectors_of::<X, R, 2>(tile),
            3 if MOST >= 3 => vectors_of::<X, R, 3>(tile),
            4 if MOST >= 4 => vectors_of::<X, R, 4>(tile),
            5 if MOST >= 5 => vectors_of::<X, R, 5>(tile),
            6 if MOST >= 6 => vectors_of::<X, R, 6>(tile),
            7 if MOST >= 7 => vectors_of::<X, R, 7>(tile),
            _ => vectors_of::<X, R, MOST>(tile),
        }
    }
}

/// # Safety
/// As [`tile`].
#[inline(always)]
unsafe fn vectors_of<X: Vector, const R: usize, const V: usize>(tile: &Tile) {
    // SAFETY: by contract.
    unsafe {
        let zero = X::splat(0.0);
        let mut sums = [[zero; V]; R];
        let (mut a, mut b) = (tile.a, tile.b);
        for _ in 0..tile.outer {
            for t in 0..tile.inner {
                let from = b.add(*tile.taps.add(t));
                let mut right = [zero; V];
                for v in 0..V {
                    right[v] = X::load(from.add(v * X::LANES));
                }
                for r in 0..R {
                    let left = X::splat(*a.add(r));
                    for v in 0..V {
                        sums[r][v] = left.multiply_add(right[v], sums[r][v]);
                    }
                }
                a = a.add(R);
            }
            b = b.wrapping_add(tile.outer_stride);
        }
        if tile.rows < R || tile.cols < V * X::LANES {
            // Through a copy, so that the sums themselves stay in registers.
            let mut copy = [[[0.0f32; MAX_LANES]; V]; R];
            let (at, width) = (copy.as_mut_ptr().cast::<f32>(), V * X::LANES);
            for r in 0..R {
                for v in 0..V {
                    sums[r][v].store(at.add(r * width + v * X::LANES));
                }
            }
            return store(tile, at, width);
        }
        for r in 0..R {
            let start = X::splat(if tile.bias.is_null() { 0.0 } else { *tile.bias.add(r) });
            for v in 0..V {
                sums[r][v].add(start).store(tile.c.add(r * tile.stride + v * X::LANES));
            }
        }
    }
}

/// # Safety
/// As those of [`Vector`]; all pointers are valid.
#[inline(always)]
unsafe fn dots<X: Vector, const R: usize, const S: usize>(d: &Dots) {
    // SAFETY: by contract.
    unsafe {
        let zero = X::splat(0.0);
        let mut sums = [[zero; S]; R];
        let rows: [*const f32; R] = std::array::from_fn(|r| *d.rows.add(r));
        let cols: [*const f32; S] = std::array::from_fn(|s| *d.cols.add(s));
        for image in 0..d.images {
            let (row_at, col_at) = (image * d.row_stride, image * d.col_stride);
            let mut j = 0;
            while j < d.len {
                let mut left = [zero; R];
                for r in 0..R {
                    left[r] = X::load(rows[r].add(row_at + j));
                }
                for s in 0..S {
                    let right = X::load(cols[s].add(col_at + j));
                    for r in 0..R {
                        sums[r][s] = left[r].multiply_add(right, sums[r][s]);
                    }
                }
                j += X::LANES;
            }
        }
        for r in 0..R {
            for s in 0..S {
                let mut lanes = [0.0f32; MAX_LANES];
                sums[r][s].store(lanes.as_mut_ptr());
                let mut half = X::LANES / 2;
                while half > 0 {
                    for i in 0..half {
                        lanes[i] += lanes[i + half];
                    }
                    half /= 2;
                }
                *d.out.add(r * S + s) = lanes[0];
            }
        }
    }
}

/// The functions of [`Vector`] from those of a kind, and the code that is made of them.
macro_rules! vectors {
    ($vector:ty, $lanes:literal, $splat:path, $load:path, $store:path, $add:path, $fma:path) => {
        impl Vector for $vector {
            const LANES: usize = $lanes;
            #[inline(always)]
            unsafe fn splat(value: f32) -> Self {
                // SAFETY: by contract.
                unsafe { $splat(value) }
            }
            #[inline(always)]
            unsafe fn load(from: *const f32) -> Self {
                // SAFETY: by contract.
                unsafe { $load(from) }
            }
            #[inline(always)]
            unsafe fn store(self, to: *mut f32) {
                // SAFETY: by contract.
                unsafe { $store(to, self) }
            }
            #[inline(always)]
            unsafe fn add(self, other: Self) -> Self {
                // SAFETY: by contract.
                unsafe { $add(self, other) }
            }
            #[inline(always)]
            unsafe fn multiply_add(self, by: Self, to: Self) -> Self {
                // SAFETY: by contract.
                unsafe { $fma(self, by, to) }
            }
        }
    };
}

/// Compiles tiles for one kind of vector.
macro_rules! compiled {
    ($module:ident, $(#[$attribute:meta])*, $vector:ty) => {
        mod $module {
            use super::{Dots, Tile};

            /// # Safety
            /// The machine has the instructions, and the tile's pointers are valid.
            $(#[$attribute])*
            pub(super) unsafe fn tile<const R: usize, const MOST: usize>(vectors: usize, tile: &Tile) {
                // SAFETY: by contract.
                unsafe { super::tile::<$vector, R, MOST>(vectors, tile) }
            }

            /// # Safety
            /// The machine has the instructions, and all pointers are valid.
            $(#[$attribute])*
            pub(super) unsafe fn dots<const R: usize, const S: usize>(d: &Dots) {
                // SAFETY: by contract.
                unsafe { super::dots::<$vector, R, S>(d) }
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::Vector;
    use std::arch::x86_64::*;

    vectors!(__m512, 16, _mm512_set1_ps, _mm512_loadu_ps, _mm512_storeu_ps, _mm512_add_ps, _mm512_fmadd_ps);
    vectors!(__m256, 8, _mm256_set1_ps, _mm256_loadu_ps, _mm256_storeu_ps, _mm256_add_ps, _mm256_fmadd_ps);
}
#[cfg(target_arch = "x86_64")]
compiled!(avx512, #[target_feature(enable = "avx512f")], std::arch::x86_64::__m512);
#[cfg(target_arch = "x86_64")]
compiled!(avx2, #[target_feature(enable = "avx2,fma")], std::arch::x86_64::__m256);

/// Plain arrays, of which the compiler makes what vectors it can.
impl Vector for [f32; 4] {
    const LANES: usize = 4;
    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        [value; 4]
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: by contract.
        unsafe { from.cast::<[f32; 4]>().read_unaligned() }
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: by contract.
        unsafe { to.cast::<[f32; 4]>().write_unaligned(self) }
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        std::array::from_fn(|i| self[i] + other[i])
    }
    #[inline(always)]
    unsafe fn multiply_add(self, by: Self, to: Self) -> Self {
        std::array::from_fn(|i| self[i] * by[i] + to[i])
    }
}
compiled!(portable,, [f32; 4]);

#[cfg(test)]
mod tests {
    use super::super::testing::{self, below, floats};
    use super::*;

    #[test]
    fn tiles_of_every_level_agree_with_the_definition() {
        for seed in 0..60 {
            let mut rng = testing::rng(seed);
            let (m, outer, inner) = (1 + below(&mut rng, 20), 1 + below(&mut rng, 5), 1 + below(&mut rng, 9));
            let run = 16 * (1 + below(&mut rng, 9));
            let taps: Vec<usize> = (0..inner).map(|_| below(&mut rng, 40)).collect();
            let (depth, stride) = (outer * inner, run + 40 + below(&mut rng, 9));
            let (w, bias) = (floats(&mut rng, m * depth), floats(&mut rng, m));
            let copies = floats(&mut rng, outer * stride);
            for level in Level::all() {
                let shape = Shape::at(level, m);
                let mut weights = vec![0.0; shape.packed_len(m, depth)];
                for (i, v) in w.iter().enumerate() {
                    let (r, k) = (i / depth, i % depth);
                    weights[(r / shape.rows * depth + k) * shape.rows + r % shape.rows] = *v;
                }
                let runs =
                    Runs { shape, weights: &weights, outer, outer_stride: stride, taps: &taps, copies: &copies, run };
                runs.fits();
                // The last columns do not count.
                let mut c = vec![f32::NAN; m * run];
                for row in (0..m).step_by(shape.rows) {
                    let rows = shape.rows.min(m - row);
                    for col in (0..run - 3).step_by(shape.cols()) {
                        let (cols, c) = (run - 3 - col, c[row * run + col..].as_mut_ptr());
                        // SAFETY: the tile lies inside of `c`.
                        unsafe { runs.tile(row / shape.rows, rows, col, cols, Some(&bias[row..]), c, run) };
                    }
                }
                for (r, c) in c.chunks_exact(run).enumerate() {
                    let expected: Vec<f64> = (0..run - 3)
                        .map(|j| {
                            let product = |k: usize| {
                                let from = k / inner * stride + taps[k % inner] + j;
                                f64::from(w[r * depth + k]) * f64::from(copies[from])
                            };
                            f64::from(bias[r]) + (0..depth).map(product).sum::<f64>()
                        })
                        .collect();
                    testing::assert_close(&c[..run - 3], &expected, depth, &format!("{level:?} {m} {run}"));
                    assert!(c[run - 3..].iter().all(|v| v.is_nan()), "written outside");
                }
            }
        }
    }

    #[test]
    fn sums_of_every_level_agree_with_the_definition() {
        for seed in 0..60 {
            let mut rng = testing::rng(seed);
            let (images, len) = (1 + below(&mut rng, 4), 16 * (1 + below(&mut rng, 5)));
            let (m, n) = (1 + below(&mut rng, 9), 1 + below(&mut rng, 9));
            let stride = len + 30;
            let (a, b) = (floats(&mut rng, images * stride), floats(&mut rng, images * stride));
            for level in Level::all() {
                let shape = DotShape::at(level, m, n);
                let mut begin = |count| (0..count).map(|_| below(&mut rng, 30)).collect::<Vec<_>>();
                let (rows, cols) = (begin(shape.rows), begin(shape.cols));
                let mut out = vec![f32::NAN; rows.len() * cols.len()];
                let (left, right) =
                    (Side { data: &a, begins: &rows, stride }, Side { data: &b, begins: &cols, stride });
                shape.run(left, right, images, len, &mut out);
                let product = |r: usize, c: usize| {
                    let at = (0..images * len).map(|k| (k / len) * stride + k % len);
                    at.map(|k| f64::from(a[rows[r] + k]) * f64::from(b[cols[c] + k])).sum::<f64>()
                };
                let expected: Vec<f64> = (0..out.len()).map(|i| product(i / cols.len(), i % cols.len())).collect();
                testing::assert_close(&out, &expected, images * len, &format!("{level:?}"));
            }
        }
    }
}
