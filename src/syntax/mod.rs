//! Reading and writing specs: two spellings, one tree.
//!
//! [`read`] makes a [`Spec`](ast::Spec) of a YAML or `.bp` file. It stops at no mistake: what
//! cannot be read becomes a hole in the tree and a diagnostic in the sink. The leaves of a YAML
//! spec (chains, expressions, types) are read by the same grammar as `.bp` files.

pub mod ast;
mod dsl;
pub mod fmt;
pub mod write;
mod yaml;

use crate::diag::codes::{DUPLICATE_KEY, UNKNOWN_VERSION};
use crate::diag::{Diagnostic, MAX_DIAGNOSTICS, Sink, did_you_mean};
use crate::source::{FileId, SourceMap, Span, Spanned};

use ast::{Expr, ExprKind, Ident, Spec, TensorType};

/// How deep brackets, and YAML's collections, may be nested.
pub const MAX_NESTING: usize = 64;

/// How many operands an expression may have.
pub const MAX_OPERANDS: usize = 1000;

/// The language version that is read.
pub const VERSION: i64 = 1;

/// The keys of a YAML spec, in the order in which they are written.
pub const TOP_LEVEL_KEYS: &[&str] = &[
    "blockprint",
    "model",
    "extends",
    "set",
    "use",
    "params",
    "inputs",
    "blocks",
    "towers",
    "net",
    "outputs",
    "loss",
    "metrics",
    "weights",
    "data",
    "train",
    "style",
    "counting",
];

/// The sections that are read as plain data, in the order in which they are written.
pub const SECTIONS: &[&str] = &["weights", "data", "train", "style", "counting"];

/// Ops whose branches may be written as a mapping: `- add: {main: .., skip: ..}`. In YAML this
/// tells a merge from a call with named arguments.
pub const MERGE_OPS: &[&str] = &["add", "concat", "mul", "sub", "absdiff", "maximum", "minimum"];

/// The two spellings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// YAML.
    Yaml,
    /// Blockprint's own.
    Bp,
}

impl Spelling {
    /// The spelling of a file of this name: `.bp`, or else YAML.
    pub fn of_name(name: &str) -> Self {
        let extension = std::path::Path::new(name).extension();
        if extension.is_some_and(|e| e.eq_ignore_ascii_case("bp")) { Spelling::Bp } else { Spelling::Yaml }
    }
}

/// How a value is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// As an expression or chain; in YAML, a quoted scalar is a string.
    Expr,
    /// As a chain or call, where a string would mean nothing: quotes only keep YAML's own
    /// brackets from splitting it.
    Chain,
    /// As an expression with numbers, in `data` and `train`.
    Number,
    /// As plain data: words are text, and nothing is computed.
    Text,
    /// As plain data in `data`, where a bare word may be a parameter and some keys hold numbers.
    Data,
    /// The same in `train` and `style`, some keys of which hold calls or chains.
    Train,
}

impl Mode {
    pub(crate) fn is_text(self) -> bool {
        matches!(self, Mode::Text | Mode::Data | Mode::Train)
    }

    /// Whether a bare word may be the name of a parameter.
    pub(crate) fn has_names(self) -> bool {
        self != Mode::Text
    }

    /// Whether a mapping can stand here, or what reads it later says that it cannot.
    pub(crate) fn takes_maps(self) -> bool {
        self.is_text() || self == Mode::Number
    }

    /// What a bare word is in a place of this mode.
    pub(crate) fn word(self, text: &str) -> ExprKind {
        let first = |c: char| c.is_ascii_alphabetic() || c == '_';
        let is_name = text.starts_with(first) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        match self.has_names() && is_name {
            true => ExprKind::Name(text.to_owned()),
            false => ExprKind::Str(text.to_owned()),
        }
    }
}

/// Keys beneath `train` and `style` whose values are calls or chains.
const TRAIN_CHAINS: &[&str] = &["augment", "eval", "optim", "lr"];
/// Keys beneath `train` whose values are numbers.
const TRAIN_NUMBERS: &[&str] = &[
    "batch",
    "epochs",
    "seed",
    "clip_norm",
    "clip_value",
    "patience",
    "min_delta",
    "accumulate",
    "workers",
    "ema",
    "max_time",
    "checkpoint",
];
/// Keys beneath `data` whose values are calls.
const DATA_CALLS: &[&str] = &["sampler"];
/// Keys beneath `data` whose values are numbers.
const DATA_NUMBERS: &[&str] = &["scale", "mean", "std", "seed", "size", "cache"];

/// How a section's value is read.
pub(crate) fn mode_of_section(name: &str) -> Mode {
    match name {
        "train" | "style" => Mode::Train,
        "data" => Mode::Data,
        _ => Mode::Text,
    }
}

/// How the value of a key is read, in a mapping that is read in this way.
pub(crate) fn mode_under(mode: Mode, key: &str) -> Mode {
    match mode {
        Mode::Train if TRAIN_CHAINS.contains(&key) => Mode::Chain,
        Mode::Train if TRAIN_NUMBERS.contains(&key) => Mode::Number,
        Mode::Data if DATA_CALLS.contains(&key) => Mode::Chain,
        Mode::Data if DATA_NUMBERS.contains(&key) => Mode::Number,
        _ => mode,
    }
}

/// How the value at a dotted path (`train.optim`, `params.classes`) is read.
pub(crate) fn mode_of_path(path: &str) -> Mode {
    let mut keys = path.split('.');
    match keys.next() {
        Some(section) if SECTIONS.contains(&section) => keys.fold(mode_of_section(section), mode_under),
        Some("model" | "extends" | "inputs" | "use") => Mode::Text,
        Some("loss" | "metrics") => Mode::Chain,
        _ => Mode::Expr,
    }
}

/// Reads a file, as `.bp` where its name ends so, otherwise as YAML.
pub fn read(file: FileId, sources: &SourceMap, sink: &mut Sink) -> Spec {
    let source = sources.file(file);
    read_text(&source.text, Spelling::of_name(&source.name), file, sink)
}

/// Reads a text that is the content of `file`.
pub fn read_text(text: &str, spelling: Spelling, file: FileId, sink: &mut Sink) -> Spec {
    let (text, base) = match text.strip_prefix('\u{feff}') {
        Some(rest) => (rest, '\u{feff}'.len_utf8()),
        None => (text, 0),
    };
    let spec = match spelling {
        Spelling::Yaml => yaml::read(text, file, base, sink),
        Spelling::Bp => dsl::read(text, file, base, sink),
    };
    check_unique(&spec, sink);
    spec
}

/// Reads the value of `--set path=value`, whose text begins at byte `base` of `file`. What is
/// read as an expression and what as text depends on the path, as in a file.
pub fn parse_setting(path: &str, text: &str, file: FileId, base: usize, sink: &mut Sink) -> Expr {
    let mode = mode_of_path(path);
    let span = Span::new(file, base, base + text.len());
    if mode == Mode::Number
        && let Some(kind) = yaml::plain_value(text.trim())
    {
        return Expr::new(kind, span);
    }
    if mode.is_text() && !text.trim_start().starts_with(['[', '{', '"', '\'']) {
        let kind = match yaml::resolve_plain(text.trim()) {
            Ok(ExprKind::Str(word)) => mode.word(&word),
            other => other.unwrap_or_else(|_| ExprKind::Str(text.trim().to_owned())),
        };
        return Expr::new(kind, span);
    }
    dsl::Reader::new(text, file, dsl::Offsets::From(base), false, sink).value(mode)
}

/// Reads a text as an expression or chain if it is one, otherwise as a string.
pub fn parse_value(text: &str, file: FileId, base: usize, sink: &mut Sink) -> Expr {
    let mut tried = Sink::new();
    let value = dsl::Reader::new(text, file, dsl::Offsets::From(base), false, &mut tried).value(Mode::Expr);
    if tried.has_errors() {
        return Expr::new(ExprKind::Str(text.to_owned()), Span::new(file, base, base + text.len()));
    }
    sink.absorb(tried);
    value
}

/// Reads the type of an input, `f32[N, 3, 224, 224]`, whose text begins at byte `base` of `file`.
pub fn parse_type(text: &str, file: FileId, base: usize, sink: &mut Sink) -> Option<TensorType> {
    dsl::Reader::new(text, file, dsl::Offsets::From(base), false, sink).tensor_type_leaf()
}

/// The version that `blockprint: 1` gives.
fn check_version(text: &str, span: Span, sink: &mut Sink) -> Option<Spanned<i64>> {
    let version = text.parse().ok();
    if version != Some(VERSION) {
        sink.push(
            Diagnostic::error(UNKNOWN_VERSION, format!("the language version `{}` is not known", clip(text, 40)))
                .label(span, "unknown version")
                .help(format!("this build reads version {VERSION}: `blockprint: {VERSION}`")),
        );
    }
    version.map(|v| Spanned::new(v, span))
}

/// Reports names that are declared twice.
fn check_unique(spec: &Spec, sink: &mut Sink) {
    unique("namespace", spec.uses.iter().map(|u| &u.name), sink);
    unique("parameter", spec.params.iter().map(|p| &p.name), sink);
    unique("input", spec.inputs.iter().map(|i| &i.name), sink);
    unique("loss", spec.loss.iter().map(|l| &l.name), sink);
    unique("section", spec.sections.iter().map(|s| &s.key), sink);
    unique("setting", spec.set.iter().map(|s| &s.path), sink);
    // Blocks and towers are called alike, and share their names.
    let callable = spec.blocks.iter().map(|b| &b.name).chain(spec.towers.iter().map(|t| &t.name));
    unique("block or tower", callable, sink);
}

/// Reports every name that stands a second time.
fn unique<'a>(what: &str, names: impl IntoIterator<Item = &'a Ident>, sink: &mut Sink) {
    let mut seen = std::collections::HashMap::new();
    for name in names {
        if let Some(first) = seen.insert(name.value.as_str(), name.span) {
            sink.push(
                Diagnostic::error(DUPLICATE_KEY, format!("the {what} `{}` is given twice", clip(&name.value, 60)))
                    .label(name.span, "given again here")
                    .label(first, "given before")
                    .help("remove or rename one of the two"),
            );
        }
    }
}

/// The candidate that was probably meant. Nothing is looked for once the sink drops what it gets,
/// so that a file full of unknown names is read quickly.
fn suggestion<'a>(sink: &Sink, name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if sink.len() >= MAX_DIAGNOSTICS { None } else { did_you_mean(clip(name, 60), candidates) }
}

/// The first `max` characters of a text.
fn clip(text: &str, max: usize) -> &str {
    text.char_indices().nth(max).map_or(text, |(at, _)| &text[..at])
}
