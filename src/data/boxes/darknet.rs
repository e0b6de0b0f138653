//! Darknet's labels: a text file for each picture with a line `class cx cy w h` for each object,
//! centre and size relative to the picture.

use std::path::{Path, PathBuf};

use crate::data::files::{Input, problem};
use crate::data::folder;
use crate::diag::{Diagnostic, codes};

use super::{Annotated, Files, beneath};

/// The pictures with their boxes. One without a label file shows no object.
pub(super) fn read(files: &Files) -> Result<Vec<Annotated>, Diagnostic> {
    pictures(files)?
        .into_iter()
        .map(|path| {
            let labels = label_file(&path, files);
            let boxes = if labels.is_file() { lines(&labels)? } else { Vec::new() };
            Ok(Annotated { path, boxes })
        })
        .collect()
}

fn pictures(files: &Files) -> Result<Vec<PathBuf>, Diagnostic> {
    let Some(list) = &files.list else {
        return Ok(folder::entries(&files.images)?.into_iter().filter(|p| folder::is_image(p)).collect());
    };
    let bytes = Input::open(list)?.all(list)?;
    let text = String::from_utf8_lossy(&bytes);
    let names = text.lines().map(str::trim).filter(|line| !line.is_empty());
    names.map(|name| beneath(&files.images, name, list)).collect()
}

/// The label file of a picture: `labels` in place of the last folder `images` of its path, else
/// beside it or in the folder of labels.
fn label_file(picture: &Path, files: &Files) -> PathBuf {
    if files.list.is_none() {
        return files.labels.join(picture.file_stem().unwrap_or_default()).with_extension("txt");
    }
    let parts: Vec<_> = picture.components().collect();
    let folder = parts.iter().rposition(|part| part.as_os_str() == "images");
    let swapped: PathBuf = (parts.iter().enumerate())
        .map(|(at, part)| if Some(at) == folder { std::ffi::OsStr::new("labels") } else { part.as_os_str() })
        .collect();
    swapped.with_extension("txt")
}

fn lines(path: &Path) -> Result<Vec<(String, [f64; 4])>, Diagnostic> {
    let bytes = Input::open(path)?.all(path)?;
    let text = String::from_utf8_lossy(&bytes);
    let mut boxes = Vec::new();
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let bad = || {
            let reason = format!("line {number} is not `class x y width height`: `{}`", line.trim());
            problem(codes::DATA_DAMAGED, path, reason)
        };
        let mut words = line.split_whitespace();
        let class = words.next().filter(|w| w.parse::<u32>().is_ok()).ok_or_else(bad)?;
        let numbers: Vec<f64> = words.map(str::parse).collect::<Result<_, _>>().map_err(|_| bad())?;
        let &[cx, cy, w, h] = &numbers[..] else { return Err(bad()) };
        let edges = [cx - w / 2.0, cy - h / 2.0, cx + w / 2.0, cy + h / 2.0].map(|v| v.clamp(0.0, 1.0));
        if !edges.iter().all(|v| v.is_finite()) {
            return Err(bad());
        }
        if edges[2] > edges[0] && edges[3] > edges[1] {
            boxes.push((class.to_string(), edges));
        }
    }
    Ok(boxes)
}

/// The names of a `.names` file (one a line) or of `classes.txt` beside the pictures or above them.
pub(super) fn names(files: &Files) -> Option<Vec<String>> {
    let folders = [Some(files.labels.as_path()), Some(files.images.as_path()), files.images.parent()];
    let is_names =
        |p: &PathBuf| p.extension().is_some_and(|e| e == "names") || p.file_name().is_some_and(|n| n == "classes.txt");
    let file = folders.iter().flatten().find_map(|f| folder::entries(f).ok()?.into_iter().find(is_names))?;
    let bytes = Input::open(&file).and_then(|input| input.all(&file)).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    Some(text.lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_string).collect())
}
