//! Statements in YAML: chains as text, and calls, merges and loops as mappings of one key.

use crate::diag::codes::{DSL_SYNTAX, MISSING_PART, WRONG_KIND};
use crate::diag::{Diagnostic, listing};
use crate::source::{Span, Spanned};
use crate::syntax::ast::*;
use crate::syntax::dsl::{self, Head};
use crate::syntax::{MERGE_OPS, Mode, unique};

use super::tree::{Node, NodeKind};
use super::{YamlReader, is_absent};

impl YamlReader<'_> {
    /// A chain, a list of statements, one statement as a mapping, or nothing.
    pub(super) fn body(&mut self, node: &Node) -> Body {
        let stmts = match &node.kind {
            NodeKind::Seq(items) => items.iter().flat_map(|item| self.stmt(item)).collect(),
            _ if is_absent(node) => Vec::new(),
            _ => self.stmt(node),
        };
        Body { stmts, span: node.span }
    }

    /// A body where an absent one is a slip; an empty one is written `[]`.
    pub(super) fn required_body(&mut self, node: &Node, what: &str) -> Body {
        if is_absent(node) {
            self.sink.push(
                Diagnostic::error(MISSING_PART, format!("{what} is missing"))
                    .label(node.span, "nothing stands here")
                    .help(
                        "write a chain after the `:`, or statements beneath it, indented deeper; `[]` is an empty body",
                    ),
            );
        }
        self.body(node)
    }

    fn stmt(&mut self, node: &Node) -> Vec<Stmt> {
        match &node.kind {
            NodeKind::Scalar(_) if is_absent(node) => {
                self.sink.push(
                    Diagnostic::error(MISSING_PART, "a statement is missing")
                        .label(node.span, "nothing stands here")
                        .help("remove the `-`, or write a chain such as `conv(64) -> bn` after it"),
                );
                vec![Stmt::Hole(node.span)]
            }
            NodeKind::Scalar(scalar) => self.leaf(node, scalar).chain(),
            NodeKind::Map(entries) => vec![self.stmt_map(node, entries)],
            NodeKind::Seq(_) => {
                self.wrong_kind(
                    node,
                    "a statement",
                    "a chain, or a mapping of one key",
                    Some("one `-` begins a statement"),
                );
                vec![Stmt::Hole(node.span)]
            }
            NodeKind::Hole => vec![Stmt::Hole(node.span)],
        }
    }

    fn stmt_map(&mut self, node: &Node, entries: &[(Node, Node)]) -> Stmt {
        let [(key, value)] = entries else {
            let at = entries.get(1).map_or(node.span, |(key, _)| key.span);
            let label = if entries.is_empty() { "no key" } else { "a second key" };
            self.sink.push(
                Diagnostic::error(WRONG_KIND, "a statement that is a mapping has one key, the call")
                    .label(at, label)
                    .help("begin each statement with `- `, and indent a call's arguments deeper than the call"),
            );
            return Stmt::Hole(node.span);
        };
        let NodeKind::Scalar(scalar) = &key.kind else {
            self.wrong_kind(key, "a statement's key", "a call, `for NAME in LIST` or `repeat(N)`", None);
            return Stmt::Hole(node.span);
        };
        if scalar.is_plain() && dsl::is_open(&scalar.text) {
            self.sink.push(
                Diagnostic::error(DSL_SYNTAX, "a call is split by `: `, which YAML reads as the end of a key")
                    .label(key.span.to(value.span), "read as a key and its value")
                    .help(
                        "arguments are named with `=`: `conv(64, stride=2)`; a string with `: ` in it must be quoted",
                    ),
            );
            return Stmt::Hole(node.span);
        }
        match self.leaf(key, scalar).head() {
            Some(Head::For(names, list, span)) => {
                Stmt::For(For { names, list, body: self.required_body(value, "the body of the loop"), span })
            }
            Some(Head::Repeat(count, span)) => {
                Stmt::Repeat(Repeat { count, body: self.required_body(value, "the body of the loop"), span })
            }
            Some(Head::Link(Link::Call(call))) => self.call_map(node.span, call, value),
            Some(Head::Link(Link::Node(name))) => {
                self.sink.push(
                    Diagnostic::error(WRONG_KIND, format!("the node `@{}` takes no arguments", name.value))
                        .label(name.span, "not a call"),
                );
                Stmt::Hole(node.span)
            }
            Some(Head::Link(Link::Hole(_))) | None => Stmt::Hole(node.span),
        }
    }

    /// `conv: {out: 64}` or `add: {main: .., skip: ..}`.
    fn call_map(&mut self, span: Span, mut call: Call, value: &Node) -> Stmt {
        let merge = MERGE_OPS.contains(&call.name.value.as_str());
        match &value.kind {
            NodeKind::Map(entries) if merge => {
                let entries = self.keys(entries);
                let branches = self.branches(entries);
                return Stmt::Merge(Merge { call, branches, span });
            }
            NodeKind::Map(entries) => {
                let entries = self.keys(entries);
                self.arguments(&mut call, entries);
            }
            _ if is_absent(value) => {}
            _ => {
                let name = &call.name.value;
                let (expected, help) = if merge {
                    ("named branches", format!("give each branch a name: `{name}: {{main: .., skip: ..}}`"))
                } else {
                    ("named arguments", format!("write `{name}(..)`, or `{name}: {{argument: value}}`"))
                };
                self.wrong_kind(value, &format!("the value of `{name}`"), expected, Some(&help));
            }
        }
        call.span = call.span.to(span);
        let chain = Chain { span, links: vec![Link::Call(call)] };
        Stmt::Chain(chain)
    }

    fn branches(&mut self, entries: Vec<(Ident, &Node)>) -> Vec<Branch> {
        let mut branches = Vec::new();
        for (name, value) in entries {
            let named = self.check_name(&name);
            let body = self.body(value);
            if named {
                branches.push(Branch { name, body });
            }
        }
        unique("branch", branches.iter().map(|b| &b.name), self.sink);
        branches
    }

    fn arguments(&mut self, call: &mut Call, entries: Vec<(Ident, &Node)>) {
        unique("argument", entries.iter().map(|(key, _)| key), self.sink);
        for (key, value) in entries {
            if key.value == "as" {
                call.alias = self.alias(value).or(call.alias.take());
                continue;
            }
            if !is_argument(&key.value) {
                self.sink.push(dsl::bad_name(&key.value, key.span));
                continue;
            }
            if let NodeKind::Map(_) = value.kind {
                let help = format!("branches belong to {}", listing(MERGE_OPS.iter().copied(), 12));
                self.wrong_kind(
                    value,
                    &format!("the argument `{}`", key.value),
                    "an expression or a chain",
                    Some(&help),
                );
                call.args.push(Arg { name: Some(key), value: Expr::new(ExprKind::Hole, value.span) });
                continue;
            }
            call.args.push(Arg { value: self.data(value, Mode::Expr), name: Some(key) });
        }
    }

    fn alias(&mut self, node: &Node) -> Option<Ident> {
        let NodeKind::Scalar(scalar) = &node.kind else {
            self.wrong_kind(node, "`as`", "a name", None);
            return None;
        };
        let name = self.leaf(node, scalar).path()?;
        if name.value.contains('.') {
            self.sink.push(dsl::bad_name(&name.value, name.span));
            return None;
        }
        Some(Spanned::new(name.value, name.span))
    }
}

/// Arguments may bear the words of the language as names: `slice(in=..)`.
fn is_argument(text: &str) -> bool {
    dsl::is_name(text) || dsl::KEYWORDS.contains(&text)
}
