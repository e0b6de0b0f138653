//! Measures of a classifier that take all examples at once: they are no means over batches.

mod auc;
mod confusion;
mod verification;

use serde_json::{Value, json};

pub use auc::area;
pub use confusion::{ClassScore, Confusion};
pub use verification::{Operating, Pairs};

/// The scores of a network for every example, with the labels.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    /// How many classes there are.
    classes: usize,
    /// Whether the scores are probabilities; else their softmax is.
    probabilities: bool,
    /// `[example][class]`.
    scores: Vec<f32>,
    labels: Vec<usize>,
}

/// How well a classifier does.
#[derive(Clone, Debug, PartialEq)]
pub struct Details {
    /// The names of the classes; the numbers where they have none.
    pub names: Vec<String>,
    /// Counts by class and prediction.
    pub confusion: Confusion,
    /// By class.
    pub classes: Vec<ClassScore>,
    /// Plain means over the classes that occur.
    pub overall: ClassScore,
    /// The area under the curve of each class against all others; none where that is undefined.
    pub areas: Vec<Option<f64>>,
}

impl Scored {
    /// No example yet.
    pub fn new(classes: usize, probabilities: bool) -> Self {
        Self { classes, probabilities, scores: Vec::new(), labels: Vec::new() }
    }

    /// More examples: `[labels][classes]` scores. Labels are whole numbers.
    pub fn add(&mut self, scores: &[f32], labels: &[f32]) {
        self.scores.extend_from_slice(scores);
        // Labels were checked against the number of classes when the data set was opened.
        self.labels.extend(labels.iter().map(|l| *l as usize));
    }

    fn rows(&self) -> impl Iterator<Item = &[f32]> {
        self.scores.chunks_exact(self.classes.max(1))
    }

    /// All measures. The class that is predicted is the first of the greatest scores.
    pub fn details(&self, names: &[String]) -> Details {
        let mut confusion = Confusion::new(self.classes);
        for (row, label) in self.rows().zip(&self.labels) {
            confusion.add(*label, argmax(row));
        }
        let name = |class: usize| names.get(class).cloned().unwrap_or_else(|| class.to_string());
        Details {
            names: (0..self.classes).map(name).collect(),
            classes: confusion.scores(),
            overall: confusion.macro_score(),
            areas: self.areas(),
            confusion,
        }
    }

    /// By class against the rest. Of two classes the difference of the scores ranks exactly as the
    /// probability does; of more the softmax is taken in double precision.
    fn areas(&self) -> Vec<Option<f64>> {
        let rows: Vec<Vec<f64>> = self.rows().map(|row| self.ranked(row)).collect();
        let area = |class: usize| {
            let scores: Vec<f64> = rows.iter().map(|row| row[class]).collect();
            let positive: Vec<bool> = self.labels.iter().map(|label| *label == class).collect();
            area(&scores, &positive)
        };
        (0..self.classes).map(area).collect()
    }

    /// Scores of one example that can be compared with those of another.
    fn ranked(&self, row: &[f32]) -> Vec<f64> {
        match row {
            [a, b] => {
                let difference = f64::from(*b) - f64::from(*a);
                vec![-difference, difference]
            }
            _ if self.probabilities => row.iter().map(|v| f64::from(*v)).collect(),
            _ => super::predict::softmax(row),
        }
    }
}

fn argmax(row: &[f32]) -> usize {
    let better = |best: usize, (at, value): (usize, &f32)| if *value > row[best] { at } else { best };
    row.iter().enumerate().fold(0, better)
}

impl Details {
    /// The area under the curve: of two classes that of the second, of more the plain mean; none
    /// where that of a class is undefined.
    pub fn area(&self) -> Option<f64> {
        match self.areas.as_slice() {
            [_, second] => *second,
            areas => areas.iter().copied().sum::<Option<f64>>().map(|sum| sum / areas.len().max(1) as f64),
        }
    }

    /// `{"precision": .., "recall": .., "f1": .., "auc": .., "confusion": [[..]], "classes": [..]}`.
    pub fn to_json(&self) -> Value {
        let class = |((name, score), area): ((&String, &ClassScore), &Option<f64>)| {
            json!({
                "name": name,
                "precision": score.precision,
                "recall": score.recall,
                "f1": score.f1,
                "support": score.support,
                "auc": area,
            })
        };
        json!({
            "precision": self.overall.precision,
            "recall": self.overall.recall,
            "f1": self.overall.f1,
            "auc": self.area(),
            "confusion": self.confusion.rows().collect::<Vec<_>>(),
            "classes": self.names.iter().zip(&self.classes).zip(&self.areas).map(class).collect::<Vec<_>>(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same numbers as `draw` of the script that recorded the cases: a linear congruential
    /// generator whose upper bits are a fraction that a 32-bit float holds.
    struct Draw(u64);

    impl Draw {
        fn next(&mut self) -> f64 {
            self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (self.0 >> 40) as f64 / (1u64 << 24) as f64
        }
    }

    /// `n` examples of `classes`, of which the last `unused` are no labels; scores are multiples of
    /// `grain` where that is not zero.
    fn scored(seed: u64, n: usize, classes: usize, unused: usize, grain: f64) -> Scored {
        let mut draw = Draw(seed);
        let mut scored = Scored::new(classes, false);
        for _ in 0..n {
            let label = (draw.next() * (classes - unused) as f64).floor();
            let mut row: Vec<f64> = (0..classes).map(|_| draw.next() * 4.0 - 2.0).collect();
            row[label as usize] += 1.0;
            if grain > 0.0 {
                row.iter_mut().for_each(|v| *v = (*v / grain).floor() * grain);
            }
            scored.add(&row.iter().map(|v| *v as f32).collect::<Vec<_>>(), &[label as f32]);
        }
        scored
    }

    #[track_caller]
    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-12, "{found}, not {expected}");
    }

    // The expected numbers are those of scikit-learn 1.9.1: `precision_score`, `recall_score`,
    // `f1_score` with `average="macro", zero_division=0`, and `roc_auc_score`, of more than two
    // classes with `multi_class="ovr"` on the softmax.
    #[test]
    fn measures_are_those_of_scikit_learn() {
        type Case = (u64, usize, usize, usize, f64, [f64; 3], Option<f64>);
        let cases: [Case; 5] = [
            (1, 50, 2, 0, 0.0, [0.780448717948718, 0.78, 0.7799119647859143], Some(0.8768)),
            (2, 80, 2, 0, 0.5, [0.6633333333333333, 0.6539912005028284, 0.6533461723639865], Some(0.7718416090509114)),
            (3, 60, 3, 0, 0.0, [0.6522162895160607, 0.65, 0.6493529590224817], Some(0.8433333333333334)),
            (4, 200, 5, 0, 0.0, [0.4400793650793651, 0.4480520527032155, 0.4407007848614274], Some(0.7398424334127506)),
            (5, 40, 7, 2, 0.0, [0.34829931972789113, 0.22448979591836732, 0.2642996592576424], None),
        ];
        for (seed, n, classes, unused, grain, [precision, recall, f1], auc) in cases {
            let details = scored(seed, n, classes, unused, grain).details(&[]);
            close(details.overall.precision, precision);
            close(details.overall.recall, recall);
            close(details.overall.f1, f1);
            assert_eq!(details.area().is_some(), auc.is_some());
            close(details.area().unwrap_or_default(), auc.unwrap_or_default());
            assert_eq!(details.overall.support, n as u64);
        }
    }

    #[test]
    fn each_class_has_its_own_numbers() {
        let details = scored(7, 30, 3, 0, 0.5).details(&["cat".to_string()]);
        let rows: Vec<Vec<u64>> = details.confusion.rows().map(<[u64]>::to_vec).collect();
        assert_eq!(rows, [[8, 0, 2], [2, 6, 1], [1, 2, 8]]);
        let expected: [(f64, f64, f64, u64, f64); 3] = [
            (0.7272727272727273, 0.8, 0.7619047619047619, 10, 0.7775),
            (0.75, 0.6666666666666666, 0.7058823529411765, 9, 0.8333333333333334),
            (0.7272727272727273, 0.7272727272727273, 0.7272727272727273, 11, 0.8612440191387559),
        ];
        for ((score, area), (precision, recall, f1, support, auc)) in
            details.classes.iter().zip(&details.areas).zip(expected)
        {
            close(score.precision, precision);
            close(score.recall, recall);
            close(score.f1, f1);
            assert_eq!(score.support, support);
            close(area.unwrap_or_default(), auc);
        }
        assert_eq!(details.to_json()["classes"][0]["name"], "cat");
        assert_eq!(details.to_json()["classes"][2]["name"], "2");
    }
}
