//! Boxes around the objects of pictures: how they move with the picture, and where they are read.

mod coco;
mod darknet;
pub(super) mod find;
mod shapes;
#[cfg(test)]
mod tests;
mod voc;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::config::DataConfig;
use crate::diag::{Diagnostic, codes};
use crate::fs::stays_beneath;

use super::Labels;
use super::augment::Placement;
use super::files::problem;
use super::folder::Folder;
use super::names::Classes;

pub(super) use find::Files;
pub(super) use shapes::draw as draw_shapes;

/// The numbers of a box in a label: class, centre, size.
pub const BOX_WIDTH: usize = 5;

/// The part of a box's area that must still be seen in an augmented picture for it to count.
const VISIBLE: f64 = 0.25;

/// An object in a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BoxLabel {
    /// Its class.
    pub class: u32,
    /// Left, upper, right and lower edge, relative to the picture.
    pub edges: [f64; 4],
}

impl BoxLabel {
    /// From edges in pixels of a picture of this size; cut off at the picture's edges. `None` where
    /// nothing is left.
    fn from_pixels(class: u32, edges: [f64; 4], (width, height): (f64, f64)) -> Option<Self> {
        let [left, top, right, bottom] = edges;
        let edges = [left / width, top / height, right / width, bottom / height].map(|v| v.clamp(0.0, 1.0));
        let whole = edges.iter().all(|v| v.is_finite()) && edges[2] > edges[0] && edges[3] > edges[1];
        whole.then_some(Self { class, edges })
    }

    /// Where the box is in a picture that was prepared; `None` where little of it is left.
    pub(super) fn moved(&self, place: &Placement, from: (usize, usize), to: (usize, usize)) -> Option<Self> {
        let (from, to) = ((from.0 as f64, from.1 as f64), (to.0 as f64, to.1 as f64));
        let [left, top, right, bottom] = self.edges;
        let [left, top, right, bottom] = place.rect([left * from.0, top * from.1, right * from.0, bottom * from.1]);
        let whole = (right - left) * (bottom - top);
        let seen = Self::from_pixels(self.class, [left, top, right, bottom], to)?;
        let area = (seen.edges[2] - seen.edges[0]) * to.0 * (seen.edges[3] - seen.edges[1]) * to.1;
        (area >= VISIBLE * whole).then_some(seen)
    }

    /// Class, centre and size, as the losses take them.
    fn numbers(&self) -> [f32; BOX_WIDTH] {
        let [left, top, right, bottom] = self.edges;
        let numbers = [(left + right) / 2.0, (top + bottom) / 2.0, right - left, bottom - top];
        let [cx, cy, w, h] = numbers.map(|v| v as f32);
        [self.class as f32, cx, cy, w, h]
    }
}

/// Appends boxes as numbers, filled up to `room` with those of class -1.
pub(super) fn append(boxes: impl Iterator<Item = BoxLabel>, room: usize, out: &mut Vec<f32>) {
    let end = out.len() + room * BOX_WIDTH;
    out.extend(boxes.take(room).flat_map(|b| b.numbers()));
    while out.len() < end {
        out.extend([-1.0, 0.0, 0.0, 0.0, 0.0]);
    }
}

/// A picture with named boxes, as an annotation has it.
struct Annotated {
    path: PathBuf,
    /// Names of classes with edges relative to the picture.
    boxes: Vec<(String, [f64; 4])>,
}

/// What the annotations of a part hold.
struct Annotations {
    pictures: Vec<Annotated>,
    /// The classes in the order of their numbers.
    names: Vec<String>,
}

/// Reads a part: `files` are its own and `reference` those of the training part, which tell the
/// classes where the spec does not.
pub(super) fn load(files: &Files, reference: Option<&Files>, config: &DataConfig) -> Result<Folder, Vec<Diagnostic>> {
    let Annotations { pictures, names } = read(files).map_err(|e| vec![e])?;
    let training = reference.filter(|r| config.classes.is_empty() && *r != files);
    let training = training.map(names_of).transpose().map_err(|e| vec![e])?;
    let listed = if config.classes.is_empty() { training.unwrap_or(names) } else { config.classes.clone() };
    let classes = Classes::new(&listed, []);
    let mut unknown = BTreeMap::new();
    let mut labels = Vec::with_capacity(pictures.len());
    for picture in &pictures {
        let mut own = Vec::with_capacity(picture.boxes.len());
        for (name, edges) in &picture.boxes {
            match classes.label(name) {
                Some(class) => own.push(BoxLabel { class, edges: *edges }),
                None => {
                    unknown.entry(name).or_insert(&picture.path);
                }
            }
        }
        labels.push(own);
    }
    if !unknown.is_empty() {
        return Err(unknown.into_iter().map(|(name, path)| classes.unknown(name, path)).collect());
    }
    if labels.iter().all(Vec::is_empty) {
        return Err(vec![
            problem(codes::NO_LABEL, &files.labels, "no boxes are in it").help("check the paths of images and labels"),
        ]);
    }
    let names = classes.into_names();
    Ok(Folder { paths: pictures.into_iter().map(|p| p.path).collect(), labels: Labels::Boxes(labels), names })
}

fn read(files: &Files) -> Result<Annotations, Diagnostic> {
    let used = |pictures: &[Annotated]| -> BTreeSet<String> {
        pictures.iter().flat_map(|p| &p.boxes).map(|(name, _)| name.clone()).collect()
    };
    match files.kind {
        find::Kind::Coco => coco::read(files),
        find::Kind::Voc => {
            let pictures = voc::read(files)?;
            Ok(Annotations { names: used(&pictures).into_iter().collect(), pictures })
        }
        find::Kind::Darknet => {
            let pictures = darknet::read(files)?;
            let most = || used(&pictures).iter().filter_map(|n| n.parse::<usize>().ok()).max();
            let numbers = || (0..most().map_or(0, |m| m + 1)).map(|n| n.to_string()).collect();
            Ok(Annotations { names: darknet::names(files).unwrap_or_else(numbers), pictures })
        }
    }
}

/// The classes of a part of which nothing else is wanted.
fn names_of(files: &Files) -> Result<Vec<String>, Diagnostic> {
    let listed = match files.kind {
        find::Kind::Coco => Some(coco::names(files)?),
        find::Kind::Voc => None,
        find::Kind::Darknet => darknet::names(files),
    };
    listed.map_or_else(|| Ok(read(files)?.names), Ok)
}

/// A path that an annotation names, which must stay beneath the folder of the pictures: annotations
/// may come from a stranger.
fn beneath(folder: &Path, name: &str, from: &Path) -> Result<PathBuf, Diagnostic> {
    let relative = Path::new(name);
    match stays_beneath(relative) {
        true => Ok(folder.join(relative)),
        false => Err(problem(codes::DATA_DAMAGED, from, format!("`{name}` leads out of the folder of pictures"))),
    }
}
