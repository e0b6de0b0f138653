//! Checkpoints, `train --resume` and `resume --verify`.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{Place, SMALL, read};

/// The recorded numbers of a run without times.
fn numbers(path: &Path) -> Vec<serde_json::Value> {
    let text = String::from_utf8(read(&path.join("metrics.jsonl"))).expect("it is text");
    let line = |line: &str| {
        let mut value: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
        let object = value.as_object_mut().expect("a mapping");
        object.remove("seconds").and(object.remove("examples_per_second")).expect("times are recorded");
        value
    };
    text.lines().map(line).collect()
}

#[track_caller]
fn assert_same(place: &Place, one: &str, other: &str) {
    for file in ["last.safetensors", "best.safetensors"] {
        assert!(read(&place.path(one).join(file)) == read(&place.path(other).join(file)), "{file} differs");
    }
    assert_eq!(numbers(&place.path(one)), numbers(&place.path(other)));
}

/// Starts a run, or goes on with it, and kills it after a while; whether it ended by itself.
fn train_and_kill(place: &Place, run: &str, threads: &str, after: Duration) -> bool {
    let begun = place.path(run).exists();
    let mut child = Command::new(assert_cmd::cargo::cargo_bin("blockprint"))
        .current_dir(place.path(""))
        .args(["train", "small.yaml", "--checkpoint-every", "3it", "--threads", threads])
        .args([if begun { "--resume" } else { "--out" }, run])
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    std::thread::sleep(after);
    // A process that has ended already cannot be killed.
    let _ = child.kill();
    let output = child.wait_with_output().expect("it ends");
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(matches!(output.status.code(), Some(0) | None), "{message}");
    output.status.success()
}

#[test]
fn a_run_that_is_killed_at_any_moment_ends_with_the_same_bytes() {
    let place = Place::new();
    place.write("small.yaml", &SMALL.replace("epochs: 2", "epochs: 6").replace("batch: 64", "batch: 16"));
    let begin = Instant::now();
    place.blockprint(&["train", "small.yaml", "--out", "whole", "--threads", "1"]).ends(0);
    let whole = begin.elapsed();
    // Moments are drawn without a clock, so that a failure can be looked at again.
    let mut draw = 12345u64;
    for threads in ["1", "2"] {
        let run = format!("killed{threads}");
        let mut kills = 0u32;
        loop {
            draw = draw.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            // Parts of what a whole run takes here; longer and longer, so that it ends.
            let after = whole.mul_f64(0.05 + (draw >> 33) as f64 / (1u64 << 31) as f64 * 0.5 + 0.02 * f64::from(kills));
            if train_and_kill(&place, &run, threads, after) {
                break;
            }
            kills += 1;
            assert!(kills < 500, "the run does not come forward");
        }
        eprintln!("{threads} threads: killed {kills} times");
        assert!(kills > 0);
        assert_same(&place, "whole", &run);
        let left: Vec<_> = std::fs::read_dir(place.path(&run)).expect("a folder").flatten().collect();
        assert!(left.iter().all(|e| !e.file_name().to_string_lossy().starts_with(".tmp-")), "{left:?}");
    }
}

#[test]
fn verify_proves_it_with_all_that_has_a_memory() {
    let place = Place::new();
    let rich = SMALL.replace(
        "train: {batch: 64, epochs: 2, optim: adam(lr=5e-3), seed: 3}",
        "train:\n  batch: 32\n  accumulate: 2\n  lr: warmup(2it) -> cosine(1ep)\n  augment: random_crop(28, pad=2)\n  \
         stop: {monitor: val.loss, patience: 1}\n  optim: sgd(lr=0.05, momentum=0.9)\n  phases:\n    \
         - {freeze: all, except: [logits], epochs: 1}\n    - {unfreeze: all, epochs: 1, optim: adam(lr=1e-3)}",
    );
    place.write("rich.yaml", &rich);
    for threads in ["1", "2"] {
        let run =
            place.blockprint(&["resume", "--verify", "rich.yaml", "--batches", "5", "--threads", threads]).ends(0);
        assert!(run.out.contains("interrupted 6 times"), "{}", run.out);
    }
    place.blockprint(&["resume", "rich.yaml"]).ends(2);
}

#[test]
fn a_run_goes_on_only_with_what_it_was_begun_with() {
    let place = Place::new();
    place.write("small.yaml", SMALL);
    place.blockprint(&["train", "small.yaml", "--epochs", "1", "--out", "run"]).ends(0);
    let resume = |spec: &str| {
        place.write("other.yaml", spec);
        place.blockprint(&["train", "other.yaml", "--resume", "run"])
    };
    let differs = |spec: &str, part: &str| {
        let run = resume(spec).fails_with("BP0815");
        assert!(run.err.contains(&format!("with: {part} differ")), "{}", run.err);
    };
    differs(&SMALL.replace("conv(6", "conv(7"), "the network");
    differs(&SMALL.replace("5e-3", "4e-3"), "`train`");
    differs(&SMALL.replace("test: 50", "test: 40"), "`data`, the validation examples");
    // A checkpoint is not touched by what is refused, and comments change nothing.
    resume(&format!("# another look\n{SMALL}")).ends(0);
    place.blockprint(&["train", "small.yaml", "--out", "whole"]).ends(0);
    assert_same(&place, "whole", "run");
    let again = place.blockprint(&["train", "small.yaml", "--resume", "run"]).ends(0);
    assert!(again.err.contains("the run is complete: 2 epochs"), "{}", again.err);
    assert_same(&place, "whole", "run");
    // More epochs go on where the last ones ended.
    place.blockprint(&["train", "small.yaml", "--resume", "run", "--epochs", "3"]).ends(0);
    place.blockprint(&["train", "small.yaml", "--out", "three", "--epochs", "3"]).ends(0);
    assert_same(&place, "three", "run");
}

#[test]
fn what_is_no_run_is_told() {
    let place = Place::new();
    place.write("small.yaml", SMALL);
    let resume = ["train", "small.yaml", "--epochs", "1", "--resume", "run"];
    place.blockprint(&resume).fails_with("BP0814");
    // An empty folder is a run that was killed before its first step.
    std::fs::create_dir(place.path("run")).expect("the folder is new");
    place.blockprint(&resume).ends(0);
    let checkpoint = place.path("run/checkpoint.safetensors");
    let good = read(&checkpoint);
    std::fs::copy(place.path("run/last.safetensors"), &checkpoint).expect("it can be replaced");
    place.blockprint(&resume).fails_with("BP0816");
    std::fs::write(&checkpoint, &good[..good.len() / 2]).expect("it can be written");
    place.blockprint(&resume).ends(1);
    std::fs::remove_file(&checkpoint).expect("it is there");
    place.blockprint(&resume).fails_with("BP0814");
    std::fs::write(&checkpoint, &good).expect("it can be written");
    place.write("run/metrics.jsonl", "");
    place.blockprint(&resume).fails_with("BP0816");
    place.blockprint(&["train", "small.yaml", "--checkpoint-every", "5"]).ends(2);
}

#[test]
fn an_interrupted_run_goes_on_in_the_middle_of_an_epoch() {
    let place = Place::new();
    let spec = SMALL.replace("batch: 64", "batch: 4").replace("epochs: 2", "epochs: 1");
    place.write("small.yaml", &spec);
    place.blockprint(&["train", "small.yaml", "--out", "whole"]).ends(0);
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("blockprint"));
    command.current_dir(place.path("")).args(["train", "small.yaml", "--out", "run", "--checkpoint-every", "1it"]);
    let mut child = command.stderr(Stdio::null()).spawn().expect("it starts");
    let checkpoint = place.path("run/checkpoint.safetensors");
    let first = || std::fs::read(&checkpoint).is_ok_and(|bytes| contains(&bytes, br#"\"step\":0"#));
    let there = || checkpoint.exists() && !first();
    (0..6000).take_while(|_| !there()).for_each(|_| std::thread::sleep(Duration::from_millis(2)));
    child.kill().expect("it can be killed");
    child.wait().expect("it ends");
    let run = place.blockprint(&["train", "small.yaml", "--resume", "run"]).ends(0);
    assert!(run.err.contains("goes on in epoch 1, after batch"), "{}", run.err);
    assert_same(&place, "whole", "run");
}

/// The system refuses to write beyond a size, at the first byte, within the numbers or in the last
/// of them: each time the checkpoint before stays and serves.
#[cfg(target_os = "linux")]
#[test]
fn a_write_that_fails_leaves_the_last_checkpoint() {
    let place = Place::new();
    place.write("small.yaml", SMALL);
    place.blockprint(&["train", "small.yaml", "--out", "whole"]).ends(0);
    place.blockprint(&["train", "small.yaml", "--out", "run", "--epochs", "1"]).ends(0);
    let checkpoint = place.path("run/checkpoint.safetensors");
    let good = read(&checkpoint);
    let blocks = good.len() / 512;
    for limit in [2, 4, blocks / 2, blocks - 1] {
        let program = assert_cmd::cargo::cargo_bin("blockprint");
        let output = Command::new("sh")
            .current_dir(place.path(""))
            .args(["-c", "trap '' XFSZ; ulimit -f $0; exec \"$@\"", &limit.to_string()])
            .arg(&program)
            .args(["train", "small.yaml", "--resume", "run", "--checkpoint-every", "1it"])
            .output()
            .expect("there is a shell");
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{message}");
        assert!(message.contains("checkpoint.safetensors") && message.contains("too large"), "{message}");
        assert!(read(&checkpoint) == good, "the checkpoint has changed");
    }
    place.blockprint(&["train", "small.yaml", "--resume", "run"]).ends(0);
    assert_same(&place, "whole", "run");
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|w| w == part)
}
