//! Loss and metrics over a data set.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::check::Checked;
use crate::data::Batch;
use crate::diag::codes;
use crate::engine::{Progress, Session};
use crate::graph::NodeId;
use crate::ops::lower::NoiseKey;
use crate::plan::PlanOptions;

use super::metrics::{Details, Scored};
use super::network::{Feeds, Sessions};
use super::predict::is_probability;
use super::{Examples, Failure, Network};

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

/// Which scalars of a network are averaged, and under what names.
#[derive(Clone, Debug)]
pub(super) struct Probe {
    names: Vec<String>,
    /// The nodes, in the order of the names.
    pub(super) nodes: Vec<NodeId>,
}

impl Probe {
    pub(super) fn new(checked: &Checked) -> Self {
        let roles = &checked.graph().roles;
        let total = roles.total_loss.map(|id| ("loss".to_string(), id));
        let parts = roles.losses.iter().filter(|(_, id)| Some(*id) != roles.total_loss && roles.losses.len() > 1);
        let (names, nodes) = total
            .into_iter()
            .chain(parts.map(|(n, id)| (format!("loss.{n}"), *id)))
            .chain(roles.metrics.iter().cloned())
            .unzip();
        Self { names, nodes }
    }

    pub(super) fn holds(&self, name: &str) -> bool {
        self.names.iter().any(|n| n == name)
    }
}

/// Running means, weighted by the examples of each batch.
#[derive(Clone, Debug)]
pub(super) struct Meter {
    means: Vec<(String, f64)>,
    sums: Vec<f64>,
    examples: usize,
    /// Those of them that were counted before a run went on from a checkpoint.
    earlier: usize,
}

impl Meter {
    pub(super) fn new(probe: &Probe) -> Self {
        Self {
            means: probe.names.iter().map(|n| (n.clone(), 0.0)).collect(),
            sums: vec![0.0; probe.names.len()],
            examples: 0,
            earlier: 0,
        }
    }

    /// The meter of an epoch that goes on from where `progress` stands in it.
    pub(super) fn restore(probe: &Probe, progress: &Progress) -> Self {
        let mut meter = Self::new(probe);
        meter.examples = usize::try_from(progress.examples).unwrap_or(usize::MAX);
        meter.earlier = meter.examples;
        for ((sum, mean), bits) in meter.sums.iter_mut().zip(&mut meter.means).zip(&progress.sums) {
            *sum = f64::from_bits(*bits);
            mean.1 = *sum / progress.examples.max(1) as f64;
        }
        meter
    }

    /// Keeps the sums for [`Meter::restore`].
    pub(super) fn store(&self, progress: &mut Progress) {
        progress.sums = self.sums.iter().map(|s| s.to_bits()).collect();
        progress.examples = self.examples as u64;
    }

    /// Examples per second, of those that this process has seen.
    pub(super) fn rate(&self, time: Duration) -> f64 {
        (self.examples - self.earlier) as f64 / time.as_secs_f64().max(1e-9)
    }

    pub(super) fn add(&mut self, probe: &Probe, session: &Session, examples: usize) {
        self.examples += examples;
        for ((sum, mean), node) in self.sums.iter_mut().zip(&mut self.means).zip(&probe.nodes) {
            let value = session.value(*node).and_then(|v| v.first()).copied().unwrap_or(f32::NAN);
            *sum += f64::from(value) * examples as f64;
            mean.1 = *sum / self.examples as f64;
        }
    }

    pub(super) fn means(&self) -> &[(String, f64)] {
        &self.means
    }

    pub(super) fn examples(&self) -> usize {
        self.examples
    }
}

/// Copies a batch into a session's inputs.
pub(super) fn feed(session: &mut Session, feeds: &Feeds, batch: &Batch) {
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
}

/// Runs a network over one pass of a data set, in inference mode.
///
/// # Errors
/// Data that cannot be read, or that does not fit the network.
pub fn evaluate(network: &mut Network<'_>, examples: &Examples) -> Result<Evaluation, Failure> {
    let probe = Probe::new(network.checked());
    let options = PlanOptions::inference(probe.nodes.clone());
    let mut sessions = Sessions::new(&options, examples.feeds().image, examples.shape());
    evaluate_with(network, examples, &probe, &mut sessions)
}

/// As [`evaluate`], with sessions that are kept between calls.
pub(super) fn evaluate_with(
    network: &mut Network<'_>,
    examples: &Examples,
    probe: &Probe,
    sessions: &mut Sessions<'_>,
) -> Result<Evaluation, Failure> {
    let mut meter = Meter::new(probe);
    let skipped = walk(network, examples, sessions, |session, batch| meter.add(probe, session, batch.len))?;
    Ok(Evaluation { examples: meter.examples(), skipped, values: meter.means().to_vec() })
}

/// As [`evaluate`], with the measures of a classifier that take all examples at once.
///
/// # Errors
/// Those of [`evaluate`]; a network without a list of scores for each example to compare with its
/// class.
pub fn evaluate_detailed(network: &mut Network<'_>, examples: &Examples) -> Result<(Evaluation, Details), Failure> {
    let probe = Probe::new(network.checked());
    let feeds = examples.feeds();
    let labelled = network.labelled(feeds).filter(|(id, _)| network.checked().fact(*id).rank() == 2);
    let Some((logits, classes)) = labelled else {
        let message = "no loss or metric compares scores `[N, classes]` with the class of an example";
        return Err(Failure::new(codes::NO_SCORES, message));
    };
    let options = PlanOptions::inference(probe.nodes.iter().copied().chain([logits]).collect());
    let mut sessions = Sessions::new(&options, examples.feeds().image, examples.shape());
    let mut meter = Meter::new(&probe);
    let mut scored = Scored::new(classes, is_probability(network, logits));
    let skipped = walk(network, examples, &mut sessions, |session, batch| {
        meter.add(&probe, session, batch.len);
        scored.add(session.value(logits).unwrap_or_default(), &batch.labels);
    })?;
    let evaluation = Evaluation { examples: meter.examples(), skipped, values: meter.means().to_vec() };
    Ok((evaluation, scored.details(examples.dataset().names())))
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
        let batch = batch.map_err(|e| Failure::input(e.diagnostic()))?;
        skipped += batch.skipped.len();
        if batch.len == 0 {
            continue;
        }
        let session = sessions.get(network, batch.len)?;
        feed(session, examples.feeds(), &batch);
        session.forward(&mut network.params, NoiseKey::default());
        each(session, &batch);
    }
    Ok(skipped)
}
