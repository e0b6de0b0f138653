//! Lints: graphs whose shapes fit and that are probably not what was meant.
//!
//! One file for each group. A lint is told once for a place in the source, however often a
//! block expands there.

mod activations;
mod losses;
mod norms;
mod unused;
mod windows;

use std::collections::HashSet;

use crate::diag::{Code, Diagnostic, Sink};
use crate::graph::{Graph, NodeId};
use crate::shape::Fact;
use crate::source::Span;

/// Runs all lints.
pub(super) fn lint(graph: &Graph, facts: &[Option<Fact>], sink: &mut Sink) {
    // After an error, what seems unused may only have lost its user.
    let whole = !sink.has_errors();
    let mut cx = Cx { graph, facts, sink, told: HashSet::new() };
    for id in graph.ids() {
        losses::lint(&mut cx, id);
        norms::lint(&mut cx, id);
        activations::lint(&mut cx, id);
        windows::lint(&mut cx, id);
    }
    if whole {
        unused::lint(&mut cx);
    }
}

/// What lints look at, and where they report.
struct Cx<'a> {
    graph: &'a Graph,
    facts: &'a [Option<Fact>],
    sink: &'a mut Sink,
    told: HashSet<(Code, Option<Span>)>,
}

impl Cx<'_> {
    /// The name of a node's op; `input` for an input.
    fn op(&self, id: NodeId) -> &'static str {
        self.graph.node(id).kind_name()
    }

    fn path(&self, id: NodeId) -> &str {
        &self.graph.node(id).path
    }

    fn span(&self, id: NodeId) -> Span {
        self.graph.node(id).span
    }

    /// The node that a slot reads.
    fn input(&self, id: NodeId, slot: usize) -> Option<NodeId> {
        self.graph.inputs(id).get(slot).copied()
    }

    /// The node that a slot reads, seen through ops that only arrange elements anew.
    fn source(&self, id: NodeId, slot: usize) -> Option<NodeId> {
        let mut at = self.input(id, slot)?;
        while matches!(self.op(at), "identity" | "flatten" | "reshape" | "permute") {
            at = self.input(at, 0)?;
        }
        Some(at)
    }

    /// Reports a warning about node `id` with its chain of expansion, once for a place.
    fn warn(&mut self, id: NodeId, diagnostic: Diagnostic) {
        if self.told.insert((diagnostic.code, diagnostic.span())) {
            let frames = self.graph.node(id).frames();
            self.sink.push(diagnostic.trace(frames));
        }
    }
}
