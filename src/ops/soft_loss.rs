//! The cross entropy with a probability for each class, as mixed examples have them.

use crate::kernels::elementwise;
use crate::kernels::math;
use crate::kernels::parallel;
use crate::kernels::reduce;
use crate::kernels::softmax::{self, Lanes};

use super::lower::{Backward, Forward, Kernel, Needs, Workspace};

/// `-sum_c weight_c target_c log p_c`, where smoothing mixes the target with the even
/// distribution; the mean over all lanes (PyTorch's `cross_entropy` with probabilities: class
/// weights do not change the divisor). Saves the log-softmax, and the loss of each lane before its
/// sample weight.
pub(super) struct SoftCrossEntropyKernel {
    pub lanes: Lanes,
    pub smoothing: f32,
    pub class_weights: Vec<f32>,
}

/// Lanes whose losses one task computes.
const LANES: usize = 256;

impl SoftCrossEntropyKernel {
    fn class_weight(&self, class: usize) -> f32 {
        self.class_weights.get(class).copied().unwrap_or(1.0)
    }

    /// A target, smoothed and times its class's weight.
    fn share(&self, target: f32, class: usize) -> f32 {
        self.class_weight(class) * ((1.0 - self.smoothing) * target + self.smoothing / self.lanes.n as f32)
    }

    /// Where a lane begins.
    fn begin(&self, lane: usize) -> usize {
        lane / self.lanes.inner * self.lanes.n * self.lanes.inner + lane % self.lanes.inner
    }

    fn loss(&self, log_p: &[f32], targets: &[f32], lane: usize) -> f32 {
        let places = (self.begin(lane)..).step_by(self.lanes.inner).take(self.lanes.n);
        let term = |(class, at): (usize, usize)| f64::from(self.share(targets[at], class)) * f64::from(log_p[at]);
        -places.enumerate().map(term).sum::<f64>() as f32
    }
}

impl Kernel for SoftCrossEntropyKernel {
    fn workspace(&self) -> Workspace {
        let count = self.lanes.count();
        Workspace { saved: vec![count * self.lanes.n, count], ..Workspace::default() }
    }

    fn needs(&self) -> Needs {
        Needs { inputs: true, output: false }
    }

    fn in_place(&self) -> bool {
        false
    }

    fn forward(&self, f: Forward<'_, '_>) {
        let [log_p, losses] = f.saved else { return };
        elementwise::load(f.inputs[0], log_p);
        softmax::log_softmax(self.lanes, log_p);
        let (targets, work) = (f.inputs[1], log_p.len());
        parallel::for_chunks(losses, LANES, work, |i, losses| {
            losses.iter_mut().enumerate().for_each(|(k, loss)| *loss = self.loss(log_p, targets, i * LANES + k));
        });
        let sum = match f.inputs.get(2) {
            None => reduce::sum(losses),
            Some(weights) => reduce::tree(losses.len(), &|begin, end| {
                losses[begin..end].iter().zip(&weights[begin..end]).map(|(l, w)| f64::from(*l) * f64::from(*w)).sum()
            }),
        };
        f.output[0] = (sum / losses.len() as f64) as f32;
    }

    fn backward(&self, b: Backward<'_, '_>) {
        let (log_p, losses, targets) = (b.saved[0], b.saved[1], b.inputs[1]);
        let weights = b.inputs.get(2).copied();
        let unit = b.grad_output[0] / losses.len() as f32;
        let Lanes { n, inner, .. } = self.lanes;
        let scale = |lane: usize| unit * weights.map_or(1.0, |w| w[lane]);
        if let Some(grad) = b.grad_inputs.first_mut().and_then(Option::as_deref_mut) {
            elementwise::map(log_p, grad, math::exp);
            let work = grad.len();
            parallel::for_chunks(grad, n * inner, work, |o, plane| {
                for k in 0..inner {
                    let target = |class: usize| self.share(targets[o * n * inner + class * inner + k], class);
                    let total: f32 = (0..n).map(target).sum();
                    for (class, g) in plane[k..].iter_mut().step_by(inner).enumerate() {
                        *g = scale(o * inner + k) * (*g * total - target(class));
                    }
                }
            });
        }
        if let Some(grad) = b.grad_inputs.get_mut(1).and_then(Option::as_deref_mut) {
            for (at, (g, log_p)) in grad.iter_mut().zip(log_p).enumerate() {
                let (lane, class) = (at / (n * inner) * inner + at % inner, at / inner % n);
                *g = -scale(lane) * (1.0 - self.smoothing) * self.class_weight(class) * log_p;
            }
        }
        if let Some(grad) = b.grad_inputs.get_mut(2).and_then(Option::as_deref_mut) {
            grad.iter_mut().zip(losses).for_each(|(g, l)| *g = unit * l);
        }
    }
}
