//! Which nodes a plan computes, and through which of them gradients flow.

use crate::check::Checked;
use crate::graph::{Graph, NodeId};
use crate::ops::Role;
use crate::shape::DType;

use super::{PlanError, PlanOptions};

/// Facts about every node, by index.
pub(super) struct Scope {
    /// Whether its value is computed.
    pub needed: Vec<bool>,
    /// Whether the gradient of the loss with respect to its output is computed.
    pub differentiated: Vec<bool>,
    /// What it reads, in slot order.
    pub inputs: Vec<Vec<NodeId>>,
    /// The nodes that read it and are computed.
    pub users: Vec<Vec<NodeId>>,
    /// The scalar whose gradients are wanted.
    pub loss: Option<NodeId>,
}

impl Scope {
    pub fn new(checked: &Checked, options: &PlanOptions) -> Result<Scope, PlanError> {
        let graph = checked.graph();
        let reads = |id| if options.given.contains(&id) { Vec::new() } else { graph.inputs(id) };
        let inputs: Vec<Vec<NodeId>> = graph.ids().map(reads).collect();
        let loss = match !options.forward_only && (options.training || !options.input_grads.is_empty()) {
            true => Some(graph.roles.total_loss.ok_or(PlanError::NoLoss)?),
            false => None,
        };
        let mut needed = vec![false; graph.len()];
        for id in options.targets.iter().chain(&options.input_grads).chain(&loss) {
            needed[id.index()] = true;
        }
        for id in graph.ids().rev() {
            if needed[id.index()] {
                inputs[id.index()].iter().for_each(|i| needed[i.index()] = true);
            }
        }
        let computed = |u: &NodeId| needed[u.index()] && !options.given.contains(u);
        let users = graph.ids().map(|id| graph.users(id).into_iter().filter(computed).collect()).collect();
        let differentiated = match loss {
            Some(loss) => differentiated(checked, options, &inputs, loss)?,
            None => vec![false; graph.len()],
        };
        Ok(Scope { needed, differentiated, inputs, users, loss })
    }

    /// Makes the last node of a chain read what its first reads, then `residual`; only the last
    /// is computed.
    pub fn join(&mut self, nodes: &[NodeId], residual: Option<NodeId>) {
        let (Some(head), Some(last)) = (nodes.first(), nodes.last()) else { return };
        let mut inputs = self.inputs[head.index()].clone();
        inputs.extend(residual);
        for input in &inputs {
            let users = &mut self.users[input.index()];
            users.iter_mut().filter(|u| nodes.contains(u)).for_each(|u| *u = *last);
        }
        nodes.iter().for_each(|n| self.needed[n.index()] = n == last);
        self.inputs[last.index()] = inputs;
    }
}

/// A gradient is computed where it is wanted, by the node or by one that it reads, and where
/// the loss depends on the node through nodes of the same kind.
fn differentiated(
    checked: &Checked,
    options: &PlanOptions,
    inputs: &[Vec<NodeId>],
    loss: NodeId,
) -> Result<Vec<bool>, PlanError> {
    let graph = checked.graph();
    let mut wanted = vec![false; graph.len()];
    for id in graph.ids() {
        wanted[id.index()] = checked.fact(id).dtype == DType::F32
            && match graph.op(id) {
                None => options.input_grads.contains(&id),
                Some(_) if options.given.contains(&id) => false,
                Some(op) => {
                    op.info().role != Role::Metric
                        && (trains(checked, options, id) || inputs[id.index()].iter().any(|i| wanted[i.index()]))
                }
            };
    }
    let mut reached = vec![false; graph.len()];
    reached[loss.index()] = wanted[loss.index()];
    for id in graph.ids().rev() {
        if reached[id.index()] {
            inputs[id.index()].iter().filter(|i| wanted[i.index()]).for_each(|i| reached[i.index()] = true);
        }
    }
    if let Some(id) = options.input_grads.iter().find(|id| !reached[id.index()]) {
        return Err(PlanError::NoGradient { path: path(graph, *id) });
    }
    match reached[loss.index()] {
        true => Ok(reached),
        false => Err(PlanError::NothingToTrain),
    }
}

fn path(graph: &Graph, id: NodeId) -> String {
    graph.node(id).path.clone()
}

/// Whether the node has a parameter that is trained.
fn trains(checked: &Checked, options: &PlanOptions, id: NodeId) -> bool {
    options.training
        && checked.node_params(id).iter().any(|p| checked.param(*p).trainable && !options.frozen.contains(p))
}
