//! Nodes that are computed for nothing.

use crate::diag::{Diagnostic, codes};

use super::Cx;

/// Nodes that no output, loss or metric depends on. Of a dead stretch, only its last node is
/// told.
pub(super) fn lint(cx: &mut Cx<'_>) {
    let roles = &cx.graph.roles;
    let named = roles.losses.iter().chain(&roles.metrics).map(|(_, id)| id);
    let alive = cx.graph.with_ancestors(roles.outputs.iter().chain(named).chain(&roles.total_loss).copied());
    if alive.is_empty() {
        return;
    }
    for id in cx.graph.ids() {
        if alive.contains(&id) || cx.graph.op(id).is_none() || !cx.graph.users(id).is_empty() {
            continue;
        }
        let d =
            Diagnostic::warning(codes::UNUSED_NODE, format!("no output, loss or metric depends on `{}`", cx.path(id)))
                .label(cx.span(id), "computed for nothing")
                .help("name it under `outputs`, or remove it");
        cx.warn(id, d);
    }
}
