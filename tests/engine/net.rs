//! Networks for tests, built node by node.

use blockprint::check::{Bound, Checked, check};
use blockprint::diag::Sink;
use blockprint::graph::{Graph, Node, NodeId, NodeKind};
use blockprint::ops::attrs::{Args, Value};
use blockprint::ops::{self, lower::NoiseKey};
use blockprint::plan::{Plan, PlanOptions};
use blockprint::random::{self, Purpose};
use blockprint::shape::{Fact, Shape, Symbols};
use blockprint::source::Span;

use blockprint::engine::{ParamStore, Session};

pub const NOISE: NoiseKey = NoiseKey { seed: 1, step: 0 };

/// A graph in the making.
#[derive(Default)]
pub struct Net {
    pub graph: Graph,
}

impl Net {
    pub fn input(&mut self, name: &str, shape: &[usize]) -> NodeId {
        self.graph.add_input(name, Fact::f32(Shape::of(shape)), Span::default()).expect("names are distinct")
    }

    pub fn labels(&mut self, name: &str, n: usize) -> NodeId {
        self.graph.add_input(name, Fact::i64(Shape::of(&[n])), Span::default()).expect("names are distinct")
    }

    /// Adds a node with parameters of its own.
    pub fn op(&mut self, path: &str, op: &str, args: &[(&'static str, Value)], inputs: &[NodeId]) -> NodeId {
        self.shared(path, path, op, args, inputs)
    }

    /// Adds a node whose parameters are named by `weights`, as inside a tower.
    pub fn shared(
        &mut self,
        path: &str,
        weights: &str,
        op: &str,
        args: &[(&'static str, Value)],
        inputs: &[NodeId],
    ) -> NodeId {
        let entry = ops::lookup(op).expect("the op exists");
        let mut sink = Sink::new();
        let op = (entry.build)(&Args::of(entry.info.name, entry.info.attrs, args), Span::default(), &mut sink)
            .unwrap_or_else(|| panic!("{op}: {:?}", sink.sorted()));
        let node = Node {
            path: path.into(),
            weights: weights.into(),
            kind: NodeKind::Op(op),
            span: Span::default(),
            attr_spans: Vec::new(),
            trace: None,
            named: true,
        };
        self.graph.add(node, inputs).expect("paths are distinct")
    }

    pub fn dense(&mut self, path: &str, out: i64, input: NodeId) -> NodeId {
        self.op(path, "dense", &[("out", Value::Int(out))], &[input])
    }

    pub fn relu(&mut self, path: &str, input: NodeId) -> NodeId {
        self.op(path, "relu", &[], &[input])
    }

    /// Checks the net with this loss.
    pub fn finish(mut self, loss: NodeId) -> (Checked, Bound) {
        self.graph.roles.total_loss = Some(loss);
        self.finish_without_loss()
    }

    /// Checks the net.
    pub fn finish_without_loss(self) -> (Checked, Bound) {
        let mut sink = Sink::new();
        let checked = check(self.graph, &mut sink).checked;
        let checked = checked.unwrap_or_else(|| panic!("{:?}", sink.sorted()));
        let bound = checked.bind(&Symbols::new(), &mut sink).expect("all sizes are numbers");
        (checked, bound)
    }
}

/// Floats in `[-1, 1)`.
pub fn noise(len: usize, index: u64) -> Vec<f32> {
    let mut rng = random::stream(3, Purpose::Sample, index, 0);
    (0..len).map(|_| random::uniform(&mut rng) * 2.0 - 1.0).collect()
}

/// A session of a plan, with all inputs filled by [`noise`], or with class indices.
pub fn session(checked: &Checked, bound: &Bound, options: &PlanOptions) -> Session {
    let mut session = Session::new(Plan::new(checked, bound, options).expect("there is a plan"));
    fill(&mut session, checked);
    session
}

pub fn fill(session: &mut Session, checked: &Checked) {
    for id in &checked.graph().roles.inputs {
        let input = session.input_mut(*id);
        let mut values = noise(input.len(), id.index() as u64);
        if checked.fact(*id).dtype == blockprint::shape::DType::I64 {
            values.iter_mut().for_each(|v| *v = ((*v + 1.0) * 1.49).floor());
        }
        input.copy_from_slice(&values);
    }
}

/// Compares every gradient that the plan computes with central differences of the loss.
pub fn check_gradients(checked: &Checked, bound: &Bound, options: &PlanOptions, tolerance: f32) {
    let mut session = session(checked, bound, options);
    let mut params = ParamStore::init(checked, 5);
    session.forward(&mut params, NOISE);
    session.backward(&params);
    // The next forward run takes the memory of the inputs' gradients.
    let input_grads: Vec<(NodeId, Vec<f32>)> =
        options.input_grads.iter().map(|id| (*id, session.input_grad(*id).expect("asked for").to_vec())).collect();
    let mut tried = 0;
    for id in session.plan().trained().to_vec() {
        let grad = session.grad(id).expect("trained").to_vec();
        for (i, expected) in grad.into_iter().enumerate() {
            let at = params.get(id)[i];
            let found = difference(|x| {
                params.get_mut(id)[i] = at + x;
                session.forward(&mut params.clone(), NOISE);
                session.loss().expect("a loss")
            });
            params.get_mut(id)[i] = at;
            close(expected, found, tolerance, &format!("{}[{i}]", params.name(id)));
            tried += 1;
        }
    }
    for (id, grad) in input_grads {
        for (i, expected) in grad.into_iter().enumerate() {
            let at = session.input_mut(id)[i];
            let found = difference(|x| {
                session.input_mut(id)[i] = at + x;
                session.forward(&mut params.clone(), NOISE);
                session.loss().expect("a loss")
            });
            session.input_mut(id)[i] = at;
            close(expected, found, tolerance, &format!("input {id:?}[{i}]"));
            tried += 1;
        }
    }
    assert!(tried > 0, "some gradient is computed");
}

fn difference(mut f: impl FnMut(f32) -> f32) -> f32 {
    const STEP: f32 = 1e-2;
    (f(STEP) - f(-STEP)) / (2.0 * STEP)
}

fn close(expected: f32, found: f32, tolerance: f32, what: &str) {
    let bound = tolerance * (1.0 + expected.abs().max(found.abs()));
    assert!((expected - found).abs() <= bound, "{what}: gradient {expected}, difference {found}");
}
