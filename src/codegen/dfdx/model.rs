//! The module of a model: structs, constructors, signatures.

use std::collections::BTreeSet;

use codegen::{Function, Impl, Scope, Struct};

use crate::check::{Checked, HeadNode};
use crate::codegen::format;
use crate::codegen::names::literal;
use crate::codegen::tree::{ROOT, Tree};
use crate::ops::emit;
use crate::ops::yolo::Head;
use crate::shape::Fact;

use super::body::Measures;
use super::draft::{KindId, slot};
use super::kinds::{self, Kind};
use super::types;

/// A model as a Rust module, and what a program needs to know of it.
#[derive(Clone, Debug)]
pub struct Model {
    /// The text of the module.
    pub text: String,
    /// The name of the network's struct.
    pub name: String,
    /// Arguments of `forward`: names and facts.
    pub inputs: Vec<(String, Fact)>,
    /// Facts of what it returns.
    pub outputs: Vec<Fact>,
    /// Arguments of `measure`, where the network has a loss.
    pub measured: Option<Vec<(String, Fact)>>,
    /// The names of what is reported besides the loss.
    pub reported: Vec<String>,
    /// Detection heads.
    pub heads: Vec<HeadOutput>,
}

/// A detection head, and which of the outputs it is.
#[derive(Clone, Debug)]
pub struct HeadOutput {
    /// The index of the output.
    pub output: usize,
    /// How it is read.
    pub head: Head,
}

/// Writes the module.
pub(super) fn write(checked: &Checked, tree: &Tree, kinds: &[Kind], measures: Option<&Measures>, model: &str) -> Model {
    let names = kinds::name(kinds, model);
    let mut scope = Scope::new();
    scope.raw("use blockprint::typed::prelude::*;");
    if let Some(measures) = measures {
        let numbers = measures.values.iter().any(|(_, value)| value.starts_with("number("));
        let names = if numbers { "{Measures, number}" } else { "Measures" };
        scope.raw(format!("use blockprint::typed::program::{names};"));
    }
    let called = Called::of(kinds);
    for (at, kind) in kinds.iter().enumerate().rev() {
        put_struct(&mut scope, kind, &names[at]);
        let root = at + 1 == kinds.len();
        let block = put_impl(&mut scope, kind, &names[at], [&called.chain, &called.forward].map(|of| of.contains(&at)));
        if let (true, Some(measures)) = (root, measures) {
            block.push_fn(measure(measures));
        }
        put_module(&mut scope, kind, &names[at]);
    }
    let root = kinds.last();
    let name = names.last().cloned().unwrap_or_default();
    let weights: usize = checked.params().iter().filter(|p| p.trainable).map(|p| p.numel()).sum();
    let mut text = format!("//! A network of {weights} trainable weights. Written by `blockprint compile`.\n\n");
    text += &resolve(&scope.to_string(), &names);
    let measured = measures.map(|m| m.inputs.clone());
    debug_assert_eq!(tree.instances[ROOT].parent, ROOT);
    Model {
        text: format::pretty(&text),
        name,
        inputs: root.map(|k| k.draft.inputs.clone()).unwrap_or_default(),
        outputs: root.map(|k| k.draft.outputs.clone()).unwrap_or_default(),
        measured,
        heads: heads(checked, tree),
        reported: measures.iter().flat_map(|m| m.values.iter().map(|(name, _)| name.clone())).collect(),
    }
}

/// The structs whose methods are called: only those are written.
struct Called {
    forward: BTreeSet<KindId>,
    chain: BTreeSet<KindId>,
}

impl Called {
    fn of(kinds: &[Kind]) -> Self {
        let extended = kinds.iter().flat_map(|kind| kind.draft.extended.iter().copied());
        let mut called = Self { forward: kinds.len().checked_sub(1).into_iter().collect(), chain: extended.collect() };
        // A struct comes after those that it has fields of.
        for (at, Kind { draft, .. }) in kinds.iter().enumerate().rev() {
            if called.chain.contains(&at) {
                called.chain.extend(draft.wraps);
            } else if called.forward.contains(&at) {
                called.forward.extend(&draft.called);
            }
        }
        called
    }
}

fn heads(checked: &Checked, tree: &Tree) -> Vec<HeadOutput> {
    let output = |node| tree.instances[ROOT].outputs.iter().position(|id| *id == node);
    let heads = checked.heads().into_iter();
    heads.filter_map(|HeadNode { node, head }| Some(HeadOutput { output: output(node)?, head })).collect()
}

/// Puts the names of structs in the place of what stood for them.
fn resolve(text: &str, names: &[String]) -> String {
    let mut resolved = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\u{1}') {
        resolved.push_str(before);
        let (kind, after) = after.split_once('\u{2}').unwrap_or((after, ""));
        let name = kind.parse::<usize>().ok().and_then(|kind| names.get(kind));
        resolved.push_str(name.map_or("", String::as_str));
        rest = after;
    }
    resolved + rest
}

fn facts(facts: &[Fact]) -> String {
    facts.iter().map(types::brackets).collect::<Vec<_>>().join(", ")
}

/// What a struct does with shapes.
fn summary(kind: &Kind) -> String {
    let inputs: Vec<Fact> = kind.draft.inputs.iter().map(|(_, fact)| fact.clone()).collect();
    format!("{} to {}.", facts(&inputs), facts(&kind.draft.outputs))
}

fn put_struct(scope: &mut Scope, kind: &Kind, name: &str) {
    if kind.draft.fields.is_empty() {
        scope.raw(format!("/// {}\npub struct {name};", summary(kind)));
        return;
    }
    let mut item = Struct::new(name);
    item.vis("pub").doc(summary(kind));
    for field in &kind.draft.fields {
        let mut of = codegen::Field::new(format!("pub {}", field.name), field.ty.as_str());
        of.doc(field.doc.as_str());
        item.push_field(of);
    }
    scope.push_struct(item);
}

/// The constructor, and `chain` and `forward` where they are called.
fn put_impl<'s>(scope: &'s mut Scope, kind: &Kind, name: &str, [chains, runs]: [bool; 2]) -> &'s mut Impl {
    let block = scope.new_impl(name);
    let draft = &kind.draft;
    let mut body = draft.body.clone();
    if !draft.fields.is_empty() {
        let new = block.new_fn("new").vis("pub").ret("Self").doc("With weights of zero: see `initialize` and `load`.");
        for (argument, ty) in kind.arguments.iter().flatten() {
            new.arg(argument, *ty);
        }
        let fields: Vec<String> =
            draft.fields.iter().map(|f| format!("{}: {}", f.name, filled(&f.new, kind))).collect();
        new.line(format!("Self {{ {} }}", fields.join(", ")));
    }
    let chain = draft.chain.as_ref().filter(|_| chains);
    if let (Some((text, _)), [(input, from)], [to]) = (chain, &draft.inputs[..], &draft.outputs[..]) {
        let ty = format!("chain!({} => {})", emit::sizes(from), emit::sizes(to));
        let own = block
            .new_fn("chain")
            .vis("pub")
            .doc(format!("{} A chain that goes on.", summary(kind)))
            .arg_ref_self()
            .ret(ty);
        // A layer alone is no chain yet.
        own.line(if text.contains('(') { text.clone() } else { format!("{text}.chain()") });
        body = vec![format!("self.chain().forward({input})")];
    }
    if !runs {
        return block;
    }
    let forward = generic(block.new_fn("forward")).doc(summary(kind)).arg_ref_self();
    for (input, fact) in &draft.inputs {
        forward.arg(input, types::of(fact));
    }
    forward.ret(tuple(draft.outputs.iter().map(types::of).collect()));
    for line in &body {
        forward.line(line);
    }
    block
}

fn generic(function: &mut Function) -> &mut Function {
    function.vis("pub").generic("B: Dim").generic("T: Tape")
}

fn tuple(types: Vec<String>) -> String {
    match types.as_slice() {
        [one] => one.clone(),
        _ => format!("({})", types.join(", ")),
    }
}

/// A constructor with its arguments, or the values that all instances share.
fn filled(new: &str, kind: &Kind) -> String {
    let mut text = new.to_string();
    for (at, (argument, value)) in kind.arguments.iter().zip(&kind.values).enumerate().rev() {
        let by = argument.as_ref().map_or(value.value.as_str(), |(name, _)| name);
        text = text.replace(&slot(at), by);
    }
    text
}

/// The names of weights.
fn put_module(scope: &mut Scope, kind: &Kind, name: &str) {
    if kind.draft.fields.is_empty() {
        return;
    }
    let path = |paths: &[String], array: bool| {
        let list: Vec<String> = paths.iter().map(|p| literal(p)).collect();
        if array { format!("[{}]", list.join(", ")) } else { list.join(", ") }
    };
    let fields: Vec<String> =
        kind.draft.fields.iter().map(|f| format!("{}: {}", f.name, path(&f.paths, f.array))).collect();
    scope.raw(format!("module!({name} {{ {} }});", fields.join(", ")));
}

fn measure(measures: &Measures) -> Function {
    let mut function = Function::new("measure");
    generic(&mut function).doc("The loss, and the numbers that are reported beside it.");
    for (at, (input, fact)) in measures.inputs.iter().enumerate() {
        let is_target = at >= measures.results;
        function.arg(input, if is_target { types::with(fact, "B", None) } else { types::of(fact) });
    }
    function.ret("Measures<T>");
    for line in &measures.body {
        function.line(line);
    }
    let reports = measures.values.iter().map(|(name, value)| format!(".report({}, {value})", literal(name)));
    function.line(format!("Measures::new({}){}", measures.loss, reports.collect::<String>()));
    function
}
