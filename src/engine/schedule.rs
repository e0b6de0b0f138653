//! Learning-rate schedules: pieces in a chain, each a factor of the optimizer's rate.

use serde::{Deserialize, Serialize};

/// A length of time in training.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Length {
    /// Epochs; may be a fraction.
    Epochs(f64),
    /// Optimizer steps.
    Steps(u64),
}

/// One piece of a schedule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Piece {
    /// The optimizer's own rate; to the end where no length is given.
    Constant {
        /// How long.
        length: Option<Length>,
    },
    /// Linear from `from` times the rate to the rate.
    Warmup {
        /// How long.
        length: Length,
        /// First factor.
        from: f64,
    },
    /// Half a cosine from the rate to `min_factor` times the rate.
    Cosine {
        /// How long.
        length: Length,
        /// Last factor.
        min_factor: f64,
    },
    /// Times `gamma` every `every`.
    Step {
        /// Between two drops.
        every: Length,
        /// Factor of each drop.
        gamma: f64,
    },
    /// Times `gamma` at each milestone.
    Multistep {
        /// Where the drops are, counted from the piece's beginning.
        milestones: Vec<Length>,
        /// Factor of each drop.
        gamma: f64,
    },
    /// Times `gamma` each epoch, continuously.
    Exponential {
        /// Factor of an epoch.
        gamma: f64,
    },
    /// `(1 - t)^power` down to `min_factor`.
    Polynomial {
        /// How long.
        length: Length,
        /// The exponent.
        power: f64,
        /// Last factor.
        min_factor: f64,
    },
    /// Smith and Topin's one cycle: up from `1/div`, down to `1/(div * final_div)`, both half
    /// cosines (PyTorch's `OneCycleLR`).
    Onecycle {
        /// How long.
        length: Length,
        /// The part that rises.
        pct_start: f64,
        /// Rate over first rate.
        div: f64,
        /// First rate over last rate.
        final_div: f64,
    },
}

/// Pieces in a chain; the last value holds after their end.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    /// The pieces in order; none means a constant rate.
    pub pieces: Vec<Piece>,
}

impl Length {
    /// The length in steps; a fraction of an epoch is rounded to a whole step.
    pub fn steps(self, steps_per_epoch: u64) -> u64 {
        match self {
            // The cast saturates; lengths are not negative.
            Length::Epochs(epochs) => (epochs * steps_per_epoch as f64).round() as u64,
            Length::Steps(steps) => steps,
        }
    }
}

impl Piece {
    /// How long the piece is; `None` where it goes on to the end.
    pub fn length(&self) -> Option<Length> {
        match self {
            Piece::Constant { length } => *length,
            Piece::Warmup { length, .. }
            | Piece::Cosine { length, .. }
            | Piece::Polynomial { length, .. }
            | Piece::Onecycle { length, .. } => Some(*length),
            Piece::Step { .. } | Piece::Multistep { .. } | Piece::Exponential { .. } => None,
        }
    }

    /// The factor after `t` steps of the piece, which holds its last value after its end.
    ///
    /// The formulas are those of `torch.optim.lr_scheduler` in closed form, with `T` the
    /// length in steps and `f` the last factor:
    /// - warmup: `LinearLR`, `from + (1 - from) t/T`;
    /// - cosine: `CosineAnnealingLR`, `f + (1 - f) (1 + cos(pi t/T)) / 2`;
    /// - step, multistep: `StepLR`, `MultiStepLR`, `gamma` to the number of drops up to `t`;
    /// - exponential: `ExponentialLR` at whole epochs, `gamma^(t / steps_per_epoch)`;
    /// - polynomial: `PolynomialLR`, and Keras's `PolynomialDecay` where `f` is not zero,
    ///   `f + (1 - f) (1 - t/T)^power`;
    /// - onecycle: `OneCycleLR` with two phases and half cosines.
    fn factor(&self, t: u64, steps_per_epoch: u64) -> f64 {
        let total = self.length().map(|l| l.steps(steps_per_epoch)).unwrap_or(u64::MAX);
        let done = if total == 0 { 1.0 } else { t.min(total) as f64 / total as f64 };
        match self {
            Piece::Constant { .. } => 1.0,
            Piece::Warmup { from, .. } => from + (1.0 - from) * done,
            Piece::Cosine { min_factor, .. } => half_cosine(1.0, *min_factor, done),
            Piece::Step { every, gamma } => power(*gamma, t / every.steps(steps_per_epoch).max(1)),
            Piece::Multistep { milestones, gamma } => {
                power(*gamma, milestones.iter().filter(|m| m.steps(steps_per_epoch) <= t).count() as u64)
            }
            Piece::Exponential { gamma } => gamma.powf(t as f64 / steps_per_epoch.max(1) as f64),
            Piece::Polynomial { power, min_factor, .. } => min_factor + (1.0 - min_factor) * (1.0 - done).powf(*power),
            Piece::Onecycle { pct_start, div, final_div, .. } => {
                let first = 1.0 / div;
                // PyTorch counts both ends: the top is at step `pct T - 1`, the end at `T - 1`.
                let (top, end) = (pct_start * total as f64 - 1.0, total as f64 - 1.0);
                let t = (t as f64).min(end);
                match t < top {
                    true => half_cosine(first, 1.0, t / top),
                    false if end > top => {
                        half_cosine(1.0, first / final_div, (t - top.max(0.0)) / (end - top.max(0.0)))
                    }
                    false => 1.0,
                }
            }
        }
    }
}

/// Half a cosine from `a` to `b`.
fn half_cosine(a: f64, b: f64, done: f64) -> f64 {
    b + (a - b) * (1.0 + (std::f64::consts::PI * done).cos()) / 2.0
}

fn power(base: f64, exponent: u64) -> f64 {
    base.powi(exponent.min(i32::MAX as u64) as i32)
}

impl Schedule {
    /// The factor of the optimizer's rate at a step, counted from 0. A piece begins where the
    /// one before it ends, and is at its first value there.
    pub fn factor(&self, step: u64, steps_per_epoch: u64) -> f64 {
        let mut t = step;
        let Some((last, before)) = self.pieces.split_last() else { return 1.0 };
        for piece in before {
            match piece.length().map(|l| l.steps(steps_per_epoch)) {
                Some(length) if t >= length => t -= length,
                _ => return piece.factor(t, steps_per_epoch),
            }
        }
        last.factor(t, steps_per_epoch)
    }
}
