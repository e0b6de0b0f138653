//! Proves on a spec of one's own that an interrupted run ends as one that was not.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::config::TrainConfig;
use crate::diag::{Diagnostic, codes};

use super::{
    EpochReport, Examples, Failure, Fingerprint, Network, Observer, RunDir, StartReport, StepReport, TrainOptions,
    train,
};

/// A short run that is interrupted on purpose.
pub struct Rehearsal<'a> {
    /// Makes the untrained network, as the run would have it.
    pub network: &'a dyn Fn() -> Network<'a>,
    /// The `train` section, with as many epochs as are to be rehearsed.
    pub config: &'a TrainConfig,
    /// The training examples.
    pub train: &'a Examples,
    /// The validation examples.
    pub val: Option<&'a Examples>,
    /// What the run depends on.
    pub fingerprint: &'a Fingerprint,
}

/// Trains once in one go and once with an end and a new beginning after every step, in two
/// folders beneath `scratch`; how often the second run was interrupted.
///
/// # Errors
/// Those of [`train`]; [`codes::NOT_REPEATED`] where the weights or the recorded numbers, but for
/// times, are not the same bytes.
pub fn verify_resume(rehearsal: &Rehearsal<'_>, scratch: &Path) -> Result<usize, Failure> {
    let (whole, parts) = (scratch.join("whole"), scratch.join("parts"));
    rehearsal.run(&whole, false, false)?;
    let mut interruptions = 0;
    while rehearsal.run(&parts, interruptions > 0, true)? {
        interruptions += 1;
    }
    for file in ["last.safetensors", "best.safetensors"] {
        let read = |dir: &Path| std::fs::read(dir.join(file)).ok();
        if read(&whole) != read(&parts) {
            return Err(differs(file));
        }
    }
    if recorded(&whole)? != recorded(&parts)? {
        return Err(differs("metrics.jsonl"));
    }
    Ok(interruptions)
}

impl Rehearsal<'_> {
    /// One process's worth of the run; whether it was interrupted.
    fn run(&self, path: &Path, resume: bool, interrupted: bool) -> Result<bool, Failure> {
        let mut network = (self.network)();
        let interrupt = AtomicBool::new(false);
        let options = TrainOptions {
            model: "rehearsal",
            config: self.config,
            train: self.train,
            val: self.val,
            fingerprint: self.fingerprint,
            resume,
            interrupt: &interrupt,
            deadline: None,
            cache_features: None,
        };
        let mut dir = if resume { RunDir::resume(path)? } else { RunDir::create(path, false)? };
        let mut observer = Interrupter { flag: interrupted.then_some(&interrupt) };
        Ok(train(&mut network, &options, &mut dir, &mut observer)?.interrupted)
    }
}

/// Ends a run after its first step.
struct Interrupter<'a> {
    flag: Option<&'a AtomicBool>,
}

impl Observer for Interrupter<'_> {
    fn start(&mut self, _report: &StartReport<'_>) {}
    fn step(&mut self, _report: &StepReport<'_>) {
        if let Some(flag) = self.flag {
            flag.store(true, Ordering::Relaxed);
        }
    }
    fn epoch(&mut self, _report: &EpochReport<'_>) {}
    fn note(&mut self, _text: &str) {}
}

/// The lines of `metrics.jsonl` without times.
fn recorded(dir: &Path) -> Result<Vec<serde_json::Value>, Failure> {
    let path = dir.join("metrics.jsonl");
    let text = std::fs::read_to_string(&path).map_err(|e| Failure::write(&path, &e))?;
    let line = |line: &str| {
        let mut value: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
        if let Some(object) = value.as_object_mut() {
            object.remove("examples_per_second");
            object.remove("seconds");
        }
        value
    };
    Ok(text.lines().map(line).collect())
}

fn differs(file: &str) -> Failure {
    Diagnostic::error(codes::NOT_REPEATED, format!("an interrupted run ends with another `{file}` than one in one go"))
        .help("this is a defect of Blockprint: please report it with the spec")
        .into()
}
