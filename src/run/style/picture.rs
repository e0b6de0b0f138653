//! Pictures that are painted, and their files.

use std::io::Cursor;
use std::path::Path;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{overlay, thumbnail};
use image::{ImageFormat, Rgb, RgbImage};

use crate::diag::codes;
use crate::fs::write_bytes_atomic;
use crate::weights::{Tensor, npy};

use super::Failure;
use crate::run::png;

/// A picture of red, green and blue.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
    /// `[3][height][width]`, 0 for black and 1 for white.
    pub data: Vec<f32>,
}

/// The extension of raw numbers.
const RAW: &str = "npy";

/// Whether a file of this name can hold a picture: png, jpeg, bmp, webp or pnm, told by its
/// extension, or `.npy` for the numbers themselves.
pub fn is_picture_name(path: &Path) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case(RAW)) || format_of(path).is_some()
}

fn format_of(path: &Path) -> Option<ImageFormat> {
    use ImageFormat::{Bmp, Jpeg, Png, Pnm, WebP};
    ImageFormat::from_path(path).ok().filter(|f| matches!(f, Bmp | Jpeg | Png | Pnm | WebP))
}

impl Picture {
    /// A black one.
    pub(super) fn black(height: usize, width: usize) -> Self {
        Self { height, width, data: vec![0.0; 3 * height * width] }
    }

    /// Brings all values between 0 and 1; whether any was not.
    pub(super) fn clamp(&mut self) -> bool {
        let mut changed = false;
        for v in &mut self.data {
            let inside = v.clamp(0.0, 1.0);
            changed |= inside != *v;
            *v = inside;
        }
        changed
    }

    /// The picture in 8 bits, values outside of 0 to 1 cut off.
    fn rgb(&self) -> RgbImage {
        let plane = self.height * self.width;
        // The casts hold: a decoded photo has at most 2^15 pixels on a side, and they saturate.
        RgbImage::from_fn(self.width as u32, self.height as u32, |x, y| {
            let at = y as usize * self.width + x as usize;
            Rgb([0, 1, 2].map(|c| (self.data[c * plane + at].clamp(0.0, 1.0) * 255.0).round() as u8))
        })
    }

    /// Writes the picture whole or not at all, in the format of the file's extension.
    ///
    /// # Errors
    /// A name for which [`is_picture_name`] does not hold, or a file that cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), Failure> {
        let bytes = match format_of(path) {
            Some(format) => encode(&self.rgb(), format)?,
            None => self.raw().ok_or_else(|| {
                let message = format!("`{}` names no picture: its extension is none of a picture", path.display());
                Failure::new(codes::BAD_IMAGE, message)
            })?,
        };
        write_bytes_atomic(path, &bytes).map_err(|e| Failure::write(path, &e))
    }

    /// The numbers as an array.
    fn raw(&self) -> Option<Vec<u8>> {
        let tensor = Tensor::f32(vec![3, self.height, self.width], self.data.clone())?;
        let mut file = Vec::new();
        npy::write(&mut file, &tensor).ok().map(|_| file)
    }
}

fn encode(image: &RgbImage, format: ImageFormat) -> Result<Vec<u8>, Failure> {
    let mut file = Cursor::new(Vec::new());
    let written = match format {
        ImageFormat::Jpeg => JpegEncoder::new_with_quality(&mut file, 95).encode_image(image),
        _ => image.write_to(&mut file, format),
    };
    match written {
        Ok(()) => Ok(file.into_inner()),
        Err(e) => Err(Failure::new(codes::BAD_IMAGE, format!("the picture cannot be encoded: {e}"))),
    }
}

/// Stages of a picture, side by side.
#[derive(Default)]
pub struct Strip {
    stages: Vec<RgbImage>,
}

/// The longer side of a stage in pixels.
const SIDE: usize = 240;
/// Pixels around the stages.
const GAP: usize = 4;
/// Stages in a row.
const COLUMNS: usize = 6;

impl Strip {
    /// Adds a stage.
    pub fn push(&mut self, picture: &Picture) {
        let longer = picture.height.max(picture.width).max(1);
        let side = SIDE.min(longer);
        let scaled = |n: usize| ((n * side) / longer).max(1) as u32;
        self.stages.push(thumbnail(&picture.rgb(), scaled(picture.width), scaled(picture.height)));
    }

    /// Writes all stages in the order of the steps, row by row, as a PNG file.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), Failure> {
        let size = |f: fn(&RgbImage) -> u32| self.stages.iter().map(f).max().unwrap_or(1) as usize + GAP;
        let (width, height) = (size(RgbImage::width), size(RgbImage::height));
        let columns = self.stages.len().clamp(1, COLUMNS);
        let rows = self.stages.len().div_ceil(columns).max(1);
        let white = Rgb([255; 3]);
        let mut sheet = RgbImage::from_pixel((columns * width + GAP) as u32, (rows * height + GAP) as u32, white);
        for (at, stage) in self.stages.iter().enumerate() {
            let (x, y) = (at % columns * width + GAP, at / columns * height + GAP);
            overlay(&mut sheet, stage, x as i64, y as i64);
        }
        let bytes = png(&sheet.into())?;
        write_bytes_atomic(path, &bytes).map_err(|e| Failure::write(path, &e))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_become_bytes() {
        let mut picture = Picture::black(1, 2);
        picture.data = vec![-0.5, 0.0, 0.5, 1.0, 1.5, 0.25];
        let image = picture.rgb();
        assert_eq!(image.as_raw(), &[0, 128, 255, 0, 255, 64]);
        assert!(picture.clamp() && !picture.clamp());
        assert_eq!(picture.data, [0.0, 0.0, 0.5, 1.0, 1.0, 0.25]);
    }

    #[test]
    fn names_tell_formats() {
        let names = |n: &[&str]| n.iter().map(|n| is_picture_name(Path::new(n))).collect::<Vec<_>>();
        assert_eq!(names(&["a.png", "a.JPG", "a.npy", "a.gif", "a"]), [true, true, true, false, false]);
    }
}
