//! Optimizers against PyTorch, and what is done to gradients before they run.

use blockprint::check::{Checked, ParamId};
use blockprint::engine::clip::{clip_norm, clip_value, norm};
use blockprint::engine::optim::{Optimizer, OptimizerState};
use blockprint::engine::{Checkpoint, ParamStore, Progress, Session, penalty};
use blockprint::ops::attrs::Value;
use blockprint::plan::PlanOptions;

use super::net::{Net, session};

const START: [f32; 5] = [0.5, -1.25, 2.0, -0.0625, 3.0];
const CURVATURE: [f32; 5] = [1.0, 0.5, 0.25, 2.0, 0.125];

/// A network with one weight of five elements, whose gradient the test sets itself.
struct Bench {
    checked: Checked,
    session: Session,
    params: ParamStore,
    weight: ParamId,
}

impl Bench {
    fn new(args: &[(&'static str, Value)]) -> Self {
        let mut net = Net::default();
        let x = net.input("x", &[1, 5]);
        let args = [&[("out", Value::Int(1)), ("bias", Value::Bool(false))], args].concat();
        let loss = net.op("layer", "dense", &args, &[x]);
        let (checked, bound) = net.finish(loss);
        let session = session(&checked, &bound, &PlanOptions::training(vec![]));
        let mut params = ParamStore::zeros(&checked);
        let weight = params.find("layer.weight").unwrap();
        params.get_mut(weight).copy_from_slice(&START);
        Self { checked, session, params, weight }
    }

    fn grad(&mut self) -> &mut [f32] {
        self.session.grads_mut().get_mut(self.weight).unwrap()
    }

    /// The gradient of step `t`: a quadratic's, and a shift that changes with every step.
    fn set_grad(&mut self, t: usize) {
        let weights = self.params.get(self.weight).to_vec();
        for (i, g) in self.grad().iter_mut().enumerate() {
            let shift = ((t * 7 + i * 3) % 11) as f32 - 5.0;
            *g = weights[i] * CURVATURE[i] + shift / 8.0;
        }
    }

    fn step(&mut self, state: &mut OptimizerState, t: usize) {
        self.set_grad(t);
        let lr = state.optimizer().lr();
        state.step(&mut self.params, self.session.grads(), lr);
    }

    fn state(&self, optimizer: &Optimizer) -> OptimizerState {
        OptimizerState::new(optimizer, &self.params, self.session.plan().trained())
    }
}

fn sgd(momentum: f64, nesterov: bool, dampening: f64, weight_decay: f64) -> Optimizer {
    Optimizer::Sgd { lr: 0.05, momentum, nesterov, dampening, weight_decay }
}

fn adam(decoupled: bool, amsgrad: bool) -> Optimizer {
    let weight_decay = if decoupled { 0.1 } else { 0.0 };
    Optimizer::Adam { lr: 0.01, beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay, decoupled, amsgrad }
}

fn rmsprop(alpha: f64, eps: f64, momentum: f64, centered: bool, weight_decay: f64) -> Optimizer {
    Optimizer::Rmsprop { lr: 0.01, alpha, eps, momentum, centered, weight_decay }
}

/// The weights after 3 and after 50 steps, computed with torch.optim 2.15 (single-tensor form).
#[rustfmt::skip]
fn references() -> Vec<(Optimizer, [[f32; 5]; 2])> {
    let slow = Optimizer::Adam { lr: 0.01, beta1: 0.8, beta2: 0.95, eps: 1e-4, weight_decay: 0.1, decoupled: false, amsgrad: false };
    vec![
        (sgd(0.0, false, 0.0, 0.0), [
            [0.45751566, -1.18341, 1.9133545, -0.040812496, 2.9564064],
            [0.044522204, -0.37476805, 1.0575182, 0.027569845, 2.2313576]]),
        (sgd(0.0, false, 0.0, 0.01), [
            [0.45681566, -1.1816252, 1.9104273, -0.040714107, 2.9519494],
            [0.043506496, -0.36575195, 1.0307815, 0.02759259, 2.1765258]]),
        (sgd(0.9, false, 0.0, 0.01), [
            [0.43255526, -1.1072183, 1.8495094, -0.06368382, 2.9249141],
            [0.021491319, -0.061555777, -0.016242526, 0.0057478067, -0.20624617]]),
        (sgd(0.9, false, 0.5, 0.0), [
            [0.47494143, -1.1210088, 1.8851354, -0.08839061, 2.9750469],
            [0.025841892, -0.01928472, -0.15001573, 0.0027523662, 0.5831042]]),
        (sgd(0.9, true, 0.0, 0.01), [
            [0.39797315, -1.0585254, 1.777165, -0.034619927, 2.884667],
            [0.016247218, -0.067480765, -0.042106796, 0.044946913, -0.12946674]]),
        (adam(false, false), [
            [0.49715158, -1.2257246, 1.9732767, -0.07207026, 2.997179],
            [0.19552977, -0.8561345, 1.6180725, 0.001860405, 2.6883347]]),
        (slow, [
            [0.49546993, -1.2245278, 1.9718417, -0.0703817, 2.9724758],
            [0.19106562, -0.83922184, 1.5791781, -0.0020192396, 2.5798793]]),
        (adam(false, true), [
            [0.49715158, -1.2257278, 1.9732767, -0.07207026, 2.997179],
            [0.19553915, -0.8561528, 1.6180917, 0.0018606194, 2.6883488]]),
        (adam(true, false), [
            [0.49564537, -1.2220173, 1.9673166, -0.071863964, 2.9881792],
            [0.18294828, -0.8091838, 1.5341748, 0.0020022653, 2.5532968]]),
        (adam(true, true), [
            [0.49564537, -1.2220205, 1.9673166, -0.071863964, 2.9881792],
            [0.18295732, -0.8092005, 1.5341923, 0.0020025084, 2.55331]]),
        (rmsprop(0.99, 1e-8, 0.0, false, 0.0), [
            [0.47287223, -1.1094637, 1.8001026, -0.015272707, 2.9703581],
            [0.058835067, -0.44177833, 1.1187677, 0.0207717, 2.3172195]]),
        (rmsprop(0.9, 1e-8, 0.9, false, 0.01), [
            [0.5150886, -1.1482248, 1.8739989, -0.092041805, 3.014799],
            [0.045032986, 0.023259353, -0.09638019, 0.0027085869, 0.74572855]]),
        (rmsprop(0.9, 1e-8, 0.0, true, 0.0), [
            [0.49023062, -1.1992517, 1.929617, -0.052693374, 2.989946],
            [0.14862752, -0.66875476, 1.4309872, 0.010485632, 2.5848258]]),
        (rmsprop(0.9, 1e-6, 0.5, true, 0.01), [
            [0.49812523, -1.1739147, 1.9001819, -0.069646165, 2.997291],
            [0.03749268, -0.34165883, 1.0005374, 0.012019304, 2.1795487]]),
    ]
}

#[test]
fn every_optimizer_goes_the_way_of_pytorch() {
    for (optimizer, [after_3, after_50]) in references() {
        let mut bench = Bench::new(&[]);
        let mut state = bench.state(&optimizer);
        for t in 0..50 {
            bench.step(&mut state, t);
            let expected = match t + 1 {
                3 => after_3,
                50 => after_50,
                _ => continue,
            };
            for (found, expected) in bench.params.get(bench.weight).iter().zip(expected) {
                assert!((found - expected).abs() < 2e-6, "{optimizer:?}, step {}: {found}, not {expected}", t + 1);
            }
        }
        assert_eq!(state.steps(), 50);
    }
}

#[test]
fn the_first_adam_step_by_hand() {
    // Both moments are unbiased after one step, so that each weight moves by the rate.
    let mut bench = Bench::new(&[]);
    let mut state = bench.state(&adam(false, false));
    bench.grad().copy_from_slice(&[1.0, -2.0, 3.0, 1e-3, 0.0]);
    state.step(&mut bench.params, bench.session.grads(), 0.5);
    let expected = [0.0, -0.75, 1.5, -0.5625, 3.0];
    for (found, expected) in bench.params.get(bench.weight).iter().zip(expected) {
        assert!((found - expected).abs() < 1e-5, "{found}, not {expected}");
    }
}

#[test]
fn clipping() {
    let mut bench = Bench::new(&[]);
    bench.grad().copy_from_slice(&[3.0, -4.0, 0.0, 0.0, 12.0]);
    assert_eq!(norm(bench.session.grads()), 13.0);
    assert_eq!(clip_norm(bench.session.grads_mut(), 20.0), 13.0);
    assert_eq!(bench.grad()[4], 12.0);
    assert_eq!(clip_norm(bench.session.grads_mut(), 1.3), 13.0);
    assert!((norm(bench.session.grads()) - 1.3).abs() < 1e-6);
    assert!((bench.grad()[1] + 0.4).abs() < 1e-6);
    clip_value(bench.session.grads_mut(), 0.35);
    let expected = [0.3, -0.35, 0.0, 0.0, 0.35];
    assert!(bench.grad().iter().zip(expected).all(|(g, e)| (*g - e).abs() < 1e-6));
}

#[test]
fn a_gradient_that_is_not_finite_is_named() {
    for bad in [f32::NAN, f32::INFINITY] {
        let mut bench = Bench::new(&[]);
        assert_eq!(bench.session.grads().non_finite(), None);
        bench.grad()[3] = bad;
        assert_eq!(bench.session.grads().non_finite(), Some(bench.weight));
        assert!(!norm(bench.session.grads()).is_finite());
    }
}

#[test]
fn penalties() {
    let l1l2 = Value::Call("l1l2".into(), vec![(None, Value::Float(0.5)), (None, Value::Float(0.25))]);
    let mut bench = Bench::new(&[("penalty", l1l2)]);
    bench.params.get_mut(bench.weight)[3] = 0.0;
    bench.grad().fill(1.0);
    let total = penalty::add_gradients(&bench.params, bench.session.grads_mut());
    // 0.5 (0.5 + 1.25 + 2 + 3) + 0.25 (0.25 + 1.5625 + 4 + 9)
    assert!((total - 7.078125).abs() < 1e-9, "{total}");
    assert_eq!(bench.grad(), [1.75, -0.125, 2.5, 1.0, 3.0]);
    assert_eq!(penalty::add_gradients(&Bench::new(&[]).params, Bench::new(&[]).session.grads_mut()), 0.0);
}

#[test]
fn a_checkpoint_goes_on_as_if_nothing_had_happened() {
    for (optimizer, _) in references() {
        let mut whole = Bench::new(&[]);
        let mut state = whole.state(&optimizer);
        (0..20).for_each(|t| whole.step(&mut state, t));
        let progress = Progress { step: 20, epoch: 2, best: Some((1, 0.1 + 0.2)), ..Progress::default() };
        let (tensors, metadata) =
            Checkpoint::capture(&whole.params, Some(&state), progress.clone()).into_tensors().unwrap();
        assert_eq!(tensors.len(), 1 + optimizer.slots().len());
        (20..30).for_each(|t| whole.step(&mut state, t));

        let checkpoint = Checkpoint::from_tensors(tensors, &metadata).unwrap();
        assert_eq!(checkpoint.progress, progress);
        let mut resumed = Bench::new(&[]);
        let mut state = resumed.state(&optimizer);
        checkpoint.restore(&mut resumed.params).unwrap();
        checkpoint.restore_optimizer(&resumed.params, &mut state).unwrap();
        (20..30).for_each(|t| resumed.step(&mut state, t));
        assert_eq!(whole.params.get(whole.weight), resumed.params.get(resumed.weight), "{optimizer:?}");
    }
}

#[test]
fn a_checkpoint_of_something_else_is_refused() {
    let bench = Bench::new(&[]);
    let state = bench.state(&adam(false, false));
    let good = Checkpoint::capture(&bench.params, Some(&state), Progress::default());
    let fails = |checkpoint: &Checkpoint, text: &str| {
        let error = checkpoint.restore(&mut ParamStore::zeros(&bench.checked)).unwrap_err().to_string();
        assert!(error.contains(text), "{error}");
    };
    let mut bad = good.clone();
    bad.weights[0].shape = vec![5, 1];
    fails(&bad, "`layer.weight` has shape [5, 1] in the checkpoint and [1, 5]");
    let extra = good.weights[0].clone();
    bad = good.clone();
    bad.weights.push(blockprint::engine::NamedTensor { name: "other".into(), ..extra });
    fails(&bad, "`other`, which belongs to nothing");
    bad.weights.clear();
    fails(&bad, "lacks the tensor `layer.weight`");

    let mut other = bench.state(&sgd(0.9, false, 0.0, 0.0));
    assert!(good.restore_optimizer(&bench.params, &mut other).is_err());
    assert!(Checkpoint::from_tensors(Vec::new(), "{}").is_err());
    let later = r#"{"format": 2, "optimizer": null, "progress": {"seed": 0, "phase": 0, "epoch": 0, "cursor": 0, "step": 0, "best": null, "watched": null, "waited": 0, "metrics": {}}}"#;
    assert!(Checkpoint::from_tensors(Vec::new(), later).unwrap_err().to_string().contains("format 2"));
}
