//! How diagnostics look: cases of `tests/suite` rendered at a fixed width, without colour.

mod support;

use blockprint::diag::render_human;
use blockprint::driver;
use support::{cases, suite_files};

/// The cases that are shown: suite file, case, snapshot.
const SHOWN: &[(&str, &str, &str)] = &[
    ("shapes.yaml", "a channel mismatch three expansions deep", "mismatch_three_deep"),
    ("shapes.yaml", "branches with different heights", "stride"),
    ("shapes.yaml", "concat then add", "concat"),
    ("shapes.yaml", "dense after a feature map", "dense_after_map"),
    ("shapes.yaml", "errors of several kinds in one run", "several_shapes"),
    ("shapes.yaml", "calls of a tower with inputs of different sizes", "tower"),
    ("shapes.bp", "a mismatch inside a loop", "loop_bp"),
    ("arguments.yaml", "several mistakes in one call", "several_arguments"),
    ("names.yaml", "an op known by another name", "other_names"),
    ("losses.yaml", "logits that are a map", "logits_map"),
    ("lints.yaml", "bias before batch norm", "bias_before_norm"),
    ("lints.yaml", "a stride that drops pixels", "dropped_pixels"),
    ("syntax.yaml", "several mistakes in one file", "several_syntax"),
    ("training.yaml", "a schedule without units", "no_unit"),
];

#[test]
fn diagnostics_are_rendered_as_approved() {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let files = suite_files();
    for (file, name, snapshot) in SHOWN {
        let path = files.iter().find(|p| p.ends_with(file)).unwrap_or_else(|| panic!("no {file}"));
        let text = std::fs::read_to_string(path).expect("a suite file is readable");
        let case = cases(&text).into_iter().find(|c| c.name == *name).unwrap_or_else(|| panic!("no case `{name}`"));
        let extension = path.extension().and_then(|e| e.to_str()).unwrap_or("yaml");
        let compiled = driver::compile_text(&format!("spec.{extension}"), &case.text, &Default::default());
        let rendered = render_human(&compiled.sink, &compiled.sources, 100, false);
        settings.bind(|| insta::assert_snapshot!(*snapshot, rendered));
    }
}
