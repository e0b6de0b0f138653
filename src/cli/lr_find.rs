//! `blockprint lr-find SPEC`.

use std::path::PathBuf;

use super::stream::println;

use crate::data::{Mode, Part};
use crate::driver::Compiled;
use crate::run::{self, Failure, Network, RateRange, RateTest};

use super::Exit;
use super::common::{BudgetOptions, Format, MachineOptions, SpecOptions, base_of, checked};
use super::train::sections;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The spec file, or the name of a zoo model
    spec: PathBuf,
    /// The first learning rate
    #[arg(long, default_value_t = 1e-6, value_parser = parse_rate)]
    from: f64,
    /// The last learning rate
    #[arg(long, default_value_t = 1.0, value_parser = parse_rate)]
    to: f64,
    /// Optimizer steps from one to the other
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(3..))]
    steps: u16,
    /// The data set, instead of the spec's
    #[arg(long, value_name = "PATH")]
    data: Option<PathBuf>,
    /// How to print the result
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    #[command(flatten)]
    budget: BudgetOptions,
    #[command(flatten)]
    machine: MachineOptions,
    #[command(flatten)]
    options: SpecOptions,
}

fn parse_rate(text: &str) -> Result<f64, String> {
    let rate = text.parse::<f64>().ok().filter(|r| r.is_finite() && *r > 0.0);
    rate.ok_or_else(|| "write a rate above 0, such as 1e-5".to_string())
}

pub(super) fn run(args: &Args) -> Exit {
    args.machine.use_threads();
    args.options.open(&args.spec, |compiled| {
        let test = find(args, compiled)?;
        match args.format {
            Format::Json => println!("{}", serde_json::json!(test)),
            Format::Human => print(&test),
        }
        Ok(Exit::Fine)
    })
}

fn find(args: &Args, compiled: &Compiled) -> Result<RateTest, Failure> {
    let checked = checked(compiled)?;
    let (config, data) = sections(compiled, args.data.is_some())?;
    let base = base_of(&args.spec);
    let mut network = Network::new(checked, config.seed);
    args.machine.apply(&mut network);
    args.budget.apply(&mut network);
    network.load_named(compiled.spec.as_ref(), &base)?;
    let source = run::DataSource { data: &data, base: &base, over: args.data.as_deref() };
    let examples = source.open(&network, Some(&config), Part::Train, Mode::Train)?;
    let scratch = tempfile::tempdir().map_err(|e| Failure::write(&std::env::temp_dir(), &e))?;
    let range = RateRange { from: args.from, to: args.to, steps: usize::from(args.steps) };
    run::find_rate(&mut network, &config, &examples, range, scratch.path())
}

/// About this many lines show the whole curve.
const LINES: usize = 30;
/// The width of the longest bar.
const BAR: f64 = 50.0;

fn print(test: &RateTest) {
    let most = test.points.first().map_or(1.0, |p| p.smooth).max(f64::MIN_POSITIVE);
    for point in test.points.iter().step_by(test.points.len().div_ceil(LINES).max(1)) {
        // The cast saturates.
        let length = (point.smooth / most * BAR).clamp(0.0, BAR * 1.2) as usize;
        println!("lr {:.2e}  loss {:>9.4}  {}", point.lr, point.smooth, "*".repeat(length));
    }
    match test.steepest {
        Some(lr) => println!("the loss falls most steeply at lr {lr:.2e}"),
        None => println!("the loss never falls: try other rates with `--from` and `--to`"),
    }
}
