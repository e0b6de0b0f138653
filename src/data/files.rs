//! Whole files, read with limits.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use crate::diag::{Code, Diagnostic, codes};

/// The largest content of a file that is read whole.
pub(super) const MAX_BYTES: u64 = 8 << 30;

/// DEFLATE cannot shrink by more than this factor (zlib's technical notes: 1032 to 1).
const MAX_RATIO: u64 = 1032;

/// An error about a file.
pub(super) fn problem(code: Code, path: &Path, reason: impl std::fmt::Display) -> Diagnostic {
    Diagnostic::error(code, format!("`{}`: {reason}", path.display()))
}

/// A file that is read from its beginning, unpacked where it is gzipped.
pub(super) struct Input {
    reader: Box<dyn Read>,
    /// The most bytes that can come out of it.
    limit: u64,
    /// The number of bytes that will come out of it, where that is known.
    exact: Option<u64>,
}

impl Input {
    /// Opens a file; one that begins with gzip's magic is unpacked.
    pub(super) fn open(path: &Path) -> Result<Input, Diagnostic> {
        let fail = |e: std::io::Error| unreadable(path, &e);
        let file = File::open(path).map_err(fail)?;
        let meta = file.metadata().map_err(fail)?;
        if !meta.is_file() {
            return Err(problem(codes::DATA_MISSING, path, "not a file"));
        }
        let len = meta.len();
        let mut reader = BufReader::with_capacity(1 << 16, file);
        let head = std::io::BufRead::fill_buf(&mut reader).map_err(fail)?;
        Ok(match head.starts_with(&[0x1f, 0x8b]) {
            true => Input {
                reader: Box::new(flate2::bufread::MultiGzDecoder::new(reader)),
                limit: len.saturating_mul(MAX_RATIO).min(MAX_BYTES),
                exact: None,
            },
            false => Input { reader: Box::new(reader), limit: len.min(MAX_BYTES), exact: Some(len) },
        })
    }

    /// The next `buffer.len()` bytes.
    pub(super) fn header(&mut self, path: &Path, buffer: &mut [u8]) -> Result<(), Diagnostic> {
        self.reader.read_exact(buffer).map_err(|e| match e.kind() {
            std::io::ErrorKind::UnexpectedEof => problem(codes::BAD_MAGIC, path, "the file ends within its header"),
            _ => unreadable(path, &e),
        })
    }

    /// The rest of the file, which must be `expected` bytes; `header` were read before.
    pub(super) fn rest(mut self, path: &Path, header: u64, expected: u64) -> Result<Vec<u8>, Diagnostic> {
        if expected > MAX_BYTES {
            return Err(too_large(path, expected));
        }
        let truncated = |found: u64| {
            problem(codes::BAD_MAGIC, path, format!("the header promises {expected} bytes, and {found} follow"))
        };
        if let Some(len) = self.exact
            && len.saturating_sub(header) != expected
        {
            return Err(truncated(len.saturating_sub(header)));
        }
        if expected > self.limit {
            return Err(truncated(self.limit));
        }
        let mut bytes = Vec::new();
        let mut limited = (&mut self.reader).take(expected.saturating_add(1));
        limited.read_to_end(&mut bytes).map_err(|e| unreadable(path, &e))?;
        match bytes.len() as u64 == expected {
            true => Ok(bytes),
            false => Err(truncated(bytes.len() as u64)),
        }
    }

    /// The whole file, up to the limit.
    pub(super) fn all(mut self, path: &Path) -> Result<Vec<u8>, Diagnostic> {
        if self.exact.is_some_and(|len| len > MAX_BYTES) {
            return Err(too_large(path, self.exact.unwrap_or(0)));
        }
        let mut bytes = Vec::new();
        let mut limited = (&mut self.reader).take(self.limit.saturating_add(1));
        limited.read_to_end(&mut bytes).map_err(|e| unreadable(path, &e))?;
        match bytes.len() as u64 > self.limit {
            true => Err(too_large(path, bytes.len() as u64)),
            false => Ok(bytes),
        }
    }
}

pub(super) fn too_large(path: &Path, bytes: u64) -> Diagnostic {
    problem(codes::DATA_TOO_LARGE, path, format!("{bytes} bytes are over the limit of {MAX_BYTES}"))
}

fn unreadable(path: &Path, e: &std::io::Error) -> Diagnostic {
    match e.kind() {
        std::io::ErrorKind::NotFound => problem(codes::DATA_MISSING, path, "there is no such file"),
        _ => problem(codes::DATA_DAMAGED, path, format!("cannot be read: {e}")),
    }
}
