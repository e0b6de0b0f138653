//! Sizes, and what is known of a tensor.

mod dim;
mod fact;

pub use dim::{Dim, DimOverflow, Symbols};
pub use fact::{DType, Fact, Shape};
