//! Copies between a dense tensor and elements of another at regular steps.

use super::parallel::for_chunks;

/// Where the elements of a dense tensor lie in another: element `(i, j, ..)` is at
/// `base + i * strides[0] + j * strides[1] + ..`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strided {
    sizes: Vec<usize>,
    strides: Vec<usize>,
    base: usize,
}

/// Row-major strides of a dense tensor.
pub fn dense_strides(sizes: &[usize]) -> Vec<usize> {
    let mut strides = vec![1; sizes.len()];
    for axis in (1..sizes.len()).rev() {
        strides[axis - 1] = strides[axis] * sizes[axis];
    }
    strides
}

impl Strided {
    /// Axes that lie end to end in both tensors are merged.
    pub fn new(sizes: &[usize], strides: &[usize], base: usize) -> Self {
        let mut merged: Vec<(usize, usize)> = Vec::new();
        for (&size, &stride) in sizes.iter().zip(strides).filter(|(size, _)| **size != 1) {
            match merged.last_mut() {
                Some((last, outer)) if *outer == stride * size => (*last, *outer) = (*last * size, stride),
                _ => merged.push((size, stride)),
            }
        }
        let (sizes, strides) = merged.into_iter().unzip();
        Self { sizes, strides, base }
    }

    /// The axes of a dense tensor in another order: axis `i` of the result is `order[i]`.
    pub fn permuted(sizes: &[usize], order: &[usize]) -> Self {
        let strides = dense_strides(sizes);
        let pick = |from: &[usize]| order.iter().map(|axis| from[*axis]).collect::<Vec<_>>();
        Self::new(&pick(sizes), &pick(&strides), 0)
    }

    /// Length and stride of the innermost axis.
    fn run(&self) -> (usize, usize) {
        (self.sizes.last().copied().unwrap_or(1), self.strides.last().copied().unwrap_or(1))
    }

    fn offset(&self, row: usize) -> usize {
        let outer = self.sizes.len().saturating_sub(1);
        let (mut at, mut rest) = (self.base, row);
        for (size, stride) in self.sizes[..outer].iter().zip(&self.strides).rev() {
            at += rest % size * stride;
            rest /= size;
        }
        at
    }

    /// Fills the dense tensor.
    pub fn gather(&self, from: &[f32], dense: &mut [f32]) {
        let (len, stride) = self.run();
        let work = dense.len();
        for_chunks(dense, len, work, |row, part| {
            let from = &from[self.offset(row)..];
            match stride {
                1 => part.copy_from_slice(&from[..part.len()]),
                _ => part.iter_mut().zip(from.iter().step_by(stride)).for_each(|(y, x)| *y = *x),
            }
        });
    }

    /// Writes the dense tensor's elements to their places; the others stay.
    pub fn scatter(&self, dense: &[f32], into: &mut [f32]) {
        let (len, stride) = self.run();
        for (row, part) in dense.chunks(len).enumerate() {
            let into = &mut into[self.offset(row)..];
            match stride {
                1 => into[..part.len()].copy_from_slice(part),
                _ => into.iter_mut().step_by(stride).zip(part).for_each(|(y, x)| *y = *x),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permutations_agree_with_the_definition() {
        let (a, b, c) = (3, 50, 200);
        let x: Vec<f32> = (0..a * b * c).map(|i| i as f32).collect();
        let mut y = vec![f32::NAN; x.len()];
        Strided::permuted(&[a, b, c], &[2, 0, 1]).gather(&x, &mut y);
        for (at, v) in y.iter().enumerate() {
            let (k, i, j) = (at / (a * b), at / b % a, at % b);
            assert_eq!(*v, x[(i * b + j) * c + k]);
        }
    }

    #[test]
    fn slices_scatter_where_they_gather() {
        // Every second column of the last two rows.
        let slice = Strided::new(&[2, 2], &[4, 2], 5);
        let x: Vec<f32> = (0..12).map(|i| i as f32).collect();
        let (mut y, mut back) = ([0.0; 4], [0.0; 12]);
        slice.gather(&x, &mut y);
        assert_eq!(y, [5.0, 7.0, 9.0, 11.0]);
        slice.scatter(&y, &mut back);
        assert_eq!(back.iter().filter(|v| **v != 0.0).count(), 4);
        assert_eq!(back[9], 9.0);
    }
}
