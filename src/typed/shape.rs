//! Shapes as types.

use std::sync::LazyLock;

use dfdx::shapes::{Const, ConstDim, ConstShape, Dim, Shape};
use dfdx::tensor::{Cpu, NoneTape, Tensor, TensorFromVec, WithEmptyTape};

/// The device of all tensors that are made here: each of its own would seed a generator.
pub(super) fn device() -> &'static Cpu {
    static DEVICE: LazyLock<Cpu> = LazyLock::new(Cpu::default);
    &DEVICE
}

/// A tape of gradients of `f32` tensors: `OwnedTape<f32, Cpu>` to train, [`NoneTape`] to predict.
pub trait Tape: dfdx::tensor::Tape<f32, Cpu> {}

impl<T: dfdx::tensor::Tape<f32, Cpu>> Tape for T {}

/// Images, `[N, C, H, W]`.
pub type Map<B, const C: usize, const H: usize, const W: usize, T = NoneTape> =
    Tensor<(B, Const<C>, Const<H>, Const<W>), f32, Cpu, T>;
/// Vectors, `[N, C]`.
pub type Features<B, const C: usize, T = NoneTape> = Tensor<(B, Const<C>), f32, Cpu, T>;
/// Sequences, `[N, C, L]`.
pub type Seq<B, const C: usize, const L: usize, T = NoneTape> = Tensor<(B, Const<C>, Const<L>), f32, Cpu, T>;
/// Volumes, `[N, C, D, H, W]`.
pub type Volume<B, const C: usize, const D: usize, const H: usize, const W: usize, T = NoneTape> =
    Tensor<(B, Const<C>, Const<D>, Const<H>, Const<W>), f32, Cpu, T>;
/// A number, as a loss is.
pub type Scalar<T = NoneTape> = Tensor<(), f32, Cpu, T>;
/// One class or index an example, `[N]`.
pub type Labels<B> = Tensor<(B,), i64, Cpu>;

/// The sizes of one example: a shape of constants without the axis of the batch.
pub trait Sizes: ConstShape {
    /// The shape of a batch of examples.
    type Batched<B: Dim>: Shape;

    /// The sizes of a batch of this many examples.
    fn batch(examples: usize) -> Vec<usize> {
        std::iter::once(examples).chain(Self::default().concrete()).collect()
    }
}

macro_rules! sizes {
    ($($dim:ident)*) => {
        impl<$($dim: ConstDim),*> Sizes for ($($dim,)*) {
            type Batched<Batch: Dim> = (Batch, $($dim,)*);
        }
    };
}

sizes!(A);
sizes!(A C);
sizes!(A C D);
sizes!(A C D E);

/// Shapes with `C` channels: `[N, C, ...]`.
#[diagnostic::on_unimplemented(
    message = "this layer takes {C} channels, but the shape is `{Self}`",
    label = "not a shape of {C} channels"
)]
pub trait Channels<const C: usize>: Shape {}

impl<B: Dim, const C: usize> Channels<C> for (B, Const<C>) {}
impl<B: Dim, const C: usize, W: Dim> Channels<C> for (B, Const<C>, W) {}
impl<B: Dim, const C: usize, H: Dim, W: Dim> Channels<C> for (B, Const<C>, H, W) {}
impl<B: Dim, const C: usize, D: Dim, H: Dim, W: Dim> Channels<C> for (B, Const<C>, D, H, W) {}

/// Shapes whose last axes have these sizes.
#[diagnostic::on_unimplemented(
    message = "the last axes of `{Self}` are not `{S}`",
    label = "not a shape that ends with `{S}`"
)]
pub trait EndsWith<S>: Shape {}

impl<B: Dim, A: Dim> EndsWith<(A,)> for (B, A) {}
impl<B: Dim, C: Dim, A: Dim> EndsWith<(A,)> for (B, C, A) {}
impl<B: Dim, C: Dim, D: Dim, A: Dim> EndsWith<(A,)> for (B, C, D, A) {}
impl<B: Dim, A: Dim, E: Dim> EndsWith<(A, E)> for (B, A, E) {}
impl<B: Dim, C: Dim, A: Dim, E: Dim> EndsWith<(A, E)> for (B, C, A, E) {}
impl<B: Dim, A: Dim, E: Dim, F: Dim> EndsWith<(A, E, F)> for (B, A, E, F) {}

/// Shapes that get one more axis, as indices do that become vectors.
pub trait WithWidth<const W: usize>: Shape {
    /// The shape with `W` as its last axis.
    type Wide: Shape;
}

impl<A: Dim, const W: usize> WithWidth<W> for (A,) {
    type Wide = (A, Const<W>);
}

impl<A: Dim, B: Dim, const W: usize> WithWidth<W> for (A, B) {
    type Wide = (A, B, Const<W>);
}

impl<A: Dim, B: Dim, C: Dim, const W: usize> WithWidth<W> for (A, B, C) {
    type Wide = (A, B, C, Const<W>);
}

/// Shapes that the number of examples fixes.
pub trait Batch: Shape {
    /// The shape of this many examples; `None` where the type has another number.
    fn of(examples: usize) -> Option<Self>;
}

macro_rules! batch {
    ($($dim:ident)*) => {
        impl<Examples: Dim, $($dim: ConstDim),*> Batch for (Examples, $($dim,)*) {
            fn of(examples: usize) -> Option<Self> {
                Some((Examples::from_size(examples)?, $($dim::default(),)*))
            }
        }
    };
}

batch!();
batch!(A);
batch!(A C);
batch!(A C D);
batch!(A C D E);

/// A batch from its values, row-major, and the number of examples.
///
/// ```
/// use blockprint::typed::prelude::*;
///
/// let images: Map<usize, 3, 2, 2> = tensor(vec![0.0; 24], 2);
/// let one: Map<Const<1>, 3, 2, 2> = tensor(vec![0.0; 12], 1);
/// # assert_eq!(values(&images).len(), 2 * values(&one).len());
/// ```
///
/// # Panics
/// Where the number of values or of examples is not that of the type.
pub fn tensor<S: Batch>(values: Vec<f32>, examples: usize) -> Tensor<S, f32, Cpu> {
    let found = values.len();
    match S::of(examples).filter(|shape| shape.num_elements() == found) {
        Some(shape) => device().tensor_from_vec(values, shape),
        None => panic!("{found} values are no {examples} examples of `{}`", std::any::type_name::<S>()),
    }
}

/// One class or index for each example.
pub fn labels(values: Vec<i64>) -> Labels<usize> {
    let examples = values.len();
    device().tensor_from_vec(values, (examples,))
}

/// The same value for another branch, with an empty tape: both branches are traced, and their
/// tapes meet again where the branches do.
pub fn fork<S: Shape, T: Tape>(x: &Tensor<S, f32, Cpu, T>) -> Tensor<S, f32, Cpu, T> {
    x.with_empty_tape()
}
