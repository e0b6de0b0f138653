//! Formatting of generated Rust.

/// The text as prettyplease prints it, with an empty line between items. A text that is no Rust is
/// left as it is: tests see to it that there is none.
pub fn pretty(text: &str) -> String {
    match syn::parse_file(text) {
        Ok(file) => spaced(&prettyplease::unparse(&file)),
        Err(error) => {
            debug_assert!(false, "generated code does not parse: {error}\n{text}");
            text.to_string()
        }
    }
}

/// Puts empty lines where people do: after the head of a file and the imports, between items, and
/// between methods.
fn spaced(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len() + text.len() / 20);
    let mut last = "";
    // Whether the last line is of a constant, or of a `use`, each of which may take several.
    let (mut constant, mut import) = (false, false);
    for line in text.lines() {
        constant = last.starts_with("    const ") || constant && (last.starts_with("     ") || last == "    ];");
        import = last.starts_with("use ") || import && last.starts_with([' ', '}']);
        let margin = |line: &str| !line.is_empty() && !line.starts_with([' ', '}', ')']);
        let ends = margin(line)
            && !(import && line.starts_with("use "))
            && (last.starts_with(['}', ')']) || last.starts_with("module!(") && last.ends_with(");"));
        let heads = |prefix: &str| last.starts_with(prefix) && margin(line) && !line.starts_with(prefix);
        let method = last == "    }" && line.starts_with("    ") && !line.starts_with("     ");
        let use_groups = last.starts_with("use std::") && line.starts_with("use ") && !line.starts_with("use std::");
        let constants = constant && line.starts_with("    fn ");
        if ends || constants || heads("//!") || heads("use ") || heads("mod ") || method || use_groups {
            spaced.push('\n');
        }
        spaced.push_str(line);
        spaced.push('\n');
        last = line;
    }
    spaced
}
