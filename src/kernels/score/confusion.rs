//! How often each class is taken for which.

/// Weights of labels by class and prediction.
#[derive(Clone, Debug, PartialEq)]
pub struct Confusion {
    classes: usize,
    /// `[actual][predicted]`.
    counts: Vec<f64>,
}

/// The quality of the predictions of one class.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ClassScore {
    /// Of what is taken for the class, the share that is of it; 0 where nothing is.
    pub precision: f64,
    /// Of what is of the class, the share that is taken for it; 0 where nothing is.
    pub recall: f64,
    /// The harmonic mean of both.
    pub f1: f64,
    /// The labels of the class; where they have weights, the sum of those.
    pub support: f64,
}

/// One number of a [`ClassScore`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// Its precision.
    Precision,
    /// Its recall.
    Recall,
    /// Its F1.
    F1,
}

impl Quantity {
    /// The number.
    pub fn of(self, score: &ClassScore) -> f64 {
        match self {
            Quantity::Precision => score.precision,
            Quantity::Recall => score.recall,
            Quantity::F1 => score.f1,
        }
    }
}

/// How the numbers of the classes become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Average {
    /// Their plain mean over the classes that occur as a label or a prediction.
    Macro,
    /// Their mean by support.
    Weighted,
    /// Only this class.
    Class(usize),
}

impl Average {
    /// The same for labels with this many scores: a single one tells true from false, where the
    /// mean is that of true.
    #[must_use]
    pub fn of_scores(self, scores: usize) -> Self {
        if scores == 1 && self == Average::Macro { Average::Class(1) } else { self }
    }
}

impl Confusion {
    /// Nothing yet.
    pub fn new(classes: usize) -> Self {
        Self { classes, counts: vec![0.0; classes.saturating_mul(classes)] }
    }

    /// One more label. Classes that are not below the number of classes are left out.
    pub fn add(&mut self, actual: usize, predicted: usize, weight: f64) {
        if actual < self.classes && predicted < self.classes {
            self.counts[actual * self.classes + predicted] += weight;
        }
    }

    /// The number of classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// The counts of one class by prediction.
    pub fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.counts.chunks(self.classes.max(1))
    }

    /// All counts, row by row.
    pub fn counts(&self) -> &[f64] {
        &self.counts
    }

    /// All counts, to be restored.
    pub fn counts_mut(&mut self) -> &mut [f64] {
        &mut self.counts
    }

    fn count(&self, actual: usize, predicted: usize) -> f64 {
        self.counts[actual * self.classes + predicted]
    }

    /// Precision, recall and F1 of every class.
    pub fn scores(&self) -> Vec<ClassScore> {
        let score = |class: usize| {
            let hits = self.count(class, class);
            let support: f64 = (0..self.classes).map(|p| self.count(class, p)).sum();
            let predicted: f64 = (0..self.classes).map(|a| self.count(a, class)).sum();
            ClassScore {
                precision: ratio(hits, predicted),
                recall: ratio(hits, support),
                // The same as `2pr / (p + r)`, and defined where one of them is not.
                f1: ratio(2.0 * hits, support + predicted),
                support,
            }
        };
        (0..self.classes).map(score).collect()
    }

    /// The plain mean over the classes that occur as a label or a prediction, as scikit-learn's
    /// `average="macro"` takes it. Its `support` counts everything.
    pub fn macro_score(&self) -> ClassScore {
        let occurs = |class: usize| (0..self.classes).any(|o| self.count(class, o) > 0.0 || self.count(o, class) > 0.0);
        let scores: Vec<ClassScore> =
            self.scores().into_iter().enumerate().filter(|(class, _)| occurs(*class)).map(|(_, s)| s).collect();
        let mean = |quantity: Quantity| scores.iter().map(|s| quantity.of(s)).sum::<f64>() / scores.len().max(1) as f64;
        ClassScore {
            precision: mean(Quantity::Precision),
            recall: mean(Quantity::Recall),
            f1: mean(Quantity::F1),
            support: scores.iter().map(|s| s.support).sum(),
        }
    }

    /// One number of all classes.
    pub fn value(&self, quantity: Quantity, average: Average) -> f64 {
        match average {
            Average::Macro => quantity.of(&self.macro_score()),
            Average::Weighted => {
                let scores = self.scores();
                let sum: f64 = scores.iter().map(|s| quantity.of(s) * s.support).sum();
                ratio(sum, scores.iter().map(|s| s.support).sum())
            }
            Average::Class(class) => self.scores().get(class).map_or(0.0, |s| quantity.of(s)),
        }
    }
}

fn ratio(part: f64, whole: f64) -> f64 {
    if whole == 0.0 { 0.0 } else { part / whole }
}
