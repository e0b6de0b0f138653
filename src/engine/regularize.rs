//! What is done to gradients between the backward pass and the optimizer's step.

use crate::kernels::{reduce, sweep};

use super::params::{Grads, ParamStore};

/// The sum of `term` over all elements, in double precision and in a fixed order.
fn sum(values: &[f32], term: impl Fn(f64) -> f64 + Sync) -> f64 {
    reduce::tree(values.len(), &|begin, end| {
        let mut lanes = [0.0; 8];
        for chunk in values[begin..end].chunks(lanes.len()) {
            for (lane, v) in lanes.iter_mut().zip(chunk) {
                *lane += term(f64::from(*v));
            }
        }
        lanes.iter().sum()
    })
}

/// Adds the gradients of the parameters' own penalties, `l1 sum|w| + l2 sum w^2`, and returns
/// the penalties' sum, a term of the loss. As in Keras, only parameters that are trained pay;
/// the gradient of `|w|` at 0 is 0.
pub fn add_penalties(params: &ParamStore, grads: &mut Grads) -> f64 {
    let mut total = 0.0;
    for id in grads.trained().to_vec() {
        let param = params.view(id);
        let (l1, l2) = (param.penalty.l1, param.penalty.l2);
        let Some(grad) = grads.get_mut(id) else { continue };
        if l1 == 0.0 && l2 == 0.0 {
            continue;
        }
        total += sum(param.values, |w| l1 * w.abs() + l2 * w * w);
        let (l1, twice) = (l1 as f32, (2.0 * l2) as f32);
        sweep::zip([grad], [param.values], |[g], [w]| {
            for (g, w) in g.iter_mut().zip(w) {
                let sign = if *w == 0.0 { 0.0 } else { w.signum() };
                *g += l1 * sign + twice * w;
            }
        });
    }
    total
}

/// The Euclidean norm of all gradients together. It is not finite where one of them is not.
pub fn norm(grads: &Grads) -> f64 {
    grads.iter().map(|(_, grad)| sum(grad, |g| g * g)).sum::<f64>().sqrt()
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
