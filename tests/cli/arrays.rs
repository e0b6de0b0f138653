//! Training on arrays of any rank, with weights for examples and classes.

use std::io::Write as _;

use super::Place;

/// An npy array of little-endian values.
fn npy(kind: &str, shape: &[usize], body: Vec<u8>) -> Vec<u8> {
    let sizes: String = shape.iter().map(|n| format!("{n}, ")).collect();
    let mut header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({sizes}), }}");
    while (10 + header.len() + 1) % 64 != 0 {
        header.push(' ');
    }
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(body);
    bytes
}

fn floats(shape: &[usize], value: impl Fn(usize) -> f32) -> Vec<u8> {
    let count = shape.iter().product();
    npy("<f4", shape, (0..count).flat_map(|i| value(i).to_le_bytes()).collect())
}

fn classes(shape: &[usize], value: impl Fn(usize) -> i64) -> Vec<u8> {
    let count = shape.iter().product();
    npy("<i8", shape, (0..count).flat_map(|i| value(i).to_le_bytes()).collect())
}

fn write(place: &Place, name: &str, arrays: &[(&str, Vec<u8>)]) {
    let mut zip = zip::ZipWriter::new(std::fs::File::create(place.path(name)).expect("the folder can be written"));
    for (name, bytes) in arrays {
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file(format!("{name}.npy"), options).expect("a new entry");
        zip.write_all(bytes).expect("it can be written");
    }
    zip.finish().expect("it can be written");
}

/// Some waves, so that examples differ.
fn wave(i: usize) -> f32 {
    (i as f32 * 0.7).sin()
}

#[test]
fn signals_volumes_and_masks_are_trained_on() {
    let place = Place::new();
    let cases = [
        ("signal", vec![8, 2, 12], vec![8], "conv(3, 3) -> relu -> flatten -> dense(3) as logits"),
        ("volume", vec![8, 1, 4, 5, 6], vec![8], "conv(2, 3) -> relu -> flatten -> dense(3) as logits"),
        ("mask", vec![8, 1, 6, 5], vec![8, 6, 5], "conv(3, 3, pad=1) as logits"),
    ];
    for (name, x, y, net) in cases {
        let arrays = [("x", floats(&x, wave)), ("y", classes(&y, |i| (i % 3) as i64))];
        write(&place, &format!("{name}.npz"), &arrays);
        let sizes = |shape: &[usize]| shape[1..].iter().map(|n| format!(", {n}")).collect::<String>();
        let spec = format!(
            "blockprint: 1\ninputs: {{x: \"f32[N{}]\", label: \"i64[N{}]\"}}\nnet: [\"{net}\"]\noutputs: [logits]\n\
             loss: {{ce: \"cross_entropy(logits, label)\"}}\nmetrics: [accuracy, f1]\n\
             data: {{path: {name}.npz, split: {{val: 0.25}}}}\n\
             train: {{batch: 4, epochs: 2, optim: sgd(lr=0.1)}}\n",
            sizes(&x),
            sizes(&y)
        );
        place.write(&format!("{name}.yaml"), &spec);
        place.blockprint(&["train", &format!("{name}.yaml"), "--out", name]).ends(0);
    }
    // A mask with a class too many is told before the run.
    write(&place, "mask.npz", &[("x", floats(&[8, 1, 6, 5], wave)), ("y", classes(&[8, 6, 5], |i| (i % 4) as i64))]);
    place.blockprint(&["train", "mask.yaml", "--out", "again"]).fails_with("BP0710");
}

const WEIGHTED: &str = "\
blockprint: 1
inputs: {x: \"f32[N, 3]\", label: \"i64[N]\", weight: \"f32[N]\"}
net: [\"dense(2) as logits\"]
outputs: [logits]
loss: {ce: \"cross_entropy(logits, label, weight)\"}
metrics: [accuracy]
data: {path: data.npz}
train: {batch: 8, epochs: 1, optim: sgd(lr=0.0), shuffle: false}
";

/// Eight examples to train on and as many to test, the last two of class 1.
fn data(weights: Option<fn(usize) -> f32>) -> Vec<(&'static str, Vec<u8>)> {
    let x = floats(&[8, 3], wave);
    let y = classes(&[8], |i| i64::from(i >= 6));
    let mut arrays = vec![("x_train", x.clone()), ("y_train", y.clone()), ("x_test", x), ("y_test", y)];
    if let Some(weights) = weights {
        arrays.push(("weights_train", floats(&[8], weights)));
        arrays.push(("weights_test", floats(&[8], weights)));
    }
    arrays
}

/// The loss on the training and on the validation part.
fn losses(place: &Place, run: &str) -> (f64, f64) {
    let text = std::fs::read_to_string(place.path(run).join("metrics.jsonl")).expect("the run has numbers");
    let line: serde_json::Value = serde_json::from_str(&text).expect("one line");
    let loss = |part: &str| line[part]["loss"].as_f64().expect("a number");
    (loss("train"), loss("val"))
}

#[test]
fn weights_multiply_the_loss() {
    let place = Place::new();
    place.write("s.yaml", WEIGHTED);
    place.write("balanced.yaml", &WEIGHTED.replace("shuffle: false", "shuffle: false, class_weights: balanced"));
    place.write("listed.yaml", &WEIGHTED.replace("shuffle: false", "shuffle: false, class_weights: [0.5, 3]"));
    let train = |spec: &str, out: &str| {
        place.blockprint(&["train", spec, "--out", out]).ends(0);
        losses(&place, out)
    };
    write(&place, "data.npz", &data(None));
    let plain = train("s.yaml", "plain");
    let balanced = train("balanced.yaml", "balanced");
    let listed = train("listed.yaml", "listed");
    // Class weights are for training only.
    assert_eq!((balanced.1, listed.1), (plain.1, plain.1));
    let with = |weights, out: &str| {
        write(&place, "data.npz", &data(Some(weights)));
        train("s.yaml", out)
    };
    let doubled = with(|_| 2.0, "doubled");
    assert!((doubled.0 - 2.0 * plain.0).abs() < 1e-6 && (doubled.1 - 2.0 * plain.1).abs() < 1e-6, "{doubled:?}");
    // 8 / (2 * 6) and 8 / (2 * 2).
    assert!((with(|i| if i >= 6 { 2.0 } else { 2.0 / 3.0 }, "by_hand").0 - balanced.0).abs() < 1e-6);
    assert!((with(|i| if i >= 6 { 3.0 } else { 0.5 }, "listed_by_hand").0 - listed.0).abs() < 1e-6);
}

#[test]
fn metrics_count_an_example_as_often_as_it_weighs() {
    let place = Place::new();
    place.write("s.yaml", WEIGHTED);
    write(&place, "data.npz", &data(None));
    place.blockprint(&["train", "s.yaml", "--out", "run"]).ends(0);
    let eval = ["eval", "s.yaml", "--weights", "run/last.safetensors", "--detailed", "--format", "json"];
    let plain = place.blockprint(&eval).ends(0).json();
    write(&place, "data.npz", &data(Some(|i| if i >= 6 { 3.5 } else { 1.0 })));
    let weighted = place.blockprint(&eval).ends(0).json();
    let recall =
        |found: &serde_json::Value, class: usize| found["classes"][class]["recall"].as_f64().expect("a number");
    let expected = (6.0 * recall(&plain, 0) + 7.0 * recall(&plain, 1)) / 13.0;
    assert!((weighted["accuracy"].as_f64().expect("a number") - expected).abs() < 1e-12, "{weighted}");
    assert_eq!((&weighted["classes"][1]["support"], &plain["classes"][1]["support"]), (&7.into(), &2.into()));
}

#[test]
fn weights_that_reach_no_loss_are_refused() {
    let place = Place::new();
    let unweighted = WEIGHTED.replace(", weight: \"f32[N]\"", "").replace(", weight)", ")");
    place.write("s.yaml", &unweighted);
    write(&place, "data.npz", &data(Some(|_| 1.0)));
    let run = place.blockprint(&["train", "s.yaml", "--out", "run"]).fails_with("examples have weights");
    assert!(run.err.contains("declare an input `weight:"), "{}", run.err);
    place.write("listed.yaml", &WEIGHTED.replace("shuffle: false", "class_weights: [1, 2, 3]"));
    place.blockprint(&["train", "listed.yaml", "--out", "run"]).fails_with("has 3 numbers, but there are 2 classes");
}
