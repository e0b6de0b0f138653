//! Pictures as PNG files.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat};

use crate::diag::codes;

use super::Failure;

/// The bytes of a PNG file.
///
/// # Errors
/// A picture that the format cannot hold, such as one without pixels.
pub fn png(picture: &DynamicImage) -> Result<Vec<u8>, Failure> {
    let mut file = Cursor::new(Vec::new());
    picture
        .write_to(&mut file, ImageFormat::Png)
        .map_err(|e| Failure::new(codes::BAD_IMAGE, format!("the picture cannot be encoded: {e}")))?;
    Ok(file.into_inner())
}
