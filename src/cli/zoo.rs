//! `blockprint zoo [NAME]`.

use anstream::{eprintln, print, println};

use crate::diag::did_you_mean;
use crate::zoo;

use super::Exit;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The model, or its file (`lenet5.bp`); without one, all are listed
    name: Option<String>,
}

pub(super) fn run(args: &Args) -> Exit {
    let Some(name) = &args.name else {
        for name in zoo::names() {
            println!("{name:<24} {}", zoo::text(name).map(headline).unwrap_or_default());
        }
        return Exit::Fine;
    };
    match zoo::text(name) {
        Some(text) => {
            print!("{text}");
            Exit::Fine
        }
        None => {
            let hint = did_you_mean(name, zoo::names()).map(|c| format!("; did you mean `{c}`?"));
            eprintln!("error: there is no spec `{name}` in the zoo{}", hint.unwrap_or_default());
            Exit::Usage
        }
    }
}

/// The first comment of a spec, which says what it is.
fn headline(text: &str) -> &str {
    let comment = text.lines().map(str::trim).find(|l| l.starts_with('#'));
    comment.map(|l| l.trim_start_matches('#').trim().trim_end_matches('.')).unwrap_or_default()
}
