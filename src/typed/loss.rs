//! Losses, each the mean over its elements, and metrics.

use dfdx::shapes::{Dim, Shape};
use dfdx::tensor::{AsArray, Cpu, Merge, NoneTape, Tensor};

use crate::ops::Op;
use crate::ops::arcface::ArcFace;
use crate::ops::embedding_loss::{Contrastive, Rank1};
use crate::ops::loss::CrossEntropy;
use crate::ops::metric::{Accuracy, BinaryAccuracy, Topk};
use crate::ops::pair_loss::{Bce, BceLogits, Huber, Mae, Mse};
use crate::ops::triplet::{BatchTriplet, Triplet};

use super::shape::{Features, Labels, Scalar, Tape};
use super::tape::{Operand, Operands, apply};

pub use crate::ops::triplet::Mining;

/// The cross entropy of the softmax of logits `[N, K]` or `[N, K, ...]` with classes `[N]` or
/// `[N, ...]`. `smoothing` is the share of the target that is spread over all classes.
pub fn cross_entropy<S: Shape, L: Shape, T: Tape>(
    logits: Tensor<S, f32, Cpu, T>,
    classes: Tensor<L, i64, Cpu>,
    smoothing: f32,
) -> Scalar<T> {
    weighted_cross_entropy(logits, classes, smoothing, &[])
}

/// As [`cross_entropy`], with a weight for each class.
pub fn weighted_cross_entropy<S: Shape, L: Shape, T: Tape>(
    logits: Tensor<S, f32, Cpu, T>,
    classes: Tensor<L, i64, Cpu>,
    smoothing: f32,
    class_weights: &[f32],
) -> Scalar<T> {
    apply(CrossEntropy { smoothing, class_weights: class_weights.to_vec() }, (logits, classes))
}

macro_rules! pairs {
    ($($(#[doc = $about:literal])* $name:ident($($arg:ident: $type:ty)?) = $op:expr;)*) => {$(
        $(#[doc = $about])*
        ///
        /// The target is a tensor of floats or classes, with a tape or without.
        pub fn $name<S: Shape, T: Tape + Merge<R::Tape>, R: Operands>(
            x: Tensor<S, f32, Cpu, T>,
            target: R,
            $($arg: $type,)?
        ) -> Scalar<T> {
            apply($op, (x, target))
        }
    )*};
}

pairs! {
    /// The mean of `(x - target)^2`.
    mse() = Mse {};
    /// The mean of `|x - target|`.
    mae() = Mae {};
    /// The mean of `e^2 / 2` where `|e| <= delta`, else `delta (|e| - delta / 2)`.
    huber(delta: f32) = Huber { delta };
    /// Binary cross entropy of probabilities.
    bce() = Bce {};
    /// Binary cross entropy of logits.
    bce_logits() = BceLogits {};
}

/// The additive angular margin loss of cosines (ArcFace).
pub fn arcface<B: Dim, const C: usize, T: Tape>(
    cosines: Features<B, C, T>,
    classes: Labels<B>,
    scale: f32,
    margin: f32,
) -> Scalar<T> {
    apply(ArcFace { scale, margin }, (cosines, classes))
}

/// The mean of `max(|a - p|^2 - |a - n|^2 + margin, 0)` over triplets of an anchor, a positive and a
/// negative.
pub fn triplet<B: Dim, const C: usize, T: Tape>(
    anchor: Features<B, C, T>,
    positive: Features<B, C, T>,
    negative: Features<B, C, T>,
    margin: f32,
) -> Scalar<T> {
    apply(Triplet { margin }, (anchor, positive, negative))
}

/// The triplet loss of the triplets that a batch holds.
pub fn batch_triplet<B: Dim, const C: usize, T: Tape>(
    embeddings: Features<B, C, T>,
    identities: Labels<B>,
    margin: f32,
    mining: Mining,
) -> Scalar<T> {
    apply(BatchTriplet { margin, mining }, (embeddings, identities))
}

/// The contrastive loss of pairs; `same` is 1 for one identity and 0 for two.
pub fn contrastive<B: Dim, const C: usize, T: Tape + Merge<R::Tape>, R: Operands>(
    a: Features<B, C, T>,
    b: Features<B, C, T>,
    same: R,
    margin: f32,
) -> Scalar<T> {
    apply(Contrastive { margin }, (a, b, same))
}

/// Operands whose tapes are dropped.
struct Untaped(Vec<Operand>);

impl Operands for Untaped {
    type Tape = NoneTape;

    fn split(self) -> (Vec<Operand>, NoneTape) {
        (self.0, NoneTape)
    }
}

fn measure(op: impl Into<Op>, x: impl Operands, target: impl Operands) -> f32 {
    let mut operands = x.split().0;
    operands.extend(target.split().0);
    let value: Scalar = apply(op, Untaped(operands));
    value.array()
}

/// The share of examples whose greatest logit is that of their class.
pub fn accuracy<S: Shape, L: Shape, T: Tape>(logits: Tensor<S, f32, Cpu, T>, classes: Tensor<L, i64, Cpu>) -> f32 {
    measure(Accuracy {}, logits, classes)
}

/// The share of examples whose class is among the `k` greatest logits.
pub fn topk<S: Shape, L: Shape, T: Tape>(
    logits: Tensor<S, f32, Cpu, T>,
    classes: Tensor<L, i64, Cpu>,
    k: usize,
) -> f32 {
    measure(Topk { k }, logits, classes)
}

/// The share of elements on the same side of a threshold as their target.
pub fn binary_accuracy<S: Shape, T: Tape>(x: Tensor<S, f32, Cpu, T>, target: impl Operands, threshold: f32) -> f32 {
    measure(BinaryAccuracy { threshold }, x, target)
}

/// The share of embeddings whose nearest other one in the batch has the same identity.
pub fn rank1<B: Dim, const C: usize, T: Tape>(embeddings: Features<B, C, T>, identities: Labels<B>) -> f32 {
    measure(Rank1, embeddings, identities)
}
