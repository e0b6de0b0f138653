//! Counter-based random streams.
//!
//! Every use has its own ChaCha8 stream, keyed by the seed, its purpose and two counters, so
//! that no draw depends on the order of others or on the number of threads.

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

/// What a stream is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Purpose {
    /// Initial weights; counters: parameter, 0.
    Init = 1,
    /// The order of examples; counters: epoch, 0.
    Shuffle = 2,
    /// Augmentation; counters: epoch, index of the example.
    Augment = 3,
    /// Dropout and other noise inside the network; counters: step, node.
    Noise = 4,
    /// Splits of a data set; counters: 0 or one more than the class, 0.
    Split = 5,
    /// The embedded data sets; counters: split, index of the example.
    Synthetic = 6,
    /// First centres of anchors; counters: 0, 0.
    Anchors = 16,
    /// Random instances in tests and benchmarks.
    Sample = 7,
    /// Examples composed of several images; counters: epoch, 0.
    Compose = 8,
    /// Mixing of batches; counters: epoch, number of the batch.
    Mix = 10,
    /// The settings of a sweep; counters: run, setting.
    Sweep = 9,
    /// The picture that style transfer begins with; counters: 0, 0.
    Picture = 20,
}

/// The stream for a purpose and two counters.
pub fn stream(seed: u64, purpose: Purpose, a: u64, b: u64) -> ChaCha8Rng {
    let mut key = [0u8; 32];
    for (chunk, word) in key.chunks_exact_mut(8).zip([seed, purpose as u64, a, b]) {
        chunk.copy_from_slice(&word.to_le_bytes());
    }
    ChaCha8Rng::from_seed(key)
}

/// A float in `[0, 1)` with 24 random bits.
pub fn uniform(rng: &mut impl Rng) -> f32 {
    (rng.next_u32() >> 8) as f32 * (1.0 / (1 << 24) as f32)
}

/// A double in `[0, 1)` with 53 random bits.
pub fn uniform_f64(rng: &mut impl Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
}

/// An integer in `[0, bound)` without bias (Lemire 2019); `bound` is not zero.
pub fn below(rng: &mut impl Rng, bound: u64) -> u64 {
    loop {
        let product = u128::from(rng.next_u64()) * u128::from(bound);
        let low = product as u64;
        if low >= bound.wrapping_neg() % bound {
            return (product >> 64) as u64;
        }
    }
}

/// A standard normal number (Box and Muller 1958).
pub fn normal(rng: &mut impl Rng) -> f32 {
    let radius = (-2.0 * (1.0 - uniform_f64(rng)).ln()).sqrt();
    (radius * (std::f64::consts::TAU * uniform_f64(rng)).cos()) as f32
}

/// A random permutation of `0..n` (Fisher and Yates).
pub fn permutation(rng: &mut impl Rng, n: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    for i in (1..n).rev() {
        order.swap(i, below(rng, i as u64 + 1) as usize);
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_distinct_and_repeatable() {
        let draw = |s, p, a, b| stream(s, p, a, b).next_u64();
        assert_eq!(draw(1, Purpose::Init, 2, 3), draw(1, Purpose::Init, 2, 3));
        assert_ne!(draw(1, Purpose::Init, 2, 3), draw(1, Purpose::Init, 3, 2));
        assert_ne!(draw(1, Purpose::Init, 2, 3), draw(1, Purpose::Shuffle, 2, 3));
    }

    #[test]
    fn moments_of_the_normal() {
        let mut rng = stream(7, Purpose::Sample, 0, 0);
        let draws: Vec<f64> = (0..20_000).map(|_| f64::from(normal(&mut rng))).collect();
        let mean = draws.iter().sum::<f64>() / draws.len() as f64;
        let var = draws.iter().map(|d| (d - mean).powi(2)).sum::<f64>() / draws.len() as f64;
        assert!(mean.abs() < 0.03 && (var - 1.0).abs() < 0.04, "{mean} {var}");
    }

    #[test]
    fn permutations_hold_every_index() {
        let mut order = permutation(&mut stream(1, Purpose::Shuffle, 0, 0), 100);
        assert_ne!(order, (0..100).collect::<Vec<_>>());
        order.sort_unstable();
        assert_eq!(order, (0..100).collect::<Vec<_>>());
    }
}
