//! The embedded data set for detection: coloured shapes on a shaded ground.
//!
//! Each picture depends on nothing but the seed, its part and its index. Pictures are drawn when
//! they are asked for.

use std::borrow::Cow;

use rand_chacha::ChaCha8Rng;

use crate::data::image::{Image, Pixels};
use crate::data::{DataError, Dataset, Labels, Part};
use crate::random::{self, Purpose};

use super::BoxLabel;

/// The side of a picture.
const SIDE: usize = 96;
/// The classes.
const NAMES: [&str; 3] = ["circle", "square", "triangle"];
/// The most shapes of a picture.
const MOST: u64 = 4;
/// How far a shape may reach from its centre.
const REACH: (f32, f32) = (8.0, 22.0);
/// The samples of a pixel along each axis.
const SAMPLES: usize = 3;

type Point = (f32, f32);

/// A shape about its centre.
struct Shape {
    class: usize,
    centre: Point,
    /// The radius of the circle that it lies in.
    reach: f32,
    /// The corners of a polygon; none for a circle.
    corners: Vec<Point>,
    colour: [f32; 3],
}

/// A picture before it is drawn.
struct Scene {
    shapes: Vec<Shape>,
    /// The colours of the upper left and the lower right corner.
    ground: [[f32; 3]; 2],
    noise: f32,
}

/// Scenes of a part.
struct Shapes {
    part: u64,
    seed: u64,
    title: String,
    labels: Labels,
    names: Vec<String>,
}

/// The pictures of a part.
pub(in crate::data) fn draw(count: usize, seed: u64, part: Part) -> impl Dataset {
    let stream_of = match part {
        Part::Train => 0u64,
        Part::Val => 1,
        Part::Test => 2,
    };
    let boxes = |index: usize| {
        let (scene, _) = scene(seed, stream_of, index as u64);
        scene.shapes.iter().filter_map(Shape::label).collect()
    };
    Shapes {
        part: stream_of,
        seed,
        title: format!("shapes/{}", part.name()),
        labels: Labels::Boxes((0..count).map(boxes).collect()),
        names: NAMES.map(str::to_string).to_vec(),
    }
}

impl Dataset for Shapes {
    fn image(&self, index: usize) -> Result<Image<'_>, DataError> {
        if index >= self.labels.len() {
            return Err(DataError::damaged(index, self.place(index), "there is no such example"));
        }
        let (scene, mut rng) = scene(self.seed, self.part, index as u64);
        let pixels = Pixels::U8(Cow::Owned(scene.draw(&mut rng)));
        Ok(Image { height: SIDE, width: SIDE, channels: 3, pixels })
    }

    fn labels(&self) -> &Labels {
        &self.labels
    }

    fn names(&self) -> &[String] {
        &self.names
    }

    fn place(&self, index: usize) -> String {
        format!("{}[{index}]", self.title)
    }

    fn shape(&self) -> Option<[usize; 3]> {
        Some([3, SIDE, SIDE])
    }
}

/// Composes a picture; the stream goes on with its noise.
fn scene(seed: u64, part: u64, index: u64) -> (Scene, ChaCha8Rng) {
    let mut rng = random::stream(seed, Purpose::Synthetic, part, index);
    let count = 1 + random::below(&mut rng, MOST);
    let tone = |rng: &mut ChaCha8Rng, low: f32, high: f32| [(); 3].map(|()| between(rng, low, high));
    // Shapes are light on a dark ground, or the other way round.
    let dark = random::below(&mut rng, 2) == 0;
    let (ground, ink) = if dark { ((0.0, 0.45), (0.55, 1.0)) } else { ((0.55, 1.0), (0.0, 0.45)) };
    let ground = [tone(&mut rng, ground.0, ground.1), tone(&mut rng, ground.0, ground.1)];
    let mut shapes: Vec<Shape> = Vec::new();
    for _ in 0..count {
        // A shape that finds no room is left out.
        for _ in 0..20 {
            let reach = between(&mut rng, REACH.0, REACH.1);
            let mut place = || between(&mut rng, reach, SIDE as f32 - reach);
            let centre = (place(), place());
            let apart = |other: &Shape| {
                let (dx, dy) = (centre.0 - other.centre.0, centre.1 - other.centre.1);
                (dx * dx + dy * dy).sqrt() > 0.8 * (reach + other.reach)
            };
            if shapes.iter().all(apart) {
                let class = random::below(&mut rng, NAMES.len() as u64) as usize;
                let colour = tone(&mut rng, ink.0, ink.1);
                let corners = corners(class, centre, reach, &mut rng);
                shapes.push(Shape { class, centre, reach, corners, colour });
                break;
            }
        }
    }
    let noise = between(&mut rng, 0.0, 0.08);
    (Scene { shapes, ground, noise }, rng)
}

fn between(rng: &mut ChaCha8Rng, low: f32, high: f32) -> f32 {
    low + (high - low) * random::uniform(rng)
}

/// The corners of a regular polygon that is turned at random; none for a circle.
fn corners(class: usize, centre: Point, reach: f32, rng: &mut ChaCha8Rng) -> Vec<Point> {
    let sides = match class {
        1 => 4,
        2 => 3,
        _ => return Vec::new(),
    };
    let turn = random::uniform(rng);
    let corner = |k: usize| {
        let angle = (turn + k as f32 / sides as f32) * std::f32::consts::TAU;
        (centre.0 + reach * angle.cos(), centre.1 + reach * angle.sin())
    };
    (0..sides).map(corner).collect()
}

impl Shape {
    fn label(&self) -> Option<BoxLabel> {
        let edge = |centre: f32, own: &dyn Fn(&Point) -> f32| match self.corners.is_empty() {
            true => (centre - self.reach, centre + self.reach),
            false => {
                let all = || self.corners.iter().map(own);
                (all().fold(f32::INFINITY, f32::min), all().fold(f32::NEG_INFINITY, f32::max))
            }
        };
        let (left, right) = edge(self.centre.0, &|p| p.0);
        let (top, bottom) = edge(self.centre.1, &|p| p.1);
        let side = SIDE as f64;
        BoxLabel::from_pixels(self.class as u32, [left, top, right, bottom].map(f64::from), (side, side))
    }

    fn covers(&self, x: f32, y: f32) -> bool {
        let (dx, dy) = (x - self.centre.0, y - self.centre.1);
        if dx * dx + dy * dy > self.reach * self.reach {
            return false;
        }
        // Corners go round clockwise: the inside is on the same side of every edge.
        let next = self.corners.iter().cycle().skip(1);
        self.corners.iter().zip(next).all(|(a, b)| (b.0 - a.0) * (y - a.1) - (b.1 - a.1) * (x - a.0) >= 0.0)
    }
}

impl Scene {
    /// 8-bit values, `[height][width][channel]`.
    fn draw(&self, rng: &mut ChaCha8Rng) -> Vec<u8> {
        let mut pixels = Vec::with_capacity(SIDE * SIDE * 3);
        for (y, x) in (0..SIDE).flat_map(|y| (0..SIDE).map(move |x| (y, x))) {
            let mut sum = [0.0f32; 3];
            for (sy, sx) in (0..SAMPLES).flat_map(|sy| (0..SAMPLES).map(move |sx| (sy, sx))) {
                let at = |pixel: usize, sample: usize| pixel as f32 + (sample as f32 + 0.5) / SAMPLES as f32;
                let colour = self.colour(at(x, sx), at(y, sy));
                sum.iter_mut().zip(colour).for_each(|(s, c)| *s += c);
            }
            for value in sum {
                let value = value / (SAMPLES * SAMPLES) as f32 + self.noise * (2.0 * random::uniform(rng) - 1.0);
                pixels.push((value.clamp(0.0, 1.0) * 255.0).round() as u8);
            }
        }
        pixels
    }

    /// The colour at a place: that of the last shape that covers it.
    fn colour(&self, x: f32, y: f32) -> [f32; 3] {
        if let Some(shape) = self.shapes.iter().rev().find(|s| s.covers(x, y)) {
            return shape.colour;
        }
        let t = (x + y) / (2 * SIDE) as f32;
        let [a, b] = self.ground;
        [0, 1, 2].map(|c| a[c] + (b[c] - a[c]) * t)
    }
}
