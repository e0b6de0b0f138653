//! Images as data sets hold them, and the decoder of image files.

use std::borrow::Cow;
use std::io::Cursor;
use std::path::Path;

use image::{DynamicImage, ImageDecoder, ImageReader, Limits};

use crate::diag::{Diagnostic, codes};

/// An image.
#[derive(Clone, Debug, PartialEq)]
pub struct Image<'a> {
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
    /// Channels: 1 for grey, 3 for red, green and blue; any number in arrays.
    pub channels: usize,
    /// Its values.
    pub pixels: Pixels<'a>,
}

/// The values of an image.
#[derive(Clone, Debug, PartialEq)]
pub enum Pixels<'a> {
    /// 8-bit values, `[height][width][channel]`.
    U8(Cow<'a, [u8]>),
    /// Floats, `[channel][height][width]`.
    F32(Cow<'a, [f32]>),
}

impl Image<'_> {
    /// How many bytes its values take.
    pub fn bytes(&self) -> usize {
        match &self.pixels {
            Pixels::U8(p) => p.len(),
            Pixels::F32(p) => p.len().saturating_mul(4),
        }
    }

    /// A copy that borrows nothing.
    pub fn into_owned(self) -> Image<'static> {
        let pixels = match self.pixels {
            Pixels::U8(p) => Pixels::U8(Cow::Owned(p.into_owned())),
            Pixels::F32(p) => Pixels::F32(Cow::Owned(p.into_owned())),
        };
        Image { height: self.height, width: self.width, channels: self.channels, pixels }
    }

    /// The same image without a copy.
    pub fn borrowed(&self) -> Image<'_> {
        let pixels = match &self.pixels {
            Pixels::U8(p) => Pixels::U8(Cow::Borrowed(p)),
            Pixels::F32(p) => Pixels::F32(Cow::Borrowed(p)),
        };
        Image { height: self.height, width: self.width, channels: self.channels, pixels }
    }
}

/// The longest side of an image that is decoded.
const MAX_SIDE: u32 = 32_768;
/// The most pixels of an image that is decoded.
const MAX_PIXELS: u64 = 100_000_000;
/// The most bytes of an image file.
const MAX_FILE: u64 = 256 << 20;

/// Decodes an image file: png, jpeg, bmp, webp or pnm, told by its content. Grey images keep
/// one channel; an alpha channel is dropped; a jpeg's EXIF orientation is applied.
///
/// # Errors
/// A sentence on what is wrong with the file.
pub fn decode_file(path: &Path) -> Result<Image<'static>, String> {
    let meta = std::fs::metadata(path).map_err(|e| e.to_string())?;
    if meta.len() > MAX_FILE {
        return Err(format!("{} bytes are over the limit of {MAX_FILE}", meta.len()));
    }
    let bytes = std::fs::read(path).map_err(|e| e.to_string())?;
    decode(&bytes)
}

/// Decodes an image file that stands by itself, as [`decode_file`] does.
///
/// # Errors
/// Those of [`decode_file`], with the file's name.
pub fn read_image(path: &Path) -> Result<Image<'static>, Diagnostic> {
    decode_file(path).map_err(|reason| unusable(&path.display().to_string(), &reason))
}

/// Says why an image that stands by itself is of no use; `place` names it.
pub fn unusable(place: &str, reason: &str) -> Diagnostic {
    Diagnostic::error(codes::BAD_IMAGE, format!("`{place}` cannot be used: {reason}"))
}

/// Decodes the content of an image file, as [`decode_file`] does.
///
/// # Errors
/// A sentence on what is wrong with the content.
pub fn decode(bytes: &[u8]) -> Result<Image<'static>, String> {
    // A decoder that panics on a malformed file must not take a worker thread with it.
    match std::panic::catch_unwind(|| decode_within_limits(bytes)) {
        Ok(result) => result,
        Err(_) => Err("the decoder failed on it".into()),
    }
}

fn decode_within_limits(bytes: &[u8]) -> Result<Image<'static>, String> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|e| e.to_string())?;
    if reader.format().is_none() {
        return Err("not a png, jpeg, bmp, webp or pnm image".into());
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_PIXELS * 8);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|e| e.to_string())?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(format!("{width}x{height} pixels are over the limit of {MAX_PIXELS}"));
    }
    if width == 0 || height == 0 {
        return Err("it has no pixels".into());
    }
    let orientation = decoder.orientation().map_err(|e| e.to_string())?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(|e| e.to_string())?;
    image.apply_orientation(orientation);
    let (width, height) = (image.width() as usize, image.height() as usize);
    let (channels, pixels) = match image.color().has_color() {
        true => (3, image.into_rgb8().into_raw()),
        false => (1, image.into_luma8().into_raw()),
    };
    Ok(Image { height, width, channels, pixels: Pixels::U8(Cow::Owned(pixels)) })
}
