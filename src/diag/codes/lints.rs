//! `BP09xx`: specs that can be used but are probably not what was meant.

codes! {
    SOFTMAX_BEFORE_CROSS_ENTROPY = "BP0901": "softmax before cross-entropy",
        "`cross_entropy` takes logits and applies log-softmax itself; applying softmax first squeezes the gradients. Name the node before the softmax as the loss's input.";
}
