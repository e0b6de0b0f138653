//! Statements: chains, merges, loops; and the heads of blocks and inputs.

use pest::iterators::Pair;

use crate::diag::codes::{DSL_SYNTAX, WRONG_KIND};
use crate::diag::{Diagnostic, listing};
use crate::source::Spanned;
use crate::syntax::ast::*;
use crate::syntax::{MERGE_OPS, Mode, suggestion};

use super::{Head, Place, Reader, Rule};

impl Reader<'_> {
    /// `{ statements }`.
    pub(super) fn body(&mut self, pair: Pair<'_, Rule>) -> Body {
        let span = self.span(&pair);
        let open = pair.clone();
        let mut stmts = Vec::new();
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::missing_close => self.unclosed(&open, &p),
                Rule::semi => {}
                Rule::junk_stmt => self.unexpected(&p, Place::StmtEnd),
                _ => stmts.extend(self.stmt(p)),
            }
        }
        Body { stmts, span }
    }

    fn stmt(&mut self, pair: Pair<'_, Rule>) -> Vec<Stmt> {
        match pair.as_rule() {
            Rule::flow => self.flow(pair),
            Rule::for_stmt | Rule::repeat_stmt => vec![self.loop_stmt(pair)],
            _ => {
                let span = self.span(&pair);
                self.bad_item(&pair, Place::StmtStart);
                vec![Stmt::Hole(span)]
            }
        }
    }

    fn loop_stmt(&mut self, pair: Pair<'_, Rule>) -> Stmt {
        let whole = self.span(&pair);
        let (mut head, mut body) = (None, Body::default());
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::for_head => head = Some(self.for_head(p)),
                Rule::repeat_head => head = Some(self.repeat_head(p)),
                Rule::body => body = self.body(p),
                _ => {}
            }
        }
        match head {
            Some(Head::For(names, list, span)) => Stmt::For(For { names, list, body, span }),
            Some(Head::Repeat(count, span)) => Stmt::Repeat(Repeat { count, body, span }),
            _ => Stmt::Hole(whole),
        }
    }

    pub(super) fn for_head(&mut self, pair: Pair<'_, Rule>) -> Head {
        let span = self.span(&pair);
        let (mut names, mut list) = (Vec::new(), Expr::new(ExprKind::Hole, span));
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::for_names => {
                    for word in p.into_inner() {
                        names.extend(self.plain_name(&word));
                    }
                }
                Rule::value => list = self.expr(p, Mode::Expr),
                Rule::missing_value => self.missing_at(p.as_span().start(), "a list after `in`", None),
                _ => {}
            }
        }
        crate::syntax::unique("name", &names, self.sink);
        Head::For(names, list, span)
    }

    pub(super) fn repeat_head(&mut self, pair: Pair<'_, Rule>) -> Head {
        let span = self.span(&pair);
        let mut count = Expr::new(ExprKind::Hole, span);
        for p in pair.clone().into_inner() {
            match p.as_rule() {
                Rule::value => count = self.expr(p, Mode::Expr),
                Rule::missing_value => self.missing_at(p.as_span().start(), "the number of repetitions", None),
                Rule::junk => self.unexpected(&p, Place::Args),
                Rule::missing_close => {
                    let at = p.as_span().start();
                    self.missing_at(at, "`)`", Some("it is written `repeat(n)`"));
                }
                _ => {}
            }
        }
        Head::Repeat(count, span)
    }

    /// Links and merges joined by arrows. A merge ends one chain and begins another statement,
    /// which reads it: `a -> add { .. } -> b` is three statements.
    pub(super) fn flow(&mut self, pair: Pair<'_, Rule>) -> Vec<Stmt> {
        let mut stmts = Vec::new();
        let mut chain = Chain::default();
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::piece => self.piece(p, &mut chain, &mut stmts),
                Rule::missing_link => {
                    self.missing_at(p.as_span().start(), "a link of the chain", None);
                    push_link(&mut chain, Link::Hole(self.span(&p)), self.span(&p));
                }
                _ => {}
            }
        }
        if !chain.links.is_empty() {
            stmts.push(Stmt::Chain(chain));
        }
        stmts
    }

    fn piece(&mut self, pair: Pair<'_, Rule>, chain: &mut Chain, stmts: &mut Vec<Stmt>) {
        let span = self.span(&pair);
        let mut inner = pair.into_inner();
        let Some(first) = inner.next() else { return };
        let link_span = self.span(&first);
        let link = self.link(first);
        let Some(branches) = inner.next() else {
            if let Link::Node(node) = &link
                && !(chain.links.is_empty() && stmts.is_empty())
            {
                self.node_inside(node);
            }
            push_link(chain, link, link_span);
            return;
        };
        let branches = self.branches(branches);
        if !chain.links.is_empty() {
            stmts.push(Stmt::Chain(std::mem::take(chain)));
        }
        match link {
            Link::Call(call) if MERGE_OPS.contains(&call.name.value.as_str()) => {
                stmts.push(Stmt::Merge(Merge { call, branches, span }));
            }
            Link::Call(call) => {
                let name = &call.name.value;
                let help = match suggestion(self.sink, name, MERGE_OPS.iter().copied()) {
                    Some(op) => format!("did you mean `{op}`?"),
                    None => format!("branches belong to {}", listing(MERGE_OPS.iter().copied(), 12)),
                };
                self.sink.push(
                    Diagnostic::error(WRONG_KIND, format!("`{}` takes no branches", crate::syntax::clip(name, 40)))
                        .label(call.name.span, "not an op that joins branches")
                        .help(help),
                );
                stmts.push(Stmt::Hole(span));
            }
            Link::Node(node) => {
                self.sink.push(
                    Diagnostic::error(WRONG_KIND, format!("the node `@{}` takes no branches", node.value))
                        .label(node.span, "not an op")
                        .help(
                            "branches belong to an op such as `add` or `concat`; each of them may begin with `@node`",
                        ),
                );
                stmts.push(Stmt::Hole(span));
            }
            Link::Hole(_) => stmts.push(Stmt::Hole(span)),
        }
    }

    fn node_inside(&mut self, node: &Ident) {
        self.sink.push(
            Diagnostic::error(DSL_SYNTAX, format!("`@{}` stands inside a chain", node.value))
                .label(node.span, "would drop what comes before it")
                .help(format!("begin a statement with it, or join both: `add: {{a: .., b: '@{}'}}`", node.value)),
        );
    }

    fn branches(&mut self, pair: Pair<'_, Rule>) -> Vec<Branch> {
        let open = pair.clone();
        let mut branches = Vec::new();
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::branch => branches.extend(self.branch(p)),
                Rule::missing_close => self.unclosed(&open, &p),
                _ => {}
            }
        }
        crate::syntax::unique("branch", branches.iter().map(|b| &b.name), self.sink);
        branches
    }

    fn branch(&mut self, pair: Pair<'_, Rule>) -> Option<Branch> {
        let (mut name, mut body) = (None, Body { stmts: Vec::new(), span: self.span(&pair) });
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::word => name = self.plain_name(&p),
                Rule::body => body = self.body(p),
                Rule::flow | Rule::for_stmt | Rule::repeat_stmt => {
                    body = Body { span: self.span(&p), stmts: self.stmt(p) };
                }
                Rule::missing_value => {
                    let at = p.as_span().start();
                    self.missing_at(
                        at,
                        "a branch's chain",
                        Some("a branch that passes its input on is written `identity`"),
                    );
                }
                Rule::junk_branch => self.unexpected(&p, Place::Branch),
                Rule::bad_branch => self.unexpected(&p, Place::BranchStart),
                _ => {}
            }
        }
        Some(Branch { name: name?, body })
    }

    /// The parameters of a block.
    pub(super) fn params(&mut self, pair: Pair<'_, Rule>) -> Vec<BlockParam> {
        let open = pair.clone();
        let mut params = Vec::new();
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::param => params.extend(self.param(p)),
                Rule::missing_close => self.unclosed(&open, &p),
                _ => {}
            }
        }
        crate::syntax::unique("parameter", params.iter().map(|p| &p.name), self.sink);
        params
    }

    fn param(&mut self, pair: Pair<'_, Rule>) -> Option<BlockParam> {
        let (mut name, mut default) = (None, None);
        let mut named = false;
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::word => {
                    named = true;
                    name = self.plain_name(&p);
                }
                Rule::value => default = Some(self.expr(p, Mode::Expr)),
                Rule::missing_value if named => self.missing_at(p.as_span().start(), "a default after `=`", None),
                Rule::missing_value => {
                    let at = p.as_span().start();
                    let next = self.text[at..].trim_start().chars().next();
                    if matches!(next, None | Some(',' | ')')) {
                        self.missing_at(at, "a parameter", None);
                    }
                }
                Rule::junk => self.unexpected(&p, Place::BlockHead),
                _ => {}
            }
        }
        Some(BlockParam { name: name?, default })
    }

    /// `f32[N, 3, 224, 224]`.
    pub(super) fn tensor_type(&mut self, pair: Pair<'_, Rule>) -> Option<TensorType> {
        let span = self.span(&pair);
        let (mut dtype, mut dims) = (Spanned::default(), Vec::new());
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::word => dtype = self.ident(&p),
                Rule::dims => dims = self.elements(p, Mode::Expr).0,
                _ => {}
            }
        }
        Some(TensorType { dtype, dims, span })
    }
}

fn push_link(chain: &mut Chain, link: Link, span: crate::source::Span) {
    chain.span = if chain.links.is_empty() { span } else { chain.span.to(span) };
    chain.links.push(link);
}
