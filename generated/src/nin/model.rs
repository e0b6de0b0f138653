//! A network of 966986 trainable weights. Written by `blockprint compile`.

use blockprint::typed::prelude::*;
use blockprint::typed::program::Measures;

/// `[N, 3, 32, 32]` to `[N, 10]`.
pub struct Nin {
    /// `[N, 3, 32, 32]` to `[N, 96, 32, 32]`.
    pub mlpconv1: Mlpconv96,
    /// `dropout`, over `[N, 96, 16, 16]`.
    pub dropout: Dropout,
    /// `[N, 96, 16, 16]` to `[N, 192, 16, 16]`.
    pub mlpconv2: Mlpconv192,
    /// `dropout`, over `[N, 192, 8, 8]`.
    pub dropout_1: Dropout,
    /// `[N, 192, 8, 8]` to `[N, 10, 8, 8]`.
    pub mlpconv3: Mlpconv10,
}

impl Nin {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            mlpconv1: Mlpconv96::new(),
            dropout: Dropout::new(0.5, 9),
            mlpconv2: Mlpconv192::new(),
            dropout_1: Dropout::new(0.5, 17),
            mlpconv3: Mlpconv10::new(),
        }
    }

    /// `[N, 3, 32, 32]` to `[N, 10]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        image: Map<B, 3, 32, 32, T>,
    ) -> Features<B, 10, T> {
        let mlpconv1 = self.mlpconv1.forward(image);
        let x = self
            .dropout
            .forward(
                max_pool!(
                    mlpconv1; 96 x 32 x 32 => 96 x 16 x 16, kernel 3 x 3, stride 2 x 2,
                    ceil
                ),
            );
        let mlpconv2 = self.mlpconv2.forward(x);
        let x = self
            .dropout_1
            .forward(
                avg_pool!(
                    mlpconv2; 192 x 16 x 16 => 192 x 8 x 8, kernel 3 x 3, stride 2 x 2,
                    ceil
                ),
            );
        gap(self.mlpconv3.forward(x))
    }

    /// The loss, and the numbers that are reported beside it.
    pub fn measure<B: Dim, T: Tape>(
        logits: Features<B, 10, T>,
        label: Labels<B>,
    ) -> Measures<T> {
        let accuracy_value = accuracy(fork(&logits), label.clone());
        let ce = cross_entropy(logits, label, 0.0);
        Measures::new(ce).report("accuracy", accuracy_value)
    }
}

module!(
    Nin { mlpconv1 : "mlpconv1", dropout : "dropout", mlpconv2 : "mlpconv2", dropout_1 :
    "dropout_1", mlpconv3 : "mlpconv3" }
);

/// `[N, 192, 8, 8]` to `[N, 10, 8, 8]`.
pub struct Mlpconv10 {
    /// Over `[N, 192, 8, 8]`.
    pub unit_0: Unit192To192At8,
    /// Over `[N, 192, 8, 8]`.
    pub unit_1: Unit192To192At8_2,
    /// `[N, 192, 8, 8]` to `[N, 10, 8, 8]`.
    pub unit_2: Unit192To10At8,
}

impl Mlpconv10 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            unit_0: Unit192To192At8::new(),
            unit_1: Unit192To192At8_2::new(),
            unit_2: Unit192To10At8::new(),
        }
    }

    /// `[N, 192, 8, 8]` to `[N, 10, 8, 8]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 192, 8, 8, T>,
    ) -> Map<B, 10, 8, 8, T> {
        let x = self.unit_0.forward(x);
        let x = self.unit_1.forward(x);
        self.unit_2.forward(x)
    }
}

module!(Mlpconv10 { unit_0 : "0", unit_1 : "1", unit_2 : "2" });

/// `[N, 96, 16, 16]` to `[N, 192, 16, 16]`.
pub struct Mlpconv192 {
    /// `[N, 96, 16, 16]` to `[N, 192, 16, 16]`.
    pub unit_0: Unit96To192At16,
    /// One after the other, over `[N, 192, 16, 16]`.
    pub units: [Unit192To192At16; 2],
}

impl Mlpconv192 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            unit_0: Unit96To192At16::new(),
            units: std::array::from_fn(|_| Unit192To192At16::new()),
        }
    }

    /// `[N, 96, 16, 16]` to `[N, 192, 16, 16]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 96, 16, 16, T>,
    ) -> Map<B, 192, 16, 16, T> {
        let x = self.unit_0.forward(x);
        self.units.iter().fold(x, |x, unit| unit.forward(x))
    }
}

module!(Mlpconv192 { unit_0 : "0", units : ["1", "2"] });

/// `[N, 3, 32, 32]` to `[N, 96, 32, 32]`.
pub struct Mlpconv96 {
    /// `[N, 3, 32, 32]` to `[N, 192, 32, 32]`.
    pub unit_0: Unit3To192At32,
    /// `[N, 192, 32, 32]` to `[N, 160, 32, 32]`.
    pub unit_1: Unit192To160At32,
    /// `[N, 160, 32, 32]` to `[N, 96, 32, 32]`.
    pub unit_2: Unit160To96At32,
}

impl Mlpconv96 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            unit_0: Unit3To192At32::new(),
            unit_1: Unit192To160At32::new(),
            unit_2: Unit160To96At32::new(),
        }
    }

    /// `[N, 3, 32, 32]` to `[N, 96, 32, 32]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 3, 32, 32, T>,
    ) -> Map<B, 96, 32, 32, T> {
        let x = self.unit_0.forward(x);
        let x = self.unit_1.forward(x);
        self.unit_2.forward(x)
    }
}

module!(Mlpconv96 { unit_0 : "0", unit_1 : "1", unit_2 : "2" });

/// `[N, 192, 8, 8]` to `[N, 10, 8, 8]`.
pub struct Unit192To10At8 {
    /// `conv`, `[N, 192, 8, 8]` to `[N, 10, 8, 8]`, 1,930 weights.
    pub conv: conv!(192 x 8 x 8 => 10 x 8 x 8, kernel 1 x 1),
}

impl Unit192To10At8 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::Normal(0.05)),
        }
    }

    /// `[N, 192, 8, 8]` to `[N, 10, 8, 8]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 192, 8, 8, T>,
    ) -> Map<B, 10, 8, 8, T> {
        self.conv.relu().forward(x)
    }
}

module!(Unit192To10At8 { conv : "conv" });

/// `[N, 192, 8, 8]` to `[N, 192, 8, 8]`.
pub struct Unit192To192At8_2 {
    /// `conv`, over `[N, 192, 8, 8]`, 37,056 weights.
    pub conv: conv!(192 x 8 x 8 => 192 x 8 x 8, kernel 1 x 1),
}

impl Unit192To192At8_2 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::Normal(0.05)),
        }
    }

    /// `[N, 192, 8, 8]` to `[N, 192, 8, 8]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 192, 8, 8, T>,
    ) -> Map<B, 192, 8, 8, T> {
        self.conv.relu().forward(x)
    }
}

module!(Unit192To192At8_2 { conv : "conv" });

/// `[N, 192, 8, 8]` to `[N, 192, 8, 8]`.
pub struct Unit192To192At8 {
    /// `conv`, over `[N, 192, 8, 8]`, 331,968 weights.
    pub conv: conv!(192 x 8 x 8 => 192 x 8 x 8, kernel 3 x 3, pad 1 x 1),
}

impl Unit192To192At8 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::Normal(0.05)),
        }
    }

    /// `[N, 192, 8, 8]` to `[N, 192, 8, 8]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 192, 8, 8, T>,
    ) -> Map<B, 192, 8, 8, T> {
        self.conv.relu().forward(x)
    }
}

module!(Unit192To192At8 { conv : "conv" });

/// `[N, 192, 16, 16]` to `[N, 192, 16, 16]`.
pub struct Unit192To192At16 {
    /// `conv`, over `[N, 192, 16, 16]`, 37,056 weights.
    pub conv: conv!(192 x 16 x 16 => 192 x 16 x 16, kernel 1 x 1),
}

impl Unit192To192At16 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::Normal(0.05)),
        }
    }

    /// `[N, 192, 16, 16]` to `[N, 192, 16, 16]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 192, 16, 16, T>,
    ) -> Map<B, 192, 16, 16, T> {
        self.conv.relu().forward(x)
    }
}

module!(Unit192To192At16 { conv : "conv" });

/// `[N, 96, 16, 16]` to `[N, 192, 16, 16]`.
pub struct Unit96To192At16 {
    /// `conv`, `[N, 96, 16, 16]` to `[N, 192, 16, 16]`, 460,992 weights.
    pub conv: conv!(96 x 16 x 16 => 192 x 16 x 16, kernel 5 x 5, pad 2 x 2),
}

impl Unit96To192At16 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::Normal(0.05)),
        }
    }

    /// `[N, 96, 16, 16]` to `[N, 192, 16, 16]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 96, 16, 16, T>,
    ) -> Map<B, 192, 16, 16, T> {
        self.conv.relu().forward(x)
    }
}

module!(Unit96To192At16 { conv : "conv" });

/// `[N, 160, 32, 32]` to `[N, 96, 32, 32]`.
pub struct Unit160To96At32 {
    /// `conv`, `[N, 160, 32, 32]` to `[N, 96, 32, 32]`, 15,456 weights.
    pub conv: conv!(160 x 32 x 32 => 96 x 32 x 32, kernel 1 x 1),
}

impl Unit160To96At32 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::Normal(0.05)),
        }
    }

    /// `[N, 160, 32, 32]` to `[N, 96, 32, 32]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 160, 32, 32, T>,
    ) -> Map<B, 96, 32, 32, T> {
        self.conv.relu().forward(x)
    }
}

module!(Unit160To96At32 { conv : "conv" });

/// `[N, 192, 32, 32]` to `[N, 160, 32, 32]`.
pub struct Unit192To160At32 {
    /// `conv`, `[N, 192, 32, 32]` to `[N, 160, 32, 32]`, 30,880 weights.
    pub conv: conv!(192 x 32 x 32 => 160 x 32 x 32, kernel 1 x 1),
}

impl Unit192To160At32 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::Normal(0.05)),
        }
    }

    /// `[N, 192, 32, 32]` to `[N, 160, 32, 32]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 192, 32, 32, T>,
    ) -> Map<B, 160, 32, 32, T> {
        self.conv.relu().forward(x)
    }
}

module!(Unit192To160At32 { conv : "conv" });

/// `[N, 3, 32, 32]` to `[N, 192, 32, 32]`.
pub struct Unit3To192At32 {
    /// `conv`, `[N, 3, 32, 32]` to `[N, 192, 32, 32]`, 14,592 weights.
    pub conv: conv!(3 x 32 x 32 => 192 x 32 x 32, kernel 5 x 5, pad 2 x 2),
}

impl Unit3To192At32 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().init(Init::Normal(0.05)).at_input(),
        }
    }

    /// `[N, 3, 32, 32]` to `[N, 192, 32, 32]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 3, 32, 32, T>,
    ) -> Map<B, 192, 32, 32, T> {
        self.conv.relu().forward(x)
    }
}

module!(Unit3To192At32 { conv : "conv" });
