//! Which arguments of an op a fix may change, and to what.

use crate::ops::Op;
use crate::shape::Fact;

/// An op with one argument changed.
pub(super) struct Knob {
    /// How the argument would be written: `stride=2`.
    pub setting: String,
    /// The changed op.
    pub op: Op,
    /// Whether it moves windows (rather than channels).
    pub spatial: bool,
}

/// The op with another number of output channels or features, where it has an argument for it.
pub(super) fn with_out(op: &Op, out: i64) -> Option<Op> {
    let out = usize::try_from(out).ok()?;
    match op {
        Op::Dense(dense) => Some(crate::ops::dense::Dense { out, ..dense.clone() }.into()),
        _ => None,
    }
}

/// How the argument of [`with_out`] is written.
pub(super) fn out_text(op: &Op) -> String {
    match op {
        Op::Dense(dense) => format!("out={}", dense.out),
        _ => String::new(),
    }
}

/// The op with other windows or groups, the smallest changes first.
pub(super) fn variants(_op: &Op, _inputs: &[Fact]) -> Vec<Knob> {
    Vec::new()
}
