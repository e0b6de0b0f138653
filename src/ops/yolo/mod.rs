//! Detection: the losses of YOLO heads, and how heads are read.
//!
//! Both forms take a head `[N, anchors x (5 + classes), H, W]` and the boxes of each picture. They
//! are the losses whose gradients are the deltas of Darknet's `region` (v2) and `yolo` (v3) layers:
//! Darknet takes `target - s(t)` for the delta of a logistic output, which is the gradient of the
//! cross entropy, where the papers speak of squared errors. With `b(t, y)` for the cross entropy of
//! `s(t)` with `y`, an anchor that has to find an object of centre `(x, y)` and size `(w, h)` adds
//!
//! ```text
//! coord (2 - w h) (b(t_x, W x - j) + b(t_y, H y - i) + (t_w - ln(W w / p_w))^2 / 2 + (t_h - ln(H h / p_h))^2 / 2)
//! + object b(t_o, 1, or the overlap of prediction and object with `rescore`)
//! + class (cross entropy of the softmax, or the sum of b over all classes)
//! ```
//!
//! and every other anchor `no_object b(t_o, 0)`, unless its prediction overlaps some object by more
//! than `ignore`. The factor `2 - w h` makes small objects count; it is Darknet's. Not taken over:
//! v2's pull towards the anchors during the first 12,800 pictures, and several classes for one box.

mod head;
mod kernel;
mod rect;

use rand_chacha::ChaCha8Rng;

use crate::diag::{Diagnostic, Sink, codes};
use crate::random;
use crate::shape::{Fact, Shape};
use crate::source::Span;

use super::attrs::{Args, Attr, AttrKind, Default};
use super::emit::{self, Dfdx, Unsupported};
use super::facts::{self, parameterless};
use super::lower::{LowerCx, Lowered};
use super::{Inputs, OpInfo, Operator, ParamSpec, Reach, Role, Sample, ShapeError};

pub use head::{Candidate, Head};
pub use rect::{Rect, shape_iou};

use kernel::{LABEL, YoloKernel};

/// What both forms have in common.
#[derive(Clone, Debug, PartialEq)]
pub struct Yolo {
    /// How the head is read.
    pub head: Head,
    /// The anchors of all heads of the network in cells of this one.
    pub all: Vec<[f64; 2]>,
    /// Which of them are this head's.
    pub mask: Vec<usize>,
    /// The overlap with an object above which a prediction is not held to be wrong.
    pub ignore: f32,
    /// The weight of the boxes' places and sizes.
    pub coord: f32,
    /// The weight of the objectness where there is an object.
    pub object: f32,
    /// The weight of the objectness where there is none.
    pub no_object: f32,
    /// The weight of the classes.
    pub class: f32,
    /// Whether the objectness of an object is its overlap with the prediction, else 1.
    pub rescore: bool,
}

const WEIGHT: AttrKind = AttrKind::Float { min: 0.0, max: 1e6 };

const CLASSES: Attr = Attr {
    name: "classes",
    kind: AttrKind::Int { min: 1 },
    default: Default::Required,
    doc: "how many classes there are",
};

const fn weight(name: &'static str, default: f64, doc: &'static str) -> Attr {
    Attr { name, kind: WEIGHT, default: Default::Float(default), doc }
}

const fn ignore(default: f64) -> Attr {
    Attr {
        name: "ignore",
        kind: AttrKind::Float { min: 0.0, max: 1.0 },
        default: Default::Float(default),
        doc: "the overlap with an object above which a prediction is not held to be wrong",
    }
}

impl Yolo {
    /// From the arguments of a call. Anchors are in units of `1 / cell` of a cell.
    fn build(op: &str, args: &Args, call: Span, cell: f64, softmax: bool, sink: &mut Sink) -> Option<Self> {
        let bad = |name: &str, message: String, expected: &str| {
            Diagnostic::error(codes::BAD_ARGUMENT, message).label(args.span(name).unwrap_or(call), expected.to_string())
        };
        let numbers = args.floats("anchors")?;
        if numbers.is_empty() || numbers.len() % 2 == 1 || numbers.iter().any(|n| *n <= 0.0) {
            let message = format!("`anchors` of `{op}` takes widths and heights in pairs, all greater than 0");
            sink.push(
                bad("anchors", message, "expected `[w1, h1, w2, h2, ...]`")
                    .help("`blockprint detect anchors` finds them from the boxes of a data set"),
            );
            return None;
        }
        let all: Vec<[f64; 2]> = numbers.chunks_exact(2).map(|pair| [pair[0] / cell, pair[1] / cell]).collect();
        let given = args.ints("mask");
        let mask: Vec<usize> = match &given {
            None => (0..all.len()).collect(),
            Some(list) => list.iter().filter_map(|i| usize::try_from(*i).ok()).filter(|i| *i < all.len()).collect(),
        };
        let distinct: std::collections::HashSet<_> = mask.iter().collect();
        if mask.is_empty() || distinct.len() != given.as_ref().map_or(mask.len(), Vec::len) {
            let message = format!("`mask` of `{op}` takes distinct anchors by number, from 0 to {}", all.len() - 1);
            sink.push(bad("mask", message, "expected such as `[0, 1, 2]`"));
            return None;
        }
        let float = |name: &str| args.float(name).map(|v| v as f32);
        Some(Yolo {
            head: Head {
                classes: args.usize("classes")?,
                anchors: mask.iter().map(|i| all[*i]).collect(),
                softmax,
            },
            all,
            mask,
            ignore: float("ignore")?,
            coord: float("coord")?,
            object: float("object")?,
            no_object: float("no_object")?,
            class: float("class")?,
            rescore: args.bool("rescore"),
        })
    }

    fn infer(&self, op: &str, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        facts::all_floats(op, inputs)?;
        facts::image(op, &inputs[0])?;
        let (head, boxes) = (&inputs[0], &inputs[1]);
        let (anchors, classes) = (self.head.anchors.len(), self.head.classes);
        let wanted = self.head.channels().ok_or_else(|| {
            let message = format!("`anchors x (5 + classes)` of `{op}` is beyond what can be computed with");
            ShapeError::new(codes::SIZE_OVERFLOW, message).attr("classes")
        })?;
        if head.shape[1].never_equals(&wanted) {
            let message = format!(
                "`{op}` with {anchors} anchors and {classes} classes reads anchors x (5 + classes) = {wanted} channels, but the head has {}: `{head}`",
                head.shape[1]
            );
            return Err(ShapeError::new(codes::SHAPE_MISMATCH, message).inputs(&[0]).want(0, 1, wanted));
        }
        let fits = boxes.rank() == 3 && !boxes.shape[2].never_equals(&LABEL.into());
        if !fits {
            let message = format!("the boxes of `{op}` are `[N, M, 5]`: class, centre and size of up to M boxes, but this is `{boxes}`");
            return Err(ShapeError::new(codes::WRONG_RANK, message)
                .inputs(&[1])
                .help("declare them as an input, such as `boxes: f32[N, 50, 5]`"));
        }
        if head.shape[0].never_equals(&boxes.shape[0]) {
            return Err(facts::disagree(op, inputs, (0, 0), (1, 0)));
        }
        Ok(Fact::f32(Vec::new()))
    }

    /// It as Rust over `ops`.
    fn constructor(&self) -> String {
        let Head { classes, anchors, softmax } = &self.head;
        let Yolo { all, mask, ignore, coord, object, no_object, class, rescore, .. } = self;
        format!(
            "ops::yolo::Yolo {{ head: ops::yolo::Head {{ classes: {classes}, anchors: vec!{anchors:?}, softmax: {softmax} }}, \
             all: vec!{all:?}, mask: vec!{mask:?}, ignore: {ignore:?}, coord: {coord:?}, object: {object:?}, \
             no_object: {no_object:?}, class: {class:?}, rescore: {rescore} }}"
        )
    }

    fn lower(&self, inputs: &[Fact]) -> Lowered {
        let (head, boxes) = (inputs[0].sizes(), inputs[1].sizes());
        let sizes = [head[0], head[2], head[3], boxes[1]];
        Lowered::Kernel(Box::new(YoloKernel { yolo: self.clone(), sizes }))
    }

    /// A random instance. The overlap is a constant to the gradient, so it is no target here.
    fn sample(softmax: bool, rng: &mut ChaCha8Rng) -> (Self, Vec<Fact>) {
        let mut size = |n| 1 + random::below(rng, n) as usize;
        let (n, height, width, boxes, classes) = (size(3), size(3), size(3), size(3), size(3));
        let all = vec![[0.4, 0.7], [1.5, 0.8], [0.9, 1.1]];
        let mask = if softmax { vec![0, 1, 2] } else { vec![0, 2] };
        let head = Head { classes, anchors: mask.iter().map(|i| all[*i]).collect(), softmax };
        let shape = [n, head.anchors.len() * (head::BOX + classes), height, width];
        let facts = vec![Fact::f32(Shape::of(&shape)), Fact::f32(Shape::of(&[n, boxes, LABEL]))];
        let weights = [0.7, 1.5, 0.5, 1.2];
        let [coord, object, no_object, class] = weights;
        (Yolo { head, all, mask, ignore: 0.9, coord, object, no_object, class, rescore: false }, facts)
    }
}

macro_rules! forms {
    ($(
        $(#[doc = $about:literal])*
        $op:ident {
            name: $name:literal, also: [$($also:literal),*], doc: $doc:literal, example: $example:literal,
            attrs: [$($attr:expr),* $(,)?], cell: $cell:expr, softmax: $softmax:literal,
        }
    )*) => {$(
        $(#[doc = $about])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $op(pub Yolo);

        impl Operator for $op {
            const INFO: OpInfo = OpInfo {
                name: $name,
                also_known_as: &[$($also),*],
                doc: $doc,
                inputs: Inputs::Named(&["head", "boxes"]),
                attrs: &[$($attr),*],
                role: Role::Loss,
                example: $example,
            };

            fn build(args: &Args, call: Span, sink: &mut Sink) -> Option<Self> {
                let cell: fn(&Args) -> Option<f64> = $cell;
                Yolo::build($name, args, call, cell(args)?, $softmax, sink).map($op)
            }

            fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
                self.0.infer($name, inputs)
            }

            parameterless!();

            fn reach(&self, _inputs: &[Fact]) -> Reach {
                Reach::All
            }

            fn lower(&self, inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
                self.0.lower(inputs)
            }

            fn emit_dfdx(&self, _inputs: &[Fact], _output: &Fact) -> Result<Dfdx, Unsupported> {
                emit::apply(&format!("yolo::{}({})", stringify!($op), self.0.constructor()), 2)
            }

            fn sample(rng: &mut ChaCha8Rng) -> Sample {
                let (yolo, inputs) = Yolo::sample($softmax, rng);
                let classes = yolo.head.classes;
                Sample { op: $op(yolo).into(), inputs, classes, range: (-1.5, 1.5), kinks: false }
            }
        }
    )*};
}

forms! {
    /// The loss of YOLOv2's head.
    YoloV2 {
        name: "yolo_v2", also: ["region", "region_loss", "yolo_v2_loss"],
        doc: "The loss of a YOLOv2 head `[N, anchors x (5 + classes), H, W]` for the boxes `f32[N, M, 5]` (class, centre x, centre y, width, height, relative to the picture; class -1 fills up the list), summed over a picture and averaged over the batch. Anchors are in cells, classes exclude each other, and an object's objectness is its overlap with the prediction. Gradients are those of Darknet's `region` layer; its weights are the defaults (Redmon and Farhadi 2017).",
        example: "yolo_v2(head, boxes, classes=20, anchors=[1.3, 1.7, 3.2, 4.0])",
        attrs: [
            CLASSES,
            Attr { name: "anchors", kind: AttrKind::Floats, default: Default::Required, doc: "widths and heights of the anchors in cells: `[w1, h1, w2, h2, ...]`" },
            ignore(0.6),
            weight("coord", 1.0, "the weight of the boxes' places and sizes"),
            weight("object", 5.0, "the weight of the objectness where there is an object"),
            weight("no_object", 1.0, "the weight of the objectness where there is none"),
            weight("class", 1.0, "the weight of the classes"),
            Attr { name: "rescore", kind: AttrKind::Bool, default: Default::Bool(true), doc: "whether the objectness of an object is its overlap with the prediction, else 1" },
        ],
        cell: |_| Some(1.0), softmax: true,
    }
    /// The loss of a head of YOLOv3.
    YoloV3 {
        name: "yolo_v3", also: ["yolo", "yolo_loss", "yolo_v3_loss"],
        doc: "The loss of one head of YOLOv3, `[N, anchors x (5 + classes), H, W]`, for the boxes `f32[N, M, 5]` (class, centre x, centre y, width, height, relative to the picture; class -1 fills up the list), summed over a picture and averaged over the batch. Anchors are in pixels of the network's input and those of all heads; `mask` names the ones of this head, and an object belongs to the head of its best anchor. Classes do not exclude each other. Gradients are those of Darknet's `yolo` layer (Redmon and Farhadi 2018).",
        example: "yolo_v3(head, boxes, classes=80, anchors=[10, 14, 23, 27, 37, 58], stride=32)",
        attrs: [
            CLASSES,
            Attr { name: "anchors", kind: AttrKind::Floats, default: Default::Required, doc: "widths and heights of the anchors of all heads in pixels: `[w1, h1, w2, h2, ...]`" },
            Attr { name: "stride", kind: AttrKind::Int { min: 1 }, default: Default::Required, doc: "pixels of the input to a cell of this head" },
            Attr { name: "mask", kind: AttrKind::Ints, default: Default::Optional, doc: "the numbers of this head's anchors, from 0; without it all are" },
            ignore(0.5),
            weight("coord", 1.0, "the weight of the boxes' places and sizes"),
            weight("object", 1.0, "the weight of the objectness where there is an object"),
            weight("no_object", 1.0, "the weight of the objectness where there is none"),
            weight("class", 1.0, "the weight of the classes"),
        ],
        cell: |args| args.int("stride").map(|s| s as f64), softmax: false,
    }
}

#[cfg(test)]
mod tests;
