//! The bridge from ops to the tape: runs the engine's kernel of an op forward, and records its
//! backward pass.
//!
//! Generic code ends here: what remains of a tensor are its fact, a way to read its values and a
//! way to its gradient, so that a network of many shapes compiles one copy of the rest.
//!
//! dfdx lends no slices of its tensors, so values are copied once into a buffer from a pool.
//! Gradients of tensors are written into the tape's own buffers. A value's gradient is taken out
//! of the tape when its op has used it; those of parameters and of the network's inputs stay.

use std::sync::{Arc, Mutex, PoisonError};

use dfdx::shapes::{HasShape, Shape};
use dfdx::tensor::{Cpu, CpuError, Gradients, Merge, PutTape, SplitTape, Tape as _, Tensor, TensorFromVec};
use dfdx::tensor_ops::ReshapeTo;
use rayon::prelude::*;

use crate::kernels::sweep;
use crate::ops::lower::{Backward, Forward, Kernel, LowerCx, Lowered, Needs, NoiseKey, Pack};
use crate::ops::{Op, fused};
use crate::shape::Fact;

use super::pool::{self, Scratch};
use super::shape::{Tape, device};

/// The gradients of a backward pass.
pub(super) type Grads = Gradients<f32, Cpu>;

/// The way to a tensor's gradient, which is made of zeros where there is none yet.
pub(super) type Slot = Arc<dyn Fn(&mut Grads) -> Result<&mut Vec<f32>, CpuError> + Send + Sync>;

/// The way to the gradient of a tensor, without a hold on its values.
pub(super) fn slot<S: Shape, T>(x: &Tensor<S, f32, Cpu, T>) -> Slot {
    let ghost = x.ghost();
    Arc::new(move |grads| grads.get_or_alloc_mut(&ghost).map(|vec| &mut **vec))
}

/// Values that can be copied out.
trait Values: Send + Sync {
    fn read(&self, into: &mut [f32]);
}

impl<S: Shape> Values for Tensor<S, f32, Cpu> {
    fn read(&self, into: &mut [f32]) {
        self.copy_into(into);
    }
}

/// The engine carries integers as floats.
impl<S: Shape> Values for Tensor<S, i64, Cpu> {
    fn read(&self, into: &mut [f32]) {
        into.iter_mut().zip(self.as_vec()).for_each(|(to, from)| *to = from as f32);
    }
}

/// A tensor without its type.
pub struct Operand {
    pub(super) fact: Fact,
    values: Box<dyn Values>,
    /// Integers have no gradient.
    slot: Option<Slot>,
}

impl Operand {
    fn copy(&self) -> Scratch {
        let mut buffer = Scratch::take(self.fact.numel());
        self.values.read(&mut buffer);
        buffer
    }

    /// A copy to own.
    pub(super) fn take(&self) -> Vec<f32> {
        let mut buffer = pool::take(self.fact.numel());
        self.values.read(&mut buffer);
        buffer
    }
}

/// The values of a tensor, row-major.
pub fn values<S: Shape, T>(x: &Tensor<S, f32, Cpu, T>) -> Vec<f32> {
    x.as_vec()
}

fn fact<S: Shape>(shape: &S) -> crate::shape::Shape {
    crate::shape::Shape::of(shape.concrete().as_ref())
}

/// Whether the elements of a tensor lie in order: the distance between neighbours is what it
/// should be on every axis. dfdx's own permutations and broadcasts only change how a tensor is
/// looked at.
fn is_dense<S: Shape, T>(x: &Tensor<S, f32, Cpu, T>) -> bool {
    let shape = *HasShape::shape(x);
    if shape.num_elements() == 0 {
        return true;
    }
    let (sizes, strides, origin) = (shape.concrete(), shape.strides(), S::Concrete::default());
    let address = |index: S::Concrete| std::ptr::from_ref(&x[index]).addr();
    (0..S::NUM_DIMS).filter(|axis| sizes[*axis] > 1).all(|axis| {
        let mut next = origin;
        next[axis] = 1;
        address(next) == address(origin) + strides[axis] * size_of::<f32>()
    })
}

/// The inputs of an op: a tensor, a tuple of up to four, an array or a `Vec` of them.
pub trait Operands {
    /// The tape that the output goes on with.
    type Tape: Tape;
    /// Takes the tensors apart.
    fn split(self) -> (Vec<Operand>, Self::Tape);
}

impl<S: Shape, T: Tape> Operands for Tensor<S, f32, Cpu, T> {
    type Tape = T;

    fn split(self) -> (Vec<Operand>, T) {
        let dense = match is_dense(&self) {
            true => self,
            false => {
                let shape = *HasShape::shape(&self);
                self.reshape_like(&shape)
            }
        };
        let (x, tape) = dense.split_tape();
        let fact = Fact::f32(fact(HasShape::shape(&x)));
        let slot = T::OWNS_TAPE.then(|| slot(&x));
        (vec![Operand { fact, values: Box::new(x), slot }], tape)
    }
}

impl<S: Shape, T: Tape> Operands for Tensor<S, i64, Cpu, T> {
    type Tape = T;

    fn split(self) -> (Vec<Operand>, T) {
        let (x, tape) = self.split_tape();
        let fact = Fact::i64(fact(HasShape::shape(&x)));
        (vec![Operand { fact, values: Box::new(x), slot: None }], tape)
    }
}

macro_rules! tuple_operands {
    ($first:ident $($more:ident)+) => {
        #[allow(non_snake_case)]
        impl<$first: Operands, $($more: Operands),+> Operands for ($first, $($more),+)
        where
            $($first::Tape: Merge<$more::Tape>),+
        {
            type Tape = $first::Tape;

            fn split(self) -> (Vec<Operand>, Self::Tape) {
                let ($first, $($more),+) = self;
                let (mut operands, tape) = $first.split();
                $(
                    let (more, other) = $more.split();
                    operands.extend(more);
                    let tape = tape.merge(other);
                )+
                (operands, tape)
            }
        }
    };
}

tuple_operands!(A B);
tuple_operands!(A B C);
tuple_operands!(A B C D);

impl<I: Operands> Operands for Vec<I> {
    type Tape = I::Tape;

    fn split(self) -> (Vec<Operand>, Self::Tape) {
        let mut operands = Vec::new();
        let mut tape = I::Tape::default();
        for input in self {
            let (more, other) = input.split();
            operands.extend(more);
            tape = tape.merge(other);
        }
        (operands, tape)
    }
}

impl<I: Operands, const N: usize> Operands for [I; N] {
    type Tape = I::Tape;

    fn split(self) -> (Vec<Operand>, Self::Tape) {
        Vec::from(self).split()
    }
}

/// Weights in the form that a kernel for inference reads, for inputs of some facts.
pub(super) struct Packed {
    facts: Vec<Fact>,
    kernel: Arc<dyn Kernel>,
    values: Arc<Scratch>,
}

/// A place for packed weights, emptied by whoever changes the weights.
pub(super) type Shelf = Mutex<Option<Packed>>;

/// What an op is called with besides its inputs.
#[derive(Default)]
pub(super) struct Setting<'a> {
    /// Where packed weights stay between calls without a tape.
    pub shelf: Option<&'a Shelf>,
    /// Values of the trainable parameters.
    pub params: Vec<Arc<Vec<f32>>>,
    /// The ways to their gradients, where they are trained.
    pub slots: Vec<Option<Slot>>,
    /// Running statistics.
    pub state: Vec<Vec<f32>>,
    /// Whether statistics are the batch's and noise is on.
    pub training: bool,
    /// Whether no gradient goes on to the inputs.
    pub at_input: bool,
    /// The node whose noise is drawn.
    pub node: u64,
    /// The random streams of the step.
    pub noise: NoiseKey,
}

/// Applies an op that has no parameters; the type of the output is the caller's to say.
///
/// ```
/// use blockprint::ops::reduce::{Kind, Reduce};
/// use blockprint::typed::prelude::*;
///
/// let x: Map<usize, 1, 2, 2> = tensor(vec![1.0, 2.0, 3.0, 4.0], 1);
/// let rows: Seq<usize, 1, 2> = apply(Reduce { kind: Kind::Sum, axes: vec![-1], keepdims: false }, x);
/// assert_eq!(values(&rows), [3.0, 7.0]);
/// ```
///
/// # Panics
/// Where the op does not accept the inputs, or makes another shape of them.
pub fn apply<O: Shape, I: Operands>(op: impl Into<Op>, inputs: I) -> Tensor<O, f32, Cpu, I::Tape> {
    let setting = Setting { training: I::Tape::OWNS_TAPE, ..Setting::default() };
    call(&op.into(), inputs, setting).0
}

/// A tensor, and the running statistics after it was computed.
type Output<O, T> = (Tensor<O, f32, Cpu, T>, Vec<Vec<f32>>);

/// Runs an op and records it.
pub(super) fn call<O: Shape, I: Operands>(op: &Op, inputs: I, setting: Setting<'_>) -> Output<O, I::Tape> {
    let (operands, mut tape) = inputs.split();
    let done = run(op, operands, setting);
    let state = done.pending.state.clone();
    let out = device().tensor_from_vec(done.output, shape_of::<O>(op, &done.fact));
    if I::Tape::OWNS_TAPE {
        let (slot, kept) = (slot(&out), done.pending.needs.output.then(|| out.clone()));
        let pending = done.pending;
        tape.add_backward_op(move |grads| {
            let output = kept.map(|out| Operand { fact: done.fact, values: Box::new(out), slot: None });
            pending.finish(grads, &slot, output)
        });
    }
    (out.put_tape(tape), state)
}

fn shape_of<O: Shape>(op: &Op, fact: &Fact) -> O {
    let sizes = fact.sizes();
    let mut concrete = O::Concrete::default();
    if sizes.len() == O::NUM_DIMS {
        sizes.iter().enumerate().for_each(|(axis, size)| concrete[axis] = *size);
        if let Some(shape) = O::from_concrete(&concrete) {
            return shape;
        }
    }
    panic!("`{}` makes `{fact}`, which is no `{}`", op.info().name, std::any::type_name::<O>())
}

/// A forward pass that is done.
struct Done {
    output: Vec<f32>,
    fact: Fact,
    pending: Pending,
}

/// The backward pass of an op, with what it reads.
struct Pending {
    /// `None` where the gradient is handed on as it is.
    kernel: Option<Arc<dyn Kernel>>,
    needs: Needs,
    inputs: Vec<Operand>,
    params: Vec<Arc<Vec<f32>>>,
    slots: Vec<Option<Slot>>,
    state: Vec<Vec<f32>>,
    saved: Vec<Scratch>,
    scratch: usize,
    large: bool,
}

/// Multiply-adds from which on a kernel is handed to the pool of threads at once, where none of its
/// threads runs the whole step (see [`attended`](super::attended)).
const LARGE: u128 = 2 << 20;

fn in_pool(large: bool, run: impl FnOnce() + Send) {
    if large { rayon::scope(|_| run()) } else { run() }
}

/// The kernel of an op, and weights packed for it; `None` for a view.
fn prepare(op: &Op, facts: &[Fact], fact: &Fact, setting: &Setting<'_>) -> Option<(Arc<dyn Kernel>, Arc<Scratch>)> {
    if let Some(packed) = setting.shelf.and_then(|shelf| from_shelf(shelf, op, facts, fact, setting)) {
        return Some(packed);
    }
    match op.lower(facts, fact, LowerCx { training: setting.training, node: setting.node }) {
        Lowered::View => None,
        Lowered::Kernel(kernel) => Some((kernel.into(), Arc::default())),
    }
}

fn from_shelf(
    shelf: &Shelf,
    op: &Op,
    facts: &[Fact],
    fact: &Fact,
    setting: &Setting<'_>,
) -> Option<(Arc<dyn Kernel>, Arc<Scratch>)> {
    let mut place = shelf.lock().unwrap_or_else(PoisonError::into_inner);
    if place.as_ref().is_none_or(|packed| packed.facts != facts) {
        let kernel: Arc<dyn Kernel> = fused::lower(op, facts, fact, fused::Tail::default())?.into();
        let mut values = Scratch::take(kernel.packed());
        let params: Vec<&[f32]> = setting.params.iter().map(|p| p.as_slice()).collect();
        kernel.pack(Pack { params: &params, state: &[], packed: &mut values });
        *place = Some(Packed { facts: facts.to_vec(), kernel, values: Arc::new(values) });
    }
    place.as_ref().map(|packed| (packed.kernel.clone(), packed.values.clone()))
}

fn run(op: &Op, mut inputs: Vec<Operand>, mut setting: Setting<'_>) -> Done {
    let facts: Vec<Fact> = inputs.iter().map(|x| x.fact.clone()).collect();
    let fact = op.infer(&facts).unwrap_or_else(|error| panic!("`{}`: {}", op.info().name, error.message));
    let prepared = prepare(op, &facts, &fact, &setting);
    let large = op.macs(&facts, &fact) >= LARGE;
    if setting.at_input {
        inputs.iter_mut().for_each(|x| x.slot = None);
    }
    let mut pending = Pending {
        kernel: None,
        needs: Needs::default(),
        inputs: Vec::new(),
        params: setting.params,
        slots: setting.slots,
        state: Vec::new(),
        saved: Vec::new(),
        scratch: 0,
        large,
    };
    let output = match prepared {
        None => inputs[0].take(),
        Some((kernel, packed)) => {
            let call = Call { kernel: &*kernel, packed: &packed, len: fact.numel(), noise: setting.noise };
            let output = call.forward(&inputs, &mut pending, &mut setting.state);
            pending.needs = kernel.needs();
            let hands_on = matches!(op, Op::Add(_)) && facts.iter().all(|f| f.shape == fact.shape);
            pending.kernel = (!hands_on).then_some(kernel);
            output
        }
    };
    pending.inputs = inputs;
    pending.state = setting.state;
    if !pending.needs.inputs || pending.kernel.is_none() {
        pending.inputs.iter_mut().for_each(|x| x.values = Box::new(Released));
    }
    Done { output, fact, pending }
}

/// Values that nobody reads again.
struct Released;

impl Values for Released {
    fn read(&self, _into: &mut [f32]) {}
}

/// A forward pass of a kernel.
struct Call<'a> {
    kernel: &'a dyn Kernel,
    packed: &'a [f32],
    /// Elements of the output.
    len: usize,
    noise: NoiseKey,
}

impl Call<'_> {
    fn forward(&self, inputs: &[Operand], pending: &mut Pending, state: &mut [Vec<f32>]) -> Vec<f32> {
        let workspace = self.kernel.workspace();
        pending.scratch = workspace.backward;
        pending.saved = workspace.saved.iter().map(|len| Scratch::take(*len)).collect();
        let in_place = self.kernel.in_place() && inputs.first().is_some_and(|x| x.fact.numel() == self.len);
        let mut output = if in_place { inputs[0].take() } else { pool::take(self.len) };
        // An input that the output's buffer holds is an empty slice to the kernel.
        let copy = |(i, x): (usize, &Operand)| if in_place && i == 0 { Scratch::default() } else { x.copy() };
        let values: Vec<Scratch> = inputs.iter().enumerate().map(copy).collect();
        let values: Vec<&[f32]> = values.iter().map(|v| &**v).collect();
        let mut scratch = Scratch::take(workspace.forward);
        let params: Vec<&[f32]> = pending.params.iter().map(|p| p.as_slice()).collect();
        let mut saved: Vec<&mut [f32]> = pending.saved.iter_mut().map(|s| &mut **s).collect();
        let mut state: Vec<&mut [f32]> = state.iter_mut().map(Vec::as_mut_slice).collect();
        in_pool(pending.large, || {
            self.kernel.forward(Forward {
                inputs: &values,
                params: &params,
                state: &mut state,
                output: &mut output,
                packed: self.packed,
                saved: &mut saved,
                scratch: &mut scratch,
                noise: self.noise,
            });
        });
        output
    }
}

/// Elements that a thread looks through at once.
const PART: usize = 1 << 16;

fn is_zero(values: &[f32]) -> bool {
    let zero = |part: &[f32]| part.iter().all(|v| *v == 0.0);
    // Most gradients begin otherwise.
    let (first, rest) = values.split_at(values.len().min(PART));
    zero(first) && rest.par_chunks(PART).all(zero)
}

impl Pending {
    /// Hands the gradient of the output on to the inputs and parameters.
    fn finish(self, grads: &mut Grads, out: &Slot, output: Option<Operand>) -> Result<(), CpuError> {
        let grad = std::mem::take(out(grads)?);
        if is_zero(&grad) {
            pool::give(grad);
            return Ok(());
        }
        match &self.kernel {
            None => self.hand_on(grads, grad),
            Some(kernel) => self.backward(&**kernel, grads, grad, output),
        }
    }

    /// Every input's gradient is the output's.
    fn hand_on(&self, grads: &mut Grads, grad: Vec<f32>) -> Result<(), CpuError> {
        for slot in self.inputs.iter().filter_map(|x| x.slot.as_ref()) {
            let into = slot(grads)?;
            match is_zero(into) {
                true => into.copy_from_slice(&grad),
                false => sweep::add_to(into, &grad),
            }
        }
        pool::give(grad);
        Ok(())
    }

    fn backward(
        &self,
        kernel: &dyn Kernel,
        grads: &mut Grads,
        grad: Vec<f32>,
        output: Option<Operand>,
    ) -> Result<(), CpuError> {
        let read = |x: &Operand| if self.needs.inputs { x.copy() } else { Scratch::default() };
        let inputs: Vec<Scratch> = self.inputs.iter().map(read).collect();
        let output = output.map(|x| x.copy()).unwrap_or_default();
        let mut targets = Vec::new();
        for x in &self.inputs {
            targets.push(x.slot.as_ref().map(|slot| target(slot, grads, x.fact.numel())).transpose()?);
        }
        let mut of_params = Vec::new();
        for (slot, param) in self.slots.iter().zip(&self.params) {
            of_params.push(slot.as_ref().map(|slot| target_of_param(slot, grads, param.len())).transpose()?);
        }
        let mut scratch = Scratch::take(self.scratch);
        let params: Vec<&[f32]> = self.params.iter().map(|p| p.as_slice()).collect();
        let inputs: Vec<&[f32]> = inputs.iter().map(|x| &**x).collect();
        let saved: Vec<&[f32]> = self.saved.iter().map(|s| &**s).collect();
        let state: Vec<&[f32]> = self.state.iter().map(Vec::as_slice).collect();
        in_pool(self.large, || {
            kernel.backward(Backward {
                inputs: &inputs,
                params: &params,
                state: &state,
                output: &output,
                saved: &saved,
                grad_output: &grad,
                grad_inputs: &mut targets.iter_mut().map(|t| t.as_mut().map(|t| &mut t[..])).collect::<Vec<_>>(),
                grad_params: &mut of_params.iter_mut().map(|t| t.as_mut().map(|t| &mut t[..])).collect::<Vec<_>>(),
                scratch: &mut scratch,
            });
        });
        for (slot, target) in self.inputs.iter().zip(targets).filter_map(|(x, t)| Some((x.slot.as_ref()?, t?))) {
            put_back(slot, grads, target)?;
        }
        for (slot, gradient) in self.slots.iter().zip(of_params).filter_map(|(s, g)| Some((s.as_ref()?, g?))) {
            *slot(grads)? = gradient;
        }
        pool::give(grad);
        Ok(())
    }
}

/// A buffer for the gradient of an input, which kernels overwrite: the input's own where that
/// holds nothing yet, else another one, to be added. The tape gives up its buffer meanwhile: an
/// input may come twice, and no pointer into the tape outlasts the next look into it.
fn target(slot: &Slot, grads: &mut Grads, len: usize) -> Result<Vec<f32>, CpuError> {
    let held = slot(grads)?;
    Ok(if held.len() == len && is_zero(held) { std::mem::take(held) } else { pool::take(len) })
}

/// The gradient of a parameter, taken out of the tape to be added to.
fn target_of_param(slot: &Slot, grads: &mut Grads, len: usize) -> Result<Vec<f32>, CpuError> {
    let held = std::mem::take(slot(grads)?);
    Ok(if held.len() == len { held } else { vec![0.0; len] })
}

fn put_back(slot: &Slot, grads: &mut Grads, gradient: Vec<f32>) -> Result<(), CpuError> {
    let into = slot(grads)?;
    match into.is_empty() {
        true => *into = gradient,
        false => {
            sweep::add_to(into, &gradient);
            pool::give(gradient);
        }
    }
    Ok(())
}
