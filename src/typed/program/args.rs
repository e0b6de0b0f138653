//! The command line of generated programs.

use std::path::PathBuf;

use crate::data::Part;
use crate::run::detect::parse_share;

/// A network compiled by Blockprint.
#[derive(Debug, clap::Parser)]
#[command(max_term_width = 100)]
pub(super) struct Args {
    /// Worker threads [default: one for each core]
    #[arg(long, global = true, value_name = "N")]
    pub threads: Option<std::num::NonZeroUsize>,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Train as the settings say
    Train(Train),
    /// Measure loss and metrics of trained weights
    Eval(Eval),
    /// Say what the network makes of images
    Predict(Predict),
}

#[derive(Debug, clap::Args)]
pub(super) struct Train {
    /// The data set, instead of that of the settings
    #[arg(long, value_name = "PATH")]
    pub data: Option<PathBuf>,
    /// Epochs, instead of those of the settings; of several phases the last becomes longer or shorter
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    pub epochs: Option<u32>,
    /// Pause after this many seconds, instead of the settings' time
    #[arg(long, value_name = "SECONDS")]
    pub max_time: Option<f64>,
    /// Start from these weights
    #[arg(long, value_name = "FILE")]
    pub weights: Option<PathBuf>,
    /// The folder of the results; it must be new, empty or forced
    #[arg(long, value_name = "DIR", default_value = "run")]
    pub out: PathBuf,
    /// Replace the results in the folder
    #[arg(long)]
    pub force: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Eval {
    /// The weights to measure
    #[arg(long, value_name = "FILE")]
    pub weights: PathBuf,
    /// The data set, instead of that of the settings
    #[arg(long, value_name = "PATH")]
    pub data: Option<PathBuf>,
    /// The part of the data set
    #[arg(long, value_enum, default_value_t = Split::Test)]
    pub split: Split,
}

#[derive(Debug, clap::Args)]
pub(super) struct Predict {
    /// The weights
    #[arg(long, value_name = "FILE")]
    pub weights: PathBuf,
    /// How many classes to print for each image
    #[arg(long, default_value_t = 5)]
    pub top: usize,
    /// Of a detector: the least score of an object, which is objectness times the probability of its class
    #[arg(long, default_value_t = 0.25, value_parser = parse_share)]
    pub threshold: f64,
    /// Of a detector: of two boxes of a class that overlap by more than this, the lesser goes
    #[arg(long, default_value_t = 0.45, value_parser = parse_share)]
    pub nms: f64,
    /// Images to look at
    #[arg(required = true)]
    pub images: Vec<PathBuf>,
}

/// A part of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Split {
    Train,
    Val,
    Test,
}

impl Split {
    pub(super) fn part(self) -> Part {
        match self {
            Split::Train => Part::Train,
            Split::Val => Part::Val,
            Split::Test => Part::Test,
        }
    }
}
