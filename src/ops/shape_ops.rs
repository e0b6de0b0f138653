//! Ops that move elements or name their axes anew, without arithmetic.

use rand_chacha::ChaCha8Rng;

use crate::diag::{Diagnostic, Sink, codes};
use crate::kernels::strided::{Strided, dense_strides};
use crate::random;
use crate::shape::{Dim, Fact, Shape};
use crate::source::Span;

use super::attrs::{Args, Attr, AttrKind, Default};
use super::emit::{self, Dfdx, Unsupported};
use super::facts::{self, parameterless};
use super::lower::{Backward, Forward, Kernel, LowerCx, Lowered, bufferless};
use super::{Inputs, OpInfo, Operator, ParamSpec, Reach, Role, Sample, ShapeError};

/// All axes from one on as one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flatten {
    /// The first axis that is merged; counted from the end where it is negative.
    pub start: i64,
}

impl Operator for Flatten {
    const INFO: OpInfo = OpInfo {
        name: "flatten",
        also_known_as: &["ravel"],
        doc: "Merges the axes from `start` on into one, row-major: `[N, C, H, W]` to `[N, C*H*W]`. No data moves.",
        inputs: Inputs::Named(&["x"]),
        attrs: &[Attr {
            name: "start",
            kind: AttrKind::Int { min: i64::MIN },
            default: Default::Int(1),
            doc: "the first axis that is merged; negative counts from the end",
        }],
        role: Role::Layer,
        example: "flatten",
    };

    fn build(args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
        Some(Flatten { start: args.int("start")? })
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        let x = &inputs[0];
        // `[N]` becomes `[N, 1]`.
        let start = match self.start {
            1 if x.rank() == 1 => 1,
            start => facts::axis("flatten", "start", x, start)?,
        };
        let mut sizes = x.shape[..start].to_vec();
        sizes.push(facts::volume(&x.shape[start..])?);
        Ok(Fact { dtype: x.dtype, shape: sizes.into() })
    }

    parameterless!(All);

    fn lower(&self, _inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
        Lowered::View
    }

    fn emit_dfdx(&self, inputs: &[Fact], output: &Fact) -> Result<Dfdx, Unsupported> {
        match self.start {
            1 => emit::reshaping("flatten", &inputs[0], output, ""),
            _ => emit::reshaping("reshape", &inputs[0], output, ""),
        }
    }

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let sizes: Vec<usize> = (0..4).map(|_| 1 + random::below(rng, 3) as usize).collect();
        let start = random::below(rng, 4) as i64;
        let inputs = vec![Fact::f32(Shape::of(&sizes))];
        Sample { op: Flatten { start }.into(), inputs, classes: 0, range: (-1.0, 1.0), kinks: false }
    }
}

/// The same elements under other sizes.
#[derive(Clone, Debug, PartialEq)]
pub struct Reshape {
    /// Sizes of all axes but the batch; `None` for the one that is inferred.
    pub shape: Vec<Option<usize>>,
}

impl Operator for Reshape {
    const INFO: OpInfo = OpInfo {
        name: "reshape",
        also_known_as: &["view"],
        doc: "The same elements, row-major, under other sizes. `shape` leaves the batch out, as in Keras; one size may be -1 and is inferred. No data moves.",
        inputs: Inputs::Named(&["x"]),
        attrs: &[Attr {
            name: "shape",
            kind: AttrKind::Ints,
            default: Default::Required,
            doc: "sizes of all axes but the batch; one may be -1",
        }],
        role: Role::Layer,
        example: "reshape([16, -1])",
    };

    fn build(args: &Args, call: Span, sink: &mut Sink) -> Option<Self> {
        let sizes = args.ints("shape")?;
        let shape: Vec<Option<usize>> = sizes.iter().map(|s| usize::try_from(*s).ok()).collect();
        if sizes.iter().any(|s| *s < -1 || *s == 0) || shape.iter().filter(|s| s.is_none()).count() > 1 {
            sink.push(
                Diagnostic::error(codes::BAD_ARGUMENT, "`shape` of `reshape` takes positive sizes, one of which may be -1")
                    .label(args.span("shape").unwrap_or(call), "expected positive sizes and at most one -1"),
            );
            return None;
        }
        Some(Reshape { shape })
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        let x = &inputs[0];
        let Some((batch, rest)) = x.shape.split_first() else {
            return Err(ShapeError::new(codes::WRONG_RANK, "`reshape` takes a batch, but this is a scalar").inputs(&[0]));
        };
        let total = facts::volume(rest)?;
        let given: Vec<Dim> = self.shape.iter().flatten().map(|s| Dim::from(*s)).collect();
        let known = facts::volume(&given)?;
        let refused = |what: String| {
            ShapeError::new(codes::INDIVISIBLE, format!("`reshape` must keep the number of elements: {what} in `{x}`"))
                .attr("shape")
                .inputs(&[0])
        };
        let inferred = match self.shape.contains(&None) {
            true => match total.exact_div(&known) {
                Some(size) => size,
                None => return Err(refused(format!("{known} does not divide the {total} of each example"))),
            },
            false if total.never_equals(&known) => {
                return Err(refused(format!("{known} are wanted, but each example has {total}")));
            }
            false => Dim::num(1),
        };
        let sizes = self.shape.iter().map(|s| s.map_or_else(|| inferred.clone(), Dim::from));
        Ok(Fact { dtype: x.dtype, shape: std::iter::once(batch.clone()).chain(sizes).collect::<Vec<_>>().into() })
    }

    parameterless!(All);

    fn lower(&self, _inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
        Lowered::View
    }

    fn emit_dfdx(&self, inputs: &[Fact], output: &Fact) -> Result<Dfdx, Unsupported> {
        emit::reshaping("reshape", &inputs[0], output, "")
    }

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let (a, b) = (1 + random::below(rng, 4) as usize, 1 + random::below(rng, 4) as usize);
        Sample {
            op: Reshape { shape: vec![Some(b), Some(2), None] }.into(),
            inputs: vec![Fact::f32(Shape::of(&[3, 2 * a, b]))],
            classes: 0,
            range: (-1.0, 1.0),
            kinks: false,
        }
    }
}

/// Copies elements to other places: forward along one map, backward along its inverse.
pub(super) struct RearrangeKernel {
    forward: Strided,
    backward: Strided,
}

impl RearrangeKernel {
    /// Axes in another order: axis `i` of the output is axis `order[i]` of the input.
    pub(super) fn lower(sizes: &[usize], order: &[usize]) -> Lowered {
        let mut inverse = vec![0; order.len()];
        order.iter().enumerate().for_each(|(to, from)| inverse[*from] = to);
        let permuted: Vec<usize> = order.iter().map(|axis| sizes[*axis]).collect();
        Lowered::Kernel(Box::new(RearrangeKernel {
            forward: Strided::permuted(sizes, order),
            backward: Strided::permuted(&permuted, &inverse),
        }))
    }
}

impl Kernel for RearrangeKernel {
    bufferless!();

    fn forward(&self, f: Forward<'_, '_>) {
        self.forward.gather(f.inputs[0], f.output);
    }

    fn backward(&self, b: Backward<'_, '_>) {
        if let Some(grad) = &mut b.grad_inputs[0] {
            self.backward.gather(b.grad_output, grad);
        }
    }
}

/// The axes in another order.
#[derive(Clone, Debug, PartialEq)]
pub struct Permute {
    /// Axis `i` of the output is axis `axes[i]` of the input.
    pub axes: Vec<usize>,
}

impl Operator for Permute {
    const INFO: OpInfo = OpInfo {
        name: "permute",
        also_known_as: &["transpose", "swapaxes"],
        doc: "The axes in another order: axis `i` of the output is axis `axes[i]` of the input. `axes` names all of them, the batch too, as in PyTorch.",
        inputs: Inputs::Named(&["x"]),
        attrs: &[Attr { name: "axes", kind: AttrKind::Ints, default: Default::Required, doc: "all axes, from 0, in their new order" }],
        role: Role::Layer,
        example: "permute([0, 2, 3, 1])",
    };

    fn build(args: &Args, call: Span, sink: &mut Sink) -> Option<Self> {
        let given = args.ints("axes")?;
        let mut sorted = given.clone();
        sorted.sort_unstable();
        if !sorted.iter().copied().eq(0..given.len() as i64) {
            let listed: Vec<String> = given.iter().map(i64::to_string).collect();
            sink.push(
                Diagnostic::error(
                    codes::BAD_ARGUMENT,
                    format!("`axes` of `permute` names every axis once, from 0 on, found `[{}]`", listed.join(", ")),
                )
                .label(args.span("axes").unwrap_or(call), "expected each axis once"),
            );
            return None;
        }
        Some(Permute { axes: given.iter().filter_map(|axis| usize::try_from(*axis).ok()).collect() })
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        let x = &inputs[0];
        if x.rank() != self.axes.len() {
            return Err(ShapeError::new(
                codes::WRONG_RANK,
                format!("`permute` is given {} axes, but this has {}: `{x}`", self.axes.len(), x.rank()),
            )
            .attr("axes")
            .inputs(&[0])
            .help("name all axes, the batch (0) too"));
        }
        let sizes: Vec<Dim> = self.axes.iter().map(|axis| x.shape[*axis].clone()).collect();
        Ok(Fact { dtype: x.dtype, shape: sizes.into() })
    }

    parameterless!(All);

    fn lower(&self, inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
        RearrangeKernel::lower(&inputs[0].sizes(), &self.axes)
    }

    fn emit_dfdx(&self, _inputs: &[Fact], _output: &Fact) -> Result<Dfdx, Unsupported> {
        emit::apply(&format!("shape_ops::Permute {{ axes: vec!{:?} }}", self.axes), 1)
    }

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let sizes: Vec<usize> = (0..4).map(|_| 1 + random::below(rng, 3) as usize).collect();
        let axes = random::permutation(rng, 4);
        let inputs = vec![Fact::f32(Shape::of(&sizes))];
        Sample { op: Permute { axes }.into(), inputs, classes: 0, range: (-1.0, 1.0), kinks: false }
    }
}

/// Every `step`-th element of an axis from `start` on, up to `end`.
#[derive(Clone, Debug, PartialEq)]
pub struct Slice {
    /// The axis; counted from the end where it is negative.
    pub axis: i64,
    /// The first element; counted from the end where it is negative.
    pub start: i64,
    /// Behind the last element; counted from the end where it is negative.
    pub end: Option<i64>,
    /// The distance of elements.
    pub step: usize,
}

impl Slice {
    /// A bound as a size, counted from the start.
    fn bound(&self, size: &Dim, at: i64) -> Result<Dim, ShapeError> {
        Ok(if at < 0 { size.add_num(at)? } else { Dim::num(at) })
    }
}

impl Operator for Slice {
    const INFO: OpInfo = OpInfo {
        name: "slice",
        also_known_as: &["narrow", "crop", "split"],
        doc: "The elements `start`, `start + step`, ... before `end` of an axis. Negative bounds count from the end, as in Python; bounds beyond the axis are an error.",
        inputs: Inputs::Named(&["x"]),
        attrs: &[
            Attr { name: "axis", kind: AttrKind::Int { min: i64::MIN }, default: Default::Required, doc: "the axis; negative counts from the end" },
            Attr { name: "start", kind: AttrKind::Int { min: i64::MIN }, default: Default::Int(0), doc: "the first element; negative counts from the end" },
            Attr { name: "end", kind: AttrKind::Int { min: i64::MIN }, default: Default::Optional, doc: "the element before which it ends, negative counts from the end; without it the axis's end" },
            Attr { name: "step", kind: AttrKind::Int { min: 1 }, default: Default::Int(1), doc: "the distance of elements" },
        ],
        role: Role::Layer,
        example: "slice(1, 0, 16)",
    };

    fn build(args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
        Some(Slice { axis: args.int("axis")?, start: args.int("start")?, end: args.int("end"), step: args.usize("step")? })
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        let x = &inputs[0];
        let axis = facts::axis("slice", "axis", x, self.axis)?;
        let size = &x.shape[axis];
        let start = self.bound(size, self.start)?;
        let end = self.end.map_or(Ok(size.clone()), |end| self.bound(size, end))?;
        let refused = |attr, what: String| {
            let name = facts::axis_name(x.rank(), axis);
            Err(ShapeError::new(codes::EMPTY_OUTPUT, format!("`slice` {what} at {name} of `{x}`")).attr(attr).inputs(&[0]))
        };
        let negative = |d: &Dim| d.as_num().is_some_and(|v| v < 0);
        if negative(&start) {
            return refused("start", format!("starts at {}, before the first element,", self.start));
        }
        if negative(&size.sub(&end)?) {
            return refused("end", format!("ends at {end}, beyond the last element,"));
        }
        let length = end.sub(&start)?;
        if length.as_num().is_some_and(|v| v <= 0) {
            return refused("end", format!("from {start} to {end} holds no element"));
        }
        let mut sizes = x.shape.to_vec();
        sizes[axis] = length.ceil_div(i64::try_from(self.step).unwrap_or(i64::MAX))?;
        Ok(Fact { dtype: x.dtype, shape: sizes.into() })
    }

    parameterless!();

    fn reach(&self, inputs: &[Fact]) -> Reach {
        match facts::axis("slice", "axis", &inputs[0], self.axis) {
            Ok(axis) if axis >= 2 => Reach::All,
            _ => Reach::Same,
        }
    }

    fn lower(&self, inputs: &[Fact], output: &Fact, _cx: LowerCx) -> Lowered {
        let sizes = inputs[0].sizes();
        let axis = if self.axis < 0 { self.axis + sizes.len() as i64 } else { self.axis } as usize;
        let start = if self.start < 0 { self.start + sizes[axis] as i64 } else { self.start } as usize;
        let mut strides = dense_strides(&sizes);
        let base = start * strides[axis];
        // With one element left the step is not taken, and may be huge.
        strides[axis] = strides[axis].saturating_mul(self.step);
        Lowered::Kernel(Box::new(SliceKernel(Strided::new(&output.sizes(), &strides, base))))
    }

    fn emit_dfdx(&self, _inputs: &[Fact], _output: &Fact) -> Result<Dfdx, Unsupported> {
        let Slice { axis, start, end, step } = self;
        emit::apply(&format!("shape_ops::Slice {{ axis: {axis}, start: {start}, end: {end:?}, step: {step} }}"), 1)
    }

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let mut sizes: Vec<usize> = (0..3).map(|_| 1 + random::below(rng, 3) as usize).collect();
        let axis = random::below(rng, 3) as usize;
        sizes[axis] = 5;
        let start = [0, 1, -4][random::below(rng, 3) as usize];
        let end = [None, Some(4), Some(-1)][random::below(rng, 3) as usize];
        let op = Slice { axis: axis as i64, start, end, step: 1 + random::below(rng, 3) as usize };
        let inputs = vec![Fact::f32(Shape::of(&sizes))];
        Sample { op: op.into(), inputs, classes: 0, range: (-1.0, 1.0), kinks: false }
    }
}

struct SliceKernel(Strided);

impl Kernel for SliceKernel {
    bufferless!();

    fn forward(&self, f: Forward<'_, '_>) {
        self.0.gather(f.inputs[0], f.output);
    }

    fn backward(&self, b: Backward<'_, '_>) {
        if let Some(grad) = &mut b.grad_inputs[0] {
            grad.fill(0.0);
            self.0.scatter(b.grad_output, grad);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image() -> Fact {
        Fact::f32(vec![Dim::symbol("N"), 16.into(), Dim::symbol("H"), 5.into()])
    }

    #[test]
    fn flatten_multiplies_symbols() {
        assert_eq!(Flatten { start: 1 }.infer(&[image()]).unwrap().to_string(), "f32[N, 80*H]");
        assert_eq!(Flatten { start: 1 }.infer(&[Fact::f32(Shape::of(&[4]))]).unwrap().to_string(), "f32[4, 1]");
    }

    #[test]
    fn reshape_infers_one_size() {
        let op = Reshape { shape: vec![None, Some(20)] };
        assert_eq!(op.infer(&[image()]).unwrap().to_string(), "f32[N, 4*H, 20]");
        let fixed = Fact::f32(Shape::of(&[2, 3, 4]));
        let error = Reshape { shape: vec![None, Some(5)] }.infer(std::slice::from_ref(&fixed)).unwrap_err();
        assert_eq!(error.code, codes::INDIVISIBLE);
        let error = Reshape { shape: vec![Some(3), Some(5)] }.infer(&[fixed]).unwrap_err();
        assert!(error.message.contains("15 are wanted, but each example has 12"), "{}", error.message);
    }

    #[test]
    fn slice_bounds() {
        let slice = |start, end, step| Slice { axis: 2, start, end, step }.infer(&[image()]);
        assert_eq!(slice(1, None, 2).unwrap().shape[2].to_string(), "H//2");
        assert_eq!(slice(1, Some(-1), 1).unwrap().shape[2].to_string(), "H-2");
        let fixed = |start, end| Slice { axis: 1, start, end, step: 1 }.infer(&[image()]);
        assert_eq!(fixed(-4, None).unwrap().shape[1], Dim::num(4));
        for (start, end) in [(0, Some(17)), (-17, None), (5, Some(5)), (20, None)] {
            assert_eq!(fixed(start, end).unwrap_err().code, codes::EMPTY_OUTPUT, "{start} {end:?}");
        }
    }
}
