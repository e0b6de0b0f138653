//! The training loop.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::config::{EarlyStop, Monitor, TrainConfig};
use crate::data::Batch;
use crate::diag::{Diagnostic, codes};
use crate::engine::clip::{clip_norm, clip_value};
use crate::engine::optim::OptimizerState;
use crate::engine::penalty;
use crate::ops::lower::NoiseKey;

use super::evaluate::{Meter, Probe, evaluate_with, feed};
use super::network::{Feeds, Sessions};
use super::phases::{self, Phase};
use super::{EpochReport, Evaluation, Examples, Failure, Network, Observer, Reason, RunDir, StartReport, StepReport};

/// What a training run needs besides the network.
pub struct TrainOptions<'a> {
    /// The model's name.
    pub model: &'a str,
    /// The `train` section.
    pub config: &'a TrainConfig,
    /// The training examples.
    pub train: &'a Examples,
    /// The validation examples.
    pub val: Option<&'a Examples>,
    /// Set from outside (Ctrl-C) to end after the current step.
    pub interrupt: &'a AtomicBool,
}

/// How a training run ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The run directory.
    pub dir: PathBuf,
    /// Epochs that were completed.
    pub epochs: usize,
    /// The best epoch, what was watched, and its value.
    pub best: Option<(usize, String, f64)>,
    /// Whether it was ended from outside.
    pub interrupted: bool,
}

/// Trains a network and writes its weights and metrics into `dir`.
///
/// # Errors
/// Data that cannot be read, a result that cannot be written, or divergence.
pub fn train(
    network: &mut Network<'_>,
    options: &TrainOptions<'_>,
    dir: &mut RunDir,
    observer: &mut dyn Observer,
) -> Result<Outcome, Failure> {
    let checked = network.checked();
    if checked.graph().roles.total_loss.is_none() {
        return Err(Failure::new(codes::NO_SECTION, "the spec has no `loss`, so there is nothing to minimise"));
    }
    let phases = phases::of(options.config, checked);
    let run = Run {
        options,
        probe: Probe::new(checked),
        feeds: network.feeds()?,
        epochs: phases.iter().map(|p| p.epochs).sum(),
        monitor: monitor(options, &Probe::new(checked)),
    };
    let mut progress = Progress::default();
    for (index, phase) in phases.iter().enumerate() {
        run.phase(network, phase, index, dir, observer, &mut progress)?;
        if progress.stop {
            break;
        }
    }
    Ok(Outcome {
        dir: dir.path().to_path_buf(),
        epochs: progress.epoch,
        best: progress.best.map(|(epoch, value)| (epoch, run.monitor.name(), value)),
        interrupted: progress.interrupted,
    })
}

/// What is watched for the best epoch: as the spec says, else the first metric on the
/// validation split, else its loss; on the training split where there is no other.
fn monitor(options: &TrainOptions<'_>, probe: &Probe) -> Monitor {
    if let Some(monitor) = &options.config.monitor {
        return monitor.clone();
    }
    let metric = if probe.holds("accuracy") { "accuracy" } else { "loss" };
    Monitor {
        validation: options.val.is_some(),
        metric: metric.to_string(),
        minimize: metric == "loss",
        span: options.config.span,
    }
}

/// What stays the same during a run.
struct Run<'a> {
    options: &'a TrainOptions<'a>,
    probe: Probe,
    feeds: Feeds,
    epochs: usize,
    monitor: Monitor,
}

/// Where a run stands.
#[derive(Default)]
struct Progress {
    /// Epochs completed.
    epoch: usize,
    /// Optimizer steps over all phases.
    step: u64,
    best: Option<(usize, f64)>,
    /// Epochs since early stopping saw an improvement, and the value it saw then.
    waited: usize,
    watched: Option<f64>,
    stop: bool,
    interrupted: bool,
}

impl Run<'_> {
    fn phase(
        &self,
        network: &mut Network<'_>,
        phase: &Phase,
        index: usize,
        dir: &mut RunDir,
        observer: &mut dyn Observer,
        progress: &mut Progress,
    ) -> Result<(), Failure> {
        let plan = phase.plan(self.probe.nodes.clone());
        let eval_plan = crate::plan::PlanOptions::inference(self.probe.nodes.clone());
        let shape = self.options.train.shape();
        let mut sessions = Sessions::new(&plan, self.feeds.image, &shape);
        let mut eval_sessions = Sessions::new(&eval_plan, self.feeds.image, &shape);
        let first = sessions.get(network, self.options.train.batch_size())?;
        let mut optimizer = OptimizerState::new(&phase.optimizer, &network.params, first.plan().trained());
        if index == 0 {
            self.announce(network, first.plan().memory().total(), dir.path(), observer);
        } else {
            observer.note(&format!("phase {}: {} epochs", index + 1, phase.epochs));
        }
        let from = progress.epoch;
        while progress.epoch < from + phase.epochs && !progress.stop {
            let begin = Instant::now();
            let mut state = PhaseState { phase, from, optimizer: &mut optimizer, sessions: &mut sessions };
            let (meter, lr) = self.epoch(network, &mut state, observer, progress)?;
            if progress.interrupted {
                network.save(&dir.file("last.safetensors"))?;
                break;
            }
            let timing = (begin, begin.elapsed());
            progress.epoch += 1;
            let val = match self.options.val {
                Some(loader) => Some(evaluate_with(network, loader, &self.probe, self.feeds, &mut eval_sessions)?),
                None => None,
            };
            self.conclude(network, dir, observer, progress, Epoch { meter: &meter, val: val.as_ref(), lr, timing })?;
            self.early_stop(meter.means(), val.as_ref(), progress, observer);
        }
        Ok(())
    }

    /// Records an epoch and keeps its weights.
    fn conclude(
        &self,
        network: &Network<'_>,
        dir: &mut RunDir,
        observer: &mut dyn Observer,
        progress: &mut Progress,
        epoch: Epoch<'_>,
    ) -> Result<(), Failure> {
        let Epoch { meter, val, lr, timing: (begin, train_time) } = epoch;
        let best = self.judge(meter.means(), val, progress);
        let report = EpochReport {
            epoch: progress.epoch,
            epochs: self.epochs,
            train: meter.means(),
            val: val.map(|v| v.values.as_slice()),
            lr,
            examples_per_second: meter.examples() as f64 / train_time.as_secs_f64().max(1e-9),
            time: begin.elapsed(),
            best,
        };
        dir.append_metrics(&metrics_line(&report, progress.step))?;
        network.save(&dir.file("last.safetensors"))?;
        if best {
            network.save(&dir.file("best.safetensors"))?;
        }
        observer.epoch(&report);
        Ok(())
    }

    fn announce(&self, network: &Network<'_>, bytes: u64, dir: &Path, observer: &mut dyn Observer) {
        let params = network.checked().params();
        observer.start(&StartReport {
            model: self.options.model,
            dir,
            trainable: params.iter().filter(|p| p.trainable).map(|p| p.numel()).sum(),
            parameters: params.iter().map(|p| p.numel()).sum(),
            train_examples: self.options.train.len(),
            val_examples: self.options.val.map(Examples::len),
            planned_bytes: bytes,
            epochs: self.epochs,
        });
    }

    /// One pass over the training examples; the means and the last learning rate.
    fn epoch(
        &self,
        network: &mut Network<'_>,
        state: &mut PhaseState<'_, '_>,
        observer: &mut dyn Observer,
        progress: &mut Progress,
    ) -> Result<(Meter, f64), Failure> {
        let accumulate = self.options.config.accumulate;
        let batches = self.options.train.batches();
        let steps = batches.div_ceil(accumulate);
        let mut meter = Meter::new(&self.probe);
        let mut lr = state.phase.optimizer.lr();
        let begin = Instant::now();
        for (index, batch) in self.options.train.epoch(progress.epoch as u64).enumerate() {
            let batch = batch.map_err(|e| Failure::input(e.diagnostic()))?;
            batch.skipped.iter().for_each(|error| observer.note(&format!("skipped {error}")));
            if batch.len == 0 {
                continue;
            }
            let group = Group::of(index, batches, accumulate);
            let at = Place { epoch: progress.epoch + 1, batch: index + 1 };
            self.forward(network, state.sessions, &batch, &mut meter, progress.step, at)?;
            state.sessions.accumulate(&network.params, batch.len, group.scale, group.first);
            if !group.last {
                continue;
            }
            let step = index / accumulate;
            lr = state.rate(progress.epoch, step, steps);
            self.update(network, state, batch.len, lr, at)?;
            progress.step += 1;
            observer.step(&StepReport {
                epoch: at.epoch,
                step: step + 1,
                steps,
                values: meter.means(),
                examples_per_second: meter.examples() as f64 / begin.elapsed().as_secs_f64().max(1e-9),
                lr,
            });
            if self.options.interrupt.load(Ordering::Relaxed) {
                progress.interrupted = true;
                progress.stop = true;
                break;
            }
        }
        Ok((meter, lr))
    }

    /// Loss and metrics of a batch.
    fn forward(
        &self,
        network: &mut Network<'_>,
        sessions: &mut Sessions<'_>,
        batch: &Batch,
        meter: &mut Meter,
        step: u64,
        at: Place,
    ) -> Result<(), Failure> {
        let session = sessions.get(network, batch.len)?;
        feed(session, self.feeds, batch);
        let noise = NoiseKey { seed: self.options.config.seed, step };
        session.forward(&mut network.params, noise);
        meter.add(&self.probe, session, batch.len);
        if session.loss().is_some_and(f32::is_finite) {
            return Ok(());
        }
        let node = session.find_non_finite(&network.params, noise);
        Err(diverged("the loss", node.as_deref(), at))
    }

    /// One optimizer step with the gradients that were accumulated.
    fn update(
        &self,
        network: &mut Network<'_>,
        state: &mut PhaseState<'_, '_>,
        batch: usize,
        lr: f64,
        at: Place,
    ) -> Result<(), Failure> {
        let Some(grads) = state.sessions.gradients(batch) else { return Ok(()) };
        let config = self.options.config;
        penalty::add_gradients(&network.params, grads);
        if let Some(limit) = config.clip_value {
            clip_value(grads, limit);
        }
        if let Some(limit) = config.clip_norm {
            clip_norm(grads, limit);
        }
        if let Some(id) = grads.non_finite() {
            let name = network.checked().param(id).name.clone();
            return Err(diverged("a gradient", Some(&name), at));
        }
        state.optimizer.step(&mut network.params, grads, lr);
        Ok(())
    }

    /// The value that a monitor watches.
    fn watched(monitor: &Monitor, train: &[(String, f64)], val: Option<&Evaluation>) -> Option<f64> {
        let values = if monitor.validation { &val?.values } else { train };
        values.iter().find(|(n, _)| *n == monitor.metric).map(|(_, v)| *v)
    }

    /// Whether this epoch is the best so far.
    fn judge(&self, train: &[(String, f64)], val: Option<&Evaluation>, progress: &mut Progress) -> bool {
        let Some(value) = Self::watched(&self.monitor, train, val) else { return false };
        let better = progress.best.is_none_or(|(_, best)| self.monitor.improves(value, best, 0.0));
        if better {
            progress.best = Some((progress.epoch, value));
        }
        better
    }

    fn early_stop(
        &self,
        train: &[(String, f64)],
        val: Option<&Evaluation>,
        progress: &mut Progress,
        observer: &mut dyn Observer,
    ) {
        let Some(EarlyStop { monitor, patience, min_delta, .. }) = &self.options.config.stop else { return };
        let Some(value) = Self::watched(monitor, train, val) else { return };
        if progress.watched.is_none_or(|best| monitor.improves(value, best, *min_delta)) {
            progress.watched = Some(value);
            progress.waited = 0;
            return;
        }
        progress.waited += 1;
        if progress.waited > *patience {
            observer.note(&format!(
                "stopped early: {} has not improved for {} epochs",
                monitor.name(),
                progress.waited
            ));
            progress.stop = true;
        }
    }
}

/// What the epochs of a phase share and change besides the network.
struct PhaseState<'a, 's> {
    phase: &'a Phase,
    /// Epochs before this phase.
    from: usize,
    optimizer: &'a mut OptimizerState,
    sessions: &'a mut Sessions<'s>,
}

impl PhaseState<'_, '_> {
    /// The learning rate of a step; schedules begin anew with their phase.
    fn rate(&self, epoch: usize, step: usize, steps: usize) -> f64 {
        let done = ((epoch - self.from) * steps + step) as u64;
        self.phase.optimizer.lr() * self.phase.schedule.factor(done, steps as u64)
    }
}

/// What an epoch gave.
struct Epoch<'a> {
    meter: &'a Meter,
    val: Option<&'a Evaluation>,
    lr: f64,
    /// When it began, and how long its training steps took.
    timing: (Instant, Duration),
}

/// A batch as people count it.
#[derive(Clone, Copy)]
struct Place {
    epoch: usize,
    batch: usize,
}

/// Where a batch stands among those whose gradients make one step.
struct Group {
    first: bool,
    last: bool,
    /// One over the number of batches in the group.
    scale: f32,
}

impl Group {
    fn of(index: usize, batches: usize, size: usize) -> Self {
        let begin = index / size * size;
        let end = (begin + size).min(batches);
        Group { first: index == begin, last: index + 1 == end, scale: 1.0 / (end - begin) as f32 }
    }
}

fn diverged(what: &str, name: Option<&str>, place: Place) -> Failure {
    let at = name.map(|p| format!(" at `{p}`")).unwrap_or_default();
    let Place { epoch, batch } = place;
    Failure {
        reason: Reason::Diverged,
        diagnostics: vec![
            Diagnostic::error(codes::DIVERGED, format!("{what} is not finite{at}, in batch {batch} of epoch {epoch}"))
                .help("try a smaller learning rate, a `warmup`, or `clip_norm: 1`; nothing was saved after the last good epoch"),
        ],
    }
}

/// One line of `metrics.jsonl`.
fn metrics_line(report: &EpochReport<'_>, step: u64) -> serde_json::Value {
    let object = |values: &[(String, f64)]| {
        serde_json::Value::Object(values.iter().map(|(n, v)| (n.clone(), json!(v))).collect())
    };
    json!({
        "epoch": report.epoch,
        "step": step,
        "train": object(report.train),
        "val": report.val.map(object),
        "lr": report.lr,
        "examples_per_second": report.examples_per_second,
        "seconds": report.time.as_secs_f64(),
        "best": report.best,
    })
}
