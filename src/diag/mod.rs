//! Diagnostics: what is wrong with a user's input, where, and what would mend it.
//!
//! Wording: lower case, no full stop at the end, names and code in backticks;
//! the message says what is wrong, a label what stands there, the help what to do.

pub mod codes;
mod explain;
mod json;
mod render;
mod suggest;

use serde::Serialize;

pub use codes::Code;
pub use explain::{explain, reference};
pub use json::render_json;
pub use render::{Rendered, render_human};
pub use suggest::{did_you_mean, listing};

use crate::source::Span;

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The spec or data cannot be used as it is.
    Error,
    /// The spec can be used, and is probably not what was meant.
    Warning,
}

/// A place in the source with a remark on what stands there.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// The remark; may be empty.
    pub text: String,
}

/// One step of the expansion that led to a node: the name of the instance and its call.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Frame {
    /// `layer3`, `bottleneck[2]`.
    pub name: String,
    /// The call that made it.
    pub span: Span,
}

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Diagnostic {
    /// The stable code.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub message: String,
    /// What would mend it.
    pub help: Option<String>,
    /// Places; the first is the primary one.
    pub labels: Vec<Label>,
    /// The chain of expansion, outermost first.
    pub trace: Vec<Frame>,
}

impl Diagnostic {
    /// An error with this code.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self::with_severity(Severity::Error, code, message)
    }

    /// A warning with this code.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self::with_severity(Severity::Warning, code, message)
    }

    fn with_severity(severity: Severity, code: Code, message: impl Into<String>) -> Self {
        Self { code, severity, message: message.into(), help: None, labels: Vec::new(), trace: Vec::new() }
    }

    /// Points at a place. The first call gives the primary one.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Says what would mend it.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Says what would mend it, where something is known to.
    #[must_use]
    pub fn maybe_help(mut self, text: Option<String>) -> Self {
        self.help = text.or(self.help);
        self
    }

    /// Gives the chain of expansion, outermost first.
    #[must_use]
    pub fn trace(mut self, frames: Vec<Frame>) -> Self {
        self.trace = frames;
        self
    }

    /// The primary place.
    pub fn span(&self) -> Option<Span> {
        self.labels.first().map(|l| l.span)
    }
}

/// Collects the problems of all phases; no phase stops at its first.
#[derive(Clone, Debug, Default)]
pub struct Sink {
    list: Vec<Diagnostic>,
    seen: std::collections::HashSet<Diagnostic>,
    errors: usize,
    dropped: usize,
}

/// How many diagnostics a sink keeps. A file that earns more gets a count of the rest.
pub const MAX_DIAGNOSTICS: usize = 1000;

impl Sink {
    /// An empty sink.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a problem in. An exact repetition (a block expanded twice) is dropped.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if diagnostic.severity == Severity::Error {
            self.errors += 1;
        }
        if self.list.len() >= MAX_DIAGNOSTICS {
            self.dropped += 1;
            return;
        }
        if self.seen.insert(diagnostic.clone()) {
            self.list.push(diagnostic);
        } else if diagnostic.severity == Severity::Error {
            self.errors -= 1;
        }
    }

    /// Whether any error was taken in.
    pub fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// How many errors were taken in.
    pub fn error_count(&self) -> usize {
        self.errors
    }

    /// How many diagnostics came after the sink was full.
    pub fn dropped(&self) -> usize {
        self.dropped
    }

    /// The problems in the order they were found.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.list.iter()
    }

    /// How many problems are held.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is no problem.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The problems sorted by place, then severity, then code; those without a place last.
    pub fn sorted(&self) -> Vec<&Diagnostic> {
        let mut list: Vec<_> = self.list.iter().collect();
        list.sort_by_key(|d| (d.span().is_none(), d.span(), d.severity, d.code));
        list
    }

    /// Takes in all problems of another sink.
    pub fn absorb(&mut self, other: Sink) {
        self.dropped += other.dropped;
        for d in other.list {
            self.push(d);
        }
    }
}
