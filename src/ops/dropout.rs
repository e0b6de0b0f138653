//! Noise that only training sees.

use rand_chacha::ChaCha8Rng;
use rand_core::Rng;

use crate::diag::Sink;
use crate::kernels::parallel;
use crate::random::{self, Purpose};
use crate::shape::{Fact, Shape};
use crate::source::Span;

use super::attrs::{Args, Attr, AttrKind, Default};
use super::emit::{self, Dfdx, Unsupported, Varying};
use super::facts::{self, elementwise_rules};
use super::lower::{Backward, Forward, Kernel, LowerCx, Lowered, Needs, NoiseKey, Workspace};
use super::{Inputs, OpInfo, Operator, ParamSpec, Reach, Role, Sample, ShapeError};

macro_rules! dropouts {
    ($(
        $(#[doc = $about:literal])*
        $op:ident {
            name: $name:literal, also: [$($also:literal),*], doc: $doc:literal, example: $example:literal,
            run: |$sizes:ident| $run:expr,
        }
    )*) => {$(
        $(#[doc = $about])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $op {
            /// The probability that a value is dropped.
            pub p: f32,
        }

        impl Operator for $op {
            const INFO: OpInfo = OpInfo {
                name: $name,
                also_known_as: &[$($also),*],
                doc: $doc,
                inputs: Inputs::Named(&["x"]),
                attrs: &[Attr {
                    name: "p",
                    kind: AttrKind::Float { min: 0.0, max: 1.0 },
                    default: Default::Float(0.5),
                    doc: "the probability of being dropped",
                }],
                role: Role::Layer,
                example: $example,
            };

            fn build(args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
                Some($op { p: args.float("p")? as f32 })
            }

            elementwise_rules!($name);

            fn lower(&self, inputs: &[Fact], _output: &Fact, cx: LowerCx) -> Lowered {
                if !cx.training || self.p == 0.0 {
                    return Lowered::View;
                }
                let $sizes = inputs[0].sizes();
                Lowered::Kernel(Box::new(DropoutKernel { p: self.p, node: cx.node, run: $run }))
            }

            fn emit_dfdx(&self, _inputs: &[Fact], _output: &Fact) -> Result<Dfdx, Unsupported> {
                let ty = stringify!($op).to_string();
                Ok(Dfdx::Layer(emit::Layer {
                    new: format!("{ty}::new($rate, $node)"),
                    ty,
                    varying: vec![
                        Varying { name: "rate", ty: "f32", value: Some(format!("{:?}", self.p)) },
                        Varying { name: "node", ty: "u64", value: None },
                    ],
                    reads_data: false,
                }))
            }

            fn sample(rng: &mut ChaCha8Rng) -> Sample {
                let sizes: Vec<usize> = (0..4).map(|_| 1 + random::below(rng, 4) as usize).collect();
                let p = [0.0, 0.3, 0.5, 1.0][random::below(rng, 4) as usize];
                let inputs = vec![Fact::f32(Shape::of(&sizes))];
                Sample { op: $op { p }.into(), inputs, classes: 0, range: (-1.0, 1.0), kinks: false }
            }
        }
    )*};
}

dropouts! {
    /// Drops single elements.
    Dropout {
        name: "dropout", also: [],
        doc: "In training, each element is 0 with probability `p` and is divided by `1 - p` otherwise; in evaluation, the input itself.",
        example: "dropout(0.5)",
        run: |_sizes| 1,
    }
    /// Drops whole channels.
    SpatialDropout {
        name: "spatial_dropout", also: ["dropout2d", "spatial_dropout2d"],
        doc: "As `dropout`, with one draw for each example's channel (Keras's `SpatialDropout2D`, PyTorch's `Dropout2d`).",
        example: "spatial_dropout(0.2)",
        run: |sizes| sizes.get(2..).map_or(1, |s| s.iter().product()),
    }
    /// Drops whole examples.
    StochasticDepth {
        name: "stochastic_depth", also: ["drop_path", "drop_connect"],
        doc: "As `dropout`, with one draw for each example: at the end of a residual branch it drops the branch (Huang et al. 2016; torchvision's mode `row`).",
        example: "stochastic_depth(0.2)",
        run: |sizes| sizes.get(1..).map_or(1, |s| s.iter().product()),
    }
}

/// Multiplies runs of elements by 0 or `1 / (1 - p)`, one draw a run. The draws are made again
/// in backward, from the key that forward saves.
struct DropoutKernel {
    p: f32,
    node: u64,
    /// Elements that share a draw.
    run: usize,
}

/// Draws that one task makes.
const DRAWS: usize = 4096;

impl DropoutKernel {
    /// `y = x * mask`, where an empty `x` means that `y` holds it.
    fn apply(&self, key: NoiseKey, x: &[f32], y: &mut [f32]) {
        // Draws of 32 bits below the threshold drop; 2^32 drops all.
        let threshold = (f64::from(self.p) * 4_294_967_296.0) as u64;
        let keep = if self.p < 1.0 { 1.0 / (1.0 - self.p) } else { 0.0 };
        let (work, part) = (y.len(), DRAWS * self.run.max(1));
        parallel::for_chunks(y, part, work, |i, y| {
            let mut rng = random::stream(key.seed, Purpose::Noise, key.step, self.node);
            rng.set_word_pos((i * DRAWS) as u128);
            if !x.is_empty() {
                y.copy_from_slice(&x[i * part..][..y.len()]);
            }
            for y in y.chunks_mut(self.run.max(1)) {
                // A product would make NaN of a dropped infinity.
                match u64::from(rng.next_u32()) < threshold {
                    true => y.fill(0.0),
                    false => y.iter_mut().for_each(|v| *v *= keep),
                }
            }
        });
    }
}

impl Kernel for DropoutKernel {
    fn workspace(&self) -> Workspace {
        Workspace { saved: vec![8], ..Workspace::default() }
    }

    fn needs(&self) -> Needs {
        Needs::default()
    }

    fn in_place(&self) -> bool {
        true
    }

    fn forward(&self, f: Forward<'_, '_>) {
        self.apply(f.noise, f.inputs[0], f.output);
        // In sixteens, which floats hold exactly.
        for (slot, i) in f.saved[0].iter_mut().zip(0..) {
            let word = if i < 4 { f.noise.seed } else { f.noise.step };
            *slot = f32::from((word >> (i % 4 * 16)) as u16);
        }
    }

    fn backward(&self, b: Backward<'_, '_>) {
        let Some(grad) = b.grad_inputs[0].as_deref_mut() else { return };
        let word = |parts: &[f32]| parts.iter().rev().fold(0u64, |word, part| word << 16 | *part as u64);
        let (seed, step) = b.saved[0].split_at(4);
        self.apply(NoiseKey { seed: word(seed), step: word(step) }, b.grad_output, grad);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_scale_are_right() {
        let kernel = DropoutKernel { p: 0.3, node: 1, run: 1 };
        let mut y = vec![1.0; 100_000];
        kernel.apply(NoiseKey { seed: u64::MAX - 5, step: 1 << 40 }, &[], &mut y);
        let dropped = y.iter().filter(|v| **v == 0.0).count();
        assert!((29_500..30_500).contains(&dropped), "{dropped}");
        assert!(y.iter().all(|v| *v == 0.0 || (*v - 1.0 / 0.7).abs() < 1e-6));
        let mut other = vec![1.0; 100_000];
        kernel.apply(NoiseKey { seed: u64::MAX - 5, step: 1 }, &[], &mut other);
        assert_ne!(y, other);
    }

    #[test]
    fn backward_draws_the_mask_of_forward() {
        let kernel = DropoutKernel { p: 0.5, node: 9, run: 3 };
        let noise = NoiseKey { seed: 0xFEDC_BA98_7654_3210, step: 0x0123_4567_89AB_CDEF };
        let (x, mut y, mut saved) = (vec![1.0; 300], vec![f32::NAN; 300], vec![f32::NAN; 8]);
        kernel.forward(Forward {
            inputs: &[&x],
            params: &[],
            state: &mut [],
            output: &mut y,
            packed: &[],
            saved: &mut [&mut saved],
            scratch: &mut [],
            noise,
        });
        let mut g = vec![f32::NAN; 300];
        kernel.backward(Backward {
            inputs: &[&[]],
            params: &[],
            state: &[],
            output: &[],
            saved: &[&saved],
            grad_output: &x,
            grad_inputs: &mut [Some(&mut g)],
            grad_params: &mut [],
            scratch: &mut [],
        });
        assert_eq!(y, g);
        assert!(y.chunks(3).all(|run| run.iter().all(|v| *v == run[0])));
    }
}
