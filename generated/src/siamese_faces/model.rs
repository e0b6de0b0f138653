//! A network of 153009 trainable weights. Written by `blockprint compile`.

use blockprint::typed::prelude::*;
use blockprint::typed::program::Measures;

/// `[N, 1, 56, 46]`, `[N, 1, 56, 46]` to `[N, 1]`, `[N, 1]`.
pub struct SiameseFaces {
    /// `[N, 1, 56, 46]` to `[N, 64]`.
    pub embed: Embed,
    /// `dense`, `[N, 64]` to `[N, 1]`, 65 weights.
    pub logit: Dense<64, 1>,
}

impl SiameseFaces {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            embed: again(Embed::new(19), &[19]),
            logit: Dense::new(),
        }
    }

    /// `[N, 1, 56, 46]`, `[N, 1, 56, 46]` to `[N, 1]`, `[N, 1]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        a: Map<B, 1, 56, 46, T>,
        b: Map<B, 1, 56, 46, T>,
    ) -> (Features<B, 1, T>, Features<B, 1, T>) {
        let ea = self.embed.forward(a);
        let eb = self.embed.forward(b);
        let x = absdiff(ea, eb);
        let logit = self.logit.forward(x);
        let probability = sigmoid(fork(&logit));
        (probability, logit)
    }

    /// The loss, and the numbers that are reported beside it.
    pub fn measure<B: Dim, T: Tape>(
        _probability: Features<B, 1, T>,
        logit: Features<B, 1, T>,
        same: Tensor<(B,), f32, Cpu>,
    ) -> Measures<T> {
        let metrics = binary_accuracy(fork(&logit), same.clone(), 0.0);
        let bce_value = bce_logits(logit, same);
        Measures::new(bce_value).report("binary_accuracy", metrics)
    }
}

module!(SiameseFaces { embed : "embed", logit : "logit" });

/// `[N, 1, 56, 46]` to `[N, 64]`.
pub struct Embed {
    /// `[N, 1, 56, 46]` to `[N, 16, 28, 23]`.
    pub conv1: Unit16,
    /// `[N, 16, 28, 23]` to `[N, 32, 28, 23]`.
    pub conv2: Unit32,
    /// `[N, 32, 14, 12]` to `[N, 64, 14, 12]`.
    pub conv3: Unit64,
    /// `[N, 64, 7, 6]` to `[N, 96, 7, 6]`.
    pub conv4: Unit96,
    /// `dropout`, over `[N, 1152]`.
    pub dropout: Dropout,
    /// `dense`, `[N, 1152]` to `[N, 64]`, 73,792 weights.
    pub features: Dense<1152, 64>,
}

impl Embed {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new(node: u64) -> Self {
        Self {
            conv1: Unit16::new(),
            conv2: Unit32::new(),
            conv3: Unit64::new(),
            conv4: Unit96::new(),
            dropout: Dropout::new(0.2, node),
            features: Dense::new(),
        }
    }

    /// `[N, 1, 56, 46]` to `[N, 64]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 1, 56, 46, T>,
    ) -> Features<B, 64, T> {
        let conv1 = self.conv1.forward(x);
        let conv2 = self.conv2.forward(conv1);
        let x = max_pool!(
            conv2; 32 x 28 x 23 => 32 x 14 x 12, kernel 2 x 2, stride 2 x 2, ceil
        );
        let conv3 = self.conv3.forward(x);
        let x = max_pool!(
            conv3; 64 x 14 x 12 => 64 x 7 x 6, kernel 2 x 2, stride 2 x 2, ceil
        );
        let conv4 = self.conv4.forward(x);
        let x = max_pool!(
            conv4; 96 x 7 x 6 => 96 x 4 x 3, kernel 2 x 2, stride 2 x 2, ceil
        );
        let x = self.dropout.forward(flatten!(x; 96 x 4 x 3 => 1152));
        self.features.sigmoid().forward(x)
    }
}

module!(
    Embed { conv1 : "conv1", conv2 : "conv2", conv3 : "conv3", conv4 : "conv4", dropout :
    "dropout", features : "features" }
);

/// `[N, 64, 7, 6]` to `[N, 96, 7, 6]`.
pub struct Unit96 {
    /// `conv`, `[N, 64, 7, 6]` to `[N, 96, 7, 6]`, 55,296 weights.
    pub conv: conv!(64 x 7 x 6 => 96 x 7 x 6, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 96, 7, 6]`, 192 weights.
    pub bn: BatchNorm<96>,
}

impl Unit96 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 64, 7, 6]` to `[N, 96, 7, 6]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 64, 7, 6, T>,
    ) -> Map<B, 96, 7, 6, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(Unit96 { conv : "conv", bn : "bn" });

/// `[N, 32, 14, 12]` to `[N, 64, 14, 12]`.
pub struct Unit64 {
    /// `conv`, `[N, 32, 14, 12]` to `[N, 64, 14, 12]`, 18,432 weights.
    pub conv: conv!(32 x 14 x 12 => 64 x 14 x 12, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 64, 14, 12]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl Unit64 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 32, 14, 12]` to `[N, 64, 14, 12]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 32, 14, 12, T>,
    ) -> Map<B, 64, 14, 12, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(Unit64 { conv : "conv", bn : "bn" });

/// `[N, 16, 28, 23]` to `[N, 32, 28, 23]`.
pub struct Unit32 {
    /// `conv`, `[N, 16, 28, 23]` to `[N, 32, 28, 23]`, 4,608 weights.
    pub conv: conv!(16 x 28 x 23 => 32 x 28 x 23, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 32, 28, 23]`, 64 weights.
    pub bn: BatchNorm<32>,
}

impl Unit32 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 16, 28, 23]` to `[N, 32, 28, 23]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 16, 28, 23, T>,
    ) -> Map<B, 32, 28, 23, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(Unit32 { conv : "conv", bn : "bn" });

/// `[N, 1, 56, 46]` to `[N, 16, 28, 23]`.
pub struct Unit16 {
    /// `conv`, `[N, 1, 56, 46]` to `[N, 16, 28, 23]`, 400 weights.
    pub conv: conv!(
        1 x 56 x 46 => 16 x 28 x 23, kernel 5 x 5, stride 2 x 2, pad 2 x 2, no bias
    ),
    /// `bn`, over `[N, 16, 28, 23]`, 32 weights.
    pub bn: BatchNorm<16>,
}

impl Unit16 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().at_input(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 1, 56, 46]` to `[N, 16, 28, 23]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 1, 56, 46, T>,
    ) -> Map<B, 16, 28, 23, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(Unit16 { conv : "conv", bn : "bn" });
