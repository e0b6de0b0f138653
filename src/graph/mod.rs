//! The flat network: nodes that remember where they came from, and the edges between them.
//!
//! The only place that imports petgraph. Edges carry the argument slot, since petgraph's edge
//! order is not the order of arguments. Parameters belong to a scope path, not to a node, so
//! that the calls of a tower share them.

mod node;

use std::collections::{BTreeSet, HashMap};

use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;

use crate::ops::Op;
use crate::shape::Fact;
use crate::source::Span;

pub use node::{Instance, Node, NodeKind, Trace};

/// Names a node of one graph. Ids are dense: `0..graph.len()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(u32);

impl NodeId {
    /// The id as an index into tables with one entry per node.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What nodes are for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Roles {
    /// The inputs in the order of the spec.
    pub inputs: Vec<NodeId>,
    /// The outputs in the order of the spec.
    pub outputs: Vec<NodeId>,
    /// The losses by name.
    pub losses: Vec<(String, NodeId)>,
    /// The scalar that training minimises: the only loss, or their weighted sum.
    pub total_loss: Option<NodeId>,
    /// The metrics by name.
    pub metrics: Vec<(String, NodeId)>,
}

/// The flat network.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    graph: DiGraph<Node, u32>,
    by_path: HashMap<String, NodeId>,
    taps: HashMap<String, NodeId>,
    /// What nodes are for.
    pub roles: Roles,
}

impl Graph {
    /// An empty graph.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a node that reads `inputs` in slot order. Where the path is taken, the node is
    /// still added, and `Err` holds the id of the one that has the path already.
    pub fn add(&mut self, node: Node, inputs: &[NodeId]) -> Result<NodeId, (NodeId, NodeId)> {
        let path = node.path.clone();
        let id = NodeId(self.graph.add_node(node).index() as u32);
        for (slot, input) in inputs.iter().enumerate() {
            self.graph.add_edge(NodeIndex::new(input.index()), NodeIndex::new(id.index()), slot as u32);
        }
        match self.by_path.get(&path) {
            Some(first) => Err((id, *first)),
            None => {
                self.by_path.insert(path, id);
                Ok(id)
            }
        }
    }

    /// Adds an input of the network.
    pub fn add_input(&mut self, name: &str, fact: Fact, span: Span) -> Result<NodeId, (NodeId, NodeId)> {
        let added = self.add(
            Node {
                path: name.to_string(),
                weights: name.to_string(),
                kind: NodeKind::Input(fact),
                span,
                attr_spans: Vec::new(),
                trace: None,
                named: true,
            },
            &[],
        );
        if let Ok(id) = added {
            self.roles.inputs.push(id);
        }
        added
    }

    /// The graph with only those nodes for which `keep` holds, in the same order. What a node of
    /// it reads must be kept too.
    #[must_use]
    pub fn filtered(&self, keep: impl Fn(NodeId) -> bool) -> Graph {
        let mut moved: Vec<Option<NodeId>> = vec![None; self.len()];
        let mut graph = Graph::new();
        for id in self.ids().filter(|id| keep(*id)) {
            let inputs: Vec<NodeId> = self.inputs(id).iter().filter_map(|i| moved[i.index()]).collect();
            let (Ok(new) | Err((new, _))) = graph.add(self.node(id).clone(), &inputs);
            moved[id.index()] = Some(new);
        }
        let one = |id: &NodeId| moved[id.index()];
        let all = |ids: &[NodeId]| ids.iter().filter_map(one).collect();
        let named = |ids: &[(String, NodeId)]| ids.iter().filter_map(|(n, id)| Some((n.clone(), one(id)?))).collect();
        graph.taps = self.taps.iter().filter_map(|(path, id)| Some((path.clone(), one(id)?))).collect();
        graph.roles = Roles {
            inputs: all(&self.roles.inputs),
            outputs: all(&self.roles.outputs),
            losses: named(&self.roles.losses),
            total_loss: self.roles.total_loss.as_ref().and_then(one),
            metrics: named(&self.roles.metrics),
        };
        graph
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.graph.node_count()
    }

    /// Whether there is no node.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The node.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.graph[NodeIndex::new(id.index())]
    }

    /// The op of a node; `None` for an input.
    pub fn op(&self, id: NodeId) -> Option<&Op> {
        match &self.node(id).kind {
            NodeKind::Op(op) => Some(op),
            NodeKind::Input(_) => None,
        }
    }

    /// Lets a path stand for a node of another path: a block's or branch's for its last node.
    /// A node's own path goes before.
    pub fn add_tap(&mut self, path: String, id: NodeId) {
        self.taps.entry(path).or_insert(id);
    }

    /// The node of this path: its own, or the block or branch whose last node it is.
    pub fn find(&self, path: &str) -> Option<NodeId> {
        self.by_path.get(path).or_else(|| self.taps.get(path)).copied()
    }

    /// All ids in the order in which the nodes were added, which is an order of evaluation:
    /// a node is added after those it reads.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = NodeId> + use<> {
        (0..self.len() as u32).map(NodeId)
    }

    /// The nodes that a node reads, in slot order.
    pub fn inputs(&self, id: NodeId) -> Vec<NodeId> {
        let mut edges: Vec<_> = self
            .graph
            .edges_directed(NodeIndex::new(id.index()), Direction::Incoming)
            .map(|e| (*e.weight(), NodeId(e.source().index() as u32)))
            .collect();
        edges.sort_unstable();
        edges.into_iter().map(|(_, id)| id).collect()
    }

    /// Some nodes and all that they depend on.
    pub fn with_ancestors(&self, nodes: impl IntoIterator<Item = NodeId>) -> BTreeSet<NodeId> {
        let mut todo: Vec<NodeId> = nodes.into_iter().collect();
        let mut seen = BTreeSet::new();
        while let Some(id) = todo.pop() {
            if seen.insert(id) {
                todo.extend(self.inputs(id));
            }
        }
        seen
    }

    /// The nodes that read a node, each once for every slot, in the order of ids.
    pub fn users(&self, id: NodeId) -> Vec<NodeId> {
        let mut users: Vec<_> = self
            .graph
            .edges_directed(NodeIndex::new(id.index()), Direction::Outgoing)
            .map(|e| NodeId(e.target().index() as u32))
            .collect();
        users.sort_unstable();
        users
    }

    /// All paths.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.graph.node_weights().map(|n| n.path.as_str())
    }
}
