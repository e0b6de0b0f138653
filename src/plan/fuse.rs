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
    let mut search = Search::new(checked, bound, options, scope);
    if !options.training {
        search.take(Search::layer_chain);
    }
    joined(search.ends, scope)
}

/// Makes the nodes of chains read what these read.
pub(super) fn joined(ends: Vec<Option<Chain>>, scope: &mut Scope) -> Vec<Option<Chain>> {
    for chain in ends.iter().flatten() {
        scope.join(&chain.nodes(), chain.residual.map(|(_, other)| other));
    }
    ends
}

/// What chains are looked for in, and what is found.
pub(super) struct Search<'a> {
    checked: &'a Checked,
    bound: &'a Bound,
    options: &'a PlanOptions,
    pub scope: &'a Scope,
    /// Whether a node is in a chain.
    pub taken: Vec<bool>,
    /// By node, the chain that it ends.
    pub ends: Vec<Option<Chain>>,
}

impl<'a> Search<'a> {
    pub fn new(checked: &'a Checked, bound: &'a Bound, options: &'a PlanOptions, scope: &'a Scope) -> Self {
        let nodes = checked.graph().len();
        Self { checked, bound, options, scope, taken: vec![false; nodes], ends: vec![None; nodes] }
    }

    /// Takes what `find` makes of each node that is computed. Of two branches that are added, the
    /// later one runs last and takes the addition.
    pub fn take(&mut self, find: impl Fn(&Self, NodeId) -> Option<Chain>) {
        for id in self.checked.graph().ids().rev() {
            let computed = self.scope.needed[id.index()] && !self.is_given(id);
            if let Some(chain) = find(self, id).filter(|_| computed) {
                chain.nodes().iter().for_each(|n| self.taken[n.index()] = true);
                let last = chain.last();
                self.ends[last.index()] = Some(chain);
            }
        }
    }

    pub fn op(&self, id: NodeId) -> Option<&Op> {
        self.checked.graph().op(id)
    }

    pub fn is_given(&self, id: NodeId) -> bool {
        self.options.given.contains(&id)
    }

    /// The node that reads this one, if it is the only one, once, and nobody else asks for the
    /// value.
    pub fn only_user(&self, id: NodeId) -> Option<NodeId> {
        let [user] = self.scope.users[id.index()][..] else { return None };
        let once = self.scope.inputs[user.index()].iter().filter(|i| **i == id).count() == 1;
        (once && !self.options.targets.contains(&id) && !self.taken[user.index()]).then_some(user)
    }

    /// Adds the addition of a residual, where one follows, and an activation that is one of `fits`.
    pub fn go_on(&self, chain: &mut Chain, fits: impl Fn(&Op) -> bool) {
        let last = chain.last();
        if let Some(next) = self.only_user(last)
            && matches!(self.op(next), Some(Op::Add(_)))
            && let [a, b] = self.scope.inputs[next.index()][..]
            && self.bound.fact(a).shape == self.bound.fact(b).shape
        {
            chain.residual = Some((next, if a == last { b } else { a }));
        }
        if let Some(next) = self.only_user(chain.last())
            && self.op(next).is_some_and(fits)
        {
            chain.activation = Some(next);
        }
    }

    /// What begins with a convolution or dense layer, if only that.
    fn layer_chain(&self, head: NodeId) -> Option<Chain> {
        let op = self.op(head).filter(|op| fused::is_head(op))?;
        let mut chain = Chain::of(head);
        if fused::takes_norm(op)
            && let Some(next) = self.only_user(head)
            && matches!(self.op(next), Some(Op::BatchNorm(_)))
        {
            chain.norm = Some(next);
        }
        self.go_on(&mut chain, fused::is_activation);
        Some(chain)
    }
}
