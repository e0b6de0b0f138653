//! The training loop of generated programs: whole epochs, weights kept at each epoch's end.
//!
//! The loss of a batch, the order of examples, their augmentation and the noise of dropouts are those
//! of `blockprint train` under the same settings.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

use dfdx::tensor::Trace;
use dfdx::tensor_ops::Backward;

use crate::config::{Monitor, TrainConfig};
use crate::data::{Mode, Part};
use crate::diag::{Diagnostic, codes};
use crate::engine::optim::Optimizer;
use crate::engine::schedule::{Piece, Schedule};
use crate::run::Failure;
use crate::source::Span;

use super::super::{Gradients, Module, join, save, set_noise, tensor, visit};
use super::args::Train;
use super::data::{self, Examples, Means};
use super::optimize::Step;
use super::{Program, Settings, Targets, begin, load, number, say, unsupported};

/// Trains a network and writes `best.safetensors` and `last.safetensors`.
pub(super) fn train<P: Program>(
    network: &mut P,
    settings: &Settings,
    args: &Train,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let missing = || Failure::new(codes::NO_SECTION, "the settings have no `train` section");
    let config = settings.config.train.as_ref().ok_or_else(missing)?;
    check(config)?;
    open_folder(&args.out, args.force)?;
    match &args.weights {
        Some(file) => load(network, file, &settings.spec, Vec::new())?,
        None => begin(network, settings, config.seed)?,
    }
    let over = args.data.as_deref();
    let examples = data::open::<P>(&settings.config, over, Part::Train, Mode::Train)?;
    let val = data::open::<P>(&settings.config, over, Part::Val, Mode::Eval)?;
    let mut run = Run { config, examples, step: 0, epoch: 0, best: None, waiting: None, out: &args.out };
    for phase in phases(network, config, args.epochs) {
        freeze(network, &phase.frozen);
        let mut optimizer = Step::new(&phase.optimizer, config);
        for _ in 0..phase.epochs {
            let means = run.epoch(network, &phase, &mut optimizer)?;
            let val = data::evaluate(network, &val)?;
            let line = format!("epoch {}: {} | val: {}", run.epoch, data::listing(&means), data::listing(&val));
            let best = run.keep(network, &means, &val)?;
            say(out, &(line + if best { " *" } else { "" }))?;
            if run.stops(&means, &val) {
                return say(out, "stopped early");
            }
        }
    }
    Ok(())
}

/// Refuses settings that this loop does not follow.
fn check(config: &TrainConfig) -> Result<(), Failure> {
    if config.ema.is_some() {
        return Err(unsupported("ema"));
    }
    if config.accumulate > 1 {
        return Err(unsupported("accumulate"));
    }
    if config.phases.iter().any(|p| p.upto.is_some()) {
        return Err(unsupported("upto"));
    }
    let schedules = config.phases.iter().filter_map(|p| p.lr.as_ref()).chain([&config.lr]);
    let is_plateau = |piece: &Piece| matches!(piece, Piece::Plateau { .. });
    match schedules.into_iter().any(|s| s.pieces.iter().any(is_plateau)) {
        true => Err(unsupported("plateau")),
        false => Ok(()),
    }
}

/// Makes the folder of the results; one that holds anything must be forced.
fn open_folder(out: &Path, force: bool) -> Result<(), Failure> {
    let taken = std::fs::read_dir(out).is_ok_and(|mut entries| entries.next().is_some());
    if taken && !force {
        let message = format!("`{}` is not empty", out.display());
        return Err(Diagnostic::error(codes::RUN_EXISTS, message)
            .help("choose another folder with `--out`, or replace the results with `--force`")
            .into());
    }
    std::fs::create_dir_all(out).map_err(|e| Failure::write(out, &e))
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

/// The phases of the settings, cut off after `epochs`.
fn phases(network: &impl Module, config: &TrainConfig, epochs: Option<usize>) -> Vec<Phase> {
    let mut names = Vec::new();
    visit(network, |name, _, _| names.push(name.to_string()));
    let whole = Phase {
        epochs: config.epochs,
        from: 0,
        optimizer: config.optim,
        schedule: config.lr.clone(),
        frozen: BTreeSet::new(),
    };
    let mut phases = if config.phases.is_empty() { vec![whole] } else { Vec::new() };
    let (mut frozen, mut from) = (BTreeSet::new(), 0);
    for phase in &config.phases {
        frozen = names.iter().filter(|n| phase.freezes(n, frozen.contains(*n))).cloned().collect();
        phases.push(Phase {
            epochs: phase.epochs,
            from,
            optimizer: phase.optim.unwrap_or(config.optim),
            schedule: phase.lr.clone().unwrap_or_else(|| config.lr.clone()),
            frozen: frozen.clone(),
        });
        from += phase.epochs;
    }
    let mut left = epochs.unwrap_or(usize::MAX);
    if config.phases.is_empty() && epochs.is_some() {
        phases[0].epochs = left;
    }
    for phase in &mut phases {
        phase.epochs = phase.epochs.min(left);
        left -= phase.epochs;
    }
    phases
}

/// Freezes the layers whose every parameter is named, and thaws the others.
fn freeze(network: &mut impl Module, frozen: &BTreeSet<String>) {
    network.layers_mut("", &mut |path, layer| {
        let specs = layer.specs();
        let all = !specs.is_empty() && specs.iter().all(|s| frozen.contains(&join(path, s.name)));
        layer.set_frozen(all);
    });
}

/// A run under way.
struct Run<'a> {
    config: &'a TrainConfig,
    examples: Examples,
    step: u64,
    epoch: usize,
    best: Option<f64>,
    /// The best value of the number that stops early, and the epochs since.
    waiting: Option<(f64, usize)>,
    out: &'a Path,
}

impl Run<'_> {
    /// One pass over the training examples.
    fn epoch<P: Program>(
        &mut self,
        network: &mut P,
        phase: &Phase,
        optimizer: &mut Step<'_>,
    ) -> Result<Means, Failure> {
        let steps = self.examples.batches() as u64;
        let mut means = Means::default();
        for (index, batch) in self.examples.epoch(self.epoch as u64).enumerate() {
            let batch = batch?;
            if batch.len == 0 {
                continue;
            }
            let at = (self.epoch - phase.from) as u64 * steps + index as u64;
            let lr = phase.optimizer.lr() * phase.schedule.factor(at, steps);
            set_noise(network, self.config.seed, self.step);
            let images = tensor(data::images(&batch), batch.len).leaky_trace();
            let targets = Targets { values: &batch.labels, examples: batch.len };
            let Some(measures) = network.measure(images, targets) else {
                return Err(Failure::new(
                    codes::NO_SECTION,
                    "the network has no `loss`, so there is nothing to minimise",
                ));
            };
            let loss = number(&measures.loss);
            means.add(loss, &measures.values, batch.len);
            if !loss.is_finite() {
                return Err(self.diverged("the loss", index));
            }
            let mut gradients: Gradients<f32, dfdx::tensor::Cpu> = measures.loss.backward();
            if !optimizer.step(network, &mut gradients, lr, |name| !phase.frozen.contains(name))? {
                return Err(self.diverged("a gradient", index));
            }
            self.step += 1;
        }
        self.epoch += 1;
        Ok(means)
    }

    /// Whether the number that the settings watch has not improved for as many epochs as they allow.
    fn stops(&mut self, means: &Means, val: &Means) -> bool {
        let Some(stop) = &self.config.stop else { return false };
        let value = value_of(&stop.monitor, means, val);
        let improves = self.waiting.is_none_or(|(best, _)| stop.monitor.improves(value, best, stop.min_delta));
        self.waiting = match self.waiting {
            Some((best, waited)) if !improves => Some((best, waited + 1)),
            _ => Some((value, 0)),
        };
        self.waiting.is_some_and(|(_, waited)| waited >= stop.patience)
    }

    fn diverged(&self, what: &str, batch: usize) -> Failure {
        let (batch, epoch) = (batch + 1, self.epoch + 1);
        Diagnostic::error(codes::DIVERGED, format!("{what} is not finite, in batch {batch} of epoch {epoch}"))
            .help("try a smaller learning rate, a `warmup`, or `clip_norm: 1`")
            .into()
    }

    /// Keeps the weights of an epoch; whether they are the best so far.
    fn keep(&mut self, network: &impl Module, means: &Means, val: &Means) -> Result<bool, Failure> {
        let write = |name: &str| save(network, self.out.join(name)).map_err(|e| Failure::input(e.into()));
        write("last.safetensors")?;
        let monitor = self.config.monitor.clone().unwrap_or_else(|| default_monitor(val));
        let value = value_of(&monitor, means, val);
        let best = self.best.is_none_or(|best| monitor.improves(value, best, 0.0));
        if best {
            write("best.safetensors")?;
            self.best = Some(value);
        }
        Ok(best)
    }
}

/// The number that is watched where the settings name none: the accuracy where there is one.
fn default_monitor(val: &Means) -> Monitor {
    let accuracy = val.values().any(|(name, _)| name == "accuracy");
    Monitor {
        validation: true,
        metric: if accuracy { "accuracy" } else { "loss" }.to_string(),
        minimize: !accuracy,
        span: Span::default(),
    }
}

/// The value of a number that is watched; NaN, which is better than nothing, where there is none.
fn value_of(monitor: &Monitor, means: &Means, val: &Means) -> f64 {
    let of = if monitor.validation { val } else { means };
    of.values().find(|(name, _)| *name == monitor.metric).map_or(f64::NAN, |(_, value)| value)
}
