//! Numeric loops on slices. They know nothing of ops, graphs or plans.

pub mod conv;
pub mod depthwise;
pub mod gemm;
pub mod lanes;
pub mod micro;
pub mod norm;
pub mod pack;
pub mod pool;
pub mod shared;
#[cfg(test)]
mod testing;
pub mod window;
