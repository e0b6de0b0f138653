//! A network of 332798 trainable weights. Written by `blockprint compile`.

use blockprint::typed::prelude::*;
use blockprint::typed::program::{Measures, number};

/// `[N, 3, 320, 320]` to `[N, 255, 10, 10]`, `[N, 255, 20, 20]`.
pub struct YoloFastest {
    /// `[N, 3, 320, 320]` to `[N, 8, 160, 160]`.
    pub conv_bn_0: ConvBn3To8At160,
    /// `[N, 8, 160, 160]` to `[N, 4, 160, 160]`.
    pub unit_1: Unit8To4At160,
    /// Over `[N, 4, 160, 160]`.
    pub residual_2: Residual4At160,
    /// `[N, 4, 160, 160]` to `[N, 8, 80, 80]`.
    pub unit_3: Unit4To8At80,
    /// One after the other, over `[N, 8, 80, 80]`.
    pub residuals: [Residual8At80; 2],
    /// `[N, 8, 80, 80]` to `[N, 8, 40, 40]`.
    pub unit_6: Unit8To8At40,
    /// One after the other, over `[N, 8, 40, 40]`.
    pub residuals_2: [Residual8At40; 2],
    /// `[N, 8, 40, 40]` to `[N, 16, 40, 40]`.
    pub unit_9: Unit8To16At40,
    /// One after the other, over `[N, 16, 40, 40]`.
    pub residuals_3: [Residual16At40; 4],
    /// `[N, 16, 40, 40]` to `[N, 24, 20, 20]`.
    pub unit_14: Unit16To24At20,
    /// One after the other, over `[N, 24, 20, 20]`.
    pub residuals_4: [Residual24At20; 4],
    /// `[N, 24, 20, 20]` to `[N, 48, 10, 10]`.
    pub unit_19: Unit24To48At10,
    /// One after the other, over `[N, 48, 10, 10]`.
    pub residuals_5: [Residual48At10; 5],
    /// `[N, 192, 10, 10]` to `[N, 96, 10, 10]`.
    pub conv_bn_25: ConvBn192To96At10,
    /// `[N, 96, 10, 10]` to `[N, 255, 10, 10]`.
    pub coarse: Head255At10,
    /// `[N, 120, 20, 20]` to `[N, 255, 20, 20]`.
    pub fine: Head255At20,
}

impl YoloFastest {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv_bn_0: ConvBn3To8At160::new(),
            unit_1: Unit8To4At160::new(),
            residual_2: Residual4At160::new(),
            unit_3: Unit4To8At80::new(),
            residuals: [Residual8At80::new(39), Residual8At80::new(49)],
            unit_6: Unit8To8At40::new(),
            residuals_2: [Residual8At40::new(67), Residual8At40::new(77)],
            unit_9: Unit8To16At40::new(),
            residuals_3: [
                Residual16At40::new(95),
                Residual16At40::new(105),
                Residual16At40::new(115),
                Residual16At40::new(125),
            ],
            unit_14: Unit16To24At20::new(),
            residuals_4: [
                Residual24At20::new(143),
                Residual24At20::new(153),
                Residual24At20::new(163),
                Residual24At20::new(173),
            ],
            unit_19: Unit24To48At10::new(),
            residuals_5: [
                Residual48At10::new(191),
                Residual48At10::new(201),
                Residual48At10::new(211),
                Residual48At10::new(221),
                Residual48At10::new(231),
            ],
            conv_bn_25: ConvBn192To96At10::new(),
            coarse: Head255At10::new(),
            fine: Head255At20::new(),
        }
    }

    /// `[N, 3, 320, 320]` to `[N, 255, 10, 10]`, `[N, 255, 20, 20]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        image: Map<B, 3, 320, 320, T>,
    ) -> (Map<B, 255, 10, 10, T>, Map<B, 255, 20, 20, T>) {
        let x = self.conv_bn_0.chain().leaky_relu(0.1).forward(image);
        let x = self.unit_1.forward(x);
        let x = self.residual_2.forward(x);
        let x = self.unit_3.forward(x);
        let x = self.residuals.iter().fold(x, |x, residual| residual.forward(x));
        let x = self.unit_6.forward(x);
        let x = self.residuals_2.iter().fold(x, |x, residual| residual.forward(x));
        let x = self.unit_9.forward(x);
        let x = self.residuals_3.iter().fold(x, |x, residual| residual.forward(x));
        let x = self.unit_14.forward(x);
        let middle = self.residuals_4.iter().fold(x, |x, residual| residual.forward(x));
        let x = self.unit_19.forward(fork(&middle));
        let x = self.residuals_5.iter().fold(x, |x, residual| residual.forward(x));
        let pool9 = max_pool!(
            fork(& x); 48 x 10 x 10 => 48 x 10 x 10, kernel 9 x 9, pad 4 x 4
        );
        let pool5 = max_pool!(
            fork(& x); 48 x 10 x 10 => 48 x 10 x 10, kernel 5 x 5, pad 2 x 2
        );
        let pool3 = max_pool!(
            fork(& x); 48 x 10 x 10 => 48 x 10 x 10, kernel 3 x 3, pad 1 x 1
        );
        let x = concat_channels!(
            pool9 : 48 x 10 x 10, pool5 : 48 x 10 x 10, pool3 : 48 x 10 x 10, x : 48 x 10
            x 10 => 192 x 10 x 10
        );
        let neck = self.conv_bn_25.chain().leaky_relu(0.1).forward(x);
        let coarse = self.coarse.forward(fork(&neck));
        let raised = upsample!(neck; 96 x 10 x 10 => 96 x 20 x 20, nearest);
        let x = concat_channels!(
            raised : 96 x 20 x 20, middle : 24 x 20 x 20 => 120 x 20 x 20
        );
        let fine = self.fine.forward(x);
        (coarse, fine)
    }

    /// The loss, and the numbers that are reported beside it.
    pub fn measure<B: Dim, T: Tape>(
        coarse: Map<B, 255, 10, 10, T>,
        fine: Map<B, 255, 20, 20, T>,
        boxes: Seq<B, 90, 5>,
    ) -> Measures<T> {
        let coarse: Scalar<T> = apply(
            ops::yolo::YoloV3(ops::yolo::Yolo {
                head: ops::yolo::Head {
                    classes: 80,
                    anchors: vec![
                        [3.59375, 2.28125], [3.71875, 6.21875], [7.5625, 7.4375]
                    ],
                    softmax: false,
                },
                all: vec![
                    [0.375, 0.5625], [1.15625, 1.53125], [1.625, 4.125], [3.59375,
                    2.28125], [3.71875, 6.21875], [7.5625, 7.4375]
                ],
                mask: vec![3, 4, 5],
                ignore: 0.5,
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
                    anchors: vec![[0.75, 1.125], [2.3125, 3.0625], [3.25, 8.25]],
                    softmax: false,
                },
                all: vec![
                    [0.75, 1.125], [2.3125, 3.0625], [3.25, 8.25], [7.1875, 4.5625],
                    [7.4375, 12.4375], [15.125, 14.875]
                ],
                mask: vec![0, 1, 2],
                ignore: 0.5,
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
    YoloFastest { conv_bn_0 : "0", unit_1 : "1", residual_2 : "2", unit_3 : "3",
    residuals : ["4", "5"], unit_6 : "6", residuals_2 : ["7", "8"], unit_9 : "9",
    residuals_3 : ["10", "11", "12", "13"], unit_14 : "14", residuals_4 : ["15", "16",
    "17", "middle"], unit_19 : "19", residuals_5 : ["20", "21", "22", "23", "24"],
    conv_bn_25 : "25", coarse : "coarse", fine : "fine" }
);

/// `[N, 48, 10, 10]` to `[N, 48, 10, 10]`.
pub struct Residual48At10 {
    /// Over `[N, 48, 10, 10]`.
    pub main_0: Unit48To48At10,
    /// `dropout`, over `[N, 48, 10, 10]`.
    pub main_dropout: Dropout,
}

impl Residual48At10 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new(node: u64) -> Self {
        Self {
            main_0: Unit48To48At10::new(),
            main_dropout: Dropout::new(0.15, node),
        }
    }

    /// `[N, 48, 10, 10]` to `[N, 48, 10, 10]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 48, 10, 10, T>,
    ) -> Map<B, 48, 10, 10, T> {
        let main = self.main_dropout.forward(self.main_0.forward(fork(&x)));
        add(main, x)
    }
}

module!(Residual48At10 { main_0 : "main.0", main_dropout : "main.dropout" });

/// `[N, 24, 20, 20]` to `[N, 24, 20, 20]`.
pub struct Residual24At20 {
    /// Over `[N, 24, 20, 20]`.
    pub main_0: Unit24To24At20,
    /// `dropout`, over `[N, 24, 20, 20]`.
    pub main_dropout: Dropout,
}

impl Residual24At20 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new(node: u64) -> Self {
        Self {
            main_0: Unit24To24At20::new(),
            main_dropout: Dropout::new(0.15, node),
        }
    }

    /// `[N, 24, 20, 20]` to `[N, 24, 20, 20]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 24, 20, 20, T>,
    ) -> Map<B, 24, 20, 20, T> {
        let main = self.main_dropout.forward(self.main_0.forward(fork(&x)));
        add(main, x)
    }
}

module!(Residual24At20 { main_0 : "main.0", main_dropout : "main.dropout" });

/// `[N, 16, 40, 40]` to `[N, 16, 40, 40]`.
pub struct Residual16At40 {
    /// Over `[N, 16, 40, 40]`.
    pub main_0: Unit16To16At40,
    /// `dropout`, over `[N, 16, 40, 40]`.
    pub main_dropout: Dropout,
}

impl Residual16At40 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new(node: u64) -> Self {
        Self {
            main_0: Unit16To16At40::new(),
            main_dropout: Dropout::new(0.15, node),
        }
    }

    /// `[N, 16, 40, 40]` to `[N, 16, 40, 40]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 16, 40, 40, T>,
    ) -> Map<B, 16, 40, 40, T> {
        let main = self.main_dropout.forward(self.main_0.forward(fork(&x)));
        add(main, x)
    }
}

module!(Residual16At40 { main_0 : "main.0", main_dropout : "main.dropout" });

/// `[N, 8, 40, 40]` to `[N, 8, 40, 40]`.
pub struct Residual8At40 {
    /// Over `[N, 8, 40, 40]`.
    pub main_0: Unit8To8At40_2,
    /// `dropout`, over `[N, 8, 40, 40]`.
    pub main_dropout: Dropout,
}

impl Residual8At40 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new(node: u64) -> Self {
        Self {
            main_0: Unit8To8At40_2::new(),
            main_dropout: Dropout::new(0.15, node),
        }
    }

    /// `[N, 8, 40, 40]` to `[N, 8, 40, 40]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 8, 40, 40, T>,
    ) -> Map<B, 8, 40, 40, T> {
        let main = self.main_dropout.forward(self.main_0.forward(fork(&x)));
        add(main, x)
    }
}

module!(Residual8At40 { main_0 : "main.0", main_dropout : "main.dropout" });

/// `[N, 8, 80, 80]` to `[N, 8, 80, 80]`.
pub struct Residual8At80 {
    /// Over `[N, 8, 80, 80]`.
    pub main_0: Unit8To8At80,
    /// `dropout`, over `[N, 8, 80, 80]`.
    pub main_dropout: Dropout,
}

impl Residual8At80 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new(node: u64) -> Self {
        Self {
            main_0: Unit8To8At80::new(),
            main_dropout: Dropout::new(0.15, node),
        }
    }

    /// `[N, 8, 80, 80]` to `[N, 8, 80, 80]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 8, 80, 80, T>,
    ) -> Map<B, 8, 80, 80, T> {
        let main = self.main_dropout.forward(self.main_0.forward(fork(&x)));
        add(main, x)
    }
}

module!(Residual8At80 { main_0 : "main.0", main_dropout : "main.dropout" });

/// `[N, 4, 160, 160]` to `[N, 4, 160, 160]`.
pub struct Residual4At160 {
    /// Over `[N, 4, 160, 160]`.
    pub main_0: Unit4To4At160,
    /// `dropout`, over `[N, 4, 160, 160]`.
    pub main_dropout: Dropout,
}

impl Residual4At160 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            main_0: Unit4To4At160::new(),
            main_dropout: Dropout::new(0.15, 21),
        }
    }

    /// `[N, 4, 160, 160]` to `[N, 4, 160, 160]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 4, 160, 160, T>,
    ) -> Map<B, 4, 160, 160, T> {
        let main = self.main_dropout.forward(self.main_0.forward(fork(&x)));
        add(main, x)
    }
}

module!(Residual4At160 { main_0 : "main.0", main_dropout : "main.dropout" });

/// `[N, 120, 20, 20]` to `[N, 255, 20, 20]`.
pub struct Head255At20 {
    /// Over `[N, 120, 20, 20]`.
    pub conv_bn_0: ConvBn120To120At20,
    /// Over `[N, 120, 20, 20]`.
    pub conv_bn_1: ConvBn120To120At20_2,
    /// Over `[N, 120, 20, 20]`.
    pub conv_bn_2: ConvBn120To120At20,
    /// Over `[N, 120, 20, 20]`.
    pub conv_bn_3: ConvBn120To120At20_2,
    /// `conv`, `[N, 120, 20, 20]` to `[N, 255, 20, 20]`, 30,855 weights.
    pub conv: conv!(120 x 20 x 20 => 255 x 20 x 20, kernel 1 x 1),
}

impl Head255At20 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv_bn_0: ConvBn120To120At20::new(),
            conv_bn_1: ConvBn120To120At20_2::new(),
            conv_bn_2: ConvBn120To120At20::new(),
            conv_bn_3: ConvBn120To120At20_2::new(),
            conv: Conv::new(),
        }
    }

    /// `[N, 120, 20, 20]` to `[N, 255, 20, 20]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 120, 20, 20, T>,
    ) -> Map<B, 255, 20, 20, T> {
        let x = self.conv_bn_0.chain().leaky_relu(0.1).forward(x);
        let x = self.conv_bn_1.forward(x);
        let x = self.conv_bn_2.chain().leaky_relu(0.1).forward(x);
        let x = self.conv_bn_3.forward(x);
        self.conv.forward(x)
    }
}

module!(
    Head255At20 { conv_bn_0 : "0", conv_bn_1 : "1", conv_bn_2 : "2", conv_bn_3 : "3",
    conv : "conv" }
);

/// `[N, 96, 10, 10]` to `[N, 255, 10, 10]`.
pub struct Head255At10 {
    /// Over `[N, 96, 10, 10]`.
    pub conv_bn_0: ConvBn96To96At10,
    /// Over `[N, 96, 10, 10]`.
    pub conv_bn_1: ConvBn96To96At10_2,
    /// Over `[N, 96, 10, 10]`.
    pub conv_bn_2: ConvBn96To96At10,
    /// Over `[N, 96, 10, 10]`.
    pub conv_bn_3: ConvBn96To96At10_2,
    /// `conv`, `[N, 96, 10, 10]` to `[N, 255, 10, 10]`, 24,735 weights.
    pub conv: conv!(96 x 10 x 10 => 255 x 10 x 10, kernel 1 x 1),
}

impl Head255At10 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv_bn_0: ConvBn96To96At10::new(),
            conv_bn_1: ConvBn96To96At10_2::new(),
            conv_bn_2: ConvBn96To96At10::new(),
            conv_bn_3: ConvBn96To96At10_2::new(),
            conv: Conv::new(),
        }
    }

    /// `[N, 96, 10, 10]` to `[N, 255, 10, 10]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 96, 10, 10, T>,
    ) -> Map<B, 255, 10, 10, T> {
        let x = self.conv_bn_0.chain().leaky_relu(0.1).forward(x);
        let x = self.conv_bn_1.forward(x);
        let x = self.conv_bn_2.chain().leaky_relu(0.1).forward(x);
        let x = self.conv_bn_3.forward(x);
        self.conv.forward(x)
    }
}

module!(
    Head255At10 { conv_bn_0 : "0", conv_bn_1 : "1", conv_bn_2 : "2", conv_bn_3 : "3",
    conv : "conv" }
);

/// `[N, 48, 10, 10]` to `[N, 48, 10, 10]`.
pub struct Unit48To48At10 {
    /// `[N, 48, 10, 10]` to `[N, 224, 10, 10]`.
    pub conv_bn_0: ConvBn48To224At10,
    /// Over `[N, 224, 10, 10]`.
    pub conv_bn_1: ConvBn224To224At10,
    /// `[N, 224, 10, 10]` to `[N, 48, 10, 10]`.
    pub conv_bn_2: ConvBn224To48At10,
}

impl Unit48To48At10 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv_bn_0: ConvBn48To224At10::new(),
            conv_bn_1: ConvBn224To224At10::new(),
            conv_bn_2: ConvBn224To48At10::new(),
        }
    }

    /// `[N, 48, 10, 10]` to `[N, 48, 10, 10]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 48, 10, 10, T>,
    ) -> Map<B, 48, 10, 10, T> {
        let x = self.conv_bn_0.chain().leaky_relu(0.1).forward(x);
        let x = self.conv_bn_1.chain().leaky_relu(0.1).forward(x);
        self.conv_bn_2.forward(x)
    }
}

module!(Unit48To48At10 { conv_bn_0 : "0", conv_bn_1 : "1", conv_bn_2 : "2" });

/// `[N, 24, 20, 20]` to `[N, 48, 10, 10]`.
pub struct Unit24To48At10 {
    /// `[N, 24, 20, 20]` to `[N, 136, 20, 20]`.
    pub conv_bn_0: ConvBn24To136At20,
    /// `[N, 136, 20, 20]` to `[N, 136, 10, 10]`.
    pub conv_bn_1: ConvBn136To136At10,
    /// `[N, 136, 10, 10]` to `[N, 48, 10, 10]`.
    pub conv_bn_2: ConvBn136To48At10,
}

impl Unit24To48At10 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv_bn_0: ConvBn24To136At20::new(),
            conv_bn_1: ConvBn136To136At10::new(),
            conv_bn_2: ConvBn136To48At10::new(),
        }
    }

    /// `[N, 24, 20, 20]` to `[N, 48, 10, 10]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 24, 20, 20, T>,
    ) -> Map<B, 48, 10, 10, T> {
        let x = self.conv_bn_0.chain().leaky_relu(0.1).forward(x);
        let x = self.conv_bn_1.chain().leaky_relu(0.1).forward(x);
        self.conv_bn_2.forward(x)
    }
}

module!(Unit24To48At10 { conv_bn_0 : "0", conv_bn_1 : "1", conv_bn_2 : "2" });

/// `[N, 24, 20, 20]` to `[N, 24, 20, 20]`.
pub struct Unit24To24At20 {
    /// `[N, 24, 20, 20]` to `[N, 136, 20, 20]`.
    pub conv_bn_0: ConvBn24To136At20,
    /// Over `[N, 136, 20, 20]`.
    pub conv_bn_1: ConvBn136To136At20,
    /// `[N, 136, 20, 20]` to `[N, 24, 20, 20]`.
    pub conv_bn_2: ConvBn136To24At20,
}

impl Unit24To24At20 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv_bn_0: ConvBn24To136At20::new(),
            conv_bn_1: ConvBn136To136At20::new(),
            conv_bn_2: ConvBn136To24At20::new(),
        }
    }

    /// `[N, 24, 20, 20]` to `[N, 24, 20, 20]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 24, 20, 20, T>,
    ) -> Map<B, 24, 20, 20, T> {
        let x = self.conv_bn_0.chain().leaky_relu(0.1).forward(x);
        let x = self.conv_bn_1.chain().leaky_relu(0.1).forward(x);
        self.conv_bn_2.forward(x)
    }
}

module!(Unit24To24At20 { conv_bn_0 : "0", conv_bn_1 : "1", conv_bn_2 : "2" });

/// `[N, 16, 40, 40]` to `[N, 24, 20, 20]`.
pub struct Unit16To24At20 {
    /// `[N, 16, 40, 40]` to `[N, 96, 40, 40]`.
    pub conv_bn_0: ConvBn16To96At40,
    /// `[N, 96, 40, 40]` to `[N, 96, 20, 20]`.
    pub conv_bn_1: ConvBn96To96At20,
    /// `[N, 96, 20, 20]` to `[N, 24, 20, 20]`.
    pub conv_bn_2: ConvBn96To24At20,
}

impl Unit16To24At20 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv_bn_0: ConvBn16To96At40::new(),
            conv_bn_1: ConvBn96To96At20::new(),
            conv_bn_2: ConvBn96To24At20::new(),
        }
    }

    /// `[N, 16, 40, 40]` to `[N, 24, 20, 20]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 16, 40, 40, T>,
    ) -> Map<B, 24, 20, 20, T> {
        let x = self.conv_bn_0.chain().leaky_relu(0.1).forward(x);
        let x = self.conv_bn_1.chain().leaky_relu(0.1).forward(x);
        self.conv_bn_2.forward(x)
    }
}

module!(Unit16To24At20 { conv_bn_0 : "0", conv_bn_1 : "1", conv_bn_2 : "2" });

/// `[N, 16, 40, 40]` to `[N, 16, 40, 40]`.
pub struct Unit16To16At40 {
    /// `[N, 16, 40, 40]` to `[N, 96, 40, 40]`.
    pub conv_bn_0: ConvBn16To96At40,
    /// Over `[N, 96, 40, 40]`.
    pub conv_bn_1: ConvBn96To96At40,
    /// `[N, 96, 40, 40]` to `[N, 16, 40, 40]`.
    pub conv_bn_2: ConvBn96To16At40,
}

impl Unit16To16At40 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv_bn_0: ConvBn16To96At40::new(),
            conv_bn_1: ConvBn96To96At40::new(),
            conv_bn_2: ConvBn96To16At40::new(),
        }
    }

    /// `[N, 16, 40, 40]` to `[N, 16, 40, 40]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 16, 40, 40, T>,
    ) -> Map<B, 16, 40, 40, T> {
        let x = self.conv_bn_0.chain().leaky_relu(0.1).forward(x);
        let x = self.conv_bn_1.chain().leaky_relu(0.1).forward(x);
        self.conv_bn_2.forward(x)
    }
}

module!(Unit16To16At40 { conv_bn_0 : "0", conv_bn_1 : "1", conv_bn_2 : "2" });

/// `[N, 8, 40, 40]` to `[N, 16, 40, 40]`.
pub struct Unit8To16At40 {
    /// `[N, 8, 40, 40]` to `[N, 48, 40, 40]`.
    pub conv_bn_0: ConvBn8To48At40,
    /// Over `[N, 48, 40, 40]`.
    pub conv_bn_1: ConvBn48To48At40,
    /// `[N, 48, 40, 40]` to `[N, 16, 40, 40]`.
    pub conv_bn_2: ConvBn48To16At40,
}

impl Unit8To16At40 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv_bn_0: ConvBn8To48At40::new(),
            conv_bn_1: ConvBn48To48At40::new(),
            conv_bn_2: ConvBn48To16At40::new(),
        }
    }

    /// `[N, 8, 40, 40]` to `[N, 16, 40, 40]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 8, 40, 40, T>,
    ) -> Map<B, 16, 40, 40, T> {
        let x = self.conv_bn_0.chain().leaky_relu(0.1).forward(x);
        let x = self.conv_bn_1.chain().leaky_relu(0.1).forward(x);
        self.conv_bn_2.forward(x)
    }
}

module!(Unit8To16At40 { conv_bn_0 : "0", conv_bn_1 : "1", conv_bn_2 : "2" });

/// `[N, 8, 40, 40]` to `[N, 8, 40, 40]`.
pub struct Unit8To8At40_2 {
    /// `[N, 8, 40, 40]` to `[N, 48, 40, 40]`.
    pub conv_bn_0: ConvBn8To48At40,
    /// Over `[N, 48, 40, 40]`.
    pub conv_bn_1: ConvBn48To48At40,
    /// `[N, 48, 40, 40]` to `[N, 8, 40, 40]`.
    pub conv_bn_2: ConvBn48To8At40,
}

impl Unit8To8At40_2 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv_bn_0: ConvBn8To48At40::new(),
            conv_bn_1: ConvBn48To48At40::new(),
            conv_bn_2: ConvBn48To8At40::new(),
        }
    }

    /// `[N, 8, 40, 40]` to `[N, 8, 40, 40]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 8, 40, 40, T>,
    ) -> Map<B, 8, 40, 40, T> {
        let x = self.conv_bn_0.chain().leaky_relu(0.1).forward(x);
        let x = self.conv_bn_1.chain().leaky_relu(0.1).forward(x);
        self.conv_bn_2.forward(x)
    }
}

module!(Unit8To8At40_2 { conv_bn_0 : "0", conv_bn_1 : "1", conv_bn_2 : "2" });

/// `[N, 8, 80, 80]` to `[N, 8, 40, 40]`.
pub struct Unit8To8At40 {
    /// `[N, 8, 80, 80]` to `[N, 32, 80, 80]`.
    pub conv_bn_0: ConvBn8To32At80,
    /// `[N, 32, 80, 80]` to `[N, 32, 40, 40]`.
    pub conv_bn_1: ConvBn32To32At40,
    /// `[N, 32, 40, 40]` to `[N, 8, 40, 40]`.
    pub conv_bn_2: ConvBn32To8At40,
}

impl Unit8To8At40 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv_bn_0: ConvBn8To32At80::new(),
            conv_bn_1: ConvBn32To32At40::new(),
            conv_bn_2: ConvBn32To8At40::new(),
        }
    }

    /// `[N, 8, 80, 80]` to `[N, 8, 40, 40]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 8, 80, 80, T>,
    ) -> Map<B, 8, 40, 40, T> {
        let x = self.conv_bn_0.chain().leaky_relu(0.1).forward(x);
        let x = self.conv_bn_1.chain().leaky_relu(0.1).forward(x);
        self.conv_bn_2.forward(x)
    }
}

module!(Unit8To8At40 { conv_bn_0 : "0", conv_bn_1 : "1", conv_bn_2 : "2" });

/// `[N, 8, 80, 80]` to `[N, 8, 80, 80]`.
pub struct Unit8To8At80 {
    /// `[N, 8, 80, 80]` to `[N, 32, 80, 80]`.
    pub conv_bn_0: ConvBn8To32At80,
    /// Over `[N, 32, 80, 80]`.
    pub conv_bn_1: ConvBn32To32At80,
    /// `[N, 32, 80, 80]` to `[N, 8, 80, 80]`.
    pub conv_bn_2: ConvBn32To8At80,
}

impl Unit8To8At80 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv_bn_0: ConvBn8To32At80::new(),
            conv_bn_1: ConvBn32To32At80::new(),
            conv_bn_2: ConvBn32To8At80::new(),
        }
    }

    /// `[N, 8, 80, 80]` to `[N, 8, 80, 80]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 8, 80, 80, T>,
    ) -> Map<B, 8, 80, 80, T> {
        let x = self.conv_bn_0.chain().leaky_relu(0.1).forward(x);
        let x = self.conv_bn_1.chain().leaky_relu(0.1).forward(x);
        self.conv_bn_2.forward(x)
    }
}

module!(Unit8To8At80 { conv_bn_0 : "0", conv_bn_1 : "1", conv_bn_2 : "2" });

/// `[N, 4, 160, 160]` to `[N, 8, 80, 80]`.
pub struct Unit4To8At80 {
    /// `[N, 4, 160, 160]` to `[N, 24, 160, 160]`.
    pub conv_bn_0: ConvBn4To24At160,
    /// `[N, 24, 160, 160]` to `[N, 24, 80, 80]`.
    pub conv_bn_1: ConvBn24To24At80,
    /// `[N, 24, 80, 80]` to `[N, 8, 80, 80]`.
    pub conv_bn_2: ConvBn24To8At80,
}

impl Unit4To8At80 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv_bn_0: ConvBn4To24At160::new(),
            conv_bn_1: ConvBn24To24At80::new(),
            conv_bn_2: ConvBn24To8At80::new(),
        }
    }

    /// `[N, 4, 160, 160]` to `[N, 8, 80, 80]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 4, 160, 160, T>,
    ) -> Map<B, 8, 80, 80, T> {
        let x = self.conv_bn_0.chain().leaky_relu(0.1).forward(x);
        let x = self.conv_bn_1.chain().leaky_relu(0.1).forward(x);
        self.conv_bn_2.forward(x)
    }
}

module!(Unit4To8At80 { conv_bn_0 : "0", conv_bn_1 : "1", conv_bn_2 : "2" });

/// `[N, 4, 160, 160]` to `[N, 4, 160, 160]`.
pub struct Unit4To4At160 {
    /// `[N, 4, 160, 160]` to `[N, 8, 160, 160]`.
    pub conv_bn_0: ConvBn4To8At160,
    /// Over `[N, 8, 160, 160]`.
    pub conv_bn_1: ConvBn8To8At160_2,
    /// `[N, 8, 160, 160]` to `[N, 4, 160, 160]`.
    pub conv_bn_2: ConvBn8To4At160,
}

impl Unit4To4At160 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv_bn_0: ConvBn4To8At160::new(),
            conv_bn_1: ConvBn8To8At160_2::new(),
            conv_bn_2: ConvBn8To4At160::new(),
        }
    }

    /// `[N, 4, 160, 160]` to `[N, 4, 160, 160]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 4, 160, 160, T>,
    ) -> Map<B, 4, 160, 160, T> {
        let x = self.conv_bn_0.chain().leaky_relu(0.1).forward(x);
        let x = self.conv_bn_1.chain().leaky_relu(0.1).forward(x);
        self.conv_bn_2.forward(x)
    }
}

module!(Unit4To4At160 { conv_bn_0 : "0", conv_bn_1 : "1", conv_bn_2 : "2" });

/// `[N, 8, 160, 160]` to `[N, 4, 160, 160]`.
pub struct Unit8To4At160 {
    /// Over `[N, 8, 160, 160]`.
    pub conv_bn_0: ConvBn8To8At160,
    /// Over `[N, 8, 160, 160]`.
    pub conv_bn_1: ConvBn8To8At160_2,
    /// `[N, 8, 160, 160]` to `[N, 4, 160, 160]`.
    pub conv_bn_2: ConvBn8To4At160,
}

impl Unit8To4At160 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv_bn_0: ConvBn8To8At160::new(),
            conv_bn_1: ConvBn8To8At160_2::new(),
            conv_bn_2: ConvBn8To4At160::new(),
        }
    }

    /// `[N, 8, 160, 160]` to `[N, 4, 160, 160]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 8, 160, 160, T>,
    ) -> Map<B, 4, 160, 160, T> {
        let x = self.conv_bn_0.chain().leaky_relu(0.1).forward(x);
        let x = self.conv_bn_1.chain().leaky_relu(0.1).forward(x);
        self.conv_bn_2.forward(x)
    }
}

module!(Unit8To4At160 { conv_bn_0 : "0", conv_bn_1 : "1", conv_bn_2 : "2" });

/// `[N, 120, 20, 20]` to `[N, 120, 20, 20]`.
pub struct ConvBn120To120At20_2 {
    /// `conv`, over `[N, 120, 20, 20]`, 14,400 weights.
    pub conv: conv!(120 x 20 x 20 => 120 x 20 x 20, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 120, 20, 20]`, 240 weights.
    pub bn: BatchNorm<120>,
}

impl ConvBn120To120At20_2 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 120, 20, 20]` to `[N, 120, 20, 20]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 120, 20, 20, T>,
    ) -> Map<B, 120, 20, 20, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(ConvBn120To120At20_2 { conv : "conv", bn : "bn" });

/// `[N, 120, 20, 20]` to `[N, 120, 20, 20]`.
pub struct ConvBn120To120At20 {
    /// `conv`, over `[N, 120, 20, 20]`, 3,000 weights.
    pub conv: conv!(
        120 x 20 x 20 => 120 x 20 x 20, kernel 5 x 5, pad 2 x 2, groups 120, no bias
    ),
    /// `bn`, over `[N, 120, 20, 20]`, 240 weights.
    pub bn: BatchNorm<120>,
}

impl ConvBn120To120At20 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 120, 20, 20]` to `[N, 120, 20, 20]`. A chain that goes on.
    pub fn chain(&self) -> chain!(120 x 20 x 20 => 120 x 20 x 20) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn120To120At20 { conv : "conv", bn : "bn" });

/// `[N, 96, 10, 10]` to `[N, 96, 10, 10]`.
pub struct ConvBn96To96At10_2 {
    /// `conv`, over `[N, 96, 10, 10]`, 9,216 weights.
    pub conv: conv!(96 x 10 x 10 => 96 x 10 x 10, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 96, 10, 10]`, 192 weights.
    pub bn: BatchNorm<96>,
}

impl ConvBn96To96At10_2 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 96, 10, 10]` to `[N, 96, 10, 10]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 96, 10, 10, T>,
    ) -> Map<B, 96, 10, 10, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(ConvBn96To96At10_2 { conv : "conv", bn : "bn" });

/// `[N, 96, 10, 10]` to `[N, 96, 10, 10]`.
pub struct ConvBn96To96At10 {
    /// `conv`, over `[N, 96, 10, 10]`, 2,400 weights.
    pub conv: conv!(
        96 x 10 x 10 => 96 x 10 x 10, kernel 5 x 5, pad 2 x 2, groups 96, no bias
    ),
    /// `bn`, over `[N, 96, 10, 10]`, 192 weights.
    pub bn: BatchNorm<96>,
}

impl ConvBn96To96At10 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 96, 10, 10]` to `[N, 96, 10, 10]`. A chain that goes on.
    pub fn chain(&self) -> chain!(96 x 10 x 10 => 96 x 10 x 10) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn96To96At10 { conv : "conv", bn : "bn" });

/// `[N, 192, 10, 10]` to `[N, 96, 10, 10]`.
pub struct ConvBn192To96At10 {
    /// `conv`, `[N, 192, 10, 10]` to `[N, 96, 10, 10]`, 18,432 weights.
    pub conv: conv!(192 x 10 x 10 => 96 x 10 x 10, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 96, 10, 10]`, 192 weights.
    pub bn: BatchNorm<96>,
}

impl ConvBn192To96At10 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 192, 10, 10]` to `[N, 96, 10, 10]`. A chain that goes on.
    pub fn chain(&self) -> chain!(192 x 10 x 10 => 96 x 10 x 10) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn192To96At10 { conv : "conv", bn : "bn" });

/// `[N, 224, 10, 10]` to `[N, 48, 10, 10]`.
pub struct ConvBn224To48At10 {
    /// `conv`, `[N, 224, 10, 10]` to `[N, 48, 10, 10]`, 10,752 weights.
    pub conv: conv!(224 x 10 x 10 => 48 x 10 x 10, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 48, 10, 10]`, 96 weights.
    pub bn: BatchNorm<48>,
}

impl ConvBn224To48At10 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 224, 10, 10]` to `[N, 48, 10, 10]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 224, 10, 10, T>,
    ) -> Map<B, 48, 10, 10, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(ConvBn224To48At10 { conv : "conv", bn : "bn" });

/// `[N, 224, 10, 10]` to `[N, 224, 10, 10]`.
pub struct ConvBn224To224At10 {
    /// `conv`, over `[N, 224, 10, 10]`, 2,016 weights.
    pub conv: conv!(
        224 x 10 x 10 => 224 x 10 x 10, kernel 3 x 3, pad 1 x 1, groups 224, no bias
    ),
    /// `bn`, over `[N, 224, 10, 10]`, 448 weights.
    pub bn: BatchNorm<224>,
}

impl ConvBn224To224At10 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 224, 10, 10]` to `[N, 224, 10, 10]`. A chain that goes on.
    pub fn chain(&self) -> chain!(224 x 10 x 10 => 224 x 10 x 10) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn224To224At10 { conv : "conv", bn : "bn" });

/// `[N, 48, 10, 10]` to `[N, 224, 10, 10]`.
pub struct ConvBn48To224At10 {
    /// `conv`, `[N, 48, 10, 10]` to `[N, 224, 10, 10]`, 10,752 weights.
    pub conv: conv!(48 x 10 x 10 => 224 x 10 x 10, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 224, 10, 10]`, 448 weights.
    pub bn: BatchNorm<224>,
}

impl ConvBn48To224At10 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 48, 10, 10]` to `[N, 224, 10, 10]`. A chain that goes on.
    pub fn chain(&self) -> chain!(48 x 10 x 10 => 224 x 10 x 10) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn48To224At10 { conv : "conv", bn : "bn" });

/// `[N, 136, 10, 10]` to `[N, 48, 10, 10]`.
pub struct ConvBn136To48At10 {
    /// `conv`, `[N, 136, 10, 10]` to `[N, 48, 10, 10]`, 6,528 weights.
    pub conv: conv!(136 x 10 x 10 => 48 x 10 x 10, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 48, 10, 10]`, 96 weights.
    pub bn: BatchNorm<48>,
}

impl ConvBn136To48At10 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 136, 10, 10]` to `[N, 48, 10, 10]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 136, 10, 10, T>,
    ) -> Map<B, 48, 10, 10, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(ConvBn136To48At10 { conv : "conv", bn : "bn" });

/// `[N, 136, 20, 20]` to `[N, 136, 10, 10]`.
pub struct ConvBn136To136At10 {
    /// `conv`, `[N, 136, 20, 20]` to `[N, 136, 10, 10]`, 1,224 weights.
    pub conv: conv!(
        136 x 20 x 20 => 136 x 10 x 10, kernel 3 x 3, stride 2 x 2, pad 1 x 1, groups
        136, no bias
    ),
    /// `bn`, over `[N, 136, 10, 10]`, 272 weights.
    pub bn: BatchNorm<136>,
}

impl ConvBn136To136At10 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 136, 20, 20]` to `[N, 136, 10, 10]`. A chain that goes on.
    pub fn chain(&self) -> chain!(136 x 20 x 20 => 136 x 10 x 10) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn136To136At10 { conv : "conv", bn : "bn" });

/// `[N, 136, 20, 20]` to `[N, 24, 20, 20]`.
pub struct ConvBn136To24At20 {
    /// `conv`, `[N, 136, 20, 20]` to `[N, 24, 20, 20]`, 3,264 weights.
    pub conv: conv!(136 x 20 x 20 => 24 x 20 x 20, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 24, 20, 20]`, 48 weights.
    pub bn: BatchNorm<24>,
}

impl ConvBn136To24At20 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 136, 20, 20]` to `[N, 24, 20, 20]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 136, 20, 20, T>,
    ) -> Map<B, 24, 20, 20, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(ConvBn136To24At20 { conv : "conv", bn : "bn" });

/// `[N, 136, 20, 20]` to `[N, 136, 20, 20]`.
pub struct ConvBn136To136At20 {
    /// `conv`, over `[N, 136, 20, 20]`, 1,224 weights.
    pub conv: conv!(
        136 x 20 x 20 => 136 x 20 x 20, kernel 3 x 3, pad 1 x 1, groups 136, no bias
    ),
    /// `bn`, over `[N, 136, 20, 20]`, 272 weights.
    pub bn: BatchNorm<136>,
}

impl ConvBn136To136At20 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 136, 20, 20]` to `[N, 136, 20, 20]`. A chain that goes on.
    pub fn chain(&self) -> chain!(136 x 20 x 20 => 136 x 20 x 20) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn136To136At20 { conv : "conv", bn : "bn" });

/// `[N, 24, 20, 20]` to `[N, 136, 20, 20]`.
pub struct ConvBn24To136At20 {
    /// `conv`, `[N, 24, 20, 20]` to `[N, 136, 20, 20]`, 3,264 weights.
    pub conv: conv!(24 x 20 x 20 => 136 x 20 x 20, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 136, 20, 20]`, 272 weights.
    pub bn: BatchNorm<136>,
}

impl ConvBn24To136At20 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 24, 20, 20]` to `[N, 136, 20, 20]`. A chain that goes on.
    pub fn chain(&self) -> chain!(24 x 20 x 20 => 136 x 20 x 20) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn24To136At20 { conv : "conv", bn : "bn" });

/// `[N, 96, 20, 20]` to `[N, 24, 20, 20]`.
pub struct ConvBn96To24At20 {
    /// `conv`, `[N, 96, 20, 20]` to `[N, 24, 20, 20]`, 2,304 weights.
    pub conv: conv!(96 x 20 x 20 => 24 x 20 x 20, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 24, 20, 20]`, 48 weights.
    pub bn: BatchNorm<24>,
}

impl ConvBn96To24At20 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 96, 20, 20]` to `[N, 24, 20, 20]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 96, 20, 20, T>,
    ) -> Map<B, 24, 20, 20, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(ConvBn96To24At20 { conv : "conv", bn : "bn" });

/// `[N, 96, 40, 40]` to `[N, 96, 20, 20]`.
pub struct ConvBn96To96At20 {
    /// `conv`, `[N, 96, 40, 40]` to `[N, 96, 20, 20]`, 864 weights.
    pub conv: conv!(
        96 x 40 x 40 => 96 x 20 x 20, kernel 3 x 3, stride 2 x 2, pad 1 x 1, groups 96,
        no bias
    ),
    /// `bn`, over `[N, 96, 20, 20]`, 192 weights.
    pub bn: BatchNorm<96>,
}

impl ConvBn96To96At20 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 96, 40, 40]` to `[N, 96, 20, 20]`. A chain that goes on.
    pub fn chain(&self) -> chain!(96 x 40 x 40 => 96 x 20 x 20) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn96To96At20 { conv : "conv", bn : "bn" });

/// `[N, 96, 40, 40]` to `[N, 16, 40, 40]`.
pub struct ConvBn96To16At40 {
    /// `conv`, `[N, 96, 40, 40]` to `[N, 16, 40, 40]`, 1,536 weights.
    pub conv: conv!(96 x 40 x 40 => 16 x 40 x 40, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 16, 40, 40]`, 32 weights.
    pub bn: BatchNorm<16>,
}

impl ConvBn96To16At40 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 96, 40, 40]` to `[N, 16, 40, 40]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 96, 40, 40, T>,
    ) -> Map<B, 16, 40, 40, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(ConvBn96To16At40 { conv : "conv", bn : "bn" });

/// `[N, 96, 40, 40]` to `[N, 96, 40, 40]`.
pub struct ConvBn96To96At40 {
    /// `conv`, over `[N, 96, 40, 40]`, 864 weights.
    pub conv: conv!(
        96 x 40 x 40 => 96 x 40 x 40, kernel 3 x 3, pad 1 x 1, groups 96, no bias
    ),
    /// `bn`, over `[N, 96, 40, 40]`, 192 weights.
    pub bn: BatchNorm<96>,
}

impl ConvBn96To96At40 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 96, 40, 40]` to `[N, 96, 40, 40]`. A chain that goes on.
    pub fn chain(&self) -> chain!(96 x 40 x 40 => 96 x 40 x 40) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn96To96At40 { conv : "conv", bn : "bn" });

/// `[N, 16, 40, 40]` to `[N, 96, 40, 40]`.
pub struct ConvBn16To96At40 {
    /// `conv`, `[N, 16, 40, 40]` to `[N, 96, 40, 40]`, 1,536 weights.
    pub conv: conv!(16 x 40 x 40 => 96 x 40 x 40, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 96, 40, 40]`, 192 weights.
    pub bn: BatchNorm<96>,
}

impl ConvBn16To96At40 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 16, 40, 40]` to `[N, 96, 40, 40]`. A chain that goes on.
    pub fn chain(&self) -> chain!(16 x 40 x 40 => 96 x 40 x 40) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn16To96At40 { conv : "conv", bn : "bn" });

/// `[N, 48, 40, 40]` to `[N, 16, 40, 40]`.
pub struct ConvBn48To16At40 {
    /// `conv`, `[N, 48, 40, 40]` to `[N, 16, 40, 40]`, 768 weights.
    pub conv: conv!(48 x 40 x 40 => 16 x 40 x 40, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 16, 40, 40]`, 32 weights.
    pub bn: BatchNorm<16>,
}

impl ConvBn48To16At40 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 48, 40, 40]` to `[N, 16, 40, 40]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 48, 40, 40, T>,
    ) -> Map<B, 16, 40, 40, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(ConvBn48To16At40 { conv : "conv", bn : "bn" });

/// `[N, 48, 40, 40]` to `[N, 8, 40, 40]`.
pub struct ConvBn48To8At40 {
    /// `conv`, `[N, 48, 40, 40]` to `[N, 8, 40, 40]`, 384 weights.
    pub conv: conv!(48 x 40 x 40 => 8 x 40 x 40, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 8, 40, 40]`, 16 weights.
    pub bn: BatchNorm<8>,
}

impl ConvBn48To8At40 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 48, 40, 40]` to `[N, 8, 40, 40]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 48, 40, 40, T>,
    ) -> Map<B, 8, 40, 40, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(ConvBn48To8At40 { conv : "conv", bn : "bn" });

/// `[N, 48, 40, 40]` to `[N, 48, 40, 40]`.
pub struct ConvBn48To48At40 {
    /// `conv`, over `[N, 48, 40, 40]`, 432 weights.
    pub conv: conv!(
        48 x 40 x 40 => 48 x 40 x 40, kernel 3 x 3, pad 1 x 1, groups 48, no bias
    ),
    /// `bn`, over `[N, 48, 40, 40]`, 96 weights.
    pub bn: BatchNorm<48>,
}

impl ConvBn48To48At40 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 48, 40, 40]` to `[N, 48, 40, 40]`. A chain that goes on.
    pub fn chain(&self) -> chain!(48 x 40 x 40 => 48 x 40 x 40) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn48To48At40 { conv : "conv", bn : "bn" });

/// `[N, 8, 40, 40]` to `[N, 48, 40, 40]`.
pub struct ConvBn8To48At40 {
    /// `conv`, `[N, 8, 40, 40]` to `[N, 48, 40, 40]`, 384 weights.
    pub conv: conv!(8 x 40 x 40 => 48 x 40 x 40, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 48, 40, 40]`, 96 weights.
    pub bn: BatchNorm<48>,
}

impl ConvBn8To48At40 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 8, 40, 40]` to `[N, 48, 40, 40]`. A chain that goes on.
    pub fn chain(&self) -> chain!(8 x 40 x 40 => 48 x 40 x 40) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn8To48At40 { conv : "conv", bn : "bn" });

/// `[N, 32, 40, 40]` to `[N, 8, 40, 40]`.
pub struct ConvBn32To8At40 {
    /// `conv`, `[N, 32, 40, 40]` to `[N, 8, 40, 40]`, 256 weights.
    pub conv: conv!(32 x 40 x 40 => 8 x 40 x 40, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 8, 40, 40]`, 16 weights.
    pub bn: BatchNorm<8>,
}

impl ConvBn32To8At40 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 32, 40, 40]` to `[N, 8, 40, 40]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 32, 40, 40, T>,
    ) -> Map<B, 8, 40, 40, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(ConvBn32To8At40 { conv : "conv", bn : "bn" });

/// `[N, 32, 80, 80]` to `[N, 32, 40, 40]`.
pub struct ConvBn32To32At40 {
    /// `conv`, `[N, 32, 80, 80]` to `[N, 32, 40, 40]`, 288 weights.
    pub conv: conv!(
        32 x 80 x 80 => 32 x 40 x 40, kernel 3 x 3, stride 2 x 2, pad 1 x 1, groups 32,
        no bias
    ),
    /// `bn`, over `[N, 32, 40, 40]`, 64 weights.
    pub bn: BatchNorm<32>,
}

impl ConvBn32To32At40 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 32, 80, 80]` to `[N, 32, 40, 40]`. A chain that goes on.
    pub fn chain(&self) -> chain!(32 x 80 x 80 => 32 x 40 x 40) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn32To32At40 { conv : "conv", bn : "bn" });

/// `[N, 32, 80, 80]` to `[N, 8, 80, 80]`.
pub struct ConvBn32To8At80 {
    /// `conv`, `[N, 32, 80, 80]` to `[N, 8, 80, 80]`, 256 weights.
    pub conv: conv!(32 x 80 x 80 => 8 x 80 x 80, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 8, 80, 80]`, 16 weights.
    pub bn: BatchNorm<8>,
}

impl ConvBn32To8At80 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 32, 80, 80]` to `[N, 8, 80, 80]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 32, 80, 80, T>,
    ) -> Map<B, 8, 80, 80, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(ConvBn32To8At80 { conv : "conv", bn : "bn" });

/// `[N, 32, 80, 80]` to `[N, 32, 80, 80]`.
pub struct ConvBn32To32At80 {
    /// `conv`, over `[N, 32, 80, 80]`, 288 weights.
    pub conv: conv!(
        32 x 80 x 80 => 32 x 80 x 80, kernel 3 x 3, pad 1 x 1, groups 32, no bias
    ),
    /// `bn`, over `[N, 32, 80, 80]`, 64 weights.
    pub bn: BatchNorm<32>,
}

impl ConvBn32To32At80 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 32, 80, 80]` to `[N, 32, 80, 80]`. A chain that goes on.
    pub fn chain(&self) -> chain!(32 x 80 x 80 => 32 x 80 x 80) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn32To32At80 { conv : "conv", bn : "bn" });

/// `[N, 8, 80, 80]` to `[N, 32, 80, 80]`.
pub struct ConvBn8To32At80 {
    /// `conv`, `[N, 8, 80, 80]` to `[N, 32, 80, 80]`, 256 weights.
    pub conv: conv!(8 x 80 x 80 => 32 x 80 x 80, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 32, 80, 80]`, 64 weights.
    pub bn: BatchNorm<32>,
}

impl ConvBn8To32At80 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 8, 80, 80]` to `[N, 32, 80, 80]`. A chain that goes on.
    pub fn chain(&self) -> chain!(8 x 80 x 80 => 32 x 80 x 80) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn8To32At80 { conv : "conv", bn : "bn" });

/// `[N, 24, 80, 80]` to `[N, 8, 80, 80]`.
pub struct ConvBn24To8At80 {
    /// `conv`, `[N, 24, 80, 80]` to `[N, 8, 80, 80]`, 192 weights.
    pub conv: conv!(24 x 80 x 80 => 8 x 80 x 80, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 8, 80, 80]`, 16 weights.
    pub bn: BatchNorm<8>,
}

impl ConvBn24To8At80 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 24, 80, 80]` to `[N, 8, 80, 80]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 24, 80, 80, T>,
    ) -> Map<B, 8, 80, 80, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(ConvBn24To8At80 { conv : "conv", bn : "bn" });

/// `[N, 24, 160, 160]` to `[N, 24, 80, 80]`.
pub struct ConvBn24To24At80 {
    /// `conv`, `[N, 24, 160, 160]` to `[N, 24, 80, 80]`, 216 weights.
    pub conv: conv!(
        24 x 160 x 160 => 24 x 80 x 80, kernel 3 x 3, stride 2 x 2, pad 1 x 1, groups 24,
        no bias
    ),
    /// `bn`, over `[N, 24, 80, 80]`, 48 weights.
    pub bn: BatchNorm<24>,
}

impl ConvBn24To24At80 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 24, 160, 160]` to `[N, 24, 80, 80]`. A chain that goes on.
    pub fn chain(&self) -> chain!(24 x 160 x 160 => 24 x 80 x 80) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn24To24At80 { conv : "conv", bn : "bn" });

/// `[N, 4, 160, 160]` to `[N, 24, 160, 160]`.
pub struct ConvBn4To24At160 {
    /// `conv`, `[N, 4, 160, 160]` to `[N, 24, 160, 160]`, 96 weights.
    pub conv: conv!(4 x 160 x 160 => 24 x 160 x 160, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 24, 160, 160]`, 48 weights.
    pub bn: BatchNorm<24>,
}

impl ConvBn4To24At160 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 4, 160, 160]` to `[N, 24, 160, 160]`. A chain that goes on.
    pub fn chain(&self) -> chain!(4 x 160 x 160 => 24 x 160 x 160) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn4To24At160 { conv : "conv", bn : "bn" });

/// `[N, 4, 160, 160]` to `[N, 8, 160, 160]`.
pub struct ConvBn4To8At160 {
    /// `conv`, `[N, 4, 160, 160]` to `[N, 8, 160, 160]`, 32 weights.
    pub conv: conv!(4 x 160 x 160 => 8 x 160 x 160, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 8, 160, 160]`, 16 weights.
    pub bn: BatchNorm<8>,
}

impl ConvBn4To8At160 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 4, 160, 160]` to `[N, 8, 160, 160]`. A chain that goes on.
    pub fn chain(&self) -> chain!(4 x 160 x 160 => 8 x 160 x 160) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn4To8At160 { conv : "conv", bn : "bn" });

/// `[N, 8, 160, 160]` to `[N, 4, 160, 160]`.
pub struct ConvBn8To4At160 {
    /// `conv`, `[N, 8, 160, 160]` to `[N, 4, 160, 160]`, 32 weights.
    pub conv: conv!(8 x 160 x 160 => 4 x 160 x 160, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 4, 160, 160]`, 8 weights.
    pub bn: BatchNorm<4>,
}

impl ConvBn8To4At160 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 8, 160, 160]` to `[N, 4, 160, 160]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 8, 160, 160, T>,
    ) -> Map<B, 4, 160, 160, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(ConvBn8To4At160 { conv : "conv", bn : "bn" });

/// `[N, 8, 160, 160]` to `[N, 8, 160, 160]`.
pub struct ConvBn8To8At160_2 {
    /// `conv`, over `[N, 8, 160, 160]`, 72 weights.
    pub conv: conv!(
        8 x 160 x 160 => 8 x 160 x 160, kernel 3 x 3, pad 1 x 1, groups 8, no bias
    ),
    /// `bn`, over `[N, 8, 160, 160]`, 16 weights.
    pub bn: BatchNorm<8>,
}

impl ConvBn8To8At160_2 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 8, 160, 160]` to `[N, 8, 160, 160]`. A chain that goes on.
    pub fn chain(&self) -> chain!(8 x 160 x 160 => 8 x 160 x 160) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn8To8At160_2 { conv : "conv", bn : "bn" });

/// `[N, 8, 160, 160]` to `[N, 8, 160, 160]`.
pub struct ConvBn8To8At160 {
    /// `conv`, over `[N, 8, 160, 160]`, 64 weights.
    pub conv: conv!(8 x 160 x 160 => 8 x 160 x 160, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 8, 160, 160]`, 16 weights.
    pub bn: BatchNorm<8>,
}

impl ConvBn8To8At160 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 8, 160, 160]` to `[N, 8, 160, 160]`. A chain that goes on.
    pub fn chain(&self) -> chain!(8 x 160 x 160 => 8 x 160 x 160) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn8To8At160 { conv : "conv", bn : "bn" });

/// `[N, 3, 320, 320]` to `[N, 8, 160, 160]`.
pub struct ConvBn3To8At160 {
    /// `conv`, `[N, 3, 320, 320]` to `[N, 8, 160, 160]`, 216 weights.
    pub conv: conv!(
        3 x 320 x 320 => 8 x 160 x 160, kernel 3 x 3, stride 2 x 2, pad 1 x 1, no bias
    ),
    /// `bn`, over `[N, 8, 160, 160]`, 16 weights.
    pub bn: BatchNorm<8>,
}

impl ConvBn3To8At160 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().at_input(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 3, 320, 320]` to `[N, 8, 160, 160]`. A chain that goes on.
    pub fn chain(&self) -> chain!(3 x 320 x 320 => 8 x 160 x 160) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn3To8At160 { conv : "conv", bn : "bn" });
