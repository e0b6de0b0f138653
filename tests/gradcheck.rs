//! Every op of the table against finite differences, and against the contract of a kernel.

mod common;

use blockprint::ops::{self, Sample};
use blockprint::random::{self, Purpose};
use blockprint::shape::{DType, Fact, Shape};
use common::op::{Gradients, Instance, Pass};
use rand_chacha::ChaCha8Rng;

const INSTANCES: u64 = 6;
/// Central differences with this step have an error of `step^2 f''' / 6` and a rounding
/// error of about `2^-24 / step`; inputs keep away from kinks by [`GAP`].
const STEP: f32 = 4e-3;
const GAP: f32 = 2e-2;

/// Values for one input. Where the op has kinks, no two values are closer than the gap and
/// none is close to an integer multiple of 0.5, where activations have their kinks.
fn draw(fact: &Fact, sample: &Sample, rng: &mut ChaCha8Rng) -> Vec<f32> {
    let n = fact.numel();
    if fact.dtype == DType::I64 {
        return (0..n).map(|_| random::below(rng, sample.classes.max(1) as u64) as f32).collect();
    }
    let (low, high) = sample.range;
    if !sample.kinks {
        return (0..n).map(|_| low + (high - low) * random::uniform(rng)).collect();
    }
    let slots = (((high - low) / GAP) as u64).max(1);
    let mut order = random::permutation(rng, slots as usize);
    order.retain(|i| {
        let v = low + (*i as f32 + 0.5) * GAP;
        (v * 2.0 - (v * 2.0).round()).abs() > GAP
    });
    (0..n).map(|i| low + (order[i % order.len()] as f32 + 0.5) * GAP + 1e-4 * (i / order.len()) as f32).collect()
}

/// A case: an instance with values and a random linear functional of its output.
struct Case {
    instance: Instance,
    inputs: Vec<Vec<f32>>,
    params: Vec<Vec<f32>>,
    weights: Vec<f32>,
}

impl Case {
    fn new(entry: &ops::Entry, index: u64, training: bool) -> (Self, Sample) {
        let name = entry.info.name.bytes().fold(0, |h: u64, b| h.wrapping_mul(131).wrapping_add(u64::from(b)));
        let mut rng = random::stream(index, Purpose::Sample, name, 0);
        let sample = (entry.sample)(&mut rng);
        let instance = Instance::new(sample.op.clone(), &sample.inputs, training)
            .unwrap_or_else(|e| panic!("`{}` refuses its own sample: {e:?}", entry.info.name));
        // Merged values must differ between inputs too, so all are drawn from one permutation.
        let mut inputs = draw_all(&sample, &mut rng);
        if is_detection(entry.info.name) {
            make_boxes(&mut inputs[1], &sample);
        }
        let mut params = instance.draw_params(index);
        for (spec, values) in instance.params.iter().zip(&mut params) {
            for v in values.iter_mut().filter(|_| spec.trainable) {
                *v += 0.3 * random::uniform(&mut rng);
            }
        }
        let weights = (0..instance.output.numel()).map(|_| random::uniform(&mut rng) * 2.0 - 1.0).collect();
        (Case { instance, inputs, params, weights }, sample)
    }

    /// The functional, summed in double precision.
    fn value(&self, inputs: &[Vec<f32>], params: &[Vec<f32>]) -> f64 {
        let pass = self.instance.forward(inputs, params);
        pass.output.iter().zip(&self.weights).map(|(y, w)| f64::from(*y) * f64::from(*w)).sum()
    }

    fn gradients(&self, start: f32) -> Gradients {
        let pass = self.instance.forward(&self.inputs, &self.params);
        self.instance.backward(&self.inputs, &pass, &self.weights, start)
    }
}

/// Losses of detection have boxes for their second input, which are constants to the gradient.
fn is_detection(op: &str) -> bool {
    op.starts_with("yolo")
}

/// Numbers of the sample's range to boxes: a class or padding, and a centre and size from 0 to 1.
fn make_boxes(values: &mut [f32], sample: &Sample) {
    let (low, high) = sample.range;
    for row in values.chunks_exact_mut(5) {
        row.iter_mut().for_each(|v| *v = (*v - low) / (high - low) * 0.9 + 0.05);
        row[0] = if row[0] < 0.2 { -1.0 } else { (row[0] * sample.classes as f32).floor() };
    }
}

fn draw_all(sample: &Sample, rng: &mut ChaCha8Rng) -> Vec<Vec<f32>> {
    let floats: usize = sample.inputs.iter().filter(|f| f.dtype == DType::F32).map(Fact::numel).sum();
    let mut pool = draw(&Fact::f32(Shape::of(&[floats])), sample, rng);
    sample
        .inputs
        .iter()
        .map(|f| match f.dtype {
            DType::F32 => pool.split_off(pool.len() - f.numel()),
            DType::I64 => draw(f, sample, rng),
        })
        .collect()
}

/// Central difference along one element.
fn difference(case: &Case, of_param: bool, which: usize, element: usize) -> f64 {
    let probe = |delta: f32| {
        let (mut inputs, mut params) = (case.inputs.clone(), case.params.clone());
        let slot = if of_param { &mut params[which][element] } else { &mut inputs[which][element] };
        *slot += delta;
        let moved = f64::from(*slot);
        (moved, case.value(&inputs, &params))
    };
    let ((b, high), (a, low)) = (probe(STEP), probe(-STEP));
    (high - low) / (b - a)
}

fn compare(what: &str, case: &Case, of_param: bool, which: usize, gradient: &[f32]) {
    let numeric: Vec<f64> = (0..gradient.len()).map(|i| difference(case, of_param, which, i)).collect();
    let norm = (numeric.iter().map(|g| g * g).sum::<f64>() / numeric.len().max(1) as f64).sqrt();
    for (i, (n, g)) in numeric.iter().zip(gradient).enumerate() {
        let error = (n - f64::from(*g)).abs();
        let bound = 4e-3 * (norm + n.abs()) + 1e-3;
        assert!(error <= bound, "{what}, element {i}: finite difference {n}, gradient {g}\n{:?}", case.instance.op);
    }
}

#[test]
fn gradients_agree_with_finite_differences() {
    for entry in ops::table().iter().filter(|e| e.info.role != ops::Role::Metric) {
        for index in 0..INSTANCES {
            for training in [false, true] {
                let (case, _) = Case::new(entry, index, training);
                let grads = case.gradients(0.0);
                let name = entry.info.name;
                for (i, grad) in grads.inputs.iter().enumerate().filter(|(i, _)| *i == 0 || !is_detection(name)) {
                    if let Some(grad) = grad {
                        compare(&format!("`{name}` input {i} training={training}"), &case, false, i, grad);
                    }
                }
                let trained = case.instance.params.iter().enumerate().filter(|(_, p)| p.trainable);
                for ((i, spec), grad) in trained.zip(&grads.params) {
                    let what = format!("`{name}` parameter `{}` training={training}", spec.name);
                    compare(&what, &case, true, i, grad.as_ref().expect("every parameter was asked for"));
                }
            }
        }
    }
}

#[test]
fn parameter_gradients_are_added_and_input_gradients_overwritten() {
    for entry in ops::table().iter().filter(|e| e.info.role != ops::Role::Metric) {
        let (case, _) = Case::new(entry, 0, true);
        // Input gradients start as NaN in both runs, so one that is added to shows.
        let (plain, shifted) = (case.gradients(0.0), case.gradients(1.0));
        assert_eq!(plain.inputs, shifted.inputs, "`{}`", entry.info.name);
        for (a, b) in plain.params.iter().flatten().zip(shifted.params.iter().flatten()) {
            for (a, b) in a.iter().zip(b) {
                assert!((a + 1.0 - b).abs() < 1e-4 * (1.0 + a.abs()), "`{}`: {a} and {b}", entry.info.name);
            }
        }
    }
}

#[test]
fn gradients_that_are_not_wanted_are_left_out() {
    for entry in ops::table().iter().filter(|e| e.info.role != ops::Role::Metric) {
        let (case, _) = Case::new(entry, 1, true);
        let Some(kernel) = case.instance.kernel() else { continue };
        let pass = case.instance.forward(&case.inputs, &case.params);
        let all = case.gradients(0.0);
        for keep in 0..all.inputs.len() + all.params.len() {
            let n = all.inputs.len();
            let blank = |g: &Option<Vec<f32>>, fill: f32| g.as_ref().map(|g| vec![fill; g.len()]);
            let mut grads = Gradients {
                inputs: (0..n).map(|i| (i == keep).then(|| blank(&all.inputs[i], f32::NAN)).flatten()).collect(),
                params: (0..all.params.len())
                    .map(|i| (n + i == keep).then(|| blank(&all.params[i], 0.0)).flatten())
                    .collect(),
            };
            case.instance.backward_into(kernel, &case.inputs, &pass, &case.weights, &mut grads);
            let pairs = all.inputs.iter().chain(&all.params).zip(grads.inputs.iter().chain(&grads.params));
            for (whole, alone) in pairs.filter(|(_, alone)| alone.is_some()) {
                assert_eq!(whole, alone, "`{}`", entry.info.name);
            }
        }
    }
}

#[test]
fn in_place_gives_the_same_output() {
    let mut seen = 0;
    for entry in ops::table() {
        for index in 0..INSTANCES {
            let (case, _) = Case::new(entry, index, true);
            if !case.instance.kernel().is_some_and(|k| k.in_place()) {
                continue;
            }
            seen += 1;
            let apart = case.instance.forward(&case.inputs, &case.params);
            let over = case.instance.forward_in_place(&case.inputs, &case.params);
            assert_eq!(apart.output, over.output, "`{}`", entry.info.name);
            assert_eq!(apart.saved, over.saved, "`{}`", entry.info.name);
        }
    }
    assert!(seen > 0);
}

#[test]
fn a_second_run_leaves_the_same() {
    let mut moved = 0;
    for entry in ops::table() {
        for index in 0..INSTANCES {
            let (case, _) = Case::new(entry, index, true);
            let first = case.instance.forward(&case.inputs, &case.params);
            // Running statistics have moved by then.
            let again = case.instance.forward(&case.inputs, &first.params);
            moved += usize::from(first.params != case.params);
            // Bits, so that a number that is none equals itself.
            let bits = |pass: Pass| format!("{:?}", (pass.output, pass.saved));
            assert_eq!(bits(first), bits(again), "`{}`", entry.info.name);
        }
    }
    assert!(moved > 0, "no statistics moved");
}

#[test]
fn views_keep_the_number_of_elements() {
    for entry in ops::table() {
        let (case, _) = Case::new(entry, 2, false);
        if case.instance.kernel().is_none() {
            assert_eq!(case.instance.inputs[0].numel(), case.instance.output.numel(), "`{}`", entry.info.name);
            assert!(case.instance.params.is_empty());
        }
    }
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let pool = |n| rayon::ThreadPoolBuilder::new().num_threads(n).build().expect("a pool of threads");
    for entry in ops::table() {
        let (case, _) = Case::new(entry, 3, true);
        let run = || {
            let pass = case.instance.forward(&case.inputs, &case.params);
            let grads = (entry.info.role != ops::Role::Metric).then(|| case.gradients(0.0));
            // Bits, so that a number that is none equals itself.
            format!("{:?}", (pass.output, pass.params, grads))
        };
        let one = pool(1).install(run);
        for n in [2, 3] {
            assert!(one == pool(n).install(run), "`{}` with {n} threads", entry.info.name);
        }
    }
}

/// Samples are too small to be spread over threads; these are not.
#[test]
fn the_number_of_threads_changes_no_bit_of_large_tensors() {
    use blockprint::kernels::resample::Border;
    use blockprint::ops::attrs::{Padding, Size};
    use blockprint::ops::{self, Op};

    let image = || Fact::f32(Shape::of(&[6, 16, 33, 65]));
    let pixels = || Fact::i64(Shape::of(&[6, 33, 65]));
    let reduce = |kind, axes: &[i64]| ops::reduce::Reduce { kind, axes: axes.to_vec(), keepdims: false };
    let to = ops::spatial::Target::Scale(Size::All(2));
    let smooth = ops::loss::CrossEntropy { smoothing: 0.1, class_weights: (1..=16).map(|c| c as f32).collect() };
    let cases: Vec<(Op, Vec<Fact>)> = vec![
        (ops::gelu::Gelu { tanh: false }.into(), vec![image()]),
        (ops::prelu::Prelu { init: ops::init::Init::Constant(0.25) }.into(), vec![image()]),
        (ops::merge::Add.into(), vec![image(), image(), Fact::f32(Shape::of(&[1, 16, 1, 65]))]),
        (ops::merge::Mul.into(), vec![image(), Fact::f32(Shape::of(&[6, 16, 1, 1]))]),
        (ops::merge::Concat { axis: 1 }.into(), vec![image(), image()]),
        (ops::softmax::Softmax { axis: 1 }.into(), vec![image()]),
        (ops::softmax::LogSoftmax { axis: -1 }.into(), vec![image()]),
        (ops::dropout::Dropout { p: 0.5 }.into(), vec![image()]),
        (ops::dropout::SpatialDropout { p: 0.5 }.into(), vec![image()]),
        (ops::shape_ops::Permute { axes: vec![0, 2, 3, 1] }.into(), vec![image()]),
        (ops::spatial::Pad { pads: Padding::All(2), border: Border::Reflect }.into(), vec![image()]),
        (ops::spatial::Upsample { to, bilinear: true, align_corners: false }.into(), vec![image()]),
        (reduce(ops::reduce::Kind::Mean, &[2, 3]).into(), vec![image()]),
        (reduce(ops::reduce::Kind::Max, &[0, 3]).into(), vec![image()]),
        (ops::reduce::L2Norm { axis: 1, eps: 1e-12 }.into(), vec![image()]),
        (smooth.into(), vec![image(), pixels()]),
        (ops::pair_loss::BceLogits {}.into(), vec![image(), image()]),
        (ops::matmul::Matmul { transpose_a: false, transpose_b: true }.into(), vec![image(), image()]),
    ];
    let pool = |n| rayon::ThreadPoolBuilder::new().num_threads(n).build().expect("a pool of threads");
    for (op, facts) in cases {
        let name = op.info().name;
        let sample = Sample { op, inputs: facts, classes: 16, range: (-2.0, 2.0), kinks: false };
        let mut rng = random::stream(1, Purpose::Sample, 0, 0);
        let instance = Instance::new(sample.op.clone(), &sample.inputs, true).expect("the shapes fit");
        let inputs: Vec<Vec<f32>> = sample.inputs.iter().map(|f| draw(f, &sample, &mut rng)).collect();
        let weights = (0..instance.output.numel()).map(|_| random::uniform(&mut rng)).collect();
        let case = Case { params: instance.draw_params(1), instance, inputs, weights };
        let run = || (case.instance.forward(&case.inputs, &case.params).output, case.gradients(0.0));
        let one = pool(1).install(run);
        assert!(one.0.iter().all(|v| !v.is_nan()), "`{name}`");
        for n in [2, 3] {
            assert!(one == pool(n).install(run), "`{name}` with {n} threads");
        }
    }
}

/// Shape rules answer for any inputs, known sizes or not: with a fact or an error.
#[test]
fn shape_rules_answer_for_any_inputs() {
    use blockprint::shape::Dim;

    let size = |rng: &mut ChaCha8Rng| match random::below(rng, 10) {
        0 => Dim::symbol("N"),
        1 => Dim::symbol("H").add_num(3).expect("small"),
        2 => Dim::num(i64::MAX / 2),
        n => Dim::num(n as i64 - 2),
    };
    let (mut accepted, mut refused) = (0, 0);
    for (entry, index) in ops::table().iter().flat_map(|e| (0..300).map(move |i| (e, i))) {
        let mut rng = random::stream(index, Purpose::Sample, 9, 9);
        let sample = (entry.sample)(&mut rng);
        let mut fact = |like: &Fact| {
            let rank = if random::below(&mut rng, 3) == 0 { random::below(&mut rng, 6) as usize } else { like.rank() };
            let dtype = if random::below(&mut rng, 8) == 0 { DType::I64 } else { like.dtype };
            Fact { dtype, shape: (0..rank).map(|_| size(&mut rng)).collect::<Vec<_>>().into() }
        };
        let inputs: Vec<Fact> = sample.inputs.iter().map(&mut fact).collect();
        match sample.op.infer(&inputs) {
            Ok(_) => {
                accepted += 1;
                sample.op.params(&inputs);
                sample.op.reach(&inputs);
            }
            Err(error) => {
                refused += 1;
                assert!(!error.message.is_empty(), "{error:?}");
                assert!(error.inputs.iter().all(|slot| *slot < inputs.len()), "{error:?}");
                assert!(error.wants.iter().all(|w| w.axis < inputs[w.input].rank()), "{error:?}");
            }
        }
    }
    assert!(accepted > 1000 && refused > 1000, "{accepted} {refused}");
}
