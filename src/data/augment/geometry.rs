//! Steps that move pixels.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::F32;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use rand_chacha::ChaCha8Rng;

use crate::config::ResizeTo;
use crate::random;

use super::{Placement, Planes, between};

/// The most values that a step may make of an image: 400 MB of floats.
const MAX_VALUES: usize = 100_000_000;

/// Black planes of a new size.
fn blank(channels: usize, height: usize, width: usize) -> Result<Vec<f32>, String> {
    match height.checked_mul(width).and_then(|n| n.checked_mul(channels)) {
        Some(total) if total <= MAX_VALUES => Ok(vec![0.0; total]),
        _ => Err(format!("an image of {height}x{width} is over the limit of {MAX_VALUES} values")),
    }
}

/// A box in an image: left, top, width and height in pixels.
type Window = (f64, f64, f64, f64);

/// Resizes a part of the image, bilinear with antialiasing where it shrinks.
fn resample(image: &mut Planes, height: usize, width: usize, window: Window) -> Result<(), String> {
    let size = |side: usize| u32::try_from(side).map_err(|_| "the image is too large to resize".to_string());
    let (h, w, new_h, new_w) = (size(image.height)?, size(image.width)?, size(height)?, size(width)?);
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Bilinear))
        .use_alpha(false)
        .crop(window.0, window.1, window.2, window.3);
    let mut resizer = Resizer::new();
    let mut data = blank(image.channels, height, width)?;
    for (from, to) in image.planes().zip(data.chunks_exact_mut(height * width)) {
        let source = TypedImageRef::<F32>::from_buffer(w, h, bytemuck::cast_slice(from)).map_err(|e| e.to_string())?;
        let mut target =
            TypedImage::<F32>::from_buffer(new_w, new_h, bytemuck::cast_slice_mut(to)).map_err(|e| e.to_string())?;
        resizer.resize_typed(&source, &mut target, &options).map_err(|e| e.to_string())?;
    }
    let scale = (width as f64 / window.2, height as f64 / window.3);
    let place = image.place.then(Placement::scaled(scale, (-window.0 * scale.0, -window.1 * scale.1)));
    *image = Planes { height, width, data, place, ..*image };
    Ok(())
}

/// Resizes to exactly this size.
pub(in crate::data) fn resize(image: &mut Planes, height: usize, width: usize) -> Result<(), String> {
    if (image.height, image.width) == (height, width) {
        return Ok(());
    }
    let window = (0.0, 0.0, image.width as f64, image.height as f64);
    resample(image, height, width, window)
}

/// Resizes to a size, or the short side with the aspect ratio kept.
pub(super) fn resize_to(image: &mut Planes, to: ResizeTo) -> Result<(), String> {
    match to {
        ResizeTo::Exact(height, width) => resize(image, height, width),
        ResizeTo::Short(side) => {
            let short = image.height.min(image.width).max(1);
            let scaled = |n: usize| if n == short { side } else { (n * side + short / 2) / short };
            resize(image, scaled(image.height), scaled(image.width))
        }
    }
}

/// Resizes an image up, its aspect ratio kept, until a crop of this size fits.
fn grow_to(image: &mut Planes, height: usize, width: usize) -> Result<(), String> {
    if image.height >= height && image.width >= width {
        return Ok(());
    }
    let factor = (height as f64 / image.height as f64).max(width as f64 / image.width as f64);
    let grown = |n: usize, least: usize| ((n as f64 * factor).round() as usize).max(least);
    resize(image, grown(image.height, height), grown(image.width, width))
}

/// Keeps a window, which lies within the image.
fn crop(image: &mut Planes, top: usize, left: usize, height: usize, width: usize) {
    if (image.height, image.width) == (height, width) {
        return;
    }
    let mut data = Vec::with_capacity(image.channels * height * width);
    for plane in image.planes() {
        for row in plane.chunks_exact(image.width).skip(top).take(height) {
            data.extend_from_slice(&row[left..left + width]);
        }
    }
    let place = image.place.then(Placement::scaled((1.0, 1.0), (-(left as f64), -(top as f64))));
    *image = Planes { height, width, data, place, ..*image };
}

/// Adds black pixels on every side.
fn pad(image: &mut Planes, pad: usize) -> Result<(), String> {
    match pad {
        0 => Ok(()),
        _ => embed(image, (image.height + 2 * pad, image.width + 2 * pad), (pad, pad), 0.0),
    }
}

/// Lays the image into a larger one of one value, its corner at `top` and `left`.
fn embed(
    image: &mut Planes,
    (height, width): (usize, usize),
    (top, left): (usize, usize),
    value: f32,
) -> Result<(), String> {
    let mut data = blank(image.channels, height, width)?;
    data.fill(value);
    for (from, to) in image.planes().zip(data.chunks_exact_mut(height * width)) {
        for (row, out) in from.chunks_exact(image.width).zip(to.chunks_exact_mut(width).skip(top)) {
            out[left..left + row.len()].copy_from_slice(row);
        }
    }
    let place = image.place.then(Placement::scaled((1.0, 1.0), (left as f64, top as f64)));
    *image = Planes { height, width, data, place, ..*image };
    Ok(())
}

/// Resizes until the image just fits, its aspect ratio kept, and fills up with grey around it, as
/// Darknet does before detection.
pub(super) fn letterbox(image: &mut Planes, height: usize, width: usize) -> Result<(), String> {
    let (h, w) = (image.height.max(1), image.width.max(1));
    let (new_h, new_w) = match width.saturating_mul(h) < height.saturating_mul(w) {
        true => ((h * width / w).max(1), width),
        false => (height, (w * height / h).max(1)),
    };
    resize(image, new_h, new_w)?;
    let grey = 0.5 * image.white;
    embed(image, (height, width), ((height - new_h) / 2, (width - new_w) / 2), grey)
}

/// Keeps the middle.
pub(super) fn center_crop(image: &mut Planes, height: usize, width: usize) -> Result<(), String> {
    grow_to(image, height, width)?;
    crop(image, (image.height - height) / 2, (image.width - width) / 2, height, width);
    Ok(())
}

/// Keeps a window at a random place of the padded image.
pub(super) fn random_crop(
    image: &mut Planes,
    height: usize,
    width: usize,
    margin: usize,
    rng: &mut ChaCha8Rng,
) -> Result<(), String> {
    pad(image, margin)?;
    grow_to(image, height, width)?;
    let top = random::below(rng, (image.height - height) as u64 + 1) as usize;
    let left = random::below(rng, (image.width - width) as u64 + 1) as usize;
    crop(image, top, left, height, width);
    Ok(())
}

/// A random window by area and aspect ratio, resized (Szegedy et al. 2014). After ten draws that
/// do not fit, the largest window in the middle within the bounds of the ratio.
pub(super) fn random_resized_crop(
    image: &mut Planes,
    (height, width): (usize, usize),
    scale: (f64, f64),
    ratio: (f64, f64),
    rng: &mut ChaCha8Rng,
) -> Result<(), String> {
    let (h, w) = (image.height as f64, image.width as f64);
    for _ in 0..10 {
        let area = h * w * between(rng, scale.0, scale.1);
        let aspect = between(rng, ratio.0.ln(), ratio.1.ln()).exp();
        let (window_w, window_h) = ((area * aspect).sqrt().round(), (area / aspect).sqrt().round());
        if (1.0..=w).contains(&window_w) && (1.0..=h).contains(&window_h) {
            let left = random::below(rng, (w - window_w) as u64 + 1) as f64;
            let top = random::below(rng, (h - window_h) as u64 + 1) as f64;
            return resample(image, height, width, (left, top, window_w, window_h));
        }
    }
    let aspect = (w / h).clamp(ratio.0, ratio.1);
    let (window_w, window_h) = (w.min(h * aspect).max(1.0), h.min(w / aspect).max(1.0));
    resample(image, height, width, ((w - window_w) / 2.0, (h - window_h) / 2.0, window_w, window_h))
}

/// Mirrors left to right.
pub(super) fn hflip(image: &mut Planes) {
    let width = image.width.max(1);
    image.data.chunks_exact_mut(width).for_each(<[f32]>::reverse);
    image.place = image.place.then(Placement::scaled((-1.0, 1.0), (image.width as f64, 0.0)));
}

/// Mirrors top to bottom.
pub(super) fn vflip(image: &mut Planes) {
    let (height, width) = (image.height, image.width);
    for plane in image.planes_mut() {
        for y in 0..height / 2 {
            let (head, tail) = plane.split_at_mut((height - 1 - y) * width);
            head[y * width..(y + 1) * width].swap_with_slice(&mut tail[..width]);
        }
    }
    image.place = image.place.then(Placement::scaled((1.0, -1.0), (0.0, height as f64)));
}

/// A random rotation, shift, scale and shear within bounds.
pub(super) fn random_affine(
    image: &mut Planes,
    degrees: f64,
    translate: f64,
    scale: (f64, f64),
    shear: f64,
    rng: &mut ChaCha8Rng,
) {
    let angle = between(rng, -degrees, degrees);
    let x = between(rng, -translate, translate) * image.width as f64;
    let y = between(rng, -translate, translate) * image.height as f64;
    let scale = between(rng, scale.0, scale.1);
    affine(image, angle, (x, y), scale, between(rng, -shear, shear));
}

/// Rotation by degrees, shift in pixels, scale and horizontal shear about the
/// centre, bilinear; black comes in from outside.
pub(super) fn affine(image: &mut Planes, degrees: f64, shift: (f64, f64), scale: f64, shear: f64) {
    let (height, width) = (image.height, image.width);
    let (sin, cos) = degrees.to_radians().sin_cos();
    let shear = shear.to_radians().tan();
    // Output to input: the inverse of `scale * rotation * shear`.
    let (a, b) = ((cos - shear * sin) / scale, (-sin - shear * cos) / scale);
    let (c, d) = (sin / scale, cos / scale);
    let (cx, cy) = ((width as f64 - 1.0) / 2.0, (height as f64 - 1.0) / 2.0);
    let mut data = Vec::with_capacity(image.data.len());
    for plane in image.planes() {
        for y in 0..height {
            for x in 0..width {
                let (dx, dy) = (x as f64 - cx - shift.0, y as f64 - cy - shift.1);
                data.push(sample(plane, height, width, a * dx + b * dy + cx, c * dx + d * dy + cy));
            }
        }
    }
    image.data = data;
    // Between corners instead of the middles of pixels the centre is half the size.
    let (cx, cy) = (width as f64 / 2.0, height as f64 / 2.0);
    let (ox, oy) = (cx + shift.0, cy + shift.1);
    let back = Placement::affine([a, b, cx - a * ox - b * oy], [c, d, cy - c * ox - d * oy]);
    image.place = image.place.then(back.inverse().unwrap_or(Placement::IDENTITY));
}

/// The bilinear value at a place; black outside.
fn sample(plane: &[f32], height: usize, width: usize, x: f64, y: f64) -> f32 {
    let (left, top) = (x.floor(), y.floor());
    let (fx, fy) = ((x - left) as f32, (y - top) as f32);
    let at = |row: f64, column: f64| {
        let inside = row >= 0.0 && column >= 0.0 && row < height as f64 && column < width as f64;
        if inside { plane[row as usize * width + column as usize] } else { 0.0 }
    };
    let upper = at(top, left) * (1.0 - fx) + at(top, left + 1.0) * fx;
    let lower = at(top + 1.0, left) * (1.0 - fx) + at(top + 1.0, left + 1.0) * fx;
    upper * (1.0 - fy) + lower * fy
}

/// Blackens a square about a random pixel; it may reach over the edge (DeVries and Taylor 2017).
pub(super) fn cutout(image: &mut Planes, size: usize, rng: &mut ChaCha8Rng) {
    let (height, width) = (image.height, image.width);
    let y = random::below(rng, height.max(1) as u64) as usize;
    let x = random::below(rng, width.max(1) as u64) as usize;
    let range = |centre: usize, limit: usize| {
        let start = centre.saturating_sub(size / 2);
        start..(centre + size.div_ceil(2)).min(limit)
    };
    let (rows, columns) = (range(y, height), range(x, width));
    for plane in image.planes_mut() {
        for row in rows.clone() {
            plane[row * width..][columns.clone()].fill(0.0);
        }
    }
}
