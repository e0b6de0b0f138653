//! Style transfer: paints a picture that a network finds like one photo in content and like
//! another in style.
//!
//! The spec has three inputs: `image`, which is painted, `content` and `style`. Its losses
//! compare nodes behind them. What does not depend on `image` is computed once; a step is a
//! forward and a backward pass of the rest, with respect to `image` alone.

mod inputs;
mod picture;

use std::path::Path;

use crate::check::Bound;
use crate::config::{PictureOptimizer, Start, StyleConfig};
use crate::diag::{Diagnostic, codes};
use crate::driver::Compiled;
use crate::engine::optim::ByName;
use crate::engine::{Lbfgs, OptimizerState, ParamStore, Session};
use crate::graph::NodeId;
use crate::ops::lower::NoiseKey;
use crate::plan::{Plan, PlanOptions};
use crate::random::{self, Purpose};
use crate::weights::Archive;

use super::{Failure, Network, Reason};
use inputs::{Inputs, Photo};

pub use picture::{Picture, Strip, is_picture_name};

/// What is painted, and how.
#[derive(Clone, Copy, Debug)]
pub struct Commission<'a> {
    /// The photo whose content is kept.
    pub content: &'a Path,
    /// The picture whose style is taken.
    pub style: &'a Path,
    /// The `style` section.
    pub config: &'a StyleConfig,
}

/// The losses at a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Costs {
    /// What is minimised.
    pub total: f64,
    /// Each loss by its name, without its weight in the total.
    pub parts: Vec<(String, f64)>,
}

/// Paints a picture step by step.
pub struct Painter<'n, 'c> {
    network: &'n mut Network<'c>,
    session: Session,
    image: NodeId,
    losses: Vec<(String, NodeId)>,
    picture: Picture,
    gradient: Vec<f32>,
    brush: Brush,
    costs: Costs,
    planned_bytes: u64,
}

/// What the optimizer knows the picture by.
const PICTURE: &str = "picture";

/// What changes the picture.
enum Brush {
    /// A step for each gradient; the values stay between 0 and 1.
    Gradient { state: ByName, lr: f64 },
    /// Values may leave the range on the way: a bound would spoil its model of the curvature.
    Lbfgs(Box<Lbfgs>),
}

impl<'n, 'c> Painter<'n, 'c> {
    /// Reads the photos, plans, and computes what the picture is compared with.
    ///
    /// # Errors
    /// A spec that is not about style transfer, photos that cannot be used, or sizes that take
    /// more memory than is allowed.
    pub fn new(network: &'n mut Network<'c>, commission: Commission<'_>) -> Result<Self, Failure> {
        let config = commission.config;
        let inputs = Inputs::find(network)?;
        let photos = [Photo::read(commission.content)?, Photo::read(commission.style)?];
        let sizes = inputs.sizes(network, &photos, config)?;
        let bound = network.bind(&sizes.symbols)?;
        let layout = Layout::new(network, inputs.image)?;
        let (targets, painting) = layout.plans(network, &bound, inputs.image)?;
        let [height, width] = sizes.image;
        let numbers = 3 * height * width;
        let planned_bytes = planned(network, &targets, &painting, numbers, config);
        network.within_memory(planned_bytes, "choose a smaller `--size`, or raise the limit with `--max-memory`")?;
        let content = photos[0].at(sizes.content)?;
        let style = photos[1].at(sizes.style)?;
        let given = layout.values(network, targets, [(inputs.content, &content), (inputs.style, &style)]);
        let mut session = Session::new(painting);
        for (node, values) in given {
            session.input_mut(node).copy_from_slice(&values);
        }
        let first = if sizes.content == sizes.image { content } else { photos[0].at(sizes.image)? };
        let mut painter = Self {
            session,
            image: inputs.image,
            losses: layout.losses,
            picture: begin(first, config),
            gradient: vec![0.0; numbers],
            brush: match config.optim {
                PictureOptimizer::Gradient(optimizer) => {
                    Brush::Gradient { state: ByName::new(&optimizer), lr: optimizer.lr() }
                }
                PictureOptimizer::Lbfgs { history } => Brush::Lbfgs(Box::new(Lbfgs::new(numbers, history))),
            },
            costs: Costs { total: 0.0, parts: Vec::new() },
            planned_bytes,
            network,
        };
        painter.evaluate()?;
        Ok(painter)
    }

    /// The losses at the picture as it is.
    pub fn costs(&self) -> &Costs {
        &self.costs
    }

    /// The picture as it is; its values may lie outside of 0 to 1 where L-BFGS paints it.
    pub fn picture(&self) -> &Picture {
        &self.picture
    }

    /// The memory that painting takes.
    pub fn planned_bytes(&self) -> u64 {
        self.planned_bytes
    }

    /// Takes one step of the optimizer. `false` where it can get no further.
    ///
    /// # Errors
    /// A loss that is not finite.
    pub fn step(&mut self) -> Result<bool, Failure> {
        let Self { network, session, image, picture, gradient, brush, .. } = self;
        let moved = match brush {
            Brush::Gradient { state, lr } => {
                state.next_step();
                state.update(PICTURE, &mut picture.data, gradient, *lr);
                picture.clamp();
                true
            }
            Brush::Lbfgs(descent) => descent
                .step(&mut picture.data, &mut |x, gradient| judge(session, &mut network.params, *image, x, gradient)),
        };
        if moved {
            self.evaluate()?;
        }
        Ok(moved)
    }

    /// Ends painting: the values are brought between 0 and 1, and the losses taken there.
    ///
    /// # Errors
    /// A loss that is not finite.
    pub fn finish(&mut self) -> Result<(), Failure> {
        match self.picture.clamp() {
            true => self.evaluate(),
            false => Ok(()),
        }
    }

    fn evaluate(&mut self) -> Result<(), Failure> {
        let Self { network, session, image, picture, gradient, .. } = self;
        let total = judge(session, &mut network.params, *image, &picture.data, gradient);
        let value = |id: &NodeId| session.value(*id).and_then(|v| v.first()).copied().unwrap_or(f32::NAN);
        let parts = self.losses.iter().map(|(name, id)| (name.clone(), f64::from(value(id)))).collect();
        self.costs = Costs { total, parts };
        if total.is_finite() && self.gradient.iter().all(|g| g.is_finite()) {
            return Ok(());
        }
        let mut failure = Failure::from(
            Diagnostic::error(codes::DIVERGED, format!("the loss or its gradient is not finite: {total}"))
                .help("choose a smaller learning rate, or smaller weights of the losses"),
        );
        failure.reason = Reason::Diverged;
        Err(failure)
    }
}

/// The total loss at a picture, and its gradient.
fn judge(session: &mut Session, params: &mut ParamStore, image: NodeId, x: &[f32], gradient: &mut [f32]) -> f64 {
    session.input_mut(image).copy_from_slice(x);
    session.forward(params, NoiseKey::default());
    let total = session.loss().map_or(f64::NAN, f64::from);
    session.backward(params);
    gradient.copy_from_slice(session.input_grad(image).unwrap_or_default());
    total
}

/// The picture before the first step.
fn begin(mut content: Picture, config: &StyleConfig) -> Picture {
    let share = match config.start {
        Start::Content => return content,
        Start::Noise => 1.0,
        Start::Blend => config.noise as f32,
    };
    let mut rng = random::stream(config.seed, Purpose::Picture, 0, 0);
    content.data.iter_mut().for_each(|v| *v = share * random::uniform(&mut rng) + (1.0 - share) * *v);
    content
}

/// Which nodes are computed once and which in every step.
struct Layout {
    /// The losses by name.
    losses: Vec<(String, NodeId)>,
    /// The nodes that steps read and that do not depend on the picture.
    given: Vec<NodeId>,
}

impl Layout {
    fn new(network: &Network<'_>, image: NodeId) -> Result<Self, Failure> {
        let graph = network.checked().graph();
        let losses = graph.roles.losses.clone();
        let total = graph.roles.total_loss.ok_or_else(|| {
            Failure::new(codes::NOT_A_STYLE, "the spec has no losses, and nothing says what the picture should be like")
        })?;
        let mut needed = vec![false; graph.len()];
        losses.iter().map(|(_, id)| id).chain([&total]).for_each(|id| needed[id.index()] = true);
        for id in graph.ids().rev() {
            if needed[id.index()] {
                graph.inputs(id).iter().for_each(|i| needed[i.index()] = true);
            }
        }
        let mut painted = vec![false; graph.len()];
        painted[image.index()] = true;
        for id in graph.ids() {
            painted[id.index()] |= graph.inputs(id).iter().any(|i| painted[i.index()]);
        }
        let read = |id: &NodeId| graph.users(*id).iter().any(|u| needed[u.index()] && painted[u.index()]);
        let fixed = |id: &NodeId| graph.op(*id).is_some() && !painted[id.index()];
        let given = graph.ids().filter(|id| fixed(id) && read(id)).collect();
        Ok(Self { losses, given })
    }

    /// The plan of what is computed once, and that of a step.
    fn plans(&self, network: &Network<'_>, bound: &Bound, image: NodeId) -> Result<(Plan, Plan), Failure> {
        // A picture that is the photo costs nothing: both are computed in the same way.
        let once = PlanOptions { exact_conv: true, ..PlanOptions::inference(self.given.clone()) };
        let once = network.plan(bound, &once)?;
        let painting = PlanOptions {
            targets: self.losses.iter().map(|(_, id)| *id).collect(),
            input_grads: vec![image],
            given: self.given.clone(),
            ..PlanOptions::default()
        };
        Ok((once, network.plan(bound, &painting)?))
    }

    /// The values of the given nodes, and those of the photos.
    fn values(
        &self,
        network: &mut Network<'_>,
        once: Plan,
        photos: [(NodeId, &Picture); 2],
    ) -> Vec<(NodeId, Vec<f32>)> {
        let mut session = Session::new(once);
        for (node, photo) in photos {
            let slot = session.input_mut(node);
            if !slot.is_empty() {
                slot.copy_from_slice(&photo.data);
            }
        }
        session.forward(&mut network.params, NoiseKey::default());
        let value = |id: &NodeId| (*id, session.value(*id).unwrap_or_default().to_vec());
        self.given.iter().map(value).collect()
    }
}

/// The bytes that painting takes: the larger of what is there at the same time.
fn planned(network: &Network<'_>, once: &Plan, painting: &Plan, numbers: usize, config: &StyleConfig) -> u64 {
    let array = (numbers as u64).saturating_mul(4);
    let brush = match &config.optim {
        PictureOptimizer::Gradient(optimizer) => OptimizerState::bytes(optimizer, array),
        PictureOptimizer::Lbfgs { history } => Lbfgs::bytes(numbers, *history),
    };
    // The photos, the picture and its gradient.
    let pictures = array.saturating_mul(4);
    let sessions = once.memory().total().max(painting.memory().total().saturating_add(brush));
    network.params.bytes().saturating_add(sessions).saturating_add(pictures)
}

/// Loads the weights of a spec for style transfer. Where all parameters belong to one tower that
/// holds another spec's network, the file may be that network's own.
///
/// # Errors
/// A spec that is not about style transfer, no file, or one that does not fit.
pub fn load_judge(network: &mut Network<'_>, compiled: &Compiled, file: Option<&Path>) -> Result<(), Failure> {
    Inputs::find(network)?;
    if network.params.is_empty() {
        return Ok(());
    }
    let Some(file) = file else {
        return Err(Diagnostic::error(codes::NO_JUDGE, "the network that judges the picture has no weights")
            .help("name a file with `--weights`, or write `weights: {from: file.safetensors}` into the spec")
            .into());
    };
    let owner = compiled.towers.iter().find(|t| network.params.iter().all(|p| p.name.starts_with(&t.prefix)));
    let own_names = |prefix: &str| match Archive::open(file) {
        Ok(archive) => archive.entries().iter().all(|e| !e.name.starts_with(prefix)),
        Err(_) => false,
    };
    match owner {
        Some(tower) if own_names(&tower.prefix) => network.load_tower(file, tower),
        _ => network.load(file, compiled.spec.as_ref(), false),
    }
}
