//! Solves for a change that would mend a shape error.
//!
//! Every proposal is proven: the op with the changed argument is put in place, and the nodes
//! between it and the fault are inferred again. For a size that the failing op asks for (the
//! channels of an `add`), the search walks back from the producer through ops that pass the
//! size on, to the op that sets it. For windows (stride, padding, kernel), nearby ops are
//! tried with other arguments, the smallest change first.

mod knobs;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use crate::diag::codes;
use crate::graph::{Graph, NodeId};
use crate::ops::{Op, ShapeError};
use crate::shape::{Dim, Fact};

use super::infer::known_inputs;
use knobs::Knob;

/// How many nodes may be inferred again in all searches of a check; later errors of a hopeless
/// file go without a solved fix.
const BUDGET: usize = 200_000;

/// How many ops before the fault are tried with other windows.
const NEARBY: usize = 12;

/// How many proposals a message shows.
const SHOWN: usize = 2;

/// Searches for fixes in one graph.
pub(super) struct Solver<'g> {
    graph: &'g Graph,
    budget: usize,
}

/// A change to one op, and how to say it.
struct Proposal {
    node: NodeId,
    text: String,
}

impl<'g> Solver<'g> {
    pub(super) fn new(graph: &'g Graph) -> Self {
        Self { graph, budget: BUDGET }
    }

    /// What would mend this error of node `target`: "`out=128` in `layer1.0.skip.conv` gives 128
    /// channels, or ...".
    pub(super) fn solve(&mut self, facts: &[Option<Fact>], target: NodeId, error: &ShapeError) -> Option<String> {
        let inputs = known_inputs(self.graph, target, facts)?;
        if error.code == codes::WRONG_RANK {
            return flattened(self.graph, target, &inputs);
        }
        let mut found = self.setters(facts, target, &inputs, error);
        // What the op itself advises is about its own arguments, and as good as a search.
        if found.len() < SHOWN && error.help.is_none() && error.code == codes::SHAPE_MISMATCH {
            self.windows(facts, target, error, &mut found);
        }
        found.truncate(SHOWN);
        let texts: Vec<String> = found.into_iter().map(|p| p.text).collect();
        (!texts.is_empty()).then(|| texts.join(", or "))
    }

    /// Ops that set a size which the failing op asks for.
    fn setters(
        &mut self,
        facts: &[Option<Fact>],
        target: NodeId,
        inputs: &[Fact],
        error: &ShapeError,
    ) -> Vec<Proposal> {
        let producers = self.graph.inputs(target);
        let mut found = Vec::new();
        for want in &error.wants {
            let (Some(producer), Some(size), Some(fact)) =
                (producers.get(want.input), want.size.as_num(), inputs.get(want.input))
            else {
                continue;
            };
            let mut seen = HashSet::new();
            let mut setters = Vec::new();
            self.trace(facts, *producer, want.axis, size, &mut seen, &mut setters);
            for (node, op, setting) in setters {
                if self.mends(facts, node, &op, target) && !found.iter().any(|p: &Proposal| p.node == node) {
                    let text = format!(
                        "`{setting}` in `{}` gives {size} {}",
                        self.graph.node(node).path,
                        axis_name(fact, want.axis)
                    );
                    found.push(Proposal { node, text });
                }
            }
        }
        found
    }

    /// Walks back from `node`, whose output should have `size` at `axis`, to the ops that can
    /// set it, each with the argument changed.
    fn trace(
        &mut self,
        facts: &[Option<Fact>],
        node: NodeId,
        axis: usize,
        size: i64,
        seen: &mut HashSet<(NodeId, usize, i64)>,
        setters: &mut Vec<(NodeId, Op, String)>,
    ) {
        let mut open = vec![(node, axis, size)];
        while let Some((node, axis, size)) = open.pop() {
            if size < 1 || self.budget == 0 || !seen.insert((node, axis, size)) {
                continue;
            }
            let (Some(op), Some(inputs), Some(output)) =
                (self.graph.op(node), known_inputs(self.graph, node, facts), &facts[node.index()])
            else {
                continue;
            };
            self.budget = self.budget.saturating_sub(1);
            if axis == 1
                && let Some((changed, setting)) = knobs::with_out(op, size)
            {
                setters.push((node, changed, setting));
                continue;
            }
            let Some(now) = output.shape.get(axis).and_then(Dim::as_num) else { continue };
            for (slot, producer) in self.graph.inputs(node).into_iter().enumerate() {
                for (from, wanted) in sources(op, &inputs, slot, axis, size, size - now) {
                    open.push((producer, from, wanted));
                }
            }
        }
    }

    /// Ops near the fault with other windows.
    fn windows(&mut self, facts: &[Option<Fact>], target: NodeId, error: &ShapeError, found: &mut Vec<Proposal>) {
        for node in self.nearby(target, error) {
            let (Some(op), Some(inputs)) = (self.graph.op(node), known_inputs(self.graph, node, facts)) else {
                continue;
            };
            let mut tried = HashSet::new();
            for Knob { name, setting, op } in knobs::windows(op, &inputs) {
                if found.len() >= SHOWN {
                    return;
                }
                // One proposal for each argument: its smallest change.
                if !tried.contains(name)
                    && self.mends(facts, node, &op, target)
                    && let Ok(fact) = op.infer(&inputs)
                {
                    let text = format!("`{setting}` in `{}` gives `{fact}`", self.graph.node(node).path);
                    found.push(Proposal { node, text });
                    tried.insert(name);
                }
            }
        }
    }

    /// The producers at fault and what is before them, nearest first.
    fn nearby(&self, target: NodeId, error: &ShapeError) -> Vec<NodeId> {
        let inputs = self.graph.inputs(target);
        let mut open: Vec<NodeId> = error.inputs.iter().filter_map(|slot| inputs.get(*slot).copied()).collect();
        if open.is_empty() {
            open = inputs;
        }
        let mut at = 0;
        while at < open.len() && open.len() < NEARBY {
            for input in self.graph.inputs(open[at]) {
                if !open.contains(&input) {
                    open.push(input);
                }
            }
            at += 1;
        }
        open.truncate(NEARBY);
        open
    }

    /// Whether `target` accepts its inputs once `node` is `op`: all nodes between are inferred
    /// again.
    fn mends(&mut self, facts: &[Option<Fact>], node: NodeId, op: &Op, target: NodeId) -> bool {
        let mut changed: Vec<Option<Fact>> = vec![None; target.index() + 1 - node.index().min(target.index())];
        let base = node.index();
        for id in self.graph.ids().skip(base).take(target.index() + 1 - base) {
            if self.budget == 0 {
                return false;
            }
            self.budget -= 1;
            let producers = self.graph.inputs(id);
            let is_changed = |p: &NodeId| p.index() >= base && changed[p.index() - base].is_some();
            if id != node && !producers.iter().any(is_changed) {
                continue;
            }
            let inputs: Option<Vec<Fact>> = producers
                .iter()
                .map(|p| match is_changed(p) {
                    true => changed[p.index() - base].clone(),
                    false => facts[p.index()].clone(),
                })
                .collect();
            let here = if id == node { Some(op) } else { self.graph.op(id) };
            let (Some(inputs), Some(here)) = (inputs, here) else { continue };
            if id == target && !is_certain(&known_inputs(self.graph, id, facts).unwrap_or_default(), &inputs) {
                return false;
            }
            match here.infer(&inputs) {
                Ok(fact) => changed[id.index() - base] = Some(fact),
                Err(_) => return false,
            }
        }
        changed.last().is_some_and(Option::is_some)
    }
}

/// Whether sizes that the change moved agree for certain: an op accepts symbolic sizes that may
/// differ, but a fix should not count on that.
fn is_certain(before: &[Fact], after: &[Fact]) -> bool {
    let moved = |i: usize, axis: usize| before.get(i).is_none_or(|b| b.shape.get(axis) != after[i].shape.get(axis));
    let axes = after.iter().map(Fact::rank).max().unwrap_or(0);
    (0..after.len()).flat_map(|i| (0..i).map(move |j| (i, j))).all(|(i, j)| {
        (0..axes).filter(|axis| moved(i, *axis) || moved(j, *axis)).all(|axis| {
            match (after[i].shape.get(axis), after[j].shape.get(axis)) {
                (Some(a), Some(b)) => a == b || (a.is_num() && b.is_num()),
                _ => true,
            }
        })
    })
}

/// Where a size of an op's output comes from: axes of input `slot`, with the size each would
/// need, so that the output has `size` at `axis`. Found by asking the op.
fn sources(op: &Op, inputs: &[Fact], slot: usize, axis: usize, size: i64, more: i64) -> Vec<(usize, i64)> {
    let gives = |inputs: &[Fact]| op.infer(inputs).ok().and_then(|f| f.shape.get(axis).and_then(Dim::as_num));
    let mut found = Vec::new();
    for (from, dim) in inputs[slot].shape.iter().enumerate() {
        let Some(now) = dim.as_num() else { continue };
        for wanted in [Some(size), now.checked_add(more)].into_iter().flatten() {
            if wanted < 1 || found.contains(&(from, wanted)) {
                continue;
            }
            let mut alone = inputs.to_vec();
            alone[slot].shape.0[from] = Dim::num(wanted);
            // An `add` needs all of its inputs changed alike.
            let mut alike = inputs.to_vec();
            for input in alike.iter_mut().filter(|i| i.shape.get(from) == Some(dim)) {
                input.shape.0[from] = Dim::num(wanted);
            }
            if gives(&alone) == Some(size) || gives(&alike) == Some(size) {
                found.push((from, wanted));
            }
        }
    }
    found
}

/// `dense` after a feature map: what each way of flattening gives.
fn flattened(graph: &Graph, target: NodeId, inputs: &[Fact]) -> Option<String> {
    let (name, x) = (graph.op(target)?.info().name, inputs.first()?);
    if name != "dense" || x.rank() < 3 {
        return None;
    }
    let features = |n: Option<i64>| n.map_or(String::new(), |n| format!(" ({n} features)"));
    let all = x.shape[1..].iter().try_fold(1i64, |product, d| product.checked_mul(d.as_num()?));
    let gap = format!("`gap`{}", features(x.shape[1].as_num()));
    let flatten = format!("`flatten`{}", features(all));
    Some(match all {
        Some(_) => format!("insert {gap} or {flatten} before `dense`"),
        None => format!("insert {gap} before `dense`"),
    })
}

fn axis_name(fact: &Fact, axis: usize) -> String {
    match (fact.rank(), axis) {
        (2, 1) => "features".into(),
        (3.., 1) => "channels".into(),
        _ => format!("at axis {axis}"),
    }
}
