//! A part of a data set, prepared for a network: what training and evaluation walk through.

use std::path::Path;
use std::sync::Arc;

use crate::config::{DataConfig, OnBad, TrainConfig};
use crate::data::{self, Composer, Dataset, Loader, LoaderConfig, Mode, Part, Transform};
use crate::diag::{Diagnostic, codes};

use super::network::Feeds;
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
        let dataset = data::open(self.data, self.base, self.over, part)?;
        let seed = train.map_or(0, |t| t.seed);
        let composer =
            Composer::new(dataset.clone(), self.data.sampler, seed).map_err(|e| e.label(self.data.span, ""))?;
        let first = composer.as_ref().map_or_else(|| dataset.clone(), |c| c.epoch(0));
        let feeds = network.feeds(first.slots())?;
        let transform = Transform::new(self.data, train, network.target(&feeds)?, mode)?;
        transform.check(dataset.as_ref())?;
        let training = mode == Mode::Train;
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
        Examples {
            dataset,
            composer: self.composer.clone(),
            len,
            feeds: self.feeds.clone(),
            shape: self.shape.clone(),
            transform: self.transform.clone(),
            ..*self
        }
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
        };
        let dataset = match &self.composer {
            Some(composer) => data::first(composer.epoch(epoch), self.len),
            None => self.dataset.clone(),
        };
        Loader::new(dataset, self.transform.clone(), config)
    }

    /// Labels must be below the number of classes, and have the width of the label's input.
    fn check_labels(&self, network: &Network<'_>, examples: &dyn Dataset) -> Result<(), Failure> {
        let width = examples.labels().width();
        if let Some((path, wanted)) = network.label_width(&self.feeds)?
            && wanted != width
        {
            let message = format!("an example's label has {width} numbers, but `{path}` takes {wanted}");
            return Err(Failure::new(codes::INPUT_UNFED, message));
        }
        let Some(classes) = network.label_classes(&self.feeds) else { return Ok(()) };
        match data::check_labels(examples, classes) {
            Some(problem) => Err(problem.into()),
            None => Ok(()),
        }
    }
}
