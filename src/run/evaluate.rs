//! Loss and metrics over a data set.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::check::Checked;
use crate::data::Batch;
use crate::engine::{Progress, Session};
use crate::graph::NodeId;
use crate::kernels::score::{Labelled, Scored};
use crate::ops::lower::NoiseKey;
use crate::plan::PlanOptions;

use super::metrics::{Details, Measure, Tally};
use super::network::Sessions;
use super::{Examples, Failure, Network, detect};

/// Means over a data set.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evaluation {
    /// Examples that were read.
    pub examples: usize,
    /// Examples that were damaged and left out.
    pub skipped: usize,
    /// `loss`, then single losses where there are several, then metrics, by name.
    pub values: Vec<(String, f64)>,
}

impl Evaluation {
    /// The value of this name.
    pub fn get(&self, name: &str) -> Option<f64> {
        self.values.iter().find(|(n, _)| n == name).map(|(_, v)| *v)
    }

    /// `{"loss": .., "accuracy": .., "examples": ..}`.
    pub fn to_json(&self) -> Value {
        let mut object: Map<String, Value> = self.values.iter().map(|(n, v)| (n.clone(), json!(v))).collect();
        object.insert("examples".into(), json!(self.examples));
        if self.skipped > 0 {
            object.insert("skipped".into(), json!(self.skipped));
        }
        Value::Object(object)
    }
}

/// Which numbers of a network are measured, and under what names.
#[derive(Clone, Debug)]
pub(super) struct Probe {
    measures: Vec<(String, Measure)>,
    /// The nodes whose values they need.
    pub(super) nodes: Vec<NodeId>,
    /// The detection heads, whose values are judged over a whole pass.
    heads: Vec<NodeId>,
}

impl Probe {
    pub(super) fn new(checked: &Checked) -> Self {
        let roles = &checked.graph().roles;
        let total = roles.total_loss.map(|id| ("loss".to_string(), id));
        let parts = roles.losses.iter().filter(|(_, id)| Some(*id) != roles.total_loss && roles.losses.len() > 1);
        let losses = total.into_iter().chain(parts.map(|(n, id)| (format!("loss.{n}"), *id)));
        let losses = losses.map(|(name, id)| (name, Measure::Mean(id)));
        let metrics = roles.metrics.iter().map(|(name, id)| (name.clone(), Measure::of(checked, *id, true)));
        let measures: Vec<(String, Measure)> = losses.chain(metrics).collect();
        let nodes: BTreeSet<NodeId> = measures.iter().flat_map(|(_, m)| m.nodes()).collect();
        let heads = checked.heads().iter().map(|h| h.node).collect();
        Self { measures, nodes: nodes.into_iter().collect(), heads }
    }

    /// The nodes that an evaluation looks at.
    pub(super) fn evaluated(&self) -> Vec<NodeId> {
        self.nodes.iter().chain(&self.heads).copied().collect()
    }

    /// Whether the network detects objects.
    pub(super) fn detects(&self) -> bool {
        !self.heads.is_empty()
    }

    pub(super) fn holds(&self, name: &str) -> bool {
        self.measures.iter().any(|(n, _)| n == name)
    }
}

/// The numbers of a data set, gathered batch by batch.
#[derive(Clone, Debug)]
pub(super) struct Meter {
    tallies: Vec<(String, Tally)>,
    /// Those that are known between batches.
    running: Vec<(String, f64)>,
    examples: usize,
    /// Those of them that were counted before a run went on from a checkpoint.
    earlier: usize,
}

impl Meter {
    pub(super) fn new(probe: &Probe) -> Self {
        let tallies = probe.measures.iter().map(|(n, m)| (n.clone(), Tally::new(*m))).collect();
        Self { tallies, running: Vec::new(), examples: 0, earlier: 0 }
    }

    /// The meter of an epoch that goes on from where `progress` stands in it.
    pub(super) fn restore(probe: &Probe, progress: &Progress) -> Self {
        let mut meter = Self::new(probe);
        meter.examples = usize::try_from(progress.examples).unwrap_or(usize::MAX);
        meter.earlier = meter.examples;
        for ((_, tally), stored) in meter.tallies.iter_mut().zip(&progress.sums) {
            tally.restore(stored);
        }
        meter
    }

    /// Keeps what was gathered for [`Meter::restore`].
    pub(super) fn store(&self, progress: &mut Progress) {
        progress.sums = self.tallies.iter().map(|(_, tally)| tally.store()).collect();
        progress.examples = self.examples as u64;
    }

    /// Examples per second, of those that this process has seen.
    pub(super) fn rate(&self, time: Duration) -> f64 {
        (self.examples - self.earlier) as f64 / time.as_secs_f64().max(1e-9)
    }

    /// Adds a batch that a session has just seen.
    pub(super) fn add(&mut self, session: &Session, batch: &Batch) {
        self.examples += batch.len;
        self.running.clear();
        for (name, tally) in &mut self.tallies {
            tally.add(session, batch.len, &batch.weights);
            self.running.extend(tally.running().map(|value| (name.clone(), value)));
        }
    }

    /// What is known between batches.
    pub(super) fn running(&self) -> &[(String, f64)] {
        &self.running
    }

    /// All numbers.
    pub(super) fn values(&self) -> Vec<(String, f64)> {
        self.tallies.iter().map(|(name, tally)| (name.clone(), tally.value())).collect()
    }

    pub(super) fn examples(&self) -> usize {
        self.examples
    }
}

/// Copies a batch into a session's inputs.
pub(super) fn feed(session: &mut Session, examples: &Examples, batch: &Batch) {
    let feeds = examples.feeds();
    for (input, images) in feeds.images().zip(&batch.images) {
        let slot = session.input_mut(input);
        // A plan without this input has no room for it.
        if !slot.is_empty() {
            slot.copy_from_slice(images);
        }
    }
    if let Some(label) = feeds.label {
        let slot = session.input_mut(label);
        if !slot.is_empty() {
            slot.copy_from_slice(&batch.labels);
        }
    }
    if let Some(weight) = feeds.weight {
        examples.weighting().fill(batch, session.input_mut(weight));
    }
}

/// Runs a network over one pass of a data set, in inference mode.
///
/// # Errors
/// Data that cannot be read, or that does not fit the network.
pub fn evaluate(network: &mut Network<'_>, examples: &Examples) -> Result<Evaluation, Failure> {
    let probe = Probe::new(network.checked());
    let options = PlanOptions::inference(probe.evaluated());
    let mut sessions = Sessions::new(&options, examples.feeds().image, examples.shape());
    evaluate_with(network, examples, &probe, &mut sessions, None)
}

/// As [`evaluate`], with sessions that are kept between calls.
pub(super) fn evaluate_with(
    network: &mut Network<'_>,
    examples: &Examples,
    probe: &Probe,
    sessions: &mut Sessions<'_>,
    mut answers: Option<&mut Answers>,
) -> Result<Evaluation, Failure> {
    let mut meter = Meter::new(probe);
    let heads = detect::SizedHeads::of(network, examples)?;
    let mut findings = heads.as_ref().map(|_| detect::Findings::default());
    let skipped = walk(network, examples, sessions, |session, batch| {
        meter.add(session, batch);
        if let Some(answers) = &mut answers {
            answers.add(session, batch);
        }
        if let (Some(heads), Some(findings)) = (&heads, &mut findings) {
            findings.add(&heads.values(session), &batch.labels, batch.len);
        }
    })?;
    let mut values = meter.values();
    values.extend(findings.iter().flat_map(detect::Findings::values));
    Ok(Evaluation { examples: meter.examples(), skipped, values })
}

/// What a classifier says of every example.
#[derive(Clone, Debug)]
pub(super) struct Answers {
    /// The node that holds the scores.
    pub(super) node: NodeId,
    scored: Scored,
    /// The index of each example in its data set.
    indices: Vec<usize>,
}

impl Answers {
    /// None yet; `None` for a network without a list of scores for each example that are compared
    /// with its class.
    pub(super) fn new(network: &Network<'_>, examples: &Examples) -> Option<Self> {
        let (node, classes) =
            network.labelled(examples.feeds()).filter(|(id, _)| network.checked().fact(*id).rank() == 2)?;
        Some(Self { node, scored: Scored::new(classes), indices: Vec::new() })
    }

    fn add(&mut self, session: &Session, batch: &Batch) {
        let scores = session.value(self.node).unwrap_or_default();
        self.scored.add(&Labelled { scores, labels: &batch.labels, weights: &batch.weights, examples: batch.len });
        self.indices.extend(&batch.indices);
    }

    /// Scores of one example.
    pub(super) fn classes(&self) -> usize {
        self.scored.classes()
    }

    /// How many scores there are.
    pub(super) fn numbers(&self) -> usize {
        self.indices.len().saturating_mul(self.scored.classes())
    }

    /// The measures that take all examples at once.
    pub(super) fn into_details(self, names: &[String], ranks: bool) -> (Details, Vec<usize>) {
        (Details::of(&self.scored, names, ranks), self.indices)
    }
}

/// The means over a data set and what is known of a classifier.
#[derive(Clone, Debug, PartialEq)]
pub struct Detailed {
    /// The means.
    pub evaluation: Evaluation,
    /// The measures that take all examples at once; `None` for a network without a list of scores
    /// for each example that are compared with its class.
    pub details: Option<Details>,
    /// The index of each example in its data set, in the order of evaluation.
    pub indices: Vec<usize>,
}

/// As [`evaluate`], with the measures of a classifier that take all examples at once.
///
/// # Errors
/// Those of [`evaluate`].
pub fn evaluate_detailed(network: &mut Network<'_>, examples: &Examples) -> Result<Detailed, Failure> {
    let probe = Probe::new(network.checked());
    let mut answers = Answers::new(network, examples);
    let nodes = probe.evaluated().into_iter().chain(answers.as_ref().map(|a| a.node));
    let options = PlanOptions::inference(nodes.collect());
    let mut sessions = Sessions::new(&options, examples.feeds().image, examples.shape());
    let evaluation = evaluate_with(network, examples, &probe, &mut sessions, answers.as_mut())?;
    let (details, indices) = answers.map(|a| a.into_details(examples.dataset().names(), true)).unzip();
    Ok(Detailed { evaluation, details, indices: indices.unwrap_or_default() })
}

/// Runs one pass, and shows each batch with the session that holds its values; how many examples
/// were left out.
fn walk(
    network: &mut Network<'_>,
    examples: &Examples,
    sessions: &mut Sessions<'_>,
    mut each: impl FnMut(&Session, &Batch),
) -> Result<usize, Failure> {
    let mut skipped = 0;
    for batch in examples.epoch(0) {
        let batch = batch?;
        skipped += batch.skipped.len();
        if batch.len == 0 {
            continue;
        }
        let session = sessions.get(network, batch.len)?;
        feed(session, examples, &batch);
        session.forward(&mut network.params, NoiseKey::default());
        each(session, &batch);
    }
    Ok(skipped)
}
