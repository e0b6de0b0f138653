//! `blockprint profile SPEC`.

use std::path::PathBuf;

use super::stream::println;
use serde_json::json;

use crate::fs;
use crate::plan::Pass;
use crate::run::{self, Failure, Network, Profile};

use super::Exit;
use super::bench::What;
use super::common::{BudgetOptions, MachineOptions, SpecOptions, checked};
use super::table;

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
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
    /// How many steps to list, the longest first; the others are in the totals
    #[arg(long, default_value_t = 30)]
    top: usize,
    /// Write the last run as a trace that Perfetto and Chrome open
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
    #[command(flatten)]
    budget: BudgetOptions,
    #[command(flatten)]
    machine: MachineOptions,
    #[command(flatten)]
    options: SpecOptions,
}

pub(super) fn run(args: &Args) -> Exit {
    args.machine.use_threads();
    args.options.open(&args.spec, |compiled| {
        let mut network = Network::new(checked(compiled)?, 0);
        args.machine.apply_tuned(&mut network);
        args.budget.apply_to(args.mode, &mut network)?;
        let train = compiled.config.train.as_ref();
        let profile = run::profile(&mut network, train, args.mode.into(), args.batch as usize, args.seconds)?;
        print_steps(&profile, args.top);
        print_ops(&profile);
        println!(
            "\n{:.3} ms a step; peak {:.0} GFLOP/s; {} planned",
            profile.total() * 1e-3,
            profile.peak,
            table::bytes(profile.planned_bytes.into())
        );
        if let Some(file) = &args.trace {
            let trace = trace(&profile).to_string();
            fs::write_bytes_atomic(file, trace.as_bytes()).map_err(|e| Failure::write(file, &e))?;
        }
        Ok(Exit::Fine)
    })
}

fn pass_name(pass: Option<Pass>) -> &'static str {
    match pass {
        Some(Pass::Forward) => "forward",
        Some(Pass::Backward) => "backward",
        Some(Pass::Again) => "again",
        None => "update",
    }
}

/// Rate, and its share of the peak; nothing where there are no products.
fn rates(macs: u64, micros: f64, peak: f64) -> [String; 2] {
    match 2e-3 * macs as f64 / micros {
        rate if macs > 0 && rate.is_finite() => [format!("{rate:.1}"), format!("{:.0}%", 100.0 * rate / peak)],
        _ => Default::default(),
    }
}

fn print_steps(profile: &Profile, top: usize) {
    let mut table =
        table::plain(&["node", "op", "pass", "µs", "share", "GFLOP/s", "of peak", "GB/s"], &[3, 4, 5, 6, 7]);
    let mut steps: Vec<_> = profile.steps.iter().collect();
    steps.sort_by(|a, b| b.micros.total_cmp(&a.micros));
    for step in steps.into_iter().take(top) {
        let [rate, share] = rates(step.macs, step.micros, profile.peak);
        table.add_row([
            step.path.clone(),
            step.op.to_string(),
            pass_name(step.pass).to_string(),
            format!("{:.1}", step.micros),
            format!("{:.1}%", 100.0 * step.micros / profile.total()),
            rate,
            share,
            format!("{:.1}", 1e-3 * step.bytes as f64 / step.micros.max(1e-3)),
        ]);
    }
    println!("{table}\n");
}

fn print_ops(profile: &Profile) {
    let mut table = table::plain(&["op", "pass", "steps", "µs", "share", "GFLOP/s", "of peak"], &[2, 3, 4, 5, 6]);
    for (op, pass, count, macs, micros) in profile.by_op() {
        let [rate, share] = rates(macs, micros, profile.peak);
        table.add_row([
            op.to_string(),
            pass_name(pass).to_string(),
            count.to_string(),
            format!("{micros:.1}"),
            format!("{:.1}%", 100.0 * micros / profile.total()),
            rate,
            share,
        ]);
    }
    println!("{table}");
}

/// The trace event format, which Perfetto and Chrome's `about:tracing` read: complete events
/// (`X`) with times in microseconds.
fn trace(profile: &Profile) -> serde_json::Value {
    let events: Vec<_> = profile
        .steps
        .iter()
        .map(|s| {
            json!({
                "name": s.path, "cat": s.op, "ph": "X", "pid": 1, "tid": 1, "ts": s.start, "dur": s.last,
                "args": { "op": s.op, "pass": pass_name(s.pass), "macs": s.macs, "bytes": s.bytes },
            })
        })
        .collect();
    json!({ "displayTimeUnit": "ms", "traceEvents": events })
}
