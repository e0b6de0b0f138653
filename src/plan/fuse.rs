//! Finds chains of nodes that run as one kernel where no gradient is wanted: a convolution or
//! dense layer, a batch norm with running statistics, the addition of a residual, an activation.

use crate::check::{Bound, Checked};
use crate::graph::NodeId;
use crate::ops::{Op, fused};

use super::PlanOptions;
use super::scope::Scope;

/// Nodes that run as one, at the place of the last.
#[derive(Clone, Debug)]
pub(super) struct Chain {
    /// The ReLU before a max pool at the head, which is done to the maxima instead.
    pub rectified: Option<NodeId>,
    /// The convolution or dense layer; where gradients are wanted, the batch norm or max pool.
    pub head: NodeId,
    /// The batch norm.
    pub norm: Option<NodeId>,
    /// The addition, and what is added.
    pub residual: Option<(NodeId, NodeId)>,
    /// The activation.
    pub activation: Option<NodeId>,
}

impl Chain {
    /// A head by itself.
    pub fn of(head: NodeId) -> Self {
        Self { rectified: None, head, norm: None, residual: None, activation: None }
    }

    /// The nodes after the head, in order.
    fn tail(&self) -> impl Iterator<Item = NodeId> {
        [self.norm, self.residual.map(|(id, _)| id), self.activation].into_iter().flatten()
    }

    /// All nodes, in order.
    pub fn nodes(&self) -> Vec<NodeId> {
        self.rectified.into_iter().chain([self.head]).chain(self.tail()).collect()
    }

    /// The node whose value is computed.
    pub fn last(&self) -> NodeId {
        self.tail().last().unwrap_or(self.head)
    }
}

/// Finds all chains of a plan and rewrites what its nodes read: the last node of a chain reads
/// what the chain reads, the others are not computed. By node, the chain that it ends.
pub(super) fn chains(checked: &Checked, bound: &Bound, options: &PlanOptions, scope: &mut Scope) -> Vec<Option<Chain>> {
    let graph = checked.graph();
    let mut ends = vec![None; graph.len()];
    if scope.loss.is_some() || options.training {
        return ends;
    }
    let mut taken = vec![false; graph.len()];
    // Of two branches that are added, the later one runs last and takes the addition.
    for id in graph.ids().rev() {
        let computed = scope.needed[id.index()] && !options.given.contains(&id);
        if !computed || !matches!(graph.op(id), Some(Op::Conv(_) | Op::Depthwise(_) | Op::Dense(_))) {
            continue;
        }
        let chain = Search { checked, bound, options, scope, taken: &taken }.from(id);
        chain.tail().for_each(|n| taken[n.index()] = true);
        let last = chain.last();
        ends[last.index()] = Some(chain);
    }
    for chain in ends.iter().flatten() {
        scope.join(&chain.nodes(), chain.residual.map(|(_, other)| other));
    }
    ends
}

struct Search<'a> {
    checked: &'a Checked,
    bound: &'a Bound,
    options: &'a PlanOptions,
    scope: &'a Scope,
    taken: &'a [bool],
}

impl Search<'_> {
    fn from(&self, head: NodeId) -> Chain {
        let op = |id: NodeId| self.checked.graph().op(id);
        let mut chain = Chain::of(head);
        if !matches!(op(head), Some(Op::Dense(_)))
            && let Some(next) = self.only_user(head)
            && matches!(op(next), Some(Op::BatchNorm(_)))
        {
            chain.norm = Some(next);
        }
        if let Some(next) = self.only_user(chain.last())
            && matches!(op(next), Some(Op::Add(_)))
            && let [a, b] = self.scope.inputs[next.index()][..]
            && self.bound.fact(a).shape == self.bound.fact(b).shape
        {
            let other = if a == chain.last() { b } else { a };
            chain.residual = Some((next, other));
        }
        if let Some(next) = self.only_user(chain.last())
            && op(next).is_some_and(fused::is_activation)
        {
            chain.activation = Some(next);
        }
        chain
    }

    /// The node that reads this one, if it is the only one, once, and nobody else asks for the
    /// value.
    fn only_user(&self, id: NodeId) -> Option<NodeId> {
        let [user] = self.scope.users[id.index()][..] else { return None };
        let once = self.scope.inputs[user.index()].iter().filter(|i| **i == id).count() == 1;
        (once && !self.options.targets.contains(&id) && !self.taken[user.index()]).then_some(user)
    }
}
