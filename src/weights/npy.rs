//! NumPy's array format, read from a bounded header.
//!
//! Format: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>.

use std::io::{self, Read, Write};
use std::path::Path;

use super::archive::{Blob, Entry, Place, check_claim};
use super::element::Element;
use super::error::{Problem, malformed};
use super::safetensors::write_values;
use super::source::{Source, u16_at, u32_at};
use super::tensor::{Tensor, Values};

pub(super) const MAGIC: &[u8] = b"\x93NUMPY";

/// The most bytes a header may have; NumPy's own take one or two hundred.
const MAX_HEADER: u64 = 1 << 16;

/// What a header says.
#[derive(Debug, PartialEq)]
pub(super) struct Header {
    pub element: Element,
    pub big_endian: bool,
    pub fortran: bool,
    pub shape: Vec<usize>,
    /// Bytes before the numbers.
    pub bytes: u64,
}

pub(super) fn index(source: &mut Source, path: &Path) -> Result<Entry, Problem> {
    let name = path.file_stem().map_or_else(|| "array".into(), |s| s.to_string_lossy().into_owned());
    entry(source, name, Blob::plain(0, source.len()))
}

/// The entry for an array that fills a blob.
pub(super) fn entry(source: &mut Source, name: String, blob: Blob) -> Result<Entry, Problem> {
    let header = read_header(&mut blob.reader(source, &name)?, &name)?;
    let needs = check_claim(&name, &header.shape, header.element, blob.size.saturating_sub(header.bytes))?;
    if header.bytes.checked_add(needs) != Some(blob.size) {
        return Err(malformed(format!("`{name}` needs {needs} bytes, and has {}", blob.size - header.bytes)));
    }
    let strides = if header.fortran { Some(column_major_strides(&header.shape)) } else { None };
    let place = Place::Blob { blob, skip: header.bytes, strides, big_endian: header.big_endian };
    Ok(Entry { name, shape: header.shape, element: header.element, place })
}

/// Strides of a Fortran-ordered array; the product of the shape is known not to overflow.
fn column_major_strides(shape: &[usize]) -> Vec<usize> {
    let mut stride = 1usize;
    shape
        .iter()
        .map(|&d| {
            let this = stride;
            stride = stride.saturating_mul(d.max(1));
            this
        })
        .collect()
}

fn read_header(reader: &mut dyn Read, name: &str) -> Result<Header, Problem> {
    let no_array = || malformed(format!("`{name}` is no NumPy array"));
    let mut take = |n: u64| -> Result<Vec<u8>, Problem> {
        let mut bytes = Vec::new();
        let read = Read::take(&mut *reader, n).read_to_end(&mut bytes).map_err(|_| no_array())?;
        if (read as u64) < n { Err(no_array()) } else { Ok(bytes) }
    };
    let start = take(8)?;
    if !start.starts_with(MAGIC) {
        return Err(no_array());
    }
    let (width, length) =
        if start[6] == 1 { (2, u16_at(&take(2)?, 0).map(u64::from)) } else { (4, u32_at(&take(4)?, 0).map(u64::from)) };
    let length = length.ok_or_else(no_array)?;
    if length > MAX_HEADER {
        return Err(Problem::HeaderTooLarge { what: "an array header", bytes: length, limit: MAX_HEADER });
    }
    let text = take(length)?;
    let text = std::str::from_utf8(&text).map_err(|_| no_array())?;
    parse(text, name, 8 + width + length)
}

/// Reads `{'descr': '<f4', 'fortran_order': False, 'shape': (64, 3), }`.
fn parse(text: &str, name: &str, bytes: u64) -> Result<Header, Problem> {
    let value = |key: &str| {
        let (_, rest) = text.split_once(&format!("'{key}'"))?;
        rest.trim_start().strip_prefix(':').map(str::trim_start)
    };
    let bad = |what: &str| malformed(format!("the array header of `{name}` has no usable {what}"));
    let descr = value("descr").ok_or_else(|| bad("`descr`"))?;
    let descr = descr
        .strip_prefix('\'')
        .and_then(|d| d.split_once('\''))
        .ok_or_else(|| Problem::Unsupported(format!("`{name}` has records for elements")))?
        .0;
    let (element, big_endian) =
        element(descr).ok_or_else(|| Problem::Unsupported(format!("`{name}` has the element type `{descr}`")))?;
    let fortran = value("fortran_order").ok_or_else(|| bad("`fortran_order`"))?;
    let fortran = match fortran {
        f if f.starts_with("True") => true,
        f if f.starts_with("False") => false,
        _ => return Err(bad("`fortran_order`")),
    };
    let shape = value("shape").and_then(|s| s.strip_prefix('(')?.split_once(')')).ok_or_else(|| bad("`shape`"))?.0;
    let shape = shape
        .split(',')
        .map(|d| d.trim().trim_end_matches('L'))
        .filter(|d| !d.is_empty())
        .map(|d| d.parse().map_err(|_| bad("`shape`")))
        .collect::<Result<Vec<usize>, _>>()?;
    Ok(Header { element, big_endian, fortran, shape, bytes })
}

fn element(descr: &str) -> Option<(Element, bool)> {
    let (order, kind) = descr.split_at_checked(1)?;
    let big_endian = match order {
        "<" | "|" | "=" => false,
        ">" => true,
        _ => return None,
    };
    let element = match kind {
        "f8" => Element::F64,
        "f4" => Element::F32,
        "f2" => Element::F16,
        "i8" => Element::I64,
        "i4" => Element::I32,
        "i2" => Element::I16,
        "i1" => Element::I8,
        "u8" => Element::U64,
        "u4" => Element::U32,
        "u2" => Element::U16,
        "u1" => Element::U8,
        "b1" => Element::Bool,
        _ => return None,
    };
    Some((element, big_endian))
}

/// The header for a tensor, padded so that the numbers begin at a multiple of 64 bytes.
pub(super) fn header_bytes(tensor: &Tensor) -> Vec<u8> {
    let descr = match tensor.values {
        Values::F32(_) => "<f4",
        Values::I64(_) => "<i8",
    };
    let shape: String = tensor.shape.iter().map(|d| format!("{d}, ")).collect();
    let shape = if tensor.shape.len() == 1 { shape.trim_end() } else { shape.trim_end_matches(", ") };
    let text = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({shape}), }}");
    // Magic, version 2.0 and a 32-bit length take 12 bytes; the text ends in a line feed.
    let total = (12 + text.len() + 1).next_multiple_of(64);
    let mut bytes = MAGIC.to_vec();
    bytes.extend([2, 0]);
    bytes.extend(((total - 12) as u32).to_le_bytes());
    bytes.extend(text.as_bytes());
    bytes.resize(total - 1, b' ');
    bytes.push(b'\n');
    bytes
}

/// Writes one tensor as an `.npy` file.
///
/// # Errors
/// Those of the writer.
pub fn write(w: &mut dyn Write, tensor: &Tensor) -> io::Result<()> {
    w.write_all(&header_bytes(tensor))?;
    write_values(w, &tensor.values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_as_numpy_writes_them() {
        let text = "{'descr': '>f8', 'fortran_order': True, 'shape': (2, 3L, ), }";
        let want = Header { element: Element::F64, big_endian: true, fortran: true, shape: vec![2, 3], bytes: 10 };
        assert_eq!(parse(text, "a", 10).unwrap(), want);
        for bad in [
            "{'fortran_order': True, 'shape': ()}",
            "{'descr': '<f4', 'fortran_order': 1, 'shape': ()}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
            "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': ()}",
            "{'descr': '|O', 'fortran_order': False, 'shape': ()}",
        ] {
            parse(bad, "a", 10).unwrap_err();
        }
    }

    #[test]
    fn written_headers_are_aligned_and_read_back() {
        for shape in [vec![], vec![7], vec![2, 3]] {
            let n = shape.iter().product();
            let tensor = Tensor::f32(shape.clone(), vec![0.; n]).unwrap();
            let bytes = header_bytes(&tensor);
            assert_eq!(bytes.len() % 64, 0);
            let header = read_header(&mut &bytes[..], "a").unwrap();
            assert_eq!((header.shape, header.bytes), (shape, bytes.len() as u64));
        }
    }
}
