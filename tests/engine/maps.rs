//! Random networks of maps, for which plans choose layouts: they agree with the reference, which
//! knows of none.

use blockprint::check::{Bound, Checked};
use blockprint::diag::Sink;
use blockprint::driver::compile_zoo;
use blockprint::engine::ParamStore;
use blockprint::expand::Options;
use blockprint::graph::NodeId;
use blockprint::ops::attrs::Value;
use blockprint::plan::{Pass, Plan, PlanOptions};
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

/// Nodes of `[N, C, 7, 6]` with several widths `C`, and a few of other shapes after them; with a
/// loss at the end where it is trained.
fn network(rng: &mut ChaCha8Rng, n: usize, trained: bool) -> (Checked, Bound, Vec<NodeId>) {
    const WIDTHS: [usize; 5] = [3, 8, 16, 21, 32];
    let mut net = Net::default();
    let mut values = vec![(net.input("x", &[n, 3, 7, 6]), 3), (net.input("y", &[n, 16, 7, 6]), 16)];
    let label = trained.then(|| net.labels("label", n));
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

/// Images: every third time as many as fill the lanes of a vector, so that they are interleaved.
fn batch(case: u64) -> usize {
    if case.is_multiple_of(3) { 16 } else { 2 }
}

#[test]
fn random_networks_of_maps_agree_with_the_reference() {
    for case in 0..200 {
        let mut rng = random::stream(23, Purpose::Sample, case, 0);
        let (checked, bound, targets) = network(&mut rng, batch(case), false);
        let options = PlanOptions { exact_conv: true, ..PlanOptions::inference(targets) };
        assert!(compare(&checked, &bound, &options));
    }
}

#[test]
fn gradients_of_random_networks_of_maps_agree_with_the_reference() {
    let mut compared = 0;
    for case in 0..250 {
        let mut rng = random::stream(29, Purpose::Sample, case, 0);
        let (checked, bound, targets) = network(&mut rng, batch(case), true);
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

/// Between convolutions of few channels, images are interleaved; wide ones read blocks of channels,
/// and what neither has a kernel for reads maps.
#[test]
fn tensors_are_rearranged_at_the_borders_of_regions_only() {
    let conv = |out| [int("out", out), int("kernel", 3), ("pad", Value::Word("half".into()))];
    let mut net = Net::default();
    let x = net.input("x", &[16, 1, 8, 8]);
    let label = net.labels("label", 16);
    let a = net.op("a", "conv", &conv(6), &[x]);
    let relu = net.relu("relu", a);
    let pool = net.op("pool", "maxpool", &[int("kernel", 2), int("stride", 2)], &[relu]);
    let b = net.op("b", "conv", &conv(6), &[pool]);
    let c = net.op("c", "conv", &conv(16), &[b]);
    let wide = net.op("wide", "conv", &conv(32), &[c]);
    let flat = net.op("flat", "flatten", &[], &[wide]);
    let logits = net.dense("logits", 3, flat);
    let loss = net.op("loss", "cross_entropy", &[], &[logits, label]);
    let (checked, bound) = net.finish(loss);
    let plan = Plan::new(&checked, &bound, &PlanOptions::training(Vec::new())).unwrap();
    let moves = |pass| {
        let steps = plan.steps().filter(|s| s.pass == pass && (s.op == "interleave" || s.op.starts_with("to ")));
        steps.map(|s| format!("{} {}", s.path, s.op)).collect::<Vec<_>>()
    };
    assert_eq!(moves(Pass::Forward), ["x interleave", "c to maps", "c to blocks", "wide to maps"]);
    assert_eq!(moves(Pass::Backward), ["wide to blocks", "c to maps", "c interleave"]);
    assert!(plan.steps().any(|s| s.op == "relu+maxpool"));
    assert!(compare(&checked, &bound, &PlanOptions { exact_conv: true, ..PlanOptions::training(vec![b, wide]) }));
}

/// A ReLU is done after the pool that follows it, unless its value is wanted.
#[test]
fn pools_of_rectified_values_pass_the_same_gradients() {
    let mut net = Net::default();
    let x = net.input("x", &[1, 1, 2, 10]);
    let label = net.labels("label", 1);
    let relu = net.relu("relu", x);
    let pool = net.op("pool", "maxpool", &[int("kernel", 2), int("stride", 2)], &[relu]);
    let flat = net.op("flat", "flatten", &[], &[pool]);
    let loss = net.op("loss", "cross_entropy", &[], &[flat, label]);
    let (checked, bound) = net.finish(loss);
    let run = |targets: Vec<NodeId>| {
        let options = PlanOptions { input_grads: vec![x], targets, ..PlanOptions::default() };
        let mut session = session(&checked, &bound, &options);
        // Negative ones, zeros, two alike, and one that is the greatest.
        let windows = [[-1.0, -2.0, -3.0, -0.5], [0.0, -1.0, 0.0, -0.0], [1.0, 0.5, 1.0, 0.0], [2.0, -1.0, 3.0, 1.0]];
        let windows = windows.into_iter().chain([[-5.0, f32::NEG_INFINITY, -1.0, 0.25]]).enumerate();
        for (i, [a, b, c, d]) in windows {
            let input = session.input_mut(x);
            (input[2 * i], input[2 * i + 1], input[10 + 2 * i], input[11 + 2 * i]) = (a, b, c, d);
        }
        let mut params = ParamStore::init(&checked, 1);
        session.forward(&mut params, NOISE);
        session.backward(&params);
        let fused = session.plan().steps().any(|s| s.op == "relu+maxpool");
        (fused, session.loss(), session.input_grad(x).unwrap().to_vec())
    };
    let (fused, apart) = (run(Vec::new()), run(vec![relu]));
    assert!(fused.0 && !apart.0);
    assert_eq!((fused.1, fused.2), (apart.1, apart.2));
}
