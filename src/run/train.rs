//! The training loop.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use serde_json::json;

use crate::config::{Monitor, TrainConfig};
use crate::data::Batch;
use crate::diag::{Diagnostic, codes};
use crate::engine::clip::{clip_norm, clip_value};
use crate::engine::ema::Ema;
use crate::engine::optim::OptimizerState;
use crate::engine::{Checkpoint, Progress, penalty};
use crate::ops::lower::NoiseKey;
use crate::plan::PlanOptions;

use super::checkpoint::{self, CHECKPOINT};
use super::evaluate::{Answers, Meter, Probe, evaluate_with, feed};
use super::features::{self, Kept};
use super::fingerprint::Fingerprint;
use super::judge;
use super::network::Sessions;
use super::phases::{self, Phase};
use super::report;
use super::{EpochReport, Evaluation, Examples, Failure, Network, Observer, Reason, RunDir, StartReport, StepReport};

/// Scores that are gathered at each epoch for the report.
const REPORTED: usize = 1 << 26;

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
    /// What the run depends on; a run goes on only where it is the same.
    pub fingerprint: &'a Fingerprint,
    /// Whether to go on from the run directory's checkpoint.
    pub resume: bool,
    /// Set from outside (Ctrl-C) to end after the current step.
    pub interrupt: &'a AtomicBool,
    /// When to end after the current step, where time is limited.
    pub deadline: Option<Instant>,
    /// Whether the outputs of frozen layers are computed once and kept in the run directory, and
    /// how many bytes they may take there.
    pub cache_features: Option<u64>,
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
    /// Whether less of what was watched is better.
    pub minimize: bool,
    /// Whether it was ended from outside.
    pub interrupted: bool,
    /// Whether it was ended by its limit of time.
    pub out_of_time: bool,
}

/// Trains a network and writes its weights, metrics and checkpoints into `dir`.
///
/// # Errors
/// Data that cannot be read, a result that cannot be written, divergence, or a checkpoint that is
/// not this run's.
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
    let probe = Probe::new(checked);
    let run =
        Run { options, epochs: phases.iter().map(|p| p.epochs).sum(), monitor: judge::monitor(options, &probe), probe };
    if let Some(limit) = options.cache_features {
        features::check(network, options, &phases, limit)?;
    }
    let mut state = run.begin(network, dir, observer)?;
    let mut from = 0;
    for (index, phase) in phases.iter().enumerate() {
        let end = from + phase.epochs;
        if !state.stop && (state.progress.epoch as usize) < end {
            run.phase(network, &Turn { phase, index, from, end }, dir, observer, &mut state)?;
        }
        from = end;
    }
    let progress = state.progress;
    Ok(Outcome {
        dir: dir.path().to_path_buf(),
        epochs: progress.epoch as usize,
        best: progress.best.map(|(epoch, value)| (epoch as usize, run.monitor.name(), value)),
        minimize: run.monitor.minimize,
        interrupted: state.paused == Some(Pause::Interrupted),
        out_of_time: state.paused == Some(Pause::OutOfTime),
    })
}

/// What stays the same during a run.
struct Run<'a> {
    options: &'a TrainOptions<'a>,
    probe: Probe,
    epochs: usize,
    monitor: Monitor,
}

/// Where a run stands.
#[derive(Default)]
struct State {
    progress: Progress,
    /// The checkpoint that the run goes on from, until its optimizer is restored.
    resumed: Option<Checkpoint>,
    /// The moving average of the weights, where one is kept.
    ema: Option<Ema>,
    announced: bool,
    stop: bool,
    paused: Option<Pause>,
}

/// Why a run ended before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pause {
    Interrupted,
    OutOfTime,
}

impl State {
    /// Puts the weights that are evaluated and saved in the place of those that are trained; a
    /// second call undoes it.
    fn swap(&mut self, network: &mut Network<'_>) {
        if let Some(ema) = &mut self.ema {
            ema.swap(&mut network.params);
        }
    }
}

/// A phase in its turn.
struct Turn<'a> {
    phase: &'a Phase,
    index: usize,
    /// Epochs before it.
    from: usize,
    /// Epochs after it.
    end: usize,
}

impl Run<'_> {
    /// The state at the beginning, or as the checkpoint has it.
    fn begin(
        &self,
        network: &mut Network<'_>,
        dir: &mut RunDir,
        observer: &mut dyn Observer,
    ) -> Result<State, Failure> {
        let fresh = Progress { fingerprint: self.options.fingerprint.parts().clone(), ..Progress::default() };
        let average = |network: &Network<'_>| self.options.config.ema.map(|decay| Ema::new(decay, &network.params));
        if !self.options.resume {
            return Ok(State { progress: fresh, ema: average(network), ..State::default() });
        }
        let path = dir.file(CHECKPOINT);
        let Some(checkpoint) = checkpoint::load(&path)? else {
            // A run that was ended before its first step has nothing to lose.
            dir.check_unbegun()?;
            observer.note("the run has no checkpoint yet: it starts at its beginning");
            return Ok(State { progress: fresh, ema: average(network), ..State::default() });
        };
        self.options.fingerprint.check(&checkpoint.progress.fingerprint)?;
        checkpoint.restore(&mut network.params).map_err(|e| checkpoint::unusable(&path, &e))?;
        let mut ema = average(network);
        if let Some(ema) = &mut ema {
            checkpoint.restore_average(ema.average_mut()).map_err(|e| checkpoint::unusable(&path, &e))?;
        }
        dir.rewind(checkpoint.progress.epoch)?;
        let progress = checkpoint.progress.clone();
        let stop = self.options.config.stop.as_ref().is_some_and(|stop| judge::has_stopped(stop, &progress));
        if stop || progress.epoch as usize >= self.epochs {
            observer.note(&format!("the run is complete: {} epochs", progress.epoch));
        }
        Ok(State { progress, resumed: Some(checkpoint), ema, stop, ..State::default() })
    }

    fn phase(
        &self,
        network: &mut Network<'_>,
        turn: &Turn<'_>,
        dir: &mut RunDir,
        observer: &mut dyn Observer,
        state: &mut State,
    ) -> Result<(), Failure> {
        let options = self.options;
        let kept = match options.cache_features {
            Some(_) => features::keep(network, options, turn.phase, dir, observer)?,
            None => Kept::default(),
        };
        let given = |is_kept: bool| kept.node.filter(|_| is_kept).into_iter().collect();
        let mut plan = turn.phase.plan(self.probe.nodes.clone());
        plan.given = given(kept.train.is_some());
        let answers = self.answers(network);
        let watched = self.probe.evaluated().into_iter().chain(answers.as_ref().map(|a| a.node));
        let eval_plan = PlanOptions { given: given(kept.val.is_some()), ..PlanOptions::inference(watched.collect()) };
        let (image, shape) = (options.train.feeds().image, options.train.shape());
        let mut eval_sessions = Sessions::new(&eval_plan, image, shape);
        let mut sessions = Sessions::new(&plan, image, shape);
        let first = sessions.get(network, self.options.train.batch_size())?;
        let optimizer = OptimizerState::new(&turn.phase.optimizer, &network.params, first.plan().trained());
        let mut optimizer = optimizer;
        optimizer.set_multipliers(|id| self.options.config.lr_multiplier(&network.checked().param(id).name));
        let planned = first.plan().memory().total();
        let train = kept.train.as_ref().unwrap_or(options.train);
        let mut work = Work { turn, train, optimizer, sessions };
        self.enter(network, &mut work, planned, dir, observer, state)?;
        while (state.progress.epoch as usize) < turn.end && !state.stop {
            let begin = Instant::now();
            let meter = self.epoch(network, &mut work, dir, observer, state)?;
            if state.paused.is_some() {
                break;
            }
            let (rate, train) = (meter.rate(begin.elapsed()), meter.values());
            state.progress.close_epoch();
            state.swap(network);
            let mut answers = answers.clone();
            let val = match kept.val.as_ref().or(options.val) {
                Some(loader) => {
                    let sessions = &mut eval_sessions;
                    Some(evaluate_with(network, loader, &self.probe, sessions, answers.as_mut())?)
                }
                None => None,
            };
            self.conclude(network, dir, observer, state, Epoch { train: &train, val: val.as_ref(), begin, rate })?;
            report::after_epoch(dir, self.options.model, self.epochs, self.options.val.zip(val.as_ref()), answers)?;
            state.swap(network);
            self.watch_plateau(&work, &train, val.as_ref(), observer, &mut state.progress);
            let every = self.options.config.checkpoint;
            let last = state.stop || state.progress.epoch as usize >= turn.end;
            if last || checkpoint::due_at_epoch(every, state.progress.epoch) {
                work.save(network, dir, state)?;
            }
        }
        Ok(())
    }

    /// Lowers the learning rate where the schedule has a plateau and the watched number is on one.
    fn watch_plateau(
        &self,
        work: &Work<'_, '_>,
        train: &[(String, f64)],
        val: Option<&Evaluation>,
        observer: &mut dyn Observer,
        progress: &mut Progress,
    ) {
        let steps = self.options.train.batches().div_ceil(self.options.config.accumulate);
        let done = (progress.epoch as usize - work.turn.from) * steps;
        let Some(plateau) = work.turn.phase.schedule.plateau(done.saturating_sub(1) as u64, steps as u64) else {
            return;
        };
        if judge::drops_rate(&self.monitor, plateau, train, val, progress) {
            observer.note(&format!("{} is on a plateau: the learning rate drops", self.monitor.name()));
        }
    }

    /// Takes up a phase where the run stands: at its beginning, or where a checkpoint has it.
    fn enter(
        &self,
        network: &Network<'_>,
        work: &mut Work<'_, '_>,
        planned: u64,
        dir: &RunDir,
        observer: &mut dyn Observer,
        state: &mut State,
    ) -> Result<(), Failure> {
        let index = work.turn.index;
        if !state.announced {
            self.announce(network, planned, dir, observer);
            state.announced = true;
        } else {
            observer.note(&format!("phase {}: {} epochs", index + 1, work.turn.phase.epochs));
        }
        let progress = &mut state.progress;
        match state.resumed.take() {
            Some(checkpoint) if progress.phase == index as u64 => {
                checkpoint
                    .restore_optimizer(&network.params, &mut work.optimizer)
                    .map_err(|e| checkpoint::unusable(&dir.file(CHECKPOINT), &e))?;
                observer.note(&match progress.cursor {
                    0 => format!("goes on after epoch {}", progress.epoch),
                    cursor => format!("goes on in epoch {}, after batch {cursor}", progress.epoch + 1),
                });
            }
            // A checkpoint from the end of the phase before: this one begins.
            _ => progress.open_phase(index),
        }
        if progress.step == 0 {
            work.save(network, dir, state)?;
        }
        Ok(())
    }

    /// Records an epoch, keeps its weights, and decides whether to stop.
    fn conclude(
        &self,
        network: &Network<'_>,
        dir: &mut RunDir,
        observer: &mut dyn Observer,
        state: &mut State,
        epoch: Epoch<'_>,
    ) -> Result<(), Failure> {
        let Epoch { train, val, begin, rate } = epoch;
        let progress = &mut state.progress;
        let best = judge::is_best(&self.monitor, train, val, progress);
        let report = EpochReport {
            epoch: progress.epoch as usize,
            epochs: self.epochs,
            train,
            val: val.map(|v| v.values.as_slice()),
            lr: progress.lr,
            examples_per_second: rate,
            time: begin.elapsed(),
            best,
        };
        dir.append_metrics(&metrics_line(&report, progress.step))?;
        network.save(&dir.file("last.safetensors"))?;
        if best {
            network.save(&dir.file("best.safetensors"))?;
        }
        observer.epoch(&report);
        let Some(stop) = &self.options.config.stop else { return Ok(()) };
        if judge::stops_early(stop, train, val, progress) {
            let (name, waited) = (stop.monitor.name(), progress.waited);
            observer.note(&format!("stopped early: {name} has not improved for {waited} epochs"));
            state.stop = true;
        }
        Ok(())
    }

    /// Room for what the network says of each validation example, for the report; `None` where that
    /// cannot be had, or would be too much to gather at each epoch.
    fn answers(&self, network: &Network<'_>) -> Option<Answers> {
        let val = self.options.val?;
        let answers = Answers::new(network, val)?;
        let numbers = val.len().saturating_mul(answers.classes());
        (numbers <= REPORTED).then_some(answers)
    }

    fn announce(&self, network: &Network<'_>, bytes: u64, dir: &RunDir, observer: &mut dyn Observer) {
        let params = network.checked().params();
        observer.start(&StartReport {
            model: self.options.model,
            dir: dir.path(),
            trainable: params.iter().filter(|p| p.trainable).map(|p| p.numel()).sum(),
            parameters: params.iter().map(|p| p.numel()).sum(),
            train_examples: self.options.train.len(),
            val_examples: self.options.val.map(Examples::len),
            planned_bytes: bytes,
            epochs: self.epochs,
        });
    }

    /// One pass over the training examples, from where the run stands in it; the means over the
    /// whole pass.
    fn epoch(
        &self,
        network: &mut Network<'_>,
        work: &mut Work<'_, '_>,
        dir: &RunDir,
        observer: &mut dyn Observer,
        state: &mut State,
    ) -> Result<Meter, Failure> {
        let accumulate = self.options.config.accumulate;
        let batches = self.options.train.batches();
        let steps = batches.div_ceil(accumulate);
        let epoch = state.progress.epoch as usize;
        let start = state.progress.cursor as usize;
        let mut meter = Meter::restore(&self.probe, &state.progress);
        let begin = Instant::now();
        for (index, batch) in (start..).zip(work.train.epoch_from(epoch as u64, start)) {
            let batch = batch?;
            batch.skipped.iter().for_each(|error| observer.note(&format!("skipped {error}")));
            if batch.len == 0 {
                continue;
            }
            let group = Group::of(index, batches, accumulate);
            let at = Place { epoch: epoch + 1, batch: index + 1 };
            self.forward(network, work, &batch, &mut meter, state.progress.step, at)?;
            work.sessions.accumulate(&network.params, batch.len, group.scale, group.first);
            if !group.last {
                continue;
            }
            let step = index / accumulate;
            let lr = work.rate(&state.progress, step, steps);
            self.update(network, work, batch.len, lr, at)?;
            if let Some(ema) = &mut state.ema {
                ema.update(&network.params, state.progress.step);
            }
            state.progress.close_step(index + 1, lr);
            observer.step(&StepReport {
                epoch: at.epoch,
                step: step + 1,
                steps,
                values: meter.running(),
                examples_per_second: meter.rate(begin.elapsed()),
                lr,
            });
            if self.pause(network, work, dir, &meter, state, steps)? {
                break;
            }
        }
        Ok(meter)
    }

    /// Between two steps: writes a checkpoint where one is due, and says whether to end.
    fn pause(
        &self,
        network: &mut Network<'_>,
        work: &Work<'_, '_>,
        dir: &RunDir,
        meter: &Meter,
        state: &mut State,
        steps: usize,
    ) -> Result<bool, Failure> {
        let every = self.options.config.checkpoint;
        let late = self.options.deadline.is_some_and(|deadline| Instant::now() >= deadline);
        state.paused = match self.options.interrupt.load(Ordering::Relaxed) {
            true => Some(Pause::Interrupted),
            false => late.then_some(Pause::OutOfTime),
        };
        let pauses = state.paused.is_some();
        if pauses || checkpoint::due_at_step(every, state.progress.step, steps as u64) {
            meter.store(&mut state.progress);
            work.save(network, dir, state)?;
        }
        if pauses {
            state.swap(network);
            network.save(&dir.file("last.safetensors"))?;
            state.swap(network);
            state.stop = true;
        }
        Ok(pauses)
    }

    /// Loss and metrics of a batch.
    fn forward(
        &self,
        network: &mut Network<'_>,
        work: &mut Work<'_, '_>,
        batch: &Batch,
        meter: &mut Meter,
        step: u64,
        at: Place,
    ) -> Result<(), Failure> {
        let session = work.sessions.get(network, batch.len)?;
        feed(session, work.train, batch);
        let noise = NoiseKey { seed: self.options.config.seed, step };
        session.forward(&mut network.params, noise);
        meter.add(session, batch);
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
        work: &mut Work<'_, '_>,
        batch: usize,
        lr: f64,
        at: Place,
    ) -> Result<(), Failure> {
        let Some(grads) = work.sessions.gradients(batch) else { return Ok(()) };
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
        work.optimizer.step(&mut network.params, grads, lr);
        Ok(())
    }
}

/// What the epochs of a phase share and change besides the network.
struct Work<'a, 's> {
    turn: &'a Turn<'a>,
    /// The training examples, or what frozen layers make of them.
    train: &'a Examples,
    optimizer: OptimizerState,
    sessions: Sessions<'s>,
}

impl Work<'_, '_> {
    /// The learning rate of a step; schedules begin anew with their phase.
    fn rate(&self, progress: &Progress, step: usize, steps: usize) -> f64 {
        let Turn { phase, from, .. } = self.turn;
        let (done, steps) = (((progress.epoch as usize - from) * steps + step) as u64, steps as u64);
        let plateau = phase.schedule.plateau(done, steps).map_or(1.0, |plateau| plateau.after(progress.drops));
        phase.optimizer.lr() * phase.schedule.factor(done, steps) * plateau
    }

    fn save(&self, network: &Network<'_>, dir: &RunDir, state: &State) -> Result<(), Failure> {
        checkpoint::save(&dir.file(CHECKPOINT), network, &self.optimizer, state.ema.as_ref(), &state.progress)
    }
}

/// What an epoch gave.
struct Epoch<'a> {
    train: &'a [(String, f64)],
    val: Option<&'a Evaluation>,
    begin: Instant,
    /// Training examples per second.
    rate: f64,
}

/// A batch as people count it.
#[derive(Clone, Copy)]
struct Place {
    epoch: usize,
    batch: usize,
}

/// Where a batch stands among those whose gradients make one step.
#[derive(Clone, Copy)]
pub(crate) struct Group {
    pub first: bool,
    pub last: bool,
    /// One over the number of batches in the group.
    pub scale: f32,
}

impl Group {
    pub fn of(index: usize, batches: usize, size: usize) -> Self {
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
