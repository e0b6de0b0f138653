//! Warnings about what a spec declares and does not use.

use std::collections::HashSet;

use crate::diag::{Code, Diagnostic, Sink, codes};
use crate::source::Span;
use crate::syntax::ast::{Ident, Spec};

use super::walk;

/// Warns of parameters, blocks, towers and inputs that nothing mentions. A file without a
/// `net` is a library: its blocks are for others.
pub(super) fn unused(spec: &Spec, sink: &mut Sink) {
    if spec.net.is_none() {
        return;
    }
    let roots = walk::roots(spec);
    let mut used = roots.clone();
    // A block that is called makes what its body mentions used; in rounds, since order is free.
    let mut waiting: Vec<_> = spec.blocks.iter().collect();
    loop {
        // A parameter of the spec may be a chain that calls blocks.
        let params: Vec<_> = spec.params.iter().filter(|p| used.contains(p.name.value.as_str())).collect();
        params.iter().for_each(|p| walk::expr_names(&p.value, &mut used));
        let (called, rest): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|b| used.contains(b.name.value.as_str()));
        waiting = rest;
        if called.is_empty() {
            break;
        }
        called.iter().for_each(|block| walk::block_names(block, &mut used));
    }
    for block in &waiting {
        warn(codes::UNUSED_BLOCK, "block", &block.name, sink);
    }
    for tower in spec.towers.iter().filter(|t| !used.contains(t.name.value.as_str())) {
        warn(codes::UNUSED_BLOCK, "tower", &tower.name, sink);
    }
    // Textual mentions count for parameters, so that an unused block is one warning, not two.
    let mut mentioned = used;
    for block in &spec.blocks {
        walk::block_names(block, &mut mentioned);
    }
    spec.params.iter().for_each(|p| walk::expr_names(&p.value, &mut mentioned));
    for param in spec.params.iter().filter(|p| !mentioned.contains(p.name.value.as_str())) {
        warn(codes::UNUSED_PARAMETER, "parameter", &param.name, sink);
    }
    for block in &spec.blocks {
        let mut inside = HashSet::new();
        walk::block_names(block, &mut inside);
        for param in block.params.iter().filter(|p| !inside.contains(p.name.value.as_str())) {
            warn(codes::UNUSED_PARAMETER, "parameter", &param.name, sink);
        }
    }
    // The first input is what the first statement reads; metrics may read the label of a loss.
    for input in spec.inputs.iter().skip(1).filter(|i| !roots.contains(i.name.value.as_str())) {
        warn(codes::UNUSED_INPUT, "input", &input.name, sink);
    }
}

fn warn(code: Code, what: &str, name: &Ident, sink: &mut Sink) {
    let verb = match code {
        codes::UNUSED_BLOCK => "called",
        codes::UNUSED_INPUT => "read",
        _ => "used",
    };
    if name.span != Span::default() {
        sink.push(
            Diagnostic::warning(code, format!("the {what} `{}` is {verb} nowhere", name.value))
                .label(name.span, "declared here"),
        );
    }
}
