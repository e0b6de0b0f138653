//! Proves that a graph's shapes and types fit, and says what it costs.
//!
//! Nothing can be planned or generated without a [`Checked`], which only this module makes.

pub mod cost;
pub mod diff;
mod fix;
mod infer;
mod lint;
mod params;
mod roles;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::diag::Sink;
use crate::graph::{Graph, NodeId};
use crate::ops::init::{Init, Penalty};
use crate::shape::{Fact, Symbols};
use crate::source::Span;

pub use infer::{MAX_CLASSES, MAX_ELEMENTS};
pub use roles::HeadNode;

/// Names a parameter of a checked graph. Ids are dense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ParamId(u32);

impl ParamId {
    /// The id as an index into [`Checked::params`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A parameter: one, however many calls of a tower read it.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// Its full name: `layer1.0.main.0.conv.weight`.
    pub name: String,
    /// Its sizes.
    pub shape: Vec<usize>,
    /// Whether an optimizer may change it; running statistics are not trained.
    pub trainable: bool,
    /// Its first values.
    pub init: Init,
    /// Inputs of one output and outputs of one input.
    pub fans: (usize, usize),
    /// A penalty of its own.
    pub penalty: Penalty,
    /// The call that made it.
    pub span: Span,
}

impl Param {
    /// How many numbers it holds.
    pub fn numel(&self) -> usize {
        self.shape.iter().product()
    }
}

/// A graph whose shapes are proven to fit. Made by [`check`] alone.
#[derive(Clone, Debug)]
pub struct Checked {
    graph: Graph,
    facts: Vec<Fact>,
    params: Vec<Param>,
    node_params: Vec<Vec<ParamId>>,
}

impl Checked {
    /// The graph.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The fact of a node's output; sizes may hold symbols.
    pub fn fact(&self, id: NodeId) -> &Fact {
        &self.facts[id.index()]
    }

    /// All parameters, in the order of the nodes that first read them.
    pub fn params(&self) -> &[Param] {
        &self.params
    }

    /// The parameter.
    pub fn param(&self, id: ParamId) -> &Param {
        &self.params[id.index()]
    }

    /// The ids of all parameters, in order.
    pub fn param_ids(&self) -> impl ExactSizeIterator<Item = ParamId> + use<> {
        (0..self.params.len() as u32).map(ParamId)
    }

    /// The parameters of a node in the order of [`crate::ops::Operator::params`].
    pub fn node_params(&self, id: NodeId) -> &[ParamId] {
        &self.node_params[id.index()]
    }

    /// The parameters of the nodes at or beneath `name`, and of all that these depend on.
    pub fn params_up_to(&self, name: &str) -> BTreeSet<ParamId> {
        let graph = self.graph();
        let beneath = |path: &str| path.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        let named = graph.ids().filter(|id| beneath(&graph.node(*id).path)).chain(graph.find(name));
        graph.with_ancestors(named).into_iter().flat_map(|id| self.node_params(id).to_vec()).collect()
    }

    /// The facts of all nodes with these symbols replaced. Where a value makes some shape
    /// impossible, or a symbol is missing, the problems go to the sink.
    pub fn bind(&self, symbols: &Symbols, sink: &mut Sink) -> Option<Bound> {
        infer::bind(self, symbols, sink)
    }

    /// The symbols of the inputs' shapes, each once, in the order of the spec.
    pub fn symbols(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for id in &self.graph.roles.inputs {
            for dim in self.fact(*id).shape.iter() {
                dim.symbols(&mut |name| {
                    if !names.iter().any(|n| n == name) {
                        names.push(name.to_string());
                    }
                });
            }
        }
        names
    }
}

/// Facts of all nodes, all numbers: a checked graph at one size of its inputs.
#[derive(Clone, Debug)]
pub struct Bound {
    facts: Vec<Fact>,
}

impl Bound {
    /// The fact of a node's output.
    pub fn fact(&self, id: NodeId) -> &Fact {
        &self.facts[id.index()]
    }
}

/// What checking made of a graph.
#[derive(Debug)]
pub struct Outcome {
    /// The proof, where there was no error.
    pub checked: Option<Checked>,
    /// What is known of each node's output all the same.
    pub facts: Vec<Option<Fact>>,
}

/// Checks a graph: shapes, parameters, then lints. All problems go to the sink; a node whose
/// inputs are unknown is passed over.
pub fn check(graph: Graph, sink: &mut Sink) -> Outcome {
    let errors = sink.error_count();
    let facts = infer::infer(&graph, sink);
    let params = params::collect(&graph, &facts, sink);
    lint::lint(&graph, &facts, sink);
    let whole: Option<Vec<Fact>> = facts.iter().cloned().collect();
    let checked = whole.filter(|_| sink.error_count() == errors).map(|facts| Checked {
        graph,
        facts,
        params: params.list,
        node_params: params.of_node,
    });
    Outcome { checked, facts }
}
