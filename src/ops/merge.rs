//! Ops that merge branches: element by element, and end to end.

use rand_chacha::ChaCha8Rng;

use crate::diag::Sink;
use crate::kernels::elementwise::{Broadcast, Combine};
use crate::kernels::parallel;
use crate::random;
use crate::shape::{Dim, Fact, Shape};
use crate::source::Span;

use super::attrs::{Args, Attr, AttrKind, Default};
use super::emit::{self, Dfdx, Unsupported};
use super::facts::{self, parameterless};
use super::lower::{Backward, Forward, Kernel, LowerCx, Lowered, Needs, Workspace, bufferless};
use super::{Inputs, OpInfo, Operator, ParamSpec, Reach, Role, Sample, ShapeError};

/// The shape of branches that are combined element by element.
fn infer_broadcast(op: &str, inputs: &[Fact]) -> Result<Fact, ShapeError> {
    facts::all_floats(op, inputs)?;
    let Some(widest) = (0..inputs.len()).rev().max_by_key(|i| inputs[*i].rank()) else {
        return Ok(Fact::f32(Vec::new()));
    };
    let ranked: Vec<usize> = (0..inputs.len()).filter(|i| inputs[*i].rank() > 0).collect();
    for &i in &ranked {
        facts::same_rank(op, inputs, widest.min(i), widest.max(i))?;
    }
    let mut sizes: Vec<Dim> = Vec::new();
    for axis in 0..inputs[widest].rank() {
        // The branch that sets the size so far.
        let mut setter = ranked[0];
        let mut size = inputs[setter].shape[axis].clone();
        for &i in &ranked[1..] {
            let other = &inputs[i].shape[axis];
            if *other == Dim::num(1) {
                continue;
            }
            if size == Dim::num(1) {
                (setter, size) = (i, other.clone());
                continue;
            }
            size = facts::agree(&size, other)
                .ok_or_else(|| facts::disagree(op, inputs, (setter, axis), (i, axis)))?;
        }
        sizes.push(size);
    }
    Ok(Fact::f32(sizes))
}

struct CombineKernel {
    op: Combine,
    how: Broadcast,
}

impl CombineKernel {
    fn lower(op: Combine, inputs: &[Fact], output: &Fact) -> Lowered {
        let sizes: Vec<Vec<usize>> = inputs.iter().map(Fact::sizes).collect();
        let how = Broadcast::new(&output.sizes(), &sizes.iter().map(Vec::as_slice).collect::<Vec<_>>());
        Lowered::Kernel(Box::new(CombineKernel { op, how }))
    }
}

impl Kernel for CombineKernel {
    fn workspace(&self) -> Workspace {
        Workspace::default()
    }

    fn needs(&self) -> Needs {
        Needs { inputs: !matches!(self.op, Combine::Add | Combine::Sub), output: false }
    }

    fn in_place(&self) -> bool {
        self.how.is_whole(0) && !self.needs().inputs
    }

    fn forward(&self, f: Forward<'_, '_>) {
        self.op.forward(&self.how, f.inputs, f.output);
    }

    fn backward(&self, b: Backward<'_, '_>) {
        for (i, grad) in b.grad_inputs.iter_mut().enumerate() {
            if let Some(grad) = grad {
                self.op.backward(&self.how, i, b.inputs, b.grad_output, grad);
            }
        }
    }
}

/// A random number of branches of one shape, some of whose sizes are one in one branch.
fn sample_branches(op: impl Into<super::Op>, count: usize, kinks: bool, rng: &mut ChaCha8Rng) -> Sample {
    let op = op.into();
    // A divisor stays away from zero.
    let range = if matches!(op, super::Op::Div(_) | super::Op::ChiSquare(_)) { (0.5, 2.5) } else { (-2.0, 2.0) };
    let sizes: Vec<usize> = (0..4).map(|_| 1 + random::below(rng, 3) as usize).collect();
    let mut inputs = vec![sizes.clone(); count];
    let repeated = random::below(rng, count as u64 + 1) as usize;
    if let Some(input) = inputs.get_mut(repeated) {
        input.iter_mut().filter(|_| random::below(rng, 2) == 0).for_each(|size| *size = 1);
    }
    let inputs = inputs.iter().map(|s| Fact::f32(Shape::of(s))).collect();
    Sample { op, inputs, classes: 0, range, kinks }
}

/// A merge in generated Rust: over equal shapes, the function of its name; a gate of one factor for
/// each map has one of its own; what else broadcasts is applied by its kernel.
fn emit_merge(name: &str, op: &str, inputs: &[Fact]) -> Result<Dfdx, Unsupported> {
    let is_gate = |x: &Fact, gate: &Fact| {
        x.rank() == 4 && gate.rank() == 4 && gate.shape[..2] == x.shape[..2] && gate.shape[2..].iter().all(|d| d.as_num() == Some(1))
    };
    match inputs {
        [a, b] if a == b && name != "chi_square" => emit::call(name, 2, &[]),
        [x, gate] if name == "mul" && is_gate(x, gate) => emit::expr("gate($0, $1)".into()),
        [gate, x] if name == "mul" && is_gate(x, gate) => emit::expr("gate($1, $0)".into()),
        [_] => Ok(Dfdx::Same),
        [first, rest @ ..] if rest.iter().all(|x| x == first) && matches!(name, "add" | "mul" | "maximum" | "minimum") => {
            let nested = (1..inputs.len()).fold("$0".to_string(), |text, i| format!("{name}({text}, ${i})"));
            emit::expr(nested)
        }
        _ => emit::apply(&format!("merge::{op}"), inputs.len()),
    }
}

macro_rules! combines {
    ($(
        $(#[doc = $about:literal])*
        $op:ident {
            name: $name:literal, also: [$($also:literal),*], doc: $doc:literal, example: $example:literal,
            inputs: $inputs:expr, kinks: $kinks:literal,
        }
    )*) => {$(
        $(#[doc = $about])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $op;

        impl Operator for $op {
            const INFO: OpInfo = OpInfo {
                name: $name,
                also_known_as: &[$($also),*],
                doc: $doc,
                inputs: $inputs,
                attrs: &[],
                role: Role::Layer,
                example: $example,
            };

            fn build(_args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
                Some($op)
            }

            fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
                infer_broadcast($name, inputs)
            }

            parameterless!();

            fn reach(&self, _inputs: &[Fact]) -> Reach {
                Reach::Same
            }

            fn lower(&self, inputs: &[Fact], output: &Fact, _cx: LowerCx) -> Lowered {
                CombineKernel::lower(Combine::$op, inputs, output)
            }

            fn emit_dfdx(&self, inputs: &[Fact], _output: &Fact) -> Result<Dfdx, Unsupported> {
                emit_merge($name, stringify!($op), inputs)
            }

            fn sample(rng: &mut ChaCha8Rng) -> Sample {
                let count = match $inputs {
                    Inputs::Branches => 1 + random::below(rng, 3) as usize,
                    _ => 2,
                };
                sample_branches($op, count, $kinks, rng)
            }
        }
    )*};
}

const PAIR: Inputs = Inputs::Named(&["a", "b"]);

combines! {
    /// The sum of branches.
    Add {
        name: "add", also: ["sum", "plus", "eltwise_add"],
        doc: "The sum of its branches, element by element. Sizes of one are repeated; all branches have as many axes, except scalars.",
        example: "add {\n  main: conv(8, 3, pad=1) -> bn\n  skip: identity\n}",
        inputs: Inputs::Branches, kinks: false,
    }
    /// The product of branches.
    Mul {
        name: "mul", also: ["multiply", "times", "prod"],
        doc: "The product of its branches, element by element, as in a gate: `[N, C, H, W]` by `[N, C, 1, 1]`. Sizes of one are repeated; all branches have as many axes, except scalars.",
        example: "mul {\n  main: identity\n  gate: conv(8, 1) -> sigmoid\n}",
        inputs: Inputs::Branches, kinks: false,
    }
    /// The difference of two inputs.
    Sub {
        name: "sub", also: ["subtract", "minus"],
        doc: "`a - b`, element by element; sizes of one are repeated.",
        example: "sub(a, b)",
        inputs: PAIR, kinks: false,
    }
    /// The quotient of two inputs.
    Div {
        name: "div", also: ["divide", "quotient"],
        doc: "`a / b`, element by element; sizes of one are repeated.",
        example: "div(a, b)",
        inputs: PAIR, kinks: false,
    }
    /// The distance of two inputs.
    AbsDiff {
        name: "absdiff", also: ["abs_diff", "l1_distance"],
        doc: "`|a - b|`, element by element, as siamese networks compare embeddings; sizes of one are repeated. Its gradient at equality is 0.",
        example: "absdiff(a, b)",
        inputs: PAIR, kinks: true,
    }
    /// The chi-square distance of two inputs.
    ChiSquare {
        name: "chi_square", also: ["chi2", "chi_squared"],
        doc: "`(a - b)^2 / (a + b)`, element by element, for features that are not negative, such as those behind a `relu` or `sigmoid` (Taigman et al. 2014, DeepFace); sizes of one are repeated. Where `a + b` is less than 1e-6, 1e-6 divides, so that two zeros have the distance 0.",
        example: "chi_square(a, b)",
        inputs: PAIR, kinks: false,
    }
    /// The greater of two inputs.
    Maximum {
        name: "maximum", also: ["max"],
        doc: "The greater of `a` and `b`, element by element; sizes of one are repeated. At equality `a` has the gradient.",
        example: "maximum(a, b)",
        inputs: PAIR, kinks: true,
    }
    /// The lesser of two inputs.
    Minimum {
        name: "minimum", also: ["min"],
        doc: "The lesser of `a` and `b`, element by element; sizes of one are repeated. At equality `a` has the gradient.",
        example: "minimum(a, b)",
        inputs: PAIR, kinks: true,
    }
}

/// Branches laid end to end along an axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Concat {
    /// The axis; counted from the end where it is negative.
    pub axis: i64,
}

impl Operator for Concat {
    const INFO: OpInfo = OpInfo {
        name: "concat",
        also_known_as: &["cat", "concatenate", "route", "stack"],
        doc: "Its branches end to end along an axis, channels by default; the other sizes must agree.",
        inputs: Inputs::Branches,
        attrs: &[Attr {
            name: "axis",
            kind: AttrKind::Int { min: i64::MIN },
            default: Default::Int(1),
            doc: "the axis along which they are laid; negative counts from the end",
        }],
        role: Role::Layer,
        example: "concat {\n  left: conv(8, 1)\n  right: conv(8, 3, pad=1)\n}",
    };

    fn build(args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
        Some(Concat { axis: args.int("axis")? })
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        facts::all_floats("concat", inputs)?;
        let along = facts::axis("concat", "axis", &inputs[0], self.axis)?;
        let mut sizes = inputs[0].shape.to_vec();
        for (i, x) in inputs.iter().enumerate().skip(1) {
            facts::same_rank("concat", inputs, 0, i)?;
            for (axis, size) in sizes.iter_mut().enumerate() {
                let other = &x.shape[axis];
                *size = match axis == along {
                    true => size.add(other)?,
                    false => facts::agree(size, other)
                        .ok_or_else(|| facts::disagree("concat", inputs, (0, axis), (i, axis)))?,
                };
            }
        }
        Ok(Fact::f32(sizes))
    }

    parameterless!();

    fn reach(&self, inputs: &[Fact]) -> Reach {
        match facts::axis("concat", "axis", &inputs[0], self.axis) {
            Ok(axis) if axis >= 2 => Reach::All,
            _ => Reach::Same,
        }
    }

    fn lower(&self, inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
        let rank = inputs[0].rank() as i64;
        let axis = (if self.axis < 0 { self.axis + rank } else { self.axis }) as usize;
        let runs: Vec<usize> = inputs.iter().map(|x| x.sizes()[axis..].iter().product()).collect();
        let width = runs.iter().sum();
        Lowered::Kernel(Box::new(ConcatKernel { runs, width }))
    }

    fn emit_dfdx(&self, inputs: &[Fact], output: &Fact) -> Result<Dfdx, Unsupported> {
        if !matches!(self.axis, 1) {
            return emit::apply(&format!("merge::Concat {{ axis: {} }}", self.axis), inputs.len());
        }
        let branches: Vec<String> = inputs.iter().enumerate().map(|(i, x)| format!("${i}: {}", emit::sizes(x))).collect();
        let text = format!("concat_channels!({} => {})", branches.join(", "), emit::sizes(output));
        Ok(Dfdx::Expr(emit::Expr { text, names: true, annotate: false }))
    }

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let axis = random::below(rng, 3) as usize;
        let mut sizes: Vec<usize> = (0..3).map(|_| 1 + random::below(rng, 3) as usize).collect();
        let count = 1 + random::below(rng, 3);
        let inputs = (0..count)
            .map(|_| {
                sizes[axis] = 1 + random::below(rng, 3) as usize;
                Fact::f32(Shape::of(&sizes))
            })
            .collect();
        Sample { op: Concat { axis: axis as i64 - 3 }.into(), inputs, classes: 0, range: (-1.0, 1.0), kinks: false }
    }
}

/// Rows of `width` elements, made of one run from each input.
struct ConcatKernel {
    runs: Vec<usize>,
    width: usize,
}

impl Kernel for ConcatKernel {
    bufferless!();

    fn forward(&self, f: Forward<'_, '_>) {
        let work = f.output.len();
        parallel::for_chunks(f.output, self.width, work, |row, output| {
            let mut rest = output;
            for (x, run) in f.inputs.iter().zip(&self.runs) {
                let (part, tail) = rest.split_at_mut(*run);
                part.copy_from_slice(&x[row * run..][..*run]);
                rest = tail;
            }
        });
    }

    fn backward(&self, b: Backward<'_, '_>) {
        let mut begin = 0;
        for (grad, run) in b.grad_inputs.iter_mut().zip(&self.runs) {
            if let Some(grad) = grad {
                let work = grad.len();
                parallel::for_chunks(grad, *run, work, |row, part| {
                    part.copy_from_slice(&b.grad_output[row * self.width + begin..][..*run]);
                });
            }
            begin += run;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::codes;
    use crate::ops::Wanted;

    fn image(c: usize, h: &str) -> Fact {
        Fact::f32(vec![Dim::symbol("N"), c.into(), Dim::symbol(h), 32.into()])
    }

    #[test]
    fn a_mismatch_names_the_axis_and_both_sizes() {
        let error = Add.infer(&[image(256, "H"), image(128, "H")]).unwrap_err();
        assert_eq!(error.code, codes::SHAPE_MISMATCH);
        assert_eq!(
            error.message,
            "the branches of `add` have 256 and 128 channels: `f32[N, 256, H, 32]` and `f32[N, 128, H, 32]`"
        );
        let wanted = |input, size: usize| Wanted { input, axis: 1, size: size.into() };
        assert_eq!(error.wants, [wanted(0, 128), wanted(1, 256)]);
    }

    #[test]
    fn sizes_of_one_are_repeated() {
        let gate = Fact::f32(vec![Dim::symbol("N"), 8.into(), 1.into(), 1.into()]);
        assert_eq!(Mul.infer(&[gate.clone(), image(8, "H")]).unwrap(), image(8, "H"));
        assert_eq!(Mul.infer(&[Fact::f32(Vec::new()), gate.clone()]).unwrap(), gate);
        let error = Sub.infer(&[image(8, "H"), Fact::f32(Shape::of(&[3, 8]))]).unwrap_err();
        assert_eq!(error.message, "the inputs of `sub` have 4 and 2 axes: `f32[N, 8, H, 32]` and `f32[3, 8]`");
        assert_eq!(error.help.as_deref(), Some("`reshape([8, 1, 1])` makes an image of features"));
    }

    #[test]
    fn concat_adds_the_axis_up_and_compares_the_others() {
        let concat = Concat { axis: 1 };
        assert_eq!(concat.infer(&[image(8, "H"), image(4, "H")]).unwrap(), image(12, "H"));
        let mut low = image(4, "H");
        low.shape.0[3] = 31.into();
        let error = concat.infer(&[image(8, "H"), low]).unwrap_err();
        assert!(error.message.starts_with("the branches of `concat` have width 32 and 31: "), "{}", error.message);
        assert!(Concat { axis: 4 }.infer(&[image(8, "H")]).is_err());
    }
}
