//! How a task ends badly.

use crate::data::DataError;
use crate::diag::{Code, Diagnostic, Sink, codes};
use crate::fs::LockError;

/// What kind of failure it is; the command line turns it into an exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The spec, the data or a file cannot be used.
    Input,
    /// The loss or a gradient is not finite.
    Diverged,
}

/// Problems that ended a task.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// What kind of failure it is.
    pub reason: Reason,
    /// What is wrong.
    pub diagnostics: Vec<Diagnostic>,
}

impl Failure {
    /// One problem with the input.
    pub fn input(diagnostic: Diagnostic) -> Self {
        Self { reason: Reason::Input, diagnostics: vec![diagnostic] }
    }

    /// One problem with the input, told by its code and message alone.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self::input(Diagnostic::error(code, message))
    }

    /// All errors of a sink.
    pub fn from_sink(sink: &Sink) -> Self {
        Self { reason: Reason::Input, diagnostics: sink.sorted().into_iter().cloned().collect() }
    }

    /// A folder that this process cannot have for itself.
    pub fn locked(folder: &std::path::Path, error: &LockError) -> Self {
        match error {
            LockError::Held(_) => {
                Diagnostic::error(codes::RUN_LOCKED, format!("another process writes `{}`", folder.display()))
                    .help("wait for it to end, or name another folder with `--out`")
                    .into()
            }
            LockError::Io(path, e) => Failure::write(path, e),
        }
    }

    /// A file or folder that cannot be written.
    pub fn write(path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::input(
            Diagnostic::error(codes::CANNOT_WRITE, format!("cannot write `{}`: {error}", path.display()))
                .help("check the folder's permissions and the free space, or choose another with `--out`"),
        )
    }
}

impl From<DataError> for Failure {
    fn from(error: DataError) -> Self {
        Self::input(error.diagnostic())
    }
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::input(diagnostic)
    }
}

impl From<Vec<Diagnostic>> for Failure {
    fn from(diagnostics: Vec<Diagnostic>) -> Self {
        Self { reason: Reason::Input, diagnostics }
    }
}
