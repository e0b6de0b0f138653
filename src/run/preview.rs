//! A picture of what a network sees.

use image::{DynamicImage, GrayImage, RgbImage};

use crate::diag::{Diagnostic, codes};

use super::{Examples, Failure, png};

/// Pixels between the examples.
const GAP: usize = 2;

/// A contact sheet of the first examples of an epoch as the network gets them, as a PNG file:
/// augmented, cropped and normalized. The least value of the sheet is black and the greatest
/// white, since normalized values have no bounds.
///
/// # Errors
/// Examples that cannot be read or are no images.
pub fn preview(examples: &Examples, count: usize, epoch: u64) -> Result<Vec<u8>, Failure> {
    let shape = examples.shape();
    let &[channels, height, width] = shape else {
        return Err(Diagnostic::error(codes::BAD_IMAGE, format!("examples of shape {shape:?} are no images"))
            .help("a preview needs an input `f32[N, channels, height, width]`")
            .into());
    };
    let size = channels * height * width;
    let mut images: Vec<Vec<f32>> = Vec::new();
    for batch in examples.epoch(epoch) {
        let batch = batch?;
        for example in 0..batch.len {
            let slots = batch.images.iter().filter_map(|slot| slot.get(example * size..(example + 1) * size));
            images.extend(slots.map(<[f32]>::to_vec));
        }
        if images.len() >= count {
            break;
        }
    }
    images.truncate(count);
    let sheet = Sheet::new(images.len(), height, width);
    let tone = tones(&images);
    let pixel = |x: u32, y: u32, channel: usize| {
        let value = sheet
            .at(x as usize, y as usize)
            .and_then(|(example, offset)| images.get(example)?.get(channel * height * width + offset).copied());
        value.map_or(0, &tone)
    };
    // The casts hold: a sheet of decoded images is far below 2^32 pixels on a side.
    let (w, h) = (sheet.width() as u32, sheet.height() as u32);
    let picture: DynamicImage = match channels {
        3 => RgbImage::from_fn(w, h, |x, y| image::Rgb([0, 1, 2].map(|c| pixel(x, y, c)))).into(),
        _ => GrayImage::from_fn(w, h, |x, y| image::Luma([pixel(x, y, 0)])).into(),
    };
    png(&picture)
}

/// Maps the range of all values to that of a byte.
fn tones(images: &[Vec<f32>]) -> impl Fn(f32) -> u8 + use<> {
    let values = || images.iter().flatten().copied();
    let (low, high) = (values().fold(f32::INFINITY, f32::min), values().fold(f32::NEG_INFINITY, f32::max));
    let span = if high > low { high - low } else { 1.0 };
    // The cast saturates.
    move |value| ((value - low) / span * 255.0).round() as u8
}

/// Where the examples stand: in rows, as many as columns or one less.
struct Sheet {
    columns: usize,
    rows: usize,
    /// One example with its gap.
    cell: (usize, usize),
}

impl Sheet {
    fn new(count: usize, height: usize, width: usize) -> Self {
        let columns = (count.max(1) as f64).sqrt().ceil() as usize;
        Self { columns, rows: count.max(1).div_ceil(columns), cell: (width + GAP, height + GAP) }
    }

    fn width(&self) -> usize {
        self.columns * self.cell.0 - GAP
    }

    fn height(&self) -> usize {
        self.rows * self.cell.1 - GAP
    }

    /// The example at a pixel and the pixel's place within a channel of it; `None` in a gap.
    fn at(&self, x: usize, y: usize) -> Option<(usize, usize)> {
        let (width, height) = (self.cell.0 - GAP, self.cell.1 - GAP);
        let (column, row) = (x / self.cell.0, y / self.cell.1);
        let (dx, dy) = (x % self.cell.0, y % self.cell.1);
        (dx < width && dy < height).then_some((row * self.columns + column, dy * width + dx))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_stand_in_rows_with_gaps() {
        let sheet = Sheet::new(5, 4, 3);
        assert_eq!((sheet.columns, sheet.rows, sheet.width(), sheet.height()), (3, 2, 13, 10));
        assert_eq!(sheet.at(0, 0), Some((0, 0)));
        assert_eq!((sheet.at(3, 0), sheet.at(0, 5)), (None, None));
        assert_eq!(sheet.at(7, 9), Some((4, 3 * 3 + 2)));
        let tone = tones(&[vec![-1.0, 3.0]]);
        assert_eq!([-1.0, 1.0, 3.0].map(tone), [0, 128, 255]);
    }
}
