//! A moving average of the weights.

use super::params::ParamStore;

/// The share of new weights in the average after a step; `step` is how many came before it. The decay
/// grows with the number of steps up to its limit, so that the first weights are soon forgotten:
/// `min(decay, (1 + step) / (10 + step))`, as in TensorFlow's `ExponentialMovingAverage`.
pub fn share(decay: f64, step: u64) -> f32 {
    let decay = decay.min((1.0 + step as f64) / (10.0 + step as f64));
    (1.0 - decay) as f32
}

/// Moves the average of a parameter by a share of the way to its values. Running statistics are
/// averages already and are taken over as they are.
pub fn follow(average: &mut [f32], values: &[f32], trainable: bool, share: f32) {
    match trainable {
        true => average.iter_mut().zip(values).for_each(|(a, w)| *a += share * (w - *a)),
        false => average.copy_from_slice(values),
    }
}

/// The exponential moving average of a run's weights: see [`share`] and [`follow`].
pub struct Ema {
    decay: f64,
    average: ParamStore,
}

impl Ema {
    /// An average that begins with these weights.
    pub fn new(decay: f64, params: &ParamStore) -> Self {
        Self { decay, average: params.clone() }
    }

    /// Takes in the weights after a step; `step` is how many came before it.
    pub fn update(&mut self, params: &ParamStore, step: u64) {
        let share = share(self.decay, step);
        for param in params.iter() {
            follow(self.average.get_mut(param.id), param.values, param.trainable, share);
        }
    }

    /// Puts the average in the place of the weights, and the weights in its own; a second call
    /// undoes it.
    pub fn swap(&mut self, params: &mut ParamStore) {
        std::mem::swap(&mut self.average, params);
    }

    /// The average.
    pub fn average(&self) -> &ParamStore {
        &self.average
    }

    /// The average, to be filled from a checkpoint.
    pub fn average_mut(&mut self) -> &mut ParamStore {
        &mut self.average
    }
}
