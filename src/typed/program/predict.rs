//! What a network says of images.

use std::io::Write;
use std::path::Path;

use crate::config::{Config, DataConfig};
use crate::data::{self, Mode, Part, Target, Transform};
use crate::diag::{Diagnostic, codes};
use crate::run::Failure;
use crate::run::detect::{candidates, locate};

use super::super::attended;
use super::args::Predict;
use super::measures::read as read_heads;
use super::{Answer, Images, Program, say};

/// Numbers that are printed of an output which is no list of classes.
const NUMBERS: usize = 16;

/// Prints what the network says of each image, or of each group of images that make one example.
pub(super) fn predict<P: Program>(
    network: &P,
    config: &Config,
    args: &Predict,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    if !args.images.len().is_multiple_of(P::IMAGES) {
        let message = format!("an example has {} images, and {} are no multiple of that", P::IMAGES, args.images.len());
        return Err(Failure::new(codes::INPUT_UNFED, message));
    }
    let data = config.data.clone().unwrap_or_else(DataConfig::auto);
    let target = super::data::target::<P>()?;
    let names = names(&data);
    if !P::heads().is_empty() {
        let transform = Transform::for_any_size(&data, config.train.as_ref(), target, None)?;
        return detect(network, (&transform, target), &names, args, out);
    }
    let transform = Transform::new(&data, config.train.as_ref(), target, Mode::Eval)?;
    for files in args.images.chunks(P::IMAGES.max(1)) {
        let slots = files.iter().map(|file| read(file, &transform, target)).collect::<Result<Vec<_>, _>>()?;
        let outputs = attended(|| network.outputs(Images { slots: &slots, examples: 1 })).concat();
        say(out, &files.iter().map(|f| f.display().to_string()).collect::<Vec<_>>().join(" "))?;
        if P::ANSWER == Answer::Values {
            let shown: Vec<String> = outputs.iter().take(NUMBERS).map(|v| format!("{v:.4}")).collect();
            let rest = if outputs.len() > NUMBERS { format!(" ... ({} in all)", outputs.len()) } else { String::new() };
            say(out, &format!("  {}{rest}", shown.join(" ")))?;
            continue;
        }
        for (class, probability) in ranked(&outputs, P::ANSWER).into_iter().take(args.top) {
            let name = names.get(class).cloned().unwrap_or_else(|| class.to_string());
            say(out, &format!("  {:6.2} %  {name}", probability * 100.0))?;
        }
    }
    Ok(())
}

/// Prints the objects that a detector finds in each picture, with their corners in its pixels.
fn detect<P: Program>(
    network: &P,
    (transform, target): (&Transform, Target),
    names: &[String],
    args: &Predict,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let Target::Image { height, width, .. } = target else {
        return Err(Failure::new(codes::INPUT_UNFED, "the network's input is no picture"));
    };
    let heads = P::heads();
    for file in &args.images {
        let (image, place) = (data::read_image(file)?, file.display().to_string());
        let mut values = vec![0.0; target.len()];
        let placed = transform.prepare(&image, &place, &mut values)?;
        let slots = [values];
        let outputs = attended(|| network.outputs(Images { slots: &slots, examples: 1 }));
        let found = candidates(&read_heads(&heads, &outputs), 0, args.threshold, args.nms);
        let found = found.iter().filter_map(|c| locate(c, [height, width], placed, &image, names));
        let lines: Vec<String> = found.map(|found| found.to_string()).collect();
        say(out, &place)?;
        say(out, if lines.is_empty() { "  nothing".to_string() } else { lines.join("\n") }.as_str())?;
    }
    Ok(())
}

/// One image as the network takes it.
fn read(file: &Path, transform: &Transform, target: Target) -> Result<Vec<f32>, Diagnostic> {
    let mut values = vec![0.0; target.len()];
    transform.prepare(&data::read_image(file)?, &file.display().to_string(), &mut values)?;
    Ok(values)
}

/// The names of the classes: those of the settings, else those of the data set where it is there.
fn names(data: &DataConfig) -> Vec<String> {
    match data.classes.is_empty() {
        false => data.classes.clone(),
        true => data::open(data, Path::new("."), None, Part::Train).map(|set| set.names().to_vec()).unwrap_or_default(),
    }
}

/// Classes with their probabilities, most probable first.
fn ranked(outputs: &[f32], answer: Answer) -> Vec<(usize, f64)> {
    let outputs: Vec<f64> = outputs.iter().map(|v| f64::from(*v)).collect();
    let max = outputs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = outputs.iter().map(|v| (v - max).exp()).sum();
    let probability = |v: f64| if answer == Answer::Probabilities { v } else { (v - max).exp() / sum };
    let mut ranked: Vec<(usize, f64)> = outputs.into_iter().map(probability).enumerate().collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    ranked
}
