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

use super::shape::device;
use super::tape::{Grads, Operands, Setting, Shelf, Slot, call, slot};

/// An op with its parameters, all zero at first; what every typed layer holds.
pub struct Layer {
    op: Op,
    /// In the order of the op, running statistics among them.
    specs: Vec<ParamSpec>,
    weights: Vec<Weight>,
    state: RwLock<Vec<Vec<f32>>>,
    /// Weights as inference reads them.
    shelf: Shelf,
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

    pub(super) fn op_mut(&mut self) -> &mut Op {
        &mut self.op
    }

    /// Applies it; the type of the output is the caller's to say.
    ///
    /// # Panics
    /// Where the op does not accept the inputs, or makes another shape of them.
    pub fn forward<O: Shape, I: Operands>(&self, inputs: I) -> Tensor<O, f32, Cpu, I::Tape> {
        let taped = <I::Tape as dfdx::tensor::Tape<f32, Cpu>>::OWNS_TAPE;
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner).clone();
        let moves_statistics = !state.is_empty() && taped && !self.frozen;
        let [seed, step] = [0, 1].map(|i| self.noise[i].load(Ordering::Relaxed));
        let setting = Setting {
            shelf: (!taped).then_some(&self.shelf),
            params: self.weights.iter().map(|w| w.values.clone()).collect(),
            slots: self.weights.iter().map(|w| (taped && !self.frozen).then(|| w.slot.clone())).collect(),
            training: if state.is_empty() { taped } else { moves_statistics },
            state,
            at_input: self.at_input,
            node: if taped { self.next_node() } else { self.node },
            noise: NoiseKey { seed, step },
        };
        let (output, state) = call(&self.op, inputs, setting);
        if moves_statistics {
            *self.state.write().unwrap_or_else(PoisonError::into_inner) = state;
        }
        output
    }

    /// The node whose noise this call with a tape draws.
    fn next_node(&self) -> u64 {
        let call = self.calls.fetch_add(1, Ordering::Relaxed) % (self.again.len() + 1);
        let offset = call.checked_sub(1).and_then(|further| self.again.get(further));
        self.node.wrapping_add(offset.copied().unwrap_or(0))
    }

    /// Forgets packed weights, since weights change.
    fn empty_shelf(&mut self) {
        *self.shelf.get_mut().unwrap_or_else(PoisonError::into_inner) = None;
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
        self.empty_shelf();
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
        self.empty_shelf();
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
