//! Which algorithm forms a convolution of 3x3 taps: by cost, or as it was measured.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::conv::{BlockedConv, Finish, Source};
use super::layout::Blocks;
use super::vector::Level;
use super::winograd::{self, Tile, Winograd};
use crate::kernels::fused::Activation;
use crate::kernels::window::Window;

/// How the sums are formed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// By the definition.
    Direct,
    /// By Winograd's F(2x2, 3x3).
    Two,
    /// By Winograd's F(4x4, 3x3).
    Four,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Algorithm; 3] = [Algorithm::Direct, Algorithm::Two, Algorithm::Four];

    /// Its name in tables and files.
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::Direct => "direct",
            Algorithm::Two => "winograd2",
            Algorithm::Four => "winograd4",
        }
    }

    /// The tile of Winograd's algorithm.
    pub fn tile(self) -> Option<Tile> {
        match self {
            Algorithm::Direct => None,
            Algorithm::Two => Some(Tile::Two),
            Algorithm::Four => Some(Tile::Four),
        }
    }
}

/// The sizes of a convolution of 3x3 taps, stride 1 and one group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sizes {
    /// Images.
    pub batch: usize,
    /// Input and output channels.
    pub channels: (usize, usize),
    /// Rows and columns of the input.
    pub input: (usize, usize),
    /// Rows and columns of the output.
    pub output: (usize, usize),
    /// Padding before rows and columns.
    pub before: (usize, usize),
}

/// What was measured on this machine.
pub type Choices = BTreeMap<Sizes, Algorithm>;

impl Sizes {
    /// Those of a window that Winograd's algorithm takes.
    pub fn of(batch: usize, channels: (usize, usize), w: &Window) -> Option<Sizes> {
        let sizes = Sizes {
            batch,
            channels,
            input: (w.input[1], w.input[2]),
            output: (w.output[1], w.output[2]),
            before: (w.before[1], w.before[2]),
        };
        (sizes.window() == *w).then_some(sizes)
    }

    fn window(&self) -> Window {
        Window {
            input: [1, self.input.0, self.input.1],
            output: [1, self.output.0, self.output.1],
            kernel: [1, 3, 3],
            stride: [1; 3],
            dilation: [1; 3],
            before: [0, self.before.0, self.before.1],
        }
    }

    fn winograd(&self, tile: Tile) -> Option<Winograd> {
        Winograd::new(Level::best(), tile, self.batch, self.channels, self.window())
    }

    /// The algorithm of the least cost, by sizes alone; weights that change are packed each time.
    pub fn by_cost(&self, weights_change: bool) -> Algorithm {
        // Cycles in which a float of weights is packed.
        let packing = if weights_change { 1.2 } else { 0.0 };
        let weights = (self.channels.0 * self.channels.1) as f64 * packing;
        let cost = |algorithm: Algorithm| match algorithm.tile() {
            None => {
                let direct = winograd::direct_cost(Level::best(), self.batch, self.channels, &self.window());
                direct + 9.0 * weights
            }
            Some(tile) => self.winograd(tile).map_or(f64::INFINITY, |w| w.cost() + w.elements() as f64 * weights),
        };
        let [mut best, ..] = Algorithm::ALL;
        for other in Algorithm::ALL {
            if cost(other) < cost(best) {
                best = other;
            }
        }
        best
    }

    /// Seconds that each algorithm takes at best on all threads, each tried for about `each`.
    pub fn measure(&self, each: Duration) -> Vec<(Algorithm, f64)> {
        let blocks = |channels, (height, width): (usize, usize)| Blocks::new(self.batch, channels, height * width);
        let x = vec![0.5; blocks(self.channels.0, self.input).len()];
        let mut y = vec![0.0; blocks(self.channels.1, self.output).len()];
        let weights = vec![0.1; self.channels.0 * self.channels.1 * 9];
        let end = Finish { residual: None, activation: &Activation::Identity };
        let sizes = (1, self.channels.0, self.channels.1);
        let direct = BlockedConv::new(Level::best(), self.batch, sizes, self.window(), Source::Blocks);
        let direct = direct.map(|conv| {
            let (mut packed, bias) = (vec![0.0; conv.packed_len()], vec![0.0; conv.bias_len()]);
            conv.pack(&weights, None, &mut packed);
            (Algorithm::Direct, best(each, || conv.run(&x, &packed, &bias, end, &mut y)))
        });
        let mut all: Vec<_> = direct.into_iter().collect();
        for algorithm in Algorithm::ALL {
            let Some(conv) = algorithm.tile().and_then(|tile| self.winograd(tile)) else { continue };
            let (mut packed, bias) = (vec![0.0; conv.packed_len()], vec![0.0; conv.bias_len()]);
            conv.pack(&weights, None, &mut packed);
            all.push((algorithm, best(each, || conv.run(&x, &packed, &bias, end, &mut y))));
        }
        all
    }
}

/// The least time of several runs.
fn best(each: Duration, mut run: impl FnMut()) -> f64 {
    const LEAST: usize = 5;
    let (begin, mut least) = (Instant::now(), f64::INFINITY);
    for i in 0.. {
        if i >= LEAST && begin.elapsed() >= each {
            break;
        }
        let start = Instant::now();
        run();
        least = least.min(start.elapsed().as_secs_f64());
    }
    least
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(batch: usize, channels: usize, map: usize) -> Sizes {
        Sizes { batch, channels: (channels, channels), input: (map, map), output: (map, map), before: (1, 1) }
    }

    #[test]
    fn wide_maps_take_large_tiles_and_heavy_weights_do_not() {
        assert_eq!(sizes(1, 64, 56).by_cost(false), Algorithm::Four);
        assert_eq!(sizes(8, 256, 28).by_cost(false), Algorithm::Four);
        assert_ne!(sizes(1, 512, 7).by_cost(false), Algorithm::Four);
    }

    #[test]
    fn every_algorithm_is_measured() {
        let found = sizes(1, 16, 8).measure(Duration::ZERO);
        assert_eq!(found.iter().map(|(a, _)| *a).collect::<Vec<_>>(), Algorithm::ALL);
        assert!(found.iter().all(|(_, t)| *t > 0.0));
    }

    #[test]
    fn other_windows_have_no_sizes() {
        let window = sizes(1, 8, 9).window();
        assert!(Sizes::of(1, (8, 8), &window).is_some());
        assert!(Sizes::of(1, (8, 8), &Window { stride: [1, 2, 2], ..window }).is_none());
        assert!(Sizes::of(1, (8, 8), &Window { kernel: [1, 1, 3], ..window }).is_none());
    }
}
