//! Instances of blocks and towers: their scopes, their parameters, and recursion.

use std::rc::Rc;
use std::sync::Arc;

use crate::diag::{Diagnostic, Frame as TraceFrame, codes, did_you_mean};
use crate::graph::{Instance as GraphInstance, Trace};
use crate::source::Spanned;
use crate::syntax::ast::{Arg, Block, ExprKind, Ident, Link, TowerBody};

use super::build::{Builder, TowerCall};
use super::scope::{Cx, Home, Instance, Template};
use super::value::{Bound, CallRef, Env, Flow, Frame};

impl<'a> Builder<'a> {
    /// Fills in a block.
    pub(super) fn call_block(
        &mut self,
        template: Template,
        towers: Rc<str>,
        call: CallRef<'a>,
        cx: &Cx<'a>,
        flow: Flow,
        alias: Option<&Ident>,
    ) -> Flow {
        let Template::Block(module, at) = template else { return Flow::Unknown };
        let block = &self.program.modules[module].spec.blocks[at];
        let number = self.next_call(cx.place);
        let (flow, args) = self.node_argument(call.args, cx, flow);
        let env = self.bind_block(block, module, args, call, cx);
        let (component, name) = match alias {
            Some(alias) => (self.claim(cx, "", Some(alias), call.span), alias.value.clone()),
            None => {
                let base = number.to_string();
                let name = format!("{}[{number}]", call.name);
                (self.claim(cx, &base, None, call.span), name)
            }
        };
        let instance = InstanceOf { template, towers, env, name, component, weights: None };
        let body = &block.body;
        self.instantiate(instance, call, cx, alias.is_some(), |b, inner| b.body(body, inner, flow))
    }

    /// Calls a tower.
    pub(super) fn call_tower(
        &mut self,
        template: Template,
        towers: Rc<str>,
        call: CallRef<'a>,
        cx: &Cx<'a>,
        flow: Flow,
        alias: Option<&Ident>,
    ) -> Flow {
        let Template::Tower(module, at) = template else { return Flow::Unknown };
        let program = self.program;
        let tower = &program.modules[module].spec.towers[at];
        let (flow, args) = self.node_argument(call.args, cx, flow);
        if let Some(arg) = args.first() {
            self.report(
                Diagnostic::error(codes::TOO_MANY_ARGUMENTS, format!("the tower `{}` takes one node", call.name))
                    .label(arg.value.span, "one too many"),
                cx,
            );
        }
        let component = self.claim(cx, &tower.name.value, alias, call.span);
        let weights = format!("{towers}{}.", tower.name.value);
        let name = alias.map_or_else(|| component.clone(), |a| a.value.clone());
        let home = match &tower.body {
            TowerBody::Body(_) => Some(module),
            TowerBody::Use(_) => program.modules[module].towers.get(at).copied().flatten(),
        };
        let Some(home) = home else {
            self.poison(call, alias, cx);
            return Flow::Unknown;
        };
        let env = self.params.get(home).cloned().unwrap_or_else(Frame::root);
        let towers = weights.clone().into();
        let instance = InstanceOf { template, towers, env, name, component, weights: Some(weights.clone()) };
        let first = self.graph.len();
        let end = self.instantiate(instance, call, cx, alias.is_some(), |b, inner| match &tower.body {
            TowerBody::Body(body) => b.body(body, inner, flow),
            TowerBody::Use(_) => {
                let inner = Cx { home: Home { module: home, ..inner.home.clone() }, ..inner.clone() };
                b.whole_net(home, &inner, flow, call)
            }
        });
        if matches!(tower.body, TowerBody::Use(_)) {
            self.towers.push(TowerCall { nodes: first..self.graph.len(), weights, module: home });
        }
        end
    }

    /// The net of another spec, from its first input to its first output.
    fn whole_net(&mut self, module: usize, cx: &Cx<'a>, flow: Flow, call: CallRef<'a>) -> Flow {
        let spec = &self.program.modules[module].spec;
        let Some(net) = &spec.net else {
            let name = self.program.modules[module].name.clone();
            self.report(
                Diagnostic::error(codes::NO_NET, format!("`{name}` has no `net` to make a tower of"))
                    .label(call.span, "called here"),
                cx,
            );
            return Flow::Unknown;
        };
        if let Some(input) = spec.inputs.first() {
            let path = format!("{}{}", self.scopes[cx.place].prefix, input.name.value);
            self.settle(path, flow, input.name.span, true);
        }
        let end = self.body(net, cx, flow);
        match spec.outputs.first() {
            Some(output) => self.node(&output.value, output.span, cx),
            None => end,
        }
    }

    /// Opens a scope, runs the body in it, and lets the instance's name stand for its last node.
    fn instantiate(
        &mut self,
        instance: InstanceOf<'a>,
        call: CallRef<'a>,
        cx: &Cx<'a>,
        by_user: bool,
        body: impl FnOnce(&mut Self, &Cx<'a>) -> Flow,
    ) -> Flow {
        let path = format!("{}{}", self.scopes[cx.place].prefix, instance.component);
        self.settle(path.clone(), Flow::Pending, call.span, by_user);
        let name = format!("{}{}", self.scopes[cx.place].rel, instance.name);
        let place = self.instance_scope(&instance.component, instance.weights, cx);
        let (Template::Block(module, _) | Template::Tower(module, _)) = instance.template;
        let around = &cx.home.instances;
        let filled = GraphInstance {
            template: self.template_name(instance.template).to_string(),
            prefix: self.scopes[place].prefix.clone(),
            weights: self.scopes[place].weights.clone(),
            named: by_user,
        };
        let inner = Cx {
            home: Home {
                module,
                lexical: place,
                towers: instance.towers,
                instances: Some(Rc::new(Instance {
                    template: instance.template,
                    span: call.span,
                    outer: around.clone(),
                })),
            },
            env: instance.env,
            place,
            trace: Some(Arc::new(Trace {
                frame: TraceFrame { name, span: call.span },
                instance: Some(filled),
                outer: cx.trace.clone(),
            })),
            depth: cx.depth + 1,
        };
        let end = if self.recursive(instance.template, call, cx) || !self.fits_depth(call.span, &inner) {
            Flow::Unknown
        } else {
            body(self, &inner)
        };
        self.settle(path, end, call.span, by_user);
        end
    }

    fn template_name(&self, template: Template) -> &'a str {
        let program = self.program;
        match template {
            Template::Block(m, at) => &program.modules[m].spec.blocks[at].name.value,
            Template::Tower(m, at) => &program.modules[m].spec.towers[at].name.value,
        }
    }

    /// Whether the template is being filled in already where the call stands; that is reported.
    fn recursive(&mut self, template: Template, call: CallRef<'a>, cx: &Cx<'a>) -> bool {
        let mut chain = Vec::new();
        let mut at = cx.home.instances.as_deref();
        while let Some(instance) = at {
            chain.push((instance.template, instance.span));
            if instance.template == template {
                break;
            }
            at = instance.outer.as_deref();
        }
        if chain.last().is_none_or(|(t, _)| *t != template) {
            return false;
        }
        let names = chain.iter().rev().map(|(t, _)| *t).chain([template]);
        let names: Vec<String> = names.map(|t| format!("`{}`", self.template_name(t))).collect();
        let mut problem = Diagnostic::error(
            codes::RECURSIVE_BLOCK,
            format!("`{}` contains itself: {}", self.template_name(template), names.join(" → ")),
        )
        .label(call.span, "called here");
        for (_, span) in chain.iter().take(chain.len() - 1) {
            problem = problem.label(*span, "on the way");
        }
        self.report(problem.help("use `repeat` or `for` to stack a block"), cx);
        true
    }

    /// A leading argument of a block or tower that names the node it reads.
    pub(super) fn node_argument(&mut self, args: &'a [Arg], cx: &Cx<'a>, flow: Flow) -> (Flow, &'a [Arg]) {
        let Some((first, rest)) = args.split_first() else { return (flow, args) };
        if first.name.is_some() {
            return (flow, args);
        }
        let node = match &first.value.kind {
            ExprKind::Node(name) => Some(self.node(name, first.value.span, cx)),
            ExprKind::Chain(chain) if matches!(chain.links.first(), Some(Link::Node(_))) => {
                Some(self.chain(chain, &cx.deeper(), flow, None))
            }
            ExprKind::Name(name) => match cx.env.get(name) {
                Some(Bound::Node(node)) => Some(node),
                Some(_) => None,
                None if self.is_callable(name, cx.home.module) => None,
                None => self.find_node(name, cx).is_some().then(|| self.node(name, first.value.span, cx)),
            },
            _ => None,
        };
        match node {
            Some(node) => (node, rest),
            None => (flow, args),
        }
    }

    /// Binds the parameters of a block to the arguments of a call.
    fn bind_block(
        &mut self,
        block: &'a Block,
        module: usize,
        args: &'a [Arg],
        call: CallRef<'a>,
        cx: &Cx<'a>,
    ) -> Env<'a> {
        let slots = self.argument_slots(block, args, call, cx);
        let outer = self.params.get(module).cloned().unwrap_or_else(Frame::root);
        let env = Frame::inside(&outer);
        let own = Cx { env: env.clone(), home: Home { module, ..cx.home.clone() }, ..cx.clone() };
        for (param, arg) in block.params.iter().zip(slots) {
            let bound = match (arg, &param.default) {
                (Some(arg), _) => self.bound(&arg.value, cx),
                (None, Some(default)) => self.bound(default, &own),
                (None, None) => {
                    self.missing_argument(block, &param.name, call, cx);
                    Bound::Unknown
                }
            };
            env.bind(&param.name.value, bound);
        }
        env
    }

    /// The argument of each parameter.
    fn argument_slots(
        &mut self,
        block: &'a Block,
        args: &'a [Arg],
        call: CallRef<'a>,
        cx: &Cx<'a>,
    ) -> Vec<Option<&'a Arg>> {
        let mut slots: Vec<Option<&'a Arg>> = vec![None; block.params.len()];
        let mut positional = 0;
        for arg in args {
            let slot = match &arg.name {
                None => {
                    positional += 1;
                    positional - 1
                }
                Some(name) => match block.params.iter().position(|p| p.name.value == name.value) {
                    Some(slot) => slot,
                    None => {
                        self.unknown_argument(block, name, call, cx);
                        continue;
                    }
                },
            };
            match slots.get_mut(slot) {
                None => self.surplus_argument(block, arg, call, cx),
                Some(Some(first)) => {
                    let name = &block.params[slot].name.value;
                    let problem = Diagnostic::error(
                        codes::DUPLICATE_ARGUMENT,
                        format!("`{name}` of `{}` is given twice", call.name),
                    )
                    .label(arg.value.span, "given again here")
                    .label(first.value.span, "first given here");
                    self.report(problem, cx);
                }
                Some(free) => *free = Some(arg),
            }
        }
        slots
    }

    fn unknown_argument(&mut self, block: &'a Block, name: &Ident, call: CallRef<'a>, cx: &Cx<'a>) {
        let params: Vec<&str> = block.params.iter().map(|p| p.name.value.as_str()).collect();
        let help = match did_you_mean(&name.value, params.iter().copied()) {
            Some(close) => Some(format!("did you mean `{close}`?")),
            None if params.is_empty() => Some(format!("`{}` takes no arguments", call.name)),
            None => Some(format!("its arguments are {}", quoted(&params))),
        };
        self.report(
            Diagnostic::error(codes::UNKNOWN_ARGUMENT, format!("`{}` has no argument `{}`", call.name, name.value))
                .label(name.span, "not an argument of it")
                .label(block.name.span, "declared here")
                .maybe_help(help),
            cx,
        );
    }

    fn surplus_argument(&mut self, block: &'a Block, arg: &'a Arg, call: CallRef<'a>, cx: &Cx<'a>) {
        let params: Vec<&str> = block.params.iter().map(|p| p.name.value.as_str()).collect();
        let takes = match params.len() {
            0 => "no arguments".to_string(),
            1 => "one argument".to_string(),
            n => format!("{n} arguments"),
        };
        self.report(
            Diagnostic::error(codes::TOO_MANY_ARGUMENTS, format!("`{}` takes {takes}", call.name))
                .label(arg.value.span, "one too many")
                .label(block.name.span, "declared here")
                .maybe_help((!params.is_empty()).then(|| format!("its arguments are {}", quoted(&params)))),
            cx,
        );
    }

    fn missing_argument(&mut self, block: &'a Block, param: &Spanned<String>, call: CallRef<'a>, cx: &Cx<'a>) {
        self.report(
            Diagnostic::error(codes::MISSING_ARGUMENT, format!("`{}` needs `{}`", call.name, param.value))
                .label(call.span, format!("`{}` is missing", param.value))
                .label(block.name.span, "declared here"),
            cx,
        );
    }
}

/// An instance about to be made.
struct InstanceOf<'a> {
    template: Template,
    towers: Rc<str>,
    env: Env<'a>,
    /// What it is called in traces.
    name: String,
    /// Its part of the path.
    component: String,
    /// What its weights begin with, where that is not its path.
    weights: Option<String>,
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")
}
