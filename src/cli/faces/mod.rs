//! `blockprint faces`: who is on a photo.

mod measure;
mod people;
mod recognize;

use std::path::{Path, PathBuf};

use clap::Subcommand;

use crate::config::DataConfig;
use crate::driver::Compiled;
use crate::run::faces::{Embedder, Store, Threshold};
use crate::run::{Failure, Network};

use super::Exit;
use super::common::{Format, MachineOptions, SpecOptions, checked, print_diagnostic};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Keep the embeddings of people's photos in a store
    Enroll(recognize::Enroll),
    /// Say whether a photo is of a person, or two photos of one person
    Verify(recognize::Verify),
    /// Say who of the enrolled people is on photos
    Identify(recognize::Identify),
    /// List who is enrolled
    List(people::List),
    /// Remove a person with all photos
    Remove(people::Remove),
    /// Choose the threshold of a store by labelled photos
    Calibrate(measure::Calibrate),
    /// Measure how well a network tells people apart
    Eval(measure::Eval),
}

/// A network that makes embeddings.
#[derive(Debug, clap::Args)]
struct NetworkArgs {
    /// The spec file, or the name of a zoo model
    spec: PathBuf,
    /// The weights
    #[arg(long, value_name = "FILE")]
    weights: PathBuf,
    /// The node that gives the embedding [default: `embedding`, else the first output]
    #[arg(long, value_name = "PATH")]
    node: Option<String>,
    #[command(flatten)]
    machine: MachineOptions,
    #[command(flatten)]
    options: SpecOptions,
}

/// The store of enrolled people.
#[derive(Debug, clap::Args)]
struct StoreArgs {
    /// The store
    #[arg(long, value_name = "FILE", default_value = "faces.db")]
    store: PathBuf,
}

pub(super) fn run(args: &Args) -> Exit {
    match &args.command {
        Command::Enroll(args) => args.network.run(|embedder| args.run(embedder)),
        Command::Verify(args) => args.network.run(|embedder| args.run(embedder)),
        Command::Identify(args) => args.network.run(|embedder| args.run(embedder)),
        Command::Calibrate(args) => args.network.run(|embedder| args.run(embedder)),
        Command::Eval(args) => args.run(),
        Command::List(args) => finish(args.run()),
        Command::Remove(args) => finish(args.run()),
    }
}

fn finish(done: Result<(), crate::diag::Diagnostic>) -> Exit {
    done.map_or_else(print_diagnostic, |()| Exit::Fine)
}

impl NetworkArgs {
    /// Compiles the spec, loads the weights, and hands the network to a task.
    fn with_network(&self, task: impl FnOnce(&mut Network<'_>, &Compiled) -> Result<(), Failure>) -> Exit {
        self.machine.use_threads();
        self.options.open(&self.spec, |compiled| {
            let mut network = Network::new(checked(compiled)?, 0);
            network.max_memory = self.machine.memory();
            network.load(&self.weights, compiled.spec.as_ref(), false)?;
            task(&mut network, compiled)?;
            Ok(Exit::Fine)
        })
    }

    /// As [`NetworkArgs::with_network`], for tasks that need no more than embeddings.
    fn run(&self, task: impl FnOnce(&mut Embedder<'_, '_>) -> Result<(), Failure>) -> Exit {
        self.with_network(|network, compiled| task(&mut self.embedder(network, compiled)?))
    }

    fn embedder<'n, 'a>(&self, network: &'n mut Network<'a>, compiled: &Compiled) -> Result<Embedder<'n, 'a>, Failure> {
        let data = data_of(compiled);
        Embedder::new(network, compiled.model_name(), &data, compiled.config.train.as_ref(), self.node.as_deref())
    }
}

/// How the spec wants pixels prepared.
fn data_of(compiled: &Compiled) -> DataConfig {
    compiled.config.data.clone().unwrap_or_else(DataConfig::auto)
}

/// The threshold of the command line, else that of the store.
fn threshold(given: Option<f64>, store: Option<&Store>) -> Result<Option<f64>, Failure> {
    let calibrated = || store.map_or(Ok(None), Store::threshold);
    Ok(match given {
        Some(given) => Some(given),
        None => calibrated()?.map(|Threshold { similarity, .. }| similarity),
    })
}

/// The file name of a photo.
fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// `1 photo`, `3 photos`.
fn count(n: usize, one: &str, many: &str) -> String {
    format!("{} {}", super::table::thousands(n as u128), if n == 1 { one } else { many })
}
