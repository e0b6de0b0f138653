//! Reads a mapping of settings by a table of keys, and chains of calls by tables of arguments.

use crate::diag::{Code, Diagnostic, Sink, codes, did_you_mean, listing};
use crate::engine::schedule::Length;
use crate::ops::attrs::{self, Args, Attr, AttrKind, Given, Value};
use crate::ops::units;
use crate::source::{Span, Spanned};
use crate::syntax::ast::{Arg, Call, Entry, Expr, ExprKind, Ident, Link};

/// One setting of a section.
#[derive(Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// One line for the documentation.
    pub doc: &'static str,
}

/// What a setting holds.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A value that the table checks.
    Value(AttrKind),
    /// A chain, list or mapping with a reader of its own; the text says what is expected.
    Nested(&'static str),
}

/// One step of a chain whose arguments are a table's: an optimizer, a piece, an augmentation.
#[derive(Debug)]
pub struct Callable {
    /// Its name.
    pub name: &'static str,
    /// Its arguments.
    pub attrs: &'static [Attr],
    /// One line for the documentation.
    pub doc: &'static str,
}

/// The settings found in a section.
pub(super) struct Fields<'a> {
    section: String,
    /// The whole section.
    pub span: Span,
    found: Vec<(&'static Key, &'a Expr, Option<Value>)>,
    wrong: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    /// Reads a section by a table. Wrong settings go to the sink and are then absent.
    pub fn read(section: &str, keys: &'static [Key], expr: &'a Expr, sink: &mut Sink) -> Option<Self> {
        let ExprKind::Map(entries) = &expr.kind else {
            if !matches!(expr.kind, ExprKind::Hole) {
                sink.push(bad(section, "a mapping of settings", expr, None));
            }
            return None;
        };
        let mut fields = Fields { section: section.into(), span: expr.span, found: Vec::new(), wrong: Vec::new() };
        for entry in entries {
            fields.take(keys, entry, sink);
        }
        Some(fields)
    }

    fn take(&mut self, keys: &'static [Key], entry: &'a Entry, sink: &mut Sink) {
        let section = &self.section;
        let name = entry.key.value.as_str();
        let Some(key) = keys.iter().find(|k| k.name == name) else {
            let names = || keys.iter().map(|k| k.name);
            let help = match did_you_mean(name, names()) {
                Some(close) => format!("did you mean `{close}`?"),
                None => {
                    format!("its settings are {}", names().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", "))
                }
            };
            sink.push(
                Diagnostic::error(codes::UNKNOWN_SETTING, format!("`{section}` has no setting `{name}`"))
                    .label(entry.key.span, "not a setting of it")
                    .help(help),
            );
            return;
        };
        if let Some((_, first, _)) = self.found.iter().find(|(k, ..)| k.name == name) {
            sink.push(
                Diagnostic::error(codes::DUPLICATE_SETTING, format!("`{name}` of `{section}` is given twice"))
                    .label(entry.key.span, "given again here")
                    .label(first.span, "first given here"),
            );
            return;
        }
        let value = match (key.kind, &entry.value.kind) {
            (_, ExprKind::Null) => return,
            (_, ExprKind::Hole) => {
                self.wrong.push(key.name);
                return;
            }
            (Kind::Nested(_), _) => None,
            (Kind::Value(kind), _) => {
                let what = format!("{section}.{name}");
                match checked(&what, kind, &entry.value, sink) {
                    Some(value) => Some(value),
                    None => {
                        self.wrong.push(key.name);
                        return;
                    }
                }
            }
        };
        self.found.push((key, &entry.value, value));
    }

    /// Whether a setting was given, but is wrong and reported.
    pub fn is_wrong(&self, name: &str) -> bool {
        self.wrong.contains(&name)
    }

    /// The expression of a setting.
    pub fn expr(&self, name: &str) -> Option<&'a Expr> {
        self.found.iter().find(|(k, ..)| k.name == name).map(|(_, e, _)| *e)
    }

    fn value(&self, name: &str) -> Option<&Value> {
        self.found.iter().find(|(k, ..)| k.name == name).and_then(|(.., v)| v.as_ref())
    }

    /// Where a setting's value stands.
    pub fn span_of(&self, name: &str) -> Option<Span> {
        self.expr(name).map(|e| e.span)
    }

    /// An integer as a size.
    pub fn size(&self, name: &str) -> Option<usize> {
        match self.value(name)? {
            Value::Int(v) => usize::try_from(*v).ok(),
            _ => None,
        }
    }

    /// A number.
    pub fn number(&self, name: &str) -> Option<f64> {
        match self.value(name)? {
            Value::Int(v) => Some(*v as f64),
            Value::Float(v) => Some(*v),
            _ => None,
        }
    }

    /// A boolean.
    pub fn flag(&self, name: &str) -> Option<bool> {
        match self.value(name)? {
            Value::Bool(v) => Some(*v),
            _ => None,
        }
    }

    /// A length of training.
    pub fn length(&self, name: &str) -> Option<Length> {
        self.value(name).and_then(super::optim::length)
    }

    /// A time in seconds.
    pub fn seconds(&self, name: &str) -> Option<f64> {
        self.value(name).and_then(units::seconds)
    }

    /// A word with its place.
    pub fn word(&self, name: &str) -> Option<Ident> {
        match self.value(name)? {
            Value::Word(w) => Some(Spanned::new(w.clone(), self.span_of(name)?)),
            _ => None,
        }
    }

    /// A list of numbers.
    pub fn numbers(&self, name: &str) -> Option<Vec<f64>> {
        match self.value(name)? {
            Value::List(items) => items
                .iter()
                .map(|v| match v {
                    Value::Int(v) => Some(*v as f64),
                    Value::Float(v) => Some(*v),
                    _ => None,
                })
                .collect(),
            _ => None,
        }
    }

    /// Height and width: one number for both, or two.
    pub fn area(&self, name: &str, sink: &mut Sink) -> Option<(usize, usize)> {
        let area = match self.value(name)? {
            Value::Int(v) => usize::try_from(*v).ok().map(|v| (v, v)),
            Value::List(items) => match items.as_slice() {
                [Value::Int(h), Value::Int(w)] => usize::try_from(*h).ok().zip(usize::try_from(*w).ok()),
                _ => None,
            },
            _ => None,
        };
        if area.is_none()
            && let Some(expr) = self.expr(name)
        {
            sink.push(bad(&format!("{}.{name}", self.section), "one number, or `[height, width]`", expr, None));
        }
        area
    }

    /// Reports a setting that must be given, unless it was given wrong and is reported already.
    pub fn missing(&self, name: &str, example: &str, sink: &mut Sink) {
        if self.is_wrong(name) {
            return;
        }
        sink.push(
            Diagnostic::error(codes::MISSING_SETTING, format!("`{}` needs `{name}`", self.section))
                .label(self.span, format!("`{name}` is missing"))
                .help(format!("write `{example}`")),
        );
    }

    /// Reports two settings that contradict each other.
    pub fn conflict(&self, a: &str, b: &str, help: &str, sink: &mut Sink) {
        let Some((first, second)) = self.span_of(a).zip(self.span_of(b)) else { return };
        sink.push(
            Diagnostic::error(
                codes::CONFLICTING_SETTINGS,
                format!("`{a}` and `{b}` of `{}` contradict each other", self.section),
            )
            .label(second, "this")
            .label(first, "and this")
            .help(help),
        );
    }
}

/// The error for a value of the wrong kind. `what` is the setting without backticks.
pub(super) fn bad(what: &str, expected: &str, found: &Expr, help: Option<String>) -> Diagnostic {
    let shown = match to_value(found) {
        Some(value) => format!("{}: `{value}`", value.kind()),
        None => describe(found).to_string(),
    };
    Diagnostic::error(codes::BAD_SETTING, format!("`{what}` takes {expected}, found {shown}"))
        .label(found.span, format!("expected {expected}"))
        .maybe_help(help)
}

/// A value of this kind, or an error in the sink.
pub(super) fn checked(what: &str, kind: AttrKind, expr: &Expr, sink: &mut Sink) -> Option<Value> {
    let value = to_value(expr);
    let help = match &value {
        Some(value) if units::lacks_unit(kind, value) => {
            sink.push(units::no_unit(kind, &format!("`{what}`"), value, expr.span));
            return None;
        }
        Some(value) => match attrs::accepts(kind, value) {
            Ok(()) => return Some(value.clone()),
            Err(help) => help,
        },
        None => None,
    };
    sink.push(bad(what, &kind.describe(), expr, help));
    None
}

/// What kind of expression it is, for messages.
fn describe(expr: &Expr) -> &'static str {
    match &expr.kind {
        ExprKind::Map(_) => "a mapping",
        ExprKind::Chain(_) => "a chain",
        ExprKind::Node(_) => "a node",
        ExprKind::Neg(_) | ExprKind::Binary(..) => "an expression",
        _ => "another value",
    }
}

/// The value of an expression whose parameters are evaluated; `None` for maps, chains and holes.
pub(super) fn to_value(expr: &Expr) -> Option<Value> {
    Some(match &expr.kind {
        ExprKind::Null => Value::Null,
        ExprKind::Bool(v) => Value::Bool(*v),
        ExprKind::Int(v) => Value::Int(*v),
        ExprKind::Float(v) => Value::Float(*v),
        ExprKind::Str(v) | ExprKind::Name(v) => Value::Word(v.clone()),
        ExprKind::Quantity(v, unit) => Value::Quantity(*v, unit.suffix()),
        ExprKind::List(items) => Value::List(items.iter().map(to_value).collect::<Option<_>>()?),
        ExprKind::Neg(inner) => match to_value(inner)? {
            Value::Int(v) => Value::Int(v.checked_neg()?),
            Value::Float(v) => Value::Float(-v),
            _ => return None,
        },
        ExprKind::Call(call) => Value::Call(
            call.name.value.clone(),
            call.args
                .iter()
                .map(|a| Some((a.name.as_ref().map(|n| n.value.clone()), to_value(&a.value)?)))
                .collect::<Option<_>>()?,
        ),
        ExprKind::Node(_) | ExprKind::Map(_) | ExprKind::Binary(..) | ExprKind::Chain(_) | ExprKind::Hole => {
            return None;
        }
    })
}

/// The calls of a chain, in any of its spellings: `a(..) -> b`, a list of calls, one call, a bare
/// name, or the one-key mapping `{a: {x: 1}}`. Wrong parts go to the sink.
pub(super) fn calls(what: &str, expr: &Expr, sink: &mut Sink) -> Vec<Call> {
    let plain = |name: &str| Call {
        name: Spanned::new(name.to_string(), expr.span),
        args: Vec::new(),
        alias: None,
        span: expr.span,
    };
    match &expr.kind {
        ExprKind::Hole => Vec::new(),
        ExprKind::Call(call) => vec![(**call).clone()],
        ExprKind::Name(name) | ExprKind::Str(name) => vec![plain(name)],
        ExprKind::Chain(chain) => {
            let mut calls = Vec::new();
            for link in &chain.links {
                match link {
                    Link::Call(call) => calls.push(call.clone()),
                    Link::Node(node) => sink.push(
                        Diagnostic::error(codes::BAD_SETTING, format!("`{what}` takes calls, found `@{}`", node.value))
                            .label(node.span, "a node has no meaning here"),
                    ),
                    Link::Hole(_) => {}
                }
            }
            calls
        }
        ExprKind::List(items) => items.iter().flat_map(|item| calls_of_item(what, item, sink)).collect(),
        ExprKind::Map(entries) => entries.iter().map(call_of_entry).collect(),
        _ => {
            sink.push(bad(what, "a call or a chain of calls", expr, None));
            Vec::new()
        }
    }
}

fn calls_of_item(what: &str, item: &Expr, sink: &mut Sink) -> Vec<Call> {
    match item.kind {
        ExprKind::List(_) => {
            sink.push(bad(what, "a call or a chain of calls", item, None));
            Vec::new()
        }
        _ => calls(what, item, sink),
    }
}

/// `{name: {a: 1}}` and `{name: value}` as calls.
fn call_of_entry(entry: &Entry) -> Call {
    let args = match &entry.value.kind {
        ExprKind::Null => Vec::new(),
        ExprKind::Map(entries) => {
            entries.iter().map(|e| Arg { name: Some(e.key.clone()), value: e.value.clone() }).collect()
        }
        _ => vec![Arg { name: None, value: entry.value.clone() }],
    };
    Call { name: entry.key.clone(), args, alias: None, span: entry.key.span.to(entry.value.span) }
}

/// Reads a call by the table that its name picks.
pub(super) fn pick(
    what: &str,
    code: Code,
    table: &'static [Callable],
    call: &Call,
    sink: &mut Sink,
) -> Option<(&'static str, Args)> {
    let name = call.name.value.as_str();
    let Some(entry) = table.iter().find(|c| c.name == name) else {
        let names = || table.iter().map(|c| c.name);
        let help = match did_you_mean(name, names()) {
            Some(close) => format!("did you mean `{close}`?"),
            None => format!("write {}", listing(names(), 30)),
        };
        sink.push(
            Diagnostic::error(code, format!("there is no {what} `{name}`"))
                .label(call.name.span, format!("not {} {what}", if what.starts_with(['a', 'o']) { "an" } else { "a" }))
                .help(help),
        );
        return None;
    };
    let mut given = Vec::new();
    let mut whole = true;
    for arg in &call.args {
        match to_value(&arg.value) {
            Some(value) => given.push(Given {
                name: arg.name.as_ref().map(|n| (n.value.clone(), n.span)),
                value,
                span: arg.value.span,
            }),
            None => {
                whole = false;
                if !matches!(arg.value.kind, ExprKind::Hole) {
                    sink.push(
                        Diagnostic::error(
                            codes::BAD_ARGUMENT,
                            format!("an argument of `{name}` is {}", describe(&arg.value)),
                        )
                        .label(arg.value.span, "expected a value"),
                    );
                }
            }
        }
    }
    if !whole {
        return None;
    }
    Args::read(name, entry.attrs, &given, call.span, sink).map(|args| (entry.name, args))
}
