//! Element-wise loops, with and without broadcasting.

use super::parallel::{CHUNK, for_chunks, simd};
use super::reduce::{BLOCK, block_sum};

/// `y = f(x)`; where `x` is empty, `y` holds it and is overwritten.
pub fn map(x: &[f32], y: &mut [f32], f: impl Fn(f32) -> f32 + Sync) {
    let work = y.len();
    for_chunks(y, CHUNK, work, |i, y| {
        simd(
            #[inline(always)]
            || match x.is_empty() {
                true => y.iter_mut().for_each(|y| *y = f(*y)),
                false => y.iter_mut().zip(&x[i * CHUNK..]).for_each(|(y, x)| *y = f(*x)),
            },
        );
    });
}

/// `y = f(a, b)`.
pub fn zip(a: &[f32], b: &[f32], y: &mut [f32], f: impl Fn(f32, f32) -> f32 + Sync) {
    let work = y.len();
    for_chunks(y, CHUNK, work, |i, y| {
        simd(
            #[inline(always)]
            || {
                for ((y, a), b) in y.iter_mut().zip(&a[i * CHUNK..]).zip(&b[i * CHUNK..]) {
                    *y = f(*a, *b);
                }
            },
        );
    });
}

/// Copies `x` to `y`; where `x` is empty, `y` holds it already.
pub fn load(x: &[f32], y: &mut [f32]) {
    if !x.is_empty() {
        let work = y.len();
        for_chunks(y, CHUNK, work, |i, y| y.copy_from_slice(&x[i * CHUNK..][..y.len()]));
    }
}

/// How inputs are repeated along axes on which they have size one, as NumPy does it: shapes
/// are aligned at their last axis. Axes that all inputs share in one stretch are merged, so
/// that the innermost loop runs over contiguous or constant elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broadcast {
    /// Sizes of the axes outside of the innermost loop.
    rows: Vec<usize>,
    /// The length of the innermost loop.
    len: usize,
    strides: Vec<Strides>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Strides {
    /// One for each of `rows`.
    rows: Vec<usize>,
    /// One where the innermost loop advances, zero where it repeats one element.
    step: usize,
}

impl Broadcast {
    /// Inputs of these sizes over an output of those; each fits.
    pub fn new(output: &[usize], inputs: &[&[usize]]) -> Self {
        let natural: Vec<Vec<usize>> = inputs.iter().map(|sizes| padded_strides(output, sizes)).collect();
        let mut sizes: Vec<usize> = Vec::new();
        let mut strides: Vec<Vec<usize>> = vec![Vec::new(); inputs.len()];
        for (axis, &size) in output.iter().enumerate().filter(|(_, size)| **size != 1) {
            let merges =
                !sizes.is_empty() && strides.iter().zip(&natural).all(|(s, n)| s.last() == Some(&(n[axis] * size)));
            for (s, n) in strides.iter_mut().zip(&natural) {
                match (merges, s.last_mut()) {
                    (true, Some(last)) => *last = n[axis],
                    _ => s.push(n[axis]),
                }
            }
            match (merges, sizes.last_mut()) {
                (true, Some(last)) => *last *= size,
                _ => sizes.push(size),
            }
        }
        let len = sizes.pop().unwrap_or(1);
        let strides = strides
            .into_iter()
            .map(|mut rows| {
                let step = rows.pop().unwrap_or(1);
                Strides { rows, step }
            })
            .collect();
        Self { rows: sizes, len, strides }
    }

    /// Whether input `i` has the output's shape.
    pub fn is_whole(&self, i: usize) -> bool {
        let mut stride = self.len;
        let rows = self.strides[i].rows.iter().zip(&self.rows).rev().all(|(s, size)| {
            let fits = *s == stride;
            stride *= size;
            fits
        });
        rows && (self.strides[i].step == 1 || self.len == 1)
    }

    fn row_count(&self) -> usize {
        self.rows.iter().product()
    }

    fn offset(&self, i: usize, row: usize) -> usize {
        let mut rest = row;
        let mut at = 0;
        for (stride, size) in self.strides[i].rows.iter().zip(&self.rows).rev() {
            at += rest % size * stride;
            rest /= size;
        }
        at
    }

    /// Where a row starts in the output.
    pub fn start(&self, row: usize) -> usize {
        row * self.len
    }

    /// What input `i` holds for the `len` elements of a row that start at `begin`.
    pub fn source<'a>(&self, i: usize, x: &'a [f32], row: usize, begin: usize, len: usize) -> Source<'a> {
        let at = self.offset(i, row);
        match self.strides[i].step {
            0 => Source::Constant(x[at]),
            _ => Source::Row(&x[at + begin..][..len]),
        }
    }

    /// Calls `f(row, begin, part)` for parts of rows that make up the output.
    pub fn for_parts(&self, output: &mut [f32], f: impl Fn(usize, usize, &mut [f32]) + Sync) {
        if self.len > CHUNK {
            for (row, output) in output.chunks_mut(self.len).enumerate() {
                let work = output.len();
                for_chunks(output, CHUNK, work, |i, part| f(row, i * CHUNK, part));
            }
        } else {
            let work = output.len();
            for_chunks(output, self.len, work, |row, part| f(row, 0, part));
        }
    }

    /// Combines values in the output's space into the smaller space of input `i`:
    /// `f(row, begin, block)` gives the values, `fold` combines a block into one, `combine`
    /// two numbers. `into` holds the neutral element at first.
    pub fn collect(
        &self,
        i: usize,
        into: &mut [f32],
        f: impl Fn(usize, usize, &mut [f32]) + Sync,
        fold: impl Fn(&[f32]) -> f32 + Sync,
        combine: impl Fn(f32, f32) -> f32 + Sync,
    ) {
        let rows = |rows: std::ops::Range<usize>, base: usize, into: &mut [f32]| {
            let mut values = [0.0f32; BLOCK];
            for row in rows {
                let at = self.offset(i, row) - base;
                for begin in (0..self.len).step_by(BLOCK) {
                    let block = &mut values[..BLOCK.min(self.len - begin)];
                    f(row, begin, block);
                    if self.strides[i].step == 0 {
                        into[at] = combine(into[at], fold(block));
                        continue;
                    }
                    simd(
                        #[inline(always)]
                        || {
                            for (into, v) in into[at + begin..].iter_mut().zip(&*block) {
                                *into = combine(*into, *v);
                            }
                        },
                    );
                }
            }
        };
        match (self.rows.first(), self.strides[i].rows.first()) {
            // The outermost axis cuts the result into disjoint parts.
            (Some(outermost), Some(&stride)) if stride > 0 => {
                let each = self.row_count() / outermost;
                let work = self.row_count() * self.len;
                for_chunks(into, stride, work, |k, into| rows(k * each..(k + 1) * each, k * stride, into));
            }
            _ => rows(0..self.row_count(), 0, into),
        }
    }

    /// `collect` with sums, from zero.
    pub fn collect_sums(&self, i: usize, into: &mut [f32], f: impl Fn(usize, usize, &mut [f32]) + Sync) {
        into.fill(0.0);
        self.add_sums(i, into, f);
    }

    /// `collect` with sums, added to what is there.
    pub fn add_sums(&self, i: usize, into: &mut [f32], f: impl Fn(usize, usize, &mut [f32]) + Sync) {
        self.collect(i, into, f, block_sum, |a, b| a + b);
    }
}

/// Strides of an input in the axes of the output, zero where it is repeated.
fn padded_strides(output: &[usize], sizes: &[usize]) -> Vec<usize> {
    let mut strides = vec![0; output.len()];
    let mut stride = 1;
    for (slot, size) in strides.iter_mut().rev().zip(sizes.iter().rev()) {
        *slot = if *size == 1 { 0 } else { stride };
        stride *= size;
    }
    strides
}

/// Elements that a loop reads.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// One for each step.
    Row(&'a [f32]),
    /// The same for all.
    Constant(f32),
}

impl Source<'_> {
    /// `y = self`.
    pub fn load(self, y: &mut [f32]) {
        match self {
            Source::Row(x) => y.copy_from_slice(x),
            Source::Constant(c) => y.fill(c),
        }
    }

    /// `y = f(y, self)`.
    #[inline(always)]
    pub fn fold(self, y: &mut [f32], f: impl Fn(f32, f32) -> f32) {
        simd(
            #[inline(always)]
            || match self {
                Source::Row(x) => y.iter_mut().zip(x).for_each(|(y, x)| *y = f(*y, *x)),
                Source::Constant(c) => y.iter_mut().for_each(|y| *y = f(*y, c)),
            },
        );
    }
}

/// The least divisor of [`Combine::ChiSquare`].
pub const CHI_LEAST: f32 = 1e-6;

/// `a + b`, or the least divisor.
#[inline(always)]
fn bounded_sum(a: f32, b: f32) -> f32 {
    // Not `max`, which would hide a NaN.
    if a + b < CHI_LEAST { CHI_LEAST } else { a + b }
}

/// The derivative of `(a - b)^2 / (a + b)` by `a` (`sign` 1) or `b` (`sign` -1).
#[inline(always)]
fn chi_square_slope(a: f32, b: f32, sign: f32) -> f32 {
    let share = (a - b) / bounded_sum(a, b);
    // A divisor that is the constant does not move.
    if a + b < CHI_LEAST { 2.0 * sign * share } else { sign * share * (2.0 - sign * share) }
}

/// An operation that combines inputs element by element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Combine {
    /// The sum of all.
    Add,
    /// The product of all.
    Mul,
    /// The first less the second.
    Sub,
    /// The first by the second.
    Div,
    /// `|a - b|`; its gradient at equality is 0.
    AbsDiff,
    /// `(a - b)^2 / (a + b)`; where the divisor is less than [`CHI_LEAST`], that divides.
    ChiSquare,
    /// The greater of two; the first has the gradient at equality.
    Maximum,
    /// The lesser of two; the first has the gradient at equality.
    Minimum,
}

impl Combine {
    /// `y = op(x_0, x_1, ...)`; an empty `x_0` means that `y` holds it.
    pub fn forward(self, b: &Broadcast, inputs: &[&[f32]], y: &mut [f32]) {
        b.for_parts(y, |row, begin, y| {
            for (i, x) in inputs.iter().enumerate() {
                if i == 0 && x.is_empty() {
                    continue;
                }
                let x = b.source(i, x, row, begin, y.len());
                if i == 0 {
                    x.load(y);
                    continue;
                }
                match self {
                    Combine::Add => x.fold(y, |a, b| a + b),
                    Combine::Mul => x.fold(y, |a, b| a * b),
                    Combine::Sub => x.fold(y, |a, b| a - b),
                    Combine::Div => x.fold(y, |a, b| a / b),
                    Combine::AbsDiff => x.fold(y, |a, b| (a - b).abs()),
                    Combine::ChiSquare => x.fold(y, |a, b| (a - b) * (a - b) / bounded_sum(a, b)),
                    Combine::Maximum => x.fold(y, super::reduce::greater),
                    Combine::Minimum => x.fold(y, |a, b| -super::reduce::greater(-a, -b)),
                }
            }
        });
    }

    /// The gradient of input `i`.
    pub fn backward(self, b: &Broadcast, i: usize, inputs: &[&[f32]], d: &[f32], g: &mut [f32]) {
        let part = |row: usize, begin: usize, part: &mut [f32]| {
            self.pull(b, i, inputs, &d[b.start(row) + begin..][..part.len()], row, begin, part);
        };
        match b.is_whole(i) {
            true => b.for_parts(g, part),
            false => b.collect_sums(i, g, part),
        }
    }

    /// The gradient of input `i` in the output's space.
    #[allow(clippy::too_many_arguments)]
    fn pull(self, b: &Broadcast, i: usize, inputs: &[&[f32]], d: &[f32], row: usize, begin: usize, part: &mut [f32]) {
        let source = |j: usize, len| b.source(j, inputs[j], row, begin, len);
        let sign = if i == 0 { 1.0 } else { -1.0 };
        match self {
            Combine::Add => part.copy_from_slice(d),
            Combine::Sub => part.iter_mut().zip(d).for_each(|(g, d)| *g = sign * d),
            Combine::Mul => {
                part.copy_from_slice(d);
                for j in (0..inputs.len()).filter(|j| *j != i) {
                    source(j, part.len()).fold(part, |g, x| g * x);
                }
            }
            Combine::Div => {
                let len = part.len();
                part.copy_from_slice(d);
                source(1, len).fold(part, |g, b| g / b);
                if i == 1 {
                    source(0, len).fold(part, |g, a| -g * a);
                    source(1, len).fold(part, |g, b| g / b);
                }
            }
            Combine::ChiSquare => {
                let len = part.len();
                source(0, len).load(part);
                source(1, len).fold(part, |a, b| chi_square_slope(a, b, sign));
                part.iter_mut().zip(d).for_each(|(g, d)| *g *= d);
            }
            Combine::AbsDiff | Combine::Maximum | Combine::Minimum => {
                let len = part.len();
                source(0, len).load(part);
                source(1, len).fold(part, |a, b| a - b);
                let factor = |difference: f32| match self {
                    Combine::AbsDiff => sign * (f32::from(difference > 0.0) - f32::from(difference < 0.0)),
                    Combine::Maximum => f32::from((difference >= 0.0) == (i == 0)),
                    _ => f32::from((difference <= 0.0) == (i == 0)),
                };
                part.iter_mut().zip(d).for_each(|(g, d)| *g = d * factor(*g));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_axes_merge() {
        let same = Broadcast::new(&[2, 3, 4], &[&[2, 3, 4], &[2, 3, 4]]);
        assert_eq!((same.rows.len(), same.len), (0, 24));
        let gate = Broadcast::new(&[2, 3, 4, 5], &[&[2, 3, 4, 5], &[2, 3, 1, 1]]);
        assert_eq!((gate.rows.as_slice(), gate.len), (&[6][..], 20));
        assert!(gate.is_whole(0) && !gate.is_whole(1));
        let scalar = Broadcast::new(&[1, 1], &[&[1, 1], &[]]);
        assert!(scalar.is_whole(0) && scalar.is_whole(1));
    }

    #[test]
    fn broadcasting_agrees_with_the_definition() {
        let (n, c, l) = (3, 4, 9000);
        let a: Vec<f32> = (0..n * c * l).map(|i| (i % 977) as f32).collect();
        let b: Vec<f32> = (0..c).map(|i| i as f32 - 1.5).collect();
        let how = Broadcast::new(&[n, c, l], &[&[n, c, l], &[c, 1]]);
        let mut y = vec![f32::NAN; a.len()];
        Combine::Mul.forward(&how, &[&a, &b], &mut y);
        assert!(y.iter().enumerate().all(|(i, y)| *y == a[i] * b[i / l % c]));
        let (d, mut g) = (vec![1.0; a.len()], vec![f32::NAN; c]);
        Combine::Mul.backward(&how, 1, &[&a, &b], &d, &mut g);
        for (i, g) in g.iter().enumerate() {
            let want: f64 = (0..n).map(|k| a[(k * c + i) * l..][..l].iter().map(|v| f64::from(*v)).sum::<f64>()).sum();
            assert!((f64::from(*g) - want).abs() < 1e-6 * want, "{g} {want}");
        }
    }

    #[test]
    fn the_number_of_threads_changes_no_bit() {
        let a: Vec<f32> = (0..300_000u64).map(|i| (i * 7919 % 10_007) as f32 * 1e-3).collect();
        let how = Broadcast::new(&[30, 100, 100], &[&[30, 100, 100], &[30, 1, 100]]);
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let (mut y, mut g) = (vec![0.0; a.len()], vec![0.0; 3000]);
            pool.install(|| {
                map(&a, &mut y, crate::kernels::math::tanh);
                Combine::Mul.backward(&how, 1, &[&a, &a[..3000]], &y, &mut g);
            });
            (y, g)
        };
        assert!(run(1) == run(2) && run(1) == run(3));
    }
}
