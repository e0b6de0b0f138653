//! Training with mixed examples, and with the lighting of AlexNet.

use super::{Place, SMALL, read};

fn mixed(label: &str) -> String {
    let train = "train:\n  batch: 64\n  epochs: 2\n  optim: adam(lr=5e-3)\n  seed: 3\n  \
                 augment: mixup(alpha=0.4, p=0.5) -> cutmix(p=0.5)\n";
    let (head, _) = SMALL.split_once("train: {batch").expect("the spec trains");
    format!("{}{train}", head.replace("label: i64[N]", label))
}

#[test]
fn labels_of_mixed_examples_are_distributions() {
    let place = Place::new();
    place.write("hard.yaml", &mixed("label: i64[N]"));
    let refused = place.blockprint(&["train", "hard.yaml", "--out", "hard"]).fails_with("BP0808");
    assert!(refused.err.contains("declare it as `label: f32[N, 10]`"), "{}", refused.err);
    place.write("soft.yaml", &mixed("label: f32[N, 10]"));
    for threads in ["1", "2"] {
        place.blockprint(&["train", "soft.yaml", "--out", threads, "--threads", threads]).ends(0);
    }
    assert!(read(&place.path("1/last.safetensors")) == read(&place.path("2/last.safetensors")));
    // Without mixing, a distribution says what the class says.
    let plain =
        |label: &str| mixed(label).replace("augment: mixup(alpha=0.4, p=0.5) -> cutmix(p=0.5)", "shuffle: true");
    place.write("a.yaml", &plain("label: i64[N]"));
    place.write("b.yaml", &plain("label: f32[N, 10]"));
    let eval = |spec: &str| {
        place.blockprint(&["eval", spec, "--weights", "1/last.safetensors", "--format", "json"]).ends(0).json()
    };
    let (a, b) = (eval("a.yaml"), eval("b.yaml"));
    assert_eq!(a["accuracy"], b["accuracy"]);
    assert!((a["loss"].as_f64().expect("a number") - b["loss"].as_f64().expect("a number")).abs() < 1e-6);
    // Interrupted runs mix the same examples.
    place.blockprint(&["resume", "--verify", "soft.yaml", "--batches", "2"]).ends(0);
    place.blockprint(&["preview", "soft.yaml", "--out", "sheet.png"]).ends(0);
}

#[test]
fn lighting_is_measured_once_and_kept_with_the_run() {
    let place = Place::new();
    for (part, count) in [("train", 6u32), ("val", 2)] {
        for class in ["a", "b"] {
            let folder = place.path(part).join(class);
            std::fs::create_dir_all(&folder).expect("it is new");
            for i in 0..count {
                let pixel = |x: u32, y: u32| image::Rgb([(x * 20 + i) as u8, (y * 10) as u8, (x * y) as u8]);
                image::RgbImage::from_fn(8, 8, pixel).save(folder.join(format!("{i}.png"))).expect("it can be written");
            }
        }
    }
    let spec = |augment: &str| {
        format!(
            "blockprint: 1\ninputs: {{image: 'f32[N, 3, 8, 8]', label: 'i64[N]'}}\nnet: ['conv(4, 3) -> relu -> gap -> dense(2) as logits']\n\
             loss: {{ce: 'cross_entropy(logits, label)'}}\ndata: {{kind: image_folder, train: train, val: val}}\n\
             train: {{batch: 4, epochs: 2, optim: adam(), augment: {augment}}}\n"
        )
    };
    place.write("lit.yaml", &spec("lighting(0.5)"));
    place.write("plain.yaml", &spec("none"));
    place.blockprint(&["train", "lit.yaml", "--out", "whole"]).ends(0);
    place.blockprint(&["train", "plain.yaml", "--out", "plain"]).ends(0);
    assert!(read(&place.path("whole/last.safetensors")) != read(&place.path("plain/last.safetensors")));
    let lighting: serde_json::Value = serde_json::from_slice(&read(&place.path("whole/lighting.json"))).expect("JSON");
    let values: Vec<f64> = (0..3).filter_map(|k| lighting["values"][k].as_f64()).collect();
    assert!(values.len() == 3 && values[0] > values[1] && values[1] > values[2], "{lighting}");
    assert!(!place.path("plain/lighting.json").exists());
    place.blockprint(&["train", "lit.yaml", "--out", "part", "--epochs", "1"]).ends(0);
    place.blockprint(&["train", "lit.yaml", "--resume", "part"]).ends(0);
    assert!(read(&place.path("whole/last.safetensors")) == read(&place.path("part/last.safetensors")));
}
