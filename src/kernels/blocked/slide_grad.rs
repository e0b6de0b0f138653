//! The gradients of windows that slide over each channel by itself.

use std::ops::Range;

use super::vector::{Level, Vector, dispatch};
use crate::kernels::parallel::for_tasks;
use crate::kernels::shared::Shared;
use crate::kernels::window::{Span, Window};

/// Taps of a row whose sums are formed together.
const TAPS: usize = 3;

/// Gradients over channel-blocked maps of one or two axes.
#[derive(Clone, Debug)]
pub struct SlideGrad {
    level: Level,
    batch: usize,
    channels: usize,
    window: Window,
    rows: Vec<Span>,
    cols: Vec<Span>,
    /// By tap of a row, the columns whose window has it on the map.
    inside: Vec<Range<usize>>,
}

/// One block of an image.
struct Map<'a> {
    grad: &'a SlideGrad,
    x: *const f32,
    y: *const f32,
    dy: *const f32,
    /// The gradient by the input, or by the weights.
    out: *mut f32,
    /// Weights `[taps][lanes]`; null for none.
    w: *const f32,
    /// Shares of rows and columns.
    shares: (&'a [f32], &'a [f32]),
}

impl SlideGrad {
    /// `None` where the window has another shape.
    pub fn new(level: Level, (batch, channels): (usize, usize), window: Window) -> Option<Self> {
        if !window.is_flat() {
            return None;
        }
        let (rows, cols) = (window.spans(1), window.spans(2));
        let inside = (0..window.kernel[2]).map(|tap| window.outputs_of(2, tap)).collect();
        Some(Self { level, batch, channels, window, rows, cols, inside })
    }

    fn blocks(&self) -> usize {
        self.channels.div_ceil(self.level.block())
    }

    /// Floats of one block of an image, of input and output.
    fn parts(&self) -> (usize, usize) {
        (self.window.input_len() * self.level.block(), self.window.output_len() * self.level.block())
    }

    fn check(&self, x: usize, y: usize) {
        let (from, to) = self.parts();
        let maps = self.batch * self.blocks();
        assert!(x >= maps * from && y >= maps * to);
    }

    /// Floats of scratch of [`SlideGrad::by_weights`].
    pub fn scratch(&self) -> usize {
        self.batch * self.blocks() * self.level.block() * self.window.taps()
    }

    /// Adds the gradient of a depthwise convolution by its weights to `dw`, `[channels, taps]`.
    ///
    /// # Panics
    /// Where something does not fit.
    pub fn by_weights(&self, x: &[f32], dy: &[f32], scratch: &mut [f32], dw: &mut [f32]) {
        self.check(x.len(), dy.len());
        let ((from, to), block, taps) = (self.parts(), self.level.block(), self.window.taps());
        let maps = self.batch * self.blocks();
        let sums = Shared::new(&mut scratch[..maps * block * taps]);
        for_tasks(maps, maps * to * taps / 4, |map| {
            // SAFETY: each map has sums of its own; the lengths were asserted above.
            unsafe {
                let sums = sums.part(map * block * taps..(map + 1) * block * taps);
                sums.fill(0.0);
                weight_sums(
                    self.level,
                    &Map {
                        grad: self,
                        x: x.as_ptr().add(map * from),
                        y: std::ptr::null(),
                        dy: dy.as_ptr().add(map * to),
                        out: sums.as_mut_ptr(),
                        w: std::ptr::null(),
                        shares: (&[], &[]),
                    },
                );
            }
        });
        for (c, dw) in dw.chunks_exact_mut(taps).take(self.channels).enumerate() {
            for (tap, dw) in dw.iter_mut().enumerate() {
                let at = |n: usize| ((n * self.blocks() + c / block) * taps + tap) * block + c % block;
                *dw += (0..self.batch).map(|n| scratch[at(n)]).sum::<f32>();
            }
        }
    }

    /// The gradient of a depthwise convolution by its input, with weights that
    /// [`super::slide::Slide::pack`] has packed.
    ///
    /// # Panics
    /// Where something does not fit.
    pub fn by_input(&self, dy: &[f32], packed: &[f32], dx: &mut [f32]) {
        let len = self.level.block() * self.window.taps();
        assert!(packed.len() >= self.blocks() * len);
        self.each_map(dy, dx, |map, m| {
            // SAFETY: `each_map` gives whole maps, and the weights are there.
            unsafe { spread(self.level, &Map { w: packed.as_ptr().add(map % self.blocks() * len), ..m }) };
        });
    }

    /// The gradient of averages by their input, which are sums times the shares of the row and the
    /// column.
    ///
    /// # Panics
    /// Where something does not fit.
    pub fn of_means(&self, dy: &[f32], shares: (&[f32], &[f32]), dx: &mut [f32]) {
        assert!(shares.0.len() == self.window.output[1] && shares.1.len() == self.window.output[2]);
        self.each_map(dy, dx, |_, m| {
            // SAFETY: as above.
            unsafe { spread(self.level, &Map { shares, ..m }) };
        });
    }

    /// The gradient of maxima `y` by their input: that of each goes to the first element of its
    /// window that is the maximum.
    ///
    /// # Panics
    /// Where something does not fit.
    pub fn of_maxima(&self, x: &[f32], y: &[f32], dy: &[f32], dx: &mut [f32]) {
        self.check(x.len(), y.len());
        let (from, to) = self.parts();
        self.each_map(dy, dx, |map, m| {
            // SAFETY: as above; input and output are whole, which was asserted.
            unsafe {
                maxima(self.level, &Map { x: x.as_ptr().add(map * from), y: y.as_ptr().add(map * to), ..m });
            }
        });
    }

    /// Calls `f` for each map with its gradients; that by the input is zero.
    fn each_map<'a>(&'a self, dy: &[f32], dx: &mut [f32], f: impl Fn(usize, Map<'a>) + Sync) {
        self.check(dx.len(), dy.len());
        let (from, to) = self.parts();
        let maps = self.batch * self.blocks();
        let dx = Shared::new(dx);
        for_tasks(maps, maps * (to * self.window.taps() / 2 + from), |map| {
            // SAFETY: each map belongs to one task.
            let (out, dy) = unsafe { (dx.part(map * from..(map + 1) * from), dy.as_ptr().add(map * to)) };
            out.fill(0.0);
            let none = std::ptr::null();
            f(map, Map { grad: self, x: none, y: none, dy, out: out.as_mut_ptr(), w: none, shares: (&[], &[]) });
        });
    }
}

dispatch!(
    /// # Safety
    /// The map's input, gradients and sums are whole.
    weight_sums => weight_sums_of(m: &Map<'_>)
);
dispatch!(
    /// # Safety
    /// The map's gradients are whole, and there are weights or shares.
    spread => spread_of(m: &Map<'_>)
);
dispatch!(
    /// # Safety
    /// The map's input, output and gradients are whole.
    maxima => maxima_of(m: &Map<'_>)
);

/// # Safety
/// As [`weight_sums`]; the machine has the instructions.
#[inline(always)]
unsafe fn weight_sums_of<V: Vector>(m: &Map<'_>) {
    let (g, w) = (m.grad, &m.grad.window);
    for (row, span) in g.rows.iter().enumerate() {
        for k in 0..span.count {
            // SAFETY: by contract; spans lie on the map.
            unsafe {
                let x = m.x.add((span.source + k * w.dilation[1]) * w.input[2] * V::LANES);
                let dy = m.dy.add(row * w.output[2] * V::LANES);
                let sums = m.out.add((span.tap + k) * w.kernel[2] * V::LANES);
                let mut tap = 0;
                while tap < w.kernel[2] {
                    if tap + TAPS <= w.kernel[2] {
                        row_sums::<V, TAPS>(g, tap, x, dy, sums);
                        tap += TAPS;
                    } else {
                        row_sums::<V, 1>(g, tap, x, dy, sums);
                        tap += 1;
                    }
                }
            }
        }
    }
}

/// The sums of `T` taps over one row of outputs and of the input.
///
/// # Safety
/// As [`weight_sums_of`].
#[inline(always)]
unsafe fn row_sums<V: Vector, const T: usize>(
    g: &SlideGrad,
    tap: usize,
    x: *const f32,
    dy: *const f32,
    sums: *mut f32,
) {
    let w = &g.window;
    let step = w.stride[2] * V::LANES;
    let start = (0..T).map(|t| g.inside[tap + t].start).max().unwrap_or(0);
    let end = (0..T).map(|t| g.inside[tap + t].end).min().unwrap_or(0).max(start);
    // SAFETY: by contract; `inside` has the columns whose taps lie on the map.
    unsafe {
        let at = |t: usize, col: usize| {
            let offset = (col * w.stride[2] + (tap + t) * w.dilation[2]) as isize - w.before[2] as isize;
            x.wrapping_offset(offset * V::LANES as isize)
        };
        let mut total = [[V::splat(0.0); 2]; T];
        for t in 0..T {
            total[t][0] = V::load(sums.add((tap + t) * V::LANES));
            let own = &g.inside[tap + t];
            // Columns that not all of the taps have.
            for col in (own.start..own.end.min(start)).chain(own.start.max(end)..own.end) {
                total[t][0] = V::fma(V::load(at(t, col)), V::load(dy.add(col * V::LANES)), total[t][0]);
            }
        }
        let first: [*const f32; T] = std::array::from_fn(|t| at(t, start));
        for col in start..end {
            let d = V::load(dy.add(col * V::LANES));
            let which = (col - start) % 2;
            for t in 0..T {
                let x = V::load(first[t].add((col - start) * step));
                if which == 0 {
                    total[t][0] = V::fma(x, d, total[t][0]);
                } else {
                    total[t][1] = V::fma(x, d, total[t][1]);
                }
            }
        }
        for t in 0..T {
            total[t][0].add(total[t][1]).store(sums.add((tap + t) * V::LANES));
        }
    }
}

/// # Safety
/// As [`spread`]; the machine has the instructions.
#[inline(always)]
unsafe fn spread_of<V: Vector>(m: &Map<'_>) {
    let (g, w) = (m.grad, &m.grad.window);
    for (row, span) in g.rows.iter().enumerate() {
        for k in 0..span.count {
            for (tap, cols) in g.inside.iter().enumerate() {
                // SAFETY: by contract; spans lie on the map.
                unsafe {
                    let line = (span.source + k * w.dilation[1]) * w.input[2];
                    let first = (cols.start * w.stride[2] + tap * w.dilation[2]).saturating_sub(w.before[2]);
                    let mut dx = m.out.add((line + first) * V::LANES);
                    let dy = m.dy.add(row * w.output[2] * V::LANES);
                    let weight = match m.w.is_null() {
                        true => V::splat(m.shares.0[row]),
                        false => V::load(m.w.add(((span.tap + k) * w.kernel[2] + tap) * V::LANES)),
                    };
                    for col in cols.clone() {
                        let d = V::load(dy.add(col * V::LANES));
                        let d = if m.w.is_null() { d.mul(V::splat(m.shares.1[col])) } else { d };
                        V::fma(d, weight, V::load(dx)).store(dx);
                        dx = dx.wrapping_add(w.stride[2] * V::LANES);
                    }
                }
            }
        }
    }
}

/// # Safety
/// As [`maxima`]; the machine has the instructions.
#[inline(always)]
unsafe fn maxima_of<V: Vector>(m: &Map<'_>) {
    let (g, w) = (m.grad, &m.grad.window);
    for (row, down) in g.rows.iter().enumerate() {
        for (col, across) in g.cols.iter().enumerate() {
            let at = (row * w.output[2] + col) * V::LANES;
            // SAFETY: by contract; spans lie on the map.
            unsafe {
                let max = V::load(m.y.add(at));
                let mut left = V::load(m.dy.add(at));
                for ky in 0..down.count {
                    let line = (down.source + ky * w.dilation[1]) * w.input[2] + across.source;
                    for kx in 0..across.count {
                        let place = (line + kx * w.dilation[2]) * V::LANES;
                        let (hit, rest) = left.where_equal(V::load(m.x.add(place)), max);
                        let dx = m.out.add(place);
                        V::load(dx).add(hit).store(dx);
                        left = rest;
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::layout::Blocks;
    use super::super::slide::{Kind, Slide};
    use super::*;
    use crate::kernels::fused::Activation;
    use crate::kernels::pool::Pool;
    use crate::kernels::testing::{self, Sizes, below, flat_window, floats};

    struct Case {
        level: Level,
        grad: SlideGrad,
        sizes: (usize, usize),
        window: Window,
        from: Blocks,
        to: Blocks,
        x: Vec<f32>,
        dy: Vec<f32>,
    }

    /// Random windows at each level.
    fn cases() -> Vec<Case> {
        let mut all = Vec::new();
        for level in Level::all() {
            for seed in 0..60 {
                let mut rng = testing::rng(seed);
                let sizes = (1 + below(&mut rng, 3), 1 + below(&mut rng, 40));
                let window = flat_window(&mut rng);
                let blocks = |pixels| Blocks { images: sizes.0, channels: sizes.1, pixels, block: level.block() };
                let (from, to) = (blocks(window.input_len()), blocks(window.output_len()));
                let x = floats(&mut rng, sizes.0 * sizes.1 * window.input_len());
                let dy = floats(&mut rng, sizes.0 * sizes.1 * window.output_len());
                let grad = SlideGrad::new(level, sizes, window).unwrap();
                all.push(Case { level, grad, sizes, window, from, to, x, dy });
            }
        }
        all
    }

    fn pack(blocks: Blocks, maps: &[f32]) -> Vec<f32> {
        let mut out = vec![f32::NAN; blocks.len()];
        blocks.pack(maps, &mut out);
        out
    }

    fn unpack(blocks: Blocks, packed: &[f32]) -> Vec<f32> {
        let mut out = vec![f32::NAN; blocks.images * blocks.channels * blocks.pixels];
        blocks.unpack(packed, &mut out);
        out
    }

    #[test]
    fn depthwise_gradients_agree_with_the_definition() {
        for c in cases() {
            let w = floats(&mut testing::rng(7), c.sizes.1 * c.window.taps());
            let s = Sizes { batch: c.sizes.0, groups: c.sizes.1, inputs: 1, outputs: 1 };
            let [_, by_input, by_weights] = testing::reference(s, &c.window, &c.x, &w, &c.dy);
            let slide = Slide::new(c.level, Kind::Weighted, c.sizes, c.window, Default::default()).unwrap();
            let mut packed = vec![f32::NAN; slide.packed_len()];
            slide.pack(&w, None, &mut packed);
            let (x, dy) = (pack(c.from, &c.x), pack(c.to, &c.dy));
            let found = testing::same_for_all_thread_counts(|| {
                let (mut scratch, mut dw) = (vec![f32::NAN; c.grad.scratch()], vec![0.0; w.len()]);
                c.grad.by_weights(&x, &dy, &mut scratch, &mut dw);
                let mut dx = vec![f32::NAN; x.len()];
                c.grad.by_input(&dy, &packed, &mut dx);
                [dw, unpack(c.from, &dx)].concat()
            });
            let depth = c.sizes.0 * c.window.output_len();
            testing::assert_close(&found, &[by_weights, by_input].concat(), depth, &format!("{:?}", c.window));
        }
    }

    #[test]
    fn gradients_of_pools_are_those_over_maps() {
        for c in cases() {
            // Ties, which go to the first.
            let maps: Vec<f32> = c.x.iter().map(|v| (v * 3.0).round()).collect();
            let pool = Pool::new(c.window, None);
            let (mut y, mut at) = (vec![f32::NAN; c.dy.len()], vec![0; c.dy.len()]);
            pool.max(&maps, &mut y, &mut at);
            let mut expected = vec![f32::NAN; c.x.len()];
            pool.max_gradient(&c.dy, &at, &mut expected);
            let (x, dy) = (pack(c.from, &maps), pack(c.to, &c.dy));
            let slide = Slide::new(c.level, Kind::Max, c.sizes, c.window, Default::default()).unwrap();
            let (mut blocked_y, mut dx) = (vec![f32::NAN; dy.len()], vec![f32::NAN; x.len()]);
            slide.run(&x, &[], &[], &Activation::Identity, &mut blocked_y);
            c.grad.of_maxima(&x, &blocked_y, &dy, &mut dx);
            let close = |found: Vec<f32>, expected: &[f32]| {
                let expected: Vec<f64> = expected.iter().map(|v| f64::from(*v)).collect();
                testing::assert_close(&found, &expected, 16, &format!("{:?}", c.window));
            };
            close(unpack(c.from, &dx), &expected);
            pool.average_gradient(&c.dy, &mut expected);
            let [_, rows, cols] = pool.shares();
            c.grad.of_means(&dy, (rows, cols), &mut dx);
            close(unpack(c.from, &dx), &expected);
        }
    }
}
