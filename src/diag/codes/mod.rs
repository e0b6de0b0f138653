//! The table of diagnostic codes. A code, once published, keeps its meaning.
//!
//! `blockprint explain CODE` and `docs/errors.md` print it; a test demands that every
//! code has an explanation and is raised by a case of `tests/suite`, or says why none can.

use serde::{Serialize, Serializer};

/// A stable diagnostic code: `BP0301`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code(&'static str);

impl Code {
    /// The code as text.
    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// Its entry in the table.
    pub fn info(self) -> &'static CodeInfo {
        lookup(self.0).expect("every `Code` is made by the table")
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.0)
    }
}

/// What is known of a code.
#[derive(Debug)]
pub struct CodeInfo {
    /// The code.
    pub code: Code,
    /// One line.
    pub title: &'static str,
    /// Why it is an error and what to do, in a few sentences.
    pub explanation: &'static str,
    /// How it is shown to be raised.
    pub proof: Proof,
}

/// How the tests see a code raised.
#[derive(Debug, PartialEq, Eq)]
pub enum Proof {
    /// By at least one case in `tests/suite`.
    Suite,
    /// By another test, since it takes files, a run or a command line; the text says which.
    Elsewhere(&'static str),
}

/// Declares codes: `NAME = "BP0000": "title", "explanation";`, with `; elsewhere "test"` where
/// no case of the suite can raise it.
macro_rules! codes {
    ($($name:ident = $code:literal: $title:literal, $explanation:literal $(, elsewhere $proof:literal)?;)*) => {
        use super::{Code, CodeInfo, Proof};

        $(
            #[doc = $title]
            pub const $name: Code = Code($code);
        )*

        pub(super) static TABLE: &[CodeInfo] = &[$(CodeInfo {
            code: $name,
            title: $title,
            explanation: $explanation,
            proof: codes!(@proof $($proof)?),
        }),*];
    };
    (@proof) => { Proof::Suite };
    (@proof $proof:literal) => { Proof::Elsewhere($proof) };
}

mod data;
mod faces;
mod generated;
mod limits;
mod lints;
mod names;
mod run;
mod shapes;
mod syntax;
mod training;
mod weights;

pub use data::*;
pub use faces::*;
pub use generated::*;
pub use limits::*;
pub use lints::*;
pub use names::*;
pub use run::*;
pub use shapes::*;
pub use syntax::*;
pub use training::*;
pub use weights::*;

/// Every code, in order.
pub fn all() -> impl Iterator<Item = &'static CodeInfo> {
    [
        syntax::TABLE,
        names::TABLE,
        shapes::TABLE,
        training::TABLE,
        limits::TABLE,
        weights::TABLE,
        data::TABLE,
        run::TABLE,
        faces::TABLE,
        lints::TABLE,
        generated::TABLE,
    ]
    .into_iter()
    .flatten()
}

/// The entry of a code given as text, in any case.
pub fn lookup(code: &str) -> Option<&'static CodeInfo> {
    all().find(|info| info.code.0.eq_ignore_ascii_case(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_ordered_and_explained() {
        let all: Vec<_> = all().collect();
        for pair in all.windows(2) {
            assert!(pair[0].code < pair[1].code, "{} before {}", pair[0].code, pair[1].code);
        }
        for info in all {
            let digits = info.code.0.strip_prefix("BP").expect("codes begin with BP");
            assert!(digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit()));
            assert!(info.title.len() > 8 && info.explanation.len() > 30, "{}", info.code);
            assert!(!info.title.ends_with('.'), "{}", info.code);
        }
    }
}
