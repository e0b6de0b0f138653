//! Keeps decoded images in memory, up to a limit.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use super::image::Image;
use super::{DataError, Dataset, Labels};

/// A data set whose images are decoded once, as far as memory is granted.
pub(super) struct Cached {
    inner: Arc<dyn Dataset>,
    slots: Vec<OnceLock<Image<'static>>>,
    left: AtomicUsize,
}

impl Cached {
    /// Caches up to `bytes` of decoded values.
    pub(super) fn new(inner: Arc<dyn Dataset>, bytes: usize) -> Self {
        let slots = (0..inner.len()).map(|_| OnceLock::new()).collect();
        Self { inner, slots, left: AtomicUsize::new(bytes) }
    }
}

impl Dataset for Cached {
    fn image(&self, index: usize) -> Result<Image<'_>, DataError> {
        let slot = self.slots.get(index);
        if let Some(image) = slot.and_then(OnceLock::get) {
            return Ok(image.borrowed());
        }
        let image = self.inner.image(index)?;
        let take = |left: usize| left.checked_sub(image.bytes());
        match slot {
            Some(slot) if self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok() => {
                Ok(slot.get_or_init(|| image.into_owned()).borrowed())
            }
            _ => Ok(image),
        }
    }

    fn labels(&self) -> &Labels {
        self.inner.labels()
    }

    fn names(&self) -> &[String] {
        self.inner.names()
    }

    fn place(&self, index: usize) -> String {
        self.inner.place(index)
    }

    fn file(&self, index: usize) -> Option<&Path> {
        self.inner.file(index)
    }

    fn shape(&self) -> Option<[usize; 3]> {
        self.inner.shape()
    }
}
