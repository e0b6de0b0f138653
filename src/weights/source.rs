//! Bounded reading: no byte is allocated for what the file does not hold.

use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::path::Path;

use super::error::Problem;

/// What the readers read from.
pub(super) trait Bytes: Read + Seek + Send {}

impl<T: Read + Seek + Send> Bytes for T {}

/// A file, or bytes in memory, of known length.
pub(super) struct Source {
    inner: Box<dyn Bytes>,
    len: u64,
}

impl Source {
    /// Opens a regular file; a device or pipe could go on for ever.
    pub fn open(path: &Path) -> Result<Self, Problem> {
        if !std::fs::metadata(path)?.is_file() {
            return Err(Problem::NotAFile);
        }
        let file = File::open(path)?;
        let len = file.metadata()?.len();
        Ok(Self { inner: Box::new(file), len })
    }

    /// Reads from memory.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self { len: bytes.len() as u64, inner: Box::new(Cursor::new(bytes)) }
    }

    /// Length in bytes.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Checks that `size` bytes lie at `offset`.
    pub fn check(&self, offset: u64, size: u64, what: &str) -> Result<(), Problem> {
        match offset.checked_add(size) {
            Some(end) if end <= self.len => Ok(()),
            _ => Err(Problem::Truncated { what: what.to_owned(), needs: size, has: self.len.saturating_sub(offset) }),
        }
    }

    /// The bytes at a place.
    pub fn read_at(&mut self, offset: u64, size: u64, what: &str) -> Result<Vec<u8>, Problem> {
        self.check(offset, size, what)?;
        let mut bytes = vec![0; to_usize(size)?];
        self.inner.seek(SeekFrom::Start(offset))?;
        self.inner.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// Up to `size` bytes from the beginning.
    pub fn prefix(&mut self, size: u64) -> Result<Vec<u8>, Problem> {
        self.read_at(0, size.min(self.len), "the beginning")
    }

    /// A reader of the `size` bytes at a place.
    pub fn reader(
        &mut self,
        offset: u64,
        size: u64,
        what: &str,
    ) -> Result<std::io::Take<&mut (dyn Bytes + 'static)>, Problem> {
        self.check(offset, size, what)?;
        self.inner.seek(SeekFrom::Start(offset))?;
        Ok(self.inner.as_mut().take(size))
    }
}

/// A size as `usize`, which may be narrower than a file's offsets.
pub(super) fn to_usize(size: u64) -> Result<usize, Problem> {
    usize::try_from(size).map_err(|_| Problem::Unsupported("it is too large for this machine".into()))
}

/// Little-endian integers at a place of a slice; `None` past its end.
pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

/// See [`u16_at`].
pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

/// See [`u16_at`].
pub(super) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at.checked_add(8)?)?.try_into().ok()?))
}
