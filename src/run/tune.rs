//! Measures which algorithm forms each convolution of a network fastest, and keeps the answers.

use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::kernels::blocked::choice::{Algorithm, Choices, Sizes};
use crate::plan::PlanOptions;

use super::timing::{Mode, Stepper};
use super::{Failure, Network};

/// A convolution that was measured.
#[derive(Clone, Debug)]
pub struct Tuned {
    /// Its sizes.
    pub sizes: Sizes,
    /// How many nodes of the plan have them.
    pub nodes: usize,
    /// Seconds of each algorithm.
    pub times: Vec<(Algorithm, f64)>,
    /// The fastest.
    pub choice: Algorithm,
}

/// Measures the convolutions of an inference plan for a batch size, each algorithm for about
/// `each`.
///
/// # Errors
/// A network that cannot be planned.
pub fn tune(network: &Network<'_>, batch: usize, each: Duration) -> Result<Vec<Tuned>, Failure> {
    let stepper = Stepper::new(network, None, Mode::Infer, batch)?;
    let mut found: Vec<Tuned> = Vec::new();
    for sizes in stepper.session.plan().tunable() {
        if let Some(tuned) = found.iter_mut().find(|t| t.sizes == *sizes) {
            tuned.nodes += 1;
            continue;
        }
        let times = sizes.measure(each);
        let fastest = times.iter().min_by(|a, b| a.1.total_cmp(&b.1));
        let choice = fastest.map_or(Algorithm::Direct, |(algorithm, _)| *algorithm);
        found.push(Tuned { sizes: *sizes, nodes: 1, times, choice });
    }
    Ok(found)
}

/// One line of the file.
#[derive(Serialize, Deserialize)]
struct Entry {
    batch: usize,
    channels: (usize, usize),
    input: (usize, usize),
    output: (usize, usize),
    before: (usize, usize),
    algorithm: String,
}

/// The choices that a file holds; none where it is missing or not such a file, since a cache
/// may be lost at any time.
pub fn read_choices(path: &Path) -> Choices {
    let entries: Vec<Entry> =
        std::fs::read(path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    let choice = |e: Entry| {
        let algorithm = Algorithm::ALL.into_iter().find(|a| a.name() == e.algorithm)?;
        let Entry { batch, channels, input, output, before, .. } = e;
        Some((Sizes { batch, channels, input, output, before }, algorithm))
    };
    entries.into_iter().filter_map(choice).collect()
}

/// Writes choices, whole or not at all.
///
/// # Errors
/// Where the file cannot be written.
pub fn write_choices(path: &Path, choices: &Choices) -> std::io::Result<()> {
    let entry = |(sizes, algorithm): (&Sizes, &Algorithm)| {
        let Sizes { batch, channels, input, output, before } = *sizes;
        Entry { batch, channels, input, output, before, algorithm: algorithm.name().to_string() }
    };
    let entries: Vec<Entry> = choices.iter().map(entry).collect();
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    crate::fs::write_bytes_atomic(path, &serde_json::to_vec_pretty(&entries).map_err(std::io::Error::other)?)
}

/// Inference options with these choices.
pub(super) fn with_choices(options: &PlanOptions, network: &Network<'_>) -> PlanOptions {
    PlanOptions {
        exact_conv: options.exact_conv || network.exact_conv,
        choices: options.choices.clone().or_else(|| network.choices.clone()),
        ..options.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_survive_the_way_to_a_file_and_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cache/choices.json");
        assert!(read_choices(&path).is_empty());
        let sizes = Sizes { batch: 2, channels: (3, 4), input: (8, 9), output: (8, 9), before: (1, 1) };
        let choices = Choices::from([(sizes, Algorithm::Two), (Sizes { batch: 1, ..sizes }, Algorithm::Direct)]);
        write_choices(&path, &choices).unwrap();
        assert_eq!(read_choices(&path), choices);
        std::fs::write(&path, b"[{]").unwrap();
        assert!(read_choices(&path).is_empty());
    }
}
