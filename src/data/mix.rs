//! Examples mixed with others of their batch: mixup (Zhang et al. 2017) and CutMix (Yun et al.
//! 2019). Labels become distributions over classes.

use rand_chacha::ChaCha8Rng;

use crate::config::Augment;
use crate::random::{self, Purpose};

use super::transform::Target;

/// A step that mixes batches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Mix {
    kind: Kind,
    /// Both parameters of the beta distribution that shares are drawn from.
    alpha: f64,
    /// How often a batch is mixed.
    p: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The weighted mean of two examples.
    Mixup,
    /// A box of one example in the other.
    Cutmix,
}

impl Mix {
    /// The step of a chain, where it mixes batches.
    pub(super) fn of(step: &Augment) -> Option<Self> {
        match *step {
            Augment::Mixup { alpha, p } => Some(Self { kind: Kind::Mixup, alpha, p }),
            Augment::Cutmix { alpha, p } => Some(Self { kind: Kind::Cutmix, alpha, p }),
            _ => None,
        }
    }

    /// Mixes `images` (`[len][target]`) and `labels` (`[len][classes]`), each example with the one
    /// that a random order of the batch puts beside it.
    fn apply(self, images: &mut [f32], labels: &mut [f32], target: Target, len: usize, rng: &mut ChaCha8Rng) {
        if random::uniform_f64(rng) >= self.p || len < 2 {
            return;
        }
        let share = beta(self.alpha, rng);
        let others = random::permutation(rng, len);
        let share = match (self.kind, target) {
            (Kind::Cutmix, Target::Image { channels, height, width }) => {
                paste(images, &others, [channels, height, width], share, rng)
            }
            _ => {
                blend(images, &others, share);
                share
            }
        };
        blend(labels, &others, share);
    }
}

/// Applies all steps to a batch of an epoch.
pub(super) fn mix(
    steps: &[Mix],
    images: &mut [f32],
    labels: &mut [f32],
    target: Target,
    len: usize,
    [seed, epoch, batch]: [u64; 3],
) {
    let mut rng = random::stream(seed, Purpose::Mix, epoch, batch);
    steps.iter().for_each(|step| step.apply(images, labels, target, len, &mut rng));
}

/// `share * row + (1 - share) * other` for every row.
fn blend(rows: &mut [f32], others: &[usize], share: f64) {
    let width = rows.len() / others.len().max(1);
    let before = rows.to_vec();
    let (own, other) = (share as f32, (1.0 - share) as f32);
    for (row, from) in rows.chunks_exact_mut(width.max(1)).zip(others) {
        for (v, w) in row.iter_mut().zip(&before[from * width..]) {
            *v = own * *v + other * w;
        }
    }
}

/// Puts a box of the other image of about `1 - share` of the area at a random place, the same for
/// the whole batch; returns the share of the area that is left.
fn paste(
    images: &mut [f32],
    others: &[usize],
    [channels, height, width]: [usize; 3],
    share: f64,
    rng: &mut ChaCha8Rng,
) -> f64 {
    let side = (1.0 - share).max(0.0).sqrt();
    let mut range = |size: usize| {
        let (half, centre) = ((side * size as f64 / 2.0) as usize, random::below(rng, size.max(1) as u64) as usize);
        centre.saturating_sub(half)..(centre + half).min(size)
    };
    let (rows, columns) = (range(height), range(width));
    let before = images.to_vec();
    let size = channels * height * width;
    for (image, from) in images.chunks_exact_mut(size.max(1)).zip(others) {
        for line in (0..channels).flat_map(|c| rows.clone().map(move |y| (c * height + y) * width)) {
            let at = line + columns.start..line + columns.end;
            image[at.clone()].copy_from_slice(&before[from * size..][at]);
        }
    }
    1.0 - (rows.len() * columns.len()) as f64 / (height * width).max(1) as f64
}

/// A draw from the beta distribution with both parameters `alpha`: the share of one of two gamma
/// draws in their sum.
fn beta(alpha: f64, rng: &mut ChaCha8Rng) -> f64 {
    let (a, b) = (gamma(alpha, rng), gamma(alpha, rng));
    if a + b > 0.0 { a / (a + b) } else { 0.5 }
}

/// A draw from the gamma distribution of this shape and scale 1 (Marsaglia and Tsang 2000, with
/// their boost for shapes below 1).
fn gamma(shape: f64, rng: &mut ChaCha8Rng) -> f64 {
    if shape < 1.0 {
        let uniform = 1.0 - random::uniform_f64(rng);
        return gamma(shape + 1.0, rng) * uniform.powf(1.0 / shape);
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = f64::from(random::normal(rng));
        let v = (1.0 + c * x).powi(3);
        let uniform = 1.0 - random::uniform_f64(rng);
        if v > 0.0 && uniform.ln() < 0.5 * x * x + d - d * v + d * v.ln() {
            return d * v;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rng() -> ChaCha8Rng {
        random::stream(5, Purpose::Sample, 0, 0)
    }

    #[test]
    fn shares_follow_the_beta_distribution() {
        for alpha in [0.2, 1.0, 4.0] {
            let mut rng = rng();
            let draws: Vec<f64> = (0..20_000).map(|_| beta(alpha, &mut rng)).collect();
            assert!(draws.iter().all(|d| (0.0..=1.0).contains(d)));
            let mean = draws.iter().sum::<f64>() / draws.len() as f64;
            let var = draws.iter().map(|d| (d - mean).powi(2)).sum::<f64>() / draws.len() as f64;
            // The variance of beta(a, a) is 1 / (4 (2 a + 1)).
            let expected = 1.0 / (4.0 * (2.0 * alpha + 1.0));
            assert!((mean - 0.5).abs() < 0.01 && (var / expected - 1.0).abs() < 0.05, "{alpha}: {mean} {var}");
        }
    }

    #[test]
    fn mixup_blends_images_and_labels_alike() {
        let (mut images, mut labels) = (vec![0.0, 0.0, 1.0, 1.0, 2.0, 2.0], vec![1., 0., 0., 0., 1., 0., 0., 0., 1.]);
        let mix = Mix { kind: Kind::Mixup, alpha: 1.0, p: 1.0 };
        mix.apply(&mut images, &mut labels, Target::Flat(2), 3, &mut rng());
        for (image, label) in images.chunks(2).zip(labels.chunks(3)) {
            assert!((label.iter().sum::<f32>() - 1.0).abs() < 1e-6);
            // Each image is its number, so that the label's mean is its value.
            assert!((label[1] + 2.0 * label[2] - image[0]).abs() < 1e-6 && image[0] == image[1]);
        }
        assert!(labels.iter().any(|l| *l > 0.0 && *l < 1.0), "{labels:?}");
        let before = (images.clone(), labels.clone());
        Mix { p: 0.0, ..mix }.apply(&mut images, &mut labels, Target::Flat(2), 3, &mut rng());
        assert_eq!(before, (images, labels));
    }

    #[test]
    fn cutmix_gives_labels_the_shares_of_area() {
        let target = Target::Image { channels: 2, height: 6, width: 5 };
        let (mut images, labels) = (vec![0.0; 120], vec![1.0, 0.0, 0.0, 1.0]);
        images[60..].fill(1.0);
        let mix = Mix { kind: Kind::Cutmix, alpha: 1.0, p: 1.0 };
        let mut rng = rng();
        let mut seen = 0;
        for _ in 0..20 {
            let (mut x, mut y) = (images.clone(), labels.clone());
            mix.apply(&mut x, &mut y, target, 2, &mut rng);
            for (image, label) in x.chunks(60).zip(y.chunks(2)) {
                assert!(image.iter().all(|v| *v == 0.0 || *v == 1.0));
                assert!((image.iter().sum::<f32>() / 60.0 - label[1]).abs() < 1e-6, "{label:?}");
            }
            seen += usize::from(x != images);
        }
        assert!(seen > 3);
    }
}
