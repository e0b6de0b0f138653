//! Buffers that are used again: what a step of training allocates, the next one needs too.

use std::cell::RefCell;
use std::collections::HashMap;

/// Elements that are kept for later at most.
const MOST: usize = 1 << 26;

#[derive(Default)]
struct Pool {
    by_length: HashMap<usize, Vec<Vec<f32>>>,
    elements: usize,
}

thread_local! {
    static POOL: RefCell<Pool> = RefCell::default();
}

/// A buffer of this length; its contents are undefined.
pub(super) fn take(len: usize) -> Vec<f32> {
    let found = POOL.with_borrow_mut(|pool| {
        let buffer = pool.by_length.get_mut(&len)?.pop()?;
        pool.elements -= len;
        Some(buffer)
    });
    found.unwrap_or_else(|| vec![0.0; len])
}

/// Keeps a buffer for later.
pub(super) fn give(buffer: Vec<f32>) {
    let len = buffer.len();
    POOL.with_borrow_mut(|pool| {
        if len > 0 && pool.elements + len <= MOST {
            pool.elements += len;
            pool.by_length.entry(len).or_default().push(buffer);
        }
    });
}

/// Keeps buffers for later.
pub(super) fn give_all(buffers: impl IntoIterator<Item = Vec<f32>>) {
    buffers.into_iter().for_each(give);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_comes_back() {
        let mut buffer = take(7);
        buffer.fill(3.0);
        let at = buffer.as_ptr();
        give(buffer);
        assert_ne!(take(8).as_ptr(), at);
        assert_eq!(take(7).as_ptr(), at);
    }
}
