//! NumPy's archives: a zip of `NAME.npy`.

use std::io::{self, Seek, Write};

use ::zip::write::SimpleFileOptions;
use ::zip::{CompressionMethod, DateTime, ZipWriter};

use super::archive::Entry;
use super::error::Problem;
use super::safetensors::write_values;
use super::source::Source;
use super::tensor::Tensors;
use super::{npy, zip};

pub(super) fn index(source: &mut Source) -> Result<Vec<Entry>, Problem> {
    zip::members(source)?
        .into_iter()
        .map(|m| {
            let name = m.name.strip_suffix(".npy").unwrap_or(&m.name).to_owned();
            npy::entry(source, name, m.blob)
        })
        .collect()
}

/// Writes tensors in the order of their names, stored; the same tensors give the same bytes.
///
/// # Errors
/// Those of the writer.
pub fn write(w: impl Write + Seek, tensors: &Tensors) -> io::Result<()> {
    let mut archive = ZipWriter::new(w);
    for (name, tensor) in tensors.sorted() {
        let large = tensor.values.len() as u64 * 8 >= u64::from(u32::MAX) - 4096;
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(DateTime::default())
            .large_file(large);
        archive.start_file(format!("{name}.npy"), options)?;
        archive.write_all(&npy::header_bytes(tensor))?;
        write_values(&mut archive, &tensor.values)?;
    }
    archive.finish()?.flush()
}
