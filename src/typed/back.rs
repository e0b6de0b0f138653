//! The backward pass of a chain.
//!
//! Gradients of tensors are written into the tape's own buffers, or over each other where kernels
//! allow it. A value's gradient is taken out of the tape when its op has used it; those of parameters
//! and of the network's inputs stay. dfdx moves its map of gradients whenever one is looked up, so no
//! pointer into the tape outlasts the next look into it.

use std::sync::Arc;

use dfdx::tensor::CpuError;
use rayon::prelude::*;

use crate::kernels::sweep;
use crate::ops::lower::{Backward, Kernel, Needs};

use super::pass::in_pool;
use super::pool::{self, Scratch};
use super::tape::{Grads, Slot, Values};

/// A value of the forward pass.
pub(super) enum Kept {
    /// Nobody reads it.
    Nothing,
    /// A tensor has it.
    Tensor(Box<dyn Values>),
    /// A copy.
    Copy(Arc<Scratch>),
}

impl Kept {
    fn read(&self, len: usize) -> Arc<Scratch> {
        match self {
            Kept::Nothing => Arc::default(),
            Kept::Copy(copy) => copy.clone(),
            Kept::Tensor(tensor) => {
                let mut copy = Scratch::take(len);
                tensor.read(&mut copy);
                Arc::new(copy)
            }
        }
    }
}

/// An input of a stage.
pub(super) struct Source {
    /// Elements.
    pub len: usize,
    /// The way to its gradient, where one is wanted.
    pub slot: Option<Slot>,
    pub kept: Kept,
}

/// A stage that was run, with what its backward pass reads.
pub(super) struct Done {
    /// `None` where the gradient is handed on as it is.
    pub kernel: Option<Arc<dyn Kernel>>,
    pub inputs: Vec<Source>,
    /// Whether the gradient of the first input goes on to the stage before.
    pub flows: bool,
    /// Whether any gradient is wanted.
    pub wanted: bool,
    pub output: Kept,
    pub needs: Needs,
    pub params: Vec<Arc<Vec<f32>>>,
    pub slots: Vec<Option<Slot>>,
    pub state: Vec<Vec<f32>>,
    pub saved: Vec<Scratch>,
    pub large: bool,
}

/// The backward pass of a chain.
pub(super) struct Back {
    stages: Vec<Done>,
}

impl Back {
    pub fn new(stages: Vec<Done>) -> Self {
        Self { stages }
    }

    /// Whether it reads the chain's output.
    pub fn reads_output(&self) -> bool {
        self.stages.last().is_some_and(|last| last.needs.output)
    }

    /// Hands the gradient of the output, which lies at `out`, on to the inputs and parameters.
    pub fn run(mut self, grads: &mut Grads, out: &Slot, output: Option<Box<dyn Values>>) -> Result<(), CpuError> {
        let mut grad = std::mem::take(out(grads)?);
        if is_zero(&grad) {
            pool::give(grad);
            return Ok(());
        }
        if let (Some(last), Some(output)) = (self.stages.last_mut(), output) {
            last.output = Kept::Tensor(output);
        }
        while let Some(stage) = self.stages.pop().filter(|stage| stage.wanted) {
            grad = stage.run(grads, grad)?;
            if !stage.flows {
                break;
            }
        }
        pool::give(grad);
        Ok(())
    }
}

impl Done {
    /// Keeps the output, where the backward pass reads it.
    pub fn keep_output(&mut self, output: &Arc<Scratch>) {
        if self.needs.output {
            self.output = Kept::Copy(output.clone());
        }
    }

    /// Hands the gradient of the output on, and returns that of what flowed in, if it is wanted.
    fn run(&self, grads: &mut Grads, grad: Vec<f32>) -> Result<Vec<f32>, CpuError> {
        match &self.kernel {
            Some(kernel) => self.pull(&**kernel, grads, grad),
            None => {
                for slot in self.inputs.iter().filter_map(|x| x.slot.as_ref()) {
                    add(slot, grads, &grad)?;
                }
                Ok(grad)
            }
        }
    }

    fn pull(&self, kernel: &dyn Kernel, grads: &mut Grads, mut grad: Vec<f32>) -> Result<Vec<f32>, CpuError> {
        let len = grad.len();
        let inputs: Vec<Arc<Scratch>> = self.inputs.iter().map(|x| x.kept.read(x.len)).collect();
        let output = self.output.read(len);
        let is_wanted = |at: usize| self.inputs[at].slot.is_some() || at == 0 && self.flows;
        // The gradient that is written over that of the output.
        let over = kernel.grad_in_place().iter().copied().find(|at| *at < self.inputs.len() && is_wanted(*at));
        let mut targets = Vec::new();
        for (at, x) in self.inputs.iter().enumerate() {
            targets.push(match &x.slot {
                _ if over == Some(at) => Some(std::mem::take(&mut grad)),
                Some(slot) => Some(target(slot, grads, x.len)?),
                None => is_wanted(at).then(|| pool::take(x.len)),
            });
        }
        let mut of_params = Vec::new();
        for (slot, param) in self.slots.iter().zip(&self.params) {
            of_params.push(slot.as_ref().map(|slot| target_of_param(slot, grads, param.len())).transpose()?);
        }
        let mut scratch = Scratch::take(kernel.workspace().backward);
        let params: Vec<&[f32]> = self.params.iter().map(|p| p.as_slice()).collect();
        let inputs: Vec<&[f32]> = inputs.iter().map(|x| &***x).collect();
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
        pool::give(grad);
        let mut flow = Vec::new();
        for (x, target) in self.inputs.iter().zip(targets).filter_map(|(x, target)| Some((x, target?))) {
            match &x.slot {
                Some(slot) => put_back(slot, grads, target)?,
                None => flow = target,
            }
        }
        for (slot, gradient) in self.slots.iter().zip(of_params).filter_map(|(s, g)| Some((s.as_ref()?, g?))) {
            *slot(grads)? = gradient;
        }
        Ok(flow)
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

/// Adds to a gradient.
fn add(slot: &Slot, grads: &mut Grads, grad: &[f32]) -> Result<(), CpuError> {
    let into = slot(grads)?;
    match is_zero(into) {
        true => into.copy_from_slice(grad),
        false => sweep::add_to(into, grad),
    }
    Ok(())
}

/// A buffer for the gradient of an input, which kernels overwrite: the input's own where that
/// holds nothing yet, else another one, to be added. The tape gives up its buffer meanwhile: an
/// input may come twice.
fn target(slot: &Slot, grads: &mut Grads, len: usize) -> Result<Vec<f32>, CpuError> {
    let held = slot(grads)?;
    Ok(if held.len() == len && is_zero(held) { std::mem::take(held) } else { pool::take(len) })
}

/// The gradient of a parameter, taken out of the tape to be added to.
fn target_of_param(slot: &Slot, grads: &mut Grads, len: usize) -> Result<Vec<f32>, CpuError> {
    let held = std::mem::take(slot(grads)?);
    Ok(if held.len() == len { held } else { vec![0.0; len] })
}

/// Puts the gradient of an input where it belongs.
fn put_back(slot: &Slot, grads: &mut Grads, gradient: Vec<f32>) -> Result<(), CpuError> {
    let into = slot(grads)?;
    match is_zero(into) {
        true => pool::give(std::mem::replace(into, gradient)),
        false => {
            sweep::add_to(into, &gradient);
            pool::give(gradient);
        }
    }
    Ok(())
}
