//! A network of 25557032 trainable weights. Written by `blockprint compile`.

use blockprint::typed::prelude::*;
use blockprint::typed::program::Measures;

/// `[N, 3, 224, 224]` to `[N, 1000]`.
pub struct Resnet50 {
    /// `[N, 3, 224, 224]` to `[N, 64, 112, 112]`.
    pub conv_bn_0: ConvBn3To64At112,
    /// `[N, 64, 56, 56]` to `[N, 256, 56, 56]`.
    pub layer1: Stage256,
    /// `[N, 256, 56, 56]` to `[N, 512, 28, 28]`.
    pub layer2: Stage512,
    /// `[N, 512, 28, 28]` to `[N, 1024, 14, 14]`.
    pub layer3: Stage1024,
    /// `[N, 1024, 14, 14]` to `[N, 2048, 7, 7]`.
    pub layer4: Stage2048,
    /// `dense`, `[N, 2048]` to `[N, 1000]`, 2,049,000 weights.
    pub logits: Dense<2048, 1000>,
}

impl Resnet50 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv_bn_0: ConvBn3To64At112::new(),
            layer1: Stage256::new(),
            layer2: Stage512::new(),
            layer3: Stage1024::new(),
            layer4: Stage2048::new(),
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
        let ce = cross_entropy(logits, label, 0.1);
        Measures::new(ce).report("accuracy", accuracy_value).report("top5", top5)
    }
}

module!(
    Resnet50 { conv_bn_0 : "0", layer1 : "layer1", layer2 : "layer2", layer3 : "layer3",
    layer4 : "layer4", logits : "logits" }
);

/// `[N, 1024, 14, 14]` to `[N, 2048, 7, 7]`.
pub struct Stage2048 {
    /// `[N, 1024, 14, 14]` to `[N, 2048, 7, 7]`.
    pub bottleneck_0: Bottleneck1024To2048At7,
    /// One after the other, over `[N, 2048, 7, 7]`.
    pub bottlenecks: [Bottleneck2048To2048At7; 2],
}

impl Stage2048 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            bottleneck_0: Bottleneck1024To2048At7::new(),
            bottlenecks: std::array::from_fn(|_| Bottleneck2048To2048At7::new()),
        }
    }

    /// `[N, 1024, 14, 14]` to `[N, 2048, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 1024, 14, 14, T>,
    ) -> Map<B, 2048, 7, 7, T> {
        let x = self.bottleneck_0.forward(x);
        self.bottlenecks.iter().fold(x, |x, bottleneck| bottleneck.forward(x))
    }
}

module!(Stage2048 { bottleneck_0 : "0", bottlenecks : ["1", "2"] });

/// `[N, 512, 28, 28]` to `[N, 1024, 14, 14]`.
pub struct Stage1024 {
    /// `[N, 512, 28, 28]` to `[N, 1024, 14, 14]`.
    pub bottleneck_0: Bottleneck512To1024At14,
    /// One after the other, over `[N, 1024, 14, 14]`.
    pub bottlenecks: [Bottleneck1024To1024At14; 5],
}

impl Stage1024 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            bottleneck_0: Bottleneck512To1024At14::new(),
            bottlenecks: std::array::from_fn(|_| Bottleneck1024To1024At14::new()),
        }
    }

    /// `[N, 512, 28, 28]` to `[N, 1024, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 28, 28, T>,
    ) -> Map<B, 1024, 14, 14, T> {
        let x = self.bottleneck_0.forward(x);
        self.bottlenecks.iter().fold(x, |x, bottleneck| bottleneck.forward(x))
    }
}

module!(Stage1024 { bottleneck_0 : "0", bottlenecks : ["1", "2", "3", "4", "5"] });

/// `[N, 256, 56, 56]` to `[N, 512, 28, 28]`.
pub struct Stage512 {
    /// `[N, 256, 56, 56]` to `[N, 512, 28, 28]`.
    pub bottleneck_0: Bottleneck256To512At28,
    /// One after the other, over `[N, 512, 28, 28]`.
    pub bottlenecks: [Bottleneck512To512At28; 3],
}

impl Stage512 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            bottleneck_0: Bottleneck256To512At28::new(),
            bottlenecks: std::array::from_fn(|_| Bottleneck512To512At28::new()),
        }
    }

    /// `[N, 256, 56, 56]` to `[N, 512, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 56, 56, T>,
    ) -> Map<B, 512, 28, 28, T> {
        let x = self.bottleneck_0.forward(x);
        self.bottlenecks.iter().fold(x, |x, bottleneck| bottleneck.forward(x))
    }
}

module!(Stage512 { bottleneck_0 : "0", bottlenecks : ["1", "2", "3"] });

/// `[N, 64, 56, 56]` to `[N, 256, 56, 56]`.
pub struct Stage256 {
    /// `[N, 64, 56, 56]` to `[N, 256, 56, 56]`.
    pub bottleneck_0: Bottleneck64To256At56,
    /// One after the other, over `[N, 256, 56, 56]`.
    pub bottlenecks: [Bottleneck256To256At56; 2],
}

impl Stage256 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            bottleneck_0: Bottleneck64To256At56::new(),
            bottlenecks: std::array::from_fn(|_| Bottleneck256To256At56::new()),
        }
    }

    /// `[N, 64, 56, 56]` to `[N, 256, 56, 56]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 64, 56, 56, T>,
    ) -> Map<B, 256, 56, 56, T> {
        let x = self.bottleneck_0.forward(x);
        self.bottlenecks.iter().fold(x, |x, bottleneck| bottleneck.forward(x))
    }
}

module!(Stage256 { bottleneck_0 : "0", bottlenecks : ["1", "2"] });

/// `[N, 2048, 7, 7]` to `[N, 2048, 7, 7]`.
pub struct Bottleneck2048To2048At7 {
    /// `[N, 2048, 7, 7]` to `[N, 512, 7, 7]`.
    pub main_0: ConvBn2048To512At7,
    /// Over `[N, 512, 7, 7]`.
    pub main_1: ConvBn512To512At7_2,
    /// `[N, 512, 7, 7]` to `[N, 2048, 7, 7]`.
    pub main_2: ConvBn512To2048At7,
}

impl Bottleneck2048To2048At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            main_0: ConvBn2048To512At7::new(),
            main_1: ConvBn512To512At7_2::new(),
            main_2: ConvBn512To2048At7::new(),
        }
    }

    /// `[N, 2048, 7, 7]` to `[N, 2048, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 2048, 7, 7, T>,
    ) -> Map<B, 2048, 7, 7, T> {
        let main = self.main_0.chain().relu().forward(fork(&x));
        let main = self.main_1.chain().relu().forward(main);
        self.main_2.chain().add(x).relu().forward(main)
    }
}

module!(
    Bottleneck2048To2048At7 { main_0 : "main.0", main_1 : "main.1", main_2 : "main.2" }
);

/// `[N, 1024, 14, 14]` to `[N, 2048, 7, 7]`.
pub struct Bottleneck1024To2048At7 {
    /// `[N, 1024, 14, 14]` to `[N, 512, 14, 14]`.
    pub main_0: ConvBn1024To512At14,
    /// `[N, 512, 14, 14]` to `[N, 512, 7, 7]`.
    pub main_1: ConvBn512To512At7,
    /// `[N, 512, 7, 7]` to `[N, 2048, 7, 7]`.
    pub main_2: ConvBn512To2048At7,
    /// `[N, 1024, 14, 14]` to `[N, 2048, 7, 7]`.
    pub skip_0: ConvBn1024To2048At7,
}

impl Bottleneck1024To2048At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            main_0: ConvBn1024To512At14::new(),
            main_1: ConvBn512To512At7::new(),
            main_2: ConvBn512To2048At7::new(),
            skip_0: ConvBn1024To2048At7::new(),
        }
    }

    /// `[N, 1024, 14, 14]` to `[N, 2048, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 1024, 14, 14, T>,
    ) -> Map<B, 2048, 7, 7, T> {
        let main = self.main_0.chain().relu().forward(fork(&x));
        let main = self.main_1.chain().relu().forward(main);
        let main = self.main_2.forward(main);
        self.skip_0.chain().add(main).relu().forward(x)
    }
}

module!(
    Bottleneck1024To2048At7 { main_0 : "main.0", main_1 : "main.1", main_2 : "main.2",
    skip_0 : "skip.0" }
);

/// `[N, 1024, 14, 14]` to `[N, 1024, 14, 14]`.
pub struct Bottleneck1024To1024At14 {
    /// `[N, 1024, 14, 14]` to `[N, 256, 14, 14]`.
    pub main_0: ConvBn1024To256At14,
    /// Over `[N, 256, 14, 14]`.
    pub main_1: ConvBn256To256At14_2,
    /// `[N, 256, 14, 14]` to `[N, 1024, 14, 14]`.
    pub main_2: ConvBn256To1024At14,
}

impl Bottleneck1024To1024At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            main_0: ConvBn1024To256At14::new(),
            main_1: ConvBn256To256At14_2::new(),
            main_2: ConvBn256To1024At14::new(),
        }
    }

    /// `[N, 1024, 14, 14]` to `[N, 1024, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 1024, 14, 14, T>,
    ) -> Map<B, 1024, 14, 14, T> {
        let main = self.main_0.chain().relu().forward(fork(&x));
        let main = self.main_1.chain().relu().forward(main);
        self.main_2.chain().add(x).relu().forward(main)
    }
}

module!(
    Bottleneck1024To1024At14 { main_0 : "main.0", main_1 : "main.1", main_2 : "main.2" }
);

/// `[N, 512, 28, 28]` to `[N, 1024, 14, 14]`.
pub struct Bottleneck512To1024At14 {
    /// `[N, 512, 28, 28]` to `[N, 256, 28, 28]`.
    pub main_0: ConvBn512To256At28,
    /// `[N, 256, 28, 28]` to `[N, 256, 14, 14]`.
    pub main_1: ConvBn256To256At14,
    /// `[N, 256, 14, 14]` to `[N, 1024, 14, 14]`.
    pub main_2: ConvBn256To1024At14,
    /// `[N, 512, 28, 28]` to `[N, 1024, 14, 14]`.
    pub skip_0: ConvBn512To1024At14,
}

impl Bottleneck512To1024At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            main_0: ConvBn512To256At28::new(),
            main_1: ConvBn256To256At14::new(),
            main_2: ConvBn256To1024At14::new(),
            skip_0: ConvBn512To1024At14::new(),
        }
    }

    /// `[N, 512, 28, 28]` to `[N, 1024, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 28, 28, T>,
    ) -> Map<B, 1024, 14, 14, T> {
        let main = self.main_0.chain().relu().forward(fork(&x));
        let main = self.main_1.chain().relu().forward(main);
        let main = self.main_2.forward(main);
        self.skip_0.chain().add(main).relu().forward(x)
    }
}

module!(
    Bottleneck512To1024At14 { main_0 : "main.0", main_1 : "main.1", main_2 : "main.2",
    skip_0 : "skip.0" }
);

/// `[N, 512, 28, 28]` to `[N, 512, 28, 28]`.
pub struct Bottleneck512To512At28 {
    /// `[N, 512, 28, 28]` to `[N, 128, 28, 28]`.
    pub main_0: ConvBn512To128At28,
    /// Over `[N, 128, 28, 28]`.
    pub main_1: ConvBn128To128At28_2,
    /// `[N, 128, 28, 28]` to `[N, 512, 28, 28]`.
    pub main_2: ConvBn128To512At28,
}

impl Bottleneck512To512At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            main_0: ConvBn512To128At28::new(),
            main_1: ConvBn128To128At28_2::new(),
            main_2: ConvBn128To512At28::new(),
        }
    }

    /// `[N, 512, 28, 28]` to `[N, 512, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 28, 28, T>,
    ) -> Map<B, 512, 28, 28, T> {
        let main = self.main_0.chain().relu().forward(fork(&x));
        let main = self.main_1.chain().relu().forward(main);
        self.main_2.chain().add(x).relu().forward(main)
    }
}

module!(
    Bottleneck512To512At28 { main_0 : "main.0", main_1 : "main.1", main_2 : "main.2" }
);

/// `[N, 256, 56, 56]` to `[N, 512, 28, 28]`.
pub struct Bottleneck256To512At28 {
    /// `[N, 256, 56, 56]` to `[N, 128, 56, 56]`.
    pub main_0: ConvBn256To128At56,
    /// `[N, 128, 56, 56]` to `[N, 128, 28, 28]`.
    pub main_1: ConvBn128To128At28,
    /// `[N, 128, 28, 28]` to `[N, 512, 28, 28]`.
    pub main_2: ConvBn128To512At28,
    /// `[N, 256, 56, 56]` to `[N, 512, 28, 28]`.
    pub skip_0: ConvBn256To512At28,
}

impl Bottleneck256To512At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            main_0: ConvBn256To128At56::new(),
            main_1: ConvBn128To128At28::new(),
            main_2: ConvBn128To512At28::new(),
            skip_0: ConvBn256To512At28::new(),
        }
    }

    /// `[N, 256, 56, 56]` to `[N, 512, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 56, 56, T>,
    ) -> Map<B, 512, 28, 28, T> {
        let main = self.main_0.chain().relu().forward(fork(&x));
        let main = self.main_1.chain().relu().forward(main);
        let main = self.main_2.forward(main);
        self.skip_0.chain().add(main).relu().forward(x)
    }
}

module!(
    Bottleneck256To512At28 { main_0 : "main.0", main_1 : "main.1", main_2 : "main.2",
    skip_0 : "skip.0" }
);

/// `[N, 256, 56, 56]` to `[N, 256, 56, 56]`.
pub struct Bottleneck256To256At56 {
    /// `[N, 256, 56, 56]` to `[N, 64, 56, 56]`.
    pub main_0: ConvBn256To64At56,
    /// Over `[N, 64, 56, 56]`.
    pub main_1: ConvBn64To64At56_2,
    /// `[N, 64, 56, 56]` to `[N, 256, 56, 56]`.
    pub main_2: ConvBn64To256At56,
}

impl Bottleneck256To256At56 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            main_0: ConvBn256To64At56::new(),
            main_1: ConvBn64To64At56_2::new(),
            main_2: ConvBn64To256At56::new(),
        }
    }

    /// `[N, 256, 56, 56]` to `[N, 256, 56, 56]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 56, 56, T>,
    ) -> Map<B, 256, 56, 56, T> {
        let main = self.main_0.chain().relu().forward(fork(&x));
        let main = self.main_1.chain().relu().forward(main);
        self.main_2.chain().add(x).relu().forward(main)
    }
}

module!(
    Bottleneck256To256At56 { main_0 : "main.0", main_1 : "main.1", main_2 : "main.2" }
);

/// `[N, 64, 56, 56]` to `[N, 256, 56, 56]`.
pub struct Bottleneck64To256At56 {
    /// Over `[N, 64, 56, 56]`.
    pub main_0: ConvBn64To64At56,
    /// Over `[N, 64, 56, 56]`.
    pub main_1: ConvBn64To64At56_2,
    /// `[N, 64, 56, 56]` to `[N, 256, 56, 56]`.
    pub main_2: ConvBn64To256At56,
    /// `[N, 64, 56, 56]` to `[N, 256, 56, 56]`.
    pub skip_0: ConvBn64To256At56,
}

impl Bottleneck64To256At56 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            main_0: ConvBn64To64At56::new(),
            main_1: ConvBn64To64At56_2::new(),
            main_2: ConvBn64To256At56::new(),
            skip_0: ConvBn64To256At56::new(),
        }
    }

    /// `[N, 64, 56, 56]` to `[N, 256, 56, 56]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 64, 56, 56, T>,
    ) -> Map<B, 256, 56, 56, T> {
        let main = self.main_0.chain().relu().forward(fork(&x));
        let main = self.main_1.chain().relu().forward(main);
        let main = self.main_2.forward(main);
        self.skip_0.chain().add(main).relu().forward(x)
    }
}

module!(
    Bottleneck64To256At56 { main_0 : "main.0", main_1 : "main.1", main_2 : "main.2",
    skip_0 : "skip.0" }
);

/// `[N, 512, 7, 7]` to `[N, 512, 7, 7]`.
pub struct ConvBn512To512At7_2 {
    /// `conv`, over `[N, 512, 7, 7]`, 2,359,296 weights.
    pub conv: conv!(512 x 7 x 7 => 512 x 7 x 7, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 512, 7, 7]`, 1,024 weights.
    pub bn: BatchNorm<512>,
}

impl ConvBn512To512At7_2 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 512, 7, 7]` to `[N, 512, 7, 7]`. A chain that goes on.
    pub fn chain(&self) -> chain!(512 x 7 x 7 => 512 x 7 x 7) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn512To512At7_2 { conv : "conv", bn : "bn" });

/// `[N, 2048, 7, 7]` to `[N, 512, 7, 7]`.
pub struct ConvBn2048To512At7 {
    /// `conv`, `[N, 2048, 7, 7]` to `[N, 512, 7, 7]`, 1,048,576 weights.
    pub conv: conv!(2048 x 7 x 7 => 512 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 512, 7, 7]`, 1,024 weights.
    pub bn: BatchNorm<512>,
}

impl ConvBn2048To512At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 2048, 7, 7]` to `[N, 512, 7, 7]`. A chain that goes on.
    pub fn chain(&self) -> chain!(2048 x 7 x 7 => 512 x 7 x 7) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn2048To512At7 { conv : "conv", bn : "bn" });

/// `[N, 1024, 14, 14]` to `[N, 2048, 7, 7]`.
pub struct ConvBn1024To2048At7 {
    /// `conv`, `[N, 1024, 14, 14]` to `[N, 2048, 7, 7]`, 2,097,152 weights.
    pub conv: conv!(1024 x 14 x 14 => 2048 x 7 x 7, kernel 1 x 1, stride 2 x 2, no bias),
    /// `bn`, over `[N, 2048, 7, 7]`, 4,096 weights.
    pub bn: BatchNorm<2048>,
}

impl ConvBn1024To2048At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 1024, 14, 14]` to `[N, 2048, 7, 7]`. A chain that goes on.
    pub fn chain(&self) -> chain!(1024 x 14 x 14 => 2048 x 7 x 7) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn1024To2048At7 { conv : "conv", bn : "bn" });

/// `[N, 512, 7, 7]` to `[N, 2048, 7, 7]`.
pub struct ConvBn512To2048At7 {
    /// `conv`, `[N, 512, 7, 7]` to `[N, 2048, 7, 7]`, 1,048,576 weights.
    pub conv: conv!(512 x 7 x 7 => 2048 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 2048, 7, 7]`, 4,096 weights.
    pub bn: BatchNorm<2048>,
}

impl ConvBn512To2048At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 512, 7, 7]` to `[N, 2048, 7, 7]`. A chain that goes on.
    pub fn chain(&self) -> chain!(512 x 7 x 7 => 2048 x 7 x 7) {
        self.conv.bn(&self.bn)
    }

    /// `[N, 512, 7, 7]` to `[N, 2048, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 7, 7, T>,
    ) -> Map<B, 2048, 7, 7, T> {
        self.chain().forward(x)
    }
}

module!(ConvBn512To2048At7 { conv : "conv", bn : "bn" });

/// `[N, 512, 14, 14]` to `[N, 512, 7, 7]`.
pub struct ConvBn512To512At7 {
    /// `conv`, `[N, 512, 14, 14]` to `[N, 512, 7, 7]`, 2,359,296 weights.
    pub conv: conv!(
        512 x 14 x 14 => 512 x 7 x 7, kernel 3 x 3, stride 2 x 2, pad 1 x 1, no bias
    ),
    /// `bn`, over `[N, 512, 7, 7]`, 1,024 weights.
    pub bn: BatchNorm<512>,
}

impl ConvBn512To512At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 512, 14, 14]` to `[N, 512, 7, 7]`. A chain that goes on.
    pub fn chain(&self) -> chain!(512 x 14 x 14 => 512 x 7 x 7) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn512To512At7 { conv : "conv", bn : "bn" });

/// `[N, 1024, 14, 14]` to `[N, 512, 14, 14]`.
pub struct ConvBn1024To512At14 {
    /// `conv`, `[N, 1024, 14, 14]` to `[N, 512, 14, 14]`, 524,288 weights.
    pub conv: conv!(1024 x 14 x 14 => 512 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 512, 14, 14]`, 1,024 weights.
    pub bn: BatchNorm<512>,
}

impl ConvBn1024To512At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 1024, 14, 14]` to `[N, 512, 14, 14]`. A chain that goes on.
    pub fn chain(&self) -> chain!(1024 x 14 x 14 => 512 x 14 x 14) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn1024To512At14 { conv : "conv", bn : "bn" });

/// `[N, 256, 14, 14]` to `[N, 256, 14, 14]`.
pub struct ConvBn256To256At14_2 {
    /// `conv`, over `[N, 256, 14, 14]`, 589,824 weights.
    pub conv: conv!(256 x 14 x 14 => 256 x 14 x 14, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 256, 14, 14]`, 512 weights.
    pub bn: BatchNorm<256>,
}

impl ConvBn256To256At14_2 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 256, 14, 14]` to `[N, 256, 14, 14]`. A chain that goes on.
    pub fn chain(&self) -> chain!(256 x 14 x 14 => 256 x 14 x 14) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn256To256At14_2 { conv : "conv", bn : "bn" });

/// `[N, 1024, 14, 14]` to `[N, 256, 14, 14]`.
pub struct ConvBn1024To256At14 {
    /// `conv`, `[N, 1024, 14, 14]` to `[N, 256, 14, 14]`, 262,144 weights.
    pub conv: conv!(1024 x 14 x 14 => 256 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 256, 14, 14]`, 512 weights.
    pub bn: BatchNorm<256>,
}

impl ConvBn1024To256At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 1024, 14, 14]` to `[N, 256, 14, 14]`. A chain that goes on.
    pub fn chain(&self) -> chain!(1024 x 14 x 14 => 256 x 14 x 14) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn1024To256At14 { conv : "conv", bn : "bn" });

/// `[N, 512, 28, 28]` to `[N, 1024, 14, 14]`.
pub struct ConvBn512To1024At14 {
    /// `conv`, `[N, 512, 28, 28]` to `[N, 1024, 14, 14]`, 524,288 weights.
    pub conv: conv!(
        512 x 28 x 28 => 1024 x 14 x 14, kernel 1 x 1, stride 2 x 2, no bias
    ),
    /// `bn`, over `[N, 1024, 14, 14]`, 2,048 weights.
    pub bn: BatchNorm<1024>,
}

impl ConvBn512To1024At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 512, 28, 28]` to `[N, 1024, 14, 14]`. A chain that goes on.
    pub fn chain(&self) -> chain!(512 x 28 x 28 => 1024 x 14 x 14) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn512To1024At14 { conv : "conv", bn : "bn" });

/// `[N, 256, 14, 14]` to `[N, 1024, 14, 14]`.
pub struct ConvBn256To1024At14 {
    /// `conv`, `[N, 256, 14, 14]` to `[N, 1024, 14, 14]`, 262,144 weights.
    pub conv: conv!(256 x 14 x 14 => 1024 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 1024, 14, 14]`, 2,048 weights.
    pub bn: BatchNorm<1024>,
}

impl ConvBn256To1024At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 256, 14, 14]` to `[N, 1024, 14, 14]`. A chain that goes on.
    pub fn chain(&self) -> chain!(256 x 14 x 14 => 1024 x 14 x 14) {
        self.conv.bn(&self.bn)
    }

    /// `[N, 256, 14, 14]` to `[N, 1024, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 14, 14, T>,
    ) -> Map<B, 1024, 14, 14, T> {
        self.chain().forward(x)
    }
}

module!(ConvBn256To1024At14 { conv : "conv", bn : "bn" });

/// `[N, 256, 28, 28]` to `[N, 256, 14, 14]`.
pub struct ConvBn256To256At14 {
    /// `conv`, `[N, 256, 28, 28]` to `[N, 256, 14, 14]`, 589,824 weights.
    pub conv: conv!(
        256 x 28 x 28 => 256 x 14 x 14, kernel 3 x 3, stride 2 x 2, pad 1 x 1, no bias
    ),
    /// `bn`, over `[N, 256, 14, 14]`, 512 weights.
    pub bn: BatchNorm<256>,
}

impl ConvBn256To256At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 256, 28, 28]` to `[N, 256, 14, 14]`. A chain that goes on.
    pub fn chain(&self) -> chain!(256 x 28 x 28 => 256 x 14 x 14) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn256To256At14 { conv : "conv", bn : "bn" });

/// `[N, 512, 28, 28]` to `[N, 256, 28, 28]`.
pub struct ConvBn512To256At28 {
    /// `conv`, `[N, 512, 28, 28]` to `[N, 256, 28, 28]`, 131,072 weights.
    pub conv: conv!(512 x 28 x 28 => 256 x 28 x 28, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 256, 28, 28]`, 512 weights.
    pub bn: BatchNorm<256>,
}

impl ConvBn512To256At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 512, 28, 28]` to `[N, 256, 28, 28]`. A chain that goes on.
    pub fn chain(&self) -> chain!(512 x 28 x 28 => 256 x 28 x 28) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn512To256At28 { conv : "conv", bn : "bn" });

/// `[N, 128, 28, 28]` to `[N, 128, 28, 28]`.
pub struct ConvBn128To128At28_2 {
    /// `conv`, over `[N, 128, 28, 28]`, 147,456 weights.
    pub conv: conv!(128 x 28 x 28 => 128 x 28 x 28, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 128, 28, 28]`, 256 weights.
    pub bn: BatchNorm<128>,
}

impl ConvBn128To128At28_2 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 128, 28, 28]` to `[N, 128, 28, 28]`. A chain that goes on.
    pub fn chain(&self) -> chain!(128 x 28 x 28 => 128 x 28 x 28) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn128To128At28_2 { conv : "conv", bn : "bn" });

/// `[N, 512, 28, 28]` to `[N, 128, 28, 28]`.
pub struct ConvBn512To128At28 {
    /// `conv`, `[N, 512, 28, 28]` to `[N, 128, 28, 28]`, 65,536 weights.
    pub conv: conv!(512 x 28 x 28 => 128 x 28 x 28, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 28, 28]`, 256 weights.
    pub bn: BatchNorm<128>,
}

impl ConvBn512To128At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 512, 28, 28]` to `[N, 128, 28, 28]`. A chain that goes on.
    pub fn chain(&self) -> chain!(512 x 28 x 28 => 128 x 28 x 28) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn512To128At28 { conv : "conv", bn : "bn" });

/// `[N, 256, 56, 56]` to `[N, 512, 28, 28]`.
pub struct ConvBn256To512At28 {
    /// `conv`, `[N, 256, 56, 56]` to `[N, 512, 28, 28]`, 131,072 weights.
    pub conv: conv!(256 x 56 x 56 => 512 x 28 x 28, kernel 1 x 1, stride 2 x 2, no bias),
    /// `bn`, over `[N, 512, 28, 28]`, 1,024 weights.
    pub bn: BatchNorm<512>,
}

impl ConvBn256To512At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 256, 56, 56]` to `[N, 512, 28, 28]`. A chain that goes on.
    pub fn chain(&self) -> chain!(256 x 56 x 56 => 512 x 28 x 28) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn256To512At28 { conv : "conv", bn : "bn" });

/// `[N, 128, 28, 28]` to `[N, 512, 28, 28]`.
pub struct ConvBn128To512At28 {
    /// `conv`, `[N, 128, 28, 28]` to `[N, 512, 28, 28]`, 65,536 weights.
    pub conv: conv!(128 x 28 x 28 => 512 x 28 x 28, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 512, 28, 28]`, 1,024 weights.
    pub bn: BatchNorm<512>,
}

impl ConvBn128To512At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 128, 28, 28]` to `[N, 512, 28, 28]`. A chain that goes on.
    pub fn chain(&self) -> chain!(128 x 28 x 28 => 512 x 28 x 28) {
        self.conv.bn(&self.bn)
    }

    /// `[N, 128, 28, 28]` to `[N, 512, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 28, 28, T>,
    ) -> Map<B, 512, 28, 28, T> {
        self.chain().forward(x)
    }
}

module!(ConvBn128To512At28 { conv : "conv", bn : "bn" });

/// `[N, 128, 56, 56]` to `[N, 128, 28, 28]`.
pub struct ConvBn128To128At28 {
    /// `conv`, `[N, 128, 56, 56]` to `[N, 128, 28, 28]`, 147,456 weights.
    pub conv: conv!(
        128 x 56 x 56 => 128 x 28 x 28, kernel 3 x 3, stride 2 x 2, pad 1 x 1, no bias
    ),
    /// `bn`, over `[N, 128, 28, 28]`, 256 weights.
    pub bn: BatchNorm<128>,
}

impl ConvBn128To128At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 128, 56, 56]` to `[N, 128, 28, 28]`. A chain that goes on.
    pub fn chain(&self) -> chain!(128 x 56 x 56 => 128 x 28 x 28) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn128To128At28 { conv : "conv", bn : "bn" });

/// `[N, 256, 56, 56]` to `[N, 128, 56, 56]`.
pub struct ConvBn256To128At56 {
    /// `conv`, `[N, 256, 56, 56]` to `[N, 128, 56, 56]`, 32,768 weights.
    pub conv: conv!(256 x 56 x 56 => 128 x 56 x 56, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 56, 56]`, 256 weights.
    pub bn: BatchNorm<128>,
}

impl ConvBn256To128At56 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 256, 56, 56]` to `[N, 128, 56, 56]`. A chain that goes on.
    pub fn chain(&self) -> chain!(256 x 56 x 56 => 128 x 56 x 56) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn256To128At56 { conv : "conv", bn : "bn" });

/// `[N, 256, 56, 56]` to `[N, 64, 56, 56]`.
pub struct ConvBn256To64At56 {
    /// `conv`, `[N, 256, 56, 56]` to `[N, 64, 56, 56]`, 16,384 weights.
    pub conv: conv!(256 x 56 x 56 => 64 x 56 x 56, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 64, 56, 56]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl ConvBn256To64At56 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 256, 56, 56]` to `[N, 64, 56, 56]`. A chain that goes on.
    pub fn chain(&self) -> chain!(256 x 56 x 56 => 64 x 56 x 56) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn256To64At56 { conv : "conv", bn : "bn" });

/// `[N, 64, 56, 56]` to `[N, 256, 56, 56]`.
pub struct ConvBn64To256At56 {
    /// `conv`, `[N, 64, 56, 56]` to `[N, 256, 56, 56]`, 16,384 weights.
    pub conv: conv!(64 x 56 x 56 => 256 x 56 x 56, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 256, 56, 56]`, 512 weights.
    pub bn: BatchNorm<256>,
}

impl ConvBn64To256At56 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 64, 56, 56]` to `[N, 256, 56, 56]`. A chain that goes on.
    pub fn chain(&self) -> chain!(64 x 56 x 56 => 256 x 56 x 56) {
        self.conv.bn(&self.bn)
    }

    /// `[N, 64, 56, 56]` to `[N, 256, 56, 56]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 64, 56, 56, T>,
    ) -> Map<B, 256, 56, 56, T> {
        self.chain().forward(x)
    }
}

module!(ConvBn64To256At56 { conv : "conv", bn : "bn" });

/// `[N, 64, 56, 56]` to `[N, 64, 56, 56]`.
pub struct ConvBn64To64At56_2 {
    /// `conv`, over `[N, 64, 56, 56]`, 36,864 weights.
    pub conv: conv!(64 x 56 x 56 => 64 x 56 x 56, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 64, 56, 56]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl ConvBn64To64At56_2 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 64, 56, 56]` to `[N, 64, 56, 56]`. A chain that goes on.
    pub fn chain(&self) -> chain!(64 x 56 x 56 => 64 x 56 x 56) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn64To64At56_2 { conv : "conv", bn : "bn" });

/// `[N, 64, 56, 56]` to `[N, 64, 56, 56]`.
pub struct ConvBn64To64At56 {
    /// `conv`, over `[N, 64, 56, 56]`, 4,096 weights.
    pub conv: conv!(64 x 56 x 56 => 64 x 56 x 56, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 64, 56, 56]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl ConvBn64To64At56 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
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
            conv: Conv::new().at_input(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 3, 224, 224]` to `[N, 64, 112, 112]`. A chain that goes on.
    pub fn chain(&self) -> chain!(3 x 224 x 224 => 64 x 112 x 112) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn3To64At112 { conv : "conv", bn : "bn" });
