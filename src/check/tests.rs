use super::testing::Build;
use super::*;
use crate::diag::{Code, Severity, codes};

fn problems(b: Build) -> Vec<(Severity, Code)> {
    let mut sink = Sink::new();
    check(b.graph, &mut sink);
    sink.sorted().iter().map(|d| (d.severity, d.code)).collect()
}

#[test]
fn a_sound_graph_is_proven_without_a_word() {
    let mut b = Build::new();
    let x = b.input("x", "f32[N, 5]");
    let logits = b.op("logits", "dense", &[("out", 3)], &[x]);
    b.graph.roles.outputs.push(logits);
    let mut sink = Sink::new();
    let checked = check(b.graph, &mut sink).checked.unwrap();
    assert!(sink.is_empty());
    assert_eq!(checked.symbols(), ["N"]);
    assert_eq!(checked.params().iter().map(|p| p.name.as_str()).collect::<Vec<_>>(), ["logits.weight", "logits.bias"]);
    let bound = checked.bind(&Symbols::from([("N".into(), 4)]), &mut sink).unwrap();
    assert_eq!(bound.fact(logits).sizes(), [4, 3]);
    for (name, value) in [("M", 4), ("N", 0), ("N", -1)] {
        assert!(checked.bind(&Symbols::from([(name.into(), value)]), &mut Sink::new()).is_none());
    }
}

#[test]
fn tensors_and_weights_have_limits() {
    let mut b = Build::new();
    b.input("x", "f32[N, 1048576, 1048577]");
    assert_eq!(problems(b), [(Severity::Error, codes::SIZE_OVERFLOW)]);
    let mut b = Build::new();
    let x = b.input("x", "f32[N, 1048576]");
    b.op("dense", "dense", &[("out", 1048576)], &[x]);
    assert_eq!(problems(b), [(Severity::Error, codes::SIZE_OVERFLOW)]);
    let mut b = Build::new();
    b.input("x", "f32[N, 0]");
    assert_eq!(problems(b), [(Severity::Error, codes::EMPTY_OUTPUT)]);
}

#[test]
fn calls_of_a_tower_must_agree_on_its_weights() {
    let mut b = Build::new();
    let (x, y) = (b.input("x", "f32[N, 5]"), b.input("y", "f32[N, 6]"));
    for (path, from) in [("a.fc", x), ("b.fc", y)] {
        b.weights = Some("embed.fc".into());
        b.op(path, "dense", &[("out", 3)], &[from]);
    }
    assert_eq!(problems(b), [(Severity::Error, codes::SHAPE_MISMATCH)]);
    let mut b = Build::new();
    let (x, y) = (b.input("x", "f32[N, 5]"), b.input("y", "f32[N, 5]"));
    for (path, from) in [("a.fc", x), ("b.fc", y)] {
        b.weights = Some("embed.fc".into());
        b.op(path, "dense", &[("out", 3)], &[from]);
    }
    let checked = check(b.graph, &mut Sink::new()).checked.unwrap();
    assert_eq!(checked.params().len(), 2);
    let summary = cost::Summary::new(&checked, "m", cost::Counting::Pytorch);
    assert_eq!((summary.parameters, summary.macs), (18, Some(30)));
}

#[test]
fn missing_inputs_are_passed_over() {
    let mut b = Build::new();
    b.op("dense", "dense", &[("out", 3)], &[]);
    assert_eq!(problems(b), []);
}

#[test]
fn lints_are_told_once_for_a_place() {
    let mut b = Build::new();
    let x = b.input("x", "f32[N, 5]");
    b.fixed_span = true;
    let mut at = x;
    for i in 0..4 {
        at = b.op(&format!("relu{i}"), "relu", &[], &[at]);
    }
    assert_eq!(problems(b), [(Severity::Warning, codes::ACTIVATIONS_IN_A_ROW)]);
}

#[test]
fn what_nothing_depends_on_is_told_at_its_end() {
    let mut b = Build::new();
    let x = b.input("x", "f32[N, 5]");
    let y = b.op("y", "dense", &[("out", 3)], &[x]);
    let dead = b.op("dead", "dense", &[("out", 3)], &[y]);
    b.op("end", "relu", &[], &[dead]);
    b.graph.roles.outputs.push(y);
    let mut sink = Sink::new();
    check(b.graph, &mut sink);
    let messages: Vec<_> = sink.iter().map(|d| d.message.as_str()).collect();
    assert_eq!(messages, ["no output, loss or metric depends on `end`"]);
}
