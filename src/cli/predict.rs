//! `blockprint predict SPEC`.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::stream::{eprintln, println};

use crate::config::DataConfig;
use crate::driver::Compiled;
use crate::fs::write_atomic;
use crate::run::{self, Classify, Failure, Network};
use crate::weights::{Archive, npy};

use super::Exit;
use super::common::{Format, MachineOptions, SpecOptions, base_of, checked, class_names};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The spec file, or the name of a zoo model
    spec: PathBuf,
    /// The weights
    #[arg(long, value_name = "FILE")]
    weights: PathBuf,
    /// Accept weights that match only in part
    #[arg(long)]
    partial: bool,
    /// Images to classify
    #[arg(required_unless_present = "input", conflicts_with = "input")]
    images: Vec<PathBuf>,
    /// How many classes to print for each image
    #[arg(long, default_value_t = 5)]
    top: usize,
    /// A raw tensor (.npy, f32, batch first) that is fed as it is
    #[arg(long, value_name = "FILE", requires = "output")]
    input: Option<PathBuf>,
    /// Where the raw output is written
    #[arg(long, value_name = "FILE", requires = "input")]
    output: Option<PathBuf>,
    /// The node whose value is written [default: the first output]
    #[arg(long, value_name = "PATH", requires = "input")]
    node: Option<String>,
    /// How to print the classes
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    #[command(flatten)]
    machine: MachineOptions,
    #[command(flatten)]
    options: SpecOptions,
}

pub(super) fn run(args: &Args) -> Exit {
    args.machine.use_threads();
    args.options.open(&args.spec, |compiled| {
        match (&args.input, &args.output) {
            (Some(input), Some(output)) => raw(args, compiled, input, output)?,
            _ => images(args, compiled)?,
        }
        Ok(Exit::Fine)
    })
}

fn network<'c>(args: &Args, compiled: &'c Compiled) -> Result<Network<'c>, Failure> {
    let checked = checked(compiled)?;
    let mut network = Network::new(checked, 0);
    args.machine.apply_tuned(&mut network);
    network.load(&args.weights, compiled.spec.as_ref(), args.partial)?;
    Ok(network)
}

fn raw(args: &Args, compiled: &Compiled, input: &Path, output: &Path) -> Result<(), Failure> {
    let mut network = network(args, compiled)?;
    let tensor = Archive::open(input).and_then(|mut a| a.read(0)).map_err(|e| Failure::input(e.into()))?;
    let result = run::predict_tensor(&mut network, &tensor, args.node.as_deref())?;
    write_atomic(output, |w| npy::write(w as &mut dyn Write, &result)).map_err(|e| Failure::write(output, &e))?;
    eprintln!("wrote {:?} to {}", result.shape, output.display());
    Ok(())
}

fn images(args: &Args, compiled: &Compiled) -> Result<(), Failure> {
    let mut network = network(args, compiled)?;
    let data = compiled.config.data.clone().unwrap_or_else(DataConfig::auto);
    let names = class_names(&data, &base_of(&args.spec));
    let classify = Classify { data: &data, train: compiled.config.train.as_ref(), names: &names, top: args.top.max(1) };
    for prediction in run::predict_images(&mut network, &args.images, classify)? {
        match args.format {
            Format::Json => println!("{}", serde_json::json!(prediction)),
            Format::Human => {
                println!("{}", prediction.input.display());
                for class in &prediction.top {
                    println!("  {:6.2} %  {}", class.probability * 100.0, class.name);
                }
            }
        }
    }
    Ok(())
}
