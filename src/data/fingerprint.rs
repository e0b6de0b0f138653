//! A digest of a data set: two of the same digest give the same examples.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::image::Pixels;
use super::{Dataset, Labels, Raw};

/// Examples whose image files are read; of the others, only lengths count. Reading all of a large data
/// set would take longer than many a run.
const FILES: usize = 4096;
/// Examples that are digested in one piece.
const PIECE: usize = 512;

/// Bytes in hexadecimal.
pub fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A digest, in hexadecimal, of the names of the classes and of every example's label, weight and image.
/// Data sets in memory are read whole. Of image files and the entries of shards nothing is decoded: those
/// of up to 4096 evenly spaced examples are read whole, and of the rest only the length counts. Where
/// the files lie does not matter.
pub fn fingerprint(dataset: &dyn Dataset) -> String {
    let mut digest = Sha256::new();
    for name in dataset.names() {
        digest.update((name.len() as u64).to_le_bytes());
        digest.update(name);
    }
    match dataset.labels() {
        Labels::Classes(list) => list.iter().for_each(|l| digest.update(l.to_le_bytes())),
        Labels::Values { width, values } => {
            digest.update((*width as u64).to_le_bytes());
            values.iter().for_each(|v| digest.update(v.to_le_bytes()));
        }
        Labels::Boxes(list) => {
            for own in list {
                digest.update((own.len() as u64).to_le_bytes());
                for label in own {
                    digest.update(label.class.to_le_bytes());
                    label.edges.iter().for_each(|v| digest.update(v.to_le_bytes()));
                }
            }
        }
    }
    dataset.weights().unwrap_or_default().iter().for_each(|w| digest.update(w.to_le_bytes()));
    let stride = dataset.len().div_ceil(FILES).max(1);
    let pieces: Vec<_> = (0..dataset.len().div_ceil(PIECE))
        .into_par_iter()
        .map(|piece| {
            let mut digest = Sha256::new();
            let begin = piece * PIECE;
            for index in begin..(begin + PIECE).min(dataset.len()) {
                add(&mut digest, dataset, index, index % stride == 0);
            }
            digest.finalize()
        })
        .collect();
    pieces.iter().for_each(|piece| digest.update(piece));
    hex(digest.finalize())
}

/// Adds an example's images. One that cannot be read counts as such: whether that is an error is
/// for the loader to say.
fn add(digest: &mut Sha256, dataset: &dyn Dataset, index: usize, whole: bool) {
    for slot in 0..dataset.slots() {
        let added = match dataset.raw(index, slot) {
            Some(raw) if whole => add_content(digest, raw),
            Some(raw) => add_length(digest, raw),
            None => add_image(digest, dataset, index, slot),
        };
        if added.is_err() {
            digest.update(b"unreadable");
        }
    }
}

fn add_image(digest: &mut Sha256, dataset: &dyn Dataset, index: usize, slot: usize) -> io::Result<()> {
    let image = dataset.image_at(index, slot).map_err(io::Error::other)?;
    for size in [image.channels, image.height, image.width] {
        digest.update((size as u64).to_le_bytes());
    }
    match &image.pixels {
        Pixels::U8(values) => digest.update(values),
        Pixels::F32(values) => digest.update(bytemuck::cast_slice::<f32, u8>(values)),
    }
    Ok(())
}

fn add_length(digest: &mut Sha256, raw: Raw<'_>) -> io::Result<()> {
    let length = match raw.span {
        Some((_, length)) => length,
        None => std::fs::metadata(raw.file)?.len(),
    };
    digest.update(length.to_le_bytes());
    Ok(())
}

fn add_content(digest: &mut Sha256, raw: Raw<'_>) -> io::Result<()> {
    let mut file = File::open(raw.file)?;
    let (offset, most) = raw.span.unwrap_or((0, u64::MAX));
    file.seek(SeekFrom::Start(offset))?;
    let mut file = file.take(most);
    let (mut buffer, mut length) = ([0; 1 << 14], 0u64);
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            digest.update(length.to_le_bytes());
            return Ok(());
        }
        length += read as u64;
        digest.update(&buffer[..read]);
    }
}
