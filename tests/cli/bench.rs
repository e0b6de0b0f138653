//! `bench`: the keys that scripts rely on.

use super::{Place, SMALL};

#[test]
fn one_line_of_json_has_the_agreed_keys() {
    let place = Place::new();
    place.write("small.yaml", SMALL);
    for mode in ["infer", "train"] {
        let args = ["bench", "small.yaml", "--mode", mode, "--batch", "2", "--threads", "1", "--seconds", "0"];
        let json = place.blockprint(&args).ends(0).json();
        assert_eq!(
            (json["mode"].as_str(), json["batch"].as_u64(), json["threads"].as_u64()),
            (Some(mode), Some(2), Some(1))
        );
        for key in ["engine", "model", "median_ms", "min_ms", "images_per_s", "planned_mb", "peak_rss_mb", "steps"] {
            assert!(!json[key].is_null(), "{key} is missing: {json}");
        }
        assert!(json["median_ms"].as_f64() >= json["min_ms"].as_f64());
    }
}

#[test]
fn a_budget_of_memory_is_kept_or_told_to_be_too_small() {
    let place = Place::new();
    let layers = "conv(16, 3, pad=1) -> relu -> ".repeat(16);
    let spec = format!(
        "blockprint: 1\ninputs: {{image: \"f32[N, 3, 64, 64]\", label: \"i64[N]\"}}\nnet:\n  - {layers}gap -> \
         dense(2) as logits\nloss: cross_entropy(logits, label)\n"
    );
    place.write("deep.yaml", &spec);
    let train = ["--mode", "train", "--batch", "8", "--threads", "1", "--seconds", "0"];
    let bench = |more: &[&str]| place.blockprint(&[&["bench", "deep.yaml"], &train[..], more].concat());
    let planned = |more: &[&str]| bench(more).ends(0).json()["planned_mb"].as_u64().unwrap();
    let all = planned(&[]);
    let most = all * 3 / 4;
    let found = planned(&["--memory-budget", &format!("{most}M")]);
    assert!(found <= most, "{found} of {all} MiB, and {most} are allowed");
    // The message names the least that can be reached.
    let short = bench(&["--memory-budget", "1M"]).fails_with("BP0819");
    let words: Vec<&str> = short.err.split_whitespace().collect();
    let at = words.iter().position(|w| *w == "MiB").unwrap();
    let least: u64 = words[at - 1].parse().unwrap();
    assert!(least <= most && planned(&["--memory-budget", &format!("{least}M")]) <= least, "{}", short.err);
    let least = format!("{least}M");
    let profile = [&["profile", "deep.yaml", "--memory-budget", least.as_str()], &train[..]].concat();
    assert!(place.blockprint(&profile).ends(0).out.contains(" again "));
    place.blockprint(&["bench", "deep.yaml", "--memory-budget", "1M"]).fails_with("BP0419");
}

#[test]
fn symbols_other_than_the_batch_are_refused() {
    let place = Place::new();
    let open =
        "blockprint: 1\ninputs: {image: \"f32[N, 3, H, W]\"}\nnet:\n  - conv(4, 3) -> gap -> dense(2) as logits\n";
    place.write("open.yaml", open);
    place.blockprint(&["bench", "open.yaml"]).fails_with("BP0807");
}

#[test]
fn tuning_measures_once_and_keeps_the_choice() {
    let place = Place::new();
    let spec = "blockprint: 1\ninputs: {image: \"f32[N, 16, 9, 9]\"}\nnet:\n  - conv(16, 3, pad=1) -> conv(16, 3, pad=1) -> gap -> dense(2) as logits\n";
    place.write("convs.yaml", spec);
    let run = place.blockprint(&["bench", "convs.yaml", "--tune", "--seconds", "0"]).ends(0);
    assert!(run.err.contains("16 to 16, 9x9") && run.err.contains("winograd4"), "{}", run.err);
    let files: Vec<_> =
        std::fs::read_dir(place.path(".cache/blockprint")).unwrap().map(|f| f.unwrap().path()).collect();
    assert_eq!(files.len(), 1);
    let kept: serde_json::Value = serde_json::from_slice(&std::fs::read(&files[0]).unwrap()).unwrap();
    assert_eq!(kept.as_array().map(Vec::len), Some(1));
    // A cache that is no cache is as good as none.
    std::fs::write(&files[0], "no json").unwrap();
    place.blockprint(&["bench", "convs.yaml", "--seconds", "0"]).ends(0);
}
