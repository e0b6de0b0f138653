//! The program of a generated network beside `blockprint train`: the same numbers from the same spec.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::AtomicBool;

use blockprint::data::{Mode, Part};
use blockprint::driver::{Compiled, compile_path, compile_zoo};
use blockprint::expand::Options;
use blockprint::run::detect::{DetectOptions, Detector};
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

/// A spec of this package, or an embedded one.
fn compiled(spec: &str) -> Compiled {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs").join(format!("{spec}.yaml"));
    match own.exists() {
        true => compile_path(&own, &Options::default()),
        false => compile_zoo(spec, &Options::default()).expect("an embedded spec"),
    }
}

/// What `blockprint train` says of its epochs, in the words of a generated program.
fn engine(spec: &str, data: &Path, out: &Path) -> Vec<String> {
    let compiled = compiled(spec);
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

/// The engine's network with weights that a program wrote.
fn loaded<'a>(compiled: &'a Compiled, weights: &Path) -> Network<'a> {
    let mut network = Network::new(compiled.checked.as_ref().expect("it is sound"), 0);
    network.load(weights, compiled.spec.as_ref(), false).expect("the names are the same");
    network
}

/// Lists of the pictures with weights, in which some classes are rare.
fn write_lists(folder: &Path, pictures: &str) {
    std::fs::create_dir_all(folder.join("lists")).expect("a folder");
    std::os::unix::fs::symlink(folder.join(pictures), folder.join("lists").join(pictures)).expect("a link");
    for (part, most) in [("train", 6), ("val", 2), ("test", 2)] {
        let mut list = String::from("path,label,weight\n");
        for class in 0..CLASSES as usize {
            for at in 0..(most - class % 3).max(1) {
                list += &format!("{pictures}/{part}/{class}/{at}.pgm,{class},{}\n", 0.5 + at as f32 / 4.0);
            }
        }
        std::fs::write(folder.join("lists").join(format!("{part}.csv")), list).expect("a list");
    }
}

#[test]
fn a_program_weighs_averages_and_measures_as_blockprint_does() {
    let folder = tempfile::tempdir().expect("a folder");
    write_pictures(&folder.path().join("bars"), 28, 28);
    write_lists(folder.path(), "bars");
    let epochs = EPOCHS.to_string();
    let args = ["train", "--data", "lists", "--epochs", &epochs];
    let said = text(&program(env!("CARGO_BIN_EXE_weighted"), folder.path(), &args));
    let expected = engine("weighted", &folder.path().join("lists"), &folder.path().join("engine"));
    assert_eq!(said.lines().collect::<Vec<_>>(), expected);
    for name in ["accuracy", "top5", "f1", "auc", "threes"] {
        assert!(expected[0].matches(name).count() == 2, "{name} is measured: {expected:?}");
    }
}

#[test]
fn a_program_takes_distributions_as_blockprint_does() {
    let folder = tempfile::tempdir().expect("a folder");
    write_pictures(&folder.path().join("bars"), 28, 28);
    let epochs = EPOCHS.to_string();
    let said = text(&program(env!("CARGO_BIN_EXE_blended"), folder.path(), &["train", "--epochs", &epochs]));
    let expected = engine("blended", &folder.path().join("bars"), &folder.path().join("engine"));
    assert_eq!(said.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn a_program_judges_boxes_as_blockprint_does() {
    let folder = tempfile::tempdir().expect("a folder");
    let exe = env!("CARGO_BIN_EXE_yolo_shapes");
    let said = text(&program(exe, folder.path(), &["train", "--max-time", "0.01"]));
    assert!(said.starts_with("time is up"), "{said}");
    let weights = folder.path().join("run/last.safetensors");
    let file = weights.to_str().expect("a text");
    let said = text(&program(exe, folder.path(), &["eval", "--split", "val", "--weights", file]));

    let compiled = compiled("yolo_shapes");
    let mut network = loaded(&compiled, &weights);
    let section = compiled.config.data.clone().expect("it has data");
    let source = DataSource { data: &section, base: Path::new("."), over: None };
    let train = compiled.config.train.as_ref();
    let val = source.open(&network, train, Part::Val, Mode::Eval).expect("shapes are drawn");
    let expected = run::evaluate(&mut network, &val).expect("it is measured");
    let listed: Vec<String> = expected.values.iter().map(|(name, value)| format!("{name} {value:.4}")).collect();
    assert_eq!(said.trim(), format!("val: {}", listed.join(", ")));
    assert!(expected.get("map50").is_some(), "{expected:?}");
}

#[test]
fn a_program_finds_objects_as_blockprint_does() {
    let folder = tempfile::tempdir().expect("a folder");
    let exe = env!("CARGO_BIN_EXE_yolo_shapes");
    text(&program(exe, folder.path(), &["train", "--max-time", "0.01"]));
    write_pictures(&folder.path().join("bars"), 120, 80);
    let picture = "bars/test/3/0.pgm";
    let args = ["predict", "--weights", "run/last.safetensors", "--threshold", "0.1", "--nms", "0.3", picture];
    let said = text(&program(exe, folder.path(), &args));

    let compiled = compiled("yolo_shapes");
    let mut network = loaded(&compiled, &folder.path().join("run/last.safetensors"));
    let section = compiled.config.data.clone().expect("it has data");
    let names = ["circle", "square", "triangle"].map(String::from);
    let options = DetectOptions {
        data: &section,
        train: compiled.config.train.as_ref(),
        names: &names,
        fit: None,
        threshold: 0.1,
        nms: 0.3,
    };
    let mut detector = Detector::new(&network, options).expect("it has heads");
    let (_, found) = detector.detect_file(&mut network, &folder.path().join(picture)).expect("a picture");
    assert!(!found.is_empty(), "the threshold is low enough");
    assert_eq!(said.lines().count(), 1 + found.len(), "{said}");
    for (line, of) in said.lines().skip(1).zip(&found) {
        assert!(line.contains(&of.name) && line.contains(&format!("{:.1} %", of.score * 100.0)), "{line}: {of:?}");
    }
}
