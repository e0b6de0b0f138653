//! Keras weights in HDF5: `.h5`, `.weights.h5`, and whole models in `.h5`.
//!
//! Every numeric data set is a tensor named by its path, `conv1/kernel:0`; in a whole model only
//! what lies beneath `model_weights` counts. Layouts are left as they are (kernels HWIO, dense
//! weights inputs by outputs): rename rules declare how they change.

use std::sync::{Arc, Mutex};

use hdf5_reader::group::Group;
use hdf5_reader::messages::datatype::Datatype;
use hdf5_reader::storage::{BlockCacheStorage, RangeRequestStorage};
use hdf5_reader::{Dataset, Hdf5File, OpenOptions};

use super::archive::{Entry, Place, check_claim, to_shape};
use super::element::Element;
use super::error::{Problem, malformed};
use super::source::Source;
use super::tensor::{Tensor, element_count};

/// The most groups and data sets that are walked; links may make cycles.
const MAX_OBJECTS: usize = 50_000;
/// The deepest nesting of groups.
const MAX_DEPTH: usize = 32;

/// An opened HDF5 file.
pub(super) struct Hdf5 {
    file: Hdf5File,
}

impl Hdf5 {
    /// Reads the data set of an entry.
    pub fn read(&self, path: &str, entry: &Entry) -> Result<Tensor, Problem> {
        let bytes = self.file.dataset(path).and_then(|d| d.read_native_bytes()).map_err(damaged)?;
        let count = element_count(&entry.shape).unwrap_or(0);
        if bytes.len() != count.saturating_mul(entry.element.size()) {
            return Err(malformed(format!("`{}` has {} bytes for {count} elements", entry.name, bytes.len())));
        }
        let values = entry.element.decode(&mut &bytes[..], count, cfg!(target_endian = "big"))?;
        Ok(Tensor { shape: entry.shape.clone(), values })
    }
}

fn damaged(error: hdf5_reader::error::Error) -> Problem {
    malformed(error.to_string())
}

/// Takes the source over and lists what it holds.
pub(super) fn index(source: Source) -> Result<(Hdf5, Vec<Entry>), Problem> {
    let len = source.len();
    let source = Mutex::new(source);
    let storage = RangeRequestStorage::new(len, move |offset, size| {
        let mut source = source.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        source
            .read_at(offset, size as u64, "a part of the file")
            .map_err(|p| hdf5_reader::error::Error::InvalidData(p.to_string()))
    });
    let storage = Arc::new(BlockCacheStorage::new(Arc::new(storage), 1 << 16, 64));
    let budget = usize::try_from(len.saturating_mul(4)).unwrap_or(usize::MAX).saturating_add(8 << 20);
    let options = OpenOptions::default()
        .with_chunk_cache_bytes(1 << 20)
        .with_max_chunk_bytes(16 << 20)
        .with_max_object_header_bytes(1 << 20)
        .with_max_read_bytes(budget);
    let file = Hdf5File::from_storage_with_options(storage, options).map_err(damaged)?;
    let mut walk = Walk { len, objects: 0, entries: Vec::new() };
    walk.group(&file.root_group().map_err(damaged)?, "", 0)?;
    let mut entries = walk.entries;
    if entries.iter().any(|e| e.name.starts_with(MODEL)) {
        entries.retain(|e| e.name.starts_with(MODEL));
        entries.iter_mut().for_each(|e| e.name.replace_range(..MODEL.len(), ""));
    }
    Ok((Hdf5 { file }, entries))
}

const MODEL: &str = "model_weights/";

struct Walk {
    len: u64,
    objects: usize,
    entries: Vec<Entry>,
}

impl Walk {
    fn group(&mut self, group: &Group, prefix: &str, depth: usize) -> Result<(), Problem> {
        let (groups, datasets) = group.members().map_err(damaged)?;
        self.objects += groups.len() + datasets.len();
        if self.objects > MAX_OBJECTS || depth > MAX_DEPTH {
            return Err(malformed("its groups nest without end"));
        }
        for dataset in &datasets {
            self.dataset(dataset, prefix)?;
        }
        for inner in &groups {
            self.group(inner, &format!("{prefix}{}/", leaf(inner.name())), depth + 1)?;
        }
        Ok(())
    }

    fn dataset(&mut self, dataset: &Dataset, prefix: &str) -> Result<(), Problem> {
        let Some(element) = element(dataset.dtype()) else { return Ok(()) };
        let name = format!("{prefix}{}", leaf(dataset.name()));
        let shape = to_shape(dataset.shape())?;
        // Chunks may be packed; those that are not must lie in the file as they are.
        let available = if dataset.chunks().is_some() { self.len.saturating_mul(1032) } else { self.len };
        check_claim(&name, &shape, element, available)?;
        let place = Place::Hdf5 { path: format!("/{name}") };
        self.entries.push(Entry { name, shape, element, place });
        Ok(())
    }
}

fn leaf(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn element(datatype: &Datatype) -> Option<Element> {
    Some(match datatype {
        Datatype::FloatingPoint { size: 8, .. } => Element::F64,
        Datatype::FloatingPoint { size: 4, .. } => Element::F32,
        Datatype::FloatingPoint { size: 2, .. } => Element::F16,
        Datatype::FixedPoint { size, signed, .. } => match (size, signed) {
            (8, true) => Element::I64,
            (4, true) => Element::I32,
            (2, true) => Element::I16,
            (1, true) => Element::I8,
            (8, false) => Element::U64,
            (4, false) => Element::U32,
            (2, false) => Element::U16,
            (1, false) => Element::U8,
            _ => return None,
        },
        _ => return None,
    })
}
