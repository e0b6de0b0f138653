//! Optimizers: their settings, and one fused pass over parameter, gradient and state.

mod update;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::check::ParamId;
use crate::plan::{Region, aligned};

use super::buffer::Buffer;
use super::params::{Grads, ParamStore};

/// An optimizer and its settings. Formulas follow PyTorch's documentation of `torch.optim`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Optimizer {
    /// Stochastic gradient descent.
    Sgd {
        /// Learning rate.
        lr: f64,
        /// Momentum; 0 for none.
        momentum: f64,
        /// Nesterov's form.
        nesterov: bool,
        /// Dampening of the momentum.
        dampening: f64,
        /// L2 decay, added to the gradient.
        weight_decay: f64,
    },
    /// Adam (Kingma and Ba 2014); `decoupled` makes it AdamW (Loshchilov and Hutter 2017).
    Adam {
        /// Learning rate.
        lr: f64,
        /// Decay of the mean of gradients.
        beta1: f64,
        /// Decay of the mean of squares.
        beta2: f64,
        /// Added to the root.
        eps: f64,
        /// Decay: added to the gradient, or taken from the weights where decoupled.
        weight_decay: f64,
        /// AdamW.
        decoupled: bool,
        /// Reddi et al. 2018.
        amsgrad: bool,
    },
    /// Adam with Nesterov's momentum (Dozat 2016).
    Nadam {
        /// Learning rate.
        lr: f64,
        /// Decay of the mean of gradients, which is reached in time.
        beta1: f64,
        /// Decay of the mean of squares.
        beta2: f64,
        /// Added to the root.
        eps: f64,
        /// Decay: added to the gradient, or taken from the weights where decoupled.
        weight_decay: f64,
        /// How fast `beta1` is reached: step `t` has `beta1 (1 - 0.96^(t momentum_decay) / 2)`.
        momentum_decay: f64,
        /// Decay that is taken from the weights.
        decoupled: bool,
    },
    /// Adam by the greatest gradient instead of the mean of squares (Kingma and Ba 2014, section 7).
    Adamax {
        /// Learning rate.
        lr: f64,
        /// Decay of the mean of gradients.
        beta1: f64,
        /// Decay of the greatest gradient.
        beta2: f64,
        /// Added to each gradient's size.
        eps: f64,
        /// L2 decay, added to the gradient.
        weight_decay: f64,
    },
    /// RMSprop (Hinton 2012), in PyTorch's form.
    Rmsprop {
        /// Learning rate.
        lr: f64,
        /// Smoothing of the mean of squares.
        alpha: f64,
        /// Added to the root.
        eps: f64,
        /// Momentum; 0 for none.
        momentum: f64,
        /// Whether the mean is taken off.
        centered: bool,
        /// L2 decay, added to the gradient.
        weight_decay: f64,
    },
    /// Adagrad (Duchi et al. 2011).
    Adagrad {
        /// Learning rate.
        lr: f64,
        /// The rate is divided by one plus this times the steps so far.
        lr_decay: f64,
        /// What the sum of squares begins with.
        initial: f64,
        /// Added to the root.
        eps: f64,
        /// L2 decay, added to the gradient.
        weight_decay: f64,
    },
    /// Adadelta (Zeiler 2012).
    Adadelta {
        /// Learning rate.
        lr: f64,
        /// Smoothing of both means of squares.
        rho: f64,
        /// Added beneath both roots.
        eps: f64,
        /// L2 decay, added to the gradient.
        weight_decay: f64,
    },
}

impl Optimizer {
    /// The learning rate that a schedule multiplies.
    pub fn lr(&self) -> f64 {
        match self {
            Optimizer::Sgd { lr, .. }
            | Optimizer::Adam { lr, .. }
            | Optimizer::Nadam { lr, .. }
            | Optimizer::Adamax { lr, .. }
            | Optimizer::Rmsprop { lr, .. }
            | Optimizer::Adagrad { lr, .. }
            | Optimizer::Adadelta { lr, .. } => *lr,
        }
    }

    /// The same settings with another learning rate.
    #[must_use]
    pub fn with_lr(mut self, rate: f64) -> Self {
        match &mut self {
            Optimizer::Sgd { lr, .. }
            | Optimizer::Adam { lr, .. }
            | Optimizer::Nadam { lr, .. }
            | Optimizer::Adamax { lr, .. }
            | Optimizer::Rmsprop { lr, .. }
            | Optimizer::Adagrad { lr, .. }
            | Optimizer::Adadelta { lr, .. } => *lr = rate,
        }
        self
    }

    /// The names of the tensors that it keeps for every parameter.
    pub fn slots(&self) -> &'static [&'static str] {
        match self {
            Optimizer::Sgd { momentum, .. } => match *momentum != 0.0 {
                true => &["momentum_buffer"],
                false => &[],
            },
            Optimizer::Adam { amsgrad: false, .. } => &["exp_avg", "exp_avg_sq"],
            Optimizer::Adam { amsgrad: true, .. } => &["exp_avg", "exp_avg_sq", "max_exp_avg_sq"],
            Optimizer::Nadam { .. } => &["exp_avg", "exp_avg_sq"],
            Optimizer::Adamax { .. } => &["exp_avg", "exp_inf"],
            Optimizer::Rmsprop { momentum, centered, .. } => match (*momentum != 0.0, centered) {
                (false, false) => &["square_avg"],
                (true, false) => &["square_avg", "momentum_buffer"],
                (false, true) => &["square_avg", "grad_avg"],
                (true, true) => &["square_avg", "momentum_buffer", "grad_avg"],
            },
            Optimizer::Adagrad { .. } => &["sum"],
            Optimizer::Adadelta { .. } => &["square_avg", "acc_delta"],
        }
    }

    /// What all of its tensors hold before the first step.
    fn first_value(&self) -> f32 {
        match self {
            Optimizer::Adagrad { initial, .. } => *initial as f32,
            _ => 0.0,
        }
    }
}

/// What an optimizer remembers between steps.
#[derive(Clone)]
pub struct OptimizerState {
    optimizer: Optimizer,
    /// Steps that were taken.
    step: u64,
    trained: Vec<(ParamId, Region)>,
    /// Factors of the learning rate, in the order of `trained`.
    multipliers: Vec<f64>,
    /// One buffer for each of [`Optimizer::slots`].
    slots: Vec<Buffer>,
}

impl OptimizerState {
    /// The state before the first step, for the parameters of [`Plan::trained`].
    ///
    /// [`Plan::trained`]: crate::plan::Plan::trained
    pub fn new(optimizer: &Optimizer, params: &ParamStore, trained: &[ParamId]) -> Self {
        let mut end = 0;
        let trained: Vec<_> = trained
            .iter()
            .map(|id| {
                let region = Region { start: end, len: params.get(*id).len() };
                end = aligned(region.start + region.len).unwrap_or(usize::MAX);
                (*id, region)
            })
            .collect();
        let slot = |_: &&str| {
            let mut buffer = Buffer::new(end);
            buffer.get_mut().fill(optimizer.first_value());
            buffer
        };
        let slots = optimizer.slots().iter().map(slot).collect();
        let multipliers = vec![1.0; trained.len()];
        Self { optimizer: *optimizer, step: 0, trained, multipliers, slots }
    }

    /// Gives each parameter a factor of its own for the learning rate.
    pub fn set_multipliers(&mut self, multiplier: impl Fn(ParamId) -> f64) {
        self.multipliers = self.trained.iter().map(|(id, _)| multiplier(*id)).collect();
    }

    /// How many steps were taken.
    pub fn steps(&self) -> u64 {
        self.step
    }

    /// Its settings.
    pub fn optimizer(&self) -> &Optimizer {
        &self.optimizer
    }

    /// The bytes that the state of an optimizer takes for parameters whose gradients take
    /// `grads_bytes`.
    pub fn bytes(optimizer: &Optimizer, grads_bytes: u64) -> u64 {
        grads_bytes.saturating_mul(optimizer.slots().len() as u64)
    }

    /// Changes the parameters that have a gradient. `lr` is the rate of this step: the
    /// optimizer's own times the schedule's factor.
    pub fn step(&mut self, params: &mut ParamStore, grads: &Grads, lr: f64) {
        self.step += 1;
        for ((id, region), multiplier) in self.trained.iter().zip(&self.multipliers) {
            let Some(grad) = grads.get(*id) else { continue };
            let lr = lr * multiplier;
            let weights = params.get_mut(*id);
            let mut slots: SmallVec<[&mut [f32]; 3]> = self.slots.iter_mut().map(|s| s.part_mut(*region)).collect();
            update::update(&self.optimizer, self.step, lr, weights, grad, &mut slots);
        }
    }

    /// The remembered tensors: slot, parameter, values.
    pub fn tensors(&self) -> impl Iterator<Item = (&'static str, ParamId, &[f32])> {
        self.optimizer
            .slots()
            .iter()
            .zip(&self.slots)
            .flat_map(|(name, slot)| self.trained.iter().map(move |(id, region)| (*name, *id, slot.part(*region))))
    }

    /// One of the remembered tensors, to be filled from a checkpoint.
    pub fn tensor_mut(&mut self, slot: &str, param: ParamId) -> Option<&mut [f32]> {
        let at = self.optimizer.slots().iter().position(|s| *s == slot)?;
        let (_, region) = self.trained.iter().find(|(id, _)| *id == param)?;
        Some(self.slots[at].part_mut(*region))
    }

    /// Goes on from this many steps, as from a checkpoint.
    pub fn set_steps(&mut self, steps: u64) {
        self.step = steps;
    }
}

/// What an optimizer remembers of parameters that are told apart by their names, for values that
/// lie outside of a [`ParamStore`].
#[derive(Clone, Debug)]
pub struct ByName {
    optimizer: Optimizer,
    step: u64,
    slots: HashMap<String, Vec<Vec<f32>>>,
}

impl ByName {
    /// The state before the first step.
    pub fn new(optimizer: &Optimizer) -> Self {
        Self { optimizer: *optimizer, step: 0, slots: HashMap::new() }
    }

    /// Begins a step: the updates that follow are of it.
    pub fn next_step(&mut self) {
        self.step += 1;
    }

    /// Changes one parameter; `lr` is as in [`OptimizerState::step`].
    pub fn update(&mut self, name: &str, values: &mut [f32], grad: &[f32], lr: f64) {
        if !self.slots.contains_key(name) {
            let first = self.optimizer.first_value();
            let slots = self.optimizer.slots().iter().map(|_| vec![first; values.len()]).collect();
            self.slots.insert(name.to_string(), slots);
        }
        if let Some(slots) = self.slots.get_mut(name) {
            let mut slots: SmallVec<[&mut [f32]; 3]> = slots.iter_mut().map(Vec::as_mut_slice).collect();
            update::update(&self.optimizer, self.step, lr, values, grad, &mut slots);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_by_name_begin_with_the_optimizers_own_state() {
        let optimizer = Optimizer::Adagrad { lr: 0.5, lr_decay: 0.0, initial: 3.0, eps: 0.0, weight_decay: 0.0 };
        let mut state = ByName::new(&optimizer);
        let mut values = [1.0f32, 2.0];
        state.next_step();
        state.update("picture", &mut values, &[1.0, 0.0], 0.5);
        // The sum of squares is 3 + 1.
        assert_eq!(values, [1.0 - 0.5 / 2.0, 2.0]);
    }
}
