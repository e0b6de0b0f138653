//! `BP09xx`: specs that can be used but are probably not what was meant.

codes! {
    SOFTMAX_BEFORE_CROSS_ENTROPY = "BP0901": "softmax before cross-entropy",
        "`cross_entropy` takes logits and applies log-softmax itself; applying softmax first squeezes the gradients. Name the node before the softmax as the loss's input.";
    UNUSED_PARAMETER = "BP0910": "a parameter is used nowhere",
        "Nothing in the spec mentions the parameter, so that setting it has no effect. Remove it, or use it where a number stands.";
    UNUSED_BLOCK = "BP0911": "a block or tower is called nowhere",
        "Nothing in the spec calls it. Remove it, or call it; blocks for other specs belong into a file of their own that has no `net`.";
    UNUSED_INPUT = "BP0912": "an input is read nowhere",
        "No statement, loss or metric reads the input. Remove it, or name it where it is meant: `@name`.";
}
