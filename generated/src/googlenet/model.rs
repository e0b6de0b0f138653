//! A network of 6624904 trainable weights. Written by `blockprint compile`.

use blockprint::typed::prelude::*;
use blockprint::typed::program::Measures;

/// `[N, 3, 224, 224]` to `[N, 1000]`.
pub struct Googlenet {
    /// `[N, 3, 224, 224]` to `[N, 64, 112, 112]`.
    pub conv1: ConvBn3To64At112,
    /// Over `[N, 64, 56, 56]`.
    pub conv2: ConvBn64To64At56,
    /// `[N, 64, 56, 56]` to `[N, 192, 56, 56]`.
    pub conv3: ConvBn64To192At56,
    /// `[N, 192, 28, 28]` to `[N, 256, 28, 28]`.
    pub inception3a: Inception192To256At28,
    /// `[N, 256, 28, 28]` to `[N, 480, 28, 28]`.
    pub inception3b: Inception256To480At28,
    /// `[N, 480, 14, 14]` to `[N, 512, 14, 14]`.
    pub inception4a: Inception480To512At14,
    /// Over `[N, 512, 14, 14]`.
    pub inception4b: Inception512To512At14,
    /// Over `[N, 512, 14, 14]`.
    pub inception4c: Inception512To512At14_2,
    /// `[N, 512, 14, 14]` to `[N, 528, 14, 14]`.
    pub inception4d: Inception512To528At14,
    /// `[N, 528, 14, 14]` to `[N, 832, 14, 14]`.
    pub inception4e: Inception528To832At14,
    /// Over `[N, 832, 7, 7]`.
    pub inception5a: Inception832To832At7,
    /// `[N, 832, 7, 7]` to `[N, 1024, 7, 7]`.
    pub inception5b: Inception832To1024At7,
    /// `dropout`, over `[N, 1024]`.
    pub dropout: Dropout,
    /// `dense`, `[N, 1024]` to `[N, 1000]`, 1,025,000 weights.
    pub logits: Dense<1024, 1000>,
}

impl Googlenet {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv1: ConvBn3To64At112::new(),
            conv2: ConvBn64To64At56::new(),
            conv3: ConvBn64To192At56::new(),
            inception3a: Inception192To256At28::new(),
            inception3b: Inception256To480At28::new(),
            inception4a: Inception480To512At14::new(),
            inception4b: Inception512To512At14::new(),
            inception4c: Inception512To512At14_2::new(),
            inception4d: Inception512To528At14::new(),
            inception4e: Inception528To832At14::new(),
            inception5a: Inception832To832At7::new(),
            inception5b: Inception832To1024At7::new(),
            dropout: Dropout::new(0.2, 196),
            logits: Dense::new().init(Init::TruncatedNormal(0.01)),
        }
    }

    /// `[N, 3, 224, 224]` to `[N, 1000]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        image: Map<B, 3, 224, 224, T>,
    ) -> Features<B, 1000, T> {
        let conv1 = self.conv1.forward(image);
        let x = max_pool!(
            conv1; 64 x 112 x 112 => 64 x 56 x 56, kernel 3 x 3, stride 2 x 2, ceil
        );
        let conv2 = self.conv2.forward(x);
        let conv3 = self.conv3.forward(conv2);
        let x = max_pool!(
            conv3; 192 x 56 x 56 => 192 x 28 x 28, kernel 3 x 3, stride 2 x 2, ceil
        );
        let inception3a = self.inception3a.forward(x);
        let inception3b = self.inception3b.forward(inception3a);
        let x = max_pool!(
            inception3b; 480 x 28 x 28 => 480 x 14 x 14, kernel 3 x 3, stride 2 x 2, ceil
        );
        let inception4a = self.inception4a.forward(x);
        let inception4b = self.inception4b.forward(inception4a);
        let inception4c = self.inception4c.forward(inception4b);
        let inception4d = self.inception4d.forward(inception4c);
        let inception4e = self.inception4e.forward(inception4d);
        let x = max_pool!(
            inception4e; 832 x 14 x 14 => 832 x 7 x 7, kernel 2 x 2, stride 2 x 2, ceil
        );
        let inception5a = self.inception5a.forward(x);
        let x = self.dropout.forward(gap(self.inception5b.forward(inception5a)));
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
    Googlenet { conv1 : "conv1", conv2 : "conv2", conv3 : "conv3", inception3a :
    "inception3a", inception3b : "inception3b", inception4a : "inception4a", inception4b
    : "inception4b", inception4c : "inception4c", inception4d : "inception4d",
    inception4e : "inception4e", inception5a : "inception5a", inception5b :
    "inception5b", dropout : "dropout", logits : "logits" }
);

/// `[N, 832, 7, 7]` to `[N, 1024, 7, 7]`.
pub struct Inception832To1024At7 {
    /// `[N, 832, 7, 7]` to `[N, 384, 7, 7]`.
    pub one_0: ConvBn832To384At7,
    /// `[N, 832, 7, 7]` to `[N, 192, 7, 7]`.
    pub three_0: ConvBn832To192At7,
    /// `[N, 192, 7, 7]` to `[N, 384, 7, 7]`.
    pub three_1: ConvBn192To384At7,
    /// `[N, 832, 7, 7]` to `[N, 48, 7, 7]`.
    pub five_0: ConvBn832To48At7,
    /// `[N, 48, 7, 7]` to `[N, 128, 7, 7]`.
    pub five_1: ConvBn48To128At7,
    /// `[N, 832, 7, 7]` to `[N, 128, 7, 7]`.
    pub pool_0: ConvBn832To128At7,
}

impl Inception832To1024At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            one_0: ConvBn832To384At7::new(),
            three_0: ConvBn832To192At7::new(),
            three_1: ConvBn192To384At7::new(),
            five_0: ConvBn832To48At7::new(),
            five_1: ConvBn48To128At7::new(),
            pool_0: ConvBn832To128At7::new(),
        }
    }

    /// `[N, 832, 7, 7]` to `[N, 1024, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 832, 7, 7, T>,
    ) -> Map<B, 1024, 7, 7, T> {
        let one = self.one_0.forward(fork(&x));
        let three = self.three_0.forward(fork(&x));
        let three = self.three_1.forward(three);
        let five = self.five_0.forward(fork(&x));
        let five = self.five_1.forward(five);
        let pool = max_pool!(x; 832 x 7 x 7 => 832 x 7 x 7, kernel 3 x 3, pad 1 x 1);
        let pool = self.pool_0.forward(pool);
        concat_channels!(
            one : 384 x 7 x 7, three : 384 x 7 x 7, five : 128 x 7 x 7, pool : 128 x 7 x
            7 => 1024 x 7 x 7
        )
    }
}

module!(
    Inception832To1024At7 { one_0 : "one.0", three_0 : "three.0", three_1 : "three.1",
    five_0 : "five.0", five_1 : "five.1", pool_0 : "pool.0" }
);

/// `[N, 832, 7, 7]` to `[N, 832, 7, 7]`.
pub struct Inception832To832At7 {
    /// `[N, 832, 7, 7]` to `[N, 256, 7, 7]`.
    pub one_0: ConvBn832To256At7,
    /// `[N, 832, 7, 7]` to `[N, 160, 7, 7]`.
    pub three_0: ConvBn832To160At7,
    /// `[N, 160, 7, 7]` to `[N, 320, 7, 7]`.
    pub three_1: ConvBn160To320At7,
    /// `[N, 832, 7, 7]` to `[N, 32, 7, 7]`.
    pub five_0: ConvBn832To32At7,
    /// `[N, 32, 7, 7]` to `[N, 128, 7, 7]`.
    pub five_1: ConvBn32To128At7,
    /// `[N, 832, 7, 7]` to `[N, 128, 7, 7]`.
    pub pool_0: ConvBn832To128At7,
}

impl Inception832To832At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            one_0: ConvBn832To256At7::new(),
            three_0: ConvBn832To160At7::new(),
            three_1: ConvBn160To320At7::new(),
            five_0: ConvBn832To32At7::new(),
            five_1: ConvBn32To128At7::new(),
            pool_0: ConvBn832To128At7::new(),
        }
    }

    /// `[N, 832, 7, 7]` to `[N, 832, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 832, 7, 7, T>,
    ) -> Map<B, 832, 7, 7, T> {
        let one = self.one_0.forward(fork(&x));
        let three = self.three_0.forward(fork(&x));
        let three = self.three_1.forward(three);
        let five = self.five_0.forward(fork(&x));
        let five = self.five_1.forward(five);
        let pool = max_pool!(x; 832 x 7 x 7 => 832 x 7 x 7, kernel 3 x 3, pad 1 x 1);
        let pool = self.pool_0.forward(pool);
        concat_channels!(
            one : 256 x 7 x 7, three : 320 x 7 x 7, five : 128 x 7 x 7, pool : 128 x 7 x
            7 => 832 x 7 x 7
        )
    }
}

module!(
    Inception832To832At7 { one_0 : "one.0", three_0 : "three.0", three_1 : "three.1",
    five_0 : "five.0", five_1 : "five.1", pool_0 : "pool.0" }
);

/// `[N, 528, 14, 14]` to `[N, 832, 14, 14]`.
pub struct Inception528To832At14 {
    /// `[N, 528, 14, 14]` to `[N, 256, 14, 14]`.
    pub one_0: ConvBn528To256At14,
    /// `[N, 528, 14, 14]` to `[N, 160, 14, 14]`.
    pub three_0: ConvBn528To160At14,
    /// `[N, 160, 14, 14]` to `[N, 320, 14, 14]`.
    pub three_1: ConvBn160To320At14,
    /// `[N, 528, 14, 14]` to `[N, 32, 14, 14]`.
    pub five_0: ConvBn528To32At14,
    /// `[N, 32, 14, 14]` to `[N, 128, 14, 14]`.
    pub five_1: ConvBn32To128At14,
    /// `[N, 528, 14, 14]` to `[N, 128, 14, 14]`.
    pub pool_0: ConvBn528To128At14,
}

impl Inception528To832At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            one_0: ConvBn528To256At14::new(),
            three_0: ConvBn528To160At14::new(),
            three_1: ConvBn160To320At14::new(),
            five_0: ConvBn528To32At14::new(),
            five_1: ConvBn32To128At14::new(),
            pool_0: ConvBn528To128At14::new(),
        }
    }

    /// `[N, 528, 14, 14]` to `[N, 832, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 528, 14, 14, T>,
    ) -> Map<B, 832, 14, 14, T> {
        let one = self.one_0.forward(fork(&x));
        let three = self.three_0.forward(fork(&x));
        let three = self.three_1.forward(three);
        let five = self.five_0.forward(fork(&x));
        let five = self.five_1.forward(five);
        let pool = max_pool!(x; 528 x 14 x 14 => 528 x 14 x 14, kernel 3 x 3, pad 1 x 1);
        let pool = self.pool_0.forward(pool);
        concat_channels!(
            one : 256 x 14 x 14, three : 320 x 14 x 14, five : 128 x 14 x 14, pool : 128
            x 14 x 14 => 832 x 14 x 14
        )
    }
}

module!(
    Inception528To832At14 { one_0 : "one.0", three_0 : "three.0", three_1 : "three.1",
    five_0 : "five.0", five_1 : "five.1", pool_0 : "pool.0" }
);

/// `[N, 512, 14, 14]` to `[N, 528, 14, 14]`.
pub struct Inception512To528At14 {
    /// `[N, 512, 14, 14]` to `[N, 112, 14, 14]`.
    pub one_0: ConvBn512To112At14,
    /// `[N, 512, 14, 14]` to `[N, 144, 14, 14]`.
    pub three_0: ConvBn512To144At14,
    /// `[N, 144, 14, 14]` to `[N, 288, 14, 14]`.
    pub three_1: ConvBn144To288At14,
    /// `[N, 512, 14, 14]` to `[N, 32, 14, 14]`.
    pub five_0: ConvBn512To32At14,
    /// `[N, 32, 14, 14]` to `[N, 64, 14, 14]`.
    pub five_1: ConvBn32To64At14,
    /// `[N, 512, 14, 14]` to `[N, 64, 14, 14]`.
    pub pool_0: ConvBn512To64At14,
}

impl Inception512To528At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            one_0: ConvBn512To112At14::new(),
            three_0: ConvBn512To144At14::new(),
            three_1: ConvBn144To288At14::new(),
            five_0: ConvBn512To32At14::new(),
            five_1: ConvBn32To64At14::new(),
            pool_0: ConvBn512To64At14::new(),
        }
    }

    /// `[N, 512, 14, 14]` to `[N, 528, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 14, 14, T>,
    ) -> Map<B, 528, 14, 14, T> {
        let one = self.one_0.forward(fork(&x));
        let three = self.three_0.forward(fork(&x));
        let three = self.three_1.forward(three);
        let five = self.five_0.forward(fork(&x));
        let five = self.five_1.forward(five);
        let pool = max_pool!(x; 512 x 14 x 14 => 512 x 14 x 14, kernel 3 x 3, pad 1 x 1);
        let pool = self.pool_0.forward(pool);
        concat_channels!(
            one : 112 x 14 x 14, three : 288 x 14 x 14, five : 64 x 14 x 14, pool : 64 x
            14 x 14 => 528 x 14 x 14
        )
    }
}

module!(
    Inception512To528At14 { one_0 : "one.0", three_0 : "three.0", three_1 : "three.1",
    five_0 : "five.0", five_1 : "five.1", pool_0 : "pool.0" }
);

/// `[N, 512, 14, 14]` to `[N, 512, 14, 14]`.
pub struct Inception512To512At14_2 {
    /// `[N, 512, 14, 14]` to `[N, 128, 14, 14]`.
    pub one_0: ConvBn512To128At14,
    /// `[N, 512, 14, 14]` to `[N, 128, 14, 14]`.
    pub three_0: ConvBn512To128At14,
    /// `[N, 128, 14, 14]` to `[N, 256, 14, 14]`.
    pub three_1: ConvBn128To256At14,
    /// `[N, 512, 14, 14]` to `[N, 24, 14, 14]`.
    pub five_0: ConvBn512To24At14,
    /// `[N, 24, 14, 14]` to `[N, 64, 14, 14]`.
    pub five_1: ConvBn24To64At14,
    /// `[N, 512, 14, 14]` to `[N, 64, 14, 14]`.
    pub pool_0: ConvBn512To64At14,
}

impl Inception512To512At14_2 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            one_0: ConvBn512To128At14::new(),
            three_0: ConvBn512To128At14::new(),
            three_1: ConvBn128To256At14::new(),
            five_0: ConvBn512To24At14::new(),
            five_1: ConvBn24To64At14::new(),
            pool_0: ConvBn512To64At14::new(),
        }
    }

    /// `[N, 512, 14, 14]` to `[N, 512, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 14, 14, T>,
    ) -> Map<B, 512, 14, 14, T> {
        let one = self.one_0.forward(fork(&x));
        let three = self.three_0.forward(fork(&x));
        let three = self.three_1.forward(three);
        let five = self.five_0.forward(fork(&x));
        let five = self.five_1.forward(five);
        let pool = max_pool!(x; 512 x 14 x 14 => 512 x 14 x 14, kernel 3 x 3, pad 1 x 1);
        let pool = self.pool_0.forward(pool);
        concat_channels!(
            one : 128 x 14 x 14, three : 256 x 14 x 14, five : 64 x 14 x 14, pool : 64 x
            14 x 14 => 512 x 14 x 14
        )
    }
}

module!(
    Inception512To512At14_2 { one_0 : "one.0", three_0 : "three.0", three_1 : "three.1",
    five_0 : "five.0", five_1 : "five.1", pool_0 : "pool.0" }
);

/// `[N, 512, 14, 14]` to `[N, 512, 14, 14]`.
pub struct Inception512To512At14 {
    /// `[N, 512, 14, 14]` to `[N, 160, 14, 14]`.
    pub one_0: ConvBn512To160At14,
    /// `[N, 512, 14, 14]` to `[N, 112, 14, 14]`.
    pub three_0: ConvBn512To112At14,
    /// `[N, 112, 14, 14]` to `[N, 224, 14, 14]`.
    pub three_1: ConvBn112To224At14,
    /// `[N, 512, 14, 14]` to `[N, 24, 14, 14]`.
    pub five_0: ConvBn512To24At14,
    /// `[N, 24, 14, 14]` to `[N, 64, 14, 14]`.
    pub five_1: ConvBn24To64At14,
    /// `[N, 512, 14, 14]` to `[N, 64, 14, 14]`.
    pub pool_0: ConvBn512To64At14,
}

impl Inception512To512At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            one_0: ConvBn512To160At14::new(),
            three_0: ConvBn512To112At14::new(),
            three_1: ConvBn112To224At14::new(),
            five_0: ConvBn512To24At14::new(),
            five_1: ConvBn24To64At14::new(),
            pool_0: ConvBn512To64At14::new(),
        }
    }

    /// `[N, 512, 14, 14]` to `[N, 512, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 14, 14, T>,
    ) -> Map<B, 512, 14, 14, T> {
        let one = self.one_0.forward(fork(&x));
        let three = self.three_0.forward(fork(&x));
        let three = self.three_1.forward(three);
        let five = self.five_0.forward(fork(&x));
        let five = self.five_1.forward(five);
        let pool = max_pool!(x; 512 x 14 x 14 => 512 x 14 x 14, kernel 3 x 3, pad 1 x 1);
        let pool = self.pool_0.forward(pool);
        concat_channels!(
            one : 160 x 14 x 14, three : 224 x 14 x 14, five : 64 x 14 x 14, pool : 64 x
            14 x 14 => 512 x 14 x 14
        )
    }
}

module!(
    Inception512To512At14 { one_0 : "one.0", three_0 : "three.0", three_1 : "three.1",
    five_0 : "five.0", five_1 : "five.1", pool_0 : "pool.0" }
);

/// `[N, 480, 14, 14]` to `[N, 512, 14, 14]`.
pub struct Inception480To512At14 {
    /// `[N, 480, 14, 14]` to `[N, 192, 14, 14]`.
    pub one_0: ConvBn480To192At14,
    /// `[N, 480, 14, 14]` to `[N, 96, 14, 14]`.
    pub three_0: ConvBn480To96At14,
    /// `[N, 96, 14, 14]` to `[N, 208, 14, 14]`.
    pub three_1: ConvBn96To208At14,
    /// `[N, 480, 14, 14]` to `[N, 16, 14, 14]`.
    pub five_0: ConvBn480To16At14,
    /// `[N, 16, 14, 14]` to `[N, 48, 14, 14]`.
    pub five_1: ConvBn16To48At14,
    /// `[N, 480, 14, 14]` to `[N, 64, 14, 14]`.
    pub pool_0: ConvBn480To64At14,
}

impl Inception480To512At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            one_0: ConvBn480To192At14::new(),
            three_0: ConvBn480To96At14::new(),
            three_1: ConvBn96To208At14::new(),
            five_0: ConvBn480To16At14::new(),
            five_1: ConvBn16To48At14::new(),
            pool_0: ConvBn480To64At14::new(),
        }
    }

    /// `[N, 480, 14, 14]` to `[N, 512, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 480, 14, 14, T>,
    ) -> Map<B, 512, 14, 14, T> {
        let one = self.one_0.forward(fork(&x));
        let three = self.three_0.forward(fork(&x));
        let three = self.three_1.forward(three);
        let five = self.five_0.forward(fork(&x));
        let five = self.five_1.forward(five);
        let pool = max_pool!(x; 480 x 14 x 14 => 480 x 14 x 14, kernel 3 x 3, pad 1 x 1);
        let pool = self.pool_0.forward(pool);
        concat_channels!(
            one : 192 x 14 x 14, three : 208 x 14 x 14, five : 48 x 14 x 14, pool : 64 x
            14 x 14 => 512 x 14 x 14
        )
    }
}

module!(
    Inception480To512At14 { one_0 : "one.0", three_0 : "three.0", three_1 : "three.1",
    five_0 : "five.0", five_1 : "five.1", pool_0 : "pool.0" }
);

/// `[N, 256, 28, 28]` to `[N, 480, 28, 28]`.
pub struct Inception256To480At28 {
    /// `[N, 256, 28, 28]` to `[N, 128, 28, 28]`.
    pub one_0: ConvBn256To128At28,
    /// `[N, 256, 28, 28]` to `[N, 128, 28, 28]`.
    pub three_0: ConvBn256To128At28,
    /// `[N, 128, 28, 28]` to `[N, 192, 28, 28]`.
    pub three_1: ConvBn128To192At28,
    /// `[N, 256, 28, 28]` to `[N, 32, 28, 28]`.
    pub five_0: ConvBn256To32At28,
    /// `[N, 32, 28, 28]` to `[N, 96, 28, 28]`.
    pub five_1: ConvBn32To96At28,
    /// `[N, 256, 28, 28]` to `[N, 64, 28, 28]`.
    pub pool_0: ConvBn256To64At28,
}

impl Inception256To480At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            one_0: ConvBn256To128At28::new(),
            three_0: ConvBn256To128At28::new(),
            three_1: ConvBn128To192At28::new(),
            five_0: ConvBn256To32At28::new(),
            five_1: ConvBn32To96At28::new(),
            pool_0: ConvBn256To64At28::new(),
        }
    }

    /// `[N, 256, 28, 28]` to `[N, 480, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 28, 28, T>,
    ) -> Map<B, 480, 28, 28, T> {
        let one = self.one_0.forward(fork(&x));
        let three = self.three_0.forward(fork(&x));
        let three = self.three_1.forward(three);
        let five = self.five_0.forward(fork(&x));
        let five = self.five_1.forward(five);
        let pool = max_pool!(x; 256 x 28 x 28 => 256 x 28 x 28, kernel 3 x 3, pad 1 x 1);
        let pool = self.pool_0.forward(pool);
        concat_channels!(
            one : 128 x 28 x 28, three : 192 x 28 x 28, five : 96 x 28 x 28, pool : 64 x
            28 x 28 => 480 x 28 x 28
        )
    }
}

module!(
    Inception256To480At28 { one_0 : "one.0", three_0 : "three.0", three_1 : "three.1",
    five_0 : "five.0", five_1 : "five.1", pool_0 : "pool.0" }
);

/// `[N, 192, 28, 28]` to `[N, 256, 28, 28]`.
pub struct Inception192To256At28 {
    /// `[N, 192, 28, 28]` to `[N, 64, 28, 28]`.
    pub one_0: ConvBn192To64At28,
    /// `[N, 192, 28, 28]` to `[N, 96, 28, 28]`.
    pub three_0: ConvBn192To96At28,
    /// `[N, 96, 28, 28]` to `[N, 128, 28, 28]`.
    pub three_1: ConvBn96To128At28,
    /// `[N, 192, 28, 28]` to `[N, 16, 28, 28]`.
    pub five_0: ConvBn192To16At28,
    /// `[N, 16, 28, 28]` to `[N, 32, 28, 28]`.
    pub five_1: ConvBn16To32At28,
    /// `[N, 192, 28, 28]` to `[N, 32, 28, 28]`.
    pub pool_0: ConvBn192To32At28,
}

impl Inception192To256At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            one_0: ConvBn192To64At28::new(),
            three_0: ConvBn192To96At28::new(),
            three_1: ConvBn96To128At28::new(),
            five_0: ConvBn192To16At28::new(),
            five_1: ConvBn16To32At28::new(),
            pool_0: ConvBn192To32At28::new(),
        }
    }

    /// `[N, 192, 28, 28]` to `[N, 256, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 192, 28, 28, T>,
    ) -> Map<B, 256, 28, 28, T> {
        let one = self.one_0.forward(fork(&x));
        let three = self.three_0.forward(fork(&x));
        let three = self.three_1.forward(three);
        let five = self.five_0.forward(fork(&x));
        let five = self.five_1.forward(five);
        let pool = max_pool!(x; 192 x 28 x 28 => 192 x 28 x 28, kernel 3 x 3, pad 1 x 1);
        let pool = self.pool_0.forward(pool);
        concat_channels!(
            one : 64 x 28 x 28, three : 128 x 28 x 28, five : 32 x 28 x 28, pool : 32 x
            28 x 28 => 256 x 28 x 28
        )
    }
}

module!(
    Inception192To256At28 { one_0 : "one.0", three_0 : "three.0", three_1 : "three.1",
    five_0 : "five.0", five_1 : "five.1", pool_0 : "pool.0" }
);

/// `[N, 48, 7, 7]` to `[N, 128, 7, 7]`.
pub struct ConvBn48To128At7 {
    /// `conv`, `[N, 48, 7, 7]` to `[N, 128, 7, 7]`, 55,296 weights.
    pub conv: conv!(48 x 7 x 7 => 128 x 7 x 7, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 128, 7, 7]`, 256 weights.
    pub bn: BatchNorm<128>,
}

impl ConvBn48To128At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 48, 7, 7]` to `[N, 128, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 48, 7, 7, T>,
    ) -> Map<B, 128, 7, 7, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn48To128At7 { conv : "conv", bn : "bn" });

/// `[N, 832, 7, 7]` to `[N, 48, 7, 7]`.
pub struct ConvBn832To48At7 {
    /// `conv`, `[N, 832, 7, 7]` to `[N, 48, 7, 7]`, 39,936 weights.
    pub conv: conv!(832 x 7 x 7 => 48 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 48, 7, 7]`, 96 weights.
    pub bn: BatchNorm<48>,
}

impl ConvBn832To48At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 832, 7, 7]` to `[N, 48, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 832, 7, 7, T>,
    ) -> Map<B, 48, 7, 7, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn832To48At7 { conv : "conv", bn : "bn" });

/// `[N, 192, 7, 7]` to `[N, 384, 7, 7]`.
pub struct ConvBn192To384At7 {
    /// `conv`, `[N, 192, 7, 7]` to `[N, 384, 7, 7]`, 663,552 weights.
    pub conv: conv!(192 x 7 x 7 => 384 x 7 x 7, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 384, 7, 7]`, 768 weights.
    pub bn: BatchNorm<384>,
}

impl ConvBn192To384At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 192, 7, 7]` to `[N, 384, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 192, 7, 7, T>,
    ) -> Map<B, 384, 7, 7, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn192To384At7 { conv : "conv", bn : "bn" });

/// `[N, 832, 7, 7]` to `[N, 192, 7, 7]`.
pub struct ConvBn832To192At7 {
    /// `conv`, `[N, 832, 7, 7]` to `[N, 192, 7, 7]`, 159,744 weights.
    pub conv: conv!(832 x 7 x 7 => 192 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 192, 7, 7]`, 384 weights.
    pub bn: BatchNorm<192>,
}

impl ConvBn832To192At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 832, 7, 7]` to `[N, 192, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 832, 7, 7, T>,
    ) -> Map<B, 192, 7, 7, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn832To192At7 { conv : "conv", bn : "bn" });

/// `[N, 832, 7, 7]` to `[N, 384, 7, 7]`.
pub struct ConvBn832To384At7 {
    /// `conv`, `[N, 832, 7, 7]` to `[N, 384, 7, 7]`, 319,488 weights.
    pub conv: conv!(832 x 7 x 7 => 384 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 384, 7, 7]`, 768 weights.
    pub bn: BatchNorm<384>,
}

impl ConvBn832To384At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 832, 7, 7]` to `[N, 384, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 832, 7, 7, T>,
    ) -> Map<B, 384, 7, 7, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn832To384At7 { conv : "conv", bn : "bn" });

/// `[N, 832, 7, 7]` to `[N, 128, 7, 7]`.
pub struct ConvBn832To128At7 {
    /// `conv`, `[N, 832, 7, 7]` to `[N, 128, 7, 7]`, 106,496 weights.
    pub conv: conv!(832 x 7 x 7 => 128 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 7, 7]`, 256 weights.
    pub bn: BatchNorm<128>,
}

impl ConvBn832To128At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 832, 7, 7]` to `[N, 128, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 832, 7, 7, T>,
    ) -> Map<B, 128, 7, 7, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn832To128At7 { conv : "conv", bn : "bn" });

/// `[N, 32, 7, 7]` to `[N, 128, 7, 7]`.
pub struct ConvBn32To128At7 {
    /// `conv`, `[N, 32, 7, 7]` to `[N, 128, 7, 7]`, 36,864 weights.
    pub conv: conv!(32 x 7 x 7 => 128 x 7 x 7, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 128, 7, 7]`, 256 weights.
    pub bn: BatchNorm<128>,
}

impl ConvBn32To128At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 32, 7, 7]` to `[N, 128, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 32, 7, 7, T>,
    ) -> Map<B, 128, 7, 7, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn32To128At7 { conv : "conv", bn : "bn" });

/// `[N, 832, 7, 7]` to `[N, 32, 7, 7]`.
pub struct ConvBn832To32At7 {
    /// `conv`, `[N, 832, 7, 7]` to `[N, 32, 7, 7]`, 26,624 weights.
    pub conv: conv!(832 x 7 x 7 => 32 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 32, 7, 7]`, 64 weights.
    pub bn: BatchNorm<32>,
}

impl ConvBn832To32At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 832, 7, 7]` to `[N, 32, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 832, 7, 7, T>,
    ) -> Map<B, 32, 7, 7, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn832To32At7 { conv : "conv", bn : "bn" });

/// `[N, 160, 7, 7]` to `[N, 320, 7, 7]`.
pub struct ConvBn160To320At7 {
    /// `conv`, `[N, 160, 7, 7]` to `[N, 320, 7, 7]`, 460,800 weights.
    pub conv: conv!(160 x 7 x 7 => 320 x 7 x 7, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 320, 7, 7]`, 640 weights.
    pub bn: BatchNorm<320>,
}

impl ConvBn160To320At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 160, 7, 7]` to `[N, 320, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 160, 7, 7, T>,
    ) -> Map<B, 320, 7, 7, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn160To320At7 { conv : "conv", bn : "bn" });

/// `[N, 832, 7, 7]` to `[N, 160, 7, 7]`.
pub struct ConvBn832To160At7 {
    /// `conv`, `[N, 832, 7, 7]` to `[N, 160, 7, 7]`, 133,120 weights.
    pub conv: conv!(832 x 7 x 7 => 160 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 160, 7, 7]`, 320 weights.
    pub bn: BatchNorm<160>,
}

impl ConvBn832To160At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 832, 7, 7]` to `[N, 160, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 832, 7, 7, T>,
    ) -> Map<B, 160, 7, 7, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn832To160At7 { conv : "conv", bn : "bn" });

/// `[N, 832, 7, 7]` to `[N, 256, 7, 7]`.
pub struct ConvBn832To256At7 {
    /// `conv`, `[N, 832, 7, 7]` to `[N, 256, 7, 7]`, 212,992 weights.
    pub conv: conv!(832 x 7 x 7 => 256 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 256, 7, 7]`, 512 weights.
    pub bn: BatchNorm<256>,
}

impl ConvBn832To256At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 832, 7, 7]` to `[N, 256, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 832, 7, 7, T>,
    ) -> Map<B, 256, 7, 7, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn832To256At7 { conv : "conv", bn : "bn" });

/// `[N, 528, 14, 14]` to `[N, 128, 14, 14]`.
pub struct ConvBn528To128At14 {
    /// `conv`, `[N, 528, 14, 14]` to `[N, 128, 14, 14]`, 67,584 weights.
    pub conv: conv!(528 x 14 x 14 => 128 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 14, 14]`, 256 weights.
    pub bn: BatchNorm<128>,
}

impl ConvBn528To128At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 528, 14, 14]` to `[N, 128, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 528, 14, 14, T>,
    ) -> Map<B, 128, 14, 14, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn528To128At14 { conv : "conv", bn : "bn" });

/// `[N, 32, 14, 14]` to `[N, 128, 14, 14]`.
pub struct ConvBn32To128At14 {
    /// `conv`, `[N, 32, 14, 14]` to `[N, 128, 14, 14]`, 36,864 weights.
    pub conv: conv!(32 x 14 x 14 => 128 x 14 x 14, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 128, 14, 14]`, 256 weights.
    pub bn: BatchNorm<128>,
}

impl ConvBn32To128At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 32, 14, 14]` to `[N, 128, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 32, 14, 14, T>,
    ) -> Map<B, 128, 14, 14, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn32To128At14 { conv : "conv", bn : "bn" });

/// `[N, 528, 14, 14]` to `[N, 32, 14, 14]`.
pub struct ConvBn528To32At14 {
    /// `conv`, `[N, 528, 14, 14]` to `[N, 32, 14, 14]`, 16,896 weights.
    pub conv: conv!(528 x 14 x 14 => 32 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 32, 14, 14]`, 64 weights.
    pub bn: BatchNorm<32>,
}

impl ConvBn528To32At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 528, 14, 14]` to `[N, 32, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 528, 14, 14, T>,
    ) -> Map<B, 32, 14, 14, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn528To32At14 { conv : "conv", bn : "bn" });

/// `[N, 160, 14, 14]` to `[N, 320, 14, 14]`.
pub struct ConvBn160To320At14 {
    /// `conv`, `[N, 160, 14, 14]` to `[N, 320, 14, 14]`, 460,800 weights.
    pub conv: conv!(160 x 14 x 14 => 320 x 14 x 14, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 320, 14, 14]`, 640 weights.
    pub bn: BatchNorm<320>,
}

impl ConvBn160To320At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 160, 14, 14]` to `[N, 320, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 160, 14, 14, T>,
    ) -> Map<B, 320, 14, 14, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn160To320At14 { conv : "conv", bn : "bn" });

/// `[N, 528, 14, 14]` to `[N, 160, 14, 14]`.
pub struct ConvBn528To160At14 {
    /// `conv`, `[N, 528, 14, 14]` to `[N, 160, 14, 14]`, 84,480 weights.
    pub conv: conv!(528 x 14 x 14 => 160 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 160, 14, 14]`, 320 weights.
    pub bn: BatchNorm<160>,
}

impl ConvBn528To160At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 528, 14, 14]` to `[N, 160, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 528, 14, 14, T>,
    ) -> Map<B, 160, 14, 14, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn528To160At14 { conv : "conv", bn : "bn" });

/// `[N, 528, 14, 14]` to `[N, 256, 14, 14]`.
pub struct ConvBn528To256At14 {
    /// `conv`, `[N, 528, 14, 14]` to `[N, 256, 14, 14]`, 135,168 weights.
    pub conv: conv!(528 x 14 x 14 => 256 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 256, 14, 14]`, 512 weights.
    pub bn: BatchNorm<256>,
}

impl ConvBn528To256At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 528, 14, 14]` to `[N, 256, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 528, 14, 14, T>,
    ) -> Map<B, 256, 14, 14, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn528To256At14 { conv : "conv", bn : "bn" });

/// `[N, 32, 14, 14]` to `[N, 64, 14, 14]`.
pub struct ConvBn32To64At14 {
    /// `conv`, `[N, 32, 14, 14]` to `[N, 64, 14, 14]`, 18,432 weights.
    pub conv: conv!(32 x 14 x 14 => 64 x 14 x 14, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 64, 14, 14]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl ConvBn32To64At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 32, 14, 14]` to `[N, 64, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 32, 14, 14, T>,
    ) -> Map<B, 64, 14, 14, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn32To64At14 { conv : "conv", bn : "bn" });

/// `[N, 512, 14, 14]` to `[N, 32, 14, 14]`.
pub struct ConvBn512To32At14 {
    /// `conv`, `[N, 512, 14, 14]` to `[N, 32, 14, 14]`, 16,384 weights.
    pub conv: conv!(512 x 14 x 14 => 32 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 32, 14, 14]`, 64 weights.
    pub bn: BatchNorm<32>,
}

impl ConvBn512To32At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 512, 14, 14]` to `[N, 32, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 14, 14, T>,
    ) -> Map<B, 32, 14, 14, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn512To32At14 { conv : "conv", bn : "bn" });

/// `[N, 144, 14, 14]` to `[N, 288, 14, 14]`.
pub struct ConvBn144To288At14 {
    /// `conv`, `[N, 144, 14, 14]` to `[N, 288, 14, 14]`, 373,248 weights.
    pub conv: conv!(144 x 14 x 14 => 288 x 14 x 14, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 288, 14, 14]`, 576 weights.
    pub bn: BatchNorm<288>,
}

impl ConvBn144To288At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 144, 14, 14]` to `[N, 288, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 144, 14, 14, T>,
    ) -> Map<B, 288, 14, 14, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn144To288At14 { conv : "conv", bn : "bn" });

/// `[N, 512, 14, 14]` to `[N, 144, 14, 14]`.
pub struct ConvBn512To144At14 {
    /// `conv`, `[N, 512, 14, 14]` to `[N, 144, 14, 14]`, 73,728 weights.
    pub conv: conv!(512 x 14 x 14 => 144 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 144, 14, 14]`, 288 weights.
    pub bn: BatchNorm<144>,
}

impl ConvBn512To144At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 512, 14, 14]` to `[N, 144, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 14, 14, T>,
    ) -> Map<B, 144, 14, 14, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn512To144At14 { conv : "conv", bn : "bn" });

/// `[N, 128, 14, 14]` to `[N, 256, 14, 14]`.
pub struct ConvBn128To256At14 {
    /// `conv`, `[N, 128, 14, 14]` to `[N, 256, 14, 14]`, 294,912 weights.
    pub conv: conv!(128 x 14 x 14 => 256 x 14 x 14, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 256, 14, 14]`, 512 weights.
    pub bn: BatchNorm<256>,
}

impl ConvBn128To256At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 128, 14, 14]` to `[N, 256, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 14, 14, T>,
    ) -> Map<B, 256, 14, 14, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn128To256At14 { conv : "conv", bn : "bn" });

/// `[N, 512, 14, 14]` to `[N, 128, 14, 14]`.
pub struct ConvBn512To128At14 {
    /// `conv`, `[N, 512, 14, 14]` to `[N, 128, 14, 14]`, 65,536 weights.
    pub conv: conv!(512 x 14 x 14 => 128 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 14, 14]`, 256 weights.
    pub bn: BatchNorm<128>,
}

impl ConvBn512To128At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 512, 14, 14]` to `[N, 128, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 14, 14, T>,
    ) -> Map<B, 128, 14, 14, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn512To128At14 { conv : "conv", bn : "bn" });

/// `[N, 512, 14, 14]` to `[N, 64, 14, 14]`.
pub struct ConvBn512To64At14 {
    /// `conv`, `[N, 512, 14, 14]` to `[N, 64, 14, 14]`, 32,768 weights.
    pub conv: conv!(512 x 14 x 14 => 64 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 64, 14, 14]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl ConvBn512To64At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 512, 14, 14]` to `[N, 64, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 14, 14, T>,
    ) -> Map<B, 64, 14, 14, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn512To64At14 { conv : "conv", bn : "bn" });

/// `[N, 24, 14, 14]` to `[N, 64, 14, 14]`.
pub struct ConvBn24To64At14 {
    /// `conv`, `[N, 24, 14, 14]` to `[N, 64, 14, 14]`, 13,824 weights.
    pub conv: conv!(24 x 14 x 14 => 64 x 14 x 14, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 64, 14, 14]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl ConvBn24To64At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 24, 14, 14]` to `[N, 64, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 24, 14, 14, T>,
    ) -> Map<B, 64, 14, 14, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn24To64At14 { conv : "conv", bn : "bn" });

/// `[N, 512, 14, 14]` to `[N, 24, 14, 14]`.
pub struct ConvBn512To24At14 {
    /// `conv`, `[N, 512, 14, 14]` to `[N, 24, 14, 14]`, 12,288 weights.
    pub conv: conv!(512 x 14 x 14 => 24 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 24, 14, 14]`, 48 weights.
    pub bn: BatchNorm<24>,
}

impl ConvBn512To24At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 512, 14, 14]` to `[N, 24, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 14, 14, T>,
    ) -> Map<B, 24, 14, 14, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn512To24At14 { conv : "conv", bn : "bn" });

/// `[N, 112, 14, 14]` to `[N, 224, 14, 14]`.
pub struct ConvBn112To224At14 {
    /// `conv`, `[N, 112, 14, 14]` to `[N, 224, 14, 14]`, 225,792 weights.
    pub conv: conv!(112 x 14 x 14 => 224 x 14 x 14, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 224, 14, 14]`, 448 weights.
    pub bn: BatchNorm<224>,
}

impl ConvBn112To224At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 112, 14, 14]` to `[N, 224, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 112, 14, 14, T>,
    ) -> Map<B, 224, 14, 14, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn112To224At14 { conv : "conv", bn : "bn" });

/// `[N, 512, 14, 14]` to `[N, 112, 14, 14]`.
pub struct ConvBn512To112At14 {
    /// `conv`, `[N, 512, 14, 14]` to `[N, 112, 14, 14]`, 57,344 weights.
    pub conv: conv!(512 x 14 x 14 => 112 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 112, 14, 14]`, 224 weights.
    pub bn: BatchNorm<112>,
}

impl ConvBn512To112At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 512, 14, 14]` to `[N, 112, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 14, 14, T>,
    ) -> Map<B, 112, 14, 14, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn512To112At14 { conv : "conv", bn : "bn" });

/// `[N, 512, 14, 14]` to `[N, 160, 14, 14]`.
pub struct ConvBn512To160At14 {
    /// `conv`, `[N, 512, 14, 14]` to `[N, 160, 14, 14]`, 81,920 weights.
    pub conv: conv!(512 x 14 x 14 => 160 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 160, 14, 14]`, 320 weights.
    pub bn: BatchNorm<160>,
}

impl ConvBn512To160At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 512, 14, 14]` to `[N, 160, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 14, 14, T>,
    ) -> Map<B, 160, 14, 14, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn512To160At14 { conv : "conv", bn : "bn" });

/// `[N, 480, 14, 14]` to `[N, 64, 14, 14]`.
pub struct ConvBn480To64At14 {
    /// `conv`, `[N, 480, 14, 14]` to `[N, 64, 14, 14]`, 30,720 weights.
    pub conv: conv!(480 x 14 x 14 => 64 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 64, 14, 14]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl ConvBn480To64At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 480, 14, 14]` to `[N, 64, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 480, 14, 14, T>,
    ) -> Map<B, 64, 14, 14, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn480To64At14 { conv : "conv", bn : "bn" });

/// `[N, 16, 14, 14]` to `[N, 48, 14, 14]`.
pub struct ConvBn16To48At14 {
    /// `conv`, `[N, 16, 14, 14]` to `[N, 48, 14, 14]`, 6,912 weights.
    pub conv: conv!(16 x 14 x 14 => 48 x 14 x 14, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 48, 14, 14]`, 96 weights.
    pub bn: BatchNorm<48>,
}

impl ConvBn16To48At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 16, 14, 14]` to `[N, 48, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 16, 14, 14, T>,
    ) -> Map<B, 48, 14, 14, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn16To48At14 { conv : "conv", bn : "bn" });

/// `[N, 480, 14, 14]` to `[N, 16, 14, 14]`.
pub struct ConvBn480To16At14 {
    /// `conv`, `[N, 480, 14, 14]` to `[N, 16, 14, 14]`, 7,680 weights.
    pub conv: conv!(480 x 14 x 14 => 16 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 16, 14, 14]`, 32 weights.
    pub bn: BatchNorm<16>,
}

impl ConvBn480To16At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 480, 14, 14]` to `[N, 16, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 480, 14, 14, T>,
    ) -> Map<B, 16, 14, 14, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn480To16At14 { conv : "conv", bn : "bn" });

/// `[N, 96, 14, 14]` to `[N, 208, 14, 14]`.
pub struct ConvBn96To208At14 {
    /// `conv`, `[N, 96, 14, 14]` to `[N, 208, 14, 14]`, 179,712 weights.
    pub conv: conv!(96 x 14 x 14 => 208 x 14 x 14, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 208, 14, 14]`, 416 weights.
    pub bn: BatchNorm<208>,
}

impl ConvBn96To208At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 96, 14, 14]` to `[N, 208, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 96, 14, 14, T>,
    ) -> Map<B, 208, 14, 14, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn96To208At14 { conv : "conv", bn : "bn" });

/// `[N, 480, 14, 14]` to `[N, 96, 14, 14]`.
pub struct ConvBn480To96At14 {
    /// `conv`, `[N, 480, 14, 14]` to `[N, 96, 14, 14]`, 46,080 weights.
    pub conv: conv!(480 x 14 x 14 => 96 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 96, 14, 14]`, 192 weights.
    pub bn: BatchNorm<96>,
}

impl ConvBn480To96At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 480, 14, 14]` to `[N, 96, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 480, 14, 14, T>,
    ) -> Map<B, 96, 14, 14, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn480To96At14 { conv : "conv", bn : "bn" });

/// `[N, 480, 14, 14]` to `[N, 192, 14, 14]`.
pub struct ConvBn480To192At14 {
    /// `conv`, `[N, 480, 14, 14]` to `[N, 192, 14, 14]`, 92,160 weights.
    pub conv: conv!(480 x 14 x 14 => 192 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 192, 14, 14]`, 384 weights.
    pub bn: BatchNorm<192>,
}

impl ConvBn480To192At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 480, 14, 14]` to `[N, 192, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 480, 14, 14, T>,
    ) -> Map<B, 192, 14, 14, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn480To192At14 { conv : "conv", bn : "bn" });

/// `[N, 256, 28, 28]` to `[N, 64, 28, 28]`.
pub struct ConvBn256To64At28 {
    /// `conv`, `[N, 256, 28, 28]` to `[N, 64, 28, 28]`, 16,384 weights.
    pub conv: conv!(256 x 28 x 28 => 64 x 28 x 28, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 64, 28, 28]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl ConvBn256To64At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 256, 28, 28]` to `[N, 64, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 28, 28, T>,
    ) -> Map<B, 64, 28, 28, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn256To64At28 { conv : "conv", bn : "bn" });

/// `[N, 32, 28, 28]` to `[N, 96, 28, 28]`.
pub struct ConvBn32To96At28 {
    /// `conv`, `[N, 32, 28, 28]` to `[N, 96, 28, 28]`, 27,648 weights.
    pub conv: conv!(32 x 28 x 28 => 96 x 28 x 28, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 96, 28, 28]`, 192 weights.
    pub bn: BatchNorm<96>,
}

impl ConvBn32To96At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 32, 28, 28]` to `[N, 96, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 32, 28, 28, T>,
    ) -> Map<B, 96, 28, 28, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn32To96At28 { conv : "conv", bn : "bn" });

/// `[N, 256, 28, 28]` to `[N, 32, 28, 28]`.
pub struct ConvBn256To32At28 {
    /// `conv`, `[N, 256, 28, 28]` to `[N, 32, 28, 28]`, 8,192 weights.
    pub conv: conv!(256 x 28 x 28 => 32 x 28 x 28, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 32, 28, 28]`, 64 weights.
    pub bn: BatchNorm<32>,
}

impl ConvBn256To32At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 256, 28, 28]` to `[N, 32, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 28, 28, T>,
    ) -> Map<B, 32, 28, 28, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn256To32At28 { conv : "conv", bn : "bn" });

/// `[N, 128, 28, 28]` to `[N, 192, 28, 28]`.
pub struct ConvBn128To192At28 {
    /// `conv`, `[N, 128, 28, 28]` to `[N, 192, 28, 28]`, 221,184 weights.
    pub conv: conv!(128 x 28 x 28 => 192 x 28 x 28, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 192, 28, 28]`, 384 weights.
    pub bn: BatchNorm<192>,
}

impl ConvBn128To192At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 128, 28, 28]` to `[N, 192, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 28, 28, T>,
    ) -> Map<B, 192, 28, 28, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn128To192At28 { conv : "conv", bn : "bn" });

/// `[N, 256, 28, 28]` to `[N, 128, 28, 28]`.
pub struct ConvBn256To128At28 {
    /// `conv`, `[N, 256, 28, 28]` to `[N, 128, 28, 28]`, 32,768 weights.
    pub conv: conv!(256 x 28 x 28 => 128 x 28 x 28, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 28, 28]`, 256 weights.
    pub bn: BatchNorm<128>,
}

impl ConvBn256To128At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 256, 28, 28]` to `[N, 128, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 28, 28, T>,
    ) -> Map<B, 128, 28, 28, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn256To128At28 { conv : "conv", bn : "bn" });

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
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 192, 28, 28]` to `[N, 32, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 192, 28, 28, T>,
    ) -> Map<B, 32, 28, 28, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn192To32At28 { conv : "conv", bn : "bn" });

/// `[N, 16, 28, 28]` to `[N, 32, 28, 28]`.
pub struct ConvBn16To32At28 {
    /// `conv`, `[N, 16, 28, 28]` to `[N, 32, 28, 28]`, 4,608 weights.
    pub conv: conv!(16 x 28 x 28 => 32 x 28 x 28, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 32, 28, 28]`, 64 weights.
    pub bn: BatchNorm<32>,
}

impl ConvBn16To32At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 16, 28, 28]` to `[N, 32, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 16, 28, 28, T>,
    ) -> Map<B, 32, 28, 28, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn16To32At28 { conv : "conv", bn : "bn" });

/// `[N, 192, 28, 28]` to `[N, 16, 28, 28]`.
pub struct ConvBn192To16At28 {
    /// `conv`, `[N, 192, 28, 28]` to `[N, 16, 28, 28]`, 3,072 weights.
    pub conv: conv!(192 x 28 x 28 => 16 x 28 x 28, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 16, 28, 28]`, 32 weights.
    pub bn: BatchNorm<16>,
}

impl ConvBn192To16At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 192, 28, 28]` to `[N, 16, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 192, 28, 28, T>,
    ) -> Map<B, 16, 28, 28, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn192To16At28 { conv : "conv", bn : "bn" });

/// `[N, 96, 28, 28]` to `[N, 128, 28, 28]`.
pub struct ConvBn96To128At28 {
    /// `conv`, `[N, 96, 28, 28]` to `[N, 128, 28, 28]`, 110,592 weights.
    pub conv: conv!(96 x 28 x 28 => 128 x 28 x 28, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 128, 28, 28]`, 256 weights.
    pub bn: BatchNorm<128>,
}

impl ConvBn96To128At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 96, 28, 28]` to `[N, 128, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 96, 28, 28, T>,
    ) -> Map<B, 128, 28, 28, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn96To128At28 { conv : "conv", bn : "bn" });

/// `[N, 192, 28, 28]` to `[N, 96, 28, 28]`.
pub struct ConvBn192To96At28 {
    /// `conv`, `[N, 192, 28, 28]` to `[N, 96, 28, 28]`, 18,432 weights.
    pub conv: conv!(192 x 28 x 28 => 96 x 28 x 28, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 96, 28, 28]`, 192 weights.
    pub bn: BatchNorm<96>,
}

impl ConvBn192To96At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 192, 28, 28]` to `[N, 96, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 192, 28, 28, T>,
    ) -> Map<B, 96, 28, 28, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn192To96At28 { conv : "conv", bn : "bn" });

/// `[N, 192, 28, 28]` to `[N, 64, 28, 28]`.
pub struct ConvBn192To64At28 {
    /// `conv`, `[N, 192, 28, 28]` to `[N, 64, 28, 28]`, 12,288 weights.
    pub conv: conv!(192 x 28 x 28 => 64 x 28 x 28, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 64, 28, 28]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl ConvBn192To64At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 192, 28, 28]` to `[N, 64, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 192, 28, 28, T>,
    ) -> Map<B, 64, 28, 28, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn192To64At28 { conv : "conv", bn : "bn" });

/// `[N, 64, 56, 56]` to `[N, 192, 56, 56]`.
pub struct ConvBn64To192At56 {
    /// `conv`, `[N, 64, 56, 56]` to `[N, 192, 56, 56]`, 110,592 weights.
    pub conv: conv!(64 x 56 x 56 => 192 x 56 x 56, kernel 3 x 3, pad 1 x 1, no bias),
    /// `bn`, over `[N, 192, 56, 56]`, 384 weights.
    pub bn: BatchNorm<192>,
}

impl ConvBn64To192At56 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 64, 56, 56]` to `[N, 192, 56, 56]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 64, 56, 56, T>,
    ) -> Map<B, 192, 56, 56, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn64To192At56 { conv : "conv", bn : "bn" });

/// `[N, 64, 56, 56]` to `[N, 64, 56, 56]`.
pub struct ConvBn64To64At56 {
    /// `conv`, over `[N, 64, 56, 56]`, 4,096 weights.
    pub conv: conv!(64 x 56 x 56 => 64 x 56 x 56, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 64, 56, 56]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl ConvBn64To64At56 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 64, 56, 56]` to `[N, 64, 56, 56]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 64, 56, 56, T>,
    ) -> Map<B, 64, 56, 56, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn64To64At56 { conv : "conv", bn : "bn" });

/// `[N, 3, 224, 224]` to `[N, 64, 112, 112]`.
pub struct ConvBn3To64At112 {
    /// `conv`, `[N, 3, 224, 224]` to `[N, 64, 112, 112]`, 9,408 weights.
    pub conv: conv!(
        3 x 224 x 224 => 64 x 112 x 112, kernel 7 x 7, stride 2 x 2, pad 3 x 3, no bias
    ),
    /// `bn`, over `[N, 64, 112, 112]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl ConvBn3To64At112 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::TruncatedNormal(0.01)).at_input(),
            bn: BatchNorm::new().eps(0.001),
        }
    }

    /// `[N, 3, 224, 224]` to `[N, 64, 112, 112]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 3, 224, 224, T>,
    ) -> Map<B, 64, 112, 112, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn3To64At112 { conv : "conv", bn : "bn" });
