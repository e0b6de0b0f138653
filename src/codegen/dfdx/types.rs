//! Types of tensors in generated code, and what has none.

use crate::check::Checked;
use crate::diag::{Diagnostic, Sink, codes};
use crate::graph::{Graph, NodeId};
use crate::shape::{DType, Dim, Fact};

/// The type of a tensor that carries a tape of type `T`; integers carry none.
///
/// The batch is `B`; all other sizes are numbers, as [`check`] makes sure of.
pub(super) fn of(fact: &Fact) -> String {
    with(fact, "B", Some("T"))
}

/// The type of a tensor whose batch is this type; `tape` is the type of its tape, where it has one.
pub(super) fn with(fact: &Fact, batch: &str, tape: Option<&str>) -> String {
    let sizes: Vec<usize> = fact.shape.iter().skip(1).map(|d| d.as_usize().unwrap_or(0)).collect();
    let list = sizes.iter().map(|s| format!(", {s}")).collect::<String>();
    let tape = tape.map(|t| format!(", {t}")).unwrap_or_default();
    match (fact.dtype, fact.rank()) {
        (DType::F32, 0) => format!("Scalar<{}>", tape.trim_start_matches(", ")),
        (DType::F32, 2) => format!("Features<{batch}{list}{tape}>"),
        (DType::F32, 3) => format!("Seq<{batch}{list}{tape}>"),
        (DType::F32, 4) => format!("Map<{batch}{list}{tape}>"),
        (DType::F32, 5) => format!("Volume<{batch}{list}{tape}>"),
        (DType::F32, _) => format!("Tensor<{}, f32, Cpu{tape}>", shape(fact, batch)),
        (DType::I64, 1) => format!("Labels<{batch}>"),
        (DType::I64, _) => format!("Tensor<{}, i64, Cpu>", shape(fact, batch)),
    }
}

/// The type of a shape: `(B, Const<3>, Const<224>, Const<224>)`.
fn shape(fact: &Fact, batch: &str) -> String {
    let sizes = fact.shape.iter().skip(1).map(|d| format!(" Const<{}>,", d.as_usize().unwrap_or(0)));
    let sizes = sizes.collect::<String>();
    match fact.rank() {
        0 => "()".to_string(),
        1 => format!("({batch},)"),
        _ => format!("({batch},{})", sizes.trim_end_matches(',')),
    }
}

/// `[N, 64, 56, 56]`, for documentation.
pub(super) fn brackets(fact: &Fact) -> String {
    let sizes = fact.shape.iter().enumerate().map(|(axis, dim)| match dim.as_usize() {
        Some(size) if axis > 0 => size.to_string(),
        _ => "N".to_string(),
    });
    format!("`[{}]`", sizes.collect::<Vec<_>>().join(", "))
}

/// Reports every node whose type cannot be written: sizes must be numbers, but for the first, which
/// is the batch of the inputs.
pub(super) fn check(checked: &Checked, sink: &mut Sink) {
    let graph = checked.graph();
    let first = graph.roles.inputs.first().and_then(|id| checked.fact(*id).shape.first().cloned());
    let Some(batch) = first.filter(|dim| !dim.is_num()) else {
        let span = graph.roles.inputs.first().map(|id| graph.node(*id).span);
        let mut problem = Diagnostic::error(codes::NO_DFDX, "generated code needs a batch of any size")
            .help("give the first axis of each input an upper-case name: `f32[N, 3, 224, 224]`");
        if let Some(span) = span {
            problem = problem.label(span, "the first axis of this input is the batch");
        }
        return sink.push(problem);
    };
    for id in graph.ids() {
        let fact = checked.fact(id);
        let is_loss = fact.rank() == 0;
        let fits = |(axis, dim): (usize, &Dim)| if axis == 0 { *dim == batch } else { dim.is_num() };
        if !is_loss && !fact.shape.iter().enumerate().all(fits) {
            // What an input's sizes leave open, its readers do too: one report is enough.
            let inputs = graph.inputs(id);
            let inherited = inputs.iter().any(|i| !checked.fact(*i).shape.iter().enumerate().all(fits));
            if !inherited {
                sink.push(unsized_node(graph, id, fact, &batch));
            }
        }
    }
}

fn unsized_node(graph: &Graph, id: NodeId, fact: &Fact, batch: &Dim) -> Diagnostic {
    let node = graph.node(id);
    Diagnostic::error(codes::NO_DFDX, format!("the type of `{}` cannot be written: {fact}", node.path))
        .label(node.span, format!("its first size must be the batch `{batch}`, and all others numbers"))
        .help("set the sizes of the inputs: `--set \"inputs.image=f32[N, 3, 224, 224]\"`")
        .trace(node.frames())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::Shape;

    fn batched(sizes: &[usize], dtype: DType) -> Fact {
        let mut shape = Shape::of(sizes);
        shape.0.insert(0, Dim::symbol("N"));
        Fact { dtype, shape }
    }

    #[test]
    fn types_carry_the_whole_shape() {
        assert_eq!(of(&batched(&[3, 224, 224], DType::F32)), "Map<B, 3, 224, 224, T>");
        assert_eq!(of(&batched(&[10], DType::F32)), "Features<B, 10, T>");
        assert_eq!(of(&batched(&[], DType::F32)), "Tensor<(B,), f32, Cpu, T>");
        assert_eq!(of(&batched(&[], DType::I64)), "Labels<B>");
        assert_eq!(of(&batched(&[8, 8], DType::I64)), "Tensor<(B, Const<8>, Const<8>), i64, Cpu>");
        assert_eq!(of(&Fact::f32(Vec::new())), "Scalar<T>");
        assert_eq!(with(&batched(&[10], DType::F32), "usize", None), "Features<usize, 10>");
        assert_eq!(brackets(&batched(&[3, 8, 8], DType::F32)), "`[N, 3, 8, 8]`");
    }
}
