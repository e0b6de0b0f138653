//! Plans within a budget of memory: smaller arenas, and the same bits.

use std::collections::BTreeSet;

use blockprint::check::{Bound, Checked};
use blockprint::engine::{Optimizer, OptimizerState, ParamStore};
use blockprint::graph::NodeId;
use blockprint::ops::attrs::Value;
use blockprint::ops::lower::NoiseKey;
use blockprint::plan::{Pass, Plan, PlanError, PlanOptions};

use super::dag;
use super::net::{Net, session};

fn conv(net: &mut Net, path: &str, (out, kernel): (i64, i64), x: NodeId) -> NodeId {
    let args = [("out", Value::Int(out)), ("kernel", Value::Int(kernel)), ("pad", Value::Word("half".into()))];
    net.op(path, "conv", &args, &[x])
}

/// A convolution, a batch norm and a relu, with a residual before the relu.
fn unit(net: &mut Net, path: &str, sizes: (i64, i64), x: NodeId, residual: Option<NodeId>) -> NodeId {
    let y = conv(net, &format!("{path}_conv"), sizes, x);
    let y = net.op(&format!("{path}_bn"), "bn", &[], &[y]);
    let y = residual.map_or(y, |r| net.op(&format!("{path}_add"), "add", &[], &[y, r]));
    net.relu(&format!("{path}_relu"), y)
}

fn start(size: usize) -> (Net, NodeId, NodeId) {
    let mut net = Net::default();
    let x = net.input("image", &[4, 3, size, size]);
    let label = net.labels("label", 4);
    (net, x, label)
}

fn end(mut net: Net, x: NodeId, label: NodeId) -> (Checked, Bound) {
    let x = net.op("gap", "gap", &[], &[x]);
    let logits = net.dense("logits", 3, x);
    let loss = net.op("loss", "cross_entropy", &[], &[logits, label]);
    net.finish(loss)
}

/// Residual blocks, channel-blocked where `width` is 16 or more.
fn residual(width: i64, blocks: usize) -> (Checked, Bound) {
    let (mut net, x, label) = start(12);
    let mut x = unit(&mut net, "stem", (width, 3), x, None);
    for i in 0..blocks {
        let y = unit(&mut net, &format!("a{i}"), (width, 1), x, None);
        let y = unit(&mut net, &format!("b{i}"), (width, 3), y, None);
        x = unit(&mut net, &format!("c{i}"), (width, 1), y, Some(x));
    }
    end(net, x, label)
}

/// Branches that are concatenated, with pools between them.
fn inception() -> (Checked, Bound) {
    let (mut net, x, label) = start(16);
    let mut x = unit(&mut net, "stem", (16, 3), x, None);
    for i in 0..3 {
        let one = unit(&mut net, &format!("one{i}"), (16, 1), x, None);
        let three = unit(&mut net, &format!("reduce{i}"), (8, 1), x, None);
        let three = unit(&mut net, &format!("three{i}"), (16, 3), three, None);
        let both = net.op(&format!("concat{i}"), "concat", &[], &[one, three]);
        x = net.op(&format!("pool{i}"), "maxpool", &[("kernel", Value::Int(2))], &[both]);
    }
    end(net, x, label)
}

/// No norms: activations and dropout in place, a loss in the middle.
fn plain() -> (Checked, Bound) {
    let (mut net, mut x, label) = start(16);
    let mut middle = x;
    for i in 0..8 {
        x = conv(&mut net, &format!("conv{i}"), (6, 3), x);
        x = net.relu(&format!("relu{i}"), x);
        x = net.op(&format!("drop{i}"), "dropout", &[("p", Value::Float(0.3))], &[x]);
        middle = if i == 3 { x } else { middle };
    }
    let early = net.op("early_gap", "gap", &[], &[middle]);
    let early = net.dense("early", 3, early);
    let early = net.op("early_loss", "cross_entropy", &[], &[early, label]);
    let x = net.op("gap", "gap", &[], &[x]);
    let logits = net.dense("logits", 3, x);
    let loss = net.op("loss", "cross_entropy", &[], &[logits, label]);
    let total = net.op("total", "add", &[], &[loss, early]);
    net.finish(total)
}

fn within(options: &PlanOptions, budget: u64) -> PlanOptions {
    PlanOptions { memory_budget: Some(budget), ..options.clone() }
}

/// The least budget that there is a plan for.
fn least(checked: &Checked, bound: &Bound, options: &PlanOptions) -> u64 {
    match Plan::new(checked, bound, &within(options, 0)) {
        Err(PlanError::OverBudget { least }) => least,
        other => panic!("no memory is enough: {:?}", other.map(|p| p.memory())),
    }
}

/// The bits of all parameters, statistics, gradients and wanted values after two steps, the second of
/// which takes its batch in two parts.
fn bits(checked: &Checked, bound: &Bound, options: &PlanOptions) -> Vec<u32> {
    let mut session = session(checked, bound, options);
    let mut params = ParamStore::init(checked, 1);
    let optimizer = Optimizer::Sgd { lr: 0.1, momentum: 0.9, nesterov: false, dampening: 0.0, weight_decay: 1e-4 };
    let mut state = OptimizerState::new(&optimizer, &params, session.plan().trained());
    for step in 0..2 {
        session.forward(&mut params, NoiseKey { seed: 1, step });
        session.backward(&params);
        if step == 1 {
            session.forward(&mut params, NoiseKey { seed: 2, step });
            session.accumulate(&params, 0.5);
        }
        state.step(&mut params, session.grads(), 0.1);
    }
    let mut all: Vec<f32> = params.iter().flat_map(|p| p.values.to_vec()).collect();
    all.extend(session.grads().iter().flat_map(|(_, grad)| grad.to_vec()));
    all.extend(session.loss());
    all.extend(options.targets.iter().flat_map(|id| session.value(*id).unwrap().to_vec()));
    all.extend(options.input_grads.iter().flat_map(|id| session.input_grad(*id).unwrap().to_vec()));
    all.into_iter().map(f32::to_bits).collect()
}

/// Compares plans of several budgets with the one without; returns its bytes and the least.
fn compare(name: &str, (checked, bound): &(Checked, Bound), options: &PlanOptions) -> (u64, u64) {
    let whole = Plan::new(checked, bound, options).unwrap();
    assert!(whole.steps().all(|s| s.pass != Pass::Again));
    let all = whole.memory().total();
    let least = least(checked, bound, options);
    let expected = bits(checked, bound, options);
    for budget in [all, all - 1, (all + least) / 2, (all + 3 * least) / 4, least] {
        let options = within(options, budget);
        let plan = Plan::new(checked, bound, &options).unwrap();
        let total = plan.memory().total();
        assert!(total <= budget, "{name}: {total} of {budget} bytes");
        assert_eq!(plan.steps().any(|s| s.pass == Pass::Again), budget < all, "{name}: {budget} of {all} bytes");
        assert!(bits(checked, bound, &options) == expected, "{name}: other bits within {budget} of {all} bytes");
    }
    let short = Plan::new(checked, bound, &within(options, least / 2)).err();
    assert_eq!(short, Some(PlanError::OverBudget { least }), "{name}");
    (all, least)
}

#[test]
fn budgets_change_no_bit() {
    let training = PlanOptions::training(Vec::new());
    // What is left of the memory, in per cent, at most.
    let nets = [
        ("residual", residual(6, 6), 50),
        ("blocked", residual(16, 6), 55),
        ("inception", inception(), 75),
        ("plain", plain(), 65),
    ];
    for (name, net, share) in nets {
        let (all, least) = compare(name, &net, &training);
        assert!(least * 100 <= all * share, "{name}: {least} of {all} bytes are left");
    }
}

#[test]
fn frozen_parts_kept_values_and_gradients_of_inputs_fit_in() {
    let net = residual(16, 4);
    let (checked, _) = &net;
    let find = |name: &str| checked.graph().find(name).unwrap();
    let begins = |name: &str, starts: &[&str]| starts.iter().any(|s| name.starts_with(s));
    let front = |id: &_| begins(&checked.param(*id).name, &["stem", "a0", "b0", "c0"]);
    let frozen: BTreeSet<_> = checked.param_ids().filter(front).collect();
    let fixed_statistics = BTreeSet::from([find("stem_bn"), find("a2_bn")]);
    let training = PlanOptions::training(vec![find("b1_relu"), find("a2_conv")]);
    compare("frozen", &net, &PlanOptions { frozen, fixed_statistics, ..training.clone() });
    compare("input", &net, &PlanOptions { input_grads: vec![find("image")], ..training });
    let input_grads = vec![find("image")];
    compare("no training", &net, &PlanOptions { input_grads, ..PlanOptions::default() });
}

#[test]
fn random_networks_keep_their_bits() {
    let mut smaller = 0;
    for case in 0..150 {
        let (checked, bound, options) = dag::case(case);
        let Ok(whole) = Plan::new(&checked, &bound, &options) else { continue };
        if whole.loss().is_none() {
            continue;
        }
        let least = least(&checked, &bound, &options);
        let all = whole.memory().total();
        smaller += usize::from(least < all);
        let expected = bits(&checked, &bound, &options);
        for budget in [least, (least + all) / 2] {
            assert!(bits(&checked, &bound, &within(&options, budget)) == expected, "case {case}, {budget} of {all}");
        }
    }
    assert!(smaller > 20, "{smaller} plans became smaller");
}

#[test]
fn plans_without_gradients_know_no_budget() {
    let (checked, bound) = plain();
    let options = PlanOptions::inference(vec![checked.graph().find("logits").unwrap()]);
    let memory = |options: &PlanOptions| Plan::new(&checked, &bound, options).unwrap().memory();
    assert_eq!(memory(&within(&options, 1)), memory(&options));
}
