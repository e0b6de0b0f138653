//! Infers the fact of every node, and tells the user where that fails.
//!
//! A node whose inputs are unknown is passed over in silence: the problem is told where it
//! arose, once.

use crate::diag::{Diagnostic, Sink, codes};
use crate::graph::{Graph, Node, NodeId, NodeKind};
use crate::ops::{Op, Role, ShapeError};
use crate::shape::{DType, Fact, Symbols};
use crate::source::Span;

use super::fix::Solver;
use super::{Bound, Checked};

/// The most elements a tensor may have. Sizes beyond it are slips of the hand, and products of
/// such sizes stay far from the end of 64 bits.
pub const MAX_ELEMENTS: i64 = 1 << 40;

/// The most classes an integer label may count: the engine carries integers in `f32`, which
/// holds every integer up to this exactly.
pub const MAX_CLASSES: i64 = 1 << 24;

/// The facts of all nodes; `None` where an error was reported there or before.
pub(super) fn infer(graph: &Graph, sink: &mut Sink) -> Vec<Option<Fact>> {
    run(graph, sink, |id, fact, sink| input(graph, id, fact, sink))
}

/// As [`Checked::bind`].
pub(super) fn bind(checked: &Checked, symbols: &Symbols, sink: &mut Sink) -> Option<Bound> {
    let graph = checked.graph();
    let errors = sink.error_count();
    let facts = run(graph, sink, |id, fact, sink| {
        let bound = fact.shape.bind(symbols).ok().filter(|s| s.concrete().is_some_and(|s| !s.contains(&0)));
        if bound.is_none() {
            let node = graph.node(id);
            let message = format!("`{}` needs a size of at least 1 for every symbol of `{fact}`", node.path);
            sink.push(Diagnostic::error(codes::SYMBOLIC_PARAMETER, message).label(node.span, "this input"));
        }
        bound.map(|shape| Fact { dtype: fact.dtype, shape })
    });
    let facts: Option<Vec<Fact>> = facts.into_iter().collect();
    facts.filter(|_| sink.error_count() == errors).map(|facts| Bound { facts })
}

fn run(
    graph: &Graph,
    sink: &mut Sink,
    mut input: impl FnMut(NodeId, &Fact, &mut Sink) -> Option<Fact>,
) -> Vec<Option<Fact>> {
    let mut facts: Vec<Option<Fact>> = vec![None; graph.len()];
    let mut solver = Solver::new(graph);
    for id in graph.ids() {
        let fact = match &graph.node(id).kind {
            NodeKind::Input(fact) => input(id, fact, sink),
            NodeKind::Op(op) => known_inputs(graph, id, &facts).and_then(|inputs| match op.infer(&inputs) {
                Ok(fact) => Some(fact).filter(|_| classes_fit(graph, id, op, &inputs, sink)),
                Err(error) => {
                    let fix = solver.solve(&facts, id, &error);
                    sink.push(diagnose(graph, id, &facts, error, fix));
                    None
                }
            }),
        };
        facts[id.index()] = fact.filter(|fact| fits(graph, id, fact, sink));
    }
    facts
}

/// The facts of a node's inputs, where all are known and there are as many as its op takes.
pub(super) fn known_inputs(graph: &Graph, id: NodeId, facts: &[Option<Fact>]) -> Option<Vec<Fact>> {
    let inputs: Vec<Fact> = graph.inputs(id).iter().map(|i| facts[i.index()].clone()).collect::<Option<_>>()?;
    let takes = graph.op(id)?.info().inputs;
    let count = inputs.len();
    (count >= takes.min() && takes.max().is_none_or(|max| count <= max)).then_some(inputs)
}

fn input(graph: &Graph, id: NodeId, fact: &Fact, sink: &mut Sink) -> Option<Fact> {
    let node = graph.node(id);
    match fact.shape.iter().position(|d| d.as_num().is_some_and(|v| v < 1)) {
        None => Some(fact.clone()),
        Some(axis) => {
            let message = format!("the input `{}` has size {} at axis {axis}: `{fact}`", node.path, fact.shape.0[axis]);
            sink.push(
                Diagnostic::error(codes::EMPTY_OUTPUT, message)
                    .label(node.span, "this input holds nothing")
                    .help("sizes are 1 or more; an upper-case name such as `N` stands for any size"),
            );
            None
        }
    }
}

/// Whether a tensor is within [`MAX_ELEMENTS`], as far as its sizes are known.
fn fits(graph: &Graph, id: NodeId, fact: &Fact, sink: &mut Sink) -> bool {
    let least = fact.shape.iter().try_fold(1i64, |product, dim| {
        product.checked_mul(dim.lower_bound().unwrap_or(1).max(1)).filter(|p| *p <= MAX_ELEMENTS)
    });
    if least.is_none() {
        let node = graph.node(id);
        sink.push(
            Diagnostic::error(
                codes::SIZE_OVERFLOW,
                format!("`{}` would hold more than 2^40 elements: `{fact}`", node.path),
            )
            .label(node.span, format!("`{}` gives {fact}", node.path))
            .trace(node.frames()),
        );
    }
    least.is_some()
}

fn classes_fit(graph: &Graph, id: NodeId, op: &Op, inputs: &[Fact], sink: &mut Sink) -> bool {
    let labels = inputs.iter().any(|i| i.dtype == DType::I64);
    let classes = inputs.first().and_then(|x| x.shape.get(1)).and_then(|d| d.as_num()).unwrap_or(0);
    if op.info().role == Role::Layer || !labels || classes <= MAX_CLASSES {
        return true;
    }
    let node = graph.node(id);
    sink.push(
        Diagnostic::error(codes::SIZE_OVERFLOW, format!("`{}` has {classes} classes, more than 2^24", op.info().name))
            .label(node.span, "integer labels are exact up to 2^24")
            .trace(node.frames()),
    );
    false
}

/// A shape error with its places: the node, its arguments and the producers at fault, and the
/// chain of expansion. A solved fix is worth more than the op's general advice.
/// Where a producer stands as its consumer sees it: the call in the consumer's own scope that the
/// producer came from, rather than a line inside a block that several branches may share.
fn place_beside(producer: &Node, consumer: &Node) -> Span {
    let (theirs, ours) = (producer.frames(), consumer.frames());
    let shared = theirs.iter().zip(&ours).take_while(|(a, b)| a == b).count();
    theirs.get(shared).map_or(producer.span, |frame| frame.span)
}

fn diagnose(graph: &Graph, id: NodeId, facts: &[Option<Fact>], error: ShapeError, fix: Option<String>) -> Diagnostic {
    let node = graph.node(id);
    let verdict = if error.inputs.is_empty() { "cannot be made" } else { "cannot take it" };
    let mut d = Diagnostic::error(error.code, error.message).label(node.span, format!("`{}` {verdict}", node.path));
    let inputs = graph.inputs(id);
    for producer in error.inputs.iter().filter_map(|slot| inputs.get(*slot)) {
        if let Some(fact) = &facts[producer.index()] {
            let from = graph.node(*producer);
            d = d.label(place_beside(from, node), format!("`{}` gives {fact}", from.path));
        }
    }
    for name in error.attrs {
        if let Some(span) = node.attr_span(name) {
            d = d.label(span, format!("`{name}` is set here"));
        }
    }
    d.maybe_help(error.help).maybe_help(fix).trace(node.frames())
}
