//! How well scores of pairs tell one identity from two.

use serde::Serialize;

use crate::kernels::score;

/// Scores of labelled pairs; a pair is accepted where its score is at least a threshold.
#[derive(Clone, Debug, PartialEq)]
pub struct Pairs {
    /// Scores of pairs of one identity, rising.
    genuine: Vec<f64>,
    /// Scores of pairs of two identities, rising.
    impostor: Vec<f64>,
}

/// A threshold and how often it errs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Operating {
    /// Pairs of this score or more are accepted.
    pub threshold: f64,
    /// The share of pairs of two identities that are accepted.
    pub false_accept: f64,
    /// The share of pairs of one identity that are not.
    pub false_reject: f64,
}

impl Operating {
    /// The mean of both errors; where they are the same, the equal error rate.
    pub fn error(&self) -> f64 {
        (self.false_accept + self.false_reject) / 2.0
    }
}

impl Pairs {
    /// Sorts scores by whether the pair is of one identity; `None` where there are no pairs of
    /// either kind, or a score is NaN.
    pub fn new(scores: impl IntoIterator<Item = (f64, bool)>) -> Option<Pairs> {
        let (mut genuine, mut impostor) = (Vec::new(), Vec::new());
        for (score, same) in scores {
            if score.is_nan() {
                return None;
            }
            if same { genuine.push(score) } else { impostor.push(score) }
        }
        genuine.sort_by(f64::total_cmp);
        impostor.sort_by(f64::total_cmp);
        (!genuine.is_empty() && !impostor.is_empty()).then_some(Pairs { genuine, impostor })
    }

    /// Pairs of one identity, and of two.
    pub fn counts(&self) -> (usize, usize) {
        (self.genuine.len(), self.impostor.len())
    }

    /// All scores, with whether the pair is of one identity.
    fn labelled(&self) -> (Vec<f64>, Vec<bool>) {
        let scores: Vec<f64> = self.genuine.iter().chain(&self.impostor).copied().collect();
        let labels = (0..scores.len()).map(|i| i < self.genuine.len()).collect();
        (scores, labels)
    }

    /// The area under the ROC curve.
    pub fn area(&self) -> f64 {
        let (scores, labels) = self.labelled();
        // There are pairs of both kinds, and no NaN.
        score::area(&scores, &labels, &[]).unwrap_or(0.5)
    }

    /// The ROC curve: false accepts and true accepts by falling thresholds.
    pub fn curve(&self) -> Vec<(f64, f64)> {
        let (scores, labels) = self.labelled();
        let points = score::curve(&scores, &labels, &[]).unwrap_or_default();
        points.into_iter().map(|p| (p.false_positive, p.true_positive)).collect()
    }

    /// The errors at a threshold.
    pub fn at(&self, threshold: f64) -> Operating {
        let share = |list: &[f64]| list.partition_point(|s| *s < threshold) as f64 / list.len() as f64;
        Operating { threshold, false_accept: 1.0 - share(&self.impostor), false_reject: share(&self.genuine) }
    }

    /// The threshold at which both errors are nearest to each other: its [`Operating::error`] is
    /// the equal error rate.
    pub fn equal_error(&self) -> Operating {
        // Going up, false accepts fall and false rejects rise: the first score where the latter
        // are no fewer, or the one before it.
        let mut scores: Vec<f64> = self.genuine.iter().chain(&self.impostor).copied().collect();
        scores.sort_by(f64::total_cmp);
        scores.dedup();
        let crossed = |t: &f64| {
            let at = self.at(*t);
            at.false_reject < at.false_accept
        };
        let first = scores.partition_point(crossed);
        let near = [first.saturating_sub(1), first].into_iter().filter_map(|i| scores.get(i)).map(|t| self.at(*t));
        let gap = |o: &Operating| (o.false_accept - o.false_reject).abs();
        near.min_by(|a, b| gap(a).total_cmp(&gap(b))).unwrap_or_else(|| self.at(f64::INFINITY))
    }

    /// The least threshold that accepts no more than this share of pairs of two identities: half
    /// way between the score that must be refused and the next one above.
    pub fn at_false_accept(&self, rate: f64) -> Operating {
        let allowed = ((self.impostor.len() as f64 * rate.clamp(0.0, 1.0)).floor() as usize).min(self.impostor.len());
        let Some(refused) = self.impostor.len().checked_sub(allowed + 1).and_then(|i| self.impostor.get(i)) else {
            return self.at(f64::NEG_INFINITY);
        };
        let above = |list: &[f64]| list.get(list.partition_point(|s| s <= refused)).copied();
        let next = [above(&self.genuine), above(&self.impostor)].into_iter().flatten().reduce(f64::min);
        let threshold = next.map_or(refused.next_up(), |next| refused / 2.0 + next / 2.0);
        // Between neighbouring numbers the middle is the lower one.
        self.at(if threshold > *refused { threshold } else { refused.next_up() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(genuine: &[f64], impostor: &[f64]) -> Pairs {
        let labelled = |list: &[f64], same| list.iter().map(|s| (*s, same)).collect::<Vec<_>>();
        Pairs::new(labelled(genuine, true).into_iter().chain(labelled(impostor, false))).unwrap()
    }

    #[test]
    fn separated_scores_have_no_error() {
        let pairs = pairs(&[0.8, 0.9], &[0.1, 0.2, 0.3]);
        assert_eq!((pairs.area(), pairs.equal_error().error()), (1.0, 0.0));
        let at = pairs.at_false_accept(0.0);
        assert_eq!((at.threshold, at.false_accept, at.false_reject), (0.3 / 2.0 + 0.8 / 2.0, 0.0, 0.0));
        assert_eq!(pairs.counts(), (2, 3));
    }

    #[test]
    fn the_chosen_rate_is_kept() {
        // One genuine pair lies below the greatest impostor.
        let pairs = pairs(&[0.35, 0.6, 0.7, 0.9], &[0.1, 0.2, 0.3, 0.4]);
        let equal = pairs.equal_error();
        assert_eq!((equal.false_accept, equal.false_reject), (0.25, 0.25));
        let strict = pairs.at_false_accept(0.2);
        assert_eq!((strict.threshold, strict.false_accept, strict.false_reject), (0.5, 0.0, 0.25));
        let loose = pairs.at_false_accept(0.25);
        assert_eq!((loose.false_accept, loose.false_reject), (0.25, 0.0));
        assert_eq!(pairs.at_false_accept(1.0).false_accept, 1.0);
        assert_eq!(pairs.area(), 15.0 / 16.0);
    }

    #[test]
    fn ties_and_missing_kinds() {
        let tied = pairs(&[0.5], &[0.5]);
        assert_eq!((tied.area(), tied.at_false_accept(0.0).false_accept), (0.5, 0.0));
        assert!(Pairs::new([(0.1, true)]).is_none());
        assert!(Pairs::new([(f64::NAN, true), (0.1, false)]).is_none());
        assert_eq!(pairs(&[0.8], &[0.1]).curve(), [(0.0, 0.0), (0.0, 1.0), (1.0, 1.0)]);
    }
}
