//! Annotations of Pascal VOC: one XML file for each picture.

use std::path::{Path, PathBuf};

use roxmltree::{Document, Node, ParsingOptions};

use crate::data::files::{Input, problem};
use crate::data::folder;
use crate::diag::{Diagnostic, codes};

use super::{Annotated, BoxLabel, Files, beneath};

/// The most elements of an annotation.
const MAX_NODES: u32 = 1_000_000;
/// The endings that are tried for a picture whose annotation names none that is there.
const ENDINGS: [&str; 5] = ["jpg", "jpeg", "png", "JPG", "bmp"];

/// The pictures with their boxes, by the names of the annotations. Those of a list where there is
/// one. Objects that are marked as difficult are left out, as is usual.
pub(super) fn read(files: &Files) -> Result<Vec<Annotated>, Diagnostic> {
    annotations(files)?.iter().map(|path| picture(path, files)).collect()
}

fn annotations(files: &Files) -> Result<Vec<PathBuf>, Diagnostic> {
    let Some(list) = &files.list else {
        let is_xml = |p: &PathBuf| p.extension().is_some_and(|e| e.eq_ignore_ascii_case("xml"));
        return Ok(folder::entries(&files.labels)?.into_iter().filter(is_xml).collect());
    };
    let bytes = Input::open(list)?.all(list)?;
    let text = String::from_utf8_lossy(&bytes);
    // A list of one class has a second column, which says whether the picture shows it.
    let names = text.lines().filter_map(|line| line.split_whitespace().next());
    names.map(|name| beneath(&files.labels, &format!("{name}.xml"), list)).collect()
}

fn picture(path: &Path, files: &Files) -> Result<Annotated, Diagnostic> {
    let bad = |reason: String| problem(codes::DATA_DAMAGED, path, reason);
    let bytes = Input::open(path)?.all(path)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| bad("not UTF-8 text".into()))?;
    let options = ParsingOptions { nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(|e| bad(format!("not XML: {e}")))?;
    let root = document.root_element();
    let size = child(root, "size").ok_or_else(|| bad("it has no `size`".into()))?;
    let size = (number(size, "width").map_err(bad)?, number(size, "height").map_err(bad)?);
    let mut boxes = Vec::new();
    for object in root.children().filter(|n| n.has_tag_name("object")) {
        if text_of(object, "difficult").is_some_and(|t| t != "0") {
            continue;
        }
        let name = text_of(object, "name").ok_or_else(|| bad("an object has no `name`".into()))?;
        let bounds = child(object, "bndbox").ok_or_else(|| bad(format!("a `{name}` has no `bndbox`")))?;
        let [left, top, right, bottom] = ["xmin", "ymin", "xmax", "ymax"].map(|edge| number(bounds, edge));
        // Pixels are counted from 1, and the last one belongs to the box.
        let edges = [left.map_err(bad)? - 1.0, top.map_err(bad)? - 1.0, right.map_err(bad)?, bottom.map_err(bad)?];
        boxes.extend(BoxLabel::from_pixels(0, edges, size).map(|label| (name.to_string(), label.edges)));
    }
    Ok(Annotated { path: file_of(root, path, files)?, boxes })
}

/// The picture that an annotation is of: that of its name, else that of the file's own name.
fn file_of(root: Node<'_, '_>, path: &Path, files: &Files) -> Result<PathBuf, Diagnostic> {
    if let Some(name) = text_of(root, "filename") {
        let named = beneath(&files.images, name, path)?;
        if named.is_file() {
            return Ok(named);
        }
    }
    let stem = path.file_stem().unwrap_or_default();
    let named = |ending: &&str| Some(files.images.join(stem).with_extension(ending)).filter(|p| p.is_file());
    ENDINGS.iter().find_map(named).ok_or_else(|| {
        problem(codes::DATA_MISSING, path, format!("its picture is not in `{}`", files.images.display()))
    })
}

fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|n| n.has_tag_name(name))
}

fn text_of<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    child(node, name).and_then(|n| n.text()).map(str::trim)
}

fn number(node: Node<'_, '_>, name: &str) -> Result<f64, String> {
    let text = text_of(node, name).ok_or_else(|| format!("`{name}` is missing"))?;
    text.parse().ok().filter(|n: &f64| n.is_finite()).ok_or_else(|| format!("`{name}` is no number: `{text}`"))
}
