//! Where the bytes of a scalar's value lie in the file.

use granit_parser::ScalarStyle;

use crate::syntax::dsl::Offsets;

/// The places of a value whose source is `raw`, which begins at byte `start` of the file. They
/// are exact where the source holds the value as it is; where it was escaped or folded, each
/// character lies at the start of what stands for it.
pub(super) fn offsets(raw: &str, start: usize, value: &str, style: ScalarStyle) -> Offsets {
    let quoted = matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
    let skip = match style {
        ScalarStyle::Plain => 0,
        ScalarStyle::Literal | ScalarStyle::Folded if raw.starts_with(['|', '>']) => {
            raw.find('\n').map_or(raw.len(), |n| n + 1)
        }
        ScalarStyle::Literal | ScalarStyle::Folded => 0,
        _ => usize::from(quoted && !raw.is_empty()),
    };
    let content = if quoted { &raw[skip..raw.len().saturating_sub(1).max(skip)] } else { &raw[skip..] };
    if content == value {
        return Offsets::From(start + skip);
    }
    let mut table = Vec::with_capacity(value.len() + 1);
    let mut at = 0;
    for c in value.chars() {
        let (from, next) = locate(content, at, c, style);
        table.extend(std::iter::repeat_n((start + skip + from) as u32, c.len_utf8()));
        at = next;
    }
    table.push((start + skip + at) as u32);
    Offsets::Table(table)
}

/// Where the source of `c` begins and ends, at or after `at`.
fn locate(raw: &str, mut at: usize, c: char, style: ScalarStyle) -> (usize, usize) {
    while let Some(r) = raw[at..].chars().next() {
        let rest = &raw[at..];
        if style == ScalarStyle::DoubleQuoted && r == '\\' {
            if rest.starts_with("\\\n") || rest.starts_with("\\\r\n") {
                at += 1;
                continue;
            }
            return (at, at + escape_len(rest));
        }
        if r == c {
            let doubled = style == ScalarStyle::SingleQuoted && rest.starts_with("''");
            return (at, at + if doubled { 2 } else { r.len_utf8() });
        }
        if !r.is_whitespace() {
            return (at, at);
        }
        if c.is_whitespace() {
            // A line break that became a space, or the other way round.
            return (at, at + r.len_utf8());
        }
        at += r.len_utf8();
    }
    (at, at)
}

/// The length of the escape that a text begins with.
fn escape_len(text: &str) -> usize {
    let len = match text[1..].chars().next() {
        Some('x') => 4,
        Some('u') => 6,
        Some('U') => 10,
        Some(c) => 1 + c.len_utf8(),
        None => 1,
    };
    let mut len = len.min(text.len());
    while !text.is_char_boundary(len) {
        len -= 1;
    }
    len
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(raw: &str, value: &str, style: ScalarStyle, what: &str) -> usize {
        let places = offsets(raw, 100, value, style);
        places.at(value.find(what).expect("the value holds it")) - 100
    }

    #[test]
    fn quoted_and_folded_text_is_found_again() {
        assert_eq!(place("conv(8)", "conv(8)", ScalarStyle::Plain, "8"), 5);
        assert_eq!(place("\"@a -> b\"", "@a -> b", ScalarStyle::DoubleQuoted, "b"), 7);
        assert_eq!(place(r#""a\t\u00e9 b""#, "a\té b", ScalarStyle::DoubleQuoted, "b"), 11);
        assert_eq!(place("'it''s b'", "it's b", ScalarStyle::SingleQuoted, "b"), 7);
        assert_eq!(place("conv(8)\n      -> bn", "conv(8) -> bn", ScalarStyle::Plain, "bn"), 17);
        assert_eq!(place("|\n  a\r\n  b\n", "a\nb\n", ScalarStyle::Literal, "b"), 9);
        assert_eq!(place("\"a\\\n   b\"", "ab", ScalarStyle::DoubleQuoted, "b"), 7);
    }
}
