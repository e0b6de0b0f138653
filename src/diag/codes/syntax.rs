//! `BP01xx`: the text of a spec cannot be read.

codes! {
    YAML_SYNTAX = "BP0101": "the file is no valid YAML",
        "The YAML reader could not go on at the marked place. Common causes: a tab used for indentation, a missing colon or closing bracket, a value with `: ` in it that is not quoted.";
    DSL_SYNTAX = "BP0102": "the text is not what the grammar expects here",
        "Calls are written `conv(64, 3, stride=2)`, chains `conv(64) -> bn -> relu as stem`, and an argument is named with `=`. The label marks the text that does not fit; what stands before and after it was read. `docs/language.md` has the whole grammar.";
    UNCLOSED = "BP0103": "a bracket or a quote is not closed",
        "The bracket or quote that the label marks has no partner. A string ends on the line it begins on. Inside `[ ]` and `{ }` of YAML a comma ends the value, so a call with several arguments must be quoted there, or stand on a line of its own.";
    MISSING_PART = "BP0104": "something is missing",
        "A value, a name, or a link of a chain should stand at the marked place: `param classes =` has no value, `a -> ` has no second link, `f(, 3)` no first argument.";
    UNKNOWN_KEY = "BP0105": "there is no key of this name",
        "Unknown keys are errors, since a misspelt one would otherwise be ignored in silence. The top-level keys are `blockprint`, `model`, `extends`, `set`, `use`, `params`, `inputs`, `blocks`, `towers`, `net`, `outputs`, `loss`, `metrics`, `weights`, `data`, `train`, `style` and `counting`.";
    DUPLICATE_KEY = "BP0106": "a key or name is given twice",
        "Each key, parameter, input, block, tower, branch and loss has one definition in a file. Of two, one would silently win; remove or rename one of them.";
    WRONG_KIND = "BP0107": "a value is of the wrong kind",
        "The place takes another kind of value: a mapping (`key: value`), a list (`- item`, `[a, b]`), a chain (`conv(8) -> bn`) or a plain word. The message says which one is expected and which was found.";
    YAML_FEATURE = "BP0108": "this feature of YAML is not part of the language",
        "Anchors (`&name`), aliases (`*name`), merge keys and tags (`!!str`) are refused: they hide what a spec says, and nested aliases can blow a small file up to gigabytes. Use `params`, `blocks` or `extends` for what is shared.";
    MULTIPLE_DOCUMENTS = "BP0109": "the file holds more than one YAML document",
        "A spec is one document. A line `---` after the beginning starts another; put it into a file of its own and import it with `use` or `extends`.";
    BAD_NAME = "BP0110": "this cannot be a name",
        "Names are made of ASCII letters, digits and `_`, and begin with a letter or `_`, since they become names of weights and identifiers in generated code. `as`, `in`, `for` and `repeat` are words of the language. A name after `as` may count: `layer{i}`.";
    UNKNOWN_VERSION = "BP0111": "the language version is not known",
        "`blockprint: 1` says which version of the language the spec is written in. This build reads version 1.";
    BAD_NUMBER = "BP0112": "this number cannot be read",
        "Integers have 64 bits, floats are written `0.5` or `1e-4`, and the only units are `ep` (epochs) and `it` (optimizer steps): `5ep`, `500it`.";
    BAD_STRING = "BP0113": "a string has an unknown escape",
        "In a string of the language, a backslash begins one of `\\n`, `\\r`, `\\t`, `\\\\`, `\\\"`, `\\'` or `\\u{1F600}`. A single backslash is written twice. Strings in single quotes have no escapes.";
    TOO_DEEP = "BP0114": "the spec is nested too deeply",
        "Brackets and indentation may be nested 64 deep, and one expression may have 1,000 operands. Names for the parts (`blocks`, `params`) make such a spec readable, too.";
    EMPTY_SPEC = "BP0115": "the file holds no spec",
        "The file is empty, or holds only comments. `blockprint zoo lenet5` prints a spec to begin with.";
}
