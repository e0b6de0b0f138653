//! A network of 8852366 trainable weights. Written by `blockprint compile`.

use blockprint::typed::prelude::*;
use blockprint::typed::program::{Measures, number};

/// `[N, 3, 416, 416]` to `[N, 255, 13, 13]`, `[N, 255, 26, 26]`.
pub struct YoloV3Tiny {
    /// `[N, 3, 416, 416]` to `[N, 16, 416, 416]`.
    pub conv_bn_0: ConvBn3To16At416,
    /// `[N, 16, 208, 208]` to `[N, 32, 208, 208]`.
    pub conv_bn_1: ConvBn16To32At208,
    /// `[N, 32, 104, 104]` to `[N, 64, 104, 104]`.
    pub conv_bn_2: ConvBn32To64At104,
    /// `[N, 64, 52, 52]` to `[N, 128, 52, 52]`.
    pub conv_bn_3: ConvBn64To128At52,
    /// `[N, 128, 26, 26]` to `[N, 256, 26, 26]`.
    pub middle: ConvBn128To256At26,
    /// `[N, 256, 13, 13]` to `[N, 512, 13, 13]`.
    pub conv_bn_5: ConvBn256To512At13,
    /// `[N, 512, 13, 13]` to `[N, 1024, 13, 13]`.
    pub conv_bn_6: ConvBn512To1024At13,
    /// `[N, 1024, 13, 13]` to `[N, 256, 13, 13]`.
    pub neck: ConvBn1024To256At13,
    /// `[N, 256, 13, 13]` to `[N, 512, 13, 13]`.
    pub conv_bn_8: ConvBn256To512At13,
    /// `conv`, `[N, 512, 13, 13]` to `[N, 255, 13, 13]`, 130,815 weights.
    pub coarse: conv!(512 x 13 x 13 => 255 x 13 x 13, kernel 1 x 1),
    /// `[N, 256, 13, 13]` to `[N, 128, 13, 13]`.
    pub conv_bn_9: ConvBn256To128At13,
    /// `[N, 384, 26, 26]` to `[N, 256, 26, 26]`.
    pub conv_bn_10: ConvBn384To256At26,
    /// `conv`, `[N, 256, 26, 26]` to `[N, 255, 26, 26]`, 65,535 weights.
    pub fine: conv!(256 x 26 x 26 => 255 x 26 x 26, kernel 1 x 1),
}

impl YoloV3Tiny {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv_bn_0: ConvBn3To16At416::new(),
            conv_bn_1: ConvBn16To32At208::new(),
            conv_bn_2: ConvBn32To64At104::new(),
            conv_bn_3: ConvBn64To128At52::new(),
            middle: ConvBn128To256At26::new(),
            conv_bn_5: ConvBn256To512At13::new(),
            conv_bn_6: ConvBn512To1024At13::new(),
            neck: ConvBn1024To256At13::new(),
            conv_bn_8: ConvBn256To512At13::new(),
            coarse: Conv::new(),
            conv_bn_9: ConvBn256To128At13::new(),
            conv_bn_10: ConvBn384To256At26::new(),
            fine: Conv::new(),
        }
    }

    /// `[N, 3, 416, 416]` to `[N, 255, 13, 13]`, `[N, 255, 26, 26]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        image: Map<B, 3, 416, 416, T>,
    ) -> (Map<B, 255, 13, 13, T>, Map<B, 255, 26, 26, T>) {
        let x = self.conv_bn_0.forward(image);
        let x = max_pool!(
            x; 16 x 416 x 416 => 16 x 208 x 208, kernel 2 x 2, stride 2 x 2
        );
        let x = self.conv_bn_1.forward(x);
        let x = max_pool!(
            x; 32 x 208 x 208 => 32 x 104 x 104, kernel 2 x 2, stride 2 x 2
        );
        let x = self.conv_bn_2.forward(x);
        let x = max_pool!(x; 64 x 104 x 104 => 64 x 52 x 52, kernel 2 x 2, stride 2 x 2);
        let x = self.conv_bn_3.forward(x);
        let x = max_pool!(x; 128 x 52 x 52 => 128 x 26 x 26, kernel 2 x 2, stride 2 x 2);
        let middle = self.middle.forward(x);
        let x = max_pool!(
            fork(& middle); 256 x 26 x 26 => 256 x 13 x 13, kernel 2 x 2, stride 2 x 2
        );
        let x = self.conv_bn_5.forward(x);
        let x = max_pool!(
            x; 512 x 13 x 13 => 512 x 13 x 13, kernel 2 x 2, pad(0, 1) x(0, 1)
        );
        let x = self.conv_bn_6.forward(x);
        let neck = self.neck.forward(x);
        let x = self.conv_bn_8.forward(fork(&neck));
        let coarse = self.coarse.forward(x);
        let x = self.conv_bn_9.forward(neck);
        let raised = upsample!(x; 128 x 13 x 13 => 128 x 26 x 26, nearest);
        let x = concat_channels!(
            raised : 128 x 26 x 26, middle : 256 x 26 x 26 => 384 x 26 x 26
        );
        let x = self.conv_bn_10.forward(x);
        let fine = self.fine.forward(x);
        (coarse, fine)
    }

    /// The loss, and the numbers that are reported beside it.
    pub fn measure<B: Dim, T: Tape>(
        coarse: Map<B, 255, 13, 13, T>,
        fine: Map<B, 255, 26, 26, T>,
        boxes: Seq<B, 90, 5>,
    ) -> Measures<T> {
        let coarse: Scalar<T> = apply(
            ops::yolo::YoloV3(ops::yolo::Yolo {
                head: ops::yolo::Head {
                    classes: 80,
                    anchors: vec![
                        [2.53125, 2.5625], [4.21875, 5.28125], [10.75, 9.96875]
                    ],
                    softmax: false,
                },
                all: vec![
                    [0.3125, 0.4375], [0.71875, 0.84375], [1.15625, 1.8125], [2.53125,
                    2.5625], [4.21875, 5.28125], [10.75, 9.96875]
                ],
                mask: vec![3, 4, 5],
                ignore: 0.7,
                coord: 1.0,
                object: 1.0,
                no_object: 1.0,
                class: 1.0,
                rescore: false,
            }),
            (coarse, boxes.clone()),
        );
        let fine: Scalar<T> = apply(
            ops::yolo::YoloV3(ops::yolo::Yolo {
                head: ops::yolo::Head {
                    classes: 80,
                    anchors: vec![[0.625, 0.875], [1.4375, 1.6875], [2.3125, 3.625]],
                    softmax: false,
                },
                all: vec![
                    [0.625, 0.875], [1.4375, 1.6875], [2.3125, 3.625], [5.0625, 5.125],
                    [8.4375, 10.5625], [21.5, 19.9375]
                ],
                mask: vec![0, 1, 2],
                ignore: 0.7,
                coord: 1.0,
                object: 1.0,
                no_object: 1.0,
                class: 1.0,
                rescore: false,
            }),
            (fine, boxes),
        );
        let coarse_kept = fork(&coarse);
        let fine_kept = fork(&fine);
        let total = add(coarse, fine);
        Measures::new(total)
            .report("loss.coarse", number(&coarse_kept))
            .report("loss.fine", number(&fine_kept))
    }
}

module!(
    YoloV3Tiny { conv_bn_0 : "0", conv_bn_1 : "1", conv_bn_2 : "2", conv_bn_3 : "3",
    middle : "middle", conv_bn_5 : "5", conv_bn_6 : "6", neck : "neck", conv_bn_8 : "8",
    coarse : "coarse", conv_bn_9 : "9", conv_bn_10 : "10", fine : "fine" }
);

/// `[N, 384, 26, 26]` to `[N, 256, 26, 26]`.
pub struct ConvBn384To256At26 {
    /// `conv`, `[N, 384, 26, 26]` to `[N, 256, 26, 26]`, 884,736 weights.
    pub conv: conv!(384 x 26 x 26 => 256 x 26 x 26, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 256, 26, 26]`, 512 weights.
    pub bn: BatchNorm<256>,
}

impl ConvBn384To256At26 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 384, 26, 26]` to `[N, 256, 26, 26]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 384, 26, 26, T>,
    ) -> Map<B, 256, 26, 26, T> {
        self.conv.bn(&self.bn).leaky_relu(0.1).forward(x)
    }
}

module!(ConvBn384To256At26 { conv : "conv", bn : "bn" });

/// `[N, 256, 13, 13]` to `[N, 128, 13, 13]`.
pub struct ConvBn256To128At13 {
    /// `conv`, `[N, 256, 13, 13]` to `[N, 128, 13, 13]`, 32,768 weights.
    pub conv: conv!(256 x 13 x 13 => 128 x 13 x 13, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 13, 13]`, 256 weights.
    pub bn: BatchNorm<128>,
}

impl ConvBn256To128At13 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 256, 13, 13]` to `[N, 128, 13, 13]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 13, 13, T>,
    ) -> Map<B, 128, 13, 13, T> {
        self.conv.bn(&self.bn).leaky_relu(0.1).forward(x)
    }
}

module!(ConvBn256To128At13 { conv : "conv", bn : "bn" });

/// `[N, 1024, 13, 13]` to `[N, 256, 13, 13]`.
pub struct ConvBn1024To256At13 {
    /// `conv`, `[N, 1024, 13, 13]` to `[N, 256, 13, 13]`, 262,144 weights.
    pub conv: conv!(1024 x 13 x 13 => 256 x 13 x 13, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 256, 13, 13]`, 512 weights.
    pub bn: BatchNorm<256>,
}

impl ConvBn1024To256At13 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 1024, 13, 13]` to `[N, 256, 13, 13]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 1024, 13, 13, T>,
    ) -> Map<B, 256, 13, 13, T> {
        self.conv.bn(&self.bn).leaky_relu(0.1).forward(x)
    }
}

module!(ConvBn1024To256At13 { conv : "conv", bn : "bn" });

/// `[N, 512, 13, 13]` to `[N, 1024, 13, 13]`.
pub struct ConvBn512To1024At13 {
    /// `conv`, `[N, 512, 13, 13]` to `[N, 1024, 13, 13]`, 4,718,592 weights.
    pub conv: conv!(512 x 13 x 13 => 1024 x 13 x 13, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 1024, 13, 13]`, 2,048 weights.
    pub bn: BatchNorm<1024>,
}

impl ConvBn512To1024At13 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 512, 13, 13]` to `[N, 1024, 13, 13]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 13, 13, T>,
    ) -> Map<B, 1024, 13, 13, T> {
        self.conv.bn(&self.bn).leaky_relu(0.1).forward(x)
    }
}

module!(ConvBn512To1024At13 { conv : "conv", bn : "bn" });

/// `[N, 256, 13, 13]` to `[N, 512, 13, 13]`.
pub struct ConvBn256To512At13 {
    /// `conv`, `[N, 256, 13, 13]` to `[N, 512, 13, 13]`, 1,179,648 weights.
    pub conv: conv!(256 x 13 x 13 => 512 x 13 x 13, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 512, 13, 13]`, 1,024 weights.
    pub bn: BatchNorm<512>,
}

impl ConvBn256To512At13 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 256, 13, 13]` to `[N, 512, 13, 13]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 13, 13, T>,
    ) -> Map<B, 512, 13, 13, T> {
        self.conv.bn(&self.bn).leaky_relu(0.1).forward(x)
    }
}

module!(ConvBn256To512At13 { conv : "conv", bn : "bn" });

/// `[N, 128, 26, 26]` to `[N, 256, 26, 26]`.
pub struct ConvBn128To256At26 {
    /// `conv`, `[N, 128, 26, 26]` to `[N, 256, 26, 26]`, 294,912 weights.
    pub conv: conv!(128 x 26 x 26 => 256 x 26 x 26, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 256, 26, 26]`, 512 weights.
    pub bn: BatchNorm<256>,
}

impl ConvBn128To256At26 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 128, 26, 26]` to `[N, 256, 26, 26]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 26, 26, T>,
    ) -> Map<B, 256, 26, 26, T> {
        self.conv.bn(&self.bn).leaky_relu(0.1).forward(x)
    }
}

module!(ConvBn128To256At26 { conv : "conv", bn : "bn" });

/// `[N, 64, 52, 52]` to `[N, 128, 52, 52]`.
pub struct ConvBn64To128At52 {
    /// `conv`, `[N, 64, 52, 52]` to `[N, 128, 52, 52]`, 73,728 weights.
    pub conv: conv!(64 x 52 x 52 => 128 x 52 x 52, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 128, 52, 52]`, 256 weights.
    pub bn: BatchNorm<128>,
}

impl ConvBn64To128At52 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 64, 52, 52]` to `[N, 128, 52, 52]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 64, 52, 52, T>,
    ) -> Map<B, 128, 52, 52, T> {
        self.conv.bn(&self.bn).leaky_relu(0.1).forward(x)
    }
}

module!(ConvBn64To128At52 { conv : "conv", bn : "bn" });

/// `[N, 32, 104, 104]` to `[N, 64, 104, 104]`.
pub struct ConvBn32To64At104 {
    /// `conv`, `[N, 32, 104, 104]` to `[N, 64, 104, 104]`, 18,432 weights.
    pub conv: conv!(32 x 104 x 104 => 64 x 104 x 104, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 64, 104, 104]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl ConvBn32To64At104 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 32, 104, 104]` to `[N, 64, 104, 104]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 32, 104, 104, T>,
    ) -> Map<B, 64, 104, 104, T> {
        self.conv.bn(&self.bn).leaky_relu(0.1).forward(x)
    }
}

module!(ConvBn32To64At104 { conv : "conv", bn : "bn" });

/// `[N, 16, 208, 208]` to `[N, 32, 208, 208]`.
pub struct ConvBn16To32At208 {
    /// `conv`, `[N, 16, 208, 208]` to `[N, 32, 208, 208]`, 4,608 weights.
    pub conv: conv!(16 x 208 x 208 => 32 x 208 x 208, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 32, 208, 208]`, 64 weights.
    pub bn: BatchNorm<32>,
}

impl ConvBn16To32At208 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 16, 208, 208]` to `[N, 32, 208, 208]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 16, 208, 208, T>,
    ) -> Map<B, 32, 208, 208, T> {
        self.conv.bn(&self.bn).leaky_relu(0.1).forward(x)
    }
}

module!(ConvBn16To32At208 { conv : "conv", bn : "bn" });

/// `[N, 3, 416, 416]` to `[N, 16, 416, 416]`.
pub struct ConvBn3To16At416 {
    /// `conv`, `[N, 3, 416, 416]` to `[N, 16, 416, 416]`, 432 weights.
    pub conv: conv!(3 x 416 x 416 => 16 x 416 x 416, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 16, 416, 416]`, 32 weights.
    pub bn: BatchNorm<16>,
}

impl ConvBn3To16At416 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().at_input(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 3, 416, 416]` to `[N, 16, 416, 416]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 3, 416, 416, T>,
    ) -> Map<B, 16, 416, 416, T> {
        self.conv.bn(&self.bn).leaky_relu(0.1).forward(x)
    }
}

module!(ConvBn3To16At416 { conv : "conv", bn : "bn" });
