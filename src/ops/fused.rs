//! Kernels that stand for several ops of a plan without gradients: a convolution or dense
//! layer, then perhaps a batch norm, the addition of a residual, and an activation.

use crate::kernels::dense;
use crate::kernels::depthwise::Depthwise;
use crate::kernels::fused::{Activation, Epilogue, FusedConv};
use crate::kernels::gemm::{Matrix, gemm_parallel};
use crate::shape::Fact;

use super::Op;
use super::batch_norm::BatchNorm;
use super::conv::Conv;
use super::lower::{Backward, Forward, Kernel, Pack, bufferless};

/// What follows the first op of a fused kernel.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tail<'a> {
    /// A batch norm with running statistics.
    pub norm: Option<&'a BatchNorm>,
    /// Whether the last input, which has the shape of the output, is added.
    pub residual: bool,
    /// An activation.
    pub activation: Option<&'a Op>,
}

impl Tail<'_> {
    /// The activation, in the form that kernels take; `None` where there is no such form.
    pub(super) fn last(&self) -> Option<Activation> {
        match self.activation {
            None => Some(Activation::Identity),
            Some(op) => super::activation::fused(op),
        }
    }
}

/// Examples up to which a dense layer reads its weights as they are.
const FEW: usize = 8;

/// The kernel of an op and what follows it, if there is one. Its parameters are those of the
/// op, then those of the norm; its inputs those of the op, then the residual.
pub fn lower(head: &Op, inputs: &[Fact], output: &Fact, tail: Tail<'_>) -> Option<Box<dyn Kernel>> {
    let (from, to) = (inputs.first()?.sizes(), output.sizes());
    let (work, bias) = match head {
        Op::Conv(conv) => (Work::of_conv(conv, &from, &to), conv.weights.bias),
        Op::Depthwise(op) => (Work::of_conv(&op.conv(inputs.first()?), &from, &to), op.weights.bias),
        Op::Dense(op) if tail.norm.is_none() => {
            (Work::Dense { batch: from[0], features: from[1], out: op.out }, op.bias)
        }
        _ => return None,
    };
    let activation = tail.last()?;
    let eps = tail.norm.map(|n| n.eps as f32);
    Some(Box::new(FusedKernel { work, channels: to[1], bias, eps, residual: tail.residual, activation }))
}

/// Whether a fused kernel can begin with an op.
pub fn is_head(op: &Op) -> bool {
    matches!(op, Op::Conv(_) | Op::Depthwise(_) | Op::Dense(_))
}

/// Whether a batch norm can follow such an op in its kernel.
pub fn takes_norm(head: &Op) -> bool {
    matches!(head, Op::Conv(_) | Op::Depthwise(_))
}

/// Whether an op can be the activation of a fused kernel.
pub fn is_activation(op: &Op) -> bool {
    super::activation::fused(op).is_some()
}

/// Writes the bias of each channel of a layer and of the batch norm that may follow it (`eps` is
/// the norm's), and returns what the norm multiplies the layer's weights by.
pub(super) fn fold(
    params: &[&[f32]],
    state: &[&[f32]],
    bias: bool,
    eps: Option<f32>,
    biases: &mut [f32],
) -> Option<Vec<f32>> {
    match bias {
        true => biases.copy_from_slice(params[1]),
        false => biases.fill(0.0),
    }
    let (Some(eps), [.., weight, shift], [mean, variance]) = (eps, params, state) else { return None };
    // `(w x + b - mean) s + shift` is `(s w) x + (b - mean) s + shift`.
    let factors: Vec<f32> = weight.iter().zip(*variance).map(|(w, v)| w / (v + eps).sqrt()).collect();
    for (c, b) in biases.iter_mut().enumerate() {
        *b = (*b - mean[c]) * factors[c] + shift[c];
    }
    Some(factors)
}

/// Copies weights, those of each channel times its scale.
pub(super) fn scaled(from: &[f32], scale: Option<&[f32]>, weights: &mut [f32]) {
    weights.copy_from_slice(from);
    let Some(scale) = scale else { return };
    let each = (weights.len() / scale.len().max(1)).max(1);
    for (weights, scale) in weights.chunks_exact_mut(each).zip(scale) {
        weights.iter_mut().for_each(|w| *w *= scale);
    }
}

enum Work {
    Conv(FusedConv),
    Depthwise { kernel: Depthwise, weights: usize },
    Dense { batch: usize, features: usize, out: usize },
}

impl Work {
    fn of_conv(conv: &Conv, from: &[usize], to: &[usize]) -> Self {
        let window = conv.window(from, to);
        let (inputs, outputs) = (from[1] / conv.groups, conv.out / conv.groups);
        match inputs {
            1 if conv.groups > 1 => {
                Work::Depthwise { kernel: Depthwise::new(from[1], outputs, window), weights: conv.out * window.taps() }
            }
            _ => Work::Conv(FusedConv::new(from[0], conv.groups, inputs, outputs, window)),
        }
    }
}

struct FusedKernel {
    work: Work,
    channels: usize,
    bias: bool,
    /// Of the norm.
    eps: Option<f32>,
    residual: bool,
    activation: Activation,
}

impl FusedKernel {
    /// Floats of the packed weights; biases follow them.
    fn weights_len(&self) -> usize {
        match &self.work {
            Work::Conv(conv) => conv.packed_len(),
            Work::Depthwise { weights, .. } => *weights,
            Work::Dense { .. } => 0,
        }
    }
}

impl Kernel for FusedKernel {
    bufferless!();

    fn packed(&self) -> usize {
        self.weights_len() + self.channels
    }

    fn pack(&self, p: Pack<'_, '_>) {
        let (weights, biases) = p.packed.split_at_mut(self.weights_len());
        let scale = fold(p.params, p.state, self.bias, self.eps, biases);
        match &self.work {
            Work::Conv(conv) => conv.pack(p.params[0], scale.as_deref(), weights),
            Work::Depthwise { .. } => scaled(p.params[0], scale.as_deref(), weights),
            Work::Dense { .. } => {}
        }
    }

    fn forward(&self, f: Forward<'_, '_>) {
        let (weights, bias) = f.packed.split_at(self.weights_len());
        let residual = if self.residual { f.inputs.last().copied() } else { None };
        let end = Epilogue { bias: Some(bias), residual, activation: &self.activation };
        match &self.work {
            Work::Conv(conv) => conv.run(f.inputs[0], weights, end, f.output),
            Work::Depthwise { kernel, .. } => kernel.run(f.inputs[0], weights, end, f.output),
            Work::Dense { batch, features, .. } if *batch <= FEW => {
                dense::forward(f.inputs[0], f.params[0], *features, end, f.output);
            }
            Work::Dense { batch, features, out } => {
                let x = Matrix::row_major(f.inputs[0], *batch, *features);
                gemm_parallel(x, Matrix::row_major(f.params[0], *out, *features).transposed(), 0.0, f.output);
                dense::finish(end, *out, f.output);
            }
        }
    }

    fn backward(&self, _b: Backward<'_, '_>) {
        unreachable!("only plans without gradients have fused kernels");
    }
}
