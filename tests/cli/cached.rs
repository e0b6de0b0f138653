//! `train --cache-features`: the same run, of which steps begin behind what is frozen.

use super::{Place, read};

/// Two phases; in the first, a convolution, its batch norm and a dense layer are frozen.
const SPEC: &str = "\
blockprint: 1
model: frozen
inputs:
  image: f32[N, 1, 28, 28]
  label: i64[N]
net:
  - conv(6, 5, stride=2) -> bn -> relu -> maxpool(2, 2)
  - flatten -> dense(20) -> relu as features
  - dropout(0.2) -> dense(10) as logits
outputs: [logits]
loss: {ce: \"cross_entropy(logits, label)\"}
metrics: [accuracy]
data: {kind: synthetic, name: digits, train: 150, test: 45}
train:
  batch: 32
  seed: 3
  augment: normalize(mnist)
  optim: adam(lr=5e-3)
  phases:
    - {freeze: all, except: [logits], epochs: 3}
    - {unfreeze: all, epochs: 1}
";

#[test]
fn a_run_with_kept_features_has_the_same_bytes() {
    let place = Place::new();
    place.write("frozen.yaml", SPEC);
    place.blockprint(&["train", "frozen.yaml", "--out", "plain", "--threads", "1"]).ends(0);
    let numbers = |run: &str| {
        let text = String::from_utf8(read(&place.path(run).join("metrics.jsonl"))).expect("it is text");
        let line = |line: &str| {
            let mut value: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
            let object = value.as_object_mut().expect("a mapping");
            object.remove("seconds").and(object.remove("examples_per_second")).expect("times are recorded");
            value
        };
        text.lines().map(line).collect::<Vec<_>>()
    };
    for threads in ["1", "2"] {
        let out = format!("kept{threads}");
        let run = place
            .blockprint(&["train", "frozen.yaml", "--out", &out, "--cache-features", "--threads", threads])
            .ends(0);
        assert!(run.err.contains("the outputs of `features` are kept for all examples"), "{}", run.err);
        assert!(run.err.contains("each step runs the whole network"), "{}", run.err);
        assert_eq!(numbers("plain"), numbers(&out));
        for file in ["last.safetensors", "best.safetensors"] {
            assert!(read(&place.path("plain").join(file)) == read(&place.path(&out).join(file)), "{file} differs");
        }
        // Nothing of an earlier phase is left on the disk.
        assert_eq!(std::fs::read_dir(place.path(&out).join("features")).expect("a folder").count(), 0);
    }
    // With one epoch of the first phase done, the run goes on with what was kept, or without.
    let first = SPEC.replace("    - {unfreeze: all, epochs: 1}\n", "");
    place.write("first.yaml", &first);
    place.blockprint(&["train", "first.yaml", "--out", "whole"]).ends(0);
    place.blockprint(&["train", "first.yaml", "--out", "part", "--epochs", "1", "--cache-features"]).ends(0);
    let files = || std::fs::read_dir(place.path("part/features")).expect("a folder").flatten().collect::<Vec<_>>();
    assert_eq!(files().len(), 2);
    let made = files().iter().map(|f| f.metadata().and_then(|m| m.modified()).expect("a time")).max();
    place.blockprint(&["train", "first.yaml", "--resume", "part", "--epochs", "2", "--cache-features"]).ends(0);
    assert_eq!(files().iter().map(|f| f.metadata().and_then(|m| m.modified()).expect("a time")).max(), made);
    place.blockprint(&["train", "first.yaml", "--resume", "part", "--epochs", "3"]).ends(0);
    assert!(read(&place.path("whole/last.safetensors")) == read(&place.path("part/last.safetensors")));
    // A run that replaces it starts without.
    place.blockprint(&["train", "first.yaml", "--out", "part", "--force", "--epochs", "1"]).ends(0);
    assert!(!place.path("part/features").exists());
}

#[test]
fn what_cannot_be_kept_is_told() {
    let place = Place::new();
    let train = |spec: &str, size: &str| {
        place.write("other.yaml", spec);
        place.blockprint(&["train", "other.yaml", "--out", "run", "--force", size]).fails_with("BP0853").err
    };
    let random = train(&SPEC.replace("augment: ", "augment: random_crop(28, pad=2) -> "), "--cache-features");
    assert!(random.contains("`random_crop` of `augment` draws anew"), "{random}");
    let dropped = SPEC.replace("freeze: all, except: [logits]", "freeze: [logits]");
    assert!(train(&dropped, "--cache-features").contains("in no phase"));
    assert!(train(SPEC, "--cache-features=1K").contains("1 MiB"));
    assert!(!place.path("run/last.safetensors").exists());
}
