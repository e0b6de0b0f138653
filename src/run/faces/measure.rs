//! How well a network tells people apart, over all pairs of a data set.

use serde::Serialize;

use crate::config::{DataConfig, TrainConfig};
use crate::data::{Dataset, Labels, Transform};
use crate::diag::{Diagnostic, codes};
use crate::ops::lower::NoiseKey;
use crate::plan::PlanOptions;

use super::super::metrics::{Operating, Pairs};
use super::super::network::Sessions;
use super::super::{Failure, Network};
use super::similarity;

/// How well people are told apart.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measured {
    /// People in the data set.
    pub people: usize,
    /// Photos of them.
    pub photos: usize,
    /// Pairs of one person.
    pub genuine: usize,
    /// Pairs of two people.
    pub impostor: usize,
    /// The area under the ROC curve of all pairs.
    pub auc: f64,
    /// The error at the threshold where false accepts are as frequent as false rejects.
    pub equal_error: f64,
    /// That threshold.
    pub equal_error_threshold: f64,
    /// The share of photos whose most similar other one is of the same person, among those of
    /// people with several photos.
    pub rank1: f64,
    /// The chosen rates of false accepts, and what they cost.
    pub operating: Vec<Operating>,
    /// The ROC curve: false accepts and true accepts by falling thresholds.
    pub roc: Vec<(f64, f64)>,
}

/// Pairs that a network takes at once.
const BATCH: usize = 64;
/// The most photos whose pairs are looked at: some 50 million pairs.
const MAX_PHOTOS: usize = 10_000;

/// The scores of all pairs `i < j`, row by row.
struct Scores {
    n: usize,
    values: Vec<f64>,
}

impl Scores {
    fn collect(n: usize, mut score: impl FnMut(usize, usize) -> f64) -> Self {
        let values = (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j))).map(|(i, j)| score(i, j)).collect();
        Self { n, values }
    }

    fn get(&self, a: usize, b: usize) -> f64 {
        let (i, j) = (a.min(b), a.max(b));
        // Rows before `i` hold n - 1, n - 2, ... scores.
        self.values[i * (2 * self.n - i - 1) / 2 + j - i - 1]
    }

    fn measure(&self, classes: &[u32], rates: &[f64]) -> Result<Measured, Failure> {
        let n = self.n;
        let pairs = (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j)));
        let labelled = pairs.zip(&self.values).map(|((i, j), score)| (*score, classes[i] == classes[j]));
        let pairs = Pairs::new(labelled).ok_or_else(|| {
            Diagnostic::error(codes::CANNOT_CALIBRATE, "there are no pairs of one person and of two to compare")
                .help("give a folder of photos for each of two people or more")
        })?;
        let equal = pairs.equal_error();
        let (genuine, impostor) = pairs.counts();
        let people: std::collections::BTreeSet<u32> = classes.iter().copied().collect();
        Ok(Measured {
            people: people.len(),
            photos: n,
            genuine,
            impostor,
            auc: pairs.area(),
            equal_error: equal.error(),
            equal_error_threshold: equal.threshold,
            rank1: self.rank1(classes),
            operating: rates.iter().map(|rate| pairs.at_false_accept(*rate)).collect(),
            roc: pairs.curve(),
        })
    }

    fn rank1(&self, classes: &[u32]) -> f64 {
        let hit = |i: usize| {
            let others = || (0..self.n).filter(|j| *j != i);
            others().find(|j| classes[*j] == classes[i])?;
            let best = others().reduce(|best, j| if self.get(i, j) > self.get(i, best) { j } else { best })?;
            Some(classes[best] == classes[i])
        };
        let hits: Vec<bool> = (0..self.n).filter_map(hit).collect();
        hits.iter().filter(|h| **h).count() as f64 / hits.len().max(1) as f64
    }
}

/// The person of each photo.
fn classes(dataset: &dyn Dataset) -> Result<&[u32], Failure> {
    let refuse = |message: String| {
        Err(Diagnostic::error(codes::CANNOT_CALIBRATE, message).help("give a folder of photos for each person").into())
    };
    match dataset.labels() {
        Labels::Classes(_) if dataset.len() > MAX_PHOTOS => {
            refuse(format!("{} photos have too many pairs; {MAX_PHOTOS} photos are the most", dataset.len()))
        }
        Labels::Classes(list) => Ok(list),
        Labels::Values { .. } | Labels::Boxes(_) => refuse("the photos have no people as their labels".into()),
    }
}

/// Measures embeddings of length one, `[photo][width]`, by their cosines. For each of `rates`, the
/// threshold that keeps false accepts at or below it.
///
/// # Errors
/// A data set without people, or without pairs of one and of two.
pub fn measure_embeddings(embeddings: &[f32], dataset: &dyn Dataset, rates: &[f64]) -> Result<Measured, Failure> {
    let classes = classes(dataset)?;
    let width = embeddings.len() / classes.len().max(1);
    let of = |i: usize| &embeddings[i * width..(i + 1) * width];
    Scores::collect(classes.len(), |i, j| similarity(of(i), of(j))).measure(classes, rates)
}

/// Measures a network that scores pairs of photos, by its first output, `[N, 1]` or `[N]`: greater
/// scores stand for one person.
///
/// # Errors
/// Those of [`measure_embeddings`]; a network without such an output, or images that do not fit.
pub fn measure_pairs(
    network: &mut Network<'_>,
    data: &DataConfig,
    train: Option<&TrainConfig>,
    dataset: &dyn Dataset,
    rates: &[f64],
) -> Result<Measured, Failure> {
    let classes = classes(dataset)?;
    let checked = network.checked();
    let is_score = |id: &crate::graph::NodeId| {
        let shape = &checked.fact(*id).shape;
        shape.iter().skip(1).all(|d| d.as_usize() == Some(1))
    };
    let output = checked.graph().roles.outputs.iter().copied().find(is_score);
    let output = output.ok_or_else(|| {
        Diagnostic::error(codes::NO_EMBEDDING, "the network has no output `f32[N, 1]` that scores a pair")
    })?;
    let feeds = network.feeds(2)?;
    let transform = Transform::for_any_size(data, train, network.target(&feeds)?, None)?;
    let shape = network.example_shape(feeds.image)?;
    let size: usize = shape.iter().product();
    let mut photos = vec![0.0; classes.len() * size];
    for (index, out) in photos.chunks_exact_mut(size.max(1)).enumerate() {
        let image = dataset.image(index)?;
        transform.prepare(&image, &dataset.place(index), out)?;
    }
    let n = classes.len();
    let pairs: Vec<(usize, usize)> = (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j))).collect();
    let options = PlanOptions::inference(vec![output]);
    let mut sessions = Sessions::new(&options, feeds.image, &shape);
    let mut values = Vec::with_capacity(pairs.len());
    for batch in pairs.chunks(BATCH) {
        let session = sessions.get(network, batch.len())?;
        for (slot, input) in feeds.images().enumerate() {
            let rows = session.input_mut(input).chunks_exact_mut(size.max(1));
            for (row, pair) in rows.zip(batch) {
                let photo = if slot == 0 { pair.0 } else { pair.1 };
                row.copy_from_slice(&photos[photo * size..(photo + 1) * size]);
            }
        }
        session.forward(&mut network.params, NoiseKey::default());
        values.extend(session.value(output).unwrap_or_default().iter().map(|v| f64::from(*v)));
    }
    if values.len() != pairs.len() {
        return Err(Failure::new(codes::NO_EMBEDDING, "the network does not give one score for each pair"));
    }
    Scores { n, values }.measure(classes, rates)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_found_by_their_photos() {
        let scores = Scores::collect(4, |i, j| (10 * i + j) as f64);
        for i in 0..4 {
            for j in (0..4).filter(|j| *j != i) {
                assert_eq!(scores.get(i, j), (10 * i.min(j) + i.max(j)) as f64);
            }
        }
    }

    #[test]
    fn people_are_told_apart() {
        // Photos 0 and 1 are of one person, 2 and 3 of another, 4 of a third.
        let place = [0.0f64, 0.1, 1.0, 1.1, 1.06];
        let scores = Scores::collect(5, |i, j| -(place[i] - place[j]).abs());
        let measured = scores.measure(&[0, 0, 1, 1, 2], &[0.0, 0.5]).unwrap();
        assert_eq!((measured.people, measured.photos, measured.genuine, measured.impostor), (3, 5, 2, 8));
        assert_eq!(measured.rank1, 0.5, "photo 4 comes between 2 and 3");
        assert_eq!(measured.auc, (6.0 + 6.0) / 16.0);
        assert_eq!(measured.operating[0].false_accept, 0.0);
        assert!(scores.measure(&[0, 1, 2, 3, 4], &[]).is_err());
    }
}
