//! A network of 2542856 trainable weights. Written by `blockprint compile`.

use blockprint::typed::prelude::*;
use blockprint::typed::program::Measures;

/// `[N, 3, 224, 224]` to `[N, 1000]`.
pub struct MobilenetV3Small {
    /// `[N, 3, 224, 224]` to `[N, 16, 112, 112]`.
    pub conv_bn_0: ConvBn3To16At112,
    /// `[N, 16, 112, 112]` to `[N, 16, 56, 56]`.
    pub inverted_1: Inverted16To16At56,
    /// `[N, 16, 56, 56]` to `[N, 24, 28, 28]`.
    pub inverted_2: Inverted16To24At28,
    /// Over `[N, 24, 28, 28]`.
    pub inverted_3: Inverted24To24At28,
    /// `[N, 24, 28, 28]` to `[N, 40, 14, 14]`.
    pub inverted_4: Inverted24To40At14,
    /// One after the other, over `[N, 40, 14, 14]`.
    pub inverteds: [Inverted40To40At14; 2],
    /// `[N, 40, 14, 14]` to `[N, 48, 14, 14]`.
    pub inverted_7: Inverted40To48At14,
    /// Over `[N, 48, 14, 14]`.
    pub inverted_8: Inverted48To48At14,
    /// `[N, 48, 14, 14]` to `[N, 96, 7, 7]`.
    pub inverted_9: Inverted48To96At7,
    /// One after the other, over `[N, 96, 7, 7]`.
    pub inverteds_2: [Inverted96To96At7; 2],
    /// `[N, 96, 7, 7]` to `[N, 576, 7, 7]`.
    pub conv_bn_12: ConvBn96To576At7,
    /// `dense`, `[N, 576]` to `[N, 1024]`, 590,848 weights.
    pub hidden: Dense<576, 1024>,
    /// `dropout`, over `[N, 1024]`.
    pub dropout: Dropout,
    /// `dense`, `[N, 1024]` to `[N, 1000]`, 1,025,000 weights.
    pub logits: Dense<1024, 1000>,
}

impl MobilenetV3Small {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv_bn_0: ConvBn3To16At112::new(),
            inverted_1: Inverted16To16At56::new(),
            inverted_2: Inverted16To24At28::new(),
            inverted_3: Inverted24To24At28::new(),
            inverted_4: Inverted24To40At14::new(),
            inverteds: std::array::from_fn(|_| Inverted40To40At14::new()),
            inverted_7: Inverted40To48At14::new(),
            inverted_8: Inverted48To48At14::new(),
            inverted_9: Inverted48To96At7::new(),
            inverteds_2: std::array::from_fn(|_| Inverted96To96At7::new()),
            conv_bn_12: ConvBn96To576At7::new(),
            hidden: Dense::new().init(Init::Normal(0.01)),
            dropout: Dropout::new(0.2, 167),
            logits: Dense::new().init(Init::Normal(0.01)),
        }
    }

    /// `[N, 3, 224, 224]` to `[N, 1000]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        image: Map<B, 3, 224, 224, T>,
    ) -> Features<B, 1000, T> {
        let stem = self.conv_bn_0.chain().hswish().forward(image);
        let x = self.inverted_1.forward(stem);
        let x = self.inverted_2.forward(x);
        let x = self.inverted_3.forward(x);
        let x = self.inverted_4.forward(x);
        let x = self.inverteds.iter().fold(x, |x, inverted| inverted.forward(x));
        let x = self.inverted_7.forward(x);
        let x = self.inverted_8.forward(x);
        let x = self.inverted_9.forward(x);
        let x = self.inverteds_2.iter().fold(x, |x, inverted| inverted.forward(x));
        let features = gap(self.conv_bn_12.chain().hswish().forward(x));
        let x = self.dropout.forward(self.hidden.hswish().forward(features));
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
    MobilenetV3Small { conv_bn_0 : "0", inverted_1 : "1", inverted_2 : "2", inverted_3 :
    "3", inverted_4 : "4", inverteds : ["5", "6"], inverted_7 : "7", inverted_8 : "8",
    inverted_9 : "9", inverteds_2 : ["10", "11"], conv_bn_12 : "12", hidden : "hidden",
    dropout : "dropout", logits : "logits" }
);

/// `[N, 96, 7, 7]` to `[N, 96, 7, 7]`.
pub struct Inverted96To96At7 {
    /// `[N, 96, 7, 7]` to `[N, 576, 7, 7]`.
    pub expand: ConvBn96To576At7,
    /// Over `[N, 576, 7, 7]`.
    pub filter: DepthwiseBn576,
    /// Over `[N, 576, 7, 7]`.
    pub se: SqueezeExcite576,
    /// `[N, 576, 7, 7]` to `[N, 96, 7, 7]`.
    pub project: ConvBn576To96At7,
}

impl Inverted96To96At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            expand: ConvBn96To576At7::new(),
            filter: DepthwiseBn576::new(),
            se: SqueezeExcite576::new(),
            project: ConvBn576To96At7::new(),
        }
    }

    /// `[N, 96, 7, 7]` to `[N, 96, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 96, 7, 7, T>,
    ) -> Map<B, 96, 7, 7, T> {
        let x_2 = self.expand.chain().hswish().forward(fork(&x));
        let x_2 = self.filter.chain().hswish().forward(x_2);
        let se = self.se.forward(x_2);
        self.project.chain().add(x).forward(se)
    }
}

module!(
    Inverted96To96At7 { expand : "expand", filter : "filter", se : "se", project :
    "project" }
);

/// `[N, 48, 14, 14]` to `[N, 96, 7, 7]`.
pub struct Inverted48To96At7 {
    /// `[N, 48, 14, 14]` to `[N, 288, 14, 14]`.
    pub expand: ConvBn48To288At14,
    /// `[N, 288, 14, 14]` to `[N, 288, 7, 7]`.
    pub filter: DepthwiseBn288,
    /// Over `[N, 288, 7, 7]`.
    pub se: SqueezeExcite288,
    /// `[N, 288, 7, 7]` to `[N, 96, 7, 7]`.
    pub project: ConvBn288To96At7,
}

impl Inverted48To96At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            expand: ConvBn48To288At14::new(),
            filter: DepthwiseBn288::new(),
            se: SqueezeExcite288::new(),
            project: ConvBn288To96At7::new(),
        }
    }

    /// `[N, 48, 14, 14]` to `[N, 96, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 48, 14, 14, T>,
    ) -> Map<B, 96, 7, 7, T> {
        let x = self.expand.chain().hswish().forward(x);
        let x = self.filter.chain().hswish().forward(x);
        let se = self.se.forward(x);
        self.project.forward(se)
    }
}

module!(
    Inverted48To96At7 { expand : "expand", filter : "filter", se : "se", project :
    "project" }
);

/// `[N, 48, 14, 14]` to `[N, 48, 14, 14]`.
pub struct Inverted48To48At14 {
    /// `[N, 48, 14, 14]` to `[N, 144, 14, 14]`.
    pub expand: ConvBn48To144At14,
    /// Over `[N, 144, 14, 14]`.
    pub filter: DepthwiseBn144,
    /// Over `[N, 144, 14, 14]`.
    pub se: SqueezeExcite144,
    /// `[N, 144, 14, 14]` to `[N, 48, 14, 14]`.
    pub project: ConvBn144To48At14,
}

impl Inverted48To48At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            expand: ConvBn48To144At14::new(),
            filter: DepthwiseBn144::new(),
            se: SqueezeExcite144::new(),
            project: ConvBn144To48At14::new(),
        }
    }

    /// `[N, 48, 14, 14]` to `[N, 48, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 48, 14, 14, T>,
    ) -> Map<B, 48, 14, 14, T> {
        let x_2 = self.expand.chain().hswish().forward(fork(&x));
        let x_2 = self.filter.chain().hswish().forward(x_2);
        let se = self.se.forward(x_2);
        self.project.chain().add(x).forward(se)
    }
}

module!(
    Inverted48To48At14 { expand : "expand", filter : "filter", se : "se", project :
    "project" }
);

/// `[N, 40, 14, 14]` to `[N, 48, 14, 14]`.
pub struct Inverted40To48At14 {
    /// `[N, 40, 14, 14]` to `[N, 120, 14, 14]`.
    pub expand: ConvBn40To120At14,
    /// Over `[N, 120, 14, 14]`.
    pub filter: DepthwiseBn120,
    /// Over `[N, 120, 14, 14]`.
    pub se: SqueezeExcite120,
    /// `[N, 120, 14, 14]` to `[N, 48, 14, 14]`.
    pub project: ConvBn120To48At14,
}

impl Inverted40To48At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            expand: ConvBn40To120At14::new(),
            filter: DepthwiseBn120::new(),
            se: SqueezeExcite120::new(),
            project: ConvBn120To48At14::new(),
        }
    }

    /// `[N, 40, 14, 14]` to `[N, 48, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 40, 14, 14, T>,
    ) -> Map<B, 48, 14, 14, T> {
        let x = self.expand.chain().hswish().forward(x);
        let x = self.filter.chain().hswish().forward(x);
        let se = self.se.forward(x);
        self.project.forward(se)
    }
}

module!(
    Inverted40To48At14 { expand : "expand", filter : "filter", se : "se", project :
    "project" }
);

/// `[N, 40, 14, 14]` to `[N, 40, 14, 14]`.
pub struct Inverted40To40At14 {
    /// `[N, 40, 14, 14]` to `[N, 240, 14, 14]`.
    pub expand: ConvBn40To240At14,
    /// Over `[N, 240, 14, 14]`.
    pub filter: DepthwiseBn240,
    /// Over `[N, 240, 14, 14]`.
    pub se: SqueezeExcite240,
    /// `[N, 240, 14, 14]` to `[N, 40, 14, 14]`.
    pub project: ConvBn240To40At14,
}

impl Inverted40To40At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            expand: ConvBn40To240At14::new(),
            filter: DepthwiseBn240::new(),
            se: SqueezeExcite240::new(),
            project: ConvBn240To40At14::new(),
        }
    }

    /// `[N, 40, 14, 14]` to `[N, 40, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 40, 14, 14, T>,
    ) -> Map<B, 40, 14, 14, T> {
        let x_2 = self.expand.chain().hswish().forward(fork(&x));
        let x_2 = self.filter.chain().hswish().forward(x_2);
        let se = self.se.forward(x_2);
        self.project.chain().add(x).forward(se)
    }
}

module!(
    Inverted40To40At14 { expand : "expand", filter : "filter", se : "se", project :
    "project" }
);

/// `[N, 24, 28, 28]` to `[N, 40, 14, 14]`.
pub struct Inverted24To40At14 {
    /// `[N, 24, 28, 28]` to `[N, 96, 28, 28]`.
    pub expand: ConvBn24To96At28,
    /// `[N, 96, 28, 28]` to `[N, 96, 14, 14]`.
    pub filter: DepthwiseBn96,
    /// Over `[N, 96, 14, 14]`.
    pub se: SqueezeExcite96,
    /// `[N, 96, 14, 14]` to `[N, 40, 14, 14]`.
    pub project: ConvBn96To40At14,
}

impl Inverted24To40At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            expand: ConvBn24To96At28::new(),
            filter: DepthwiseBn96::new(),
            se: SqueezeExcite96::new(),
            project: ConvBn96To40At14::new(),
        }
    }

    /// `[N, 24, 28, 28]` to `[N, 40, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 24, 28, 28, T>,
    ) -> Map<B, 40, 14, 14, T> {
        let x = self.expand.chain().hswish().forward(x);
        let x = self.filter.chain().hswish().forward(x);
        let se = self.se.forward(x);
        self.project.forward(se)
    }
}

module!(
    Inverted24To40At14 { expand : "expand", filter : "filter", se : "se", project :
    "project" }
);

/// `[N, 24, 28, 28]` to `[N, 24, 28, 28]`.
pub struct Inverted24To24At28 {
    /// `[N, 24, 28, 28]` to `[N, 88, 28, 28]`.
    pub expand: ConvBn24To88At28,
    /// Over `[N, 88, 28, 28]`.
    pub filter: DepthwiseBn88,
    /// `[N, 88, 28, 28]` to `[N, 24, 28, 28]`.
    pub project: ConvBn88To24At28,
}

impl Inverted24To24At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            expand: ConvBn24To88At28::new(),
            filter: DepthwiseBn88::new(),
            project: ConvBn88To24At28::new(),
        }
    }

    /// `[N, 24, 28, 28]` to `[N, 24, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 24, 28, 28, T>,
    ) -> Map<B, 24, 28, 28, T> {
        let x_2 = self.expand.chain().relu().forward(fork(&x));
        let x_2 = self.filter.chain().relu().forward(x_2);
        self.project.chain().add(x).forward(x_2)
    }
}

module!(
    Inverted24To24At28 { expand : "expand", filter : "filter", project : "project" }
);

/// `[N, 16, 56, 56]` to `[N, 24, 28, 28]`.
pub struct Inverted16To24At28 {
    /// `[N, 16, 56, 56]` to `[N, 72, 56, 56]`.
    pub expand: ConvBn16To72At56,
    /// `[N, 72, 56, 56]` to `[N, 72, 28, 28]`.
    pub filter: DepthwiseBn72,
    /// `[N, 72, 28, 28]` to `[N, 24, 28, 28]`.
    pub project: ConvBn72To24At28,
}

impl Inverted16To24At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            expand: ConvBn16To72At56::new(),
            filter: DepthwiseBn72::new(),
            project: ConvBn72To24At28::new(),
        }
    }

    /// `[N, 16, 56, 56]` to `[N, 24, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 16, 56, 56, T>,
    ) -> Map<B, 24, 28, 28, T> {
        let x = self.expand.chain().relu().forward(x);
        let x = self.filter.chain().relu().forward(x);
        self.project.forward(x)
    }
}

module!(
    Inverted16To24At28 { expand : "expand", filter : "filter", project : "project" }
);

/// `[N, 16, 112, 112]` to `[N, 16, 56, 56]`.
pub struct Inverted16To16At56 {
    /// `[N, 16, 112, 112]` to `[N, 16, 56, 56]`.
    pub filter: DepthwiseBn16,
    /// Over `[N, 16, 56, 56]`.
    pub se: SqueezeExcite16,
    /// Over `[N, 16, 56, 56]`.
    pub project: ConvBn16To16At56,
}

impl Inverted16To16At56 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            filter: DepthwiseBn16::new(),
            se: SqueezeExcite16::new(),
            project: ConvBn16To16At56::new(),
        }
    }

    /// `[N, 16, 112, 112]` to `[N, 16, 56, 56]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 16, 112, 112, T>,
    ) -> Map<B, 16, 56, 56, T> {
        let x = self.filter.chain().relu().forward(x);
        let se = self.se.forward(x);
        self.project.forward(se)
    }
}

module!(Inverted16To16At56 { filter : "filter", se : "se", project : "project" });

/// `[N, 576, 7, 7]` to `[N, 96, 7, 7]`.
pub struct ConvBn576To96At7 {
    /// `conv`, `[N, 576, 7, 7]` to `[N, 96, 7, 7]`, 55,296 weights.
    pub conv: conv!(576 x 7 x 7 => 96 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 96, 7, 7]`, 192 weights.
    pub bn: BatchNorm<96>,
}

impl ConvBn576To96At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 576, 7, 7]` to `[N, 96, 7, 7]`. A chain that goes on.
    pub fn chain(&self) -> chain!(576 x 7 x 7 => 96 x 7 x 7) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn576To96At7 { conv : "conv", bn : "bn" });

/// `[N, 576, 7, 7]` to `[N, 576, 7, 7]`.
pub struct SqueezeExcite576 {
    /// `conv`, `[N, 576, 1, 1]` to `[N, 144, 1, 1]`, 83,088 weights.
    pub gate_fc1: conv!(576 x 1 x 1 => 144 x 1 x 1, kernel 1 x 1),
    /// `conv`, `[N, 144, 1, 1]` to `[N, 576, 1, 1]`, 83,520 weights.
    pub gate_fc2: conv!(144 x 1 x 1 => 576 x 1 x 1, kernel 1 x 1),
}

impl SqueezeExcite576 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            gate_fc1: Conv::new(),
            gate_fc2: Conv::new(),
        }
    }

    /// `[N, 576, 7, 7]` to `[N, 576, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 576, 7, 7, T>,
    ) -> Map<B, 576, 7, 7, T> {
        let gate_value = reshape!(gap(fork(& x)); 576 => 576 x 1 x 1);
        let gate_value = self.gate_fc1.relu().forward(gate_value);
        let gate_value = self.gate_fc2.hsigmoid().forward(gate_value);
        gate(x, gate_value)
    }
}

module!(SqueezeExcite576 { gate_fc1 : "gate.fc1", gate_fc2 : "gate.fc2" });

/// `[N, 576, 7, 7]` to `[N, 576, 7, 7]`.
pub struct DepthwiseBn576 {
    /// `depthwise`, over `[N, 576, 7, 7]`, 14,400 weights.
    pub conv: conv!(
        576 x 7 x 7 => 576 x 7 x 7, kernel 5 x 5, pad 2 x 2, groups 576, no bias
    ),
    /// `bn`, over `[N, 576, 7, 7]`, 1,152 weights.
    pub bn: BatchNorm<576>,
}

impl DepthwiseBn576 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 576, 7, 7]` to `[N, 576, 7, 7]`. A chain that goes on.
    pub fn chain(&self) -> chain!(576 x 7 x 7 => 576 x 7 x 7) {
        self.conv.bn(&self.bn)
    }
}

module!(DepthwiseBn576 { conv : "conv", bn : "bn" });

/// `[N, 96, 7, 7]` to `[N, 576, 7, 7]`.
pub struct ConvBn96To576At7 {
    /// `conv`, `[N, 96, 7, 7]` to `[N, 576, 7, 7]`, 55,296 weights.
    pub conv: conv!(96 x 7 x 7 => 576 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 576, 7, 7]`, 1,152 weights.
    pub bn: BatchNorm<576>,
}

impl ConvBn96To576At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 96, 7, 7]` to `[N, 576, 7, 7]`. A chain that goes on.
    pub fn chain(&self) -> chain!(96 x 7 x 7 => 576 x 7 x 7) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn96To576At7 { conv : "conv", bn : "bn" });

/// `[N, 288, 7, 7]` to `[N, 96, 7, 7]`.
pub struct ConvBn288To96At7 {
    /// `conv`, `[N, 288, 7, 7]` to `[N, 96, 7, 7]`, 27,648 weights.
    pub conv: conv!(288 x 7 x 7 => 96 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 96, 7, 7]`, 192 weights.
    pub bn: BatchNorm<96>,
}

impl ConvBn288To96At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 288, 7, 7]` to `[N, 96, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 288, 7, 7, T>,
    ) -> Map<B, 96, 7, 7, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(ConvBn288To96At7 { conv : "conv", bn : "bn" });

/// `[N, 288, 7, 7]` to `[N, 288, 7, 7]`.
pub struct SqueezeExcite288 {
    /// `conv`, `[N, 288, 1, 1]` to `[N, 72, 1, 1]`, 20,808 weights.
    pub gate_fc1: conv!(288 x 1 x 1 => 72 x 1 x 1, kernel 1 x 1),
    /// `conv`, `[N, 72, 1, 1]` to `[N, 288, 1, 1]`, 21,024 weights.
    pub gate_fc2: conv!(72 x 1 x 1 => 288 x 1 x 1, kernel 1 x 1),
}

impl SqueezeExcite288 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            gate_fc1: Conv::new(),
            gate_fc2: Conv::new(),
        }
    }

    /// `[N, 288, 7, 7]` to `[N, 288, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 288, 7, 7, T>,
    ) -> Map<B, 288, 7, 7, T> {
        let gate_value = reshape!(gap(fork(& x)); 288 => 288 x 1 x 1);
        let gate_value = self.gate_fc1.relu().forward(gate_value);
        let gate_value = self.gate_fc2.hsigmoid().forward(gate_value);
        gate(x, gate_value)
    }
}

module!(SqueezeExcite288 { gate_fc1 : "gate.fc1", gate_fc2 : "gate.fc2" });

/// `[N, 288, 14, 14]` to `[N, 288, 7, 7]`.
pub struct DepthwiseBn288 {
    /// `depthwise`, `[N, 288, 14, 14]` to `[N, 288, 7, 7]`, 7,200 weights.
    pub conv: conv!(
        288 x 14 x 14 => 288 x 7 x 7, kernel 5 x 5, stride 2 x 2, pad 2 x 2, groups 288,
        no bias
    ),
    /// `bn`, over `[N, 288, 7, 7]`, 576 weights.
    pub bn: BatchNorm<288>,
}

impl DepthwiseBn288 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 288, 14, 14]` to `[N, 288, 7, 7]`. A chain that goes on.
    pub fn chain(&self) -> chain!(288 x 14 x 14 => 288 x 7 x 7) {
        self.conv.bn(&self.bn)
    }
}

module!(DepthwiseBn288 { conv : "conv", bn : "bn" });

/// `[N, 48, 14, 14]` to `[N, 288, 14, 14]`.
pub struct ConvBn48To288At14 {
    /// `conv`, `[N, 48, 14, 14]` to `[N, 288, 14, 14]`, 13,824 weights.
    pub conv: conv!(48 x 14 x 14 => 288 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 288, 14, 14]`, 576 weights.
    pub bn: BatchNorm<288>,
}

impl ConvBn48To288At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 48, 14, 14]` to `[N, 288, 14, 14]`. A chain that goes on.
    pub fn chain(&self) -> chain!(48 x 14 x 14 => 288 x 14 x 14) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn48To288At14 { conv : "conv", bn : "bn" });

/// `[N, 144, 14, 14]` to `[N, 48, 14, 14]`.
pub struct ConvBn144To48At14 {
    /// `conv`, `[N, 144, 14, 14]` to `[N, 48, 14, 14]`, 6,912 weights.
    pub conv: conv!(144 x 14 x 14 => 48 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 48, 14, 14]`, 96 weights.
    pub bn: BatchNorm<48>,
}

impl ConvBn144To48At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 144, 14, 14]` to `[N, 48, 14, 14]`. A chain that goes on.
    pub fn chain(&self) -> chain!(144 x 14 x 14 => 48 x 14 x 14) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn144To48At14 { conv : "conv", bn : "bn" });

/// `[N, 144, 14, 14]` to `[N, 144, 14, 14]`.
pub struct SqueezeExcite144 {
    /// `conv`, `[N, 144, 1, 1]` to `[N, 40, 1, 1]`, 5,800 weights.
    pub gate_fc1: conv!(144 x 1 x 1 => 40 x 1 x 1, kernel 1 x 1),
    /// `conv`, `[N, 40, 1, 1]` to `[N, 144, 1, 1]`, 5,904 weights.
    pub gate_fc2: conv!(40 x 1 x 1 => 144 x 1 x 1, kernel 1 x 1),
}

impl SqueezeExcite144 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            gate_fc1: Conv::new(),
            gate_fc2: Conv::new(),
        }
    }

    /// `[N, 144, 14, 14]` to `[N, 144, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 144, 14, 14, T>,
    ) -> Map<B, 144, 14, 14, T> {
        let gate_value = reshape!(gap(fork(& x)); 144 => 144 x 1 x 1);
        let gate_value = self.gate_fc1.relu().forward(gate_value);
        let gate_value = self.gate_fc2.hsigmoid().forward(gate_value);
        gate(x, gate_value)
    }
}

module!(SqueezeExcite144 { gate_fc1 : "gate.fc1", gate_fc2 : "gate.fc2" });

/// `[N, 144, 14, 14]` to `[N, 144, 14, 14]`.
pub struct DepthwiseBn144 {
    /// `depthwise`, over `[N, 144, 14, 14]`, 3,600 weights.
    pub conv: conv!(
        144 x 14 x 14 => 144 x 14 x 14, kernel 5 x 5, pad 2 x 2, groups 144, no bias
    ),
    /// `bn`, over `[N, 144, 14, 14]`, 288 weights.
    pub bn: BatchNorm<144>,
}

impl DepthwiseBn144 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 144, 14, 14]` to `[N, 144, 14, 14]`. A chain that goes on.
    pub fn chain(&self) -> chain!(144 x 14 x 14 => 144 x 14 x 14) {
        self.conv.bn(&self.bn)
    }
}

module!(DepthwiseBn144 { conv : "conv", bn : "bn" });

/// `[N, 48, 14, 14]` to `[N, 144, 14, 14]`.
pub struct ConvBn48To144At14 {
    /// `conv`, `[N, 48, 14, 14]` to `[N, 144, 14, 14]`, 6,912 weights.
    pub conv: conv!(48 x 14 x 14 => 144 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 144, 14, 14]`, 288 weights.
    pub bn: BatchNorm<144>,
}

impl ConvBn48To144At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 48, 14, 14]` to `[N, 144, 14, 14]`. A chain that goes on.
    pub fn chain(&self) -> chain!(48 x 14 x 14 => 144 x 14 x 14) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn48To144At14 { conv : "conv", bn : "bn" });

/// `[N, 120, 14, 14]` to `[N, 48, 14, 14]`.
pub struct ConvBn120To48At14 {
    /// `conv`, `[N, 120, 14, 14]` to `[N, 48, 14, 14]`, 5,760 weights.
    pub conv: conv!(120 x 14 x 14 => 48 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 48, 14, 14]`, 96 weights.
    pub bn: BatchNorm<48>,
}

impl ConvBn120To48At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 120, 14, 14]` to `[N, 48, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 120, 14, 14, T>,
    ) -> Map<B, 48, 14, 14, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(ConvBn120To48At14 { conv : "conv", bn : "bn" });

/// `[N, 120, 14, 14]` to `[N, 120, 14, 14]`.
pub struct SqueezeExcite120 {
    /// `conv`, `[N, 120, 1, 1]` to `[N, 32, 1, 1]`, 3,872 weights.
    pub gate_fc1: conv!(120 x 1 x 1 => 32 x 1 x 1, kernel 1 x 1),
    /// `conv`, `[N, 32, 1, 1]` to `[N, 120, 1, 1]`, 3,960 weights.
    pub gate_fc2: conv!(32 x 1 x 1 => 120 x 1 x 1, kernel 1 x 1),
}

impl SqueezeExcite120 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            gate_fc1: Conv::new(),
            gate_fc2: Conv::new(),
        }
    }

    /// `[N, 120, 14, 14]` to `[N, 120, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 120, 14, 14, T>,
    ) -> Map<B, 120, 14, 14, T> {
        let gate_value = reshape!(gap(fork(& x)); 120 => 120 x 1 x 1);
        let gate_value = self.gate_fc1.relu().forward(gate_value);
        let gate_value = self.gate_fc2.hsigmoid().forward(gate_value);
        gate(x, gate_value)
    }
}

module!(SqueezeExcite120 { gate_fc1 : "gate.fc1", gate_fc2 : "gate.fc2" });

/// `[N, 120, 14, 14]` to `[N, 120, 14, 14]`.
pub struct DepthwiseBn120 {
    /// `depthwise`, over `[N, 120, 14, 14]`, 3,000 weights.
    pub conv: conv!(
        120 x 14 x 14 => 120 x 14 x 14, kernel 5 x 5, pad 2 x 2, groups 120, no bias
    ),
    /// `bn`, over `[N, 120, 14, 14]`, 240 weights.
    pub bn: BatchNorm<120>,
}

impl DepthwiseBn120 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 120, 14, 14]` to `[N, 120, 14, 14]`. A chain that goes on.
    pub fn chain(&self) -> chain!(120 x 14 x 14 => 120 x 14 x 14) {
        self.conv.bn(&self.bn)
    }
}

module!(DepthwiseBn120 { conv : "conv", bn : "bn" });

/// `[N, 40, 14, 14]` to `[N, 120, 14, 14]`.
pub struct ConvBn40To120At14 {
    /// `conv`, `[N, 40, 14, 14]` to `[N, 120, 14, 14]`, 4,800 weights.
    pub conv: conv!(40 x 14 x 14 => 120 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 120, 14, 14]`, 240 weights.
    pub bn: BatchNorm<120>,
}

impl ConvBn40To120At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 40, 14, 14]` to `[N, 120, 14, 14]`. A chain that goes on.
    pub fn chain(&self) -> chain!(40 x 14 x 14 => 120 x 14 x 14) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn40To120At14 { conv : "conv", bn : "bn" });

/// `[N, 240, 14, 14]` to `[N, 40, 14, 14]`.
pub struct ConvBn240To40At14 {
    /// `conv`, `[N, 240, 14, 14]` to `[N, 40, 14, 14]`, 9,600 weights.
    pub conv: conv!(240 x 14 x 14 => 40 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 40, 14, 14]`, 80 weights.
    pub bn: BatchNorm<40>,
}

impl ConvBn240To40At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 240, 14, 14]` to `[N, 40, 14, 14]`. A chain that goes on.
    pub fn chain(&self) -> chain!(240 x 14 x 14 => 40 x 14 x 14) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn240To40At14 { conv : "conv", bn : "bn" });

/// `[N, 240, 14, 14]` to `[N, 240, 14, 14]`.
pub struct SqueezeExcite240 {
    /// `conv`, `[N, 240, 1, 1]` to `[N, 64, 1, 1]`, 15,424 weights.
    pub gate_fc1: conv!(240 x 1 x 1 => 64 x 1 x 1, kernel 1 x 1),
    /// `conv`, `[N, 64, 1, 1]` to `[N, 240, 1, 1]`, 15,600 weights.
    pub gate_fc2: conv!(64 x 1 x 1 => 240 x 1 x 1, kernel 1 x 1),
}

impl SqueezeExcite240 {
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
        let gate_value = self.gate_fc1.relu().forward(gate_value);
        let gate_value = self.gate_fc2.hsigmoid().forward(gate_value);
        gate(x, gate_value)
    }
}

module!(SqueezeExcite240 { gate_fc1 : "gate.fc1", gate_fc2 : "gate.fc2" });

/// `[N, 240, 14, 14]` to `[N, 240, 14, 14]`.
pub struct DepthwiseBn240 {
    /// `depthwise`, over `[N, 240, 14, 14]`, 6,000 weights.
    pub conv: conv!(
        240 x 14 x 14 => 240 x 14 x 14, kernel 5 x 5, pad 2 x 2, groups 240, no bias
    ),
    /// `bn`, over `[N, 240, 14, 14]`, 480 weights.
    pub bn: BatchNorm<240>,
}

impl DepthwiseBn240 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 240, 14, 14]` to `[N, 240, 14, 14]`. A chain that goes on.
    pub fn chain(&self) -> chain!(240 x 14 x 14 => 240 x 14 x 14) {
        self.conv.bn(&self.bn)
    }
}

module!(DepthwiseBn240 { conv : "conv", bn : "bn" });

/// `[N, 40, 14, 14]` to `[N, 240, 14, 14]`.
pub struct ConvBn40To240At14 {
    /// `conv`, `[N, 40, 14, 14]` to `[N, 240, 14, 14]`, 9,600 weights.
    pub conv: conv!(40 x 14 x 14 => 240 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 240, 14, 14]`, 480 weights.
    pub bn: BatchNorm<240>,
}

impl ConvBn40To240At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 40, 14, 14]` to `[N, 240, 14, 14]`. A chain that goes on.
    pub fn chain(&self) -> chain!(40 x 14 x 14 => 240 x 14 x 14) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn40To240At14 { conv : "conv", bn : "bn" });

/// `[N, 96, 14, 14]` to `[N, 40, 14, 14]`.
pub struct ConvBn96To40At14 {
    /// `conv`, `[N, 96, 14, 14]` to `[N, 40, 14, 14]`, 3,840 weights.
    pub conv: conv!(96 x 14 x 14 => 40 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 40, 14, 14]`, 80 weights.
    pub bn: BatchNorm<40>,
}

impl ConvBn96To40At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 96, 14, 14]` to `[N, 40, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 96, 14, 14, T>,
    ) -> Map<B, 40, 14, 14, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(ConvBn96To40At14 { conv : "conv", bn : "bn" });

/// `[N, 96, 14, 14]` to `[N, 96, 14, 14]`.
pub struct SqueezeExcite96 {
    /// `conv`, `[N, 96, 1, 1]` to `[N, 24, 1, 1]`, 2,328 weights.
    pub gate_fc1: conv!(96 x 1 x 1 => 24 x 1 x 1, kernel 1 x 1),
    /// `conv`, `[N, 24, 1, 1]` to `[N, 96, 1, 1]`, 2,400 weights.
    pub gate_fc2: conv!(24 x 1 x 1 => 96 x 1 x 1, kernel 1 x 1),
}

impl SqueezeExcite96 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            gate_fc1: Conv::new(),
            gate_fc2: Conv::new(),
        }
    }

    /// `[N, 96, 14, 14]` to `[N, 96, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 96, 14, 14, T>,
    ) -> Map<B, 96, 14, 14, T> {
        let gate_value = reshape!(gap(fork(& x)); 96 => 96 x 1 x 1);
        let gate_value = self.gate_fc1.relu().forward(gate_value);
        let gate_value = self.gate_fc2.hsigmoid().forward(gate_value);
        gate(x, gate_value)
    }
}

module!(SqueezeExcite96 { gate_fc1 : "gate.fc1", gate_fc2 : "gate.fc2" });

/// `[N, 96, 28, 28]` to `[N, 96, 14, 14]`.
pub struct DepthwiseBn96 {
    /// `depthwise`, `[N, 96, 28, 28]` to `[N, 96, 14, 14]`, 2,400 weights.
    pub conv: conv!(
        96 x 28 x 28 => 96 x 14 x 14, kernel 5 x 5, stride 2 x 2, pad 2 x 2, groups 96,
        no bias
    ),
    /// `bn`, over `[N, 96, 14, 14]`, 192 weights.
    pub bn: BatchNorm<96>,
}

impl DepthwiseBn96 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 96, 28, 28]` to `[N, 96, 14, 14]`. A chain that goes on.
    pub fn chain(&self) -> chain!(96 x 28 x 28 => 96 x 14 x 14) {
        self.conv.bn(&self.bn)
    }
}

module!(DepthwiseBn96 { conv : "conv", bn : "bn" });

/// `[N, 24, 28, 28]` to `[N, 96, 28, 28]`.
pub struct ConvBn24To96At28 {
    /// `conv`, `[N, 24, 28, 28]` to `[N, 96, 28, 28]`, 2,304 weights.
    pub conv: conv!(24 x 28 x 28 => 96 x 28 x 28, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 96, 28, 28]`, 192 weights.
    pub bn: BatchNorm<96>,
}

impl ConvBn24To96At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 24, 28, 28]` to `[N, 96, 28, 28]`. A chain that goes on.
    pub fn chain(&self) -> chain!(24 x 28 x 28 => 96 x 28 x 28) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn24To96At28 { conv : "conv", bn : "bn" });

/// `[N, 88, 28, 28]` to `[N, 24, 28, 28]`.
pub struct ConvBn88To24At28 {
    /// `conv`, `[N, 88, 28, 28]` to `[N, 24, 28, 28]`, 2,112 weights.
    pub conv: conv!(88 x 28 x 28 => 24 x 28 x 28, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 24, 28, 28]`, 48 weights.
    pub bn: BatchNorm<24>,
}

impl ConvBn88To24At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 88, 28, 28]` to `[N, 24, 28, 28]`. A chain that goes on.
    pub fn chain(&self) -> chain!(88 x 28 x 28 => 24 x 28 x 28) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn88To24At28 { conv : "conv", bn : "bn" });

/// `[N, 88, 28, 28]` to `[N, 88, 28, 28]`.
pub struct DepthwiseBn88 {
    /// `depthwise`, over `[N, 88, 28, 28]`, 792 weights.
    pub conv: conv!(
        88 x 28 x 28 => 88 x 28 x 28, kernel 3 x 3, pad 1 x 1, groups 88, no bias
    ),
    /// `bn`, over `[N, 88, 28, 28]`, 176 weights.
    pub bn: BatchNorm<88>,
}

impl DepthwiseBn88 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 88, 28, 28]` to `[N, 88, 28, 28]`. A chain that goes on.
    pub fn chain(&self) -> chain!(88 x 28 x 28 => 88 x 28 x 28) {
        self.conv.bn(&self.bn)
    }
}

module!(DepthwiseBn88 { conv : "conv", bn : "bn" });

/// `[N, 24, 28, 28]` to `[N, 88, 28, 28]`.
pub struct ConvBn24To88At28 {
    /// `conv`, `[N, 24, 28, 28]` to `[N, 88, 28, 28]`, 2,112 weights.
    pub conv: conv!(24 x 28 x 28 => 88 x 28 x 28, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 88, 28, 28]`, 176 weights.
    pub bn: BatchNorm<88>,
}

impl ConvBn24To88At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 24, 28, 28]` to `[N, 88, 28, 28]`. A chain that goes on.
    pub fn chain(&self) -> chain!(24 x 28 x 28 => 88 x 28 x 28) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn24To88At28 { conv : "conv", bn : "bn" });

/// `[N, 72, 28, 28]` to `[N, 24, 28, 28]`.
pub struct ConvBn72To24At28 {
    /// `conv`, `[N, 72, 28, 28]` to `[N, 24, 28, 28]`, 1,728 weights.
    pub conv: conv!(72 x 28 x 28 => 24 x 28 x 28, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 24, 28, 28]`, 48 weights.
    pub bn: BatchNorm<24>,
}

impl ConvBn72To24At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 72, 28, 28]` to `[N, 24, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 72, 28, 28, T>,
    ) -> Map<B, 24, 28, 28, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(ConvBn72To24At28 { conv : "conv", bn : "bn" });

/// `[N, 72, 56, 56]` to `[N, 72, 28, 28]`.
pub struct DepthwiseBn72 {
    /// `depthwise`, `[N, 72, 56, 56]` to `[N, 72, 28, 28]`, 648 weights.
    pub conv: conv!(
        72 x 56 x 56 => 72 x 28 x 28, kernel 3 x 3, stride 2 x 2, pad 1 x 1, groups 72,
        no bias
    ),
    /// `bn`, over `[N, 72, 28, 28]`, 144 weights.
    pub bn: BatchNorm<72>,
}

impl DepthwiseBn72 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 72, 56, 56]` to `[N, 72, 28, 28]`. A chain that goes on.
    pub fn chain(&self) -> chain!(72 x 56 x 56 => 72 x 28 x 28) {
        self.conv.bn(&self.bn)
    }
}

module!(DepthwiseBn72 { conv : "conv", bn : "bn" });

/// `[N, 16, 56, 56]` to `[N, 72, 56, 56]`.
pub struct ConvBn16To72At56 {
    /// `conv`, `[N, 16, 56, 56]` to `[N, 72, 56, 56]`, 1,152 weights.
    pub conv: conv!(16 x 56 x 56 => 72 x 56 x 56, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 72, 56, 56]`, 144 weights.
    pub bn: BatchNorm<72>,
}

impl ConvBn16To72At56 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 16, 56, 56]` to `[N, 72, 56, 56]`. A chain that goes on.
    pub fn chain(&self) -> chain!(16 x 56 x 56 => 72 x 56 x 56) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn16To72At56 { conv : "conv", bn : "bn" });

/// `[N, 16, 56, 56]` to `[N, 16, 56, 56]`.
pub struct ConvBn16To16At56 {
    /// `conv`, over `[N, 16, 56, 56]`, 256 weights.
    pub conv: conv!(16 x 56 x 56 => 16 x 56 x 56, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 16, 56, 56]`, 32 weights.
    pub bn: BatchNorm<16>,
}

impl ConvBn16To16At56 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 16, 56, 56]` to `[N, 16, 56, 56]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 16, 56, 56, T>,
    ) -> Map<B, 16, 56, 56, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(ConvBn16To16At56 { conv : "conv", bn : "bn" });

/// `[N, 16, 56, 56]` to `[N, 16, 56, 56]`.
pub struct SqueezeExcite16 {
    /// `conv`, `[N, 16, 1, 1]` to `[N, 8, 1, 1]`, 136 weights.
    pub gate_fc1: conv!(16 x 1 x 1 => 8 x 1 x 1, kernel 1 x 1),
    /// `conv`, `[N, 8, 1, 1]` to `[N, 16, 1, 1]`, 144 weights.
    pub gate_fc2: conv!(8 x 1 x 1 => 16 x 1 x 1, kernel 1 x 1),
}

impl SqueezeExcite16 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            gate_fc1: Conv::new(),
            gate_fc2: Conv::new(),
        }
    }

    /// `[N, 16, 56, 56]` to `[N, 16, 56, 56]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 16, 56, 56, T>,
    ) -> Map<B, 16, 56, 56, T> {
        let gate_value = reshape!(gap(fork(& x)); 16 => 16 x 1 x 1);
        let gate_value = self.gate_fc1.relu().forward(gate_value);
        let gate_value = self.gate_fc2.hsigmoid().forward(gate_value);
        gate(x, gate_value)
    }
}

module!(SqueezeExcite16 { gate_fc1 : "gate.fc1", gate_fc2 : "gate.fc2" });

/// `[N, 16, 112, 112]` to `[N, 16, 56, 56]`.
pub struct DepthwiseBn16 {
    /// `depthwise`, `[N, 16, 112, 112]` to `[N, 16, 56, 56]`, 144 weights.
    pub conv: conv!(
        16 x 112 x 112 => 16 x 56 x 56, kernel 3 x 3, stride 2 x 2, pad 1 x 1, groups 16,
        no bias
    ),
    /// `bn`, over `[N, 16, 56, 56]`, 32 weights.
    pub bn: BatchNorm<16>,
}

impl DepthwiseBn16 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 16, 112, 112]` to `[N, 16, 56, 56]`. A chain that goes on.
    pub fn chain(&self) -> chain!(16 x 112 x 112 => 16 x 56 x 56) {
        self.conv.bn(&self.bn)
    }
}

module!(DepthwiseBn16 { conv : "conv", bn : "bn" });

/// `[N, 3, 224, 224]` to `[N, 16, 112, 112]`.
pub struct ConvBn3To16At112 {
    /// `conv`, `[N, 3, 224, 224]` to `[N, 16, 112, 112]`, 432 weights.
    pub conv: conv!(
        3 x 224 x 224 => 16 x 112 x 112, kernel 3 x 3, stride 2 x 2, pad 1 x 1, no bias
    ),
    /// `bn`, over `[N, 16, 112, 112]`, 32 weights.
    pub bn: BatchNorm<16>,
}

impl ConvBn3To16At112 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::HeNormal(Fan::Out)).at_input(),
            bn: BatchNorm::new().eps(0.001).momentum(0.01),
        }
    }

    /// `[N, 3, 224, 224]` to `[N, 16, 112, 112]`. A chain that goes on.
    pub fn chain(&self) -> chain!(3 x 224 x 224 => 16 x 112 x 112) {
        self.conv.bn(&self.bn)
    }
}

module!(ConvBn3To16At112 { conv : "conv", bn : "bn" });
