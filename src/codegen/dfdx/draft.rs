//! One instance of a block as the text of a struct.
//!
//! A draft says everything about the struct but its name, so two instances share a struct just where
//! their drafts are equal. What may differ between instances all the same (rates of dropouts, the
//! streams of their noise) is kept apart, as values of the constructor.

use std::collections::HashMap;

use crate::check::Checked;
use crate::codegen::names::{self, Taken};
use crate::codegen::tree::{InstanceId, Part, ROOT, Tree};
use crate::diag::{Diagnostic, Sink, codes};
use crate::graph::{Graph, NodeId};
use crate::ops::emit::{self, Dfdx};
use crate::shape::Fact;

use super::chains::{self, Chain, End};
use super::types;

/// Names a struct.
pub(super) type KindId = usize;

/// The name of a struct in texts, until all structs are known: between characters that neither an
/// identifier nor an escaped literal holds.
pub(super) fn placeholder(kind: KindId) -> String {
    format!("\u{1}{kind}\u{2}")
}

/// A value of a constructor in texts, until it is known whether it differs between instances.
pub(super) fn slot(at: usize) -> String {
    format!("__slot_{at}__")
}

/// A field of a struct.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Field {
    pub name: String,
    pub ty: String,
    /// Its value in the constructor.
    pub new: String,
    /// What the names of its parameters begin with; several for an array.
    pub paths: Vec<String>,
    /// Whether it is an array.
    pub array: bool,
    /// What its documentation says.
    pub doc: String,
}

/// A value that an instance gives to its constructor.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SlotValue {
    pub name: &'static str,
    pub ty: &'static str,
    pub value: String,
}

/// A struct but for its name.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Draft {
    pub fields: Vec<Field>,
    /// Names and facts of what `forward` reads.
    pub inputs: Vec<(String, Fact)>,
    /// Facts of what it returns.
    pub outputs: Vec<Fact>,
    /// The statements of `forward`, the result last.
    pub body: Vec<String>,
    /// Where all of it is one chain, that, and what it ends with.
    pub chain: Option<(String, End)>,
    /// The struct whose chain that is, where it is another's.
    pub wraps: Option<KindId>,
    /// The structs whose chains it goes on with, and those whose `forward` it calls.
    pub extended: Vec<KindId>,
    pub called: Vec<KindId>,
}

/// How an instance fills in the constructor of its struct.
pub(super) type Slots = Vec<SlotValue>;

/// What is known of the structs of the instances within one.
pub(super) struct Known<'a> {
    /// The struct of each instance.
    pub kind_of: &'a [Option<KindId>],
    /// For each struct, its draft and which of its slots are arguments of its constructor.
    pub kinds: &'a [super::kinds::Kind],
    /// The values of each instance's slots.
    pub slots: &'a [Slots],
}

/// A part of an instance that is written as one step of `forward`.
pub(super) enum Step {
    /// An op.
    Op { node: NodeId, form: Dfdx, field: Option<String> },
    /// A block: its field, or the struct itself where that has no fields.
    Block { instance: InstanceId, callee: String },
    /// A run of equal blocks, each reading the one before.
    Run { first: InstanceId, last: InstanceId, field: String, each: String },
    /// Steps that are called as one.
    Chain(Chain),
}

/// Makes the draft of an instance whose inner instances are known.
pub(super) struct Drafter<'a> {
    pub checked: &'a Checked,
    pub graph: &'a Graph,
    pub tree: &'a Tree,
    pub known: Known<'a>,
    pub sink: &'a mut Sink,
    pub fields: Vec<Field>,
    pub slots: Slots,
    /// The structs whose chains its own go on with, and those whose `forward` it calls.
    pub extended: Vec<KindId>,
    pub called: Vec<KindId>,
    taken: Taken,
    /// Towers that have a field, by the names of their weights.
    towers: HashMap<String, Tower>,
}

/// A tower that has a field.
#[derive(Clone, Debug)]
struct Tower {
    field: String,
    kind: KindId,
    /// The first call.
    first: InstanceId,
    /// The constructor, as the first call needs it.
    new: String,
    /// How far behind the random streams of the first call those of the others are.
    offsets: Vec<u64>,
}

impl<'a> Drafter<'a> {
    pub(super) fn new(checked: &'a Checked, tree: &'a Tree, known: Known<'a>, sink: &'a mut Sink) -> Self {
        Self {
            checked,
            graph: checked.graph(),
            tree,
            known,
            sink,
            fields: Vec::new(),
            slots: Vec::new(),
            extended: Vec::new(),
            called: Vec::new(),
            taken: Taken::default(),
            towers: HashMap::new(),
        }
    }

    /// The fields of an instance, and the steps of its `forward`.
    pub(super) fn steps(&mut self, at: InstanceId) -> Vec<Step> {
        let parts = &self.tree.instances[at].parts;
        let mut steps = Vec::new();
        let mut next = 0;
        while next < parts.len() {
            match parts[next] {
                Part::Node(node) => {
                    steps.extend(self.op(at, node));
                    next += 1;
                }
                Part::Instance(instance) => {
                    let run = self.run_length(at, next);
                    let step = if run > 1 { self.run(at, next, run) } else { self.block(at, instance) };
                    steps.extend(step);
                    next += run;
                }
            }
        }
        chains::join(steps, at, self)
    }

    /// What a step reads, in order, and what it makes.
    pub(super) fn ports(&self, step: &Step) -> (Vec<NodeId>, Vec<NodeId>) {
        let of = |instance: InstanceId| &self.tree.instances[instance];
        match step {
            Step::Op { node, .. } => (self.graph.inputs(*node), vec![*node]),
            Step::Block { instance, .. } => (of(*instance).inputs.clone(), of(*instance).outputs.clone()),
            Step::Run { first, last, .. } => (of(*first).inputs.clone(), of(*last).outputs.clone()),
            // In the order of its text.
            Step::Chain(chain) => (chain.added.into_iter().chain([chain.input]).collect(), vec![chain.made]),
        }
    }

    fn op(&mut self, at: InstanceId, node: NodeId) -> Option<Step> {
        let inputs: Vec<Fact> = self.graph.inputs(node).iter().map(|i| self.checked.fact(*i).clone()).collect();
        let form = match self.graph.op(node)?.emit_dfdx(&inputs, self.checked.fact(node)) {
            Ok(form) => form,
            Err(reason) => {
                self.refuse(node, &reason.0);
                return None;
            }
        };
        let field = match &form {
            Dfdx::Layer(layer) => Some(self.layer(at, node, layer)),
            _ => None,
        };
        Some(Step::Op { node, form, field })
    }

    /// Reports an op that has no form in generated code.
    pub(super) fn refuse(&mut self, node: NodeId, reason: &str) {
        let node = self.graph.node(node);
        self.sink.push(
            Diagnostic::error(codes::NO_DFDX, format!("generated code has no `{}`", node.kind_name()))
                .label(node.span, format!("`{}` cannot be written", node.path))
                .help(reason)
                .trace(node.frames()),
        );
    }

    /// A field with a layer.
    fn layer(&mut self, at: InstanceId, node: NodeId, layer: &emit::Layer) -> String {
        let known = self.graph.node(node);
        let path = known.weights.strip_prefix(&self.tree.instances[at].weights).unwrap_or(&known.weights);
        let name = self.taken.claim(names::snake(path, known.kind_name()));
        let mut new = layer.new.clone();
        for varying in &layer.varying {
            let value = varying.value.clone().unwrap_or_else(|| node.index().to_string());
            new = new.replace(&format!("${}", varying.name), &slot(self.slots.len()));
            self.slots.push(SlotValue { name: varying.name, ty: varying.ty, value });
        }
        let reads_input = self.graph.inputs(node).first().is_some_and(|i| self.graph.op(*i).is_none());
        if layer.reads_data && reads_input {
            new += ".at_input()";
        }
        let [from, to] = [self.graph.inputs(node)[0], node].map(|id| types::brackets(self.checked.fact(id)));
        let weights: usize = self
            .checked
            .node_params(node)
            .iter()
            .map(|p| self.checked.param(*p))
            .filter(|p| p.trainable)
            .map(|p| p.numel())
            .sum();
        let shapes = if from == to { format!("over {from}") } else { format!("{from} to {to}") };
        let weights = if weights > 0 { format!(", {} weights", thousands(weights)) } else { String::new() };
        let doc = format!("`{}`, {shapes}{weights}.", known.kind_name());
        self.fields.push(Field {
            name: name.clone(),
            ty: layer.ty.clone(),
            new,
            paths: vec![path.to_string()],
            array: false,
            doc,
        });
        name
    }

    /// The constructor of an instance's struct, with the values that differ between instances.
    fn constructor(&mut self, instance: InstanceId) -> Option<String> {
        let kind = self.known.kind_of[instance]?;
        let arguments: Vec<SlotValue> = self.known.kinds[kind]
            .arguments
            .iter()
            .zip(&self.known.slots[instance])
            .filter(|(argument, _)| argument.is_some())
            .map(|(_, value)| value.clone())
            .collect();
        let mut texts = Vec::new();
        for value in arguments {
            texts.push(slot(self.slots.len()));
            self.slots.push(value);
        }
        Some(format!("{}::new({})", placeholder(kind), texts.join(", ")))
    }

    fn block(&mut self, at: InstanceId, instance: InstanceId) -> Option<Step> {
        let kind = self.known.kind_of[instance]?;
        let inner = &self.tree.instances[instance];
        if self.known.kinds[kind].draft.fields.is_empty() {
            return Some(Step::Block { instance, callee: placeholder(kind) });
        }
        let Some(path) = inner.weights.strip_prefix(&self.tree.instances[at].weights) else {
            self.foreign_tower(instance);
            return None;
        };
        let path = path.trim_end_matches('.').to_string();
        if let Some(tower) = self.towers.get(&inner.weights).cloned() {
            if tower.kind != kind {
                self.unequal_calls(instance);
            }
            let callee = format!("self.{}", tower.field);
            self.call_again(tower, instance);
            return Some(Step::Block { instance, callee });
        }
        let name = self.taken.claim(self.field_name(instance, &path));
        let new = self.constructor(instance)?;
        let tower = Tower { field: name.clone(), kind, first: instance, new: new.clone(), offsets: Vec::new() };
        self.towers.insert(inner.weights.clone(), tower);
        let doc = self.block_doc(kind);
        let ty = placeholder(kind);
        self.fields.push(Field { name: name.clone(), ty, new, paths: vec![path], array: false, doc });
        Some(Step::Block { instance, callee: format!("self.{name}") })
    }

    /// Gives a tower with noise the random streams of one more call.
    fn call_again(&mut self, mut tower: Tower, instance: InstanceId) {
        let stream = |at: InstanceId| {
            let node = self.known.slots[at].iter().find(|slot| slot.name == "node");
            node.and_then(|slot| slot.value.parse::<u64>().ok())
        };
        let (Some(first), Some(own)) = (stream(tower.first), stream(instance)) else { return };
        tower.offsets.push(own.saturating_sub(first));
        if let Some(field) = self.fields.iter_mut().find(|field| field.name == tower.field) {
            field.new = format!("again({}, &{:?})", tower.new, tower.offsets);
        }
        self.towers.insert(self.tree.instances[instance].weights.clone(), tower);
    }

    /// A name for the field of a block: that of the spec, or where it has only a number, that of the
    /// branch or the block before it.
    fn field_name(&self, instance: InstanceId, path: &str) -> String {
        names::snake(path, &names::snake(&self.tree.instances[instance].template, "block"))
    }

    fn block_doc(&self, kind: KindId) -> String {
        let draft = &self.known.kinds[kind].draft;
        let list = |facts: Vec<&Fact>| facts.into_iter().map(types::brackets).collect::<Vec<_>>().join(", ");
        let (from, to) = (list(draft.inputs.iter().map(|(_, f)| f).collect()), list(draft.outputs.iter().collect()));
        if from == to { format!("Over {from}.") } else { format!("{from} to {to}.") }
    }

    /// How many blocks from part `next` on are equal, and each reads the one before and nothing else.
    fn run_length(&self, at: InstanceId, next: usize) -> usize {
        let parts = &self.tree.instances[at].parts;
        let Part::Instance(first) = parts[next] else { return 1 };
        let Some(kind) = self.known.kind_of[first] else { return 1 };
        let draft = &self.known.kinds[kind].draft;
        let chains = matches!((draft.inputs.as_slice(), draft.outputs.as_slice()), ([(_, from)], [to]) if from == to);
        if draft.fields.is_empty() || !chains {
            return 1;
        }
        let mut length = 1;
        let mut last = first;
        while let Some(Part::Instance(after)) = parts.get(next + length) {
            let (a, b) = (&self.tree.instances[last], &self.tree.instances[*after]);
            let reads =
                a.outputs == b.inputs && self.readers(a.outputs[0], last).iter().all(|r| self.tree.holds(*after, *r));
            let own_weights = b.weights != a.weights && b.weights.starts_with(&self.tree.instances[at].weights);
            let is_end = self.tree.instances[ROOT].outputs.contains(&a.outputs[0]);
            if self.known.kind_of[*after] != Some(kind) || !reads || !own_weights || is_end {
                break;
            }
            last = *after;
            length += 1;
        }
        length
    }

    /// The nodes outside an instance that read a node of it.
    fn readers(&self, node: NodeId, instance: InstanceId) -> Vec<NodeId> {
        self.graph.users(node).into_iter().filter(|u| !self.tree.holds(instance, *u)).collect()
    }

    fn run(&mut self, at: InstanceId, next: usize, length: usize) -> Option<Step> {
        let instances: Vec<InstanceId> = self.tree.instances[at].parts[next..next + length]
            .iter()
            .filter_map(|part| if let Part::Instance(i) = part { Some(*i) } else { None })
            .collect();
        let (first, last) = (*instances.first()?, *instances.last()?);
        let kind = self.known.kind_of[first]?;
        let weights = &self.tree.instances[at].weights;
        let path = |i: &InstanceId| {
            let path = &self.tree.instances[*i].weights;
            path.strip_prefix(weights).unwrap_or(path).trim_end_matches('.').to_string()
        };
        let paths: Vec<String> = instances.iter().map(path).collect();
        // What the blocks' names have in common, without the number at its end.
        let template = names::snake(&self.tree.instances[first].template, "block");
        let stem = paths[0].trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches(['_', '.', '-']);
        let stem = if paths.iter().all(|p| p.starts_with(stem)) { stem } else { "" };
        let each = names::snake(if stem.is_empty() { &template } else { stem }, "block");
        let name = self.taken.claim(plural(&each));
        let news: Vec<String> = instances.iter().filter_map(|i| self.constructor(*i)).collect();
        let new = match self.known.kinds[kind].arguments.iter().any(Option::is_some) {
            true => format!("[{}]", news.join(", ")),
            false => format!("std::array::from_fn(|_| {})", news.first()?),
        };
        let doc = format!("One after the other, {}", lower_first(&self.block_doc(kind)));
        let ty = format!("[{}; {length}]", placeholder(kind));
        self.fields.push(Field { name: name.clone(), ty, new, paths, array: true, doc });
        Some(Step::Run { first, last, field: name, each })
    }

    /// A tower that is called from within a block: its weights belong to no field of the block.
    fn foreign_tower(&mut self, instance: InstanceId) {
        let message = "generated code cannot call a tower from within a block";
        self.report(instance, message, "call the tower in the net, and give the block its result");
    }

    /// Calls of a tower that would need different structs.
    fn unequal_calls(&mut self, instance: InstanceId) {
        let message = "the calls of a tower need one type in generated code";
        self.report(instance, message, "give the tower inputs of the same shape in every call");
    }

    fn report(&mut self, instance: InstanceId, message: &str, help: &str) {
        let inside = self.graph.ids().find(|id| self.tree.holds(instance, *id));
        let mut problem = Diagnostic::error(codes::NO_DFDX, message).help(help);
        if let Some(id) = inside {
            let node = self.graph.node(id);
            problem = problem.label(node.span, "needed for this").trace(node.frames());
        }
        self.sink.push(problem);
    }
}

/// The number with commas.
fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> = digits.as_bytes().rchunks(3).rev().filter_map(|c| std::str::from_utf8(c).ok()).collect();
    groups.join(",")
}

/// A word for several, as code names them.
fn plural(word: &str) -> String {
    match word.ends_with('s') || word.ends_with('_') {
        true => format!("{}_blocks", word.trim_end_matches('_')),
        false => format!("{word}s"),
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_ascii_lowercase().to_string() + chars.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_numbers_read_well() {
        assert_eq!(
            (thousands(7), thousands(1234), thousands(25_557_032)),
            ("7".into(), "1,234".into(), "25,557,032".into())
        );
        assert_eq!((plural("bottleneck"), plural("res")), ("bottlenecks".into(), "res_blocks".into()));
        assert_eq!(lower_first("Over all."), "over all.");
    }
}
