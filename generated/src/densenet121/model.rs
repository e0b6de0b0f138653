//! A network of 7978856 trainable weights. Written by `blockprint compile`.

use blockprint::typed::prelude::*;
use blockprint::typed::program::Measures;

/// `[N, 3, 224, 224]` to `[N, 1000]`.
pub struct Densenet121 {
    /// `conv`, `[N, 3, 224, 224]` to `[N, 64, 112, 112]`, 9,408 weights.
    pub conv0: conv!(
        3 x 224 x 224 => 64 x 112 x 112, kernel 7 x 7, stride 2 x 2, pad 3 x 3, no bias
    ),
    /// `bn`, over `[N, 64, 112, 112]`, 128 weights.
    pub norm0: BatchNorm<64>,
    /// `[N, 64, 56, 56]` to `[N, 256, 56, 56]`.
    pub denseblock1: DenseBlock256At56,
    /// `[N, 256, 56, 56]` to `[N, 128, 28, 28]`.
    pub transition1: Transition128,
    /// `[N, 128, 28, 28]` to `[N, 512, 28, 28]`.
    pub denseblock2: DenseBlock512At28,
    /// `[N, 512, 28, 28]` to `[N, 256, 14, 14]`.
    pub transition2: Transition256,
    /// `[N, 256, 14, 14]` to `[N, 1024, 14, 14]`.
    pub denseblock3: DenseBlock1024At14,
    /// `[N, 1024, 14, 14]` to `[N, 512, 7, 7]`.
    pub transition3: Transition512,
    /// `[N, 512, 7, 7]` to `[N, 1024, 7, 7]`.
    pub denseblock4: DenseBlock1024At7,
    /// `bn`, over `[N, 1024, 7, 7]`, 2,048 weights.
    pub norm5: BatchNorm<1024>,
    /// `dense`, `[N, 1024]` to `[N, 1000]`, 1,025,000 weights.
    pub logits: Dense<1024, 1000>,
}

impl Densenet121 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            conv0: Conv::new().init(Init::HeNormal(Fan::In)).at_input(),
            norm0: BatchNorm::new(),
            denseblock1: DenseBlock256At56::new(),
            transition1: Transition128::new(),
            denseblock2: DenseBlock512At28::new(),
            transition2: Transition256::new(),
            denseblock3: DenseBlock1024At14::new(),
            transition3: Transition512::new(),
            denseblock4: DenseBlock1024At7::new(),
            norm5: BatchNorm::new(),
            logits: Dense::new(),
        }
    }

    /// `[N, 3, 224, 224]` to `[N, 1000]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        image: Map<B, 3, 224, 224, T>,
    ) -> Features<B, 1000, T> {
        let x = self.conv0.bn(&self.norm0).relu().forward(image);
        let x = max_pool!(
            x; 64 x 112 x 112 => 64 x 56 x 56, kernel 3 x 3, stride 2 x 2, pad 1 x 1
        );
        let denseblock1 = self.denseblock1.forward(x);
        let transition1 = self.transition1.forward(denseblock1);
        let denseblock2 = self.denseblock2.forward(transition1);
        let transition2 = self.transition2.forward(denseblock2);
        let denseblock3 = self.denseblock3.forward(transition2);
        let transition3 = self.transition3.forward(denseblock3);
        let features = gap(
            relu(self.norm5.forward(self.denseblock4.forward(transition3))),
        );
        self.logits.forward(features)
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
    Densenet121 { conv0 : "conv0", norm0 : "norm0", denseblock1 : "denseblock1",
    transition1 : "transition1", denseblock2 : "denseblock2", transition2 :
    "transition2", denseblock3 : "denseblock3", transition3 : "transition3", denseblock4
    : "denseblock4", norm5 : "norm5", logits : "logits" }
);

/// `[N, 512, 7, 7]` to `[N, 1024, 7, 7]`.
pub struct DenseBlock1024At7 {
    /// `[N, 512, 7, 7]` to `[N, 544, 7, 7]`.
    pub denselayer1: Layer544At7,
    /// `[N, 544, 7, 7]` to `[N, 576, 7, 7]`.
    pub denselayer2: Layer576At7,
    /// `[N, 576, 7, 7]` to `[N, 608, 7, 7]`.
    pub denselayer3: Layer608At7,
    /// `[N, 608, 7, 7]` to `[N, 640, 7, 7]`.
    pub denselayer4: Layer640At7,
    /// `[N, 640, 7, 7]` to `[N, 672, 7, 7]`.
    pub denselayer5: Layer672At7,
    /// `[N, 672, 7, 7]` to `[N, 704, 7, 7]`.
    pub denselayer6: Layer704At7,
    /// `[N, 704, 7, 7]` to `[N, 736, 7, 7]`.
    pub denselayer7: Layer736At7,
    /// `[N, 736, 7, 7]` to `[N, 768, 7, 7]`.
    pub denselayer8: Layer768At7,
    /// `[N, 768, 7, 7]` to `[N, 800, 7, 7]`.
    pub denselayer9: Layer800At7,
    /// `[N, 800, 7, 7]` to `[N, 832, 7, 7]`.
    pub denselayer10: Layer832At7,
    /// `[N, 832, 7, 7]` to `[N, 864, 7, 7]`.
    pub denselayer11: Layer864At7,
    /// `[N, 864, 7, 7]` to `[N, 896, 7, 7]`.
    pub denselayer12: Layer896At7,
    /// `[N, 896, 7, 7]` to `[N, 928, 7, 7]`.
    pub denselayer13: Layer928At7,
    /// `[N, 928, 7, 7]` to `[N, 960, 7, 7]`.
    pub denselayer14: Layer960At7,
    /// `[N, 960, 7, 7]` to `[N, 992, 7, 7]`.
    pub denselayer15: Layer992At7,
    /// `[N, 992, 7, 7]` to `[N, 1024, 7, 7]`.
    pub denselayer16: Layer1024At7,
}

impl DenseBlock1024At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            denselayer1: Layer544At7::new(),
            denselayer2: Layer576At7::new(),
            denselayer3: Layer608At7::new(),
            denselayer4: Layer640At7::new(),
            denselayer5: Layer672At7::new(),
            denselayer6: Layer704At7::new(),
            denselayer7: Layer736At7::new(),
            denselayer8: Layer768At7::new(),
            denselayer9: Layer800At7::new(),
            denselayer10: Layer832At7::new(),
            denselayer11: Layer864At7::new(),
            denselayer12: Layer896At7::new(),
            denselayer13: Layer928At7::new(),
            denselayer14: Layer960At7::new(),
            denselayer15: Layer992At7::new(),
            denselayer16: Layer1024At7::new(),
        }
    }

    /// `[N, 512, 7, 7]` to `[N, 1024, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 7, 7, T>,
    ) -> Map<B, 1024, 7, 7, T> {
        let denselayer1 = self.denselayer1.forward(x);
        let denselayer2 = self.denselayer2.forward(denselayer1);
        let denselayer3 = self.denselayer3.forward(denselayer2);
        let denselayer4 = self.denselayer4.forward(denselayer3);
        let denselayer5 = self.denselayer5.forward(denselayer4);
        let denselayer6 = self.denselayer6.forward(denselayer5);
        let denselayer7 = self.denselayer7.forward(denselayer6);
        let denselayer8 = self.denselayer8.forward(denselayer7);
        let denselayer9 = self.denselayer9.forward(denselayer8);
        let denselayer10 = self.denselayer10.forward(denselayer9);
        let denselayer11 = self.denselayer11.forward(denselayer10);
        let denselayer12 = self.denselayer12.forward(denselayer11);
        let denselayer13 = self.denselayer13.forward(denselayer12);
        let denselayer14 = self.denselayer14.forward(denselayer13);
        let denselayer15 = self.denselayer15.forward(denselayer14);
        self.denselayer16.forward(denselayer15)
    }
}

module!(
    DenseBlock1024At7 { denselayer1 : "denselayer1", denselayer2 : "denselayer2",
    denselayer3 : "denselayer3", denselayer4 : "denselayer4", denselayer5 :
    "denselayer5", denselayer6 : "denselayer6", denselayer7 : "denselayer7", denselayer8
    : "denselayer8", denselayer9 : "denselayer9", denselayer10 : "denselayer10",
    denselayer11 : "denselayer11", denselayer12 : "denselayer12", denselayer13 :
    "denselayer13", denselayer14 : "denselayer14", denselayer15 : "denselayer15",
    denselayer16 : "denselayer16" }
);

/// `[N, 256, 14, 14]` to `[N, 1024, 14, 14]`.
pub struct DenseBlock1024At14 {
    /// `[N, 256, 14, 14]` to `[N, 288, 14, 14]`.
    pub denselayer1: Layer288At14,
    /// `[N, 288, 14, 14]` to `[N, 320, 14, 14]`.
    pub denselayer2: Layer320At14,
    /// `[N, 320, 14, 14]` to `[N, 352, 14, 14]`.
    pub denselayer3: Layer352At14,
    /// `[N, 352, 14, 14]` to `[N, 384, 14, 14]`.
    pub denselayer4: Layer384At14,
    /// `[N, 384, 14, 14]` to `[N, 416, 14, 14]`.
    pub denselayer5: Layer416At14,
    /// `[N, 416, 14, 14]` to `[N, 448, 14, 14]`.
    pub denselayer6: Layer448At14,
    /// `[N, 448, 14, 14]` to `[N, 480, 14, 14]`.
    pub denselayer7: Layer480At14,
    /// `[N, 480, 14, 14]` to `[N, 512, 14, 14]`.
    pub denselayer8: Layer512At14,
    /// `[N, 512, 14, 14]` to `[N, 544, 14, 14]`.
    pub denselayer9: Layer544At14,
    /// `[N, 544, 14, 14]` to `[N, 576, 14, 14]`.
    pub denselayer10: Layer576At14,
    /// `[N, 576, 14, 14]` to `[N, 608, 14, 14]`.
    pub denselayer11: Layer608At14,
    /// `[N, 608, 14, 14]` to `[N, 640, 14, 14]`.
    pub denselayer12: Layer640At14,
    /// `[N, 640, 14, 14]` to `[N, 672, 14, 14]`.
    pub denselayer13: Layer672At14,
    /// `[N, 672, 14, 14]` to `[N, 704, 14, 14]`.
    pub denselayer14: Layer704At14,
    /// `[N, 704, 14, 14]` to `[N, 736, 14, 14]`.
    pub denselayer15: Layer736At14,
    /// `[N, 736, 14, 14]` to `[N, 768, 14, 14]`.
    pub denselayer16: Layer768At14,
    /// `[N, 768, 14, 14]` to `[N, 800, 14, 14]`.
    pub denselayer17: Layer800At14,
    /// `[N, 800, 14, 14]` to `[N, 832, 14, 14]`.
    pub denselayer18: Layer832At14,
    /// `[N, 832, 14, 14]` to `[N, 864, 14, 14]`.
    pub denselayer19: Layer864At14,
    /// `[N, 864, 14, 14]` to `[N, 896, 14, 14]`.
    pub denselayer20: Layer896At14,
    /// `[N, 896, 14, 14]` to `[N, 928, 14, 14]`.
    pub denselayer21: Layer928At14,
    /// `[N, 928, 14, 14]` to `[N, 960, 14, 14]`.
    pub denselayer22: Layer960At14,
    /// `[N, 960, 14, 14]` to `[N, 992, 14, 14]`.
    pub denselayer23: Layer992At14,
    /// `[N, 992, 14, 14]` to `[N, 1024, 14, 14]`.
    pub denselayer24: Layer1024At14,
}

impl DenseBlock1024At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            denselayer1: Layer288At14::new(),
            denselayer2: Layer320At14::new(),
            denselayer3: Layer352At14::new(),
            denselayer4: Layer384At14::new(),
            denselayer5: Layer416At14::new(),
            denselayer6: Layer448At14::new(),
            denselayer7: Layer480At14::new(),
            denselayer8: Layer512At14::new(),
            denselayer9: Layer544At14::new(),
            denselayer10: Layer576At14::new(),
            denselayer11: Layer608At14::new(),
            denselayer12: Layer640At14::new(),
            denselayer13: Layer672At14::new(),
            denselayer14: Layer704At14::new(),
            denselayer15: Layer736At14::new(),
            denselayer16: Layer768At14::new(),
            denselayer17: Layer800At14::new(),
            denselayer18: Layer832At14::new(),
            denselayer19: Layer864At14::new(),
            denselayer20: Layer896At14::new(),
            denselayer21: Layer928At14::new(),
            denselayer22: Layer960At14::new(),
            denselayer23: Layer992At14::new(),
            denselayer24: Layer1024At14::new(),
        }
    }

    /// `[N, 256, 14, 14]` to `[N, 1024, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 14, 14, T>,
    ) -> Map<B, 1024, 14, 14, T> {
        let denselayer1 = self.denselayer1.forward(x);
        let denselayer2 = self.denselayer2.forward(denselayer1);
        let denselayer3 = self.denselayer3.forward(denselayer2);
        let denselayer4 = self.denselayer4.forward(denselayer3);
        let denselayer5 = self.denselayer5.forward(denselayer4);
        let denselayer6 = self.denselayer6.forward(denselayer5);
        let denselayer7 = self.denselayer7.forward(denselayer6);
        let denselayer8 = self.denselayer8.forward(denselayer7);
        let denselayer9 = self.denselayer9.forward(denselayer8);
        let denselayer10 = self.denselayer10.forward(denselayer9);
        let denselayer11 = self.denselayer11.forward(denselayer10);
        let denselayer12 = self.denselayer12.forward(denselayer11);
        let denselayer13 = self.denselayer13.forward(denselayer12);
        let denselayer14 = self.denselayer14.forward(denselayer13);
        let denselayer15 = self.denselayer15.forward(denselayer14);
        let denselayer16 = self.denselayer16.forward(denselayer15);
        let denselayer17 = self.denselayer17.forward(denselayer16);
        let denselayer18 = self.denselayer18.forward(denselayer17);
        let denselayer19 = self.denselayer19.forward(denselayer18);
        let denselayer20 = self.denselayer20.forward(denselayer19);
        let denselayer21 = self.denselayer21.forward(denselayer20);
        let denselayer22 = self.denselayer22.forward(denselayer21);
        let denselayer23 = self.denselayer23.forward(denselayer22);
        self.denselayer24.forward(denselayer23)
    }
}

module!(
    DenseBlock1024At14 { denselayer1 : "denselayer1", denselayer2 : "denselayer2",
    denselayer3 : "denselayer3", denselayer4 : "denselayer4", denselayer5 :
    "denselayer5", denselayer6 : "denselayer6", denselayer7 : "denselayer7", denselayer8
    : "denselayer8", denselayer9 : "denselayer9", denselayer10 : "denselayer10",
    denselayer11 : "denselayer11", denselayer12 : "denselayer12", denselayer13 :
    "denselayer13", denselayer14 : "denselayer14", denselayer15 : "denselayer15",
    denselayer16 : "denselayer16", denselayer17 : "denselayer17", denselayer18 :
    "denselayer18", denselayer19 : "denselayer19", denselayer20 : "denselayer20",
    denselayer21 : "denselayer21", denselayer22 : "denselayer22", denselayer23 :
    "denselayer23", denselayer24 : "denselayer24" }
);

/// `[N, 128, 28, 28]` to `[N, 512, 28, 28]`.
pub struct DenseBlock512At28 {
    /// `[N, 128, 28, 28]` to `[N, 160, 28, 28]`.
    pub denselayer1: Layer160At28,
    /// `[N, 160, 28, 28]` to `[N, 192, 28, 28]`.
    pub denselayer2: Layer192At28,
    /// `[N, 192, 28, 28]` to `[N, 224, 28, 28]`.
    pub denselayer3: Layer224At28,
    /// `[N, 224, 28, 28]` to `[N, 256, 28, 28]`.
    pub denselayer4: Layer256At28,
    /// `[N, 256, 28, 28]` to `[N, 288, 28, 28]`.
    pub denselayer5: Layer288At28,
    /// `[N, 288, 28, 28]` to `[N, 320, 28, 28]`.
    pub denselayer6: Layer320At28,
    /// `[N, 320, 28, 28]` to `[N, 352, 28, 28]`.
    pub denselayer7: Layer352At28,
    /// `[N, 352, 28, 28]` to `[N, 384, 28, 28]`.
    pub denselayer8: Layer384At28,
    /// `[N, 384, 28, 28]` to `[N, 416, 28, 28]`.
    pub denselayer9: Layer416At28,
    /// `[N, 416, 28, 28]` to `[N, 448, 28, 28]`.
    pub denselayer10: Layer448At28,
    /// `[N, 448, 28, 28]` to `[N, 480, 28, 28]`.
    pub denselayer11: Layer480At28,
    /// `[N, 480, 28, 28]` to `[N, 512, 28, 28]`.
    pub denselayer12: Layer512At28,
}

impl DenseBlock512At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            denselayer1: Layer160At28::new(),
            denselayer2: Layer192At28::new(),
            denselayer3: Layer224At28::new(),
            denselayer4: Layer256At28::new(),
            denselayer5: Layer288At28::new(),
            denselayer6: Layer320At28::new(),
            denselayer7: Layer352At28::new(),
            denselayer8: Layer384At28::new(),
            denselayer9: Layer416At28::new(),
            denselayer10: Layer448At28::new(),
            denselayer11: Layer480At28::new(),
            denselayer12: Layer512At28::new(),
        }
    }

    /// `[N, 128, 28, 28]` to `[N, 512, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 28, 28, T>,
    ) -> Map<B, 512, 28, 28, T> {
        let denselayer1 = self.denselayer1.forward(x);
        let denselayer2 = self.denselayer2.forward(denselayer1);
        let denselayer3 = self.denselayer3.forward(denselayer2);
        let denselayer4 = self.denselayer4.forward(denselayer3);
        let denselayer5 = self.denselayer5.forward(denselayer4);
        let denselayer6 = self.denselayer6.forward(denselayer5);
        let denselayer7 = self.denselayer7.forward(denselayer6);
        let denselayer8 = self.denselayer8.forward(denselayer7);
        let denselayer9 = self.denselayer9.forward(denselayer8);
        let denselayer10 = self.denselayer10.forward(denselayer9);
        let denselayer11 = self.denselayer11.forward(denselayer10);
        self.denselayer12.forward(denselayer11)
    }
}

module!(
    DenseBlock512At28 { denselayer1 : "denselayer1", denselayer2 : "denselayer2",
    denselayer3 : "denselayer3", denselayer4 : "denselayer4", denselayer5 :
    "denselayer5", denselayer6 : "denselayer6", denselayer7 : "denselayer7", denselayer8
    : "denselayer8", denselayer9 : "denselayer9", denselayer10 : "denselayer10",
    denselayer11 : "denselayer11", denselayer12 : "denselayer12" }
);

/// `[N, 64, 56, 56]` to `[N, 256, 56, 56]`.
pub struct DenseBlock256At56 {
    /// `[N, 64, 56, 56]` to `[N, 96, 56, 56]`.
    pub denselayer1: Layer96At56,
    /// `[N, 96, 56, 56]` to `[N, 128, 56, 56]`.
    pub denselayer2: Layer128At56,
    /// `[N, 128, 56, 56]` to `[N, 160, 56, 56]`.
    pub denselayer3: Layer160At56,
    /// `[N, 160, 56, 56]` to `[N, 192, 56, 56]`.
    pub denselayer4: Layer192At56,
    /// `[N, 192, 56, 56]` to `[N, 224, 56, 56]`.
    pub denselayer5: Layer224At56,
    /// `[N, 224, 56, 56]` to `[N, 256, 56, 56]`.
    pub denselayer6: Layer256At56,
}

impl DenseBlock256At56 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            denselayer1: Layer96At56::new(),
            denselayer2: Layer128At56::new(),
            denselayer3: Layer160At56::new(),
            denselayer4: Layer192At56::new(),
            denselayer5: Layer224At56::new(),
            denselayer6: Layer256At56::new(),
        }
    }

    /// `[N, 64, 56, 56]` to `[N, 256, 56, 56]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 64, 56, 56, T>,
    ) -> Map<B, 256, 56, 56, T> {
        let denselayer1 = self.denselayer1.forward(x);
        let denselayer2 = self.denselayer2.forward(denselayer1);
        let denselayer3 = self.denselayer3.forward(denselayer2);
        let denselayer4 = self.denselayer4.forward(denselayer3);
        let denselayer5 = self.denselayer5.forward(denselayer4);
        self.denselayer6.forward(denselayer5)
    }
}

module!(
    DenseBlock256At56 { denselayer1 : "denselayer1", denselayer2 : "denselayer2",
    denselayer3 : "denselayer3", denselayer4 : "denselayer4", denselayer5 :
    "denselayer5", denselayer6 : "denselayer6" }
);

/// `[N, 992, 7, 7]` to `[N, 1024, 7, 7]`.
pub struct Layer1024At7 {
    /// `bn`, over `[N, 992, 7, 7]`, 1,984 weights.
    pub new_norm1: BatchNorm<992>,
    /// `conv`, `[N, 992, 7, 7]` to `[N, 128, 7, 7]`, 126,976 weights.
    pub new_conv1: conv!(992 x 7 x 7 => 128 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 7, 7]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 7, 7]` to `[N, 32, 7, 7]`, 36,864 weights.
    pub new_conv2: conv!(128 x 7 x 7 => 32 x 7 x 7, kernel 3 x 3, pad 1 x 1, no bias),
}

impl Layer1024At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 992, 7, 7]` to `[N, 1024, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 992, 7, 7, T>,
    ) -> Map<B, 1024, 7, 7, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 992 x 7 x 7, conv2 : 32 x 7 x 7 => 1024 x 7 x 7)
    }
}

module!(
    Layer1024At7 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 960, 7, 7]` to `[N, 992, 7, 7]`.
pub struct Layer992At7 {
    /// `bn`, over `[N, 960, 7, 7]`, 1,920 weights.
    pub new_norm1: BatchNorm<960>,
    /// `conv`, `[N, 960, 7, 7]` to `[N, 128, 7, 7]`, 122,880 weights.
    pub new_conv1: conv!(960 x 7 x 7 => 128 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 7, 7]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 7, 7]` to `[N, 32, 7, 7]`, 36,864 weights.
    pub new_conv2: conv!(128 x 7 x 7 => 32 x 7 x 7, kernel 3 x 3, pad 1 x 1, no bias),
}

impl Layer992At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 960, 7, 7]` to `[N, 992, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 960, 7, 7, T>,
    ) -> Map<B, 992, 7, 7, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 960 x 7 x 7, conv2 : 32 x 7 x 7 => 992 x 7 x 7)
    }
}

module!(
    Layer992At7 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 928, 7, 7]` to `[N, 960, 7, 7]`.
pub struct Layer960At7 {
    /// `bn`, over `[N, 928, 7, 7]`, 1,856 weights.
    pub new_norm1: BatchNorm<928>,
    /// `conv`, `[N, 928, 7, 7]` to `[N, 128, 7, 7]`, 118,784 weights.
    pub new_conv1: conv!(928 x 7 x 7 => 128 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 7, 7]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 7, 7]` to `[N, 32, 7, 7]`, 36,864 weights.
    pub new_conv2: conv!(128 x 7 x 7 => 32 x 7 x 7, kernel 3 x 3, pad 1 x 1, no bias),
}

impl Layer960At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 928, 7, 7]` to `[N, 960, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 928, 7, 7, T>,
    ) -> Map<B, 960, 7, 7, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 928 x 7 x 7, conv2 : 32 x 7 x 7 => 960 x 7 x 7)
    }
}

module!(
    Layer960At7 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 896, 7, 7]` to `[N, 928, 7, 7]`.
pub struct Layer928At7 {
    /// `bn`, over `[N, 896, 7, 7]`, 1,792 weights.
    pub new_norm1: BatchNorm<896>,
    /// `conv`, `[N, 896, 7, 7]` to `[N, 128, 7, 7]`, 114,688 weights.
    pub new_conv1: conv!(896 x 7 x 7 => 128 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 7, 7]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 7, 7]` to `[N, 32, 7, 7]`, 36,864 weights.
    pub new_conv2: conv!(128 x 7 x 7 => 32 x 7 x 7, kernel 3 x 3, pad 1 x 1, no bias),
}

impl Layer928At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 896, 7, 7]` to `[N, 928, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 896, 7, 7, T>,
    ) -> Map<B, 928, 7, 7, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 896 x 7 x 7, conv2 : 32 x 7 x 7 => 928 x 7 x 7)
    }
}

module!(
    Layer928At7 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 864, 7, 7]` to `[N, 896, 7, 7]`.
pub struct Layer896At7 {
    /// `bn`, over `[N, 864, 7, 7]`, 1,728 weights.
    pub new_norm1: BatchNorm<864>,
    /// `conv`, `[N, 864, 7, 7]` to `[N, 128, 7, 7]`, 110,592 weights.
    pub new_conv1: conv!(864 x 7 x 7 => 128 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 7, 7]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 7, 7]` to `[N, 32, 7, 7]`, 36,864 weights.
    pub new_conv2: conv!(128 x 7 x 7 => 32 x 7 x 7, kernel 3 x 3, pad 1 x 1, no bias),
}

impl Layer896At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 864, 7, 7]` to `[N, 896, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 864, 7, 7, T>,
    ) -> Map<B, 896, 7, 7, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 864 x 7 x 7, conv2 : 32 x 7 x 7 => 896 x 7 x 7)
    }
}

module!(
    Layer896At7 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 832, 7, 7]` to `[N, 864, 7, 7]`.
pub struct Layer864At7 {
    /// `bn`, over `[N, 832, 7, 7]`, 1,664 weights.
    pub new_norm1: BatchNorm<832>,
    /// `conv`, `[N, 832, 7, 7]` to `[N, 128, 7, 7]`, 106,496 weights.
    pub new_conv1: conv!(832 x 7 x 7 => 128 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 7, 7]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 7, 7]` to `[N, 32, 7, 7]`, 36,864 weights.
    pub new_conv2: conv!(128 x 7 x 7 => 32 x 7 x 7, kernel 3 x 3, pad 1 x 1, no bias),
}

impl Layer864At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 832, 7, 7]` to `[N, 864, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 832, 7, 7, T>,
    ) -> Map<B, 864, 7, 7, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 832 x 7 x 7, conv2 : 32 x 7 x 7 => 864 x 7 x 7)
    }
}

module!(
    Layer864At7 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 800, 7, 7]` to `[N, 832, 7, 7]`.
pub struct Layer832At7 {
    /// `bn`, over `[N, 800, 7, 7]`, 1,600 weights.
    pub new_norm1: BatchNorm<800>,
    /// `conv`, `[N, 800, 7, 7]` to `[N, 128, 7, 7]`, 102,400 weights.
    pub new_conv1: conv!(800 x 7 x 7 => 128 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 7, 7]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 7, 7]` to `[N, 32, 7, 7]`, 36,864 weights.
    pub new_conv2: conv!(128 x 7 x 7 => 32 x 7 x 7, kernel 3 x 3, pad 1 x 1, no bias),
}

impl Layer832At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 800, 7, 7]` to `[N, 832, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 800, 7, 7, T>,
    ) -> Map<B, 832, 7, 7, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 800 x 7 x 7, conv2 : 32 x 7 x 7 => 832 x 7 x 7)
    }
}

module!(
    Layer832At7 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 768, 7, 7]` to `[N, 800, 7, 7]`.
pub struct Layer800At7 {
    /// `bn`, over `[N, 768, 7, 7]`, 1,536 weights.
    pub new_norm1: BatchNorm<768>,
    /// `conv`, `[N, 768, 7, 7]` to `[N, 128, 7, 7]`, 98,304 weights.
    pub new_conv1: conv!(768 x 7 x 7 => 128 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 7, 7]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 7, 7]` to `[N, 32, 7, 7]`, 36,864 weights.
    pub new_conv2: conv!(128 x 7 x 7 => 32 x 7 x 7, kernel 3 x 3, pad 1 x 1, no bias),
}

impl Layer800At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 768, 7, 7]` to `[N, 800, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 768, 7, 7, T>,
    ) -> Map<B, 800, 7, 7, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 768 x 7 x 7, conv2 : 32 x 7 x 7 => 800 x 7 x 7)
    }
}

module!(
    Layer800At7 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 736, 7, 7]` to `[N, 768, 7, 7]`.
pub struct Layer768At7 {
    /// `bn`, over `[N, 736, 7, 7]`, 1,472 weights.
    pub new_norm1: BatchNorm<736>,
    /// `conv`, `[N, 736, 7, 7]` to `[N, 128, 7, 7]`, 94,208 weights.
    pub new_conv1: conv!(736 x 7 x 7 => 128 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 7, 7]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 7, 7]` to `[N, 32, 7, 7]`, 36,864 weights.
    pub new_conv2: conv!(128 x 7 x 7 => 32 x 7 x 7, kernel 3 x 3, pad 1 x 1, no bias),
}

impl Layer768At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 736, 7, 7]` to `[N, 768, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 736, 7, 7, T>,
    ) -> Map<B, 768, 7, 7, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 736 x 7 x 7, conv2 : 32 x 7 x 7 => 768 x 7 x 7)
    }
}

module!(
    Layer768At7 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 704, 7, 7]` to `[N, 736, 7, 7]`.
pub struct Layer736At7 {
    /// `bn`, over `[N, 704, 7, 7]`, 1,408 weights.
    pub new_norm1: BatchNorm<704>,
    /// `conv`, `[N, 704, 7, 7]` to `[N, 128, 7, 7]`, 90,112 weights.
    pub new_conv1: conv!(704 x 7 x 7 => 128 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 7, 7]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 7, 7]` to `[N, 32, 7, 7]`, 36,864 weights.
    pub new_conv2: conv!(128 x 7 x 7 => 32 x 7 x 7, kernel 3 x 3, pad 1 x 1, no bias),
}

impl Layer736At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 704, 7, 7]` to `[N, 736, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 704, 7, 7, T>,
    ) -> Map<B, 736, 7, 7, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 704 x 7 x 7, conv2 : 32 x 7 x 7 => 736 x 7 x 7)
    }
}

module!(
    Layer736At7 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 672, 7, 7]` to `[N, 704, 7, 7]`.
pub struct Layer704At7 {
    /// `bn`, over `[N, 672, 7, 7]`, 1,344 weights.
    pub new_norm1: BatchNorm<672>,
    /// `conv`, `[N, 672, 7, 7]` to `[N, 128, 7, 7]`, 86,016 weights.
    pub new_conv1: conv!(672 x 7 x 7 => 128 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 7, 7]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 7, 7]` to `[N, 32, 7, 7]`, 36,864 weights.
    pub new_conv2: conv!(128 x 7 x 7 => 32 x 7 x 7, kernel 3 x 3, pad 1 x 1, no bias),
}

impl Layer704At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 672, 7, 7]` to `[N, 704, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 672, 7, 7, T>,
    ) -> Map<B, 704, 7, 7, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 672 x 7 x 7, conv2 : 32 x 7 x 7 => 704 x 7 x 7)
    }
}

module!(
    Layer704At7 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 640, 7, 7]` to `[N, 672, 7, 7]`.
pub struct Layer672At7 {
    /// `bn`, over `[N, 640, 7, 7]`, 1,280 weights.
    pub new_norm1: BatchNorm<640>,
    /// `conv`, `[N, 640, 7, 7]` to `[N, 128, 7, 7]`, 81,920 weights.
    pub new_conv1: conv!(640 x 7 x 7 => 128 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 7, 7]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 7, 7]` to `[N, 32, 7, 7]`, 36,864 weights.
    pub new_conv2: conv!(128 x 7 x 7 => 32 x 7 x 7, kernel 3 x 3, pad 1 x 1, no bias),
}

impl Layer672At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 640, 7, 7]` to `[N, 672, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 640, 7, 7, T>,
    ) -> Map<B, 672, 7, 7, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 640 x 7 x 7, conv2 : 32 x 7 x 7 => 672 x 7 x 7)
    }
}

module!(
    Layer672At7 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 608, 7, 7]` to `[N, 640, 7, 7]`.
pub struct Layer640At7 {
    /// `bn`, over `[N, 608, 7, 7]`, 1,216 weights.
    pub new_norm1: BatchNorm<608>,
    /// `conv`, `[N, 608, 7, 7]` to `[N, 128, 7, 7]`, 77,824 weights.
    pub new_conv1: conv!(608 x 7 x 7 => 128 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 7, 7]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 7, 7]` to `[N, 32, 7, 7]`, 36,864 weights.
    pub new_conv2: conv!(128 x 7 x 7 => 32 x 7 x 7, kernel 3 x 3, pad 1 x 1, no bias),
}

impl Layer640At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 608, 7, 7]` to `[N, 640, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 608, 7, 7, T>,
    ) -> Map<B, 640, 7, 7, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 608 x 7 x 7, conv2 : 32 x 7 x 7 => 640 x 7 x 7)
    }
}

module!(
    Layer640At7 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 576, 7, 7]` to `[N, 608, 7, 7]`.
pub struct Layer608At7 {
    /// `bn`, over `[N, 576, 7, 7]`, 1,152 weights.
    pub new_norm1: BatchNorm<576>,
    /// `conv`, `[N, 576, 7, 7]` to `[N, 128, 7, 7]`, 73,728 weights.
    pub new_conv1: conv!(576 x 7 x 7 => 128 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 7, 7]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 7, 7]` to `[N, 32, 7, 7]`, 36,864 weights.
    pub new_conv2: conv!(128 x 7 x 7 => 32 x 7 x 7, kernel 3 x 3, pad 1 x 1, no bias),
}

impl Layer608At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 576, 7, 7]` to `[N, 608, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 576, 7, 7, T>,
    ) -> Map<B, 608, 7, 7, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 576 x 7 x 7, conv2 : 32 x 7 x 7 => 608 x 7 x 7)
    }
}

module!(
    Layer608At7 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 544, 7, 7]` to `[N, 576, 7, 7]`.
pub struct Layer576At7 {
    /// `bn`, over `[N, 544, 7, 7]`, 1,088 weights.
    pub new_norm1: BatchNorm<544>,
    /// `conv`, `[N, 544, 7, 7]` to `[N, 128, 7, 7]`, 69,632 weights.
    pub new_conv1: conv!(544 x 7 x 7 => 128 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 7, 7]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 7, 7]` to `[N, 32, 7, 7]`, 36,864 weights.
    pub new_conv2: conv!(128 x 7 x 7 => 32 x 7 x 7, kernel 3 x 3, pad 1 x 1, no bias),
}

impl Layer576At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 544, 7, 7]` to `[N, 576, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 544, 7, 7, T>,
    ) -> Map<B, 576, 7, 7, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 544 x 7 x 7, conv2 : 32 x 7 x 7 => 576 x 7 x 7)
    }
}

module!(
    Layer576At7 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 512, 7, 7]` to `[N, 544, 7, 7]`.
pub struct Layer544At7 {
    /// `bn`, over `[N, 512, 7, 7]`, 1,024 weights.
    pub new_norm1: BatchNorm<512>,
    /// `conv`, `[N, 512, 7, 7]` to `[N, 128, 7, 7]`, 65,536 weights.
    pub new_conv1: conv!(512 x 7 x 7 => 128 x 7 x 7, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 7, 7]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 7, 7]` to `[N, 32, 7, 7]`, 36,864 weights.
    pub new_conv2: conv!(128 x 7 x 7 => 32 x 7 x 7, kernel 3 x 3, pad 1 x 1, no bias),
}

impl Layer544At7 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 512, 7, 7]` to `[N, 544, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 7, 7, T>,
    ) -> Map<B, 544, 7, 7, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 512 x 7 x 7, conv2 : 32 x 7 x 7 => 544 x 7 x 7)
    }
}

module!(
    Layer544At7 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 1024, 14, 14]` to `[N, 512, 7, 7]`.
pub struct Transition512 {
    /// `bn`, over `[N, 1024, 14, 14]`, 2,048 weights.
    pub norm: BatchNorm<1024>,
    /// `conv`, `[N, 1024, 14, 14]` to `[N, 512, 14, 14]`, 524,288 weights.
    pub conv: conv!(1024 x 14 x 14 => 512 x 14 x 14, kernel 1 x 1, no bias),
}

impl Transition512 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            norm: BatchNorm::new(),
            conv: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 1024, 14, 14]` to `[N, 512, 7, 7]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 1024, 14, 14, T>,
    ) -> Map<B, 512, 7, 7, T> {
        let x = relu(self.norm.forward(x));
        let conv_value = self.conv.forward(x);
        avg_pool!(conv_value; 512 x 14 x 14 => 512 x 7 x 7, kernel 2 x 2, stride 2 x 2)
    }
}

module!(Transition512 { norm : "norm", conv : "conv" });

/// `[N, 992, 14, 14]` to `[N, 1024, 14, 14]`.
pub struct Layer1024At14 {
    /// `bn`, over `[N, 992, 14, 14]`, 1,984 weights.
    pub new_norm1: BatchNorm<992>,
    /// `conv`, `[N, 992, 14, 14]` to `[N, 128, 14, 14]`, 126,976 weights.
    pub new_conv1: conv!(992 x 14 x 14 => 128 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 14, 14]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 14, 14]` to `[N, 32, 14, 14]`, 36,864 weights.
    pub new_conv2: conv!(
        128 x 14 x 14 => 32 x 14 x 14, kernel 3 x 3, pad 1 x 1, no bias
    ),
}

impl Layer1024At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 992, 14, 14]` to `[N, 1024, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 992, 14, 14, T>,
    ) -> Map<B, 1024, 14, 14, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 992 x 14 x 14, conv2 : 32 x 14 x 14 => 1024 x 14 x 14)
    }
}

module!(
    Layer1024At14 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 960, 14, 14]` to `[N, 992, 14, 14]`.
pub struct Layer992At14 {
    /// `bn`, over `[N, 960, 14, 14]`, 1,920 weights.
    pub new_norm1: BatchNorm<960>,
    /// `conv`, `[N, 960, 14, 14]` to `[N, 128, 14, 14]`, 122,880 weights.
    pub new_conv1: conv!(960 x 14 x 14 => 128 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 14, 14]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 14, 14]` to `[N, 32, 14, 14]`, 36,864 weights.
    pub new_conv2: conv!(
        128 x 14 x 14 => 32 x 14 x 14, kernel 3 x 3, pad 1 x 1, no bias
    ),
}

impl Layer992At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 960, 14, 14]` to `[N, 992, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 960, 14, 14, T>,
    ) -> Map<B, 992, 14, 14, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 960 x 14 x 14, conv2 : 32 x 14 x 14 => 992 x 14 x 14)
    }
}

module!(
    Layer992At14 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 928, 14, 14]` to `[N, 960, 14, 14]`.
pub struct Layer960At14 {
    /// `bn`, over `[N, 928, 14, 14]`, 1,856 weights.
    pub new_norm1: BatchNorm<928>,
    /// `conv`, `[N, 928, 14, 14]` to `[N, 128, 14, 14]`, 118,784 weights.
    pub new_conv1: conv!(928 x 14 x 14 => 128 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 14, 14]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 14, 14]` to `[N, 32, 14, 14]`, 36,864 weights.
    pub new_conv2: conv!(
        128 x 14 x 14 => 32 x 14 x 14, kernel 3 x 3, pad 1 x 1, no bias
    ),
}

impl Layer960At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 928, 14, 14]` to `[N, 960, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 928, 14, 14, T>,
    ) -> Map<B, 960, 14, 14, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 928 x 14 x 14, conv2 : 32 x 14 x 14 => 960 x 14 x 14)
    }
}

module!(
    Layer960At14 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 896, 14, 14]` to `[N, 928, 14, 14]`.
pub struct Layer928At14 {
    /// `bn`, over `[N, 896, 14, 14]`, 1,792 weights.
    pub new_norm1: BatchNorm<896>,
    /// `conv`, `[N, 896, 14, 14]` to `[N, 128, 14, 14]`, 114,688 weights.
    pub new_conv1: conv!(896 x 14 x 14 => 128 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 14, 14]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 14, 14]` to `[N, 32, 14, 14]`, 36,864 weights.
    pub new_conv2: conv!(
        128 x 14 x 14 => 32 x 14 x 14, kernel 3 x 3, pad 1 x 1, no bias
    ),
}

impl Layer928At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 896, 14, 14]` to `[N, 928, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 896, 14, 14, T>,
    ) -> Map<B, 928, 14, 14, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 896 x 14 x 14, conv2 : 32 x 14 x 14 => 928 x 14 x 14)
    }
}

module!(
    Layer928At14 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 864, 14, 14]` to `[N, 896, 14, 14]`.
pub struct Layer896At14 {
    /// `bn`, over `[N, 864, 14, 14]`, 1,728 weights.
    pub new_norm1: BatchNorm<864>,
    /// `conv`, `[N, 864, 14, 14]` to `[N, 128, 14, 14]`, 110,592 weights.
    pub new_conv1: conv!(864 x 14 x 14 => 128 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 14, 14]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 14, 14]` to `[N, 32, 14, 14]`, 36,864 weights.
    pub new_conv2: conv!(
        128 x 14 x 14 => 32 x 14 x 14, kernel 3 x 3, pad 1 x 1, no bias
    ),
}

impl Layer896At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 864, 14, 14]` to `[N, 896, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 864, 14, 14, T>,
    ) -> Map<B, 896, 14, 14, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 864 x 14 x 14, conv2 : 32 x 14 x 14 => 896 x 14 x 14)
    }
}

module!(
    Layer896At14 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 832, 14, 14]` to `[N, 864, 14, 14]`.
pub struct Layer864At14 {
    /// `bn`, over `[N, 832, 14, 14]`, 1,664 weights.
    pub new_norm1: BatchNorm<832>,
    /// `conv`, `[N, 832, 14, 14]` to `[N, 128, 14, 14]`, 106,496 weights.
    pub new_conv1: conv!(832 x 14 x 14 => 128 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 14, 14]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 14, 14]` to `[N, 32, 14, 14]`, 36,864 weights.
    pub new_conv2: conv!(
        128 x 14 x 14 => 32 x 14 x 14, kernel 3 x 3, pad 1 x 1, no bias
    ),
}

impl Layer864At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 832, 14, 14]` to `[N, 864, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 832, 14, 14, T>,
    ) -> Map<B, 864, 14, 14, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 832 x 14 x 14, conv2 : 32 x 14 x 14 => 864 x 14 x 14)
    }
}

module!(
    Layer864At14 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 800, 14, 14]` to `[N, 832, 14, 14]`.
pub struct Layer832At14 {
    /// `bn`, over `[N, 800, 14, 14]`, 1,600 weights.
    pub new_norm1: BatchNorm<800>,
    /// `conv`, `[N, 800, 14, 14]` to `[N, 128, 14, 14]`, 102,400 weights.
    pub new_conv1: conv!(800 x 14 x 14 => 128 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 14, 14]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 14, 14]` to `[N, 32, 14, 14]`, 36,864 weights.
    pub new_conv2: conv!(
        128 x 14 x 14 => 32 x 14 x 14, kernel 3 x 3, pad 1 x 1, no bias
    ),
}

impl Layer832At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 800, 14, 14]` to `[N, 832, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 800, 14, 14, T>,
    ) -> Map<B, 832, 14, 14, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 800 x 14 x 14, conv2 : 32 x 14 x 14 => 832 x 14 x 14)
    }
}

module!(
    Layer832At14 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 768, 14, 14]` to `[N, 800, 14, 14]`.
pub struct Layer800At14 {
    /// `bn`, over `[N, 768, 14, 14]`, 1,536 weights.
    pub new_norm1: BatchNorm<768>,
    /// `conv`, `[N, 768, 14, 14]` to `[N, 128, 14, 14]`, 98,304 weights.
    pub new_conv1: conv!(768 x 14 x 14 => 128 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 14, 14]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 14, 14]` to `[N, 32, 14, 14]`, 36,864 weights.
    pub new_conv2: conv!(
        128 x 14 x 14 => 32 x 14 x 14, kernel 3 x 3, pad 1 x 1, no bias
    ),
}

impl Layer800At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 768, 14, 14]` to `[N, 800, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 768, 14, 14, T>,
    ) -> Map<B, 800, 14, 14, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 768 x 14 x 14, conv2 : 32 x 14 x 14 => 800 x 14 x 14)
    }
}

module!(
    Layer800At14 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 736, 14, 14]` to `[N, 768, 14, 14]`.
pub struct Layer768At14 {
    /// `bn`, over `[N, 736, 14, 14]`, 1,472 weights.
    pub new_norm1: BatchNorm<736>,
    /// `conv`, `[N, 736, 14, 14]` to `[N, 128, 14, 14]`, 94,208 weights.
    pub new_conv1: conv!(736 x 14 x 14 => 128 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 14, 14]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 14, 14]` to `[N, 32, 14, 14]`, 36,864 weights.
    pub new_conv2: conv!(
        128 x 14 x 14 => 32 x 14 x 14, kernel 3 x 3, pad 1 x 1, no bias
    ),
}

impl Layer768At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 736, 14, 14]` to `[N, 768, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 736, 14, 14, T>,
    ) -> Map<B, 768, 14, 14, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 736 x 14 x 14, conv2 : 32 x 14 x 14 => 768 x 14 x 14)
    }
}

module!(
    Layer768At14 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 704, 14, 14]` to `[N, 736, 14, 14]`.
pub struct Layer736At14 {
    /// `bn`, over `[N, 704, 14, 14]`, 1,408 weights.
    pub new_norm1: BatchNorm<704>,
    /// `conv`, `[N, 704, 14, 14]` to `[N, 128, 14, 14]`, 90,112 weights.
    pub new_conv1: conv!(704 x 14 x 14 => 128 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 14, 14]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 14, 14]` to `[N, 32, 14, 14]`, 36,864 weights.
    pub new_conv2: conv!(
        128 x 14 x 14 => 32 x 14 x 14, kernel 3 x 3, pad 1 x 1, no bias
    ),
}

impl Layer736At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 704, 14, 14]` to `[N, 736, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 704, 14, 14, T>,
    ) -> Map<B, 736, 14, 14, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 704 x 14 x 14, conv2 : 32 x 14 x 14 => 736 x 14 x 14)
    }
}

module!(
    Layer736At14 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 672, 14, 14]` to `[N, 704, 14, 14]`.
pub struct Layer704At14 {
    /// `bn`, over `[N, 672, 14, 14]`, 1,344 weights.
    pub new_norm1: BatchNorm<672>,
    /// `conv`, `[N, 672, 14, 14]` to `[N, 128, 14, 14]`, 86,016 weights.
    pub new_conv1: conv!(672 x 14 x 14 => 128 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 14, 14]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 14, 14]` to `[N, 32, 14, 14]`, 36,864 weights.
    pub new_conv2: conv!(
        128 x 14 x 14 => 32 x 14 x 14, kernel 3 x 3, pad 1 x 1, no bias
    ),
}

impl Layer704At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 672, 14, 14]` to `[N, 704, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 672, 14, 14, T>,
    ) -> Map<B, 704, 14, 14, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 672 x 14 x 14, conv2 : 32 x 14 x 14 => 704 x 14 x 14)
    }
}

module!(
    Layer704At14 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 640, 14, 14]` to `[N, 672, 14, 14]`.
pub struct Layer672At14 {
    /// `bn`, over `[N, 640, 14, 14]`, 1,280 weights.
    pub new_norm1: BatchNorm<640>,
    /// `conv`, `[N, 640, 14, 14]` to `[N, 128, 14, 14]`, 81,920 weights.
    pub new_conv1: conv!(640 x 14 x 14 => 128 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 14, 14]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 14, 14]` to `[N, 32, 14, 14]`, 36,864 weights.
    pub new_conv2: conv!(
        128 x 14 x 14 => 32 x 14 x 14, kernel 3 x 3, pad 1 x 1, no bias
    ),
}

impl Layer672At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 640, 14, 14]` to `[N, 672, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 640, 14, 14, T>,
    ) -> Map<B, 672, 14, 14, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 640 x 14 x 14, conv2 : 32 x 14 x 14 => 672 x 14 x 14)
    }
}

module!(
    Layer672At14 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 608, 14, 14]` to `[N, 640, 14, 14]`.
pub struct Layer640At14 {
    /// `bn`, over `[N, 608, 14, 14]`, 1,216 weights.
    pub new_norm1: BatchNorm<608>,
    /// `conv`, `[N, 608, 14, 14]` to `[N, 128, 14, 14]`, 77,824 weights.
    pub new_conv1: conv!(608 x 14 x 14 => 128 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 14, 14]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 14, 14]` to `[N, 32, 14, 14]`, 36,864 weights.
    pub new_conv2: conv!(
        128 x 14 x 14 => 32 x 14 x 14, kernel 3 x 3, pad 1 x 1, no bias
    ),
}

impl Layer640At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 608, 14, 14]` to `[N, 640, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 608, 14, 14, T>,
    ) -> Map<B, 640, 14, 14, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 608 x 14 x 14, conv2 : 32 x 14 x 14 => 640 x 14 x 14)
    }
}

module!(
    Layer640At14 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 576, 14, 14]` to `[N, 608, 14, 14]`.
pub struct Layer608At14 {
    /// `bn`, over `[N, 576, 14, 14]`, 1,152 weights.
    pub new_norm1: BatchNorm<576>,
    /// `conv`, `[N, 576, 14, 14]` to `[N, 128, 14, 14]`, 73,728 weights.
    pub new_conv1: conv!(576 x 14 x 14 => 128 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 14, 14]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 14, 14]` to `[N, 32, 14, 14]`, 36,864 weights.
    pub new_conv2: conv!(
        128 x 14 x 14 => 32 x 14 x 14, kernel 3 x 3, pad 1 x 1, no bias
    ),
}

impl Layer608At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 576, 14, 14]` to `[N, 608, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 576, 14, 14, T>,
    ) -> Map<B, 608, 14, 14, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 576 x 14 x 14, conv2 : 32 x 14 x 14 => 608 x 14 x 14)
    }
}

module!(
    Layer608At14 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 544, 14, 14]` to `[N, 576, 14, 14]`.
pub struct Layer576At14 {
    /// `bn`, over `[N, 544, 14, 14]`, 1,088 weights.
    pub new_norm1: BatchNorm<544>,
    /// `conv`, `[N, 544, 14, 14]` to `[N, 128, 14, 14]`, 69,632 weights.
    pub new_conv1: conv!(544 x 14 x 14 => 128 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 14, 14]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 14, 14]` to `[N, 32, 14, 14]`, 36,864 weights.
    pub new_conv2: conv!(
        128 x 14 x 14 => 32 x 14 x 14, kernel 3 x 3, pad 1 x 1, no bias
    ),
}

impl Layer576At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 544, 14, 14]` to `[N, 576, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 544, 14, 14, T>,
    ) -> Map<B, 576, 14, 14, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 544 x 14 x 14, conv2 : 32 x 14 x 14 => 576 x 14 x 14)
    }
}

module!(
    Layer576At14 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 512, 14, 14]` to `[N, 544, 14, 14]`.
pub struct Layer544At14 {
    /// `bn`, over `[N, 512, 14, 14]`, 1,024 weights.
    pub new_norm1: BatchNorm<512>,
    /// `conv`, `[N, 512, 14, 14]` to `[N, 128, 14, 14]`, 65,536 weights.
    pub new_conv1: conv!(512 x 14 x 14 => 128 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 14, 14]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 14, 14]` to `[N, 32, 14, 14]`, 36,864 weights.
    pub new_conv2: conv!(
        128 x 14 x 14 => 32 x 14 x 14, kernel 3 x 3, pad 1 x 1, no bias
    ),
}

impl Layer544At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 512, 14, 14]` to `[N, 544, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 14, 14, T>,
    ) -> Map<B, 544, 14, 14, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 512 x 14 x 14, conv2 : 32 x 14 x 14 => 544 x 14 x 14)
    }
}

module!(
    Layer544At14 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 480, 14, 14]` to `[N, 512, 14, 14]`.
pub struct Layer512At14 {
    /// `bn`, over `[N, 480, 14, 14]`, 960 weights.
    pub new_norm1: BatchNorm<480>,
    /// `conv`, `[N, 480, 14, 14]` to `[N, 128, 14, 14]`, 61,440 weights.
    pub new_conv1: conv!(480 x 14 x 14 => 128 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 14, 14]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 14, 14]` to `[N, 32, 14, 14]`, 36,864 weights.
    pub new_conv2: conv!(
        128 x 14 x 14 => 32 x 14 x 14, kernel 3 x 3, pad 1 x 1, no bias
    ),
}

impl Layer512At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 480, 14, 14]` to `[N, 512, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 480, 14, 14, T>,
    ) -> Map<B, 512, 14, 14, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 480 x 14 x 14, conv2 : 32 x 14 x 14 => 512 x 14 x 14)
    }
}

module!(
    Layer512At14 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 448, 14, 14]` to `[N, 480, 14, 14]`.
pub struct Layer480At14 {
    /// `bn`, over `[N, 448, 14, 14]`, 896 weights.
    pub new_norm1: BatchNorm<448>,
    /// `conv`, `[N, 448, 14, 14]` to `[N, 128, 14, 14]`, 57,344 weights.
    pub new_conv1: conv!(448 x 14 x 14 => 128 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 14, 14]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 14, 14]` to `[N, 32, 14, 14]`, 36,864 weights.
    pub new_conv2: conv!(
        128 x 14 x 14 => 32 x 14 x 14, kernel 3 x 3, pad 1 x 1, no bias
    ),
}

impl Layer480At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 448, 14, 14]` to `[N, 480, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 448, 14, 14, T>,
    ) -> Map<B, 480, 14, 14, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 448 x 14 x 14, conv2 : 32 x 14 x 14 => 480 x 14 x 14)
    }
}

module!(
    Layer480At14 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 416, 14, 14]` to `[N, 448, 14, 14]`.
pub struct Layer448At14 {
    /// `bn`, over `[N, 416, 14, 14]`, 832 weights.
    pub new_norm1: BatchNorm<416>,
    /// `conv`, `[N, 416, 14, 14]` to `[N, 128, 14, 14]`, 53,248 weights.
    pub new_conv1: conv!(416 x 14 x 14 => 128 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 14, 14]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 14, 14]` to `[N, 32, 14, 14]`, 36,864 weights.
    pub new_conv2: conv!(
        128 x 14 x 14 => 32 x 14 x 14, kernel 3 x 3, pad 1 x 1, no bias
    ),
}

impl Layer448At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 416, 14, 14]` to `[N, 448, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 416, 14, 14, T>,
    ) -> Map<B, 448, 14, 14, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 416 x 14 x 14, conv2 : 32 x 14 x 14 => 448 x 14 x 14)
    }
}

module!(
    Layer448At14 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 384, 14, 14]` to `[N, 416, 14, 14]`.
pub struct Layer416At14 {
    /// `bn`, over `[N, 384, 14, 14]`, 768 weights.
    pub new_norm1: BatchNorm<384>,
    /// `conv`, `[N, 384, 14, 14]` to `[N, 128, 14, 14]`, 49,152 weights.
    pub new_conv1: conv!(384 x 14 x 14 => 128 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 14, 14]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 14, 14]` to `[N, 32, 14, 14]`, 36,864 weights.
    pub new_conv2: conv!(
        128 x 14 x 14 => 32 x 14 x 14, kernel 3 x 3, pad 1 x 1, no bias
    ),
}

impl Layer416At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 384, 14, 14]` to `[N, 416, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 384, 14, 14, T>,
    ) -> Map<B, 416, 14, 14, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 384 x 14 x 14, conv2 : 32 x 14 x 14 => 416 x 14 x 14)
    }
}

module!(
    Layer416At14 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 352, 14, 14]` to `[N, 384, 14, 14]`.
pub struct Layer384At14 {
    /// `bn`, over `[N, 352, 14, 14]`, 704 weights.
    pub new_norm1: BatchNorm<352>,
    /// `conv`, `[N, 352, 14, 14]` to `[N, 128, 14, 14]`, 45,056 weights.
    pub new_conv1: conv!(352 x 14 x 14 => 128 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 14, 14]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 14, 14]` to `[N, 32, 14, 14]`, 36,864 weights.
    pub new_conv2: conv!(
        128 x 14 x 14 => 32 x 14 x 14, kernel 3 x 3, pad 1 x 1, no bias
    ),
}

impl Layer384At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 352, 14, 14]` to `[N, 384, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 352, 14, 14, T>,
    ) -> Map<B, 384, 14, 14, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 352 x 14 x 14, conv2 : 32 x 14 x 14 => 384 x 14 x 14)
    }
}

module!(
    Layer384At14 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 320, 14, 14]` to `[N, 352, 14, 14]`.
pub struct Layer352At14 {
    /// `bn`, over `[N, 320, 14, 14]`, 640 weights.
    pub new_norm1: BatchNorm<320>,
    /// `conv`, `[N, 320, 14, 14]` to `[N, 128, 14, 14]`, 40,960 weights.
    pub new_conv1: conv!(320 x 14 x 14 => 128 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 14, 14]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 14, 14]` to `[N, 32, 14, 14]`, 36,864 weights.
    pub new_conv2: conv!(
        128 x 14 x 14 => 32 x 14 x 14, kernel 3 x 3, pad 1 x 1, no bias
    ),
}

impl Layer352At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 320, 14, 14]` to `[N, 352, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 320, 14, 14, T>,
    ) -> Map<B, 352, 14, 14, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 320 x 14 x 14, conv2 : 32 x 14 x 14 => 352 x 14 x 14)
    }
}

module!(
    Layer352At14 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 288, 14, 14]` to `[N, 320, 14, 14]`.
pub struct Layer320At14 {
    /// `bn`, over `[N, 288, 14, 14]`, 576 weights.
    pub new_norm1: BatchNorm<288>,
    /// `conv`, `[N, 288, 14, 14]` to `[N, 128, 14, 14]`, 36,864 weights.
    pub new_conv1: conv!(288 x 14 x 14 => 128 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 14, 14]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 14, 14]` to `[N, 32, 14, 14]`, 36,864 weights.
    pub new_conv2: conv!(
        128 x 14 x 14 => 32 x 14 x 14, kernel 3 x 3, pad 1 x 1, no bias
    ),
}

impl Layer320At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 288, 14, 14]` to `[N, 320, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 288, 14, 14, T>,
    ) -> Map<B, 320, 14, 14, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 288 x 14 x 14, conv2 : 32 x 14 x 14 => 320 x 14 x 14)
    }
}

module!(
    Layer320At14 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 256, 14, 14]` to `[N, 288, 14, 14]`.
pub struct Layer288At14 {
    /// `bn`, over `[N, 256, 14, 14]`, 512 weights.
    pub new_norm1: BatchNorm<256>,
    /// `conv`, `[N, 256, 14, 14]` to `[N, 128, 14, 14]`, 32,768 weights.
    pub new_conv1: conv!(256 x 14 x 14 => 128 x 14 x 14, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 14, 14]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 14, 14]` to `[N, 32, 14, 14]`, 36,864 weights.
    pub new_conv2: conv!(
        128 x 14 x 14 => 32 x 14 x 14, kernel 3 x 3, pad 1 x 1, no bias
    ),
}

impl Layer288At14 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 256, 14, 14]` to `[N, 288, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 14, 14, T>,
    ) -> Map<B, 288, 14, 14, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 256 x 14 x 14, conv2 : 32 x 14 x 14 => 288 x 14 x 14)
    }
}

module!(
    Layer288At14 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 512, 28, 28]` to `[N, 256, 14, 14]`.
pub struct Transition256 {
    /// `bn`, over `[N, 512, 28, 28]`, 1,024 weights.
    pub norm: BatchNorm<512>,
    /// `conv`, `[N, 512, 28, 28]` to `[N, 256, 28, 28]`, 131,072 weights.
    pub conv: conv!(512 x 28 x 28 => 256 x 28 x 28, kernel 1 x 1, no bias),
}

impl Transition256 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            norm: BatchNorm::new(),
            conv: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 512, 28, 28]` to `[N, 256, 14, 14]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 512, 28, 28, T>,
    ) -> Map<B, 256, 14, 14, T> {
        let x = relu(self.norm.forward(x));
        let conv_value = self.conv.forward(x);
        avg_pool!(conv_value; 256 x 28 x 28 => 256 x 14 x 14, kernel 2 x 2, stride 2 x 2)
    }
}

module!(Transition256 { norm : "norm", conv : "conv" });

/// `[N, 480, 28, 28]` to `[N, 512, 28, 28]`.
pub struct Layer512At28 {
    /// `bn`, over `[N, 480, 28, 28]`, 960 weights.
    pub new_norm1: BatchNorm<480>,
    /// `conv`, `[N, 480, 28, 28]` to `[N, 128, 28, 28]`, 61,440 weights.
    pub new_conv1: conv!(480 x 28 x 28 => 128 x 28 x 28, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 28, 28]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 28, 28]` to `[N, 32, 28, 28]`, 36,864 weights.
    pub new_conv2: conv!(
        128 x 28 x 28 => 32 x 28 x 28, kernel 3 x 3, pad 1 x 1, no bias
    ),
}

impl Layer512At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 480, 28, 28]` to `[N, 512, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 480, 28, 28, T>,
    ) -> Map<B, 512, 28, 28, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 480 x 28 x 28, conv2 : 32 x 28 x 28 => 512 x 28 x 28)
    }
}

module!(
    Layer512At28 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 448, 28, 28]` to `[N, 480, 28, 28]`.
pub struct Layer480At28 {
    /// `bn`, over `[N, 448, 28, 28]`, 896 weights.
    pub new_norm1: BatchNorm<448>,
    /// `conv`, `[N, 448, 28, 28]` to `[N, 128, 28, 28]`, 57,344 weights.
    pub new_conv1: conv!(448 x 28 x 28 => 128 x 28 x 28, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 28, 28]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 28, 28]` to `[N, 32, 28, 28]`, 36,864 weights.
    pub new_conv2: conv!(
        128 x 28 x 28 => 32 x 28 x 28, kernel 3 x 3, pad 1 x 1, no bias
    ),
}

impl Layer480At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 448, 28, 28]` to `[N, 480, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 448, 28, 28, T>,
    ) -> Map<B, 480, 28, 28, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 448 x 28 x 28, conv2 : 32 x 28 x 28 => 480 x 28 x 28)
    }
}

module!(
    Layer480At28 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 416, 28, 28]` to `[N, 448, 28, 28]`.
pub struct Layer448At28 {
    /// `bn`, over `[N, 416, 28, 28]`, 832 weights.
    pub new_norm1: BatchNorm<416>,
    /// `conv`, `[N, 416, 28, 28]` to `[N, 128, 28, 28]`, 53,248 weights.
    pub new_conv1: conv!(416 x 28 x 28 => 128 x 28 x 28, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 28, 28]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 28, 28]` to `[N, 32, 28, 28]`, 36,864 weights.
    pub new_conv2: conv!(
        128 x 28 x 28 => 32 x 28 x 28, kernel 3 x 3, pad 1 x 1, no bias
    ),
}

impl Layer448At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 416, 28, 28]` to `[N, 448, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 416, 28, 28, T>,
    ) -> Map<B, 448, 28, 28, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 416 x 28 x 28, conv2 : 32 x 28 x 28 => 448 x 28 x 28)
    }
}

module!(
    Layer448At28 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 384, 28, 28]` to `[N, 416, 28, 28]`.
pub struct Layer416At28 {
    /// `bn`, over `[N, 384, 28, 28]`, 768 weights.
    pub new_norm1: BatchNorm<384>,
    /// `conv`, `[N, 384, 28, 28]` to `[N, 128, 28, 28]`, 49,152 weights.
    pub new_conv1: conv!(384 x 28 x 28 => 128 x 28 x 28, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 28, 28]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 28, 28]` to `[N, 32, 28, 28]`, 36,864 weights.
    pub new_conv2: conv!(
        128 x 28 x 28 => 32 x 28 x 28, kernel 3 x 3, pad 1 x 1, no bias
    ),
}

impl Layer416At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 384, 28, 28]` to `[N, 416, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 384, 28, 28, T>,
    ) -> Map<B, 416, 28, 28, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 384 x 28 x 28, conv2 : 32 x 28 x 28 => 416 x 28 x 28)
    }
}

module!(
    Layer416At28 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 352, 28, 28]` to `[N, 384, 28, 28]`.
pub struct Layer384At28 {
    /// `bn`, over `[N, 352, 28, 28]`, 704 weights.
    pub new_norm1: BatchNorm<352>,
    /// `conv`, `[N, 352, 28, 28]` to `[N, 128, 28, 28]`, 45,056 weights.
    pub new_conv1: conv!(352 x 28 x 28 => 128 x 28 x 28, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 28, 28]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 28, 28]` to `[N, 32, 28, 28]`, 36,864 weights.
    pub new_conv2: conv!(
        128 x 28 x 28 => 32 x 28 x 28, kernel 3 x 3, pad 1 x 1, no bias
    ),
}

impl Layer384At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 352, 28, 28]` to `[N, 384, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 352, 28, 28, T>,
    ) -> Map<B, 384, 28, 28, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 352 x 28 x 28, conv2 : 32 x 28 x 28 => 384 x 28 x 28)
    }
}

module!(
    Layer384At28 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 320, 28, 28]` to `[N, 352, 28, 28]`.
pub struct Layer352At28 {
    /// `bn`, over `[N, 320, 28, 28]`, 640 weights.
    pub new_norm1: BatchNorm<320>,
    /// `conv`, `[N, 320, 28, 28]` to `[N, 128, 28, 28]`, 40,960 weights.
    pub new_conv1: conv!(320 x 28 x 28 => 128 x 28 x 28, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 28, 28]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 28, 28]` to `[N, 32, 28, 28]`, 36,864 weights.
    pub new_conv2: conv!(
        128 x 28 x 28 => 32 x 28 x 28, kernel 3 x 3, pad 1 x 1, no bias
    ),
}

impl Layer352At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 320, 28, 28]` to `[N, 352, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 320, 28, 28, T>,
    ) -> Map<B, 352, 28, 28, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 320 x 28 x 28, conv2 : 32 x 28 x 28 => 352 x 28 x 28)
    }
}

module!(
    Layer352At28 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 288, 28, 28]` to `[N, 320, 28, 28]`.
pub struct Layer320At28 {
    /// `bn`, over `[N, 288, 28, 28]`, 576 weights.
    pub new_norm1: BatchNorm<288>,
    /// `conv`, `[N, 288, 28, 28]` to `[N, 128, 28, 28]`, 36,864 weights.
    pub new_conv1: conv!(288 x 28 x 28 => 128 x 28 x 28, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 28, 28]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 28, 28]` to `[N, 32, 28, 28]`, 36,864 weights.
    pub new_conv2: conv!(
        128 x 28 x 28 => 32 x 28 x 28, kernel 3 x 3, pad 1 x 1, no bias
    ),
}

impl Layer320At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 288, 28, 28]` to `[N, 320, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 288, 28, 28, T>,
    ) -> Map<B, 320, 28, 28, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 288 x 28 x 28, conv2 : 32 x 28 x 28 => 320 x 28 x 28)
    }
}

module!(
    Layer320At28 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 256, 28, 28]` to `[N, 288, 28, 28]`.
pub struct Layer288At28 {
    /// `bn`, over `[N, 256, 28, 28]`, 512 weights.
    pub new_norm1: BatchNorm<256>,
    /// `conv`, `[N, 256, 28, 28]` to `[N, 128, 28, 28]`, 32,768 weights.
    pub new_conv1: conv!(256 x 28 x 28 => 128 x 28 x 28, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 28, 28]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 28, 28]` to `[N, 32, 28, 28]`, 36,864 weights.
    pub new_conv2: conv!(
        128 x 28 x 28 => 32 x 28 x 28, kernel 3 x 3, pad 1 x 1, no bias
    ),
}

impl Layer288At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 256, 28, 28]` to `[N, 288, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 28, 28, T>,
    ) -> Map<B, 288, 28, 28, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 256 x 28 x 28, conv2 : 32 x 28 x 28 => 288 x 28 x 28)
    }
}

module!(
    Layer288At28 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 224, 28, 28]` to `[N, 256, 28, 28]`.
pub struct Layer256At28 {
    /// `bn`, over `[N, 224, 28, 28]`, 448 weights.
    pub new_norm1: BatchNorm<224>,
    /// `conv`, `[N, 224, 28, 28]` to `[N, 128, 28, 28]`, 28,672 weights.
    pub new_conv1: conv!(224 x 28 x 28 => 128 x 28 x 28, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 28, 28]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 28, 28]` to `[N, 32, 28, 28]`, 36,864 weights.
    pub new_conv2: conv!(
        128 x 28 x 28 => 32 x 28 x 28, kernel 3 x 3, pad 1 x 1, no bias
    ),
}

impl Layer256At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 224, 28, 28]` to `[N, 256, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 224, 28, 28, T>,
    ) -> Map<B, 256, 28, 28, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 224 x 28 x 28, conv2 : 32 x 28 x 28 => 256 x 28 x 28)
    }
}

module!(
    Layer256At28 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 192, 28, 28]` to `[N, 224, 28, 28]`.
pub struct Layer224At28 {
    /// `bn`, over `[N, 192, 28, 28]`, 384 weights.
    pub new_norm1: BatchNorm<192>,
    /// `conv`, `[N, 192, 28, 28]` to `[N, 128, 28, 28]`, 24,576 weights.
    pub new_conv1: conv!(192 x 28 x 28 => 128 x 28 x 28, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 28, 28]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 28, 28]` to `[N, 32, 28, 28]`, 36,864 weights.
    pub new_conv2: conv!(
        128 x 28 x 28 => 32 x 28 x 28, kernel 3 x 3, pad 1 x 1, no bias
    ),
}

impl Layer224At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 192, 28, 28]` to `[N, 224, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 192, 28, 28, T>,
    ) -> Map<B, 224, 28, 28, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 192 x 28 x 28, conv2 : 32 x 28 x 28 => 224 x 28 x 28)
    }
}

module!(
    Layer224At28 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 160, 28, 28]` to `[N, 192, 28, 28]`.
pub struct Layer192At28 {
    /// `bn`, over `[N, 160, 28, 28]`, 320 weights.
    pub new_norm1: BatchNorm<160>,
    /// `conv`, `[N, 160, 28, 28]` to `[N, 128, 28, 28]`, 20,480 weights.
    pub new_conv1: conv!(160 x 28 x 28 => 128 x 28 x 28, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 28, 28]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 28, 28]` to `[N, 32, 28, 28]`, 36,864 weights.
    pub new_conv2: conv!(
        128 x 28 x 28 => 32 x 28 x 28, kernel 3 x 3, pad 1 x 1, no bias
    ),
}

impl Layer192At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 160, 28, 28]` to `[N, 192, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 160, 28, 28, T>,
    ) -> Map<B, 192, 28, 28, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 160 x 28 x 28, conv2 : 32 x 28 x 28 => 192 x 28 x 28)
    }
}

module!(
    Layer192At28 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 128, 28, 28]` to `[N, 160, 28, 28]`.
pub struct Layer160At28 {
    /// `bn`, over `[N, 128, 28, 28]`, 256 weights.
    pub new_norm1: BatchNorm<128>,
    /// `conv`, over `[N, 128, 28, 28]`, 16,384 weights.
    pub new_conv1: conv!(128 x 28 x 28 => 128 x 28 x 28, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 28, 28]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 28, 28]` to `[N, 32, 28, 28]`, 36,864 weights.
    pub new_conv2: conv!(
        128 x 28 x 28 => 32 x 28 x 28, kernel 3 x 3, pad 1 x 1, no bias
    ),
}

impl Layer160At28 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 128, 28, 28]` to `[N, 160, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 28, 28, T>,
    ) -> Map<B, 160, 28, 28, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 128 x 28 x 28, conv2 : 32 x 28 x 28 => 160 x 28 x 28)
    }
}

module!(
    Layer160At28 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 256, 56, 56]` to `[N, 128, 28, 28]`.
pub struct Transition128 {
    /// `bn`, over `[N, 256, 56, 56]`, 512 weights.
    pub norm: BatchNorm<256>,
    /// `conv`, `[N, 256, 56, 56]` to `[N, 128, 56, 56]`, 32,768 weights.
    pub conv: conv!(256 x 56 x 56 => 128 x 56 x 56, kernel 1 x 1, no bias),
}

impl Transition128 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            norm: BatchNorm::new(),
            conv: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 256, 56, 56]` to `[N, 128, 28, 28]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 256, 56, 56, T>,
    ) -> Map<B, 128, 28, 28, T> {
        let x = relu(self.norm.forward(x));
        let conv_value = self.conv.forward(x);
        avg_pool!(conv_value; 128 x 56 x 56 => 128 x 28 x 28, kernel 2 x 2, stride 2 x 2)
    }
}

module!(Transition128 { norm : "norm", conv : "conv" });

/// `[N, 224, 56, 56]` to `[N, 256, 56, 56]`.
pub struct Layer256At56 {
    /// `bn`, over `[N, 224, 56, 56]`, 448 weights.
    pub new_norm1: BatchNorm<224>,
    /// `conv`, `[N, 224, 56, 56]` to `[N, 128, 56, 56]`, 28,672 weights.
    pub new_conv1: conv!(224 x 56 x 56 => 128 x 56 x 56, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 56, 56]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 56, 56]` to `[N, 32, 56, 56]`, 36,864 weights.
    pub new_conv2: conv!(
        128 x 56 x 56 => 32 x 56 x 56, kernel 3 x 3, pad 1 x 1, no bias
    ),
}

impl Layer256At56 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 224, 56, 56]` to `[N, 256, 56, 56]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 224, 56, 56, T>,
    ) -> Map<B, 256, 56, 56, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 224 x 56 x 56, conv2 : 32 x 56 x 56 => 256 x 56 x 56)
    }
}

module!(
    Layer256At56 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 192, 56, 56]` to `[N, 224, 56, 56]`.
pub struct Layer224At56 {
    /// `bn`, over `[N, 192, 56, 56]`, 384 weights.
    pub new_norm1: BatchNorm<192>,
    /// `conv`, `[N, 192, 56, 56]` to `[N, 128, 56, 56]`, 24,576 weights.
    pub new_conv1: conv!(192 x 56 x 56 => 128 x 56 x 56, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 56, 56]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 56, 56]` to `[N, 32, 56, 56]`, 36,864 weights.
    pub new_conv2: conv!(
        128 x 56 x 56 => 32 x 56 x 56, kernel 3 x 3, pad 1 x 1, no bias
    ),
}

impl Layer224At56 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 192, 56, 56]` to `[N, 224, 56, 56]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 192, 56, 56, T>,
    ) -> Map<B, 224, 56, 56, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 192 x 56 x 56, conv2 : 32 x 56 x 56 => 224 x 56 x 56)
    }
}

module!(
    Layer224At56 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 160, 56, 56]` to `[N, 192, 56, 56]`.
pub struct Layer192At56 {
    /// `bn`, over `[N, 160, 56, 56]`, 320 weights.
    pub new_norm1: BatchNorm<160>,
    /// `conv`, `[N, 160, 56, 56]` to `[N, 128, 56, 56]`, 20,480 weights.
    pub new_conv1: conv!(160 x 56 x 56 => 128 x 56 x 56, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 56, 56]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 56, 56]` to `[N, 32, 56, 56]`, 36,864 weights.
    pub new_conv2: conv!(
        128 x 56 x 56 => 32 x 56 x 56, kernel 3 x 3, pad 1 x 1, no bias
    ),
}

impl Layer192At56 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 160, 56, 56]` to `[N, 192, 56, 56]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 160, 56, 56, T>,
    ) -> Map<B, 192, 56, 56, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 160 x 56 x 56, conv2 : 32 x 56 x 56 => 192 x 56 x 56)
    }
}

module!(
    Layer192At56 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 128, 56, 56]` to `[N, 160, 56, 56]`.
pub struct Layer160At56 {
    /// `bn`, over `[N, 128, 56, 56]`, 256 weights.
    pub new_norm1: BatchNorm<128>,
    /// `conv`, over `[N, 128, 56, 56]`, 16,384 weights.
    pub new_conv1: conv!(128 x 56 x 56 => 128 x 56 x 56, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 56, 56]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 56, 56]` to `[N, 32, 56, 56]`, 36,864 weights.
    pub new_conv2: conv!(
        128 x 56 x 56 => 32 x 56 x 56, kernel 3 x 3, pad 1 x 1, no bias
    ),
}

impl Layer160At56 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 128, 56, 56]` to `[N, 160, 56, 56]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 128, 56, 56, T>,
    ) -> Map<B, 160, 56, 56, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 128 x 56 x 56, conv2 : 32 x 56 x 56 => 160 x 56 x 56)
    }
}

module!(
    Layer160At56 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 96, 56, 56]` to `[N, 128, 56, 56]`.
pub struct Layer128At56 {
    /// `bn`, over `[N, 96, 56, 56]`, 192 weights.
    pub new_norm1: BatchNorm<96>,
    /// `conv`, `[N, 96, 56, 56]` to `[N, 128, 56, 56]`, 12,288 weights.
    pub new_conv1: conv!(96 x 56 x 56 => 128 x 56 x 56, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 56, 56]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 56, 56]` to `[N, 32, 56, 56]`, 36,864 weights.
    pub new_conv2: conv!(
        128 x 56 x 56 => 32 x 56 x 56, kernel 3 x 3, pad 1 x 1, no bias
    ),
}

impl Layer128At56 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 96, 56, 56]` to `[N, 128, 56, 56]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 96, 56, 56, T>,
    ) -> Map<B, 128, 56, 56, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 96 x 56 x 56, conv2 : 32 x 56 x 56 => 128 x 56 x 56)
    }
}

module!(
    Layer128At56 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);

/// `[N, 64, 56, 56]` to `[N, 96, 56, 56]`.
pub struct Layer96At56 {
    /// `bn`, over `[N, 64, 56, 56]`, 128 weights.
    pub new_norm1: BatchNorm<64>,
    /// `conv`, `[N, 64, 56, 56]` to `[N, 128, 56, 56]`, 8,192 weights.
    pub new_conv1: conv!(64 x 56 x 56 => 128 x 56 x 56, kernel 1 x 1, no bias),
    /// `bn`, over `[N, 128, 56, 56]`, 256 weights.
    pub new_norm2: BatchNorm<128>,
    /// `conv`, `[N, 128, 56, 56]` to `[N, 32, 56, 56]`, 36,864 weights.
    pub new_conv2: conv!(
        128 x 56 x 56 => 32 x 56 x 56, kernel 3 x 3, pad 1 x 1, no bias
    ),
}

impl Layer96At56 {
    /// With weights of zero: see `initialize` and `load`.
    pub fn new() -> Self {
        Self {
            new_norm1: BatchNorm::new(),
            new_conv1: Conv::new().init(Init::HeNormal(Fan::In)),
            new_norm2: BatchNorm::new(),
            new_conv2: Conv::new().init(Init::HeNormal(Fan::In)),
        }
    }

    /// `[N, 64, 56, 56]` to `[N, 96, 56, 56]`.
    pub fn forward<B: Dim, T: Tape>(
        &self,
        x: Map<B, 64, 56, 56, T>,
    ) -> Map<B, 96, 56, 56, T> {
        let new = relu(self.new_norm1.forward(fork(&x)));
        let new = self.new_conv1.bn(&self.new_norm2).relu().forward(new);
        let conv2 = self.new_conv2.forward(new);
        concat_channels!(x : 64 x 56 x 56, conv2 : 32 x 56 x 56 => 96 x 56 x 56)
    }
}

module!(
    Layer96At56 { new_norm1 : "new.norm1", new_conv1 : "new.conv1", new_norm2 :
    "new.norm2", new_conv2 : "new.conv2" }
);
