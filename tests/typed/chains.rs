//! Chains beside the same layers called one by one.

use blockprint::ops::reduce::{Kind, Reduce};
use blockprint::ops::{self, fused};
use blockprint::random::{self, Purpose};
use blockprint::typed::prelude::*;
use blockprint::typed::{ACTIVATIONS, Gradients};

use crate::engine::noise;

type Traced<B, const C: usize> = Map<B, C, 6, 6, OwnedTape<f32, Cpu>>;

struct Net {
    conv: conv!(4 x 6 x 6 => 4 x 6 x 6, kernel 3 x 3, pad 1 x 1),
    bn: BatchNorm<4>,
    deep: conv!(4 x 6 x 6 => 4 x 6 x 6, kernel 3 x 3, pad 1 x 1, groups 4, no bias),
    logits: Dense<144, 3>,
}

module!(Net { conv: "conv", bn: "bn", deep: "deep", logits: "logits" });

impl Net {
    fn new() -> Self {
        let mut net = Self { conv: Conv::new(), bn: BatchNorm::new(), deep: Conv::new(), logits: Dense::new() };
        initialize(&mut net, 3);
        // No parameter has a value that could hide another one's.
        visit_mut(&mut net, |_, _, values| {
            values.iter_mut().enumerate().for_each(|(i, v)| *v += 0.1 + 0.01 * i as f32)
        });
        net
    }
}

const BATCH: usize = 3;
const LEN: usize = BATCH * 4 * 36;

fn input(seed: u64) -> Map<usize, 4, 6, 6> {
    tensor(noise(LEN, seed), BATCH)
}

/// What a way through the network gives for two inputs.
struct Found {
    output: Vec<f32>,
    by_inputs: [Vec<f32>; 2],
    /// Gradients of parameters, then the parameters and statistics after the step.
    by_params: Vec<(String, Vec<f32>)>,
    params: Vec<(String, Vec<f32>)>,
}

type Way = fn(&Net, Traced<usize, 4>, Traced<usize, 4>) -> Traced<usize, 4>;

/// The gradients are those of a weighted sum of the outputs.
fn run(net: &mut Net, way: Way) -> Found {
    let (x, other) = (input(1), input(2));
    let y = way(net, x.leaky_trace(), other.leaky_trace());
    let output = values(&y);
    let loss: Scalar<_> = apply(Reduce { kind: Kind::Sum, axes: vec![0, 1, 2, 3], keepdims: false }, mul(y, input(3)));
    let mut grads = loss.backward();
    let by_inputs = [gradient(&mut grads, &x), gradient(&mut grads, &other)];
    let mut by_params = Vec::new();
    visit_gradients(net, &mut grads, |name, _, _, grad| by_params.push((name.to_string(), grad.to_vec())))
        .expect("there is memory");
    let mut params = Vec::new();
    visit(net, |name, _, values| params.push((name.to_string(), values.to_vec())));
    Found { output, by_inputs, by_params, params }
}

fn gradient(grads: &mut Gradients<f32, Cpu>, x: &Map<usize, 4, 6, 6>) -> Vec<f32> {
    grads.get_or_alloc_mut(x).expect("there is memory").to_vec()
}

/// Both ways give the same bits, with a tape, whatever is frozen.
fn same(chain: Way, one_by_one: Way) {
    for frozen in [vec![], vec!["conv"], vec!["bn"], vec!["conv", "bn"]] {
        let net = || {
            let mut net = Net::new();
            net.conv.set_frozen(frozen.contains(&"conv"));
            net.bn.set_frozen(frozen.contains(&"bn"));
            net
        };
        let (a, b) = (run(&mut net(), chain), run(&mut net(), one_by_one));
        assert_eq!(a.output, b.output, "{frozen:?}");
        assert_eq!(a.by_inputs, b.by_inputs, "{frozen:?}");
        assert_eq!(a.by_params, b.by_params, "{frozen:?}");
        assert_eq!(a.params, b.params, "{frozen:?}");
    }
}

#[test]
fn a_norm_an_addition_and_a_relu_are_as_one_by_one() {
    same(
        |net, x, other| net.conv.bn(&net.bn).add(other).relu().forward(x),
        |net, x, other| relu(add(net.bn.forward(net.conv.forward(x)), other)),
    );
}

#[test]
fn tails_may_be_shorter() {
    same(|net, x, _| net.conv.bn(&net.bn).forward(x), |net, x, _| net.bn.forward(net.conv.forward(x)));
    same(|net, x, _| net.conv.bn(&net.bn).relu6().forward(x), |net, x, _| relu6(net.bn.forward(net.conv.forward(x))));
    same(
        |net, x, other| net.conv.bn(&net.bn).add(other).forward(x),
        |net, x, other| add(net.bn.forward(net.conv.forward(x)), other),
    );
    same(|net, x, other| net.conv.add(other).relu().forward(x), |net, x, other| relu(add(net.conv.forward(x), other)));
    same(|net, x, _| net.conv.relu().forward(x), |net, x, _| relu(net.conv.forward(x)));
    same(|net, x, _| net.conv.chain().forward(x), |net, x, _| net.conv.forward(x));
}

/// Their gradients read what is a buffer between two kernels here.
#[test]
fn other_activations_are_as_one_by_one() {
    same(
        |net, x, other| net.conv.bn(&net.bn).add(other).swish().forward(x),
        |net, x, other| swish(add(net.bn.forward(net.conv.forward(x)), other)),
    );
    same(
        |net, x, _| net.conv.bn(&net.bn).leaky_relu(0.1).forward(x),
        |net, x, _| leaky_relu(net.bn.forward(net.conv.forward(x)), 0.1),
    );
    same(|net, x, _| net.conv.hswish().forward(x), |net, x, _| hswish(net.conv.forward(x)));
    same(|net, x, _| net.conv.sigmoid().tanh().relu().forward(x), |net, x, _| relu(tanh(sigmoid(net.conv.forward(x)))));
}

#[test]
fn inputs_may_be_shared() {
    same(
        |net, x, _| {
            let skip = fork(&x);
            net.conv.bn(&net.bn).add(skip).relu().forward(x)
        },
        |net, x, _| {
            let skip = fork(&x);
            relu(add(net.bn.forward(net.conv.forward(x)), skip))
        },
    );
    // The value is read by the chain twice, and by somebody else before and after it.
    same(
        |net, x, other| {
            let x = add(net.deep.forward(x), other);
            let (before, skip, after) = (square(fork(&x)), fork(&x), fork(&x));
            let y = net.conv.bn(&net.bn).add(skip).relu().forward(x);
            add(add(before, y), after)
        },
        |net, x, other| {
            let x = add(net.deep.forward(x), other);
            let (before, skip, after) = (square(fork(&x)), fork(&x), fork(&x));
            let y = relu(add(net.bn.forward(net.conv.forward(x)), skip));
            add(add(before, y), after)
        },
    );
}

#[test]
fn chains_go_on_with_chains() {
    same(
        |net, x, other| net.deep.relu().then(net.conv.bn(&net.bn)).add(other).relu().forward(x),
        |net, x, other| {
            let x = relu(net.deep.forward(x));
            relu(add(net.bn.forward(net.conv.forward(x)), other))
        },
    );
    same(
        |net, x, other| net.conv.bn(&net.bn).add(other).then(net.deep.swish()).forward(x),
        |net, x, other| swish(net.deep.forward(add(net.bn.forward(net.conv.forward(x)), other))),
    );
}

/// Its statistics move twice, and its gradients add up.
#[test]
fn a_chain_may_come_to_a_norm_twice() {
    same(
        |net, x, _| net.conv.bn(&net.bn).relu().then(net.conv.bn(&net.bn)).forward(x),
        |net, x, _| {
            let x = relu(net.bn.forward(net.conv.forward(x)));
            net.bn.forward(net.conv.forward(x))
        },
    );
}

/// An input that is data gets no gradient, and a chain that nobody wants one of goes none.
#[test]
fn inputs_that_are_data_get_no_gradient() {
    let mut net = Net::new();
    net.conv.set_at_input(true);
    let way: Way = |net, x, other| net.conv.bn(&net.bn).add(other).relu().forward(x);
    let found = run(&mut net, way);
    assert!(found.by_inputs[0].iter().all(|g| *g == 0.0) && found.by_inputs[1].iter().any(|g| *g != 0.0));
    assert!(found.by_params.iter().any(|(name, grad)| name == "conv.weight" && grad.iter().any(|g| *g != 0.0)));
    net.bn.set_at_input(true);
    net.conv.set_frozen(true);
    let found = run(&mut net, way);
    assert!(found.by_inputs[1].iter().any(|g| *g != 0.0), "what is added is no data");
    let way: Way = |net, x, _| net.conv.bn(&net.bn).relu().forward(x);
    freeze(&mut net, true);
    let found = run(&mut net, way);
    assert!(found.by_params.is_empty() && found.by_inputs[0].iter().all(|g| *g == 0.0));
}

fn close(found: &[f32], expected: &[f32]) {
    let greatest = expected.iter().fold(0.0f32, |m, v| m.max(v.abs()));
    let off = found.iter().zip(expected).fold(0.0f32, |m, (a, b)| m.max((a - b).abs()));
    assert!(found.len() == expected.len() && off <= 1e-5 * greatest, "off by {off} of {greatest}");
}

/// Weights are folded and packed once, and again after every kind of change.
#[test]
fn inference_follows_changes_of_weights_and_statistics() {
    let mut net = Net::new();
    let chain = |net: &Net| values(&net.conv.bn(&net.bn).add(input(2)).relu().forward(input(1)));
    let check = |net: &Net| {
        let expected = values(&relu(add(net.bn.forward(net.conv.forward(input(1))), input(2))));
        let found = chain(net);
        close(&found, &expected);
        assert_eq!(found, chain(net));
        expected
    };
    let mut all = vec![check(&net)];
    net.conv.visit_mut(|_, values| values.iter_mut().for_each(|v| *v *= 0.5));
    all.push(check(&net));
    for name in ["weight", "bias", "running_mean", "running_var"] {
        net.bn.visit_mut(|spec, values| values.iter_mut().filter(|_| spec.name == name).for_each(|v| *v += 0.3));
        all.push(check(&net));
    }
    // A pass with a tape moves the statistics, a step the weights.
    let loss: Scalar<_> = apply(
        Reduce { kind: Kind::Mean, axes: vec![0, 1, 2, 3], keepdims: false },
        net.conv.bn(&net.bn).relu().forward(input(4).leaky_trace()),
    );
    all.push(check(&net));
    let mut grads = loss.backward();
    visit_gradients(&mut net, &mut grads, |_, _, values, grad| {
        values.iter_mut().zip(grad).for_each(|(w, g)| *w -= 0.5 * *g);
    })
    .expect("there is memory");
    all.push(check(&net));
    net.bn = std::mem::replace(&mut net.bn, BatchNorm::new()).eps(0.1);
    all.push(check(&net));
    net.bn = BatchNorm::new();
    initialize(&mut net.bn, 1);
    all.push(check(&net));
    for (i, a) in all.iter().enumerate() {
        assert!(all[..i].iter().all(|b| a != b), "change {i} changes the output");
    }
}

#[test]
fn one_layer_has_several_chains() {
    let net = Net::new();
    for _ in 0..2 {
        let plain = values(&net.conv.forward(input(1)));
        close(&values(&net.conv.relu().forward(input(1))), &values(&relu(net.conv.forward(input(1)))));
        close(
            &values(&net.conv.leaky_relu(0.1).forward(input(1))),
            &values(&leaky_relu(net.conv.forward(input(1)), 0.1)),
        );
        close(
            &values(&net.conv.leaky_relu(0.3).forward(input(1))),
            &values(&leaky_relu(net.conv.forward(input(1)), 0.3)),
        );
        assert_eq!(values(&net.conv.forward(input(1))), plain);
    }
    let x = || flatten!(input(1); 4 x 6 x 6 => 144);
    close(&values(&net.logits.sigmoid().forward(x())), &values(&sigmoid(net.logits.forward(x()))));
    close(
        &values(&net.deep.bn(&net.bn).relu6().forward(input(1))),
        &values(&relu6(net.bn.forward(net.deep.forward(input(1))))),
    );
}

/// Convolutions with much to do read blocks of channels.
#[test]
fn wide_convolutions_are_as_one_by_one() {
    struct Wide {
        stem: conv!(3 x 9 x 7 => 40 x 9 x 7, kernel 3 x 3, pad 1 x 1, no bias),
        bn: BatchNorm<40>,
        conv: conv!(40 x 9 x 7 => 40 x 9 x 7, kernel 3 x 3, pad 1 x 1),
        thin: conv!(40 x 9 x 7 => 40 x 9 x 7, kernel 3 x 3, pad 1 x 1, groups 40),
        line: conv!(40 x 60 => 40 x 60, kernel 5, pad 2),
    }
    module!(Wide { stem: "stem", bn: "bn", conv: "conv", thin: "thin", line: "line" });
    let mut net =
        Wide { stem: Conv::new(), bn: BatchNorm::new(), conv: Conv::new(), thin: Conv::new(), line: Conv::new() };
    initialize(&mut net, 4);
    let x = || -> Map<usize, 3, 9, 7> { tensor(noise(2 * 3 * 63, 1), 2) };
    let one = net.stem.bn(&net.bn).relu().forward(x());
    let plain: Map<usize, 40, 9, 7> = apply_conv(&net.stem, x());
    close(&values(&one), &values(&relu(net.bn.forward(plain))));
    let two = net.conv.bn(&net.bn).add(fork(&one)).swish().forward(fork(&one));
    let plain: Map<usize, 40, 9, 7> = apply_conv(&net.conv, fork(&one));
    close(&values(&two), &values(&swish(add(net.bn.forward(plain), fork(&one)))));
    // From blocks to blocks, to maps, and to blocks again.
    let chain =
        net.conv.bn(&net.bn).relu().then(net.conv.chain()).then(net.thin.sigmoid().tanh()).then(net.conv.chain());
    let separate = |y| net.conv.forward(tanh(sigmoid(net.thin.forward(net.conv.forward(y)))));
    close(&values(&chain.forward(fork(&one))), &values(&separate(relu(net.bn.forward(net.conv.forward(fork(&one)))))));
    let line = || -> Seq<usize, 40, 60> { tensor(noise(40 * 60, 5), 1) };
    let plain: Seq<usize, 40, 60> = apply_conv(&net.line, line());
    close(&values(&net.line.relu().forward(line())), &values(&relu(plain)));
}

/// A convolution by the kernel that trains.
fn apply_conv<S: Shape, O: Shape>(layer: &blockprint::typed::Layer, x: Tensor<S, f32, Cpu>) -> Tensor<O, f32, Cpu> {
    let y: Tensor<O, f32, Cpu, OwnedTape<f32, Cpu>> = layer.forward(x.leaky_traced());
    dfdx::tensor::SplitTape::split_tape(y).0
}

/// What the engine runs in one kernel with a layer, a chain goes on with by a method.
#[test]
fn every_activation_has_a_method() {
    let is_activation = |entry: &&ops::Entry| {
        let mut rng = random::stream(1, Purpose::Sample, 1, 1);
        fused::is_activation(&(entry.sample)(&mut rng).op)
    };
    let mut names: Vec<&str> = ops::table().iter().filter(is_activation).map(|entry| entry.info.name).collect();
    let mut methods = ACTIVATIONS.to_vec();
    names.sort_unstable();
    methods.sort_unstable();
    assert_eq!(names, methods);
}
