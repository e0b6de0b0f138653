//! Ops without parameters, as functions.

use dfdx::shapes::{Const, Dim, Shape};
use dfdx::tensor::{Cpu, Merge, Tensor};

use crate::ops::attrs::{Padding, Size};
use crate::ops::merge::{AbsDiff, Add, Concat, Div, Maximum, Minimum, Mul, Sub};
use crate::ops::reduce::L2Norm;
use crate::ops::shape_ops::Reshape;
use crate::ops::softmax::{LogSoftmax, Softmax};
use crate::ops::spatial::{ChannelShuffle, DepthToSpace, Pad, SpaceToDepth, Target, Upsample};
use crate::ops::{activation, gelu, norm, pool};

use super::shape::{Channels, Features, Map, Sizes, Tape};
use super::tape::{Operand, Operands, apply};
use super::window::Sliding;

pub use crate::kernels::resample::Border;

/// Calls a macro with the functions of each element by itself that may end a [`Chain`](super::Chain)'s
/// kernel: those of `fused::is_activation`.
macro_rules! activations {
    ($each:ident) => {
        $each! {
            /// `max(x, 0)`.
            relu() = activation::Relu {};
            /// `min(max(x, 0), 6)`.
            relu6() = activation::Relu6 {};
            /// `x` above 0, `slope x` below.
            leaky_relu(slope: f32) = activation::LeakyRelu { slope };
            /// `x` above 0, `alpha (e^x - 1)` below.
            elu(alpha: f32) = activation::Elu { alpha };
            /// `1 / (1 + e^-x)`.
            sigmoid() = activation::Sigmoid {};
            /// The hyperbolic tangent.
            tanh() = activation::Tanh {};
            /// `x sigmoid(x)`, also called SiLU.
            swish() = activation::Swish {};
            /// `x relu6(x + 3) / 6`.
            hswish() = activation::Hswish {};
            /// `relu6(x + 3) / 6`.
            hsigmoid() = activation::Hsigmoid {};
            /// `ln(1 + e^x)`.
            softplus() = activation::Softplus {};
            /// `x tanh(ln(1 + e^x))`.
            mish() = activation::Mish {};
            /// `min(max(x, least), greatest)`, where there are bounds.
            clip(least: Option<f32>, greatest: Option<f32>) = activation::Clip {
                min: least.unwrap_or(f32::NEG_INFINITY),
                max: greatest.unwrap_or(f32::INFINITY),
            };
            /// `|x|`.
            abs() = activation::Abs {};
            /// `-x`.
            neg() = activation::Neg {};
            /// -1, 0 or 1.
            sign() = activation::Sign {};
            /// `x^2`.
            square() = activation::Square {};
            /// The square root.
            sqrt() = activation::Sqrt {};
            /// `x^exponent`.
            pow(exponent: f32) = activation::Pow { exponent };
            /// `e^x`.
            exp() = activation::Exp {};
            /// The natural logarithm.
            log() = activation::Log {};
            /// `factor x`.
            scale(factor: f32) = activation::Scale { factor };
            /// `x + offset`.
            shift(offset: f32) = activation::Shift { offset };
        }
    };
}
pub(super) use activations;

macro_rules! elementwise {
    ($($(#[doc = $about:literal])* $name:ident($($arg:ident: $type:ty),*) = $op:expr;)*) => {$(
        $(#[doc = $about])*
        pub fn $name<S: Shape, T: Tape>(x: Tensor<S, f32, Cpu, T> $(, $arg: $type)*) -> Tensor<S, f32, Cpu, T> {
            apply($op, x)
        }
    )*};
}

activations!(elementwise);

elementwise! {
    /// `x` times the normal distribution function at `x`.
    gelu() = gelu::Gelu { tanh: false };
    /// PyTorch's approximation of [`gelu`] by tanh.
    gelu_tanh() = gelu::Gelu { tanh: true };
    /// `x` itself.
    identity() = activation::Identity;
    /// Shares that sum to one along an axis; negative axes count from the end.
    softmax(axis: i64) = Softmax { axis };
    /// The logarithm of [`softmax`].
    log_softmax(axis: i64) = LogSoftmax { axis };
    /// Vectors of length one along an axis: `x / max(|x|, eps)`.
    l2norm(axis: i64, eps: f32) = L2Norm { axis, eps };
    /// Local response normalisation over windows of channels:
    /// `x / (k + alpha / size * sum of x^2)^beta`.
    lrn(size: usize, alpha: f64, beta: f64, k: f64) = norm::Lrn { size, alpha, beta, k };
    /// Channels dealt out from groups in turn.
    channel_shuffle(groups: usize) = ChannelShuffle { groups };
}

macro_rules! merges {
    ($($(#[doc = $about:literal])* $name:ident = $op:expr;)*) => {$(
        $(#[doc = $about])*
        pub fn $name<S: Shape, T: Tape + Merge<R>, R: Tape>(
            a: Tensor<S, f32, Cpu, T>,
            b: Tensor<S, f32, Cpu, R>,
        ) -> Tensor<S, f32, Cpu, T> {
            apply($op, (a, b))
        }
    )*};
}

merges! {
    /// `a + b`.
    add = Add;
    /// `a b`, element by element.
    mul = Mul;
    /// `a - b`.
    sub = Sub;
    /// `a / b`, element by element.
    div = Div;
    /// `|a - b|`.
    absdiff = AbsDiff;
    /// The greater of both.
    maximum = Maximum;
    /// The lesser of both.
    minimum = Minimum;
}

/// The sum of branches.
pub fn add_all<S: Shape, T: Tape, const N: usize>(branches: [Tensor<S, f32, Cpu, T>; N]) -> Tensor<S, f32, Cpu, T> {
    apply(Add, branches)
}

/// The product of branches, element by element.
pub fn mul_all<S: Shape, T: Tape, const N: usize>(branches: [Tensor<S, f32, Cpu, T>; N]) -> Tensor<S, f32, Cpu, T> {
    apply(Mul, branches)
}

/// Every map times the number of its channel, as in squeeze and excitation.
pub fn gate<B: Dim, const C: usize, const H: usize, const W: usize, T: Tape + Merge<R>, R: Tape>(
    x: Map<B, C, H, W, T>,
    gate: Map<B, C, 1, 1, R>,
) -> Map<B, C, H, W, T> {
    apply(Mul, (x, gate))
}

/// The mean of every map: `[N, C, ...]` to `[N, C]`.
pub fn gap<B: Dim, const C: usize, S: Channels<C> + Examples<B>, T: Tape>(
    x: Tensor<S, f32, Cpu, T>,
) -> Features<B, C, T> {
    apply(pool::GlobalAvgPool, x)
}

/// The greatest element of every map: `[N, C, ...]` to `[N, C]`.
pub fn gmp<B: Dim, const C: usize, S: Channels<C> + Examples<B>, T: Tape>(
    x: Tensor<S, f32, Cpu, T>,
) -> Features<B, C, T> {
    apply(pool::GlobalMaxPool, x)
}

/// Shapes of maps whose first axis is the batch `B`.
pub trait Examples<B>: Shape {}

impl<B: Dim, C: Dim, L: Dim> Examples<B> for (B, C, L) {}
impl<B: Dim, C: Dim, H: Dim, W: Dim> Examples<B> for (B, C, H, W) {}
impl<B: Dim, C: Dim, D: Dim, H: Dim, W: Dim> Examples<B> for (B, C, D, H, W) {}

/// Max pooling; written by [`max_pool!`](crate::max_pool).
pub fn max_pool<I: Sizes, O: Sizes, W: Sliding, B: Dim, T: Tape>(
    x: Tensor<I::Batched<B>, f32, Cpu, T>,
    ceil: bool,
) -> Tensor<O::Batched<B>, f32, Cpu, T> {
    apply(pool::MaxPool { sliding: W::attributes(ceil) }, x)
}

/// Average pooling; written by [`avg_pool!`](crate::avg_pool).
pub fn avg_pool<I: Sizes, O: Sizes, W: Sliding, B: Dim, T: Tape>(
    x: Tensor<I::Batched<B>, f32, Cpu, T>,
    ceil: bool,
    count_include_pad: bool,
) -> Tensor<O::Batched<B>, f32, Cpu, T> {
    apply(pool::AvgPool { sliding: W::attributes(ceil), count_include_pad }, x)
}

/// The same elements in another shape; written by [`reshape!`](crate::reshape).
pub fn reshape<I: Sizes, O: Sizes, B: Dim, T: Tape>(
    x: Tensor<I::Batched<B>, f32, Cpu, T>,
) -> Tensor<O::Batched<B>, f32, Cpu, T> {
    apply(Reshape { shape: O::default().concrete().into_iter().map(Some).collect() }, x)
}

/// A branch of [`concat_channels!`](crate::concat_channels), whose type holds the batch only.
pub struct Branch<B, T> {
    operand: Vec<Operand>,
    tape: T,
    batch: std::marker::PhantomData<B>,
}

impl<B: Dim, T: Tape> Operands for Branch<B, T> {
    type Tape = T;

    fn split(self) -> (Vec<Operand>, T) {
        (self.operand, self.tape)
    }
}

/// A branch for [`concat_channels`].
pub fn branch<I: Sizes, B: Dim, T: Tape>(x: Tensor<I::Batched<B>, f32, Cpu, T>) -> Branch<B, T> {
    let (operand, tape) = x.split();
    Branch { operand, tape, batch: std::marker::PhantomData }
}

/// Branches end to end along the channels; written by [`concat_channels!`](crate::concat_channels).
pub fn concat_channels<O: Sizes, B: Dim, T: Tape>(
    branches: impl IntoIterator<Item = Branch<B, T>>,
) -> Tensor<O::Batched<B>, f32, Cpu, T> {
    apply(Concat { axis: 1 }, branches.into_iter().collect::<Vec<_>>())
}

/// Elements around maps; written by [`pad!`](crate::pad).
pub fn pad<I: Sizes, O: Sizes, B: Dim, T: Tape>(
    x: Tensor<I::Batched<B>, f32, Cpu, T>,
    before: &[usize],
    after: &[usize],
    border: Border,
) -> Tensor<O::Batched<B>, f32, Cpu, T> {
    let pads = Padding::Each(before.iter().copied().zip(after.iter().copied()).collect());
    apply(Pad { pads, border }, x)
}

/// How a finer grid is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resize {
    bilinear: bool,
    align_corners: bool,
}

impl Resize {
    /// By the nearest element before.
    pub fn nearest() -> Self {
        Self { bilinear: false, align_corners: false }
    }

    /// Between the centres of neighbours.
    pub fn bilinear() -> Self {
        Self { bilinear: true, align_corners: false }
    }

    /// As [`Resize::bilinear`], with the centres of the corners on each other.
    pub fn aligned() -> Self {
        Self { bilinear: true, align_corners: true }
    }
}

/// A finer grid; written by [`upsample!`](crate::upsample).
pub fn upsample<I: Sizes, O: Sizes, B: Dim, T: Tape>(
    x: Tensor<I::Batched<B>, f32, Cpu, T>,
    how: Resize,
) -> Tensor<O::Batched<B>, f32, Cpu, T> {
    let to = Target::Size(Size::Each(O::default().concrete().into_iter().skip(1).collect()));
    apply(Upsample { to, bilinear: how.bilinear, align_corners: how.align_corners }, x)
}

/// Blocks to channels; written by [`space_to_depth!`](crate::space_to_depth).
pub fn space_to_depth<I: Sizes, O: Sizes, B: Dim, T: Tape>(
    x: Tensor<I::Batched<B>, f32, Cpu, T>,
    block: usize,
    channels_first: bool,
) -> Tensor<O::Batched<B>, f32, Cpu, T> {
    apply(SpaceToDepth { block, channels_first }, x)
}

/// Channels to blocks; written by [`depth_to_space!`](crate::depth_to_space).
pub fn depth_to_space<I: Sizes, O: Sizes, B: Dim, T: Tape>(
    x: Tensor<I::Batched<B>, f32, Cpu, T>,
    block: usize,
    channels_first: bool,
) -> Tensor<O::Batched<B>, f32, Cpu, T> {
    apply(DepthToSpace { block, channels_first }, x)
}

/// The maps of `[N, C, H, W]` without their spatial axes of size one.
pub fn squeeze<B: Dim, const C: usize, T: Tape>(x: Map<B, C, 1, 1, T>) -> Features<B, C, T> {
    reshape::<(Const<C>, Const<1>, Const<1>), (Const<C>,), B, T>(x)
}
