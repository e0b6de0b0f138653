//! Divides the forward pass into segments.
//!
//! Between two segments lie the values that the later one reads of the earlier ones. They are kept,
//! so that a segment can be computed again on its own. Within a segment nothing need be kept.

use std::ops::Range;

use super::tape::Tape;

/// How much of a segment is computed again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// Nothing.
    Nothing,
    /// What costs little more than the memory it moves.
    Cheap,
    /// All.
    All,
}

/// A raise of the level of a segment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Raise {
    pub segment: usize,
    pub to: Level,
    /// Elements that it frees, by multiply-add that it costs.
    yields: f64,
}

/// Segments of the forward pass.
pub(super) struct Division {
    pub segments: Vec<Range<usize>>,
    /// By forward step, whether a later segment reads what it writes.
    border: Vec<bool>,
    /// What may be computed again, the best first.
    pub raises: Vec<Raise>,
}

impl Division {
    /// By forward step, whether its values are kept, from the levels of the segments.
    pub fn keep(&self, tape: &Tape<'_>, levels: &[Level]) -> Vec<bool> {
        let mut keep = self.border.clone();
        for (segment, level) in self.segments.iter().zip(levels) {
            segment.clone().for_each(|step| keep[step] |= is_kept(tape, step, *level));
        }
        keep
    }

    /// The levels of the segments after the best raises.
    pub fn levels(&self, raises: usize) -> Vec<Level> {
        let mut levels = vec![Level::Nothing; self.segments.len()];
        for raise in self.raises.iter().take(raises) {
            levels[raise.segment] = levels[raise.segment].max(raise.to);
        }
        levels
    }

    /// What each segment frees at a level, in elements, and costs, in multiply-adds.
    fn prices(&self, tape: &Tape<'_>, level: Level) -> Vec<(u64, u64)> {
        let keep = self.keep(tape, &vec![level; self.segments.len()]);
        let lost = |value: &usize| !tape.remains(*value, keep[tape.values[*value].step]);
        let mut asked = vec![false; tape.forward];
        let mut prices = vec![(0u64, 0u64); self.segments.len()];
        for (segment, (freed, cost)) in self.segments.iter().zip(&mut prices).rev() {
            for step in segment.clone().rev() {
                let missed = tape.writes(step).filter(lost).map(|v| &tape.values[v]).filter(|v| v.read_back);
                let missed = missed.map(|v| v.len).fold(0, u64::saturating_add);
                if asked[step] || missed > 0 {
                    *freed = freed.saturating_add(missed);
                    *cost = cost.saturating_add(tape.costs[step]);
                    tape.reads(step).filter(lost).for_each(|v| asked[tape.values[v].step] = true);
                }
            }
        }
        prices
    }

    /// The raises of a segment whose yields fall: where going on to compute all again yields more than
    /// the first raise, there is one raise only.
    fn raises(&self, tape: &Tape<'_>) -> Vec<Raise> {
        let (cheap, all) = (self.prices(tape, Level::Cheap), self.prices(tape, Level::All));
        let yields = |(freed, cost): (u64, u64)| freed as f64 / cost.max(1) as f64;
        let mut raises = Vec::new();
        for (segment, (cheap, all)) in cheap.into_iter().zip(all).enumerate() {
            let more = (all.0.saturating_sub(cheap.0), all.1.saturating_sub(cheap.1));
            let mut raise = |to, yields| raises.push(Raise { segment, to, yields });
            if cheap.0 == 0 || yields(more) > yields(cheap) {
                if all.0 > 0 {
                    raise(Level::All, yields(all));
                }
            } else {
                raise(Level::Cheap, yields(cheap));
                if more.0 > 0 {
                    raise(Level::All, yields(more));
                }
            }
        }
        raises.sort_by(|a, b| b.yields.total_cmp(&a.yields));
        raises
    }
}

fn is_kept(tape: &Tape<'_>, step: usize, level: Level) -> bool {
    match level {
        Level::Nothing => true,
        Level::Cheap => !tape.cheap[step],
        Level::All => false,
    }
}

/// Where the forward pass can be cut.
pub(super) struct Cuts<'t> {
    tape: &'t Tape<'t>,
    /// By value, the last forward step that reads it, where the backward pass depends on that.
    last_read: Vec<Option<usize>>,
    /// By forward step, the elements that are kept if the pass is cut before it; `None` where a step
    /// behind the cut would write over one of them.
    width: Vec<Option<u64>>,
    /// By forward step, the elements that backward reads of the steps before it.
    before: Vec<u64>,
}

impl<'t> Cuts<'t> {
    pub fn new(tape: &'t Tape<'t>) -> Self {
        let mut last_read = vec![None; tape.values.len()];
        for step in (0..tape.forward).rev() {
            if tape.writes(step).any(|v| tape.values[v].read_back || last_read[v].is_some()) {
                for value in tape.reads(step) {
                    last_read[value].get_or_insert(step);
                }
            }
        }
        // Elements and overwritten values that begin, or cease, to cross a cut with each step.
        let mut change = vec![(0i128, 0i64); tape.forward + 1];
        for (value, last) in tape.values.iter().zip(&last_read).filter(|(v, _)| !v.pinned) {
            let Some(last) = *last else { continue };
            let (len, covered) = (i128::from(value.len), i64::from(!value.lasting));
            let (begin, end) = (value.step + 1, last + 1);
            (change[begin].0, change[begin].1) = (change[begin].0 + len, change[begin].1 + covered);
            (change[end].0, change[end].1) = (change[end].0 - len, change[end].1 - covered);
        }
        let (mut elements, mut covered) = (0, 0);
        let mut width = Vec::with_capacity(tape.forward);
        let (mut before, mut sum) = (Vec::with_capacity(tape.forward), 0u64);
        for (step, change) in change.iter().enumerate().take(tape.forward) {
            (elements, covered) = (elements + change.0, covered + change.1);
            width.push(u64::try_from(elements).ok().filter(|_| covered == 0));
            before.push(sum);
            let written = tape.writes(step).map(|v| &tape.values[v]).filter(|v| v.read_back && !v.pinned);
            sum = written.map(|v| v.len).fold(sum, u64::saturating_add);
        }
        Self { tape, last_read, width, before }
    }

    /// About this many segments of about equal memory, cut where little crosses.
    pub fn divide(&self, count: usize) -> Division {
        let total = self.before.last().copied().unwrap_or(0) as f64;
        let part = total / count as f64;
        let mut cuts: Vec<usize> = (1..count).filter_map(|i| self.narrowest(part * i as f64, part / 2.0)).collect();
        cuts.sort_unstable();
        cuts.dedup();
        let starts = std::iter::once(0).chain(cuts.iter().copied());
        let ends = cuts.iter().copied().chain([self.tape.forward]);
        let segments = starts.zip(ends).map(|(start, end)| start..end).collect();
        let mut border = vec![false; self.tape.forward];
        for (value, last) in self.tape.values.iter().zip(&self.last_read) {
            let next = cuts.get(cuts.partition_point(|cut| *cut <= value.step));
            border[value.step] |= last.zip(next).is_some_and(|(last, cut)| last >= *cut);
        }
        let mut division = Division { segments, border, raises: Vec::new() };
        division.raises = division.raises(self.tape);
        division
    }

    /// The cut that the least crosses, with about `middle` elements before it.
    fn narrowest(&self, middle: f64, tolerance: f64) -> Option<usize> {
        let first = self.before.partition_point(|b| (*b as f64) < middle - tolerance);
        let behind = self.before.partition_point(|b| *b as f64 <= middle + tolerance);
        let off = |cut: usize| (self.before[cut] as f64 - middle).abs();
        let cuts = (first.max(1)..behind).filter_map(|cut| Some((self.width[cut]?, cut)));
        cuts.min_by(|a, b| a.0.cmp(&b.0).then(off(a.1).total_cmp(&off(b.1)))).map(|(_, cut)| cut)
    }
}
