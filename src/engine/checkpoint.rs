//! What a run needs to go on from where it stopped, as named tensors and a line of JSON.
//!
//! The `weights` module writes both to a file. Weights keep their own names, so that a
//! checkpoint is also a weights file; what the optimizer remembers is named
//! `optimizer/SLOT/PARAMETER`, and a moving average `average/PARAMETER`, which no weight can be, since paths hold no slash.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::check::ParamId;

use super::optim::{Optimizer, OptimizerState};
use super::params::{ParamStore, ParamView};

/// A tensor outside of any arena.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedTensor {
    /// Its name.
    pub name: String,
    /// Its sizes.
    pub shape: Vec<usize>,
    /// Its values, row-major.
    pub values: Vec<f32>,
}

/// How far a run has come.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// The training phase, from 0.
    pub phase: u64,
    /// Epochs completed.
    pub epoch: u64,
    /// Batches of the next epoch that are done.
    pub cursor: u64,
    /// Optimizer steps of the whole run.
    pub step: u64,
    /// The best value of what is watched, so far, and its epoch.
    pub best: Option<(u64, f64)>,
    /// The best value that early stopping has seen, and the epochs since then.
    pub watched: Option<f64>,
    /// See `watched`.
    pub waited: u64,
    /// The learning rate of the last step.
    pub lr: f64,
    /// How often a plateau has lowered the rate in this phase.
    pub drops: u64,
    /// The best value that it has seen, and the epochs since then.
    pub plateau: Option<f64>,
    /// See `plateau`.
    pub stalled: u64,
    /// Epochs after a drop that are left in which none counts as stalled.
    #[serde(default)]
    pub cooling: u64,
    /// What was gathered for each loss and metric over the examples of the epoch so far; floats
    /// are kept as their bits, since JSON has no word for NaN.
    pub sums: Vec<Vec<u64>>,
    /// Examples that these are over.
    pub examples: u64,
    /// Digests of what the run depends on, by part.
    pub fingerprint: BTreeMap<String, String>,
}

impl Progress {
    /// One more optimizer step is done, after `cursor` batches of the epoch.
    pub fn close_step(&mut self, cursor: usize, lr: f64) {
        self.step += 1;
        self.cursor = cursor as u64;
        self.lr = lr;
    }

    /// A phase begins.
    pub fn open_phase(&mut self, index: usize) {
        self.phase = index as u64;
        (self.drops, self.plateau, self.stalled, self.cooling) = (0, None, 0, 0);
    }

    /// One more epoch is done, and the next stands at its beginning.
    pub fn close_epoch(&mut self) {
        self.epoch += 1;
        self.cursor = 0;
        self.sums.clear();
        self.examples = 0;
    }
}

/// What an optimizer remembers, outside of any arena.
#[derive(Clone, Debug, PartialEq)]
pub struct OptimizerSnapshot {
    /// Its settings.
    pub settings: Optimizer,
    /// Steps that it took.
    pub steps: u64,
    /// Its tensors, named `SLOT/PARAMETER`.
    pub tensors: Vec<NamedTensor>,
}

/// The state of a run between two steps.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// All parameters, running statistics among them.
    pub weights: Vec<NamedTensor>,
    /// The optimizer; none where only weights are kept.
    pub optimizer: Option<OptimizerSnapshot>,
    /// The moving average of all parameters; none where it is not kept.
    pub average: Option<Vec<NamedTensor>>,
    /// How far the run has come.
    pub progress: Progress,
}

/// Why a checkpoint cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The metadata is no metadata of ours.
    #[error("the checkpoint's metadata cannot be read: {0}")]
    Metadata(#[from] serde_json::Error),
    /// The format is of a later version.
    #[error("the checkpoint has format {found}, and formats up to {FORMAT} are known")]
    Format {
        /// Its format.
        found: u64,
    },
    /// A tensor is missing.
    #[error("the checkpoint lacks the tensor `{0}`")]
    Missing(String),
    /// A tensor belongs to nothing.
    #[error("the checkpoint holds the tensor `{0}`, which belongs to nothing in this run")]
    Unexpected(String),
    /// A tensor has another shape.
    #[error("the tensor `{name}` has shape {found:?} in the checkpoint and {expected:?} in the network")]
    Shape {
        /// The tensor.
        name: String,
        /// Its shape in the network.
        expected: Vec<usize>,
        /// Its shape in the checkpoint.
        found: Vec<usize>,
    },
    /// The run has another optimizer.
    #[error("the checkpoint was made with another optimizer or other settings of it")]
    Optimizer,
}

const FORMAT: u64 = 1;
const PREFIX: &str = "optimizer/";
const AVERAGE: &str = "average/";

#[derive(Serialize, Deserialize)]
struct Metadata {
    format: u64,
    optimizer: Option<Settings>,
    progress: Progress,
}

#[derive(Deserialize)]
struct Version {
    format: u64,
}

#[derive(Serialize, Deserialize)]
struct Settings {
    settings: Optimizer,
    steps: u64,
}

impl Checkpoint {
    /// Copies the state of a run.
    pub fn capture(params: &ParamStore, optimizer: Option<&OptimizerState>, progress: Progress) -> Self {
        let tensor = |name: String, id: ParamId, values: &[f32]| NamedTensor {
            name,
            shape: params.view(id).shape.to_vec(),
            values: values.to_vec(),
        };
        Self {
            weights: tensors_of(params),
            average: None,
            optimizer: optimizer.map(|state| OptimizerSnapshot {
                settings: *state.optimizer(),
                steps: state.steps(),
                tensors: state
                    .tensors()
                    .map(|(slot, id, values)| tensor(format!("{slot}/{}", params.name(id)), id, values))
                    .collect(),
            }),
            progress,
        }
    }

    /// The same with a moving average of the parameters.
    #[must_use]
    pub fn with_average(self, average: Option<&ParamStore>) -> Self {
        Self { average: average.map(tensors_of), ..self }
    }

    /// All tensors, and the rest as JSON.
    ///
    /// # Errors
    /// None in practice: the metadata is plain data.
    pub fn into_tensors(self) -> Result<(Vec<NamedTensor>, String), CheckpointError> {
        let mut tensors = self.weights;
        let optimizer = self.optimizer.map(|o| {
            tensors.extend(o.tensors.into_iter().map(|t| NamedTensor { name: format!("{PREFIX}{}", t.name), ..t }));
            Settings { settings: o.settings, steps: o.steps }
        });
        let average = self.average.into_iter().flatten();
        tensors.extend(average.map(|t| NamedTensor { name: format!("{AVERAGE}{}", t.name), ..t }));
        let metadata = Metadata { format: FORMAT, optimizer, progress: self.progress };
        Ok((tensors, serde_json::to_string(&metadata)?))
    }

    /// Takes apart what [`Checkpoint::into_tensors`] gave.
    ///
    /// # Errors
    /// Metadata that is not ours; tensors of an optimizer that the metadata does not know.
    pub fn from_tensors(tensors: Vec<NamedTensor>, metadata: &str) -> Result<Self, CheckpointError> {
        // The rest of a later format may be anything.
        let Version { format } = serde_json::from_str(metadata)?;
        if format > FORMAT {
            return Err(CheckpointError::Format { found: format });
        }
        let metadata: Metadata = serde_json::from_str(metadata)?;
        let mut optimizer =
            metadata.optimizer.map(|o| OptimizerSnapshot { settings: o.settings, steps: o.steps, tensors: Vec::new() });
        let (mut weights, mut average) = (Vec::new(), Vec::new());
        for tensor in tensors {
            if let Some(name) = tensor.name.strip_prefix(AVERAGE).map(str::to_string) {
                average.push(NamedTensor { name, ..tensor });
                continue;
            }
            match (tensor.name.strip_prefix(PREFIX).map(str::to_string), &mut optimizer) {
                (None, _) => weights.push(tensor),
                (Some(name), Some(optimizer)) => optimizer.tensors.push(NamedTensor { name, ..tensor }),
                (Some(_), None) => return Err(CheckpointError::Unexpected(tensor.name)),
            }
        }
        let average = (!average.is_empty()).then_some(average);
        Ok(Self { weights, optimizer, average, progress: metadata.progress })
    }

    /// Puts the weights back. Every parameter must be there, with its shape, and nothing else;
    /// otherwise nothing is changed.
    ///
    /// # Errors
    /// A tensor that is missing, unexpected or of another shape.
    pub fn restore(&self, params: &mut ParamStore) -> Result<(), CheckpointError> {
        put_back(&self.weights, params)
    }

    /// Puts the moving average back, as [`Checkpoint::restore`] does the weights.
    ///
    /// # Errors
    /// A tensor that is missing, unexpected or of another shape.
    pub fn restore_average(&self, average: &mut ParamStore) -> Result<(), CheckpointError> {
        put_back(self.average.as_deref().unwrap_or_default(), average)
    }

    /// Puts the optimizer's memory back. The state is that of [`OptimizerState::new`] for the
    /// same optimizer and parameters. Learning rates may differ; other settings may not.
    ///
    /// # Errors
    /// Another optimizer; a tensor that is missing, unexpected or of another shape.
    pub fn restore_optimizer(&self, params: &ParamStore, state: &mut OptimizerState) -> Result<(), CheckpointError> {
        let snapshot = self.optimizer.as_ref().ok_or(CheckpointError::Optimizer)?;
        if snapshot.settings.with_lr(0.0) != state.optimizer().with_lr(0.0) {
            return Err(CheckpointError::Optimizer);
        }
        let keys: Vec<(&'static str, ParamId)> = state.tensors().map(|(slot, id, _)| (slot, id)).collect();
        let name = |slot: &str, id: ParamId| format!("{slot}/{}", params.name(id));
        let expected = keys.iter().map(|(slot, id)| (name(slot, *id), params.view(*id).shape.to_vec())).collect();
        let found = by_name(&snapshot.tensors, expected)?;
        for (slot, id) in keys {
            if let (Some(values), Some(tensor)) = (state.tensor_mut(slot, id), found.get(name(slot, id).as_str())) {
                values.copy_from_slice(&tensor.values);
            }
        }
        state.set_steps(snapshot.steps);
        Ok(())
    }
}

fn tensors_of(params: &ParamStore) -> Vec<NamedTensor> {
    let tensor =
        |p: ParamView<'_>| NamedTensor { name: p.name.to_string(), shape: p.shape.to_vec(), values: p.values.to_vec() };
    params.iter().map(tensor).collect()
}

fn put_back(tensors: &[NamedTensor], params: &mut ParamStore) -> Result<(), CheckpointError> {
    let expected = params.iter().map(|p| (p.name.to_string(), p.shape.to_vec())).collect();
    let found = by_name(tensors, expected)?;
    let ids: Vec<ParamId> = params.iter().map(|p| p.id).collect();
    for id in ids {
        if let Some(tensor) = found.get(params.name(id)) {
            params.get_mut(id).copy_from_slice(&tensor.values);
        }
    }
    Ok(())
}

/// The tensors by name, once they are known to be those expected.
fn by_name(
    tensors: &[NamedTensor],
    expected: Vec<(String, Vec<usize>)>,
) -> Result<BTreeMap<&str, &NamedTensor>, CheckpointError> {
    let found: BTreeMap<&str, &NamedTensor> = tensors.iter().map(|t| (t.name.as_str(), t)).collect();
    for (name, shape) in &expected {
        let Some(tensor) = found.get(name.as_str()) else { return Err(CheckpointError::Missing(name.clone())) };
        let numel = shape.iter().product::<usize>();
        if tensor.shape != *shape || tensor.values.len() != numel {
            return Err(CheckpointError::Shape {
                name: name.clone(),
                expected: shape.clone(),
                found: tensor.shape.clone(),
            });
        }
    }
    let known: std::collections::BTreeSet<&str> = expected.iter().map(|(name, _)| name.as_str()).collect();
    match tensors.iter().find(|t| !known.contains(t.name.as_str())) {
        Some(extra) => Err(CheckpointError::Unexpected(extra.name.clone())),
        None => Ok(found),
    }
}
