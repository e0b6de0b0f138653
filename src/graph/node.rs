//! One node, and the chain of expansion that made it.

use std::sync::Arc;

use crate::diag::Frame;
use crate::ops::Op;
use crate::shape::Fact;
use crate::source::Span;

/// One node.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its path: `layer3.2.main.conv`.
    pub path: String,
    /// The path that its parameters are named by. It differs from `path` inside a tower, whose
    /// calls share their parameters.
    pub weights: String,
    /// What it computes.
    pub kind: NodeKind,
    /// The call that made it.
    pub span: Span,
    /// Where its arguments were written.
    pub attr_spans: Vec<(&'static str, Span)>,
    /// The chain of expansion.
    pub trace: Option<Arc<Trace>>,
    /// Whether it was named with `as` (or is an input).
    pub named: bool,
}

/// What a node computes.
#[derive(Clone, Debug)]
pub enum NodeKind {
    /// An input of the network.
    Input(Fact),
    /// An op.
    Op(Op),
}

/// One step of expansion, and those around it.
#[derive(Debug)]
pub struct Trace {
    /// This step.
    pub frame: Frame,
    /// What is filled in, where the step fills in a block or a tower.
    pub instance: Option<Instance>,
    /// The step that it happened in.
    pub outer: Option<Arc<Trace>>,
}

/// A block or tower that is filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// The name of the block or tower.
    pub template: String,
    /// What the paths of its nodes begin with: `layer3.2.`.
    pub prefix: String,
    /// What the names of its parameters begin with. The calls of a tower share it.
    pub weights: String,
    /// Whether it was named with `as`.
    pub named: bool,
}

impl Node {
    /// The chain of expansion, outermost first.
    pub fn frames(&self) -> Vec<Frame> {
        let mut frames = Vec::new();
        let mut at = self.trace.as_deref();
        while let Some(trace) = at {
            frames.push(trace.frame.clone());
            at = trace.outer.as_deref();
        }
        frames.reverse();
        frames
    }

    /// Where the argument of this name was written.
    pub fn attr_span(&self, name: &str) -> Option<Span> {
        self.attr_spans.iter().find(|(n, _)| *n == name).map(|(_, s)| *s)
    }

    /// What it is called in messages and tables.
    pub fn kind_name(&self) -> &'static str {
        match &self.kind {
            NodeKind::Input(_) => "input",
            NodeKind::Op(op) => op.info().name,
        }
    }
}
