//! Folders of image files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::config::{LabelFrom, label_pattern};
use crate::diag::{Diagnostic, codes};

use super::files::problem;
use super::image::{Image, decode_file};
use super::names::Classes;
use super::{DataError, Dataset, Labels, Raw};

/// The endings of the files that are taken.
const ENDINGS: &[&str] = &["png", "jpg", "jpeg", "bmp", "webp", "pgm", "ppm", "pbm", "pnm"];
/// How deep folders may be nested beneath a class's folder.
const MAX_DEPTH: usize = 16;

/// Image files with their labels.
pub(super) struct Folder {
    /// The files.
    pub(super) paths: Vec<PathBuf>,
    /// Their labels.
    pub(super) labels: Labels,
    /// The names of the classes.
    pub(super) names: Vec<String>,
}

impl Dataset for Folder {
    fn image(&self, index: usize) -> Result<Image<'_>, DataError> {
        match self.paths.get(index) {
            Some(path) => decode_file(path).map_err(|reason| DataError::damaged(index, self.place(index), reason)),
            None => Err(DataError::damaged(index, "", "there is no such example")),
        }
    }

    fn labels(&self) -> &Labels {
        &self.labels
    }

    fn names(&self) -> &[String] {
        &self.names
    }

    fn place(&self, index: usize) -> String {
        self.paths.get(index).map(|p| p.display().to_string()).unwrap_or_default()
    }

    fn raw(&self, index: usize, _slot: usize) -> Option<Raw<'_>> {
        self.paths.get(index).map(|file| Raw { file, span: None })
    }

    fn shape(&self) -> Option<[usize; 3]> {
        None
    }
}

/// Whether a path has the ending of an image file.
pub(super) fn is_image(path: &Path) -> bool {
    path.extension().and_then(|e| e.to_str()).is_some_and(|e| ENDINGS.iter().any(|known| known.eq_ignore_ascii_case(e)))
}

/// The entries of a folder, sorted; hidden ones are left out.
pub(super) fn entries(folder: &Path) -> Result<Vec<PathBuf>, Diagnostic> {
    let fail = |e: std::io::Error| match e.kind() {
        std::io::ErrorKind::NotFound => problem(codes::DATA_MISSING, folder, "there is no such folder"),
        _ => problem(codes::DATA_DAMAGED, folder, format!("cannot be read: {e}")),
    };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        if !entry.file_name().to_string_lossy().starts_with('.') {
            paths.push(entry.path());
        }
    }
    paths.sort();
    Ok(paths)
}

/// All image files in and beneath a folder, sorted.
fn images(folder: &Path, depth: usize, out: &mut Vec<PathBuf>) -> Result<(), Diagnostic> {
    if depth > MAX_DEPTH {
        return Err(problem(codes::DATA_DAMAGED, folder, format!("folders are nested deeper than {MAX_DEPTH}")));
    }
    for path in entries(folder)? {
        if path.is_dir() {
            images(&path, depth + 1, out)?;
        } else if is_image(&path) {
            out.push(path);
        }
    }
    Ok(())
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The image files of a folder with the text of their labels.
fn list(folder: &Path, from: &LabelFrom) -> Result<Vec<(PathBuf, String)>, Diagnostic> {
    let has_folders = entries(folder)?.iter().any(|p| p.is_dir());
    let pattern = match from {
        LabelFrom::Pattern(word) => Some(word.value.as_str()),
        LabelFrom::Auto if !has_folders => Some(r"^(\d+)"),
        LabelFrom::Auto | LabelFrom::Folder => None,
    };
    let mut found = Vec::new();
    match pattern {
        None => {
            for class in entries(folder)?.into_iter().filter(|p| p.is_dir()) {
                let mut paths = Vec::new();
                images(&class, 0, &mut paths)?;
                let name = file_name(&class);
                found.extend(paths.into_iter().map(|p| (p, name.clone())));
            }
        }
        Some(pattern) => {
            let regex = label_pattern(pattern).map_err(|e| problem(codes::NO_LABEL, folder, e))?;
            let mut paths = Vec::new();
            images(folder, 0, &mut paths)?;
            for path in paths {
                let name = file_name(&path);
                match regex.captures(&name).and_then(|c| c.get(1)) {
                    Some(group) => found.push((path, group.as_str().to_string())),
                    None => return Err(no_label(&path, pattern)),
                }
            }
        }
    }
    match found.is_empty() {
        true => Err(problem(codes::NO_EXAMPLES, folder, "no image files are in it").help(
            "it should hold one folder of images for each class, or images whose names begin with their class's number",
        )),
        false => Ok(found),
    }
}

fn no_label(path: &Path, pattern: &str) -> Diagnostic {
    problem(codes::NO_LABEL, path, format!("the pattern `{pattern}` does not match its name"))
        .help("put images into one folder for each class, or write a `label` pattern that matches every name")
}

/// Reads a folder. The classes are `given`, else those of `reference` (the training part).
pub(super) fn load(
    folder: &Path,
    reference: Option<&Path>,
    from: &LabelFrom,
    given: &[String],
) -> Result<Folder, Vec<Diagnostic>> {
    let files = list(folder, from).map_err(|e| vec![e])?;
    let classes = match reference {
        Some(reference) if reference != folder && given.is_empty() => {
            let files = list(reference, from).map_err(|e| vec![e])?;
            Classes::new(given, files.iter().map(|(_, name)| name.as_str()))
        }
        _ => Classes::new(given, files.iter().map(|(_, name)| name.as_str())),
    };
    let mut labels = Vec::with_capacity(files.len());
    let mut unknown = BTreeMap::new();
    for (path, name) in &files {
        match classes.label(name) {
            Some(label) => labels.push(label),
            None => {
                unknown.entry(name).or_insert(path);
            }
        }
    }
    if !unknown.is_empty() {
        return Err(unknown.into_iter().map(|(name, path)| classes.unknown(name, path)).collect());
    }
    let paths = files.into_iter().map(|(path, _)| path).collect();
    Ok(Folder { paths, labels: Labels::Classes(labels), names: classes.into_names() })
}
