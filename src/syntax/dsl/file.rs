//! The declarations of a `.bp` file.

use pest::iterators::Pair;

use crate::diag::Diagnostic;
use crate::diag::codes::DUPLICATE_KEY;
use crate::source::{Span, Spanned};
use crate::syntax::ast::*;
use crate::syntax::{Mode, check_version, mode_of_path, mode_of_section};

use super::{Place, Reader, Rule};

impl Reader<'_> {
    pub(super) fn file(mut self) -> Spec {
        let mut spec = Spec { span: self.whole(), ..Spec::default() };
        let Some(pair) = self.parse(Rule::file) else { return spec };
        let mut once = Once::default();
        for p in pair.into_inner() {
            self.item(p, &mut spec, &mut once);
        }
        spec
    }

    fn item(&mut self, pair: Pair<'_, Rule>, spec: &mut Spec, once: &mut Once) {
        let head = self.head_span(&pair);
        let single = match pair.as_rule() {
            Rule::version_item => Some("blockprint"),
            Rule::extends_item => Some("extends"),
            Rule::metrics_item => Some("metrics"),
            Rule::model_item => Some("model"),
            _ => None,
        };
        if single.is_some_and(|what| !self.first_time(once, what, head)) {
            return;
        }
        match pair.as_rule() {
            Rule::version_item => self.version(pair, spec),
            Rule::extends_item => spec.extends = self.only_string(pair),
            Rule::use_item => {
                let (name, path) = self.named_string(pair);
                if let (Some(name), Some(path)) = (name, path) {
                    spec.uses.push(Import { name, path });
                }
            }
            Rule::set_item => spec.set.extend(self.setting(pair)),
            Rule::param_item => {
                spec.params.extend(self.named_value(pair).map(|(name, value)| Param { name, value }));
            }
            Rule::loss_item => {
                spec.loss.extend(self.named_value(pair).map(|(name, value)| NamedExpr { name, value }));
            }
            Rule::metrics_item => spec.metrics = self.metrics(pair),
            Rule::block_item => spec.blocks.extend(self.block(pair, head)),
            Rule::tower_item => spec.towers.extend(self.tower(pair)),
            Rule::model_item => self.model(pair, spec),
            Rule::config_item => spec.sections.extend(self.section(pair)),
            Rule::bad_item => self.bad_item(&pair, Place::ItemStart),
            _ => {}
        }
    }

    /// The word that a declaration begins with.
    fn head_span(&self, pair: &Pair<'_, Rule>) -> Span {
        let start = pair.as_span().start();
        let len = pair.as_str().find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(pair.as_str().len());
        self.range(start, start + len)
    }

    fn first_time(&mut self, once: &mut Once, what: &'static str, head: Span) -> bool {
        match once.seen.iter().find(|(name, _)| *name == what) {
            None => {
                once.seen.push((what, head));
                true
            }
            Some((_, first)) => {
                self.sink.push(
                    Diagnostic::error(DUPLICATE_KEY, format!("`{what}` is given twice"))
                        .label(head, "given again here")
                        .label(*first, "first given here"),
                );
                false
            }
        }
    }

    fn version(&mut self, pair: Pair<'_, Rule>, spec: &mut Spec) {
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::numword => {
                    let text = p.as_str();
                    let span = self.span(&p);
                    spec.version = check_version(text, span, self.sink);
                }
                Rule::junk_line => self.unexpected(&p, Place::ItemEnd),
                _ => {}
            }
        }
    }

    fn only_string(&mut self, pair: Pair<'_, Rule>) -> Option<Ident> {
        self.named_string(pair).1
    }

    /// A word and a string.
    fn named_string(&mut self, pair: Pair<'_, Rule>) -> (Option<Ident>, Option<Ident>) {
        let (mut name, mut text) = (None, None);
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::word => name = self.plain_name(&p),
                Rule::string => {
                    let span = self.span(&p);
                    text = Some(Spanned::new(self.string(p), span));
                }
                Rule::junk_line => self.unexpected(&p, Place::ItemEnd),
                _ => {}
            }
        }
        (name, text)
    }

    /// A word and an expression.
    fn named_value(&mut self, pair: Pair<'_, Rule>) -> Option<(Ident, Expr)> {
        let (mut name, mut value) = (None, Expr::new(ExprKind::Hole, self.span(&pair)));
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::word => name = self.plain_name(&p),
                Rule::value => value = self.expr(p, Mode::Expr),
                Rule::missing_value => self.missing_after_equals(&p),
                Rule::junk_line => self.unexpected(&p, Place::ItemEnd),
                _ => {}
            }
        }
        name.map(|n| (n, value))
    }

    /// Nothing after `=`; where text follows that cannot be read, that is the mistake.
    fn missing_after_equals(&mut self, pair: &Pair<'_, Rule>) {
        let at = pair.as_span().start();
        if matches!(self.text[at..].chars().next(), None | Some('\n' | '\r' | ';' | '#')) {
            self.missing_at(at, "a value", None);
        }
    }

    fn setting(&mut self, pair: Pair<'_, Rule>) -> Option<Setting> {
        let (mut path, mut value) = (None, Expr::new(ExprKind::Hole, self.span(&pair)));
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::key => path = self.key(p),
                Rule::value => {
                    let mode = path.as_ref().map_or(Mode::Expr, |p: &Ident| mode_of_path(&p.value));
                    value = self.expr(p, mode);
                }
                Rule::missing_value => self.missing_after_equals(&p),
                Rule::junk_line => self.unexpected(&p, Place::ItemEnd),
                _ => {}
            }
        }
        path.map(|path| Setting { path, value })
    }

    fn metrics(&mut self, pair: Pair<'_, Rule>) -> Vec<Expr> {
        let mut metrics = Vec::new();
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::value => match self.expr(p, Mode::Expr) {
                    Expr { kind: ExprKind::List(items), .. } => metrics = items,
                    one => metrics.push(one),
                },
                Rule::junk_line => self.unexpected(&p, Place::ItemEnd),
                _ => {}
            }
        }
        metrics
    }

    fn block(&mut self, pair: Pair<'_, Rule>, head: Span) -> Option<Block> {
        let (mut name, mut params, mut body, mut span) = (None, Vec::new(), Body::default(), head);
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::word => {
                    span = self.span(&p);
                    name = self.plain_name(&p);
                }
                Rule::params => {
                    span = span.to(self.span(&p));
                    params = self.params(p);
                }
                Rule::body => body = self.body(p),
                Rule::junk_line => self.unexpected(&p, Place::ItemEnd),
                _ => {}
            }
        }
        name.map(|name| Block { name, params, body, span })
    }

    fn tower(&mut self, pair: Pair<'_, Rule>) -> Option<Tower> {
        let (mut name, mut body) = (None, None);
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::word => name = self.plain_name(&p),
                Rule::string => {
                    let span = self.span(&p);
                    body = Some(TowerBody::Use(Spanned::new(self.string(p), span)));
                }
                Rule::body => body = Some(TowerBody::Body(self.body(p))),
                Rule::junk_line => self.unexpected(&p, Place::ItemEnd),
                _ => {}
            }
        }
        Some(Tower { name: name?, body: body? })
    }

    fn model(&mut self, pair: Pair<'_, Rule>, spec: &mut Spec) {
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::model_name => spec.model = Some(self.ident(&p)),
                Rule::inputs => spec.inputs = self.inputs(p),
                Rule::outputs => {
                    spec.outputs =
                        p.into_inner().filter(|o| o.as_rule() == Rule::path).map(|o| self.ident(&o)).collect();
                }
                Rule::body => spec.net = Some(self.body(p)),
                Rule::junk_line => self.unexpected(&p, Place::ItemEnd),
                _ => {}
            }
        }
    }

    fn inputs(&mut self, pair: Pair<'_, Rule>) -> Vec<Input> {
        let open = pair.clone();
        let mut inputs = Vec::new();
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::input => inputs.extend(self.input(p)),
                Rule::missing_close => self.unclosed(&open, &p),
                _ => {}
            }
        }
        inputs
    }

    fn input(&mut self, pair: Pair<'_, Rule>) -> Option<Input> {
        let (mut name, mut ty) = (None, None);
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::word => name = self.plain_name(&p),
                Rule::tensor_type => ty = self.tensor_type(p),
                Rule::missing_value => {
                    let at = p.as_span().start();
                    if matches!(self.text[at..].trim_start().chars().next(), None | Some(',' | ')')) {
                        self.missing_at(at, "a type", Some("an input's type is written `f32[N, 3, 224, 224]`"));
                    }
                }
                Rule::junk => self.unexpected(&p, Place::Type),
                _ => {}
            }
        }
        Some(Input { name: name?, ty: ty? })
    }

    fn section(&mut self, pair: Pair<'_, Rule>) -> Option<Entry> {
        let (mut key, mut value) = (None, None);
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::section_name => key = Some(self.ident(&p)),
                Rule::value => {
                    let mode = key.as_ref().map_or(Mode::Text, |k: &Ident| mode_of_section(&k.value));
                    value = Some(self.expr(p, mode));
                }
                Rule::junk_line => self.unexpected(&p, Place::ItemEnd),
                _ => {}
            }
        }
        Some(Entry { key: key?, value: value? })
    }
}

/// The declarations that a file has once, with where they were seen.
#[derive(Default)]
struct Once {
    seen: Vec<(&'static str, Span)>,
}
