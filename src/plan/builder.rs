//! Turns nodes into forward steps over buffers.

use crate::check::{Bound, Checked};
use crate::graph::NodeId;
use crate::kernels::blocked::choice::Sizes;
use crate::ops::batch_norm::Tail;
use crate::ops::blocked::Layout;
use crate::ops::lower::{Kernel, LowerCx, Lowered, Needs};
use crate::ops::{Op, fused};
use crate::shape::Fact;

use super::fuse::{self, Chain};
use super::memory::{Buffer, aligned};
use super::program::{Access, Call, Region, Work};
use super::scope::Scope;
use super::{PlanError, PlanOptions, bytes, train_fuse, trained};

/// The value number of buffers that hold one value only.
pub(super) const ONLY: u32 = u32::MAX;

/// A plan in the making.
pub(super) struct Builder<'a> {
    pub checked: &'a Checked,
    pub bound: &'a Bound,
    pub options: &'a PlanOptions,
    pub scope: Scope,
    pub calls: Vec<Call>,
    /// The call of a node; `None` for inputs and views.
    pub call_of: Vec<Option<usize>>,
    /// Saved buffers of a call.
    pub saved: Vec<Vec<Access>>,
    /// How the inputs of a call lie.
    pub reads: Vec<Layout>,
    pub buffers: Vec<Buffer>,
    /// Where the value of a node lies, as maps.
    pub value: Vec<Option<Access>>,
    /// Where it lies channel-blocked.
    pub blocked: Vec<Option<Access>>,
    /// The nodes whose values lie, or lay, in a buffer.
    pub(super) members: Vec<Vec<NodeId>>,
    pub steps: Vec<(NodeId, Work<Access>)>,
    /// By node, the chain that it ends.
    pub chains: Vec<Option<Chain>>,
    /// Elements of packed parameters.
    pub packed: usize,
    /// Convolutions that several algorithms can form.
    pub tunable: Vec<Sizes>,
}

impl<'a> Builder<'a> {
    pub fn new(checked: &'a Checked, bound: &'a Bound, options: &'a PlanOptions) -> Result<Self, PlanError> {
        let mut scope = Scope::new(checked, options)?;
        let chains = match scope.loss {
            None => fuse::chains(checked, bound, options, &mut scope),
            Some(_) => train_fuse::chains(checked, bound, options, &mut scope),
        };
        let nodes = checked.graph().len();
        Ok(Self {
            checked,
            bound,
            options,
            scope,
            calls: Vec::new(),
            call_of: vec![None; nodes],
            saved: Vec::new(),
            reads: Vec::new(),
            buffers: Vec::new(),
            value: vec![None; nodes],
            blocked: vec![None; nodes],
            members: Vec::new(),
            steps: Vec::new(),
            chains,
            packed: 0,
            tunable: Vec::new(),
        })
    }

    /// What a session takes besides the arena, in bytes.
    pub fn besides(&self) -> Result<u64, PlanError> {
        let grads = trained(&self.calls).into_iter().map(|p| self.checked.param(p).numel());
        Ok(bytes(grads)?.saturating_add(bytes([self.packed])?))
    }

    /// A new buffer for one value.
    pub fn buffer(&mut self, len: usize) -> Access {
        self.buffers.push(Buffer::new(len));
        self.members.push(Vec::new());
        Access { buffer: self.buffers.len() as u32 - 1, value: ONLY }
    }

    /// A new buffer, or none for a length of zero.
    pub fn scratch(&mut self, len: usize) -> Option<Access> {
        (len > 0).then(|| self.buffer(len))
    }

    /// Emits the steps of the forward pass.
    pub fn forward(&mut self) {
        for id in self.checked.graph().ids() {
            if self.scope.needed[id.index()] {
                match self.options.is_source(self.checked.graph(), id) {
                    true => self.input(id),
                    false => self.lower(id),
                }
            }
        }
        // The caller reads these once all steps are done.
        let options = self.options;
        for id in options.targets.iter().copied().chain(self.scope.loss) {
            if let Some(at) = self.lying(id, Layout::Maps) {
                self.buffers[at.buffer as usize].keep();
            }
        }
    }

    /// Inputs and given nodes are filled before the first step and keep their contents between runs.
    fn input(&mut self, id: NodeId) {
        let at = self.buffer(self.bound.fact(id).numel());
        let buffer = &mut self.buffers[at.buffer as usize];
        buffer.touch(0);
        buffer.keep();
        self.settle(id, at.buffer, Layout::Maps);
    }

    /// Records that a buffer now holds the value of a node.
    pub(super) fn settle(&mut self, id: NodeId, buffer: u32, layout: Layout) -> Access {
        let at = Access { buffer, value: id.index() as u32 };
        match layout {
            Layout::Maps => self.value[id.index()] = Some(at),
            Layout::Blocks => self.blocked[id.index()] = Some(at),
        }
        self.members[buffer as usize].push(id);
        at
    }

    fn lower(&mut self, id: NodeId) {
        let Some(op) = self.checked.graph().op(id) else { return };
        let inputs = self.scope.inputs[id.index()].clone();
        let facts: Vec<Fact> = inputs.iter().map(|i| self.bound.fact(*i).clone()).collect();
        let fact = self.bound.fact(id);
        if let Some(blocked) = self.over_blocks(id, &facts, fact) {
            return self.call_blocked(id, blocked, &inputs);
        }
        let slots: Vec<Option<Access>> = inputs.iter().map(|i| self.lying(*i, Layout::Maps)).collect();
        let numel = fact.numel();
        if let Some(kernel) = self.chains[id.index()].as_ref().and_then(|c| self.fused(c, &facts, fact)) {
            return self.call(id, kernel, slots, Layout::Maps, (numel, Layout::Maps));
        }
        match op.lower(&facts, fact, LowerCx { training: self.trains(id), node: id.index() as u64 }) {
            Lowered::View => {
                debug_assert_eq!(fact.numel(), facts[0].numel());
                self.value[id.index()] = slots[0];
                self.members[slots[0].expect("inputs come first").buffer as usize].push(id);
            }
            Lowered::Kernel(kernel) => self.call(id, kernel, slots, Layout::Maps, (numel, Layout::Maps)),
        }
    }

    /// Whether a node is lowered for training.
    pub(super) fn trains(&self, id: NodeId) -> bool {
        self.options.training && !self.options.fixed_statistics.contains(&id)
    }

    /// What follows the head of a chain.
    pub(super) fn tail(&self, chain: &Chain) -> fused::Tail<'a> {
        let op = |id: NodeId| self.checked.graph().op(id);
        let norm = match chain.norm.and_then(op) {
            Some(Op::BatchNorm(norm)) => Some(norm),
            _ => None,
        };
        fused::Tail { norm, residual: chain.residual.is_some(), activation: chain.activation.and_then(op) }
    }

    /// What follows the batch norm at the head of a chain.
    pub(super) fn norm_tail(&self, chain: &Chain) -> Tail {
        let last = chain.activation.and_then(|id| self.checked.graph().op(id)).and_then(Tail::last_of);
        Tail { residual: chain.residual.is_some(), last: last.unwrap_or_default() }
    }

    fn fused(&self, chain: &Chain, facts: &[Fact], fact: &Fact) -> Option<Box<dyn Kernel>> {
        let head = self.checked.graph().op(chain.head)?;
        if let Op::BatchNorm(norm) = head {
            return Some(norm.with_tail(facts.first()?, self.norm_tail(chain), self.trains(chain.head)));
        }
        fused::lower(head, facts, fact, self.tail(chain))
    }

    /// Emits the step of a node whose inputs lie at `slots`, in one layout.
    pub(super) fn call(
        &mut self,
        id: NodeId,
        kernel: Box<dyn Kernel>,
        mut slots: Vec<Option<Access>>,
        reads: Layout,
        (len, layout): (usize, Layout),
    ) {
        let (workspace, needs) = (kernel.workspace(), kernel.needs());
        let in_place = self.may_overwrite(id, &*kernel, needs, &slots, len);
        let (in_place, buffer) = match slots.first().copied().flatten() {
            Some(first) if in_place => {
                slots[0] = None;
                // Nobody reads what lay there, so nobody needs to ask about it again.
                self.members[first.buffer as usize].clear();
                (Some(first), first.buffer)
            }
            _ => (None, self.buffer(len).buffer),
        };
        let output = self.settle(id, buffer, layout);
        let saved: Vec<Access> = workspace.saved.iter().map(|len| self.buffer(*len)).collect();
        let scratch = self.scratch(workspace.forward);
        let call = self.calls.len();
        self.call_of[id.index()] = Some(call);
        let described = self.describe(id, kernel, needs);
        self.calls.push(described);
        self.saved.push(saved.clone());
        self.reads.push(reads);
        self.steps.push((id, Work::Forward { call, inputs: slots, in_place, output, saved, scratch }));
    }

    fn describe(&mut self, id: NodeId, kernel: Box<dyn Kernel>, needs: Needs) -> Call {
        let graph = self.checked.graph();
        let nodes = self.chains[id.index()].as_ref().map_or(vec![id], Chain::nodes);
        let facts: Vec<Fact> = self.scope.inputs[id.index()].iter().map(|i| self.bound.fact(*i).clone()).collect();
        let macs = graph.op(nodes[0]).map_or(0, |op| op.macs(&facts, self.bound.fact(id)));
        let names: Vec<&str> = nodes.iter().map(|n| graph.node(*n).kind_name()).collect();
        let own = nodes.iter().flat_map(|n| self.checked.node_params(*n).iter().copied());
        let (params, state): (Vec<_>, Vec<_>) = own.partition(|p| self.checked.param(*p).trainable);
        let trains = self.options.training && self.scope.differentiated[id.index()];
        let wanted = params.iter().map(|p| trains && !self.options.frozen.contains(p)).collect();
        let packed = Region { start: self.packed, len: kernel.packed() };
        self.packed = aligned(packed.start.saturating_add(packed.len)).unwrap_or(usize::MAX);
        Call {
            kernel,
            needs,
            op: names.join("+"),
            packed,
            writes_state: self.trains(nodes[0]) && !state.is_empty(),
            macs: u64::try_from(macs).unwrap_or(u64::MAX),
            params,
            wanted,
            state,
        }
    }

    /// Whether the output may take the buffer of input 0: the kernel allows it, and nobody
    /// reads what the buffer holds now after this step.
    fn may_overwrite(
        &self,
        id: NodeId,
        kernel: &dyn Kernel,
        needs: Needs,
        slots: &[Option<Access>],
        len: usize,
    ) -> bool {
        let Some((Some(Access { buffer, .. }), rest)) = slots.split_first() else { return false };
        kernel.in_place()
            && self.buffers[*buffer as usize].len == len
            && !rest.iter().flatten().any(|at| at.buffer == *buffer)
            && !(self.scope.differentiated[id.index()] && needs.inputs)
            && self.members[*buffer as usize].iter().all(|m| self.is_spent(*m, id))
    }

    /// Whether nobody but `by` reads the value of `id` from now on.
    fn is_spent(&self, id: NodeId, by: NodeId) -> bool {
        let backward = |node: NodeId, reads: fn(Needs) -> bool| {
            self.scope.differentiated[node.index()]
                && self.call_of[node.index()].is_some_and(|call| reads(self.calls[call].needs))
        };
        !self.is_kept(id)
            && !backward(id, |needs| needs.output)
            && self.scope.users[id.index()].iter().all(|u| *u <= by && !backward(*u, |needs| needs.inputs))
    }

    fn is_kept(&self, id: NodeId) -> bool {
        self.options.is_source(self.checked.graph(), id)
            || self.options.targets.contains(&id)
            || self.scope.loss == Some(id)
    }
}
