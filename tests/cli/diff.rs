//! `diff`.

use super::{Place, SMALL};

#[test]
fn nodes_and_costs_are_compared() {
    let place = Place::new();
    place.write("a.yaml", SMALL);
    let b = SMALL.replace("conv(6, 5, stride=2) -> bn -> relu", "conv(width, 5, stride=2) -> relu -> sigmoid");
    place.write("b.yaml", &b.replace("net:", "params: {width: 8}\nnet:"));
    let human = place.blockprint(&["diff", "a.yaml", "b.yaml"]).ends(0);
    for line in
        ["- bn  bn", "+ sigmoid  sigmoid", "~ conv  out 6 -> 8; output ", "parameters", "MACs", "sees", "~ maxpool"]
    {
        assert!(human.out.contains(line), "no `{line}` in:\n{}", human.out);
    }
    let json = place.blockprint(&["diff", "a.yaml", "b.yaml", "--format", "json"]).ends(0).json();
    assert_eq!(json["a"]["parameters"], 6 * 26 + 12 + 10 * 217);
    assert_eq!(json["b"]["parameters"], 8 * 26 + 10 * 289);
    let changes = json["changes"].as_array().expect("a list");
    let of =
        |path: &str| changes.iter().find(|c| c["path"] == path).unwrap_or_else(|| panic!("no {path} in {changes:?}"));
    assert_eq!((of("bn")["change"].as_str(), of("sigmoid")["change"].as_str()), (Some("removed"), Some("added")));
    let relu = of("relu")["deltas"].as_array().expect("a list");
    assert_eq!((relu[0]["what"].as_str(), relu[0]["b"].as_str()), (Some("inputs"), Some("conv")));
}

#[test]
fn equal_networks_differ_in_nothing() {
    let place = Place::new();
    let run = place.blockprint(&["diff", "lenet5", "lenet5"]).ends(0);
    assert!(run.out.contains("0 added, 0 removed, 0 changed"), "{}", run.out);
    place.write("broken.yaml", "blockprint: 1\nnet: [cnov(3)]\n");
    place.blockprint(&["diff", "lenet5", "broken.yaml"]).ends(1);
}
