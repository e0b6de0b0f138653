//! Buffers that are used again: what a step of training allocates, the next one needs too.

use std::collections::HashMap;
use std::ops::{Deref, DerefMut};
use std::sync::{LazyLock, Mutex, PoisonError};

/// Elements that are kept for later at most.
const MOST: usize = 1 << 26;
/// Elements of a cache line.
const LINE: usize = 16;

#[derive(Default)]
struct Pool {
    by_length: HashMap<usize, Vec<Vec<f32>>>,
    elements: usize,
}

/// One for all threads: steps may run on another one each.
static POOL: LazyLock<Mutex<Pool>> = LazyLock::new(Mutex::default);

/// A buffer of this length; its contents are undefined.
pub(super) fn take(len: usize) -> Vec<f32> {
    let mut pool = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    let found = pool.by_length.get_mut(&len).and_then(Vec::pop);
    if found.is_some() {
        pool.elements -= len;
    }
    drop(pool);
    found.unwrap_or_else(|| vec![0.0; len])
}

/// Keeps a buffer for later.
pub(super) fn give(buffer: Vec<f32>) {
    let len = buffer.len();
    if len == 0 {
        return;
    }
    let mut pool = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    if pool.elements + len <= MOST {
        pool.elements += len;
        pool.by_length.entry(len).or_default().push(buffer);
    }
}

/// A buffer that begins at a cache line and comes back by itself.
#[derive(Default)]
pub(super) struct Scratch {
    buffer: Vec<f32>,
    start: usize,
    len: usize,
}

impl Scratch {
    /// A buffer of this length; its contents are undefined.
    pub fn take(len: usize) -> Self {
        let buffer = if len == 0 { Vec::new() } else { take(len + LINE) };
        let start = buffer.as_ptr().align_offset(LINE * size_of::<f32>()).min(buffer.len() - len);
        Self { buffer, start, len }
    }
}

impl Deref for Scratch {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.buffer[self.start..][..self.len]
    }
}

impl DerefMut for Scratch {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.buffer[self.start..][..self.len]
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        give(std::mem::take(&mut self.buffer));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_comes_back() {
        // Lengths that no other test has.
        let mut buffer = take(100_007);
        buffer.fill(3.0);
        let at = buffer.as_ptr();
        give(buffer);
        let (longer, same) = (take(100_008), take(100_007));
        assert_ne!(longer.as_ptr(), at);
        assert_eq!(same.as_ptr(), at);
    }

    #[test]
    fn scratch_begins_at_a_cache_line() {
        for len in [0, 1, 16, 1000] {
            let mut scratch = Scratch::take(len);
            scratch.fill(1.0);
            assert_eq!(scratch.len(), len);
            assert!(len == 0 || scratch.as_ptr().addr().is_multiple_of(64));
        }
    }
}
