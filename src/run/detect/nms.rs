//! Non-maximum suppression.

use crate::ops::yolo::{Candidate, Rect};

/// The indices of the boxes that stay, the highest score first: one that overlaps a box of a higher
/// score that stays by more than `threshold` goes. Of equal scores the earlier box goes first.
pub fn nms(boxes: &[Rect], scores: &[f64], threshold: f64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..boxes.len().min(scores.len())).collect();
    order.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]));
    let mut kept: Vec<usize> = Vec::new();
    for index in order {
        if kept.iter().all(|k| boxes[*k].iou(boxes[index]) <= threshold) {
            kept.push(index);
        }
    }
    kept
}

/// Suppression among the boxes of each class alone; what stays, the highest score first.
pub fn suppress(candidates: &[Candidate], threshold: f64) -> Vec<Candidate> {
    let mut classes: Vec<usize> = candidates.iter().map(|c| c.class).collect();
    classes.sort_unstable();
    classes.dedup();
    let mut kept = Vec::new();
    for class in classes {
        let own: Vec<&Candidate> = candidates.iter().filter(|c| c.class == class).collect();
        let boxes: Vec<Rect> = own.iter().map(|c| c.rect).collect();
        let scores: Vec<f64> = own.iter().map(|c| c.score).collect();
        kept.extend(nms(&boxes, &scores, threshold).into_iter().map(|i| *own[i]));
    }
    kept.sort_by(|a, b| b.score.total_cmp(&a.score));
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_do_not_suppress_each_other() {
        let at = |left: f64, class, score| Candidate {
            rect: Rect { left, top: 0.0, right: left + 10.0, bottom: 10.0 },
            class,
            score,
        };
        let all = [at(0.0, 0, 0.5), at(1.0, 0, 0.9), at(1.0, 1, 0.6), at(30.0, 0, 0.4)];
        let scores: Vec<f64> = suppress(&all, 0.5).iter().map(|c| c.score).collect();
        assert_eq!(scores, [0.9, 0.6, 0.4]);
        assert_eq!(suppress(&all, 1.0).len(), 4);
        assert!(suppress(&[], 0.5).is_empty());
    }
}
