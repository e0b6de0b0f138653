//! What does not go well before a batch norm.

use crate::diag::{Diagnostic, codes};
use crate::graph::NodeId;

use super::super::infer::known_inputs;
use super::Cx;

pub(super) fn lint(cx: &mut Cx<'_>, id: NodeId) {
    if cx.op(id) == "bn" {
        bias(cx, id);
        dropout(cx, id);
    }
}

/// A bias that the batch norm takes off again.
fn bias(cx: &mut Cx<'_>, id: NodeId) {
    let Some(from) = cx.input(id, 0).filter(|from| matches!(cx.op(*from), "conv" | "dense")) else { return };
    let has_bias = cx.graph.op(from).zip(known_inputs(cx.graph, from, cx.facts)).is_some_and(|(op, inputs)| {
        cx.facts[from.index()].is_some() && op.params(&inputs).iter().any(|p| p.name == "bias")
    });
    if !has_bias || cx.graph.users(from).len() != 1 || cx.graph.roles.outputs.contains(&from) {
        return;
    }
    let d = Diagnostic::warning(
        codes::BIAS_BEFORE_NORM,
        format!("the bias of `{}` has no effect: the batch norm after it takes the mean off", cx.path(from)),
    )
    .label(cx.span(from), "has a bias")
    .label(cx.span(id), "takes the mean off, and adds a bias of its own")
    .help(format!("write `{}(..., bias=false)`", cx.op(from)));
    cx.warn(from, d);
}

/// Dropout that changes the variance which the batch norm has learnt (Li et al. 2018,
/// "Understanding the Disharmony between Dropout and Batch Normalization by Variance Shift").
fn dropout(cx: &mut Cx<'_>, id: NodeId) {
    let linear = |from: &NodeId| matches!(cx.op(*from), "conv" | "dense");
    let direct = cx.source(id, 0);
    let before = direct.filter(linear).and_then(|from| cx.source(from, 0));
    let Some(from) = [direct, before].into_iter().flatten().find(|from| cx.op(*from) == "dropout") else { return };
    let d = Diagnostic::warning(
        codes::DROPOUT_BEFORE_NORM,
        format!("`{}` drops values before the batch norm `{}`", cx.path(from), cx.path(id)),
    )
    .label(cx.span(from), "raises the variance in training, not in evaluation")
    .label(cx.span(id), "its running variance is that of training")
    .help("put the dropout after the last batch norm");
    cx.warn(from, d);
}
