//! Which arguments of an op a fix may change, and to what.

use crate::ops::Op;
use crate::ops::attrs::{Padding, Size};
use crate::ops::geometry::Sliding;
use crate::shape::{Dim, Fact};

/// An op with one argument changed.
pub(super) struct Knob {
    /// The argument: `stride`.
    pub name: &'static str,
    /// How it would be written: `stride=2`.
    pub setting: String,
    /// The changed op.
    pub op: Op,
}

/// The op with another number of output channels or features, where it has an argument for it,
/// and how that is written.
pub(super) fn with_out(op: &Op, out: i64) -> Option<(Op, String)> {
    let size = usize::try_from(out).ok()?;
    let mut changed = op.clone();
    let slot = match &mut changed {
        Op::Dense(dense) => &mut dense.out,
        Op::Conv(conv) => &mut conv.out,
        Op::Separable(op) => &mut op.pointwise.out,
        Op::ConvTranspose(conv) => &mut conv.out,
        // No other op sets a number of channels that its input does not have.
        _ => return None,
    };
    *slot = size;
    Some((changed, format!("out={out}")))
}

/// The op with other windows, the smallest changes first: padding, then stride, then kernel.
/// Only windows that are alike on all axes are changed.
pub(super) fn windows(op: &Op, inputs: &[Fact]) -> Vec<Knob> {
    let mut copy = op.clone();
    let Some(sliding) = sliding_mut(&mut copy).cloned() else { return Vec::new() };
    let (Size::All(kernel), Size::All(stride)) = (&sliding.kernel, &sliding.stride) else { return Vec::new() };
    let (kernel, stride) = (*kernel, *stride);
    let mut knobs = Vec::new();
    let mut push = |name, value: String, change: &dyn Fn(&mut Sliding)| {
        let mut op = op.clone();
        if let Some(sliding) = sliding_mut(&mut op) {
            change(sliding);
            knobs.push(Knob { name, setting: format!("{name}={value}"), op });
        }
    };
    let widest = inputs.first().and_then(|x| x.shape.iter().skip(2).filter_map(Dim::as_usize).max()).unwrap_or(0);
    if kernel % 2 == 1 && kernel > 1 {
        push("pad", "half".into(), &|s| s.pad = Padding::Half);
    }
    for pad in 0..=kernel.min(4) {
        push("pad", pad.to_string(), &|s| s.pad = Padding::All(pad));
    }
    if matches!(op, Op::MaxPool(_) | Op::AvgPool(_)) {
        push("ceil", (!sliding.ceil).to_string(), &|s| s.ceil = !sliding.ceil);
    }
    for other in near(stride, 4) {
        push("stride", other.to_string(), &|s| s.stride = Size::All(other));
    }
    for other in near(kernel, widest.min(11)) {
        push("kernel", other.to_string(), &|s| s.kernel = Size::All(other));
    }
    knobs
}

/// The numbers from 1 to `most` but `now`, those close to it first.
fn near(now: usize, most: usize) -> Vec<usize> {
    let mut others: Vec<usize> = (1..=most).filter(|v| *v != now).collect();
    others.sort_by_key(|v| v.abs_diff(now));
    others
}

fn sliding_mut(op: &mut Op) -> Option<&mut Sliding> {
    match op {
        Op::Conv(conv) => Some(&mut conv.sliding),
        Op::Depthwise(conv) => Some(&mut conv.sliding),
        Op::Separable(op) => Some(&mut op.depthwise.sliding),
        Op::ConvTranspose(conv) => Some(&mut conv.sliding),
        Op::MaxPool(pool) => Some(&mut pool.sliding),
        Op::AvgPool(pool) => Some(&mut pool.sliding),
        // No other op has windows.
        _ => None,
    }
}
