//! The training loop of generated programs: whole epochs, weights kept at each epoch's end.
//!
//! The loss of a batch, the order of examples, their augmentation, the noise of dropouts, and which
//! epoch is the best are those of `blockprint train` under the same settings.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use dfdx::tensor::{Cpu, OwnedTape};
use dfdx::tensor_ops::Backward;

use crate::config::{self, DETECTION_METRICS, Monitor, TrainConfig};
use crate::data::{Mode, Part};
use crate::diag::{Diagnostic, Sink, codes};
use crate::engine::Progress;
use crate::engine::optim::Optimizer;
use crate::engine::schedule::Schedule;
use crate::run::judge::{self, default_monitor};
use crate::run::train::Group;
use crate::run::{self, Evaluation, Failure, Reason};

use super::super::{Gradients, Module, Value, attended, join, save, set_noise, visit};
use super::args::Train;
use super::average::Average;
use super::data::{self, Examples};
use super::measures::{Means, listing};
use super::optimize::Step;
use super::{Images, Program, Settings, Targets, begin, load, number, say};

/// Trains a network and writes `best.safetensors` and `last.safetensors`.
pub(super) fn train<P: Program>(
    network: &mut P,
    settings: &Settings,
    args: &Train,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let begun = Instant::now();
    let missing = || Failure::new(codes::NO_SECTION, "the settings have no `train` section");
    let mut config = settings.config.train.clone().ok_or_else(missing)?;
    if let Some(epochs) = args.epochs {
        run::set_epochs(&mut config, epochs)?;
    }
    check::<P>(&config)?;
    refuse_taken(&args.out, args.force)?;
    match &args.weights {
        Some(file) => load(network, file, &settings.spec, Vec::new())?,
        None => begin(network, settings, config.seed)?,
    }
    let phases = phases::<P>(network, &config)?;
    let over = args.data.as_deref();
    let examples = data::open::<P>(&settings.config, over, Part::Train, Mode::Train)?;
    let val = data::open::<P>(&settings.config, over, Part::Val, Mode::Eval)?;
    let deadline =
        args.max_time.or(config.max_time).and_then(|s| begun.checked_add(Duration::try_from_secs_f64(s).ok()?));
    let average = config.ema.map(|decay| Average::new(decay, network));
    std::fs::create_dir_all(&args.out).map_err(|e| Failure::write(&args.out, &e))?;
    let mut run = Run {
        config: &config,
        examples,
        val,
        monitor: monitor::<P>(&config),
        average,
        deadline,
        progress: Progress::default(),
        folder: &args.out,
    };
    for (index, phase) in phases.iter().enumerate() {
        freeze(network, &phase.frozen);
        run.progress.open_phase(index);
        if !run.phase(network, phase, out)? {
            break;
        }
    }
    Ok(())
}

/// Refuses settings that watch what is not computed.
fn check<P: Program>(config: &TrainConfig) -> Result<(), Failure> {
    let of_heads = DETECTION_METRICS.iter().filter(|_| !P::heads().is_empty());
    let metrics: Vec<&str> = P::METRICS.iter().chain(of_heads).copied().collect();
    let mut sink = Sink::new();
    config::check_monitors(config, &metrics, &mut sink);
    if sink.has_errors() { Err(Failure::from_sink(&sink)) } else { Ok(()) }
}

/// What is watched for the best epoch.
fn monitor<P: Program>(config: &TrainConfig) -> Monitor {
    let default = || default_monitor(P::METRICS.contains(&"accuracy"), !P::heads().is_empty(), true, config.span);
    config.monitor.clone().unwrap_or_else(default)
}

/// Refuses a folder that holds anything, unless it is forced.
fn refuse_taken(out: &Path, force: bool) -> Result<(), Failure> {
    let taken = std::fs::read_dir(out).is_ok_and(|mut entries| entries.next().is_some());
    if !taken || force {
        return Ok(());
    }
    Err(Diagnostic::error(codes::RUN_EXISTS, format!("`{}` is not empty", out.display()))
        .help("choose another folder with `--out`, or replace the results with `--force`")
        .into())
}

/// A phase, with the names of what is frozen.
struct Phase {
    epochs: usize,
    /// Epochs before it.
    from: usize,
    optimizer: Optimizer,
    schedule: Schedule,
    frozen: BTreeSet<String>,
}

/// The phases of the settings.
fn phases<P: Program>(network: &P, config: &TrainConfig) -> Result<Vec<Phase>, Failure> {
    let mut names = Vec::new();
    visit(network, |name, _, _| names.push(name.to_string()));
    let (mut frozen, mut from) = (BTreeSet::new(), 0);
    let mut phases = Vec::new();
    if config.phases.is_empty() {
        let (optimizer, schedule) = (config.optim, config.lr.clone());
        phases.push(Phase { epochs: config.epochs, from, optimizer, schedule, frozen: frozen.clone() });
    }
    for phase in &config.phases {
        frozen = names.iter().filter(|n| phase.freezes(n, frozen.contains(*n))).cloned().collect();
        if let Some(upto) = &phase.upto {
            let Some((_, parts)) = P::UPTO.iter().find(|(name, _)| *name == upto.value) else {
                let message = format!("the program does not know what comes before `{}`", upto.value);
                return Err(Diagnostic::error(codes::FREEZES_NOTHING, message)
                    .label(upto.span, "named here")
                    .help("add it to `UPTO` in `src/main.rs`, or name what to freeze with `freeze`")
                    .into());
            };
            let inside = |name: &&String| parts.iter().any(|part| config::is_beneath(name, part));
            frozen.extend(names.iter().filter(inside).cloned());
        }
        phases.push(Phase {
            epochs: phase.epochs,
            from,
            optimizer: phase.optim.unwrap_or(config.optim),
            schedule: phase.lr.clone().unwrap_or_else(|| config.lr.clone()),
            frozen: frozen.clone(),
        });
        from += phase.epochs;
    }
    Ok(phases)
}

/// Freezes the layers whose every parameter is named, and thaws the others.
fn freeze(network: &mut impl Module, frozen: &BTreeSet<String>) {
    network.layers_mut("", &mut |path, layer| {
        let specs = layer.specs();
        let all = !specs.is_empty() && specs.iter().all(|s| frozen.contains(&join(path, s.name)));
        layer.set_frozen(all);
    });
}

/// What training saw of a batch.
struct Stepped {
    loss: f32,
    values: Vec<(&'static str, Value)>,
    /// What is not finite, for which no weight was changed.
    diverged: Option<&'static str>,
}

/// Forward and backward, and after the last batch of a step a change of all weights that are not frozen.
fn step<P: Program>(
    network: &mut P,
    (images, targets): (Images<'_>, Targets<'_>),
    optimizer: &mut Step<'_>,
    (group, lr): (Group, f64),
    frozen: &BTreeSet<String>,
) -> Result<Stepped, Failure> {
    let Some(measures) = network.measure::<OwnedTape<f32, Cpu>>(images, targets) else {
        return Err(Failure::new(codes::NO_SECTION, "the network has no `loss`, so there is nothing to minimise"));
    };
    let mut stepped = Stepped { loss: number(&measures.loss), values: measures.values, diverged: None };
    if !stepped.loss.is_finite() {
        stepped.diverged = Some("the loss");
        return Ok(stepped);
    }
    let mut gradients: Gradients<f32, Cpu> = measures.loss.backward();
    if !optimizer.take(network, &mut gradients, group, lr, |name| !frozen.contains(name))? {
        stepped.diverged = Some("a gradient");
    }
    Ok(stepped)
}

/// A run under way.
struct Run<'a> {
    config: &'a TrainConfig,
    examples: Examples,
    val: Examples,
    monitor: Monitor,
    /// The moving average of the weights, where one is kept.
    average: Option<Average>,
    deadline: Option<Instant>,
    progress: Progress,
    folder: &'a Path,
}

impl Run<'_> {
    /// The epochs of a phase; whether the run goes on after it.
    fn phase<P: Program>(&mut self, network: &mut P, phase: &Phase, out: &mut dyn Write) -> Result<bool, Failure> {
        let mut optimizer = Step::new(&phase.optimizer, self.config);
        for _ in 0..phase.epochs {
            let Some(means) = self.epoch(network, phase, &mut optimizer)? else {
                self.swap(network);
                self.write(network, "last.safetensors")?;
                say(out, "time is up: the weights as they are now are in `last.safetensors`")?;
                return Ok(false);
            };
            self.progress.close_epoch();
            self.swap(network);
            let (train, val) = (means.values(), data::evaluate(network, &self.val)?.evaluation());
            let best = self.keep(network, &train, &val)?;
            self.swap(network);
            let (epoch, mark) = (self.progress.epoch, if best { " *" } else { "" });
            say(out, &format!("epoch {epoch}: {} | val: {}{mark}", listing(&train), listing(&val.values)))?;
            let stop = self.config.stop.as_ref();
            if stop.is_some_and(|stop| judge::stops_early(stop, &train, Some(&val), &mut self.progress)) {
                say(out, "stopped early")?;
                return Ok(false);
            }
            let steps = self.steps();
            let done = (self.progress.epoch - phase.from as u64) * steps;
            if let Some(plateau) = phase.schedule.plateau(done.saturating_sub(1), steps)
                && judge::drops_rate(&self.monitor, plateau, &train, Some(&val), &mut self.progress)
            {
                say(out, &format!("{} is on a plateau: the learning rate drops", self.monitor.name()))?;
            }
        }
        Ok(true)
    }

    /// Steps of one epoch.
    fn steps(&self) -> u64 {
        self.examples.batches().div_ceil(self.config.accumulate) as u64
    }

    /// Puts the weights that are evaluated and saved in the place of those that are trained; a second
    /// call undoes it.
    fn swap(&mut self, network: &mut impl Module) {
        if let Some(average) = &mut self.average {
            average.swap(network);
        }
    }

    /// The rate of a step.
    fn rate(&self, phase: &Phase, index: usize) -> f64 {
        let steps = self.steps();
        let at = (self.progress.epoch - phase.from as u64) * steps + index as u64;
        let plateau = phase.schedule.plateau(at, steps).map_or(1.0, |plateau| plateau.after(self.progress.drops));
        phase.optimizer.lr() * phase.schedule.factor(at, steps) * plateau
    }

    /// One pass over the training examples; `None` where time is up before its end.
    fn epoch<P: Program>(
        &mut self,
        network: &mut P,
        phase: &Phase,
        optimizer: &mut Step<'_>,
    ) -> Result<Option<Means>, Failure> {
        let (mut means, mut weights) = (Means::default(), Vec::new());
        for (index, batch) in self.examples.epoch(self.progress.epoch).enumerate() {
            let batch = batch?;
            if batch.len == 0 {
                continue;
            }
            let group = Group::of(index, self.examples.batches(), self.config.accumulate);
            let lr = self.rate(phase, index / self.config.accumulate);
            set_noise(network, self.config.seed, self.progress.step);
            let inputs = data::inputs(&self.examples, &batch, &mut weights);
            let stepped = attended(|| step(network, inputs, optimizer, (group, lr), &phase.frozen))?;
            means.add(stepped.loss, &stepped.values, &[], &batch);
            if let Some(what) = stepped.diverged {
                return Err(self.diverged(what, index));
            }
            if !group.last {
                continue;
            }
            if let Some(average) = &mut self.average {
                average.update(network, self.progress.step);
            }
            self.progress.close_step(index + 1, lr);
            if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return Ok(None);
            }
        }
        Ok(Some(means))
    }

    fn diverged(&self, what: &str, batch: usize) -> Failure {
        let (batch, epoch) = (batch + 1, self.progress.epoch + 1);
        let problem =
            Diagnostic::error(codes::DIVERGED, format!("{what} is not finite, in batch {batch} of epoch {epoch}"))
                .help("try a smaller learning rate, a `warmup`, or `clip_norm: 1`");
        Failure { reason: Reason::Diverged, diagnostics: vec![problem] }
    }

    fn write(&self, network: &impl Module, name: &str) -> Result<(), Failure> {
        save(network, self.folder.join(name)).map_err(|e| Failure::input(e.into()))
    }

    /// Keeps the weights of an epoch; whether they are the best so far.
    fn keep(&mut self, network: &impl Module, train: &[(String, f64)], val: &Evaluation) -> Result<bool, Failure> {
        self.write(network, "last.safetensors")?;
        let best = judge::is_best(&self.monitor, train, Some(val), &mut self.progress);
        if best {
            self.write(network, "best.safetensors")?;
        }
        Ok(best)
    }
}
