//! What a run depends on, as digests: a run goes on only with what it was begun with.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::config::{DataConfig, TrainConfig};
use crate::data;
use crate::diag::{Diagnostic, codes};
use crate::syntax::ast::Spec;
use crate::syntax::write;

use super::{Examples, Failure};

/// Digests in hexadecimal of the parts that a run depends on, by the part's name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fingerprint(BTreeMap<String, String>);

impl Fingerprint {
    /// Digests the resolved spec, its typed sections and the examples. What changes no result is
    /// left out: the number of epochs and threads, and how often it pauses or writes checkpoints.
    pub fn of(
        spec: Option<&Spec>,
        data: &DataConfig,
        train: &TrainConfig,
        examples: &Examples,
        val: Option<&Examples>,
    ) -> Self {
        let mut parts = BTreeMap::new();
        let network = spec.map(|spec| {
            let mut spec = spec.clone();
            spec.sections.retain(|s| !matches!(s.key.value.as_str(), "data" | "train"));
            write::to_yaml(&spec)
        });
        parts.insert("the network".to_string(), digest(network.unwrap_or_default().as_bytes()));
        parts.insert("`train`".to_string(), json_digest(&lasting(train)));
        parts.insert("`data`".to_string(), json_digest(data));
        parts.insert("the training examples".to_string(), data::fingerprint(examples.dataset()));
        if let Some(val) = val {
            parts.insert("the validation examples".to_string(), data::fingerprint(val.dataset()));
        }
        Self(parts)
    }

    /// The digests by part.
    pub fn parts(&self) -> &BTreeMap<String, String> {
        &self.0
    }

    /// Refuses to go on with a run whose parts were others.
    pub(super) fn check(&self, begun: &BTreeMap<String, String>) -> Result<(), Failure> {
        let names = self.0.keys().chain(begun.keys().filter(|k| !self.0.contains_key(*k)));
        let differ: Vec<&str> = names.filter(|n| self.0.get(*n) != begun.get(*n)).map(String::as_str).collect();
        if differ.is_empty() {
            return Ok(());
        }
        let what = differ.join(", ");
        Err(Diagnostic::error(codes::OTHER_RUN, format!("this is not what the run was begun with: {what} differ"))
            .help("go on with the spec and the data of the run, or begin another one with `--out`")
            .into())
    }
}

/// The settings without those that change no result. More epochs make the last phase longer.
fn lasting(train: &TrainConfig) -> TrainConfig {
    let mut train = TrainConfig { epochs: 0, workers: None, checkpoint: None, max_time: None, ..train.clone() };
    train.phases.iter_mut().next_back().into_iter().for_each(|last| last.epochs = 0);
    train
}

fn json_digest<T: serde::Serialize>(value: &T) -> String {
    // Plain data always has a JSON form.
    digest(&serde_json::to_vec(value).unwrap_or_default())
}

fn digest(bytes: &[u8]) -> String {
    data::hex(Sha256::digest(bytes))
}
