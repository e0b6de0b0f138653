//! A moving average of the weights.

use super::params::ParamStore;

/// The exponential moving average of a run's weights. The decay grows with the number of steps up
/// to its limit, so that the first weights are soon forgotten:
/// `min(decay, (1 + step) / (10 + step))`, as in TensorFlow's `ExponentialMovingAverage`. Running
/// statistics are averages already and are taken over as they are.
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
        let decay = self.decay.min((1.0 + step as f64) / (10.0 + step as f64));
        let share = (1.0 - decay) as f32;
        for param in params.iter() {
            let average = self.average.get_mut(param.id);
            if param.trainable {
                average.iter_mut().zip(param.values).for_each(|(a, w)| *a += share * (w - *a));
            } else {
                average.copy_from_slice(param.values);
            }
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
