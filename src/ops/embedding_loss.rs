//! Losses and a metric over embeddings: triplets, pairs, and all that a batch holds.
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

const fn margin(default: f64, doc: &'static str) -> Attr {
    Attr { name: "margin", kind: AttrKind::Float { min: 0.0, max: f64::MAX }, default: Default::Float(default), doc }
}

/// The first `count` inputs are embeddings `[N, features]` of one shape.
fn check_embeddings(op: &str, inputs: &[Fact], count: usize) -> Result<(), ShapeError> {
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
fn check_identity(op: &str, inputs: &[Fact], slot: usize) -> Result<(), ShapeError> {
    if inputs[slot].dtype != DType::I64 {
        let message = format!("the labels of `{op}` say who it is, as `i64`, but this is `{}`", inputs[slot]);
        return Err(ShapeError::new(codes::WRONG_DTYPE, message).inputs(&[slot]).help("declare the label as `i64[N]`"));
    }
    check_label(op, inputs, slot, false)
}

/// The squared distance of two embeddings.
fn square_distance(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(a - b) * f64::from(a - b)).sum()
}

/// `max(x, 0)` that keeps a NaN.
fn hinge(x: f64) -> f64 {
    if x < 0.0 { 0.0 } else { x }
}

fn row(x: &[f32], index: usize, width: usize) -> &[f32] {
    &x[index * width..(index + 1) * width]
}

/// `grad += factor (a - b)`.
fn add_difference(grad: &mut [f32], factor: f32, a: &[f32], b: &[f32]) {
    grad.iter_mut().zip(a.iter().zip(b)).for_each(|(g, (a, b))| *g += factor * (a - b));
}

/// The triplet loss of given triplets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Triplet {
    /// How much farther the negative has to be.
    pub margin: f32,
}

impl Operator for Triplet {
    const INFO: OpInfo = OpInfo {
        name: "triplet",
        also_known_as: &["triplet_loss", "triplet_margin_loss"],
        doc: "The mean of `max(|a - p|^2 - |a - n|^2 + margin, 0)` over triplets of an anchor, a positive of the same identity and a negative of another (Schroff et al. 2015, FaceNet). Embeddings are `[N, features]`, usually behind `l2norm`.",
        inputs: Inputs::Named(&["anchor", "positive", "negative"]),
        attrs: &[margin(0.2, "how much farther the negative has to be, as a squared distance")],
        role: Role::Loss,
        example: "triplet(anchor, positive, negative, margin=0.2)",
    };

    fn build(args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
        Some(Triplet { margin: args.float("margin")? as f32 })
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        check_embeddings("triplet", inputs, 3)?;
        Ok(Fact::f32(Vec::new()))
    }

    parameterless!();

    fn reach(&self, _inputs: &[Fact]) -> Reach {
        Reach::All
    }

    fn lower(&self, inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
        let sizes = inputs[0].sizes();
        Lowered::Kernel(Box::new(TripletKernel { n: sizes[0], width: sizes[1], margin: self.margin }))
    }

    fn emit_dfdx(&self, _inputs: &[Fact], _output: &Fact) -> Result<Dfdx, Unsupported> {
        emit::unsupported("it runs on the engine alone")
    }

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let shape = [1 + random::below(rng, 4) as usize, 1 + random::below(rng, 4) as usize];
        let inputs = vec![Fact::f32(Shape::of(&shape)); 3];
        // With such a margin no triplet is at the kink of the hinge.
        Sample { op: Triplet { margin: 50.0 }.into(), inputs, classes: 0, range: (-1.0, 1.0), kinks: false }
    }
}

/// Saves the loss of each triplet.
struct TripletKernel {
    n: usize,
    width: usize,
    margin: f32,
}

impl Kernel for TripletKernel {
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
        for (i, loss) in f.saved[0].iter_mut().enumerate() {
            let [a, p, n] = [0, 1, 2].map(|slot| row(f.inputs[slot], i, self.width));
            let value = hinge(square_distance(a, p) - square_distance(a, n) + f64::from(self.margin));
            *loss = value as f32;
            sum += value;
        }
        f.output[0] = (sum / self.n as f64) as f32;
    }

    fn backward(&self, b: Backward<'_, '_>) {
        let unit = 2.0 * b.grad_output[0] / self.n as f32;
        // The gradients are 2 (n - p), 2 (p - a) and 2 (a - n).
        for (grad, (plus, minus)) in b.grad_inputs.iter_mut().zip([(2, 1), (1, 0), (0, 2)]) {
            let Some(grad) = grad else { continue };
            grad.fill(0.0);
            let rows = grad.chunks_exact_mut(self.width.max(1)).zip(b.saved[0]).enumerate();
            for (i, (grad, _)) in rows.filter(|(_, (_, loss))| **loss != 0.0) {
                add_difference(grad, unit, row(b.inputs[plus], i, self.width), row(b.inputs[minus], i, self.width));
            }
        }
    }
}

/// Which triplets of a batch count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mining {
    /// For each pair of one identity, the nearest negative that is farther than the positive.
    SemiHard,
    /// For each anchor, the farthest positive and the nearest negative.
    Hard,
    /// All whose loss is not zero.
    All,
}

/// The triplet loss of the triplets that a batch holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BatchTriplet {
    /// How much farther the negative has to be.
    pub margin: f32,
    /// Which triplets count.
    pub mining: Mining,
}

impl Operator for BatchTriplet {
    const INFO: OpInfo = OpInfo {
        name: "batch_triplet",
        also_known_as: &["triplet_semihard_loss", "batch_hard_triplet", "triplet_mining"],
        doc: "The triplet loss of the triplets within a batch of embeddings `[N, features]` and identities `i64[N]`, which `sampler: pk(...)` of `data` composes. \
              `semi_hard` (FaceNet): for each pair of one identity, the nearest negative that is farther than the positive, or the farthest negative where none is; the mean over pairs. \
              `hard` (Hermans et al. 2017): for each anchor, its farthest positive and nearest negative; the mean over anchors that have both. \
              `all`: every triplet, the mean over those whose loss is not zero. Without any triplet the loss is 0.",
        inputs: Inputs::Named(&["embeddings", "label"]),
        attrs: &[
            margin(0.2, "how much farther the negative has to be, as a squared distance"),
            Attr {
                name: "mining",
                kind: AttrKind::Choice(&["semi_hard", "hard", "all"]),
                default: Default::Word("semi_hard"),
                doc: "which triplets count",
            },
        ],
        role: Role::Loss,
        example: "batch_triplet(embedding, label, margin=0.2, mining=semi_hard)",
    };

    fn build(args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
        let mining = match args.word("mining")? {
            "hard" => Mining::Hard,
            "all" => Mining::All,
            _ => Mining::SemiHard,
        };
        Some(BatchTriplet { margin: args.float("margin")? as f32, mining })
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        check_embeddings("batch_triplet", inputs, 1)?;
        check_identity("batch_triplet", inputs, 1)?;
        Ok(Fact::f32(Vec::new()))
    }

    parameterless!();

    fn reach(&self, _inputs: &[Fact]) -> Reach {
        Reach::All
    }

    fn lower(&self, inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
        let sizes = inputs[0].sizes();
        Lowered::Kernel(Box::new(BatchTripletKernel { n: sizes[0], width: sizes[1], op: *self }))
    }

    fn emit_dfdx(&self, _inputs: &[Fact], _output: &Fact) -> Result<Dfdx, Unsupported> {
        emit::unsupported("it runs on the engine alone")
    }

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let (n, width) = (3 + random::below(rng, 5) as usize, 2 + random::below(rng, 3) as usize);
        let mining = [Mining::SemiHard, Mining::Hard, Mining::All][random::below(rng, 3) as usize];
        Sample {
            op: BatchTriplet { margin: 3.0, mining }.into(),
            inputs: vec![Fact::f32(Shape::of(&[n, width])), Fact::i64(Shape::of(&[n]))],
            classes: 3,
            // Wide, so that a small step seldom changes which triplets count.
            range: (-4.0, 4.0),
            kinks: false,
        }
    }
}

/// Saves the derivative of the loss by each distance.
struct BatchTripletKernel {
    n: usize,
    width: usize,
    op: BatchTriplet,
}

/// The distances of a batch, who is who, and the derivatives that are collected.
struct Mined<'a> {
    n: usize,
    distances: &'a [f32],
    label: &'a [f32],
    margin: f64,
    slopes: &'a mut [f32],
    sum: f64,
    count: f64,
}

impl Mined<'_> {
    fn distance(&self, a: usize, b: usize) -> f32 {
        self.distances[a * self.n + b]
    }

    /// Of these others, the first one with the least distance to `a`.
    fn nearest(&self, a: usize, others: impl Iterator<Item = usize>) -> Option<usize> {
        others.reduce(|best, j| if self.distance(a, j) < self.distance(a, best) { j } else { best })
    }

    fn farthest(&self, a: usize, others: impl Iterator<Item = usize>) -> Option<usize> {
        others.reduce(|best, j| if self.distance(a, j) > self.distance(a, best) { j } else { best })
    }

    fn positives(&self, a: usize) -> impl Iterator<Item = usize> + use<'_> {
        let label = self.label;
        (0..self.n).filter(move |j| *j != a && label[*j] == label[a])
    }

    fn negatives(&self, a: usize) -> impl Iterator<Item = usize> + use<'_> {
        let label = self.label;
        (0..self.n).filter(move |j| label[*j] != label[a])
    }

    fn value(&self, a: usize, p: usize, n: usize) -> f64 {
        hinge(f64::from(self.distance(a, p)) - f64::from(self.distance(a, n)) + self.margin)
    }

    /// Adds a triplet to the sum; `count` says what it adds to the divisor.
    fn add(&mut self, (a, p, n): (usize, usize, usize), count: f64) {
        let value = self.value(a, p, n);
        self.sum += value;
        self.count += count;
        // A NaN goes on into the gradient.
        if value != 0.0 {
            self.slopes[a * self.n + p] += 1.0;
            self.slopes[a * self.n + n] -= 1.0;
        }
    }

    fn semi_hard(&mut self) {
        for a in 0..self.n {
            for p in 0..self.n {
                if p == a || self.label[p] != self.label[a] {
                    continue;
                }
                let beyond = self.negatives(a).filter(|n| self.distance(a, *n) > self.distance(a, p));
                let chosen = self.nearest(a, beyond).or_else(|| self.farthest(a, self.negatives(a)));
                if let Some(n) = chosen {
                    self.add((a, p, n), 1.0);
                }
            }
        }
    }

    fn hard(&mut self) {
        for a in 0..self.n {
            let pair = self.farthest(a, self.positives(a)).zip(self.nearest(a, self.negatives(a)));
            if let Some((p, n)) = pair {
                self.add((a, p, n), 1.0);
            }
        }
    }

    fn all(&mut self) {
        for a in 0..self.n {
            for p in 0..self.n {
                for n in 0..self.n {
                    let fits = p != a && self.label[p] == self.label[a] && self.label[n] != self.label[a];
                    if fits && self.value(a, p, n) != 0.0 {
                        self.add((a, p, n), 1.0);
                    }
                }
            }
        }
    }
}

impl Kernel for BatchTripletKernel {
    fn workspace(&self) -> Workspace {
        let pairs = self.n * self.n;
        Workspace { saved: vec![pairs], forward: pairs, backward: 0 }
    }

    fn needs(&self) -> Needs {
        Needs { inputs: true, output: false }
    }

    fn in_place(&self) -> bool {
        false
    }

    fn forward(&self, f: Forward<'_, '_>) {
        let Self { n, width, op } = *self;
        for i in 0..n {
            for j in 0..n {
                let distance = square_distance(row(f.inputs[0], i, width), row(f.inputs[0], j, width));
                f.scratch[i * n + j] = distance as f32;
            }
        }
        let slopes = &mut *f.saved[0];
        slopes.fill(0.0);
        let margin = f64::from(op.margin);
        let (distances, label) = (&f.scratch[..n * n], f.inputs[1]);
        let mut mined = Mined { n, distances, label, margin, slopes, sum: 0.0, count: 0.0 };
        match op.mining {
            Mining::SemiHard => mined.semi_hard(),
            Mining::Hard => mined.hard(),
            Mining::All => mined.all(),
        }
        let Mined { sum, count, .. } = mined;
        let divisor = count.max(1.0);
        f.saved[0].iter_mut().for_each(|s| *s /= divisor as f32);
        f.output[0] = (sum / divisor) as f32;
    }

    fn backward(&self, b: Backward<'_, '_>) {
        let Some(grad) = b.grad_inputs.first_mut().and_then(Option::as_deref_mut) else { return };
        let (n, width, slopes, x) = (self.n, self.width, b.saved[0], b.inputs[0]);
        grad.fill(0.0);
        // A distance `|x_i - x_j|^2` pulls its ends apart by 2 (x_i - x_j).
        for (i, grad) in grad.chunks_exact_mut(width.max(1)).enumerate() {
            for j in (0..n).filter(|j| *j != i) {
                let slope = slopes[i * n + j] + slopes[j * n + i];
                if slope != 0.0 {
                    add_difference(grad, 2.0 * b.grad_output[0] * slope, row(x, i, width), row(x, j, width));
                }
            }
        }
    }
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

    parameterless!();

    fn reach(&self, _inputs: &[Fact]) -> Reach {
        Reach::All
    }

    fn lower(&self, inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
        let sizes = inputs[0].sizes();
        Lowered::Kernel(Box::new(ContrastiveKernel { n: sizes[0], width: sizes[1], margin: f64::from(self.margin) }))
    }

    fn emit_dfdx(&self, _inputs: &[Fact], _output: &Fact) -> Result<Dfdx, Unsupported> {
        emit::unsupported("it runs on the engine alone")
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

    parameterless!();

    fn reach(&self, _inputs: &[Fact]) -> Reach {
        Reach::All
    }

    fn lower(&self, inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
        let sizes = inputs[0].sizes();
        Lowered::Kernel(Box::new(Rank1Kernel { n: sizes[0], width: sizes[1] }))
    }

    fn emit_dfdx(&self, _inputs: &[Fact], _output: &Fact) -> Result<Dfdx, Unsupported> {
        emit::unsupported("it runs on the engine alone")
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
        let label = Fact::i64(vec![Dim::symbol("N")]);
        let triplet = Triplet { margin: 0.2 };
        assert_eq!(triplet.infer(&[x("N", 8), x("N", 8), x("N", 8)]).unwrap(), Fact::f32(Vec::new()));
        let error = triplet.infer(&[x("N", 8), x("N", 8), x("N", 4)]).unwrap_err();
        assert_eq!(error.message, "the inputs of `triplet` have 8 and 4 features: `f32[N, 8]` and `f32[N, 4]`");
        let mined = BatchTriplet { margin: 0.2, mining: Mining::Hard };
        assert!(mined.infer(&[x("N", 8), label.clone()]).is_ok());
        assert_eq!(mined.infer(&[x("N", 8), Fact::f32(vec![Dim::symbol("N")])]).unwrap_err().code, codes::WRONG_DTYPE);
        assert_eq!(mined.infer(&[label.clone(), label.clone()]).unwrap_err().code, codes::WRONG_DTYPE);
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
