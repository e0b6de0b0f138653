//! How often each class is taken for which.

/// Counts of examples by class and prediction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confusion {
    classes: usize,
    /// `[actual][predicted]`.
    counts: Vec<u64>,
}

/// The quality of the predictions of one class.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ClassScore {
    /// Of the examples that are taken for the class, the share that is of it; 0 where none is.
    pub precision: f64,
    /// Of the examples of the class, the share that is taken for it; 0 where there are none.
    pub recall: f64,
    /// The harmonic mean of both.
    pub f1: f64,
    /// Examples of the class.
    pub support: u64,
}

impl Confusion {
    /// No example yet.
    pub fn new(classes: usize) -> Self {
        Self { classes, counts: vec![0; classes.saturating_mul(classes)] }
    }

    /// One more example. Classes that are not below the number of classes are left out.
    pub fn add(&mut self, actual: usize, predicted: usize) {
        if actual < self.classes && predicted < self.classes {
            self.counts[actual * self.classes + predicted] += 1;
        }
    }

    /// The counts of one class by prediction.
    pub fn rows(&self) -> impl Iterator<Item = &[u64]> {
        self.counts.chunks(self.classes.max(1))
    }

    fn count(&self, actual: usize, predicted: usize) -> u64 {
        self.counts[actual * self.classes + predicted]
    }

    /// Precision, recall and F1 of every class.
    pub fn scores(&self) -> Vec<ClassScore> {
        let score = |class: usize| {
            let hits = self.count(class, class);
            let support: u64 = (0..self.classes).map(|p| self.count(class, p)).sum();
            let predicted: u64 = (0..self.classes).map(|a| self.count(a, class)).sum();
            ClassScore {
                precision: ratio(hits, predicted),
                recall: ratio(hits, support),
                // The same as `2pr / (p + r)`, and defined where one of them is not.
                f1: ratio(2 * hits, support + predicted),
                support,
            }
        };
        (0..self.classes).map(score).collect()
    }

    /// The plain mean over the classes that occur as a label or a prediction, as scikit-learn's
    /// `average="macro"` takes it. Its `support` counts all examples.
    pub fn macro_score(&self) -> ClassScore {
        let occurs = |class: usize| (0..self.classes).any(|o| self.count(class, o) > 0 || self.count(o, class) > 0);
        let scores: Vec<ClassScore> =
            self.scores().into_iter().enumerate().filter(|(class, _)| occurs(*class)).map(|(_, s)| s).collect();
        let mean = |value: fn(&ClassScore) -> f64| scores.iter().map(value).sum::<f64>() / scores.len().max(1) as f64;
        ClassScore {
            precision: mean(|s| s.precision),
            recall: mean(|s| s.recall),
            f1: mean(|s| s.f1),
            support: scores.iter().map(|s| s.support).sum(),
        }
    }
}

fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
