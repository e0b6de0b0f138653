//! `blockprint compile SPEC`.

use std::path::{Path, PathBuf};

use super::stream::eprintln;

use crate::codegen::{Dependency, Package, Source, package};
use crate::diag::{Diagnostic, Sink, codes};
use crate::driver::Compiled;
use crate::fs::write_bytes_atomic;
use crate::run::{Failure, Network};

use super::Exit;
use super::common::SpecOptions;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The spec file, or the name of a zoo model
    spec: PathBuf,
    /// The folder of the package
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The name of the package [default: the model's]
    #[arg(long, value_name = "NAME")]
    crate_name: Option<String>,
    /// Weights to take along, as `weights.safetensors` under the names of the spec
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,
    /// Where the package finds Blockprint [default: the checkout that this program was built from,
    /// else its version]
    #[arg(long, value_name = "PATH|VERSION")]
    blockprint: Option<String>,
    /// Replace the files of a package in the folder
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    options: SpecOptions,
}

pub(super) fn run(args: &Args) -> Exit {
    args.options.open(&args.spec, |compiled| {
        let name = compile(args, compiled)?;
        eprintln!("wrote the package `{name}` to {}", args.out.display());
        eprintln!("try: cd {} && cargo run --release -- help", args.out.display());
        Ok(Exit::Fine)
    })
}

fn compile(args: &Args, compiled: &Compiled) -> Result<String, Failure> {
    let (Some(checked), Some(spec)) = (&compiled.checked, &compiled.spec) else {
        return Err(Failure::from_sink(&compiled.sink));
    };
    let name = args.crate_name.clone().unwrap_or_else(|| package::crate_name(compiled.model_name()));
    package::check_crate_name(&name)?;
    let dependency = match &args.blockprint {
        Some(text) => resolve(Dependency::read(text))?,
        None => Dependency::default_for(Path::new(env!("CARGO_MANIFEST_DIR")), env!("CARGO_PKG_VERSION")),
    };
    let mut sink = Sink::new();
    let source = Source { checked, spec, model: compiled.model_name() };
    let Some(package) = package::package(source, &name, &dependency, &mut sink) else {
        return Err(Failure::from_sink(&sink));
    };
    let mut network = Network::new(checked, 0);
    if let Some(file) = &args.weights {
        network.load(file, Some(spec), false)?;
    }
    write(&args.out, &package, args.force)?;
    if args.weights.is_some() {
        network.save(&args.out.join("weights.safetensors"))?;
    }
    Ok(name)
}

/// A folder is named from where the command runs; a manifest names it from where the package lies.
fn resolve(dependency: Dependency) -> Result<Dependency, Failure> {
    match dependency {
        Dependency::Path(path) => {
            let found = path.canonicalize().map_err(|e| Failure::write(&path, &e))?;
            Ok(Dependency::Path(found))
        }
        version => Ok(version),
    }
}

/// Writes the files of a package, each whole or not at all.
fn write(out: &Path, package: &Package, force: bool) -> Result<(), Failure> {
    let taken = std::fs::read_dir(out).is_ok_and(|mut entries| entries.next().is_some());
    if taken && !force {
        return Err(Diagnostic::error(codes::PACKAGE_EXISTS, format!("`{}` is not empty", out.display()))
            .help("choose another folder with `--out`, or replace the package with `--force`")
            .into());
    }
    let source = out.join("src");
    std::fs::create_dir_all(&source).map_err(|e| Failure::write(&source, &e))?;
    for (name, text) in &package.files {
        let path = out.join(name);
        write_bytes_atomic(&path, text.as_bytes()).map_err(|e| Failure::write(&path, &e))?;
    }
    Ok(())
}
