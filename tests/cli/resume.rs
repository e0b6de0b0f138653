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

/// Moments are drawn without a clock, so that a failure can be looked at again.
struct Moments(u64);

impl Moments {
    /// A part of what a whole run takes.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        0.05 + (self.0 >> 33) as f64 / (1u64 << 31) as f64 * 0.5
    }
}

/// Trains with kills at random moments until the run ends by itself; how often it was killed.
fn train_with_kills(place: &Place, run: &str, threads: &str, whole: Duration, moments: &mut Moments) -> u32 {
    let mut kills = 0u32;
    loop {
        // Longer and longer, so that it ends.
        let after = whole.mul_f64(moments.next() + 0.02 * f64::from(kills));
        if train_and_kill(place, run, threads, after) {
            break;
        }
        kills += 1;
        assert!(kills < 500, "the run does not come forward");
    }
    assert_same(place, "whole", run);
    let left: Vec<_> = std::fs::read_dir(place.path(run)).expect("a folder").flatten().collect();
    assert!(left.iter().all(|e| !e.file_name().to_string_lossy().starts_with(".tmp-")), "{left:?}");
    kills
}

/// With `BLOCKPRINT_KILLS=100` in the environment, runs are killed 100 times in all, half of them at
/// one thread and half at two; without it, one run of each is.
#[test]
fn a_run_that_is_killed_at_any_moment_ends_with_the_same_bytes() {
    let place = Place::new();
    place.write("small.yaml", &SMALL.replace("epochs: 2", "epochs: 6").replace("batch: 64", "batch: 16"));
    let begin = Instant::now();
    place.blockprint(&["train", "small.yaml", "--out", "whole", "--threads", "1"]).ends(0);
    let whole = begin.elapsed();
    let wanted: u32 = std::env::var("BLOCKPRINT_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(2);
    let mut moments = Moments(12345);
    for threads in ["1", "2"] {
        let (mut kills, mut runs) = (0, 0);
        while kills < wanted.div_ceil(2) {
            runs += 1;
            let run = format!("killed-{threads}-{runs}");
            kills += train_with_kills(&place, &run, threads, whole, &mut moments);
            assert!(runs < 500, "no kill comes in time");
        }
        eprintln!("{threads} threads: {runs} runs, killed {kills} times");
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

/// A system call that wrote to the run directory.
#[derive(Clone, Debug, PartialEq, Eq)]
struct SystemCall {
    name: String,
    /// Its number among the calls of this name.
    number: usize,
    /// The call with its arguments, but for the temporary part of names.
    what: String,
}

/// The writes, flushes and renames in a log of `strace -f -y` that the main thread made in `run`.
fn calls_in(log: &str) -> Vec<SystemCall> {
    let main = log.split_whitespace().next().unwrap_or_default();
    let mut counts = std::collections::BTreeMap::new();
    let mut calls = Vec::new();
    for line in log.lines().filter(|l| l.split_whitespace().next() == Some(main)) {
        let Some((name, rest)) = line[main.len()..].trim_start().split_once('(') else { continue };
        let number: &mut usize = counts.entry(name.to_string()).or_default();
        *number += 1;
        // Of a write the file, of a rename the names; the content may hold anything.
        let target = if name == "write" { rest.split('>').next().unwrap_or_default() } else { rest };
        if target.contains("/run>") || target.contains("run/") || target.ends_with("/run") {
            let what: String = rest.split(".tmp-").map(|part| part.get(6..).unwrap_or(part)).collect();
            let what = what.chars().take(60).collect();
            calls.push(SystemCall { name: name.to_string(), number: *number, what });
        }
    }
    calls
}

/// `strace` fails every write, flush and rename of a run in turn, those of checkpoints, weights, records
/// and pages: each time the run says so, the checkpoint that is there serves, and the run goes on from
/// it to the same bytes. All of them where `BLOCKPRINT_FAULTS` is set, some otherwise.
#[cfg(target_os = "linux")]
#[test]
fn a_call_that_fails_costs_no_checkpoint() {
    if Command::new("strace").arg("-V").output().is_err() {
        eprintln!("skipped: strace is not there");
        return;
    }
    let place = Place::new();
    place.write("small.yaml", &SMALL.replace("train: 200", "train: 120"));
    place.blockprint(&["train", "small.yaml", "--out", "whole", "--threads", "1"]).ends(0);
    place.blockprint(&["train", "small.yaml", "--out", "first", "--epochs", "1", "--threads", "1"]).ends(0);
    let begin = || {
        let _ = std::fs::remove_dir_all(place.path("run"));
        std::fs::create_dir(place.path("run")).expect("the folder is new");
        for file in std::fs::read_dir(place.path("first")).expect("a folder").flatten() {
            std::fs::copy(file.path(), place.path("run").join(file.file_name())).expect("it can be copied");
        }
    };
    let resume = ["train", "small.yaml", "--resume", "run", "--threads", "1", "--checkpoint-every", "1it"];
    let traced = |options: &[&str]| {
        begin();
        Command::new("strace")
            .current_dir(place.path(""))
            .args(["-f", "-y", "-o", "log"])
            .args(options)
            .arg(assert_cmd::cargo::cargo_bin("blockprint"))
            .args(resume)
            .output()
            .expect("it starts")
    };
    let log = || String::from_utf8_lossy(&read(&place.path("log"))).into_owned();
    let names = "write,fsync,fdatasync,rename,renameat,renameat2";
    let output = traced(&["-e", &format!("trace={names}")]);
    if !output.status.success() {
        eprintln!("skipped: strace may not trace: {}", String::from_utf8_lossy(&output.stderr));
        return;
    }
    let calls = calls_in(&log());
    for name in ["write", "fsync", "rename"] {
        assert!(calls.iter().any(|c| c.name.starts_with(name)), "no {name}: {calls:?}");
    }
    let all = std::env::var_os("BLOCKPRINT_FAULTS").is_some();
    let chosen: Vec<&SystemCall> = calls.iter().step_by(if all { 1 } else { calls.len().div_ceil(6) }).collect();
    for call in &chosen {
        let inject = format!("inject={}:error=ENOSPC:when={}", call.name, call.number);
        let output = traced(&["-e", &format!("trace={names}"), "-e", &inject]);
        let message = String::from_utf8_lossy(&output.stderr);
        let log = log();
        let hit: Vec<&str> = log.lines().filter(|l| l.contains("INJECTED")).collect();
        assert!(matches!(hit[..], [line] if !calls_in(line).is_empty()), "{call:?} met {hit:?}");
        assert_eq!(output.status.code(), Some(1), "{call:?}: {message}");
        assert!(message.contains("No space left"), "{call:?}: {message}");
        place.blockprint(&resume).ends(0);
        assert_same(&place, "whole", "run");
        if all {
            eprintln!("failed: {} {}", call.name, call.what);
        }
    }
    eprintln!("{} of {} calls failed in turn, and none cost a checkpoint", chosen.len(), calls.len());
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|w| w == part)
}
