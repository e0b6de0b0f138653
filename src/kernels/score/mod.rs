//! How good predictions are: measures over labels, in double precision.
//!
//! An example may have a weight, as scikit-learn's `sample_weight` has it: it counts that often.

mod confusion;
mod roc;
mod scored;

pub use confusion::{Average, ClassScore, Confusion, Quantity};
pub use roc::{Point, area, area_and_curve, curve};
pub use scored::Scored;

/// A batch of scores beside their labels.
///
/// There are `classes` scores for each label, along the second axis of `[N, classes, ...]`, or one
/// for each, whose label is true above 1/2.
#[derive(Clone, Copy, Debug)]
pub struct Labelled<'a> {
    /// `[N, classes, ...]`, or as many as labels.
    pub scores: &'a [f32],
    /// `[N, ...]`.
    pub labels: &'a [f32],
    /// A weight for each example; empty where all are 1.
    pub weights: &'a [f32],
    /// How many examples these are.
    pub examples: usize,
}

impl Labelled<'_> {
    /// Labels of one example.
    fn inner(&self) -> usize {
        (self.labels.len() / self.examples.max(1)).max(1)
    }

    /// Scores of one label.
    pub fn classes(&self) -> usize {
        (self.scores.len() / self.labels.len().max(1)).max(1)
    }

    /// The scores of one label.
    pub fn row(&self, at: usize) -> impl Iterator<Item = f32> + Clone {
        let (n, inner) = (self.classes(), self.inner());
        self.scores.iter().skip(at / inner * n * inner + at % inner).step_by(inner).take(n).copied()
    }

    /// The weight of one label: that of its example.
    pub fn weight(&self, at: usize) -> f64 {
        self.weights.get(at / self.inner()).map_or(1.0, |w| f64::from(*w))
    }

    /// The class that a label names; `None` where it names none.
    pub fn class(&self, at: usize) -> Option<usize> {
        let label = *self.labels.get(at)?;
        match self.classes() {
            1 => Some(usize::from(label > 0.5)),
            n => class_of(label, n),
        }
    }

    /// The class that is predicted: the first of the greatest scores, or for a single score whether
    /// it is above `threshold`.
    pub fn predicted(&self, at: usize, threshold: f32) -> usize {
        let mut row = self.row(at);
        let first = row.next().unwrap_or(f32::NAN);
        if self.classes() == 1 {
            return usize::from(first > threshold);
        }
        let better =
            |best: (usize, f32), (at, value): (usize, f32)| if value > best.1 { (at + 1, value) } else { best };
        row.enumerate().fold((0, first), better).0
    }

    /// Whether fewer than `k` classes come before the label's. A NaN comes before every number, so
    /// that a diverged network is right about nothing.
    pub fn is_among(&self, at: usize, k: usize) -> bool {
        self.class(at).is_some_and(|class| self.holds(at, class, k))
    }

    /// Whether a class is among the `k` of the greatest scores of a label.
    fn holds(&self, at: usize, class: usize, k: usize) -> bool {
        let Some(own) = self.row(at).nth(class) else { return false };
        let before = |(c, v): &(usize, f32)| *v > own || v.is_nan() || (*v == own && *c < class);
        !own.is_nan() && self.row(at).enumerate().filter(before).count() < k
    }

    /// Whether a single score lies on its label's side of a threshold; NaN lies on none.
    pub fn is_right(&self, at: usize, threshold: f32) -> bool {
        let is_number = self.row(at).next().is_some_and(|score| !score.is_nan());
        is_number && self.class(at) == Some(self.predicted(at, threshold))
    }

    /// A single score less its label.
    pub fn distance(&self, at: usize) -> f64 {
        let value = |list: &[f32]| list.get(at).map_or(f64::NAN, |v| f64::from(*v));
        value(self.scores) - value(self.labels)
    }

    /// Counts every label by class and prediction. Those that name no class are left out.
    pub fn count(&self, threshold: f32, into: &mut Confusion) {
        for at in 0..self.labels.len() {
            if let Some(actual) = self.class(at) {
                into.add(actual, self.predicted(at, threshold), self.weight(at));
            }
        }
    }

    /// The weighted sum of a number over all labels, and the sum of the weights.
    pub fn sum(&self, value: impl Fn(usize) -> f64) -> (f64, f64) {
        let add = |(sum, total): (f64, f64), at: usize| {
            let weight = self.weight(at);
            (sum + weight * value(at), total + weight)
        };
        (0..self.labels.len()).fold((0.0, 0.0), add)
    }
}

/// How many labels have their most probable class among the `k` of the greatest scores, by weight,
/// and the sum of the weights. Scores and labels are both `[N, classes, ...]`; of equal
/// probabilities the first counts.
pub fn top_of_distributions(
    scores: &[f32],
    distributions: &[f32],
    weights: &[f32],
    [examples, classes]: [usize; 2],
    k: usize,
) -> (f64, f64) {
    let count = distributions.len() / classes.max(1);
    // Only the number of labels counts here.
    let of = |scores| Labelled { scores, labels: &distributions[..count], weights, examples };
    let (scored, probable) = (of(scores), of(distributions));
    scored.sum(|at| f64::from(u8::from(scored.holds(at, probable.predicted(at, 0.0), k))))
}

/// The class that a label names; `None` where it names none.
pub fn class_of(label: f32, classes: usize) -> Option<usize> {
    (label >= 0.0 && label < classes as f32 && label.fract() == 0.0).then_some(label as usize)
}

/// The softmax, in double precision.
pub fn softmax(logits: &[f32]) -> Vec<f64> {
    let max = f64::from(logits.iter().copied().fold(f32::NEG_INFINITY, f32::max));
    let exps: Vec<f64> = logits.iter().map(|v| (f64::from(*v) - max).exp()).collect();
    let sum: f64 = exps.iter().sum();
    exps.into_iter().map(|e| e / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn among(scores: &[f32], label: f32, k: usize) -> bool {
        Labelled { scores, labels: &[label], weights: &[], examples: 1 }.is_among(0, k)
    }

    #[test]
    fn ranks_with_ties_and_nan() {
        let logits = [1.0, 3.0, 3.0, 2.0];
        assert!(among(&logits, 1.0, 1));
        assert!(!among(&logits, 2.0, 1));
        assert!(among(&logits, 2.0, 2));
        assert!(among(&logits, 3.0, 3) && !among(&logits, 3.0, 2));
        assert!(!among(&logits, 4.0, 4), "no such class");
        assert!(!among(&[f32::NAN, 0.0, 0.0, 0.0], 0.0, 1));
        assert!(!among(&[f32::NAN, 9.0, 0.0, 0.0], 1.0, 1));
    }

    #[test]
    fn of_a_distribution_the_most_probable_class_counts() {
        let scores = [1.0, 3.0, 2.0, 3.0, 1.0, 2.0];
        let labels = [0.2, 0.5, 0.3, 0.0, 0.5, 0.5];
        let top = |k| top_of_distributions(&scores, &labels, &[1.0, 0.5], [2, 3], k);
        assert_eq!([top(1), top(2), top(3)], [(1.0, 1.5), (1.0, 1.5), (1.5, 1.5)]);
    }

    #[test]
    fn classes_lie_along_the_second_axis() {
        // Two examples of two classes with three labels each.
        let scores = [9.0, 0.0, 9.0, 0.0, 9.0, 0.0, 1.0, 2.0, 3.0, 3.0, 2.0, 1.0];
        let batch = Labelled { scores: &scores, labels: &[0.0; 6], weights: &[1.0, 0.5], examples: 2 };
        assert_eq!(batch.classes(), 2);
        let predicted: Vec<usize> = (0..6).map(|at| batch.predicted(at, 0.0)).collect();
        assert_eq!(predicted, [0, 1, 0, 1, 0, 0]);
        assert_eq!(batch.sum(|at| if batch.is_among(at, 1) { 1.0 } else { 0.0 }), (3.0, 4.5));
    }
}
