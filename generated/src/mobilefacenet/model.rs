//! A network of 1003264 trainable weights. Written by `blockprint compile`.

use blockprint::typed::prelude::*;

/// `[N, 3, 112, 112]` to `[N, 128]`.
pub struct Mobilefacenet {
    /// `[N, 3, 112, 112]` to `[N, 64, 56, 56]`.
    pub conv1: ConvUnit64At56,
    /// Over `[N, 64, 56, 56]`.
    pub conv2: DepthwiseUnit64To64At56,
    /// `[N, 64, 56, 56]` to `[N, 64, 28, 28]`.
    pub down3: Bottleneck64To64At28,
    /// One after the other, over `[N, 64, 28, 28]`.
    pub res3s: [Residual64At28; 4],
    /// `[N, 64, 28, 28]` to `[N, 128, 14, 14]`.
    pub down4: Bottleneck64To128At14,
    /// One after the other, over `[N, 128, 14, 14]`.
    pub res4s: [Residual128At14; 6],
    /// `[N, 128, 14, 14]` to `[N, 128, 7, 7]`.
    pub down5: Bottleneck128To128At7,
    /// One after the other, over `[N, 128, 7, 7]`.
    pub res5s: [Residual128At7; 2],
    /// `[N, 128, 7, 7]` to `[N, 512, 7, 7]`.
    pub conv6: ConvUnit512At7,
    /// `depthwise`, `[N, 512, 7, 7]` to `[N, 512, 1, 1]`, 25,088 weights.
    pub global: conv!(512 x 7 x 7 => 512 x 1 x 1, kernel 7 x 7, groups 512, no bias),
    /// `bn`, over `[N, 512, 1, 1]`, 1,024 weights.
    pub global_bn: BatchNorm<512>,
    /// `dense`, `[N, 512]` to `[N, 128]`, 65,664 weights.
    pub fc: Dense<512, 128>,
    /// `bn`, over `[N, 128]`, 256 weights.
    pub embedding: BatchNorm<128>,
}

impl Mobilefacenet {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv1: ConvUnit64At56::new(),
            conv2: DepthwiseUnit64To64At56::new(),
            down3: Bottleneck64To64At28::new(),
            res3s: std::array::from_fn(|_| Residual64At28::new()),
            down4: Bottleneck64To128At14::new(),
            res4s: std::array::from_fn(|_| Residual128At14::new()),
            down5: Bottleneck128To128At7::new(),
            res5s: std::array::from_fn(|_| Residual128At7::new()),
            conv6: ConvUnit512At7::new(),
            global: Conv::new(),
            global_bn: BatchNorm::new().eps(0.0),
            fc: Dense::new(),
            embedding: BatchNorm::new().eps(0.0),
        }
    }

    /// `[N, 3, 112, 112]` to `[N, 128]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        face: Map<B, 3, 112, 112, T>,
    ) -> Features<B, 128, T> {
        let x = scale(shift(face, -127.5), 0.0078125);
        let conv1 = self.conv1.forward(x);
        let conv2 = self.conv2.forward(conv1);
        let down3 = self.down3.forward(conv2);
        let res3_3 = self.res3s.iter().fold(down3, |x, res3| res3.forward(x));
        let down4 = self.down4.forward(res3_3);
        let res4_5 = self.res4s.iter().fold(down4, |x, res4| res4.forward(x));
        let down5 = self.down5.forward(res4_5);
        let res5_1 = self.res5s.iter().fold(down5, |x, res5| res5.forward(x));
        let conv6 = self.conv6.forward(res5_1);
        let global_bn = self.global.bn(&self.global_bn).forward(conv6);
        let x = flatten!(global_bn; 512 x 1 x 1 => 512);
        self.fc.bn(&self.embedding).forward(x)
    }
}

module!(
    Mobilefacenet { conv1 : "conv1", conv2 : "conv2", down3 : "down3", res3s : ["res3_0",
    "res3_1", "res3_2", "res3_3"], down4 : "down4", res4s : ["res4_0", "res4_1",
    "res4_2", "res4_3", "res4_4", "res4_5"], down5 : "down5", res5s : ["res5_0",
    "res5_1"], conv6 : "conv6", global : "global", global_bn : "global_bn", fc : "fc",
    embedding : "embedding" }
);

/// `[N, 128, 7, 7]` to `[N, 128, 7, 7]`.
pub struct Residual128At7 {
    /// Over `[N, 128, 7, 7]`.
    pub main_0: Bottleneck128To128At7_2,
}

impl Residual128At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            main_0: Bottleneck128To128At7_2::new(),
        }
    }

    /// `[N, 128, 7, 7]` to `[N, 128, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 7, 7, T>,
    ) -> Map<B, 128, 7, 7, T> {
        let main = self.main_0.forward(fork(&x));
        add(main, x)
    }
}

module!(Residual128At7 { main_0 : "main.0" });

/// `[N, 128, 14, 14]` to `[N, 128, 14, 14]`.
pub struct Residual128At14 {
    /// Over `[N, 128, 14, 14]`.
    pub main_0: Bottleneck128To128At14,
}

impl Residual128At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            main_0: Bottleneck128To128At14::new(),
        }
    }

    /// `[N, 128, 14, 14]` to `[N, 128, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 14, 14, T>,
    ) -> Map<B, 128, 14, 14, T> {
        let main = self.main_0.forward(fork(&x));
        add(main, x)
    }
}

module!(Residual128At14 { main_0 : "main.0" });

/// `[N, 64, 28, 28]` to `[N, 64, 28, 28]`.
pub struct Residual64At28 {
    /// Over `[N, 64, 28, 28]`.
    pub main_0: Bottleneck64To64At28_2,
}

impl Residual64At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            main_0: Bottleneck64To64At28_2::new(),
        }
    }

    /// `[N, 64, 28, 28]` to `[N, 64, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 64, 28, 28, T>,
    ) -> Map<B, 64, 28, 28, T> {
        let main = self.main_0.forward(fork(&x));
        add(main, x)
    }
}

module!(Residual64At28 { main_0 : "main.0" });

/// `[N, 128, 7, 7]` to `[N, 128, 7, 7]`.
pub struct Bottleneck128To128At7_2 {
    /// `[N, 128, 7, 7]` to `[N, 256, 7, 7]`.
    pub sep: ConvUnit256At7,
    /// Over `[N, 256, 7, 7]`.
    pub dw: DepthwiseUnit256To256At7,
    /// `[N, 256, 7, 7]` to `[N, 128, 7, 7]`.
    pub proj: ConvBn256To128At7,
}

impl Bottleneck128To128At7_2 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            sep: ConvUnit256At7::new(),
            dw: DepthwiseUnit256To256At7::new(),
            proj: ConvBn256To128At7::new(),
        }
    }

    /// `[N, 128, 7, 7]` to `[N, 128, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 7, 7, T>,
    ) -> Map<B, 128, 7, 7, T> {
        let sep = self.sep.forward(x);
        let dw = self.dw.forward(sep);
        self.proj.forward(dw)
    }
}

module!(Bottleneck128To128At7_2 { sep : "sep", dw : "dw", proj : "proj" });

/// `[N, 128, 14, 14]` to `[N, 128, 7, 7]`.
pub struct Bottleneck128To128At7 {
    /// `[N, 128, 14, 14]` to `[N, 512, 14, 14]`.
    pub sep: ConvUnit512At14,
    /// `[N, 512, 14, 14]` to `[N, 512, 7, 7]`.
    pub dw: DepthwiseUnit512To512At7,
    /// `[N, 512, 7, 7]` to `[N, 128, 7, 7]`.
    pub proj: ConvBn512To128At7,
}

impl Bottleneck128To128At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            sep: ConvUnit512At14::new(),
            dw: DepthwiseUnit512To512At7::new(),
            proj: ConvBn512To128At7::new(),
        }
    }

    /// `[N, 128, 14, 14]` to `[N, 128, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 14, 14, T>,
    ) -> Map<B, 128, 7, 7, T> {
        let sep = self.sep.forward(x);
        let dw = self.dw.forward(sep);
        self.proj.forward(dw)
    }
}

module!(Bottleneck128To128At7 { sep : "sep", dw : "dw", proj : "proj" });

/// `[N, 128, 14, 14]` to `[N, 128, 14, 14]`.
pub struct Bottleneck128To128At14 {
    /// `[N, 128, 14, 14]` to `[N, 256, 14, 14]`.
    pub sep: ConvUnit256At14,
    /// Over `[N, 256, 14, 14]`.
    pub dw: DepthwiseUnit256To256At14_2,
    /// `[N, 256, 14, 14]` to `[N, 128, 14, 14]`.
    pub proj: ConvBn256To128At14,
}

impl Bottleneck128To128At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            sep: ConvUnit256At14::new(),
            dw: DepthwiseUnit256To256At14_2::new(),
            proj: ConvBn256To128At14::new(),
        }
    }

    /// `[N, 128, 14, 14]` to `[N, 128, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 14, 14, T>,
    ) -> Map<B, 128, 14, 14, T> {
        let sep = self.sep.forward(x);
        let dw = self.dw.forward(sep);
        self.proj.forward(dw)
    }
}

module!(Bottleneck128To128At14 { sep : "sep", dw : "dw", proj : "proj" });

/// `[N, 64, 28, 28]` to `[N, 128, 14, 14]`.
pub struct Bottleneck64To128At14 {
    /// `[N, 64, 28, 28]` to `[N, 256, 28, 28]`.
    pub sep: ConvUnit256At28,
    /// `[N, 256, 28, 28]` to `[N, 256, 14, 14]`.
    pub dw: DepthwiseUnit256To256At14,
    /// `[N, 256, 14, 14]` to `[N, 128, 14, 14]`.
    pub proj: ConvBn256To128At14,
}

impl Bottleneck64To128At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            sep: ConvUnit256At28::new(),
            dw: DepthwiseUnit256To256At14::new(),
            proj: ConvBn256To128At14::new(),
        }
    }

    /// `[N, 64, 28, 28]` to `[N, 128, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 64, 28, 28, T>,
    ) -> Map<B, 128, 14, 14, T> {
        let sep = self.sep.forward(x);
        let dw = self.dw.forward(sep);
        self.proj.forward(dw)
    }
}

module!(Bottleneck64To128At14 { sep : "sep", dw : "dw", proj : "proj" });

/// `[N, 64, 28, 28]` to `[N, 64, 28, 28]`.
pub struct Bottleneck64To64At28_2 {
    /// `[N, 64, 28, 28]` to `[N, 128, 28, 28]`.
    pub sep: ConvUnit128At28,
    /// Over `[N, 128, 28, 28]`.
    pub dw: DepthwiseUnit128To128At28_2,
    /// `[N, 128, 28, 28]` to `[N, 64, 28, 28]`.
    pub proj: ConvBn128To64At28,
}

impl Bottleneck64To64At28_2 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            sep: ConvUnit128At28::new(),
            dw: DepthwiseUnit128To128At28_2::new(),
            proj: ConvBn128To64At28::new(),
        }
    }

    /// `[N, 64, 28, 28]` to `[N, 64, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 64, 28, 28, T>,
    ) -> Map<B, 64, 28, 28, T> {
        let sep = self.sep.forward(x);
        let dw = self.dw.forward(sep);
        self.proj.forward(dw)
    }
}

module!(Bottleneck64To64At28_2 { sep : "sep", dw : "dw", proj : "proj" });

/// `[N, 64, 56, 56]` to `[N, 64, 28, 28]`.
pub struct Bottleneck64To64At28 {
    /// `[N, 64, 56, 56]` to `[N, 128, 56, 56]`.
    pub sep: ConvUnit128At56,
    /// `[N, 128, 56, 56]` to `[N, 128, 28, 28]`.
    pub dw: DepthwiseUnit128To128At28,
    /// `[N, 128, 28, 28]` to `[N, 64, 28, 28]`.
    pub proj: ConvBn128To64At28,
}

impl Bottleneck64To64At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            sep: ConvUnit128At56::new(),
            dw: DepthwiseUnit128To128At28::new(),
            proj: ConvBn128To64At28::new(),
        }
    }

    /// `[N, 64, 56, 56]` to `[N, 64, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 64, 56, 56, T>,
    ) -> Map<B, 64, 28, 28, T> {
        let sep = self.sep.forward(x);
        let dw = self.dw.forward(sep);
        self.proj.forward(dw)
    }
}

module!(Bottleneck64To64At28 { sep : "sep", dw : "dw", proj : "proj" });

/// `[N, 128, 7, 7]` to `[N, 512, 7, 7]`.
pub struct ConvUnit512At7 {
    /// `conv`, `[N, 128, 7, 7]` to `[N, 512, 7, 7]`, 65,536 weights.
    pub conv: conv!(128 x 7 x 7 => 512 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 512, 7, 7]`, 1,024 weights.
    pub bn: BatchNorm<512>,
    /// `prelu`, over `[N, 512, 7, 7]`, 512 weights.
    pub prelu: Prelu<512>,
}

impl ConvUnit512At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.0),
            prelu: Prelu::new(),
        }
    }

    /// `[N, 128, 7, 7]` to `[N, 512, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 7, 7, T>,
    ) -> Map<B, 512, 7, 7, T> {
        self.prelu.forward(self.conv.bn(&self.bn).forward(x))
    }
}

module!(ConvUnit512At7 { conv : "conv", bn : "bn", prelu : "prelu" });

/// `[N, 256, 7, 7]` to `[N, 128, 7, 7]`.
pub struct ConvBn256To128At7 {
    /// `conv`, `[N, 256, 7, 7]` to `[N, 128, 7, 7]`, 32,768 weights.
    pub conv: conv!(256 x 7 x 7 => 128 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 7, 7]`, 256 weights.
    pub bn: BatchNorm<128>,
}

impl ConvBn256To128At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.0),
        }
    }

    /// `[N, 256, 7, 7]` to `[N, 128, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 7, 7, T>,
    ) -> Map<B, 128, 7, 7, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(ConvBn256To128At7 { conv : "conv", bn : "bn" });

/// `[N, 256, 7, 7]` to `[N, 256, 7, 7]`.
pub struct DepthwiseUnit256To256At7 {
    /// `depthwise`, over `[N, 256, 7, 7]`, 2,304 weights.
    pub conv: conv!(
        256 x 7 x 7 => 256 x 7 x 7, kernel 3 x 3, pad 1 x 1, groups 256, no bias
    ),
    /// `bn`, over `[N, 256, 7, 7]`, 512 weights.
    pub bn: BatchNorm<256>,
    /// `prelu`, over `[N, 256, 7, 7]`, 256 weights.
    pub prelu: Prelu<256>,
}

impl DepthwiseUnit256To256At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.0),
            prelu: Prelu::new(),
        }
    }

    /// `[N, 256, 7, 7]` to `[N, 256, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 7, 7, T>,
    ) -> Map<B, 256, 7, 7, T> {
        self.prelu.forward(self.conv.bn(&self.bn).forward(x))
    }
}

module!(DepthwiseUnit256To256At7 { conv : "conv", bn : "bn", prelu : "prelu" });

/// `[N, 128, 7, 7]` to `[N, 256, 7, 7]`.
pub struct ConvUnit256At7 {
    /// `conv`, `[N, 128, 7, 7]` to `[N, 256, 7, 7]`, 32,768 weights.
    pub conv: conv!(128 x 7 x 7 => 256 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 256, 7, 7]`, 512 weights.
    pub bn: BatchNorm<256>,
    /// `prelu`, over `[N, 256, 7, 7]`, 256 weights.
    pub prelu: Prelu<256>,
}

impl ConvUnit256At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.0),
            prelu: Prelu::new(),
        }
    }

    /// `[N, 128, 7, 7]` to `[N, 256, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 7, 7, T>,
    ) -> Map<B, 256, 7, 7, T> {
        self.prelu.forward(self.conv.bn(&self.bn).forward(x))
    }
}

module!(ConvUnit256At7 { conv : "conv", bn : "bn", prelu : "prelu" });

/// `[N, 512, 7, 7]` to `[N, 128, 7, 7]`.
pub struct ConvBn512To128At7 {
    /// `conv`, `[N, 512, 7, 7]` to `[N, 128, 7, 7]`, 65,536 weights.
    pub conv: conv!(512 x 7 x 7 => 128 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 7, 7]`, 256 weights.
    pub bn: BatchNorm<128>,
}

impl ConvBn512To128At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.0),
        }
    }

    /// `[N, 512, 7, 7]` to `[N, 128, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 7, 7, T>,
    ) -> Map<B, 128, 7, 7, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(ConvBn512To128At7 { conv : "conv", bn : "bn" });

/// `[N, 512, 14, 14]` to `[N, 512, 7, 7]`.
pub struct DepthwiseUnit512To512At7 {
    /// `depthwise`, `[N, 512, 14, 14]` to `[N, 512, 7, 7]`, 4,608 weights.
    pub conv: conv!(
        512 x 14 x 14 => 512 x 7 x 7, kernel 3 x 3, stride 2 x 2, pad 1 x 1, groups 512,
        no bias
    ),
    /// `bn`, over `[N, 512, 7, 7]`, 1,024 weights.
    pub bn: BatchNorm<512>,
    /// `prelu`, over `[N, 512, 7, 7]`, 512 weights.
    pub prelu: Prelu<512>,
}

impl DepthwiseUnit512To512At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.0),
            prelu: Prelu::new(),
        }
    }

    /// `[N, 512, 14, 14]` to `[N, 512, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 14, 14, T>,
    ) -> Map<B, 512, 7, 7, T> {
        self.prelu.forward(self.conv.bn(&self.bn).forward(x))
    }
}

module!(DepthwiseUnit512To512At7 { conv : "conv", bn : "bn", prelu : "prelu" });

/// `[N, 128, 14, 14]` to `[N, 512, 14, 14]`.
pub struct ConvUnit512At14 {
    /// `conv`, `[N, 128, 14, 14]` to `[N, 512, 14, 14]`, 65,536 weights.
    pub conv: conv!(128 x 14 x 14 => 512 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 512, 14, 14]`, 1,024 weights.
    pub bn: BatchNorm<512>,
    /// `prelu`, over `[N, 512, 14, 14]`, 512 weights.
    pub prelu: Prelu<512>,
}

impl ConvUnit512At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.0),
            prelu: Prelu::new(),
        }
    }

    /// `[N, 128, 14, 14]` to `[N, 512, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 14, 14, T>,
    ) -> Map<B, 512, 14, 14, T> {
        self.prelu.forward(self.conv.bn(&self.bn).forward(x))
    }
}

module!(ConvUnit512At14 { conv : "conv", bn : "bn", prelu : "prelu" });

/// `[N, 256, 14, 14]` to `[N, 256, 14, 14]`.
pub struct DepthwiseUnit256To256At14_2 {
    /// `depthwise`, over `[N, 256, 14, 14]`, 2,304 weights.
    pub conv: conv!(
        256 x 14 x 14 => 256 x 14 x 14, kernel 3 x 3, pad 1 x 1, groups 256, no bias
    ),
    /// `bn`, over `[N, 256, 14, 14]`, 512 weights.
    pub bn: BatchNorm<256>,
    /// `prelu`, over `[N, 256, 14, 14]`, 256 weights.
    pub prelu: Prelu<256>,
}

impl DepthwiseUnit256To256At14_2 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.0),
            prelu: Prelu::new(),
        }
    }

    /// `[N, 256, 14, 14]` to `[N, 256, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 14, 14, T>,
    ) -> Map<B, 256, 14, 14, T> {
        self.prelu.forward(self.conv.bn(&self.bn).forward(x))
    }
}

module!(DepthwiseUnit256To256At14_2 { conv : "conv", bn : "bn", prelu : "prelu" });

/// `[N, 128, 14, 14]` to `[N, 256, 14, 14]`.
pub struct ConvUnit256At14 {
    /// `conv`, `[N, 128, 14, 14]` to `[N, 256, 14, 14]`, 32,768 weights.
    pub conv: conv!(128 x 14 x 14 => 256 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 256, 14, 14]`, 512 weights.
    pub bn: BatchNorm<256>,
    /// `prelu`, over `[N, 256, 14, 14]`, 256 weights.
    pub prelu: Prelu<256>,
}

impl ConvUnit256At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.0),
            prelu: Prelu::new(),
        }
    }

    /// `[N, 128, 14, 14]` to `[N, 256, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 14, 14, T>,
    ) -> Map<B, 256, 14, 14, T> {
        self.prelu.forward(self.conv.bn(&self.bn).forward(x))
    }
}

module!(ConvUnit256At14 { conv : "conv", bn : "bn", prelu : "prelu" });

/// `[N, 256, 14, 14]` to `[N, 128, 14, 14]`.
pub struct ConvBn256To128At14 {
    /// `conv`, `[N, 256, 14, 14]` to `[N, 128, 14, 14]`, 32,768 weights.
    pub conv: conv!(256 x 14 x 14 => 128 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 14, 14]`, 256 weights.
    pub bn: BatchNorm<128>,
}

impl ConvBn256To128At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.0),
        }
    }

    /// `[N, 256, 14, 14]` to `[N, 128, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 14, 14, T>,
    ) -> Map<B, 128, 14, 14, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(ConvBn256To128At14 { conv : "conv", bn : "bn" });

/// `[N, 256, 28, 28]` to `[N, 256, 14, 14]`.
pub struct DepthwiseUnit256To256At14 {
    /// `depthwise`, `[N, 256, 28, 28]` to `[N, 256, 14, 14]`, 2,304 weights.
    pub conv: conv!(
        256 x 28 x 28 => 256 x 14 x 14, kernel 3 x 3, stride 2 x 2, pad 1 x 1, groups
        256, no bias
    ),
    /// `bn`, over `[N, 256, 14, 14]`, 512 weights.
    pub bn: BatchNorm<256>,
    /// `prelu`, over `[N, 256, 14, 14]`, 256 weights.
    pub prelu: Prelu<256>,
}

impl DepthwiseUnit256To256At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.0),
            prelu: Prelu::new(),
        }
    }

    /// `[N, 256, 28, 28]` to `[N, 256, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 28, 28, T>,
    ) -> Map<B, 256, 14, 14, T> {
        self.prelu.forward(self.conv.bn(&self.bn).forward(x))
    }
}

module!(DepthwiseUnit256To256At14 { conv : "conv", bn : "bn", prelu : "prelu" });

/// `[N, 64, 28, 28]` to `[N, 256, 28, 28]`.
pub struct ConvUnit256At28 {
    /// `conv`, `[N, 64, 28, 28]` to `[N, 256, 28, 28]`, 16,384 weights.
    pub conv: conv!(64 x 28 x 28 => 256 x 28 x 28, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 256, 28, 28]`, 512 weights.
    pub bn: BatchNorm<256>,
    /// `prelu`, over `[N, 256, 28, 28]`, 256 weights.
    pub prelu: Prelu<256>,
}

impl ConvUnit256At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.0),
            prelu: Prelu::new(),
        }
    }

    /// `[N, 64, 28, 28]` to `[N, 256, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 64, 28, 28, T>,
    ) -> Map<B, 256, 28, 28, T> {
        self.prelu.forward(self.conv.bn(&self.bn).forward(x))
    }
}

module!(ConvUnit256At28 { conv : "conv", bn : "bn", prelu : "prelu" });

/// `[N, 128, 28, 28]` to `[N, 128, 28, 28]`.
pub struct DepthwiseUnit128To128At28_2 {
    /// `depthwise`, over `[N, 128, 28, 28]`, 1,152 weights.
    pub conv: conv!(
        128 x 28 x 28 => 128 x 28 x 28, kernel 3 x 3, pad 1 x 1, groups 128, no bias
    ),
    /// `bn`, over `[N, 128, 28, 28]`, 256 weights.
    pub bn: BatchNorm<128>,
    /// `prelu`, over `[N, 128, 28, 28]`, 128 weights.
    pub prelu: Prelu<128>,
}

impl DepthwiseUnit128To128At28_2 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.0),
            prelu: Prelu::new(),
        }
    }

    /// `[N, 128, 28, 28]` to `[N, 128, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 28, 28, T>,
    ) -> Map<B, 128, 28, 28, T> {
        self.prelu.forward(self.conv.bn(&self.bn).forward(x))
    }
}

module!(DepthwiseUnit128To128At28_2 { conv : "conv", bn : "bn", prelu : "prelu" });

/// `[N, 64, 28, 28]` to `[N, 128, 28, 28]`.
pub struct ConvUnit128At28 {
    /// `conv`, `[N, 64, 28, 28]` to `[N, 128, 28, 28]`, 8,192 weights.
    pub conv: conv!(64 x 28 x 28 => 128 x 28 x 28, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 28, 28]`, 256 weights.
    pub bn: BatchNorm<128>,
    /// `prelu`, over `[N, 128, 28, 28]`, 128 weights.
    pub prelu: Prelu<128>,
}

impl ConvUnit128At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.0),
            prelu: Prelu::new(),
        }
    }

    /// `[N, 64, 28, 28]` to `[N, 128, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 64, 28, 28, T>,
    ) -> Map<B, 128, 28, 28, T> {
        self.prelu.forward(self.conv.bn(&self.bn).forward(x))
    }
}

module!(ConvUnit128At28 { conv : "conv", bn : "bn", prelu : "prelu" });

/// `[N, 128, 28, 28]` to `[N, 64, 28, 28]`.
pub struct ConvBn128To64At28 {
    /// `conv`, `[N, 128, 28, 28]` to `[N, 64, 28, 28]`, 8,192 weights.
    pub conv: conv!(128 x 28 x 28 => 64 x 28 x 28, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 64, 28, 28]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl ConvBn128To64At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.0),
        }
    }

    /// `[N, 128, 28, 28]` to `[N, 64, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 28, 28, T>,
    ) -> Map<B, 64, 28, 28, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(ConvBn128To64At28 { conv : "conv", bn : "bn" });

/// `[N, 128, 56, 56]` to `[N, 128, 28, 28]`.
pub struct DepthwiseUnit128To128At28 {
    /// `depthwise`, `[N, 128, 56, 56]` to `[N, 128, 28, 28]`, 1,152 weights.
    pub conv: conv!(
        128 x 56 x 56 => 128 x 28 x 28, kernel 3 x 3, stride 2 x 2, pad 1 x 1, groups
        128, no bias
    ),
    /// `bn`, over `[N, 128, 28, 28]`, 256 weights.
    pub bn: BatchNorm<128>,
    /// `prelu`, over `[N, 128, 28, 28]`, 128 weights.
    pub prelu: Prelu<128>,
}

impl DepthwiseUnit128To128At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.0),
            prelu: Prelu::new(),
        }
    }

    /// `[N, 128, 56, 56]` to `[N, 128, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 56, 56, T>,
    ) -> Map<B, 128, 28, 28, T> {
        self.prelu.forward(self.conv.bn(&self.bn).forward(x))
    }
}

module!(DepthwiseUnit128To128At28 { conv : "conv", bn : "bn", prelu : "prelu" });

/// `[N, 64, 56, 56]` to `[N, 128, 56, 56]`.
pub struct ConvUnit128At56 {
    /// `conv`, `[N, 64, 56, 56]` to `[N, 128, 56, 56]`, 8,192 weights.
    pub conv: conv!(64 x 56 x 56 => 128 x 56 x 56, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 56, 56]`, 256 weights.
    pub bn: BatchNorm<128>,
    /// `prelu`, over `[N, 128, 56, 56]`, 128 weights.
    pub prelu: Prelu<128>,
}

impl ConvUnit128At56 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.0),
            prelu: Prelu::new(),
        }
    }

    /// `[N, 64, 56, 56]` to `[N, 128, 56, 56]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 64, 56, 56, T>,
    ) -> Map<B, 128, 56, 56, T> {
        self.prelu.forward(self.conv.bn(&self.bn).forward(x))
    }
}

module!(ConvUnit128At56 { conv : "conv", bn : "bn", prelu : "prelu" });

/// `[N, 64, 56, 56]` to `[N, 64, 56, 56]`.
pub struct DepthwiseUnit64To64At56 {
    /// `depthwise`, over `[N, 64, 56, 56]`, 576 weights.
    pub conv: conv!(
        64 x 56 x 56 => 64 x 56 x 56, kernel 3 x 3, pad 1 x 1, groups 64, no bias
    ),
    /// `bn`, over `[N, 64, 56, 56]`, 128 weights.
    pub bn: BatchNorm<64>,
    /// `prelu`, over `[N, 64, 56, 56]`, 64 weights.
    pub prelu: Prelu<64>,
}

impl DepthwiseUnit64To64At56 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.0),
            prelu: Prelu::new(),
        }
    }

    /// `[N, 64, 56, 56]` to `[N, 64, 56, 56]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 64, 56, 56, T>,
    ) -> Map<B, 64, 56, 56, T> {
        self.prelu.forward(self.conv.bn(&self.bn).forward(x))
    }
}

module!(DepthwiseUnit64To64At56 { conv : "conv", bn : "bn", prelu : "prelu" });

/// `[N, 3, 112, 112]` to `[N, 64, 56, 56]`.
pub struct ConvUnit64At56 {
    /// `conv`, `[N, 3, 112, 112]` to `[N, 64, 56, 56]`, 1,728 weights.
    pub conv: conv!(
        3 x 112 x 112 => 64 x 56 x 56, kernel 3 x 3, stride 2 x 2, pad 1 x 1, no bias
    ),
    /// `bn`, over `[N, 64, 56, 56]`, 128 weights.
    pub bn: BatchNorm<64>,
    /// `prelu`, over `[N, 64, 56, 56]`, 64 weights.
    pub prelu: Prelu<64>,
}

impl ConvUnit64At56 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new().eps(0.0),
            prelu: Prelu::new(),
        }
    }

    /// `[N, 3, 112, 112]` to `[N, 64, 56, 56]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 3, 112, 112, T>,
    ) -> Map<B, 64, 56, 56, T> {
        self.prelu.forward(self.conv.bn(&self.bn).forward(x))
    }
}

module!(ConvUnit64At56 { conv : "conv", bn : "bn", prelu : "prelu" });
