//! `BP01xx`: the text of a spec cannot be read.

codes! {
    YAML_SYNTAX = "BP0101": "the file is no valid YAML",
        "The YAML reader could not go on at the marked place. Common causes: a tab used for indentation, a missing colon or closing bracket, a value with `: ` in it that is not quoted.";
}
