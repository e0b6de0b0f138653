//! A network of 5288548 trainable weights. Written by `blockprint compile`.

use blockprint::typed::prelude::*;
use blockprint::typed::program::Measures;

/// `[N, 3, 224, 224]` to `[N, 1000]`.
pub struct EfficientnetB0 {
    /// `[N, 3, 224, 224]` to `[N, 32, 112, 112]`.
    pub conv_bn_0: ConvBn3To32At112,
    /// `[N, 32, 112, 112]` to `[N, 16, 112, 112]`.
    pub stage1: Stage16,
    /// `[N, 16, 112, 112]` to `[N, 24, 56, 56]`.
    pub stage2: Stage24,
    /// `[N, 24, 56, 56]` to `[N, 40, 28, 28]`.
    pub stage3: Stage40,
    /// `[N, 40, 28, 28]` to `[N, 80, 14, 14]`.
    pub stage4: Stage80,
    /// `[N, 80, 14, 14]` to `[N, 112, 14, 14]`.
    pub stage5: Stage112,
    /// `[N, 112, 14, 14]` to `[N, 192, 7, 7]`.
    pub stage6: Stage192,
    /// `[N, 192, 7, 7]` to `[N, 320, 7, 7]`.
    pub stage7: Stage320,
    /// `[N, 320, 7, 7]` to `[N, 1280, 7, 7]`.
    pub conv_bn_8: ConvBn320To1280At7,
    /// `dropout`, over `[N, 1280]`.
    pub dropout: Dropout,
    /// `dense`, `[N, 1280]` to `[N, 1000]`, 1,281,000 weights.
    pub logits: Dense<1280, 1000>,
}

impl EfficientnetB0 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv_bn_0: ConvBn3To32At112::new(),
            stage1: Stage16::new(),
            stage2: Stage24::new(),
            stage3: Stage40::new(),
            stage4: Stage80::new(),
            stage5: Stage112::new(),
            stage6: Stage192::new(),
            stage7: Stage320::new(),
            conv_bn_8: ConvBn320To1280At7::new(),
            dropout: Dropout::new(0.2, 264),
            logits: Dense::new().init(Init::HeUniform(Fan::Out)),
        }
    }

    /// `[N, 3, 224, 224]` to `[N, 1000]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        image: Map<B, 3, 224, 224, T>,
    ) -> Features<B, 1000, T> {
        let stem = self.conv_bn_0.chain().swish().forward(image);
        let stage1 = self.stage1.forward(stem);
        let stage2 = self.stage2.forward(stage1);
        let stage3 = self.stage3.forward(stage2);
        let stage4 = self.stage4.forward(stage3);
        let stage5 = self.stage5.forward(stage4);
        let stage6 = self.stage6.forward(stage5);
        let stage7 = self.stage7.forward(stage6);
        let x = self
            .dropout
            .forward(gap(self.conv_bn_8.chain().swish().forward(stage7)));
        self.logits.forward(x)
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
    EfficientnetB0 { conv_bn_0 : "0", stage1 : "stage1", stage2 : "stage2", stage3 :
    "stage3", stage4 : "stage4", stage5 : "stage5", stage6 : "stage6", stage7 : "stage7",
    conv_bn_8 : "8", dropout : "dropout", logits : "logits" }
);

/// `[N, 192, 7, 7]` to `[N, 320, 7, 7]`.
pub struct Stage320 {
    /// `[N, 192, 7, 7]` to `[N, 320, 7, 7]`.
    pub mbconv_0: Mbconv192To320At7,
}

impl Stage320 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            mbconv_0: Mbconv192To320At7::new(),
        }
    }

    /// `[N, 192, 7, 7]` to `[N, 320, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 192, 7, 7, T>,
    ) -> Map<B, 320, 7, 7, T> {
        self.mbconv_0.forward(x)
    }
}

module!(Stage320 { mbconv_0 : "0" });

/// `[N, 112, 14, 14]` to `[N, 192, 7, 7]`.
pub struct Stage192 {
    /// `[N, 112, 14, 14]` to `[N, 192, 7, 7]`.
    pub mbconv_0: Mbconv112To192At7,
    /// One after the other, over `[N, 192, 7, 7]`.
    pub mbconvs: [Mbconv192To192At7; 3],
}

impl Stage192 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            mbconv_0: Mbconv112To192At7::new(),
            mbconvs: [
                Mbconv192To192At7::new(0.15, 209),
                Mbconv192To192At7::new(0.1625, 226),
                Mbconv192To192At7::new(0.175, 243),
            ],
        }
    }

    /// `[N, 112, 14, 14]` to `[N, 192, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 112, 14, 14, T>,
    ) -> Map<B, 192, 7, 7, T> {
        let x = self.mbconv_0.forward(x);
        self.mbconvs.iter().fold(x, |x, mbconv| mbconv.forward(x))
    }
}

module!(Stage192 { mbconv_0 : "0", mbconvs : ["1", "2", "3"] });

/// `[N, 80, 14, 14]` to `[N, 112, 14, 14]`.
pub struct Stage112 {
    /// `[N, 80, 14, 14]` to `[N, 112, 14, 14]`.
    pub mbconv_0: Mbconv80To112At14,
    /// One after the other, over `[N, 112, 14, 14]`.
    pub mbconvs: [Mbconv112To112At14; 2],
}

impl Stage112 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            mbconv_0: Mbconv80To112At14::new(),
            mbconvs: [
                Mbconv112To112At14::new(0.1125, 160),
                Mbconv112To112At14::new(0.125, 177),
            ],
        }
    }

    /// `[N, 80, 14, 14]` to `[N, 112, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 80, 14, 14, T>,
    ) -> Map<B, 112, 14, 14, T> {
        let x = self.mbconv_0.forward(x);
        self.mbconvs.iter().fold(x, |x, mbconv| mbconv.forward(x))
    }
}

module!(Stage112 { mbconv_0 : "0", mbconvs : ["1", "2"] });

/// `[N, 40, 28, 28]` to `[N, 80, 14, 14]`.
pub struct Stage80 {
    /// `[N, 40, 28, 28]` to `[N, 80, 14, 14]`.
    pub mbconv_0: Mbconv40To80At14,
    /// One after the other, over `[N, 80, 14, 14]`.
    pub mbconvs: [Mbconv80To80At14; 2],
}

impl Stage80 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            mbconv_0: Mbconv40To80At14::new(),
            mbconvs: [
                Mbconv80To80At14::new(0.075, 111),
                Mbconv80To80At14::new(0.0875, 128),
            ],
        }
    }

    /// `[N, 40, 28, 28]` to `[N, 80, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 40, 28, 28, T>,
    ) -> Map<B, 80, 14, 14, T> {
        let x = self.mbconv_0.forward(x);
        self.mbconvs.iter().fold(x, |x, mbconv| mbconv.forward(x))
    }
}

module!(Stage80 { mbconv_0 : "0", mbconvs : ["1", "2"] });

/// `[N, 24, 56, 56]` to `[N, 40, 28, 28]`.
pub struct Stage40 {
    /// `[N, 24, 56, 56]` to `[N, 40, 28, 28]`.
    pub mbconv_0: Mbconv24To40At28,
    /// Over `[N, 40, 28, 28]`.
    pub mbconv_1: Mbconv40To40At28,
}

impl Stage40 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            mbconv_0: Mbconv24To40At28::new(),
            mbconv_1: Mbconv40To40At28::new(),
        }
    }

    /// `[N, 24, 56, 56]` to `[N, 40, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 24, 56, 56, T>,
    ) -> Map<B, 40, 28, 28, T> {
        let x = self.mbconv_0.forward(x);
        self.mbconv_1.forward(x)
    }
}

module!(Stage40 { mbconv_0 : "0", mbconv_1 : "1" });

/// `[N, 16, 112, 112]` to `[N, 24, 56, 56]`.
pub struct Stage24 {
    /// `[N, 16, 112, 112]` to `[N, 24, 56, 56]`.
    pub mbconv_0: Mbconv16To24At56,
    /// Over `[N, 24, 56, 56]`.
    pub mbconv_1: Mbconv24To24At56,
}

impl Stage24 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            mbconv_0: Mbconv16To24At56::new(),
            mbconv_1: Mbconv24To24At56::new(),
        }
    }

    /// `[N, 16, 112, 112]` to `[N, 24, 56, 56]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 16, 112, 112, T>,
    ) -> Map<B, 24, 56, 56, T> {
        let x = self.mbconv_0.forward(x);
        self.mbconv_1.forward(x)
    }
}

module!(Stage24 { mbconv_0 : "0", mbconv_1 : "1" });

/// `[N, 32, 112, 112]` to `[N, 16, 112, 112]`.
pub struct Stage16 {
    /// `[N, 32, 112, 112]` to `[N, 16, 112, 112]`.
    pub mbconv_0: Mbconv32To16At112,
}

impl Stage16 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            mbconv_0: Mbconv32To16At112::new(),
        }
    }

    /// `[N, 32, 112, 112]` to `[N, 16, 112, 112]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 32, 112, 112, T>,
    ) -> Map<B, 16, 112, 112, T> {
        self.mbconv_0.forward(x)
    }
}

module!(Stage16 { mbconv_0 : "0" });

/// `[N, 192, 7, 7]` to `[N, 320, 7, 7]`.
pub struct Mbconv192To320At7 {
    /// `[N, 192, 7, 7]` to `[N, 1152, 7, 7]`.
    pub expand: ConvBn192To1152At7,
    /// Over `[N, 1152, 7, 7]`.
    pub filter: DepthwiseBn1152To1152At7_2,
    /// Over `[N, 1152, 7, 7]`.
    pub se: SqueezeExcite1152At7,
    /// `[N, 1152, 7, 7]` to `[N, 320, 7, 7]`.
    pub project: ConvBn1152To320At7,
}

impl Mbconv192To320At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            expand: ConvBn192To1152At7::new(),
            filter: DepthwiseBn1152To1152At7_2::new(),
            se: SqueezeExcite1152At7::new(),
            project: ConvBn1152To320At7::new(),
        }
    }

    /// `[N, 192, 7, 7]` to `[N, 320, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 192, 7, 7, T>,
    ) -> Map<B, 320, 7, 7, T> {
        let x = self.expand.chain().swish().forward(x);
        let x = self.filter.chain().swish().forward(x);
        let se = self.se.forward(x);
        self.project.forward(se)
    }
}

module!(
    Mbconv192To320At7 { expand : "expand", filter : "filter", se : "se", project :
    "project" }
);

/// `[N, 192, 7, 7]` to `[N, 192, 7, 7]`.
pub struct Mbconv192To192At7 {
    /// `[N, 192, 7, 7]` to `[N, 1152, 7, 7]`.
    pub expand: ConvBn192To1152At7,
    /// Over `[N, 1152, 7, 7]`.
    pub filter: DepthwiseBn1152To1152At7,
    /// Over `[N, 1152, 7, 7]`.
    pub se: SqueezeExcite1152At7,
    /// `[N, 1152, 7, 7]` to `[N, 192, 7, 7]`.
    pub project: ConvBn1152To192At7,
    /// `stochastic_depth`, over `[N, 192, 7, 7]`.
    pub stochastic_depth: StochasticDepth,
}

impl Mbconv192To192At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new(rate: f32, node: u64) -> Self {
        Self {
            expand: ConvBn192To1152At7::new(),
            filter: DepthwiseBn1152To1152At7::new(),
            se: SqueezeExcite1152At7::new(),
            project: ConvBn1152To192At7::new(),
            stochastic_depth: StochasticDepth::new(rate, node),
        }
    }

    /// `[N, 192, 7, 7]` to `[N, 192, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 192, 7, 7, T>,
    ) -> Map<B, 192, 7, 7, T> {
        let x_2 = self.expand.chain().swish().forward(fork(&x));
        let x_2 = self.filter.chain().swish().forward(x_2);
        let se = self.se.forward(x_2);
        let x_2 = self.stochastic_depth.forward(self.project.forward(se));
        add(x_2, x)
    }
}

module!(
    Mbconv192To192At7 { expand : "expand", filter : "filter", se : "se", project :
    "project", stochastic_depth : "stochastic_depth" }
);

/// `[N, 112, 14, 14]` to `[N, 192, 7, 7]`.
pub struct Mbconv112To192At7 {
    /// `[N, 112, 14, 14]` to `[N, 672, 14, 14]`.
    pub expand: ConvBn112To672At14,
    /// `[N, 672, 14, 14]` to `[N, 672, 7, 7]`.
    pub filter: DepthwiseBn672To672At7,
    /// Over `[N, 672, 7, 7]`.
    pub se: SqueezeExcite672At7,
    /// `[N, 672, 7, 7]` to `[N, 192, 7, 7]`.
    pub project: ConvBn672To192At7,
}

impl Mbconv112To192At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            expand: ConvBn112To672At14::new(),
            filter: DepthwiseBn672To672At7::new(),
            se: SqueezeExcite672At7::new(),
            project: ConvBn672To192At7::new(),
        }
    }

    /// `[N, 112, 14, 14]` to `[N, 192, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 112, 14, 14, T>,
    ) -> Map<B, 192, 7, 7, T> {
        let x = self.expand.chain().swish().forward(x);
        let x = self.filter.chain().swish().forward(x);
        let se = self.se.forward(x);
        self.project.forward(se)
    }
}

module!(
    Mbconv112To192At7 { expand : "expand", filter : "filter", se : "se", project :
    "project" }
);

/// `[N, 112, 14, 14]` to `[N, 112, 14, 14]`.
pub struct Mbconv112To112At14 {
    /// `[N, 112, 14, 14]` to `[N, 672, 14, 14]`.
    pub expand: ConvBn112To672At14,
    /// Over `[N, 672, 14, 14]`.
    pub filter: DepthwiseBn672To672At14,
    /// Over `[N, 672, 14, 14]`.
    pub se: SqueezeExcite672At14,
    /// `[N, 672, 14, 14]` to `[N, 112, 14, 14]`.
    pub project: ConvBn672To112At14,
    /// `stochastic_depth`, over `[N, 112, 14, 14]`.
    pub stochastic_depth: StochasticDepth,
}

impl Mbconv112To112At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new(rate: f32, node: u64) -> Self {
        Self {
            expand: ConvBn112To672At14::new(),
            filter: DepthwiseBn672To672At14::new(),
            se: SqueezeExcite672At14::new(),
            project: ConvBn672To112At14::new(),
            stochastic_depth: StochasticDepth::new(rate, node),
        }
    }

    /// `[N, 112, 14, 14]` to `[N, 112, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 112, 14, 14, T>,
    ) -> Map<B, 112, 14, 14, T> {
        let x_2 = self.expand.chain().swish().forward(fork(&x));
        let x_2 = self.filter.chain().swish().forward(x_2);
        let se = self.se.forward(x_2);
        let x_2 = self.stochastic_depth.forward(self.project.forward(se));
        add(x_2, x)
    }
}

module!(
    Mbconv112To112At14 { expand : "expand", filter : "filter", se : "se", project :
    "project", stochastic_depth : "stochastic_depth" }
);

/// `[N, 80, 14, 14]` to `[N, 112, 14, 14]`.
pub struct Mbconv80To112At14 {
    /// `[N, 80, 14, 14]` to `[N, 480, 14, 14]`.
    pub expand: ConvBn80To480At14,
    /// Over `[N, 480, 14, 14]`.
    pub filter: DepthwiseBn480To480At14_2,
    /// Over `[N, 480, 14, 14]`.
    pub se: SqueezeExcite480At14,
    /// `[N, 480, 14, 14]` to `[N, 112, 14, 14]`.
    pub project: ConvBn480To112At14,
}

impl Mbconv80To112At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            expand: ConvBn80To480At14::new(),
            filter: DepthwiseBn480To480At14_2::new(),
            se: SqueezeExcite480At14::new(),
            project: ConvBn480To112At14::new(),
        }
    }

    /// `[N, 80, 14, 14]` to `[N, 112, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 80, 14, 14, T>,
    ) -> Map<B, 112, 14, 14, T> {
        let x = self.expand.chain().swish().forward(x);
        let x = self.filter.chain().swish().forward(x);
        let se = self.se.forward(x);
        self.project.forward(se)
    }
}

module!(
    Mbconv80To112At14 { expand : "expand", filter : "filter", se : "se", project :
    "project" }
);

/// `[N, 80, 14, 14]` to `[N, 80, 14, 14]`.
pub struct Mbconv80To80At14 {
    /// `[N, 80, 14, 14]` to `[N, 480, 14, 14]`.
    pub expand: ConvBn80To480At14,
    /// Over `[N, 480, 14, 14]`.
    pub filter: DepthwiseBn480To480At14,
    /// Over `[N, 480, 14, 14]`.
    pub se: SqueezeExcite480At14,
    /// `[N, 480, 14, 14]` to `[N, 80, 14, 14]`.
    pub project: ConvBn480To80At14,
    /// `stochastic_depth`, over `[N, 80, 14, 14]`.
    pub stochastic_depth: StochasticDepth,
}

impl Mbconv80To80At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new(rate: f32, node: u64) -> Self {
        Self {
            expand: ConvBn80To480At14::new(),
            filter: DepthwiseBn480To480At14::new(),
            se: SqueezeExcite480At14::new(),
            project: ConvBn480To80At14::new(),
            stochastic_depth: StochasticDepth::new(rate, node),
        }
    }

    /// `[N, 80, 14, 14]` to `[N, 80, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 80, 14, 14, T>,
    ) -> Map<B, 80, 14, 14, T> {
        let x_2 = self.expand.chain().swish().forward(fork(&x));
        let x_2 = self.filter.chain().swish().forward(x_2);
        let se = self.se.forward(x_2);
        let x_2 = self.stochastic_depth.forward(self.project.forward(se));
        add(x_2, x)
    }
}

module!(
    Mbconv80To80At14 { expand : "expand", filter : "filter", se : "se", project :
    "project", stochastic_depth : "stochastic_depth" }
);

/// `[N, 40, 28, 28]` to `[N, 80, 14, 14]`.
pub struct Mbconv40To80At14 {
    /// `[N, 40, 28, 28]` to `[N, 240, 28, 28]`.
    pub expand: ConvBn40To240At28,
    /// `[N, 240, 28, 28]` to `[N, 240, 14, 14]`.
    pub filter: DepthwiseBn240To240At14,
    /// Over `[N, 240, 14, 14]`.
    pub se: SqueezeExcite240At14,
    /// `[N, 240, 14, 14]` to `[N, 80, 14, 14]`.
    pub project: ConvBn240To80At14,
}

impl Mbconv40To80At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            expand: ConvBn40To240At28::new(),
            filter: DepthwiseBn240To240At14::new(),
            se: SqueezeExcite240At14::new(),
            project: ConvBn240To80At14::new(),
        }
    }

    /// `[N, 40, 28, 28]` to `[N, 80, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 40, 28, 28, T>,
    ) -> Map<B, 80, 14, 14, T> {
        let x = self.expand.chain().swish().forward(x);
        let x = self.filter.chain().swish().forward(x);
        let se = self.se.forward(x);
        self.project.forward(se)
    }
}

module!(
    Mbconv40To80At14 { expand : "expand", filter : "filter", se : "se", project :
    "project" }
);

/// `[N, 40, 28, 28]` to `[N, 40, 28, 28]`.
pub struct Mbconv40To40At28 {
    /// `[N, 40, 28, 28]` to `[N, 240, 28, 28]`.
    pub expand: ConvBn40To240At28,
    /// Over `[N, 240, 28, 28]`.
    pub filter: DepthwiseBn240To240At28,
    /// Over `[N, 240, 28, 28]`.
    pub se: SqueezeExcite240At28,
    /// `[N, 240, 28, 28]` to `[N, 40, 28, 28]`.
    pub project: ConvBn240To40At28,
    /// `stochastic_depth`, over `[N, 40, 28, 28]`.
    pub stochastic_depth: StochasticDepth,
}

impl Mbconv40To40At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            expand: ConvBn40To240At28::new(),
            filter: DepthwiseBn240To240At28::new(),
            se: SqueezeExcite240At28::new(),
            project: ConvBn240To40At28::new(),
            stochastic_depth: StochasticDepth::new(0.05, 79),
        }
    }

    /// `[N, 40, 28, 28]` to `[N, 40, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 40, 28, 28, T>,
    ) -> Map<B, 40, 28, 28, T> {
        let x_2 = self.expand.chain().swish().forward(fork(&x));
        let x_2 = self.filter.chain().swish().forward(x_2);
        let se = self.se.forward(x_2);
        let x_2 = self.stochastic_depth.forward(self.project.forward(se));
        add(x_2, x)
    }
}

module!(
    Mbconv40To40At28 { expand : "expand", filter : "filter", se : "se", project :
    "project", stochastic_depth : "stochastic_depth" }
);

/// `[N, 24, 56, 56]` to `[N, 40, 28, 28]`.
pub struct Mbconv24To40At28 {
    /// `[N, 24, 56, 56]` to `[N, 144, 56, 56]`.
    pub expand: ConvBn24To144At56,
    /// `[N, 144, 56, 56]` to `[N, 144, 28, 28]`.
    pub filter: DepthwiseBn144To144At28,
    /// Over `[N, 144, 28, 28]`.
    pub se: SqueezeExcite144At28,
    /// `[N, 144, 28, 28]` to `[N, 40, 28, 28]`.
    pub project: ConvBn144To40At28,
}

impl Mbconv24To40At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            expand: ConvBn24To144At56::new(),
            filter: DepthwiseBn144To144At28::new(),
            se: SqueezeExcite144At28::new(),
            project: ConvBn144To40At28::new(),
        }
    }

    /// `[N, 24, 56, 56]` to `[N, 40, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 24, 56, 56, T>,
    ) -> Map<B, 40, 28, 28, T> {
        let x = self.expand.chain().swish().forward(x);
        let x = self.filter.chain().swish().forward(x);
        let se = self.se.forward(x);
        self.project.forward(se)
    }
}

module!(
    Mbconv24To40At28 { expand : "expand", filter : "filter", se : "se", project :
    "project" }
);

/// `[N, 24, 56, 56]` to `[N, 24, 56, 56]`.
pub struct Mbconv24To24At56 {
    /// `[N, 24, 56, 56]` to `[N, 144, 56, 56]`.
    pub expand: ConvBn24To144At56,
    /// Over `[N, 144, 56, 56]`.
    pub filter: DepthwiseBn144To144At56,
    /// Over `[N, 144, 56, 56]`.
    pub se: SqueezeExcite144At56,
    /// `[N, 144, 56, 56]` to `[N, 24, 56, 56]`.
    pub project: ConvBn144To24At56,
    /// `stochastic_depth`, over `[N, 24, 56, 56]`.
    pub stochastic_depth: StochasticDepth,
}

impl Mbconv24To24At56 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            expand: ConvBn24To144At56::new(),
            filter: DepthwiseBn144To144At56::new(),
            se: SqueezeExcite144At56::new(),
            project: ConvBn144To24At56::new(),
            stochastic_depth: StochasticDepth::new(0.025, 47),
        }
    }

    /// `[N, 24, 56, 56]` to `[N, 24, 56, 56]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 24, 56, 56, T>,
    ) -> Map<B, 24, 56, 56, T> {
        let x_2 = self.expand.chain().swish().forward(fork(&x));
        let x_2 = self.filter.chain().swish().forward(x_2);
        let se = self.se.forward(x_2);
        let x_2 = self.stochastic_depth.forward(self.project.forward(se));
        add(x_2, x)
    }
}

module!(
    Mbconv24To24At56 { expand : "expand", filter : "filter", se : "se", project :
    "project", stochastic_depth : "stochastic_depth" }
);

/// `[N, 16, 112, 112]` to `[N, 24, 56, 56]`.
pub struct Mbconv16To24At56 {
    /// `[N, 16, 112, 112]` to `[N, 96, 112, 112]`.
    pub expand: ConvBn16To96At112,
    /// `[N, 96, 112, 112]` to `[N, 96, 56, 56]`.
    pub filter: DepthwiseBn96To96At56,
    /// Over `[N, 96, 56, 56]`.
    pub se: SqueezeExcite96At56,
    /// `[N, 96, 56, 56]` to `[N, 24, 56, 56]`.
    pub project: ConvBn96To24At56,
}

impl Mbconv16To24At56 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            expand: ConvBn16To96At112::new(),
            filter: DepthwiseBn96To96At56::new(),
            se: SqueezeExcite96At56::new(),
            project: ConvBn96To24At56::new(),
        }
    }

    /// `[N, 16, 112, 112]` to `[N, 24, 56, 56]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 16, 112, 112, T>,
    ) -> Map<B, 24, 56, 56, T> {
        let x = self.expand.chain().swish().forward(x);
        let x = self.filter.chain().swish().forward(x);
        let se = self.se.forward(x);
        self.project.forward(se)
    }
}

module!(
    Mbconv16To24At56 { expand : "expand", filter : "filter", se : "se", project :
    "project" }
);

/// `[N, 32, 112, 112]` to `[N, 16, 112, 112]`.
pub struct Mbconv32To16At112 {
    /// Over `[N, 32, 112, 112]`.
    pub filter: DepthwiseBn32To32At112,
    /// Over `[N, 32, 112, 112]`.
    pub se: SqueezeExcite32At112,
    /// `[N, 32, 112, 112]` to `[N, 16, 112, 112]`.
    pub project: ConvBn32To16At112,
}

impl Mbconv32To16At112 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            filter: DepthwiseBn32To32At112::new(),
            se: SqueezeExcite32At112::new(),
            project: ConvBn32To16At112::new(),
        }
    }

    /// `[N, 32, 112, 112]` to `[N, 16, 112, 112]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 32, 112, 112, T>,
    ) -> Map<B, 16, 112, 112, T> {
        let x = self.filter.chain().swish().forward(x);
        let se = self.se.forward(x);
        self.project.forward(se)
    }
}

module!(Mbconv32To16At112 { filter : "filter", se : "se", project : "project" });

/// `[N, 320, 7, 7]` to `[N, 1280, 7, 7]`.
pub struct ConvBn320To1280At7 {
    /// `conv`, `[N, 320, 7, 7]` to `[N, 1280, 7, 7]`, 409,600 weights.
    pub conv: conv!(320 x 7 x 7 => 1280 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 1280, 7, 7]`, 2,560 weights.
    pub bn: BatchNorm<1280>,
}

impl ConvBn320To1280At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 320, 7, 7]` to `[N, 1280, 7, 7]`. A chain that goes on.
    pub fn chain(&self) -> chain!(320 x 7 x 7 => 1280 x 7 x 7) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn320To1280At7 { conv : "conv", bn : "bn" });

/// `[N, 1152, 7, 7]` to `[N, 320, 7, 7]`.
pub struct ConvBn1152To320At7 {
    /// `conv`, `[N, 1152, 7, 7]` to `[N, 320, 7, 7]`, 368,640 weights.
    pub conv: conv!(1152 x 7 x 7 => 320 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 320, 7, 7]`, 640 weights.
    pub bn: BatchNorm<320>,
}

impl ConvBn1152To320At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 1152, 7, 7]` to `[N, 320, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 1152, 7, 7, T>,
    ) -> Map<B, 320, 7, 7, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(ConvBn1152To320At7 { conv : "conv", bn : "bn" });

/// `[N, 1152, 7, 7]` to `[N, 1152, 7, 7]`.
pub struct DepthwiseBn1152To1152At7_2 {
    /// `depthwise`, over `[N, 1152, 7, 7]`, 10,368 weights.
    pub conv: conv!(
        1152 x 7 x 7 => 1152 x 7 x 7, kernel 3 x 3, pad 1 x 1, groups 1152, no bias
    ),
    /// `bn`, over `[N, 1152, 7, 7]`, 2,304 weights.
    pub bn: BatchNorm<1152>,
}

impl DepthwiseBn1152To1152At7_2 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 1152, 7, 7]` to `[N, 1152, 7, 7]`. A chain that goes on.
    pub fn chain(&self) -> chain!(1152 x 7 x 7 => 1152 x 7 x 7) {
        self.conv.bn(&self.bn)
    }
}

module!(DepthwiseBn1152To1152At7_2 { conv : "conv", bn : "bn" });

/// `[N, 1152, 7, 7]` to `[N, 192, 7, 7]`.
pub struct ConvBn1152To192At7 {
    /// `conv`, `[N, 1152, 7, 7]` to `[N, 192, 7, 7]`, 221,184 weights.
    pub conv: conv!(1152 x 7 x 7 => 192 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 192, 7, 7]`, 384 weights.
    pub bn: BatchNorm<192>,
}

impl ConvBn1152To192At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 1152, 7, 7]` to `[N, 192, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 1152, 7, 7, T>,
    ) -> Map<B, 192, 7, 7, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(ConvBn1152To192At7 { conv : "conv", bn : "bn" });

/// `[N, 1152, 7, 7]` to `[N, 1152, 7, 7]`.
pub struct SqueezeExcite1152At7 {
    /// `conv`, `[N, 1152, 1, 1]` to `[N, 48, 1, 1]`, 55,344 weights.
    pub gate_fc1: conv!(1152 x 1 x 1 => 48 x 1 x 1, kernel 1 x 1),
    /// `conv`, `[N, 48, 1, 1]` to `[N, 1152, 1, 1]`, 56,448 weights.
    pub gate_fc2: conv!(48 x 1 x 1 => 1152 x 1 x 1, kernel 1 x 1),
}

impl SqueezeExcite1152At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            gate_fc1: Conv::new(),
            gate_fc2: Conv::new(),
        }
    }

    /// `[N, 1152, 7, 7]` to `[N, 1152, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 1152, 7, 7, T>,
    ) -> Map<B, 1152, 7, 7, T> {
        let gate_value = reshape!(gap(fork(& x)); 1152 => 1152 x 1 x 1);
        let gate_value = self.gate_fc1.swish().forward(gate_value);
        let gate_value = self.gate_fc2.sigmoid().forward(gate_value);
        gate(x, gate_value)
    }
}

module!(SqueezeExcite1152At7 { gate_fc1 : "gate.fc1", gate_fc2 : "gate.fc2" });

/// `[N, 1152, 7, 7]` to `[N, 1152, 7, 7]`.
pub struct DepthwiseBn1152To1152At7 {
    /// `depthwise`, over `[N, 1152, 7, 7]`, 28,800 weights.
    pub conv: conv!(
        1152 x 7 x 7 => 1152 x 7 x 7, kernel 5 x 5, pad 2 x 2, groups 1152, no bias
    ),
    /// `bn`, over `[N, 1152, 7, 7]`, 2,304 weights.
    pub bn: BatchNorm<1152>,
}

impl DepthwiseBn1152To1152At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 1152, 7, 7]` to `[N, 1152, 7, 7]`. A chain that goes on.
    pub fn chain(&self) -> chain!(1152 x 7 x 7 => 1152 x 7 x 7) {
        self.conv.bn(&self.bn)
    }
}

module!(DepthwiseBn1152To1152At7 { conv : "conv", bn : "bn" });

/// `[N, 192, 7, 7]` to `[N, 1152, 7, 7]`.
pub struct ConvBn192To1152At7 {
    /// `conv`, `[N, 192, 7, 7]` to `[N, 1152, 7, 7]`, 221,184 weights.
    pub conv: conv!(192 x 7 x 7 => 1152 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 1152, 7, 7]`, 2,304 weights.
    pub bn: BatchNorm<1152>,
}

impl ConvBn192To1152At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 192, 7, 7]` to `[N, 1152, 7, 7]`. A chain that goes on.
    pub fn chain(&self) -> chain!(192 x 7 x 7 => 1152 x 7 x 7) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn192To1152At7 { conv : "conv", bn : "bn" });

/// `[N, 672, 7, 7]` to `[N, 192, 7, 7]`.
pub struct ConvBn672To192At7 {
    /// `conv`, `[N, 672, 7, 7]` to `[N, 192, 7, 7]`, 129,024 weights.
    pub conv: conv!(672 x 7 x 7 => 192 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 192, 7, 7]`, 384 weights.
    pub bn: BatchNorm<192>,
}

impl ConvBn672To192At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 672, 7, 7]` to `[N, 192, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 672, 7, 7, T>,
    ) -> Map<B, 192, 7, 7, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(ConvBn672To192At7 { conv : "conv", bn : "bn" });

/// `[N, 672, 7, 7]` to `[N, 672, 7, 7]`.
pub struct SqueezeExcite672At7 {
    /// `conv`, `[N, 672, 1, 1]` to `[N, 28, 1, 1]`, 18,844 weights.
    pub gate_fc1: conv!(672 x 1 x 1 => 28 x 1 x 1, kernel 1 x 1),
    /// `conv`, `[N, 28, 1, 1]` to `[N, 672, 1, 1]`, 19,488 weights.
    pub gate_fc2: conv!(28 x 1 x 1 => 672 x 1 x 1, kernel 1 x 1),
}

impl SqueezeExcite672At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            gate_fc1: Conv::new(),
            gate_fc2: Conv::new(),
        }
    }

    /// `[N, 672, 7, 7]` to `[N, 672, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 672, 7, 7, T>,
    ) -> Map<B, 672, 7, 7, T> {
        let gate_value = reshape!(gap(fork(& x)); 672 => 672 x 1 x 1);
        let gate_value = self.gate_fc1.swish().forward(gate_value);
        let gate_value = self.gate_fc2.sigmoid().forward(gate_value);
        gate(x, gate_value)
    }
}

module!(SqueezeExcite672At7 { gate_fc1 : "gate.fc1", gate_fc2 : "gate.fc2" });

/// `[N, 672, 14, 14]` to `[N, 672, 7, 7]`.
pub struct DepthwiseBn672To672At7 {
    /// `depthwise`, `[N, 672, 14, 14]` to `[N, 672, 7, 7]`, 16,800 weights.
    pub conv: conv!(
        672 x 14 x 14 => 672 x 7 x 7, kernel 5 x 5, stride 2 x 2, pad 2 x 2, groups 672,
        no bias
    ),
    /// `bn`, over `[N, 672, 7, 7]`, 1,344 weights.
    pub bn: BatchNorm<672>,
}

impl DepthwiseBn672To672At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 672, 14, 14]` to `[N, 672, 7, 7]`. A chain that goes on.
    pub fn chain(&self) -> chain!(672 x 14 x 14 => 672 x 7 x 7) {
        self.conv.bn(&self.bn)
    }
}

module!(DepthwiseBn672To672At7 { conv : "conv", bn : "bn" });

/// `[N, 672, 14, 14]` to `[N, 112, 14, 14]`.
pub struct ConvBn672To112At14 {
    /// `conv`, `[N, 672, 14, 14]` to `[N, 112, 14, 14]`, 75,264 weights.
    pub conv: conv!(672 x 14 x 14 => 112 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 112, 14, 14]`, 224 weights.
    pub bn: BatchNorm<112>,
}

impl ConvBn672To112At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 672, 14, 14]` to `[N, 112, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 672, 14, 14, T>,
    ) -> Map<B, 112, 14, 14, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(ConvBn672To112At14 { conv : "conv", bn : "bn" });

/// `[N, 672, 14, 14]` to `[N, 672, 14, 14]`.
pub struct SqueezeExcite672At14 {
    /// `conv`, `[N, 672, 1, 1]` to `[N, 28, 1, 1]`, 18,844 weights.
    pub gate_fc1: conv!(672 x 1 x 1 => 28 x 1 x 1, kernel 1 x 1),
    /// `conv`, `[N, 28, 1, 1]` to `[N, 672, 1, 1]`, 19,488 weights.
    pub gate_fc2: conv!(28 x 1 x 1 => 672 x 1 x 1, kernel 1 x 1),
}

impl SqueezeExcite672At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            gate_fc1: Conv::new(),
            gate_fc2: Conv::new(),
        }
    }

    /// `[N, 672, 14, 14]` to `[N, 672, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 672, 14, 14, T>,
    ) -> Map<B, 672, 14, 14, T> {
        let gate_value = reshape!(gap(fork(& x)); 672 => 672 x 1 x 1);
        let gate_value = self.gate_fc1.swish().forward(gate_value);
        let gate_value = self.gate_fc2.sigmoid().forward(gate_value);
        gate(x, gate_value)
    }
}

module!(SqueezeExcite672At14 { gate_fc1 : "gate.fc1", gate_fc2 : "gate.fc2" });

/// `[N, 672, 14, 14]` to `[N, 672, 14, 14]`.
pub struct DepthwiseBn672To672At14 {
    /// `depthwise`, over `[N, 672, 14, 14]`, 16,800 weights.
    pub conv: conv!(
        672 x 14 x 14 => 672 x 14 x 14, kernel 5 x 5, pad 2 x 2, groups 672, no bias
    ),
    /// `bn`, over `[N, 672, 14, 14]`, 1,344 weights.
    pub bn: BatchNorm<672>,
}

impl DepthwiseBn672To672At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 672, 14, 14]` to `[N, 672, 14, 14]`. A chain that goes on.
    pub fn chain(&self) -> chain!(672 x 14 x 14 => 672 x 14 x 14) {
        self.conv.bn(&self.bn)
    }
}

module!(DepthwiseBn672To672At14 { conv : "conv", bn : "bn" });

/// `[N, 112, 14, 14]` to `[N, 672, 14, 14]`.
pub struct ConvBn112To672At14 {
    /// `conv`, `[N, 112, 14, 14]` to `[N, 672, 14, 14]`, 75,264 weights.
    pub conv: conv!(112 x 14 x 14 => 672 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 672, 14, 14]`, 1,344 weights.
    pub bn: BatchNorm<672>,
}

impl ConvBn112To672At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 112, 14, 14]` to `[N, 672, 14, 14]`. A chain that goes on.
    pub fn chain(&self) -> chain!(112 x 14 x 14 => 672 x 14 x 14) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn112To672At14 { conv : "conv", bn : "bn" });

/// `[N, 480, 14, 14]` to `[N, 112, 14, 14]`.
pub struct ConvBn480To112At14 {
    /// `conv`, `[N, 480, 14, 14]` to `[N, 112, 14, 14]`, 53,760 weights.
    pub conv: conv!(480 x 14 x 14 => 112 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 112, 14, 14]`, 224 weights.
    pub bn: BatchNorm<112>,
}

impl ConvBn480To112At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 480, 14, 14]` to `[N, 112, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 480, 14, 14, T>,
    ) -> Map<B, 112, 14, 14, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(ConvBn480To112At14 { conv : "conv", bn : "bn" });

/// `[N, 480, 14, 14]` to `[N, 480, 14, 14]`.
pub struct DepthwiseBn480To480At14_2 {
    /// `depthwise`, over `[N, 480, 14, 14]`, 12,000 weights.
    pub conv: conv!(
        480 x 14 x 14 => 480 x 14 x 14, kernel 5 x 5, pad 2 x 2, groups 480, no bias
    ),
    /// `bn`, over `[N, 480, 14, 14]`, 960 weights.
    pub bn: BatchNorm<480>,
}

impl DepthwiseBn480To480At14_2 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 480, 14, 14]` to `[N, 480, 14, 14]`. A chain that goes on.
    pub fn chain(&self) -> chain!(480 x 14 x 14 => 480 x 14 x 14) {
        self.conv.bn(&self.bn)
    }
}

module!(DepthwiseBn480To480At14_2 { conv : "conv", bn : "bn" });

/// `[N, 480, 14, 14]` to `[N, 80, 14, 14]`.
pub struct ConvBn480To80At14 {
    /// `conv`, `[N, 480, 14, 14]` to `[N, 80, 14, 14]`, 38,400 weights.
    pub conv: conv!(480 x 14 x 14 => 80 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 80, 14, 14]`, 160 weights.
    pub bn: BatchNorm<80>,
}

impl ConvBn480To80At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 480, 14, 14]` to `[N, 80, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 480, 14, 14, T>,
    ) -> Map<B, 80, 14, 14, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(ConvBn480To80At14 { conv : "conv", bn : "bn" });

/// `[N, 480, 14, 14]` to `[N, 480, 14, 14]`.
pub struct SqueezeExcite480At14 {
    /// `conv`, `[N, 480, 1, 1]` to `[N, 20, 1, 1]`, 9,620 weights.
    pub gate_fc1: conv!(480 x 1 x 1 => 20 x 1 x 1, kernel 1 x 1),
    /// `conv`, `[N, 20, 1, 1]` to `[N, 480, 1, 1]`, 10,080 weights.
    pub gate_fc2: conv!(20 x 1 x 1 => 480 x 1 x 1, kernel 1 x 1),
}

impl SqueezeExcite480At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            gate_fc1: Conv::new(),
            gate_fc2: Conv::new(),
        }
    }

    /// `[N, 480, 14, 14]` to `[N, 480, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 480, 14, 14, T>,
    ) -> Map<B, 480, 14, 14, T> {
        let gate_value = reshape!(gap(fork(& x)); 480 => 480 x 1 x 1);
        let gate_value = self.gate_fc1.swish().forward(gate_value);
        let gate_value = self.gate_fc2.sigmoid().forward(gate_value);
        gate(x, gate_value)
    }
}

module!(SqueezeExcite480At14 { gate_fc1 : "gate.fc1", gate_fc2 : "gate.fc2" });

/// `[N, 480, 14, 14]` to `[N, 480, 14, 14]`.
pub struct DepthwiseBn480To480At14 {
    /// `depthwise`, over `[N, 480, 14, 14]`, 4,320 weights.
    pub conv: conv!(
        480 x 14 x 14 => 480 x 14 x 14, kernel 3 x 3, pad 1 x 1, groups 480, no bias
    ),
    /// `bn`, over `[N, 480, 14, 14]`, 960 weights.
    pub bn: BatchNorm<480>,
}

impl DepthwiseBn480To480At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 480, 14, 14]` to `[N, 480, 14, 14]`. A chain that goes on.
    pub fn chain(&self) -> chain!(480 x 14 x 14 => 480 x 14 x 14) {
        self.conv.bn(&self.bn)
    }
}

module!(DepthwiseBn480To480At14 { conv : "conv", bn : "bn" });

/// `[N, 80, 14, 14]` to `[N, 480, 14, 14]`.
pub struct ConvBn80To480At14 {
    /// `conv`, `[N, 80, 14, 14]` to `[N, 480, 14, 14]`, 38,400 weights.
    pub conv: conv!(80 x 14 x 14 => 480 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 480, 14, 14]`, 960 weights.
    pub bn: BatchNorm<480>,
}

impl ConvBn80To480At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 80, 14, 14]` to `[N, 480, 14, 14]`. A chain that goes on.
    pub fn chain(&self) -> chain!(80 x 14 x 14 => 480 x 14 x 14) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn80To480At14 { conv : "conv", bn : "bn" });

/// `[N, 240, 14, 14]` to `[N, 80, 14, 14]`.
pub struct ConvBn240To80At14 {
    /// `conv`, `[N, 240, 14, 14]` to `[N, 80, 14, 14]`, 19,200 weights.
    pub conv: conv!(240 x 14 x 14 => 80 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 80, 14, 14]`, 160 weights.
    pub bn: BatchNorm<80>,
}

impl ConvBn240To80At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 240, 14, 14]` to `[N, 80, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 240, 14, 14, T>,
    ) -> Map<B, 80, 14, 14, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(ConvBn240To80At14 { conv : "conv", bn : "bn" });

/// `[N, 240, 14, 14]` to `[N, 240, 14, 14]`.
pub struct SqueezeExcite240At14 {
    /// `conv`, `[N, 240, 1, 1]` to `[N, 10, 1, 1]`, 2,410 weights.
    pub gate_fc1: conv!(240 x 1 x 1 => 10 x 1 x 1, kernel 1 x 1),
    /// `conv`, `[N, 10, 1, 1]` to `[N, 240, 1, 1]`, 2,640 weights.
    pub gate_fc2: conv!(10 x 1 x 1 => 240 x 1 x 1, kernel 1 x 1),
}

impl SqueezeExcite240At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            gate_fc1: Conv::new(),
            gate_fc2: Conv::new(),
        }
    }

    /// `[N, 240, 14, 14]` to `[N, 240, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 240, 14, 14, T>,
    ) -> Map<B, 240, 14, 14, T> {
        let gate_value = reshape!(gap(fork(& x)); 240 => 240 x 1 x 1);
        let gate_value = self.gate_fc1.swish().forward(gate_value);
        let gate_value = self.gate_fc2.sigmoid().forward(gate_value);
        gate(x, gate_value)
    }
}

module!(SqueezeExcite240At14 { gate_fc1 : "gate.fc1", gate_fc2 : "gate.fc2" });

/// `[N, 240, 28, 28]` to `[N, 240, 14, 14]`.
pub struct DepthwiseBn240To240At14 {
    /// `depthwise`, `[N, 240, 28, 28]` to `[N, 240, 14, 14]`, 2,160 weights.
    pub conv: conv!(
        240 x 28 x 28 => 240 x 14 x 14, kernel 3 x 3, stride 2 x 2, pad 1 x 1, groups
        240, no bias
    ),
    /// `bn`, over `[N, 240, 14, 14]`, 480 weights.
    pub bn: BatchNorm<240>,
}

impl DepthwiseBn240To240At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 240, 28, 28]` to `[N, 240, 14, 14]`. A chain that goes on.
    pub fn chain(&self) -> chain!(240 x 28 x 28 => 240 x 14 x 14) {
        self.conv.bn(&self.bn)
    }
}

module!(DepthwiseBn240To240At14 { conv : "conv", bn : "bn" });

/// `[N, 240, 28, 28]` to `[N, 40, 28, 28]`.
pub struct ConvBn240To40At28 {
    /// `conv`, `[N, 240, 28, 28]` to `[N, 40, 28, 28]`, 9,600 weights.
    pub conv: conv!(240 x 28 x 28 => 40 x 28 x 28, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 40, 28, 28]`, 80 weights.
    pub bn: BatchNorm<40>,
}

impl ConvBn240To40At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 240, 28, 28]` to `[N, 40, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 240, 28, 28, T>,
    ) -> Map<B, 40, 28, 28, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(ConvBn240To40At28 { conv : "conv", bn : "bn" });

/// `[N, 240, 28, 28]` to `[N, 240, 28, 28]`.
pub struct SqueezeExcite240At28 {
    /// `conv`, `[N, 240, 1, 1]` to `[N, 10, 1, 1]`, 2,410 weights.
    pub gate_fc1: conv!(240 x 1 x 1 => 10 x 1 x 1, kernel 1 x 1),
    /// `conv`, `[N, 10, 1, 1]` to `[N, 240, 1, 1]`, 2,640 weights.
    pub gate_fc2: conv!(10 x 1 x 1 => 240 x 1 x 1, kernel 1 x 1),
}

impl SqueezeExcite240At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            gate_fc1: Conv::new(),
            gate_fc2: Conv::new(),
        }
    }

    /// `[N, 240, 28, 28]` to `[N, 240, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 240, 28, 28, T>,
    ) -> Map<B, 240, 28, 28, T> {
        let gate_value = reshape!(gap(fork(& x)); 240 => 240 x 1 x 1);
        let gate_value = self.gate_fc1.swish().forward(gate_value);
        let gate_value = self.gate_fc2.sigmoid().forward(gate_value);
        gate(x, gate_value)
    }
}

module!(SqueezeExcite240At28 { gate_fc1 : "gate.fc1", gate_fc2 : "gate.fc2" });

/// `[N, 240, 28, 28]` to `[N, 240, 28, 28]`.
pub struct DepthwiseBn240To240At28 {
    /// `depthwise`, over `[N, 240, 28, 28]`, 6,000 weights.
    pub conv: conv!(
        240 x 28 x 28 => 240 x 28 x 28, kernel 5 x 5, pad 2 x 2, groups 240, no bias
    ),
    /// `bn`, over `[N, 240, 28, 28]`, 480 weights.
    pub bn: BatchNorm<240>,
}

impl DepthwiseBn240To240At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 240, 28, 28]` to `[N, 240, 28, 28]`. A chain that goes on.
    pub fn chain(&self) -> chain!(240 x 28 x 28 => 240 x 28 x 28) {
        self.conv.bn(&self.bn)
    }
}

module!(DepthwiseBn240To240At28 { conv : "conv", bn : "bn" });

/// `[N, 40, 28, 28]` to `[N, 240, 28, 28]`.
pub struct ConvBn40To240At28 {
    /// `conv`, `[N, 40, 28, 28]` to `[N, 240, 28, 28]`, 9,600 weights.
    pub conv: conv!(40 x 28 x 28 => 240 x 28 x 28, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 240, 28, 28]`, 480 weights.
    pub bn: BatchNorm<240>,
}

impl ConvBn40To240At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 40, 28, 28]` to `[N, 240, 28, 28]`. A chain that goes on.
    pub fn chain(&self) -> chain!(40 x 28 x 28 => 240 x 28 x 28) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn40To240At28 { conv : "conv", bn : "bn" });

/// `[N, 144, 28, 28]` to `[N, 40, 28, 28]`.
pub struct ConvBn144To40At28 {
    /// `conv`, `[N, 144, 28, 28]` to `[N, 40, 28, 28]`, 5,760 weights.
    pub conv: conv!(144 x 28 x 28 => 40 x 28 x 28, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 40, 28, 28]`, 80 weights.
    pub bn: BatchNorm<40>,
}

impl ConvBn144To40At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 144, 28, 28]` to `[N, 40, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 144, 28, 28, T>,
    ) -> Map<B, 40, 28, 28, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(ConvBn144To40At28 { conv : "conv", bn : "bn" });

/// `[N, 144, 28, 28]` to `[N, 144, 28, 28]`.
pub struct SqueezeExcite144At28 {
    /// `conv`, `[N, 144, 1, 1]` to `[N, 6, 1, 1]`, 870 weights.
    pub gate_fc1: conv!(144 x 1 x 1 => 6 x 1 x 1, kernel 1 x 1),
    /// `conv`, `[N, 6, 1, 1]` to `[N, 144, 1, 1]`, 1,008 weights.
    pub gate_fc2: conv!(6 x 1 x 1 => 144 x 1 x 1, kernel 1 x 1),
}

impl SqueezeExcite144At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            gate_fc1: Conv::new(),
            gate_fc2: Conv::new(),
        }
    }

    /// `[N, 144, 28, 28]` to `[N, 144, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 144, 28, 28, T>,
    ) -> Map<B, 144, 28, 28, T> {
        let gate_value = reshape!(gap(fork(& x)); 144 => 144 x 1 x 1);
        let gate_value = self.gate_fc1.swish().forward(gate_value);
        let gate_value = self.gate_fc2.sigmoid().forward(gate_value);
        gate(x, gate_value)
    }
}

module!(SqueezeExcite144At28 { gate_fc1 : "gate.fc1", gate_fc2 : "gate.fc2" });

/// `[N, 144, 56, 56]` to `[N, 144, 28, 28]`.
pub struct DepthwiseBn144To144At28 {
    /// `depthwise`, `[N, 144, 56, 56]` to `[N, 144, 28, 28]`, 3,600 weights.
    pub conv: conv!(
        144 x 56 x 56 => 144 x 28 x 28, kernel 5 x 5, stride 2 x 2, pad 2 x 2, groups
        144, no bias
    ),
    /// `bn`, over `[N, 144, 28, 28]`, 288 weights.
    pub bn: BatchNorm<144>,
}

impl DepthwiseBn144To144At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 144, 56, 56]` to `[N, 144, 28, 28]`. A chain that goes on.
    pub fn chain(&self) -> chain!(144 x 56 x 56 => 144 x 28 x 28) {
        self.conv.bn(&self.bn)
    }
}

module!(DepthwiseBn144To144At28 { conv : "conv", bn : "bn" });

/// `[N, 144, 56, 56]` to `[N, 24, 56, 56]`.
pub struct ConvBn144To24At56 {
    /// `conv`, `[N, 144, 56, 56]` to `[N, 24, 56, 56]`, 3,456 weights.
    pub conv: conv!(144 x 56 x 56 => 24 x 56 x 56, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 24, 56, 56]`, 48 weights.
    pub bn: BatchNorm<24>,
}

impl ConvBn144To24At56 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 144, 56, 56]` to `[N, 24, 56, 56]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 144, 56, 56, T>,
    ) -> Map<B, 24, 56, 56, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(ConvBn144To24At56 { conv : "conv", bn : "bn" });

/// `[N, 144, 56, 56]` to `[N, 144, 56, 56]`.
pub struct SqueezeExcite144At56 {
    /// `conv`, `[N, 144, 1, 1]` to `[N, 6, 1, 1]`, 870 weights.
    pub gate_fc1: conv!(144 x 1 x 1 => 6 x 1 x 1, kernel 1 x 1),
    /// `conv`, `[N, 6, 1, 1]` to `[N, 144, 1, 1]`, 1,008 weights.
    pub gate_fc2: conv!(6 x 1 x 1 => 144 x 1 x 1, kernel 1 x 1),
}

impl SqueezeExcite144At56 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            gate_fc1: Conv::new(),
            gate_fc2: Conv::new(),
        }
    }

    /// `[N, 144, 56, 56]` to `[N, 144, 56, 56]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 144, 56, 56, T>,
    ) -> Map<B, 144, 56, 56, T> {
        let gate_value = reshape!(gap(fork(& x)); 144 => 144 x 1 x 1);
        let gate_value = self.gate_fc1.swish().forward(gate_value);
        let gate_value = self.gate_fc2.sigmoid().forward(gate_value);
        gate(x, gate_value)
    }
}

module!(SqueezeExcite144At56 { gate_fc1 : "gate.fc1", gate_fc2 : "gate.fc2" });

/// `[N, 144, 56, 56]` to `[N, 144, 56, 56]`.
pub struct DepthwiseBn144To144At56 {
    /// `depthwise`, over `[N, 144, 56, 56]`, 1,296 weights.
    pub conv: conv!(
        144 x 56 x 56 => 144 x 56 x 56, kernel 3 x 3, pad 1 x 1, groups 144, no bias
    ),
    /// `bn`, over `[N, 144, 56, 56]`, 288 weights.
    pub bn: BatchNorm<144>,
}

impl DepthwiseBn144To144At56 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 144, 56, 56]` to `[N, 144, 56, 56]`. A chain that goes on.
    pub fn chain(&self) -> chain!(144 x 56 x 56 => 144 x 56 x 56) {
        self.conv.bn(&self.bn)
    }
}

module!(DepthwiseBn144To144At56 { conv : "conv", bn : "bn" });

/// `[N, 24, 56, 56]` to `[N, 144, 56, 56]`.
pub struct ConvBn24To144At56 {
    /// `conv`, `[N, 24, 56, 56]` to `[N, 144, 56, 56]`, 3,456 weights.
    pub conv: conv!(24 x 56 x 56 => 144 x 56 x 56, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 144, 56, 56]`, 288 weights.
    pub bn: BatchNorm<144>,
}

impl ConvBn24To144At56 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 24, 56, 56]` to `[N, 144, 56, 56]`. A chain that goes on.
    pub fn chain(&self) -> chain!(24 x 56 x 56 => 144 x 56 x 56) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn24To144At56 { conv : "conv", bn : "bn" });

/// `[N, 96, 56, 56]` to `[N, 24, 56, 56]`.
pub struct ConvBn96To24At56 {
    /// `conv`, `[N, 96, 56, 56]` to `[N, 24, 56, 56]`, 2,304 weights.
    pub conv: conv!(96 x 56 x 56 => 24 x 56 x 56, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 24, 56, 56]`, 48 weights.
    pub bn: BatchNorm<24>,
}

impl ConvBn96To24At56 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 96, 56, 56]` to `[N, 24, 56, 56]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 96, 56, 56, T>,
    ) -> Map<B, 24, 56, 56, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(ConvBn96To24At56 { conv : "conv", bn : "bn" });

/// `[N, 96, 56, 56]` to `[N, 96, 56, 56]`.
pub struct SqueezeExcite96At56 {
    /// `conv`, `[N, 96, 1, 1]` to `[N, 4, 1, 1]`, 388 weights.
    pub gate_fc1: conv!(96 x 1 x 1 => 4 x 1 x 1, kernel 1 x 1),
    /// `conv`, `[N, 4, 1, 1]` to `[N, 96, 1, 1]`, 480 weights.
    pub gate_fc2: conv!(4 x 1 x 1 => 96 x 1 x 1, kernel 1 x 1),
}

impl SqueezeExcite96At56 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            gate_fc1: Conv::new(),
            gate_fc2: Conv::new(),
        }
    }

    /// `[N, 96, 56, 56]` to `[N, 96, 56, 56]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 96, 56, 56, T>,
    ) -> Map<B, 96, 56, 56, T> {
        let gate_value = reshape!(gap(fork(& x)); 96 => 96 x 1 x 1);
        let gate_value = self.gate_fc1.swish().forward(gate_value);
        let gate_value = self.gate_fc2.sigmoid().forward(gate_value);
        gate(x, gate_value)
    }
}

module!(SqueezeExcite96At56 { gate_fc1 : "gate.fc1", gate_fc2 : "gate.fc2" });

/// `[N, 96, 112, 112]` to `[N, 96, 56, 56]`.
pub struct DepthwiseBn96To96At56 {
    /// `depthwise`, `[N, 96, 112, 112]` to `[N, 96, 56, 56]`, 864 weights.
    pub conv: conv!(
        96 x 112 x 112 => 96 x 56 x 56, kernel 3 x 3, stride 2 x 2, pad 1 x 1, groups 96,
        no bias
    ),
    /// `bn`, over `[N, 96, 56, 56]`, 192 weights.
    pub bn: BatchNorm<96>,
}

impl DepthwiseBn96To96At56 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 96, 112, 112]` to `[N, 96, 56, 56]`. A chain that goes on.
    pub fn chain(&self) -> chain!(96 x 112 x 112 => 96 x 56 x 56) {
        self.conv.bn(&self.bn)
    }
}

module!(DepthwiseBn96To96At56 { conv : "conv", bn : "bn" });

/// `[N, 16, 112, 112]` to `[N, 96, 112, 112]`.
pub struct ConvBn16To96At112 {
    /// `conv`, `[N, 16, 112, 112]` to `[N, 96, 112, 112]`, 1,536 weights.
    pub conv: conv!(16 x 112 x 112 => 96 x 112 x 112, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 96, 112, 112]`, 192 weights.
    pub bn: BatchNorm<96>,
}

impl ConvBn16To96At112 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 16, 112, 112]` to `[N, 96, 112, 112]`. A chain that goes on.
    pub fn chain(&self) -> chain!(16 x 112 x 112 => 96 x 112 x 112) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn16To96At112 { conv : "conv", bn : "bn" });

/// `[N, 32, 112, 112]` to `[N, 16, 112, 112]`.
pub struct ConvBn32To16At112 {
    /// `conv`, `[N, 32, 112, 112]` to `[N, 16, 112, 112]`, 512 weights.
    pub conv: conv!(32 x 112 x 112 => 16 x 112 x 112, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 16, 112, 112]`, 32 weights.
    pub bn: BatchNorm<16>,
}

impl ConvBn32To16At112 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 32, 112, 112]` to `[N, 16, 112, 112]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 32, 112, 112, T>,
    ) -> Map<B, 16, 112, 112, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(ConvBn32To16At112 { conv : "conv", bn : "bn" });

/// `[N, 32, 112, 112]` to `[N, 32, 112, 112]`.
pub struct SqueezeExcite32At112 {
    /// `conv`, `[N, 32, 1, 1]` to `[N, 8, 1, 1]`, 264 weights.
    pub gate_fc1: conv!(32 x 1 x 1 => 8 x 1 x 1, kernel 1 x 1),
    /// `conv`, `[N, 8, 1, 1]` to `[N, 32, 1, 1]`, 288 weights.
    pub gate_fc2: conv!(8 x 1 x 1 => 32 x 1 x 1, kernel 1 x 1),
}

impl SqueezeExcite32At112 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            gate_fc1: Conv::new(),
            gate_fc2: Conv::new(),
        }
    }

    /// `[N, 32, 112, 112]` to `[N, 32, 112, 112]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 32, 112, 112, T>,
    ) -> Map<B, 32, 112, 112, T> {
        let gate_value = reshape!(gap(fork(& x)); 32 => 32 x 1 x 1);
        let gate_value = self.gate_fc1.swish().forward(gate_value);
        let gate_value = self.gate_fc2.sigmoid().forward(gate_value);
        gate(x, gate_value)
    }
}

module!(SqueezeExcite32At112 { gate_fc1 : "gate.fc1", gate_fc2 : "gate.fc2" });

/// `[N, 32, 112, 112]` to `[N, 32, 112, 112]`.
pub struct DepthwiseBn32To32At112 {
    /// `depthwise`, over `[N, 32, 112, 112]`, 288 weights.
    pub conv: conv!(
        32 x 112 x 112 => 32 x 112 x 112, kernel 3 x 3, pad 1 x 1, groups 32, no bias
    ),
    /// `bn`, over `[N, 32, 112, 112]`, 64 weights.
    pub bn: BatchNorm<32>,
}

impl DepthwiseBn32To32At112 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 32, 112, 112]` to `[N, 32, 112, 112]`. A chain that goes on.
    pub fn chain(&self) -> chain!(32 x 112 x 112 => 32 x 112 x 112) {
        self.conv.bn(&self.bn)
    }
}

module!(DepthwiseBn32To32At112 { conv : "conv", bn : "bn" });

/// `[N, 3, 224, 224]` to `[N, 32, 112, 112]`.
pub struct ConvBn3To32At112 {
    /// `conv`, `[N, 3, 224, 224]` to `[N, 32, 112, 112]`, 864 weights.
    pub conv: conv!(
        3 x 224 x 224 => 32 x 112 x 112, kernel 3 x 3, stride 2 x 2, pad 1 x 1, no bias
    ),
    /// `bn`, over `[N, 32, 112, 112]`, 64 weights.
    pub bn: BatchNorm<32>,
}

impl ConvBn3To32At112 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)).at_input(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 3, 224, 224]` to `[N, 32, 112, 112]`. A chain that goes on.
    pub fn chain(&self) -> chain!(3 x 224 x 224 => 32 x 112 x 112) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn3To32At112 { conv : "conv", bn : "bn" });
