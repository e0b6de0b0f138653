//! The innermost loop: the sums of a few output channels at a few pixels stay in registers.
//!
//! Each step takes one tap of one input channel: a vector of images at each pixel, against the
//! weight of each output channel, which is broadcast.

use crate::kernels::blocked::Level;
use crate::kernels::blocked::vector::{Plain, Vector};

/// One tile of outputs.
pub struct Tile {
    /// What the first pixel reads first.
    pub x: *const f32,
    /// Floats to what the next pixel reads.
    pub x_pixel: usize,
    /// Floats to the next tap, row of taps and channel.
    pub x_steps: [usize; 3],
    /// Taps of a row, rows of taps, and channels.
    pub counts: [usize; 3],
    /// The first weight.
    pub w: *const f32,
    /// Floats to the same weight of the next output.
    pub w_output: usize,
    /// Floats to the next tap, row of taps and channel.
    pub w_steps: [isize; 3],
    /// One for each output, where sums begin; null for zeros.
    pub bias: *const f32,
    /// The first pixel of the first output.
    pub y: *mut f32,
    /// Floats between outputs.
    pub y_output: usize,
    /// Between which values outputs are held.
    pub bounds: (f32, f32),
}

/// The code for one shape of tiles.
pub type TileFn = unsafe fn(&Tile);

/// Most outputs and most pixels of a tile.
pub fn most(level: Level) -> (usize, usize) {
    match level {
        Level::Avx512 => (6, 4),
        Level::Avx2 | Level::Neon | Level::Portable => (3, 3),
    }
}

/// `K` outputs at `P` pixels.
///
/// # Safety
/// The machine has the instructions, and the tile's pointers are valid.
#[inline(always)]
unsafe fn tile<V: Vector, const K: usize, const P: usize>(t: &Tile) {
    // SAFETY: by contract.
    unsafe {
        let mut sums = [[V::splat(0.0); P]; K];
        if !t.bias.is_null() {
            for k in 0..K {
                sums[k] = [V::splat(*t.bias.add(k)); P];
            }
        }
        for channel in 0..t.counts[2] {
            for row in 0..t.counts[1] {
                let mut x = t.x.wrapping_add(channel * t.x_steps[2] + row * t.x_steps[1]);
                let mut w = t.w.wrapping_offset(channel as isize * t.w_steps[2] + row as isize * t.w_steps[1]);
                for _ in 0..t.counts[0] {
                    let mut pixels = [V::splat(0.0); P];
                    for p in 0..P {
                        pixels[p] = V::load(x.add(p * t.x_pixel));
                    }
                    for k in 0..K {
                        let weight = V::splat(*w.add(k * t.w_output));
                        for p in 0..P {
                            sums[k][p] = V::fma(pixels[p], weight, sums[k][p]);
                        }
                    }
                    x = x.wrapping_add(t.x_steps[0]);
                    w = w.wrapping_offset(t.w_steps[0]);
                }
            }
        }
        let (low, high) = (V::splat(t.bounds.0), V::splat(t.bounds.1));
        for k in 0..K {
            for p in 0..P {
                high.min(low.max(sums[k][p])).store(t.y.add(k * t.y_output + p * V::LANES));
            }
        }
    }
}

macro_rules! table {
    ($module:ident, $vector:ty, [$($k:literal)*] $pixels:tt $(, $feature:literal)?) => {
        mod $module {
            use super::*;

            $(#[target_feature(enable = $feature)])?
            unsafe fn at<const K: usize, const P: usize>(t: &Tile) {
                // SAFETY: by the contract of `tile`.
                unsafe { tile::<$vector, K, P>(t) }
            }

            pub(super) fn pick(outputs: usize, pixels: usize) -> Option<TileFn> {
                match outputs {
                    $($k => table!(@pixels $k, pixels, $pixels),)*
                    _ => None,
                }
            }
        }
    };
    (@pixels $k:literal, $pixels:ident, [$($p:literal)*]) => {
        match $pixels {
            $($p => Some(at::<$k, $p>),)*
            _ => None,
        }
    };
}

#[cfg(target_arch = "x86_64")]
table!(avx512, std::arch::x86_64::__m512, [1 2 3 4 5 6] [1 2 3 4], "avx512f");
#[cfg(target_arch = "x86_64")]
table!(avx2, std::arch::x86_64::__m256, [1 2 3] [1 2 3], "avx2,fma");
#[cfg(target_arch = "aarch64")]
table!(neon, crate::kernels::blocked::vector::Neon, [1 2 3] [1 2 3], "neon");
table!(portable, Plain, [1 2 3] [1 2 3]);

/// The code for tiles of so many outputs at so many pixels.
pub fn pick(level: Level, outputs: usize, pixels: usize) -> Option<TileFn> {
    match level {
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => avx512::pick(outputs, pixels),
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => avx2::pick(outputs, pixels),
        #[cfg(target_arch = "aarch64")]
        Level::Neon => neon::pick(outputs, pixels),
        _ => portable::pick(outputs, pixels),
    }
}
