//! The structs of a network: one for each kind of block instance.

use std::collections::HashMap;

use crate::check::Checked;
use crate::codegen::names::{self, Taken};
use crate::codegen::tree::{ROOT, Tree};
use crate::diag::Sink;
use crate::shape::Fact;

use super::body;
use super::draft::{Draft, Drafter, KindId, Known, SlotValue, Slots};

/// A struct.
#[derive(Clone, Debug)]
pub(super) struct Kind {
    /// The block that it comes from.
    pub template: String,
    /// What it holds and does.
    pub draft: Draft,
    /// For each value of its constructor, the argument that it is, where instances differ in it.
    pub arguments: Vec<Option<(String, &'static str)>>,
    /// The values of its first instance.
    pub values: Slots,
}

/// All structs of a network; the last is the network's own.
pub(super) fn of(checked: &Checked, tree: &Tree, sink: &mut Sink) -> Vec<Kind> {
    let count = tree.instances.len();
    let mut kinds: Vec<Kind> = Vec::new();
    let mut kind_of: Vec<Option<KindId>> = vec![None; count];
    let mut slots: Vec<Slots> = vec![Slots::new(); count];
    let highest = tree.instances[ROOT].height;
    for height in 0..=highest {
        let level: Vec<usize> = (0..count).filter(|at| tree.instances[*at].height == height).collect();
        let mut found: HashMap<String, KindId> = HashMap::new();
        let mut members: HashMap<KindId, Vec<usize>> = HashMap::new();
        for at in level {
            let known = Known { kind_of: &kind_of, kinds: &kinds, slots: &slots };
            let (draft, values) = body::draft(Drafter::new(checked, tree, known, sink), at);
            let template = &tree.instances[at].template;
            let kind = *found.entry(format!("{template} {draft:?}")).or_insert_with(|| {
                kinds.push(Kind { template: template.clone(), draft, arguments: Vec::new(), values: values.clone() });
                kinds.len() - 1
            });
            members.entry(kind).or_default().push(at);
            slots[at] = values;
            kind_of[at] = Some(kind);
        }
        for (kind, members) in members {
            let instances: Vec<&Slots> = members.iter().map(|at| &slots[*at]).collect();
            kinds[kind].arguments = arguments(&instances);
        }
    }
    kinds
}

/// Which values of a constructor are arguments: those that differ between instances.
fn arguments(instances: &[&Slots]) -> Vec<Option<(String, &'static str)>> {
    let Some(first) = instances.first() else { return Vec::new() };
    let mut taken = Taken::default();
    let differs = |at: usize, value: &SlotValue| instances.iter().any(|i| i.get(at) != Some(value));
    first
        .iter()
        .enumerate()
        .map(|(at, value)| differs(at, value).then(|| (taken.claim(value.name.to_string()), value.ty)))
        .collect()
}

/// The names of all structs.
pub(super) fn name(kinds: &[Kind], model: &str) -> Vec<String> {
    let mut taken = Taken::of(PRELUDE.iter().copied());
    let mut names = vec![String::new(); kinds.len()];
    if let Some(last) = names.last_mut() {
        *last = taken.claim(names::camel(model, "Model"));
    }
    let inner = kinds.len().saturating_sub(1);
    let mut by_template: Vec<(&str, Vec<KindId>)> = Vec::new();
    for (kind, of) in kinds.iter().take(inner).enumerate() {
        match by_template.iter_mut().find(|(template, _)| *template == of.template) {
            Some((_, members)) => members.push(kind),
            None => by_template.push((&of.template, vec![kind])),
        }
    }
    for (template, members) in by_template {
        let base = names::camel(template, "Block");
        let suffixes: Vec<fn(&Kind) -> String> = vec![|_| String::new(), width, width_and_size, from_and_to];
        let distinct =
            suffixes.into_iter().map(|suffix| members.iter().map(|k| suffix(&kinds[*k])).collect::<Vec<_>>());
        let mut last = Vec::new();
        for suffixes in distinct {
            let unique = suffixes.iter().collect::<std::collections::HashSet<_>>().len() == suffixes.len();
            last = suffixes;
            if unique {
                break;
            }
        }
        for (kind, suffix) in members.iter().zip(last) {
            names[*kind] = taken.claim(format!("{base}{suffix}"));
        }
    }
    names
}

/// Names that the prelude brings.
const PRELUDE: &[&str] = &[
    "Map",
    "Features",
    "Seq",
    "Volume",
    "Scalar",
    "Labels",
    "Tensor",
    "Dim",
    "Const",
    "Cpu",
    "Tape",
    "NoneTape",
    "OwnedTape",
    "Conv",
    "ConvTranspose",
    "Dense",
    "BatchNorm",
    "GroupNorm",
    "InstanceNorm",
    "LayerNorm",
    "Prelu",
    "Chain",
    "Chained",
    "Added",
    "Embedding",
    "Dropout",
    "SpatialDropout",
    "StochasticDepth",
    "Init",
    "Fan",
    "Penalty",
    "Mining",
    "Custom",
    "Images",
    "Targets",
    "Answer",
    "Average",
    "DetectionHead",
    "ExitCode",
    "Module",
    "Measures",
    "Program",
    "Rnn",
    "Lstm",
    "Gru",
    "Parameter",
    "Layer",
    "Values",
    "Option",
    "Some",
    "None",
    "Result",
    "Ok",
    "Err",
    "Vec",
    "String",
    "Box",
    "B",
    "T",
    "Self",
    "Default",
    "Clone",
    "Copy",
    "Debug",
    "Drop",
    "Fn",
    "Send",
    "Sync",
    "From",
    "Into",
    "Iterator",
    "ToString",
    "ToOwned",
    "Eq",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Extend",
    "AsRef",
    "AsMut",
    "Shape",
    "Separable",
    "Gradients",
    "Error",
];

fn channels(fact: &Fact) -> usize {
    fact.shape.get(1).and_then(|d| d.as_usize()).unwrap_or(0)
}

fn width(kind: &Kind) -> String {
    kind.draft.outputs.first().map_or_else(String::new, |y| channels(y).to_string())
}

fn width_and_size(kind: &Kind) -> String {
    let size = kind.draft.outputs.first().and_then(|y| y.shape.iter().skip(2).last()).and_then(|d| d.as_usize());
    format!("{}{}", width(kind), size.map_or_else(String::new, |s| format!("At{s}")))
}

fn from_and_to(kind: &Kind) -> String {
    let from = kind.draft.inputs.first().map_or(0, |(_, x)| channels(x));
    format!("{from}To{}", width_and_size(kind))
}
