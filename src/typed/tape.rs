//! The bridge from ops to the tape: runs chains of ops, and records their backward pass.
//!
//! Generic code ends here: what remains of a tensor are its fact, a way to read its values and a
//! way to its gradient, so that a network of many shapes compiles one copy of the rest.
//!
//! dfdx lends no slices of its tensors, so each value is copied into a buffer from a pool where a
//! chain of ops begins; within it there are no tensors.

use std::sync::Arc;

use dfdx::shapes::{HasShape, Shape};
use dfdx::tensor::{Cpu, CpuError, Gradients, Merge, PutTape, SplitTape, Tensor, TensorFromVec};
use dfdx::tensor_ops::ReshapeTo;

use crate::ops::Op;
use crate::shape::Fact;

use super::pass::{self, Link, Step};
use super::pool::Scratch;
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
pub(super) trait Values: Send + Sync {
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
    pub(super) values: Box<dyn Values>,
    /// Integers have no gradient.
    pub(super) slot: Option<Slot>,
}

impl Operand {
    pub(super) fn copy(&self) -> Scratch {
        let mut buffer = Scratch::take(self.fact.numel());
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
    let (inputs, tape) = inputs.split();
    call(vec![Step { link: Link::Op(op.into()), inputs }], tape)
}

/// Runs a chain and records it.
pub(super) fn call<O: Shape, T: Tape>(steps: Vec<Step<'_>>, mut tape: T) -> Tensor<O, f32, Cpu, T> {
    let name = steps.last().map_or("", |step| step.link.op().info().name);
    let passed = pass::forward(steps, T::OWNS_TAPE);
    let out = device().tensor_from_vec(passed.output, shape_of::<O>(name, &passed.fact));
    if let Some(back) = passed.back {
        let slot = slot(&out);
        let kept = back.reads_output().then(|| Box::new(out.clone()) as Box<dyn Values>);
        tape.add_backward_op(move |grads| back.run(grads, &slot, kept));
    }
    out.put_tape(tape)
}

fn shape_of<O: Shape>(op: &str, fact: &Fact) -> O {
    let sizes = fact.sizes();
    let mut concrete = O::Concrete::default();
    if sizes.len() == O::NUM_DIMS {
        sizes.iter().enumerate().for_each(|(axis, size)| concrete[axis] = *size);
        if let Some(shape) = O::from_concrete(&concrete) {
            return shape;
        }
    }
    panic!("`{op}` makes `{fact}`, which is no `{}`", std::any::type_name::<O>())
}
