//! Graphs by hand, for the tests of this module.

use crate::diag::Sink;
use crate::graph::{Graph, Node, NodeId, NodeKind};
use crate::ops::attrs::{Args, Given, Value};
use crate::ops::lookup;
use crate::shape::{Dim, Fact};
use crate::source::{FileId, Span};

/// Builds a graph; the n-th node's span is line n of a file that does not exist.
pub(super) struct Build {
    pub graph: Graph,
    /// The weights' path of the next node, where it is not its own.
    pub weights: Option<String>,
    /// Whether all nodes come from one place.
    pub fixed_span: bool,
}

impl Build {
    pub fn new() -> Self {
        Build { graph: Graph::new(), weights: None, fixed_span: false }
    }

    /// An input of a type such as `f32[N, 3, 8, 8]`.
    pub fn input(&mut self, name: &str, ty: &str) -> NodeId {
        let (dtype, dims) = ty.trim_end_matches(']').split_once('[').expect("a type");
        let dims: Vec<Dim> = dims
            .split(',')
            .map(str::trim)
            .filter(|d| !d.is_empty())
            .map(|d| d.parse().map_or_else(|_| Dim::symbol(d), Dim::num))
            .collect();
        let fact = if dtype == "i64" { Fact::i64(dims) } else { Fact::f32(dims) };
        let span = self.span();
        self.graph.add_input(name, fact, span).expect("names differ")
    }

    /// A node with integer arguments.
    pub fn op(&mut self, path: &str, op: &str, args: &[(&str, i64)], inputs: &[NodeId]) -> NodeId {
        let args: Vec<_> = args.iter().map(|(name, v)| (*name, Value::Int(*v))).collect();
        self.node(path, op, &args, inputs)
    }

    /// A node with any arguments.
    pub fn node(&mut self, path: &str, op: &str, args: &[(&str, Value)], inputs: &[NodeId]) -> NodeId {
        let entry = lookup(op).expect("the op exists");
        let span = self.span();
        let given: Vec<Given> = args
            .iter()
            .map(|(name, value)| Given { name: Some((name.to_string(), span)), value: value.clone(), span })
            .collect();
        let mut sink = Sink::new();
        let args =
            Args::read(op, entry.info.attrs, &given, span, &mut sink).unwrap_or_else(|| panic!("{:?}", sink.sorted()));
        let kind = NodeKind::Op((entry.build)(&args, span, &mut sink).expect("the arguments fit"));
        let node = Node {
            path: path.to_string(),
            weights: self.weights.take().unwrap_or_else(|| path.to_string()),
            kind,
            span,
            attr_spans: args.spans(),
            trace: None,
            named: false,
        };
        self.graph.add(node, inputs).expect("paths differ")
    }

    fn span(&self) -> Span {
        let at = if self.fixed_span { 0 } else { self.graph.len() * 10 };
        Span::new(FileId(0), at, at + 5)
    }
}
