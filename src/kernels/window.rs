//! Sliding windows over maps of up to three spatial axes, and the gathers that convolutions and
//! their gradients are made of.
//!
//! Maps of one and two axes are carried as three with leading sizes of one.

use std::ops::Range;

/// Windows over a map: where each output point reads its input.
///
/// Output point `o` reads input `o * stride + k * dilation - before` for each tap `k`; what lies
/// outside the map is padding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Sizes of the input map.
    pub input: [usize; 3],
    /// Sizes of the output map.
    pub output: [usize; 3],
    /// Taps per axis.
    pub kernel: [usize; 3],
    /// Input elements between the windows of neighbours.
    pub stride: [usize; 3],
    /// Input elements between neighbouring taps.
    pub dilation: [usize; 3],
    /// Padding before each axis; what comes after follows from the sizes.
    pub before: [usize; 3],
}

impl Window {
    /// Elements of an input map.
    pub fn input_len(&self) -> usize {
        self.input.iter().product()
    }

    /// Elements of an output map.
    pub fn output_len(&self) -> usize {
        self.output.iter().product()
    }

    /// Taps of a window.
    pub fn taps(&self) -> usize {
        self.kernel.iter().product()
    }

    /// Whether maps have one or two axes.
    pub fn is_flat(&self) -> bool {
        self.input[0] == 1 && self.kernel[0] == 1 && self.output[0] == 1 && self.before[0] == 0
    }

    /// Elements of an axis that all windows together span, from the first one's start.
    pub fn extent(&self, axis: usize) -> usize {
        (self.output[axis] - 1) * self.stride[axis] + (self.kernel[axis] - 1) * self.dilation[axis] + 1
    }

    /// The windows, with taps in reverse, that form the gradient by the input from that by the
    /// output, whose neighbours stand a stride apart; `None` where padding reaches beyond the taps.
    pub fn reversed(&self) -> Option<Window> {
        let mut back = Window { input: self.output, output: self.input, stride: [1; 3], ..*self };
        for axis in 0..3 {
            back.before[axis] = ((self.kernel[axis] - 1) * self.dilation[axis]).checked_sub(self.before[axis])?;
            back.input[axis] = (self.output[axis] - 1) * self.stride[axis] + 1;
        }
        Some(back)
    }

    /// The outputs of an axis whose windows have a tap on the input.
    pub fn outputs_of(&self, axis: usize, tap: usize) -> Range<usize> {
        let (stride, offset) = (self.stride[axis], tap * self.dilation[axis]);
        let first = self.before[axis].saturating_sub(offset).div_ceil(stride);
        let end = (self.input[axis] + self.before[axis]).saturating_sub(offset).div_ceil(stride);
        let end = end.min(self.output[axis]);
        first.min(end)..end
    }

    /// The taps of output index `o` on an axis that lie on the input.
    pub fn span(&self, axis: usize, o: usize) -> Span {
        let start = o as i64 * self.stride[axis] as i64 - self.before[axis] as i64;
        let (dilation, size) = (self.dilation[axis] as i64, self.input[axis] as i64);
        let first = if start >= 0 { 0 } else { (-start + dilation - 1) / dilation };
        let end = if start >= size { 0 } else { ((size - 1 - start) / dilation + 1).min(self.kernel[axis] as i64) };
        match first < end {
            true => {
                Span { tap: first as usize, source: (start + first * dilation) as usize, count: (end - first) as usize }
            }
            false => Span { tap: 0, source: 0, count: 0 },
        }
    }

    /// The outputs of an axis whose windows lie on the input as a whole.
    pub fn inside(&self, axis: usize) -> Range<usize> {
        let last = self.outputs_of(axis, self.kernel[axis] - 1);
        let first = self.outputs_of(axis, 0);
        let start = first.start.max(last.start);
        start..first.end.min(last.end).max(start)
    }

    /// All spans of an axis.
    pub fn spans(&self, axis: usize) -> Vec<Span> {
        (0..self.output[axis]).map(|o| self.span(axis, o)).collect()
    }
}

/// The part of a window's axis that lies on the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first tap that does.
    pub tap: usize,
    /// The input index it reads; the next ones follow by `dilation`.
    pub source: usize,
    /// How many do.
    pub count: usize,
}

/// One tap of a [`Gather`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tap {
    /// Its index among the window's taps, row-major.
    pub index: usize,
    /// What is added to `point * step`.
    pub offset: [i64; 3],
}

/// A grid of target points, each of which reads one source element per tap.
///
/// Point `q` stands at `q * spacing + origin` of the target and reads `q * step + offset` of the
/// source. A convolution is one gather; its gradient by the input, and with that a transposed
/// convolution, is one for each residue of the target index by the stride, so that no product
/// with a zero between strides is ever formed.
#[derive(Clone, Debug, PartialEq)]
pub struct Gather {
    /// Sizes of the source map.
    pub source: [usize; 3],
    /// Source elements between the reads of neighbouring points.
    pub step: [usize; 3],
    /// Points per axis.
    pub grid: [usize; 3],
    /// The taps.
    pub taps: Vec<Tap>,
    /// Sizes of the target map.
    pub target: [usize; 3],
    /// Where point 0 stands.
    pub origin: [usize; 3],
    /// Target elements between neighbouring points.
    pub spacing: [usize; 3],
}

impl Gather {
    /// Output from input.
    pub fn forward(window: &Window) -> Gather {
        let axis = |a: usize| -> Vec<(usize, i64)> {
            (0..window.kernel[a]).map(|k| (k, (k * window.dilation[a]) as i64 - window.before[a] as i64)).collect()
        };
        Gather {
            source: window.input,
            step: window.stride,
            grid: window.output,
            taps: cross(window, [axis(0), axis(1), axis(2)]),
            target: window.output,
            origin: [0; 3],
            spacing: [1; 3],
        }
    }

    /// Input from output: the transpose of [`Gather::forward`]. Input points that belong to no
    /// gather are read by no window.
    pub fn adjoint(window: &Window) -> Vec<Gather> {
        let residues = |a: usize| -> Vec<usize> {
            let mut all: Vec<usize> = (0..window.kernel[a])
                .map(|k| {
                    let at = (k * window.dilation[a]) as i64 - window.before[a] as i64;
                    at.rem_euclid(window.stride[a] as i64) as usize
                })
                .filter(|r| *r < window.input[a])
                .collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        let axis = |a: usize, r: usize| -> Vec<(usize, i64)> {
            let stride = window.stride[a] as i64;
            (0..window.kernel[a])
                .map(|k| (k, r as i64 + window.before[a] as i64 - (k * window.dilation[a]) as i64))
                .filter(|(_, at)| at.rem_euclid(stride) == 0)
                .map(|(k, at)| (k, at / stride))
                .collect()
        };
        let mut gathers = Vec::new();
        for z in residues(0) {
            for y in residues(1) {
                for x in residues(2) {
                    let origin = [z, y, x];
                    gathers.push(Gather {
                        source: window.output,
                        step: [1; 3],
                        grid: std::array::from_fn(|a| (window.input[a] - origin[a]).div_ceil(window.stride[a])),
                        taps: cross(window, [axis(0, z), axis(1, y), axis(2, x)]),
                        target: window.input,
                        origin,
                        spacing: window.stride,
                    });
                }
            }
        }
        gathers
    }

    /// Points of the grid.
    pub fn points(&self) -> usize {
        self.grid.iter().product()
    }

    /// Lines of the grid: points that differ in the last axis only.
    pub fn lines(&self) -> usize {
        self.grid[0] * self.grid[1]
    }

    /// Whether every target element is a point.
    pub fn covers_target(&self) -> bool {
        self.grid == self.target && self.spacing == [1; 3] && self.origin == [0; 3]
    }

    /// Whether each point reads the source element at its own place and nothing else.
    pub fn is_identity(&self) -> bool {
        self.taps.len() == 1 && self.taps[0].offset == [0; 3] && self.step == [1; 3] && self.grid == self.source
    }

    /// The points of a line whose reads lie on the source's line.
    pub fn inside(&self, tap: &Tap) -> std::ops::Range<usize> {
        let (points, step, dx) = (self.grid[2], self.step[2], tap.offset[2]);
        let first = if dx >= 0 { 0 } else { (-dx as usize).div_ceil(step).min(points) };
        match self.source[2] as i64 - dx {
            room if room <= 0 => first..first,
            room => first..(room as usize).div_ceil(step).min(points).max(first),
        }
    }

    /// Where the line that a tap reads for a line of points begins in the source; `None` where
    /// it is padding.
    pub fn row(&self, tap: &Tap, line: usize) -> Option<usize> {
        let z = (line / self.grid[1] * self.step[0]) as i64 + tap.offset[0];
        let y = (line % self.grid[1] * self.step[1]) as i64 + tap.offset[1];
        let inside = z >= 0 && z < self.source[0] as i64 && y >= 0 && y < self.source[1] as i64;
        inside.then(|| (z as usize * self.source[1] + y as usize) * self.source[2])
    }

    /// The target index of the first point of a line.
    pub fn line_start(&self, line: usize) -> usize {
        let z = line / self.grid[1] * self.spacing[0] + self.origin[0];
        let y = line % self.grid[1] * self.spacing[1] + self.origin[1];
        (z * self.target[1] + y) * self.target[2] + self.origin[2]
    }
}

/// All combinations of the axes' taps, row-major.
fn cross(window: &Window, axes: [Vec<(usize, i64)>; 3]) -> Vec<Tap> {
    let mut taps = Vec::new();
    for &(z, dz) in &axes[0] {
        for &(y, dy) in &axes[1] {
            for &(x, dx) in &axes[2] {
                taps.push(Tap { index: (z * window.kernel[1] + y) * window.kernel[2] + x, offset: [dz, dy, dx] });
            }
        }
    }
    taps
}

#[cfg(test)]
mod tests {
    use super::super::testing;

    #[test]
    fn windows_inside_have_all_their_taps_on_the_input() {
        let mut rng = testing::rng(81);
        for _ in 0..500 {
            let window = testing::window(&mut rng);
            for axis in 0..3 {
                let inside = window.inside(axis);
                for (o, span) in window.spans(axis).iter().enumerate() {
                    assert_eq!(inside.contains(&o), span.count == window.kernel[axis], "{o} of {window:?}");
                }
            }
        }
    }
}
