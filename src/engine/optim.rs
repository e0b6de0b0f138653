//! Optimizers: their settings, and one fused pass over parameter, gradient and state.

use serde::{Deserialize, Serialize};

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
}

impl Optimizer {
    /// The learning rate that a schedule multiplies.
    pub fn lr(&self) -> f64 {
        match self {
            Optimizer::Sgd { lr, .. } | Optimizer::Adam { lr, .. } | Optimizer::Rmsprop { lr, .. } => *lr,
        }
    }
}
