//! What the channels of a YOLO head say.

use crate::shape::Dim;

use super::rect::Rect;

/// The numbers before those of the classes: x, y, width, height, objectness.
pub const BOX: usize = 5;

/// How a head is read.
///
/// Channel `a * (5 + classes) + k` of the cell in row `i` and column `j` is, for anchor `a` of size
/// `(p_w, p_h)` in cells, and `s` the logistic function (Redmon and Farhadi 2017, section 2):
///
/// ```text
/// k = 0, 1   centre    ((j + s(t_x)) / W, (i + s(t_y)) / H)
/// k = 2, 3   size      (p_w exp(t_w) / W, p_h exp(t_h) / H)
/// k = 4      objectness  s(t_o)
/// k = 5 ..   classes     softmax (v2) or s of each (v3)
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    /// How many classes there are.
    pub classes: usize,
    /// Width and height of the head's anchors in cells.
    pub anchors: Vec<[f64; 2]>,
    /// Whether classes exclude each other.
    pub softmax: bool,
}

/// A box that a head proposes for a class.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    /// Where it is, in units of the picture that the network sees.
    pub rect: Rect,
    /// What it holds.
    pub class: usize,
    /// Objectness times the probability of the class.
    pub score: f64,
}

impl Head {
    /// The channels it needs: `anchors x (5 + classes)`; `None` where that is beyond all sizes.
    pub fn channels(&self) -> Option<Dim> {
        let each = self.classes.checked_add(BOX)?;
        let all = each.checked_mul(self.anchors.len())?;
        i64::try_from(all).ok().map(Dim::num)
    }

    /// Every box and class whose score is above `threshold`, from the values
    /// `[anchors x (5 + classes), height, width]` of one picture.
    pub fn decode(&self, values: &[f32], height: usize, width: usize, threshold: f64) -> Vec<Candidate> {
        let area = height * width;
        let mut found = Vec::new();
        let mut probabilities = vec![0.0; self.classes];
        for (anchor, values) in self.anchors.iter().zip(values.chunks_exact((BOX + self.classes) * area)) {
            for cell in 0..area {
                let at = |k: usize| f64::from(values[k * area + cell]);
                let objectness = logistic(at(4));
                // A class's score is no greater; a NaN is no detection.
                if objectness.is_nan() || objectness <= threshold {
                    continue;
                }
                let rect = place([at(0), at(1), at(2), at(3)], *anchor, (cell / width, cell % width), (height, width));
                probabilities.iter_mut().enumerate().for_each(|(c, p)| *p = at(BOX + c));
                self.normalise(&mut probabilities);
                let scores = probabilities.iter().map(|p| objectness * p).enumerate();
                found.extend(scores.filter(|(_, s)| *s > threshold).map(|(class, score)| Candidate { rect, class, score }));
            }
        }
        found
    }

    /// Scores of classes to probabilities.
    fn normalise(&self, scores: &mut [f64]) {
        if !self.softmax {
            scores.iter_mut().for_each(|s| *s = logistic(*s));
            return;
        }
        let max = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        scores.iter_mut().for_each(|s| *s = (*s - max).exp());
        let sum: f64 = scores.iter().sum();
        scores.iter_mut().for_each(|s| *s /= sum);
    }
}

/// The rectangle that the numbers of a box stand for, as [`Head`] has it, from 0 to 1.
pub(super) fn place(t: [f64; 4], anchor: [f64; 2], (row, column): (usize, usize), grid: (usize, usize)) -> Rect {
    let (height, width) = (grid.0 as f64, grid.1 as f64);
    Rect::centred(
        (column as f64 + logistic(t[0])) / width,
        (row as f64 + logistic(t[1])) / height,
        anchor[0] * t[2].exp() / width,
        anchor[1] * t[3].exp() / height,
    )
}

/// `1 / (1 + e^-x)`.
pub(super) fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_of_known_values() {
        let head = Head { classes: 2, anchors: vec![[1.0, 2.0]], softmax: false };
        // One anchor on a grid of 1 x 2: the second cell holds an object of class 1.
        let mut values = vec![0.0f32; 7 * 2];
        values[4 * 2] = -9.0;
        values[4 * 2 + 1] = 9.0;
        values[5 * 2 + 1] = -9.0;
        values[6 * 2 + 1] = 9.0;
        let found = head.decode(&values, 1, 2, 0.5);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].class, found[0].rect), (1, Rect::centred(0.75, 0.5, 0.5, 2.0)));
        assert!((found[0].score - logistic(9.0).powi(2)).abs() < 1e-12);
        let exclusive = Head { softmax: true, ..head.clone() };
        let scores: f64 = exclusive.decode(&values, 1, 2, 0.0).iter().map(|c| c.score).sum();
        assert!((scores - logistic(9.0) - logistic(-9.0)).abs() < 1e-12, "probabilities of classes add up to 1");
        values[9] = f32::NAN;
        assert!(head.decode(&values, 1, 2, 0.5).is_empty());
        assert_eq!(head.channels(), Some(7.into()));
        assert_eq!(Head { classes: usize::MAX, ..head }.channels(), None);
    }
}
