//! Rows of a table, picked by index.

use rand_chacha::ChaCha8Rng;

use crate::diag::{Sink, codes};
use crate::kernels::parallel;
use crate::random;
use crate::shape::{DType, Fact, Shape};
use crate::source::Span;

use super::attrs::{Args, Attr, AttrKind, Default};
use super::emit::{self, Dfdx, Unsupported};
use super::init::{Init, Penalty};
use crate::kernels::score::class_of;
use super::lower::{Backward, Forward, Kernel, LowerCx, Lowered, bufferless};
use super::{Inputs, OpInfo, Operator, ParamSpec, Reach, Role, Sample, ShapeError};

/// A learned vector for each index.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Embedding {
    /// How many indices there are.
    pub num: usize,
    /// The length of a vector.
    pub dim: usize,
    /// First values of `weight`.
    pub init: Init,
}

impl Operator for Embedding {
    const INFO: OpInfo = OpInfo {
        name: "embedding",
        also_known_as: &["lookup", "gather_rows"],
        doc: "A learned vector for each index: `i64[...]` to `f32[..., dim]`, rows of `weight` of shape `[num, dim]`. An index out of range gives NaN.",
        inputs: Inputs::Named(&["indices"]),
        attrs: &[
            Attr { name: "num", kind: AttrKind::Int { min: 1 }, default: Default::Required, doc: "how many indices there are" },
            Attr { name: "dim", kind: AttrKind::Int { min: 1 }, default: Default::Required, doc: "the length of a vector" },
            Attr { name: "init", kind: AttrKind::Init, default: Default::Word("uniform"), doc: "first values of `weight` (Keras's default; PyTorch has `normal(1)`)" },
        ],
        role: Role::Layer,
        example: "embedding(1000, 64)",
    };

    fn build(args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
        Some(Embedding { num: args.usize("num")?, dim: args.usize("dim")?, init: args.init("init")? })
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        let x = &inputs[0];
        if x.dtype != DType::I64 {
            return Err(ShapeError::new(
                codes::WRONG_DTYPE,
                format!("`embedding` takes indices of type `i64`, but this is `{x}`"),
            )
            .inputs(&[0]));
        }
        let sizes = x.shape.iter().cloned().chain([self.dim.into()]);
        Ok(Fact::f32(sizes.collect::<Vec<_>>()))
    }

    fn params(&self, _inputs: &[Fact]) -> Vec<ParamSpec> {
        vec![ParamSpec {
            name: "weight",
            shape: vec![self.num, self.dim],
            trainable: true,
            init: self.init,
            fans: (self.num, self.dim),
            penalty: Penalty::default(),
        }]
    }

    fn macs(&self, _inputs: &[Fact], _output: &Fact) -> u128 {
        0
    }

    fn reach(&self, _inputs: &[Fact]) -> Reach {
        Reach::Same
    }

    fn lower(&self, _inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
        Lowered::Kernel(Box::new(EmbeddingKernel { num: self.num, dim: self.dim }))
    }

    fn emit_dfdx(&self, _inputs: &[Fact], _output: &Fact) -> Result<Dfdx, Unsupported> {
        emit::layer(format!("Embedding<{}, {}>", self.num, self.dim), format!("Embedding::new(){}", emit::init(self.init)))
    }

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let mut size = |n| 1 + random::below(rng, n) as usize;
        let num = size(4);
        Sample {
            op: Embedding { num, dim: size(4), init: Init::Normal(1.0) }.into(),
            inputs: vec![Fact::i64(Shape::of(&[size(3), size(3)]))],
            classes: num,
            range: (0.0, 1.0),
            kinks: false,
        }
    }
}

struct EmbeddingKernel {
    num: usize,
    dim: usize,
}

impl Kernel for EmbeddingKernel {
    bufferless!(inputs);

    fn forward(&self, f: Forward<'_, '_>) {
        let (indices, weight, work) = (f.inputs[0], f.params[0], f.output.len());
        parallel::for_chunks(f.output, self.dim, work, |i, row| match class_of(indices[i], self.num) {
            Some(index) => row.copy_from_slice(&weight[index * self.dim..][..self.dim]),
            None => row.fill(f32::NAN),
        });
    }

    fn backward(&self, b: Backward<'_, '_>) {
        if let Some(grad) = &mut b.grad_params[0] {
            // On one thread: rows may be picked more than once.
            for (index, d) in b.inputs[0].iter().zip(b.grad_output.chunks_exact(self.dim)) {
                let Some(index) = class_of(*index, self.num) else { continue };
                grad[index * self.dim..][..self.dim].iter_mut().zip(d).for_each(|(g, d)| *g += d);
            }
        }
        // Indices have no gradient.
        b.grad_inputs.iter_mut().flatten().for_each(|g| g.fill(0.0));
    }
}
