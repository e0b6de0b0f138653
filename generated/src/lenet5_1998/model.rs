//! A network of 61750 trainable weights. Written by `blockprint compile`.

use blockprint::typed::prelude::*;
use blockprint::typed::program::Measures;

/// `[N, 1, 28, 28]` to `[N, 10]`.
pub struct Lenet51998 {
    /// `conv`, `[N, 1, 28, 28]` to `[N, 6, 28, 28]`, 156 weights.
    pub c1: conv!(1 x 28 x 28 => 6 x 28 x 28, kernel 5 x 5, pad 2 x 2),
    /// `[N, 6, 28, 28]` to `[N, 6, 14, 14]`.
    pub s2: Subsample6,
    /// `conv`, `[N, 6, 14, 14]` to `[N, 16, 10, 10]`, 2,416 weights.
    pub c3: conv!(6 x 14 x 14 => 16 x 10 x 10, kernel 5 x 5),
    /// `[N, 16, 10, 10]` to `[N, 16, 5, 5]`.
    pub s4: Subsample16,
    /// `conv`, `[N, 16, 5, 5]` to `[N, 120, 1, 1]`, 48,120 weights.
    pub c5: conv!(16 x 5 x 5 => 120 x 1 x 1, kernel 5 x 5),
    /// `dense`, `[N, 120]` to `[N, 84]`, 10,164 weights.
    pub f6: Dense<120, 84>,
    /// `dense`, `[N, 84]` to `[N, 10]`, 850 weights.
    pub logits: Dense<84, 10>,
}

impl Lenet51998 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            c1: Conv::new().at_input(),
            s2: Subsample6::new(),
            c3: Conv::new(),
            s4: Subsample16::new(),
            c5: Conv::new(),
            f6: Dense::new(),
            logits: Dense::new(),
        }
    }

    /// `[N, 1, 28, 28]` to `[N, 10]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        image: Map<B, 1, 28, 28, T>,
    ) -> Features<B, 10, T> {
        let x = self.c1.tanh().forward(image);
        let s2 = self.s2.forward(x);
        let x = self.c3.tanh().forward(s2);
        let s4 = self.s4.forward(x);
        let x = self.c5.tanh().forward(s4);
        let x = flatten!(x; 120 x 1 x 1 => 120);
        let x = self.f6.tanh().forward(x);
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

module!(
    Lenet51998 { c1 : "c1", s2 : "s2", c3 : "c3", s4 : "s4", c5 : "c5", f6 : "f6", logits
    : "logits" }
);

/// `[N, 16, 10, 10]` to `[N, 16, 5, 5]`.
pub struct Subsample16 {
    /// `conv`, over `[N, 16, 5, 5]`, 32 weights.
    pub conv: conv!(16 x 5 x 5 => 16 x 5 x 5, kernel 1 x 1, groups 16),
}

impl Subsample16 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self { conv: Conv::new() }
    }

    /// `[N, 16, 10, 10]` to `[N, 16, 5, 5]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 16, 10, 10, T>,
    ) -> Map<B, 16, 5, 5, T> {
        let x = avg_pool!(x; 16 x 10 x 10 => 16 x 5 x 5, kernel 2 x 2, stride 2 x 2);
        self.conv.sigmoid().forward(x)
    }
}

module!(Subsample16 { conv : "conv" });

/// `[N, 6, 28, 28]` to `[N, 6, 14, 14]`.
pub struct Subsample6 {
    /// `conv`, over `[N, 6, 14, 14]`, 12 weights.
    pub conv: conv!(6 x 14 x 14 => 6 x 14 x 14, kernel 1 x 1, groups 6),
}

impl Subsample6 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self { conv: Conv::new() }
    }

    /// `[N, 6, 28, 28]` to `[N, 6, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 6, 28, 28, T>,
    ) -> Map<B, 6, 14, 14, T> {
        let x = avg_pool!(x; 6 x 28 x 28 => 6 x 14 x 14, kernel 2 x 2, stride 2 x 2);
        self.conv.sigmoid().forward(x)
    }
}

module!(Subsample6 { conv : "conv" });
