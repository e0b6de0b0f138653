//! What names stand for while a spec is expanded.

use std::cell::RefCell;
use std::rc::Rc;

use crate::graph::NodeId;
use crate::ops::attrs::Value;
use crate::source::Span;
use crate::syntax::ast::{Arg, Call, Chain, Ident};

use super::scope::Home;

/// The node that a link would read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// This node.
    At(NodeId),
    /// Nothing comes before.
    Nothing,
    /// The network has several inputs, and nothing says which is meant.
    Ambiguous,
    /// Its instance is not finished: to read it would be a cycle.
    Pending,
    /// An error was reported; what reads this is passed over in silence.
    Unknown,
}

/// What a name is bound to.
#[derive(Clone)]
pub(super) enum Bound<'a> {
    /// A value.
    Value(Rc<Value>),
    /// A chain of calls, to be filled in wherever the name is called.
    Chain(Rc<Closure<'a>>),
    /// A node.
    Node(Flow),
    /// An error was reported.
    Unknown,
}

impl Bound<'_> {
    /// A value.
    pub(super) fn value(value: Value) -> Self {
        Bound::Value(Rc::new(value))
    }

    /// What it is, for messages.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Bound::Value(v) => v.kind(),
            Bound::Chain(_) => "a chain",
            Bound::Node(_) => "a node",
            Bound::Unknown => "unknown",
        }
    }
}

/// A chain argument, closed over the scope of its caller.
pub(super) struct Closure<'a> {
    /// What it computes.
    pub body: ClosureBody<'a>,
    /// The names that it mentions, as they were where it was written.
    pub env: Env<'a>,
    /// Where it was written.
    pub home: Home,
}

/// What a chain argument consists of.
#[derive(Clone, Copy)]
pub(super) enum ClosureBody<'a> {
    Chain(&'a Chain),
    Call(CallRef<'a>),
}

impl<'a> Closure<'a> {
    /// The word that it would be where a word is expected: `relu`, but not `relu(x)`.
    pub(super) fn as_word(&self) -> Option<&'a str> {
        match self.body {
            ClosureBody::Call(call) if call.args.is_empty() && call.alias.is_none() && call.bare => Some(call.name),
            _ => None,
        }
    }
}

/// A call, or a bare name that stands for one.
#[derive(Clone, Copy)]
pub(super) struct CallRef<'a> {
    pub name: &'a str,
    pub name_span: Span,
    pub args: &'a [Arg],
    pub alias: Option<&'a Ident>,
    pub span: Span,
    /// Whether it was written as a bare name in an expression.
    pub bare: bool,
}

impl<'a> From<&'a Call> for CallRef<'a> {
    fn from(call: &'a Call) -> Self {
        CallRef {
            name: &call.name.value,
            name_span: call.name.span,
            args: &call.args,
            alias: call.alias.as_ref(),
            span: call.span,
            bare: false,
        }
    }
}

impl<'a> CallRef<'a> {
    /// A bare name.
    pub(super) fn bare(name: &'a str, span: Span) -> Self {
        CallRef { name, name_span: span, args: &[], alias: None, span, bare: true }
    }
}

/// Names bound together: the parameters of a spec or a block, the names of a loop.
#[derive(Default)]
pub(super) struct Frame<'a> {
    vars: RefCell<Vec<(&'a str, Bound<'a>)>>,
    outer: Option<Env<'a>>,
}

/// The names in force, innermost first.
pub(super) type Env<'a> = Rc<Frame<'a>>;

impl<'a> Frame<'a> {
    /// No names.
    pub(super) fn root() -> Env<'a> {
        Rc::default()
    }

    /// No further names yet.
    pub(super) fn inside(outer: &Env<'a>) -> Env<'a> {
        Rc::new(Frame { vars: RefCell::default(), outer: Some(outer.clone()) })
    }

    /// Binds a name. A later binding of the same name hides an earlier one.
    pub(super) fn bind(&self, name: &'a str, bound: Bound<'a>) {
        self.vars.borrow_mut().push((name, bound));
    }

    /// What a name stands for.
    pub(super) fn get(&self, name: &str) -> Option<Bound<'a>> {
        let here = self.vars.borrow().iter().rev().find(|(n, _)| *n == name).map(|(_, b)| b.clone());
        here.or_else(|| self.outer.as_ref().and_then(|o| o.get(name)))
    }

    /// All names in force, innermost first.
    pub(super) fn names(&self) -> Vec<&'a str> {
        let mut names: Vec<&'a str> = self.vars.borrow().iter().map(|(n, _)| *n).collect();
        if let Some(outer) = &self.outer {
            names.extend(outer.names());
        }
        names
    }
}
