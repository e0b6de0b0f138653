//! What the numbers of an epoch mean: which weights are the best, and when to stop early.

use crate::config::{DETECTION_METRICS, EarlyStop, Monitor};
use crate::engine::Progress;
use crate::engine::schedule::Plateau;
use crate::source::Span;

use super::evaluate::Probe;
use super::{Evaluation, TrainOptions};

/// What is watched for the best epoch: as the spec says, else the first metric on the
/// validation split, else its loss; on the training split where there is no other.
pub(super) fn monitor(options: &TrainOptions<'_>, probe: &Probe) -> Monitor {
    if let Some(monitor) = &options.config.monitor {
        return monitor.clone();
    }
    let validated = options.val.is_some();
    default_monitor(probe.holds("accuracy"), probe.detects() && validated, validated, options.config.span)
}

/// What is watched where the settings name nothing.
pub(crate) fn default_monitor(has_accuracy: bool, detects: bool, validation: bool, span: Span) -> Monitor {
    let metric = match has_accuracy {
        true => "accuracy",
        false if detects => DETECTION_METRICS[0],
        false => "loss",
    };
    Monitor { validation, metric: metric.to_string(), minimize: metric == "loss", span }
}

/// The value that a monitor watches; one that is not finite is never better.
fn watched(monitor: &Monitor, train: &[(String, f64)], val: Option<&Evaluation>) -> Option<f64> {
    let values = if monitor.validation { &val?.values } else { train };
    values.iter().find(|(n, _)| *n == monitor.metric).map(|(_, v)| *v)
}

/// Whether this epoch is the best so far.
pub(crate) fn is_best(
    monitor: &Monitor,
    train: &[(String, f64)],
    val: Option<&Evaluation>,
    progress: &mut Progress,
) -> bool {
    let Some(value) = watched(monitor, train, val) else { return false };
    let better = value.is_finite() && progress.best.is_none_or(|(_, best)| monitor.improves(value, best, 0.0));
    if better {
        progress.best = Some((progress.epoch, value));
    }
    better
}

/// Counts the epochs that brought no improvement; whether they are too many now.
pub(crate) fn stops_early(
    stop: &EarlyStop,
    train: &[(String, f64)],
    val: Option<&Evaluation>,
    progress: &mut Progress,
) -> bool {
    let Some(value) = watched(&stop.monitor, train, val) else { return false };
    let better = |best| stop.monitor.improves(value, best, stop.min_delta);
    if value.is_finite() && progress.watched.is_none_or(better) {
        progress.watched = Some(value);
        progress.waited = 0;
    } else {
        progress.waited += 1;
    }
    has_stopped(stop, progress)
}

/// Lowers the learning rate where the watched number no longer improves; whether it did.
pub(crate) fn drops_rate(
    monitor: &Monitor,
    plateau: &Plateau,
    train: &[(String, f64)],
    val: Option<&Evaluation>,
    progress: &mut Progress,
) -> bool {
    let Some(value) = watched(monitor, train, val) else { return false };
    if value.is_finite() && progress.plateau.is_none_or(|best| monitor.improves(value, best, plateau.min_delta)) {
        progress.plateau = Some(value);
        progress.stalled = 0;
    } else {
        progress.stalled += 1;
    }
    if progress.cooling > 0 {
        progress.cooling -= 1;
        progress.stalled = 0;
    }
    let drops = progress.stalled > plateau.patience;
    if drops {
        progress.drops += 1;
        progress.cooling = plateau.cooldown;
        progress.stalled = 0;
    }
    drops
}

/// Whether early stopping has ended the run.
pub(super) fn has_stopped(stop: &EarlyStop, progress: &Progress) -> bool {
    progress.waited > stop.patience as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The epochs after which the rate drops, and the factors then.
    fn drops(plateau: &Plateau) -> Vec<(u32, f64)> {
        let monitor = Monitor { validation: false, metric: "loss".into(), minimize: true, span: Span::default() };
        let (mut progress, mut drops) = (Progress::default(), Vec::new());
        for t in 0..50u32 {
            let value = f64::from((t * t * 37 + t * 11) % 23) / 40.0 + 1.0 / (1.0 + f64::from(t) / 6.0);
            let before = plateau.after(progress.drops);
            drops_rate(&monitor, plateau, &[("loss".into(), value)], None, &mut progress);
            let after = plateau.after(progress.drops);
            if after != before {
                drops.push((t, after));
            }
        }
        drops
    }

    /// The expected drops were computed with torch.optim.lr_scheduler.ReduceLROnPlateau 2.15
    /// (`threshold_mode="abs"`).
    #[test]
    fn plateaus_are_those_of_pytorch() {
        let plain = Plateau { factor: 0.5, patience: 2, min_delta: 0.0, cooldown: 0, min_factor: 0.0 };
        let cooled = Plateau { factor: 0.3, patience: 1, min_delta: 0.05, cooldown: 3, min_factor: 0.0 };
        let bounded = Plateau { factor: 0.1, patience: 0, min_factor: 0.004, ..plain };
        for (plateau, epochs) in [
            (plain, vec![4, 10, 26, 29, 32, 35, 40, 43, 49]),
            (cooled, vec![3, 9, 16, 21, 26, 31, 36, 41, 46]),
            (bounded, vec![2, 3, 4]),
        ] {
            let found = drops(&plateau);
            assert_eq!(found.iter().map(|(t, _)| *t).collect::<Vec<_>>(), epochs);
            for (n, (_, factor)) in (1..).zip(&found) {
                assert!((factor / plateau.factor.powi(n).max(plateau.min_factor) - 1.0).abs() < 1e-12);
            }
        }
    }
}
