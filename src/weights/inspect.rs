//! Listing a weights file, and turning one format into another.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::Path;

use serde::Serialize;

use super::archive::{Archive, Format};
use super::darknet::Section;
use super::element::Element;
use super::error::{Problem, WeightsError};
use super::tensor::{Tensors, Values, shape_text};
use super::{npz, safetensors};
use crate::fs::write_atomic;

/// What a weights file holds.
#[derive(Clone, Debug, Serialize)]
pub struct Listing {
    /// Its format.
    pub format: Format,
    /// Its tensors in the order of the file.
    pub tensors: Vec<Row>,
    /// How many values all tensors hold together.
    pub values: u64,
}

/// One tensor of a [`Listing`]. The statistics leave out what is not finite, and are `None`
/// where nothing is left.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// Its shape.
    pub shape: Vec<usize>,
    /// The type of its elements in the file.
    pub dtype: Element,
    /// The smallest value.
    pub min: Option<f64>,
    /// The largest value.
    pub max: Option<f64>,
    /// The mean.
    pub mean: Option<f64>,
    /// How many values are infinite or not a number.
    pub not_finite: u64,
}

/// Lists a file, one tensor in memory at a time. Darknet's files need `sections`.
///
/// # Errors
/// See [`Problem`].
pub fn inspect(path: &Path, sections: Option<&[Section]>) -> Result<Listing, WeightsError> {
    let mut archive = Archive::open_with(path, sections)?;
    let mut tensors = Vec::new();
    let mut values = 0;
    for index in 0..archive.entries().len() {
        let tensor = archive.read(index)?;
        let entry = &archive.entries()[index];
        let row = Row {
            name: entry.name.clone(),
            shape: entry.shape.clone(),
            dtype: entry.element,
            min: None,
            max: None,
            mean: None,
            not_finite: 0,
        };
        values += tensor.values.len() as u64;
        tensors.push(match &tensor.values {
            Values::F32(v) => measure(row, v.iter().map(|&x| f64::from(x))),
            Values::I64(v) => measure(row, v.iter().map(|&x| x as f64)),
        });
    }
    Ok(Listing { format: archive.format(), tensors, values })
}

fn measure(mut row: Row, values: impl Iterator<Item = f64>) -> Row {
    let (mut sum, mut count) = (0.0, 0u64);
    let (mut min, mut max) = (f64::INFINITY, f64::NEG_INFINITY);
    for x in values {
        if x.is_finite() {
            sum += x;
            count += 1;
            min = min.min(x);
            max = max.max(x);
        } else {
            row.not_finite += 1;
        }
    }
    if count > 0 {
        (row.min, row.max, row.mean) = (Some(min), Some(max), Some(sum / count as f64));
    }
    row
}

impl fmt::Display for Listing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shapes: Vec<String> = self.tensors.iter().map(|r| shape_text(&r.shape)).collect();
        let name_width = self.tensors.iter().map(|r| r.name.chars().count()).max().unwrap_or(4).max(4);
        let shape_width = shapes.iter().map(String::len).max().unwrap_or(5).max(5);
        writeln!(
            f,
            "{:name_width$}  {:>shape_width$}  {:5}  {:>11}  {:>11}  {:>11}",
            "name", "shape", "dtype", "min", "max", "mean"
        )?;
        let number = |x: Option<f64>| x.map_or("-".into(), |x| format!("{x:.4e}"));
        for (row, shape) in self.tensors.iter().zip(&shapes) {
            write!(
                f,
                "{:name_width$}  {shape:>shape_width$}  {:5}  {:>11}  {:>11}  {:>11}",
                row.name,
                row.dtype.name(),
                number(row.min),
                number(row.max),
                number(row.mean)
            )?;
            if row.not_finite > 0 {
                write!(f, "  {} not finite", row.not_finite)?;
            }
            writeln!(f)?;
        }
        write!(f, "{}: {} tensors, {} values", self.format.name(), self.tensors.len(), self.values)
    }
}

/// Writes tensors into a file, whole or not at all, as its name's extension says: `.safetensors`
/// or `.npz`.
///
/// # Errors
/// [`Problem::Unwritable`].
pub fn write(path: &Path, tensors: &Tensors) -> Result<(), WeightsError> {
    write_with(path, tensors, &BTreeMap::new())
}

/// As [`write`]; a safetensors file carries the metadata as well, which an npz file cannot.
///
/// # Errors
/// [`Problem::Unwritable`].
pub fn write_with(path: &Path, tensors: &Tensors, metadata: &BTreeMap<String, String>) -> Result<(), WeightsError> {
    let written = match path.extension().and_then(|e| e.to_str()) {
        Some("safetensors") => write_atomic(path, |w| safetensors::write(w, tensors, metadata)),
        Some("npz") => write_atomic(path, |w| npz::write(w, tensors)),
        _ => Err(io::Error::other("its name ends in neither `.safetensors` nor `.npz`")),
    };
    written.map_err(|e| Problem::Unwritable(e.to_string()).at(path))
}

/// Reads any file and writes it as safetensors or npz. Darknet's files need `sections`. Returns
/// how many tensors were written.
///
/// # Errors
/// Those of [`Archive::read_all`] and [`write`].
pub fn convert(from: &Path, to: &Path, sections: Option<&[Section]>) -> Result<usize, WeightsError> {
    let tensors = Archive::open_with(from, sections)?.read_all()?;
    write(to, &tensors)?;
    Ok(tensors.len())
}
