//! The parameters of a graph: one for each name, however many nodes read it.

use std::collections::HashMap;

use crate::diag::{Diagnostic, Sink, codes};
use crate::graph::{Graph, Node, NodeId};
use crate::ops::ParamSpec;
use crate::shape::{Fact, Shape};

use super::infer::{MAX_ELEMENTS, known_inputs};
use super::{Param, ParamId};

/// All parameters, and those of each node.
#[derive(Default)]
pub(super) struct Params {
    pub list: Vec<Param>,
    pub of_node: Vec<Vec<ParamId>>,
    by_name: HashMap<String, ParamId>,
    total: i64,
}

/// Collects the parameters of all nodes with known facts. Calls of a tower that need different
/// sizes of one parameter, and parameters beyond the limit of a tensor, are reported.
pub(super) fn collect(graph: &Graph, facts: &[Option<Fact>], sink: &mut Sink) -> Params {
    let mut params = Params { of_node: vec![Vec::new(); graph.len()], ..Params::default() };
    for id in graph.ids() {
        let (Some(op), Some(inputs), Some(_)) = (graph.op(id), known_inputs(graph, id, facts), &facts[id.index()])
        else {
            continue;
        };
        for spec in op.params(&inputs) {
            params.add(graph.node(id), id, spec, sink);
        }
    }
    params
}

impl Params {
    fn add(&mut self, node: &Node, id: NodeId, spec: ParamSpec, sink: &mut Sink) {
        let name = format!("{}.{}", node.weights, spec.name);
        if let Some(known) = self.by_name.get(&name) {
            let first = &self.list[known.index()];
            if first.shape != spec.shape {
                sink.push(disagree(node, first, &spec.shape));
            }
            self.of_node[id.index()].push(*known);
            return;
        }
        let numel = spec
            .shape
            .iter()
            .try_fold(1i64, |product, size| product.checked_mul(i64::try_from(*size).ok()?))
            .and_then(|numel| self.total.checked_add(numel))
            .filter(|total| *total <= MAX_ELEMENTS);
        match numel {
            Some(total) => self.total = total,
            None => {
                let shape = Shape::of(&spec.shape);
                let message = format!("with `{name}` of `f32{shape}` the model has more than 2^40 parameters");
                sink.push(
                    Diagnostic::error(codes::SIZE_OVERFLOW, message)
                        .label(node.span, "these weights are too large")
                        .trace(node.frames()),
                );
                return;
            }
        }
        let param = ParamId(self.list.len() as u32);
        self.by_name.insert(name.clone(), param);
        self.of_node[id.index()].push(param);
        self.list.push(Param {
            name,
            shape: spec.shape,
            trainable: spec.trainable,
            init: spec.init,
            fans: spec.fans,
            penalty: spec.penalty,
            span: node.span,
        });
    }
}

fn disagree(node: &Node, first: &Param, shape: &[usize]) -> Diagnostic {
    let (a, b) = (Shape::of(&first.shape), Shape::of(shape));
    Diagnostic::error(
        codes::SHAPE_MISMATCH,
        format!("the calls share `{}`, but need it as `{a}` and as `{b}`", first.name),
    )
    .label(node.span, format!("`{}` needs `{b}`", node.path))
    .help("the calls of a tower hold one set of weights: give them inputs of the same shape, or use a block")
    .trace(node.frames())
}
