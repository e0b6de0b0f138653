//! The losses of style transfer against the values of a course, and against slow sums.
//!
//! The course is "Convolutional Neural Networks" of deeplearning.ai, week 4, the exercise "Art
//! Generation with Neural Style Transfer". Its tensors are drawn by TensorFlow, `mean=1`,
//! `stddev=4`, channels last. In the edition of TensorFlow 1, after `tf.set_random_seed(1)` in a
//! fresh graph, `a_C` (also `a_S`) and `A` are `tf.raw_ops.RandomStandardNormal(seed=1, seed2=3)`
//! times 4 plus 1, and `a_G` the same with `seed2=9`. In that of TensorFlow 2 they are two calls of
//! `tf.random.normal` after `tf.random.set_seed(1)`.

mod common;

use blockprint::diag::Sink;
use blockprint::ops;
use blockprint::ops::attrs::{Args, Value};
use blockprint::random::{self, Purpose};
use blockprint::shape::{Fact, Shape};
use blockprint::source::Span;
use common::op::Instance;

const TF1_C: [f32; 48] = [
    -1.683445,
    1.8942858,
    4.189092,
    1.3846824,
    3.8925915,
    2.3524866,
    -1.9202449,
    4.6461368,
    -1.0375276,
    4.899456,
    -7.5360813,
    3.4091651,
    -0.24858844,
    -2.4324749,
    8.146585,
    -1.7646906,
    2.4694333,
    -6.5859847,
    0.7149899,
    0.66104376,
    4.199985,
    2.5062335,
    4.5016236,
    1.5636368,
    3.4233422,
    -8.455175,
    3.4438267,
    1.2252892,
    0.23202246,
    1.4615505,
    4.211294,
    -4.7429867,
    -2.338422,
    1.3776655,
    -3.3965898,
    0.25865,
    1.2512636,
    7.4767985,
    5.1221766,
    10.617524,
    -1.3393097,
    0.99052405,
    -5.410322,
    -5.450125,
    -1.7732203,
    -4.097825,
    4.843958,
    2.7449982,
];
const TF1_G: [f32; 48] = [
    -0.39043474,
    -4.965909,
    -5.387548,
    4.572505,
    1.1961036,
    5.0099816,
    1.7304354,
    -0.13603461,
    -0.7514645,
    -3.0110965,
    1.0130516,
    7.4561086,
    0.51901615,
    -0.23328066,
    -0.8221154,
    0.69788367,
    1.5624137,
    0.11127031,
    3.7990131,
    -0.5115707,
    -5.364818,
    -4.8868036,
    -1.1914248,
    -0.12090659,
    7.0109277,
    -1.2259245,
    4.2369,
    -5.399742,
    3.159936,
    7.259596,
    1.643039,
    7.3115473,
    0.17630118,
    -2.8375332,
    1.839904,
    -0.71492875,
    5.2510543,
    1.4054474,
    2.8612938,
    2.5214956,
    4.3172836,
    1.902338,
    0.14868057,
    -1.2611487,
    -0.78171515,
    0.53150004,
    -0.8009285,
    3.4972606,
];
const TF2_C: [f32; 48] = [
    -3.404881,
    7.183007,
    2.534576,
    -2.5186315,
    -3.8986888,
    -2.9244845,
    1.3512313,
    0.18695849,
    -1.2326248,
    -1.8821762,
    -1.5039697,
    -1.8601038,
    -0.39341784,
    -0.34587932,
    1.730303,
    5.434381,
    6.1186347,
    0.91409665,
    -0.2787553,
    2.493302,
    2.0111642,
    3.5750656,
    9.585232,
    -2.3005993,
    -2.616547,
    6.5795145,
    5.8995004,
    1.2345984,
    -0.9685255,
    -2.2799122,
    0.25895953,
    -0.5711074,
    -1.6340904,
    -2.933355,
    2.555351,
    -3.1489792,
    -5.2402277,
    0.3683498,
    -0.42677724,
    0.19823885,
    7.452428,
    3.718691,
    1.3253293,
    6.3523054,
    5.739221,
    -0.41526246,
    0.583993,
    -2.0045857,
];
const TF2_G: [f32; 48] = [
    2.6123514,
    -3.3520832,
    0.74761856,
    6.3462267,
    3.8470404,
    -0.9571458,
    -2.0568852,
    -3.1489944,
    -4.0077353,
    1.0848972,
    -1.2055032,
    -5.972679,
    -0.34144378,
    -3.17067,
    5.036553,
    5.9450154,
    -1.7347562,
    3.6944358,
    -0.68249106,
    -3.1652112,
    -1.7189786,
    6.638078,
    -0.90944517,
    9.18924,
    4.405425,
    0.31713337,
    2.566379,
    3.2136106,
    0.23800504,
    1.4399388,
    -0.88850987,
    -0.10706711,
    -1.7099016,
    8.216282,
    0.6901974,
    3.6196625,
    1.1940846,
    1.7071393,
    -0.9568796,
    -3.8442307,
    6.2297974,
    2.8206615,
    4.4862843,
    -2.2124012,
    -4.4811783,
    -3.2315984,
    -5.5964684,
    3.4338741,
];

/// The output of an op.
fn run(name: &str, args: &[(&str, Value)], inputs: &[(&[usize], &[f32])]) -> Vec<f32> {
    let entry = ops::lookup(name).expect("the op is in the table");
    let args = Args::of(name, entry.info.attrs, args);
    let op = (entry.build)(&args, Span::default(), &mut Sink::new()).expect("the arguments fit");
    let facts: Vec<Fact> = inputs.iter().map(|(sizes, _)| Fact::f32(Shape::of(sizes))).collect();
    let instance = Instance::new(op, &facts, false).unwrap_or_else(|e| panic!("{e:?}"));
    let values: Vec<Vec<f32>> = inputs.iter().map(|(_, values)| values.to_vec()).collect();
    instance.forward(&values, &[]).output
}

/// 16 positions of 3 channels, channels first.
fn channels_first(x: &[f32; 48]) -> Vec<f32> {
    (0..3).flat_map(|c| x.iter().skip(c).step_by(3).copied()).collect()
}

fn close(found: f32, wanted: f32, tolerance: f32) {
    assert!((found - wanted).abs() <= tolerance * wanted.abs(), "{found} instead of {wanted}");
}

const MAP: &[usize] = &[1, 3, 4, 4];

#[test]
fn the_content_cost_is_that_of_the_course() {
    for (c, g, wanted) in [(&TF1_C, &TF1_G, 6.765_593), (&TF2_C, &TF2_G, 7.056_876_7)] {
        let (c, g) = (channels_first(c), channels_first(g));
        let cost = |norm: &str| run("content_loss", &[("norm", Value::Word(norm.into()))], &[(MAP, &g), (MAP, &c)])[0];
        close(cost("course"), wanted, 1e-6);
        close(cost("mean"), 4.0 * wanted, 1e-6);
        // Half the sum of 48 squares.
        close(cost("gatys"), 96.0 * wanted, 1e-6);
    }
}

#[test]
fn the_gram_matrix_is_that_of_the_course() {
    let tf1 =
        [6.422_305, -4.429_122, -2.096_682, -4.429_122, 19.465_837, 19.563_871, -2.096_682, 19.563_871, 20.686_462];
    let tf2 = [63.1888, -26.721_275, -7.732_020_4];
    let gram = |a: &[f32]| run("gram", &[], &[(&[1, 3, 2], a)]);
    // Both tensors are drawn from the same state, so the smaller one is the beginning of the other.
    gram(&TF1_C[..6]).iter().zip(tf1).for_each(|(found, wanted)| close(*found, wanted, 1e-6));
    gram(&TF2_C[..6]).iter().zip(tf2).for_each(|(found, wanted)| close(*found, wanted, 1e-6));
}

/// The second edition prints 14.01649. Exact arithmetic on its tensors gives 14.017806; the
/// printed value is that of a GPU whose products have ten bits, as are its other Gram matrices
/// (63.193256 for 63.1888 above).
#[test]
fn the_style_cost_is_that_of_the_course() {
    for (s, g, wanted, tolerance) in
        [(&TF1_C, &TF1_G, 9.190_28, 1e-6), (&TF2_C, &TF2_G, 14.017_806, 1e-6), (&TF2_C, &TF2_G, 14.016_49, 1e-4)]
    {
        let (s, g) = (channels_first(s), channels_first(g));
        let cost = |norm: &str| run("style_loss", &[("norm", Value::Word(norm.into()))], &[(MAP, &g), (MAP, &s)])[0];
        close(cost("course"), wanted, tolerance);
        assert_eq!(cost("gatys"), cost("course"));
        close(cost("mean"), 4.0 * wanted, tolerance);
    }
}

fn drawn(n: usize, index: u64) -> Vec<f32> {
    let mut rng = random::stream(5, Purpose::Sample, index, 0);
    (0..n).map(|_| random::uniform(&mut rng) * 2.0 - 1.0).collect()
}

#[test]
fn style_costs_of_larger_maps_are_slow_sums() {
    let (n, c) = (2, 70);
    let sizes: [&[usize]; 2] = [&[n, c, 19, 31], &[n, c, 40, 7]];
    let maps = [drawn(n * c * 19 * 31, 1), drawn(n * c * 280, 2)];
    let gram = |map: usize, i: usize, a: usize, b: usize| {
        let positions = sizes[map][2] * sizes[map][3];
        let row = |channel: usize| &maps[map][(i * c + channel) * positions..][..positions];
        let products = row(a).iter().zip(row(b)).map(|(a, b)| f64::from(*a) * f64::from(*b));
        products.sum::<f64>() / positions as f64
    };
    let mut wanted = 0.0;
    for i in 0..n {
        for at in 0..c * c {
            wanted += (gram(0, i, at / c, at % c) - gram(1, i, at / c, at % c)).powi(2) / (4 * c * c * n) as f64;
        }
    }
    let found = run("style_loss", &[], &[(sizes[0], &maps[0]), (sizes[1], &maps[1])])[0];
    close(found, wanted as f32, 1e-5);
    let grams = run("gram", &[("mean", Value::Bool(true))], &[(sizes[0], &maps[0])]);
    close(grams[c * c + 3 * c + 5], gram(0, 1, 3, 5) as f32, 1e-4);
}

#[test]
fn variation_and_preparation_are_slow_sums() {
    let (sizes, x) = ([2, 3, 150, 90], drawn(2 * 3 * 150 * 90, 3));
    let at = |plane: usize, y: usize, x_: usize| f64::from(x[(plane * 150 + y) * 90 + x_]);
    let sum = |f: fn(f64) -> f64| {
        let mut sum = 0.0;
        for (plane, y, x) in (0..6).flat_map(|p| (0..150).flat_map(move |y| (0..90).map(move |x| (p, y, x)))) {
            sum += if x + 1 < 90 { f(at(plane, y, x + 1) - at(plane, y, x)) } else { 0.0 };
            sum += if y + 1 < 150 { f(at(plane, y + 1, x) - at(plane, y, x)) } else { 0.0 };
        }
        sum as f32
    };
    let variation = |args: &[(&str, Value)]| run("total_variation", args, &[(&sizes, &x)])[0];
    close(variation(&[]), sum(f64::abs) / 2.0, 1e-6);
    let squares = [("squared", Value::Bool(true)), ("mean", Value::Bool(true))];
    close(variation(&squares), sum(|d| d * d) / x.len() as f32, 1e-6);

    let list = |v: [f64; 3]| Value::List(v.map(Value::Float).to_vec());
    let args = [("mean", list([104.0, 117.0, 123.0])), ("std", list([1.0, 2.0, 4.0])), ("scale", Value::Float(255.0))];
    let args = [&args[..], &[("bgr", Value::Bool(true))]].concat();
    let pixel = run("standardize", &args, &[(&[1, 3, 1, 1], &[0.2, 0.4, 0.6])]);
    let wanted = [153.0 - 104.0, (102.0 - 117.0) / 2.0, (51.0 - 123.0) / 4.0];
    pixel.iter().zip(wanted).for_each(|(found, wanted)| close(*found, wanted, 1e-5));
}
