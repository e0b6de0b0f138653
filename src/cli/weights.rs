//! `blockprint weights inspect|convert`.

use std::path::PathBuf;

use anstream::{eprintln, println};

use crate::weights;

use super::Exit;
use super::common::{Format, print_diagnostic};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List the tensors of a weights file
    Inspect {
        /// The file: safetensors, npz, npy, PyTorch or Keras, told by its content
        file: PathBuf,
        /// How to print it
        #[arg(long, value_enum, default_value_t = Format::Human)]
        format: Format,
    },
    /// Write a weights file as safetensors or npz
    Convert {
        /// The file to read
        from: PathBuf,
        /// The file to write; its ending says the format
        to: PathBuf,
    },
}

pub(super) fn run(args: &Args) -> Exit {
    let done = match &args.command {
        Command::Inspect { file, format } => weights::inspect(file, None).map(|listing| match format {
            Format::Human => println!("{listing}"),
            Format::Json => println!("{}", serde_json::json!(listing)),
        }),
        Command::Convert { from, to } => {
            weights::convert(from, to, None).map(|n| eprintln!("wrote {n} tensors to {}", to.display()))
        }
    };
    match done {
        Ok(()) => Exit::Fine,
        Err(e) => print_diagnostic(e.into()),
    }
}
