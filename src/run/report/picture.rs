//! Small pictures of examples, as `data:` addresses.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::{DynamicImage, GrayImage, RgbImage};

use crate::data::{Image, Pixels};
use crate::run::png;

/// The longest side of a picture.
const SIDE: u32 = 128;

/// An example as a PNG file in a `data:` address, no larger than 128 pixels. Of images that are
/// neither grey nor colour the first channel is shown; floats are spread from black to white.
/// `None` for what cannot be drawn.
pub(super) fn address(image: &Image<'_>) -> Option<String> {
    let file = png(&shrunk(draw(image)?)).ok()?;
    Some(format!("data:image/png;base64,{}", STANDARD.encode(file)))
}

fn shrunk(picture: DynamicImage) -> DynamicImage {
    if picture.width().max(picture.height()) <= SIDE { picture } else { picture.thumbnail(SIDE, SIDE) }
}

fn draw(image: &Image<'_>) -> Option<DynamicImage> {
    let (width, height) = (u32::try_from(image.width).ok()?, u32::try_from(image.height).ok()?);
    let shown = if image.channels == 3 { 3 } else { 1 };
    let area = image.width.checked_mul(image.height)?;
    let bytes: Vec<u8> = match &image.pixels {
        Pixels::U8(values) => values.chunks_exact(image.channels.max(1)).flat_map(|p| &p[..shown]).copied().collect(),
        Pixels::F32(values) => {
            let finite = || values.iter().copied().filter(|v| v.is_finite());
            let (low, high) = (finite().fold(f32::INFINITY, f32::min), finite().fold(f32::NEG_INFINITY, f32::max));
            let span = if high > low { high - low } else { 1.0 };
            let value = |at: usize| values.get(at).copied().unwrap_or(low);
            // The cast saturates.
            let byte = |v: f32| ((v - low) / span * 255.0).round() as u8;
            (0..area).flat_map(|at| (0..shown).map(move |c| c * area + at)).map(|at| byte(value(at))).collect()
        }
    };
    match shown {
        3 => RgbImage::from_raw(width, height, bytes).map(DynamicImage::from),
        _ => GrayImage::from_raw(width, height, bytes).map(DynamicImage::from),
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    fn image(channels: usize, height: usize, width: usize, pixels: Pixels<'static>) -> Image<'static> {
        Image { height, width, channels, pixels }
    }

    #[test]
    fn floats_are_spread_from_black_to_white() {
        let floats = image(1, 1, 3, Pixels::F32(Cow::Owned(vec![-1.0, 0.0, 1.0])));
        assert_eq!(draw(&floats).map(|p| p.into_luma8().into_raw()), Some(vec![0, 128, 255]));
        let planes = image(3, 1, 2, Pixels::F32(Cow::Owned(vec![0.0, 1.0, 1.0, 0.0, 0.0, 0.0])));
        assert_eq!(draw(&planes).map(|p| p.into_rgb8().into_raw()), Some(vec![0, 255, 0, 255, 0, 0]));
    }

    #[test]
    fn large_images_shrink_and_unfit_ones_are_left_out() {
        let large = image(3, 300, 600, Pixels::U8(Cow::Owned(vec![7; 300 * 600 * 3])));
        let picture = draw(&large).map(shrunk).expect("it is colour");
        assert_eq!((picture.width(), picture.height()), (128, 64));
        assert!(address(&large).is_some_and(|a| a.starts_with("data:image/png;base64,iVBOR")));
        assert_eq!(address(&image(3, 2, 2, Pixels::U8(Cow::Owned(vec![0; 3])))), None);
    }
}
