//! Steps of `forward` that are called as one: a convolution or dense layer, its batch norm, the
//! addition of another value, an activation. A value that anybody else reads ends its chain.

use std::collections::HashMap;

use crate::codegen::tree::InstanceId;
use crate::graph::NodeId;
use crate::ops::emit::{Dfdx, Expr};
use crate::ops::{Op, fused};

use super::draft::{Drafter, KindId, Step};

/// What a chain ends with so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum End {
    /// A layer.
    Layer,
    /// A batch norm.
    Norm,
    /// An addition.
    Sum,
    /// An activation.
    Activation,
}

/// Steps that are called as one.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Chain {
    /// The expression; `$0` stands for what is added.
    pub text: String,
    /// What is added.
    pub added: Option<NodeId>,
    pub input: NodeId,
    /// The value of the last step.
    pub made: NodeId,
    pub end: End,
    /// The struct whose chain it begins with.
    pub of_block: Option<KindId>,
    /// The field that is called first.
    pub callee: String,
}

impl Chain {
    /// The chain that a step is by itself, if one can begin with it.
    pub fn of(step: &Step, drafter: &Drafter<'_>) -> Option<Self> {
        let (reads, makes) = drafter.ports(step);
        let ([input], [made]) = (&reads[..], &makes[..]) else { return None };
        let (text, end, of_block) = match step {
            Step::Op { node, field: Some(field), .. } => {
                drafter.graph.op(*node).filter(|op| fused::is_head(op))?;
                (format!("self.{field}"), End::Layer, None)
            }
            Step::Block { instance, callee } => {
                let kind = drafter.known.kind_of[*instance]?;
                let (_, end) = drafter.known.kinds[kind].draft.chain.as_ref()?;
                (format!("{callee}.chain()"), *end, Some(kind))
            }
            Step::Chain(chain) => return Some(chain.clone()),
            _ => return None,
        };
        let callee = callee(step).unwrap_or_default().to_string();
        Some(Self { text, added: None, input: *input, made: *made, end, of_block, callee })
    }

    /// Goes on with the step that reads its value; `false` where that is none of a chain's.
    fn take(&mut self, step: &Step, drafter: &Drafter<'_>) -> bool {
        let Step::Op { node, form, field } = step else { return false };
        let Some(op) = drafter.graph.op(*node) else { return false };
        let fact = |id: NodeId| drafter.checked.fact(id);
        let (call, end) = match (op, form, field) {
            (Op::BatchNorm(_), _, Some(field)) if self.end == End::Layer => (format!("bn(&self.{field})"), End::Norm),
            (Op::Add(_), ..) if self.end < End::Sum => {
                let [a, b] = drafter.graph.inputs(*node)[..] else { return false };
                if fact(a).shape != fact(b).shape {
                    return false;
                }
                self.added = Some(if a == self.made { b } else { a });
                ("add($0)".to_string(), End::Sum)
            }
            (_, Dfdx::Expr(expr), _) if self.end < End::Activation && fused::is_activation(op) => {
                let Some(call) = method(expr) else { return false };
                (call, End::Activation)
            }
            _ => return false,
        };
        self.text += &format!(".{call}");
        (self.made, self.end) = (*node, end);
        true
    }
}

/// The block that a step calls first; a tower's is called by several.
fn callee(step: &Step) -> Option<&str> {
    match step {
        Step::Block { callee, .. } => Some(callee),
        Step::Chain(chain) if chain.of_block.is_some() => Some(&chain.callee),
        _ => None,
    }
}

/// A function of one value as a method: `leaky_relu(0.1)` for `leaky_relu($0, 0.1)`.
fn method(expr: &Expr) -> Option<String> {
    let (name, arguments) = expr.text.split_once("($0")?;
    Some(format!("{name}({}", arguments.trim_start_matches(", ")))
}

/// Joins the steps of an instance that are called as one, at the place of the last. Of two branches
/// that are added, the later one takes the addition.
pub(super) fn join(steps: Vec<Step>, at: InstanceId, drafter: &mut Drafter<'_>) -> Vec<Step> {
    let mut readers: HashMap<NodeId, Vec<usize>> = HashMap::new();
    for (index, step) in steps.iter().enumerate() {
        for read in drafter.ports(step).0 {
            readers.entry(read).or_default().push(index);
        }
    }
    let tree = drafter.tree;
    let outputs = &tree.instances[at].outputs;
    let only_reader = |id: NodeId| match readers.get(&id).map(Vec::as_slice) {
        Some([index]) if !outputs.contains(&id) => Some(*index),
        _ => None,
    };
    let mut steps: Vec<Option<Step>> = steps.into_iter().map(Some).collect();
    for head in (0..steps.len()).rev() {
        let Some(mut chain) = steps[head].as_ref().and_then(|step| Chain::of(step, drafter)) else { continue };
        let mut last = head;
        while let Some(next) = only_reader(chain.made)
            // The calls of a tower keep their order: each moves running statistics, and draws noise of its own.
            && !steps[last + 1..next].iter().flatten().any(|step| callee(step) == Some(chain.callee.as_str()))
            && steps[next].as_ref().is_some_and(|step| chain.take(step, drafter))
        {
            steps[last] = None;
            last = next;
        }
        if last != head {
            drafter.extended.extend(chain.of_block);
            steps[last] = Some(Step::Chain(chain));
        }
    }
    let steps: Vec<Step> = steps.into_iter().flatten().collect();
    let instance = |step: &Step| match step {
        Step::Block { instance, .. } | Step::Run { first: instance, .. } => drafter.known.kind_of[*instance],
        _ => None,
    };
    drafter.called = steps.iter().filter_map(instance).collect();
    steps
}
