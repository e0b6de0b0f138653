//! Chooses for each node how its value lies in memory: as maps, channel-blocked, which the kernels
//! of convolutions read and write, or with images interleaved, where convolutions have few
//! channels. Tensors are rearranged at the borders of such regions only. The gradient of a node
//! lies as its value was first written.

use crate::graph::NodeId;
use crate::ops::Op;
use crate::ops::blocked::{self, Blocked, How, Layout};
use crate::ops::fused::Tail;
use crate::ops::{batch_norm, blocked_train, interleaved};
use crate::shape::Fact;

use super::builder::Builder;
use super::program::{Access, Work};

impl Builder<'_> {
    /// The kernel of a node that reads another layout than maps: where its inputs lie so already,
    /// or the node gains enough by it.
    pub fn rearranged(&self, id: NodeId, facts: &[Fact], fact: &Fact) -> Option<Blocked> {
        match self.options.maps {
            true => None,
            false => self.interleaved(id, facts, fact).or_else(|| self.over_blocks(id, facts, fact)),
        }
    }

    /// Whether all inputs of a node lie in a layout.
    fn inputs_lie(&self, id: NodeId, layout: Layout) -> bool {
        self.scope.inputs[id.index()].iter().all(|i| self.at(*i, layout).is_some())
    }

    /// Whether gradients are computed, or values as in a step that does.
    fn is_training(&self) -> bool {
        self.scope.loss.is_some() || self.options.training
    }

    /// The kernel over interleaved images, to which convolutions of few channels lead from maps.
    fn interleaved(&self, id: NodeId, facts: &[Fact], fact: &Fact) -> Option<Blocked> {
        let chain = self.chains[id.index()].as_ref();
        let head = self.checked.graph().op(chain.map_or(id, |c| c.head))?;
        // What is frozen gives an image the same numbers in every batch, so that they can be kept.
        if self.is_training() && !self.scope.differentiated[id.index()] {
            return None;
        }
        let inputs = &self.scope.inputs[id.index()];
        let leads = interleaved::leads(head, facts, fact)
            && inputs.iter().all(|i| self.at(*i, Layout::Blocks).is_none())
            && !(self.is_training() && self.is_normalized(id));
        if !leads && !self.inputs_lie(id, Layout::Interleaved) {
            return None;
        }
        match self.is_training() {
            true => interleaved::lower_training(head, facts, fact),
            false => interleaved::lower(head, facts, fact, chain.map_or(Tail::default(), |c| self.tail(c))),
        }
    }

    /// Whether a batch norm reads a node, which has no kernel over interleaved images.
    fn is_normalized(&self, id: NodeId) -> bool {
        let op = |u: &NodeId| self.checked.graph().op(self.chains[u.index()].as_ref().map_or(*u, |c| c.head));
        self.scope.users[id.index()].iter().any(|u| matches!(op(u), Some(Op::BatchNorm(_))))
    }

    /// The kernel over channel-blocked maps.
    fn over_blocks(&self, id: NodeId, facts: &[Fact], fact: &Fact) -> Option<Blocked> {
        let chain = self.chains[id.index()].as_ref();
        let head = self.checked.graph().op(chain.map_or(id, |c| c.head))?;
        let trains = self.is_training();
        let leads = if trains { blocked_train::leads(head, facts, fact) } else { blocked::leads(head) };
        if !leads && !self.inputs_lie(id, Layout::Blocks) {
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

    /// Emits the step of a node whose kernel reads another layout than maps.
    pub fn call_rearranged(&mut self, id: NodeId, how: Blocked, inputs: &[NodeId]) {
        let slots: Vec<Option<Access>> = inputs.iter().map(|i| self.lying(*i, how.inputs)).collect();
        self.tunable.extend(how.tunable);
        let len = self.len_in(id, how.output);
        match (how.kernel, slots.first()) {
            (None, Some(Some(first))) => {
                self.places[how.output as usize][id.index()] = Some(*first);
                self.members[first.buffer as usize].push(id);
            }
            (Some(kernel), _) => {
                let kernel = self.after_relu(id, kernel, len);
                self.call(id, kernel, slots, how.inputs, (len, how.output));
            }
            (None, _) => unreachable!("inputs come first"),
        }
    }

    /// Where the value of a node lies in a layout, if it does.
    pub fn at(&self, id: NodeId, layout: Layout) -> Option<Access> {
        self.places[layout as usize][id.index()]
    }

    /// Where the value of a node lies in a layout; it is rearranged where it lies in others only.
    pub fn lying(&mut self, id: NodeId, layout: Layout) -> Option<Access> {
        if let Some(there) = self.at(id, layout) {
            return Some(there);
        }
        // All ways lead through maps.
        let (from, there) = match layout {
            Layout::Maps => (self.home(id), self.at(id, self.home(id))?),
            _ => (Layout::Maps, self.lying(id, Layout::Maps)?),
        };
        let buffer = self.buffer(self.len_in(id, layout)).buffer;
        let into = self.settle(id, buffer, layout);
        self.rearrange(id, (from, layout), there, into);
        Some(into)
    }

    /// Emits the step that brings a tensor of a node's sizes from one layout to another, of which one
    /// is maps.
    fn rearrange(&mut self, id: NodeId, (was, to): (Layout, Layout), from: Access, into: Access) {
        let other = if to == Layout::Maps { was } else { to };
        let blocks = other.arrangement(self.bound.fact(id)).expect("only tensors of such sizes lie so");
        self.steps.push((id, Work::Rearrange { blocks, to, from, into }));
    }

    /// Elements of the value of a node in a layout.
    pub fn len_in(&self, id: NodeId, layout: Layout) -> usize {
        let fact = self.bound.fact(id);
        match layout {
            Layout::Maps => fact.numel(),
            _ => layout.arrangement(fact).map_or(0, |b| b.len()),
        }
    }

    /// How the value of a node was first written, and how its gradient lies. A tensor is rearranged
    /// into a new buffer, whose number is the greater one.
    pub fn home(&self, id: NodeId) -> Layout {
        let places = Layout::ALL.into_iter().filter_map(|layout| Some((self.at(id, layout)?.buffer, layout)));
        places.min_by_key(|(buffer, _)| *buffer).map_or(Layout::Maps, |(_, layout)| layout)
    }

    /// Brings the gradient of a node from a layout to its home.
    pub fn bring_home(&mut self, id: NodeId, mut grad: Access, layout: Layout) -> Access {
        let home = self.home(id);
        let ways = match layout == Layout::Maps || home == Layout::Maps {
            true => [Some((layout, home)), None],
            false => [Some((layout, Layout::Maps)), Some((Layout::Maps, home))],
        };
        for way in ways.into_iter().flatten().filter(|_| layout != home) {
            let into = self.buffer(self.len_in(id, way.1));
            self.rearrange(id, way, grad, into);
            grad = into;
        }
        grad
    }
}
