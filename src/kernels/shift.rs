//! Copies of maps in which a window over all points is a shift of one flat run.
//!
//! Points and what a tap reads for them lie at the same distance everywhere, so that a loop over
//! the run meets no borders. Between rows stands padding, which is shared: what a window reads
//! behind the end of a row is what the next one reads before its beginning. Where windows move
//! by more than one element, those that are a stride apart stand together. A few places of the
//! run belong to no point; what is computed for them is not used.

use super::window::Gather;

/// Elements that are taken at once; copies end with as many zeros as that needs.
pub const LANES: usize = 16;

/// The layout of copies for some lines of a gather's points.
#[derive(Clone, Debug)]
pub struct Shift {
    source: [usize; 3],
    step: [usize; 3],
    /// Points per axis: lines of a band in the middle.
    grid: [usize; 3],
    /// The least shift of a tap on each axis, in steps.
    least: [i64; 3],
    /// Rows of the outer two axes.
    rows: [usize; 2],
    /// Elements between rows.
    pitch: usize,
    /// Padding before the first row.
    lead: usize,
    /// Which elements of a stride some tap reads; each kind has a plane of its own.
    phases: Vec<[usize; 3]>,
    /// Floats of a plane.
    plane: usize,
    /// Where each tap reads for the first point.
    pub taps: Vec<usize>,
}

impl Shift {
    /// The layout for `lines` lines at a time; for all of them where points have three axes.
    pub fn new(gather: &Gather, lines: usize) -> Self {
        let step = gather.step;
        let grid = [gather.grid[0], if gather.grid[0] == 1 { lines } else { gather.grid[1] }, gather.grid[2]];
        let split = |offset: [i64; 3]| {
            let phase: [usize; 3] = std::array::from_fn(|a| offset[a].rem_euclid(step[a] as i64) as usize);
            let shift: [i64; 3] = std::array::from_fn(|a| offset[a].div_euclid(step[a] as i64));
            (phase, shift)
        };
        let end = |a: usize, pick: fn(i64, i64) -> i64| {
            gather.taps.iter().map(|t| split(t.offset).1[a]).reduce(pick).unwrap_or(0)
        };
        let least = [0, 1, 2].map(|a| end(a, i64::min));
        let most = [0, 1, 2].map(|a| end(a, i64::max));
        let rows = [0, 1].map(|a| grid[a] + (most[a] - least[a]) as usize);
        let lead = (-least[2]).max(0) as usize;
        let behind = (grid[2] as i64 + most[2]).max(0) as usize;
        let pitch = grid[2].max(gather.source[2].div_ceil(step[2]) + lead).max(behind);
        let mut phases: Vec<[usize; 3]> = gather.taps.iter().map(|t| split(t.offset).0).collect();
        phases.sort_unstable();
        phases.dedup();
        let mut this =
            Self { source: gather.source, step, grid, least, rows, pitch, lead, phases, plane: 0, taps: Vec::new() };
        let places: Vec<(usize, usize)> = gather
            .taps
            .iter()
            .map(|t| {
                let (phase, shift) = split(t.offset);
                let row = (shift[0] - least[0]) as usize * rows[1] + (shift[1] - least[1]) as usize;
                let at = (lead + row * pitch) as i64 + shift[2];
                (this.phases.binary_search(&phase).unwrap_or(0), at as usize)
            })
            .collect();
        let last = places.iter().map(|(_, at)| at + this.run()).max().unwrap_or(0);
        // An odd number of cache lines, so that planes do not compete for the same sets.
        this.plane = last.max(lead + rows[0] * rows[1] * pitch).next_multiple_of(LANES) | LANES;
        this.taps = places.iter().map(|(phase, at)| phase * this.plane + at).collect();
        this
    }

    /// Lines of a band.
    pub fn lines(&self) -> usize {
        self.grid[0] * self.grid[1]
    }

    /// Floats of the copy of one map.
    pub fn size(&self) -> usize {
        self.phases.len() * self.plane
    }

    /// The length of the run of points, in whole vectors.
    pub fn run(&self) -> usize {
        (((self.grid[0] - 1) * self.rows[1] + self.grid[1] - 1) * self.pitch + self.grid[2]).next_multiple_of(LANES)
    }

    /// Where a line's points begin in the run.
    pub fn start(&self, line: usize) -> usize {
        (line / self.grid[1] * self.rows[1] + line % self.grid[1]) * self.pitch
    }

    /// Whether the run has nothing but points, but for its end.
    pub fn dense(&self) -> bool {
        self.pitch == self.grid[2] && (self.grid[0] == 1 || self.rows[1] == self.grid[1])
    }

    /// Copies what the points of a band read of a map, whose first line is `line`; `padding`
    /// stands around it.
    #[inline(always)]
    pub fn fill(&self, map: &[f32], line: usize, padding: f32, out: &mut [f32]) {
        for (phase, out) in self.phases.iter().zip(out.chunks_exact_mut(self.plane)) {
            out[..self.lead].fill(padding);
            let body = self.rows[0] * self.rows[1] * self.pitch;
            out[self.lead + body..].fill(padding);
            let rows = out[self.lead..][..body].chunks_exact_mut(self.pitch);
            for (row, out) in rows.enumerate() {
                let at = |a: usize, index: usize, first: usize| {
                    (index as i64 + first as i64 + self.least[a]) * self.step[a] as i64 + phase[a] as i64
                };
                let (z, y) = (at(0, row / self.rows[1], 0), at(1, row % self.rows[1], line));
                let inside = (0..self.source[0] as i64).contains(&z) && (0..self.source[1] as i64).contains(&y);
                if !inside || phase[2] >= self.source[2] {
                    out.fill(padding);
                    continue;
                }
                let from = (z as usize * self.source[1] + y as usize) * self.source[2];
                let from = &map[from + phase[2]..from + self.source[2]];
                let count = from.len().div_ceil(self.step[2]).min(self.pitch);
                let (to, gap) = out.split_at_mut(count);
                match self.step[2] {
                    1 => copy(&from[..count], to),
                    2 => copy_even(from, to),
                    step => to.iter_mut().zip(from.iter().step_by(step)).for_each(|(o, v)| *o = *v),
                }
                gap.fill(padding);
            }
        }
    }

    /// Spreads values of a band's points over the run, with zeros between lines and behind.
    #[inline(always)]
    pub fn spread(&self, values: &[f32], out: &mut [f32]) {
        let mut end = 0;
        for (line, values) in values.chunks_exact(self.grid[2]).enumerate() {
            let start = self.start(line);
            out[end..start].fill(0.0);
            end = start + self.grid[2];
            copy(values, &mut out[start..end]);
        }
        out[end..].fill(0.0);
    }
}

/// Copies short rows without a call.
#[inline(always)]
fn copy(from: &[f32], to: &mut [f32]) {
    let (to, to_rest) = to.as_chunks_mut::<8>();
    let (from, from_rest) = from.as_chunks::<8>();
    to.iter_mut().zip(from).for_each(|(t, f)| *t = *f);
    to_rest.iter_mut().zip(from_rest).for_each(|(t, f)| *t = *f);
}

/// Copies every second element.
#[inline(always)]
fn copy_even(from: &[f32], to: &mut [f32]) {
    let (whole, rest) = to.as_chunks_mut::<8>();
    let mut from = from;
    for to in whole {
        // With a known length, shuffles take the place of single reads.
        match from.split_first_chunk::<16>() {
            Some((values, behind)) => {
                *to = std::array::from_fn(|i| values[2 * i]);
                from = behind;
            }
            None => {
                to.iter_mut().enumerate().for_each(|(i, t)| *t = from[2 * i]);
                from = &from[from.len().min(16)..];
            }
        }
    }
    rest.iter_mut().zip(from.iter().step_by(2)).for_each(|(t, f)| *t = *f);
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, floats};
    use super::*;

    #[test]
    fn taps_are_shifts_of_the_copy() {
        for seed in 0..200 {
            let mut rng = testing::rng(seed);
            let window = testing::window(&mut rng);
            let mut gathers = Gather::adjoint(&window);
            gathers.push(Gather::forward(&window));
            for gather in gathers {
                let map = floats(&mut rng, gather.source.iter().product());
                for lines in [1, 2, gather.grid[1]] {
                    check(&gather, lines, &map);
                }
            }
        }
    }

    fn check(gather: &Gather, lines: usize, map: &[f32]) {
        let shift = Shift::new(gather, lines);
        let mut copy = vec![f32::NAN; shift.size()];
        for first in (0..gather.grid[1]).step_by(shift.lines() / gather.grid[0]) {
            shift.fill(map, first, 0.0, &mut copy);
            assert!(copy.iter().all(|v| v.is_finite()));
            for line in 0..shift.lines().min(gather.lines() - first) {
                for x in 0..gather.grid[2] {
                    for (tap, at) in gather.taps.iter().zip(&shift.taps) {
                        let from = x as i64 * gather.step[2] as i64 + tap.offset[2];
                        let inside = (0..gather.source[2] as i64).contains(&from);
                        let row = gather.row(tap, first + line).filter(|_| inside);
                        let expected = row.map_or(0.0, |row| map[row + from as usize]);
                        assert_eq!(copy[at + shift.start(line) + x], expected, "{gather:?} {lines}");
                    }
                }
            }
        }
    }
}
