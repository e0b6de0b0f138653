//! Where the parts of a data set lie.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::{DataConfig, DataKind, LabelFrom, ListOf, PartPath};
use crate::diag::{Diagnostic, codes};
use crate::fs::stays_beneath;
use crate::source::Spanned;

use super::boxes::find::{self as boxes, Kind};
use super::boxes::{Files, draw_shapes};
use super::cache::Cached;
use super::cifar::{self, Cifar};
use super::files::problem;
use super::{Dataset, Part, arrays, digits, folder, idx, list, shards};

/// A part and how it is read.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Place {
    /// Drawn by the program: how many, and the seed.
    Digits { count: usize, seed: u64 },
    /// Pictures with boxes drawn by the program: how many, and the seed.
    Shapes { count: usize, seed: u64 },
    /// Pictures with boxes.
    Boxes(Files),
    /// Two IDX files.
    Idx { images: PathBuf, labels: PathBuf },
    /// CIFAR's files.
    Cifar { kind: Cifar, files: Vec<PathBuf> },
    /// A folder of image files.
    Folder(PathBuf),
    /// A list of image files.
    List(PathBuf, ListOf),
    /// A tar shard, or a folder of them.
    Shards(PathBuf),
    /// One npz file, or a file of images and one of labels.
    Arrays { images: PathBuf, labels: Option<PathBuf> },
}

/// The parts of a data set.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Parts {
    /// The training part.
    pub(super) train: Option<Place>,
    /// The validation part.
    pub(super) val: Option<Place>,
    /// The test part.
    pub(super) test: Option<Place>,
}

impl Parts {
    fn get(&self, part: Part) -> Option<&Place> {
        match part {
            Part::Train => self.train.as_ref(),
            Part::Val => self.val.as_ref(),
            Part::Test => self.test.as_ref(),
        }
    }

    fn is_empty(&self) -> bool {
        self.train.is_none() && self.val.is_none() && self.test.is_none()
    }
}

/// Finds the parts. `over` replaces every path of the spec, and is told by its layout.
pub(super) fn find(config: &DataConfig, base: &Path, over: Option<&Path>) -> Result<Parts, Diagnostic> {
    if let Some(path) = over {
        // Boxes cannot be told from other files by what lies there.
        let kind = if box_kind(&config.kind).is_some() { &config.kind } else { &DataKind::Auto };
        return detect(path, kind);
    }
    if let DataKind::Shapes { train, test, seed } = config.kind {
        let place = |count| Some(Place::Shapes { count, seed });
        return Ok(Parts { train: place(train), val: None, test: place(test) });
    }
    if let DataKind::Digits { train, test, seed } = config.kind {
        let place = |count| Some(Place::Digits { count, seed });
        return Ok(Parts { train: place(train), val: None, test: place(test) });
    }
    let mut parts = match &config.path {
        Some(path) => {
            let resolved = resolve(base, path)?;
            detect(&resolved, &config.kind).map_err(|e| e.label(path.span, ""))?
        }
        None => Parts::default(),
    };
    for (given, slot, part) in [
        (&config.train, &mut parts.train, Part::Train),
        (&config.val, &mut parts.val, Part::Val),
        (&config.test, &mut parts.test, Part::Test),
    ] {
        if let Some(given) = given {
            *slot = Some(place(base, given, &config.kind, part)?);
        }
    }
    Ok(parts)
}

/// A path of the spec, which must stay beneath the spec's folder.
fn resolve(base: &Path, path: &Spanned<String>) -> Result<PathBuf, Diagnostic> {
    let relative = Path::new(&path.value);
    match stays_beneath(relative) {
        true => Ok(base.join(relative)),
        false => {
            Err(Diagnostic::error(codes::DATA_OUTSIDE, format!("`{}` leads out of the spec's folder", path.value))
                .label(path.span, "must be a relative path without `..`")
                .help("name the place on the command line instead: `--data PATH`"))
        }
    }
}

/// The place of a part that has a path of its own.
fn place(base: &Path, given: &PartPath, kind: &DataKind, part: Part) -> Result<Place, Diagnostic> {
    match given {
        PartPath::Pair { images, labels } => {
            let (images, labels) = (resolve(base, images)?, resolve(base, labels)?);
            if let Some(kind) = box_kind(kind) {
                return Ok(Place::Boxes(Files { kind, images, labels, list: None }));
            }
            Ok(match kind {
                DataKind::Arrays { .. } => Place::Arrays { images, labels: Some(labels) },
                _ if images.extension().is_some_and(|e| e == "npy") => Place::Arrays { images, labels: Some(labels) },
                _ => Place::Idx { images, labels },
            })
        }
        PartPath::One(path) => {
            let resolved = resolve(base, path)?;
            let missing = || problem(codes::DATA_MISSING, &resolved, "there is no such file or folder");
            if !resolved.exists() {
                return Err(missing()
                    .label(path.span, "named here")
                    .help("check the path, or name another place: `--data PATH`"));
            }
            match kind {
                DataKind::ImageFolder { .. } if resolved.is_dir() => return Ok(Place::Folder(resolved)),
                DataKind::List { of } if resolved.is_file() => return Ok(Place::List(resolved, *of)),
                DataKind::Shards if !shards::find(&resolved)?.is_empty() => return Ok(Place::Shards(resolved)),
                _ => {}
            }
            if let Some(files) = box_kind(kind).and_then(|kind| boxes::alone(&resolved, kind)) {
                return Ok(Place::Boxes(files));
            }
            let parts = detect(&resolved, kind).map_err(|e| e.label(path.span, "named here"))?;
            [part, Part::Train, Part::Test, Part::Val]
                .iter()
                .find_map(|p| parts.get(*p))
                .cloned()
                .ok_or_else(|| missing().label(path.span, "named here"))
        }
    }
}

/// The parts that lie in a folder or file, of one kind or of whatever kind they are.
fn detect(path: &Path, kind: &DataKind) -> Result<Parts, Diagnostic> {
    if !path.exists() {
        return Err(problem(codes::DATA_MISSING, path, "there is no such file or folder")
            .help("check the path, or name another place: `--data PATH`"));
    }
    let auto = *kind == DataKind::Auto;
    let mut parts = box_kind(kind).map(|kind| boxes::detect(path, kind)).unwrap_or_default();
    if auto || *kind == DataKind::Idx {
        parts = detect_idx(path);
    }
    if parts.is_empty() && (auto || *kind == DataKind::Cifar10) {
        parts = detect_cifar(path, Cifar::Ten);
    }
    if parts.is_empty() && (auto || matches!(kind, DataKind::Cifar100 { .. })) {
        let coarse = *kind == DataKind::Cifar100 { coarse: true };
        parts = detect_cifar(path, Cifar::Hundred { coarse });
    }
    if parts.is_empty() && (auto || matches!(kind, DataKind::Arrays { .. })) {
        parts = detect_arrays(path);
    }
    let listed = match kind {
        DataKind::List { of } => Some(*of),
        _ => auto.then_some(ListOf::Images),
    };
    if let (true, Some(of)) = (parts.is_empty(), listed) {
        parts = detect_lists(path, of);
    }
    if parts.is_empty() && (auto || *kind == DataKind::Shards) {
        parts = detect_shards(path)?;
    }
    if parts.is_empty() && path.is_dir() && (auto || matches!(kind, DataKind::ImageFolder { .. })) {
        parts = detect_folders(path)?;
    }
    match parts.is_empty() {
        true => Err(problem(codes::DATA_UNKNOWN_LAYOUT, path, "no data set that is known lies there").help(
            "expected IDX files, CIFAR's binary files, npy or npz arrays, `train.csv` or `train.tsv`, tar shards, `train`/`val`/`test` folders of images, or one folder of images for each class",
        )),
        false => Ok(parts),
    }
}

/// The format of boxes that a kind stands for.
fn box_kind(kind: &DataKind) -> Option<Kind> {
    match kind {
        DataKind::Coco => Some(Kind::Coco),
        DataKind::Voc => Some(Kind::Voc),
        DataKind::Darknet => Some(Kind::Darknet),
        _ => None,
    }
}

fn detect_idx(path: &Path) -> Parts {
    let part = |prefixes: &[&str]| {
        prefixes.iter().find_map(|prefix| idx::find(path, prefix)).map(|(images, labels)| Place::Idx { images, labels })
    };
    Parts { train: part(&["train"]), val: part(&["val", "valid"]), test: part(&["t10k", "test"]) }
}

fn detect_cifar(path: &Path, kind: Cifar) -> Parts {
    let Some((train, test)) = kind.find(path) else { return Parts::default() };
    let place = |files: Vec<PathBuf>| (!files.is_empty()).then_some(Place::Cifar { kind, files });
    Parts { train: place(train), val: None, test: place(test) }
}

/// A list, or lists named by their part in a folder.
fn detect_lists(path: &Path, of: ListOf) -> Parts {
    let is_list = |p: &Path| p.is_file() && p.extension().is_some_and(|e| e == "csv" || e == "tsv");
    let place = |p: PathBuf| Place::List(p, of);
    if path.is_file() {
        return Parts { train: is_list(path).then(|| place(path.to_path_buf())), ..Parts::default() };
    }
    let part = |name: &str| {
        let paths = ["csv", "tsv"].map(|ending| path.join(format!("{name}.{ending}")));
        paths.into_iter().find(|p| is_list(p)).map(place)
    };
    Parts { train: part("train"), val: part("val").or_else(|| part("valid")), test: part("test") }
}

/// Shards in folders named by their part, in one folder, or one shard.
fn detect_shards(path: &Path) -> Result<Parts, Diagnostic> {
    let part = |name: &str| -> Result<Option<Place>, Diagnostic> {
        let folder = path.join(name);
        let holds = folder.is_dir() && !shards::find(&folder)?.is_empty();
        Ok(holds.then_some(Place::Shards(folder)))
    };
    let parts = Parts { train: part("train")?, val: part("val")?, test: part("test")? };
    if !parts.is_empty() || shards::find(path)?.is_empty() {
        return Ok(parts);
    }
    Ok(Parts { train: Some(Place::Shards(path.to_path_buf())), ..Parts::default() })
}

/// One npz file with arrays for each part or for one, or files of arrays for each part.
fn detect_arrays(path: &Path) -> Parts {
    let has_ending = |p: &Path, ending: &str| p.extension().is_some_and(|e| e.eq_ignore_ascii_case(ending));
    if path.is_file() {
        return match has_ending(path, "npz") {
            true => arrays::parts_of(path),
            false => Parts::default(),
        };
    }
    let part = |name: &str| {
        let npz = path.join(format!("{name}.npz"));
        if npz.is_file() {
            return Some(Place::Arrays { images: npz, labels: None });
        }
        [("images", "labels"), ("x", "y")].iter().find_map(|(x, y)| {
            let (images, labels) = (path.join(format!("{name}_{x}.npy")), path.join(format!("{name}_{y}.npy")));
            (images.is_file() && labels.is_file()).then_some(Place::Arrays { images, labels: Some(labels) })
        })
    };
    Parts { train: part("train"), val: part("val"), test: part("test") }
}

/// Folders that begin with a part's name, or else one folder of class folders.
fn detect_folders(path: &Path) -> Result<Parts, Diagnostic> {
    let entries = folder::entries(path)?;
    let folders: Vec<&PathBuf> = entries.iter().filter(|p| p.is_dir()).collect();
    let named = |prefix: &str| {
        let fits = |p: &&&PathBuf| {
            let name = p.file_name().map(|n| n.to_string_lossy().to_lowercase()).unwrap_or_default();
            name.strip_prefix(prefix).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
        };
        folders.iter().find(fits).map(|p| Place::Folder(p.to_path_buf()))
    };
    let train = named("train").or_else(|| named("training"));
    let val = named("val").or_else(|| named("valid")).or_else(|| named("validation"));
    let parts = Parts { train, val, test: named("test") };
    if parts.train.is_some() || (!parts.is_empty() && folders.len() <= 2) {
        return Ok(parts);
    }
    let is_class = |p: &&PathBuf| folder::entries(p).is_ok_and(|e| e.iter().any(|f| folder::is_image(f)));
    let has_images = entries.iter().any(|p| folder::is_image(p)) || folders.iter().any(is_class);
    Ok(Parts { train: has_images.then(|| Place::Folder(path.to_path_buf())), ..Parts::default() })
}

/// Reads a part.
pub(super) fn load(parts: &Parts, part: Part, config: &DataConfig) -> Result<Arc<dyn Dataset>, Vec<Diagnostic>> {
    let Some(place) = parts.get(part) else { return Err(Vec::new()) };
    let at_section = |mut problems: Vec<Diagnostic>| {
        for p in problems.iter_mut().filter(|p| p.labels.is_empty()) {
            *p = p.clone().label(config.span, "");
        }
        problems
    };
    let named = |mut set: super::memory::InMemory| {
        if !config.classes.is_empty() {
            set.names.clone_from(&config.classes);
        }
        Arc::new(set) as Arc<dyn Dataset>
    };
    let cached =
        |set: Arc<dyn Dataset>| Arc::new(Cached::new(set, config.cache.saturating_mul(1 << 20))) as Arc<dyn Dataset>;
    match place {
        Place::Digits { count, seed } => Ok(named(digits::draw(*count, *seed, part))),
        Place::Shapes { count, seed } => Ok(cached(Arc::new(draw_shapes(*count, *seed, part)))),
        Place::Boxes(files) => {
            let reference = match &parts.train {
                Some(Place::Boxes(train)) => Some(train),
                _ => None,
            };
            super::boxes::load(files, reference, config).map(|set| cached(Arc::new(set)))
        }
        Place::Idx { images, labels } => idx::load(images, labels).map(named),
        Place::Cifar { kind, files } => cifar::load(*kind, files).map(named),
        Place::Arrays { images, labels } => arrays::load(images, labels.as_deref(), part, &config.kind).map(named),
        Place::Folder(path) => {
            let reference = match &parts.train {
                Some(Place::Folder(train)) => Some(train.as_path()),
                _ => None,
            };
            let from = match &config.kind {
                DataKind::ImageFolder { label } => label.clone(),
                _ => LabelFrom::Auto,
            };
            folder::load(path, reference, &from, &config.classes).map(|set| cached(Arc::new(set)))
        }
        Place::List(path, of) => {
            let reference = match &parts.train {
                Some(Place::List(train, _)) => Some(train.as_path()),
                _ => None,
            };
            list::load(path, reference, *of, &config.classes).map(|set| cached(Arc::new(set)))
        }
        Place::Shards(path) => {
            let reference = match &parts.train {
                Some(Place::Shards(train)) => Some(train.as_path()),
                _ => None,
            };
            shards::load(path, reference, &config.classes).map(|set| cached(Arc::new(set)))
        }
    }
    .map_err(at_section)
}
