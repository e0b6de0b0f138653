//! The tree as compact s-expressions.

use blockprint::syntax::ast::*;

/// One line for each part of a spec.
pub fn spec(spec: &Spec) -> String {
    let mut lines: Vec<String> = Vec::new();
    lines.extend(spec.version.iter().map(|v| format!("(blockprint {})", v.value)));
    lines.extend(spec.model.iter().map(|m| format!("(model {})", m.value)));
    lines.extend(spec.extends.iter().map(|e| format!("(extends {:?})", e.value)));
    lines.extend(spec.set.iter().map(|s| format!("(set {} {})", s.path.value, expr(&s.value))));
    lines.extend(spec.uses.iter().map(|u| format!("(use {} {:?})", u.name.value, u.path.value)));
    lines.extend(spec.params.iter().map(|p| format!("(param {} {})", p.name.value, expr(&p.value))));
    lines.extend(
        spec.inputs
            .iter()
            .map(|i| format!("(input {} {}[{}])", i.name.value, i.ty.dtype.value, join(i.ty.dims.iter().map(expr)))),
    );
    lines.extend(spec.blocks.iter().map(|b| {
        let params = b.params.iter().map(|p| match &p.default {
            Some(default) => format!("(= {} {})", p.name.value, expr(default)),
            None => p.name.value.clone(),
        });
        format!("(block {} ({}){})", b.name.value, join(params), body(&b.body, 1))
    }));
    lines.extend(spec.towers.iter().map(|t| match &t.body {
        TowerBody::Use(path) => format!("(tower {} (use {:?}))", t.name.value, path.value),
        TowerBody::Body(b) => format!("(tower {}{})", t.name.value, body(b, 1)),
    }));
    lines.extend(spec.net.iter().map(|net| format!("(net{})", body(net, 1))));
    if !spec.outputs.is_empty() {
        lines.push(format!("(outputs {})", join(spec.outputs.iter().map(|o| o.value.clone()))));
    }
    lines.extend(spec.loss.iter().map(|l| format!("(loss {} {})", l.name.value, expr(&l.value))));
    if !spec.metrics.is_empty() {
        lines.push(format!("(metrics {})", join(spec.metrics.iter().map(expr))));
    }
    lines.extend(spec.sections.iter().map(|s| format!("({} {})", s.key.value, expr(&s.value))));
    lines.join("\n")
}

fn join(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(" ")
}

fn body(b: &Body, depth: usize) -> String {
    b.stmts.iter().map(|s| format!("\n{}{}", "  ".repeat(depth), stmt(s, depth))).collect()
}

fn stmt(s: &Stmt, depth: usize) -> String {
    match s {
        Stmt::Chain(c) => chain(c),
        Stmt::Merge(m) => {
            let branches: String = m
                .branches
                .iter()
                .map(|b| format!("\n{}({}:{})", "  ".repeat(depth + 1), b.name.value, body(&b.body, depth + 2)))
                .collect();
            format!("(merge {}{branches})", call(&m.call))
        }
        Stmt::Repeat(r) => format!("(repeat {}{})", expr(&r.count), body(&r.body, depth + 1)),
        Stmt::For(f) => {
            let names = join(f.names.iter().map(|n| n.value.clone()));
            format!("(for ({names}) {}{})", expr(&f.list), body(&f.body, depth + 1))
        }
        Stmt::Hole(_) => "HOLE".to_owned(),
    }
}

fn chain(c: &Chain) -> String {
    format!("(-> {})", join(c.links.iter().map(link)))
}

fn link(l: &Link) -> String {
    match l {
        Link::Node(name) => format!("@{}", name.value),
        Link::Call(c) => call(c),
        Link::Hole(_) => "HOLE".to_owned(),
    }
}

fn call(c: &Call) -> String {
    let args: String = c
        .args
        .iter()
        .map(|a| match &a.name {
            Some(name) => format!(" {}={}", name.value, expr(&a.value)),
            None => format!(" {}", expr(&a.value)),
        })
        .collect();
    let alias = c.alias.as_ref().map_or(String::new(), |a| format!(" :as {}", a.value));
    format!("({}{args}{alias})", c.name.value)
}

fn expr(e: &Expr) -> String {
    match &e.kind {
        ExprKind::Null => "null".to_owned(),
        ExprKind::Bool(b) => b.to_string(),
        ExprKind::Int(i) => i.to_string(),
        ExprKind::Float(f) => format!("{f:?}"),
        ExprKind::Str(s) => format!("{s:?}"),
        ExprKind::Name(n) => n.clone(),
        ExprKind::Node(n) => format!("@{n}"),
        ExprKind::Quantity(n, unit) => format!("{n}{}", unit.suffix()),
        ExprKind::List(items) => format!("[{}]", join(items.iter().map(expr))),
        ExprKind::Map(entries) => {
            format!("{{{}}}", join(entries.iter().map(|e| format!("{}: {}", e.key.value, expr(&e.value)))))
        }
        ExprKind::Neg(x) => format!("(- {})", expr(x)),
        ExprKind::Binary(op, a, b) => format!("({} {} {})", op.symbol(), expr(a), expr(b)),
        ExprKind::Call(c) => call(c),
        ExprKind::Chain(c) => chain(c),
        ExprKind::Hole => "HOLE".to_owned(),
    }
}
