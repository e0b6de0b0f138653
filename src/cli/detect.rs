//! `blockprint detect SPEC` and `blockprint detect anchors SPEC`.

use std::path::{Path, PathBuf};

use super::stream::println;
use serde_json::json;

use crate::config::DataConfig;
use crate::data::{Fit, Image, Mode, Part};
use crate::diag::{Diagnostic, codes};
use crate::driver::Compiled;
use crate::fs::write_bytes_atomic;
use crate::run::detect::{DetectOptions, Detection, Detector, anchor_unit, draw, find_anchors, parse_share};
use crate::run::{DataSource, Failure, Network, png};

use super::Exit;
use super::common::{Format, MachineOptions, SpecOptions, base_of, checked, class_names, data_section};
use super::table::thousands;

#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    find: Find,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Cluster the boxes of a data set into anchors
    Anchors(Anchors),
}

#[derive(Debug, clap::Args)]
struct Find {
    /// The spec file, or the name of a zoo model
    #[arg(required = true)]
    spec: Option<PathBuf>,
    /// The weights
    #[arg(long, value_name = "FILE", required = true)]
    weights: Option<PathBuf>,
    /// Accept weights that match only in part
    #[arg(long)]
    partial: bool,
    /// The pictures
    #[arg(required = true)]
    images: Vec<PathBuf>,
    /// Write each picture with its boxes, and its boxes as json, into this folder
    #[arg(long, value_name = "DIR", required = true)]
    out: Option<PathBuf>,
    /// Replace what is there
    #[arg(long)]
    force: bool,
    /// The least score, which is objectness times the probability of the class
    #[arg(long, default_value_t = 0.25, value_parser = parse_share)]
    threshold: f64,
    /// Of two boxes of a class that overlap by more than this, the lesser goes
    #[arg(long, default_value_t = 0.45, value_parser = parse_share)]
    nms: f64,
    /// How pictures are brought to the network's size [default: as the spec says, else letterbox]
    #[arg(long, value_enum)]
    fit: Option<FitOption>,
    /// How to print what is found
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    #[command(flatten)]
    machine: MachineOptions,
    #[command(flatten)]
    options: SpecOptions,
}

#[derive(Debug, clap::Args)]
struct Anchors {
    /// The spec file: its input says the size of pictures, its `data` where the boxes are
    spec: PathBuf,
    /// How many anchors
    #[arg(long, default_value_t = 9, value_parser = clap::value_parser!(u32).range(1..=100))]
    count: u32,
    /// The data set, instead of the spec's
    #[arg(long, value_name = "PATH")]
    data: Option<PathBuf>,
    /// The seed of the first centres
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// How to print them
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    #[command(flatten)]
    options: SpecOptions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum FitOption {
    Stretch,
    Letterbox,
}

pub(super) fn run(args: &Args) -> Exit {
    if let Some(Command::Anchors(args)) = &args.command {
        return args.options.open(&args.spec, |compiled| anchors(args, compiled));
    }
    let find = &args.find;
    // The parser asks for them where there is no subcommand.
    let (Some(spec), Some(weights), Some(out)) = (&find.spec, &find.weights, &find.out) else { return Exit::Usage };
    find.machine.use_threads();
    find.options.open(spec, |compiled| detect(find, compiled, (spec, weights, out)))
}

fn detect(args: &Find, compiled: &Compiled, (spec, weights, out): (&Path, &Path, &Path)) -> Result<Exit, Failure> {
    let checked = checked(compiled)?;
    let mut network = Network::new(checked, 0);
    network.max_memory = args.machine.memory();
    network.load(weights, compiled.spec.as_ref(), args.partial)?;
    let data = compiled.config.data.clone().unwrap_or_else(DataConfig::auto);
    let names = class_names(&data, &base_of(spec));
    let options = DetectOptions {
        data: &data,
        train: compiled.config.train.as_ref(),
        names: &names,
        fit: args.fit.map(|fit| match fit {
            FitOption::Stretch => Fit::Stretch,
            FitOption::Letterbox => Fit::Letterbox,
        }),
        threshold: args.threshold,
        nms: args.nms,
    };
    let results = outputs(args, out)?;
    let mut detector = Detector::new(&network, options)?;
    std::fs::create_dir_all(out).map_err(|e| Failure::write(out, &e))?;
    for (file, [picture, list]) in args.images.iter().zip(&results) {
        let (image, found) = detector.detect_file(&mut network, file)?;
        let report = report(file, &image, &found);
        write_picture(picture, &image, &found)?;
        let text = format!("{report:#}\n");
        write_bytes_atomic(list, text.as_bytes()).map_err(|e| Failure::write(list, &e))?;
        match args.format {
            Format::Json => println!("{report}"),
            Format::Human => print(file, &found, picture),
        }
    }
    Ok(Exit::Fine)
}

/// The picture and the list of each input. Inputs of the same name are numbered.
fn outputs(args: &Find, out: &Path) -> Result<Vec<[PathBuf; 2]>, Failure> {
    let mut taken = std::collections::HashSet::new();
    let mut results = Vec::new();
    let mut problems = Vec::new();
    for file in &args.images {
        let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let numbered = (2..).map(|n| format!("{stem}_{n}"));
        let name = std::iter::once(stem.clone()).chain(numbered).find(|name| !taken.contains(name)).unwrap_or(stem);
        taken.insert(name.clone());
        let pair = ["png", "json"].map(|ending| out.join(format!("{name}.{ending}")));
        for path in pair.iter().filter(|path| path.exists() && !args.force) {
            problems.push(
                Diagnostic::error(codes::CANNOT_WRITE, format!("`{}` exists already", path.display()))
                    .help("pass `--force` to replace it, or name another folder with `--out`"),
            );
        }
        results.push(pair);
    }
    if problems.is_empty() { Ok(results) } else { Err(problems.into()) }
}

fn report(file: &Path, image: &Image<'_>, found: &[Detection]) -> serde_json::Value {
    json!({ "input": file, "width": image.width, "height": image.height, "detections": found })
}

fn write_picture(path: &Path, image: &Image<'_>, found: &[Detection]) -> Result<(), Failure> {
    let bytes = png(&draw(image, found).into())?;
    write_bytes_atomic(path, &bytes).map_err(|e| Failure::write(path, &e))
}

fn print(file: &Path, found: &[Detection], picture: &Path) {
    println!("{}", file.display());
    found.iter().for_each(|found| println!("{found}"));
    if found.is_empty() {
        println!("  nothing");
    }
    println!("  drawn into {}", picture.display());
}

fn anchors(args: &Anchors, compiled: &Compiled) -> Result<Exit, Failure> {
    let checked = checked(compiled)?;
    let data = data_section(compiled, args.data.is_some())?;
    let network = Network::new(checked, 0);
    let base = base_of(&args.spec);
    let source = DataSource { data: &data, base: &base, over: args.data.as_deref() };
    let examples = source.open(&network, compiled.config.train.as_ref(), Part::Train, Mode::Eval)?;
    let found = find_anchors(&examples, args.count as usize, args.seed)?;
    // Of a v2 head anchors are in cells.
    let (cell, name) = match anchor_unit(&network)? {
        Some(cell) => (cell, "cells"),
        None => ([1.0, 1.0], "pixels"),
    };
    let numbers: Vec<f64> = found.sizes.iter().flat_map(|s| [s[0] / cell[0], s[1] / cell[1]]).collect();
    let digits = if name == "cells" { 3 } else { 1 };
    match args.format {
        Format::Json => {
            println!("{}", json!({ "anchors": numbers, "unit": name, "overlap": found.overlap, "boxes": found.boxes }));
        }
        Format::Human => {
            let list: Vec<String> = numbers.iter().map(|n| format!("{n:.digits$}")).collect();
            println!("anchors: [{}]  # {name}", list.join(", "));
            println!("mean overlap {:.4} over {} boxes", found.overlap, thousands(found.boxes as u128));
        }
    }
    Ok(Exit::Fine)
}
