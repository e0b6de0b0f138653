//! Metrics: scalars that are reported, not differentiated.

use rand_chacha::ChaCha8Rng;

use crate::diag::Sink;
use crate::kernels::score::{self, Labelled};
use crate::random;
use crate::shape::{Fact, Shape};
use crate::source::Span;

use super::attrs::{Args, Attr, AttrKind, Default};
use super::emit::{self, Dfdx, Unsupported};
use super::facts::parameterless;
use super::loss::{check_labels, is_distribution};
use super::pair_loss::check_pair;
use super::lower::{Backward, Forward, Kernel, LowerCx, Lowered};
use super::{Inputs, OpInfo, Operator, ParamSpec, Reach, Role, Sample, ShapeError};

macro_rules! class_metrics {
    ($(
        $(#[doc = $about:literal])*
        $op:ident { $($k:ident: $default:literal)? } {
            name: $name:literal, also: [$($also:literal),*], doc: $doc:literal, example: $example:literal,
            k: |$s:ident| $count:expr,
        }
    )*) => {$(
        $(#[doc = $about])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $op {
            $(/** How many classes are looked at. */ pub $k: usize,)?
        }

        impl Operator for $op {
            const INFO: OpInfo = OpInfo {
                name: $name,
                also_known_as: &[$($also),*],
                doc: $doc,
                inputs: Inputs::Named(&["logits", "label"]),
                attrs: &[$(Attr {
                    name: stringify!($k),
                    kind: AttrKind::Int { min: 1 },
                    default: Default::Int($default),
                    doc: "how many classes are looked at",
                })?],
                role: Role::Metric,
                example: $example,
            };

            fn build(_args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
                Some($op { $($k: _args.usize(stringify!($k))?,)? })
            }

            fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
                check_labels($name, inputs)?;
                Ok(Fact::f32(Vec::new()))
            }

            parameterless!();

            fn reach(&self, _inputs: &[Fact]) -> Reach {
                Reach::All
            }

            fn lower(&self, inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
                let $s = self;
                let soft = is_distribution(inputs).then(|| inputs[0].sizes()[1]);
                Lowered::Kernel(Box::new(TopkKernel { examples: inputs[0].sizes()[0], k: $count, soft }))
            }

            fn emit_dfdx(&self, _inputs: &[Fact], _output: &Fact) -> Result<Dfdx, Unsupported> {
                let k: &[String] = &[$(self.$k.to_string())?];
                emit::call($name, 2, k)
            }

            fn sample(rng: &mut ChaCha8Rng) -> Sample {
                let mut size = |n| 1 + random::below(rng, n) as usize;
                let (n, classes) = (size(5), size(8));
                Sample {
                    op: $op { $($k: $default,)? }.into(),
                    inputs: vec![Fact::f32(Shape::of(&[n, classes])), Fact::i64(Shape::of(&[n]))],
                    classes,
                    range: (-1.0, 1.0),
                    kinks: true,
                }
            }
        }
    )*};
}

class_metrics! {
    /// The share of examples whose greatest logit is the label's.
    Accuracy {} {
        name: "accuracy", also: ["acc", "top1"],
        doc: "The share of labels whose class has the greatest logit, for logits `[N, classes, ...]` and labels `i64[N, ...]`, or for the most probable class of labels in the shape of the logits. Of equal logits the first counts as greatest.",
        example: "accuracy(logits, label)",
        k: |_s| 1,
    }
    /// The share of examples whose label is among the greatest logits.
    Topk { k: 5 } {
        name: "topk", also: ["top_k", "top_k_accuracy"],
        doc: "The share of labels whose class is among the `k` greatest logits; 1 where there are no more than `k` classes.",
        example: "topk(logits, label, k=5)",
        k: |s| s.k,
    }
}

struct TopkKernel {
    examples: usize,
    k: usize,
    /// Where labels are distributions, over how many classes; the most probable one counts.
    soft: Option<usize>,
}

/// A batch of the first input's scores with the second's labels.
pub(super) fn labelled<'b>(f: &Forward<'_, 'b>, examples: usize) -> Labelled<'b> {
    Labelled { scores: f.inputs[0], labels: f.inputs[1], weights: &[], examples }
}

/// The kernel of a metric has no gradient.
macro_rules! metric_rules {
    () => {
        $crate::ops::lower::bufferless!();

        fn backward(&self, b: Backward<'_, '_>) {
            b.grad_inputs.iter_mut().flatten().for_each(|g| g.fill(0.0));
        }
    };
}

impl Kernel for TopkKernel {
    metric_rules!();

    fn forward(&self, f: Forward<'_, '_>) {
        let (hits, labels) = match self.soft {
            Some(classes) => score::top_of_distributions(f.inputs[0], f.inputs[1], &[], [self.examples, classes], self.k),
            None => {
                let batch = labelled(&f, self.examples);
                batch.sum(|at| f64::from(u8::from(batch.is_among(at, self.k))))
            }
        };
        f.output[0] = (hits / labels) as f32;
    }
}

/// The share of elements that lie on their target's side of a threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BinaryAccuracy {
    /// Greater predictions stand for 1.
    pub threshold: f32,
}

impl Operator for BinaryAccuracy {
    const INFO: OpInfo = OpInfo {
        name: "binary_accuracy",
        also_known_as: &["binary_acc"],
        doc: "The share of elements where the prediction is above `threshold` just where the target is above 1/2 (Keras's). For logits instead of probabilities give `threshold=0`.",
        inputs: Inputs::Named(&["prediction", "target"]),
        attrs: &[Attr {
            name: "threshold",
            kind: AttrKind::Float { min: f64::MIN, max: f64::MAX },
            default: Default::Float(0.5),
            doc: "predictions above it stand for 1",
        }],
        role: Role::Metric,
        example: "binary_accuracy(logits, target, threshold=0)",
    };

    fn build(args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
        Some(BinaryAccuracy { threshold: args.float("threshold")? as f32 })
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        check_pair("binary_accuracy", inputs)?;
        Ok(Fact::f32(Vec::new()))
    }

    parameterless!(All);

    fn lower(&self, _inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
        Lowered::Kernel(Box::new(BinaryKernel { threshold: self.threshold }))
    }

    fn emit_dfdx(&self, _inputs: &[Fact], _output: &Fact) -> Result<Dfdx, Unsupported> {
        emit::call("binary_accuracy", 2, &[format!("{:?}", self.threshold)])
    }

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let n = 1 + random::below(rng, 9) as usize;
        Sample {
            op: BinaryAccuracy { threshold: 0.5 }.into(),
            inputs: vec![Fact::f32(Shape::of(&[n, 1])), Fact::i64(Shape::of(&[n]))],
            classes: 2,
            range: (0.0, 1.0),
            kinks: true,
        }
    }
}

struct BinaryKernel {
    threshold: f32,
}

impl Kernel for BinaryKernel {
    metric_rules!();

    fn forward(&self, f: Forward<'_, '_>) {
        let batch = labelled(&f, 1);
        let (hits, labels) = batch.sum(|at| f64::from(u8::from(batch.is_right(at, self.threshold))));
        f.output[0] = (hits / labels) as f32;
    }
}

pub(super) use metric_rules;
