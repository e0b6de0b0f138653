//! YAML as a plain tree with spans, made of `granit-parser`'s events.

use granit_parser::{Event, ScalarStyle, StructureStyle};

use crate::diag::codes::{EMPTY_SPEC, MULTIPLE_DOCUMENTS, TOO_DEEP, YAML_FEATURE, YAML_SYNTAX};
use crate::diag::{Diagnostic, Sink};
use crate::source::{FileId, Span};
use crate::syntax::{MAX_NESTING, clip};

/// One node.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub kind: NodeKind,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub(super) enum NodeKind {
    Scalar(Scalar),
    Seq(Vec<Node>),
    Map(Vec<(Node, Node)>),
    /// Something that was reported.
    Hole,
}

#[derive(Clone, Debug)]
pub(super) struct Scalar {
    /// The value, with escapes and line folding done.
    pub text: String,
    pub style: ScalarStyle,
    /// Whether it stands between brackets or braces of YAML.
    pub in_flow: bool,
}

impl Scalar {
    pub(super) fn is_plain(&self) -> bool {
        self.style == ScalarStyle::Plain
    }
}

/// A collection whose end has not been seen.
struct Open {
    node: Node,
    /// The key of a mapping whose value comes next.
    key: Option<Node>,
    flow: bool,
}

struct Builder<'a> {
    file: FileId,
    base: usize,
    sink: &'a mut Sink,
    stack: Vec<Open>,
    root: Option<Node>,
    documents: usize,
}

/// Reads the only document of a text. Whatever was complete before a mistake is kept.
pub(super) fn parse(text: &str, file: FileId, base: usize, sink: &mut Sink) -> Option<Node> {
    let options = granit_parser::options! {
        emit_comments: false,
        emit_anchor_events: true,
        emit_unresolved_aliases: true,
    };
    let mut builder = Builder { file, base, sink, stack: Vec::new(), root: None, documents: 0 };
    for event in granit_parser::Parser::new_from_str_with_options(text, options) {
        match event {
            Ok((event, span)) => {
                let range = span.byte_range().unwrap_or(0..0);
                let tag = span.tag_span().and_then(|t| t.byte_range());
                if builder.event(event, range, tag).is_break() {
                    return builder.partial();
                }
            }
            Err(e) => {
                builder.syntax_error(text, &e);
                return builder.partial();
            }
        }
    }
    if builder.root.is_none() {
        let span = Span::new(file, base, base);
        builder.sink.push(
            Diagnostic::error(EMPTY_SPEC, "the file holds no spec")
                .label(span, "nothing but comments here")
                .help("a spec begins with `blockprint: 1` and `model: name`"),
        );
    }
    builder.root
}

impl Builder<'_> {
    fn span(&self, range: std::ops::Range<usize>) -> Span {
        Span::new(self.file, self.base + range.start, self.base + range.end)
    }

    fn event(
        &mut self,
        event: Event<'_>,
        range: std::ops::Range<usize>,
        tag: Option<std::ops::Range<usize>>,
    ) -> std::ops::ControlFlow<()> {
        use std::ops::ControlFlow::{Break, Continue};
        let span = self.span(range);
        if event.tag().is_some() {
            let at = tag.map_or(span, |t| self.span(t));
            self.refuse("a tag", at, "write the value without it: `\"1\"` is text, `1` a number");
        }
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    self.sink.push(
                        Diagnostic::error(MULTIPLE_DOCUMENTS, "a spec is a single YAML document")
                            .label(span, "a second document begins here")
                            .help("put it into a file of its own, and import that with `use` or `extends`"),
                    );
                    return Break(());
                }
            }
            Event::Anchor(_, name) => {
                self.refuse(&format!("the anchor `&{}`", clip(&name, 40)), span, SHARE);
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                self.refuse("an alias (`*name`)", span, SHARE);
                self.add(Node { kind: NodeKind::Hole, span });
            }
            Event::Scalar(text, style, ..) => {
                let in_flow = self.stack.last().is_some_and(|open| open.flow);
                // The parser gives `~` for a value that is absent.
                let text = if span.is_empty() { String::new() } else { text.into_owned() };
                self.add(Node { kind: NodeKind::Scalar(Scalar { text, style, in_flow }), span });
            }
            Event::SequenceStart(style, ..) => return self.open(NodeKind::Seq(Vec::new()), style, span),
            Event::MappingStart(style, ..) => return self.open(NodeKind::Map(Vec::new()), style, span),
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            _ => {}
        }
        Continue(())
    }

    fn refuse(&mut self, what: &str, span: Span, help: &str) {
        self.sink.push(
            Diagnostic::error(YAML_FEATURE, format!("{what} is not part of the language"))
                .label(span, "not supported")
                .help(help),
        );
    }

    fn open(&mut self, kind: NodeKind, style: StructureStyle, span: Span) -> std::ops::ControlFlow<()> {
        if self.stack.len() >= MAX_NESTING {
            self.sink.push(
                Diagnostic::error(TOO_DEEP, format!("the spec is nested more than {MAX_NESTING} deep"))
                    .label(span, "one level too many")
                    .help("name the inner parts with `params` or `blocks`"),
            );
            return std::ops::ControlFlow::Break(());
        }
        self.stack.push(Open { node: Node { kind, span }, key: None, flow: style == StructureStyle::Flow });
        std::ops::ControlFlow::Continue(())
    }

    fn close(&mut self, span: Span) {
        let Some(open) = self.stack.pop() else { return };
        let mut node = open.node;
        let end = match &node.kind {
            // A block collection ends with its last item, not where the next one begins.
            NodeKind::Seq(items) if !open.flow => items.last().map(|n| n.span),
            NodeKind::Map(entries) if !open.flow => entries.last().map(|(k, v)| k.span.to(v.span)),
            _ => Some(span),
        };
        node.span = node.span.to(end.unwrap_or(node.span));
        self.add(node);
    }

    fn add(&mut self, node: Node) {
        let Some(open) = self.stack.last_mut() else {
            self.root = Some(node);
            return;
        };
        match &mut open.node.kind {
            NodeKind::Seq(items) => items.push(node),
            NodeKind::Map(entries) => match open.key.take() {
                None => open.key = Some(node),
                Some(key) => entries.push((key, node)),
            },
            NodeKind::Scalar(_) | NodeKind::Hole => {}
        }
    }

    /// The entries of the outermost mapping that were complete when reading stopped.
    fn partial(mut self) -> Option<Node> {
        if self.stack.is_empty() { self.root } else { Some(self.stack.swap_remove(0).node) }
    }

    fn syntax_error(&mut self, text: &str, error: &granit_parser::ScanError) {
        let at = error.marker().byte_offset().unwrap_or(text.len()).min(text.len());
        let end = at + text[at..].chars().next().filter(|c| *c != '\n').map_or(0, char::len_utf8);
        let line = text[..at].rfind('\n').map_or(0, |n| n + 1);
        let rest = text[line..].lines().next().unwrap_or("");
        let message = reword(&error.info());
        let mut d = Diagnostic::error(YAML_SYNTAX, message).label(self.span(at..end), "reading stopped here");
        if let Some(open) = self.stack.last().filter(|open| open.flow) {
            d = d.label(open.node.span, "not closed");
        }
        self.sink.push(d.maybe_help(yaml_hint(&text[at..end], rest)));
    }
}

/// The parser's words, in the style of ours.
fn reword(message: &str) -> String {
    let message = message.trim().trim_end_matches('.').replace('\'', "`");
    format!("this is no valid YAML: {message}")
}

/// What would mend a line that YAML cannot read, where it shows.
fn yaml_hint(found: &str, line: &str) -> Option<String> {
    let trimmed = line.trim_start();
    let indent = &line[..line.len() - trimmed.len()];
    let value = trimmed.trim_start_matches("- ").split_once(": ").map_or(trimmed, |(_, v)| v).trim_start();
    let help = if indent.contains('\t') {
        "indent with spaces: YAML does not allow tabs"
    } else if found == "@" || value.starts_with('@') {
        "quote a value that begins with `@`: `'@stem -> conv(8)'`"
    } else if value.contains(": ") {
        "quote a value with `: ` in it"
    } else if value.starts_with('%') || value.starts_with('`') {
        "quote a value that begins with this sign"
    } else if value.contains('[') && !value.starts_with('[') {
        "between braces, quote a value with brackets in it, or write one `key: value` on each line"
    } else {
        return None;
    };
    Some(help.to_owned())
}

const SHARE: &str = "share values with `params`, layers with `blocks`, and files with `use` or `extends`";
