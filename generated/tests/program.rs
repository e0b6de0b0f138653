//! The program of a generated network beside `blockprint train`: the same numbers from the same spec.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::AtomicBool;

use blockprint::data::{Mode, Part};
use blockprint::driver::compile_zoo;
use blockprint::expand::Options;
use blockprint::run::{self, DataSource, Fingerprint, Network, RunDir, Silent, TrainOptions};

const CLASSES: u32 = 10;
const EPOCHS: u32 = 2;

/// Pictures of bars, whose place says the class.
fn write_pictures(folder: &Path, width: usize, height: usize) {
    for (part, count) in [("train", 6), ("val", 2), ("test", 2)] {
        for class in 0..CLASSES {
            let own = folder.join(part).join(class.to_string());
            std::fs::create_dir_all(&own).expect("a folder");
            for at in 0..count {
                let pixel = |i: usize| {
                    let bar = (i % width) * CLASSES as usize / width == class as usize;
                    if bar { 200 + (at * 7 % 50) as u8 } else { (i * (at + 3) % 61) as u8 }
                };
                let pixels: Vec<u8> = (0..width * height).map(pixel).collect();
                let mut file = format!("P5 {width} {height} 255\n").into_bytes();
                file.extend(pixels);
                std::fs::write(own.join(format!("{at}.pgm")), file).expect("a picture");
            }
        }
    }
}

/// Runs a program in a folder of its own.
fn program(path: &str, at: &Path, args: &[&str]) -> Output {
    Command::new(path).current_dir(at).args(args).output().expect("the program runs")
}

fn text(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).expect("a text")
}

/// What `blockprint train` says of its epochs, in the words of a generated program.
fn engine(spec: &str, data: &Path, out: &Path) -> Vec<String> {
    let compiled = compile_zoo(spec, &Options::default()).expect("an embedded spec");
    let checked = compiled.checked.as_ref().expect("it is sound");
    let mut config = compiled.config.train.clone().expect("it trains");
    run::set_epochs(&mut config, EPOCHS).expect("there are phases for all");
    let mut network = Network::new(checked, config.seed);
    let section = compiled.config.data.clone().expect("it has data");
    let source = DataSource { data: &section, base: Path::new("."), over: Some(data) };
    let train = source.open(&network, Some(&config), Part::Train, Mode::Train).expect("the pictures fit");
    let val = source.open(&network, Some(&config), Part::Val, Mode::Eval).expect("the pictures fit");
    let fingerprint = Fingerprint::of(compiled.spec.as_ref(), &section, &config, &train, Some(&val));
    let options = TrainOptions {
        model: spec,
        config: &config,
        train: &train,
        val: Some(&val),
        fingerprint: &fingerprint,
        resume: false,
        interrupt: &AtomicBool::new(false),
        deadline: None,
        cache_features: None,
    };
    let mut dir = RunDir::create(out, false).expect("a folder");
    run::train(&mut network, &options, &mut dir, &mut Silent).expect("it trains");
    let metrics = std::fs::read_to_string(out.join("metrics.jsonl")).expect("written");
    metrics.lines().map(|line| line_of(&serde_json::from_str(line).expect("json"))).collect()
}

fn line_of(epoch: &serde_json::Value) -> String {
    let part = |name: &str| {
        let values = epoch[name].as_object().expect("numbers").iter();
        values.map(|(name, v)| format!("{name} {:.4}", v.as_f64().expect("a number"))).collect::<Vec<_>>().join(", ")
    };
    let best = if epoch["best"] == true { " *" } else { "" };
    format!("epoch {}: {} | val: {}{best}", epoch["epoch"], part("train"), part("val"))
}

#[test]
fn a_program_trains_as_blockprint_does() {
    let folder = tempfile::tempdir().expect("a folder");
    write_pictures(&folder.path().join("bars"), 28, 28);
    let exe = env!("CARGO_BIN_EXE_lenet5");
    let epochs = EPOCHS.to_string();
    let said = text(&program(exe, folder.path(), &["train", "--data", "bars", "--epochs", &epochs]));
    let expected = engine("lenet5", &folder.path().join("bars"), &folder.path().join("engine"));
    assert_eq!(said.lines().collect::<Vec<_>>(), expected);

    let weights = ["--weights", "run/best.safetensors"];
    let said =
        text(&program(exe, folder.path(), &[&["eval", "--data", "bars", "--split", "val"], &weights[..]].concat()));
    assert!(said.starts_with("val: loss "), "{said}");
    let said = text(&program(exe, folder.path(), &[&["predict", "bars/test/3/0.pgm"], &weights[..]].concat()));
    assert!(said.starts_with("bars/test/3/0.pgm\n") && said.lines().count() == 6, "{said}");

    let again = program(exe, folder.path(), &["train", "--data", "bars"]);
    assert_eq!(again.status.code(), Some(1), "the results are not overwritten");
    assert!(String::from_utf8_lossy(&again.stderr).contains("BP0803"));
}

/// The numbers after each `loss` of a line.
fn losses(line: &str) -> Vec<f64> {
    let losses = line.split("loss ").skip(1).filter_map(|rest| rest.split([',', ' ']).next()?.parse().ok());
    let losses: Vec<f64> = losses.collect();
    assert_eq!(losses.len(), 2, "{line}");
    losses
}

#[test]
fn a_program_composes_pairs_as_blockprint_does() {
    let folder = tempfile::tempdir().expect("a folder");
    write_pictures(&folder.path().join("bars"), 46, 56);
    let exe = env!("CARGO_BIN_EXE_siamese_faces");
    let epochs = EPOCHS.to_string();
    let said = text(&program(exe, folder.path(), &["train", "--data", "bars", "--epochs", &epochs]));
    let expected = engine("siamese_faces", &folder.path().join("bars"), &folder.path().join("engine"));
    // The engine lays maps out in blocks, whose sums round otherwise; batch norms and the steps of
    // an epoch enlarge that.
    for (a, b) in losses(said.lines().next().unwrap_or_default()).iter().zip(losses(&expected[0])) {
        assert!((a - b).abs() < 2e-2, "{said} and {expected:?}");
    }
    assert_eq!(said.lines().count(), expected.len());
    let pair = ["predict", "--weights", "run/best.safetensors", "bars/test/3/0.pgm", "bars/test/4/0.pgm"];
    let said = text(&program(exe, folder.path(), &pair));
    assert_eq!(said.lines().count(), 2, "{said}");
    let odd = program(exe, folder.path(), &pair[..4]);
    assert!(String::from_utf8_lossy(&odd.stderr).contains("BP0808"));
}

#[test]
fn a_program_says_what_it_does_not_compute() {
    let folder = tempfile::tempdir().expect("a folder");
    let exe = env!("CARGO_BIN_EXE_yolo_shapes");
    let said = text(&program(exe, folder.path(), &["train", "--max-time", "0.01"]));
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[0], "`val.map50` is not computed here: `val.loss` says which epoch is the best");
    assert!(lines[1].starts_with("time is up"), "{said}");
    assert!(folder.path().join("run/last.safetensors").exists());
}
