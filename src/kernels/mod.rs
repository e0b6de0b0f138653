//! Numeric loops on slices. They know nothing of ops, graphs or plans.

pub mod gemm;
pub mod sweep;
