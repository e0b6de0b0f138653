//! Finds chains of nodes that run as one kernel where gradients are wanted: a batch norm, the
//! addition of a residual, an activation; or a ReLU and a max pool. Values and gradients between
//! them are never stored.

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
    let mut search = Search { checked, bound, options, scope, taken: vec![false; graph.len()] };
    // A batch norm takes the ReLU between it and a pool: it saves more. Of two branches that are
    // added, the later one runs last and takes the addition.
    for find in [|s: &Search<'_>, id| s.norm_chain(id), |s: &Search<'_>, id| s.pool_chain(id)] {
        for id in graph.ids().rev() {
            let computed = search.scope.needed[id.index()] && !options.given.contains(&id);
            if let Some(chain) = find(&search, id).filter(|_| computed) {
                chain.nodes().iter().for_each(|n| search.taken[n.index()] = true);
                let last = chain.last();
                ends[last.index()] = Some(chain);
            }
        }
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
    taken: Vec<bool>,
}

impl Search<'_> {
    fn op(&self, id: NodeId) -> Option<&Op> {
        self.checked.graph().op(id)
    }

    /// The node that reads this one, if it is the only one, once, and nobody else asks for the
    /// value.
    fn only_user(&self, id: NodeId) -> Option<NodeId> {
        let [user] = self.scope.users[id.index()][..] else { return None };
        let once = self.scope.inputs[user.index()].iter().filter(|i| **i == id).count() == 1;
        (once && !self.options.targets.contains(&id) && !self.taken[user.index()]).then_some(user)
    }

    /// What begins with a batch norm and goes on.
    fn norm_chain(&self, norm: NodeId) -> Option<Chain> {
        if !matches!(self.op(norm), Some(Op::BatchNorm(_))) {
            return None;
        }
        let mut chain = Chain::of(norm);
        if let Some(next) = self.only_user(norm)
            && matches!(self.op(next), Some(Op::Add(_)))
            && let [a, b] = self.scope.inputs[next.index()][..]
            && self.bound.fact(a).shape == self.bound.fact(b).shape
        {
            chain.residual = Some((next, if a == norm { b } else { a }));
        }
        if let Some(next) = self.only_user(chain.last())
            && self.op(next).is_some_and(|op| Tail::last_of(op).is_some())
        {
            chain.activation = Some(next);
        }
        (chain.last() != norm).then_some(chain)
    }

    /// What ends with a max pool, of a ReLU.
    fn pool_chain(&self, pool: NodeId) -> Option<Chain> {
        let relu = *self.scope.inputs[pool.index()].first()?;
        let is_relu = matches!(self.op(relu), Some(Op::Relu(_))) && !self.options.given.contains(&relu);
        let alone = is_relu && !self.taken[relu.index()] && self.only_user(relu) == Some(pool);
        (alone && matches!(self.op(pool), Some(Op::MaxPool(_))))
            .then(|| Chain { rectified: Some(relu), ..Chain::of(pool) })
    }
}
