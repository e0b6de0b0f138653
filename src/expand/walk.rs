//! Walks over the tree that ask which names it mentions.

use std::collections::HashSet;

use crate::syntax::ast::{Arg, Block, Body, Call, Chain, Expr, ExprKind, Link, Spec, Stmt, TowerBody};

use super::template;

/// Adds every name that an expression mentions: parameters, nodes, ops, names in templates.
pub(super) fn expr_names<'a>(expr: &'a Expr, names: &mut HashSet<&'a str>) {
    match &expr.kind {
        ExprKind::Name(name) => {
            names.insert(name);
        }
        ExprKind::Node(name) => reference(name, names),
        ExprKind::List(items) => items.iter().for_each(|i| expr_names(i, names)),
        ExprKind::Map(entries) => entries.iter().for_each(|e| expr_names(&e.value, names)),
        ExprKind::Neg(inner) => expr_names(inner, names),
        ExprKind::Binary(_, a, b) => {
            expr_names(a, names);
            expr_names(b, names);
        }
        ExprKind::Call(call) => call_names(call, names),
        ExprKind::Chain(chain) => chain_names(chain, names),
        ExprKind::Null
        | ExprKind::Bool(_)
        | ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Str(_)
        | ExprKind::Quantity(..)
        | ExprKind::Hole => {}
    }
}

/// A path to a node mentions the node, every scope around it, and the names in its braces.
fn reference<'a>(path: &'a str, names: &mut HashSet<&'a str>) {
    names.extend(path.match_indices('.').map(|(at, _)| &path[..at]));
    names.insert(path);
    names.extend(template::names(path));
}

pub(super) fn chain_names<'a>(chain: &'a Chain, names: &mut HashSet<&'a str>) {
    for link in &chain.links {
        match link {
            Link::Node(name) => reference(&name.value, names),
            Link::Call(call) => call_names(call, names),
            Link::Hole(_) => {}
        }
    }
}

fn call_names<'a>(call: &'a Call, names: &mut HashSet<&'a str>) {
    names.insert(&call.name.value);
    if let Some(alias) = &call.alias {
        names.extend(template::names(&alias.value));
    }
    call.args.iter().for_each(|Arg { value, .. }| expr_names(value, names));
}

/// Adds every name that a body mentions.
pub(super) fn body_names<'a>(body: &'a Body, names: &mut HashSet<&'a str>) {
    for stmt in &body.stmts {
        match stmt {
            Stmt::Chain(chain) => chain_names(chain, names),
            Stmt::Merge(merge) => {
                call_names(&merge.call, names);
                merge.branches.iter().for_each(|b| body_names(&b.body, names));
            }
            Stmt::Repeat(repeat) => {
                expr_names(&repeat.count, names);
                body_names(&repeat.body, names);
            }
            Stmt::For(each) => {
                expr_names(&each.list, names);
                body_names(&each.body, names);
            }
            Stmt::Hole(_) => {}
        }
    }
}

/// Adds every name that a block's body and defaults mention.
pub(super) fn block_names<'a>(block: &'a Block, names: &mut HashSet<&'a str>) {
    body_names(&block.body, names);
    block.params.iter().filter_map(|p| p.default.as_ref()).for_each(|d| expr_names(d, names));
}

/// Calls `f` for every call of a body.
fn calls<'a>(body: &'a Body, f: &mut impl FnMut(&'a Call)) {
    for stmt in &body.stmts {
        match stmt {
            Stmt::Chain(chain) => chain_calls(chain, f),
            Stmt::Merge(merge) => {
                call_and_arguments(&merge.call, f);
                merge.branches.iter().for_each(|b| calls(&b.body, f));
            }
            Stmt::Repeat(repeat) => calls(&repeat.body, f),
            Stmt::For(each) => calls(&each.body, f),
            Stmt::Hole(_) => {}
        }
    }
}

fn chain_calls<'a>(chain: &'a Chain, f: &mut impl FnMut(&'a Call)) {
    for link in &chain.links {
        if let Link::Call(call) = link {
            call_and_arguments(call, f);
        }
    }
}

fn call_and_arguments<'a>(call: &'a Call, f: &mut impl FnMut(&'a Call)) {
    f(call);
    for arg in &call.args {
        match &arg.value.kind {
            ExprKind::Call(call) => call_and_arguments(call, f),
            ExprKind::Chain(chain) => chain_calls(chain, f),
            _ => {}
        }
    }
}

/// Adds every name that a spec's `net` gives with `as`, as it is written.
pub(super) fn aliases<'a>(spec: &'a Spec, names: &mut HashSet<&'a str>) {
    if let Some(net) = &spec.net {
        calls(net, &mut |call| {
            if let Some(alias) = &call.alias {
                names.insert(&alias.value);
            }
        });
    }
}

/// Every name that a spec mentions outside its blocks and parameters.
pub(super) fn roots(spec: &Spec) -> HashSet<&str> {
    let mut names = HashSet::new();
    if let Some(net) = &spec.net {
        body_names(net, &mut names);
    }
    for tower in &spec.towers {
        if let TowerBody::Body(body) = &tower.body {
            body_names(body, &mut names);
        }
    }
    spec.loss.iter().for_each(|l| expr_names(&l.value, &mut names));
    spec.metrics.iter().for_each(|m| expr_names(m, &mut names));
    spec.inputs.iter().flat_map(|i| &i.ty.dims).for_each(|d| expr_names(d, &mut names));
    spec.sections.iter().for_each(|s| expr_names(&s.value, &mut names));
    names.extend(spec.outputs.iter().map(|o| o.value.as_str()));
    names
}
