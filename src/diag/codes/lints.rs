//! `BP09xx`: specs that can be used but are probably not what was meant.

codes! {
    SOFTMAX_BEFORE_CROSS_ENTROPY = "BP0901": "softmax before cross-entropy",
        "`cross_entropy` takes logits and applies log-softmax itself; applying softmax first squeezes the gradients. Name the node before the softmax as the loss's input.";
    BIAS_BEFORE_NORM = "BP0902": "a bias before a batch norm",
        "Batch norm takes the mean off each channel, and with it any constant that the layer before has added; it then adds a bias of its own. Write `bias=false` in the layer before it: the same network with fewer parameters.";
    DROPOUT_BEFORE_NORM = "BP0903": "dropout before a batch norm",
        "Dropout raises the variance of what passes it in training and not in evaluation, while batch norm normalises evaluation with the variance of training. Put dropout after the last batch norm.";
    SIGMOID_BEFORE_BCE = "BP0904": "sigmoid before binary cross-entropy of logits",
        "`bce_logits` takes logits and applies the sigmoid itself, in a form that does not overflow. Name the node before the sigmoid as the loss's input.";
    UNUSED_NODE = "BP0905": "a node that nothing depends on",
        "No output, loss or metric depends on the node. It would cost time and memory for nothing: name it under `outputs`, or remove it. Of several such nodes in a row, the last is told.";
    STRIDE_DROPS_PIXELS = "BP0906": "a stride that drops pixels at the edge",
        "The windows do not reach the end of the padded input, so its last rows or columns are never read. `ceil=true` (for pools), other padding, or another input size lets the windows end where the input ends.";
    POOL_TOO_LARGE = "BP0907": "a pool larger than its input",
        "The window covers the whole input, and padding with it. Often the input is smaller than the network was made for. Use a smaller window, or `gap`.";
    ACTIVATION_BEFORE_LOGITS = "BP0908": "an activation before a softmax or a loss of logits",
        "Logits may have either sign and any size. After `relu` none is negative, after `sigmoid` or `tanh` all are small, so that no class can be ruled out or be certain. Leave the activation out.";
    ACTIVATIONS_IN_A_ROW = "BP0909": "two activations in a row",
        "Nothing is learnt between them. Either one of them is left over, or a layer between them was forgotten.";
    UNUSED_PARAMETER = "BP0910": "a parameter is used nowhere",
        "Nothing in the spec mentions the parameter, so that setting it has no effect. Remove it, or use it where a number stands.";
    UNUSED_BLOCK = "BP0911": "a block or tower is called nowhere",
        "Nothing in the spec calls it. Remove it, or call it; blocks for other specs belong into a file of their own that has no `net`.";
    UNUSED_INPUT = "BP0912": "an input is read nowhere",
        "No statement, loss or metric reads the input. Remove it, or name it where it is meant: `@name`.";
    LOGITS_FOR_PROBABILITIES = "BP0913": "logits where probabilities are wanted",
        "`bce` takes the logarithm of probabilities, which lie between 0 and 1. What comes straight from a layer is not limited: use `bce_logits`, which applies the sigmoid itself and does not overflow.";
}
