//! The time from a spec's text to a checked network, and from there to a plan: of ResNet-50, and of
//! chains of 250 to 2,000 nodes, over which both grow linearly.

use std::fmt::Write;
use std::hint::black_box;

use blockprint::check::Checked;
use blockprint::diag::Sink;
use blockprint::driver::compile_text;
use blockprint::expand::Options;
use blockprint::plan::{Plan, PlanOptions};
use blockprint::shape::Symbols;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

/// A spec of so many nodes: convolutions, batch norms, activations and additions, line by line.
fn chain(nodes: usize) -> String {
    let mut text = String::from("blockprint: 1\nmodel: chain\ninputs:\n  image: f32[N, 8, 16, 16]\nnet:\n");
    for i in 0..nodes / 4 {
        let skip = if i == 0 { "image".to_string() } else { format!("s{}", i - 1) };
        let _ =
            writeln!(text, "  - conv(8, 3, pad=1, bias=false) -> bn -> relu as r{i}\n  - add(r{i}, {skip}) as s{i}");
    }
    text + "outputs: [s" + &(nodes / 4 - 1).to_string() + "]\n"
}

fn check(name: &str, text: &str) -> Checked {
    let compiled = compile_text(name, text, &Options::default());
    compiled.checked.unwrap_or_else(|| panic!("{name}: {:?}", compiled.sink.sorted()))
}

fn plan(checked: &Checked) -> Plan {
    let bound = checked.bind(&Symbols::from([("N".to_string(), 1)]), &mut Sink::new()).expect("one symbol");
    Plan::new(checked, &bound, &PlanOptions::inference(checked.graph().roles.outputs.clone())).expect("there is a plan")
}

fn specs(c: &mut Criterion) {
    let resnet = include_str!("../specs/resnet50.yaml").to_string();
    let chains = [250, 500, 1000, 2000].map(|nodes| (format!("{nodes} nodes"), nodes, chain(nodes)));
    let all = [vec![("resnet50".to_string(), 175, resnet)], chains.to_vec()].concat();
    let mut group = c.benchmark_group("spec");
    for (name, nodes, text) in all {
        group.throughput(Throughput::Elements(nodes as u64));
        group.bench_function(BenchmarkId::new("check", &name), |b| b.iter(|| check("spec.yaml", black_box(&text))));
        let checked = check("spec.yaml", &text);
        group.bench_function(BenchmarkId::new("plan", &name), |b| b.iter(|| plan(black_box(&checked))));
    }
    group.finish();
}

criterion_group!(benches, specs);
criterion_main!(benches);
