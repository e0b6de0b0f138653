//! Statically typed Rust over dfdx.
//!
//! Every kind of block instance becomes a struct, every layer a field, and every tensor's whole shape
//! stands in a signature, so that a wrong edit does not compile.

mod body;
mod chains;
mod draft;
mod kinds;
mod model;
mod types;

use crate::check::Checked;
use crate::diag::Sink;

use super::tree::Tree;

pub use model::{HeadOutput, Model};

/// The model of a network as a Rust module. Where generated code cannot express something, that is
/// reported at the node, and there is none.
pub fn model(checked: &Checked, name: &str, sink: &mut Sink) -> Option<Model> {
    let errors = sink.error_count();
    types::check(checked, sink);
    if sink.error_count() > errors {
        return None;
    }
    let tree = Tree::of(checked);
    let kinds = kinds::of(checked, &tree, sink);
    let measures = body::measures(draft::Drafter::new(
        checked,
        &tree,
        draft::Known { kind_of: &[], kinds: &[], slots: &[] },
        sink,
    ));
    if sink.error_count() > errors {
        return None;
    }
    Some(model::write(checked, &tree, &kinds, measures.as_ref(), name))
}
