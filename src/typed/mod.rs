//! The runtime of generated code: layers and functions on [dfdx]'s tensors and tape that call the
//! engine's kernels.
//!
//! A tensor's type holds its whole shape, `Tensor<(B, Const<64>, Const<56>, Const<56>), f32, Cpu, T>`
//! with a batch `B` that may be known only at run time, so that layers which do not fit each other
//! do not compile. What a window makes of a size is checked by the compiler too: [`conv!`] and its
//! kin stand for types whose arithmetic is evaluated where they are written.
//!
//! Every op of the table runs through one bridge, [`apply`], which lowers the op as the engine
//! does and records the backward pass of the same kernel on the tape. Numbers are therefore the
//! engine's. A [`Chain`] runs several ops in one call, fused as the engine fuses them, without tensors in
//! between. **A tape trains**: under an `OwnedTape` batch norm takes the statistics of the batch
//! and moves its running ones, and dropout is on; without a tape neither is.
//!
//! ```
//! use blockprint::typed::prelude::*;
//!
//! struct Net {
//!     conv: conv!(1 x 8 x 8 => 4 x 8 x 8, kernel 3 x 3, pad 1 x 1),
//!     logits: Dense<64, 10>,
//! }
//!
//! module!(Net { conv: "conv", logits: "logits" });
//!
//! impl Net {
//!     fn forward<B: Dim, T: Tape>(&self, x: Map<B, 1, 8, 8, T>) -> Features<B, 10, T> {
//!         let x = relu(self.conv.forward(x));
//!         let x = max_pool!(x; 4 x 8 x 8 => 4 x 4 x 4, kernel 2 x 2, stride 2 x 2);
//!         self.logits.forward(flatten!(x; 4 x 4 x 4 => 64))
//!     }
//! }
//!
//! let mut net = Net { conv: Conv::new(), logits: Dense::new() };
//! initialize(&mut net, 42);
//! let images: Map<usize, 1, 8, 8> = tensor(vec![0.5; 2 * 64], 2);
//! let loss = cross_entropy(net.forward(images.leaky_trace()), labels(vec![3, 7]), 0.0);
//! let gradients = loss.backward();
//! # let _ = gradients;
//! ```

/// The guide.
#[doc = include_str!("../../docs/typed.md")]
pub mod guide {}

mod back;
mod chain;
pub mod check;
mod functions;
mod layer;
mod layers;
mod loss;
mod macros;
mod metric;
mod module;
mod pass;
mod pool;
pub mod program;
mod shape;
mod shelf;
mod tape;
mod window;

pub use chain::{ACTIVATIONS, Added, Chain, Chained};
pub use functions::*;
pub use layer::Layer;
pub use layers::*;
pub use loss::*;
pub use metric::{Average, Pooled, Value, accuracy, auc, binary_accuracy, f1, precision, rank1, recall, topk};
pub use module::{
    Module, again, freeze, initialize, join, load, parameter_count, save, set_noise, visit, visit_gradients, visit_mut,
};
pub use shape::{
    Batch, Channels, EndsWith, Features, Labels, Map, Scalar, Seq, Sizes, Tape, Volume, WithWidth, fork, labels, tensor,
};
pub use tape::{Operand, Operands, apply, values};
pub use window::{Sliding, Window};

pub use dfdx::shapes::{Const, Dim, Shape};
pub use dfdx::tensor::{Cpu, CpuError, Gradients, NoneTape, OwnedTape, Tensor};

/// Runs a step of training, or a pass of a network, while the other threads of the pool wait for its
/// work awake: a step is hundreds of kernels that take tens of microseconds each, and to wake a
/// thread takes as long. Tensors and tapes live inside; numbers come out.
///
/// ```
/// use blockprint::typed::prelude::*;
///
/// let net = Dense::<4, 3>::new();
/// let outputs = attended(|| {
///     let x: Features<usize, 4> = tensor(vec![1.0; 8], 2);
///     values(&net.forward(x))
/// });
/// assert_eq!(outputs, [0.0; 6]);
/// ```
pub fn attended<R: Send>(run: impl FnOnce() -> R + Send) -> R {
    crate::kernels::parallel::attended(run)
}

/// Everything that generated code names.
pub mod prelude {
    pub use super::*;
    pub use crate::ops;
    pub use crate::ops::init::{Fan, Init, Penalty};
    pub use crate::{
        avg_pool, chain, concat_channels, conv, conv_transpose, depth_to_space, flatten, max_pool, module, pad,
        reshape, separable, space_to_depth, upsample,
    };
    pub use dfdx::tensor::Trace;
    pub use dfdx::tensor_ops::Backward;
}
