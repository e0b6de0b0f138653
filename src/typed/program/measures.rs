//! What a batch measures, and what all batches of a pass do together.

use crate::data::Batch;
use crate::ops::yolo::Head;
use crate::run::Evaluation;
use crate::run::detect::{Findings, HeadValues};
use crate::run::metrics::Gathered;

use super::super::{Scalar, Tape, Value};

/// The loss of a batch, and what is reported beside it.
pub struct Measures<T: Tape> {
    /// What training minimises.
    pub loss: Scalar<T>,
    /// Names and values: the single losses where there are several, then metrics.
    pub values: Vec<(&'static str, Value)>,
    /// The values of detection heads, which are judged over a whole pass.
    pub heads: Vec<Vec<f32>>,
}

impl<T: Tape> Measures<T> {
    /// A loss alone.
    pub fn new(loss: Scalar<T>) -> Self {
        Self { loss, values: Vec::new(), heads: Vec::new() }
    }

    /// Reports a value under a name.
    #[must_use]
    pub fn report(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.values.push((name, value.into()));
        self
    }

    /// Keeps the values of detection heads.
    #[must_use]
    pub fn with_heads(mut self, heads: Vec<Vec<f32>>) -> Self {
        self.heads = heads;
        self
    }
}

/// A detection head of a network: an output, and how it is read.
#[derive(Clone, Debug, PartialEq)]
pub struct DetectionHead {
    /// How its values are read.
    pub head: Head,
    /// Channels, height, width.
    pub size: [usize; 3],
}

impl DetectionHead {
    /// A head of YOLOv2, whose classes exclude each other; anchors are widths and heights in cells.
    pub fn v2(size: [usize; 3], classes: usize, anchors: &[[f64; 2]]) -> Self {
        Self { head: Head { classes, anchors: anchors.to_vec(), softmax: true }, size }
    }

    /// A head of YOLOv3, where an object may be of several classes.
    pub fn v3(size: [usize; 3], classes: usize, anchors: &[[f64; 2]]) -> Self {
        Self { head: Head { classes, anchors: anchors.to_vec(), softmax: false }, size }
    }
}

/// What heads say of a batch.
pub(super) fn read<'a>(heads: &'a [DetectionHead], values: &'a [Vec<f32>]) -> Vec<HeadValues<'a>> {
    let both = heads.iter().zip(values);
    both.map(|(of, values)| HeadValues { head: &of.head, values, size: of.size }).collect()
}

/// The numbers of a pass so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Means {
    numbers: Vec<(&'static str, Gathered)>,
    examples: usize,
    /// What is found, where it is judged.
    findings: Option<(Vec<DetectionHead>, Findings)>,
}

impl Means {
    /// Nothing yet; what these heads find is judged.
    pub fn judging(heads: Vec<DetectionHead>) -> Self {
        let findings = (!heads.is_empty()).then(|| (heads, Findings::default()));
        Self { findings, ..Self::default() }
    }

    /// Takes in what was measured of a batch.
    pub fn add(&mut self, loss: f32, values: &[(&'static str, Value)], heads: &[Vec<f32>], batch: &Batch) {
        self.examples += batch.len;
        let loss = ("loss", Value::Mean(loss));
        for (at, (name, value)) in std::iter::once(&loss).chain(values).enumerate() {
            if at == self.numbers.len() {
                let begin = match value {
                    Value::Mean(_) => Gathered::mean(),
                    Value::Pooled(pooled) => pooled.begin(),
                };
                self.numbers.push((name, begin));
            }
            let gathered = &mut self.numbers[at].1;
            match value {
                Value::Mean(mean) => gathered.add_mean(*mean, batch.len),
                Value::Pooled(pooled) => pooled.add_to(gathered, &batch.weights),
            }
        }
        if let Some((of, findings)) = &mut self.findings {
            findings.add(&read(of, heads), &batch.labels, batch.len);
        }
    }

    /// Names and numbers.
    pub fn values(&self) -> Vec<(String, f64)> {
        let numbers = self.numbers.iter().map(|(name, gathered)| (name.to_string(), gathered.value()));
        numbers.chain(self.findings.iter().flat_map(|(_, findings)| findings.values())).collect()
    }

    /// As `blockprint eval` has them.
    pub fn evaluation(&self) -> Evaluation {
        Evaluation { examples: self.examples, skipped: 0, values: self.values() }
    }
}

/// `loss 0.1234, accuracy 0.9876`.
pub(super) fn listing(values: &[(String, f64)]) -> String {
    values.iter().map(|(name, value)| format!("{name} {value:.4}")).collect::<Vec<_>>().join(", ")
}
