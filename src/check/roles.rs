//! What inputs and nodes are to those that feed and judge a network.

use crate::graph::NodeId;
use crate::ops::yolo::Head;
use crate::ops::{Inputs, Op};
use crate::shape::DType;

use super::Checked;

/// A node that holds a detection head, and how it is read.
#[derive(Clone, Debug, PartialEq)]
pub struct HeadNode {
    /// The node.
    pub node: NodeId,
    /// How its value is read.
    pub head: Head,
}

impl Checked {
    /// The detection heads: the nodes that YOLO losses read.
    pub fn heads(&self) -> Vec<HeadNode> {
        let graph = self.graph();
        let mut found: Vec<HeadNode> = Vec::new();
        for id in graph.ids() {
            let yolo = match graph.op(id) {
                Some(Op::YoloV2(op)) => &op.0,
                Some(Op::YoloV3(op)) => &op.0,
                _ => continue,
            };
            let Some(node) = graph.inputs(id).first().copied() else { continue };
            let head = HeadNode { node, head: yolo.head.clone() };
            if !found.contains(&head) {
                found.push(head);
            }
        }
        found
    }

    /// Whether an input has one number for each example and is the `weight` of a loss, and nothing
    /// else.
    pub fn is_weight(&self, id: NodeId) -> bool {
        let graph = self.graph();
        let users = graph.users(id);
        let is_slot = |user: &NodeId| {
            let slot = graph.inputs(*user).iter().rposition(|input| *input == id);
            let weighs = |inputs: Inputs| match inputs {
                Inputs::Optional(first, more) => slot.and_then(|s| more.get(s.checked_sub(first.len())?)),
                Inputs::Named(_) | Inputs::Branches => None,
            };
            graph.op(*user).and_then(|op| weighs(op.info().inputs)) == Some(&"weight")
        };
        let fact = self.fact(id);
        fact.dtype == DType::F32 && fact.rank() == 1 && !users.is_empty() && users.iter().all(is_slot)
    }

    /// Whether an op compares the scores of classes with a label.
    fn compares(&self, id: NodeId) -> bool {
        self.graph().op(id).is_some_and(|op| op.info().inputs.names().starts_with(&["logits", "label"]))
    }

    /// The scores that an op compares with classes, which the input `label` holds, and how many
    /// classes they have; of several those with the fewest.
    pub fn scores_of(&self, label: NodeId) -> Option<(NodeId, usize)> {
        if self.fact(label).dtype != DType::I64 {
            return None;
        }
        let graph = self.graph();
        // Other ops compare labels with numbers, or with each other.
        let users = graph.users(label).into_iter().filter(|user| self.compares(*user));
        let logits = users.filter_map(|user| graph.inputs(user).first().copied());
        let classes = |id: NodeId| Some((id, self.fact(id).shape.get(1)?.as_usize()?));
        logits.filter(|id| *id != label).filter_map(classes).min_by_key(|(_, classes)| *classes)
    }

    /// How many classes there are, where the input `label` takes a distribution over classes: a loss
    /// or metric compares it with scores of the same sizes.
    pub fn distribution(&self, label: NodeId) -> Option<usize> {
        let (graph, fact) = (self.graph(), self.fact(label));
        if fact.dtype != DType::F32 || fact.rank() != 2 {
            return None;
        }
        let reads_it = |user: &NodeId| graph.inputs(*user).get(1) == Some(&label) && self.compares(*user);
        graph.users(label).iter().find(|user| reads_it(user))?;
        fact.shape.get(1)?.as_usize()
    }
}
