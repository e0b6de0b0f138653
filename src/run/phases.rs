//! Phases of training: what is frozen, for how long, under which optimizer.

use std::collections::BTreeSet;

use crate::check::{Checked, ParamId};
use crate::config::TrainConfig;
use crate::diag::{Diagnostic, codes};
use crate::engine::optim::Optimizer;
use crate::engine::schedule::Schedule;
use crate::graph::NodeId;
use crate::ops::{Op, fused};
use crate::plan::PlanOptions;

use super::Failure;

/// Trains for this many epochs, instead of those of the settings.
///
/// # Errors
/// Fewer epochs than phases.
pub fn set_epochs(config: &mut TrainConfig, epochs: u32) -> Result<(), Failure> {
    config.set_epochs(epochs as usize).map_err(|phases| {
        let message = format!("{epochs} epochs are too few for {phases} phases");
        let problem = Diagnostic::error(codes::CONFLICTING_SETTINGS, message).label(config.span, "these phases");
        problem.help(format!("`--epochs` is at least {phases}: each phase trains for one epoch or more")).into()
    })
}

/// One phase, with names resolved.
pub(super) struct Phase {
    pub(super) epochs: usize,
    pub(super) optimizer: Optimizer,
    pub(super) schedule: Schedule,
    frozen: BTreeSet<ParamId>,
    fixed_statistics: BTreeSet<NodeId>,
}

impl Phase {
    /// Whether a node computes the same of the same inputs in every step of this phase: nothing of
    /// it is trained, its statistics stay, and it draws nothing.
    fn is_fixed(&self, checked: &Checked, id: NodeId) -> bool {
        let params = checked.node_params(id);
        let trained = |p: &ParamId| checked.param(*p).trainable && !self.frozen.contains(p);
        let keeps_statistics = params.iter().any(|p| !checked.param(*p).trainable);
        !params.iter().any(trained) && (!keeps_statistics || self.fixed_statistics.contains(&id))
    }

    /// The node behind which this phase begins to train: what it and all before it compute of an
    /// example is the same in every epoch, and nothing else is read behind it. `images` are the
    /// inputs that take examples.
    pub(super) fn frontier(&self, checked: &Checked, images: &[NodeId]) -> Option<NodeId> {
        let graph = checked.graph();
        let batch = checked.fact(*images.first()?).shape.first()?;
        let mut fixed = vec![false; graph.len()];
        for id in graph.ids() {
            let inputs = graph.inputs(id);
            fixed[id.index()] = images.contains(&id)
                || graph.op(id).is_some_and(treats_examples_alone)
                    && checked.fact(id).shape.first() == Some(batch)
                    && !inputs.is_empty()
                    && inputs.iter().all(|i| fixed[i.index()])
                    && self.is_fixed(checked, id);
        }
        let read_behind = |id: &NodeId| fixed[id.index()] && graph.users(*id).iter().any(|user| !fixed[user.index()]);
        let mut edge = graph.ids().filter(read_behind);
        let node = edge.next().filter(|id| !images.contains(id))?;
        edge.next().is_none().then_some(node)
    }

    /// The plan that computes a node as a training step of this phase does.
    pub(super) fn plan_up_to(&self, node: NodeId) -> PlanOptions {
        PlanOptions { forward_only: true, ..self.plan(vec![node]) }
    }

    /// The training plan of this phase that keeps the values of `targets`.
    pub(super) fn plan(&self, targets: Vec<NodeId>) -> PlanOptions {
        PlanOptions {
            frozen: self.frozen.clone(),
            fixed_statistics: self.fixed_statistics.clone(),
            ..PlanOptions::training(targets)
        }
    }
}

/// Whether an op computes each example's output of that example alone, and draws nothing.
fn treats_examples_alone(op: &Op) -> bool {
    use Op::*;
    let layers = matches!(
        op,
        Conv(_) | Depthwise(_) | Separable(_) | ConvTranspose(_) | Dense(_) | BatchNorm(_) | Lrn(_) | Prelu(_)
    );
    let shapes = matches!(
        op,
        MaxPool(_)
            | AvgPool(_)
            | GlobalAvgPool(_)
            | GlobalMaxPool(_)
            | Flatten(_)
            | Pad(_)
            | Upsample(_)
            | ChannelShuffle(_)
    );
    let merges = matches!(op, Add(_) | Mul(_) | Sub(_) | Div(_) | AbsDiff(_) | Maximum(_) | Minimum(_) | Concat(_));
    layers || shapes || merges || fused::is_activation(op)
}

/// The phases of a run; a spec without any has one in which nothing is frozen.
pub(super) fn of(config: &TrainConfig, checked: &Checked) -> Vec<Phase> {
    if config.phases.is_empty() {
        return vec![Phase {
            epochs: config.epochs,
            optimizer: config.optim,
            schedule: config.lr.clone(),
            frozen: BTreeSet::new(),
            fixed_statistics: BTreeSet::new(),
        }];
    }
    let mut frozen = BTreeSet::new();
    let mut phases = Vec::new();
    for phase in &config.phases {
        frozen =
            checked.param_ids().filter(|id| phase.freezes(&checked.param(*id).name, frozen.contains(id))).collect();
        if let Some(name) = &phase.upto {
            frozen.extend(checked.params_up_to(&name.value));
        }
        phases.push(Phase {
            epochs: phase.epochs,
            optimizer: phase.optim.unwrap_or(config.optim),
            schedule: phase.lr.clone().unwrap_or_else(|| config.lr.clone()),
            fixed_statistics: fixed_statistics(checked, &frozen),
            frozen: frozen.clone(),
        });
    }
    phases
}

/// The nodes with running statistics whose every parameter is frozen.
fn fixed_statistics(checked: &Checked, frozen: &BTreeSet<ParamId>) -> BTreeSet<NodeId> {
    checked
        .graph()
        .ids()
        .filter(|id| {
            let params = checked.node_params(*id);
            params.iter().any(|p| !checked.param(*p).trainable) && params.iter().all(|p| frozen.contains(p))
        })
        .collect()
}
