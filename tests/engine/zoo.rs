//! Plans of known networks: what they take.

use blockprint::diag::Sink;
use blockprint::driver::compile_path;
use blockprint::expand::Options;
use blockprint::plan::{Memory, Pass, Plan, PlanError, PlanOptions};
use blockprint::shape::Symbols;

fn plan(batch: i64, training: bool) -> Plan {
    plan_within(batch, training, None).expect("there is a plan")
}

fn plan_within(batch: i64, training: bool, memory_budget: Option<u64>) -> Result<Plan, PlanError> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("specs/resnet50.yaml");
    let compiled = compile_path(&path, &Options::default());
    let checked = compiled.checked.expect("the spec is sound");
    let bound = checked.bind(&Symbols::from([("N".to_string(), batch)]), &mut Sink::new()).expect("one symbol");
    let targets = checked.graph().roles.outputs.clone();
    Plan::new(&checked, &bound, &PlanOptions { training, targets, memory_budget, ..PlanOptions::default() })
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

#[test]
fn resnet50_trains_in_less_memory() {
    let whole = plan(8, true);
    let forward: u64 = whole.steps().filter(|s| s.pass == Pass::Forward).map(|s| s.macs).sum();
    // The parameters' gradients are there in any case.
    let (all, grads) = (whole.memory().arena_bytes, whole.memory().grads_bytes);
    let within = |bytes: u64| {
        let plan = plan_within(8, true, Some(bytes + grads));
        plan.map(|p| (p.memory().arena_bytes, p.steps().filter(|s| s.pass == Pass::Again).map(|s| s.macs).sum::<u64>()))
    };
    let Err(PlanError::OverBudget { least }) = within(0) else { panic!("no memory is enough") };
    let least = least - grads;
    assert!(least < all * 35 / 100, "{least} of {all} bytes");
    // The share of the forward pass that runs twice, in per cent, at most.
    for (bytes, share) in [(all * 3 / 4, 5), (all / 2, 20), (least, 90)] {
        let (taken, again) = within(bytes).expect("it fits");
        assert!(taken <= bytes && again * 100 < forward * share, "{taken} of {all} bytes: {again} multiply-adds again");
    }
}
