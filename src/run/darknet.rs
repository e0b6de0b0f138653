//! The order of a Darknet weights file, told by the network it is for.

use std::collections::HashSet;

use crate::check::{Checked, ParamId};
use crate::graph::NodeId;
use crate::ops::Op;
use crate::weights::darknet::Section;

/// The tensors of a Darknet weights file in the order of the stream.
///
/// Darknet writes layer by layer in the order of the cfg, which is that of the nodes. Within a
/// convolution: biases, then those of the batch normalisation that follows it (scales, means,
/// variances), then weights; a connected layer has its weights after the biases
/// (`load_convolutional_weights` and `load_connected_weights` in `src/parser.c`). The biases of a
/// layer with batch normalisation are added behind it: they are the normalisation's own.
pub(super) fn sections(checked: &Checked) -> Vec<Section> {
    let graph = checked.graph();
    let mut seen = HashSet::new();
    let mut sections = Vec::new();
    for id in graph.ids() {
        let connected = match graph.op(id) {
            Some(Op::Conv(_) | Op::Depthwise(_)) => false,
            Some(Op::Dense(_)) => true,
            _ => continue,
        };
        let norm = match graph.users(id)[..] {
            [user] if matches!(graph.op(user), Some(Op::BatchNorm(_))) => Some(user),
            _ => None,
        };
        let own = |part| find(checked, id, part);
        let of_norm = |part| norm.and_then(|norm| find(checked, norm, part));
        let bias = own("bias").or(of_norm("bias"));
        let statistics = ["weight", "running_mean", "running_var"].map(of_norm);
        let order: Vec<Option<ParamId>> = match connected {
            true => [bias, own("weight")].into_iter().chain(statistics).collect(),
            false => std::iter::once(bias).chain(statistics).chain([own("weight")]).collect(),
        };
        for id in order.into_iter().flatten().filter(|id| seen.insert(*id)) {
            let param = checked.param(id);
            sections.push(Section { name: param.name.clone(), shape: param.shape.clone() });
        }
    }
    sections
}

/// The parameter of a node whose name ends in `part`.
fn find(checked: &Checked, id: NodeId, part: &str) -> Option<ParamId> {
    let ends = |id: &&ParamId| checked.param(**id).name.rsplit('.').next() == Some(part);
    checked.node_params(id).iter().find(ends).copied()
}
