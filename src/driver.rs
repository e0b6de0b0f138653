//! The road of a spec in one call: read, expand, check.

use std::path::Path;

use crate::check::cost::Counting;
use crate::check::{self, Checked};
use crate::config::{self, Config};
use crate::diag::{Diagnostic, Severity, Sink};
use crate::expand::{self, Limits, Options, TowerWeights};
use crate::graph::Graph;
use crate::ops::Op;
use crate::ops::attrs::Value;
use crate::shape::Fact;
use crate::source::{FileId, SourceMap};
use crate::syntax::ast::Spec;
use crate::zoo;

/// What became of a spec, with everything that is wrong with it.
#[derive(Debug, Default)]
pub struct Compiled {
    /// The texts that the diagnostics point into.
    pub sources: SourceMap,
    /// All problems of all phases.
    pub sink: Sink,
    /// The resolved spec, where there was a network to expand.
    pub spec: Option<Spec>,
    /// The `data` and `train` sections, where they are sound.
    pub config: Config,
    /// The values of the spec's parameters.
    pub params: Vec<(String, Value)>,
    /// The towers that hold other specs' networks.
    pub towers: Vec<TowerWeights>,
    /// The checked network, where nothing is wrong with it.
    pub checked: Option<Checked>,
    /// The network as far as it could be made, where something is wrong.
    pub partial: Option<Graph>,
    /// What is known of each node's output, by the ids of the checked or the partial network.
    pub facts: Vec<Option<Fact>>,
}

impl Compiled {
    /// The model's name; `model` where the spec gives none.
    pub fn model_name(&self) -> &str {
        self.spec.as_ref().and_then(|s| s.model.as_ref()).map_or("model", |m| m.value.as_str())
    }

    /// Whether running statistics count as parameters.
    pub fn counting(&self) -> Counting {
        self.config.counting
    }

    /// Whether there was an error, or a warning where those are denied.
    pub fn failed(&self, deny_warnings: bool) -> bool {
        self.sink.has_errors() || deny_warnings && self.sink.iter().any(|d| d.severity == Severity::Warning)
    }
}

/// Compiles the spec in a file.
pub fn compile_path(path: &Path, options: &Options) -> Compiled {
    let mut sources = SourceMap::new();
    match read_file(path, &options.limits, &mut sources) {
        Ok(file) => compile(sources, file, options),
        Err(diagnostic) => failed(diagnostic),
    }
}

/// Reads a file within the limits.
///
/// # Errors
/// A file that is missing, too large or no text.
pub fn read_file(path: &Path, limits: &Limits, sources: &mut SourceMap) -> Result<FileId, Diagnostic> {
    let text = expand::read_text(path, limits).map_err(|unreadable| unreadable.diagnostic())?;
    Ok(sources.add(path.display().to_string(), Some(path), text))
}

/// Compiles a text: `.bp` where the name ends so, otherwise YAML. What it extends and imports
/// are embedded specs.
pub fn compile_text(name: &str, text: &str, options: &Options) -> Compiled {
    let mut sources = SourceMap::new();
    let file = sources.add(name, None, text);
    compile(sources, file, options)
}

/// Compiles an embedded spec; `None` where there is none of this name.
pub fn compile_zoo(name: &str, options: &Options) -> Option<Compiled> {
    zoo::file(name).map(|(name, text)| compile_text(name, text, options))
}

fn failed(diagnostic: Diagnostic) -> Compiled {
    let mut compiled = Compiled::default();
    compiled.sink.push(diagnostic);
    compiled
}

fn compile(mut sources: SourceMap, file: FileId, options: &Options) -> Compiled {
    let mut sink = Sink::new();
    let Some(expanded) = expand::expand(file, options, &mut sources, &mut sink) else {
        return Compiled { sources, sink, ..Compiled::default() };
    };
    let graph = expanded.graph.clone();
    let config = config::read(&expanded.spec, &mut sink);
    let outcome = check::check(expanded.graph, &mut sink);
    if let (Some(train), Some(checked)) = (&config.train, &outcome.checked) {
        let names: Vec<&str> = checked.params().iter().map(|p| p.name.as_str()).collect();
        config::check_phases(train, &names, &mut sink);
        let nodes: Vec<&str> = checked.graph().paths().collect();
        config::check_names(train, &names, &nodes, &mut sink);
        let graph = checked.graph();
        let mut metrics: Vec<&str> = graph.roles.metrics.iter().map(|(name, _)| name.as_str()).collect();
        if graph.ids().any(|id| matches!(graph.op(id), Some(Op::YoloV2(_) | Op::YoloV3(_)))) {
            metrics.extend(config::DETECTION_METRICS);
        }
        config::check_monitors(train, &metrics, &mut sink);
    }
    // Half a network may well fit together: only one that was expanded without errors counts.
    let checked = outcome.checked.filter(|_| !sink.has_errors());
    let partial = checked.is_none().then_some(graph);
    Compiled {
        sources,
        sink,
        spec: Some(expanded.spec),
        config,
        params: expanded.params,
        towers: expanded.towers,
        checked,
        partial,
        facts: outcome.facts,
    }
}
