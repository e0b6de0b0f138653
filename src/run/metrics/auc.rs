//! The area under the receiver operating characteristic.

/// The probability that an example of the class has a greater score than one that is not, where
/// ties count half (Mann and Whitney's U over the number of pairs). `None` where all examples are
/// of the class, or none is, or a score is NaN.
pub fn area(scores: &[f64], positive: &[bool]) -> Option<f64> {
    let positives = positive.iter().filter(|p| **p).count();
    let negatives = positive.len() - positives;
    if positives == 0 || negatives == 0 || scores.len() != positive.len() || scores.iter().any(|s| s.is_nan()) {
        return None;
    }
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|a, b| scores[*a].total_cmp(&scores[*b]));
    // Pairs in halves, which are whole numbers: the sum is exact.
    let (mut halves, mut below) = (0u128, 0u128);
    for tied in order.chunk_by(|a, b| scores[*a] == scores[*b]) {
        let hits = tied.iter().filter(|i| positive[**i]).count() as u128;
        let misses = tied.len() as u128 - hits;
        halves += hits * (2 * below + misses);
        below += misses;
    }
    Some(halves as f64 / (2.0 * positives as f64 * negatives as f64))
}

#[cfg(test)]
mod tests {
    use super::area;

    #[test]
    fn ties_count_half() {
        let labels = [false, true, false, true];
        assert_eq!(area(&[0.1, 0.9, 0.2, 0.8], &labels), Some(1.0));
        assert_eq!(area(&[0.9, 0.1, 0.8, 0.2], &labels), Some(0.0));
        assert_eq!(area(&[0.5; 4], &labels), Some(0.5));
        assert_eq!(area(&[0.5, 0.5, 0.1, 0.7], &labels), Some(0.875));
        // Zeros of both signs are one score.
        assert_eq!(area(&[0.0, -0.0], &[true, false]), Some(0.5));
        assert_eq!(area(&[0.1, 0.2], &[true, true]), None);
        assert_eq!(area(&[f64::NAN, 0.2], &[true, false]), None);
    }
}
