//! Programs around generated networks: `train`, `eval` and `predict`, with the readers, the
//! preparation, the optimizer and the schedule that the settings of a spec name.

mod args;
mod average;
mod data;
mod measures;
mod optimize;
mod predict;
mod train;

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use dfdx::tensor::{AsArray, PutTape, TensorFromVec};

use crate::config::{self, Config};
use crate::data::Mode;
use crate::diag::{Sink, render_human};
use crate::run::{Failure, Reason};
use crate::source::SourceMap;
use crate::syntax::ast::Spec;
use crate::syntax::{self, Spelling};
use crate::weights::{self, LoadOptions, Rules, Start, Wanted};

use super::shape::device;
use super::{Batch, Cpu, Module, Scalar, Tape, Tensor, initialize, tensor, visit, visit_mut};
use args::{Args, Command};

pub use measures::{DetectionHead, Measures};

/// The number that a scalar holds.
pub fn number<T: Tape>(scalar: &Scalar<T>) -> f32 {
    scalar.array()
}

/// The images of a batch, prepared as the settings say.
#[derive(Clone, Copy, Debug)]
pub struct Images<'a> {
    /// The values of each image of an example, over all examples.
    slots: &'a [Vec<f32>],
    examples: usize,
}

impl Images<'_> {
    /// Each example's image of this number, with a tape of its own where the type has one.
    ///
    /// # Panics
    /// Where an example has fewer images, or others than the type has; the data set was checked for
    /// both.
    pub fn get<S: Batch, T: Tape>(self, slot: usize) -> Tensor<S, f32, Cpu, T> {
        tensor(self.slots[slot].clone(), self.examples).put_tape(T::default())
    }
}

/// The targets of a batch, as the data set has them.
#[derive(Clone, Copy, Debug)]
pub struct Targets<'a> {
    values: &'a [f32],
    /// A weight for each example, where a loss takes one.
    weights: &'a [f32],
    examples: usize,
}

impl Targets<'_> {
    /// Classes.
    ///
    /// # Panics
    /// Where their number is not that of the type; the data set was checked for it.
    pub fn classes<S: Batch>(self) -> Tensor<S, i64, Cpu> {
        let values: Vec<i64> = self.values.iter().map(|v| *v as i64).collect();
        let shape = S::of(self.examples).filter(|shape| shape.num_elements() == values.len());
        device().tensor_from_vec(values, shape.expect("labels have the width of their input"))
    }

    /// Numbers.
    ///
    /// # Panics
    /// As [`Targets::classes`].
    pub fn numbers<S: Batch>(self) -> Tensor<S, f32, Cpu> {
        tensor(self.values.to_vec(), self.examples)
    }

    /// The weights of the examples.
    ///
    /// # Panics
    /// Where the program has no [`Program::WEIGHT`].
    pub fn weights<S: Batch>(self) -> Tensor<S, f32, Cpu> {
        tensor(self.weights.to_vec(), self.examples)
    }
}

/// What the first output of a network says of an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Scores of classes, whose softmax is their probability.
    Scores,
    /// Probabilities of classes.
    Probabilities,
    /// Other numbers.
    Values,
}

/// A network that a program can run.
pub trait Program: Module + Send + Sync {
    /// The `data`, `train` and `weights` sections of its spec.
    const SETTINGS: &'static str;
    /// The sizes of one image.
    const IMAGE: &'static [usize];
    /// Images of one example.
    const IMAGES: usize = 1;
    /// How many numbers the label of an example has, where the network reads one.
    const LABEL: Option<usize> = None;
    /// How many classes labels may have, where they are classes, or the boxes.
    const CLASSES: Option<usize> = None;
    /// Whether labels are distributions over classes.
    const DISTRIBUTION: bool = false;
    /// Whether a loss takes a weight for each example.
    const WEIGHT: bool = false;
    /// What the first output says.
    const ANSWER: Answer = Answer::Scores;
    /// The names of metrics that are reported besides the loss.
    const METRICS: &'static [&'static str] = &[];
    /// What an `upto` of the settings freezes: its name, and the names that parameters begin with.
    const UPTO: &'static [(&'static str, &'static [&'static str])] = &[];

    /// The detection heads of the network, where it has some.
    fn heads() -> Vec<DetectionHead> {
        Vec::new()
    }

    /// The values of each detection head where there are some, else of the first output.
    fn outputs(&self, images: Images<'_>) -> Vec<Vec<f32>>;

    /// The loss and the metrics of a batch; `None` where the network has no loss.
    fn measure<T: Tape>(&self, _images: Images<'_>, _targets: Targets<'_>) -> Option<Measures<T>> {
        None
    }
}

/// The settings of a program, read.
struct Settings {
    spec: Spec,
    config: Config,
}

impl Settings {
    fn read(text: &str) -> Result<Self, Failure> {
        let mut sources = SourceMap::new();
        let file = sources.add("settings.yaml", None, text);
        let mut sink = Sink::new();
        let spec = syntax::read_text(text, Spelling::Yaml, file, &mut sink);
        let config = config::read(&spec, &mut sink);
        if sink.has_errors() {
            return Err(Failure::from_sink(&sink));
        }
        Ok(Self { spec, config })
    }
}

/// Runs the command that the process was called with: exit codes are those of `blockprint`.
pub fn main<P: Program>(network: P) -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(e) => {
            // Failing to print the message leaves nothing else to do.
            let _ = e.print();
            return ExitCode::from(if e.use_stderr() { 2 } else { 0 });
        }
    };
    if let Some(threads) = args.threads {
        // It fails only where the pool exists already, which nothing makes before this.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(threads.get()).build_global();
    }
    let mut out = std::io::stdout();
    match run(network, &args, &mut out) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let mut sink = Sink::new();
            failure.diagnostics.iter().cloned().for_each(|d| sink.push(d));
            let mut sources = SourceMap::new();
            sources.add("settings.yaml", None, P::SETTINGS);
            // As above.
            let _ = write!(anstream::stderr(), "{}", render_human(&sink, &sources, 100, true));
            ExitCode::from(if failure.reason == Reason::Diverged { 3 } else { 1 })
        }
    }
}

fn run<P: Program>(mut network: P, args: &Args, out: &mut dyn Write) -> Result<(), Failure> {
    let settings = Settings::read(P::SETTINGS)?;
    match &args.command {
        Command::Train(args) => train::train(&mut network, &settings, args, out),
        Command::Eval(args) => {
            load(&mut network, &args.weights, &settings.spec, Vec::new())?;
            let examples = data::open::<P>(&settings.config, args.data.as_deref(), args.split.part(), Mode::Eval)?;
            let means = data::evaluate(&network, &examples)?;
            say(out, &format!("{}: {}", args.split.part().name(), measures::listing(&means.values())))
        }
        Command::Predict(args) => {
            load(&mut network, &args.weights, &settings.spec, Vec::new())?;
            predict::predict(&network, &settings.config, args, out)
        }
    }
}

fn say(out: &mut dyn Write, line: &str) -> Result<(), Failure> {
    writeln!(out, "{line}").map_err(|e| Failure::write(Path::new("standard output"), &e))
}

/// First values: those drawn from the seed, then those of the file that the settings name.
fn begin<P: Program>(network: &mut P, settings: &Settings, seed: u64) -> Result<(), Failure> {
    initialize(network, seed);
    let mut sink = Sink::new();
    let start = settings.spec.section("weights").and_then(|section| Start::from_expr(section, &mut sink));
    if sink.has_errors() {
        return Err(Failure::from_sink(&sink));
    }
    match start {
        Some(Start { from, except }) => load(network, Path::new(&from), &settings.spec, except),
        None => Ok(()),
    }
}

/// Loads weights of any format, renamed as the settings say.
fn load<P: Program>(network: &mut P, file: &Path, spec: &Spec, except: Vec<String>) -> Result<(), Failure> {
    let mut sink = Sink::new();
    let rules = spec.section("weights").map(|s| Rules::from_expr(s, &mut sink)).unwrap_or_default();
    if sink.has_errors() {
        return Err(Failure::from_sink(&sink));
    }
    let mut wanted = Vec::new();
    visit(network, |name, spec, _| wanted.push(Wanted { name: name.to_string(), shape: spec.shape.clone() }));
    let options = LoadOptions { except, ..LoadOptions::default() };
    let loaded = weights::load(file, &wanted, &rules, &options).map_err(|e| Failure::input(e.into()))?;
    visit_mut(network, |name, _, values| {
        if let Some(found) = loaded.tensors.get(name).and_then(weights::Tensor::as_f32) {
            values.copy_from_slice(found);
        }
    });
    Ok(())
}
