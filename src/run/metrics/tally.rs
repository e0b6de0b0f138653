//! One number of a data set, gathered batch by batch.

use crate::check::Checked;
use crate::engine::Session;
use crate::graph::NodeId;
use crate::kernels::score::{self, Average, Confusion, Labelled, Quantity, Scored};
use crate::ops::Op;
use crate::shape::DType;

/// How a number comes from the values of nodes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::run) enum Measure {
    /// The mean of a scalar over the batches, by their examples.
    Mean(NodeId),
    /// From the scores and labels of all examples.
    Pooled(Pool, [NodeId; 2]),
}

/// What the scores and labels of all examples give.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pool {
    /// The share of labels among the greatest scores.
    Top(usize),
    /// The same, where labels are distributions over this many classes.
    TopOfDistribution(usize, usize),
    /// The share of single scores on their label's side of the threshold.
    Binary(f32),
    /// The mean distance.
    AbsoluteError,
    /// The mean squared distance.
    SquaredError,
    /// Precision, recall or F1 with its threshold for single scores.
    Counted(Quantity, Average, f32),
    /// The area under the ROC curve.
    Area,
}

impl Pool {
    /// That of a metric; `None` for one that is a mean over batches.
    pub fn of(op: &Op) -> Option<Self> {
        Some(match op {
            Op::Accuracy(_) => Pool::Top(1),
            Op::Topk(op) => Pool::Top(op.k),
            Op::BinaryAccuracy(op) => Pool::Binary(op.threshold),
            Op::Mae(_) => Pool::AbsoluteError,
            Op::Mse(_) => Pool::SquaredError,
            Op::Precision(op) => Pool::Counted(Quantity::Precision, op.average, op.threshold),
            Op::Recall(op) => Pool::Counted(Quantity::Recall, op.average, op.threshold),
            Op::F1(op) => Pool::Counted(Quantity::F1, op.average, op.threshold),
            Op::Auc(_) => Pool::Area,
            _ => return None,
        })
    }

    /// The same where labels are distributions over this many classes.
    #[must_use]
    pub fn of_distributions(self, classes: usize) -> Self {
        match self {
            Pool::Top(k) => Pool::TopOfDistribution(k, classes),
            other => other,
        }
    }
}

impl Measure {
    /// The measure of a loss or metric.
    pub(in crate::run) fn of(checked: &Checked, node: NodeId, is_metric: bool) -> Self {
        let pool = checked.graph().op(node).filter(|_| is_metric).and_then(Pool::of);
        let soft = |labels: NodeId| {
            let fact = checked.fact(labels);
            (fact.dtype == DType::F32).then(|| fact.shape.get(1).and_then(|d| d.as_usize()).unwrap_or(1))
        };
        match (pool, checked.graph().inputs(node).as_slice()) {
            (Some(Pool::Top(k)), &[scores, labels, ..]) => {
                let pool = soft(labels).map_or(Pool::Top(k), |classes| Pool::TopOfDistribution(k, classes));
                Measure::Pooled(pool, [scores, labels])
            }
            (Some(pool), &[scores, labels, ..]) => Measure::Pooled(pool, [scores, labels]),
            _ => Measure::Mean(node),
        }
    }

    /// The nodes whose values are needed.
    pub(in crate::run) fn nodes(self) -> impl Iterator<Item = NodeId> {
        let (first, second) = match self {
            Measure::Mean(node) => (node, None),
            Measure::Pooled(_, [scores, labels]) => (scores, Some(labels)),
        };
        std::iter::once(first).chain(second)
    }
}

/// What was gathered so far.
#[derive(Clone, Debug)]
pub(in crate::run) struct Tally {
    measure: Measure,
    gathered: Gathered,
}

/// Numbers of a data set that become one.
#[derive(Clone, Debug)]
pub struct Gathered {
    pool: Option<Pool>,
    kept: Kept,
}

#[derive(Clone, Debug)]
enum Kept {
    /// A sum and the weight that it is over.
    Sum(f64, f64),
    /// Counts by class; scores of one label.
    Counts(Confusion, usize),
    /// All scores.
    Scores(Scored),
}

impl Tally {
    /// Nothing yet.
    pub(in crate::run) fn new(measure: Measure) -> Self {
        let gathered = match measure {
            Measure::Mean(_) => Gathered::mean(),
            Measure::Pooled(pool, _) => Gathered::new(pool),
        };
        Self { measure, gathered }
    }

    /// Adds a batch that a session has just seen. `weights` are those of its examples, empty where
    /// all are 1; a mean over batches does not heed them, since the loss has done so already.
    pub(in crate::run) fn add(&mut self, session: &Session, examples: usize, weights: &[f32]) {
        let value = |node| session.value(node).unwrap_or_default();
        match self.measure {
            Measure::Mean(node) => self.gathered.add_mean(value(node).first().copied().unwrap_or(f32::NAN), examples),
            Measure::Pooled(_, [scores, labels]) => {
                self.gathered.add(&Labelled { scores: value(scores), labels: value(labels), weights, examples });
            }
        }
    }

    /// The number so far, where it is cheap to tell.
    pub(in crate::run) fn running(&self) -> Option<f64> {
        matches!(self.gathered.kept, Kept::Sum(..)).then(|| self.value())
    }

    /// The number; NaN where it is undefined.
    pub(in crate::run) fn value(&self) -> f64 {
        self.gathered.value()
    }

    /// Everything as numbers, for a checkpoint.
    pub(in crate::run) fn store(&self) -> Vec<u64> {
        self.gathered.store()
    }

    /// Takes up what [`Tally::store`] gave; anything else is left as it is.
    pub(in crate::run) fn restore(&mut self, stored: &[u64]) {
        self.gathered.restore(stored);
    }
}

impl Gathered {
    /// Nothing yet, of what is a mean over batches.
    pub fn mean() -> Self {
        Self { pool: None, kept: Kept::Sum(0.0, 0.0) }
    }

    /// Nothing yet.
    pub fn new(pool: Pool) -> Self {
        let kept = match pool {
            Pool::Counted(..) => Kept::Counts(Confusion::new(0), 0),
            Pool::Area => Kept::Scores(Scored::new(0)),
            _ => Kept::Sum(0.0, 0.0),
        };
        Self { pool: Some(pool), kept }
    }

    /// Adds the mean of a batch.
    pub fn add_mean(&mut self, mean: f32, examples: usize) {
        self.add_sum((f64::from(mean) * examples as f64, examples as f64));
    }

    /// Adds scores with their labels.
    pub fn add(&mut self, batch: &Labelled<'_>) {
        let Some(pool) = self.pool else { return };
        let share = |hit: bool| f64::from(u8::from(hit));
        match pool {
            Pool::Top(k) => self.add_sum(batch.sum(|at| share(batch.is_among(at, k)))),
            Pool::TopOfDistribution(k, classes) => {
                let size = [batch.examples, classes];
                self.add_sum(score::top_of_distributions(batch.scores, batch.labels, batch.weights, size, k));
            }
            Pool::Binary(threshold) => self.add_sum(batch.sum(|at| share(batch.is_right(at, threshold)))),
            Pool::AbsoluteError => self.add_sum(batch.sum(|at| batch.distance(at).abs())),
            Pool::SquaredError => self.add_sum(batch.sum(|at| batch.distance(at).powi(2))),
            Pool::Counted(_, _, threshold) => {
                let Kept::Counts(confusion, scores) = &mut self.kept else { return };
                if *scores == 0 {
                    *scores = batch.classes();
                    *confusion = Confusion::new(batch.classes().max(2));
                }
                batch.count(threshold, confusion);
            }
            Pool::Area => {
                let Kept::Scores(scored) = &mut self.kept else { return };
                if scored.is_empty() {
                    *scored = Scored::new(batch.classes());
                }
                scored.add(batch);
            }
        }
    }

    fn add_sum(&mut self, (sum, weight): (f64, f64)) {
        if let Kept::Sum(total, of) = &mut self.kept {
            *total += sum;
            *of += weight;
        }
    }

    /// The number; NaN where it is undefined.
    pub fn value(&self) -> f64 {
        match (&self.kept, self.pool) {
            (Kept::Sum(sum, weight), _) if *weight > 0.0 => sum / weight,
            (Kept::Counts(confusion, scores), Some(Pool::Counted(quantity, average, _))) => {
                confusion.value(quantity, average.of_scores(*scores))
            }
            (Kept::Scores(scored), _) => Scored::mean_area(&scored.areas()).unwrap_or(f64::NAN),
            _ => f64::NAN,
        }
    }

    /// Everything as numbers, for a checkpoint.
    fn store(&self) -> Vec<u64> {
        match &self.kept {
            Kept::Sum(sum, weight) => vec![sum.to_bits(), weight.to_bits()],
            Kept::Counts(confusion, scores) => {
                std::iter::once(*scores as u64).chain(confusion.counts().iter().map(|c| c.to_bits())).collect()
            }
            Kept::Scores(scored) => std::iter::once(scored.classes() as u64).chain(scored.store()).collect(),
        }
    }

    /// Takes up what [`Gathered::store`] gave; anything else is left as it is.
    fn restore(&mut self, stored: &[u64]) {
        match (&mut self.kept, stored) {
            (Kept::Sum(sum, weight), [a, b]) => (*sum, *weight) = (f64::from_bits(*a), f64::from_bits(*b)),
            (Kept::Counts(confusion, scores), [n, counts @ ..]) => {
                let classes = counts.len().isqrt();
                if classes * classes == counts.len() {
                    *scores = *n as usize;
                    *confusion = Confusion::new(classes);
                    confusion.counts_mut().iter_mut().zip(counts).for_each(|(c, bits)| *c = f64::from_bits(*bits));
                }
            }
            (Kept::Scores(scored), [classes, stored @ ..]) => *scored = Scored::restore(*classes as usize, stored),
            _ => {}
        }
    }
}
