//! The `data` section.

use serde::{Deserialize, Serialize};

use crate::diag::{Sink, codes};
use crate::ops::attrs::AttrKind;
use crate::source::{Span, Spanned};
use crate::syntax::ast::{Expr, ExprKind, Ident};

use super::fields::{self, Fields, Key, Kind};
use super::sampler::{self, Sampler};

/// Where examples come from and what their pixels become.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DataConfig {
    /// The kind of the data set.
    pub kind: DataKind,
    /// One folder or file for all parts.
    pub path: Option<Ident>,
    /// The training part.
    pub train: Option<PartPath>,
    /// The validation part.
    pub val: Option<PartPath>,
    /// The test part.
    pub test: Option<PartPath>,
    /// Parts that are taken from the training part.
    pub split: Option<Split>,
    /// How images make up examples.
    pub sampler: Sampler,
    /// What to do with an example that cannot be read.
    pub on_bad: OnBad,
    /// The factor of a pixel's 8-bit value; `None`: 1/255, and 1 for arrays of floats.
    pub scale: Option<f64>,
    /// Taken off the scaled pixels, for each channel or one for all; empty for none.
    pub mean: Vec<f64>,
    /// Divides the pixels afterwards, for each channel or one for all; empty for none.
    pub std: Vec<f64>,
    /// The order of channels; `None`: by the network's number of channels.
    pub color: Option<Color>,
    /// Height and width that every image is resized to before anything else.
    pub size: Option<(usize, usize)>,
    /// Names of the classes, in the order of their labels; empty where the data tell.
    pub classes: Vec<String>,
    /// MiB of decoded images that are kept in memory.
    pub cache: usize,
    /// Where the section stands.
    #[serde(skip)]
    pub span: Span,
}

/// The kinds of data sets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DataKind {
    /// Whatever lies at `path`, told by its layout.
    Auto,
    /// Digits drawn by the program.
    Digits {
        /// Training examples.
        train: usize,
        /// Test examples.
        test: usize,
        /// The seed of the drawing.
        seed: u64,
    },
    /// Pictures of shapes with boxes, drawn by the program.
    Shapes {
        /// Training examples.
        train: usize,
        /// Test examples.
        test: usize,
        /// The seed of the drawing.
        seed: u64,
    },
    /// Pictures with boxes in COCO's JSON files.
    Coco,
    /// Pictures with boxes in the XML files of Pascal VOC.
    Voc,
    /// Pictures with boxes in Darknet's text files.
    Darknet,
    /// IDX files, as MNIST has them.
    Idx,
    /// CIFAR-10's binary files.
    Cifar10,
    /// CIFAR-100's binary files.
    Cifar100 {
        /// The 20 superclasses instead of the 100 classes.
        coarse: bool,
    },
    /// Image files.
    ImageFolder {
        /// Where the label comes from.
        label: LabelFrom,
    },
    /// Lists of image files, in CSV or TSV.
    List {
        /// What a row holds.
        of: ListOf,
    },
    /// Tar shards as webdataset has them.
    Shards,
    /// Arrays in npy or npz files.
    Arrays {
        /// The name of the images in an npz file; `None`: `images`, `x`, `x_train`, ... .
        images: Option<String>,
        /// The name of the labels in an npz file; `None`: `labels`, `y`, `y_train`, ... .
        labels: Option<String>,
        /// The order of axes of images.
        layout: Option<Layout>,
    },
}

/// What a row of a list holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ListOf {
    /// An image and its label.
    Images,
    /// Two images, and whether they show the same.
    Pairs,
    /// An anchor, another image of the same, and one of another.
    Triplets,
}

/// Where an image file's label comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LabelFrom {
    /// The folder where there are class folders, else the number that begins the file's name.
    Auto,
    /// The name of the folder.
    Folder,
    /// The first group of a regular expression on the file's name.
    Pattern(Ident),
}

/// The order of axes of images in an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Layout {
    /// Channels before height and width.
    Nchw,
    /// Channels last.
    Nhwc,
}

/// The order of colour channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Color {
    /// Red, green, blue.
    Rgb,
    /// Blue, green, red, as Caffe's networks have it.
    Bgr,
    /// One channel of luma.
    Gray,
}

/// What to do with an example that cannot be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnBad {
    /// Stop, naming it.
    #[default]
    Stop,
    /// Leave it out and count it.
    Skip,
}

/// Parts that are taken from the training part by a draw.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Split {
    /// The part that becomes the validation set.
    pub val: f64,
    /// The part that becomes the test set.
    pub test: f64,
    /// The seed of the draw.
    pub seed: u64,
    /// What is drawn.
    pub by: SplitBy,
}

/// What the draws of a split take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SplitBy {
    /// Single examples.
    #[default]
    Example,
    /// Whole classes, so that the parts have none in common.
    Class,
    /// The same share of the examples of every class.
    Within,
}

/// Where a part lies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum PartPath {
    /// A folder or a file.
    One(Ident),
    /// Images and labels in files of their own.
    Pair {
        /// The images.
        images: Ident,
        /// The labels.
        labels: Ident,
    },
}

const WORD: Kind = Kind::Value(AttrKind::Word);
const PART: Kind = Kind::Nested("a path, or `{images: ..., labels: ...}`");
const KINDS: &[&str] = &[
    "auto",
    "synthetic",
    "digits",
    "mnist",
    "idx",
    "cifar10",
    "cifar100",
    "image_folder",
    "manifest",
    "pairs",
    "triplets",
    "tar",
    "npy",
    "npz",
    "shapes",
    "coco",
    "voc",
    "darknet",
];

/// The settings of `data`.
pub static DATA: &[Key] = &[
    Key {
        name: "kind",
        kind: Kind::Value(AttrKind::Choice(KINDS)),
        doc: "the kind of data set; `auto`: by what lies at `path`",
    },
    Key { name: "name", kind: Kind::Value(AttrKind::Choice(&["digits"])), doc: "which synthetic set" },
    Key { name: "path", kind: WORD, doc: "the folder or file of all parts" },
    Key { name: "train", kind: PART, doc: "the training part; for `synthetic` and `shapes`, how many examples" },
    Key { name: "val", kind: PART, doc: "the validation part" },
    Key { name: "test", kind: PART, doc: "the test part; for `synthetic` and `shapes`, how many examples" },
    Key {
        name: "split",
        kind: Kind::Nested("a mapping"),
        doc: "parts drawn from the training part: `{val: 0.1, seed: 0}`",
    },
    Key {
        name: "sampler",
        kind: Kind::Nested("a sampler"),
        doc: "how images make up examples: `pk(people=8, images=4)`",
    },
    Key { name: "label", kind: WORD, doc: "of image files: `folder`, or a regular expression with one group" },
    Key { name: "coarse", kind: Kind::Value(AttrKind::Bool), doc: "of `cifar100`: the 20 superclasses" },
    Key { name: "images", kind: WORD, doc: "of `npz`: the name of the images" },
    Key { name: "labels", kind: WORD, doc: "of `npz`: the name of the labels" },
    Key { name: "layout", kind: Kind::Value(AttrKind::Choice(&["nchw", "nhwc"])), doc: "of arrays: the order of axes" },
    Key {
        name: "seed",
        kind: Kind::Value(AttrKind::Int { min: 0 }),
        doc: "of `synthetic` and `shapes`: the seed of the drawing",
    },
    Key {
        name: "on_bad",
        kind: Kind::Value(AttrKind::Choice(&["stop", "skip"])),
        doc: "what to do with a damaged file",
    },
    Key {
        name: "scale",
        kind: Kind::Value(AttrKind::Float { min: 0.0, max: f64::MAX }),
        doc: "the factor of a pixel's 8-bit value; 1/255",
    },
    Key { name: "mean", kind: Kind::Value(AttrKind::Floats), doc: "taken off the scaled pixels, for each channel" },
    Key { name: "std", kind: Kind::Value(AttrKind::Floats), doc: "divides the pixels, for each channel" },
    Key { name: "color", kind: Kind::Value(AttrKind::Choice(&["rgb", "bgr", "gray"])), doc: "the order of channels" },
    Key { name: "size", kind: Kind::Value(AttrKind::Size { min: 1 }), doc: "what every image is resized to first" },
    Key {
        name: "classes",
        kind: Kind::Nested("a list of names"),
        doc: "names of the classes, in the order of their labels",
    },
    Key { name: "cache", kind: Kind::Value(AttrKind::Int { min: 0 }), doc: "MiB of decoded images that are kept; 512" },
];

/// The settings of `data.split`.
pub static SPLIT: &[Key] = &[
    Key { name: "val", kind: Kind::Value(FRACTION), doc: "the part that becomes the validation set" },
    Key { name: "test", kind: Kind::Value(FRACTION), doc: "the part that becomes the test set" },
    Key { name: "seed", kind: Kind::Value(AttrKind::Int { min: 0 }), doc: "the seed of the draw; 0" },
    Key {
        name: "by",
        kind: Kind::Value(AttrKind::Choice(&["example", "class", "within"])),
        doc: "what is drawn: single examples, whole classes such as people, or the same share within each class; `example`",
    },
];
const FRACTION: AttrKind = AttrKind::Float { min: 0.0, max: 0.9 };

/// The settings of a part that is given as two files.
pub static PAIR: &[Key] = &[
    Key { name: "images", kind: WORD, doc: "the file of the images" },
    Key { name: "labels", kind: WORD, doc: "the file of the labels" },
];

/// MiB of decoded images that are kept where nothing else is said.
pub const DEFAULT_CACHE: usize = 512;

impl DataConfig {
    /// Everything by default: what `--data PATH` means for a spec without a `data` section.
    pub fn auto() -> Self {
        Self {
            kind: DataKind::Auto,
            path: None,
            train: None,
            val: None,
            test: None,
            split: None,
            sampler: Sampler::Each,
            on_bad: OnBad::Stop,
            scale: None,
            mean: Vec::new(),
            std: Vec::new(),
            color: None,
            size: None,
            classes: Vec::new(),
            cache: DEFAULT_CACHE,
            span: Span::default(),
        }
    }
}

/// Reads the section.
pub(super) fn read(expr: &Expr, sink: &mut Sink) -> Option<DataConfig> {
    let errors = sink.error_count();
    let fields = Fields::read("data", DATA, expr, sink)?;
    let kind = kind(&fields, sink);
    let synthetic = matches!(kind, Some(DataKind::Digits { .. } | DataKind::Shapes { .. }));
    let mut part = |name| match synthetic {
        true => None,
        false => fields.expr(name).and_then(|e| part(name, e, sink)),
    };
    let (train, val, test) = (part("train"), part("val"), part("test"));
    let split = fields.expr("split").and_then(|e| split(e, sink));
    let sampler = fields.expr("sampler").and_then(|e| sampler::read(e, sink)).unwrap_or_default();
    let size = fields.area("size", sink);
    let classes = fields.expr("classes").map(|e| classes(e, sink)).unwrap_or_default();
    let (mean, std) = (fields.numbers("mean").unwrap_or_default(), fields.numbers("std").unwrap_or_default());
    check_numbers(&fields, &mean, &std, sink);
    if sink.error_count() > errors {
        return None;
    }
    let is = |name: &str, word: &str| fields.word(name).is_some_and(|w| w.value == word);
    Some(DataConfig {
        kind: kind?,
        path: fields.word("path"),
        train,
        val,
        test,
        split,
        sampler,
        on_bad: if is("on_bad", "skip") { OnBad::Skip } else { OnBad::Stop },
        scale: fields.number("scale"),
        mean,
        std,
        color: fields.word("color").map(|w| match w.value.as_str() {
            "rgb" => Color::Rgb,
            "bgr" => Color::Bgr,
            _ => Color::Gray,
        }),
        size,
        classes,
        cache: fields.size("cache").unwrap_or(DEFAULT_CACHE),
        span: fields.span,
    })
}

fn kind(fields: &Fields<'_>, sink: &mut Sink) -> Option<DataKind> {
    let word = fields.word("kind");
    let name = match &word {
        Some(word) => word.value.as_str(),
        None if fields.expr("path").is_some() || fields.expr("train").is_some() => "auto",
        None if fields.expr("name").is_some() => "synthetic",
        None => {
            fields.missing("kind", "kind: image_folder", sink);
            return None;
        }
    };
    let text = |name: &str| fields.word(name).map(|w| w.value);
    let kind = match name {
        "synthetic" | "digits" => DataKind::Digits {
            train: count(fields, "train", 10_000, sink)?,
            test: count(fields, "test", 2_000, sink)?,
            seed: fields.size("seed").unwrap_or(0) as u64,
        },
        "shapes" => DataKind::Shapes {
            train: count(fields, "train", 2_000, sink)?,
            test: count(fields, "test", 400, sink)?,
            seed: fields.size("seed").unwrap_or(0) as u64,
        },
        "coco" => DataKind::Coco,
        "voc" => DataKind::Voc,
        "darknet" => DataKind::Darknet,
        "mnist" | "idx" => DataKind::Idx,
        "cifar10" => DataKind::Cifar10,
        "cifar100" => DataKind::Cifar100 { coarse: fields.flag("coarse").unwrap_or(false) },
        "image_folder" => DataKind::ImageFolder { label: label(fields, sink)? },
        "manifest" => DataKind::List { of: ListOf::Images },
        "pairs" => DataKind::List { of: ListOf::Pairs },
        "triplets" => DataKind::List { of: ListOf::Triplets },
        "tar" => DataKind::Shards,
        "npy" | "npz" => DataKind::Arrays {
            images: text("images"),
            labels: text("labels"),
            layout: text("layout").map(|w| if w == "nchw" { Layout::Nchw } else { Layout::Nhwc }),
        },
        _ => DataKind::Auto,
    };
    let needs_path = !matches!(kind, DataKind::Digits { .. } | DataKind::Shapes { .. });
    if needs_path && fields.expr("path").is_none() && fields.expr("train").is_none() {
        fields.missing("path", "path: data", sink);
    }
    Some(kind)
}

/// How many synthetic examples a part has.
fn count(fields: &Fields<'_>, name: &str, default: usize, sink: &mut Sink) -> Option<usize> {
    let Some(expr) = fields.expr(name) else { return Some(default) };
    match expr.kind {
        ExprKind::Int(n) if (1..=1_000_000).contains(&n) => usize::try_from(n).ok(),
        _ => {
            let expected = "how many examples to draw, from 1 to 1000000";
            sink.push(fields::bad(&format!("data.{name}"), expected, expr, None));
            None
        }
    }
}

fn label(fields: &Fields<'_>, sink: &mut Sink) -> Option<LabelFrom> {
    let Some(word) = fields.word("label") else { return Some(LabelFrom::Auto) };
    match word.value.as_str() {
        "folder" => Some(LabelFrom::Folder),
        "auto" => Some(LabelFrom::Auto),
        pattern => match label_pattern(pattern) {
            Ok(_) => Some(LabelFrom::Pattern(word)),
            Err(reason) => {
                sink.push(
                    crate::diag::Diagnostic::error(
                        codes::BAD_SETTING,
                        format!("`data.label` takes `folder` or a regular expression, found `{pattern}`"),
                    )
                    .label(word.span, reason)
                    .help("write such as `label: \"^(\\\\d+)\"`: the group is the label"),
                );
                None
            }
        },
    }
}

/// The regular expression that takes a label from a file's name; the error says what is wrong.
pub fn label_pattern(pattern: &str) -> Result<regex::Regex, String> {
    let regex = regex::RegexBuilder::new(pattern).size_limit(1 << 20).build().map_err(|e| {
        let text = e.to_string();
        text.lines().last().unwrap_or("not a regular expression").trim_start_matches("error: ").to_string()
    })?;
    match regex.captures_len() {
        0 | 1 => Err("it has no group, which would be the label".to_string()),
        _ => Ok(regex),
    }
}

fn part(name: &str, expr: &Expr, sink: &mut Sink) -> Option<PartPath> {
    let what = format!("data.{name}");
    match &expr.kind {
        ExprKind::Str(path) | ExprKind::Name(path) => Some(PartPath::One(Spanned::new(path.clone(), expr.span))),
        ExprKind::Map(_) => {
            let fields = Fields::read(&what, PAIR, expr, sink)?;
            for key in ["images", "labels"] {
                if fields.expr(key).is_none() {
                    fields.missing(key, &format!("{key}: {name}-{key}.npy"), sink);
                }
            }
            Some(PartPath::Pair { images: fields.word("images")?, labels: fields.word("labels")? })
        }
        ExprKind::Hole => None,
        _ => {
            sink.push(fields::bad(&what, "a path, or `{images: ..., labels: ...}`", expr, None));
            None
        }
    }
}

fn split(expr: &Expr, sink: &mut Sink) -> Option<Split> {
    let fields = Fields::read("data.split", SPLIT, expr, sink)?;
    let fraction = |name| fields.number(name).unwrap_or(0.0);
    let (val, test) = (fraction("val"), fraction("test"));
    if val + test >= 1.0 {
        fields.conflict("val", "test", "together they leave nothing to train on", sink);
        return None;
    }
    let by = match fields.word("by").as_ref().map(|w| w.value.as_str()) {
        Some("class") => SplitBy::Class,
        Some("within") => SplitBy::Within,
        _ => SplitBy::Example,
    };
    Some(Split { val, test, seed: fields.size("seed").unwrap_or(0) as u64, by })
}

fn classes(expr: &Expr, sink: &mut Sink) -> Vec<String> {
    let ExprKind::List(items) = &expr.kind else {
        sink.push(fields::bad("data.classes", "a list of names", expr, None));
        return Vec::new();
    };
    let mut names: Vec<String> = Vec::new();
    for item in items {
        match &item.kind {
            ExprKind::Str(name) | ExprKind::Name(name) => names.push(name.clone()),
            ExprKind::Int(name) => names.push(name.to_string()),
            ExprKind::Hole => {}
            _ => sink.push(fields::bad("data.classes", "a list of names", item, None)),
        }
    }
    names
}

fn check_numbers(fields: &Fields<'_>, mean: &[f64], std: &[f64], sink: &mut Sink) {
    let fits = |n: usize| matches!(n, 0 | 1 | 3);
    for (name, list) in [("mean", mean), ("std", std)] {
        if let (false, Some(expr)) = (fits(list.len()), fields.expr(name)) {
            sink.push(fields::bad(
                &format!("data.{name}"),
                "one number, or one for each of three channels",
                expr,
                None,
            ));
        }
    }
    if let (true, Some(expr)) = (std.iter().any(|s| *s <= 0.0), fields.expr("std")) {
        sink.push(fields::bad("data.std", "numbers greater than zero", expr, None));
    }
}
