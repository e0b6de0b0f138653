//! A network of 136232 trainable weights. Written by `blockprint compile`.

use blockprint::typed::prelude::*;
use blockprint::typed::program::Measures;

/// `[N, 3, 96, 96]` to `[N, 24, 12, 12]`.
pub struct YoloShapes {
    /// `[N, 3, 96, 96]` to `[N, 16, 48, 48]`.
    pub conv_bn_0: ConvBn3To16At48,
    /// `[N, 16, 48, 48]` to `[N, 32, 24, 24]`.
    pub conv_bn_1: ConvBn16To32At24,
    /// `[N, 32, 24, 24]` to `[N, 64, 12, 12]`.
    pub conv_bn_2: ConvBn32To64At12,
    /// One after the other, over `[N, 64, 12, 12]`.
    pub conv_bns: [ConvBn64To64At12; 3],
    /// `conv`, `[N, 64, 12, 12]` to `[N, 24, 12, 12]`, 1,560 weights.
    pub head: conv!(64 x 12 x 12 => 24 x 12 x 12, kernel 1 x 1),
}

impl YoloShapes {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv_bn_0: ConvBn3To16At48::new(),
            conv_bn_1: ConvBn16To32At24::new(),
            conv_bn_2: ConvBn32To64At12::new(),
            conv_bns: std::array::from_fn(|_| ConvBn64To64At12::new()),
            head: Conv::new(),
        }
    }

    /// `[N, 3, 96, 96]` to `[N, 24, 12, 12]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        image: Map<B, 3, 96, 96, T>,
    ) -> Map<B, 24, 12, 12, T> {
        let x = self.conv_bn_0.forward(image);
        let x = self.conv_bn_1.forward(x);
        let x = self.conv_bn_2.forward(x);
        let x = self.conv_bns.iter().fold(x, |x, conv_bn| conv_bn.forward(x));
        self.head.forward(x)
    }

    /// The loss, and the numbers that are reported beside it.
    pub fn measure<B: Dim, T: Tape>(
        head: Map<B, 24, 12, 12, T>,
        boxes: Seq<B, 4, 5>,
    ) -> Measures<T> {
        let boxes: Scalar<T> = apply(
            ops::yolo::YoloV3(ops::yolo::Yolo {
                head: ops::yolo::Head {
                    classes: 3,
                    anchors: vec![[2.25, 2.25], [3.125, 3.125], [4.375, 4.375]],
                    softmax: false,
                },
                all: vec![[2.25, 2.25], [3.125, 3.125], [4.375, 4.375]],
                mask: vec![0, 1, 2],
                ignore: 0.5,
                coord: 1.0,
                object: 1.0,
                no_object: 1.0,
                class: 1.0,
                rescore: false,
            }),
            (head, boxes),
        );
        Measures::new(boxes)
    }
}

module!(
    YoloShapes { conv_bn_0 : "0", conv_bn_1 : "1", conv_bn_2 : "2", conv_bns : ["3", "4",
    "5"], head : "head" }
);

/// `[N, 64, 12, 12]` to `[N, 64, 12, 12]`.
pub struct ConvBn64To64At12 {
    /// `conv`, over `[N, 64, 12, 12]`, 36,864 weights.
    pub conv: conv!(64 x 12 x 12 => 64 x 12 x 12, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 64, 12, 12]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl ConvBn64To64At12 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 64, 12, 12]` to `[N, 64, 12, 12]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 64, 12, 12, T>,
    ) -> Map<B, 64, 12, 12, T> {
        self.conv.bn(&self.bn).leaky_relu(0.1).forward(x)
    }
}

module!(ConvBn64To64At12 { conv : "conv", bn : "bn" });

/// `[N, 32, 24, 24]` to `[N, 64, 12, 12]`.
pub struct ConvBn32To64At12 {
    /// `conv`, `[N, 32, 24, 24]` to `[N, 64, 12, 12]`, 18,432 weights.
    pub conv: conv!(
        32 x 24 x 24 => 64 x 12 x 12, kernel 3 x 3, stride 2 x 2, pad 1 x 1, no bias
    ),
    /// `bn`, over `[N, 64, 12, 12]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl ConvBn32To64At12 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 32, 24, 24]` to `[N, 64, 12, 12]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 32, 24, 24, T>,
    ) -> Map<B, 64, 12, 12, T> {
        self.conv.bn(&self.bn).leaky_relu(0.1).forward(x)
    }
}

module!(ConvBn32To64At12 { conv : "conv", bn : "bn" });

/// `[N, 16, 48, 48]` to `[N, 32, 24, 24]`.
pub struct ConvBn16To32At24 {
    /// `conv`, `[N, 16, 48, 48]` to `[N, 32, 24, 24]`, 4,608 weights.
    pub conv: conv!(
        16 x 48 x 48 => 32 x 24 x 24, kernel 3 x 3, stride 2 x 2, pad 1 x 1, no bias
    ),
    /// `bn`, over `[N, 32, 24, 24]`, 64 weights.
    pub bn: BatchNorm<32>,
}

impl ConvBn16To32At24 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 16, 48, 48]` to `[N, 32, 24, 24]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 16, 48, 48, T>,
    ) -> Map<B, 32, 24, 24, T> {
        self.conv.bn(&self.bn).leaky_relu(0.1).forward(x)
    }
}

module!(ConvBn16To32At24 { conv : "conv", bn : "bn" });

/// `[N, 3, 96, 96]` to `[N, 16, 48, 48]`.
pub struct ConvBn3To16At48 {
    /// `conv`, `[N, 3, 96, 96]` to `[N, 16, 48, 48]`, 432 weights.
    pub conv: conv!(
        3 x 96 x 96 => 16 x 48 x 48, kernel 3 x 3, stride 2 x 2, pad 1 x 1, no bias
    ),
    /// `bn`, over `[N, 16, 48, 48]`, 32 weights.
    pub bn: BatchNorm<16>,
}

impl ConvBn3To16At48 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().at_input(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 3, 96, 96]` to `[N, 16, 48, 48]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 3, 96, 96, T>,
    ) -> Map<B, 16, 48, 48, T> {
        self.conv.bn(&self.bn).leaky_relu(0.1).forward(x)
    }
}

module!(ConvBn3To16At48 { conv : "conv", bn : "bn" });
