//! Weights in the form that kernels for inference read, kept between calls.

use std::sync::{Arc, Mutex, PoisonError};

use crate::ops::blocked::{self, Blocked, How, Layout};
use crate::ops::lower::{Kernel, Pack};
use crate::ops::{Op, fused};
use crate::shape::Fact;

use super::layer::Layer;
use super::pool::Scratch;

/// What runs in one kernel with a layer.
#[derive(Default)]
pub(super) struct Tail<'a> {
    /// A batch norm with running statistics.
    pub norm: Option<&'a Layer>,
    /// Whether a tensor is added.
    pub residual: bool,
    /// An activation.
    pub activation: Option<Op>,
}

/// What packed weights were made for. A norm is known by its stamp, which is another one as soon as
/// its parameters or statistics change; the layer's own weights empty the shelf.
#[derive(PartialEq)]
struct Key {
    facts: Vec<Fact>,
    norm: Option<u64>,
    residual: bool,
    activation: Option<Op>,
}

struct Packed {
    key: Key,
    ready: Ready,
}

/// A kernel, how its tensors lie, and weights packed for it.
#[derive(Clone)]
pub(super) struct Ready {
    pub kernel: Arc<dyn Kernel>,
    /// Of all inputs.
    pub reads: Layout,
    /// Of the output.
    pub writes: Layout,
    pub packed: Arc<Scratch>,
}

impl Ready {
    /// A kernel over maps that packs nothing.
    pub fn over_maps(kernel: Box<dyn Kernel>) -> Self {
        Self { kernel: kernel.into(), reads: Layout::Maps, writes: Layout::Maps, packed: Arc::default() }
    }
}

/// A place for packed weights, emptied by whoever changes the weights.
#[derive(Default)]
pub(super) struct Shelf(Mutex<Option<Packed>>);

impl Shelf {
    /// Forgets what lies there.
    pub fn empty(&mut self) {
        *self.0.get_mut().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// The kernel of a layer and its tail, if there is one, with packed weights.
pub(super) fn kernel_of(layer: &Layer, facts: &[Fact], fact: &Fact, tail: &Tail<'_>) -> Option<Ready> {
    let key = Key {
        facts: facts.to_vec(),
        // Before the values: should they change meanwhile, the next call packs anew.
        norm: tail.norm.map(Layer::stamp),
        residual: tail.residual,
        activation: tail.activation.clone(),
    };
    let place = || layer.shelf().0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(packed) = place().as_ref().filter(|packed| packed.key == key) {
        return Some(packed.ready.clone());
    }
    // Not under the lock: while a thread waits for the others to pack, it may run another call of this layer.
    let ready = packed(lowered(layer.op(), facts, fact, tail)?, layer, tail);
    *place() = Some(Packed { key, ready: ready.clone() });
    Some(ready)
}

fn lowered(head: &Op, facts: &[Fact], fact: &Fact, tail: &Tail<'_>) -> Option<Ready> {
    let norm = match tail.norm.map(Layer::op) {
        Some(Op::BatchNorm(norm)) => Some(norm),
        _ => None,
    };
    let follows = fused::Tail { norm, residual: tail.residual, activation: tail.activation.as_ref() };
    let residual = if tail.residual { fact.numel() } else { 0 };
    let elements = facts.iter().chain([fact]).map(Fact::numel).sum::<usize>() + residual;
    if blocked::leads(head)
        && head.macs(facts, fact) >= WORTH * elements as u128
        && let Some(Blocked { kernel: Some(kernel), inputs, output, .. }) =
            blocked::lower(head, facts, fact, follows, How::default())
    {
        return Some(Ready { reads: inputs, writes: output, ..Ready::over_maps(kernel) });
    }
    fused::lower(head, facts, fact, follows).map(Ready::over_maps)
}

/// Multiply-adds for each element that is read or written from which on a convolution over blocks of
/// channels gains more than the tensors take to be rearranged. Measured with ResNet-50: its 3x3
/// convolutions do, its 1x1 ones do not.
const WORTH: u128 = 100;

fn packed(ready: Ready, layer: &Layer, tail: &Tail<'_>) -> Ready {
    let settings: Vec<_> = [Some(layer), tail.norm].into_iter().flatten().map(|l| l.setting(false)).collect();
    let params: Vec<&[f32]> = settings.iter().flat_map(|s| &s.params).map(|p| p.as_slice()).collect();
    let state: Vec<&[f32]> = settings.iter().flat_map(|s| &s.state).map(Vec::as_slice).collect();
    let mut packed = Scratch::take(ready.kernel.packed());
    ready.kernel.pack(Pack { params: &params, state: &state, packed: &mut packed });
    Ready { packed: Arc::new(packed), ..ready }
}
