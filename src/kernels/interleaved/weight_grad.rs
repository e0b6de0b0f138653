//! The gradients of a convolution of interleaved images by its weights and its bias.
//!
//! A tile of sums is a few output channels by a few neighbouring taps. It stays in registers
//! while it goes over the pixels of a block of images; the lanes are added up at the end only.

use std::ops::Range;

use super::Sizes;
use super::conv::even_parts;
use crate::kernels::blocked::Level;
use crate::kernels::blocked::vector::{Vector, dispatch};
use crate::kernels::parallel::for_tasks;
use crate::kernels::shared::Shared;
use crate::kernels::window::Window;

/// The gradients of a convolution of one group by what is trained.
#[derive(Clone, Debug)]
pub struct InterleavedGrad {
    sizes: Sizes,
    /// Outputs that share a tile.
    parts: Vec<Range<usize>>,
    /// Taps of a row that do.
    taps: Vec<Taps>,
}

/// Neighbouring taps of a row.
#[derive(Clone, Debug)]
struct Taps {
    range: Range<usize>,
    /// Columns at which all of them lie on the map.
    inside: Range<usize>,
    /// The other columns at which some do: which, and which of the taps.
    border: Vec<(usize, Range<usize>)>,
}

/// What a tile of sums goes over.
struct Walk<'a> {
    /// What column 0 reads by the first tap, in the first row: outside of the map where padding
    /// is read.
    x: *const f32,
    /// Floats to the next tap, column, row and block of images.
    x_steps: [usize; 4],
    /// Its gradient, at column 0.
    dy: *const f32,
    /// Floats to the next output, row and block of images; the next column is the next vector.
    dy_steps: [usize; 3],
    taps: &'a Taps,
    rows: usize,
    blocks: usize,
    /// The sum of the first tap of the first output, to be added to.
    sums: *mut f32,
    /// Floats between outputs.
    sums_output: usize,
    outputs: usize,
}

/// Most outputs and most taps of a tile.
fn most(level: Level) -> (usize, usize) {
    match level {
        Level::Avx512 => (4, 5),
        Level::Avx2 | Level::Neon | Level::Portable => (3, 3),
    }
}

impl InterleavedGrad {
    /// As [`super::conv::InterleavedConv::new`].
    pub fn new(level: Level, batch: usize, (inputs, outputs): (usize, usize), window: Window) -> Option<Self> {
        let (most_outputs, most_taps) = most(level);
        Some(Self {
            sizes: Sizes::new(level, batch, (inputs, outputs), window)?,
            parts: even_parts(0..outputs, most_outputs).collect(),
            taps: even_parts(0..window.kernel[2], most_taps).map(|range| Taps::new(&window, range)).collect(),
        })
    }

    fn check(&self, x: Option<&[f32]>, dy: &[f32]) {
        let images = self.sizes.batch();
        assert!(x.is_none_or(|x| x.len() == images * self.sizes.inputs * self.sizes.window.input_len()), "input");
        assert_eq!(dy.len(), images * self.sizes.outputs * self.sizes.window.output_len(), "gradient");
    }

    /// Adds the gradient by the weights to `dw`, `[outputs, inputs, taps]`.
    ///
    /// # Panics
    /// Where a slice has another length than the sizes say.
    pub fn by_weights(&self, x: &[f32], dy: &[f32], dw: &mut [f32]) {
        self.check(Some(x), dy);
        let [_, kernel_rows, _] = self.sizes.window.kernel;
        assert_eq!(dw.len(), self.sizes.outputs * self.sizes.inputs * self.sizes.window.taps(), "weights");
        let dw = Shared::new(dw);
        let of_part = self.sizes.inputs * kernel_rows * self.taps.len();
        for_tasks(self.parts.len() * of_part, dy.len() * self.sizes.inputs * self.sizes.window.taps(), |task| {
            let (part, rest) = (&self.parts[task / of_part], task % of_part);
            let (taps, rest) = (&self.taps[rest % self.taps.len()], rest / self.taps.len());
            self.tile(x, dy, dw, (part, rest / kernel_rows, rest % kernel_rows, taps));
        });
    }

    /// Some neighbouring taps of one row of taps, of one input channel and some outputs.
    fn tile(
        &self,
        x: &[f32],
        dy: &[f32],
        dw: Shared<'_>,
        (part, channel, tap_row, taps): (&Range<usize>, usize, usize, &Taps),
    ) {
        let (window, block) = (&self.sizes.window, self.sizes.level.block());
        let (width, out_width) = (window.input[2], window.output[2]);
        let (map, y_map) = (window.input_len() * block, window.output_len() * block);
        let rows = window.outputs_of(1, tap_row);
        if rows.is_empty() {
            return;
        }
        let first = rows.start * window.stride[1] + tap_row * window.dilation[1] - window.before[1];
        let start = (taps.range.start * window.dilation[2]) as isize - window.before[2] as isize;
        let place = (part.start * self.sizes.inputs + channel) * window.taps() + tap_row * window.kernel[2];
        let walk = Walk {
            x: x[channel * map + first * width * block..].as_ptr().wrapping_offset(start * block as isize),
            x_steps: [
                window.dilation[2] * block,
                window.stride[2] * block,
                window.stride[1] * width * block,
                self.sizes.inputs * map,
            ],
            dy: dy[part.start * y_map + rows.start * out_width * block..].as_ptr(),
            dy_steps: [y_map, out_width * block, self.sizes.outputs * y_map],
            taps,
            rows: rows.len(),
            blocks: self.sizes.blocks,
            sums: dw.pointer().wrapping_add(place + taps.range.start),
            sums_output: self.sizes.inputs * window.taps(),
            outputs: part.len(),
        };
        // SAFETY: rows and columns are those whose taps lie on the map, the slices have the lengths
        // that `by_weights` asserts, and only this task writes these weights.
        unsafe { go(self.sizes.level, &walk) };
    }

    /// Adds the gradient by the bias to `sums`.
    ///
    /// # Panics
    /// As [`InterleavedGrad::by_weights`].
    pub fn by_bias(&self, dy: &[f32], sums: &mut [f32]) {
        self.check(None, dy);
        assert_eq!(sums.len(), self.sizes.outputs, "bias");
        let map = self.sizes.window.output_len() * self.sizes.level.block();
        let sums = Shared::new(sums);
        for_tasks(self.sizes.outputs, dy.len(), |output| {
            // SAFETY: only this task writes this sum.
            let sum = unsafe { sums.part(output..output + 1) };
            for block in 0..self.sizes.blocks {
                let dy = &dy[(block * self.sizes.outputs + output) * map..][..map];
                // SAFETY: a map is whole vectors.
                unsafe { add_all(self.sizes.level, dy, &mut sum[0]) };
            }
        });
    }
}

impl Taps {
    fn new(window: &Window, range: Range<usize>) -> Self {
        let outputs: Vec<Range<usize>> = range.clone().map(|tap| window.outputs_of(2, tap)).collect();
        let start = outputs.iter().map(|o| o.start).max().unwrap_or(0);
        let end = outputs.iter().map(|o| o.end).min().unwrap_or(0);
        let inside = start..end.max(start);
        let on_map = |column: usize| {
            let first = outputs.iter().position(|o| o.contains(&column))?;
            Some(first..first + outputs[first..].iter().take_while(|o| o.contains(&column)).count())
        };
        let border = (0..window.output[2]).filter(|c| !inside.contains(c)).filter_map(|c| Some((c, on_map(c)?)));
        Self { border: border.collect(), range, inside }
    }
}

dispatch!(
    /// # Safety
    /// All pointers of the walk are valid for it.
    go => go_as(w: &Walk<'_>)
);

/// # Safety
/// As [`go`]; the machine has the instructions.
#[inline(always)]
unsafe fn go_as<V: Vector>(w: &Walk<'_>) {
    // SAFETY: by contract.
    unsafe {
        match w.outputs {
            1 => by_taps::<V, 1>(w),
            2 => by_taps::<V, 2>(w),
            3 => by_taps::<V, 3>(w),
            _ => by_taps::<V, 4>(w),
        }
    }
}

/// # Safety
/// As [`go`]; the walk has `K` outputs.
#[inline(always)]
unsafe fn by_taps<V: Vector, const K: usize>(w: &Walk<'_>) {
    // SAFETY: by contract.
    unsafe {
        match w.taps.range.len() {
            1 => tile::<V, K, 1>(w),
            2 => tile::<V, K, 2>(w),
            3 => tile::<V, K, 3>(w),
            4 => tile::<V, K, 4>(w),
            _ => tile::<V, K, 5>(w),
        }
    }
}

/// # Safety
/// As [`go`]; the walk has `K` outputs and `T` taps.
#[inline(always)]
#[allow(clippy::needless_range_loop, reason = "tiles are indexed by constants, so that they stay in registers")]
unsafe fn tile<V: Vector, const K: usize, const T: usize>(w: &Walk<'_>) {
    let [x_tap, x_column, x_row, x_block] = w.x_steps;
    let [dy_output, dy_row, dy_block] = w.dy_steps;
    // SAFETY: by contract.
    unsafe {
        let mut totals = [[V::splat(0.0); T]; K];
        for block in 0..w.blocks {
            let mut sums = [[V::splat(0.0); T]; K];
            for row in 0..w.rows {
                let x = w.x.wrapping_add(block * x_block + row * x_row);
                let dy = w.dy.add(block * dy_block + row * dy_row);
                for column in w.taps.inside.clone() {
                    let (x, dy) = (x.wrapping_add(column * x_column), dy.add(column * V::LANES));
                    let mut pixels = [V::splat(0.0); T];
                    for t in 0..T {
                        pixels[t] = V::load(x.add(t * x_tap));
                    }
                    for k in 0..K {
                        let d = V::load(dy.add(k * dy_output));
                        for t in 0..T {
                            sums[k][t] = V::fma(pixels[t], d, sums[k][t]);
                        }
                    }
                }
                for (column, taps) in &w.taps.border {
                    let dy = dy.add(column * V::LANES);
                    for t in 0..T {
                        if !taps.contains(&t) {
                            continue;
                        }
                        let pixel = V::load(x.wrapping_add(column * x_column + t * x_tap));
                        for k in 0..K {
                            sums[k][t] = V::fma(pixel, V::load(dy.add(k * dy_output)), sums[k][t]);
                        }
                    }
                }
            }
            for k in 0..K {
                for t in 0..T {
                    totals[k][t] = totals[k][t].add(sums[k][t]);
                }
            }
        }
        for k in 0..K {
            for t in 0..T {
                *w.sums.add(k * w.sums_output + t) += totals[k][t].total();
            }
        }
    }
}

dispatch!(
    /// Adds whole vectors to a sum.
    ///
    /// # Safety
    /// There are whole vectors.
    add_all => add_all_as(values: &[f32], sum: &mut f32)
);

/// # Safety
/// As [`add_all`]; the machine has the instructions.
#[inline(always)]
unsafe fn add_all_as<V: Vector>(values: &[f32], sum: &mut f32) {
    const WIDE: usize = 4;
    // SAFETY: by contract.
    unsafe {
        let mut sums = [V::splat(0.0); WIDE];
        let mut wide = values.chunks_exact(WIDE * V::LANES);
        for values in &mut wide {
            for (i, sum) in sums.iter_mut().enumerate() {
                *sum = sum.add(V::load(values.as_ptr().add(i * V::LANES)));
            }
        }
        for (sum, values) in sums.iter_mut().zip(wide.remainder().chunks_exact(V::LANES)) {
            *sum = sum.add(V::load(values.as_ptr()));
        }
        *sum += sums[0].add(sums[1]).add(sums[2].add(sums[3])).total();
    }
}
