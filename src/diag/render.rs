//! Diagnostics as people read them: snippets drawn by miette.
//!
//! What comes from the user (text, names) is shown with its control characters made visible,
//! so that a spec cannot steer the terminal that shows it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan,
    SpanContents,
};

use crate::source::{FileId, SourceMap, Span};

use super::{Diagnostic, Frame, Label, Severity, Sink};

/// Text for a terminal.
pub type Rendered = String;

/// Longer lines are quoted in part: a file may be one line of a megabyte.
const MAX_LINE: usize = 400;

/// All problems of a sink for a person, sorted by place, with a count at the end; nothing for
/// an empty sink. `width` is the terminal's, in columns.
pub fn render_human(sink: &Sink, sources: &SourceMap, width: usize, color: bool) -> Rendered {
    let theme = if color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(width.max(40))
        .with_links(false)
        .without_syntax_highlighting();
    let mut texts = HashMap::new();
    for (id, file) in sources.files() {
        texts.insert(id, visible_in_place(&file.text));
    }
    let mut out = String::new();
    for diagnostic in sink.sorted() {
        let report = Report::new(diagnostic, sources, &texts);
        if handler.render_report(&mut out, &report).is_err() {
            out.push_str(&report.message);
        }
        out.push('\n');
    }
    if let Some(summary) = summary(sink) {
        out.push_str(&summary);
        out.push('\n');
    }
    out
}

/// "3 errors, 1 warning (12 more are not shown)".
fn summary(sink: &Sink) -> Option<String> {
    let errors = sink.iter().filter(|d| d.severity == Severity::Error).count();
    let warnings = sink.len() - errors;
    let count = |n: usize, what: &str| match n {
        0 => None,
        1 => Some(format!("1 {what}")),
        n => Some(format!("{n} {what}s")),
    };
    let parts: Vec<String> = [count(errors, "error"), count(warnings, "warning")].into_iter().flatten().collect();
    if parts.is_empty() {
        return None;
    }
    Some(match sink.dropped() {
        0 => parts.join(", "),
        more => format!("{} ({more} more not shown)", parts.join(", ")),
    })
}

/// One problem as miette takes it.
#[derive(Debug)]
struct Report<'a> {
    code: &'static str,
    severity: Severity,
    message: String,
    help: Option<String>,
    labels: Vec<LabeledSpan>,
    source: Option<Excerpt<'a>>,
    notes: Option<Box<Note>>,
}

/// Lines beneath the message: the chain of expansion, and places in other files.
#[derive(Debug)]
struct Note {
    text: String,
    next: Option<Box<Note>>,
}

impl<'a> Report<'a> {
    fn new(d: &Diagnostic, sources: &'a SourceMap, texts: &'a HashMap<FileId, Cow<'a, str>>) -> Self {
        let home = d.span().map(|s| s.file).unwrap_or_default();
        let source =
            texts.get(&home).map(|text| Excerpt { name: visible(&sources.file(home).name), text, file: home, sources });
        let mut labels = Vec::new();
        let mut notes: Vec<String> = trace_line(&d.trace, sources).into_iter().collect();
        for (i, label) in d.labels.iter().enumerate() {
            let drawn = source
                .as_ref()
                .filter(|s| s.file == label.span.file)
                .and_then(|s| s.drawable(label.span))
                .map(|(start, len)| labeled(label, start, len, i == 0));
            match drawn {
                Some(drawn) => labels.push(drawn),
                None if texts.contains_key(&label.span.file) => notes.push(place_note(label, sources, i == 0)),
                None => {}
            }
        }
        let notes = notes.into_iter().rev().fold(None, |next, text| Some(Box::new(Note { text, next })));
        Report {
            code: d.code.as_str(),
            severity: d.severity,
            message: visible(&d.message),
            help: d.help.as_deref().map(visible),
            source: source.filter(|_| !labels.is_empty()),
            labels,
            notes,
        }
    }
}

fn labeled(label: &Label, start: usize, len: usize, primary: bool) -> LabeledSpan {
    let text = (!label.text.is_empty()).then(|| visible(&label.text));
    match primary {
        true => LabeledSpan::new_primary_with_span(text, (start, len)),
        false => LabeledSpan::new_with_span(text, (start, len)),
    }
}

/// A label that no snippet shows: it lies in another file, or in a line that is too long.
fn place_note(label: &Label, sources: &SourceMap, primary: bool) -> String {
    let at = sources.position(label.span.file, label.span.start);
    let name = visible(&sources.file(label.span.file).name);
    let word = if primary { "at" } else { "also" };
    let quoted: String = sources.text(label.span).chars().take(40).collect();
    let mut note = format!("{word} {name}:{}:{}", at.line, at.column);
    if !quoted.trim().is_empty() {
        note.push_str(&format!(" `{}`", visible(quoted.lines().next().unwrap_or("").trim())));
    }
    if !label.text.is_empty() {
        note.push_str(&format!(": {}", visible(&label.text)));
    }
    note
}

/// "in layer3 (specs/x.yaml:31:5) → bottleneck[2] (15:7)"; a file is named where it changes.
fn trace_line(trace: &[Frame], sources: &SourceMap) -> Option<String> {
    let mut file = None;
    let steps: Vec<String> = trace
        .iter()
        .map(|frame| {
            let at = sources.position(frame.span.file, frame.span.start);
            let name = sources.files().nth(frame.span.file.0 as usize).map(|(_, f)| visible(&f.name));
            let place = match name {
                Some(name) if file != Some(frame.span.file) => format!("{name}:{}:{}", at.line, at.column),
                _ => format!("{}:{}", at.line, at.column),
            };
            file = Some(frame.span.file);
            format!("{} ({place})", visible(&frame.name))
        })
        .collect();
    (!steps.is_empty()).then(|| format!("in {}", steps.join(" → ")))
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Report<'_> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.notes.as_deref().map(|n| n as _)
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Note {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.next.as_deref().map(|n| n as _)
    }
}

impl miette::Diagnostic for Report<'_> {
    fn code<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        let kind = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        Some(Box::new(format!("{kind}[{}]", self.code)))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        self.help.as_ref().map(|h| Box::new(h) as _)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|s| s as _)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

/// One file as miette reads it: columns in characters, found without a walk from its start.
#[derive(Clone, Debug)]
struct Excerpt<'a> {
    name: String,
    text: &'a str,
    file: FileId,
    sources: &'a SourceMap,
}

impl Excerpt<'_> {
    /// The part of a span that can be drawn: on its first line, and at least one character
    /// wide. `None` where the line is too long to be shown, or the file is empty.
    fn drawable(&self, span: Span) -> Option<(usize, usize)> {
        let text = self.text;
        let mut start = floor_boundary(text, span.start as usize);
        if start >= text.trim_end().len() {
            // At the end of the file: the last character that can be seen.
            start = text.trim_end().char_indices().next_back()?.0;
        } else if text[start..].starts_with(['\n', '\r']) {
            let (at, last) = text[..start].char_indices().next_back()?;
            start = if last == '\n' { start } else { at };
        }
        let line = self.line(start);
        if line.len() > MAX_LINE {
            return None;
        }
        let end = floor_boundary(text, span.end as usize).clamp(start, line.end.max(start));
        let end = start + text[start..end].trim_end().len();
        let width = text[start..].chars().next().map_or(0, char::len_utf8);
        Some((start, end.saturating_sub(start).max(width)))
    }

    /// The line that holds a byte, without its end.
    fn line(&self, at: usize) -> std::ops::Range<usize> {
        let start = self.text[..at].rfind('\n').map_or(0, |i| i + 1);
        let end = self.text[at..].find('\n').map_or(self.text.len(), |i| at + i);
        start..end
    }
}

impl SourceCode for Excerpt<'_> {
    fn read_span<'b>(
        &'b self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'b> + 'b>, MietteError> {
        let (offset, end) = (span.offset(), span.offset() + span.len());
        if !self.text.is_char_boundary(offset) || !self.text.is_char_boundary(end) {
            return Err(MietteError::OutOfBounds);
        }
        let mut start = if before == 0 { offset } else { self.line(offset).start };
        for _ in 0..before {
            let previous = start.checked_sub(1).map(|newline| self.line(newline));
            match previous.filter(|line| line.len() <= MAX_LINE) {
                Some(line) => start = line.start,
                None => break,
            }
        }
        let mut stop =
            if after == 0 { end } else { self.line(floor_boundary(self.text, end.saturating_sub(1)).max(offset)).end };
        for _ in 0..after {
            let next = (stop + 1 < self.text.len()).then(|| self.line(stop + 1));
            match next.filter(|line| line.len() <= MAX_LINE) {
                Some(line) => stop = line.end,
                None => break,
            }
        }
        let data = &self.text[start..stop];
        let at = self.sources.position(self.file, start as u32);
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            data.as_bytes(),
            (start, stop - start).into(),
            at.line - 1,
            at.column - 1,
            data.matches('\n').count() + 1,
        )))
    }
}

fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Whether a character could steer a terminal or reorder what it shows.
fn is_unsafe(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Text with its control characters written as escapes.
fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' => out.push(' '),
            c if is_unsafe(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

/// A file's text with its control characters replaced by marks of the same length in bytes, so
/// that spans keep their places. Line ends and tabs stay.
fn visible_in_place(text: &str) -> Cow<'_, str> {
    let bad = |c: char| is_unsafe(c) && !matches!(c, '\n' | '\t');
    if !text.contains(bad) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        out.push(match c.len_utf8() {
            _ if !bad(c) => c,
            1 if c == '\r' && chars.peek().is_none_or(|n| *n == '\n') => ' ',
            1 => '?',
            2 => '¿',
            _ => char::REPLACEMENT_CHARACTER,
        });
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::codes;

    fn render(text: &str, labels: &[(usize, usize, &str)]) -> String {
        let mut sources = SourceMap::new();
        let file = sources.add("a.yaml", None, text);
        let mut d = Diagnostic::error(codes::SHAPE_MISMATCH, "a message");
        for (start, end, label) in labels {
            d = d.label(Span::new(file, *start, *end), *label);
        }
        let mut sink = Sink::new();
        sink.push(d);
        render_human(&sink, &sources, 80, false)
    }

    #[test]
    fn an_empty_sink_renders_nothing() {
        assert_eq!(render_human(&Sink::new(), &SourceMap::new(), 80, false), "");
    }

    #[test]
    fn columns_count_characters() {
        let text = "net:\n  - \"日本語\" -> conv\n";
        let at = text.find("conv").unwrap();
        let out = render(text, &[(at, at + 4, "here")]);
        assert!(out.contains("[a.yaml:2:14]"), "{out}");
        assert!(out.contains("here"), "{out}");
    }

    #[test]
    fn a_place_at_the_end_of_the_file_is_drawn() {
        for text in ["net:", "net:\n", "net:\r\n\r\n"] {
            let out = render(text, &[(text.len(), text.len(), "ends here")]);
            assert!(out.contains("ends here") && out.contains("a.yaml:1:4"), "{out}");
        }
        assert!(render("", &[(0, 0, "nothing")]).contains("nothing"));
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        let text = "a\u{1b}[31m: \u{9b}x \u{202e}y\r\nb: 1\r\n";
        let out = render(text, &[(0, 5, "\u{1b}]0;title\u{7}")]);
        assert!(!out.chars().any(|c| c != '\n' && is_unsafe(c)), "{out:?}");
        assert!(out.contains("\\u{1b}]0;title"), "{out}");
    }

    #[test]
    fn a_very_long_line_is_quoted_in_part() {
        let text = format!("x: {}\n", "y".repeat(1 << 20));
        let out = render(&text, &[(0, 1, "key"), (3, text.len() - 1, "value")]);
        assert!(out.len() < 1000, "{}", out.len());
        assert!(out.contains("at a.yaml:1:1 `x`: key") && out.contains("also a.yaml:1:4"), "{out}");
    }

    #[test]
    fn any_span_is_rendered() {
        let text = "a: 日本\n\n\tb\r\n  - ü\n";
        for start in 0..text.len() + 3 {
            for end in start.saturating_sub(1)..text.len() + 3 {
                let out = render(text, &[(start, end, "mark"), (end, start, "other")]);
                assert!(out.contains("mark") && !out.contains("Failed"), "{start}..{end}: {out}");
            }
        }
    }

    #[test]
    fn labels_in_other_files_are_noted() {
        let mut sources = SourceMap::new();
        let a = sources.add("a.yaml", None, "use: b\nconv\n");
        let b = sources.add("b.yaml", None, "\n  relu\n");
        let mut sink = Sink::new();
        sink.push(
            Diagnostic::error(codes::SHAPE_MISMATCH, "a message")
                .label(Span::new(a, 7, 11), "here")
                .label(Span::new(b, 3, 7), "there")
                .trace(vec![
                    Frame { name: "layer3".into(), span: Span::new(a, 0, 3) },
                    Frame { name: "main".into(), span: Span::new(a, 5, 6) },
                    Frame { name: "conv".into(), span: Span::new(b, 3, 7) },
                ]),
        );
        let out = render_human(&sink, &sources, 100, false);
        assert!(out.contains("in layer3 (a.yaml:1:1) → main (1:6) → conv (b.yaml:2:3)"), "{out}");
        assert!(out.contains("also b.yaml:2:3 `relu`: there"), "{out}");
        assert!(out.ends_with("1 error\n"), "{out}");
    }
}
