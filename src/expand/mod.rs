//! Expands a spec into a graph: includes, overrides, parameters, loops, blocks and towers.
//!
//! Names become paths. A block call without `as` is numbered among the block calls of its scope
//! (`layer1.0`, `layer1.1`), counted from 0; an op without `as` is called by its own name
//! (`relu`, then `relu_1`); the branches of a merge are parts of the paths beneath them. Loops
//! add nothing to a path. The name of a block, tower or branch stands for its last node, too.
//!
//! A mistake does not stop expansion: what it leaves unknown is passed over in silence, and
//! every problem is reported once, for the first instance that has it.

mod blocks;
mod build;
mod calls;
mod expr;
mod include;
mod lint;
mod losses;
mod params;
mod resolve;
mod scope;
mod settings;
mod template;
#[cfg(test)]
mod tests;
mod value;
mod walk;

use std::collections::HashSet;

use crate::diag::{Diagnostic, Sink, codes};
use crate::graph::Graph;
use crate::ops::attrs::Value;
use crate::source::{FileId, SourceMap};
use crate::syntax::ast::{Expr, Spec};

use build::Builder;
use value::Flow;

pub(crate) use include::read_text;

/// How a spec is expanded.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Overrides, each a dotted path and a value, applied after the spec's own `set`.
    pub set: Vec<(String, String)>,
    /// Whether paths may lead out of the spec's folder.
    pub allow_outside: bool,
    /// What a spec may use up.
    pub limits: Limits,
}

/// What a spec may use up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The size of each file in bytes.
    pub file_bytes: u64,
    /// How deep blocks, branches and loops may be nested (at most 256, whatever stands here).
    pub depth: usize,
    /// How many nodes the network may have.
    pub nodes: usize,
    /// How long a chain of `extends` and `use` may be.
    pub includes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { file_bytes: 1 << 20, depth: 64, nodes: 50_000, includes: 16 }
    }
}

/// What expansion makes of a spec.
#[derive(Clone, Debug)]
pub struct Expanded {
    /// The spec with `extends`, `set` and the command line's overrides applied, and with the
    /// parameters' values in its `data`, `train` and other sections.
    pub spec: Spec,
    /// The network. Where errors were reported, nodes are missing from it.
    pub graph: Graph,
    /// The values of the spec's parameters, in its order.
    pub params: Vec<(String, Value)>,
    /// The towers that hold other specs' networks.
    pub towers: Vec<TowerWeights>,
}

/// Where the weights of another spec's network are within this one.
#[derive(Clone, Debug, PartialEq)]
pub struct TowerWeights {
    /// What their names begin with here: `judge.`.
    pub prefix: String,
    /// The `weights` section of the other spec.
    pub section: Option<Expr>,
}

/// Expands the spec in a file of `sources`; files that it names are added there. All problems go
/// to the sink. `None` where there is no network to expand.
pub fn expand(file: FileId, options: &Options, sources: &mut SourceMap, sink: &mut Sink) -> Option<Expanded> {
    let errors = sink.error_count();
    let program = include::load(file, options, sources, sink);
    let spec = &program.modules.first()?.spec;
    let Some(net) = &spec.net else {
        if sink.error_count() == errors {
            sink.push(
                Diagnostic::error(codes::NO_NET, "the spec has no `net`")
                    .label(spec.model.as_ref().map_or(spec.span, |m| m.span), "this spec")
                    .help("a file with blocks alone can be imported: `use: {name: path.yaml}`"),
            );
        }
        return None;
    };
    let mut builder = Builder::new(&program, options.limits, sink);
    builder.evaluate_params();
    let cx = builder.top(0);
    builder.add_inputs(&spec.inputs, &cx);
    let start = builder.start(spec);
    if start == Flow::Nothing {
        builder.report(
            Diagnostic::error(codes::NO_NET, "the spec has no inputs")
                .label(spec.model.as_ref().map_or(net.span, |m| m.span), "this spec")
                .help("declare them: `inputs: {image: 'f32[N, 3, 224, 224]'}`"),
            &cx,
        );
    }
    let end = builder.body(net, &cx, if start == Flow::Nothing { Flow::Unknown } else { start });
    builder.add_outputs(spec, end);
    builder.add_losses(spec);
    builder.add_metrics(spec);
    let sections = spec.sections.iter().map(|s| builder.resolve_entry(s, &cx)).collect();
    let params = builder.param_values();
    let towers = builder.tower_weights();
    let graph = builder.without_idle_towers();
    // What a mistake leaves unused is no second mistake.
    if sink.error_count() == errors {
        lint::unused(spec, sink);
    }
    let spec = Spec { sections, ..spec.clone() };
    Some(Expanded { spec, graph, params, towers })
}

impl<'a> Builder<'a> {
    /// What the first statement of the net reads: the first input, unless there are several
    /// that it could mean. Inputs that losses and metrics read are targets, and those of
    /// integers labels.
    fn start(&self, spec: &'a Spec) -> Flow {
        let Some(first) = spec.inputs.first() else { return Flow::Nothing };
        let mut targets = HashSet::new();
        let calls: Vec<&'a Expr> = spec.loss.iter().map(|l| &l.value).chain(&spec.metrics).collect();
        calls.iter().for_each(|e| walk::expr_names(e, &mut targets));
        let images =
            spec.inputs.iter().filter(|i| i.ty.dtype.value != "i64" && !targets.contains(i.name.value.as_str()));
        if images.take(2).count() > 1 {
            return Flow::Ambiguous;
        }
        self.index.get(&first.name.value).map_or(Flow::Unknown, |n| n.flow)
    }

    /// The towers that hold other specs' networks, each once.
    fn tower_weights(&mut self) -> Vec<TowerWeights> {
        let mut list: Vec<TowerWeights> = Vec::new();
        for call in std::mem::take(&mut self.towers) {
            if list.iter().all(|t| t.prefix != call.weights) {
                let (cx, spec) = (self.top(call.module), &self.program.modules[call.module].spec);
                let section = spec.section("weights").map(|section| self.resolve(section, &cx));
                list.push(TowerWeights { prefix: call.weights.clone(), section });
            }
            self.towers.push(call);
        }
        list
    }

    /// The graph without the nodes of other specs' networks that nothing reads, such as the
    /// classifier behind the layer that a loss is about.
    fn without_idle_towers(&mut self) -> Graph {
        let graph = std::mem::take(&mut self.graph);
        let mut keep = vec![true; graph.len()];
        self.towers.iter().for_each(|tower| keep[tower.nodes.clone()].fill(false));
        let roles = &graph.roles;
        let named = roles.losses.iter().chain(&roles.metrics).map(|(_, id)| id);
        roles.outputs.iter().chain(named).chain(&roles.total_loss).for_each(|id| keep[id.index()] = true);
        for id in graph.ids().rev() {
            if keep[id.index()] {
                graph.inputs(id).iter().for_each(|i| keep[i.index()] = true);
            }
        }
        if keep.iter().all(|k| *k) { graph } else { graph.filtered(|id| keep[id.index()]) }
    }

    /// Finds the outputs; without any, the last node is the output.
    fn add_outputs(&mut self, spec: &'a Spec, end: Flow) {
        let cx = self.top(0);
        if let (true, Flow::At(id)) = (spec.outputs.is_empty(), end) {
            self.graph.roles.outputs.push(id);
        }
        for output in &spec.outputs {
            if let Flow::At(id) = self.node(&output.value, output.span, &cx) {
                self.graph.roles.outputs.push(id);
            }
        }
    }
}
