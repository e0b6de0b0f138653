//! A network of 2038 trainable weights. Written by `blockprint compile`.

use blockprint::typed::prelude::*;
use blockprint::typed::program::Measures;

/// `[N, 1, 28, 28]` to `[N, 10]`.
pub struct Weighted {
    /// `conv`, `[N, 1, 28, 28]` to `[N, 4, 14, 14]`, 68 weights.
    pub conv: conv!(1 x 28 x 28 => 4 x 14 x 14, kernel 4 x 4, stride 2 x 2, pad 1 x 1),
    /// `dense`, `[N, 196]` to `[N, 10]`, 1,970 weights.
    pub logits: Dense<196, 10>,
}

impl Weighted {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().at_input(),
            logits: Dense::new(),
        }
    }

    /// `[N, 1, 28, 28]` to `[N, 10]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        image: Map<B, 1, 28, 28, T>,
    ) -> Features<B, 10, T> {
        let x = self.conv.relu().forward(image);
        let x = max_pool!(x; 4 x 14 x 14 => 4 x 7 x 7, kernel 2 x 2, stride 2 x 2);
        let x = flatten!(x; 4 x 7 x 7 => 196);
        self.logits.forward(x)
    }

    /// The loss, and the numbers that are reported beside it.
    pub fn measure<B: Dim, T: Tape>(
        logits: Features<B, 10, T>,
        label: Labels<B>,
        weight: Tensor<(B,), f32, Cpu>,
    ) -> Measures<T> {
        let accuracy_value = accuracy(fork(&logits), label.clone());
        let top5 = topk(fork(&logits), label.clone(), 5);
        let f1_value = f1(fork(&logits), label.clone(), Average::Macro, 0.5);
        let auc_value = auc(fork(&logits), label.clone());
        let threes = recall(fork(&logits), label.clone(), Average::Class(3), 0.5);
        let ce = cross_entropy_by_example(logits, label, weight, 0.1, &[]);
        Measures::new(ce)
            .report("accuracy", accuracy_value)
            .report("top5", top5)
            .report("f1", f1_value)
            .report("auc", auc_value)
            .report("threes", threes)
    }
}

module!(Weighted { conv : "conv", logits : "logits" });
