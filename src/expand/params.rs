//! Evaluates the parameters and inputs of a spec.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::diag::{Diagnostic, codes, listing};
use crate::ops::attrs::Value;
use crate::shape::{DType, Dim, DimOverflow, Fact, Shape};
use crate::syntax::ast::{BinOp, Expr, ExprKind, Input, Param};

use super::build::Builder;
use super::scope::Cx;
use super::value::{Bound, Flow, Frame};
use super::walk;

impl<'a> Builder<'a> {
    /// Evaluates the parameters of every module, each after those that it uses.
    pub(super) fn evaluate_params(&mut self) {
        for module in 0..self.program.modules.len() {
            let params = &self.program.modules[module].spec.params;
            let env = Frame::root();
            self.params.push(env.clone());
            let cx = Cx { env: env.clone(), ..self.top(module) };
            let (order, stuck) = order_of(params);
            for at in &stuck {
                env.bind(&params[*at].name.value, Bound::Unknown);
            }
            self.report_cycle(params, &stuck, &cx);
            for at in order {
                let bound = self.bound(&params[at].value, &cx);
                env.bind(&params[at].name.value, bound);
            }
        }
    }

    fn report_cycle(&mut self, params: &'a [Param], stuck: &BTreeSet<usize>, cx: &Cx<'a>) {
        let by_name: HashMap<&str, usize> = stuck.iter().map(|at| (params[*at].name.value.as_str(), *at)).collect();
        let next = |at: usize| {
            let mut names = HashSet::new();
            walk::expr_names(&params[at].value, &mut names);
            names.iter().filter_map(|n| by_name.get(n).copied()).min()
        };
        let Some(mut at) = stuck.first().copied() else { return };
        let mut path = vec![at];
        while let Some(then) = next(at) {
            if let Some(start) = path.iter().position(|p| *p == then) {
                path.drain(..start);
                path.push(then);
                break;
            }
            path.push(then);
            at = then;
        }
        let names: Vec<String> = path.iter().map(|p| format!("`{}`", params[*p].name.value)).collect();
        let mut problem = Diagnostic::error(
            codes::PARAMETER_CYCLE,
            format!("parameters depend on each other in a circle: {}", names.join(" → ")),
        );
        for at in path.iter().take(path.len() - 1) {
            problem = problem.label(params[*at].value.span, format!("`{}`", params[*at].name.value));
        }
        self.report(problem.help("give one of them a value of its own"), cx);
    }

    /// The evaluated parameters of the root module that are values, in the spec's order.
    pub(super) fn param_values(&self) -> Vec<(String, Value)> {
        let env = &self.params[0];
        let values = self.program.modules[0].spec.params.iter().filter_map(|p| match env.get(&p.name.value)? {
            Bound::Value(v) => Some((p.name.value.clone(), (*v).clone())),
            Bound::Chain(c) => c.as_word().map(|w| (p.name.value.clone(), Value::Word(w.to_string()))),
            Bound::Node(_) | Bound::Unknown => None,
        });
        values.collect()
    }

    /// Adds the inputs to the graph.
    pub(super) fn add_inputs(&mut self, inputs: &'a [Input], cx: &Cx<'a>) {
        for input in inputs {
            let fact = self.input_fact(input, cx);
            let name = &input.name;
            let flow = match fact {
                Some(fact) => match self.graph.add_input(&name.value, fact, name.span) {
                    Ok(id) => Flow::At(id),
                    // The reader reported that the name is given twice.
                    Err(_) => continue,
                },
                None => Flow::Unknown,
            };
            self.settle(name.value.clone(), flow, name.span, true);
        }
    }

    fn input_fact(&mut self, input: &'a Input, cx: &Cx<'a>) -> Option<Fact> {
        let ty = &input.ty;
        let dtype = match ty.dtype.value.as_str() {
            "f32" => Some(DType::F32),
            "i64" => Some(DType::I64),
            other => {
                self.report(
                    Diagnostic::error(codes::BAD_INPUT, format!("there is no element type `{other}`"))
                        .label(ty.dtype.span, format!("expected {}", listing(["f32", "i64"], 2)))
                        .help("images and features are `f32`, labels and indices `i64`"),
                    cx,
                );
                None
            }
        };
        let dims: Vec<Option<Dim>> = ty.dims.iter().map(|d| self.size(d, cx)).collect();
        let dims: Option<Vec<Dim>> = dims.into_iter().collect();
        Some(Fact { dtype: dtype?, shape: Shape(dims?) })
    }

    /// One size of an input: positive where it is a number.
    fn size(&mut self, expr: &'a Expr, cx: &Cx<'a>) -> Option<Dim> {
        let dim = self.dim(expr, cx, 0)?;
        if dim.as_num().is_some_and(|v| v < 1) || dim.lower_bound().is_some_and(|v| v < 1) {
            self.report(
                Diagnostic::error(codes::BAD_INPUT, format!("a size is at least 1, found `{dim}`"))
                    .label(expr.span, "expected a positive size"),
                cx,
            );
            return None;
        }
        Some(dim)
    }

    fn dim(&mut self, expr: &'a Expr, cx: &Cx<'a>, depth: usize) -> Option<Dim> {
        if depth > 64 {
            return None;
        }
        match &expr.kind {
            ExprKind::Name(name) if cx.env.get(name).is_none() => {
                if name.starts_with(|c: char| c.is_ascii_uppercase()) {
                    return Some(Dim::symbol(name));
                }
                self.report_unknown_name(name, expr.span, cx);
                None
            }
            ExprKind::Binary(op @ (BinOp::Add | BinOp::Sub | BinOp::Mul | BinOp::FloorDiv), a, b)
                if mentions_symbol(expr, cx) =>
            {
                let (a, b) = (self.dim(a, cx, depth + 1), self.dim(b, cx, depth + 1));
                let (a, b) = (a?, b?);
                let result = match (op, b.as_num()) {
                    (BinOp::Add, _) => a.add(&b),
                    (BinOp::Sub, _) => a.sub(&b),
                    (BinOp::Mul, _) => a.mul(&b),
                    (_, Some(by)) if by > 0 => a.floor_div(by),
                    _ => {
                        self.bad_size(expr, "a divisor is a positive number", cx);
                        return None;
                    }
                };
                match result {
                    Ok(dim) => Some(dim),
                    Err(DimOverflow) => {
                        self.bad_size(expr, "the size is beyond 64-bit integers", cx);
                        None
                    }
                }
            }
            _ => match self.value(expr, cx)? {
                Value::Int(v) => Some(Dim::num(v)),
                other => {
                    self.bad_size(expr, &format!("a size is an integer, found {}: `{other}`", other.kind()), cx);
                    None
                }
            },
        }
    }

    fn bad_size(&mut self, expr: &'a Expr, what: &str, cx: &Cx<'a>) {
        self.report(Diagnostic::error(codes::BAD_INPUT, what).label(expr.span, "not a size"), cx);
    }
}

fn mentions_symbol(expr: &Expr, cx: &Cx<'_>) -> bool {
    let mut names = HashSet::new();
    walk::expr_names(expr, &mut names);
    names.iter().any(|n| n.starts_with(|c: char| c.is_ascii_uppercase()) && cx.env.get(n).is_none())
}

/// An order in which every parameter comes after those that it uses, as near to the spec's
/// order as can be; and the parameters for which there is none.
fn order_of(params: &[Param]) -> (Vec<usize>, BTreeSet<usize>) {
    let by_name: HashMap<&str, usize> = params.iter().enumerate().map(|(at, p)| (p.name.value.as_str(), at)).collect();
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); params.len()];
    let mut missing = vec![0usize; params.len()];
    for (at, param) in params.iter().enumerate() {
        let mut names = HashSet::new();
        walk::expr_names(&param.value, &mut names);
        for used in names.iter().filter_map(|n| by_name.get(n)) {
            users[*used].push(at);
            missing[at] += 1;
        }
    }
    let mut ready: BTreeSet<usize> = (0..params.len()).filter(|at| missing[*at] == 0).collect();
    let mut stuck: BTreeSet<usize> = (0..params.len()).collect();
    let mut order = Vec::new();
    while let Some(at) = ready.pop_first() {
        stuck.remove(&at);
        order.push(at);
        for user in &users[at] {
            missing[*user] -= 1;
            if missing[*user] == 0 {
                ready.insert(*user);
            }
        }
    }
    (order, stuck)
}
