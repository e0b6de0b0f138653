//! `BP02xx`: names, arguments and the expansion of a spec.

codes! {
    UNKNOWN_OP = "BP0201": "there is no op or block of this name",
        "A call names an op of the language or a block of the spec. `blockprint ops` lists the ops; blocks must be declared under `blocks`, or imported with `use`.";
    UNKNOWN_ARGUMENT = "BP0210": "the op or block has no argument of this name",
        "Arguments are named as in `docs/ops.md`, or as the block's own head declares them.";
    MISSING_ARGUMENT = "BP0211": "an argument is missing",
        "The argument has no default: nothing sensible can be assumed. `docs/ops.md` lists each op's arguments.";
    DUPLICATE_ARGUMENT = "BP0212": "an argument is given twice",
        "An argument was given by position and by name, or twice by name. Remove one of them.";
    BAD_ARGUMENT = "BP0213": "an argument has a value that it cannot take",
        "The value is of another kind, or out of range. The message says what is expected and what was found.";
    TOO_MANY_ARGUMENTS = "BP0214": "there are too many arguments",
        "Positional arguments take the op's arguments in the order of `docs/ops.md`; there are more of them than the op has.";
}
