//! ONNX's own operator cases, as far as an operator is one of ours or a chain of ours.
//!
//! Each case is mapped node by node to calls of ops; a case that no op can express is counted
//! with the reason. A case that is mapped must agree with its recorded output.

#[path = "onnx/case.rs"]
mod case;
mod common;
#[path = "onnx/compose.rs"]
mod compose;
#[path = "onnx/map.rs"]
mod map;

use std::collections::BTreeMap;
use std::path::PathBuf;

use case::{Case, Tensor};

/// How many cases pass at least: a case that falls out of the mapping must not go unseen.
const PASSING: usize = 279;

/// What came of a case.
enum Outcome {
    Passes,
    Fails(String),
    DoesNotApply(String),
}

fn run(case: &Case) -> Outcome {
    let mut values = case.inputs.clone();
    for node in &case.nodes {
        match map::evaluate(node, &values, case.opset) {
            Ok(output) => {
                let name = node.outputs.iter().find(|name| !name.is_empty()).cloned().unwrap_or_default();
                values.insert(name, output);
            }
            Err(reason) => return Outcome::DoesNotApply(reason),
        }
    }
    // Further outputs (indices of maxima, masks) are none that an op of ours has.
    let (name, expected) = &case.output;
    match values.get(name) {
        Some(found) => match difference(found, expected) {
            None => Outcome::Passes,
            Some(what) => Outcome::Fails(what),
        },
        None => Outcome::DoesNotApply("its output is a second output".into()),
    }
}

/// Where two tensors differ by more than rounding (ONNX allows a relative 1e-3: some outputs are
/// recorded with four digits). Sizes of one may be left out: global pools
/// drop the axes that they pool over.
fn difference(found: &Tensor, expected: &Tensor) -> Option<String> {
    let sizes = |t: &Tensor| t.shape.iter().copied().filter(|s| *s != 1).collect::<Vec<_>>();
    if sizes(found) != sizes(expected) {
        return Some(format!("shape {:?} for {:?}", found.shape, expected.shape));
    }
    found.data.iter().zip(&expected.data).enumerate().find_map(|(i, (f, e))| {
        let same = f == e || (f.is_nan() && e.is_nan()) || (f - e).abs() <= 1e-5 + 5e-4 * e.abs();
        (!same).then(|| format!("element {i}: {f} for {e}"))
    })
}

#[test]
fn operators_agree_with_their_reference_cases() {
    let Some(folder) = std::env::var_os("BLOCKPRINT_DATA").map(|f| PathBuf::from(f).join("onnx_node")) else {
        eprintln!("skipped: BLOCKPRINT_DATA is not set");
        return;
    };
    let cases = case::read_all(&folder);
    let (mut passing, mut failing) = (0, Vec::new());
    let mut reasons: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, case) in &cases {
        let outcome = match case {
            Ok(case) => run(case),
            Err(reason) => Outcome::DoesNotApply(reason.clone()),
        };
        match outcome {
            Outcome::Passes => passing += 1,
            Outcome::Fails(what) => failing.push(format!("{name}: {what}")),
            Outcome::DoesNotApply(reason) => reasons.entry(reason).or_default().push(name.clone()),
        }
    }
    let applying = passing + failing.len();
    eprintln!("{} cases: {applying} apply, {passing} pass", cases.len());
    for (reason, names) in &reasons {
        eprintln!("  {:3} do not apply: {reason}", names.len());
        if std::env::var_os("BLOCKPRINT_VERBOSE").is_some() {
            names.iter().for_each(|n| eprintln!("        {n}"));
        }
    }
    assert!(failing.is_empty(), "{} fail:\n{}", failing.len(), failing.join("\n"));
    assert!(passing >= PASSING, "only {passing} pass");
}
