//! What frozen layers make of examples, kept on the disk.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::{Arc, Mutex};

use super::image::{Image, Pixels};
use super::{DataError, Dataset, Labels};

/// A data set whose images are replaced by rows of a file: 32-bit floats in the machine's order,
/// example by example.
pub struct Features {
    inner: Arc<dyn Dataset>,
    width: usize,
    file: Mutex<File>,
}

impl Features {
    /// Opens a file with `width` numbers for each example of `inner`; `None` where the file is
    /// missing or of another size.
    ///
    /// # Errors
    /// A file that is there and cannot be opened.
    pub fn open(path: &Path, inner: Arc<dyn Dataset>, width: usize) -> io::Result<Option<Self>> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(e),
        };
        let expected = (inner.len() as u64).checked_mul(width as u64).and_then(|n| n.checked_mul(4));
        let fits = Some(file.metadata()?.len()) == expected;
        Ok(fits.then(|| Self { inner, width, file: Mutex::new(file) }))
    }

    /// Numbers of each example.
    pub fn width(&self) -> usize {
        self.width
    }

    fn row(&self, index: usize) -> io::Result<Vec<f32>> {
        let mut row = vec![0.0f32; self.width];
        // A thread that panicked left the file's position anywhere, and it is set anew.
        let mut file = self.file.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        file.seek(SeekFrom::Start((index as u64).saturating_mul(self.width as u64 * 4)))?;
        file.read_exact(bytemuck::cast_slice_mut(&mut row))?;
        Ok(row)
    }
}

impl Dataset for Features {
    fn image(&self, index: usize) -> Result<Image<'_>, DataError> {
        let row = self.row(index).map_err(|e| DataError::damaged(index, self.place(index), e.to_string()))?;
        Ok(Image { height: 1, width: self.width, channels: 1, pixels: Pixels::F32(Cow::Owned(row)) })
    }

    fn labels(&self) -> &Labels {
        self.inner.labels()
    }

    fn weights(&self) -> Option<&[f32]> {
        self.inner.weights()
    }

    fn names(&self) -> &[String] {
        self.inner.names()
    }

    fn place(&self, index: usize) -> String {
        self.inner.place(index)
    }

    fn shape(&self) -> Option<[usize; 3]> {
        Some([1, 1, self.width])
    }
}
