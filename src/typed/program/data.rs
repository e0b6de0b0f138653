//! Examples for generated networks, by the engine's own readers and preparation.

use std::path::Path;
use std::sync::Arc;

use crate::config::{Config, DataConfig, OnBad};
use crate::data::{
    self, BOX_WIDTH, Batch, Composer, Dataset, Labels, Loader, LoaderConfig, Mode, Part, Target, Transform,
};
use crate::diag::codes;
use crate::run::{Evaluation, Failure};
use crate::shape::{Dim, Fact};

use super::super::{NoneTape, attended};
use super::{Images, Program, Targets, number};

/// A part of a data set with its preparation and batches.
pub(super) struct Examples {
    dataset: Arc<dyn Dataset>,
    /// What makes examples of the data set's images, where they are no examples themselves.
    composer: Option<Composer>,
    /// The examples of a pass; all have as many.
    len: usize,
    transform: Arc<Transform>,
    batch: usize,
    shuffle: Option<u64>,
    drop_last: bool,
    workers: usize,
    on_bad: OnBad,
    /// Where labels are made distributions over classes, how many classes there are.
    one_hot: Option<usize>,
}

/// Examples of one batch where the settings have no `train` section.
const DEFAULT_BATCH: usize = 32;

/// What one image of the network is.
pub(super) fn target<P: Program>() -> Result<Target, Failure> {
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
    let composer = Composer::new(dataset.clone(), data.sampler, train.map_or(0, |t| t.seed))?;
    let first = composer.as_ref().map_or_else(|| dataset.clone(), |c| c.epoch(0));
    let mut transform = Transform::new(&data, train, target::<P>()?, mode)?;
    if transform.needs_lighting() {
        transform.set_lighting(transform.measure_lighting(dataset.as_ref())?);
    }
    if let Some(width) = P::LABEL {
        transform = transform.with_room(width / BOX_WIDTH);
    }
    transform.check(dataset.as_ref())?;
    let one_hot = P::LABEL.filter(|_| P::DISTRIBUTION && matches!(first.labels(), Labels::Classes(_)));
    if let (Some(step), None) = (transform.mixing_step(), one_hot) {
        let message = format!("`{}` mixes labels, but the network takes no distribution over classes", step.name());
        return Err(Failure::new(codes::INPUT_UNFED, message));
    }
    let training = mode == Mode::Train;
    check::<P>(first.as_ref(), dataset.as_ref(), one_hot, training)?;
    let examples = Examples {
        len: first.len(),
        batch: composer.as_ref().and_then(Composer::batch).or(train.map(|t| t.batch)).unwrap_or(DEFAULT_BATCH),
        dataset,
        composer,
        transform: Arc::new(transform),
        shuffle: train.filter(|t| training && t.shuffle).map(|t| t.seed),
        drop_last: training && train.is_some_and(|t| t.drop_last),
        workers: train
            .and_then(|t| t.workers)
            .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)),
        on_bad: data.on_bad,
        one_hot,
    };
    match examples.batches() {
        0 => Err(Failure::new(codes::NO_EXAMPLES, format!("{} examples fill no batch", examples.len))),
        _ => Ok(examples),
    }
}

/// Checks that examples have the tensors and labels that the network takes.
fn check<P: Program>(
    first: &dyn Dataset,
    images: &dyn Dataset,
    one_hot: Option<usize>,
    training: bool,
) -> Result<(), Failure> {
    let unfed = |message: String| Err(Failure::new(codes::INPUT_UNFED, message));
    if first.slots() != P::IMAGES {
        return unfed(format!("an example has {} images, but the network takes {}", first.slots(), P::IMAGES));
    }
    if training && images.weights().is_some() {
        return unfed("examples have weights, which generated programs do not follow".to_string());
    }
    let (width, boxes) = (one_hot.unwrap_or(first.labels().width()), matches!(first.labels(), Labels::Boxes(_)));
    match P::LABEL {
        Some(wanted) if boxes && wanted < width => {
            return unfed(format!(
                "a picture has {} boxes, but the network takes {}",
                width / BOX_WIDTH,
                wanted / BOX_WIDTH
            ));
        }
        Some(wanted) if !boxes && wanted != width => {
            return unfed(format!("an example's label has {width} numbers, but the network takes {wanted}"));
        }
        _ => {}
    }
    match P::CLASSES.or(one_hot).and_then(|classes| data::check_labels(first, classes)) {
        Some(problem) => Err(problem.into()),
        None => Ok(()),
    }
}

impl Examples {
    /// Batches of one pass.
    pub fn batches(&self) -> usize {
        if self.drop_last { self.len / self.batch } else { self.len.div_ceil(self.batch) }
    }

    /// One pass.
    pub fn epoch(&self, epoch: u64) -> Loader {
        let config = LoaderConfig {
            batch: self.batch,
            // Compositions are drawn in random order already.
            shuffle: self.shuffle.filter(|_| self.composer.is_none()),
            epoch,
            workers: self.workers,
            drop_last: self.drop_last,
            start: 0,
            on_bad: self.on_bad,
            one_hot: self.one_hot,
        };
        let dataset = match &self.composer {
            Some(composer) => data::first(composer.epoch(epoch), self.len),
            None => self.dataset.clone(),
        };
        Loader::new(dataset, self.transform.clone(), config)
    }
}

/// What a network reads of a batch.
pub(super) fn inputs(batch: &Batch) -> (Images<'_>, Targets<'_>) {
    let examples = batch.len;
    (Images { slots: &batch.images, examples }, Targets { values: &batch.labels, examples })
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
    pub fn values(&self) -> Vec<(String, f64)> {
        self.sums.iter().map(|(name, sum)| (name.to_string(), sum / self.examples.max(1) as f64)).collect()
    }

    /// As `blockprint eval` has them.
    pub fn evaluation(&self) -> Evaluation {
        Evaluation { examples: self.examples, skipped: 0, values: self.values() }
    }
}

/// `loss 0.1234, accuracy 0.9876`.
pub(super) fn listing(values: &[(String, f64)]) -> String {
    values.iter().map(|(name, value)| format!("{name} {value:.4}")).collect::<Vec<_>>().join(", ")
}

/// The means over one pass, without training.
pub(super) fn evaluate<P: Program>(network: &P, examples: &Examples) -> Result<Means, Failure> {
    let mut means = Means::default();
    for batch in examples.epoch(0) {
        let batch = batch?;
        if batch.len == 0 {
            continue;
        }
        let (images, targets) = inputs(&batch);
        let measured = attended(|| {
            let measures = network.measure::<NoneTape>(images, targets)?;
            Some((number(&measures.loss), measures.values))
        });
        let Some((loss, values)) = measured else {
            return Err(Failure::new(codes::NO_SECTION, "the network has no `loss`, so there is nothing to measure"));
        };
        means.add(loss, &values, batch.len);
    }
    Ok(means)
}
