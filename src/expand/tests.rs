//! Rules of expansion, each on a small spec.

use crate::check::check;
use crate::diag::{Diagnostic, Sink};
use crate::driver::{Compiled, compile_text, compile_zoo};
use crate::graph::Graph;

use super::{Limits, Options};

/// Compiles a spec of one image input with this text after the inputs.
fn compile(rest: &str) -> Compiled {
    compile_text(
        "test.yaml",
        &format!("blockprint: 1\nmodel: test\ninputs:\n  x: 'f32[N, 3, 8, 8]'\n{rest}"),
        &Options::default(),
    )
}

fn graph(compiled: &Compiled) -> &Graph {
    match &compiled.checked {
        Some(checked) => checked.graph(),
        None => panic!("{:#?}", messages(compiled)),
    }
}

fn messages(compiled: &Compiled) -> Vec<String> {
    compiled.sink.sorted().iter().map(|d| format!("{} {}", d.code, d.message)).collect()
}

/// The paths of all nodes but the inputs.
fn paths(rest: &str) -> Vec<String> {
    let compiled = compile(rest);
    let graph = graph(&compiled);
    graph.ids().filter(|id| graph.op(*id).is_some()).map(|id| graph.node(id).path.clone()).collect()
}

/// The only problem of a spec.
fn problem(rest: &str) -> Diagnostic {
    let compiled = compile(rest);
    let list: Vec<_> = compiled.sink.iter().cloned().collect();
    assert_eq!(list.len(), 1, "{:#?}", messages(&compiled));
    assert!(compiled.checked.is_none());
    list.into_iter().next().expect("there is one")
}

#[test]
fn resnet50_has_the_known_paths() {
    let compiled = compile_zoo("resnet50", &Options::default()).unwrap();
    let graph = graph(&compiled);
    for path in [
        "stem",
        "0.conv",
        "layer1.0.main.0.conv",
        "layer1.0.main.2.bn",
        "layer1.0.skip.0.bn",
        "layer1.0.skip.0.conv",
        "layer1.0.add",
        "layer1.0.relu",
        "layer4.2.main.relu_1",
        "logits",
        "loss.ce",
        "metrics.top5",
    ] {
        assert!(graph.paths().any(|p| p == path), "{path}");
    }
    assert_eq!(graph.find("layer1"), graph.find("layer1.2.relu"));
    assert!(compiled.sink.is_empty(), "{:#?}", messages(&compiled));
}
