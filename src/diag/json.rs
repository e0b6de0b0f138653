//! Diagnostics as programs read them. The names are stable.

use serde::Serialize;

use crate::source::{SourceMap, Span};

use super::{Diagnostic, Severity, Sink};

/// All problems of a sink, sorted by place, as the JSON object `{"diagnostics": [...]}`.
///
/// Lines and columns count from 1, columns in Unicode scalar values; `end_line` and
/// `end_column` are those of the first character after the place. A problem without a place
/// has null there.
pub fn render_json(sink: &Sink, sources: &SourceMap) -> serde_json::Value {
    let diagnostics: Vec<_> = sink.sorted().into_iter().map(|d| Entry::new(d, sources)).collect();
    serde_json::json!({ "diagnostics": diagnostics })
}

#[derive(Serialize)]
struct Entry<'a> {
    code: &'a str,
    severity: Severity,
    message: &'a str,
    help: Option<&'a str>,
    #[serde(flatten)]
    place: Place,
    labels: Vec<LabelEntry<'a>>,
    trace: Vec<FrameEntry<'a>>,
}

#[derive(Default, Serialize)]
struct Place {
    file: Option<String>,
    line: Option<usize>,
    column: Option<usize>,
    end_line: Option<usize>,
    end_column: Option<usize>,
}

#[derive(Serialize)]
struct LabelEntry<'a> {
    text: &'a str,
    #[serde(flatten)]
    place: Place,
}

#[derive(Serialize)]
struct FrameEntry<'a> {
    name: &'a str,
    file: Option<String>,
    line: Option<usize>,
    column: Option<usize>,
}

impl<'a> Entry<'a> {
    fn new(d: &'a Diagnostic, sources: &SourceMap) -> Self {
        let labels = d.labels.iter().map(|l| LabelEntry { text: &l.text, place: Place::of(l.span, sources) });
        let trace = d.trace.iter().map(|frame| {
            let Place { file, line, column, .. } = Place::of(frame.span, sources);
            FrameEntry { name: &frame.name, file, line, column }
        });
        Entry {
            code: d.code.as_str(),
            severity: d.severity,
            message: &d.message,
            help: d.help.as_deref(),
            place: d.span().map(|s| Place::of(s, sources)).unwrap_or_default(),
            labels: labels.collect(),
            trace: trace.collect(),
        }
    }
}

impl Place {
    fn of(span: Span, sources: &SourceMap) -> Place {
        let Some((_, file)) = sources.files().nth(span.file.0 as usize) else { return Place::default() };
        let (start, end) = (sources.position(span.file, span.start), sources.position(span.file, span.end));
        Place {
            file: Some(file.name.clone()),
            line: Some(start.line),
            column: Some(start.column),
            end_line: Some(end.line),
            end_column: Some(end.column),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{Frame, codes};

    #[test]
    fn the_form_is_stable() {
        let mut sources = SourceMap::new();
        let file = sources.add("a.yaml", None, "é: conv\nx: 1\n");
        let mut sink = Sink::new();
        sink.push(Diagnostic::warning(codes::SOFTMAX_BEFORE_CROSS_ENTROPY, "no place"));
        sink.push(
            Diagnostic::error(codes::SHAPE_MISMATCH, "a \u{1b} message")
                .label(Span::new(file, 4, 8), "here")
                .help("do this")
                .trace(vec![Frame { name: "main".into(), span: Span::new(file, 9, 10) }]),
        );
        let place = r#""file":"a.yaml","line":1,"column":4,"end_line":1,"end_column":8"#;
        let expected = format!(
            "{}{}{}{}{}",
            r#"{"diagnostics":[{"code":"BP0301","severity":"error","message":"a \u001b message","help":"do this","#,
            format_args!(r#"{place},"labels":[{{"text":"here",{place}}}],"#),
            r#""trace":[{"name":"main","file":"a.yaml","line":2,"column":1}]},"#,
            r#"{"code":"BP0901","severity":"warning","message":"no place","help":null,"file":null,"line":null,"#,
            r#""column":null,"end_line":null,"end_column":null,"labels":[],"trace":[]}]}"#,
        );
        assert_eq!(render_json(&sink, &sources).to_string(), expected);
    }
}
