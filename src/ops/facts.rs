//! What the shape rules of several families share.

use crate::diag::codes;
use crate::shape::{DType, Dim, Fact};

use super::{Inputs, ShapeError, lookup};

/// What an axis stands for in messages: its role in features and images, else its number.
pub fn axis_name(rank: usize, axis: usize) -> String {
    match (rank, axis) {
        (_, 0) => "batch".into(),
        (2, 1) => "features".into(),
        (4, 1) => "channels".into(),
        (4, 2) => "height".into(),
        (4, 3) => "width".into(),
        _ => format!("axis {axis}"),
    }
}

/// Input `slot` holds floats.
pub fn floats(op: &str, inputs: &[Fact], slot: usize) -> Result<(), ShapeError> {
    let x = &inputs[slot];
    match x.dtype {
        DType::F32 => Ok(()),
        DType::I64 => Err(ShapeError::new(codes::WRONG_DTYPE, format!("`{op}` takes `f32`, but this is `{x}`"))
            .inputs(&[slot])
            .help("labels and indices are `i64`; they go to losses, metrics and `embedding` only")),
    }
}

/// All inputs hold floats.
pub fn all_floats(op: &str, inputs: &[Fact]) -> Result<(), ShapeError> {
    (0..inputs.len()).try_for_each(|slot| floats(op, inputs, slot))
}

/// An axis of input 0, counted from the end where it is negative.
pub fn axis(op: &str, attr: &'static str, x: &Fact, axis: i64) -> Result<usize, ShapeError> {
    let rank = x.rank() as i64;
    let from_start = if axis < 0 { axis.saturating_add(rank) } else { axis };
    if (0..rank).contains(&from_start) {
        return Ok(from_start as usize);
    }
    let error =
        ShapeError::new(codes::WRONG_RANK, format!("`{op}` has no axis {axis} in `{x}`, which has {rank} axes"))
            .attr(attr)
            .inputs(&[0]);
    Err(match rank {
        0 => error,
        _ => error.help(format!("axes are counted from 0 to {}, or from -1 backwards", rank - 1)),
    })
}

/// Input 0 is an image.
pub fn image(op: &str, x: &Fact) -> Result<(), ShapeError> {
    if x.rank() == 4 {
        return Ok(());
    }
    Err(ShapeError::new(
        codes::WRONG_RANK,
        format!("`{op}` takes 4 axes (`[N, channels, height, width]`), but this has {}: `{x}`", x.rank()),
    )
    .inputs(&[0]))
}

/// "the branches of `add`", "the inputs of `sub`".
fn subject(op: &str) -> String {
    match lookup(op).map(|entry| entry.info.inputs) {
        Some(Inputs::Branches) => format!("the branches of `{op}`"),
        _ => format!("the inputs of `{op}`"),
    }
}

/// Two inputs must have as many axes.
pub fn same_rank(op: &str, inputs: &[Fact], a: usize, b: usize) -> Result<(), ShapeError> {
    let (left, right) = (&inputs[a], &inputs[b]);
    if left.rank() == right.rank() {
        return Ok(());
    }
    let (ranks, who) = ((left.rank(), right.rank()), subject(op));
    let message = format!("{who} have {} and {} axes: `{left}` and `{right}`", ranks.0, ranks.1);
    let error = ShapeError::new(codes::SHAPE_MISMATCH, message).inputs(&[a, b]);
    Err(match ranks {
        (2, 4) => error.help(format!("`reshape([{}, 1, 1])` makes an image of features", left.shape[1])),
        (4, 2) => error.help(format!("`reshape([{}, 1, 1])` makes an image of features", right.shape[1])),
        _ => error,
    })
}

/// Two inputs differ at an axis that must agree; either may be changed to the other's size.
pub fn disagree(op: &str, inputs: &[Fact], (a, axis_a): (usize, usize), (b, axis_b): (usize, usize)) -> ShapeError {
    let (size_a, size_b) = (&inputs[a].shape[axis_a], &inputs[b].shape[axis_b]);
    let name = axis_name(inputs[a].rank(), axis_a);
    let what = match name.as_str() {
        "channels" | "features" => format!("{size_a} and {size_b} {name}"),
        "batch" | "height" | "width" => format!("{name} {size_a} and {size_b}"),
        _ => format!("{size_a} and {size_b} at {name}"),
    };
    ShapeError::new(codes::SHAPE_MISMATCH, format!("{} have {what}: `{}` and `{}`", subject(op), inputs[a], inputs[b]))
        .inputs(&[a, b])
        .want(a, axis_a, size_b.clone())
        .want(b, axis_b, size_a.clone())
}

/// The size on which two agree as far as is known: a number where either is one.
pub fn agree(a: &Dim, b: &Dim) -> Option<Dim> {
    if a.never_equals(b) {
        return None;
    }
    Some(if a.is_num() { a.clone() } else { b.clone() })
}

/// The product of sizes.
pub fn volume(sizes: &[Dim]) -> Result<Dim, ShapeError> {
    sizes.iter().try_fold(Dim::num(1), |product, d| product.mul(d)).map_err(ShapeError::from)
}

/// The parts of [`Operator`] of an op that has neither parameters nor products; with `All` or
/// `Same`, also how far its outputs see, whatever its inputs are.
///
/// [`Operator`]: super::Operator
macro_rules! parameterless {
    ($reach:ident) => {
        $crate::ops::facts::parameterless!();

        fn reach(&self, _inputs: &[Fact]) -> Reach {
            Reach::$reach
        }
    };
    () => {
        fn params(&self, _inputs: &[Fact]) -> Vec<ParamSpec> {
            Vec::new()
        }

        fn macs(&self, _inputs: &[Fact], _output: &Fact) -> u128 {
            0
        }
    };
}

/// The parts of [`Operator`] that every op has that acts on each element of one float input
/// and has neither parameters nor products.
///
/// [`Operator`]: super::Operator
macro_rules! elementwise_rules {
    ($name:literal) => {
        fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
            facts::floats($name, inputs, 0)?;
            Ok(inputs[0].clone())
        }

        $crate::ops::facts::parameterless!(Same);
    };
}

pub(super) use {elementwise_rules, parameterless};
