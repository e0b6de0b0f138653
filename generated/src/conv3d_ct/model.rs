//! A network of 278050 trainable weights. Written by `blockprint compile`.

use blockprint::typed::prelude::*;
use blockprint::typed::program::Measures;

/// `[N, 32, 32, 32]` to `[N, 2]`.
pub struct Conv3dCt {
    /// `[N, 1, 32, 32, 32]` to `[N, 32, 16, 16, 16]`.
    pub stage1: Stage32,
    /// `[N, 32, 16, 16, 16]` to `[N, 64, 8, 8, 8]`.
    pub stage2: Stage64,
    /// `[N, 64, 8, 8, 8]` to `[N, 128, 4, 4, 4]`.
    pub stage3: Stage128,
    /// `dropout`, over `[N, 128]`.
    pub dropout: Dropout,
    /// `dense`, `[N, 128]` to `[N, 2]`, 258 weights.
    pub logits: Dense<128, 2>,
}

impl Conv3dCt {
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

    /// `[N, 32, 32, 32]` to `[N, 2]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        volume: Map<B, 32, 32, 32, T>,
    ) -> Features<B, 2, T> {
        let x = reshape!(volume; 32 x 32 x 32 => 1 x 32 x 32 x 32);
        let stage1 = self.stage1.forward(x);
        let stage2 = self.stage2.forward(stage1);
        let x = self.dropout.forward(gap(self.stage3.forward(stage2)));
        self.logits.forward(x)
    }

    /// The loss, and the numbers that are reported beside it.
    pub fn measure<B: Dim, T: Tape>(
        logits: Features<B, 2, T>,
        label: Labels<B>,
    ) -> Measures<T> {
        let accuracy_value = accuracy(fork(&logits), label.clone());
        let ce = cross_entropy(logits, label, 0.0);
        Measures::new(ce).report("accuracy", accuracy_value)
    }
}

module!(
    Conv3dCt { stage1 : "stage1", stage2 : "stage2", stage3 : "stage3", dropout :
    "dropout", logits : "logits" }
);

/// `[N, 64, 8, 8, 8]` to `[N, 128, 4, 4, 4]`.
pub struct Stage128 {
    /// `conv`, `[N, 64, 8, 8, 8]` to `[N, 128, 8, 8, 8]`, 221,184 weights.
    pub conv: conv!(
        64 x 8 x 8 x 8 => 128 x 8 x 8 x 8, kernel 3 x 3 x 3, pad 1 x 1 x 1, no bias
    ),
    /// `bn`, over `[N, 128, 8, 8, 8]`, 256 weights.
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

    /// `[N, 64, 8, 8, 8]` to `[N, 128, 4, 4, 4]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Volume<B, 64, 8, 8, 8, T>,
    ) -> Volume<B, 128, 4, 4, 4, T> {
        let x = self.conv.bn(&self.bn).relu().forward(x);
        max_pool!(
            x; 128 x 8 x 8 x 8 => 128 x 4 x 4 x 4, kernel 2 x 2 x 2, stride 2 x 2 x 2
        )
    }
}

module!(Stage128 { conv : "conv", bn : "bn" });

/// `[N, 32, 16, 16, 16]` to `[N, 64, 8, 8, 8]`.
pub struct Stage64 {
    /// `conv`, `[N, 32, 16, 16, 16]` to `[N, 64, 16, 16, 16]`, 55,296 weights.
    pub conv: conv!(
        32 x 16 x 16 x 16 => 64 x 16 x 16 x 16, kernel 3 x 3 x 3, pad 1 x 1 x 1, no bias
    ),
    /// `bn`, over `[N, 64, 16, 16, 16]`, 128 weights.
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

    /// `[N, 32, 16, 16, 16]` to `[N, 64, 8, 8, 8]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Volume<B, 32, 16, 16, 16, T>,
    ) -> Volume<B, 64, 8, 8, 8, T> {
        let x = self.conv.bn(&self.bn).relu().forward(x);
        max_pool!(
            x; 64 x 16 x 16 x 16 => 64 x 8 x 8 x 8, kernel 2 x 2 x 2, stride 2 x 2 x 2
        )
    }
}

module!(Stage64 { conv : "conv", bn : "bn" });

/// `[N, 1, 32, 32, 32]` to `[N, 32, 16, 16, 16]`.
pub struct Stage32 {
    /// `conv`, `[N, 1, 32, 32, 32]` to `[N, 32, 32, 32, 32]`, 864 weights.
    pub conv: conv!(
        1 x 32 x 32 x 32 => 32 x 32 x 32 x 32, kernel 3 x 3 x 3, pad 1 x 1 x 1, no bias
    ),
    /// `bn`, over `[N, 32, 32, 32, 32]`, 64 weights.
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

    /// `[N, 1, 32, 32, 32]` to `[N, 32, 16, 16, 16]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Volume<B, 1, 32, 32, 32, T>,
    ) -> Volume<B, 32, 16, 16, 16, T> {
        let x = self.conv.bn(&self.bn).relu().forward(x);
        max_pool!(
            x; 32 x 32 x 32 x 32 => 32 x 16 x 16 x 16, kernel 2 x 2 x 2, stride 2 x 2 x 2
        )
    }
}

module!(Stage32 { conv : "conv", bn : "bn" });
