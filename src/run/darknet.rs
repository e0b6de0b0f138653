//! The order of a Darknet weights file, told by the network it is for.

use std::collections::HashSet;

use crate::check::{Checked, ParamId};
use crate::graph::NodeId;
use crate::ops::Op;
use crate::weights::darknet::{Section, ordered};

/// The tensors of a Darknet weights file in the order of the stream.
///
/// Darknet writes layer by layer in the order of the cfg, which is that of the nodes. A batch
/// normalisation is a part of the layer before it, and has the layer's biases, which are added
/// behind it.
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
        let order = ordered(connected, bias, own("weight"), statistics);
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
