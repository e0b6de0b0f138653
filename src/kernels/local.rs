//! Memory of a thread that kernels borrow for the length of a task.

use std::cell::RefCell;

/// A cache line.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Line(#[allow(dead_code, reason = "read as a slice of floats")] [f32; 16]);

fn floats(lines: &mut [Line]) -> &mut [f32] {
    // SAFETY: a line is 16 floats without padding, and floats need no more than its alignment.
    unsafe { std::slice::from_raw_parts_mut(lines.as_mut_ptr().cast(), lines.len() * 16) }
}

thread_local! {
    static LOCAL: RefCell<[Vec<Line>; 3]> = const { RefCell::new([const { Vec::new() }; 3]) };
}

/// Lends three slices of at least these lengths, which begin at cache lines and hold anything.
/// They grow where they are too small, which ends after the first run.
///
/// # Panics
/// Where `f` asks for them again.
pub fn with_local<R>(lens: [usize; 3], f: impl FnOnce([&mut [f32]; 3]) -> R) -> R {
    LOCAL.with_borrow_mut(|local| {
        for (lines, len) in local.iter_mut().zip(lens) {
            if lines.len() * 16 < len {
                lines.resize(len.div_ceil(16), Line([0.0; 16]));
            }
        }
        f(local.each_mut().map(|lines| floats(lines)))
    })
}
