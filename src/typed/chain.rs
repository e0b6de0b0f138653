//! Chains of layers and functions that are called as one.

use std::marker::PhantomData;

use dfdx::shapes::{Const, Dim};
use dfdx::tensor::{Cpu, Merge, Tensor};

use crate::ops::activation;
use crate::ops::merge::Add;

use super::functions::activations;
use super::layer::Layer;
use super::layers::{BatchNorm, Conv, Dense};
use super::pass::{Link, Step};
use super::shape::{Channels, Sizes, Tape};
use super::tape::{Operand, Operands, call};
use super::window::Sliding;

/// Layers and functions one after the other, from examples of sizes `I` to examples of sizes `O`.
/// It computes what calls of each in turn compute, and its gradients are theirs, but what they hand
/// to each other are no tensors: without a tape a layer, its batch norm, an addition and an
/// activation run as one kernel, with a tape a batch norm and what follows it do.
///
/// It begins with a layer and goes on by the methods of [`Chained`]:
///
/// ```
/// use blockprint::typed::prelude::*;
///
/// struct Block {
///     conv: conv!(8 x 6 x 6 => 8 x 6 x 6, kernel 3 x 3, pad 1 x 1, no bias),
///     bn: BatchNorm<8>,
/// }
///
/// impl Block {
///     fn forward<B: Dim, T: Tape>(&self, x: Map<B, 8, 6, 6, T>) -> Map<B, 8, 6, 6, T> {
///         let skip = fork(&x);
///         self.conv.bn(&self.bn).add(skip).relu().forward(x)
///     }
/// }
///
/// let block = Block { conv: Conv::new(), bn: BatchNorm::new() };
/// let x: Map<usize, 8, 6, 6> = tensor(vec![1.0; 288], 1);
/// assert_eq!(values(&block.forward(fork(&x))), values(&relu(add(block.bn.forward(block.conv.forward(fork(&x))), x))));
/// ```
///
/// Channels and shapes are checked where a chain is written:
///
/// ```compile_fail
/// use blockprint::typed::prelude::*;
///
/// let (dense, bn) = (Dense::<4, 3>::new(), BatchNorm::<4>::new());
/// let chain = dense.bn(&bn); // error: expected `3`, found `4`
/// ```
#[must_use = "a chain does nothing before `forward`"]
pub struct Chain<'a, I, O, A = ()> {
    steps: Vec<Step<'a>>,
    /// Nothing, or what belongs to the tensor that is [`Added`].
    added: A,
    sizes: PhantomData<fn(I) -> O>,
}

/// That a chain adds a tensor with the batch `B` and a tape `R`.
pub struct Added<B, R> {
    tape: R,
    batch: PhantomData<B>,
}

impl<'a, I: Sizes, O: Sizes> Chain<'a, I, O> {
    fn of(layer: &'a Layer) -> Self {
        Self { steps: vec![Step { link: Link::Layer(layer), inputs: Vec::new() }], added: (), sizes: PhantomData }
    }

    /// Runs it.
    pub fn forward<B: Dim, T: Tape>(self, x: Tensor<I::Batched<B>, f32, Cpu, T>) -> Tensor<O::Batched<B>, f32, Cpu, T> {
        let (inputs, tape) = x.split();
        call(from(inputs, self.steps), tape)
    }
}

impl<I: Sizes, O: Sizes, B: Dim, R: Tape> Chain<'_, I, O, Added<B, R>> {
    /// Runs it.
    pub fn forward<T: Tape + Merge<R>>(
        self,
        x: Tensor<I::Batched<B>, f32, Cpu, T>,
    ) -> Tensor<O::Batched<B>, f32, Cpu, T> {
        let (inputs, tape) = x.split();
        call(from(inputs, self.steps), tape.merge(self.added.tape))
    }
}

/// The first step reads the chain's input.
fn from(inputs: Vec<Operand>, mut steps: Vec<Step<'_>>) -> Vec<Step<'_>> {
    if let Some(first) = steps.first_mut() {
        first.inputs = inputs;
    }
    steps
}

impl<'a, I, O, A> Chain<'a, I, O, A> {
    fn push<P, N>(mut self, step: Step<'a>, added: impl FnOnce(A) -> N) -> Chain<'a, I, P, N> {
        self.steps.push(step);
        Chain { steps: self.steps, added: added(self.added), sizes: PhantomData }
    }
}

macro_rules! activation_methods {
    ($($(#[doc = $about:literal])* $name:ident($($arg:ident: $type:ty),*) = $op:expr;)*) => {
        /// What a chain can begin with or go on from: a layer, or a chain.
        pub trait Chained<'a>: Sized {
            /// The sizes of an example of the input.
            type In: Sizes;
            /// The sizes of an example of the output.
            type Out: Sizes;
            /// Nothing, or the tensor that is [`Added`].
            type Added;

            /// The chain as far as it goes.
            fn chain(self) -> Chain<'a, Self::In, Self::Out, Self::Added>;

            /// Goes on with a batch norm.
            fn bn<const C: usize>(self, norm: &'a BatchNorm<C>) -> Chain<'a, Self::In, Self::Out, Self::Added>
            where
                <Self::Out as Sizes>::Batched<usize>: Channels<C>,
            {
                self.chain().push(Step { link: Link::Layer(norm), inputs: Vec::new() }, |added| added)
            }

            /// Goes on with the addition of a tensor; a chain has one at most.
            fn add<B: Dim, R: Tape>(
                self,
                other: Tensor<<Self::Out as Sizes>::Batched<B>, f32, Cpu, R>,
            ) -> Chain<'a, Self::In, Self::Out, Added<B, R>>
            where
                Self: Chained<'a, Added = ()>,
            {
                let (inputs, tape) = other.split();
                let added = Added { tape, batch: PhantomData };
                self.chain().push(Step { link: Link::Op(Add.into()), inputs }, |()| added)
            }

            /// Goes on with a chain that begins where this one ends.
            fn then<N: Chained<'a, In = Self::Out, Added = ()>>(
                self,
                next: N,
            ) -> Chain<'a, Self::In, N::Out, Self::Added> {
                let mut chain = self.chain();
                chain.steps.extend(next.chain().steps);
                Chain { steps: chain.steps, added: chain.added, sizes: PhantomData }
            }

            $(
                $(#[doc = $about])*
                fn $name(self $(, $arg: $type)*) -> Chain<'a, Self::In, Self::Out, Self::Added> {
                    let link = Link::Op($op.into());
                    self.chain().push(Step { link, inputs: Vec::new() }, |added| added)
                }
            )*
        }

        /// The functions that a chain goes on with by a method of that name.
        pub const ACTIVATIONS: &[&str] = &[$(stringify!($name)),*];
    };
}

activations!(activation_methods);

impl<'a, I: Sizes, O: Sizes, A> Chained<'a> for Chain<'a, I, O, A> {
    type In = I;
    type Out = O;
    type Added = A;

    fn chain(self) -> Self {
        self
    }
}

macro_rules! heads {
    ($(<$($param:ident $(: $bound:path)?),* $(; $(const $constant:ident: $type:ty),*)?> $layer:ty: $in:ty => $out:ty;)*) => {$(
        impl<'a, $($param $(: $bound)?,)* $($(const $constant: $type),*)?> Chained<'a> for &'a $layer {
            type In = $in;
            type Out = $out;
            type Added = ();

            fn chain(self) -> Chain<'a, $in, $out> {
                Chain::of(self)
            }
        }
    )*};
}

heads! {
    <I: Sizes, O: Sizes, W: Sliding; const GROUPS: usize, const BIAS: bool> Conv<I, O, W, GROUPS, BIAS>: I => O;
    <; const IN: usize, const OUT: usize, const BIAS: bool> Dense<IN, OUT, BIAS>: (Const<IN>,) => (Const<OUT>,);
}
