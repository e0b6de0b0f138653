//! From maps to blocks and back.

use super::vector::Level;
use crate::kernels::parallel::{for_chunks, simd};

/// Channel-blocked maps of some images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocks {
    /// Images.
    pub images: usize,
    /// Channels.
    pub channels: usize,
    /// Pixels of a map.
    pub pixels: usize,
    /// Channels of a block.
    pub block: usize,
}

impl Blocks {
    /// The layout of this machine.
    pub fn new(images: usize, channels: usize, pixels: usize) -> Self {
        Self { images, channels, pixels, block: Level::best().block() }
    }

    /// Floats of it.
    pub fn len(&self) -> usize {
        self.images * self.channels.next_multiple_of(self.block) * self.pixels
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Blocks of an image.
    pub fn blocks(&self) -> usize {
        self.channels.div_ceil(self.block)
    }

    /// Blocks from maps; lanes without a channel are zero.
    pub fn pack(&self, maps: &[f32], blocks: &mut [f32]) {
        let Self { channels, pixels, block, .. } = *self;
        if pixels == 0 {
            return;
        }
        for_chunks(blocks, pixels * block, maps.len(), |i, out| {
            let (image, first) = (i / self.blocks(), i % self.blocks() * block);
            let count = block.min(channels - first);
            let maps = &maps[(image * channels + first) * pixels..][..count * pixels];
            if count < block {
                out.fill(0.0);
            }
            simd(|| match block {
                16 => interleave::<16>(maps, pixels, out),
                _ => interleave::<8>(maps, pixels, out),
            });
        });
    }

    /// Maps from blocks.
    pub fn unpack(&self, blocks: &[f32], maps: &mut [f32]) {
        let Self { channels, pixels, block, .. } = *self;
        if pixels == 0 {
            return;
        }
        for_chunks(maps, channels * pixels, blocks.len(), |image, maps| {
            let blocks = &blocks[image * self.blocks() * block * pixels..];
            for (maps, blocks) in maps.chunks_mut(block * pixels).zip(blocks.chunks_exact(block * pixels)) {
                simd(|| match block {
                    16 => split::<16>(blocks, pixels, maps),
                    _ => split::<8>(blocks, pixels, maps),
                });
            }
        });
    }
}

/// Pixels that are taken at once: a cache line of a map.
const NEAR: usize = 16;

/// Blocks of `B` channels from their maps, of which there may be fewer.
#[inline(always)]
fn interleave<const B: usize>(maps: &[f32], pixels: usize, out: &mut [f32]) {
    let (out, _) = out.as_chunks_mut::<B>();
    let mut rest = 0;
    if maps.len() == B * pixels {
        for out in out.as_chunks_mut::<NEAR>().0 {
            let near: [&[f32; NEAR]; B] = std::array::from_fn(|c| near(maps, c * pixels + rest));
            for (p, out) in out.iter_mut().enumerate() {
                *out = std::array::from_fn(|c| near[c][p]);
            }
            rest += NEAR;
        }
    }
    for (c, map) in maps.chunks_exact(pixels).enumerate() {
        out[rest..].iter_mut().zip(&map[rest..]).for_each(|(o, v)| o[c] = *v);
    }
}

/// Maps from blocks of `B` channels, of which there may be fewer.
#[inline(always)]
fn split<const B: usize>(blocks: &[f32], pixels: usize, maps: &mut [f32]) {
    let (blocks, _) = blocks.as_chunks::<B>();
    for (c, map) in maps.chunks_exact_mut(pixels).enumerate() {
        let (near, rest) = map.as_chunks_mut::<NEAR>();
        let (tiles, last) = blocks.as_chunks::<NEAR>();
        for (map, tile) in near.iter_mut().zip(tiles) {
            *map = std::array::from_fn(|p| tile[p][c]);
        }
        rest.iter_mut().zip(last).for_each(|(v, o)| *v = o[c]);
    }
}

#[inline(always)]
fn near(maps: &[f32], at: usize) -> &[f32; NEAR] {
    maps[at..].first_chunk().expect("a whole tile lies inside a map")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::testing;

    #[test]
    fn maps_survive_the_way_there_and_back() {
        let mut rng = testing::rng(1);
        for (images, channels, pixels) in [(1, 1, 1), (2, 16, 9), (3, 21, 35), (2, 40, 16), (1, 7, 100)] {
            for block in [8, 16] {
                let blocks = Blocks { images, channels, pixels, block };
                let maps = testing::floats(&mut rng, images * channels * pixels);
                let mut packed = vec![f32::NAN; blocks.len()];
                blocks.pack(&maps, &mut packed);
                for (i, value) in packed.iter().enumerate() {
                    let (lane, pixel) = (i % block, i / block % pixels);
                    let (image, c) = (i / block / pixels / blocks.blocks(), i / block / pixels % blocks.blocks());
                    let channel = c * block + lane;
                    let expected =
                        if channel < channels { maps[(image * channels + channel) * pixels + pixel] } else { 0.0 };
                    assert_eq!(*value, expected);
                }
                let mut back = vec![f32::NAN; maps.len()];
                blocks.unpack(&packed, &mut back);
                assert_eq!(back, maps);
            }
        }
    }
}
