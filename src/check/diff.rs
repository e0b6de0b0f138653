//! What two checked networks have in common, node by node.

use std::collections::HashMap;

use serde::Serialize;
use serde::ser::Serializer;

use crate::graph::NodeId;

use super::Checked;
use super::cost::{Counting, Field, NodeCost, Summary, number};

/// A checked network, its name, and how its parameters are counted.
pub type Side<'a> = (&'a Checked, &'a str, Counting);

/// How network B differs from network A. Nodes are matched by their paths.
#[derive(Clone, Debug, Serialize)]
pub struct Diff {
    /// What A costs in all.
    pub a: Totals,
    /// What B costs in all.
    pub b: Totals,
    /// How many nodes are the same in both.
    pub same: usize,
    /// The others: those of A in A's order, then those that B adds in B's.
    pub changes: Vec<Change>,
}

/// What a network costs in all, for one example.
#[derive(Clone, Debug, Serialize)]
pub struct Totals {
    /// The model's name.
    pub model: String,
    /// All parameters.
    pub parameters: u64,
    /// Those that are trained.
    pub trainable: u64,
    /// Multiplications that are followed by an addition; `None` where sizes are symbolic.
    #[serde(serialize_with = "count")]
    pub macs: Option<u128>,
    /// Bytes of all outputs; `None` where sizes are symbolic.
    #[serde(serialize_with = "count")]
    pub activation_bytes: Option<u128>,
    /// How far the first output sees: its window per spatial axis, null for all of the input.
    #[serde(rename = "receptive_field", serialize_with = "field")]
    pub field: Field,
}

/// A node that only one of the networks has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lone {
    /// Its path.
    pub path: String,
    /// Its op.
    pub op: String,
    /// Its output.
    pub output: String,
    /// Its parameters.
    pub parameters: u64,
}

/// One thing about a node that differs: `stride` from `1` to `2`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Delta {
    /// `op`, `inputs`, `output`, or an attribute.
    pub what: String,
    /// In A.
    pub a: String,
    /// In B.
    pub b: String,
}

/// A node that is not the same in both networks. In JSON `{"change": "added", "path": ..., ...}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "lowercase")]
pub enum Change {
    /// Only B has it.
    Added(Lone),
    /// Only A has it.
    Removed(Lone),
    /// Both have it, and they differ in these.
    Changed {
        /// Its path in both.
        path: String,
        /// What differs; never empty.
        deltas: Vec<Delta>,
    },
}

impl Diff {
    /// Compares two networks.
    pub fn new(a: Side<'_>, b: Side<'_>) -> Diff {
        let (left, right) = (Summary::new(a.0, a.1, a.2), Summary::new(b.0, b.1, b.2));
        let of_b: HashMap<&str, &NodeCost> = right.nodes.iter().map(|n| (n.path.as_str(), n)).collect();
        let of_a: HashMap<&str, &NodeCost> = left.nodes.iter().map(|n| (n.path.as_str(), n)).collect();
        let (mut changes, mut same) = (Vec::new(), 0);
        for node in &left.nodes {
            match of_b.get(node.path.as_str()) {
                None => changes.push(Change::Removed(lone(node))),
                Some(other) => match deltas((a.0, node), (b.0, other)) {
                    deltas if deltas.is_empty() => same += 1,
                    deltas => changes.push(Change::Changed { path: node.path.clone(), deltas }),
                },
            }
        }
        let added = right.nodes.iter().filter(|n| !of_a.contains_key(n.path.as_str()));
        changes.extend(added.map(|n| Change::Added(lone(n))));
        Diff { a: totals(a.0, &left), b: totals(b.0, &right), same, changes }
    }
}

fn totals(checked: &Checked, summary: &Summary) -> Totals {
    let output = checked.graph().roles.outputs.first();
    let row = output.and_then(|id| summary.nodes.iter().find(|n| n.id == *id)).or(summary.nodes.last());
    Totals {
        model: summary.model.clone(),
        parameters: summary.parameters,
        trainable: summary.trainable,
        macs: summary.macs,
        activation_bytes: summary.activation_bytes,
        field: row.map_or(Field::All, |n| n.field.clone()),
    }
}

fn lone(node: &NodeCost) -> Lone {
    Lone {
        path: node.path.clone(),
        op: node.op.to_string(),
        output: node.output.to_string(),
        parameters: node.parameters,
    }
}

fn deltas((in_a, a): (&Checked, &NodeCost), (in_b, b): (&Checked, &NodeCost)) -> Vec<Delta> {
    let mut deltas = Vec::new();
    let mut compare = |what: &str, a: String, b: String| {
        if a != b {
            deltas.push(Delta { what: what.to_string(), a, b });
        }
    };
    compare("op", a.op.to_string(), b.op.to_string());
    if a.op == b.op {
        let (of_a, of_b) = (fields(in_a, a.id), fields(in_b, b.id));
        for (what, a) in &of_a {
            let b = of_b.iter().find(|(name, _)| name == what).map_or("none", |(_, b)| b);
            compare(what, a.clone(), b.to_string());
        }
    }
    compare("inputs", producers(in_a, a.id), producers(in_b, b.id));
    compare("output", a.output.to_string(), b.output.to_string());
    deltas
}

fn producers(checked: &Checked, id: NodeId) -> String {
    let graph = checked.graph();
    let paths: Vec<&str> = graph.inputs(id).iter().map(|i| graph.node(*i).path.as_str()).collect();
    paths.join(", ")
}

/// The settings of a node's op with their values as text. An op's fields are its attributes with
/// defaults and parameters of the spec filled in, which the text of the call does not tell.
fn fields(checked: &Checked, id: NodeId) -> Vec<(String, String)> {
    let mut found = Vec::new();
    settings(&checked.graph().op(id).map(|op| format!("{op:?}")).unwrap_or_default(), &mut found);
    found
}

/// Takes `Conv { out: 6, window: Window { stride: 2 } }` apart into `out` and `stride`.
fn settings(text: &str, found: &mut Vec<(String, String)>) {
    let (Some(open), Some(close)) = (text.find('{'), text.rfind('}')) else { return };
    for (name, value) in split(&text[open + 1..close]).into_iter().filter_map(|field| field.split_once(':')) {
        match value.trim() {
            nested if nested.ends_with('}') => settings(nested, found),
            value => found.push((name.trim().to_string(), bare(value).to_string())),
        }
    }
}

/// Splits at the commas that stand in no brackets.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut from) = (Vec::new(), 0i32, 0);
    for (at, c) in text.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[from..]);
    parts
}

/// `2` for `All(2)`: how a value is held says nothing to the reader.
fn bare(value: &str) -> &str {
    match value.split_once('(') {
        Some((name, rest)) if name.chars().all(char::is_alphanumeric) => rest.strip_suffix(')').map_or(value, bare),
        _ => value,
    }
}

fn count<S: Serializer>(value: &Option<u128>, serializer: S) -> Result<S::Ok, S::Error> {
    value.map(number).serialize(serializer)
}

fn field<S: Serializer>(field: &Field, serializer: S) -> Result<S::Ok, S::Error> {
    match field {
        Field::All => serializer.serialize_none(),
        Field::Window(sizes, _) => sizes.iter().map(|s| number(*s as u128)).collect::<Vec<_>>().serialize(serializer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_split_at_the_outer_commas_and_unwrapped() {
        assert_eq!(split(" out: 6, pad: Each([1, 2]), bias: true "), [" out: 6", " pad: Each([1, 2])", " bias: true "]);
        assert_eq!((bare("All(2)"), bare("Some(Float(0.5))"), bare("[1, 2]")), ("2", "0.5", "[1, 2]"));
        let mut found = Vec::new();
        settings("Op(MaxPool { sliding: Sliding { kernel: All(3), ceil: false }, last: None })", &mut found);
        let found: Vec<(&str, &str)> = found.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(found, [("kernel", "3"), ("ceil", "false"), ("last", "None")]);
    }
}
