//! Every op of the table through the bridge: the same bits as the engine's kernel gives, forward
//! and backward.

use blockprint::ops::reduce::{Kind, Reduce};
use blockprint::ops::{self, Role, merge};
use blockprint::random::{self, Purpose};
use blockprint::shape::{DType, Fact};
use blockprint::typed::prelude::*;
use blockprint::typed::{Gradients, Layer, Operand, Shape};
use dfdx::tensor::TensorFromVec;

use crate::common::op::Instance;

const INSTANCES: u64 = 4;

/// A tensor of any rank.
enum Any<T> {
    Scalar(Tensor<(), f32, Cpu, T>),
    One(Tensor<(usize,), f32, Cpu, T>),
    Two(Tensor<(usize, usize), f32, Cpu, T>),
    Three(Tensor<(usize, usize, usize), f32, Cpu, T>),
    Four(Tensor<(usize, usize, usize, usize), f32, Cpu, T>),
    Five(Tensor<(usize, usize, usize, usize, usize), f32, Cpu, T>),
    Labels(Tensor<(usize,), i64, Cpu, T>),
    Pairs(Tensor<(usize, usize), i64, Cpu, T>),
    Cubes(Tensor<(usize, usize, usize), i64, Cpu, T>),
}

macro_rules! each {
    ($any:expr, $x:ident => $do:expr, $integers:pat => $other:expr) => {
        match $any {
            Any::Scalar($x) => $do,
            Any::One($x) => $do,
            Any::Two($x) => $do,
            Any::Three($x) => $do,
            Any::Four($x) => $do,
            Any::Five($x) => $do,
            $integers => $other,
        }
    };
}

impl<T: Tape> Operands for Any<T> {
    type Tape = T;

    fn split(self) -> (Vec<Operand>, T) {
        match self {
            Any::Labels(x) => x.split(),
            Any::Pairs(x) => x.split(),
            Any::Cubes(x) => x.split(),
            floats => each!(floats, x => x.split(), _ => unreachable!("integers are done")),
        }
    }
}

fn concrete<S: Shape>(sizes: &[usize]) -> S {
    let mut concrete = S::Concrete::default();
    sizes.iter().enumerate().for_each(|(axis, size)| concrete[axis] = *size);
    S::from_concrete(&concrete).expect("all axes take any size")
}

fn floats<S: Shape>(sizes: &[usize], values: &[f32]) -> Tensor<S, f32, Cpu> {
    Cpu::default().tensor_from_vec(values.to_vec(), concrete(sizes))
}

fn any(fact: &Fact, values: &[f32]) -> Any<NoneTape> {
    let sizes = fact.sizes();
    if fact.dtype == DType::I64 {
        let integers: Vec<i64> = values.iter().map(|v| *v as i64).collect();
        let dev = Cpu::default();
        return match sizes.len() {
            1 => Any::Labels(dev.tensor_from_vec(integers, concrete(&sizes))),
            2 => Any::Pairs(dev.tensor_from_vec(integers, concrete(&sizes))),
            _ => Any::Cubes(dev.tensor_from_vec(integers, concrete(&sizes))),
        };
    }
    match sizes.len() {
        0 => Any::Scalar(floats(&sizes, values)),
        1 => Any::One(floats(&sizes, values)),
        2 => Any::Two(floats(&sizes, values)),
        3 => Any::Three(floats(&sizes, values)),
        4 => Any::Four(floats(&sizes, values)),
        _ => Any::Five(floats(&sizes, values)),
    }
}

/// The same tensor with a tape of its own.
fn trace(x: &Any<NoneTape>) -> Any<OwnedTape<f32, Cpu>> {
    match x {
        Any::Scalar(x) => Any::Scalar(x.leaky_trace()),
        Any::One(x) => Any::One(x.leaky_trace()),
        Any::Two(x) => Any::Two(x.leaky_trace()),
        Any::Three(x) => Any::Three(x.leaky_trace()),
        Any::Four(x) => Any::Four(x.leaky_trace()),
        Any::Five(x) => Any::Five(x.leaky_trace()),
        Any::Labels(x) => Any::Labels(x.leaky_trace()),
        Any::Pairs(x) => Any::Pairs(x.leaky_trace()),
        Any::Cubes(x) => Any::Cubes(x.leaky_trace()),
    }
}

/// The gradient of a float input.
fn gradient(x: &Any<NoneTape>, grads: &Gradients<f32, Cpu>) -> Option<Vec<f32>> {
    each!(x, x => Some(values(&grads.get(x))), _ => None)
}

/// A layer's output, its gradients for `weights` as the output's gradient, or only the output.
struct Found {
    output: Vec<f32>,
    grads: Option<Gradients<f32, Cpu>>,
}

fn run<S: Shape>(layer: &Layer, inputs: &[Any<NoneTape>], weights: Option<&[f32]>) -> Found {
    let Some(weights) = weights else {
        let inputs: Vec<_> = inputs.iter().map(again).collect();
        return Found { output: values(&layer.forward::<S, _>(inputs)), grads: None };
    };
    let out: Tensor<S, f32, Cpu, _> = layer.forward(inputs.iter().map(trace).collect::<Vec<_>>());
    let output = values(&out);
    let sizes: Vec<usize> = dfdx::shapes::HasShape::shape(&out).concrete().as_ref().to_vec();
    let weighted: Tensor<S, f32, Cpu, _> = apply(merge::Mul, (out, floats::<S>(&sizes, weights)));
    let grads = match sizes.len() {
        // A sum over no axes is the scalar itself.
        0 => apply::<(), _>(ops::activation::Identity, weighted).backward(),
        rank => apply::<(), _>(Reduce { kind: Kind::Sum, axes: (0..rank as i64).collect(), keepdims: false }, weighted)
            .backward(),
    };
    Found { output, grads: Some(grads) }
}

fn again(x: &Any<NoneTape>) -> Any<NoneTape> {
    match x {
        Any::Labels(x) => Any::Labels(x.clone()),
        Any::Pairs(x) => Any::Pairs(x.clone()),
        Any::Cubes(x) => Any::Cubes(x.clone()),
        Any::Scalar(x) => Any::Scalar(x.clone()),
        Any::One(x) => Any::One(x.clone()),
        Any::Two(x) => Any::Two(x.clone()),
        Any::Three(x) => Any::Three(x.clone()),
        Any::Four(x) => Any::Four(x.clone()),
        Any::Five(x) => Any::Five(x.clone()),
    }
}

/// A module of one layer.
struct Single(Layer);

impl blockprint::typed::Module for Single {
    fn layers<'a>(&'a self, path: &str, each: &mut dyn FnMut(&str, &'a Layer)) {
        each(path, &self.0);
    }

    fn layers_mut(&mut self, path: &str, each: &mut dyn FnMut(&str, &mut Layer)) {
        each(path, &mut self.0);
    }
}

#[test]
fn every_op_gives_the_engines_bits() {
    for (entry, index) in ops::table().iter().flat_map(|e| (0..INSTANCES).map(move |i| (e, i))) {
        let name = entry.info.name;
        let mut rng = random::stream(index, Purpose::Sample, name.len() as u64, 1);
        let sample = (entry.sample)(&mut rng);
        let training = entry.info.role != Role::Metric && index % 2 == 0;
        let instance = Instance::new(sample.op.clone(), &sample.inputs, training).expect("samples fit");
        let (low, high) = sample.range;
        let mut draw = |fact: &Fact| -> Vec<f32> {
            let one = |_| match fact.dtype {
                DType::I64 => random::below(&mut rng, sample.classes.max(1) as u64) as f32,
                DType::F32 => low + (high - low) * random::uniform(&mut rng),
            };
            (0..fact.numel()).map(one).collect()
        };
        let inputs: Vec<Vec<f32>> = sample.inputs.iter().map(&mut draw).collect();
        let weights: Vec<f32> = (0..instance.output.numel()).map(|i| (i % 7) as f32 * 0.25 - 0.6).collect();
        let params = instance.draw_params(index);

        let mut layer = Layer::new(sample.op.clone(), &sample.inputs).with_node(3);
        layer.set_noise(instance.noise.seed, instance.noise.step);
        let mut given = params.iter();
        layer.visit_mut(|_, values| values.copy_from_slice(given.next().expect("as many")));
        let tensors: Vec<_> = sample.inputs.iter().zip(&inputs).map(|(f, v)| any(f, v)).collect();
        let asked = training.then_some(&weights[..]);
        let found = match instance.output.rank() {
            0 => run::<()>(&layer, &tensors, asked),
            1 => run::<(usize,)>(&layer, &tensors, asked),
            2 => run::<(usize, usize)>(&layer, &tensors, asked),
            3 => run::<(usize, usize, usize)>(&layer, &tensors, asked),
            4 => run::<(usize, usize, usize, usize)>(&layer, &tensors, asked),
            _ => run::<(usize, usize, usize, usize, usize)>(&layer, &tensors, asked),
        };

        let pass = instance.forward(&inputs, &params);
        if training || entry.info.role == Role::Metric {
            assert_eq!(bits(&found.output), bits(&pass.output), "`{name}` {index}: output");
        } else {
            // Inference packs weights, as the engine's plans without gradients do.
            assert!(near(&found.output, &pass.output), "`{name}` {index}: {:?} and {:?}", found.output, pass.output);
        }
        let mut after = pass.params.iter();
        layer.visit(|spec, values| assert_eq!(values, after.next().expect("as many"), "`{name}` {}", spec.name));
        let Some(mut grads) = found.grads else { continue };
        let expected = instance.backward(&inputs, &pass, &weights, 0.0);
        for (x, expected) in tensors.iter().zip(&expected.inputs) {
            let gradient = gradient(x, &grads);
            assert_eq!(gradient.as_deref(), expected.as_deref(), "`{name}` {index}: gradient of an input");
        }
        let mut expected = expected.params.iter().flatten();
        let check = |_: &str, spec: &ops::ParamSpec, _: &mut [f32], gradient: &mut [f32]| {
            assert_eq!(gradient, expected.next().expect("as many"), "`{name}` {index}: gradient of `{}`", spec.name);
        };
        visit_gradients(&mut Single(layer), &mut grads, check).expect("there is memory");
    }
}

/// Whether values differ by no more than sums do that are taken in another order.
fn near(found: &[f32], expected: &[f32]) -> bool {
    let greatest = expected.iter().fold(1e-3f32, |m, v| m.max(v.abs()));
    found.iter().zip(expected).all(|(a, b)| a.to_bits() == b.to_bits() || (a - b).abs() <= 2e-6 * greatest)
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|v| v.to_bits()).collect()
}
