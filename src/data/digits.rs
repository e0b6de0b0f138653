//! The embedded data set: digits drawn as strokes of a random pen.
//!
//! Each example depends on nothing but the seed, its part and its index.

use rayon::prelude::*;

use crate::random::{self, Purpose};

use super::memory::{InMemory, Store};
use super::{Labels, Part};

/// The side of an image.
const SIDE: usize = 28;

/// Added to the part's number for the stream of pixel noise.
const NOISE: u64 = 16;

type Point = (f32, f32);

/// A piece of a stroke in a box of 1 by 1, `y` downwards.
enum Stroke {
    /// A line through these points.
    Line(&'static [Point]),
    /// A part of an ellipse: centre, radii, first and last angle in turns, clockwise from the right.
    Arc(Point, Point, f32, f32),
}

use Stroke::{Arc, Line};

/// How each digit may be written; one of its forms is drawn at random.
static FORMS: [&[&[Stroke]]; 10] = [
    &[&[Arc((0.5, 0.5), (0.3, 0.45), 0.0, 1.0)], &[Arc((0.5, 0.5), (0.38, 0.42), 0.1, 1.1)]],
    &[
        &[Line(&[(0.52, 0.05), (0.52, 0.95)])],
        &[Line(&[(0.3, 0.25), (0.55, 0.05), (0.55, 0.95)])],
        &[Line(&[(0.3, 0.25), (0.52, 0.05), (0.52, 0.95)]), Line(&[(0.3, 0.95), (0.75, 0.95)])],
    ],
    &[
        &[Arc((0.5, 0.3), (0.28, 0.25), 0.5, 1.08), Line(&[(0.74, 0.42), (0.2, 0.95), (0.82, 0.95)])],
        &[
            Arc((0.48, 0.3), (0.27, 0.25), 0.55, 1.15),
            Line(&[(0.63, 0.5), (0.35, 0.8)]),
            Arc((0.32, 0.85), (0.1, 0.09), 0.0, 1.0),
            Line(&[(0.4, 0.88), (0.6, 0.95), (0.82, 0.85)]),
        ],
    ],
    &[
        &[Arc((0.45, 0.28), (0.28, 0.23), 0.55, 1.25), Arc((0.45, 0.72), (0.32, 0.23), 0.75, 1.45)],
        &[Line(&[(0.2, 0.06), (0.75, 0.06), (0.45, 0.42)]), Arc((0.45, 0.68), (0.3, 0.27), 0.75, 1.42)],
    ],
    &[
        &[Line(&[(0.62, 0.95), (0.62, 0.05), (0.15, 0.65), (0.85, 0.65)])],
        &[Line(&[(0.25, 0.05), (0.2, 0.5), (0.75, 0.5)]), Line(&[(0.72, 0.1), (0.68, 0.95)])],
    ],
    &[
        &[Line(&[(0.78, 0.06), (0.3, 0.06), (0.26, 0.45)]), Arc((0.46, 0.67), (0.32, 0.27), 0.65, 1.4)],
        &[
            Line(&[(0.3, 0.08), (0.28, 0.42)]),
            Arc((0.45, 0.67), (0.3, 0.27), 0.68, 1.38),
            Line(&[(0.3, 0.08), (0.8, 0.05)]),
        ],
    ],
    &[
        &[Line(&[(0.65, 0.05), (0.35, 0.35), (0.24, 0.65)]), Arc((0.5, 0.7), (0.27, 0.25), 0.0, 1.0)],
        &[Arc((0.62, 0.55), (0.4, 0.5), 0.45, 0.78), Arc((0.5, 0.72), (0.26, 0.22), 0.0, 1.0)],
    ],
    &[
        &[Line(&[(0.18, 0.08), (0.82, 0.08), (0.42, 0.95)])],
        &[Line(&[(0.18, 0.1), (0.8, 0.08), (0.45, 0.95)]), Line(&[(0.38, 0.5), (0.75, 0.5)])],
    ],
    &[
        &[Arc((0.5, 0.28), (0.23, 0.22), 0.0, 1.0), Arc((0.5, 0.73), (0.29, 0.23), 0.0, 1.0)],
        &[Arc((0.52, 0.27), (0.26, 0.2), 0.0, 1.0), Arc((0.47, 0.72), (0.25, 0.25), 0.0, 1.0)],
    ],
    &[
        &[Arc((0.5, 0.3), (0.27, 0.25), 0.0, 1.0), Line(&[(0.77, 0.3), (0.7, 0.65), (0.55, 0.95)])],
        &[Arc((0.48, 0.3), (0.26, 0.25), 0.0, 1.0), Line(&[(0.74, 0.25), (0.74, 0.95)])],
    ],
];

impl Stroke {
    /// The points of its line; an arc becomes short lines.
    fn points(&self) -> Vec<Point> {
        match self {
            Line(points) => points.to_vec(),
            Arc(centre, radii, from, to) => {
                let steps = 14;
                (0..=steps)
                    .map(|i| {
                        let angle = (from + (to - from) * i as f32 / steps as f32) * std::f32::consts::TAU;
                        (centre.0 + radii.0 * angle.cos(), centre.1 + radii.1 * angle.sin())
                    })
                    .collect()
            }
        }
    }
}

/// Draws a part.
pub(super) fn draw(count: usize, seed: u64, part: Part) -> InMemory {
    let stream_of = match part {
        Part::Train => 0u64,
        Part::Val => 1,
        Part::Test => 2,
    };
    let mut pixels = vec![0u8; count * SIDE * SIDE];
    let labels = pixels
        .par_chunks_exact_mut(SIDE * SIDE)
        .enumerate()
        .map(|(index, image)| example(seed, stream_of, index as u64, image))
        .collect();
    InMemory {
        title: format!("digits/{}", part.name()),
        shape: [1, SIDE, SIDE],
        store: Store::U8(pixels),
        labels: Labels::Classes(labels),
        weights: None,
        names: (0..10).map(|d| d.to_string()).collect(),
    }
}

/// Draws one example and gives its label.
fn example(seed: u64, part: u64, index: u64, image: &mut [u8]) -> u32 {
    let mut rng = random::stream(seed, Purpose::Synthetic, part, index);
    let digit = random::below(&mut rng, 10) as usize;
    let mut between = |low: f32, high: f32| low + (high - low) * random::uniform(&mut rng);
    let forms = FORMS[digit];
    let form = forms[((between(0.0, 1.0) * forms.len() as f32) as usize).min(forms.len() - 1)];

    let angle = between(-0.26, 0.26);
    let shear = between(-0.3, 0.3);
    let (width, height) = (between(11.0, 19.0), between(16.0, 22.0));
    let (dx, dy) = (between(-2.5, 2.5), between(-2.0, 2.0));
    let pen = between(0.7, 1.7);
    let ink = between(0.65, 1.0);
    let (sin, cos) = angle.sin_cos();
    let mut segments = Vec::new();
    for stroke in form {
        let shift = (between(-0.05, 0.05), between(-0.05, 0.05));
        let bend = between(-0.06, 0.06);
        let points: Vec<Point> = stroke
            .points()
            .iter()
            .map(|(x, y)| {
                let y = y + shift.1 - 0.5;
                let x = x + shift.0 - 0.5 + bend * (y * 6.0).sin();
                let (x, y) = ((x - shear * y) * width, y * height);
                (x * cos - y * sin + dx + SIDE as f32 / 2.0, x * sin + y * cos + dy + SIDE as f32 / 2.0)
            })
            .collect();
        segments.extend(points.windows(2).map(|p| (p[0], p[1])));
    }
    let noise = between(0.0, 0.08);
    let mut rng = random::stream(seed, Purpose::Synthetic, part + NOISE, index);
    for (at, pixel) in image.iter_mut().enumerate() {
        let centre = ((at % SIDE) as f32 + 0.5, (at / SIDE) as f32 + 0.5);
        let squared = segments.iter().map(|s| distance_squared(centre, *s)).fold(f32::MAX, f32::min);
        let coverage = (pen + 0.5 - squared.sqrt()).clamp(0.0, 1.0);
        let value = coverage * ink + noise * (random::uniform(&mut rng) * 2.0 - 1.0);
        *pixel = (value.clamp(0.0, 1.0) * 255.0).round() as u8;
    }
    digit as u32
}

/// The squared distance of a point from a line segment.
fn distance_squared(p: Point, (a, b): (Point, Point)) -> f32 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let length = dx * dx + dy * dy;
    let t = if length > 0.0 { (((p.0 - a.0) * dx + (p.1 - a.1) * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
    let (x, y) = (p.0 - a.0 - t * dx, p.1 - a.1 - t * dy);
    x * x + y * y
}
