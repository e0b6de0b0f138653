//! Passes over long slices, in parallel, that give the same bytes with any number of threads:
//! where a slice is split depends on its length alone.

/// Elements that one thread goes through at a time.
const CHUNK: usize = 1 << 15;

/// Half of a length, in whole cache lines.
fn middle(len: usize) -> usize {
    (len / 2).next_multiple_of(16)
}

/// Calls `f` with matching pieces of all slices.
///
/// # Panics
/// Where the lengths differ.
pub fn zip<const W: usize, const R: usize>(
    write: [&mut [f32]; W],
    read: [&[f32]; R],
    f: &(impl Fn([&mut [f32]; W], [&[f32]; R]) + Sync),
) {
    let len = write.first().map_or(0, |w| w.len());
    assert!(write.iter().all(|w| w.len() == len) && read.iter().all(|r| r.len() == len), "lengths differ");
    split(len, write, read, f);
}

fn split<const W: usize, const R: usize>(
    len: usize,
    write: [&mut [f32]; W],
    read: [&[f32]; R],
    f: &(impl Fn([&mut [f32]; W], [&[f32]; R]) + Sync),
) {
    if len <= CHUNK {
        return f(write, read);
    }
    let mid = middle(len);
    let mut right = write.map(Some);
    let left = std::array::from_fn(|i| {
        // Every slot is filled; the default keeps the compiler content without a panic.
        let (a, b) = right[i].take().unwrap_or_default().split_at_mut(mid);
        right[i] = Some(b);
        a
    });
    let right = right.map(Option::unwrap_or_default);
    let (read_left, read_right) = (read.map(|r| &r[..mid]), read.map(|r| &r[mid..]));
    rayon::join(|| split(mid, left, read_left, f), || split(len - mid, right, read_right, f));
}

/// `into += from`.
///
/// # Panics
/// Where the lengths differ.
pub fn add_to(into: &mut [f32], from: &[f32]) {
    zip([into], [from], &|[into], [from]| {
        for (x, y) in into.iter_mut().zip(from) {
            *x += y;
        }
    });
}

/// `out = a + b`.
///
/// # Panics
/// Where the lengths differ.
pub fn add(out: &mut [f32], a: &[f32], b: &[f32]) {
    zip([out], [a, b], &|[out], [a, b]| {
        for ((o, x), y) in out.iter_mut().zip(a).zip(b) {
            *o = x + y;
        }
    });
}

/// The sum of `term` over all elements, in double precision and in a fixed order.
pub fn sum(values: &[f32], term: &(impl Fn(f32) -> f64 + Sync)) -> f64 {
    if values.len() > CHUNK {
        let (a, b) = values.split_at(middle(values.len()));
        let (a, b) = rayon::join(|| sum(a, term), || sum(b, term));
        return a + b;
    }
    const LANES: usize = 8;
    let mut lanes = [0.0; LANES];
    let chunks = values.chunks_exact(LANES);
    let rest: f64 = chunks.remainder().iter().map(|v| term(*v)).sum();
    for chunk in chunks {
        for (lane, v) in lanes.iter_mut().zip(chunk) {
            *lane += term(*v);
        }
    }
    lanes.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_cover_all_elements_once() {
        for len in [0, 1, 15, CHUNK, CHUNK + 1, 3 * CHUNK + 7] {
            let from: Vec<f32> = (0..len).map(|i| (i % 97) as f32).collect();
            let mut into = vec![1.0; len];
            add_to(&mut into, &from);
            let mut out = vec![f32::NAN; len];
            add(&mut out, &into, &from);
            assert!(out.iter().enumerate().all(|(i, v)| *v == 1.0 + 2.0 * (i % 97) as f32), "{len}");
            assert_eq!(sum(&from, &f64::from), from.iter().map(|v| f64::from(*v)).sum::<f64>(), "{len}");
        }
    }
}
