//! A network of 23546886 trainable weights. Written by `blockprint compile`.

use blockprint::typed::prelude::*;
use blockprint::typed::program::Measures;

/// `[N, 3, 64, 64]` to `[N, 6]`.
pub struct Resnet50Signs {
    /// `[N, 3, 64, 64]` to `[N, 64, 32, 32]`.
    pub conv_bn_0: ConvBn3To64At32,
    /// `[N, 64, 15, 15]` to `[N, 256, 15, 15]`.
    pub stage2: Stage256,
    /// `[N, 256, 15, 15]` to `[N, 512, 8, 8]`.
    pub stage3: Stage512,
    /// `[N, 512, 8, 8]` to `[N, 1024, 4, 4]`.
    pub stage4: Stage1024,
    /// `[N, 1024, 4, 4]` to `[N, 2048, 2, 2]`.
    pub stage5: Stage2048,
    /// `dense`, `[N, 2048]` to `[N, 6]`, 12,294 weights.
    pub logits: Dense<2048, 6>,
}

impl Resnet50Signs {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv_bn_0: ConvBn3To64At32::new(),
            stage2: Stage256::new(),
            stage3: Stage512::new(),
            stage4: Stage1024::new(),
            stage5: Stage2048::new(),
            logits: Dense::new(),
        }
    }

    /// `[N, 3, 64, 64]` to `[N, 6]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        image: Map<B, 3, 64, 64, T>,
    ) -> Features<B, 6, T> {
        let stem = self.conv_bn_0.chain().relu().forward(image);
        let x = max_pool!(
            stem; 64 x 32 x 32 => 64 x 15 x 15, kernel 3 x 3, stride 2 x 2
        );
        let stage2 = self.stage2.forward(x);
        let stage3 = self.stage3.forward(stage2);
        let stage4 = self.stage4.forward(stage3);
        let stage5 = self.stage5.forward(stage4);
        let x = avg_pool!(
            stage5; 2048 x 2 x 2 => 2048 x 1 x 1, kernel 2 x 2, stride 2 x 2
        );
        let features = flatten!(x; 2048 x 1 x 1 => 2048);
        self.logits.forward(features)
    }

    /// The loss, and the numbers that are reported beside it.
    pub fn measure<B: Dim, T: Tape>(
        logits: Features<B, 6, T>,
        label: Labels<B>,
    ) -> Measures<T> {
        let accuracy_value = accuracy(fork(&logits), label.clone());
        let ce = cross_entropy(logits, label, 0.0);
        Measures::new(ce).report("accuracy", accuracy_value)
    }
}

module!(
    Resnet50Signs { conv_bn_0 : "0", stage2 : "stage2", stage3 : "stage3", stage4 :
    "stage4", stage5 : "stage5", logits : "logits" }
);

/// `[N, 1024, 4, 4]` to `[N, 2048, 2, 2]`.
pub struct Stage2048 {
    /// `[N, 1024, 4, 4]` to `[N, 2048, 2, 2]`.
    pub bottleneck_0: Bottleneck1024To2048At2,
    /// One after the other, over `[N, 2048, 2, 2]`.
    pub bottlenecks: [Bottleneck2048To2048At2; 2],
}

impl Stage2048 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            bottleneck_0: Bottleneck1024To2048At2::new(),
            bottlenecks: std::array::from_fn(|_| Bottleneck2048To2048At2::new()),
        }
    }

    /// `[N, 1024, 4, 4]` to `[N, 2048, 2, 2]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 1024, 4, 4, T>,
    ) -> Map<B, 2048, 2, 2, T> {
        let x = self.bottleneck_0.forward(x);
        self.bottlenecks.iter().fold(x, |x, bottleneck| bottleneck.forward(x))
    }
}

module!(Stage2048 { bottleneck_0 : "0", bottlenecks : ["1", "2"] });

/// `[N, 512, 8, 8]` to `[N, 1024, 4, 4]`.
pub struct Stage1024 {
    /// `[N, 512, 8, 8]` to `[N, 1024, 4, 4]`.
    pub bottleneck_0: Bottleneck512To1024At4,
    /// One after the other, over `[N, 1024, 4, 4]`.
    pub bottlenecks: [Bottleneck1024To1024At4; 5],
}

impl Stage1024 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            bottleneck_0: Bottleneck512To1024At4::new(),
            bottlenecks: std::array::from_fn(|_| Bottleneck1024To1024At4::new()),
        }
    }

    /// `[N, 512, 8, 8]` to `[N, 1024, 4, 4]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 8, 8, T>,
    ) -> Map<B, 1024, 4, 4, T> {
        let x = self.bottleneck_0.forward(x);
        self.bottlenecks.iter().fold(x, |x, bottleneck| bottleneck.forward(x))
    }
}

module!(Stage1024 { bottleneck_0 : "0", bottlenecks : ["1", "2", "3", "4", "5"] });

/// `[N, 256, 15, 15]` to `[N, 512, 8, 8]`.
pub struct Stage512 {
    /// `[N, 256, 15, 15]` to `[N, 512, 8, 8]`.
    pub bottleneck_0: Bottleneck256To512At8,
    /// One after the other, over `[N, 512, 8, 8]`.
    pub bottlenecks: [Bottleneck512To512At8; 3],
}

impl Stage512 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            bottleneck_0: Bottleneck256To512At8::new(),
            bottlenecks: std::array::from_fn(|_| Bottleneck512To512At8::new()),
        }
    }

    /// `[N, 256, 15, 15]` to `[N, 512, 8, 8]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 15, 15, T>,
    ) -> Map<B, 512, 8, 8, T> {
        let x = self.bottleneck_0.forward(x);
        self.bottlenecks.iter().fold(x, |x, bottleneck| bottleneck.forward(x))
    }
}

module!(Stage512 { bottleneck_0 : "0", bottlenecks : ["1", "2", "3"] });

/// `[N, 64, 15, 15]` to `[N, 256, 15, 15]`.
pub struct Stage256 {
    /// `[N, 64, 15, 15]` to `[N, 256, 15, 15]`.
    pub bottleneck_0: Bottleneck64To256At15,
    /// One after the other, over `[N, 256, 15, 15]`.
    pub bottlenecks: [Bottleneck256To256At15; 2],
}

impl Stage256 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            bottleneck_0: Bottleneck64To256At15::new(),
            bottlenecks: std::array::from_fn(|_| Bottleneck256To256At15::new()),
        }
    }

    /// `[N, 64, 15, 15]` to `[N, 256, 15, 15]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 64, 15, 15, T>,
    ) -> Map<B, 256, 15, 15, T> {
        let x = self.bottleneck_0.forward(x);
        self.bottlenecks.iter().fold(x, |x, bottleneck| bottleneck.forward(x))
    }
}

module!(Stage256 { bottleneck_0 : "0", bottlenecks : ["1", "2"] });

/// `[N, 2048, 2, 2]` to `[N, 2048, 2, 2]`.
pub struct Bottleneck2048To2048At2 {
    /// `[N, 2048, 2, 2]` to `[N, 512, 2, 2]`.
    pub main_0: ConvBn2048To512At2,
    /// Over `[N, 512, 2, 2]`.
    pub main_1: ConvBn512To512At2,
    /// `[N, 512, 2, 2]` to `[N, 2048, 2, 2]`.
    pub main_2: ConvBn512To2048At2,
}

impl Bottleneck2048To2048At2 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            main_0: ConvBn2048To512At2::new(),
            main_1: ConvBn512To512At2::new(),
            main_2: ConvBn512To2048At2::new(),
        }
    }

    /// `[N, 2048, 2, 2]` to `[N, 2048, 2, 2]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 2048, 2, 2, T>,
    ) -> Map<B, 2048, 2, 2, T> {
        let main = self.main_0.chain().relu().forward(fork(&x));
        let main = self.main_1.chain().relu().forward(main);
        self.main_2.chain().add(x).relu().forward(main)
    }
}

module!(
    Bottleneck2048To2048At2 { main_0 : "main.0", main_1 : "main.1", main_2 : "main.2" }
);

/// `[N, 1024, 4, 4]` to `[N, 2048, 2, 2]`.
pub struct Bottleneck1024To2048At2 {
    /// `[N, 1024, 4, 4]` to `[N, 512, 2, 2]`.
    pub main_0: ConvBn1024To512At2,
    /// Over `[N, 512, 2, 2]`.
    pub main_1: ConvBn512To512At2,
    /// `[N, 512, 2, 2]` to `[N, 2048, 2, 2]`.
    pub main_2: ConvBn512To2048At2,
    /// `[N, 1024, 4, 4]` to `[N, 2048, 2, 2]`.
    pub skip_0: ConvBn1024To2048At2,
}

impl Bottleneck1024To2048At2 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            main_0: ConvBn1024To512At2::new(),
            main_1: ConvBn512To512At2::new(),
            main_2: ConvBn512To2048At2::new(),
            skip_0: ConvBn1024To2048At2::new(),
        }
    }

    /// `[N, 1024, 4, 4]` to `[N, 2048, 2, 2]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 1024, 4, 4, T>,
    ) -> Map<B, 2048, 2, 2, T> {
        let main = self.main_0.chain().relu().forward(fork(&x));
        let main = self.main_1.chain().relu().forward(main);
        let main = self.main_2.forward(main);
        self.skip_0.chain().add(main).relu().forward(x)
    }
}

module!(
    Bottleneck1024To2048At2 { main_0 : "main.0", main_1 : "main.1", main_2 : "main.2",
    skip_0 : "skip.0" }
);

/// `[N, 1024, 4, 4]` to `[N, 1024, 4, 4]`.
pub struct Bottleneck1024To1024At4 {
    /// `[N, 1024, 4, 4]` to `[N, 256, 4, 4]`.
    pub main_0: ConvBn1024To256At4,
    /// Over `[N, 256, 4, 4]`.
    pub main_1: ConvBn256To256At4,
    /// `[N, 256, 4, 4]` to `[N, 1024, 4, 4]`.
    pub main_2: ConvBn256To1024At4,
}

impl Bottleneck1024To1024At4 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            main_0: ConvBn1024To256At4::new(),
            main_1: ConvBn256To256At4::new(),
            main_2: ConvBn256To1024At4::new(),
        }
    }

    /// `[N, 1024, 4, 4]` to `[N, 1024, 4, 4]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 1024, 4, 4, T>,
    ) -> Map<B, 1024, 4, 4, T> {
        let main = self.main_0.chain().relu().forward(fork(&x));
        let main = self.main_1.chain().relu().forward(main);
        self.main_2.chain().add(x).relu().forward(main)
    }
}

module!(
    Bottleneck1024To1024At4 { main_0 : "main.0", main_1 : "main.1", main_2 : "main.2" }
);

/// `[N, 512, 8, 8]` to `[N, 1024, 4, 4]`.
pub struct Bottleneck512To1024At4 {
    /// `[N, 512, 8, 8]` to `[N, 256, 4, 4]`.
    pub main_0: ConvBn512To256At4,
    /// Over `[N, 256, 4, 4]`.
    pub main_1: ConvBn256To256At4,
    /// `[N, 256, 4, 4]` to `[N, 1024, 4, 4]`.
    pub main_2: ConvBn256To1024At4,
    /// `[N, 512, 8, 8]` to `[N, 1024, 4, 4]`.
    pub skip_0: ConvBn512To1024At4,
}

impl Bottleneck512To1024At4 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            main_0: ConvBn512To256At4::new(),
            main_1: ConvBn256To256At4::new(),
            main_2: ConvBn256To1024At4::new(),
            skip_0: ConvBn512To1024At4::new(),
        }
    }

    /// `[N, 512, 8, 8]` to `[N, 1024, 4, 4]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 8, 8, T>,
    ) -> Map<B, 1024, 4, 4, T> {
        let main = self.main_0.chain().relu().forward(fork(&x));
        let main = self.main_1.chain().relu().forward(main);
        let main = self.main_2.forward(main);
        self.skip_0.chain().add(main).relu().forward(x)
    }
}

module!(
    Bottleneck512To1024At4 { main_0 : "main.0", main_1 : "main.1", main_2 : "main.2",
    skip_0 : "skip.0" }
);

/// `[N, 512, 8, 8]` to `[N, 512, 8, 8]`.
pub struct Bottleneck512To512At8 {
    /// `[N, 512, 8, 8]` to `[N, 128, 8, 8]`.
    pub main_0: ConvBn512To128At8,
    /// Over `[N, 128, 8, 8]`.
    pub main_1: ConvBn128To128At8,
    /// `[N, 128, 8, 8]` to `[N, 512, 8, 8]`.
    pub main_2: ConvBn128To512At8,
}

impl Bottleneck512To512At8 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            main_0: ConvBn512To128At8::new(),
            main_1: ConvBn128To128At8::new(),
            main_2: ConvBn128To512At8::new(),
        }
    }

    /// `[N, 512, 8, 8]` to `[N, 512, 8, 8]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 8, 8, T>,
    ) -> Map<B, 512, 8, 8, T> {
        let main = self.main_0.chain().relu().forward(fork(&x));
        let main = self.main_1.chain().relu().forward(main);
        self.main_2.chain().add(x).relu().forward(main)
    }
}

module!(
    Bottleneck512To512At8 { main_0 : "main.0", main_1 : "main.1", main_2 : "main.2" }
);

/// `[N, 256, 15, 15]` to `[N, 512, 8, 8]`.
pub struct Bottleneck256To512At8 {
    /// `[N, 256, 15, 15]` to `[N, 128, 8, 8]`.
    pub main_0: ConvBn256To128At8,
    /// Over `[N, 128, 8, 8]`.
    pub main_1: ConvBn128To128At8,
    /// `[N, 128, 8, 8]` to `[N, 512, 8, 8]`.
    pub main_2: ConvBn128To512At8,
    /// `[N, 256, 15, 15]` to `[N, 512, 8, 8]`.
    pub skip_0: ConvBn256To512At8,
}

impl Bottleneck256To512At8 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            main_0: ConvBn256To128At8::new(),
            main_1: ConvBn128To128At8::new(),
            main_2: ConvBn128To512At8::new(),
            skip_0: ConvBn256To512At8::new(),
        }
    }

    /// `[N, 256, 15, 15]` to `[N, 512, 8, 8]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 15, 15, T>,
    ) -> Map<B, 512, 8, 8, T> {
        let main = self.main_0.chain().relu().forward(fork(&x));
        let main = self.main_1.chain().relu().forward(main);
        let main = self.main_2.forward(main);
        self.skip_0.chain().add(main).relu().forward(x)
    }
}

module!(
    Bottleneck256To512At8 { main_0 : "main.0", main_1 : "main.1", main_2 : "main.2",
    skip_0 : "skip.0" }
);

/// `[N, 256, 15, 15]` to `[N, 256, 15, 15]`.
pub struct Bottleneck256To256At15 {
    /// `[N, 256, 15, 15]` to `[N, 64, 15, 15]`.
    pub main_0: ConvBn256To64At15,
    /// Over `[N, 64, 15, 15]`.
    pub main_1: ConvBn64To64At15_2,
    /// `[N, 64, 15, 15]` to `[N, 256, 15, 15]`.
    pub main_2: ConvBn64To256At15,
}

impl Bottleneck256To256At15 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            main_0: ConvBn256To64At15::new(),
            main_1: ConvBn64To64At15_2::new(),
            main_2: ConvBn64To256At15::new(),
        }
    }

    /// `[N, 256, 15, 15]` to `[N, 256, 15, 15]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 15, 15, T>,
    ) -> Map<B, 256, 15, 15, T> {
        let main = self.main_0.chain().relu().forward(fork(&x));
        let main = self.main_1.chain().relu().forward(main);
        self.main_2.chain().add(x).relu().forward(main)
    }
}

module!(
    Bottleneck256To256At15 { main_0 : "main.0", main_1 : "main.1", main_2 : "main.2" }
);

/// `[N, 64, 15, 15]` to `[N, 256, 15, 15]`.
pub struct Bottleneck64To256At15 {
    /// Over `[N, 64, 15, 15]`.
    pub main_0: ConvBn64To64At15,
    /// Over `[N, 64, 15, 15]`.
    pub main_1: ConvBn64To64At15_2,
    /// `[N, 64, 15, 15]` to `[N, 256, 15, 15]`.
    pub main_2: ConvBn64To256At15,
    /// `[N, 64, 15, 15]` to `[N, 256, 15, 15]`.
    pub skip_0: ConvBn64To256At15,
}

impl Bottleneck64To256At15 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            main_0: ConvBn64To64At15::new(),
            main_1: ConvBn64To64At15_2::new(),
            main_2: ConvBn64To256At15::new(),
            skip_0: ConvBn64To256At15::new(),
        }
    }

    /// `[N, 64, 15, 15]` to `[N, 256, 15, 15]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 64, 15, 15, T>,
    ) -> Map<B, 256, 15, 15, T> {
        let main = self.main_0.chain().relu().forward(fork(&x));
        let main = self.main_1.chain().relu().forward(main);
        let main = self.main_2.forward(main);
        self.skip_0.chain().add(main).relu().forward(x)
    }
}

module!(
    Bottleneck64To256At15 { main_0 : "main.0", main_1 : "main.1", main_2 : "main.2",
    skip_0 : "skip.0" }
);

/// `[N, 2048, 2, 2]` to `[N, 512, 2, 2]`.
pub struct ConvBn2048To512At2 {
    /// `conv`, `[N, 2048, 2, 2]` to `[N, 512, 2, 2]`, 1,049,088 weights.
    pub conv: conv!(2048 x 2 x 2 => 512 x 2 x 2, kernel 1 x 1),
    /// `bn`, over `[N, 512, 2, 2]`, 1,024 weights.
    pub bn: BatchNorm<512>,
}

impl ConvBn2048To512At2 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 2048, 2, 2]` to `[N, 512, 2, 2]`. A chain that goes on.
    pub fn chain(&self) -> chain!(2048 x 2 x 2 => 512 x 2 x 2) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn2048To512At2 { conv : "conv", bn : "bn" });

/// `[N, 1024, 4, 4]` to `[N, 2048, 2, 2]`.
pub struct ConvBn1024To2048At2 {
    /// `conv`, `[N, 1024, 4, 4]` to `[N, 2048, 2, 2]`, 2,099,200 weights.
    pub conv: conv!(1024 x 4 x 4 => 2048 x 2 x 2, kernel 1 x 1, stride 2 x 2),
    /// `bn`, over `[N, 2048, 2, 2]`, 4,096 weights.
    pub bn: BatchNorm<2048>,
}

impl ConvBn1024To2048At2 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 1024, 4, 4]` to `[N, 2048, 2, 2]`. A chain that goes on.
    pub fn chain(&self) -> chain!(1024 x 4 x 4 => 2048 x 2 x 2) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn1024To2048At2 { conv : "conv", bn : "bn" });

/// `[N, 512, 2, 2]` to `[N, 2048, 2, 2]`.
pub struct ConvBn512To2048At2 {
    /// `conv`, `[N, 512, 2, 2]` to `[N, 2048, 2, 2]`, 1,050,624 weights.
    pub conv: conv!(512 x 2 x 2 => 2048 x 2 x 2, kernel 1 x 1),
    /// `bn`, over `[N, 2048, 2, 2]`, 4,096 weights.
    pub bn: BatchNorm<2048>,
}

impl ConvBn512To2048At2 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 512, 2, 2]` to `[N, 2048, 2, 2]`. A chain that goes on.
    pub fn chain(&self) -> chain!(512 x 2 x 2 => 2048 x 2 x 2) {
        self.conv.bn(&self.bn)
    }

    /// `[N, 512, 2, 2]` to `[N, 2048, 2, 2]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 2, 2, T>,
    ) -> Map<B, 2048, 2, 2, T> {
        self.chain().forward(x)
    }
}

module!(ConvBn512To2048At2 { conv : "conv", bn : "bn" });

/// `[N, 512, 2, 2]` to `[N, 512, 2, 2]`.
pub struct ConvBn512To512At2 {
    /// `conv`, over `[N, 512, 2, 2]`, 2,359,808 weights.
    pub conv: conv!(512 x 2 x 2 => 512 x 2 x 2, kernel 3 x 3, pad 1 x 1),
    /// `bn`, over `[N, 512, 2, 2]`, 1,024 weights.
    pub bn: BatchNorm<512>,
}

impl ConvBn512To512At2 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 512, 2, 2]` to `[N, 512, 2, 2]`. A chain that goes on.
    pub fn chain(&self) -> chain!(512 x 2 x 2 => 512 x 2 x 2) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn512To512At2 { conv : "conv", bn : "bn" });

/// `[N, 1024, 4, 4]` to `[N, 512, 2, 2]`.
pub struct ConvBn1024To512At2 {
    /// `conv`, `[N, 1024, 4, 4]` to `[N, 512, 2, 2]`, 524,800 weights.
    pub conv: conv!(1024 x 4 x 4 => 512 x 2 x 2, kernel 1 x 1, stride 2 x 2),
    /// `bn`, over `[N, 512, 2, 2]`, 1,024 weights.
    pub bn: BatchNorm<512>,
}

impl ConvBn1024To512At2 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 1024, 4, 4]` to `[N, 512, 2, 2]`. A chain that goes on.
    pub fn chain(&self) -> chain!(1024 x 4 x 4 => 512 x 2 x 2) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn1024To512At2 { conv : "conv", bn : "bn" });

/// `[N, 1024, 4, 4]` to `[N, 256, 4, 4]`.
pub struct ConvBn1024To256At4 {
    /// `conv`, `[N, 1024, 4, 4]` to `[N, 256, 4, 4]`, 262,400 weights.
    pub conv: conv!(1024 x 4 x 4 => 256 x 4 x 4, kernel 1 x 1),
    /// `bn`, over `[N, 256, 4, 4]`, 512 weights.
    pub bn: BatchNorm<256>,
}

impl ConvBn1024To256At4 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 1024, 4, 4]` to `[N, 256, 4, 4]`. A chain that goes on.
    pub fn chain(&self) -> chain!(1024 x 4 x 4 => 256 x 4 x 4) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn1024To256At4 { conv : "conv", bn : "bn" });

/// `[N, 512, 8, 8]` to `[N, 1024, 4, 4]`.
pub struct ConvBn512To1024At4 {
    /// `conv`, `[N, 512, 8, 8]` to `[N, 1024, 4, 4]`, 525,312 weights.
    pub conv: conv!(512 x 8 x 8 => 1024 x 4 x 4, kernel 1 x 1, stride 2 x 2),
    /// `bn`, over `[N, 1024, 4, 4]`, 2,048 weights.
    pub bn: BatchNorm<1024>,
}

impl ConvBn512To1024At4 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 512, 8, 8]` to `[N, 1024, 4, 4]`. A chain that goes on.
    pub fn chain(&self) -> chain!(512 x 8 x 8 => 1024 x 4 x 4) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn512To1024At4 { conv : "conv", bn : "bn" });

/// `[N, 256, 4, 4]` to `[N, 1024, 4, 4]`.
pub struct ConvBn256To1024At4 {
    /// `conv`, `[N, 256, 4, 4]` to `[N, 1024, 4, 4]`, 263,168 weights.
    pub conv: conv!(256 x 4 x 4 => 1024 x 4 x 4, kernel 1 x 1),
    /// `bn`, over `[N, 1024, 4, 4]`, 2,048 weights.
    pub bn: BatchNorm<1024>,
}

impl ConvBn256To1024At4 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 256, 4, 4]` to `[N, 1024, 4, 4]`. A chain that goes on.
    pub fn chain(&self) -> chain!(256 x 4 x 4 => 1024 x 4 x 4) {
        self.conv.bn(&self.bn)
    }

    /// `[N, 256, 4, 4]` to `[N, 1024, 4, 4]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 4, 4, T>,
    ) -> Map<B, 1024, 4, 4, T> {
        self.chain().forward(x)
    }
}

module!(ConvBn256To1024At4 { conv : "conv", bn : "bn" });

/// `[N, 256, 4, 4]` to `[N, 256, 4, 4]`.
pub struct ConvBn256To256At4 {
    /// `conv`, over `[N, 256, 4, 4]`, 590,080 weights.
    pub conv: conv!(256 x 4 x 4 => 256 x 4 x 4, kernel 3 x 3, pad 1 x 1),
    /// `bn`, over `[N, 256, 4, 4]`, 512 weights.
    pub bn: BatchNorm<256>,
}

impl ConvBn256To256At4 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 256, 4, 4]` to `[N, 256, 4, 4]`. A chain that goes on.
    pub fn chain(&self) -> chain!(256 x 4 x 4 => 256 x 4 x 4) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn256To256At4 { conv : "conv", bn : "bn" });

/// `[N, 512, 8, 8]` to `[N, 256, 4, 4]`.
pub struct ConvBn512To256At4 {
    /// `conv`, `[N, 512, 8, 8]` to `[N, 256, 4, 4]`, 131,328 weights.
    pub conv: conv!(512 x 8 x 8 => 256 x 4 x 4, kernel 1 x 1, stride 2 x 2),
    /// `bn`, over `[N, 256, 4, 4]`, 512 weights.
    pub bn: BatchNorm<256>,
}

impl ConvBn512To256At4 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 512, 8, 8]` to `[N, 256, 4, 4]`. A chain that goes on.
    pub fn chain(&self) -> chain!(512 x 8 x 8 => 256 x 4 x 4) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn512To256At4 { conv : "conv", bn : "bn" });

/// `[N, 512, 8, 8]` to `[N, 128, 8, 8]`.
pub struct ConvBn512To128At8 {
    /// `conv`, `[N, 512, 8, 8]` to `[N, 128, 8, 8]`, 65,664 weights.
    pub conv: conv!(512 x 8 x 8 => 128 x 8 x 8, kernel 1 x 1),
    /// `bn`, over `[N, 128, 8, 8]`, 256 weights.
    pub bn: BatchNorm<128>,
}

impl ConvBn512To128At8 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 512, 8, 8]` to `[N, 128, 8, 8]`. A chain that goes on.
    pub fn chain(&self) -> chain!(512 x 8 x 8 => 128 x 8 x 8) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn512To128At8 { conv : "conv", bn : "bn" });

/// `[N, 256, 15, 15]` to `[N, 512, 8, 8]`.
pub struct ConvBn256To512At8 {
    /// `conv`, `[N, 256, 15, 15]` to `[N, 512, 8, 8]`, 131,584 weights.
    pub conv: conv!(256 x 15 x 15 => 512 x 8 x 8, kernel 1 x 1, stride 2 x 2),
    /// `bn`, over `[N, 512, 8, 8]`, 1,024 weights.
    pub bn: BatchNorm<512>,
}

impl ConvBn256To512At8 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 256, 15, 15]` to `[N, 512, 8, 8]`. A chain that goes on.
    pub fn chain(&self) -> chain!(256 x 15 x 15 => 512 x 8 x 8) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn256To512At8 { conv : "conv", bn : "bn" });

/// `[N, 128, 8, 8]` to `[N, 512, 8, 8]`.
pub struct ConvBn128To512At8 {
    /// `conv`, `[N, 128, 8, 8]` to `[N, 512, 8, 8]`, 66,048 weights.
    pub conv: conv!(128 x 8 x 8 => 512 x 8 x 8, kernel 1 x 1),
    /// `bn`, over `[N, 512, 8, 8]`, 1,024 weights.
    pub bn: BatchNorm<512>,
}

impl ConvBn128To512At8 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 128, 8, 8]` to `[N, 512, 8, 8]`. A chain that goes on.
    pub fn chain(&self) -> chain!(128 x 8 x 8 => 512 x 8 x 8) {
        self.conv.bn(&self.bn)
    }

    /// `[N, 128, 8, 8]` to `[N, 512, 8, 8]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 8, 8, T>,
    ) -> Map<B, 512, 8, 8, T> {
        self.chain().forward(x)
    }
}

module!(ConvBn128To512At8 { conv : "conv", bn : "bn" });

/// `[N, 128, 8, 8]` to `[N, 128, 8, 8]`.
pub struct ConvBn128To128At8 {
    /// `conv`, over `[N, 128, 8, 8]`, 147,584 weights.
    pub conv: conv!(128 x 8 x 8 => 128 x 8 x 8, kernel 3 x 3, pad 1 x 1),
    /// `bn`, over `[N, 128, 8, 8]`, 256 weights.
    pub bn: BatchNorm<128>,
}

impl ConvBn128To128At8 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 128, 8, 8]` to `[N, 128, 8, 8]`. A chain that goes on.
    pub fn chain(&self) -> chain!(128 x 8 x 8 => 128 x 8 x 8) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn128To128At8 { conv : "conv", bn : "bn" });

/// `[N, 256, 15, 15]` to `[N, 128, 8, 8]`.
pub struct ConvBn256To128At8 {
    /// `conv`, `[N, 256, 15, 15]` to `[N, 128, 8, 8]`, 32,896 weights.
    pub conv: conv!(256 x 15 x 15 => 128 x 8 x 8, kernel 1 x 1, stride 2 x 2),
    /// `bn`, over `[N, 128, 8, 8]`, 256 weights.
    pub bn: BatchNorm<128>,
}

impl ConvBn256To128At8 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 256, 15, 15]` to `[N, 128, 8, 8]`. A chain that goes on.
    pub fn chain(&self) -> chain!(256 x 15 x 15 => 128 x 8 x 8) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn256To128At8 { conv : "conv", bn : "bn" });

/// `[N, 256, 15, 15]` to `[N, 64, 15, 15]`.
pub struct ConvBn256To64At15 {
    /// `conv`, `[N, 256, 15, 15]` to `[N, 64, 15, 15]`, 16,448 weights.
    pub conv: conv!(256 x 15 x 15 => 64 x 15 x 15, kernel 1 x 1),
    /// `bn`, over `[N, 64, 15, 15]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl ConvBn256To64At15 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 256, 15, 15]` to `[N, 64, 15, 15]`. A chain that goes on.
    pub fn chain(&self) -> chain!(256 x 15 x 15 => 64 x 15 x 15) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn256To64At15 { conv : "conv", bn : "bn" });

/// `[N, 64, 15, 15]` to `[N, 256, 15, 15]`.
pub struct ConvBn64To256At15 {
    /// `conv`, `[N, 64, 15, 15]` to `[N, 256, 15, 15]`, 16,640 weights.
    pub conv: conv!(64 x 15 x 15 => 256 x 15 x 15, kernel 1 x 1),
    /// `bn`, over `[N, 256, 15, 15]`, 512 weights.
    pub bn: BatchNorm<256>,
}

impl ConvBn64To256At15 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 64, 15, 15]` to `[N, 256, 15, 15]`. A chain that goes on.
    pub fn chain(&self) -> chain!(64 x 15 x 15 => 256 x 15 x 15) {
        self.conv.bn(&self.bn)
    }

    /// `[N, 64, 15, 15]` to `[N, 256, 15, 15]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 64, 15, 15, T>,
    ) -> Map<B, 256, 15, 15, T> {
        self.chain().forward(x)
    }
}

module!(ConvBn64To256At15 { conv : "conv", bn : "bn" });

/// `[N, 64, 15, 15]` to `[N, 64, 15, 15]`.
pub struct ConvBn64To64At15_2 {
    /// `conv`, over `[N, 64, 15, 15]`, 36,928 weights.
    pub conv: conv!(64 x 15 x 15 => 64 x 15 x 15, kernel 3 x 3, pad 1 x 1),
    /// `bn`, over `[N, 64, 15, 15]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl ConvBn64To64At15_2 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 64, 15, 15]` to `[N, 64, 15, 15]`. A chain that goes on.
    pub fn chain(&self) -> chain!(64 x 15 x 15 => 64 x 15 x 15) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn64To64At15_2 { conv : "conv", bn : "bn" });

/// `[N, 64, 15, 15]` to `[N, 64, 15, 15]`.
pub struct ConvBn64To64At15 {
    /// `conv`, over `[N, 64, 15, 15]`, 4,160 weights.
    pub conv: conv!(64 x 15 x 15 => 64 x 15 x 15, kernel 1 x 1),
    /// `bn`, over `[N, 64, 15, 15]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl ConvBn64To64At15 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 64, 15, 15]` to `[N, 64, 15, 15]`. A chain that goes on.
    pub fn chain(&self) -> chain!(64 x 15 x 15 => 64 x 15 x 15) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn64To64At15 { conv : "conv", bn : "bn" });

/// `[N, 3, 64, 64]` to `[N, 64, 32, 32]`.
pub struct ConvBn3To64At32 {
    /// `conv`, `[N, 3, 64, 64]` to `[N, 64, 32, 32]`, 9,472 weights.
    pub conv: conv!(3 x 64 x 64 => 64 x 32 x 32, kernel 7 x 7, stride 2 x 2, pad 3 x 3),
    /// `bn`, over `[N, 64, 32, 32]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl ConvBn3To64At32 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().at_input(),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 3, 64, 64]` to `[N, 64, 32, 32]`. A chain that goes on.
    pub fn chain(&self) -> chain!(3 x 64 x 64 => 64 x 32 x 32) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn3To64At32 { conv : "conv", bn : "bn" });
