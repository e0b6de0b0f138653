//! Packages compile, programs and all, without a warning: of networks with hostile names, and of unusual ones.

use std::path::Path;

use blockprint::codegen::{Dependency, Package, Source, package};
use blockprint::diag::Sink;
use blockprint::driver::{compile_text, compile_zoo};
use blockprint::expand::Options;

use crate::edits;
use crate::hostile::{HOSTILE, checked, renamed, spoiled};

fn package_of(source: Source<'_>) -> Package {
    let version = Dependency::Version("0.1.0".into());
    let mut sink = Sink::new();
    let package = package::package(source, &package::crate_name(source.model), &version, &mut sink);
    package.unwrap_or_else(|| panic!("{sink:#?}"))
}

/// Compiles a package in a folder; returns the lines and codes of its errors.
fn compile(library: &Path, out: &Path, package: Package) -> Vec<(usize, String)> {
    std::fs::create_dir_all(out.join("src")).expect("a folder");
    for (name, text) in package.files {
        std::fs::write(out.join(name), text).expect("a file");
    }
    edits::compile(library, out, &out.join("src/main.rs"), "bin")
}

#[test]
fn packages_with_hostile_names_compile() {
    let folder = tempfile::tempdir().expect("a folder");
    let library = edits::library(folder.path());
    for (at, evil) in HOSTILE.iter().enumerate() {
        // A tower that is called twice, with dropout, and a plain network.
        let (zoo, front) = [("siamese_faces", at % 4 < 2), ("lenet5", at % 4 < 2)][at % 2];
        let compiled = compile_zoo(zoo, &Options::default()).expect("an embedded spec");
        let change = |name: &str| spoiled(name, evil, front);
        let network = checked(renamed(compiled.checked.as_ref().expect("it is sound").graph(), &change));
        let (model, spec) = (change(zoo), compiled.spec.as_ref().expect("a checked spec"));
        let package = package_of(Source { checked: &network, spec, model: &model });
        let errors = compile(&library, &folder.path().join(at.to_string()), package);
        assert!(errors.is_empty(), "{zoo} with {evil:?}: {errors:?}");
    }
}

/// What `net`, `loss` and the like of an unusual network are, by its name.
const UNUSUAL: &[(&str, &str)] = &[
    (
        "a_block_around_a_block",
        "inputs: {x: 'f32[N, 4, 8, 8]'}
blocks:
  inner(c): conv(c, 3, pad=1) -> bn
  outer(c): inner(c)
  outermost(c): outer(c)
net:
  - outermost(4) -> relu
  - outer(6)
",
    ),
    (
        "a_tower_of_one_block",
        "inputs: {a: 'f32[N, 4, 8, 8]', b: 'f32[N, 4, 8, 8]', y: 'i64[N]'}
blocks:
  unit(c): conv(c, 3, pad=1) -> bn
towers:
  t: unit(4)
net:
  - '@a -> t as ta'
  - '@b -> t -> relu as tb'
  - '@ta -> relu as ra'
  - add(ra, tb) -> gap -> dense(3) as logits
loss: {ce: 'cross_entropy(logits, y)'}
",
    ),
    (
        "a_weight_that_is_computed",
        "inputs: {x: 'f32[N, 4]', y: 'i64[N]'}
net:
  - dense(3) as logits
  - '@x -> reduce(mean, axes=[1]) as trust'
loss: {ce: 'cross_entropy(logits, y, trust)'}
",
    ),
    (
        "average",
        "inputs: {x: 'f32[N, 3, 8, 8]', y: 'i64[N]'}
blocks:
  average(): conv(4, 3) -> bn -> relu
net:
  - average
  - separable(4, 3, bias=false) -> bn -> relu -> flatten -> dense(8) -> bn -> relu -> dense(3) as logits
loss: {ce: 'cross_entropy(logits, y)'}
metrics: [f1, auc]
",
    ),
    (
        "exit_code",
        "inputs: {x: 'f32[N, 3, 8, 8]'}
net: ['conv(4, 3)']
",
    ),
    (
        "detection_head",
        "inputs: {x: 'f32[N, 3, 32, 32]', boxes: 'f32[N, 4, 5]'}
net:
  - conv(21, 3, stride=8, pad=1) as head
loss: {boxes: 'yolo_v3(head, boxes, 2, [8, 8, 16, 16, 24, 24], stride=8)'}
",
    ),
];

#[test]
fn unusual_networks_compile() {
    let folder = tempfile::tempdir().expect("a folder");
    let library = edits::library(folder.path());
    for (name, text) in UNUSUAL {
        let compiled = compile_text("m.yaml", &format!("blockprint: 1\nmodel: {name}\n{text}"), &Options::default());
        let network = compiled.checked.as_ref().unwrap_or_else(|| panic!("{name}: {:#?}", compiled.sink));
        let spec = compiled.spec.as_ref().expect("a checked spec");
        let package = package_of(Source { checked: network, spec, model: name });
        let errors = compile(&library, &folder.path().join(name), package);
        assert!(errors.is_empty(), "{name}: {errors:?}");
    }
}
