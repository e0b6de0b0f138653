//! The range test of learning rates (Smith 2017): the rate rises with each step, and the loss says
//! where it begins to fall and where it falls no more.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;

use crate::config::TrainConfig;
use crate::engine::schedule::{Piece, Schedule};

use super::{
    EpochReport, Examples, Failure, Fingerprint, Network, Observer, Reason, RunDir, StartReport, StepReport,
    TrainOptions, train,
};

/// The rates to try.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateRange {
    /// The first rate.
    pub from: f64,
    /// The last rate.
    pub to: f64,
    /// How many steps lead from one to the other.
    pub steps: usize,
}

/// The loss of one step.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct RatePoint {
    /// The rate of the step.
    pub lr: f64,
    /// The loss of its batch, before the step.
    pub loss: f64,
    /// The moving average of the losses, without its bias to zero.
    pub smooth: f64,
}

/// What the test found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RateTest {
    /// The steps in order, up to where the loss is four times its least value or not finite.
    pub points: Vec<RatePoint>,
    /// The rate at which the smooth loss falls most steeply; none where it never falls.
    pub steepest: Option<f64>,
}

/// The share of the past in the moving average of losses.
const MEMORY: f64 = 0.9;
/// How often the loss may exceed its least value before the test ends.
const LIMIT: f64 = 4.0;

/// Trains with rising rates beneath `scratch`; the network's weights are of no use afterwards.
/// Schedules, phases and early stopping of `config` do not count.
///
/// # Errors
/// Those of [`train`] but divergence, which ends the test.
pub fn find_rate(
    network: &mut Network<'_>,
    config: &TrainConfig,
    examples: &Examples,
    range: RateRange,
    scratch: &Path,
) -> Result<RateTest, Failure> {
    let steps_per_epoch = examples.batches().div_ceil(config.accumulate).max(1);
    // `from * gamma^epochs` is `to` after all steps.
    let epochs = range.steps as f64 / steps_per_epoch as f64;
    let config = TrainConfig {
        epochs: range.steps.div_ceil(steps_per_epoch).max(1),
        optim: config.optim.with_lr(range.from),
        lr: Schedule { pieces: vec![Piece::Exponential { gamma: (range.to / range.from).powf(1.0 / epochs) }] },
        stop: None,
        phases: Vec::new(),
        ema: None,
        monitor: None,
        ..config.clone()
    };
    let interrupt = AtomicBool::new(false);
    let mut recorder = Recorder { points: Vec::new(), smooth: 0.0, sum: 0.0, range, interrupt: &interrupt };
    let options = TrainOptions {
        model: "range test",
        config: &config,
        train: examples,
        val: None,
        fingerprint: &Fingerprint::default(),
        resume: false,
        interrupt: &interrupt,
        deadline: None,
        cache_features: None,
    };
    let mut dir = RunDir::create(&scratch.join("range"), false)?;
    match train(network, &options, &mut dir, &mut recorder) {
        Err(failure) if failure.reason != Reason::Diverged => return Err(failure),
        _ => {}
    }
    let steepest = steepest(&recorder.points);
    Ok(RateTest { points: recorder.points, steepest })
}

/// The rate between whose neighbours the smooth loss falls most; rates are even on a logarithmic
/// scale, so that differences are slopes.
fn steepest(points: &[RatePoint]) -> Option<f64> {
    let slopes = points.windows(3).map(|w| (w[2].smooth - w[0].smooth, w[1].lr));
    slopes.filter(|(slope, _)| *slope < 0.0).min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, lr)| lr)
}

/// Keeps the loss of every step, and ends the run where it explodes.
struct Recorder<'a> {
    points: Vec<RatePoint>,
    smooth: f64,
    /// The sum of the losses of the epoch so far, in units of batches.
    sum: f64,
    range: RateRange,
    interrupt: &'a AtomicBool,
}

impl Observer for Recorder<'_> {
    fn start(&mut self, _report: &StartReport<'_>) {}

    fn step(&mut self, report: &StepReport<'_>) {
        let mean = report.values.iter().find(|(name, _)| name == "loss").map_or(f64::NAN, |(_, loss)| *loss);
        // The report has the mean of the epoch so far, over whole batches but for the last one.
        let before = if report.step == 1 { 0.0 } else { self.sum };
        self.sum = mean * report.step as f64;
        let loss = self.sum - before;
        self.smooth = MEMORY * self.smooth + (1.0 - MEMORY) * loss;
        // As Adam does it: the average of `n` values holds `1 - MEMORY^n` of their weight.
        let weight = 1.0 - MEMORY.powi(self.points.len() as i32 + 1);
        let smooth = self.smooth / weight;
        self.points.push(RatePoint { lr: report.lr, loss, smooth });
        let least = self.points.iter().map(|p| p.smooth).fold(f64::INFINITY, f64::min);
        if self.points.len() >= self.range.steps || smooth > LIMIT * least {
            self.interrupt.store(true, Ordering::Relaxed);
        }
    }

    fn epoch(&mut self, _report: &EpochReport<'_>) {}
    fn note(&mut self, _text: &str) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steepest_fall_is_found() {
        let points = |losses: &[f64]| -> Vec<RatePoint> {
            let point = |(i, loss): (usize, &f64)| RatePoint { lr: 10f64.powi(i as i32), loss: *loss, smooth: *loss };
            losses.iter().enumerate().map(point).collect()
        };
        assert_eq!(steepest(&points(&[3.0, 2.9, 2.5, 1.0, 0.9, 5.0])), Some(100.0));
        assert_eq!(steepest(&points(&[1.0, 2.0, 3.0])), None);
    }
}
