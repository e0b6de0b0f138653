//! Penalties that parameters carry of their own.

use crate::kernels::sweep;

use super::params::{Grads, ParamStore, sum_of};

/// Adds the gradients of the parameters' own penalties, `l1 sum|w| + l2 sum w^2`, and returns
/// the penalties' sum, a term of the loss. As in Keras, only parameters that are trained pay;
/// the gradient of `|w|` at 0 is 0.
pub fn add_gradients(params: &ParamStore, grads: &mut Grads) -> f64 {
    let mut total = 0.0;
    for index in 0..grads.trained().len() {
        let id = grads.trained()[index];
        let param = params.view(id);
        let (l1, l2) = (param.penalty.l1, param.penalty.l2);
        let Some(grad) = grads.get_mut(id) else { continue };
        if l1 == 0.0 && l2 == 0.0 {
            continue;
        }
        total += sum_of(param.values, |w| l1 * w.abs() + l2 * w * w);
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
