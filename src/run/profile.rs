//! Where the time of a step goes.

use std::time::{Duration, Instant};

use crate::config::TrainConfig;
use crate::engine;
use crate::kernels::parallel::attended;
use crate::plan::{Pass, StepInfo};

use super::timing::{Mode, Stepper};
use super::{Failure, Network};

/// One step of a plan, over several runs.
#[derive(Clone, Debug, PartialEq)]
pub struct StepTime {
    /// The node's path.
    pub path: String,
    /// Its op, or the ops that run as one.
    pub op: String,
    /// The pass; `None` for the optimizer.
    pub pass: Option<Pass>,
    /// Multiplications that are followed by an addition.
    pub macs: u64,
    /// Bytes of the buffers that it touches, scratch included.
    pub bytes: u64,
    /// The median time, in microseconds.
    pub micros: f64,
    /// When it began in the last run, in microseconds from the beginning of the run.
    pub start: f64,
    /// How long it took in the last run, in microseconds.
    pub last: f64,
}

impl StepTime {
    /// Billions of floating-point operations per second: two for each multiply-add.
    pub fn gflops(&self) -> f64 {
        2e-3 * self.macs as f64 / self.micros
    }
}

/// Where the time of a step goes.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// All steps in the order in which they run.
    pub steps: Vec<StepTime>,
    /// What the threads in use reach together on data in their first-level caches, in GFLOP/s.
    pub peak: f64,
    /// Bytes that were planned.
    pub planned_bytes: u64,
}

impl Profile {
    /// The sum of all medians, in microseconds.
    pub fn total(&self) -> f64 {
        self.steps.iter().map(|s| s.micros).sum()
    }

    /// Count, multiply-adds and time per op and pass, the longest first.
    pub fn by_op(&self) -> Vec<(&str, Option<Pass>, usize, u64, f64)> {
        let mut all: Vec<(&str, Option<Pass>, usize, u64, f64)> = Vec::new();
        for step in &self.steps {
            match all.iter_mut().find(|a| (a.0, a.1) == (step.op.as_str(), step.pass)) {
                Some(a) => (a.2, a.3, a.4) = (a.2 + 1, a.3 + step.macs, a.4 + step.micros),
                None => all.push((&step.op, step.pass, 1, step.macs, step.micros)),
            }
        }
        all.sort_by(|a, b| b.4.total_cmp(&a.4));
        all
    }
}

/// Runs that are not counted.
const WARMUP: usize = 2;
/// The fewest runs that are counted.
const LEAST: usize = 5;

/// Times every step of a plan on random inputs for about `seconds`.
///
/// # Errors
/// As [`time`](super::time).
pub fn profile(
    network: &mut Network<'_>,
    config: Option<&TrainConfig>,
    mode: Mode,
    batch: usize,
    seconds: f64,
) -> Result<Profile, Failure> {
    let mut stepper = Stepper::new(network, config, mode, batch)?;
    let mut steps: Vec<StepTime> = Vec::new();
    let mut times: Vec<Vec<f64>> = Vec::new();
    let begin = Instant::now();
    let micros = |d: Duration| d.as_secs_f64() * 1e6;
    for run in 0.. {
        if run >= WARMUP + LEAST && begin.elapsed() >= Duration::from_secs_f64(seconds.max(0.0)) {
            break;
        }
        steps.clear();
        let mut at = 0.0;
        let mut watch = |info: StepInfo<'_>, took: Duration, _: Option<&[f32]>| {
            let last = micros(took);
            steps.push(StepTime {
                path: info.path.to_string(),
                op: info.op.to_string(),
                pass: Some(info.pass),
                macs: info.macs,
                bytes: info.elements as u64 * 4,
                micros: 0.0,
                start: at,
                last,
            });
            at += last;
        };
        let mut optimizer = Duration::ZERO;
        attended(|| optimizer = stepper.step_observed(network, run as u64, &mut watch));
        if mode == Mode::Train {
            let last = micros(optimizer);
            let (path, op) = ("parameters".to_string(), "update".to_string());
            let bytes = stepper.session.plan().memory().grads_bytes;
            steps.push(StepTime { path, op, pass: None, macs: 0, bytes, micros: 0.0, start: at, last });
        }
        if run >= WARMUP {
            times.push(steps.iter().map(|s| s.last).collect());
        }
    }
    for (i, step) in steps.iter_mut().enumerate() {
        let mut all: Vec<f64> = times.iter().map(|t| t[i]).collect();
        all.sort_by(f64::total_cmp);
        step.micros = all[all.len() / 2];
    }
    Ok(Profile { steps, peak: peak(), planned_bytes: stepper.session.plan().memory().total() })
}

/// The rate of the innermost loop of products on every thread at once, in GFLOP/s.
fn peak() -> f64 {
    let rates = rayon::broadcast(|_| engine::peak(200));
    rates.iter().sum::<f64>() * 1e-9
}
