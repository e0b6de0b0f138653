//! `blockprint eval SPEC`.

use std::path::{Path, PathBuf};

use super::stream::println;

use crate::data::{Mode, Part};
use crate::diag::codes;
use crate::driver::Compiled;
use crate::fs;
use crate::run::metrics::Details;
use crate::run::report::{History, Report, Shown, count};
use crate::run::{self, Detailed, Evaluation, Examples, Failure, Network};

use super::Exit;
use super::common::{Format, MachineOptions, SpecOptions, base_of, checked, data_section};
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
    /// Precision, recall, F1, the area under the ROC curve and the confusion matrix as well
    #[arg(long)]
    detailed: bool,
    /// Write a page of HTML with curves, confusion matrix, ROC, classes and the worst mistakes
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Show the curves of this run in the report as well; may be repeated
    #[arg(long, value_name = "RUN", requires = "report")]
    compare: Vec<PathBuf>,
    /// How to print the result
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    #[command(flatten)]
    machine: MachineOptions,
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
    args.machine.use_threads();
    args.options.open(&args.spec, |compiled| {
        let result = evaluate(args, compiled)?;
        let details = result.details.as_ref().filter(|_| args.detailed);
        match args.format {
            Format::Json => println!("{}", json(&result.evaluation, details)),
            Format::Human => print(args.split.part(), &result.evaluation, details),
        }
        Ok(Exit::Fine)
    })
}

fn json(result: &Evaluation, details: Option<&Details>) -> serde_json::Value {
    let mut value = result.to_json();
    if let (Some(object), Some(serde_json::Value::Object(more))) =
        (value.as_object_mut(), details.map(Details::to_json))
    {
        object.extend(more);
    }
    value
}

fn print(part: Part, result: &Evaluation, details: Option<&Details>) {
    let examples = thousands(result.examples as u128);
    println!("{}: {}  ({examples} examples)", part.name(), values(&result.values));
    let Some(details) = details else { return };
    let area = |area: Option<f64>| area.map_or("-".to_string(), |a| format!("{a:.4}"));
    println!("\n{:<24} {:>9} {:>9} {:>9} {:>9} {:>9}", "class", "precision", "recall", "F1", "AUC", "examples");
    let overall = ("mean".to_string(), details.overall, details.area());
    let classes = details.names.iter().zip(&details.classes).zip(&details.areas);
    for (name, score, auc) in classes.map(|((n, s), a)| (n.clone(), *s, *a)).chain([overall]) {
        println!(
            "{name:<24} {:>9.4} {:>9.4} {:>9.4} {:>9} {:>9}",
            score.precision,
            score.recall,
            score.f1,
            area(auc),
            count(score.support)
        );
    }
    // Wider matrices are for `--format json`.
    if details.names.len() <= 20 {
        println!("\nrows are classes, columns predictions:");
        for row in details.confusion.rows() {
            println!("{}", row.iter().map(|n| format!("{:>6}", count(*n))).collect::<String>());
        }
    }
}

fn evaluate(args: &Args, compiled: &Compiled) -> Result<Detailed, Failure> {
    let checked = checked(compiled)?;
    let data = data_section(compiled, args.data.is_some())?;
    let mut network = Network::new(checked, 0);
    args.machine.apply_tuned(&mut network);
    network.load(&args.weights, compiled.spec.as_ref(), args.partial)?;
    let base = base_of(&args.spec);
    let mut config = compiled.config.train.clone();
    if let (Some(config), Some(batch)) = (&mut config, args.batch) {
        config.batch = batch as usize;
    }
    let open = run::DataSource { data: &data, base: &base, over: args.data.as_deref() };
    let loader = open.open(&network, config.as_ref(), args.split.part(), Mode::Eval)?;
    if !args.detailed && args.report.is_none() {
        let evaluation = run::evaluate(&mut network, &loader)?;
        return Ok(Detailed { evaluation, details: None, indices: Vec::new() });
    }
    let result = run::evaluate_detailed(&mut network, &loader)?;
    if args.detailed && result.details.is_none() {
        let message = "no loss or metric compares scores `[N, classes]` with the class of an example";
        return Err(Failure::new(codes::NO_SCORES, message));
    }
    if let Some(file) = &args.report {
        write_report(args, compiled, &result, &loader, file)?;
    }
    Ok(result)
}

/// Writes the page, with the curves of the run that the weights lie in and of those to compare.
fn write_report(
    args: &Args,
    compiled: &Compiled,
    result: &Detailed,
    examples: &Examples,
    file: &Path,
) -> Result<(), Failure> {
    let own = args.weights.parent().and_then(|folder| History::read(folder).ok());
    let others = args.compare.iter().map(|run| History::read(run)).collect::<Result<Vec<_>, _>>()?;
    let runs: Vec<History> = own.into_iter().chain(others).collect();
    let shown = Shown { examples, indices: &result.indices };
    let report = Report {
        title: compiled.model_name(),
        measured: format!("{}, {} examples", args.split.part().name(), thousands(result.evaluation.examples as u128)),
        values: &result.evaluation.values,
        runs: &runs,
        details: result.details.as_ref().map(|details| (details, &shown)),
    };
    fs::write_bytes_atomic(file, report.html()?.as_bytes()).map_err(|e| Failure::write(file, &e))
}
