//! Finds chains of nodes that run as one kernel where gradients are wanted: a batch norm, the
//! addition of a residual, an activation; or a ReLU and a max pool. Values and gradients between
//! them are never stored.

use crate::check::{Bound, Checked};
use crate::graph::NodeId;
use crate::ops::Op;
use crate::ops::batch_norm::Tail;

use super::PlanOptions;
use super::fuse::{Chain, Search, joined};
use super::scope::Scope;

/// Finds all chains of a plan with a backward pass and rewrites what its nodes read, as
/// [`fuse::chains`](super::fuse::chains) does for others.
pub(super) fn chains(checked: &Checked, bound: &Bound, options: &PlanOptions, scope: &mut Scope) -> Vec<Option<Chain>> {
    let mut search = Search::new(checked, bound, options, scope);
    // A batch norm takes the ReLU between it and a pool: it saves more.
    search.take(norm_chain);
    search.take(pool_chain);
    joined(search.ends, scope)
}

/// What begins with a batch norm and goes on.
fn norm_chain(search: &Search<'_>, norm: NodeId) -> Option<Chain> {
    if !matches!(search.op(norm), Some(Op::BatchNorm(_))) {
        return None;
    }
    let mut chain = Chain::of(norm);
    search.go_on(&mut chain, |op| Tail::last_of(op).is_some());
    (chain.last() != norm).then_some(chain)
}

/// What ends with a max pool, of a ReLU.
fn pool_chain(search: &Search<'_>, pool: NodeId) -> Option<Chain> {
    let relu = *search.scope.inputs[pool.index()].first()?;
    let is_relu = matches!(search.op(relu), Some(Op::Relu(_))) && !search.is_given(relu);
    let alone = is_relu && !search.taken[relu.index()] && search.only_user(relu) == Some(pool);
    (alone && matches!(search.op(pool), Some(Op::MaxPool(_))))
        .then(|| Chain { rectified: Some(relu), ..Chain::of(pool) })
}
