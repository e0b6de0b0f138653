//! Expressions, calls, chains as values, and configuration values.

use pest::iterators::Pair;

use crate::diag::Diagnostic;
use crate::diag::codes::{BAD_NAME, BAD_STRING, DSL_SYNTAX, TOO_DEEP, UNCLOSED, WRONG_KIND};
use crate::source::{Span, Spanned};
use crate::syntax::ast::*;
use crate::syntax::{MAX_OPERANDS, Mode, mode_under};

use super::number::{NumberError, parse_number};
use super::{Place, Reader, Rule};

impl Reader<'_> {
    /// A value as its place demands: an expression, or text with numbers and lists in it.
    pub(super) fn expr(&mut self, pair: Pair<'_, Rule>, mode: Mode) -> Expr {
        let span = self.span(&pair);
        let text = pair.as_str();
        // Text such as `data/train` or `1x1` is no expression here, so that no mistake in it counts.
        if mode.is_text() && !is_structured(&pair) {
            return Expr::new(mode.word(text), span);
        }
        self.value_pair(pair, mode)
    }

    fn value_pair(&mut self, pair: Pair<'_, Rule>, mode: Mode) -> Expr {
        let span = self.span(&pair);
        let (mut operands, mut ops) = (Vec::new(), Vec::new());
        let mut alias = None;
        let mut links = Vec::new();
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::unary => operands.push(self.unary(p, mode)),
                Rule::op => ops.push(self.op(&p)),
                Rule::alias => alias = self.alias(p),
                Rule::link => links.push(self.link(p)),
                Rule::missing_link => {
                    self.missing_at(p.as_span().start(), "a link of the chain", None);
                    links.push(Link::Hole(self.span(&p)));
                }
                Rule::missing_value => {
                    let what =
                        ops.last().map_or("a value".to_owned(), |(op, _)| format!("a value after `{}`", op.symbol()));
                    self.missing_at(p.as_span().start(), &what, None);
                    operands.push(Expr::new(ExprKind::Hole, self.span(&p)));
                }
                _ => {}
            }
        }
        if operands.len() > MAX_OPERANDS {
            self.sink.push(
                Diagnostic::error(TOO_DEEP, format!("an expression of {} operands is too long", operands.len()))
                    .label(span, format!("at most {MAX_OPERANDS} are read")),
            );
            return Expr::new(ExprKind::Hole, span);
        }
        let first = fold(operands, ops);
        if links.is_empty() && alias.is_none() {
            return first;
        }
        let head = self.expr_to_link(first, alias, !links.is_empty());
        match head {
            Link::Call(call) if links.is_empty() => Expr::new(ExprKind::Call(Box::new(call)), span),
            head => {
                links.insert(0, head);
                Expr::new(ExprKind::Chain(Chain { links, span }), span)
            }
        }
    }

    /// The first link of a chain, which was read as an expression.
    fn expr_to_link(&mut self, expr: Expr, alias: Option<Ident>, chained: bool) -> Link {
        let span = expr.span;
        match expr.kind {
            ExprKind::Name(name) => Link::Call(Call { name: Spanned::new(name, span), args: Vec::new(), alias, span }),
            ExprKind::Call(call) => Link::Call(Call { alias, ..*call }),
            ExprKind::Node(name) => {
                let ident = Spanned::new(name, Span { start: span.start.saturating_add(1).min(span.end), ..span });
                self.node_link(ident, alias)
            }
            // `conv(64, 3 -> bn`: the bracket is the mistake, and is reported.
            _ if self.unclosed > 0 => Link::Hole(span),
            ExprKind::Hole => Link::Hole(span),
            _ => {
                let (what, help) = if chained {
                    ("begin a chain", "a chain begins with a call, such as `conv(64)`, or with `@node`")
                } else {
                    ("be named", "only calls are named with `as`")
                };
                self.sink.push(
                    Diagnostic::error(WRONG_KIND, format!("this value cannot {what}"))
                        .label(span, "neither a call nor a node")
                        .help(help),
                );
                Link::Hole(span)
            }
        }
    }

    pub(super) fn node_link(&mut self, node: Ident, alias: Option<Ident>) -> Link {
        if let Some(alias) = alias {
            self.sink.push(
                Diagnostic::error(DSL_SYNTAX, format!("`@{}` cannot be named again", node.value))
                    .label(alias.span, "a second name")
                    .help(format!("to give it another name, write `@{} -> identity as {}`", node.value, alias.value)),
            );
        }
        Link::Node(node)
    }

    fn op(&mut self, pair: &Pair<'_, Rule>) -> (BinOp, Span) {
        let span = self.span(pair);
        let op = match pair.as_str() {
            "+" => BinOp::Add,
            "-" => BinOp::Sub,
            "*" => BinOp::Mul,
            "/" => BinOp::Div,
            "//" => BinOp::FloorDiv,
            "%" => BinOp::Rem,
            other => {
                self.sink.push(
                    Diagnostic::error(DSL_SYNTAX, format!("there is no operator `{other}`"))
                        .label(span, "not an operator")
                        .help("a power is written as a product: `x*x`"),
                );
                BinOp::Mul
            }
        };
        (op, span)
    }

    fn unary(&mut self, pair: Pair<'_, Rule>, mode: Mode) -> Expr {
        let span = self.span(&pair);
        let mut minus: Vec<Span> = Vec::new();
        let mut inner = None;
        for p in pair.into_inner() {
            if p.as_rule() == Rule::minus {
                minus.push(self.span(&p));
            } else {
                inner = Some(p);
            }
        }
        let Some(primary) = inner else { return Expr::new(ExprKind::Hole, span) };
        let literal = matches!(primary.as_rule(), Rule::numword | Rule::special);
        let mut expr = if literal {
            // A sign directly before a number belongs to it, so that the least integer can be written.
            let sign = minus.pop();
            let at = sign.map_or(self.span(&primary), |s| s.to(self.span(&primary)));
            self.number(primary.as_str(), sign.is_some(), at)
        } else {
            self.primary(primary, mode)
        };
        for sign in minus.into_iter().rev() {
            let at = sign.to(expr.span);
            expr = Expr::new(ExprKind::Neg(Box::new(expr)), at);
        }
        expr
    }

    fn primary(&mut self, pair: Pair<'_, Rule>, mode: Mode) -> Expr {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::string => ExprKind::Str(self.string(pair)),
            Rule::literal => match pair.as_str() {
                "true" | "True" => ExprKind::Bool(true),
                "false" | "False" => ExprKind::Bool(false),
                _ => ExprKind::Null,
            },
            Rule::node => match self.node(pair) {
                Some(node) => ExprKind::Node(node.value),
                None => ExprKind::Hole,
            },
            Rule::call => self.call_expr(pair, mode),
            Rule::list => ExprKind::List(self.elements(pair, mode).0),
            Rule::paren => return self.paren(pair, mode),
            Rule::map => self.map(pair, mode),
            _ => ExprKind::Hole,
        };
        Expr::new(kind, span)
    }

    fn call_expr(&mut self, pair: Pair<'_, Rule>, mode: Mode) -> ExprKind {
        let has_args = pair.clone().into_inner().any(|p| p.as_rule() == Rule::args);
        if has_args {
            ExprKind::Call(Box::new(self.call(pair)))
        } else if mode.is_text() {
            mode.word(pair.as_str())
        } else {
            ExprKind::Name(pair.as_str().to_owned())
        }
    }

    /// `@name`.
    pub(super) fn node(&mut self, pair: Pair<'_, Rule>) -> Option<Ident> {
        let path = pair.into_inner().next()?;
        if path.as_rule() == Rule::missing_name {
            self.missing_at(
                path.as_span().start(),
                "a node's name",
                Some("`@` is followed by the name of a node: `@stem`"),
            );
            return None;
        }
        Some(self.ident(&path))
    }

    /// A call, with no alias.
    pub(super) fn call(&mut self, pair: Pair<'_, Rule>) -> Call {
        let span = self.span(&pair);
        let mut call = Call { name: Spanned::default(), args: Vec::new(), alias: None, span };
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::name => call.name = self.ident(&p),
                Rule::args => call.args = self.args(p),
                _ => {}
            }
        }
        call
    }

    /// A call or node with its alias.
    pub(super) fn link(&mut self, pair: Pair<'_, Rule>) -> Link {
        let mut link = Link::Hole(self.span(&pair));
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::call => link = Link::Call(self.call(p)),
                Rule::node => link = self.node(p).map_or(link, Link::Node),
                Rule::alias => {
                    let alias = self.alias(p);
                    link = match link {
                        Link::Call(call) => Link::Call(Call { alias, ..call }),
                        Link::Node(node) => self.node_link(node, alias),
                        hole => hole,
                    };
                }
                _ => {}
            }
        }
        link
    }

    pub(super) fn alias(&mut self, pair: Pair<'_, Rule>) -> Option<Ident> {
        let name = pair.into_inner().next()?;
        if name.as_rule() == Rule::missing_name {
            self.missing_at(name.as_span().start(), "a name after `as`", None);
            return None;
        }
        let ident = self.ident(&name);
        if ident.value.contains('.') || ident.value.starts_with(|c: char| c.is_ascii_digit()) {
            self.sink.push(
                Diagnostic::error(BAD_NAME, format!("`{}` cannot name a node", ident.value))
                    .label(ident.span, "names have no dots, and begin with a letter"),
            );
        }
        Some(ident)
    }

    fn args(&mut self, pair: Pair<'_, Rule>) -> Vec<Arg> {
        let open = pair.clone();
        let mut args = Vec::new();
        let closed = pair.clone().into_inner().all(|p| p.as_rule() != Rule::missing_close);
        self.unclosed += usize::from(!closed);
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::arg => args.push(self.arg(p)),
                Rule::missing_close => self.unclosed(&open, &p),
                _ => {}
            }
        }
        self.unclosed -= usize::from(!closed);
        args
    }

    fn arg(&mut self, pair: Pair<'_, Rule>) -> Arg {
        let mut arg = Arg { name: None, value: Expr::new(ExprKind::Hole, self.span(&pair)) };
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::arg_name => arg.name = Some(self.ident(&p)),
                Rule::value => arg.value = self.expr(p, Mode::Expr),
                Rule::missing_value => self.missing_argument(&p),
                Rule::junk => self.unexpected(&p, Place::Args),
                _ => {}
            }
        }
        arg
    }

    /// An empty place between commas; where text follows that cannot be read, that is the mistake.
    fn missing_argument(&mut self, pair: &Pair<'_, Rule>) {
        let at = pair.as_span().start();
        let next = self.text[at..].trim_start_matches([' ', '\t', '\r']).chars().next();
        if matches!(next, None | Some(',' | ')' | ']' | '}' | '\n' | '#')) {
            self.missing_at(at, "a value", None);
        }
    }

    /// The items between brackets, and whether there was a comma.
    pub(super) fn elements(&mut self, pair: Pair<'_, Rule>, mode: Mode) -> (Vec<Expr>, bool) {
        let open = pair.clone();
        let (mut items, mut comma) = (Vec::new(), false);
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::element => items.push(self.element(p, mode)),
                Rule::comma => comma = true,
                Rule::missing_close => self.unclosed(&open, &p),
                _ => {}
            }
        }
        (items, comma)
    }

    fn element(&mut self, pair: Pair<'_, Rule>, mode: Mode) -> Expr {
        let mut value = Expr::new(ExprKind::Hole, self.span(&pair));
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::value => value = self.expr(p, mode),
                Rule::missing_value => self.missing_argument(&p),
                Rule::junk => self.unexpected(&p, Place::List),
                _ => {}
            }
        }
        value
    }

    /// `(a)` groups; `(a, b)`, `(a,)` and `()` are lists.
    fn paren(&mut self, pair: Pair<'_, Rule>, mode: Mode) -> Expr {
        let span = self.span(&pair);
        let (mut items, comma) = self.elements(pair, mode);
        if items.len() == 1
            && !comma
            && let Some(one) = items.pop()
        {
            return Expr::new(one.kind, span);
        }
        Expr::new(ExprKind::List(items), span)
    }

    fn map(&mut self, pair: Pair<'_, Rule>, mode: Mode) -> ExprKind {
        if !mode.takes_maps() {
            let span = self.span(&pair);
            self.sink.push(
                Diagnostic::error(WRONG_KIND, "a mapping cannot stand here")
                    .label(span, "expected an expression")
                    .help("mappings belong to the sections `data`, `train` and `weights`; a list is written `[a, b]`"),
            );
            return ExprKind::Hole;
        }
        let open = pair.clone();
        let mut entries = Vec::new();
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::entry => entries.extend(self.entry(p, mode)),
                Rule::missing_close => self.unclosed(&open, &p),
                _ => {}
            }
        }
        self.unique_entries(&entries);
        ExprKind::Map(entries)
    }

    fn entry(&mut self, pair: Pair<'_, Rule>, mode: Mode) -> Option<Entry> {
        let (mut key, mut value) = (None, None);
        let whole = self.span(&pair);
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::key => key = self.key(p),
                Rule::value => {
                    let mode = key.as_ref().map_or(mode, |k: &Ident| mode_under(mode, &k.value));
                    value = Some(self.expr(p, mode));
                }
                Rule::missing_value => {
                    let at = p.as_span().start();
                    let next = self.text[at..].chars().next();
                    if matches!(next, None | Some(',' | ';' | '}' | '\n' | '\r' | '#')) {
                        let name = key.as_ref().map_or("", |k| k.value.as_str());
                        self.missing_at(at, &format!("the value of `{name}`"), None);
                    }
                }
                Rule::junk_branch | Rule::bad_branch => self.unexpected(&p, Place::Map),
                _ => {}
            }
        }
        Some(Entry { key: key?, value: value.unwrap_or(Expr::new(ExprKind::Hole, whole)) })
    }

    pub(super) fn key(&mut self, pair: Pair<'_, Rule>) -> Option<Ident> {
        let p = pair.into_inner().next()?;
        let span = self.span(&p);
        let text = if p.as_rule() == Rule::string { self.string(p) } else { p.as_str().to_owned() };
        Some(Spanned::new(text, span))
    }

    fn unique_entries(&mut self, entries: &[Entry]) {
        crate::syntax::unique("key", entries.iter().map(|e| &e.key), self.sink);
    }

    /// A number with what follows it at once.
    fn number(&mut self, text: &str, negative: bool, span: Span) -> Expr {
        match parse_number(text, negative) {
            Ok(kind) => Expr::new(kind, span),
            Err(problem) => {
                self.sink.push(problem.diagnostic(text, span));
                Expr::new(ExprKind::Hole, span)
            }
        }
    }

    /// The value of a string literal.
    pub(super) fn string(&mut self, pair: Pair<'_, Rule>) -> String {
        let open = pair.as_span().start();
        let mut out = String::new();
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::dq_text => out = self.unescape(p),
                Rule::sq_text => p.as_str().clone_into(&mut out),
                Rule::unclosed => {
                    let quote = &self.text[open..open + 1];
                    self.reported = Some(p.as_span().start());
                    self.sink.push(
                        Diagnostic::error(UNCLOSED, "a string is not closed")
                            .label(self.range(open, open + 1), "opened here")
                            .help(format!("a string ends on its own line, with {quote}")),
                    );
                }
                _ => {}
            }
        }
        out
    }

    fn unescape(&mut self, pair: Pair<'_, Rule>) -> String {
        let (text, base) = (pair.as_str(), pair.as_span().start());
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('\\') {
            out.push_str(&rest[..at]);
            let escape = &rest[at..];
            let (c, len) = match decode_escape(escape) {
                Ok(found) => found,
                Err(len) => {
                    let start = base + (text.len() - escape.len());
                    self.sink.push(
                        Diagnostic::error(BAD_STRING, format!("there is no escape `{}`", &escape[..len]))
                            .label(self.range(start, start + len), "unknown escape")
                            .help("write a backslash as `\\\\`; the escapes are `\\n`, `\\r`, `\\t`, `\\\"`, `\\'` and `\\u{..}`"),
                    );
                    ('\u{fffd}', len)
                }
            };
            out.push(c);
            rest = &escape[len..];
        }
        out.push_str(rest);
        out
    }
}

/// The character that an escape stands for and its length, or the length of an unknown one.
fn decode_escape(text: &str) -> Result<(char, usize), usize> {
    let c = match text[1..].chars().next() {
        Some('n') => '\n',
        Some('r') => '\r',
        Some('t') => '\t',
        Some(c @ ('\\' | '"' | '\'')) => c,
        Some('u') => {
            let digits = text.strip_prefix("\\u{").and_then(|t| t.split_once('}')).map(|(digits, _)| digits);
            let code = digits.filter(|d| d.len() <= 6).and_then(|d| u32::from_str_radix(d, 16).ok());
            return match (code.and_then(char::from_u32), digits) {
                (Some(c), Some(digits)) => Ok((c, digits.len() + 4)),
                _ => Err(2),
            };
        }
        Some(other) => return Err(1 + other.len_utf8()),
        None => return Err(1),
    };
    Ok((c, 2))
}

/// Whether a value in a text section is more than text: a literal, a list, a mapping, a string,
/// or a single word.
fn is_structured(pair: &Pair<'_, Rule>) -> bool {
    let mut inner = pair.clone().into_inner();
    let (Some(first), None) = (inner.next(), inner.next()) else { return false };
    if first.as_rule() != Rule::unary {
        return false;
    }
    let mut parts: Vec<_> = first.into_inner().collect();
    let Some(primary) = parts.pop() else { return false };
    match primary.as_rule() {
        Rule::numword => {
            let number = parse_number(primary.as_str(), !parts.is_empty());
            parts.len() < 2 && !matches!(number, Err(NumberError::Suffix(_)))
        }
        Rule::special => parts.len() < 2,
        Rule::string | Rule::literal | Rule::list | Rule::map => parts.is_empty(),
        Rule::paren => parts.is_empty(),
        _ => false,
    }
}

/// Joins operands by precedence: `*`, `/`, `//` and `%` before `+` and `-`, each from the left.
fn fold(operands: Vec<Expr>, ops: Vec<(BinOp, Span)>) -> Expr {
    let mut operands = operands.into_iter();
    let Some(first) = operands.next() else {
        return Expr::new(ExprKind::Hole, ops.first().map_or(Span::default(), |(_, span)| *span));
    };
    // The sum so far with the operator that joins it to the product under way.
    let mut sum: Option<(Expr, BinOp)> = None;
    let mut product = first;
    for ((op, _), operand) in ops.into_iter().zip(operands) {
        if matches!(op, BinOp::Add | BinOp::Sub) {
            let left = match sum.take() {
                Some((left, joined)) => binary(joined, left, product),
                None => product,
            };
            sum = Some((left, op));
            product = operand;
        } else {
            product = binary(op, product, operand);
        }
    }
    match sum {
        Some((left, op)) => binary(op, left, product),
        None => product,
    }
}

fn binary(op: BinOp, left: Expr, right: Expr) -> Expr {
    let span = left.span.to(right.span);
    Expr::new(ExprKind::Binary(op, Box::new(left), Box::new(right)), span)
}
