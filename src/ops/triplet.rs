//! Triplet losses over embeddings: of given triplets, and of those that a batch holds.

use rand_chacha::ChaCha8Rng;

use crate::diag::Sink;
use crate::random;
use crate::shape::{Fact, Shape};
use crate::source::Span;

use super::attrs::{Args, Attr, AttrKind, Default};
use super::embedding_loss::{add_difference, check_embeddings, check_identity, hinge, margin, row, square_distance};
use super::emit::{self, Dfdx, Unsupported};
use super::facts::parameterless;
use super::lower::{Backward, Forward, Kernel, LowerCx, Lowered, Needs, Workspace};
use super::{Inputs, OpInfo, Operator, ParamSpec, Reach, Role, Sample, ShapeError};

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

    parameterless!(All);

    fn lower(&self, inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
        let sizes = inputs[0].sizes();
        Lowered::Kernel(Box::new(TripletKernel { n: sizes[0], width: sizes[1], margin: self.margin }))
    }

    fn emit_dfdx(&self, _inputs: &[Fact], _output: &Fact) -> Result<Dfdx, Unsupported> {
        emit::call("triplet", 3, &[format!("{:?}", self.margin)])
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

    parameterless!(All);

    fn lower(&self, inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
        let sizes = inputs[0].sizes();
        Lowered::Kernel(Box::new(BatchTripletKernel { n: sizes[0], width: sizes[1], op: *self }))
    }

    fn emit_dfdx(&self, _inputs: &[Fact], _output: &Fact) -> Result<Dfdx, Unsupported> {
        emit::call("batch_triplet", 2, &[format!("{:?}", self.margin), format!("Mining::{:?}", self.mining)])
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::codes;
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
    }
}
