//! A checked network as a tree of the blocks and towers that were filled in.
//!
//! Expansion is flat; generated code is not: an instance of a block becomes a struct of its own. The
//! nodes of an instance are those whose chain of expansion holds it, and they follow each other in
//! the order of evaluation. What an instance reads from outside and what others read from it are its
//! ports.

use std::collections::HashMap;
use std::sync::Arc;

use crate::check::Checked;
use crate::graph::{Graph, NodeId, NodeKind, Trace};
use crate::ops::Role;

/// Names an instance; [`ROOT`] is the network itself.
pub type InstanceId = usize;

/// The network itself.
pub const ROOT: InstanceId = 0;

/// A part of an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// An op.
    Node(NodeId),
    /// A block or tower.
    Instance(InstanceId),
}

/// A block or tower that was filled in, or the network itself.
#[derive(Clone, Debug, Default)]
pub struct Instance {
    /// The name of the block or tower; that of the network is empty.
    pub template: String,
    /// What the paths of its nodes begin with.
    pub prefix: String,
    /// What the names of its parameters begin with.
    pub weights: String,
    /// Whether it was named with `as`.
    pub named: bool,
    /// What it stands in.
    pub parent: InstanceId,
    /// Its parts in the order of evaluation.
    pub parts: Vec<Part>,
    /// The nodes outside that it reads, in the order of their first use.
    pub inputs: Vec<NodeId>,
    /// Its nodes that are read outside, in the order of evaluation.
    pub outputs: Vec<NodeId>,
    /// How many levels of instances are within it.
    pub height: usize,
}

/// The network as a tree.
#[derive(Clone, Debug)]
pub struct Tree {
    /// All instances; parents come before what is within them.
    pub instances: Vec<Instance>,
    /// The nodes that losses and metrics are made of: they follow after the network.
    pub measures: Vec<NodeId>,
    /// Inputs of the network that losses and metrics read.
    pub targets: Vec<NodeId>,
    /// The instance that each node is in.
    home: Vec<InstanceId>,
    /// Whether the loss depends on a node; without a loss, whether an output does.
    live: Vec<bool>,
}

impl Tree {
    /// The tree of a network.
    pub fn of(checked: &Checked) -> Self {
        let graph = checked.graph();
        let measured = measured(graph);
        let mut tree = Tree {
            instances: vec![Instance::default()],
            measures: Vec::new(),
            targets: Vec::new(),
            home: vec![ROOT; graph.len()],
            live: live(graph),
        };
        let mut known = HashMap::new();
        for id in graph.ids() {
            let node = graph.node(id);
            if measured[id.index()] {
                tree.measures.push(id);
            } else if let NodeKind::Op(_) = node.kind {
                let home = tree.enter(node.trace.as_ref(), &mut known);
                tree.home[id.index()] = home;
                tree.instances[home].parts.push(Part::Node(id));
            }
        }
        tree.connect(graph);
        for at in (1..tree.instances.len()).rev() {
            let (parent, height) = (tree.instances[at].parent, tree.instances[at].height + 1);
            tree.instances[parent].height = tree.instances[parent].height.max(height);
        }
        tree
    }

    /// The instance of the innermost block or tower of a chain of expansion.
    fn enter(&mut self, trace: Option<&Arc<Trace>>, known: &mut HashMap<*const Trace, InstanceId>) -> InstanceId {
        let Some(trace) = trace else { return ROOT };
        let Some(filled) = &trace.instance else { return self.enter(trace.outer.as_ref(), known) };
        if let Some(id) = known.get(&Arc::as_ptr(trace)) {
            return *id;
        }
        let parent = self.enter(trace.outer.as_ref(), known);
        let id = self.instances.len();
        self.instances.push(Instance {
            template: filled.template.clone(),
            prefix: filled.prefix.clone(),
            weights: filled.weights.clone(),
            named: filled.named,
            parent,
            ..Instance::default()
        });
        self.instances[parent].parts.push(Part::Instance(id));
        known.insert(Arc::as_ptr(trace), id);
        id
    }

    /// Finds the ports.
    fn connect(&mut self, graph: &Graph) {
        let mut inside = vec![false; graph.len()];
        for measure in &self.measures {
            inside[measure.index()] = true;
        }
        let mut ends: Vec<NodeId> = graph.roles.outputs.clone();
        for measure in self.measures.clone() {
            for read in graph.inputs(measure) {
                match &graph.node(read).kind {
                    NodeKind::Input(_) if !self.targets.contains(&read) => self.targets.push(read),
                    NodeKind::Op(_) if !inside[read.index()] && !ends.contains(&read) => ends.push(read),
                    _ => {}
                }
            }
        }
        let order = |graph: &Graph, id: &NodeId| graph.roles.inputs.iter().position(|i| i == id);
        self.targets.sort_by_key(|id| order(graph, id));
        for id in graph.ids().filter(|id| !inside[id.index()]) {
            for read in graph.inputs(id) {
                self.connect_ports(read, Some(id), graph);
            }
        }
        for end in &ends {
            self.connect_ports(*end, None, graph);
        }
        self.instances[ROOT].inputs.sort_by_key(|id| order(graph, id));
        self.instances[ROOT].outputs = ends;
        for instance in &mut self.instances[1..] {
            instance.outputs.sort_unstable();
        }
    }

    fn connect_ports(&mut self, from: NodeId, to: Option<NodeId>, graph: &Graph) {
        let push = |list: &mut Vec<NodeId>| {
            if !list.contains(&from) {
                list.push(from);
            }
        };
        let is_input = matches!(graph.node(from).kind, NodeKind::Input(_));
        let producers = if is_input { Vec::new() } else { self.chain(self.home[from.index()]) };
        let consumers = to.map_or_else(Vec::new, |to| self.chain(self.home[to.index()]));
        for at in consumers.iter().filter(|at| !producers.contains(at)) {
            push(&mut self.instances[*at].inputs);
        }
        for at in producers.iter().filter(|at| !consumers.contains(at) && **at != ROOT) {
            push(&mut self.instances[*at].outputs);
        }
    }

    /// An instance and all that it stands in, innermost first.
    fn chain(&self, mut at: InstanceId) -> Vec<InstanceId> {
        let mut chain = vec![at];
        while at != ROOT {
            at = self.instances[at].parent;
            chain.push(at);
        }
        chain
    }

    /// The instance that a node is in.
    pub fn home(&self, id: NodeId) -> InstanceId {
        self.home[id.index()]
    }

    /// Whether a node is within an instance, at any depth.
    pub fn holds(&self, instance: InstanceId, id: NodeId) -> bool {
        self.chain(self.home[id.index()]).contains(&instance)
    }

    /// Whether the gradient flows through a node.
    pub fn is_live(&self, id: NodeId) -> bool {
        self.live[id.index()]
    }
}

/// Losses, metrics, and all that is computed from them.
pub(super) fn measured(graph: &Graph) -> Vec<bool> {
    let mut measured = vec![false; graph.len()];
    for id in graph.ids() {
        let own = graph.op(id).is_some_and(|op| op.info().role != Role::Layer);
        measured[id.index()] = own || graph.inputs(id).iter().any(|i| measured[i.index()]);
    }
    measured
}

fn live(graph: &Graph) -> Vec<bool> {
    let mut live = vec![false; graph.len()];
    match graph.roles.total_loss {
        Some(loss) => live[loss.index()] = true,
        None => graph.roles.outputs.iter().for_each(|id| live[id.index()] = true),
    }
    for id in graph.ids().rev() {
        if live[id.index()] {
            graph.inputs(id).iter().for_each(|i| live[i.index()] = true);
        }
    }
    live
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::compile_text;
    use crate::expand::Options;

    fn tree(net: &str) -> (Tree, Checked) {
        let text = format!("blockprint: 1\nmodel: m\ninputs: {{x: 'f32[N, 4, 8, 8]', y: 'i64[N]'}}\n{net}");
        let compiled = compile_text("m.yaml", &text, &Options::default());
        let checked = compiled.checked.unwrap_or_else(|| panic!("{:#?}", compiled.sink));
        (Tree::of(&checked), checked)
    }

    fn paths(checked: &Checked, ids: &[NodeId]) -> Vec<String> {
        ids.iter().map(|id| checked.graph().node(*id).path.clone()).collect()
    }

    const BLOCKS: &str = "blocks:
  unit(c): conv(c, 1) -> relu
  pair(c): unit(c) -> unit(c) as second
net:
  - pair(4) as a
  - pair(4) as b
  - add(a.0.relu)
  - gap -> dense(3) as logits
outputs: [logits]
loss: {ce: 'cross_entropy(logits, y)'}
metrics: [accuracy]
";

    #[test]
    fn instances_nest_as_blocks_do() {
        let (tree, checked) = tree(BLOCKS);
        let templates: Vec<&str> = tree.instances.iter().map(|i| i.template.as_str()).collect();
        assert_eq!(templates, ["", "pair", "unit", "unit", "pair", "unit", "unit"]);
        let names: Vec<&str> = tree.instances.iter().map(|i| i.weights.as_str()).collect();
        assert_eq!(names, ["", "a.", "a.0.", "a.second.", "b.", "b.0.", "b.second."]);
        assert_eq!(tree.instances.iter().map(|i| i.height).collect::<Vec<_>>(), [2, 1, 0, 0, 1, 0, 0]);
        assert_eq!(tree.instances[ROOT].parts.len(), 5);
        assert_eq!(paths(&checked, &tree.instances[1].outputs), ["a.0.relu", "a.second.relu"]);
        assert_eq!(paths(&checked, &tree.instances[4].inputs), ["a.second.relu"]);
        assert_eq!(paths(&checked, &tree.instances[ROOT].inputs), ["x"]);
        assert_eq!(paths(&checked, &tree.instances[ROOT].outputs), ["logits"]);
        assert_eq!(paths(&checked, &tree.targets), ["y"]);
        assert_eq!(tree.measures.len(), 2);
    }

    #[test]
    fn the_gradient_flows_through_what_the_loss_reads() {
        let (tree, checked) = tree(
            "net:\n  - conv(4, 1) as a\n  - '@a -> gap -> dense(3) as logits'\n  - '@a -> gap as side'\noutputs: [logits, side]\nloss: {ce: 'cross_entropy(logits, y)'}\n",
        );
        let live = |path: &str| tree.is_live(checked.graph().find(path).unwrap());
        assert!(live("a") && live("logits") && !live("side"));
    }
}
