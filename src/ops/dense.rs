//! The fully connected layer.

use rand_chacha::ChaCha8Rng;

use crate::diag::{Sink, codes};
use crate::kernels::{dense, gemm};
use crate::random;
use crate::shape::Fact;
use crate::source::Span;

use super::attrs::{Args, Attr, AttrKind, Default};
use super::emit::{self, Dfdx, Unsupported};
use super::init::{Init, Penalty};
use super::lower::{Backward, Forward, Kernel, LowerCx, Lowered, bufferless};
use super::{Inputs, OpInfo, Operator, ParamSpec, Reach, Role, Sample, ShapeError};

/// `y = x W^T + b` over the last axis of `[N, features]`; `weight` is `[out, features]`, as in
/// PyTorch's `Linear`.
#[derive(Clone, Debug, PartialEq)]
pub struct Dense {
    /// Output features.
    pub out: usize,
    /// Whether a bias is added.
    pub bias: bool,
    /// First values of `weight`.
    pub init: Init,
    /// First values of `bias`.
    pub bias_init: Init,
    /// Penalty on `weight`.
    pub penalty: Penalty,
}

impl Operator for Dense {
    const INFO: OpInfo = OpInfo {
        name: "dense",
        also_known_as: &["linear", "fc", "fully_connected", "inner_product"],
        doc: "A fully connected layer: `[N, features]` to `[N, out]`, `y = x W^T + b` with `weight` of shape `[out, features]` (PyTorch's layout).",
        inputs: Inputs::Named(&["x"]),
        attrs: &[
            Attr { name: "out", kind: AttrKind::Int { min: 1 }, default: Default::Required, doc: "output features" },
            Attr { name: "bias", kind: AttrKind::Bool, default: Default::Bool(true), doc: "whether a bias is added" },
            Attr { name: "init", kind: AttrKind::Init, default: Default::Word("glorot_uniform"), doc: "first values of `weight`" },
            Attr { name: "bias_init", kind: AttrKind::Init, default: Default::Word("zeros"), doc: "first values of `bias`" },
            Attr { name: "penalty", kind: AttrKind::Penalty, default: Default::Optional, doc: "penalty on `weight`, added to the loss" },
        ],
        role: Role::Layer,
        example: "dense(10) as logits",
    };

    fn build(args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
        Some(Dense {
            out: args.usize("out")?,
            bias: args.bool("bias"),
            init: args.init("init")?,
            bias_init: args.init("bias_init")?,
            penalty: args.penalty("penalty").unwrap_or_default(),
        })
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        let x = &inputs[0];
        super::geometry::check_float("dense", x)?;
        if x.rank() != 2 {
            let error = ShapeError::new(
                codes::WRONG_RANK,
                format!("`dense` takes 2 axes (`[N, features]`), but this has {}: `{x}`", x.rank()),
            )
            .inputs(&[0]);
            return Err(if x.rank() > 2 { error.help("insert `gap` or `flatten` before `dense`") } else { error });
        }
        if !x.shape[1].is_num() {
            return Err(ShapeError::new(
                codes::SYMBOLIC_PARAMETER,
                format!("the number of features must be known to make `dense`'s weights, but it is `{}`", x.shape[1]),
            )
            .inputs(&[0])
            .help("use `gap` instead of `flatten`, or give the input a fixed size"));
        }
        Ok(Fact::f32(vec![x.shape[0].clone(), self.out.into()]))
    }

    fn params(&self, inputs: &[Fact]) -> Vec<ParamSpec> {
        let features = inputs[0].shape[1].as_usize().unwrap_or(0);
        let fans = (features, self.out);
        let mut params = vec![ParamSpec {
            name: "weight",
            shape: vec![self.out, features],
            trainable: true,
            init: self.init,
            fans,
            penalty: self.penalty,
        }];
        if self.bias {
            params.push(ParamSpec {
                name: "bias",
                shape: vec![self.out],
                trainable: true,
                init: self.bias_init,
                fans,
                penalty: Penalty::default(),
            });
        }
        params
    }

    fn macs(&self, inputs: &[Fact], _output: &Fact) -> u128 {
        inputs[0].numel() as u128 * self.out as u128
    }

    fn reach(&self, _inputs: &[Fact]) -> Reach {
        Reach::All
    }

    fn lower(&self, inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
        let sizes = inputs[0].sizes();
        Lowered::Kernel(Box::new(DenseKernel { batch: sizes[0], features: sizes[1], out: self.out, bias: self.bias }))
    }

    fn emit_dfdx(&self, inputs: &[Fact], _output: &Fact) -> Result<Dfdx, Unsupported> {
        let bias = if self.bias { "" } else { ", false" };
        let ty = format!("Dense<{}, {}{bias}>", emit::size(&inputs[0], 1), self.out);
        let builders = emit::weights(self.init, self.bias.then_some(self.bias_init), self.penalty);
        emit::weighted(ty, format!("Dense::new(){builders}"))
    }

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let size = |rng: &mut ChaCha8Rng| 1 + random::below(rng, 6) as usize;
        let (n, features, out) = (size(rng), size(rng), size(rng));
        let args = Args::of("dense", Self::INFO.attrs, &[("out", super::attrs::Value::Int(out as i64))]);
        Sample {
            op: Dense::build(&args, Span::default(), &mut Sink::new()).expect("the arguments fit").into(),
            inputs: vec![Fact::f32(crate::shape::Shape::of(&[n, features]))],
            classes: 0,
            range: (-1.0, 1.0),
            kinks: false,
        }
    }
}

/// Examples up to which the gradient by the weights takes the time of writing it.
const FEW: usize = 16;

struct DenseKernel {
    batch: usize,
    features: usize,
    out: usize,
    bias: bool,
}

impl Kernel for DenseKernel {
    bufferless!(inputs);

    fn forward(&self, f: Forward<'_, '_>) {
        let beta = match self.bias {
            true => {
                for row in f.output.chunks_exact_mut(self.out) {
                    row.copy_from_slice(f.params[1]);
                }
                1.0
            }
            false => 0.0,
        };
        gemm::gemm_parallel(
            gemm::Matrix::row_major(f.inputs[0], self.batch, self.features),
            gemm::Matrix::row_major(f.params[0], self.out, self.features).transposed(),
            beta,
            f.output,
        );
    }

    fn backward(&self, b: Backward<'_, '_>) {
        let gradient = gemm::Matrix::row_major(b.grad_output, self.batch, self.out);
        if let Some(grad) = &mut b.grad_inputs[0] {
            gemm::gemm_parallel(gradient, gemm::Matrix::row_major(b.params[0], self.out, self.features), 0.0, grad);
        }
        if let Some(grad) = &mut b.grad_params[0]
            && self.batch <= FEW
        {
            dense::weight_gradient(b.inputs[0], b.grad_output, self.features, grad);
        } else if let Some(grad) = &mut b.grad_params[0] {
            let x = gemm::Matrix::row_major(b.inputs[0], self.batch, self.features);
            gemm::gemm_parallel(gradient.transposed(), x, 1.0, grad);
        }
        if self.bias
            && let Some(grad) = &mut b.grad_params[1]
        {
            for row in b.grad_output.chunks_exact(self.out) {
                for (g, d) in grad.iter_mut().zip(row) {
                    *g += d;
                }
            }
        }
    }
}
