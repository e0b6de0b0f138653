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
