//! What frozen layers make of each example: computed once, kept in the run directory, and read in
//! the place of the images from then on.
//!
//! A file is named by a digest of everything that its numbers depend on: the network, the weights
//! up to the node, the examples and their preparation. Training examples are computed by the
//! kernels of a training step and validation examples by those of evaluation, so that every number
//! of a run is the one that it would have been.

use std::io::Write;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::data::{Features, hex};
use crate::diag::{Diagnostic, codes};
use crate::engine::ParamStore;
use crate::fs::write_atomic;
use crate::graph::NodeId;
use crate::ops::Op;
use crate::ops::lower::NoiseKey;
use crate::plan::PlanOptions;

use super::dir::FEATURES;
use super::evaluate::feed;
use super::network::{Sessions, mib};
use super::phases::Phase;
use super::{Examples, Failure, Network, Observer, RunDir, TrainOptions};

/// What a phase reads in the place of images.
#[derive(Default)]
pub(super) struct Kept {
    /// The node whose outputs are kept.
    pub(super) node: Option<NodeId>,
    /// The training examples.
    pub(super) train: Option<Examples>,
    /// The validation examples.
    pub(super) val: Option<Examples>,
}

/// Refuses a run in which nothing can be kept, and says why.
pub(super) fn check(
    network: &Network<'_>,
    options: &TrainOptions<'_>,
    phases: &[Phase],
    limit: u64,
) -> Result<(), Failure> {
    let refuse = |why: String, help: &str| -> Failure {
        let message = format!("the outputs of frozen layers cannot be kept: {why}");
        Diagnostic::error(codes::NOT_CACHED, message).label(options.config.span, "").help(help).into()
    };
    if let Some(why) = options.train.varies() {
        return Err(refuse(why, "leave it out, or train without `--cache-features`"));
    }
    let images: Vec<NodeId> = options.train.feeds().images().collect();
    let nodes: Vec<NodeId> = phases.iter().filter_map(|p| p.frontier(network.checked(), &images)).collect();
    if nodes.is_empty() {
        let why = "in no phase is one node frozen with everything before it".to_string();
        return Err(refuse(why, "freeze it in a phase: `phases: [{upto: NAME, epochs: 5}]`"));
    }
    let examples = (options.train.len() as u64).saturating_add(options.val.map_or(0, |v| v.len() as u64));
    for node in nodes {
        let bytes = examples.saturating_mul(width(network, options.train, node)? as u64).saturating_mul(4);
        if bytes > limit {
            let path = &network.checked().graph().node(node).path;
            let why = format!("those of `{path}` take {} MiB, and {} MiB are allowed", mib(bytes), mib(limit));
            return Err(refuse(why, "allow more, `--cache-features=32G`, or freeze up to a node with smaller outputs"));
        }
    }
    Ok(())
}

/// Numbers of a node's output for one example.
fn width(network: &Network<'_>, examples: &Examples, node: NodeId) -> Result<usize, Failure> {
    let symbols = network.symbols(examples.feeds().image, examples.shape(), 1)?;
    Ok(network.bind(&symbols)?.fact(node).numel())
}

/// Computes what a phase can read instead of images, or finds it in the run directory. Files of
/// earlier phases are removed.
pub(super) fn keep(
    network: &mut Network<'_>,
    options: &TrainOptions<'_>,
    phase: &Phase,
    dir: &RunDir,
    observer: &mut dyn Observer,
) -> Result<Kept, Failure> {
    let folder = dir.file(FEATURES);
    let images: Vec<NodeId> = options.train.feeds().images().collect();
    let Some(node) = phase.frontier(network.checked(), &images) else {
        remove_others(&folder, &[])?;
        observer.note("no node is frozen with everything before it: each step runs the whole network");
        return Ok(Kept::default());
    };
    std::fs::create_dir_all(&folder).map_err(|e| Failure::write(&folder, &e))?;
    let training = phase.plan_up_to(node);
    let evaluation = PlanOptions::inference(vec![node]);
    let mut parts = vec![("train", options.train, training)];
    if let Some(val) = options.val.filter(|v| v.varies().is_none() && keeps_evaluation(network, options, node)) {
        parts.push(("val", val, evaluation));
    }
    let mut names = Vec::new();
    let mut kept = Kept { node: Some(node), ..Kept::default() };
    for (part, examples, plan) in parts {
        let name = format!("{part}-{}.f32", key(network, options, examples, node, &plan));
        let path = folder.join(&name);
        names.push(name);
        let width = width(network, examples, node)?;
        let open = || Features::open(&path, examples.shared_dataset(), width).map_err(|e| Failure::write(&path, &e));
        let features = match open()? {
            Some(features) => Some(features),
            None => {
                compute(network, examples, node, &plan, &path)?;
                open()?
            }
        };
        let Some(features) = features else { continue };
        let examples = Some(examples.with_features(node, features)?);
        match part {
            "train" => kept.train = examples,
            _ => kept.val = examples,
        }
    }
    remove_others(&folder, &names)?;
    let path = &network.checked().graph().node(node).path;
    let of = if kept.val.is_some() { "all examples" } else { "training examples" };
    observer.note(&format!("the outputs of `{path}` are kept for {of}: steps begin behind it"));
    Ok(kept)
}

/// Whether evaluation can begin behind a node without changing a bit of its result: a convolution
/// and what follows it may run as one kernel there, and averaged weights are others each epoch.
fn keeps_evaluation(network: &Network<'_>, options: &TrainOptions<'_>, node: NodeId) -> bool {
    let joins = |op: &Op| matches!(op, Op::Conv(_) | Op::Depthwise(_) | Op::Dense(_) | Op::BatchNorm(_) | Op::Add(_));
    options.config.ema.is_none() && !network.checked().graph().op(node).is_some_and(joins)
}

/// A digest of everything that the numbers depend on.
fn key(
    network: &Network<'_>,
    options: &TrainOptions<'_>,
    examples: &Examples,
    node: NodeId,
    plan: &PlanOptions,
) -> String {
    let mut digest = Sha256::new();
    for (part, value) in options.fingerprint.parts() {
        // The settings of training change no output of what is frozen.
        if part != "`train`" {
            digest.update(part);
            digest.update(value);
        }
    }
    digest.update(examples.preparation());
    digest.update(&network.checked().graph().node(node).path);
    digest.update([u8::from(plan.training)]);
    add_weights(&mut digest, network, node, &network.params);
    hex(&digest.finalize()[..16])
}

/// Adds the parameters of a node and of all that it depends on.
fn add_weights(digest: &mut Sha256, network: &Network<'_>, node: NodeId, params: &ParamStore) {
    let seen = network.checked().graph().with_ancestors([node]);
    for param in seen.into_iter().flat_map(|id| network.checked().node_params(id)) {
        digest.update(params.name(*param));
        digest.update(bytemuck::cast_slice::<f32, u8>(params.get(*param)));
    }
}

/// Runs every example up to the node, and writes the outputs in the data set's order.
fn compute(
    network: &mut Network<'_>,
    examples: &Examples,
    node: NodeId,
    plan: &PlanOptions,
    path: &Path,
) -> Result<(), Failure> {
    let examples = examples.in_order();
    let mut sessions = Sessions::new(plan, examples.feeds().image, examples.shape());
    write_atomic(path, |file| -> Result<(), Problem> {
        for batch in examples.epoch(0) {
            let batch = batch.map_err(Failure::from)?;
            if let Some(error) = batch.skipped.first() {
                let message = format!("the outputs of frozen layers cannot be kept: an example is damaged ({error})");
                return Err(Failure::from(
                    Diagnostic::error(codes::NOT_CACHED, message)
                        .help("remove the file, or train without `--cache-features`"),
                )
                .into());
            }
            let session = sessions.get(network, batch.len)?;
            feed(session, &examples, &batch);
            session.forward(&mut network.params, NoiseKey::default());
            file.write_all(bytemuck::cast_slice(session.value(node).unwrap_or_default()))?;
        }
        Ok(())
    })
    .map_err(|problem| match problem {
        Problem::Task(failure) => failure,
        Problem::Disk(error) => Failure::write(path, &error),
    })
}

/// Why a file could not be made.
enum Problem {
    Task(Failure),
    Disk(std::io::Error),
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        Problem::Task(failure)
    }
}

impl From<std::io::Error> for Problem {
    fn from(error: std::io::Error) -> Self {
        Problem::Disk(error)
    }
}

/// Removes the files of earlier phases: their weights are no more.
fn remove_others(folder: &Path, names: &[String]) -> Result<(), Failure> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(()) };
    for entry in entries.flatten() {
        if !names.iter().any(|n| entry.file_name().to_str() == Some(n)) {
            std::fs::remove_file(entry.path()).map_err(|e| Failure::write(&entry.path(), &e))?;
        }
    }
    Ok(())
}
