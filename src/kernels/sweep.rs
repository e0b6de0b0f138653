//! Passes that change several long slices at once, element by element.

use super::parallel::{CHUNK, simd};

/// Calls `f` with matching pieces of all slices, on several threads where they are long.
/// `f` must treat every element by itself; pass a closure that is one loop.
///
/// # Panics
/// Where the lengths differ.
#[inline(always)]
pub fn zip<const W: usize, const R: usize>(
    write: [&mut [f32]; W],
    read: [&[f32]; R],
    f: impl Fn([&mut [f32]; W], [&[f32]; R]) + Sync,
) {
    let len = write.first().map_or(0, |w| w.len());
    assert!(write.iter().all(|w| w.len() == len) && read.iter().all(|r| r.len() == len), "lengths differ");
    split(len, write, read, &f);
}

fn split<const W: usize, const R: usize>(
    len: usize,
    write: [&mut [f32]; W],
    read: [&[f32]; R],
    f: &(impl Fn([&mut [f32]; W], [&[f32]; R]) + Sync),
) {
    if len <= CHUNK {
        return simd(
            #[inline(always)]
            || f(write, read),
        );
    }
    // Whole cache lines to either side.
    let mid = (len / 2).next_multiple_of(16);
    let mut right: [&mut [f32]; W] = std::array::from_fn(|_| Default::default());
    let mut ends = right.iter_mut();
    let left = write.map(|w| {
        let (a, b) = w.split_at_mut(mid);
        if let Some(end) = ends.next() {
            *end = b;
        }
        a
    });
    let (read_left, read_right) = (read.map(|r| &r[..mid]), read.map(|r| &r[mid..]));
    rayon::join(|| split(mid, left, read_left, f), || split(len - mid, right, read_right, f));
}

/// `into += from`.
///
/// # Panics
/// Where the lengths differ.
pub fn add_to(into: &mut [f32], from: &[f32]) {
    zip([into], [from], |[into], [from]| {
        for (x, y) in into.iter_mut().zip(from) {
            *x += y;
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_cover_all_elements_once() {
        for len in [0, 1, 15, CHUNK, CHUNK + 1, 3 * CHUNK + 7] {
            let from: Vec<f32> = (0..len).map(|i| (i % 97) as f32).collect();
            let mut into = vec![1.0; len];
            let mut copy = vec![0.0; len];
            add_to(&mut into, &from);
            zip([&mut into, &mut copy], [&from], |[x, y], [z]| {
                for ((x, y), z) in x.iter_mut().zip(y).zip(z) {
                    *x += z;
                    *y = *x;
                }
            });
            assert!(copy.iter().enumerate().all(|(i, v)| *v == 1.0 + 2.0 * (i % 97) as f32), "{len}");
        }
    }
}
