//! Augmentations: their settings, and how a chain of them is read.

use serde::{Deserialize, Serialize};

use crate::diag::{Diagnostic, Sink, codes};
use crate::ops::attrs::{Args, Attr, AttrKind, Default, Size};
use crate::syntax::ast::{Call, Expr};

use super::fields::{self, Callable};

/// What an image is resized to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ResizeTo {
    /// Its short side to this many pixels; the aspect ratio stays.
    Short(usize),
    /// Height and width.
    Exact(usize, usize),
}

/// One step of the preparation of an image.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[allow(missing_docs)] // the fields are the arguments of `AUGMENTATIONS`, documented there
pub enum Augment {
    Resize { to: ResizeTo },
    Letterbox { height: usize, width: usize },
    CenterCrop { height: usize, width: usize },
    RandomCrop { height: usize, width: usize, pad: usize },
    RandomResizedCrop { height: usize, width: usize, scale: (f64, f64), ratio: (f64, f64) },
    Hflip { p: f64 },
    Vflip { p: f64 },
    Rotate { degrees: f64 },
    Affine { degrees: f64, translate: f64, scale: (f64, f64), shear: f64 },
    ColorJitter { brightness: f64, contrast: f64, saturation: f64, hue: f64 },
    Grayscale { p: f64 },
    Blur { sigma: (f64, f64) },
    Noise { std: f64 },
    Cutout { size: usize, p: f64 },
    Normalize { mean: Vec<f64>, std: Vec<f64> },
    Lighting { std: f64 },
    Mixup { alpha: f64, p: f64 },
    Cutmix { alpha: f64, p: f64 },
}

impl Augment {
    /// Its name in a chain.
    pub fn name(&self) -> &'static str {
        match self {
            Augment::Resize { .. } => "resize",
            Augment::CenterCrop { .. } => "center_crop",
            Augment::RandomCrop { .. } => "random_crop",
            Augment::RandomResizedCrop { .. } => "random_resized_crop",
            Augment::Hflip { .. } => "hflip",
            Augment::Vflip { .. } => "vflip",
            Augment::Rotate { .. } => "rotate",
            Augment::Affine { .. } => "affine",
            Augment::ColorJitter { .. } => "color_jitter",
            Augment::Grayscale { .. } => "grayscale",
            Augment::Blur { .. } => "blur",
            Augment::Noise { .. } => "noise",
            Augment::Cutout { .. } => "cutout",
            Augment::Normalize { .. } => "normalize",
            Augment::Lighting { .. } => "lighting",
            Augment::Mixup { .. } => "mixup",
            Augment::Cutmix { .. } => "cutmix",
            Augment::Letterbox { .. } => "letterbox",
        }
    }
}

const fn attr(name: &'static str, kind: AttrKind, default: Default, doc: &'static str) -> Attr {
    Attr { name, kind, default, doc }
}

const POSITIVE: AttrKind = AttrKind::Float { min: 0.0, max: f64::MAX };
const UNIT: AttrKind = AttrKind::Float { min: 0.0, max: 1.0 };
const DEGREES: AttrKind = AttrKind::Float { min: 0.0, max: 180.0 };
const SIZE: Attr =
    attr("size", AttrKind::Size { min: 1 }, Default::Required, "height and width: one number, or `[height, width]`");

const ALPHA: Attr = attr(
    "alpha",
    AttrKind::Float { min: 1e-3, max: 1e3 },
    Default::Float(1.0),
    "shares are drawn from the beta distribution of this twice",
);

const fn probability(default: f64) -> Attr {
    attr("p", UNIT, Default::Float(default), "how often it is done")
}

/// Means and deviations that data sets are known by, for pixels from 0 to 1.
const PRESETS: &[(&str, &[f64], &[f64])] = &[
    ("imagenet", &[0.485, 0.456, 0.406], &[0.229, 0.224, 0.225]),
    ("cifar10", &[0.4914, 0.4822, 0.4465], &[0.2470, 0.2435, 0.2616]),
    ("cifar100", &[0.5071, 0.4865, 0.4409], &[0.2673, 0.2564, 0.2762]),
    ("mnist", &[0.1307], &[0.3081]),
    ("unit", &[0.5], &[0.5]),
];

/// The steps of an augmentation chain.
pub static AUGMENTATIONS: &[Callable] = &[
    Callable {
        name: "resize",
        attrs: &[attr(
            "size",
            AttrKind::Size { min: 1 },
            Default::Required,
            "one number for the short side, or `[height, width]`",
        )],
        doc: "bilinear, with antialiasing where the image shrinks",
    },
    Callable {
        name: "letterbox",
        attrs: &[SIZE],
        doc: "resized to just fit, the aspect ratio kept, with grey around it",
    },
    Callable { name: "center_crop", attrs: &[SIZE], doc: "the middle; smaller images are resized up first" },
    Callable {
        name: "random_crop",
        attrs: &[SIZE, attr("pad", AttrKind::Int { min: 0 }, Default::Int(0), "zero pixels added to every side first")],
        doc: "a random place; `center_crop` in evaluation",
    },
    Callable {
        name: "random_resized_crop",
        attrs: &[
            SIZE,
            attr("scale", AttrKind::Floats, Default::Optional, "bounds of the part of the area; `[0.08, 1]`"),
            attr("ratio", AttrKind::Floats, Default::Optional, "bounds of width over height; `[0.75, 1.3333]`"),
        ],
        doc: "a random part, resized; in evaluation the short side is resized to 8/7 of the size and the middle is cropped",
    },
    Callable { name: "hflip", attrs: &[probability(0.5)], doc: "mirrored left to right" },
    Callable { name: "vflip", attrs: &[probability(0.5)], doc: "mirrored top to bottom" },
    Callable {
        name: "rotate",
        attrs: &[attr("degrees", DEGREES, Default::Required, "the greatest angle, either way")],
        doc: "about the centre; zero pixels come in",
    },
    Callable {
        name: "affine",
        attrs: &[
            attr("degrees", DEGREES, Default::Float(0.0), "the greatest angle, either way"),
            attr("translate", UNIT, Default::Float(0.0), "the greatest shift, as a part of the side"),
            attr("scale", AttrKind::Floats, Default::Optional, "bounds of the scale; `[1, 1]`"),
            attr(
                "shear",
                AttrKind::Float { min: 0.0, max: 80.0 },
                Default::Float(0.0),
                "the greatest shear in degrees",
            ),
        ],
        doc: "rotation, shift, scale and shear in one",
    },
    Callable {
        name: "color_jitter",
        attrs: &[
            attr("brightness", POSITIVE, Default::Float(0.0), "factor from `1 - x` to `1 + x`"),
            attr("contrast", POSITIVE, Default::Float(0.0), "factor from `1 - x` to `1 + x`"),
            attr("saturation", POSITIVE, Default::Float(0.0), "factor from `1 - x` to `1 + x`"),
            attr("hue", AttrKind::Float { min: 0.0, max: 0.5 }, Default::Float(0.0), "turn of the colour circle"),
        ],
        doc: "brightness, contrast, saturation and hue, in this order",
    },
    Callable { name: "grayscale", attrs: &[probability(0.1)], doc: "grey in all channels" },
    Callable {
        name: "blur",
        attrs: &[attr("sigma", AttrKind::Floats, Default::Optional, "bounds of the deviation in pixels; `[0.1, 2]`")],
        doc: "Gaussian blur",
    },
    Callable {
        name: "noise",
        attrs: &[attr("std", POSITIVE, Default::Required, "the deviation, as a part of white")],
        doc: "normal noise on every value",
    },
    Callable {
        name: "cutout",
        attrs: &[attr("size", AttrKind::Int { min: 1 }, Default::Required, "the side of the square"), probability(1.0)],
        doc: "a square of zero pixels at a random place",
    },
    Callable {
        name: "lighting",
        attrs: &[attr("std", POSITIVE, Default::Float(0.1), "the deviation of the magnitudes")],
        doc: "multiples of the principal components of the data set's colours are added, as in AlexNet; three channels",
    },
    Callable {
        name: "mixup",
        attrs: &[ALPHA, probability(1.0)],
        doc: "the weighted mean of each example and another one of its batch, and of their labels; after all other steps",
    },
    Callable {
        name: "cutmix",
        attrs: &[ALPHA, probability(1.0)],
        doc: "a box of another example of the batch in each, with labels by area; after all other steps",
    },
    Callable {
        name: "normalize",
        attrs: &[
            attr(
                "preset",
                AttrKind::Choice(&["imagenet", "cifar10", "cifar100", "mnist", "unit"]),
                Default::Optional,
                "the numbers of a known data set; `unit` maps 0..1 to -1..1",
            ),
            attr("mean", AttrKind::Floats, Default::Optional, "for each channel, or one for all"),
            attr("std", AttrKind::Floats, Default::Optional, "for each channel, or one for all"),
        ],
        doc: "`(x - mean) / std`; also in evaluation",
    },
];

/// Reads a chain of steps. `what` is the setting without backticks.
pub(super) fn chain(what: &str, expr: &Expr, sink: &mut Sink) -> Vec<Augment> {
    let calls = fields::calls(what, expr, sink);
    calls.iter().filter_map(|call| step(call, sink)).collect()
}

fn step(call: &Call, sink: &mut Sink) -> Option<Augment> {
    if call.name.value == "none" && call.args.is_empty() {
        return None;
    }
    let (name, args) = fields::pick("augmentation", codes::UNKNOWN_AUGMENTATION, AUGMENTATIONS, call, sink)?;
    let number = |name| args.float(name).unwrap_or(0.0);
    let p = number("p");
    Some(match name {
        "resize" => Augment::Resize {
            to: match args.size("size")? {
                Size::All(side) => ResizeTo::Short(limited(call, "size", side, sink)?),
                Size::Each(_) => {
                    let (height, width) = area(call, &args, sink)?;
                    ResizeTo::Exact(height, width)
                }
            },
        },
        "letterbox" => {
            let (height, width) = area(call, &args, sink)?;
            Augment::Letterbox { height, width }
        }
        "center_crop" => {
            let (height, width) = area(call, &args, sink)?;
            Augment::CenterCrop { height, width }
        }
        "random_crop" => {
            let (height, width) = area(call, &args, sink)?;
            Augment::RandomCrop { height, width, pad: limited(call, "pad", args.usize("pad")?, sink)? }
        }
        "random_resized_crop" => {
            let (height, width) = area(call, &args, sink)?;
            let scale = bounds(call, &args, "scale", (0.08, 1.0), sink)?;
            Augment::RandomResizedCrop {
                height,
                width,
                scale,
                ratio: bounds(call, &args, "ratio", (0.75, 4.0 / 3.0), sink)?,
            }
        }
        "hflip" => Augment::Hflip { p },
        "vflip" => Augment::Vflip { p },
        "rotate" => Augment::Rotate { degrees: number("degrees") },
        "affine" => Augment::Affine {
            degrees: number("degrees"),
            translate: number("translate"),
            scale: bounds(call, &args, "scale", (1.0, 1.0), sink)?,
            shear: number("shear"),
        },
        "color_jitter" => Augment::ColorJitter {
            brightness: number("brightness"),
            contrast: number("contrast"),
            saturation: number("saturation"),
            hue: number("hue"),
        },
        "grayscale" => Augment::Grayscale { p },
        "blur" => Augment::Blur { sigma: bounds(call, &args, "sigma", (0.1, 2.0), sink)? },
        "noise" => Augment::Noise { std: number("std") },
        "lighting" => Augment::Lighting { std: number("std") },
        "mixup" => Augment::Mixup { alpha: number("alpha"), p },
        "cutmix" => Augment::Cutmix { alpha: number("alpha"), p },
        "cutout" => Augment::Cutout { size: args.usize("size")?, p },
        _ => normalize(call, &args, sink)?,
    })
}

/// The greatest side that a step may ask for: a slip of the hand must not fill the memory.
const MAX_SIDE: usize = 16_384;

fn limited(call: &Call, name: &str, value: usize, sink: &mut Sink) -> Option<usize> {
    if value > MAX_SIDE {
        sink.push(wrong(call, name, &format!("is at most {MAX_SIDE}")));
        return None;
    }
    Some(value)
}

fn area(call: &Call, args: &Args, sink: &mut Sink) -> Option<(usize, usize)> {
    let Some([height, width]) =
        args.size("size").and_then(|s| s.expand(2)).and_then(|s| <[usize; 2]>::try_from(s).ok())
    else {
        sink.push(wrong(call, "size", "is one number, or `[height, width]`"));
        return None;
    };
    limited(call, "size", height.max(width), sink).map(|_| (height, width))
}

/// Two positive numbers in order.
fn bounds(call: &Call, args: &Args, name: &'static str, default: (f64, f64), sink: &mut Sink) -> Option<(f64, f64)> {
    match args.floats(name).as_deref() {
        None => Some(default),
        Some([low, high]) if *low > 0.0 && low <= high => Some((*low, *high)),
        Some(_) => {
            sink.push(wrong(call, name, "is a list of two positive numbers, the smaller first"));
            None
        }
    }
}

fn normalize(call: &Call, args: &Args, sink: &mut Sink) -> Option<Augment> {
    let preset = args.word("preset").and_then(|name| PRESETS.iter().find(|(n, ..)| *n == name));
    let (mean, std) = match (preset, args.floats("mean"), args.floats("std")) {
        (Some((_, mean, std)), None, None) => (mean.to_vec(), std.to_vec()),
        (None, Some(mean), Some(std)) => (mean, std),
        _ => {
            let help = "is given as `normalize(imagenet)`, or as `normalize(mean=[...], std=[...])`";
            sink.push(wrong(call, "normalize", help));
            return None;
        }
    };
    if mean.is_empty() || mean.len() != std.len() {
        sink.push(wrong(call, "mean", "and `std` are lists of the same length, with one number for each channel"));
        return None;
    }
    if std.iter().any(|s| *s <= 0.0) {
        sink.push(wrong(call, "std", "is greater than zero"));
        return None;
    }
    Some(Augment::Normalize { mean, std })
}

fn wrong(call: &Call, name: &str, rule: &str) -> Diagnostic {
    Diagnostic::error(codes::BAD_ARGUMENT, format!("`{name}` of `{}` {rule}", call.name.value))
        .label(call.span, format!("`{name}` does not fit"))
}
