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
    /// Half a cosine from the rate to `min_factor` times the rate, then again from the rate, each
    /// cycle `mult` times as long as the one before it (PyTorch's `CosineAnnealingWarmRestarts`).
    Restarts {
        /// The first cycle.
        length: Length,
        /// Each cycle over the one before it; at least 1.
        mult: f64,
        /// Last factor of a cycle, which the next one begins instead of.
        min_factor: f64,
    },
    /// Times a factor whenever the watched number no longer improves. What the number does is for
    /// the run to say.
    Plateau(Plateau),
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

/// When and how the rate drops on a plateau (PyTorch's `ReduceLROnPlateau`, with an absolute
/// threshold).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plateau {
    /// Factor of each drop.
    pub factor: f64,
    /// Epochs that may pass without an improvement.
    pub patience: u64,
    /// What counts as an improvement.
    pub min_delta: f64,
    /// Epochs after a drop in which none is counted as without an improvement.
    pub cooldown: u64,
    /// The least product of all drops.
    pub min_factor: f64,
}

impl Plateau {
    /// The factor after this many drops.
    pub fn after(&self, drops: u64) -> f64 {
        power(self.factor, drops).max(self.min_factor)
    }
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
            Piece::Step { .. }
            | Piece::Multistep { .. }
            | Piece::Exponential { .. }
            | Piece::Restarts { .. }
            | Piece::Plateau(_) => None,
        }
    }

    /// The factor after `t` steps of the piece, which holds its last value after its end.
    ///
    /// The formulas are those of `torch.optim.lr_scheduler` in closed form, with `T` the
    /// length in steps and `f` the last factor:
    /// - warmup: `LinearLR`, `from + (1 - from) t/T`;
    /// - cosine: `CosineAnnealingLR`, `f + (1 - f) (1 + cos(pi t/T)) / 2`;
    /// - step, multistep: `StepLR`, `MultiStepLR`, `gamma` to the number of drops up to `t`;
    /// - restarts: `CosineAnnealingWarmRestarts`, as cosine with `t` and `T` of the cycle;
    /// - exponential: `ExponentialLR` at whole epochs, `gamma^(t / steps_per_epoch)`;
    /// - polynomial: `PolynomialLR`, and Keras's `PolynomialDecay` where `f` is not zero,
    ///   `f + (1 - f) (1 - t/T)^power`;
    /// - onecycle: `OneCycleLR` with two phases and half cosines.
    fn factor(&self, t: u64, steps_per_epoch: u64) -> f64 {
        let total = self.length().map(|l| l.steps(steps_per_epoch)).unwrap_or(u64::MAX);
        let done = if total == 0 { 1.0 } else { t.min(total) as f64 / total as f64 };
        match self {
            Piece::Constant { .. } | Piece::Plateau(_) => 1.0,
            Piece::Warmup { from, .. } => from + (1.0 - from) * done,
            Piece::Cosine { min_factor, .. } => half_cosine(1.0, *min_factor, done),
            Piece::Restarts { length, mult, min_factor } => {
                half_cosine(1.0, *min_factor, in_cycle(t as f64, length.steps(steps_per_epoch) as f64, *mult))
            }
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

/// The part of its cycle that has passed after `t` steps, where the first cycle has `length` steps
/// and each other one `mult` times those of the one before it.
fn in_cycle(t: f64, length: f64, mult: f64) -> f64 {
    let length = length.max(1.0);
    if mult <= 1.0 {
        return t % length / length;
    }
    // The first `n` cycles have `length (mult^n - 1) / (mult - 1)` steps; rounding may be off by one.
    let begin = |n: f64| length * (mult.powf(n) - 1.0) / (mult - 1.0);
    let guess = (t / length * (mult - 1.0) + 1.0).log(mult).floor().max(0.0);
    let n = [guess + 1.0, guess].into_iter().find(|n| begin(*n) <= t + 1e-9).unwrap_or((guess - 1.0).max(0.0));
    ((t - begin(n)) / (length * mult.powf(n))).clamp(0.0, 1.0)
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
        self.piece_at(step, steps_per_epoch).map_or(1.0, |(piece, t)| piece.factor(t, steps_per_epoch))
    }

    /// The plateau that holds at a step, where one does.
    pub fn plateau(&self, step: u64, steps_per_epoch: u64) -> Option<&Plateau> {
        match self.piece_at(step, steps_per_epoch)? {
            (Piece::Plateau(plateau), _) => Some(plateau),
            _ => None,
        }
    }

    /// The piece that holds at a step, and the steps since its beginning.
    fn piece_at(&self, step: u64, steps_per_epoch: u64) -> Option<(&Piece, u64)> {
        let mut t = step;
        let (last, before) = self.pieces.split_last()?;
        for piece in before {
            match piece.length().map(|l| l.steps(steps_per_epoch)) {
                Some(length) if t >= length => t -= length,
                _ => return Some((piece, t)),
            }
        }
        Some((last, t))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: u64 = 4;

    fn steps(n: u64) -> Length {
        Length::Steps(n)
    }

    fn check(pieces: &[Piece], expected: &[(u64, f64)]) {
        let schedule = Schedule { pieces: pieces.to_vec() };
        for (step, factor) in expected {
            let found = schedule.factor(*step, STEPS);
            assert!((found - factor).abs() < 1e-12, "{pieces:?} at {step}: {found}, not {factor}");
        }
    }

    // The expected values of single pieces were computed with torch.optim.lr_scheduler 2.15.

    #[test]
    fn warmup_and_cosine() {
        let warmup = Piece::Warmup { length: steps(8), from: 0.25 };
        check(&[warmup], &[(0, 0.25), (1, 0.34375), (5, 0.71875), (8, 1.0), (11, 1.0)]);
        let cosine = Piece::Cosine { length: steps(20), min_factor: 0.1 };
        let expected = [
            (0, 1.0),
            (1, 0.994459753267812),
            (7, 0.7542957248827961),
            (10, 0.55),
            (19, 0.10554024673218806),
            (20, 0.1),
            (1000, 0.1),
        ];
        check(&[cosine], &expected);
    }

    #[test]
    fn drops() {
        let every = Piece::Step { every: Length::Epochs(1.0), gamma: 0.5 };
        check(&[every], &[(0, 1.0), (3, 1.0), (4, 0.5), (7, 0.5), (8, 0.25), (19, 0.0625)]);
        let milestones = Piece::Multistep { milestones: vec![steps(3), Length::Epochs(2.5)], gamma: 0.1 };
        check(&[milestones], &[(0, 1.0), (2, 1.0), (3, 0.1), (9, 0.1), (10, 0.01), (19, 0.01)]);
        let exponential = Piece::Exponential { gamma: 0.9 };
        check(&[exponential], &[(0, 1.0), (4, 0.9), (20, 0.59049), (2, 0.9f64.sqrt())]);
    }

    #[test]
    fn warm_restarts() {
        let even = Piece::Restarts { length: steps(8), mult: 1.0, min_factor: 0.0 };
        check(&[even], &[(0, 1.0), (4, 0.5), (8, 1.0), (12, 0.5), (16, 1.0)]);
        // Cycles of 4, 8 and 16 steps.
        let longer = Piece::Restarts { length: steps(4), mult: 2.0, min_factor: 0.2 };
        check(&[longer], &[(0, 1.0), (2, 0.6), (4, 1.0), (8, 0.6), (12, 1.0), (20, 0.6), (28, 1.0)]);
    }

    #[test]
    fn polynomial() {
        let to_zero = Piece::Polynomial { length: steps(10), power: 2.0, min_factor: 0.0 };
        check(&[to_zero], &[(0, 1.0), (1, 0.81), (5, 0.25), (9, 0.01), (10, 0.0), (13, 0.0)]);
        let linear = Piece::Polynomial { length: steps(10), power: 1.0, min_factor: 0.2 };
        check(&[linear], &[(0, 1.0), (5, 0.6), (10, 0.2), (11, 0.2)]);
    }

    #[test]
    fn a_plateau_holds_from_its_turn_on() {
        let plateau = Plateau { factor: 0.1, patience: 3, min_delta: 0.0, cooldown: 0, min_factor: 0.005 };
        let pieces = vec![Piece::Warmup { length: steps(8), from: 0.5 }, Piece::Plateau(plateau)];
        let schedule = Schedule { pieces };
        assert_eq!((schedule.plateau(7, STEPS), schedule.plateau(8, STEPS)), (None, Some(&plateau)));
        assert_eq!([plateau.after(0), plateau.after(1), plateau.after(9)], [1.0, 0.1, 0.005]);
        assert_eq!((schedule.factor(4, STEPS), schedule.factor(100, STEPS)), (0.75, 1.0));
    }

    #[test]
    fn one_cycle() {
        let piece = Piece::Onecycle { length: steps(20), pct_start: 0.3, div: 25.0, final_div: 1e4 };
        let expected = [
            (0, 0.04),
            (1, 0.1316718427000253),
            (4, 0.9083281572999747),
            (5, 1.0),
            (6, 0.9874640062350873),
            (12, 0.500002),
            (18, 0.012539993764912554),
            (19, 4e-6),
            (25, 4e-6),
        ];
        check(&[piece], &expected);
        // Too short to rise: it is at its top at once.
        let short = Piece::Onecycle { length: steps(2), pct_start: 0.3, div: 25.0, final_div: 1e4 };
        check(&[short], &[(0, 1.0), (1, 4e-6)]);
        let empty = Piece::Onecycle { length: steps(0), pct_start: 0.3, div: 25.0, final_div: 1e4 };
        check(&[empty], &[(0, 1.0)]);
    }

    #[test]
    fn pieces_follow_each_other() {
        let warmup = Piece::Warmup { length: Length::Epochs(0.5), from: 0.0 };
        let flat = Piece::Constant { length: Some(steps(3)) };
        let cosine = Piece::Cosine { length: Length::Epochs(1.0), min_factor: 0.0 };
        let expected = [(0, 0.0), (1, 0.5), (2, 1.0), (4, 1.0), (5, 1.0), (7, 0.5), (9, 0.0), (50, 0.0)];
        check(&[warmup.clone(), flat, cosine.clone()], &expected);
        // A piece without a length goes on to the end; one of no length is passed over.
        check(&[Piece::Constant { length: None }, cosine.clone()], &[(0, 1.0), (500, 1.0)]);
        check(&[Piece::Warmup { length: steps(0), from: 0.0 }, cosine], &[(0, 1.0), (2, 0.5)]);
        check(&[], &[(0, 1.0), (9, 1.0)]);
    }
}
