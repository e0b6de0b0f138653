//! Examples for generated networks, by the engine's own readers and preparation.

use std::path::Path;
use std::sync::Arc;

use crate::config::{Config, DataConfig, OnBad};
use crate::data::{
    self, BOX_WIDTH, Batch, Composer, Dataset, Labels, Loader, LoaderConfig, Mode, Part, Target, Transform,
};
use crate::diag::codes;
use crate::run::Failure;
use crate::run::weighting::Weighting;
use crate::shape::{Dim, Fact};

use super::super::{NoneTape, attended};
use super::measures::Means;
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
    weighting: Weighting,
    /// Whether labels are boxes.
    boxes: bool,
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
    check::<P>(first.as_ref(), one_hot)?;
    let factors = train.and_then(|t| t.class_weights.as_ref()).filter(|_| training);
    let weighting = Weighting::new(factors, first.labels(), P::CLASSES)?;
    if training && !P::WEIGHT {
        weighting.refuse(dataset.as_ref())?;
    }
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
        weighting,
        boxes: matches!(first.labels(), Labels::Boxes(_)),
    };
    match examples.batches() {
        0 => Err(Failure::new(codes::NO_EXAMPLES, format!("{} examples fill no batch", examples.len))),
        _ => Ok(examples),
    }
}

/// Checks that examples have the tensors and labels that the network takes.
fn check<P: Program>(first: &dyn Dataset, one_hot: Option<usize>) -> Result<(), Failure> {
    let unfed = |message: String| Err(Failure::new(codes::INPUT_UNFED, message));
    if first.slots() != P::IMAGES {
        return unfed(format!("an example has {} images, but the network takes {}", first.slots(), P::IMAGES));
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

/// What a network reads of a batch, and room for the weights of its examples.
pub(super) fn inputs<'a>(
    examples: &Examples,
    batch: &'a Batch,
    weights: &'a mut Vec<f32>,
) -> (Images<'a>, Targets<'a>) {
    weights.resize(batch.len, 1.0);
    examples.weighting.fill(batch, weights);
    let len = batch.len;
    (Images { slots: &batch.images, examples: len }, Targets { values: &batch.labels, weights, examples: len })
}

/// The numbers of one pass, without training.
pub(super) fn evaluate<P: Program>(network: &P, examples: &Examples) -> Result<Means, Failure> {
    let mut means = Means::judging(if examples.boxes { P::heads() } else { Vec::new() });
    let mut weights = Vec::new();
    for batch in examples.epoch(0) {
        let batch = batch?;
        if batch.len == 0 {
            continue;
        }
        let (images, targets) = inputs(examples, &batch, &mut weights);
        let measured = attended(|| {
            let measures = network.measure::<NoneTape>(images, targets)?;
            Some((number(&measures.loss), measures.values, measures.heads))
        });
        let Some((loss, values, heads)) = measured else {
            return Err(Failure::new(codes::NO_SECTION, "the network has no `loss`, so there is nothing to measure"));
        };
        means.add(loss, &values, &heads, &batch);
    }
    Ok(means)
}
