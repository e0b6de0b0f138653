//! Kernels over interleaved images: `[blocks of images][channels][rows][columns][block]`, where a
//! block is one image for each lane of a vector.
//!
//! Vectors run along the batch, so that layers of few channels fill them as well as others do,
//! and weights are the same for all lanes: nothing is packed or transposed. What does the same to
//! every channel by itself needs no kernels of its own: to those over channel-blocked maps, these
//! are fewer images of more channels.

pub mod conv;
#[allow(clippy::needless_range_loop, reason = "tiles are indexed by constants, so that they stay in registers")]
mod tile;
pub mod weight_grad;
