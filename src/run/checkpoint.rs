//! The checkpoint of a run directory: written whole or not at all, read with every doubt told.

use std::collections::BTreeMap;
use std::path::Path;

use crate::diag::{Diagnostic, codes};
use crate::engine::checkpoint::CheckpointError;
use crate::engine::ema::Ema;
use crate::engine::optim::OptimizerState;
use crate::engine::schedule::Length;
use crate::engine::{Checkpoint, NamedTensor, Progress};
use crate::weights::{self, Archive, Tensor, Tensors};

use super::{Failure, Network};

/// The name of the file in a run directory.
pub(super) const CHECKPOINT: &str = "checkpoint.safetensors";
/// The key of the metadata.
const KEY: &str = "blockprint.run";

/// Writes the state of a run; the old file stays until the new one is on the disk.
pub(super) fn save(
    path: &Path,
    network: &Network<'_>,
    optimizer: &OptimizerState,
    ema: Option<&Ema>,
    progress: &Progress,
) -> Result<(), Failure> {
    let checkpoint = Checkpoint::capture(&network.params, Some(optimizer), progress.clone());
    let checkpoint = checkpoint.with_average(ema.map(Ema::average));
    let (list, metadata) = checkpoint.into_tensors().map_err(|e| unusable(path, &e))?;
    let mut tensors = Tensors::new();
    for NamedTensor { name, shape, values } in list {
        let inserted = Tensor::f32(shape, values).map(|t| tensors.insert(name, t));
        debug_assert!(matches!(inserted, Some(Ok(()))), "names are unique and shapes fit");
    }
    let metadata = BTreeMap::from([(KEY.to_string(), metadata)]);
    weights::write_with(path, &tensors, &metadata).map_err(|e| Failure::input(e.into()))
}

/// Reads the state of a run; `None` where it wrote none yet.
///
/// # Errors
/// A file that cannot be read or is no checkpoint.
pub(super) fn load(path: &Path) -> Result<Option<Checkpoint>, Failure> {
    if !path.exists() {
        return Ok(None);
    }
    let mut archive = Archive::open(path).map_err(|e| Failure::input(e.into()))?;
    let Some(metadata) = archive.metadata().get(KEY).cloned() else {
        let message = format!("`{}` holds weights, but no state of a run", path.display());
        return Err(Failure::new(codes::BAD_CHECKPOINT, message));
    };
    let tensors = archive.read_all().map_err(|e| Failure::input(e.into()))?;
    let named =
        |(name, tensor): (String, Tensor)| NamedTensor { name, shape: tensor.shape.clone(), values: tensor.into_f32() };
    let tensors = tensors.into_iter().map(named).collect();
    Checkpoint::from_tensors(tensors, &metadata).map(Some).map_err(|e| unusable(path, &e))
}

/// The failure for a checkpoint that does not fit.
pub(super) fn unusable(path: &Path, error: &CheckpointError) -> Failure {
    Diagnostic::error(codes::BAD_CHECKPOINT, format!("`{}` cannot be used: {error}", path.display()))
        .help("begin the run anew, with `--out` or `--force`")
        .into()
}

/// Whether a checkpoint is due after this many optimizer steps of the run, in the middle of an
/// epoch.
pub(super) fn due_at_step(every: Option<Length>, step: u64, steps_per_epoch: u64) -> bool {
    match every {
        Some(Length::Steps(n)) => step.is_multiple_of(n.max(1)),
        Some(Length::Epochs(epochs)) if epochs < 1.0 => {
            step.is_multiple_of(Length::Epochs(epochs).steps(steps_per_epoch).max(1))
        }
        Some(Length::Epochs(_)) | None => false,
    }
}

/// Whether a checkpoint is due after this many epochs.
pub(super) fn due_at_epoch(every: Option<Length>, epoch: u64) -> bool {
    match every {
        // The cast saturates; lengths are not negative.
        Some(Length::Epochs(epochs)) if epochs >= 1.0 => epoch.is_multiple_of(epochs.round() as u64),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checkpoints_are_due_at_steps_or_epochs() {
        let steps: Vec<u64> = (1..12).filter(|s| due_at_step(Some(Length::Steps(5)), *s, 100)).collect();
        assert_eq!(steps, [5, 10]);
        let halves: Vec<u64> = (1..12).filter(|s| due_at_step(Some(Length::Epochs(0.5)), *s, 8)).collect();
        assert_eq!(halves, [4, 8]);
        assert!(!due_at_step(None, 8, 8) && !due_at_step(Some(Length::Epochs(2.0)), 8, 8));
        let every_other: Vec<u64> = (1..7).filter(|e| due_at_epoch(Some(Length::Epochs(2.0)), *e)).collect();
        assert_eq!(every_other, [2, 4, 6]);
        assert!(due_at_epoch(None, 1) && due_at_epoch(Some(Length::Steps(7)), 1));
    }
}
