//! Data sets that lie in memory whole.

use std::borrow::Cow;

use super::image::{Image, Pixels};
use super::{DataError, Dataset, Labels};

/// The values of all images.
pub(super) enum Store {
    /// `[example][height][width][channel]`.
    U8(Vec<u8>),
    /// `[example][channel][height][width]`.
    F32(Vec<f32>),
}

/// Images of one size, in memory.
pub(super) struct InMemory {
    /// What the examples are called: a file's name.
    pub(super) title: String,
    /// Channels, height and width.
    pub(super) shape: [usize; 3],
    /// The values.
    pub(super) store: Store,
    /// The labels.
    pub(super) labels: Labels,
    /// A weight for each example, where there are any.
    pub(super) weights: Option<Vec<f32>>,
    /// The names of the classes.
    pub(super) names: Vec<String>,
}

fn slice<T>(values: &[T], index: usize, size: usize) -> Option<&[T]> {
    let start = index.checked_mul(size)?;
    values.get(start..start.checked_add(size)?)
}

impl Dataset for InMemory {
    fn image(&self, index: usize) -> Result<Image<'_>, DataError> {
        let [channels, height, width] = self.shape;
        let size = channels.saturating_mul(height).saturating_mul(width);
        let pixels = match &self.store {
            Store::U8(values) => slice(values, index, size).map(|p| Pixels::U8(Cow::Borrowed(p))),
            Store::F32(values) => slice(values, index, size).map(|p| Pixels::F32(Cow::Borrowed(p))),
        };
        match pixels {
            Some(pixels) => Ok(Image { height, width, channels, pixels }),
            None => Err(DataError::damaged(index, self.place(index), "there is no such example")),
        }
    }

    fn labels(&self) -> &Labels {
        &self.labels
    }

    fn weights(&self) -> Option<&[f32]> {
        self.weights.as_deref()
    }

    fn names(&self) -> &[String] {
        &self.names
    }

    fn place(&self, index: usize) -> String {
        format!("{}[{index}]", self.title)
    }

    fn shape(&self) -> Option<[usize; 3]> {
        Some(self.shape)
    }
}
