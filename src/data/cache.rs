//! Keeps decoded images in memory, up to a limit.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use super::image::Image;
use super::{DataError, Dataset, Labels, Raw};

/// A data set whose images are decoded once, as far as memory is granted.
pub(super) struct Cached {
    inner: Arc<dyn Dataset>,
    /// `[example][slot]`.
    kept: Vec<OnceLock<Image<'static>>>,
    left: AtomicUsize,
}

impl Cached {
    /// Caches up to `bytes` of decoded values.
    pub(super) fn new(inner: Arc<dyn Dataset>, bytes: usize) -> Self {
        let kept = (0..inner.len().saturating_mul(inner.slots())).map(|_| OnceLock::new()).collect();
        Self { inner, kept, left: AtomicUsize::new(bytes) }
    }
}

impl Dataset for Cached {
    fn slots(&self) -> usize {
        self.inner.slots()
    }

    fn image(&self, index: usize) -> Result<Image<'_>, DataError> {
        self.image_at(index, 0)
    }

    fn image_at(&self, index: usize, slot: usize) -> Result<Image<'_>, DataError> {
        let at = index.checked_mul(self.slots()).and_then(|at| at.checked_add(slot));
        let kept = at.filter(|_| slot < self.slots()).and_then(|at| self.kept.get(at));
        if let Some(image) = kept.and_then(OnceLock::get) {
            return Ok(image.borrowed());
        }
        let image = self.inner.image_at(index, slot)?;
        let take = |left: usize| left.checked_sub(image.bytes());
        match kept {
            Some(kept) if self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok() => {
                Ok(kept.get_or_init(|| image.into_owned()).borrowed())
            }
            _ => Ok(image),
        }
    }

    fn labels(&self) -> &Labels {
        self.inner.labels()
    }

    fn weights(&self) -> Option<&[f32]> {
        self.inner.weights()
    }

    fn names(&self) -> &[String] {
        self.inner.names()
    }

    fn place(&self, index: usize) -> String {
        self.inner.place(index)
    }

    fn raw(&self, index: usize, slot: usize) -> Option<Raw<'_>> {
        self.inner.raw(index, slot)
    }

    fn shape(&self) -> Option<[usize; 3]> {
        self.inner.shape()
    }
}
