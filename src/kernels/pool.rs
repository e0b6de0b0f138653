//! Pooling over windows, one map at a time.

use rayon::prelude::*;

use super::local::with_local;
use super::parallel::simd;
use super::shift::Shift;
use super::window::{Gather, Span, Window};

/// Windows over each of many maps.
#[derive(Clone, Debug)]
pub struct Pool {
    window: Window,
    spans: [Vec<Span>; 3],
    /// Reciprocals of the number of elements averaged, per axis.
    shares: [Vec<f32>; 3],
    shift: Shift,
    /// Where the first tap of each place of a run of points stands in the map, perhaps before it.
    places: Vec<i32>,
    /// What each tap adds to that.
    offsets: Vec<i32>,
}

/// The position of a maximum that is none.
const NOWHERE: u32 = u32::MAX;
/// Elements that a thread takes at least.
const MIN_ELEMENTS: usize = 1 << 14;

/// Maps that a thread takes at least.
const MIN_MAPS: usize = 4;

impl Pool {
    /// Averages divide by the elements of the input in each window; `after` is the padding
    /// whose zeros count as elements too, together with that before, where it is given.
    pub fn new(window: Window, after: Option<[usize; 3]>) -> Self {
        let spans = [0, 1, 2].map(|a| window.spans(a));
        let shares = [0, 1, 2].map(|a| {
            (0..window.output[a])
                .map(|o| {
                    let count = match after {
                        None => spans[a][o].count,
                        Some(after) => {
                            let room = window.input[a] + window.before[a] + after[a] - o * window.stride[a];
                            room.div_ceil(window.dilation[a]).min(window.kernel[a])
                        }
                    };
                    1.0 / count.max(1) as f32
                })
                .collect()
        });
        let gather = Gather::forward(&window);
        let offset = |tap: usize| {
            let [_, ky, kx] = window.kernel;
            let at = [tap / (ky * kx), tap / kx % ky, tap % kx];
            let [z, y, x]: [usize; 3] = std::array::from_fn(|a| at[a] * window.dilation[a]);
            ((z * window.input[1] + y) * window.input[2] + x) as i32
        };
        let offsets = (0..window.taps()).map(offset).collect();
        let shift = Shift::new(&gather, window.output[1]);
        let mut places = vec![0; shift.run()];
        let start = |a: usize, o: usize| (o * window.stride[a]) as i32 - window.before[a] as i32;
        for line in 0..gather.lines() {
            let (z, y) = (start(0, line / window.output[1]), start(1, line % window.output[1]));
            let row = (z * window.input[1] as i32 + y) * window.input[2] as i32;
            for (x, place) in places[shift.start(line)..][..window.output[2]].iter_mut().enumerate() {
                *place = row + start(2, x);
            }
        }
        Self { window, spans, shares, shift, places, offsets }
    }

    /// Reciprocals of the number of elements averaged, per axis.
    pub fn shares(&self) -> &[Vec<f32>; 3] {
        &self.shares
    }

    /// Calls `f` for each output with its index and its spans per axis.
    #[inline(always)]
    fn for_each_window(&self, mut f: impl FnMut(usize, [Span; 3], f32)) {
        let mut out = 0;
        for (z, share_z) in self.spans[0].iter().zip(&self.shares[0]) {
            for (y, share_y) in self.spans[1].iter().zip(&self.shares[1]) {
                for (x, share_x) in self.spans[2].iter().zip(&self.shares[2]) {
                    f(out, [*z, *y, *x], share_z * share_y * share_x);
                    out += 1;
                }
            }
        }
    }

    /// Calls `f` with the index of every input in a window, row-major.
    #[inline(always)]
    fn for_each_input(&self, [z, y, x]: [Span; 3], mut f: impl FnMut(usize)) {
        let w = &self.window;
        for kz in 0..z.count {
            for ky in 0..y.count {
                let row = (z.source + kz * w.dilation[0]) * w.input[1] + y.source + ky * w.dilation[1];
                let start = row * w.input[2] + x.source;
                for kx in 0..x.count {
                    f(start + kx * w.dilation[2]);
                }
            }
        }
    }

    /// Maxima; `positions` gets where each stands in its map. The first of equal ones counts,
    /// NaN is greater than all, and a window that sees only padding gives 0.
    pub fn max(&self, x: &[f32], y: &mut [f32], positions: &mut [u32]) {
        let (from, to) = (self.window.input_len(), self.window.output_len());
        let maps = |(map, (y, positions)): (usize, (&mut [f32], &mut [u32]))| {
            self.max_map(&x[map * from..][..from], y, positions);
        };
        let all = y.par_chunks_mut(to).zip(positions.par_chunks_mut(to)).enumerate();
        all.with_min_len((MIN_ELEMENTS / from.max(1)).max(1)).for_each(maps);
    }

    /// Whether windows are two by two elements beside each other, without padding.
    fn is_by_pairs(&self) -> bool {
        let w = &self.window;
        let inside = (1..3).all(|a| 2 * w.output[a] <= w.input[a]);
        w.kernel == [1, 2, 2] && w.stride == [1, 2, 2] && w.dilation == [1; 3] && w.before == [0; 3] && inside
    }

    /// Maxima of two by two elements: of pairs in rows, and of what these leave in columns.
    #[inline(always)]
    fn max_pairs(&self, x: &[f32], y: &mut [f32], positions: &mut [u32], best: &mut [f32], found: &mut [f32]) {
        let ([_, rows, width], points) = (self.window.input, self.window.output[2]);
        // Rows without a rest are one long row.
        let (lines, line) = if width == 2 * points { (1, rows * points) } else { (rows, points) };
        for row in 0..lines {
            let (x, at) = (&x[row * width..][..2 * line], row * width);
            let (best, found) = (&mut best[row * line..][..line], &mut found[row * line..][..line]);
            let (wide, rest) = x.as_chunks::<16>();
            let outputs = best.as_chunks_mut::<8>().0.iter_mut().zip(found.as_chunks_mut::<8>().0);
            for (i, ((best, found), x)) in outputs.zip(wide).enumerate() {
                let place = |k: usize| (at + 16 * i + k) as u32;
                let both: [_; 8] =
                    std::array::from_fn(|k| later(x[2 * k], place(2 * k), x[2 * k + 1], place(2 * k + 1)));
                (*best, *found) = (both.map(|b| b.0), both.map(|b| f32::from_bits(b.1)));
            }
            let done = wide.len() * 8;
            for (i, pair) in rest.as_chunks::<2>().0.iter().enumerate() {
                let place = (at + 2 * (done + i)) as u32;
                let (value, place) = later(pair[0], place, pair[1], place + 1);
                (best[done + i], found[done + i]) = (value, f32::from_bits(place));
            }
        }
        let lines = y.chunks_exact_mut(points).zip(positions.chunks_exact_mut(points));
        for (row, (y, positions)) in lines.enumerate() {
            let two = 2 * row * points..2 * (row + 1) * points;
            let ((top, bottom), (first, second)) = (best[two.clone()].split_at(points), found[two].split_at(points));
            for (((y, position), (a, b)), (p, q)) in
                y.iter_mut().zip(positions).zip(top.iter().zip(bottom)).zip(first.iter().zip(second))
            {
                (*y, *position) = later(*a, p.to_bits(), *b, q.to_bits());
            }
        }
    }

    fn max_map(&self, x: &[f32], y: &mut [f32], positions: &mut [u32]) {
        if self.is_by_pairs() {
            let pairs = self.window.input[1] * self.window.output[2];
            return with_local([pairs, pairs, 0], |[best, found, _]| {
                let maps = x.chunks_exact(self.window.input[1] * self.window.input[2]);
                let size = self.window.output[1] * self.window.output[2];
                for ((x, y), positions) in maps.zip(y.chunks_mut(size)).zip(positions.chunks_mut(size)) {
                    simd(
                        #[inline(always)]
                        || self.max_pairs(x, y, positions, best, found),
                    );
                }
            });
        }
        let (shift, width) = (&self.shift, self.window.output[2]);
        with_local([shift.size(), shift.run(), shift.run()], |[copy, best, found]| {
            let (best, found) = (&mut best[..shift.run()], &mut found[..shift.run()]);
            simd(
                #[inline(always)]
                || {
                    shift.fill(x, 0, f32::NEG_INFINITY, copy);
                    self.max_run(copy, best, found);
                    let lines = y.chunks_exact_mut(width).zip(positions.chunks_exact_mut(width));
                    for (line, (y, positions)) in lines.enumerate() {
                        let at = shift.start(line)..shift.start(line) + width;
                        y.iter_mut().zip(&best[at.clone()]).for_each(|(y, v)| *y = *v);
                        positions.iter_mut().zip(&found[at]).for_each(|(p, v)| *p = v.to_bits());
                    }
                },
            );
        });
        if positions.contains(&NOWHERE) {
            self.max_slowly(x, y, positions);
        }
    }

    /// Maxima of a run of points, and the bits of their places in the map.
    #[inline(always)]
    fn max_run(&self, copy: &[f32], best: &mut [f32], found: &mut [f32]) {
        best.fill(f32::NEG_INFINITY);
        found.fill(f32::from_bits(NOWHERE));
        for (at, offset) in self.shift.taps.iter().zip(&self.offsets) {
            let offset = f32::from_bits(*offset as u32);
            for ((best, found), v) in best.iter_mut().zip(found.iter_mut()).zip(&copy[*at..]) {
                // The first NaN wins.
                let wins = (*v > *best) | (v.is_nan() & !best.is_nan());
                *found = if wins { offset } else { *found };
                *best = if wins { *v } else { *best };
            }
        }
        for (found, place) in found.iter_mut().zip(&self.places) {
            let offset = found.to_bits();
            let at = if offset == NOWHERE { NOWHERE } else { offset.wrapping_add(*place as u32) };
            *found = f32::from_bits(at);
        }
    }

    /// Maxima of the windows that see nothing greater than negative infinity.
    fn max_slowly(&self, x: &[f32], y: &mut [f32], positions: &mut [u32]) {
        self.for_each_window(|out, spans, _| {
            if positions[out] != NOWHERE {
                return;
            }
            y[out] = 0.0;
            self.for_each_input(spans, |i| {
                if positions[out] == NOWHERE {
                    (y[out], positions[out]) = (x[i], i as u32);
                }
            });
        });
    }

    /// The gradient of [`Pool::max`].
    pub fn max_gradient(&self, dy: &[f32], positions: &[u32], dx: &mut [f32]) {
        let (from, to) = (self.window.input_len(), self.window.output_len());
        dx.par_chunks_mut(from).enumerate().with_min_len(MIN_MAPS).for_each(|(map, dx)| {
            dx.fill(0.0);
            for (d, position) in dy[map * to..][..to].iter().zip(&positions[map * to..][..to]) {
                if let Some(dx) = dx.get_mut(*position as usize) {
                    *dx += d;
                }
            }
        });
    }

    /// Averages; a window that sees only padding gives 0.
    pub fn average(&self, x: &[f32], y: &mut [f32]) {
        let (from, to) = (self.window.input_len(), self.window.output_len());
        y.par_chunks_mut(to).enumerate().with_min_len(MIN_MAPS).for_each(|(map, y)| {
            let x = &x[map * from..][..from];
            self.for_each_window(|out, spans, share| {
                let mut sum = 0.0;
                self.for_each_input(spans, |i| sum += x[i]);
                y[out] = sum * share;
            });
        });
    }

    /// The gradient of [`Pool::average`].
    pub fn average_gradient(&self, dy: &[f32], dx: &mut [f32]) {
        let (from, to) = (self.window.input_len(), self.window.output_len());
        dx.par_chunks_mut(from).enumerate().with_min_len(MIN_MAPS).for_each(|(map, dx)| {
            let dy = &dy[map * to..][..to];
            dx.fill(0.0);
            self.for_each_window(|out, spans, share| {
                let d = dy[out] * share;
                self.for_each_input(spans, |i| dx[i] += d);
            });
        });
    }
}

/// The greater of two values and its place; the first of equal ones, and of ones that are NaN.
#[inline(always)]
fn later(a: f32, first: u32, b: f32, second: u32) -> (f32, u32) {
    // Without a branch: which of them is greater cannot be foretold.
    let wins = (b > a) | (b.is_nan() & !a.is_nan());
    let mask = 0u32.wrapping_sub(u32::from(wins));
    let pick = |a: u32, b: u32| (b & mask) | (a & !mask);
    (f32::from_bits(pick(a.to_bits(), b.to_bits())), pick(first, second))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, floats, reads};
    use super::*;

    #[test]
    fn random_windows_agree_with_the_definition() {
        for seed in 0..300 {
            let mut rng = testing::rng(seed);
            let window = testing::window(&mut rng);
            let (from, to, maps) = (window.input_len(), window.output_len(), 3);
            let x = floats(&mut rng, maps * from);
            let dy = floats(&mut rng, maps * to);
            let pool = Pool::new(window, None);
            let all = testing::same_for_all_thread_counts(|| {
                let mut all = [vec![f32::NAN; dy.len()], vec![f32::NAN; x.len()]];
                let mut more = all.clone();
                let mut positions = vec![0; dy.len()];
                pool.max(&x, &mut all[0], &mut positions);
                pool.max_gradient(&dy, &positions, &mut all[1]);
                pool.average(&x, &mut more[0]);
                pool.average_gradient(&dy, &mut more[1]);
                [all, more].concat().concat()
            });
            let (mut max, mut by_max) = (vec![f64::NEG_INFINITY; maps * to], vec![0.0; maps * from]);
            let (mut mean, mut by_mean) = (vec![0.0; maps * to], vec![0.0; maps * from]);
            let (mut best, mut count) = (vec![None; maps * to], vec![0.0; to]);
            reads(&window, |o, _, _| count[o] += 1.0);
            for map in 0..maps {
                reads(&window, |o, _, i| {
                    let (o_map, i) = (map * to + o, map * from + i);
                    if f64::from(x[i]) > max[o_map] {
                        (max[o_map], best[o_map]) = (f64::from(x[i]), Some(i));
                    }
                    mean[o_map] += f64::from(x[i]) / count[o];
                    by_mean[i] += f64::from(dy[o_map]) / count[o];
                });
            }
            for (o, best) in best.iter().enumerate() {
                match best {
                    Some(i) => by_max[*i] += f64::from(dy[o]),
                    None => max[o] = 0.0,
                }
            }
            testing::assert_close(&all, &[max, by_max, mean, by_mean].concat(), 16, &format!("{window:?}"));
        }
    }

    #[test]
    fn pairs_give_what_other_windows_give() {
        for (height, width) in [(2, 2), (7, 9), (28, 28), (10, 35)] {
            let window = Window {
                input: [1, height, width],
                output: [1, height / 2, width / 2],
                kernel: [1, 2, 2],
                stride: [1, 2, 2],
                dilation: [1; 3],
                before: [0; 3],
            };
            let mut x = floats(&mut testing::rng(1), height * width);
            x.iter_mut().step_by(5).for_each(|v| *v = f32::NAN);
            x.iter_mut().step_by(3).for_each(|v| *v = 0.5);
            let pool = Pool::new(window, None);
            assert!(pool.is_by_pairs());
            let mut other = pool.clone();
            // It moves nothing where there is one slice, but is no pair any more.
            other.window.stride[0] = 2;
            let run = |pool: &Pool| {
                let (mut y, mut positions) = (vec![0.0; window.output_len()], vec![0; window.output_len()]);
                pool.max(&x, &mut y, &mut positions);
                (y.iter().map(|v| v.to_bits()).collect::<Vec<_>>(), positions)
            };
            assert_eq!(run(&pool), run(&other), "{height}x{width}");
        }
    }

    #[test]
    fn the_first_of_equal_maxima_and_nan_win() {
        let window = Window {
            input: [1, 1, 4],
            output: [1, 1, 2],
            kernel: [1, 1, 2],
            stride: [1, 1, 2],
            dilation: [1; 3],
            before: [0; 3],
        };
        let (mut y, mut positions) = ([0.0; 2], [9; 2]);
        Pool::new(window, None).max(&[3.0, 3.0, f32::NAN, 1.0], &mut y, &mut positions);
        assert!(y[0] == 3.0 && y[1].is_nan());
        assert_eq!(positions, [0, 2]);
    }

    #[test]
    fn padding_counts_as_zeros_where_asked_but_not_beyond_it() {
        // Sizes round up: the last window [4, 5) of [-1..5) has one element of padding only.
        let window = Window {
            input: [1, 1, 4],
            output: [1, 1, 3],
            kernel: [1, 1, 3],
            stride: [1, 1, 2],
            dilation: [1; 3],
            before: [0, 0, 1],
        };
        let mut y = [0.0; 3];
        Pool::new(window, Some([0, 0, 1])).average(&[1.0, 2.0, 3.0, 4.0], &mut y);
        assert_eq!(y, [1.0, 3.0, 2.0]);
    }
}
