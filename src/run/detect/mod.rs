//! Detection: what the heads of a network find in pictures, and how well.

mod anchors;
mod draw;
mod heads;
mod nms;
mod precision;

use std::fmt;
use std::path::Path;

use serde::Serialize;

use crate::check::HeadNode;
use crate::config::{DataConfig, TrainConfig};
use crate::data::{self, Fit, Image, Target, Transform};
use crate::diag::{Diagnostic, codes};
use crate::engine::Session;
use crate::graph::NodeId;
use crate::ops::Op;
use crate::ops::lower::NoiseKey;
use crate::ops::yolo::Rect;
use crate::plan::PlanOptions;

use super::{Examples, Failure, Network};

pub use anchors::{Anchors, cluster, find_anchors};
pub use draw::draw;
pub use heads::{Findings, HeadValues, candidates, locate, parse_share};
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

/// A line: the score, the name, and the corners in the picture.
impl fmt::Display for Detection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Detection { name, score, rect: Rect { left, top, right, bottom }, .. } = self;
        write!(f, "  {:5.1} %  {name:<20}  {left:.0}, {top:.0} to {right:.0}, {bottom:.0}", score * 100.0)
    }
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

/// The heads of a network, for commands that need some.
///
/// # Errors
/// A network without heads.
fn some_heads(network: &Network<'_>) -> Result<Vec<HeadNode>, Failure> {
    let found = network.checked().heads();
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

/// The sizes of each head for one picture of the size that the network takes.
fn sized(
    network: &Network<'_>,
    heads: Vec<HeadNode>,
    image: NodeId,
    example: &[usize],
) -> Result<Vec<(HeadNode, [usize; 3])>, Failure> {
    let bound = network.bind(&network.symbols(image, example, 1)?)?;
    let size = |node: NodeId| <[usize; 3]>::try_from(bound.fact(node).sizes().get(1..).unwrap_or_default()).ok();
    Ok(heads.into_iter().filter_map(|h| size(h.node).map(|s| (h, s))).collect())
}

/// A network's heads with their sizes, to be read from the sessions that run it.
pub(super) struct SizedHeads(Vec<(HeadNode, [usize; 3])>);

impl SizedHeads {
    /// Those of a network over examples with boxes; `None` where it has no heads or they no boxes.
    pub(super) fn of(network: &Network<'_>, examples: &Examples) -> Result<Option<Self>, Failure> {
        let heads = network.checked().heads();
        let boxes = matches!(examples.dataset().labels(), data::Labels::Boxes(_));
        if heads.is_empty() || !boxes || examples.feeds().label.is_none() {
            return Ok(None);
        }
        Ok(Some(Self(sized(network, heads, examples.feeds().image, examples.shape())?)))
    }

    /// What they say of the batch that a session has seen.
    pub(super) fn values<'s>(&'s self, session: &'s Session) -> Vec<HeadValues<'s>> {
        let value = |node| session.value(node).unwrap_or_default();
        self.0.iter().map(|(h, size)| HeadValues { head: &h.head, values: value(h.node), size: *size }).collect()
    }
}

/// The names of mean average precision at an overlap of .5, and from .5 to .95.
pub const METRICS: [&str; 2] = crate::config::DETECTION_METRICS;

/// Finds objects in pictures.
pub struct Detector<'a> {
    options: DetectOptions<'a>,
    heads: SizedHeads,
    transform: Transform,
    session: Session,
    input: NodeId,
    /// Height and width of the input.
    size: [usize; 2],
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
            heads: SizedHeads(sized(network, heads, input, &example)?),
            options,
            input,
            size: [height, width],
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
        let DetectOptions { threshold, nms, names, .. } = self.options;
        let found = candidates(&self.heads.values(&self.session), 0, threshold, nms);
        Ok(found.iter().filter_map(|c| locate(c, self.size, placed, image, names)).collect())
    }
}
