//! Programs around generated networks: `train`, `eval` and `predict`, with the readers, the
//! preparation, the optimizer and the schedule that the settings of a spec name.

mod args;
mod data;
mod optimize;
mod train;

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use dfdx::shapes::Shape;
use dfdx::tensor::{AsArray, SplitTape, TensorFromVec, WithEmptyTape};

use crate::config::{self, Config};
use crate::data::Mode;
use crate::diag::{Diagnostic, Sink, codes, render_human};
use crate::run::Failure;
use crate::source::SourceMap;
use crate::syntax::ast::Spec;
use crate::syntax::{self, Spelling};
use crate::weights::{self, LoadOptions, Rules, Start, Wanted};

use super::{Batch, Cpu, Module, Scalar, Tape, Tensor, initialize, tensor, visit, visit_mut};
use args::{Args, Command};

/// The loss of a batch, and the numbers that are reported beside it.
pub struct Measures<T: Tape> {
    /// What training minimises.
    pub loss: Scalar<T>,
    /// Names and values: the single losses where there are several, then metrics.
    pub values: Vec<(&'static str, f32)>,
}

/// The number that a scalar holds.
pub fn number<T: Tape>(scalar: &Scalar<T>) -> f32 {
    scalar.array()
}

/// The same value without a tape: what the network reads, as the target that it should give back.
pub fn untaped<S: Shape, T: Tape>(x: &Tensor<S, f32, Cpu, T>) -> Tensor<S, f32, Cpu> {
    x.with_empty_tape().split_tape().0
}

/// The targets of a batch, as the data set has them.
#[derive(Clone, Copy, Debug)]
pub struct Targets<'a> {
    values: &'a [f32],
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
        Cpu::default().tensor_from_vec(values, shape.expect("labels have the width of their input"))
    }

    /// Numbers.
    ///
    /// # Panics
    /// As [`Targets::classes`].
    pub fn numbers<S: Batch>(self) -> Tensor<S, f32, Cpu> {
        tensor(self.values.to_vec(), self.examples)
    }
}

/// A network that a program can run.
pub trait Program: Module {
    /// The type of a batch of images.
    type Images: Batch;
    /// The `data`, `train` and `weights` sections of its spec.
    const SETTINGS: &'static str;
    /// The sizes of one image.
    const IMAGE: &'static [usize];
    /// How many numbers the label of an example has, where the network reads one.
    const LABEL: Option<usize> = None;
    /// How many classes labels may have, where they are classes.
    const CLASSES: Option<usize> = None;
    /// Whether the first output holds probabilities, and not scores whose softmax they are.
    const PROBABILITIES: bool = false;

    /// The values of the first output.
    fn outputs(&self, images: Tensor<Self::Images, f32, Cpu>) -> Vec<f32>;

    /// The loss and the metrics of a batch; `None` where the network has no loss.
    fn measure<T: Tape>(
        &self,
        _images: Tensor<Self::Images, f32, Cpu, T>,
        _targets: Targets<'_>,
    ) -> Option<Measures<T>> {
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
    let mut out = std::io::stdout();
    match run(network, &args, &mut out) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let mut sink = Sink::new();
            failure.diagnostics.iter().cloned().for_each(|d| sink.push(d));
            let mut sources = SourceMap::new();
            sources.add("settings.yaml", None, P::SETTINGS);
            // As above.
            let _ = write!(std::io::stderr(), "{}", render_human(&sink, &sources, 100, true));
            ExitCode::from(1)
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
            say(out, &format!("{}: {}", args.split.part().name(), data::listing(&means)))
        }
        Command::Predict(args) => {
            load(&mut network, &args.weights, &settings.spec, Vec::new())?;
            for image in &args.images {
                let (scores, names) = data::scores(&network, &settings.config, image)?;
                say(out, &image.display().to_string())?;
                for (class, probability) in scores.into_iter().take(args.top) {
                    let name = names.get(class).cloned().unwrap_or_else(|| class.to_string());
                    say(out, &format!("  {:6.2} %  {name}", probability * 100.0))?;
                }
            }
            Ok(())
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

/// A setting that generated programs do not follow.
fn unsupported(setting: &str) -> Failure {
    Diagnostic::error(codes::NO_DFDX, format!("generated programs have no `{setting}`"))
        .help("train with `blockprint train`, and take the weights over with `--weights`")
        .into()
}
