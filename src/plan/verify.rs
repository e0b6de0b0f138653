//! A check of finished plans: every value that a step reads is the one that was meant, and no
//! other buffer was written over it. Debug builds run it on every plan.

use super::memory::Buffer;
use super::program::{Access, Mode, Work};

/// Runs the steps on value numbers instead of values. `ready` is there before the first step,
/// `wanted` must be there after the last one.
pub(super) fn verify<'a>(
    buffers: &[Buffer],
    arena: usize,
    steps: impl IntoIterator<Item = &'a Work<Access>>,
    ready: &[Access],
    wanted: &[Access],
) -> Result<(), String> {
    let mut state = State { buffers, arena, holds: vec![None; buffers.len()], present: Vec::new() };
    for access in ready {
        state.write(*access)?;
    }
    for (at, work) in steps.into_iter().enumerate() {
        let mut result = Ok(());
        work.each(&mut |access, mode| {
            if result.is_ok() {
                result = state.step(access, mode);
            }
        });
        result.and_then(|()| disjoint(buffers, work)).map_err(|e| format!("step {at} ({work:?}): {e}"))?;
    }
    wanted.iter().try_for_each(|access| state.read(*access)).map_err(|e| format!("at the end: {e}"))
}

struct State<'a> {
    buffers: &'a [Buffer],
    arena: usize,
    holds: Vec<Option<u32>>,
    /// The buffers that hold something.
    present: Vec<u32>,
}

impl State<'_> {
    fn step(&mut self, access: Access, mode: Mode) -> Result<(), String> {
        match mode {
            Mode::Read => self.read(access),
            Mode::Write => self.write(access),
            Mode::Update => self.read(access).and_then(|()| self.write(access)),
        }
    }

    fn read(&self, access: Access) -> Result<(), String> {
        match self.holds[access.buffer as usize] {
            Some(value) if value == access.value => Ok(()),
            found => Err(format!("{access:?} is read, but the buffer holds {found:?}")),
        }
    }

    fn write(&mut self, access: Access) -> Result<(), String> {
        let buffers = self.buffers;
        let this = &buffers[access.buffer as usize];
        if this.offset + this.len > self.arena {
            return Err(format!("{access:?} lies outside the arena"));
        }
        let holds = &mut self.holds;
        self.present.retain(|other| {
            let clear = *other != access.buffer && !overlap(this, &buffers[*other as usize]);
            if !clear {
                holds[*other as usize] = None;
            }
            clear
        });
        self.present.push(access.buffer);
        self.holds[access.buffer as usize] = Some(access.value);
        Ok(())
    }
}

fn overlap(a: &Buffer, b: &Buffer) -> bool {
    a.offset < b.offset + b.len && b.offset < a.offset + a.len
}

/// The buffers of one step are the same or apart.
fn disjoint(buffers: &[Buffer], work: &Work<Access>) -> Result<(), String> {
    let mut used: Vec<u32> = Vec::new();
    work.each(&mut |access, _| used.push(access.buffer));
    used.sort_unstable();
    used.dedup();
    for (i, a) in used.iter().enumerate() {
        for b in &used[i + 1..] {
            if overlap(&buffers[*a as usize], &buffers[*b as usize]) {
                return Err(format!("buffers {a} and {b} overlap"));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buffers(offsets: [usize; 3]) -> Vec<Buffer> {
        offsets.map(|offset| Buffer { len: 4, first: 0, last: 9, offset }).to_vec()
    }

    fn at(buffer: u32) -> Access {
        Access { buffer, value: buffer }
    }

    #[test]
    fn sound_steps_pass() {
        let steps =
            [Work::Seed { grad: at(0) }, Work::Seed { grad: at(1) }, Work::Sum { out: at(2), a: at(0), b: at(1) }];
        assert_eq!(verify(&buffers([0, 4, 8]), 12, &steps, &[], &[at(2)]), Ok(()));
    }

    #[test]
    fn faults_are_found() {
        let fails = |offsets, arena, steps: &[Work<Access>], text: &str| {
            let fault = verify(&buffers(offsets), arena, steps, &[], &[at(2)]).unwrap_err();
            assert!(fault.contains(text), "{fault}");
        };
        let seed = |b| Work::Seed { grad: at(b) };
        let sum = Work::Sum { out: at(2), a: at(0), b: at(1) };
        // The second buffer lies over a part of the first.
        fails([0, 3, 8], 12, &[seed(0), seed(1), sum.clone()], "is read, but the buffer holds None");
        // Nothing was written.
        fails([0, 4, 8], 12, &[seed(0), sum.clone()], "is read, but the buffer holds None");
        // The output lies over an input.
        fails([0, 4, 6], 12, &[seed(0), seed(1), sum.clone()], "overlap");
        fails([0, 4, 8], 11, &[seed(0), seed(1), sum], "outside the arena");
        // Another value was put in place of the one that is wanted.
        fails([0, 4, 8], 12, &[Work::Seed { grad: Access { buffer: 2, value: 7 } }], "at the end");
    }
}
