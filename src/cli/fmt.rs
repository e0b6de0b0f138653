//! `blockprint fmt FILES...`.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::stream::{eprintln, print};

use crate::diag::codes;
use crate::driver;
use crate::expand::Limits;
use crate::fs::write_atomic;
use crate::run::Failure;
use crate::source::SourceMap;
use crate::syntax::{Spelling, fmt};

use super::Exit;
use super::common::{print_diagnostic, print_failure, print_problems};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Spec files
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Convert to this spelling: a file of the same name with its ending is written beside it
    #[arg(long, value_enum)]
    to: Option<Target>,
    /// Change nothing; fail where a file is not formatted
    #[arg(long, conflicts_with = "to")]
    check: bool,
    /// Print the result instead of writing it
    #[arg(long, conflicts_with = "check")]
    stdout: bool,
    /// Replace a file that a conversion would overwrite
    #[arg(long)]
    force: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Target {
    Yaml,
    Bp,
}

impl Target {
    fn spelling(self) -> Spelling {
        match self {
            Target::Yaml => Spelling::Yaml,
            Target::Bp => Spelling::Bp,
        }
    }

    fn ending(self) -> &'static str {
        match self {
            Target::Yaml => "yaml",
            Target::Bp => "bp",
        }
    }
}

pub(super) fn run(args: &Args) -> Exit {
    let mut worst = Exit::Fine;
    for file in &args.files {
        let exit = one(args, file);
        if exit != Exit::Fine {
            worst = exit;
        }
    }
    worst
}

fn one(args: &Args, path: &Path) -> Exit {
    let mut sources = SourceMap::new();
    let file = match driver::read_file(path, &Limits::default(), &mut sources) {
        Ok(file) => file,
        Err(diagnostic) => return print_diagnostic(diagnostic),
    };
    let from = Spelling::of_name(&path.to_string_lossy());
    let to = args.to.map_or(from, Target::spelling);
    let formatted = match fmt::format(&sources.file(file).text, from, to) {
        Ok(formatted) => formatted,
        Err(problems) => {
            print_problems(&problems, &sources);
            return Exit::Errors;
        }
    };
    if args.stdout {
        print!("{formatted}");
        return Exit::Fine;
    }
    let unchanged = *formatted == *sources.file(file).text;
    if args.check {
        if unchanged {
            return Exit::Fine;
        }
        eprintln!("{}: not formatted", path.display());
        return Exit::Errors;
    }
    let target = match args.to {
        Some(t) if to != from => path.with_extension(t.ending()),
        _ if unchanged => return Exit::Fine,
        _ => path.to_path_buf(),
    };
    if target != path && target.exists() && !args.force {
        return print_diagnostic(
            crate::diag::Diagnostic::error(codes::CANNOT_WRITE, format!("`{}` exists already", target.display()))
                .help("pass `--force` to replace it, or `--stdout` to print the result"),
        );
    }
    match write_atomic(&target, |w| w.write_all(formatted.as_bytes())) {
        Ok(()) => {
            eprintln!("wrote {}", target.display());
            Exit::Fine
        }
        Err(e) => print_failure(&Failure::write(&target, &e), &sources),
    }
}
