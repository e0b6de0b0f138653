//! Scores of a whole data set, for measures that rank them.

use super::{Labelled, Point, area, area_and_curve, softmax};

/// The scores of a network for every label, with the labels and their weights.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scored {
    /// Scores of one label.
    classes: usize,
    /// `[label][class]`.
    scores: Vec<f32>,
    labels: Vec<usize>,
    weights: Vec<f64>,
}

impl Scored {
    /// Nothing yet, of this many scores for each label; one score tells true from false.
    pub fn new(classes: usize) -> Self {
        Self { classes: classes.max(1), ..Self::default() }
    }

    /// More labels. Those that name no class are left out.
    pub fn add(&mut self, batch: &Labelled<'_>) {
        for at in 0..batch.labels.len() {
            let Some(class) = batch.class(at).filter(|_| batch.classes() == self.classes) else { continue };
            self.scores.extend(batch.row(at));
            self.labels.push(class);
            self.weights.push(batch.weight(at));
        }
    }

    /// Scores of one label.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// How many labels there are.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The scores of each label, with the label and its weight.
    pub fn rows(&self) -> impl Iterator<Item = (&[f32], usize, f64)> {
        let rows = self.scores.chunks_exact(self.classes).zip(&self.labels).zip(&self.weights);
        rows.map(|((row, label), weight)| (row, *label, *weight))
    }

    /// Single scores as those of false and of true.
    #[must_use]
    pub fn paired(&self) -> Self {
        let probable = self.scores.iter().all(|v| (0.0..=1.0).contains(v));
        let pair = |v: &f32| if probable { [1.0 - v, *v] } else { [0.0, *v] };
        Self { classes: 2, scores: self.scores.iter().flat_map(pair).collect(), ..self.clone() }
    }

    /// Whether the scores are probabilities, and not scores whose softmax they are.
    pub fn are_probabilities(&self) -> bool {
        let fits = |row: &[f32]| row.iter().all(|v| *v >= 0.0) && (row.iter().sum::<f32>() - 1.0).abs() < 1e-3;
        self.scores.chunks_exact(self.classes).all(fits)
    }

    /// The probability of each class for one label's scores.
    pub fn probabilities(row: &[f32], already: bool) -> Vec<f64> {
        if already { row.iter().map(|v| f64::from(*v)).collect() } else { softmax(row) }
    }

    /// Of each class against the rest, the scores that rank the labels. Of two classes the
    /// difference of the scores ranks exactly as the probability does; of more, probabilities are
    /// compared. A single score ranks for true only.
    fn ranked<T>(&self, measure: impl Fn(&[f64], &[bool], &[f64]) -> Option<T>) -> Vec<Option<T>> {
        let already = self.are_probabilities();
        let rank = |row: &[f32]| match row {
            [one] => vec![f64::from(*one)],
            [a, b] => vec![f64::from(*a) - f64::from(*b), f64::from(*b) - f64::from(*a)],
            row => Self::probabilities(row, already),
        };
        let rows: Vec<Vec<f64>> = self.scores.chunks_exact(self.classes).map(rank).collect();
        let of_class = |class: usize| {
            let scores: Vec<f64> = rows.iter().map(|row| row[class]).collect();
            let wanted = if self.classes == 1 { 1 } else { class };
            let positive: Vec<bool> = self.labels.iter().map(|label| *label == wanted).collect();
            measure(&scores, &positive, &self.weights)
        };
        (0..self.classes).map(of_class).collect()
    }

    /// The area under the curve of each class against the rest; none where that is undefined.
    pub fn areas(&self) -> Vec<Option<f64>> {
        self.ranked(area)
    }

    /// The areas, and the curve of each class against the rest; none where that is undefined.
    pub fn areas_and_curves(&self) -> (Vec<Option<f64>>, Vec<Option<Vec<Point>>>) {
        self.ranked(area_and_curve).into_iter().map(Option::unzip).unzip()
    }

    /// The area of all: of two classes that of the second, of more their plain mean; none where
    /// that of a class is undefined.
    pub fn mean_area(areas: &[Option<f64>]) -> Option<f64> {
        match areas {
            [_, second] => *second,
            areas => areas.iter().copied().sum::<Option<f64>>().map(|sum| sum / areas.len().max(1) as f64),
        }
    }

    /// Everything as numbers, for a checkpoint.
    pub fn store(&self) -> Vec<u64> {
        let scores = self.scores.iter().map(|v| u64::from(v.to_bits()));
        let rest = self.labels.iter().zip(&self.weights).flat_map(|(l, w)| [*l as u64, w.to_bits()]);
        scores.chain(rest).collect()
    }

    /// What [`Scored::store`] gave, of this many classes.
    pub fn restore(classes: usize, stored: &[u64]) -> Self {
        let classes = classes.max(1);
        let (scores, rest) = stored.split_at(stored.len() / classes.saturating_add(2) * classes);
        Self {
            classes,
            // Each was made of 32 bits.
            scores: scores.iter().map(|bits| f32::from_bits(*bits as u32)).collect(),
            labels: rest.chunks_exact(2).map(|pair| pair[0] as usize).collect(),
            weights: rest.chunks_exact(2).map(|pair| f64::from_bits(pair[1])).collect(),
        }
    }
}
