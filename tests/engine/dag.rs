//! Random networks, run by a plan and by a reference that shares no memory at all.

use std::collections::BTreeSet;

use blockprint::check::{Bound, Checked};
use blockprint::engine::{ParamStore, Session};
use blockprint::graph::NodeId;
use blockprint::ops::attrs::Value;
use blockprint::plan::{Plan, PlanError, PlanOptions};
use blockprint::random::{self, Purpose};
use blockprint::shape::{DType, Fact};
use rand_chacha::ChaCha8Rng;

use super::common::op::{Instance, Pass};
use super::net::{NOISE, Net, fill};

const WIDTH: usize = 4;

struct Random(ChaCha8Rng);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        random::below(&mut self.0, bound as u64) as usize
    }

    fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }

    fn some(&mut self, ids: impl Iterator<Item = NodeId>, one_in: usize) -> Vec<NodeId> {
        ids.filter(|_| self.below(one_in) == 0).collect()
    }
}

/// A network of `[2, 4]` values: towers, views, in-place ops, the same node in several slots.
fn network(rng: &mut Random) -> (Checked, Bound) {
    let mut net = Net::default();
    let mut values = vec![net.input("x", &[2, WIDTH]), net.input("y", &[2, WIDTH])];
    let label = net.labels("label", 2);
    let float = |v| vec![("factor", Value::Float(v))];
    for i in 0..3 + rng.below(14) {
        let path = format!("n{i}");
        // Recent nodes are likelier, so that chains form.
        let from = values.len() - 1 - rng.below(values.len().min(4));
        let (a, b) = (values[from], rng.pick(&values));
        let id = match rng.below(13) {
            0 | 1 => net.dense(&path, WIDTH as i64, a),
            2 => {
                let tower = format!("tower{}", rng.below(2));
                net.shared(&path, &tower, "dense", &[("out", Value::Int(WIDTH as i64))], &[a])
            }
            3 | 4 => net.relu(&path, a),
            5 => net.op(&path, rng.pick(&["tanh", "swish", "softmax", "abs"]), &[], &[a]),
            6 => net.op(&path, "flatten", &[], &[a]),
            7 => net.op(&path, "scale", &float(-0.5), &[a]),
            8 => net.op(&path, rng.pick(&["mul", "sub", "absdiff", "maximum"]), &[], &[a, b]),
            9 => net.op(&path, "mul", &[], &[a, a]),
            10 => net.op(&path, "add", &[], &[a, b, b]),
            11 => net.op(&path, "identity", &[], &[a]),
            _ => net.op(&path, "add", &[], &[a, b]),
        };
        values.push(id);
    }
    let last = values[values.len() - 1];
    let other = rng.pick(&values[2..]);
    let first = net.op("first", "cross_entropy", &[], &[last, label]);
    let second = net.op("second", "cross_entropy", &[], &[other, label]);
    let weighted = net.op("weighted", "scale", &float(3.0), &[second]);
    let total = net.op("total", "add", &[], &[first, weighted]);
    net.finish(total)
}

/// Values of all nodes and gradients of everything, with a buffer for each.
struct Reference {
    values: Vec<Vec<f32>>,
    grads: Vec<Option<Vec<f32>>>,
    param_grads: Vec<Option<Vec<f32>>>,
}

impl Reference {
    fn run(checked: &Checked, bound: &Bound, params: &ParamStore, session: &mut Session, training: bool) -> Self {
        let graph = checked.graph();
        let mut values: Vec<Vec<f32>> = vec![Vec::new(); graph.len()];
        let mut passes: Vec<Option<(Instance, Pass)>> = Vec::new();
        for id in graph.ids() {
            let Some(op) = graph.op(id) else {
                values[id.index()] = session.input_mut(id).to_vec();
                // An input that the plan does not read still needs values here.
                values[id.index()].resize(bound.fact(id).numel(), 0.0);
                passes.push(None);
                continue;
            };
            let facts: Vec<Fact> = graph.inputs(id).iter().map(|i| bound.fact(*i).clone()).collect();
            let instance = Instance::new(op.clone(), &facts, training).unwrap();
            let inputs: Vec<Vec<f32>> = graph.inputs(id).iter().map(|i| values[i.index()].clone()).collect();
            let own: Vec<Vec<f32>> = checked.node_params(id).iter().map(|p| params.get(*p).to_vec()).collect();
            let pass = instance.forward(&inputs, &own);
            values[id.index()] = pass.output.clone();
            passes.push(Some((instance, pass)));
        }
        let mut this = Self { values, grads: vec![None; graph.len()], param_grads: vec![None; checked.params().len()] };
        if let Some(loss) = graph.roles.total_loss {
            this.grads[loss.index()] = Some(vec![1.0]);
        }
        for id in graph.ids().rev() {
            if let Some((instance, pass)) = &passes[id.index()] {
                this.backward(checked, id, instance, pass);
            }
        }
        this
    }

    fn backward(&mut self, checked: &Checked, id: NodeId, instance: &Instance, pass: &Pass) {
        let Some(grad) = self.grads[id.index()].clone() else { return };
        let ids = checked.graph().inputs(id);
        let inputs: Vec<Vec<f32>> = ids.iter().map(|i| self.values[i.index()].clone()).collect();
        let found = instance.backward(&inputs, pass, &grad, 0.0);
        for (input, grad) in ids.iter().zip(found.inputs) {
            add(&mut self.grads[input.index()], grad);
        }
        for (param, grad) in checked.node_params(id).iter().zip(found.params) {
            add(&mut self.param_grads[param.index()], grad);
        }
    }
}

fn add(into: &mut Option<Vec<f32>>, grad: Option<Vec<f32>>) {
    match (into, grad) {
        (Some(sum), Some(grad)) => sum.iter_mut().zip(grad).for_each(|(s, g)| *s += g),
        (into @ None, grad) => *into = grad,
        _ => {}
    }
}

#[track_caller]
fn same(found: &[f32], expected: &[f32], what: &str) {
    let scale = expected.iter().fold(1.0f32, |m, v| m.max(v.abs()));
    assert_eq!(found.len(), expected.len(), "{what}");
    for (f, e) in found.iter().zip(expected) {
        assert!(f == e || (f - e).abs() <= 1e-5 * scale, "{what}: {found:?}, not {expected:?}");
    }
}

/// Compares one plan with the reference; whether there was one.
pub fn compare(checked: &Checked, bound: &Bound, options: &PlanOptions) -> bool {
    let graph = checked.graph();
    let plan = match Plan::new(checked, bound, options) {
        Err(PlanError::NothingToTrain | PlanError::NoGradient { .. }) => return false,
        plan => plan.unwrap(),
    };
    assert!(plan.memory().arena_bytes <= plan.memory().unshared_bytes);
    let mut session = Session::new(plan);
    fill(&mut session, checked);
    let mut params = ParamStore::init(checked, 9);
    let reference = Reference::run(checked, bound, &params, &mut session, options.training);
    // The second round finds the arena as the first one left it.
    for _ in 0..2 {
        session.forward(&mut params, NOISE);
        if session.plan().loss().is_some() {
            session.backward(&params);
        }
        for id in &options.targets {
            same(session.value(*id).unwrap(), &reference.values[id.index()], &graph.node(*id).path);
        }
        for id in checked.param_ids() {
            let expected = reference.param_grads[id.index()].as_ref().filter(|_| !options.frozen.contains(&id));
            let expected = expected.filter(|_| options.training);
            let found = session.grad(id);
            assert_eq!(found.is_some(), expected.is_some(), "{}", params.name(id));
            if let (Some(found), Some(expected)) = (found, expected) {
                same(found, expected, params.name(id));
            }
        }
        for id in &options.input_grads {
            let expected = reference.grads[id.index()].as_ref().unwrap();
            same(session.input_grad(*id).unwrap(), expected, &graph.node(*id).path);
        }
    }
    true
}

/// A random network, and what is asked of it.
pub fn case(index: u64) -> (Checked, Bound, PlanOptions) {
    let mut rng = Random(random::stream(17, Purpose::Sample, index, 0));
    let (checked, bound) = network(&mut rng);
    let graph = checked.graph();
    let inputs = graph.roles.inputs.iter().copied().filter(|id| checked.fact(*id).dtype == DType::F32);
    let frozen: BTreeSet<_> = checked.param_ids().filter(|_| rng.below(3) == 0).collect();
    let options = PlanOptions {
        training: rng.below(4) > 0,
        targets: rng.some(graph.ids(), 4),
        frozen,
        input_grads: rng.some(inputs, 2),
        ..PlanOptions::default()
    };
    (checked, bound, options)
}

#[test]
fn random_networks_agree_with_the_reference() {
    let (mut planned, mut refused) = (0, 0);
    for index in 0..300 {
        let (checked, bound, options) = case(index);
        match compare(&checked, &bound, &options) {
            true => planned += 1,
            false => refused += 1,
        }
        assert!(compare(&checked, &bound, &PlanOptions::inference(options.targets)));
    }
    assert!(planned > 150 && refused > 0, "{planned} planned, {refused} refused");
}
