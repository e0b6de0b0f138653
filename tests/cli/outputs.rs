//! `check`, `show`, `fmt`, `explain`, `ops`, `zoo`: output and exit codes.

use blockprint::driver::compile_text;
use blockprint::expand::Options;
use blockprint::syntax::Spelling;
use blockprint::syntax::fmt::format;
use blockprint::zoo;

use super::{Place, SMALL};

#[test]
fn check_tells_problems_to_people_and_programs() {
    let place = Place::new();
    place.write("good.yaml", SMALL);
    place.write("bad.yaml", &SMALL.replace("conv(6", "convv(6").replace("flatten", "flaten"));
    place.blockprint(&["check", "good.yaml"]).ends(0);
    let human = place.blockprint(&["check", "good.yaml", "bad.yaml"]).ends(1);
    assert!(
        human.err.contains("did you mean `conv`?") && human.err.contains("did you mean `flatten`?"),
        "{}",
        human.err
    );
    assert!(!human.err.contains('\u{1b}'), "no colour in a pipe");
    let json = place.blockprint(&["check", "bad.yaml", "--format", "json"]).ends(1).json();
    let first = &json["diagnostics"][0];
    for key in
        ["code", "severity", "message", "help", "file", "line", "column", "end_line", "end_column", "labels", "trace"]
    {
        assert!(first.get(key).is_some(), "{key} is missing: {first}");
    }
    assert_eq!((first["line"].as_u64(), first["column"].as_u64()), (Some(7), Some(5)));
    place.blockprint(&["check", "missing.yaml"]).ends(1);
    place.blockprint(&["check"]).ends(2);
}

#[test]
fn warnings_fail_only_where_they_are_denied() {
    let place = Place::new();
    place.write("warn.yaml", &SMALL.replace("dense(10) as logits", "dense(10) -> softmax as logits"));
    place.blockprint(&["check", "warn.yaml"]).ends(0);
    let denied = place.blockprint(&["check", "warn.yaml", "--deny", "warnings"]).ends(1);
    assert!(denied.err.contains("BP0901"), "{}", denied.err);
}

#[test]
fn show_counts_what_the_references_count() {
    let place = Place::new();
    let show = |spec: &str| place.blockprint(&["show", spec, "--format", "json"]).ends(0).json();
    let resnet = show("resnet50");
    assert_eq!((resnet["parameters"].as_u64(), resnet["macs"].as_u64()), (Some(25_557_032), Some(4_089_184_256)));
    let signs = show("resnet50_signs");
    assert_eq!((signs["parameters"].as_u64(), signs["trainable"].as_u64()), (Some(23_600_006), Some(23_546_886)));
    assert_eq!(show("vgg16")["parameters"].as_u64(), Some(138_357_544));
    let node = &show("lenet5")["nodes"][2];
    for key in ["path", "op", "output", "parameters", "macs", "receptive_field"] {
        assert!(node.get(key).is_some(), "{key} is missing: {node}");
    }
    let table = place.blockprint(&["show", "lenet5"]).ends(0);
    assert!(table.out.contains("f32[N, 10]") && table.out.contains("61,706"), "{}", table.out);
}

#[test]
fn overrides_reach_the_resolved_spec() {
    let place = Place::new();
    let set = ["show", "lenet5", "--resolved", "--set", "params.classes=7", "--set", "train.epochs=2"];
    let resolved = place.blockprint(&set).ends(0).out;
    assert!(resolved.contains("epochs: 2"), "{resolved}");
    place.write("resolved.yaml", &resolved);
    let json = place.blockprint(&["show", "resolved.yaml", "--format", "json"]).ends(0).json();
    assert_eq!(json["parameters"].as_u64(), Some(61_706 - 3 * 85));
    let wrong = place.blockprint(&["show", "lenet5", "--set", "params.clases=7"]).ends(1);
    assert!(wrong.err.contains("did you mean"), "{}", wrong.err);
    place.blockprint(&["show", "lenet5", "--set", "classes"]).ends(2);
}

#[test]
fn fmt_converts_there_and_back_without_loss() {
    let place = Place::new();
    place.write("small.yaml", SMALL);
    place.blockprint(&["fmt", "small.yaml"]).ends(0);
    place.blockprint(&["fmt", "small.yaml", "--check"]).ends(0);
    place.blockprint(&["fmt", "small.yaml", "--to", "bp"]).ends(0);
    let yaml = super::read(&place.path("small.yaml"));
    std::fs::remove_file(place.path("small.yaml")).expect("it is there");
    place.blockprint(&["fmt", "small.bp", "--to", "yaml"]).ends(0);
    assert!(super::read(&place.path("small.yaml")) == yaml);
    // A conversion replaces nothing unasked.
    place.blockprint(&["fmt", "small.bp", "--to", "yaml"]).fails_with("BP0802");
    place.write("ugly.yaml", "blockprint:   1\ninputs: {x:   \"f32[N, 4]\"}\nnet: [  dense(2)  ]\n");
    place.blockprint(&["fmt", "ugly.yaml", "--check"]).ends(1);
}

/// Paths, ops and edges of the network that a spec describes.
fn network(name: &str, text: &str) -> Vec<String> {
    let compiled = compile_text(name, text, &Options::default());
    let checked = compiled.checked.unwrap_or_else(|| panic!("{name}: {:?}", compiled.sink.sorted()));
    let graph = checked.graph();
    let line = |id| {
        let inputs: Vec<&str> = graph.inputs(id).iter().map(|i| graph.node(*i).path.as_str()).collect();
        format!("{} = {:?} of {inputs:?}: {}", graph.node(id).path, graph.op(id), checked.fact(id))
    };
    graph.ids().map(line).chain([serde_json::json!(compiled.config).to_string()]).collect()
}

#[test]
fn every_zoo_spec_survives_conversion() {
    for name in zoo::names() {
        let text = zoo::text(name).expect("it is listed");
        let stem = name.rsplit_once('.').expect("it has an ending").0;
        let (here, there, other) = match Spelling::of_name(name) {
            Spelling::Yaml => (Spelling::Yaml, Spelling::Bp, format!("{stem}.bp")),
            Spelling::Bp => (Spelling::Bp, Spelling::Yaml, format!("{stem}.yaml")),
        };
        let convert =
            |text: &str, from, to| format(text, from, to).unwrap_or_else(|s| panic!("{name}: {:?}", s.sorted()));
        let converted = convert(text, here, there);
        let back = convert(&converted, there, here);
        let original = network(name, text);
        assert_eq!(network(&other, &converted), original, "{name}");
        assert_eq!(network(name, &back), original, "{name}");
    }
}

#[test]
fn reference_commands_print_and_suggest() {
    let place = Place::new();
    assert!(place.blockprint(&["explain", "bp0301"]).ends(0).out.contains("BP0301"));
    place.blockprint(&["explain", "BP9999"]).ends(2);
    assert!(place.blockprint(&["ops", "conv"]).ends(0).out.contains("stride"));
    assert!(place.blockprint(&["ops", "linear"]).ends(2).err.contains("there is no op"));
    assert!(place.blockprint(&["zoo"]).ends(0).out.contains("resnet50.yaml"));
    assert!(place.blockprint(&["zoo", "lenet5"]).ends(0).out.contains("blockprint: 1"));
    place.blockprint(&["zoo", "lenet6"]).ends(2);
    assert!(place.blockprint(&["completions", "bash"]).ends(0).out.contains("blockprint"));
}

/// A full disk behind the output is told, and one behind the messages costs nothing; a reader that has
/// seen enough is no failure.
#[cfg(target_os = "linux")]
#[test]
fn streams_that_cannot_be_written_end_nothing() {
    use std::process::{Command, Stdio};
    let place = Place::new();
    place.write("small.yaml", super::SMALL);
    place.write("wrong.yaml", &super::SMALL.replace("dense(10)", "dense(ten)"));
    let full = || Stdio::from(std::fs::File::options().write(true).open("/dev/full").expect("Linux has it"));
    let command = |line: &str| {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin("blockprint"));
        command.current_dir(place.path("")).args(line.split(' '));
        command
    };
    for line in ["show small.yaml", "ops", "zoo resnet50", "explain", "help", "--version", "completions bash"] {
        let output = command(line).stdout(full()).output().expect("it starts");
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{line}: {message}");
        assert!(message.contains("error: the output cannot be written: No space left"), "{line}: {message}");
    }
    for (line, code) in [("check wrong.yaml", 1), ("train small.yaml --out run", 0), ("no-such-command", 2)] {
        let output = command(line).stderr(full()).output().expect("it starts");
        assert_eq!(output.status.code(), Some(code), "{line}");
    }
    assert!(place.path("run/best.safetensors").exists());
    // The pipe has no reader from the beginning.
    for line in ["zoo resnet50", "ops", "eval small.yaml --weights run/best.safetensors"] {
        let mut child = command(line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(0), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    }
}
