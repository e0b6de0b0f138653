//! A mutable slice whose disjoint parts are written by several threads.

use std::marker::PhantomData;
use std::ops::Range;

/// A mutably borrowed slice that can be handed to several threads.
#[derive(Clone, Copy)]
pub struct Shared<'a> {
    data: *mut f32,
    len: usize,
    lifetime: PhantomData<&'a mut [f32]>,
}

// SAFETY: it stands for a `&mut [f32]`, and every access is through an unsafe function whose
// caller promises that parts in use at the same time are disjoint.
unsafe impl Send for Shared<'_> {}
// SAFETY: as above.
unsafe impl Sync for Shared<'_> {}

impl<'a> Shared<'a> {
    /// Takes the slice for as long as parts are used.
    pub fn new(data: &'a mut [f32]) -> Self {
        Self { data: data.as_mut_ptr(), len: data.len(), lifetime: PhantomData }
    }

    /// Elements of the slice.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Its first element.
    pub(super) fn pointer(&self) -> *mut f32 {
        self.data
    }

    /// A part of it.
    ///
    /// # Panics
    /// Where it is not inside.
    ///
    /// # Safety
    /// While the part is in use, no other part that overlaps it is.
    #[allow(clippy::mut_from_ref)]
    pub unsafe fn part(&self, range: Range<usize>) -> &'a mut [f32] {
        assert!(range.start <= range.end && range.end <= self.len);
        // SAFETY: inside the borrowed slice (asserted) and disjoint from others (by contract).
        unsafe { std::slice::from_raw_parts_mut(self.data.add(range.start), range.len()) }
    }
}
