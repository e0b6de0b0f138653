//! The ops: a closed set, one file for each family.
//!
//! The list at the end of this file is the only place that names them all. From it come the
//! modules, the enum [`Op`], the table and the dispatch, so that a missing case is a compile
//! error. Blocks expand before the graph is built; they are no ops. Losses and metrics are.

pub mod attrs;
pub mod blocked;
pub mod blocked_train;
pub mod doc;
pub mod emit;
mod facts;
pub mod fused;
pub mod geometry;
pub mod init;
pub mod interleaved;
pub mod lower;
pub mod rectified;
mod soft_loss;
pub mod units;

use std::fmt;

use rand_chacha::ChaCha8Rng;

use crate::diag::{Code, Sink};
use crate::shape::{Dim, DimOverflow, Fact};
use crate::source::Span;

use attrs::{Args, Attr};
use emit::{Dfdx, Unsupported};
use init::{Init, Penalty};
use lower::{LowerCx, Lowered};

/// What is known of an op without an instance.
#[derive(Debug)]
pub struct OpInfo {
    /// Its name in a spec.
    pub name: &'static str,
    /// Other names that users of Keras, PyTorch or Caffe may reach for. They are accepted
    /// nowhere, and offered in the did-you-mean.
    pub also_known_as: &'static [&'static str],
    /// One or two sentences: what it computes, with shapes, and whose convention it follows.
    pub doc: &'static str,
    /// Its inputs.
    pub inputs: Inputs,
    /// Its attributes, in positional order.
    pub attrs: &'static [Attr],
    /// What role it may play.
    pub role: Role,
    /// A call as it would stand in a spec.
    pub example: &'static str,
}

/// The inputs of an op.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inputs {
    /// Exactly these, by name; more than one are written as arguments: `absdiff(a, b)`.
    Named(&'static [&'static str]),
    /// These, then perhaps these.
    Optional(&'static [&'static str], &'static [&'static str]),
    /// Two or more branches.
    Branches,
}

impl Inputs {
    /// The names of those that must be given.
    pub fn names(self) -> &'static [&'static str] {
        match self {
            Inputs::Named(names) | Inputs::Optional(names, _) => names,
            Inputs::Branches => &[],
        }
    }

    /// The least number of inputs.
    pub fn min(self) -> usize {
        match self {
            Inputs::Named(names) | Inputs::Optional(names, _) => names.len(),
            Inputs::Branches => 1,
        }
    }

    /// The greatest number of inputs, where there is one.
    pub fn max(self) -> Option<usize> {
        match self {
            Inputs::Named(names) => Some(names.len()),
            Inputs::Optional(names, more) => Some(names.len() + more.len()),
            Inputs::Branches => None,
        }
    }
}

/// What role an op may play.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A layer of a network.
    Layer,
    /// A loss: its output is a scalar, the mean over the batch.
    Loss,
    /// A metric: a scalar that is not differentiated.
    Metric,
}

/// Why shapes or element types do not fit, told without spans: the checker adds them.
#[derive(Clone, Debug, PartialEq)]
pub struct ShapeError {
    /// The code.
    pub code: Code,
    /// What is wrong, with both sides' shapes.
    pub message: String,
    /// Inputs whose producers are at fault, most likely first.
    pub inputs: Vec<usize>,
    /// Attributes that are at fault.
    pub attrs: Vec<&'static str>,
    /// What would mend it, where the op can tell.
    pub help: Option<String>,
    /// A size that would mend it, for the checker to find who sets it.
    pub wants: Vec<Wanted>,
}

/// "Input `input` should have size `size` at axis `axis`."
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// The input.
    pub input: usize,
    /// Its axis.
    pub axis: usize,
    /// The size that would fit.
    pub size: Dim,
}

impl ShapeError {
    /// An error with this code.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), inputs: Vec::new(), attrs: Vec::new(), help: None, wants: Vec::new() }
    }

    /// Blames the producers of these inputs.
    #[must_use]
    pub fn inputs(mut self, inputs: &[usize]) -> Self {
        self.inputs = inputs.to_vec();
        self
    }

    /// Blames an attribute.
    #[must_use]
    pub fn attr(mut self, name: &'static str) -> Self {
        self.attrs.push(name);
        self
    }

    /// Says what would mend it.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Says that an input's axis should have this size.
    #[must_use]
    pub fn want(mut self, input: usize, axis: usize, size: Dim) -> Self {
        self.wants.push(Wanted { input, axis, size });
        self
    }
}

impl From<DimOverflow> for ShapeError {
    fn from(e: DimOverflow) -> Self {
        ShapeError::new(crate::diag::codes::SIZE_OVERFLOW, e.to_string())
    }
}

/// A parameter of an op instance.
#[derive(Clone, Debug, PartialEq)]
pub struct ParamSpec {
    /// `weight`, `bias`, `running_mean`: the last part of its name.
    pub name: &'static str,
    /// Its sizes; always numbers.
    pub shape: Vec<usize>,
    /// Whether the optimizer changes it; running statistics are not trained.
    pub trainable: bool,
    /// Its first values.
    pub init: Init,
    /// Inputs of one output and outputs of one input, for the initialiser.
    pub fans: (usize, usize),
    /// A penalty of its own.
    pub penalty: Penalty,
}

/// How far an output element sees, per spatial axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The element at the same place.
    Same,
    /// A window: kernel (dilated extent), stride, padding before.
    Window(Vec<(usize, usize, usize)>),
    /// A finer grid than the input's: factor per axis.
    Finer(Vec<usize>),
    /// Everything.
    All,
}

/// A random instance for gradient and reference tests: an op with inputs that it accepts.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The op.
    pub op: Op,
    /// Facts of its inputs, all numbers.
    pub inputs: Vec<Fact>,
    /// For integer inputs: one more than the greatest value that is valid.
    pub classes: usize,
    /// The range that float inputs are drawn from. A test keeps inputs apart from kinks
    /// (relu at 0, maxima) by a gap wider than its step where `kinks` is set.
    pub range: (f32, f32),
    /// Whether it is not differentiable everywhere.
    pub kinks: bool,
}

/// One family's op. No method has a default: a new op answers every question.
pub trait Operator: Clone + fmt::Debug + PartialEq + Send + Sync + Sized + 'static {
    /// What is known without an instance.
    const INFO: OpInfo;

    /// Makes an instance from arguments that fit the table. Relations between arguments are
    /// checked here; `call` is the span of the call.
    fn build(args: &Args, call: Span, sink: &mut Sink) -> Option<Self>;

    /// The output's fact for these inputs. Sizes may hold symbols.
    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError>;

    /// The parameters for inputs that [`Operator::infer`] accepts.
    fn params(&self, inputs: &[Fact]) -> Vec<ParamSpec>;

    /// Multiplications that are followed by an addition, for concrete facts. Element-wise work
    /// counts as none, as is usual (fvcore, torchinfo).
    fn macs(&self, inputs: &[Fact], output: &Fact) -> u128;

    /// How far an output element sees.
    fn reach(&self, inputs: &[Fact]) -> Reach;

    /// The kernel for concrete facts.
    fn lower(&self, inputs: &[Fact], output: &Fact, cx: LowerCx) -> Lowered;

    /// What it is in generated Rust over dfdx. The first axis may be a symbol; all other sizes are
    /// numbers.
    fn emit_dfdx(&self, inputs: &[Fact], output: &Fact) -> Result<Dfdx, Unsupported>;

    /// A random instance, small enough for finite differences.
    fn sample(rng: &mut ChaCha8Rng) -> Sample;
}

/// Declares the ops.
macro_rules! ops {
    ($($module:ident::{$($op:ident),* $(,)?}),* $(,)?) => {
        $(pub mod $module;)*

        /// An op of any family.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Op {
            $($(
                #[doc = concat!("[`", stringify!($module), "::", stringify!($op), "`]")]
                $op($module::$op),
            )*)*
        }

        /// One entry of the table.
        #[derive(Debug)]
        pub struct Entry {
            /// What is known without an instance.
            pub info: &'static OpInfo,
            /// Makes an instance from arguments.
            pub build: fn(&Args, Span, &mut Sink) -> Option<Op>,
            /// A random instance.
            pub sample: fn(&mut ChaCha8Rng) -> Sample,
        }

        static TABLE: &[Entry] = &[$($(Entry {
            info: &<$module::$op as Operator>::INFO,
            build: |args, call, sink| <$module::$op as Operator>::build(args, call, sink).map(Op::$op),
            sample: <$module::$op as Operator>::sample,
        }),*),*];

        impl Op {
            /// What is known without an instance.
            pub fn info(&self) -> &'static OpInfo {
                match self { $($(Op::$op(_) => &<$module::$op as Operator>::INFO,)*)* }
            }

            /// As [`Operator::infer`].
            pub fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
                match self { $($(Op::$op(op) => op.infer(inputs),)*)* }
            }

            /// As [`Operator::params`].
            pub fn params(&self, inputs: &[Fact]) -> Vec<ParamSpec> {
                match self { $($(Op::$op(op) => op.params(inputs),)*)* }
            }

            /// As [`Operator::macs`].
            pub fn macs(&self, inputs: &[Fact], output: &Fact) -> u128 {
                match self { $($(Op::$op(op) => op.macs(inputs, output),)*)* }
            }

            /// As [`Operator::reach`].
            pub fn reach(&self, inputs: &[Fact]) -> Reach {
                match self { $($(Op::$op(op) => op.reach(inputs),)*)* }
            }

            /// As [`Operator::lower`].
            pub fn lower(&self, inputs: &[Fact], output: &Fact, cx: LowerCx) -> Lowered {
                match self { $($(Op::$op(op) => op.lower(inputs, output, cx),)*)* }
            }

            /// As [`Operator::emit_dfdx`].
            pub fn emit_dfdx(&self, inputs: &[Fact], output: &Fact) -> Result<Dfdx, Unsupported> {
                match self { $($(Op::$op(op) => op.emit_dfdx(inputs, output),)*)* }
            }
        }

        $($(
            impl From<$module::$op> for Op {
                fn from(op: $module::$op) -> Op { Op::$op(op) }
            }
        )*)*
    };
}

/// Every op, in the order of the documentation.
pub fn table() -> &'static [Entry] {
    TABLE
}

/// The entry of this name.
pub fn lookup(name: &str) -> Option<&'static Entry> {
    TABLE.iter().find(|e| e.info.name == name)
}

ops! {
    conv::{Conv, Depthwise},
    separable::{Separable},
    conv_transpose::{ConvTranspose},
    pool::{MaxPool, AvgPool, GlobalAvgPool, GlobalMaxPool},
    batch_norm::{BatchNorm},
    norm::{Lrn, LayerNorm, GroupNorm, InstanceNorm},
    standardize::{Standardize},
    dense::{Dense},
    activation::{
        Relu, Relu6, LeakyRelu, Elu, Sigmoid, Tanh, Swish, Hswish, Hsigmoid, Softplus, Mish, Clip, Abs, Neg, Sign,
        Square, Sqrt, Pow, Exp, Log, Scale, Shift, Identity,
    },
    gelu::{Gelu},
    merge::{Add, Mul, Sub, Div, AbsDiff, ChiSquare, Maximum, Minimum, Concat},
    softmax::{Softmax, LogSoftmax},
    dropout::{Dropout, SpatialDropout, StochasticDepth},
    prelu::{Prelu},
    matmul::{Matmul},
    embedding::{Embedding},
    pick::{Gather, OneHot, ArgMax},
    recurrent::{Rnn, Lstm, Gru},
    shape_ops::{Flatten, Reshape, Permute, Slice},
    spatial::{Pad, Upsample, SpaceToDepth, DepthToSpace, ChannelShuffle},
    reduce::{Reduce, L2Norm},
    loss::{CrossEntropy},
    pair_loss::{Bce, BceLogits, Mse, Mae, Huber},
    triplet::{Triplet, BatchTriplet},
    embedding_loss::{Contrastive, Rank1},
    arcface::{Cosine, ArcFace},
    style::{Gram, ContentLoss, StyleLoss, TotalVariation},
    yolo::{YoloV2, YoloV3},
    metric::{Accuracy, Topk, BinaryAccuracy},
    class_metric::{Precision, Recall, F1, Auc},
}
