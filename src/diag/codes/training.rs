//! `BP04xx`: the `loss`, `metrics`, `data` and `train` sections.

codes! {
    NO_UNIT = "BP0408": "a length of a schedule has no unit",
        "Lengths of schedules and phases are written with their unit, since `5` could mean epochs or optimizer steps: `5ep` or `500it`.";
}
