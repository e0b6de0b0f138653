//! Losses that take logits and are given something else.

use crate::diag::{Diagnostic, codes};
use crate::graph::NodeId;

use super::Cx;

pub(super) fn lint(cx: &mut Cx<'_>, id: NodeId) {
    match cx.op(id) {
        "cross_entropy" => {
            given(cx, id, &["softmax", "log_softmax"], codes::SOFTMAX_BEFORE_CROSS_ENTROPY, "log-softmax");
            rectified(cx, id);
        }
        "bce_logits" => {
            given(cx, id, &["sigmoid", "hsigmoid"], codes::SIGMOID_BEFORE_BCE, "sigmoid");
            rectified(cx, id);
        }
        "bce" => unlimited(cx, id),
        "softmax" | "log_softmax" => rectified(cx, id),
        _ => {}
    }
}

/// The loss applies `applies` itself, and its input has been through something like it.
fn given(cx: &mut Cx<'_>, id: NodeId, done: &[&str], code: crate::diag::Code, applies: &str) {
    let Some(from) = cx.source(id, 0).filter(|from| done.contains(&cx.op(*from))) else { return };
    let (loss, op) = (cx.op(id), cx.op(from));
    let before = cx.input(from, 0).map(|b| cx.path(b).to_string()).unwrap_or_default();
    let d =
        Diagnostic::warning(code, format!("`{loss}` takes logits, but `{}` has been through `{op}`", cx.path(from)))
            .label(cx.span(id), format!("`{loss}` applies {applies} itself"))
            .label(cx.span(from), format!("`{op}` is applied here"))
            .help(format!("give it the node before the `{op}`: `{before}`"));
    cx.warn(id, d);
}

/// Logits that an activation has cut: half of the line of logits, or more, is out of reach.
fn rectified(cx: &mut Cx<'_>, id: NodeId) {
    let cuts = ["relu", "relu6", "sigmoid", "hsigmoid", "tanh"];
    let Some(from) = cx.source(id, 0).filter(|from| cuts.contains(&cx.op(*from))) else { return };
    let (reader, op) = (cx.op(id), cx.op(from));
    if reader == "bce_logits" && op.ends_with("sigmoid") {
        return;
    }
    let d = Diagnostic::warning(
        codes::ACTIVATION_BEFORE_LOGITS,
        format!("`{reader}` takes logits of either sign, but `{op}` limits `{}`", cx.path(from)),
    )
    .label(cx.span(id), "these are logits")
    .label(cx.span(from), format!("`{op}` is applied here"))
    .help(format!("leave out the `{op}`"));
    cx.warn(id, d);
}

/// Probabilities that nothing keeps between 0 and 1.
fn unlimited(cx: &mut Cx<'_>, id: NodeId) {
    let Some(from) = cx.source(id, 0).filter(|from| matches!(cx.op(*from), "conv" | "dense" | "bn" | "add")) else {
        return;
    };
    let d = Diagnostic::warning(
        codes::LOGITS_FOR_PROBABILITIES,
        format!("`bce` takes probabilities, but nothing keeps `{}` between 0 and 1", cx.path(from)),
    )
    .label(cx.span(id), "these are probabilities")
    .label(cx.span(from), format!("`{}` gives numbers of any size", cx.op(from)))
    .help("use `bce_logits`, which applies the sigmoid itself");
    cx.warn(id, d);
}
