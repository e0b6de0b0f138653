//! Tar shards as webdataset has them (<https://github.com/webdataset/webdataset>): the entries of
//! an example follow one another and share their name up to its first dot: `0007.jpg`, `0007.cls`.
//!
//! Nothing is unpacked: names of entries are never used as paths. The shards are read through
//! once for an index, and each image from its place in its shard.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::diag::{Diagnostic, codes};

use super::files::problem;
use super::folder::{entries, is_image};
use super::image::{Image, decode};
use super::names::Classes;
use super::{DataError, Dataset, Labels, Raw};

/// The most bytes of a label.
const MAX_LABEL: u64 = 1 << 16;
/// The most bytes of an image.
const MAX_IMAGE: u64 = 256 << 20;
/// The most examples of all shards.
const MAX_EXAMPLES: usize = 50_000_000;

/// The examples of some shards.
pub(super) struct Shards {
    files: Vec<PathBuf>,
    spots: Vec<Spot>,
    labels: Labels,
    names: Vec<String>,
}

/// Where an image lies.
struct Spot {
    shard: usize,
    offset: u64,
    length: u64,
    key: String,
}

impl Dataset for Shards {
    fn image(&self, index: usize) -> Result<Image<'_>, DataError> {
        let fail = |reason: String| DataError::damaged(index, self.place(index), reason);
        let spot = self.spots.get(index).ok_or_else(|| fail("there is no such example".into()))?;
        let read = || {
            let mut file = File::open(&self.files[spot.shard])?;
            file.seek(SeekFrom::Start(spot.offset))?;
            let mut bytes = Vec::new();
            file.take(spot.length).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        let bytes = read().map_err(|e: std::io::Error| fail(e.to_string()))?;
        decode(&bytes).map_err(fail)
    }

    fn labels(&self) -> &Labels {
        &self.labels
    }

    fn names(&self) -> &[String] {
        &self.names
    }

    fn place(&self, index: usize) -> String {
        let place = |spot: &Spot| format!("{}[{}]", self.files[spot.shard].display(), spot.key);
        self.spots.get(index).map(place).unwrap_or_default()
    }

    fn raw(&self, index: usize, _slot: usize) -> Option<Raw<'_>> {
        let spot = self.spots.get(index)?;
        Some(Raw { file: &self.files[spot.shard], span: Some((spot.offset, spot.length)) })
    }

    fn shape(&self) -> Option<[usize; 3]> {
        None
    }
}

/// The shards at a path: itself, or those that lie in it, by name.
pub(super) fn find(path: &Path) -> Result<Vec<PathBuf>, Diagnostic> {
    let is_shard = |p: &PathBuf| p.is_file() && p.extension().is_some_and(|e| e.eq_ignore_ascii_case("tar"));
    match path.is_dir() {
        true => Ok(entries(path)?.into_iter().filter(is_shard).collect()),
        false => Ok(vec![path.to_path_buf()].into_iter().filter(is_shard).collect()),
    }
}

/// An example of which all entries have not been seen yet.
#[derive(Default)]
struct Open {
    key: String,
    image: Option<(u64, u64)>,
    label: Option<String>,
}

#[derive(Default)]
struct Index {
    spots: Vec<Spot>,
    labels: Vec<String>,
}

impl Index {
    /// Takes up an example, where it is one.
    fn close(&mut self, open: Open, shard: usize, path: &Path) -> Result<(), Diagnostic> {
        let Open { key, image, label } = open;
        match (image, label) {
            (None, _) => Ok(()),
            (Some(_), None) => {
                let reason = format!("the example `{key}` has no `.cls` beside its image");
                Err(problem(codes::NO_LABEL, path, reason))
            }
            (Some(_), _) if self.spots.len() >= MAX_EXAMPLES => {
                Err(problem(codes::DATA_TOO_LARGE, path, format!("more than {MAX_EXAMPLES} examples")))
            }
            (Some((offset, length)), Some(label)) => {
                self.spots.push(Spot { shard, offset, length, key });
                self.labels.push(label);
                Ok(())
            }
        }
    }

    /// Reads through one shard.
    fn read(&mut self, shard: usize, path: &Path) -> Result<(), Diagnostic> {
        let damaged = |e: std::io::Error| problem(codes::DATA_DAMAGED, path, format!("cannot be read: {e}"));
        let file = File::open(path).map_err(damaged)?;
        let length = file.metadata().map_err(damaged)?.len();
        let mut archive = tar::Archive::new(BufReader::new(file));
        let mut open = Open::default();
        for entry in archive.entries_with_seek().map_err(damaged)? {
            let mut entry = entry.map_err(damaged)?;
            if !entry.header().entry_type().is_file() {
                continue;
            }
            let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            let Some((key, ending)) = split(&name) else { continue };
            if key != open.key {
                let done = std::mem::replace(&mut open, Open { key: key.to_string(), ..Open::default() });
                self.close(done, shard, path)?;
            }
            let (offset, size) = (entry.raw_file_position(), entry.size());
            if offset.checked_add(size).is_none_or(|end| end > length) {
                return Err(problem(codes::DATA_DAMAGED, path, format!("the file ends within `{name}`")));
            }
            if ending == "cls" || ending == "txt" {
                let mut text = String::new();
                (&mut entry).take(MAX_LABEL).read_to_string(&mut text).map_err(damaged)?;
                open.label = Some(text.trim().to_string());
            } else if is_image(Path::new(&format!("a.{ending}"))) && open.image.is_none() {
                if size > MAX_IMAGE {
                    let reason = format!("`{name}` has {size} bytes, over the limit of {MAX_IMAGE}");
                    return Err(problem(codes::DATA_TOO_LARGE, path, reason));
                }
                open.image = Some((offset, size));
            }
        }
        self.close(open, shard, path)
    }
}

/// A name up to the first dot of its last part, and the rest.
fn split(name: &str) -> Option<(&str, &str)> {
    let file = name.rfind('/').map_or(0, |at| at + 1);
    let dot = file + name[file..].find('.')?;
    (dot > file).then(|| (&name[..dot], &name[dot + 1..]))
}

fn index(path: &Path) -> Result<(Vec<PathBuf>, Index), Diagnostic> {
    let files = find(path)?;
    let mut index = Index::default();
    for (shard, file) in files.iter().enumerate() {
        index.read(shard, file)?;
    }
    Ok((files, index))
}

/// Reads shards. The classes are `given`, else those of `reference` (the training part).
pub(super) fn load(path: &Path, reference: Option<&Path>, given: &[String]) -> Result<Shards, Vec<Diagnostic>> {
    let (files, own) = index(path).map_err(|e| vec![e])?;
    let training = reference.filter(|r| given.is_empty() && *r != path).map(index).transpose().map_err(|e| vec![e])?;
    let known = training.as_ref().map_or(&own.labels, |(_, index)| &index.labels);
    let classes = Classes::new(given, known.iter().map(String::as_str));
    let mut labels = Vec::with_capacity(own.labels.len());
    for (name, spot) in own.labels.iter().zip(&own.spots) {
        let file = &files[spot.shard];
        labels.push(classes.label(name).ok_or_else(|| vec![classes.unknown(name, file)])?);
    }
    Ok(Shards { files, spots: own.spots, labels: Labels::Classes(labels), names: classes.into_names() })
}
