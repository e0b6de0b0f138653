//! Turning other frameworks' model descriptions into specs: Darknet's cfg and Caffe's prototxt.
//!
//! Names are kept where a spec can bear them (`/`, `-` and `.` become `_`), conventions of
//! padding and rounding are written out, and what a spec cannot say is listed, never dropped in
//! silence.

mod caffe;
mod darknet;
mod prototxt;
mod sketch;

use std::path::Path;

use thiserror::Error;

pub use caffe::import as import_caffe;
pub use darknet::import as import_darknet;

use super::darknet::Section;
use crate::diag::{Diagnostic, codes};

/// The most bytes of a description.
const MAX_BYTES: u64 = 1 << 20;

/// A description turned into a spec.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The spec in YAML.
    pub spec: String,
    /// What could not be expressed, or needs a look.
    pub notes: Vec<String>,
    /// Darknet: the tensors of the weights file, by the spec's names, for
    /// [`LoadOptions::darknet`](super::LoadOptions::darknet). Empty for Caffe.
    pub sections: Vec<Section>,
}

/// Why a description could not be turned into a spec at all.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ImportError {
    /// The file cannot be read.
    #[error("cannot read it: {0}")]
    Unreadable(String),
    /// It is neither a cfg nor a prototxt.
    #[error("it is neither a Darknet cfg nor a Caffe prototxt")]
    UnknownFormat,
    /// It does not parse, or contradicts itself.
    #[error("line {line}: {what}")]
    Malformed {
        /// Line, from 1.
        line: usize,
        /// What is wrong.
        what: String,
    },
}

impl ImportError {
    /// What a user is told, with the file's name.
    pub fn diagnostic(&self, path: &Path) -> Diagnostic {
        Diagnostic::error(codes::CANNOT_IMPORT, format!("`{}` cannot be imported: {self}", path.display()))
    }
}

/// Reads a description; the content tells which of the two it is.
///
/// # Errors
/// See [`ImportError`].
pub fn import(path: &Path) -> Result<Imported, ImportError> {
    let unreadable = |e: std::io::Error| ImportError::Unreadable(e.to_string());
    let size = std::fs::metadata(path).map_err(unreadable)?;
    if !size.is_file() || size.len() > MAX_BYTES {
        return Err(ImportError::Unreadable("it is no regular file of at most 1 MiB".into()));
    }
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    let stem = path.file_stem().map_or_else(|| "model".into(), |s| s.to_string_lossy().into_owned());
    let first = text.lines().map(str::trim).find(|l| !l.is_empty() && !l.starts_with(['#', ';']));
    match first {
        Some(line) if line.starts_with('[') => import_darknet(&text, &stem),
        Some(line) if line.starts_with(|c: char| c.is_ascii_alphabetic()) => import_caffe(&text, &stem),
        _ => Err(ImportError::UnknownFormat),
    }
}
