//! From a photo to an embedding.

use std::path::Path;

use sha2::{Digest, Sha256};

use crate::config::{DataConfig, TrainConfig};
use crate::data::{self, Dataset, Image, Transform};
use crate::diag::{Diagnostic, codes};
use crate::engine::{ParamStore, Session};
use crate::graph::NodeId;
use crate::ops::lower::NoiseKey;
use crate::plan::PlanOptions;

use super::super::{Failure, Network};
use super::Model;

/// A network that turns photos into embeddings of length one.
pub struct Embedder<'n, 'a> {
    network: &'n mut Network<'a>,
    node: NodeId,
    image: NodeId,
    width: usize,
    session: Session,
    transform: Transform,
    model: Model,
}

impl<'n, 'a> Embedder<'n, 'a> {
    /// Plans the part of a network that leads to the embedding: the node of this path, else one
    /// that is called `embedding`, else the first output that is a list of numbers.
    ///
    /// # Errors
    /// A network without such a node, or whose node depends on more than one photo.
    pub fn new(
        network: &'n mut Network<'a>,
        name: &str,
        data: &DataConfig,
        train: Option<&TrainConfig>,
        node: Option<&str>,
    ) -> Result<Self, Failure> {
        let checked = network.checked();
        let graph = checked.graph();
        let node = find(network, node)?;
        let image = network.image()?;
        let feeds = super::super::Feeds { image, further: Vec::new(), label: None, weight: None };
        let transform = Transform::for_any_size(data, train, network.target(&feeds)?, None)?;
        let symbols = network.symbols(image, &network.example_shape(image)?, 1)?;
        let mut session = network.session(&symbols, &PlanOptions::inference(vec![node]))?;
        let path = graph.node(node).path.clone();
        let others = graph.roles.inputs.iter().filter(|id| **id != image);
        for other in others {
            if !session.input_mut(*other).is_empty() {
                let other = &graph.node(*other).path;
                let message = format!("`{path}` depends on `{other}`, so it is not the embedding of one photo");
                return Err(Diagnostic::error(codes::NO_EMBEDDING, message)
                    .help("name the node of one tower, such as `--node ea`")
                    .into());
            }
        }
        let width = session.value(node).map_or(0, <[f32]>::len);
        let model = Model { name: name.to_string(), node: path, weights: digest(&network.params), width };
        Ok(Self { network, node, image, width, session, transform, model })
    }

    /// What makes the embeddings.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The embedding of an image; `place` names it in messages.
    ///
    /// # Errors
    /// An image that does not fit, or for which the network gives no direction.
    pub fn embed(&mut self, image: &Image<'_>, place: &str) -> Result<Vec<f32>, Diagnostic> {
        self.transform.prepare(image, place, self.session.input_mut(self.image))?;
        self.session.forward(&mut self.network.params, NoiseKey::default());
        let value = self.session.value(self.node).unwrap_or_default();
        let length = value.iter().map(|v| f64::from(*v) * f64::from(*v)).sum::<f64>().sqrt();
        if !length.is_finite() || length == 0.0 || value.len() != self.width {
            return Err(data::unusable(place, "the network gives no embedding for it")
                .help("check that the weights belong to the spec"));
        }
        Ok(value.iter().map(|v| (f64::from(*v) / length) as f32).collect())
    }

    /// The embedding of an image file.
    ///
    /// # Errors
    /// A file that is no image; those of [`Embedder::embed`].
    pub fn embed_file(&mut self, file: &Path) -> Result<Vec<f32>, Diagnostic> {
        self.embed(&data::read_image(file)?, &file.display().to_string())
    }

    /// The embeddings of a whole data set, `[example][width]`.
    ///
    /// # Errors
    /// Images that cannot be read; those of [`Embedder::embed`].
    pub fn embed_all(&mut self, dataset: &dyn Dataset) -> Result<Vec<f32>, Failure> {
        let mut all = Vec::with_capacity(dataset.len().saturating_mul(self.width));
        for index in 0..dataset.len() {
            let image = dataset.image(index)?;
            all.extend(self.embed(&image, &dataset.place(index))?);
        }
        Ok(all)
    }
}

/// The node that gives embeddings.
fn find(network: &Network<'_>, node: Option<&str>) -> Result<NodeId, Failure> {
    let checked = network.checked();
    let graph = checked.graph();
    let is_list = |id: &NodeId| checked.fact(*id).rank() == 2;
    let outputs = &graph.roles.outputs;
    let found = match node {
        Some(path) => graph.find(path),
        None => graph.find("embedding").filter(is_list).or_else(|| outputs.iter().copied().find(is_list)),
    };
    let refuse = |message: String, help: String| Err(Diagnostic::error(codes::NO_EMBEDDING, message).help(help).into());
    match (found, node) {
        (Some(id), _) if is_list(&id) => Ok(id),
        (Some(id), _) => {
            let node = graph.node(id);
            let message = format!("`{}` is {}, and an embedding is `f32[N, features]`", node.path, checked.fact(id));
            refuse(message, "name a node behind `flatten` or `gap`".into())
        }
        (None, Some(path)) => {
            let close = crate::diag::did_you_mean(path, graph.paths());
            let help = close.map_or("`blockprint show` lists the nodes".into(), |c| format!("did you mean `{c}`?"));
            refuse(format!("there is no node `{path}`"), help)
        }
        (None, None) => {
            refuse("the network has no output `f32[N, features]`".into(), "name the node with `--node`".into())
        }
    }
}

/// The SHA-256 of all parameters with their names, in hexadecimal.
fn digest(params: &ParamStore) -> String {
    let mut digest = Sha256::new();
    for param in params.iter() {
        digest.update((param.name.len() as u64).to_le_bytes());
        digest.update(param.name);
        let values = params.get(param.id);
        digest.update((values.len() as u64).to_le_bytes());
        values.iter().for_each(|v| digest.update(v.to_le_bytes()));
    }
    data::hex(digest.finalize())
}
