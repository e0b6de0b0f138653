//! Unpacks gzipped tar archives, without letting them reach outside of their folder.

use std::fs::File;
use std::io::Read;
use std::path::{Component, Path};

use flate2::read::GzDecoder;

use crate::data::files::problem;
use crate::diag::{Diagnostic, codes};
use crate::fs::write_atomic;

use super::cannot_write;

/// The most bytes that an archive may hold.
const MAX_BYTES: u64 = 4 << 30;
/// The most entries of an archive.
const MAX_ENTRIES: usize = 10_000;

/// Writes the regular files that an archive holds directly in its folder `inner` to that folder
/// beneath `folder`. Everything else, such as links and paths that lead elsewhere, is refused.
pub(super) fn unpack(path: &Path, folder: &Path, inner: &str) -> Result<(), Diagnostic> {
    let damaged = |reason: String| problem(codes::DATA_DAMAGED, path, reason);
    let unreadable = |e: std::io::Error| damaged(format!("cannot be unpacked: {e}"));
    let file = File::open(path).map_err(unreadable)?;
    // The bound is on what comes out, so that a small file cannot fill the disk.
    let mut archive = tar::Archive::new(GzDecoder::new(file).take(MAX_BYTES));
    let target = folder.join(inner);
    std::fs::create_dir_all(&target).map_err(|e| cannot_write(&target, &e))?;
    for (number, entry) in archive.entries().map_err(unreadable)?.enumerate() {
        let mut entry = entry.map_err(unreadable)?;
        if number >= MAX_ENTRIES {
            return Err(damaged(format!("it has more than {MAX_ENTRIES} entries")));
        }
        let name = entry.path().map_err(unreadable)?.into_owned();
        if entry.header().entry_type().is_dir() {
            continue;
        }
        let mut parts = name.components().filter(|c| *c != Component::CurDir);
        let placed = match (parts.next(), parts.next(), parts.next()) {
            (Some(Component::Normal(first)), Some(Component::Normal(file)), None) if first == inner => Some(file),
            _ => None,
        };
        let Some(file) = placed.filter(|_| entry.header().entry_type().is_file()) else {
            return Err(damaged(format!("its entry `{}` is not a file in `{inner}`", name.display())));
        };
        let out = target.join(file);
        let copied = write_atomic(&out, |w| std::io::copy(&mut entry, w));
        copied.map_err(|e| cannot_write(&out, &e))?;
    }
    Ok(())
}
