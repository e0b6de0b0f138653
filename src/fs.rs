//! Files that are whole or not there: atomic writes and exclusive locks.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufWriter, Write};
use std::path::{Component, Path, PathBuf};

/// Writes a file so that a reader, or a crash, sees the old content or the new one and
/// nothing between: into a temporary file in the same folder, flushed to the disk, renamed,
/// and the folder flushed as well. Nothing is left behind when `write` fails.
///
/// # Errors
/// Those of `write`, and any of the file system.
pub fn write_atomic<T, E: From<io::Error>>(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<&mut File>) -> Result<T, E>,
) -> Result<T, E> {
    let folder = folder_of(path);
    let mut temporary = temporary_in(folder)?;
    let mut writer = BufWriter::with_capacity(1 << 16, temporary.as_file_mut());
    let value = write(&mut writer)?;
    writer.flush()?;
    drop(writer);
    temporary.as_file().sync_all()?;
    temporary.persist(path).map_err(|e| e.error)?;
    sync_folder(folder)?;
    Ok(value)
}

/// Whether a path that a stranger may have written stays beneath the folder that it is joined to: it is
/// relative and has no `..`. An empty one does not name anything.
pub fn stays_beneath(path: &Path) -> bool {
    let inside = |part| matches!(part, Component::Normal(_) | Component::CurDir);
    !path.as_os_str().is_empty() && path.components().all(inside)
}

/// Writes bytes as [`write_atomic`] does.
///
/// # Errors
/// Any of the file system.
pub fn write_bytes_atomic(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_atomic(path, |w| w.write_all(bytes))
}

/// The folder that a path lies in; `.` for a bare name.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

const PREFIX: &str = ".tmp-";
const SUFFIX: &str = ".partial";

/// Whether a name is that of a temporary file of [`write_atomic`], which stays behind only where
/// the process was killed.
pub fn is_temporary(name: &str) -> bool {
    name.starts_with(PREFIX) && name.ends_with(SUFFIX)
}

fn temporary_in(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    // A temporary file is private by default; what replaces a user's file obeys the umask.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

/// A rename survives a power cut only once its folder is on the disk.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// An exclusive lock on a file, held until it is dropped; the system frees it when the process
/// ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    file: File,
    path: PathBuf,
}

/// Why a lock was not taken.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process, or another part of this one, holds it.
    #[error("`{}` is locked by another run", .0.display())]
    Held(PathBuf),
    /// The lock file cannot be made.
    #[error("cannot lock `{}`: {}", .0.display(), .1)]
    Io(PathBuf, #[source] io::Error),
}

impl Lock {
    /// Takes the lock without waiting, making the file where it is missing. The file is left
    /// in place afterwards: removing it would let two others lock different files.
    ///
    /// # Errors
    /// [`LockError::Held`] where someone has it.
    pub fn acquire(path: &Path) -> Result<Self, LockError> {
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)
            .map_err(|e| LockError::Io(path.to_path_buf(), e))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { file, path: path.to_path_buf() }),
            Err(TryLockError::WouldBlock) => Err(LockError::Held(path.to_path_buf())),
            Err(TryLockError::Error(e)) => Err(LockError::Io(path.to_path_buf(), e)),
        }
    }

    /// The lock file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the file frees the lock as well; there is nothing to do about an error here.
        let _ = self.file.unlock();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_failed_write_leaves_the_old_file_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        write_bytes_atomic(&path, b"old").unwrap();
        let failed: io::Result<()> = write_atomic(&path, |w| {
            w.write_all(b"new, and then")?;
            Err(io::Error::other("the disk is on fire"))
        });
        assert_eq!(failed.unwrap_err().to_string(), "the disk is on fire");
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        assert_eq!(names(folder.path()), ["a.txt"]);

        write_bytes_atomic(&path, b"new").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        assert_eq!(names(folder.path()), ["a.txt"]);
    }

    #[test]
    fn a_failed_rename_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken");
        std::fs::create_dir(&path).unwrap();
        write_bytes_atomic(&path, b"a file cannot replace a folder").unwrap_err();
        assert_eq!(names(folder.path()), ["taken"]);
        assert!(is_temporary(temporary_in(folder.path()).unwrap().path().file_name().unwrap().to_str().unwrap()));
    }

    #[test]
    fn a_missing_folder_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let error = write_bytes_atomic(&folder.path().join("no/a.txt"), b"x").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn paths_stay_beneath_their_folder() {
        assert!(["a", "./a/b", "a/..b"].iter().all(|p| stays_beneath(Path::new(p))));
        assert!(["", "..", "a/../b", "/a", "./../a"].iter().all(|p| !stays_beneath(Path::new(p))));
    }

    #[test]
    fn a_lock_is_exclusive_until_it_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.lock");
        let lock = Lock::acquire(&path).unwrap();
        assert_eq!(lock.path(), path);
        assert!(matches!(Lock::acquire(&path), Err(LockError::Held(_))));
        drop(lock);
        Lock::acquire(&path).unwrap();
    }
}
