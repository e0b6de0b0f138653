//! Forward values of ops against slow, obvious computations and known numbers.

mod common;

use blockprint::diag::Sink;
use blockprint::ops::attrs::{Args, Value};
use blockprint::ops::{self, Op};
use blockprint::random::{self, Purpose};
use blockprint::shape::{Fact, Shape};
use blockprint::source::Span;
use common::op::Instance;

/// An op from its arguments.
fn op(name: &str, args: &[(&str, Value)]) -> Op {
    let entry = ops::lookup(name).unwrap_or_else(|| panic!("no op `{name}`"));
    let args = Args::of(name, entry.info.attrs, args);
    (entry.build)(&args, Span::default(), &mut Sink::new()).expect("the arguments fit")
}

/// A tensor with its sizes.
type Tensor<'a> = (&'a [usize], &'a [f32]);

fn run(op: Op, inputs: &[Tensor<'_>]) -> (Vec<usize>, Vec<f32>) {
    let facts: Vec<Fact> = inputs.iter().map(|(sizes, _)| Fact::f32(Shape::of(sizes))).collect();
    run_typed(op, &facts, inputs)
}

fn run_typed(op: Op, facts: &[Fact], inputs: &[Tensor<'_>]) -> (Vec<usize>, Vec<f32>) {
    let instance = Instance::new(op, facts, false).unwrap_or_else(|e| panic!("{e:?}"));
    let values: Vec<Vec<f32>> = inputs.iter().map(|(_, values)| values.to_vec()).collect();
    let output = instance.forward(&values, &instance.draw_params(1)).output;
    (instance.output.sizes(), output)
}

fn close(found: &[f32], wanted: &[f32]) {
    assert_eq!(found.len(), wanted.len());
    for (a, b) in found.iter().zip(wanted) {
        assert!((a - b).abs() <= 2e-6 * (1.0 + b.abs()), "{found:?} instead of {wanted:?}");
    }
}

fn ints(values: &[i64]) -> Value {
    Value::List(values.iter().map(|v| Value::Int(*v)).collect())
}

fn word(text: &str) -> Value {
    Value::Word(text.into())
}

fn count(n: usize) -> Vec<f32> {
    (0..n).map(|i| i as f32).collect()
}

#[test]
fn functions_of_one_number() {
    let x = [-4.0f32, -1.5, -0.5, 0.0, 0.25, 1.0, 2.5, 7.0];
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    let hard = |x: f64| ((x + 3.0) / 6.0).clamp(0.0, 1.0);
    let tanh_gelu = |x: f64| 0.5 * x * (1.0 + (0.797_884_560_8 * (x + 0.044715 * x.powi(3))).tanh());
    let none: &[(&str, Value)] = &[];
    let slope: &[(&str, Value)] = &[("slope", Value::Float(0.1))];
    let alpha: &[(&str, Value)] = &[("alpha", Value::Float(2.0))];
    let approximate: &[(&str, Value)] = &[("approximate", word("tanh"))];
    let bounds: &[(&str, Value)] = &[("min", Value::Int(-1)), ("max", Value::Int(2))];
    type Case<'a> = (&'a str, &'a [(&'a str, Value)], &'a dyn Fn(f64) -> f64);
    let cases: &[Case<'_>] = &[
        ("relu", none, &|x| x.max(0.0)),
        ("relu6", none, &|x| x.clamp(0.0, 6.0)),
        ("leaky_relu", slope, &|x| if x > 0.0 { x } else { 0.1 * x }),
        ("prelu", none, &|x| if x > 0.0 { x } else { 0.25 * x }),
        ("elu", alpha, &|x| if x > 0.0 { x } else { 2.0 * x.exp_m1() }),
        ("sigmoid", none, &sigmoid),
        ("tanh", none, &f64::tanh),
        ("swish", none, &|x| x * sigmoid(x)),
        ("hswish", none, &|x| x * hard(x)),
        ("hsigmoid", none, &hard),
        ("gelu", approximate, &tanh_gelu),
        ("clip", bounds, &|x| x.clamp(-1.0, 2.0)),
        ("square", none, &|x| x * x),
        ("exp", none, &f64::exp),
        ("abs", none, &f64::abs),
        ("neg", none, &|x| -x),
    ];
    for (name, args, f) in cases {
        let wanted: Vec<f32> = x.iter().map(|x| f(f64::from(*x)) as f32).collect();
        close(&run(op(name, args), &[(&[1, 8], &x)]).1, &wanted);
    }
    // The distribution function at 1 and -1: 0.841345 and 0.158655.
    close(&run(op("gelu", &[]), &[(&[1, 3], &[1.0, -1.0, 0.0])]).1, &[0.841_344_7, -0.158_655_25, 0.0]);
}

#[test]
fn nan_is_never_hidden() {
    let names = [
        "relu",
        "relu6",
        "leaky_relu",
        "prelu",
        "elu",
        "sigmoid",
        "tanh",
        "swish",
        "hswish",
        "hsigmoid",
        "gelu",
        "clip",
        "softmax",
        "log_softmax",
        "reduce",
        "l2norm",
    ];
    for entry in names.map(|name| ops::lookup(name).expect("the op is in the table")) {
        let sample = (entry.sample)(&mut random::stream(0, Purpose::Sample, 77, 0));
        let instance = Instance::new(sample.op, &sample.inputs, false).unwrap();
        let n = sample.inputs[0].numel();
        for at in [0, n - 1] {
            let mut x = vec![0.5; n];
            x[at] = f32::NAN;
            let y = instance.forward(&[x], &instance.draw_params(1)).output;
            assert!(y.iter().any(|v| v.is_nan()), "`{}`", entry.info.name);
        }
    }
}

#[test]
fn merges() {
    let (a, b): (&[f32], &[f32]) = (&[1.0, 2.0, 3.0, 4.0], &[4.0, 2.0, 1.0, -1.0]);
    let both = [(&[2, 2][..], a), (&[2, 2][..], b)];
    assert_eq!(run(op("add", &[]), &both).1, [5.0, 4.0, 4.0, 3.0]);
    assert_eq!(run(op("sub", &[]), &both).1, [-3.0, 0.0, 2.0, 5.0]);
    assert_eq!(run(op("mul", &[]), &both).1, [4.0, 4.0, 3.0, -4.0]);
    assert_eq!(run(op("absdiff", &[]), &both).1, [3.0, 0.0, 2.0, 5.0]);
    assert_eq!(run(op("maximum", &[]), &both).1, [4.0, 2.0, 3.0, 4.0]);
    assert_eq!(run(op("minimum", &[]), &both).1, [1.0, 2.0, 1.0, -1.0]);
    let narrow = [(&[2, 1][..], &[9.0, 8.0][..]), (&[2, 2][..], a)];
    let (sizes, y) = run(op("concat", &[]), &narrow);
    assert_eq!((sizes.as_slice(), y.as_slice()), (&[2, 3][..], &[9.0, 1.0, 2.0, 8.0, 3.0, 4.0][..]));
    let (sizes, y) = run(op("add", &[]), &[(&[2, 1], &[10.0, 20.0]), (&[1, 2], &[1.0, 2.0])]);
    assert_eq!((sizes.as_slice(), y.as_slice()), (&[2, 2][..], &[11.0, 12.0, 21.0, 22.0][..]));
}

#[test]
fn reductions_and_norms() {
    let x = count(12);
    let reduce = |kind, axes: &[i64], keep| {
        run(
            op("reduce", &[("op", word(kind)), ("axes", ints(axes)), ("keepdims", Value::Bool(keep))]),
            &[(&[2, 3, 2], &x)],
        )
    };
    assert_eq!(reduce("sum", &[1], false), (vec![2, 2], vec![6.0, 9.0, 24.0, 27.0]));
    assert_eq!(reduce("mean", &[0, -1], false), (vec![3], vec![3.5, 5.5, 7.5]));
    assert_eq!(reduce("max", &[1, 2], true), (vec![2, 1, 1], vec![5.0, 11.0]));
    assert_eq!(reduce("sum", &[0, 1, 2], false), (vec![], vec![66.0]));
    close(&run(op("l2norm", &[]), &[(&[2, 2], &[3.0, 4.0, 0.0, 0.0])]).1, &[0.6, 0.8, 0.0, 0.0]);
    let first = op("l2norm", &[("axis", Value::Int(0))]);
    close(&run(first, &[(&[2, 2], &[3.0, 5.0, 4.0, 12.0])]).1, &[0.6, 5.0 / 13.0, 0.8, 12.0 / 13.0]);
}

#[test]
fn moves_between_axes() {
    // TensorFlow's documentation of `depth_to_space` and PyTorch's of `pixel_shuffle`, 8
    // channels of one pixel to 2 channels of 2 by 2.
    let x = count(8);
    let deep = |order| run(op("depth_to_space", &[("order", word(order))]), &[(&[1, 8, 1, 1], &x)]).1;
    assert_eq!(deep("dcr"), [0.0, 2.0, 4.0, 6.0, 1.0, 3.0, 5.0, 7.0]);
    assert_eq!(deep("crd"), count(8));
    for order in ["dcr", "crd"] {
        let x = count(2 * 3 * 4 * 6);
        let there = run(op("space_to_depth", &[("order", word(order))]), &[(&[2, 3, 4, 6], &x)]);
        assert_eq!(there.0, [2, 12, 2, 3]);
        let back = run(op("depth_to_space", &[("order", word(order))]), &[(&there.0, &there.1)]);
        assert_eq!(back.1, x);
    }
    let shuffled = run(op("channel_shuffle", &[("groups", Value::Int(2))]), &[(&[1, 6, 1, 1], &count(6))]).1;
    assert_eq!(shuffled, [0.0, 3.0, 1.0, 4.0, 2.0, 5.0]);
    let sliced = op("slice", &[("axis", Value::Int(1)), ("start", Value::Int(-3)), ("step", Value::Int(2))]);
    assert_eq!(run(sliced, &[(&[2, 4], &count(8))]), (vec![2, 2], vec![1.0, 3.0, 5.0, 7.0]));
}

/// The cross entropy by its definition, in double precision.
struct Reference<'a> {
    smoothing: f64,
    class_weights: &'a [f64],
    sample_weights: &'a [f64],
}

impl Reference<'_> {
    fn value(&self, logits: &[f32], n: usize, classes: usize, inner: usize, labels: &[usize]) -> f64 {
        let (mut sum, mut divisor) = (0.0, 0.0);
        for (at, label) in labels.iter().enumerate() {
            let (o, k) = (at / inner, at % inner);
            let logit = |c: usize| f64::from(logits[(o * classes + c) * inner + k]);
            let total: f64 = (0..classes).map(|c| logit(c).exp()).sum();
            let loss: f64 = (0..classes)
                .map(|c| {
                    let hit = if c == *label { 1.0 - self.smoothing } else { 0.0 };
                    -(hit + self.smoothing / classes as f64) * self.class_weights[c] * (logit(c) - total.ln())
                })
                .sum();
            sum += loss * self.sample_weights[at];
            divisor += self.class_weights[*label];
        }
        assert_eq!(labels.len(), n * inner);
        sum / divisor
    }
}

#[test]
fn cross_entropy_takes_distributions_as_pytorch_does() {
    let logits = [1.0f32, -0.5, 2.0, 0.25, 0.0, -1.5];
    let targets = [0.2f32, 0.5, 0.3, 1.0, 0.0, 0.0];
    let facts = [Fact::f32(Shape::of(&[2, 3])), Fact::f32(Shape::of(&[2, 3]))];
    let value = |args: &[(&str, Value)]| {
        run_typed(op("cross_entropy", args), &facts, &[(&[2, 3], &logits), (&[2, 3], &targets)]).1[0]
    };
    let weights = Value::List([0.5, 2.0, 1.0].map(Value::Float).to_vec());
    // Computed with torch.nn.functional.cross_entropy 2.15.
    close(&[value(&[])], &[1.245344]);
    close(&[value(&[("smoothing", Value::Float(0.1))])], &[1.264511]);
    close(&[value(&[("class_weights", weights)])], &[1.727365]);
    // A distribution with one class is that class.
    let hard = [Fact::f32(Shape::of(&[2, 3])), Fact::i64(Shape::of(&[2]))];
    let one_hot = [0.0f32, 0.0, 1.0, 1.0, 0.0, 0.0];
    let soft = run_typed(op("cross_entropy", &[]), &facts, &[(&[2, 3], &logits), (&[2, 3], &one_hot)]).1;
    close(&soft, &run_typed(op("cross_entropy", &[]), &hard, &[(&[2, 3], &logits), (&[2], &[2.0, 0.0])]).1);
    let hit =
        |name: &str, targets: &[f32]| run_typed(op(name, &[]), &facts, &[(&[2, 3], &logits), (&[2, 3], targets)]).1[0];
    assert_eq!((hit("accuracy", &targets), hit("accuracy", &one_hot)), (0.5, 1.0));
}

#[test]
fn cross_entropy_agrees_with_its_definition() {
    let mut rng = random::stream(5, Purpose::Sample, 0, 0);
    for (n, classes, inner) in [(5, 4, 1), (1, 1, 1), (3, 19, 1), (2, 3, 70)] {
        let logits: Vec<f32> = (0..n * classes * inner).map(|_| random::normal(&mut rng) * 3.0).collect();
        let labels: Vec<usize> = (0..n * inner).map(|_| random::below(&mut rng, classes as u64) as usize).collect();
        let as_floats: Vec<f32> = labels.iter().map(|l| *l as f32).collect();
        let weights: Vec<f32> = (0..n * inner).map(|_| random::uniform(&mut rng)).collect();
        let class_weights: Vec<f64> = (0..classes).map(|c| 0.5 + c as f64).collect();
        let image: Vec<usize> = if inner == 1 { vec![n, classes] } else { vec![n, classes, inner] };
        let flat: Vec<usize> = if inner == 1 { vec![n] } else { vec![n, inner] };
        let facts = [Fact::f32(Shape::of(&image)), Fact::i64(Shape::of(&flat)), Fact::f32(Shape::of(&flat))];
        for (smoothing, weighted, inputs) in [(0.0, false, 2), (0.1, false, 2), (0.2, true, 2), (0.1, true, 3)] {
            let ones = vec![1.0; classes.max(n * inner)];
            let sample: Vec<f64> = weights.iter().map(|w| f64::from(*w)).collect();
            let reference = Reference {
                smoothing,
                class_weights: if weighted { &class_weights } else { &ones },
                sample_weights: if inputs == 3 { &sample } else { &ones },
            };
            let mut args = vec![("smoothing", Value::Float(smoothing))];
            if weighted {
                let list = class_weights.iter().map(|w| Value::Float(*w)).collect();
                args.push(("class_weights", Value::List(list)));
            }
            let tensors = [(&image[..], &logits[..]), (&flat[..], &as_floats[..]), (&flat[..], &weights[..])];
            let found = run_typed(op("cross_entropy", &args), &facts[..inputs], &tensors[..inputs]).1;
            let wanted = reference.value(&logits, n, classes, inner, &labels);
            assert!((f64::from(found[0]) - wanted).abs() < 1e-5 * (1.0 + wanted.abs()), "{} {wanted}", found[0]);
        }
    }
}

#[test]
fn losses_of_pairs_and_metrics() {
    let (x, t): (&[f32], &[f32]) = (&[0.5, 2.0, -1.0, 0.0], &[1.0, 0.0, -1.0, 0.5]);
    let both = [(&[4][..], x), (&[4][..], t)];
    close(&run(op("mse", &[]), &both).1, &[(0.25 + 4.0 + 0.0 + 0.25) / 4.0]);
    close(&run(op("mae", &[]), &both).1, &[3.0 / 4.0]);
    close(&run(op("huber", &[]), &both).1, &[(0.125 + 1.5 + 0.0 + 0.125) / 4.0]);
    let p = [(&[2][..], &[0.8f32, 0.4][..]), (&[2][..], &[1.0f32, 0.0][..])];
    close(&run(op("bce", &[]), &p).1, &[-(0.8f32.ln() + 0.6f32.ln()) / 2.0]);
    // The logits of these probabilities.
    let logits = [(0.8f32 / 0.2).ln(), (0.4f32 / 0.6).ln()];
    close(&run(op("bce_logits", &[]), &[(&[2], &logits), p[1]]).1, &run(op("bce", &[]), &p).1);
    close(&run(op("binary_accuracy", &[]), &p).1, &[1.0]);

    let facts = [Fact::f32(Shape::of(&[3, 3])), Fact::i64(Shape::of(&[3]))];
    let scores = [0.1, 0.7, 0.2, 0.5, 0.3, 0.4, 0.0, 0.1, 0.2];
    let tensors = [(&[3, 3][..], &scores[..]), (&[3][..], &[1.0, 2.0, 0.0][..])];
    close(&run_typed(op("accuracy", &[]), &facts, &tensors).1, &[1.0 / 3.0]);
    close(&run_typed(op("topk", &[("k", Value::Int(2))]), &facts, &tensors).1, &[2.0 / 3.0]);
}

#[test]
fn the_same_layer_in_one_to_three_dimensions() {
    for (sizes, kernel, wanted) in [
        (&[1, 1, 14][..], Value::Int(5), &[1, 2, 10][..]),
        (&[1, 1, 14, 14], Value::Int(5), &[1, 2, 10, 10]),
        (&[1, 1, 14, 14, 14], Value::Int(5), &[1, 2, 10, 10, 10]),
    ] {
        let x = vec![1.0; sizes.iter().product()];
        let (found, y) = run(op("conv", &[("out", Value::Int(2)), ("kernel", kernel.clone())]), &[(sizes, &x)]);
        assert_eq!(found, wanted);
        assert!(y.iter().all(|v| v.is_finite()));
        for pool in ["maxpool", "avgpool"] {
            let args = [("kernel", kernel.clone()), ("stride", Value::Int(1))];
            let (found, y) = run(op(pool, &args), &[(sizes, &x)]);
            assert_eq!(found[2..], wanted[2..]);
            close(&y, &vec![1.0; y.len()]);
        }
        assert_eq!(run(op("bn", &[]), &[(sizes, &x)]).0, sizes);
    }
}

/// Runs an op whose parameters are all `value`.
fn run_filled(op: Op, input: Tensor<'_>, value: f32) -> (Vec<usize>, Vec<f32>) {
    let instance = Instance::new(op, &[Fact::f32(Shape::of(input.0))], false).unwrap_or_else(|e| panic!("{e:?}"));
    let params: Vec<Vec<f32>> = instance.params.iter().map(|p| vec![value; p.shape.iter().product()]).collect();
    (instance.output.sizes(), instance.forward(&[input.1.to_vec()], &params).output)
}

/// Two steps by hand, with all weights 0.5 and one feature: PyTorch's formulas.
#[test]
fn recurrent_layers_compute_their_formulas() {
    let sigma = |v: f32| 1.0 / (1.0 + (-v).exp());
    let args = [("hidden", Value::Int(1))];
    let x: Tensor = (&[1, 2, 1], &[1.0, -0.5]);
    let mut rnn = vec![0.0f32];
    let (mut gru, mut lstm) = (vec![0.0f32], vec![(0.0f32, 0.0f32)]);
    for (step, v) in x.1.iter().enumerate() {
        let pre = |h: f32| 0.5 * v + 0.5 + 0.5 * h + 0.5;
        rnn.push(pre(rnn[step]).tanh());
        let (h, c) = lstm[step];
        let gate = sigma(pre(h));
        let c = gate * c + gate * pre(h).tanh();
        lstm.push((gate * c.tanh(), c));
        let h = gru[step];
        let gate = sigma(pre(h));
        let n = (0.5 * v + 0.5 + gate * (0.5 * h + 0.5)).tanh();
        gru.push((1.0 - gate) * n + gate * h);
    }
    let states: Vec<f32> = lstm.iter().map(|s| s.0).collect();
    for (name, wanted) in [("rnn", &rnn), ("lstm", &states), ("gru", &gru)] {
        let (sizes, y) = run_filled(op(name, &args), x, 0.5);
        assert_eq!(sizes, [1, 2, 1]);
        close(&y, &wanted[1..]);
        let last = [&args[..], &[("return_sequences", Value::Bool(false))]].concat();
        close(&run_filled(op(name, &last), x, 0.5).1, &wanted[2..]);
        // The second direction ends at the first step.
        let both = [&last[..], &[("bidirectional", Value::Bool(true))]].concat();
        let backwards = run_filled(op(name, &last), (&[1, 2, 1], &[-0.5, 1.0]), 0.5).1;
        close(&run_filled(op(name, &both), x, 0.5).1, &[wanted[2], backwards[0]]);
    }
}

#[test]
fn indices_pick_and_are_found() {
    let x: Tensor = (&[2, 3], &[1.0, 5.0, 5.0, 4.0, 0.0, 2.0]);
    let facts = [Fact::f32(Shape::of(x.0)), Fact::i64(Shape::of(&[4]))];
    let (sizes, y) = run_typed(op("gather", &[]), &facts, &[x, (&[4], &[2.0, 0.0, -1.0, 3.0])]);
    assert_eq!(sizes, [2, 4]);
    assert_eq!((&y[..3], &y[4..7]), (&[5.0, 1.0, 5.0][..], &[2.0, 4.0, 2.0][..]));
    assert!(y[3].is_nan() && y[7].is_nan());
    assert_eq!(run(op("argmax", &[]), &[x]), (vec![2], vec![1.0, 0.0]));
    assert_eq!(run(op("argmax", &[("last", Value::Bool(true))]), &[x]).1, [2.0, 0.0]);
    let labels = [Fact::i64(Shape::of(&[3]))];
    let hot = run_typed(op("one_hot", &[("classes", Value::Int(2))]), &labels, &[(&[3], &[1.0, 0.0, -1.0])]);
    assert_eq!(hot, (vec![3, 2], vec![0.0, 1.0, 1.0, 0.0, 0.0, 0.0]));
}

/// Two channels of ones through weights of ones: 9 taps, then two channels and a bias.
#[test]
fn a_separable_convolution_is_two() {
    let args = [("out", Value::Int(3)), ("kernel", Value::Int(3))];
    let (sizes, y) = run_filled(op("separable", &args), (&[1, 2, 3, 3], &[1.0; 18]), 1.0);
    assert_eq!((sizes, y), (vec![1, 3, 1, 1], vec![19.0; 3]));
}

/// Numbers without ties: `sin(0.7 k^2 + 0.3 k)` for `k` from `start` on.
fn wave(n: usize, start: usize) -> Vec<f32> {
    (start..start + n).map(|k| (0.7 * (k * k) as f64 + 0.3 * k as f64).sin() as f32).collect()
}

/// The output, and the first gradients of each input and parameter, against wanted ones.
fn agrees(op: Op, facts: &[Fact], inputs: &[Vec<f32>], params: &[Vec<f32>], up: &[f32], value: f32, slopes: &[&[f32]]) {
    let name = op.info().name;
    let instance = Instance::new(op, facts, true).unwrap_or_else(|e| panic!("{e:?}"));
    let pass = instance.forward(inputs, params);
    let found: f64 = pass.output.iter().zip(up).map(|(y, u)| f64::from(*y) * f64::from(*u)).sum();
    assert!((found as f32 - value).abs() <= 1e-5 * (1.0 + value.abs()), "`{name}`: {found} instead of {value}");
    let grads = instance.backward(inputs, &pass, up, 0.0);
    let floats: Vec<&Vec<f32>> = grads.inputs.iter().chain(&grads.params).flatten().collect();
    assert!(floats.len() >= slopes.len(), "`{name}`");
    for (found, wanted) in floats.iter().zip(slopes) {
        for (a, b) in found.iter().zip(*wanted) {
            assert!((a - b).abs() <= 1e-5 * (1.0 + b.abs()), "`{name}`: {found:?} instead of {wanted:?}");
        }
    }
}

fn matrix(rows: usize, columns: usize) -> Fact {
    Fact::f32(Shape::of(&[rows, columns]))
}

/// Computed with PyTorch 2 in double precision from the formulae of the papers, by its own
/// gradients; semi-hard negatives as TensorFlow Addons chooses them.
#[test]
fn losses_over_embeddings_agree_with_pytorch() {
    let float = |name: &'static str, v: f64| (name, Value::Float(v));
    let embeddings = || vec![wave(18, 0), wave(18, 18), wave(18, 36)];
    agrees(
        op("triplet", &[float("margin", 3.0)]),
        &[matrix(6, 3), matrix(6, 3), matrix(6, 3)],
        &embeddings(),
        &[],
        &[1.0],
        1.05755,
        &[
            &[0.2944702, 0.0887517, -0.2702327, 0.05805322, 0.343288, 0.2627765],
            &[-0.09143162, -0.04384615, 0.04690878, -0.0161782, -0.002897641, 0.0191629],
            &[-0.2030386, -0.04490554, 0.2233239, -0.04187502, -0.3403903, -0.2819394],
        ],
    );
    let label = vec![0.0, 0.0, 1.0, 1.0, 2.0, 0.0];
    let mined: [(&str, f32, [f32; 6]); 3] = [
        ("semi_hard", 0.5806815, [-0.3252835, 0.1239768, -0.1299743, 0.1512258, -0.7474256, 0.08088364]),
        ("hard", 2.743203, [-0.5834518, 0.1928705, -0.0712816, 1.394272, -2.044602, 0.05623454]),
        ("all", 2.185537, [-0.4364514, 0.3138726, -0.2717886, 1.2682, -1.958374, 0.1606578]),
    ];
    for (mining, value, slopes) in mined {
        let op = op("batch_triplet", &[float("margin", 1.0), ("mining", word(mining))]);
        let facts = [matrix(6, 3), Fact::i64(Shape::of(&[6]))];
        agrees(op, &facts, &[wave(18, 0), label.clone()], &[], &[1.0], value, &[&slopes]);
    }
    let a = [0.04571581, 0.02192308, -0.02345439, -0.1521181, -0.02724554, 0.1801823];
    agrees(
        op("contrastive", &[float("margin", 1.5)]),
        &[matrix(6, 3), matrix(6, 3), Fact::i64(Shape::of(&[6]))],
        &[wave(18, 0), wave(18, 18), vec![1.0, 0.0, 1.0, 0.0, 0.0, 1.0]],
        &[],
        &[1.0],
        0.3584291,
        &[&a, &a.map(|v| -v)],
    );
    let unit = |start| wave(18, start).into_iter().map(|v| (v + 1.0) / 2.0).collect::<Vec<f32>>();
    agrees(
        op("chi_square", &[]),
        &[matrix(6, 3), matrix(6, 3)],
        &[unit(0), unit(18)],
        &[],
        &wave(18, 5),
        0.03515689,
        &[
            &[0.04385843, 0.06953335, 0.1735567, -0.002071383, 0.00298948, 0.03341291],
            &[-0.05143143, -0.07215735, -0.1591897, 0.002099988, -0.003005175, -0.03260785],
        ],
    );
    agrees(
        op("cosine", &[("out", Value::Int(4))]),
        &[matrix(6, 3)],
        &[wave(18, 0)],
        &[wave(12, 50)],
        &wave(24, 7),
        0.08805637,
        &[
            &[1.13757, 0.08413703, 0.2770547, -0.222907, -0.5822709, 0.537024],
            &[-0.5051642, -0.3005077, -0.01568965, -0.1853057, -0.857527, -0.4165811],
        ],
    );
    agrees(
        op("arcface", &[float("scale", 16.0), float("margin", 0.5)]),
        &[matrix(6, 4), Fact::i64(Shape::of(&[6]))],
        &[wave(24, 3).into_iter().map(|v| v * 0.95).collect(), vec![0.0, 1.0, 2.0, 3.0, 0.0, 2.0]],
        &[],
        &[1.0],
        14.87423,
        &[&[-3.807178, 1.045712e-7, 1.264712e-5, 2.666321, 1.50497e-8, -2.247623]],
    );
}

#[test]
fn chi_square_of_zeros_is_zero() {
    let (zeros, x) = ([0.0, 0.0, 2.0], [0.0, 1.0, 2.0]);
    close(&run(op("chi_square", &[]), &[(&[1, 3], &zeros), (&[1, 3], &x)]).1, &[0.0, 1.0, 0.0]);
}
