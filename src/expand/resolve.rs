//! Puts the values of parameters into the sections that others read.

use crate::ops::attrs::Value;
use crate::source::{Span, Spanned};
use crate::syntax::ast::{Arg, Call, Chain, Entry, Expr, ExprKind, Link, Unit};

use super::build::Builder;
use super::expr::FUNCTIONS;
use super::scope::Cx;
use super::value::Bound;

impl<'a> Builder<'a> {
    /// An expression of a section with its parameters and arithmetic evaluated.
    pub(super) fn resolve(&mut self, expr: &'a Expr, cx: &Cx<'a>) -> Expr {
        let kind = match &expr.kind {
            ExprKind::Name(name) => match cx.env.get(name) {
                Some(Bound::Value(value)) => literal(&value, expr.span),
                // A parameter that is a bare word, such as the name of a metric.
                Some(Bound::Chain(closure)) if closure.as_word().is_some() => {
                    ExprKind::Name(closure.as_word().unwrap_or(name).to_string())
                }
                _ => return expr.clone(),
            },
            ExprKind::Neg(_) | ExprKind::Binary(..) => self.evaluated(expr, cx),
            ExprKind::Call(call) if FUNCTIONS.contains(&call.name.value.as_str()) => self.evaluated(expr, cx),
            ExprKind::List(items) => ExprKind::List(items.iter().map(|i| self.resolve(i, cx)).collect()),
            ExprKind::Map(entries) => ExprKind::Map(entries.iter().map(|e| self.resolve_entry(e, cx)).collect()),
            ExprKind::Call(call) => ExprKind::Call(Box::new(self.resolve_call(call, cx))),
            ExprKind::Chain(chain) => {
                let links = chain.links.iter().map(|link| match link {
                    Link::Call(call) => Link::Call(self.resolve_call(call, cx)),
                    other => other.clone(),
                });
                ExprKind::Chain(Chain { links: links.collect(), span: chain.span })
            }
            _ => return expr.clone(),
        };
        Expr::new(kind, expr.span)
    }

    pub(super) fn resolve_entry(&mut self, entry: &'a Entry, cx: &Cx<'a>) -> Entry {
        Entry { key: entry.key.clone(), value: self.resolve(&entry.value, cx) }
    }

    fn evaluated(&mut self, expr: &'a Expr, cx: &Cx<'a>) -> ExprKind {
        self.value(expr, cx).map_or(ExprKind::Hole, |value| literal(&value, expr.span))
    }

    fn resolve_call(&mut self, call: &'a Call, cx: &Cx<'a>) -> Call {
        let args = call.args.iter().map(|a| Arg { name: a.name.clone(), value: self.resolve(&a.value, cx) });
        Call { name: call.name.clone(), args: args.collect(), alias: call.alias.clone(), span: call.span }
    }
}

/// A value as it would be written.
fn literal(value: &Value, span: Span) -> ExprKind {
    let expr = |v: &Value| Expr::new(literal(v, span), span);
    match value {
        Value::Null => ExprKind::Null,
        Value::Bool(v) => ExprKind::Bool(*v),
        Value::Int(v) => ExprKind::Int(*v),
        Value::Float(v) => ExprKind::Float(*v),
        Value::Word(v) => ExprKind::Str(v.clone()),
        Value::Quantity(v, unit) => Unit::of_suffix(unit).map_or(ExprKind::Hole, |unit| ExprKind::Quantity(*v, unit)),
        Value::List(items) => ExprKind::List(items.iter().map(expr).collect()),
        Value::Call(name, args) => {
            let args = args
                .iter()
                .map(|(name, v)| Arg { name: name.as_ref().map(|n| Spanned::new(n.clone(), span)), value: expr(v) });
            let args = args.collect();
            ExprKind::Call(Box::new(Call { name: Spanned::new(name.clone(), span), args, alias: None, span }))
        }
    }
}
