//! Generated networks beside the engine: the same outputs, gradients and training.
//!
//! Those that take long are ignored by default:
//! `cargo test --release -p generated --test equality -- --include-ignored`.

mod engine;

use blockprint::typed::prelude::*;
use blockprint::typed::program::Measures;
use engine::{Engine, Goal, SEED};

/// Values of a network's inputs: floats, then classes or numbers that its loss reads.
struct Inputs {
    floats: Vec<Vec<f32>>,
    target: Vec<f32>,
    examples: usize,
}

impl Inputs {
    fn tensor<S: Batch>(&self, at: usize) -> Tensor<S, f32, Cpu> {
        tensor(self.floats[at].clone(), self.examples)
    }

    fn classes(&self) -> Labels<usize> {
        labels(self.target.iter().map(|v| *v as i64).collect())
    }

    fn numbers<S: Batch>(&self) -> Tensor<S, f32, Cpu> {
        tensor(self.target.clone(), self.examples)
    }
}

/// A generated network with its two uses.
struct Subject<N> {
    net: N,
    output: fn(&N, &Inputs) -> Vec<f32>,
    loss: fn(&N, &Inputs) -> Scalar<OwnedTape<f32, Cpu>>,
}

/// A classifier of images of one input, with the loss of its spec.
macro_rules! classifier {
    ($module:ident::$name:ident, $images:ty) => {
        Subject {
            net: generated::$module::model::$name::new(),
            output: |net, inputs| values(&net.forward(inputs.tensor::<$images>(0))),
            loss: |net, inputs| {
                let logits = net.forward(inputs.tensor::<$images>(0).leaky_trace());
                let measures: Measures<_> = generated::$module::model::$name::measure(logits, inputs.classes());
                measures.loss
            },
        }
    };
}

type Photo<const C: usize, const H: usize, const W: usize> = (usize, Const<C>, Const<H>, Const<W>);
type Image<const C: usize, const SIDE: usize> = Photo<C, SIDE, SIDE>;
type Face = Photo<1, 56, 46>;

/// The Euclidean norm of a difference, relative to that of what is expected.
fn off(found: &[f32], expected: &[f32]) -> f64 {
    assert_eq!(found.len(), expected.len());
    let norm = |values: &mut dyn Iterator<Item = f64>| values.map(|v| v * v).sum::<f64>().sqrt();
    let difference = norm(&mut found.iter().zip(expected).map(|(a, b)| f64::from(*a) - f64::from(*b)));
    let whole = norm(&mut expected.iter().map(|v| f64::from(*v)));
    if difference == 0.0 { 0.0 } else { difference / whole }
}

fn copy_parameters(net: &mut impl Module, engine: &Engine) {
    // The engine's first values are those that the network draws from the same seed.
    initialize(net, SEED);
    let mut count = 0;
    visit(net, |name, spec, values| {
        assert_eq!(engine.value(name), values, "first values of `{name}`");
        assert_eq!(engine.shape(name), spec.shape, "shape of `{name}`");
        count += 1;
    });
    assert_eq!(count, engine.parameters(), "as many parameters");
}

/// Compares outputs without a tape, and the loss and all gradients with one.
fn compare<N: Module>(goal: Goal, mut subject: Subject<N>, examples: usize) {
    let mut engine = Engine::new(goal, examples);
    copy_parameters(&mut subject.net, &engine);
    let inputs = engine.fill(0);
    let outputs = off(&(subject.output)(&subject.net, &inputs), &engine.output());
    assert!(outputs <= 1e-5, "outputs differ by {outputs:e}");

    engine.train(0);
    set_noise(&subject.net, SEED, 0);
    let loss = (subject.loss)(&subject.net, &inputs);
    let difference = off(&values(&loss), &[engine.loss()]);
    assert!(difference <= 1e-5, "losses differ by {difference:e}");
    let mut grads = loss.backward();
    let (mut worst, mut count) = (0.0f64, 0);
    visit_gradients(&mut subject.net, &mut grads, |name, _, _, gradient| {
        let expected = engine.gradient(name);
        // Where what is left of a gradient is rounding, as before a batch norm, it counts as zero.
        let apart = if engine::norm(expected) < 1e-6 * engine.gradient_norm() { 0.0 } else { off(gradient, expected) };
        assert!(apart <= 1e-4, "the gradients of `{name}` differ by {apart:e}");
        worst = worst.max(apart);
        count += 1;
    })
    .expect("there is memory");
    assert_eq!(count, engine.trained(), "as many gradients");
    eprintln!("outputs differ by {outputs:.1e}, {count} gradients by at most {worst:.1e}");
}

/// Trains both for some steps of plain gradient descent and compares the loss at the end.
fn train<N: Module>(goal: Goal, mut subject: Subject<N>, examples: usize, steps: u64, rate: f32) {
    let mut engine = Engine::new(goal, examples);
    copy_parameters(&mut subject.net, &engine);
    let (mut first, mut last) = (0.0, (0.0, 0.0));
    for step in 0..=steps {
        let inputs = engine.fill(step % 4);
        engine.train(step);
        set_noise(&subject.net, SEED, step);
        let loss = (subject.loss)(&subject.net, &inputs);
        last = (values(&loss)[0], engine.loss());
        if step == 0 {
            first = last.1;
        }
        engine.descend(rate);
        let mut grads = loss.backward();
        visit_gradients(&mut subject.net, &mut grads, |_, _, values, gradient| {
            values.iter_mut().zip(gradient).for_each(|(w, g)| *w -= rate * *g);
        })
        .expect("there is memory");
    }
    let difference = off(&[last.0], &[last.1]);
    assert!(difference <= 1e-4, "after {steps} steps the losses are {last:?}");
    assert!(last.1 < first, "training gets somewhere: from {first} to {}", last.1);
    eprintln!("the loss went from {first} to {} and {} ({difference:.1e})", last.0, last.1);
}

#[test]
fn lenet5() {
    compare(Goal::Own("lenet5"), classifier!(lenet5::Lenet5, Image<1, 28>), 4);
}

#[test]
fn lenet5_trains() {
    train(Goal::Own("lenet5"), classifier!(lenet5::Lenet5, Image<1, 28>), 16, 20, 0.1);
}

#[test]
fn resnet50_signs() {
    compare(Goal::Own("resnet50_signs"), classifier!(resnet50_signs::Resnet50Signs, Image<3, 64>), 2);
}

#[test]
#[ignore = "takes long"]
fn resnet50_signs_trains() {
    let subject = classifier!(resnet50_signs::Resnet50Signs, Image<3, 64>);
    train(Goal::Own("resnet50_signs"), subject, 8, 20, 0.01);
}

/// A network that says whether two faces are one person's, with the loss of its spec.
macro_rules! pair {
    ($module:ident::$name:ident) => {
        Subject {
            net: generated::$module::model::$name::new(),
            output: |net, inputs| values(&net.forward(inputs.tensor::<Face>(0), inputs.tensor::<Face>(1)).0),
            loss: |net, inputs| {
                let (a, b) = (inputs.tensor::<Face>(0).leaky_trace(), inputs.tensor::<Face>(1).leaky_trace());
                let (probability, logit) = net.forward(a, b);
                let same: Tensor<(usize,), f32, Cpu> = inputs.numbers();
                let measures: Measures<_> = generated::$module::model::$name::measure(probability, logit, same);
                measures.loss
            },
        }
    };
}

#[test]
fn siamese_faces() {
    compare(Goal::Own("siamese_faces"), pair!(siamese_faces::SiameseFaces), 4);
}

#[test]
fn siamese_faces_chi2() {
    compare(Goal::Own("siamese_faces_chi2"), pair!(siamese_faces_chi2::SiameseFacesChi2), 4);
}

#[test]
fn small_triplet() {
    compare(Goal::Own("small_triplet"), classifier!(small_triplet::SmallTriplet, Face), 8);
}

/// A detector with some heads, and the loss of its spec.
macro_rules! detector {
    ($module:ident::$name:ident, $side:literal, $boxes:literal, $heads:pat, [$($head:ident),*]) => {
        Subject {
            net: generated::$module::model::$name::new(),
            output: |net, inputs| {
                let $heads = net.forward(inputs.tensor::<Image<3, $side>>(0));
                [$(values(&$head)),*].concat()
            },
            loss: |net, inputs| {
                let $heads = net.forward(inputs.tensor::<Image<3, $side>>(0).leaky_trace());
                let boxes: Seq<usize, $boxes, 5> = inputs.numbers();
                let measures: Measures<_> = generated::$module::model::$name::measure($($head,)* boxes);
                measures.loss
            },
        }
    };
}

#[test]
fn yolo_shapes() {
    compare(Goal::Own("yolo_shapes"), detector!(yolo_shapes::YoloShapes, 96, 4, head, [head]), 2);
}

#[test]
fn yolo_fastest() {
    compare(
        Goal::Own("yolo_fastest"),
        detector!(yolo_fastest::YoloFastest, 320, 90, (coarse, fine), [coarse, fine]),
        1,
    );
}

#[test]
#[ignore = "takes long"]
fn yolo_v3_tiny() {
    compare(Goal::Own("yolo_v3_tiny"), detector!(yolo_v3_tiny::YoloV3Tiny, 416, 90, (coarse, fine), [coarse, fine]), 1);
}

#[test]
#[ignore = "takes long"]
fn yolo_v2() {
    let subject = Subject {
        net: generated::yolo_v2::model::YoloV2::new(),
        output: |net, inputs| values(&net.forward(inputs.tensor::<Image<3, 608>>(0)).0),
        loss: |net, inputs| {
            let (cells, head) = net.forward(inputs.tensor::<Image<3, 608>>(0).leaky_trace());
            let boxes: Seq<usize, 50, 5> = inputs.numbers();
            let measures: Measures<_> = generated::yolo_v2::model::YoloV2::measure(cells, head, boxes);
            measures.loss
        },
    };
    compare(Goal::Own("yolo_v2"), subject, 1);
}

#[test]
fn mobilefacenet() {
    let subject = Subject {
        net: generated::mobilefacenet::model::Mobilefacenet::new(),
        output: |net, inputs| values(&net.forward(inputs.tensor::<Image<3, 112>>(0))),
        loss: |net, inputs| {
            let embedding = net.forward(inputs.tensor::<Image<3, 112>>(0).leaky_trace());
            let target: Features<usize, 128> = inputs.numbers();
            mse(embedding, target)
        },
    };
    // Of two examples, what batch norms without a map leave is plus or minus one, without a gradient.
    compare(Goal::Squares("mobilefacenet"), subject, 8);
}

#[test]
#[ignore = "takes long"]
fn squeezenet1_0() {
    compare(Goal::Own("squeezenet1_0"), classifier!(squeezenet1_0::Squeezenet10, Image<3, 224>), 2);
}

#[test]
#[ignore = "takes long"]
fn mobilenet_v2() {
    compare(Goal::Own("mobilenet_v2"), classifier!(mobilenet_v2::MobilenetV2, Image<3, 224>), 2);
}

#[test]
#[ignore = "takes long"]
fn googlenet() {
    compare(Goal::Own("googlenet"), classifier!(googlenet::Googlenet, Image<3, 224>), 2);
}

#[test]
#[ignore = "takes long"]
fn efficientnet_b0() {
    compare(Goal::Own("efficientnet_b0"), classifier!(efficientnet_b0::EfficientnetB0, Image<3, 224>), 2);
}

#[test]
#[ignore = "takes long"]
fn resnet50() {
    compare(Goal::Own("resnet50"), classifier!(resnet50::Resnet50, Image<3, 224>), 2);
}

#[test]
#[ignore = "takes long"]
fn vgg16() {
    compare(Goal::Own("vgg16"), classifier!(vgg16::Vgg16, Image<3, 224>), 1);
}
