//! Direct convolutions of channel-blocked maps, for inference: weights are packed once, sums stay
//! in registers from the bias to the activation, and nothing is unrolled into columns.
//!
//! A task takes some rows of an image and some blocks of output channels. Where windows reach
//! over the border it copies the rows that it reads, padded, into memory of its thread. Each sum
//! has one fixed order, whatever the tasks are.

use std::ops::Range;

use super::tile::{self, Run, Tile, TileFn};
use super::vector::Level;
use crate::kernels::fused::Activation;
use crate::kernels::local::with_local;
use crate::kernels::parallel::{for_chunks, for_tasks};
use crate::kernels::shared::Shared;
use crate::kernels::window::Window;

/// Floats of the input of a task that should stay in the second-level cache beside weights.
const INPUT: usize = 64 << 10;
/// Floats of weights from which on they are better read by few tasks.
const HEAVY: usize = 96 << 10;
/// Multiply-adds that are worth a second task, and several.
const SOME: usize = 400 << 10;
const MANY: usize = 4 << 20;

/// What comes after the sums.
#[derive(Clone, Copy)]
pub struct Finish<'a> {
    /// Added, laid out as the output.
    pub residual: Option<&'a [f32]>,
    /// Then applied.
    pub activation: &'a Activation,
}

/// How the input is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Channel-blocked.
    Blocks,
    /// One map after another; for a few channels.
    Maps,
}

/// One tile of the output map.
#[derive(Clone, Copy)]
struct Spot {
    row: usize,
    col: usize,
    /// The code for one and for two blocks.
    code: [TileFn; 2],
}

/// Tiles of the same rows.
#[derive(Clone)]
struct Band {
    row: usize,
    rows: usize,
    spots: Range<usize>,
}

/// A convolution of `groups * inputs` to `groups * outputs` channels over maps of one or two
/// axes. The output is channel-blocked.
#[derive(Clone)]
pub struct BlockedConv {
    level: Level,
    batch: usize,
    groups: usize,
    inputs: usize,
    outputs: usize,
    window: Window,
    source: Source,
    runs: Vec<Run>,
    /// Weights of one output channel.
    depth: usize,
    spots: Vec<Spot>,
    bands: Vec<Band>,
    /// Tasks along the bands of an image, and along strips of two blocks.
    parts: (usize, usize),
    /// Rows of the copies that tasks make, where they do.
    copy: Option<usize>,
}

impl BlockedConv {
    /// `inputs` and `outputs` are channels of one group; `None` where there is no code for it.
    pub fn new(
        level: Level,
        batch: usize,
        (groups, inputs, outputs): (usize, usize, usize),
        window: Window,
        source: Source,
    ) -> Option<Self> {
        let block = level.block();
        let whole = groups == 1 || inputs.is_multiple_of(block) && outputs.is_multiple_of(block);
        let maps = source == Source::Maps;
        if !window.is_flat() || !whole || maps && (groups > 1 || window.dilation[2] > 1) || inputs * outputs == 0 {
            return None;
        }
        let window = if is_pointwise(&window) { as_one_row(window) } else { window };
        let mut conv = Self {
            level,
            batch,
            groups,
            inputs,
            outputs,
            window,
            source,
            runs: Vec::new(),
            depth: inputs * window.taps(),
            spots: Vec::new(),
            bands: Vec::new(),
            parts: (1, 1),
            copy: None,
        };
        conv.lay_tiles()?;
        conv.cut();
        if !conv.reads_inside() {
            conv.copy = Some((0..conv.parts.0).map(|p| conv.rows_read(conv.bands_of(p)).1).max().unwrap_or(0));
        }
        conv.lay_runs();
        Some(conv)
    }

    /// Floats between neighbouring columns of the input.
    fn unit(&self) -> usize {
        match self.source {
            Source::Blocks => self.level.block(),
            Source::Maps => 1,
        }
    }

    /// Blocks or maps of one group of the input.
    fn sources(&self) -> usize {
        self.inputs.div_ceil(self.unit())
    }

    /// Blocks of one group of the output.
    fn blocks(&self) -> usize {
        self.outputs.div_ceil(self.level.block())
    }

    /// Pairs of blocks of one group; the last may be one.
    fn strips(&self) -> usize {
        self.blocks().div_ceil(2)
    }

    /// Whether no window reaches over the border.
    fn reads_inside(&self) -> bool {
        (1..3).all(|a| self.window.before[a] == 0 && self.window.extent(a) <= self.window.input[a])
    }

    /// Floats of a row and of a plane of what tiles read.
    fn strides(&self) -> (usize, usize) {
        let unit = self.unit();
        match self.copy {
            None => (self.window.input[2] * unit, self.window.input[1] * self.window.input[2] * unit),
            Some(rows) => (self.window.extent(2) * unit, rows * self.window.extent(2) * unit),
        }
    }

    fn lay_tiles(&mut self) -> Option<()> {
        let (step, most) = (self.window.stride[2] * self.unit(), tile::pixels(self.level));
        let [_, height, width] = self.window.output;
        let pair = width <= most / 2 && height > 1;
        let tiles = width.div_ceil(most).max(1);
        let mut row = 0;
        while row < height {
            let rows = if pair && row + 1 < height { 2 } else { 1 };
            let mut col = 0;
            for i in 0..tiles {
                let pixels = width / tiles + usize::from(i < width % tiles);
                let code = |blocks| tile::pick(self.level, blocks, rows, pixels, step);
                self.spots.push(Spot { row, col, code: [code(1)?, code(2)?] });
                col += pixels;
                // A map in one row may be cut anywhere.
                if height == 1 {
                    self.bands.push(Band { row, rows, spots: self.spots.len() - 1..self.spots.len() });
                }
            }
            if height > 1 {
                self.bands.push(Band { row, rows, spots: self.spots.len() - tiles..self.spots.len() });
            }
            row += rows;
        }
        Some(())
    }

    /// Decides on tasks.
    fn cut(&mut self) {
        let [_, height, width] = self.window.output;
        let macs = self.batch * self.groups * self.outputs * self.depth * height * width;
        let wanted = match macs {
            m if m < SOME => 1,
            m if m < MANY => 4,
            _ => 8,
        };
        let input = self.window.input[1] * self.window.input[2] * self.inputs;
        let weights = self.groups * self.outputs * self.depth;
        let (bands, strips) = (self.bands.len(), self.groups * self.strips());
        let (mut rows, mut cols) = (input.div_ceil(INPUT).clamp(1, bands), 1);
        while self.batch * rows * cols < wanted {
            let (down, across) = (rows * 2 <= bands, cols * 2 <= strips);
            let few = !is_pointwise(&self.window) && height < 8 * rows;
            match () {
                () if across && (weights > HEAVY || few || !down) => cols *= 2,
                () if down => rows *= 2,
                () => break,
            }
        }
        self.parts = (rows, cols);
    }

    fn lay_runs(&mut self) {
        let ((row, plane), unit) = (self.strides(), self.unit());
        let [_, height, width] = self.window.kernel;
        let [_, down, across] = self.window.dilation;
        for source in 0..self.sources() {
            for ky in 0..height {
                let offset = source * plane + ky * down * row;
                match self.source {
                    Source::Maps => self.runs.push(Run { offset, len: width }),
                    Source::Blocks => {
                        let len = unit.min(self.inputs - source * unit);
                        self.runs.extend((0..width).map(|kx| Run { offset: offset + kx * across * unit, len }));
                    }
                }
            }
        }
    }

    /// Floats of one group's packed weights.
    fn group_len(&self) -> usize {
        self.blocks() * self.level.block() * self.depth
    }

    /// Floats of the packed weights.
    pub fn packed_len(&self) -> usize {
        self.groups * self.group_len()
    }

    /// Floats of the biases: whole blocks.
    pub fn bias_len(&self) -> usize {
        self.groups * self.blocks() * self.level.block()
    }

    /// Packs weights `[groups * outputs, inputs, taps]`, those of each output times its scale.
    pub fn pack(&self, w: &[f32], scale: Option<&[f32]>, packed: &mut [f32]) {
        let (taps, depth) = (self.window.taps(), self.depth);
        self.pack_strips(packed, |source, o, out| {
            let (first, channels) = (source * self.unit(), self.channels_of(source));
            let w = &w[o * depth + first * taps..][..channels * taps];
            let scale = scale.map_or(1.0, |s| s[o]);
            // Blocks are read channel by channel for each tap, maps tap by tap.
            match self.source {
                Source::Maps => out.zip(w).for_each(|(p, w)| *p = w * scale),
                Source::Blocks => {
                    let mut out = out;
                    for tap in 0..taps {
                        let w = w[tap..].iter().step_by(taps);
                        w.zip(&mut out).for_each(|(w, p)| *p = w * scale);
                    }
                }
            }
        });
    }

    /// Packs the weights `[groups * inputs, outputs, taps]` of the convolution whose gradient by
    /// its input this one is: channels change places, and taps are in reverse.
    pub fn pack_reversed(&self, w: &[f32], packed: &mut [f32]) {
        let (taps, outputs) = (self.window.taps(), self.outputs);
        self.pack_strips(packed, |source, o, mut out| {
            let (group, o) = (o / outputs, o % outputs);
            let first = group * self.inputs + source * self.unit();
            for tap in (0..taps).rev() {
                let w = w[(first * outputs + o) * taps + tap..].iter().step_by(outputs * taps);
                w.take(self.channels_of(source)).zip(&mut out).for_each(|(w, p)| *p = *w);
            }
        });
    }

    /// Channels of a source of a group.
    fn channels_of(&self, source: usize) -> usize {
        self.unit().min(self.inputs - source * self.unit())
    }

    /// Packs strip by strip: `f(source, output, out)` fills in the weights of an output for the
    /// channels of a source, in the order in which tiles read them.
    fn pack_strips(
        &self,
        packed: &mut [f32],
        f: impl Fn(usize, usize, std::iter::StepBy<std::slice::IterMut<'_, f32>>) + Sync,
    ) {
        let (block, taps) = (self.level.block(), self.window.taps());
        for_chunks(&mut packed[..self.packed_len()], self.group_len(), 0, |group, packed| {
            for_chunks(packed, 2 * block * self.depth, self.packed_len() * 4, |strip, packed| {
                let lanes = block * (self.blocks() - 2 * strip).min(2);
                let outputs = lanes.min(self.outputs - strip * 2 * block);
                for source in 0..self.sources() {
                    let len = self.channels_of(source) * taps * lanes;
                    let packed = &mut packed[source * self.unit() * taps * lanes..][..len];
                    if outputs < lanes {
                        packed.fill(0.0);
                    }
                    for lane in 0..outputs {
                        let o = group * self.outputs + strip * 2 * block + lane;
                        f(source, o, packed[lane..].iter_mut().step_by(lanes));
                    }
                }
            });
        });
    }

    fn bands_of(&self, part: usize) -> Range<usize> {
        let count = self.bands.len();
        part * count / self.parts.0..(part + 1) * count / self.parts.0
    }

    /// The first row of the input that bands read, which may lie before it, and how many.
    fn rows_read(&self, bands: Range<usize>) -> (i64, usize) {
        let w = &self.window;
        let (Some(first), Some(last)) = (self.bands.get(bands.start), self.bands[..bands.end].last()) else {
            return (0, 0);
        };
        let rows = last.row + last.rows - 1 - first.row;
        let start = (first.row * w.stride[1]) as i64 - w.before[1] as i64;
        (start, rows * w.stride[1] + (w.kernel[1] - 1) * w.dilation[1] + 1)
    }

    /// Floats of the input of one group of one image.
    fn source_len(&self) -> usize {
        self.sources() * self.unit() * self.window.input[1] * self.window.input[2]
    }

    /// The convolution of `x` with packed weights, and what follows it.
    ///
    /// # Panics
    /// Where something does not fit.
    pub fn run(&self, x: &[f32], packed: &[f32], bias: &[f32], end: Finish<'_>, y: &mut [f32]) {
        let [_, height, width] = self.window.output;
        assert!(x.len() >= self.batch * self.groups * self.source_len());
        assert!(packed.len() >= self.packed_len() && bias.len() >= self.bias_len());
        assert!(y.len() >= self.batch * self.bias_len() * height * width);
        assert!(end.residual.is_none_or(|r| r.len() >= y.len()));
        let (y, work) = (Shared::new(y), self.batch * self.bias_len() * self.depth * height * width);
        let (rows, cols) = self.parts;
        // A multiply-add takes a sixteenth of the time of what other loops do to an element.
        for_tasks(self.batch * rows * cols, work / 16, |task| {
            let (image, part) = (task / (rows * cols), task % (rows * cols));
            let strips = self.groups * self.strips();
            let own = part % cols * strips / cols..(part % cols + 1) * strips / cols;
            self.task(image, self.bands_of(part / cols), own, (x, packed, bias), end, y);
        });
    }

    /// Some bands and strips of an image.
    fn task(
        &self,
        image: usize,
        bands: Range<usize>,
        strips: Range<usize>,
        (x, packed, bias): (&[f32], &[f32], &[f32]),
        end: Finish<'_>,
        y: Shared<'_>,
    ) {
        let (per_group, len) = (self.strips(), self.source_len());
        let copies = self.copy.map_or(0, |_| self.sources() * self.strides().1);
        with_local([copies, 0, 0], |[copy, ..]| {
            let mut strip = strips.start;
            while strip < strips.end {
                let group = strip / per_group;
                let own = strip..strips.end.min((group + 1) * per_group);
                let x = &x[(image * self.groups + group) * len..][..len];
                let read = match self.copy {
                    None => (x, 0),
                    Some(_) => {
                        self.copy_rows(x, bands.clone(), copy);
                        (&*copy, self.bands[bands.start].row)
                    }
                };
                for strip in own.clone() {
                    self.strip(image, strip, bands.clone(), read, (packed, bias), end, y);
                }
                strip = own.end;
            }
        });
    }

    /// The rows that some bands read, padded.
    fn copy_rows(&self, x: &[f32], bands: Range<usize>, copy: &mut [f32]) {
        let ((row, plane), unit) = (self.strides(), self.unit());
        let [_, height, width] = self.window.input;
        let (first, count) = self.rows_read(bands);
        let before = self.window.before[2] * unit;
        let inside = (width * unit).min(row.saturating_sub(before));
        for (x, copy) in x.chunks_exact(height * width * unit).zip(copy.chunks_mut(plane)) {
            for (i, out) in copy.chunks_exact_mut(row).take(count).enumerate() {
                let at = first + i as i64;
                if at < 0 || at >= height as i64 {
                    out.fill(0.0);
                    continue;
                }
                let from = &x[at as usize * width * unit..][..inside];
                out[..before.min(row)].fill(0.0);
                out[before.min(row)..][..inside].copy_from_slice(from);
                out[(before + inside).min(row)..].fill(0.0);
            }
        }
    }

    /// One or two blocks of output channels of some bands. `read` is what tiles read, and the
    /// output row whose windows begin there.
    #[allow(clippy::too_many_arguments)]
    fn strip(
        &self,
        image: usize,
        strip: usize,
        bands: Range<usize>,
        (x, origin): (&[f32], usize),
        (packed, bias): (&[f32], &[f32]),
        end: Finish<'_>,
        y: Shared<'_>,
    ) {
        let (block, blocks, [_, height, width]) = (self.level.block(), self.blocks(), self.window.output);
        let (group, strip) = (strip / self.strips(), strip % self.strips());
        let two = usize::from(2 * strip + 1 < blocks);
        let ((row, _), pixels) = (self.strides(), height * width * block);
        let first = (image * self.groups + group) * blocks + 2 * strip;
        let (low, high) = end.activation.bounds();
        let step = self.window.stride[2] * self.unit();
        for spot in self.bands[bands.clone()].iter().flat_map(|b| &self.spots[b.spots.clone()]) {
            let at = first * pixels + (spot.row * width + spot.col) * block;
            // SAFETY: `run` has asserted that inputs, weights and outputs are whole, and the
            // tile lies inside them: its code is that of its rows and pixels, and the runs stay
            // inside of what the windows of its pixels read. Each output belongs to one task.
            unsafe {
                spot.code[two](&Tile {
                    runs: &self.runs,
                    x: x.as_ptr().add((spot.row - origin) * self.window.stride[1] * row + spot.col * step),
                    x_row: self.window.stride[1] * row,
                    w: packed.as_ptr().add(group * self.group_len() + strip * 2 * block * self.depth),
                    bias: bias.as_ptr().add((group * blocks + 2 * strip) * block),
                    residual: end.residual.map_or(std::ptr::null(), |r| r.as_ptr().add(at)),
                    y: y.pointer().add(at),
                    y_row: width * block,
                    y_block: pixels,
                    low,
                    high,
                });
            }
        }
        let Activation::Other(apply) = end.activation else { return };
        let (Some(from), Some(to)) = (self.bands.get(bands.start), self.bands[..bands.end].last()) else { return };
        let start = from.row * width + self.spots[from.spots.start].col;
        let stop = match self.spots.get(to.spots.end) {
            Some(next) => next.row * width + next.col,
            None => height * width,
        };
        for b in first..=first + two {
            // SAFETY: as above.
            apply(unsafe { y.part(b * pixels + start * block..b * pixels + stop * block) });
        }
    }
}

/// Whether each output reads the input at its own place alone.
pub(super) fn is_pointwise(w: &Window) -> bool {
    w.taps() == 1 && w.stride == [1; 3] && w.before == [0; 3] && w.input == w.output
}

/// A pointwise window over the same map in one row.
pub(super) fn as_one_row(w: Window) -> Window {
    Window { input: [1, 1, w.input_len()], output: [1, 1, w.output_len()], ..w }
}

#[cfg(test)]
mod tests {
    use super::super::layout::Blocks;
    use super::*;
    use crate::kernels::fused::Apply;
    use crate::kernels::testing::{self, Sizes, below, floats, square};

    /// A window of one or two axes with a stride that there is code for.
    fn flat(rng: &mut rand_chacha::ChaCha8Rng) -> Window {
        let mut w = testing::flat_window(rng);
        w.stride[2] = w.stride[2].min(2);
        let extent = w.dilation[2] * (w.kernel[2] - 1) + 1;
        w.output[2] = ((w.input[2] + w.before[2]).max(extent) - extent) / w.stride[2] + 1;
        w
    }

    fn check(level: Level, s: Sizes, window: Window, source: Source, seed: u64) -> bool {
        let sizes = (s.groups, s.inputs, s.outputs);
        let Some(conv) = BlockedConv::new(level, s.batch, sizes, window, source) else { return false };
        let mut rng = testing::rng(seed);
        let (block, outputs) = (level.block(), s.groups * s.outputs);
        let x = floats(&mut rng, s.batch * s.groups * s.inputs * window.input_len());
        let w = floats(&mut rng, outputs * s.inputs * window.taps());
        let pixels = window.output_len();
        let dy = vec![0.0; s.batch * outputs * pixels];
        let (residual, bias, scale) =
            (floats(&mut rng, dy.len()), floats(&mut rng, outputs), floats(&mut rng, outputs));
        let mut packed = vec![f32::NAN; conv.packed_len()];
        conv.pack(&w, Some(&scale), &mut packed);
        let mut biases = bias.clone();
        biases.resize(conv.bias_len(), 0.0);
        let from = Blocks { images: s.batch, channels: s.groups * s.inputs, pixels: window.input_len(), block };
        let to = Blocks { images: s.batch, channels: outputs, pixels, block };
        let mut blocks = vec![f32::NAN; from.len()];
        from.pack(&x, &mut blocks);
        let x_in = if source == Source::Maps { &x } else { &blocks };
        let mut added = vec![f32::NAN; to.len()];
        to.pack(&residual, &mut added);
        let [sums, ..] = testing::reference(s, &window, &x, &w, &dy);
        let negate: Apply = Box::new(|y| y.iter_mut().for_each(|y| *y = -*y));
        for (which, activation) in
            [Activation::Identity, Activation::Clamp { low: 0.0, high: 0.5 }, Activation::Other(negate)]
                .iter()
                .enumerate()
        {
            for residual in [None, Some(&residual)] {
                let y = testing::same_for_all_thread_counts(|| {
                    let mut y = vec![f32::NAN; to.len()];
                    let end = Finish { residual: residual.map(|_| &added[..]), activation };
                    conv.run(x_in, &packed, &biases, end, &mut y);
                    let mut maps = vec![f32::NAN; dy.len()];
                    to.unpack(&y, &mut maps);
                    maps
                });
                let expected: Vec<f64> = (sums.iter().enumerate())
                    .map(|(i, sum)| {
                        let o = i / pixels % outputs;
                        let y =
                            sum * f64::from(scale[o]) + f64::from(bias[o]) + residual.map_or(0.0, |r| f64::from(r[i]));
                        [y, y.clamp(0.0, 0.5), -y][which]
                    })
                    .collect();
                testing::assert_close(
                    &y,
                    &expected,
                    s.inputs * window.taps() + 4,
                    &format!("{level:?} {s:?} {window:?}"),
                );
            }
        }
        true
    }

    #[test]
    fn random_windows_agree_with_the_definition() {
        for level in Level::all() {
            let mut done = [0; 2];
            for seed in 0..200 {
                let mut rng = testing::rng(seed);
                let window = flat(&mut rng);
                let mut size = |bound| 1 + below(&mut rng, bound);
                let s = Sizes { batch: size(3), groups: 1, inputs: size(40), outputs: size(50) };
                done[0] += usize::from(check(level, s, window, Source::Blocks, seed));
                let s = Sizes { inputs: s.inputs % 4 + 1, ..s };
                done[1] += usize::from(check(level, s, window, Source::Maps, seed));
            }
            assert!(done[0] > 150 && done[1] > 50, "{done:?}");
        }
    }

    #[test]
    fn tasks_and_groups_of_all_kinds_agree_with_the_definition() {
        for level in Level::all() {
            for (size, kernel, stride, groups, inputs, outputs, batch) in [
                (28, 1, 1, 1, 48, 80, 2),
                (28, 3, 1, 1, 16, 40, 1),
                (14, 3, 2, 2, 32, 48, 1),
                (7, 3, 1, 1, 130, 100, 1),
                (5, 5, 1, 1, 20, 33, 3),
                (1, 1, 1, 1, 64, 10, 5),
                (2, 3, 1, 1, 40, 70, 2),
                (33, 7, 2, 1, 3, 20, 1),
            ] {
                let s = Sizes { batch, groups, inputs, outputs };
                assert!(check(level, s, square(size, kernel, stride), Source::Blocks, 5));
                if inputs < 8 {
                    assert!(check(level, s, square(size, kernel, stride), Source::Maps, 5));
                }
            }
        }
    }
}
