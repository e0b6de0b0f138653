//! `blockprint data inspect SPEC|PATH` and `blockprint data get NAME`.

use std::path::{Path, PathBuf};

use super::stream::{eprintln, println};

use crate::config::DataConfig;
use crate::data::get::{self, Fetched};
use crate::diag::codes;
use crate::run::{self, DataSource, Failure, Inspection};
use crate::source::SourceMap;

use super::Exit;
use super::common::{Format, SpecOptions, base_of, print_failure};
use super::table::thousands;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Count classes and sizes, measure pixels, find damaged and repeated images
    Inspect {
        /// A spec, whose `data` is read, or a data set
        path: PathBuf,
        /// How to print it
        #[arg(long, value_enum, default_value_t = Format::Human)]
        format: Format,
        #[command(flatten)]
        options: SpecOptions,
    },
    /// Fetch a well-known data set, with checksums: mnist, fashion_mnist, kmnist, cifar10, cifar100
    Get {
        /// Its name
        name: String,
        /// Where it goes [default: data/NAME]
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        /// A folder on a server that holds the files, instead of where the authors keep them
        #[arg(long, value_name = "URL")]
        mirror: Option<String>,
    },
}

pub(super) fn run(args: &Args) -> Exit {
    match &args.command {
        Command::Inspect { path, format, options } => inspect(path, *format, options),
        Command::Get { name, out, mirror } => fetch(name, out.as_deref(), mirror.as_deref()),
    }
}

fn fetch(name: &str, out: Option<&Path>, mirror: Option<&str>) -> Exit {
    let out = out.map_or_else(|| Path::new("data").join(name), Path::to_path_buf);
    let tell = &mut |fetched: &Fetched| match fetched {
        Fetched::Present(path) => eprintln!("{} is there already", path.display()),
        Fetched::New(path, address) => eprintln!("{} from {address}", path.display()),
    };
    let fetched = get::named(name).and_then(|known| {
        eprintln!("{name}: {}", known.about);
        get::get(known, &out, mirror, tell)
    });
    match fetched {
        Ok(()) => {
            println!("{}", out.display());
            Exit::Fine
        }
        Err(problem) => print_failure(&problem.into(), &SourceMap::new()),
    }
}

fn inspect(path: &Path, format: Format, options: &SpecOptions) -> Exit {
    let is_spec = path.extension().is_some_and(|e| ["yaml", "yml", "bp"].iter().any(|known| e == *known));
    let found = match is_spec {
        false => {
            let source = DataSource { data: &DataConfig::auto(), base: Path::new("."), over: Some(path) };
            run::inspect(&source).map_err(|failure| print_failure(&failure, &SourceMap::new()))
        }
        true => options.compile_or_explain(path).and_then(|compiled| {
            let missing = || Failure::new(codes::NO_SECTION, "the spec has no `data` section");
            let data = compiled.config.data.as_ref().ok_or_else(missing);
            let inspect = |data| run::inspect(&DataSource { data, base: &base_of(path), over: None });
            data.and_then(inspect).map_err(|failure| print_failure(&failure, &compiled.sources))
        }),
    };
    match (found, format) {
        (Err(exit), _) => return exit,
        (Ok(inspection), Format::Json) => println!("{}", serde_json::json!(inspection)),
        (Ok(inspection), Format::Human) => print(&inspection),
    }
    Exit::Fine
}

fn print(inspection: &Inspection) {
    let list = |values: &[f64]| values.iter().map(|v| format!("{v:.4}")).collect::<Vec<_>>().join(", ");
    for part in &inspection.parts {
        println!("{}: {} examples", part.name, thousands(part.examples as u128));
        for (name, count) in &part.classes {
            println!("  class {name:<24} {count:>9}");
        }
        for (channels, height, width, count) in &part.sizes {
            println!("  size  {:<24} {count:>9}", format!("{channels} x {height} x {width}"));
        }
        if !part.mean.is_empty() {
            println!("  mean [{}]  deviation [{}]", list(&part.mean), list(&part.deviation));
        }
        if part.duplicates > 0 {
            println!("  {} images are the same as an earlier one", part.duplicates);
        }
        for (place, reason) in &part.damaged {
            println!("  damaged: {place}: {reason}");
        }
    }
    for shared in &inspection.shared {
        let (first, second) = shared.parts;
        println!("{} images of {second} are in {first} too: {}", shared.examples, shared.places.join(", "));
    }
}
