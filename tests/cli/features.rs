//! What `train` can do besides minimising: averages, plateaus, limits of time, transfer.

use super::{Place, SMALL, read};

/// The small spec with more settings of `train`.
fn with(settings: &str) -> String {
    SMALL.replace("seed: 3}", &format!("seed: 3, {settings}}}"))
}

fn weights(place: &Place, run: &str, name: &str) -> Vec<f32> {
    let path = place.path(run).join("last.safetensors");
    let tensors = blockprint::weights::Archive::open(&path).and_then(|mut a| a.read_all()).expect("it is whole");
    tensors.get(name).and_then(|t| t.as_f32().map(<[f32]>::to_vec)).unwrap_or_else(|| panic!("no `{name}`"))
}

fn lines(place: &Place, run: &str) -> Vec<serde_json::Value> {
    let text = String::from_utf8(read(&place.path(run).join("metrics.jsonl"))).expect("it is text");
    text.lines().map(|l| serde_json::from_str(l).expect("a line of JSON")).collect()
}

#[test]
fn the_average_is_what_is_evaluated_and_saved() {
    let place = Place::new();
    place.write("plain.yaml", SMALL);
    place.write("ema.yaml", &with("ema: 0.5"));
    place.blockprint(&["train", "plain.yaml", "--out", "plain"]).ends(0);
    place.blockprint(&["train", "ema.yaml", "--out", "ema"]).ends(0);
    // Training itself does not see the average.
    let (plain, ema) = (lines(&place, "plain"), lines(&place, "ema"));
    assert_eq!(plain[1]["train"], ema[1]["train"]);
    assert_ne!(plain[1]["val"], ema[1]["val"]);
    let eval = ["eval", "ema.yaml", "--weights", "ema/last.safetensors", "--format", "json"];
    assert_eq!(place.blockprint(&eval).ends(0).json()["loss"], ema[1]["val"]["loss"]);
    // With a decay of zero the average is the last weights.
    place.write("none.yaml", &with("ema: 0.0"));
    place.blockprint(&["train", "none.yaml", "--out", "none"]).ends(0);
    assert_eq!(weights(&place, "none", "logits.weight"), weights(&place, "plain", "logits.weight"));
}

#[test]
fn a_plateau_lowers_the_rate() {
    let place = Place::new();
    let spec = with("lr: \"plateau(factor=0.5, patience=0)\"").replace("adam(lr=5e-3)", "sgd(lr=1e-12)");
    place.write("small.yaml", &spec.replace("epochs: 2", "epochs: 4"));
    place.blockprint(&["train", "small.yaml", "--out", "run"]).ends(0);
    let rates: Vec<f64> = lines(&place, "run").iter().filter_map(|l| l["lr"].as_f64()).collect();
    // The second epoch brings nothing new, and neither does the third.
    assert_eq!(rates, [1e-12, 1e-12, 5e-13, 2.5e-13]);
}

#[test]
fn all_of_it_survives_an_interruption() {
    let place = Place::new();
    let spec = with("ema: 0.9, lr: \"plateau(factor=0.5, patience=0)\", lr_mult: {conv: 0.5}, monitor: train.loss");
    place.write("small.yaml", &spec);
    let run = place.blockprint(&["resume", "--verify", "small.yaml"]).ends(0);
    assert!(run.out.contains("interrupted 6 times"), "{}", run.out);
}

#[test]
fn a_range_test_finds_where_the_loss_falls() {
    let place = Place::new();
    place.write("small.yaml", SMALL);
    let find = ["lr-find", "small.yaml", "--steps", "60", "--format", "json"];
    let found = place.blockprint(&find).ends(0).json();
    let points = found["points"].as_array().expect("a list");
    let rate = |i: usize| points[i]["lr"].as_f64().expect("a number");
    assert!((rate(0) / 1e-6 - 1.0).abs() < 1e-9);
    // From 1e-6 to 1 in 60 steps is a factor of 10^0.1 each.
    assert!((rate(11) / rate(10) - 10f64.powf(0.1)).abs() < 1e-9);
    let steepest = found["steepest"].as_f64().expect("the loss falls");
    assert!((1e-4..0.9).contains(&steepest), "{steepest}");
    let human = place.blockprint(&find[..4]).ends(0);
    assert!(human.out.contains("most steeply at lr"), "{}", human.out);
    // Rates that blow up end the test instead of failing it.
    let wild = place.blockprint(&["lr-find", "small.yaml", "--from", "1", "--to", "1e30", "--format", "json"]).ends(0);
    assert!(wild.json()["points"].as_array().is_some_and(|p| p.len() < 100));
}

#[test]
fn a_limit_of_time_pauses() {
    let place = Place::new();
    place.write("small.yaml", SMALL);
    let paused = place.blockprint(&["train", "small.yaml", "--out", "run", "--max-time", "0s"]).ends(0);
    assert!(paused.err.contains("time is up"), "{}", paused.err);
    assert!(lines(&place, "run").is_empty());
    place.blockprint(&["train", "small.yaml", "--resume", "run"]).ends(0);
    place.blockprint(&["train", "small.yaml", "--out", "whole"]).ends(0);
    assert!(read(&place.path("run/last.safetensors")) == read(&place.path("whole/last.safetensors")));
}

#[test]
fn transfer_starts_from_a_file_and_freezes_up_to_a_node() {
    let place = Place::new();
    place.write("small.yaml", SMALL);
    place.blockprint(&["train", "small.yaml", "--out", "first"]).ends(0);
    let without: String = SMALL.lines().filter(|l| !l.starts_with("train")).map(|l| format!("{l}\n")).collect();
    let transfer = |phase: &str| {
        let seven = without.replace("dense(10) as logits", "dense(10) as head").replace("logits", "head");
        format!(
            "{seven}weights: {{from: \"first/last.safetensors\", except: [head], ignore: [\"logits.*\"]}}\ntrain:\n  \
             batch: 64\n  optim: adam(lr=5e-3)\n{phase}"
        )
    };
    place.write("frozen.yaml", &transfer("  phases: [{upto: bn, epochs: 1}]\n"));
    place.blockprint(&["train", "frozen.yaml", "--out", "frozen"]).ends(0);
    for name in ["conv.weight", "bn.weight", "bn.running_mean"] {
        assert_eq!(weights(&place, "frozen", name), weights(&place, "first", name), "{name}");
    }
    assert_ne!(weights(&place, "frozen", "head.weight"), weights(&place, "first", "logits.weight"));
    // A factor of zero holds the weights as well, but not the statistics.
    place.write("slow.yaml", &transfer("  epochs: 1\n  lr_mult: {conv: 0.0, bn: 0.0}\n"));
    place.blockprint(&["train", "slow.yaml", "--out", "slow"]).ends(0);
    assert_eq!(weights(&place, "slow", "conv.weight"), weights(&place, "first", "conv.weight"));
    assert_ne!(weights(&place, "slow", "bn.running_mean"), weights(&place, "first", "bn.running_mean"));
    place.write("wrong.yaml", &transfer("  epochs: 1\n  lr_mult: {konv: 0.1}\n"));
    place.blockprint(&["train", "wrong.yaml", "--out", "wrong"]).fails_with("BP0418");
    place.write("wrong.yaml", &transfer("  phases: [{upto: bm, epochs: 1}]\n"));
    place.blockprint(&["train", "wrong.yaml", "--out", "wrong"]).fails_with("BP0418");
}
