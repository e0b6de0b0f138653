//! What does not fit, told so that it can be mended.

use pest::iterators::Pair;

use crate::diag::Diagnostic;
use crate::diag::codes::{DSL_SYNTAX, MISSING_PART, UNCLOSED};
use crate::syntax::suggestion;

use super::{Reader, Rule};

/// Where text was found that does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::syntax) enum Place {
    /// Between the arguments of a call.
    Args,
    /// In a list, or a group in parentheses.
    List,
    /// In `{ key: value }`.
    Map,
    /// After a branch.
    Branch,
    /// In place of a branch.
    BranchStart,
    /// After a statement.
    StmtEnd,
    /// In place of a statement.
    StmtStart,
    /// After a declaration.
    ItemEnd,
    /// In place of a declaration.
    ItemStart,
    /// In place of a chain.
    ChainStart,
    /// After a chain.
    ChainEnd,
    /// In place of a value.
    ValueStart,
    /// After a value.
    ValueEnd,
    /// In an input's type.
    Type,
    /// In the head of a block.
    BlockHead,
    /// In the key of a statement.
    Head,
}

impl Place {
    fn expected(self) -> &'static str {
        match self {
            Place::Args | Place::BlockHead => "`,` or `)`",
            Place::List => "`,` or a closing bracket",
            Place::Map => "`key: value`",
            Place::Branch => "`->` or the end of the branch",
            Place::BranchStart => "a branch (`name: chain`)",
            Place::StmtEnd => "`->`, `;` or a new line",
            Place::StmtStart => "a call, `@node`, `for` or `repeat`",
            Place::ItemEnd => "the end of the declaration",
            Place::ItemStart => "a declaration",
            Place::ChainStart => "a call or `@node`",
            Place::ChainEnd => "`->` or the end of the chain",
            Place::ValueStart => "a value",
            Place::ValueEnd => "an operator, `->` or the end of the value",
            Place::Type => "a type",
            Place::Head => "a call, `for NAME in LIST` or `repeat(N)`",
        }
    }
}

impl Reader<'_> {
    /// Reports text that does not fit, unless it follows a reported mistake at once.
    pub(super) fn unexpected(&mut self, pair: &Pair<'_, Rule>, place: Place) {
        let span = pair.as_span();
        let text = pair.as_str().trim_end();
        let start = span.start();
        let again = self.reported.is_some_and(|at| at <= start && self.text[at..start].trim().is_empty());
        self.reported = Some(span.end());
        if again || text.is_empty() {
            return;
        }
        let found = first_token(text);
        let label = self.range(start, start + found.len());
        let d = if let Some(close) = self.flow_split(text) {
            close.label(label, "read up to here")
        } else {
            let help = hint(text, place);
            Diagnostic::error(DSL_SYNTAX, format!("expected {}, found `{found}`", place.expected()))
                .label(label, "does not fit here")
                .maybe_help(help)
        };
        self.sink.push(d);
    }

    /// YAML's own brackets split at commas: `[conv(8, 3)]` is `conv(8` and `3)`.
    fn flow_split(&self, text: &str) -> Option<Diagnostic> {
        let surplus = |text: &str| text.matches(')').count() > text.matches('(').count();
        let split = self.in_flow && text.contains(')') && surplus(self.text);
        split.then(|| {
            Diagnostic::error(UNCLOSED, "`)` without `(`: inside `[ ]` and `{ }`, YAML splits at every comma")
                .help("quote the value, or write the list with one `- item` on each line")
        })
    }

    /// Reports that something is missing at a place of the text.
    pub(super) fn missing_at(&mut self, at: usize, what: &str, help: Option<&str>) {
        if self.reported == Some(at) {
            return;
        }
        self.reported = Some(at);
        let at = self.text[..at].trim_end().len();
        self.sink.push(
            Diagnostic::error(MISSING_PART, format!("{what} is missing"))
                .label(self.range(at, at), format!("{what} should stand here"))
                .maybe_help(help.map(str::to_owned)),
        );
    }

    /// Reports an opening bracket, at the start of `open`, whose partner is missing.
    pub(super) fn unclosed(&mut self, open: &Pair<'_, Rule>, missing: &Pair<'_, Rule>) {
        let start = open.as_span().start();
        let at = missing.as_span().start();
        let bracket = &self.text[start..start + 1];
        let close = match bracket {
            "(" => ")",
            "[" => "]",
            _ => "}",
        };
        if self.reported == Some(at) {
            return;
        }
        self.reported = Some(at);
        let before = self.text[..at].trim_end().len().max(start + 1);
        let d = Diagnostic::error(UNCLOSED, format!("`{bracket}` is not closed"))
            .label(self.range(start, start + 1), "opened here")
            .label(self.range(before, before), format!("`{close}` expected"));
        self.sink.push(if self.in_flow {
            d.help("inside `[ ]` and `{ }`, YAML splits at every comma: quote the value, or write the list with one `- item` on each line")
        } else {
            d
        });
    }

    /// Reports a declaration or statement that matches no form.
    pub(super) fn bad_item(&mut self, pair: &Pair<'_, Rule>, place: Place) {
        let text = pair.as_str();
        let word: String = text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        let forms = if place == Place::ItemStart { ITEM_FORMS } else { STMT_FORMS };
        let start = pair.as_span().start();
        let Some((_, form)) = forms.iter().find(|(keyword, _)| *keyword == word) else {
            if place == Place::ItemStart && !word.is_empty() {
                let names = forms.iter().map(|(keyword, _)| *keyword);
                let help = match suggestion(self.sink, &word, names) {
                    Some(name) => format!("did you mean `{name}`?"),
                    None => "a file is made of `blockprint 1`, `extends`, `use`, `set`, `param`, `block`, `tower`, `model`, `loss`, `metrics`, `weights`, `data` and `train`".to_owned(),
                };
                self.reported = Some(pair.as_span().end());
                self.sink.push(
                    Diagnostic::error(DSL_SYNTAX, format!("`{word}` begins no declaration"))
                        .label(self.range(start, start + word.len()), "not a declaration")
                        .help(help),
                );
                return;
            }
            return self.unexpected(pair, place);
        };
        self.reported = Some(pair.as_span().end());
        let line_end = start + text.find(['\n', '{']).unwrap_or(text.len());
        let end = start + self.text[start..line_end].trim_end().len();
        self.sink.push(
            Diagnostic::error(DSL_SYNTAX, format!("this `{word}` cannot be read"))
                .label(self.range(start, end), "does not have the form below")
                .help(format!("it is written `{form}`")),
        );
    }
}

/// How declarations are written.
const ITEM_FORMS: &[(&str, &str)] = &[
    ("blockprint", "blockprint 1"),
    ("extends", "extends \"base.yaml\""),
    ("use", "use names = \"path.yaml\""),
    ("set", "set train.epochs = 3"),
    ("param", "param classes = 10"),
    ("block", "block name(c, k=1) { conv(c, k) -> bn }"),
    ("tower", "tower name { ... }` or `tower name = use \"path.yaml\""),
    ("model", "model name(image: f32[N, 3, 224, 224]) -> logits { ... }"),
    ("loss", "loss ce = cross_entropy(logits, label)"),
    ("metrics", "metrics [accuracy, top5]"),
    ("data", "data { kind: image_folder }"),
    ("train", "train { epochs: 5 }"),
    ("style", "style { steps: 200 }"),
    ("weights", "weights { ... }"),
    ("counting", "counting keras"),
];

/// How statements are written.
const STMT_FORMS: &[(&str, &str)] = &[
    ("for", "for (c, n) in list { ... }"),
    ("repeat", "repeat (n) { ... }"),
    ("as", "conv(64) as name"),
    ("in", "for name in list { ... }"),
];

/// The first word, number or sign, for a message.
fn first_token(text: &str) -> &str {
    let word = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    if word > 0 {
        return super::super::clip(&text[..word], 40);
    }
    for sign in ["=>", "==", "->", "**", "//", "|>", ">>", "&&", "||"] {
        if text.starts_with(sign) {
            return &text[..2];
        }
    }
    let first = text.chars().next().map_or(0, char::len_utf8);
    &text[..first]
}

/// What would mend it, where the text tells.
fn hint(text: &str, place: Place) -> Option<String> {
    let first = text.chars().next()?;
    let help = match first {
        '→' | '⟶' | '|' | '>' => "links of a chain are joined by `->`",
        '=' if text.starts_with("=>") => "links of a chain are joined by `->`",
        '-' if text.starts_with("->") && place == Place::Map => {
            "a chain is written on one line, or goes on with `->` on the next"
        }
        '/' if text.starts_with("//") => "comments begin with `#`; `//` divides and rounds down",
        '“' | '”' | '‘' | '’' | '„' => "strings stand in straight quotes: `\"text\"`",
        ':' if matches!(place, Place::Args | Place::BlockHead) => "arguments are named with `=`: `conv(64, stride=2)`",
        '=' if place == Place::Map => "a key is followed by `:` in braces",
        ':' if place == Place::ItemEnd => "a section is written in braces: `data { kind: image_folder }`",
        '^' => "a power is written as a product: `x*x`",
        '.' => "a float has digits on both sides of its point: `1.0`",
        '}' | ')' | ']' => "this bracket closes nothing",
        c if c.is_whitespace() => "this is a special space character; use an ordinary space",
        c if c.is_alphanumeric() || c == '_' || c == '@' => match place {
            Place::StmtEnd | Place::ChainEnd | Place::Branch => "links of a chain are joined by `->`",
            Place::ItemEnd => "each declaration has a line of its own",
            Place::Args | Place::List | Place::BlockHead => "arguments and items are separated by `,`",
            Place::ChainStart if text.starts_with("for ") || text.starts_with("repeat") => {
                "a loop is a key with its body: `- for x in list: body`, `- repeat(n): body`"
            }
            Place::ChainStart | Place::StmtStart => "a chain begins with a call, such as `conv(64)`, or with `@node`",
            Place::Type => return Some(TYPE_HELP.to_owned()),
            _ => return None,
        },
        _ if place == Place::Type => TYPE_HELP,
        _ if place == Place::Map => "text with other signs than letters, digits, `_` and `.` stands in quotes",
        _ => return None,
    };
    Some(help.to_owned())
}

const TYPE_HELP: &str = "an input's type is written `f32[N, 3, 224, 224]` or `i64[N]`";
