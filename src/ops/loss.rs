//! Losses over classes. Their output is a scalar.

use rand_chacha::ChaCha8Rng;

use crate::diag::{Diagnostic, Sink, codes};
use crate::kernels::elementwise;
use crate::kernels::math;
use crate::kernels::parallel;
use crate::kernels::reduce;
use crate::kernels::score::class_of;
use crate::kernels::softmax::{self, Lanes};
use crate::random;
use crate::shape::{DType, Fact, Shape};
use crate::source::Span;

use super::attrs::{Args, Attr, AttrKind, Default, Value};
use super::emit::{self, Dfdx, Unsupported};
use super::facts::{self, parameterless};
use super::lower::{Backward, Forward, Kernel, LowerCx, Lowered, Needs, Workspace};
use super::soft_loss::SoftCrossEntropyKernel;
use super::{Inputs, OpInfo, Operator, ParamSpec, Reach, Role, Sample, ShapeError};

/// Logits `[N, classes, ...]` with labels `[N, ...]`, for losses and metrics.
pub(super) fn check_classes(op: &str, inputs: &[Fact]) -> Result<(), ShapeError> {
    facts::floats(op, inputs, 0)?;
    let (logits, label) = (&inputs[0], &inputs[1]);
    if logits.rank() < 2 {
        return Err(ShapeError::new(
            codes::WRONG_RANK,
            format!("the logits of `{op}` have an axis of classes (`[N, classes]`), but this has none: `{logits}`"),
        )
        .inputs(&[0]));
    }
    if label.dtype != DType::I64 {
        return Err(ShapeError::new(
            codes::WRONG_DTYPE,
            format!("the labels of `{op}` are class indices of type `i64`, but this is `{label}`"),
        )
        .inputs(&[1])
        .help("declare the label as `i64[N]`"));
    }
    if label.rank() + 1 != logits.rank() {
        let expected: Vec<_> = logits.shape.iter().enumerate().filter(|(i, _)| *i != 1).map(|(_, d)| d.clone()).collect();
        let error = ShapeError::new(
            codes::WRONG_RANK,
            format!("`{op}` of logits `{logits}` takes labels `{}`, but these are `{label}`", Fact::i64(expected)),
        )
        .inputs(&[0, 1]);
        return Err(match logits.rank() > 2 && label.rank() == 1 {
            true => error.help("insert `gap` or `flatten` and a `dense` layer before the logits"),
            false => error,
        });
    }
    for axis in 0..label.rank() {
        let of_logits = if axis == 0 { 0 } else { axis + 1 };
        let (a, b) = (&logits.shape[of_logits], &label.shape[axis]);
        if a.never_equals(b) {
            return Err(ShapeError::new(
                codes::SHAPE_MISMATCH,
                format!(
                    "the logits and labels of `{op}` differ at {}: `{logits}` and `{label}`",
                    facts::axis_name(logits.rank(), of_logits)
                ),
            )
            .inputs(&[0, 1])
            .want(0, of_logits, b.clone())
            .want(1, axis, a.clone()));
        }
    }
    Ok(())
}

/// As [`check_classes`], or with a probability for each class in the place of its index.
pub(super) fn check_labels(op: &str, inputs: &[Fact]) -> Result<(), ShapeError> {
    let (logits, label) = (&inputs[0], &inputs[1]);
    let same = label.rank() == logits.rank()
        && label.shape.iter().zip(logits.shape.iter()).all(|(a, b)| !a.never_equals(b));
    if label.dtype == DType::F32 && label.rank() >= 2 && same {
        return facts::floats(op, inputs, 0);
    }
    check_classes(op, inputs)
}

/// Whether the label holds a probability for each class.
pub(super) fn is_distribution(inputs: &[Fact]) -> bool {
    inputs[1].dtype == DType::F32
}

/// The cross entropy of the softmax of logits with class indices.
#[derive(Clone, Debug, PartialEq)]
pub struct CrossEntropy {
    /// The share of the target that is spread over all classes.
    pub smoothing: f32,
    /// One weight for each class; empty where all are one.
    pub class_weights: Vec<f32>,
}

impl Operator for CrossEntropy {
    const INFO: OpInfo = OpInfo {
        name: "cross_entropy",
        also_known_as: &["softmax_cross_entropy", "categorical_crossentropy", "sparse_categorical_crossentropy", "nll"],
        doc: "The mean of `-log(softmax(logits)[label])` for logits `[N, classes]` and labels `i64[N]`, or `[N, classes, ...]` and `i64[N, ...]`. \
              `smoothing` and `class_weights` as in PyTorch: with weights, the sum is divided by the sum of the labels' weights. \
              In the place of class indices the label may hold a probability for each class, in the shape of the logits, as mixed examples have them; \
              class weights then do not change the divisor, as in PyTorch. \
              The third input holds a weight for each example, which multiplies its loss; the divisor stays, as in Keras. \
              A label that names no class makes the loss NaN.",
        inputs: Inputs::Optional(&["logits", "label"], &["weight"]),
        attrs: &[
            Attr { name: "smoothing", kind: AttrKind::Float { min: 0.0, max: 1.0 }, default: Default::Float(0.0), doc: "the share of the target that is spread evenly over all classes" },
            Attr { name: "class_weights", kind: AttrKind::Floats, default: Default::Optional, doc: "one weight for each class, not negative; without them all are 1" },
        ],
        role: Role::Loss,
        example: "cross_entropy(logits, label, smoothing=0.1)",
    };

    fn build(args: &Args, call: Span, sink: &mut Sink) -> Option<Self> {
        let weights = args.floats("class_weights").unwrap_or_default();
        if weights.iter().any(|w| *w < 0.0) || (args.get("class_weights").is_some() && weights.iter().all(|w| *w == 0.0)) {
            let span = args.span("class_weights").unwrap_or(call);
            let listed = Value::List(weights.into_iter().map(Value::Float).collect());
            sink.push(
                Diagnostic::error(
                    codes::BAD_ARGUMENT,
                    format!("`class_weights` of `cross_entropy` takes weights that are not negative and not all zero, found `{listed}`"),
                )
                .label(span, "expected one positive weight for each class"),
            );
            return None;
        }
        Some(CrossEntropy {
            smoothing: args.float("smoothing")? as f32,
            class_weights: weights.into_iter().map(|w| w as f32).collect(),
        })
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        check_labels("cross_entropy", inputs)?;
        let classes = &inputs[0].shape[1];
        let given = self.class_weights.len();
        if given > 0 && classes.as_usize() != Some(given) {
            return Err(ShapeError::new(
                codes::SHAPE_MISMATCH,
                format!("`cross_entropy` has {given} class weights for {classes} classes: `{}`", inputs[0]),
            )
            .attr("class_weights")
            .inputs(&[0])
            .want(0, 1, given.into()));
        }
        if let Some(weight) = inputs.get(2) {
            facts::floats("cross_entropy", inputs, 2)?;
            let axes = |axis: usize| if is_distribution(inputs) && axis > 0 { axis + 1 } else { axis };
            let own = inputs[0].rank() - 1;
            let fits = weight.rank() == own
                && (0..own).all(|axis| {
                    inputs[1].shape.get(axes(axis)).is_some_and(|b| !weight.shape[axis].never_equals(b))
                });
            if !fits {
                return Err(ShapeError::new(
                    codes::SHAPE_MISMATCH,
                    format!("`cross_entropy` has labels `{}` but weights `{weight}`", inputs[1]),
                )
                .inputs(&[2, 1]));
            }
        }
        Ok(Fact::f32(Vec::new()))
    }

    parameterless!(All);

    fn lower(&self, inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
        if is_distribution(inputs) {
            return Lowered::Kernel(Box::new(SoftCrossEntropyKernel {
                lanes: Lanes::new(&inputs[0].sizes(), 1),
                smoothing: self.smoothing,
                class_weights: self.class_weights.clone(),
            }));
        }
        Lowered::Kernel(Box::new(CrossEntropyKernel {
            lanes: Lanes::new(&inputs[0].sizes(), 1),
            smoothing: self.smoothing,
            weight_sum: match self.class_weights.is_empty() {
                true => inputs[0].sizes()[1] as f32,
                false => self.class_weights.iter().sum(),
            },
            class_weights: self.class_weights.clone(),
        }))
    }

    fn emit_dfdx(&self, inputs: &[Fact], _output: &Fact) -> Result<Dfdx, Unsupported> {
        let (smoothing, classes) = (format!("{:?}", self.smoothing), format!("&{:?}", self.class_weights));
        match (inputs.len(), self.class_weights.is_empty()) {
            (3, _) => emit::call("cross_entropy_by_example", 3, &[smoothing, classes]),
            (_, true) => emit::call("cross_entropy", 2, &[smoothing]),
            (_, false) => emit::call("weighted_cross_entropy", 2, &[smoothing, classes]),
        }
    }

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let mut size = |n| 1 + random::below(rng, n) as usize;
        let (n, classes, pixels) = (size(4), size(4), size(3));
        let (dense, weighted) = (size(2) == 2, size(2) == 2);
        let label = if dense { vec![n, pixels] } else { vec![n] };
        let logits = if dense { vec![n, classes, pixels] } else { vec![n, classes] };
        let soft = size(3) == 3;
        let target = if soft { Fact::f32(Shape::of(&logits)) } else { Fact::i64(Shape::of(&label)) };
        let mut inputs = vec![Fact::f32(Shape::of(&logits)), target];
        if size(2) == 2 {
            inputs.push(Fact::f32(Shape::of(&label)));
        }
        let op = CrossEntropy {
            smoothing: if size(2) == 2 { 0.1 } else { 0.0 },
            class_weights: if weighted { (0..classes).map(|c| 0.5 + c as f32).collect() } else { Vec::new() },
        };
        Sample { op: op.into(), inputs, classes, range: (-2.0, 2.0), kinks: false }
    }
}

/// Labels whose losses one task computes.
const LABELS: usize = 1024;

/// Saves the log-softmax, and the loss of each label before its sample weight.
struct CrossEntropyKernel {
    lanes: Lanes,
    smoothing: f32,
    class_weights: Vec<f32>,
    /// The sum of the weights of all classes.
    weight_sum: f32,
}

impl CrossEntropyKernel {
    fn class_weight(&self, class: usize) -> f32 {
        self.class_weights.get(class).copied().unwrap_or(1.0)
    }

    /// `-sum_c target_c weight_c log p_c` of label `at`, NaN where it names no class.
    fn loss(&self, log_p: &[f32], label: f32, at: usize) -> f32 {
        let Lanes { n, inner, .. } = self.lanes;
        let Some(class) = class_of(label, n) else { return f32::NAN };
        let lane = at / inner * n * inner + at % inner;
        let hit = -self.class_weight(class) * log_p[lane + class * inner];
        if self.smoothing == 0.0 {
            return hit;
        }
        let spread: f64 =
            (0..n).map(|c| -f64::from(self.class_weight(c)) * f64::from(log_p[lane + c * inner])).sum();
        (1.0 - self.smoothing) * hit + self.smoothing / n as f32 * spread as f32
    }

    /// The sum of the weights of the labels' classes.
    fn divisor(&self, labels: &[f32]) -> f64 {
        match self.class_weights.is_empty() {
            true => labels.len() as f64,
            false => reduce::tree(labels.len(), &|begin, end| {
                let weight = |l: &f32| class_of(*l, self.lanes.n).map_or(f64::NAN, |c| f64::from(self.class_weight(c)));
                labels[begin..end].iter().map(weight).sum()
            }),
        }
    }
}

impl Kernel for CrossEntropyKernel {
    fn workspace(&self) -> Workspace {
        let count = self.lanes.count();
        Workspace { saved: vec![count * self.lanes.n, count], ..Workspace::default() }
    }

    fn needs(&self) -> Needs {
        Needs { inputs: true, output: false }
    }

    fn in_place(&self) -> bool {
        false
    }

    fn forward(&self, f: Forward<'_, '_>) {
        let [log_p, losses] = f.saved else { return };
        elementwise::load(f.inputs[0], log_p);
        softmax::log_softmax(self.lanes, log_p);
        let labels = f.inputs[1];
        let work = log_p.len();
        parallel::for_chunks(losses, LABELS, work, |i, losses| {
            for (k, loss) in losses.iter_mut().enumerate() {
                let at = i * LABELS + k;
                *loss = self.loss(log_p, labels[at], at);
            }
        });
        let sum = match f.inputs.get(2) {
            None => reduce::sum(losses),
            Some(weights) => reduce::tree(losses.len(), &|begin, end| {
                losses[begin..end].iter().zip(&weights[begin..end]).map(|(l, w)| f64::from(*l) * f64::from(*w)).sum()
            }),
        };
        f.output[0] = (sum / self.divisor(labels)) as f32;
    }

    fn backward(&self, b: Backward<'_, '_>) {
        let (log_p, losses, labels) = (b.saved[0], b.saved[1], b.inputs[1]);
        let unit = (f64::from(b.grad_output[0]) / self.divisor(labels)) as f32;
        if let Some(grad) = b.grad_inputs.first_mut().and_then(Option::as_deref_mut) {
            self.pull_logits(log_p, labels, b.inputs.get(2).copied(), unit, grad);
        }
        if let Some(grad) = b.grad_inputs.get_mut(2).and_then(Option::as_deref_mut) {
            grad.iter_mut().zip(losses).for_each(|(g, l)| *g = unit * l);
        }
    }
}

impl CrossEntropyKernel {
    /// `unit sample_weight (p_c sum_k target_k weight_k - target_c weight_c)` for every class.
    fn pull_logits(&self, log_p: &[f32], labels: &[f32], weights: Option<&[f32]>, unit: f32, grad: &mut [f32]) {
        let Lanes { n, inner, .. } = self.lanes;
        elementwise::map(log_p, grad, math::exp);
        let (hit, spread) = (1.0 - self.smoothing, self.smoothing / n as f32);
        let work = grad.len();
        parallel::for_chunks(grad, n * inner, work, |o, plane| {
            for k in 0..inner {
                let at = o * inner + k;
                let scale = unit * weights.map_or(1.0, |w| w[at]);
                let class = class_of(labels[at], n);
                // Without a class the loss is NaN, and so is this.
                let total = class.map_or(f32::NAN, |c| hit * self.class_weight(c)) + spread * self.weight_sum;
                for (c, g) in plane[k..].iter_mut().step_by(inner).enumerate() {
                    let own = if class == Some(c) { hit + spread } else { spread };
                    *g = scale * (*g * total - own * self.class_weight(c));
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::Dim;

    fn logits(shape: &[usize]) -> Fact {
        Fact::f32(Shape::of(shape))
    }

    #[test]
    fn labels_must_fit_the_logits() {
        let op = CrossEntropy { smoothing: 0.0, class_weights: Vec::new() };
        let batch = Fact::i64(vec![Dim::symbol("N")]);
        assert_eq!(op.infer(&[logits(&[4, 10]), batch.clone()]).unwrap(), Fact::f32(Vec::new()));
        let code = |inputs: &[Fact]| op.infer(inputs).unwrap_err().code;
        assert_eq!(code(&[logits(&[4, 10]), logits(&[4])]), codes::WRONG_DTYPE);
        assert_eq!(code(&[logits(&[4, 10, 7, 7]), batch]), codes::WRONG_RANK);
        assert_eq!(code(&[logits(&[4, 10]), Fact::i64(Shape::of(&[5]))]), codes::SHAPE_MISMATCH);
        let weighted = CrossEntropy { smoothing: 0.0, class_weights: vec![1.0; 3] };
        let error = weighted.infer(&[logits(&[4, 10]), Fact::i64(Shape::of(&[4]))]).unwrap_err();
        assert_eq!(error.message, "`cross_entropy` has 3 class weights for 10 classes: `f32[4, 10]`");
    }

    #[test]
    fn a_label_that_names_no_class_makes_the_loss_nan() {
        let kernel = CrossEntropyKernel {
            lanes: Lanes { outer: 2, n: 3, inner: 1 },
            smoothing: 0.0,
            class_weights: Vec::new(),
            weight_sum: 3.0,
        };
        for (label, nan) in [(3.0, true), (-1.0, true), (0.5, true), (f32::NAN, true), (2.0, false)] {
            let (mut saved, mut losses, mut y) = (vec![0.0; 6], vec![0.0; 2], [0.0]);
            kernel.forward(Forward {
                inputs: &[&[0.0; 6], &[1.0, label]],
                params: &[],
                state: &mut [],
                output: &mut y,
                packed: &[],
            saved: &mut [&mut saved, &mut losses],
                scratch: &mut [],
                noise: std::default::Default::default(),
            });
            assert_eq!(y[0].is_nan(), nan, "{label}");
            assert!(nan || (y[0] - 3f32.ln()).abs() < 1e-6);
        }
    }
}
