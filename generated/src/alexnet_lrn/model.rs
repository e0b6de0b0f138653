//! A network of 60965224 trainable weights. Written by `blockprint compile`.

use blockprint::typed::prelude::*;
use blockprint::typed::program::Measures;

/// `[N, 3, 227, 227]` to `[N, 1000]`.
pub struct AlexnetLrn {
    /// `conv`, `[N, 3, 227, 227]` to `[N, 96, 55, 55]`, 34,944 weights.
    pub conv1: conv!(3 x 227 x 227 => 96 x 55 x 55, kernel 11 x 11, stride 4 x 4),
    /// `conv`, `[N, 96, 27, 27]` to `[N, 256, 27, 27]`, 307,456 weights.
    pub conv2: conv!(96 x 27 x 27 => 256 x 27 x 27, kernel 5 x 5, pad 2 x 2, groups 2),
    /// `conv`, `[N, 256, 13, 13]` to `[N, 384, 13, 13]`, 885,120 weights.
    pub conv3: conv!(256 x 13 x 13 => 384 x 13 x 13, kernel 3 x 3, pad 1 x 1),
    /// `conv`, over `[N, 384, 13, 13]`, 663,936 weights.
    pub conv4: conv!(384 x 13 x 13 => 384 x 13 x 13, kernel 3 x 3, pad 1 x 1, groups 2),
    /// `conv`, `[N, 384, 13, 13]` to `[N, 256, 13, 13]`, 442,624 weights.
    pub conv5: conv!(384 x 13 x 13 => 256 x 13 x 13, kernel 3 x 3, pad 1 x 1, groups 2),
    /// `dense`, `[N, 9216]` to `[N, 4096]`, 37,752,832 weights.
    pub fc6: Dense<9216, 4096>,
    /// `dropout`, over `[N, 4096]`.
    pub dropout: Dropout,
    /// `dense`, over `[N, 4096]`, 16,781,312 weights.
    pub fc7: Dense<4096, 4096>,
    /// `dropout`, over `[N, 4096]`.
    pub dropout_1: Dropout,
    /// `dense`, `[N, 4096]` to `[N, 1000]`, 4,097,000 weights.
    pub logits: Dense<4096, 1000>,
}

impl AlexnetLrn {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv1: Conv::new().init(Init::Normal(0.01)).at_input(),
            conv2: Conv::new().init(Init::Normal(0.01)).bias_init(Init::Ones),
            conv3: Conv::new().init(Init::Normal(0.01)),
            conv4: Conv::new().init(Init::Normal(0.01)).bias_init(Init::Ones),
            conv5: Conv::new().init(Init::Normal(0.01)).bias_init(Init::Ones),
            fc6: Dense::new().init(Init::Normal(0.01)).bias_init(Init::Ones),
            dropout: Dropout::new(0.5, 20),
            fc7: Dense::new().init(Init::Normal(0.01)).bias_init(Init::Ones),
            dropout_1: Dropout::new(0.5, 23),
            logits: Dense::new().init(Init::Normal(0.01)),
        }
    }

    /// `[N, 3, 227, 227]` to `[N, 1000]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        image: Map<B, 3, 227, 227, T>,
    ) -> Features<B, 1000, T> {
        let x = self.conv1.relu().forward(image);
        let x = Norm96.forward(x);
        let x = max_pool!(x; 96 x 55 x 55 => 96 x 27 x 27, kernel 3 x 3, stride 2 x 2);
        let x = self.conv2.relu().forward(x);
        let x = Norm256.forward(x);
        let x = max_pool!(x; 256 x 27 x 27 => 256 x 13 x 13, kernel 3 x 3, stride 2 x 2);
        let x = self.conv3.relu().forward(x);
        let x = self.conv4.relu().forward(x);
        let x = self.conv5.relu().forward(x);
        let x = max_pool!(x; 256 x 13 x 13 => 256 x 6 x 6, kernel 3 x 3, stride 2 x 2);
        let x = flatten!(x; 256 x 6 x 6 => 9216);
        let x = self.dropout.forward(self.fc6.relu().forward(x));
        let x = self.dropout_1.forward(self.fc7.relu().forward(x));
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
    AlexnetLrn { conv1 : "conv1", conv2 : "conv2", conv3 : "conv3", conv4 : "conv4",
    conv5 : "conv5", fc6 : "fc6", dropout : "dropout", fc7 : "fc7", dropout_1 :
    "dropout_1", logits : "logits" }
);

/// `[N, 256, 27, 27]` to `[N, 256, 27, 27]`.
pub struct Norm256;
impl Norm256 {
    /// `[N, 256, 27, 27]` to `[N, 256, 27, 27]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 27, 27, T>,
    ) -> Map<B, 256, 27, 27, T> {
        lrn(x, 5, 0.0005, 0.75, 2.0)
    }
}

/// `[N, 96, 55, 55]` to `[N, 96, 55, 55]`.
pub struct Norm96;
impl Norm96 {
    /// `[N, 96, 55, 55]` to `[N, 96, 55, 55]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 96, 55, 55, T>,
    ) -> Map<B, 96, 55, 55, T> {
        lrn(x, 5, 0.0005, 0.75, 2.0)
    }
}
