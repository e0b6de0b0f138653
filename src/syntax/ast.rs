//! The syntax tree: what a spec says, in either spelling, with a span on every part.
//!
//! It is also plain serde data, so that an application can hold a spec inside its own
//! configuration. Holes stand where a part could not be read and was reported.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::source::{Span, Spanned};

/// A name with its place.
pub type Ident = Spanned<String>;

/// A whole spec file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Spec {
    /// The language version (`blockprint: 1`).
    pub version: Option<Spanned<i64>>,
    /// The model's name.
    pub model: Option<Ident>,
    /// `extends: base.yaml`.
    pub extends: Option<Ident>,
    /// `set: {dotted.path: value}`, in order.
    pub set: Vec<Setting>,
    /// `use: {names: path.yaml}`.
    pub uses: Vec<Import>,
    /// `params`.
    pub params: Vec<Param>,
    /// `inputs`.
    pub inputs: Vec<Input>,
    /// `blocks`.
    pub blocks: Vec<Block>,
    /// `towers`.
    pub towers: Vec<Tower>,
    /// `net`.
    pub net: Option<Body>,
    /// `outputs`.
    pub outputs: Vec<Ident>,
    /// `loss`: named calls, and `total` as an expression over their names.
    pub loss: Vec<NamedExpr>,
    /// `metrics`: `accuracy`, `top5`, or calls on named nodes.
    pub metrics: Vec<Expr>,
    /// Sections read by the `config` module: `data`, `train`, `style`, `weights`, `counting`.
    pub sections: Vec<Entry>,
    /// The whole file.
    #[serde(skip)]
    pub span: Span,
}

/// One override.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Setting {
    /// `params.classes`, `train.optim`, ...
    pub path: Ident,
    /// The new value; its text is read as the target's own kind demands.
    pub value: Expr,
}

/// One imported spec.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Import {
    /// The namespace.
    pub name: Ident,
    /// The path, relative to the file that imports it.
    pub path: Ident,
}

/// One parameter of the spec.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Param {
    /// Its name.
    pub name: Ident,
    /// Its value.
    pub value: Expr,
}

/// One input of the network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Input {
    /// Its name.
    pub name: Ident,
    /// `f32[N, 3, 224, 224]`.
    pub ty: TensorType,
}

/// The type of an input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TensorType {
    /// `f32` or `i64`.
    pub dtype: Ident,
    /// Sizes: numbers, parameters, expressions, or upper-case symbols.
    pub dims: Vec<Expr>,
    /// The whole type.
    #[serde(skip)]
    pub span: Span,
}

/// A block: a template whose every call has fresh weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Block {
    /// Its name.
    pub name: Ident,
    /// Its parameters in order.
    pub params: Vec<BlockParam>,
    /// What it stands for.
    pub body: Body,
    /// The declaration's head.
    #[serde(skip)]
    pub span: Span,
}

/// One parameter of a block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BlockParam {
    /// Its name.
    pub name: Ident,
    /// Its default: a value or a chain.
    pub default: Option<Expr>,
}

/// A tower: one set of weights, called as often as one likes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Tower {
    /// Its name.
    pub name: Ident,
    /// What it holds.
    pub body: TowerBody,
}

/// What a tower holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub enum TowerBody {
    /// The `net` of another spec, from its first input to its first output.
    Use(Ident),
    /// Statements written in place.
    Body(Body),
}

/// A sequence of statements.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Body {
    /// The statements in order.
    pub stmts: Vec<Stmt>,
    /// All of them.
    #[serde(skip)]
    pub span: Span,
}

/// One statement of a body.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub enum Stmt {
    /// `a(..) -> b(..) as name`.
    Chain(Chain),
    /// `add: {main: .., skip: ..}`: an op over named branches.
    Merge(Merge),
    /// `repeat(n): body`.
    Repeat(Repeat),
    /// `for (c, n, s) in stages: body`.
    For(For),
    /// Something that could not be read and was reported.
    #[schemars(skip)]
    Hole(#[serde(skip)] Span),
}

/// Calls, each reading the one before it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Chain {
    /// The links in order; never empty unless it is a hole.
    pub links: Vec<Link>,
    /// The whole chain.
    #[serde(skip)]
    pub span: Span,
}

/// One link of a chain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub enum Link {
    /// `@name`: go on from a named node. Only the first link may be one.
    Node(Ident),
    /// An op, a block, a tower, or a block's chain parameter.
    Call(Call),
    /// Something that could not be read and was reported.
    #[schemars(skip)]
    Hole(#[serde(skip)] Span),
}

/// One call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Call {
    /// `conv`, `bottleneck`, `names.block`.
    pub name: Ident,
    /// Its arguments in the order written.
    pub args: Vec<Arg>,
    /// `as layer{i}`: the name given to its node; a template.
    pub alias: Option<Ident>,
    /// Name, arguments and closing parenthesis.
    #[serde(skip)]
    pub span: Span,
}

/// One argument.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Arg {
    /// Its name, where it was given by name.
    pub name: Option<Ident>,
    /// Its value.
    pub value: Expr,
}

/// An op over named branches that all read the node before it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Merge {
    /// The op with its other arguments (`concat(axis=1)`), and `as`.
    pub call: Call,
    /// The branches in the order written.
    pub branches: Vec<Branch>,
    /// The statement.
    #[serde(skip)]
    pub span: Span,
}

/// One branch of a merge.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Branch {
    /// Its name, which is part of the paths beneath it.
    pub name: Ident,
    /// What it computes. An empty body, or the chain `identity`, passes its input on.
    pub body: Body,
}

/// A body several times over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Repeat {
    /// How often; zero is allowed.
    pub count: Expr,
    /// What is repeated.
    pub body: Body,
    /// `repeat(n)`.
    #[serde(skip)]
    pub span: Span,
}

/// A body once for each element of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct For {
    /// The names that an element is bound to; several take a list apart. `i` counts from 1.
    pub names: Vec<Ident>,
    /// The list.
    pub list: Expr,
    /// What is done for each.
    pub body: Body,
    /// `for (c, n, s) in stages`.
    #[serde(skip)]
    pub span: Span,
}

/// A name bound to an expression.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NamedExpr {
    /// The name.
    pub name: Ident,
    /// The expression.
    pub value: Expr,
}

/// One entry of a mapping.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Entry {
    /// The key.
    pub key: Ident,
    /// The value.
    pub value: Expr,
}

/// An expression or configuration value with its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it was written.
    #[serde(skip)]
    pub span: Span,
}

/// The kinds of expressions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub enum ExprKind {
    /// `null` (`~`) in YAML, `none` in the DSL.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// `64`.
    Int(i64),
    /// `1e-4`.
    Float(f64),
    /// A quoted string, or a plain word or path in a section where text is expected.
    Str(String),
    /// A bare name: a parameter, a node, a word such as `half`, or a chain of one op.
    Name(String),
    /// `@name`: a node, whatever else bears the name.
    Node(String),
    /// `5ep`, `500it`, `30min`.
    Quantity(f64, Unit),
    /// `[a, b]` or `(a, b)`.
    List(Vec<Expr>),
    /// `{key: value}`; only in sections.
    Map(Vec<Entry>),
    /// `-x`.
    Neg(Box<Expr>),
    /// `a * b`.
    Binary(BinOp, Box<Expr>, Box<Expr>),
    /// `min(a, b)`, `conv(64)`, `he_normal(fan=out)`: what it means depends on where it stands.
    Call(Box<Call>),
    /// A chain of two or more links, or one that begins with `@name`.
    Chain(Chain),
    /// Something that could not be read and was reported.
    Hole,
}

/// Units of lengths in a schedule, and of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Unit {
    /// `ep`: epochs.
    Epochs,
    /// `it`: optimizer steps.
    Steps,
    /// `s`.
    Seconds,
    /// `min`.
    Minutes,
    /// `h`.
    Hours,
}

impl Unit {
    /// Every unit with its spelling.
    const SPELLINGS: [(&'static str, Unit); 5] =
        [("ep", Unit::Epochs), ("it", Unit::Steps), ("s", Unit::Seconds), ("min", Unit::Minutes), ("h", Unit::Hours)];

    /// As it is written after a number.
    pub fn suffix(self) -> &'static str {
        match self {
            Unit::Epochs => "ep",
            Unit::Steps => "it",
            Unit::Seconds => "s",
            Unit::Minutes => "min",
            Unit::Hours => "h",
        }
    }

    /// The unit of this spelling.
    pub fn of_suffix(suffix: &str) -> Option<Unit> {
        Self::SPELLINGS.iter().find(|(spelling, _)| *spelling == suffix).map(|(_, unit)| *unit)
    }
}

/// Arithmetic operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum BinOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`: true division; a whole result of two integers is still a float.
    Div,
    /// `//`: floor division.
    FloorDiv,
    /// `%`: remainder with the sign of the divisor, as in Python.
    Rem,
}

impl BinOp {
    /// How it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            BinOp::Add => "+",
            BinOp::Sub => "-",
            BinOp::Mul => "*",
            BinOp::Div => "/",
            BinOp::FloorDiv => "//",
            BinOp::Rem => "%",
        }
    }
}

impl Expr {
    /// An expression of this kind at this place.
    pub fn new(kind: ExprKind, span: Span) -> Self {
        Self { kind, span }
    }
}

impl Spec {
    /// The section of this name.
    pub fn section(&self, name: &str) -> Option<&Expr> {
        self.sections.iter().find(|e| e.key.value == name).map(|e| &e.value)
    }
}
