//! Activations that follow each other.

use crate::diag::{Diagnostic, codes};
use crate::graph::NodeId;

use super::Cx;

const ACTIVATIONS: &[&str] = &[
    "relu",
    "relu6",
    "leaky_relu",
    "prelu",
    "elu",
    "sigmoid",
    "tanh",
    "swish",
    "hswish",
    "hsigmoid",
    "gelu",
    "softplus",
    "mish",
];

/// Two activations in a row: a line too many, or a layer too few.
pub(super) fn lint(cx: &mut Cx<'_>, id: NodeId) {
    let is_activation = |id: &NodeId| ACTIVATIONS.contains(&cx.op(*id));
    if !is_activation(&id) {
        return;
    }
    let Some(from) = cx.source(id, 0).filter(is_activation) else { return };
    let d = Diagnostic::warning(
        codes::ACTIVATIONS_IN_A_ROW,
        format!("`{}` follows `{}` with no layer between them", cx.op(id), cx.op(from)),
    )
    .label(cx.span(id), format!("`{}` reads `{}`", cx.path(id), cx.path(from)))
    .label(cx.span(from), "an activation already")
    .help("leave one of them out, or put a layer between them");
    cx.warn(id, d);
}
