//! The steps that change an image, on planes of floats.

mod color;
mod geometry;
mod lighting;
mod place;
#[cfg(test)]
mod tests;

use rand_chacha::ChaCha8Rng;

use crate::config::{Augment, ResizeTo};
use crate::random;

pub(super) use color::LUMA;
pub(super) use geometry::resize;
pub use lighting::{Colors, Lighting};
pub use place::Placement;

/// An image while it is prepared: `[channel][height][width]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Planes {
    /// Channels.
    pub channels: usize,
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
    /// The values.
    pub data: Vec<f32>,
    /// The value of white; black is 0.
    pub white: f32,
    /// Where the image lies in the one it was made from.
    pub place: Placement,
}

impl Planes {
    /// The planes one by one.
    fn planes(&self) -> impl Iterator<Item = &[f32]> {
        self.data.chunks_exact((self.height * self.width).max(1))
    }

    /// The planes one by one, to be changed.
    fn planes_mut(&mut self) -> impl Iterator<Item = &mut [f32]> {
        self.data.chunks_exact_mut((self.height * self.width).max(1))
    }
}

fn between(rng: &mut ChaCha8Rng, low: f64, high: f64) -> f64 {
    low + (high - low) * random::uniform_f64(rng)
}

fn happens(rng: &mut ChaCha8Rng, p: f64) -> bool {
    random::uniform_f64(rng) < p
}

/// Applies one step; its draws come from `rng`.
///
/// # Errors
/// A sentence, where the image does not fit the step.
pub(super) fn apply(step: &Augment, image: &mut Planes, lights: &Lighting, rng: &mut ChaCha8Rng) -> Result<(), String> {
    match step {
        Augment::Resize { to } => geometry::resize_to(image, *to)?,
        Augment::Letterbox { height, width } => geometry::letterbox(image, *height, *width)?,
        Augment::CenterCrop { height, width } => geometry::center_crop(image, *height, *width)?,
        Augment::RandomCrop { height, width, pad } => geometry::random_crop(image, *height, *width, *pad, rng)?,
        Augment::RandomResizedCrop { height, width, scale, ratio } => {
            geometry::random_resized_crop(image, (*height, *width), *scale, *ratio, rng)?;
        }
        Augment::Hflip { p } if happens(rng, *p) => geometry::hflip(image),
        Augment::Vflip { p } if happens(rng, *p) => geometry::vflip(image),
        Augment::Rotate { degrees } => geometry::random_affine(image, *degrees, 0.0, (1.0, 1.0), 0.0, rng),
        Augment::Affine { degrees, translate, scale, shear } => {
            geometry::random_affine(image, *degrees, *translate, *scale, *shear, rng);
        }
        Augment::ColorJitter { brightness, contrast, saturation, hue } => {
            color::jitter(image, [*brightness, *contrast, *saturation, *hue], rng);
        }
        Augment::Grayscale { p } if happens(rng, *p) => color::saturate(image, 0.0),
        Augment::Blur { sigma } => color::blur(image, between(rng, sigma.0, sigma.1)),
        Augment::Noise { std } => {
            let deviation = *std as f32 * image.white;
            image.data.iter_mut().for_each(|v| *v += deviation * random::normal(rng));
        }
        Augment::Cutout { size, p } if happens(rng, *p) => geometry::cutout(image, *size, rng),
        Augment::Lighting { std } => lighting::light(image, lights, *std, rng),
        // Whole batches are mixed once all their examples are prepared.
        Augment::Mixup { .. } | Augment::Cutmix { .. } => {}
        Augment::Hflip { .. } | Augment::Vflip { .. } | Augment::Grayscale { .. } | Augment::Cutout { .. } => {}
        Augment::Normalize { mean, std } => normalize(image, mean, std)?,
    }
    Ok(())
}

/// `(x - mean) / std`, for each channel or with one number for all.
fn normalize(image: &mut Planes, mean: &[f64], std: &[f64]) -> Result<(), String> {
    if mean.len() != 1 && mean.len() != image.channels {
        return Err(format!("`normalize` has {} means, and the image has {} channels", mean.len(), image.channels));
    }
    for (c, plane) in image.planes_mut().enumerate() {
        let pick = |list: &[f64]| list.get(c).or(list.first()).copied();
        let (mean, std) = (pick(mean).unwrap_or(0.0) as f32, pick(std).unwrap_or(1.0) as f32);
        plane.iter_mut().for_each(|v| *v = (*v - mean) / std);
    }
    Ok(())
}

/// The deterministic counterpart of a training chain, for validation and test examples: random
/// crops become central ones, other random steps fall away, the rest stays as it is.
///
/// `random_resized_crop(s)` becomes the customary `resize(8 / 7 * s) -> center_crop(s)` (256 and
/// 224 on ImageNet).
pub fn deterministic(chain: &[Augment]) -> Vec<Augment> {
    let mut steps = Vec::new();
    for step in chain {
        match step {
            Augment::Resize { .. }
            | Augment::Letterbox { .. }
            | Augment::CenterCrop { .. }
            | Augment::Normalize { .. } => steps.push(step.clone()),
            Augment::RandomCrop { height, width, .. } => {
                steps.push(Augment::CenterCrop { height: *height, width: *width });
            }
            Augment::RandomResizedCrop { height, width, .. } => {
                let side = (*height.max(width) * 8).div_ceil(7);
                steps.push(Augment::Resize { to: ResizeTo::Short(side) });
                steps.push(Augment::CenterCrop { height: *height, width: *width });
            }
            Augment::Hflip { .. }
            | Augment::Vflip { .. }
            | Augment::Rotate { .. }
            | Augment::Affine { .. }
            | Augment::ColorJitter { .. }
            | Augment::Grayscale { .. }
            | Augment::Blur { .. }
            | Augment::Noise { .. }
            | Augment::Cutout { .. }
            | Augment::Lighting { .. }
            | Augment::Mixup { .. }
            | Augment::Cutmix { .. } => {}
        }
    }
    steps
}
