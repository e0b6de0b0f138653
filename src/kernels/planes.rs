//! Padded copies of maps in which every tap of a window is a shift: where windows move by more
//! than one element, those that are a stride apart stand side by side. No loop over them has to
//! ask where a map ends.

use std::ops::Range;

use super::window::Gather;

/// Most elements that are taken at once.
pub const LANES: usize = 16;

/// How the source maps of a gather are laid out.
#[derive(Clone, Debug)]
pub struct Planes {
    source: [usize; 3],
    step: [usize; 3],
    grid: [usize; 3],
    /// The least offset of any tap.
    low: [i64; 3],
    /// Padded rows of the outer two axes.
    rows: [usize; 2],
    /// Length of one phase of a row.
    width: usize,
    /// What a tap adds to [`Planes::row`].
    pub taps: Vec<usize>,
}

impl Planes {
    /// The layout for a gather.
    pub fn new(gather: &Gather) -> Self {
        let end = |a: usize, pick: fn(i64, i64) -> i64| gather.taps.iter().map(|t| t.offset[a]).reduce(pick);
        let low: [i64; 3] = std::array::from_fn(|a| end(a, i64::min).unwrap_or(0));
        let high: [usize; 3] = std::array::from_fn(|a| (end(a, i64::max).unwrap_or(0) - low[a]) as usize);
        let rows = [0, 1].map(|a| gather.grid[a].saturating_sub(1) * gather.step[a] + high[a] + 1);
        let width = gather.grid[2].next_multiple_of(LANES) + high[2] / gather.step[2];
        let row = gather.step[2] * width;
        let tap = |offset: [i64; 3]| {
            let [z, y, x]: [usize; 3] = std::array::from_fn(|a| (offset[a] - low[a]) as usize);
            (z * rows[1] + y) * row + x % gather.step[2] * width + x / gather.step[2]
        };
        let taps = gather.taps.iter().map(|t| tap(t.offset)).collect();
        Self { source: gather.source, step: gather.step, grid: gather.grid, low, rows, width, taps }
    }

    /// Floats of a copy.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.rows[0] * self.rows[1] * self.step[2] * self.width
    }

    /// Points of a line, rounded up to what is taken at once.
    pub fn line(&self) -> usize {
        self.grid[2].next_multiple_of(LANES)
    }

    /// Where the taps of a line of points begin: the first tap of the first point reads there.
    pub fn row(&self, line: usize) -> usize {
        let (z, y) = (line / self.grid[1] * self.step[0], line % self.grid[1] * self.step[1]);
        (z * self.rows[1] + y) * self.step[2] * self.width
    }

    /// Points of a line.
    pub fn points(&self) -> usize {
        self.grid[2]
    }

    /// The rows that some lines read, where maps have two axes.
    pub fn rows_of(&self, lines: Range<usize>) -> Range<usize> {
        let high = self.rows[1] - self.grid[1].saturating_sub(1) * self.step[1];
        lines.start * self.step[1]..lines.end.saturating_sub(1) * self.step[1] + high
    }

    /// Copies a map; `padding` stands around it.
    pub fn fill(&self, map: &[f32], padding: f32, out: &mut [f32]) {
        self.fill_rows(map, padding, 0..self.rows[0] * self.rows[1], out);
    }

    /// As [`Planes::fill`], for some rows; others are left as they are.
    pub fn fill_rows(&self, map: &[f32], padding: f32, rows: Range<usize>, out: &mut [f32]) {
        let step = self.step[2];
        let part = &mut out[rows.start * step * self.width..rows.end * step * self.width];
        for (row, out) in rows.zip(part.chunks_exact_mut(step * self.width)) {
            let z = (row / self.rows[1]) as i64 + self.low[0];
            let y = (row % self.rows[1]) as i64 + self.low[1];
            let inside = (0..self.source[0] as i64).contains(&z) && (0..self.source[1] as i64).contains(&y);
            if !inside {
                out.fill(padding);
                continue;
            }
            let line = &map[(z as usize * self.source[1] + y as usize) * self.source[2]..][..self.source[2]];
            for (phase, out) in out.chunks_exact_mut(self.width).enumerate() {
                let at = phase as i64 + self.low[2];
                // Element `j` is `line[at + j * step]`, where there is one.
                let first = if at >= 0 { 0 } else { (-at as usize).div_ceil(step).min(self.width) };
                let from = ((at + (first * step) as i64).max(0) as usize).min(line.len());
                let count = line.len().saturating_sub(from).div_ceil(step).min(self.width - first);
                out[..first].fill(padding);
                out[first + count..].fill(padding);
                let out = &mut out[first..first + count];
                match step {
                    1 => out.copy_from_slice(&line[from..from + count]),
                    _ => out.iter_mut().zip(line.iter().skip(from).step_by(step)).for_each(|(o, v)| *o = *v),
                }
            }
        }
    }
}

/// `N` neighbouring elements.
#[inline(always)]
pub fn load<const N: usize>(from: &[f32], at: usize) -> [f32; N] {
    let from = &from[at..at + N];
    std::array::from_fn(|i| from[i])
}
