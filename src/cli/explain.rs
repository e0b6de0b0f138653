//! `blockprint explain CODE`.

use super::stream::{eprintln, println};

use crate::diag::{codes, did_you_mean, explain};

use super::Exit;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The code, such as BP0301; without one, all codes are listed
    code: Option<String>,
}

pub(super) fn run(args: &Args) -> Exit {
    let Some(code) = &args.code else {
        for info in codes::all() {
            println!("{}  {}", info.code, info.title);
        }
        return Exit::Fine;
    };
    match explain(code) {
        Some(text) => {
            println!("{text}");
            Exit::Fine
        }
        None => {
            let close = did_you_mean(&code.to_uppercase(), codes::all().map(|i| i.code.as_str()));
            let hint = close.map(|c| format!("; did you mean `{c}`?")).unwrap_or_default();
            eprintln!("error: there is no diagnostic code `{code}`{hint}");
            Exit::Usage
        }
    }
}
