//! A network of 3504872 trainable weights. Written by `blockprint compile`.

use blockprint::typed::prelude::*;
use blockprint::typed::program::Measures;

/// `[N, 3, 224, 224]` to `[N, 1000]`.
pub struct MobilenetV2 {
    /// `[N, 3, 224, 224]` to `[N, 32, 112, 112]`.
    pub conv_bn_0: ConvBn3To32At112,
    /// `[N, 32, 112, 112]` to `[N, 16, 112, 112]`.
    pub inverted_1: Inverted32To16At112,
    /// `[N, 16, 112, 112]` to `[N, 24, 56, 56]`.
    pub inverted_2: Inverted16To24At56,
    /// Over `[N, 24, 56, 56]`.
    pub inverted_3: Inverted24To24At56,
    /// `[N, 24, 56, 56]` to `[N, 32, 28, 28]`.
    pub inverted_4: Inverted24To32At28,
    /// One after the other, over `[N, 32, 28, 28]`.
    pub inverteds: [Inverted32To32At28; 2],
    /// `[N, 32, 28, 28]` to `[N, 64, 14, 14]`.
    pub inverted_7: Inverted32To64At14,
    /// One after the other, over `[N, 64, 14, 14]`.
    pub inverteds_2: [Inverted64To64At14; 3],
    /// `[N, 64, 14, 14]` to `[N, 96, 14, 14]`.
    pub inverted_11: Inverted64To96At14,
    /// One after the other, over `[N, 96, 14, 14]`.
    pub inverteds_3: [Inverted96To96At14; 2],
    /// `[N, 96, 14, 14]` to `[N, 160, 7, 7]`.
    pub inverted_14: Inverted96To160At7,
    /// One after the other, over `[N, 160, 7, 7]`.
    pub inverteds_4: [Inverted160To160At7; 2],
    /// `[N, 160, 7, 7]` to `[N, 320, 7, 7]`.
    pub inverted_17: Inverted160To320At7,
    /// `[N, 320, 7, 7]` to `[N, 1280, 7, 7]`.
    pub conv_bn_18: ConvBn320To1280At7,
    /// `dropout`, over `[N, 1280]`.
    pub dropout: Dropout,
    /// `dense`, `[N, 1280]` to `[N, 1000]`, 1,281,000 weights.
    pub logits: Dense<1280, 1000>,
}

impl MobilenetV2 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv_bn_0: ConvBn3To32At112::new(),
            inverted_1: Inverted32To16At112::new(),
            inverted_2: Inverted16To24At56::new(),
            inverted_3: Inverted24To24At56::new(),
            inverted_4: Inverted24To32At28::new(),
            inverteds: std::array::from_fn(|_| Inverted32To32At28::new()),
            inverted_7: Inverted32To64At14::new(),
            inverteds_2: std::array::from_fn(|_| Inverted64To64At14::new()),
            inverted_11: Inverted64To96At14::new(),
            inverteds_3: std::array::from_fn(|_| Inverted96To96At14::new()),
            inverted_14: Inverted96To160At7::new(),
            inverteds_4: std::array::from_fn(|_| Inverted160To160At7::new()),
            inverted_17: Inverted160To320At7::new(),
            conv_bn_18: ConvBn320To1280At7::new(),
            dropout: Dropout::new(0.2, 169),
            logits: Dense::new().init(Init::Normal(0.01)),
        }
    }

    /// `[N, 3, 224, 224]` to `[N, 1000]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        image: Map<B, 3, 224, 224, T>,
    ) -> Features<B, 1000, T> {
        let stem = self.conv_bn_0.chain().relu6().forward(image);
        let x = self.inverted_1.forward(stem);
        let x = self.inverted_2.forward(x);
        let x = self.inverted_3.forward(x);
        let x = self.inverted_4.forward(x);
        let x = self.inverteds.iter().fold(x, |x, inverted| inverted.forward(x));
        let x = self.inverted_7.forward(x);
        let x = self.inverteds_2.iter().fold(x, |x, inverted| inverted.forward(x));
        let x = self.inverted_11.forward(x);
        let x = self.inverteds_3.iter().fold(x, |x, inverted| inverted.forward(x));
        let x = self.inverted_14.forward(x);
        let x = self.inverteds_4.iter().fold(x, |x, inverted| inverted.forward(x));
        let x = self.inverted_17.forward(x);
        let x = self.dropout.forward(gap(self.conv_bn_18.chain().relu6().forward(x)));
        self.logits.forward(x)
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
    MobilenetV2 { conv_bn_0 : "0", inverted_1 : "1", inverted_2 : "2", inverted_3 : "3",
    inverted_4 : "4", inverteds : ["5", "6"], inverted_7 : "7", inverteds_2 : ["8", "9",
    "10"], inverted_11 : "11", inverteds_3 : ["12", "13"], inverted_14 : "14",
    inverteds_4 : ["15", "16"], inverted_17 : "17", conv_bn_18 : "18", dropout :
    "dropout", logits : "logits" }
);

/// `[N, 160, 7, 7]` to `[N, 320, 7, 7]`.
pub struct Inverted160To320At7 {
    /// `[N, 160, 7, 7]` to `[N, 960, 7, 7]`.
    pub expand: ConvBn160To960At7,
    /// Over `[N, 960, 7, 7]`.
    pub filter: DepthwiseBn960At7,
    /// `[N, 960, 7, 7]` to `[N, 320, 7, 7]`.
    pub project: ConvBn960To320At7,
}

impl Inverted160To320At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            expand: ConvBn160To960At7::new(),
            filter: DepthwiseBn960At7::new(),
            project: ConvBn960To320At7::new(),
        }
    }

    /// `[N, 160, 7, 7]` to `[N, 320, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 160, 7, 7, T>,
    ) -> Map<B, 320, 7, 7, T> {
        let x = self.expand.chain().relu6().forward(x);
        let x = self.filter.chain().relu6().forward(x);
        self.project.forward(x)
    }
}

module!(
    Inverted160To320At7 { expand : "expand", filter : "filter", project : "project" }
);

/// `[N, 160, 7, 7]` to `[N, 160, 7, 7]`.
pub struct Inverted160To160At7 {
    /// `[N, 160, 7, 7]` to `[N, 960, 7, 7]`.
    pub expand: ConvBn160To960At7,
    /// Over `[N, 960, 7, 7]`.
    pub filter: DepthwiseBn960At7,
    /// `[N, 960, 7, 7]` to `[N, 160, 7, 7]`.
    pub project: ConvBn960To160At7,
}

impl Inverted160To160At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            expand: ConvBn160To960At7::new(),
            filter: DepthwiseBn960At7::new(),
            project: ConvBn960To160At7::new(),
        }
    }

    /// `[N, 160, 7, 7]` to `[N, 160, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 160, 7, 7, T>,
    ) -> Map<B, 160, 7, 7, T> {
        let x_2 = self.expand.chain().relu6().forward(fork(&x));
        let x_2 = self.filter.chain().relu6().forward(x_2);
        self.project.chain().add(x).forward(x_2)
    }
}

module!(
    Inverted160To160At7 { expand : "expand", filter : "filter", project : "project" }
);

/// `[N, 96, 14, 14]` to `[N, 160, 7, 7]`.
pub struct Inverted96To160At7 {
    /// `[N, 96, 14, 14]` to `[N, 576, 14, 14]`.
    pub expand: ConvBn96To576At14,
    /// `[N, 576, 14, 14]` to `[N, 576, 7, 7]`.
    pub filter: DepthwiseBn576At7,
    /// `[N, 576, 7, 7]` to `[N, 160, 7, 7]`.
    pub project: ConvBn576To160At7,
}

impl Inverted96To160At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            expand: ConvBn96To576At14::new(),
            filter: DepthwiseBn576At7::new(),
            project: ConvBn576To160At7::new(),
        }
    }

    /// `[N, 96, 14, 14]` to `[N, 160, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 96, 14, 14, T>,
    ) -> Map<B, 160, 7, 7, T> {
        let x = self.expand.chain().relu6().forward(x);
        let x = self.filter.chain().relu6().forward(x);
        self.project.forward(x)
    }
}

module!(
    Inverted96To160At7 { expand : "expand", filter : "filter", project : "project" }
);

/// `[N, 96, 14, 14]` to `[N, 96, 14, 14]`.
pub struct Inverted96To96At14 {
    /// `[N, 96, 14, 14]` to `[N, 576, 14, 14]`.
    pub expand: ConvBn96To576At14,
    /// Over `[N, 576, 14, 14]`.
    pub filter: DepthwiseBn576At14,
    /// `[N, 576, 14, 14]` to `[N, 96, 14, 14]`.
    pub project: ConvBn576To96At14,
}

impl Inverted96To96At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            expand: ConvBn96To576At14::new(),
            filter: DepthwiseBn576At14::new(),
            project: ConvBn576To96At14::new(),
        }
    }

    /// `[N, 96, 14, 14]` to `[N, 96, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 96, 14, 14, T>,
    ) -> Map<B, 96, 14, 14, T> {
        let x_2 = self.expand.chain().relu6().forward(fork(&x));
        let x_2 = self.filter.chain().relu6().forward(x_2);
        self.project.chain().add(x).forward(x_2)
    }
}

module!(
    Inverted96To96At14 { expand : "expand", filter : "filter", project : "project" }
);

/// `[N, 64, 14, 14]` to `[N, 96, 14, 14]`.
pub struct Inverted64To96At14 {
    /// `[N, 64, 14, 14]` to `[N, 384, 14, 14]`.
    pub expand: ConvBn64To384At14,
    /// Over `[N, 384, 14, 14]`.
    pub filter: DepthwiseBn384At14,
    /// `[N, 384, 14, 14]` to `[N, 96, 14, 14]`.
    pub project: ConvBn384To96At14,
}

impl Inverted64To96At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            expand: ConvBn64To384At14::new(),
            filter: DepthwiseBn384At14::new(),
            project: ConvBn384To96At14::new(),
        }
    }

    /// `[N, 64, 14, 14]` to `[N, 96, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 64, 14, 14, T>,
    ) -> Map<B, 96, 14, 14, T> {
        let x = self.expand.chain().relu6().forward(x);
        let x = self.filter.chain().relu6().forward(x);
        self.project.forward(x)
    }
}

module!(
    Inverted64To96At14 { expand : "expand", filter : "filter", project : "project" }
);

/// `[N, 64, 14, 14]` to `[N, 64, 14, 14]`.
pub struct Inverted64To64At14 {
    /// `[N, 64, 14, 14]` to `[N, 384, 14, 14]`.
    pub expand: ConvBn64To384At14,
    /// Over `[N, 384, 14, 14]`.
    pub filter: DepthwiseBn384At14,
    /// `[N, 384, 14, 14]` to `[N, 64, 14, 14]`.
    pub project: ConvBn384To64At14,
}

impl Inverted64To64At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            expand: ConvBn64To384At14::new(),
            filter: DepthwiseBn384At14::new(),
            project: ConvBn384To64At14::new(),
        }
    }

    /// `[N, 64, 14, 14]` to `[N, 64, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 64, 14, 14, T>,
    ) -> Map<B, 64, 14, 14, T> {
        let x_2 = self.expand.chain().relu6().forward(fork(&x));
        let x_2 = self.filter.chain().relu6().forward(x_2);
        self.project.chain().add(x).forward(x_2)
    }
}

module!(
    Inverted64To64At14 { expand : "expand", filter : "filter", project : "project" }
);

/// `[N, 32, 28, 28]` to `[N, 64, 14, 14]`.
pub struct Inverted32To64At14 {
    /// `[N, 32, 28, 28]` to `[N, 192, 28, 28]`.
    pub expand: ConvBn32To192At28,
    /// `[N, 192, 28, 28]` to `[N, 192, 14, 14]`.
    pub filter: DepthwiseBn192At14,
    /// `[N, 192, 14, 14]` to `[N, 64, 14, 14]`.
    pub project: ConvBn192To64At14,
}

impl Inverted32To64At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            expand: ConvBn32To192At28::new(),
            filter: DepthwiseBn192At14::new(),
            project: ConvBn192To64At14::new(),
        }
    }

    /// `[N, 32, 28, 28]` to `[N, 64, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 32, 28, 28, T>,
    ) -> Map<B, 64, 14, 14, T> {
        let x = self.expand.chain().relu6().forward(x);
        let x = self.filter.chain().relu6().forward(x);
        self.project.forward(x)
    }
}

module!(
    Inverted32To64At14 { expand : "expand", filter : "filter", project : "project" }
);

/// `[N, 32, 28, 28]` to `[N, 32, 28, 28]`.
pub struct Inverted32To32At28 {
    /// `[N, 32, 28, 28]` to `[N, 192, 28, 28]`.
    pub expand: ConvBn32To192At28,
    /// Over `[N, 192, 28, 28]`.
    pub filter: DepthwiseBn192At28,
    /// `[N, 192, 28, 28]` to `[N, 32, 28, 28]`.
    pub project: ConvBn192To32At28,
}

impl Inverted32To32At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            expand: ConvBn32To192At28::new(),
            filter: DepthwiseBn192At28::new(),
            project: ConvBn192To32At28::new(),
        }
    }

    /// `[N, 32, 28, 28]` to `[N, 32, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 32, 28, 28, T>,
    ) -> Map<B, 32, 28, 28, T> {
        let x_2 = self.expand.chain().relu6().forward(fork(&x));
        let x_2 = self.filter.chain().relu6().forward(x_2);
        self.project.chain().add(x).forward(x_2)
    }
}

module!(
    Inverted32To32At28 { expand : "expand", filter : "filter", project : "project" }
);

/// `[N, 24, 56, 56]` to `[N, 32, 28, 28]`.
pub struct Inverted24To32At28 {
    /// `[N, 24, 56, 56]` to `[N, 144, 56, 56]`.
    pub expand: ConvBn24To144At56,
    /// `[N, 144, 56, 56]` to `[N, 144, 28, 28]`.
    pub filter: DepthwiseBn144At28,
    /// `[N, 144, 28, 28]` to `[N, 32, 28, 28]`.
    pub project: ConvBn144To32At28,
}

impl Inverted24To32At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            expand: ConvBn24To144At56::new(),
            filter: DepthwiseBn144At28::new(),
            project: ConvBn144To32At28::new(),
        }
    }

    /// `[N, 24, 56, 56]` to `[N, 32, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 24, 56, 56, T>,
    ) -> Map<B, 32, 28, 28, T> {
        let x = self.expand.chain().relu6().forward(x);
        let x = self.filter.chain().relu6().forward(x);
        self.project.forward(x)
    }
}

module!(
    Inverted24To32At28 { expand : "expand", filter : "filter", project : "project" }
);

/// `[N, 24, 56, 56]` to `[N, 24, 56, 56]`.
pub struct Inverted24To24At56 {
    /// `[N, 24, 56, 56]` to `[N, 144, 56, 56]`.
    pub expand: ConvBn24To144At56,
    /// Over `[N, 144, 56, 56]`.
    pub filter: DepthwiseBn144At56,
    /// `[N, 144, 56, 56]` to `[N, 24, 56, 56]`.
    pub project: ConvBn144To24At56,
}

impl Inverted24To24At56 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            expand: ConvBn24To144At56::new(),
            filter: DepthwiseBn144At56::new(),
            project: ConvBn144To24At56::new(),
        }
    }

    /// `[N, 24, 56, 56]` to `[N, 24, 56, 56]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 24, 56, 56, T>,
    ) -> Map<B, 24, 56, 56, T> {
        let x_2 = self.expand.chain().relu6().forward(fork(&x));
        let x_2 = self.filter.chain().relu6().forward(x_2);
        self.project.chain().add(x).forward(x_2)
    }
}

module!(
    Inverted24To24At56 { expand : "expand", filter : "filter", project : "project" }
);

/// `[N, 16, 112, 112]` to `[N, 24, 56, 56]`.
pub struct Inverted16To24At56 {
    /// `[N, 16, 112, 112]` to `[N, 96, 112, 112]`.
    pub expand: ConvBn16To96At112,
    /// `[N, 96, 112, 112]` to `[N, 96, 56, 56]`.
    pub filter: DepthwiseBn96At56,
    /// `[N, 96, 56, 56]` to `[N, 24, 56, 56]`.
    pub project: ConvBn96To24At56,
}

impl Inverted16To24At56 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            expand: ConvBn16To96At112::new(),
            filter: DepthwiseBn96At56::new(),
            project: ConvBn96To24At56::new(),
        }
    }

    /// `[N, 16, 112, 112]` to `[N, 24, 56, 56]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 16, 112, 112, T>,
    ) -> Map<B, 24, 56, 56, T> {
        let x = self.expand.chain().relu6().forward(x);
        let x = self.filter.chain().relu6().forward(x);
        self.project.forward(x)
    }
}

module!(
    Inverted16To24At56 { expand : "expand", filter : "filter", project : "project" }
);

/// `[N, 32, 112, 112]` to `[N, 16, 112, 112]`.
pub struct Inverted32To16At112 {
    /// Over `[N, 32, 112, 112]`.
    pub filter: DepthwiseBn32At112,
    /// `[N, 32, 112, 112]` to `[N, 16, 112, 112]`.
    pub project: ConvBn32To16At112,
}

impl Inverted32To16At112 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            filter: DepthwiseBn32At112::new(),
            project: ConvBn32To16At112::new(),
        }
    }

    /// `[N, 32, 112, 112]` to `[N, 16, 112, 112]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 32, 112, 112, T>,
    ) -> Map<B, 16, 112, 112, T> {
        let x = self.filter.chain().relu6().forward(x);
        self.project.forward(x)
    }
}

module!(Inverted32To16At112 { filter : "filter", project : "project" });

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

/// `[N, 960, 7, 7]` to `[N, 320, 7, 7]`.
pub struct ConvBn960To320At7 {
    /// `conv`, `[N, 960, 7, 7]` to `[N, 320, 7, 7]`, 307,200 weights.
    pub conv: conv!(960 x 7 x 7 => 320 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 320, 7, 7]`, 640 weights.
    pub bn: BatchNorm<320>,
}

impl ConvBn960To320At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 960, 7, 7]` to `[N, 320, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 960, 7, 7, T>,
    ) -> Map<B, 320, 7, 7, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(ConvBn960To320At7 { conv : "conv", bn : "bn" });

/// `[N, 960, 7, 7]` to `[N, 160, 7, 7]`.
pub struct ConvBn960To160At7 {
    /// `conv`, `[N, 960, 7, 7]` to `[N, 160, 7, 7]`, 153,600 weights.
    pub conv: conv!(960 x 7 x 7 => 160 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 160, 7, 7]`, 320 weights.
    pub bn: BatchNorm<160>,
}

impl ConvBn960To160At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 960, 7, 7]` to `[N, 160, 7, 7]`. A chain that goes on.
    pub fn chain(&self) -> chain!(960 x 7 x 7 => 160 x 7 x 7) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn960To160At7 { conv : "conv", bn : "bn" });

/// `[N, 960, 7, 7]` to `[N, 960, 7, 7]`.
pub struct DepthwiseBn960At7 {
    /// `depthwise`, over `[N, 960, 7, 7]`, 8,640 weights.
    pub conv: conv!(
        960 x 7 x 7 => 960 x 7 x 7, kernel 3 x 3, pad 1 x 1, groups 960, no bias
    ),
    /// `bn`, over `[N, 960, 7, 7]`, 1,920 weights.
    pub bn: BatchNorm<960>,
}

impl DepthwiseBn960At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 960, 7, 7]` to `[N, 960, 7, 7]`. A chain that goes on.
    pub fn chain(&self) -> chain!(960 x 7 x 7 => 960 x 7 x 7) {
        self.conv.bn(&self.bn)
    }
}

module!(DepthwiseBn960At7 { conv : "conv", bn : "bn" });

/// `[N, 160, 7, 7]` to `[N, 960, 7, 7]`.
pub struct ConvBn160To960At7 {
    /// `conv`, `[N, 160, 7, 7]` to `[N, 960, 7, 7]`, 153,600 weights.
    pub conv: conv!(160 x 7 x 7 => 960 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 960, 7, 7]`, 1,920 weights.
    pub bn: BatchNorm<960>,
}

impl ConvBn160To960At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 160, 7, 7]` to `[N, 960, 7, 7]`. A chain that goes on.
    pub fn chain(&self) -> chain!(160 x 7 x 7 => 960 x 7 x 7) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn160To960At7 { conv : "conv", bn : "bn" });

/// `[N, 576, 7, 7]` to `[N, 160, 7, 7]`.
pub struct ConvBn576To160At7 {
    /// `conv`, `[N, 576, 7, 7]` to `[N, 160, 7, 7]`, 92,160 weights.
    pub conv: conv!(576 x 7 x 7 => 160 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 160, 7, 7]`, 320 weights.
    pub bn: BatchNorm<160>,
}

impl ConvBn576To160At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 576, 7, 7]` to `[N, 160, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 576, 7, 7, T>,
    ) -> Map<B, 160, 7, 7, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(ConvBn576To160At7 { conv : "conv", bn : "bn" });

/// `[N, 576, 14, 14]` to `[N, 576, 7, 7]`.
pub struct DepthwiseBn576At7 {
    /// `depthwise`, `[N, 576, 14, 14]` to `[N, 576, 7, 7]`, 5,184 weights.
    pub conv: conv!(
        576 x 14 x 14 => 576 x 7 x 7, kernel 3 x 3, stride 2 x 2, pad 1 x 1, groups 576,
        no bias
    ),
    /// `bn`, over `[N, 576, 7, 7]`, 1,152 weights.
    pub bn: BatchNorm<576>,
}

impl DepthwiseBn576At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 576, 14, 14]` to `[N, 576, 7, 7]`. A chain that goes on.
    pub fn chain(&self) -> chain!(576 x 14 x 14 => 576 x 7 x 7) {
        self.conv.bn(&self.bn)
    }
}

module!(DepthwiseBn576At7 { conv : "conv", bn : "bn" });

/// `[N, 576, 14, 14]` to `[N, 96, 14, 14]`.
pub struct ConvBn576To96At14 {
    /// `conv`, `[N, 576, 14, 14]` to `[N, 96, 14, 14]`, 55,296 weights.
    pub conv: conv!(576 x 14 x 14 => 96 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 96, 14, 14]`, 192 weights.
    pub bn: BatchNorm<96>,
}

impl ConvBn576To96At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 576, 14, 14]` to `[N, 96, 14, 14]`. A chain that goes on.
    pub fn chain(&self) -> chain!(576 x 14 x 14 => 96 x 14 x 14) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn576To96At14 { conv : "conv", bn : "bn" });

/// `[N, 576, 14, 14]` to `[N, 576, 14, 14]`.
pub struct DepthwiseBn576At14 {
    /// `depthwise`, over `[N, 576, 14, 14]`, 5,184 weights.
    pub conv: conv!(
        576 x 14 x 14 => 576 x 14 x 14, kernel 3 x 3, pad 1 x 1, groups 576, no bias
    ),
    /// `bn`, over `[N, 576, 14, 14]`, 1,152 weights.
    pub bn: BatchNorm<576>,
}

impl DepthwiseBn576At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 576, 14, 14]` to `[N, 576, 14, 14]`. A chain that goes on.
    pub fn chain(&self) -> chain!(576 x 14 x 14 => 576 x 14 x 14) {
        self.conv.bn(&self.bn)
    }
}

module!(DepthwiseBn576At14 { conv : "conv", bn : "bn" });

/// `[N, 96, 14, 14]` to `[N, 576, 14, 14]`.
pub struct ConvBn96To576At14 {
    /// `conv`, `[N, 96, 14, 14]` to `[N, 576, 14, 14]`, 55,296 weights.
    pub conv: conv!(96 x 14 x 14 => 576 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 576, 14, 14]`, 1,152 weights.
    pub bn: BatchNorm<576>,
}

impl ConvBn96To576At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 96, 14, 14]` to `[N, 576, 14, 14]`. A chain that goes on.
    pub fn chain(&self) -> chain!(96 x 14 x 14 => 576 x 14 x 14) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn96To576At14 { conv : "conv", bn : "bn" });

/// `[N, 384, 14, 14]` to `[N, 96, 14, 14]`.
pub struct ConvBn384To96At14 {
    /// `conv`, `[N, 384, 14, 14]` to `[N, 96, 14, 14]`, 36,864 weights.
    pub conv: conv!(384 x 14 x 14 => 96 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 96, 14, 14]`, 192 weights.
    pub bn: BatchNorm<96>,
}

impl ConvBn384To96At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 384, 14, 14]` to `[N, 96, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 384, 14, 14, T>,
    ) -> Map<B, 96, 14, 14, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(ConvBn384To96At14 { conv : "conv", bn : "bn" });

/// `[N, 384, 14, 14]` to `[N, 64, 14, 14]`.
pub struct ConvBn384To64At14 {
    /// `conv`, `[N, 384, 14, 14]` to `[N, 64, 14, 14]`, 24,576 weights.
    pub conv: conv!(384 x 14 x 14 => 64 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 64, 14, 14]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl ConvBn384To64At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 384, 14, 14]` to `[N, 64, 14, 14]`. A chain that goes on.
    pub fn chain(&self) -> chain!(384 x 14 x 14 => 64 x 14 x 14) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn384To64At14 { conv : "conv", bn : "bn" });

/// `[N, 384, 14, 14]` to `[N, 384, 14, 14]`.
pub struct DepthwiseBn384At14 {
    /// `depthwise`, over `[N, 384, 14, 14]`, 3,456 weights.
    pub conv: conv!(
        384 x 14 x 14 => 384 x 14 x 14, kernel 3 x 3, pad 1 x 1, groups 384, no bias
    ),
    /// `bn`, over `[N, 384, 14, 14]`, 768 weights.
    pub bn: BatchNorm<384>,
}

impl DepthwiseBn384At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 384, 14, 14]` to `[N, 384, 14, 14]`. A chain that goes on.
    pub fn chain(&self) -> chain!(384 x 14 x 14 => 384 x 14 x 14) {
        self.conv.bn(&self.bn)
    }
}

module!(DepthwiseBn384At14 { conv : "conv", bn : "bn" });

/// `[N, 64, 14, 14]` to `[N, 384, 14, 14]`.
pub struct ConvBn64To384At14 {
    /// `conv`, `[N, 64, 14, 14]` to `[N, 384, 14, 14]`, 24,576 weights.
    pub conv: conv!(64 x 14 x 14 => 384 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 384, 14, 14]`, 768 weights.
    pub bn: BatchNorm<384>,
}

impl ConvBn64To384At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 64, 14, 14]` to `[N, 384, 14, 14]`. A chain that goes on.
    pub fn chain(&self) -> chain!(64 x 14 x 14 => 384 x 14 x 14) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn64To384At14 { conv : "conv", bn : "bn" });

/// `[N, 192, 14, 14]` to `[N, 64, 14, 14]`.
pub struct ConvBn192To64At14 {
    /// `conv`, `[N, 192, 14, 14]` to `[N, 64, 14, 14]`, 12,288 weights.
    pub conv: conv!(192 x 14 x 14 => 64 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 64, 14, 14]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl ConvBn192To64At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 192, 14, 14]` to `[N, 64, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 192, 14, 14, T>,
    ) -> Map<B, 64, 14, 14, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(ConvBn192To64At14 { conv : "conv", bn : "bn" });

/// `[N, 192, 28, 28]` to `[N, 192, 14, 14]`.
pub struct DepthwiseBn192At14 {
    /// `depthwise`, `[N, 192, 28, 28]` to `[N, 192, 14, 14]`, 1,728 weights.
    pub conv: conv!(
        192 x 28 x 28 => 192 x 14 x 14, kernel 3 x 3, stride 2 x 2, pad 1 x 1, groups
        192, no bias
    ),
    /// `bn`, over `[N, 192, 14, 14]`, 384 weights.
    pub bn: BatchNorm<192>,
}

impl DepthwiseBn192At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 192, 28, 28]` to `[N, 192, 14, 14]`. A chain that goes on.
    pub fn chain(&self) -> chain!(192 x 28 x 28 => 192 x 14 x 14) {
        self.conv.bn(&self.bn)
    }
}

module!(DepthwiseBn192At14 { conv : "conv", bn : "bn" });

/// `[N, 192, 28, 28]` to `[N, 32, 28, 28]`.
pub struct ConvBn192To32At28 {
    /// `conv`, `[N, 192, 28, 28]` to `[N, 32, 28, 28]`, 6,144 weights.
    pub conv: conv!(192 x 28 x 28 => 32 x 28 x 28, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 32, 28, 28]`, 64 weights.
    pub bn: BatchNorm<32>,
}

impl ConvBn192To32At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 192, 28, 28]` to `[N, 32, 28, 28]`. A chain that goes on.
    pub fn chain(&self) -> chain!(192 x 28 x 28 => 32 x 28 x 28) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn192To32At28 { conv : "conv", bn : "bn" });

/// `[N, 192, 28, 28]` to `[N, 192, 28, 28]`.
pub struct DepthwiseBn192At28 {
    /// `depthwise`, over `[N, 192, 28, 28]`, 1,728 weights.
    pub conv: conv!(
        192 x 28 x 28 => 192 x 28 x 28, kernel 3 x 3, pad 1 x 1, groups 192, no bias
    ),
    /// `bn`, over `[N, 192, 28, 28]`, 384 weights.
    pub bn: BatchNorm<192>,
}

impl DepthwiseBn192At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 192, 28, 28]` to `[N, 192, 28, 28]`. A chain that goes on.
    pub fn chain(&self) -> chain!(192 x 28 x 28 => 192 x 28 x 28) {
        self.conv.bn(&self.bn)
    }
}

module!(DepthwiseBn192At28 { conv : "conv", bn : "bn" });

/// `[N, 32, 28, 28]` to `[N, 192, 28, 28]`.
pub struct ConvBn32To192At28 {
    /// `conv`, `[N, 32, 28, 28]` to `[N, 192, 28, 28]`, 6,144 weights.
    pub conv: conv!(32 x 28 x 28 => 192 x 28 x 28, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 192, 28, 28]`, 384 weights.
    pub bn: BatchNorm<192>,
}

impl ConvBn32To192At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 32, 28, 28]` to `[N, 192, 28, 28]`. A chain that goes on.
    pub fn chain(&self) -> chain!(32 x 28 x 28 => 192 x 28 x 28) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn32To192At28 { conv : "conv", bn : "bn" });

/// `[N, 144, 28, 28]` to `[N, 32, 28, 28]`.
pub struct ConvBn144To32At28 {
    /// `conv`, `[N, 144, 28, 28]` to `[N, 32, 28, 28]`, 4,608 weights.
    pub conv: conv!(144 x 28 x 28 => 32 x 28 x 28, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 32, 28, 28]`, 64 weights.
    pub bn: BatchNorm<32>,
}

impl ConvBn144To32At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 144, 28, 28]` to `[N, 32, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 144, 28, 28, T>,
    ) -> Map<B, 32, 28, 28, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(ConvBn144To32At28 { conv : "conv", bn : "bn" });

/// `[N, 144, 56, 56]` to `[N, 144, 28, 28]`.
pub struct DepthwiseBn144At28 {
    /// `depthwise`, `[N, 144, 56, 56]` to `[N, 144, 28, 28]`, 1,296 weights.
    pub conv: conv!(
        144 x 56 x 56 => 144 x 28 x 28, kernel 3 x 3, stride 2 x 2, pad 1 x 1, groups
        144, no bias
    ),
    /// `bn`, over `[N, 144, 28, 28]`, 288 weights.
    pub bn: BatchNorm<144>,
}

impl DepthwiseBn144At28 {
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

module!(DepthwiseBn144At28 { conv : "conv", bn : "bn" });

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

    /// `[N, 144, 56, 56]` to `[N, 24, 56, 56]`. A chain that goes on.
    pub fn chain(&self) -> chain!(144 x 56 x 56 => 24 x 56 x 56) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn144To24At56 { conv : "conv", bn : "bn" });

/// `[N, 144, 56, 56]` to `[N, 144, 56, 56]`.
pub struct DepthwiseBn144At56 {
    /// `depthwise`, over `[N, 144, 56, 56]`, 1,296 weights.
    pub conv: conv!(
        144 x 56 x 56 => 144 x 56 x 56, kernel 3 x 3, pad 1 x 1, groups 144, no bias
    ),
    /// `bn`, over `[N, 144, 56, 56]`, 288 weights.
    pub bn: BatchNorm<144>,
}

impl DepthwiseBn144At56 {
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

module!(DepthwiseBn144At56 { conv : "conv", bn : "bn" });

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

/// `[N, 96, 112, 112]` to `[N, 96, 56, 56]`.
pub struct DepthwiseBn96At56 {
    /// `depthwise`, `[N, 96, 112, 112]` to `[N, 96, 56, 56]`, 864 weights.
    pub conv: conv!(
        96 x 112 x 112 => 96 x 56 x 56, kernel 3 x 3, stride 2 x 2, pad 1 x 1, groups 96,
        no bias
    ),
    /// `bn`, over `[N, 96, 56, 56]`, 192 weights.
    pub bn: BatchNorm<96>,
}

impl DepthwiseBn96At56 {
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

module!(DepthwiseBn96At56 { conv : "conv", bn : "bn" });

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
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 32, 112, 112]` to `[N, 32, 112, 112]`. A chain that goes on.
    pub fn chain(&self) -> chain!(32 x 112 x 112 => 32 x 112 x 112) {
        self.conv.bn(&self.bn)
    }
}

module!(DepthwiseBn32At112 { conv : "conv", bn : "bn" });

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
