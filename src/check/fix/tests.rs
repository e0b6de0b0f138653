use crate::check::check;
use crate::check::testing::Build;
use crate::diag::{Sink, codes};
use crate::graph::NodeId;

/// The only error's code, and its help.
fn error(b: Build) -> (crate::diag::Code, String) {
    let mut sink = Sink::new();
    assert!(check(b.graph, &mut sink).checked.is_none());
    let errors: Vec<_> = sink.iter().filter(|d| d.severity == crate::diag::Severity::Error).collect();
    assert_eq!(errors.len(), 1, "{:?}", sink.sorted());
    (errors[0].code, errors[0].help.clone().unwrap_or_default())
}

fn conv(b: &mut Build, path: &str, args: &[(&str, i64)], from: NodeId) -> NodeId {
    b.op(path, "conv", args, &[from])
}

#[test]
fn both_branches_of_an_add_are_solved_through_norms_and_activations() {
    let mut b = Build::new();
    let x = b.input("image", "f32[N, 64, 56, 56]");
    let main = conv(&mut b, "main.conv", &[("out", 256), ("kernel", 1)], x);
    let main = b.op("main.bn", "bn", &[], &[main]);
    let main = b.op("main.relu", "relu", &[], &[main]);
    let skip = conv(&mut b, "skip.conv", &[("out", 128), ("kernel", 1)], x);
    b.op("add", "add", &[], &[main, skip]);
    let (code, help) = error(b);
    assert_eq!(code, codes::SHAPE_MISMATCH);
    assert_eq!(help, "`out=128` in `main.conv` gives 128 channels, or `out=256` in `skip.conv` gives 256 channels");
}

#[test]
fn a_branch_of_a_concat_is_solved_by_the_difference() {
    let mut b = Build::new();
    let x = b.input("image", "f32[N, 3, 8, 8]");
    let one = conv(&mut b, "one", &[("out", 20), ("kernel", 1)], x);
    let two = b.op("two", "maxpool", &[("kernel", 3), ("stride", 1), ("pad", 1)], &[x]);
    let both = b.op("both", "concat", &[], &[one, two]);
    let y = conv(&mut b, "y", &[("out", 32), ("kernel", 1)], x);
    b.op("add", "add", &[], &[both, y]);
    let (_, help) = error(b);
    assert_eq!(help, "`out=29` in `one` gives 32 channels, or `out=23` in `y` gives 23 channels");
}

#[test]
fn a_stride_is_solved_on_either_side() {
    let mut b = Build::new();
    let x = b.input("image", "f32[N, 64, 56, 56]");
    let main = conv(&mut b, "main", &[("out", 64), ("kernel", 3), ("stride", 2), ("pad", 1)], x);
    b.op("add", "add", &[], &[main, x]);
    let (_, help) = error(b);
    assert!(help.starts_with("`stride=1` in `main` gives `f32[N, 64, 56, 56]`"), "{help}");
}

#[test]
fn a_missing_padding_is_solved() {
    let mut b = Build::new();
    let x = b.input("image", "f32[N, 64, H, W]");
    let main = conv(&mut b, "main", &[("out", 64), ("kernel", 3)], x);
    b.op("add", "add", &[], &[main, x]);
    let (_, help) = error(b);
    assert!(help.starts_with("`pad=half` in `main` gives `f32[N, 64, H, W]`"), "{help}");
}

#[test]
fn a_shared_setter_that_cannot_mend_is_not_proposed() {
    let mut b = Build::new();
    let x = b.input("image", "f32[N, 3, 8, 8]");
    let stem = conv(&mut b, "stem", &[("out", 16), ("kernel", 1)], x);
    let double = b.op("double", "concat", &[], &[stem, stem]);
    b.op("add", "add", &[], &[stem, double]);
    let (_, help) = error(b);
    assert_eq!(help, "");
}

#[test]
fn dense_after_maps_is_told_what_each_way_gives() {
    let mut b = Build::new();
    let x = b.input("image", "f32[N, 64, 7, 7]");
    b.op("logits", "dense", &[("out", 10)], &[x]);
    let (code, help) = error(b);
    assert_eq!(code, codes::WRONG_RANK);
    assert_eq!(help, "insert `gap` (64 features) or `flatten` (3136 features) before `dense`");
}

#[test]
fn an_error_does_not_cause_others() {
    let mut b = Build::new();
    let x = b.input("image", "f32[N, 3, 8, 8]");
    let one = conv(&mut b, "one", &[("out", 20), ("kernel", 9)], x);
    let two = conv(&mut b, "two", &[("out", 20), ("kernel", 1)], one);
    b.op("add", "add", &[], &[two, x]);
    assert_eq!(error(b).0, codes::EMPTY_OUTPUT);
}
