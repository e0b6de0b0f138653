//! Overrides: `set: {dotted.path: value}` and `--set path=value`.

use crate::diag::{Diagnostic, Sink, codes, did_you_mean};
use crate::source::{SourceMap, Span, Spanned};
use crate::syntax::ast::{Arg, Body, Call, Chain, Entry, Expr, ExprKind, Ident, Link, Setting, Spec, Stmt, TensorType};
use crate::syntax::{self, SECTIONS};

/// Applies the overrides of a command line, each `(path, value)`.
pub(super) fn apply_command_line(
    spec: &mut Spec,
    settings: &[(String, String)],
    sources: &mut SourceMap,
    sink: &mut Sink,
) {
    for (path, value) in settings {
        let text = format!("{path}={value}");
        let file = sources.add("--set", None, text);
        let base = path.len() + 1;
        let value = syntax::parse_setting(path, value, file, base, sink);
        let path = Spanned::new(path.clone(), Span::new(file, 0, path.len()));
        apply(spec, &Setting { path, value }, sources, sink);
    }
}

/// Applies one override.
pub(super) fn apply(spec: &mut Spec, setting: &Setting, sources: &SourceMap, sink: &mut Sink) {
    let Err(problem) = set(spec, setting, sources, sink) else { return };
    if let Some(problem) = problem {
        sink.push(problem);
    }
}

/// `Err(None)` where the problem was reported.
type Outcome = Result<(), Option<Diagnostic>>;

fn set(spec: &mut Spec, setting: &Setting, sources: &SourceMap, sink: &mut Sink) -> Outcome {
    let value = setting.value.clone();
    let parts: Vec<&str> = setting.path.value.split('.').collect();
    let (head, rest) = (parts[0], &parts[1..]);
    match (head, rest) {
        ("model", []) => spec.model = Some(word(&value)?),
        ("params", [name]) => {
            let names = spec.params.iter().map(|p| p.name.value.as_str());
            let at = position(names, name, "parameter", setting)?;
            spec.params[at].value = value;
        }
        ("inputs", [name]) => {
            let names = spec.inputs.iter().map(|i| i.name.value.as_str());
            let at = position(names, name, "input", setting)?;
            spec.inputs[at].ty = tensor_type(&value, sources, sink)?;
        }
        ("blocks", [name]) => {
            let names = spec.blocks.iter().map(|b| b.name.value.as_str());
            let at = position(names, name, "block", setting)?;
            spec.blocks[at].body = body(&value)?;
        }
        ("net", []) => spec.net = Some(body(&value)?),
        ("outputs", []) => {
            spec.outputs = match &value.kind {
                ExprKind::List(items) => items.iter().map(word).collect::<Result<_, _>>()?,
                _ => vec![word(&value)?],
            }
        }
        ("loss", [name]) => {
            let names = spec.loss.iter().map(|l| l.name.value.as_str());
            let at = position(names, name, "loss", setting)?;
            spec.loss[at].value = value;
        }
        ("metrics", []) => {
            spec.metrics = match value.kind {
                ExprKind::List(items) => items,
                _ => vec![value],
            }
        }
        (section, rest) if SECTIONS.contains(&section) => set_section(spec, section, rest, value, setting)?,
        _ => return Err(Some(unknown(setting, "leads to nothing that can be set", None).help(heads(spec, head)))),
    }
    Ok(())
}

fn heads(spec: &Spec, head: &str) -> String {
    let known = ["model", "params", "inputs", "blocks", "net", "outputs", "loss", "metrics"];
    let known = known.into_iter().chain(SECTIONS.iter().copied());
    // A parameter's bare name is the likeliest slip.
    if spec.params.iter().any(|p| p.name.value == head) {
        return format!("did you mean `params.{head}`?");
    }
    match did_you_mean(head, known) {
        Some(close) => format!("did you mean `{close}`?"),
        None => "paths begin with `params`, `inputs`, `data`, `train` and so on: `params.classes`".to_string(),
    }
}

fn unknown(setting: &Setting, what: &str, close: Option<&str>) -> Diagnostic {
    Diagnostic::error(codes::UNKNOWN_OVERRIDE, format!("`{}` {what}", setting.path.value))
        .label(setting.path.span, "not found")
        .maybe_help(close.map(|c| format!("did you mean `{c}`?")))
}

fn position<'a>(
    names: impl Iterator<Item = &'a str> + Clone,
    name: &str,
    what: &str,
    setting: &Setting,
) -> Result<usize, Option<Diagnostic>> {
    names.clone().position(|n| n == name).ok_or_else(|| {
        let close = did_you_mean(name, names);
        Some(unknown(setting, &format!("names no {what} of the spec"), close))
    })
}

fn bad(value: &Expr, expected: &str) -> Option<Diagnostic> {
    match value.kind {
        ExprKind::Hole => None,
        _ => Some(
            Diagnostic::error(codes::BAD_OVERRIDE, format!("this takes {expected}"))
                .label(value.span, format!("expected {expected}")),
        ),
    }
}

fn word(value: &Expr) -> Result<Ident, Option<Diagnostic>> {
    match &value.kind {
        ExprKind::Name(w) | ExprKind::Str(w) | ExprKind::Node(w) => Ok(Spanned::new(w.clone(), value.span)),
        _ => Err(bad(value, "a name")),
    }
}

fn tensor_type(value: &Expr, sources: &SourceMap, sink: &mut Sink) -> Result<TensorType, Option<Diagnostic>> {
    let ExprKind::Str(text) = &value.kind else {
        return Err(bad(value, "a type such as `f32[N, 3, 224, 224]`"));
    };
    // A quoted text begins after its quote.
    let quote = sources.text(value.span).find(text.as_str()).unwrap_or(0);
    let base = value.span.start as usize + quote;
    syntax::parse_type(text, value.span.file, base, sink).ok_or(None)
}

/// Statements from a value: a chain, or a list of chains.
fn body(value: &Expr) -> Result<Body, Option<Diagnostic>> {
    let links = |expr: &Expr| match &expr.kind {
        ExprKind::Chain(chain) => Ok(chain.clone()),
        ExprKind::Call(call) => Ok(Chain { links: vec![Link::Call((**call).clone())], span: expr.span }),
        ExprKind::Name(name) => {
            let name = Spanned::new(name.clone(), expr.span);
            let call = Call { name, args: Vec::new(), alias: None, span: expr.span };
            Ok(Chain { links: vec![Link::Call(call)], span: expr.span })
        }
        _ => Err(bad(expr, "a chain")),
    };
    let chains = match &value.kind {
        ExprKind::List(items) => items.iter().map(links).collect::<Result<Vec<_>, _>>()?,
        _ => vec![links(value)?],
    };
    Ok(Body { stmts: chains.into_iter().map(Stmt::Chain).collect(), span: value.span })
}

/// Sets a part of a section. The last key may be new, since the sections' own reader knows
/// which keys there are; those before it must lead somewhere.
fn set_section(spec: &mut Spec, section: &str, rest: &[&str], value: Expr, setting: &Setting) -> Outcome {
    let span = setting.path.span;
    let at = match spec.sections.iter().position(|s| s.key.value == section) {
        Some(at) => at,
        None => {
            let key = Spanned::new(section.to_string(), span);
            spec.sections.push(Entry { key, value: Expr::new(ExprKind::Map(Vec::new()), span) });
            spec.sections.len() - 1
        }
    };
    let mut target = &mut spec.sections[at].value;
    for (nth, key) in rest.iter().enumerate() {
        let last = nth + 1 == rest.len();
        // `adam` is `adam()`, which has arguments.
        if let (ExprKind::Name(name), true) = (&target.kind, last) {
            let name = Spanned::new(name.clone(), target.span);
            let call = Call { name, args: Vec::new(), alias: None, span: target.span };
            target.kind = ExprKind::Call(Box::new(call));
        }
        target = match &mut target.kind {
            ExprKind::Map(entries) => match entries.iter().position(|e| e.key.value == *key) {
                Some(at) => &mut entries[at].value,
                None if last => {
                    let key = Spanned::new(key.to_string(), span);
                    entries.push(Entry { key, value });
                    return Ok(());
                }
                None => {
                    let close = did_you_mean(key, entries.iter().map(|e| e.key.value.as_str()));
                    return Err(Some(unknown(setting, &format!("has no `{key}` on its way"), close)));
                }
            },
            ExprKind::List(items) => match key.parse::<usize>().ok().filter(|at| *at < items.len()) {
                Some(at) => &mut items[at],
                None => {
                    let what = format!("leads into a list of {} elements, counted from 0", items.len());
                    return Err(Some(unknown(setting, &what, None)));
                }
            },
            // An argument of a call, as in `train.optim.lr`; what it may be is for its table to say.
            ExprKind::Call(call) => {
                match call.args.iter().position(|a| a.name.as_ref().is_some_and(|n| n.value == *key)) {
                    Some(at) => &mut call.args[at].value,
                    None if last => {
                        let name = Some(Spanned::new(key.to_string(), span));
                        call.args.push(Arg { name, value });
                        return Ok(());
                    }
                    None => return Err(Some(unknown(setting, &format!("has no `{key}` on its way"), None))),
                }
            }
            ExprKind::Hole => return Err(None),
            _ => return Err(Some(unknown(setting, &format!("leads to a value that has no `{key}`"), None))),
        };
    }
    *target = value;
    Ok(())
}
