//! A network of 61100840 trainable weights. Written by `blockprint compile`.

use blockprint::typed::prelude::*;
use blockprint::typed::program::Measures;

/// `[N, 3, 224, 224]` to `[N, 1000]`.
pub struct Alexnet {
    /// `conv`, `[N, 3, 224, 224]` to `[N, 64, 55, 55]`, 23,296 weights.
    pub conv1: conv!(
        3 x 224 x 224 => 64 x 55 x 55, kernel 11 x 11, stride 4 x 4, pad 2 x 2
    ),
    /// `conv`, `[N, 64, 27, 27]` to `[N, 192, 27, 27]`, 307,392 weights.
    pub conv2: conv!(64 x 27 x 27 => 192 x 27 x 27, kernel 5 x 5, pad 2 x 2),
    /// `conv`, `[N, 192, 13, 13]` to `[N, 384, 13, 13]`, 663,936 weights.
    pub conv3: conv!(192 x 13 x 13 => 384 x 13 x 13, kernel 3 x 3, pad 1 x 1),
    /// `conv`, `[N, 384, 13, 13]` to `[N, 256, 13, 13]`, 884,992 weights.
    pub conv4: conv!(384 x 13 x 13 => 256 x 13 x 13, kernel 3 x 3, pad 1 x 1),
    /// `conv`, over `[N, 256, 13, 13]`, 590,080 weights.
    pub conv5: conv!(256 x 13 x 13 => 256 x 13 x 13, kernel 3 x 3, pad 1 x 1),
    /// `dropout`, over `[N, 9216]`.
    pub dropout: Dropout,
    /// `dense`, `[N, 9216]` to `[N, 4096]`, 37,752,832 weights.
    pub fc6: Dense<9216, 4096>,
    /// `dropout`, over `[N, 4096]`.
    pub dropout_1: Dropout,
    /// `dense`, over `[N, 4096]`, 16,781,312 weights.
    pub fc7: Dense<4096, 4096>,
    /// `dense`, `[N, 4096]` to `[N, 1000]`, 4,097,000 weights.
    pub logits: Dense<4096, 1000>,
}

impl Alexnet {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv1: Conv::new().at_input(),
            conv2: Conv::new(),
            conv3: Conv::new(),
            conv4: Conv::new(),
            conv5: Conv::new(),
            dropout: Dropout::new(0.5, 16),
            fc6: Dense::new(),
            dropout_1: Dropout::new(0.5, 19),
            fc7: Dense::new(),
            logits: Dense::new(),
        }
    }

    /// `[N, 3, 224, 224]` to `[N, 1000]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        image: Map<B, 3, 224, 224, T>,
    ) -> Features<B, 1000, T> {
        let x = self.conv1.relu().forward(image);
        let x = max_pool!(x; 64 x 55 x 55 => 64 x 27 x 27, kernel 3 x 3, stride 2 x 2);
        let x = self.conv2.relu().forward(x);
        let x = max_pool!(x; 192 x 27 x 27 => 192 x 13 x 13, kernel 3 x 3, stride 2 x 2);
        let x = self.conv3.relu().forward(x);
        let x = self.conv4.relu().forward(x);
        let x = self.conv5.relu().forward(x);
        let x = max_pool!(x; 256 x 13 x 13 => 256 x 6 x 6, kernel 3 x 3, stride 2 x 2);
        let x = self.dropout.forward(flatten!(x; 256 x 6 x 6 => 9216));
        let x = self.dropout_1.forward(self.fc6.relu().forward(x));
        let x = self.fc7.relu().forward(x);
        self.logits.forward(x)
    }

    /// The loss, and the numbers that are reported beside it.
    pub fn measure<B: Dim, T: Tape>(
        logits: Features<B, 1000, T>,
        label: Labels<B>,
    ) -> Measures<T> {
        let accuracy_value = accuracy(fork(&logits), label.clone());
        let top5 = topk(fork(&logits), label.clone(), 5);
        let ce = cross_entropy(logits, label, 0.0);
        Measures::new(ce).report("accuracy", accuracy_value).report("top5", top5)
    }
}

module!(
    Alexnet { conv1 : "conv1", conv2 : "conv2", conv3 : "conv3", conv4 : "conv4", conv5 :
    "conv5", dropout : "dropout", fc6 : "fc6", dropout_1 : "dropout_1", fc7 : "fc7",
    logits : "logits" }
);
