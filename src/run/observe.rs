//! What a task tells while it runs.

use std::path::Path;
use std::time::Duration;

/// Told once, before the first step.
#[derive(Clone, Debug)]
pub struct StartReport<'a> {
    /// The model's name.
    pub model: &'a str,
    /// Where results go.
    pub dir: &'a Path,
    /// Trainable numbers.
    pub trainable: usize,
    /// All numbers, running statistics included.
    pub parameters: usize,
    /// Training examples.
    pub train_examples: usize,
    /// Validation examples; none where there is no such split.
    pub val_examples: Option<usize>,
    /// Bytes of activations, gradients, scratch and parameters that are planned.
    pub planned_bytes: u64,
    /// Epochs over all phases.
    pub epochs: usize,
}

/// Told after every optimizer step.
#[derive(Clone, Debug)]
pub struct StepReport<'a> {
    /// The epoch, from 1.
    pub epoch: usize,
    /// The step in this epoch, from 1.
    pub step: usize,
    /// Steps of this epoch.
    pub steps: usize,
    /// Mean loss and metrics of this epoch so far, by name.
    pub values: &'a [(String, f64)],
    /// Examples per second of this epoch so far.
    pub examples_per_second: f64,
    /// The learning rate of this step.
    pub lr: f64,
}

/// Told after every epoch.
#[derive(Clone, Debug)]
pub struct EpochReport<'a> {
    /// The epoch, from 1.
    pub epoch: usize,
    /// Epochs over all phases.
    pub epochs: usize,
    /// Mean loss and metrics over the epoch's training steps, by name.
    pub train: &'a [(String, f64)],
    /// Loss and metrics on the validation split, by name.
    pub val: Option<&'a [(String, f64)]>,
    /// The last learning rate.
    pub lr: f64,
    /// Training examples per second.
    pub examples_per_second: f64,
    /// Wall-clock time of the epoch.
    pub time: Duration,
    /// Whether it is the best so far.
    pub best: bool,
}

/// Listens to a task.
pub trait Observer {
    /// Before the first step.
    fn start(&mut self, report: &StartReport<'_>);
    /// After every optimizer step.
    fn step(&mut self, report: &StepReport<'_>);
    /// After every epoch.
    fn epoch(&mut self, report: &EpochReport<'_>);
    /// A remark: a skipped file, an early stop.
    fn note(&mut self, text: &str);
}

/// Listens to nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Observer for Silent {
    fn start(&mut self, _report: &StartReport<'_>) {}
    fn step(&mut self, _report: &StepReport<'_>) {}
    fn epoch(&mut self, _report: &EpochReport<'_>) {}
    fn note(&mut self, _text: &str) {}
}
