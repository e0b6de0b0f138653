//! Optimizers against PyTorch, and what is done to gradients before they run.

use blockprint::check::{Checked, ParamId};
use blockprint::driver;
use blockprint::engine::clip::{clip_norm, clip_value, norm};
use blockprint::engine::optim::{Optimizer, OptimizerState};
use blockprint::engine::schedule::Schedule;
use blockprint::engine::{Checkpoint, ParamStore, Progress, Session, penalty};
use blockprint::expand::Options;
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

fn sgd(momentum: f64) -> Optimizer {
    Optimizer::Sgd { lr: 0.05, momentum, nesterov: false, dampening: 0.0, weight_decay: 0.0 }
}

fn adam() -> Optimizer {
    let (beta1, beta2, eps) = (0.9, 0.999, 1e-8);
    Optimizer::Adam { lr: 0.01, beta1, beta2, eps, weight_decay: 0.0, decoupled: false, amsgrad: false }
}

/// A line of `optim.txt`: what PyTorch made of the weights.
struct Reference {
    line: &'static str,
    optimizer: Optimizer,
    schedule: Schedule,
    after_3: Vec<f32>,
    after_50: Vec<f32>,
}

/// Reads the optimizer and the schedule as a spec does.
fn reference(line: &'static str) -> Reference {
    let [optim, schedule, after_3, after_50] = line.split("; ").collect::<Vec<_>>()[..] else { panic!("{line}") };
    let spec = format!(
        "blockprint: 1\ninputs: {{x: 'f32[N, 2]', y: 'i64[N]'}}\nnet: ['dense(2) as z']\nloss: {{ce: 'cross_entropy(z, y)'}}\n\
         train:\n  epochs: 1\n  optim: {optim}\n  lr: {schedule}\n"
    );
    let compiled = driver::compile_text("optim.yaml", &spec, &Options::default());
    let train = compiled.config.train.unwrap_or_else(|| panic!("{line}: {:?}", compiled.sink.sorted()));
    let numbers = |text: &str| text.split(' ').map(|n| n.parse().expect("a number")).collect();
    let (after_3, after_50) = (numbers(after_3), numbers(after_50));
    Reference { line, optimizer: train.optim, schedule: train.lr, after_3, after_50 }
}

/// What `optim.py` wrote.
fn references() -> Vec<Reference> {
    let lines = include_str!("optim.txt").lines().filter(|l| !l.starts_with('#'));
    lines.map(reference).collect()
}

/// Steps of an epoch in `optim.py`.
const EPOCH: u64 = 4;

/// Every option of every optimizer, and every schedule. Single-precision rounding grows with the
/// steps, so that weights near zero are compared on the scale of the weights that they come from.
#[test]
fn every_optimizer_and_schedule_goes_the_way_of_pytorch() {
    let references = references();
    assert!(references.len() > 40);
    for Reference { line, optimizer, schedule, after_3, after_50 } in &references {
        let mut bench = Bench::new(&[]);
        let mut state = bench.state(optimizer);
        for t in 0..50 {
            bench.set_grad(t);
            let lr = optimizer.lr() * schedule.factor(t as u64, EPOCH);
            state.step(&mut bench.params, bench.session.grads(), lr);
            let expected = match t + 1 {
                3 => after_3,
                50 => after_50,
                _ => continue,
            };
            for ((found, expected), start) in bench.params.get(bench.weight).iter().zip(expected).zip(START) {
                let scale = expected.abs().max(start.abs()).max(0.5);
                assert!((found - expected).abs() <= 1e-6 * scale, "{line}, step {}: {found}, not {expected}", t + 1);
            }
        }
        assert_eq!(state.steps(), 50);
    }
}

#[test]
fn the_first_adam_step_by_hand() {
    // Both moments are unbiased after one step, so that each weight moves by the rate.
    let mut bench = Bench::new(&[]);
    let mut state = bench.state(&adam());
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
    for Reference { optimizer, .. } in references() {
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
    let state = bench.state(&adam());
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

    let mut other = bench.state(&sgd(0.9));
    assert!(good.restore_optimizer(&bench.params, &mut other).is_err());
    assert!(Checkpoint::from_tensors(Vec::new(), "{}").is_err());
    let later = r#"{"format": 2, "optimizer": null, "progress": {"seed": 0, "phase": 0, "epoch": 0, "cursor": 0, "step": 0, "best": null, "watched": null, "waited": 0, "metrics": {}}}"#;
    assert!(Checkpoint::from_tensors(Vec::new(), later).unwrap_err().to_string().contains("format 2"));
}
