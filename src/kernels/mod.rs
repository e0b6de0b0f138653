//! Numeric loops on slices. They know nothing of ops, graphs or plans.

pub mod elementwise;
pub mod gemm;
pub mod math;
pub mod parallel;
pub mod reduce;
pub mod resample;
pub mod softmax;
pub mod strided;
