//! What the losses of examples are multiplied by.

use crate::config::ClassWeights;
use crate::data::{Batch, Dataset, Labels};
use crate::diag::{Diagnostic, codes};

use super::Failure;

/// A factor for each class, beside the weights that a data set gives its examples.
#[derive(Clone, Debug, Default)]
pub(crate) struct Weighting {
    /// Empty where all are 1.
    by_class: Vec<f32>,
}

impl Weighting {
    /// The factors that the settings name, for labels of this many classes.
    pub(crate) fn new(
        weights: Option<&ClassWeights>,
        labels: &Labels,
        classes: Option<usize>,
    ) -> Result<Self, Failure> {
        let by_class = match weights {
            Some(weights) => class_weights(weights, labels, classes)?,
            None => Vec::new(),
        };
        Ok(Self { by_class })
    }

    /// Refuses weights that no loss takes.
    pub(crate) fn refuse(&self, dataset: &dyn Dataset) -> Result<(), Failure> {
        if dataset.weights().is_none() && self.by_class.is_empty() {
            return Ok(());
        }
        let message = "examples have weights, but no loss takes them";
        Err(Diagnostic::error(codes::INPUT_UNFED, message)
            .help(
                "declare an input `weight: \"f32[N]\"` and give it to the loss: `cross_entropy(logits, label, weight)`",
            )
            .into())
    }

    /// Writes the weight of each example of a batch.
    pub(crate) fn fill(&self, batch: &Batch, into: &mut [f32]) {
        for (at, weight) in into.iter_mut().enumerate() {
            *weight = batch.weights.get(at).copied().unwrap_or(1.0) * self.of_class(batch, at);
        }
    }

    fn of_class(&self, batch: &Batch, at: usize) -> f32 {
        let class = batch.labels.get(at).map(|label| *label as usize).filter(|_| !self.by_class.is_empty());
        class.and_then(|class| self.by_class.get(class)).copied().unwrap_or(1.0)
    }
}

/// The factor of each class: as the spec lists them, or `n / (classes * examples of the class)` of
/// the classes that occur, as scikit-learn's `compute_class_weight("balanced", ...)` has it.
fn class_weights(weights: &ClassWeights, labels: &Labels, classes: Option<usize>) -> Result<Vec<f32>, Failure> {
    let (Labels::Classes(labels), Some(classes)) = (labels, classes) else {
        let message = "`class_weights` needs a class for each example that a loss or metric compares with scores";
        return Err(Failure::new(codes::INPUT_UNFED, message));
    };
    match weights {
        ClassWeights::List(list) if list.len() != classes => {
            let message = format!("`class_weights` has {} numbers, but there are {classes} classes", list.len());
            Err(Failure::new(codes::INPUT_UNFED, message))
        }
        ClassWeights::List(list) => Ok(list.iter().map(|w| *w as f32).collect()),
        ClassWeights::Balanced => {
            let mut counts = vec![0u64; classes];
            labels.iter().filter_map(|l| Some(*l as usize).filter(|l| *l < classes)).for_each(|l| counts[l] += 1);
            let occurring = counts.iter().filter(|n| **n > 0).count();
            let factor = |n: &u64| if *n == 0 { 1.0 } else { labels.len() as f64 / (occurring as f64 * *n as f64) };
            Ok(counts.iter().map(|n| factor(n) as f32).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn balanced_weights_are_those_of_scikit_learn() {
        // compute_class_weight("balanced", classes=[0, 1, 3], y=[0, 0, 0, 1, 3, 3]): 2/3, 2, 1.
        let labels = Labels::Classes(vec![0, 0, 0, 1, 3, 3]);
        let weights = class_weights(&ClassWeights::Balanced, &labels, Some(4)).expect("they are classes");
        assert_eq!(weights, [2.0 / 3.0, 2.0, 1.0, 1.0]);
        assert!(class_weights(&ClassWeights::List(vec![1.0; 3]), &labels, Some(4)).is_err());
        let values = Labels::Values { width: 1, values: vec![0.5] };
        assert!(class_weights(&ClassWeights::Balanced, &values, Some(4)).is_err());
    }
}
