//! Phases of training: what is frozen, for how long, under which optimizer.

use std::collections::BTreeSet;

use crate::check::{Checked, ParamId};
use crate::config::{TrainConfig, is_beneath};
use crate::engine::optim::Optimizer;
use crate::engine::schedule::Schedule;
use crate::graph::NodeId;
use crate::plan::PlanOptions;

/// One phase, with names resolved.
pub(super) struct Phase {
    pub(super) epochs: usize,
    pub(super) optimizer: Optimizer,
    pub(super) schedule: Schedule,
    frozen: BTreeSet<ParamId>,
    fixed_statistics: BTreeSet<NodeId>,
}

impl Phase {
    /// The training plan of this phase that keeps the values of `targets`.
    pub(super) fn plan(&self, targets: Vec<NodeId>) -> PlanOptions {
        PlanOptions {
            frozen: self.frozen.clone(),
            fixed_statistics: self.fixed_statistics.clone(),
            ..PlanOptions::training(targets)
        }
    }
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
            frozen.extend(before(checked, &name.value));
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

/// The parameters of the nodes at or beneath `name`, and of all that these depend on.
fn before(checked: &Checked, name: &str) -> BTreeSet<ParamId> {
    let graph = checked.graph();
    let mut todo: Vec<NodeId> = graph.ids().filter(|id| is_beneath(&graph.node(*id).path, name)).collect();
    todo.extend(graph.find(name));
    let mut seen = BTreeSet::new();
    while let Some(id) = todo.pop() {
        if seen.insert(id) {
            todo.extend(graph.inputs(id));
        }
    }
    seen.into_iter().flat_map(|id| checked.node_params(id).to_vec()).collect()
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
