//! `blockprint eval SPEC`.

use std::path::PathBuf;

use anstream::println;

use crate::config::DataConfig;
use crate::data::{Mode, Part};
use crate::diag::codes;
use crate::driver::Compiled;
use crate::run::{self, Evaluation, Failure, Network};

use super::Exit;
use super::common::{Format, SpecOptions, available_memory, base_of, parse_bytes, print_failure, use_threads};
use super::progress::values;
use super::table::thousands;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The spec file, or the name of a zoo model
    spec: PathBuf,
    /// The weights to measure
    #[arg(long, value_name = "FILE")]
    weights: PathBuf,
    /// Accept weights that match only in part
    #[arg(long)]
    partial: bool,
    /// The data set, instead of the spec's
    #[arg(long, value_name = "PATH")]
    data: Option<PathBuf>,
    /// The part of the data set
    #[arg(long, value_enum, default_value_t = Split::Test)]
    split: Split,
    /// Examples of one batch [default: the spec's]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    batch: Option<u32>,
    /// How to print the result
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Worker threads [default: one for each core]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Refuse to plan more memory than this, such as 8G [default: what the machine has]
    #[arg(long, value_name = "BYTES", value_parser = parse_bytes)]
    max_memory: Option<u64>,
    #[command(flatten)]
    options: SpecOptions,
}

/// A part of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Split {
    Train,
    Val,
    Test,
}

impl Split {
    fn part(self) -> Part {
        match self {
            Split::Train => Part::Train,
            Split::Val => Part::Val,
            Split::Test => Part::Test,
        }
    }
}

pub(super) fn run(args: &Args) -> Exit {
    use_threads(args.threads.map(usize::from));
    let compiled = match args.options.compile_or_explain(&args.spec) {
        Ok(compiled) => compiled,
        Err(exit) => return exit,
    };
    match evaluate(args, &compiled) {
        Ok(result) => {
            match args.format {
                Format::Json => println!("{}", result.to_json()),
                Format::Human => println!(
                    "{}: {}  ({} examples)",
                    args.split.part().name(),
                    values(&result.values),
                    thousands(result.examples as u128)
                ),
            }
            Exit::Fine
        }
        Err(failure) => print_failure(&failure, &compiled.sources),
    }
}

fn evaluate(args: &Args, compiled: &Compiled) -> Result<Evaluation, Failure> {
    let checked = compiled.checked.as_ref().ok_or_else(|| Failure::from_sink(&compiled.sink))?;
    let data = match (&compiled.config.data, &args.data) {
        (Some(data), _) => data.clone(),
        (None, Some(_)) => DataConfig::auto(),
        (None, None) => return Err(Failure::new(codes::NO_SECTION, "the spec has no `data` section")),
    };
    let mut network = Network::new(checked, 0);
    network.max_memory = args.max_memory.or_else(available_memory);
    network.load(&args.weights, compiled.spec.as_ref(), args.partial)?;
    let base = base_of(&args.spec);
    let mut config = compiled.config.train.clone();
    if let (Some(config), Some(batch)) = (&mut config, args.batch) {
        config.batch = batch as usize;
    }
    let open = run::DataSource { data: &data, base: &base, over: args.data.as_deref() };
    let loader = open.open(&network, config.as_ref(), args.split.part(), Mode::Eval)?;
    run::evaluate(&mut network, &loader)
}
