//! Numeric loops on slices. They know nothing of ops, graphs or plans.

pub mod batch_norm;
pub mod blocked;
pub mod conv;
pub mod dense;
pub mod depthwise;
pub mod direct;
pub mod elementwise;
pub mod fused;
pub mod gemm;
pub mod interleaved;
pub mod lanes;
pub mod level;
pub mod local;
pub mod math;
pub mod micro;
pub mod norm;
pub mod pack;
pub mod parallel;
pub mod planes;
pub mod pool;
pub mod recurrent;
pub mod reduce;
pub mod resample;
pub mod score;
pub mod search;
pub mod shared;
pub mod shift;
pub mod softmax;
pub mod strided;
pub mod sweep;
#[cfg(test)]
mod testing;
pub mod tiles;
pub mod window;
