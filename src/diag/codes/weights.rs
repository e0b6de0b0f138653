//! `BP06xx`: weight files.

codes! {
    WEIGHTS_UNREADABLE = "BP0601": "the weights file cannot be read",
        "The file is missing, damaged or in a format that is not known by its content.",
        elsewhere "tests/weights.rs";
}
