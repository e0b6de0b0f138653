//! Kernels over channel-blocked maps for plans with gradients: weights are packed in each pass,
//! and what follows a batch norm runs with it.

use crate::kernels::blocked::Level;
use crate::kernels::blocked::any::{AnyConv, InputGrad};
use crate::kernels::blocked::choice::{Algorithm, Sizes};
use crate::kernels::blocked::conv::Finish;
use crate::kernels::blocked::slide::{Kind, Slide};
use crate::kernels::blocked::slide_grad::SlideGrad;
use crate::kernels::blocked::weight_grad::{WeightGrad, add_channel_sums};
use crate::kernels::fused::Activation;
use crate::kernels::window::Window;
use crate::shape::Fact;

use super::Op;
use super::batch_norm::Tail;
use super::blocked::{self, Blocked, FEW, Layout};
use super::conv::Conv;
use super::lower::{Backward, Forward, Kernel, Needs, Workspace};

/// Channels from which on blocks are worth their empty lanes.
pub(super) const ENOUGH: usize = 16;

/// Whether an op gains enough that its input is rearranged for it, or read as maps.
pub fn leads(op: &Op, inputs: &[Fact], output: &Fact) -> bool {
    let (Some(from), to) = (inputs.first().map(Fact::sizes), output.sizes()) else { return false };
    match op {
        Op::Conv(_) => (from[1] >= ENOUGH || from[1] <= FEW) && to[1] >= ENOUGH,
        Op::Depthwise(_) => from[1] >= ENOUGH,
        _ => false,
    }
}

/// The kernel of an op, and of what follows it if that is a batch norm, if there is one.
pub fn lower(head: &Op, inputs: &[Fact], output: &Fact, tail: Tail, training: bool, exact: bool) -> Option<Blocked> {
    let level = Level::best();
    let first = inputs.first()?;
    blocked::blocks(first)?;
    let (from, to) = (first.sizes(), output.sizes());
    if let Some(op) = blocked::each_channel(head, first, &to) {
        return Some(Blocked::new(EachChannel::new(&op, &from, &to)?));
    }
    match head {
        Op::Conv(op) => {
            let maps = from[1] <= FEW && op.groups == 1;
            let (sizes, window, source) = op.blocked(&from, &to, maps);
            let choose = |sizes: &Sizes| if exact { Algorithm::Direct } else { sizes.by_cost(true) };
            let kernel = Trained {
                conv: AnyConv::new(level, from[0], sizes, window, source, choose)?,
                by_input: InputGrad::new(level, from[0], sizes, window, source, choose)?,
                by_weights: WeightGrad::new(level, from[0], sizes, window, source)?,
                bias: Bias::new(op, &to, &window),
            };
            let inputs = if maps { Layout::Maps } else { Layout::Blocks };
            Some(Blocked { inputs, ..Blocked::new(kernel) })
        }
        Op::BatchNorm(op) => Some(Blocked::of(op.over_blocks(first, tail, training))),
        // What it drops is drawn element by element.
        Op::Dropout(_) => None,
        _ => blocked::unweighted(head, inputs, output),
    }
}

/// The bias of a convolution.
struct Bias {
    is_there: bool,
    level: Level,
    /// Images, channels and pixels of the output.
    output: (usize, usize, usize),
}

impl Bias {
    fn new(op: &Conv, to: &[usize], window: &Window) -> Self {
        Self { is_there: op.weights.bias, level: Level::best(), output: (to[0], to[1], window.output_len()) }
    }

    /// The bias in whole blocks.
    fn pack(&self, params: &[&[f32]], packed: &mut [f32]) {
        packed.fill(0.0);
        if self.is_there {
            packed[..self.output.1].copy_from_slice(params[1]);
        }
    }

    fn add_gradient(&self, dy: &[f32], grads: &mut [Option<&mut [f32]>]) {
        if let Some(Some(sums)) = grads.get_mut(1) {
            add_channel_sums(self.level, self.output, dy, sums);
        }
    }
}

const NOTHING: Finish<'static> = Finish { residual: None, activation: &Activation::Identity };

/// A convolution.
struct Trained {
    conv: AnyConv,
    by_input: InputGrad,
    by_weights: WeightGrad,
    bias: Bias,
}

impl Kernel for Trained {
    fn workspace(&self) -> Workspace {
        Workspace {
            saved: Vec::new(),
            forward: self.conv.packed_len() + self.conv.bias_len(),
            backward: self.by_input.scratch().max(self.by_weights.scratch()),
        }
    }

    fn needs(&self) -> Needs {
        Needs { inputs: true, output: false }
    }

    fn in_place(&self) -> bool {
        false
    }

    fn forward(&self, f: Forward<'_, '_>) {
        let (weights, bias) = f.scratch.split_at_mut(self.conv.packed_len());
        self.conv.pack(f.params[0], None, weights);
        self.bias.pack(f.params, bias);
        self.conv.run(f.inputs[0], weights, bias, NOTHING, f.output);
    }

    fn backward(&self, b: Backward<'_, '_>) {
        if let Some(Some(dw)) = b.grad_params.first_mut() {
            self.by_weights.run(b.inputs[0], b.grad_output, b.scratch, dw);
        }
        self.bias.add_gradient(b.grad_output, b.grad_params);
        if let [Some(dx)] = b.grad_inputs {
            self.by_input.run(b.grad_output, b.params[0], b.scratch, dx);
        }
    }
}

/// A convolution of each channel by itself.
struct EachChannel {
    slide: Slide,
    /// Of stride 1: the gradient by the input as another one.
    back: Option<Slide>,
    grad: SlideGrad,
    bias: Bias,
}

impl EachChannel {
    fn new(op: &Conv, from: &[usize], to: &[usize]) -> Option<Self> {
        let (level, sizes, window) = (Level::best(), (from[0], from[1]), op.window(from, to));
        let back = window.reversed().filter(|_| window.stride == [1; 3]);
        let back = back.and_then(|back| Slide::new(level, Kind::Weighted, sizes, back, Default::default()));
        let slide = Slide::new(level, Kind::Weighted, sizes, window, Default::default())?;
        Some(Self { slide, back, grad: SlideGrad::new(level, sizes, window)?, bias: Bias::new(op, to, &window) })
    }

    fn packed(&self) -> usize {
        self.slide.packed_len() + self.slide.bias_len()
    }
}

impl Kernel for EachChannel {
    fn workspace(&self) -> Workspace {
        Workspace { saved: Vec::new(), forward: self.packed(), backward: self.packed().max(self.grad.scratch()) }
    }

    fn needs(&self) -> Needs {
        Needs { inputs: true, output: false }
    }

    fn in_place(&self) -> bool {
        false
    }

    fn forward(&self, f: Forward<'_, '_>) {
        let (weights, bias) = f.scratch.split_at_mut(self.slide.packed_len());
        self.slide.pack(f.params[0], None, weights);
        self.bias.pack(f.params, bias);
        self.slide.run(f.inputs[0], weights, bias, &Activation::Identity, f.output);
    }

    fn backward(&self, b: Backward<'_, '_>) {
        if let Some(Some(dw)) = b.grad_params.first_mut() {
            self.grad.by_weights(b.inputs[0], b.grad_output, b.scratch, dw);
        }
        self.bias.add_gradient(b.grad_output, b.grad_params);
        let [Some(dx)] = b.grad_inputs else { return };
        let (weights, rest) = b.scratch.split_at_mut(self.slide.packed_len());
        match &self.back {
            Some(back) => {
                let bias = &mut rest[..back.bias_len()];
                bias.fill(0.0);
                back.pack_reversed(b.params[0], weights);
                back.run(b.grad_output, weights, bias, &Activation::Identity, dx);
            }
            None => {
                self.slide.pack(b.params[0], None, weights);
                self.grad.by_input(b.grad_output, weights, dx);
            }
        }
    }
}
