//! What a data set holds: classes, sizes, statistics of pixels, damage, and duplicates.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::data::{self, Dataset, Image, Part, Pixels};

use super::{DataSource, Failure};

/// What a data set holds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Inspection {
    /// The parts in the order of training, validation, test; a part whose examples are those of
    /// another stands once.
    pub parts: Vec<PartReport>,
    /// Images that are in two parts: what is learned is then measured.
    pub shared: Vec<Shared>,
}

/// What a part holds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PartReport {
    /// Its name.
    pub name: &'static str,
    /// Examples, damaged ones included.
    pub examples: usize,
    /// Examples of each class by name; empty where labels are no classes.
    pub classes: Vec<(String, u64)>,
    /// The images of each size: channels, height, width, count.
    pub sizes: Vec<(usize, usize, usize, u64)>,
    /// The mean of each channel over all pixels, where all images have the same channels; 8-bit
    /// values are divided by 255.
    pub mean: Vec<f64>,
    /// The standard deviation, likewise.
    pub deviation: Vec<f64>,
    /// Images that cannot be read: the place and the reason.
    pub damaged: Vec<(String, String)>,
    /// Images that are the same as an earlier one of the part.
    pub duplicates: u64,
}

/// Images that two parts share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shared {
    /// The parts.
    pub parts: (&'static str, &'static str),
    /// Examples of the second part whose image is in the first.
    pub examples: u64,
    /// The places of some of them.
    pub places: Vec<String>,
}

/// Places of shared images that are listed.
const LISTED: usize = 10;

/// Reads every image of all parts.
///
/// # Errors
/// A data set that cannot be opened. Single images that cannot be read are part of the report.
pub fn inspect(source: &DataSource<'_>) -> Result<Inspection, Failure> {
    let mut seen: Vec<(Part, String)> = Vec::new();
    let mut parts: Vec<(PartReport, BTreeMap<[u8; 32], usize>)> = Vec::new();
    let mut shared = Vec::new();
    for part in [Part::Train, Part::Val, Part::Test] {
        let dataset = data::open(source.data, source.base, source.over, part)?;
        // A data set without a validation part gives its test part for it.
        let fingerprint = data::fingerprint(dataset.as_ref());
        if seen.iter().any(|(_, other)| *other == fingerprint) {
            continue;
        }
        seen.push((part, fingerprint));
        let (report, images) = inspect_part(part.name(), dataset.as_ref());
        for (earlier, others) in &parts {
            shared.extend(compare(earlier.name, others, part.name(), &images, dataset.as_ref()));
        }
        parts.push((report, images));
    }
    Ok(Inspection { parts: parts.into_iter().map(|(report, _)| report).collect(), shared })
}

/// What is kept of one image.
struct Seen {
    digest: [u8; 32],
    size: (usize, usize, usize),
    /// Of each channel the sum of values and of squares.
    sums: Vec<(f64, f64)>,
}

/// The report, and the first example of each image by the digest of its pixels.
fn inspect_part(name: &'static str, dataset: &dyn Dataset) -> (PartReport, BTreeMap<[u8; 32], usize>) {
    let slots = dataset.slots().max(1);
    let look = |at: usize| {
        let seen = dataset.image_at(at / slots, at % slots);
        seen.map(|image| see(&image)).map_err(|e| (e.place, e.reason))
    };
    let all: Vec<_> = (0..dataset.len().saturating_mul(slots)).into_par_iter().map(look).collect();
    let (mut sizes, mut images) = (BTreeMap::new(), BTreeMap::new());
    let (mut damaged, mut duplicates) = (Vec::new(), 0);
    let mut total = Moments::default();
    for (at, seen) in all.into_iter().enumerate() {
        match seen {
            Ok(Seen { digest, size, sums }) => {
                *sizes.entry(size).or_insert(0) += 1;
                duplicates += u64::from(images.contains_key(&digest));
                images.entry(digest).or_insert(at / slots);
                total.add(size, &sums);
            }
            Err(problem) => damaged.push(problem),
        }
    }
    let (mean, deviation) = total.finish();
    let report = PartReport {
        name,
        examples: dataset.len(),
        classes: classes(dataset),
        sizes: sizes.into_iter().map(|((c, h, w), count)| (c, h, w, count)).collect(),
        mean,
        deviation,
        damaged,
        duplicates,
    };
    (report, images)
}

/// Sums over the pixels of all images that have the same channels as the first.
#[derive(Default)]
struct Moments {
    sums: Vec<(f64, f64)>,
    pixels: f64,
    mixed: bool,
}

impl Moments {
    fn add(&mut self, (_, height, width): (usize, usize, usize), sums: &[(f64, f64)]) {
        if self.sums.is_empty() {
            self.sums = vec![(0.0, 0.0); sums.len()];
        }
        self.mixed |= self.sums.len() != sums.len();
        self.sums.iter_mut().zip(sums).for_each(|(total, one)| *total = (total.0 + one.0, total.1 + one.1));
        self.pixels += height as f64 * width as f64;
    }

    fn finish(self) -> (Vec<f64>, Vec<f64>) {
        if self.mixed || self.pixels == 0.0 {
            return (Vec::new(), Vec::new());
        }
        let moments = self.sums.iter().map(|(sum, squares)| {
            let mean = sum / self.pixels;
            (mean, (squares / self.pixels - mean * mean).max(0.0).sqrt())
        });
        moments.unzip()
    }
}

fn see(image: &Image<'_>) -> Seen {
    let size = (image.channels, image.height, image.width);
    let mut digest = Sha256::new();
    [size.0, size.1, size.2].iter().for_each(|n| digest.update((*n as u64).to_le_bytes()));
    let mut sums = vec![(0.0, 0.0); image.channels];
    let mut add = |channel: usize, value: f64| {
        if let Some(sum) = sums.get_mut(channel) {
            *sum = (sum.0 + value, sum.1 + value * value);
        }
    };
    match &image.pixels {
        Pixels::U8(values) => {
            digest.update(values);
            let channels = image.channels.max(1);
            values.iter().enumerate().for_each(|(i, v)| add(i % channels, f64::from(*v) / 255.0));
        }
        Pixels::F32(values) => {
            digest.update(bytemuck::cast_slice::<f32, u8>(values));
            let plane = image.height.saturating_mul(image.width).max(1);
            values.iter().enumerate().for_each(|(i, v)| add(i / plane, f64::from(*v)));
        }
    }
    Seen { digest: digest.finalize().into(), size, sums }
}

/// Examples of each class, in the order of labels; of pictures with boxes, objects.
fn classes(dataset: &dyn Dataset) -> Vec<(String, u64)> {
    let labels = dataset.labels();
    let mut counts = vec![0; labels.classes().max(dataset.names().len())];
    for index in 0..dataset.len() {
        let boxes = labels.boxes(index).unwrap_or_default().iter().map(|b| b.class);
        labels.class(index).into_iter().chain(boxes).for_each(|class| counts[class as usize] += 1);
    }
    let name = |class: usize| dataset.names().get(class).cloned().unwrap_or_else(|| class.to_string());
    counts.into_iter().enumerate().map(|(class, count)| (name(class), count)).collect()
}

/// The images that two parts share, where there are any.
fn compare(
    first: &'static str,
    others: &BTreeMap<[u8; 32], usize>,
    second: &'static str,
    images: &BTreeMap<[u8; 32], usize>,
    dataset: &dyn Dataset,
) -> Option<Shared> {
    let both: BTreeSet<usize> = images.iter().filter(|(d, _)| others.contains_key(*d)).map(|(_, i)| *i).collect();
    let places = both.iter().take(LISTED).map(|i| dataset.place(*i)).collect();
    (!both.is_empty()).then_some(Shared { parts: (first, second), examples: both.len() as u64, places })
}
