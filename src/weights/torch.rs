//! PyTorch checkpoints: the zip archives of PyTorch 1.6 and later, and the stream of pickles
//! before it.
//!
//! Layouts: `torch/serialization.py` (`_save`, `_legacy_save`).

use std::collections::HashMap;
use std::io::Read;

use super::archive::{Blob, Entry, Place, check_claim, to_shape};
use super::element::Element;
use super::error::{Problem, malformed};
use super::pickle::{self, MAX_PICKLE, Object, Pickle, TensorRef, Value};
use super::source::{Source, u64_at};
use super::tensor::{extent, row_major_strides};
use super::zip;

/// The magic number that a legacy file begins with, pickled.
const LEGACY: &[u8] = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.";

/// Keys under which training scripts keep the weights next to other state.
const WEIGHT_KEYS: &[&str] =
    &["state_dict", "model_state_dict", "model_state", "model", "net", "network", "params_ema", "params", "weights"];

/// Whether a zip archive is a checkpoint.
pub(super) fn is_torch_zip(source: &mut Source) -> Result<bool, Problem> {
    Ok(zip::members(source)?.iter().any(|m| is_main_pickle(&m.name)))
}

fn is_main_pickle(name: &str) -> bool {
    name == "data.pkl" || (name.ends_with("/data.pkl") && name.matches('/').count() == 1)
}

/// Whether a file begins like a pickle: with protocol 2 or later, or with what earlier ones
/// begin with.
pub(super) fn is_pickle(head: &[u8]) -> bool {
    match head {
        [0x80, 2..=5, ..] => true,
        [b'c', rest @ ..] => {
            let word = rest.split(|&b| b == b'\n').next().unwrap_or_default();
            !word.is_empty() && word.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.'))
        }
        [b'(', b'l' | b'd' | b'i' | b'c', ..] => true,
        _ => false,
    }
}

pub(super) fn index(source: &mut Source) -> Result<Vec<Entry>, Problem> {
    if source.prefix(2)?.starts_with(b"PK") { index_zip(source) } else { index_legacy(source) }
}

fn index_zip(source: &mut Source) -> Result<Vec<Entry>, Problem> {
    let members = zip::members(source)?;
    let main = members.iter().find(|m| is_main_pickle(&m.name)).ok_or(Problem::UnknownFormat)?;
    let folder = main.name.strip_suffix("data.pkl").unwrap_or_default().to_owned();
    let pickle = pickle::read(&read_member(source, main.blob, "its pickle", MAX_PICKLE)?)?;
    let big_endian = match members.iter().find(|m| m.name == format!("{folder}byteorder")) {
        Some(m) => read_member(source, m.blob, "its byte order", 16)?.starts_with(b"big"),
        None => false,
    };
    let prefix = format!("{folder}data/");
    let storages: HashMap<&str, Blob> =
        members.iter().filter_map(|m| Some((m.name.strip_prefix(&prefix)?, m.blob))).collect();
    entries(&pickle, big_endian, |key, _| storages.get(key).copied())
}

fn read_member(source: &mut Source, blob: Blob, what: &'static str, limit: u64) -> Result<Vec<u8>, Problem> {
    if blob.size > limit {
        return Err(Problem::HeaderTooLarge { what, bytes: blob.size, limit });
    }
    let mut bytes = Vec::new();
    let mut reader = blob.reader(source, what)?;
    reader.read_to_end(&mut bytes).map_err(|e| malformed(format!("{what} does not unpack: {e}")))?;
    Ok(bytes)
}

/// Magic number, protocol, system, objects, storage keys: five pickles. Then, for each key, the
/// number of elements in 8 bytes, and the elements.
fn index_legacy(source: &mut Source) -> Result<Vec<Entry>, Problem> {
    let head = source.prefix(MAX_PICKLE)?;
    if !head.starts_with(LEGACY) {
        // Something else may be pickled here; if it is hostile, that is what to say of it.
        pickle::read(&head)?;
        return Err(Problem::Unsupported("it is a bare pickle, no PyTorch checkpoint".into()));
    }
    let mut at = LEGACY.len();
    let mut next = || -> Result<Pickle, Problem> {
        let pickle = pickle::read(head.get(at..).unwrap_or_default())?;
        at += pickle.bytes;
        Ok(pickle)
    };
    let (_protocol, system, objects, keys) = (next()?, next()?, next()?, next()?);
    let big_endian = system.dict(system.root).is_some_and(|pairs| {
        pairs.iter().any(|(k, v)| system.str(*k) == Some("little_endian") && matches!(v, Value::Bool(false)))
    });
    let storages = legacy_storages(source, &objects, &keys, at as u64, big_endian)?;
    entries(&objects, big_endian, |key, _| storages.get(key).copied())
}

fn legacy_storages(
    source: &mut Source,
    objects: &Pickle,
    keys: &Pickle,
    mut at: u64,
    big_endian: bool,
) -> Result<HashMap<String, Blob>, Problem> {
    let elements: HashMap<&str, Element> = objects
        .objects
        .iter()
        .filter_map(|o| match o {
            Object::Storage { key, element } => Some((key.as_str(), *element)),
            _ => None,
        })
        .collect();
    let Some(Object::List(keys_list)) = keys.object(keys.root) else {
        return Err(malformed("its list of storages is missing"));
    };
    let mut storages = HashMap::new();
    for key in keys_list {
        let key = keys.str(*key).ok_or_else(|| malformed("its list of storages holds something else"))?;
        let element =
            *elements.get(key).ok_or_else(|| malformed(format!("nothing says what storage `{key}` holds")))?;
        let count = u64_at(&source.read_at(at, 8, "the size of a storage")?, 0).unwrap_or_default();
        let count = if big_endian { count.swap_bytes() } else { count };
        at += 8;
        let shape = to_shape(&[count])?;
        let size = check_claim(&format!("storage {key}"), &shape, element, source.len().saturating_sub(at))?;
        storages.insert(key.to_owned(), Blob::plain(at, size));
        at += size;
    }
    Ok(storages)
}

fn entries(
    pickle: &Pickle,
    big_endian: bool,
    storage: impl Fn(&str, Element) -> Option<Blob>,
) -> Result<Vec<Entry>, Problem> {
    let found = Finder { pickle, found: Vec::new(), visits: 0, name_bytes: 0 }.run()?;
    if found.is_empty() {
        return Err(Problem::Unsupported("its pickle holds no tensors".into()));
    }
    found
        .into_iter()
        .map(|(name, tensor)| {
            let blob = storage(&tensor.storage, tensor.element)
                .ok_or_else(|| malformed(format!("the storage of `{name}` is missing")))?;
            entry(name, tensor, blob, big_endian)
        })
        .collect()
}

fn entry(name: String, tensor: &TensorRef, blob: Blob, big_endian: bool) -> Result<Entry, Problem> {
    let element = tensor.element;
    let outside = || malformed(format!("`{name}` reaches outside its storage"));
    let skip = tensor.offset.checked_mul(element.size() as u64).filter(|&s| s <= blob.size).ok_or_else(outside)?;
    let shape = to_shape(&tensor.shape)?;
    check_claim(&name, &shape, element, blob.size - skip)?;
    let strides = to_shape(&tensor.strides)?;
    let reach = extent(&shape, &strides).and_then(|n| n.checked_mul(element.size())).ok_or_else(outside)?;
    if reach as u64 > blob.size - skip {
        return Err(outside());
    }
    let dense = row_major_strides(&shape).ok_or_else(outside)?;
    // The stride of an axis of one element says nothing.
    let is_dense = shape.iter().zip(&strides).zip(&dense).all(|((&d, s), t)| d <= 1 || s == t);
    let strides = if is_dense { None } else { Some(strides) };
    Ok(Entry { name, shape, element, place: Place::Blob { blob, skip, strides, big_endian } })
}

/// Walks the dictionaries of a checkpoint. A pickle can share one dictionary many times over,
/// so visits and the bytes of names are counted.
struct Finder<'a> {
    pickle: &'a Pickle,
    found: Vec<(String, &'a TensorRef)>,
    visits: usize,
    name_bytes: usize,
}

impl<'a> Finder<'a> {
    const MAX_DEPTH: usize = 8;
    const MAX_VISITS: usize = 200_000;
    const MAX_NAME_BYTES: usize = 8 << 20;

    fn run(mut self) -> Result<Vec<(String, &'a TensorRef)>, Problem> {
        let mut root = self.pickle.root;
        if let Some(pairs) = self.pickle.dict(root) {
            let of_weights = |key: &str| {
                let named = pairs.iter().find(|(k, _)| self.pickle.str(*k) == Some(key))?.1;
                let inner = self.pickle.dict(named)?;
                inner.iter().any(|(_, v)| matches!(self.pickle.object(*v), Some(Object::Tensor(_)))).then_some(named)
            };
            root = WEIGHT_KEYS.iter().find_map(|key| of_weights(key)).unwrap_or(root);
        }
        if let Some(Object::Tensor(tensor)) = self.pickle.object(root) {
            self.found.push(("tensor".into(), tensor));
        } else {
            self.walk(root, "", 0)?;
        }
        Ok(self.found)
    }

    fn walk(&mut self, value: Value, prefix: &str, depth: usize) -> Result<(), Problem> {
        let too_much = || malformed("its pickle nests dictionaries without end");
        let Some(pairs) = self.pickle.dict(value) else { return Ok(()) };
        if depth > Self::MAX_DEPTH {
            return Err(too_much());
        }
        for (key, value) in pairs {
            self.visits += 1;
            let key = match (self.pickle.str(*key), key) {
                (Some(text), _) => text.to_owned(),
                (None, Value::Int(n)) => n.to_string(),
                _ => continue,
            };
            let name = if prefix.is_empty() { key } else { format!("{prefix}.{key}") };
            self.name_bytes += name.len();
            if self.visits > Self::MAX_VISITS || self.name_bytes > Self::MAX_NAME_BYTES {
                return Err(too_much());
            }
            match self.pickle.object(*value) {
                Some(Object::Tensor(tensor)) => self.found.push((name, tensor)),
                Some(Object::Dict(_)) => self.walk(*value, &name, depth + 1)?,
                _ => {}
            }
        }
        Ok(())
    }
}
