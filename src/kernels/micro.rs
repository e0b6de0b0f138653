//! Products of packed matrices: the innermost loops of convolutions.
//!
//! The left matrix is packed in panels of a few rows, `[panel][k][row]`; the right one in
//! panels of up to three vectors of columns, `[panel][k][column]`, the last one as narrow as it
//! can be. Packing writes whatever layout is at hand straight into this form, so that nothing is
//! copied twice. Blocking follows Goto and van de Geijn (2008). Which instructions are used
//! depends on the machine; the order of sums depends on sizes alone.

use std::ops::Range;

use super::level::Level;
use super::shared::Shared;

/// Depth of the blocks between which sums go through memory: a panel of columns stays in the
/// first-level cache.
const DEPTH: usize = 256;

/// One tile: where it is and how it begins.
struct Tile {
    depth: usize,
    a: *const f32,
    b: *const f32,
    c: *mut f32,
    stride: usize,
    rows: usize,
    cols: usize,
    /// Whether sums are added to what is there.
    add: bool,
    /// Otherwise they begin with these, one for each row, or with zero where it is null.
    bias: *const f32,
}

type TileFn = unsafe fn(usize, &Tile);

/// The shape of tiles and the code for them.
#[derive(Clone, Copy)]
pub struct Isa {
    /// Rows of a panel of the left matrix.
    pub rows: usize,
    /// Columns of a vector.
    pub lanes: usize,
    tile: TileFn,
}

/// How sums begin.
#[derive(Clone, Copy)]
pub enum Begin<'a> {
    /// With these, one for each row, or with zero.
    With(Option<&'a [f32]>),
    /// With what is there.
    Add,
}

/// The best code for this machine.
pub fn isa() -> Isa {
    match Level::best() {
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => Isa { rows: 8, lanes: 16, tile: avx512::tile },
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => Isa { rows: 4, lanes: 8, tile: avx2::tile },
        _ => Isa { rows: 4, lanes: 4, tile: portable::tile },
    }
}

impl Isa {
    /// Columns of a full panel of the right matrix.
    pub fn cols(&self) -> usize {
        3 * self.lanes
    }

    /// Floats of a packed left matrix.
    pub fn left_len(&self, rows: usize, depth: usize) -> usize {
        rows.next_multiple_of(self.rows) * depth
    }

    /// Floats of a packed right matrix.
    pub fn right_len(&self, depth: usize, cols: usize) -> usize {
        cols.next_multiple_of(self.lanes) * depth
    }

    /// Columns that a panel of the right matrix is packed to.
    pub fn width(&self, panel: usize, cols: usize) -> usize {
        (cols - panel * self.cols()).next_multiple_of(self.lanes).min(self.cols())
    }
}

/// Packed matrices.
#[derive(Clone, Copy)]
pub struct Product<'a> {
    /// The code that they are packed for.
    pub isa: Isa,
    /// `[rows, depth]`, packed.
    pub left: &'a [f32],
    /// `[depth, cols]`, packed.
    pub right: &'a [f32],
    /// Rows.
    pub rows: usize,
    /// Length of the sums.
    pub depth: usize,
    /// Columns.
    pub cols: usize,
}

impl Product<'_> {
    /// Rows and columns of the tiles that threads should work on.
    pub fn tile(&self) -> (usize, usize) {
        (128, 6 * self.isa.cols())
    }

    /// Forms the rows and columns given, of the part `sums` of each sum, at `offset` and with
    /// `stride` between rows. Both begin at a multiple of [`Product::tile`].
    ///
    /// # Panics
    /// Where something does not fit.
    ///
    /// # Safety
    /// No other thread accesses those elements of `c` during the call.
    pub unsafe fn run(
        &self,
        rows: Range<usize>,
        cols: Range<usize>,
        sums: Range<usize>,
        begin: Begin<'_>,
        c: Shared<'_>,
        (offset, stride): (usize, usize),
    ) {
        let (isa, depth) = (self.isa, self.depth);
        assert!(rows.end <= self.rows && cols.end <= self.cols && sums.end <= depth);
        assert!(rows.start.is_multiple_of(isa.rows) && cols.start.is_multiple_of(isa.cols()));
        assert!(self.left.len() >= isa.left_len(self.rows, depth));
        assert!(self.right.len() >= isa.right_len(depth, self.cols));
        if rows.is_empty() || cols.is_empty() {
            return;
        }
        assert!(offset + (rows.end - 1) * stride + cols.end <= c.len());
        let bias = match begin {
            Begin::With(Some(bias)) => {
                assert!(bias.len() >= rows.end);
                Some(bias)
            }
            _ => None,
        };
        let mut from = sums.start;
        loop {
            let block = DEPTH.min(sums.end - from);
            for col in cols.clone().step_by(isa.cols()) {
                let panel = col / isa.cols();
                let width = isa.width(panel, self.cols);
                for row in rows.clone().step_by(isa.rows) {
                    // SAFETY: the lengths were asserted above: panels of `isa.rows` rows and
                    // `width` columns are whole in the packed matrices, and the tile's valid
                    // rows and columns are inside `c`, where nothing else is at work.
                    unsafe {
                        let tile = Tile {
                            depth: block,
                            a: self.left.as_ptr().add(row * depth + from * isa.rows),
                            b: self.right.as_ptr().add(col * depth + from * width),
                            c: c.pointer().add(offset + row * stride + col),
                            stride,
                            rows: isa.rows.min(rows.end - row),
                            cols: isa.cols().min(cols.end - col),
                            add: from > sums.start || matches!(begin, Begin::Add),
                            bias: bias.map_or(std::ptr::null(), |b| b.as_ptr().add(row)),
                        };
                        (isa.tile)(width / isa.lanes, &tile);
                    }
                }
            }
            from += block;
            if from >= sums.end {
                return;
            }
        }
    }
}

/// A packed left matrix and one panel of a right one, of which only a part of the depth is
/// there.
pub struct Block<'a> {
    /// The code that they are packed for.
    pub isa: Isa,
    /// `[rows, depth]`, packed.
    pub left: &'a [f32],
    /// The whole length of the sums.
    pub depth: usize,
    /// The part of the depth that `right` has.
    pub part: Range<usize>,
    /// `[part, width]`.
    pub right: &'a [f32],
    /// Columns, in whole vectors.
    pub width: usize,
}

impl Block<'_> {
    /// Forms sums of whole tiles for the rows given, which begin at a multiple of the tile's
    /// rows; with `add`, they are added to what is there. Rows are `stride` apart.
    ///
    /// # Panics
    /// Where something does not fit.
    pub fn run(&self, rows: Range<usize>, add: bool, c: &mut [f32], stride: usize) {
        let (isa, depth) = (self.isa, self.part.len());
        let whole = rows.len().next_multiple_of(isa.rows);
        assert!(rows.start.is_multiple_of(isa.rows) && self.part.end <= self.depth);
        assert!(self.width.is_multiple_of(isa.lanes) && 0 < self.width && self.width <= isa.cols());
        assert!(self.left.len() >= (rows.start + whole) * self.depth && self.right.len() >= depth * self.width);
        if whole == 0 {
            return;
        }
        assert!(self.width <= stride && c.len() >= (whole - 1) * stride + self.width);
        for row in (0..whole).step_by(isa.rows) {
            // SAFETY: the lengths were asserted above: panels of `isa.rows` rows and `width`
            // columns are whole in the packed matrices, and so are tiles in `c`, which is
            // borrowed mutably.
            unsafe {
                let tile = Tile {
                    depth,
                    a: self.left.as_ptr().add((rows.start + row) * self.depth + self.part.start * isa.rows),
                    b: self.right.as_ptr(),
                    c: c.as_mut_ptr().add(row * stride),
                    stride,
                    rows: isa.rows,
                    cols: self.width,
                    add,
                    bias: std::ptr::null(),
                };
                (isa.tile)(self.width / isa.lanes, &tile);
            }
        }
    }
}

/// Operations per second of one thread, two for each multiply-add, on matrices that stay in the
/// first-level cache: what no product can exceed. The best of several short trials, as other
/// processes may take the core in between.
pub fn peak(trials: usize) -> f64 {
    const SUMS: usize = 128;
    const RUNS: usize = 2000;
    let isa = isa();
    let (left, right) = (vec![1.0; isa.left_len(isa.rows, SUMS)], vec![1.0; isa.right_len(SUMS, isa.cols())]);
    let mut out = vec![0.0; isa.rows * isa.cols()];
    let operations = (2 * RUNS * SUMS * isa.rows * isa.cols()) as f64;
    let block = Block { isa, left: &left, depth: SUMS, part: 0..SUMS, right: &right, width: isa.cols() };
    let mut trial = || {
        let begin = std::time::Instant::now();
        (0..RUNS).for_each(|_| block.run(0..isa.rows, false, &mut out, isa.cols()));
        operations / begin.elapsed().as_secs_f64()
    };
    (0..trials).map(|_| trial()).fold(0.0, f64::max)
}

/// Writes a tile that is not whole, or that the vector code leaves to this.
///
/// # Safety
/// `sums` holds `rows` rows of `width` sums, and the tile is valid.
unsafe fn store(tile: &Tile, sums: *const f32, width: usize) {
    for r in 0..tile.rows {
        // SAFETY: by contract.
        unsafe {
            let start = if tile.bias.is_null() { 0.0 } else { *tile.bias.add(r) };
            for j in 0..tile.cols {
                let c = tile.c.add(r * tile.stride + j);
                let sum = *sums.add(r * width + j);
                *c = sum + if tile.add { *c } else { start };
            }
        }
    }
}

/// The code of a tile for one kind of vector.
macro_rules! tiles {
    ($module:ident, $feature:literal, $rows:literal, $lanes:literal, $vector:ty, $zero:expr, $load:expr, $store:expr, $splat:expr, $fma:expr, $add:expr) => {
        #[cfg(target_arch = "x86_64")]
        mod $module {
            use super::{Tile, store};
            use std::arch::x86_64::*;

            const ROWS: usize = $rows;
            const LANES: usize = $lanes;

            /// # Safety
            /// The machine has the instructions, and the tile's pointers are valid.
            pub(super) unsafe fn tile(vectors: usize, tile: &Tile) {
                // SAFETY: by contract.
                unsafe {
                    match vectors {
                        1 => vectors_of::<1>(tile),
                        2 => vectors_of::<2>(tile),
                        _ => vectors_of::<3>(tile),
                    }
                }
            }

            #[target_feature(enable = $feature)]
            unsafe fn vectors_of<const V: usize>(tile: &Tile) {
                // SAFETY: by the contract of `tile`.
                unsafe {
                    let mut sums: [[$vector; V]; ROWS] = [[$zero; V]; ROWS];
                    let (mut a, mut b) = (tile.a, tile.b);
                    for _ in 0..tile.depth {
                        let mut right = [$zero; V];
                        for v in 0..V {
                            right[v] = $load(b.add(v * LANES));
                        }
                        for r in 0..ROWS {
                            let left = $splat(*a.add(r));
                            for v in 0..V {
                                sums[r][v] = $fma(left, right[v], sums[r][v]);
                            }
                        }
                        a = a.add(ROWS);
                        b = b.add(V * LANES);
                    }
                    if tile.rows < ROWS || tile.cols < V * LANES {
                        // Through a copy, so that the sums themselves stay in registers.
                        let mut copy = [0.0f32; ROWS * 3 * LANES];
                        for r in 0..ROWS {
                            for v in 0..V {
                                $store(copy.as_mut_ptr().add((r * V + v) * LANES), sums[r][v]);
                            }
                        }
                        return store(tile, copy.as_ptr(), V * LANES);
                    }
                    for r in 0..ROWS {
                        let start = if tile.bias.is_null() { 0.0 } else { *tile.bias.add(r) };
                        for v in 0..V {
                            let c = tile.c.add(r * tile.stride + v * LANES);
                            let begin = if tile.add { $load(c) } else { $splat(start) };
                            $store(c, $add(sums[r][v], begin));
                        }
                    }
                }
            }
        }
    };
}

tiles!(
    avx512,
    "avx512f",
    8,
    16,
    __m512,
    _mm512_setzero_ps(),
    _mm512_loadu_ps,
    _mm512_storeu_ps,
    _mm512_set1_ps,
    _mm512_fmadd_ps,
    _mm512_add_ps
);
tiles!(
    avx2,
    "avx2,fma",
    4,
    8,
    __m256,
    _mm256_setzero_ps(),
    _mm256_loadu_ps,
    _mm256_storeu_ps,
    _mm256_set1_ps,
    _mm256_fmadd_ps,
    _mm256_add_ps
);

/// The same without intrinsics; the compiler makes what vectors it can.
mod portable {
    use super::{Tile, store};

    const ROWS: usize = 4;
    const LANES: usize = 4;

    /// # Safety
    /// The tile's pointers are valid.
    pub(super) unsafe fn tile(vectors: usize, tile: &Tile) {
        let width = vectors * LANES;
        let mut sums = [0.0f32; ROWS * 3 * LANES];
        for k in 0..tile.depth {
            for r in 0..ROWS {
                // SAFETY: by contract.
                let (left, right) =
                    unsafe { (*tile.a.add(k * ROWS + r), std::slice::from_raw_parts(tile.b.add(k * width), width)) };
                for (sum, right) in sums[r * width..].iter_mut().zip(right) {
                    *sum += left * right;
                }
            }
        }
        // SAFETY: by contract.
        unsafe { store(tile, sums.as_ptr(), width) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, below, floats};
    use super::*;

    fn all_kinds() -> Vec<Isa> {
        let mut kinds = vec![isa(), Isa { rows: 4, lanes: 4, tile: portable::tile }];
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            kinds.push(Isa { rows: 4, lanes: 8, tile: avx2::tile });
        }
        kinds
    }

    #[test]
    fn tiles_of_every_kind_agree_with_the_definition() {
        for seed in 0..120 {
            let mut rng = testing::rng(seed);
            let (m, n, k) = (1 + below(&mut rng, 40), 1 + below(&mut rng, 110), 1 + below(&mut rng, 600));
            let (a, b) = (floats(&mut rng, m * k), floats(&mut rng, k * n));
            let bias = floats(&mut rng, m);
            for isa in all_kinds() {
                let mut left = vec![0.0; isa.left_len(m, k)];
                let mut right = vec![0.0; isa.right_len(k, n)];
                for (i, v) in a.iter().enumerate() {
                    let (r, k_at) = (i / k, i % k);
                    left[r / isa.rows * isa.rows * k + k_at * isa.rows + r % isa.rows] = *v;
                }
                for (i, v) in b.iter().enumerate() {
                    let (k_at, j) = (i / n, i % n);
                    let panel = j / isa.cols();
                    right[panel * isa.cols() * k + k_at * isa.width(panel, n) + j % isa.cols()] = *v;
                }
                let product = Product { isa, left: &left, right: &right, rows: m, depth: k, cols: n };
                // Two parts of each sum, the second added to the first, with rows apart.
                let stride = n + 3;
                let mut c = vec![f32::NAN; m * stride];
                let shared = Shared::new(&mut c);
                for (part, begin) in [(0..k / 2, Begin::With(Some(&bias[..]))), (k / 2..k, Begin::Add)] {
                    // SAFETY: one thread.
                    unsafe { product.run(0..m, 0..n, part, begin, shared, (0, stride)) };
                }
                for r in 0..m {
                    let expected: Vec<f64> = (0..n)
                        .map(|j| {
                            let dot: f64 = (0..k).map(|i| f64::from(a[r * k + i]) * f64::from(b[i * n + j])).sum();
                            dot + f64::from(bias[r])
                        })
                        .collect();
                    testing::assert_close(&c[r * stride..][..n], &expected, k, &format!("{m}x{n}x{k}"));
                    assert!(c[r * stride + n..(r + 1) * stride].iter().all(|v| v.is_nan()), "written outside");
                }
            }
        }
    }
}
