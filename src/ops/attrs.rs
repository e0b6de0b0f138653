//! Attribute tables: what arguments an op takes, and how a call's arguments are read by them.
//!
//! One table per op drives reading, error messages, `docs/ops.md` and the JSON schema.

use crate::diag::{Diagnostic, Sink, codes, did_you_mean, listing};
use crate::source::Span;

use super::init::{Init, Penalty};
use super::units::{is_length, lacks_unit, no_unit, seconds};

/// A value after all expressions are evaluated.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A float.
    Float(f64),
    /// A word or a string.
    Word(String),
    /// A list.
    List(Vec<Value>),
    /// `he_normal(fan=out)`.
    Call(String, Vec<(Option<String>, Value)>),
    /// `5ep`, `500it`, `30min`: a number and its unit.
    Quantity(f64, &'static str),
}

impl Value {
    /// What kind of value it is, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Int(_) => "an integer",
            Value::Float(_) => "a float",
            Value::Word(_) => "a word",
            Value::List(_) => "a list",
            Value::Call(..) => "a call",
            Value::Quantity(..) => "a length",
        }
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sequence = |f: &mut std::fmt::Formatter<'_>, items: &[(Option<String>, Value)]| {
            for (i, (name, v)) in items.iter().enumerate() {
                let comma = if i > 0 { ", " } else { "" };
                match name {
                    Some(n) => write!(f, "{comma}{n}={v}")?,
                    None => write!(f, "{comma}{v}")?,
                }
            }
            Ok(())
        };
        match self {
            Value::Null => f.write_str("null"),
            Value::Bool(v) => write!(f, "{v}"),
            Value::Int(v) => write!(f, "{v}"),
            Value::Float(v) => write!(f, "{v:?}"),
            Value::Word(v) => f.write_str(v),
            Value::Quantity(v, unit) => write!(f, "{v}{unit}"),
            Value::List(items) => {
                f.write_str("[")?;
                sequence(f, &items.iter().map(|v| (None, v.clone())).collect::<Vec<_>>())?;
                f.write_str("]")
            }
            Value::Call(name, args) => {
                write!(f, "{name}(")?;
                sequence(f, args)?;
                f.write_str(")")
            }
        }
    }
}

/// One attribute of an op.
#[derive(Debug)]
pub struct Attr {
    /// Its name; positional arguments take the attributes in the table's order.
    pub name: &'static str,
    /// What values it takes.
    pub kind: AttrKind,
    /// What it is where it is not given.
    pub default: Default,
    /// One line for the documentation.
    pub doc: &'static str,
}

/// What values an attribute takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum AttrKind {
    /// An integer of at least `min`.
    Int {
        /// The least value.
        min: i64,
    },
    /// A finite number within the bounds, both inclusive.
    Float {
        /// The least value.
        min: f64,
        /// The greatest value.
        max: f64,
    },
    /// A boolean.
    Bool,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// One integer for all spatial axes, or a list with one for each; at least `min`.
    Size {
        /// The least value.
        min: i64,
    },
    /// A number, a list with one (symmetric) or two (begin, end) numbers per spatial axis as
    /// nested lists, `half`, `same` or `valid`.
    Padding,
    /// A list of integers.
    Ints,
    /// A list of numbers.
    Floats,
    /// An initialiser.
    Init,
    /// `l1(x)`, `l2(x)`, `l1l2(x, y)`.
    Penalty,
    /// A name of the user's own.
    Word,
    /// A length of training with its unit: `5ep`, `500it`.
    Length,
    /// A list of lengths.
    Lengths,
    /// A time with its unit: `90s`, `30min`, `8h`.
    Time,
}

impl AttrKind {
    /// What is expected, for messages and documentation.
    pub fn describe(self) -> String {
        match self {
            AttrKind::Int { min: i64::MIN } => "an integer".into(),
            AttrKind::Int { min } => format!("an integer of at least {min}"),
            AttrKind::Float { min, max } => match (min == f64::MIN, max == f64::MAX) {
                (true, true) => "a number".into(),
                (false, true) => format!("a number of at least {min}"),
                (true, false) => format!("a number of at most {max}"),
                (false, false) => format!("a number from {min} to {max}"),
            },
            AttrKind::Bool => "`true` or `false`".into(),
            AttrKind::Choice(words) => listing(words.iter().copied(), 20),
            AttrKind::Size { min } => {
                format!("an integer of at least {min}, or a list with one for each spatial axis")
            }
            AttrKind::Padding => "a number, a list with one number or `[begin, end]` pair for each spatial axis, `half`, `same` or `valid`".into(),
            AttrKind::Ints => "a list of integers".into(),
            AttrKind::Floats => "a list of numbers".into(),
            AttrKind::Init => format!("an initialiser: {}", listing(Init::NAMES.iter().copied(), 20)),
            AttrKind::Penalty => "`l1(x)`, `l2(x)` or `l1l2(x, y)`".into(),
            AttrKind::Word => "a word".into(),
            AttrKind::Length => "a length with its unit, such as `5ep` or `500it`".into(),
            AttrKind::Time => "a time with its unit, such as `90s`, `30min` or `8h`".into(),
            AttrKind::Lengths => "a list of lengths with their units, such as `[30ep, 60ep]`".into(),
        }
    }
}

/// What an attribute is where a call does not give it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Default {
    /// It must be given.
    Required,
    /// It may be left out; what that means is in its documentation.
    Optional,
    /// This integer.
    Int(i64),
    /// This number.
    Float(f64),
    /// This boolean.
    Bool(bool),
    /// This word (a choice, a padding or an initialiser).
    Word(&'static str),
}

impl Default {
    fn value(self) -> Option<Value> {
        match self {
            Default::Required | Default::Optional => None,
            Default::Int(v) => Some(Value::Int(v)),
            Default::Float(v) => Some(Value::Float(v)),
            Default::Bool(v) => Some(Value::Bool(v)),
            Default::Word(v) => Some(Value::Word(v.into())),
        }
    }

    /// How the documentation writes it.
    pub fn describe(self) -> String {
        match self {
            Default::Required => "required".into(),
            Default::Optional => "none".into(),
            other => other.value().map(|v| format!("`{v}`")).unwrap_or_default(),
        }
    }
}

/// One size, or one for each spatial axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Size {
    /// The same for every axis.
    All(usize),
    /// One for each.
    Each(Vec<usize>),
}

impl Size {
    /// The sizes for `rank` spatial axes; `None` where a list has another length.
    pub fn expand(&self, rank: usize) -> Option<Vec<usize>> {
        match self {
            Size::All(v) => Some(vec![*v; rank]),
            Size::Each(v) => (v.len() == rank).then(|| v.clone()),
        }
    }
}

/// Padding of spatial axes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Padding {
    /// The same before and after every axis.
    All(usize),
    /// Before and after, for each axis.
    Each(Vec<(usize, usize)>),
    /// `kernel // 2` on both sides (of the dilated kernel: `dilation * (kernel - 1) // 2`
    /// rounded up, which is the same for odd kernels).
    Half,
    /// TensorFlow's: as much as keeps `ceil(size / stride)`, the odd one at the end.
    Same,
    /// None.
    Valid,
}

/// One argument of a call, evaluated.
#[derive(Clone, Debug)]
pub struct Given {
    /// Its name and where that stands.
    pub name: Option<(String, Span)>,
    /// Its value.
    pub value: Value,
    /// Where the value stands.
    pub span: Span,
}

/// The arguments of a call, checked against a table, with defaults filled in.
#[derive(Clone, Debug, std::default::Default)]
pub struct Args {
    values: Vec<(&'static str, Value, Option<Span>)>,
}

impl Args {
    /// Reads a call's arguments by a table. Every problem goes to the sink; `None` where there
    /// was one. `callee` is the op's name and `call` the span of the call.
    pub fn read(callee: &str, table: &'static [Attr], given: &[Given], call: Span, sink: &mut Sink) -> Option<Args> {
        let errors = sink.error_count();
        let mut values: Vec<Option<(Value, Span)>> = vec![None; table.len()];
        let mut positional = 0;
        for g in given {
            let slot = match &g.name {
                None => {
                    positional += 1;
                    if positional > table.len() {
                        sink.push(too_many(callee, table, g.span));
                        continue;
                    }
                    positional - 1
                }
                Some((name, span)) => match table.iter().position(|a| a.name == name) {
                    Some(slot) => slot,
                    None => {
                        sink.push(unknown(callee, table, name, *span));
                        continue;
                    }
                },
            };
            if let Some((_, first)) = &values[slot] {
                sink.push(
                    Diagnostic::error(
                        codes::DUPLICATE_ARGUMENT,
                        format!("`{}` of `{callee}` is given twice", table[slot].name),
                    )
                    .label(g.span, "given again here")
                    .label(*first, "first given here"),
                );
                continue;
            }
            if lacks_unit(table[slot].kind, &g.value) {
                sink.push(no_unit(
                    table[slot].kind,
                    &format!("`{}` of `{callee}`", table[slot].name),
                    &g.value,
                    g.span,
                ));
            } else if let Err(help) = accepts(table[slot].kind, &g.value) {
                let expected = table[slot].kind.describe();
                sink.push(
                    Diagnostic::error(
                        codes::BAD_ARGUMENT,
                        format!(
                            "`{}` of `{callee}` takes {expected}, found {}: `{}`",
                            table[slot].name,
                            g.value.kind(),
                            g.value
                        ),
                    )
                    .label(g.span, format!("expected {expected}"))
                    .maybe_help(help),
                );
            }
            values[slot] = Some((g.value.clone(), g.span));
        }
        for (attr, value) in table.iter().zip(&values) {
            if value.is_none() && attr.default == Default::Required {
                sink.push(
                    Diagnostic::error(codes::MISSING_ARGUMENT, format!("`{callee}` needs `{}`", attr.name))
                        .label(call, format!("`{}` is missing: {}", attr.name, attr.doc))
                        .help(format!("write `{callee}({}=...)`: {}", attr.name, attr.kind.describe())),
                );
            }
        }
        (sink.error_count() == errors).then(|| Args {
            values: table
                .iter()
                .zip(values)
                .filter_map(|(attr, v)| match v {
                    Some((value, span)) => Some((attr.name, value, Some(span))),
                    None => attr.default.value().map(|value| (attr.name, value, None)),
                })
                .filter(|(_, value, _)| *value != Value::Null)
                .collect(),
        })
    }

    /// The table's defaults with these values in place, for tests and passes that make ops.
    ///
    /// # Panics
    /// Where the values do not fit the table: a mistake of the caller's.
    pub fn of(callee: &str, table: &'static [Attr], given: &[(&str, Value)]) -> Args {
        let given: Vec<Given> = given
            .iter()
            .map(|(name, value)| Given {
                name: Some((name.to_string(), Span::default())),
                value: value.clone(),
                span: Span::default(),
            })
            .collect();
        let mut sink = Sink::new();
        Args::read(callee, table, &given, Span::default(), &mut sink).unwrap_or_else(|| panic!("{:?}", sink.sorted()))
    }

    /// All values with their names, in the table's order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.values.iter().map(|(n, v, _)| (*n, v))
    }

    /// Where an argument was written.
    pub fn span(&self, name: &str) -> Option<Span> {
        self.values.iter().find(|(n, ..)| *n == name).and_then(|(.., s)| *s)
    }

    /// The spans of all arguments that were written.
    pub fn spans(&self) -> Vec<(&'static str, Span)> {
        self.values.iter().filter_map(|(n, _, s)| s.map(|s| (*n, s))).collect()
    }

    /// The value, where there is one.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.values.iter().find(|(n, ..)| *n == name).map(|(_, v, _)| v)
    }

    /// An integer.
    pub fn int(&self, name: &str) -> Option<i64> {
        match self.get(name)? {
            Value::Int(v) => Some(*v),
            _ => None,
        }
    }

    /// An integer that is not negative by its table, as a size.
    pub fn usize(&self, name: &str) -> Option<usize> {
        self.int(name).and_then(|v| usize::try_from(v).ok())
    }

    /// A number.
    pub fn float(&self, name: &str) -> Option<f64> {
        match self.get(name)? {
            Value::Int(v) => Some(*v as f64),
            Value::Float(v) => Some(*v),
            _ => None,
        }
    }

    /// A boolean; `false` where there is none.
    pub fn bool(&self, name: &str) -> bool {
        matches!(self.get(name), Some(Value::Bool(true)))
    }

    /// A word.
    pub fn word(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Value::Word(v) => Some(v),
            _ => None,
        }
    }

    /// A list of integers.
    pub fn ints(&self, name: &str) -> Option<Vec<i64>> {
        match self.get(name)? {
            Value::List(items) => items.iter().map(as_int).collect(),
            Value::Int(v) => Some(vec![*v]),
            _ => None,
        }
    }

    /// A list of numbers.
    pub fn floats(&self, name: &str) -> Option<Vec<f64>> {
        match self.get(name)? {
            Value::List(items) => items.iter().map(as_float).collect(),
            _ => None,
        }
    }

    /// A size of spatial axes.
    pub fn size(&self, name: &str) -> Option<Size> {
        match self.get(name)? {
            Value::Int(v) => usize::try_from(*v).ok().map(Size::All),
            Value::List(items) => items.iter().map(as_usize).collect::<Option<_>>().map(Size::Each),
            _ => None,
        }
    }

    /// Padding.
    pub fn padding(&self, name: &str) -> Option<Padding> {
        match self.get(name)? {
            Value::Int(v) => usize::try_from(*v).ok().map(Padding::All),
            Value::Word(w) => match w.as_str() {
                "half" => Some(Padding::Half),
                "same" => Some(Padding::Same),
                "valid" => Some(Padding::Valid),
                _ => None,
            },
            Value::List(items) => items.iter().map(as_pair).collect::<Option<_>>().map(Padding::Each),
            _ => None,
        }
    }

    /// An initialiser.
    pub fn init(&self, name: &str) -> Option<Init> {
        self.get(name).and_then(|v| Init::from_value(v).ok())
    }

    /// A penalty.
    pub fn penalty(&self, name: &str) -> Option<Penalty> {
        self.get(name).and_then(|v| Penalty::from_value(v).ok())
    }
}

fn as_int(v: &Value) -> Option<i64> {
    match v {
        Value::Int(v) => Some(*v),
        _ => None,
    }
}

fn as_usize(v: &Value) -> Option<usize> {
    as_int(v).and_then(|v| usize::try_from(v).ok())
}

pub(super) fn as_float(v: &Value) -> Option<f64> {
    match v {
        Value::Int(v) => Some(*v as f64),
        Value::Float(v) => Some(*v),
        _ => None,
    }
}

fn as_pair(v: &Value) -> Option<(usize, usize)> {
    match v {
        Value::List(pair) => match pair.as_slice() {
            [a, b] => Some((as_usize(a)?, as_usize(b)?)),
            _ => None,
        },
        single => as_usize(single).map(|v| (v, v)),
    }
}

/// Whether a value is of this kind; where not, perhaps a hint.
pub(crate) fn accepts(kind: AttrKind, value: &Value) -> Result<(), Option<String>> {
    let fits = match (kind, value) {
        (_, Value::Null) => true,
        (AttrKind::Int { min }, Value::Int(v)) => *v >= min,
        (AttrKind::Float { min, max }, v) => as_float(v).is_some_and(|v| v.is_finite() && v >= min && v <= max),
        (AttrKind::Bool, Value::Bool(_)) => true,
        (AttrKind::Choice(words), Value::Word(w)) => {
            if words.contains(&w.as_str()) {
                return Ok(());
            }
            return Err(did_you_mean(w, words.iter().copied()).map(|w| format!("did you mean `{w}`?")));
        }
        (AttrKind::Size { min }, Value::Int(v)) => *v >= min,
        (AttrKind::Size { min }, Value::List(items)) => {
            !items.is_empty() && items.iter().all(|v| as_int(v).is_some_and(|v| v >= min))
        }
        (AttrKind::Padding, Value::Int(v)) => *v >= 0,
        (AttrKind::Padding, Value::Word(w)) => {
            let words = ["half", "same", "valid"];
            if words.contains(&w.as_str()) {
                return Ok(());
            }
            return Err(did_you_mean(w, words).map(|w| format!("did you mean `{w}`?")));
        }
        (AttrKind::Padding, Value::List(items)) => !items.is_empty() && items.iter().all(|v| as_pair(v).is_some()),
        (AttrKind::Ints, Value::List(items)) => items.iter().all(|v| as_int(v).is_some()),
        (AttrKind::Ints, Value::Int(_)) => true,
        (AttrKind::Floats, Value::List(items)) => items.iter().all(|v| as_float(v).is_some_and(f64::is_finite)),
        (AttrKind::Init, v) => return Init::from_value(v).map(|_| ()).map_err(Some),
        (AttrKind::Penalty, v) => return Penalty::from_value(v).map(|_| ()).map_err(Some),
        (AttrKind::Word, Value::Word(_)) => true,
        (AttrKind::Length, v) => is_length(v),
        (AttrKind::Time, v) => seconds(v).is_some(),
        (AttrKind::Lengths, Value::List(items)) => !items.is_empty() && items.iter().all(is_length),
        _ => false,
    };
    if fits { Ok(()) } else { Err(None) }
}

fn too_many(callee: &str, table: &[Attr], span: Span) -> Diagnostic {
    let takes = match table.len() {
        0 => "no arguments".to_string(),
        1 => "one argument".to_string(),
        n => format!("{n} arguments"),
    };
    Diagnostic::error(codes::TOO_MANY_ARGUMENTS, format!("`{callee}` takes {takes}"))
        .label(span, "one too many")
        .maybe_help((!table.is_empty()).then(|| format!("its arguments are {}", names(table))))
}

fn unknown(callee: &str, table: &[Attr], name: &str, span: Span) -> Diagnostic {
    let help = match did_you_mean(name, table.iter().map(|a| a.name)) {
        Some(close) => format!("did you mean `{close}`?"),
        None if table.is_empty() => format!("`{callee}` takes no arguments"),
        None => format!("its arguments are {}", names(table)),
    };
    Diagnostic::error(codes::UNKNOWN_ARGUMENT, format!("`{callee}` has no argument `{name}`"))
        .label(span, "not an argument of it")
        .help(help)
}

fn names(table: &[Attr]) -> String {
    table.iter().map(|a| format!("`{}`", a.name)).collect::<Vec<_>>().join(", ")
}
