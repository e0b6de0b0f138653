//! Writing specs: canonical text of either spelling.
//!
//! What is written is read back as an equal tree, spans aside, if the tree came from a reader:
//! a tree made by hand can hold what no text stands for, such as a chain of a single call in
//! place of a name. Holes are written as `_`.

mod bp;
pub(in crate::syntax) mod lines;
mod text;
mod yaml;

use super::Spelling;
use super::ast::Spec;
use lines::Lines;

/// The spec as YAML.
pub fn to_yaml(spec: &Spec) -> String {
    to_text(spec, Spelling::Yaml)
}

/// The spec in Blockprint's own spelling.
pub fn to_bp(spec: &Spec) -> String {
    to_text(spec, Spelling::Bp)
}

/// The spec in the spelling asked for.
pub fn to_text(spec: &Spec, spelling: Spelling) -> String {
    let mut lines = Lines::default();
    put(&mut lines, spec, spelling);
    lines.text()
}

/// Adds the spec's lines.
pub(in crate::syntax) fn put(lines: &mut Lines, spec: &Spec, spelling: Spelling) {
    match spelling {
        Spelling::Yaml => yaml::put(lines, spec),
        Spelling::Bp => bp::put(lines, spec),
    }
}
