//! A network of typed layers beside the same one in the engine.

use std::collections::BTreeSet;

use blockprint::check::Checked;
use blockprint::engine::{Optimizer, OptimizerState, ParamStore, Session};
use blockprint::graph::NodeId;
use blockprint::ops::attrs::Value;
use blockprint::ops::lower::NoiseKey;
use blockprint::plan::{Plan, PlanOptions};
use blockprint::typed::prelude::*;
use dfdx::shapes::Axes3;
use dfdx::tensor_ops::{PermuteTo, SumTo};

use crate::engine::{Net as Graph, noise, session};

/// A small residual network with all that a step of training depends on.
struct Net {
    stem: conv!(2 x 6 x 6 => 4 x 6 x 6, kernel 3 x 3, pad 1 x 1, no bias),
    norm: BatchNorm<4>,
    body: [Body; 2],
    drop: Dropout,
    logits: Dense<4, 3>,
}

struct Body {
    conv: conv!(4 x 6 x 6 => 4 x 6 x 6, kernel 3 x 3, pad 1 x 1),
    slope: Prelu<4>,
}

module!(Body { conv: "conv", slope: "prelu" });
module!(Net { stem: "stem", norm: "norm", body: ["1", "2"], drop: "", logits: "logits" });

impl Body {
    fn new() -> Self {
        Self { conv: Conv::new(), slope: Prelu::new() }
    }

    fn forward<B: Dim, T: Tape>(&self, x: Map<B, 4, 6, 6, T>) -> Map<B, 4, 6, 6, T> {
        let skip = fork(&x);
        add(self.slope.forward(self.conv.forward(x)), skip)
    }
}

impl Net {
    fn new(dropout: NodeId) -> Self {
        Self {
            stem: Conv::new().init(Init::HeNormal(Fan::In)).at_input(),
            norm: BatchNorm::new(),
            body: [Body::new(), Body::new()],
            drop: Dropout::new(0.25, dropout.index() as u64),
            logits: Dense::new(),
        }
    }

    fn forward<B: Dim, T: Tape>(&self, x: Map<B, 2, 6, 6, T>) -> Features<B, 3, T> {
        let x = relu(self.norm.forward(self.stem.forward(x)));
        let x = self.body[1].forward(self.body[0].forward(x));
        self.logits.forward(self.drop.forward(gap(x)))
    }
}

/// The same network in the engine.
struct Engine {
    checked: Checked,
    training: Session,
    inference: Session,
    params: ParamStore,
    image: NodeId,
    label: NodeId,
    logits: NodeId,
    dropout: NodeId,
}

const BATCH: usize = 3;
const SEED: u64 = 5;

impl Engine {
    fn new(frozen: &[&str]) -> Self {
        let conv = |bias| {
            let word = |w: &str| Value::Word(w.into());
            let init = if bias { "glorot_uniform" } else { "he_normal" };
            vec![
                ("out", Value::Int(4)),
                ("kernel", Value::Int(3)),
                ("pad", Value::Int(1)),
                ("bias", Value::Bool(bias)),
                ("init", word(init)),
            ]
        };
        let mut graph = Graph::default();
        let image = graph.input("image", &[BATCH, 2, 6, 6]);
        let label = graph.labels("label", BATCH);
        let x = graph.op("stem", "conv", &conv(false), &[image]);
        let norm = graph.op("norm", "bn", &[], &[x]);
        let mut x = graph.relu("relu", norm);
        for i in 1..3 {
            let y = graph.op(&format!("{i}.conv"), "conv", &conv(true), &[x]);
            let y = graph.op(&format!("{i}.prelu"), "prelu", &[], &[y]);
            x = graph.op(&format!("{i}.add"), "add", &[], &[y, x]);
        }
        let x = graph.op("gap", "gap", &[], &[x]);
        let dropout = graph.op("drop", "dropout", &[("p", Value::Float(0.25))], &[x]);
        let logits = graph.dense("logits", 3, dropout);
        let loss = graph.op("loss", "cross_entropy", &[], &[logits, label]);
        let (checked, bound) = graph.finish(loss);
        let mut options = PlanOptions::training(vec![logits]);
        let params = ParamStore::init(&checked, SEED);
        options.frozen = params.iter().filter(|p| frozen.iter().any(|f| p.name.starts_with(f))).map(|p| p.id).collect();
        options.fixed_statistics = if frozen.contains(&"norm") { BTreeSet::from([norm]) } else { BTreeSet::new() };
        let training = session(&checked, &bound, &options);
        let inference = PlanOptions::inference(vec![logits]);
        let inference = Session::new(Plan::new(&checked, &bound, &inference).expect("there is a plan"));
        Self { checked, training, inference, params, image, label, logits, dropout }
    }

    fn fill(&mut self, step: u64) -> (Map<usize, 2, 6, 6>, Labels<usize>) {
        let images = noise(BATCH * 72, 100 + step);
        let classes: Vec<i64> = (0..BATCH as i64).map(|i| (i + step as i64) % 3).collect();
        for session in [&mut self.training, &mut self.inference] {
            session.input_mut(self.image).copy_from_slice(&images);
            session.input_mut(self.label).iter_mut().zip(&classes).for_each(|(to, from)| *to = *from as f32);
        }
        (tensor(images, BATCH), labels(classes))
    }
}

/// Trains both networks side by side.
fn train(net: &mut Net, engine: &mut Engine, steps: u64) {
    let sgd = Optimizer::Sgd { lr: 0.1, momentum: 0.0, nesterov: false, dampening: 0.0, weight_decay: 0.0 };
    let mut state = OptimizerState::new(&sgd, &engine.params, engine.training.plan().trained());
    for step in 0..steps {
        let (images, classes) = engine.fill(step);
        engine.training.forward(&mut engine.params, NoiseKey { seed: 9, step });
        engine.training.backward(&engine.params);
        state.step(&mut engine.params, engine.training.grads(), 0.1);

        set_noise(net, 9, step);
        let loss = cross_entropy(net.forward(images.leaky_trace()), classes, 0.0);
        assert_eq!(values(&loss), [engine.training.loss().expect("a loss")], "step {step}");
        let mut grads = loss.backward();
        visit_gradients(net, &mut grads, |name, _, values, grad| {
            let id = engine.params.find(name).expect("the engine has the parameter");
            let expected = engine.training.grad(id).unwrap_or_else(|| panic!("`{name}` is trained"));
            close(name, grad, expected);
            values.iter_mut().zip(grad).for_each(|(w, g)| *w -= 0.1 * *g);
        })
        .expect("there is memory");
    }
}

fn close(what: &str, found: &[f32], expected: &[f32]) {
    let norm = |values: &mut dyn Iterator<Item = f32>| values.map(|v| f64::from(v) * f64::from(v)).sum::<f64>().sqrt();
    let off = norm(&mut found.iter().zip(expected).map(|(a, b)| a - b));
    assert!(off <= 1e-6 * (1e-3 + norm(&mut expected.iter().copied())), "{what}: {found:?} and {expected:?}");
}

fn compare(net: &Net, engine: &mut Engine) {
    let mut names = Vec::new();
    visit(net, |name, spec, values| {
        let id = engine.params.find(name).unwrap_or_else(|| panic!("the engine has no `{name}`"));
        assert_eq!(engine.params.view(id).shape, spec.shape, "{name}");
        close(name, values, engine.params.get(id));
        names.push(name.to_string());
    });
    let expected: Vec<&str> = engine.params.iter().map(|p| p.name).collect();
    assert_eq!(names, expected);
    let (images, _) = engine.fill(77);
    engine.inference.forward(&mut engine.params, NoiseKey::default());
    close("logits", &values(&net.forward(images)), engine.inference.value(engine.logits).expect("a target"));
}

fn both(frozen: &[&str]) -> (Net, Engine) {
    let engine = Engine::new(frozen);
    let mut net = Net::new(engine.dropout);
    initialize(&mut net, SEED);
    assert_eq!(engine.checked.param_ids().len(), engine.params.len());
    (net, engine)
}

#[test]
fn training_goes_as_in_the_engine() {
    let (mut net, mut engine) = both(&[]);
    compare(&net, &mut engine);
    train(&mut net, &mut engine, 6);
    compare(&net, &mut engine);
}

#[test]
fn frozen_layers_stay_as_they_are() {
    let (mut net, mut engine) = both(&["stem", "norm", "1"]);
    for layer in [&mut *net.stem, &mut *net.norm] {
        layer.set_frozen(true);
    }
    freeze(&mut net.body[0], true);
    let before = values_of(&net);
    train(&mut net, &mut engine, 3);
    compare(&net, &mut engine);
    let after = values_of(&net);
    let changed: Vec<&str> =
        before.iter().zip(&after).filter(|(a, b)| a != b).map(|((name, _), _)| name.as_str()).collect();
    assert_eq!(changed, ["2.conv.weight", "2.conv.bias", "2.prelu.weight", "logits.weight", "logits.bias"]);
}

fn values_of(net: &Net) -> Vec<(String, Vec<f32>)> {
    let mut all = Vec::new();
    visit(net, |name, _, values| all.push((name.to_string(), values.to_vec())));
    all
}

#[test]
fn a_network_comes_back_from_its_file() {
    let (mut net, mut engine) = both(&[]);
    train(&mut net, &mut engine, 2);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("net.safetensors");
    save(&net, &path).expect("it is written");
    let mut other = Net::new(engine.dropout);
    load(&mut other, &path).expect("it is read");
    assert_eq!(values_of(&other), values_of(&net));
    assert_eq!(parameter_count(&net), 2 * 4 * 9 + 8 + 2 * (4 * 4 * 9 + 4 + 4) + 15);

    let error = load(&mut net.body[0], &path).expect_err("the names are others").to_string();
    assert!(error.contains("net.safetensors"), "{error}");
}

/// Whatever dfdx does to a tensor between two of our ops, values and gradients are right.
#[test]
fn ops_of_dfdx_stand_between() {
    let x: Seq<usize, 2, 3> = tensor((0..12).map(|i| i as f32 - 5.0).collect(), 2);
    let weights: Vec<f32> = (0..12).map(|i| i as f32).collect();
    let y = square(x.leaky_trace());
    // A permutation only changes how the tensor is looked at.
    let y: Tensor<(usize, Const<3>, Const<2>), f32, Cpu, _> = y.permute::<_, Axes3<0, 2, 1>>();
    let y = mul(y, tensor(weights.clone(), 2));
    let loss: Scalar<_> = y.sum();
    // Element (n, c, l) is weighted by (n, l, c).
    let weight = |i: usize| weights[i / 6 * 6 + i % 3 * 2 + i % 6 / 3];
    let of =
        |f: &dyn Fn(usize, f32) -> f32| -> Vec<f32> { values(&x).iter().enumerate().map(|(i, x)| f(i, *x)).collect() };
    assert_eq!(values(&loss), [of(&|i, x| weight(i) * x * x).iter().sum::<f32>()]);
    assert_eq!(values(&loss.backward().get(&x)), of(&|i, x| weight(i) * 2.0 * x));
}

#[test]
fn a_tensor_may_meet_itself() {
    let x: Features<usize, 3> = tensor(vec![1.0, -2.0, 3.0], 1);
    let traced = x.leaky_trace();
    let doubled = add(fork(&traced), traced);
    let other = fork(&doubled);
    let product = mul(doubled, other);
    let loss: Scalar<_> =
        apply(ops::reduce::Reduce { kind: ops::reduce::Kind::Sum, axes: vec![0, 1], keepdims: false }, product);
    // (2x)^2
    assert_eq!(values(&loss.backward().get(&x)), [8.0, -16.0, 24.0]);
}
