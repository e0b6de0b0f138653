//! A network of 23834568 trainable weights. Written by `blockprint compile`.

use blockprint::typed::prelude::*;
use blockprint::typed::program::Measures;

/// `[N, 3, 299, 299]` to `[N, 1000]`.
pub struct InceptionV3 {
    /// `[N, 3, 299, 299]` to `[N, 32, 149, 149]`.
    pub conv_1a: ConvBn3To32At149,
    /// `[N, 32, 149, 149]` to `[N, 32, 147, 147]`.
    pub conv_2a: ConvBn32To32At147,
    /// `[N, 32, 147, 147]` to `[N, 64, 147, 147]`.
    pub conv_2b: ConvBn32To64At147,
    /// `[N, 64, 73, 73]` to `[N, 80, 73, 73]`.
    pub conv_3b: ConvBn64To80At73,
    /// `[N, 80, 73, 73]` to `[N, 192, 71, 71]`.
    pub conv_4a: ConvBn80To192At71,
    /// `[N, 192, 35, 35]` to `[N, 256, 35, 35]`.
    pub mixed_5b: MixedA192To256At35,
    /// `[N, 256, 35, 35]` to `[N, 288, 35, 35]`.
    pub mixed_5c: MixedA256To288At35,
    /// Over `[N, 288, 35, 35]`.
    pub mixed_5d: MixedA288To288At35,
    /// `[N, 288, 35, 35]` to `[N, 768, 17, 17]`.
    pub mixed_6a: ReduceA,
    /// Over `[N, 768, 17, 17]`.
    pub mixed_6b: MixedB768To768At17,
    /// One after the other, over `[N, 768, 17, 17]`.
    pub mixed_bs: [MixedB768To768At17_2; 2],
    /// Over `[N, 768, 17, 17]`.
    pub mixed_6e: MixedB768To768At17_3,
    /// `[N, 768, 17, 17]` to `[N, 1280, 8, 8]`.
    pub mixed_7a: ReduceB,
    /// `[N, 1280, 8, 8]` to `[N, 2048, 8, 8]`.
    pub mixed_7b: MixedC1280To2048At8,
    /// Over `[N, 2048, 8, 8]`.
    pub mixed_7c: MixedC2048To2048At8,
    /// `dropout`, over `[N, 2048]`.
    pub dropout: Dropout,
    /// `dense`, `[N, 2048]` to `[N, 1000]`, 2,049,000 weights.
    pub logits: Dense<2048, 1000>,
}

impl InceptionV3 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv_1a: ConvBn3To32At149::new(),
            conv_2a: ConvBn32To32At147::new(),
            conv_2b: ConvBn32To64At147::new(),
            conv_3b: ConvBn64To80At73::new(),
            conv_4a: ConvBn80To192At71::new(),
            mixed_5b: MixedA192To256At35::new(),
            mixed_5c: MixedA256To288At35::new(),
            mixed_5d: MixedA288To288At35::new(),
            mixed_6a: ReduceA::new(),
            mixed_6b: MixedB768To768At17::new(),
            mixed_bs: std::array::from_fn(|_| MixedB768To768At17_2::new()),
            mixed_6e: MixedB768To768At17_3::new(),
            mixed_7a: ReduceB::new(),
            mixed_7b: MixedC1280To2048At8::new(),
            mixed_7c: MixedC2048To2048At8::new(),
            dropout: Dropout::new(0.5, 313),
            logits: Dense::new().init(Init::TruncatedNormal(0.1)),
        }
    }

    /// `[N, 3, 299, 299]` to `[N, 1000]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        image: Map<B, 3, 299, 299, T>,
    ) -> Features<B, 1000, T> {
        let conv_1a = self.conv_1a.forward(image);
        let conv_2a = self.conv_2a.forward(conv_1a);
        let conv_2b = self.conv_2b.forward(conv_2a);
        let x = max_pool!(
            conv_2b; 64 x 147 x 147 => 64 x 73 x 73, kernel 3 x 3, stride 2 x 2
        );
        let conv_3b = self.conv_3b.forward(x);
        let conv_4a = self.conv_4a.forward(conv_3b);
        let x = max_pool!(
            conv_4a; 192 x 71 x 71 => 192 x 35 x 35, kernel 3 x 3, stride 2 x 2
        );
        let mixed_5b = self.mixed_5b.forward(x);
        let mixed_5c = self.mixed_5c.forward(mixed_5b);
        let mixed_5d = self.mixed_5d.forward(mixed_5c);
        let mixed_6a = self.mixed_6a.forward(mixed_5d);
        let mixed_6b = self.mixed_6b.forward(mixed_6a);
        let mixed_6d = self
            .mixed_bs
            .iter()
            .fold(mixed_6b, |x, mixed_b| mixed_b.forward(x));
        let mixed_6e = self.mixed_6e.forward(mixed_6d);
        let mixed_7a = self.mixed_7a.forward(mixed_6e);
        let mixed_7b = self.mixed_7b.forward(mixed_7a);
        let x = self.dropout.forward(gap(self.mixed_7c.forward(mixed_7b)));
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
    InceptionV3 { conv_1a : "conv_1a", conv_2a : "conv_2a", conv_2b : "conv_2b", conv_3b
    : "conv_3b", conv_4a : "conv_4a", mixed_5b : "mixed_5b", mixed_5c : "mixed_5c",
    mixed_5d : "mixed_5d", mixed_6a : "mixed_6a", mixed_6b : "mixed_6b", mixed_bs :
    ["mixed_6c", "mixed_6d"], mixed_6e : "mixed_6e", mixed_7a : "mixed_7a", mixed_7b :
    "mixed_7b", mixed_7c : "mixed_7c", dropout : "dropout", logits : "logits" }
);

/// `[N, 2048, 8, 8]` to `[N, 2048, 8, 8]`.
pub struct MixedC2048To2048At8 {
    /// `[N, 2048, 8, 8]` to `[N, 320, 8, 8]`.
    pub one_0: ConvBn2048To320At8,
    /// `[N, 2048, 8, 8]` to `[N, 384, 8, 8]`.
    pub three_0: ConvBn2048To384At8,
    /// `[N, 384, 8, 8]` to `[N, 768, 8, 8]`.
    pub three_1: Cross,
    /// `[N, 2048, 8, 8]` to `[N, 448, 8, 8]`.
    pub double_0: ConvBn2048To448At8,
    /// `[N, 448, 8, 8]` to `[N, 384, 8, 8]`.
    pub double_1: ConvBn448To384At8,
    /// `[N, 384, 8, 8]` to `[N, 768, 8, 8]`.
    pub double_2: Cross,
    /// `[N, 2048, 8, 8]` to `[N, 192, 8, 8]`.
    pub pool_0: Pooled2048To192At8,
}

impl MixedC2048To2048At8 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            one_0: ConvBn2048To320At8::new(),
            three_0: ConvBn2048To384At8::new(),
            three_1: Cross::new(),
            double_0: ConvBn2048To448At8::new(),
            double_1: ConvBn448To384At8::new(),
            double_2: Cross::new(),
            pool_0: Pooled2048To192At8::new(),
        }
    }

    /// `[N, 2048, 8, 8]` to `[N, 2048, 8, 8]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 2048, 8, 8, T>,
    ) -> Map<B, 2048, 8, 8, T> {
        let one = self.one_0.forward(fork(&x));
        let three = self.three_0.forward(fork(&x));
        let three = self.three_1.forward(three);
        let double = self.double_0.forward(fork(&x));
        let double = self.double_1.forward(double);
        let double = self.double_2.forward(double);
        let pool = self.pool_0.forward(x);
        concat_channels!(
            one : 320 x 8 x 8, three : 768 x 8 x 8, double : 768 x 8 x 8, pool : 192 x 8
            x 8 => 2048 x 8 x 8
        )
    }
}

module!(
    MixedC2048To2048At8 { one_0 : "one.0", three_0 : "three.0", three_1 : "three.1",
    double_0 : "double.0", double_1 : "double.1", double_2 : "double.2", pool_0 :
    "pool.0" }
);

/// `[N, 1280, 8, 8]` to `[N, 2048, 8, 8]`.
pub struct MixedC1280To2048At8 {
    /// `[N, 1280, 8, 8]` to `[N, 320, 8, 8]`.
    pub one_0: ConvBn1280To320At8,
    /// `[N, 1280, 8, 8]` to `[N, 384, 8, 8]`.
    pub three_0: ConvBn1280To384At8,
    /// `[N, 384, 8, 8]` to `[N, 768, 8, 8]`.
    pub three_1: Cross,
    /// `[N, 1280, 8, 8]` to `[N, 448, 8, 8]`.
    pub double_0: ConvBn1280To448At8,
    /// `[N, 448, 8, 8]` to `[N, 384, 8, 8]`.
    pub double_1: ConvBn448To384At8,
    /// `[N, 384, 8, 8]` to `[N, 768, 8, 8]`.
    pub double_2: Cross,
    /// `[N, 1280, 8, 8]` to `[N, 192, 8, 8]`.
    pub pool_0: Pooled1280To192At8,
}

impl MixedC1280To2048At8 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            one_0: ConvBn1280To320At8::new(),
            three_0: ConvBn1280To384At8::new(),
            three_1: Cross::new(),
            double_0: ConvBn1280To448At8::new(),
            double_1: ConvBn448To384At8::new(),
            double_2: Cross::new(),
            pool_0: Pooled1280To192At8::new(),
        }
    }

    /// `[N, 1280, 8, 8]` to `[N, 2048, 8, 8]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 1280, 8, 8, T>,
    ) -> Map<B, 2048, 8, 8, T> {
        let one = self.one_0.forward(fork(&x));
        let three = self.three_0.forward(fork(&x));
        let three = self.three_1.forward(three);
        let double = self.double_0.forward(fork(&x));
        let double = self.double_1.forward(double);
        let double = self.double_2.forward(double);
        let pool = self.pool_0.forward(x);
        concat_channels!(
            one : 320 x 8 x 8, three : 768 x 8 x 8, double : 768 x 8 x 8, pool : 192 x 8
            x 8 => 2048 x 8 x 8
        )
    }
}

module!(
    MixedC1280To2048At8 { one_0 : "one.0", three_0 : "three.0", three_1 : "three.1",
    double_0 : "double.0", double_1 : "double.1", double_2 : "double.2", pool_0 :
    "pool.0" }
);

/// `[N, 768, 17, 17]` to `[N, 768, 17, 17]`.
pub struct MixedB768To768At17_3 {
    /// `[N, 768, 17, 17]` to `[N, 192, 17, 17]`.
    pub one_0: ConvBn768To192At17,
    /// `[N, 768, 17, 17]` to `[N, 192, 17, 17]`.
    pub seven_0: ConvBn768To192At17,
    /// Over `[N, 192, 17, 17]`.
    pub seven_1: ConvBn192To192At17,
    /// Over `[N, 192, 17, 17]`.
    pub seven_2: ConvBn192To192At17_2,
    /// `[N, 768, 17, 17]` to `[N, 192, 17, 17]`.
    pub double_0: ConvBn768To192At17,
    /// Over `[N, 192, 17, 17]`.
    pub double_1: ConvBn192To192At17_2,
    /// Over `[N, 192, 17, 17]`.
    pub double_2: ConvBn192To192At17,
    /// Over `[N, 192, 17, 17]`.
    pub double_3: ConvBn192To192At17_2,
    /// Over `[N, 192, 17, 17]`.
    pub double_4: ConvBn192To192At17,
    /// `[N, 768, 17, 17]` to `[N, 192, 17, 17]`.
    pub pool_0: Pooled768To192At17,
}

impl MixedB768To768At17_3 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            one_0: ConvBn768To192At17::new(),
            seven_0: ConvBn768To192At17::new(),
            seven_1: ConvBn192To192At17::new(),
            seven_2: ConvBn192To192At17_2::new(),
            double_0: ConvBn768To192At17::new(),
            double_1: ConvBn192To192At17_2::new(),
            double_2: ConvBn192To192At17::new(),
            double_3: ConvBn192To192At17_2::new(),
            double_4: ConvBn192To192At17::new(),
            pool_0: Pooled768To192At17::new(),
        }
    }

    /// `[N, 768, 17, 17]` to `[N, 768, 17, 17]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 768, 17, 17, T>,
    ) -> Map<B, 768, 17, 17, T> {
        let one = self.one_0.forward(fork(&x));
        let seven = self.seven_0.forward(fork(&x));
        let seven = self.seven_1.forward(seven);
        let seven = self.seven_2.forward(seven);
        let double = self.double_0.forward(fork(&x));
        let double = self.double_1.forward(double);
        let double = self.double_2.forward(double);
        let double = self.double_3.forward(double);
        let double = self.double_4.forward(double);
        let pool = self.pool_0.forward(x);
        concat_channels!(
            one : 192 x 17 x 17, seven : 192 x 17 x 17, double : 192 x 17 x 17, pool :
            192 x 17 x 17 => 768 x 17 x 17
        )
    }
}

module!(
    MixedB768To768At17_3 { one_0 : "one.0", seven_0 : "seven.0", seven_1 : "seven.1",
    seven_2 : "seven.2", double_0 : "double.0", double_1 : "double.1", double_2 :
    "double.2", double_3 : "double.3", double_4 : "double.4", pool_0 : "pool.0" }
);

/// `[N, 768, 17, 17]` to `[N, 768, 17, 17]`.
pub struct MixedB768To768At17_2 {
    /// `[N, 768, 17, 17]` to `[N, 192, 17, 17]`.
    pub one_0: ConvBn768To192At17,
    /// `[N, 768, 17, 17]` to `[N, 160, 17, 17]`.
    pub seven_0: ConvBn768To160At17,
    /// Over `[N, 160, 17, 17]`.
    pub seven_1: ConvBn160To160At17,
    /// `[N, 160, 17, 17]` to `[N, 192, 17, 17]`.
    pub seven_2: ConvBn160To192At17,
    /// `[N, 768, 17, 17]` to `[N, 160, 17, 17]`.
    pub double_0: ConvBn768To160At17,
    /// Over `[N, 160, 17, 17]`.
    pub double_1: ConvBn160To160At17_2,
    /// Over `[N, 160, 17, 17]`.
    pub double_2: ConvBn160To160At17,
    /// Over `[N, 160, 17, 17]`.
    pub double_3: ConvBn160To160At17_2,
    /// `[N, 160, 17, 17]` to `[N, 192, 17, 17]`.
    pub double_4: ConvBn160To192At17_2,
    /// `[N, 768, 17, 17]` to `[N, 192, 17, 17]`.
    pub pool_0: Pooled768To192At17,
}

impl MixedB768To768At17_2 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            one_0: ConvBn768To192At17::new(),
            seven_0: ConvBn768To160At17::new(),
            seven_1: ConvBn160To160At17::new(),
            seven_2: ConvBn160To192At17::new(),
            double_0: ConvBn768To160At17::new(),
            double_1: ConvBn160To160At17_2::new(),
            double_2: ConvBn160To160At17::new(),
            double_3: ConvBn160To160At17_2::new(),
            double_4: ConvBn160To192At17_2::new(),
            pool_0: Pooled768To192At17::new(),
        }
    }

    /// `[N, 768, 17, 17]` to `[N, 768, 17, 17]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 768, 17, 17, T>,
    ) -> Map<B, 768, 17, 17, T> {
        let one = self.one_0.forward(fork(&x));
        let seven = self.seven_0.forward(fork(&x));
        let seven = self.seven_1.forward(seven);
        let seven = self.seven_2.forward(seven);
        let double = self.double_0.forward(fork(&x));
        let double = self.double_1.forward(double);
        let double = self.double_2.forward(double);
        let double = self.double_3.forward(double);
        let double = self.double_4.forward(double);
        let pool = self.pool_0.forward(x);
        concat_channels!(
            one : 192 x 17 x 17, seven : 192 x 17 x 17, double : 192 x 17 x 17, pool :
            192 x 17 x 17 => 768 x 17 x 17
        )
    }
}

module!(
    MixedB768To768At17_2 { one_0 : "one.0", seven_0 : "seven.0", seven_1 : "seven.1",
    seven_2 : "seven.2", double_0 : "double.0", double_1 : "double.1", double_2 :
    "double.2", double_3 : "double.3", double_4 : "double.4", pool_0 : "pool.0" }
);

/// `[N, 768, 17, 17]` to `[N, 768, 17, 17]`.
pub struct MixedB768To768At17 {
    /// `[N, 768, 17, 17]` to `[N, 192, 17, 17]`.
    pub one_0: ConvBn768To192At17,
    /// `[N, 768, 17, 17]` to `[N, 128, 17, 17]`.
    pub seven_0: ConvBn768To128At17,
    /// Over `[N, 128, 17, 17]`.
    pub seven_1: ConvBn128To128At17,
    /// `[N, 128, 17, 17]` to `[N, 192, 17, 17]`.
    pub seven_2: ConvBn128To192At17,
    /// `[N, 768, 17, 17]` to `[N, 128, 17, 17]`.
    pub double_0: ConvBn768To128At17,
    /// Over `[N, 128, 17, 17]`.
    pub double_1: ConvBn128To128At17_2,
    /// Over `[N, 128, 17, 17]`.
    pub double_2: ConvBn128To128At17,
    /// Over `[N, 128, 17, 17]`.
    pub double_3: ConvBn128To128At17_2,
    /// `[N, 128, 17, 17]` to `[N, 192, 17, 17]`.
    pub double_4: ConvBn128To192At17_2,
    /// `[N, 768, 17, 17]` to `[N, 192, 17, 17]`.
    pub pool_0: Pooled768To192At17,
}

impl MixedB768To768At17 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            one_0: ConvBn768To192At17::new(),
            seven_0: ConvBn768To128At17::new(),
            seven_1: ConvBn128To128At17::new(),
            seven_2: ConvBn128To192At17::new(),
            double_0: ConvBn768To128At17::new(),
            double_1: ConvBn128To128At17_2::new(),
            double_2: ConvBn128To128At17::new(),
            double_3: ConvBn128To128At17_2::new(),
            double_4: ConvBn128To192At17_2::new(),
            pool_0: Pooled768To192At17::new(),
        }
    }

    /// `[N, 768, 17, 17]` to `[N, 768, 17, 17]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 768, 17, 17, T>,
    ) -> Map<B, 768, 17, 17, T> {
        let one = self.one_0.forward(fork(&x));
        let seven = self.seven_0.forward(fork(&x));
        let seven = self.seven_1.forward(seven);
        let seven = self.seven_2.forward(seven);
        let double = self.double_0.forward(fork(&x));
        let double = self.double_1.forward(double);
        let double = self.double_2.forward(double);
        let double = self.double_3.forward(double);
        let double = self.double_4.forward(double);
        let pool = self.pool_0.forward(x);
        concat_channels!(
            one : 192 x 17 x 17, seven : 192 x 17 x 17, double : 192 x 17 x 17, pool :
            192 x 17 x 17 => 768 x 17 x 17
        )
    }
}

module!(
    MixedB768To768At17 { one_0 : "one.0", seven_0 : "seven.0", seven_1 : "seven.1",
    seven_2 : "seven.2", double_0 : "double.0", double_1 : "double.1", double_2 :
    "double.2", double_3 : "double.3", double_4 : "double.4", pool_0 : "pool.0" }
);

/// `[N, 288, 35, 35]` to `[N, 288, 35, 35]`.
pub struct MixedA288To288At35 {
    /// `[N, 288, 35, 35]` to `[N, 64, 35, 35]`.
    pub one_0: ConvBn288To64At35,
    /// `[N, 288, 35, 35]` to `[N, 48, 35, 35]`.
    pub five_0: ConvBn288To48At35,
    /// `[N, 48, 35, 35]` to `[N, 64, 35, 35]`.
    pub five_1: ConvBn48To64At35,
    /// `[N, 288, 35, 35]` to `[N, 64, 35, 35]`.
    pub double_0: ConvBn288To64At35,
    /// `[N, 64, 35, 35]` to `[N, 96, 35, 35]`.
    pub double_1: ConvBn64To96At35,
    /// Over `[N, 96, 35, 35]`.
    pub double_2: ConvBn96To96At35,
    /// `[N, 288, 35, 35]` to `[N, 64, 35, 35]`.
    pub pool_0: Pooled288To64At35,
}

impl MixedA288To288At35 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            one_0: ConvBn288To64At35::new(),
            five_0: ConvBn288To48At35::new(),
            five_1: ConvBn48To64At35::new(),
            double_0: ConvBn288To64At35::new(),
            double_1: ConvBn64To96At35::new(),
            double_2: ConvBn96To96At35::new(),
            pool_0: Pooled288To64At35::new(),
        }
    }

    /// `[N, 288, 35, 35]` to `[N, 288, 35, 35]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 288, 35, 35, T>,
    ) -> Map<B, 288, 35, 35, T> {
        let one = self.one_0.forward(fork(&x));
        let five = self.five_0.forward(fork(&x));
        let five = self.five_1.forward(five);
        let double = self.double_0.forward(fork(&x));
        let double = self.double_1.forward(double);
        let double = self.double_2.forward(double);
        let pool = self.pool_0.forward(x);
        concat_channels!(
            one : 64 x 35 x 35, five : 64 x 35 x 35, double : 96 x 35 x 35, pool : 64 x
            35 x 35 => 288 x 35 x 35
        )
    }
}

module!(
    MixedA288To288At35 { one_0 : "one.0", five_0 : "five.0", five_1 : "five.1", double_0
    : "double.0", double_1 : "double.1", double_2 : "double.2", pool_0 : "pool.0" }
);

/// `[N, 256, 35, 35]` to `[N, 288, 35, 35]`.
pub struct MixedA256To288At35 {
    /// `[N, 256, 35, 35]` to `[N, 64, 35, 35]`.
    pub one_0: ConvBn256To64At35,
    /// `[N, 256, 35, 35]` to `[N, 48, 35, 35]`.
    pub five_0: ConvBn256To48At35,
    /// `[N, 48, 35, 35]` to `[N, 64, 35, 35]`.
    pub five_1: ConvBn48To64At35,
    /// `[N, 256, 35, 35]` to `[N, 64, 35, 35]`.
    pub double_0: ConvBn256To64At35,
    /// `[N, 64, 35, 35]` to `[N, 96, 35, 35]`.
    pub double_1: ConvBn64To96At35,
    /// Over `[N, 96, 35, 35]`.
    pub double_2: ConvBn96To96At35,
    /// `[N, 256, 35, 35]` to `[N, 64, 35, 35]`.
    pub pool_0: Pooled256To64At35,
}

impl MixedA256To288At35 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            one_0: ConvBn256To64At35::new(),
            five_0: ConvBn256To48At35::new(),
            five_1: ConvBn48To64At35::new(),
            double_0: ConvBn256To64At35::new(),
            double_1: ConvBn64To96At35::new(),
            double_2: ConvBn96To96At35::new(),
            pool_0: Pooled256To64At35::new(),
        }
    }

    /// `[N, 256, 35, 35]` to `[N, 288, 35, 35]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 35, 35, T>,
    ) -> Map<B, 288, 35, 35, T> {
        let one = self.one_0.forward(fork(&x));
        let five = self.five_0.forward(fork(&x));
        let five = self.five_1.forward(five);
        let double = self.double_0.forward(fork(&x));
        let double = self.double_1.forward(double);
        let double = self.double_2.forward(double);
        let pool = self.pool_0.forward(x);
        concat_channels!(
            one : 64 x 35 x 35, five : 64 x 35 x 35, double : 96 x 35 x 35, pool : 64 x
            35 x 35 => 288 x 35 x 35
        )
    }
}

module!(
    MixedA256To288At35 { one_0 : "one.0", five_0 : "five.0", five_1 : "five.1", double_0
    : "double.0", double_1 : "double.1", double_2 : "double.2", pool_0 : "pool.0" }
);

/// `[N, 192, 35, 35]` to `[N, 256, 35, 35]`.
pub struct MixedA192To256At35 {
    /// `[N, 192, 35, 35]` to `[N, 64, 35, 35]`.
    pub one_0: ConvBn192To64At35,
    /// `[N, 192, 35, 35]` to `[N, 48, 35, 35]`.
    pub five_0: ConvBn192To48At35,
    /// `[N, 48, 35, 35]` to `[N, 64, 35, 35]`.
    pub five_1: ConvBn48To64At35,
    /// `[N, 192, 35, 35]` to `[N, 64, 35, 35]`.
    pub double_0: ConvBn192To64At35,
    /// `[N, 64, 35, 35]` to `[N, 96, 35, 35]`.
    pub double_1: ConvBn64To96At35,
    /// Over `[N, 96, 35, 35]`.
    pub double_2: ConvBn96To96At35,
    /// `[N, 192, 35, 35]` to `[N, 32, 35, 35]`.
    pub pool_0: Pooled192To32At35,
}

impl MixedA192To256At35 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            one_0: ConvBn192To64At35::new(),
            five_0: ConvBn192To48At35::new(),
            five_1: ConvBn48To64At35::new(),
            double_0: ConvBn192To64At35::new(),
            double_1: ConvBn64To96At35::new(),
            double_2: ConvBn96To96At35::new(),
            pool_0: Pooled192To32At35::new(),
        }
    }

    /// `[N, 192, 35, 35]` to `[N, 256, 35, 35]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 192, 35, 35, T>,
    ) -> Map<B, 256, 35, 35, T> {
        let one = self.one_0.forward(fork(&x));
        let five = self.five_0.forward(fork(&x));
        let five = self.five_1.forward(five);
        let double = self.double_0.forward(fork(&x));
        let double = self.double_1.forward(double);
        let double = self.double_2.forward(double);
        let pool = self.pool_0.forward(x);
        concat_channels!(
            one : 64 x 35 x 35, five : 64 x 35 x 35, double : 96 x 35 x 35, pool : 32 x
            35 x 35 => 256 x 35 x 35
        )
    }
}

module!(
    MixedA192To256At35 { one_0 : "one.0", five_0 : "five.0", five_1 : "five.1", double_0
    : "double.0", double_1 : "double.1", double_2 : "double.2", pool_0 : "pool.0" }
);

/// `[N, 2048, 8, 8]` to `[N, 192, 8, 8]`.
pub struct Pooled2048To192At8 {
    /// `[N, 2048, 8, 8]` to `[N, 192, 8, 8]`.
    pub conv_bn_0: ConvBn2048To192At8,
}

impl Pooled2048To192At8 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv_bn_0: ConvBn2048To192At8::new(),
        }
    }

    /// `[N, 2048, 8, 8]` to `[N, 192, 8, 8]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 2048, 8, 8, T>,
    ) -> Map<B, 192, 8, 8, T> {
        let x = avg_pool!(
            x; 2048 x 8 x 8 => 2048 x 8 x 8, kernel 3 x 3, pad 1 x 1, count pad
        );
        self.conv_bn_0.forward(x)
    }
}

module!(Pooled2048To192At8 { conv_bn_0 : "0" });

/// `[N, 1280, 8, 8]` to `[N, 192, 8, 8]`.
pub struct Pooled1280To192At8 {
    /// `[N, 1280, 8, 8]` to `[N, 192, 8, 8]`.
    pub conv_bn_0: ConvBn1280To192At8,
}

impl Pooled1280To192At8 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv_bn_0: ConvBn1280To192At8::new(),
        }
    }

    /// `[N, 1280, 8, 8]` to `[N, 192, 8, 8]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 1280, 8, 8, T>,
    ) -> Map<B, 192, 8, 8, T> {
        let x = avg_pool!(
            x; 1280 x 8 x 8 => 1280 x 8 x 8, kernel 3 x 3, pad 1 x 1, count pad
        );
        self.conv_bn_0.forward(x)
    }
}

module!(Pooled1280To192At8 { conv_bn_0 : "0" });

/// `[N, 384, 8, 8]` to `[N, 768, 8, 8]`.
pub struct Cross {
    /// Over `[N, 384, 8, 8]`.
    pub row_0: ConvBn384To384At8,
    /// Over `[N, 384, 8, 8]`.
    pub column_0: ConvBn384To384At8_2,
}

impl Cross {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            row_0: ConvBn384To384At8::new(),
            column_0: ConvBn384To384At8_2::new(),
        }
    }

    /// `[N, 384, 8, 8]` to `[N, 768, 8, 8]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 384, 8, 8, T>,
    ) -> Map<B, 768, 8, 8, T> {
        let row = self.row_0.forward(fork(&x));
        let column = self.column_0.forward(x);
        concat_channels!(row : 384 x 8 x 8, column : 384 x 8 x 8 => 768 x 8 x 8)
    }
}

module!(Cross { row_0 : "row.0", column_0 : "column.0" });

/// `[N, 768, 17, 17]` to `[N, 1280, 8, 8]`.
pub struct ReduceB {
    /// `[N, 768, 17, 17]` to `[N, 192, 17, 17]`.
    pub three_0: ConvBn768To192At17,
    /// `[N, 192, 17, 17]` to `[N, 320, 8, 8]`.
    pub three_1: ConvBn192To320At8,
    /// `[N, 768, 17, 17]` to `[N, 192, 17, 17]`.
    pub seven_0: ConvBn768To192At17,
    /// Over `[N, 192, 17, 17]`.
    pub seven_1: ConvBn192To192At17,
    /// Over `[N, 192, 17, 17]`.
    pub seven_2: ConvBn192To192At17_2,
    /// `[N, 192, 17, 17]` to `[N, 192, 8, 8]`.
    pub seven_3: ConvBn192To192At8,
}

impl ReduceB {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            three_0: ConvBn768To192At17::new(),
            three_1: ConvBn192To320At8::new(),
            seven_0: ConvBn768To192At17::new(),
            seven_1: ConvBn192To192At17::new(),
            seven_2: ConvBn192To192At17_2::new(),
            seven_3: ConvBn192To192At8::new(),
        }
    }

    /// `[N, 768, 17, 17]` to `[N, 1280, 8, 8]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 768, 17, 17, T>,
    ) -> Map<B, 1280, 8, 8, T> {
        let three = self.three_0.forward(fork(&x));
        let three = self.three_1.forward(three);
        let seven = self.seven_0.forward(fork(&x));
        let seven = self.seven_1.forward(seven);
        let seven = self.seven_2.forward(seven);
        let seven = self.seven_3.forward(seven);
        let pool = max_pool!(
            x; 768 x 17 x 17 => 768 x 8 x 8, kernel 3 x 3, stride 2 x 2
        );
        concat_channels!(
            three : 320 x 8 x 8, seven : 192 x 8 x 8, pool : 768 x 8 x 8 => 1280 x 8 x 8
        )
    }
}

module!(
    ReduceB { three_0 : "three.0", three_1 : "three.1", seven_0 : "seven.0", seven_1 :
    "seven.1", seven_2 : "seven.2", seven_3 : "seven.3" }
);

/// `[N, 768, 17, 17]` to `[N, 192, 17, 17]`.
pub struct Pooled768To192At17 {
    /// `[N, 768, 17, 17]` to `[N, 192, 17, 17]`.
    pub conv_bn_0: ConvBn768To192At17,
}

impl Pooled768To192At17 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv_bn_0: ConvBn768To192At17::new(),
        }
    }

    /// `[N, 768, 17, 17]` to `[N, 192, 17, 17]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 768, 17, 17, T>,
    ) -> Map<B, 192, 17, 17, T> {
        let x = avg_pool!(
            x; 768 x 17 x 17 => 768 x 17 x 17, kernel 3 x 3, pad 1 x 1, count pad
        );
        self.conv_bn_0.forward(x)
    }
}

module!(Pooled768To192At17 { conv_bn_0 : "0" });

/// `[N, 288, 35, 35]` to `[N, 768, 17, 17]`.
pub struct ReduceA {
    /// `[N, 288, 35, 35]` to `[N, 384, 17, 17]`.
    pub three_0: ConvBn288To384At17,
    /// `[N, 288, 35, 35]` to `[N, 64, 35, 35]`.
    pub double_0: ConvBn288To64At35,
    /// `[N, 64, 35, 35]` to `[N, 96, 35, 35]`.
    pub double_1: ConvBn64To96At35,
    /// `[N, 96, 35, 35]` to `[N, 96, 17, 17]`.
    pub double_2: ConvBn96To96At17,
}

impl ReduceA {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            three_0: ConvBn288To384At17::new(),
            double_0: ConvBn288To64At35::new(),
            double_1: ConvBn64To96At35::new(),
            double_2: ConvBn96To96At17::new(),
        }
    }

    /// `[N, 288, 35, 35]` to `[N, 768, 17, 17]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 288, 35, 35, T>,
    ) -> Map<B, 768, 17, 17, T> {
        let three = self.three_0.forward(fork(&x));
        let double = self.double_0.forward(fork(&x));
        let double = self.double_1.forward(double);
        let double = self.double_2.forward(double);
        let pool = max_pool!(
            x; 288 x 35 x 35 => 288 x 17 x 17, kernel 3 x 3, stride 2 x 2
        );
        concat_channels!(
            three : 384 x 17 x 17, double : 96 x 17 x 17, pool : 288 x 17 x 17 => 768 x
            17 x 17
        )
    }
}

module!(
    ReduceA { three_0 : "three.0", double_0 : "double.0", double_1 : "double.1", double_2
    : "double.2" }
);

/// `[N, 288, 35, 35]` to `[N, 64, 35, 35]`.
pub struct Pooled288To64At35 {
    /// `[N, 288, 35, 35]` to `[N, 64, 35, 35]`.
    pub conv_bn_0: ConvBn288To64At35,
}

impl Pooled288To64At35 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv_bn_0: ConvBn288To64At35::new(),
        }
    }

    /// `[N, 288, 35, 35]` to `[N, 64, 35, 35]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 288, 35, 35, T>,
    ) -> Map<B, 64, 35, 35, T> {
        let x = avg_pool!(
            x; 288 x 35 x 35 => 288 x 35 x 35, kernel 3 x 3, pad 1 x 1, count pad
        );
        self.conv_bn_0.forward(x)
    }
}

module!(Pooled288To64At35 { conv_bn_0 : "0" });

/// `[N, 256, 35, 35]` to `[N, 64, 35, 35]`.
pub struct Pooled256To64At35 {
    /// `[N, 256, 35, 35]` to `[N, 64, 35, 35]`.
    pub conv_bn_0: ConvBn256To64At35,
}

impl Pooled256To64At35 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv_bn_0: ConvBn256To64At35::new(),
        }
    }

    /// `[N, 256, 35, 35]` to `[N, 64, 35, 35]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 35, 35, T>,
    ) -> Map<B, 64, 35, 35, T> {
        let x = avg_pool!(
            x; 256 x 35 x 35 => 256 x 35 x 35, kernel 3 x 3, pad 1 x 1, count pad
        );
        self.conv_bn_0.forward(x)
    }
}

module!(Pooled256To64At35 { conv_bn_0 : "0" });

/// `[N, 192, 35, 35]` to `[N, 32, 35, 35]`.
pub struct Pooled192To32At35 {
    /// `[N, 192, 35, 35]` to `[N, 32, 35, 35]`.
    pub conv_bn_0: ConvBn192To32At35,
}

impl Pooled192To32At35 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv_bn_0: ConvBn192To32At35::new(),
        }
    }

    /// `[N, 192, 35, 35]` to `[N, 32, 35, 35]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 192, 35, 35, T>,
    ) -> Map<B, 32, 35, 35, T> {
        let x = avg_pool!(
            x; 192 x 35 x 35 => 192 x 35 x 35, kernel 3 x 3, pad 1 x 1, count pad
        );
        self.conv_bn_0.forward(x)
    }
}

module!(Pooled192To32At35 { conv_bn_0 : "0" });

/// `[N, 2048, 8, 8]` to `[N, 192, 8, 8]`.
pub struct ConvBn2048To192At8 {
    /// `conv`, `[N, 2048, 8, 8]` to `[N, 192, 8, 8]`, 393,216 weights.
    pub conv: conv!(2048 x 8 x 8 => 192 x 8 x 8, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 192, 8, 8]`, 384 weights.
    pub bn: BatchNorm<192>,
}

impl ConvBn2048To192At8 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.1)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 2048, 8, 8]` to `[N, 192, 8, 8]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 2048, 8, 8, T>,
    ) -> Map<B, 192, 8, 8, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn2048To192At8 { conv : "conv", bn : "bn" });

/// `[N, 2048, 8, 8]` to `[N, 448, 8, 8]`.
pub struct ConvBn2048To448At8 {
    /// `conv`, `[N, 2048, 8, 8]` to `[N, 448, 8, 8]`, 917,504 weights.
    pub conv: conv!(2048 x 8 x 8 => 448 x 8 x 8, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 448, 8, 8]`, 896 weights.
    pub bn: BatchNorm<448>,
}

impl ConvBn2048To448At8 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.1)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 2048, 8, 8]` to `[N, 448, 8, 8]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 2048, 8, 8, T>,
    ) -> Map<B, 448, 8, 8, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn2048To448At8 { conv : "conv", bn : "bn" });

/// `[N, 2048, 8, 8]` to `[N, 384, 8, 8]`.
pub struct ConvBn2048To384At8 {
    /// `conv`, `[N, 2048, 8, 8]` to `[N, 384, 8, 8]`, 786,432 weights.
    pub conv: conv!(2048 x 8 x 8 => 384 x 8 x 8, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 384, 8, 8]`, 768 weights.
    pub bn: BatchNorm<384>,
}

impl ConvBn2048To384At8 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.1)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 2048, 8, 8]` to `[N, 384, 8, 8]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 2048, 8, 8, T>,
    ) -> Map<B, 384, 8, 8, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn2048To384At8 { conv : "conv", bn : "bn" });

/// `[N, 2048, 8, 8]` to `[N, 320, 8, 8]`.
pub struct ConvBn2048To320At8 {
    /// `conv`, `[N, 2048, 8, 8]` to `[N, 320, 8, 8]`, 655,360 weights.
    pub conv: conv!(2048 x 8 x 8 => 320 x 8 x 8, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 320, 8, 8]`, 640 weights.
    pub bn: BatchNorm<320>,
}

impl ConvBn2048To320At8 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.1)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 2048, 8, 8]` to `[N, 320, 8, 8]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 2048, 8, 8, T>,
    ) -> Map<B, 320, 8, 8, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn2048To320At8 { conv : "conv", bn : "bn" });

/// `[N, 1280, 8, 8]` to `[N, 192, 8, 8]`.
pub struct ConvBn1280To192At8 {
    /// `conv`, `[N, 1280, 8, 8]` to `[N, 192, 8, 8]`, 245,760 weights.
    pub conv: conv!(1280 x 8 x 8 => 192 x 8 x 8, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 192, 8, 8]`, 384 weights.
    pub bn: BatchNorm<192>,
}

impl ConvBn1280To192At8 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.1)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 1280, 8, 8]` to `[N, 192, 8, 8]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 1280, 8, 8, T>,
    ) -> Map<B, 192, 8, 8, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn1280To192At8 { conv : "conv", bn : "bn" });

/// `[N, 448, 8, 8]` to `[N, 384, 8, 8]`.
pub struct ConvBn448To384At8 {
    /// `conv`, `[N, 448, 8, 8]` to `[N, 384, 8, 8]`, 1,548,288 weights.
    pub conv: conv!(448 x 8 x 8 => 384 x 8 x 8, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 384, 8, 8]`, 768 weights.
    pub bn: BatchNorm<384>,
}

impl ConvBn448To384At8 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.1)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 448, 8, 8]` to `[N, 384, 8, 8]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 448, 8, 8, T>,
    ) -> Map<B, 384, 8, 8, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn448To384At8 { conv : "conv", bn : "bn" });

/// `[N, 1280, 8, 8]` to `[N, 448, 8, 8]`.
pub struct ConvBn1280To448At8 {
    /// `conv`, `[N, 1280, 8, 8]` to `[N, 448, 8, 8]`, 573,440 weights.
    pub conv: conv!(1280 x 8 x 8 => 448 x 8 x 8, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 448, 8, 8]`, 896 weights.
    pub bn: BatchNorm<448>,
}

impl ConvBn1280To448At8 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.1)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 1280, 8, 8]` to `[N, 448, 8, 8]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 1280, 8, 8, T>,
    ) -> Map<B, 448, 8, 8, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn1280To448At8 { conv : "conv", bn : "bn" });

/// `[N, 384, 8, 8]` to `[N, 384, 8, 8]`.
pub struct ConvBn384To384At8_2 {
    /// `conv`, over `[N, 384, 8, 8]`, 442,368 weights.
    pub conv: conv!(384 x 8 x 8 => 384 x 8 x 8, kernel 3 x 1, pad 1 x 0, no bias),
    /// `bn`, over `[N, 384, 8, 8]`, 768 weights.
    pub bn: BatchNorm<384>,
}

impl ConvBn384To384At8_2 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.1)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 384, 8, 8]` to `[N, 384, 8, 8]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 384, 8, 8, T>,
    ) -> Map<B, 384, 8, 8, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn384To384At8_2 { conv : "conv", bn : "bn" });

/// `[N, 384, 8, 8]` to `[N, 384, 8, 8]`.
pub struct ConvBn384To384At8 {
    /// `conv`, over `[N, 384, 8, 8]`, 442,368 weights.
    pub conv: conv!(384 x 8 x 8 => 384 x 8 x 8, kernel 1 x 3, pad 0 x 1, no bias),
    /// `bn`, over `[N, 384, 8, 8]`, 768 weights.
    pub bn: BatchNorm<384>,
}

impl ConvBn384To384At8 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.1)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 384, 8, 8]` to `[N, 384, 8, 8]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 384, 8, 8, T>,
    ) -> Map<B, 384, 8, 8, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn384To384At8 { conv : "conv", bn : "bn" });

/// `[N, 1280, 8, 8]` to `[N, 384, 8, 8]`.
pub struct ConvBn1280To384At8 {
    /// `conv`, `[N, 1280, 8, 8]` to `[N, 384, 8, 8]`, 491,520 weights.
    pub conv: conv!(1280 x 8 x 8 => 384 x 8 x 8, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 384, 8, 8]`, 768 weights.
    pub bn: BatchNorm<384>,
}

impl ConvBn1280To384At8 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.1)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 1280, 8, 8]` to `[N, 384, 8, 8]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 1280, 8, 8, T>,
    ) -> Map<B, 384, 8, 8, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn1280To384At8 { conv : "conv", bn : "bn" });

/// `[N, 1280, 8, 8]` to `[N, 320, 8, 8]`.
pub struct ConvBn1280To320At8 {
    /// `conv`, `[N, 1280, 8, 8]` to `[N, 320, 8, 8]`, 409,600 weights.
    pub conv: conv!(1280 x 8 x 8 => 320 x 8 x 8, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 320, 8, 8]`, 640 weights.
    pub bn: BatchNorm<320>,
}

impl ConvBn1280To320At8 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.1)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 1280, 8, 8]` to `[N, 320, 8, 8]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 1280, 8, 8, T>,
    ) -> Map<B, 320, 8, 8, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn1280To320At8 { conv : "conv", bn : "bn" });

/// `[N, 192, 17, 17]` to `[N, 192, 8, 8]`.
pub struct ConvBn192To192At8 {
    /// `conv`, `[N, 192, 17, 17]` to `[N, 192, 8, 8]`, 331,776 weights.
    pub conv: conv!(192 x 17 x 17 => 192 x 8 x 8, kernel 3 x 3, stride 2 x 2, no bias),
    /// `bn`, over `[N, 192, 8, 8]`, 384 weights.
    pub bn: BatchNorm<192>,
}

impl ConvBn192To192At8 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.1)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 192, 17, 17]` to `[N, 192, 8, 8]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 192, 17, 17, T>,
    ) -> Map<B, 192, 8, 8, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn192To192At8 { conv : "conv", bn : "bn" });

/// `[N, 192, 17, 17]` to `[N, 320, 8, 8]`.
pub struct ConvBn192To320At8 {
    /// `conv`, `[N, 192, 17, 17]` to `[N, 320, 8, 8]`, 552,960 weights.
    pub conv: conv!(192 x 17 x 17 => 320 x 8 x 8, kernel 3 x 3, stride 2 x 2, no bias),
    /// `bn`, over `[N, 320, 8, 8]`, 640 weights.
    pub bn: BatchNorm<320>,
}

impl ConvBn192To320At8 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.1)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 192, 17, 17]` to `[N, 320, 8, 8]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 192, 17, 17, T>,
    ) -> Map<B, 320, 8, 8, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn192To320At8 { conv : "conv", bn : "bn" });

/// `[N, 192, 17, 17]` to `[N, 192, 17, 17]`.
pub struct ConvBn192To192At17_2 {
    /// `conv`, over `[N, 192, 17, 17]`, 258,048 weights.
    pub conv: conv!(192 x 17 x 17 => 192 x 17 x 17, kernel 7 x 1, pad 3 x 0, no bias),
    /// `bn`, over `[N, 192, 17, 17]`, 384 weights.
    pub bn: BatchNorm<192>,
}

impl ConvBn192To192At17_2 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.1)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 192, 17, 17]` to `[N, 192, 17, 17]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 192, 17, 17, T>,
    ) -> Map<B, 192, 17, 17, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn192To192At17_2 { conv : "conv", bn : "bn" });

/// `[N, 192, 17, 17]` to `[N, 192, 17, 17]`.
pub struct ConvBn192To192At17 {
    /// `conv`, over `[N, 192, 17, 17]`, 258,048 weights.
    pub conv: conv!(192 x 17 x 17 => 192 x 17 x 17, kernel 1 x 7, pad 0 x 3, no bias),
    /// `bn`, over `[N, 192, 17, 17]`, 384 weights.
    pub bn: BatchNorm<192>,
}

impl ConvBn192To192At17 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.1)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 192, 17, 17]` to `[N, 192, 17, 17]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 192, 17, 17, T>,
    ) -> Map<B, 192, 17, 17, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn192To192At17 { conv : "conv", bn : "bn" });

/// `[N, 160, 17, 17]` to `[N, 192, 17, 17]`.
pub struct ConvBn160To192At17_2 {
    /// `conv`, `[N, 160, 17, 17]` to `[N, 192, 17, 17]`, 215,040 weights.
    pub conv: conv!(160 x 17 x 17 => 192 x 17 x 17, kernel 1 x 7, pad 0 x 3, no bias),
    /// `bn`, over `[N, 192, 17, 17]`, 384 weights.
    pub bn: BatchNorm<192>,
}

impl ConvBn160To192At17_2 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.1)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 160, 17, 17]` to `[N, 192, 17, 17]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 160, 17, 17, T>,
    ) -> Map<B, 192, 17, 17, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn160To192At17_2 { conv : "conv", bn : "bn" });

/// `[N, 160, 17, 17]` to `[N, 160, 17, 17]`.
pub struct ConvBn160To160At17_2 {
    /// `conv`, over `[N, 160, 17, 17]`, 179,200 weights.
    pub conv: conv!(160 x 17 x 17 => 160 x 17 x 17, kernel 7 x 1, pad 3 x 0, no bias),
    /// `bn`, over `[N, 160, 17, 17]`, 320 weights.
    pub bn: BatchNorm<160>,
}

impl ConvBn160To160At17_2 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.1)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 160, 17, 17]` to `[N, 160, 17, 17]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 160, 17, 17, T>,
    ) -> Map<B, 160, 17, 17, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn160To160At17_2 { conv : "conv", bn : "bn" });

/// `[N, 160, 17, 17]` to `[N, 192, 17, 17]`.
pub struct ConvBn160To192At17 {
    /// `conv`, `[N, 160, 17, 17]` to `[N, 192, 17, 17]`, 215,040 weights.
    pub conv: conv!(160 x 17 x 17 => 192 x 17 x 17, kernel 7 x 1, pad 3 x 0, no bias),
    /// `bn`, over `[N, 192, 17, 17]`, 384 weights.
    pub bn: BatchNorm<192>,
}

impl ConvBn160To192At17 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.1)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 160, 17, 17]` to `[N, 192, 17, 17]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 160, 17, 17, T>,
    ) -> Map<B, 192, 17, 17, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn160To192At17 { conv : "conv", bn : "bn" });

/// `[N, 160, 17, 17]` to `[N, 160, 17, 17]`.
pub struct ConvBn160To160At17 {
    /// `conv`, over `[N, 160, 17, 17]`, 179,200 weights.
    pub conv: conv!(160 x 17 x 17 => 160 x 17 x 17, kernel 1 x 7, pad 0 x 3, no bias),
    /// `bn`, over `[N, 160, 17, 17]`, 320 weights.
    pub bn: BatchNorm<160>,
}

impl ConvBn160To160At17 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.1)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 160, 17, 17]` to `[N, 160, 17, 17]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 160, 17, 17, T>,
    ) -> Map<B, 160, 17, 17, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn160To160At17 { conv : "conv", bn : "bn" });

/// `[N, 768, 17, 17]` to `[N, 160, 17, 17]`.
pub struct ConvBn768To160At17 {
    /// `conv`, `[N, 768, 17, 17]` to `[N, 160, 17, 17]`, 122,880 weights.
    pub conv: conv!(768 x 17 x 17 => 160 x 17 x 17, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 160, 17, 17]`, 320 weights.
    pub bn: BatchNorm<160>,
}

impl ConvBn768To160At17 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.1)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 768, 17, 17]` to `[N, 160, 17, 17]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 768, 17, 17, T>,
    ) -> Map<B, 160, 17, 17, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn768To160At17 { conv : "conv", bn : "bn" });

/// `[N, 128, 17, 17]` to `[N, 192, 17, 17]`.
pub struct ConvBn128To192At17_2 {
    /// `conv`, `[N, 128, 17, 17]` to `[N, 192, 17, 17]`, 172,032 weights.
    pub conv: conv!(128 x 17 x 17 => 192 x 17 x 17, kernel 1 x 7, pad 0 x 3, no bias),
    /// `bn`, over `[N, 192, 17, 17]`, 384 weights.
    pub bn: BatchNorm<192>,
}

impl ConvBn128To192At17_2 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.1)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 128, 17, 17]` to `[N, 192, 17, 17]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 17, 17, T>,
    ) -> Map<B, 192, 17, 17, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn128To192At17_2 { conv : "conv", bn : "bn" });

/// `[N, 128, 17, 17]` to `[N, 128, 17, 17]`.
pub struct ConvBn128To128At17_2 {
    /// `conv`, over `[N, 128, 17, 17]`, 114,688 weights.
    pub conv: conv!(128 x 17 x 17 => 128 x 17 x 17, kernel 7 x 1, pad 3 x 0, no bias),
    /// `bn`, over `[N, 128, 17, 17]`, 256 weights.
    pub bn: BatchNorm<128>,
}

impl ConvBn128To128At17_2 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.1)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 128, 17, 17]` to `[N, 128, 17, 17]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 17, 17, T>,
    ) -> Map<B, 128, 17, 17, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn128To128At17_2 { conv : "conv", bn : "bn" });

/// `[N, 128, 17, 17]` to `[N, 192, 17, 17]`.
pub struct ConvBn128To192At17 {
    /// `conv`, `[N, 128, 17, 17]` to `[N, 192, 17, 17]`, 172,032 weights.
    pub conv: conv!(128 x 17 x 17 => 192 x 17 x 17, kernel 7 x 1, pad 3 x 0, no bias),
    /// `bn`, over `[N, 192, 17, 17]`, 384 weights.
    pub bn: BatchNorm<192>,
}

impl ConvBn128To192At17 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.1)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 128, 17, 17]` to `[N, 192, 17, 17]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 17, 17, T>,
    ) -> Map<B, 192, 17, 17, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn128To192At17 { conv : "conv", bn : "bn" });

/// `[N, 128, 17, 17]` to `[N, 128, 17, 17]`.
pub struct ConvBn128To128At17 {
    /// `conv`, over `[N, 128, 17, 17]`, 114,688 weights.
    pub conv: conv!(128 x 17 x 17 => 128 x 17 x 17, kernel 1 x 7, pad 0 x 3, no bias),
    /// `bn`, over `[N, 128, 17, 17]`, 256 weights.
    pub bn: BatchNorm<128>,
}

impl ConvBn128To128At17 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.1)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 128, 17, 17]` to `[N, 128, 17, 17]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 17, 17, T>,
    ) -> Map<B, 128, 17, 17, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn128To128At17 { conv : "conv", bn : "bn" });

/// `[N, 768, 17, 17]` to `[N, 128, 17, 17]`.
pub struct ConvBn768To128At17 {
    /// `conv`, `[N, 768, 17, 17]` to `[N, 128, 17, 17]`, 98,304 weights.
    pub conv: conv!(768 x 17 x 17 => 128 x 17 x 17, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 17, 17]`, 256 weights.
    pub bn: BatchNorm<128>,
}

impl ConvBn768To128At17 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.1)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 768, 17, 17]` to `[N, 128, 17, 17]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 768, 17, 17, T>,
    ) -> Map<B, 128, 17, 17, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn768To128At17 { conv : "conv", bn : "bn" });

/// `[N, 768, 17, 17]` to `[N, 192, 17, 17]`.
pub struct ConvBn768To192At17 {
    /// `conv`, `[N, 768, 17, 17]` to `[N, 192, 17, 17]`, 147,456 weights.
    pub conv: conv!(768 x 17 x 17 => 192 x 17 x 17, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 192, 17, 17]`, 384 weights.
    pub bn: BatchNorm<192>,
}

impl ConvBn768To192At17 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.1)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 768, 17, 17]` to `[N, 192, 17, 17]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 768, 17, 17, T>,
    ) -> Map<B, 192, 17, 17, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn768To192At17 { conv : "conv", bn : "bn" });

/// `[N, 96, 35, 35]` to `[N, 96, 17, 17]`.
pub struct ConvBn96To96At17 {
    /// `conv`, `[N, 96, 35, 35]` to `[N, 96, 17, 17]`, 82,944 weights.
    pub conv: conv!(96 x 35 x 35 => 96 x 17 x 17, kernel 3 x 3, stride 2 x 2, no bias),
    /// `bn`, over `[N, 96, 17, 17]`, 192 weights.
    pub bn: BatchNorm<96>,
}

impl ConvBn96To96At17 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.1)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 96, 35, 35]` to `[N, 96, 17, 17]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 96, 35, 35, T>,
    ) -> Map<B, 96, 17, 17, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn96To96At17 { conv : "conv", bn : "bn" });

/// `[N, 288, 35, 35]` to `[N, 384, 17, 17]`.
pub struct ConvBn288To384At17 {
    /// `conv`, `[N, 288, 35, 35]` to `[N, 384, 17, 17]`, 995,328 weights.
    pub conv: conv!(288 x 35 x 35 => 384 x 17 x 17, kernel 3 x 3, stride 2 x 2, no bias),
    /// `bn`, over `[N, 384, 17, 17]`, 768 weights.
    pub bn: BatchNorm<384>,
}

impl ConvBn288To384At17 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.1)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 288, 35, 35]` to `[N, 384, 17, 17]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 288, 35, 35, T>,
    ) -> Map<B, 384, 17, 17, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn288To384At17 { conv : "conv", bn : "bn" });

/// `[N, 288, 35, 35]` to `[N, 48, 35, 35]`.
pub struct ConvBn288To48At35 {
    /// `conv`, `[N, 288, 35, 35]` to `[N, 48, 35, 35]`, 13,824 weights.
    pub conv: conv!(288 x 35 x 35 => 48 x 35 x 35, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 48, 35, 35]`, 96 weights.
    pub bn: BatchNorm<48>,
}

impl ConvBn288To48At35 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.1)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 288, 35, 35]` to `[N, 48, 35, 35]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 288, 35, 35, T>,
    ) -> Map<B, 48, 35, 35, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn288To48At35 { conv : "conv", bn : "bn" });

/// `[N, 288, 35, 35]` to `[N, 64, 35, 35]`.
pub struct ConvBn288To64At35 {
    /// `conv`, `[N, 288, 35, 35]` to `[N, 64, 35, 35]`, 18,432 weights.
    pub conv: conv!(288 x 35 x 35 => 64 x 35 x 35, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 64, 35, 35]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl ConvBn288To64At35 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.1)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 288, 35, 35]` to `[N, 64, 35, 35]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 288, 35, 35, T>,
    ) -> Map<B, 64, 35, 35, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn288To64At35 { conv : "conv", bn : "bn" });

/// `[N, 256, 35, 35]` to `[N, 48, 35, 35]`.
pub struct ConvBn256To48At35 {
    /// `conv`, `[N, 256, 35, 35]` to `[N, 48, 35, 35]`, 12,288 weights.
    pub conv: conv!(256 x 35 x 35 => 48 x 35 x 35, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 48, 35, 35]`, 96 weights.
    pub bn: BatchNorm<48>,
}

impl ConvBn256To48At35 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.1)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 256, 35, 35]` to `[N, 48, 35, 35]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 35, 35, T>,
    ) -> Map<B, 48, 35, 35, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn256To48At35 { conv : "conv", bn : "bn" });

/// `[N, 256, 35, 35]` to `[N, 64, 35, 35]`.
pub struct ConvBn256To64At35 {
    /// `conv`, `[N, 256, 35, 35]` to `[N, 64, 35, 35]`, 16,384 weights.
    pub conv: conv!(256 x 35 x 35 => 64 x 35 x 35, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 64, 35, 35]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl ConvBn256To64At35 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.1)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 256, 35, 35]` to `[N, 64, 35, 35]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 35, 35, T>,
    ) -> Map<B, 64, 35, 35, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn256To64At35 { conv : "conv", bn : "bn" });

/// `[N, 192, 35, 35]` to `[N, 32, 35, 35]`.
pub struct ConvBn192To32At35 {
    /// `conv`, `[N, 192, 35, 35]` to `[N, 32, 35, 35]`, 6,144 weights.
    pub conv: conv!(192 x 35 x 35 => 32 x 35 x 35, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 32, 35, 35]`, 64 weights.
    pub bn: BatchNorm<32>,
}

impl ConvBn192To32At35 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.1)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 192, 35, 35]` to `[N, 32, 35, 35]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 192, 35, 35, T>,
    ) -> Map<B, 32, 35, 35, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn192To32At35 { conv : "conv", bn : "bn" });

/// `[N, 96, 35, 35]` to `[N, 96, 35, 35]`.
pub struct ConvBn96To96At35 {
    /// `conv`, over `[N, 96, 35, 35]`, 82,944 weights.
    pub conv: conv!(96 x 35 x 35 => 96 x 35 x 35, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 96, 35, 35]`, 192 weights.
    pub bn: BatchNorm<96>,
}

impl ConvBn96To96At35 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.1)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 96, 35, 35]` to `[N, 96, 35, 35]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 96, 35, 35, T>,
    ) -> Map<B, 96, 35, 35, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn96To96At35 { conv : "conv", bn : "bn" });

/// `[N, 64, 35, 35]` to `[N, 96, 35, 35]`.
pub struct ConvBn64To96At35 {
    /// `conv`, `[N, 64, 35, 35]` to `[N, 96, 35, 35]`, 55,296 weights.
    pub conv: conv!(64 x 35 x 35 => 96 x 35 x 35, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 96, 35, 35]`, 192 weights.
    pub bn: BatchNorm<96>,
}

impl ConvBn64To96At35 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.1)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 64, 35, 35]` to `[N, 96, 35, 35]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 64, 35, 35, T>,
    ) -> Map<B, 96, 35, 35, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn64To96At35 { conv : "conv", bn : "bn" });

/// `[N, 48, 35, 35]` to `[N, 64, 35, 35]`.
pub struct ConvBn48To64At35 {
    /// `conv`, `[N, 48, 35, 35]` to `[N, 64, 35, 35]`, 76,800 weights.
    pub conv: conv!(48 x 35 x 35 => 64 x 35 x 35, kernel 5 x 5, pad 2 x 2, no bias),
    /// `bn`, over `[N, 64, 35, 35]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl ConvBn48To64At35 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.1)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 48, 35, 35]` to `[N, 64, 35, 35]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 48, 35, 35, T>,
    ) -> Map<B, 64, 35, 35, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn48To64At35 { conv : "conv", bn : "bn" });

/// `[N, 192, 35, 35]` to `[N, 48, 35, 35]`.
pub struct ConvBn192To48At35 {
    /// `conv`, `[N, 192, 35, 35]` to `[N, 48, 35, 35]`, 9,216 weights.
    pub conv: conv!(192 x 35 x 35 => 48 x 35 x 35, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 48, 35, 35]`, 96 weights.
    pub bn: BatchNorm<48>,
}

impl ConvBn192To48At35 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.1)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 192, 35, 35]` to `[N, 48, 35, 35]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 192, 35, 35, T>,
    ) -> Map<B, 48, 35, 35, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn192To48At35 { conv : "conv", bn : "bn" });

/// `[N, 192, 35, 35]` to `[N, 64, 35, 35]`.
pub struct ConvBn192To64At35 {
    /// `conv`, `[N, 192, 35, 35]` to `[N, 64, 35, 35]`, 12,288 weights.
    pub conv: conv!(192 x 35 x 35 => 64 x 35 x 35, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 64, 35, 35]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl ConvBn192To64At35 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.1)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 192, 35, 35]` to `[N, 64, 35, 35]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 192, 35, 35, T>,
    ) -> Map<B, 64, 35, 35, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn192To64At35 { conv : "conv", bn : "bn" });

/// `[N, 80, 73, 73]` to `[N, 192, 71, 71]`.
pub struct ConvBn80To192At71 {
    /// `conv`, `[N, 80, 73, 73]` to `[N, 192, 71, 71]`, 138,240 weights.
    pub conv: conv!(80 x 73 x 73 => 192 x 71 x 71, kernel 3 x 3, no bias),
    /// `bn`, over `[N, 192, 71, 71]`, 384 weights.
    pub bn: BatchNorm<192>,
}

impl ConvBn80To192At71 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.1)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 80, 73, 73]` to `[N, 192, 71, 71]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 80, 73, 73, T>,
    ) -> Map<B, 192, 71, 71, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn80To192At71 { conv : "conv", bn : "bn" });

/// `[N, 64, 73, 73]` to `[N, 80, 73, 73]`.
pub struct ConvBn64To80At73 {
    /// `conv`, `[N, 64, 73, 73]` to `[N, 80, 73, 73]`, 5,120 weights.
    pub conv: conv!(64 x 73 x 73 => 80 x 73 x 73, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 80, 73, 73]`, 160 weights.
    pub bn: BatchNorm<80>,
}

impl ConvBn64To80At73 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.1)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 64, 73, 73]` to `[N, 80, 73, 73]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 64, 73, 73, T>,
    ) -> Map<B, 80, 73, 73, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn64To80At73 { conv : "conv", bn : "bn" });

/// `[N, 32, 147, 147]` to `[N, 64, 147, 147]`.
pub struct ConvBn32To64At147 {
    /// `conv`, `[N, 32, 147, 147]` to `[N, 64, 147, 147]`, 18,432 weights.
    pub conv: conv!(32 x 147 x 147 => 64 x 147 x 147, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 64, 147, 147]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl ConvBn32To64At147 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.1)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 32, 147, 147]` to `[N, 64, 147, 147]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 32, 147, 147, T>,
    ) -> Map<B, 64, 147, 147, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn32To64At147 { conv : "conv", bn : "bn" });

/// `[N, 32, 149, 149]` to `[N, 32, 147, 147]`.
pub struct ConvBn32To32At147 {
    /// `conv`, `[N, 32, 149, 149]` to `[N, 32, 147, 147]`, 9,216 weights.
    pub conv: conv!(32 x 149 x 149 => 32 x 147 x 147, kernel 3 x 3, no bias),
    /// `bn`, over `[N, 32, 147, 147]`, 64 weights.
    pub bn: BatchNorm<32>,
}

impl ConvBn32To32At147 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.1)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 32, 149, 149]` to `[N, 32, 147, 147]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 32, 149, 149, T>,
    ) -> Map<B, 32, 147, 147, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn32To32At147 { conv : "conv", bn : "bn" });

/// `[N, 3, 299, 299]` to `[N, 32, 149, 149]`.
pub struct ConvBn3To32At149 {
    /// `conv`, `[N, 3, 299, 299]` to `[N, 32, 149, 149]`, 864 weights.
    pub conv: conv!(
        3 x 299 x 299 => 32 x 149 x 149, kernel 3 x 3, stride 2 x 2, no bias
    ),
    /// `bn`, over `[N, 32, 149, 149]`, 64 weights.
    pub bn: BatchNorm<32>,
}

impl ConvBn3To32At149 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.1)).at_input(),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 3, 299, 299]` to `[N, 32, 149, 149]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 3, 299, 299, T>,
    ) -> Map<B, 32, 149, 149, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn3To32At149 { conv : "conv", bn : "bn" });
