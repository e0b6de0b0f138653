//! Lines of output that know where in the source they come from, so that comments can find
//! their way back to what they stood beside.

use crate::source::Span;

/// How wide a line may be before a list or mapping is broken up.
pub(super) const WIDTH: usize = 100;

/// One line.
#[derive(Clone, Debug)]
pub(in crate::syntax) struct Line {
    pub indent: usize,
    pub text: String,
    /// The first byte of its source, where it has one.
    pub anchor: Option<u32>,
    /// Whether a blank line sets it apart from what stands before it.
    pub apart: bool,
}

/// The output under way.
#[derive(Debug, Default)]
pub(in crate::syntax) struct Lines {
    pub list: Vec<Line>,
    /// Where the source has comments: what holds one is not put on a single line.
    pub comments: Vec<u32>,
    /// Where the source has its top-level keys.
    pub heads: Vec<(String, u32)>,
    /// Whether the source closes with a bracket what is closed with one here.
    pub brackets: bool,
}

impl Lines {
    pub(super) fn push(&mut self, indent: usize, text: impl Into<String>, anchor: Option<u32>) {
        self.list.push(Line { indent, text: text.into(), anchor, apart: false });
    }

    /// Whether a comment lies in this part of the source.
    pub(super) fn commented(&self, span: Span) -> bool {
        let from = self.comments.partition_point(|&c| c < span.start);
        self.comments.get(from).is_some_and(|&c| c < span.end)
    }

    pub(super) fn head(&self, key: &str) -> Option<u32> {
        self.heads.iter().find(|(name, _)| name == key).map(|(_, at)| *at)
    }

    /// The text, without comments.
    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        for (i, line) in self.list.iter().enumerate() {
            if line.apart && i > 0 {
                out.push('\n');
            }
            put(&mut out, line.indent, &line.text);
        }
        out
    }
}

/// Writes one line.
pub(in crate::syntax) fn put(out: &mut String, indent: usize, text: &str) {
    out.extend(std::iter::repeat_n(' ', indent));
    out.push_str(text);
    out.push('\n');
}

/// Where a span begins; `None` for what no file holds.
pub(super) fn anchor(span: Span) -> Option<u32> {
    (!span.is_empty()).then_some(span.start)
}
