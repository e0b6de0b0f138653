//! `sweep`: several runs of one spec in one table.

use super::{Place, SMALL, read};

const SET: [&str; 4] = ["--set", "optim.lr=5e-3,1e-4", "--set", "params.width=4,6"];

fn spec() -> String {
    SMALL
        .replace("conv(6", "conv(width")
        .replace("inputs:", "params: {width: 6}\ninputs:")
        .replace("epochs: 2", "epochs: 1")
}

#[test]
fn a_grid_is_trained_ranked_and_taken_up_again() {
    let place = Place::new();
    place.write("small.yaml", &spec());
    let sweep = |more: &[&str]| place.blockprint(&[&["sweep", "small.yaml", "--out", "grid"], &SET[..], more].concat());
    let table = sweep(&["--format", "json"]).ends(0).json();
    assert_eq!((&table["monitor"], &table["minimize"]), (&"val.accuracy".into(), &false.into()));
    let runs = table["runs"].as_array().expect("a list");
    assert_eq!(runs.len(), 4);
    assert!(runs.iter().all(|r| r["state"] == "done" && r["epochs"] == 1 && r["best"][1].is_f64()));
    assert_eq!(runs[1]["set"][0], serde_json::json!(["train.optim.lr", "5e-3"]));
    assert_eq!(runs[1]["set"][1], serde_json::json!(["params.width", "6"]));
    // A run of the sweep is the run that `train` makes of the same settings.
    let alone = ["--set", "train.optim.lr=5e-3", "--set", "params.width=6"];
    place.blockprint(&[&["train", "small.yaml", "--out", "alone"], &alone[..]].concat()).ends(0);
    let same = |run: &str| read(&place.path(run).join("last.safetensors"));
    assert!(same("grid/002") == same("alone"));

    // A process that was killed in the third run leaves the fourth waiting.
    let mut cut = table.clone();
    cut["runs"][2]["state"] = "begun".into();
    cut["runs"][3]["state"] = "waiting".into();
    place.write("grid/sweep.json", &cut.to_string());
    let before = same("grid/003");
    std::fs::remove_dir_all(place.path("grid/004")).expect("it is there");
    let again = sweep(&[]).ends(0);
    assert!(!again.err.contains("run 2 of 4") && again.err.contains("run 3 of 4") && again.err.contains("run 4 of 4"));
    assert!(same("grid/003") == before);
    let rows: Vec<&str> = again.out.lines().filter(|l| l.contains("00")).collect();
    assert_eq!(rows.len(), 4, "{}", again.out);
    assert!(again.out.contains("train.optim.lr") && again.out.contains("val.accuracy"), "{}", again.out);

    // Another sweep does not take its place.
    place.blockprint(&["sweep", "small.yaml", "--out", "grid", "--set", "params.width=4"]).fails_with("BP0803");
}

#[test]
fn draws_and_mistakes() {
    let place = Place::new();
    place.write("small.yaml", &spec());
    let random = ["sweep", "small.yaml", "--out", "drawn", "--random", "2", "--set", "optim.lr=log(1e-4, 1e-2)"];
    let run = place.blockprint(&[&random[..], &["--format", "json"]].concat()).ends(0).json();
    let rates: Vec<&str> =
        run["runs"].as_array().expect("a list").iter().filter_map(|r| r["set"][0][1].as_str()).collect();
    assert!(rates.len() == 2 && rates[0] != rates[1], "{rates:?}");
    place.blockprint(&["sweep", "small.yaml", "--set", "optim.lr=log(1e-4, 1e-2)"]).fails_with("BP0852");
    let wrong = place.blockprint(&["sweep", "small.yaml", "--set", "optim.lr=0.1,much"]).ends(1);
    assert!(wrong.err.contains("with train.optim.lr=much") && !place.path("runs").exists(), "{}", wrong.err);
    // A run that diverges does not end the others.
    let rates = ["--set", "train.optim=sgd(lr=3e38),adam(lr=1e-3)"];
    let run = place.blockprint(&[&["sweep", "small.yaml", "--out", "wild"], &rates[..]].concat()).ends(0);
    let last = run.out.lines().last().expect("a table");
    assert!(last.contains("diverged") && last.contains("3e38"), "{}", run.out);
}
