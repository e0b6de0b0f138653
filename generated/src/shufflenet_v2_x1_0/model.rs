//! A network of 2278604 trainable weights. Written by `blockprint compile`.

use blockprint::typed::prelude::*;
use blockprint::typed::program::Measures;

/// `[N, 3, 224, 224]` to `[N, 1000]`.
pub struct ShufflenetV2X10 {
    /// `[N, 3, 224, 224]` to `[N, 24, 112, 112]`.
    pub stem: ConvBn3To24At112,
    /// `[N, 24, 56, 56]` to `[N, 116, 28, 28]`.
    pub stage2: Stage116,
    /// `[N, 116, 28, 28]` to `[N, 232, 14, 14]`.
    pub stage3: Stage232,
    /// `[N, 232, 14, 14]` to `[N, 464, 7, 7]`.
    pub stage4: Stage464,
    /// `[N, 464, 7, 7]` to `[N, 1024, 7, 7]`.
    pub head: ConvBn464To1024At7,
    /// `dense`, `[N, 1024]` to `[N, 1000]`, 1,025,000 weights.
    pub logits: Dense<1024, 1000>,
}

impl ShufflenetV2X10 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            stem: ConvBn3To24At112::new(),
            stage2: Stage116::new(),
            stage3: Stage232::new(),
            stage4: Stage464::new(),
            head: ConvBn464To1024At7::new(),
            logits: Dense::new(),
        }
    }

    /// `[N, 3, 224, 224]` to `[N, 1000]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        image: Map<B, 3, 224, 224, T>,
    ) -> Features<B, 1000, T> {
        let stem = self.stem.forward(image);
        let x = max_pool!(
            stem; 24 x 112 x 112 => 24 x 56 x 56, kernel 3 x 3, stride 2 x 2, pad 1 x 1
        );
        let stage2 = self.stage2.forward(x);
        let stage3 = self.stage3.forward(stage2);
        let stage4 = self.stage4.forward(stage3);
        let features = gap(self.head.forward(stage4));
        self.logits.forward(features)
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
    ShufflenetV2X10 { stem : "stem", stage2 : "stage2", stage3 : "stage3", stage4 :
    "stage4", head : "head", logits : "logits" }
);

/// `[N, 232, 14, 14]` to `[N, 464, 7, 7]`.
pub struct Stage464 {
    /// `[N, 232, 14, 14]` to `[N, 464, 7, 7]`.
    pub shrink_0: Shrink464,
    /// One after the other, over `[N, 464, 7, 7]`.
    pub units: [Unit464; 3],
}

impl Stage464 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            shrink_0: Shrink464::new(),
            units: std::array::from_fn(|_| Unit464::new()),
        }
    }

    /// `[N, 232, 14, 14]` to `[N, 464, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 232, 14, 14, T>,
    ) -> Map<B, 464, 7, 7, T> {
        let x = self.shrink_0.forward(x);
        self.units.iter().fold(x, |x, unit| unit.forward(x))
    }
}

module!(Stage464 { shrink_0 : "0", units : ["1", "2", "3"] });

/// `[N, 116, 28, 28]` to `[N, 232, 14, 14]`.
pub struct Stage232 {
    /// `[N, 116, 28, 28]` to `[N, 232, 14, 14]`.
    pub shrink_0: Shrink232,
    /// One after the other, over `[N, 232, 14, 14]`.
    pub units: [Unit232; 7],
}

impl Stage232 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            shrink_0: Shrink232::new(),
            units: std::array::from_fn(|_| Unit232::new()),
        }
    }

    /// `[N, 116, 28, 28]` to `[N, 232, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 116, 28, 28, T>,
    ) -> Map<B, 232, 14, 14, T> {
        let x = self.shrink_0.forward(x);
        self.units.iter().fold(x, |x, unit| unit.forward(x))
    }
}

module!(Stage232 { shrink_0 : "0", units : ["1", "2", "3", "4", "5", "6", "7"] });

/// `[N, 24, 56, 56]` to `[N, 116, 28, 28]`.
pub struct Stage116 {
    /// `[N, 24, 56, 56]` to `[N, 116, 28, 28]`.
    pub shrink_0: Shrink116,
    /// One after the other, over `[N, 116, 28, 28]`.
    pub units: [Unit116; 3],
}

impl Stage116 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            shrink_0: Shrink116::new(),
            units: std::array::from_fn(|_| Unit116::new()),
        }
    }

    /// `[N, 24, 56, 56]` to `[N, 116, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 24, 56, 56, T>,
    ) -> Map<B, 116, 28, 28, T> {
        let x = self.shrink_0.forward(x);
        self.units.iter().fold(x, |x, unit| unit.forward(x))
    }
}

module!(Stage116 { shrink_0 : "0", units : ["1", "2", "3"] });

/// `[N, 464, 7, 7]` to `[N, 464, 7, 7]`.
pub struct Unit464 {
    /// Over `[N, 232, 7, 7]`.
    pub work_0: Work232To232At7_2,
}

impl Unit464 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            work_0: Work232To232At7_2::new(),
        }
    }

    /// `[N, 464, 7, 7]` to `[N, 464, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 464, 7, 7, T>,
    ) -> Map<B, 464, 7, 7, T> {
        let keep: Map<B, 232, 7, 7, T> = apply(
            ops::shape_ops::Slice {
                axis: 1,
                start: 0,
                end: Some(232),
                step: 1,
            },
            fork(&x),
        );
        let work: Map<B, 232, 7, 7, T> = apply(
            ops::shape_ops::Slice {
                axis: 1,
                start: 232,
                end: None,
                step: 1,
            },
            x,
        );
        let work = self.work_0.forward(work);
        channel_shuffle(
            concat_channels!(keep : 232 x 7 x 7, work : 232 x 7 x 7 => 464 x 7 x 7),
            2,
        )
    }
}

module!(Unit464 { work_0 : "work.0" });

/// `[N, 232, 14, 14]` to `[N, 464, 7, 7]`.
pub struct Shrink464 {
    /// `[N, 232, 14, 14]` to `[N, 232, 7, 7]`.
    pub keep_filter: DepthwiseBn232To232At7,
    /// Over `[N, 232, 7, 7]`.
    pub keep_after: ConvBn232To232At7,
    /// `[N, 232, 14, 14]` to `[N, 232, 7, 7]`.
    pub work_0: Work232To232At7,
}

impl Shrink464 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            keep_filter: DepthwiseBn232To232At7::new(),
            keep_after: ConvBn232To232At7::new(),
            work_0: Work232To232At7::new(),
        }
    }

    /// `[N, 232, 14, 14]` to `[N, 464, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 232, 14, 14, T>,
    ) -> Map<B, 464, 7, 7, T> {
        let filter = self.keep_filter.forward(fork(&x));
        let after = self.keep_after.forward(filter);
        let work = self.work_0.forward(x);
        channel_shuffle(
            concat_channels!(after : 232 x 7 x 7, work : 232 x 7 x 7 => 464 x 7 x 7),
            2,
        )
    }
}

module!(
    Shrink464 { keep_filter : "keep.filter", keep_after : "keep.after", work_0 : "work.0"
    }
);

/// `[N, 232, 14, 14]` to `[N, 232, 14, 14]`.
pub struct Unit232 {
    /// Over `[N, 116, 14, 14]`.
    pub work_0: Work116To116At14_2,
}

impl Unit232 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            work_0: Work116To116At14_2::new(),
        }
    }

    /// `[N, 232, 14, 14]` to `[N, 232, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 232, 14, 14, T>,
    ) -> Map<B, 232, 14, 14, T> {
        let keep: Map<B, 116, 14, 14, T> = apply(
            ops::shape_ops::Slice {
                axis: 1,
                start: 0,
                end: Some(116),
                step: 1,
            },
            fork(&x),
        );
        let work: Map<B, 116, 14, 14, T> = apply(
            ops::shape_ops::Slice {
                axis: 1,
                start: 116,
                end: None,
                step: 1,
            },
            x,
        );
        let work = self.work_0.forward(work);
        channel_shuffle(
            concat_channels!(
                keep : 116 x 14 x 14, work : 116 x 14 x 14 => 232 x 14 x 14
            ),
            2,
        )
    }
}

module!(Unit232 { work_0 : "work.0" });

/// `[N, 116, 28, 28]` to `[N, 232, 14, 14]`.
pub struct Shrink232 {
    /// `[N, 116, 28, 28]` to `[N, 116, 14, 14]`.
    pub keep_filter: DepthwiseBn116To116At14,
    /// Over `[N, 116, 14, 14]`.
    pub keep_after: ConvBn116To116At14,
    /// `[N, 116, 28, 28]` to `[N, 116, 14, 14]`.
    pub work_0: Work116To116At14,
}

impl Shrink232 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            keep_filter: DepthwiseBn116To116At14::new(),
            keep_after: ConvBn116To116At14::new(),
            work_0: Work116To116At14::new(),
        }
    }

    /// `[N, 116, 28, 28]` to `[N, 232, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 116, 28, 28, T>,
    ) -> Map<B, 232, 14, 14, T> {
        let filter = self.keep_filter.forward(fork(&x));
        let after = self.keep_after.forward(filter);
        let work = self.work_0.forward(x);
        channel_shuffle(
            concat_channels!(
                after : 116 x 14 x 14, work : 116 x 14 x 14 => 232 x 14 x 14
            ),
            2,
        )
    }
}

module!(
    Shrink232 { keep_filter : "keep.filter", keep_after : "keep.after", work_0 : "work.0"
    }
);

/// `[N, 116, 28, 28]` to `[N, 116, 28, 28]`.
pub struct Unit116 {
    /// Over `[N, 58, 28, 28]`.
    pub work_0: Work58To58At28,
}

impl Unit116 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            work_0: Work58To58At28::new(),
        }
    }

    /// `[N, 116, 28, 28]` to `[N, 116, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 116, 28, 28, T>,
    ) -> Map<B, 116, 28, 28, T> {
        let keep: Map<B, 58, 28, 28, T> = apply(
            ops::shape_ops::Slice {
                axis: 1,
                start: 0,
                end: Some(58),
                step: 1,
            },
            fork(&x),
        );
        let work: Map<B, 58, 28, 28, T> = apply(
            ops::shape_ops::Slice {
                axis: 1,
                start: 58,
                end: None,
                step: 1,
            },
            x,
        );
        let work = self.work_0.forward(work);
        channel_shuffle(
            concat_channels!(keep : 58 x 28 x 28, work : 58 x 28 x 28 => 116 x 28 x 28),
            2,
        )
    }
}

module!(Unit116 { work_0 : "work.0" });

/// `[N, 24, 56, 56]` to `[N, 116, 28, 28]`.
pub struct Shrink116 {
    /// `[N, 24, 56, 56]` to `[N, 24, 28, 28]`.
    pub keep_filter: DepthwiseBn24To24At28,
    /// `[N, 24, 28, 28]` to `[N, 58, 28, 28]`.
    pub keep_after: ConvBn24To58At28,
    /// `[N, 24, 56, 56]` to `[N, 58, 28, 28]`.
    pub work_0: Work24To58At28,
}

impl Shrink116 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            keep_filter: DepthwiseBn24To24At28::new(),
            keep_after: ConvBn24To58At28::new(),
            work_0: Work24To58At28::new(),
        }
    }

    /// `[N, 24, 56, 56]` to `[N, 116, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 24, 56, 56, T>,
    ) -> Map<B, 116, 28, 28, T> {
        let filter = self.keep_filter.forward(fork(&x));
        let after = self.keep_after.forward(filter);
        let work = self.work_0.forward(x);
        channel_shuffle(
            concat_channels!(after : 58 x 28 x 28, work : 58 x 28 x 28 => 116 x 28 x 28),
            2,
        )
    }
}

module!(
    Shrink116 { keep_filter : "keep.filter", keep_after : "keep.after", work_0 : "work.0"
    }
);

/// `[N, 232, 7, 7]` to `[N, 232, 7, 7]`.
pub struct Work232To232At7_2 {
    /// Over `[N, 232, 7, 7]`.
    pub before: ConvBn232To232At7,
    /// Over `[N, 232, 7, 7]`.
    pub filter: DepthwiseBn232To232At7_2,
    /// Over `[N, 232, 7, 7]`.
    pub after: ConvBn232To232At7,
}

impl Work232To232At7_2 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            before: ConvBn232To232At7::new(),
            filter: DepthwiseBn232To232At7_2::new(),
            after: ConvBn232To232At7::new(),
        }
    }

    /// `[N, 232, 7, 7]` to `[N, 232, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 232, 7, 7, T>,
    ) -> Map<B, 232, 7, 7, T> {
        let before = self.before.forward(x);
        let filter = self.filter.forward(before);
        self.after.forward(filter)
    }
}

module!(Work232To232At7_2 { before : "before", filter : "filter", after : "after" });

/// `[N, 232, 14, 14]` to `[N, 232, 7, 7]`.
pub struct Work232To232At7 {
    /// Over `[N, 232, 14, 14]`.
    pub before: ConvBn232To232At14,
    /// `[N, 232, 14, 14]` to `[N, 232, 7, 7]`.
    pub filter: DepthwiseBn232To232At7,
    /// Over `[N, 232, 7, 7]`.
    pub after: ConvBn232To232At7,
}

impl Work232To232At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            before: ConvBn232To232At14::new(),
            filter: DepthwiseBn232To232At7::new(),
            after: ConvBn232To232At7::new(),
        }
    }

    /// `[N, 232, 14, 14]` to `[N, 232, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 232, 14, 14, T>,
    ) -> Map<B, 232, 7, 7, T> {
        let before = self.before.forward(x);
        let filter = self.filter.forward(before);
        self.after.forward(filter)
    }
}

module!(Work232To232At7 { before : "before", filter : "filter", after : "after" });

/// `[N, 116, 14, 14]` to `[N, 116, 14, 14]`.
pub struct Work116To116At14_2 {
    /// Over `[N, 116, 14, 14]`.
    pub before: ConvBn116To116At14,
    /// Over `[N, 116, 14, 14]`.
    pub filter: DepthwiseBn116To116At14_2,
    /// Over `[N, 116, 14, 14]`.
    pub after: ConvBn116To116At14,
}

impl Work116To116At14_2 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            before: ConvBn116To116At14::new(),
            filter: DepthwiseBn116To116At14_2::new(),
            after: ConvBn116To116At14::new(),
        }
    }

    /// `[N, 116, 14, 14]` to `[N, 116, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 116, 14, 14, T>,
    ) -> Map<B, 116, 14, 14, T> {
        let before = self.before.forward(x);
        let filter = self.filter.forward(before);
        self.after.forward(filter)
    }
}

module!(Work116To116At14_2 { before : "before", filter : "filter", after : "after" });

/// `[N, 116, 28, 28]` to `[N, 116, 14, 14]`.
pub struct Work116To116At14 {
    /// Over `[N, 116, 28, 28]`.
    pub before: ConvBn116To116At28,
    /// `[N, 116, 28, 28]` to `[N, 116, 14, 14]`.
    pub filter: DepthwiseBn116To116At14,
    /// Over `[N, 116, 14, 14]`.
    pub after: ConvBn116To116At14,
}

impl Work116To116At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            before: ConvBn116To116At28::new(),
            filter: DepthwiseBn116To116At14::new(),
            after: ConvBn116To116At14::new(),
        }
    }

    /// `[N, 116, 28, 28]` to `[N, 116, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 116, 28, 28, T>,
    ) -> Map<B, 116, 14, 14, T> {
        let before = self.before.forward(x);
        let filter = self.filter.forward(before);
        self.after.forward(filter)
    }
}

module!(Work116To116At14 { before : "before", filter : "filter", after : "after" });

/// `[N, 58, 28, 28]` to `[N, 58, 28, 28]`.
pub struct Work58To58At28 {
    /// Over `[N, 58, 28, 28]`.
    pub before: ConvBn58To58At28,
    /// Over `[N, 58, 28, 28]`.
    pub filter: DepthwiseBn58To58At28_2,
    /// Over `[N, 58, 28, 28]`.
    pub after: ConvBn58To58At28,
}

impl Work58To58At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            before: ConvBn58To58At28::new(),
            filter: DepthwiseBn58To58At28_2::new(),
            after: ConvBn58To58At28::new(),
        }
    }

    /// `[N, 58, 28, 28]` to `[N, 58, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 58, 28, 28, T>,
    ) -> Map<B, 58, 28, 28, T> {
        let before = self.before.forward(x);
        let filter = self.filter.forward(before);
        self.after.forward(filter)
    }
}

module!(Work58To58At28 { before : "before", filter : "filter", after : "after" });

/// `[N, 24, 56, 56]` to `[N, 58, 28, 28]`.
pub struct Work24To58At28 {
    /// `[N, 24, 56, 56]` to `[N, 58, 56, 56]`.
    pub before: ConvBn24To58At56,
    /// `[N, 58, 56, 56]` to `[N, 58, 28, 28]`.
    pub filter: DepthwiseBn58To58At28,
    /// Over `[N, 58, 28, 28]`.
    pub after: ConvBn58To58At28,
}

impl Work24To58At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            before: ConvBn24To58At56::new(),
            filter: DepthwiseBn58To58At28::new(),
            after: ConvBn58To58At28::new(),
        }
    }

    /// `[N, 24, 56, 56]` to `[N, 58, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 24, 56, 56, T>,
    ) -> Map<B, 58, 28, 28, T> {
        let before = self.before.forward(x);
        let filter = self.filter.forward(before);
        self.after.forward(filter)
    }
}

module!(Work24To58At28 { before : "before", filter : "filter", after : "after" });

/// `[N, 464, 7, 7]` to `[N, 1024, 7, 7]`.
pub struct ConvBn464To1024At7 {
    /// `conv`, `[N, 464, 7, 7]` to `[N, 1024, 7, 7]`, 475,136 weights.
    pub conv: conv!(464 x 7 x 7 => 1024 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 1024, 7, 7]`, 2,048 weights.
    pub bn: BatchNorm<1024>,
}

impl ConvBn464To1024At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 464, 7, 7]` to `[N, 1024, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 464, 7, 7, T>,
    ) -> Map<B, 1024, 7, 7, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn464To1024At7 { conv : "conv", bn : "bn" });

/// `[N, 232, 7, 7]` to `[N, 232, 7, 7]`.
pub struct DepthwiseBn232To232At7_2 {
    /// `depthwise`, over `[N, 232, 7, 7]`, 2,088 weights.
    pub conv: conv!(
        232 x 7 x 7 => 232 x 7 x 7, kernel 3 x 3, pad 1 x 1, groups 232, no bias
    ),
    /// `bn`, over `[N, 232, 7, 7]`, 464 weights.
    pub bn: BatchNorm<232>,
}

impl DepthwiseBn232To232At7_2 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 232, 7, 7]` to `[N, 232, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 232, 7, 7, T>,
    ) -> Map<B, 232, 7, 7, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(DepthwiseBn232To232At7_2 { conv : "conv", bn : "bn" });

/// `[N, 232, 14, 14]` to `[N, 232, 14, 14]`.
pub struct ConvBn232To232At14 {
    /// `conv`, over `[N, 232, 14, 14]`, 53,824 weights.
    pub conv: conv!(232 x 14 x 14 => 232 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 232, 14, 14]`, 464 weights.
    pub bn: BatchNorm<232>,
}

impl ConvBn232To232At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 232, 14, 14]` to `[N, 232, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 232, 14, 14, T>,
    ) -> Map<B, 232, 14, 14, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn232To232At14 { conv : "conv", bn : "bn" });

/// `[N, 232, 7, 7]` to `[N, 232, 7, 7]`.
pub struct ConvBn232To232At7 {
    /// `conv`, over `[N, 232, 7, 7]`, 53,824 weights.
    pub conv: conv!(232 x 7 x 7 => 232 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 232, 7, 7]`, 464 weights.
    pub bn: BatchNorm<232>,
}

impl ConvBn232To232At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 232, 7, 7]` to `[N, 232, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 232, 7, 7, T>,
    ) -> Map<B, 232, 7, 7, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn232To232At7 { conv : "conv", bn : "bn" });

/// `[N, 232, 14, 14]` to `[N, 232, 7, 7]`.
pub struct DepthwiseBn232To232At7 {
    /// `depthwise`, `[N, 232, 14, 14]` to `[N, 232, 7, 7]`, 2,088 weights.
    pub conv: conv!(
        232 x 14 x 14 => 232 x 7 x 7, kernel 3 x 3, stride 2 x 2, pad 1 x 1, groups 232,
        no bias
    ),
    /// `bn`, over `[N, 232, 7, 7]`, 464 weights.
    pub bn: BatchNorm<232>,
}

impl DepthwiseBn232To232At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 232, 14, 14]` to `[N, 232, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 232, 14, 14, T>,
    ) -> Map<B, 232, 7, 7, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(DepthwiseBn232To232At7 { conv : "conv", bn : "bn" });

/// `[N, 116, 14, 14]` to `[N, 116, 14, 14]`.
pub struct DepthwiseBn116To116At14_2 {
    /// `depthwise`, over `[N, 116, 14, 14]`, 1,044 weights.
    pub conv: conv!(
        116 x 14 x 14 => 116 x 14 x 14, kernel 3 x 3, pad 1 x 1, groups 116, no bias
    ),
    /// `bn`, over `[N, 116, 14, 14]`, 232 weights.
    pub bn: BatchNorm<116>,
}

impl DepthwiseBn116To116At14_2 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 116, 14, 14]` to `[N, 116, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 116, 14, 14, T>,
    ) -> Map<B, 116, 14, 14, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(DepthwiseBn116To116At14_2 { conv : "conv", bn : "bn" });

/// `[N, 116, 28, 28]` to `[N, 116, 28, 28]`.
pub struct ConvBn116To116At28 {
    /// `conv`, over `[N, 116, 28, 28]`, 13,456 weights.
    pub conv: conv!(116 x 28 x 28 => 116 x 28 x 28, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 116, 28, 28]`, 232 weights.
    pub bn: BatchNorm<116>,
}

impl ConvBn116To116At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 116, 28, 28]` to `[N, 116, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 116, 28, 28, T>,
    ) -> Map<B, 116, 28, 28, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn116To116At28 { conv : "conv", bn : "bn" });

/// `[N, 116, 14, 14]` to `[N, 116, 14, 14]`.
pub struct ConvBn116To116At14 {
    /// `conv`, over `[N, 116, 14, 14]`, 13,456 weights.
    pub conv: conv!(116 x 14 x 14 => 116 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 116, 14, 14]`, 232 weights.
    pub bn: BatchNorm<116>,
}

impl ConvBn116To116At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 116, 14, 14]` to `[N, 116, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 116, 14, 14, T>,
    ) -> Map<B, 116, 14, 14, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn116To116At14 { conv : "conv", bn : "bn" });

/// `[N, 116, 28, 28]` to `[N, 116, 14, 14]`.
pub struct DepthwiseBn116To116At14 {
    /// `depthwise`, `[N, 116, 28, 28]` to `[N, 116, 14, 14]`, 1,044 weights.
    pub conv: conv!(
        116 x 28 x 28 => 116 x 14 x 14, kernel 3 x 3, stride 2 x 2, pad 1 x 1, groups
        116, no bias
    ),
    /// `bn`, over `[N, 116, 14, 14]`, 232 weights.
    pub bn: BatchNorm<116>,
}

impl DepthwiseBn116To116At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 116, 28, 28]` to `[N, 116, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 116, 28, 28, T>,
    ) -> Map<B, 116, 14, 14, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(DepthwiseBn116To116At14 { conv : "conv", bn : "bn" });

/// `[N, 58, 28, 28]` to `[N, 58, 28, 28]`.
pub struct DepthwiseBn58To58At28_2 {
    /// `depthwise`, over `[N, 58, 28, 28]`, 522 weights.
    pub conv: conv!(
        58 x 28 x 28 => 58 x 28 x 28, kernel 3 x 3, pad 1 x 1, groups 58, no bias
    ),
    /// `bn`, over `[N, 58, 28, 28]`, 116 weights.
    pub bn: BatchNorm<58>,
}

impl DepthwiseBn58To58At28_2 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 58, 28, 28]` to `[N, 58, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 58, 28, 28, T>,
    ) -> Map<B, 58, 28, 28, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(DepthwiseBn58To58At28_2 { conv : "conv", bn : "bn" });

/// `[N, 58, 28, 28]` to `[N, 58, 28, 28]`.
pub struct ConvBn58To58At28 {
    /// `conv`, over `[N, 58, 28, 28]`, 3,364 weights.
    pub conv: conv!(58 x 28 x 28 => 58 x 28 x 28, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 58, 28, 28]`, 116 weights.
    pub bn: BatchNorm<58>,
}

impl ConvBn58To58At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 58, 28, 28]` to `[N, 58, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 58, 28, 28, T>,
    ) -> Map<B, 58, 28, 28, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn58To58At28 { conv : "conv", bn : "bn" });

/// `[N, 58, 56, 56]` to `[N, 58, 28, 28]`.
pub struct DepthwiseBn58To58At28 {
    /// `depthwise`, `[N, 58, 56, 56]` to `[N, 58, 28, 28]`, 522 weights.
    pub conv: conv!(
        58 x 56 x 56 => 58 x 28 x 28, kernel 3 x 3, stride 2 x 2, pad 1 x 1, groups 58,
        no bias
    ),
    /// `bn`, over `[N, 58, 28, 28]`, 116 weights.
    pub bn: BatchNorm<58>,
}

impl DepthwiseBn58To58At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 58, 56, 56]` to `[N, 58, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 58, 56, 56, T>,
    ) -> Map<B, 58, 28, 28, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(DepthwiseBn58To58At28 { conv : "conv", bn : "bn" });

/// `[N, 24, 56, 56]` to `[N, 58, 56, 56]`.
pub struct ConvBn24To58At56 {
    /// `conv`, `[N, 24, 56, 56]` to `[N, 58, 56, 56]`, 1,392 weights.
    pub conv: conv!(24 x 56 x 56 => 58 x 56 x 56, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 58, 56, 56]`, 116 weights.
    pub bn: BatchNorm<58>,
}

impl ConvBn24To58At56 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 24, 56, 56]` to `[N, 58, 56, 56]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 24, 56, 56, T>,
    ) -> Map<B, 58, 56, 56, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn24To58At56 { conv : "conv", bn : "bn" });

/// `[N, 24, 28, 28]` to `[N, 58, 28, 28]`.
pub struct ConvBn24To58At28 {
    /// `conv`, `[N, 24, 28, 28]` to `[N, 58, 28, 28]`, 1,392 weights.
    pub conv: conv!(24 x 28 x 28 => 58 x 28 x 28, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 58, 28, 28]`, 116 weights.
    pub bn: BatchNorm<58>,
}

impl ConvBn24To58At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 24, 28, 28]` to `[N, 58, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 24, 28, 28, T>,
    ) -> Map<B, 58, 28, 28, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn24To58At28 { conv : "conv", bn : "bn" });

/// `[N, 24, 56, 56]` to `[N, 24, 28, 28]`.
pub struct DepthwiseBn24To24At28 {
    /// `depthwise`, `[N, 24, 56, 56]` to `[N, 24, 28, 28]`, 216 weights.
    pub conv: conv!(
        24 x 56 x 56 => 24 x 28 x 28, kernel 3 x 3, stride 2 x 2, pad 1 x 1, groups 24,
        no bias
    ),
    /// `bn`, over `[N, 24, 28, 28]`, 48 weights.
    pub bn: BatchNorm<24>,
}

impl DepthwiseBn24To24At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 24, 56, 56]` to `[N, 24, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 24, 56, 56, T>,
    ) -> Map<B, 24, 28, 28, T> {
        self.conv.bn(&self.bn).forward(x)
    }
}

module!(DepthwiseBn24To24At28 { conv : "conv", bn : "bn" });

/// `[N, 3, 224, 224]` to `[N, 24, 112, 112]`.
pub struct ConvBn3To24At112 {
    /// `conv`, `[N, 3, 224, 224]` to `[N, 24, 112, 112]`, 648 weights.
    pub conv: conv!(
        3 x 224 x 224 => 24 x 112 x 112, kernel 3 x 3, stride 2 x 2, pad 1 x 1, no bias
    ),
    /// `bn`, over `[N, 24, 112, 112]`, 48 weights.
    pub bn: BatchNorm<24>,
}

impl ConvBn3To24At112 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv: Conv::new().at_input(),
            bn: BatchNorm::new(),
        }
    }

    /// `[N, 3, 224, 224]` to `[N, 24, 112, 112]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 3, 224, 224, T>,
    ) -> Map<B, 24, 112, 112, T> {
        self.conv.bn(&self.bn).relu().forward(x)
    }
}

module!(ConvBn3To24At112 { conv : "conv", bn : "bn" });
