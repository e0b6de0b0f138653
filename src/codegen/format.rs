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

/// Puts an empty line before each item that begins at the margin and follows the end of another.
fn spaced(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len() + text.len() / 20);
    let mut last = "";
    for line in text.lines() {
        let ends =
            matches!(last, "}" | "});") || last.ends_with(");") && !last.starts_with(' ') || last.ends_with("};");
        let is_use = line.starts_with("use ") && last.starts_with("use ");
        let begins = !line.is_empty() && !line.starts_with([' ', '}', ')']);
        let after_use = last.starts_with("use ") && begins && !is_use;
        let method = line.starts_with("    /// ") && last == "    }";
        if (ends && begins && !last.starts_with(' ')) || after_use || method {
            spaced.push('\n');
        }
        spaced.push_str(line);
        spaced.push('\n');
        last = line;
    }
    spaced
}
