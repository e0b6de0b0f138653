//! Metrics: numbers of a batch, and scores that become a number with those of all other batches.

use dfdx::shapes::{Dim, Shape};
use dfdx::tensor::{AsArray, Cpu, SplitTape, Tensor};

use crate::kernels::score::Labelled;
use crate::ops::Op;
use crate::ops::class_metric::{Auc, F1, Precision, Recall};
use crate::ops::embedding_loss::Rank1;
use crate::ops::metric::{Accuracy, BinaryAccuracy, Topk};
use crate::run::metrics::{Gathered, Pool};
use crate::shape::DType;

use super::shape::{Features, Labels, Scalar, Tape};
use super::tape::{Operand, Operands, apply};

pub use crate::kernels::score::Average;

/// The share of embeddings whose nearest other one in the batch has the same identity.
pub fn rank1<B: Dim, const C: usize, T: Tape>(embeddings: Features<B, C, T>, identities: Labels<B>) -> f32 {
    let value: Scalar = apply(Rank1, (embeddings.split_tape().0, identities));
    value.array()
}

/// Scores `[N, classes, ...]` with labels `[N, ...]`, or one score for each label: a measure of a
/// whole data set, of which these are one batch.
#[derive(Clone, Debug)]
pub struct Pooled {
    pool: Pool,
    scores: Vec<f32>,
    labels: Vec<f32>,
    examples: usize,
}

impl Pooled {
    /// The scores and labels of a metric of the op table that is no mean over batches.
    ///
    /// # Panics
    /// Where the metric does not accept them.
    fn new<S: Shape, T: Tape>(op: impl Into<Op>, scores: Tensor<S, f32, Cpu, T>, labels: impl Operands) -> Self {
        let of = |operands: Vec<Operand>| operands.into_iter().next().expect("a tensor is one operand");
        let (scores, labels) = (of(scores.split().0), of(labels.split().0));
        let op = op.into();
        if let Err(error) = op.infer(&[scores.fact.clone(), labels.fact.clone()]) {
            panic!("`{}`: {}", op.info().name, error.message);
        }
        let size = |axis: usize| scores.fact.shape.get(axis).and_then(|d| d.as_usize()).unwrap_or(1);
        let pool = Pool::of(&op).expect("the metrics below are pooled");
        let pool = if labels.fact.dtype == DType::F32 { pool.of_distributions(size(1)) } else { pool };
        Self { pool, scores: scores.copy().to_vec(), labels: labels.copy().to_vec(), examples: size(0) }
    }

    /// The measure of this batch alone; NaN where it is undefined.
    pub fn value(&self) -> f64 {
        let mut gathered = self.begin();
        self.add_to(&mut gathered, &[]);
        gathered.value()
    }

    /// Nothing yet, for batches of this measure.
    pub(super) fn begin(&self) -> Gathered {
        Gathered::new(self.pool)
    }

    /// Adds this batch. `weights` are those of its examples, empty where all are 1.
    pub(super) fn add_to(&self, gathered: &mut Gathered, weights: &[f32]) {
        let (scores, labels, examples) = (&self.scores, &self.labels, self.examples);
        gathered.add(&Labelled { scores, labels, weights, examples });
    }
}

macro_rules! pooled {
    ($($(#[doc = $about:literal])* $name:ident($($arg:ident: $type:ty),*) = $op:expr;)*) => {$(
        $(#[doc = $about])*
        pub fn $name<S: Shape, T: Tape>(
            scores: Tensor<S, f32, Cpu, T>,
            labels: impl Operands,
            $($arg: $type,)*
        ) -> Pooled {
            Pooled::new($op, scores, labels)
        }
    )*};
}

pooled! {
    /// The share of labels whose class has the greatest score; of labels that are distributions over
    /// classes, the most probable one counts.
    accuracy() = Accuracy {};
    /// The share of labels whose class is among the `k` of the greatest scores.
    topk(k: usize) = Topk { k };
    /// The share of single scores on their label's side of a threshold.
    binary_accuracy(threshold: f32) = BinaryAccuracy { threshold };
    /// Of what is taken for a class, the share that is of it. Single scores above the threshold stand
    /// for true.
    precision(average: Average, threshold: f32) = Precision { average, threshold };
    /// Of what is of a class, the share that is taken for it.
    recall(average: Average, threshold: f32) = Recall { average, threshold };
    /// The harmonic mean of precision and recall.
    f1(average: Average, threshold: f32) = F1 { average, threshold };
    /// The area under the ROC curve; of more than two classes the mean of each against the others.
    auc() = Auc;
}

/// What a metric says of a batch.
#[derive(Clone, Debug)]
pub enum Value {
    /// A number that is averaged over the batches.
    Mean(f32),
    /// What becomes a number with all other batches.
    Pooled(Pooled),
}

impl From<f32> for Value {
    fn from(mean: f32) -> Self {
        Value::Mean(mean)
    }
}

impl From<Pooled> for Value {
    fn from(pooled: Pooled) -> Self {
        Value::Pooled(pooled)
    }
}
