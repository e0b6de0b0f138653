//! A part of a data set, prepared for a network: what training and evaluation walk through.

use std::path::Path;
use std::sync::Arc;

use crate::config::{DataConfig, OnBad, TrainConfig};
use crate::data::{self, Dataset, Loader, LoaderConfig, Mode, Part, Target, Transform};
use crate::diag::{Diagnostic, codes};

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
        let target = network.target()?;
        let transform = Transform::new(self.data, train, target, mode)?;
        transform.check(dataset.as_ref())?;
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
            on_bad: self.data.on_bad,
        };
        examples.check_labels(network)?;
        if training && examples.batches() == 0 {
            let message = format!("{} examples do not fill one batch of {}", examples.dataset.len(), examples.batch);
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
        self.dataset.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The data set.
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

    /// The sizes of one prepared example.
    pub fn shape(&self) -> Vec<usize> {
        match self.transform.target() {
            Target::Image { channels, height, width } => vec![channels, height, width],
            Target::Flat(n) => vec![n],
        }
    }

    /// The same preparation of only the first batches of a pass.
    #[must_use]
    pub fn shortened(&self, batches: usize) -> Examples {
        let dataset = data::first(self.dataset.clone(), self.batch.saturating_mul(batches));
        Examples { dataset, transform: self.transform.clone(), ..*self }
    }

    /// One pass, from its beginning.
    pub fn epoch(&self, epoch: u64) -> Loader {
        self.epoch_from(epoch, 0)
    }

    /// One pass, from its batch `start` on.
    pub fn epoch_from(&self, epoch: u64, start: usize) -> Loader {
        let config = LoaderConfig {
            batch: self.batch,
            shuffle: self.shuffle,
            epoch,
            workers: self.workers,
            drop_last: self.drop_last,
            start,
            on_bad: self.on_bad,
        };
        Loader::new(self.dataset.clone(), self.transform.clone(), config)
    }

    /// Labels must be below the number of classes, and have the width of the label's input.
    fn check_labels(&self, network: &Network<'_>) -> Result<(), Failure> {
        let width = self.dataset.labels().width();
        if let Some((path, wanted)) = network.label_width()?
            && wanted != width
        {
            let message = format!("an example's label has {width} numbers, but `{path}` takes {wanted}");
            return Err(Failure::new(codes::INPUT_UNFED, message));
        }
        let Some(classes) = network.label_classes() else { return Ok(()) };
        match data::check_labels(self.dataset.as_ref(), classes) {
            Some(problem) => Err(problem.into()),
            None => Ok(()),
        }
    }
}
