//! A part of a data set, prepared for a network: what training and evaluation walk through.

use std::path::Path;
use std::sync::Arc;

use crate::config::{DataConfig, OnBad, TrainConfig};
use crate::data::augment::Lighting;
use crate::data::{
    self, BOX_WIDTH, Composer, Dataset, Features, Labels, Loader, LoaderConfig, Mode, Part, Target, Transform,
};
use crate::diag::{Diagnostic, codes};
use crate::graph::NodeId;

use super::network::Feeds;
use super::weighting::Weighting;
use super::{Failure, Network};

/// Where a data set is found.
#[derive(Clone, Copy, Debug)]
pub struct DataSource<'a> {
    /// The `data` section.
    pub data: &'a DataConfig,
    /// The folder that its paths start from.
    pub base: &'a Path,
    /// A path that takes the place of the section's own.
    pub over: Option<&'a Path>,
}

/// A part of a data set with its preparation and batches.
#[derive(Clone)]
pub struct Examples {
    dataset: Arc<dyn Dataset>,
    /// What makes examples of the data set's images, where they are no examples themselves.
    composer: Option<Arc<Composer>>,
    /// The examples of a pass; all have as many.
    len: usize,
    feeds: Feeds,
    shape: Vec<usize>,
    transform: Arc<Transform>,
    batch: usize,
    shuffle: Option<u64>,
    drop_last: bool,
    workers: usize,
    on_bad: OnBad,
    /// Where labels are distributions over classes, how many classes there are.
    one_hot: Option<usize>,
    weighting: Weighting,
}

/// Examples of one batch where the spec has no `train` section.
const DEFAULT_BATCH: usize = 32;

impl DataSource<'_> {
    /// Opens a part and checks that it fits the network: sizes, channels and labels.
    ///
    /// # Errors
    /// Data that cannot be found or read, or does not fit.
    pub fn open(
        &self,
        network: &Network<'_>,
        train: Option<&TrainConfig>,
        part: Part,
        mode: Mode,
    ) -> Result<Examples, Failure> {
        self.open_lit(network, train, part, mode, None)
    }

    /// As [`DataSource::open`], with what `lighting` adds where it has been measured already.
    ///
    /// # Errors
    /// As [`DataSource::open`].
    pub fn open_lit(
        &self,
        network: &Network<'_>,
        train: Option<&TrainConfig>,
        part: Part,
        mode: Mode,
        lighting: Option<Lighting>,
    ) -> Result<Examples, Failure> {
        let dataset = data::open(self.data, self.base, self.over, part)?;
        let seed = train.map_or(0, |t| t.seed);
        let composer =
            Composer::new(dataset.clone(), self.data.sampler, seed).map_err(|e| e.label(self.data.span, ""))?;
        let first = composer.as_ref().map_or_else(|| dataset.clone(), |c| c.epoch(0));
        let feeds = network.feeds(first.slots())?;
        let one_hot = feeds.label.and_then(|label| network.checked().distribution(label));
        let one_hot = one_hot.filter(|_| matches!(first.labels(), Labels::Classes(_)));
        let training = mode == Mode::Train;
        let factors = train.and_then(|t| t.class_weights.as_ref()).filter(|_| training);
        let weighting = Weighting::new(factors, first.labels(), network.label_classes(&feeds))?;
        if training && feeds.weight.is_none() {
            weighting.refuse(dataset.as_ref())?;
        }
        let mut transform = Transform::new(self.data, train, network.target(&feeds)?, mode)?;
        if transform.needs_lighting() {
            transform.set_lighting(match lighting {
                Some(lighting) => lighting,
                None => transform.measure_lighting(dataset.as_ref())?,
            });
        }
        let transform = match network.label_width(&feeds)? {
            Some((_, width)) => transform.with_room(width / BOX_WIDTH),
            None => transform,
        };
        transform.check(dataset.as_ref())?;
        let batch = composer.as_ref().and_then(Composer::batch).or(train.map(|t| t.batch));
        let examples = Examples {
            dataset,
            composer: composer.map(Arc::new),
            len: first.len(),
            shape: network.example_shape(feeds.image)?,
            feeds,
            transform: Arc::new(transform),
            batch: batch.unwrap_or(DEFAULT_BATCH),
            shuffle: train.filter(|t| training && t.shuffle).map(|t| t.seed),
            drop_last: training && train.is_some_and(|t| t.drop_last),
            workers: train
                .and_then(|t| t.workers)
                .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)),
            on_bad: self.data.on_bad,
            one_hot,
            weighting,
        };
        examples.check_labels(network, first.as_ref())?;
        if training && examples.batches() == 0 {
            let message = format!("{} examples do not fill one batch of {}", examples.len(), examples.batch);
            return Err(Diagnostic::error(codes::NO_EXAMPLES, message)
                .help("use a smaller `batch`, or `drop_last: false`")
                .into());
        }
        Ok(examples)
    }
}

impl Examples {
    /// The principal components of colours that the preparation adds, where it does.
    pub fn lighting(&self) -> Option<&Lighting> {
        Some(self.transform.lighting()).filter(|_| self.transform.needs_lighting())
    }

    /// How many examples there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The data set, before a sampler composes examples of it.
    pub fn dataset(&self) -> &dyn Dataset {
        self.dataset.as_ref()
    }

    /// Whether an example is an image of the data set, and not composed of several.
    pub fn are_images(&self) -> bool {
        self.composer.is_none()
    }

    /// Examples of a full batch.
    pub fn batch_size(&self) -> usize {
        self.batch.min(self.len().max(1))
    }

    /// Batches of one pass.
    pub fn batches(&self) -> usize {
        if self.drop_last { self.len() / self.batch } else { self.len().div_ceil(self.batch) }
    }

    /// The sizes of one prepared tensor.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The inputs of the network that take the examples.
    pub fn feeds(&self) -> &Feeds {
        &self.feeds
    }

    /// The same preparation of only the first batches of a pass.
    #[must_use]
    pub fn shortened(&self, batches: usize) -> Examples {
        let len = self.len.min(self.batch.saturating_mul(batches));
        let dataset = match self.composer {
            Some(_) => self.dataset.clone(),
            None => data::first(self.dataset.clone(), len),
        };
        Examples { dataset, len, ..self.clone() }
    }

    /// The same examples in the data set's own order, every one of them.
    #[must_use]
    pub(super) fn in_order(&self) -> Examples {
        Examples { shuffle: None, drop_last: false, ..self.shortened(usize::MAX) }
    }

    /// The same examples, with the values of a node of the network in the place of their images.
    pub(super) fn with_features(&self, node: NodeId, features: Features) -> Result<Examples, Failure> {
        let target = Target::Flat(features.width());
        let transform = Transform::with_steps(&DataConfig::auto(), Vec::new(), 0, target, Mode::Eval)?;
        let dataset: Arc<dyn Dataset> = Arc::new(features);
        let feeds = Feeds { image: node, further: Vec::new(), ..self.feeds.clone() };
        Ok(Examples { dataset, composer: None, feeds, transform: Arc::new(transform), ..self.clone() })
    }

    /// The data set, to be shared.
    pub(super) fn shared_dataset(&self) -> Arc<dyn Dataset> {
        self.dataset.clone()
    }

    /// Why an example's tensor is not the same in every epoch; nothing where it is.
    pub(super) fn varies(&self) -> Option<String> {
        match (&self.composer, self.transform.random_step()) {
            (Some(_), _) => Some("`sampler` composes the examples of each epoch anew".to_string()),
            (None, Some(step)) => Some(format!("`{}` of `augment` draws anew for each epoch", step.name())),
            (None, None) => None,
        }
    }

    /// A text that tells apart what examples are prepared in different ways.
    pub(super) fn preparation(&self) -> String {
        format!("{:?} {}", self.transform, self.batch)
    }

    /// One pass, from its beginning.
    pub fn epoch(&self, epoch: u64) -> Loader {
        self.epoch_from(epoch, 0)
    }

    /// One pass, from its batch `start` on.
    pub fn epoch_from(&self, epoch: u64, start: usize) -> Loader {
        let config = LoaderConfig {
            batch: self.batch,
            // Compositions are drawn in random order already.
            shuffle: self.shuffle.filter(|_| self.composer.is_none()),
            epoch,
            workers: self.workers,
            drop_last: self.drop_last,
            start,
            on_bad: self.on_bad,
            one_hot: self.one_hot,
        };
        let dataset = match &self.composer {
            Some(composer) => data::first(composer.epoch(epoch), self.len),
            None => self.dataset.clone(),
        };
        Loader::new(dataset, self.transform.clone(), config)
    }

    /// What the loss of each example of a batch is multiplied by.
    pub(super) fn weighting(&self) -> &Weighting {
        &self.weighting
    }

    /// Labels must be below the number of classes, and have the width of the label's input.
    fn check_labels(&self, network: &Network<'_>, examples: &dyn Dataset) -> Result<(), Failure> {
        if let (Some(step), None) = (self.transform.mixing_step(), self.one_hot) {
            return Err(no_distribution(network, &self.feeds, step.name()));
        }
        let width = self.one_hot.unwrap_or(examples.labels().width());
        let boxes = matches!(examples.labels(), Labels::Boxes(_));
        match network.label_width(&self.feeds)? {
            Some((path, wanted)) if boxes && wanted < width => {
                let (most, room) = (width / BOX_WIDTH, wanted / BOX_WIDTH);
                let message = format!("a picture has {most} boxes, but `{path}` takes {room} of each");
                return Err(Diagnostic::error(codes::TOO_MANY_BOXES, message)
                    .help(format!("declare it as `f32[N, {most}, {BOX_WIDTH}]`"))
                    .into());
            }
            Some((path, wanted)) if !boxes && wanted != width => {
                let message = format!("an example's label has {width} numbers, but `{path}` takes {wanted}");
                return Err(Failure::new(codes::INPUT_UNFED, message));
            }
            _ => {}
        }
        let of_heads = || network.checked().heads().iter().map(|h| h.head.classes).min().filter(|_| boxes);
        let classes = self.one_hot.or(network.label_classes(&self.feeds)).or_else(of_heads);
        let Some(classes) = classes else { return Ok(()) };
        match data::check_labels(examples, classes) {
            Some(problem) => Err(problem.into()),
            None => Ok(()),
        }
    }
}

/// The error for mixed examples whose labels can be no distributions.
fn no_distribution(network: &Network<'_>, feeds: &Feeds, step: &str) -> Failure {
    let message = format!("`{step}` mixes labels, so that they are distributions over classes");
    let problem = Diagnostic::error(codes::INPUT_UNFED, message);
    let Some(label) = feeds.label else { return problem.help("the network takes no label").into() };
    let node = network.checked().graph().node(label);
    let classes = network.label_classes(feeds).map_or("classes".to_string(), |c| c.to_string());
    problem
        .label(node.span, format!("`{}` takes one number", node.path))
        .help(format!(
            "declare it as `{}: f32[N, {classes}]`: `cross_entropy` and `accuracy` take it so too",
            node.path
        ))
        .into()
}
