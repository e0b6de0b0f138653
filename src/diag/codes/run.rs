//! `BP08xx`: running, and writing results.

codes! {
    DIVERGED = "BP0801": "training diverged",
        "The loss or a gradient became infinite or NaN. The message names the node and the batch. A smaller learning rate, a warmup or `clip_norm` usually helps.",
        elsewhere "tests/train.rs";
}
