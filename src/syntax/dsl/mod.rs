//! Blockprint's own spelling: whole `.bp` files, and the leaves of YAML specs.
//!
//! pest makes pairs of the text, in one pass that never fails: the grammar has a rule for
//! everything that does not fit. The modules here turn pairs into the tree and what does not
//! fit into diagnostics.

mod expr;
mod file;
mod grammar;
mod number;
mod report;
mod stmt;

use pest::Parser;
use pest::iterators::Pair;

use crate::diag::codes::{BAD_NAME, DSL_SYNTAX, TOO_DEEP};
use crate::diag::{Diagnostic, Sink};
use crate::source::{FileId, Span, Spanned};

use super::ast::*;
use super::{MAX_NESTING, Mode};

pub(super) use grammar::Rule;
pub(super) use number::{NumberError, parse_number};
pub(super) use report::Place;

/// Where the bytes of a text lie in its file.
#[derive(Clone, Debug)]
pub(super) enum Offsets {
    /// All of them in a row, from here on.
    From(usize),
    /// One entry for each byte, and one for the end: text that was quoted, escaped or folded.
    Table(Vec<u32>),
}

impl Offsets {
    /// The place in the file of byte `at` of the text.
    pub(super) fn at(&self, at: usize) -> usize {
        match self {
            Offsets::From(base) => base + at,
            Offsets::Table(table) => table.get(at).or(table.last()).map_or(0, |&p| p as usize),
        }
    }
}

/// A piece of text that is read by the grammar.
pub(super) struct Reader<'a> {
    text: &'a str,
    file: FileId,
    offsets: Offsets,
    /// Whether the text is a plain scalar between YAML's own brackets, where commas split.
    in_flow: bool,
    sink: &'a mut Sink,
    /// The end of what was last reported: text that follows at once is the same mistake.
    reported: Option<usize>,
    /// How many brackets around the current place are not closed.
    unclosed: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str, file: FileId, offsets: Offsets, in_flow: bool, sink: &'a mut Sink) -> Self {
        Self { text, file, offsets, in_flow, sink, reported: None, unclosed: 0 }
    }

    /// The whole text.
    fn whole(&self) -> Span {
        self.range(0, self.text.len())
    }

    /// The bytes `start..end` of the text, as a span in the file.
    fn range(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, self.offsets.at(start), self.offsets.at(end))
    }

    fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        let s = pair.as_span();
        self.range(s.start(), s.end())
    }

    fn ident(&self, pair: &Pair<'_, Rule>) -> Ident {
        Spanned::new(pair.as_str().to_owned(), self.span(pair))
    }

    /// Parses by an entry rule. Reports and answers nothing where the text is nested too deeply.
    fn parse(&mut self, rule: Rule) -> Option<Pair<'a, Rule>> {
        if let Some(at) = too_deep(self.text) {
            self.sink.push(
                Diagnostic::error(TOO_DEEP, format!("brackets are nested more than {MAX_NESTING} deep"))
                    .label(self.range(at, at + 1), "one too many")
                    .help("name the inner parts with `params` or `blocks`"),
            );
            return None;
        }
        match grammar::Grammar::parse(rule, self.text) {
            Ok(mut pairs) => pairs.next(),
            Err(e) => {
                let at = match e.location {
                    pest::error::InputLocation::Pos(at) | pest::error::InputLocation::Span((at, _)) => at,
                };
                self.sink.push(
                    Diagnostic::error(DSL_SYNTAX, "this cannot be read")
                        .label(self.range(at, at), "reading stopped here"),
                );
                None
            }
        }
    }

    /// What remains of a leaf when its rule is done.
    fn rest(&mut self, pair: Pair<'_, Rule>, place: Place) {
        self.unexpected(&pair, place);
    }

    /// A chain that stands alone: a statement, or a branch.
    pub(super) fn chain(mut self) -> Vec<Stmt> {
        let Some(pair) = self.parse(Rule::leaf_chain) else {
            return vec![Stmt::Hole(self.whole())];
        };
        let mut stmts = Vec::new();
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::flow => stmts.extend(self.flow(p)),
                Rule::rest => {
                    let place = if stmts.is_empty() { Place::ChainStart } else { Place::ChainEnd };
                    self.rest(p, place);
                }
                _ => {}
            }
        }
        if stmts.is_empty() {
            if self.text.trim().is_empty() {
                self.missing_at(0, "a chain", None);
            }
            stmts.push(Stmt::Hole(self.whole()));
        }
        stmts
    }

    /// An expression or chain that stands alone.
    pub(super) fn value(mut self, mode: Mode) -> Expr {
        let whole = self.whole();
        let Some(pair) = self.parse(Rule::leaf_value) else {
            return Expr::new(ExprKind::Hole, whole);
        };
        let mut value = None;
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::value => value = Some(self.expr(p, mode)),
                Rule::rest => {
                    let place = if value.is_none() { Place::ValueStart } else { Place::ValueEnd };
                    self.rest(p, place);
                }
                _ => {}
            }
        }
        if value.is_none() && self.text.trim().is_empty() {
            self.missing_at(0, "a value", None);
        }
        value.unwrap_or(Expr::new(ExprKind::Hole, whole))
    }

    /// The type of an input.
    pub(super) fn tensor_type_leaf(mut self) -> Option<TensorType> {
        let pair = self.parse(Rule::leaf_type)?;
        let mut ty = None;
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::tensor_type => ty = self.tensor_type(p),
                Rule::rest => self.rest(p, Place::Type),
                _ => {}
            }
        }
        if ty.is_none() && self.text.trim().is_empty() {
            self.missing_at(0, "a type", Some("an input's type is written `f32[N, 3, 224, 224]`"));
        }
        ty
    }

    /// The head of a block: `stage(c, n, s=1)`.
    pub(super) fn block_head(mut self) -> Option<(Ident, Vec<BlockParam>)> {
        let pair = self.parse(Rule::leaf_block)?;
        let (mut name, mut params) = (None, Vec::new());
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::word => name = self.plain_name(&p),
                Rule::params => params = self.params(p),
                Rule::rest if name.is_none() => {
                    let end = self.text.find('(').unwrap_or(self.text.len());
                    let name = self.text[..end].trim_end();
                    self.sink.push(bad_name(name, self.range(0, name.len())));
                }
                Rule::rest => self.rest(p, Place::BlockHead),
                _ => {}
            }
        }
        if name.is_none() && self.text.trim().is_empty() {
            self.missing_at(0, "the name of a block", None);
        }
        name.map(|n| (n, params))
    }

    /// The key of a statement that is written as a mapping.
    pub(super) fn head(mut self) -> Option<Head> {
        let pair = self.parse(Rule::leaf_head)?;
        let mut head = None;
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::for_head => head = Some(self.for_head(p)),
                Rule::repeat_head => head = Some(self.repeat_head(p)),
                Rule::link => head = Some(Head::Link(self.link(p))),
                Rule::rest => self.rest(p, Place::Head),
                _ => {}
            }
        }
        if head.is_none() && self.text.trim().is_empty() {
            self.missing_at(0, "a call", None);
        }
        head
    }

    /// A name, or the path of a node; `@` before it is allowed.
    pub(super) fn path(mut self) -> Option<Ident> {
        let pair = self.parse(Rule::leaf_path)?;
        let mut name = None;
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::path => name = Some(self.ident(&p)),
                Rule::rest => {
                    let span = self.whole();
                    self.sink.push(bad_name(self.text, span));
                    return None;
                }
                _ => {}
            }
        }
        if name.is_none() {
            self.missing_at(0, "a name", None);
        }
        name
    }

    /// A name that the file declares; words of the language cannot be declared.
    fn plain_name(&mut self, pair: &Pair<'_, Rule>) -> Option<Ident> {
        let ident = self.ident(pair);
        if is_name(&ident.value) {
            Some(ident)
        } else {
            self.sink.push(bad_name(&ident.value, ident.span));
            None
        }
    }
}

/// The key of a statement that is written as a mapping.
pub(super) enum Head {
    /// `for (c, n, s) in stages`.
    For(Vec<Ident>, Expr, Span),
    /// `repeat(n)`.
    Repeat(Expr, Span),
    /// A call, or something that was reported.
    Link(Link),
}

/// Whether this can be the name of a parameter, block, input, tower or branch.
pub(super) fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && !KEYWORDS.contains(&text)
}

/// Words that cannot be names.
pub(super) const KEYWORDS: &[&str] = &["as", "in", "for", "repeat", "true", "false", "null", "none"];

/// The error for text that cannot be a name.
pub(super) fn bad_name(text: &str, span: Span) -> Diagnostic {
    let shown = super::clip(text, 40);
    if KEYWORDS.contains(&text) {
        return Diagnostic::error(BAD_NAME, format!("`{shown}` is a word of the language, and cannot be a name"))
            .label(span, "choose another name");
    }
    let tidy: String = text
        .trim()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' })
        .skip_while(|c| *c == '_' || c.is_ascii_digit())
        .collect();
    let help = is_name(&tidy).then(|| format!("for example `{}`", super::clip(&tidy, 40)));
    Diagnostic::error(BAD_NAME, format!("`{shown}` cannot be a name"))
        .label(span, "names are ASCII letters, digits and `_`, and begin with a letter")
        .maybe_help(help)
}

/// The bracket that is nested too deeply, if one is. Strings and comments do not count, and a
/// row of minus signs counts as nesting, since each holds the next.
fn too_deep(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut depth, mut minus, mut at) = (0usize, 0usize, 0usize);
    while at < bytes.len() {
        let b = bytes[at];
        minus = match b {
            b'-' => minus + 1,
            b' ' | b'\t' | b'\r' => minus,
            _ => 0,
        };
        match b {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b'"' | b'\'' => at = skip_string(bytes, at),
            b'#' => at += bytes[at..].iter().position(|&b| b == b'\n').unwrap_or(bytes.len() - at),
            _ => {}
        }
        if depth + minus > MAX_NESTING {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// Whether a parenthesis is open at the end of a text.
pub(super) fn is_open(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0i64, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'(' => depth += 1,
            b')' => depth -= 1,
            b'"' | b'\'' => at = skip_string(bytes, at),
            _ => {}
        }
        at += 1;
    }
    depth > 0
}

/// The last byte of the string that begins at `at`, which is the last of its line where the
/// string is not closed: so the grammar takes it, too.
pub(super) fn skip_string(bytes: &[u8], at: usize) -> usize {
    let quote = bytes[at];
    let mut end = at + 1;
    while end < bytes.len() && bytes[end] != b'\n' {
        match bytes[end] {
            b'\\' if quote == b'"' && bytes.get(end + 1) != Some(&b'\n') => end += 1,
            b if b == quote => return end,
            _ => {}
        }
        end += 1;
    }
    end.min(bytes.len()) - 1
}

/// A whole `.bp` file.
pub(super) fn read(text: &str, file: FileId, base: usize, sink: &mut Sink) -> Spec {
    Reader::new(text, file, Offsets::From(base), false, sink).file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_counts_brackets_outside_strings_and_comments() {
        let fits = "(".repeat(MAX_NESTING);
        assert_eq!(too_deep(&fits), None);
        assert_eq!(too_deep(&(fits.clone() + "(")), Some(MAX_NESTING));
        assert_eq!(too_deep(&format!("\"{fits}\" # {fits}\n ({fits}")), Some(MAX_NESTING + 71 + 64));
        assert_eq!(too_deep(&"- ".repeat(MAX_NESTING + 1)), Some(2 * MAX_NESTING));
        assert_eq!(too_deep(&format!("it's {fits}(")), None, "an open string takes its line");
        assert!(too_deep(&format!("it's\n{fits}(")).is_some());
    }
}
