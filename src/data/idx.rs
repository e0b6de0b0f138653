//! IDX files, as MNIST has them (LeCun, Cortes and Burges: "The MNIST database"): two zero bytes,
//! the element type, the number of axes, the sizes as big-endian 32-bit integers, the values.

use std::path::{Path, PathBuf};

use crate::diag::{Diagnostic, codes};

use super::Labels;
use super::files::{Input, problem};
use super::memory::{InMemory, Store};

/// The code of unsigned bytes.
const UNSIGNED_BYTE: u8 = 0x08;

/// An array of bytes.
struct Array {
    sizes: Vec<usize>,
    values: Vec<u8>,
}

fn read(path: &Path) -> Result<Array, Diagnostic> {
    let mut input = Input::open(path)?;
    let mut magic = [0u8; 4];
    input.header(path, &mut magic)?;
    let [0, 0, kind, rank] = magic else {
        return Err(problem(codes::BAD_MAGIC, path, "not an IDX file: it must begin with two zero bytes"));
    };
    if kind != UNSIGNED_BYTE {
        return Err(problem(codes::BAD_MAGIC, path, format!("element type {kind:#04x} is not unsigned bytes (0x08)")));
    }
    if !(1..=4).contains(&rank) {
        return Err(problem(codes::BAD_MAGIC, path, format!("{rank} axes, where 1 to 4 are possible")));
    }
    let mut header = vec![0u8; 4 * usize::from(rank)];
    input.header(path, &mut header)?;
    let sizes: Vec<u32> = header.chunks_exact(4).map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]])).collect();
    let total = sizes.iter().try_fold(1u64, |product, s| product.checked_mul(u64::from(*s)));
    let Some(total) = total else {
        return Err(problem(codes::DATA_TOO_LARGE, path, "the header's sizes overflow"));
    };
    let values = input.rest(path, 4 + header.len() as u64, total)?;
    Ok(Array { sizes: sizes.iter().map(|s| *s as usize).collect(), values })
}

/// Reads images and their labels.
pub(super) fn load(images: &Path, labels: &Path) -> Result<InMemory, Vec<Diagnostic>> {
    let (pixels, classes) = match (read(images), read(labels)) {
        (Ok(a), Ok(b)) => (a, b),
        (a, b) => return Err(a.err().into_iter().chain(b.err()).collect()),
    };
    let (count, shape) = match pixels.sizes.as_slice() {
        [n, h, w] => (*n, [1, *h, *w]),
        [n, h, w, c] => (*n, [*c, *h, *w]),
        other => {
            let reason = format!("images have 3 or 4 axes, and this has {}", other.len());
            return Err(vec![problem(codes::BAD_MAGIC, images, reason)]);
        }
    };
    if classes.sizes.len() != 1 {
        let reason = format!("labels have one axis, and this has {}", classes.sizes.len());
        return Err(vec![problem(codes::BAD_MAGIC, labels, reason)]);
    }
    if shape.contains(&0) {
        return Err(vec![problem(codes::BAD_MAGIC, images, "the images have no pixels")]);
    }
    if count != classes.values.len() {
        let reason = format!("{count} images, but {} labels in `{}`", classes.values.len(), labels.display());
        return Err(vec![problem(codes::COUNTS_DIFFER, images, reason)]);
    }
    Ok(InMemory {
        title: images.display().to_string(),
        shape,
        store: Store::U8(pixels.values),
        labels: Labels::Classes(classes.values.iter().map(|l| u32::from(*l)).collect()),
        weights: None,
        names: Vec::new(),
    })
}

/// The two files of a part in a folder: `train-images-idx3-ubyte`, with or without `.gz`, and
/// with a dot in place of the last dash, as some unpackers write it.
pub(super) fn find(folder: &Path, prefix: &str) -> Option<(PathBuf, PathBuf)> {
    let file = |what: &str, rank: u32| {
        ["-", "."]
            .iter()
            .flat_map(|dot| ["", ".gz"].map(|end| folder.join(format!("{prefix}-{what}{dot}idx{rank}-ubyte{end}"))))
            .find(|p| p.is_file())
    };
    let images = file("images", 3).or_else(|| file("images", 4))?;
    file("labels", 1).map(|labels| (images, labels))
}
