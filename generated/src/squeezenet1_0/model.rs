//! A network of 1248424 trainable weights. Written by `blockprint compile`.

use blockprint::typed::prelude::*;
use blockprint::typed::program::Measures;

/// `[N, 3, 224, 224]` to `[N, 1000]`.
pub struct Squeezenet10 {
    /// `conv`, `[N, 3, 224, 224]` to `[N, 96, 109, 109]`, 14,208 weights.
    pub conv1: conv!(3 x 224 x 224 => 96 x 109 x 109, kernel 7 x 7, stride 2 x 2),
    /// `[N, 96, 54, 54]` to `[N, 128, 54, 54]`.
    pub fire2: Fire96To128At54,
    /// Over `[N, 128, 54, 54]`.
    pub fire3: Fire128To128At54,
    /// `[N, 128, 54, 54]` to `[N, 256, 54, 54]`.
    pub fire4: Fire128To256At54,
    /// Over `[N, 256, 27, 27]`.
    pub fire5: Fire256To256At27,
    /// `[N, 256, 27, 27]` to `[N, 384, 27, 27]`.
    pub fire6: Fire256To384At27,
    /// Over `[N, 384, 27, 27]`.
    pub fire7: Fire384To384At27,
    /// `[N, 384, 27, 27]` to `[N, 512, 27, 27]`.
    pub fire8: Fire384To512At27,
    /// Over `[N, 512, 13, 13]`.
    pub fire9: Fire512To512At13,
    /// `dropout`, over `[N, 512, 13, 13]`.
    pub dropout: Dropout,
    /// `conv`, `[N, 512, 13, 13]` to `[N, 1000, 13, 13]`, 513,000 weights.
    pub conv10: conv!(512 x 13 x 13 => 1000 x 13 x 13, kernel 1 x 1),
}

impl Squeezenet10 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv1: Conv::new().init(Init::HeUniform(Fan::In)).at_input(),
            fire2: Fire96To128At54::new(),
            fire3: Fire128To128At54::new(),
            fire4: Fire128To256At54::new(),
            fire5: Fire256To256At27::new(),
            fire6: Fire256To384At27::new(),
            fire7: Fire384To384At27::new(),
            fire8: Fire384To512At27::new(),
            fire9: Fire512To512At13::new(),
            dropout: Dropout::new(0.5, 63),
            conv10: Conv::new().init(Init::Normal(0.01)),
        }
    }

    /// `[N, 3, 224, 224]` to `[N, 1000]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        image: Map<B, 3, 224, 224, T>,
    ) -> Features<B, 1000, T> {
        let x = self.conv1.relu().forward(image);
        let x = max_pool!(
            x; 96 x 109 x 109 => 96 x 54 x 54, kernel 3 x 3, stride 2 x 2, ceil
        );
        let fire2 = self.fire2.forward(x);
        let fire3 = self.fire3.forward(fire2);
        let fire4 = self.fire4.forward(fire3);
        let x = max_pool!(
            fire4; 256 x 54 x 54 => 256 x 27 x 27, kernel 3 x 3, stride 2 x 2, ceil
        );
        let fire5 = self.fire5.forward(x);
        let fire6 = self.fire6.forward(fire5);
        let fire7 = self.fire7.forward(fire6);
        let fire8 = self.fire8.forward(fire7);
        let x = max_pool!(
            fire8; 512 x 27 x 27 => 512 x 13 x 13, kernel 3 x 3, stride 2 x 2, ceil
        );
        let x = self.dropout.forward(self.fire9.forward(x));
        gap(self.conv10.relu().forward(x))
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
    Squeezenet10 { conv1 : "conv1", fire2 : "fire2", fire3 : "fire3", fire4 : "fire4",
    fire5 : "fire5", fire6 : "fire6", fire7 : "fire7", fire8 : "fire8", fire9 : "fire9",
    dropout : "dropout", conv10 : "conv10" }
);

/// `[N, 512, 13, 13]` to `[N, 512, 13, 13]`.
pub struct Fire512To512At13 {
    /// `conv`, `[N, 512, 13, 13]` to `[N, 64, 13, 13]`, 32,832 weights.
    pub squeeze: conv!(512 x 13 x 13 => 64 x 13 x 13, kernel 1 x 1),
    /// `conv`, `[N, 64, 13, 13]` to `[N, 256, 13, 13]`, 16,640 weights.
    pub expand1x1_conv: conv!(64 x 13 x 13 => 256 x 13 x 13, kernel 1 x 1),
    /// `conv`, `[N, 64, 13, 13]` to `[N, 256, 13, 13]`, 147,712 weights.
    pub expand3x3_conv: conv!(64 x 13 x 13 => 256 x 13 x 13, kernel 3 x 3, pad 1 x 1),
}

impl Fire512To512At13 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            squeeze: Conv::new().init(Init::HeUniform(Fan::In)),
            expand1x1_conv: Conv::new().init(Init::HeUniform(Fan::In)),
            expand3x3_conv: Conv::new().init(Init::HeUniform(Fan::In)),
        }
    }

    /// `[N, 512, 13, 13]` to `[N, 512, 13, 13]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 13, 13, T>,
    ) -> Map<B, 512, 13, 13, T> {
        let x = self.squeeze.relu().forward(x);
        let expand1x1 = self.expand1x1_conv.relu().forward(fork(&x));
        let expand3x3 = self.expand3x3_conv.relu().forward(x);
        concat_channels!(
            expand1x1 : 256 x 13 x 13, expand3x3 : 256 x 13 x 13 => 512 x 13 x 13
        )
    }
}

module!(
    Fire512To512At13 { squeeze : "squeeze", expand1x1_conv : "expand1x1.conv",
    expand3x3_conv : "expand3x3.conv" }
);

/// `[N, 384, 27, 27]` to `[N, 512, 27, 27]`.
pub struct Fire384To512At27 {
    /// `conv`, `[N, 384, 27, 27]` to `[N, 64, 27, 27]`, 24,640 weights.
    pub squeeze: conv!(384 x 27 x 27 => 64 x 27 x 27, kernel 1 x 1),
    /// `conv`, `[N, 64, 27, 27]` to `[N, 256, 27, 27]`, 16,640 weights.
    pub expand1x1_conv: conv!(64 x 27 x 27 => 256 x 27 x 27, kernel 1 x 1),
    /// `conv`, `[N, 64, 27, 27]` to `[N, 256, 27, 27]`, 147,712 weights.
    pub expand3x3_conv: conv!(64 x 27 x 27 => 256 x 27 x 27, kernel 3 x 3, pad 1 x 1),
}

impl Fire384To512At27 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            squeeze: Conv::new().init(Init::HeUniform(Fan::In)),
            expand1x1_conv: Conv::new().init(Init::HeUniform(Fan::In)),
            expand3x3_conv: Conv::new().init(Init::HeUniform(Fan::In)),
        }
    }

    /// `[N, 384, 27, 27]` to `[N, 512, 27, 27]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 384, 27, 27, T>,
    ) -> Map<B, 512, 27, 27, T> {
        let x = self.squeeze.relu().forward(x);
        let expand1x1 = self.expand1x1_conv.relu().forward(fork(&x));
        let expand3x3 = self.expand3x3_conv.relu().forward(x);
        concat_channels!(
            expand1x1 : 256 x 27 x 27, expand3x3 : 256 x 27 x 27 => 512 x 27 x 27
        )
    }
}

module!(
    Fire384To512At27 { squeeze : "squeeze", expand1x1_conv : "expand1x1.conv",
    expand3x3_conv : "expand3x3.conv" }
);

/// `[N, 384, 27, 27]` to `[N, 384, 27, 27]`.
pub struct Fire384To384At27 {
    /// `conv`, `[N, 384, 27, 27]` to `[N, 48, 27, 27]`, 18,480 weights.
    pub squeeze: conv!(384 x 27 x 27 => 48 x 27 x 27, kernel 1 x 1),
    /// `conv`, `[N, 48, 27, 27]` to `[N, 192, 27, 27]`, 9,408 weights.
    pub expand1x1_conv: conv!(48 x 27 x 27 => 192 x 27 x 27, kernel 1 x 1),
    /// `conv`, `[N, 48, 27, 27]` to `[N, 192, 27, 27]`, 83,136 weights.
    pub expand3x3_conv: conv!(48 x 27 x 27 => 192 x 27 x 27, kernel 3 x 3, pad 1 x 1),
}

impl Fire384To384At27 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            squeeze: Conv::new().init(Init::HeUniform(Fan::In)),
            expand1x1_conv: Conv::new().init(Init::HeUniform(Fan::In)),
            expand3x3_conv: Conv::new().init(Init::HeUniform(Fan::In)),
        }
    }

    /// `[N, 384, 27, 27]` to `[N, 384, 27, 27]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 384, 27, 27, T>,
    ) -> Map<B, 384, 27, 27, T> {
        let x = self.squeeze.relu().forward(x);
        let expand1x1 = self.expand1x1_conv.relu().forward(fork(&x));
        let expand3x3 = self.expand3x3_conv.relu().forward(x);
        concat_channels!(
            expand1x1 : 192 x 27 x 27, expand3x3 : 192 x 27 x 27 => 384 x 27 x 27
        )
    }
}

module!(
    Fire384To384At27 { squeeze : "squeeze", expand1x1_conv : "expand1x1.conv",
    expand3x3_conv : "expand3x3.conv" }
);

/// `[N, 256, 27, 27]` to `[N, 384, 27, 27]`.
pub struct Fire256To384At27 {
    /// `conv`, `[N, 256, 27, 27]` to `[N, 48, 27, 27]`, 12,336 weights.
    pub squeeze: conv!(256 x 27 x 27 => 48 x 27 x 27, kernel 1 x 1),
    /// `conv`, `[N, 48, 27, 27]` to `[N, 192, 27, 27]`, 9,408 weights.
    pub expand1x1_conv: conv!(48 x 27 x 27 => 192 x 27 x 27, kernel 1 x 1),
    /// `conv`, `[N, 48, 27, 27]` to `[N, 192, 27, 27]`, 83,136 weights.
    pub expand3x3_conv: conv!(48 x 27 x 27 => 192 x 27 x 27, kernel 3 x 3, pad 1 x 1),
}

impl Fire256To384At27 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            squeeze: Conv::new().init(Init::HeUniform(Fan::In)),
            expand1x1_conv: Conv::new().init(Init::HeUniform(Fan::In)),
            expand3x3_conv: Conv::new().init(Init::HeUniform(Fan::In)),
        }
    }

    /// `[N, 256, 27, 27]` to `[N, 384, 27, 27]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 27, 27, T>,
    ) -> Map<B, 384, 27, 27, T> {
        let x = self.squeeze.relu().forward(x);
        let expand1x1 = self.expand1x1_conv.relu().forward(fork(&x));
        let expand3x3 = self.expand3x3_conv.relu().forward(x);
        concat_channels!(
            expand1x1 : 192 x 27 x 27, expand3x3 : 192 x 27 x 27 => 384 x 27 x 27
        )
    }
}

module!(
    Fire256To384At27 { squeeze : "squeeze", expand1x1_conv : "expand1x1.conv",
    expand3x3_conv : "expand3x3.conv" }
);

/// `[N, 256, 27, 27]` to `[N, 256, 27, 27]`.
pub struct Fire256To256At27 {
    /// `conv`, `[N, 256, 27, 27]` to `[N, 32, 27, 27]`, 8,224 weights.
    pub squeeze: conv!(256 x 27 x 27 => 32 x 27 x 27, kernel 1 x 1),
    /// `conv`, `[N, 32, 27, 27]` to `[N, 128, 27, 27]`, 4,224 weights.
    pub expand1x1_conv: conv!(32 x 27 x 27 => 128 x 27 x 27, kernel 1 x 1),
    /// `conv`, `[N, 32, 27, 27]` to `[N, 128, 27, 27]`, 36,992 weights.
    pub expand3x3_conv: conv!(32 x 27 x 27 => 128 x 27 x 27, kernel 3 x 3, pad 1 x 1),
}

impl Fire256To256At27 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            squeeze: Conv::new().init(Init::HeUniform(Fan::In)),
            expand1x1_conv: Conv::new().init(Init::HeUniform(Fan::In)),
            expand3x3_conv: Conv::new().init(Init::HeUniform(Fan::In)),
        }
    }

    /// `[N, 256, 27, 27]` to `[N, 256, 27, 27]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 27, 27, T>,
    ) -> Map<B, 256, 27, 27, T> {
        let x = self.squeeze.relu().forward(x);
        let expand1x1 = self.expand1x1_conv.relu().forward(fork(&x));
        let expand3x3 = self.expand3x3_conv.relu().forward(x);
        concat_channels!(
            expand1x1 : 128 x 27 x 27, expand3x3 : 128 x 27 x 27 => 256 x 27 x 27
        )
    }
}

module!(
    Fire256To256At27 { squeeze : "squeeze", expand1x1_conv : "expand1x1.conv",
    expand3x3_conv : "expand3x3.conv" }
);

/// `[N, 128, 54, 54]` to `[N, 256, 54, 54]`.
pub struct Fire128To256At54 {
    /// `conv`, `[N, 128, 54, 54]` to `[N, 32, 54, 54]`, 4,128 weights.
    pub squeeze: conv!(128 x 54 x 54 => 32 x 54 x 54, kernel 1 x 1),
    /// `conv`, `[N, 32, 54, 54]` to `[N, 128, 54, 54]`, 4,224 weights.
    pub expand1x1_conv: conv!(32 x 54 x 54 => 128 x 54 x 54, kernel 1 x 1),
    /// `conv`, `[N, 32, 54, 54]` to `[N, 128, 54, 54]`, 36,992 weights.
    pub expand3x3_conv: conv!(32 x 54 x 54 => 128 x 54 x 54, kernel 3 x 3, pad 1 x 1),
}

impl Fire128To256At54 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            squeeze: Conv::new().init(Init::HeUniform(Fan::In)),
            expand1x1_conv: Conv::new().init(Init::HeUniform(Fan::In)),
            expand3x3_conv: Conv::new().init(Init::HeUniform(Fan::In)),
        }
    }

    /// `[N, 128, 54, 54]` to `[N, 256, 54, 54]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 54, 54, T>,
    ) -> Map<B, 256, 54, 54, T> {
        let x = self.squeeze.relu().forward(x);
        let expand1x1 = self.expand1x1_conv.relu().forward(fork(&x));
        let expand3x3 = self.expand3x3_conv.relu().forward(x);
        concat_channels!(
            expand1x1 : 128 x 54 x 54, expand3x3 : 128 x 54 x 54 => 256 x 54 x 54
        )
    }
}

module!(
    Fire128To256At54 { squeeze : "squeeze", expand1x1_conv : "expand1x1.conv",
    expand3x3_conv : "expand3x3.conv" }
);

/// `[N, 128, 54, 54]` to `[N, 128, 54, 54]`.
pub struct Fire128To128At54 {
    /// `conv`, `[N, 128, 54, 54]` to `[N, 16, 54, 54]`, 2,064 weights.
    pub squeeze: conv!(128 x 54 x 54 => 16 x 54 x 54, kernel 1 x 1),
    /// `conv`, `[N, 16, 54, 54]` to `[N, 64, 54, 54]`, 1,088 weights.
    pub expand1x1_conv: conv!(16 x 54 x 54 => 64 x 54 x 54, kernel 1 x 1),
    /// `conv`, `[N, 16, 54, 54]` to `[N, 64, 54, 54]`, 9,280 weights.
    pub expand3x3_conv: conv!(16 x 54 x 54 => 64 x 54 x 54, kernel 3 x 3, pad 1 x 1),
}

impl Fire128To128At54 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            squeeze: Conv::new().init(Init::HeUniform(Fan::In)),
            expand1x1_conv: Conv::new().init(Init::HeUniform(Fan::In)),
            expand3x3_conv: Conv::new().init(Init::HeUniform(Fan::In)),
        }
    }

    /// `[N, 128, 54, 54]` to `[N, 128, 54, 54]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 54, 54, T>,
    ) -> Map<B, 128, 54, 54, T> {
        let x = self.squeeze.relu().forward(x);
        let expand1x1 = self.expand1x1_conv.relu().forward(fork(&x));
        let expand3x3 = self.expand3x3_conv.relu().forward(x);
        concat_channels!(
            expand1x1 : 64 x 54 x 54, expand3x3 : 64 x 54 x 54 => 128 x 54 x 54
        )
    }
}

module!(
    Fire128To128At54 { squeeze : "squeeze", expand1x1_conv : "expand1x1.conv",
    expand3x3_conv : "expand3x3.conv" }
);

/// `[N, 96, 54, 54]` to `[N, 128, 54, 54]`.
pub struct Fire96To128At54 {
    /// `conv`, `[N, 96, 54, 54]` to `[N, 16, 54, 54]`, 1,552 weights.
    pub squeeze: conv!(96 x 54 x 54 => 16 x 54 x 54, kernel 1 x 1),
    /// `conv`, `[N, 16, 54, 54]` to `[N, 64, 54, 54]`, 1,088 weights.
    pub expand1x1_conv: conv!(16 x 54 x 54 => 64 x 54 x 54, kernel 1 x 1),
    /// `conv`, `[N, 16, 54, 54]` to `[N, 64, 54, 54]`, 9,280 weights.
    pub expand3x3_conv: conv!(16 x 54 x 54 => 64 x 54 x 54, kernel 3 x 3, pad 1 x 1),
}

impl Fire96To128At54 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            squeeze: Conv::new().init(Init::HeUniform(Fan::In)),
            expand1x1_conv: Conv::new().init(Init::HeUniform(Fan::In)),
            expand3x3_conv: Conv::new().init(Init::HeUniform(Fan::In)),
        }
    }

    /// `[N, 96, 54, 54]` to `[N, 128, 54, 54]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 96, 54, 54, T>,
    ) -> Map<B, 128, 54, 54, T> {
        let x = self.squeeze.relu().forward(x);
        let expand1x1 = self.expand1x1_conv.relu().forward(fork(&x));
        let expand3x3 = self.expand3x3_conv.relu().forward(x);
        concat_channels!(
            expand1x1 : 64 x 54 x 54, expand3x3 : 64 x 54 x 54 => 128 x 54 x 54
        )
    }
}

module!(
    Fire96To128At54 { squeeze : "squeeze", expand1x1_conv : "expand1x1.conv",
    expand3x3_conv : "expand3x3.conv" }
);
