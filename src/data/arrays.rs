//! Arrays in npy and npz files (NumPy's format: NEP 1).

use std::io::Read;
use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

use crate::config::{DataKind, Layout};
use crate::diag::{Diagnostic, codes};

use super::files::{Input, MAX_BYTES, problem, too_large};
use super::layout::{Parts, Place};
use super::memory::{InMemory, Store};
use super::{Labels, Part};

/// The longest header that is read; NumPy itself refuses more than 10,000 bytes.
const MAX_HEADER: usize = 1 << 16;
/// Names of images in an npz file; `x_train` and the like are tried first.
const IMAGES: &[&str] = &["images", "x", "data"];
/// Names of labels in an npz file.
const LABELS: &[&str] = &["labels", "y", "targets"];

/// Names of weights in an npz file; there may be none.
const WEIGHTS: &[&str] = &["weights", "sample_weight"];

/// The values of an array.
enum Values {
    U8(Vec<u8>),
    Ints(Vec<i64>),
    Floats(Vec<f32>),
}

/// An array in C order.
struct Array {
    shape: Vec<usize>,
    values: Values,
}

fn parse(path: &Path, bytes: &[u8]) -> Result<Array, Diagnostic> {
    let fail = |reason: &str| problem(codes::BAD_MAGIC, path, reason);
    if !bytes.starts_with(b"\x93NUMPY") {
        return Err(fail("not an npy array"));
    }
    let text = match (bytes.get(6), bytes.get(8..12)) {
        (Some(1), Some([a, b, ..])) => 10 + usize::from(u16::from_le_bytes([*a, *b])),
        (Some(2 | 3), Some([a, b, c, d])) => 12usize.saturating_add(u32::from_le_bytes([*a, *b, *c, *d]) as usize),
        _ => return Err(fail("an npy array of an unknown version")),
    };
    if text > MAX_HEADER {
        return Err(fail("its header is over the size limit"));
    }
    let (Some(head), Some(body)) = (bytes.get(..text), bytes.get(text..)) else {
        return Err(fail("the file ends within its header"));
    };
    let head = std::str::from_utf8(head.get(10..).unwrap_or(&[])).unwrap_or("");
    let Some((kind, fortran, shape)) = header(head) else {
        return Err(fail("its header cannot be read, or its elements are records"));
    };
    let count = shape.as_ref().and_then(|s| s.iter().try_fold(1usize, |product, s| product.checked_mul(*s)));
    let (Some(shape), Some(count)) = (shape, count) else {
        return Err(fail("its sizes overflow"));
    };
    if fortran && shape.len() > 1 {
        return Err(fail("its axes are in Fortran's order")
            .help("save it in C order: `numpy.save(path, numpy.ascontiguousarray(array))`"));
    }
    let width: usize = kind.get(2..).and_then(|w| w.parse().ok()).unwrap_or(0);
    if count.checked_mul(width) != Some(body.len()) {
        return Err(fail(&format!("its header promises {count} values of `{kind}`, and {} bytes follow", body.len())));
    }
    let values = convert(kind, body).ok_or_else(|| {
        fail(&format!("its element type `{kind}` is not supported"))
            .help("save it as uint8, an integer type, float32 or float64, in little-endian order")
    })?;
    Ok(Array { shape, values })
}

/// Element type, whether the order is Fortran's, and the sizes (`None` where one does not fit)
/// from the Python dictionary of a header. `npyz` multiplies sizes without a check, so it is
/// not used on files that may be hostile.
fn header(text: &str) -> Option<(&str, bool, Option<Vec<usize>>)> {
    static ENTRIES: LazyLock<[Regex; 3]> = LazyLock::new(|| {
        [
            r"'descr'\s*:\s*'([<>|=][a-zA-Z]\d{0,4})'",
            r"'fortran_order'\s*:\s*(True|False)",
            r"'shape'\s*:\s*\(([\d,\s]*)\)",
        ]
        .map(|pattern| Regex::new(pattern).expect("the pattern is a constant"))
    });
    let [descr, order, shape] = ENTRIES.each_ref().map(|entry| Some(entry.captures(text)?.get(1)?.as_str()));
    let sizes = shape?.split(',').map(str::trim).filter(|s| !s.is_empty()).map(|s| s.parse().ok()).collect();
    Some((descr?, order? == "True", sizes))
}

fn convert(kind: &str, body: &[u8]) -> Option<Values> {
    macro_rules! ints {
        ($ty:ty) => {
            Values::Ints(read(body, |b| <$ty>::from_le_bytes(b) as i64))
        };
    }
    fn read<const N: usize, T>(body: &[u8], f: impl Fn([u8; N]) -> T) -> Vec<T> {
        body.as_chunks::<N>().0.iter().map(|b| f(*b)).collect()
    }
    Some(match kind {
        "|u1" => Values::U8(body.to_vec()),
        "|b1" => Values::Ints(body.iter().map(|b| i64::from(*b != 0)).collect()),
        "|i1" => ints!(i8),
        "<i2" => ints!(i16),
        "<i4" => ints!(i32),
        "<i8" => Values::Ints(read(body, i64::from_le_bytes)),
        "<u2" => ints!(u16),
        "<u4" => ints!(u32),
        "<f4" => Values::Floats(read(body, f32::from_le_bytes)),
        "<f8" => Values::Floats(read(body, |b| f64::from_le_bytes(b) as f32)),
        _ => return None,
    })
}

type Zip = zip::ZipArchive<std::io::BufReader<std::fs::File>>;

fn archive(path: &Path) -> Result<Zip, Diagnostic> {
    let file = std::fs::File::open(path).map_err(|e| problem(codes::DATA_MISSING, path, e))?;
    zip::ZipArchive::new(std::io::BufReader::new(file))
        .map_err(|e| problem(codes::BAD_MAGIC, path, format!("not an npz file: {e}")))
}

fn member(path: &Path, zip: &mut Zip, name: &str) -> Result<Array, Diagnostic> {
    let fail = |e: &dyn std::fmt::Display| problem(codes::DATA_DAMAGED, path, format!("`{name}` cannot be read: {e}"));
    let file = zip.by_name(&format!("{name}.npy")).map_err(|e| fail(&e))?;
    if file.size() > MAX_BYTES {
        return Err(too_large(path, file.size()));
    }
    let size = file.size();
    let mut bytes = Vec::new();
    file.take(size.saturating_add(1)).read_to_end(&mut bytes).map_err(|e| fail(&e))?;
    parse(path, &bytes)
}

/// The first of these names that the file holds for a part: `x_train`, `train_x`, `x`.
fn pick(zip: &Zip, given: Option<&str>, known: &[&str], part: Part) -> Option<String> {
    let has = |name: &str| zip.index_for_name(&format!("{name}.npy")).is_some();
    let candidates = match given {
        Some(name) => vec![name],
        None => known.to_vec(),
    };
    let of_part = candidates.iter().flat_map(|c| [format!("{c}_{}", part.name()), format!("{}_{c}", part.name())]);
    of_part.chain(candidates.iter().map(|c| c.to_string())).find(|name| has(name))
}

/// The parts that one npz file holds: `x_train`, `x_test` and the like, or one part.
pub(super) fn parts_of(path: &Path) -> Parts {
    let whole = Parts { train: Some(Place::Arrays { images: path.to_path_buf(), labels: None }), ..Parts::default() };
    let Ok(zip) = archive(path) else { return whole };
    let part = |part: Part| {
        let own = |name: &String| name.contains(part.name());
        let images = pick(&zip, None, IMAGES, part).filter(own);
        images.map(|_| Place::Arrays { images: path.to_path_buf(), labels: None })
    };
    let parts = Parts { train: part(Part::Train), val: part(Part::Val), test: part(Part::Test) };
    if parts == Parts::default() { whole } else { parts }
}

/// Reads images and labels.
pub(super) fn load(
    images: &Path,
    labels: Option<&Path>,
    part: Part,
    kind: &DataKind,
) -> Result<InMemory, Vec<Diagnostic>> {
    let (x_name, y_name, layout) = match kind {
        DataKind::Arrays { images, labels, layout } => (images.as_deref(), labels.as_deref(), *layout),
        _ => (None, None, None),
    };
    let (x, y, w) = match labels {
        Some(labels) => {
            let read = |path: &Path| Input::open(path)?.all(path).and_then(|bytes| parse(path, &bytes));
            (read(images), read(labels), Ok(None))
        }
        None => {
            let mut zip = archive(images).map_err(|e| vec![e])?;
            let names = pick(&zip, x_name, IMAGES, part).zip(pick(&zip, y_name, LABELS, part));
            let Some((x, y)) = names else {
                let held: Vec<_> = zip.file_names().flatten().collect();
                let held = crate::diag::listing(held.iter().map(|n| n.trim_end_matches(".npy")), 8);
                return Err(vec![
                    problem(codes::NO_EXAMPLES, images, "images and labels are not among its arrays")
                        .help(format!("it holds {held}: name two of them as `images` and `labels` of `data`")),
                ]);
            };
            let weights = pick(&zip, None, WEIGHTS, part).map(|name| member(images, &mut zip, &name)).transpose();
            (member(images, &mut zip, &x), member(images, &mut zip, &y), weights)
        }
    };
    match (x, y, w) {
        (Ok(x), Ok(y), Ok(w)) => combine(images, x, y, layout)
            .and_then(|set| {
                Ok(InMemory { weights: w.map(|w| weights(images, w, set.labels.len())).transpose()?, ..set })
            })
            .map_err(|e| vec![e]),
        (x, y, w) => Err(x.err().into_iter().chain(y.err()).chain(w.err()).collect()),
    }
}

fn combine(path: &Path, x: Array, y: Array, layout: Option<Layout>) -> Result<InMemory, Diagnostic> {
    let count = x.shape.first().copied().unwrap_or(0);
    let labels = labels(path, y)?;
    if labels.len() != count {
        return Err(problem(codes::COUNTS_DIFFER, path, format!("{count} images, but {} labels", labels.len())));
    }
    let (shape, last) = match x.shape[..] {
        [_] => ([1, 1, 1], false),
        [_, f] => ([f, 1, 1], false),
        [_, h, w] => ([1, h, w], false),
        [_, a, b, c] => {
            let last = layout.map_or(matches!(c, 1 | 3 | 4) && !matches!(a, 1 | 3 | 4), |l| l == Layout::Nhwc);
            (if last { [c, a, b] } else { [a, b, c] }, last)
        }
        // Volumes and the like: the axes between the first and the last are taken together. Their
        // product is that of a part of the array, which was checked.
        [_, channels, ref inner @ .., width] => ([channels, inner.iter().product(), width], false),
        [] => return Err(problem(codes::BAD_MAGIC, path, "the images have no axis of examples")),
    };
    if shape.contains(&0) {
        return Err(problem(codes::NO_EXAMPLES, path, "its images have no values"));
    }
    let [c, h, w] = shape;
    let store = match (x.values, last) {
        (Values::U8(v), true) => Store::U8(v),
        (Values::U8(v), false) => Store::U8(transposed(&v, c, h * w)),
        (Values::Floats(v), true) => Store::F32(transposed(&v, h * w, c)),
        (Values::Floats(v), false) => Store::F32(v),
        (Values::Ints(v), last) => {
            let v: Vec<f32> = v.iter().map(|i| *i as f32).collect();
            Store::F32(if last { transposed(&v, h * w, c) } else { v })
        }
    };
    Ok(InMemory { title: path.display().to_string(), shape, store, labels, weights: None, names: Vec::new() })
}

/// Swaps the two inner axes of `[example][rows][columns]`.
fn transposed<T: Copy>(values: &[T], rows: usize, columns: usize) -> Vec<T> {
    let mut out = Vec::with_capacity(values.len());
    for example in values.chunks_exact(rows * columns) {
        for column in 0..columns {
            out.extend((0..rows).map(|row| example[row * columns + column]));
        }
    }
    out
}

fn labels(path: &Path, y: Array) -> Result<Labels, Diagnostic> {
    let width = match y.shape[..] {
        [] => return Err(problem(codes::BAD_MAGIC, path, "the labels have no axis of examples")),
        // The product is that of a part of the array, which was checked.
        [_, ref inner @ ..] => inner.iter().product(),
    };
    let classes = |list: Vec<i64>| match list.iter().position(|l| !(0..1 << 24).contains(l)) {
        Some(at) => {
            let reason = format!("label {} of example {at} is not a class from 0 to 16777215", list[at]);
            Err(problem(codes::LABEL_OUT_OF_RANGE, path, reason))
        }
        None => Ok(Labels::Classes(list.iter().map(|l| *l as u32).collect())),
    };
    match (y.values, width) {
        (Values::U8(v), 1) => classes(v.into_iter().map(i64::from).collect()),
        (Values::Ints(v), 1) => classes(v),
        (Values::Floats(values), width) => Ok(Labels::Values { width, values }),
        (Values::U8(v), width) => Ok(Labels::Values { width, values: v.into_iter().map(f32::from).collect() }),
        (Values::Ints(v), width) => Ok(Labels::Values { width, values: v.iter().map(|i| *i as f32).collect() }),
    }
}

/// A weight for each of `count` examples.
fn weights(path: &Path, array: Array, count: usize) -> Result<Vec<f32>, Diagnostic> {
    let values: Vec<f32> = match array.values {
        Values::Floats(values) => values,
        Values::U8(values) => values.into_iter().map(f32::from).collect(),
        Values::Ints(values) => values.iter().map(|v| *v as f32).collect(),
    };
    if values.len() != count {
        return Err(problem(codes::COUNTS_DIFFER, path, format!("{count} examples, but {} weights", values.len())));
    }
    match values.iter().position(|w| !(w.is_finite() && *w >= 0.0)) {
        Some(at) => Err(problem(codes::DATA_DAMAGED, path, format!("weight {at} is {}", values[at]))
            .help("weights are numbers that are not negative")),
        None => Ok(values),
    }
}
