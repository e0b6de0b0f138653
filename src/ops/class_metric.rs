//! Metrics of a whole data set: they are no means over batches. A run gathers the scores of all
//! examples and measures once; the kernels here measure one batch alone.

use rand_chacha::ChaCha8Rng;

use crate::diag::{Diagnostic, Sink, codes};
use crate::kernels::score::{Average, Confusion, Quantity, Scored};
use crate::random;
use crate::shape::{Fact, Shape};
use crate::source::Span;

use super::attrs::{Args, Attr, AttrKind, Default};
use super::emit::{self, Dfdx, Unsupported};
use super::facts::parameterless;
use super::loss::check_classes;
use super::lower::{Backward, Forward, Kernel, LowerCx, Lowered};
use super::metric::{labelled, metric_rules};
use super::pair_loss::check_pair;
use super::{Inputs, OpInfo, Operator, ParamSpec, Reach, Role, Sample, ShapeError};

/// Scores `[N, classes, ...]` with labels `i64[N, ...]`, or one score for each label.
fn check(op: &str, inputs: &[Fact]) -> Result<(), ShapeError> {
    let (scores, labels) = (&inputs[0], &inputs[1]);
    let single = scores.rank() == labels.rank() || scores.shape.get(1).is_some_and(|d| d.as_num() == Some(1));
    if single { check_pair(op, inputs) } else { check_classes(op, inputs) }
}

/// A batch of five labels of three classes, or of two with one score.
fn sample_inputs(rng: &mut ChaCha8Rng) -> (Vec<Fact>, usize) {
    let (n, classes) = (2 + random::below(rng, 5) as usize, 1 + random::below(rng, 3) as usize);
    (vec![Fact::f32(Shape::of(&[n, classes])), Fact::i64(Shape::of(&[n]))], classes.max(2))
}

const AVERAGE: Attr = Attr {
    name: "average",
    kind: AttrKind::Choice(&["macro", "weighted"]),
    default: Default::Word("macro"),
    doc: "`macro`: the plain mean over the classes that occur; `weighted`: the mean by support",
};
const CLASS: Attr = Attr {
    name: "class",
    kind: AttrKind::Int { min: 0 },
    default: Default::Optional,
    doc: "only this class, instead of a mean over all",
};
const THRESHOLD: Attr = Attr {
    name: "threshold",
    kind: AttrKind::Float { min: f64::MIN, max: f64::MAX },
    default: Default::Float(0.5),
    doc: "single scores above it stand for true; 0 for logits",
};

macro_rules! counted_metrics {
    ($(
        $(#[doc = $about:literal])*
        $op:ident { name: $name:literal, also: [$($also:literal),*], doc: $doc:literal, example: $example:literal }
    )*) => {$(
        $(#[doc = $about])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $op {
            /// How the classes become one number.
            pub average: Average,
            /// Single scores above it stand for true.
            pub threshold: f32,
        }

        impl Operator for $op {
            const INFO: OpInfo = OpInfo {
                name: $name,
                also_known_as: &[$($also),*],
                doc: $doc,
                inputs: Inputs::Named(&["scores", "label"]),
                attrs: &[AVERAGE, CLASS, THRESHOLD],
                role: Role::Metric,
                example: $example,
            };

            fn build(args: &Args, _call: Span, sink: &mut Sink) -> Option<Self> {
                Some($op { average: average($name, args, sink)?, threshold: args.float("threshold")? as f32 })
            }

            fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
                check($name, inputs)?;
                check_class($name, self.average, inputs)?;
                Ok(Fact::f32(Vec::new()))
            }

            parameterless!();

            fn reach(&self, _inputs: &[Fact]) -> Reach {
                Reach::All
            }

            fn lower(&self, inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
                Lowered::Kernel(Box::new(CountKernel {
                    quantity: Quantity::$op,
                    average: self.average,
                    threshold: self.threshold,
                    examples: inputs[0].sizes()[0],
                }))
            }

            fn emit_dfdx(&self, _inputs: &[Fact], _output: &Fact) -> Result<Dfdx, Unsupported> {
                let average = format!("Average::{:?}", self.average);
                emit::call($name, 2, &[average, format!("{:?}", self.threshold)])
            }

            fn sample(rng: &mut ChaCha8Rng) -> Sample {
                let (inputs, classes) = sample_inputs(rng);
                let op = $op { average: Average::Macro, threshold: 0.0 };
                Sample { op: op.into(), inputs, classes, range: (-1.0, 1.0), kinks: true }
            }
        }
    )*};
}

counted_metrics! {
    /// Of what is taken for a class, the share that is of it.
    Precision {
        name: "precision", also: [],
        doc: "Of what is taken for a class, the share that is of it, over all examples: scikit-learn's `precision_score` with `zero_division=0`. Scores are `[N, classes, ...]` with labels `i64[N, ...]`, or one for each label, which is true above 1/2; then the value is that of true.",
        example: "precision(logits, label)"
    }
    /// Of what is of a class, the share that is taken for it.
    Recall {
        name: "recall", also: ["sensitivity", "true_positive_rate"],
        doc: "Of what is of a class, the share that is taken for it, over all examples: scikit-learn's `recall_score` with `zero_division=0`. Inputs and attributes are those of `precision`.",
        example: "recall(logits, label, class=3)"
    }
    /// The harmonic mean of precision and recall.
    F1 {
        name: "f1", also: ["f1_score", "fscore", "dice"],
        doc: "The harmonic mean of precision and recall, over all examples: scikit-learn's `f1_score` with `zero_division=0`. Inputs and attributes are those of `precision`.",
        example: "f1(logits, label, average=weighted)"
    }
}

fn average(op: &str, args: &Args, sink: &mut Sink) -> Option<Average> {
    let weighted = args.word("average") == Some("weighted");
    match (args.usize("class"), weighted) {
        (None, false) => Some(Average::Macro),
        (None, true) => Some(Average::Weighted),
        (Some(class), false) => Some(Average::Class(class)),
        (Some(_), true) => {
            let message = format!("`average` and `class` of `{op}` contradict each other");
            sink.push(
                Diagnostic::error(codes::BAD_ARGUMENT, message)
                    .label(args.span("class").unwrap_or_default(), "one class has no mean"),
            );
            None
        }
    }
}

/// The class that is asked for must be one of the network's.
fn check_class(op: &str, average: Average, inputs: &[Fact]) -> Result<(), ShapeError> {
    let classes = match inputs[0].rank() == inputs[1].rank() {
        true => Some(2),
        false => inputs[0].shape.get(1).and_then(|d| d.as_usize()).map(|n| n.max(2)),
    };
    match (average, classes) {
        (Average::Class(class), Some(classes)) if class >= classes => {
            let message = format!("`{op}` measures class {class}, but there are {classes}: `{}`", inputs[0]);
            Err(ShapeError::new(codes::SHAPE_MISMATCH, message).attr("class").inputs(&[0]))
        }
        _ => Ok(()),
    }
}

struct CountKernel {
    quantity: Quantity,
    average: Average,
    threshold: f32,
    examples: usize,
}

impl Kernel for CountKernel {
    metric_rules!();

    fn forward(&self, f: Forward<'_, '_>) {
        let batch = labelled(&f, self.examples);
        let mut confusion = Confusion::new(batch.classes().max(2));
        batch.count(self.threshold, &mut confusion);
        f.output[0] = confusion.value(self.quantity, self.average.of_scores(batch.classes())) as f32;
    }
}

/// The area under the receiver operating characteristic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Auc;

impl Operator for Auc {
    const INFO: OpInfo = OpInfo {
        name: "auc",
        also_known_as: &["roc_auc", "auroc", "roc_auc_score"],
        doc: "The area under the ROC curve over all examples, exactly and not by thresholds: scikit-learn's `roc_auc_score`. Scores are logits or probabilities `[N, classes, ...]` with labels `i64[N, ...]`, or one for each label, which is true above 1/2. Of more than two classes it is the plain mean of each against the rest, on probabilities; it is NaN where a class does not occur.",
        inputs: Inputs::Named(&["scores", "label"]),
        attrs: &[],
        role: Role::Metric,
        example: "auc(logits, label)",
    };

    fn build(_args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
        Some(Auc)
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        check("auc", inputs)?;
        Ok(Fact::f32(Vec::new()))
    }

    parameterless!(All);

    fn lower(&self, inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
        Lowered::Kernel(Box::new(AreaKernel { examples: inputs[0].sizes()[0] }))
    }

    fn emit_dfdx(&self, _inputs: &[Fact], _output: &Fact) -> Result<Dfdx, Unsupported> {
        emit::call("auc", 2, &[])
    }

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let (inputs, classes) = sample_inputs(rng);
        Sample { op: Auc.into(), inputs, classes, range: (-1.0, 1.0), kinks: true }
    }
}

struct AreaKernel {
    examples: usize,
}

impl Kernel for AreaKernel {
    metric_rules!();

    fn forward(&self, f: Forward<'_, '_>) {
        let batch = labelled(&f, self.examples);
        let mut scored = Scored::new(batch.classes());
        scored.add(&batch);
        f.output[0] = Scored::mean_area(&scored.areas()).map_or(f32::NAN, |area| area as f32);
    }
}
