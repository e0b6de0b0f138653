//! Vectors of floats, one type for each kind of machine.

use crate::kernels::lanes::{LANES, fold};
pub use crate::kernels::level::Level;

/// A vector. All functions are to be inlined into one that has the instructions.
///
/// # Safety
/// [`Vector::load`] and [`Vector::store`] access exactly [`Vector::LANES`] floats.
pub unsafe trait Vector: Copy {
    /// Floats of a vector.
    const LANES: usize;
    /// All lanes the same.
    ///
    /// # Safety
    /// The machine has the instructions, here as below.
    unsafe fn splat(value: f32) -> Self;
    /// Reads a vector.
    ///
    /// # Safety
    /// The floats may be read.
    unsafe fn load(from: *const f32) -> Self;
    /// Writes a vector.
    ///
    /// # Safety
    /// The floats may be written.
    unsafe fn store(self, to: *mut f32);
    /// `a * b + c`, rounded once where the machine can.
    ///
    /// # Safety
    /// As [`Vector::splat`].
    unsafe fn fma(a: Self, b: Self, c: Self) -> Self;
    /// `self + other`.
    ///
    /// # Safety
    /// As [`Vector::splat`].
    unsafe fn add(self, other: Self) -> Self;
    /// `self - other`.
    ///
    /// # Safety
    /// As [`Vector::splat`].
    unsafe fn sub(self, other: Self) -> Self;
    /// `self * other`.
    ///
    /// # Safety
    /// As [`Vector::splat`].
    unsafe fn mul(self, other: Self) -> Self;
    /// The greater of two; `other` where either is NaN.
    ///
    /// # Safety
    /// As [`Vector::splat`].
    unsafe fn max(self, other: Self) -> Self;
    /// The smaller of two; `other` where either is NaN.
    ///
    /// # Safety
    /// As [`Vector::splat`].
    unsafe fn min(self, other: Self) -> Self;
    /// The greater of two; NaN where either is.
    ///
    /// # Safety
    /// As [`Vector::splat`].
    #[inline(always)]
    unsafe fn max_or_nan(self, other: Self) -> Self {
        // SAFETY: by contract.
        unsafe {
            // The greater of two is `other` where that is NaN.
            let number = self.max(other).select(self, self, |a, b| a == b);
            number.add(self.select(self, self, |a, b| a != b))
        }
    }

    /// `self` in the lanes where `a` is `b` and zero in the others, and the rest of `self`.
    ///
    /// # Safety
    /// As [`Vector::splat`].
    #[inline(always)]
    unsafe fn where_equal(self, a: Self, b: Self) -> (Self, Self) {
        // SAFETY: by contract.
        unsafe {
            let hit = self.select(a, b, |a, b| a == b);
            (hit, self.select(a, b, |a, b| a != b))
        }
    }

    /// `self` in the lanes where `low < a <= high`, and zero in the others.
    ///
    /// # Safety
    /// As [`Vector::splat`].
    #[inline(always)]
    unsafe fn where_between(self, a: Self, low: Self, high: Self) -> Self {
        // SAFETY: by contract.
        unsafe { self.select(a, low, |a, low| a > low).select(a, high, |a, high| a <= high) }
    }

    /// The sum of the lanes, pairwise.
    ///
    /// # Safety
    /// As [`Vector::splat`].
    #[inline(always)]
    unsafe fn total(self) -> f32 {
        const { assert!(Self::LANES <= LANES) };
        let mut lanes = [0.0; LANES];
        // SAFETY: a vector has no more lanes than the array.
        unsafe { self.store(lanes.as_mut_ptr()) };
        fold(lanes)
    }

    /// `self` in the lanes where `f` says so of `a` and `b`, and zero in the others.
    ///
    /// # Safety
    /// As [`Vector::splat`].
    #[inline(always)]
    unsafe fn select(self, a: Self, b: Self, f: impl Fn(f32, f32) -> bool) -> Self {
        const { assert!(Self::LANES <= 16) };
        let (mut own, mut left, mut right) = ([0.0f32; 16], [0.0f32; 16], [0.0f32; 16]);
        // SAFETY: a vector has no more lanes than the arrays.
        unsafe {
            self.store(own.as_mut_ptr());
            a.store(left.as_mut_ptr());
            b.store(right.as_mut_ptr());
            for i in 0..Self::LANES {
                let mask = if f(left[i], right[i]) { u32::MAX } else { 0 };
                own[i] = f32::from_bits(own[i].to_bits() & mask);
            }
            Self::load(own.as_ptr())
        }
    }
}

#[cfg(target_arch = "x86_64")]
macro_rules! vector {
    ($type:ident, $lanes:literal, $splat:ident, $load:ident, $store:ident, $fma:ident, $add:ident, $sub:ident, $mul:ident, $max:ident, $min:ident) => {
        // SAFETY: the intrinsics access the whole vector and nothing else.
        unsafe impl Vector for std::arch::x86_64::$type {
            const LANES: usize = $lanes;
            #[inline(always)]
            unsafe fn splat(value: f32) -> Self {
                // SAFETY: by contract, here as below.
                unsafe { std::arch::x86_64::$splat(value) }
            }
            #[inline(always)]
            unsafe fn load(from: *const f32) -> Self {
                // SAFETY: as above.
                unsafe { std::arch::x86_64::$load(from) }
            }
            #[inline(always)]
            unsafe fn store(self, to: *mut f32) {
                // SAFETY: as above.
                unsafe { std::arch::x86_64::$store(to, self) }
            }
            #[inline(always)]
            unsafe fn fma(a: Self, b: Self, c: Self) -> Self {
                // SAFETY: as above.
                unsafe { std::arch::x86_64::$fma(a, b, c) }
            }
            #[inline(always)]
            unsafe fn add(self, other: Self) -> Self {
                // SAFETY: as above.
                unsafe { std::arch::x86_64::$add(self, other) }
            }
            #[inline(always)]
            unsafe fn sub(self, other: Self) -> Self {
                // SAFETY: as above.
                unsafe { std::arch::x86_64::$sub(self, other) }
            }
            #[inline(always)]
            unsafe fn mul(self, other: Self) -> Self {
                // SAFETY: as above.
                unsafe { std::arch::x86_64::$mul(self, other) }
            }
            #[inline(always)]
            unsafe fn max(self, other: Self) -> Self {
                // SAFETY: as above.
                unsafe { std::arch::x86_64::$max(self, other) }
            }
            #[inline(always)]
            unsafe fn min(self, other: Self) -> Self {
                // SAFETY: as above.
                unsafe { std::arch::x86_64::$min(self, other) }
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
vector!(
    __m512,
    16,
    _mm512_set1_ps,
    _mm512_loadu_ps,
    _mm512_storeu_ps,
    _mm512_fmadd_ps,
    _mm512_add_ps,
    _mm512_sub_ps,
    _mm512_mul_ps,
    _mm512_max_ps,
    _mm512_min_ps
);
#[cfg(target_arch = "x86_64")]
vector!(
    __m256,
    8,
    _mm256_set1_ps,
    _mm256_loadu_ps,
    _mm256_storeu_ps,
    _mm256_fmadd_ps,
    _mm256_add_ps,
    _mm256_sub_ps,
    _mm256_mul_ps,
    _mm256_max_ps,
    _mm256_min_ps
);

/// Two vectors of four, so that tiles are those of AVX2: half as many of them fit into twice as
/// many registers.
#[cfg(target_arch = "aarch64")]
#[derive(Clone, Copy)]
pub struct Neon(std::arch::aarch64::float32x4_t, std::arch::aarch64::float32x4_t);

#[cfg(target_arch = "aarch64")]
macro_rules! halves {
    ($intrinsic:ident, $a:expr, $b:expr) => {
        // SAFETY: by contract.
        unsafe { Neon(std::arch::aarch64::$intrinsic($a.0, $b.0), std::arch::aarch64::$intrinsic($a.1, $b.1)) }
    };
}

// SAFETY: two times four floats are read and written.
#[cfg(target_arch = "aarch64")]
unsafe impl Vector for Neon {
    const LANES: usize = 8;
    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        // SAFETY: by contract, here as below.
        unsafe { Self(std::arch::aarch64::vdupq_n_f32(value), std::arch::aarch64::vdupq_n_f32(value)) }
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: as above.
        unsafe { Self(std::arch::aarch64::vld1q_f32(from), std::arch::aarch64::vld1q_f32(from.add(4))) }
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: as above.
        unsafe {
            std::arch::aarch64::vst1q_f32(to, self.0);
            std::arch::aarch64::vst1q_f32(to.add(4), self.1);
        }
    }
    #[inline(always)]
    unsafe fn fma(a: Self, b: Self, c: Self) -> Self {
        // SAFETY: as above.
        unsafe { Self(std::arch::aarch64::vfmaq_f32(c.0, a.0, b.0), std::arch::aarch64::vfmaq_f32(c.1, a.1, b.1)) }
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        halves!(vaddq_f32, self, other)
    }
    #[inline(always)]
    unsafe fn sub(self, other: Self) -> Self {
        halves!(vsubq_f32, self, other)
    }
    #[inline(always)]
    unsafe fn mul(self, other: Self) -> Self {
        halves!(vmulq_f32, self, other)
    }
    // NEON's own maximum and minimum are NaN where either is.
    #[inline(always)]
    unsafe fn max(self, other: Self) -> Self {
        // SAFETY: as above.
        unsafe { self.choose(other, std::arch::aarch64::vcgtq_f32) }
    }
    #[inline(always)]
    unsafe fn min(self, other: Self) -> Self {
        // SAFETY: as above.
        unsafe { self.choose(other, std::arch::aarch64::vcltq_f32) }
    }
}

#[cfg(target_arch = "aarch64")]
impl Neon {
    /// `self` in the lanes where `holds` says so of both, and `other` elsewhere.
    ///
    /// # Safety
    /// As [`Vector::splat`].
    #[inline(always)]
    unsafe fn choose(
        self,
        other: Self,
        holds: unsafe fn(
            std::arch::aarch64::float32x4_t,
            std::arch::aarch64::float32x4_t,
        ) -> std::arch::aarch64::uint32x4_t,
    ) -> Self {
        use std::arch::aarch64::vbslq_f32;
        // SAFETY: by contract.
        unsafe {
            Self(vbslq_f32(holds(self.0, other.0), self.0, other.0), vbslq_f32(holds(self.1, other.1), self.1, other.1))
        }
    }
}

/// What the compiler makes of it.
#[derive(Clone, Copy)]
pub struct Plain([f32; 8]);

impl Plain {
    #[inline(always)]
    fn zip(self, other: Self, f: impl Fn(f32, f32) -> f32) -> Self {
        Self(std::array::from_fn(|i| f(self.0[i], other.0[i])))
    }
}

// SAFETY: an array of eight floats is read and written.
unsafe impl Vector for Plain {
    const LANES: usize = 8;
    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        Self([value; 8])
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: by contract.
        Self(unsafe { from.cast::<[f32; 8]>().read() })
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: by contract.
        unsafe { to.cast::<[f32; 8]>().write(self.0) }
    }
    #[inline(always)]
    unsafe fn fma(a: Self, b: Self, c: Self) -> Self {
        Self(std::array::from_fn(|i| a.0[i] * b.0[i] + c.0[i]))
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        self.zip(other, |a, b| a + b)
    }
    #[inline(always)]
    unsafe fn sub(self, other: Self) -> Self {
        self.zip(other, |a, b| a - b)
    }
    #[inline(always)]
    unsafe fn mul(self, other: Self) -> Self {
        self.zip(other, |a, b| a * b)
    }
    #[inline(always)]
    unsafe fn max(self, other: Self) -> Self {
        self.zip(other, |a, b| if a > b { a } else { b })
    }
    #[inline(always)]
    unsafe fn min(self, other: Self) -> Self {
        self.zip(other, |a, b| if a < b { a } else { b })
    }
}

/// Asks for the cache line of an address, which need not be one that may be read.
#[inline(always)]
pub fn prefetch(at: *const f32) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a prefetch never faults, and every x86-64 has the instruction.
    unsafe {
        std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(at.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = at;
}

/// Defines `$name(level, args)`, which calls `$generic::<V>(args)` compiled for the machine.
macro_rules! dispatch {
    ($(#[$meta:meta])* $vis:vis $name:ident => $generic:ident($($arg:ident: $type:ty),* $(,)?)) => {
        $(#[$meta])*
        $vis unsafe fn $name(level: $crate::kernels::blocked::vector::Level, $($arg: $type),*) {
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f")]
            unsafe fn avx512($($arg: $type),*) {
                // SAFETY: by the contract of the caller.
                unsafe { $generic::<std::arch::x86_64::__m512>($($arg),*) }
            }
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            unsafe fn avx2($($arg: $type),*) {
                // SAFETY: by the contract of the caller.
                unsafe { $generic::<std::arch::x86_64::__m256>($($arg),*) }
            }
            #[cfg(target_arch = "aarch64")]
            #[target_feature(enable = "neon")]
            unsafe fn neon($($arg: $type),*) {
                // SAFETY: by the contract of the caller.
                unsafe { $generic::<$crate::kernels::blocked::vector::Neon>($($arg),*) }
            }
            // SAFETY: by the contract of the caller; a level is only made where the machine has it.
            unsafe {
                match level {
                    #[cfg(target_arch = "x86_64")]
                    $crate::kernels::blocked::vector::Level::Avx512 => avx512($($arg),*),
                    #[cfg(target_arch = "x86_64")]
                    $crate::kernels::blocked::vector::Level::Avx2 => avx2($($arg),*),
                    #[cfg(target_arch = "aarch64")]
                    $crate::kernels::blocked::vector::Level::Neon => neon($($arg),*),
                    _ => $generic::<$crate::kernels::blocked::vector::Plain>($($arg),*),
                }
            }
        }
    };
}
pub(in crate::kernels) use dispatch;
