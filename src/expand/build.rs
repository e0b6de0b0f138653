//! Builds the graph: statements, loops, branches, and the making of nodes.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use crate::diag::{Code, Diagnostic, Frame as TraceFrame, Sink, codes};
use crate::graph::{Graph, Node, NodeId, NodeKind, Trace};
use crate::ops::attrs::{Args, AttrKind, Given, Value};
use crate::ops::{self, Inputs, Op};
use crate::source::Span;
use crate::syntax::ast::{Arg, Body, Chain, Expr, ExprKind, For, Ident, Link, Merge, Repeat, Stmt};

use super::Limits;
use super::include::Program;
use super::scope::{Cx, Home, Named, Scope, ScopeId};
use super::value::{Bound, CallRef, Env, Flow, Frame};

/// How much work expansion may take for each node that it may make.
const WORK_PER_NODE: usize = 100;

/// A call of a tower that holds another spec's network.
pub(super) struct TowerCall {
    /// The nodes that it made.
    pub nodes: Range<usize>,
    /// What its weights begin with.
    pub weights: String,
    /// The module whose network it is.
    pub module: usize,
}

/// Expansion under way.
pub(super) struct Builder<'a> {
    pub program: &'a Program,
    pub sink: &'a mut Sink,
    pub graph: Graph,
    pub scopes: Vec<Scope>,
    /// What every path stands for.
    pub index: HashMap<String, Named>,
    /// The parameters of every module.
    pub params: Vec<Env<'a>>,
    /// What the calls of towers made of other specs' networks.
    pub towers: Vec<TowerCall>,
    /// Set when a limit is reached: everything unwinds.
    pub stopped: bool,
    limits: Limits,
    depth: usize,
    made: usize,
    work: usize,
    reported: HashSet<(Code, Option<Span>, String)>,
    aliases: HashMap<usize, Rc<HashSet<&'a str>>>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(program: &'a Program, limits: Limits, sink: &'a mut Sink) -> Self {
        Builder {
            program,
            sink,
            graph: Graph::new(),
            scopes: vec![Scope::default()],
            index: HashMap::new(),
            params: Vec::new(),
            towers: Vec::new(),
            stopped: false,
            // Expansion recurses: more levels than this could overflow a thread's stack.
            depth: limits.depth.min(256),
            limits,
            made: 0,
            work: 0,
            reported: HashSet::new(),
            aliases: HashMap::new(),
        }
    }

    /// The outermost place of a module.
    pub(super) fn top(&self, module: usize) -> Cx<'a> {
        Cx {
            home: Home { module, lexical: 0, towers: "".into(), instances: None },
            env: self.params.get(module).cloned().unwrap_or_else(Frame::root),
            place: 0,
            trace: None,
            depth: 0,
        }
    }

    /// Takes in a problem, with the chain of expansion. A mistake in a block is reported for
    /// the first instance alone.
    pub(super) fn report(&mut self, diagnostic: Diagnostic, cx: &Cx<'a>) {
        if self.reported.insert((diagnostic.code, diagnostic.span(), diagnostic.message.clone())) {
            self.sink.push(diagnostic.trace(cx.frames()));
        }
    }

    /// Takes in the problems of an op's own checks.
    pub(super) fn report_all(&mut self, problems: &Sink, cx: &Cx<'a>) {
        for d in problems.iter() {
            self.report(d.clone(), cx);
        }
    }

    /// Counts work; `false` where the limit is reached.
    pub(super) fn charge(&mut self, work: usize, span: Span, cx: &Cx<'a>) -> bool {
        self.work = self.work.saturating_add(work);
        if self.work > self.limits.nodes.saturating_mul(WORK_PER_NODE) && !self.stopped {
            self.stopped = true;
            self.report(
                Diagnostic::error(codes::TOO_MUCH_WORK, "the spec takes too much work to expand")
                    .label(span, "expansion was given up here")
                    .help("look for loops that run more often than was meant"),
                cx,
            );
        }
        !self.stopped
    }

    /// Whether `cx` is within the limit of depth; where not, that is reported.
    pub(super) fn fits_depth(&mut self, span: Span, cx: &Cx<'a>) -> bool {
        if cx.depth <= self.depth {
            return true;
        }
        self.report(
            Diagnostic::error(
                codes::EXPANSION_DEPTH,
                format!("blocks, branches and loops may be nested at most {} deep", self.depth),
            )
            .label(span, "this is one level too many"),
            cx,
        );
        false
    }

    /// All names given with `as` in a module.
    pub(super) fn aliases(&mut self, module: usize) -> Rc<HashSet<&'a str>> {
        let spec = &self.program.modules[module].spec;
        self.aliases
            .entry(module)
            .or_insert_with(|| {
                let mut names = HashSet::new();
                super::walk::aliases(spec, &mut names);
                Rc::new(names)
            })
            .clone()
    }

    // ---- statements ------------------------------------------------------------------

    /// Runs the statements of a body; gives the last node.
    pub(super) fn body(&mut self, body: &'a Body, cx: &Cx<'a>, mut flow: Flow) -> Flow {
        for stmt in &body.stmts {
            if self.stopped {
                return Flow::Unknown;
            }
            flow = match stmt {
                Stmt::Chain(chain) => self.chain(chain, cx, flow, None),
                Stmt::Merge(merge) => self.merge(merge, cx, flow),
                Stmt::Repeat(repeat) => self.repeat(repeat, cx, flow),
                Stmt::For(each) => self.each(each, cx, flow),
                Stmt::Hole(_) => Flow::Unknown,
            };
        }
        flow
    }

    /// Runs a chain; `alias` names its last node where the chain does not.
    pub(super) fn chain(&mut self, chain: &'a Chain, cx: &Cx<'a>, mut flow: Flow, alias: Option<&Ident>) -> Flow {
        if chain.links.is_empty() {
            return Flow::Unknown;
        }
        for (at, link) in chain.links.iter().enumerate() {
            if self.stopped {
                return Flow::Unknown;
            }
            let alias = alias.filter(|_| at + 1 == chain.links.len());
            flow = match link {
                Link::Call(call) => self.call(call.into(), cx, flow, alias),
                Link::Node(name) => {
                    if at > 0 {
                        self.report(
                            Diagnostic::error(
                                codes::BAD_EXPRESSION,
                                format!("`@{}` can only begin a chain", name.value),
                            )
                            .label(name.span, "in the midst of a chain")
                            .help("to join several nodes, use a merge: `add(a, b)`"),
                            cx,
                        );
                    }
                    let flow = self.node(&name.value, name.span, cx);
                    if let Some(alias) = alias {
                        self.tap(alias, flow, cx);
                    }
                    flow
                }
                Link::Hole(_) => Flow::Unknown,
            };
        }
        flow
    }

    /// Gives a node another name.
    pub(super) fn tap(&mut self, alias: &Ident, flow: Flow, cx: &Cx<'a>) {
        let component = self.claim(cx, &alias.value, Some(alias), alias.span);
        let path = format!("{}{component}", self.scopes[cx.place].prefix);
        self.settle(path, flow, alias.span, true);
    }

    fn repeat(&mut self, repeat: &'a Repeat, cx: &Cx<'a>, mut flow: Flow) -> Flow {
        let cx = cx.deeper();
        if !self.fits_depth(repeat.span, &cx) {
            return Flow::Unknown;
        }
        let count = match self.value_or_name(&repeat.count, &cx) {
            Some(Value::Int(n)) if n >= 0 => n,
            Some(other) => {
                self.report(
                    Diagnostic::error(
                        codes::BAD_EXPRESSION,
                        format!("`repeat` takes an integer of at least 0, found {}: `{other}`", other.kind()),
                    )
                    .label(repeat.count.span, "expected an integer of at least 0"),
                    &cx,
                );
                return Flow::Unknown;
            }
            None => return Flow::Unknown,
        };
        if usize::try_from(count).map_or(true, |n| n > self.limits.nodes) && !repeat.body.stmts.is_empty() {
            self.too_many_nodes(repeat.count.span, &cx);
            return Flow::Unknown;
        }
        for i in 1..=count {
            if !self.charge(1, repeat.span, &cx) || repeat.body.stmts.is_empty() {
                break;
            }
            let env = Frame::inside(&cx.env);
            env.bind("i", Bound::value(Value::Int(i)));
            flow = self.body(&repeat.body, &Cx { env, ..cx.clone() }, flow);
        }
        flow
    }

    fn each(&mut self, each: &'a For, cx: &Cx<'a>, mut flow: Flow) -> Flow {
        let cx = cx.deeper();
        if !self.fits_depth(each.span, &cx) {
            return Flow::Unknown;
        }
        let items = match self.value_or_name(&each.list, &cx) {
            Some(Value::List(items)) => items,
            Some(other) => {
                self.report(
                    Diagnostic::error(
                        codes::BAD_EXPRESSION,
                        format!("`for` runs over a list, found {}: `{other}`", other.kind()),
                    )
                    .label(each.list.span, "expected a list"),
                    &cx,
                );
                return Flow::Unknown;
            }
            None => return Flow::Unknown,
        };
        for (at, item) in items.into_iter().enumerate() {
            if !self.charge(1, each.span, &cx) {
                return Flow::Unknown;
            }
            let env = Frame::inside(&cx.env);
            env.bind("i", Bound::value(Value::Int(at as i64 + 1)));
            if !self.unpack(each, at, item, &env, &cx) {
                return Flow::Unknown;
            }
            flow = self.body(&each.body, &Cx { env, ..cx.clone() }, flow);
        }
        flow
    }

    /// Binds the names of a loop to one element.
    fn unpack(&mut self, each: &'a For, at: usize, item: Value, env: &Env<'a>, cx: &Cx<'a>) -> bool {
        match (each.names.as_slice(), item) {
            ([name], item) => env.bind(&name.value, Bound::value(item)),
            (names, Value::List(parts)) if parts.len() == names.len() => {
                for (name, part) in names.iter().zip(parts) {
                    env.bind(&name.value, Bound::value(part));
                }
            }
            (names, item) => {
                let found = match &item {
                    Value::List(parts) => format!("{} values", parts.len()),
                    other => other.kind().to_string(),
                };
                let span = names.iter().map(|n| n.span).reduce(Span::to).unwrap_or(each.span);
                self.report(
                    Diagnostic::error(
                        codes::BAD_EXPRESSION,
                        format!(
                            "element {} of the list is {found}, but `for` takes {} apart: `{item}`",
                            at + 1,
                            names.len()
                        ),
                    )
                    .label(each.list.span, "this list")
                    .label(span, format!("{} names", names.len())),
                    cx,
                );
                return false;
            }
        }
        true
    }

    /// The value of an expression that cannot be a word: a bare name that is bound to nothing
    /// is a mistake.
    pub(super) fn value_or_name(&mut self, expr: &'a Expr, cx: &Cx<'a>) -> Option<Value> {
        if let ExprKind::Name(name) = &expr.kind
            && cx.env.get(name).is_none()
        {
            self.report_unknown_name(name, expr.span, cx);
            return None;
        }
        self.value(expr, cx)
    }

    fn merge(&mut self, merge: &'a Merge, cx: &Cx<'a>, flow: Flow) -> Flow {
        let call = CallRef::from(&merge.call);
        let alias = call.alias.and_then(|a| self.alias(a, cx));
        let deeper = cx.deeper();
        if !self.fits_depth(merge.span, &deeper) {
            return Flow::Unknown;
        }
        let mut inputs = Vec::new();
        for branch in &merge.branches {
            if self.stopped {
                return Flow::Unknown;
            }
            let component = self.claim(cx, &branch.name.value, None, branch.name.span);
            let at = &self.scopes[cx.place];
            let scope = Scope {
                prefix: format!("{}{component}.", at.prefix),
                weights: format!("{}{component}.", at.weights),
                rel: format!("{}{component}.", at.rel),
                lexical: Some(cx.home.lexical),
                ..Scope::default()
            };
            let path = format!("{}{component}", at.prefix);
            self.settle(path.clone(), Flow::Pending, branch.name.span, true);
            let place = self.open_scope(scope);
            let inner = Cx { home: Home { lexical: place, ..cx.home.clone() }, place, ..deeper.clone() };
            let end = self.body(&branch.body, &inner, flow);
            self.settle(path, end, branch.name.span, true);
            inputs.push((end, branch.name.span));
        }
        let Some(entry) = self.merge_op(call, inputs.len(), cx) else {
            self.poison(call, alias.as_ref(), cx);
            return Flow::Unknown;
        };
        self.make_op(entry, call, call.args.iter().collect(), inputs, alias.as_ref(), cx)
    }

    /// The op of a merge, where it takes this many branches. The reader lets only ops over
    /// several nodes have branches.
    fn merge_op(&mut self, call: CallRef<'a>, branches: usize, cx: &Cx<'a>) -> Option<&'static ops::Entry> {
        let Some(entry) = ops::lookup(call.name) else {
            self.report_unknown_op(call, cx);
            return None;
        };
        let inputs = entry.info.inputs;
        if branches < inputs.min() || inputs.max().is_some_and(|m| branches > m) {
            self.wrong_count(entry, branches, call, cx);
            return None;
        }
        Some(entry)
    }

    pub(super) fn wrong_count(&mut self, entry: &ops::Entry, found: usize, call: CallRef<'a>, cx: &Cx<'a>) {
        let takes = match entry.info.inputs {
            Inputs::Named(names) => names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", "),
            Inputs::Optional(names, more) => {
                let optional = more.iter().map(|n| format!("perhaps `{n}`"));
                names.iter().map(|n| format!("`{n}`")).chain(optional).collect::<Vec<_>>().join(", ")
            }
            Inputs::Branches => "two or more nodes".to_string(),
        };
        let plural = if found == 1 { "" } else { "s" };
        self.report(
            Diagnostic::error(
                codes::WRONG_INPUT_COUNT,
                format!("`{}` reads {takes}, found {found} input{plural}", entry.info.name),
            )
            .label(call.span, format!("{found} input{plural}"))
            .help(format!("for example `{}`", entry.info.example)),
            cx,
        );
    }

    // ---- nodes -----------------------------------------------------------------------

    /// Makes a node of an op. Inputs come with the places that named them.
    pub(super) fn make_op(
        &mut self,
        entry: &'static ops::Entry,
        call: CallRef<'a>,
        attrs: Vec<&'a Arg>,
        inputs: Vec<(Flow, Span)>,
        alias: Option<&Ident>,
        cx: &Cx<'a>,
    ) -> Flow {
        if !self.count_node(call.span, cx) {
            return Flow::Unknown;
        }
        let op = self.read_op(entry, call, attrs, cx);
        let inputs: Vec<Option<NodeId>> =
            inputs.into_iter().map(|(flow, span)| self.consume(flow, entry.info.name, span, cx)).collect();
        let inputs: Option<Vec<NodeId>> = inputs.into_iter().collect();
        match (op, inputs) {
            (Some((op, attr_spans)), Some(inputs)) => self.add_node(op, attr_spans, &inputs, call.span, alias, cx),
            _ => {
                self.poison(call, alias, cx);
                Flow::Unknown
            }
        }
    }

    /// Reads the attributes of an op.
    fn read_op(
        &mut self,
        entry: &'static ops::Entry,
        call: CallRef<'a>,
        attrs: Vec<&'a Arg>,
        cx: &Cx<'a>,
    ) -> Option<(Op, Vec<(&'static str, Span)>)> {
        let mut given = Vec::new();
        let mut whole = true;
        for (at, arg) in attrs.into_iter().enumerate() {
            let attr = match &arg.name {
                Some(name) => entry.info.attrs.iter().find(|a| a.name == name.value),
                None => entry.info.attrs.get(at),
            };
            let numeric = attr.is_some_and(|a| {
                use AttrKind::{Bool, Float, Floats, Int, Ints, Size};
                matches!(a.kind, Int { .. } | Float { .. } | Bool | Size { .. } | Ints | Floats)
            });
            let value = if numeric { self.value_or_name(&arg.value, cx) } else { self.value(&arg.value, cx) };
            match value {
                Some(value) => given.push(Given {
                    name: arg.name.as_ref().map(|n| (n.value.clone(), n.span)),
                    value,
                    span: arg.value.span,
                }),
                None => whole = false,
            }
        }
        if !whole {
            return None;
        }
        let mut problems = Sink::new();
        let args = Args::read(entry.info.name, entry.info.attrs, &given, call.span, &mut problems);
        let op = args.as_ref().and_then(|args| (entry.build)(args, call.span, &mut problems));
        self.report_all(&problems, cx);
        Some((op?, args?.spans()))
    }

    /// The node that a link reads; `None` where that is not known, after a report where it is
    /// the first to be told of it.
    pub(super) fn consume(&mut self, flow: Flow, reader: &str, span: Span, cx: &Cx<'a>) -> Option<NodeId> {
        let problem = match flow {
            Flow::At(id) => return Some(id),
            Flow::Unknown | Flow::Pending => return None,
            Flow::Nothing => Diagnostic::error(codes::NO_RUNNING_NODE, format!("there is no node before `{reader}`"))
                .label(span, "this reads the node before it")
                .help(format!("name the node: `{reader}(@name)` or `@name -> {reader}`")),
            Flow::Ambiguous => {
                let inputs = &self.program.modules[cx.home.module].spec.inputs;
                let names = crate::diag::listing(inputs.iter().map(|i| i.name.value.as_str()), 6);
                let first = inputs.first().map_or("name", |i| i.name.value.as_str());
                Diagnostic::error(
                    codes::NO_RUNNING_NODE,
                    "the network has several inputs, and this may read any of them",
                )
                .label(span, format!("{names}?"))
                .help(format!("say which: `@{first} -> {reader}`"))
            }
        };
        self.report(problem, cx);
        None
    }

    /// Adds a node of an op whose inputs are known.
    pub(super) fn add_node(
        &mut self,
        op: Op,
        attr_spans: Vec<(&'static str, Span)>,
        inputs: &[NodeId],
        span: Span,
        alias: Option<&Ident>,
        cx: &Cx<'a>,
    ) -> Flow {
        let component = self.claim(cx, op.info().name, alias, span);
        let scope = &self.scopes[cx.place];
        let path = format!("{}{component}", scope.prefix);
        let trace = cx.trace.as_ref().map(|outer| {
            let name = format!("{}{component}", scope.rel);
            Arc::new(Trace { frame: TraceFrame { name, span }, instance: None, outer: Some(outer.clone()) })
        });
        let node = Node {
            path: path.clone(),
            weights: format!("{}{component}", scope.weights),
            kind: NodeKind::Op(op),
            span,
            attr_spans,
            trace,
            named: alias.is_some(),
        };
        let (Ok(id) | Err((id, _))) = self.graph.add(node, inputs);
        self.settle(path, Flow::At(id), alias.map_or(span, |a| a.span), alias.is_some());
        Flow::At(id)
    }

    /// Counts a node that is about to be made; `false` at the limit.
    fn count_node(&mut self, span: Span, cx: &Cx<'a>) -> bool {
        self.made += 1;
        if self.made > self.limits.nodes {
            self.too_many_nodes(span, cx);
        }
        !self.stopped
    }

    fn too_many_nodes(&mut self, span: Span, cx: &Cx<'a>) {
        if !self.stopped {
            self.stopped = true;
            let limit = self.limits.nodes;
            self.report(
                Diagnostic::error(codes::TOO_MANY_NODES, format!("the network has more than {limit} nodes"))
                    .label(span, "the limit is passed here"),
                cx,
            );
        }
    }

    /// Records that a call's node is unknown, so that references to it stay silent.
    pub(super) fn poison(&mut self, call: CallRef<'a>, alias: Option<&Ident>, cx: &Cx<'a>) {
        let name = match alias {
            Some(alias) => alias.value.clone(),
            None => call.name.to_string(),
        };
        let path = format!("{}{name}", self.scopes[cx.place].prefix);
        self.index.entry(path).or_insert(Named { flow: Flow::Unknown, span: call.span, by_user: alias.is_some() });
    }

    /// A scope for an instance beneath the place of `cx`.
    pub(super) fn instance_scope(&mut self, component: &str, weights: Option<String>, cx: &Cx<'a>) -> ScopeId {
        let at = &self.scopes[cx.place];
        let scope = Scope {
            prefix: format!("{}{component}.", at.prefix),
            weights: weights.unwrap_or_else(|| format!("{}{component}.", at.weights)),
            ..Scope::default()
        };
        self.open_scope(scope)
    }
}
