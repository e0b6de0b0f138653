//! A network of 61706 trainable weights. Written by `blockprint compile`.

use blockprint::typed::prelude::*;
use blockprint::typed::program::Measures;

/// `[N, 1, 28, 28]` to `[N, 10]`.
pub struct Lenet5 {
    /// `conv`, `[N, 1, 28, 28]` to `[N, 6, 28, 28]`, 156 weights.
    pub c1: conv!(1 x 28 x 28 => 6 x 28 x 28, kernel 5 x 5, pad 2 x 2),
    /// `conv`, `[N, 6, 14, 14]` to `[N, 16, 10, 10]`, 2,416 weights.
    pub c3: conv!(6 x 14 x 14 => 16 x 10 x 10, kernel 5 x 5),
    /// `dense`, `[N, 400]` to `[N, 120]`, 48,120 weights.
    pub f5: Dense<400, 120>,
    /// `dense`, `[N, 120]` to `[N, 84]`, 10,164 weights.
    pub f6: Dense<120, 84>,
    /// `dense`, `[N, 84]` to `[N, 10]`, 850 weights.
    pub logits: Dense<84, 10>,
}

impl Lenet5 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            c1: Conv::new().init(Init::HeNormal(Fan::In)).at_input(),
            c3: Conv::new().init(Init::HeNormal(Fan::In)),
            f5: Dense::new().init(Init::HeNormal(Fan::In)),
            f6: Dense::new().init(Init::HeNormal(Fan::In)),
            logits: Dense::new(),
        }
    }

    /// `[N, 1, 28, 28]` to `[N, 10]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        image: Map<B, 1, 28, 28, T>,
    ) -> Features<B, 10, T> {
        let x = self.c1.relu().forward(image);
        let x = max_pool!(x; 6 x 28 x 28 => 6 x 14 x 14, kernel 2 x 2, stride 2 x 2);
        let x = self.c3.relu().forward(x);
        let x = flatten!(x; 16 x 5 x 5 => 400);
        let x = self.f5.relu().forward(x);
        let x = self.f6.relu().forward(x);
        self.logits.forward(x)
    }

    /// The loss, and the numbers that are reported beside it.
    pub fn measure<B: Dim, T: Tape>(
        logits: Features<B, 10, T>,
        label: Labels<B>,
    ) -> Measures<T> {
        let accuracy_value = accuracy(fork(&logits), label.clone());
        let ce = cross_entropy(logits, label, 0.0);
        Measures::new(ce).report("accuracy", accuracy_value)
    }
}

module!(Lenet5 { c1 : "c1", c3 : "c3", f5 : "f5", f6 : "f6", logits : "logits" });

fn main() {}
