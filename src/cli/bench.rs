//! `blockprint bench SPEC`.

use std::path::PathBuf;

use anstream::println;
use serde_json::json;

use crate::run::{self, Mode, Network};

use super::Exit;
use super::common::{MachineOptions, SpecOptions, print_failure};

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
    let compiled = match args.options.compile_or_explain(&args.spec) {
        Ok(compiled) => compiled,
        Err(exit) => return exit,
    };
    let Some(checked) = &compiled.checked else { return Exit::Errors };
    let mut network = Network::new(checked, 0);
    args.machine.apply(&mut network);
    let name = match args.mode {
        What::Infer => "infer",
        What::Train => "train",
    };
    match run::time(&mut network, compiled.config.train.as_ref(), args.mode.into(), args.batch as usize, args.seconds) {
        Ok(timing) => {
            let round = |x: f64, digits: i32| (x * 10f64.powi(digits)).round() / 10f64.powi(digits);
            let median = timing.median();
            println!(
                "{}",
                json!({
                    "engine": "blockprint",
                    "model": compiled.model_name(),
                    "mode": name,
                    "batch": args.batch,
                    "threads": rayon::current_num_threads(),
                    "median_ms": round(median, 3),
                    "min_ms": round(timing.steps.first().copied().unwrap_or(f64::NAN), 3),
                    "images_per_s": round(f64::from(args.batch) / median * 1e3, 1),
                    "peak_rss_mb": peak_rss_mib(),
                    "steps": timing.steps.len(),
                })
            );
            Exit::Fine
        }
        Err(failure) => print_failure(&failure, &compiled.sources),
    }
}

/// The most resident memory of this process so far, in MiB; null where the system does not say.
fn peak_rss_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib / 1024)
}
