//! Finds chains of nodes that run as one kernel where gradients are wanted: a batch norm, the
//! addition of a residual, an activation. Values and gradients between them are never stored.

use crate::check::{Bound, Checked};
use crate::graph::NodeId;
use crate::ops::Op;
use crate::ops::batch_norm::Tail;

use super::PlanOptions;
use super::fuse::Chain;
use super::scope::Scope;

/// Finds all chains of a plan with a backward pass and rewrites what its nodes read, as
/// [`fuse::chains`](super::fuse::chains) does for others.
pub(super) fn chains(checked: &Checked, bound: &Bound, options: &PlanOptions, scope: &mut Scope) -> Vec<Option<Chain>> {
    let graph = checked.graph();
    let mut ends = vec![None; graph.len()];
    let mut taken = vec![false; graph.len()];
    // Of two branches that are added, the later one runs last and takes the addition.
    for id in graph.ids().rev() {
        let computed = scope.needed[id.index()] && !options.given.contains(&id);
        if !computed || !matches!(graph.op(id), Some(Op::BatchNorm(_))) {
            continue;
        }
        let chain = find(checked, bound, options, scope, &taken, id);
        let nodes = chain.nodes();
        if nodes.len() > 1 {
            nodes.iter().for_each(|n| taken[n.index()] = true);
            let last = chain.last();
            ends[last.index()] = Some(chain);
        }
    }
    for chain in ends.iter().flatten() {
        scope.join(&chain.nodes(), chain.residual.map(|(_, other)| other));
    }
    ends
}

fn find(checked: &Checked, bound: &Bound, options: &PlanOptions, scope: &Scope, taken: &[bool], norm: NodeId) -> Chain {
    let op = |id: NodeId| checked.graph().op(id);
    // The node that reads this one, if it is the only one, once, and nobody else asks for the
    // value.
    let only_user = |id: NodeId| {
        let [user] = scope.users[id.index()][..] else { return None };
        let once = scope.inputs[user.index()].iter().filter(|i| **i == id).count() == 1;
        (once && !options.targets.contains(&id) && !taken[user.index()]).then_some(user)
    };
    let mut chain = Chain { head: norm, norm: None, residual: None, activation: None };
    if let Some(next) = only_user(norm)
        && matches!(op(next), Some(Op::Add(_)))
        && let [a, b] = scope.inputs[next.index()][..]
        && bound.fact(a).shape == bound.fact(b).shape
    {
        chain.residual = Some((next, if a == norm { b } else { a }));
    }
    if let Some(next) = only_user(chain.last())
        && op(next).is_some_and(|op| Tail::last_of(op).is_some())
    {
        chain.activation = Some(next);
    }
    chain
}
