//! Where buffers lie: those that are never alive at the same time share memory.

use super::PlanError;

/// Offsets are multiples of this many elements: a cache line of 64 bytes.
pub(crate) const ALIGN: usize = 16;

/// A buffer, alive from step `first` to step `last`, both included.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Buffer {
    pub len: usize,
    pub first: u32,
    pub last: u32,
    /// Where it begins in the arena, in elements.
    pub offset: usize,
}

impl Buffer {
    /// A buffer that no step uses yet.
    pub fn new(len: usize) -> Self {
        Self { len, first: u32::MAX, last: 0, offset: 0 }
    }

    /// Widens its life to a step.
    pub fn touch(&mut self, step: u32) {
        self.first = self.first.min(step);
        self.last = self.last.max(step);
    }

    /// Keeps it until all steps are done.
    pub fn keep(&mut self) {
        self.last = u32::MAX;
    }

    /// Whether some step uses it.
    pub fn used(&self) -> bool {
        self.first <= self.last
    }
}

/// Rounds a length up to whole cache lines.
pub(crate) fn aligned(len: usize) -> Option<usize> {
    len.checked_next_multiple_of(ALIGN)
}

/// Sets the offsets and returns the arena's length in elements.
///
/// Greedy by size (Pisarchyk and Lee 2020, "Efficient memory management for deep neural net
/// inference"): the largest buffers first, each into the tightest gap that is free during its
/// whole life. Takes time quadratic in the number of buffers, with a small constant.
pub(crate) fn lay_out(buffers: &mut [Buffer]) -> Result<usize, PlanError> {
    let mut order: Vec<usize> = (0..buffers.len()).filter(|&i| buffers[i].used()).collect();
    order.sort_by_key(|&i| (std::cmp::Reverse(buffers[i].len), buffers[i].first, i));
    // Placed buffers in the order of their offsets.
    let mut placed: Vec<Placed> = Vec::with_capacity(order.len());
    let mut total = 0;
    for i in order {
        let Buffer { len, first, last, .. } = buffers[i];
        let len = aligned(len).ok_or(PlanError::TooLarge)?;
        let start = tightest_gap(&placed, len, first, last);
        let end = start.checked_add(len).ok_or(PlanError::TooLarge)?;
        buffers[i].offset = start;
        total = total.max(end);
        let at = placed.partition_point(|p| p.start <= start);
        placed.insert(at, Placed { start, end, first, last });
    }
    Ok(total)
}

#[derive(Clone, Copy)]
struct Placed {
    start: usize,
    end: usize,
    first: u32,
    last: u32,
}

/// The start of the smallest gap that holds `len` elements during `first..=last`; behind all
/// buffers of that time where there is none.
fn tightest_gap(placed: &[Placed], len: usize, first: u32, last: u32) -> usize {
    let mut best: Option<(usize, usize)> = None;
    let mut free_from = 0;
    for p in placed {
        if p.last < first || last < p.first {
            continue;
        }
        if let Some(gap) = p.start.checked_sub(free_from)
            && gap >= len
            && best.is_none_or(|(size, _)| gap < size)
        {
            best = Some((gap, free_from));
        }
        free_from = free_from.max(p.end);
    }
    best.map_or(free_from, |(_, start)| start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn buffer(len: usize, first: u32, last: u32) -> Buffer {
        Buffer { len, first, last, offset: usize::MAX }
    }

    #[test]
    fn a_chain_needs_its_two_largest_neighbours() {
        let mut buffers: Vec<Buffer> = (0..10).map(|i| buffer(160, i, i + 1)).collect();
        assert_eq!(lay_out(&mut buffers), Ok(320));
    }

    #[test]
    fn kept_buffers_share_nothing() {
        let mut buffers = vec![buffer(16, 0, u32::MAX), buffer(16, 1, 1), buffer(16, 2, 2)];
        assert_eq!(lay_out(&mut buffers), Ok(32));
        assert_eq!(buffers[1].offset, buffers[2].offset);
    }

    #[test]
    fn unused_buffers_take_nothing() {
        assert_eq!(lay_out(&mut [Buffer::new(1000)]), Ok(0));
        assert_eq!(lay_out(&mut [buffer(usize::MAX, 0, 0)]), Err(PlanError::TooLarge));
    }

    proptest! {
        #[test]
        fn buffers_alive_together_lie_apart(specs in prop::collection::vec((1usize..200, 0u32..30, 0u32..8), 1..60)) {
            let mut buffers: Vec<Buffer> = specs.iter().map(|(len, at, life)| buffer(*len, *at, at + life)).collect();
            let total = lay_out(&mut buffers).unwrap();
            for (i, a) in buffers.iter().enumerate() {
                prop_assert_eq!(a.offset % ALIGN, 0);
                prop_assert!(a.offset + a.len <= total);
                for b in &buffers[i + 1..] {
                    let together = a.first <= b.last && b.first <= a.last;
                    let apart = a.offset + a.len <= b.offset || b.offset + b.len <= a.offset;
                    prop_assert!(apart || !together, "{:?} {:?}", a, b);
                }
            }
            let live = |t: u32| buffers.iter().filter(|b| b.first <= t && t <= b.last).map(|b| b.len).sum::<usize>();
            prop_assert!(total >= (0..40).map(live).max().unwrap());
        }
    }
}
