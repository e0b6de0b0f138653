//! `blockprint stylize SPEC`.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use super::stream::eprintln;
use indicatif::{ProgressBar, ProgressStyle};

use crate::config::{Start, StyleConfig};
use crate::diag::{Diagnostic, Sink, codes};
use crate::driver::Compiled;
use crate::run::{Commission, Costs, Failure, Network, Painter, Strip, is_picture_name, load_judge};
use crate::weights::Start as From;

use super::Exit;
use super::common::{MachineOptions, SpecOptions, base_of, checked, interrupt_flag};
use super::table::bytes;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The spec file, or the name of a zoo model: style_squeezenet, style_vgg19
    spec: PathBuf,
    /// The photo whose content is kept
    #[arg(long, value_name = "IMAGE")]
    content: PathBuf,
    /// The picture whose style is taken
    #[arg(long, value_name = "IMAGE")]
    style: PathBuf,
    /// The picture to write: png, jpeg, bmp, webp or pnm by its extension; npy for raw numbers
    #[arg(long, value_name = "FILE", value_parser = parse_picture)]
    out: PathBuf,
    /// The weights of the network that judges [default: those that the spec names]
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,
    /// Steps of the optimizer, instead of the spec's
    #[arg(long)]
    steps: Option<usize>,
    /// Write the picture after every so many steps, too: OUT-000020.png
    #[arg(long, value_name = "STEPS", value_parser = clap::value_parser!(u32).range(1..))]
    preview_every: Option<u32>,
    /// Write the stages of the picture side by side: every preview, or else six in all
    #[arg(long, value_name = "PNG")]
    strip: Option<PathBuf>,
    /// The longer side of the picture in pixels, instead of the spec's
    #[arg(long, value_name = "PIXELS", value_parser = clap::value_parser!(u32).range(1..))]
    size: Option<u32>,
    /// What the picture is at first, instead of the spec's
    #[arg(long, value_enum)]
    start: Option<Begin>,
    /// The seed of the noise, instead of the spec's
    #[arg(long)]
    seed: Option<u64>,
    #[command(flatten)]
    machine: MachineOptions,
    #[command(flatten)]
    options: SpecOptions,
}

/// What a picture is at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Begin {
    /// The content photo
    Content,
    /// Noise
    Noise,
    /// A blend of both
    Blend,
}

fn parse_picture(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    match is_picture_name(&path) {
        true => Ok(path),
        false => Err("end the name in .png, .jpg, .bmp, .webp, .pnm or .npy".to_string()),
    }
}

pub(super) fn run(args: &Args) -> Exit {
    args.machine.use_threads();
    args.options.open(&args.spec, |compiled| stylize(args, compiled))
}

fn stylize(args: &Args, compiled: &Compiled) -> Result<Exit, Failure> {
    let checked = checked(compiled)?;
    refuse_to_overwrite(args)?;
    let config = settings(args, compiled);
    let mut network = Network::new(checked, 0);
    network.max_memory = args.machine.memory();
    load_judge(&mut network, compiled, weights(args, compiled)?.as_deref())?;
    let commission = Commission { content: &args.content, style: &args.style, config: &config };
    let mut painter = Painter::new(&mut network, commission)?;
    let (height, width) = (painter.picture().height, painter.picture().width);
    eprintln!("{width}x{height} pixels, {} steps; {} planned", config.steps, bytes(painter.planned_bytes().into()));
    let done = paint(args, &mut painter, config.steps, &interrupt_flag())?;
    match done {
        true => Ok(Exit::Fine),
        false => Ok(Exit::Interrupted),
    }
}

/// Takes all steps and writes the results; `false` where it was interrupted.
fn paint(args: &Args, painter: &mut Painter<'_, '_>, steps: usize, interrupt: &AtomicBool) -> Result<bool, Failure> {
    let begin = Instant::now();
    let preview = args.preview_every.map(|n| n as usize);
    let stage = preview.unwrap_or_else(|| steps.div_ceil(5).max(1));
    let mut strip = Strip::default();
    let mut progress = Progress::new(steps, stage);
    let mut taken = 0;
    strip.push(painter.picture());
    progress.step(0, painter.costs());
    while taken < steps && !interrupt.load(Ordering::Relaxed) {
        if !painter.step()? {
            progress.note(&format!("step {}: the optimizer can get no further", taken + 1));
            break;
        }
        taken += 1;
        progress.step(taken, painter.costs());
        let last = taken == steps;
        if preview.is_some_and(|n| taken.is_multiple_of(n)) && !last {
            painter.picture().write(&numbered(&args.out, taken))?;
        }
        if taken.is_multiple_of(stage) && !last {
            strip.push(painter.picture());
        }
    }
    painter.finish()?;
    progress.clear();
    painter.picture().write(&args.out)?;
    if let Some(path) = &args.strip {
        strip.push(painter.picture());
        strip.write(path)?;
        eprintln!("stages: {}", path.display());
    }
    let interrupted = taken < steps && interrupt.load(Ordering::Relaxed);
    let how = if interrupted { "interrupted" } else { "done" };
    eprintln!("{how} after {taken} steps, {:.1}s: {}", begin.elapsed().as_secs_f64(), line(painter.costs()));
    eprintln!("picture: {}", args.out.display());
    Ok(!interrupted)
}

/// The photos must survive.
fn refuse_to_overwrite(args: &Args) -> Result<(), Failure> {
    let real = |path: &Path| path.canonicalize().ok();
    for out in std::iter::once(&args.out).chain(&args.strip) {
        let photo = [&args.content, &args.style].into_iter().find(|p| real(out).is_some() && real(p) == real(out));
        if let Some(photo) = photo {
            return Err(Diagnostic::error(codes::CANNOT_WRITE, format!("`{}` is one of the photos", photo.display()))
                .help("name another file with `--out`")
                .into());
        }
    }
    Ok(())
}

/// The settings of the spec, with those of the command line in their place.
fn settings(args: &Args, compiled: &Compiled) -> StyleConfig {
    let mut config = compiled.config.style.clone().unwrap_or_default();
    config.steps = args.steps.unwrap_or(config.steps);
    config.size = args.size.map(|s| s as usize).or(config.size);
    config.seed = args.seed.unwrap_or(config.seed);
    config.start = match args.start {
        Some(Begin::Content) => Start::Content,
        Some(Begin::Noise) => Start::Noise,
        Some(Begin::Blend) => Start::Blend,
        None => config.start,
    };
    config
}

/// The file of weights: the command line's, or else the spec's.
fn weights(args: &Args, compiled: &Compiled) -> Result<Option<PathBuf>, Failure> {
    if args.weights.is_some() {
        return Ok(args.weights.clone());
    }
    let mut sink = Sink::new();
    let section = compiled.spec.as_ref().and_then(|spec| spec.section("weights"));
    let start = section.and_then(|section| From::from_expr(section, &mut sink));
    match sink.has_errors() {
        true => Err(Failure::from_sink(&sink)),
        false => Ok(start.map(|start| base_of(&args.spec).join(start.from))),
    }
}

/// `out-000020.png`.
fn numbered(out: &Path, step: usize) -> PathBuf {
    let stem = out.file_stem().unwrap_or_default().to_string_lossy();
    let extension = out.extension().unwrap_or_default().to_string_lossy();
    out.with_file_name(format!("{stem}-{step:06}.{extension}"))
}

/// `total 12.34  content 1.2  style 0.1`.
fn line(costs: &Costs) -> String {
    let parts = costs.parts.iter().map(|(name, value)| format!("  {name} {}", number(*value)));
    format!("total {}{}", number(costs.total), parts.collect::<String>())
}

/// Six digits, however large or small.
fn number(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_string(),
        size if (1e-3..1e6).contains(&size) => format!("{value:.*}", (5 - size.log10().floor() as i32).max(0) as usize),
        _ => format!("{value:.5e}"),
    }
}

/// A bar on a terminal, lines in a log.
struct Progress {
    bar: Option<ProgressBar>,
    steps: usize,
    every: usize,
}

impl Progress {
    fn new(steps: usize, every: usize) -> Self {
        let bar = (std::io::stderr().is_terminal() && steps > 0).then(|| {
            let bar = ProgressBar::new(steps as u64);
            if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len}  {msg}  {eta} left") {
                bar.set_style(style.progress_chars("━╸─"));
            }
            bar
        });
        Self { bar, steps, every }
    }

    fn step(&mut self, step: usize, costs: &Costs) {
        match &self.bar {
            Some(bar) => {
                bar.set_message(format!("total {}", number(costs.total)));
                bar.set_position(step as u64);
            }
            None if step.is_multiple_of(self.every) && step < self.steps => eprintln!("step {step}: {}", line(costs)),
            None => {}
        }
    }

    fn note(&mut self, text: &str) {
        self.clear();
        eprintln!("{text}");
    }

    fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn previews_stand_beside_the_picture() {
        assert_eq!(numbered(Path::new("a/out.v2.png"), 20), Path::new("a/out.v2-000020.png"));
    }

    #[test]
    fn costs_have_six_digits() {
        let numbers = [0.0, 7.056_876_7, 123_456.78, 0.012_345_678, 1.5e-7, f64::NAN].map(number);
        assert_eq!(numbers, ["0", "7.05688", "123457", "0.0123457", "1.50000e-7", "NaN"]);
    }
}
