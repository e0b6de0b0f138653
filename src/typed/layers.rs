//! Typed layers: what decides shapes is in the type, everything else in the constructor.

use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use dfdx::shapes::{ConstShape, Dim, Shape};
use dfdx::tensor::{Cpu, Tensor};

use crate::ops::Op;
use crate::ops::attrs::Size;
use crate::ops::conv::{Conv as ConvOp, Weights};
use crate::ops::conv_transpose::ConvTranspose as ConvTransposeOp;
use crate::ops::dense::Dense as DenseOp;
use crate::ops::dropout;
use crate::ops::embedding::Embedding as EmbeddingOp;
use crate::ops::init::{Init, Penalty};
use crate::ops::prelu::Prelu as PreluOp;
use crate::ops::separable::Separable as SeparableOp;
use crate::ops::{batch_norm, norm};
use crate::shape::{Fact, Shape as Sides};

use super::layer::Layer;
use super::module::Module;
use super::shape::{Channels, EndsWith, Features, Sizes, Tape, WithWidth};
use super::window::{Numbers, Sliding};

/// The fact of inputs of these sizes.
fn fact(sizes: &[usize]) -> Fact {
    Fact::f32(Sides::of(sizes))
}

/// The fact of one example.
fn one<I: Sizes>() -> Fact {
    fact(&I::batch(1))
}

/// Implements what all layers share, and the builders of the listed kinds.
macro_rules! layer {
    ($name:ident<$($param:ident $(: $bound:path)?),* $(; $(const $constant:ident: $type:ty),*)?> $($kind:ident)*) => {
        impl<$($param $(: $bound)?,)* $($(const $constant: $type),*)?> $name<$($param,)* $($($constant),*)?> {
            /// Freezes it: its parameters have no gradients, and a batch norm keeps to its
            /// running statistics.
            #[must_use]
            pub fn frozen(mut self) -> Self {
                self.layer.set_frozen(true);
                self
            }

            /// Says that its input is data: no gradient goes on to it, which saves time.
            #[must_use]
            pub fn at_input(mut self) -> Self {
                self.layer.set_at_input(true);
                self
            }

            $(layer!(@ $kind);)*
        }

        impl<$($param $(: $bound)?,)* $($(const $constant: $type),*)?> Deref
            for $name<$($param,)* $($($constant),*)?>
        {
            type Target = Layer;

            fn deref(&self) -> &Layer {
                &self.layer
            }
        }

        impl<$($param $(: $bound)?,)* $($(const $constant: $type),*)?> DerefMut
            for $name<$($param,)* $($($constant),*)?>
        {
            fn deref_mut(&mut self) -> &mut Layer {
                &mut self.layer
            }
        }

        impl<$($param $(: $bound)?,)* $($(const $constant: $type),*)?> Module
            for $name<$($param,)* $($($constant),*)?>
        {
            fn layers<'a>(&'a self, path: &str, each: &mut dyn FnMut(&str, &'a Layer)) {
                each(path, &self.layer);
            }

            fn layers_mut(&mut self, path: &str, each: &mut dyn FnMut(&str, &mut Layer)) {
                each(path, &mut self.layer);
            }
        }
    };
    (@ weight) => {
        /// Says how the first values of `weight` are drawn.
        #[must_use]
        pub fn init(mut self, init: Init) -> Self {
            self.layer.set_init("weight", init);
            self
        }
    };
    (@ bias) => {
        /// Says how the first values of `bias` are drawn.
        #[must_use]
        pub fn bias_init(mut self, init: Init) -> Self {
            self.layer.set_init("bias", init);
            self
        }

        /// Puts a penalty on `weight`, which the program adds to the loss.
        #[must_use]
        pub fn penalty(mut self, penalty: Penalty) -> Self {
            self.layer.set_penalty("weight", penalty);
            self
        }
    };
    (@ pair) => {
        /// Says how the first values of both weights are drawn.
        #[must_use]
        pub fn init(mut self, init: Init) -> Self {
            self.layer.set_init("depthwise.weight", init);
            self.layer.set_init("pointwise.weight", init);
            self
        }

        /// Says how the first values of `pointwise.bias` are drawn.
        #[must_use]
        pub fn bias_init(mut self, init: Init) -> Self {
            self.layer.set_init("pointwise.bias", init);
            self
        }

        /// Puts a penalty on both weights, which the program adds to the loss.
        #[must_use]
        pub fn penalty(mut self, penalty: Penalty) -> Self {
            self.layer.set_penalty("depthwise.weight", penalty);
            self.layer.set_penalty("pointwise.weight", penalty);
            self
        }
    };
    (@ default) => {
        /// The layer, with parameters of zero.
        #[allow(clippy::new_without_default)]
        #[must_use]
        pub fn new() -> Self {
            Self::make()
        }
    };
}

/// The defaults of a spec.
fn weights(bias: bool) -> Weights {
    Weights { bias, init: Init::GlorotUniform, bias_init: Init::Zeros, penalty: Penalty::default() }
}

/// The first axis of one example's sizes: its channels.
fn channels<S: ConstShape>() -> usize {
    S::default().concrete().into_iter().next().unwrap_or(0)
}

/// A convolution from maps of sizes `I` to maps of sizes `O`; its type is written by
/// [`conv!`](crate::conv). Parameters: `weight` of `[out, in / groups, kernel...]` and `bias`.
#[derive(Debug)]
pub struct Conv<I, O, W, const GROUPS: usize, const BIAS: bool> {
    layer: Layer,
    sizes: PhantomData<fn(I, W) -> O>,
}

layer!(Conv<I: Sizes, O: Sizes, W: Sliding; const GROUPS: usize, const BIAS: bool> default weight bias);

impl<I: Sizes, O: Sizes, W: Sliding, const GROUPS: usize, const BIAS: bool> Conv<I, O, W, GROUPS, BIAS> {
    fn make() -> Self {
        let op = ConvOp { out: channels::<O>(), sliding: W::attributes(false), groups: GROUPS, weights: weights(BIAS) };
        Self { layer: Layer::new(op, &[one::<I>()]), sizes: PhantomData }
    }

    /// Convolves.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Tensor<I::Batched<B>, f32, Cpu, T>,
    ) -> Tensor<O::Batched<B>, f32, Cpu, T> {
        self.layer.forward(x)
    }
}

/// A transposed convolution; its type is written by [`conv_transpose!`](crate::conv_transpose).
/// Parameters: `weight` of `[in, out / groups, kernel...]` and `bias`.
#[derive(Debug)]
pub struct ConvTranspose<I, O, W, A, const GROUPS: usize, const BIAS: bool> {
    layer: Layer,
    sizes: PhantomData<fn(I, W, A) -> O>,
}

layer!(ConvTranspose<I: Sizes, O: Sizes, W: Sliding, A: Numbers; const GROUPS: usize, const BIAS: bool>
    default weight bias);

impl<I: Sizes, O: Sizes, W: Sliding, A: Numbers, const GROUPS: usize, const BIAS: bool>
    ConvTranspose<I, O, W, A, GROUPS, BIAS>
{
    fn make() -> Self {
        let added = A::list();
        let op = ConvTransposeOp {
            out: channels::<O>(),
            sliding: W::attributes(false),
            output_pad: if added.is_empty() { Size::All(0) } else { Size::Each(added) },
            groups: GROUPS,
            weights: weights(BIAS),
        };
        Self { layer: Layer::new(op, &[one::<I>()]), sizes: PhantomData }
    }

    /// Convolves.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Tensor<I::Batched<B>, f32, Cpu, T>,
    ) -> Tensor<O::Batched<B>, f32, Cpu, T> {
        self.layer.forward(x)
    }
}

/// A depthwise convolution and a 1x1 one behind it; its type is written by
/// [`separable!`](crate::separable). Parameters: `depthwise.weight` of `[in * multiplier, 1,
/// kernel...]`, `pointwise.weight` of `[out, in * multiplier, 1...]` and `pointwise.bias`.
#[derive(Debug)]
pub struct Separable<I, O, W, const MULTIPLIER: usize, const BIAS: bool> {
    layer: Layer,
    sizes: PhantomData<fn(I, W) -> O>,
}

layer!(Separable<I: Sizes, O: Sizes, W: Sliding; const MULTIPLIER: usize, const BIAS: bool> default pair);

impl<I: Sizes, O: Sizes, W: Sliding, const MULTIPLIER: usize, const BIAS: bool> Separable<I, O, W, MULTIPLIER, BIAS> {
    fn make() -> Self {
        let op = SeparableOp::new(channels::<O>(), W::attributes(false), MULTIPLIER, weights(BIAS));
        Self { layer: Layer::new(op, &[one::<I>()]), sizes: PhantomData }
    }

    /// Convolves.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Tensor<I::Batched<B>, f32, Cpu, T>,
    ) -> Tensor<O::Batched<B>, f32, Cpu, T> {
        self.layer.forward(x)
    }
}

/// A fully connected layer. Parameters: `weight` of `[out, in]` and `bias`.
#[derive(Debug)]
pub struct Dense<const IN: usize, const OUT: usize, const BIAS: bool = true> {
    layer: Layer,
}

layer!(Dense<; const IN: usize, const OUT: usize, const BIAS: bool> default weight bias);

impl<const IN: usize, const OUT: usize, const BIAS: bool> Dense<IN, OUT, BIAS> {
    fn make() -> Self {
        let op = DenseOp {
            out: OUT,
            bias: BIAS,
            init: Init::GlorotUniform,
            bias_init: Init::Zeros,
            penalty: Penalty::default(),
        };
        Self { layer: Layer::new(op, &[fact(&[1, IN])]) }
    }

    /// `x W^T + b`.
    pub fn forward<B: Dim, T: Tape>(&self, x: Features<B, IN, T>) -> Features<B, OUT, T> {
        self.layer.forward(x)
    }
}

/// Batch normalisation of `C` channels. Parameters: `weight`, `bias`, `running_mean` and
/// `running_var` of `[C]`.
#[derive(Debug)]
pub struct BatchNorm<const C: usize> {
    layer: Layer,
}

layer!(BatchNorm<; const C: usize> default);

impl<const C: usize> BatchNorm<C> {
    fn make() -> Self {
        Self { layer: Layer::new(batch_norm::BatchNorm { eps: 1e-5, momentum: 0.1 }, &[fact(&[1, C, 1])]) }
    }

    /// What is added to the variance.
    #[must_use]
    pub fn eps(mut self, value: f64) -> Self {
        if let Op::BatchNorm(op) = self.layer.op_mut() {
            op.eps = value;
        }
        self
    }

    /// The share of the batch in the running statistics.
    #[must_use]
    pub fn momentum(mut self, value: f64) -> Self {
        if let Op::BatchNorm(op) = self.layer.op_mut() {
            op.momentum = value;
        }
        self
    }

    /// Normalises.
    pub fn forward<S: Channels<C>, T: Tape>(&self, x: Tensor<S, f32, Cpu, T>) -> Tensor<S, f32, Cpu, T> {
        self.layer.forward(x)
    }
}

/// Group normalisation of `C` channels. Parameters: `weight` and `bias` of `[C]`.
#[derive(Debug)]
pub struct GroupNorm<const C: usize> {
    layer: Layer,
}

layer!(GroupNorm<; const C: usize>);

impl<const C: usize> GroupNorm<C> {
    /// The layer, with parameters of zero; `groups` divides the channels.
    #[must_use]
    pub fn new(groups: usize) -> Self {
        Self { layer: Layer::new(norm::GroupNorm { groups, eps: 1e-5 }, &[fact(&[1, C, 1])]) }
    }

    /// What is added to the variance.
    #[must_use]
    pub fn eps(mut self, value: f64) -> Self {
        if let Op::GroupNorm(op) = self.layer.op_mut() {
            op.eps = value;
        }
        self
    }

    /// Normalises.
    pub fn forward<S: Channels<C>, T: Tape>(&self, x: Tensor<S, f32, Cpu, T>) -> Tensor<S, f32, Cpu, T> {
        self.layer.forward(x)
    }
}

/// Instance normalisation of `C` channels. Parameters: `weight` and `bias` of `[C]`.
#[derive(Debug)]
pub struct InstanceNorm<const C: usize> {
    layer: Layer,
}

layer!(InstanceNorm<; const C: usize> default);

impl<const C: usize> InstanceNorm<C> {
    fn make() -> Self {
        Self { layer: Layer::new(norm::InstanceNorm { eps: 1e-5 }, &[fact(&[1, C, 1])]) }
    }

    /// What is added to the variance.
    #[must_use]
    pub fn eps(mut self, value: f64) -> Self {
        if let Op::InstanceNorm(op) = self.layer.op_mut() {
            op.eps = value;
        }
        self
    }

    /// Normalises.
    pub fn forward<S: Channels<C>, T: Tape>(&self, x: Tensor<S, f32, Cpu, T>) -> Tensor<S, f32, Cpu, T> {
        self.layer.forward(x)
    }
}

/// Layer normalisation over last axes of sizes `S`, as `(Const<64>,)`. Parameters: `weight` and
/// `bias` of those sizes.
#[derive(Debug)]
pub struct LayerNorm<S> {
    layer: Layer,
    sizes: PhantomData<S>,
}

layer!(LayerNorm<S: Sizes> default);

impl<S: Sizes> LayerNorm<S> {
    fn make() -> Self {
        let op = norm::LayerNorm { axes: S::NUM_DIMS, eps: 1e-5 };
        Self { layer: Layer::new(op, &[one::<S>()]), sizes: PhantomData }
    }

    /// What is added to the variance.
    #[must_use]
    pub fn eps(mut self, value: f64) -> Self {
        if let Op::LayerNorm(op) = self.layer.op_mut() {
            op.eps = value;
        }
        self
    }

    /// Normalises.
    pub fn forward<X: EndsWith<S>, T: Tape>(&self, x: Tensor<X, f32, Cpu, T>) -> Tensor<X, f32, Cpu, T> {
        self.layer.forward(x)
    }
}

/// `x` above 0, `weight x` below. Parameter: `weight` of `[C]`.
#[derive(Debug)]
pub struct Prelu<const C: usize> {
    layer: Layer,
}

layer!(Prelu<; const C: usize> default weight);

impl<const C: usize> Prelu<C> {
    fn make() -> Self {
        Self { layer: Layer::new(PreluOp { init: Init::Constant(0.25) }, &[fact(&[1, C])]) }
    }

    /// Rectifies.
    pub fn forward<S: Channels<C>, T: Tape>(&self, x: Tensor<S, f32, Cpu, T>) -> Tensor<S, f32, Cpu, T> {
        self.layer.forward(x)
    }
}

/// A learned vector of `WIDTH` for each of `ROWS` indices. Parameter: `weight` of `[ROWS, WIDTH]`.
#[derive(Debug)]
pub struct Embedding<const ROWS: usize, const WIDTH: usize> {
    layer: Layer,
}

layer!(Embedding<; const ROWS: usize, const WIDTH: usize> default weight);

impl<const ROWS: usize, const WIDTH: usize> Embedding<ROWS, WIDTH> {
    fn make() -> Self {
        let op = EmbeddingOp { num: ROWS, dim: WIDTH, init: Init::Uniform(0.05) };
        Self { layer: Layer::new(op, &[Fact::i64(Sides::of(&[1]))]) }
    }

    /// Looks the vectors up.
    pub fn forward<S: WithWidth<WIDTH>, T: Tape>(&self, x: Tensor<S, i64, Cpu, T>) -> Tensor<S::Wide, f32, Cpu, T> {
        self.layer.forward(x)
    }
}

/// A layer of any op with parameters that has no type of its own, from examples of sizes `I` to
/// examples of sizes `O`, which are compared with what the op makes when it runs.
///
/// ```
/// use blockprint::ops::recurrent::{Layer as Recurrent, Lstm};
/// use blockprint::typed::prelude::*;
///
/// let layer = Recurrent { hidden: 8, bidirectional: false, sequences: true, bias: true };
/// let lstm: Custom<(Const<5>, Const<3>), (Const<5>, Const<8>)> = Custom::new(Lstm { layer });
/// let states: Seq<usize, 5, 8> = lstm.forward(tensor(vec![0.1; 30], 2));
/// ```
#[derive(Debug)]
pub struct Custom<I, O> {
    layer: Layer,
    sizes: PhantomData<fn(I) -> O>,
}

layer!(Custom<I: Sizes, O: Sizes>);

impl<I: Sizes, O: Sizes> Custom<I, O> {
    /// The layer, with parameters of zero.
    #[must_use]
    pub fn new(op: impl Into<Op>) -> Self {
        Self { layer: Layer::new(op, &[one::<I>()]), sizes: PhantomData }
    }

    /// Applies the op.
    ///
    /// # Panics
    /// Where the op does not accept the input, or makes other sizes of it.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Tensor<I::Batched<B>, f32, Cpu, T>,
    ) -> Tensor<O::Batched<B>, f32, Cpu, T> {
        self.layer.forward(x)
    }
}

macro_rules! dropouts {
    ($($(#[doc = $about:literal])* $name:ident)*) => {$(
        $(#[doc = $about])*
        #[derive(Debug)]
        pub struct $name {
            layer: Layer,
        }

        layer!($name<>);

        impl $name {
            /// Drops with probability `p`; `node` is the number of its random stream, which no
            /// other layer of the network has.
            #[must_use]
            pub fn new(p: f32, node: u64) -> Self {
                Self { layer: Layer::new(dropout::$name { p }, &[]).with_node(node) }
            }

            /// Drops while a tape trains, else hands on.
            pub fn forward<S: Shape, T: Tape>(&self, x: Tensor<S, f32, Cpu, T>) -> Tensor<S, f32, Cpu, T> {
                self.layer.forward(x)
            }
        }
    )*};
}

dropouts! {
    /// Drops single elements.
    Dropout
    /// Drops whole channels.
    SpatialDropout
    /// Drops whole examples.
    StochasticDepth
}
