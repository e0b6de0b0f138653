//! Labelled boxes on a picture.

use image::{Rgb, RgbImage};
use noto_sans_mono_bitmap::{FontWeight, RasterHeight, get_raster, get_raster_width};

use crate::data::{Image, Pixels};

use super::Detection;

/// The picture with its boxes, each with a label of its class and score.
pub fn draw(image: &Image<'_>, detections: &[Detection]) -> RgbImage {
    let mut canvas = Canvas::new(image);
    // Those of the highest scores come last and lie on top.
    for detection in detections.iter().rev() {
        canvas.outline(detection);
    }
    for detection in detections.iter().rev() {
        canvas.label(detection);
    }
    canvas.picture
}

/// A colour for a class: neighbouring numbers are far apart on the circle of hues.
fn colour(class: usize) -> [u8; 3] {
    const GOLDEN: f64 = 0.618_033_988_749_895;
    let hue = (class as f64 * GOLDEN + 0.02).fract() * 6.0;
    let channel = |shift: f64| {
        let t = ((hue + shift) % 6.0 - 3.0).abs() - 1.0;
        (235.0 * (0.15 + 0.85 * t.clamp(0.0, 1.0))).round() as u8
    };
    [channel(0.0), channel(4.0), channel(2.0)]
}

struct Canvas {
    picture: RgbImage,
    font: RasterHeight,
}

impl Canvas {
    fn new(image: &Image<'_>) -> Self {
        let (width, height, channels) = (image.width, image.height, image.channels);
        let value = |x: u32, y: u32, c: usize| {
            let pixel = y as usize * width + x as usize;
            let c = c.min(channels.saturating_sub(1));
            match &image.pixels {
                Pixels::U8(p) => p.get(pixel * channels + c).copied().unwrap_or(0),
                // The cast saturates.
                Pixels::F32(p) => (p.get(c * width * height + pixel).copied().unwrap_or(0.0) * 255.0).round() as u8,
            }
        };
        // The casts hold: decoded pictures have sides below 2^15.
        let picture = RgbImage::from_fn(width as u32, height as u32, |x, y| Rgb([0, 1, 2].map(|c| value(x, y, c))));
        let font = match width.min(height) {
            0..400 => RasterHeight::Size16,
            400..800 => RasterHeight::Size20,
            800..1400 => RasterHeight::Size24,
            _ => RasterHeight::Size32,
        };
        Self { picture, font }
    }

    /// Fills a rectangle, as far as it lies within the picture.
    fn fill(&mut self, [left, top, right, bottom]: [i64; 4], colour: [u8; 3]) {
        let (width, height) = (i64::from(self.picture.width()), i64::from(self.picture.height()));
        for y in top.max(0)..bottom.min(height) {
            for x in left.max(0)..right.min(width) {
                self.picture.put_pixel(x as u32, y as u32, Rgb(colour));
            }
        }
    }

    fn outline(&mut self, detection: &Detection) {
        let line = i64::from((self.picture.width().min(self.picture.height()) / 200).clamp(1, 8));
        let [left, top, right, bottom] = corners(detection);
        let colour = colour(detection.class);
        self.fill([left, top, right, top + line], colour);
        self.fill([left, bottom - line, right, bottom], colour);
        self.fill([left, top, left + line, bottom], colour);
        self.fill([right - line, top, right, bottom], colour);
    }

    /// The class and score above the upper left corner, or below it at the picture's edge.
    fn label(&mut self, detection: &Detection) {
        let text = format!("{} {:.0}%", detection.name, detection.score * 100.0);
        let (step, tall) = (get_raster_width(FontWeight::Regular, self.font) as i64, self.font.val() as i64);
        let width = step * text.chars().count() as i64 + 6;
        let [left, top, ..] = corners(detection);
        let left = left.min(i64::from(self.picture.width()) - width).max(0);
        let top = if top >= tall { top - tall } else { top };
        let colour = colour(detection.class);
        self.fill([left, top, left + width, top + tall], colour);
        let luma = 0.299 * f64::from(colour[0]) + 0.587 * f64::from(colour[1]) + 0.114 * f64::from(colour[2]);
        let ink = if luma > 120.0 { 0 } else { 255 };
        for (at, c) in (0..).zip(text.chars()) {
            self.glyph(c, left + 3 + at * step, top, ink);
        }
    }

    /// One character; those that the font lacks are question marks.
    fn glyph(&mut self, c: char, left: i64, top: i64, ink: u8) {
        let raster = |c| get_raster(c, FontWeight::Regular, self.font);
        let Some(glyph) = raster(c).or_else(|| raster('?')) else { return };
        let (width, height) = (i64::from(self.picture.width()), i64::from(self.picture.height()));
        for (y, row) in (top..).zip(glyph.rows()) {
            for (x, cover) in (left..).zip(row) {
                if (0..width).contains(&x) && (0..height).contains(&y) {
                    let cover = f64::from(*cover) / 255.0;
                    let pixel = self.picture.get_pixel_mut(x as u32, y as u32);
                    pixel.0 = pixel.0.map(|v| (f64::from(v) * (1.0 - cover) + f64::from(ink) * cover).round() as u8);
                }
            }
        }
    }
}

/// The corners in whole pixels. The casts saturate, and boxes lie within the picture.
fn corners(detection: &Detection) -> [i64; 4] {
    let rect = detection.rect;
    [rect.left, rect.top, rect.right, rect.bottom].map(|v| v.round() as i64)
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::ops::yolo::Rect;

    #[test]
    fn boxes_and_labels_are_drawn_within_the_picture() {
        let image = Image { height: 60, width: 90, channels: 1, pixels: Pixels::U8(Cow::Owned(vec![7; 60 * 90])) };
        let rect = Rect { left: 5.0, top: 30.0, right: 85.0, bottom: 60.0 };
        let detection = Detection { class: 1, name: "dög ☃".into(), score: 0.5, rect };
        let edge = Detection { rect: Rect { left: 80.0, top: 0.0, ..rect }, ..detection.clone() };
        let drawn = draw(&image, &[detection, edge]);
        assert_eq!((drawn.width(), drawn.height()), (90, 60));
        assert_eq!(drawn.get_pixel(5, 45).0, colour(1));
        assert_eq!(drawn.get_pixel(40, 45).0, [7; 3], "inside nothing changes");
        assert_eq!(drawn.get_pixel(6, 16).0, colour(1), "the label lies above the box");
        assert_ne!(colour(0), colour(1));
    }
}
