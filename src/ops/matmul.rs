//! Products of matrices that are both activations.

use rand_chacha::ChaCha8Rng;

use crate::diag::{Sink, codes};
use crate::kernels::gemm::{Matrix, gemm};
use crate::kernels::parallel;
use crate::random;
use crate::shape::{Fact, Shape};
use crate::source::Span;

use super::attrs::{Args, Attr, AttrKind, Default};
use super::emit::{self, Dfdx, Unsupported};
use super::facts;
use super::lower::{Backward, Forward, Kernel, LowerCx, Lowered, bufferless};
use super::{Inputs, OpInfo, Operator, ParamSpec, Reach, Role, Sample, ShapeError};

/// `a b` over the last two axes, for each index of the axes before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Matmul {
    /// Whether the last two axes of `a` are swapped first.
    pub transpose_a: bool,
    /// Whether the last two axes of `b` are swapped first.
    pub transpose_b: bool,
}

/// Axes of rows and columns, as they enter the product.
fn axes(rank: usize, transposed: bool) -> (usize, usize) {
    if transposed { (rank - 1, rank - 2) } else { (rank - 2, rank - 1) }
}

impl Operator for Matmul {
    const INFO: OpInfo = OpInfo {
        name: "matmul",
        also_known_as: &["dot", "bmm", "batch_matmul"],
        doc: "The matrix product over the last two axes, `[..., M, K]` by `[..., K, N]` to `[..., M, N]`; the axes before agree. A Gram matrix is `matmul(x, x, transpose_b=true)`.",
        inputs: Inputs::Named(&["a", "b"]),
        attrs: &[
            Attr { name: "transpose_a", kind: AttrKind::Bool, default: Default::Bool(false), doc: "whether the last two axes of `a` are swapped first" },
            Attr { name: "transpose_b", kind: AttrKind::Bool, default: Default::Bool(false), doc: "whether the last two axes of `b` are swapped first" },
        ],
        role: Role::Layer,
        example: "matmul(q, k, transpose_b=true)",
    };

    fn build(args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
        Some(Matmul { transpose_a: args.bool("transpose_a"), transpose_b: args.bool("transpose_b") })
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        facts::all_floats("matmul", inputs)?;
        facts::same_rank("matmul", inputs, 0, 1)?;
        let (a, b) = (&inputs[0], &inputs[1]);
        let rank = a.rank();
        if rank < 2 {
            return Err(ShapeError::new(
                codes::WRONG_RANK,
                format!("`matmul` takes matrices (`[..., rows, columns]`), but this has {rank} axes: `{a}`"),
            )
            .inputs(&[0, 1]));
        }
        let mut sizes = Vec::with_capacity(rank);
        for axis in 0..rank - 2 {
            let size = facts::agree(&a.shape[axis], &b.shape[axis]);
            sizes.push(size.ok_or_else(|| facts::disagree("matmul", inputs, (0, axis), (1, axis)))?);
        }
        let ((rows, inner_a), (inner_b, columns)) = (axes(rank, self.transpose_a), axes(rank, self.transpose_b));
        if a.shape[inner_a].never_equals(&b.shape[inner_b]) {
            return Err(ShapeError::new(
                codes::SHAPE_MISMATCH,
                format!(
                    "`matmul` sums over {} columns of `{a}` and {} rows of `{b}`",
                    a.shape[inner_a], b.shape[inner_b]
                ),
            )
            .inputs(&[0, 1])
            .want(0, inner_a, b.shape[inner_b].clone())
            .want(1, inner_b, a.shape[inner_a].clone()));
        }
        sizes.extend([a.shape[rows].clone(), b.shape[columns].clone()]);
        Ok(Fact::f32(sizes))
    }

    fn params(&self, _inputs: &[Fact]) -> Vec<ParamSpec> {
        Vec::new()
    }

    fn macs(&self, inputs: &[Fact], output: &Fact) -> u128 {
        let (_, inner) = axes(inputs[0].rank(), self.transpose_a);
        output.numel() as u128 * inputs[0].sizes()[inner] as u128
    }

    fn reach(&self, _inputs: &[Fact]) -> Reach {
        Reach::All
    }

    fn lower(&self, inputs: &[Fact], output: &Fact, _cx: LowerCx) -> Lowered {
        let (sizes, rank) = (output.sizes(), output.rank());
        let (_, inner) = axes(rank, self.transpose_a);
        Lowered::Kernel(Box::new(MatmulKernel {
            op: *self,
            m: sizes[rank - 2],
            k: inputs[0].sizes()[inner],
            n: sizes[rank - 1],
        }))
    }

    fn emit_dfdx(&self, _inputs: &[Fact], _output: &Fact) -> Result<Dfdx, Unsupported> {
        let Matmul { transpose_a, transpose_b } = self;
        emit::apply(&format!("matmul::Matmul {{ transpose_a: {transpose_a}, transpose_b: {transpose_b} }}"), 2)
    }

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let mut size = |n| 1 + random::below(rng, n) as usize;
        let (batch, m, k, n) = (size(3), size(4), size(4), size(4));
        let op = Matmul { transpose_a: size(2) == 1, transpose_b: size(2) == 1 };
        let shape = |transposed, rows, columns| {
            Fact::f32(Shape::of(&if transposed { [batch, columns, rows] } else { [batch, rows, columns] }))
        };
        let inputs = vec![shape(op.transpose_a, m, k), shape(op.transpose_b, k, n)];
        Sample { op: op.into(), inputs, classes: 0, range: (-1.0, 1.0), kinks: false }
    }
}

/// One product of `m x k` by `k x n` after another.
struct MatmulKernel {
    op: Matmul,
    m: usize,
    k: usize,
    n: usize,
}

impl MatmulKernel {
    /// The left matrix of product `i`, as it enters the product.
    fn a<'a>(&self, all: &'a [f32], i: usize) -> Matrix<'a> {
        stored(&all[i * self.m * self.k..], self.m, self.k, self.op.transpose_a)
    }

    fn b<'a>(&self, all: &'a [f32], i: usize) -> Matrix<'a> {
        stored(&all[i * self.k * self.n..], self.k, self.n, self.op.transpose_b)
    }

    /// What decides whether the products are spread over threads.
    fn work(&self, output: &[f32]) -> usize {
        output.len().saturating_mul(self.k)
    }
}

/// A matrix of `rows x columns` that may lie transposed.
fn stored(data: &[f32], rows: usize, columns: usize, transposed: bool) -> Matrix<'_> {
    match transposed {
        true => Matrix::row_major(data, columns, rows).transposed(),
        false => Matrix::row_major(data, rows, columns),
    }
}

impl Kernel for MatmulKernel {
    bufferless!(inputs);

    fn forward(&self, f: Forward<'_, '_>) {
        let work = self.work(f.output);
        parallel::for_chunks(f.output, self.m * self.n, work, |i, c| {
            gemm(self.a(f.inputs[0], i), self.b(f.inputs[1], i), 0.0, c);
        });
    }

    fn backward(&self, b: Backward<'_, '_>) {
        let work = self.work(b.grad_output);
        let gradient = |i: usize| Matrix::row_major(&b.grad_output[i * self.m * self.n..], self.m, self.n);
        let [of_a, of_b] = b.grad_inputs else { return };
        if let Some(grad) = of_a {
            parallel::for_chunks(grad, self.m * self.k, work, |i, g| match self.op.transpose_a {
                true => gemm(self.b(b.inputs[1], i), gradient(i).transposed(), 0.0, g),
                false => gemm(gradient(i), self.b(b.inputs[1], i).transposed(), 0.0, g),
            });
        }
        if let Some(grad) = of_b {
            parallel::for_chunks(grad, self.k * self.n, work, |i, g| match self.op.transpose_b {
                true => gemm(gradient(i).transposed(), self.a(b.inputs[0], i), 0.0, g),
                false => gemm(self.a(b.inputs[0], i).transposed(), gradient(i), 0.0, g),
            });
        }
    }
}
