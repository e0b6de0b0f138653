//! `blockprint show SPEC`.

use std::path::PathBuf;

use super::stream::{print, println};

use crate::check::cost::{Field, Summary};
use crate::shape::Fact;
use crate::syntax::{Spelling, write};

use super::Exit;
use super::common::{Format, SpecOptions, checked};
use super::table::{bytes, plain, scaled, thousands};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The spec file, or the name of a zoo model
    spec: PathBuf,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Print the spec with includes, `extends` and `--set` applied, instead of the table
    #[arg(long)]
    resolved: bool,
    /// One row for each top-level part instead of one for each node
    #[arg(long)]
    compact: bool,
    #[command(flatten)]
    options: SpecOptions,
}

pub(super) fn run(args: &Args) -> Exit {
    args.options.open(&args.spec, |compiled| {
        if args.resolved {
            match (&compiled.spec, Spelling::of_name(&args.spec.to_string_lossy())) {
                (Some(spec), Spelling::Yaml) => print!("{}", write::to_yaml(spec)),
                (Some(spec), Spelling::Bp) => print!("{}", write::to_bp(spec)),
                (None, _) => {}
            }
            return Ok(Exit::Fine);
        }
        let summary = Summary::new(checked(compiled)?, compiled.model_name(), compiled.counting());
        match args.format {
            Format::Json => println!("{}", serde_json::json!(summary)),
            Format::Human if args.compact => print_groups(&summary),
            Format::Human => print_nodes(&summary),
        }
        Ok(Exit::Fine)
    })
}

const HEAD: &[&str] = &["path", "op", "output", "parameters", "MACs", "activations", "sees"];
const RIGHT: &[usize] = &[3, 4, 5];

fn print_nodes(summary: &Summary) {
    let mut table = plain(HEAD, RIGHT);
    for n in &summary.nodes {
        table.add_row(row(&n.path, n.op, &n.output, n.parameters, n.macs, n.activation_bytes, &n.field));
    }
    println!("{}\n{table}", summary.model);
    print_totals(summary);
}

fn print_groups(summary: &Summary) {
    let mut table = plain(HEAD, RIGHT);
    for g in summary.groups() {
        let op = g.op.map(str::to_string).unwrap_or_else(|| format!("{} nodes", g.nodes));
        table.add_row(row(&g.name, &op, &g.output, g.parameters, g.macs, g.activation_bytes, &g.field));
    }
    println!("{}\n{table}", summary.model);
    print_totals(summary);
}

fn row(
    path: &str,
    op: &str,
    output: &Fact,
    parameters: u64,
    macs: Option<u128>,
    activations: Option<u128>,
    field: &Field,
) -> Vec<String> {
    let count = |n: u128, f: fn(u128) -> String| if n == 0 { String::new() } else { f(n) };
    vec![
        path.to_string(),
        op.to_string(),
        output.to_string(),
        count(u128::from(parameters), thousands),
        macs.map_or("?".into(), |m| count(m, scaled)),
        activations.map_or("?".into(), |b| count(b, bytes)),
        sees(field),
    ]
}

/// `35x35`, or `all`.
pub(super) fn sees(field: &Field) -> String {
    match field {
        Field::All => "all".to_string(),
        Field::Window(sizes, _) => sizes.iter().map(|s| format!("{s:.0}")).collect::<Vec<_>>().join("x"),
    }
}

fn print_totals(summary: &Summary) {
    let fixed = summary.parameters - summary.trainable.min(summary.parameters);
    println!(
        "\nparameters   {} ({} trainable, {} not)",
        thousands(u128::from(summary.parameters)),
        thousands(u128::from(summary.trainable)),
        thousands(u128::from(fixed)),
    );
    if let Some(macs) = summary.macs {
        println!("MACs         {} ({}) for one example", thousands(macs), scaled(macs));
    }
    if let Some(b) = summary.activation_bytes {
        println!("activations  {} for one example", bytes(b));
    }
}
