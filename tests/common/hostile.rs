//! Networks whose every name is what a stranger may write.

use std::collections::HashMap;
use std::sync::Arc;

use blockprint::check::{Checked, check};
use blockprint::diag::{Frame, Sink};
use blockprint::graph::{Graph, Instance, Node, Trace};

/// What a stranger may write where a name or a text stands.
pub const HOSTILE: &[&str] = &[
    "fn",
    "self",
    "Self",
    "crate",
    "r#type",
    "\"",
    "\\",
    "'",
    "*/ evil /*",
    "\n}\nfn evil() {}\n//",
    "{evil}",
    "}}{{",
    "$0$1$node$rate",
    "__slot_0__",
    "Kind__0__",
    "😀",
    "\u{202e}evil",
    "../../evil",
    "```\nevil();\n```",
    "#![feature(evil)]",
    "evil\"); std::process::exit(1); (\"",
    "\0",
    "x",
    "relu",
    "Tensor",
    "",
];

/// The network with every name changed.
pub fn renamed(graph: &Graph, change: &dyn Fn(&str) -> String) -> Graph {
    let path = |path: &str| {
        path.split('.')
            .map(|part| if part.is_empty() { String::new() } else { change(part) })
            .collect::<Vec<_>>()
            .join(".")
    };
    let mut traces = HashMap::new();
    let mut copy = Graph::new();
    for id in graph.ids() {
        let node = graph.node(id);
        let trace = node.trace.as_ref().map(|t| renamed_trace(t, change, &path, &mut traces));
        let node = Node { path: path(&node.path), weights: path(&node.weights), trace, ..node.clone() };
        copy.add(node, &graph.inputs(id)).expect("other names differ as these do");
    }
    copy.roles = graph.roles.clone();
    copy.roles.losses.iter_mut().chain(&mut copy.roles.metrics).for_each(|(name, _)| *name = change(name));
    copy
}

fn renamed_trace(
    trace: &Arc<Trace>,
    change: &dyn Fn(&str) -> String,
    path: &dyn Fn(&str) -> String,
    known: &mut HashMap<*const Trace, Arc<Trace>>,
) -> Arc<Trace> {
    if let Some(made) = known.get(&Arc::as_ptr(trace)) {
        return made.clone();
    }
    let outer = trace.outer.as_ref().map(|t| renamed_trace(t, change, path, known));
    let instance = trace.instance.as_ref().map(|i| Instance {
        template: change(&i.template),
        prefix: path(&i.prefix),
        weights: path(&i.weights),
        named: i.named,
    });
    let frame = Frame { name: change(&trace.frame.name), span: trace.frame.span };
    let made = Arc::new(Trace { frame, instance, outer });
    known.insert(Arc::as_ptr(trace), made.clone());
    made
}

pub fn checked(graph: Graph) -> Checked {
    let mut sink = Sink::new();
    check(graph, &mut sink).checked.unwrap_or_else(|| panic!("{sink:#?}"))
}

/// The change of a name that puts a text before it or behind it. Numbers stay, as they are not a
/// user's.
pub fn spoiled(name: &str, evil: &str, front: bool) -> String {
    match (name.bytes().all(|b| b.is_ascii_digit()), front) {
        (true, _) => name.to_string(),
        (_, true) => format!("{evil}{name}"),
        (_, false) => format!("{name}{evil}"),
    }
}
