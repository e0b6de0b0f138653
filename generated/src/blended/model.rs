//! A network of 3000 trainable weights. Written by `blockprint compile`.

use blockprint::typed::prelude::*;
use blockprint::typed::program::Measures;

/// `[N, 1, 28, 28]` to `[N, 10]`.
pub struct Blended {
    /// `separable`, `[N, 1, 30, 30]` to `[N, 6, 14, 14]`, 50 weights.
    pub separable: separable!(
        1 x 30 x 30 => 6 x 14 x 14, kernel 4 x 4, stride 2 x 2, multiplier 2
    ),
    /// `dense`, `[N, 294]` to `[N, 10]`, 2,950 weights.
    pub logits: Dense<294, 10>,
}

impl Blended {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            separable: Separable::new().init(Init::HeNormal(Fan::In)),
            logits: Dense::new(),
        }
    }

    /// `[N, 1, 28, 28]` to `[N, 10]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        image: Map<B, 1, 28, 28, T>,
    ) -> Features<B, 10, T> {
        let x = pad!(image; 1 x 28 x 28 => 1 x 30 x 30, by 1 x 1, value - 0.5);
        let x = relu(self.separable.forward(x));
        let x = max_pool!(x; 6 x 14 x 14 => 6 x 7 x 7, kernel 2 x 2, stride 2 x 2);
        let x = flatten!(x; 6 x 7 x 7 => 294);
        self.logits.forward(x)
    }

    /// The loss, and the numbers that are reported beside it.
    pub fn measure<B: Dim, T: Tape>(
        logits: Features<B, 10, T>,
        label: Features<B, 10>,
    ) -> Measures<T> {
        let accuracy_value = accuracy(fork(&logits), label.clone());
        let second = topk(fork(&logits), label.clone(), 2);
        let ce = cross_entropy(logits, label, 0.0);
        Measures::new(ce).report("accuracy", accuracy_value).report("second", second)
    }
}

module!(Blended { separable : "separable", logits : "logits" });
