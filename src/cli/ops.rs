//! `blockprint ops [NAME]`.

use super::stream::{eprintln, println};

use crate::diag::did_you_mean;
use crate::ops::{self, OpInfo};

use super::Exit;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The op; without one, all ops are listed
    name: Option<String>,
}

pub(super) fn run(args: &Args) -> Exit {
    let Some(name) = &args.name else {
        for entry in ops::table() {
            println!("{:<16} {}", entry.info.name, first_sentence(entry.info.doc));
        }
        return Exit::Fine;
    };
    match ops::lookup(name) {
        Some(entry) => {
            describe(entry.info);
            Exit::Fine
        }
        None => {
            let known = ops::table()
                .iter()
                .flat_map(|e| std::iter::once(e.info.name).chain(e.info.also_known_as.iter().copied()));
            let hint = did_you_mean(name, known).map(|c| format!("; did you mean `{c}`?")).unwrap_or_default();
            eprintln!("error: there is no op `{name}`{hint}");
            Exit::Usage
        }
    }
}

fn describe(info: &OpInfo) {
    println!("{}\n\n{}\n", info.name, info.doc);
    for attr in info.attrs {
        println!("  {:<14} {}; {} ({})", attr.name, attr.doc, attr.kind.describe(), attr.default.describe());
    }
    println!("\nexample: {}", info.example);
}

/// Up to the first full stop or colon that ends a clause.
fn first_sentence(doc: &str) -> &str {
    let end = doc.find(". ").or_else(|| doc.find(": ")).unwrap_or(doc.len());
    doc[..end].trim_end_matches('.')
}
