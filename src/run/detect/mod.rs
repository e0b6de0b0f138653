//! Detection: what the heads of a network find in pictures, and how well.

mod anchors;
mod draw;
mod nms;
mod precision;

use std::path::Path;

use serde::Serialize;

use crate::check::Checked;
use crate::config::{DataConfig, TrainConfig};
use crate::data::{self, BOX_WIDTH, Batch, Fit, Image, Placed, Target, Transform};
use crate::diag::{Diagnostic, codes};
use crate::engine::Session;
use crate::graph::NodeId;
use crate::ops::Op;
use crate::ops::lower::NoiseKey;
use crate::ops::yolo::{Candidate, Head, Rect};
use crate::plan::PlanOptions;

use super::{Examples, Failure, Network};

pub use anchors::{Anchors, cluster, find_anchors};
pub use draw::draw;
pub use nms::{nms, suppress};
pub use precision::{Judge, Precision, Truth};

/// An object that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Detection {
    /// Its class.
    pub class: usize,
    /// The name of its class; the number where it has none.
    pub name: String,
    /// Objectness times the probability of the class.
    pub score: f64,
    /// Where it is, in pixels of the picture.
    pub rect: Rect,
}

impl Serialize for Detection {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Rect { left, top, right, bottom } = self.rect;
        let value = serde_json::json!({
            "class": self.class,
            "name": self.name,
            "score": self.score,
            "box": [left, top, right, bottom],
        });
        value.serialize(serializer)
    }
}

/// How pictures become inputs, and which boxes are detections.
#[derive(Clone, Copy, Debug)]
pub struct DetectOptions<'a> {
    /// The `data` section, which says how pixels are scaled.
    pub data: &'a DataConfig,
    /// The `train` section, whose steps prepare pictures.
    pub train: Option<&'a TrainConfig>,
    /// Names of the classes; may be empty.
    pub names: &'a [String],
    /// How pictures are fitted, instead of by the spec; where neither says, they are letterboxed.
    pub fit: Option<Fit>,
    /// The least score.
    pub threshold: f64,
    /// The overlap above which the lesser of two boxes of a class goes.
    pub nms: f64,
}

/// A node that holds a head, and how it is read.
#[derive(Clone, Debug, PartialEq)]
pub struct HeadNode {
    /// The node.
    pub node: NodeId,
    /// How its value is read.
    pub head: Head,
}

/// The heads of a network: the nodes that YOLO losses read.
pub fn heads(checked: &Checked) -> Vec<HeadNode> {
    let graph = checked.graph();
    let mut found: Vec<HeadNode> = Vec::new();
    for id in graph.ids() {
        let yolo = match graph.op(id) {
            Some(Op::YoloV2(op)) => &op.0,
            Some(Op::YoloV3(op)) => &op.0,
            _ => continue,
        };
        let Some(node) = graph.inputs(id).first().copied() else { continue };
        let head = HeadNode { node, head: yolo.head.clone() };
        if !found.contains(&head) {
            found.push(head);
        }
    }
    found
}

/// As [`heads`], for commands that need some.
///
/// # Errors
/// A network without heads.
fn some_heads(network: &Network<'_>) -> Result<Vec<HeadNode>, Failure> {
    let found = heads(network.checked());
    match found.is_empty() {
        false => Ok(found),
        true => Err(Diagnostic::error(codes::NO_HEADS, "the network has no detection head")
            .help("a head is a node that a `yolo_v2` or `yolo_v3` loss reads")
            .into()),
    }
}

/// The pixels of the network's input to a cell of its first head where anchors are in cells, as those
/// of a `yolo_v2` loss are; `None` where they are in pixels.
///
/// # Errors
/// Sizes that are no numbers.
pub fn anchor_unit(network: &Network<'_>) -> Result<Option<[f64; 2]>, Failure> {
    let graph = network.checked().graph();
    let v2 = graph.ids().find(|id| matches!(graph.op(*id), Some(Op::YoloV2(_))));
    let (Some(head), Target::Image { channels, height, width }) =
        (v2.and_then(|id| graph.inputs(id).first().copied()), network.target(&network.feeds(1)?)?)
    else {
        return Ok(None);
    };
    let bound = network.bind(&network.symbols(network.image()?, &[channels, height, width], 1)?)?;
    let sizes = bound.fact(head).sizes();
    Ok(Some([width as f64 / sizes[3] as f64, height as f64 / sizes[2] as f64]))
}

/// What all heads propose for the picture `index` of a batch, in units of the network's input, after
/// suppression.
pub(super) fn candidates(
    session: &Session,
    heads: &[(HeadNode, [usize; 3])],
    index: usize,
    threshold: f64,
    overlap: f64,
) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (HeadNode { node, head }, [channels, height, width]) in heads {
        let size = channels * height * width;
        let values = session.value(*node).and_then(|v| v.get(index * size..(index + 1) * size));
        found.extend(values.map(|v| head.decode(v, *height, *width, threshold)).unwrap_or_default());
    }
    suppress(&found, overlap)
}

/// The sizes of each head for one picture of the size that the network takes.
pub(super) fn sized(
    network: &Network<'_>,
    heads: Vec<HeadNode>,
    image: NodeId,
    example: &[usize],
) -> Result<Vec<(HeadNode, [usize; 3])>, Failure> {
    let bound = network.bind(&network.symbols(image, example, 1)?)?;
    let size = |node: NodeId| <[usize; 3]>::try_from(bound.fact(node).sizes().get(1..).unwrap_or_default()).ok();
    Ok(heads.into_iter().filter_map(|h| size(h.node).map(|s| (h, s))).collect())
}

/// The least score that counts in a measure: precision at high recalls needs the unlikely ones too.
const MEASURED: f64 = 0.005;
/// The overlap above which a lesser box goes before it is measured, as in Darknet.
const MEASURED_NMS: f64 = 0.45;

/// Judges what a network finds in the batches of a data set, in units of its input.
pub(super) struct Findings {
    heads: Vec<(HeadNode, [usize; 3])>,
    judge: Judge,
}

impl Findings {
    /// A measure over examples with boxes; `None` where the network has no heads or the examples no
    /// boxes.
    pub(super) fn new(network: &Network<'_>, examples: &Examples) -> Result<Option<Self>, Failure> {
        let heads = heads(network.checked());
        let boxes = matches!(examples.dataset().labels(), data::Labels::Boxes(_));
        if heads.is_empty() || !boxes || examples.feeds().label.is_none() {
            return Ok(None);
        }
        let heads = sized(network, heads, examples.feeds().image, examples.shape())?;
        Ok(Some(Self { heads, judge: Judge::default() }))
    }

    /// Adds a batch whose values the session holds.
    pub(super) fn add(&mut self, session: &Session, batch: &Batch) {
        let room = batch.labels.len().checked_div(batch.len).unwrap_or(0).max(1);
        for (index, labels) in batch.labels.chunks_exact(room).enumerate() {
            let truths: Vec<Truth> = labels.chunks_exact(BOX_WIDTH).filter_map(truth).collect();
            self.judge.add(&truths, &candidates(session, &self.heads, index, MEASURED, MEASURED_NMS));
        }
    }

    /// The result, by the names of metrics.
    pub(super) fn values(&self) -> Vec<(String, f64)> {
        let precision = self.judge.precision();
        METRICS.iter().map(|name| name.to_string()).zip([precision.at_half, precision.mean]).collect()
    }
}

/// The names of mean average precision at an overlap of .5, and from .5 to .95.
pub const METRICS: [&str; 2] = crate::config::DETECTION_METRICS;

/// The object that a label stands for; `None` for one that fills up the list.
fn truth(label: &[f32]) -> Option<Truth> {
    let &[class, cx, cy, w, h] = label else { return None };
    let [x, y, width, height] = [cx, cy, w, h].map(f64::from);
    // Classes are whole numbers; the cast is exact.
    (class >= 0.0).then(|| Truth { class: class as usize, rect: Rect::centred(x, y, width, height) })
}

/// Finds objects in pictures.
pub struct Detector<'a> {
    options: DetectOptions<'a>,
    heads: Vec<(HeadNode, [usize; 3])>,
    transform: Transform,
    session: Session,
    input: NodeId,
    /// Height and width of the input.
    size: [f64; 2],
}

impl<'a> Detector<'a> {
    /// Plans the network for single pictures.
    ///
    /// # Errors
    /// A network without heads, or whose input is no picture of a known size.
    pub fn new(network: &Network<'_>, options: DetectOptions<'a>) -> Result<Self, Failure> {
        let heads = some_heads(network)?;
        let input = network.image()?;
        let target = network.target(&network.feeds(1)?)?;
        let Target::Image { channels, height, width } = target else {
            return Err(Failure::new(codes::INPUT_UNFED, "the network's input is no picture"));
        };
        let example = [channels, height, width];
        let symbols = network.symbols(input, &example, 1)?;
        let plan = PlanOptions::inference(heads.iter().map(|h| h.node).collect());
        Ok(Self {
            transform: Transform::for_any_size(options.data, options.train, target, options.fit)?,
            session: network.session(&symbols, &plan)?,
            heads: sized(network, heads, input, &example)?,
            options,
            input,
            size: [height as f64, width as f64],
        })
    }

    /// The objects of a picture file with the picture.
    ///
    /// # Errors
    /// A file that is no picture, or that does not fit.
    pub fn detect_file(
        &mut self,
        network: &mut Network<'_>,
        file: &Path,
    ) -> Result<(Image<'static>, Vec<Detection>), Failure> {
        let (image, place) = (data::read_image(file)?, file.display().to_string());
        let found = self.detect(network, &image);
        let found = found.map_err(|misfit| data::unusable(&place, &misfit.reason).maybe_help(misfit.help))?;
        Ok((image, found))
    }

    /// The objects of a picture, the highest score first.
    ///
    /// # Errors
    /// A picture that does not fit the network.
    pub fn detect(&mut self, network: &mut Network<'_>, image: &Image<'_>) -> Result<Vec<Detection>, data::Misfit> {
        let placed = self.transform.apply(image, 0, 0, self.session.input_mut(self.input))?;
        self.session.forward(&mut network.params, NoiseKey::default());
        let found = candidates(&self.session, &self.heads, 0, self.options.threshold, self.options.nms);
        Ok(found.iter().filter_map(|c| self.locate(c, placed, image)).collect())
    }

    /// A box in the pixels of the picture; `None` where nothing of it lies within.
    fn locate(&self, found: &Candidate, placed: Placed, image: &Image<'_>) -> Option<Detection> {
        let ([height, width], rect) = (self.size, found.rect);
        let prepared = [rect.left * width, rect.top * height, rect.right * width, rect.bottom * height];
        let [left, top, right, bottom] = placed.place.inverse()?.rect(prepared);
        let whole = Rect { left: 0.0, top: 0.0, right: image.width as f64, bottom: image.height as f64 };
        let rect = Rect { left, top, right, bottom }.intersection(whole);
        let name = self.options.names.get(found.class).cloned().unwrap_or_else(|| found.class.to_string());
        let visible = rect.width() > 0.0 && rect.height() > 0.0;
        visible.then_some(Detection { class: found.class, name, score: found.score, rect })
    }
}
