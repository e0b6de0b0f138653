//! Steps that change values where they are.

use rand_chacha::ChaCha8Rng;

use super::{Planes, between};

/// The weights of red, green and blue in luma (ITU-R BT.601).
pub(in crate::data) const LUMA: [f32; 3] = [0.299, 0.587, 0.114];

/// Brightness, contrast, saturation and hue by random amounts, in this order; the first three
/// by factors from `1 - x` to `1 + x`, the hue by a turn of at most `x`.
pub(super) fn jitter(image: &mut Planes, [brightness, contrast, saturation, hue]: [f64; 4], rng: &mut ChaCha8Rng) {
    let mut factor = |x: f64| between(rng, (1.0 - x).max(0.0), 1.0 + x) as f32;
    let (brightness, contrast, saturation) = (factor(brightness), factor(contrast), factor(saturation));
    if brightness != 1.0 {
        let white = image.white;
        image.data.iter_mut().for_each(|v| *v = (*v * brightness).clamp(0.0, white));
    }
    if contrast != 1.0 {
        let mean = luma_mean(image);
        blend(image, contrast, |_| mean);
    }
    if saturation != 1.0 {
        saturate(image, saturation);
    }
    if hue > 0.0 {
        turn_hue(image, between(rng, -hue, hue) as f32);
    }
}

fn luma(image: &Planes, at: usize) -> f32 {
    match image.channels {
        3 => {
            let size = image.height * image.width;
            (0..3).map(|c| LUMA[c] * image.data[c * size + at]).sum()
        }
        _ => image.data[at],
    }
}

fn luma_mean(image: &Planes) -> f32 {
    let size = image.height * image.width;
    let sum: f64 = (0..size).map(|at| f64::from(luma(image, at))).sum();
    (sum / size.max(1) as f64) as f32
}

/// `factor * value + (1 - factor) * other(pixel)`, kept between black and white.
fn blend(image: &mut Planes, factor: f32, other: impl Fn(usize) -> f32) {
    let white = image.white;
    for plane in image.planes_mut() {
        for (at, v) in plane.iter_mut().enumerate() {
            *v = (factor * *v + (1.0 - factor) * other(at)).clamp(0.0, white);
        }
    }
}

/// Towards grey (0) or away from it (above 1); images that have not three channels stay.
pub(super) fn saturate(image: &mut Planes, factor: f32) {
    if image.channels != 3 {
        return;
    }
    let grey: Vec<f32> = (0..image.height * image.width).map(|at| luma(image, at)).collect();
    blend(image, factor, |at| grey[at]);
}

/// Turns the colour circle, through hue, saturation and value.
pub(super) fn turn_hue(image: &mut Planes, turn: f32) {
    if image.channels != 3 {
        return;
    }
    let size = image.height * image.width;
    for at in 0..size {
        let [r, g, b] = [0, 1, 2].map(|c| image.data[c * size + at]);
        let (max, min) = (r.max(g).max(b), r.min(g).min(b));
        let range = max - min;
        if range <= 0.0 {
            continue;
        }
        let sixth = if max == r {
            (g - b) / range
        } else if max == g {
            (b - r) / range + 2.0
        } else {
            (r - g) / range + 4.0
        };
        let sixth = (sixth + turn * 6.0).rem_euclid(6.0);
        // Each channel follows the same trapezoid, shifted by a third of the circle.
        for (c, offset) in [5.0, 3.0, 1.0].into_iter().enumerate() {
            let k = (offset + sixth).rem_euclid(6.0);
            image.data[c * size + at] = max - range * k.min(4.0 - k).clamp(0.0, 1.0);
        }
    }
}

/// Gaussian blur by two passes, with edges repeated.
pub(super) fn blur(image: &mut Planes, sigma: f64) {
    let radius = ((3.0 * sigma).ceil() as usize).clamp(1, 64);
    let weights: Vec<f64> = (0..=radius).map(|i| (-0.5 * (i as f64 / sigma).powi(2)).exp()).collect();
    let sum = weights[0] + 2.0 * weights[1..].iter().sum::<f64>();
    let weights: Vec<f32> = weights.iter().map(|w| (w / sum) as f32).collect();
    let (height, width) = (image.height, image.width);
    for plane in image.planes_mut() {
        let rows = pass(plane, &weights, height, width, 1, width);
        plane.copy_from_slice(&pass(&rows, &weights, width, height, width, 1));
    }
}

/// Convolves `lines` lines of `length` values that lie `step` apart, the lines `stride` apart.
fn pass(values: &[f32], weights: &[f32], lines: usize, length: usize, step: usize, stride: usize) -> Vec<f32> {
    let mut out = vec![0.0; values.len()];
    for line in 0..lines {
        for i in 0..length {
            let at = |j: usize| values[line * stride + j * step];
            let mut sum = weights[0] * at(i);
            for (k, w) in weights.iter().enumerate().skip(1) {
                sum += w * (at(i.saturating_sub(k)) + at((i + k).min(length - 1)));
            }
            out[line * stride + i * step] = sum;
        }
    }
    out
}
