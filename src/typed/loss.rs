//! Losses, each the mean over its elements.

use dfdx::shapes::{Dim, Shape};
use dfdx::tensor::{Cpu, Merge, Tensor};

use crate::ops::arcface::ArcFace;
use crate::ops::embedding_loss::Contrastive;
use crate::ops::loss::CrossEntropy;
use crate::ops::pair_loss::{Bce, BceLogits, Huber, Mae, Mse};
use crate::ops::triplet::{BatchTriplet, Triplet};

use super::shape::{Features, Labels, Scalar, Tape};
use super::tape::{Operands, apply};

pub use crate::ops::triplet::Mining;

/// The cross entropy of the softmax of logits `[N, K]` or `[N, K, ...]` with classes `[N]` or
/// `[N, ...]`, or with distributions over classes, floats in the shape of the logits. `smoothing` is
/// the share of the target that is spread over all classes.
pub fn cross_entropy<S: Shape, T: Tape + Merge<L::Tape>, L: Operands>(
    logits: Tensor<S, f32, Cpu, T>,
    target: L,
    smoothing: f32,
) -> Scalar<T> {
    weighted_cross_entropy(logits, target, smoothing, &[])
}

/// As [`cross_entropy`], with a weight for each class.
pub fn weighted_cross_entropy<S: Shape, T: Tape + Merge<L::Tape>, L: Operands>(
    logits: Tensor<S, f32, Cpu, T>,
    target: L,
    smoothing: f32,
    class_weights: &[f32],
) -> Scalar<T> {
    apply(CrossEntropy { smoothing, class_weights: class_weights.to_vec() }, (logits, target))
}

/// As [`weighted_cross_entropy`], with a weight for each label too, which multiplies its loss; the
/// divisor stays, as in Keras. Without class weights all are 1.
pub fn cross_entropy_by_example<S: Shape, T, L: Operands, W: Operands>(
    logits: Tensor<S, f32, Cpu, T>,
    target: L,
    weights: W,
    smoothing: f32,
    class_weights: &[f32],
) -> Scalar<T>
where
    T: Tape + Merge<L::Tape> + Merge<W::Tape>,
{
    apply(CrossEntropy { smoothing, class_weights: class_weights.to_vec() }, (logits, target, weights))
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
