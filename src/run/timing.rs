//! Times steps as they run in training and inference.

use std::time::{Duration, Instant};

use crate::config::TrainConfig;
use crate::engine::optim::{Optimizer, OptimizerState};
use crate::engine::{Observer, Session};
use crate::graph::NodeId;
use crate::ops::lower::NoiseKey;
use crate::plan::PlanOptions;
use crate::random::{self, Purpose};
use crate::shape::DType;

use super::{Failure, Network};

/// What a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Forward to the outputs.
    Infer,
    /// Forward, backward and update.
    Train,
}

/// Times of single steps, in milliseconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Timing {
    /// Counted steps, sorted by time.
    pub steps: Vec<f64>,
    /// Bytes that were planned.
    pub planned_bytes: u64,
}

impl Timing {
    /// The median step.
    pub fn median(&self) -> f64 {
        let n = self.steps.len();
        match n {
            0 => f64::NAN,
            _ if n % 2 == 1 => self.steps[n / 2],
            _ => (self.steps[n / 2 - 1] + self.steps[n / 2]) / 2.0,
        }
    }
}

/// Steps that are not counted: they fault in memory and fill caches.
const WARMUP: usize = 3;
/// The fewest steps that are counted.
const LEAST: usize = 5;

/// Runs steps on random inputs for about `seconds`, after a few that are not counted.
///
/// # Errors
/// A network that cannot be planned, or whose symbols other than the batch are open.
pub fn time(
    network: &mut Network<'_>,
    config: Option<&TrainConfig>,
    mode: Mode,
    batch: usize,
    seconds: f64,
) -> Result<Timing, Failure> {
    let mut stepper = Stepper::new(network, config, mode, batch)?;
    let mut steps = Vec::new();
    let mut counted = Instant::now();
    for index in 0.. {
        if index == WARMUP {
            counted = Instant::now();
        }
        if index >= WARMUP + LEAST && counted.elapsed() >= Duration::from_secs_f64(seconds.max(0.0)) {
            break;
        }
        let start = Instant::now();
        stepper.step(network, index as u64);
        if index >= WARMUP {
            steps.push(start.elapsed().as_secs_f64() * 1e3);
        }
    }
    steps.sort_by(f64::total_cmp);
    Ok(Timing { steps, planned_bytes: stepper.session.plan().memory().total() })
}

/// A session with random inputs, and what its steps need.
pub(super) struct Stepper {
    pub session: Session,
    mode: Mode,
    optimizer: OptimizerState,
}

impl Stepper {
    pub fn new(network: &Network<'_>, config: Option<&TrainConfig>, mode: Mode, batch: usize) -> Result<Self, Failure> {
        let checked = network.checked();
        let roles = &checked.graph().roles;
        let options = match mode {
            Mode::Infer => PlanOptions::inference(roles.outputs.clone()),
            Mode::Train => PlanOptions::training(Vec::new()),
        };
        let image = network.image()?;
        let example = network.example_shape(image)?;
        let symbols = network.symbols(image, &example, batch)?;
        let mut session = network.session(&symbols, &options)?;
        let classes = classes(network);
        for input in &roles.inputs {
            fill(session.input_mut(*input), checked.fact(*input).dtype, classes, *input);
        }
        let optim = config.map(|c| c.optim).unwrap_or(SGD);
        let optimizer = OptimizerState::new(&optim, &network.params, session.plan().trained());
        Ok(Self { session, mode, optimizer })
    }

    fn step(&mut self, network: &mut Network<'_>, index: u64) {
        self.session.forward(&mut network.params, NoiseKey { seed: 0, step: index });
        if self.mode == Mode::Train {
            self.session.backward(&network.params);
            self.optimizer.step(&mut network.params, self.session.grads(), 1e-4);
        }
    }

    /// A step, watched; returns the time that the optimizer took.
    pub fn step_observed(&mut self, network: &mut Network<'_>, index: u64, observer: &mut Observer<'_>) -> Duration {
        self.session.forward_observed(&mut network.params, NoiseKey { seed: 0, step: index }, observer);
        if self.mode == Mode::Infer {
            return Duration::ZERO;
        }
        self.session.backward_observed(&network.params, observer);
        let start = Instant::now();
        self.optimizer.step(&mut network.params, self.session.grads(), 1e-4);
        start.elapsed()
    }
}

const SGD: Optimizer = Optimizer::Sgd { lr: 0.01, momentum: 0.9, nesterov: false, dampening: 0.0, weight_decay: 0.0 };

/// The number of classes that labels may have: the least width of the outputs.
fn classes(network: &Network<'_>) -> u64 {
    let checked = network.checked();
    let widths = checked.graph().roles.outputs.iter().filter_map(|o| checked.fact(*o).shape.get(1)?.as_usize());
    widths.min().unwrap_or(1).max(1) as u64
}

fn fill(values: &mut [f32], dtype: DType, classes: u64, input: NodeId) {
    let mut rng = random::stream(0, Purpose::Sample, input.index() as u64, 0);
    for v in values {
        *v = match dtype {
            DType::F32 => random::normal(&mut rng),
            DType::I64 => random::below(&mut rng, classes) as f32,
        };
    }
}
