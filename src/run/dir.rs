//! A run directory: locked while a run writes it, never overwritten unasked.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::data::augment::Lighting;
use crate::diag::{Diagnostic, codes};
use crate::fs::{Lock, is_temporary, write_bytes_atomic};

use super::checkpoint::CHECKPOINT;
use super::events::{self, EVENTS};
use super::{Examples, Failure};

/// A run directory that this process may write.
#[derive(Debug)]
pub struct RunDir {
    path: PathBuf,
    metrics: File,
    events: Option<File>,
    _lock: Lock,
}

const LOCK: &str = ".lock";
pub(super) const METRICS: &str = "metrics.jsonl";
/// The page of a run, made anew after each epoch.
pub(super) const REPORT: &str = "report.html";
/// The principal components of the training examples' colours.
const LIGHTING: &str = "lighting.json";
/// The folder of what frozen layers make of examples.
pub(super) const FEATURES: &str = "features";

impl RunDir {
    /// Makes the folder, or with `force` empties it of an earlier run's results.
    pub fn create(path: &Path, force: bool) -> Result<RunDir, Failure> {
        fs::create_dir_all(path).map_err(|e| Failure::write(path, &e))?;
        let lock = lock(path)?;
        if path.join(METRICS).exists() && !force {
            return Err(Diagnostic::error(codes::RUN_EXISTS, format!("`{}` holds a run already", path.display()))
                .help("name another folder with `--out`, or pass `--force` to replace it")
                .into());
        }
        // A run that is replaced must not be taken up again halfway.
        for stale in [CHECKPOINT, EVENTS, REPORT, LIGHTING, "last.safetensors", "best.safetensors"] {
            let stale = path.join(stale);
            match fs::remove_file(&stale) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(Failure::write(&stale, &e)),
                _ => {}
            }
        }
        let features = path.join(FEATURES);
        match fs::remove_dir_all(&features) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(Failure::write(&features, &e)),
            _ => {}
        }
        let metrics_path = path.join(METRICS);
        let metrics = File::create(&metrics_path).map_err(|e| Failure::write(&metrics_path, &e))?;
        Ok(RunDir { path: path.to_path_buf(), metrics, events: None, _lock: lock })
    }

    /// Opens the folder of a run that is to go on. What an interrupted write left is removed.
    pub fn resume(path: &Path) -> Result<RunDir, Failure> {
        if !path.is_dir() {
            let message = format!("there is no run at `{}`", path.display());
            return Err(Diagnostic::error(codes::NO_CHECKPOINT, message)
                .help("name the folder that `train` printed: `runs/` and the model's name, where `--out` said no other")
                .into());
        }
        let lock = lock(path)?;
        remove_partial(path)?;
        let metrics_path = path.join(METRICS);
        let metrics = OpenOptions::new().create(true).append(true).open(&metrics_path);
        let metrics = metrics.map_err(|e| Failure::write(&metrics_path, &e))?;
        Ok(RunDir { path: path.to_path_buf(), metrics, events: None, _lock: lock })
    }

    /// Cuts `metrics.jsonl` back to its first `epochs` lines; later ones are made again.
    pub(super) fn rewind(&mut self, epochs: u64) -> Result<(), Failure> {
        let path = self.file(METRICS);
        let text = std::fs::read(&path).map_err(|e| Failure::write(&path, &e))?;
        let ends = text.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
        let ends: Vec<usize> = std::iter::once(0).chain(ends).collect();
        let Some(end) = usize::try_from(epochs).ok().and_then(|n| ends.get(n)) else {
            let message = format!(
                "`{}` has {} epochs, but the checkpoint {epochs}",
                path.display(),
                ends.len().saturating_sub(1)
            );
            return Err(Failure::new(codes::BAD_CHECKPOINT, message));
        };
        if *end == text.len() {
            return Ok(());
        }
        write_bytes_atomic(&path, &text[..*end]).map_err(|e| Failure::write(&path, &e))?;
        self.metrics = OpenOptions::new().append(true).open(&path).map_err(|e| Failure::write(&path, &e))?;
        Ok(())
    }

    /// Accepts a run without a checkpoint only where it recorded nothing either.
    pub(super) fn check_unbegun(&self) -> Result<(), Failure> {
        let path = self.file(METRICS);
        let recorded = fs::metadata(&path).map_err(|e| Failure::write(&path, &e))?.len();
        if recorded == 0 {
            return Ok(());
        }
        let message = format!("`{}` has recorded epochs, but no `{CHECKPOINT}`", self.path.display());
        Err(Diagnostic::error(codes::NO_CHECKPOINT, message).help("train anew, with `--out` or `--force`").into())
    }

    /// `base`, or where that holds a run, the first of `base-2`, `base-3`, ... that does not.
    pub fn free_name(base: &Path) -> PathBuf {
        let taken = |p: &Path| p.join(METRICS).exists();
        if !taken(base) {
            return base.to_path_buf();
        }
        let name = base.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_else(|| "run".into());
        (2u64..)
            .map(|n| base.with_file_name(format!("{name}-{n}")))
            .find(|p| !taken(p))
            .unwrap_or_else(|| base.to_path_buf())
    }

    /// Whether a run at `path` has a checkpoint to go on from.
    pub fn has_checkpoint(path: &Path) -> bool {
        path.join(CHECKPOINT).exists()
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Writes a text file whole, or not at all.
    pub fn write_text(&self, name: &str, text: &str) -> Result<(), Failure> {
        let path = self.file(name);
        write_bytes_atomic(&path, text.as_bytes()).map_err(|e| Failure::write(&path, &e))
    }

    /// What `lighting` adds in a run, where it was measured when the run began.
    ///
    /// # Errors
    /// A file that is not as it was written.
    pub fn lighting(run: &Path) -> Result<Option<Lighting>, Failure> {
        let path = run.join(LIGHTING);
        let damaged =
            |e: String| Failure::new(codes::BAD_CHECKPOINT, format!("`{}` cannot be used: {e}", path.display()));
        match fs::read(&path) {
            Ok(text) => serde_json::from_slice(&text).map(Some).map_err(|e| damaged(e.to_string())),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(damaged(e.to_string())),
        }
    }

    /// Keeps what `lighting` adds to the examples of this run, where it does.
    ///
    /// # Errors
    /// A folder that cannot be written.
    pub fn keep_lighting(&self, examples: &Examples) -> Result<(), Failure> {
        match examples.lighting() {
            // Plain data always has a JSON form.
            Some(lighting) if !self.file(LIGHTING).exists() => {
                self.write_text(LIGHTING, &serde_json::to_string(lighting).unwrap_or_default())
            }
            _ => Ok(()),
        }
    }

    /// Appends a line to `metrics.jsonl`, in one write, and flushes it to the disk; TensorBoard's event
    /// file gets the same numbers.
    pub fn append_metrics(&mut self, line: &serde_json::Value) -> Result<(), Failure> {
        let path = self.file(METRICS);
        self.metrics
            .write_all(format!("{line}\n").as_bytes())
            .and_then(|()| self.metrics.sync_data())
            .map_err(|e| Failure::write(&path, &e))?;
        let path = self.file(EVENTS);
        self.append_events(&path, line).map_err(|e| Failure::write(&path, &e))
    }

    /// The first call makes the file anew, with what `metrics.jsonl` holds: a run that goes on has
    /// the same events as one that was never interrupted.
    fn append_events(&mut self, path: &Path, line: &serde_json::Value) -> io::Result<()> {
        if let Some(file) = &mut self.events {
            return events::epoch(file, line);
        }
        let mut file = File::create(path)?;
        events::begin(&mut file)?;
        for line in fs::read_to_string(self.file(METRICS))?.lines() {
            events::epoch(&mut file, &serde_json::from_str(line)?)?;
        }
        self.events = Some(file);
        Ok(())
    }
}

/// Removes temporary files whose writer was killed.
fn remove_partial(path: &Path) -> Result<(), Failure> {
    let entries = fs::read_dir(path).map_err(|e| Failure::write(path, &e))?;
    for entry in entries.flatten() {
        if is_temporary(&entry.file_name().to_string_lossy()) {
            fs::remove_file(entry.path()).map_err(|e| Failure::write(&entry.path(), &e))?;
        }
    }
    Ok(())
}

fn lock(path: &Path) -> Result<Lock, Failure> {
    Lock::acquire(&path.join(LOCK)).map_err(|e| Failure::locked(path, &e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_neither_overwritten_nor_shared() {
        let base = tempfile::tempdir().expect("a temporary folder");
        let path = base.path().join("run");
        let mut first = RunDir::create(&path, false).expect("the folder is new");
        let locked = RunDir::create(&path, true).expect_err("the first still holds it");
        assert_eq!(locked.diagnostics[0].code, codes::RUN_LOCKED);
        first.append_metrics(&serde_json::json!({"epoch": 1})).expect("the folder can be written");
        drop(first);
        let exists = RunDir::create(&path, false).expect_err("it holds a run");
        assert_eq!(exists.diagnostics[0].code, codes::RUN_EXISTS);
        assert_eq!(RunDir::free_name(&path), base.path().join("run-2"));
        RunDir::create(&path, true).expect("`force` replaces it");
        assert_eq!(fs::read_to_string(path.join(METRICS)).expect("it is there"), "");
    }
}
