//! A network of 3733968 trainable weights. Written by `blockprint compile`.

use blockprint::typed::prelude::*;
use blockprint::typed::program::Measures;

/// `[N, 3, 96, 96]` to `[N, 128]`.
pub struct FacenetNn4 {
    /// `conv`, `[N, 3, 96, 96]` to `[N, 64, 48, 48]`, 9,472 weights.
    pub conv1: conv!(3 x 96 x 96 => 64 x 48 x 48, kernel 7 x 7, stride 2 x 2, pad 3 x 3),
    /// `bn`, over `[N, 64, 48, 48]`, 128 weights.
    pub bn1: BatchNorm<64>,
    /// Over `[N, 64, 24, 24]`.
    pub conv2: Unit64To64At24,
    /// `[N, 64, 24, 24]` to `[N, 192, 24, 24]`.
    pub conv3: Unit64To192At24,
    /// `[N, 192, 12, 12]` to `[N, 256, 12, 12]`.
    pub inception_3a: Inception256,
    /// `[N, 256, 12, 12]` to `[N, 320, 12, 12]`.
    pub inception_3b: Inception320,
    /// `[N, 320, 12, 12]` to `[N, 640, 6, 6]`.
    pub inception_3c: Reduction640,
    /// Over `[N, 640, 6, 6]`.
    pub inception_4a: Inception640,
    /// `[N, 640, 6, 6]` to `[N, 1024, 3, 3]`.
    pub inception_4e: Reduction1024,
    /// `[N, 1024, 3, 3]` to `[N, 736, 3, 3]`.
    pub inception_5a: Last1024To736At3,
    /// Over `[N, 736, 3, 3]`.
    pub inception_5b: Last736To736At3,
    /// `dense`, `[N, 736]` to `[N, 128]`, 94,336 weights.
    pub dense_layer: Dense<736, 128>,
}

impl FacenetNn4 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv1: Conv::new().at_input(),
            bn1: BatchNorm::new().eps(0.001),
            conv2: Unit64To64At24::new(),
            conv3: Unit64To192At24::new(),
            inception_3a: Inception256::new(),
            inception_3b: Inception320::new(),
            inception_3c: Reduction640::new(),
            inception_4a: Inception640::new(),
            inception_4e: Reduction1024::new(),
            inception_5a: Last1024To736At3::new(),
            inception_5b: Last736To736At3::new(),
            dense_layer: Dense::new(),
        }
    }

    /// `[N, 3, 96, 96]` to `[N, 128]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        face: Map<B, 3, 96, 96, T>,
    ) -> Features<B, 128, T> {
        let x = self.conv1.bn(&self.bn1).relu().forward(face);
        let x = max_pool!(
            x; 64 x 48 x 48 => 64 x 24 x 24, kernel 3 x 3, stride 2 x 2, pad 1 x 1
        );
        let conv2 = self.conv2.forward(x);
        let conv3 = self.conv3.forward(conv2);
        let x = max_pool!(
            conv3; 192 x 24 x 24 => 192 x 12 x 12, kernel 3 x 3, stride 2 x 2, pad 1 x 1
        );
        let inception_3a = self.inception_3a.forward(x);
        let inception_3b = self.inception_3b.forward(inception_3a);
        let inception_3c = self.inception_3c.forward(inception_3b);
        let inception_4a = self.inception_4a.forward(inception_3c);
        let inception_4e = self.inception_4e.forward(inception_4a);
        let inception_5a = self.inception_5a.forward(inception_4e);
        let inception_5b = self.inception_5b.forward(inception_5a);
        let x = avg_pool!(inception_5b; 736 x 3 x 3 => 736 x 1 x 1, kernel 3 x 3);
        let x = flatten!(x; 736 x 1 x 1 => 736);
        apply(
            ops::reduce::L2Norm {
                axis: 1,
                eps: 1e-12,
            },
            self.dense_layer.forward(x),
        )
    }

    /// The loss, and the numbers that are reported beside it.
    pub fn measure<B: Dim, T: Tape>(
        embedding_value: Features<B, 128, T>,
        label: Labels<B>,
    ) -> Measures<T> {
        let metrics = rank1(fork(&embedding_value), label.clone());
        let triplet_value = batch_triplet(embedding_value, label, 0.2, Mining::SemiHard);
        Measures::new(triplet_value).report("rank1", metrics)
    }
}

module!(
    FacenetNn4 { conv1 : "conv1", bn1 : "bn1", conv2 : "conv2", conv3 : "conv3",
    inception_3a : "inception_3a", inception_3b : "inception_3b", inception_3c :
    "inception_3c", inception_4a : "inception_4a", inception_4e : "inception_4e",
    inception_5a : "inception_5a", inception_5b : "inception_5b", dense_layer :
    "dense_layer" }
);

/// `[N, 736, 3, 3]` to `[N, 736, 3, 3]`.
pub struct Last736To736At3 {
    /// `[N, 736, 3, 3]` to `[N, 384, 3, 3]`.
    pub b3_0: Reduced736To384At3,
    /// `[N, 736, 3, 3]` to `[N, 96, 3, 3]`.
    pub pool_0: Greatest96,
    /// `[N, 736, 3, 3]` to `[N, 256, 3, 3]`.
    pub b1_0: Unit736To256At3,
}

impl Last736To736At3 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            b3_0: Reduced736To384At3::new(),
            pool_0: Greatest96::new(),
            b1_0: Unit736To256At3::new(),
        }
    }

    /// `[N, 736, 3, 3]` to `[N, 736, 3, 3]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 736, 3, 3, T>,
    ) -> Map<B, 736, 3, 3, T> {
        let b3 = self.b3_0.forward(fork(&x));
        let pool = self.pool_0.forward(fork(&x));
        let b1 = self.b1_0.forward(x);
        concat_channels!(
            b3 : 384 x 3 x 3, pool : 96 x 3 x 3, b1 : 256 x 3 x 3 => 736 x 3 x 3
        )
    }
}

module!(Last736To736At3 { b3_0 : "b3.0", pool_0 : "pool.0", b1_0 : "b1.0" });

/// `[N, 1024, 3, 3]` to `[N, 736, 3, 3]`.
pub struct Last1024To736At3 {
    /// `[N, 1024, 3, 3]` to `[N, 384, 3, 3]`.
    pub b3_0: Reduced1024To384At3,
    /// `[N, 1024, 3, 3]` to `[N, 96, 3, 3]`.
    pub pool_0: Mean96,
    /// `[N, 1024, 3, 3]` to `[N, 256, 3, 3]`.
    pub b1_0: Unit1024To256At3,
}

impl Last1024To736At3 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            b3_0: Reduced1024To384At3::new(),
            pool_0: Mean96::new(),
            b1_0: Unit1024To256At3::new(),
        }
    }

    /// `[N, 1024, 3, 3]` to `[N, 736, 3, 3]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 1024, 3, 3, T>,
    ) -> Map<B, 736, 3, 3, T> {
        let b3 = self.b3_0.forward(fork(&x));
        let pool = self.pool_0.forward(fork(&x));
        let b1 = self.b1_0.forward(x);
        concat_channels!(
            b3 : 384 x 3 x 3, pool : 96 x 3 x 3, b1 : 256 x 3 x 3 => 736 x 3 x 3
        )
    }
}

module!(Last1024To736At3 { b3_0 : "b3.0", pool_0 : "pool.0", b1_0 : "b1.0" });

/// `[N, 640, 6, 6]` to `[N, 1024, 3, 3]`.
pub struct Reduction1024 {
    /// `[N, 640, 6, 6]` to `[N, 256, 3, 3]`.
    pub b3_0: Reduced640To256At3,
    /// `[N, 640, 6, 6]` to `[N, 128, 3, 3]`.
    pub b5_0: Reduced640To128At3,
}

impl Reduction1024 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            b3_0: Reduced640To256At3::new(),
            b5_0: Reduced640To128At3::new(),
        }
    }

    /// `[N, 640, 6, 6]` to `[N, 1024, 3, 3]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 640, 6, 6, T>,
    ) -> Map<B, 1024, 3, 3, T> {
        let b3 = self.b3_0.forward(fork(&x));
        let b5 = self.b5_0.forward(fork(&x));
        let pool = max_pool!(x; 640 x 6 x 6 => 640 x 2 x 2, kernel 3 x 3, stride 2 x 2);
        let pool = pad!(pool; 640 x 2 x 2 => 640 x 3 x 3, by(0, 1) x(0, 1));
        concat_channels!(
            b3 : 256 x 3 x 3, b5 : 128 x 3 x 3, pool : 640 x 3 x 3 => 1024 x 3 x 3
        )
    }
}

module!(Reduction1024 { b3_0 : "b3.0", b5_0 : "b5.0" });

/// `[N, 640, 6, 6]` to `[N, 640, 6, 6]`.
pub struct Inception640 {
    /// `[N, 640, 6, 6]` to `[N, 192, 6, 6]`.
    pub b3_0: Reduced640To192At6,
    /// `[N, 640, 6, 6]` to `[N, 64, 6, 6]`.
    pub b5_0: Reduced640To64At6,
    /// `[N, 640, 6, 6]` to `[N, 128, 6, 6]`.
    pub pool_0: Mean128,
    /// `[N, 640, 6, 6]` to `[N, 256, 6, 6]`.
    pub b1_0: Unit640To256At6,
}

impl Inception640 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            b3_0: Reduced640To192At6::new(),
            b5_0: Reduced640To64At6::new(),
            pool_0: Mean128::new(),
            b1_0: Unit640To256At6::new(),
        }
    }

    /// `[N, 640, 6, 6]` to `[N, 640, 6, 6]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 640, 6, 6, T>,
    ) -> Map<B, 640, 6, 6, T> {
        let b3 = self.b3_0.forward(fork(&x));
        let b5 = self.b5_0.forward(fork(&x));
        let pool = self.pool_0.forward(fork(&x));
        let b1 = self.b1_0.forward(x);
        concat_channels!(
            b3 : 192 x 6 x 6, b5 : 64 x 6 x 6, pool : 128 x 6 x 6, b1 : 256 x 6 x 6 =>
            640 x 6 x 6
        )
    }
}

module!(Inception640 { b3_0 : "b3.0", b5_0 : "b5.0", pool_0 : "pool.0", b1_0 : "b1.0" });

/// `[N, 320, 12, 12]` to `[N, 640, 6, 6]`.
pub struct Reduction640 {
    /// `[N, 320, 12, 12]` to `[N, 256, 6, 6]`.
    pub b3_0: Reduced320To256At6,
    /// `[N, 320, 12, 12]` to `[N, 64, 6, 6]`.
    pub b5_0: Reduced320To64At6,
}

impl Reduction640 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            b3_0: Reduced320To256At6::new(),
            b5_0: Reduced320To64At6::new(),
        }
    }

    /// `[N, 320, 12, 12]` to `[N, 640, 6, 6]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 320, 12, 12, T>,
    ) -> Map<B, 640, 6, 6, T> {
        let b3 = self.b3_0.forward(fork(&x));
        let b5 = self.b5_0.forward(fork(&x));
        let pool = max_pool!(
            x; 320 x 12 x 12 => 320 x 5 x 5, kernel 3 x 3, stride 2 x 2
        );
        let pool = pad!(pool; 320 x 5 x 5 => 320 x 6 x 6, by(0, 1) x(0, 1));
        concat_channels!(
            b3 : 256 x 6 x 6, b5 : 64 x 6 x 6, pool : 320 x 6 x 6 => 640 x 6 x 6
        )
    }
}

module!(Reduction640 { b3_0 : "b3.0", b5_0 : "b5.0" });

/// `[N, 256, 12, 12]` to `[N, 320, 12, 12]`.
pub struct Inception320 {
    /// `[N, 256, 12, 12]` to `[N, 128, 12, 12]`.
    pub b3_0: Reduced256To128At12,
    /// `[N, 256, 12, 12]` to `[N, 64, 12, 12]`.
    pub b5_0: Reduced256To64At12,
    /// `[N, 256, 12, 12]` to `[N, 64, 12, 12]`.
    pub pool_0: Mean64,
    /// `[N, 256, 12, 12]` to `[N, 64, 12, 12]`.
    pub b1_0: Unit256To64At12,
}

impl Inception320 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            b3_0: Reduced256To128At12::new(),
            b5_0: Reduced256To64At12::new(),
            pool_0: Mean64::new(),
            b1_0: Unit256To64At12::new(),
        }
    }

    /// `[N, 256, 12, 12]` to `[N, 320, 12, 12]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 12, 12, T>,
    ) -> Map<B, 320, 12, 12, T> {
        let b3 = self.b3_0.forward(fork(&x));
        let b5 = self.b5_0.forward(fork(&x));
        let pool = self.pool_0.forward(fork(&x));
        let b1 = self.b1_0.forward(x);
        concat_channels!(
            b3 : 128 x 12 x 12, b5 : 64 x 12 x 12, pool : 64 x 12 x 12, b1 : 64 x 12 x 12
            => 320 x 12 x 12
        )
    }
}

module!(Inception320 { b3_0 : "b3.0", b5_0 : "b5.0", pool_0 : "pool.0", b1_0 : "b1.0" });

/// `[N, 192, 12, 12]` to `[N, 256, 12, 12]`.
pub struct Inception256 {
    /// `[N, 192, 12, 12]` to `[N, 128, 12, 12]`.
    pub b3_0: Reduced192To128At12,
    /// `[N, 192, 12, 12]` to `[N, 32, 12, 12]`.
    pub b5_0: Reduced192To32At12,
    /// `[N, 192, 12, 12]` to `[N, 32, 12, 12]`.
    pub pool_0: Greatest32,
    /// `[N, 192, 12, 12]` to `[N, 64, 12, 12]`.
    pub b1_0: Unit192To64At12,
}

impl Inception256 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            b3_0: Reduced192To128At12::new(),
            b5_0: Reduced192To32At12::new(),
            pool_0: Greatest32::new(),
            b1_0: Unit192To64At12::new(),
        }
    }

    /// `[N, 192, 12, 12]` to `[N, 256, 12, 12]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 192, 12, 12, T>,
    ) -> Map<B, 256, 12, 12, T> {
        let b3 = self.b3_0.forward(fork(&x));
        let b5 = self.b5_0.forward(fork(&x));
        let pool = self.pool_0.forward(fork(&x));
        let b1 = self.b1_0.forward(x);
        concat_channels!(
            b3 : 128 x 12 x 12, b5 : 32 x 12 x 12, pool : 32 x 12 x 12, b1 : 64 x 12 x 12
            => 256 x 12 x 12
        )
    }
}

module!(Inception256 { b3_0 : "b3.0", b5_0 : "b5.0", pool_0 : "pool.0", b1_0 : "b1.0" });

/// `[N, 736, 3, 3]` to `[N, 96, 3, 3]`.
pub struct Greatest96 {
    /// `[N, 736, 1, 1]` to `[N, 96, 1, 1]`.
    pub unit_0: Unit736To96At1,
}

impl Greatest96 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            unit_0: Unit736To96At1::new(),
        }
    }

    /// `[N, 736, 3, 3]` to `[N, 96, 3, 3]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 736, 3, 3, T>,
    ) -> Map<B, 96, 3, 3, T> {
        let x = max_pool!(x; 736 x 3 x 3 => 736 x 1 x 1, kernel 3 x 3, stride 2 x 2);
        let x = self.unit_0.forward(x);
        pad!(x; 96 x 1 x 1 => 96 x 3 x 3, by 1 x 1)
    }
}

module!(Greatest96 { unit_0 : "0" });

/// `[N, 736, 3, 3]` to `[N, 384, 3, 3]`.
pub struct Reduced736To384At3 {
    /// `[N, 736, 3, 3]` to `[N, 96, 3, 3]`.
    pub reduce: Unit736To96At3,
    /// `[N, 96, 3, 3]` to `[N, 384, 3, 3]`.
    pub conv: Unit96To384At3,
}

impl Reduced736To384At3 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            reduce: Unit736To96At3::new(),
            conv: Unit96To384At3::new(),
        }
    }

    /// `[N, 736, 3, 3]` to `[N, 384, 3, 3]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 736, 3, 3, T>,
    ) -> Map<B, 384, 3, 3, T> {
        let reduce_value = self.reduce.forward(x);
        self.conv.forward(reduce_value)
    }
}

module!(Reduced736To384At3 { reduce : "reduce", conv : "conv" });

/// `[N, 1024, 3, 3]` to `[N, 96, 3, 3]`.
pub struct Mean96 {
    /// `[N, 1024, 1, 1]` to `[N, 96, 1, 1]`.
    pub unit_0: Unit1024To96At1,
}

impl Mean96 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            unit_0: Unit1024To96At1::new(),
        }
    }

    /// `[N, 1024, 3, 3]` to `[N, 96, 3, 3]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 1024, 3, 3, T>,
    ) -> Map<B, 96, 3, 3, T> {
        let x = avg_pool!(x; 1024 x 3 x 3 => 1024 x 1 x 1, kernel 3 x 3, stride 3 x 3);
        let x = self.unit_0.forward(x);
        pad!(x; 96 x 1 x 1 => 96 x 3 x 3, by 1 x 1)
    }
}

module!(Mean96 { unit_0 : "0" });

/// `[N, 1024, 3, 3]` to `[N, 384, 3, 3]`.
pub struct Reduced1024To384At3 {
    /// `[N, 1024, 3, 3]` to `[N, 96, 3, 3]`.
    pub reduce: Unit1024To96At3,
    /// `[N, 96, 3, 3]` to `[N, 384, 3, 3]`.
    pub conv: Unit96To384At3,
}

impl Reduced1024To384At3 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            reduce: Unit1024To96At3::new(),
            conv: Unit96To384At3::new(),
        }
    }

    /// `[N, 1024, 3, 3]` to `[N, 384, 3, 3]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 1024, 3, 3, T>,
    ) -> Map<B, 384, 3, 3, T> {
        let reduce_value = self.reduce.forward(x);
        self.conv.forward(reduce_value)
    }
}

module!(Reduced1024To384At3 { reduce : "reduce", conv : "conv" });

/// `[N, 640, 6, 6]` to `[N, 128, 3, 3]`.
pub struct Reduced640To128At3 {
    /// `[N, 640, 6, 6]` to `[N, 64, 6, 6]`.
    pub reduce: Unit640To64At6,
    /// `[N, 64, 6, 6]` to `[N, 128, 3, 3]`.
    pub conv: Unit64To128At3,
}

impl Reduced640To128At3 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            reduce: Unit640To64At6::new(),
            conv: Unit64To128At3::new(),
        }
    }

    /// `[N, 640, 6, 6]` to `[N, 128, 3, 3]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 640, 6, 6, T>,
    ) -> Map<B, 128, 3, 3, T> {
        let reduce_value = self.reduce.forward(x);
        self.conv.forward(reduce_value)
    }
}

module!(Reduced640To128At3 { reduce : "reduce", conv : "conv" });

/// `[N, 640, 6, 6]` to `[N, 256, 3, 3]`.
pub struct Reduced640To256At3 {
    /// `[N, 640, 6, 6]` to `[N, 160, 6, 6]`.
    pub reduce: Unit640To160At6,
    /// `[N, 160, 6, 6]` to `[N, 256, 3, 3]`.
    pub conv: Unit160To256At3,
}

impl Reduced640To256At3 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            reduce: Unit640To160At6::new(),
            conv: Unit160To256At3::new(),
        }
    }

    /// `[N, 640, 6, 6]` to `[N, 256, 3, 3]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 640, 6, 6, T>,
    ) -> Map<B, 256, 3, 3, T> {
        let reduce_value = self.reduce.forward(x);
        self.conv.forward(reduce_value)
    }
}

module!(Reduced640To256At3 { reduce : "reduce", conv : "conv" });

/// `[N, 640, 6, 6]` to `[N, 128, 6, 6]`.
pub struct Mean128 {
    /// `[N, 640, 2, 2]` to `[N, 128, 2, 2]`.
    pub unit_0: Unit640To128At2,
}

impl Mean128 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            unit_0: Unit640To128At2::new(),
        }
    }

    /// `[N, 640, 6, 6]` to `[N, 128, 6, 6]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 640, 6, 6, T>,
    ) -> Map<B, 128, 6, 6, T> {
        let x = avg_pool!(x; 640 x 6 x 6 => 640 x 2 x 2, kernel 3 x 3, stride 3 x 3);
        let x = self.unit_0.forward(x);
        pad!(x; 128 x 2 x 2 => 128 x 6 x 6, by 2 x 2)
    }
}

module!(Mean128 { unit_0 : "0" });

/// `[N, 640, 6, 6]` to `[N, 64, 6, 6]`.
pub struct Reduced640To64At6 {
    /// `[N, 640, 6, 6]` to `[N, 32, 6, 6]`.
    pub reduce: Unit640To32At6,
    /// `[N, 32, 6, 6]` to `[N, 64, 6, 6]`.
    pub conv: Unit32To64At6_2,
}

impl Reduced640To64At6 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            reduce: Unit640To32At6::new(),
            conv: Unit32To64At6_2::new(),
        }
    }

    /// `[N, 640, 6, 6]` to `[N, 64, 6, 6]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 640, 6, 6, T>,
    ) -> Map<B, 64, 6, 6, T> {
        let reduce_value = self.reduce.forward(x);
        self.conv.forward(reduce_value)
    }
}

module!(Reduced640To64At6 { reduce : "reduce", conv : "conv" });

/// `[N, 640, 6, 6]` to `[N, 192, 6, 6]`.
pub struct Reduced640To192At6 {
    /// `[N, 640, 6, 6]` to `[N, 96, 6, 6]`.
    pub reduce: Unit640To96At6,
    /// `[N, 96, 6, 6]` to `[N, 192, 6, 6]`.
    pub conv: Unit96To192At6,
}

impl Reduced640To192At6 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            reduce: Unit640To96At6::new(),
            conv: Unit96To192At6::new(),
        }
    }

    /// `[N, 640, 6, 6]` to `[N, 192, 6, 6]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 640, 6, 6, T>,
    ) -> Map<B, 192, 6, 6, T> {
        let reduce_value = self.reduce.forward(x);
        self.conv.forward(reduce_value)
    }
}

module!(Reduced640To192At6 { reduce : "reduce", conv : "conv" });

/// `[N, 320, 12, 12]` to `[N, 64, 6, 6]`.
pub struct Reduced320To64At6 {
    /// `[N, 320, 12, 12]` to `[N, 32, 12, 12]`.
    pub reduce: Unit320To32At12,
    /// `[N, 32, 12, 12]` to `[N, 64, 6, 6]`.
    pub conv: Unit32To64At6,
}

impl Reduced320To64At6 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            reduce: Unit320To32At12::new(),
            conv: Unit32To64At6::new(),
        }
    }

    /// `[N, 320, 12, 12]` to `[N, 64, 6, 6]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 320, 12, 12, T>,
    ) -> Map<B, 64, 6, 6, T> {
        let reduce_value = self.reduce.forward(x);
        self.conv.forward(reduce_value)
    }
}

module!(Reduced320To64At6 { reduce : "reduce", conv : "conv" });

/// `[N, 320, 12, 12]` to `[N, 256, 6, 6]`.
pub struct Reduced320To256At6 {
    /// `[N, 320, 12, 12]` to `[N, 128, 12, 12]`.
    pub reduce: Unit320To128At12,
    /// `[N, 128, 12, 12]` to `[N, 256, 6, 6]`.
    pub conv: Unit128To256At6,
}

impl Reduced320To256At6 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            reduce: Unit320To128At12::new(),
            conv: Unit128To256At6::new(),
        }
    }

    /// `[N, 320, 12, 12]` to `[N, 256, 6, 6]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 320, 12, 12, T>,
    ) -> Map<B, 256, 6, 6, T> {
        let reduce_value = self.reduce.forward(x);
        self.conv.forward(reduce_value)
    }
}

module!(Reduced320To256At6 { reduce : "reduce", conv : "conv" });

/// `[N, 256, 12, 12]` to `[N, 64, 12, 12]`.
pub struct Mean64 {
    /// `[N, 256, 4, 4]` to `[N, 64, 4, 4]`.
    pub unit_0: Unit256To64At4,
}

impl Mean64 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            unit_0: Unit256To64At4::new(),
        }
    }

    /// `[N, 256, 12, 12]` to `[N, 64, 12, 12]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 12, 12, T>,
    ) -> Map<B, 64, 12, 12, T> {
        let x = avg_pool!(x; 256 x 12 x 12 => 256 x 4 x 4, kernel 3 x 3, stride 3 x 3);
        let x = self.unit_0.forward(x);
        pad!(x; 64 x 4 x 4 => 64 x 12 x 12, by 4 x 4)
    }
}

module!(Mean64 { unit_0 : "0" });

/// `[N, 256, 12, 12]` to `[N, 64, 12, 12]`.
pub struct Reduced256To64At12 {
    /// `[N, 256, 12, 12]` to `[N, 32, 12, 12]`.
    pub reduce: Unit256To32At12,
    /// `[N, 32, 12, 12]` to `[N, 64, 12, 12]`.
    pub conv: Unit32To64At12,
}

impl Reduced256To64At12 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            reduce: Unit256To32At12::new(),
            conv: Unit32To64At12::new(),
        }
    }

    /// `[N, 256, 12, 12]` to `[N, 64, 12, 12]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 12, 12, T>,
    ) -> Map<B, 64, 12, 12, T> {
        let reduce_value = self.reduce.forward(x);
        self.conv.forward(reduce_value)
    }
}

module!(Reduced256To64At12 { reduce : "reduce", conv : "conv" });

/// `[N, 256, 12, 12]` to `[N, 128, 12, 12]`.
pub struct Reduced256To128At12 {
    /// `[N, 256, 12, 12]` to `[N, 96, 12, 12]`.
    pub reduce: Unit256To96At12,
    /// `[N, 96, 12, 12]` to `[N, 128, 12, 12]`.
    pub conv: Unit96To128At12,
}

impl Reduced256To128At12 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            reduce: Unit256To96At12::new(),
            conv: Unit96To128At12::new(),
        }
    }

    /// `[N, 256, 12, 12]` to `[N, 128, 12, 12]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 12, 12, T>,
    ) -> Map<B, 128, 12, 12, T> {
        let reduce_value = self.reduce.forward(x);
        self.conv.forward(reduce_value)
    }
}

module!(Reduced256To128At12 { reduce : "reduce", conv : "conv" });

/// `[N, 192, 12, 12]` to `[N, 32, 12, 12]`.
pub struct Greatest32 {
    /// `[N, 192, 5, 5]` to `[N, 32, 5, 5]`.
    pub unit_0: Unit192To32At5,
}

impl Greatest32 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            unit_0: Unit192To32At5::new(),
        }
    }

    /// `[N, 192, 12, 12]` to `[N, 32, 12, 12]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 192, 12, 12, T>,
    ) -> Map<B, 32, 12, 12, T> {
        let x = max_pool!(x; 192 x 12 x 12 => 192 x 5 x 5, kernel 3 x 3, stride 2 x 2);
        let x = self.unit_0.forward(x);
        pad!(x; 32 x 5 x 5 => 32 x 12 x 12, by(3, 4) x(3, 4))
    }
}

module!(Greatest32 { unit_0 : "0" });

/// `[N, 192, 12, 12]` to `[N, 32, 12, 12]`.
pub struct Reduced192To32At12 {
    /// `[N, 192, 12, 12]` to `[N, 16, 12, 12]`.
    pub reduce: Unit192To16At12,
    /// `[N, 16, 12, 12]` to `[N, 32, 12, 12]`.
    pub conv: Unit16To32At12,
}

impl Reduced192To32At12 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            reduce: Unit192To16At12::new(),
            conv: Unit16To32At12::new(),
        }
    }

    /// `[N, 192, 12, 12]` to `[N, 32, 12, 12]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 192, 12, 12, T>,
    ) -> Map<B, 32, 12, 12, T> {
        let reduce_value = self.reduce.forward(x);
        self.conv.forward(reduce_value)
    }
}

module!(Reduced192To32At12 { reduce : "reduce", conv : "conv" });

/// `[N, 192, 12, 12]` to `[N, 128, 12, 12]`.
pub struct Reduced192To128At12 {
    /// `[N, 192, 12, 12]` to `[N, 96, 12, 12]`.
    pub reduce: Unit192To96At12,
    /// `[N, 96, 12, 12]` to `[N, 128, 12, 12]`.
    pub conv: Unit96To128At12,
}

impl Reduced192To128At12 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            reduce: Unit192To96At12::new(),
            conv: Unit96To128At12::new(),
        }
    }

    /// `[N, 192, 12, 12]` to `[N, 128, 12, 12]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 192, 12, 12, T>,
    ) -> Map<B, 128, 12, 12, T> {
        let reduce_value = self.reduce.forward(x);
        self.conv.forward(reduce_value)
    }
}

module!(Reduced192To128At12 { reduce : "reduce", conv : "conv" });

/// `[N, 736, 3, 3]` to `[N, 256, 3, 3]`.
pub struct Unit736To256At3 {
    /// `conv`, `[N, 736, 3, 3]` to `[N, 256, 3, 3]`, 188,672 weights.
    pub conv: conv!(736 x 3 x 3 => 256 x 3 x 3, kernel 1 x 1),
    /// `bn`, over `[N, 256, 3, 3]`, 512 weights.
    pub bn: BatchNorm<256>,
}

impl Unit736To256At3 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 736, 3, 3]` to `[N, 256, 3, 3]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 736, 3, 3, T>,
    ) -> Map<B, 256, 3, 3, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(Unit736To256At3 { conv : "conv", bn : "bn" });

/// `[N, 736, 1, 1]` to `[N, 96, 1, 1]`.
pub struct Unit736To96At1 {
    /// `conv`, `[N, 736, 1, 1]` to `[N, 96, 1, 1]`, 70,752 weights.
    pub conv: conv!(736 x 1 x 1 => 96 x 1 x 1, kernel 1 x 1),
    /// `bn`, over `[N, 96, 1, 1]`, 192 weights.
    pub bn: BatchNorm<96>,
}

impl Unit736To96At1 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 736, 1, 1]` to `[N, 96, 1, 1]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 736, 1, 1, T>,
    ) -> Map<B, 96, 1, 1, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(Unit736To96At1 { conv : "conv", bn : "bn" });

/// `[N, 736, 3, 3]` to `[N, 96, 3, 3]`.
pub struct Unit736To96At3 {
    /// `conv`, `[N, 736, 3, 3]` to `[N, 96, 3, 3]`, 70,752 weights.
    pub conv: conv!(736 x 3 x 3 => 96 x 3 x 3, kernel 1 x 1),
    /// `bn`, over `[N, 96, 3, 3]`, 192 weights.
    pub bn: BatchNorm<96>,
}

impl Unit736To96At3 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 736, 3, 3]` to `[N, 96, 3, 3]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 736, 3, 3, T>,
    ) -> Map<B, 96, 3, 3, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(Unit736To96At3 { conv : "conv", bn : "bn" });

/// `[N, 1024, 3, 3]` to `[N, 256, 3, 3]`.
pub struct Unit1024To256At3 {
    /// `conv`, `[N, 1024, 3, 3]` to `[N, 256, 3, 3]`, 262,400 weights.
    pub conv: conv!(1024 x 3 x 3 => 256 x 3 x 3, kernel 1 x 1),
    /// `bn`, over `[N, 256, 3, 3]`, 512 weights.
    pub bn: BatchNorm<256>,
}

impl Unit1024To256At3 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 1024, 3, 3]` to `[N, 256, 3, 3]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 1024, 3, 3, T>,
    ) -> Map<B, 256, 3, 3, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(Unit1024To256At3 { conv : "conv", bn : "bn" });

/// `[N, 1024, 1, 1]` to `[N, 96, 1, 1]`.
pub struct Unit1024To96At1 {
    /// `conv`, `[N, 1024, 1, 1]` to `[N, 96, 1, 1]`, 98,400 weights.
    pub conv: conv!(1024 x 1 x 1 => 96 x 1 x 1, kernel 1 x 1),
    /// `bn`, over `[N, 96, 1, 1]`, 192 weights.
    pub bn: BatchNorm<96>,
}

impl Unit1024To96At1 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 1024, 1, 1]` to `[N, 96, 1, 1]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 1024, 1, 1, T>,
    ) -> Map<B, 96, 1, 1, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(Unit1024To96At1 { conv : "conv", bn : "bn" });

/// `[N, 96, 3, 3]` to `[N, 384, 3, 3]`.
pub struct Unit96To384At3 {
    /// `conv`, `[N, 96, 3, 3]` to `[N, 384, 3, 3]`, 332,160 weights.
    pub conv: conv!(96 x 3 x 3 => 384 x 3 x 3, kernel 3 x 3, pad 1 x 1),
    /// `bn`, over `[N, 384, 3, 3]`, 768 weights.
    pub bn: BatchNorm<384>,
}

impl Unit96To384At3 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 96, 3, 3]` to `[N, 384, 3, 3]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 96, 3, 3, T>,
    ) -> Map<B, 384, 3, 3, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(Unit96To384At3 { conv : "conv", bn : "bn" });

/// `[N, 1024, 3, 3]` to `[N, 96, 3, 3]`.
pub struct Unit1024To96At3 {
    /// `conv`, `[N, 1024, 3, 3]` to `[N, 96, 3, 3]`, 98,400 weights.
    pub conv: conv!(1024 x 3 x 3 => 96 x 3 x 3, kernel 1 x 1),
    /// `bn`, over `[N, 96, 3, 3]`, 192 weights.
    pub bn: BatchNorm<96>,
}

impl Unit1024To96At3 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 1024, 3, 3]` to `[N, 96, 3, 3]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 1024, 3, 3, T>,
    ) -> Map<B, 96, 3, 3, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(Unit1024To96At3 { conv : "conv", bn : "bn" });

/// `[N, 64, 6, 6]` to `[N, 128, 3, 3]`.
pub struct Unit64To128At3 {
    /// `conv`, `[N, 64, 6, 6]` to `[N, 128, 3, 3]`, 204,928 weights.
    pub conv: conv!(64 x 6 x 6 => 128 x 3 x 3, kernel 5 x 5, stride 2 x 2, pad 2 x 2),
    /// `bn`, over `[N, 128, 3, 3]`, 256 weights.
    pub bn: BatchNorm<128>,
}

impl Unit64To128At3 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 64, 6, 6]` to `[N, 128, 3, 3]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 64, 6, 6, T>,
    ) -> Map<B, 128, 3, 3, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(Unit64To128At3 { conv : "conv", bn : "bn" });

/// `[N, 640, 6, 6]` to `[N, 64, 6, 6]`.
pub struct Unit640To64At6 {
    /// `conv`, `[N, 640, 6, 6]` to `[N, 64, 6, 6]`, 41,024 weights.
    pub conv: conv!(640 x 6 x 6 => 64 x 6 x 6, kernel 1 x 1),
    /// `bn`, over `[N, 64, 6, 6]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl Unit640To64At6 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 640, 6, 6]` to `[N, 64, 6, 6]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 640, 6, 6, T>,
    ) -> Map<B, 64, 6, 6, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(Unit640To64At6 { conv : "conv", bn : "bn" });

/// `[N, 160, 6, 6]` to `[N, 256, 3, 3]`.
pub struct Unit160To256At3 {
    /// `conv`, `[N, 160, 6, 6]` to `[N, 256, 3, 3]`, 368,896 weights.
    pub conv: conv!(160 x 6 x 6 => 256 x 3 x 3, kernel 3 x 3, stride 2 x 2, pad 1 x 1),
    /// `bn`, over `[N, 256, 3, 3]`, 512 weights.
    pub bn: BatchNorm<256>,
}

impl Unit160To256At3 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 160, 6, 6]` to `[N, 256, 3, 3]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 160, 6, 6, T>,
    ) -> Map<B, 256, 3, 3, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(Unit160To256At3 { conv : "conv", bn : "bn" });

/// `[N, 640, 6, 6]` to `[N, 160, 6, 6]`.
pub struct Unit640To160At6 {
    /// `conv`, `[N, 640, 6, 6]` to `[N, 160, 6, 6]`, 102,560 weights.
    pub conv: conv!(640 x 6 x 6 => 160 x 6 x 6, kernel 1 x 1),
    /// `bn`, over `[N, 160, 6, 6]`, 320 weights.
    pub bn: BatchNorm<160>,
}

impl Unit640To160At6 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 640, 6, 6]` to `[N, 160, 6, 6]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 640, 6, 6, T>,
    ) -> Map<B, 160, 6, 6, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(Unit640To160At6 { conv : "conv", bn : "bn" });

/// `[N, 640, 6, 6]` to `[N, 256, 6, 6]`.
pub struct Unit640To256At6 {
    /// `conv`, `[N, 640, 6, 6]` to `[N, 256, 6, 6]`, 164,096 weights.
    pub conv: conv!(640 x 6 x 6 => 256 x 6 x 6, kernel 1 x 1),
    /// `bn`, over `[N, 256, 6, 6]`, 512 weights.
    pub bn: BatchNorm<256>,
}

impl Unit640To256At6 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 640, 6, 6]` to `[N, 256, 6, 6]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 640, 6, 6, T>,
    ) -> Map<B, 256, 6, 6, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(Unit640To256At6 { conv : "conv", bn : "bn" });

/// `[N, 640, 2, 2]` to `[N, 128, 2, 2]`.
pub struct Unit640To128At2 {
    /// `conv`, `[N, 640, 2, 2]` to `[N, 128, 2, 2]`, 82,048 weights.
    pub conv: conv!(640 x 2 x 2 => 128 x 2 x 2, kernel 1 x 1),
    /// `bn`, over `[N, 128, 2, 2]`, 256 weights.
    pub bn: BatchNorm<128>,
}

impl Unit640To128At2 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 640, 2, 2]` to `[N, 128, 2, 2]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 640, 2, 2, T>,
    ) -> Map<B, 128, 2, 2, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(Unit640To128At2 { conv : "conv", bn : "bn" });

/// `[N, 32, 6, 6]` to `[N, 64, 6, 6]`.
pub struct Unit32To64At6_2 {
    /// `conv`, `[N, 32, 6, 6]` to `[N, 64, 6, 6]`, 51,264 weights.
    pub conv: conv!(32 x 6 x 6 => 64 x 6 x 6, kernel 5 x 5, pad 2 x 2),
    /// `bn`, over `[N, 64, 6, 6]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl Unit32To64At6_2 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 32, 6, 6]` to `[N, 64, 6, 6]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 32, 6, 6, T>,
    ) -> Map<B, 64, 6, 6, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(Unit32To64At6_2 { conv : "conv", bn : "bn" });

/// `[N, 640, 6, 6]` to `[N, 32, 6, 6]`.
pub struct Unit640To32At6 {
    /// `conv`, `[N, 640, 6, 6]` to `[N, 32, 6, 6]`, 20,512 weights.
    pub conv: conv!(640 x 6 x 6 => 32 x 6 x 6, kernel 1 x 1),
    /// `bn`, over `[N, 32, 6, 6]`, 64 weights.
    pub bn: BatchNorm<32>,
}

impl Unit640To32At6 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 640, 6, 6]` to `[N, 32, 6, 6]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 640, 6, 6, T>,
    ) -> Map<B, 32, 6, 6, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(Unit640To32At6 { conv : "conv", bn : "bn" });

/// `[N, 96, 6, 6]` to `[N, 192, 6, 6]`.
pub struct Unit96To192At6 {
    /// `conv`, `[N, 96, 6, 6]` to `[N, 192, 6, 6]`, 166,080 weights.
    pub conv: conv!(96 x 6 x 6 => 192 x 6 x 6, kernel 3 x 3, pad 1 x 1),
    /// `bn`, over `[N, 192, 6, 6]`, 384 weights.
    pub bn: BatchNorm<192>,
}

impl Unit96To192At6 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 96, 6, 6]` to `[N, 192, 6, 6]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 96, 6, 6, T>,
    ) -> Map<B, 192, 6, 6, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(Unit96To192At6 { conv : "conv", bn : "bn" });

/// `[N, 640, 6, 6]` to `[N, 96, 6, 6]`.
pub struct Unit640To96At6 {
    /// `conv`, `[N, 640, 6, 6]` to `[N, 96, 6, 6]`, 61,536 weights.
    pub conv: conv!(640 x 6 x 6 => 96 x 6 x 6, kernel 1 x 1),
    /// `bn`, over `[N, 96, 6, 6]`, 192 weights.
    pub bn: BatchNorm<96>,
}

impl Unit640To96At6 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 640, 6, 6]` to `[N, 96, 6, 6]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 640, 6, 6, T>,
    ) -> Map<B, 96, 6, 6, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(Unit640To96At6 { conv : "conv", bn : "bn" });

/// `[N, 32, 12, 12]` to `[N, 64, 6, 6]`.
pub struct Unit32To64At6 {
    /// `conv`, `[N, 32, 12, 12]` to `[N, 64, 6, 6]`, 51,264 weights.
    pub conv: conv!(32 x 12 x 12 => 64 x 6 x 6, kernel 5 x 5, stride 2 x 2, pad 2 x 2),
    /// `bn`, over `[N, 64, 6, 6]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl Unit32To64At6 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 32, 12, 12]` to `[N, 64, 6, 6]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 32, 12, 12, T>,
    ) -> Map<B, 64, 6, 6, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(Unit32To64At6 { conv : "conv", bn : "bn" });

/// `[N, 320, 12, 12]` to `[N, 32, 12, 12]`.
pub struct Unit320To32At12 {
    /// `conv`, `[N, 320, 12, 12]` to `[N, 32, 12, 12]`, 10,272 weights.
    pub conv: conv!(320 x 12 x 12 => 32 x 12 x 12, kernel 1 x 1),
    /// `bn`, over `[N, 32, 12, 12]`, 64 weights.
    pub bn: BatchNorm<32>,
}

impl Unit320To32At12 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 320, 12, 12]` to `[N, 32, 12, 12]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 320, 12, 12, T>,
    ) -> Map<B, 32, 12, 12, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(Unit320To32At12 { conv : "conv", bn : "bn" });

/// `[N, 128, 12, 12]` to `[N, 256, 6, 6]`.
pub struct Unit128To256At6 {
    /// `conv`, `[N, 128, 12, 12]` to `[N, 256, 6, 6]`, 295,168 weights.
    pub conv: conv!(128 x 12 x 12 => 256 x 6 x 6, kernel 3 x 3, stride 2 x 2, pad 1 x 1),
    /// `bn`, over `[N, 256, 6, 6]`, 512 weights.
    pub bn: BatchNorm<256>,
}

impl Unit128To256At6 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 128, 12, 12]` to `[N, 256, 6, 6]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 12, 12, T>,
    ) -> Map<B, 256, 6, 6, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(Unit128To256At6 { conv : "conv", bn : "bn" });

/// `[N, 320, 12, 12]` to `[N, 128, 12, 12]`.
pub struct Unit320To128At12 {
    /// `conv`, `[N, 320, 12, 12]` to `[N, 128, 12, 12]`, 41,088 weights.
    pub conv: conv!(320 x 12 x 12 => 128 x 12 x 12, kernel 1 x 1),
    /// `bn`, over `[N, 128, 12, 12]`, 256 weights.
    pub bn: BatchNorm<128>,
}

impl Unit320To128At12 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 320, 12, 12]` to `[N, 128, 12, 12]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 320, 12, 12, T>,
    ) -> Map<B, 128, 12, 12, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(Unit320To128At12 { conv : "conv", bn : "bn" });

/// `[N, 256, 12, 12]` to `[N, 64, 12, 12]`.
pub struct Unit256To64At12 {
    /// `conv`, `[N, 256, 12, 12]` to `[N, 64, 12, 12]`, 16,448 weights.
    pub conv: conv!(256 x 12 x 12 => 64 x 12 x 12, kernel 1 x 1),
    /// `bn`, over `[N, 64, 12, 12]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl Unit256To64At12 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 256, 12, 12]` to `[N, 64, 12, 12]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 12, 12, T>,
    ) -> Map<B, 64, 12, 12, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(Unit256To64At12 { conv : "conv", bn : "bn" });

/// `[N, 256, 4, 4]` to `[N, 64, 4, 4]`.
pub struct Unit256To64At4 {
    /// `conv`, `[N, 256, 4, 4]` to `[N, 64, 4, 4]`, 16,448 weights.
    pub conv: conv!(256 x 4 x 4 => 64 x 4 x 4, kernel 1 x 1),
    /// `bn`, over `[N, 64, 4, 4]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl Unit256To64At4 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 256, 4, 4]` to `[N, 64, 4, 4]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 4, 4, T>,
    ) -> Map<B, 64, 4, 4, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(Unit256To64At4 { conv : "conv", bn : "bn" });

/// `[N, 32, 12, 12]` to `[N, 64, 12, 12]`.
pub struct Unit32To64At12 {
    /// `conv`, `[N, 32, 12, 12]` to `[N, 64, 12, 12]`, 51,264 weights.
    pub conv: conv!(32 x 12 x 12 => 64 x 12 x 12, kernel 5 x 5, pad 2 x 2),
    /// `bn`, over `[N, 64, 12, 12]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl Unit32To64At12 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 32, 12, 12]` to `[N, 64, 12, 12]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 32, 12, 12, T>,
    ) -> Map<B, 64, 12, 12, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(Unit32To64At12 { conv : "conv", bn : "bn" });

/// `[N, 256, 12, 12]` to `[N, 32, 12, 12]`.
pub struct Unit256To32At12 {
    /// `conv`, `[N, 256, 12, 12]` to `[N, 32, 12, 12]`, 8,224 weights.
    pub conv: conv!(256 x 12 x 12 => 32 x 12 x 12, kernel 1 x 1),
    /// `bn`, over `[N, 32, 12, 12]`, 64 weights.
    pub bn: BatchNorm<32>,
}

impl Unit256To32At12 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 256, 12, 12]` to `[N, 32, 12, 12]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 12, 12, T>,
    ) -> Map<B, 32, 12, 12, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(Unit256To32At12 { conv : "conv", bn : "bn" });

/// `[N, 256, 12, 12]` to `[N, 96, 12, 12]`.
pub struct Unit256To96At12 {
    /// `conv`, `[N, 256, 12, 12]` to `[N, 96, 12, 12]`, 24,672 weights.
    pub conv: conv!(256 x 12 x 12 => 96 x 12 x 12, kernel 1 x 1),
    /// `bn`, over `[N, 96, 12, 12]`, 192 weights.
    pub bn: BatchNorm<96>,
}

impl Unit256To96At12 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 256, 12, 12]` to `[N, 96, 12, 12]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 12, 12, T>,
    ) -> Map<B, 96, 12, 12, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(Unit256To96At12 { conv : "conv", bn : "bn" });

/// `[N, 192, 12, 12]` to `[N, 64, 12, 12]`.
pub struct Unit192To64At12 {
    /// `conv`, `[N, 192, 12, 12]` to `[N, 64, 12, 12]`, 12,352 weights.
    pub conv: conv!(192 x 12 x 12 => 64 x 12 x 12, kernel 1 x 1),
    /// `bn`, over `[N, 64, 12, 12]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl Unit192To64At12 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 192, 12, 12]` to `[N, 64, 12, 12]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 192, 12, 12, T>,
    ) -> Map<B, 64, 12, 12, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(Unit192To64At12 { conv : "conv", bn : "bn" });

/// `[N, 192, 5, 5]` to `[N, 32, 5, 5]`.
pub struct Unit192To32At5 {
    /// `conv`, `[N, 192, 5, 5]` to `[N, 32, 5, 5]`, 6,176 weights.
    pub conv: conv!(192 x 5 x 5 => 32 x 5 x 5, kernel 1 x 1),
    /// `bn`, over `[N, 32, 5, 5]`, 64 weights.
    pub bn: BatchNorm<32>,
}

impl Unit192To32At5 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 192, 5, 5]` to `[N, 32, 5, 5]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 192, 5, 5, T>,
    ) -> Map<B, 32, 5, 5, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(Unit192To32At5 { conv : "conv", bn : "bn" });

/// `[N, 16, 12, 12]` to `[N, 32, 12, 12]`.
pub struct Unit16To32At12 {
    /// `conv`, `[N, 16, 12, 12]` to `[N, 32, 12, 12]`, 12,832 weights.
    pub conv: conv!(16 x 12 x 12 => 32 x 12 x 12, kernel 5 x 5, pad 2 x 2),
    /// `bn`, over `[N, 32, 12, 12]`, 64 weights.
    pub bn: BatchNorm<32>,
}

impl Unit16To32At12 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 16, 12, 12]` to `[N, 32, 12, 12]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 16, 12, 12, T>,
    ) -> Map<B, 32, 12, 12, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(Unit16To32At12 { conv : "conv", bn : "bn" });

/// `[N, 192, 12, 12]` to `[N, 16, 12, 12]`.
pub struct Unit192To16At12 {
    /// `conv`, `[N, 192, 12, 12]` to `[N, 16, 12, 12]`, 3,088 weights.
    pub conv: conv!(192 x 12 x 12 => 16 x 12 x 12, kernel 1 x 1),
    /// `bn`, over `[N, 16, 12, 12]`, 32 weights.
    pub bn: BatchNorm<16>,
}

impl Unit192To16At12 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 192, 12, 12]` to `[N, 16, 12, 12]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 192, 12, 12, T>,
    ) -> Map<B, 16, 12, 12, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(Unit192To16At12 { conv : "conv", bn : "bn" });

/// `[N, 96, 12, 12]` to `[N, 128, 12, 12]`.
pub struct Unit96To128At12 {
    /// `conv`, `[N, 96, 12, 12]` to `[N, 128, 12, 12]`, 110,720 weights.
    pub conv: conv!(96 x 12 x 12 => 128 x 12 x 12, kernel 3 x 3, pad 1 x 1),
    /// `bn`, over `[N, 128, 12, 12]`, 256 weights.
    pub bn: BatchNorm<128>,
}

impl Unit96To128At12 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 96, 12, 12]` to `[N, 128, 12, 12]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 96, 12, 12, T>,
    ) -> Map<B, 128, 12, 12, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(Unit96To128At12 { conv : "conv", bn : "bn" });

/// `[N, 192, 12, 12]` to `[N, 96, 12, 12]`.
pub struct Unit192To96At12 {
    /// `conv`, `[N, 192, 12, 12]` to `[N, 96, 12, 12]`, 18,528 weights.
    pub conv: conv!(192 x 12 x 12 => 96 x 12 x 12, kernel 1 x 1),
    /// `bn`, over `[N, 96, 12, 12]`, 192 weights.
    pub bn: BatchNorm<96>,
}

impl Unit192To96At12 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 192, 12, 12]` to `[N, 96, 12, 12]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 192, 12, 12, T>,
    ) -> Map<B, 96, 12, 12, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(Unit192To96At12 { conv : "conv", bn : "bn" });

/// `[N, 64, 24, 24]` to `[N, 192, 24, 24]`.
pub struct Unit64To192At24 {
    /// `conv`, `[N, 64, 24, 24]` to `[N, 192, 24, 24]`, 110,784 weights.
    pub conv: conv!(64 x 24 x 24 => 192 x 24 x 24, kernel 3 x 3, pad 1 x 1),
    /// `bn`, over `[N, 192, 24, 24]`, 384 weights.
    pub bn: BatchNorm<192>,
}

impl Unit64To192At24 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 64, 24, 24]` to `[N, 192, 24, 24]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 64, 24, 24, T>,
    ) -> Map<B, 192, 24, 24, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(Unit64To192At24 { conv : "conv", bn : "bn" });

/// `[N, 64, 24, 24]` to `[N, 64, 24, 24]`.
pub struct Unit64To64At24 {
    /// `conv`, over `[N, 64, 24, 24]`, 4,160 weights.
    pub conv: conv!(64 x 24 x 24 => 64 x 24 x 24, kernel 1 x 1),
    /// `bn`, over `[N, 64, 24, 24]`, 128 weights.
    pub bn: BatchNorm<64>,
}

impl Unit64To64At24 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 64, 24, 24]` to `[N, 64, 24, 24]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 64, 24, 24, T>,
    ) -> Map<B, 64, 24, 24, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(Unit64To64At24 { conv : "conv", bn : "bn" });
