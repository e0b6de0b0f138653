//! Anchors from the boxes of a data set.

use crate::data::{BOX_WIDTH, Labels};
use crate::diag::codes;
use crate::ops::yolo::shape_iou;
use crate::random::{self, Purpose};

use super::super::{Examples, Failure};

/// Rounds of reassignment after which clustering ends in any case.
const ROUNDS: usize = 300;

/// Anchors with how well they fit.
#[derive(Clone, Debug, PartialEq)]
pub struct Anchors {
    /// Widths and heights in pixels of the network's input, the smallest first.
    pub sizes: Vec<[f64; 2]>,
    /// The mean overlap of a box with its best anchor.
    pub overlap: f64,
    /// How many boxes there were.
    pub boxes: usize,
}

/// Clusters the boxes of a part of a data set as the network sees them.
///
/// # Errors
/// Examples that cannot be read, that are no pictures, or that have fewer boxes than `count`.
pub fn find_anchors(examples: &Examples, count: usize, seed: u64) -> Result<Anchors, Failure> {
    let (&[_, height, width], Labels::Boxes(_)) = (examples.shape(), examples.dataset().labels()) else {
        return Err(Failure::new(codes::NO_BOXES, "the examples are no pictures with boxes"));
    };
    let mut sizes = Vec::new();
    for batch in examples.epoch(0) {
        let batch = batch?;
        for label in batch.labels.chunks_exact(BOX_WIDTH).filter(|l| l[0] >= 0.0) {
            sizes.push([f64::from(label[3]) * width as f64, f64::from(label[4]) * height as f64]);
        }
    }
    if sizes.len() < count {
        let message = format!("{count} anchors need at least as many boxes, and the data have {}", sizes.len());
        return Err(Failure::new(codes::NO_BOXES, message));
    }
    Ok(cluster(&sizes, count, seed))
}

/// K-means with one minus the overlap of shapes for the distance (Redmon and Farhadi 2017, section
/// 2), from centres that are drawn far from one another (Arthur and Vassilvitskii 2007).
pub fn cluster(sizes: &[[f64; 2]], count: usize, seed: u64) -> Anchors {
    let mut centres = seeds(sizes, count, seed);
    let mut owner = vec![usize::MAX; sizes.len()];
    for _ in 0..ROUNDS {
        let next: Vec<usize> = sizes.iter().map(|size| nearest(*size, &centres).0).collect();
        if next == owner {
            break;
        }
        owner = next;
        for (index, centre) in centres.iter_mut().enumerate() {
            let own = || sizes.iter().zip(&owner).filter(|(_, o)| **o == index).map(|(s, _)| *s);
            let n = own().count();
            if n > 0 {
                *centre = [0, 1].map(|axis| own().map(|s| s[axis]).sum::<f64>() / n as f64);
            }
        }
    }
    let overlap = sizes.iter().map(|size| nearest(*size, &centres).1).sum::<f64>() / sizes.len().max(1) as f64;
    centres.sort_by(|a, b| (a[0] * a[1]).total_cmp(&(b[0] * b[1])));
    Anchors { sizes: centres, overlap, boxes: sizes.len() }
}

/// The centre that a size overlaps most, and by how much.
fn nearest(size: [f64; 2], centres: &[[f64; 2]]) -> (usize, f64) {
    let better = |best: (usize, f64), (index, centre): (usize, &[f64; 2])| {
        let overlap = shape_iou(size, *centre);
        if overlap > best.1 { (index, overlap) } else { best }
    };
    centres.iter().enumerate().fold((0, f64::NEG_INFINITY), better)
}

/// First centres: each is drawn by the square of its distance to those before.
fn seeds(sizes: &[[f64; 2]], count: usize, seed: u64) -> Vec<[f64; 2]> {
    let mut rng = random::stream(seed, Purpose::Anchors, 0, 0);
    let mut centres: Vec<[f64; 2]> = Vec::with_capacity(count);
    while centres.len() < count && !sizes.is_empty() {
        let weight = |size: &[f64; 2]| match centres.is_empty() {
            true => 1.0,
            false => (1.0 - nearest(*size, &centres).1).max(0.0).powi(2),
        };
        let total: f64 = sizes.iter().map(weight).sum();
        let mut left = random::uniform_f64(&mut rng) * total;
        let drawn = sizes.iter().find(|size| {
            left -= weight(size);
            left < 0.0
        });
        let last = sizes[sizes.len() - 1];
        centres.push(drawn.copied().unwrap_or(last));
    }
    centres
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clusters_are_found() {
        let mut rng = random::stream(1, Purpose::Sample, 0, 0);
        let kinds = [[10.0, 12.0], [40.0, 20.0], [60.0, 90.0]];
        let sizes: Vec<[f64; 2]> =
            (0..300).map(|i| kinds[i % 3].map(|side| side * (0.95 + 0.1 * random::uniform_f64(&mut rng)))).collect();
        let found = cluster(&sizes, 3, 0);
        assert_eq!(found, cluster(&sizes, 3, 0));
        for (found, wanted) in found.sizes.iter().zip(kinds) {
            assert!(found.iter().zip(wanted).all(|(f, w)| (f / w - 1.0).abs() < 0.02), "{found:?}");
        }
        assert!(found.overlap > 0.93 && found.boxes == 300, "{found:?}");
        assert!(cluster(&sizes, 6, 0).overlap >= found.overlap - 0.01);
        let equal = cluster(&[[3.0, 4.0]; 5], 2, 0);
        assert_eq!((equal.sizes, equal.overlap), (vec![[3.0, 4.0]; 2], 1.0));
    }
}
