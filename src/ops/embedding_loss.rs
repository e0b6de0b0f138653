//! A loss and a metric over embeddings, and what triplets share with them.
//!
//! Distances between embeddings are squared Euclidean ones, as in FaceNet, except where an op says
//! otherwise.

use rand_chacha::ChaCha8Rng;

use crate::diag::{Sink, codes};
use crate::random;
use crate::shape::{DType, Fact, Shape};
use crate::source::Span;

use super::attrs::{Args, Attr, AttrKind, Default};
use super::emit::{self, Dfdx, Unsupported};
use super::facts::{self, parameterless};
use super::lower::{Backward, Forward, Kernel, LowerCx, Lowered, Needs, Workspace};
use super::{Inputs, OpInfo, Operator, ParamSpec, Reach, Role, Sample, ShapeError};

pub(super) const fn margin(default: f64, doc: &'static str) -> Attr {
    Attr { name: "margin", kind: AttrKind::Float { min: 0.0, max: f64::MAX }, default: Default::Float(default), doc }
}

/// The first `count` inputs are embeddings `[N, features]` of one shape.
pub(super) fn check_embeddings(op: &str, inputs: &[Fact], count: usize) -> Result<(), ShapeError> {
    for slot in 0..count {
        facts::floats(op, inputs, slot)?;
        let x = &inputs[slot];
        if x.rank() != 2 {
            let message = format!("`{op}` takes embeddings `[N, features]`, but this has {} axes: `{x}`", x.rank());
            let error = ShapeError::new(codes::WRONG_RANK, message).inputs(&[slot]);
            return Err(if x.rank() > 2 { error.help("insert `gap` or `flatten` before it") } else { error });
        }
        for axis in 0..2 {
            if inputs[0].shape[axis].never_equals(&x.shape[axis]) {
                return Err(facts::disagree(op, inputs, (0, axis), (slot, axis)));
            }
        }
    }
    Ok(())
}

/// Input `slot` has one number for each embedding: `[N]`, or `[N, 1]` where `column` allows it.
fn check_label(op: &str, inputs: &[Fact], slot: usize, column: bool) -> Result<(), ShapeError> {
    let label = &inputs[slot];
    let shape = match label.shape.split_last() {
        Some((last, rest)) if column && rest.len() == 1 && last.as_num() == Some(1) => rest,
        _ => &label.shape[..],
    };
    if shape.len() != 1 {
        let message = format!("`{op}` takes one label for each embedding, `[N]`, but this is `{label}`");
        return Err(ShapeError::new(codes::WRONG_RANK, message).inputs(&[slot]));
    }
    match inputs[0].shape[0].never_equals(&shape[0]) {
        true => Err(facts::disagree(op, inputs, (0, 0), (slot, 0))),
        false => Ok(()),
    }
}

/// Identities are `i64`.
pub(super) fn check_identity(op: &str, inputs: &[Fact], slot: usize) -> Result<(), ShapeError> {
    if inputs[slot].dtype != DType::I64 {
        let message = format!("the labels of `{op}` say who it is, as `i64`, but this is `{}`", inputs[slot]);
        return Err(ShapeError::new(codes::WRONG_DTYPE, message).inputs(&[slot]).help("declare the label as `i64[N]`"));
    }
    check_label(op, inputs, slot, false)
}

/// The squared distance of two embeddings.
pub(super) fn square_distance(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(a - b) * f64::from(a - b)).sum()
}

/// `max(x, 0)` that keeps a NaN.
pub(super) fn hinge(x: f64) -> f64 {
    if x < 0.0 { 0.0 } else { x }
}

pub(super) fn row(x: &[f32], index: usize, width: usize) -> &[f32] {
    &x[index * width..(index + 1) * width]
}

/// `grad += factor (a - b)`.
pub(super) fn add_difference(grad: &mut [f32], factor: f32, a: &[f32], b: &[f32]) {
    grad.iter_mut().zip(a.iter().zip(b)).for_each(|(g, (a, b))| *g += factor * (a - b));
}

/// The contrastive loss of pairs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contrastive {
    /// How far pairs of two identities are pushed apart.
    pub margin: f32,
}

impl Operator for Contrastive {
    const INFO: OpInfo = OpInfo {
        name: "contrastive",
        also_known_as: &["contrastive_loss"],
        doc: "The mean of `(y d^2 + (1 - y) max(margin - d, 0)^2) / 2` with the Euclidean distance `d = |a - b|` of embeddings `[N, features]`, and `y` 1 for one identity and 0 for two (Hadsell et al. 2006, with their labels turned round). At distance 0 pairs of two identities have no gradient.",
        inputs: Inputs::Named(&["a", "b", "same"]),
        attrs: &[margin(1.0, "how far pairs of two identities are pushed apart")],
        role: Role::Loss,
        example: "contrastive(a, b, same, margin=1.0)",
    };

    fn build(args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
        Some(Contrastive { margin: args.float("margin")? as f32 })
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        check_embeddings("contrastive", inputs, 2)?;
        check_label("contrastive", inputs, 2, true)?;
        Ok(Fact::f32(Vec::new()))
    }

    parameterless!(All);

    fn lower(&self, inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
        let sizes = inputs[0].sizes();
        Lowered::Kernel(Box::new(ContrastiveKernel { n: sizes[0], width: sizes[1], margin: f64::from(self.margin) }))
    }

    fn emit_dfdx(&self, _inputs: &[Fact], _output: &Fact) -> Result<Dfdx, Unsupported> {
        emit::call("contrastive", 3, &[format!("{:?}", self.margin)])
    }

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let (n, width) = (1 + random::below(rng, 4) as usize, 2 + random::below(rng, 3) as usize);
        let floats = random::below(rng, 2) == 0;
        let same = if floats { Fact::f32(Shape::of(&[n, 1])) } else { Fact::i64(Shape::of(&[n])) };
        let x = Fact::f32(Shape::of(&[n, width]));
        // With such a margin no pair is at the kink of the hinge.
        let op = Contrastive { margin: 6.0 }.into();
        Sample { op, inputs: vec![x.clone(), x, same], classes: 2, range: (-1.0, 1.0), kinks: false }
    }
}

/// Saves the distances.
struct ContrastiveKernel {
    n: usize,
    width: usize,
    margin: f64,
}

impl Kernel for ContrastiveKernel {
    fn workspace(&self) -> Workspace {
        Workspace { saved: vec![self.n], ..Workspace::default() }
    }

    fn needs(&self) -> Needs {
        Needs { inputs: true, output: false }
    }

    fn in_place(&self) -> bool {
        false
    }

    fn forward(&self, f: Forward<'_, '_>) {
        let mut sum = 0.0;
        for (i, saved) in f.saved[0].iter_mut().enumerate() {
            let square = square_distance(row(f.inputs[0], i, self.width), row(f.inputs[1], i, self.width));
            let (same, gap) = (f64::from(f.inputs[2][i]), hinge(self.margin - square.sqrt()));
            *saved = square.sqrt() as f32;
            sum += 0.5 * (same * square + (1.0 - same) * gap * gap);
        }
        f.output[0] = (sum / self.n as f64) as f32;
    }

    fn backward(&self, b: Backward<'_, '_>) {
        let unit = f64::from(b.grad_output[0]) / self.n as f64;
        let gap = |distance: f64| hinge(self.margin - distance);
        let [of_a, of_b, of_same] = b.grad_inputs else { return };
        for (grad, sign) in [(of_a, 1.0), (of_b, -1.0)] {
            let Some(grad) = grad else { continue };
            grad.fill(0.0);
            for (i, grad) in grad.chunks_exact_mut(self.width.max(1)).enumerate() {
                let (distance, same) = (f64::from(b.saved[0][i]), f64::from(b.inputs[2][i]));
                let push = if distance == 0.0 { 0.0 } else { (1.0 - same) * gap(distance) / distance };
                let factor = sign * unit * (same - push);
                add_difference(grad, factor as f32, row(b.inputs[0], i, self.width), row(b.inputs[1], i, self.width));
            }
        }
        if let Some(grad) = of_same {
            for (g, distance) in grad.iter_mut().zip(b.saved[0]) {
                let distance = f64::from(*distance);
                *g = (0.5 * unit * (distance * distance - gap(distance) * gap(distance))) as f32;
            }
        }
    }
}

/// The share of embeddings whose nearest neighbour in the batch is of the same identity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rank1;

impl Operator for Rank1 {
    const INFO: OpInfo = OpInfo {
        name: "rank1",
        also_known_as: &["recall_at_1", "retrieval_at_1"],
        doc: "The share of embeddings `[N, features]` whose nearest other one in the batch has the same identity, `i64[N]`, among those that have another of their identity in the batch; 0 where there is none. The nearest of equals is the first.",
        inputs: Inputs::Named(&["embeddings", "label"]),
        attrs: &[],
        role: Role::Metric,
        example: "rank1(embedding, label)",
    };

    fn build(_args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
        Some(Rank1)
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        check_embeddings("rank1", inputs, 1)?;
        check_identity("rank1", inputs, 1)?;
        Ok(Fact::f32(Vec::new()))
    }

    parameterless!(All);

    fn lower(&self, inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
        let sizes = inputs[0].sizes();
        Lowered::Kernel(Box::new(Rank1Kernel { n: sizes[0], width: sizes[1] }))
    }

    fn emit_dfdx(&self, _inputs: &[Fact], _output: &Fact) -> Result<Dfdx, Unsupported> {
        emit::call("rank1", 2, &[])
    }

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let (n, width) = (2 + random::below(rng, 5) as usize, 1 + random::below(rng, 3) as usize);
        let inputs = vec![Fact::f32(Shape::of(&[n, width])), Fact::i64(Shape::of(&[n]))];
        Sample { op: Rank1.into(), inputs, classes: 3, range: (-1.0, 1.0), kinks: true }
    }
}

struct Rank1Kernel {
    n: usize,
    width: usize,
}

impl Rank1Kernel {
    /// Whether the nearest other embedding is of the same identity; none where no other is.
    fn hit(&self, x: &[f32], label: &[f32], i: usize) -> Option<bool> {
        let others = || (0..self.n).filter(|j| *j != i);
        others().find(|j| label[*j] == label[i])?;
        let distance = |j: usize| square_distance(row(x, i, self.width), row(x, j, self.width));
        let mut best = (f64::INFINITY, false);
        for j in others() {
            let d = distance(j);
            if d < best.0 {
                best = (d, label[j] == label[i]);
            }
        }
        Some(best.1)
    }
}

impl Kernel for Rank1Kernel {
    super::metric::metric_rules!();

    fn forward(&self, f: Forward<'_, '_>) {
        let hits: Vec<bool> = (0..self.n).filter_map(|i| self.hit(f.inputs[0], f.inputs[1], i)).collect();
        let count = hits.iter().filter(|hit| **hit).count();
        f.output[0] = (count as f64 / hits.len().max(1) as f64) as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::Dim;

    #[test]
    fn shapes_must_fit() {
        let x = |n: &str, d: usize| Fact::f32(vec![Dim::symbol(n), d.into()]);
        let pair = Contrastive { margin: 1.0 };
        assert!(pair.infer(&[x("N", 8), x("N", 8), x("N", 1)]).is_ok());
        assert!(pair.infer(&[x("N", 8), x("N", 8), x("N", 2)]).is_err());
    }

    #[test]
    fn neighbours_are_counted_among_those_that_have_a_partner() {
        let kernel = Rank1Kernel { n: 4, width: 1 };
        let x = [0.0, 1.0, 1.1, 5.0];
        let label = [0.0, 0.0, 1.0, 2.0];
        assert_eq!((0..4).map(|i| kernel.hit(&x, &label, i)).collect::<Vec<_>>(), [Some(true), Some(false), None, None]);
    }
}
