//! `BP02xx`: names, arguments and the expansion of a spec.

codes! {
    UNKNOWN_OP = "BP0201": "there is no op or block of this name",
        "A call names an op of the language or a block of the spec. `blockprint ops` lists the ops; blocks must be declared under `blocks`, or imported with `use`.";
    UNKNOWN_NODE = "BP0202": "there is no node of this name",
        "A reference names an input, a node named with `as`, or a path such as `layer3.2.main.conv`. Inside a block only the block's own nodes can be named; pass others in as arguments.";
    UNKNOWN_NAME = "BP0203": "there is no parameter of this name",
        "An expression names a parameter of the spec, a parameter of the block that it stands in, or a name bound by `for` (and `i`, which counts).";
    DUPLICATE_NAME = "BP0204": "a name is given twice",
        "Within its scope every name stands for one thing: nodes, branches, parameters, blocks, towers and inputs. In loops, a template such as `layer{i}` makes names differ.";
    BAD_TEMPLATE = "BP0205": "this cannot be a name",
        "Names consist of letters, digits, `_`, `-` and `.`; in braces stand parameters, `i` and arithmetic on them: `layer{i+1}`.";
    USED_BEFORE_MADE = "BP0206": "a node is used before it is made",
        "A network is a graph without cycles: a node can only read nodes that stand before it. Move the statement, or name another node.";
    RECURSIVE_BLOCK = "BP0207": "a block contains itself",
        "A block is a template that is filled in at every call, so one that calls itself, even by way of others, would never end. Use `repeat` or `for`.";
    PARAMETER_CYCLE = "BP0208": "parameters depend on each other in a circle",
        "Parameters may use each other in any order, but there must be one in which they can be computed. Give one of them a value of its own.";
    NO_RUNNING_NODE = "BP0209": "it is not clear which node this reads",
        "A link reads the node before it. Where there is none, or where the network has several inputs, the first link must say: `@left -> conv(64)`.";
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
    WRONG_INPUT_COUNT = "BP0215": "an op has the wrong number of inputs",
        "Ops over several nodes take them as leading arguments, `absdiff(a, b)`, or as named branches. In a chain the node before counts as the first.";
    BAD_EXPRESSION = "BP0216": "an expression does not fit its place",
        "Arithmetic works on integers and floats; loops run over integers and lists. The message says what was found.";
    ARITHMETIC = "BP0217": "an expression cannot be computed",
        "Integers have 64 bits, and floats are finite. The expression overflows or divides by zero.";
    NOT_CALLABLE = "BP0218": "this name stands for a value, not for an op or block",
        "A link of a chain is an op, a block, a tower or a block's chain parameter. A number, list or node cannot be called.";
    UNKNOWN_OVERRIDE = "BP0219": "an override names nothing that can be set",
        "Paths of `set` and `--set` lead to something that the spec has: `params.classes`, `inputs.image`, `train.epochs`, `data.train`.";
    BAD_OVERRIDE = "BP0220": "an override has a value that cannot stand there",
        "The new value is read as its target demands: an input takes a type such as `f32[N, 3, 64, 64]`, `outputs` a list of names, `model` a name.";
    NO_NET = "BP0221": "the spec has no network",
        "A spec that is to be checked or run needs `inputs` and a `net`. A file with blocks alone can be imported with `use`.";
    BAD_INPUT = "BP0223": "an input has a type that it cannot have",
        "An input is `f32` or `i64`, with sizes that are positive integers, parameters, upper-case symbols or expressions of these.";
    NOT_A_LOSS = "BP0224": "this is no loss",
        "Entries of `loss` are calls of losses on named nodes, `cross_entropy(logits, label)`; `total` is a sum of them with numbers as weights: `10*content + 40*style`.";
    NOT_A_METRIC = "BP0225": "this is no metric",
        "`accuracy` and `top5` measure the logits and labels of the cross-entropy loss; other metrics are calls on named nodes.";
}
