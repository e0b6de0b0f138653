//! A network of 52453 trainable weights. Written by `blockprint compile`.

use blockprint::typed::prelude::*;
use blockprint::typed::program::Measures;

/// `[N, 187]` to `[N, 5]`.
pub struct Conv1dEcg {
    /// `[N, 1, 187]` to `[N, 32, 92]`.
    pub stage1: Stage32,
    /// `[N, 32, 92]` to `[N, 64, 44]`.
    pub stage2: Stage64,
    /// `[N, 64, 44]` to `[N, 128, 20]`.
    pub stage3: Stage128,
    /// `dropout`, over `[N, 128]`.
    pub dropout: Dropout,
    /// `dense`, `[N, 128]` to `[N, 5]`, 645 weights.
    pub logits: Dense<128, 5>,
}

impl Conv1dEcg {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            stage1: Stage32::new(),
            stage2: Stage64::new(),
            stage3: Stage128::new(),
            dropout: Dropout::new(0.5, 16),
            logits: Dense::new(),
        }
    }

    /// `[N, 187]` to `[N, 5]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        signal: Features<B, 187, T>,
    ) -> Features<B, 5, T> {
        let x = reshape!(signal; 187 => 1 x 187);
        let stage1 = self.stage1.forward(x);
        let stage2 = self.stage2.forward(stage1);
        let x = self.dropout.forward(gap(self.stage3.forward(stage2)));
        self.logits.forward(x)
    }

    /// The loss, and the numbers that are reported beside it.
    pub fn measure<B: Dim, T: Tape>(
        logits: Features<B, 5, T>,
        label: Labels<B>,
    ) -> Measures<T> {
        let accuracy_value = accuracy(fork(&logits), label.clone());
        let ce = cross_entropy(logits, label, 0.0);
        Measures::new(ce).report("accuracy", accuracy_value)
    }
}

module!(
    Conv1dEcg { stage1 : "stage1", stage2 : "stage2", stage3 : "stage3", dropout :
    "dropout", logits : "logits" }
);

/// `[N, 64, 44]` to `[N, 128, 20]`.
pub struct Stage128 {
    /// `conv`, `[N, 64, 44]` to `[N, 128, 40]`, 40,960 weights.
    pub conv: conv!(64 x 44 => 128 x 40, kernel 5, no bias),
    /// `bn`, over `[N, 128, 40]`, 256 weights.
    pub bn: BatchNorm<128>,
}

impl Stage128 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::In)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 64, 44]` to `[N, 128, 20]`.
    pub fn forward<B: Dim, T: Tape>(&self, x: Seq<B, 64, 44, T>) -> Seq<B, 128, 20, T> {
        let x = self.conv.bn(&self.bn).relu().forward(x);
        max_pool!(x; 128 x 40 => 128 x 20, kernel 2, stride 2, ceil)
    }
}

module!(Stage128 { conv : "conv", bn : "bn" });

/// `[N, 32, 92]` to `[N, 64, 44]`.
pub struct Stage64 {
    /// `conv`, `[N, 32, 92]` to `[N, 64, 88]`, 10,240 weights.
    pub conv: conv!(32 x 92 => 64 x 88, kernel 5, no bias),
    /// `bn`, over `[N, 64, 88]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl Stage64 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::In)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 32, 92]` to `[N, 64, 44]`.
    pub fn forward<B: Dim, T: Tape>(&self, x: Seq<B, 32, 92, T>) -> Seq<B, 64, 44, T> {
        let x = self.conv.bn(&self.bn).relu().forward(x);
        max_pool!(x; 64 x 88 => 64 x 44, kernel 2, stride 2, ceil)
    }
}

module!(Stage64 { conv : "conv", bn : "bn" });

/// `[N, 1, 187]` to `[N, 32, 92]`.
pub struct Stage32 {
    /// `conv`, `[N, 1, 187]` to `[N, 32, 183]`, 160 weights.
    pub conv: conv!(1 x 187 => 32 x 183, kernel 5, no bias),
    /// `bn`, over `[N, 32, 183]`, 64 weights.
    pub bn: BatchNorm<32>,
}

impl Stage32 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::In)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 1, 187]` to `[N, 32, 92]`.
    pub fn forward<B: Dim, T: Tape>(&self, x: Seq<B, 1, 187, T>) -> Seq<B, 32, 92, T> {
        let x = self.conv.bn(&self.bn).relu().forward(x);
        max_pool!(x; 32 x 183 => 32 x 92, kernel 2, stride 2, ceil)
    }
}

module!(Stage32 { conv : "conv", bn : "bn" });
