//! Rules as the `weights` section of a spec writes them.

use std::collections::HashMap;
use std::path::Path;

use super::{Layout, Rule, RuleError, Rules};
use crate::diag::{Diagnostic, Sink, codes, did_you_mean, listing};
use crate::fs::stays_beneath;
use crate::source::Span;
use crate::syntax::ast::{Entry, Expr, ExprKind};

/// The keys of a rule.
const KEYS: [&str; 6] = ["from", "to", "map", "permute", "reshape", "flatten_from"];

impl Rules {
    /// Reads `rename` and `ignore` of the `weights` section; other keys are left to others.
    /// What is wrong goes into the sink, and the rest counts.
    pub fn from_expr(section: &Expr, sink: &mut Sink) -> Self {
        let mut rules = Self::default();
        let ExprKind::Map(entries) = &section.kind else {
            report(sink, section, "a mapping with `rename` and `ignore`");
            return rules;
        };
        for Entry { key, value } in entries {
            match key.value.as_str() {
                "rename" => {
                    let list = list(value, sink, "a list of rules").unwrap_or_default();
                    rules.rules.extend(list.iter().filter_map(|e| rule(e, sink)));
                }
                "ignore" => {
                    for pattern in list(value, sink, "a list of patterns").unwrap_or_default() {
                        let Some(text) = text(pattern, sink) else { continue };
                        if let Err(error) = rules.ignore(text) {
                            sink.push(wrong(error, pattern.span));
                        }
                    }
                }
                _ => {}
            }
        }
        rules
    }
}

/// The weights that training starts from: `from` and `except` of the `weights` section.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Start {
    /// The file, relative to the spec's folder.
    pub from: String,
    /// Patterns of parameters that keep their first values, for [`LoadOptions::except`].
    ///
    /// [`LoadOptions::except`]: crate::weights::LoadOptions::except
    pub except: Vec<String>,
}

impl Start {
    /// Reads `from` and `except`; `None` where no file is named. A name of `except` stands for all
    /// parameters beneath it.
    pub fn from_expr(section: &Expr, sink: &mut Sink) -> Option<Self> {
        let ExprKind::Map(entries) = &section.kind else { return None };
        let value = |name: &str| entries.iter().find(|e| e.key.value == name).map(|e| &e.value);
        let except = value("except").and_then(|e| list(e, sink, "a list of names")).unwrap_or_default();
        let except = except.iter().filter_map(|e| text(e, sink)).flat_map(|n| [n.to_owned(), format!("{n}.*")]);
        let except = except.collect();
        let named = value("from").filter(|e| !matches!(e.kind, ExprKind::Null))?;
        let from = text(named, sink)?.to_owned();
        // A spec may come from a stranger.
        if !stays_beneath(Path::new(&from)) {
            sink.push(
                Diagnostic::error(codes::PATH_OUTSIDE, format!("`{from}` leads out of the spec's folder"))
                    .label(named.span, "must stay beneath the folder of the spec")
                    .help("`--weights FILE` may name any file"),
            );
            return None;
        }
        Some(Self { from, except })
    }
}

fn rule(expr: &Expr, sink: &mut Sink) -> Option<Rule> {
    let ExprKind::Map(entries) = &expr.kind else {
        report(sink, expr, "a rule `{from: .., to: ..}`");
        return None;
    };
    let (mut from, mut to, mut layout, mut maps) = (None, None, Layout::default(), Vec::new());
    for Entry { key, value } in entries {
        match key.value.as_str() {
            "from" => from = text(value, sink),
            "to" => to = text(value, sink),
            "permute" => layout.permute = numbers(value, sink),
            "reshape" => layout.reshape = numbers(value, sink),
            "flatten_from" => {
                layout.flatten_from = numbers(value, sink).and_then(|n| {
                    let sizes = n.try_into().ok();
                    if sizes.is_none() {
                        report(sink, value, "three sizes `[C, H, W]`");
                    }
                    sizes
                });
            }
            "map" => maps = tables(value, sink),
            other => {
                let help = did_you_mean(other, KEYS).map(|k| format!("did you mean `{k}`?"));
                sink.push(
                    Diagnostic::error(codes::WEIGHTS_RULE, format!("a rename rule has no `{other}`"))
                        .label(key.span, format!("expected {}", listing(KEYS, KEYS.len())))
                        .maybe_help(help),
                );
            }
        }
    }
    let (Some(from), Some(to)) = (from, to) else {
        if !entries.iter().any(|e| e.key.value == "from") || !entries.iter().any(|e| e.key.value == "to") {
            report(sink, expr, "a rule with both `from` and `to`");
        }
        return None;
    };
    let rule = Rule::new(from, to).and_then(|rule| {
        maps.into_iter().try_fold(rule.with_layout(layout), |rule, (name, table)| rule.with_map(name, table))
    });
    rule.map_err(|error| sink.push(wrong(error, expr.span))).ok()
}

fn wrong(error: RuleError, span: Span) -> Diagnostic {
    Diagnostic::error(codes::WEIGHTS_RULE, error.0).label(span, "in this entry")
}

fn report(sink: &mut Sink, expr: &Expr, expected: &str) {
    if expr.kind != ExprKind::Hole {
        let message = format!("expected {expected}");
        sink.push(Diagnostic::error(codes::WEIGHTS_RULE, message).label(expr.span, "found something else"));
    }
}

fn list<'a>(expr: &'a Expr, sink: &mut Sink, expected: &str) -> Option<&'a [Expr]> {
    match &expr.kind {
        ExprKind::List(items) => Some(items),
        ExprKind::Null => None,
        _ => {
            report(sink, expr, expected);
            None
        }
    }
}

fn text<'a>(expr: &'a Expr, sink: &mut Sink) -> Option<&'a str> {
    match &expr.kind {
        ExprKind::Str(s) | ExprKind::Name(s) => Some(s),
        _ => {
            report(sink, expr, "text in quotes");
            None
        }
    }
}

fn numbers(expr: &Expr, sink: &mut Sink) -> Option<Vec<usize>> {
    let numbers = match &expr.kind {
        ExprKind::List(items) => items
            .iter()
            .map(|e| match e.kind {
                ExprKind::Int(n) => usize::try_from(n).ok(),
                _ => None,
            })
            .collect(),
        _ => None,
    };
    if numbers.is_none() {
        report(sink, expr, "a list of numbers that are not negative");
    }
    numbers
}

/// `{c: {1: a, 2: b}}`.
fn tables<'a>(expr: &'a Expr, sink: &mut Sink) -> Vec<(&'a str, HashMap<String, String>)> {
    let ExprKind::Map(entries) = &expr.kind else {
        report(sink, expr, "a table for each placeholder, `{c: {1: a, 2: b}}`");
        return Vec::new();
    };
    let mut tables = Vec::new();
    for entry in entries {
        let ExprKind::Map(rows) = &entry.value.kind else {
            report(sink, &entry.value, "a table `{1: a, 2: b}`");
            continue;
        };
        let mut table = HashMap::new();
        for row in rows {
            let value = match &row.value.kind {
                ExprKind::Int(n) => Some(n.to_string()),
                _ => text(&row.value, sink).map(str::to_owned),
            };
            table.extend(value.map(|v| (row.key.value.clone(), v)));
        }
        tables.push((entry.key.value.as_str(), table));
    }
    tables
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Spanned;

    fn expr(kind: ExprKind) -> Expr {
        Expr::new(kind, Span::default())
    }

    fn str(s: &str) -> Expr {
        expr(ExprKind::Str(s.into()))
    }

    fn ints(n: &[i64]) -> Expr {
        expr(ExprKind::List(n.iter().map(|&n| expr(ExprKind::Int(n))).collect()))
    }

    fn map(pairs: Vec<(&str, Expr)>) -> Expr {
        let entry = |(k, value): (&str, Expr)| Entry { key: Spanned::new(k.to_owned(), Span::default()), value };
        expr(ExprKind::Map(pairs.into_iter().map(entry).collect()))
    }

    fn read(rule: Expr) -> (Rules, Vec<String>) {
        let mut sink = Sink::new();
        let section = map(vec![
            ("rename", expr(ExprKind::List(vec![rule]))),
            ("ignore", expr(ExprKind::List(vec![str("optimizer/*")]))),
        ]);
        let rules = Rules::from_expr(&section, &mut sink);
        (rules, sink.iter().map(|d| d.message.clone()).collect())
    }

    #[test]
    fn a_whole_rule_is_read() {
        let (rules, errors) = read(map(vec![
            ("from", str("c{n}/{p}")),
            ("to", str("conv{n}.{p}")),
            ("permute", ints(&[3, 2, 0, 1])),
            ("map", map(vec![("p", map(vec![("kernel", str("weight"))]))])),
        ]));
        assert_eq!(errors, Vec::<String>::new());
        let (name, layout) = rules.apply("c3/kernel");
        assert_eq!((name.as_str(), layout.unwrap().permute.as_deref()), ("conv3.weight", Some(&[3, 2, 0, 1][..])));
        assert!(rules.ignores("optimizer/m/0"));
    }

    #[test]
    fn every_mistake_is_reported() {
        let ok = || vec![("from", str("a")), ("to", str("b"))];
        for (extra, why) in [
            (("permut", ints(&[0])), "no `permut`"),
            (("permute", ints(&[-1])), "not negative"),
            (("flatten_from", ints(&[1, 2])), "three sizes"),
            (("map", map(vec![("c", map(vec![]))])), "does not occur"),
        ] {
            let mut pairs = ok();
            pairs.push(extra);
            let (_, errors) = read(map(pairs));
            assert!(errors.len() == 1 && errors[0].contains(why), "{errors:?}");
        }
        assert!(read(map(vec![("from", str("a"))])).1[0].contains("both `from` and `to`"));
        assert!(read(str("a")).1[0].contains("a rule"));
    }
}
