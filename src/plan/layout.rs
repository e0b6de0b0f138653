//! Chooses for each node how its value lies in memory: as maps, or channel-blocked, which the
//! kernels of convolutions read and write. Tensors are rearranged at the borders of blocked regions
//! only. The gradient of a node lies as its value was first written.

use crate::graph::NodeId;
use crate::ops::blocked::{self, Blocked, How, Layout};
use crate::ops::fused::Tail;
use crate::ops::{batch_norm, blocked_train};
use crate::shape::Fact;

use super::builder::Builder;
use super::program::{Access, Work};

impl Builder<'_> {
    /// The kernel of a node over channel-blocked maps: where its inputs lie so already, or the
    /// node gains enough by it.
    pub fn over_blocks(&self, id: NodeId, facts: &[Fact], fact: &Fact) -> Option<Blocked> {
        if self.options.maps {
            return None;
        }
        let chain = self.chains[id.index()].as_ref();
        let head = self.checked.graph().op(chain.map_or(id, |c| c.head))?;
        let trains = self.scope.loss.is_some() || self.options.training;
        let leads = if trains { blocked_train::leads(head, facts, fact) } else { blocked::leads(head) };
        if !leads && !self.scope.inputs[id.index()].iter().all(|i| self.blocked[i.index()].is_some()) {
            return None;
        }
        if trains {
            let tail = chain.map_or_else(batch_norm::Tail::default, |c| self.norm_tail(c));
            let training = self.trains(chain.map_or(id, |c| c.head));
            return blocked_train::lower(head, facts, fact, tail, training, self.options.exact_conv);
        }
        let tail = chain.map_or(Tail::default(), |c| self.tail(c));
        let how = How { exact: self.options.exact_conv, choices: self.options.choices.as_deref() };
        blocked::lower(head, facts, fact, tail, how)
    }

    /// Emits the step of a node over channel-blocked maps.
    pub fn call_blocked(&mut self, id: NodeId, how: Blocked, inputs: &[NodeId]) {
        let slots: Vec<Option<Access>> = inputs.iter().map(|i| self.lying(*i, how.inputs)).collect();
        self.tunable.extend(how.tunable);
        let len = self.len_in(id, how.output);
        match (how.kernel, slots.first()) {
            (None, Some(Some(first))) => {
                self.blocked[id.index()] = Some(*first);
                self.members[first.buffer as usize].push(id);
            }
            (Some(kernel), _) => self.call(id, kernel, slots, how.inputs, (len, how.output)),
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
        let blocks = blocked::blocks(self.bound.fact(id))?;
        let buffer = self.buffer(self.len_in(id, layout)).buffer;
        let into = self.settle(id, buffer, layout);
        self.steps.push((id, Work::Rearrange { blocks, to: layout, from: other?, into }));
        Some(into)
    }

    /// Elements of the value of a node in a layout.
    pub fn len_in(&self, id: NodeId, layout: Layout) -> usize {
        let fact = self.bound.fact(id);
        match layout {
            Layout::Maps => fact.numel(),
            Layout::Blocks => blocked::blocks(fact).map_or(0, |b| b.len()),
        }
    }

    /// How the value of a node was first written, and how its gradient lies. A tensor is rearranged
    /// into a new buffer, whose number is the greater one.
    pub fn home(&self, id: NodeId) -> Layout {
        match (self.blocked[id.index()], self.value[id.index()]) {
            (Some(blocks), Some(maps)) if maps.buffer < blocks.buffer => Layout::Maps,
            (Some(_), _) => Layout::Blocks,
            (None, _) => Layout::Maps,
        }
    }

    /// Brings the gradient of a node from a layout to its home.
    pub fn bring_home(&mut self, id: NodeId, grad: Access, layout: Layout) -> Access {
        let home = self.home(id);
        let Some(blocks) = blocked::blocks(self.bound.fact(id)).filter(|_| home != layout) else { return grad };
        let into = self.buffer(self.len_in(id, home));
        self.steps.push((id, Work::Rearrange { blocks, to: home, from: grad, into }));
        into
    }
}
