//! A network of 50962889 trainable weights. Written by `blockprint compile`.

use blockprint::typed::prelude::*;
use blockprint::typed::program::Measures;

/// `[N, 3, 608, 608]` to `[N, 19, 19, 5, 85]`, `[N, 425, 19, 19]`.
pub struct YoloV2 {
    /// `[N, 3, 608, 608]` to `[N, 32, 608, 608]`.
    pub conv_bn_0: ConvBn3To32At608,
    /// `[N, 32, 304, 304]` to `[N, 64, 304, 304]`.
    pub conv_bn_1: ConvBn32To64At304,
    /// `[N, 64, 152, 152]` to `[N, 128, 152, 152]`.
    pub stack_2: Stack128,
    /// `[N, 128, 76, 76]` to `[N, 256, 76, 76]`.
    pub stack_3: Stack256,
    /// `[N, 256, 38, 38]` to `[N, 512, 38, 38]`.
    pub fine: Stack512,
    /// `[N, 512, 19, 19]` to `[N, 1024, 19, 19]`.
    pub stack_5: Stack1024,
    /// One after the other, over `[N, 1024, 19, 19]`.
    pub conv_bns: [ConvBn1024To1024At19; 2],
    /// `[N, 512, 38, 38]` to `[N, 64, 38, 38]`.
    pub conv_bn_8: ConvBn512To64At38,
    /// `[N, 1280, 19, 19]` to `[N, 1024, 19, 19]`.
    pub conv_bn_9: ConvBn1280To1024At19,
    /// `conv`, `[N, 1024, 19, 19]` to `[N, 425, 19, 19]`, 435,625 weights.
    pub head: conv!(1024 x 19 x 19 => 425 x 19 x 19, kernel 1 x 1),
}

impl YoloV2 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv_bn_0: ConvBn3To32At608::new(),
            conv_bn_1: ConvBn32To64At304::new(),
            stack_2: Stack128::new(),
            stack_3: Stack256::new(),
            fine: Stack512::new(),
            stack_5: Stack1024::new(),
            conv_bns: std::array::from_fn(|_| ConvBn1024To1024At19::new()),
            conv_bn_8: ConvBn512To64At38::new(),
            conv_bn_9: ConvBn1280To1024At19::new(),
            head: Conv::new(),
        }
    }

    /// `[N, 3, 608, 608]` to `[N, 19, 19, 5, 85]`, `[N, 425, 19, 19]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        image: Map<B, 3, 608, 608, T>,
    ) -> (Volume<B, 19, 19, 5, 85, T>, Map<B, 425, 19, 19, T>) {
        let x = self.conv_bn_0.forward(image);
        let x = max_pool!(
            x; 32 x 608 x 608 => 32 x 304 x 304, kernel 2 x 2, stride 2 x 2
        );
        let x = self.conv_bn_1.forward(x);
        let x = max_pool!(
            x; 64 x 304 x 304 => 64 x 152 x 152, kernel 2 x 2, stride 2 x 2
        );
        let x = self.stack_2.forward(x);
        let x = max_pool!(
            x; 128 x 152 x 152 => 128 x 76 x 76, kernel 2 x 2, stride 2 x 2
        );
        let x = self.stack_3.forward(x);
        let x = max_pool!(x; 256 x 76 x 76 => 256 x 38 x 38, kernel 2 x 2, stride 2 x 2);
        let fine = self.fine.forward(x);
        let x = max_pool!(
            fork(& fine); 512 x 38 x 38 => 512 x 19 x 19, kernel 2 x 2, stride 2 x 2
        );
        let x = self.stack_5.forward(x);
        let coarse = self.conv_bns.iter().fold(x, |x, conv_bn| conv_bn.forward(x));
        let x = self.conv_bn_8.forward(fine);
        let x = reshape!(x; 64 x 38 x 38 => 16 x 76 x 76);
        let x = space_to_depth!(x; 16 x 76 x 76 => 64 x 38 x 38, block 2);
        let passed = reshape!(x; 64 x 38 x 38 => 256 x 19 x 19);
        let x = concat_channels!(
            passed : 256 x 19 x 19, coarse : 1024 x 19 x 19 => 1280 x 19 x 19
        );
        let x = self.conv_bn_9.forward(x);
        let head = self.head.forward(x);
        let x: Map<B, 19, 19, 425, T> = apply(
            ops::shape_ops::Permute {
                axes: vec![0, 2, 3, 1],
            },
            fork(&head),
        );
        let cells = reshape!(x; 19 x 19 x 425 => 19 x 19 x 5 x 85);
        (cells, head)
    }

    /// The loss, and the numbers that are reported beside it.
    pub fn measure<B: Dim, T: Tape>(
        _cells: Volume<B, 19, 19, 5, 85, T>,
        head: Map<B, 425, 19, 19, T>,
        boxes: Seq<B, 50, 5>,
    ) -> Measures<T> {
        let boxes: Scalar<T> = apply(
            ops::yolo::YoloV2(ops::yolo::Yolo {
                head: ops::yolo::Head {
                    classes: 80,
                    anchors: vec![
                        [0.57273, 0.677385], [1.87446, 2.06253], [3.33843, 5.47434],
                        [7.88282, 3.52778], [9.77052, 9.16828]
                    ],
                    softmax: true,
                },
                all: vec![
                    [0.57273, 0.677385], [1.87446, 2.06253], [3.33843, 5.47434],
                    [7.88282, 3.52778], [9.77052, 9.16828]
                ],
                mask: vec![0, 1, 2, 3, 4],
                ignore: 0.6,
                coord: 1.0,
                object: 5.0,
                no_object: 1.0,
                class: 1.0,
                rescore: true,
            }),
            (head, boxes),
        );
        Measures::new(boxes)
    }
}

module!(
    YoloV2 { conv_bn_0 : "0", conv_bn_1 : "1", stack_2 : "2", stack_3 : "3", fine :
    "fine", stack_5 : "5", conv_bns : ["6", "coarse"], conv_bn_8 : "8", conv_bn_9 : "9",
    head : "head" }
);

/// `[N, 512, 19, 19]` to `[N, 1024, 19, 19]`.
pub struct Stack1024 {
    /// `[N, 512, 19, 19]` to `[N, 1024, 19, 19]`.
    pub conv_bn_0: ConvBn512To1024At19,
    /// `[N, 1024, 19, 19]` to `[N, 512, 19, 19]`.
    pub conv_bn_1: ConvBn1024To512At19,
    /// `[N, 512, 19, 19]` to `[N, 1024, 19, 19]`.
    pub conv_bn_2: ConvBn512To1024At19,
    /// `[N, 1024, 19, 19]` to `[N, 512, 19, 19]`.
    pub conv_bn_3: ConvBn1024To512At19,
    /// `[N, 512, 19, 19]` to `[N, 1024, 19, 19]`.
    pub conv_bn_4: ConvBn512To1024At19,
}

impl Stack1024 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv_bn_0: ConvBn512To1024At19::new(),
            conv_bn_1: ConvBn1024To512At19::new(),
            conv_bn_2: ConvBn512To1024At19::new(),
            conv_bn_3: ConvBn1024To512At19::new(),
            conv_bn_4: ConvBn512To1024At19::new(),
        }
    }

    /// `[N, 512, 19, 19]` to `[N, 1024, 19, 19]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 19, 19, T>,
    ) -> Map<B, 1024, 19, 19, T> {
        let x = self.conv_bn_0.forward(x);
        let x = self.conv_bn_1.forward(x);
        let x = self.conv_bn_2.forward(x);
        let x = self.conv_bn_3.forward(x);
        self.conv_bn_4.forward(x)
    }
}

module!(
    Stack1024 { conv_bn_0 : "0", conv_bn_1 : "1", conv_bn_2 : "2", conv_bn_3 : "3",
    conv_bn_4 : "4" }
);

/// `[N, 256, 38, 38]` to `[N, 512, 38, 38]`.
pub struct Stack512 {
    /// `[N, 256, 38, 38]` to `[N, 512, 38, 38]`.
    pub conv_bn_0: ConvBn256To512At38,
    /// `[N, 512, 38, 38]` to `[N, 256, 38, 38]`.
    pub conv_bn_1: ConvBn512To256At38,
    /// `[N, 256, 38, 38]` to `[N, 512, 38, 38]`.
    pub conv_bn_2: ConvBn256To512At38,
    /// `[N, 512, 38, 38]` to `[N, 256, 38, 38]`.
    pub conv_bn_3: ConvBn512To256At38,
    /// `[N, 256, 38, 38]` to `[N, 512, 38, 38]`.
    pub conv_bn_4: ConvBn256To512At38,
}

impl Stack512 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv_bn_0: ConvBn256To512At38::new(),
            conv_bn_1: ConvBn512To256At38::new(),
            conv_bn_2: ConvBn256To512At38::new(),
            conv_bn_3: ConvBn512To256At38::new(),
            conv_bn_4: ConvBn256To512At38::new(),
        }
    }

    /// `[N, 256, 38, 38]` to `[N, 512, 38, 38]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 38, 38, T>,
    ) -> Map<B, 512, 38, 38, T> {
        let x = self.conv_bn_0.forward(x);
        let x = self.conv_bn_1.forward(x);
        let x = self.conv_bn_2.forward(x);
        let x = self.conv_bn_3.forward(x);
        self.conv_bn_4.forward(x)
    }
}

module!(
    Stack512 { conv_bn_0 : "0", conv_bn_1 : "1", conv_bn_2 : "2", conv_bn_3 : "3",
    conv_bn_4 : "4" }
);

/// `[N, 128, 76, 76]` to `[N, 256, 76, 76]`.
pub struct Stack256 {
    /// `[N, 128, 76, 76]` to `[N, 256, 76, 76]`.
    pub conv_bn_0: ConvBn128To256At76,
    /// `[N, 256, 76, 76]` to `[N, 128, 76, 76]`.
    pub conv_bn_1: ConvBn256To128At76,
    /// `[N, 128, 76, 76]` to `[N, 256, 76, 76]`.
    pub conv_bn_2: ConvBn128To256At76,
}

impl Stack256 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv_bn_0: ConvBn128To256At76::new(),
            conv_bn_1: ConvBn256To128At76::new(),
            conv_bn_2: ConvBn128To256At76::new(),
        }
    }

    /// `[N, 128, 76, 76]` to `[N, 256, 76, 76]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 76, 76, T>,
    ) -> Map<B, 256, 76, 76, T> {
        let x = self.conv_bn_0.forward(x);
        let x = self.conv_bn_1.forward(x);
        self.conv_bn_2.forward(x)
    }
}

module!(Stack256 { conv_bn_0 : "0", conv_bn_1 : "1", conv_bn_2 : "2" });

/// `[N, 64, 152, 152]` to `[N, 128, 152, 152]`.
pub struct Stack128 {
    /// `[N, 64, 152, 152]` to `[N, 128, 152, 152]`.
    pub conv_bn_0: ConvBn64To128At152,
    /// `[N, 128, 152, 152]` to `[N, 64, 152, 152]`.
    pub conv_bn_1: ConvBn128To64At152,
    /// `[N, 64, 152, 152]` to `[N, 128, 152, 152]`.
    pub conv_bn_2: ConvBn64To128At152,
}

impl Stack128 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv_bn_0: ConvBn64To128At152::new(),
            conv_bn_1: ConvBn128To64At152::new(),
            conv_bn_2: ConvBn64To128At152::new(),
        }
    }

    /// `[N, 64, 152, 152]` to `[N, 128, 152, 152]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 64, 152, 152, T>,
    ) -> Map<B, 128, 152, 152, T> {
        let x = self.conv_bn_0.forward(x);
        let x = self.conv_bn_1.forward(x);
        self.conv_bn_2.forward(x)
    }
}

module!(Stack128 { conv_bn_0 : "0", conv_bn_1 : "1", conv_bn_2 : "2" });

/// `[N, 1280, 19, 19]` to `[N, 1024, 19, 19]`.
pub struct ConvBn1280To1024At19 {
    /// `conv`, `[N, 1280, 19, 19]` to `[N, 1024, 19, 19]`, 11,796,480 weights.
    pub conv: conv!(1280 x 19 x 19 => 1024 x 19 x 19, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 1024, 19, 19]`, 2,048 weights.
    pub bn: BatchNorm<1024>,
}

impl ConvBn1280To1024At19 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 1280, 19, 19]` to `[N, 1024, 19, 19]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 1280, 19, 19, T>,
    ) -> Map<B, 1024, 19, 19, T> {
        self.conv.bn(&self.bn).leaky_relu(0.1).forward(x)
    }
}

module!(ConvBn1280To1024At19 { conv : "conv", bn : "bn" });

/// `[N, 512, 38, 38]` to `[N, 64, 38, 38]`.
pub struct ConvBn512To64At38 {
    /// `conv`, `[N, 512, 38, 38]` to `[N, 64, 38, 38]`, 32,768 weights.
    pub conv: conv!(512 x 38 x 38 => 64 x 38 x 38, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 64, 38, 38]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl ConvBn512To64At38 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 512, 38, 38]` to `[N, 64, 38, 38]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 38, 38, T>,
    ) -> Map<B, 64, 38, 38, T> {
        self.conv.bn(&self.bn).leaky_relu(0.1).forward(x)
    }
}

module!(ConvBn512To64At38 { conv : "conv", bn : "bn" });

/// `[N, 1024, 19, 19]` to `[N, 1024, 19, 19]`.
pub struct ConvBn1024To1024At19 {
    /// `conv`, over `[N, 1024, 19, 19]`, 9,437,184 weights.
    pub conv: conv!(1024 x 19 x 19 => 1024 x 19 x 19, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 1024, 19, 19]`, 2,048 weights.
    pub bn: BatchNorm<1024>,
}

impl ConvBn1024To1024At19 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 1024, 19, 19]` to `[N, 1024, 19, 19]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 1024, 19, 19, T>,
    ) -> Map<B, 1024, 19, 19, T> {
        self.conv.bn(&self.bn).leaky_relu(0.1).forward(x)
    }
}

module!(ConvBn1024To1024At19 { conv : "conv", bn : "bn" });

/// `[N, 1024, 19, 19]` to `[N, 512, 19, 19]`.
pub struct ConvBn1024To512At19 {
    /// `conv`, `[N, 1024, 19, 19]` to `[N, 512, 19, 19]`, 524,288 weights.
    pub conv: conv!(1024 x 19 x 19 => 512 x 19 x 19, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 512, 19, 19]`, 1,024 weights.
    pub bn: BatchNorm<512>,
}

impl ConvBn1024To512At19 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 1024, 19, 19]` to `[N, 512, 19, 19]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 1024, 19, 19, T>,
    ) -> Map<B, 512, 19, 19, T> {
        self.conv.bn(&self.bn).leaky_relu(0.1).forward(x)
    }
}

module!(ConvBn1024To512At19 { conv : "conv", bn : "bn" });

/// `[N, 512, 19, 19]` to `[N, 1024, 19, 19]`.
pub struct ConvBn512To1024At19 {
    /// `conv`, `[N, 512, 19, 19]` to `[N, 1024, 19, 19]`, 4,718,592 weights.
    pub conv: conv!(512 x 19 x 19 => 1024 x 19 x 19, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 1024, 19, 19]`, 2,048 weights.
    pub bn: BatchNorm<1024>,
}

impl ConvBn512To1024At19 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 512, 19, 19]` to `[N, 1024, 19, 19]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 19, 19, T>,
    ) -> Map<B, 1024, 19, 19, T> {
        self.conv.bn(&self.bn).leaky_relu(0.1).forward(x)
    }
}

module!(ConvBn512To1024At19 { conv : "conv", bn : "bn" });

/// `[N, 512, 38, 38]` to `[N, 256, 38, 38]`.
pub struct ConvBn512To256At38 {
    /// `conv`, `[N, 512, 38, 38]` to `[N, 256, 38, 38]`, 131,072 weights.
    pub conv: conv!(512 x 38 x 38 => 256 x 38 x 38, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 256, 38, 38]`, 512 weights.
    pub bn: BatchNorm<256>,
}

impl ConvBn512To256At38 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 512, 38, 38]` to `[N, 256, 38, 38]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 38, 38, T>,
    ) -> Map<B, 256, 38, 38, T> {
        self.conv.bn(&self.bn).leaky_relu(0.1).forward(x)
    }
}

module!(ConvBn512To256At38 { conv : "conv", bn : "bn" });

/// `[N, 256, 38, 38]` to `[N, 512, 38, 38]`.
pub struct ConvBn256To512At38 {
    /// `conv`, `[N, 256, 38, 38]` to `[N, 512, 38, 38]`, 1,179,648 weights.
    pub conv: conv!(256 x 38 x 38 => 512 x 38 x 38, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 512, 38, 38]`, 1,024 weights.
    pub bn: BatchNorm<512>,
}

impl ConvBn256To512At38 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 256, 38, 38]` to `[N, 512, 38, 38]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 38, 38, T>,
    ) -> Map<B, 512, 38, 38, T> {
        self.conv.bn(&self.bn).leaky_relu(0.1).forward(x)
    }
}

module!(ConvBn256To512At38 { conv : "conv", bn : "bn" });

/// `[N, 256, 76, 76]` to `[N, 128, 76, 76]`.
pub struct ConvBn256To128At76 {
    /// `conv`, `[N, 256, 76, 76]` to `[N, 128, 76, 76]`, 32,768 weights.
    pub conv: conv!(256 x 76 x 76 => 128 x 76 x 76, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 76, 76]`, 256 weights.
    pub bn: BatchNorm<128>,
}

impl ConvBn256To128At76 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 256, 76, 76]` to `[N, 128, 76, 76]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 76, 76, T>,
    ) -> Map<B, 128, 76, 76, T> {
        self.conv.bn(&self.bn).leaky_relu(0.1).forward(x)
    }
}

module!(ConvBn256To128At76 { conv : "conv", bn : "bn" });

/// `[N, 128, 76, 76]` to `[N, 256, 76, 76]`.
pub struct ConvBn128To256At76 {
    /// `conv`, `[N, 128, 76, 76]` to `[N, 256, 76, 76]`, 294,912 weights.
    pub conv: conv!(128 x 76 x 76 => 256 x 76 x 76, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 256, 76, 76]`, 512 weights.
    pub bn: BatchNorm<256>,
}

impl ConvBn128To256At76 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 128, 76, 76]` to `[N, 256, 76, 76]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 76, 76, T>,
    ) -> Map<B, 256, 76, 76, T> {
        self.conv.bn(&self.bn).leaky_relu(0.1).forward(x)
    }
}

module!(ConvBn128To256At76 { conv : "conv", bn : "bn" });

/// `[N, 128, 152, 152]` to `[N, 64, 152, 152]`.
pub struct ConvBn128To64At152 {
    /// `conv`, `[N, 128, 152, 152]` to `[N, 64, 152, 152]`, 8,192 weights.
    pub conv: conv!(128 x 152 x 152 => 64 x 152 x 152, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 64, 152, 152]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl ConvBn128To64At152 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 128, 152, 152]` to `[N, 64, 152, 152]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 152, 152, T>,
    ) -> Map<B, 64, 152, 152, T> {
        self.conv.bn(&self.bn).leaky_relu(0.1).forward(x)
    }
}

module!(ConvBn128To64At152 { conv : "conv", bn : "bn" });

/// `[N, 64, 152, 152]` to `[N, 128, 152, 152]`.
pub struct ConvBn64To128At152 {
    /// `conv`, `[N, 64, 152, 152]` to `[N, 128, 152, 152]`, 73,728 weights.
    pub conv: conv!(64 x 152 x 152 => 128 x 152 x 152, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 128, 152, 152]`, 256 weights.
    pub bn: BatchNorm<128>,
}

impl ConvBn64To128At152 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 64, 152, 152]` to `[N, 128, 152, 152]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 64, 152, 152, T>,
    ) -> Map<B, 128, 152, 152, T> {
        self.conv.bn(&self.bn).leaky_relu(0.1).forward(x)
    }
}

module!(ConvBn64To128At152 { conv : "conv", bn : "bn" });

/// `[N, 32, 304, 304]` to `[N, 64, 304, 304]`.
pub struct ConvBn32To64At304 {
    /// `conv`, `[N, 32, 304, 304]` to `[N, 64, 304, 304]`, 18,432 weights.
    pub conv: conv!(32 x 304 x 304 => 64 x 304 x 304, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 64, 304, 304]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl ConvBn32To64At304 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 32, 304, 304]` to `[N, 64, 304, 304]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 32, 304, 304, T>,
    ) -> Map<B, 64, 304, 304, T> {
        self.conv.bn(&self.bn).leaky_relu(0.1).forward(x)
    }
}

module!(ConvBn32To64At304 { conv : "conv", bn : "bn" });

/// `[N, 3, 608, 608]` to `[N, 32, 608, 608]`.
pub struct ConvBn3To32At608 {
    /// `conv`, `[N, 3, 608, 608]` to `[N, 32, 608, 608]`, 864 weights.
    pub conv: conv!(3 x 608 x 608 => 32 x 608 x 608, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 32, 608, 608]`, 64 weights.
    pub bn: BatchNorm<32>,
}

impl ConvBn3To32At608 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().at_input(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 3, 608, 608]` to `[N, 32, 608, 608]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 3, 608, 608, T>,
    ) -> Map<B, 32, 608, 608, T> {
        self.conv.bn(&self.bn).leaky_relu(0.1).forward(x)
    }
}

module!(ConvBn3To32At608 { conv : "conv", bn : "bn" });
