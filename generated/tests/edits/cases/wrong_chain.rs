//! A network of 11689512 trainable weights. Written by `blockprint compile`.

use blockprint::typed::prelude::*;
use blockprint::typed::program::Measures;

/// `[N, 3, 224, 224]` to `[N, 1000]`.
pub struct Resnet18 {
    /// `[N, 3, 224, 224]` to `[N, 64, 112, 112]`.
    pub conv_bn_0: ConvBn3To64At112,
    /// Over `[N, 64, 56, 56]`.
    pub layer1: Stage64,
    /// `[N, 64, 56, 56]` to `[N, 128, 28, 28]`.
    pub layer2: Stage128,
    /// `[N, 128, 28, 28]` to `[N, 256, 14, 14]`.
    pub layer3: Stage256,
    /// `[N, 256, 14, 14]` to `[N, 512, 7, 7]`.
    pub layer4: Stage512,
    /// `dense`, `[N, 512]` to `[N, 1000]`, 513,000 weights.
    pub logits: Dense<512, 1000>,
}

impl Resnet18 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv_bn_0: ConvBn3To64At112::new(),
            layer1: Stage64::new(),
            layer2: Stage128::new(),
            layer3: Stage256::new(),
            layer4: Stage512::new(),
            logits: Dense::new(),
        }
    }

    /// `[N, 3, 224, 224]` to `[N, 1000]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        image: Map<B, 3, 224, 224, T>,
    ) -> Features<B, 1000, T> {
        let stem = self.conv_bn_0.chain().relu().forward(image);
        let x = max_pool!(
            stem; 64 x 112 x 112 => 64 x 56 x 56, kernel 3 x 3, stride 2 x 2, pad 1 x 1
        );
        let layer1 = self.layer1.forward(x);
        let layer2 = self.layer2.forward(layer1);
        let layer3 = self.layer3.forward(layer2);
        let features = gap(self.layer4.forward(layer3));
        self.logits.forward(features)
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
    Resnet18 { conv_bn_0 : "0", layer1 : "layer1", layer2 : "layer2", layer3 : "layer3",
    layer4 : "layer4", logits : "logits" }
);

/// `[N, 256, 14, 14]` to `[N, 512, 7, 7]`.
pub struct Stage512 {
    /// `[N, 256, 14, 14]` to `[N, 512, 7, 7]`.
    pub basic_0: Basic256To512At7,
    /// Over `[N, 512, 7, 7]`.
    pub basic_1: Basic512To512At7,
}

impl Stage512 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            basic_0: Basic256To512At7::new(),
            basic_1: Basic512To512At7::new(),
        }
    }

    /// `[N, 256, 14, 14]` to `[N, 512, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 14, 14, T>,
    ) -> Map<B, 512, 7, 7, T> {
        let x = self.basic_0.forward(x);
        self.basic_1.forward(x)
    }
}

module!(Stage512 { basic_0 : "0", basic_1 : "1" });

/// `[N, 128, 28, 28]` to `[N, 256, 14, 14]`.
pub struct Stage256 {
    /// `[N, 128, 28, 28]` to `[N, 256, 14, 14]`.
    pub basic_0: Basic128To256At14,
    /// Over `[N, 256, 14, 14]`.
    pub basic_1: Basic256To256At14,
}

impl Stage256 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            basic_0: Basic128To256At14::new(),
            basic_1: Basic256To256At14::new(),
        }
    }

    /// `[N, 128, 28, 28]` to `[N, 256, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 28, 28, T>,
    ) -> Map<B, 256, 14, 14, T> {
        let x = self.basic_0.forward(x);
        self.basic_1.forward(x)
    }
}

module!(Stage256 { basic_0 : "0", basic_1 : "1" });

/// `[N, 64, 56, 56]` to `[N, 128, 28, 28]`.
pub struct Stage128 {
    /// `[N, 64, 56, 56]` to `[N, 128, 28, 28]`.
    pub basic_0: Basic64To128At28,
    /// Over `[N, 128, 28, 28]`.
    pub basic_1: Basic128To128At28,
}

impl Stage128 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            basic_0: Basic64To128At28::new(),
            basic_1: Basic128To128At28::new(),
        }
    }

    /// `[N, 64, 56, 56]` to `[N, 128, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 64, 56, 56, T>,
    ) -> Map<B, 128, 28, 28, T> {
        let x = self.basic_0.forward(x);
        self.basic_1.forward(x)
    }
}

module!(Stage128 { basic_0 : "0", basic_1 : "1" });

/// `[N, 64, 56, 56]` to `[N, 64, 56, 56]`.
pub struct Stage64 {
    /// One after the other, over `[N, 64, 56, 56]`.
    pub basics: [Basic64To64At56; 2],
}

impl Stage64 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            basics: std::array::from_fn(|_| Basic64To64At56::new()),
        }
    }

    /// `[N, 64, 56, 56]` to `[N, 64, 56, 56]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 64, 56, 56, T>,
    ) -> Map<B, 64, 56, 56, T> {
        self.basics.iter().fold(x, |x, basic| basic.forward(x))
    }
}

module!(Stage64 { basics : ["0", "1"] });

/// `[N, 512, 7, 7]` to `[N, 512, 7, 7]`.
pub struct Basic512To512At7 {
    /// Over `[N, 512, 7, 7]`.
    pub main_0: ConvBn512To512At7,
    /// Over `[N, 512, 7, 7]`.
    pub main_1: ConvBn512To512At7,
}

impl Basic512To512At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            main_0: ConvBn512To512At7::new(),
            main_1: ConvBn512To512At7::new(),
        }
    }

    /// `[N, 512, 7, 7]` to `[N, 512, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 7, 7, T>,
    ) -> Map<B, 512, 7, 7, T> {
        let main = self.main_0.chain().relu().forward(fork(&x));
        self.main_1.chain().add(x).relu().forward(main)
    }
}

module!(Basic512To512At7 { main_0 : "main.0", main_1 : "main.1" });

/// `[N, 256, 14, 14]` to `[N, 512, 7, 7]`.
pub struct Basic256To512At7 {
    /// `[N, 256, 14, 14]` to `[N, 512, 7, 7]`.
    pub main_0: ConvBn256To512At7,
    /// Over `[N, 512, 7, 7]`.
    pub main_1: ConvBn512To512At7,
    /// `[N, 256, 14, 14]` to `[N, 512, 7, 7]`.
    pub skip_0: ConvBn256To512At7_2,
}

impl Basic256To512At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            main_0: ConvBn256To512At7::new(),
            main_1: ConvBn512To512At7::new(),
            skip_0: ConvBn256To512At7_2::new(),
        }
    }

    /// `[N, 256, 14, 14]` to `[N, 512, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 14, 14, T>,
    ) -> Map<B, 512, 7, 7, T> {
        let main = self.main_0.chain().relu().forward(fork(&x));
        let main = self.main_1.forward(main);
        self.skip_0.chain().add(main).relu().forward(x)
    }
}

module!(Basic256To512At7 { main_0 : "main.0", main_1 : "main.1", skip_0 : "skip.0" });

/// `[N, 256, 14, 14]` to `[N, 256, 14, 14]`.
pub struct Basic256To256At14 {
    /// Over `[N, 256, 14, 14]`.
    pub main_0: ConvBn256To256At14,
    /// Over `[N, 256, 14, 14]`.
    pub main_1: ConvBn256To256At14,
}

impl Basic256To256At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            main_0: ConvBn256To256At14::new(),
            main_1: ConvBn256To256At14::new(),
        }
    }

    /// `[N, 256, 14, 14]` to `[N, 256, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 14, 14, T>,
    ) -> Map<B, 256, 14, 14, T> {
        let main = self.main_0.chain().relu().forward(fork(&x));
        self.main_1.chain().add(x).relu().forward(main)
    }
}

module!(Basic256To256At14 { main_0 : "main.0", main_1 : "main.1" });

/// `[N, 128, 28, 28]` to `[N, 256, 14, 14]`.
pub struct Basic128To256At14 {
    /// `[N, 128, 28, 28]` to `[N, 256, 14, 14]`.
    pub main_0: ConvBn128To256At14,
    /// Over `[N, 256, 14, 14]`.
    pub main_1: ConvBn256To256At14,
    /// `[N, 128, 28, 28]` to `[N, 256, 14, 14]`.
    pub skip_0: ConvBn128To256At14_2,
}

impl Basic128To256At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            main_0: ConvBn128To256At14::new(),
            main_1: ConvBn256To256At14::new(),
            skip_0: ConvBn128To256At14_2::new(),
        }
    }

    /// `[N, 128, 28, 28]` to `[N, 256, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 28, 28, T>,
    ) -> Map<B, 256, 14, 14, T> {
        let main = self.main_0.chain().relu().forward(fork(&x));
        let main = self.main_1.forward(main);
        self.skip_0.chain().add(main).relu().forward(x)
    }
}

module!(Basic128To256At14 { main_0 : "main.0", main_1 : "main.1", skip_0 : "skip.0" });

/// `[N, 128, 28, 28]` to `[N, 128, 28, 28]`.
pub struct Basic128To128At28 {
    /// Over `[N, 128, 28, 28]`.
    pub main_0: ConvBn128To128At28,
    /// Over `[N, 128, 28, 28]`.
    pub main_1: ConvBn128To128At28,
}

impl Basic128To128At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            main_0: ConvBn128To128At28::new(),
            main_1: ConvBn128To128At28::new(),
        }
    }

    /// `[N, 128, 28, 28]` to `[N, 128, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 28, 28, T>,
    ) -> Map<B, 128, 28, 28, T> {
        let main = self.main_0.chain().relu().forward(fork(&x));
        self.main_1.chain().add(x).relu().forward(main)
    }
}

module!(Basic128To128At28 { main_0 : "main.0", main_1 : "main.1" });

/// `[N, 64, 56, 56]` to `[N, 128, 28, 28]`.
pub struct Basic64To128At28 {
    /// `[N, 64, 56, 56]` to `[N, 128, 28, 28]`.
    pub main_0: ConvBn64To128At28,
    /// Over `[N, 128, 28, 28]`.
    pub main_1: ConvBn128To128At28,
    /// `[N, 64, 56, 56]` to `[N, 128, 28, 28]`.
    pub skip_0: ConvBn64To128At28_2,
}

impl Basic64To128At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            main_0: ConvBn64To128At28::new(),
            main_1: ConvBn128To128At28::new(),
            skip_0: ConvBn64To128At28_2::new(),
        }
    }

    /// `[N, 64, 56, 56]` to `[N, 128, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 64, 56, 56, T>,
    ) -> Map<B, 128, 28, 28, T> {
        let main = self.main_0.chain().relu().forward(fork(&x));
        let main = self.main_1.forward(main);
        self.skip_0.chain().add(main).relu().forward(x)
    }
}

module!(Basic64To128At28 { main_0 : "main.0", main_1 : "main.1", skip_0 : "skip.0" });

/// `[N, 64, 56, 56]` to `[N, 64, 56, 56]`.
pub struct Basic64To64At56 {
    /// Over `[N, 64, 56, 56]`.
    pub main_0: ConvBn64To64At56,
    /// Over `[N, 64, 56, 56]`.
    pub main_1: ConvBn64To64At56,
}

impl Basic64To64At56 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            main_0: ConvBn64To64At56::new(),
            main_1: ConvBn64To64At56::new(),
        }
    }

    /// `[N, 64, 56, 56]` to `[N, 64, 56, 56]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 64, 56, 56, T>,
    ) -> Map<B, 64, 56, 56, T> {
        let main = self.main_0.chain().relu().forward(fork(&x));
        self.main_1.chain().add(x).relu().forward(main)
    }
}

module!(Basic64To64At56 { main_0 : "main.0", main_1 : "main.1" });

/// `[N, 256, 14, 14]` to `[N, 512, 7, 7]`.
pub struct ConvBn256To512At7_2 {
    /// `conv`, `[N, 256, 14, 14]` to `[N, 512, 7, 7]`, 131,072 weights.
    pub conv: conv!(256 x 14 x 14 => 512 x 7 x 7, kernel 1 x 1, stride 2 x 2, no bias),
    /// `bn`, over `[N, 512, 7, 7]`, 1,024 weights.
    pub bn: BatchNorm<512>,
}

impl ConvBn256To512At7_2 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 256, 14, 14]` to `[N, 512, 7, 7]`. A chain that goes on.
    pub fn chain(&self) -> chain!(256 x 14 x 14 => 512 x 8 x 8) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn256To512At7_2 { conv : "conv", bn : "bn" });

/// `[N, 512, 7, 7]` to `[N, 512, 7, 7]`.
pub struct ConvBn512To512At7 {
    /// `conv`, over `[N, 512, 7, 7]`, 2,359,296 weights.
    pub conv: conv!(512 x 7 x 7 => 512 x 7 x 7, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 512, 7, 7]`, 1,024 weights.
    pub bn: BatchNorm<512>,
}

impl ConvBn512To512At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 512, 7, 7]` to `[N, 512, 7, 7]`. A chain that goes on.
    pub fn chain(&self) -> chain!(512 x 7 x 7 => 512 x 7 x 7) {
        self.conv.bn(&self.bn)
    }

    /// `[N, 512, 7, 7]` to `[N, 512, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 7, 7, T>,
    ) -> Map<B, 512, 7, 7, T> {
        self.chain().forward(x)
    }
}

module!(ConvBn512To512At7 { conv : "conv", bn : "bn" });

/// `[N, 256, 14, 14]` to `[N, 512, 7, 7]`.
pub struct ConvBn256To512At7 {
    /// `conv`, `[N, 256, 14, 14]` to `[N, 512, 7, 7]`, 1,179,648 weights.
    pub conv: conv!(
        256 x 14 x 14 => 512 x 7 x 7, kernel 3 x 3, stride 2 x 2, pad 1 x 1, no bias
    ),
    /// `bn`, over `[N, 512, 7, 7]`, 1,024 weights.
    pub bn: BatchNorm<512>,
}

impl ConvBn256To512At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 256, 14, 14]` to `[N, 512, 7, 7]`. A chain that goes on.
    pub fn chain(&self) -> chain!(256 x 14 x 14 => 512 x 7 x 7) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn256To512At7 { conv : "conv", bn : "bn" });

/// `[N, 128, 28, 28]` to `[N, 256, 14, 14]`.
pub struct ConvBn128To256At14_2 {
    /// `conv`, `[N, 128, 28, 28]` to `[N, 256, 14, 14]`, 32,768 weights.
    pub conv: conv!(128 x 28 x 28 => 256 x 14 x 14, kernel 1 x 1, stride 2 x 2, no bias),
    /// `bn`, over `[N, 256, 14, 14]`, 512 weights.
    pub bn: BatchNorm<256>,
}

impl ConvBn128To256At14_2 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 128, 28, 28]` to `[N, 256, 14, 14]`. A chain that goes on.
    pub fn chain(&self) -> chain!(128 x 28 x 28 => 256 x 14 x 14) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn128To256At14_2 { conv : "conv", bn : "bn" });

/// `[N, 256, 14, 14]` to `[N, 256, 14, 14]`.
pub struct ConvBn256To256At14 {
    /// `conv`, over `[N, 256, 14, 14]`, 589,824 weights.
    pub conv: conv!(256 x 14 x 14 => 256 x 14 x 14, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 256, 14, 14]`, 512 weights.
    pub bn: BatchNorm<256>,
}

impl ConvBn256To256At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 256, 14, 14]` to `[N, 256, 14, 14]`. A chain that goes on.
    pub fn chain(&self) -> chain!(256 x 14 x 14 => 256 x 14 x 14) {
        self.conv.bn(&self.bn)
    }

    /// `[N, 256, 14, 14]` to `[N, 256, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 14, 14, T>,
    ) -> Map<B, 256, 14, 14, T> {
        self.chain().forward(x)
    }
}

module!(ConvBn256To256At14 { conv : "conv", bn : "bn" });

/// `[N, 128, 28, 28]` to `[N, 256, 14, 14]`.
pub struct ConvBn128To256At14 {
    /// `conv`, `[N, 128, 28, 28]` to `[N, 256, 14, 14]`, 294,912 weights.
    pub conv: conv!(
        128 x 28 x 28 => 256 x 14 x 14, kernel 3 x 3, stride 2 x 2, pad 1 x 1, no bias
    ),
    /// `bn`, over `[N, 256, 14, 14]`, 512 weights.
    pub bn: BatchNorm<256>,
}

impl ConvBn128To256At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 128, 28, 28]` to `[N, 256, 14, 14]`. A chain that goes on.
    pub fn chain(&self) -> chain!(128 x 28 x 28 => 256 x 14 x 14) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn128To256At14 { conv : "conv", bn : "bn" });

/// `[N, 64, 56, 56]` to `[N, 128, 28, 28]`.
pub struct ConvBn64To128At28_2 {
    /// `conv`, `[N, 64, 56, 56]` to `[N, 128, 28, 28]`, 8,192 weights.
    pub conv: conv!(64 x 56 x 56 => 128 x 28 x 28, kernel 1 x 1, stride 2 x 2, no bias),
    /// `bn`, over `[N, 128, 28, 28]`, 256 weights.
    pub bn: BatchNorm<128>,
}

impl ConvBn64To128At28_2 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 64, 56, 56]` to `[N, 128, 28, 28]`. A chain that goes on.
    pub fn chain(&self) -> chain!(64 x 56 x 56 => 128 x 28 x 28) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn64To128At28_2 { conv : "conv", bn : "bn" });

/// `[N, 128, 28, 28]` to `[N, 128, 28, 28]`.
pub struct ConvBn128To128At28 {
    /// `conv`, over `[N, 128, 28, 28]`, 147,456 weights.
    pub conv: conv!(128 x 28 x 28 => 128 x 28 x 28, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 128, 28, 28]`, 256 weights.
    pub bn: BatchNorm<128>,
}

impl ConvBn128To128At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 128, 28, 28]` to `[N, 128, 28, 28]`. A chain that goes on.
    pub fn chain(&self) -> chain!(128 x 28 x 28 => 128 x 28 x 28) {
        self.conv.bn(&self.bn)
    }

    /// `[N, 128, 28, 28]` to `[N, 128, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 28, 28, T>,
    ) -> Map<B, 128, 28, 28, T> {
        self.chain().forward(x)
    }
}

module!(ConvBn128To128At28 { conv : "conv", bn : "bn" });

/// `[N, 64, 56, 56]` to `[N, 128, 28, 28]`.
pub struct ConvBn64To128At28 {
    /// `conv`, `[N, 64, 56, 56]` to `[N, 128, 28, 28]`, 73,728 weights.
    pub conv: conv!(
        64 x 56 x 56 => 128 x 28 x 28, kernel 3 x 3, stride 2 x 2, pad 1 x 1, no bias
    ),
    /// `bn`, over `[N, 128, 28, 28]`, 256 weights.
    pub bn: BatchNorm<128>,
}

impl ConvBn64To128At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 64, 56, 56]` to `[N, 128, 28, 28]`. A chain that goes on.
    pub fn chain(&self) -> chain!(64 x 56 x 56 => 128 x 28 x 28) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn64To128At28 { conv : "conv", bn : "bn" });

/// `[N, 64, 56, 56]` to `[N, 64, 56, 56]`.
pub struct ConvBn64To64At56 {
    /// `conv`, over `[N, 64, 56, 56]`, 36,864 weights.
    pub conv: conv!(64 x 56 x 56 => 64 x 56 x 56, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 64, 56, 56]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl ConvBn64To64At56 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 64, 56, 56]` to `[N, 64, 56, 56]`. A chain that goes on.
    pub fn chain(&self) -> chain!(64 x 56 x 56 => 64 x 56 x 56) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn64To64At56 { conv : "conv", bn : "bn" });

/// `[N, 3, 224, 224]` to `[N, 64, 112, 112]`.
pub struct ConvBn3To64At112 {
    /// `conv`, `[N, 3, 224, 224]` to `[N, 64, 112, 112]`, 9,408 weights.
    pub conv: conv!(
        3 x 224 x 224 => 64 x 112 x 112, kernel 7 x 7, stride 2 x 2, pad 3 x 3, no bias
    ),
    /// `bn`, over `[N, 64, 112, 112]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl ConvBn3To64At112 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)).at_input(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 3, 224, 224]` to `[N, 64, 112, 112]`. A chain that goes on.
    pub fn chain(&self) -> chain!(3 x 224 x 224 => 64 x 112 x 112) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn3To64At112 { conv : "conv", bn : "bn" });

fn main() {}
