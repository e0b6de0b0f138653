//! The innermost loops of direct convolutions: a few pixels by one or two blocks of output
//! channels, whose sums stay in registers from the bias to the activation.
//!
//! Each step takes one input channel: its weights for all lanes are one vector a block, and its
//! value at each pixel is broadcast. Blocks that are read along channels and maps that are read
//! along rows differ in the distance between pixels only.

use super::vector::{Level, Plain, Vector, prefetch};

/// Consecutive floats of the input, for each of which there are weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// From where a pixel begins to read.
    pub offset: usize,
    /// How many.
    pub len: usize,
}

/// One tile of outputs.
pub struct Tile<'a> {
    /// What each pixel reads.
    pub runs: &'a [Run],
    /// The first pixel.
    pub x: *const f32,
    /// Floats between the rows of pixels.
    pub x_row: usize,
    /// `[runs][len][blocks][lanes]`.
    pub w: *const f32,
    /// `[blocks][lanes]`, where sums begin.
    pub bias: *const f32,
    /// Added, laid out as `y`; null for none.
    pub residual: *const f32,
    /// The output of the first pixel.
    pub y: *mut f32,
    /// Floats between rows of the output.
    pub y_row: usize,
    /// Floats between blocks of the output.
    pub y_block: usize,
    /// Outputs are no less.
    pub low: f32,
    /// Nor are they greater.
    pub high: f32,
}

/// The code for one shape of tiles.
pub type TileFn = unsafe fn(&Tile<'_>);

/// Most pixels of a tile.
pub fn pixels(level: Level) -> usize {
    match level {
        Level::Avx512 => 14,
        Level::Avx2 | Level::Neon | Level::Portable => 6,
    }
}

/// `R` rows of `P` pixels, `STEP` floats apart, by `B` blocks.
///
/// # Safety
/// The machine has the instructions, and the tile's pointers are valid.
#[inline(always)]
unsafe fn tile<V: Vector, const B: usize, const R: usize, const P: usize, const STEP: usize>(t: &Tile<'_>) {
    // SAFETY: by contract.
    unsafe {
        let mut sums = [[[V::splat(0.0); P]; R]; B];
        for b in 0..B {
            sums[b] = [[V::load(t.bias.add(b * V::LANES)); P]; R];
        }
        let mut w = t.w;
        for run in t.runs {
            let mut x = t.x.add(run.offset);
            // What the tile beside this one reads: planes of blocks are far apart, and nobody else
            // foresees the way between them.
            for r in 0..R {
                for p in P..2 * P {
                    prefetch(x.wrapping_add(r * t.x_row + p * STEP));
                }
            }
            for _ in 0..run.len {
                let mut weights = [V::splat(0.0); B];
                for b in 0..B {
                    weights[b] = V::load(w.add(b * V::LANES));
                }
                for r in 0..R {
                    for p in 0..P {
                        let value = V::splat(*x.add(r * t.x_row + p * STEP));
                        for b in 0..B {
                            sums[b][r][p] = V::fma(value, weights[b], sums[b][r][p]);
                        }
                    }
                }
                w = w.add(B * V::LANES);
                x = x.add(1);
            }
        }
        let (low, high) = (V::splat(t.low), V::splat(t.high));
        for b in 0..B {
            for r in 0..R {
                for p in 0..P {
                    let at = b * t.y_block + r * t.y_row + p * V::LANES;
                    let mut sum = sums[b][r][p];
                    if !t.residual.is_null() {
                        sum = sum.add(V::load(t.residual.add(at)));
                    }
                    high.min(low.max(sum)).store(t.y.add(at));
                }
            }
        }
    }
}

macro_rules! table {
    ($module:ident, $vector:ty, $lanes:literal, $double:literal, [$($one:literal)*], [$($two:literal)*] $(, $feature:literal)?) => {
        mod $module {
            use super::*;

            $(#[target_feature(enable = $feature)])?
            unsafe fn at<const B: usize, const R: usize, const P: usize, const STEP: usize>(t: &Tile<'_>) {
                // SAFETY: by the contract of `tile`.
                unsafe { tile::<$vector, B, R, P, STEP>(t) }
            }

            fn of<const B: usize, const STEP: usize>(rows: usize, pixels: usize) -> Option<TileFn> {
                match (rows, pixels) {
                    $((1, $one) => Some(at::<B, 1, $one, STEP>),)*
                    $((2, $two) => Some(at::<B, 2, $two, STEP>),)*
                    _ => None,
                }
            }

            pub(super) fn pick(blocks: usize, rows: usize, pixels: usize, step: usize) -> Option<TileFn> {
                match (blocks, step) {
                    (1, 1) => of::<1, 1>(rows, pixels),
                    (1, 2) => of::<1, 2>(rows, pixels),
                    (1, 4) => of::<1, 4>(rows, pixels),
                    (1, $lanes) => of::<1, $lanes>(rows, pixels),
                    (1, $double) => of::<1, $double>(rows, pixels),
                    (2, 1) => of::<2, 1>(rows, pixels),
                    (2, 2) => of::<2, 2>(rows, pixels),
                    (2, 4) => of::<2, 4>(rows, pixels),
                    (2, $lanes) => of::<2, $lanes>(rows, pixels),
                    (2, $double) => of::<2, $double>(rows, pixels),
                    _ => None,
                }
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
table!(avx512, std::arch::x86_64::__m512, 16, 32, [1 2 3 4 5 6 7 8 9 10 11 12 13 14], [1 2 3 4 5 6 7], "avx512f");
#[cfg(target_arch = "x86_64")]
table!(avx2, std::arch::x86_64::__m256, 8, 16, [1 2 3 4 5 6], [1 2 3], "avx2,fma");
#[cfg(target_arch = "aarch64")]
table!(neon, crate::kernels::blocked::vector::Neon, 8, 16, [1 2 3 4 5 6], [1 2 3], "neon");
table!(portable, Plain, 8, 16, [1 2 3 4 5 6], [1 2 3]);

/// The code for tiles of `rows` by `pixels`, `step` floats apart, by one or two blocks.
pub fn pick(level: Level, blocks: usize, rows: usize, pixels: usize, step: usize) -> Option<TileFn> {
    match level {
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => avx512::pick(blocks, rows, pixels, step),
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => avx2::pick(blocks, rows, pixels, step),
        #[cfg(target_arch = "aarch64")]
        Level::Neon => neon::pick(blocks, rows, pixels, step),
        _ => portable::pick(blocks, rows, pixels, step),
    }
}
