//! `report.html`: what training and `eval --report` write.

use super::{Place, SMALL, read};

fn page(place: &Place, name: &str) -> String {
    String::from_utf8(read(&place.path(name))).expect("it is text")
}

/// The small spec with names of classes that would like to be more than names.
fn hostile() -> String {
    let names = r#"["<script>alert(1)</script>", "\" onload=\"alert(2)", "'><img src=x onerror=alert(3)>", "&amp;", "four", "five", "six", "seven", "eight", "nine"]"#;
    SMALL
        .replace("train: 200, test: 50}", &format!("train: 200, test: 50, classes: {names}}}"))
        .replace("[accuracy]", "[accuracy, precision, recall, f1, auc]")
}

#[test]
fn a_run_has_a_page_that_needs_nothing_else() {
    let place = Place::new();
    place.write("small.yaml", &hostile());
    place.blockprint(&["train", "small.yaml", "--out", "run"]).ends(0);
    let page = page(&place, "run/report.html");
    assert!(page.contains("epoch 2 of 2, 50 validation examples"), "{page}");
    for part in ["Confusion matrix", "Receiver operating characteristic", "Worst mistakes", "data:image/png;base64,"] {
        assert!(page.contains(part), "the page lacks {part}");
    }
    // No text of the spec is markup, and nothing is fetched.
    for danger in ["<script", "<img src=x", "\" onload=", "http://", "https://", "src=\"/", "@import", "url("] {
        assert!(!page.contains(danger), "the page holds {danger}");
    }
    assert!(page.contains("&lt;script&gt;alert(1)&lt;&#x2f;script&gt;"));
    assert!(page.contains("&amp;amp;"));
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn metrics_of_the_whole_set_are_those_of_the_evaluation() {
    let place = Place::new();
    place.write("small.yaml", &hostile());
    place.blockprint(&["train", "small.yaml", "--out", "run"]).ends(0);
    let eval = ["eval", "small.yaml", "--weights", "run/last.safetensors", "--detailed", "--format", "json"];
    let found = place.blockprint(&eval).ends(0).json();
    let text = page(&place, "run/metrics.jsonl");
    let last: serde_json::Value = serde_json::from_str(text.lines().last().expect("two epochs")).expect("it is JSON");
    for name in ["accuracy", "precision", "recall", "f1", "auc"] {
        assert_eq!(last["val"][name], found[name], "{name}");
        assert!(last["train"][name].as_f64().is_some_and(|v| (0.0..=1.0).contains(&v)), "{name}");
    }
    // In the middle of an epoch what was gathered is part of the checkpoint.
    place.blockprint(&["resume", "--verify", "small.yaml"]).ends(0);
}

#[test]
fn several_runs_share_a_page() {
    let place = Place::new();
    place.write("small.yaml", SMALL);
    place.blockprint(&["train", "small.yaml", "--out", "one"]).ends(0);
    place.blockprint(&["train", "small.yaml", "--out", "two", "--set", "train.seed=9"]);
    let eval = ["eval", "small.yaml", "--weights", "one/best.safetensors", "--report", "both.html"];
    place.blockprint(&[&eval[..], &["--compare", "two"]].concat()).ends(0);
    let page = page(&place, "both.html");
    assert!(page.contains("<bdi>one val</bdi>") && page.contains("<bdi>two train</bdi>"), "{page}");
    let run = place.blockprint(&[&eval[..], &["--compare", "three"]].concat());
    run.fails_with("BP0818");
}
