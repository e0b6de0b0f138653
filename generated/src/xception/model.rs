//! A network of 22855952 trainable weights. Written by `blockprint compile`.

use blockprint::typed::prelude::*;
use blockprint::typed::program::Measures;

/// `[N, 3, 299, 299]` to `[N, 1000]`.
pub struct Xception {
    /// `[N, 3, 299, 299]` to `[N, 64, 147, 147]`.
    pub block1: Stem,
    /// `[N, 64, 147, 147]` to `[N, 128, 74, 74]`.
    pub block2: Down128,
    /// `[N, 128, 74, 74]` to `[N, 256, 37, 37]`.
    pub block3: Down256,
    /// `[N, 256, 37, 37]` to `[N, 728, 19, 19]`.
    pub block4: Down728,
    /// One after the other, over `[N, 728, 19, 19]`.
    pub blocks: [Middle; 8],
    /// `[N, 728, 19, 19]` to `[N, 1024, 10, 10]`.
    pub block13: Down1024,
    /// `[N, 1024, 10, 10]` to `[N, 2048, 10, 10]`.
    pub block14: End,
    /// `dense`, `[N, 2048]` to `[N, 1000]`, 2,049,000 weights.
    pub logits: Dense<2048, 1000>,
}

impl Xception {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            block1: Stem::new(),
            block2: Down128::new(),
            block3: Down256::new(),
            block4: Down728::new(),
            blocks: std::array::from_fn(|_| Middle::new()),
            block13: Down1024::new(),
            block14: End::new(),
            logits: Dense::new(),
        }
    }

    /// `[N, 3, 299, 299]` to `[N, 1000]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        image: Map<B, 3, 299, 299, T>,
    ) -> Features<B, 1000, T> {
        let block1 = self.block1.forward(image);
        let block2 = self.block2.forward(block1);
        let block3 = self.block3.forward(block2);
        let block4 = self.block4.forward(block3);
        let block12 = self.blocks.iter().fold(block4, |x, block| block.forward(x));
        let block13 = self.block13.forward(block12);
        let features = gap(self.block14.forward(block13));
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
    Xception { block1 : "block1", block2 : "block2", block3 : "block3", block4 :
    "block4", blocks : ["block5", "block6", "block7", "block8", "block9", "block10",
    "block11", "block12"], block13 : "block13", block14 : "block14", logits : "logits" }
);

/// `[N, 1024, 10, 10]` to `[N, 2048, 10, 10]`.
pub struct End {
    /// `[N, 1024, 10, 10]` to `[N, 1536, 10, 10]`.
    pub separable_0: Separable1024To1536At10,
    /// `[N, 1536, 10, 10]` to `[N, 2048, 10, 10]`.
    pub separable_1: Separable1536To2048At10,
}

impl End {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            separable_0: Separable1024To1536At10::new(),
            separable_1: Separable1536To2048At10::new(),
        }
    }

    /// `[N, 1024, 10, 10]` to `[N, 2048, 10, 10]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 1024, 10, 10, T>,
    ) -> Map<B, 2048, 10, 10, T> {
        let x = relu(self.separable_0.forward(x));
        relu(self.separable_1.forward(x))
    }
}

module!(End { separable_0 : "0", separable_1 : "1" });

/// `[N, 728, 19, 19]` to `[N, 1024, 10, 10]`.
pub struct Down1024 {
    /// Over `[N, 728, 19, 19]`.
    pub main_0: Separable728To728At19,
    /// `[N, 728, 19, 19]` to `[N, 1024, 19, 19]`.
    pub main_1: Separable728To1024At19,
    /// `[N, 728, 19, 19]` to `[N, 1024, 10, 10]`.
    pub skip_0: ConvBn1024,
}

impl Down1024 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            main_0: Separable728To728At19::new(),
            main_1: Separable728To1024At19::new(),
            skip_0: ConvBn1024::new(),
        }
    }

    /// `[N, 728, 19, 19]` to `[N, 1024, 10, 10]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 728, 19, 19, T>,
    ) -> Map<B, 1024, 10, 10, T> {
        let main = relu(fork(&x));
        let main = relu(self.main_0.forward(main));
        let main = self.main_1.forward(main);
        let main = max_pool!(
            main; 1024 x 19 x 19 => 1024 x 10 x 10, kernel 3 x 3, stride 2 x 2, pad 1 x 1
        );
        self.skip_0.chain().add(main).forward(x)
    }
}

module!(Down1024 { main_0 : "main.0", main_1 : "main.1", skip_0 : "skip.0" });

/// `[N, 728, 19, 19]` to `[N, 728, 19, 19]`.
pub struct Middle {
    /// Over `[N, 728, 19, 19]`.
    pub main_0: Separable728To728At19,
    /// Over `[N, 728, 19, 19]`.
    pub main_1: Separable728To728At19,
    /// Over `[N, 728, 19, 19]`.
    pub main_2: Separable728To728At19,
}

impl Middle {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            main_0: Separable728To728At19::new(),
            main_1: Separable728To728At19::new(),
            main_2: Separable728To728At19::new(),
        }
    }

    /// `[N, 728, 19, 19]` to `[N, 728, 19, 19]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 728, 19, 19, T>,
    ) -> Map<B, 728, 19, 19, T> {
        let main = relu(fork(&x));
        let main = relu(self.main_0.forward(main));
        let main = relu(self.main_1.forward(main));
        let main = self.main_2.forward(main);
        add(main, x)
    }
}

module!(Middle { main_0 : "main.0", main_1 : "main.1", main_2 : "main.2" });

/// `[N, 256, 37, 37]` to `[N, 728, 19, 19]`.
pub struct Down728 {
    /// `[N, 256, 37, 37]` to `[N, 728, 37, 37]`.
    pub main_0: Separable256To728At37,
    /// Over `[N, 728, 37, 37]`.
    pub main_1: Separable728To728At37,
    /// `[N, 256, 37, 37]` to `[N, 728, 19, 19]`.
    pub skip_0: ConvBn728,
}

impl Down728 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            main_0: Separable256To728At37::new(),
            main_1: Separable728To728At37::new(),
            skip_0: ConvBn728::new(),
        }
    }

    /// `[N, 256, 37, 37]` to `[N, 728, 19, 19]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 37, 37, T>,
    ) -> Map<B, 728, 19, 19, T> {
        let main = relu(fork(&x));
        let main = relu(self.main_0.forward(main));
        let main = self.main_1.forward(main);
        let main = max_pool!(
            main; 728 x 37 x 37 => 728 x 19 x 19, kernel 3 x 3, stride 2 x 2, pad 1 x 1
        );
        self.skip_0.chain().add(main).forward(x)
    }
}

module!(Down728 { main_0 : "main.0", main_1 : "main.1", skip_0 : "skip.0" });

/// `[N, 128, 74, 74]` to `[N, 256, 37, 37]`.
pub struct Down256 {
    /// `[N, 128, 74, 74]` to `[N, 256, 74, 74]`.
    pub main_0: Separable128To256At74,
    /// Over `[N, 256, 74, 74]`.
    pub main_1: Separable256To256At74,
    /// `[N, 128, 74, 74]` to `[N, 256, 37, 37]`.
    pub skip_0: ConvBn256,
}

impl Down256 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            main_0: Separable128To256At74::new(),
            main_1: Separable256To256At74::new(),
            skip_0: ConvBn256::new(),
        }
    }

    /// `[N, 128, 74, 74]` to `[N, 256, 37, 37]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 74, 74, T>,
    ) -> Map<B, 256, 37, 37, T> {
        let main = relu(fork(&x));
        let main = relu(self.main_0.forward(main));
        let main = self.main_1.forward(main);
        let main = max_pool!(
            main; 256 x 74 x 74 => 256 x 37 x 37, kernel 3 x 3, stride 2 x 2, pad(0, 1)
            x(0, 1)
        );
        self.skip_0.chain().add(main).forward(x)
    }
}

module!(Down256 { main_0 : "main.0", main_1 : "main.1", skip_0 : "skip.0" });

/// `[N, 64, 147, 147]` to `[N, 128, 74, 74]`.
pub struct Down128 {
    /// `[N, 64, 147, 147]` to `[N, 128, 147, 147]`.
    pub main_0: Separable64To128At147,
    /// Over `[N, 128, 147, 147]`.
    pub main_1: Separable128To128At147,
    /// `[N, 64, 147, 147]` to `[N, 128, 74, 74]`.
    pub skip_0: ConvBn128,
}

impl Down128 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            main_0: Separable64To128At147::new(),
            main_1: Separable128To128At147::new(),
            skip_0: ConvBn128::new(),
        }
    }

    /// `[N, 64, 147, 147]` to `[N, 128, 74, 74]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 64, 147, 147, T>,
    ) -> Map<B, 128, 74, 74, T> {
        let main = relu(self.main_0.forward(fork(&x)));
        let main = self.main_1.forward(main);
        let main = max_pool!(
            main; 128 x 147 x 147 => 128 x 74 x 74, kernel 3 x 3, stride 2 x 2, pad 1 x 1
        );
        self.skip_0.chain().add(main).forward(x)
    }
}

module!(Down128 { main_0 : "main.0", main_1 : "main.1", skip_0 : "skip.0" });

/// `[N, 3, 299, 299]` to `[N, 64, 147, 147]`.
pub struct Stem {
    /// `[N, 3, 299, 299]` to `[N, 32, 149, 149]`.
    pub conv_bn_0: ConvBn32,
    /// `[N, 32, 149, 149]` to `[N, 64, 147, 147]`.
    pub conv_bn_1: ConvBn64,
}

impl Stem {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv_bn_0: ConvBn32::new(),
            conv_bn_1: ConvBn64::new(),
        }
    }

    /// `[N, 3, 299, 299]` to `[N, 64, 147, 147]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 3, 299, 299, T>,
    ) -> Map<B, 64, 147, 147, T> {
        let x = self.conv_bn_0.chain().relu().forward(x);
        self.conv_bn_1.chain().relu().forward(x)
    }
}

module!(Stem { conv_bn_0 : "0", conv_bn_1 : "1" });

/// `[N, 1536, 10, 10]` to `[N, 2048, 10, 10]`.
pub struct Separable1536To2048At10 {
    /// `depthwise`, over `[N, 1536, 10, 10]`, 13,824 weights.
    pub depthwise: conv!(
        1536 x 10 x 10 => 1536 x 10 x 10, kernel 3 x 3, pad 1 x 1, groups 1536, no bias
    ),
    /// `conv`, `[N, 1536, 10, 10]` to `[N, 2048, 10, 10]`, 3,145,728 weights.
    pub conv: conv!(1536 x 10 x 10 => 2048 x 10 x 10, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 2048, 10, 10]`, 4,096 weights.
    pub bn: BatchNorm<2048>,
}

impl Separable1536To2048At10 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            depthwise: Conv::new(),
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 1536, 10, 10]` to `[N, 2048, 10, 10]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 1536, 10, 10, T>,
    ) -> Map<B, 2048, 10, 10, T> {
        let x = self.depthwise.forward(x);
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(Separable1536To2048At10 { depthwise : "depthwise", conv : "conv", bn : "bn" });

/// `[N, 1024, 10, 10]` to `[N, 1536, 10, 10]`.
pub struct Separable1024To1536At10 {
    /// `depthwise`, over `[N, 1024, 10, 10]`, 9,216 weights.
    pub depthwise: conv!(
        1024 x 10 x 10 => 1024 x 10 x 10, kernel 3 x 3, pad 1 x 1, groups 1024, no bias
    ),
    /// `conv`, `[N, 1024, 10, 10]` to `[N, 1536, 10, 10]`, 1,572,864 weights.
    pub conv: conv!(1024 x 10 x 10 => 1536 x 10 x 10, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 1536, 10, 10]`, 3,072 weights.
    pub bn: BatchNorm<1536>,
}

impl Separable1024To1536At10 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            depthwise: Conv::new(),
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 1024, 10, 10]` to `[N, 1536, 10, 10]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 1024, 10, 10, T>,
    ) -> Map<B, 1536, 10, 10, T> {
        let x = self.depthwise.forward(x);
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(Separable1024To1536At10 { depthwise : "depthwise", conv : "conv", bn : "bn" });

/// `[N, 728, 19, 19]` to `[N, 1024, 10, 10]`.
pub struct ConvBn1024 {
    /// `conv`, `[N, 728, 19, 19]` to `[N, 1024, 10, 10]`, 745,472 weights.
    pub conv: conv!(
        728 x 19 x 19 => 1024 x 10 x 10, kernel 1 x 1, stride 2 x 2, no bias
    ),
    /// `bn`, over `[N, 1024, 10, 10]`, 2,048 weights.
    pub bn: BatchNorm<1024>,
}

impl ConvBn1024 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 728, 19, 19]` to `[N, 1024, 10, 10]`. A chain that goes on.
    pub fn chain(&self) -> chain!(728 x 19 x 19 => 1024 x 10 x 10) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn1024 { conv : "conv", bn : "bn" });

/// `[N, 728, 19, 19]` to `[N, 1024, 19, 19]`.
pub struct Separable728To1024At19 {
    /// `depthwise`, over `[N, 728, 19, 19]`, 6,552 weights.
    pub depthwise: conv!(
        728 x 19 x 19 => 728 x 19 x 19, kernel 3 x 3, pad 1 x 1, groups 728, no bias
    ),
    /// `conv`, `[N, 728, 19, 19]` to `[N, 1024, 19, 19]`, 745,472 weights.
    pub conv: conv!(728 x 19 x 19 => 1024 x 19 x 19, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 1024, 19, 19]`, 2,048 weights.
    pub bn: BatchNorm<1024>,
}

impl Separable728To1024At19 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            depthwise: Conv::new(),
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 728, 19, 19]` to `[N, 1024, 19, 19]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 728, 19, 19, T>,
    ) -> Map<B, 1024, 19, 19, T> {
        let x = self.depthwise.forward(x);
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(Separable728To1024At19 { depthwise : "depthwise", conv : "conv", bn : "bn" });

/// `[N, 728, 19, 19]` to `[N, 728, 19, 19]`.
pub struct Separable728To728At19 {
    /// `depthwise`, over `[N, 728, 19, 19]`, 6,552 weights.
    pub depthwise: conv!(
        728 x 19 x 19 => 728 x 19 x 19, kernel 3 x 3, pad 1 x 1, groups 728, no bias
    ),
    /// `conv`, over `[N, 728, 19, 19]`, 529,984 weights.
    pub conv: conv!(728 x 19 x 19 => 728 x 19 x 19, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 728, 19, 19]`, 1,456 weights.
    pub bn: BatchNorm<728>,
}

impl Separable728To728At19 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            depthwise: Conv::new(),
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 728, 19, 19]` to `[N, 728, 19, 19]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 728, 19, 19, T>,
    ) -> Map<B, 728, 19, 19, T> {
        let x = self.depthwise.forward(x);
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(Separable728To728At19 { depthwise : "depthwise", conv : "conv", bn : "bn" });

/// `[N, 256, 37, 37]` to `[N, 728, 19, 19]`.
pub struct ConvBn728 {
    /// `conv`, `[N, 256, 37, 37]` to `[N, 728, 19, 19]`, 186,368 weights.
    pub conv: conv!(256 x 37 x 37 => 728 x 19 x 19, kernel 1 x 1, stride 2 x 2, no bias),
    /// `bn`, over `[N, 728, 19, 19]`, 1,456 weights.
    pub bn: BatchNorm<728>,
}

impl ConvBn728 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 256, 37, 37]` to `[N, 728, 19, 19]`. A chain that goes on.
    pub fn chain(&self) -> chain!(256 x 37 x 37 => 728 x 19 x 19) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn728 { conv : "conv", bn : "bn" });

/// `[N, 728, 37, 37]` to `[N, 728, 37, 37]`.
pub struct Separable728To728At37 {
    /// `depthwise`, over `[N, 728, 37, 37]`, 6,552 weights.
    pub depthwise: conv!(
        728 x 37 x 37 => 728 x 37 x 37, kernel 3 x 3, pad 1 x 1, groups 728, no bias
    ),
    /// `conv`, over `[N, 728, 37, 37]`, 529,984 weights.
    pub conv: conv!(728 x 37 x 37 => 728 x 37 x 37, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 728, 37, 37]`, 1,456 weights.
    pub bn: BatchNorm<728>,
}

impl Separable728To728At37 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            depthwise: Conv::new(),
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 728, 37, 37]` to `[N, 728, 37, 37]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 728, 37, 37, T>,
    ) -> Map<B, 728, 37, 37, T> {
        let x = self.depthwise.forward(x);
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(Separable728To728At37 { depthwise : "depthwise", conv : "conv", bn : "bn" });

/// `[N, 256, 37, 37]` to `[N, 728, 37, 37]`.
pub struct Separable256To728At37 {
    /// `depthwise`, over `[N, 256, 37, 37]`, 2,304 weights.
    pub depthwise: conv!(
        256 x 37 x 37 => 256 x 37 x 37, kernel 3 x 3, pad 1 x 1, groups 256, no bias
    ),
    /// `conv`, `[N, 256, 37, 37]` to `[N, 728, 37, 37]`, 186,368 weights.
    pub conv: conv!(256 x 37 x 37 => 728 x 37 x 37, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 728, 37, 37]`, 1,456 weights.
    pub bn: BatchNorm<728>,
}

impl Separable256To728At37 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            depthwise: Conv::new(),
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 256, 37, 37]` to `[N, 728, 37, 37]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 37, 37, T>,
    ) -> Map<B, 728, 37, 37, T> {
        let x = self.depthwise.forward(x);
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(Separable256To728At37 { depthwise : "depthwise", conv : "conv", bn : "bn" });

/// `[N, 128, 74, 74]` to `[N, 256, 37, 37]`.
pub struct ConvBn256 {
    /// `conv`, `[N, 128, 74, 74]` to `[N, 256, 37, 37]`, 32,768 weights.
    pub conv: conv!(128 x 74 x 74 => 256 x 37 x 37, kernel 1 x 1, stride 2 x 2, no bias),
    /// `bn`, over `[N, 256, 37, 37]`, 512 weights.
    pub bn: BatchNorm<256>,
}

impl ConvBn256 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 128, 74, 74]` to `[N, 256, 37, 37]`. A chain that goes on.
    pub fn chain(&self) -> chain!(128 x 74 x 74 => 256 x 37 x 37) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn256 { conv : "conv", bn : "bn" });

/// `[N, 256, 74, 74]` to `[N, 256, 74, 74]`.
pub struct Separable256To256At74 {
    /// `depthwise`, over `[N, 256, 74, 74]`, 2,304 weights.
    pub depthwise: conv!(
        256 x 74 x 74 => 256 x 74 x 74, kernel 3 x 3, pad 1 x 1, groups 256, no bias
    ),
    /// `conv`, over `[N, 256, 74, 74]`, 65,536 weights.
    pub conv: conv!(256 x 74 x 74 => 256 x 74 x 74, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 256, 74, 74]`, 512 weights.
    pub bn: BatchNorm<256>,
}

impl Separable256To256At74 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            depthwise: Conv::new(),
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 256, 74, 74]` to `[N, 256, 74, 74]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 74, 74, T>,
    ) -> Map<B, 256, 74, 74, T> {
        let x = self.depthwise.forward(x);
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(Separable256To256At74 { depthwise : "depthwise", conv : "conv", bn : "bn" });

/// `[N, 128, 74, 74]` to `[N, 256, 74, 74]`.
pub struct Separable128To256At74 {
    /// `depthwise`, over `[N, 128, 74, 74]`, 1,152 weights.
    pub depthwise: conv!(
        128 x 74 x 74 => 128 x 74 x 74, kernel 3 x 3, pad 1 x 1, groups 128, no bias
    ),
    /// `conv`, `[N, 128, 74, 74]` to `[N, 256, 74, 74]`, 32,768 weights.
    pub conv: conv!(128 x 74 x 74 => 256 x 74 x 74, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 256, 74, 74]`, 512 weights.
    pub bn: BatchNorm<256>,
}

impl Separable128To256At74 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            depthwise: Conv::new(),
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 128, 74, 74]` to `[N, 256, 74, 74]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 74, 74, T>,
    ) -> Map<B, 256, 74, 74, T> {
        let x = self.depthwise.forward(x);
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(Separable128To256At74 { depthwise : "depthwise", conv : "conv", bn : "bn" });

/// `[N, 64, 147, 147]` to `[N, 128, 74, 74]`.
pub struct ConvBn128 {
    /// `conv`, `[N, 64, 147, 147]` to `[N, 128, 74, 74]`, 8,192 weights.
    pub conv: conv!(
        64 x 147 x 147 => 128 x 74 x 74, kernel 1 x 1, stride 2 x 2, no bias
    ),
    /// `bn`, over `[N, 128, 74, 74]`, 256 weights.
    pub bn: BatchNorm<128>,
}

impl ConvBn128 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 64, 147, 147]` to `[N, 128, 74, 74]`. A chain that goes on.
    pub fn chain(&self) -> chain!(64 x 147 x 147 => 128 x 74 x 74) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn128 { conv : "conv", bn : "bn" });

/// `[N, 128, 147, 147]` to `[N, 128, 147, 147]`.
pub struct Separable128To128At147 {
    /// `depthwise`, over `[N, 128, 147, 147]`, 1,152 weights.
    pub depthwise: conv!(
        128 x 147 x 147 => 128 x 147 x 147, kernel 3 x 3, pad 1 x 1, groups 128, no bias
    ),
    /// `conv`, over `[N, 128, 147, 147]`, 16,384 weights.
    pub conv: conv!(128 x 147 x 147 => 128 x 147 x 147, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 147, 147]`, 256 weights.
    pub bn: BatchNorm<128>,
}

impl Separable128To128At147 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            depthwise: Conv::new(),
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 128, 147, 147]` to `[N, 128, 147, 147]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 147, 147, T>,
    ) -> Map<B, 128, 147, 147, T> {
        let x = self.depthwise.forward(x);
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(Separable128To128At147 { depthwise : "depthwise", conv : "conv", bn : "bn" });

/// `[N, 64, 147, 147]` to `[N, 128, 147, 147]`.
pub struct Separable64To128At147 {
    /// `depthwise`, over `[N, 64, 147, 147]`, 576 weights.
    pub depthwise: conv!(
        64 x 147 x 147 => 64 x 147 x 147, kernel 3 x 3, pad 1 x 1, groups 64, no bias
    ),
    /// `conv`, `[N, 64, 147, 147]` to `[N, 128, 147, 147]`, 8,192 weights.
    pub conv: conv!(64 x 147 x 147 => 128 x 147 x 147, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 147, 147]`, 256 weights.
    pub bn: BatchNorm<128>,
}

impl Separable64To128At147 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            depthwise: Conv::new(),
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 64, 147, 147]` to `[N, 128, 147, 147]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 64, 147, 147, T>,
    ) -> Map<B, 128, 147, 147, T> {
        let x = self.depthwise.forward(x);
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(Separable64To128At147 { depthwise : "depthwise", conv : "conv", bn : "bn" });

/// `[N, 32, 149, 149]` to `[N, 64, 147, 147]`.
pub struct ConvBn64 {
    /// `conv`, `[N, 32, 149, 149]` to `[N, 64, 147, 147]`, 18,432 weights.
    pub conv: conv!(32 x 149 x 149 => 64 x 147 x 147, kernel 3 x 3, no bias),
    /// `bn`, over `[N, 64, 147, 147]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl ConvBn64 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 32, 149, 149]` to `[N, 64, 147, 147]`. A chain that goes on.
    pub fn chain(&self) -> chain!(32 x 149 x 149 => 64 x 147 x 147) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn64 { conv : "conv", bn : "bn" });

/// `[N, 3, 299, 299]` to `[N, 32, 149, 149]`.
pub struct ConvBn32 {
    /// `conv`, `[N, 3, 299, 299]` to `[N, 32, 149, 149]`, 864 weights.
    pub conv: conv!(
        3 x 299 x 299 => 32 x 149 x 149, kernel 3 x 3, stride 2 x 2, no bias
    ),
    /// `bn`, over `[N, 32, 149, 149]`, 64 weights.
    pub bn: BatchNorm<32>,
}

impl ConvBn32 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().at_input(),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 3, 299, 299]` to `[N, 32, 149, 149]`. A chain that goes on.
    pub fn chain(&self) -> chain!(3 x 299 x 299 => 32 x 149 x 149) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn32 { conv : "conv", bn : "bn" });
