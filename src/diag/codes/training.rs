//! `BP04xx`: the `loss`, `metrics`, `data` and `train` sections.

codes! {
    NO_UNIT = "BP0408": "a length of a schedule has no unit",
        "Lengths of schedules and phases are written with their unit, since `5` could mean epochs or optimizer steps: `5ep` or `500it`.";
    UNKNOWN_SETTING = "BP0410": "a section has no setting of this name",
        "The settings of each section are listed in `docs/training.md` and `docs/data.md`. A setting that nobody reads would silently do nothing, so it is an error.";
    MISSING_SETTING = "BP0411": "a section lacks a setting that has no default",
        "Nothing sensible can be assumed for this setting. Write it into the section that the message names.";
    DUPLICATE_SETTING = "BP0412": "a setting is given twice",
        "A section holds each of its settings at most once. Remove one of the two.";
    BAD_SETTING = "BP0413": "a setting has a value that it cannot take",
        "The value is of another kind, or out of range. The message says what is expected and what was found.";
    UNKNOWN_OPTIMIZER = "BP0414": "there is no optimizer of this name",
        "The optimizers are `sgd`, `adam`, `adamw`, `nadam`, `adamax`, `rmsprop`, `adagrad` and `adadelta`, and `lbfgs` for pictures; `docs/training.md` and `docs/style.md` list their arguments.";
    UNKNOWN_SCHEDULE = "BP0415": "there is no schedule of this name",
        "A schedule is a chain of pieces, such as `warmup(5ep) -> cosine(85ep)`; `docs/training.md` lists them.";
    UNREACHABLE_PIECE = "BP0416": "a piece of a schedule is never reached",
        "The piece before it has no end. Give that piece a length, or put it last.";
    UNKNOWN_AUGMENTATION = "BP0417": "there is no augmentation of this name",
        "An augmentation is a chain of steps, such as `random_crop(224) -> hflip(0.5) -> normalize(imagenet)`; `docs/data.md` lists them.";
    FREEZES_NOTHING = "BP0418": "a phase freezes or unfreezes nothing",
        "The names of `freeze`, `except` and `unfreeze` are paths of nodes or of blocks that hold parameters; `all` stands for every parameter. A name that matches none would silently do nothing.";
    CONFLICTING_SETTINGS = "BP0419": "two settings contradict each other",
        "The message names both settings. Keep the one that is meant.";
    NORMALIZED_TWICE = "BP0420": "pixels are normalized twice",
        "`normalize` in a chain and `mean` or `std` in `data` both shift and scale the pixels. Keep one of them.";
    TRAINS_NOTHING = "BP0421": "a phase trains nothing",
        "Every parameter is frozen in this phase, by itself or by an earlier one. Frozen parameters stay frozen until a phase names them under `unfreeze`.";
    UNKNOWN_METRIC = "BP0422": "a metric that is watched is not computed",
        "`monitor` names `loss` or one of the spec's `metrics`, after `val.` or `train.`.";
    UNKNOWN_SAMPLER = "BP0423": "there is no sampler of this name",
        "`sampler` of `data` composes examples: `pk(people=8, images=4)`, `pairs()` or `triplets()`; `docs/data.md` lists their arguments.";
}
