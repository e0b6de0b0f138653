//! Measures of a data set.

mod tally;
mod verification;

use serde_json::{Value, json};

use crate::kernels::score::{ClassScore, Confusion, Labelled, Point, Scored};

pub use tally::{Gathered, Pool};
pub(super) use tally::{Measure, Tally};
pub use verification::{Operating, Pairs};

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
    /// The curve of each class against all others; none where that is undefined.
    pub curves: Vec<Option<Vec<Point>>>,
    /// What was taken for another class, the surest first.
    pub mistakes: Vec<Mistake>,
}

/// An example that is taken for another class.
#[derive(Clone, Debug, PartialEq)]
pub struct Mistake {
    /// Its number in the order of evaluation.
    pub number: usize,
    /// Its class.
    pub actual: usize,
    /// The class that it is taken for.
    pub predicted: usize,
    /// The probability of its own class.
    pub own: f64,
    /// The probability of the class that it is taken for.
    pub other: f64,
}

/// Mistakes that are kept.
const MISTAKES: usize = 24;

impl Details {
    /// All measures. The class that is predicted is the first of the greatest scores. Areas and
    /// curves, which sort all examples once for each class, are left out without `ranks`.
    ///
    /// A single score for each example tells true from false: where all lie between 0 and 1 they
    /// are the probability of true, else its logit.
    pub fn of(scored: &Scored, names: &[String], ranks: bool) -> Self {
        if scored.classes() == 1 {
            let names = if names.is_empty() { &["false".to_string(), "true".to_string()] } else { names };
            return Self::of(&scored.paired(), names, ranks);
        }
        let none = scored.classes();
        let (areas, curves) = match ranks {
            true => scored.areas_and_curves(),
            false => (vec![None; none], vec![None; none]),
        };
        let mut confusion = Confusion::new(scored.classes());
        for (row, label, weight) in scored.rows() {
            confusion.add(label, predicted(row), weight);
        }
        let name = |class: usize| names.get(class).cloned().unwrap_or_else(|| class.to_string());
        Self {
            names: (0..scored.classes()).map(name).collect(),
            classes: confusion.scores(),
            overall: confusion.macro_score(),
            areas,
            curves,
            mistakes: mistakes(scored),
            confusion,
        }
    }
}

fn predicted(row: &[f32]) -> usize {
    Labelled { scores: row, labels: &[0.0], weights: &[], examples: 1 }.predicted(0, 0.5)
}

fn mistakes(scored: &Scored) -> Vec<Mistake> {
    let already = scored.are_probabilities();
    let wrong = scored.rows().enumerate().filter_map(|(number, (row, actual, _))| {
        let predicted = predicted(row);
        let probabilities = Scored::probabilities(row, already);
        let at = |class: usize| probabilities.get(class).copied().unwrap_or(f64::NAN);
        (predicted != actual).then(|| Mistake { number, actual, predicted, own: at(actual), other: at(predicted) })
    });
    let mut wrong: Vec<Mistake> = wrong.collect();
    wrong.sort_by(|a, b| a.own.total_cmp(&b.own));
    wrong.truncate(MISTAKES);
    wrong
}

impl Details {
    /// The area under the curve of all classes, where it is defined.
    pub fn area(&self) -> Option<f64> {
        Scored::mean_area(&self.areas)
    }

    /// `{"precision": .., "recall": .., "f1": .., "auc": .., "confusion": [[..]], "classes": [..]}`.
    pub fn to_json(&self) -> Value {
        let class = |((name, score), area): ((&String, &ClassScore), &Option<f64>)| {
            json!({
                "name": name,
                "precision": score.precision,
                "recall": score.recall,
                "f1": score.f1,
                "support": count(score.support),
                "auc": area,
            })
        };
        json!({
            "precision": self.overall.precision,
            "recall": self.overall.recall,
            "f1": self.overall.f1,
            "auc": self.area(),
            "confusion": self.confusion.rows().map(|row| row.iter().copied().map(count).collect()).collect::<Vec<Vec<_>>>(),
            "classes": self.names.iter().zip(&self.classes).zip(&self.areas).map(class).collect::<Vec<_>>(),
        })
    }
}

/// A count as JSON: a whole number where examples have no weights.
fn count(n: f64) -> Value {
    // Exact for whole numbers below 2^53.
    if n.fract() == 0.0 && n < 9e15 { json!(n as u64) } else { json!(n) }
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
        let mut scored = Scored::new(classes);
        for _ in 0..n {
            let label = (draw.next() * (classes - unused) as f64).floor();
            let mut row: Vec<f64> = (0..classes).map(|_| draw.next() * 4.0 - 2.0).collect();
            row[label as usize] += 1.0;
            if grain > 0.0 {
                row.iter_mut().for_each(|v| *v = (*v / grain).floor() * grain);
            }
            let scores: Vec<f32> = row.iter().map(|v| *v as f32).collect();
            scored.add(&Labelled { scores: &scores, labels: &[label as f32], weights: &[], examples: 1 });
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
            let details = Details::of(&scored(seed, n, classes, unused, grain), &[], true);
            close(details.overall.precision, precision);
            close(details.overall.recall, recall);
            close(details.overall.f1, f1);
            assert_eq!(details.area().is_some(), auc.is_some());
            close(details.area().unwrap_or_default(), auc.unwrap_or_default());
            assert_eq!(details.overall.support, n as f64);
        }
    }

    #[test]
    fn each_class_has_its_own_numbers() {
        let details = Details::of(&scored(7, 30, 3, 0, 0.5), &["cat".to_string()], true);
        let rows: Vec<&[f64]> = details.confusion.rows().collect();
        assert_eq!(rows, [[8.0, 0.0, 2.0], [2.0, 6.0, 1.0], [1.0, 2.0, 8.0]]);
        let expected: [(f64, f64, f64, f64, f64); 3] = [
            (0.7272727272727273, 0.8, 0.7619047619047619, 10.0, 0.7775),
            (0.75, 0.6666666666666666, 0.7058823529411765, 9.0, 0.8333333333333334),
            (0.7272727272727273, 0.7272727272727273, 0.7272727272727273, 11.0, 0.8612440191387559),
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
