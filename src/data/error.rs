//! What can be wrong with one example.

use crate::diag::{Code, Diagnostic, codes};

/// Why an example cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("example {index} (`{place}`): {reason}")]
pub struct DataError {
    /// The diagnostic code.
    pub code: Code,
    /// The example's index in its part.
    pub index: usize,
    /// Its path, or a file and a position in it.
    pub place: String,
    /// What is wrong.
    pub reason: String,
    /// What would mend it.
    pub help: Option<String>,
}

impl DataError {
    /// A damaged example.
    pub fn damaged(index: usize, place: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            code: codes::DATA_DAMAGED,
            index,
            place: place.into(),
            reason: reason.into(),
            help: Some("replace or remove it, or write `on_bad: skip` into `data`".into()),
        }
    }

    /// The error as a diagnostic.
    pub fn diagnostic(&self) -> Diagnostic {
        Diagnostic::error(self.code, self.to_string()).maybe_help(self.help.clone())
    }
}
