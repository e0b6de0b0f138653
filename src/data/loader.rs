//! Batches, decoded and prepared on worker threads ahead of the step.
//!
//! The order of examples and every draw depend on the seed and the epoch alone, not on the
//! number of workers.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};

use crate::config::OnBad;
use crate::random::{self, Purpose};

use super::transform::{Placed, Transform};
use super::{DataError, Dataset};

/// How a data set is walked through once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoaderConfig {
    /// Examples of a batch.
    pub batch: usize,
    /// The seed of the order; `None` for the data set's own order.
    pub shuffle: Option<u64>,
    /// Which pass this is; it chooses the order and the draws of augmentation.
    pub epoch: u64,
    /// Threads; at least one is used.
    pub workers: usize,
    /// Whether a last batch that is not full is left out, unless it is the only one.
    pub drop_last: bool,
    /// The first batch that is given out: where a run goes on in the middle of an epoch.
    pub start: usize,
    /// What to do with an example that cannot be used.
    pub on_bad: OnBad,
    /// Where labels are distributions over classes, how many classes there are.
    pub one_hot: Option<usize>,
}

impl LoaderConfig {
    /// The data set in its own order, from its beginning, with partial batches.
    pub fn sequential(batch: usize, workers: usize) -> Self {
        Self { batch, shuffle: None, epoch: 0, workers, drop_last: false, start: 0, on_bad: OnBad::Stop, one_hot: None }
    }
}

/// Some examples, prepared. Its buffers go back to the loader when it is dropped.
#[derive(Debug)]
pub struct Batch {
    /// For each slot, which is an input of the network: `[len][target]`.
    pub images: Vec<Vec<f32>>,
    /// `[len][width]`: classes as whole numbers, or the numbers of each example.
    pub labels: Vec<f32>,
    /// `[len]`: a weight for each example; empty where the data set has none.
    pub weights: Vec<f32>,
    /// The index of each example in the data set.
    pub indices: Vec<usize>,
    /// How many examples it has; fewer than asked for at the end, or where some were left out.
    pub len: usize,
    /// Its number within the epoch, from 0.
    pub number: usize,
    /// Examples that were left out, with what was wrong with them.
    pub skipped: Vec<DataError>,
    home: Option<Sender<Vec<f32>>>,
}

impl Drop for Batch {
    fn drop(&mut self) {
        if let Some(home) = self.home.take() {
            // A full or closed channel only means that the buffer is not needed.
            self.images.drain(..).for_each(|images| drop(home.try_send(images)));
        }
    }
}

/// What all workers share.
struct Shared {
    dataset: Arc<dyn Dataset>,
    transform: Arc<Transform>,
    config: LoaderConfig,
    order: Vec<usize>,
    spare: (Sender<Vec<f32>>, Receiver<Vec<f32>>),
}

/// Gives out the batches of one epoch.
pub struct Loader {
    shared: Arc<Shared>,
    /// Numbers of batches to prepare; closed when the loader is dropped or done.
    tickets: Option<Sender<usize>>,
    results: Receiver<(usize, Result<Batch, DataError>)>,
    /// Batches that came before their turn.
    early: BTreeMap<usize, Result<Batch, DataError>>,
    /// The batch that is given out next.
    next: usize,
    /// The batch that a ticket is written for next.
    ticket: usize,
    end: usize,
    workers: Vec<JoinHandle<()>>,
}

/// Batches that are prepared ahead for each worker.
const AHEAD: usize = 2;

impl Loader {
    /// Starts the workers.
    pub fn new(dataset: Arc<dyn Dataset>, transform: Arc<Transform>, config: LoaderConfig) -> Loader {
        let order = match config.shuffle {
            Some(seed) => {
                random::permutation(&mut random::stream(seed, Purpose::Shuffle, config.epoch, 0), dataset.len())
            }
            None => (0..dataset.len()).collect(),
        };
        let end = count(order.len(), &config);
        let workers = config.workers.clamp(1, 64).min(end.saturating_sub(config.start).max(1));
        let ahead = workers * AHEAD;
        let buffers = (ahead + 2).saturating_mul(dataset.slots());
        let shared = Arc::new(Shared { dataset, transform, config, order, spare: bounded(buffers) });
        let (tickets, todo) = unbounded();
        let (done, results) = unbounded();
        let workers = (0..workers)
            .map(|_| {
                let (shared, todo, done) = (shared.clone(), todo.clone(), done.clone());
                std::thread::spawn(move || work(&shared, &todo, &done))
            })
            .collect();
        let mut loader = Loader {
            shared,
            tickets: Some(tickets),
            results,
            early: BTreeMap::new(),
            next: config.start,
            ticket: config.start,
            end,
            workers,
        };
        (0..ahead).for_each(|_| loader.issue());
        loader
    }

    /// How many batches the epoch has, from its beginning.
    pub fn batches(&self) -> usize {
        self.end
    }

    /// How many examples the epoch gives out, where none is left out as damaged.
    pub fn examples(&self) -> usize {
        self.shared.order.len().min(self.end.saturating_mul(self.shared.config.batch.max(1)))
    }

    fn issue(&mut self) {
        match &self.tickets {
            Some(tickets) if self.ticket < self.end => {
                // Workers only leave when this sender is gone.
                let _ = tickets.send(self.ticket);
                self.ticket += 1;
            }
            _ => {}
        }
    }
}

fn count(examples: usize, config: &LoaderConfig) -> usize {
    let batch = config.batch.max(1);
    match config.drop_last && examples >= batch {
        true => examples / batch,
        false => examples.div_ceil(batch),
    }
}

impl Iterator for Loader {
    type Item = Result<Batch, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.end {
            self.tickets = None;
            return None;
        }
        let result = loop {
            if let Some(result) = self.early.remove(&self.next) {
                break result;
            }
            match self.results.recv() {
                Ok((number, result)) => {
                    self.early.insert(number, result);
                }
                Err(_) => {
                    self.end = self.next;
                    return Some(Err(DataError::damaged(0, "", "the worker threads ended early")));
                }
            }
        };
        self.next += 1;
        self.issue();
        Some(result)
    }
}

impl Drop for Loader {
    fn drop(&mut self) {
        self.tickets = None;
        // Those that were not begun are taken back, so that workers end after their current one.
        self.end = 0;
        let (_, closed) = bounded(0);
        self.results = closed;
        for worker in self.workers.drain(..) {
            let _ = worker.join();
        }
    }
}

fn work(shared: &Shared, todo: &Receiver<usize>, done: &Sender<(usize, Result<Batch, DataError>)>) {
    for number in todo {
        // A worker that ended would leave the loader waiting for its batch.
        let result = catch_unwind(AssertUnwindSafe(|| prepare(shared, number)));
        let result =
            result.unwrap_or_else(|_| Err(DataError::damaged(0, format!("batch {number}"), "a worker failed")));
        if done.send((number, result)).is_err() {
            return;
        }
    }
}

/// Prepares one batch.
fn prepare(shared: &Shared, number: usize) -> Result<Batch, DataError> {
    let Shared { dataset, transform, config, order, spare } = shared;
    let start = number.saturating_mul(config.batch.max(1)).min(order.len());
    let indices = &order[start..start.saturating_add(config.batch.max(1)).min(order.len())];
    let size = transform.target().len();
    let buffer = |_| {
        let mut images = spare.1.try_recv().unwrap_or_default();
        images.resize(indices.len() * size, 0.0);
        images
    };
    let mut batch = Batch {
        images: (0..dataset.slots()).map(buffer).collect(),
        labels: Vec::with_capacity(indices.len() * dataset.labels().width()),
        weights: Vec::new(),
        indices: Vec::with_capacity(indices.len()),
        len: 0,
        number,
        skipped: Vec::new(),
        home: Some(spare.0.clone()),
    };
    for &index in indices {
        let at = batch.len * size..(batch.len + 1) * size;
        let mut slots = batch.images.iter_mut().map(|images| &mut images[at.clone()]).enumerate();
        let prepared = slots.try_fold(None, |first, (slot, out)| {
            let placed = example(dataset.as_ref(), transform, config.epoch, (index, slot), out)?;
            Ok(first.or(Some(placed)))
        });
        match prepared {
            Ok(placed) => {
                match (dataset.labels().boxes(index), placed, config.one_hot) {
                    (Some(boxes), Some(placed), _) => transform.append_boxes(boxes, placed, &mut batch.labels),
                    (None, _, Some(classes)) => dataset.labels().append_one_hot(index, classes, &mut batch.labels),
                    _ => dataset.labels().append(index, &mut batch.labels),
                }
                batch.weights.extend(dataset.weights().and_then(|w| w.get(index)));
                batch.indices.push(index);
                batch.len += 1;
            }
            Err(error) if config.on_bad == OnBad::Skip => batch.skipped.push(error),
            Err(error) => return Err(error),
        }
    }
    batch.images.iter_mut().for_each(|images| images.truncate(batch.len * size));
    if let ([images], Some(_)) = (batch.images.as_mut_slice(), config.one_hot) {
        transform.mix(images, &mut batch.labels, batch.len, config.epoch, number as u64);
    }
    Ok(batch)
}

fn example(
    dataset: &dyn Dataset,
    transform: &Transform,
    epoch: u64,
    (index, slot): (usize, usize),
    out: &mut [f32],
) -> Result<Placed, DataError> {
    let image = dataset.image_at(index, slot)?;
    // Each image of an example has draws of its own.
    let draw = (index as u64).wrapping_mul(dataset.slots() as u64).wrapping_add(slot as u64);
    transform.apply(&image, epoch, draw, out).map_err(|misfit| DataError {
        code: misfit.code,
        index,
        place: dataset.place(index),
        reason: misfit.reason,
        help: misfit.help,
    })
}
