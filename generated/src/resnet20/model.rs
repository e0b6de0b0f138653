//! A network of 269722 trainable weights. Written by `blockprint compile`.

use blockprint::typed::prelude::*;
use blockprint::typed::program::Measures;

/// `[N, 3, 32, 32]` to `[N, 10]`.
pub struct Resnet20 {
    /// `[N, 3, 32, 32]` to `[N, 16, 32, 32]`.
    pub conv_bn_0: ConvBn3To16At32,
    /// Over `[N, 16, 32, 32]`.
    pub layer1: Stage16,
    /// `[N, 16, 32, 32]` to `[N, 32, 16, 16]`.
    pub layer2: Stage32,
    /// `[N, 32, 16, 16]` to `[N, 64, 8, 8]`.
    pub layer3: Stage64,
    /// `dense`, `[N, 64]` to `[N, 10]`, 650 weights.
    pub logits: Dense<64, 10>,
}

impl Resnet20 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv_bn_0: ConvBn3To16At32::new(),
            layer1: Stage16::new(),
            layer2: Stage32::new(),
            layer3: Stage64::new(),
            logits: Dense::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 3, 32, 32]` to `[N, 10]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        image: Map<B, 3, 32, 32, T>,
    ) -> Features<B, 10, T> {
        let stem = self.conv_bn_0.chain().relu().forward(image);
        let layer1 = self.layer1.forward(stem);
        let layer2 = self.layer2.forward(layer1);
        let features = gap(self.layer3.forward(layer2));
        self.logits.forward(features)
    }

    /// The loss, and the numbers that are reported beside it.
    pub fn measure<B: Dim, T: Tape>(
        logits: Features<B, 10, T>,
        label: Labels<B>,
    ) -> Measures<T> {
        let accuracy_value = accuracy(fork(&logits), label.clone());
        let ce = cross_entropy(logits, label, 0.0);
        Measures::new(ce).report("accuracy", accuracy_value)
    }
}

module!(
    Resnet20 { conv_bn_0 : "0", layer1 : "layer1", layer2 : "layer2", layer3 : "layer3",
    logits : "logits" }
);

/// `[N, 32, 16, 16]` to `[N, 64, 8, 8]`.
pub struct Stage64 {
    /// `[N, 32, 16, 16]` to `[N, 64, 8, 8]`.
    pub basic_0: Basic32To64At8,
    /// One after the other, over `[N, 64, 8, 8]`.
    pub basics: [Basic64To64At8; 2],
}

impl Stage64 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            basic_0: Basic32To64At8::new(),
            basics: std::array::from_fn(|_| Basic64To64At8::new()),
        }
    }

    /// `[N, 32, 16, 16]` to `[N, 64, 8, 8]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 32, 16, 16, T>,
    ) -> Map<B, 64, 8, 8, T> {
        let x = self.basic_0.forward(x);
        self.basics.iter().fold(x, |x, basic| basic.forward(x))
    }
}

module!(Stage64 { basic_0 : "0", basics : ["1", "2"] });

/// `[N, 16, 32, 32]` to `[N, 32, 16, 16]`.
pub struct Stage32 {
    /// `[N, 16, 32, 32]` to `[N, 32, 16, 16]`.
    pub basic_0: Basic16To32At16,
    /// One after the other, over `[N, 32, 16, 16]`.
    pub basics: [Basic32To32At16; 2],
}

impl Stage32 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            basic_0: Basic16To32At16::new(),
            basics: std::array::from_fn(|_| Basic32To32At16::new()),
        }
    }

    /// `[N, 16, 32, 32]` to `[N, 32, 16, 16]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 16, 32, 32, T>,
    ) -> Map<B, 32, 16, 16, T> {
        let x = self.basic_0.forward(x);
        self.basics.iter().fold(x, |x, basic| basic.forward(x))
    }
}

module!(Stage32 { basic_0 : "0", basics : ["1", "2"] });

/// `[N, 16, 32, 32]` to `[N, 16, 32, 32]`.
pub struct Stage16 {
    /// One after the other, over `[N, 16, 32, 32]`.
    pub basics: [Basic16To16At32; 3],
}

impl Stage16 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            basics: std::array::from_fn(|_| Basic16To16At32::new()),
        }
    }

    /// `[N, 16, 32, 32]` to `[N, 16, 32, 32]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 16, 32, 32, T>,
    ) -> Map<B, 16, 32, 32, T> {
        self.basics.iter().fold(x, |x, basic| basic.forward(x))
    }
}

module!(Stage16 { basics : ["0", "1", "2"] });

/// `[N, 64, 8, 8]` to `[N, 64, 8, 8]`.
pub struct Basic64To64At8 {
    /// Over `[N, 64, 8, 8]`.
    pub main_0: ConvBn64To64At8,
    /// Over `[N, 64, 8, 8]`.
    pub main_1: ConvBn64To64At8,
}

impl Basic64To64At8 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            main_0: ConvBn64To64At8::new(),
            main_1: ConvBn64To64At8::new(),
        }
    }

    /// `[N, 64, 8, 8]` to `[N, 64, 8, 8]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 64, 8, 8, T>,
    ) -> Map<B, 64, 8, 8, T> {
        let main = self.main_0.chain().relu().forward(fork(&x));
        self.main_1.chain().add(x).relu().forward(main)
    }
}

module!(Basic64To64At8 { main_0 : "main.0", main_1 : "main.1" });

/// `[N, 32, 16, 16]` to `[N, 64, 8, 8]`.
pub struct Basic32To64At8 {
    /// `[N, 32, 16, 16]` to `[N, 64, 8, 8]`.
    pub main_0: ConvBn32To64At8,
    /// Over `[N, 64, 8, 8]`.
    pub main_1: ConvBn64To64At8,
}

impl Basic32To64At8 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            main_0: ConvBn32To64At8::new(),
            main_1: ConvBn64To64At8::new(),
        }
    }

    /// `[N, 32, 16, 16]` to `[N, 64, 8, 8]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 32, 16, 16, T>,
    ) -> Map<B, 64, 8, 8, T> {
        let main = self.main_0.chain().relu().forward(fork(&x));
        let skip = Widen64.forward(x);
        self.main_1.chain().add(skip).relu().forward(main)
    }
}

module!(Basic32To64At8 { main_0 : "main.0", main_1 : "main.1" });

/// `[N, 32, 16, 16]` to `[N, 32, 16, 16]`.
pub struct Basic32To32At16 {
    /// Over `[N, 32, 16, 16]`.
    pub main_0: ConvBn32To32At16,
    /// Over `[N, 32, 16, 16]`.
    pub main_1: ConvBn32To32At16,
}

impl Basic32To32At16 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            main_0: ConvBn32To32At16::new(),
            main_1: ConvBn32To32At16::new(),
        }
    }

    /// `[N, 32, 16, 16]` to `[N, 32, 16, 16]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 32, 16, 16, T>,
    ) -> Map<B, 32, 16, 16, T> {
        let main = self.main_0.chain().relu().forward(fork(&x));
        self.main_1.chain().add(x).relu().forward(main)
    }
}

module!(Basic32To32At16 { main_0 : "main.0", main_1 : "main.1" });

/// `[N, 16, 32, 32]` to `[N, 32, 16, 16]`.
pub struct Basic16To32At16 {
    /// `[N, 16, 32, 32]` to `[N, 32, 16, 16]`.
    pub main_0: ConvBn16To32At16,
    /// Over `[N, 32, 16, 16]`.
    pub main_1: ConvBn32To32At16,
}

impl Basic16To32At16 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            main_0: ConvBn16To32At16::new(),
            main_1: ConvBn32To32At16::new(),
        }
    }

    /// `[N, 16, 32, 32]` to `[N, 32, 16, 16]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 16, 32, 32, T>,
    ) -> Map<B, 32, 16, 16, T> {
        let main = self.main_0.chain().relu().forward(fork(&x));
        let skip = Widen32.forward(x);
        self.main_1.chain().add(skip).relu().forward(main)
    }
}

module!(Basic16To32At16 { main_0 : "main.0", main_1 : "main.1" });

/// `[N, 16, 32, 32]` to `[N, 16, 32, 32]`.
pub struct Basic16To16At32 {
    /// Over `[N, 16, 32, 32]`.
    pub main_0: ConvBn16To16At32,
    /// Over `[N, 16, 32, 32]`.
    pub main_1: ConvBn16To16At32,
}

impl Basic16To16At32 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            main_0: ConvBn16To16At32::new(),
            main_1: ConvBn16To16At32::new(),
        }
    }

    /// `[N, 16, 32, 32]` to `[N, 16, 32, 32]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 16, 32, 32, T>,
    ) -> Map<B, 16, 32, 32, T> {
        let main = self.main_0.chain().relu().forward(fork(&x));
        self.main_1.chain().add(x).relu().forward(main)
    }
}

module!(Basic16To16At32 { main_0 : "main.0", main_1 : "main.1" });

/// `[N, 32, 16, 16]` to `[N, 64, 8, 8]`.
pub struct Widen64;
impl Widen64 {
    /// `[N, 32, 16, 16]` to `[N, 64, 8, 8]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 32, 16, 16, T>,
    ) -> Map<B, 64, 8, 8, T> {
        let x: Map<B, 32, 8, 16, T> = apply(
            ops::shape_ops::Slice {
                axis: 2,
                start: 0,
                end: None,
                step: 2,
            },
            x,
        );
        let x: Map<B, 32, 8, 8, T> = apply(
            ops::shape_ops::Slice {
                axis: 3,
                start: 0,
                end: None,
                step: 2,
            },
            x,
        );
        let x: Map<B, 8, 32, 8, T> = apply(
            ops::shape_ops::Permute {
                axes: vec![0, 2, 1, 3],
            },
            x,
        );
        apply(
            ops::shape_ops::Permute {
                axes: vec![0, 2, 1, 3],
            },
            pad!(x; 8 x 32 x 8 => 8 x 64 x 8, by 16 x 0),
        )
    }
}

/// `[N, 64, 8, 8]` to `[N, 64, 8, 8]`.
pub struct ConvBn64To64At8 {
    /// `conv`, over `[N, 64, 8, 8]`, 36,864 weights.
    pub conv: conv!(64 x 8 x 8 => 64 x 8 x 8, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 64, 8, 8]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl ConvBn64To64At8 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::In)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 64, 8, 8]` to `[N, 64, 8, 8]`. A chain that goes on.
    pub fn chain(&self) -> chain!(64 x 8 x 8 => 64 x 8 x 8) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn64To64At8 { conv : "conv", bn : "bn" });

/// `[N, 32, 16, 16]` to `[N, 64, 8, 8]`.
pub struct ConvBn32To64At8 {
    /// `conv`, `[N, 32, 16, 16]` to `[N, 64, 8, 8]`, 18,432 weights.
    pub conv: conv!(
        32 x 16 x 16 => 64 x 8 x 8, kernel 3 x 3, stride 2 x 2, pad 1 x 1, no bias
    ),
    /// `bn`, over `[N, 64, 8, 8]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl ConvBn32To64At8 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::In)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 32, 16, 16]` to `[N, 64, 8, 8]`. A chain that goes on.
    pub fn chain(&self) -> chain!(32 x 16 x 16 => 64 x 8 x 8) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn32To64At8 { conv : "conv", bn : "bn" });

/// `[N, 16, 32, 32]` to `[N, 32, 16, 16]`.
pub struct Widen32;
impl Widen32 {
    /// `[N, 16, 32, 32]` to `[N, 32, 16, 16]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 16, 32, 32, T>,
    ) -> Map<B, 32, 16, 16, T> {
        let x: Map<B, 16, 16, 32, T> = apply(
            ops::shape_ops::Slice {
                axis: 2,
                start: 0,
                end: None,
                step: 2,
            },
            x,
        );
        let x: Map<B, 16, 16, 16, T> = apply(
            ops::shape_ops::Slice {
                axis: 3,
                start: 0,
                end: None,
                step: 2,
            },
            x,
        );
        let x: Map<B, 16, 16, 16, T> = apply(
            ops::shape_ops::Permute {
                axes: vec![0, 2, 1, 3],
            },
            x,
        );
        apply(
            ops::shape_ops::Permute {
                axes: vec![0, 2, 1, 3],
            },
            pad!(x; 16 x 16 x 16 => 16 x 32 x 16, by 8 x 0),
        )
    }
}

/// `[N, 32, 16, 16]` to `[N, 32, 16, 16]`.
pub struct ConvBn32To32At16 {
    /// `conv`, over `[N, 32, 16, 16]`, 9,216 weights.
    pub conv: conv!(32 x 16 x 16 => 32 x 16 x 16, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 32, 16, 16]`, 64 weights.
    pub bn: BatchNorm<32>,
}

impl ConvBn32To32At16 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::In)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 32, 16, 16]` to `[N, 32, 16, 16]`. A chain that goes on.
    pub fn chain(&self) -> chain!(32 x 16 x 16 => 32 x 16 x 16) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn32To32At16 { conv : "conv", bn : "bn" });

/// `[N, 16, 32, 32]` to `[N, 32, 16, 16]`.
pub struct ConvBn16To32At16 {
    /// `conv`, `[N, 16, 32, 32]` to `[N, 32, 16, 16]`, 4,608 weights.
    pub conv: conv!(
        16 x 32 x 32 => 32 x 16 x 16, kernel 3 x 3, stride 2 x 2, pad 1 x 1, no bias
    ),
    /// `bn`, over `[N, 32, 16, 16]`, 64 weights.
    pub bn: BatchNorm<32>,
}

impl ConvBn16To32At16 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::In)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 16, 32, 32]` to `[N, 32, 16, 16]`. A chain that goes on.
    pub fn chain(&self) -> chain!(16 x 32 x 32 => 32 x 16 x 16) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn16To32At16 { conv : "conv", bn : "bn" });

/// `[N, 16, 32, 32]` to `[N, 16, 32, 32]`.
pub struct ConvBn16To16At32 {
    /// `conv`, over `[N, 16, 32, 32]`, 2,304 weights.
    pub conv: conv!(16 x 32 x 32 => 16 x 32 x 32, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 16, 32, 32]`, 32 weights.
    pub bn: BatchNorm<16>,
}

impl ConvBn16To16At32 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::In)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 16, 32, 32]` to `[N, 16, 32, 32]`. A chain that goes on.
    pub fn chain(&self) -> chain!(16 x 32 x 32 => 16 x 32 x 32) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn16To16At32 { conv : "conv", bn : "bn" });

/// `[N, 3, 32, 32]` to `[N, 16, 32, 32]`.
pub struct ConvBn3To16At32 {
    /// `conv`, `[N, 3, 32, 32]` to `[N, 16, 32, 32]`, 432 weights.
    pub conv: conv!(3 x 32 x 32 => 16 x 32 x 32, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 16, 32, 32]`, 32 weights.
    pub bn: BatchNorm<16>,
}

impl ConvBn3To16At32 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::In)).at_input(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 3, 32, 32]` to `[N, 16, 32, 32]`. A chain that goes on.
    pub fn chain(&self) -> chain!(3 x 32 x 32 => 16 x 32 x 32) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn3To16At32 { conv : "conv", bn : "bn" });
