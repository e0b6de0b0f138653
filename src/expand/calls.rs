//! Calls: what a name stands for, and the instances of blocks, towers and chain parameters.

use std::collections::HashSet;
use std::rc::Rc;

use crate::diag::{Diagnostic, codes, did_you_mean};
use crate::ops::attrs::Value;
use crate::ops::{self, Inputs};
use crate::source::Span;
use crate::syntax::ast::{Arg, Expr, ExprKind, Ident};

use super::build::Builder;
use super::expr::FUNCTIONS;
use super::scope::{Cx, Template};
use super::value::{Bound, CallRef, Closure, ClosureBody, Flow, Frame};
use super::walk;

/// What the name of a call stands for.
enum Callee<'a> {
    Identity,
    Chain(Rc<Closure<'a>>),
    /// The template, and what the weights of its module's towers begin with.
    Template(Template, Rc<str>),
    Op(&'static ops::Entry),
    /// A value or node, by this name of its kind.
    Value(&'static str),
    /// What a block's argument spells, but nothing is called so.
    Poisoned,
    Unknown,
}

impl<'a> Builder<'a> {
    fn callee(&self, name: &str, cx: &Cx<'a>) -> Callee<'a> {
        match cx.env.get(name) {
            Some(Bound::Chain(closure)) => return Callee::Chain(closure),
            Some(Bound::Unknown) => return Callee::Poisoned,
            Some(bound @ Bound::Node(_)) => return Callee::Value(bound.kind()),
            Some(bound @ Bound::Value(_)) if !self.is_callable(name, cx.home.module) => {
                return Callee::Value(bound.kind());
            }
            _ => {}
        }
        if let Some((template, towers)) = self.template(name, cx.home.module, &cx.home.towers) {
            return Callee::Template(template, towers);
        }
        match ops::lookup(name) {
            _ if name == "identity" => Callee::Identity,
            Some(entry) => Callee::Op(entry),
            None => Callee::Unknown,
        }
    }

    /// The block or tower of a name, seen from a module.
    fn template(&self, name: &str, module: usize, towers: &Rc<str>) -> Option<(Template, Rc<str>)> {
        let m = &self.program.modules[module];
        if let Some(at) = m.spec.blocks.iter().position(|b| b.name.value == name) {
            return Some((Template::Block(module, at), towers.clone()));
        }
        if let Some(at) = m.spec.towers.iter().position(|t| t.name.value == name) {
            return Some((Template::Tower(module, at), towers.clone()));
        }
        let (space, rest) = name.split_once('.')?;
        let inner = m.uses.iter().find(|(n, _)| n == space)?.1?;
        self.template(rest, inner, &format!("{towers}{space}.").into())
    }

    pub(super) fn is_callable(&self, name: &str, module: usize) -> bool {
        name == "identity" || ops::lookup(name).is_some() || self.template(name, module, &"".into()).is_some()
    }

    /// Runs one call; `alias` names its node where the call itself does not.
    pub(super) fn call(&mut self, call: CallRef<'a>, cx: &Cx<'a>, flow: Flow, alias: Option<&Ident>) -> Flow {
        if !self.charge(1, call.span, cx) {
            return Flow::Unknown;
        }
        let own = match call.alias {
            Some(own) => self.alias(own, cx),
            None => alias.cloned(),
        };
        let alias = own.as_ref();
        match self.callee(call.name, cx) {
            Callee::Op(entry) => self.call_op(entry, call, cx, flow, alias),
            Callee::Template(template @ Template::Block(..), towers) => {
                self.call_block(template, towers, call, cx, flow, alias)
            }
            Callee::Template(template @ Template::Tower(..), towers) => {
                self.call_tower(template, towers, call, cx, flow, alias)
            }
            Callee::Chain(closure) => {
                self.no_arguments(call, "is a chain parameter and", cx);
                self.call_closure(&closure, call.span, cx, flow, alias)
            }
            // Only a name makes it worth a node.
            Callee::Identity => match (ops::lookup(call.name), alias) {
                (Some(entry), Some(_)) => self.call_op(entry, call, cx, flow, alias),
                _ => match self.node_argument(call.args, cx, flow) {
                    (flow, []) => flow,
                    (flow, _) => {
                        self.no_arguments(call, "", cx);
                        flow
                    }
                },
            },
            other => {
                self.report_uncallable(&other, call, cx);
                self.poison(call, alias, cx);
                Flow::Unknown
            }
        }
    }

    fn report_uncallable(&mut self, callee: &Callee<'a>, call: CallRef<'a>, cx: &Cx<'a>) {
        match callee {
            Callee::Value(kind) => {
                let is_node = *kind == "a node";
                self.report(
                    Diagnostic::error(codes::NOT_CALLABLE, format!("`{}` is {kind}, not an op or block", call.name))
                        .label(call.name_span, "cannot be called")
                        .maybe_help(is_node.then(|| format!("a chain begins at a node with `@{}`", call.name))),
                    cx,
                );
            }
            Callee::Unknown => self.report_unknown_op(call, cx),
            _ => {}
        }
    }

    fn no_arguments(&mut self, call: CallRef<'a>, what: &str, cx: &Cx<'a>) {
        if let Some(arg) = call.args.first() {
            let space = if what.is_empty() { "" } else { " " };
            self.report(
                Diagnostic::error(
                    codes::TOO_MANY_ARGUMENTS,
                    format!("`{}`{space}{what} takes no arguments", call.name),
                )
                .label(arg.value.span, "an argument"),
                cx,
            );
        }
    }

    /// Reports that nothing is called so.
    pub(super) fn report_unknown_op(&mut self, call: CallRef<'a>, cx: &Cx<'a>) {
        let module = &self.program.modules[cx.home.module];
        if let Some((space, rest)) = call.name.split_once('.')
            && let Some((_, inner)) = module.uses.iter().find(|(n, _)| n == space)
        {
            let Some(inner) = inner else { return };
            let spec = &self.program.modules[*inner].spec;
            let names = spec.blocks.iter().map(|b| &b.name).chain(spec.towers.iter().map(|t| &t.name));
            let close = did_you_mean(rest, names.map(|n| n.value.as_str()));
            self.report(
                Diagnostic::error(codes::UNKNOWN_OP, format!("`{space}` has no block `{rest}`"))
                    .label(call.name_span, "not found")
                    .maybe_help(close.map(|c| format!("did you mean `{space}.{c}`?"))),
                cx,
            );
            return;
        }
        let lower = call.name.to_lowercase();
        let known = ops::table().iter().find(|e| e.info.also_known_as.iter().any(|n| n.to_lowercase() == lower));
        let spec = &module.spec;
        let names =
            spec.blocks.iter().map(|b| b.name.value.as_str()).chain(spec.towers.iter().map(|t| t.name.value.as_str()));
        let help = match (known, did_you_mean(call.name, names.chain(ops::table().iter().map(|e| e.info.name)))) {
            (Some(entry), _) => Some(format!("here it is called `{}`: `{}`", entry.info.name, entry.info.example)),
            (None, Some(close)) => Some(format!("did you mean `{close}`?")),
            (None, None) => self
                .find_node(call.name, cx)
                .map(|_| format!("`{0}` is a node: a chain begins at it with `@{0}`", call.name)),
        };
        self.report(
            Diagnostic::error(codes::UNKNOWN_OP, format!("there is no op or block `{}`", call.name))
                .label(call.name_span, "not found")
                .maybe_help(help),
            cx,
        );
    }

    // ---- ops -------------------------------------------------------------------------

    fn call_op(
        &mut self,
        entry: &'static ops::Entry,
        call: CallRef<'a>,
        cx: &Cx<'a>,
        flow: Flow,
        alias: Option<&Ident>,
    ) -> Flow {
        let inputs = entry.info.inputs;
        let least = if inputs == Inputs::Branches { 2 } else { inputs.min() };
        let Sorted { mut leading, named, attrs } = self.sort_arguments(entry, call, least, cx, flow);
        if leading.len() + named.len() < least {
            leading.insert(0, (flow, call.span));
        }
        let found = leading.len() + named.len();
        let filled = match inputs.max() {
            Some(slots) => fill_slots(slots, leading, &named),
            None => Some(leading),
        };
        match filled {
            Some(filled) if filled.len() >= inputs.min() => self.make_op(entry, call, attrs, filled, alias, cx),
            _ => {
                self.wrong_count(entry, found, call, cx);
                self.poison(call, alias, cx);
                Flow::Unknown
            }
        }
    }

    /// Tells the arguments of an op that are nodes from those that are values. The op needs
    /// `least` inputs.
    fn sort_arguments(
        &mut self,
        entry: &'static ops::Entry,
        call: CallRef<'a>,
        least: usize,
        cx: &Cx<'a>,
        flow: Flow,
    ) -> Sorted<'a> {
        let slots: Vec<&'static str> = match entry.info.inputs {
            Inputs::Named(names) => names.to_vec(),
            Inputs::Optional(names, more) => names.iter().chain(more).copied().collect(),
            Inputs::Branches => Vec::new(),
        };
        let most = entry.info.inputs.max();
        let mut sorted = Sorted { leading: Vec::new(), named: Vec::new(), attrs: Vec::new() };
        for arg in call.args {
            let span = arg.value.span;
            let slot = arg.name.as_ref().and_then(|name| slots.iter().position(|s| *s == name.value));
            if let Some(slot) = slot {
                sorted.named.push((slot, self.input_by_name(&arg.value, cx, flow), span));
                continue;
            }
            let at = sorted.leading.len();
            let may_lead = arg.name.is_none() && sorted.attrs.is_empty() && most.is_none_or(|m| at < m);
            let input = match may_lead {
                true => self.leading_input(&arg.value, most != Some(1), at < least, cx, flow),
                false => None,
            };
            match input {
                Some(input) => sorted.leading.push((input, span)),
                None => sorted.attrs.push(arg),
            }
        }
        sorted
    }

    /// The node of an argument that is given by the name of an input.
    fn input_by_name(&mut self, expr: &'a Expr, cx: &Cx<'a>, flow: Flow) -> Flow {
        match self.leading_input(expr, true, true, cx, flow) {
            Some(flow) => flow,
            None => {
                self.report(
                    Diagnostic::error(codes::BAD_ARGUMENT, "this argument takes a node")
                        .label(expr.span, "expected the name of a node"),
                    cx,
                );
                Flow::Unknown
            }
        }
    }

    /// The node of a leading argument, where it is one. With `several`, the op reads several
    /// nodes, and bare names and calls count; with `needed`, a bare name must be a node.
    fn leading_input(&mut self, expr: &'a Expr, several: bool, needed: bool, cx: &Cx<'a>, flow: Flow) -> Option<Flow> {
        match &expr.kind {
            ExprKind::Node(name) => Some(self.node(name, expr.span, cx)),
            ExprKind::Chain(chain) => Some(self.chain(chain, &cx.deeper(), flow, None)),
            ExprKind::Call(call) if several && self.spells_chain(&call.name.value, cx) => {
                let cx = cx.deeper();
                if !self.fits_depth(expr.span, &cx) {
                    return Some(Flow::Unknown);
                }
                Some(self.call((&**call).into(), &cx, flow, None))
            }
            ExprKind::Hole if several && needed => Some(Flow::Unknown),
            ExprKind::Name(name) => match cx.env.get(name) {
                Some(Bound::Node(flow)) => Some(flow),
                Some(Bound::Unknown) => (several && needed).then_some(Flow::Unknown),
                Some(Bound::Chain(closure)) if several => Some(self.call_closure(&closure, expr.span, cx, flow, None)),
                Some(_) => None,
                None if self.find_node(name, cx).is_some() => Some(self.node(name, expr.span, cx)),
                None if several && self.is_callable(name, cx.home.module) => {
                    Some(self.call(CallRef::bare(name, expr.span), &cx.deeper(), flow, None))
                }
                None => (several && needed).then(|| self.node(name, expr.span, cx)),
            },
            _ => None,
        }
    }

    /// Whether a call in an argument is a chain rather than a value.
    fn spells_chain(&self, name: &str, cx: &Cx<'a>) -> bool {
        match cx.env.get(name) {
            Some(Bound::Chain(_)) => true,
            _ => !FUNCTIONS.contains(&name) && self.is_callable(name, cx.home.module),
        }
    }

    // ---- chain parameters ------------------------------------------------------------

    /// What an argument of a block stands for.
    pub(super) fn bound(&mut self, expr: &'a Expr, cx: &Cx<'a>) -> Bound<'a> {
        let body = match &expr.kind {
            ExprKind::Node(name) => return Bound::Node(self.node(name, expr.span, cx)),
            ExprKind::Chain(chain) => ClosureBody::Chain(chain),
            ExprKind::Call(call) if self.spells_chain(&call.name.value, cx) => ClosureBody::Call((&**call).into()),
            ExprKind::Name(name) => match cx.env.get(name) {
                Some(bound) => return bound,
                None if self.is_callable(name, cx.home.module) => ClosureBody::Call(CallRef::bare(name, expr.span)),
                None => return Bound::value(Value::Word(name.clone())),
            },
            ExprKind::Hole => return Bound::Unknown,
            _ => return self.value(expr, cx).map_or(Bound::Unknown, Bound::value),
        };
        // Only what it mentions is closed over, so that no environment holds itself.
        let mut names = HashSet::new();
        walk::expr_names(expr, &mut names);
        let env = Frame::root();
        for name in names {
            if let Some(bound) = cx.env.get(name) {
                env.bind(name, bound);
            }
        }
        Bound::Chain(Rc::new(Closure { body, env, home: cx.home.clone() }))
    }

    fn call_closure(
        &mut self,
        closure: &Closure<'a>,
        span: Span,
        cx: &Cx<'a>,
        flow: Flow,
        alias: Option<&Ident>,
    ) -> Flow {
        let inner = Cx { home: closure.home.clone(), env: closure.env.clone(), ..cx.deeper() };
        if !self.fits_depth(span, &inner) {
            return Flow::Unknown;
        }
        match closure.body {
            ClosureBody::Chain(chain) => self.chain(chain, &inner, flow, alias),
            ClosureBody::Call(call) => self.call(call, &inner, flow, alias),
        }
    }
}

/// The arguments of an op.
struct Sorted<'a> {
    /// Nodes by position.
    leading: Vec<(Flow, Span)>,
    /// Nodes by the name of their slot.
    named: Vec<(usize, Flow, Span)>,
    /// Values.
    attrs: Vec<&'a Arg>,
}

/// Puts inputs into their slots: those with names first, the others into what is left, in
/// order. `None` where they do not fit or leave a gap.
fn fill_slots(len: usize, leading: Vec<(Flow, Span)>, named: &[(usize, Flow, Span)]) -> Option<Vec<(Flow, Span)>> {
    let mut slots: Vec<Option<(Flow, Span)>> = vec![None; len];
    for (slot, flow, span) in named {
        if slots[*slot].replace((*flow, *span)).is_some() {
            return None;
        }
    }
    let mut leading = leading.into_iter();
    for slot in slots.iter_mut().filter(|s| s.is_none()) {
        *slot = leading.next();
    }
    let filled = slots.iter().take_while(|s| s.is_some()).count();
    let whole = slots[filled..].iter().all(Option::is_none) && leading.next().is_none();
    whole.then(|| slots.into_iter().flatten().collect())
}
