//! `blockprint check FILES...`.

use std::path::PathBuf;

use super::stream::{eprintln, println};
use serde_json::{Value, json};

use crate::diag::{Severity, render_json};

use super::Exit;
use super::common::{Format, SpecOptions, print_problems};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Spec files, or names of zoo models
    #[arg(required = true)]
    specs: Vec<PathBuf>,
    /// How to print the problems
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Fail on these too
    #[arg(long, value_enum, value_name = "KIND")]
    deny: Option<Deny>,
    #[command(flatten)]
    options: SpecOptions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Deny {
    /// Warnings count as errors.
    Warnings,
}

pub(super) fn run(args: &Args) -> Exit {
    let mut failed = false;
    let mut all: Vec<Value> = Vec::new();
    for spec in &args.specs {
        let compiled = args.options.compile(spec);
        let warned = compiled.sink.iter().any(|d| d.severity == Severity::Warning);
        failed |= compiled.sink.has_errors() || (warned && args.deny == Some(Deny::Warnings));
        match args.format {
            Format::Json => {
                if let Some(Value::Array(list)) =
                    render_json(&compiled.sink, &compiled.sources).get_mut("diagnostics").map(Value::take)
                {
                    all.extend(list);
                }
            }
            Format::Human => {
                print_problems(&compiled.sink, &compiled.sources);
                if compiled.sink.is_empty() {
                    eprintln!("{}: no problems", spec.display());
                }
            }
        }
    }
    if args.format == Format::Json {
        println!("{}", json!({ "diagnostics": all }));
    }
    if failed { Exit::Errors } else { Exit::Fine }
}
