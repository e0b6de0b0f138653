//! Reductions along axes, and scaling by a norm.

use rand_chacha::ChaCha8Rng;

use crate::diag::{Diagnostic, Sink, codes};
use crate::kernels::elementwise::{self, Broadcast};
use crate::kernels::reduce::{block_max, greater};
use crate::kernels::softmax::{self, Lanes};
use crate::random;
use crate::shape::{Dim, Fact, Shape};
use crate::source::Span;

use super::attrs::{Args, Attr, AttrKind, Default};
use super::emit::{self, Dfdx, Unsupported};
use super::facts::{self, parameterless};
use super::lower::{Backward, Forward, Kernel, LowerCx, Lowered, Needs, Workspace};
use super::softmax::{lanes, reach_along, sample_along};
use super::{Inputs, OpInfo, Operator, ParamSpec, Reach, Role, Sample, ShapeError};

/// What a reduction computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The mean.
    Mean,
    /// The sum.
    Sum,
    /// The maximum.
    Max,
}

/// The mean, sum or maximum along axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Reduce {
    /// What is computed.
    pub kind: Kind,
    /// The axes; counted from the end where negative.
    pub axes: Vec<i64>,
    /// Whether the axes stay, with size one.
    pub keepdims: bool,
}

impl Reduce {
    /// Which axes are reduced.
    fn reduced(&self, x: &Fact) -> Result<Vec<bool>, ShapeError> {
        let mut reduced = vec![false; x.rank()];
        for axis in &self.axes {
            let axis = facts::axis("reduce", "axes", x, *axis)?;
            if std::mem::replace(&mut reduced[axis], true) {
                return Err(ShapeError::new(codes::WRONG_RANK, format!("`reduce` is given axis {axis} twice")).attr("axes"));
            }
        }
        Ok(reduced)
    }
}

impl Operator for Reduce {
    const INFO: OpInfo = OpInfo {
        name: "reduce",
        also_known_as: &["mean", "reduce_mean", "reduce_sum", "reduce_max", "amax"],
        doc: "The mean, sum or maximum along axes. The axes go, or stay with size one. Equal maxima share the gradient evenly, as in PyTorch's `amax`.",
        inputs: Inputs::Named(&["x"]),
        attrs: &[
            Attr { name: "op", kind: AttrKind::Choice(&["mean", "sum", "max"]), default: Default::Required, doc: "what is computed" },
            Attr { name: "axes", kind: AttrKind::Ints, default: Default::Required, doc: "the axes along which it is; negative counts from the end" },
            Attr { name: "keepdims", kind: AttrKind::Bool, default: Default::Bool(false), doc: "whether the axes stay, with size one" },
        ],
        role: Role::Layer,
        example: "reduce(mean, axes=[2, 3])",
    };

    fn build(args: &Args, call: Span, sink: &mut Sink) -> Option<Self> {
        let kind = match args.word("op")? {
            "mean" => Kind::Mean,
            "sum" => Kind::Sum,
            _ => Kind::Max,
        };
        let axes = args.ints("axes")?;
        if axes.is_empty() {
            sink.push(
                Diagnostic::error(codes::BAD_ARGUMENT, "`axes` of `reduce` names at least one axis, found `[]`")
                    .label(args.span("axes").unwrap_or(call), "expected an axis"),
            );
            return None;
        }
        Some(Reduce { kind, axes, keepdims: args.bool("keepdims") })
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        facts::floats("reduce", inputs, 0)?;
        let reduced = self.reduced(&inputs[0])?;
        let sizes = inputs[0].shape.iter().zip(reduced);
        Ok(Fact::f32(match self.keepdims {
            true => sizes.map(|(d, gone)| if gone { Dim::num(1) } else { d.clone() }).collect::<Vec<_>>(),
            false => sizes.filter(|(_, gone)| !gone).map(|(d, _)| d.clone()).collect(),
        }))
    }

    parameterless!();

    fn reach(&self, inputs: &[Fact]) -> Reach {
        match self.reduced(&inputs[0]) {
            Ok(reduced) if !reduced.iter().skip(2).any(|gone| *gone) => Reach::Same,
            _ => Reach::All,
        }
    }

    fn lower(&self, inputs: &[Fact], output: &Fact, _cx: LowerCx) -> Lowered {
        let sizes = inputs[0].sizes();
        let reduced = self.reduced(&inputs[0]).unwrap_or_default();
        let kept: Vec<usize> = sizes.iter().zip(reduced).map(|(s, gone)| if gone { 1 } else { *s }).collect();
        let (numel, out) = (inputs[0].numel(), output.numel());
        let factor = if self.kind == Kind::Mean { out as f32 / numel as f32 } else { 1.0 };
        Lowered::Kernel(Box::new(ReduceKernel { kind: self.kind, how: Broadcast::new(&sizes, &[&kept]), out, factor }))
    }

    fn emit_dfdx(&self, inputs: &[Fact], output: &Fact) -> Result<Dfdx, Unsupported> {
        let x = &inputs[0];
        let over_maps = self.reduced(x).is_ok_and(|r| r.len() > 2 && !r[0] && !r[1] && r[2..].iter().all(|r| *r));
        match (self.kind, over_maps) {
            (Kind::Mean, true) if self.keepdims => {
                emit::expr(format!("reshape!(gap($0); {} => {})", emit::size(x, 1), emit::sizes(output)))
            }
            (Kind::Mean, true) => emit::call("gap", 1, &[]),
            (kind, _) => {
                let Reduce { axes, keepdims, .. } = self;
                let op = format!("reduce::Reduce {{ kind: ops::reduce::Kind::{kind:?}, axes: vec!{axes:?}, keepdims: {keepdims} }}");
                emit::apply(&op, 1)
            }
        }
    }

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let sizes: Vec<usize> = (0..4).map(|_| 1 + random::below(rng, 3) as usize).collect();
        let count = 1 + random::below(rng, 4) as usize;
        let axes = random::permutation(rng, 4)[..count].iter().map(|a| *a as i64 - 4).collect();
        let kind = [Kind::Mean, Kind::Sum, Kind::Max][random::below(rng, 3) as usize];
        let op = Reduce { kind, axes, keepdims: random::below(rng, 2) == 0 };
        let inputs = vec![Fact::f32(Shape::of(&sizes))];
        Sample { op: op.into(), inputs, classes: 0, range: (-2.0, 2.0), kinks: true }
    }
}

/// The output broadcasts over the input: a reduction is the gradient of that.
struct ReduceKernel {
    kind: Kind,
    how: Broadcast,
    /// Elements of the output.
    out: usize,
    /// What a sum is multiplied by.
    factor: f32,
}

impl Kernel for ReduceKernel {
    fn workspace(&self) -> Workspace {
        let backward = if self.kind == Kind::Max { self.out } else { 0 };
        Workspace { backward, ..Workspace::default() }
    }

    fn needs(&self) -> Needs {
        let max = self.kind == Kind::Max;
        Needs { inputs: max, output: max }
    }

    fn in_place(&self) -> bool {
        false
    }

    fn forward(&self, f: Forward<'_, '_>) {
        let x = f.inputs[0];
        let part = |row: usize, begin: usize, part: &mut [f32]| {
            part.copy_from_slice(&x[self.how.start(row) + begin..][..part.len()]);
        };
        match self.kind {
            Kind::Max => {
                f.output.fill(f32::NEG_INFINITY);
                self.how.collect(0, f.output, part, block_max, greater);
            }
            Kind::Mean | Kind::Sum => {
                self.how.collect_sums(0, f.output, part);
                f.output.iter_mut().for_each(|y| *y *= self.factor);
            }
        }
    }

    fn backward(&self, b: Backward<'_, '_>) {
        let Some(grad) = b.grad_inputs[0].as_deref_mut() else { return };
        if self.kind != Kind::Max {
            self.how.for_parts(grad, |row, begin, g| {
                self.how.source(0, b.grad_output, row, begin, g.len()).load(g);
                g.iter_mut().for_each(|g| *g *= self.factor);
            });
            return;
        }
        // One where the input is a maximum.
        let hits = |row: usize, begin: usize, part: &mut [f32]| {
            self.how.source(0, b.output, row, begin, part.len()).load(part);
            let x = &b.inputs[0][self.how.start(row) + begin..];
            part.iter_mut().zip(x).for_each(|(y, x)| *y = f32::from(*y == *x));
        };
        let share = b.scratch;
        self.how.collect_sums(0, share, hits);
        share.iter_mut().zip(b.grad_output).for_each(|(s, d)| *s = d / *s);
        self.how.for_parts(grad, |row, begin, g| {
            hits(row, begin, g);
            self.how.source(0, share, row, begin, g.len()).fold(g, |hit, share| if hit > 0.0 { share } else { 0.0 });
        });
    }
}

/// Division by the Euclidean norm along an axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct L2Norm {
    /// The axis; counted from the end where it is negative.
    pub axis: i64,
    /// The least divisor.
    pub eps: f32,
}

impl Operator for L2Norm {
    const INFO: OpInfo = OpInfo {
        name: "l2norm",
        also_known_as: &["l2_normalize", "normalize", "unit_norm"],
        doc: "`x / max(|x|, eps)` with the Euclidean norm along an axis, as PyTorch's `normalize`: embeddings of length one.",
        inputs: Inputs::Named(&["x"]),
        attrs: &[
            Attr { name: "axis", kind: AttrKind::Int { min: i64::MIN }, default: Default::Int(1), doc: "the axis; negative counts from the end" },
            Attr { name: "eps", kind: AttrKind::Float { min: 0.0, max: f64::MAX }, default: Default::Float(1e-12), doc: "the least divisor" },
        ],
        role: Role::Layer,
        example: "l2norm",
    };

    fn build(args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
        Some(L2Norm { axis: args.int("axis")?, eps: args.float("eps")? as f32 })
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        facts::floats("l2norm", inputs, 0)?;
        facts::axis("l2norm", "axis", &inputs[0], self.axis)?;
        Ok(inputs[0].clone())
    }

    parameterless!();

    fn reach(&self, inputs: &[Fact]) -> Reach {
        reach_along("l2norm", &inputs[0], self.axis)
    }

    fn lower(&self, inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
        Lowered::Kernel(Box::new(L2NormKernel { lanes: lanes(&inputs[0], self.axis), eps: self.eps }))
    }

    fn emit_dfdx(&self, _inputs: &[Fact], _output: &Fact) -> Result<Dfdx, Unsupported> {
        emit::apply(&format!("reduce::L2Norm {{ axis: {}, eps: {:?} }}", self.axis, self.eps), 1)
    }

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let (axis, x) = sample_along(rng);
        Sample { op: L2Norm { axis, eps: 1e-12 }.into(), inputs: vec![x], classes: 0, range: (0.5, 2.0), kinks: false }
    }
}

/// Saves the divisors.
struct L2NormKernel {
    lanes: Lanes,
    eps: f32,
}

impl Kernel for L2NormKernel {
    fn workspace(&self) -> Workspace {
        Workspace { saved: vec![self.lanes.count()], ..Workspace::default() }
    }

    fn needs(&self) -> Needs {
        Needs { inputs: false, output: true }
    }

    fn in_place(&self) -> bool {
        true
    }

    fn forward(&self, f: Forward<'_, '_>) {
        let Lanes { n, inner, .. } = self.lanes;
        elementwise::load(f.inputs[0], f.output);
        let (y, norms) = (f.output, &mut *f.saved[0]);
        for (at, norm) in norms.iter_mut().enumerate() {
            let lane = y[at / inner * n * inner + at % inner..].iter().step_by(inner).take(n);
            let square: f64 = lane.map(|v| f64::from(*v) * f64::from(*v)).sum();
            let root = square.sqrt() as f32;
            // Not `max`, which would hide a NaN.
            *norm = if root < self.eps { self.eps } else { root };
        }
        let norms = &*norms;
        self.lanes.for_planes(y, |o, plane| {
            for row in plane.chunks_exact_mut(inner) {
                row.iter_mut().zip(&norms[o * inner..]).for_each(|(y, norm)| *y /= norm);
            }
        });
    }

    fn backward(&self, b: Backward<'_, '_>) {
        let Some(grad) = b.grad_inputs[0].as_deref_mut() else { return };
        let inner = self.lanes.inner;
        softmax::pull(self.lanes, b.output, b.grad_output, grad, |y, d| y * d, |y, d, sum| d - y * sum);
        let (norms, d, eps) = (b.saved[0], b.grad_output, self.eps);
        let size = self.lanes.n * inner;
        self.lanes.for_planes(grad, |o, plane| {
            for (i, row) in plane.chunks_exact_mut(inner).enumerate() {
                let d = &d[o * size + i * inner..];
                for ((g, d), norm) in row.iter_mut().zip(d).zip(&norms[o * inner..]) {
                    // A divisor that is the constant `eps` does not move with the input.
                    *g = if *norm == eps { d / norm } else { *g / norm };
                }
            }
        });
    }
}
