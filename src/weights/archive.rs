//! An opened weights file: its index first, its numbers on demand.

use std::collections::{BTreeMap, HashSet};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use flate2::read::DeflateDecoder;
use serde::Serialize;

use super::element::Element;
use super::error::{Problem, WeightsError, malformed};
use super::source::{Source, to_usize};
use super::tensor::{Tensor, Tensors, element_count, extent};
use super::{darknet, keras, npy, npz, safetensors, torch};

/// Formats of weight files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// `.safetensors`
    Safetensors,
    /// `.npz`: a zip archive of NumPy arrays.
    Npz,
    /// `.npy`: one NumPy array.
    Npy,
    /// `.pt`, `.pth`, `.th`: a zip archive, or the stream of pickles before PyTorch 1.6.
    Torch,
    /// `.h5`, `.weights.h5`: HDF5.
    Keras,
    /// `.weights`
    Darknet,
}

impl Format {
    /// Its name as prose writes it.
    pub fn name(self) -> &'static str {
        match self {
            Format::Safetensors => "safetensors",
            Format::Npz => "npz",
            Format::Npy => "npy",
            Format::Torch => "PyTorch",
            Format::Keras => "Keras HDF5",
            Format::Darknet => "Darknet",
        }
    }
}

/// What the index of a file says of one tensor.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name in the file.
    pub name: String,
    /// Its shape; the product is known not to overflow.
    pub shape: Vec<usize>,
    /// The type of its elements in the file.
    pub element: Element,
    pub(super) place: Place,
}

/// Where the elements of a tensor lie.
#[derive(Clone, Debug)]
pub(super) enum Place {
    /// In a run of bytes, `skip` bytes in; in row-major order unless strides (in elements) say
    /// otherwise.
    Blob { blob: Blob, skip: u64, strides: Option<Vec<usize>>, big_endian: bool },
    /// In an HDF5 data set.
    Hdf5 { path: String },
}

/// A run of bytes in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Blob {
    /// First byte in the file.
    pub offset: u64,
    /// Bytes in the file.
    pub stored: u64,
    /// Bytes after unpacking.
    pub size: u64,
    /// Whether it is a raw deflate stream.
    pub deflated: bool,
}

impl Blob {
    pub fn plain(offset: u64, size: u64) -> Self {
        Self { offset, stored: size, size, deflated: false }
    }

    /// A reader of its unpacked bytes.
    pub fn reader<'a>(&self, source: &'a mut Source, what: &str) -> Result<Box<dyn Read + 'a>, Problem> {
        let raw = source.reader(self.offset, self.stored, what)?;
        Ok(if self.deflated { Box::new(DeflateDecoder::new(raw).take(self.size)) } else { Box::new(raw) })
    }
}

/// Refuses a tensor that asks for more bytes than `available`: as truncated, or, where it is out
/// of all proportion, as a false claim. Returns the bytes it needs.
pub(super) fn check_claim(name: &str, shape: &[usize], element: Element, available: u64) -> Result<u64, Problem> {
    let claim =
        |claimed: String| Problem::Claim { name: name.to_owned(), claimed, holds: available / element.size() as u64 };
    let Some(count) = element_count(shape) else {
        let product = shape.iter().map(|&d| d as f64).product::<f64>();
        return Err(claim(format!("about {product:.0e}")));
    };
    let Some(needs) = (count as u64).checked_mul(element.size() as u64) else {
        return Err(claim(count.to_string()));
    };
    if needs <= available {
        return Ok(needs);
    }
    if needs / 16 > available.saturating_add(1 << 16) {
        return Err(claim(count.to_string()));
    }
    Err(Problem::Truncated { what: format!("`{name}`"), needs, has: available })
}

/// Refuses an index in which a name occurs twice.
pub(super) fn check_unique<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<(), Problem> {
    let mut seen = HashSet::new();
    match names.into_iter().find(|n| !seen.insert(*n)) {
        Some(name) => Err(Problem::Duplicate { name: name.to_owned(), renamed: false }),
        None => Ok(()),
    }
}

/// An opened weights file. Opening reads and checks the index alone: every shape is known to fit
/// the file before a number is read.
pub struct Archive {
    path: PathBuf,
    format: Format,
    entries: Vec<Entry>,
    metadata: BTreeMap<String, String>,
    /// Empty for HDF5, whose reader holds the file.
    source: Source,
    /// Length of the file in bytes.
    len: u64,
    hdf5: Option<keras::Hdf5>,
}

impl Archive {
    /// Opens a file whose format its content tells.
    ///
    /// # Errors
    /// See [`Problem`].
    pub fn open(path: &Path) -> Result<Self, WeightsError> {
        Self::open_with(path, None)
    }

    /// Opens a file; where its content tells no format, it is read as Darknet's with these
    /// sections.
    ///
    /// # Errors
    /// See [`Problem`].
    pub fn open_with(path: &Path, sections: Option<&[darknet::Section]>) -> Result<Self, WeightsError> {
        Source::open(path).and_then(|s| Self::index(s, path.to_path_buf(), sections)).map_err(|p| p.at(path))
    }

    /// Reads a file held in memory; `name` stands for it in messages.
    ///
    /// # Errors
    /// See [`Problem`].
    pub fn from_bytes(name: &str, bytes: Vec<u8>, sections: Option<&[darknet::Section]>) -> Result<Self, WeightsError> {
        let path = PathBuf::from(name);
        Self::index(Source::from_bytes(bytes), path.clone(), sections).map_err(|p| p.at(&path))
    }

    fn index(mut source: Source, path: PathBuf, sections: Option<&[darknet::Section]>) -> Result<Self, Problem> {
        let format = recognise(&mut source, sections.is_some())?;
        let len = source.len();
        let (mut hdf5, mut metadata) = (None, BTreeMap::new());
        let entries = match format {
            Format::Safetensors => {
                let (entries, given) = safetensors::index(&mut source)?;
                metadata = given;
                entries
            }
            Format::Npz => npz::index(&mut source)?,
            Format::Npy => vec![npy::index(&mut source, &path)?],
            Format::Torch => torch::index(&mut source)?,
            Format::Keras => {
                let (reader, entries) = keras::index(std::mem::replace(&mut source, Source::from_bytes(Vec::new())))?;
                hdf5 = Some(reader);
                entries
            }
            Format::Darknet => darknet::index(&mut source, sections.unwrap_or_default())?,
        };
        check_unique(entries.iter().map(|e| e.name.as_str()))?;
        Ok(Self { path, format, entries, metadata, source, len, hdf5 })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its format.
    pub fn format(&self) -> Format {
        self.format
    }

    /// What it holds, in the order of the file.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Words that a safetensors file carries besides its tensors; empty for other formats.
    pub fn metadata(&self) -> &BTreeMap<String, String> {
        &self.metadata
    }

    /// Reads the tensor of entry `index`.
    ///
    /// # Errors
    /// [`Problem::Truncated`], [`Problem::Malformed`] or [`Problem::Io`].
    ///
    /// # Panics
    /// Where there is no such entry.
    pub fn read(&mut self, index: usize) -> Result<Tensor, WeightsError> {
        let entry = &self.entries[index];
        read_entry(entry, &mut self.source, self.hdf5.as_ref()).map_err(|p| p.at(&self.path))
    }

    /// Reads all tensors.
    ///
    /// # Errors
    /// Those of [`Archive::read`]; [`Problem::Unpacks`] where the whole would be far larger than
    /// the file (a model's weights hardly compress).
    pub fn read_all(&mut self) -> Result<Tensors, WeightsError> {
        self.check_total().map_err(|p| p.at(&self.path))?;
        let mut all = Tensors::new();
        for index in 0..self.entries.len() {
            let tensor = self.read(index)?;
            all.insert(self.entries[index].name.clone(), tensor).map_err(|p| p.at(&self.path))?;
        }
        Ok(all)
    }

    fn check_total(&self) -> Result<(), Problem> {
        let bytes = self.entries.iter().fold(0u64, |sum, e| {
            let count = element_count(&e.shape).unwrap_or(usize::MAX) as u64;
            sum.saturating_add(count.saturating_mul(8))
        });
        let limit = self.len.saturating_mul(16).saturating_add(32 << 20);
        if bytes > limit { Err(Problem::Unpacks { bytes, limit }) } else { Ok(()) }
    }
}

/// Tells the format by the first bytes.
fn recognise(source: &mut Source, darknet: bool) -> Result<Format, Problem> {
    let head = source.prefix(16)?;
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Ok(if torch::is_torch_zip(source)? { Format::Torch } else { Format::Npz });
    }
    if head.starts_with(npy::MAGIC) {
        return Ok(Format::Npy);
    }
    if head.starts_with(b"\x89HDF\r\n\x1a\n") {
        return Ok(Format::Keras);
    }
    if torch::is_pickle(&head) {
        return Ok(Format::Torch);
    }
    if head.get(8) == Some(&b'{') {
        return Ok(Format::Safetensors);
    }
    if darknet {
        return Ok(Format::Darknet);
    }
    if darknet::looks_like(&head) {
        return Err(Problem::Unsupported(
            "it looks like Darknet's, which has no names: its layer list (the cfg) is needed as well".into(),
        ));
    }
    Err(Problem::UnknownFormat)
}

fn read_entry(entry: &Entry, source: &mut Source, hdf5: Option<&keras::Hdf5>) -> Result<Tensor, Problem> {
    match (&entry.place, hdf5) {
        (Place::Hdf5 { path }, Some(reader)) => reader.read(path, entry),
        (Place::Hdf5 { .. }, None) => Err(malformed("an HDF5 data set outside an HDF5 file")),
        (Place::Blob { blob, skip, strides, big_endian }, _) => {
            let mut reader = blob.reader(source, &entry.name)?;
            let tensor = read_blob(entry, &mut reader, *skip, strides.as_deref(), *big_endian);
            tensor.map_err(|p| short_read(p, entry, blob))
        }
    }
}

/// An index is checked against the file, so a short read comes from a deflate stream.
fn short_read(problem: Problem, entry: &Entry, blob: &Blob) -> Problem {
    match problem {
        Problem::Io(e) if e.kind() == io::ErrorKind::UnexpectedEof => {
            Problem::Truncated { what: format!("`{}`", entry.name), needs: blob.size, has: blob.stored }
        }
        Problem::Io(e) if e.kind() == io::ErrorKind::InvalidInput || e.kind() == io::ErrorKind::InvalidData => {
            malformed(format!("`{}` does not unpack: {e}", entry.name))
        }
        other => other,
    }
}

fn read_blob(
    entry: &Entry,
    reader: &mut dyn Read,
    skip: u64,
    strides: Option<&[usize]>,
    big_endian: bool,
) -> Result<Tensor, Problem> {
    let outside = || malformed(format!("`{}` reaches outside its storage", entry.name));
    let skipped = io::copy(&mut Read::take(&mut *reader, skip), &mut io::sink())?;
    if skipped < skip {
        return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
    }
    let count = match strides {
        Some(strides) => extent(&entry.shape, strides),
        None => element_count(&entry.shape),
    };
    let count = count.ok_or_else(outside)?;
    let values = entry.element.decode(reader, count, big_endian)?;
    match strides {
        Some(strides) => {
            let flat = Tensor { shape: vec![values.len()], values };
            flat.strided(entry.shape.clone(), strides).ok_or_else(outside)
        }
        None => Ok(Tensor { shape: entry.shape.clone(), values }),
    }
}

/// A shape given as 64-bit numbers.
pub(super) fn to_shape(dims: &[u64]) -> Result<Vec<usize>, Problem> {
    dims.iter().map(|&d| to_usize(d)).collect()
}
