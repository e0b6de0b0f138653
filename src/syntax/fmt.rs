//! Formatting: the canonical text of a spec with its comments kept.
//!
//! Comments are no part of the tree. They are found in the source, and put back beside what
//! they stood beside: a comment at the end of a line stays at the end of the line that holds
//! the same part, a comment on a line of its own goes before the line of the part that follows
//! it. A list or mapping with comments in it stays on several lines. The same holds where a
//! spec is converted, so that no comment is dropped there either.

use std::ops::Range;

use granit_parser::{Event, ScalarStyle};

use crate::diag::Sink;
use crate::source::FileId;

use super::write::lines::{Line, Lines, put};
use super::{Spelling, read_text, write};

/// One comment of the source.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Comment {
    /// From `#` to the end of the line.
    text: String,
    at: usize,
    /// Where it counts as standing: a comment at the end of an entry's line is still inside of
    /// what the entry is part of, unless a closing bracket stands between.
    inside: usize,
    /// Whether something stands before it on its line.
    trailing: bool,
    /// Its distance from the beginning of the line.
    column: usize,
    /// Whether a blank line stands before it.
    apart: bool,
    /// Whether a blank line stands after it.
    detached: bool,
}

/// Formats a spec, or converts it to the other spelling. Text that has errors is not touched:
/// they come back, with spans into file 0.
pub fn format(text: &str, from: Spelling, to: Spelling) -> Result<String, Sink> {
    let file = FileId(0);
    let mut sink = Sink::new();
    let spec = read_text(text, from, file, &mut sink);
    if sink.has_errors() {
        return Err(sink);
    }
    let comments = comments(text, from);
    let mut lines = Lines {
        comments: comments.iter().map(|c| c.inside as u32).collect(),
        heads: if from == Spelling::Yaml { super::yaml::heads(text) } else { Vec::new() },
        brackets: from == Spelling::Bp,
        ..Lines::default()
    };
    write::put(&mut lines, &spec, to);
    Ok(weave(&lines.list, comments, text))
}

/// Puts comments and blank lines back between the lines.
fn weave(lines: &[Line], comments: Vec<Comment>, source: &str) -> String {
    let mut before: Vec<Vec<Comment>> = vec![Vec::new(); lines.len() + 1];
    let mut after: Vec<Option<String>> = vec![None; lines.len()];
    let mut top = Vec::new();
    let first = lines.iter().filter_map(|l| l.anchor).min().map_or(source.len(), |a| a as usize);
    // What stands above everything, and apart from it, is about the file.
    let header = comments.iter().rposition(|c| c.at < first && c.detached && !c.trailing).map_or(0, |i| i + 1);
    for (i, comment) in comments.into_iter().enumerate() {
        if i < header {
            top.push(comment);
        } else if let Some(line) = trailing_line(&comment, lines, source).filter(|&l| after[l].is_none()) {
            after[line] = Some(comment.text);
        } else {
            before[own_line(&comment, lines)].push(comment);
        }
    }
    let mut out = String::new();
    for (i, comment) in top.iter().enumerate() {
        if comment.apart && i > 0 {
            out.push('\n');
        }
        put(&mut out, 0, &comment.text);
    }
    let mut separated = top.is_empty();
    for (i, line) in lines.iter().enumerate() {
        let blank = line.apart || blank_before(line, &before[i], source);
        if !separated || (blank && i > 0) {
            out.push('\n');
        }
        separated = true;
        for (k, comment) in before[i].iter().enumerate() {
            if k > 0 && comment.apart {
                out.push('\n');
            }
            put(&mut out, line.indent, &comment.text);
        }
        match &after[i] {
            Some(comment) => put(&mut out, line.indent, &format!("{}  {comment}", line.text)),
            None => put(&mut out, line.indent, &line.text),
        }
    }
    for comment in &before[lines.len()] {
        if comment.apart && !out.is_empty() {
            out.push('\n');
        }
        put(&mut out, 0, &comment.text);
    }
    out
}

/// The line that a comment at the end of a line belongs to: the last one whose source stands
/// before it on the same line.
fn trailing_line(comment: &Comment, lines: &[Line], source: &str) -> Option<usize> {
    if !comment.trailing {
        return None;
    }
    let start = source[..comment.at].rfind('\n').map_or(0, |n| n + 1);
    let on_line = |l: &&(usize, u32)| (start..comment.at).contains(&(l.1 as usize));
    anchored(lines).filter(|l| on_line(&l)).max_by_key(|&(i, anchor)| (anchor, i)).map(|(i, _)| i)
}

/// The line before which a comment stands: the first one whose source follows it. Lines without
/// a source that lead to it, and are indented no less than the comment was, follow the comment.
fn own_line(comment: &Comment, lines: &[Line]) -> usize {
    let follows = |l: &(usize, u32)| l.1 as usize > comment.at;
    let Some((mut at, _)) = anchored(lines).filter(follows).min_by_key(|&(i, anchor)| (anchor, i)) else {
        return lines.len();
    };
    let leads = |above: &Line, below: &Line| {
        above.anchor.is_none()
            && !above.text.starts_with(['}', ']'])
            && above.indent >= comment.column.min(below.indent)
    };
    while at > 0 && leads(&lines[at - 1], &lines[at]) {
        at -= 1;
    }
    at
}

fn anchored(lines: &[Line]) -> impl Iterator<Item = (usize, u32)> {
    lines.iter().enumerate().filter_map(|(i, l)| l.anchor.map(|a| (i, a)))
}

/// Whether the source has a blank line before a line and the comments above it.
fn blank_before(line: &Line, comments: &[Comment], source: &str) -> bool {
    if let Some(first) = comments.iter().find(|c| !c.trailing) {
        return first.apart;
    }
    line.anchor.is_some_and(|at| {
        let start = source[..at as usize].rfind('\n').map_or(0, |n| n + 1);
        source[start..at as usize].trim_start_matches(['-', ' ', '\t']).is_empty() && ends_blank(&source[..start])
    })
}

/// Whether the last line of a text is blank.
fn ends_blank(text: &str) -> bool {
    let Some(rest) = text.strip_suffix('\n') else { return false };
    !rest.is_empty() && rest.rsplit('\n').next().is_some_and(|line| line.trim().is_empty())
}

fn comments(text: &str, spelling: Spelling) -> Vec<Comment> {
    let ranges = match spelling {
        Spelling::Yaml => yaml_comments(text),
        Spelling::Bp => bp_comments(text, 0),
    };
    ranges
        .into_iter()
        .map(|range| {
            let start = text[..range.start].rfind('\n').map_or(0, |n| n + 1);
            let next = text[range.end..].lines().nth(1);
            let content = text[start..range.start].trim_end();
            let open = !content.trim().is_empty() && !content.ends_with(['}', ']', ')']);
            Comment {
                inside: if open { start + content.len() - 1 } else { range.start },
                text: text[range.clone()].trim_end().to_owned(),
                at: range.start,
                trailing: !text[start..range.start].trim_start_matches('\u{feff}').trim().is_empty(),
                column: range.start - start,
                apart: ends_blank(&text[..start]),
                detached: next.is_some_and(|l| l.trim().is_empty()),
            }
        })
        .collect()
}

/// Comments of YAML, and those of the language in block scalars that hold statements.
fn yaml_comments(text: &str) -> Vec<Range<usize>> {
    let base = text.len() - text.trim_start_matches('\u{feff}').len();
    let heads = super::yaml::heads(text);
    let in_body = |at: usize| {
        let head = heads.iter().rev().find(|(_, start)| *start as usize <= at);
        head.is_some_and(|(key, _)| matches!(key.as_str(), "net" | "blocks" | "towers"))
    };
    let mut found = Vec::new();
    for event in granit_parser::Parser::new_from_str(&text[base..]) {
        let Ok((event, span)) = event else { break };
        let Some(range) = span.byte_range() else { continue };
        let range = range.start + base..range.end + base;
        match event {
            Event::Comment(..) => found.push(range),
            Event::Scalar(_, ScalarStyle::Literal | ScalarStyle::Folded, ..) if in_body(range.start) => {
                found.extend(bp_comments(&text[range.clone()], range.start));
            }
            _ => {}
        }
    }
    found.sort_by_key(|r| r.start);
    found
}

/// Comments of the language, in a text that begins at `base`.
fn bp_comments(text: &str, base: usize) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'"' | b'\'' => at = super::dsl::skip_string(bytes, at),
            b'#' => {
                let end = text[at..].find('\n').map_or(text.len(), |n| at + n);
                found.push(base + at..base + end);
                at = end;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format_ok(text: &str, from: Spelling, to: Spelling) -> String {
        format(text, from, to).unwrap_or_else(|sink| panic!("{text}\n{:?}", sink.sorted()))
    }

    /// Every comment of `text` is in the output once, and formatting again changes nothing.
    fn check(text: &str, from: Spelling, to: Spelling) -> String {
        let once = format_ok(text, from, to);
        let words = |text: &str, spelling| {
            let mut list: Vec<String> = comments(text, spelling).into_iter().map(|c| c.text).collect();
            list.sort();
            list
        };
        assert_eq!(words(&once, to), words(text, from), "{once}");
        assert_eq!(format_ok(&once, to, to), once, "not stable:\n{once}");
        once
    }

    const YAML: &str = "\
# About the file.

blockprint: 1
# The name.
model: m   # short
params:   # numbers
  # How many classes.
  classes: 10
  stages:
    - [1, 2]   # first
    # between
    - [3, 4]

# The net.
net:
  # A stem.
  - conv(8)   # eight
  - add:   # sum
      # main
      main: conv(8)
      skip: identity   # as it is
  - |
    # in a block
    conv(8)
    -> bn   # inside
data:
  kind: x   # a kind
# The end.
";

    #[test]
    fn comments_of_yaml_stay_where_they_were() {
        let out = check(YAML, Spelling::Yaml, Spelling::Yaml);
        for line in [
            "# The name.\nmodel: m  # short",
            "params:  # numbers\n  # How many classes.\n  classes: 10",
            "    - [1, 2]  # first\n    # between\n    - [3, 4]\n\n# The net.\nnet:\n  # A stem.\n  - conv(8)  # eight",
            "  - add:  # sum\n      # main\n      main: conv(8)\n      skip: identity  # as it is",
            "data:\n  kind: x  # a kind\n# The end.\n",
        ] {
            assert!(out.contains(line), "{line}\n--- is not in\n{out}");
        }
    }

    #[test]
    fn comments_of_the_language_stay_where_they_were() {
        let text = "\
# File.

blockprint 1
param a = 1 # one
# A block.
block f(c) { # open
  # first
  conv(c) -> # split
    bn
  relu # last
} # closed
model m(x: f32[N]) -> y { f(3) as y }
train {
  # sizes
  batch: 3 # three
}
# end
";
        let out = check(text, Spelling::Bp, Spelling::Bp);
        assert!(out.contains("param a = 1  # one"), "{out}");
        assert!(
            out.contains(
                "# A block.\nblock f(c) {  # open\n  # first\n  conv(c) -> bn  # split\n  relu  # last\n}  # closed"
            ),
            "{out}"
        );
        assert!(out.contains("train {\n  # sizes\n  batch: 3  # three\n}\n# end\n"), "{out}");
    }

    #[test]
    fn converting_keeps_comments() {
        let bp = check(YAML, Spelling::Yaml, Spelling::Bp);
        assert!(bp.contains("  conv(8)  # eight"), "{bp}");
        check(&bp, Spelling::Bp, Spelling::Yaml);
    }

    #[test]
    fn comments_anywhere_survive() {
        let yaml = "blockprint: 1\nparams:\n  a: [1,\n    2]\n  b:\n    - [1]\n    - f(1, 2)\nblocks:\n  f(c):\n    - add:\n        x: relu\n        y:\n          - repeat(2): bn\n          - gap\n    - relu\nnet: f(3)\ntrain:\n  batch: 3\n  phases:\n    - {freeze: all,\n       epochs: 1}\n    - epochs: 2\n      lr: 3\n";
        let bp = "param a = [1,\n  2]\nblock f(c) {\n  add {\n    x: relu\n    y: {\n      repeat (2) {\n        bn\n      }\n      gap ->\n        relu\n    }\n  }\n  relu\n}\nmodel m(x: f32[N],\n  y: i64[N]) -> z {\n  f(3,\n    4) as z\n}\ntrain {\n  batch: 3\n  phases: [\n    {freeze: all,\n      epochs: 1}\n  ]\n}\n";
        for (text, spelling) in [(yaml, Spelling::Yaml), (bp, Spelling::Bp)] {
            let count = text.lines().count();
            for k in 0..count {
                for trailing in [true, false] {
                    let with = |(i, line): (usize, &str)| match (i == k, trailing) {
                        (true, true) => format!("{line} # here\n"),
                        (true, false) => format!("    # here\n{line}\n"),
                        _ => format!("{line}\n"),
                    };
                    let text: String = text.lines().enumerate().map(with).collect();
                    check(&text, spelling, spelling);
                    for to in [Spelling::Yaml, Spelling::Bp] {
                        assert_eq!(format_ok(&text, spelling, to).matches("# here").count(), 1, "{text}");
                    }
                }
            }
            let all: String = text.lines().enumerate().map(|(i, l)| format!("# own {i}\n{l} # at {i}\n")).collect();
            check(&all, spelling, spelling);
        }
    }

    #[test]
    fn a_sign_in_text_is_no_comment() {
        let text = "data:\n  note: |\n    # not a comment\n";
        assert_eq!(check(text, Spelling::Yaml, Spelling::Yaml), "data: {note: \"# not a comment\\n\"}\n");
    }

    #[test]
    fn text_with_errors_is_not_formatted() {
        let sink = format("modle: x", Spelling::Yaml, Spelling::Yaml).expect_err("an unknown key");
        assert!(sink.has_errors());
    }
}
