//! Data sets: readers, augmentation, and the loader that feeds a run.
//!
//! [`open`] finds and reads a part of a data set, [`Transform`] turns an image into the numbers
//! that the network takes, and [`Loader`] does so for whole batches on worker threads.

mod arrays;
pub mod augment;
mod boxes;
mod cache;
mod cifar;
mod digits;
mod error;
mod features;
mod files;
mod fingerprint;
mod folder;
pub mod get;
mod idx;
mod image;
mod layout;
mod list;
pub mod loader;
mod memory;
mod mix;
mod names;
mod sampler;
mod shards;
mod split;
mod transform;

use std::path::Path;
use std::sync::Arc;

use crate::config::DataConfig;
use crate::diag::{Diagnostic, codes};

pub use augment::Placement;
pub use boxes::{BOX_WIDTH, BoxLabel};
pub use error::DataError;
pub use features::Features;
pub use fingerprint::{fingerprint, hex};
pub use image::{Image, Pixels, decode, decode_file, read_image, unusable};
pub use loader::{Batch, Loader, LoaderConfig};
pub use sampler::Composer;
pub use split::first;
pub use transform::{Fit, Misfit, Mode, Placed, Target, Transform};

/// A part of a data set.
pub trait Dataset: Send + Sync {
    /// How many examples it has.
    fn len(&self) -> usize {
        self.labels().len()
    }

    /// Whether it has none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many images an example has: 1, unless examples are pairs, triplets and the like.
    fn slots(&self) -> usize {
        1
    }

    /// The first image of an example, decoded.
    ///
    /// # Errors
    /// Where the file is missing, damaged or over the limits; or `index` is not below `len`.
    fn image(&self, index: usize) -> Result<Image<'_>, DataError>;

    /// The image of an example in a slot, decoded. A data set of several slots implements this
    /// besides [`Dataset::image`], and one that wraps another passes it on.
    ///
    /// # Errors
    /// As [`Dataset::image`]; or `slot` is not below `slots`.
    fn image_at(&self, index: usize, slot: usize) -> Result<Image<'_>, DataError> {
        match slot {
            0 => self.image(index),
            _ => Err(DataError::damaged(index, self.place(index), format!("it has no image {slot}"))),
        }
    }

    /// The labels of all examples.
    fn labels(&self) -> &Labels;

    /// A weight for each example, where the data set has them: how often it counts.
    fn weights(&self) -> Option<&[f32]> {
        None
    }

    /// The names of the classes, in the order of their labels; empty where nothing tells them.
    fn names(&self) -> &[String];

    /// Where an example comes from: a path, or a file and a position in it.
    fn place(&self, index: usize) -> String;

    /// Where the undecoded bytes of the image of an example in a slot lie; `None` where decoding costs
    /// nothing, as of images in memory.
    fn raw(&self, index: usize, slot: usize) -> Option<Raw<'_>> {
        let _ = (index, slot);
        None
    }

    /// Channels, height and width, where all images are known to have the same.
    fn shape(&self) -> Option<[usize; 3]>;
}

/// Where the undecoded bytes of an image lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Raw<'a> {
    /// The file.
    pub file: &'a Path,
    /// Offset and length in it; `None` for all of it.
    pub span: Option<(u64, u64)>,
}

/// The labels of a data set.
#[derive(Clone, Debug, PartialEq)]
pub enum Labels {
    /// A class for each example, from 0.
    Classes(Vec<u32>),
    /// `width` numbers for each example.
    Values {
        /// Numbers of one example.
        width: usize,
        /// All of them, example by example.
        values: Vec<f32>,
    },
    /// The objects of each picture.
    Boxes(Vec<Vec<BoxLabel>>),
}

impl Labels {
    /// How many examples there are labels for.
    pub fn len(&self) -> usize {
        match self {
            Labels::Classes(list) => list.len(),
            Labels::Values { width, values } => values.len().checked_div(*width).unwrap_or(0),
            Labels::Boxes(list) => list.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many numbers one example's label has; 1 for classes, and of boxes those of the picture
    /// that has the most.
    pub fn width(&self) -> usize {
        match self {
            Labels::Classes(_) => 1,
            Labels::Values { width, .. } => *width,
            Labels::Boxes(list) => list.iter().map(|own| own.len()).max().unwrap_or(0) * BOX_WIDTH,
        }
    }

    /// The class of an example.
    pub fn class(&self, index: usize) -> Option<u32> {
        match self {
            Labels::Classes(list) => list.get(index).copied(),
            Labels::Values { .. } | Labels::Boxes(_) => None,
        }
    }

    /// The boxes of an example, where labels are boxes.
    pub fn boxes(&self, index: usize) -> Option<&[BoxLabel]> {
        match self {
            Labels::Boxes(list) => list.get(index).map(Vec::as_slice),
            Labels::Classes(_) | Labels::Values { .. } => None,
        }
    }

    /// One more than the greatest class; 0 for numbers.
    pub fn classes(&self) -> usize {
        match self {
            Labels::Classes(list) => list.iter().max().map_or(0, |m| *m as usize + 1),
            Labels::Values { .. } => 0,
            Labels::Boxes(list) => list.iter().flatten().map(|b| b.class as usize + 1).max().unwrap_or(0),
        }
    }

    /// Appends an example's class as a distribution over `classes`: 1 for the class, 0 for the
    /// others.
    fn append_one_hot(&self, index: usize, classes: usize, out: &mut Vec<f32>) {
        let class = self.class(index).map(|c| c as usize);
        out.extend((0..classes).map(|c| if class == Some(c) { 1.0 } else { 0.0 }));
    }

    /// Appends an example's label as floats, as the engine carries labels. Boxes are those of the
    /// picture as it is, filled up to the width.
    pub fn append(&self, index: usize, out: &mut Vec<f32>) {
        match self {
            Labels::Classes(list) => out.extend(list.get(index).map(|c| *c as f32)),
            Labels::Values { width, values } => {
                let start = index.saturating_mul(*width);
                out.extend(values.get(start..start.saturating_add(*width)).unwrap_or(&[]));
            }
            Labels::Boxes(list) => {
                let own = list.get(index).map(Vec::as_slice).unwrap_or_default();
                boxes::append(own.iter().copied(), self.width() / BOX_WIDTH, out);
            }
        }
    }

    /// Those of some examples.
    fn pick(&self, indices: &[usize]) -> Labels {
        match self {
            Labels::Classes(list) => Labels::Classes(indices.iter().filter_map(|i| list.get(*i).copied()).collect()),
            Labels::Values { width, .. } => {
                let mut values = Vec::with_capacity(indices.len() * width);
                indices.iter().for_each(|i| self.append(*i, &mut values));
                Labels::Values { width: *width, values }
            }
            Labels::Boxes(list) => Labels::Boxes(indices.iter().filter_map(|i| list.get(*i).cloned()).collect()),
        }
    }
}

/// A part of a data set by its use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What the network learns from.
    Train,
    /// What decides when to stop and which weights are best.
    Val,
    /// What the result is measured on.
    Test,
}

impl Part {
    /// Its name in a spec.
    pub fn name(self) -> &'static str {
        match self {
            Part::Train => "train",
            Part::Val => "val",
            Part::Test => "test",
        }
    }
}

/// Opens a part of a data set.
///
/// `base` is the folder of the spec, beneath which its paths are resolved; `over` is a path from
/// the command line that takes the place of all of the spec's, and whose layout is told by what
/// lies there.
///
/// A missing validation part is drawn from the training part where `split` says so, else it is
/// the test part; a missing test part likewise is the validation part. Where there is neither,
/// a tenth of the training part is drawn for both.
///
/// # Errors
/// Every problem found, as diagnostics with the place in the spec.
pub fn open(
    config: &DataConfig,
    base: &Path,
    over: Option<&Path>,
    part: Part,
) -> Result<Arc<dyn Dataset>, Vec<Diagnostic>> {
    let parts = layout::find(config, base, over).map_err(|e| vec![e])?;
    let source = split::choose(&parts, config.split, part).ok_or_else(|| {
        vec![
            Diagnostic::error(codes::NO_SUCH_PART, format!("the data set has no `{}` part", part.name()))
                .label(config.span, "")
                .help(format!("give `data` a `{}` path", part.name())),
        ]
    })?;
    let dataset = layout::load(&parts, source.part, config)?;
    if dataset.is_empty() {
        return Err(vec![
            Diagnostic::error(codes::NO_EXAMPLES, format!("the `{}` part holds no examples", part.name()))
                .label(config.span, ""),
        ]);
    }
    source.draw.map_or(Ok(dataset.clone()), |draw| draw.apply(dataset)).map_err(|e| vec![e.label(config.span, "")])
}

/// Reports labels that are not below `classes`, the number of the network's outputs.
pub fn check_labels(dataset: &dyn Dataset, classes: usize) -> Option<Diagnostic> {
    let labels = dataset.labels();
    let (index, label) = match labels {
        Labels::Classes(list) => {
            let (index, label) = list.iter().enumerate().find(|(_, l)| **l as usize >= classes)?;
            (index, label.to_string())
        }
        Labels::Boxes(list) => {
            let of = |own: &Vec<BoxLabel>| own.iter().map(|b| b.class).find(|class| *class as usize >= classes);
            let (index, label) = list.iter().enumerate().find_map(|(index, own)| Some((index, of(own)?)))?;
            (index, label.to_string())
        }
        // Masks: several classes for each example.
        Labels::Values { width, values } => {
            let names_one = |v: f32| v >= 0.0 && v < classes as f32 && v.fract() == 0.0;
            let (at, label) = values.iter().enumerate().find(|(_, v)| !names_one(**v))?;
            (at.checked_div(*width)?, label.to_string())
        }
    };
    let needed = labels.classes();
    let place = dataset.place(index);
    let message = format!("example {index} (`{place}`) has label {label}, but the network has {classes} classes");
    Some(Diagnostic::error(codes::LABEL_OUT_OF_RANGE, message).help(match needed {
        0 => format!("labels are whole numbers from 0 to {}", classes.saturating_sub(1)),
        needed => format!("the data have {needed} classes: give the last layer {needed} outputs"),
    }))
}
