//! The receiver operating characteristic.

/// A threshold's place on the curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Of what is not of the class, the share that is above the threshold.
    pub false_positive: f64,
    /// Of what is of the class, the share that is above the threshold.
    pub true_positive: f64,
}

/// The weight of the positives and of the negatives among those that share a score, from the least
/// score to the greatest; `None` where there are no positives, no negatives, or a score is NaN.
/// `weights` is empty where all are 1.
fn steps(scores: &[f64], positive: &[bool], weights: &[f64]) -> Option<Vec<(f64, f64)>> {
    if positive.len() != scores.len() || scores.iter().any(|s| s.is_nan()) {
        return None;
    }
    let weight = |i: usize| weights.get(i).copied().unwrap_or(1.0);
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|a, b| scores[*a].total_cmp(&scores[*b]));
    let of = |tied: &[usize], wanted: bool| -> f64 {
        tied.iter().filter(|i| positive[**i] == wanted).map(|i| weight(*i)).sum()
    };
    let steps: Vec<(f64, f64)> =
        order.chunk_by(|a, b| scores[*a] == scores[*b]).map(|tied| (of(tied, true), of(tied, false))).collect();
    let defined = steps.iter().any(|(hits, _)| *hits > 0.0) && steps.iter().any(|(_, misses)| *misses > 0.0);
    defined.then_some(steps)
}

/// The probability that an example of the class has a greater score than one that is not, where
/// ties count half (Mann and Whitney's U over the number of pairs). `None` where all examples are
/// of the class, or none is, or a score is NaN. `weights` is empty where all are 1.
pub fn area(scores: &[f64], positive: &[bool], weights: &[f64]) -> Option<f64> {
    steps(scores, positive, weights).map(|steps| area_of(&steps))
}

fn area_of(steps: &[(f64, f64)]) -> f64 {
    let (mut pairs, mut hits_below, mut below) = (0.0, 0.0, 0.0);
    for &(hits, misses) in steps {
        pairs += hits * (below + misses / 2.0);
        hits_below += hits;
        below += misses;
    }
    pairs / (hits_below * below)
}

/// The curve from (0, 0) to (1, 1), by falling thresholds; points within its upright and level
/// parts are left out. `None` as for [`area`].
pub fn curve(scores: &[f64], positive: &[bool], weights: &[f64]) -> Option<Vec<Point>> {
    steps(scores, positive, weights).map(|steps| curve_of(&steps))
}

/// [`area`] and [`curve`] by one ranking.
pub fn area_and_curve(scores: &[f64], positive: &[bool], weights: &[f64]) -> Option<(f64, Vec<Point>)> {
    steps(scores, positive, weights).map(|steps| (area_of(&steps), curve_of(&steps)))
}

fn curve_of(steps: &[(f64, f64)]) -> Vec<Point> {
    let total = steps.iter().fold((0.0, 0.0), |t, s| (t.0 + s.0, t.1 + s.1));
    let mut points = vec![Point { false_positive: 0.0, true_positive: 0.0 }];
    let (mut hits, mut misses) = (0.0, 0.0);
    for step in steps.iter().rev() {
        hits += step.0;
        misses += step.1;
        let point = Point { false_positive: misses / total.1, true_positive: hits / total.0 };
        if let [.., a, b] = points.as_slice()
            && ((a.false_positive == b.false_positive && b.false_positive == point.false_positive)
                || (a.true_positive == b.true_positive && b.true_positive == point.true_positive))
        {
            points.pop();
        }
        points.push(point);
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_count_half() {
        let labels = [false, true, false, true];
        assert_eq!(area(&[0.1, 0.9, 0.2, 0.8], &labels, &[]), Some(1.0));
        assert_eq!(area(&[0.9, 0.1, 0.8, 0.2], &labels, &[]), Some(0.0));
        assert_eq!(area(&[0.5; 4], &labels, &[]), Some(0.5));
        assert_eq!(area(&[0.5, 0.5, 0.1, 0.7], &labels, &[]), Some(0.875));
        // Zeros of both signs are one score.
        assert_eq!(area(&[0.0, -0.0], &[true, false], &[]), Some(0.5));
        assert_eq!(area(&[0.1, 0.2], &[true, true], &[]), None);
        assert_eq!(area(&[f64::NAN, 0.2], &[true, false], &[]), None);
    }

    #[test]
    fn a_weight_of_two_is_the_example_twice() {
        let (scores, labels) = ([0.1, 0.4, 0.35, 0.8], [false, false, true, true]);
        let twice = area(&[0.1, 0.4, 0.35, 0.8, 0.4], &[false, false, true, true, false], &[]);
        assert_eq!(area(&scores, &labels, &[1.0, 2.0, 1.0, 1.0]), twice);
        assert_eq!(area(&scores, &labels, &[0.0, 0.0, 1.0, 1.0]), None);
    }

    #[test]
    fn the_curve_has_its_corners_only() {
        let point = |(false_positive, true_positive)| Point { false_positive, true_positive };
        let curve = curve(&[0.9, 0.8, 0.7, 0.6, 0.1], &[true, true, false, false, true], &[]);
        let corners = [(0.0, 0.0), (0.0, 2.0 / 3.0), (1.0, 2.0 / 3.0), (1.0, 1.0)].map(point);
        assert_eq!(curve, Some(corners.to_vec()));
    }
}
