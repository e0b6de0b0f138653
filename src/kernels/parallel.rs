//! How loops are cut into tasks, and compiled for the machine's vectors.
//!
//! Tasks write disjoint parts of the output and every sum stays within one task, so that no
//! result depends on the number of threads. Arithmetic is never contracted to fused
//! multiply-adds, so that it does not depend on the vector width either.

use rayon::prelude::*;

use super::level::{Level, level};

/// The least work of a task, in elements: a few microseconds.
pub const CHUNK: usize = 1 << 14;

/// Calls `f(i, part)` for consecutive parts of `size` elements (the last may be shorter), on
/// several threads where `work`, the number of elements touched in all, is worth them.
pub fn for_chunks<T: Send>(out: &mut [T], size: usize, work: usize, f: impl Fn(usize, &mut [T]) + Sync) {
    let size = size.max(1);
    if work <= CHUNK || out.len() <= size {
        for (i, part) in out.chunks_mut(size).enumerate() {
            f(i, part);
        }
        return;
    }
    let parts = out.len().div_ceil(size);
    let per_task = parts.div_ceil(work.div_ceil(CHUNK)).max(1);
    out.par_chunks_mut(size).enumerate().with_min_len(per_task).for_each(|(i, part)| f(i, part));
}

/// Calls `f(i)` for `0..tasks`, on several threads where `work`, in elements, is worth them.
pub fn for_tasks(tasks: usize, work: usize, f: impl Fn(usize) + Sync) {
    match work <= CHUNK || tasks < 2 {
        true => (0..tasks).for_each(f),
        false => (0..tasks).into_par_iter().for_each(&f),
    }
}

/// Runs a loop compiled for AVX2 where the machine has it. The loop must be inlined into
/// here: mark the closure and what it calls `#[inline(always)]`, without which large ones are
/// compiled for the least machine.
#[inline(always)]
pub fn simd<R>(f: impl FnOnce() -> R) -> R {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx2")]
        fn avx2<R>(f: impl FnOnce() -> R) -> R {
            f()
        }
        if level() >= Level::Avx2 {
            // SAFETY: the machine has AVX2.
            return unsafe { avx2(f) };
        }
    }
    f()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_visited_once() {
        for (len, size) in [(0, 4), (10, 4), (100_000, 7), (100_000, 50_000)] {
            let mut out = vec![0usize; len];
            for_chunks(&mut out, size, len, |i, part| part.iter_mut().for_each(|v| *v += i + 1));
            assert!(out.iter().enumerate().all(|(at, v)| *v == at / size + 1), "{len} {size}");
        }
    }
}
