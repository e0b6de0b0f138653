//! Kernels over interleaved images (see [`crate::kernels::interleaved`]), for convolutions of few
//! channels, whose blocks of channels would be mostly empty, and for what stands between them.
//! The planner chooses where they take the place of others.

use crate::kernels::blocked::Level;
use crate::kernels::blocked::layout::Blocks;
use crate::kernels::fused::Activation;
use crate::kernels::interleaved::conv::InterleavedConv;
use crate::kernels::interleaved::weight_grad::InterleavedGrad;
use crate::shape::{Fact, Shape};

use super::Op;
use super::blocked::{self, Blocked, FEW, Layout};
use super::blocked_train::ENOUGH;
use super::conv::Conv;
use super::fused::{Tail, fold, scaled};
use super::lower::{Backward, Forward, Kernel, Pack, bufferless};

/// Images as the channels of blocks: all that is an image's as its pixels.
pub fn images(fact: &Fact) -> Option<Blocks> {
    let (sizes, block) = (fact.sizes(), Level::best().block());
    let (&batch, rest) = sizes.split_first()?;
    let whole = batch > 0 && batch.is_multiple_of(block);
    whole.then(|| Blocks::new(batch / block, block, rest.iter().product()))
}

/// The sizes of interleaved images to kernels that take each lane by itself: fewer images of more
/// channels.
fn by_lanes(fact: &Fact) -> Option<Fact> {
    let (mut sizes, block) = (fact.sizes(), Level::best().block());
    images(fact).filter(|_| matches!(sizes.len(), 3 | 4))?;
    sizes[0] /= block;
    sizes[1] = sizes[1].checked_mul(block)?;
    Some(Fact { shape: Shape::of(&sizes), ..fact.clone() })
}

/// Whether an op gains enough that its input is rearranged for it: a convolution that leaves most
/// lanes of blocks of channels empty.
pub fn leads(op: &Op, inputs: &[Fact], output: &Fact) -> bool {
    let Some(from) = inputs.first().map(Fact::sizes).filter(|_| matches!(op, Op::Conv(_))) else { return false };
    images(output).is_some() && (output.sizes()[1] < ENOUGH || (FEW + 1..ENOUGH).contains(&from[1]))
}

/// The kernel of an op and what follows it, for plans without gradients, if there is one.
pub fn lower(head: &Op, inputs: &[Fact], output: &Fact, tail: Tail<'_>) -> Option<Blocked> {
    let Op::Conv(op) = head else { return unweighted(head, inputs, output) };
    if tail.residual || !leads(head, inputs, output) {
        return None;
    }
    let conv = conv(op, inputs.first()?, output)?;
    let weights = op.out * inputs[0].sizes()[1] * conv.1;
    Some(interleaved(Folded {
        conv: conv.0,
        weights,
        bias: op.weights.bias,
        eps: tail.norm.map(|n| n.eps as f32),
        activation: tail.last()?,
        channels: op.out,
    }))
}

/// The kernel of an op for plans with gradients, if there is one.
pub fn lower_training(op: &Op, inputs: &[Fact], output: &Fact) -> Option<Blocked> {
    match op {
        Op::Conv(op_conv) if leads(op, inputs, output) => {
            let first = inputs.first()?;
            let (conv, _) = conv(op_conv, first, output)?;
            let (from, to) = (first.sizes(), output.sizes());
            let window = op_conv.window(&from, &to);
            Some(interleaved(Trained {
                by_input: conv.by_input()?,
                by_weights: InterleavedGrad::new(Level::best(), from[0], (from[1], to[1]), window)?,
                conv,
                bias: op_conv.weights.bias,
            }))
        }
        // What it drops is drawn element by element.
        Op::Conv(_) | Op::Dropout(_) => None,
        _ => unweighted(op, inputs, output),
    }
}

fn interleaved(kernel: impl Kernel + 'static) -> Blocked {
    Blocked { inputs: Layout::Interleaved, output: Layout::Interleaved, ..Blocked::new(kernel) }
}

/// The kernel of an op without parameters: that over channel-blocked maps.
fn unweighted(op: &Op, inputs: &[Fact], output: &Fact) -> Option<Blocked> {
    let lanes: Option<Vec<Fact>> = inputs.iter().map(by_lanes).collect();
    let to = match op {
        // Means have no pixels left.
        Op::GlobalAvgPool(_) => output.clone(),
        _ => by_lanes(output)?,
    };
    let kernel = blocked::unweighted(op, &lanes?, &to)?;
    Some(Blocked { inputs: Layout::Interleaved, output: Layout::Interleaved, ..kernel })
}

/// A convolution, and the taps of its window.
fn conv(op: &Conv, x: &Fact, y: &Fact) -> Option<(InterleavedConv, usize)> {
    let (from, to) = (x.sizes(), y.sizes());
    let window = op.window(&from, &to);
    let conv = InterleavedConv::new(Level::best(), from[0], (from[1], to[1]), window)?;
    (op.groups == 1).then_some((conv, window.taps()))
}

/// A convolution with the batch norm and the activation that follow it.
struct Folded {
    conv: InterleavedConv,
    /// Elements of the weights.
    weights: usize,
    channels: usize,
    bias: bool,
    /// Of the norm.
    eps: Option<f32>,
    activation: Activation,
}

impl Kernel for Folded {
    bufferless!();

    fn packed(&self) -> usize {
        self.weights + self.channels
    }

    fn pack(&self, p: Pack<'_, '_>) {
        let (weights, biases) = p.packed.split_at_mut(self.weights);
        let scale = fold(p.params, p.state, self.bias, self.eps, biases);
        scaled(p.params[0], scale.as_deref(), weights);
    }

    fn forward(&self, f: Forward<'_, '_>) {
        let (weights, bias) = f.packed.split_at(self.weights);
        self.conv.run(f.inputs[0], weights, Some(bias), &self.activation, f.output);
    }

    fn backward(&self, _b: Backward<'_, '_>) {
        unreachable!("only plans without gradients fold what follows a convolution");
    }
}

/// A convolution that is trained.
struct Trained {
    conv: InterleavedConv,
    by_input: InterleavedConv,
    by_weights: InterleavedGrad,
    bias: bool,
}

impl Kernel for Trained {
    bufferless!(inputs);

    fn forward(&self, f: Forward<'_, '_>) {
        let bias = self.bias.then(|| f.params[1]);
        self.conv.run(f.inputs[0], f.params[0], bias, &Activation::Identity, f.output);
    }

    fn backward(&self, b: Backward<'_, '_>) {
        if let Some(Some(dw)) = b.grad_params.first_mut() {
            self.by_weights.by_weights(b.inputs[0], b.grad_output, dw);
        }
        if let Some(Some(sums)) = b.grad_params.get_mut(1).filter(|_| self.bias) {
            self.by_weights.by_bias(b.grad_output, sums);
        }
        if let [Some(dx)] = b.grad_inputs {
            self.by_input.run(b.grad_output, b.params[0], None, &Activation::Identity, dx);
        }
    }
}
