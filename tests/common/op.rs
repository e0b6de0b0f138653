//! Runs one op instance outside a plan: allocates its buffers and calls its kernel.
//!
//! Every buffer that a kernel must not read before it writes is filled with NaN, and tensors
//! that backward says it does not need are passed as empty slices, so that a kernel which
//! breaks the contract of `ops::lower` shows it.

use blockprint::ops::lower::{Backward, Forward, Kernel, LowerCx, Lowered, NoiseKey, Workspace};
use blockprint::ops::{Op, ParamSpec, ShapeError};
use blockprint::random::{self, Purpose};
use blockprint::shape::{DType, Fact};

/// An op with the facts of its inputs, lowered.
pub struct Instance {
    pub op: Op,
    pub inputs: Vec<Fact>,
    pub output: Fact,
    /// In the order of `Op::params`: trained ones and state mixed.
    pub params: Vec<ParamSpec>,
    pub lowered: Lowered,
    /// The step and seed of the noise.
    pub noise: NoiseKey,
}

/// What a forward pass leaves.
pub struct Pass {
    pub output: Vec<f32>,
    pub saved: Vec<Vec<f32>>,
    /// All parameters after the pass; state may have changed.
    pub params: Vec<Vec<f32>>,
}

/// What a backward pass leaves: `None` where no gradient was wanted.
#[derive(Debug, PartialEq)]
pub struct Gradients {
    pub inputs: Vec<Option<Vec<f32>>>,
    /// One for each trainable parameter, in order.
    pub params: Vec<Option<Vec<f32>>>,
}

impl Instance {
    /// Infers the output and lowers.
    pub fn new(op: impl Into<Op>, inputs: &[Fact], training: bool) -> Result<Self, ShapeError> {
        let op = op.into();
        let output = op.infer(inputs)?;
        let params = op.params(inputs);
        let lowered = op.lower(inputs, &output, LowerCx { training, node: 3 });
        let noise = NoiseKey { seed: 11, step: 5 };
        Ok(Self { op, inputs: inputs.to_vec(), output, params, lowered, noise })
    }

    /// The kernel; `None` for a view.
    pub fn kernel(&self) -> Option<&dyn Kernel> {
        match &self.lowered {
            Lowered::View => None,
            Lowered::Kernel(kernel) => Some(kernel.as_ref()),
        }
    }

    fn workspace(&self) -> Workspace {
        self.kernel().map(|k| k.workspace()).unwrap_or_default()
    }

    /// First values of all parameters, as an engine would draw them.
    pub fn draw_params(&self, seed: u64) -> Vec<Vec<f32>> {
        let draw = |(i, p): (usize, &ParamSpec)| {
            let mut values = vec![0.0; p.shape.iter().product()];
            p.init.fill(&mut values, p.fans, &mut random::stream(seed, Purpose::Init, i as u64, 0));
            values
        };
        self.params.iter().enumerate().map(draw).collect()
    }

    /// The forward pass. `params` holds one slice for each of `self.params`.
    pub fn forward(&self, inputs: &[Vec<f32>], params: &[Vec<f32>]) -> Pass {
        self.run(inputs, params, false)
    }

    /// The forward pass with the output written over input 0.
    pub fn forward_in_place(&self, inputs: &[Vec<f32>], params: &[Vec<f32>]) -> Pass {
        self.run(inputs, params, true)
    }

    fn run(&self, inputs: &[Vec<f32>], params: &[Vec<f32>], in_place: bool) -> Pass {
        let mut params = params.to_vec();
        let Some(kernel) = self.kernel() else {
            return Pass { output: inputs[0].clone(), saved: Vec::new(), params };
        };
        let workspace = self.workspace();
        let mut output = if in_place { inputs[0].clone() } else { vec![f32::NAN; self.output.numel()] };
        let mut saved: Vec<Vec<f32>> = workspace.saved.iter().map(|n| vec![f32::NAN; *n]).collect();
        let mut scratch = vec![f32::NAN; workspace.forward];
        let slices: Vec<&[f32]> =
            inputs.iter().enumerate().map(|(i, x)| if in_place && i == 0 { &[][..] } else { &x[..] }).collect();
        let (mut trained, mut state): (Vec<&[f32]>, Vec<&mut [f32]>) = (Vec::new(), Vec::new());
        for (spec, values) in self.params.iter().zip(&mut params) {
            if spec.trainable { trained.push(values) } else { state.push(values) }
        }
        kernel.forward(Forward {
            inputs: &slices,
            params: &trained,
            state: &mut state,
            output: &mut output,
            packed: &[],
            saved: &mut saved.iter_mut().map(|s| &mut s[..]).collect::<Vec<_>>(),
            scratch: &mut scratch,
            noise: self.noise,
        });
        Pass { output, saved, params }
    }

    /// Which inputs can have a gradient: the float ones.
    pub fn differentiable(&self) -> Vec<bool> {
        self.inputs.iter().map(|f| f.dtype == DType::F32).collect()
    }

    /// The backward pass for every float input and every trained parameter. Gradients of
    /// parameters are added to `start`; gradients of inputs begin as NaN.
    pub fn backward(&self, inputs: &[Vec<f32>], pass: &Pass, grad_output: &[f32], start: f32) -> Gradients {
        let wanted = self.differentiable();
        let Some(kernel) = self.kernel() else {
            return Gradients { inputs: vec![Some(grad_output.to_vec())], params: Vec::new() };
        };
        let mut grads = Gradients {
            inputs: inputs.iter().zip(wanted).map(|(x, w)| w.then(|| vec![f32::NAN; x.len()])).collect(),
            params: (self.params.iter().filter(|p| p.trainable))
                .map(|p| Some(vec![start; p.shape.iter().product()]))
                .collect(),
        };
        self.backward_into(kernel, inputs, pass, grad_output, &mut grads);
        grads
    }

    /// The backward pass for the gradients that are `Some`.
    pub fn backward_into(
        &self,
        kernel: &dyn Kernel,
        inputs: &[Vec<f32>],
        pass: &Pass,
        grad_output: &[f32],
        grads: &mut Gradients,
    ) {
        let needs = kernel.needs();
        let slices: Vec<&[f32]> = inputs.iter().map(|x| if needs.inputs { &x[..] } else { &[][..] }).collect();
        let (mut trained, mut state): (Vec<&[f32]>, Vec<&[f32]>) = (Vec::new(), Vec::new());
        for (spec, values) in self.params.iter().zip(&pass.params) {
            if spec.trainable { trained.push(values) } else { state.push(values) }
        }
        let mut scratch = vec![f32::NAN; self.workspace().backward];
        kernel.backward(Backward {
            inputs: &slices,
            params: &trained,
            state: &state,
            output: if needs.output { &pass.output } else { &[] },
            saved: &pass.saved.iter().map(|s| &s[..]).collect::<Vec<_>>(),
            grad_output,
            grad_inputs: &mut grads.inputs.iter_mut().map(|g| g.as_deref_mut()).collect::<Vec<_>>(),
            grad_params: &mut grads.params.iter_mut().map(|g| g.as_deref_mut()).collect::<Vec<_>>(),
            scratch: &mut scratch,
        });
    }
}
