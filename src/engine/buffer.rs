//! Memory of the engine: one allocation, aligned to cache lines, lent out in parts.

use smallvec::SmallVec;

use crate::plan::Region;

/// Bytes of a cache line.
const LINE: usize = 64;

/// Floats that begin at a cache line.
pub(crate) struct Buffer {
    data: Vec<f32>,
    start: usize,
    len: usize,
}

impl Buffer {
    /// Zeros.
    pub fn new(len: usize) -> Self {
        let data = vec![0.0f32; len + LINE / size_of::<f32>()];
        let start = data.as_ptr().align_offset(LINE).min(data.len() - len);
        Self { data, start, len }
    }

    /// The floats.
    pub fn get(&self) -> &[f32] {
        &self.data[self.start..][..self.len]
    }

    /// The floats.
    pub fn get_mut(&mut self) -> &mut [f32] {
        &mut self.data[self.start..][..self.len]
    }

    /// A part.
    pub fn part(&self, region: Region) -> &[f32] {
        &self.get()[region.start..][..region.len]
    }

    /// A part.
    pub fn part_mut(&mut self, region: Region) -> &mut [f32] {
        &mut self.get_mut()[region.start..][..region.len]
    }
}

impl Clone for Buffer {
    // The copy's memory may begin at another place within a cache line.
    fn clone(&self) -> Self {
        let mut copy = Buffer::new(self.len);
        copy.get_mut().copy_from_slice(self.get());
        copy
    }
}

/// Parts of a buffer; on the heap only for a step with more than 32 of them.
pub(crate) type Parts<'a> = SmallVec<[&'a mut [f32]; 32]>;

/// Takes a slice apart into disjoint regions that are in order.
///
/// # Panics
/// Where the regions overlap or are out of order.
pub(crate) fn carve<'a>(data: &'a mut [f32], regions: &[Region]) -> Parts<'a> {
    let (mut rest, mut at) = (data, 0);
    regions
        .iter()
        .map(|region| {
            let (_, tail) = std::mem::take(&mut rest).split_at_mut(region.start - at);
            let (part, tail) = tail.split_at_mut(region.len);
            rest = tail;
            at = region.start + region.len;
            part
        })
        .collect()
}

/// As [`carve`], for regions in any order.
pub(crate) fn carve_any<'a>(data: &'a mut [f32], regions: impl Iterator<Item = Region>) -> Parts<'a> {
    let mut order: SmallVec<[(Region, usize); 8]> = regions.enumerate().map(|(i, r)| (r, i)).collect();
    order.sort_unstable();
    let sorted: SmallVec<[Region; 8]> = order.iter().map(|(r, _)| *r).collect();
    let mut parts: Parts<'a> = order.iter().map(|_| Default::default()).collect();
    for (part, (_, i)) in carve(data, &sorted).into_iter().zip(order) {
        parts[i] = part;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(start: usize, len: usize) -> Region {
        Region { start, len }
    }

    #[test]
    fn buffers_begin_at_a_cache_line() {
        for len in [0, 1, 100] {
            let mut buffer = Buffer::new(len);
            buffer.get_mut().fill(2.0);
            let copy = buffer.clone();
            assert_eq!(buffer.get().as_ptr() as usize % LINE, 0);
            assert_eq!(copy.get().as_ptr() as usize % LINE, 0);
            assert_eq!(copy.get(), vec![2.0; len]);
        }
    }

    #[test]
    fn parts_are_where_they_were_asked_for() {
        let mut data: Vec<f32> = (0..10).map(|i| i as f32).collect();
        let parts = carve_any(&mut data, [region(6, 2), region(0, 3), region(3, 0), region(3, 1)].into_iter());
        let parts: Vec<&[f32]> = parts.into_iter().map(|p| &*p).collect();
        assert_eq!(parts, [&[6.0, 7.0][..], &[0.0, 1.0, 2.0], &[], &[3.0]]);
    }

    #[test]
    #[should_panic]
    fn overlapping_parts_are_refused() {
        carve_any(&mut [0.0; 8], [region(0, 4), region(3, 4)].into_iter());
    }
}
