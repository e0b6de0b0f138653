//! Whole passes: gradients against differences, sharing of memory, repeatability.

use blockprint::engine::clip::clip_norm;
use blockprint::engine::{Optimizer, OptimizerState, ParamStore, Session};
use blockprint::ops::attrs::Value;
use blockprint::ops::lower::NoiseKey;
use blockprint::plan::{Pass, Plan, PlanError, PlanOptions};

use super::net::{NOISE, Net, check_gradients, session};

fn two_layers() -> (Net, blockprint::graph::NodeId) {
    let mut net = Net::default();
    let x = net.input("x", &[1, 4]);
    let a = net.dense("a", 5, x);
    let b = net.relu("b", a);
    let c = net.dense("c", 1, b);
    (net, c)
}

#[test]
fn gradients_of_a_chain() {
    let (net, loss) = two_layers();
    let x = net.graph.find("x").unwrap();
    let (checked, bound) = net.finish(loss);
    check_gradients(&checked, &bound, &PlanOptions { input_grads: vec![x], ..PlanOptions::training(vec![]) }, 1e-2);
    check_gradients(&checked, &bound, &PlanOptions { input_grads: vec![x], ..PlanOptions::default() }, 1e-2);
}

#[test]
fn gradients_of_a_tower_called_twice() {
    let mut net = Net::default();
    let x = net.input("x", &[1, 3]);
    let args = [("out", Value::Int(3))];
    let a = net.shared("first", "tower", "dense", &args, &[x]);
    let a = net.relu("relu", a);
    let b = net.shared("second", "tower", "dense", &args, &[a]);
    let c = net.dense("c", 1, b);
    let (checked, bound) = net.finish(c);
    assert_eq!(checked.params().len(), 4);
    check_gradients(&checked, &bound, &PlanOptions::training(vec![]), 1e-2);
}

#[test]
fn a_frozen_front_computes_no_backward() {
    let (net, loss) = two_layers();
    let (checked, bound) = net.finish(loss);
    let frozen: std::collections::BTreeSet<_> =
        checked.param_ids().filter(|p| checked.param(*p).name.starts_with("a.")).collect();
    let options = PlanOptions { frozen: frozen.clone(), ..PlanOptions::training(vec![]) };
    let mut session = session(&checked, &bound, &options);
    let mut params = ParamStore::init(&checked, 1);
    session.forward(&mut params, NOISE);
    session.backward(&params);
    assert!(frozen.iter().all(|p| session.grad(*p).is_none()));
    let backward: Vec<_> = session.plan().steps().filter(|s| s.pass == Pass::Backward).map(|s| s.path).collect();
    // The seed of the loss, then its own layer.
    assert_eq!(backward, ["c", "c"]);
    let all = PlanOptions { frozen: checked.param_ids().collect(), ..PlanOptions::training(vec![]) };
    assert_eq!(Plan::new(&checked, &bound, &all).err(), Some(PlanError::NothingToTrain));
}

#[test]
fn nodes_that_are_given_are_not_computed() {
    let (net, loss) = two_layers();
    let b = net.graph.find("b").unwrap();
    let (checked, bound) = net.finish(loss);
    let mut params = ParamStore::init(&checked, 1);
    let mut whole = session(&checked, &bound, &PlanOptions::training(vec![b]));
    whole.forward(&mut params, NOISE);
    let mut rest = session(&checked, &bound, &PlanOptions { given: vec![b], ..PlanOptions::training(vec![]) });
    rest.input_mut(b).copy_from_slice(whole.value(b).unwrap());
    for _ in 0..2 {
        rest.forward(&mut params, NOISE);
        rest.backward(&params);
        assert_eq!(rest.loss(), whole.loss());
    }
    let paths: Vec<_> = rest.plan().steps().map(|s| s.path).collect();
    assert_eq!(paths, ["c", "c", "c"]);
    let trained = rest.plan().trained().iter().map(|p| params.name(*p)).collect::<Vec<_>>();
    assert_eq!(trained, ["c.weight", "c.bias"]);
    // A convolution or dense layer may be given too, and what reads it is fused no further.
    let a = checked.graph().find("a").unwrap();
    let mut short = session(&checked, &bound, &PlanOptions { given: vec![a], ..PlanOptions::inference(vec![b]) });
    short.input_mut(a).fill(-1.0);
    short.forward(&mut params, NOISE);
    assert!(short.value(b).unwrap().iter().all(|v| *v == 0.0));
}

#[test]
fn inference_computes_only_what_is_wanted() {
    let (net, loss) = two_layers();
    let b = net.graph.find("b").unwrap();
    let (checked, bound) = net.finish(loss);
    let mut short = session(&checked, &bound, &PlanOptions::inference(vec![b]));
    // `a` and `b` run as one step.
    assert_eq!(short.plan().steps().map(|s| (s.path, s.op)).collect::<Vec<_>>(), [("b", "dense+relu")]);
    let mut params = ParamStore::init(&checked, 1);
    short.forward(&mut params, NOISE);
    let value = short.value(b).unwrap().to_vec();
    assert!(value.iter().any(|v| *v > 0.0) && value.iter().all(|v| *v >= 0.0));
    // The inputs last from run to run; nothing of a run is left over for the next.
    short.forward(&mut params, NOISE);
    assert_eq!(short.value(b).unwrap(), value);
    assert_eq!(short.value(loss), None);
    // The arena holds the input and one layer.
    assert_eq!(short.plan().memory().arena_bytes, 128);
}

#[test]
fn parts_of_a_batch_add_up() {
    let (net, loss) = two_layers();
    let (checked, bound) = net.finish(loss);
    let mut session = session(&checked, &bound, &PlanOptions::training(vec![]));
    let mut params = ParamStore::init(&checked, 1);
    session.forward(&mut params, NOISE);
    session.backward(&params);
    let all = |session: &Session| -> Vec<Vec<f32>> { session.grads().iter().map(|(_, grad)| grad.to_vec()).collect() };
    let whole = all(&session);
    session.grads_mut().clear();
    for _ in 0..4 {
        session.forward(&mut params, NOISE);
        session.accumulate(&params, 0.25);
    }
    assert_eq!(all(&session), whole);
}

/// A siamese residual network with two losses.
fn siamese() -> (blockprint::check::Checked, blockprint::check::Bound) {
    let int = |name, v| vec![(name, Value::Int(v))];
    let mut net = Net::default();
    let label = net.labels("label", 2);
    let embed = |net: &mut Net, name: &str| {
        let x = net.input(name, &[2, 3]);
        let at = |part: &str| format!("{name}_{part}");
        let stem = net.shared(&at("stem"), "stem", "dense", &int("out", 4), &[x]);
        let stem = net.op(&at("tanh"), "tanh", &[], &[stem]);
        let main = net.shared(&at("main"), "main", "dense", &int("out", 4), &[stem]);
        let main = net.op(&at("swish"), "swish", &[], &[main]);
        let sum = net.op(&at("add"), "add", &[], &[main, stem]);
        net.op(&at("square"), "mul", &[], &[sum, sum])
    };
    let (a, b) = (embed(&mut net, "a"), embed(&mut net, "b"));
    let both = net.op("both", "mul", &[], &[a, b]);
    let logits = net.dense("logits", 3, both);
    let first = net.op("first", "cross_entropy", &[], &[logits, label]);
    let head = net.dense("head", 3, a);
    let second = net.op("second", "cross_entropy", &[], &[head, label]);
    let weighted = net.op("weighted", "scale", &[("factor", Value::Float(0.5))], &[second]);
    let total = net.op("total", "add", &[], &[first, weighted]);
    net.finish(total)
}

#[test]
fn gradients_of_a_siamese_residual_network() {
    let (checked, bound) = siamese();
    let input_grads = ["a", "b"].map(|name| checked.graph().find(name).unwrap()).to_vec();
    check_gradients(&checked, &bound, &PlanOptions { input_grads, ..PlanOptions::training(vec![]) }, 1e-2);
}

/// Convolution, batch norm and dropout, large enough to be split between threads.
fn image_net(size: usize) -> (blockprint::check::Checked, blockprint::check::Bound) {
    let conv = [("out", Value::Int(18)), ("kernel", Value::Int(3)), ("pad", Value::Word("half".into()))];
    let mut net = Net::default();
    let x = net.input("image", &[4, 3, size, size]);
    let label = net.labels("label", 4);
    let a = net.op("conv1", "conv", &conv, &[x]);
    let a = net.op("bn1", "bn", &[], &[a]);
    let a = net.relu("relu1", a);
    let b = net.op("conv2", "conv", &conv, &[a]);
    let b = net.op("bn2", "bn", &[], &[b]);
    let sum = net.op("add", "add", &[], &[b, a]);
    let sum = net.relu("relu2", sum);
    let drop = net.op("drop", "dropout", &[("p", Value::Float(0.3))], &[sum]);
    let flat = net.op("flat", "flatten", &[], &[drop]);
    let logits = net.dense("logits", 10, flat);
    let loss = net.op("loss", "cross_entropy", &[], &[logits, label]);
    net.finish(loss)
}

/// The bits of everything after two steps of training.
fn trained_bits(threads: usize) -> Vec<u32> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| {
        let (checked, bound) = image_net(24);
        let mut session = session(&checked, &bound, &PlanOptions::training(vec![]));
        let mut params = ParamStore::init(&checked, 1);
        let optimizer = Optimizer::Sgd { lr: 0.01, momentum: 0.9, nesterov: false, dampening: 0.0, weight_decay: 1e-4 };
        let mut state = OptimizerState::new(&optimizer, &params, session.plan().trained());
        for step in 0..2 {
            session.forward(&mut params, NoiseKey { seed: 1, step });
            session.backward(&params);
            clip_norm(session.grads_mut(), 0.5);
            state.step(&mut params, session.grads(), 0.01);
        }
        assert!(session.loss().unwrap().is_finite());
        params.iter().flat_map(|p| p.values.iter().map(|v| v.to_bits()).collect::<Vec<_>>()).collect()
    })
}

#[test]
fn threads_do_not_change_a_bit() {
    let one = trained_bits(1);
    assert!(one == trained_bits(2), "two threads");
    assert!(one == trained_bits(3), "three threads");
}

#[test]
fn a_frozen_batch_norm_keeps_its_statistics() {
    let (checked, bound) = image_net(6);
    let nodes = ["bn1", "bn2"].map(|name| checked.graph().find(name).unwrap());
    let before = ParamStore::init(&checked, 1);
    let changed = |options: &PlanOptions| -> Vec<String> {
        let mut params = before.clone();
        session(&checked, &bound, options).forward(&mut params, NOISE);
        let differs = |p: &blockprint::engine::ParamView<'_>| p.values != before.get(p.id);
        params.iter().filter(differs).map(|p| p.name.to_string()).collect()
    };
    let training = PlanOptions::training(vec![]);
    let statistics = |name: &str| [format!("{name}.running_mean"), format!("{name}.running_var")];
    assert_eq!(changed(&training), [statistics("bn1"), statistics("bn2")].concat());
    let one = PlanOptions { fixed_statistics: [nodes[0]].into(), ..training.clone() };
    assert_eq!(changed(&one), statistics("bn2"));
    assert!(changed(&PlanOptions::inference(vec![nodes[1]])).is_empty());
}

#[test]
fn noise_depends_on_the_step_alone() {
    let (checked, bound) = image_net(6);
    let mut session = session(&checked, &bound, &PlanOptions::training(vec![]));
    let params = ParamStore::init(&checked, 1);
    let mut loss = |seed, step| {
        session.forward(&mut params.clone(), NoiseKey { seed, step });
        session.loss().unwrap()
    };
    let first = loss(1, 0);
    assert_ne!(first, loss(1, 1));
    assert_ne!(first, loss(2, 0));
    assert_eq!(first, loss(1, 0));
}

#[test]
fn a_divergence_is_found_where_it_begins() {
    let (checked, bound) = siamese();
    let mut session = session(&checked, &bound, &PlanOptions::training(vec![]));
    let mut params = ParamStore::init(&checked, 1);
    assert_eq!(session.find_non_finite(&params, NOISE), None);
    let weight = params.find("main.weight").unwrap();
    params.get_mut(weight)[0] = f32::INFINITY;
    assert_eq!(session.find_non_finite(&params, NOISE).as_deref(), Some("a_main"));
}

#[test]
fn observers_see_every_step() {
    let (checked, bound) = siamese();
    let mut session = session(&checked, &bound, &PlanOptions::training(vec![]));
    let mut params = ParamStore::init(&checked, 1);
    let expected: Vec<String> = session.plan().steps().map(|s| format!("{} {}", s.op, s.path)).collect();
    let mut seen = Vec::new();
    let mut observer = |s: blockprint::plan::StepInfo<'_>, _: std::time::Duration, _: Option<&[f32]>| {
        seen.push(format!("{} {}", s.op, s.path));
    };
    session.forward_observed(&mut params, NOISE, &mut observer);
    session.backward_observed(&params, &mut observer);
    assert_eq!(seen, expected);
    // Neither the sum nor the residual additions take a step of their own on the way back.
    let adds = session.plan().steps().filter(|s| s.op == "add" && s.pass == Pass::Backward).count();
    assert_eq!(adds, 0);
}

#[test]
fn impossible_plans_are_refused() {
    let mut net = Net::default();
    let x = net.input("x", &[2, 3]);
    let other = net.input("other", &[2, 3]);
    let y = net.dense("y", 4, x);
    let (checked, bound) = net.finish(y);
    let plan = |options: &PlanOptions| Plan::new(&checked, &bound, options).err();
    assert_eq!(plan(&PlanOptions::training(vec![])), Some(PlanError::LossNotScalar { path: "y".into(), numel: 8 }));
    let options = PlanOptions { input_grads: vec![other], ..PlanOptions::training(vec![]) };
    assert_eq!(plan(&options), Some(PlanError::NoGradient { path: "other".into() }));

    let mut net = Net::default();
    let x = net.input("x", &[1, 3]);
    net.dense("y", 1, x);
    let (checked, bound) = net.finish_without_loss();
    assert_eq!(Plan::new(&checked, &bound, &PlanOptions::training(vec![])).err(), Some(PlanError::NoLoss));
}

/// The values of `wanted` in inference.
fn values(
    net: &(blockprint::check::Checked, blockprint::check::Bound),
    wanted: &[blockprint::graph::NodeId],
    params: &mut ParamStore,
) -> Vec<Vec<f32>> {
    let mut session = session(&net.0, &net.1, &PlanOptions::inference(wanted.to_vec()));
    session.forward(params, NOISE);
    wanted.iter().map(|id| session.value(*id).expect("it is a target").to_vec()).collect()
}

#[test]
fn fused_chains_agree_with_single_nodes() {
    for size in [1, 5, 12] {
        let net = image_net(size);
        let graph = net.0.graph();
        let logits = graph.find("logits").unwrap();
        let mut params = ParamStore::init(&net.0, 1);
        for (i, id) in net.0.param_ids().enumerate() {
            // Variances are positive.
            params
                .get_mut(id)
                .iter_mut()
                .enumerate()
                .for_each(|(j, v)| *v = *v * 0.7 + 0.3 + 0.1 * ((i + j) % 3) as f32);
        }
        let fused = values(&net, &[logits], &mut params);
        // A value that is asked for cannot be fused away.
        let all: Vec<_> = graph.ids().filter(|id| graph.op(*id).is_some() && *id <= logits).collect();
        let single = values(&net, &all, &mut params);
        let single = &single[all.iter().position(|id| *id == logits).unwrap()];
        let range = single.iter().fold(0.0f32, |a, v| a.max(v.abs()));
        assert!(range > 0.0);
        for (a, b) in fused[0].iter().zip(single) {
            assert!((a - b).abs() <= 1e-5 * range, "{a} {b}");
        }
        let plan = Plan::new(&net.0, &net.1, &PlanOptions::inference(vec![logits])).unwrap();
        let ops: Vec<_> = plan.steps().map(|s| s.op).collect();
        assert_eq!(ops, ["conv+bn+relu", "conv+bn+add+relu", "to maps", "dense"]);
    }
}

#[test]
fn changed_parameters_are_packed_anew() {
    let net = image_net(6);
    let logits = net.0.graph().find("logits").unwrap();
    let mut params = ParamStore::init(&net.0, 1);
    let mut lasting = session(&net.0, &net.1, &PlanOptions::inference(vec![logits]));
    let mut train = session(&net.0, &net.1, &PlanOptions::training(vec![]));
    let mut before = Vec::new();
    for _ in 0..3 {
        lasting.forward(&mut params, NOISE);
        let now = lasting.value(logits).unwrap().to_vec();
        assert_eq!(now, values(&net, &[logits], &mut params)[0]);
        assert_ne!(now, before);
        before = now;
        // Moves the running statistics only, which the packed weights depend on.
        train.forward(&mut params, NOISE);
    }
}
