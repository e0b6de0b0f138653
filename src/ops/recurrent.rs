//! Recurrent layers.
//!
//! Formulas, gate order and names of parameters are PyTorch's (`torch.nn.RNN`, `LSTM`, `GRU`):
//! with `a = W_ih x + b_ih` and `r = W_hh h + b_hh`, cut into the gates named,
//!
//! - RNN: `h' = tanh(a + r)`;
//! - LSTM (i, f, g, o): `c' = sigma(f) c + sigma(i) tanh(g)`, `h' = sigma(o) tanh(c')`, where each
//!   letter stands for its parts of `a + r`;
//! - GRU (r, z, n): `n = tanh(a_n + sigma(a_r + r_r) r_n)`, `h' = (1 - z) n + z h`.
//!
//! The state is zero at first.

use rand_chacha::ChaCha8Rng;

use crate::diag::{Sink, codes};
use crate::kernels::recurrent::{Cell, Recurrent, Weights};
use crate::random;
use crate::shape::{Dim, Fact, Shape};
use crate::source::Span;

use super::attrs::{Args, Attr, AttrKind, Default};
use super::emit::{self, Dfdx, Unsupported};
use super::facts;
use super::geometry;
use super::init::{Init, Penalty};
use super::lower::{Backward, Forward, Kernel, LowerCx, Lowered, Needs, Workspace};
use super::{Inputs, OpInfo, Operator, ParamSpec, Reach, Role, Sample, ShapeError};

const ATTRS: &[Attr] = &[
    Attr { name: "hidden", kind: AttrKind::Int { min: 1 }, default: Default::Required, doc: "the length of the state" },
    Attr {
        name: "bidirectional",
        kind: AttrKind::Bool,
        default: Default::Bool(false),
        doc: "whether a second layer reads from the end; its states are laid behind the first one's",
    },
    Attr {
        name: "return_sequences",
        kind: AttrKind::Bool,
        default: Default::Bool(true),
        doc: "whether the states of all steps are the output, else the one after the last step",
    },
    Attr { name: "bias", kind: AttrKind::Bool, default: Default::Bool(true), doc: "whether there are biases" },
];

/// Names of the parameters of a direction.
const NAMES: [[&str; 4]; 2] = [
    ["weight_ih", "weight_hh", "bias_ih", "bias_hh"],
    ["weight_ih_reverse", "weight_hh_reverse", "bias_ih_reverse", "bias_hh_reverse"],
];

/// What the recurrent ops share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layer {
    /// The length of the state.
    pub hidden: usize,
    /// Whether a second layer reads from the end.
    pub bidirectional: bool,
    /// Whether the states of all steps are the output.
    pub sequences: bool,
    /// Whether there are biases.
    pub bias: bool,
}

impl Layer {
    fn build(args: &Args) -> Option<Self> {
        Some(Layer {
            hidden: args.usize("hidden")?,
            bidirectional: args.bool("bidirectional"),
            sequences: args.bool("return_sequences"),
            bias: args.bool("bias"),
        })
    }

    fn directions(&self) -> usize {
        1 + usize::from(self.bidirectional)
    }

    fn infer(&self, op: &str, cell: Cell, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        facts::floats(op, inputs, 0)?;
        let x = &inputs[0];
        if x.rank() != 3 {
            let message = format!("`{op}` takes 3 axes (`[N, steps, features]`), but this has {}: `{x}`", x.rank());
            return Err(ShapeError::new(codes::WRONG_RANK, message).inputs(&[0]));
        }
        let features = geometry::channels(op, x, 2)?;
        geometry::check_volume(op, &[cell.gates(), self.hidden, features.max(self.hidden)], "hidden")?;
        let width = Dim::from(self.hidden).mul_num(self.directions() as i64)?;
        let mut sizes = vec![x.shape[0].clone(), x.shape[1].clone(), width];
        if !self.sequences {
            sizes.remove(1);
        }
        Ok(Fact::f32(sizes))
    }

    fn params(&self, cell: Cell, inputs: &[Fact]) -> Vec<ParamSpec> {
        let features = inputs[0].shape[2].as_usize().unwrap_or(1);
        let rows = cell.gates().saturating_mul(self.hidden);
        let shapes = [vec![rows, features], vec![rows, self.hidden], vec![rows], vec![rows]];
        let of_direction = |names: &[&'static str; 4]| {
            let kept = if self.bias { 4 } else { 2 };
            let spec = |(name, shape): (&&'static str, &Vec<usize>)| ParamSpec {
                name,
                shape: shape.clone(),
                trainable: true,
                init: Init::Uniform(1.0 / (self.hidden as f64).sqrt()),
                fans: (shape.get(1).copied().unwrap_or(self.hidden), rows),
                penalty: Penalty::default(),
            };
            names.iter().zip(&shapes).take(kept).map(spec).collect::<Vec<_>>()
        };
        NAMES[..self.directions()].iter().flat_map(of_direction).collect()
    }

    fn macs(&self, cell: Cell, inputs: &[Fact]) -> u128 {
        let sizes = inputs[0].sizes();
        let steps = sizes[0] as u128 * sizes[1] as u128 * self.directions() as u128;
        steps * (cell.gates() * self.hidden) as u128 * (sizes[2] + self.hidden) as u128
    }

    fn lower(&self, cell: Cell, inputs: &[Fact]) -> Lowered {
        let sizes = inputs[0].sizes();
        let one = Recurrent { cell, batch: sizes[0], steps: sizes[1], features: sizes[2], hidden: self.hidden };
        Lowered::Kernel(Box::new(RecurrentKernel { one, layer: *self }))
    }

    fn sample(rng: &mut ChaCha8Rng) -> (Layer, Vec<Fact>) {
        let mut size = |n| 1 + random::below(rng, n) as usize;
        let layer = Layer {
            hidden: size(3),
            bidirectional: size(2) == 1,
            sequences: size(2) == 1,
            bias: size(3) > 1,
        };
        (layer, vec![Fact::f32(Shape::of(&[size(2), size(3), size(3)]))])
    }
}

macro_rules! recurrents {
    ($(
        $(#[doc = $about:literal])*
        $op:ident { name: $name:literal, also: [$($also:literal),*], doc: $doc:literal, example: $example:literal, }
    )*) => {$(
        $(#[doc = $about])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $op {
            /// Its settings.
            pub layer: Layer,
        }

        impl Operator for $op {
            const INFO: OpInfo = OpInfo {
                name: $name,
                also_known_as: &[$($also),*],
                doc: $doc,
                inputs: Inputs::Named(&["x"]),
                attrs: ATTRS,
                role: Role::Layer,
                example: $example,
            };

            fn build(args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
                Layer::build(args).map(|layer| $op { layer })
            }

            fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
                self.layer.infer($name, Cell::$op, inputs)
            }

            fn params(&self, inputs: &[Fact]) -> Vec<ParamSpec> {
                self.layer.params(Cell::$op, inputs)
            }

            fn macs(&self, inputs: &[Fact], _output: &Fact) -> u128 {
                self.layer.macs(Cell::$op, inputs)
            }

            fn reach(&self, _inputs: &[Fact]) -> Reach {
                Reach::All
            }

            fn lower(&self, inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
                self.layer.lower(Cell::$op, inputs)
            }

            fn emit_dfdx(&self, inputs: &[Fact], output: &Fact) -> Result<Dfdx, Unsupported> {
                let Layer { hidden, bidirectional, sequences, bias } = self.layer;
                let op = stringify!($op);
                let op = format!(
                    "recurrent::{op} {{ layer: ops::recurrent::Layer {{ hidden: {hidden}, \
                     bidirectional: {bidirectional}, sequences: {sequences}, bias: {bias} }} }}"
                );
                emit::custom(&op, &inputs[0], output)
            }

            fn sample(rng: &mut ChaCha8Rng) -> Sample {
                let (layer, inputs) = Layer::sample(rng);
                Sample { op: $op { layer }.into(), inputs, classes: 0, range: (-1.5, 1.5), kinks: false }
            }
        }
    )*};
}

recurrents! {
    /// A state and one layer.
    Rnn {
        name: "rnn", also: ["simple_rnn", "elman"],
        doc: "A recurrent layer over `[N, steps, features]` (Elman 1990): `h = tanh(W_ih x + b_ih + W_hh h + b_hh)`, with zeros before the first step. Names and shapes of the weights as in PyTorch.",
        example: "rnn(64)",
    }
    /// A state, a memory and four gates.
    Lstm {
        name: "lstm", also: [],
        doc: "Long short-term memory over `[N, steps, features]` (Hochreiter and Schmidhuber 1997, with forget gates): gates in PyTorch's order i, f, g, o, `weight_ih` of shape `[4 hidden, features]`. State and memory are zeros before the first step. Read in both directions, `weight_ih_reverse` and the like belong to the second.",
        example: "lstm(128, return_sequences=false)",
    }
    /// A state and three gates.
    Gru {
        name: "gru", also: [],
        doc: "Gated recurrent units over `[N, steps, features]` (Cho et al. 2014): gates in PyTorch's order r, z, n, with `n = tanh(a_n + r * (W_hn h + b_hn))`, which is Keras's `reset_after`. The state is zero before the first step.",
        example: "gru(128, bidirectional=true)",
    }
}

/// One or two directions over the same input.
struct RecurrentKernel {
    one: Recurrent,
    layer: Layer,
}

impl RecurrentKernel {
    fn per_direction(&self) -> usize {
        if self.layer.bias { 4 } else { 2 }
    }

    /// The weights of a direction among all parameters.
    fn weights<'a>(&self, params: &[&'a [f32]], direction: usize) -> Weights<'a> {
        let at = direction * self.per_direction();
        Weights {
            ih: params[at],
            hh: params[at + 1],
            biases: self.layer.bias.then(|| (params[at + 2], params[at + 3])),
        }
    }
}

impl Kernel for RecurrentKernel {
    fn workspace(&self) -> Workspace {
        let one = self.one.saved();
        Workspace {
            saved: one.repeat(self.layer.directions()),
            forward: self.one.forward_scratch(),
            backward: self.one.backward_scratch(),
        }
    }

    fn needs(&self) -> Needs {
        Needs { inputs: true, output: false }
    }

    fn in_place(&self) -> bool {
        false
    }

    fn forward(&self, f: Forward<'_, '_>) {
        let (one, width) = (&self.one, self.layer.directions() * self.one.hidden);
        for (d, saved) in f.saved.chunks_exact_mut(3).enumerate() {
            let [gates, extra, states] = saved else { continue };
            one.forward(d == 1, f.inputs[0], &self.weights(f.params, d), (gates, extra, states), f.scratch);
            for (row, state) in states.chunks_exact(one.hidden).enumerate() {
                let (n, t) = (row / one.steps, row % one.steps);
                let at = match self.layer.sequences {
                    true => row,
                    false if t == one.time(d == 1, one.steps - 1) => n,
                    false => continue,
                };
                f.output[at * width + d * one.hidden..][..one.hidden].copy_from_slice(state);
            }
        }
    }

    fn backward(&self, b: Backward<'_, '_>) {
        let (one, width, per) = (&self.one, self.layer.directions() * self.one.hidden, self.per_direction());
        let mut of_x = b.grad_inputs[0].as_deref_mut();
        for (d, saved) in b.saved.chunks_exact(3).enumerate() {
            // The gradient of the state of example `n` after step `s`, from outside.
            let outside = |n: usize, s: usize| {
                let row = match self.layer.sequences {
                    true => n * one.steps + one.time(d == 1, s),
                    false if s + 1 == one.steps => n,
                    false => return None,
                };
                Some(&b.grad_output[row * width + d * one.hidden..][..one.hidden])
            };
            let weights = self.weights(b.params, d);
            one.backward(d == 1, b.inputs[0], &weights, (saved[0], saved[1], saved[2]), outside, b.scratch, &mut b.grad_params[d * per..][..per]);
            if let Some(grad) = &mut of_x {
                one.pull_input(&weights, b.scratch, d > 0, grad);
            }
        }
    }
}
