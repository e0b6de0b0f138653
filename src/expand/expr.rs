//! Evaluates expressions: checked arithmetic on integers and floats, words, lists, calls.

use std::cmp::Ordering;

use crate::diag::{Diagnostic, codes, did_you_mean};
use crate::ops::attrs::Value;
use crate::source::Span;
use crate::syntax::ast::{Arg, BinOp, Call, Expr, ExprKind};

use super::build::Builder;
use super::scope::Cx;
use super::value::Bound;

/// The functions of the language.
pub(super) const FUNCTIONS: &[&str] = &["min", "max", "ceil", "floor", "round", "len"];

/// How deep expressions may nest.
const MAX_DEPTH: usize = 200;

/// Why arithmetic failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Beyond 64 bits, or not finite.
    Overflow,
    /// By zero.
    Division,
}

impl Fault {
    fn describe(self) -> &'static str {
        match self {
            Fault::Overflow => "the result is beyond 64-bit integers or finite floats",
            Fault::Division => "this divides by zero",
        }
    }
}

/// An integer or float.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    Int(i64),
    Float(f64),
}

impl Number {
    pub(super) fn of(value: &Value) -> Option<Number> {
        match value {
            Value::Int(v) => Some(Number::Int(*v)),
            Value::Float(v) => Some(Number::Float(*v)),
            _ => None,
        }
    }

    fn value(self) -> Value {
        match self {
            Number::Int(v) => Value::Int(v),
            Number::Float(v) => Value::Float(v),
        }
    }

    pub(super) fn float(self) -> f64 {
        match self {
            Number::Int(v) => v as f64,
            Number::Float(v) => v,
        }
    }

    fn finite(v: f64) -> Result<Number, Fault> {
        if v.is_finite() { Ok(Number::Float(v)) } else { Err(Fault::Overflow) }
    }

    /// An integral float as an integer.
    fn whole(v: f64) -> Result<Number, Fault> {
        // Both bounds are floats exactly; 2^63 itself is out.
        if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&v) {
            Ok(Number::Int(v as i64))
        } else {
            Err(Fault::Overflow)
        }
    }
}

/// `a op b` with Python's rules.
pub(super) fn binary(op: BinOp, a: Number, b: Number) -> Result<Number, Fault> {
    use Number::Int;
    if matches!(op, BinOp::Div | BinOp::FloorDiv | BinOp::Rem) && b.float() == 0.0 {
        return Err(Fault::Division);
    }
    if let (Int(a), Int(b)) = (a, b) {
        let result = match op {
            BinOp::Add => a.checked_add(b),
            BinOp::Sub => a.checked_sub(b),
            BinOp::Mul => a.checked_mul(b),
            BinOp::Div => return Number::finite(a as f64 / b as f64),
            BinOp::FloorDiv => floor_div(a, b),
            BinOp::Rem => floor_rem(a, b),
        };
        return result.map(Int).ok_or(Fault::Overflow);
    }
    let (a, b) = (a.float(), b.float());
    Number::finite(match op {
        BinOp::Add => a + b,
        BinOp::Sub => a - b,
        BinOp::Mul => a * b,
        BinOp::Div => a / b,
        BinOp::FloorDiv => (a / b).floor(),
        BinOp::Rem => a - (a / b).floor() * b,
    })
}

fn floor_div(a: i64, b: i64) -> Option<i64> {
    let quotient = a.checked_div(b)?;
    if a % b != 0 && (a < 0) != (b < 0) { quotient.checked_sub(1) } else { Some(quotient) }
}

fn floor_rem(a: i64, b: i64) -> Option<i64> {
    let rest = a.checked_rem(b)?;
    if rest != 0 && (rest < 0) != (b < 0) { rest.checked_add(b) } else { Some(rest) }
}

/// `ceil`, `floor`, `round` (halves to even): integers.
pub(super) fn rounded(function: &str, v: Number) -> Result<Number, Fault> {
    match v {
        Number::Int(_) => Ok(v),
        Number::Float(v) => Number::whole(match function {
            "ceil" => v.ceil(),
            "floor" => v.floor(),
            _ => v.round_ties_even(),
        }),
    }
}

impl<'a> Builder<'a> {
    /// The value of an expression; `None` where a problem was reported. A bare name that is
    /// bound to nothing is a word.
    pub(super) fn value(&mut self, expr: &'a Expr, cx: &Cx<'a>) -> Option<Value> {
        self.eval(expr, cx, 0)
    }

    fn eval(&mut self, expr: &'a Expr, cx: &Cx<'a>, depth: usize) -> Option<Value> {
        if !self.charge(1, expr.span, cx) {
            return None;
        }
        if depth > MAX_DEPTH {
            self.report(
                Diagnostic::error(codes::EXPANSION_DEPTH, format!("expressions nest at most {MAX_DEPTH} levels"))
                    .label(expr.span, "nested deeper"),
                cx,
            );
            return None;
        }
        let span = expr.span;
        match &expr.kind {
            ExprKind::Null => Some(Value::Null),
            ExprKind::Bool(v) => Some(Value::Bool(*v)),
            ExprKind::Int(v) => Some(Value::Int(*v)),
            ExprKind::Float(v) => Some(Value::Float(*v)),
            ExprKind::Str(v) => Some(Value::Word(v.clone())),
            ExprKind::Name(name) => self.named(name, span, cx),
            ExprKind::List(items) => {
                let values: Vec<Option<Value>> = items.iter().map(|i| self.eval(i, cx, depth + 1)).collect();
                values.into_iter().collect::<Option<_>>().map(Value::List)
            }
            ExprKind::Neg(inner) => {
                let value = self.number(inner, cx, depth + 1)?;
                let negated = match value {
                    Number::Int(v) => v.checked_neg().map(Number::Int).ok_or(Fault::Overflow),
                    Number::Float(v) => Ok(Number::Float(-v)),
                };
                self.computed(negated, span, cx)
            }
            ExprKind::Binary(op, a, b) => {
                let (a, b) = (self.number(a, cx, depth + 1), self.number(b, cx, depth + 1));
                self.computed(binary(*op, a?, b?), span, cx)
            }
            ExprKind::Call(call) => self.eval_call(call, cx, depth),
            ExprKind::Hole => None,
            ExprKind::Node(name) => self.no_value(&format!("`@{name}` is a node"), span, cx),
            ExprKind::Chain(_) => self.no_value("this is a chain", span, cx),
            ExprKind::Quantity(v, unit) => Some(Value::Quantity(*v, unit.suffix())),
            ExprKind::Map(_) => self.no_value("mappings belong in `data` and `train`", span, cx),
        }
    }

    fn no_value(&mut self, what: &str, span: Span, cx: &Cx<'a>) -> Option<Value> {
        self.report(
            Diagnostic::error(codes::BAD_EXPRESSION, format!("{what}, but a value is expected"))
                .label(span, "no number, word or list"),
            cx,
        );
        None
    }

    fn named(&mut self, name: &'a str, span: Span, cx: &Cx<'a>) -> Option<Value> {
        match cx.env.get(name) {
            None => Some(Value::Word(name.to_string())),
            Some(Bound::Value(v)) => {
                if let Value::List(items) = &*v
                    && !self.charge(items.len(), span, cx)
                {
                    return None;
                }
                Some((*v).clone())
            }
            Some(Bound::Chain(closure)) => match closure.as_word() {
                Some(word) => Some(Value::Word(word.to_string())),
                None => self.no_value(&format!("`{name}` is a chain"), span, cx),
            },
            Some(Bound::Node(_)) => self.no_value(&format!("`{name}` is a node"), span, cx),
            Some(Bound::Unknown) => None,
        }
    }

    fn number(&mut self, expr: &'a Expr, cx: &Cx<'a>, depth: usize) -> Option<Number> {
        if let ExprKind::Name(name) = &expr.kind
            && cx.env.get(name).is_none()
        {
            self.report_unknown_name(name, expr.span, cx);
            return None;
        }
        let value = self.eval(expr, cx, depth)?;
        let number = Number::of(&value);
        if number.is_none() {
            self.report(
                Diagnostic::error(
                    codes::BAD_EXPRESSION,
                    format!("arithmetic takes numbers, found {}: `{value}`", value.kind()),
                )
                .label(expr.span, "expected an integer or a float"),
                cx,
            );
        }
        number
    }

    /// Reports a name that stands for nothing.
    pub(super) fn report_unknown_name(&mut self, name: &str, span: Span, cx: &Cx<'a>) {
        // A chain argument closes over its names in no particular order.
        let mut names = cx.env.names();
        names.sort_unstable();
        let help = match did_you_mean(name, names.iter().copied().chain(FUNCTIONS.iter().copied())) {
            Some(close) => Some(format!("did you mean `{close}`?")),
            None if self.program.modules[cx.home.module].spec.params.is_empty() => {
                Some(format!("declare it: `params: {{{name}: ...}}`"))
            }
            None => None,
        };
        self.report(
            Diagnostic::error(codes::UNKNOWN_NAME, format!("there is no parameter `{name}`"))
                .label(span, "not found")
                .maybe_help(help),
            cx,
        );
    }

    fn computed(&mut self, result: Result<Number, Fault>, span: Span, cx: &Cx<'a>) -> Option<Value> {
        match result {
            Ok(v) => Some(v.value()),
            Err(fault) => {
                self.report(
                    Diagnostic::error(codes::ARITHMETIC, "this cannot be computed").label(span, fault.describe()),
                    cx,
                );
                None
            }
        }
    }

    fn eval_call(&mut self, call: &'a Call, cx: &Cx<'a>, depth: usize) -> Option<Value> {
        let name = call.name.value.as_str();
        if FUNCTIONS.contains(&name) {
            return self.function(call, cx, depth);
        }
        let mut args = Vec::new();
        for Arg { name, value } in &call.args {
            args.push((name.as_ref().map(|n| n.value.clone()), self.eval(value, cx, depth + 1)?));
        }
        Some(Value::Call(name.to_string(), args))
    }

    fn function(&mut self, call: &'a Call, cx: &Cx<'a>, depth: usize) -> Option<Value> {
        let name = call.name.value.as_str();
        if let Some(named) = call.args.iter().find_map(|a| a.name.as_ref()) {
            self.report(
                Diagnostic::error(codes::UNKNOWN_ARGUMENT, format!("`{name}` takes no named arguments"))
                    .label(named.span, "named here"),
                cx,
            );
            return None;
        }
        let values: Vec<Option<Value>> = call.args.iter().map(|a| self.eval(&a.value, cx, depth + 1)).collect();
        let values = values.into_iter().collect::<Option<Vec<_>>>()?;
        // `min` and `max` take several numbers or one list of them.
        let operands = match values.as_slice() {
            [Value::List(items)] => items.as_slice(),
            other => other,
        };
        if name == "len" {
            return match values.as_slice() {
                [Value::List(items)] => Some(Value::Int(items.len() as i64)),
                _ => self.wrong_operands(call, "one list", cx),
            };
        }
        let Some(numbers) = operands.iter().map(Number::of).collect::<Option<Vec<_>>>().filter(|n| !n.is_empty())
        else {
            return self.wrong_operands(call, "numbers", cx);
        };
        match (name, numbers.as_slice()) {
            ("min", _) => Some(pick(&numbers, Ordering::Less).value()),
            ("max", _) => Some(pick(&numbers, Ordering::Greater).value()),
            (_, [one]) => self.computed(rounded(name, *one), call.span, cx),
            _ => self.wrong_operands(call, "one number", cx),
        }
    }

    fn wrong_operands(&mut self, call: &'a Call, takes: &str, cx: &Cx<'a>) -> Option<Value> {
        self.report(
            Diagnostic::error(codes::BAD_EXPRESSION, format!("`{}` takes {takes}", call.name.value))
                .label(call.span, format!("expected {takes}")),
            cx,
        );
        None
    }
}

/// The first of the numbers that compares so with all others; integers are compared exactly.
fn pick(numbers: &[Number], wins: Ordering) -> Number {
    let mut best = numbers[0];
    for n in &numbers[1..] {
        let order = match (*n, best) {
            (Number::Int(a), Number::Int(b)) => a.cmp(&b),
            (a, b) => a.float().total_cmp(&b.float()),
        };
        if order == wins {
            best = *n;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::Number::{Float, Int};
    use super::*;

    #[test]
    fn division_follows_python() {
        assert_eq!(binary(BinOp::Div, Int(7), Int(2)), Ok(Float(3.5)));
        assert_eq!(binary(BinOp::Div, Int(4), Int(2)), Ok(Float(2.0)));
        for (a, b, quotient, rest) in [(7, 2, 3, 1), (-7, 2, -4, 1), (7, -2, -4, -1), (-7, -2, 3, -1), (6, -3, -2, 0)] {
            assert_eq!(binary(BinOp::FloorDiv, Int(a), Int(b)), Ok(Int(quotient)), "{a} // {b}");
            assert_eq!(binary(BinOp::Rem, Int(a), Int(b)), Ok(Int(rest)), "{a} % {b}");
        }
        assert_eq!(binary(BinOp::FloorDiv, Float(-7.5), Int(2)), Ok(Float(-4.0)));
        assert_eq!(binary(BinOp::Rem, Float(-7.5), Int(2)), Ok(Float(0.5)));
    }

    #[test]
    fn nothing_wraps_or_divides_by_zero() {
        assert_eq!(binary(BinOp::Mul, Int(i64::MAX), Int(2)), Err(Fault::Overflow));
        assert_eq!(binary(BinOp::FloorDiv, Int(i64::MIN), Int(-1)), Err(Fault::Overflow));
        assert_eq!(binary(BinOp::Rem, Int(i64::MIN), Int(-1)), Err(Fault::Overflow));
        assert_eq!(binary(BinOp::Rem, Int(i64::MAX), Int(i64::MAX - 1)), Ok(Int(1)));
        assert_eq!(binary(BinOp::Rem, Int(5), Int(0)), Err(Fault::Division));
        assert_eq!(binary(BinOp::Mul, Float(1e300), Float(1e300)), Err(Fault::Overflow));
        assert_eq!(rounded("ceil", Float(1e19)), Err(Fault::Overflow));
        assert_eq!(rounded("floor", Float(-9.3e18)), Err(Fault::Overflow));
    }

    #[test]
    fn halves_round_to_even() {
        for (v, expected) in [(0.5, 0), (1.5, 2), (2.5, 2), (-0.5, 0), (-1.5, -2), (2.4, 2)] {
            assert_eq!(rounded("round", Float(v)), Ok(Int(expected)), "{v}");
        }
        assert_eq!(rounded("ceil", Float(1.2)), Ok(Int(2)));
        assert_eq!(rounded("floor", Float(-1.2)), Ok(Int(-2)));
        assert_eq!(rounded("round", Int(3)), Ok(Int(3)));
    }

    #[test]
    fn the_least_and_the_greatest_are_exact() {
        let big = i64::MAX;
        assert_eq!(pick(&[Int(big), Int(big - 1)], Ordering::Less), Int(big - 1));
        assert_eq!(pick(&[Int(big - 1), Int(big)], Ordering::Greater), Int(big));
        assert_eq!(pick(&[Int(2), Float(1.5)], Ordering::Less), Float(1.5));
    }
}
