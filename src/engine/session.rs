//! Runs a plan over its arena.

use std::time::{Duration, Instant};

use smallvec::SmallVec;

use crate::check::ParamId;
use crate::graph::NodeId;
use crate::kernels::{elementwise, parallel, sweep};
use crate::ops::blocked::Layout;
use crate::ops::lower::{Backward, Forward, NoiseKey, Pack};
use crate::plan::{Call, Pass, Plan, Region, Step, StepInfo, Work};

use super::buffer::{Buffer, Parts, carve};
use super::params::{Grads, ParamStore, Values};

/// A plan with the memory that it runs in. Everything is allocated here, once.
pub struct Session {
    plan: Plan,
    arena: Buffer,
    grads: Grads,
    /// Parameters in the form that kernels read, and the state of the parameters that they
    /// were made from.
    packed: Buffer,
    packed_from: Option<u64>,
    /// The random streams of the last forward run.
    noise: NoiseKey,
}

/// Watches the steps of a run: called after each with the time it took and the value that it
/// computed, if it computed one.
pub type Observer<'a> = dyn FnMut(StepInfo<'_>, Duration, Option<&[f32]>) + 'a;

impl Session {
    /// Allocates what the plan says it takes (see [`Plan::memory`]).
    pub fn new(plan: Plan) -> Self {
        let arena = Buffer::new(plan.arena.saturating_add(plan.spare));
        let grads = Grads::new(plan.trained(), &plan.param_sizes);
        let packed = Buffer::new(plan.packed);
        Self { plan, arena, grads, packed, packed_from: None, noise: NoiseKey::default() }
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The contents of an input or of a node that is given, to be filled before a run, row-major;
    /// they last until they are filled anew. For one that the plan does not read, an empty slice.
    pub fn input_mut(&mut self, node: NodeId) -> &mut [f32] {
        match place(&self.plan.inputs, node) {
            Some(region) => self.arena.part_mut(region),
            None => &mut [],
        }
    }

    /// Computes the values of all targets. Running statistics are updated where the plan
    /// trains.
    pub fn forward(&mut self, params: &mut ParamStore, noise: NoiseKey) {
        self.pack(params);
        self.noise = noise;
        let Self { plan, arena, packed, .. } = self;
        in_pool(plan, || {
            for step in &plan.forward {
                forward_step(&plan.calls, step, arena.get_mut(), params, packed, noise);
            }
        });
    }

    /// Packs parameters, where any have changed.
    fn pack(&mut self, params: &ParamStore) {
        if self.plan.packed == 0 || self.packed_from == Some(params.stamp()) {
            return;
        }
        for call in self.plan.calls.iter().filter(|c| c.packed.len > 0) {
            call.kernel.pack(Pack {
                params: &params.values(&call.params),
                state: &params.values(&call.state),
                packed: self.packed.part_mut(call.packed),
            });
        }
        self.packed_from = Some(params.stamp());
    }

    /// As [`Session::forward`], watched.
    pub fn forward_observed(&mut self, params: &mut ParamStore, noise: NoiseKey, observer: &mut Observer<'_>) {
        self.pack(params);
        self.noise = noise;
        for step in &self.plan.forward {
            let begin = Instant::now();
            forward_step(&self.plan.calls, step, self.arena.get_mut(), params, &self.packed, noise);
            let took = begin.elapsed();
            let value = match &step.work {
                Work::Forward { output, .. } => Some(self.arena.part(step.regions[*output])),
                _ => None,
            };
            observer(self.plan.step_info(step, Pass::Forward), took, value);
        }
    }

    /// Computes the gradients of the total loss at the values of the last forward run.
    pub fn backward(&mut self, params: &ParamStore) {
        self.grads.clear();
        self.accumulate(params, 1.0);
    }

    /// As [`Session::backward`] with the loss times `scale`, added to the parameters'
    /// gradients that are there already: for batches that are taken in several parts.
    pub fn accumulate(&mut self, params: &ParamStore, scale: f32) {
        let Self { plan, arena, grads, packed, noise, .. } = self;
        in_pool(plan, || {
            for step in &plan.backward {
                let arena = arena.get_mut().split_at_mut(plan.arena);
                backward_step(&plan.calls, step, arena, params, (packed, *noise), (grads, scale));
            }
        });
    }

    /// As [`Session::backward`], watched.
    pub fn backward_observed(&mut self, params: &ParamStore, observer: &mut Observer<'_>) {
        self.grads.clear();
        for step in &self.plan.backward {
            let begin = Instant::now();
            let arena = self.arena.get_mut().split_at_mut(self.plan.arena);
            let forward = (&self.packed, self.noise);
            backward_step(&self.plan.calls, step, arena, params, forward, (&mut self.grads, 1.0));
            observer(self.plan.step_info(step, Pass::Backward), begin.elapsed(), None);
        }
    }

    /// The value of an input or of a target of the plan; `None` for other nodes, whose values
    /// are not kept.
    pub fn value(&self, node: NodeId) -> Option<&[f32]> {
        let region = place(&self.plan.targets, node).or_else(|| place(&self.plan.inputs, node))?;
        Some(self.arena.part(region))
    }

    /// The total loss of the last forward run, where the plan has a backward pass.
    pub fn loss(&self) -> Option<f32> {
        self.value(self.plan.loss()?)?.first().copied()
    }

    /// The gradient of a parameter; `None` where it is not trained.
    pub fn grad(&self, param: ParamId) -> Option<&[f32]> {
        self.grads.get(param)
    }

    /// The gradient of an input that the plan was asked for; it lasts until the next forward
    /// run.
    pub fn input_grad(&self, node: NodeId) -> Option<&[f32]> {
        place(&self.plan.input_grads, node).map(|region| self.arena.part(region))
    }

    /// The gradients of all trained parameters.
    pub fn grads(&self) -> &Grads {
        &self.grads
    }

    /// The gradients of all trained parameters, to be clipped or penalised.
    pub fn grads_mut(&mut self) -> &mut Grads {
        &mut self.grads
    }

    /// Runs forward on a copy of the parameters and returns the path of the first node whose
    /// value has an infinite element or a NaN: where a divergence began.
    pub fn find_non_finite(&mut self, params: &ParamStore, noise: NoiseKey) -> Option<String> {
        let mut found = None;
        self.forward_observed(&mut params.clone(), noise, &mut |step, _, value| {
            if found.is_none() && value.is_some_and(|v| v.iter().any(|x| !x.is_finite())) {
                found = Some(step.path.to_string());
            }
        });
        found
    }
}

/// Multiply-adds from which on a run is worth the attention of all threads. Smaller ones stay on
/// the caller's.
const LARGE: u64 = 2 << 20;

fn in_pool(plan: &Plan, run: impl FnOnce() + Send) {
    match plan.calls.iter().map(|c| c.macs).fold(0, u64::saturating_add) {
        macs if macs < LARGE => run(),
        _ => parallel::attended(run),
    }
}

fn place(list: &[(NodeId, Region)], node: NodeId) -> Option<Region> {
    list.iter().find(|(id, _)| *id == node).map(|(_, region)| *region)
}

/// Parts that are only read, by slot; an empty slice for an empty slot.
fn read<'a>(parts: &[&'a [f32]], slots: &[Option<usize>]) -> Values<'a> {
    slots.iter().map(|slot| slot.map_or(&[][..], |s| parts[s])).collect()
}

/// What is left of the parts after those to be written are taken.
fn shared(parts: Parts<'_>) -> SmallVec<[&[f32]; 32]> {
    parts.into_iter().map(|part| &*part).collect()
}

fn take<'a>(parts: &mut Parts<'a>, slot: usize) -> &'a mut [f32] {
    std::mem::take(&mut parts[slot])
}

fn forward_step(
    calls: &[Call],
    step: &Step,
    arena: &mut [f32],
    params: &mut ParamStore,
    packed: &Buffer,
    noise: NoiseKey,
) {
    let parts = carve(arena, &step.regions);
    let Work::Forward { call, .. } = &step.work else { return rearrange(&step.work, parts) };
    let call = &calls[*call];
    if call.writes_state {
        params.touch();
    }
    let (weights, mut state) = params.borrow(&call.params, &call.state);
    run(call, &step.work, parts, (&weights, &mut state), packed, noise);
}

/// Runs a kernel forward over copies of running statistics, for the sake of what it makes of its
/// inputs. Statistics have moved already.
fn run_again<'a>(
    call: &Call,
    work: &Work<usize>,
    parts: Parts<'a>,
    params: &'a ParamStore,
    (packed, noise): (&Buffer, NoiseKey),
    mut spare: &'a mut [f32],
) {
    let mut state: SmallVec<[&'a mut [f32]; 8]> = SmallVec::new();
    for values in params.values(&call.state) {
        let (copy, rest) = spare.split_at_mut(values.len());
        copy.copy_from_slice(values);
        state.push(copy);
        spare = rest;
    }
    run(call, work, parts, (&params.values(&call.params), &mut state), packed, noise);
}

/// Runs a kernel forward, if that is the work.
fn run<'a>(
    call: &Call,
    work: &Work<usize>,
    mut parts: Parts<'a>,
    (params, state): (&[&'a [f32]], &mut [&'a mut [f32]]),
    packed: &Buffer,
    noise: NoiseKey,
) {
    let Work::Forward { inputs, output, saved, scratch, .. } = work else { return };
    let output = take(&mut parts, *output);
    let mut saved: Parts<'a> = saved.iter().map(|s| take(&mut parts, *s)).collect();
    let scratch = scratch.map(|s| take(&mut parts, s)).unwrap_or_default();
    let parts = shared(parts);
    call.kernel.forward(Forward {
        inputs: &read(&parts, inputs),
        params,
        state,
        output,
        packed: packed.part(call.packed),
        saved: &mut saved,
        scratch,
        noise,
    });
}

/// Brings a tensor from one layout to the other, if that is the work.
fn rearrange(work: &Work<usize>, mut parts: Parts<'_>) {
    let Work::Rearrange { blocks, to, from, into } = work else { return };
    let into = take(&mut parts, *into);
    match to {
        Layout::Maps => blocks.unpack(parts[*from], into),
        Layout::Blocks => blocks.pack(parts[*from], into),
    }
}

fn backward_step(
    calls: &[Call],
    step: &Step,
    (arena, spare): (&mut [f32], &mut [f32]),
    params: &ParamStore,
    forward: (&Buffer, NoiseKey),
    (grads, scale): (&mut Grads, f32),
) {
    let mut parts = carve(arena, &step.regions);
    match &step.work {
        Work::Forward { call, .. } => run_again(&calls[*call], &step.work, parts, params, forward, spare),
        Work::Rearrange { .. } => rearrange(&step.work, parts),
        Work::Seed { grad } => take(&mut parts, *grad).fill(scale),
        Work::AddTo { into, from } => sweep::add_to(take(&mut parts, *into), parts[*from]),
        Work::Sum { out, a, b } => {
            let out = take(&mut parts, *out);
            elementwise::zip(parts[*a], parts[*b], out, |a, b| a + b);
        }
        Work::Backward { call, inputs, output, saved, grad_output, grad_inputs, scratch } => {
            let call = &calls[*call];
            let mut grad_inputs: SmallVec<[Option<&mut [f32]>; 8]> =
                grad_inputs.iter().map(|slot| slot.map(|s| take(&mut parts, s))).collect();
            let scratch = scratch.map(|s| take(&mut parts, s)).unwrap_or_default();
            let parts = shared(parts);
            call.kernel.backward(Backward {
                inputs: &read(&parts, inputs),
                params: &params.values(&call.params),
                state: &params.values(&call.state),
                output: output.map_or(&[], |s| parts[s]),
                saved: &saved.iter().map(|s| parts[*s]).collect::<Values<'_>>(),
                grad_output: parts[*grad_output],
                grad_inputs: &mut grad_inputs,
                grad_params: &mut grads.borrow(&call.params, &call.wanted),
                scratch,
            });
        }
    }
}
