//! Runs through the steps of a plan as they are where the values of some forward steps are not kept.

use crate::graph::NodeId;

use super::super::PlanError;
use super::super::memory::{self, Buffer, aligned};
use super::super::program::{Access, Mode, Work};
use super::tape::Tape;

/// What a run through the steps comes to.
pub(super) struct Outcome {
    /// All buffers, those of values that are computed again among them, with their lives.
    pub buffers: Vec<Buffer>,
    /// How many steps run.
    steps: u32,
    /// What the steps cost that run again, in multiply-adds.
    pub cost: u64,
}

impl Outcome {
    /// The most elements that are alive at once: what an arena takes at least.
    pub fn peak(&self) -> u64 {
        let mut change = vec![0i128; self.steps as usize + 1];
        for buffer in self.buffers.iter().filter(|b| b.used()) {
            let len = aligned(buffer.len).unwrap_or(usize::MAX) as i128;
            change[buffer.first as usize] += len;
            if buffer.last < self.steps {
                change[buffer.last as usize + 1] -= len;
            }
        }
        let alive = change.iter().scan(0i128, |alive, change| {
            *alive += change;
            Some(*alive)
        });
        alive.max().unwrap_or(0).try_into().unwrap_or(u64::MAX)
    }

    /// The elements of its arena.
    pub fn arena(mut self) -> Result<usize, PlanError> {
        memory::lay_out(&mut self.buffers)
    }
}

/// Runs through the steps where `keep` says whose values, by forward step, the backward pass finds.
pub(super) fn replay(tape: &Tape<'_>, keep: &[bool]) -> Outcome {
    Replay::new(tape, keep).run(&mut |_, _| {})
}

/// The steps themselves, with their buffers.
pub(super) fn rewrite(tape: &Tape<'_>, keep: &[bool]) -> (Vec<(NodeId, Work<Access>)>, Vec<Buffer>) {
    let mut steps = Vec::new();
    let outcome = Replay::new(tape, keep).run(&mut |step, renamed| {
        let (node, work) = &tape.steps[step];
        // The list holds every use of the work.
        let name = |access| renamed.iter().find(|(from, _)| *from == access).map_or(access, |(_, to)| *to);
        steps.push((*node, work.map(name)));
    });
    (steps, outcome.buffers)
}

/// Called for each step that runs with the buffers that it uses, and those that take their place.
type Emit<'e> = dyn FnMut(usize, &[(Access, Access)]) + 'e;

struct Replay<'t> {
    tape: &'t Tape<'t>,
    keep: &'t [bool],
    /// Where values lie that were computed again.
    copies: Vec<Option<Access>>,
    /// The forward steps about to run again.
    due: Vec<bool>,
    renamed: Vec<(Access, Access)>,
    outcome: Outcome,
}

impl<'t> Replay<'t> {
    fn new(tape: &'t Tape<'t>, keep: &'t [bool]) -> Self {
        Self {
            tape,
            keep,
            copies: vec![None; tape.values.len()],
            due: vec![false; tape.forward],
            renamed: Vec::new(),
            outcome: Outcome { buffers: tape.buffers.to_vec(), steps: 0, cost: 0 },
        }
    }

    fn run(mut self, emit: &mut Emit<'_>) -> Outcome {
        let (forward, all) = (self.tape.forward, self.tape.steps.len());
        (0..forward).for_each(|step| self.step(step, false, emit));
        for step in forward..all {
            self.bring_back(step, emit);
            self.step(step, false, emit);
        }
        self.outcome
    }

    /// Runs those forward steps again whose values a backward step misses, and those that they need.
    fn bring_back(&mut self, step: usize, emit: &mut Emit<'_>) {
        let tape = self.tape;
        let mut wanted: Vec<usize> = tape.reads(step).collect();
        let mut again = Vec::new();
        while let Some(value) = wanted.pop() {
            let from = tape.values[value].step;
            if !self.is_there(value) && !self.due[from] {
                self.due[from] = true;
                again.push(from);
                wanted.extend(tape.reads(from));
            }
        }
        // In the order of the forward pass, readers of a value come before the step that overwrites it.
        again.sort_unstable();
        for from in again {
            self.due[from] = false;
            self.step(from, true, emit);
            self.outcome.cost = self.outcome.cost.saturating_add(tape.costs[from]);
        }
    }

    fn is_there(&self, value: usize) -> bool {
        self.copies[value].is_some() || self.remains(value)
    }

    fn remains(&self, value: usize) -> bool {
        self.tape.remains(value, self.keep[self.tape.values[value].step])
    }

    fn step(&mut self, step: usize, again: bool, emit: &mut Emit<'_>) {
        let tape = self.tape;
        self.renamed.clear();
        for used in &tape.uses[step] {
            let to = match used.value {
                Some(value) if used.mode == Mode::Read => self.place(value, used.access),
                Some(value) if again => self.copy(step, value, used.access),
                _ => used.access,
            };
            self.outcome.buffers[to.buffer as usize].touch(self.outcome.steps);
            self.renamed.push((used.access, to));
        }
        emit(step, &self.renamed);
        self.outcome.steps = self.outcome.steps.saturating_add(1);
    }

    /// Where a value is read.
    fn place(&self, value: usize, first: Access) -> Access {
        self.copies[value].filter(|_| !self.remains(value)).unwrap_or(first)
    }

    /// Where a step that runs again writes a value: over the one that it wrote over at first, which is
    /// there no more then, or into a new buffer.
    fn copy(&mut self, step: usize, value: usize, first: Access) -> Access {
        let over = |u: &super::tape::Use| u.mode == Mode::Read && u.access.buffer == first.buffer;
        let covered = self.tape.uses[step].iter().find(|u| over(u)).and_then(|u| u.value);
        let buffer = match covered.and_then(|v| self.copies[v].take()) {
            Some(covered) => covered.buffer,
            None => {
                debug_assert_eq!(covered, None, "what is written over was computed again");
                let buffers = &mut self.outcome.buffers;
                buffers.push(Buffer::new(self.tape.buffers[first.buffer as usize].len));
                buffers.len() as u32 - 1
            }
        };
        let access = Access { buffer, value: first.value };
        self.copies[value] = Some(access);
        access
    }
}
