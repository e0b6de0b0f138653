//! A network of 738502 trainable weights. Written by `blockprint compile`.

use blockprint::typed::prelude::*;
use blockprint::typed::program::Measures;

/// `[N, 3, 127, 127]` to `[N, 6]`.
pub struct SqueezenetSigns {
    /// `conv`, `[N, 3, 127, 127]` to `[N, 96, 61, 61]`, 14,208 weights.
    pub conv1: conv!(3 x 127 x 127 => 96 x 61 x 61, kernel 7 x 7, stride 2 x 2),
    /// `[N, 96, 30, 30]` to `[N, 128, 30, 30]`.
    pub fire2: Fire96To128At30,
    /// Over `[N, 128, 30, 30]`.
    pub fire3: Fire128To128At30,
    /// `[N, 128, 30, 30]` to `[N, 256, 30, 30]`.
    pub fire4: Fire128To256At30,
    /// Over `[N, 256, 15, 15]`.
    pub fire5: Fire256To256At15,
    /// `[N, 256, 15, 15]` to `[N, 384, 15, 15]`.
    pub fire6: Fire256To384At15,
    /// Over `[N, 384, 15, 15]`.
    pub fire7: Fire384To384At15,
    /// `[N, 384, 15, 15]` to `[N, 512, 15, 15]`.
    pub fire8: Fire384To512At15,
    /// Over `[N, 512, 7, 7]`.
    pub fire9: Fire512To512At7,
    /// `dropout`, over `[N, 512]`.
    pub dropout: Dropout,
    /// `dense`, `[N, 512]` to `[N, 6]`, 3,078 weights.
    pub logits: Dense<512, 6>,
}

impl SqueezenetSigns {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv1: Conv::new().init(Init::HeUniform(Fan::In)).at_input(),
            fire2: Fire96To128At30::new(),
            fire3: Fire128To128At30::new(),
            fire4: Fire128To256At30::new(),
            fire5: Fire256To256At15::new(),
            fire6: Fire256To384At15::new(),
            fire7: Fire384To384At15::new(),
            fire8: Fire384To512At15::new(),
            fire9: Fire512To512At7::new(),
            dropout: Dropout::new(0.5, 64),
            logits: Dense::new(),
        }
    }

    /// `[N, 3, 127, 127]` to `[N, 6]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        image: Map<B, 3, 127, 127, T>,
    ) -> Features<B, 6, T> {
        let x = self.conv1.relu().forward(image);
        let x = max_pool!(
            x; 96 x 61 x 61 => 96 x 30 x 30, kernel 3 x 3, stride 2 x 2, ceil
        );
        let fire2 = self.fire2.forward(x);
        let fire3 = self.fire3.forward(fire2);
        let fire4 = self.fire4.forward(fire3);
        let x = max_pool!(
            fire4; 256 x 30 x 30 => 256 x 15 x 15, kernel 3 x 3, stride 2 x 2, ceil
        );
        let fire5 = self.fire5.forward(x);
        let fire6 = self.fire6.forward(fire5);
        let fire7 = self.fire7.forward(fire6);
        let fire8 = self.fire8.forward(fire7);
        let x = max_pool!(
            fire8; 512 x 15 x 15 => 512 x 7 x 7, kernel 3 x 3, stride 2 x 2, ceil
        );
        let x = self.dropout.forward(gap(self.fire9.forward(x)));
        self.logits.forward(x)
    }

    /// The loss, and the numbers that are reported beside it.
    pub fn measure<B: Dim, T: Tape>(
        logits: Features<B, 6, T>,
        label: Labels<B>,
    ) -> Measures<T> {
        let accuracy_value = accuracy(fork(&logits), label.clone());
        let ce = cross_entropy(logits, label, 0.0);
        Measures::new(ce).report("accuracy", accuracy_value)
    }
}

module!(
    SqueezenetSigns { conv1 : "conv1", fire2 : "fire2", fire3 : "fire3", fire4 : "fire4",
    fire5 : "fire5", fire6 : "fire6", fire7 : "fire7", fire8 : "fire8", fire9 : "fire9",
    dropout : "dropout", logits : "logits" }
);

/// `[N, 512, 7, 7]` to `[N, 512, 7, 7]`.
pub struct Fire512To512At7 {
    /// `conv`, `[N, 512, 7, 7]` to `[N, 64, 7, 7]`, 32,832 weights.
    pub squeeze: conv!(512 x 7 x 7 => 64 x 7 x 7, kernel 1 x 1),
    /// `conv`, `[N, 64, 7, 7]` to `[N, 256, 7, 7]`, 16,640 weights.
    pub expand1x1_conv: conv!(64 x 7 x 7 => 256 x 7 x 7, kernel 1 x 1),
    /// `conv`, `[N, 64, 7, 7]` to `[N, 256, 7, 7]`, 147,712 weights.
    pub expand3x3_conv: conv!(64 x 7 x 7 => 256 x 7 x 7, kernel 3 x 3, pad 1 x 1),
}

impl Fire512To512At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            squeeze: Conv::new().init(Init::HeUniform(Fan::In)),
            expand1x1_conv: Conv::new().init(Init::HeUniform(Fan::In)),
            expand3x3_conv: Conv::new().init(Init::HeUniform(Fan::In)),
        }
    }

    /// `[N, 512, 7, 7]` to `[N, 512, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 7, 7, T>,
    ) -> Map<B, 512, 7, 7, T> {
        let x = self.squeeze.relu().forward(x);
        let expand1x1 = self.expand1x1_conv.relu().forward(fork(&x));
        let expand3x3 = self.expand3x3_conv.relu().forward(x);
        concat_channels!(expand1x1 : 256 x 7 x 7, expand3x3 : 256 x 7 x 7 => 512 x 7 x 7)
    }
}

module!(
    Fire512To512At7 { squeeze : "squeeze", expand1x1_conv : "expand1x1.conv",
    expand3x3_conv : "expand3x3.conv" }
);

/// `[N, 384, 15, 15]` to `[N, 512, 15, 15]`.
pub struct Fire384To512At15 {
    /// `conv`, `[N, 384, 15, 15]` to `[N, 64, 15, 15]`, 24,640 weights.
    pub squeeze: conv!(384 x 15 x 15 => 64 x 15 x 15, kernel 1 x 1),
    /// `conv`, `[N, 64, 15, 15]` to `[N, 256, 15, 15]`, 16,640 weights.
    pub expand1x1_conv: conv!(64 x 15 x 15 => 256 x 15 x 15, kernel 1 x 1),
    /// `conv`, `[N, 64, 15, 15]` to `[N, 256, 15, 15]`, 147,712 weights.
    pub expand3x3_conv: conv!(64 x 15 x 15 => 256 x 15 x 15, kernel 3 x 3, pad 1 x 1),
}

impl Fire384To512At15 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            squeeze: Conv::new().init(Init::HeUniform(Fan::In)),
            expand1x1_conv: Conv::new().init(Init::HeUniform(Fan::In)),
            expand3x3_conv: Conv::new().init(Init::HeUniform(Fan::In)),
        }
    }

    /// `[N, 384, 15, 15]` to `[N, 512, 15, 15]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 384, 15, 15, T>,
    ) -> Map<B, 512, 15, 15, T> {
        let x = self.squeeze.relu().forward(x);
        let expand1x1 = self.expand1x1_conv.relu().forward(fork(&x));
        let expand3x3 = self.expand3x3_conv.relu().forward(x);
        concat_channels!(
            expand1x1 : 256 x 15 x 15, expand3x3 : 256 x 15 x 15 => 512 x 15 x 15
        )
    }
}

module!(
    Fire384To512At15 { squeeze : "squeeze", expand1x1_conv : "expand1x1.conv",
    expand3x3_conv : "expand3x3.conv" }
);

/// `[N, 384, 15, 15]` to `[N, 384, 15, 15]`.
pub struct Fire384To384At15 {
    /// `conv`, `[N, 384, 15, 15]` to `[N, 48, 15, 15]`, 18,480 weights.
    pub squeeze: conv!(384 x 15 x 15 => 48 x 15 x 15, kernel 1 x 1),
    /// `conv`, `[N, 48, 15, 15]` to `[N, 192, 15, 15]`, 9,408 weights.
    pub expand1x1_conv: conv!(48 x 15 x 15 => 192 x 15 x 15, kernel 1 x 1),
    /// `conv`, `[N, 48, 15, 15]` to `[N, 192, 15, 15]`, 83,136 weights.
    pub expand3x3_conv: conv!(48 x 15 x 15 => 192 x 15 x 15, kernel 3 x 3, pad 1 x 1),
}

impl Fire384To384At15 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            squeeze: Conv::new().init(Init::HeUniform(Fan::In)),
            expand1x1_conv: Conv::new().init(Init::HeUniform(Fan::In)),
            expand3x3_conv: Conv::new().init(Init::HeUniform(Fan::In)),
        }
    }

    /// `[N, 384, 15, 15]` to `[N, 384, 15, 15]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 384, 15, 15, T>,
    ) -> Map<B, 384, 15, 15, T> {
        let x = self.squeeze.relu().forward(x);
        let expand1x1 = self.expand1x1_conv.relu().forward(fork(&x));
        let expand3x3 = self.expand3x3_conv.relu().forward(x);
        concat_channels!(
            expand1x1 : 192 x 15 x 15, expand3x3 : 192 x 15 x 15 => 384 x 15 x 15
        )
    }
}

module!(
    Fire384To384At15 { squeeze : "squeeze", expand1x1_conv : "expand1x1.conv",
    expand3x3_conv : "expand3x3.conv" }
);

/// `[N, 256, 15, 15]` to `[N, 384, 15, 15]`.
pub struct Fire256To384At15 {
    /// `conv`, `[N, 256, 15, 15]` to `[N, 48, 15, 15]`, 12,336 weights.
    pub squeeze: conv!(256 x 15 x 15 => 48 x 15 x 15, kernel 1 x 1),
    /// `conv`, `[N, 48, 15, 15]` to `[N, 192, 15, 15]`, 9,408 weights.
    pub expand1x1_conv: conv!(48 x 15 x 15 => 192 x 15 x 15, kernel 1 x 1),
    /// `conv`, `[N, 48, 15, 15]` to `[N, 192, 15, 15]`, 83,136 weights.
    pub expand3x3_conv: conv!(48 x 15 x 15 => 192 x 15 x 15, kernel 3 x 3, pad 1 x 1),
}

impl Fire256To384At15 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            squeeze: Conv::new().init(Init::HeUniform(Fan::In)),
            expand1x1_conv: Conv::new().init(Init::HeUniform(Fan::In)),
            expand3x3_conv: Conv::new().init(Init::HeUniform(Fan::In)),
        }
    }

    /// `[N, 256, 15, 15]` to `[N, 384, 15, 15]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 15, 15, T>,
    ) -> Map<B, 384, 15, 15, T> {
        let x = self.squeeze.relu().forward(x);
        let expand1x1 = self.expand1x1_conv.relu().forward(fork(&x));
        let expand3x3 = self.expand3x3_conv.relu().forward(x);
        concat_channels!(
            expand1x1 : 192 x 15 x 15, expand3x3 : 192 x 15 x 15 => 384 x 15 x 15
        )
    }
}

module!(
    Fire256To384At15 { squeeze : "squeeze", expand1x1_conv : "expand1x1.conv",
    expand3x3_conv : "expand3x3.conv" }
);

/// `[N, 256, 15, 15]` to `[N, 256, 15, 15]`.
pub struct Fire256To256At15 {
    /// `conv`, `[N, 256, 15, 15]` to `[N, 32, 15, 15]`, 8,224 weights.
    pub squeeze: conv!(256 x 15 x 15 => 32 x 15 x 15, kernel 1 x 1),
    /// `conv`, `[N, 32, 15, 15]` to `[N, 128, 15, 15]`, 4,224 weights.
    pub expand1x1_conv: conv!(32 x 15 x 15 => 128 x 15 x 15, kernel 1 x 1),
    /// `conv`, `[N, 32, 15, 15]` to `[N, 128, 15, 15]`, 36,992 weights.
    pub expand3x3_conv: conv!(32 x 15 x 15 => 128 x 15 x 15, kernel 3 x 3, pad 1 x 1),
}

impl Fire256To256At15 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            squeeze: Conv::new().init(Init::HeUniform(Fan::In)),
            expand1x1_conv: Conv::new().init(Init::HeUniform(Fan::In)),
            expand3x3_conv: Conv::new().init(Init::HeUniform(Fan::In)),
        }
    }

    /// `[N, 256, 15, 15]` to `[N, 256, 15, 15]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 15, 15, T>,
    ) -> Map<B, 256, 15, 15, T> {
        let x = self.squeeze.relu().forward(x);
        let expand1x1 = self.expand1x1_conv.relu().forward(fork(&x));
        let expand3x3 = self.expand3x3_conv.relu().forward(x);
        concat_channels!(
            expand1x1 : 128 x 15 x 15, expand3x3 : 128 x 15 x 15 => 256 x 15 x 15
        )
    }
}

module!(
    Fire256To256At15 { squeeze : "squeeze", expand1x1_conv : "expand1x1.conv",
    expand3x3_conv : "expand3x3.conv" }
);

/// `[N, 128, 30, 30]` to `[N, 256, 30, 30]`.
pub struct Fire128To256At30 {
    /// `conv`, `[N, 128, 30, 30]` to `[N, 32, 30, 30]`, 4,128 weights.
    pub squeeze: conv!(128 x 30 x 30 => 32 x 30 x 30, kernel 1 x 1),
    /// `conv`, `[N, 32, 30, 30]` to `[N, 128, 30, 30]`, 4,224 weights.
    pub expand1x1_conv: conv!(32 x 30 x 30 => 128 x 30 x 30, kernel 1 x 1),
    /// `conv`, `[N, 32, 30, 30]` to `[N, 128, 30, 30]`, 36,992 weights.
    pub expand3x3_conv: conv!(32 x 30 x 30 => 128 x 30 x 30, kernel 3 x 3, pad 1 x 1),
}

impl Fire128To256At30 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            squeeze: Conv::new().init(Init::HeUniform(Fan::In)),
            expand1x1_conv: Conv::new().init(Init::HeUniform(Fan::In)),
            expand3x3_conv: Conv::new().init(Init::HeUniform(Fan::In)),
        }
    }

    /// `[N, 128, 30, 30]` to `[N, 256, 30, 30]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 30, 30, T>,
    ) -> Map<B, 256, 30, 30, T> {
        let x = self.squeeze.relu().forward(x);
        let expand1x1 = self.expand1x1_conv.relu().forward(fork(&x));
        let expand3x3 = self.expand3x3_conv.relu().forward(x);
        concat_channels!(
            expand1x1 : 128 x 30 x 30, expand3x3 : 128 x 30 x 30 => 256 x 30 x 30
        )
    }
}

module!(
    Fire128To256At30 { squeeze : "squeeze", expand1x1_conv : "expand1x1.conv",
    expand3x3_conv : "expand3x3.conv" }
);

/// `[N, 128, 30, 30]` to `[N, 128, 30, 30]`.
pub struct Fire128To128At30 {
    /// `conv`, `[N, 128, 30, 30]` to `[N, 16, 30, 30]`, 2,064 weights.
    pub squeeze: conv!(128 x 30 x 30 => 16 x 30 x 30, kernel 1 x 1),
    /// `conv`, `[N, 16, 30, 30]` to `[N, 64, 30, 30]`, 1,088 weights.
    pub expand1x1_conv: conv!(16 x 30 x 30 => 64 x 30 x 30, kernel 1 x 1),
    /// `conv`, `[N, 16, 30, 30]` to `[N, 64, 30, 30]`, 9,280 weights.
    pub expand3x3_conv: conv!(16 x 30 x 30 => 64 x 30 x 30, kernel 3 x 3, pad 1 x 1),
}

impl Fire128To128At30 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            squeeze: Conv::new().init(Init::HeUniform(Fan::In)),
            expand1x1_conv: Conv::new().init(Init::HeUniform(Fan::In)),
            expand3x3_conv: Conv::new().init(Init::HeUniform(Fan::In)),
        }
    }

    /// `[N, 128, 30, 30]` to `[N, 128, 30, 30]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 30, 30, T>,
    ) -> Map<B, 128, 30, 30, T> {
        let x = self.squeeze.relu().forward(x);
        let expand1x1 = self.expand1x1_conv.relu().forward(fork(&x));
        let expand3x3 = self.expand3x3_conv.relu().forward(x);
        concat_channels!(
            expand1x1 : 64 x 30 x 30, expand3x3 : 64 x 30 x 30 => 128 x 30 x 30
        )
    }
}

module!(
    Fire128To128At30 { squeeze : "squeeze", expand1x1_conv : "expand1x1.conv",
    expand3x3_conv : "expand3x3.conv" }
);

/// `[N, 96, 30, 30]` to `[N, 128, 30, 30]`.
pub struct Fire96To128At30 {
    /// `conv`, `[N, 96, 30, 30]` to `[N, 16, 30, 30]`, 1,552 weights.
    pub squeeze: conv!(96 x 30 x 30 => 16 x 30 x 30, kernel 1 x 1),
    /// `conv`, `[N, 16, 30, 30]` to `[N, 64, 30, 30]`, 1,088 weights.
    pub expand1x1_conv: conv!(16 x 30 x 30 => 64 x 30 x 30, kernel 1 x 1),
    /// `conv`, `[N, 16, 30, 30]` to `[N, 64, 30, 30]`, 9,280 weights.
    pub expand3x3_conv: conv!(16 x 30 x 30 => 64 x 30 x 30, kernel 3 x 3, pad 1 x 1),
}

impl Fire96To128At30 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            squeeze: Conv::new().init(Init::HeUniform(Fan::In)),
            expand1x1_conv: Conv::new().init(Init::HeUniform(Fan::In)),
            expand3x3_conv: Conv::new().init(Init::HeUniform(Fan::In)),
        }
    }

    /// `[N, 96, 30, 30]` to `[N, 128, 30, 30]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 96, 30, 30, T>,
    ) -> Map<B, 128, 30, 30, T> {
        let x = self.squeeze.relu().forward(x);
        let expand1x1 = self.expand1x1_conv.relu().forward(fork(&x));
        let expand3x3 = self.expand3x3_conv.relu().forward(x);
        concat_channels!(
            expand1x1 : 64 x 30 x 30, expand3x3 : 64 x 30 x 30 => 128 x 30 x 30
        )
    }
}

module!(
    Fire96To128At30 { squeeze : "squeeze", expand1x1_conv : "expand1x1.conv",
    expand3x3_conv : "expand3x3.conv" }
);
