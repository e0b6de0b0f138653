//! Specs as YAML: short lists and mappings on one line, chains as plain text.

use crate::source::Span;
use crate::syntax::ast::*;
use crate::syntax::{Mode, mode_of_path, mode_of_section, mode_under};

use super::lines::{Lines, WIDTH, anchor};
use super::text;

/// YAML readers look no further than 1024 characters for the end of a key without `?`.
const MAX_SIMPLE_KEY: usize = 1000;

/// YAML to be written.
enum Yaml {
    /// Text with its quotes.
    Scalar(String),
    Seq(Vec<Item>, Layout),
    Map(Vec<(String, Item)>, Layout),
}

/// A value with its place in the source.
struct Item {
    value: Yaml,
    /// Where it, or its key, begins.
    anchor: Option<u32>,
    /// All of it.
    span: Span,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// On one line where it fits.
    Short,
    /// One line for each item.
    Long,
}

/// Adds the spec's lines.
pub(super) fn put(lines: &mut Lines, spec: &Spec) {
    let mut top: Vec<(String, Item)> = Vec::new();
    let mut add = |key: &str, value: Yaml, span: Span| {
        let anchor = lines.head(key).or(anchor(span));
        top.push((key.to_owned(), Item { value, anchor, span }));
    };
    let none = Span::default();
    if let Some(version) = &spec.version {
        add("blockprint", Yaml::Scalar(version.value.to_string()), version.span);
    }
    if let Some(model) = &spec.model {
        add("model", Yaml::Scalar(text::yaml_string(&model.value)), model.span);
    }
    if let Some(extends) = &spec.extends {
        add("extends", Yaml::Scalar(text::yaml_string(&extends.value)), extends.span);
    }
    if !spec.set.is_empty() {
        add(
            "set",
            map(&spec.set, Layout::Long, |s| (&s.path, value(&s.value, mode_of_path(&s.path.value)), s.value.span)),
            none,
        );
    }
    if !spec.uses.is_empty() {
        let one = |u: &Import| Yaml::Scalar(text::yaml_string(&u.path.value));
        add("use", map(&spec.uses, Layout::Short, |u| (&u.name, one(u), u.path.span)), none);
    }
    if !spec.params.is_empty() {
        add("params", map(&spec.params, Layout::Long, |p| (&p.name, value(&p.value, Mode::Expr), p.value.span)), none);
    }
    if !spec.inputs.is_empty() {
        let one = |i: &Input| Yaml::Scalar(text::tensor_type(&i.ty));
        add("inputs", map(&spec.inputs, Layout::Long, |i| (&i.name, one(i), i.ty.span)), none);
    }
    if !spec.blocks.is_empty() {
        add("blocks", Yaml::Map(spec.blocks.iter().map(block).collect(), Layout::Long), none);
    }
    if !spec.towers.is_empty() {
        add("towers", map(&spec.towers, Layout::Long, |t| (&t.name, tower(&t.body), t.name.span)), none);
    }
    if let Some(net) = &spec.net {
        add("net", Yaml::Seq(net.stmts.iter().map(stmt).collect(), Layout::Long), net.span);
    }
    if !spec.outputs.is_empty() {
        let names = spec.outputs.iter().map(|o| Item {
            value: Yaml::Scalar(text::yaml_leaf(&o.value)),
            anchor: anchor(o.span),
            span: o.span,
        });
        add("outputs", Yaml::Seq(names.collect(), Layout::Short), none);
    }
    if !spec.loss.is_empty() {
        add("loss", map(&spec.loss, Layout::Long, |l| (&l.name, value(&l.value, Mode::Chain), l.value.span)), none);
    }
    if !spec.metrics.is_empty() {
        add("metrics", list(&spec.metrics, Mode::Chain), none);
    }
    for section in &spec.sections {
        let mode = mode_of_section(&section.key.value);
        add(&section.key.value, value(&section.value, mode), section.key.span.to(section.value.span));
    }
    if top.is_empty() {
        lines.push(0, "{}", None);
    }
    emit_map(lines, 0, top);
}

fn map<T>(entries: &[T], layout: Layout, one: impl Fn(&T) -> (&Ident, Yaml, Span)) -> Yaml {
    let entry = |e: &T| {
        let (key, value, span) = one(e);
        let item = Item { value, anchor: anchor(key.span), span: key.span.to(span) };
        (text::yaml_string(&key.value), item)
    };
    Yaml::Map(entries.iter().map(entry).collect(), layout)
}

fn block(b: &Block) -> (String, Item) {
    let head = if b.params.is_empty() {
        b.name.value.clone()
    } else {
        format!("{}({})", b.name.value, text::params(&b.params))
    };
    (text::yaml_leaf(&head), Item { value: body(&b.body), anchor: anchor(b.span), span: b.span.to(b.body.span) })
}

fn tower(body_of: &TowerBody) -> Yaml {
    match body_of {
        TowerBody::Use(path) => {
            let value = Yaml::Scalar(text::yaml_string(&path.value));
            let item = Item { value, anchor: anchor(path.span), span: path.span };
            Yaml::Map(vec![("use".to_owned(), item)], Layout::Short)
        }
        TowerBody::Body(b) => body(b),
    }
}

/// A single chain as it is, otherwise a list of statements.
fn body(b: &Body) -> Yaml {
    match b.stmts.as_slice() {
        [Stmt::Chain(chain)] => Yaml::Scalar(text::yaml_leaf(&text::chain(chain))),
        stmts => Yaml::Seq(stmts.iter().map(stmt).collect(), Layout::Long),
    }
}

fn stmt(s: &Stmt) -> Item {
    let (value, span) = match s {
        Stmt::Chain(c) => (Yaml::Scalar(text::yaml_leaf(&text::chain(c))), c.span),
        Stmt::Merge(m) => {
            let branch = |b: &Branch| {
                let span = b.name.span.to(b.body.span);
                (b.name.value.clone(), Item { value: body(&b.body), anchor: anchor(b.name.span), span })
            };
            let branches = Yaml::Map(m.branches.iter().map(branch).collect(), Layout::Long);
            (single(text::call(&m.call), branches, m.call.span), m.span)
        }
        Stmt::Repeat(r) => {
            (single(format!("repeat({})", text::expr(&r.count)), body(&r.body), r.span), r.span.to(r.body.span))
        }
        Stmt::For(f) => (single(text::for_head(f), body(&f.body), f.span), f.span.to(f.body.span)),
        Stmt::Hole(span) => (Yaml::Scalar("_".to_owned()), *span),
    };
    Item { value, anchor: anchor(span), span }
}

fn single(key: String, value: Yaml, span: Span) -> Yaml {
    Yaml::Map(vec![(key, Item { value, anchor: anchor(span), span })], Layout::Long)
}

/// A value as its place reads it.
fn value(e: &Expr, mode: Mode) -> Yaml {
    match &e.kind {
        ExprKind::Null => Yaml::Scalar("null".to_owned()),
        ExprKind::List(items) => list(items, mode),
        ExprKind::Map(entries) => {
            let entry = |e: &Entry| {
                let value = value(&e.value, mode_under(mode, &e.key.value));
                let span = e.key.span.to(e.value.span);
                (text::yaml_string(&e.key.value), Item { value, anchor: anchor(span), span })
            };
            Yaml::Map(entries.iter().map(entry).collect(), Layout::Short)
        }
        // A bare word could be taken for a parameter.
        ExprKind::Str(s) if mode.is_text() && mode.word(s) != e.kind => Yaml::Scalar(text::yaml_quoted(s)),
        ExprKind::Str(s) if mode.is_text() => Yaml::Scalar(text::yaml_string(s)),
        // Text of the language would be read as such even between quotes.
        ExprKind::Str(s) if mode == Mode::Chain || s.starts_with(['@', '"', '\'']) => {
            Yaml::Scalar(text::yaml_leaf(&text::string(s)))
        }
        ExprKind::Str(s) => Yaml::Scalar(text::yaml_quoted(s)),
        ExprKind::Float(_) if mode.is_text() => Yaml::Scalar(text::expr(e)),
        _ => Yaml::Scalar(text::yaml_leaf(&text::expr(e))),
    }
}

fn list(items: &[Expr], mode: Mode) -> Yaml {
    let item = |e: &Expr| Item { value: value(e, mode), anchor: anchor(e.span), span: e.span };
    Yaml::Seq(items.iter().map(item).collect(), Layout::Short)
}

/// The value on one line, if it can stand on one.
fn flow(value: &Yaml) -> Option<String> {
    match value {
        Yaml::Scalar(s) => {
            let quoted = s.starts_with(['"', '\'']);
            (quoted || !s.contains([',', '[', ']', '{', '}'])).then(|| s.clone())
        }
        Yaml::Seq(items, layout) => {
            let items: Vec<String> = items.iter().map(|i| flow(&i.value)).collect::<Option<_>>()?;
            (*layout == Layout::Short || items.is_empty()).then(|| format!("[{}]", items.join(", ")))
        }
        Yaml::Map(entries, layout) => {
            let one = |(key, item): &(String, Item)| Some(format!("{key}: {}", flow(&item.value)?));
            let entries: Vec<String> = entries.iter().map(one).collect::<Option<_>>()?;
            (*layout == Layout::Short || entries.is_empty()).then(|| format!("{{{}}}", entries.join(", ")))
        }
    }
}

fn emit_map(lines: &mut Lines, indent: usize, entries: Vec<(String, Item)>) {
    for (key, item) in entries {
        emit_entry(lines, indent, "", &key, item);
    }
}

/// `key: value`, after a `- ` if there is one.
fn emit_entry(lines: &mut Lines, indent: usize, dash: &str, key: &str, item: Item) {
    let deeper = indent + dash.len() + 2;
    if key.len() <= MAX_SIMPLE_KEY {
        return emit(lines, indent, &format!("{dash}{key}:"), item, deeper);
    }
    lines.push(indent, format!("{dash}? {key}"), item.anchor);
    emit(lines, indent + dash.len(), ":", Item { anchor: None, ..item }, deeper);
}

/// Writes `head` with a value after it, or beneath it at `deeper`.
fn emit(lines: &mut Lines, indent: usize, head: &str, item: Item, deeper: usize) {
    let Item { value, anchor, span } = item;
    let empty = matches!(&value, Yaml::Seq(i, _) if i.is_empty()) || matches!(&value, Yaml::Map(e, _) if e.is_empty());
    let one_line = if let Yaml::Scalar(text) = &value {
        Some(text.clone())
    } else {
        flow(&value).filter(|t| empty || indent + head.len() + 1 + t.len() <= WIDTH && !lines.commented(span))
    };
    if let Some(text) = one_line {
        lines.push(indent, format!("{head} {text}"), anchor);
        return;
    }
    match value {
        Yaml::Scalar(_) => {}
        Yaml::Seq(items, _) => {
            lines.push(indent, head, anchor);
            emit_items(lines, deeper, items);
        }
        // A statement, or a mapping in a list: its first key stands on the line of the `-`.
        Yaml::Map(entries, _) if head == "-" => {
            let mut entries = entries.into_iter();
            if let Some((key, first)) = entries.next() {
                emit_entry(lines, indent, "- ", &key, Item { anchor, ..first });
            }
            emit_map(lines, indent + 2, entries.collect());
        }
        Yaml::Map(entries, _) => {
            lines.push(indent, head, anchor);
            emit_map(lines, deeper, entries);
        }
    }
}

fn emit_items(lines: &mut Lines, indent: usize, items: Vec<Item>) {
    for item in items {
        emit(lines, indent, "-", item, indent + 2);
    }
}
