//! Specs in Blockprint's own spelling.

use crate::source::Span;
use crate::syntax::ast::*;
use crate::syntax::{Mode, mode_of_path, mode_of_section, mode_under};

use super::lines::{Lines, WIDTH, anchor};
use super::text;

/// Adds the spec's lines.
pub(super) fn put(lines: &mut Lines, spec: &Spec) {
    if let Some(version) = &spec.version {
        lines.push(0, format!("blockprint {}", version.value), lines.head("blockprint").or(anchor(version.span)));
    }
    if let Some(extends) = &spec.extends {
        lines.push(0, format!("extends {}", text::string(&extends.value)), anchor(extends.span));
    }
    for import in &spec.uses {
        let line = format!("use {} = {}", import.name.value, text::string(&import.path.value));
        lines.push(0, line, anchor(import.name.span));
    }
    for setting in &spec.set {
        let head = format!("set {} = ", text::key(&setting.path.value));
        value(lines, 0, &head, &setting.value, mode_of_path(&setting.path.value), anchor(setting.path.span));
    }
    for param in &spec.params {
        value(lines, 0, &format!("param {} = ", param.name.value), &param.value, Mode::Expr, anchor(param.name.span));
    }
    for tower in &spec.towers {
        match &tower.body {
            TowerBody::Use(path) => {
                let line = format!("tower {} = use {}", tower.name.value, text::string(&path.value));
                lines.push(0, line, anchor(tower.name.span));
            }
            TowerBody::Body(b) => apart(lines, |lines| {
                body(lines, 0, &format!("tower {}", tower.name.value), b, anchor(tower.name.span));
            }),
        }
    }
    for block in &spec.blocks {
        let head = format!("block {}({})", block.name.value, text::params(&block.params));
        apart(lines, |lines| body(lines, 0, &head, &block.body, anchor(block.span)));
    }
    apart(lines, |lines| model(lines, spec));
    let after_model = lines.list.len();
    for loss in &spec.loss {
        value(lines, 0, &format!("loss {} = ", loss.name.value), &loss.value, Mode::Expr, anchor(loss.name.span));
    }
    if let Some(first) = spec.metrics.first() {
        let items: Vec<String> = spec.metrics.iter().map(text::expr).collect();
        lines.push(0, format!("metrics [{}]", items.join(", ")), lines.head("metrics").or(anchor(first.span)));
    }
    for section in &spec.sections {
        let key = &section.key.value;
        value(lines, 0, &format!("{key} "), &section.value, mode_of_section(key), anchor(section.key.span));
    }
    if let Some(line) = lines.list.get_mut(after_model) {
        line.apart = true;
    }
}

/// Sets what `put` writes apart from what stands before it.
fn apart(lines: &mut Lines, put: impl FnOnce(&mut Lines)) {
    let first = lines.list.len();
    put(lines);
    if let Some(line) = lines.list.get_mut(first) {
        line.apart = true;
    }
}

fn model(lines: &mut Lines, spec: &Spec) {
    if spec.model.is_none() && spec.inputs.is_empty() && spec.outputs.is_empty() && spec.net.is_none() {
        return;
    }
    let mut head = "model".to_owned();
    if let Some(name) = &spec.model {
        head.push(' ');
        head.push_str(&name.value);
    }
    if !spec.inputs.is_empty() {
        let one = |i: &Input| format!("{}: {}", i.name.value, text::tensor_type(&i.ty));
        let inputs: Vec<String> = spec.inputs.iter().map(one).collect();
        head.push_str(if spec.model.is_some() { "(" } else { " (" });
        head.push_str(&inputs.join(", "));
        head.push(')');
    }
    if !spec.outputs.is_empty() {
        let names: Vec<&str> = spec.outputs.iter().map(|o| o.value.as_str()).collect();
        head.push_str(" -> ");
        head.push_str(&names.join(", "));
    }
    let start = lines.head("model").or(spec.model.as_ref().and_then(|m| anchor(m.span)));
    let start = start.or(spec.inputs.first().and_then(|i| anchor(i.name.span)));
    match &spec.net {
        Some(net) => block_of(lines, 0, &head, net, start.or(anchor(net.span))),
        None => lines.push(0, head, start),
    }
}

/// `head { body }`: on one line where it is a single chain.
fn body(lines: &mut Lines, indent: usize, head: &str, b: &Body, start: Option<u32>) {
    if let [Stmt::Chain(chain)] = b.stmts.as_slice() {
        let line = format!("{head} {{ {} }}", text::chain(chain));
        if indent + line.chars().count() <= WIDTH && !lines.commented(b.span) {
            lines.push(indent, line, start);
            return;
        }
    }
    if b.stmts.is_empty() && !lines.commented(b.span) {
        lines.push(indent, format!("{head} {{}}"), start);
        return;
    }
    block_of(lines, indent, head, b, start);
}

fn block_of(lines: &mut Lines, indent: usize, head: &str, b: &Body, start: Option<u32>) {
    lines.push(indent, format!("{head} {{"), start);
    for s in &b.stmts {
        stmt(lines, indent + 2, s);
    }
    close(lines, indent, "}", b.span);
}

fn stmt(lines: &mut Lines, indent: usize, s: &Stmt) {
    match s {
        Stmt::Chain(c) => lines.push(indent, text::chain(c), anchor(c.span)),
        Stmt::Merge(m) => merge(lines, indent, m),
        Stmt::Repeat(r) => {
            body(lines, indent, &format!("repeat ({})", text::expr(&r.count)), &r.body, anchor(r.span));
        }
        Stmt::For(f) => body(lines, indent, &text::for_head(f), &f.body, anchor(f.span)),
        Stmt::Hole(span) => lines.push(indent, "_", anchor(*span)),
    }
}

fn merge(lines: &mut Lines, indent: usize, m: &Merge) {
    lines.push(indent, format!("{} {{", text::call(&m.call)), anchor(m.span));
    for branch in &m.branches {
        let head = format!("{}:", branch.name.value);
        let start = anchor(branch.name.span);
        match branch.body.stmts.as_slice() {
            [Stmt::Chain(c)] => lines.push(indent + 2, format!("{head} {}", text::chain(c)), start),
            _ => body(lines, indent + 2, &head, &branch.body, start),
        }
    }
    close(lines, indent, "}", m.span);
}

/// A closing bracket, which stands where the source's did.
fn close(lines: &mut Lines, indent: usize, bracket: &str, span: Span) {
    let at = (lines.brackets && !span.is_empty()).then(|| span.end.saturating_sub(1));
    lines.push(indent, bracket, at);
}

/// A value after `head`: on one line where it fits, otherwise with one entry on each line.
fn value(lines: &mut Lines, indent: usize, head: &str, e: &Expr, mode: Mode, start: Option<u32>) {
    value_then(lines, indent, head, e, mode, start, "");
}

fn value_then(lines: &mut Lines, indent: usize, head: &str, e: &Expr, mode: Mode, start: Option<u32>, tail: &str) {
    let text = match &e.kind {
        // A section, with air in its braces.
        ExprKind::Map(entries) if indent == 0 && !entries.is_empty() => spaced(&flow(e, mode)),
        _ => flow(e, mode),
    };
    let line = format!("{head}{text}{tail}");
    let fits = indent + line.chars().count() <= WIDTH && !lines.commented(e.span);
    match &e.kind {
        ExprKind::Map(entries) if !fits && !entries.is_empty() => {
            lines.push(indent, format!("{head}{{"), start);
            for entry in entries {
                let key = format!("{}: ", text::key(&entry.key.value));
                let mode = mode_under(mode, &entry.key.value);
                value_then(lines, indent + 2, &key, &entry.value, mode, anchor(entry.key.span), "");
            }
            close(lines, indent, &format!("}}{tail}"), e.span);
        }
        ExprKind::List(items) if !fits && !items.is_empty() => {
            lines.push(indent, format!("{head}["), start);
            for item in items {
                value_then(lines, indent + 2, "", item, mode, anchor(item.span), ",");
            }
            close(lines, indent, &format!("]{tail}"), e.span);
        }
        _ => lines.push(indent, line, start),
    }
}

/// `{ a }` for `{a}`.
fn spaced(braces: &str) -> String {
    let inner = braces.strip_prefix('{').and_then(|b| b.strip_suffix('}')).unwrap_or(braces);
    format!("{{ {inner} }}")
}

/// A value on one line.
fn flow(e: &Expr, mode: Mode) -> String {
    match &e.kind {
        ExprKind::Str(s) if mode.is_text() && mode.word(s) == e.kind => text::word_or_string(s),
        ExprKind::Null if mode.is_text() => "null".to_owned(),
        ExprKind::List(items) => {
            let items: Vec<String> = items.iter().map(|item| flow(item, mode)).collect();
            format!("[{}]", items.join(", "))
        }
        ExprKind::Map(entries) => {
            let one =
                |e: &Entry| format!("{}: {}", text::key(&e.key.value), flow(&e.value, mode_under(mode, &e.key.value)));
            format!("{{{}}}", entries.iter().map(one).collect::<Vec<_>>().join(", "))
        }
        _ => text::expr(e),
    }
}
