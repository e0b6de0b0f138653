//! The steps of a plan, seen as values that are written and read.

use std::collections::HashMap;

use crate::graph::NodeId;

use super::super::memory::Buffer;
use super::super::program::{Access, Call, Mode, Work};

/// Multiply-adds that take as long as moving one element to or from memory, about: both run on
/// all cores, at some 50 to 200 multiply-adds and 2 to 5 elements a nanosecond.
const ELEMENT: u64 = 32;

/// A use of a buffer by a step.
pub(super) struct Use {
    pub access: Access,
    pub mode: Mode,
    /// The forward pass's value that is meant; `None` for inputs and gradients.
    pub value: Option<usize>,
}

/// What a forward step leaves in a buffer: its output, what it saves, or its scratch.
pub(super) struct Value {
    /// The forward step that writes it.
    pub step: usize,
    /// Elements.
    pub len: u64,
    /// Whether nothing is written over it in its own buffer.
    pub lasting: bool,
    /// Whether the caller reads it after the last step, so that it stays anyway.
    pub pinned: bool,
    /// Whether a backward step reads it.
    pub read_back: bool,
}

/// The steps of a plan with a backward pass.
pub(super) struct Tape<'a> {
    pub steps: &'a [(NodeId, Work<Access>)],
    pub buffers: &'a [Buffer],
    /// How many steps the forward pass has.
    pub forward: usize,
    /// By step.
    pub uses: Vec<Vec<Use>>,
    pub values: Vec<Value>,
    /// By forward step, what running it again costs, in multiply-adds.
    pub costs: Vec<u64>,
    /// Whether a forward step does few multiply-adds for each element, and can run again on what the
    /// backward pass reads anyway.
    pub cheap: Vec<bool>,
}

impl<'a> Tape<'a> {
    pub fn new(steps: &'a [(NodeId, Work<Access>)], buffers: &'a [Buffer], calls: &[Call], forward: usize) -> Self {
        let mut values: Vec<Value> = Vec::new();
        let mut known: HashMap<(u32, u32), usize> = HashMap::new();
        let mut top: Vec<Option<usize>> = vec![None; buffers.len()];
        let uses = steps.iter().enumerate().map(|(at, (_, work))| {
            let mut uses = Vec::new();
            work.each(&mut |access, mode| {
                let key = (access.buffer, access.value);
                if at < forward && mode != Mode::Read {
                    known.insert(key, values.len());
                    if let Some(covered) = top[access.buffer as usize].replace(values.len()) {
                        values[covered].lasting = false;
                        values[covered].pinned = false;
                    }
                    let Buffer { len, last, .. } = buffers[access.buffer as usize];
                    let (len, pinned) = (len as u64, last == u32::MAX);
                    values.push(Value { step: at, len, lasting: true, pinned, read_back: false });
                }
                let value = known.get(&key).copied();
                if let Some(value) = value.filter(|_| at >= forward) {
                    values[value].read_back = true;
                }
                uses.push(Use { access, mode, value });
            });
            uses
        });
        let uses = uses.collect();
        let mut tape = Tape { steps, buffers, forward, uses, values, costs: Vec::new(), cheap: Vec::new() };
        for step in 0..forward {
            tape.appraise(step, calls);
        }
        tape
    }

    /// Notes what it takes to run a forward step again; those before it are done.
    fn appraise(&mut self, step: usize, calls: &[Call]) {
        let macs = match &self.steps[step].1 {
            Work::Forward { call, .. } => calls[*call].macs,
            _ => 0,
        };
        let len = |u: &Use| self.buffers[u.access.buffer as usize].len as u64;
        let moved = self.uses[step].iter().map(len).fold(0, u64::saturating_add).saturating_mul(ELEMENT);
        let at_hand = |v: usize| {
            let value = &self.values[v];
            value.pinned || value.lasting && value.read_back || self.cheap[value.step]
        };
        let cheap = macs <= moved && self.reads(step).all(at_hand);
        self.costs.push(macs.saturating_add(moved));
        self.cheap.push(cheap);
    }

    /// The values of the forward pass that a step reads.
    pub fn reads(&self, step: usize) -> impl Iterator<Item = usize> {
        self.uses[step].iter().filter(|u| u.mode == Mode::Read).filter_map(|u| u.value)
    }

    /// The values that a forward step writes.
    pub fn writes(&self, step: usize) -> impl Iterator<Item = usize> {
        self.uses[step].iter().filter(|u| u.mode != Mode::Read).filter_map(|u| u.value)
    }

    /// Whether a value is there in the backward pass without being computed again, if its step is one
    /// whose values are kept.
    pub fn remains(&self, value: usize, kept: bool) -> bool {
        let value = &self.values[value];
        value.pinned || kept && value.lasting
    }
}
