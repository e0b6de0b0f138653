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

use crate::kernels::blocked::Level;
use crate::kernels::window::Window;

/// The sizes of a convolution of one group over maps of one or two axes.
#[derive(Clone, Copy, Debug)]
struct Sizes {
    level: Level,
    /// Blocks of images.
    blocks: usize,
    inputs: usize,
    outputs: usize,
    window: Window,
}

impl Sizes {
    /// Those of a batch; `None` where there is no code for the window, or images do not fill their
    /// blocks.
    fn new(level: Level, batch: usize, (inputs, outputs): (usize, usize), window: Window) -> Option<Self> {
        let whole = batch > 0 && batch.is_multiple_of(level.block());
        let sizes = Self { level, blocks: batch / level.block(), inputs, outputs, window };
        (whole && window.is_flat()).then_some(sizes)
    }

    /// Images.
    fn batch(&self) -> usize {
        self.blocks * self.level.block()
    }
}
