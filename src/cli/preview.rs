//! `blockprint preview SPEC`.

use std::path::PathBuf;

use super::stream::eprintln;

use crate::data::{Mode, Part};
use crate::driver::Compiled;
use crate::fs::write_bytes_atomic;
use crate::run::{self, Failure, Network};

use super::Exit;
use super::common::{SpecOptions, base_of, checked};
use super::train::sections;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The spec file, or the name of a zoo model
    spec: PathBuf,
    /// The picture to write
    #[arg(long, value_name = "FILE", default_value = "preview.png")]
    out: PathBuf,
    /// The data set, instead of the spec's
    #[arg(long, value_name = "PATH")]
    data: Option<PathBuf>,
    /// How many examples
    #[arg(long, default_value_t = 36, value_parser = clap::value_parser!(u16).range(1..=1024))]
    count: u16,
    /// The epoch whose order and augmentation are shown, from 1
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    epoch: u32,
    /// Show examples as in evaluation, without random augmentation
    #[arg(long)]
    eval: bool,
    #[command(flatten)]
    options: SpecOptions,
}

pub(super) fn run(args: &Args) -> Exit {
    args.options.open(&args.spec, |compiled| {
        preview(args, compiled)?;
        eprintln!("wrote {}", args.out.display());
        Ok(Exit::Fine)
    })
}

fn preview(args: &Args, compiled: &Compiled) -> Result<(), Failure> {
    let checked = checked(compiled)?;
    let (config, data) = sections(compiled, args.data.is_some())?;
    let network = Network::new(checked, config.seed);
    let base = base_of(&args.spec);
    let source = run::DataSource { data: &data, base: &base, over: args.data.as_deref() };
    let (part, mode) = if args.eval { (Part::Val, Mode::Eval) } else { (Part::Train, Mode::Train) };
    let examples = source.open(&network, Some(&config), part, mode)?;
    let png = run::preview(&examples, usize::from(args.count), u64::from(args.epoch - 1))?;
    write_bytes_atomic(&args.out, &png).map_err(|e| Failure::write(&args.out, &e))
}
