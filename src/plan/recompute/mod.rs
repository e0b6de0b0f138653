//! Trades time for memory: values of the forward pass are not kept for the backward pass, but
//! computed again just before it reads them (Chen et al. 2016, "Training deep nets with sublinear
//! memory cost").
//!
//! The forward pass is divided into segments whose inputs are kept. Of each segment, nothing, what
//! is cheap (activations, norms, pools), or all is computed again, by the same kernels on the same
//! inputs: gradients have the same bits. The search goes over divisions and levels; it measures
//! each candidate by the lives of its buffers and lays out only the best.

mod divide;
mod replay;
mod tape;

use crate::check::ParamId;

use super::builder::Builder;
use super::program::{Call, Work};
use super::{PlanError, bytes};
use divide::{Cuts, Division, Level};
use replay::{replay, rewrite};
use tape::Tape;

/// Numbers of segments that are tried.
const COUNTS: [usize; 12] = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64];
/// How often a smaller arena is aimed at, where the one that was laid out has gaps.
const ATTEMPTS: usize = 6;
/// How many of the plans that take least are laid out, where nothing else fits.
const LEAST: usize = 3;

/// Rewrites the steps so that their arena takes no more than `budget` bytes, besides the `spare`
/// elements that [`spare`] says.
///
/// # Errors
/// [`PlanError::OverBudget`] with the least bytes of an arena that can be reached.
pub(super) fn fit(builder: &mut Builder<'_>, forward: usize, budget: u64) -> Result<(), PlanError> {
    let tape = Tape::new(&builder.steps, &builder.buffers, &builder.calls, forward);
    let spare = spare(&builder.calls, builder.steps.iter().map(|(_, work)| work), |p| builder.checked.param(p).numel());
    let search = Search { tape: &tape, budget, spare };
    if let Some(keep) = search.run()? {
        (builder.steps, builder.buffers) = rewrite(&tape, &keep);
    }
    Ok(())
}

/// Elements for copies of running statistics, which steps that run again must not change.
pub(super) fn spare<'w, S: 'w>(
    calls: &[Call],
    steps: impl IntoIterator<Item = &'w Work<S>>,
    numel: impl Fn(ParamId) -> usize,
) -> usize {
    let state = |work: &Work<S>| match work {
        Work::Forward { call, .. } => calls[*call].state.iter().map(|p| numel(*p)).sum(),
        _ => 0,
    };
    steps.into_iter().map(state).max().unwrap_or(0)
}

/// A way to fit, by the lives of buffers.
struct Candidate {
    keep: Vec<bool>,
    cost: u64,
    peak: u64,
}

struct Search<'t> {
    tape: &'t Tape<'t>,
    /// Bytes.
    budget: u64,
    /// Elements.
    spare: usize,
}

impl Search<'_> {
    /// Whose values are kept; `None` where all may be.
    fn run(&self) -> Result<Option<Vec<bool>>, PlanError> {
        let all = vec![true; self.tape.forward];
        if bytes([replay(self.tape, &all).arena()?])? <= self.budget {
            return Ok(None);
        }
        let cuts = Cuts::new(self.tape);
        let divisions: Vec<Division> = COUNTS.iter().map(|count| cuts.divide(*count)).collect();
        let mut least: Vec<Candidate> = divisions.iter().map(|d| self.candidate(d, &d.levels(usize::MAX))).collect();
        let mut aim = self.budget / 4;
        for _ in 0..ATTEMPTS {
            let fits = divisions.iter().zip(&least).filter(|(_, least)| least.peak <= aim).map(|(d, _)| d);
            let Some(best) = self.cheapest(fits, aim) else { break };
            let arena = self.arena(&best.keep)?;
            if arena <= self.budget {
                return Ok(Some(best.keep));
            }
            aim = aim.saturating_sub((arena - self.budget).div_ceil(4));
        }
        least.sort_by_key(|candidate| candidate.peak);
        let mut reached = u64::MAX;
        for candidate in least.into_iter().take(LEAST) {
            let arena = self.arena(&candidate.keep)?;
            if arena <= self.budget {
                return Ok(Some(candidate.keep));
            }
            reached = reached.min(arena);
        }
        Err(PlanError::OverBudget { least: reached })
    }

    /// The bytes of an arena.
    fn arena(&self, keep: &[bool]) -> Result<u64, PlanError> {
        bytes([replay(self.tape, keep).arena()?, self.spare])
    }

    fn candidate(&self, division: &Division, levels: &[Level]) -> Candidate {
        let keep = division.keep(self.tape, levels);
        let outcome = replay(self.tape, &keep);
        Candidate { keep, cost: outcome.cost, peak: outcome.peak() }
    }

    /// The candidate of least cost that has no more than `aim` elements alive at once.
    fn cheapest<'d>(&self, divisions: impl Iterator<Item = &'d Division>, aim: u64) -> Option<Candidate> {
        let found = divisions.map(|division| {
            let raises = self.fewest(division, aim);
            (self.candidate(division, &division.levels(raises)), division, raises)
        });
        let (best, division, raises) = found.min_by_key(|(candidate, ..)| candidate.cost)?;
        Some(self.relax(best, division, division.levels(raises), aim))
    }

    /// How many of the best raises bring a division down to `aim`, which all of them do.
    fn fewest(&self, division: &Division, aim: u64) -> usize {
        let (mut low, mut high) = (0, division.raises.len());
        while low < high {
            let middle = low.midpoint(high);
            match self.candidate(division, &division.levels(middle)).peak <= aim {
                true => high = middle,
                false => low = middle + 1,
            }
        }
        high
    }

    /// Lowers the levels of segments again where it fits all the same: what is freed shortly before
    /// it is computed again gains nothing. The last raises yield least, so they go first.
    fn relax(&self, mut best: Candidate, division: &Division, mut levels: Vec<Level>, aim: u64) -> Candidate {
        for raise in division.raises.iter().rev() {
            for lower in [Level::Nothing, Level::Cheap] {
                let now = levels[raise.segment];
                if lower >= now {
                    break;
                }
                levels[raise.segment] = lower;
                let candidate = self.candidate(division, &levels);
                if candidate.peak <= aim && candidate.cost < best.cost {
                    best = candidate;
                    break;
                }
                levels[raise.segment] = now;
            }
        }
        best
    }
}
