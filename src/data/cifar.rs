//! CIFAR's binary files (Krizhevsky 2009, <https://www.cs.toronto.edu/~kriz/cifar.html>): records
//! of one label byte (CIFAR-100: a coarse and a fine one) and 3 x 32 x 32 values, plane by plane.

use std::path::{Path, PathBuf};

use crate::diag::{Diagnostic, codes};

use super::Labels;
use super::files::{Input, problem};
use super::memory::{InMemory, Store};

const SIDE: usize = 32;
const PLANE: usize = SIDE * SIDE;

/// Which of the two sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cifar {
    /// 10 classes.
    Ten,
    /// 100 classes, or their 20 superclasses.
    Hundred {
        /// The superclasses.
        coarse: bool,
    },
}

impl Cifar {
    fn label_bytes(self) -> usize {
        match self {
            Cifar::Ten => 1,
            Cifar::Hundred { .. } => 2,
        }
    }

    fn classes(self) -> usize {
        match self {
            Cifar::Ten => 10,
            Cifar::Hundred { coarse: true } => 20,
            Cifar::Hundred { coarse: false } => 100,
        }
    }

    /// The file that names the classes, and the name of the folder that the archive unpacks to.
    fn files(self) -> (&'static str, &'static str) {
        match self {
            Cifar::Ten => ("batches.meta.txt", "cifar-10-batches-bin"),
            Cifar::Hundred { coarse: true } => ("coarse_label_names.txt", "cifar-100-binary"),
            Cifar::Hundred { coarse: false } => ("fine_label_names.txt", "cifar-100-binary"),
        }
    }

    /// The training and test files in a folder or in the archive's folder within it.
    pub(super) fn find(self, folder: &Path) -> Option<(Vec<PathBuf>, Vec<PathBuf>)> {
        [folder.to_path_buf(), folder.join(self.files().1)].iter().find_map(|folder| {
            let (train, test): (Vec<PathBuf>, PathBuf) = match self {
                Cifar::Ten => (
                    (1..=5).map(|i| folder.join(format!("data_batch_{i}.bin"))).filter(|p| p.is_file()).collect(),
                    folder.join("test_batch.bin"),
                ),
                Cifar::Hundred { .. } => (
                    vec![folder.join("train.bin")].into_iter().filter(|p| p.is_file()).collect(),
                    folder.join("test.bin"),
                ),
            };
            let test: Vec<PathBuf> = vec![test].into_iter().filter(|p| p.is_file()).collect();
            (!train.is_empty() || !test.is_empty()).then_some((train, test))
        })
    }
}

/// Reads files one after the other.
pub(super) fn load(kind: Cifar, files: &[PathBuf]) -> Result<InMemory, Vec<Diagnostic>> {
    let mut pixels = Vec::new();
    let mut labels = Vec::new();
    let problems: Vec<Diagnostic> =
        files.iter().filter_map(|path| append(kind, path, &mut pixels, &mut labels).err()).collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    let folder = files.first().and_then(|p| p.parent()).unwrap_or(Path::new(""));
    let title = match files {
        [one] => one.display().to_string(),
        _ => folder.display().to_string(),
    };
    Ok(InMemory {
        title,
        shape: [3, SIDE, SIDE],
        store: Store::U8(pixels),
        labels: Labels::Classes(labels),
        weights: None,
        names: names(kind, folder),
    })
}

fn append(kind: Cifar, path: &Path, pixels: &mut Vec<u8>, labels: &mut Vec<u32>) -> Result<(), Diagnostic> {
    let head = kind.label_bytes();
    let record = head + 3 * PLANE;
    let bytes = Input::open(path)?.all(path)?;
    if bytes.is_empty() || bytes.len() % record != 0 {
        let reason = format!("{} bytes are not a whole number of records of {record}", bytes.len());
        return Err(problem(codes::BAD_MAGIC, path, reason));
    }
    pixels.reserve(bytes.len() / record * 3 * PLANE);
    for (i, r) in bytes.chunks_exact(record).enumerate() {
        let label = match kind {
            Cifar::Hundred { coarse: false } => r[1],
            _ => r[0],
        };
        if usize::from(label) >= kind.classes() {
            let reason = format!("record {i} has label {label}, and there are {} classes", kind.classes());
            return Err(problem(codes::DATA_DAMAGED, path, reason));
        }
        labels.push(u32::from(label));
        let planes = &r[head..];
        for at in 0..PLANE {
            pixels.extend([planes[at], planes[PLANE + at], planes[2 * PLANE + at]]);
        }
    }
    Ok(())
}

/// The names that lie beside the data; none where there is no such file.
fn names(kind: Cifar, folder: &Path) -> Vec<String> {
    let path = folder.join(kind.files().0);
    let small = std::fs::metadata(&path).is_ok_and(|m| m.len() < 1 << 16);
    let text = if small { std::fs::read_to_string(&path).unwrap_or_default() } else { String::new() };
    let names: Vec<String> = text.lines().map(str::trim).filter(|l| !l.is_empty()).map(String::from).collect();
    if names.len() == kind.classes() { names } else { Vec::new() }
}
