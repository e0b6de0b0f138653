//! Ops on indices: picking by them, and making them.

use rand_chacha::ChaCha8Rng;

use crate::diag::{Sink, codes};
use crate::kernels::parallel::for_chunks;
use crate::kernels::softmax::Lanes;
use crate::random;
use crate::shape::{DType, Dim, Fact, Shape};
use crate::source::Span;

use super::attrs::{Args, Attr, AttrKind, Default};
use super::emit::unexpressed;
use super::facts::{self, parameterless};
use crate::kernels::score::class_of;
use super::lower::{Backward, Forward, Kernel, LowerCx, Lowered, bufferless};
use super::softmax::{lanes, reach_along, sample_along};
use super::{Inputs, OpInfo, Operator, ParamSpec, Reach, Role, Sample, ShapeError};

const fn axis_attr(default: i64, doc: &'static str) -> Attr {
    Attr { name: "axis", kind: AttrKind::Int { min: i64::MIN }, default: Default::Int(default), doc }
}

/// Input `slot` holds indices.
fn indices(op: &str, inputs: &[Fact], slot: usize) -> Result<(), ShapeError> {
    let x = &inputs[slot];
    match x.dtype {
        DType::I64 => Ok(()),
        DType::F32 => Err(ShapeError::new(
            codes::WRONG_DTYPE,
            format!("`{op}` takes indices of type `i64`, but this is `{x}`"),
        )
        .inputs(&[slot])),
    }
}

/// Slices of a tensor, picked along an axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gather {
    /// The axis; counted from the end where it is negative.
    pub axis: i64,
}

impl Operator for Gather {
    const INFO: OpInfo = OpInfo {
        name: "gather",
        also_known_as: &["take", "index_select"],
        doc: "The slices of `x` along an axis that `indices` name, as NumPy's `take`: the axis gives way to the axes of `indices`. Negative indices count from the end; one out of range gives NaN. Picked twice, a slice gets both gradients.",
        inputs: Inputs::Named(&["x", "indices"]),
        attrs: &[axis_attr(1, "the axis along which is picked; negative counts from the end")],
        role: Role::Layer,
        example: "gather(x, indices, axis=1)",
    };

    fn build(args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
        Some(Gather { axis: args.int("axis")? })
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        facts::floats("gather", inputs, 0)?;
        indices("gather", inputs, 1)?;
        let axis = facts::axis("gather", "axis", &inputs[0], self.axis)?;
        let (before, behind) = (&inputs[0].shape[..axis], &inputs[0].shape[axis + 1..]);
        Ok(Fact::f32([before, &inputs[1].shape[..], behind].concat()))
    }

    parameterless!();

    fn reach(&self, inputs: &[Fact]) -> Reach {
        reach_along("gather", &inputs[0], self.axis)
    }

    fn lower(&self, inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
        Lowered::Kernel(Box::new(GatherKernel { lanes: lanes(&inputs[0], self.axis), count: inputs[1].numel() }))
    }

    unexpressed!("generated code has no indices but labels");

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let (axis, x) = sample_along(rng);
        let classes = lanes(&x, axis).n;
        let mut size = || 1 + random::below(rng, 3) as usize;
        let picked = Fact::i64(Shape::of(&[size(), size()]));
        Sample { op: Gather { axis }.into(), inputs: vec![x, picked], classes, range: (-1.0, 1.0), kinks: false }
    }
}

struct GatherKernel {
    lanes: Lanes,
    /// How many indices there are.
    count: usize,
}

impl GatherKernel {
    fn at(&self, index: f32) -> Option<usize> {
        class_of(if index < 0.0 { index + self.lanes.n as f32 } else { index }, self.lanes.n)
    }
}

impl Kernel for GatherKernel {
    bufferless!(inputs);

    fn forward(&self, f: Forward<'_, '_>) {
        let Lanes { n, inner, .. } = self.lanes;
        let (x, indices, work) = (f.inputs[0], f.inputs[1], f.output.len());
        for_chunks(f.output, inner, work, |row, y| match self.at(indices[row % self.count]) {
            Some(index) => y.copy_from_slice(&x[(row / self.count * n + index) * inner..][..inner]),
            None => y.fill(f32::NAN),
        });
    }

    fn backward(&self, b: Backward<'_, '_>) {
        let [of_x, of_indices] = b.grad_inputs else { return };
        if let Some(grad) = of_indices {
            grad.fill(0.0);
        }
        let Some(grad) = of_x else { return };
        let (inner, size) = (self.lanes.inner, self.count * self.lanes.inner);
        // A slice may be picked more than once: one thread adds up all of a plane.
        self.lanes.for_planes(grad, |o, plane| {
            plane.fill(0.0);
            for (index, d) in b.inputs[1].iter().zip(b.grad_output[o * size..].chunks_exact(inner)) {
                let Some(index) = self.at(*index) else { continue };
                plane[index * inner..][..inner].iter_mut().zip(d).for_each(|(g, d)| *g += d);
            }
        });
    }
}

/// Indices as vectors of zeros with a one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OneHot {
    /// How many indices there are.
    pub classes: usize,
    /// Where the axis of the classes stands in the result; counted from the end where negative.
    pub axis: i64,
}

impl OneHot {
    /// The axis from the front.
    fn place(&self, x: &Fact) -> Result<usize, ShapeError> {
        let rank = x.rank() as i64 + 1;
        let axis = if self.axis < 0 { self.axis.saturating_add(rank) } else { self.axis };
        if (0..rank).contains(&axis) {
            return Ok(axis as usize);
        }
        let message = format!("`one_hot` of `{x}` has {rank} axes, and none is axis {}", self.axis);
        Err(ShapeError::new(codes::WRONG_RANK, message).attr("axis").inputs(&[0]))
    }
}

impl Operator for OneHot {
    const INFO: OpInfo = OpInfo {
        name: "one_hot",
        also_known_as: &["onehot"],
        doc: "For each index a vector of zeros with a one at the index: `i64[N]` to `f32[N, classes]`. An index out of range gives zeros alone.",
        inputs: Inputs::Named(&["indices"]),
        attrs: &[
            Attr { name: "classes", kind: AttrKind::Int { min: 1 }, default: Default::Required, doc: "the length of a vector" },
            axis_attr(-1, "where the vectors' axis stands in the result; negative counts from the end"),
        ],
        role: Role::Layer,
        example: "one_hot(10)",
    };

    fn build(args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
        Some(OneHot { classes: args.usize("classes")?, axis: args.int("axis")? })
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        indices("one_hot", inputs, 0)?;
        let mut sizes = inputs[0].shape.to_vec();
        sizes.insert(self.place(&inputs[0])?, self.classes.into());
        Ok(Fact::f32(sizes))
    }

    parameterless!(Same);

    fn lower(&self, inputs: &[Fact], output: &Fact, _cx: LowerCx) -> Lowered {
        let axis = self.place(&inputs[0]).unwrap_or_default();
        Lowered::Kernel(Box::new(OneHotKernel(Lanes::new(&output.sizes(), axis))))
    }

    unexpressed!("generated code has no indices but labels");

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let mut size = || 1 + random::below(rng, 3) as usize;
        let inputs = vec![Fact::i64(Shape::of(&[size(), size()]))];
        let (classes, axis) = (size(), size() as i64 - 2);
        Sample { op: OneHot { classes, axis }.into(), inputs, classes: classes + 1, range: (0.0, 1.0), kinks: false }
    }
}

/// The lanes of the output.
struct OneHotKernel(Lanes);

impl Kernel for OneHotKernel {
    bufferless!();

    fn forward(&self, f: Forward<'_, '_>) {
        let Lanes { n, inner, .. } = self.0;
        self.0.for_planes(f.output, |o, plane| {
            plane.fill(0.0);
            for (i, index) in f.inputs[0][o * inner..][..inner].iter().enumerate() {
                if let Some(index) = class_of(*index, n) {
                    plane[index * inner + i] = 1.0;
                }
            }
        });
    }

    fn backward(&self, b: Backward<'_, '_>) {
        // Indices have no gradient.
        b.grad_inputs.iter_mut().flatten().for_each(|g| g.fill(0.0));
    }
}

/// Where the maximum lies along an axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ArgMax {
    /// The axis; counted from the end where it is negative.
    pub axis: i64,
    /// Whether the axis stays, with size one.
    pub keepdims: bool,
    /// Whether the last of equal maxima counts.
    pub last: bool,
}

impl Operator for ArgMax {
    const INFO: OpInfo = OpInfo {
        name: "argmax",
        also_known_as: &["arg_max"],
        doc: "The index of the maximum along an axis, `f32[N, classes]` to `i64[N]`. Of equal maxima the first counts, or the last. It has no gradient.",
        inputs: Inputs::Named(&["x"]),
        attrs: &[
            axis_attr(1, "the axis that is searched; negative counts from the end"),
            Attr { name: "keepdims", kind: AttrKind::Bool, default: Default::Bool(false), doc: "whether the axis stays, with size one" },
            Attr { name: "last", kind: AttrKind::Bool, default: Default::Bool(false), doc: "whether the last of equal maxima counts" },
        ],
        role: Role::Layer,
        example: "argmax(1)",
    };

    fn build(args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
        Some(ArgMax { axis: args.int("axis")?, keepdims: args.bool("keepdims"), last: args.bool("last") })
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        facts::floats("argmax", inputs, 0)?;
        let axis = facts::axis("argmax", "axis", &inputs[0], self.axis)?;
        let mut sizes = inputs[0].shape.to_vec();
        match self.keepdims {
            true => sizes[axis] = Dim::num(1),
            false => drop(sizes.remove(axis)),
        }
        Ok(Fact { dtype: DType::I64, shape: sizes.into() })
    }

    parameterless!();

    fn reach(&self, inputs: &[Fact]) -> Reach {
        reach_along("argmax", &inputs[0], self.axis)
    }

    fn lower(&self, inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
        Lowered::Kernel(Box::new(ArgMaxKernel { lanes: lanes(&inputs[0], self.axis), last: self.last }))
    }

    unexpressed!("generated code has no indices but labels");

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let (axis, x) = sample_along(rng);
        let op = ArgMax { axis, keepdims: random::below(rng, 2) == 0, last: random::below(rng, 2) == 0 };
        Sample { op: op.into(), inputs: vec![x], classes: 0, range: (-2.0, 2.0), kinks: true }
    }
}

struct ArgMaxKernel {
    lanes: Lanes,
    last: bool,
}

impl Kernel for ArgMaxKernel {
    bufferless!();

    fn forward(&self, f: Forward<'_, '_>) {
        let Lanes { n, inner, .. } = self.lanes;
        let (x, work) = (f.inputs[0], f.inputs[0].len());
        for_chunks(f.output, inner, work, |o, row| {
            for (i, y) in row.iter_mut().enumerate() {
                let lane = x[o * n * inner + i..].iter().step_by(inner).take(n).enumerate();
                // A NaN is greater than all, as in NumPy and PyTorch.
                let best = lane.fold((0, f32::NEG_INFINITY), |(at, best), (k, v)| {
                    let wins = *v > best || v.is_nan() && !best.is_nan() || *v == best && self.last;
                    if wins { (k, *v) } else { (at, best) }
                });
                *y = best.0 as f32;
            }
        });
    }

    fn backward(&self, b: Backward<'_, '_>) {
        b.grad_inputs.iter_mut().flatten().for_each(|g| g.fill(0.0));
    }
}
