//! Reverse-mode differentiation: emits the steps of the backward pass.
//!
//! Nodes are visited in reverse. By then all readers of a node have contributed to its
//! gradient. The first contribution is written straight into the gradient's buffer, later ones
//! into a buffer of their own that is then added. Where an op hands its gradient on unchanged
//! (views, `add`), the input's gradient *is* the output's buffer; it is copied only where a
//! sum would disturb another node that still has to read it.

use crate::graph::NodeId;
use crate::ops::Op;

use super::builder::Builder;
use super::program::{Access, Work};

/// The gradients on their way.
struct Flow {
    /// The gradient of a node so far.
    of: Vec<Option<Access>>,
    /// By buffer: the nodes whose gradient lies there and is still to be read.
    holders: Vec<Vec<NodeId>>,
}

impl Flow {
    fn holders(&mut self, at: Access) -> &mut Vec<NodeId> {
        let index = at.buffer as usize;
        if self.holders.len() <= index {
            self.holders.resize_with(index + 1, Vec::new);
        }
        &mut self.holders[index]
    }

    fn hold(&mut self, id: NodeId, at: Access) {
        self.of[id.index()] = Some(at);
        self.holders(at).push(id);
    }

    fn release(&mut self, id: NodeId) -> Option<Access> {
        let at = self.of[id.index()].take()?;
        self.holders(at).retain(|h| *h != id);
        Some(at)
    }
}

impl Builder<'_> {
    /// Emits the steps of the backward pass; returns the gradients of the inputs that were
    /// asked for.
    pub fn backward(&mut self) -> Vec<(NodeId, Access)> {
        let Some(loss) = self.scope.loss else { return Vec::new() };
        let graph = self.checked.graph();
        let mut flow = Flow { of: vec![None; graph.len()], holders: Vec::new() };
        let seed = self.buffer(self.bound.fact(loss).numel());
        self.steps.push((loss, Work::Seed { grad: seed }));
        flow.hold(loss, seed);
        for id in graph.ids().rev() {
            if self.scope.differentiated[id.index()] && graph.op(id).is_some() {
                self.differentiate(id, &mut flow);
            }
        }
        let grads: Vec<_> =
            self.options.input_grads.iter().filter_map(|id| Some((*id, flow.of[id.index()]?))).collect();
        for (_, at) in &grads {
            self.buffers[at.buffer as usize].keep();
        }
        grads
    }

    fn differentiate(&mut self, id: NodeId, flow: &mut Flow) {
        let Some(grad_output) = flow.of[id.index()] else { return };
        let inputs = self.scope.inputs[id.index()].clone();
        let layout = self.call_of[id.index()].map_or(self.home(id), |call| self.reads[call]);
        let (mut passed, mut formed) = (Vec::new(), Vec::new());
        let mut grad_inputs = vec![None; inputs.len()];
        let over = self.grad_over(id, grad_output, flow);
        for (slot, input) in inputs.iter().enumerate() {
            if !self.scope.differentiated[input.index()] {
                continue;
            }
            if self.passes_gradient(id, slot) {
                passed.push(*input);
                continue;
            }
            let grad = match over == Some(slot) {
                true => Access { value: id.index() as u32, ..grad_output },
                false => self.buffer(self.len_in(*input, layout)),
            };
            grad_inputs[slot] = Some(grad);
            formed.push((*input, grad));
        }
        if let Some(call) = self.call_of[id.index()]
            && (!formed.is_empty() || self.calls[call].wanted.contains(&true))
        {
            self.backward_step(id, call, grad_output, grad_inputs);
        }
        flow.release(id);
        for (input, grad) in formed {
            let grad = self.bring_home(input, grad, layout);
            self.contribute(input, grad, flow);
        }
        for input in passed {
            let grad = self.bring_home(input, grad_output, layout);
            self.contribute(input, grad, flow);
        }
    }

    /// The input whose gradient takes the buffer of the output's, which nobody else reads.
    fn grad_over(&self, id: NodeId, grad_output: Access, flow: &mut Flow) -> Option<usize> {
        let call = self.call_of[id.index()]?;
        if self.reads[call] != self.home(id) {
            return None;
        }
        let slots = self.calls[call].kernel.grad_in_place();
        let inputs = &self.scope.inputs[id.index()];
        let wanted = |slot: &usize| inputs.get(*slot).is_some_and(|input| self.scope.differentiated[input.index()]);
        let fits = |slot: &usize| {
            let input = inputs[*slot];
            self.home(input) == self.home(id)
                && self.bound.fact(input).numel() == self.bound.fact(id).numel()
                && inputs.iter().filter(|i| **i == input).count() == 1
        };
        let alone = flow.holders(grad_output).as_slice() == [id];
        // The kernel looks for the gradient in the first that is wanted.
        slots.iter().copied().find(wanted).filter(fits).filter(|_| alone)
    }

    fn backward_step(&mut self, id: NodeId, call: usize, grad_output: Access, grad_inputs: Vec<Option<Access>>) {
        let needs = self.calls[call].needs;
        let reads = |slot: usize| needs.inputs && self.calls[call].kernel.reads_input(slot);
        let inputs = self.scope.inputs[id.index()].iter().enumerate();
        let inputs = inputs.map(|(slot, i)| self.at(*i, self.reads[call]).filter(|_| reads(slot))).collect();
        let output = self.at(id, self.home(id)).filter(|_| needs.output);
        let scratch = self.scratch(self.calls[call].kernel.workspace().backward);
        let saved = self.saved[call].clone();
        self.steps.push((id, Work::Backward { call, inputs, output, saved, grad_output, grad_inputs, scratch }));
    }

    /// Takes a contribution to the gradient of a node, or adds it to what is there already.
    fn contribute(&mut self, id: NodeId, from: Access, flow: &mut Flow) {
        let Some(into) = flow.of[id.index()] else { return flow.hold(id, from) };
        let alone = flow.holders(into).as_slice() == [id];
        if alone && into != from {
            self.steps.push((id, Work::AddTo { into, from }));
        } else {
            let out = self.buffer(self.len_in(id, self.home(id)));
            self.steps.push((id, Work::Sum { out, a: into, b: from }));
            flow.release(id);
            flow.hold(id, out);
        }
    }

    /// Whether the gradient of this input is the gradient of the output, element by element.
    fn passes_gradient(&self, id: NodeId, slot: usize) -> bool {
        let input = self.scope.inputs[id.index()][slot];
        if self.chains[id.index()].is_some() {
            return false;
        }
        let is_view = self.call_of[id.index()].is_none();
        is_view
            || matches!(self.checked.graph().op(id), Some(Op::Add(_)))
                && self.bound.fact(input).shape == self.bound.fact(id).shape
    }
}
