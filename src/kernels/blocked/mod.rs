//! Kernels over channel-blocked maps: `[images][blocks of channels][rows][columns][block]`, where
//! a block is one vector of the machine. What lies in the lanes of a last block that is not full
//! is never read into a result.
//!
//! The layout is that of Georganas et al. (2018), "Anatomy of high-performance deep learning
//! convolutions on SIMD architectures": vectors run along the channels, so that no loop over a
//! map has to care about its width, its borders or a stride.

pub mod any;
pub mod choice;
pub mod conv;
pub mod layout;
pub mod norm;
pub mod slide;
#[allow(clippy::needless_range_loop, reason = "sums are indexed by constants, so that they stay in registers")]
pub mod slide_grad;
#[allow(clippy::needless_range_loop, reason = "tiles are indexed by constants, so that they stay in registers")]
mod tile;
pub mod vector;
pub mod weight_grad;
#[allow(clippy::needless_range_loop, reason = "as above")]
pub mod winograd;

pub use vector::Level;
