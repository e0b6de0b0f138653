//! Random networks of maps, for which plans choose layouts: they agree with the reference, which
//! knows of none.

use blockprint::check::{Bound, Checked};
use blockprint::diag::Sink;
use blockprint::driver::compile_zoo;
use blockprint::engine::ParamStore;
use blockprint::expand::Options;
use blockprint::graph::NodeId;
use blockprint::ops::attrs::Value;
use blockprint::plan::PlanOptions;
use blockprint::random::{self, Purpose};
use blockprint::shape::Symbols;
use rand_chacha::ChaCha8Rng;

use super::dag::compare;
use super::net::{NOISE, Net, fill, session};

fn below(rng: &mut ChaCha8Rng, bound: usize) -> usize {
    random::below(rng, bound as u64) as usize
}

fn int(name: &'static str, value: usize) -> (&'static str, Value) {
    (name, Value::Int(value as i64))
}

/// Nodes of `[2, C, 7, 6]` with several widths `C`, and a few of other shapes after them; with a
/// loss at the end where it is trained.
fn network(rng: &mut ChaCha8Rng, trained: bool) -> (Checked, Bound, Vec<NodeId>) {
    const WIDTHS: [usize; 5] = [3, 8, 16, 21, 32];
    let mut net = Net::default();
    let mut values = vec![(net.input("x", &[2, 3, 7, 6]), 3), (net.input("y", &[2, 16, 7, 6]), 16)];
    let label = trained.then(|| net.labels("label", 2));
    let mut heads = Vec::new();
    for i in 0..4 + below(rng, 12) {
        let path = format!("n{i}");
        let (a, width) = values[values.len() - 1 - below(rng, values.len().min(3))];
        let same: Vec<NodeId> = values.iter().filter(|(_, w)| *w == width).map(|(id, _)| *id).collect();
        let b = same[below(rng, same.len())];
        let out = WIDTHS[below(rng, WIDTHS.len())];
        let half = ("pad", Value::Word("half".into()));
        let (id, width) = match below(rng, 14) {
            0..=2 => (net.op(&path, "conv", &[int("out", out), int("kernel", 3), half], &[a]), out),
            3 | 4 => (net.op(&path, "conv", &[int("out", out), int("kernel", 1)], &[a]), out),
            5 => (net.op(&path, "depthwise", &[int("kernel", 3), half], &[a]), width),
            6 => (net.op(&path, "bn", &[], &[a]), width),
            7 => {
                let pool = ["maxpool", "avgpool"][below(rng, 2)];
                (net.op(&path, pool, &[int("kernel", 3), int("stride", 1), half], &[a]), width)
            }
            // What is subtracted from itself has no variance, by which a batch norm would divide.
            8 => {
                let merge = ["add", "mul", "maximum", "sub"][below(rng, 4 - usize::from(trained))];
                (net.op(&path, merge, &[], &[a, b]), width)
            }
            9 if below(rng, 2) == 0 => {
                let norm = net.op(&format!("{path}_bn"), "bn", &[], &[a]);
                let sum = net.op(&format!("{path}_sum"), "add", &[], &[norm, b]);
                (net.op(&path, "relu", &[], &[sum]), width)
            }
            9 => {
                let (c, other) = values[below(rng, values.len())];
                (net.op(&path, "concat", &[], &[a, c, a]), 2 * width + other)
            }
            // The reference drops nothing.
            10 => (net.op(&path, ["identity", "dropout"][below(rng, 2 - usize::from(trained))], &[], &[a]), width),
            11 => {
                heads.push(net.op(&path, ["gap", "flatten", "gmp"][below(rng, 3)], &[], &[a]));
                continue;
            }
            _ => (net.op(&path, ["relu", "relu6", "swish", "tanh"][below(rng, 4)], &[], &[a]), width),
        };
        values.push((id, width));
    }
    let targets: Vec<NodeId> = values[2..].iter().map(|(id, _)| *id).filter(|_| below(rng, 4) == 0).collect();
    let targets = [targets, heads, vec![values[values.len() - 1].0]].concat();
    let Some(label) = label else {
        let (checked, bound) = net.finish_without_loss();
        return (checked, bound, targets);
    };
    let pooled: Vec<NodeId> = ["gap", "gmp"].map(|op| net.op(op, op, &[], &[values[values.len() - 1].0])).to_vec();
    let logits = net.op("logits", "add", &[], &pooled);
    let loss = net.op("loss", "cross_entropy", &[], &[logits, label]);
    let (checked, bound) = net.finish(loss);
    (checked, bound, targets)
}

#[test]
fn random_networks_of_maps_agree_with_the_reference() {
    for case in 0..200 {
        let mut rng = random::stream(23, Purpose::Sample, case, 0);
        let (checked, bound, targets) = network(&mut rng, false);
        let options = PlanOptions { exact_conv: true, ..PlanOptions::inference(targets) };
        assert!(compare(&checked, &bound, &options));
    }
}

#[test]
fn gradients_of_random_networks_of_maps_agree_with_the_reference() {
    let mut compared = 0;
    for case in 0..250 {
        let mut rng = random::stream(29, Purpose::Sample, case, 0);
        let (checked, bound, targets) = network(&mut rng, true);
        let (training, exact_conv) = (below(&mut rng, 4) > 0, true);
        let inputs = ["x", "y"].map(|name| checked.graph().find(name).unwrap());
        let input_grads = inputs.into_iter().filter(|_| below(&mut rng, 2) == 0).collect();
        let frozen = checked.param_ids().filter(|_| below(&mut rng, 4) == 0).collect();
        let targets = if below(&mut rng, 2) == 0 { targets } else { Vec::new() };
        let options = PlanOptions { training, exact_conv, input_grads, frozen, targets, ..PlanOptions::default() };
        compared += usize::from(compare(&checked, &bound, &options));
    }
    assert!(compared > 100, "{compared}");
}

/// ResNet-20's shortcuts of slices and padding stay maps between blocked convolutions.
#[test]
fn gradients_of_resnet_20_are_those_over_maps() {
    let compiled = compile_zoo("resnet20", &Options::default()).expect("it is in the zoo");
    let checked = compiled.checked.expect("it is sound");
    let bound = checked.bind(&Symbols::from([("N".to_string(), 8)]), &mut Sink::new()).expect("one symbol");
    let mut params = ParamStore::init(&checked, 7);
    let mut run = |maps| {
        let options = PlanOptions { maps, ..PlanOptions::training(Vec::new()) };
        let mut session = session(&checked, &bound, &options);
        fill(&mut session, &checked);
        session.forward(&mut params, NOISE);
        session.backward(&params);
        checked.param_ids().filter_map(|id| session.grad(id).map(<[f32]>::to_vec)).collect::<Vec<_>>()
    };
    let norm = |values: &mut dyn Iterator<Item = f32>| values.map(|v| f64::from(v).powi(2)).sum::<f64>().sqrt();
    for (i, (maps, blocks)) in run(true).iter().zip(run(false)).enumerate() {
        let difference = norm(&mut maps.iter().zip(&blocks).map(|(a, b)| a - b));
        let whole = norm(&mut maps.iter().copied());
        assert!(difference <= 1e-3 * whole, "gradient {i} of norm {whole} differs by {difference}");
    }
}

#[test]
fn winograds_algorithm_is_close_and_can_be_turned_off() {
    let mut net = Net::default();
    let x = net.input("x", &[2, 64, 12, 12]);
    let conv = [int("out", 64), int("kernel", 3), ("pad", Value::Word("half".into()))];
    let a = net.op("a", "conv", &conv, &[x]);
    let b = net.op("b", "conv", &conv, &[a]);
    let (checked, bound) = net.finish_without_loss();
    let mut params = ParamStore::init(&checked, 2);
    let mut run = |exact_conv| {
        let mut session = session(&checked, &bound, &PlanOptions { exact_conv, ..PlanOptions::inference(vec![b]) });
        session.forward(&mut params, NOISE);
        session.value(b).unwrap().to_vec()
    };
    let (exact, fast) = (run(true), run(false));
    assert_ne!(exact, fast);
    let range = exact.iter().fold(0.0f32, |a, v| a.max(v.abs()));
    assert!(exact.iter().zip(&fast).all(|(a, b)| (a - b).abs() <= 2e-5 * range));
}
