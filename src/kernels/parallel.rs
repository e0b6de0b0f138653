//! How loops are cut into tasks, and compiled for the machine's vectors.
//!
//! Tasks write disjoint parts of the output and every sum stays within one task, so that no
//! result depends on the number of threads. Arithmetic is never contracted to fused
//! multiply-adds, so that it does not depend on the vector width either.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rayon::prelude::*;

use super::level::Level;

/// The least work of a task, in elements: a few microseconds.
pub const CHUNK: usize = 1 << 14;

/// Calls `f(i, part)` for consecutive parts of `size` elements (the last may be shorter), on
/// several threads where `work`, the number of elements touched in all, is worth them.
pub fn for_chunks<T: Send>(out: &mut [T], size: usize, work: usize, f: impl Fn(usize, &mut [T]) + Sync) {
    let size = size.max(1);
    if work <= CHUNK || out.len() <= size || ALONE.get() {
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
    match work <= CHUNK || tasks < 2 || ALONE.get() {
        true => (0..tasks).for_each(f),
        false => (0..tasks).into_par_iter().for_each(&f),
    }
}

thread_local! {
    /// Whether loops stay on this thread.
    static ALONE: Cell<bool> = const { Cell::new(false) };
}

/// Runs `run` with its loops on this thread: what takes microseconds must not wait for others.
pub fn alone(run: impl FnOnce()) {
    struct Restored(bool);
    impl Drop for Restored {
        fn drop(&mut self) {
            ALONE.set(self.0);
        }
    }
    let _restored = Restored(ALONE.replace(true));
    run();
}

/// Runs `run` on the pool, whose other threads meanwhile look for work without going to sleep:
/// a network's steps take tens of microseconds each, and to wake a thread takes as long.
///
/// One run at a time has the threads' attention; others, and those inside it, run as usual.
pub fn attended<R: Send>(run: impl FnOnce() -> R + Send) -> R {
    static TAKEN: AtomicBool = AtomicBool::new(false);
    if rayon::current_num_threads() < 2 || TAKEN.swap(true, Ordering::Acquire) {
        return rayon::scope(|_| run());
    }
    let _taken = Cleared(&TAKEN);
    let (running, begun) = (AtomicBool::new(true), AtomicBool::new(false));
    rayon::scope(|scope| {
        // Set back even where `run` panics: the scope waits for those who look for work.
        let _running = Cleared(&running);
        let caller = rayon::current_thread_index();
        scope.spawn_broadcast({
            let (running, begun) = (&running, &begun);
            move |_, thread| {
                if Some(thread.index()) != caller {
                    attend(running, begun.load(Ordering::Acquire));
                }
            }
        });
        begun.store(true, Ordering::Release);
        run()
    })
}

/// Time without work after which a thread that came late goes back to what it did.
const PATIENCE: Duration = Duration::from_millis(1);

/// Executes what the pool has to do for as long as `running` holds.
///
/// A thread that comes `late`, when the run has begun, may come from within a part of that run: one
/// that it waits in for another part to end. The run then ends only after that thread has gone back.
fn attend(running: &AtomicBool, late: bool) {
    // Rounds without work after which the thread lets others have its core.
    const ROUNDS: u32 = 200;
    let (mut idle, mut since) = (0, Instant::now());
    while running.load(Ordering::Acquire) {
        match rayon::yield_now() {
            Some(rayon::Yield::Executed) => (idle, since) = (0, Instant::now()),
            _ if idle < ROUNDS => {
                idle += 1;
                (0..16).for_each(|_| std::hint::spin_loop());
            }
            _ if late && since.elapsed() > PATIENCE => return,
            _ => std::thread::yield_now(),
        }
    }
}

/// Sets a flag to `false` when it goes out of scope.
struct Cleared<'a>(&'a AtomicBool);

impl Drop for Cleared<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
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
        if Level::best() >= Level::Avx2 {
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
    fn attended_runs_nest_and_end_where_they_panic() {
        let sum = |len: usize| (0..len).into_par_iter().sum::<usize>();
        let mut found = [0; 2];
        attended(|| {
            found[0] = sum(1000);
            attended(|| found[1] = sum(2000));
        });
        assert_eq!(found, [499_500, 1_999_000]);
        let caught = std::panic::catch_unwind(|| attended(|| panic!("expected by this test")));
        assert!(caught.is_err());
        let mut after = 0;
        attended(|| after = sum(10));
        assert_eq!(after, 45);
        let many: Vec<usize> = (0..64usize)
            .into_par_iter()
            .map(|i| {
                let mut out = 0;
                attended(|| out = sum(i));
                out
            })
            .collect();
        assert!(many.iter().enumerate().all(|(i, s)| *s == i * i.saturating_sub(1) / 2));
    }

    #[test]
    fn what_runs_alone_stays_on_its_thread() {
        let own = std::thread::current().id();
        let all_here = || {
            let strays = std::sync::atomic::AtomicUsize::new(0);
            for_tasks(64, usize::MAX, |_| {
                let stray = std::thread::current().id() != own;
                strays.fetch_add(usize::from(stray), Ordering::Relaxed);
            });
            strays.into_inner() == 0
        };
        alone(|| assert!(all_here()));
        let caught = std::panic::catch_unwind(|| alone(|| panic!("expected by this test")));
        assert!(caught.is_err() && !ALONE.get());
    }

    #[test]
    fn a_thread_that_came_late_goes_back_where_there_is_nothing_to_do() {
        let running = AtomicBool::new(true);
        let start = Instant::now();
        attend(&running, true);
        assert!(start.elapsed() >= PATIENCE);
    }

    #[test]
    fn every_part_is_visited_once() {
        for (len, size) in [(0, 4), (10, 4), (100_000, 7), (100_000, 50_000)] {
            let mut out = vec![0usize; len];
            for_chunks(&mut out, size, len, |i, part| part.iter_mut().for_each(|v| *v += i + 1));
            assert!(out.iter().enumerate().all(|(at, v)| *v == at / size + 1), "{len} {size}");
        }
    }
}
