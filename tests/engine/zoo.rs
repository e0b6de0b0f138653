//! Plans of known networks: what they take.

use blockprint::diag::Sink;
use blockprint::driver::compile_path;
use blockprint::expand::Options;
use blockprint::plan::{Memory, Pass, Plan, PlanOptions};
use blockprint::shape::Symbols;

fn plan(batch: i64, training: bool) -> Plan {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("specs/resnet50.yaml");
    let compiled = compile_path(&path, &Options::default());
    let checked = compiled.checked.expect("the spec is sound");
    let bound = checked.bind(&Symbols::from([("N".to_string(), batch)]), &mut Sink::new()).expect("one symbol");
    let targets = checked.graph().roles.outputs.clone();
    Plan::new(&checked, &bound, &PlanOptions { training, targets, ..PlanOptions::default() }).expect("there is a plan")
}

#[test]
fn resnet50_takes_little_more_than_it_must() {
    let mib = |m: Memory| m.arena_bytes >> 20;
    let training = plan(32, true);
    // Backward needs each convolution's and each batch norm's input and each relu's output:
    // about 2.6 GiB at 224x224.
    assert!(mib(training.memory()) < 2700, "{:?}", training.memory());
    // The input, and the two or three maps that are alive where the network is widest.
    assert!(mib(plan(32, false).memory()) < 330, "{:?}", plan(32, false).memory());
    // The bias of 1000 classes is filled up to whole cache lines.
    assert_eq!(training.memory().grads_bytes, 4 * (25_557_032 + 8));
    // One sum of gradients for each of the 16 blocks, whose inputs are read twice.
    let sums = training.steps().filter(|s| s.op == "accumulate" && s.pass == Pass::Backward).count();
    assert_eq!(sums, 16);
}
