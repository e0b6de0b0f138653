//! Infers the fact of every node, and tells the user where that fails.

use crate::diag::{Diagnostic, Sink, codes};
use crate::graph::{Graph, NodeId, NodeKind};
use crate::ops::ShapeError;
use crate::shape::{Fact, Symbols};

use super::{Bound, Checked};

/// The facts of all nodes; `None` where an error was reported there or before.
pub(super) fn infer(graph: &Graph, sink: &mut Sink) -> Vec<Option<Fact>> {
    let mut facts: Vec<Option<Fact>> = vec![None; graph.len()];
    for id in graph.ids() {
        facts[id.index()] = match &graph.node(id).kind {
            NodeKind::Input(fact) => Some(fact.clone()),
            NodeKind::Op(op) => {
                let inputs: Option<Vec<Fact>> = graph.inputs(id).iter().map(|i| facts[i.index()].clone()).collect();
                inputs.and_then(|inputs| op.infer(&inputs).map_err(|e| sink.push(diagnose(graph, id, &facts, e))).ok())
            }
        };
    }
    facts
}

/// A shape error with its places: the node, the producers, and the chain of expansion.
fn diagnose(graph: &Graph, id: NodeId, facts: &[Option<Fact>], error: ShapeError) -> Diagnostic {
    let node = graph.node(id);
    let inputs = graph.inputs(id);
    let mut d =
        Diagnostic::error(error.code, error.message).label(node.span, format!("`{}` cannot take it", node.path));
    for slot in error.inputs {
        if let Some(producer) = inputs.get(slot)
            && let Some(fact) = &facts[producer.index()]
        {
            let from = graph.node(*producer);
            d = d.label(from.span, format!("`{}` gives {fact}", from.path));
        }
    }
    d.maybe_help(error.help).trace(node.frames())
}

/// As [`Checked::bind`].
pub(super) fn bind(checked: &Checked, symbols: &Symbols, sink: &mut Sink) -> Option<Bound> {
    let graph = checked.graph();
    let errors = sink.error_count();
    let mut facts: Vec<Option<Fact>> = vec![None; graph.len()];
    for id in graph.ids() {
        facts[id.index()] = match &graph.node(id).kind {
            NodeKind::Input(fact) => match fact.shape.bind(symbols) {
                Ok(shape) if shape.concrete().is_some() => Some(Fact { dtype: fact.dtype, shape }),
                _ => {
                    sink.push(
                        Diagnostic::error(
                            codes::SYMBOLIC_PARAMETER,
                            format!("`{}` needs a size for every symbol of {fact}", graph.node(id).path),
                        )
                        .label(graph.node(id).span, "this input"),
                    );
                    None
                }
            },
            NodeKind::Op(op) => {
                let inputs: Option<Vec<Fact>> = graph.inputs(id).iter().map(|i| facts[i.index()].clone()).collect();
                inputs.and_then(|inputs| op.infer(&inputs).map_err(|e| sink.push(diagnose(graph, id, &facts, e))).ok())
            }
        };
    }
    let facts: Option<Vec<Fact>> = facts.into_iter().collect();
    facts.filter(|_| sink.error_count() == errors).map(|facts| Bound { facts })
}
