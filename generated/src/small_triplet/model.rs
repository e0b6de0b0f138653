//! A network of 152944 trainable weights. Written by `blockprint compile`.

use blockprint::typed::prelude::*;
use blockprint::typed::program::Measures;

/// `[N, 1, 56, 46]` to `[N, 64]`.
pub struct SmallTriplet {
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

impl SmallTriplet {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv1: Unit16::new(),
            conv2: Unit32::new(),
            conv3: Unit64::new(),
            conv4: Unit96::new(),
            dropout: Dropout::new(0.2, 18),
            features: Dense::new(),
        }
    }

    /// `[N, 1, 56, 46]` to `[N, 64]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        face: Map<B, 1, 56, 46, T>,
    ) -> Features<B, 64, T> {
        let conv1 = self.conv1.forward(face);
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
        apply(
            ops::reduce::L2Norm {
                axis: 1,
                eps: 1e-12,
            },
            self.features.forward(x),
        )
    }

    /// The loss, and the numbers that are reported beside it.
    pub fn measure<B: Dim, T: Tape>(
        embedding_value: Features<B, 64, T>,
        label: Labels<B>,
    ) -> Measures<T> {
        let metrics = rank1(fork(&embedding_value), label.clone());
        let triplet_value = batch_triplet(embedding_value, label, 0.2, Mining::SemiHard);
        Measures::new(triplet_value).report("rank1", metrics)
    }
}

module!(
    SmallTriplet { conv1 : "conv1", conv2 : "conv2", conv3 : "conv3", conv4 : "conv4",
    dropout : "dropout", features : "features" }
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
