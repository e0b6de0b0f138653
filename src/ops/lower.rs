//! What an op becomes when it is planned: a kernel over flat buffers.
//!
//! Tensors are dense, row-major, outermost axis first (images: NCHW). Integers are carried as
//! floats. A kernel knows its sizes from the moment it is made; it allocates nothing while it
//! runs, and its sums have an order that does not depend on the number of threads.

/// The state of the random streams for one step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoiseKey {
    /// The run's seed.
    pub seed: u64,
    /// The optimizer step.
    pub step: u64,
}

/// What [`Lower`] may depend on besides shapes.
#[derive(Clone, Copy, Debug)]
pub struct LowerCx {
    /// Whether statistics are taken from the batch and dropout is on. A frozen batch norm in
    /// a training plan is lowered with `false`.
    pub training: bool,
    /// A number of the node that stays the same across runs: the second counter of its noise.
    pub node: u64,
}

/// An op instance ready to run.
pub enum Lowered {
    /// The output is the input's buffer under another shape; so is the gradient.
    View,
    /// A kernel.
    Kernel(Box<dyn Kernel>),
}

/// Buffers that a kernel needs besides its tensors, in elements.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Workspace {
    /// Written by forward, read by backward: masks, statistics, positions of maxima.
    pub saved: Vec<usize>,
    /// Scratch of forward.
    pub forward: usize,
    /// Scratch of backward.
    pub backward: usize,
}

/// Which tensors of the forward pass `backward` reads; the planner frees the others early and
/// passes empty slices for them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// The inputs.
    pub inputs: bool,
    /// The output.
    pub output: bool,
}

/// The buffers of a forward pass.
pub struct Forward<'a, 'b> {
    /// The inputs in slot order.
    pub inputs: &'a [&'b [f32]],
    /// Trainable parameters in the order of `params`.
    pub params: &'a [&'b [f32]],
    /// Parameters that are not trained (running statistics) in the order of `params`;
    /// written only by a kernel lowered with `training`, whose other results do not depend on them.
    pub state: &'a mut [&'b mut [f32]],
    /// The output; its contents are undefined before the call.
    pub output: &'a mut [f32],
    /// What [`Kernel::pack`] has made.
    pub packed: &'a [f32],
    /// As [`Workspace::saved`].
    pub saved: &'a mut [&'b mut [f32]],
    /// As [`Workspace::forward`]; undefined before the call.
    pub scratch: &'a mut [f32],
    /// Random streams of this step.
    pub noise: NoiseKey,
}

/// Parameters, and where they go in the form that forward reads.
pub struct Pack<'a, 'b> {
    /// Trainable parameters.
    pub params: &'a [&'b [f32]],
    /// Parameters that are not trained.
    pub state: &'a [&'b [f32]],
    /// To be overwritten.
    pub packed: &'a mut [f32],
}

/// The buffers of a backward pass.
pub struct Backward<'a, 'b> {
    /// The inputs, where [`Needs::inputs`] asks for them.
    pub inputs: &'a [&'b [f32]],
    /// Trainable parameters.
    pub params: &'a [&'b [f32]],
    /// Untrained parameters as the forward pass left them.
    pub state: &'a [&'b [f32]],
    /// The output, where [`Needs::output`] asks for it.
    pub output: &'a [f32],
    /// As the forward pass left them.
    pub saved: &'a [&'b [f32]],
    /// The gradient of the loss with respect to the output.
    pub grad_output: &'a [f32],
    /// To be **overwritten** with the gradients of the inputs; `None` where none is wanted.
    pub grad_inputs: &'a mut [Option<&'b mut [f32]>],
    /// To be **added to** with the gradients of the parameters; `None` where none is wanted.
    pub grad_params: &'a mut [Option<&'b mut [f32]>],
    /// As [`Workspace::backward`]; undefined before the call.
    pub scratch: &'a mut [f32],
}

/// One op instance over buffers of known sizes.
pub trait Kernel: Send + Sync {
    /// Extra buffers.
    fn workspace(&self) -> Workspace;
    /// What backward reads.
    fn needs(&self) -> Needs;
    /// Whether backward reads this input, where it reads any.
    fn reads_input(&self, _slot: usize) -> bool {
        true
    }
    /// Whether the output may be written over input 0: every element is read before the
    /// element at the same place is written, and nothing else of input 0 is read after that.
    /// When the planner does so, `inputs[0]` is empty and `output` holds the input at first.
    fn in_place(&self) -> bool;
    /// Inputs whose gradient may be written over that of the output, the best first: every
    /// element is read before the one at the same place is written. When the planner does so,
    /// `grad_output` is empty, and the first of these gradients that is wanted holds it at first.
    fn grad_in_place(&self) -> &'static [usize] {
        &[]
    }
    /// Elements of parameters in the form that forward reads; they are packed anew only where
    /// parameters have changed. For kernels of plans that do not train.
    fn packed(&self) -> usize {
        0
    }
    /// Packs parameters.
    fn pack(&self, _p: Pack<'_, '_>) {}
    /// Computes the output. It may be run again on the same inputs, in the course of the backward
    /// pass, and leaves the same output and saved buffers then.
    fn forward(&self, f: Forward<'_, '_>);
    /// Computes the gradients that are wanted.
    fn backward(&self, b: Backward<'_, '_>);
}

/// The parts of a [`Kernel`] that needs no extra buffers and does not write over its input;
/// `inputs` where backward reads them, otherwise it reads nothing.
macro_rules! bufferless {
    () => {
        $crate::ops::lower::bufferless!(@ $crate::ops::lower::Needs { inputs: false, output: false });
    };
    (inputs) => {
        $crate::ops::lower::bufferless!(@ $crate::ops::lower::Needs { inputs: true, output: false });
    };
    (@ $needs:expr) => {
        fn workspace(&self) -> $crate::ops::lower::Workspace {
            $crate::ops::lower::Workspace::default()
        }

        fn needs(&self) -> $crate::ops::lower::Needs {
            $needs
        }

        fn in_place(&self) -> bool {
            false
        }
    };
}
pub(super) use bufferless;
