//! A layer without its type: an op and its parameters.

use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use dfdx::shapes::Shape;
use dfdx::tensor::{Cpu, CpuError, Tensor, TensorFromVec};

use crate::ops::init::{Init, Penalty};
use crate::ops::lower::NoiseKey;
use crate::ops::{Op, ParamSpec};
use crate::shape::Fact;

use super::pass::{Link, Setting, Step};
use super::shape::device;
use super::shelf::Shelf;
use super::tape::{Grads, Operands, Slot, call, slot};

/// An op with its parameters, all zero at first; what every typed layer holds.
pub struct Layer {
    op: Op,
    /// In the order of the op, running statistics among them.
    specs: Vec<ParamSpec>,
    weights: Vec<Weight>,
    state: RwLock<Vec<Vec<f32>>>,
    /// Weights as inference reads them.
    shelf: Shelf,
    /// Another one after each change of parameters or statistics.
    stamp: AtomicU64,
    frozen: bool,
    at_input: bool,
    node: u64,
    /// How far behind `node` the noise of each further call of a step is.
    again: Vec<u64>,
    /// Calls with a tape since the step began.
    calls: AtomicUsize,
    /// Seed and step of the noise.
    noise: [AtomicU64; 2],
}

/// A trainable parameter.
struct Weight {
    values: Arc<Vec<f32>>,
    /// The way to its gradient on a tape.
    slot: Slot,
}

fn new_stamp() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl Weight {
    fn new(len: usize) -> Self {
        // The tensor gives its identity to the gradient; its values live here, where kernels can
        // read them in place.
        let key = device().tensor_from_vec(vec![0.0f32; len], (len,));
        Self { values: Arc::new(vec![0.0; len]), slot: slot(&key) }
    }
}

impl Layer {
    /// An op with parameters for inputs of these facts.
    pub fn new(op: impl Into<Op>, inputs: &[Fact]) -> Self {
        let op = op.into();
        let specs = op.params(inputs);
        let lengths = |trainable| {
            specs.iter().filter(move |s| s.trainable == trainable).map(|s| s.shape.iter().product::<usize>())
        };
        Self {
            weights: lengths(true).map(Weight::new).collect(),
            state: RwLock::new(lengths(false).map(|len| vec![0.0; len]).collect()),
            shelf: Shelf::default(),
            stamp: AtomicU64::new(new_stamp()),
            op,
            specs,
            frozen: false,
            at_input: false,
            node: 0,
            again: Vec::new(),
            calls: AtomicUsize::new(0),
            noise: Default::default(),
        }
    }

    /// Gives it a random stream of its own, for ops with noise.
    #[must_use]
    pub fn with_node(mut self, node: u64) -> Self {
        self.node = node;
        self
    }

    pub(super) fn op(&self) -> &Op {
        &self.op
    }

    pub(super) fn op_mut(&mut self) -> &mut Op {
        self.changed();
        &mut self.op
    }

    pub(super) fn shelf(&self) -> &Shelf {
        &self.shelf
    }

    /// A number that no other layer has, nor this one had before its last change.
    pub(super) fn stamp(&self) -> u64 {
        self.stamp.load(Ordering::Acquire)
    }

    /// Applies it; the type of the output is the caller's to say.
    ///
    /// # Panics
    /// Where the op does not accept the inputs, or makes another shape of them.
    pub fn forward<O: Shape, I: Operands>(&self, inputs: I) -> Tensor<O, f32, Cpu, I::Tape> {
        let (inputs, tape) = inputs.split();
        call(vec![Step { link: Link::Layer(self), inputs }], tape)
    }

    /// What its op is called with, with a tape or without.
    pub(super) fn setting(&self, taped: bool) -> Setting {
        let state = self.state();
        let [seed, step] = [0, 1].map(|i| self.noise[i].load(Ordering::Relaxed));
        Setting {
            params: self.weights.iter().map(|w| w.values.clone()).collect(),
            slots: self.weights.iter().map(|w| (taped && !self.frozen).then(|| w.slot.clone())).collect(),
            training: taped && (state.is_empty() || !self.frozen),
            state,
            at_input: self.at_input,
            node: if taped { self.next_node() } else { self.node },
            noise: NoiseKey { seed, step },
        }
    }

    /// Running statistics.
    pub(super) fn state(&self) -> Vec<Vec<f32>> {
        self.state.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes over running statistics that have moved.
    pub(super) fn keep_state(&self, state: &[Vec<f32>]) {
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = state.to_vec();
        self.stamp.store(new_stamp(), Ordering::Release);
    }

    /// The node whose noise this call with a tape draws.
    fn next_node(&self) -> u64 {
        let call = self.calls.fetch_add(1, Ordering::Relaxed) % (self.again.len() + 1);
        let offset = call.checked_sub(1).and_then(|further| self.again.get(further));
        self.node.wrapping_add(offset.copied().unwrap_or(0))
    }

    /// Sees to it that no weights that were packed before are used again.
    fn changed(&mut self) {
        self.shelf.empty();
        *self.stamp.get_mut() = new_stamp();
    }

    /// What is known of its parameters, in the order of the op.
    pub fn specs(&self) -> &[ParamSpec] {
        &self.specs
    }

    /// Whether it is frozen: its parameters have no gradients, and a batch norm keeps to its
    /// running statistics.
    pub fn is_frozen(&self) -> bool {
        self.frozen
    }

    /// Freezes it, or thaws it.
    pub fn set_frozen(&mut self, frozen: bool) {
        self.frozen = frozen;
    }

    /// Whether its inputs are data, which no gradient goes on to.
    pub fn set_at_input(&mut self, at_input: bool) {
        self.at_input = at_input;
    }

    /// How far behind its own noise that of each further call of a step is.
    pub(super) fn set_again(&mut self, offsets: &[u64]) {
        self.again = offsets.to_vec();
    }

    /// The random streams of the next step.
    pub fn set_noise(&self, seed: u64, step: u64) {
        self.noise[0].store(seed, Ordering::Relaxed);
        self.noise[1].store(step, Ordering::Relaxed);
        self.calls.store(0, Ordering::Relaxed);
    }

    /// Sets the first values of `weight`, for [`initialize`](super::initialize).
    pub(super) fn set_init(&mut self, name: &str, init: Init) {
        self.specs.iter_mut().filter(|s| s.name == name).for_each(|s| s.init = init);
    }

    /// Sets the penalty on a parameter.
    pub(super) fn set_penalty(&mut self, name: &str, penalty: Penalty) {
        self.specs.iter_mut().filter(|s| s.name == name).for_each(|s| s.penalty = penalty);
    }

    /// Calls `f` with the values of every parameter.
    pub fn visit(&self, mut f: impl FnMut(&ParamSpec, &[f32])) {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let (mut weights, mut state) = (self.weights.iter(), state.iter());
        for spec in &self.specs {
            let values = if spec.trainable { weights.next().map(|w| &*w.values) } else { state.next() };
            if let Some(values) = values {
                f(spec, values);
            }
        }
    }

    /// Calls `f` with the values of every parameter, to be changed.
    pub fn visit_mut(&mut self, mut f: impl FnMut(&ParamSpec, &mut [f32])) {
        self.changed();
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        let (mut weights, mut state) = (self.weights.iter_mut(), state.iter_mut());
        for spec in &self.specs {
            let values =
                if spec.trainable { weights.next().map(|w| Arc::make_mut(&mut w.values)) } else { state.next() };
            if let Some(values) = values {
                f(spec, values);
            }
        }
    }

    /// Calls `f` with the values and the gradient of every parameter that is trained.
    ///
    /// # Errors
    /// Where there is no memory for a gradient of zeros.
    pub fn visit_gradients(
        &mut self,
        grads: &mut Grads,
        mut f: impl FnMut(&ParamSpec, &mut [f32], &mut [f32]),
    ) -> Result<(), CpuError> {
        if self.frozen {
            return Ok(());
        }
        self.changed();
        let trainable = self.specs.iter().filter(|s| s.trainable);
        for (spec, weight) in trainable.zip(&mut self.weights) {
            let values: &mut Vec<f32> = Arc::make_mut(&mut weight.values);
            f(spec, values, (weight.slot)(grads)?);
        }
        Ok(())
    }
}

impl fmt::Debug for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Layer").field("op", &self.op).field("frozen", &self.frozen).finish_non_exhaustive()
    }
}
