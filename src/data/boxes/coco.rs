//! COCO's JSON files of instances.

use std::collections::HashMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::data::files::{Input, problem};
use crate::diag::{Diagnostic, codes};

use super::{Annotated, Annotations, BoxLabel, Files, beneath};

/// What is read of a file.
#[derive(Deserialize)]
struct Instances {
    images: Vec<Picture>,
    annotations: Vec<Annotation>,
    categories: Vec<Category>,
}

#[derive(Deserialize)]
struct Picture {
    id: i64,
    file_name: String,
    width: f64,
    height: f64,
}

#[derive(Deserialize)]
struct Annotation {
    image_id: i64,
    category_id: i64,
    /// Left, top, width and height in pixels.
    bbox: [f64; 4],
    /// Whether the box holds a crowd and not a single object.
    #[serde(default)]
    iscrowd: u8,
}

#[derive(Deserialize)]
struct Category {
    id: i64,
    name: String,
}

/// The classes alone.
#[derive(Deserialize)]
struct Categories {
    categories: Vec<Category>,
}

fn parse<T: DeserializeOwned>(files: &Files) -> Result<T, Diagnostic> {
    let bytes = Input::open(&files.labels)?.all(&files.labels)?;
    serde_json::from_slice(&bytes)
        .map_err(|e| problem(codes::BAD_MAGIC, &files.labels, format!("not a COCO file of instances: {e}")))
}

/// The pictures with their boxes, by number, and the classes. Crowds are left out.
pub(super) fn read(files: &Files) -> Result<Annotations, Diagnostic> {
    let Instances { mut images, annotations, categories } = parse(files)?;
    images.sort_by_key(|i| i.id);
    let names: HashMap<i64, &str> = categories.iter().map(|c| (c.id, c.name.as_str())).collect();
    let places: HashMap<i64, usize> = images.iter().enumerate().map(|(at, i)| (i.id, at)).collect();
    let mut pictures = images
        .iter()
        .map(|i| Ok(Annotated { path: beneath(&files.images, &i.file_name, &files.labels)?, boxes: Vec::new() }))
        .collect::<Result<Vec<_>, Diagnostic>>()?;
    for annotation in annotations.iter().filter(|a| a.iscrowd == 0) {
        let (Some(at), Some(name)) = (places.get(&annotation.image_id), names.get(&annotation.category_id)) else {
            let reason = format!(
                "a box belongs to picture {} and category {}, which the file does not have",
                annotation.image_id, annotation.category_id
            );
            return Err(problem(codes::DATA_DAMAGED, &files.labels, reason));
        };
        let [left, top, width, height] = annotation.bbox;
        let size = (images[*at].width, images[*at].height);
        if let Some(label) = BoxLabel::from_pixels(0, [left, top, left + width, top + height], size) {
            pictures[*at].boxes.push((name.to_string(), label.edges));
        }
    }
    Ok(Annotations { pictures, names: by_number(categories) })
}

/// The categories by number.
pub(super) fn names(files: &Files) -> Result<Vec<String>, Diagnostic> {
    parse::<Categories>(files).map(|file| by_number(file.categories))
}

fn by_number(mut categories: Vec<Category>) -> Vec<String> {
    categories.sort_by_key(|c| c.id);
    categories.into_iter().map(|c| c.name).collect()
}
