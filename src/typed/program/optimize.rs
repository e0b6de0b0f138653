//! One step of the engine's optimizers over a generated network.

use std::collections::BTreeMap;

use crate::config::TrainConfig;
use crate::diag::codes;
use crate::engine::optim::{ByName, Optimizer};
use crate::ops::init::Penalty;
use crate::run::Failure;
use crate::run::train::Group;

use super::super::tape::Grads;
use super::super::{CpuError, Module, visit_gradients};

/// An optimizer, and what it remembers of each parameter.
pub(super) struct Step<'c> {
    config: &'c TrainConfig,
    state: ByName,
    /// Gradients of the step's batches before its last one, by name.
    sums: BTreeMap<String, Vec<f32>>,
}

impl<'c> Step<'c> {
    /// Before the first step of a phase.
    pub fn new(optimizer: &Optimizer, config: &'c TrainConfig) -> Self {
        Self { config, state: ByName::new(optimizer), sums: BTreeMap::new() }
    }

    /// Takes in the gradients of a batch, of which a share goes into its step. With the last batch of
    /// a step, changes all parameters that `trained` names; `lr` is the rate of the step. Whether all
    /// gradients are finite; nothing is changed where one is not.
    pub fn take(
        &mut self,
        network: &mut impl Module,
        grads: &mut Grads,
        group: Group,
        lr: f64,
        trained: impl Fn(&str) -> bool,
    ) -> Result<bool, Failure> {
        if group.first {
            self.sums.clear();
        }
        if !group.last {
            visit_gradients(network, grads, |name, _, _, grad| self.keep(name, grad, group.scale)).map_err(memory)?;
            return Ok(true);
        }
        if !group.first {
            visit_gradients(network, grads, |name, _, _, grad| {
                self.keep(name, grad, group.scale);
                grad.copy_from_slice(&self.sums[name]);
            })
            .map_err(memory)?;
        }
        self.step(network, grads, lr, trained)
    }

    /// Adds a share of a gradient to what the step has so far.
    fn keep(&mut self, name: &str, grad: &[f32], share: f32) {
        match self.sums.get_mut(name) {
            Some(sum) => sum.iter_mut().zip(grad).for_each(|(s, g)| *s += share * g),
            None => {
                self.sums.insert(name.to_string(), grad.iter().map(|g| share * g).collect());
            }
        }
    }

    fn step(
        &mut self,
        network: &mut impl Module,
        grads: &mut Grads,
        lr: f64,
        trained: impl Fn(&str) -> bool,
    ) -> Result<bool, Failure> {
        let limit = self.config.clip_value.map(|v| v.abs() as f32);
        let mut squares = 0.0;
        visit_gradients(network, grads, |name, spec, values, grad| {
            if !trained(name) {
                return;
            }
            add_penalty(spec.penalty, values, grad);
            if let Some(limit) = limit {
                grad.iter_mut().for_each(|g| *g = g.clamp(-limit, limit));
            }
            squares += grad.iter().map(|g| f64::from(*g) * f64::from(*g)).sum::<f64>();
        })
        .map_err(memory)?;
        if !squares.is_finite() {
            return Ok(false);
        }
        // PyTorch's `clip_grad_norm_`, as in the engine.
        let factor = self.config.clip_norm.map_or(1.0, |max| (max / (squares.sqrt() + 1e-6)).min(1.0)) as f32;
        self.state.next_step();
        visit_gradients(network, grads, |name, _, values, grad| {
            if !trained(name) {
                return;
            }
            if factor < 1.0 {
                grad.iter_mut().for_each(|g| *g *= factor);
            }
            self.state.update(name, values, grad, lr * self.config.lr_multiplier(name));
        })
        .map_err(memory)?;
        Ok(true)
    }
}

fn memory(e: CpuError) -> Failure {
    Failure::new(codes::TOO_MUCH_MEMORY, format!("no memory for gradients: {e:?}"))
}

/// Adds the gradient of a parameter's own penalty, `l1 sum|w| + l2 sum w^2`; that of `|w|` at 0 is 0.
fn add_penalty(penalty: Penalty, values: &[f32], grad: &mut [f32]) {
    if penalty == Penalty::default() {
        return;
    }
    let (l1, twice) = (penalty.l1 as f32, (2.0 * penalty.l2) as f32);
    for (g, w) in grad.iter_mut().zip(values) {
        let sign = if *w == 0.0 { 0.0 } else { w.signum() };
        *g += l1 * sign + twice * w;
    }
}
