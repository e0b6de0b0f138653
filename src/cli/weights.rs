//! `blockprint weights inspect|convert`.

use std::path::{Path, PathBuf};

use super::stream::{eprintln, println};

use crate::diag::Diagnostic;
use crate::weights::darknet::Section;
use crate::weights::{self, import};

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
        /// The file: safetensors, npz, npy, PyTorch, Keras or Darknet, told by its content
        file: PathBuf,
        /// The cfg of a Darknet file, which tells its layers
        #[arg(long, value_name = "FILE")]
        cfg: Option<PathBuf>,
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
        /// The cfg of a Darknet file, which tells its layers
        #[arg(long, value_name = "FILE")]
        cfg: Option<PathBuf>,
    },
}

pub(super) fn run(args: &Args) -> Exit {
    match done(args) {
        Ok(()) => Exit::Fine,
        Err(diagnostic) => print_diagnostic(diagnostic),
    }
}

fn done(args: &Args) -> Result<(), Diagnostic> {
    match &args.command {
        Command::Inspect { file, cfg, format } => {
            let listing = weights::inspect(file, sections(cfg.as_deref())?.as_deref())?;
            match format {
                Format::Human => println!("{listing}"),
                Format::Json => println!("{}", serde_json::json!(listing)),
            }
        }
        Command::Convert { from, to, cfg } => {
            let n = weights::convert(from, to, sections(cfg.as_deref())?.as_deref())?;
            eprintln!("wrote {n} tensors to {}", to.display());
        }
    }
    Ok(())
}

/// The layers that a cfg tells.
fn sections(cfg: Option<&Path>) -> Result<Option<Vec<Section>>, Diagnostic> {
    let imported = cfg.map(|cfg| import::import(cfg).map_err(|e| e.diagnostic(cfg))).transpose()?;
    Ok(imported.map(|imported| imported.sections))
}
