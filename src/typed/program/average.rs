//! A moving average of a network's weights, by name.

use std::collections::BTreeMap;

use crate::engine::ema;

use super::super::{Module, visit, visit_mut};

/// What the engine's [`Ema`](ema::Ema) is, for a typed network.
pub(super) struct Average {
    decay: f64,
    values: BTreeMap<String, Vec<f32>>,
}

impl Average {
    /// An average that begins with the weights as they are.
    pub fn new(decay: f64, network: &impl Module) -> Self {
        let mut values = BTreeMap::new();
        visit(network, |name, _, own| {
            values.insert(name.to_string(), own.to_vec());
        });
        Self { decay, values }
    }

    /// Takes in the weights after a step; `step` is how many came before it.
    pub fn update(&mut self, network: &impl Module, step: u64) {
        let share = ema::share(self.decay, step);
        visit(network, |name, spec, own| {
            if let Some(average) = self.values.get_mut(name) {
                ema::follow(average, own, spec.trainable, share);
            }
        });
    }

    /// Puts the average in the place of the weights, and the weights in its own; a second call
    /// undoes it.
    pub fn swap(&mut self, network: &mut impl Module) {
        visit_mut(network, |name, _, own| {
            if let Some(average) = self.values.get_mut(name) {
                own.swap_with_slice(average);
            }
        });
    }
}
