//! A network of 138357544 trainable weights. Written by `blockprint compile`.

use blockprint::typed::prelude::*;
use blockprint::typed::program::Measures;

/// `[N, 3, 224, 224]` to `[N, 1000]`.
pub struct Vgg16 {
    /// `[N, 3, 224, 224]` to `[N, 64, 112, 112]`.
    pub block1: Stage64At112,
    /// `[N, 64, 112, 112]` to `[N, 128, 56, 56]`.
    pub block2: Stage128At56,
    /// `[N, 128, 56, 56]` to `[N, 256, 28, 28]`.
    pub block3: Stage256At28,
    /// `[N, 256, 28, 28]` to `[N, 512, 14, 14]`.
    pub block4: Stage512At14,
    /// `[N, 512, 14, 14]` to `[N, 512, 7, 7]`.
    pub block5: Stage512At7,
    /// `dense`, `[N, 25088]` to `[N, 4096]`, 102,764,544 weights.
    pub fc1: Dense<25088, 4096>,
    /// `dropout`, over `[N, 4096]`.
    pub dropout: Dropout,
    /// `dense`, over `[N, 4096]`, 16,781,312 weights.
    pub fc2: Dense<4096, 4096>,
    /// `dropout`, over `[N, 4096]`.
    pub dropout_1: Dropout,
    /// `dense`, `[N, 4096]` to `[N, 1000]`, 4,097,000 weights.
    pub logits: Dense<4096, 1000>,
}

impl Vgg16 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            block1: Stage64At112::new(),
            block2: Stage128At56::new(),
            block3: Stage256At28::new(),
            block4: Stage512At14::new(),
            block5: Stage512At7::new(),
            fc1: Dense::new().init(Init::Normal(0.01)),
            dropout: Dropout::new(0.5, 36),
            fc2: Dense::new().init(Init::Normal(0.01)),
            dropout_1: Dropout::new(0.5, 39),
            logits: Dense::new().init(Init::Normal(0.01)),
        }
    }

    /// `[N, 3, 224, 224]` to `[N, 1000]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        image: Map<B, 3, 224, 224, T>,
    ) -> Features<B, 1000, T> {
        let block1 = self.block1.forward(image);
        let block2 = self.block2.forward(block1);
        let block3 = self.block3.forward(block2);
        let block4 = self.block4.forward(block3);
        let block5 = self.block5.forward(block4);
        let x = flatten!(block5; 512 x 7 x 7 => 25088);
        let x = self.dropout.forward(self.fc1.relu().forward(x));
        let x = self.dropout_1.forward(self.fc2.relu().forward(x));
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
    Vgg16 { block1 : "block1", block2 : "block2", block3 : "block3", block4 : "block4",
    block5 : "block5", fc1 : "fc1", dropout : "dropout", fc2 : "fc2", dropout_1 :
    "dropout_1", logits : "logits" }
);

/// `[N, 512, 14, 14]` to `[N, 512, 7, 7]`.
pub struct Stage512At7 {
    /// `conv`, over `[N, 512, 14, 14]`, 2,359,808 weights.
    pub conv1: conv!(512 x 14 x 14 => 512 x 14 x 14, kernel 3 x 3, pad 1 x 1),
    /// `conv`, over `[N, 512, 14, 14]`, 2,359,808 weights.
    pub conv2: conv!(512 x 14 x 14 => 512 x 14 x 14, kernel 3 x 3, pad 1 x 1),
    /// `conv`, over `[N, 512, 14, 14]`, 2,359,808 weights.
    pub conv3: conv!(512 x 14 x 14 => 512 x 14 x 14, kernel 3 x 3, pad 1 x 1),
}

impl Stage512At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv1: Conv::new().init(Init::HeNormal(Fan::Out)),
            conv2: Conv::new().init(Init::HeNormal(Fan::Out)),
            conv3: Conv::new().init(Init::HeNormal(Fan::Out)),
        }
    }

    /// `[N, 512, 14, 14]` to `[N, 512, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 14, 14, T>,
    ) -> Map<B, 512, 7, 7, T> {
        let x = self.conv1.relu().forward(x);
        let x = self.conv2.relu().forward(x);
        let x = self.conv3.relu().forward(x);
        max_pool!(x; 512 x 14 x 14 => 512 x 7 x 7, kernel 2 x 2, stride 2 x 2)
    }
}

module!(Stage512At7 { conv1 : "conv1", conv2 : "conv2", conv3 : "conv3" });

/// `[N, 256, 28, 28]` to `[N, 512, 14, 14]`.
pub struct Stage512At14 {
    /// `conv`, `[N, 256, 28, 28]` to `[N, 512, 28, 28]`, 1,180,160 weights.
    pub conv1: conv!(256 x 28 x 28 => 512 x 28 x 28, kernel 3 x 3, pad 1 x 1),
    /// `conv`, over `[N, 512, 28, 28]`, 2,359,808 weights.
    pub conv2: conv!(512 x 28 x 28 => 512 x 28 x 28, kernel 3 x 3, pad 1 x 1),
    /// `conv`, over `[N, 512, 28, 28]`, 2,359,808 weights.
    pub conv3: conv!(512 x 28 x 28 => 512 x 28 x 28, kernel 3 x 3, pad 1 x 1),
}

impl Stage512At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv1: Conv::new().init(Init::HeNormal(Fan::Out)),
            conv2: Conv::new().init(Init::HeNormal(Fan::Out)),
            conv3: Conv::new().init(Init::HeNormal(Fan::Out)),
        }
    }

    /// `[N, 256, 28, 28]` to `[N, 512, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 28, 28, T>,
    ) -> Map<B, 512, 14, 14, T> {
        let x = self.conv1.relu().forward(x);
        let x = self.conv2.relu().forward(x);
        let x = self.conv3.relu().forward(x);
        max_pool!(x; 512 x 28 x 28 => 512 x 14 x 14, kernel 2 x 2, stride 2 x 2)
    }
}

module!(Stage512At14 { conv1 : "conv1", conv2 : "conv2", conv3 : "conv3" });

/// `[N, 128, 56, 56]` to `[N, 256, 28, 28]`.
pub struct Stage256At28 {
    /// `conv`, `[N, 128, 56, 56]` to `[N, 256, 56, 56]`, 295,168 weights.
    pub conv1: conv!(128 x 56 x 56 => 256 x 56 x 56, kernel 3 x 3, pad 1 x 1),
    /// `conv`, over `[N, 256, 56, 56]`, 590,080 weights.
    pub conv2: conv!(256 x 56 x 56 => 256 x 56 x 56, kernel 3 x 3, pad 1 x 1),
    /// `conv`, over `[N, 256, 56, 56]`, 590,080 weights.
    pub conv3: conv!(256 x 56 x 56 => 256 x 56 x 56, kernel 3 x 3, pad 1 x 1),
}

impl Stage256At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv1: Conv::new().init(Init::HeNormal(Fan::Out)),
            conv2: Conv::new().init(Init::HeNormal(Fan::Out)),
            conv3: Conv::new().init(Init::HeNormal(Fan::Out)),
        }
    }

    /// `[N, 128, 56, 56]` to `[N, 256, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 56, 56, T>,
    ) -> Map<B, 256, 28, 28, T> {
        let x = self.conv1.relu().forward(x);
        let x = self.conv2.relu().forward(x);
        let x = self.conv3.relu().forward(x);
        max_pool!(x; 256 x 56 x 56 => 256 x 28 x 28, kernel 2 x 2, stride 2 x 2)
    }
}

module!(Stage256At28 { conv1 : "conv1", conv2 : "conv2", conv3 : "conv3" });

/// `[N, 64, 112, 112]` to `[N, 128, 56, 56]`.
pub struct Stage128At56 {
    /// `conv`, `[N, 64, 112, 112]` to `[N, 128, 112, 112]`, 73,856 weights.
    pub conv1: conv!(64 x 112 x 112 => 128 x 112 x 112, kernel 3 x 3, pad 1 x 1),
    /// `conv`, over `[N, 128, 112, 112]`, 147,584 weights.
    pub conv2: conv!(128 x 112 x 112 => 128 x 112 x 112, kernel 3 x 3, pad 1 x 1),
}

impl Stage128At56 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv1: Conv::new().init(Init::HeNormal(Fan::Out)),
            conv2: Conv::new().init(Init::HeNormal(Fan::Out)),
        }
    }

    /// `[N, 64, 112, 112]` to `[N, 128, 56, 56]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 64, 112, 112, T>,
    ) -> Map<B, 128, 56, 56, T> {
        let x = self.conv1.relu().forward(x);
        let x = self.conv2.relu().forward(x);
        max_pool!(x; 128 x 112 x 112 => 128 x 56 x 56, kernel 2 x 2, stride 2 x 2)
    }
}

module!(Stage128At56 { conv1 : "conv1", conv2 : "conv2" });

/// `[N, 3, 224, 224]` to `[N, 64, 112, 112]`.
pub struct Stage64At112 {
    /// `conv`, `[N, 3, 224, 224]` to `[N, 64, 224, 224]`, 1,792 weights.
    pub conv1: conv!(3 x 224 x 224 => 64 x 224 x 224, kernel 3 x 3, pad 1 x 1),
    /// `conv`, over `[N, 64, 224, 224]`, 36,928 weights.
    pub conv2: conv!(64 x 224 x 224 => 64 x 224 x 224, kernel 3 x 3, pad 1 x 1),
}

impl Stage64At112 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv1: Conv::new().init(Init::HeNormal(Fan::Out)).at_input(),
            conv2: Conv::new().init(Init::HeNormal(Fan::Out)),
        }
    }

    /// `[N, 3, 224, 224]` to `[N, 64, 112, 112]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 3, 224, 224, T>,
    ) -> Map<B, 64, 112, 112, T> {
        let x = self.conv1.relu().forward(x);
        let x = self.conv2.relu().forward(x);
        max_pool!(x; 64 x 224 x 224 => 64 x 112 x 112, kernel 2 x 2, stride 2 x 2)
    }
}

module!(Stage64At112 { conv1 : "conv1", conv2 : "conv2" });
