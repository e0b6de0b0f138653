//! `train` and `eval`.

use super::{Place, SMALL, read};

#[test]
fn a_run_leaves_its_results_and_eval_repeats_its_numbers() {
    let place = Place::new();
    place.write("small.yaml", SMALL);
    let run = place.blockprint(&["train", "small.yaml", "--out", "run"]).ends(0);
    assert!(run.err.contains("epoch 2/2") && run.err.contains("best: epoch"), "{}", run.err);
    let lines = String::from_utf8(read(&place.path("run/metrics.jsonl"))).expect("it is text");
    let last: serde_json::Value = serde_json::from_str(lines.lines().last().expect("two lines")).expect("JSON lines");
    assert_eq!((last["epoch"].as_u64(), lines.lines().count()), (Some(2), 2));
    let eval = ["eval", "small.yaml", "--weights", "run/last.safetensors", "--format", "json"];
    let result = place.blockprint(&eval).ends(0).json();
    assert_eq!(result["examples"], 50);
    assert_eq!(result["loss"], last["val"]["loss"]);
    assert_eq!(result["accuracy"], last["val"]["accuracy"]);
    // The measures over all examples agree with the means over batches.
    let detailed = place.blockprint(&[&eval[..], &["--detailed"]].concat()).ends(0).json();
    assert_eq!(detailed["loss"], result["loss"]);
    let rows = detailed["confusion"].as_array().expect("a matrix");
    let hits: u64 = rows.iter().enumerate().filter_map(|(class, row)| row[class].as_u64()).sum();
    let accuracy = result["accuracy"].as_f64().expect("a number");
    assert!((hits as f64 / 50.0 - accuracy).abs() < 1e-9, "{hits} hits, accuracy {accuracy}");
    assert_eq!((rows.len(), detailed["classes"].as_array().map(Vec::len)), (10, Some(10)));
    let human = place.blockprint(&[&eval[..4], &["--detailed"]].concat()).ends(0);
    assert!(human.out.contains("precision") && human.out.contains("rows are classes"), "{}", human.out);
    // The resolved spec in the run directory is a spec.
    place.blockprint(&["check", "run/spec.yaml"]).ends(0);
    assert!(place.path("run/best.safetensors").exists());
}

#[test]
fn weights_do_not_depend_on_the_number_of_threads() {
    let place = Place::new();
    place.write("small.yaml", SMALL);
    for threads in ["1", "2", "3"] {
        place.blockprint(&["train", "small.yaml", "--out", threads, "--threads", threads]).ends(0);
    }
    let one = read(&place.path("1/last.safetensors"));
    assert!(one == read(&place.path("2/last.safetensors")) && one == read(&place.path("3/last.safetensors")));
}

#[test]
fn runs_do_not_overwrite_each_other() {
    let place = Place::new();
    place.write("small.yaml", SMALL);
    let train = ["train", "small.yaml", "--epochs", "1", "--out", "run"];
    place.blockprint(&train).ends(0);
    place.blockprint(&train).fails_with("BP0803");
    place.blockprint(&[&train[..], &["--force"]].concat()).ends(0);
    // Without `--out`, the first free name under `runs/` is taken.
    place.blockprint(&train[..4]).ends(0);
    place.blockprint(&train[..4]).ends(0);
    assert!(place.path("runs/small/last.safetensors").exists() && place.path("runs/small-2/last.safetensors").exists());
    let lock = std::fs::File::create(place.path("run/.lock")).expect("the folder can be written");
    lock.lock().expect("nobody holds it");
    place.blockprint(&[&train[..], &["--force"]].concat()).fails_with("BP0804");
    place.write("file", "");
    place.blockprint(&["train", "small.yaml", "--out", "file/run"]).fails_with("BP0802");
}

#[test]
fn divergence_is_told_and_never_saved() {
    let place = Place::new();
    place.write("small.yaml", SMALL);
    let run = place.blockprint(&["train", "small.yaml", "--set", "train.optim=sgd(lr=1e38)", "--out", "run"]);
    assert!(run.err.contains("BP0801") && run.err.contains("of epoch 1"), "{}", run.err);
    run.ends(3);
    assert!(!place.path("run/last.safetensors").exists());
}

#[cfg(unix)]
#[test]
fn an_interrupt_finishes_the_step_and_saves() {
    let place = Place::new();
    place.write("small.yaml", SMALL);
    let child = std::process::Command::new(assert_cmd::cargo::cargo_bin("blockprint"))
        .current_dir(place.path(""))
        .args(["train", "small.yaml", "--epochs", "100000", "--out", "run"])
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("it starts");
    let metrics = place.path("run/metrics.jsonl");
    let trains = || std::fs::metadata(&metrics).is_ok_and(|m| m.len() > 0);
    for _ in 0..600 {
        if trains() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(killed.is_ok_and(|s| s.success()));
    let ended = child.wait_with_output().expect("it ends");
    assert_eq!(ended.status.code(), Some(130));
    place.blockprint(&["eval", "small.yaml", "--weights", "run/last.safetensors"]).ends(0);
}

#[test]
fn what_a_run_lacks_is_told() {
    let place = Place::new();
    let without = |section: &str| {
        let lines = SMALL.lines().filter(|l| !l.starts_with(section));
        lines.map(|l| format!("{l}\n")).collect::<String>()
    };
    place.write("no_data.yaml", &without("data"));
    place.write("no_train.yaml", &without("train"));
    place.blockprint(&["train", "no_data.yaml"]).fails_with("BP0805");
    place.blockprint(&["train", "no_train.yaml"]).fails_with("BP0805");
    place.write("no_loss.yaml", &without("loss").replace("metrics: [accuracy]\n", ""));
    place.blockprint(&["train", "no_loss.yaml"]).fails_with("BP0805");
    place.write("small.yaml", SMALL);
    place.blockprint(&["train", "small.yaml", "--max-memory", "100K"]).fails_with("BP0806");
    place.blockprint(&["train", "small.yaml", "--memory-budget", "100K"]).fails_with("BP0819");
    let seven = SMALL.replace("dense(10)", "dense(7)");
    place.write("seven.yaml", &seven);
    place.blockprint(&["train", "seven.yaml"]).fails_with("BP0710");
    let unused = SMALL
        .replace("  label: i64[N]\n", "  label: i64[N]\n  extra: f32[N, 2]\n")
        .replace("- conv", "- '@image -> conv")
        .replace("maxpool(2, 2)", "maxpool(2, 2)'");
    place.write("extra.yaml", &unused);
    place.blockprint(&["train", "extra.yaml"]).fails_with("BP0808");
    // A loss that no parameter reaches.
    let constant = "blockprint: 1\ninputs: {image: \"f32[N, 4]\", label: \"i64[N]\"}\nnet:\n  - relu as logits\n\
        loss: {ce: \"cross_entropy(logits, label)\"}\ndata: {kind: synthetic, name: digits, train: 8, test: 8}\n\
        train: {epochs: 1, optim: sgd(lr=0.1)}\n";
    place.write("constant.yaml", &constant.replace("f32[N, 4]", "f32[N, 784]"));
    place.blockprint(&["train", "constant.yaml"]).fails_with("BP0811");
}

#[test]
fn phases_train_in_turns() {
    let place = Place::new();
    let phases = "train:\n  batch: 64\n  phases:\n    - {freeze: all, except: [logits], epochs: 1, optim: adam(lr=5e-3)}\n    \
        - {unfreeze: all, epochs: 1, optim: sgd(lr=1e-3)}\n";
    let spec: String = SMALL.lines().filter(|l| !l.starts_with("train")).map(|l| format!("{l}\n")).collect();
    let spec = spec + phases;
    place.write("phases.yaml", &spec);
    place.write("first.yaml", &spec.replace("    - {unfreeze: all, epochs: 1, optim: sgd(lr=1e-3)}\n", ""));
    place.blockprint(&["train", "first.yaml", "--out", "first"]).ends(0);
    let run = place.blockprint(&["train", "phases.yaml", "--out", "both"]).ends(0);
    assert!(run.err.contains("epoch 2/2"), "{}", run.err);
    let weights = |dir: &str| {
        let mut archive =
            blockprint::weights::Archive::open(&place.path(dir).join("last.safetensors")).expect("a file");
        archive.read_all().expect("it is whole")
    };
    let (first, both) = (weights("first"), weights("both"));
    // A frozen batch norm keeps its first statistics; an unfrozen one changes them.
    let mean =
        |t: &blockprint::weights::Tensors| t.get("bn.running_mean").and_then(|t| t.as_f32().map(<[f32]>::to_vec));
    assert_eq!(mean(&first), Some(vec![0.0; 6]));
    assert_ne!(mean(&both), mean(&first));
}
