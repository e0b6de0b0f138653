//! The update rules, each in one pass over a parameter, its gradient and its state.
//!
//! Formulas and the order of operations follow PyTorch's documentation of `torch.optim` (the
//! single-tensor form): scalars are computed in double precision, elements in single.

use crate::kernels::sweep::zip;

use super::Optimizer;

/// Changes one parameter. `slots` are those of [`Optimizer::slots`]; `step` counts from 1.
pub(super) fn update(
    optimizer: &Optimizer,
    step: u64,
    lr: f64,
    weights: &mut [f32],
    grad: &[f32],
    slots: &mut [&mut [f32]],
) {
    match *optimizer {
        Optimizer::Sgd { momentum, nesterov, dampening, weight_decay, .. } => {
            let rule = Sgd {
                lr: lr as f32,
                decay: weight_decay as f32,
                momentum: momentum as f32,
                // The first step takes the gradient as it is.
                share: if step == 1 { 1.0 } else { (1.0 - dampening) as f32 },
                nesterov,
            };
            match slots {
                [buffer] => rule.with_momentum(weights, grad, buffer),
                _ => rule.plain(weights, grad),
            }
        }
        Optimizer::Adam { beta1, beta2, eps, weight_decay, decoupled, .. } => {
            let rule = Adam {
                rate: (lr / (1.0 - beta1.powi(exponent(step)))) as f32,
                correction: (1.0 - beta2.powi(exponent(step))).sqrt() as f32,
                share1: (1.0 - beta1) as f32,
                beta2: beta2 as f32,
                share2: (1.0 - beta2) as f32,
                eps: eps as f32,
                decay: if decoupled { 0.0 } else { weight_decay as f32 },
                keep: if decoupled { (1.0 - lr * weight_decay) as f32 } else { 1.0 },
            };
            match slots {
                [mean, square] => rule.plain(weights, grad, mean, square),
                [mean, square, max] => rule.amsgrad(weights, grad, mean, square, max),
                _ => {}
            }
        }
        Optimizer::Nadam { beta1, beta2, eps, weight_decay, momentum_decay, decoupled, .. } => {
            if let [mean, square] = slots {
                let factors = nadam_factors(beta1, momentum_decay, step);
                let rule = Nadam {
                    gradient: (lr * factors.gradient) as f32,
                    moment: (lr * factors.moment) as f32,
                    correction: 1.0 / (1.0 - beta2.powi(exponent(step))) as f32,
                    share1: (1.0 - beta1) as f32,
                    beta2: beta2 as f32,
                    share2: (1.0 - beta2) as f32,
                    eps: eps as f32,
                    decay: if decoupled { 0.0 } else { weight_decay as f32 },
                    keep: if decoupled { (1.0 - lr * weight_decay) as f32 } else { 1.0 },
                };
                rule.step(weights, grad, mean, square);
            }
        }
        Optimizer::Adamax { beta1, beta2, eps, weight_decay, .. } => {
            if let [mean, greatest] = slots {
                let rule = Adamax {
                    rate: (lr / (1.0 - beta1.powi(exponent(step)))) as f32,
                    share: (1.0 - beta1) as f32,
                    beta2: beta2 as f32,
                    eps: eps as f32,
                    decay: weight_decay as f32,
                };
                rule.step(weights, grad, mean, greatest);
            }
        }
        Optimizer::Rmsprop { alpha, eps, momentum, centered, weight_decay, .. } => {
            let rule = Rmsprop {
                lr: lr as f32,
                alpha: alpha as f32,
                share: (1.0 - alpha) as f32,
                eps: eps as f32,
                momentum: momentum as f32,
                decay: weight_decay as f32,
            };
            match (slots, centered) {
                ([square], _) => rule.plain(weights, grad, square),
                ([square, mean], true) => rule.centered(weights, grad, square, mean),
                ([square, buffer], false) => rule.with_momentum(weights, grad, square, buffer),
                ([square, buffer, mean], _) => rule.centered_with_momentum(weights, grad, square, buffer, mean),
                _ => {}
            }
        }
        Optimizer::Adagrad { lr_decay, eps, weight_decay, .. } => {
            let rate = (lr / (1.0 + (step - 1) as f64 * lr_decay)) as f32;
            if let [sum] = slots {
                adagrad(weights, grad, sum, rate, eps as f32, weight_decay as f32);
            }
        }
        Optimizer::Adadelta { rho, eps, weight_decay, .. } => {
            let rule = Adadelta {
                lr: lr as f32,
                rho: rho as f32,
                share: (1.0 - rho) as f32,
                eps: eps as f32,
                decay: weight_decay as f32,
            };
            if let [square, moved] = slots {
                rule.step(weights, grad, square, moved);
            }
        }
    }
}

fn exponent(step: u64) -> i32 {
    step.min(i32::MAX as u64) as i32
}

/// What NAdam multiplies the gradient and its mean by, besides the learning rate.
struct NadamFactors {
    gradient: f64,
    moment: f64,
}

/// With `mu_t = beta1 (1 - 0.96^(t d) / 2)` and `p_t` the product of `mu_1` to `mu_t`:
/// `(1 - mu_t) / (1 - p_t)` and `mu_{t+1} / (1 - p_{t+1})`.
fn nadam_factors(beta1: f64, momentum_decay: f64, step: u64) -> NadamFactors {
    let mu = |t: u64| beta1 * (1.0 - 0.5 * 0.96f64.powf(t as f64 * momentum_decay));
    // A product below the rounding of 1 changes nothing.
    let product = (1..=step).map(mu).try_fold(1.0, |p, mu| if p * mu < 1e-17 { None } else { Some(p * mu) });
    let (product, now, next) = (product.unwrap_or(0.0), mu(step), mu(step.saturating_add(1)));
    NadamFactors { gradient: (1.0 - now) / (1.0 - product), moment: next / (1.0 - product * next) }
}

struct Nadam {
    gradient: f32,
    moment: f32,
    /// One over the second moment's bias.
    correction: f32,
    share1: f32,
    beta2: f32,
    share2: f32,
    eps: f32,
    decay: f32,
    /// What decoupled decay leaves of a weight.
    keep: f32,
}

impl Nadam {
    fn step(&self, weights: &mut [f32], grad: &[f32], mean: &mut [f32], square: &mut [f32]) {
        zip([weights, mean, square], [grad], |[w, m, s], [g]| {
            for (((w, m), s), g) in w.iter_mut().zip(m).zip(s).zip(g) {
                let g = g + self.decay * *w;
                *m += self.share1 * (g - *m);
                *s = self.beta2 * *s + self.share2 * g * g;
                let root = (*s * self.correction).sqrt() + self.eps;
                *w = *w * self.keep - (self.gradient * g + self.moment * *m) / root;
            }
        });
    }
}

struct Adamax {
    rate: f32,
    share: f32,
    beta2: f32,
    eps: f32,
    decay: f32,
}

impl Adamax {
    fn step(&self, weights: &mut [f32], grad: &[f32], mean: &mut [f32], greatest: &mut [f32]) {
        zip([weights, mean, greatest], [grad], |[w, m, x], [g]| {
            for (((w, m), x), g) in w.iter_mut().zip(m).zip(x).zip(g) {
                let g = g + self.decay * *w;
                *m += self.share * (g - *m);
                *x = (self.beta2 * *x).max(g.abs() + self.eps);
                *w -= self.rate * *m / *x;
            }
        });
    }
}

fn adagrad(weights: &mut [f32], grad: &[f32], sum: &mut [f32], rate: f32, eps: f32, decay: f32) {
    zip([weights, sum], [grad], |[w, s], [g]| {
        for ((w, s), g) in w.iter_mut().zip(s).zip(g) {
            let g = g + decay * *w;
            *s += g * g;
            *w -= rate * g / (s.sqrt() + eps);
        }
    });
}

struct Adadelta {
    lr: f32,
    rho: f32,
    share: f32,
    eps: f32,
    decay: f32,
}

impl Adadelta {
    /// Moves by the ratio of the root mean squares of earlier moves and of gradients.
    fn step(&self, weights: &mut [f32], grad: &[f32], square: &mut [f32], moved: &mut [f32]) {
        zip([weights, square, moved], [grad], |[w, s, m], [g]| {
            for (((w, s), m), g) in w.iter_mut().zip(s).zip(m).zip(g) {
                let g = g + self.decay * *w;
                *s = self.rho * *s + self.share * g * g;
                let delta = (*m + self.eps).sqrt() / (*s + self.eps).sqrt() * g;
                *m = self.rho * *m + self.share * delta * delta;
                *w -= self.lr * delta;
            }
        });
    }
}

struct Sgd {
    lr: f32,
    decay: f32,
    momentum: f32,
    /// The gradient's share in the momentum.
    share: f32,
    nesterov: bool,
}

impl Sgd {
    fn plain(&self, weights: &mut [f32], grad: &[f32]) {
        zip([weights], [grad], |[w], [g]| {
            for (w, g) in w.iter_mut().zip(g) {
                *w -= self.lr * (g + self.decay * *w);
            }
        });
    }

    fn with_momentum(&self, weights: &mut [f32], grad: &[f32], buffer: &mut [f32]) {
        zip([weights, buffer], [grad], |[w, b], [g]| {
            for ((w, b), g) in w.iter_mut().zip(b).zip(g) {
                let g = g + self.decay * *w;
                *b = self.momentum * *b + self.share * g;
                *w -= self.lr * if self.nesterov { g + self.momentum * *b } else { *b };
            }
        });
    }
}

struct Adam {
    /// The learning rate over the first moment's bias.
    rate: f32,
    /// The root of the second moment's bias.
    correction: f32,
    share1: f32,
    beta2: f32,
    share2: f32,
    eps: f32,
    decay: f32,
    /// What decoupled decay leaves of a weight.
    keep: f32,
}

impl Adam {
    /// Updates both moments; returns the decayed weight.
    fn moments(&self, w: f32, g: f32, mean: &mut f32, square: &mut f32) -> f32 {
        let g = g + self.decay * w;
        *mean += self.share1 * (g - *mean);
        *square = self.beta2 * *square + self.share2 * g * g;
        w * self.keep
    }

    fn moved(&self, w: f32, mean: f32, square: f32) -> f32 {
        w - self.rate * mean / (square.sqrt() / self.correction + self.eps)
    }

    fn plain(&self, weights: &mut [f32], grad: &[f32], mean: &mut [f32], square: &mut [f32]) {
        zip([weights, mean, square], [grad], |[w, m, s], [g]| {
            for (((w, m), s), g) in w.iter_mut().zip(m).zip(s).zip(g) {
                let kept = self.moments(*w, *g, m, s);
                *w = self.moved(kept, *m, *s);
            }
        });
    }

    fn amsgrad(&self, weights: &mut [f32], grad: &[f32], mean: &mut [f32], square: &mut [f32], max: &mut [f32]) {
        zip([weights, mean, square, max], [grad], |[w, m, s, x], [g]| {
            for ((((w, m), s), x), g) in w.iter_mut().zip(m).zip(s).zip(x).zip(g) {
                let kept = self.moments(*w, *g, m, s);
                *x = x.max(*s);
                *w = self.moved(kept, *m, *x);
            }
        });
    }
}

struct Rmsprop {
    lr: f32,
    alpha: f32,
    share: f32,
    eps: f32,
    momentum: f32,
    decay: f32,
}

impl Rmsprop {
    /// Updates the mean of squares; returns the decayed gradient.
    fn square(&self, w: f32, g: f32, square: &mut f32) -> f32 {
        let g = g + self.decay * w;
        *square = self.alpha * *square + self.share * g * g;
        g
    }

    /// The deviation around the mean of gradients, which is updated. Rounding may leave less
    /// than nothing under the root.
    fn deviation(&self, g: f32, square: f32, mean: &mut f32) -> f32 {
        *mean += self.share * (g - *mean);
        (square - *mean * *mean).max(0.0).sqrt() + self.eps
    }

    fn plain(&self, weights: &mut [f32], grad: &[f32], square: &mut [f32]) {
        zip([weights, square], [grad], |[w, s], [g]| {
            for ((w, s), g) in w.iter_mut().zip(s).zip(g) {
                let g = self.square(*w, *g, s);
                *w -= self.lr * g / (s.sqrt() + self.eps);
            }
        });
    }

    fn with_momentum(&self, weights: &mut [f32], grad: &[f32], square: &mut [f32], buffer: &mut [f32]) {
        zip([weights, square, buffer], [grad], |[w, s, b], [g]| {
            for (((w, s), b), g) in w.iter_mut().zip(s).zip(b).zip(g) {
                let g = self.square(*w, *g, s);
                *b = self.momentum * *b + g / (s.sqrt() + self.eps);
                *w -= self.lr * *b;
            }
        });
    }

    fn centered(&self, weights: &mut [f32], grad: &[f32], square: &mut [f32], mean: &mut [f32]) {
        zip([weights, square, mean], [grad], |[w, s, m], [g]| {
            for (((w, s), m), g) in w.iter_mut().zip(s).zip(m).zip(g) {
                let g = self.square(*w, *g, s);
                *w -= self.lr * g / self.deviation(g, *s, m);
            }
        });
    }

    fn centered_with_momentum(
        &self,
        weights: &mut [f32],
        grad: &[f32],
        square: &mut [f32],
        buffer: &mut [f32],
        mean: &mut [f32],
    ) {
        zip([weights, square, buffer, mean], [grad], |[w, s, b, m], [g]| {
            for ((((w, s), b), m), g) in w.iter_mut().zip(s).zip(b).zip(m).zip(g) {
                let g = self.square(*w, *g, s);
                *b = self.momentum * *b + g / self.deviation(g, *s, m);
                *w -= self.lr * *b;
            }
        });
    }
}
