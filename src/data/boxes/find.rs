//! Where pictures with boxes lie.

use std::path::{Path, PathBuf};

use crate::data::folder;
use crate::data::layout::{Parts, Place};

/// The formats of boxes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::data) enum Kind {
    /// One JSON file for all pictures.
    Coco,
    /// One XML file for each.
    Voc,
    /// One text file for each.
    Darknet,
}

/// The files of a part.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::data) struct Files {
    /// Their format.
    pub(in crate::data) kind: Kind,
    /// The folder of the pictures.
    pub(in crate::data) images: PathBuf,
    /// The folder of the labels, or COCO's file.
    pub(in crate::data) labels: PathBuf,
    /// A file that lists the pictures of the part.
    pub(in crate::data) list: Option<PathBuf>,
}

/// The parts that lie at a path.
pub(in crate::data) fn detect(path: &Path, kind: Kind) -> Parts {
    let part = |names: &[&str]| {
        names.iter().find_map(|name| match kind {
            Kind::Coco => coco(path, name),
            Kind::Voc => voc(path, name),
            Kind::Darknet => darknet(path, name),
        })
    };
    let place = |files: Option<Files>| files.map(Place::Boxes);
    let parts =
        Parts { train: place(part(&["train"])), val: place(part(&["val", "valid"])), test: place(part(&["test"])) };
    if parts.train.is_some() || parts.val.is_some() || parts.test.is_some() {
        return parts;
    }
    Parts { train: place(alone(path, kind)), ..Parts::default() }
}

fn files(kind: Kind, images: PathBuf, labels: PathBuf) -> Option<Files> {
    (images.is_dir() && labels.exists()).then_some(Files { kind, images, labels, list: None })
}

/// `annotations/instances_PART*.json` with the folder `PART*`, as COCO has it, else `PART` with the
/// file `_annotations.coco.json`, else `PART.json`.
fn coco(path: &Path, part: &str) -> Option<Files> {
    let start = format!("instances_{part}");
    let official = folder::entries(&path.join("annotations")).unwrap_or_default().into_iter().find_map(|file| {
        let rest = file.file_name()?.to_str()?.strip_prefix(&start)?.strip_suffix(".json")?.to_string();
        files(Kind::Coco, path.join(format!("{part}{rest}")), file)
    });
    let own = || files(Kind::Coco, path.join(part), path.join(part).join("_annotations.coco.json"));
    let beside = || {
        let labels = path.join(format!("{part}.json"));
        let folders = [path.join(part), path.join("images"), path.to_path_buf()];
        folders.into_iter().find_map(|images| files(Kind::Coco, images, labels.clone()))
    };
    official.or_else(own).or_else(beside)
}

/// `ImageSets/Main/PART.txt` lists the pictures, as VOC has it; else the folder `PART`.
fn voc(path: &Path, part: &str) -> Option<Files> {
    let list = path.join("ImageSets/Main").join(format!("{part}.txt"));
    if list.is_file() {
        return alone(path, Kind::Voc).map(|files| Files { list: Some(list), ..files });
    }
    alone(&path.join(part), Kind::Voc)
}

/// `PART.txt` lists the pictures; else `images/PART` with `labels/PART`; else the folder `PART`.
fn darknet(path: &Path, part: &str) -> Option<Files> {
    let list = path.join(format!("{part}.txt"));
    if list.is_file() {
        let listed = files(Kind::Darknet, path.to_path_buf(), path.to_path_buf())?;
        return Some(Files { list: Some(list), ..listed });
    }
    files(Kind::Darknet, path.join("images").join(part), path.join("labels").join(part))
        .or_else(|| alone(&path.join(part), Kind::Darknet))
}

/// The files of one part at a path.
pub(in crate::data) fn alone(path: &Path, kind: Kind) -> Option<Files> {
    let has = |folder: &Path, ending: &str| {
        let fits = |p: &PathBuf| p.extension().is_some_and(|e| e.eq_ignore_ascii_case(ending));
        folder::entries(folder).is_ok_and(|entries| entries.iter().any(fits))
    };
    match kind {
        Kind::Coco if path.is_file() => files(kind, path.parent()?.to_path_buf(), path.to_path_buf()),
        Kind::Coco => files(kind, path.to_path_buf(), path.join("_annotations.coco.json")),
        Kind::Voc => files(kind, path.join("JPEGImages"), path.join("Annotations"))
            .or_else(|| files(kind, path.join("images"), path.join("annotations")))
            .or_else(|| files(kind, path.to_path_buf(), path.to_path_buf()).filter(|f| has(&f.labels, "xml"))),
        Kind::Darknet if path.is_file() => {
            let folder = path.parent()?.to_path_buf();
            files(kind, folder.clone(), folder).map(|f| Files { list: Some(path.to_path_buf()), ..f })
        }
        Kind::Darknet => files(kind, path.join("images"), path.join("labels"))
            .or_else(|| files(kind, path.to_path_buf(), path.to_path_buf()).filter(|f| has(&f.labels, "txt"))),
    }
}
