//! A network of 31030658 trainable weights. Written by `blockprint compile`.

use blockprint::typed::prelude::*;
use blockprint::typed::program::Measures;

/// `[N, 1, 572, 572]` to `[N, 2, 388, 388]`.
pub struct Unet {
    /// `[N, 1, 572, 572]` to `[N, 64, 568, 568]`.
    pub down1: DoubleConv64At568,
    /// `[N, 64, 284, 284]` to `[N, 128, 280, 280]`.
    pub down2: DoubleConv128At280,
    /// `[N, 128, 140, 140]` to `[N, 256, 136, 136]`.
    pub down3: DoubleConv256At136,
    /// `[N, 256, 68, 68]` to `[N, 512, 64, 64]`.
    pub down4: DoubleConv512At64,
    /// `dropout`, over `[N, 512, 64, 64]`.
    pub kept: Dropout,
    /// `[N, 512, 32, 32]` to `[N, 1024, 28, 28]`.
    pub bottom: DoubleConv1024At28,
    /// `dropout`, over `[N, 1024, 28, 28]`.
    pub dropout: Dropout,
    /// `[N, 1024, 28, 28]`, `[N, 512, 64, 64]` to `[N, 512, 52, 52]`.
    pub up4: Up512,
    /// `[N, 512, 52, 52]`, `[N, 256, 136, 136]` to `[N, 256, 100, 100]`.
    pub up3: Up256,
    /// `[N, 256, 100, 100]`, `[N, 128, 280, 280]` to `[N, 128, 196, 196]`.
    pub up2: Up128,
    /// `[N, 128, 196, 196]`, `[N, 64, 568, 568]` to `[N, 64, 388, 388]`.
    pub up1: Up64,
    /// `conv`, `[N, 64, 388, 388]` to `[N, 2, 388, 388]`, 130 weights.
    pub logits: conv!(64 x 388 x 388 => 2 x 388 x 388, kernel 1 x 1),
}

impl Unet {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            down1: DoubleConv64At568::new(),
            down2: DoubleConv128At280::new(),
            down3: DoubleConv256At136::new(),
            down4: DoubleConv512At64::new(),
            kept: Dropout::new(0.5, 21),
            bottom: DoubleConv1024At28::new(),
            dropout: Dropout::new(0.5, 27),
            up4: Up512::new(),
            up3: Up256::new(),
            up2: Up128::new(),
            up1: Up64::new(),
            logits: Conv::new(),
        }
    }

    /// `[N, 1, 572, 572]` to `[N, 2, 388, 388]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        image: Map<B, 1, 572, 572, T>,
    ) -> Map<B, 2, 388, 388, T> {
        let down1 = self.down1.forward(image);
        let x = max_pool!(
            fork(& down1); 64 x 568 x 568 => 64 x 284 x 284, kernel 2 x 2, stride 2 x 2
        );
        let down2 = self.down2.forward(x);
        let x = max_pool!(
            fork(& down2); 128 x 280 x 280 => 128 x 140 x 140, kernel 2 x 2, stride 2 x 2
        );
        let down3 = self.down3.forward(x);
        let x = max_pool!(
            fork(& down3); 256 x 136 x 136 => 256 x 68 x 68, kernel 2 x 2, stride 2 x 2
        );
        let kept = self.kept.forward(self.down4.forward(x));
        let x = max_pool!(
            fork(& kept); 512 x 64 x 64 => 512 x 32 x 32, kernel 2 x 2, stride 2 x 2
        );
        let x = self.dropout.forward(self.bottom.forward(x));
        let up4 = self.up4.forward(x, kept);
        let up3 = self.up3.forward(up4, down3);
        let up2 = self.up2.forward(up3, down2);
        let up1 = self.up1.forward(up2, down1);
        self.logits.forward(up1)
    }

    /// The loss, and the numbers that are reported beside it.
    pub fn measure<B: Dim, T: Tape>(
        logits: Map<B, 2, 388, 388, T>,
        label: Tensor<(B, Const<388>, Const<388>), i64, Cpu>,
    ) -> Measures<T> {
        let accuracy_value = accuracy(fork(&logits), label.clone());
        let ce = cross_entropy(logits, label, 0.0);
        Measures::new(ce).report("accuracy", accuracy_value)
    }
}

module!(
    Unet { down1 : "down1", down2 : "down2", down3 : "down3", down4 : "down4", kept :
    "kept", bottom : "bottom", dropout : "dropout", up4 : "up4", up3 : "up3", up2 :
    "up2", up1 : "up1", logits : "logits" }
);

/// `[N, 128, 196, 196]`, `[N, 64, 568, 568]` to `[N, 64, 388, 388]`.
pub struct Up64 {
    /// `conv_transpose`, `[N, 128, 196, 196]` to `[N, 64, 392, 392]`, 32,832 weights.
    pub up: conv_transpose!(
        128 x 196 x 196 => 64 x 392 x 392, kernel 2 x 2, stride 2 x 2
    ),
    /// `[N, 128, 392, 392]` to `[N, 64, 388, 388]`.
    pub merge: DoubleConv64At388,
}

impl Up64 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            up: ConvTranspose::new().init(Init::HeNormal(Fan::In)),
            merge: DoubleConv64At388::new(),
        }
    }

    /// `[N, 128, 196, 196]`, `[N, 64, 568, 568]` to `[N, 64, 388, 388]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 196, 196, T>,
        x_2: Map<B, 64, 568, 568, T>,
    ) -> Map<B, 64, 388, 388, T> {
        let up = self.up.forward(x);
        let across = Crop64.forward(x_2);
        let x = concat_channels!(
            across : 64 x 392 x 392, up : 64 x 392 x 392 => 128 x 392 x 392
        );
        self.merge.forward(x)
    }
}

module!(Up64 { up : "up", merge : "merge" });

/// `[N, 256, 100, 100]`, `[N, 128, 280, 280]` to `[N, 128, 196, 196]`.
pub struct Up128 {
    /// `conv_transpose`, `[N, 256, 100, 100]` to `[N, 128, 200, 200]`, 131,200 weights.
    pub up: conv_transpose!(
        256 x 100 x 100 => 128 x 200 x 200, kernel 2 x 2, stride 2 x 2
    ),
    /// `[N, 256, 200, 200]` to `[N, 128, 196, 196]`.
    pub merge: DoubleConv128At196,
}

impl Up128 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            up: ConvTranspose::new().init(Init::HeNormal(Fan::In)),
            merge: DoubleConv128At196::new(),
        }
    }

    /// `[N, 256, 100, 100]`, `[N, 128, 280, 280]` to `[N, 128, 196, 196]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 100, 100, T>,
        x_2: Map<B, 128, 280, 280, T>,
    ) -> Map<B, 128, 196, 196, T> {
        let up = self.up.forward(x);
        let across = Crop128.forward(x_2);
        let x = concat_channels!(
            across : 128 x 200 x 200, up : 128 x 200 x 200 => 256 x 200 x 200
        );
        self.merge.forward(x)
    }
}

module!(Up128 { up : "up", merge : "merge" });

/// `[N, 512, 52, 52]`, `[N, 256, 136, 136]` to `[N, 256, 100, 100]`.
pub struct Up256 {
    /// `conv_transpose`, `[N, 512, 52, 52]` to `[N, 256, 104, 104]`, 524,544 weights.
    pub up: conv_transpose!(
        512 x 52 x 52 => 256 x 104 x 104, kernel 2 x 2, stride 2 x 2
    ),
    /// `[N, 512, 104, 104]` to `[N, 256, 100, 100]`.
    pub merge: DoubleConv256At100,
}

impl Up256 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            up: ConvTranspose::new().init(Init::HeNormal(Fan::In)),
            merge: DoubleConv256At100::new(),
        }
    }

    /// `[N, 512, 52, 52]`, `[N, 256, 136, 136]` to `[N, 256, 100, 100]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 52, 52, T>,
        x_2: Map<B, 256, 136, 136, T>,
    ) -> Map<B, 256, 100, 100, T> {
        let up = self.up.forward(x);
        let across = Crop256.forward(x_2);
        let x = concat_channels!(
            across : 256 x 104 x 104, up : 256 x 104 x 104 => 512 x 104 x 104
        );
        self.merge.forward(x)
    }
}

module!(Up256 { up : "up", merge : "merge" });

/// `[N, 1024, 28, 28]`, `[N, 512, 64, 64]` to `[N, 512, 52, 52]`.
pub struct Up512 {
    /// `conv_transpose`, `[N, 1024, 28, 28]` to `[N, 512, 56, 56]`, 2,097,664 weights.
    pub up: conv_transpose!(1024 x 28 x 28 => 512 x 56 x 56, kernel 2 x 2, stride 2 x 2),
    /// `[N, 1024, 56, 56]` to `[N, 512, 52, 52]`.
    pub merge: DoubleConv512At52,
}

impl Up512 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            up: ConvTranspose::new().init(Init::HeNormal(Fan::In)),
            merge: DoubleConv512At52::new(),
        }
    }

    /// `[N, 1024, 28, 28]`, `[N, 512, 64, 64]` to `[N, 512, 52, 52]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 1024, 28, 28, T>,
        x_2: Map<B, 512, 64, 64, T>,
    ) -> Map<B, 512, 52, 52, T> {
        let up = self.up.forward(x);
        let across = Crop512.forward(x_2);
        let x = concat_channels!(
            across : 512 x 56 x 56, up : 512 x 56 x 56 => 1024 x 56 x 56
        );
        self.merge.forward(x)
    }
}

module!(Up512 { up : "up", merge : "merge" });

/// `[N, 128, 392, 392]` to `[N, 64, 388, 388]`.
pub struct DoubleConv64At388 {
    /// `conv`, `[N, 128, 392, 392]` to `[N, 64, 390, 390]`, 73,792 weights.
    pub conv1: conv!(128 x 392 x 392 => 64 x 390 x 390, kernel 3 x 3),
    /// `conv`, `[N, 64, 390, 390]` to `[N, 64, 388, 388]`, 36,928 weights.
    pub conv2: conv!(64 x 390 x 390 => 64 x 388 x 388, kernel 3 x 3),
}

impl DoubleConv64At388 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 128, 392, 392]` to `[N, 64, 388, 388]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 392, 392, T>,
    ) -> Map<B, 64, 388, 388, T> {
        let x = self.conv1.relu().forward(x);
        self.conv2.relu().forward(x)
    }
}

module!(DoubleConv64At388 { conv1 : "conv1", conv2 : "conv2" });

/// `[N, 64, 568, 568]` to `[N, 64, 392, 392]`.
pub struct Crop64;
impl Crop64 {
    /// `[N, 64, 568, 568]` to `[N, 64, 392, 392]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 64, 568, 568, T>,
    ) -> Map<B, 64, 392, 392, T> {
        let x: Map<B, 64, 392, 568, T> = apply(
            ops::shape_ops::Slice {
                axis: 2,
                start: 88,
                end: Some(-88),
                step: 1,
            },
            x,
        );
        apply(
            ops::shape_ops::Slice {
                axis: 3,
                start: 88,
                end: Some(-88),
                step: 1,
            },
            x,
        )
    }
}

/// `[N, 256, 200, 200]` to `[N, 128, 196, 196]`.
pub struct DoubleConv128At196 {
    /// `conv`, `[N, 256, 200, 200]` to `[N, 128, 198, 198]`, 295,040 weights.
    pub conv1: conv!(256 x 200 x 200 => 128 x 198 x 198, kernel 3 x 3),
    /// `conv`, `[N, 128, 198, 198]` to `[N, 128, 196, 196]`, 147,584 weights.
    pub conv2: conv!(128 x 198 x 198 => 128 x 196 x 196, kernel 3 x 3),
}

impl DoubleConv128At196 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 256, 200, 200]` to `[N, 128, 196, 196]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 200, 200, T>,
    ) -> Map<B, 128, 196, 196, T> {
        let x = self.conv1.relu().forward(x);
        self.conv2.relu().forward(x)
    }
}

module!(DoubleConv128At196 { conv1 : "conv1", conv2 : "conv2" });

/// `[N, 128, 280, 280]` to `[N, 128, 200, 200]`.
pub struct Crop128;
impl Crop128 {
    /// `[N, 128, 280, 280]` to `[N, 128, 200, 200]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 280, 280, T>,
    ) -> Map<B, 128, 200, 200, T> {
        let x: Map<B, 128, 200, 280, T> = apply(
            ops::shape_ops::Slice {
                axis: 2,
                start: 40,
                end: Some(-40),
                step: 1,
            },
            x,
        );
        apply(
            ops::shape_ops::Slice {
                axis: 3,
                start: 40,
                end: Some(-40),
                step: 1,
            },
            x,
        )
    }
}

/// `[N, 512, 104, 104]` to `[N, 256, 100, 100]`.
pub struct DoubleConv256At100 {
    /// `conv`, `[N, 512, 104, 104]` to `[N, 256, 102, 102]`, 1,179,904 weights.
    pub conv1: conv!(512 x 104 x 104 => 256 x 102 x 102, kernel 3 x 3),
    /// `conv`, `[N, 256, 102, 102]` to `[N, 256, 100, 100]`, 590,080 weights.
    pub conv2: conv!(256 x 102 x 102 => 256 x 100 x 100, kernel 3 x 3),
}

impl DoubleConv256At100 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 512, 104, 104]` to `[N, 256, 100, 100]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 104, 104, T>,
    ) -> Map<B, 256, 100, 100, T> {
        let x = self.conv1.relu().forward(x);
        self.conv2.relu().forward(x)
    }
}

module!(DoubleConv256At100 { conv1 : "conv1", conv2 : "conv2" });

/// `[N, 256, 136, 136]` to `[N, 256, 104, 104]`.
pub struct Crop256;
impl Crop256 {
    /// `[N, 256, 136, 136]` to `[N, 256, 104, 104]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 136, 136, T>,
    ) -> Map<B, 256, 104, 104, T> {
        let x: Map<B, 256, 104, 136, T> = apply(
            ops::shape_ops::Slice {
                axis: 2,
                start: 16,
                end: Some(-16),
                step: 1,
            },
            x,
        );
        apply(
            ops::shape_ops::Slice {
                axis: 3,
                start: 16,
                end: Some(-16),
                step: 1,
            },
            x,
        )
    }
}

/// `[N, 1024, 56, 56]` to `[N, 512, 52, 52]`.
pub struct DoubleConv512At52 {
    /// `conv`, `[N, 1024, 56, 56]` to `[N, 512, 54, 54]`, 4,719,104 weights.
    pub conv1: conv!(1024 x 56 x 56 => 512 x 54 x 54, kernel 3 x 3),
    /// `conv`, `[N, 512, 54, 54]` to `[N, 512, 52, 52]`, 2,359,808 weights.
    pub conv2: conv!(512 x 54 x 54 => 512 x 52 x 52, kernel 3 x 3),
}

impl DoubleConv512At52 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 1024, 56, 56]` to `[N, 512, 52, 52]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 1024, 56, 56, T>,
    ) -> Map<B, 512, 52, 52, T> {
        let x = self.conv1.relu().forward(x);
        self.conv2.relu().forward(x)
    }
}

module!(DoubleConv512At52 { conv1 : "conv1", conv2 : "conv2" });

/// `[N, 512, 64, 64]` to `[N, 512, 56, 56]`.
pub struct Crop512;
impl Crop512 {
    /// `[N, 512, 64, 64]` to `[N, 512, 56, 56]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 64, 64, T>,
    ) -> Map<B, 512, 56, 56, T> {
        let x: Map<B, 512, 56, 64, T> = apply(
            ops::shape_ops::Slice {
                axis: 2,
                start: 4,
                end: Some(-4),
                step: 1,
            },
            x,
        );
        apply(
            ops::shape_ops::Slice {
                axis: 3,
                start: 4,
                end: Some(-4),
                step: 1,
            },
            x,
        )
    }
}

/// `[N, 512, 32, 32]` to `[N, 1024, 28, 28]`.
pub struct DoubleConv1024At28 {
    /// `conv`, `[N, 512, 32, 32]` to `[N, 1024, 30, 30]`, 4,719,616 weights.
    pub conv1: conv!(512 x 32 x 32 => 1024 x 30 x 30, kernel 3 x 3),
    /// `conv`, `[N, 1024, 30, 30]` to `[N, 1024, 28, 28]`, 9,438,208 weights.
    pub conv2: conv!(1024 x 30 x 30 => 1024 x 28 x 28, kernel 3 x 3),
}

impl DoubleConv1024At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 512, 32, 32]` to `[N, 1024, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 32, 32, T>,
    ) -> Map<B, 1024, 28, 28, T> {
        let x = self.conv1.relu().forward(x);
        self.conv2.relu().forward(x)
    }
}

module!(DoubleConv1024At28 { conv1 : "conv1", conv2 : "conv2" });

/// `[N, 256, 68, 68]` to `[N, 512, 64, 64]`.
pub struct DoubleConv512At64 {
    /// `conv`, `[N, 256, 68, 68]` to `[N, 512, 66, 66]`, 1,180,160 weights.
    pub conv1: conv!(256 x 68 x 68 => 512 x 66 x 66, kernel 3 x 3),
    /// `conv`, `[N, 512, 66, 66]` to `[N, 512, 64, 64]`, 2,359,808 weights.
    pub conv2: conv!(512 x 66 x 66 => 512 x 64 x 64, kernel 3 x 3),
}

impl DoubleConv512At64 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 256, 68, 68]` to `[N, 512, 64, 64]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 68, 68, T>,
    ) -> Map<B, 512, 64, 64, T> {
        let x = self.conv1.relu().forward(x);
        self.conv2.relu().forward(x)
    }
}

module!(DoubleConv512At64 { conv1 : "conv1", conv2 : "conv2" });

/// `[N, 128, 140, 140]` to `[N, 256, 136, 136]`.
pub struct DoubleConv256At136 {
    /// `conv`, `[N, 128, 140, 140]` to `[N, 256, 138, 138]`, 295,168 weights.
    pub conv1: conv!(128 x 140 x 140 => 256 x 138 x 138, kernel 3 x 3),
    /// `conv`, `[N, 256, 138, 138]` to `[N, 256, 136, 136]`, 590,080 weights.
    pub conv2: conv!(256 x 138 x 138 => 256 x 136 x 136, kernel 3 x 3),
}

impl DoubleConv256At136 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 128, 140, 140]` to `[N, 256, 136, 136]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 140, 140, T>,
    ) -> Map<B, 256, 136, 136, T> {
        let x = self.conv1.relu().forward(x);
        self.conv2.relu().forward(x)
    }
}

module!(DoubleConv256At136 { conv1 : "conv1", conv2 : "conv2" });

/// `[N, 64, 284, 284]` to `[N, 128, 280, 280]`.
pub struct DoubleConv128At280 {
    /// `conv`, `[N, 64, 284, 284]` to `[N, 128, 282, 282]`, 73,856 weights.
    pub conv1: conv!(64 x 284 x 284 => 128 x 282 x 282, kernel 3 x 3),
    /// `conv`, `[N, 128, 282, 282]` to `[N, 128, 280, 280]`, 147,584 weights.
    pub conv2: conv!(128 x 282 x 282 => 128 x 280 x 280, kernel 3 x 3),
}

impl DoubleConv128At280 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 64, 284, 284]` to `[N, 128, 280, 280]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 64, 284, 284, T>,
    ) -> Map<B, 128, 280, 280, T> {
        let x = self.conv1.relu().forward(x);
        self.conv2.relu().forward(x)
    }
}

module!(DoubleConv128At280 { conv1 : "conv1", conv2 : "conv2" });

/// `[N, 1, 572, 572]` to `[N, 64, 568, 568]`.
pub struct DoubleConv64At568 {
    /// `conv`, `[N, 1, 572, 572]` to `[N, 64, 570, 570]`, 640 weights.
    pub conv1: conv!(1 x 572 x 572 => 64 x 570 x 570, kernel 3 x 3),
    /// `conv`, `[N, 64, 570, 570]` to `[N, 64, 568, 568]`, 36,928 weights.
    pub conv2: conv!(64 x 570 x 570 => 64 x 568 x 568, kernel 3 x 3),
}

impl DoubleConv64At568 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv1: Conv::new().init(Init::HeNormal(Fan::In)).at_input(),
            conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 1, 572, 572]` to `[N, 64, 568, 568]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 1, 572, 572, T>,
    ) -> Map<B, 64, 568, 568, T> {
        let x = self.conv1.relu().forward(x);
        self.conv2.relu().forward(x)
    }
}

module!(DoubleConv64At568 { conv1 : "conv1", conv2 : "conv2" });
