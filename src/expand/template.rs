//! Templates of names: `layer{i}`, `block{n-1}`.

use crate::diag::{Diagnostic, codes};
use crate::ops::attrs::Value;
use crate::source::Span;
use crate::syntax::ast::BinOp;

use super::build::Builder;
use super::expr::{Number, binary};
use super::scope::Cx;
use super::value::Bound;

/// The pieces of a template.
#[derive(Debug, PartialEq)]
enum Piece<'t> {
    Text(&'t str),
    Hole(&'t str),
}

/// Takes a template apart; `None` where braces do not match.
fn pieces(template: &str) -> Option<Vec<Piece<'_>>> {
    let mut list = Vec::new();
    let mut rest = template;
    while let Some(open) = rest.find(['{', '}']) {
        list.push(Piece::Text(&rest[..open]));
        let inner = rest[open..].strip_prefix('{')?;
        let close = inner.find('}')?;
        list.push(Piece::Hole(&inner[..close]));
        rest = &inner[close + 1..];
    }
    list.push(Piece::Text(rest));
    Some(list)
}

/// The parameter names in a template's braces.
pub(super) fn names(template: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for piece in pieces(template).unwrap_or_default() {
        if let Piece::Hole(text) = piece {
            names.extend(tokens(text).unwrap_or_default().into_iter().filter_map(|t| match t {
                Token::Name(n) => Some(n),
                _ => None,
            }));
        }
    }
    names
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Token<'t> {
    Name(&'t str),
    Int(i64),
    Op(BinOp),
}

fn tokens(text: &str) -> Option<Vec<Token<'_>>> {
    let mut list = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let word = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let (token, len) = match first {
            '0'..='9' => (Token::Int(rest[..word].parse().ok()?), word),
            c if c.is_ascii_alphabetic() || c == '_' => (Token::Name(&rest[..word]), word),
            '+' => (Token::Op(BinOp::Add), 1),
            '-' => (Token::Op(BinOp::Sub), 1),
            '*' => (Token::Op(BinOp::Mul), 1),
            '%' => (Token::Op(BinOp::Rem), 1),
            '/' if rest.starts_with("//") => (Token::Op(BinOp::FloorDiv), 2),
            _ => return None,
        };
        list.push(token);
        rest = rest[len..].trim_start();
    }
    Some(list)
}

impl<'a> Builder<'a> {
    /// A name with the values of its holes; `None` where a problem was reported.
    pub(super) fn fill_template(&mut self, template: &str, span: Span, cx: &Cx<'a>) -> Option<String> {
        if !template.contains(['{', '}']) {
            return Some(template.to_string());
        }
        let Some(pieces) = pieces(template) else {
            return self.bad_template(template, "every `{` needs its `}`", span, cx);
        };
        let mut name = String::new();
        for piece in pieces {
            match piece {
                Piece::Text(text) => name.push_str(text),
                Piece::Hole(text) => name.push_str(&self.hole(template, text, span, cx)?),
            }
        }
        Some(name)
    }

    fn bad_template<T>(&mut self, template: &str, why: &str, span: Span, cx: &Cx<'a>) -> Option<T> {
        self.report(
            Diagnostic::error(codes::BAD_TEMPLATE, format!("`{template}` cannot be a name")).label(span, why),
            cx,
        );
        None
    }

    fn hole(&mut self, template: &str, text: &str, span: Span, cx: &Cx<'a>) -> Option<String> {
        const TAKES: &str = "in braces stand names and integers with `+ - * // %`";
        let tokens = tokens(text).filter(|t| !t.is_empty());
        match tokens.as_deref() {
            Some([Token::Name(name)]) => match self.hole_value(name, span, cx)? {
                Value::Word(word) => Some(word),
                Value::Int(v) if v >= 0 => Some(v.to_string()),
                other => self.bad_template(template, &format!("`{name}` is {}: `{other}`", other.kind()), span, cx),
            },
            Some(tokens) => match self.arithmetic(tokens, span, cx)? {
                Some(v) if v >= 0 => Some(v.to_string()),
                Some(_) => self.bad_template(template, "the number in braces is negative", span, cx),
                None => self.bad_template(template, TAKES, span, cx),
            },
            None => self.bad_template(template, TAKES, span, cx),
        }
    }

    fn hole_value(&mut self, name: &str, span: Span, cx: &Cx<'a>) -> Option<Value> {
        match cx.env.get(name) {
            Some(Bound::Value(v)) => Some((*v).clone()),
            Some(Bound::Chain(c)) if c.as_word().is_some() => c.as_word().map(|w| Value::Word(w.to_string())),
            Some(Bound::Unknown) => None,
            Some(other) => {
                let why = format!("`{name}` is {}", other.kind());
                self.bad_template(name, &why, span, cx)
            }
            None => {
                self.report_unknown_name(name, span, cx);
                None
            }
        }
    }

    /// Products and sums, left to right; the inner `None` where the tokens are no such thing.
    fn arithmetic(&mut self, tokens: &[Token<'_>], span: Span, cx: &Cx<'a>) -> Option<Option<i64>> {
        let mut operands = Vec::new();
        let mut pending: Option<BinOp> = None;
        for (at, token) in tokens.iter().enumerate() {
            let number = match token {
                Token::Op(op) if at % 2 == 1 => {
                    pending = Some(*op);
                    continue;
                }
                Token::Int(v) if at % 2 == 0 => Number::Int(*v),
                Token::Name(n) if at % 2 == 0 => match Number::of(&self.hole_value(n, span, cx)?) {
                    Some(number) => number,
                    None => return Some(None),
                },
                _ => return Some(None),
            };
            match (pending.take(), operands.last_mut()) {
                (Some(op @ (BinOp::Mul | BinOp::FloorDiv | BinOp::Rem)), Some((_, last))) => {
                    match binary(op, *last, number) {
                        Ok(v) => *last = v,
                        Err(_) => return Some(None),
                    }
                }
                (op, _) => operands.push((op.unwrap_or(BinOp::Add), number)),
            }
        }
        if pending.is_some() {
            return Some(None);
        }
        let total = operands.into_iter().try_fold(Number::Int(0), |sum, (op, v)| binary(op, sum, v));
        Some(match total {
            Ok(Number::Int(v)) => Some(v),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_come_apart() {
        assert_eq!(pieces("layer{i}"), Some(vec![Piece::Text("layer"), Piece::Hole("i"), Piece::Text("")]));
        assert_eq!(pieces("plain"), Some(vec![Piece::Text("plain")]));
        assert_eq!(pieces("a{b"), None);
        assert_eq!(pieces("a}b"), None);
        assert_eq!(names("x{i-1}y{n//2}"), ["i", "n"]);
    }

    #[test]
    fn tokens_are_names_integers_and_operators() {
        assert_eq!(tokens("n//2"), Some(vec![Token::Name("n"), Token::Op(BinOp::FloorDiv), Token::Int(2)]));
        assert_eq!(tokens("n/2"), None);
        assert_eq!(tokens("99999999999999999999"), None);
    }
}
