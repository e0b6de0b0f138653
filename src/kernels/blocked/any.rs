//! A convolution by whichever algorithm, and its gradient by the input.

use super::choice::{Algorithm, Sizes};
use super::conv::{BlockedConv, Finish, Source, is_pointwise};
use super::layout::Blocks;
use super::vector::Level;
use super::winograd::Winograd;
use crate::kernels::fused::Activation;
use crate::kernels::parallel::for_chunks;
use crate::kernels::window::Window;

/// A convolution over channel-blocked maps.
#[derive(Clone)]
pub enum AnyConv {
    /// By the definition.
    Direct(BlockedConv),
    /// By Winograd's algorithm.
    Winograd(Winograd),
}

impl AnyConv {
    /// A convolution of `groups * inputs` to `groups * outputs` channels, by the algorithm that
    /// `choose` names where there are several; `None` where there is no code for it.
    pub fn new(
        level: Level,
        batch: usize,
        (groups, inputs, outputs): (usize, usize, usize),
        window: Window,
        source: Source,
        choose: impl Fn(&Sizes) -> Algorithm,
    ) -> Option<Self> {
        let sizes =
            if groups == 1 && source == Source::Blocks { Sizes::of(batch, (inputs, outputs), &window) } else { None };
        let tile = sizes.and_then(|sizes| choose(&sizes).tile());
        match tile.and_then(|t| Winograd::new(level, t, batch, (inputs, outputs), window)) {
            Some(conv) => Some(AnyConv::Winograd(conv)),
            None => BlockedConv::new(level, batch, (groups, inputs, outputs), window, source).map(AnyConv::Direct),
        }
    }

    /// Floats of the packed weights.
    pub fn packed_len(&self) -> usize {
        match self {
            AnyConv::Direct(conv) => conv.packed_len(),
            AnyConv::Winograd(conv) => conv.packed_len(),
        }
    }

    /// Floats of the biases: whole blocks.
    pub fn bias_len(&self) -> usize {
        match self {
            AnyConv::Direct(conv) => conv.bias_len(),
            AnyConv::Winograd(conv) => conv.bias_len(),
        }
    }

    /// Packs weights `[groups * outputs, inputs, taps]`, those of each output times its scale.
    pub fn pack(&self, w: &[f32], scale: Option<&[f32]>, packed: &mut [f32]) {
        match self {
            AnyConv::Direct(conv) => conv.pack(w, scale, packed),
            AnyConv::Winograd(conv) => conv.pack(w, scale, packed),
        }
    }

    /// See [`BlockedConv::pack_reversed`].
    pub fn pack_reversed(&self, w: &[f32], packed: &mut [f32]) {
        match self {
            AnyConv::Direct(conv) => conv.pack_reversed(w, packed),
            AnyConv::Winograd(conv) => conv.pack_reversed(w, packed),
        }
    }

    /// The convolution of `x` with packed weights, and what follows it.
    ///
    /// # Panics
    /// Where something does not fit.
    pub fn run(&self, x: &[f32], packed: &[f32], bias: &[f32], end: Finish<'_>, y: &mut [f32]) {
        match self {
            AnyConv::Direct(conv) => conv.run(x, packed, bias, end, y),
            AnyConv::Winograd(conv) => conv.run(x, packed, bias, end, y),
        }
    }
}

/// Where strides put the gradients that a convolution of stride 1 reads or forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spread {
    /// Nowhere else.
    Not,
    /// The outputs' gradients stand between zeros.
    Before,
    /// The inputs' do: a window is one tap.
    After,
}

/// The gradient of a convolution by its input: a convolution of the gradient by the output with
/// reversed taps.
#[derive(Clone)]
pub struct InputGrad {
    conv: AnyConv,
    spread: Spread,
    window: Window,
    /// Of the gradients by output and input.
    from: Blocks,
    to: Blocks,
    /// How the input lies.
    source: Source,
    /// Floats of the gradient that the convolution reads or writes where it is spread.
    spread_len: usize,
}

impl InputGrad {
    /// Of a convolution with these sizes, as [`AnyConv::new`].
    pub fn new(
        level: Level,
        batch: usize,
        (groups, inputs, outputs): (usize, usize, usize),
        window: Window,
        source: Source,
        choose: impl Fn(&Sizes) -> Algorithm,
    ) -> Option<Self> {
        let spread = match (window.stride == [1; 3], window.taps() == 1 && window.before == [0; 3]) {
            (true, _) => Spread::Not,
            (_, true) => Spread::After,
            _ => Spread::Before,
        };
        let mut back = window.reversed()?;
        if spread == Spread::After {
            (back.input, back.output) = (window.output, window.output);
        }
        debug_assert!(spread != Spread::After || is_pointwise(&back));
        let conv = AnyConv::new(level, batch, (groups, outputs, inputs), back, Source::Blocks, choose)?;
        let blocks = |channels, pixels| Blocks { images: batch, channels, pixels, block: level.block() };
        let (from, to) = (blocks(groups * outputs, window.output_len()), blocks(groups * inputs, window.input_len()));
        let spread_len = match spread {
            Spread::Not => 0,
            Spread::Before => blocks(groups * outputs, back.input_len()).len(),
            Spread::After => blocks(groups * inputs, back.output_len()).len(),
        };
        Some(Self { conv, spread, window, from, to, source, spread_len })
    }

    /// Floats of scratch.
    pub fn scratch(&self) -> usize {
        let maps = if self.source == Source::Maps { self.to.len() } else { 0 };
        self.conv.packed_len() + self.conv.bias_len() + self.spread_len + maps
    }

    /// The gradient `dx` by the input from that by the output.
    ///
    /// # Panics
    /// Where something does not fit.
    pub fn run(&self, dy: &[f32], w: &[f32], scratch: &mut [f32], dx: &mut [f32]) {
        let (packed, rest) = scratch.split_at_mut(self.conv.packed_len());
        let (bias, rest) = rest.split_at_mut(self.conv.bias_len());
        let (spread, rest) = rest.split_at_mut(self.spread_len);
        self.conv.pack_reversed(w, packed);
        bias.fill(0.0);
        match self.source {
            Source::Blocks => self.form(dy, packed, bias, spread, dx),
            Source::Maps => {
                let blocks = &mut rest[..self.to.len()];
                self.form(dy, packed, bias, spread, blocks);
                self.to.unpack(blocks, dx);
            }
        }
    }

    fn form(&self, dy: &[f32], packed: &[f32], bias: &[f32], spread: &mut [f32], dx: &mut [f32]) {
        let end = Finish { residual: None, activation: &Activation::Identity };
        match self.spread {
            Spread::Not => self.conv.run(dy, packed, bias, end, dx),
            Spread::Before => {
                let size = spread.len() / (self.from.images * self.from.blocks() * self.from.block);
                self.place(dy, spread, size, (self.window.output[2] - 1) * self.window.stride[2] + 1);
                self.conv.run(spread, packed, bias, end, dx);
            }
            Spread::After => {
                self.conv.run(dy, packed, bias, end, spread);
                self.place(spread, dx, self.window.input_len(), self.window.input[2]);
            }
        }
    }

    /// Puts the pixels of output maps between zeros, onto maps of `size` pixels in rows of `width`.
    fn place(&self, from: &[f32], to: &mut [f32], size: usize, width: usize) {
        let (block, [_, rows, cols], [_, down, across]) = (self.from.block, self.window.output, self.window.stride);
        let work = to.len();
        for_chunks(to, size * block, work, |map, to| {
            to.fill(0.0);
            let from = &from[map * rows * cols * block..][..rows * cols * block];
            for (row, from) in from.chunks_exact(cols * block).enumerate() {
                let to = to[row * down * width * block..].chunks_mut(across * block);
                for (to, from) in to.zip(from.chunks_exact(block)) {
                    to[..block].copy_from_slice(from);
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::testing::{self, Sizes as Channels, below, flat_window, floats, square};

    fn check(level: Level, s: Channels, window: Window, source: Source, algorithm: Algorithm, seed: u64) -> bool {
        let sizes = (s.groups, s.inputs, s.outputs);
        let Some(grad) = InputGrad::new(level, s.batch, sizes, window, source, |_| algorithm) else { return false };
        let (mut rng, pixels) = (testing::rng(seed), window.output_len());
        let x = vec![0.0; s.batch * s.groups * s.inputs * window.input_len()];
        let dy = floats(&mut rng, s.batch * s.groups * s.outputs * pixels);
        let w = floats(&mut rng, s.groups * s.outputs * s.inputs * window.taps());
        let [_, expected, _] = testing::reference(s, &window, &x, &w, &dy);
        let mut packed = vec![f32::NAN; grad.from.len()];
        grad.from.pack(&dy, &mut packed);
        let found = testing::same_for_all_thread_counts(|| {
            let (mut scratch, mut maps) = (vec![f32::NAN; grad.scratch()], vec![f32::NAN; x.len()]);
            match source {
                Source::Maps => grad.run(&packed, &w, &mut scratch, &mut maps),
                Source::Blocks => {
                    let mut dx = vec![f32::NAN; grad.to.len()];
                    grad.run(&packed, &w, &mut scratch, &mut dx);
                    grad.to.unpack(&dx, &mut maps);
                }
            }
            maps
        });
        // Winograd's algorithm rounds more.
        let depth = s.outputs * window.taps() * if algorithm == Algorithm::Direct { 1 } else { 100 };
        testing::assert_close(&found, &expected, depth, &format!("{level:?} {s:?} {window:?} {algorithm:?}"));
        true
    }

    #[test]
    fn random_sizes_agree_with_the_definition() {
        for level in Level::all() {
            let mut checked = 0;
            for seed in 0..150 {
                let mut rng = testing::rng(seed);
                let mut size = |bound| 1 + below(&mut rng, bound);
                let groups = if seed % 5 == 0 { 2 } else { 1 };
                let mut s = Channels { batch: size(3), groups, inputs: size(40), outputs: size(40) };
                if groups > 1 {
                    s = Channels { inputs: 16 * size(2), outputs: 16, ..s };
                }
                let window = flat_window(&mut rng);
                let source = if groups == 1 && seed % 2 == 0 { Source::Maps } else { Source::Blocks };
                checked += usize::from(check(level, s, window, source, Algorithm::Direct, seed));
            }
            assert!(checked > 130, "{checked} of 150");
        }
    }

    #[test]
    fn windows_of_networks_agree_with_the_definition() {
        let s = |batch, inputs, outputs| Channels { batch, groups: 1, inputs, outputs };
        for level in Level::all() {
            for algorithm in Algorithm::ALL {
                assert!(check(level, s(2, 20, 48), square(14, 3, 1), Source::Blocks, algorithm, 1));
                assert!(check(level, s(2, 32, 16), square(28, 3, 2), Source::Blocks, algorithm, 2));
            }
            assert!(check(level, s(2, 48, 32), square(14, 1, 2), Source::Blocks, Algorithm::Direct, 3));
            assert!(check(level, s(2, 3, 64), square(40, 7, 2), Source::Maps, Algorithm::Direct, 4));
        }
    }
}
