//! Padding and resizing of planes.

use super::parallel::for_chunks;

/// What lies beyond the edge.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Border {
    /// A constant.
    Constant(f32),
    /// The mirror image, without the edge itself.
    Reflect,
    /// The element at the edge.
    Edge,
}

/// Stands for an element outside of the input.
const OUTSIDE: usize = usize::MAX;

/// Padding of the spatial axes of planes, any number of axes.
#[derive(Clone, Debug)]
pub struct Pad {
    border: Border,
    input: Vec<usize>,
    output: Vec<usize>,
    /// For each axis, where each output element comes from.
    maps: Vec<Vec<usize>>,
}

impl Pad {
    /// Pads before and after each axis; where the border is reflected, by less than the size.
    pub fn new(border: Border, sizes: &[usize], pads: &[(usize, usize)]) -> Self {
        let map = |(size, (before, after)): (&usize, &(usize, usize))| {
            let last = size - 1;
            (0..before + size + after)
                .map(|i| match (i < *before, i > before + last, border) {
                    (false, false, _) => i - before,
                    (_, _, Border::Constant(_)) => OUTSIDE,
                    (true, _, Border::Edge) => 0,
                    (_, _, Border::Edge) => last,
                    (true, _, Border::Reflect) => (before - i).min(last),
                    (_, _, Border::Reflect) => (2 * last).saturating_sub(i - before),
                })
                .collect::<Vec<_>>()
        };
        let maps: Vec<Vec<usize>> = sizes.iter().zip(pads).map(map).collect();
        Self { border, input: sizes.to_vec(), output: maps.iter().map(Vec::len).collect(), maps }
    }

    fn planes(&self) -> (usize, usize) {
        (self.input.iter().product(), self.output.iter().product())
    }

    /// The start of the input row that output row `row` of a plane comes from.
    fn row(&self, row: usize) -> Option<usize> {
        let (mut at, mut rest) = (0, row);
        let mut stride = *self.input.last()?;
        for axis in (0..self.input.len() - 1).rev() {
            let from = self.maps[axis][rest % self.output[axis]];
            if from == OUTSIDE {
                return None;
            }
            at += from * stride;
            stride *= self.input[axis];
            rest /= self.output[axis];
        }
        Some(at)
    }

    /// The padded planes.
    pub fn forward(&self, x: &[f32], y: &mut [f32]) {
        let (Some(width), Some(map)) = (self.output.last(), self.maps.last()) else { return };
        let (inner, outer) = self.planes();
        let fill = if let Border::Constant(c) = self.border { c } else { 0.0 };
        let work = y.len();
        for_chunks(y, outer, work, |plane, y| {
            let x = &x[plane * inner..][..inner];
            for (row, y) in y.chunks_exact_mut(*width).enumerate() {
                match self.row(row) {
                    None => y.fill(fill),
                    Some(at) => {
                        for (y, from) in y.iter_mut().zip(map) {
                            *y = if *from == OUTSIDE { fill } else { x[at + from] };
                        }
                    }
                }
            }
        });
    }

    /// The gradient of the input.
    pub fn backward(&self, d: &[f32], g: &mut [f32]) {
        let (Some(width), Some(map)) = (self.output.last(), self.maps.last()) else { return };
        let (inner, outer) = self.planes();
        for_chunks(g, inner, d.len(), |plane, g| {
            g.fill(0.0);
            for (row, d) in d[plane * outer..][..outer].chunks_exact(*width).enumerate() {
                let Some(at) = self.row(row) else { continue };
                for (d, from) in d.iter().zip(map).filter(|(_, from)| **from != OUTSIDE) {
                    g[at + from] += d;
                }
            }
        });
    }
}

/// An output element's two neighbours on one axis and the second one's share.
type Tap = (usize, usize, f32);

/// Resizing of planes of two axes.
#[derive(Clone, Debug)]
pub struct Resize {
    input: (usize, usize),
    rows: Vec<Tap>,
    columns: Vec<Tap>,
}

impl Resize {
    /// Nearest neighbour: element `floor(i * in / out)`, as PyTorch's `nearest`.
    pub fn nearest(input: (usize, usize), output: (usize, usize)) -> Self {
        let taps = |n: usize, out: usize| {
            let source = |i: usize| (i as u128 * n as u128 / out as u128) as usize;
            (0..out).map(source).map(|i| (i, i, 0.0)).collect()
        };
        Self { input, rows: taps(input.0, output.0), columns: taps(input.1, output.1) }
    }

    /// Bilinear. With `corners`, the centres of the corner elements meet; else the corners of
    /// the planes, and what lies beyond the outermost centres is constant.
    pub fn bilinear(input: (usize, usize), output: (usize, usize), corners: bool) -> Self {
        let taps = |n: usize, out: usize| -> Vec<Tap> {
            let tap = |i: usize| {
                let at = match corners {
                    true if out > 1 => i as f64 * (n - 1) as f64 / (out - 1) as f64,
                    true => 0.0,
                    false => ((i as f64 + 0.5) * n as f64 / out as f64 - 0.5).max(0.0),
                };
                let low = (at as usize).min(n - 1);
                (low, (low + 1).min(n - 1), (at - low as f64) as f32)
            };
            (0..out).map(tap).collect()
        };
        Self { input, rows: taps(input.0, output.0), columns: taps(input.1, output.1) }
    }

    /// The resized planes.
    pub fn forward(&self, x: &[f32], y: &mut [f32]) {
        let (plane, width) = (self.input.0 * self.input.1, self.columns.len());
        let work = y.len();
        for_chunks(y, width * self.rows.len(), work, |p, y| {
            let x = &x[p * plane..][..plane];
            for (y, (top, bottom, v)) in y.chunks_exact_mut(width).zip(&self.rows) {
                let (top, bottom) =
                    (&x[top * self.input.1..][..self.input.1], &x[bottom * self.input.1..][..self.input.1]);
                for (y, (left, right, u)) in y.iter_mut().zip(&self.columns) {
                    let upper = top[*left] + u * (top[*right] - top[*left]);
                    let lower = bottom[*left] + u * (bottom[*right] - bottom[*left]);
                    *y = upper + v * (lower - upper);
                }
            }
        });
    }

    /// The gradient of the input.
    pub fn backward(&self, d: &[f32], g: &mut [f32]) {
        let (plane, width) = (self.input.0 * self.input.1, self.columns.len());
        let size = width * self.rows.len();
        for_chunks(g, plane, d.len(), |p, g| {
            g.fill(0.0);
            for (d, (top, bottom, v)) in d[p * size..][..size].chunks_exact(width).zip(&self.rows) {
                for (d, (left, right, u)) in d.iter().zip(&self.columns) {
                    for (row, share) in [(top, 1.0 - v), (bottom, *v)] {
                        g[row * self.input.1 + left] += d * share * (1.0 - u);
                        g[row * self.input.1 + right] += d * share * u;
                    }
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn borders() {
        let x = [1.0, 2.0, 3.0];
        let pad = |border| {
            let mut y = vec![f32::NAN; 6];
            Pad::new(border, &[3], &[(2, 1)]).forward(&x, &mut y);
            y
        };
        assert_eq!(pad(Border::Constant(9.0)), [9.0, 9.0, 1.0, 2.0, 3.0, 9.0]);
        assert_eq!(pad(Border::Reflect), [3.0, 2.0, 1.0, 2.0, 3.0, 2.0]);
        assert_eq!(pad(Border::Edge), [1.0, 1.0, 1.0, 2.0, 3.0, 3.0]);
    }

    #[test]
    fn planes_are_padded_on_both_axes() {
        let mut y = vec![f32::NAN; 2 * 4 * 4];
        Pad::new(Border::Constant(0.0), &[2, 2], &[(1, 1), (0, 2)]).forward(&[1., 2., 3., 4., 5., 6., 7., 8.], &mut y);
        assert_eq!(y[16..], [0., 0., 0., 0., 5., 6., 0., 0., 7., 8., 0., 0., 0., 0., 0., 0.]);
    }

    #[test]
    fn resizing_a_row() {
        let x = [0.0, 4.0];
        let run = |how: Resize| {
            let mut y = vec![f32::NAN; 4];
            how.forward(&x, &mut y);
            y
        };
        assert_eq!(run(Resize::nearest((1, 2), (1, 4))), [0.0, 0.0, 4.0, 4.0]);
        assert_eq!(run(Resize::bilinear((1, 2), (1, 4), false)), [0.0, 1.0, 3.0, 4.0]);
        let corners = run(Resize::bilinear((1, 2), (1, 4), true));
        assert!(corners.iter().zip([0.0, 4.0 / 3.0, 8.0 / 3.0, 4.0]).all(|(a, b)| (a - b).abs() < 1e-6));
    }
}
