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
        for file in zoo::files() {
            println!("{:<24} {}", file.name, zoo::summary(file));
        }
        return Exit::Fine;
    };
    match zoo::find(name) {
        Some(file) => {
            print!("{}", file.text);
            Exit::Fine
        }
        None => {
            let hint = did_you_mean(name, zoo::files().iter().map(|f| f.name)).map(|c| format!("; did you mean `{c}`?"));
            eprintln!("error: there is no spec `{name}` in the zoo{}", hint.unwrap_or_default());
            Exit::Usage
        }
    }
}
