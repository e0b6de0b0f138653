//! `blockprint import FILE`.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::stream::{eprintln, print};

use crate::diag::{Diagnostic, codes};
use crate::driver;
use crate::expand::Options;
use crate::fs::write_atomic;
use crate::run::Failure;
use crate::weights::import;

use super::Exit;
use super::common::{print_diagnostic, print_failure, print_problems};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A Darknet cfg or a Caffe prototxt, told by its content
    file: PathBuf,
    /// Write the spec here instead of printing it
    #[arg(long, value_name = "SPEC.yaml")]
    out: Option<PathBuf>,
    /// Replace the file that `--out` names
    #[arg(long, requires = "out")]
    force: bool,
}

pub(super) fn run(args: &Args) -> Exit {
    let imported = match import::import(&args.file) {
        Ok(imported) => imported,
        Err(e) => return print_diagnostic(e.diagnostic(&args.file)),
    };
    match &args.out {
        None => print!("{}", imported.spec),
        Some(out) => {
            if let Err(failure) = write(out, &imported.spec, args.force) {
                return print_failure(&failure, &driver::Compiled::default().sources);
            }
            eprintln!("wrote {}", out.display());
        }
    }
    for note in &imported.notes {
        eprintln!("not expressed: {note}");
    }
    checks(args, &imported.spec)
}

fn write(out: &Path, spec: &str, force: bool) -> Result<(), Failure> {
    if out.exists() && !force {
        let exists = Diagnostic::error(codes::CANNOT_WRITE, format!("`{}` exists already", out.display()));
        return Err(exists.help("pass `--force` to replace it, or leave `--out` away to print the spec").into());
    }
    write_atomic(out, |w| w.write_all(spec.as_bytes())).map_err(|e| Failure::write(out, &e))
}

/// What could not be expressed may leave a spec that does not fit together, which is better known
/// at once. Lints are left to `check`.
fn checks(args: &Args, spec: &str) -> Exit {
    let name = args.out.as_deref().unwrap_or(Path::new("imported.yaml")).display().to_string();
    let compiled = driver::compile_text(&name, spec, &Options::default());
    if !compiled.sink.has_errors() {
        return Exit::Fine;
    }
    print_problems(&compiled.sink, &compiled.sources);
    Exit::Errors
}
