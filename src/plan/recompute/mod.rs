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
/// How often a still smaller arena is looked for then.
const DESCENTS: usize = 3;

/// Rewrites the steps so that their arena takes no more than `budget` bytes, besides the `spare`
/// elements that [`spare`] says.
///
/// # Errors
/// [`PlanError::OverBudget`] with the least bytes of an arena that can be reached.
pub(super) fn fit(builder: &mut Builder<'_>, forward: usize, budget: u64) -> Result<(), PlanError> {
    let tape = Tape::new(&builder.steps, &builder.buffers, &builder.calls, forward);
    let spare = spare(&builder.calls, builder.steps.iter().map(|(_, work)| work), |p| builder.checked.param(p).numel());
    let all = replay(&tape, &vec![true; forward]);
    if bytes([all.arena()?])? > budget {
        let keep = Search::new(&tape, spare).run(budget)?;
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

fn candidate(tape: &Tape<'_>, division: &Division, levels: &[Level]) -> Candidate {
    let keep = division.keep(tape, levels);
    let outcome = replay(tape, &keep);
    Candidate { keep, cost: outcome.cost, peak: outcome.peak() }
}

struct Search<'t> {
    tape: &'t Tape<'t>,
    /// Elements that are needed besides.
    spare: usize,
    divisions: Vec<Division>,
    /// By division, the elements alive at once where as much is computed again as there is to gain.
    floors: Vec<u64>,
}

impl<'t> Search<'t> {
    fn new(tape: &'t Tape<'t>, spare: usize) -> Self {
        let cuts = Cuts::new(tape);
        let divisions: Vec<Division> = COUNTS.iter().map(|count| cuts.divide(*count)).collect();
        let floors = divisions.iter().map(|d| candidate(tape, d, &d.levels(usize::MAX)).peak).collect();
        Search { tape, spare, divisions, floors }
    }

    /// Whose values are kept within this many bytes.
    fn run(&self, budget: u64) -> Result<Vec<bool>, PlanError> {
        if let Some((keep, _)) = self.seek(budget)? {
            return Ok(keep);
        }
        // What follows depends on the budget no more: the least that is told is found again.
        let (mut keep, mut least) = self.lowest()?;
        for _ in 0..DESCENTS {
            if least <= budget {
                break;
            }
            let Some(lower) = self.seek(least - 1)? else { break };
            (keep, least) = lower;
        }
        if least <= budget { Ok(keep) } else { Err(PlanError::OverBudget { least }) }
    }

    /// A cheap way to need no more than this many bytes, and what it needs.
    fn seek(&self, budget: u64) -> Result<Option<(Vec<bool>, u64)>, PlanError> {
        let mut aim = budget / 4;
        for _ in 0..ATTEMPTS {
            let Some(best) = self.cheapest(aim) else { break };
            let arena = self.arena(&best.keep)?;
            if arena <= budget {
                return Ok(Some((best.keep, arena)));
            }
            aim = aim.saturating_sub((arena - budget).div_ceil(4));
        }
        Ok(None)
    }

    /// The way with the smallest arena of those with the fewest elements alive at once.
    fn lowest(&self) -> Result<(Vec<bool>, u64), PlanError> {
        let mut order: Vec<usize> = (0..self.floors.len()).collect();
        order.sort_by_key(|at| self.floors[*at]);
        let mut best = (Vec::new(), u64::MAX);
        for division in order.into_iter().take(LEAST).map(|at| &self.divisions[at]) {
            let candidate = self.relaxed(division, division.raises.len(), 0);
            let arena = self.arena(&candidate.keep)?;
            if arena < best.1 {
                best = (candidate.keep, arena);
            }
        }
        Ok(best)
    }

    /// The bytes of an arena.
    fn arena(&self, keep: &[bool]) -> Result<u64, PlanError> {
        bytes([replay(self.tape, keep).arena()?, self.spare])
    }

    /// The candidate of least cost that has no more than `aim` elements alive at once.
    fn cheapest(&self, aim: u64) -> Option<Candidate> {
        let fits = self.divisions.iter().zip(&self.floors).filter(|(_, floor)| **floor <= aim).map(|(d, _)| d);
        let found = fits.map(|division| {
            let raises = self.fewest(division, aim);
            (candidate(self.tape, division, &division.levels(raises)).cost, division, raises)
        });
        let (_, division, raises) = found.min_by_key(|(cost, ..)| *cost)?;
        Some(self.relaxed(division, raises, aim))
    }

    /// How many of the best raises bring a division down to `aim`, which all of them do.
    fn fewest(&self, division: &Division, aim: u64) -> usize {
        let (mut low, mut high) = (0, division.raises.len());
        while low < high {
            let middle = low.midpoint(high);
            match candidate(self.tape, division, &division.levels(middle)).peak <= aim {
                true => high = middle,
                false => low = middle + 1,
            }
        }
        high
    }

    /// The candidate of these raises, without those that it takes for no more than `aim` elements, or
    /// no more than before: what is freed shortly before it is computed again gains nothing. The last
    /// raises yield least, so they go first.
    fn relaxed(&self, division: &Division, raises: usize, aim: u64) -> Candidate {
        let mut levels = division.levels(raises);
        let mut best = candidate(self.tape, division, &levels);
        let aim = aim.max(best.peak);
        for raise in division.raises[..raises].iter().rev() {
            for lower in [Level::Nothing, Level::Cheap] {
                let now = levels[raise.segment];
                if lower >= now {
                    break;
                }
                levels[raise.segment] = lower;
                let candidate = candidate(self.tape, division, &levels);
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
