//! The engine's side of the comparison.

use blockprint::check::{Checked, ParamId, check};
use blockprint::diag::Sink;
use blockprint::driver::compile_zoo;
use blockprint::engine::{Optimizer, OptimizerState, ParamStore, Session};
use blockprint::expand::Options;
use blockprint::graph::{Node, NodeId, NodeKind};
use blockprint::ops::lower::NoiseKey;
use blockprint::ops::pair_loss::Mse;
use blockprint::plan::{Plan, PlanOptions};
use blockprint::random::{self, Purpose};
use blockprint::shape::{DType, Symbols};
use blockprint::source::Span;

use super::Inputs;

pub const SEED: u64 = 7;

/// A network and its loss.
#[derive(Clone, Copy)]
pub enum Goal {
    /// An embedded spec with a loss.
    Own(&'static str),
    /// An embedded spec; the loss is the mean square of what its output lacks of a target.
    Squares(&'static str),
}

pub struct Engine {
    checked: Checked,
    params: ParamStore,
    training: Session,
    inference: Session,
    target: NodeId,
    examples: usize,
}

impl Engine {
    pub fn new(goal: Goal, examples: usize) -> Self {
        let checked = network(goal);
        let symbols = Symbols::from([("N".to_string(), examples as i64)]);
        let bound = checked.bind(&symbols, &mut Sink::new()).expect("the batch is the only symbol");
        let roles = &checked.graph().roles;
        let plan = |options| Session::new(Plan::new(&checked, &bound, &options).expect("there is a plan"));
        // Deep networks with batch norms enlarge what rounding their sums make by 1e5.
        let training = plan(PlanOptions { maps: true, ..PlanOptions::training(Vec::new()) });
        let inference = plan(PlanOptions::inference(roles.outputs.clone()));
        let target = *roles.inputs.last().expect("the loss reads a target");
        let params = ParamStore::init(&checked, SEED);
        Self { params, training, inference, target, examples, checked }
    }

    /// Fills all inputs with numbers that depend on `index`.
    pub fn fill(&mut self, index: u64) -> Inputs {
        let mut floats = Vec::new();
        let mut target = Vec::new();
        for id in self.checked.graph().roles.inputs.clone() {
            let mut rng = random::stream(index, Purpose::Sample, id.index() as u64, 7);
            let len = self.training.input_mut(id).len();
            let values: Vec<f32> = match (id == self.target, self.checked.fact(id).dtype) {
                (true, DType::I64) => (0..len).map(|i| ((i as u64 * 3 + index) % 6) as f32).collect(),
                (true, DType::F32) if self.checked.fact(id).rank() == 3 => boxes(len, || random::uniform(&mut rng)),
                (true, DType::F32) => (0..len).map(|i| (i % 2) as f32).collect(),
                _ => (0..len).map(|_| random::uniform(&mut rng) * 2.0 - 1.0).collect(),
            };
            self.training.input_mut(id).copy_from_slice(&values);
            let input = self.inference.input_mut(id);
            if !input.is_empty() {
                input.copy_from_slice(&values);
            }
            if id == self.target { target = values } else { floats.push(values) }
        }
        Inputs { floats, target, examples: self.examples }
    }

    pub fn output(&mut self) -> Vec<f32> {
        self.inference.forward(&mut self.params, NoiseKey::default());
        let outputs = self.checked.graph().roles.outputs.iter();
        outputs.flat_map(|id| self.inference.value(*id).expect("a target of the plan").iter().copied()).collect()
    }

    pub fn train(&mut self, step: u64) {
        self.training.forward(&mut self.params, NoiseKey { seed: SEED, step });
        self.training.backward(&self.params);
    }

    pub fn descend(&mut self, rate: f32) {
        let lr = f64::from(rate);
        let sgd = Optimizer::Sgd { lr, momentum: 0.0, nesterov: false, dampening: 0.0, weight_decay: 0.0 };
        let mut state = OptimizerState::new(&sgd, &self.params, self.training.plan().trained());
        state.step(&mut self.params, self.training.grads(), lr);
    }

    pub fn loss(&self) -> f32 {
        self.training.loss().expect("a plan that trains has a loss")
    }

    fn id(&self, name: &str) -> ParamId {
        self.params.find(name).unwrap_or_else(|| panic!("the engine has no `{name}`"))
    }

    pub fn value(&self, name: &str) -> &[f32] {
        self.params.get(self.id(name))
    }

    pub fn shape(&self, name: &str) -> &[usize] {
        self.params.view(self.id(name)).shape
    }

    pub fn gradient(&self, name: &str) -> &[f32] {
        self.training.grad(self.id(name)).unwrap_or_else(|| panic!("`{name}` is not trained"))
    }

    pub fn gradient_norm(&self) -> f64 {
        self.training.grads().iter().map(|(_, grad)| norm(grad).powi(2)).sum::<f64>().sqrt()
    }

    pub fn parameters(&self) -> usize {
        self.params.len()
    }

    pub fn trained(&self) -> usize {
        self.training.plan().trained().len()
    }
}

pub fn norm(values: &[f32]) -> f64 {
    values.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>().sqrt()
}

fn network(goal: Goal) -> Checked {
    let options = Options::default();
    let (Goal::Own(name) | Goal::Squares(name)) = goal;
    let compiled = compile_zoo(name, &options).expect("an embedded spec");
    let checked = compiled.checked.unwrap_or_else(|| panic!("{:?}", compiled.sink.sorted()));
    match goal {
        Goal::Squares(_) => with_squares(&checked),
        _ => checked,
    }
}

/// Boxes of pictures: a class, a centre and a size; every third is none.
fn boxes(len: usize, mut uniform: impl FnMut() -> f32) -> Vec<f32> {
    let mut values = Vec::with_capacity(len);
    for at in 0..len / 5 {
        let mut draw = |from: f32, to: f32| from + uniform() * (to - from);
        let class = if at % 3 == 2 { -1.0 } else { (at % 3) as f32 };
        values.extend([class, draw(0.2, 0.8), draw(0.2, 0.8), draw(0.05, 0.4), draw(0.05, 0.4)]);
    }
    values
}

/// The network with a loss: the mean square of the difference from a target.
fn with_squares(checked: &Checked) -> Checked {
    let mut graph = checked.graph().clone();
    let output = graph.roles.outputs[0];
    let target = graph.add_input("target", checked.fact(output).clone(), Span::default()).expect("a free name");
    let node = Node {
        path: "squares".into(),
        weights: "squares".into(),
        kind: NodeKind::Op(Mse {}.into()),
        span: Span::default(),
        attr_spans: Vec::new(),
        trace: None,
        named: true,
    };
    graph.roles.total_loss = Some(graph.add(node, &[output, target]).expect("a free name"));
    let mut sink = Sink::new();
    check(graph, &mut sink).checked.unwrap_or_else(|| panic!("{:?}", sink.sorted()))
}
