//! A network of 4231976 trainable weights. Written by `blockprint compile`.

use blockprint::typed::prelude::*;
use blockprint::typed::program::Measures;

/// `[N, 3, 224, 224]` to `[N, 1000]`.
pub struct MobilenetV1 {
    /// `[N, 3, 224, 224]` to `[N, 32, 112, 112]`.
    pub stem: ConvBn3To32At112,
    /// `[N, 32, 112, 112]` to `[N, 64, 112, 112]`.
    pub block1: Separable32To64At112,
    /// `[N, 64, 112, 112]` to `[N, 128, 56, 56]`.
    pub block2: Separable64To128At56,
    /// Over `[N, 128, 56, 56]`.
    pub block3: Separable128To128At56,
    /// `[N, 128, 56, 56]` to `[N, 256, 28, 28]`.
    pub block4: Separable128To256At28,
    /// Over `[N, 256, 28, 28]`.
    pub block5: Separable256To256At28,
    /// `[N, 256, 28, 28]` to `[N, 512, 14, 14]`.
    pub block6: Separable256To512At14,
    /// One after the other, over `[N, 512, 14, 14]`.
    pub blocks: [Separable512To512At14; 5],
    /// `[N, 512, 14, 14]` to `[N, 1024, 7, 7]`.
    pub block12: Separable512To1024At7,
    /// Over `[N, 1024, 7, 7]`.
    pub block13: Separable1024To1024At7,
    /// `dropout`, over `[N, 1024, 1, 1]`.
    pub dropout: Dropout,
    /// `conv`, `[N, 1024, 1, 1]` to `[N, 1000, 1, 1]`, 1,025,000 weights.
    pub conv_preds: conv!(1024 x 1 x 1 => 1000 x 1 x 1, kernel 1 x 1),
}

impl MobilenetV1 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            stem: ConvBn3To32At112::new(),
            block1: Separable32To64At112::new(),
            block2: Separable64To128At56::new(),
            block3: Separable128To128At56::new(),
            block4: Separable128To256At28::new(),
            block5: Separable256To256At28::new(),
            block6: Separable256To512At14::new(),
            blocks: std::array::from_fn(|_| Separable512To512At14::new()),
            block12: Separable512To1024At7::new(),
            block13: Separable1024To1024At7::new(),
            dropout: Dropout::new(0.001, 84),
            conv_preds: Conv::new(),
        }
    }

    /// `[N, 3, 224, 224]` to `[N, 1000]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        image: Map<B, 3, 224, 224, T>,
    ) -> Features<B, 1000, T> {
        let stem = self.stem.forward(image);
        let block1 = self.block1.forward(stem);
        let block2 = self.block2.forward(block1);
        let block3 = self.block3.forward(block2);
        let block4 = self.block4.forward(block3);
        let block5 = self.block5.forward(block4);
        let block6 = self.block6.forward(block5);
        let block11 = self.blocks.iter().fold(block6, |x, block| block.forward(x));
        let block12 = self.block12.forward(block11);
        let block13 = self.block13.forward(block12);
        let x = self.dropout.forward(reshape!(gap(block13); 1024 => 1024 x 1 x 1));
        let conv_preds = self.conv_preds.forward(x);
        flatten!(conv_preds; 1000 x 1 x 1 => 1000)
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
    MobilenetV1 { stem : "stem", block1 : "block1", block2 : "block2", block3 : "block3",
    block4 : "block4", block5 : "block5", block6 : "block6", blocks : ["block7",
    "block8", "block9", "block10", "block11"], block12 : "block12", block13 : "block13",
    dropout : "dropout", conv_preds : "conv_preds" }
);

/// `[N, 1024, 7, 7]` to `[N, 1024, 7, 7]`.
pub struct Separable1024To1024At7 {
    /// Over `[N, 1024, 7, 7]`.
    pub dw: DepthwiseBn1024At7,
    /// Over `[N, 1024, 7, 7]`.
    pub pw: ConvBn1024To1024At7,
}

impl Separable1024To1024At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            dw: DepthwiseBn1024At7::new(),
            pw: ConvBn1024To1024At7::new(),
        }
    }

    /// `[N, 1024, 7, 7]` to `[N, 1024, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 1024, 7, 7, T>,
    ) -> Map<B, 1024, 7, 7, T> {
        let dw = self.dw.forward(x);
        self.pw.forward(dw)
    }
}

module!(Separable1024To1024At7 { dw : "dw", pw : "pw" });

/// `[N, 512, 14, 14]` to `[N, 1024, 7, 7]`.
pub struct Separable512To1024At7 {
    /// `[N, 512, 14, 14]` to `[N, 512, 7, 7]`.
    pub dw: DepthwiseBn512At7,
    /// `[N, 512, 7, 7]` to `[N, 1024, 7, 7]`.
    pub pw: ConvBn512To1024At7,
}

impl Separable512To1024At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            dw: DepthwiseBn512At7::new(),
            pw: ConvBn512To1024At7::new(),
        }
    }

    /// `[N, 512, 14, 14]` to `[N, 1024, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 14, 14, T>,
    ) -> Map<B, 1024, 7, 7, T> {
        let dw = self.dw.forward(x);
        self.pw.forward(dw)
    }
}

module!(Separable512To1024At7 { dw : "dw", pw : "pw" });

/// `[N, 512, 14, 14]` to `[N, 512, 14, 14]`.
pub struct Separable512To512At14 {
    /// Over `[N, 512, 14, 14]`.
    pub dw: DepthwiseBn512At14,
    /// Over `[N, 512, 14, 14]`.
    pub pw: ConvBn512To512At14,
}

impl Separable512To512At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            dw: DepthwiseBn512At14::new(),
            pw: ConvBn512To512At14::new(),
        }
    }

    /// `[N, 512, 14, 14]` to `[N, 512, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 14, 14, T>,
    ) -> Map<B, 512, 14, 14, T> {
        let dw = self.dw.forward(x);
        self.pw.forward(dw)
    }
}

module!(Separable512To512At14 { dw : "dw", pw : "pw" });

/// `[N, 256, 28, 28]` to `[N, 512, 14, 14]`.
pub struct Separable256To512At14 {
    /// `[N, 256, 28, 28]` to `[N, 256, 14, 14]`.
    pub dw: DepthwiseBn256At14,
    /// `[N, 256, 14, 14]` to `[N, 512, 14, 14]`.
    pub pw: ConvBn256To512At14,
}

impl Separable256To512At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            dw: DepthwiseBn256At14::new(),
            pw: ConvBn256To512At14::new(),
        }
    }

    /// `[N, 256, 28, 28]` to `[N, 512, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 28, 28, T>,
    ) -> Map<B, 512, 14, 14, T> {
        let dw = self.dw.forward(x);
        self.pw.forward(dw)
    }
}

module!(Separable256To512At14 { dw : "dw", pw : "pw" });

/// `[N, 256, 28, 28]` to `[N, 256, 28, 28]`.
pub struct Separable256To256At28 {
    /// Over `[N, 256, 28, 28]`.
    pub dw: DepthwiseBn256At28,
    /// Over `[N, 256, 28, 28]`.
    pub pw: ConvBn256To256At28,
}

impl Separable256To256At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            dw: DepthwiseBn256At28::new(),
            pw: ConvBn256To256At28::new(),
        }
    }

    /// `[N, 256, 28, 28]` to `[N, 256, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 28, 28, T>,
    ) -> Map<B, 256, 28, 28, T> {
        let dw = self.dw.forward(x);
        self.pw.forward(dw)
    }
}

module!(Separable256To256At28 { dw : "dw", pw : "pw" });

/// `[N, 128, 56, 56]` to `[N, 256, 28, 28]`.
pub struct Separable128To256At28 {
    /// `[N, 128, 56, 56]` to `[N, 128, 28, 28]`.
    pub dw: DepthwiseBn128At28,
    /// `[N, 128, 28, 28]` to `[N, 256, 28, 28]`.
    pub pw: ConvBn128To256At28,
}

impl Separable128To256At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            dw: DepthwiseBn128At28::new(),
            pw: ConvBn128To256At28::new(),
        }
    }

    /// `[N, 128, 56, 56]` to `[N, 256, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 56, 56, T>,
    ) -> Map<B, 256, 28, 28, T> {
        let dw = self.dw.forward(x);
        self.pw.forward(dw)
    }
}

module!(Separable128To256At28 { dw : "dw", pw : "pw" });

/// `[N, 128, 56, 56]` to `[N, 128, 56, 56]`.
pub struct Separable128To128At56 {
    /// Over `[N, 128, 56, 56]`.
    pub dw: DepthwiseBn128At56,
    /// Over `[N, 128, 56, 56]`.
    pub pw: ConvBn128To128At56,
}

impl Separable128To128At56 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            dw: DepthwiseBn128At56::new(),
            pw: ConvBn128To128At56::new(),
        }
    }

    /// `[N, 128, 56, 56]` to `[N, 128, 56, 56]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 56, 56, T>,
    ) -> Map<B, 128, 56, 56, T> {
        let dw = self.dw.forward(x);
        self.pw.forward(dw)
    }
}

module!(Separable128To128At56 { dw : "dw", pw : "pw" });

/// `[N, 64, 112, 112]` to `[N, 128, 56, 56]`.
pub struct Separable64To128At56 {
    /// `[N, 64, 112, 112]` to `[N, 64, 56, 56]`.
    pub dw: DepthwiseBn64At56,
    /// `[N, 64, 56, 56]` to `[N, 128, 56, 56]`.
    pub pw: ConvBn64To128At56,
}

impl Separable64To128At56 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            dw: DepthwiseBn64At56::new(),
            pw: ConvBn64To128At56::new(),
        }
    }

    /// `[N, 64, 112, 112]` to `[N, 128, 56, 56]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 64, 112, 112, T>,
    ) -> Map<B, 128, 56, 56, T> {
        let dw = self.dw.forward(x);
        self.pw.forward(dw)
    }
}

module!(Separable64To128At56 { dw : "dw", pw : "pw" });

/// `[N, 32, 112, 112]` to `[N, 64, 112, 112]`.
pub struct Separable32To64At112 {
    /// Over `[N, 32, 112, 112]`.
    pub dw: DepthwiseBn32At112,
    /// `[N, 32, 112, 112]` to `[N, 64, 112, 112]`.
    pub pw: ConvBn32To64At112,
}

impl Separable32To64At112 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            dw: DepthwiseBn32At112::new(),
            pw: ConvBn32To64At112::new(),
        }
    }

    /// `[N, 32, 112, 112]` to `[N, 64, 112, 112]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 32, 112, 112, T>,
    ) -> Map<B, 64, 112, 112, T> {
        let dw = self.dw.forward(x);
        self.pw.forward(dw)
    }
}

module!(Separable32To64At112 { dw : "dw", pw : "pw" });

/// `[N, 1024, 7, 7]` to `[N, 1024, 7, 7]`.
pub struct ConvBn1024To1024At7 {
    /// `conv`, over `[N, 1024, 7, 7]`, 1,048,576 weights.
    pub conv: conv!(1024 x 7 x 7 => 1024 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 1024, 7, 7]`, 2,048 weights.
    pub bn: BatchNorm<1024>,
}

impl ConvBn1024To1024At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 1024, 7, 7]` to `[N, 1024, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 1024, 7, 7, T>,
    ) -> Map<B, 1024, 7, 7, T> {
        self.conv.bn(&self.bn).relu6().forward(x)
    }
}

module!(ConvBn1024To1024At7 { conv : "conv", bn : "bn" });

/// `[N, 1024, 7, 7]` to `[N, 1024, 7, 7]`.
pub struct DepthwiseBn1024At7 {
    /// `depthwise`, over `[N, 1024, 7, 7]`, 9,216 weights.
    pub conv: conv!(
        1024 x 7 x 7 => 1024 x 7 x 7, kernel 3 x 3, pad 1 x 1, groups 1024, no bias
    ),
    /// `bn`, over `[N, 1024, 7, 7]`, 2,048 weights.
    pub bn: BatchNorm<1024>,
}

impl DepthwiseBn1024At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 1024, 7, 7]` to `[N, 1024, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 1024, 7, 7, T>,
    ) -> Map<B, 1024, 7, 7, T> {
        self.conv.bn(&self.bn).relu6().forward(x)
    }
}

module!(DepthwiseBn1024At7 { conv : "conv", bn : "bn" });

/// `[N, 512, 7, 7]` to `[N, 1024, 7, 7]`.
pub struct ConvBn512To1024At7 {
    /// `conv`, `[N, 512, 7, 7]` to `[N, 1024, 7, 7]`, 524,288 weights.
    pub conv: conv!(512 x 7 x 7 => 1024 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 1024, 7, 7]`, 2,048 weights.
    pub bn: BatchNorm<1024>,
}

impl ConvBn512To1024At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 512, 7, 7]` to `[N, 1024, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 7, 7, T>,
    ) -> Map<B, 1024, 7, 7, T> {
        self.conv.bn(&self.bn).relu6().forward(x)
    }
}

module!(ConvBn512To1024At7 { conv : "conv", bn : "bn" });

/// `[N, 512, 14, 14]` to `[N, 512, 7, 7]`.
pub struct DepthwiseBn512At7 {
    /// `depthwise`, `[N, 512, 14, 14]` to `[N, 512, 7, 7]`, 4,608 weights.
    pub conv: conv!(
        512 x 14 x 14 => 512 x 7 x 7, kernel 3 x 3, stride 2 x 2, pad(0, 1) x(0, 1),
        groups 512, no bias
    ),
    /// `bn`, over `[N, 512, 7, 7]`, 1,024 weights.
    pub bn: BatchNorm<512>,
}

impl DepthwiseBn512At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 512, 14, 14]` to `[N, 512, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 14, 14, T>,
    ) -> Map<B, 512, 7, 7, T> {
        self.conv.bn(&self.bn).relu6().forward(x)
    }
}

module!(DepthwiseBn512At7 { conv : "conv", bn : "bn" });

/// `[N, 512, 14, 14]` to `[N, 512, 14, 14]`.
pub struct ConvBn512To512At14 {
    /// `conv`, over `[N, 512, 14, 14]`, 262,144 weights.
    pub conv: conv!(512 x 14 x 14 => 512 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 512, 14, 14]`, 1,024 weights.
    pub bn: BatchNorm<512>,
}

impl ConvBn512To512At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 512, 14, 14]` to `[N, 512, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 14, 14, T>,
    ) -> Map<B, 512, 14, 14, T> {
        self.conv.bn(&self.bn).relu6().forward(x)
    }
}

module!(ConvBn512To512At14 { conv : "conv", bn : "bn" });

/// `[N, 512, 14, 14]` to `[N, 512, 14, 14]`.
pub struct DepthwiseBn512At14 {
    /// `depthwise`, over `[N, 512, 14, 14]`, 4,608 weights.
    pub conv: conv!(
        512 x 14 x 14 => 512 x 14 x 14, kernel 3 x 3, pad 1 x 1, groups 512, no bias
    ),
    /// `bn`, over `[N, 512, 14, 14]`, 1,024 weights.
    pub bn: BatchNorm<512>,
}

impl DepthwiseBn512At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 512, 14, 14]` to `[N, 512, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 14, 14, T>,
    ) -> Map<B, 512, 14, 14, T> {
        self.conv.bn(&self.bn).relu6().forward(x)
    }
}

module!(DepthwiseBn512At14 { conv : "conv", bn : "bn" });

/// `[N, 256, 14, 14]` to `[N, 512, 14, 14]`.
pub struct ConvBn256To512At14 {
    /// `conv`, `[N, 256, 14, 14]` to `[N, 512, 14, 14]`, 131,072 weights.
    pub conv: conv!(256 x 14 x 14 => 512 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 512, 14, 14]`, 1,024 weights.
    pub bn: BatchNorm<512>,
}

impl ConvBn256To512At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 256, 14, 14]` to `[N, 512, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 14, 14, T>,
    ) -> Map<B, 512, 14, 14, T> {
        self.conv.bn(&self.bn).relu6().forward(x)
    }
}

module!(ConvBn256To512At14 { conv : "conv", bn : "bn" });

/// `[N, 256, 28, 28]` to `[N, 256, 14, 14]`.
pub struct DepthwiseBn256At14 {
    /// `depthwise`, `[N, 256, 28, 28]` to `[N, 256, 14, 14]`, 2,304 weights.
    pub conv: conv!(
        256 x 28 x 28 => 256 x 14 x 14, kernel 3 x 3, stride 2 x 2, pad(0, 1) x(0, 1),
        groups 256, no bias
    ),
    /// `bn`, over `[N, 256, 14, 14]`, 512 weights.
    pub bn: BatchNorm<256>,
}

impl DepthwiseBn256At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 256, 28, 28]` to `[N, 256, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 28, 28, T>,
    ) -> Map<B, 256, 14, 14, T> {
        self.conv.bn(&self.bn).relu6().forward(x)
    }
}

module!(DepthwiseBn256At14 { conv : "conv", bn : "bn" });

/// `[N, 256, 28, 28]` to `[N, 256, 28, 28]`.
pub struct ConvBn256To256At28 {
    /// `conv`, over `[N, 256, 28, 28]`, 65,536 weights.
    pub conv: conv!(256 x 28 x 28 => 256 x 28 x 28, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 256, 28, 28]`, 512 weights.
    pub bn: BatchNorm<256>,
}

impl ConvBn256To256At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 256, 28, 28]` to `[N, 256, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 28, 28, T>,
    ) -> Map<B, 256, 28, 28, T> {
        self.conv.bn(&self.bn).relu6().forward(x)
    }
}

module!(ConvBn256To256At28 { conv : "conv", bn : "bn" });

/// `[N, 256, 28, 28]` to `[N, 256, 28, 28]`.
pub struct DepthwiseBn256At28 {
    /// `depthwise`, over `[N, 256, 28, 28]`, 2,304 weights.
    pub conv: conv!(
        256 x 28 x 28 => 256 x 28 x 28, kernel 3 x 3, pad 1 x 1, groups 256, no bias
    ),
    /// `bn`, over `[N, 256, 28, 28]`, 512 weights.
    pub bn: BatchNorm<256>,
}

impl DepthwiseBn256At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 256, 28, 28]` to `[N, 256, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 28, 28, T>,
    ) -> Map<B, 256, 28, 28, T> {
        self.conv.bn(&self.bn).relu6().forward(x)
    }
}

module!(DepthwiseBn256At28 { conv : "conv", bn : "bn" });

/// `[N, 128, 28, 28]` to `[N, 256, 28, 28]`.
pub struct ConvBn128To256At28 {
    /// `conv`, `[N, 128, 28, 28]` to `[N, 256, 28, 28]`, 32,768 weights.
    pub conv: conv!(128 x 28 x 28 => 256 x 28 x 28, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 256, 28, 28]`, 512 weights.
    pub bn: BatchNorm<256>,
}

impl ConvBn128To256At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 128, 28, 28]` to `[N, 256, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 28, 28, T>,
    ) -> Map<B, 256, 28, 28, T> {
        self.conv.bn(&self.bn).relu6().forward(x)
    }
}

module!(ConvBn128To256At28 { conv : "conv", bn : "bn" });

/// `[N, 128, 56, 56]` to `[N, 128, 28, 28]`.
pub struct DepthwiseBn128At28 {
    /// `depthwise`, `[N, 128, 56, 56]` to `[N, 128, 28, 28]`, 1,152 weights.
    pub conv: conv!(
        128 x 56 x 56 => 128 x 28 x 28, kernel 3 x 3, stride 2 x 2, pad(0, 1) x(0, 1),
        groups 128, no bias
    ),
    /// `bn`, over `[N, 128, 28, 28]`, 256 weights.
    pub bn: BatchNorm<128>,
}

impl DepthwiseBn128At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 128, 56, 56]` to `[N, 128, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 56, 56, T>,
    ) -> Map<B, 128, 28, 28, T> {
        self.conv.bn(&self.bn).relu6().forward(x)
    }
}

module!(DepthwiseBn128At28 { conv : "conv", bn : "bn" });

/// `[N, 128, 56, 56]` to `[N, 128, 56, 56]`.
pub struct ConvBn128To128At56 {
    /// `conv`, over `[N, 128, 56, 56]`, 16,384 weights.
    pub conv: conv!(128 x 56 x 56 => 128 x 56 x 56, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 56, 56]`, 256 weights.
    pub bn: BatchNorm<128>,
}

impl ConvBn128To128At56 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 128, 56, 56]` to `[N, 128, 56, 56]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 56, 56, T>,
    ) -> Map<B, 128, 56, 56, T> {
        self.conv.bn(&self.bn).relu6().forward(x)
    }
}

module!(ConvBn128To128At56 { conv : "conv", bn : "bn" });

/// `[N, 128, 56, 56]` to `[N, 128, 56, 56]`.
pub struct DepthwiseBn128At56 {
    /// `depthwise`, over `[N, 128, 56, 56]`, 1,152 weights.
    pub conv: conv!(
        128 x 56 x 56 => 128 x 56 x 56, kernel 3 x 3, pad 1 x 1, groups 128, no bias
    ),
    /// `bn`, over `[N, 128, 56, 56]`, 256 weights.
    pub bn: BatchNorm<128>,
}

impl DepthwiseBn128At56 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 128, 56, 56]` to `[N, 128, 56, 56]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 56, 56, T>,
    ) -> Map<B, 128, 56, 56, T> {
        self.conv.bn(&self.bn).relu6().forward(x)
    }
}

module!(DepthwiseBn128At56 { conv : "conv", bn : "bn" });

/// `[N, 64, 56, 56]` to `[N, 128, 56, 56]`.
pub struct ConvBn64To128At56 {
    /// `conv`, `[N, 64, 56, 56]` to `[N, 128, 56, 56]`, 8,192 weights.
    pub conv: conv!(64 x 56 x 56 => 128 x 56 x 56, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 56, 56]`, 256 weights.
    pub bn: BatchNorm<128>,
}

impl ConvBn64To128At56 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 64, 56, 56]` to `[N, 128, 56, 56]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 64, 56, 56, T>,
    ) -> Map<B, 128, 56, 56, T> {
        self.conv.bn(&self.bn).relu6().forward(x)
    }
}

module!(ConvBn64To128At56 { conv : "conv", bn : "bn" });

/// `[N, 64, 112, 112]` to `[N, 64, 56, 56]`.
pub struct DepthwiseBn64At56 {
    /// `depthwise`, `[N, 64, 112, 112]` to `[N, 64, 56, 56]`, 576 weights.
    pub conv: conv!(
        64 x 112 x 112 => 64 x 56 x 56, kernel 3 x 3, stride 2 x 2, pad(0, 1) x(0, 1),
        groups 64, no bias
    ),
    /// `bn`, over `[N, 64, 56, 56]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl DepthwiseBn64At56 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 64, 112, 112]` to `[N, 64, 56, 56]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 64, 112, 112, T>,
    ) -> Map<B, 64, 56, 56, T> {
        self.conv.bn(&self.bn).relu6().forward(x)
    }
}

module!(DepthwiseBn64At56 { conv : "conv", bn : "bn" });

/// `[N, 32, 112, 112]` to `[N, 64, 112, 112]`.
pub struct ConvBn32To64At112 {
    /// `conv`, `[N, 32, 112, 112]` to `[N, 64, 112, 112]`, 2,048 weights.
    pub conv: conv!(32 x 112 x 112 => 64 x 112 x 112, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 64, 112, 112]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl ConvBn32To64At112 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 32, 112, 112]` to `[N, 64, 112, 112]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 32, 112, 112, T>,
    ) -> Map<B, 64, 112, 112, T> {
        self.conv.bn(&self.bn).relu6().forward(x)
    }
}

module!(ConvBn32To64At112 { conv : "conv", bn : "bn" });

/// `[N, 32, 112, 112]` to `[N, 32, 112, 112]`.
pub struct DepthwiseBn32At112 {
    /// `depthwise`, over `[N, 32, 112, 112]`, 288 weights.
    pub conv: conv!(
        32 x 112 x 112 => 32 x 112 x 112, kernel 3 x 3, pad 1 x 1, groups 32, no bias
    ),
    /// `bn`, over `[N, 32, 112, 112]`, 64 weights.
    pub bn: BatchNorm<32>,
}

impl DepthwiseBn32At112 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 32, 112, 112]` to `[N, 32, 112, 112]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 32, 112, 112, T>,
    ) -> Map<B, 32, 112, 112, T> {
        self.conv.bn(&self.bn).relu6().forward(x)
    }
}

module!(DepthwiseBn32At112 { conv : "conv", bn : "bn" });

/// `[N, 3, 224, 224]` to `[N, 32, 112, 112]`.
pub struct ConvBn3To32At112 {
    /// `conv`, `[N, 3, 224, 224]` to `[N, 32, 112, 112]`, 864 weights.
    pub conv: conv!(
        3 x 224 x 224 => 32 x 112 x 112, kernel 3 x 3, stride 2 x 2, pad(0, 1) x(0, 1),
        no bias
    ),
    /// `bn`, over `[N, 32, 112, 112]`, 64 weights.
    pub bn: BatchNorm<32>,
}

impl ConvBn3To32At112 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().at_input(),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 3, 224, 224]` to `[N, 32, 112, 112]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 3, 224, 224, T>,
    ) -> Map<B, 32, 112, 112, T> {
        self.conv.bn(&self.bn).relu6().forward(x)
    }
}

module!(ConvBn3To32At112 { conv : "conv", bn : "bn" });
