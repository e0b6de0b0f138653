//! Chooses for each node of a plan without gradients how its value lies in memory: as maps, or
//! channel-blocked, which the kernels of convolutions read and write. Tensors are rearranged at
//! the borders of blocked regions only.

use crate::graph::NodeId;
use crate::ops::blocked::{self, Blocked, How, Layout};
use crate::ops::fused::Tail;
use crate::ops::lower::Kernel;
use crate::shape::Fact;

use super::builder::Builder;
use super::program::{Access, Call, Region, Work};

impl Builder<'_> {
    /// The kernel of a node over channel-blocked maps: where its inputs lie so already, or the
    /// node gains enough by it.
    pub fn over_blocks(&self, id: NodeId, facts: &[Fact], fact: &Fact) -> Option<Blocked> {
        if self.scope.loss.is_some() || self.options.training {
            return None;
        }
        let chain = self.chains[id.index()].as_ref();
        let head = self.checked.graph().op(chain.map_or(id, |c| c.head))?;
        let lies = |i: &NodeId| self.blocked[i.index()].is_some();
        if !blocked::leads(head) && !self.scope.inputs[id.index()].iter().all(lies) {
            return None;
        }
        let tail = chain.map_or(Tail::default(), |c| self.tail(c));
        let how = How { exact: self.options.exact_conv, choices: self.options.choices.as_deref() };
        blocked::lower(head, facts, fact, tail, how)
    }

    /// Emits the step of a node over channel-blocked maps.
    pub fn call_blocked(&mut self, id: NodeId, how: Blocked, inputs: &[NodeId]) {
        let slots: Vec<Option<Access>> = inputs.iter().map(|i| self.lying(*i, how.inputs)).collect();
        self.tunable.extend(how.tunable);
        let fact = self.bound.fact(id);
        let len = match how.output {
            Layout::Maps => fact.numel(),
            Layout::Blocks => blocked::blocks(fact).map_or(0, |b| b.len()),
        };
        match (how.kernel, slots.first()) {
            (None, Some(Some(first))) => {
                self.blocked[id.index()] = Some(*first);
                self.members[first.buffer as usize].push(id);
            }
            (Some(kernel), _) => self.call(id, kernel, slots, (len, how.output)),
            (None, _) => unreachable!("inputs come first"),
        }
    }

    /// Where the value of a node lies in a layout; it is rearranged where it lies in the other
    /// one only.
    pub fn lying(&mut self, id: NodeId, layout: Layout) -> Option<Access> {
        let (maps, blocks) = (self.value[id.index()], self.blocked[id.index()]);
        let (there, other) = match layout {
            Layout::Maps => (maps, blocks),
            Layout::Blocks => (blocks, maps),
        };
        if there.is_some() || other.is_none() {
            return there;
        }
        let fact = self.bound.fact(id);
        let blocks = blocked::blocks(fact)?;
        let (len, op) = match layout {
            Layout::Maps => (fact.numel(), "to maps"),
            Layout::Blocks => (blocks.len(), "to blocks"),
        };
        let kernel = blocked::convert(blocks, layout);
        let call = self.calls.len();
        self.calls.push(rearranging(kernel, op, self.packed));
        let buffer = self.buffer(len).buffer;
        let output = self.settle(id, buffer, layout);
        let work =
            Work::Forward { call, inputs: vec![other], in_place: None, output, saved: Vec::new(), scratch: None };
        self.steps.push((id, work));
        Some(output)
    }
}

/// The call of a kernel that reads no parameters.
fn rearranging(kernel: Box<dyn Kernel>, op: &str, packed: usize) -> Call {
    Call {
        needs: kernel.needs(),
        kernel,
        op: op.to_string(),
        packed: Region { start: packed, len: 0 },
        writes_state: false,
        macs: 0,
        params: Vec::new(),
        wanted: Vec::new(),
        state: Vec::new(),
    }
}
