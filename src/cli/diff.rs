//! `blockprint diff A B`.

use std::path::PathBuf;

use super::stream::println;

use crate::check::diff::{Change, Delta, Diff, Totals};

use super::Exit;
use super::common::{Format, SpecOptions};
use super::show::sees;
use super::table::{bytes, plain, scaled, thousands};

/// Compares two specs. The exit code is 0 whenever both compile, whether or not they differ.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A spec file, or the name of a zoo model
    a: PathBuf,
    /// Another
    b: PathBuf,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    #[command(flatten)]
    options: SpecOptions,
}

pub(super) fn run(args: &Args) -> Exit {
    let (a, b) = (args.options.compile_or_explain(&args.a), args.options.compile_or_explain(&args.b));
    let (a, b) = match (a, b) {
        (Ok(a), Ok(b)) => (a, b),
        (Err(exit), _) | (_, Err(exit)) => return exit,
    };
    let (Some(left), Some(right)) = (&a.checked, &b.checked) else { return Exit::Errors };
    let diff = Diff::new((left, a.model_name(), a.counting()), (right, b.model_name(), b.counting()));
    match args.format {
        Format::Json => println!("{}", serde_json::json!(diff)),
        Format::Human => print_human(&diff),
    }
    Exit::Fine
}

fn print_human(diff: &Diff) {
    print_totals(&diff.a, &diff.b);
    let (mut added, mut removed, mut changed) = (0usize, 0usize, 0usize);
    if !diff.changes.is_empty() {
        println!();
    }
    for change in &diff.changes {
        match change {
            Change::Added(node) => {
                added += 1;
                println!("+ {}  {}  {}", node.path, node.op, node.output);
            }
            Change::Removed(node) => {
                removed += 1;
                println!("- {}  {}  {}", node.path, node.op, node.output);
            }
            Change::Changed { path, deltas } => {
                changed += 1;
                let deltas: Vec<String> =
                    deltas.iter().map(|Delta { what, a, b }| format!("{what} {a} -> {b}")).collect();
                println!("~ {path}  {}", deltas.join("; "));
            }
        }
    }
    println!("\n{added} added, {removed} removed, {changed} changed, {} the same", diff.same);
}

fn print_totals(a: &Totals, b: &Totals) {
    let mut table = plain(&["", a.model.as_str(), b.model.as_str(), "change"], &[1, 2, 3]);
    let mut row = |what: &str, a: Option<u128>, b: Option<u128>, show: fn(u128) -> String| {
        let text = |n: Option<u128>| n.map_or("?".into(), show);
        table.add_row(vec![what.to_string(), text(a), text(b), change(a, b, show)]);
    };
    row("parameters", Some(a.parameters.into()), Some(b.parameters.into()), thousands);
    row("trainable", Some(a.trainable.into()), Some(b.trainable.into()), thousands);
    row("MACs", a.macs, b.macs, scaled);
    row("activations", a.activation_bytes, b.activation_bytes, bytes);
    table.add_row(vec!["sees".to_string(), sees(&a.field), sees(&b.field), String::new()]);
    println!("{table}");
}

/// `+1.5 k`; empty where nothing changed or a side is not known.
fn change(a: Option<u128>, b: Option<u128>, show: fn(u128) -> String) -> String {
    match (a, b) {
        (Some(a), Some(b)) if b > a => format!("+{}", show(b - a)),
        (Some(a), Some(b)) if a > b => format!("-{}", show(a - b)),
        _ => String::new(),
    }
}
