//! The statements of `forward`.
//!
//! A value is moved into the last of its readers that the gradient comes back from, and with it the
//! tape; the others read a fork of it. Names come from `as` and from branches, and are used again as
//! soon as what they named is no longer read. Short chains are written as one expression.

use std::collections::HashMap;

use crate::codegen::names::{self, Taken};
use crate::codegen::tree::{InstanceId, ROOT};
use crate::graph::{Node, NodeId, NodeKind};
use crate::ops::emit::Dfdx;
use crate::ops::{self, Role};
use crate::shape::{DType, Fact};

use super::chains::Chain;
use super::draft::{Draft, Drafter, Slots, Step};
use super::types;

/// Functions of the prelude that are no ops of the language; no local may hide them.
const FUNCTIONS: &[&str] = &[
    "apply",
    "again",
    "cross_entropy_by_example",
    "fork",
    "gate",
    "gelu_tanh",
    "number",
    "ops",
    "self",
    "values",
    "weighted_cross_entropy",
    "x",
];

/// How many calls stand around each other before the value gets a name. What is counted must not
/// depend on names: equal networks give equal code but for identifiers.
const MAX_CALLS: usize = 4;

/// The names that no local of a function may have.
pub(super) fn reserved() -> Taken {
    Taken::of(ops::table().iter().map(|e| e.info.name).chain(FUNCTIONS.iter().copied().filter(|f| *f != "x")))
}

/// Who reads a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reader {
    /// The step of this index.
    Step(usize),
    /// The result.
    Result,
}

/// A read of a value, in order.
#[derive(Clone, Copy, Debug)]
struct Use {
    reader: Reader,
    /// Whether the gradient comes back from there.
    live: bool,
}

/// A value in scope.
#[derive(Clone, Debug, Default)]
struct Value {
    uses: Vec<Use>,
    /// How many of the uses are behind.
    done: usize,
    /// The local that holds it.
    local: String,
    /// The local that later readers use, after the value itself was moved.
    kept: Option<String>,
    /// Whether it is a target, which has no tape.
    target: bool,
}

/// An expression that has no name yet.
struct Pending {
    value: NodeId,
    text: String,
    annotate: Option<String>,
    /// Calls that stand around each other in it.
    calls: usize,
}

/// Writes statements.
pub(super) struct Writer<'d, 'a> {
    drafter: &'d mut Drafter<'a>,
    at: InstanceId,
    /// What a node that does nothing stands for.
    same: HashMap<NodeId, NodeId>,
    values: HashMap<NodeId, Value>,
    /// What each local holds.
    locals: HashMap<String, NodeId>,
    reserved: Taken,
    lines: Vec<String>,
    pending: Option<Pending>,
    /// Whether losses and metrics are written: what is data to them are targets.
    of_measures: bool,
}

/// The draft of an instance.
pub(super) fn draft(mut drafter: Drafter<'_>, at: InstanceId) -> (Draft, Slots) {
    let steps = drafter.steps(at);
    let mut writer = Writer::new(&mut drafter, at);
    let instance = &writer.drafter.tree.instances[at];
    let (inputs, outputs) = (instance.inputs.clone(), instance.outputs.clone());
    writer.count(&steps, &inputs, &outputs);
    let inputs = writer.open(&inputs);
    for (index, step) in steps.iter().enumerate() {
        writer.step(index, step);
    }
    let body = writer.close(&outputs);
    let chain = match &steps[..] {
        [step] => Chain::of(step, &drafter).filter(|chain| chain.added.is_none() && outputs == [chain.made]),
        _ => None,
    };
    let wraps = chain.as_ref().and_then(|chain| chain.of_block);
    let chain = chain.map(|chain| (chain.text, chain.end));
    let outputs = outputs.iter().map(|id| drafter.checked.fact(*id).clone()).collect();
    let (extended, called) = (std::mem::take(&mut drafter.extended), std::mem::take(&mut drafter.called));
    (
        Draft { fields: std::mem::take(&mut drafter.fields), inputs, outputs, body, chain, wraps, extended, called },
        std::mem::take(&mut drafter.slots),
    )
}

/// What is computed from the network's results: losses and metrics.
pub(super) struct Measures {
    /// Names and facts of what is read: results of the network, then targets.
    pub inputs: Vec<(String, Fact)>,
    /// How many of them are results.
    pub results: usize,
    /// The statements but for the result.
    pub body: Vec<String>,
    /// The expression of the loss.
    pub loss: String,
    /// Names of what is reported, and expressions of its values.
    pub values: Vec<(String, String)>,
}

/// The statements of losses and metrics; `None` without a loss.
pub(super) fn measures(mut drafter: Drafter<'_>) -> Option<Measures> {
    let graph = drafter.graph;
    let tree = drafter.tree;
    let total = graph.roles.total_loss?;
    // Metrics read results before the loss takes them, and their tapes, away.
    let is_metric = |id: &&NodeId| graph.op(**id).is_some_and(|op| op.info().role == Role::Metric);
    let (metrics, losses): (Vec<NodeId>, Vec<NodeId>) = tree.measures.iter().partition(|id| is_metric(id));
    let steps: Vec<Step> = metrics.into_iter().chain(losses).filter_map(|node| measure(&mut drafter, node)).collect();
    let mut reported: Vec<(String, NodeId)> = Vec::new();
    if graph.roles.losses.len() > 1 {
        let parts = graph.roles.losses.iter().filter(|(_, id)| *id != total);
        reported.extend(parts.map(|(name, id)| (format!("loss.{name}"), *id)));
    }
    reported.extend(graph.roles.metrics.iter().cloned());
    let mut writer = Writer::new(&mut drafter, ROOT);
    writer.of_measures = true;
    let inputs: Vec<NodeId> = tree.instances[ROOT].outputs.iter().chain(&tree.targets).copied().collect();
    let results: Vec<NodeId> = reported.iter().map(|(_, id)| *id).collect();
    writer.count(&steps, &inputs, &[]);
    // Numbers are read off before the loss is moved away.
    for (id, live) in results.iter().map(|id| (*id, false)).chain([(total, true)]) {
        let id = writer.canonical(id);
        writer.values.entry(id).or_default().uses.push(Use { reader: Reader::Result, live });
    }
    let unread: Vec<bool> = inputs.iter().map(|id| writer.values.get(id).is_none_or(|v| v.uses.is_empty())).collect();
    let mut inputs = writer.open(&inputs);
    inputs.iter_mut().zip(unread).filter(|(_, unread)| *unread).for_each(|((name, _), _)| name.insert(0, '_'));
    for (index, step) in steps.iter().enumerate() {
        writer.step(index, step);
    }
    writer.flush();
    let values = reported.iter().map(|(name, id)| (name.clone(), writer.number(*id))).collect();
    let loss = writer.values.get(&writer.canonical(total)).map(|v| v.local.clone()).unwrap_or_default();
    let results = tree.instances[ROOT].outputs.len();
    Some(Measures { inputs, results, body: writer.lines, loss, values })
}

/// A loss, a metric, or a sum of losses as a step.
fn measure(drafter: &mut Drafter<'_>, node: NodeId) -> Option<Step> {
    let graph = drafter.graph;
    let op = graph.op(node)?;
    let reads_metric = graph.inputs(node).iter().any(|i| graph.op(*i).is_some_and(|op| op.info().role == Role::Metric));
    let inputs: Vec<Fact> = graph.inputs(node).iter().map(|i| drafter.checked.fact(*i).clone()).collect();
    let form = match op.emit_dfdx(&inputs, drafter.checked.fact(node)) {
        Ok(Dfdx::Layer(_)) => {
            drafter.refuse(node, "losses and metrics of generated code have no weights");
            return None;
        }
        Ok(_) if reads_metric => {
            drafter.refuse(node, "metrics of generated code are taken over all examples: compute from losses instead");
            return None;
        }
        Ok(form) => form,
        Err(reason) => {
            drafter.refuse(node, &reason.0);
            return None;
        }
    };
    Some(Step::Op { node, form, field: None })
}

impl<'d, 'a> Writer<'d, 'a> {
    fn new(drafter: &'d mut Drafter<'a>, at: InstanceId) -> Self {
        Self {
            drafter,
            at,
            same: HashMap::new(),
            values: HashMap::new(),
            locals: HashMap::new(),
            reserved: reserved(),
            lines: Vec::new(),
            pending: None,
            of_measures: false,
        }
    }

    fn canonical(&self, mut id: NodeId) -> NodeId {
        while let Some(of) = self.same.get(&id) {
            id = *of;
        }
        id
    }

    /// Whether the gradient comes back from the reads of a value in a step.
    fn reads_live(&self, step: &Step, id: NodeId) -> bool {
        let (tree, graph) = (self.drafter.tree, self.drafter.graph);
        match step {
            Step::Op { node, .. } => tree.is_live(*node),
            Step::Chain(chain) => tree.is_live(chain.made),
            Step::Block { instance: inside, .. } | Step::Run { first: inside, .. } => {
                graph.users(id).iter().any(|u| tree.holds(*inside, *u) && tree.is_live(*u))
            }
        }
    }

    /// Finds all reads of all values, so that each is known before anything is written.
    fn count(&mut self, steps: &[Step], inputs: &[NodeId], outputs: &[NodeId]) {
        for id in inputs {
            let integers = self.drafter.checked.fact(*id).dtype == DType::I64;
            let target = integers || self.of_measures && self.drafter.graph.op(*id).is_none();
            self.values.insert(*id, Value { target, ..Value::default() });
        }
        for (index, step) in steps.iter().enumerate() {
            let (reads, makes) = self.drafter.ports(step);
            if let Step::Op { node, form: Dfdx::Same, .. } = step {
                self.same.insert(*node, reads[0]);
                continue;
            }
            for read in reads {
                let live = self.reads_live(step, read);
                let id = self.canonical(read);
                self.values.entry(id).or_default().uses.push(Use { reader: Reader::Step(index), live });
            }
            for made in makes {
                self.values.entry(made).or_default();
            }
        }
        let (tree, graph) = (self.drafter.tree, self.drafter.graph);
        for output in outputs {
            let outside = |u: &NodeId| self.at == ROOT || !tree.holds(self.at, *u);
            let is_measured = |u: &NodeId| self.at != ROOT || tree.measures.contains(u);
            let read = graph.users(*output).iter().any(|u| outside(u) && is_measured(u) && tree.is_live(*u));
            let live = read || graph.roles.total_loss.is_none() && tree.is_live(*output);
            let id = self.canonical(*output);
            self.values.entry(id).or_default().uses.push(Use { reader: Reader::Result, live });
        }
    }

    /// Names the arguments.
    fn open(&mut self, inputs: &[NodeId]) -> Vec<(String, Fact)> {
        let mut arguments = Vec::new();
        for id in inputs {
            let node = self.drafter.graph.node(*id);
            let name = match (&node.kind, self.at) {
                (NodeKind::Input(_), _) if self.at == ROOT => names::snake(&node.path, "x"),
                // Arguments of a block have no names: equal blocks are called with different ones.
                (_, ROOT) => self.given_name(node).unwrap_or_else(|| "x".to_string()),
                _ => "x".to_string(),
            };
            let local = self.bind(*id, name, true);
            arguments.push((local, self.drafter.checked.fact(*id).clone()));
        }
        arguments
    }

    /// The name that the spec gives to a node in this scope: its own, or its branch's.
    fn given_name(&self, node: &Node) -> Option<String> {
        let prefix = &self.drafter.tree.instances[self.at].prefix;
        self.name_of(node.path.strip_prefix(prefix.as_str()).unwrap_or(&node.path), node.named)
    }

    /// The last part of a path where it was given with `as`, else the part before it: the branch.
    fn name_of(&self, path: &str, named: bool) -> Option<String> {
        let mut parts = path.rsplit('.');
        let own = parts.next()?;
        let name = if named { Some(own) } else { parts.next() };
        name.map(|n| names::snake(n, "x"))
    }

    /// A local for a value. A name is free where what it held is read no more; where `keep` is set,
    /// also only where it holds nothing.
    fn bind(&mut self, id: NodeId, name: String, keep: bool) -> String {
        let in_use = |name: &str| match self.locals.get(name) {
            Some(held) => keep || self.values.get(held).is_some_and(|v| v.done < v.uses.len()),
            None => false,
        };
        // The value of a function is named after it, but must not hide it.
        let name = if self.reserved.holds(&name) { format!("{name}_value") } else { name };
        let local = self.reserved.free(name, in_use);
        self.locals.insert(local.clone(), id);
        self.values.entry(id).or_default().local = local.clone();
        local
    }

    fn step(&mut self, index: usize, step: &Step) {
        if let Step::Op { form: Dfdx::Same, .. } = step {
            return;
        }
        let (reads, makes) = self.drafter.ports(step);
        if makes.is_empty() || makes.iter().all(|id| self.values.get(id).is_none_or(|v| v.uses.is_empty())) {
            self.pass_over(&reads);
            return;
        }
        let names_only = matches!(step, Step::Op { form: Dfdx::Expr(e), .. } if e.names);
        let continues = self.continues(step, &reads) && !names_only;
        if !continues {
            self.flush();
        }
        let calls = 1 + self.pending.as_ref().map_or(0, |p| p.calls);
        let arguments: Vec<String> = reads.iter().map(|id| self.read(*id, Reader::Step(index), names_only)).collect();
        let (text, annotate) = self.expression(step, &arguments);
        match makes.as_slice() {
            [made] => self.pending = Some(Pending { value: *made, text, annotate, calls }),
            _ => {
                let locals: Vec<String> = makes.iter().map(|id| self.name_value(*id)).collect();
                self.lines.push(format!("let ({}) = {text};", locals.join(", ")));
            }
        }
    }

    /// What nobody reads is not computed; its reads are none.
    fn pass_over(&mut self, reads: &[NodeId]) {
        for read in reads {
            let id = self.canonical(*read);
            if let Some(value) = self.values.get_mut(&id) {
                value.done += 1;
            }
        }
    }

    /// Whether a step can be written around the expression before it.
    fn continues(&self, step: &Step, reads: &[NodeId]) -> bool {
        let Some(pending) = &self.pending else { return false };
        let single = self.values.get(&pending.value).is_some_and(|v| v.uses.len() == 1);
        let first = reads.first().map(|id| self.canonical(*id)) == Some(pending.value);
        let breaks = match step {
            Step::Op { form: Dfdx::Layer(layer), .. } => layer.reads_data,
            Step::Op { form: Dfdx::Expr(expr), .. } => expr.text.contains("!(") || reads.len() > 1,
            Step::Op { .. } => false,
            Step::Block { .. } | Step::Run { .. } | Step::Chain(_) => true,
        };
        single && first && !breaks && pending.annotate.is_none() && pending.calls < MAX_CALLS
    }

    /// The text by which a step reads a value.
    fn read(&mut self, id: NodeId, reader: Reader, name_only: bool) -> String {
        let id = self.canonical(id);
        if let Some(pending) = self.pending.take_if(|p| p.value == id) {
            if let Some(value) = self.values.get_mut(&id) {
                value.done += 1;
            }
            return pending.text;
        }
        let Some(value) = self.values.get_mut(&id) else { return String::new() };
        let at = value.done;
        value.done += 1;
        debug_assert!(value.uses.get(at).is_some_and(|u| u.reader == reader));
        let carrier = value.uses.iter().rposition(|u| u.live).unwrap_or(value.uses.len().saturating_sub(1));
        let local = value.local.clone();
        let last = at + 1 == value.uses.len();
        if value.target {
            return if last { local } else { format!("{local}.clone()") };
        }
        if at < carrier {
            return self.forked(&local, name_only);
        }
        if at == carrier {
            if !last {
                // Those that read it later get no tape.
                let kept = self.reserved.free(format!("{local}_kept"), |n| self.locals.contains_key(n));
                self.lines.push(format!("let {kept} = fork(&{local});"));
                self.locals.insert(kept.clone(), id);
                if let Some(value) = self.values.get_mut(&id) {
                    value.kept = Some(kept);
                }
            }
            return local;
        }
        let kept = value.kept.clone().unwrap_or(local);
        if last { kept } else { self.forked(&kept, name_only) }
    }

    fn forked(&mut self, local: &str, name_only: bool) -> String {
        if !name_only {
            return format!("fork(&{local})");
        }
        let name = self.reserved.free(format!("{local}_fork"), |n| self.locals.contains_key(n));
        self.lines.push(format!("let {name} = fork(&{local});"));
        name
    }

    fn expression(&mut self, step: &Step, arguments: &[String]) -> (String, Option<String>) {
        let all = arguments.join(", ");
        match step {
            Step::Op { node, form: Dfdx::Expr(expr), .. } => {
                let mut text = expr.text.clone();
                // From the last on, so that `$1` is not found in `$10`.
                for (at, argument) in arguments.iter().enumerate().rev() {
                    text = text.replace(&format!("${at}"), argument);
                }
                (text, expr.annotate.then(|| types::of(self.drafter.checked.fact(*node))))
            }
            Step::Op { field, .. } => (format!("self.{}.forward({all})", field.as_deref().unwrap_or_default()), None),
            Step::Chain(chain) => {
                let (input, added) = arguments.split_last().map_or(("", &[][..]), |(last, rest)| (last, rest));
                let text = added.iter().fold(chain.text.clone(), |text, added| text.replace("$0", added));
                (format!("{text}.forward({input})"), None)
            }
            Step::Block { callee, .. } => (format!("{callee}.forward({all})"), None),
            Step::Run { field, each, .. } => {
                (format!("self.{field}.iter().fold({all}, |x, {each}| {each}.forward(x))"), None)
            }
        }
    }

    /// A local for what a step makes.
    fn name_value(&mut self, id: NodeId) -> String {
        if self.values.get(&id).is_none_or(|v| v.uses.is_empty()) {
            return "_".to_string();
        }
        let node = self.drafter.graph.node(id);
        let home = self.drafter.tree.home(id);
        let name = if home == self.at { self.given_name(node) } else { self.block_name(id) };
        self.bind(id, name.unwrap_or_else(|| "x".to_string()), false)
    }

    /// The name of the block in this scope that a node is in.
    fn block_name(&self, id: NodeId) -> Option<String> {
        let tree = self.drafter.tree;
        let mut at = tree.home(id);
        while tree.instances[at].parent != self.at {
            at = tree.instances[at].parent;
        }
        let inner = &tree.instances[at];
        let prefix = &tree.instances[self.at].prefix;
        let path = inner.prefix.strip_prefix(prefix.as_str()).unwrap_or(&inner.prefix);
        self.name_of(path.trim_end_matches('.'), inner.named)
    }

    /// Gives the expression that has no name yet one.
    fn flush(&mut self) {
        let Some(pending) = self.pending.take() else { return };
        let local = self.name_value(pending.value);
        let ty = pending.annotate.map(|ty| format!(": {ty}")).unwrap_or_default();
        self.lines.push(format!("let {local}{ty} = {};", pending.text));
    }

    /// A number that is reported.
    fn number(&mut self, id: NodeId) -> String {
        let id = self.canonical(id);
        let metric = self.drafter.graph.op(id).is_some_and(|op| op.info().role == Role::Metric);
        let local = self.values.get(&id).map(|v| v.kept.clone().unwrap_or_else(|| v.local.clone())).unwrap_or_default();
        if metric { local } else { format!("number(&{local})") }
    }

    /// The statements, with the result at their end.
    fn close(mut self, outputs: &[NodeId]) -> Vec<String> {
        if let ([output], Some(pending)) = (outputs, &self.pending)
            && self.canonical(*output) == pending.value
        {
            let text = pending.text.clone();
            self.lines.push(text);
            return self.lines;
        }
        self.flush();
        let results: Vec<String> = outputs.iter().map(|id| self.read(*id, Reader::Result, false)).collect();
        self.lines.push(match results.as_slice() {
            [result] => result.clone(),
            _ => format!("({})", results.join(", ")),
        });
        self.lines
    }
}
