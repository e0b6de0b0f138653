//! Expressions, calls and chains as text of the language; and scalars of both spellings.

use crate::syntax::ast::*;
use crate::syntax::dsl::KEYWORDS;
use crate::syntax::yaml::resolve_plain;

/// How tightly an operand binds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    /// A chain, or a call with a name.
    Chain,
    /// `+`, `-`.
    Sum,
    /// `*`, `/`, `//`, `%`.
    Product,
    /// `-x`.
    Sign,
    /// Everything else.
    Atom,
}

fn binding(e: &Expr) -> Binding {
    match &e.kind {
        ExprKind::Chain(_) => Binding::Chain,
        ExprKind::Call(call) if call.alias.is_some() => Binding::Chain,
        ExprKind::Binary(BinOp::Add | BinOp::Sub, ..) => Binding::Sum,
        ExprKind::Binary(..) => Binding::Product,
        ExprKind::Neg(_) => Binding::Sign,
        _ => Binding::Atom,
    }
}

/// An expression or chain.
pub(super) fn expr(e: &Expr) -> String {
    let mut out = String::new();
    put_expr(&mut out, e);
    out
}

/// A chain.
pub(super) fn chain(c: &Chain) -> String {
    let mut out = String::new();
    put_chain(&mut out, c);
    out
}

/// A call, with no parentheses where it has no arguments.
pub(super) fn call(c: &Call) -> String {
    let mut out = String::new();
    put_link_call(&mut out, c);
    out
}

/// The type of an input.
pub(super) fn tensor_type(ty: &TensorType) -> String {
    format!("{}[{}]", ty.dtype.value, join(&ty.dims))
}

/// A block's or a call's parameters with their defaults.
pub(super) fn params(params: &[BlockParam]) -> String {
    let one = |p: &BlockParam| match &p.default {
        Some(default) => format!("{}={}", p.name.value, expr(default)),
        None => p.name.value.clone(),
    };
    params.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// `for (c, n, s) in stages`.
pub(super) fn for_head(f: &For) -> String {
    let names: Vec<&str> = f.names.iter().map(|n| n.value.as_str()).collect();
    match names.as_slice() {
        [one] => format!("for {one} in {}", expr(&f.list)),
        many => format!("for ({}) in {}", many.join(", "), expr(&f.list)),
    }
}

fn join(items: &[Expr]) -> String {
    items.iter().map(expr).collect::<Vec<_>>().join(", ")
}

fn put_expr(out: &mut String, e: &Expr) {
    match &e.kind {
        ExprKind::Null => out.push_str("none"),
        ExprKind::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        ExprKind::Int(i) => out.push_str(&format!("{i}")),
        ExprKind::Float(f) => out.push_str(&float(*f)),
        ExprKind::Quantity(n, unit) => out.push_str(&quantity(*n, *unit)),
        ExprKind::Str(s) => out.push_str(&string(s)),
        ExprKind::Name(name) => out.push_str(name),
        ExprKind::Node(name) => out.push_str(&format!("@{name}")),
        ExprKind::List(items) => out.push_str(&format!("[{}]", join(items))),
        ExprKind::Map(entries) => {
            let one = |e: &Entry| format!("{}: {}", key(&e.key.value), expr(&e.value));
            out.push_str(&format!("{{{}}}", entries.iter().map(one).collect::<Vec<_>>().join(", ")));
        }
        ExprKind::Neg(x) => {
            out.push('-');
            // A sign directly before a number would become part of it.
            let number = matches!(x.kind, ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Quantity(..));
            put_operand(out, x, number || binding(x) < Binding::Sign);
        }
        ExprKind::Binary(BinOp::Add | BinOp::Sub, ..) => put_sum(out, e, if is_plain_sum(e) { "" } else { " " }),
        ExprKind::Binary(op, left, right) => {
            put_operand(out, left, binding(left) < Binding::Product);
            out.push_str(op.symbol());
            put_operand(out, right, binding(right) <= Binding::Product);
        }
        ExprKind::Call(call) if call.alias.is_some() => put_link_call(out, call),
        ExprKind::Call(call) => put_call(out, call, true),
        ExprKind::Chain(chain) => put_chain(out, chain),
        ExprKind::Hole => out.push('_'),
    }
}

/// A sum with the same space around each of its signs.
fn put_sum(out: &mut String, e: &Expr, space: &str) {
    let ExprKind::Binary(op @ (BinOp::Add | BinOp::Sub), left, right) = &e.kind else {
        return put_operand(out, e, binding(e) < Binding::Sum);
    };
    put_sum(out, left, space);
    out.push_str(&format!("{space}{}{space}", op.symbol()));
    put_operand(out, right, binding(right) <= Binding::Sum);
}

/// Whether a sum is written without spaces: `n-1`, but `10*content + 40*style`.
fn is_plain_sum(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Binary(BinOp::Add | BinOp::Sub, left, right) => {
            binding(right) == Binding::Atom && !expr(right).starts_with('-') && is_plain_sum(left)
        }
        _ => binding(e) == Binding::Atom,
    }
}

fn put_operand(out: &mut String, e: &Expr, parenthesised: bool) {
    if parenthesised {
        out.push('(');
    }
    put_expr(out, e);
    if parenthesised {
        out.push(')');
    }
}

fn put_chain(out: &mut String, c: &Chain) {
    for (i, link) in c.links.iter().enumerate() {
        if i > 0 {
            out.push_str(" -> ");
        }
        match link {
            Link::Node(name) => out.push_str(&format!("@{}", name.value)),
            Link::Call(call) => put_link_call(out, call),
            Link::Hole(_) => out.push('_'),
        }
    }
}

fn put_link_call(out: &mut String, c: &Call) {
    put_call(out, c, false);
    if let Some(alias) = &c.alias {
        out.push_str(&format!(" as {}", alias.value));
    }
}

fn put_call(out: &mut String, c: &Call, parentheses: bool) {
    out.push_str(&c.name.value);
    if c.args.is_empty() && !parentheses {
        return;
    }
    out.push('(');
    for (i, arg) in c.args.iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        if let Some(name) = &arg.name {
            out.push_str(&format!("{}=", name.value));
        }
        put_expr(out, &arg.value);
    }
    out.push(')');
}

/// A float that is read back as the same float: the shorter of `0.0001` and `1e-4`.
pub(super) fn float(f: f64) -> String {
    if f.is_nan() {
        return ".nan".to_owned();
    }
    if f.is_infinite() {
        return if f > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let (plain, scientific) = (format!("{f:?}"), format!("{f:e}"));
    let plain_reads_well = f == 0.0 || (1e-3..1e7).contains(&f.abs()) && plain.len() <= scientific.len() + 2;
    if plain_reads_well && f.abs() != 1e-3 || scientific.len() >= plain.len() { plain } else { scientific }
}

/// `5ep`, `500it`.
pub(super) fn quantity(n: f64, unit: Unit) -> String {
    let unit = unit.suffix();
    if n.fract() == 0.0 && n.abs() < 1e15 { format!("{n:.0}{unit}") } else { format!("{}{unit}", float(n)) }
}

/// A string of the language. `: ` and ` #` are escaped, so that the text can stand in YAML
/// without quotes around the whole.
pub(super) fn string(s: &str) -> String {
    let mut out = String::with_capacity(s.len() + 2);
    out.push('"');
    let mut previous = '"';
    let mut chars = s.chars().peekable();
    while let Some(c) = chars.next() {
        let next = chars.peek().copied();
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            ' ' if previous == ':' || next == Some('#') => out.push_str("\\u{20}"),
            c if is_unprintable(c) => out.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => out.push(c),
        }
        previous = c;
    }
    out.push('"');
    out
}

/// Characters that YAML does not take as they are, or that nobody would see.
fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{85}' | '\u{a0}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
        || (c.is_whitespace() && c != ' ')
        || matches!(u32::from(c) & 0xfffe, 0xfffe)
}

/// A key of a mapping in `.bp`.
pub(super) fn key(s: &str) -> String {
    if is_dotted_word(s, true) { s.to_owned() } else { string(s) }
}

/// Text in a section of `.bp`: bare where it is a word.
pub(super) fn word_or_string(s: &str) -> String {
    let reserved = KEYWORDS.contains(&s) || matches!(s, "True" | "False" | "None");
    if is_dotted_word(s, false) && !reserved { s.to_owned() } else { string(s) }
}

/// Words joined by dots, the first of which begins with a letter or `_` (or, in keys, a digit).
fn is_dotted_word(s: &str, digit_first: bool) -> bool {
    s.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || digit_first && c.is_ascii_digit())
        && s.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'))
        && !KEYWORDS[..4].contains(&s.split('.').next().unwrap_or(s))
}

/// Text as a YAML scalar: plain where every reader of YAML 1.1 and 1.2 takes it as that text.
pub(super) fn yaml_string(s: &str) -> String {
    const READ_AS_OTHERS: &[&str] = &["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    let plain = s.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '/'))
        && s.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '/' | '.' | '-' | '+' | ' ' | '(' | ')'))
        && !s.ends_with(' ')
        && !READ_AS_OTHERS.contains(&s.to_lowercase().as_str())
        && resolve_plain(s) == Ok(ExprKind::Str(s.to_owned()));
    if plain { s.to_owned() } else { yaml_quoted(s) }
}

/// Text between YAML's double quotes.
pub(super) fn yaml_quoted(s: &str) -> String {
    let mut out = String::with_capacity(s.len() + 2);
    out.push('"');
    for c in s.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_unprintable(c) => out.push_str(&format!("\\U{:08x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Text of the language as a YAML scalar where such text is expected.
pub(super) fn yaml_leaf(text: &str) -> String {
    match text.chars().next() {
        Some('@' | '"' | '\'') | None => format!("'{}'", text.replace('\'', "''")),
        // YAML would read a list of its own.
        Some('[') => format!("({text})"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_short_and_exact() {
        let cases = [
            (0.1, "0.1"),
            (1e-4, "1e-4"),
            (1e-3, "1e-3"),
            (0.05, "0.05"),
            (2.0, "2.0"),
            (0.485, "0.485"),
            (1e20, "1e20"),
        ];
        for (f, text) in cases {
            assert_eq!(float(f), text);
        }
        assert_eq!(float(0.1 + 0.2).parse::<f64>(), Ok(0.1 + 0.2));
    }

    #[test]
    fn text_that_yaml_reads_otherwise_is_quoted() {
        for text in ["no", "12:30", "a: b", "a #b", "", "1e3", "~", "- a", "True", "5ep", " a", "a ", "ОN\u{feff}"] {
            assert!(yaml_string(text).starts_with('"'), "{text}");
        }
        for text in ["data/train", "image_folder", "val.accuracy", "名前"] {
            assert_eq!(yaml_string(text), text);
        }
    }
}
