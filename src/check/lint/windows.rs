//! Windows that do not meet the input's edge, or are larger than it.

use crate::diag::{Diagnostic, codes};
use crate::graph::NodeId;
use crate::ops::Reach;

use super::super::infer::known_inputs;
use super::Cx;

pub(super) fn lint(cx: &mut Cx<'_>, id: NodeId) {
    let name = cx.op(id);
    let (Some(op), Some(inputs), Some(output)) =
        (cx.graph.op(id), known_inputs(cx.graph, id, cx.facts), &cx.facts[id.index()])
    else {
        return;
    };
    let Reach::Window(windows) = op.reach(&inputs) else { return };
    for (i, (kernel, stride, before)) in windows.into_iter().enumerate() {
        let size = |fact: &crate::shape::Fact| fact.shape.get(i + 2).and_then(|d| d.as_usize());
        let (Some(input), Some(output)) = (size(&inputs[0]), size(output)) else { continue };
        let window = Window { kernel, stride, before, input, output };
        if name.ends_with("pool") && kernel > input {
            larger_than_input(cx, id, &window);
        } else if let Some(short) = window.drops() {
            drops(cx, id, &window, short);
        }
    }
}

struct Window {
    kernel: usize,
    stride: usize,
    before: usize,
    input: usize,
    output: usize,
}

impl Window {
    /// How many elements at the end no window reads. A kernel smaller than its stride skips
    /// elements everywhere, and is meant to.
    fn drops(&self) -> Option<usize> {
        if self.stride < 2 || self.kernel < self.stride {
            return None;
        }
        let end = self.output.checked_sub(1)?.checked_mul(self.stride)?.checked_add(self.kernel)?;
        let short = self.input.checked_add(self.before)?.checked_sub(end)?;
        (short > 0).then_some(short)
    }

    /// The nearest greater input that the windows cover exactly.
    fn fitting(&self, short: usize) -> usize {
        self.input + self.stride - short
    }
}

fn drops(cx: &mut Cx<'_>, id: NodeId, w: &Window, short: usize) {
    let name = cx.op(id);
    let padding = match w.before {
        0 => String::new(),
        p => format!(" + {p} padding"),
    };
    let ceil = if name.ends_with("pool") { "`ceil=true`, " } else { "" };
    let d = Diagnostic::warning(
        codes::STRIDE_DROPS_PIXELS,
        format!(
            "the windows of `{name}` end {short} short of the input: {}{padding} - {} is no multiple of the stride {}",
            w.input, w.kernel, w.stride
        ),
    )
    .label(cx.span(id), format!("`{}` never reads the last {short} of {}", cx.path(id), w.input))
    .help(format!("use {ceil}more padding, or an input of size {} here", w.fitting(short)));
    cx.warn(id, d);
}

fn larger_than_input(cx: &mut Cx<'_>, id: NodeId, w: &Window) {
    let name = cx.op(id);
    let d = Diagnostic::warning(
        codes::POOL_TOO_LARGE,
        format!("the window of `{name}` is larger than its input: {} over {}", w.kernel, w.input),
    )
    .label(cx.span(id), format!("`{}` covers its whole input, and padding", cx.path(id)))
    .help(format!("use a window of at most {}, or `gap` for the mean of all", w.input));
    cx.warn(id, d);
}

#[cfg(test)]
mod tests {
    use super::Window;

    #[test]
    fn what_the_last_window_leaves() {
        let drops = |input, kernel, stride, before, output| Window { kernel, stride, before, input, output }.drops();
        assert_eq!(drops(32, 3, 2, 0, 15), Some(1));
        assert_eq!(drops(32, 3, 2, 1, 16), None, "only padding is left over");
        assert_eq!(drops(33, 3, 2, 0, 16), None);
        assert_eq!(drops(32, 3, 2, 0, 16), None, "ceil mode reads beyond the end");
        assert_eq!(drops(56, 1, 2, 0, 28), None, "a strided projection skips on purpose");
        assert_eq!(drops(30, 5, 4, 0, 7), Some(1));
        assert_eq!(Window { kernel: 3, stride: 2, before: 0, input: 32, output: 15 }.fitting(1), 33);
    }
}
