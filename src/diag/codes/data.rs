//! `BP07xx`: data sets.

codes! {
    DATA_MISSING = "BP0701": "the data set is not where the spec says",
        "The path of a data set is resolved beneath the folder of the spec; `--data PATH` names another place.",
        elsewhere "tests/data.rs";
}
