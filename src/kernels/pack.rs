//! Packing for [`micro`](super::micro): maps and weights straight into panels.

use std::ops::Range;

use rayon::prelude::*;

use super::micro::Isa;
use super::parallel::simd;
use super::planes::Planes;
use super::shared::Shared;
use super::window::{Gather, Tap};

/// Columns of the widest panel of any [`Isa`].
const MAX_COLS: usize = 48;
/// Columns of a piece at most.
const PIECE: usize = 16;
/// Channels that one task packs.
const CHANNELS: usize = 128;

/// Some lines of some images, of one group of channels.
#[derive(Clone, Debug)]
pub struct Chunk {
    /// The images.
    pub images: Range<usize>,
    /// Lines of the grid, of each image.
    pub lines: Range<usize>,
}

/// Where channels are: those of image `n` and group `g` begin at `(n * groups + g) * channels`.
#[derive(Clone, Copy, Debug)]
pub struct Maps<'a> {
    /// All maps.
    pub data: &'a [f32],
    /// Groups of an image.
    pub groups: usize,
    /// The group.
    pub group: usize,
    /// Channels of a group.
    pub channels: usize,
    /// Elements of a map.
    pub size: usize,
}

impl<'a> Maps<'a> {
    /// The maps of an image.
    pub fn image(&self, n: usize) -> &'a [f32] {
        let block = self.channels * self.size;
        &self.data[(n * self.groups + self.group) * block..][..block]
    }
}

/// Packs weights as a left matrix of `rows` rows whose sums run over (tap, channel): element
/// `(row, channel, tap)` stands at `row * strides.0 + channel * strides.1 + tap.index`.
pub fn weights(
    isa: Isa,
    w: &[f32],
    rows: usize,
    channels: usize,
    taps: &[Tap],
    strides: (usize, usize),
    out: &mut [f32],
) {
    let depth = channels * taps.len();
    let out = &mut out[..isa.left_len(rows, depth)];
    out.par_chunks_mut(isa.rows * depth).enumerate().for_each(|(panel, out)| {
        let first = panel * isa.rows;
        let count = isa.rows.min(rows - first);
        for (tap, out) in taps.iter().zip(out.chunks_exact_mut(channels * isa.rows)) {
            for (c, out) in out.chunks_exact_mut(isa.rows).enumerate() {
                let from = &w[first * strides.0 + c * strides.1 + tap.index..];
                for (r, out) in out.iter_mut().enumerate() {
                    *out = if r < count { from[r * strides.0] } else { 0.0 };
                }
            }
        }
    });
}

/// A run of columns of one panel row.
#[derive(Clone, Copy, Default)]
struct Piece {
    at: usize,
    len: usize,
    /// Where it is read, but for the channel; nothing for zeros.
    from: Option<usize>,
    /// Elements between those that are read.
    step: usize,
}

/// What one tap reads for the columns of one panel.
struct Pieces {
    list: [Piece; MAX_COLS],
    count: usize,
    longest: usize,
    /// Whether some piece is read with a step.
    strided: bool,
}

impl Pieces {
    /// Adds columns: of a run of `len` that is read from `from` on, `step` apart.
    fn push(&mut self, at: usize, len: usize, from: Option<usize>, step: usize) {
        for done in (0..len).step_by(PIECE) {
            let len = PIECE.min(len - done);
            self.list[self.count] = Piece { at: at + done, len, from: from.map(|f| f + done * step), step };
            self.count += 1;
            self.longest = self.longest.max(len);
            self.strided |= from.is_some() && step > 1 && len > 1;
        }
    }

    /// Copies the pieces of every channel, by the code that fits them.
    fn copy_all(&self, source: &[f32], size: usize, width: usize, out: &mut [f32]) {
        match self.longest {
            _ if self.strided => simd(
                #[inline(always)]
                || self.copy_strided(source, size, width, out),
            ),
            1 => self.copy::<1>(source, size, width, out),
            2..=4 => self.copy::<4>(source, size, width, out),
            5..=8 => simd(
                #[inline(always)]
                || self.copy::<8>(source, size, width, out),
            ),
            _ => simd(
                #[inline(always)]
                || self.copy::<PIECE>(source, size, width, out),
            ),
        }
    }

    /// As [`Pieces::copy`], for elements that are read a step apart.
    #[inline(always)]
    fn copy_strided(&self, source: &[f32], size: usize, width: usize, out: &mut [f32]) {
        for (c, out) in out.chunks_exact_mut(width).enumerate() {
            for piece in &self.list[..self.count] {
                let out = &mut out[piece.at..piece.at + piece.len];
                let Some(from) = piece.from else {
                    out.fill(0.0);
                    continue;
                };
                let source = &source[from + c * size..];
                match (piece.step, out.first_chunk_mut::<PIECE>(), source.first_chunk::<{ 2 * PIECE }>()) {
                    // With a known step, shuffles take the place of single reads.
                    (2, Some(out), Some(source)) => *out = std::array::from_fn(|i| source[2 * i]),
                    _ => out.iter_mut().zip(source.iter().step_by(piece.step)).for_each(|(o, s)| *o = *s),
                }
            }
        }
    }

    /// Copies the pieces of every channel, one row after another. Runs are copied with a fixed
    /// width: what is too much is overwritten by what follows.
    #[inline(always)]
    fn copy<const W: usize>(&self, source: &[f32], size: usize, width: usize, out: &mut [f32]) {
        for c in 0..out.len() / width {
            for piece in &self.list[..self.count] {
                let at = c * width + piece.at;
                match piece.from {
                    None => match out.get_mut(at..at + W) {
                        Some(out) => out.fill(0.0),
                        None => out[at..at + piece.len].fill(0.0),
                    },
                    Some(from) => {
                        let from = from + c * size;
                        match (out.get_mut(at..at + W), source.get(from..from + W)) {
                            (Some(out), Some(source)) => out.copy_from_slice(source),
                            _ => out[at..at + piece.len].copy_from_slice(&source[from..from + piece.len]),
                        }
                    }
                }
            }
        }
    }
}

impl Gather {
    /// Packs what the grid points of a chunk read as right matrices whose sums run over (tap,
    /// channel): one of all points, or one for each image.
    pub fn pack_columns(&self, isa: Isa, maps: Maps<'_>, chunk: &Chunk, per_image: bool, out: &mut [f32]) {
        let depth = self.taps.len() * maps.channels;
        let points = chunk.lines.len() * self.grid[2];
        let (segments, images) = if per_image { (chunk.images.len(), 1) } else { (1, chunk.images.len()) };
        let cols = images * points;
        let (panels, blocks) = (cols.div_ceil(isa.cols()), maps.channels.div_ceil(CHANNELS));
        let size = isa.right_len(depth, cols);
        let out = Shared::new(&mut out[..segments * size]);
        (0..segments * panels * self.taps.len() * blocks).into_par_iter().for_each(|task| {
            let (rest, block) = (task / blocks, task % blocks);
            let (rest, t) = (rest / self.taps.len(), rest % self.taps.len());
            let (segment, panel) = (rest / panels, rest % panels);
            let width = isa.width(panel, cols);
            let first = panel * isa.cols();
            let columns = first..(first + width).min(cols);
            let image = chunk.images.start + segment * images;
            let pieces = self.pieces(maps, image, &chunk.lines, columns, width, &self.taps[t]);
            let channels = block * CHANNELS..((block + 1) * CHANNELS).min(maps.channels);
            let start = segment * size + first * depth + (t * maps.channels + channels.start) * width;
            // SAFETY: the rows of a panel that a task writes are its own.
            let out = unsafe { out.part(start..start + channels.len() * width) };
            let source = &maps.data[channels.start * maps.size..];
            pieces.copy_all(source, maps.size, width, out);
        });
    }

    /// Packs a part of the depth of one panel, for columns that are points of all images.
    pub fn pack_panel(
        &self,
        maps: Maps<'_>,
        columns: Range<usize>,
        width: usize,
        depth: Range<usize>,
        out: &mut [f32],
    ) {
        let mut k = depth.start;
        while k < depth.end {
            let (t, c) = (k / maps.channels, k % maps.channels);
            let channels = (maps.channels - c).min(depth.end - k);
            let pieces = self.pieces(maps, 0, &(0..self.lines()), columns.clone(), width, &self.taps[t]);
            let out = &mut out[(k - depth.start) * width..][..channels * width];
            pieces.copy_all(&maps.data[c * maps.size..], maps.size, width, out);
            k += channels;
        }
    }

    /// What a tap reads for some columns, which are points of the lines of images from `image`.
    fn pieces(
        &self,
        maps: Maps<'_>,
        image: usize,
        lines: &Range<usize>,
        columns: Range<usize>,
        width: usize,
        tap: &Tap,
    ) -> Pieces {
        let mut pieces = Pieces { list: [Piece::default(); MAX_COLS], count: 0, longest: 0, strided: false };
        let points = lines.len() * self.grid[2];
        let inside = self.inside(tap);
        let mut column = columns.start;
        while column < columns.end {
            let n = image + column / points;
            let (line, x) = (lines.start + column % points / self.grid[2], column % self.grid[2]);
            let end = (x + columns.end - column).min(self.grid[2]);
            let at = column - columns.start;
            let row = self.row(tap, line).filter(|_| !inside.is_empty());
            let valid = if row.is_some() { inside.start.clamp(x, end)..inside.end.clamp(x, end) } else { end..end };
            pieces.push(at, valid.start - x, None, 1);
            if let Some(row) = row
                && !valid.is_empty()
            {
                let base = (n * maps.groups + maps.group) * maps.channels * maps.size;
                let from = (base + row + valid.start * self.step[2]) as i64 + tap.offset[2];
                pieces.push(at + valid.start - x, valid.len(), Some(from as usize), self.step[2]);
            }
            pieces.push(at + valid.end - x, end - valid.end, None, 1);
            column += end - x;
        }
        pieces.push(columns.len(), width - columns.len(), None, 1);
        pieces
    }

    /// Packs what the grid points of a chunk read as a right matrix whose sums run over those
    /// points and whose columns are (tap, channel). `transposed` is scratch for the chunk's
    /// maps with channels innermost.
    pub fn pack_points(&self, isa: Isa, maps: Maps<'_>, chunk: &Chunk, transposed: &mut [f32], out: &mut [f32]) {
        let cols = self.taps.len() * maps.channels;
        let points = chunk.lines.len() * self.grid[2];
        let depth = chunk.images.len() * points;
        let identity = self.is_identity();
        if !identity {
            let block = maps.size * maps.channels;
            transposed[..chunk.images.len() * block].par_chunks_mut(block).enumerate().for_each(|(i, out)| {
                transpose(maps.image(chunk.images.start + i), maps.size, maps.channels, maps.size, out, maps.channels);
            });
        }
        let transposed = &*transposed;
        let panels = cols.div_ceil(isa.cols());
        let out = Shared::new(&mut out[..isa.right_len(depth, cols)]);
        (0..chunk.images.len() * panels).into_par_iter().for_each(|task| {
            let (i, panel) = (task / panels, task % panels);
            let (first, width) = (panel * isa.cols(), isa.width(panel, cols));
            let start = first * depth + i * points * width;
            // SAFETY: the rows of a panel that belong to an image are one task's.
            let out = unsafe { out.part(start..start + points * width) };
            let columns = first..(first + width).min(cols);
            if columns.len() < width {
                out.chunks_exact_mut(width).for_each(|row| row[columns.len()..].fill(0.0));
            }
            if identity {
                let source = &maps.image(chunk.images.start + i)[first * maps.size..];
                let at = chunk.lines.start * self.grid[2];
                transpose(&source[at..], maps.size, columns.len(), points, out, width);
                return;
            }
            let image = &transposed[i * maps.size * maps.channels..][..maps.size * maps.channels];
            let mut column = columns.start;
            while column < columns.end {
                let (t, channel) = (column / maps.channels, column % maps.channels);
                let len = (columns.end - column).min(maps.channels - channel);
                let place = Place { at: column - first, width, channel, len };
                match len {
                    16 => self.copy_points::<16>(image, maps.channels, &self.taps[t], &chunk.lines, place, out),
                    32 => self.copy_points::<32>(image, maps.channels, &self.taps[t], &chunk.lines, place, out),
                    48 => self.copy_points::<48>(image, maps.channels, &self.taps[t], &chunk.lines, place, out),
                    _ => self.copy_points::<0>(image, maps.channels, &self.taps[t], &chunk.lines, place, out),
                }
                column += len;
            }
        });
    }

    /// Copies some channels of what a tap reads at each point of the lines; `L` is their number
    /// where it is known.
    fn copy_points<const L: usize>(
        &self,
        image: &[f32],
        channels: usize,
        tap: &Tap,
        lines: &Range<usize>,
        place: Place,
        out: &mut [f32],
    ) {
        let len = if L > 0 { L } else { place.len };
        let inside = self.inside(tap);
        let rows = out.chunks_exact_mut(self.grid[2] * place.width);
        for (line, out) in lines.clone().zip(rows) {
            let row = self.row(tap, line);
            for (x, out) in out.chunks_exact_mut(place.width).enumerate() {
                let out = &mut out[place.at..place.at + len];
                match row {
                    Some(row) if inside.contains(&x) => {
                        let from = (row + x * self.step[2]) as i64 + tap.offset[2];
                        out.copy_from_slice(&image[from as usize * channels + place.channel..][..len]);
                    }
                    _ => out.fill(0.0),
                }
            }
        }
    }
}

/// Packs a part of the depth of one panel from padded copies of the channels of some images;
/// columns are points of those images.
#[allow(clippy::too_many_arguments)]
pub fn copies(
    planes: &Planes,
    copies: &[f32],
    channels: usize,
    points: usize,
    columns: Range<usize>,
    width: usize,
    depth: Range<usize>,
    out: &mut [f32],
) {
    let mut pieces = Pieces { list: [Piece::default(); MAX_COLS], count: 0, longest: 0, strided: false };
    let mut column = columns.start;
    while column < columns.end {
        let (line, x) = (column % points / planes.points(), column % planes.points());
        let len = (planes.points() - x).min(columns.end - column);
        let from = column / points * channels * planes.size() + planes.row(line) + x;
        pieces.push(column - columns.start, len, Some(from), 1);
        column += len;
    }
    pieces.push(columns.len(), width - columns.len(), None, 1);
    let mut k = depth.start;
    while k < depth.end {
        let (t, c) = (k / channels, k % channels);
        let count = (channels - c).min(depth.end - k);
        let out = &mut out[(k - depth.start) * width..][..count * width];
        pieces.copy_all(&copies[planes.taps[t] + c * planes.size()..], planes.size(), width, out);
        k += count;
    }
}

/// Some columns of a panel.
#[derive(Clone, Copy)]
struct Place {
    at: usize,
    width: usize,
    channel: usize,
    len: usize,
}

/// Packs the maps of a chunk as a left matrix: rows are channels, sums run over points.
pub fn channels(isa: Isa, maps: Maps<'_>, chunk: &Chunk, points: Range<usize>, out: &mut [f32]) {
    let depth = chunk.images.len() * points.len();
    let out = &mut out[..isa.left_len(maps.channels, depth)];
    out.par_chunks_mut(isa.rows * points.len()).enumerate().for_each(|(task, out)| {
        let (panel, i) = (task / chunk.images.len(), task % chunk.images.len());
        let first = panel * isa.rows;
        let rows = isa.rows.min(maps.channels - first);
        let source = &maps.image(chunk.images.start + i)[first * maps.size + points.start..];
        if rows < isa.rows {
            out.fill(0.0);
        }
        transpose(source, maps.size, rows, points.len(), out, isa.rows);
    });
}

/// As [`transpose_with`], by the best code for this machine.
fn transpose(source: &[f32], stride: usize, rows: usize, points: usize, out: &mut [f32], out_stride: usize) {
    simd(
        #[inline(always)]
        || transpose_with(source, stride, rows, points, out, out_stride),
    );
}

/// `out[p * out_stride + r] = source[r * stride + p]` for `rows` rows and `points` points.
#[inline(always)]
fn transpose_with(source: &[f32], stride: usize, rows: usize, points: usize, out: &mut [f32], out_stride: usize) {
    const BLOCK: usize = 8;
    let mut r = 0;
    while r + BLOCK <= rows {
        let lines: [&[f32]; BLOCK] = std::array::from_fn(|i| &source[(r + i) * stride..][..points]);
        let mut p = 0;
        while p + BLOCK <= points {
            let block: [[f32; BLOCK]; BLOCK] =
                std::array::from_fn(|i| std::array::from_fn(|j| lines[i][p..p + BLOCK][j]));
            for j in 0..BLOCK {
                let column: [f32; BLOCK] = std::array::from_fn(|i| block[i][j]);
                out[(p + j) * out_stride + r..][..BLOCK].copy_from_slice(&column);
            }
            p += BLOCK;
        }
        for p in p..points {
            let column: [f32; BLOCK] = std::array::from_fn(|i| lines[i][p]);
            out[p * out_stride + r..][..BLOCK].copy_from_slice(&column);
        }
        r += BLOCK;
    }
    for r in r..rows {
        let line = &source[r * stride..][..points];
        for (p, v) in line.iter().enumerate() {
            out[p * out_stride + r] = *v;
        }
    }
}
