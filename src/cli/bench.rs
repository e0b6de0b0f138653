//! `blockprint bench SPEC`.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::stream::{eprintln, println};
use serde_json::json;

use crate::diag::{Diagnostic, codes};
use crate::run::{self, Failure, Mode, Network, Timing, write_choices};

use super::Exit;
use super::common::{BudgetOptions, MachineOptions, SpecOptions, checked, choices_file};
use super::table::plain;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The spec file, or the name of a zoo model
    spec: PathBuf,
    /// What to time
    #[arg(long, value_enum, default_value_t = What::Infer)]
    mode: What,
    /// Examples of one step
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    batch: u32,
    /// Time to spend on counted steps
    #[arg(long, default_value_t = 6.0)]
    seconds: f64,
    /// Measure which algorithm forms each convolution fastest on this machine first, and keep
    /// the answers for `bench`, `profile`, `eval` and `predict`
    #[arg(long)]
    tune: bool,
    #[command(flatten)]
    budget: BudgetOptions,
    #[command(flatten)]
    machine: MachineOptions,
    #[command(flatten)]
    options: SpecOptions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum What {
    /// Forward to the outputs
    Infer,
    /// Forward, backward and update
    Train,
}

impl BudgetOptions {
    /// As [`BudgetOptions::apply`], for a step of some kind.
    pub(super) fn apply_to(self, mode: What, network: &mut Network<'_>) -> Result<(), Failure> {
        if mode == What::Infer && self.is_set() {
            let message = "`--memory-budget` is for training, and inference keeps no values for a backward pass";
            let problem = Diagnostic::error(codes::CONFLICTING_SETTINGS, message);
            return Err(problem.help("time a training step with `--mode train`").into());
        }
        self.apply(network);
        Ok(())
    }
}

impl From<What> for Mode {
    fn from(what: What) -> Self {
        match what {
            What::Infer => Mode::Infer,
            What::Train => Mode::Train,
        }
    }
}

pub(super) fn run(args: &Args) -> Exit {
    args.machine.use_threads();
    args.options.open(&args.spec, |compiled| {
        let mut network = Network::new(checked(compiled)?, 0);
        args.machine.apply_tuned(&mut network);
        args.budget.apply_to(args.mode, &mut network)?;
        if args.tune {
            tune(&mut network, args.batch as usize)?;
        }
        let train = compiled.config.train.as_ref();
        let timing = run::time(&mut network, train, args.mode.into(), args.batch as usize, args.seconds)?;
        let planned = timing.planned_bytes.saturating_add(network.params.bytes());
        println!("{}", line(args, compiled.model_name(), &timing, planned));
        Ok(Exit::Fine)
    })
}

/// A line of JSON; `planned` bytes are what `--max-memory` and `--memory-budget` count.
fn line(args: &Args, model: &str, timing: &Timing, planned: u64) -> serde_json::Value {
    let round = |x: f64, digits: i32| (x * 10f64.powi(digits)).round() / 10f64.powi(digits);
    let median = timing.median();
    json!({
        "engine": "blockprint",
        "model": model,
        "mode": match args.mode {
            What::Infer => "infer",
            What::Train => "train",
        },
        "batch": args.batch,
        "threads": rayon::current_num_threads(),
        "median_ms": round(median, 3),
        "min_ms": round(timing.steps.first().copied().unwrap_or(f64::NAN), 3),
        "images_per_s": round(f64::from(args.batch) / median * 1e3, 1),
        "planned_mb": planned.div_ceil(1 << 20),
        "peak_rss_mb": peak_rss_mib(),
        "steps": timing.steps.len(),
    })
}

/// Seconds for which each algorithm is tried.
const EACH: Duration = Duration::from_millis(60);

/// Measures, shows and keeps the algorithms of all convolutions.
fn tune(network: &mut Network<'_>, batch: usize) -> Result<(), Failure> {
    let found = run::tune(network, batch, EACH)?;
    let mut table = plain(
        &["convolution", "nodes", "direct µs", "winograd2 µs", "winograd4 µs", "choice", "by cost"],
        &[1, 2, 3, 4],
    );
    for t in &found {
        let (sizes, micros) =
            (&t.sizes, |i: usize| t.times.get(i).map_or(String::new(), |(_, s)| format!("{:.1}", s * 1e6)));
        let ((inputs, outputs), (height, width)) = (sizes.channels, sizes.input);
        table.add_row(vec![
            format!("{inputs} to {outputs}, {height}x{width}"),
            t.nodes.to_string(),
            micros(0),
            micros(1),
            micros(2),
            t.choice.name().to_string(),
            sizes.by_cost(false).name().to_string(),
        ]);
    }
    eprintln!("{table}");
    let mut choices = network.choices.as_deref().cloned().unwrap_or_default();
    choices.extend(found.iter().map(|t| (t.sizes, t.choice)));
    if let Some(path) = choices_file() {
        write_choices(&path, &choices).map_err(|e| Failure::write(&path, &e))?;
        eprintln!("kept in {}", path.display());
    }
    network.choices = Some(Arc::new(choices));
    Ok(())
}

/// The most resident memory of this process so far, in MiB; null where the system does not say.
fn peak_rss_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib / 1024)
}
