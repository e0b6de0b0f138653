//! What a network costs: parameters, multiplications, memory of activations, and how far each
//! node sees.

use std::collections::{BTreeMap, HashSet};

use serde::ser::{SerializeStruct, Serializer};
use serde::{Deserialize, Serialize};

use crate::graph::NodeId;
use crate::ops::{Reach, Role};
use crate::shape::{Dim, Fact, Symbols};

use super::Checked;

/// Whether running statistics count as parameters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Counting {
    /// They do not: what `sum(p.numel() for p in model.parameters())` gives.
    #[default]
    Pytorch,
    /// They do, as parameters that are not trained: what `model.summary()` gives.
    Keras,
}

/// How much of the input one element of an output depends on.
#[derive(Clone, Debug, PartialEq)]
pub enum Field {
    /// A window: its size per spatial axis, and the distance between the windows of
    /// neighbouring elements. Both in elements of the input; padding is not cut off.
    Window(Vec<f64>, Vec<f64>),
    /// All of it.
    All,
}

/// One row of the table.
#[derive(Clone, Debug)]
pub struct NodeCost {
    /// The node.
    pub id: NodeId,
    /// Its path.
    pub path: String,
    /// Its op; `input` for an input.
    pub op: &'static str,
    /// Its output.
    pub output: Fact,
    /// Its parameters. Those that several nodes share count at the first.
    pub parameters: u64,
    /// Those of them that are trained.
    pub trainable: u64,
    /// Multiplications that are followed by an addition, for one example; `None` where sizes
    /// are symbolic.
    pub macs: Option<u128>,
    /// Bytes of its output for one example; `None` where sizes are symbolic.
    pub activation_bytes: Option<u128>,
    /// How far it sees.
    pub field: Field,
}

/// What a network costs for one example: the batch symbol is taken as 1.
///
/// Its JSON form has stable names: `model`, `parameters`, `trainable`, `macs`,
/// `activation_bytes`, and `nodes` with `path`, `op`, `output`, `parameters`, `macs` and
/// `receptive_field` (sizes per spatial axis; null for the whole input).
#[derive(Clone, Debug)]
pub struct Summary {
    /// The model's name.
    pub model: String,
    /// All parameters, as [`Counting`] counts them.
    pub parameters: u64,
    /// The parameters that are trained.
    pub trainable: u64,
    /// Multiplications that are followed by an addition.
    pub macs: Option<u128>,
    /// The outputs of all nodes, before any is reused or computed in place.
    pub activation_bytes: Option<u128>,
    /// Every node but losses and metrics, in order of evaluation.
    pub nodes: Vec<NodeCost>,
}

/// The nodes of one top-level scope together.
#[derive(Clone, Debug)]
pub struct Group {
    /// The first part of the nodes' paths.
    pub name: String,
    /// How many nodes it stands for.
    pub nodes: usize,
    /// The op, where it is one node.
    pub op: Option<&'static str>,
    /// The output of its last node.
    pub output: Fact,
    /// As in [`NodeCost`], summed.
    pub parameters: u64,
    /// As in [`NodeCost`], summed.
    pub macs: Option<u128>,
    /// As in [`NodeCost`], summed.
    pub activation_bytes: Option<u128>,
    /// How far its last node sees.
    pub field: Field,
}

impl Summary {
    /// Adds up what a checked network costs.
    pub fn new(checked: &Checked, model: &str, counting: Counting) -> Summary {
        let graph = checked.graph();
        let one = batch_of_one(checked);
        let bound: Vec<Option<Fact>> = graph.ids().map(|id| bind(checked.fact(id), &one)).collect();
        let mut fields: Vec<Field> = Vec::with_capacity(graph.len());
        let mut counted = HashSet::new();
        let mut judged = vec![false; graph.len()];
        let mut nodes = Vec::new();
        for id in graph.ids() {
            let producers = graph.inputs(id);
            let field = field(checked, id, &producers, &fields);
            fields.push(field.clone());
            // Losses and metrics, and what is computed from them, are no part of the network.
            judged[id.index()] = producers.iter().any(|p| judged[p.index()])
                || graph.op(id).is_some_and(|op| op.info().role != Role::Layer);
            if judged[id.index()] {
                continue;
            }
            let (mut parameters, mut trainable) = (0, 0);
            for param in checked.node_params(id).iter().filter(|p| counted.insert(**p)) {
                let param = checked.param(*param);
                let numel = param.numel() as u64;
                trainable += if param.trainable { numel } else { 0 };
                parameters += if param.trainable || counting == Counting::Keras { numel } else { 0 };
            }
            nodes.push(NodeCost {
                id,
                path: graph.node(id).path.clone(),
                op: graph.node(id).kind_name(),
                output: checked.fact(id).clone(),
                parameters,
                trainable,
                macs: macs(checked, id, &producers, &bound),
                activation_bytes: match graph.op(id) {
                    Some(_) => bound[id.index()].as_ref().map(|f| f.numel() as u128 * 4),
                    None => Some(0),
                },
                field,
            });
        }
        Summary {
            model: model.to_string(),
            parameters: nodes.iter().map(|n| n.parameters).sum(),
            trainable: nodes.iter().map(|n| n.trainable).sum(),
            macs: nodes.iter().map(|n| n.macs).sum(),
            activation_bytes: nodes.iter().map(|n| n.activation_bytes).sum(),
            nodes,
        }
    }

    /// The nodes gathered by the first part of their paths, for a table that fits a screen.
    pub fn groups(&self) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        let mut at: BTreeMap<&str, usize> = BTreeMap::new();
        for node in &self.nodes {
            let name = node.path.split('.').next().unwrap_or(&node.path);
            let index = *at.entry(name).or_insert(groups.len());
            match groups.get_mut(index) {
                Some(group) => group.take(node),
                None => groups.push(Group {
                    name: name.to_string(),
                    nodes: 1,
                    op: Some(node.op),
                    output: node.output.clone(),
                    parameters: node.parameters,
                    macs: node.macs,
                    activation_bytes: node.activation_bytes,
                    field: node.field.clone(),
                }),
            }
        }
        groups
    }
}

impl Group {
    fn take(&mut self, node: &NodeCost) {
        self.nodes += 1;
        self.op = None;
        self.output = node.output.clone();
        self.parameters += node.parameters;
        self.macs = self.macs.zip(node.macs).map(|(a, b)| a + b);
        self.activation_bytes = self.activation_bytes.zip(node.activation_bytes).map(|(a, b)| a + b);
        self.field = node.field.clone();
    }
}

/// One for every symbol that is the first size of an input: the batch.
fn batch_of_one(checked: &Checked) -> Symbols {
    let firsts = checked.graph().roles.inputs.iter().filter_map(|id| checked.fact(*id).shape.first());
    let mut one = Symbols::new();
    for dim in firsts {
        dim.symbols(&mut |name| {
            if *dim == Dim::symbol(name) {
                one.insert(name.to_string(), 1);
            }
        });
    }
    one
}

fn bind(fact: &Fact, symbols: &Symbols) -> Option<Fact> {
    let shape = fact.shape.bind(symbols).ok()?;
    shape.concrete()?;
    Some(Fact { dtype: fact.dtype, shape })
}

fn macs(checked: &Checked, id: NodeId, producers: &[NodeId], bound: &[Option<Fact>]) -> Option<u128> {
    let Some(op) = checked.graph().op(id) else { return Some(0) };
    let inputs: Option<Vec<Fact>> = producers.iter().map(|p| bound[p.index()].clone()).collect();
    Some(op.macs(&inputs?, bound[id.index()].as_ref()?))
}

/// How far a node sees, given how far its inputs see.
///
/// For a window of kernel k and stride s over an input with field r and jump j: the field is
/// r + (k - 1) j and the jump j s (Araujo, Norris and Sim 2019, Distill).
fn field(checked: &Checked, id: NodeId, producers: &[NodeId], fields: &[Field]) -> Field {
    let Some(op) = checked.graph().op(id) else {
        let axes = checked.fact(id).rank().saturating_sub(2);
        return Field::Window(vec![1.0; axes], vec![1.0; axes]);
    };
    let inputs: Vec<Fact> = producers.iter().map(|p| checked.fact(*p).clone()).collect();
    let mut merged: Option<(Vec<f64>, Vec<f64>)> = None;
    for producer in producers {
        let Field::Window(size, jump) = &fields[producer.index()] else { return Field::All };
        merged = Some(match merged {
            Some((a, b)) if a.len() == size.len() => (larger(&a, size), larger(&b, jump)),
            Some(kept) => kept,
            None => (size.clone(), jump.clone()),
        });
    }
    let (mut size, mut jump) = merged.unwrap_or_default();
    match op.reach(&inputs) {
        Reach::All => return Field::All,
        Reach::Same => {}
        Reach::Window(windows) => {
            for ((size, jump), (kernel, stride, _)) in size.iter_mut().zip(&mut jump).zip(windows) {
                *size += kernel.saturating_sub(1) as f64 * *jump;
                *jump *= stride as f64;
            }
        }
        Reach::Finer(factors) => {
            for (jump, factor) in jump.iter_mut().zip(factors) {
                *jump /= factor.max(1) as f64;
            }
        }
    }
    Field::Window(size, jump)
}

fn larger(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a.max(*b)).collect()
}

/// "35x35/4": size, and stride where it is not 1; "all"; "-" where there is no spatial axis.
impl std::fmt::Display for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let times = |sizes: &[f64]| match sizes {
            [first, rest @ ..] if rest.iter().all(|s| s == first) && !rest.is_empty() => first.to_string(),
            sizes => sizes.iter().map(f64::to_string).collect::<Vec<_>>().join("x"),
        };
        match self {
            Field::All => f.write_str("all"),
            Field::Window(size, _) if size.is_empty() => f.write_str("-"),
            Field::Window(size, jump) if jump.iter().all(|j| *j == 1.0) => f.write_str(&times(size)),
            Field::Window(size, jump) => write!(f, "{}/{}", times(size), times(jump)),
        }
    }
}

impl Serialize for Summary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut s = serializer.serialize_struct("Summary", 6)?;
        s.serialize_field("model", &self.model)?;
        s.serialize_field("parameters", &self.parameters)?;
        s.serialize_field("trainable", &self.trainable)?;
        s.serialize_field("macs", &self.macs.map(number))?;
        s.serialize_field("activation_bytes", &self.activation_bytes.map(number))?;
        s.serialize_field("nodes", &self.nodes)?;
        s.end()
    }
}

impl Serialize for NodeCost {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut s = serializer.serialize_struct("Node", 6)?;
        s.serialize_field("path", &self.path)?;
        s.serialize_field("op", self.op)?;
        s.serialize_field("output", &self.output.to_string())?;
        s.serialize_field("parameters", &self.parameters)?;
        s.serialize_field("macs", &self.macs.map(number))?;
        let sizes = match &self.field {
            Field::Window(size, _) => Some(size.iter().map(|s| number(*s as u128)).collect::<Vec<_>>()),
            Field::All => None,
        };
        s.serialize_field("receptive_field", &sizes)?;
        s.end()
    }
}

/// JSON has no 128-bit integers; a count beyond 64 bits is shown as the greatest that fits.
pub(super) fn number(value: u128) -> u64 {
    u64::try_from(value).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::check;
    use crate::check::testing::Build;
    use crate::diag::Sink;

    #[test]
    fn totals_and_the_json_form() {
        let mut b = Build::new();
        let x = b.input("x", "f32[N, 5]");
        let hidden = b.op("hidden", "dense", &[("out", 7)], &[x]);
        let act = b.op("act", "relu", &[], &[hidden]);
        b.op("logits", "dense", &[("out", 3)], &[act]);
        let mut sink = Sink::new();
        let checked = check(b.graph, &mut sink).checked.unwrap();
        let summary = Summary::new(&checked, "tiny", Counting::Keras);
        assert_eq!((summary.parameters, summary.trainable), (5 * 7 + 7 + 7 * 3 + 3, 66));
        assert_eq!(summary.macs, Some(5 * 7 + 7 * 3));
        assert_eq!(summary.activation_bytes, Some(4 * (7 + 7 + 3)));
        let json = serde_json::to_value(&summary).unwrap();
        assert_eq!(json["nodes"][1]["output"], "f32[N, 7]");
        assert_eq!(
            json["nodes"][1].to_string(),
            r#"{"path":"hidden","op":"dense","output":"f32[N, 7]","parameters":42,"macs":35,"receptive_field":null}"#
        );
        assert_eq!(
            json.as_object().unwrap().keys().collect::<Vec<_>>(),
            ["model", "parameters", "trainable", "macs", "activation_bytes", "nodes"]
        );
    }

    #[test]
    fn running_statistics_count_as_asked_and_fields_grow() {
        let summary = |counting| {
            let mut b = Build::new();
            let x = b.input("image", "f32[N, 3, 224, 224]");
            let conv = b.op("conv", "conv", &[("out", 64), ("kernel", 7), ("stride", 2), ("pad", 3)], &[x]);
            let bn = b.op("bn", "bn", &[], &[conv]);
            let pool = b.op("pool", "maxpool", &[("kernel", 3), ("stride", 2), ("pad", 1)], &[bn]);
            b.op("gap", "gap", &[], &[pool]);
            Summary::new(&check(b.graph, &mut Sink::new()).checked.unwrap(), "stem", counting)
        };
        let (keras, pytorch) = (summary(Counting::Keras), summary(Counting::Pytorch));
        assert_eq!((keras.parameters, keras.trainable), (9408 + 64 + 256, 9408 + 64 + 128));
        assert_eq!((pytorch.parameters, pytorch.trainable), (9600, 9600));
        assert_eq!(keras.macs, Some(9408 * 112 * 112));
        let fields: Vec<String> = keras.nodes.iter().map(|n| n.field.to_string()).collect();
        assert_eq!(fields, ["1", "7/2", "7/2", "11/4", "all"]);
    }

    #[test]
    fn symbolic_sizes_leave_the_totals_open() {
        let mut b = Build::new();
        let x = b.input("image", "f32[N, 3, H, W]");
        let conv = b.op("conv", "conv", &[("out", 8), ("kernel", 3)], &[x]);
        let gap = b.op("gap", "gap", &[], &[conv]);
        b.op("logits", "dense", &[("out", 2)], &[gap]);
        let summary = Summary::new(&check(b.graph, &mut Sink::new()).checked.unwrap(), "m", Counting::Pytorch);
        assert_eq!((summary.parameters, summary.macs, summary.activation_bytes), (224 + 18, None, None));
        let macs: Vec<_> = summary.nodes.iter().map(|n| n.macs).collect();
        assert_eq!(macs, [Some(0), None, None, Some(16)]);
    }

    #[test]
    fn nodes_are_grouped_by_their_first_scope() {
        let mut b = Build::new();
        let x = b.input("x", "f32[N, 5]");
        let one = b.op("block.one", "dense", &[("out", 7)], &[x]);
        let two = b.op("block.two", "relu", &[], &[one]);
        b.op("logits", "dense", &[("out", 3)], &[two]);
        let mut sink = Sink::new();
        let checked = check(b.graph, &mut sink).checked.unwrap();
        let groups = Summary::new(&checked, "tiny", Counting::Pytorch).groups();
        let rows: Vec<_> = groups.iter().map(|g| (g.name.as_str(), g.nodes, g.parameters)).collect();
        assert_eq!(rows, [("x", 1, 0), ("block", 2, 42), ("logits", 1, 24)]);
    }

    #[test]
    fn fields_are_shown_briefly() {
        assert_eq!(Field::Window(vec![7.0, 7.0], vec![2.0, 2.0]).to_string(), "7/2");
        assert_eq!(Field::Window(vec![7.0, 5.0], vec![1.0, 1.0]).to_string(), "7x5");
        assert_eq!(Field::Window(vec![], vec![]).to_string(), "-");
        assert_eq!(Field::All.to_string(), "all");
    }
}
