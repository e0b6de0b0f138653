//! The safetensors format: 8 bytes of header length, a JSON header, the numbers.
//!
//! Format: <https://github.com/huggingface/safetensors#format>. The offsets must cover the data
//! without holes or overlaps, which the format demands so that a file hides nothing.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::json;

use super::archive::{Blob, Entry, Place, check_claim, check_unique, to_shape};
use super::element::Element;
use super::error::{Problem, malformed};
use super::source::{Source, u64_at};
use super::tensor::{Tensors, Values};

/// The most bytes a header may have: enough for some ten thousand tensors.
pub const MAX_HEADER: u64 = 1 << 20;

#[derive(Deserialize)]
struct Info {
    dtype: String,
    shape: Vec<u64>,
    data_offsets: (u64, u64),
}

/// The header with its names in order, repetitions included, and the metadata.
struct Header(Vec<(String, Info)>, BTreeMap<String, String>);

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Header;

            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("a mapping of names to tensors")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Header, A::Error> {
                let (mut list, mut metadata) = (Vec::new(), BTreeMap::new());
                while let Some(name) = map.next_key::<String>()? {
                    if name == "__metadata__" {
                        metadata = map.next_value()?;
                    } else {
                        list.push((name, map.next_value()?));
                    }
                }
                Ok(Header(list, metadata))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}

/// The tensors of a file, and its metadata.
pub(super) fn index(source: &mut Source) -> Result<(Vec<Entry>, BTreeMap<String, String>), Problem> {
    let length = source.read_at(0, 8, "the header length")?;
    let length = u64_at(&length, 0).unwrap_or_default();
    if length > MAX_HEADER {
        return Err(Problem::HeaderTooLarge { what: "a header", bytes: length, limit: MAX_HEADER });
    }
    let header = source.read_at(8, length, "the header")?;
    let Header(list, metadata) =
        serde_json::from_slice(&header).map_err(|e| malformed(format!("its header is no safetensors header: {e}")))?;
    check_unique(list.iter().map(|(n, _)| n.as_str()))?;

    let start = 8 + length;
    let data = source.len() - start;
    // Claims are judged before anything else of the index: they are what hostile files lie about.
    let mut entries =
        list.into_iter().map(|(name, info)| entry(name, &info, start, data)).collect::<Result<Vec<_>, _>>()?;
    check_cover(&mut entries, start, data)?;
    Ok((entries, metadata))
}

fn entry(name: String, info: &Info, start: u64, data: u64) -> Result<Entry, Problem> {
    let element = element(&info.dtype)
        .ok_or_else(|| Problem::Unsupported(format!("`{name}` has the element type `{}`", info.dtype)))?;
    let shape = to_shape(&info.shape)?;
    let needs = check_claim(&name, &shape, element, data)?;
    let (from, to) = info.data_offsets;
    if to.checked_sub(from) != Some(needs) {
        return Err(malformed(format!("`{name}` needs {needs} bytes, and its offsets are {from} to {to}")));
    }
    if to > data {
        return Err(Problem::Truncated { what: format!("`{name}`"), needs: to, has: data });
    }
    let blob = Blob::plain(start + from, needs);
    Ok(Entry { name, shape, element, place: Place::Blob { blob, skip: 0, strides: None, big_endian: false } })
}

/// Sorts by place, and refuses holes, overlaps and bytes left over.
fn check_cover(entries: &mut [Entry], start: u64, data: u64) -> Result<(), Problem> {
    let blob = |e: &Entry| match &e.place {
        Place::Blob { blob, .. } => (blob.offset, blob.size),
        Place::Hdf5 { .. } => (0, 0),
    };
    entries.sort_by_key(blob);
    let mut at = start;
    for e in entries.iter() {
        let (offset, size) = blob(e);
        if offset != at {
            let what = if offset < at { "overlaps the tensor before it" } else { "leaves a hole before it" };
            return Err(malformed(format!("`{}` {what}", e.name)));
        }
        at += size;
    }
    if at != start + data {
        return Err(malformed(format!("{} bytes at its end belong to no tensor", start + data - at)));
    }
    Ok(())
}

fn element(dtype: &str) -> Option<Element> {
    Some(match dtype {
        "F64" => Element::F64,
        "F32" => Element::F32,
        "F16" => Element::F16,
        "BF16" => Element::Bf16,
        "I64" => Element::I64,
        "I32" => Element::I32,
        "I16" => Element::I16,
        "I8" => Element::I8,
        "U64" => Element::U64,
        "U32" => Element::U32,
        "U16" => Element::U16,
        "U8" => Element::U8,
        "BOOL" => Element::Bool,
        _ => return None,
    })
}

/// Writes tensors in the order of their names; the same tensors give the same bytes.
///
/// # Errors
/// Those of the writer; a header over [`MAX_HEADER`], which could not be read back.
pub fn write(w: &mut dyn Write, tensors: &Tensors, metadata: &BTreeMap<String, String>) -> io::Result<()> {
    let sorted = tensors.sorted();
    let mut header = serde_json::Map::new();
    if !metadata.is_empty() {
        header.insert("__metadata__".into(), json!(metadata));
    }
    let mut at = 0u64;
    for (name, tensor) in &sorted {
        let (dtype, size) = match &tensor.values {
            Values::F32(v) => ("F32", 4 * v.len() as u64),
            Values::I64(v) => ("I64", 8 * v.len() as u64),
        };
        let info = json!({"dtype": dtype, "shape": tensor.shape, "data_offsets": [at, at + size]});
        header.insert((*name).to_owned(), info);
        at += size;
    }
    let mut header = serde_json::to_vec(&header)?;
    header.resize(header.len().next_multiple_of(8), b' ');
    if header.len() as u64 > MAX_HEADER {
        return Err(io::Error::other("the names make a header over 1 MiB"));
    }
    w.write_all(&(header.len() as u64).to_le_bytes())?;
    w.write_all(&header)?;
    sorted.iter().try_for_each(|(_, tensor)| write_values(w, &tensor.values))
}

/// Writes the numbers in little-endian order.
pub(super) fn write_values(w: &mut dyn Write, values: &Values) -> io::Result<()> {
    const CHUNK: usize = 1 << 14;
    let mut bytes = Vec::with_capacity(CHUNK * 8);
    match values {
        Values::F32(v) => {
            for part in v.chunks(CHUNK) {
                bytes.clear();
                bytes.extend(part.iter().flat_map(|x| x.to_le_bytes()));
                w.write_all(&bytes)?;
            }
        }
        Values::I64(v) => {
            for part in v.chunks(CHUNK) {
                bytes.clear();
                bytes.extend(part.iter().flat_map(|x| x.to_le_bytes()));
                w.write_all(&bytes)?;
            }
        }
    }
    Ok(())
}
