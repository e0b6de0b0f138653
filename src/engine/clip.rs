//! Limits on gradients, between the backward pass and the optimizer's step.

use crate::kernels::sweep;

use super::params::{Grads, sum_of};

/// The Euclidean norm of all gradients together. It is not finite where one of them is not.
pub fn norm(grads: &Grads) -> f64 {
    grads.iter().map(|(_, grad)| sum_of(grad, |g| g * g)).sum::<f64>().sqrt()
}

/// Scales all gradients so that their norm is at most `max`, and returns the norm before.
/// PyTorch's `clip_grad_norm_`: the factor is `max / (norm + 1e-6)`.
pub fn clip_norm(grads: &mut Grads, max: f64) -> f64 {
    let norm = norm(grads);
    let factor = max / (norm + 1e-6);
    if factor < 1.0 {
        let factor = factor as f32;
        grads.each(|grad| {
            sweep::zip([grad], [], |[g], []| g.iter_mut().for_each(|g| *g *= factor));
        });
    }
    norm
}

/// Limits every element to `-max..=max`, as PyTorch's `clip_grad_value_`.
pub fn clip_value(grads: &mut Grads, max: f64) {
    let max = max.abs() as f32;
    grads.each(|grad| {
        sweep::zip([grad], [], |[g], []| g.iter_mut().for_each(|g| *g = g.clamp(-max, max)));
    });
}
