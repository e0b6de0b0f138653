//! What a network says of images or tensors.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::config::{DataConfig, TrainConfig};
use crate::data::{self, Mode, Transform};
use crate::diag::{Diagnostic, codes};
use crate::engine::Session;
use crate::graph::NodeId;
use crate::kernels::score::softmax;
use crate::ops::lower::NoiseKey;
use crate::plan::PlanOptions;
use crate::weights::Tensor;

use super::{Failure, Network};

/// One class with its probability.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ranked {
    /// The class.
    pub index: usize,
    /// Its name; the index as text where it has none.
    pub name: String,
    /// The softmax of the logits.
    pub probability: f64,
}

/// The most probable classes of one image.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Prediction {
    /// The file.
    pub input: PathBuf,
    /// The most probable first.
    pub top: Vec<Ranked>,
}

/// How images become inputs and outputs become names.
#[derive(Clone, Copy, Debug)]
pub struct Classify<'a> {
    /// The `data` section, which says how pixels are scaled.
    pub data: &'a DataConfig,
    /// The `train` section, whose augmentation says how images are resized and normalised.
    pub train: Option<&'a TrainConfig>,
    /// Names of the classes; may be empty.
    pub names: &'a [String],
    /// How many classes are given.
    pub top: usize,
}

/// The most probable classes of image files.
///
/// # Errors
/// Files that are no images, or do not fit; a network whose first output is no list of scores.
pub fn predict_images(
    network: &mut Network<'_>,
    files: &[PathBuf],
    classify: Classify<'_>,
) -> Result<Vec<Prediction>, Failure> {
    let output = scores(network)?;
    let feeds = network.feeds(1)?;
    let target = network.target(&feeds)?;
    let transform = Transform::new(classify.data, classify.train, target, Mode::Eval)?;
    let shape = network.example_shape(feeds.image)?;
    let symbols = network.symbols(feeds.image, &shape, 1)?;
    let mut session = network.session(&symbols, &PlanOptions::inference(vec![output]))?;
    let mut predictions = Vec::new();
    let mut problems = Vec::new();
    for file in files {
        match classify_file(network, &mut session, file, &transform, output) {
            Ok(probabilities) => predictions
                .push(Prediction { input: file.clone(), top: rank(&probabilities, classify.names, classify.top) }),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(predictions) } else { Err(problems.into()) }
}

fn classify_file(
    network: &mut Network<'_>,
    session: &mut Session,
    file: &Path,
    transform: &Transform,
    output: NodeId,
) -> Result<Vec<f64>, Diagnostic> {
    let (image, place) = (data::read_image(file)?, file.display().to_string());
    let input = network.image().map_err(|_| data::unusable(&place, "the network takes no image"))?;
    transform.prepare(&image, &place, session.input_mut(input))?;
    session.forward(&mut network.params, NoiseKey::default());
    let logits = session.value(output).unwrap_or_default();
    Ok(if is_probability(network, output) { logits.iter().map(|v| f64::from(*v)).collect() } else { softmax(logits) })
}

/// Whether a node gives probabilities, and not scores whose softmax they are.
pub(super) fn is_probability(network: &Network<'_>, node: NodeId) -> bool {
    network.checked().graph().op(node).is_some_and(|op| op.info().name == "softmax")
}

/// The first output, which must give one list of scores for each example.
fn scores(network: &Network<'_>) -> Result<NodeId, Failure> {
    let checked = network.checked();
    let outputs = &checked.graph().roles.outputs;
    match outputs.iter().find(|id| checked.fact(**id).rank() == 2) {
        Some(id) => Ok(*id),
        None => Err(Failure::new(codes::NO_SCORES, "the network has no output of the form `[N, classes]`")),
    }
}

fn rank(probabilities: &[f64], names: &[String], top: usize) -> Vec<Ranked> {
    let mut order: Vec<usize> = (0..probabilities.len()).collect();
    order.sort_by(|a, b| probabilities[*b].total_cmp(&probabilities[*a]));
    order
        .into_iter()
        .take(top)
        .map(|index| Ranked {
            index,
            name: names.get(index).cloned().unwrap_or_else(|| index.to_string()),
            probability: probabilities[index],
        })
        .collect()
}

/// The value of a node for a raw tensor of the first input's shape, batch first, with no
/// preprocessing.
///
/// # Errors
/// A tensor that does not fit, or a node that depends on other inputs.
pub fn predict_tensor(network: &mut Network<'_>, input: &Tensor, node: Option<&str>) -> Result<Tensor, Failure> {
    let graph = network.checked().graph();
    let target = match node {
        Some(path) => graph.find(path).ok_or_else(|| unknown_node(network, path))?,
        None => graph
            .roles
            .outputs
            .first()
            .copied()
            .ok_or_else(|| Failure::new(codes::NO_SCORES, "the network has no output"))?,
    };
    let feeds = network.feeds(1)?;
    let Some((batch, example)) = input.shape.split_first().filter(|(n, _)| **n > 0) else {
        return Err(Failure::new(codes::BAD_TENSOR, "the tensor has no batch axis, or an empty one"));
    };
    let symbols = network.symbols(feeds.image, example, *batch)?;
    let values = input.as_f32().ok_or_else(|| Failure::new(codes::BAD_TENSOR, "the tensor does not hold floats"))?;
    let mut session = network.session(&symbols, &PlanOptions::inference(vec![target]))?;
    let slot = session.input_mut(feeds.image);
    if !slot.is_empty() {
        slot.copy_from_slice(values);
    }
    session.forward(&mut network.params, NoiseKey::default());
    let sizes = network.bind(&symbols)?.fact(target).sizes();
    let value = session.value(target).unwrap_or_default().to_vec();
    Tensor::f32(sizes, value).ok_or_else(|| Failure::new(codes::BAD_TENSOR, "the value has no fitting shape"))
}

fn unknown_node(network: &Network<'_>, path: &str) -> Failure {
    let close = crate::diag::did_you_mean(path, network.checked().graph().paths());
    Diagnostic::error(codes::UNKNOWN_NODE_ARGUMENT, format!("there is no node `{path}`"))
        .help(match close {
            Some(close) => format!("did you mean `{close}`?"),
            None => "`blockprint show` lists the nodes".to_string(),
        })
        .into()
}
