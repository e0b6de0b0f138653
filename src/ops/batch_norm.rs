//! Batch normalisation, and what runs with it where a plan trains.

use rand_chacha::ChaCha8Rng;

use crate::diag::Sink;
use crate::kernels;
use crate::kernels::batch_norm::{Last, Pulled};
use crate::kernels::blocked::norm::BlockedNorm;
use crate::random;
use crate::shape::Fact;
use crate::source::Span;

use super::attrs::{Args, Attr, AttrKind, Default};
use super::emit::{self, Dfdx, Unsupported};
use super::init::{Init, Penalty};
use super::lower::{Backward, Forward, Kernel, LowerCx, Lowered, Needs, Workspace};
use super::norm::{EPS, affine, check_channels, draw, sample_of};
use super::{Inputs, OpInfo, Operator, ParamSpec, Reach, Role, Sample, ShapeError};

/// Batch normalisation.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchNorm {
    /// Added to the variance.
    pub eps: f64,
    /// The share of the batch in the running statistics.
    pub momentum: f64,
}

impl Operator for BatchNorm {
    const INFO: OpInfo = OpInfo {
        name: "bn",
        also_known_as: &["batch_norm", "batchnorm", "batchnorm2d", "batch_normalization"],
        doc: "Batch normalisation of `[N, C, ...]` per channel: `y = (x - mean) / sqrt(var + eps) * weight + bias`. In training, mean and (biased) variance are the batch's, and the running ones move: `running = (1 - momentum) * running + momentum * batch`, with the unbiased variance (PyTorch's sense; Keras's momentum is one minus this). Otherwise, and where frozen, the running ones are used.",
        inputs: Inputs::Named(&["x"]),
        attrs: &[
            EPS,
            Attr {
                name: "momentum",
                kind: AttrKind::Float { min: 0.0, max: 1.0 },
                default: Default::Float(0.1),
                doc: "the share of the batch in the running statistics (PyTorch's sense)",
            },
        ],
        role: Role::Layer,
        example: "bn(eps=1e-3)",
    };

    fn build(args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
        Some(BatchNorm { eps: args.float("eps")?, momentum: args.float("momentum")? })
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        check_channels("bn", &inputs[0], 2)?;
        Ok(inputs[0].clone())
    }

    fn params(&self, inputs: &[Fact]) -> Vec<ParamSpec> {
        let channels = inputs[0].shape[1].as_usize().unwrap_or(0);
        let mut params = affine(vec![channels]);
        for (name, init) in [("running_mean", Init::Zeros), ("running_var", Init::Ones)] {
            params.push(ParamSpec {
                name,
                shape: vec![channels],
                trainable: false,
                init,
                fans: (1, 1),
                penalty: Penalty::default(),
            });
        }
        params
    }

    fn macs(&self, _inputs: &[Fact], _output: &Fact) -> u128 {
        0
    }

    fn reach(&self, _inputs: &[Fact]) -> Reach {
        Reach::Same
    }

    fn lower(&self, inputs: &[Fact], _output: &Fact, cx: LowerCx) -> Lowered {
        Lowered::Kernel(self.with_tail(&inputs[0], Tail::default(), cx.training))
    }

    fn emit_dfdx(&self, inputs: &[Fact], _output: &Fact) -> Result<Dfdx, Unsupported> {
        let momentum = if self.momentum == 0.1 { String::new() } else { format!(".momentum({:?})", self.momentum) };
        let ty = format!("BatchNorm<{}>", emit::size(&inputs[0], 1));
        emit::layer(ty, format!("BatchNorm::new(){}{momentum}", emit::eps(self.eps)))
    }

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let rank = random::below(rng, 4);
        let mut shape = vec![2 + draw(rng, 3), draw(rng, 3)];
        shape.extend((0..rank).map(|_| draw(rng, 3)));
        sample_of(BatchNorm { eps: 1e-3, momentum: 0.1 }.into(), &shape)
    }
}

/// What follows a batch norm of a plan that trains, in one kernel with it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tail {
    /// Whether a second input of the same shape is added.
    pub residual: bool,
    /// The activation.
    pub last: Last,
}

impl Tail {
    /// An activation as the last of a tail, where it can be that.
    pub fn last_of(op: &super::Op) -> Option<Last> {
        match op {
            super::Op::Relu(_) => Some(Last::Relu),
            super::Op::Relu6(_) => Some(Last::Relu6),
            _ => None,
        }
    }
}

impl BatchNorm {
    /// The kernel of a batch norm of `x` and what follows it.
    pub fn with_tail(&self, x: &Fact, tail: Tail, training: bool) -> Box<dyn Kernel> {
        Box::new(self.kernel(x, tail, training))
    }

    /// As [`BatchNorm::with_tail`], over channel-blocked maps.
    pub fn over_blocks(&self, x: &Fact, tail: Tail, training: bool) -> Box<dyn Kernel> {
        let kernel = self.kernel(x, tail, training);
        Box::new(BatchNormKernel { blocks: Some(BlockedNorm::new(kernel.kernel)), ..kernel })
    }

    fn kernel(&self, x: &Fact, tail: Tail, training: bool) -> BatchNormKernel {
        let sizes = x.sizes();
        let kernel = kernels::batch_norm::BatchNorm {
            batch: sizes[0],
            channels: sizes[1],
            size: sizes[2..].iter().product(),
            eps: self.eps as f32,
            last: tail.last,
        };
        BatchNormKernel { kernel, blocks: None, residual: tail.residual, momentum: self.momentum as f32, training }
    }
}

struct BatchNormKernel {
    kernel: kernels::batch_norm::BatchNorm,
    /// Where tensors are channel-blocked.
    blocks: Option<BlockedNorm>,
    residual: bool,
    momentum: f32,
    training: bool,
}

impl Kernel for BatchNormKernel {
    fn workspace(&self) -> Workspace {
        let channels = self.kernel.channels;
        let saved = if self.training { vec![channels, channels] } else { Vec::new() };
        let scratch = self.blocks.map_or(0, |b| b.scratch());
        Workspace { saved, forward: scratch, backward: 2 * channels + scratch }
    }

    fn needs(&self) -> Needs {
        Needs { inputs: true, output: self.kernel.last != Last::Identity }
    }

    fn in_place(&self) -> bool {
        false
    }

    fn reads_input(&self, slot: usize) -> bool {
        slot == 0
    }

    fn grad_in_place(&self) -> &'static [usize] {
        if self.residual { &[1, 0] } else { &[0] }
    }

    fn forward(&self, f: Forward<'_, '_>) {
        let (x, residual) = (f.inputs[0], if self.residual { f.inputs.get(1).copied() } else { None });
        let (weight, bias) = (f.params[0], f.params[1]);
        let [mean, variance] = f.saved else {
            let stats = (&*f.state[0], &*f.state[1]);
            return match self.blocks {
                None => self.kernel.normalize(x, residual, stats, weight, bias, f.output),
                Some(blocks) => blocks.normalize(x, residual, stats, (weight, bias), f.scratch, f.output),
            };
        };
        match self.blocks {
            None => self.kernel.forward(x, residual, weight, bias, mean, variance, f.output),
            Some(blocks) => blocks.forward(x, residual, (weight, bias), (mean, variance), f.scratch, f.output),
        }
        let count = (self.kernel.batch * self.kernel.size) as f32;
        // One value has no unbiased variance; its biased one is zero.
        let unbiased = count / (count - 1.0).max(1.0);
        let blend = |running: &mut [f32], batch: &[f32], factor: f32| {
            for (r, b) in running.iter_mut().zip(batch) {
                *r = (1.0 - self.momentum) * *r + self.momentum * factor * b;
            }
        };
        blend(f.state[0], mean, 1.0);
        blend(f.state[1], variance, unbiased);
    }

    fn backward(&self, b: Backward<'_, '_>) {
        let pulled = Pulled {
            x: b.inputs[0],
            y: b.output,
            dy: b.grad_output,
            stats: if self.training { (b.saved[0], b.saved[1]) } else { (b.state[0], b.state[1]) },
            weight: b.params[0],
            batch_statistics: self.training,
        };
        let mut inputs = b.grad_inputs.iter_mut().map(Option::as_deref_mut);
        let (dx, residual) = (inputs.next().flatten(), inputs.next().flatten());
        let (sums, scratch) = b.scratch.split_at_mut(2 * self.kernel.channels);
        match self.blocks {
            None => self.kernel.gradient(pulled, sums, dx, residual),
            Some(blocks) => blocks.gradient(pulled, sums, scratch, dx, residual),
        }
        for (grad, sums) in b.grad_params.iter_mut().zip(sums.chunks_exact(self.kernel.channels)) {
            if let Some(grad) = grad {
                grad.iter_mut().zip(sums).for_each(|(g, s)| *g += s);
            }
        }
    }
}
