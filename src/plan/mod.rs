//! Lays out the work of a network as a flat program of kernel calls over one arena.
//!
//! A plan is made for one size of the inputs and one purpose: inference, a training step, or
//! gradients of an input. The order of steps is the order of nodes, then its reverse; buffers
//! share memory where their lives do not overlap. Nothing is decided while a plan runs.

mod autodiff;
mod builder;
mod fuse;
mod layout;
mod memory;
mod program;
mod recompute;
mod scope;
mod train_fuse;
mod verify;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::check::{Bound, Checked, ParamId};
use crate::graph::{Graph, NodeId};
use crate::kernels::blocked::choice::{Choices, Sizes};
use crate::ops::blocked::Layout;

pub(crate) use memory::aligned;
pub(crate) use program::{Call, Region, Step, Work};

use builder::Builder;
use program::Access;

/// What a plan is for.
#[derive(Clone, Debug, Default)]
pub struct PlanOptions {
    /// Whether parameters are trained: statistics come from the batch, dropout is on, and the
    /// backward pass of the total loss computes the gradients of trainable parameters.
    pub training: bool,
    /// The nodes whose values are wanted; nothing is computed that neither they nor the loss
    /// of a backward pass need.
    pub targets: Vec<NodeId>,
    /// Parameters that get no gradient. Where nothing before them is trained either, the
    /// backward pass ends there.
    pub frozen: BTreeSet<ParamId>,
    /// Nodes that run as in inference although the plan trains: frozen batch norms.
    pub fixed_statistics: BTreeSet<NodeId>,
    /// Inputs whose gradients are wanted, in training or outside of it.
    pub input_grads: Vec<NodeId>,
    /// Whether convolutions are formed by their definition where Winograd's algorithm would be
    /// faster, whose rounding differs.
    pub exact_conv: bool,
    /// Whether all tensors lie as maps, which generated code knows alone: sums are formed as there.
    pub maps: bool,
    /// Algorithms of convolutions as they were measured; by cost where these say nothing.
    pub choices: Option<Arc<Choices>>,
    /// Nodes whose values the caller fills in as it does those of inputs. Nothing is computed
    /// for their sake, and no gradient flows through them.
    pub given: Vec<NodeId>,
    /// Whether there is no loss and no backward pass although the plan trains: the values are
    /// those that a training step computes on its way.
    pub forward_only: bool,
    /// The most bytes that a plan with a backward pass may take, as [`Memory::total`] counts them:
    /// values of the forward pass are computed again where that keeps it within them.
    pub memory_budget: Option<u64>,
}

impl PlanOptions {
    /// Values of these nodes with the parameters as they are.
    pub fn inference(targets: Vec<NodeId>) -> Self {
        Self { targets, ..Self::default() }
    }

    /// A training step that keeps the values of these nodes too.
    pub fn training(targets: Vec<NodeId>) -> Self {
        Self { training: true, targets, ..Self::default() }
    }

    /// Whether a node's value comes from the caller: an input, or one that is given.
    fn is_source(&self, graph: &Graph, id: NodeId) -> bool {
        graph.op(id).is_none() || self.given.contains(&id)
    }
}

/// Why there can be no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// Gradients are wanted of a network without a loss.
    #[error("there is no loss to take gradients of")]
    NoLoss,
    /// Everything that the loss depends on is frozen.
    #[error("the loss depends on no parameter that is trained")]
    NothingToTrain,
    /// The loss does not depend on an input whose gradient is wanted.
    #[error("no gradient of the loss reaches `{path}`")]
    NoGradient {
        /// The input.
        path: String,
    },
    /// The loss has more than one element.
    #[error("the loss `{path}` is no scalar: it has {numel} elements")]
    LossNotScalar {
        /// The node.
        path: String,
        /// Its size.
        numel: usize,
    },
    /// The buffers take more bytes than can be addressed.
    #[error("the network needs more memory than can be addressed")]
    TooLarge,
    /// The budget is less than a plan takes that computes again whatever it can.
    #[error("the budget of memory is too small: the least that can be reached is {least} bytes")]
    OverBudget {
        /// The bytes of that plan (see [`Memory::total`]).
        least: u64,
    },
}

/// What a plan takes, in bytes, known before anything is allocated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// Values, gradients of values, and scratch.
    pub arena_bytes: u64,
    /// What the arena would take if no two buffers shared memory.
    pub unshared_bytes: u64,
    /// All parameters of the network, also those that the plan does not read.
    pub params_bytes: u64,
    /// Parameters in the form that kernels read.
    pub packed_bytes: u64,
    /// Gradients of the parameters that are trained.
    pub grads_bytes: u64,
}

impl Memory {
    /// What a session of the plan allocates: everything but the parameters, which sessions
    /// share, and the optimizer's state.
    pub fn total(&self) -> u64 {
        self.arena_bytes.saturating_add(self.grads_bytes).saturating_add(self.packed_bytes)
    }
}

/// Which pass a step belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pass {
    /// Computes values.
    Forward,
    /// Computes gradients.
    Backward,
    /// Computes values once more, in the course of the backward pass.
    Again,
}

/// A step as profiles show it.
#[derive(Clone, Copy, Debug)]
pub struct StepInfo<'a> {
    /// The node.
    pub node: NodeId,
    /// Its path.
    pub path: &'a str,
    /// Its op; `seed` where the loss's gradient begins, `accumulate` where contributions to a
    /// gradient are added up, `to maps` and `to blocks` where a tensor is brought to another layout.
    pub op: &'a str,
    /// The pass.
    pub pass: Pass,
    /// Multiplications that are followed by an addition; backward, those of every gradient
    /// that is wanted.
    pub macs: u64,
    /// Elements of the buffers that it touches, scratch included.
    pub elements: usize,
}

/// A network laid out for one purpose and one size of its inputs.
pub struct Plan {
    pub(crate) calls: Vec<Call>,
    pub(crate) forward: Vec<Step>,
    pub(crate) backward: Vec<Step>,
    /// Elements of the arena.
    pub(crate) arena: usize,
    /// Elements behind the arena's buffers, for copies of running statistics.
    pub(crate) spare: usize,
    /// Elements of packed parameters.
    pub(crate) packed: usize,
    paths: Vec<String>,
    trained: Vec<ParamId>,
    /// Elements of every parameter of the network.
    pub(crate) param_sizes: Vec<usize>,
    pub(crate) inputs: Vec<(NodeId, Region)>,
    pub(crate) targets: Vec<(NodeId, Region)>,
    pub(crate) input_grads: Vec<(NodeId, Region)>,
    loss: Option<NodeId>,
    memory: Memory,
    tunable: Vec<Sizes>,
}

impl Plan {
    /// Plans a network.
    ///
    /// # Errors
    /// See [`PlanError`].
    pub fn new(checked: &Checked, bound: &Bound, options: &PlanOptions) -> Result<Plan, PlanError> {
        let mut builder = Builder::new(checked, bound, options)?;
        if let Some(loss) = builder.scope.loss
            && bound.fact(loss).numel() != 1
        {
            let path = checked.graph().node(loss).path.clone();
            return Err(PlanError::LossNotScalar { path, numel: bound.fact(loss).numel() });
        }
        builder.forward();
        let forward_len = builder.steps.len();
        let input_grads = builder.backward();
        if let (Some(budget), Some(_)) = (options.memory_budget, builder.scope.loss) {
            let besides = builder.besides()?;
            recompute::fit(&mut builder, forward_len, budget.saturating_sub(besides)).map_err(|e| match e {
                PlanError::OverBudget { least } => PlanError::OverBudget { least: least.saturating_add(besides) },
                e => e,
            })?;
        }
        finish(builder, forward_len, &input_grads)
    }

    /// What the plan takes.
    pub fn memory(&self) -> Memory {
        self.memory
    }

    /// The parameters that get a gradient, in the order of ids.
    pub fn trained(&self) -> &[ParamId] {
        &self.trained
    }

    /// The scalar that is differentiated; `None` without a backward pass.
    pub fn loss(&self) -> Option<NodeId> {
        self.loss
    }

    /// Convolutions that several algorithms can form, in the order in which they run.
    pub fn tunable(&self) -> &[Sizes] {
        &self.tunable
    }

    /// The inputs that the plan reads, and the nodes that are given.
    pub fn inputs(&self) -> impl Iterator<Item = NodeId> {
        self.inputs.iter().map(|(id, _)| *id)
    }

    /// All steps in the order in which they run.
    pub fn steps(&self) -> impl Iterator<Item = StepInfo<'_>> {
        let info = |pass| move |step| self.step_info(step, pass);
        self.forward.iter().map(info(Pass::Forward)).chain(self.backward.iter().map(info(Pass::Backward)))
    }

    pub(crate) fn step_info<'a>(&'a self, step: &Step, pass: Pass) -> StepInfo<'a> {
        let pass = match (&step.work, pass) {
            (Work::Forward { .. }, Pass::Backward) => Pass::Again,
            (_, pass) => pass,
        };
        let op = match &step.work {
            Work::Forward { call, .. } | Work::Backward { call, .. } => &self.calls[*call].op,
            Work::Seed { .. } => "seed",
            Work::AddTo { .. } | Work::Sum { .. } => "accumulate",
            Work::Rearrange { to: Layout::Maps, .. } => "to maps",
            Work::Rearrange { to: Layout::Blocks, .. } => "to blocks",
        };
        let macs = match &step.work {
            Work::Forward { call, .. } => self.calls[*call].macs,
            Work::Backward { call, grad_inputs, .. } => {
                let call = &self.calls[*call];
                let weights = u64::from(call.wanted.first().copied().unwrap_or(false));
                let inputs = grad_inputs.iter().flatten().count() as u64;
                call.macs.saturating_mul(weights + inputs)
            }
            _ => 0,
        };
        let elements = step.regions.iter().map(|r| r.len).sum();
        StepInfo { node: step.node, path: &self.paths[step.node.index()], op, pass, macs, elements }
    }
}

/// Lays out the arena and names all buffers by their places.
fn finish(mut builder: Builder<'_>, forward_len: usize, input_grads: &[(NodeId, Access)]) -> Result<Plan, PlanError> {
    for (at, (_, work)) in builder.steps.iter().enumerate() {
        let at = u32::try_from(at).map_err(|_| PlanError::TooLarge)?;
        work.each(&mut |access, _| builder.buffers[access.buffer as usize].touch(at));
    }
    let arena = memory::lay_out(&mut builder.buffers)?;
    let packed = builder.packed;
    let Builder { checked, options, scope, calls, buffers, value, steps, tunable, .. } = builder;
    let graph = checked.graph();
    let find = |ids: &mut dyn Iterator<Item = NodeId>| -> Vec<(NodeId, Access)> {
        ids.filter_map(|id| Some((id, value[id.index()]?))).collect()
    };
    let inputs = find(&mut graph.ids().filter(|id| options.is_source(graph, *id)));
    let targets = find(&mut options.targets.iter().chain(&scope.loss).copied());
    // The check takes quadratic time.
    if cfg!(debug_assertions) && buffers.len() < 10_000 {
        let list = |of: &[(NodeId, Access)]| of.iter().map(|(_, a)| *a).collect::<Vec<_>>();
        let wanted = [list(&targets), list(input_grads)].concat();
        let verdict = verify::verify(&buffers, arena, steps.iter().map(|(_, w)| w), &list(&inputs), &wanted);
        assert_eq!(verdict, Ok(()), "the plan must be sound");
    }
    let region = |a: Access| {
        let buffer = &buffers[a.buffer as usize];
        Region { start: buffer.offset, len: buffer.len }
    };
    let places = |of: &[(NodeId, Access)]| of.iter().map(|(id, a)| (*id, region(*a))).collect::<Vec<_>>();
    let mut forward: Vec<Step> = steps.iter().map(|(id, work)| Step::place(*id, work, region)).collect();
    let backward = forward.split_off(forward_len);
    let param_sizes: Vec<usize> = checked.params().iter().map(|p| p.numel()).collect();
    let trained = trained(&calls);
    let spare = recompute::spare(&calls, backward.iter().map(|s| &s.work), |p| param_sizes[p.index()]);
    let memory = Memory {
        arena_bytes: bytes([arena, spare])?,
        unshared_bytes: bytes(buffers.iter().map(|b| b.len))?,
        params_bytes: bytes(param_sizes.iter().copied())?,
        packed_bytes: bytes([packed])?,
        grads_bytes: bytes(trained.iter().map(|p| param_sizes[p.index()]))?,
    };
    Ok(Plan {
        packed,
        forward,
        backward,
        arena,
        spare,
        paths: graph.paths().map(str::to_string).collect(),
        trained: trained.into_iter().collect(),
        param_sizes,
        inputs: places(&inputs),
        targets: places(&targets),
        input_grads: places(input_grads),
        loss: scope.loss,
        memory,
        tunable,
        calls,
    })
}

/// The parameters that get a gradient.
fn trained(calls: &[Call]) -> BTreeSet<ParamId> {
    calls.iter().flat_map(|c| c.params.iter().zip(&c.wanted).filter(|(_, w)| **w).map(|(p, _)| *p)).collect()
}

/// The bytes of buffers of these lengths, in whole cache lines.
fn bytes(lens: impl IntoIterator<Item = usize>) -> Result<u64, PlanError> {
    lens.into_iter()
        .try_fold(0u64, |sum, len| sum.checked_add((aligned(len)? as u64).checked_mul(4)?))
        .filter(|sum| *sum <= isize::MAX as u64)
        .ok_or(PlanError::TooLarge)
}
