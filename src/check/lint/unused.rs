//! Nodes that are computed for nothing.

use crate::diag::{Diagnostic, codes};

use super::Cx;

/// Nodes that no output, loss or metric depends on. Of a dead stretch, only its last node is
/// told.
pub(super) fn lint(cx: &mut Cx<'_>) {
    let roles = &cx.graph.roles;
    let named = roles.losses.iter().chain(&roles.metrics).map(|(_, id)| id);
    let mut open: Vec<_> = roles.outputs.iter().chain(named).chain(&roles.total_loss).copied().collect();
    if open.is_empty() {
        return;
    }
    let mut alive = vec![false; cx.graph.len()];
    while let Some(id) = open.pop() {
        if !std::mem::replace(&mut alive[id.index()], true) {
            open.extend(cx.graph.inputs(id));
        }
    }
    for id in cx.graph.ids() {
        if alive[id.index()] || cx.graph.op(id).is_none() || !cx.graph.users(id).is_empty() {
            continue;
        }
        let d =
            Diagnostic::warning(codes::UNUSED_NODE, format!("no output, loss or metric depends on `{}`", cx.path(id)))
                .label(cx.span(id), "computed for nothing")
                .help("name it under `outputs`, or remove it");
        cx.warn(id, d);
    }
}
