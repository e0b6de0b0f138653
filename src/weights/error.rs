//! What can be wrong with a weights file.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::Report;
use crate::diag::{Code, Diagnostic, codes};

/// A refusal, with the file that it concerns.
#[derive(Debug, Error)]
#[error("`{}` {problem}", .path.display())]
pub struct WeightsError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is wrong with a weights file. The text continues a sentence that begins with its name.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Problem {
    /// The file system says no.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// Not a regular file.
    #[error("is not a regular file")]
    NotAFile,
    /// It ends before what it announced.
    #[error("is truncated: {what} needs {needs} bytes, and {has} are there")]
    Truncated {
        /// What should have been there.
        what: String,
        /// Bytes announced.
        needs: u64,
        /// Bytes present.
        has: u64,
    },
    /// The header, or pickle, is over its limit.
    #[error("has {what} of {bytes} bytes, over the limit of {limit}")]
    HeaderTooLarge {
        /// Which part.
        what: &'static str,
        /// Its size.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// It would unpack to far more than its own size.
    #[error("would unpack to {bytes} bytes, over the limit of {limit} for a file of its size")]
    Unpacks {
        /// The size after unpacking.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// A shape asks for more than the file holds.
    #[error("claims {claimed} elements for `{name}`, and the file holds at most {holds}")]
    Claim {
        /// The tensor.
        name: String,
        /// The product of its shape, as text where it overflows.
        claimed: String,
        /// What could fit.
        holds: u64,
    },
    /// No known format has such content.
    #[error("is in no format that is known by its content")]
    UnknownFormat,
    /// A known format, with something in it that this reader does not take.
    #[error("cannot be used: {0}")]
    Unsupported(String),
    /// It contradicts itself or its format.
    #[error("is damaged: {0}")]
    Malformed(String),
    /// The pickle names a function or class that does not belong in a checkpoint.
    #[error("holds a pickle that wants to call `{call}`; nothing was executed")]
    UnsafePickle {
        /// `os.system`.
        call: String,
    },
    /// One name twice.
    #[error("has two tensors named `{name}`{}", after_rename(*.renamed))]
    Duplicate {
        /// The name.
        name: String,
        /// Whether the rename rules made them equal.
        renamed: bool,
    },
    /// The model wants something else.
    #[error("does not fit the model\n{0}")]
    Mismatch(Box<Report>),
    /// The file cannot be written.
    #[error("cannot be written: {0}")]
    Unwritable(String),
}

fn after_rename(renamed: bool) -> &'static str {
    if renamed { " after the rename rules" } else { "" }
}

/// Shorthand for the commonest refusal.
pub(super) fn malformed(what: impl Into<String>) -> Problem {
    Problem::Malformed(what.into())
}

impl Problem {
    /// Adds the file's name.
    pub(super) fn at(self, path: &Path) -> WeightsError {
        WeightsError { path: path.to_path_buf(), problem: self }
    }

    /// The code of its diagnostic.
    pub fn code(&self) -> Code {
        match self {
            Problem::Io(_) | Problem::NotAFile | Problem::Malformed(_) => codes::WEIGHTS_UNREADABLE,
            Problem::Truncated { .. } => codes::WEIGHTS_TRUNCATED,
            Problem::HeaderTooLarge { .. } | Problem::Unpacks { .. } => codes::WEIGHTS_TOO_LARGE,
            Problem::Claim { .. } => codes::WEIGHTS_CLAIM,
            Problem::UnknownFormat | Problem::Unsupported(_) => codes::WEIGHTS_FORMAT,
            Problem::UnsafePickle { .. } => codes::WEIGHTS_UNSAFE_PICKLE,
            Problem::Duplicate { .. } => codes::WEIGHTS_DUPLICATE,
            Problem::Mismatch(_) => codes::WEIGHTS_MISMATCH,
            Problem::Unwritable(_) => codes::WEIGHTS_UNWRITABLE,
        }
    }

    /// What would mend it, where something is known to.
    fn help(&self) -> Option<String> {
        Some(match self {
            Problem::Truncated { .. } => "fetch the file again; a download or copy was probably cut off".into(),
            Problem::UnknownFormat => {
                "known are safetensors, npz, npy, PyTorch, Keras HDF5, and Darknet with its cfg".into()
            }
            Problem::UnsafePickle { .. } => {
                "save the `state_dict` alone, or convert it to safetensors where it can be trusted".into()
            }
            Problem::Mismatch(report) => report.advice()?,
            _ => return None,
        })
    }
}

impl From<WeightsError> for Diagnostic {
    fn from(error: WeightsError) -> Self {
        let help = error.problem.help();
        Diagnostic::error(error.problem.code(), error.to_string()).maybe_help(help)
    }
}
