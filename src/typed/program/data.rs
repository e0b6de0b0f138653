//! Examples for generated networks, by the engine's own readers and preparation.

use std::path::Path;
use std::sync::Arc;

use crate::config::{Config, DataConfig, OnBad};
use crate::data::{self, Batch, Dataset, Loader, LoaderConfig, Mode, Part, Target, Transform};
use crate::diag::{Diagnostic, codes};
use crate::run::Failure;
use crate::shape::{Dim, Fact};

use super::super::tensor;
use super::{Program, Targets, number};

/// A part of a data set with its preparation and batches.
pub(super) struct Examples {
    dataset: Arc<dyn Dataset>,
    transform: Arc<Transform>,
    pub batch: usize,
    shuffle: Option<u64>,
    drop_last: bool,
    workers: usize,
    on_bad: OnBad,
}

/// Examples of one batch where the settings have no `train` section.
const DEFAULT_BATCH: usize = 32;

/// What one image of the network is.
fn target<P: Program>() -> Result<Target, Failure> {
    let sizes = P::IMAGE.iter().map(|s| Dim::from(*s));
    let fact = Fact::f32(std::iter::once(Dim::symbol("N")).chain(sizes).collect::<Vec<_>>());
    Target::of(&fact).ok_or_else(|| Failure::new(codes::INPUT_UNFED, format!("images cannot be prepared for {fact}")))
}

/// Opens a part of the data set and checks that it fits.
pub(super) fn open<P: Program>(
    config: &Config,
    over: Option<&Path>,
    part: Part,
    mode: Mode,
) -> Result<Examples, Failure> {
    let data = match (&config.data, over) {
        (Some(data), _) => data.clone(),
        (None, Some(_)) => DataConfig::auto(),
        (None, None) => return Err(Failure::new(codes::NO_SECTION, "the settings have no `data` section")),
    };
    let train = config.train.as_ref();
    let dataset = data::open(&data, Path::new("."), over, part)?;
    let transform = Transform::new(&data, train, target::<P>()?, mode)?;
    transform.check(dataset.as_ref())?;
    let width = dataset.labels().width();
    if P::LABEL.is_some_and(|wanted| wanted != width) {
        let message = format!("an example's label has {width} numbers, but the network takes another number");
        return Err(Failure::new(codes::INPUT_UNFED, message));
    }
    if let Some(problem) = P::CLASSES.and_then(|classes| data::check_labels(dataset.as_ref(), classes)) {
        return Err(problem.into());
    }
    let training = mode == Mode::Train;
    let examples = Examples {
        dataset,
        transform: Arc::new(transform),
        batch: train.map_or(DEFAULT_BATCH, |t| t.batch),
        shuffle: train.filter(|t| training && t.shuffle).map(|t| t.seed),
        drop_last: training && train.is_some_and(|t| t.drop_last),
        workers: train
            .and_then(|t| t.workers)
            .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)),
        on_bad: data.on_bad,
    };
    match examples.batches() {
        0 => Err(Failure::new(codes::NO_EXAMPLES, format!("{} examples fill no batch", examples.dataset.len()))),
        _ => Ok(examples),
    }
}

impl Examples {
    /// Batches of one pass.
    pub fn batches(&self) -> usize {
        if self.drop_last { self.dataset.len() / self.batch } else { self.dataset.len().div_ceil(self.batch) }
    }

    /// One pass.
    pub fn epoch(&self, epoch: u64) -> Loader {
        let config = LoaderConfig {
            batch: self.batch,
            shuffle: self.shuffle,
            epoch,
            workers: self.workers,
            drop_last: self.drop_last,
            start: 0,
            on_bad: self.on_bad,
            one_hot: None,
        };
        Loader::new(self.dataset.clone(), self.transform.clone(), config)
    }
}

/// Means over the examples that were seen.
#[derive(Clone, Debug, Default)]
pub(super) struct Means {
    sums: Vec<(&'static str, f64)>,
    examples: usize,
}

impl Means {
    /// Takes in the loss and the values of a batch.
    pub fn add(&mut self, loss: f32, values: &[(&'static str, f32)], examples: usize) {
        self.examples += examples;
        let all = std::iter::once(("loss", loss)).chain(values.iter().copied());
        for (at, (name, value)) in all.enumerate() {
            let weighted = f64::from(value) * examples as f64;
            match self.sums.get_mut(at) {
                Some((_, sum)) => *sum += weighted,
                None => self.sums.push((name, weighted)),
            }
        }
    }

    /// Names and means.
    pub fn values(&self) -> impl Iterator<Item = (&'static str, f64)> {
        self.sums.iter().map(|(name, sum)| (*name, sum / self.examples.max(1) as f64))
    }
}

/// The images of a batch, for the one input that a program feeds.
pub(super) fn images(batch: &Batch) -> Vec<f32> {
    batch.images.first().cloned().unwrap_or_default()
}

/// `loss 0.1234, accuracy 0.9876`.
pub(super) fn listing(means: &Means) -> String {
    means.values().map(|(name, value)| format!("{name} {value:.4}")).collect::<Vec<_>>().join(", ")
}

/// The means over one pass, without training.
pub(super) fn evaluate<P: Program>(network: &P, examples: &Examples) -> Result<Means, Failure> {
    let mut means = Means::default();
    for batch in examples.epoch(0) {
        let batch = batch?;
        if batch.len == 0 {
            continue;
        }
        let targets = Targets { values: &batch.labels, examples: batch.len };
        let Some(measures) = network.measure(tensor(images(&batch), batch.len), targets) else {
            return Err(Failure::new(codes::NO_SECTION, "the network has no `loss`, so there is nothing to measure"));
        };
        means.add(number(&measures.loss), &measures.values, batch.len);
    }
    Ok(means)
}

/// The classes of an image with their probabilities, most probable first, and the classes' names.
pub(super) fn scores<P: Program>(
    network: &P,
    config: &Config,
    file: &Path,
) -> Result<(Vec<(usize, f64)>, Vec<String>), Failure> {
    let data = config.data.clone().unwrap_or_else(DataConfig::auto);
    let bad =
        |reason: String| Diagnostic::error(codes::BAD_IMAGE, format!("`{}` cannot be used: {reason}", file.display()));
    let target = target::<P>()?;
    let transform = Transform::new(&data, config.train.as_ref(), target, Mode::Eval)?;
    let image = data::decode_file(file).map_err(&bad)?;
    let mut values = vec![0.0; target.len()];
    transform.apply(&image, 0, 0, &mut values).map_err(|misfit| bad(misfit.reason).maybe_help(misfit.help))?;
    let outputs: Vec<f64> = network.outputs(tensor(values, 1)).into_iter().map(f64::from).collect();
    let max = outputs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = outputs.iter().map(|v| (v - max).exp()).sum();
    let probability = |v: f64| if P::PROBABILITIES { v } else { (v - max).exp() / sum };
    let mut ranked: Vec<(usize, f64)> = outputs.into_iter().map(probability).enumerate().collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    let names = match data.classes.is_empty() {
        false => data.classes.clone(),
        true => {
            data::open(&data, Path::new("."), None, Part::Train).map(|set| set.names().to_vec()).unwrap_or_default()
        }
    };
    Ok((ranked, names))
}
