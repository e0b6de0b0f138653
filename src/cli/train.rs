//! `blockprint train SPEC`.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use super::stream::eprintln;

use crate::config::{DataConfig, TrainConfig};
use crate::data::{Mode, Part};
use crate::diag::codes;
use crate::driver::Compiled;
use crate::engine::schedule::Length;
use crate::run::{self, Failure, Fingerprint, Network, Outcome, RunDir, TrainOptions};
use crate::syntax::write;

use super::Exit;
use super::common::{
    BudgetOptions, MachineOptions, SpecOptions, base_of, checked, data_section, interrupt_flag, parse_bytes,
};
use super::progress::Progress;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The spec file, or the name of a zoo model
    spec: PathBuf,
    /// The run directory [default: the first free of runs/MODEL, runs/MODEL-2, ...]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Replace the results in the run directory
    #[arg(long)]
    force: bool,
    /// Go on with the run in this directory, from its last checkpoint
    #[arg(long, value_name = "RUN", conflicts_with_all = ["out", "force"])]
    resume: Option<PathBuf>,
    #[command(flatten)]
    recipe: Recipe,
    #[command(flatten)]
    machine: MachineOptions,
    #[command(flatten)]
    options: SpecOptions,
}

/// How a spec is trained, other than it says itself.
#[derive(Debug, clap::Args)]
pub(super) struct Recipe {
    /// The data set, instead of the spec's: a folder whose layout is recognised
    #[arg(long, value_name = "PATH")]
    data: Option<PathBuf>,
    /// Epochs, instead of the spec's; of several phases the last becomes longer or shorter
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    epochs: Option<u32>,
    /// Time between checkpoints, such as 500it or 2ep [default: the spec's, else 1ep]
    #[arg(long, value_name = "TIME", value_parser = parse_length)]
    checkpoint_every: Option<Length>,
    /// Pause after this much time, such as 90s, 30min or 8h; the run can be resumed
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    max_time: Option<f64>,
    /// Compute what frozen layers make of each example once, and keep it in the run directory; give
    /// the most bytes that it may take as --cache-features=BYTES [default: 8G]
    #[arg(long, value_name = "BYTES", value_parser = parse_bytes, num_args = 0..=1, require_equals = true,
        default_missing_value = "8G")]
    cache_features: Option<u64>,
    /// Start from these weights, where the run does not go on from a checkpoint
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,
    /// Accept weights that match only in part
    #[arg(long, requires = "weights")]
    partial: bool,
    #[command(flatten)]
    budget: BudgetOptions,
}

/// Where a run writes.
#[derive(Clone, Copy)]
pub(super) enum Place<'a> {
    /// Into a new folder; without a name, into the first free one.
    New {
        /// The folder.
        out: Option<&'a Path>,
        /// Whether an earlier run in it is replaced.
        force: bool,
    },
    /// Into that of a run that goes on.
    Resume(&'a Path),
}

/// A run to be done.
pub(super) struct Job<'a> {
    pub(super) spec: &'a Path,
    pub(super) compiled: &'a Compiled,
    pub(super) recipe: &'a Recipe,
    pub(super) machine: &'a MachineOptions,
    pub(super) place: Place<'a>,
    pub(super) interrupt: &'a AtomicBool,
}

pub(super) fn run(args: &Args) -> Exit {
    args.machine.use_threads();
    args.options.open(&args.spec, |compiled| {
        let job = Job {
            spec: &args.spec,
            compiled,
            recipe: &args.recipe,
            machine: &args.machine,
            place: match &args.resume {
                Some(run) => Place::Resume(run),
                None => Place::New { out: args.out.as_deref(), force: args.force },
            },
            interrupt: &interrupt_flag(),
        };
        Ok(finish(&train(&job, &mut Progress::default())?))
    })
}

/// Trains a network as its spec and the command line say.
pub(super) fn train(job: &Job<'_>, observer: &mut Progress) -> Result<Outcome, Failure> {
    let begin = Instant::now();
    let Job { compiled, recipe, .. } = job;
    let checked = checked(compiled)?;
    let (mut config, data) = sections(compiled, recipe.data.is_some())?;
    override_settings(recipe, &mut config)?;
    let base = base_of(job.spec);
    let mut network = Network::new(checked, config.seed);
    job.machine.apply(&mut network);
    recipe.budget.apply(&mut network);
    if !matches!(job.place, Place::Resume(run) if RunDir::has_checkpoint(run)) {
        match &recipe.weights {
            Some(file) => network.load(file, compiled.spec.as_ref(), recipe.partial)?,
            None => network.load_named(compiled.spec.as_ref(), &base)?,
        }
    }
    let open = run::DataSource { data: &data, base: &base, over: recipe.data.as_deref() };
    let lighting = match job.place {
        Place::Resume(run) => RunDir::lighting(run)?,
        Place::New { .. } => None,
    };
    let train = open.open_lit(&network, Some(&config), Part::Train, Mode::Train, lighting)?;
    let val = open.open(&network, Some(&config), Part::Val, Mode::Eval)?;
    let fingerprint = Fingerprint::of(compiled.spec.as_ref(), &data, &config, &train, Some(&val));
    let mut dir = open_dir(job.place, compiled)?;
    dir.keep_lighting(&train)?;
    let options = TrainOptions {
        model: compiled.model_name(),
        config: &config,
        train: &train,
        val: Some(&val),
        fingerprint: &fingerprint,
        resume: matches!(job.place, Place::Resume(_)),
        interrupt: job.interrupt,
        cache_features: recipe.cache_features,
        deadline: config.max_time.and_then(|s| begin.checked_add(Duration::try_from_secs_f64(s).ok()?)),
    };
    run::train(&mut network, &options, &mut dir, observer)
}

/// The run directory: that of the run to go on with, or a new one with the resolved spec.
fn open_dir(place: Place<'_>, compiled: &Compiled) -> Result<RunDir, Failure> {
    let (out, force) = match place {
        Place::Resume(run) => return RunDir::resume(run),
        Place::New { out: Some(out), force } => (out.to_path_buf(), force),
        Place::New { out: None, force } => {
            (RunDir::free_name(&PathBuf::from("runs").join(file_name(compiled.model_name()))), force)
        }
    };
    let dir = RunDir::create(&out, force)?;
    if let Some(spec) = &compiled.spec {
        dir.write_text("spec.yaml", &write::to_yaml(spec))?;
    }
    Ok(dir)
}

/// `--checkpoint-every`: `500it` or `2ep`.
fn parse_length(text: &str) -> Result<Length, String> {
    let number = |digits: &str| digits.trim().parse::<f64>().ok().filter(|n| n.is_finite() && *n > 0.0);
    let steps = text.strip_suffix("it").and_then(|d| d.trim().parse::<u64>().ok()).filter(|n| *n > 0);
    let epochs = text.strip_suffix("ep").and_then(number);
    steps
        .map(Length::Steps)
        .or(epochs.map(Length::Epochs))
        .ok_or_else(|| "write a number of steps or epochs, such as 500it or 2ep".to_string())
}

/// `--max-time`: seconds, from `90s`, `30min` (or `30m`) or `8h`.
fn parse_time(text: &str) -> Result<f64, String> {
    let units = [("s", 1.0), ("min", 60.0), ("m", 60.0), ("h", 3600.0)];
    let given = units.iter().find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, *factor)));
    let (digits, factor) = given.unwrap_or((text, 1.0));
    let seconds = digits.trim().parse::<f64>().ok().map(|n| n * factor).filter(|s| s.is_finite() && *s >= 0.0);
    seconds.ok_or_else(|| "write a time, such as 90s, 30min or 8h".to_string())
}

/// Puts the command line's settings in the place of the spec's.
fn override_settings(args: &Recipe, config: &mut TrainConfig) -> Result<(), Failure> {
    if let Some(epochs) = args.epochs {
        run::set_epochs(config, epochs)?;
    }
    config.max_time = args.max_time.or(config.max_time);
    config.checkpoint = args.checkpoint_every.or(config.checkpoint);
    Ok(())
}

/// The sections that training needs; with data of the command line's, the spec needs none.
pub(super) fn sections(compiled: &Compiled, has_data: bool) -> Result<(TrainConfig, DataConfig), Failure> {
    let missing = || Failure::new(codes::NO_SECTION, "the spec has no `train` section");
    let config = compiled.config.train.clone().ok_or_else(missing)?;
    Ok((config, data_section(compiled, has_data)?))
}

/// A model's name as the name of a folder.
pub(super) fn file_name(model: &str) -> String {
    let safe: String =
        model.chars().map(|c| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '_' }).collect();
    let safe = safe.trim_start_matches('.');
    if safe.is_empty() { "model".to_string() } else { safe.to_string() }
}

fn finish(outcome: &Outcome) -> Exit {
    if let Some((epoch, name, value)) = &outcome.best {
        eprintln!("best: epoch {epoch}, {name} {value:.4}");
        eprintln!("weights: {}", outcome.dir.join("best.safetensors").display());
    }
    if outcome.out_of_time {
        eprintln!("time is up: go on with --resume {}", outcome.dir.display());
    }
    if outcome.interrupted {
        eprintln!("interrupted: weights as they are now in {}", outcome.dir.join("last.safetensors").display());
        eprintln!("go on with: --resume {}", outcome.dir.display());
        return Exit::Interrupted;
    }
    Exit::Fine
}

#[cfg(test)]
mod tests {
    use super::{Length, file_name, parse_length, parse_time};

    #[test]
    fn times_have_units() {
        assert_eq!((parse_time("90"), parse_time("90s"), parse_time("1.5min")), (Ok(90.0), Ok(90.0), Ok(90.0)));
        assert_eq!(parse_time("2h"), Ok(7200.0));
        assert!(["", "m", "-1s", "inf", "1d"].iter().all(|t| parse_time(t).is_err()));
    }

    #[test]
    fn times_between_checkpoints_have_units() {
        assert_eq!(parse_length("500it"), Ok(Length::Steps(500)));
        assert_eq!(parse_length("0.5ep"), Ok(Length::Epochs(0.5)));
        assert!(["5", "0it", "-1ep", "1.5it", "ep", "infep"].iter().all(|t| parse_length(t).is_err()));
    }

    #[test]
    fn models_name_safe_folders() {
        assert_eq!(file_name("resnet50"), "resnet50");
        assert_eq!(file_name("../../etc"), "_.._etc");
        assert_eq!(file_name(""), "model");
    }
}
