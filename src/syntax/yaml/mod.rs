//! The YAML spelling.
//!
//! A generic tree with spans comes from [`tree`]; this module gives its keys their meaning.
//! [`body`] reads statements.

mod body;
mod offsets;
mod tree;

use std::borrow::Cow;
use std::collections::HashSet;

use crate::diag::codes::{BAD_NAME, UNKNOWN_KEY, WRONG_KIND, YAML_FEATURE};
use crate::diag::{Diagnostic, Sink, listing};
use crate::source::{FileId, Span, Spanned};

use super::ast::*;
use super::dsl::{self, NumberError, parse_number};
use super::{Mode, TOP_LEVEL_KEYS, check_version, clip, mode_of_path, mode_of_section, mode_under, suggestion, unique};

use tree::{Node, NodeKind, Scalar};

/// Reads a YAML spec whose text begins at byte `base` of the file.
pub(super) fn read(text: &str, file: FileId, base: usize, sink: &mut Sink) -> Spec {
    let mut spec = Spec { span: Span::new(file, base, base + text.len()), ..Spec::default() };
    let root = tree::parse(text, file, base, sink);
    if let Some(root) = root {
        YamlReader { text, base, sink }.spec(&root, &mut spec);
    }
    spec
}

/// The top-level keys of a text with the bytes at which they begin.
pub(super) fn heads(text: &str) -> Vec<(String, u32)> {
    let body = text.trim_start_matches('\u{feff}');
    let root = tree::parse(body, FileId(0), text.len() - body.len(), &mut Sink::new());
    let Some(Node { kind: NodeKind::Map(entries), .. }) = root else { return Vec::new() };
    let head = |(key, _): &(Node, Node)| match &key.kind {
        NodeKind::Scalar(scalar) => Some((scalar.text.clone(), key.span.start)),
        _ => None,
    };
    entries.iter().filter_map(head).collect()
}

struct YamlReader<'a> {
    text: &'a str,
    base: usize,
    sink: &'a mut Sink,
}

impl YamlReader<'_> {
    fn spec(&mut self, root: &Node, spec: &mut Spec) {
        let NodeKind::Map(entries) = &root.kind else {
            self.wrong_kind(root, "a spec", "a mapping of keys such as `model`, `inputs` and `net`", None);
            return;
        };
        let entries = self.keys(entries);
        unique("key", entries.iter().map(|(k, _)| k), self.sink);
        let mut seen = HashSet::new();
        for (key, value) in &entries {
            if seen.insert(key.value.as_str()) {
                self.top_level(key, value, spec);
            }
        }
    }

    fn top_level(&mut self, key: &Ident, value: &Node, spec: &mut Spec) {
        match key.value.as_str() {
            "blockprint" => spec.version = self.version(value),
            "model" => spec.model = self.model_name(value),
            "extends" => spec.extends = self.text(value, "`extends`", "the path of a spec"),
            "set" => spec.set = self.settings(value),
            "use" => spec.uses = self.uses(value),
            "params" => spec.params = self.params(value),
            "inputs" => spec.inputs = self.inputs(value),
            "blocks" => spec.blocks = self.blocks(value),
            "towers" => spec.towers = self.towers(value),
            "net" => spec.net = Some(self.body(value)),
            "outputs" => spec.outputs = self.outputs(value),
            "loss" => spec.loss = self.losses(value),
            "metrics" => spec.metrics = self.metrics(value),
            section if super::SECTIONS.contains(&section) => {
                let value = self.data(value, mode_of_section(section));
                spec.sections.push(Entry { key: key.clone(), value });
            }
            other => {
                let help = match suggestion(self.sink, other, TOP_LEVEL_KEYS.iter().copied()) {
                    Some(name) => format!("did you mean `{name}`?"),
                    None => format!("the keys are {}", listing(TOP_LEVEL_KEYS.iter().copied(), 20)),
                };
                self.sink.push(
                    Diagnostic::error(UNKNOWN_KEY, format!("a spec has no key `{}`", clip(other, 60)))
                        .label(key.span, "unknown key")
                        .help(help),
                );
            }
        }
    }

    fn version(&mut self, node: &Node) -> Option<Spanned<i64>> {
        let text = self.text(node, "`blockprint`", "the version of the language")?;
        check_version(&text.value, text.span, self.sink)
    }

    fn model_name(&mut self, node: &Node) -> Option<Ident> {
        let name = self.text(node, "`model`", "a name")?;
        let fits = name.value.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
        if fits && !name.value.starts_with(['.', '-']) {
            return Some(name);
        }
        self.sink.push(
            Diagnostic::error(BAD_NAME, format!("`{}` cannot be the name of a model", clip(&name.value, 40)))
                .label(name.span, "names of models are ASCII letters, digits, `_`, `-` and `.`"),
        );
        None
    }

    fn settings(&mut self, node: &Node) -> Vec<Setting> {
        let entries = self.mapping(node, "`set`", "`dotted.path: value`");
        entries
            .into_iter()
            .map(|(path, value)| {
                let value = self.data(value, mode_of_path(&path.value));
                Setting { path, value }
            })
            .collect()
    }

    fn uses(&mut self, node: &Node) -> Vec<Import> {
        let entries = self.mapping(node, "`use`", "`name: path.yaml`");
        let mut uses = Vec::new();
        for (name, value) in entries {
            let path = self.text(value, "an import", "the path of a spec");
            if let (true, Some(path)) = (self.check_name(&name), path) {
                uses.push(Import { name, path });
            }
        }
        uses
    }

    fn params(&mut self, node: &Node) -> Vec<Param> {
        let entries = self.mapping(node, "`params`", "`name: value`");
        let mut params = Vec::new();
        for (name, value) in entries {
            let value = self.data(value, Mode::Expr);
            if self.check_name(&name) {
                params.push(Param { name, value });
            }
        }
        params
    }

    fn inputs(&mut self, node: &Node) -> Vec<Input> {
        let entries = self.mapping(node, "`inputs`", "`name: f32[N, 3, 224, 224]`");
        let mut inputs = Vec::new();
        for (name, value) in entries {
            let named = self.check_name(&name);
            let NodeKind::Scalar(scalar) = &value.kind else {
                self.wrong_kind(value, "an input", "a type such as `f32[N, 3, 224, 224]`", None);
                continue;
            };
            let ty = self.leaf(value, scalar).tensor_type_leaf();
            if let (true, Some(ty)) = (named, ty) {
                inputs.push(Input { name, ty });
            }
        }
        inputs
    }

    fn blocks(&mut self, node: &Node) -> Vec<Block> {
        let NodeKind::Map(entries) = &node.kind else {
            self.wrong_kind(node, "`blocks`", "a mapping of `name(parameters): body`", None);
            return Vec::new();
        };
        let mut blocks = Vec::new();
        for (key, value) in entries {
            let NodeKind::Scalar(scalar) = &key.kind else {
                self.wrong_kind(key, "a block's head", "`name(parameters)`", None);
                continue;
            };
            let head = self.leaf(key, scalar).block_head();
            let body = self.required_body(value, "the body of the block");
            if let Some((name, params)) = head {
                blocks.push(Block { name, params, body, span: key.span });
            }
        }
        blocks
    }

    fn towers(&mut self, node: &Node) -> Vec<Tower> {
        let entries = self.mapping(node, "`towers`", "`name: {use: path.yaml}` or `name: body`");
        let mut towers = Vec::new();
        for (name, value) in entries {
            let named = self.check_name(&name);
            let body = self.tower_body(value);
            if let (true, Some(body)) = (named, body) {
                towers.push(Tower { name, body });
            }
        }
        towers
    }

    fn tower_body(&mut self, node: &Node) -> Option<TowerBody> {
        if let NodeKind::Map(entries) = &node.kind {
            let entries = self.keys(entries);
            if entries.iter().any(|(key, _)| key.value == "use") {
                unique("key", entries.iter().map(|(key, _)| key), self.sink);
                for (key, _) in entries.iter().filter(|(key, _)| key.value != "use") {
                    self.sink.push(
                        Diagnostic::error(UNKNOWN_KEY, format!("a tower has no key `{}`", clip(&key.value, 60)))
                            .label(key.span, "unknown key")
                            .help("a tower is `{use: path.yaml}`, or statements"),
                    );
                }
                let (_, path) = entries.into_iter().find(|(key, _)| key.value == "use")?;
                return self.text(path, "a tower's `use`", "the path of a spec").map(TowerBody::Use);
            }
        }
        Some(TowerBody::Body(self.body(node)))
    }

    fn outputs(&mut self, node: &Node) -> Vec<Ident> {
        let mut outputs = Vec::new();
        for item in self.items(node) {
            let NodeKind::Scalar(scalar) = &item.kind else {
                self.wrong_kind(item, "an output", "the name of a node", None);
                continue;
            };
            outputs.extend(self.leaf(item, scalar).path());
        }
        outputs
    }

    fn losses(&mut self, node: &Node) -> Vec<NamedExpr> {
        if matches!(node.kind, NodeKind::Scalar(_)) && !is_absent(node) {
            let name = Spanned::new("loss".to_owned(), node.span);
            return vec![NamedExpr { name, value: self.data(node, Mode::Chain) }];
        }
        let entries = self.mapping(node, "`loss`", "`name: cross_entropy(logits, label)`");
        let mut losses = Vec::new();
        for (name, value) in entries {
            let value = self.data(value, Mode::Chain);
            if self.check_name(&name) {
                losses.push(NamedExpr { name, value });
            }
        }
        losses
    }

    fn metrics(&mut self, node: &Node) -> Vec<Expr> {
        self.items(node).into_iter().map(|item| self.data(item, Mode::Chain)).collect()
    }

    /// The items of a list; a single value counts as one item, and an absent one as none.
    fn items<'n>(&mut self, node: &'n Node) -> Vec<&'n Node> {
        match &node.kind {
            NodeKind::Seq(items) => items.iter().collect(),
            NodeKind::Hole => Vec::new(),
            _ if is_absent(node) => Vec::new(),
            _ => vec![node],
        }
    }

    /// A value as its place demands.
    fn data(&mut self, node: &Node, mode: Mode) -> Expr {
        let kind = match &node.kind {
            NodeKind::Scalar(scalar) => return self.scalar(node, scalar, mode),
            NodeKind::Seq(items) => ExprKind::List(items.iter().map(|item| self.data(item, mode)).collect()),
            NodeKind::Map(_) if !mode.takes_maps() => {
                self.wrong_kind(
                    node,
                    "this value",
                    "an expression, a chain or a list",
                    Some("mappings belong to the sections `data`, `train` and `weights`"),
                );
                ExprKind::Hole
            }
            NodeKind::Map(entries) => {
                let entries = self.keys(entries);
                unique("key", entries.iter().map(|(key, _)| key), self.sink);
                let read = |(key, value): (Ident, &Node)| {
                    let value = self.data(value, mode_under(mode, &key.value));
                    Entry { key, value }
                };
                ExprKind::Map(entries.into_iter().map(read).collect())
            }
            NodeKind::Hole => ExprKind::Hole,
        };
        Expr::new(kind, node.span)
    }

    fn scalar(&mut self, node: &Node, scalar: &Scalar, mode: Mode) -> Expr {
        let plain = scalar.is_plain();
        if plain && is_null(&scalar.text) {
            return Expr::new(ExprKind::Null, node.span);
        }
        let kind = if let (true, true, Some(kind)) = (plain, mode == Mode::Number, plain_value(&scalar.text)) {
            kind
        } else if !mode.is_text() {
            // What YAML cannot write without quotes: `'@stem'`, and a string of the language.
            if plain || mode == Mode::Chain || scalar.text.starts_with(['@', '"', '\'']) {
                return self.leaf(node, scalar).value(mode);
            }
            ExprKind::Str(scalar.text.clone())
        } else if plain {
            match resolve_plain(&scalar.text) {
                Ok(ExprKind::Str(word)) => mode.word(&word),
                Ok(kind) => kind,
                Err(problem) => {
                    self.sink.push(problem.diagnostic(&scalar.text, node.span));
                    ExprKind::Hole
                }
            }
        } else {
            ExprKind::Str(scalar.text.clone())
        };
        Expr::new(kind, node.span)
    }

    /// A reader of the language on a scalar.
    fn leaf<'b>(&'b mut self, node: &Node, scalar: &'b Scalar) -> dsl::Reader<'b> {
        let start = node.span.start as usize;
        let raw = self.text.get(start - self.base..node.span.end as usize - self.base).unwrap_or("");
        let places = offsets::offsets(raw, start, &scalar.text, scalar.style);
        dsl::Reader::new(&scalar.text, node.span.file, places, scalar.in_flow && scalar.is_plain(), self.sink)
    }

    /// A scalar as text.
    fn text(&mut self, node: &Node, what: &str, expected: &str) -> Option<Ident> {
        match &node.kind {
            NodeKind::Scalar(scalar) if !is_absent(node) => Some(Spanned::new(scalar.text.clone(), node.span)),
            _ => {
                self.wrong_kind(node, what, expected, None);
                None
            }
        }
    }

    /// The entries of a mapping; an absent value counts as an empty one.
    fn mapping<'n>(&mut self, node: &'n Node, what: &str, form: &str) -> Vec<(Ident, &'n Node)> {
        match &node.kind {
            NodeKind::Map(entries) => self.keys(entries),
            _ if is_absent(node) => Vec::new(),
            _ => {
                self.wrong_kind(node, what, &format!("a mapping of {form}"), None);
                Vec::new()
            }
        }
    }

    /// The entries whose keys are words.
    fn keys<'n>(&mut self, entries: &'n [(Node, Node)]) -> Vec<(Ident, &'n Node)> {
        let mut out = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            match &key.kind {
                NodeKind::Scalar(scalar) if scalar.is_plain() && scalar.text == "<<" => self.sink.push(
                    Diagnostic::error(YAML_FEATURE, "the merge key `<<` is not part of the language")
                        .label(key.span, "not supported")
                        .help("share values with `params`, layers with `blocks`, and files with `use` or `extends`"),
                ),
                NodeKind::Scalar(scalar) => out.push((Spanned::new(scalar.text.clone(), key.span), value)),
                _ => self.wrong_kind(key, "a key", "a word", None),
            }
        }
        out
    }

    /// Whether a key can be a name; reports it where not.
    fn check_name(&mut self, name: &Ident) -> bool {
        let fits = dsl::is_name(&name.value);
        if !fits {
            self.sink.push(dsl::bad_name(&name.value, name.span));
        }
        fits
    }

    fn wrong_kind(&mut self, node: &Node, what: &str, expected: &str, help: Option<&str>) {
        if matches!(node.kind, NodeKind::Hole) {
            return;
        }
        let found = describe(node);
        self.sink.push(
            Diagnostic::error(WRONG_KIND, format!("{what} must be {expected}, found {found}"))
                .label(head(node.span, self.text, self.base), format!("expected {expected}"))
                .maybe_help(help.map(str::to_owned)),
        );
    }
}

/// The part of a span on its first line, so that a label on a long collection stays short.
fn head(span: Span, text: &str, base: usize) -> Span {
    let start = span.start as usize - base;
    let shown = text.get(start..span.end as usize - base).and_then(|t| t.lines().next()).unwrap_or("");
    Span { end: span.start + shown.trim_end().len() as u32, ..span }
}

fn describe(node: &Node) -> Cow<'static, str> {
    match &node.kind {
        _ if is_absent(node) => "nothing".into(),
        NodeKind::Scalar(scalar) => format!("`{}`", clip(scalar.text.lines().next().unwrap_or(""), 40)).into(),
        NodeKind::Seq(_) => "a list".into(),
        NodeKind::Map(_) => "a mapping".into(),
        NodeKind::Hole => "something unreadable".into(),
    }
}

fn is_absent(node: &Node) -> bool {
    matches!(&node.kind, NodeKind::Scalar(scalar) if scalar.is_plain() && is_null(&scalar.text))
}

fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// What a plain scalar stands for where that is no text.
pub(super) fn plain_value(text: &str) -> Option<ExprKind> {
    resolve_plain(text).ok().filter(|kind| !matches!(kind, ExprKind::Str(_)))
}

/// What a plain scalar stands for in YAML 1.2's core schema, with the units of schedules.
pub(super) fn resolve_plain(text: &str) -> Result<ExprKind, NumberError> {
    match text {
        _ if is_null(text) => return Ok(ExprKind::Null),
        "true" | "True" | "TRUE" => return Ok(ExprKind::Bool(true)),
        "false" | "False" | "FALSE" => return Ok(ExprKind::Bool(false)),
        _ => {}
    }
    let (negative, digits) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let string = || Ok(ExprKind::Str(text.to_owned()));
    if matches!(digits, ".inf" | ".Inf" | ".INF") {
        return parse_number(".inf", negative);
    }
    if matches!(text, ".nan" | ".NaN" | ".NAN") {
        return parse_number(".nan", false);
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(rest) = digits.strip_prefix(prefix)
            && !rest.is_empty()
            && rest.chars().all(|c| c.is_digit(radix))
        {
            let value = i64::from_str_radix(rest, radix).map_err(|_| NumberError::Range)?;
            return Ok(ExprKind::Int(if negative { -value } else { value }));
        }
    }
    let after_dot = digits.strip_prefix('.').unwrap_or(digits);
    if !after_dot.starts_with(|c: char| c.is_ascii_digit()) {
        return string();
    }
    // `1.` and `1.e5` are floats in YAML.
    let mut number = digits.to_owned();
    if let Some(dot) = digits.find('.')
        && !digits[dot + 1..].starts_with(|c: char| c.is_ascii_digit())
    {
        number.insert(dot + 1, '0');
    }
    match parse_number(&number, negative) {
        Err(NumberError::Suffix(_)) => string(),
        other => other,
    }
}
