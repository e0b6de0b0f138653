//! Whole passes: gradients against differences, sharing of memory, repeatability.

use blockprint::plan::{Pass, PlanError, PlanOptions};

use super::net::{NOISE, Net, check_gradients, session};
use blockprint::engine::{ParamStore, Session};

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
    let args = [("out", blockprint::ops::attrs::Value::Int(3))];
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
    assert_eq!(blockprint::plan::Plan::new(&checked, &bound, &all).err(), Some(PlanError::NothingToTrain));
}

#[test]
fn inference_computes_only_what_is_wanted() {
    let (net, loss) = two_layers();
    let b = net.graph.find("b").unwrap();
    let (checked, bound) = net.finish(loss);
    let mut short = session(&checked, &bound, &PlanOptions::inference(vec![b]));
    assert_eq!(short.plan().steps().map(|s| s.path).collect::<Vec<_>>(), ["a", "b"]);
    let mut params = ParamStore::init(&checked, 1);
    short.forward(&mut params, NOISE);
    let value = short.value(b).unwrap().to_vec();
    assert!(value.iter().any(|v| *v > 0.0) && value.iter().all(|v| *v >= 0.0));
    // The inputs last from run to run; nothing of a run is left over for the next.
    short.forward(&mut params, NOISE);
    assert_eq!(short.value(b).unwrap(), value);
    assert_eq!(short.value(loss), None);
    // `relu` writes over `a`: the arena holds the input and one layer.
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
