//! Scopes: where nodes get their paths, and how names find them.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::diag::{Diagnostic, Frame as TraceFrame, codes, did_you_mean};
use crate::graph::Trace;
use crate::source::{Span, Spanned};
use crate::syntax::ast::Ident;

use super::build::Builder;
use super::value::{Bound, Env, Flow};

/// The longest path of a node, in bytes.
const MAX_PATH: usize = 256;

/// Names a scope.
pub(super) type ScopeId = usize;

/// An instance of a block or tower, a branch, or the whole network.
#[derive(Default)]
pub(super) struct Scope {
    /// What paths in it begin with: empty, or ending in a dot.
    pub prefix: String,
    /// What the names of its weights begin with.
    pub weights: String,
    /// The branches since the innermost block, as a prefix of names in traces.
    pub rel: String,
    /// The scope whose names can be seen from here as well.
    pub lexical: Option<ScopeId>,
    /// How many blocks have been called in it.
    pub calls: usize,
    /// The next number to try for each repeated name.
    pub counts: HashMap<String, usize>,
}

/// A name in the graph.
pub(super) struct Named {
    pub flow: Flow,
    pub span: Span,
    /// Whether a user chose the name.
    pub by_user: bool,
}

/// Which block or tower of which module an instance is of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Template {
    Block(usize, usize),
    Tower(usize, usize),
}

/// The instances around a place in the text, innermost first.
pub(super) struct Instance {
    pub template: Template,
    pub span: Span,
    pub outer: Option<Rc<Instance>>,
}

/// Where a piece of text stands: decides what its names mean.
#[derive(Clone)]
pub(super) struct Home {
    /// The module.
    pub module: usize,
    /// The scope that its references to nodes begin from.
    pub lexical: ScopeId,
    /// What the weights of this module's towers begin with.
    pub towers: Rc<str>,
    /// The instances around it.
    pub instances: Option<Rc<Instance>>,
}

/// Where expansion is.
#[derive(Clone)]
pub(super) struct Cx<'a> {
    /// Where the text stands.
    pub home: Home,
    /// The values of names.
    pub env: Env<'a>,
    /// The scope in which nodes are made.
    pub place: ScopeId,
    /// The chain of expansion.
    pub trace: Option<Arc<Trace>>,
    /// How deep expansion is nested.
    pub depth: usize,
}

impl Cx<'_> {
    /// One level deeper.
    pub(super) fn deeper(&self) -> Self {
        Cx { depth: self.depth + 1, ..self.clone() }
    }

    /// The chain of expansion, outermost first.
    pub(super) fn frames(&self) -> Vec<TraceFrame> {
        let mut frames = Vec::new();
        let mut at = self.trace.as_deref();
        while let Some(trace) = at {
            frames.push(trace.frame.clone());
            at = trace.outer.as_deref();
        }
        frames.reverse();
        frames
    }
}

impl<'a> Builder<'a> {
    /// Makes a scope beneath the place of `cx`.
    pub(super) fn open_scope(&mut self, scope: Scope) -> ScopeId {
        self.scopes.push(scope);
        self.scopes.len() - 1
    }

    /// The number of the next block call in a scope.
    pub(super) fn next_call(&mut self, place: ScopeId) -> usize {
        let n = self.scopes[place].calls;
        self.scopes[place].calls += 1;
        n
    }

    /// Takes a path beneath the place of `cx`: the alias, or else the first free of `base`,
    /// `base_1`, ... An alias that is taken is reported. The path is the component without the
    /// scope's prefix.
    pub(super) fn claim(&mut self, cx: &Cx<'a>, base: &str, alias: Option<&Ident>, span: Span) -> String {
        let prefix = self.scopes[cx.place].prefix.clone();
        let component = match alias {
            Some(alias) => {
                let path = format!("{prefix}{}", alias.value);
                match self.index.get(&path).map(|first| (first.span, first.by_user)) {
                    None => alias.value.clone(),
                    Some((first, by_user)) => {
                        self.report_taken(alias, first, by_user, cx);
                        self.free_name(cx.place, &alias.value)
                    }
                }
            }
            None => self.free_name(cx.place, base),
        };
        if prefix.len() + component.len() > MAX_PATH {
            self.report(
                Diagnostic::error(codes::NAME_TOO_LONG, format!("paths of nodes have at most {MAX_PATH} bytes"))
                    .label(alias.map_or(span, |a| a.span), "the path of this is longer"),
                cx,
            );
            self.stopped = true;
        }
        component
    }

    fn report_taken(&mut self, alias: &Ident, first: Span, by_user: bool, cx: &Cx<'a>) {
        let (label, help) = match by_user {
            true => ("first given here", "in a loop, `{i}` makes names differ"),
            false => ("this has the name already", "a node without `as` is named after its op"),
        };
        self.report(
            Diagnostic::error(codes::DUPLICATE_NAME, format!("the name `{}` is taken", alias.value))
                .label(alias.span, "given again here")
                .label(first, label)
                .help(help),
            cx,
        );
    }

    fn free_name(&mut self, place: ScopeId, base: &str) -> String {
        let scope = &mut self.scopes[place];
        let count = scope.counts.entry(base.to_string()).or_insert(0);
        loop {
            let name = if *count == 0 { base.to_string() } else { format!("{base}_{count}") };
            *count += 1;
            if !self.index.contains_key(&format!("{}{name}", scope.prefix)) {
                return name;
            }
        }
    }

    /// Records what a path stands for.
    pub(super) fn settle(&mut self, path: String, flow: Flow, span: Span, by_user: bool) {
        if let Flow::At(id) = flow
            && self.graph.find(&path).is_none()
        {
            self.graph.add_tap(path.clone(), id);
        }
        self.index.insert(path, Named { flow, span, by_user });
    }

    /// The node of a name, seen from `cx`; `None` where there is none.
    pub(super) fn find_node(&self, name: &str, cx: &Cx<'a>) -> Option<&Named> {
        let mut at = Some(cx.home.lexical);
        let mut place = (cx.place != cx.home.lexical).then_some(cx.place);
        while let Some(scope) = at {
            let scope = &self.scopes[scope];
            if let Some(named) = self.index.get(&format!("{}{name}", scope.prefix)) {
                return Some(named);
            }
            at = scope.lexical.or_else(|| place.take());
        }
        None
    }

    /// What `@name` reads. A name that is not there is reported.
    pub(super) fn node(&mut self, name: &str, span: Span, cx: &Cx<'a>) -> Flow {
        let Some(name) = self.fill_template(name, span, cx) else { return Flow::Unknown };
        if let Some(Bound::Node(flow)) = cx.env.get(&name) {
            return flow;
        }
        if let Some(Bound::Unknown) = cx.env.get(&name) {
            return Flow::Unknown;
        }
        match self.find_node(&name, cx).map(|n| (n.flow, n.span)) {
            Some((Flow::Pending, made)) => {
                self.report(
                    Diagnostic::error(codes::USED_BEFORE_MADE, format!("`{name}` cannot be read inside itself"))
                        .label(span, "read here")
                        .label(made, "which is part of this"),
                    cx,
                );
                Flow::Unknown
            }
            Some((flow, _)) => flow,
            None => {
                self.report_unknown_node(&name, span, cx);
                Flow::Unknown
            }
        }
    }

    fn report_unknown_node(&mut self, name: &str, span: Span, cx: &Cx<'a>) {
        if self.aliases(cx.home.module).contains(name) && cx.home.instances.is_none() {
            self.report(
                Diagnostic::error(codes::USED_BEFORE_MADE, format!("`{name}` is used before it is made"))
                    .label(span, "it is made only after this")
                    .help("a node can only read nodes that stand before it"),
                cx,
            );
            return;
        }
        let prefix = &self.scopes[cx.home.lexical].prefix;
        let candidates: Vec<&str> = self.index.keys().filter_map(|k| k.strip_prefix(prefix.as_str())).collect();
        let close = best(name, candidates);
        let outside = cx.home.instances.is_some() && self.index.contains_key(name);
        let help = match close {
            Some(close) => Some(format!("did you mean `{close}`?")),
            None if outside => Some(format!("a block sees only its own nodes; give it a parameter and pass `@{name}`")),
            None => None,
        };
        self.report(
            Diagnostic::error(codes::UNKNOWN_NODE, format!("there is no node `{name}` here"))
                .label(span, "not found")
                .maybe_help(help),
            cx,
        );
    }

    /// The alias of a call with its templates filled in.
    pub(super) fn alias(&mut self, alias: &Ident, cx: &Cx<'a>) -> Option<Ident> {
        let name = self.fill_template(&alias.value, alias.span, cx)?;
        let fits = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        if name.is_empty() || !name.chars().all(fits) || name.split('.').any(str::is_empty) {
            self.report(
                Diagnostic::error(codes::BAD_TEMPLATE, format!("`{name}` cannot be a name"))
                    .label(alias.span, "expected letters, digits, `_`, `-` and `.`"),
                cx,
            );
            return None;
        }
        Some(Spanned::new(name, alias.span))
    }
}

/// The closest of the candidates; the least in order where several are as close, since the
/// candidates come from a hash map.
fn best(name: &str, mut candidates: Vec<&str>) -> Option<String> {
    candidates.sort_unstable();
    did_you_mean(name, candidates).map(str::to_string)
}
