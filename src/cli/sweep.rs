//! `blockprint sweep SPEC`.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Instant;

use super::stream::{eprintln, println};

use crate::config::TRAIN;
use crate::driver::Compiled;
use crate::fs::Lock;
use crate::run::sweep::{self, Choice, Entry, Settings, State, Sweep};
use crate::run::{Failure, Reason, RunDir};

use super::Exit;
use super::common::{Format, MachineOptions, SpecOptions, interrupt_flag, print_failure, print_problems};
use super::progress::Progress;
use super::table::plain;
use super::train::{self, Job, Place, Recipe};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The spec file, or the name of a zoo model; `--set PATH=A,B,C` gives the values to try
    spec: PathBuf,
    /// Draw this many combinations, instead of trying all; values may be ranges, such as
    /// log(1e-4, 1e-1), uniform(0, 0.5) or int(8, 64)
    #[arg(long, value_name = "RUNS", value_parser = clap::value_parser!(u16).range(1..))]
    random: Option<u16>,
    /// The seed of the draw
    #[arg(long, default_value_t = 0, requires = "random")]
    seed: u64,
    /// The sweep's folder, with one for each run in it; a sweep that was begun there goes on
    /// [default: runs/sweep-MODEL]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// How to print the table
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    #[command(flatten)]
    recipe: Recipe,
    #[command(flatten)]
    machine: MachineOptions,
    #[command(flatten)]
    options: SpecOptions,
}

pub(super) fn run(args: &Args) -> Exit {
    args.machine.use_threads();
    let compiled = match prepare(args) {
        Ok(compiled) => compiled,
        Err(exit) => return exit,
    };
    let runs: Vec<&Compiled> = compiled.iter().map(|(_, compiled)| compiled).collect();
    match sweep(args, &compiled) {
        Ok((sweep, interrupted)) => {
            match args.format {
                Format::Json => println!("{}", serde_json::json!(sweep)),
                Format::Human => print(&sweep),
            }
            if interrupted { Exit::Interrupted } else { Exit::Fine }
        }
        Err((at, failure)) => match runs.get(at) {
            Some(compiled) => print_failure(&failure, &compiled.sources),
            None => print_failure(&failure, &Default::default()),
        },
    }
}

/// Compiles the spec of every run before the first one begins.
fn prepare(args: &Args) -> Result<Vec<(Settings, Compiled)>, Exit> {
    let choice = match args.random {
        Some(count) => Choice::Random { count: usize::from(count), seed: args.seed },
        None => Choice::Grid,
    };
    let settings: Settings = args.options.settings().iter().map(|(path, v)| (whole(path), v.clone())).collect();
    let points = sweep::points(&settings, choice).map_err(|p| print_failure(&p.into(), &Default::default()))?;
    let mut compiled = Vec::new();
    for point in points {
        let run = args.options.with_settings(&point).compile(&args.spec);
        if run.sink.has_errors() || run.checked.is_none() {
            eprintln!("with {}:", shown(&point));
            print_problems(&run.sink, &run.sources);
            return Err(Exit::Errors);
        }
        compiled.push((point, run));
    }
    Ok(compiled)
}

/// `optim.lr` is short for `train.optim.lr`.
fn whole(path: &str) -> String {
    let head = path.split('.').next().unwrap_or(path);
    if TRAIN.iter().any(|key| key.name == head) { format!("train.{path}") } else { path.to_string() }
}

fn shown(settings: &Settings) -> String {
    settings.iter().map(|(path, value)| format!("{path}={value}")).collect::<Vec<_>>().join(", ")
}

/// Trains what is not done yet. The error has the number of the run that it belongs to.
fn sweep(args: &Args, compiled: &[(Settings, Compiled)]) -> Result<(Sweep, bool), (usize, Failure)> {
    let first = |failure: Failure| (0, failure);
    let name = compiled.first().map_or("model", |(_, c)| c.model_name());
    let default = || PathBuf::from("runs").join(format!("sweep-{}", train::file_name(name)));
    let folder = args.out.clone().unwrap_or_else(default);
    std::fs::create_dir_all(&folder).map_err(|e| first(Failure::write(&folder, &e)))?;
    let _lock = Lock::acquire(&folder.join(".lock")).map_err(|e| first(Failure::locked(&folder, &e)))?;
    let points: Vec<Settings> = compiled.iter().map(|(settings, _)| settings.clone()).collect();
    let specs: Vec<_> = compiled.iter().map(|(_, c)| c.spec.clone()).collect();
    let mut sweep = Sweep::new(&points, &specs).go_on(&folder).map_err(first)?;
    let interrupt = interrupt_flag();
    for (at, (settings, compiled)) in compiled.iter().enumerate() {
        if matches!(sweep.runs[at].state, State::Done | State::Diverged) {
            continue;
        }
        eprintln!("run {} of {}: {}", at + 1, points.len(), shown(settings));
        sweep.runs[at].state = State::Begun;
        sweep.save(&folder).map_err(|e| (at, e))?;
        let begin = Instant::now();
        let dir = folder.join(&sweep.runs[at].dir);
        let job = Job {
            spec: &args.spec,
            compiled,
            recipe: &args.recipe,
            machine: &args.machine,
            place: place(&dir),
            interrupt: &interrupt,
        };
        match train::train(&job, &mut Progress::default()) {
            Ok(outcome) => sweep.record(at, &outcome, begin.elapsed().as_secs_f64()),
            Err(failure) if failure.reason == Reason::Diverged => {
                print_failure(&failure, &compiled.sources);
                sweep.runs[at].state = State::Diverged;
            }
            Err(failure) => return Err((at, failure)),
        }
        sweep.save(&folder).map_err(|e| (at, e))?;
        if interrupt.load(Ordering::Relaxed) {
            eprintln!("interrupted: the same command goes on");
            return Ok((sweep, true));
        }
    }
    Ok((sweep, false))
}

/// Where a run of a sweep goes on, or begins.
fn place(dir: &Path) -> Place<'_> {
    if RunDir::has_checkpoint(dir) { Place::Resume(dir) } else { Place::New { out: Some(dir), force: true } }
}

fn print(sweep: &Sweep) {
    let monitor = sweep.monitor.as_deref().unwrap_or("best");
    let varied: Vec<&str> = varied(sweep);
    let head: Vec<&str> =
        ["run"].into_iter().chain(varied.iter().copied()).chain([monitor, "epoch", "of", "time"]).collect();
    let right: Vec<usize> = (1..head.len()).collect();
    let mut table = plain(&head, &right);
    for entry in sweep.ranked() {
        let value = |path: &str| entry.set.iter().find(|(p, _)| p == path).map(|(_, v)| v.clone()).unwrap_or_default();
        let (best, epoch) = match entry.best {
            Some((epoch, value)) => (format!("{value:.4}"), epoch.to_string()),
            None => (word(entry).to_string(), String::new()),
        };
        let tail = [best, epoch, entry.epochs.to_string(), format!("{:.0}s", entry.seconds)];
        table.add_row([entry.dir.clone()].into_iter().chain(varied.iter().map(|p| value(p))).chain(tail));
    }
    println!("{table}");
}

fn word(entry: &Entry) -> &'static str {
    match entry.state {
        State::Waiting => "waiting",
        State::Begun => "begun",
        State::Done => "done",
        State::Diverged => "diverged",
    }
}

/// The settings that are not the same in all runs.
fn varied(sweep: &Sweep) -> Vec<&str> {
    let Some(first) = sweep.runs.first() else { return Vec::new() };
    let differs = |at: usize| sweep.runs.iter().any(|run| run.set.get(at) != first.set.get(at));
    first.set.iter().enumerate().filter(|(at, _)| differs(*at)).map(|(_, (path, _))| path.as_str()).collect()
}
