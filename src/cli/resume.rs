//! `blockprint resume --verify SPEC`.

use std::path::PathBuf;

use super::stream::println;

use crate::data::{Mode, Part};
use crate::driver::Compiled;
use crate::run::{self, Failure, Fingerprint, Network, Rehearsal};

use super::Exit;
use super::common::{MachineOptions, SpecOptions, base_of, checked};
use super::train::sections;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The spec file, or the name of a zoo model
    spec: PathBuf,
    /// Train a little in one go and interrupted after every step, and compare the bytes
    #[arg(long, required = true)]
    verify: bool,
    /// The data set, instead of the spec's
    #[arg(long, value_name = "PATH")]
    data: Option<PathBuf>,
    /// Batches of each epoch of the trial
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..))]
    batches: u16,
    #[command(flatten)]
    machine: MachineOptions,
    #[command(flatten)]
    options: SpecOptions,
}

pub(super) fn run(args: &Args) -> Exit {
    args.machine.use_threads();
    args.options.open(&args.spec, |compiled| match verify(args, compiled)? {
        0 => {
            println!("nothing was proven: the trial has no step at which it could be interrupted");
            Ok(Exit::Errors)
        }
        interruptions => {
            println!("interrupted {interruptions} times, the trial ends with the same bytes as in one go");
            Ok(Exit::Fine)
        }
    })
}

/// Trains two epochs, or one of each phase, of a few batches; how often it was interrupted.
fn verify(args: &Args, compiled: &Compiled) -> Result<usize, Failure> {
    let checked = checked(compiled)?;
    let (mut config, data) = sections(compiled, args.data.is_some())?;
    config.epochs = config.epochs.min(2);
    config.phases.iter_mut().for_each(|p| p.epochs = 1);
    let base = base_of(&args.spec);
    let seed = config.seed;
    let fresh = || {
        let mut network = Network::new(checked, seed);
        args.machine.apply(&mut network);
        network
    };
    let network = fresh();
    let open = run::DataSource { data: &data, base: &base, over: args.data.as_deref() };
    let batches = usize::from(args.batches);
    let train = open.open(&network, Some(&config), Part::Train, Mode::Train)?.shortened(batches);
    let val = open.open(&network, Some(&config), Part::Val, Mode::Eval)?.shortened(batches);
    let scratch = tempfile::tempdir().map_err(|e| Failure::write(&std::env::temp_dir(), &e))?;
    let rehearsal = Rehearsal {
        network: &fresh,
        config: &config,
        train: &train,
        val: Some(&val),
        fingerprint: &Fingerprint::of(compiled.spec.as_ref(), &data, &config, &train, Some(&val)),
    };
    run::verify_resume(&rehearsal, scratch.path())
}
