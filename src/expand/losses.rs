//! Losses and metrics: calls on named nodes, and the sum that training minimises.

use crate::diag::{Diagnostic, codes, did_you_mean, listing};
use crate::graph::NodeId;
use crate::ops::attrs::{Args, Given, Value};
use crate::ops::{self, Inputs, OpInfo, Role};
use crate::source::{Span, Spanned};
use crate::syntax::ast::{BinOp, Expr, ExprKind, Ident, NamedExpr, Spec};

use super::build::Builder;
use super::expr::Number;
use super::scope::{Cx, Scope};
use super::value::{CallRef, Flow};

/// The name that the sum of the losses goes by.
const TOTAL: &str = "total";

/// Weighted losses: a factor and the loss's name.
type Terms = Vec<(f64, String)>;

impl<'a> Builder<'a> {
    /// A place for nodes beneath `name.` that sees the network's own names.
    fn aside(&mut self, name: &str) -> Cx<'a> {
        let prefix = format!("{name}.");
        let place = self.open_scope(Scope { weights: prefix.clone(), prefix, ..Scope::default() });
        Cx { place, ..self.top(0) }
    }

    // ---- losses ----------------------------------------------------------------------

    /// Adds the losses, and their sum.
    pub(super) fn add_losses(&mut self, spec: &'a Spec) {
        if spec.loss.is_empty() {
            return;
        }
        let cx = self.aside("loss");
        let mut losses: Vec<(String, Option<NodeId>)> = Vec::new();
        for loss in spec.loss.iter().filter(|l| l.name.value != TOTAL) {
            let id = self.loss(loss, &cx);
            losses.push((loss.name.value.clone(), id));
        }
        self.graph.roles.losses = losses.iter().filter_map(|(n, id)| id.map(|id| (n.clone(), id))).collect();
        let total = spec.loss.iter().find(|l| l.name.value == TOTAL);
        let (terms, span) = match total {
            Some(total) => match self.terms(&total.value, &losses, &cx, 0) {
                Some(terms) => (terms, total.value.span),
                None => return,
            },
            None => {
                let span = spec.loss.iter().map(|l| l.value.span).next().unwrap_or_default();
                (losses.iter().map(|(name, _)| (1.0, name.clone())).collect(), span)
            }
        };
        self.graph.roles.total_loss = self.sum(&terms, &losses, span, &cx);
    }

    fn loss(&mut self, loss: &'a NamedExpr, cx: &Cx<'a>) -> Option<NodeId> {
        let alias = Spanned::new(loss.name.value.clone(), loss.name.span);
        let flow = match &loss.value.kind {
            ExprKind::Call(call) => self.call((&**call).into(), cx, Flow::Nothing, Some(&alias)),
            ExprKind::Chain(chain) => self.chain(chain, cx, Flow::Nothing, Some(&alias)),
            ExprKind::Name(name) => self.call(CallRef::bare(name, loss.value.span), cx, Flow::Nothing, Some(&alias)),
            ExprKind::Hole => Flow::Unknown,
            _ => {
                self.not_a_loss(loss.value.span, "this is no call of a loss", cx);
                Flow::Unknown
            }
        };
        let Flow::At(id) = flow else { return None };
        match self.graph.op(id).map(|op| op.info()) {
            Some(info) if info.role == Role::Loss => Some(id),
            info => {
                let name = info.map_or("an input", |i| i.name);
                self.not_a_loss(loss.value.span, &format!("`{name}` is no loss"), cx);
                None
            }
        }
    }

    fn not_a_loss(&mut self, span: Span, what: &str, cx: &Cx<'a>) {
        let known = listing(ops::table().iter().filter(|e| e.info.role == Role::Loss).map(|e| e.info.name), 8);
        self.report(
            Diagnostic::error(codes::NOT_A_LOSS, what)
                .label(span, format!("expected a call of {known}"))
                .help("for example `ce: cross_entropy(logits, label)`"),
            cx,
        );
    }

    /// A sum of losses with numbers as weights; `None` where it is none, which is reported.
    fn terms(
        &mut self,
        expr: &'a Expr,
        losses: &[(String, Option<NodeId>)],
        cx: &Cx<'a>,
        depth: usize,
    ) -> Option<Terms> {
        if depth > 64 {
            return self.bad_total(expr, "this is nested too deep", cx);
        }
        let both = |b: &mut Self, x: &'a Expr, y: &'a Expr, sign: f64| {
            let (x, y) = (b.terms(x, losses, cx, depth + 1), b.terms(y, losses, cx, depth + 1));
            let mut sum = x?;
            sum.extend(y?.into_iter().map(|(f, name)| (sign * f, name)));
            Some(sum)
        };
        match &expr.kind {
            ExprKind::Name(name) if losses.iter().any(|(n, _)| n == name) => Some(vec![(1.0, name.clone())]),
            ExprKind::Name(name) if cx.env.get(name).is_none() => {
                let close = did_you_mean(name, losses.iter().map(|(n, _)| n.as_str())).map(str::to_string);
                self.report(
                    Diagnostic::error(codes::NOT_A_LOSS, format!("there is no loss `{name}`"))
                        .label(expr.span, "not found")
                        .maybe_help(close.map(|c| format!("did you mean `{c}`?"))),
                    cx,
                );
                None
            }
            ExprKind::Binary(BinOp::Add, x, y) => both(self, x, y, 1.0),
            ExprKind::Binary(BinOp::Sub, x, y) => both(self, x, y, -1.0),
            ExprKind::Neg(inner) => {
                Some(self.terms(inner, losses, cx, depth + 1)?.into_iter().map(|(f, n)| (-f, n)).collect())
            }
            ExprKind::Binary(op @ (BinOp::Mul | BinOp::Div), x, y) => {
                let is_loss = |e: &Expr| mentions(e, losses);
                let (sum, factor) = match (is_loss(x), is_loss(y), op) {
                    (true, false, _) => (x, y),
                    (false, true, BinOp::Mul) => (y, x),
                    _ => return self.bad_total(expr, "a loss is multiplied by one number", cx),
                };
                let value = self.value_or_name(factor, cx)?;
                let Some(number) = Number::of(&value) else {
                    return self.bad_total(factor, &format!("a weight is a number, found {}", value.kind()), cx);
                };
                let factor = if *op == BinOp::Div { 1.0 / number.float() } else { number.float() };
                if !factor.is_finite() {
                    return self.bad_total(expr, "the weight is not finite", cx);
                }
                Some(self.terms(sum, losses, cx, depth + 1)?.into_iter().map(|(f, n)| (f * factor, n)).collect())
            }
            ExprKind::Hole => None,
            _ => self.bad_total(expr, "`total` is a sum of losses with numbers as weights", cx),
        }
    }

    fn bad_total<T>(&mut self, expr: &'a Expr, what: &str, cx: &Cx<'a>) -> Option<T> {
        self.report(
            Diagnostic::error(codes::NOT_A_LOSS, what)
                .label(expr.span, "does not fit")
                .help("for example `total: 10*content + 40*style`"),
            cx,
        );
        None
    }

    /// The node of a weighted sum.
    fn sum(&mut self, terms: &Terms, losses: &[(String, Option<NodeId>)], span: Span, cx: &Cx<'a>) -> Option<NodeId> {
        let total = Spanned::new(TOTAL.to_string(), span);
        let mut parts = Vec::new();
        for (factor, name) in terms {
            let id = losses.iter().find(|(n, _)| n == name).and_then(|(_, id)| *id);
            parts.push((*factor, name, id?));
        }
        let single = parts.len() == 1;
        let mut ids = Vec::new();
        for (factor, name, id) in parts {
            if factor == 1.0 {
                ids.push(id);
                continue;
            }
            let alias = if single { total.clone() } else { Spanned::new(format!("weighted_{name}"), span) };
            let attrs = [("factor", Value::Float(factor))];
            ids.push(self.make("scale", &attrs, &[id], span, Some(&alias), cx)?);
        }
        match ids.as_slice() {
            [one] => Some(*one),
            many => self.make("add", &[], many, span, Some(&total), cx),
        }
    }

    /// Makes a node that no call in the spec asks for.
    fn make(
        &mut self,
        op: &str,
        attrs: &[(&str, Value)],
        inputs: &[NodeId],
        span: Span,
        alias: Option<&Ident>,
        cx: &Cx<'a>,
    ) -> Option<NodeId> {
        let entry = ops::lookup(op)?;
        let given: Vec<Given> = attrs
            .iter()
            .map(|(name, value)| Given { name: Some((name.to_string(), span)), value: value.clone(), span })
            .collect();
        let mut problems = crate::diag::Sink::new();
        let args = Args::read(entry.info.name, entry.info.attrs, &given, span, &mut problems);
        let made = args.and_then(|args| (entry.build)(&args, span, &mut problems));
        self.report_all(&problems, cx);
        match self.add_node(made?, Vec::new(), inputs, span, alias, cx) {
            Flow::At(id) => Some(id),
            _ => None,
        }
    }

    // ---- metrics ---------------------------------------------------------------------

    /// Adds the metrics.
    pub(super) fn add_metrics(&mut self, spec: &'a Spec) {
        if spec.metrics.is_empty() {
            return;
        }
        let cx = self.aside("metrics");
        let losses_known = self.graph.roles.losses.len() == spec.loss.iter().filter(|l| l.name.value != TOTAL).count();
        for metric in &spec.metrics {
            let flow = match &metric.kind {
                ExprKind::Call(call) => self.call((&**call).into(), &cx, Flow::Nothing, None),
                ExprKind::Chain(chain) => self.chain(chain, &cx, Flow::Nothing, None),
                ExprKind::Name(word) | ExprKind::Str(word) => self.metric_word(word, metric.span, losses_known, &cx),
                ExprKind::Hole => Flow::Unknown,
                _ => {
                    self.not_a_metric(metric.span, "this is no metric", &cx);
                    Flow::Unknown
                }
            };
            let Flow::At(id) = flow else { continue };
            // A loss measures as well, and so does any scalar.
            let name = self.graph.node(id).path.clone();
            let name = name.strip_prefix("metrics.").unwrap_or(&name).to_string();
            self.graph.roles.metrics.push((name, id));
        }
    }

    fn not_a_metric(&mut self, span: Span, what: &str, cx: &Cx<'a>) {
        self.report(
            Diagnostic::error(codes::NOT_A_METRIC, what)
                .label(span, "expected `accuracy`, `top5`, or a call such as `accuracy(logits, label)`"),
            cx,
        );
    }

    /// `accuracy`, `top5`: a metric of the nodes that a loss reads.
    fn metric_word(&mut self, word: &str, span: Span, losses_known: bool, cx: &Cx<'a>) -> Flow {
        let (op, k) = match word.strip_prefix("top").map(str::parse::<i64>) {
            Some(Ok(k)) => ("topk", Some(k)),
            _ => (word, None),
        };
        // A loss of a prediction and a target, such as `mae`, measures as well.
        let measures = |info: &OpInfo| match info.role {
            Role::Metric => true,
            Role::Loss => matches!(info.inputs, Inputs::Named([_, _])),
            Role::Layer => false,
        };
        let entry = ops::lookup(op).filter(|e| measures(e.info));
        let Some(entry) = entry else {
            let names = ops::table().iter().filter(|e| e.info.role == Role::Metric).map(|e| e.info.name);
            let close = did_you_mean(word, names).map_or(String::new(), |c| format!(": did you mean `{c}`?"));
            self.not_a_metric(span, &format!("there is no metric `{word}`{close}"), cx);
            return Flow::Unknown;
        };
        let wants_classes =
            matches!(entry.info.inputs, Inputs::Named(["logits", "label"])) && !op.starts_with("binary");
        let measured = self
            .graph
            .roles
            .losses
            .iter()
            .map(|(_, id)| *id)
            .find(|id| !wants_classes || self.graph.op(*id).is_some_and(|op| op.info().name == "cross_entropy"));
        let Some(measured) = measured else {
            if losses_known {
                let wants = if wants_classes { "a `cross_entropy` loss" } else { "a loss" };
                self.not_a_metric(span, &format!("`{word}` measures the nodes of {wants}, but there is none"), cx);
            }
            return Flow::Unknown;
        };
        let inputs = self.graph.inputs(measured);
        let Some(inputs) = inputs.get(..entry.info.inputs.min()) else { return Flow::Unknown };
        let attrs: Vec<(&str, Value)> = k.map(|k| ("k", Value::Int(k))).into_iter().collect();
        let alias = Spanned::new(word.to_string(), span);
        match self.make(op, &attrs, inputs, span, Some(&alias), cx) {
            Some(id) => Flow::At(id),
            None => Flow::Unknown,
        }
    }
}

/// Whether an expression mentions a loss.
fn mentions(expr: &Expr, losses: &[(String, Option<NodeId>)]) -> bool {
    let mut names = std::collections::HashSet::new();
    super::walk::expr_names(expr, &mut names);
    losses.iter().any(|(n, _)| names.contains(n.as_str()))
}
