//! Convolutions of interleaved images by their definition.

use std::ops::Range;

use super::Sizes;
use super::tile::{self, Tile, TileFn};
use crate::kernels::blocked::Level;
use crate::kernels::fused::Activation;
use crate::kernels::parallel::for_tasks;
use crate::kernels::shared::Shared;
use crate::kernels::window::{Span, Window};

/// Rows of outputs of a task.
const ROWS: usize = 4;

/// A convolution of one group over maps of one or two axes.
#[derive(Clone, Debug)]
pub struct InterleavedConv {
    sizes: Sizes,
    /// Floats between the weights of neighbouring outputs, and of neighbouring inputs.
    w_steps: (usize, usize),
    /// Whether taps are read in reverse.
    reversed: bool,
    /// Outputs that share a tile.
    parts: Vec<Range<usize>>,
    /// Columns that do.
    columns: Vec<Columns>,
}

/// Neighbouring pixels of a row whose windows lie on the map alike.
#[derive(Clone, Debug)]
struct Columns {
    range: Range<usize>,
    span: Span,
}

/// What a run is given.
struct Run<'a> {
    x: &'a [f32],
    w: &'a [f32],
    bias: Option<&'a [f32]>,
    y: Shared<'a>,
    bounds: (f32, f32),
}

impl InterleavedConv {
    /// The convolution of `batch` images of `inputs` channels to `outputs` channels; `None` where
    /// there is no code for the window, or images do not fill their blocks.
    pub fn new(level: Level, batch: usize, (inputs, outputs): (usize, usize), window: Window) -> Option<Self> {
        let taps = window.taps();
        let (most_outputs, most_pixels) = tile::most(level);
        Some(Self {
            sizes: Sizes::new(level, batch, (inputs, outputs), window)?,
            w_steps: (inputs * taps, taps),
            reversed: false,
            parts: even_parts(0..outputs, most_outputs).collect(),
            columns: columns(&window, most_pixels),
        })
    }

    /// The convolution that forms the gradient by the input of this one; `None` where windows
    /// do not stand side by side.
    pub fn by_input(&self) -> Option<Self> {
        let window = self.sizes.window.reversed().filter(|_| self.sizes.window.stride == [1; 3])?;
        let Sizes { level, inputs, outputs, .. } = self.sizes;
        let back = Self::new(level, self.sizes.batch(), (outputs, inputs), window)?;
        Some(Self { w_steps: (self.w_steps.1, self.w_steps.0), reversed: true, ..back })
    }

    /// Convolves `x` by weights `[outputs, inputs, taps]` (of [`InterleavedConv::by_input`]:
    /// `[inputs, outputs, taps]`).
    ///
    /// # Panics
    /// Where a slice has another length than the sizes say.
    pub fn run(&self, x: &[f32], w: &[f32], bias: Option<&[f32]>, activation: &Activation, y: &mut [f32]) {
        let (block, window) = (self.sizes.level.block(), &self.sizes.window);
        let map = window.output_len() * block;
        assert_eq!(x.len(), self.sizes.blocks * self.sizes.inputs * window.input_len() * block, "input");
        assert_eq!(w.len(), self.sizes.outputs * self.sizes.inputs * window.taps(), "weights");
        assert_eq!(y.len(), self.sizes.blocks * self.sizes.outputs * map, "output");
        assert!(bias.is_none_or(|b| b.len() == self.sizes.outputs), "bias");
        let row_len = window.output[2] * block;
        let run = Run { x, w, bias, y: Shared::new(y), bounds: activation.bounds() };
        let strips = window.output[1].div_ceil(ROWS);
        for_tasks(self.sizes.blocks * strips, run.y.len() * self.sizes.inputs * window.taps(), |task| {
            let (image, first) = (task / strips, task % strips * ROWS);
            let rows = first..(first + ROWS).min(window.output[1]);
            for part in &self.parts {
                for row in rows.clone() {
                    self.row(&run, image, part, row);
                }
                let Activation::Other(apply) = activation else { continue };
                for output in part.clone() {
                    let start = (image * self.sizes.outputs + output) * map + rows.start * row_len;
                    // SAFETY: only this task writes rows of this strip.
                    apply(unsafe { run.y.part(start..start + rows.len() * row_len) });
                }
            }
        });
    }

    /// One row of some outputs of a block of images.
    fn row(&self, run: &Run<'_>, image: usize, part: &Range<usize>, row: usize) {
        let (block, window) = (self.sizes.level.block(), &self.sizes.window);
        let (width, rows) = (window.input[2], window.span(1, row));
        let (map, y_map) = (window.input_len() * block, window.output_len() * block);
        let x = &run.x[image * self.sizes.inputs * map..][..self.sizes.inputs * map];
        let place = (image * self.sizes.outputs + part.start) * y_map + row * window.output[2] * block;
        let [_, kernel_rows, kernel_cols] = window.kernel;
        for columns in &self.columns {
            let span = columns.span;
            let first_tap = rows.tap * kernel_cols + span.tap;
            let tap = if self.reversed { kernel_rows * kernel_cols - 1 - first_tap } else { first_tap };
            let sign = if self.reversed { -1 } else { 1 };
            let Some(code) = self.code(part.len(), columns.range.len()) else { continue };
            let tile = Tile {
                x: x[((rows.source * width + span.source) * block).min(x.len())..].as_ptr(),
                x_pixel: window.stride[2] * block,
                x_steps: [window.dilation[2] * block, window.dilation[1] * width * block, map],
                counts: [span.count, rows.count, self.sizes.inputs],
                w: run.w[(part.start * self.w_steps.0 + tap).min(run.w.len())..].as_ptr(),
                w_output: self.w_steps.0,
                w_steps: [sign, sign * kernel_cols as isize, self.w_steps.1 as isize],
                bias: run.bias.map_or(std::ptr::null(), |b| b[part.clone()].as_ptr()),
                y: run.y.pointer().wrapping_add(place + columns.range.start * block),
                y_output: y_map,
                bounds: run.bounds,
            };
            // SAFETY: spans hold taps on the map alone, the slices have the lengths that `run`
            // asserts, and only this task writes this row.
            unsafe { code(&tile) };
        }
    }

    fn code(&self, outputs: usize, pixels: usize) -> Option<TileFn> {
        let code = tile::pick(self.sizes.level, outputs, pixels);
        debug_assert!(code.is_some(), "parts are no greater than the greatest tile");
        code
    }
}

/// Parts of a range of about the same length, which is at most `most`.
pub(super) fn even_parts(range: Range<usize>, most: usize) -> impl Iterator<Item = Range<usize>> {
    let (start, len) = (range.start, range.len());
    let count = len.div_ceil(most).max(1);
    (0..count).map(move |i| start + len * i / count..start + len * (i + 1) / count)
}

/// The columns of a row: runs of at most `most` whose windows lie on the map as a whole, and
/// those at the borders one by one.
fn columns(window: &Window, most: usize) -> Vec<Columns> {
    let spans = window.spans(2);
    let inside = window.inside(2);
    let one = |at: usize| Columns { range: at..at + 1, span: spans[at] };
    let mut all: Vec<Columns> = (0..inside.start).map(one).collect();
    if !inside.is_empty() {
        all.extend(even_parts(inside.clone(), most).map(|range| Columns { span: spans[range.start], range }));
    }
    all.extend((inside.end..spans.len()).map(one));
    all
}

#[cfg(test)]
mod tests {
    use super::super::weight_grad::InterleavedGrad;
    use super::*;
    use crate::kernels::blocked::layout::Blocks;
    use crate::kernels::testing;

    /// Maps from and to interleaved images.
    fn images(level: Level, batch: usize, len: usize) -> Blocks {
        let block = level.block();
        Blocks { images: batch / block, channels: block, pixels: len, block }
    }

    #[test]
    fn values_and_gradients_are_those_of_the_definition() {
        let mut rng = testing::rng(71);
        for case in 0..60 {
            let (inputs, outputs) = (1 + testing::below(&mut rng, 9), 1 + testing::below(&mut rng, 20));
            let window = testing::flat_window(&mut rng);
            for level in Level::all() {
                let batch = level.block() * (1 + case % 3);
                let s = testing::Sizes { batch, groups: 1, inputs, outputs };
                let x = testing::floats(&mut rng, batch * inputs * window.input_len());
                let w = testing::floats(&mut rng, outputs * inputs * window.taps());
                let dy = testing::floats(&mut rng, batch * outputs * window.output_len());
                let [y, dx, dw] = testing::reference(s, &window, &x, &w, &dy);
                let conv = InterleavedConv::new(level, batch, (inputs, outputs), window).unwrap();
                let (from, to) = (images(level, batch, x.len() / batch), images(level, batch, dy.len() / batch));
                let (mut laid_x, mut laid_dy) = (vec![0.0; x.len()], vec![0.0; dy.len()]);
                from.pack(&x, &mut laid_x);
                to.pack(&dy, &mut laid_dy);
                let what = format!("case {case} {level:?} {s:?} {window:?}");

                let found = testing::same_for_all_thread_counts(|| {
                    let (mut laid, mut maps) = (vec![f32::NAN; y.len()], vec![f32::NAN; y.len()]);
                    conv.run(&laid_x, &w, None, &Activation::Identity, &mut laid);
                    to.unpack(&laid, &mut maps);
                    maps
                });
                testing::assert_close(&found, &y, inputs * window.taps(), &what);

                if let Some(back) = conv.by_input() {
                    let (mut laid, mut maps) = (vec![f32::NAN; x.len()], vec![f32::NAN; x.len()]);
                    back.run(&laid_dy, &w, None, &Activation::Identity, &mut laid);
                    from.unpack(&laid, &mut maps);
                    testing::assert_close(&maps, &dx, outputs * window.taps(), &format!("dx of {what}"));
                }

                let grad = InterleavedGrad::new(level, batch, (inputs, outputs), window).unwrap();
                let found = testing::same_for_all_thread_counts(|| {
                    let mut found = vec![1.0; w.len()];
                    grad.by_weights(&laid_x, &laid_dy, &mut found);
                    found
                });
                let added: Vec<f64> = dw.iter().map(|v| v + 1.0).collect();
                testing::assert_close(&found, &added, batch * window.output_len(), &format!("dw of {what}"));

                let mut sums = vec![1.0; outputs];
                grad.by_bias(&laid_dy, &mut sums);
                let mut expected = vec![1.0; outputs];
                for (map, dy) in dy.chunks(window.output_len()).enumerate() {
                    expected[map % outputs] += dy.iter().map(|v| f64::from(*v)).sum::<f64>();
                }
                testing::assert_close(&sums, &expected, batch * window.output_len(), &format!("db of {what}"));
            }
        }
    }

    #[test]
    fn what_follows_the_sums_is_done() {
        let mut rng = testing::rng(72);
        let window = testing::square(7, 3, 1);
        for level in Level::all() {
            let batch = level.block();
            let conv = InterleavedConv::new(level, batch, (3, 8), window).unwrap();
            let x = testing::floats(&mut rng, batch * 3 * 49);
            let w = testing::floats(&mut rng, 8 * 3 * 9);
            let bias = testing::floats(&mut rng, 8);
            let run = |bias: Option<&[f32]>, activation: &Activation| {
                let mut y = vec![f32::NAN; batch * 8 * 49];
                conv.run(&x, &w, bias, activation, &mut y);
                y
            };
            let plain = run(None, &Activation::Identity);
            let clamped = run(Some(&bias), &Activation::Clamp { low: 0.0, high: 1.0 });
            let halved = Activation::Other(Box::new(|v: &mut [f32]| v.iter_mut().for_each(|v| *v *= 0.5)));
            let other = run(None, &halved);
            for (i, y) in plain.iter().enumerate() {
                let sum = y + bias[i / (49 * batch)];
                assert!((clamped[i] - sum.clamp(0.0, 1.0)).abs() < 1e-5, "{level:?} {i}");
                assert_eq!(other[i], y * 0.5, "{level:?} {i}");
            }
        }
    }

    #[test]
    fn images_fill_their_blocks() {
        let window = testing::square(5, 3, 1);
        assert!(InterleavedConv::new(Level::Portable, 12, (2, 3), window).is_none());
        assert!(InterleavedConv::new(Level::Portable, 0, (2, 3), window).is_none());
        assert!(InterleavedGrad::new(Level::Portable, 12, (2, 3), window).is_none());
    }
}
