//! Mean average precision as COCO defines it.

use std::collections::BTreeMap;

use crate::ops::yolo::{Candidate, Rect};

/// How many overlaps a detection is judged at: .5, .55, ..., .95.
const OVERLAPS: usize = 10;
/// The recalls at which precision is read: 0, .01, ..., 1.
const RECALLS: usize = 101;
/// The detections of one class in one picture that count, those of the highest scores.
const MOST: usize = 100;

/// An object that is there to be found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Truth {
    /// What it is.
    pub class: usize,
    /// Where it is, in the unit of the detections.
    pub rect: Rect,
}

/// Judges detections picture by picture.
///
/// In each picture the detections of a class take, in the order of their scores, the object of the
/// class that they overlap most and that is not taken yet, if by at least the threshold. Precision
/// is made not to rise with recall, read at 101 recalls, and averaged over them and over the classes
/// that have objects (COCO's definition for areas of all sizes and 100 detections).
#[derive(Clone, Debug, Default)]
pub struct Judge {
    classes: BTreeMap<usize, Class>,
}

/// What was seen of a class.
#[derive(Clone, Debug, Default)]
struct Class {
    objects: usize,
    /// The score of each detection and whether it is right at each overlap.
    found: Vec<(f64, [bool; OVERLAPS])>,
}

/// Average precisions.
#[derive(Clone, Debug, PartialEq)]
pub struct Precision {
    /// The mean at an overlap of one half; NaN where there are no objects.
    pub at_half: f64,
    /// The mean over overlaps from .5 to .95.
    pub mean: f64,
    /// For each class that has objects: its number, the average precision at one half, the mean, and
    /// how many objects it has.
    pub classes: Vec<(usize, f64, f64, usize)>,
}

/// The overlap of this number.
fn overlap(index: usize) -> f64 {
    0.5 + index as f64 * ((0.95 - 0.5) / (OVERLAPS - 1) as f64)
}

impl Judge {
    /// Adds a picture.
    pub fn add(&mut self, truths: &[Truth], found: &[Candidate]) {
        let mut classes: Vec<usize> = truths.iter().map(|t| t.class).chain(found.iter().map(|f| f.class)).collect();
        classes.sort_unstable();
        classes.dedup();
        for class in classes {
            let truths: Vec<Rect> = truths.iter().filter(|t| t.class == class).map(|t| t.rect).collect();
            let mut own: Vec<&Candidate> = found.iter().filter(|f| f.class == class).collect();
            own.sort_by(|a, b| b.score.total_cmp(&a.score));
            own.truncate(MOST);
            let hits = matches(&truths, &own);
            let seen = self.classes.entry(class).or_default();
            seen.objects += truths.len();
            seen.found.extend(own.iter().map(|f| f.score).zip(hits));
        }
    }

    /// The result over all pictures.
    pub fn precision(&self) -> Precision {
        let classes: Vec<_> = (self.classes.iter())
            .filter(|(_, seen)| seen.objects > 0)
            .map(|(class, seen)| {
                let by_overlap = seen.average();
                let mean = by_overlap.iter().sum::<f64>() / OVERLAPS as f64;
                (*class, by_overlap[0], mean, seen.objects)
            })
            .collect();
        let mean =
            |value: fn(&(usize, f64, f64, usize)) -> f64| classes.iter().map(value).sum::<f64>() / classes.len() as f64;
        Precision { at_half: mean(|c| c.1), mean: mean(|c| c.2), classes }
    }
}

/// Whether each detection is right at each overlap; detections come by falling score.
fn matches(truths: &[Rect], found: &[&Candidate]) -> Vec<[bool; OVERLAPS]> {
    let mut hits = vec![[false; OVERLAPS]; found.len()];
    let overlaps: Vec<Vec<f64>> = found.iter().map(|f| truths.iter().map(|t| f.rect.iou(*t)).collect()).collect();
    for at in 0..OVERLAPS {
        let mut taken = vec![false; truths.len()];
        for (hit, overlaps) in hits.iter_mut().zip(&overlaps) {
            let mut best = overlap(at).min(1.0 - 1e-10);
            let mut which = None;
            for (truth, overlap) in overlaps.iter().enumerate().filter(|(t, _)| !taken[*t]) {
                // Of equal overlaps the last wins, as in COCO's own program.
                if *overlap >= best {
                    (best, which) = (*overlap, Some(truth));
                }
            }
            if let Some(truth) = which {
                taken[truth] = true;
                hit[at] = true;
            }
        }
    }
    hits
}

impl Class {
    /// The average precision at each overlap.
    fn average(&self) -> [f64; OVERLAPS] {
        let mut order: Vec<&(f64, [bool; OVERLAPS])> = self.found.iter().collect();
        order.sort_by(|a, b| b.0.total_cmp(&a.0));
        std::array::from_fn(|at| self.area(&order.iter().map(|f| f.1[at]).collect::<Vec<_>>()))
    }

    /// The mean of the precision over all recalls, for detections by falling score.
    fn area(&self, right: &[bool]) -> f64 {
        let mut hits = 0usize;
        let mut curve: Vec<(f64, f64)> = Vec::with_capacity(right.len());
        for (seen, right) in (1..).zip(right) {
            hits += usize::from(*right);
            curve.push((hits as f64 / self.objects as f64, hits as f64 / f64::from(seen)));
        }
        let mut highest = 0.0f64;
        for (_, precision) in curve.iter_mut().rev() {
            highest = highest.max(*precision);
            *precision = highest;
        }
        let read = |i: usize| {
            let recall = i as f64 * (1.0 / (RECALLS - 1) as f64);
            let first = curve.partition_point(|(r, _)| *r < recall);
            curve.get(first).map_or(0.0, |(_, precision)| *precision)
        };
        (0..RECALLS).map(read).sum::<f64>() / RECALLS as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(left: f64) -> Rect {
        Rect { left, top: 0.0, right: left + 10.0, bottom: 10.0 }
    }

    #[test]
    fn known_precisions() {
        let truth = |class, left| Truth { class, rect: square(left) };
        let found = |class, left, score| Candidate { rect: square(left), class, score };
        let mut judge = Judge::default();
        assert!(judge.precision().mean.is_nan());
        judge.add(&[truth(0, 0.0), truth(0, 50.0)], &[found(0, 0.0, 0.9), found(0, 50.0, 0.8), found(1, 0.0, 0.7)]);
        let result = judge.precision();
        assert_eq!((result.at_half, result.mean), (1.0, 1.0), "a class without objects counts nothing");
        // A second detection of the same object is wrong, and stands before the right one.
        let mut judge = Judge::default();
        judge.add(&[truth(0, 0.0)], &[found(0, 1.0, 0.9), found(0, 0.0, 0.95)]);
        assert_eq!(judge.precision().classes, [(0, 1.0, 1.0, 1)]);
        // An overlap of 9 / 11: right up to .8.
        let mut judge = Judge::default();
        judge.add(&[truth(3, 0.0)], &[found(3, 1.0, 0.9)]);
        let result = judge.precision();
        assert!((result.mean - 0.7).abs() < 1e-12 && result.at_half == 1.0, "{result:?}");
        let mut judge = Judge::default();
        judge.add(&[truth(0, 0.0)], &[]);
        assert_eq!(judge.precision().mean, 0.0);
    }
}
