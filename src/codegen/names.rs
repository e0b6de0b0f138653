//! Names for generated code: identifiers of a safe alphabet, whatever a spec says.
//!
//! Text of a spec reaches generated code in two ways alone: as an identifier made here, or as an
//! escaped literal made by [`literal`]. It never stands in a comment, a path or a manifest.

use std::collections::HashSet;

use proc_macro2::Literal;

/// The most characters of an identifier before a number that makes it unique.
const MAX_IDENT: usize = 48;

/// Rust's keywords, strict and reserved, of all editions.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true",
    "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield", "union", "raw", "safe",
];

/// A string literal of Rust that stands for this text.
pub fn literal(text: &str) -> String {
    Literal::string(text).to_string()
}

/// The words of a text: runs of ASCII letters and digits, in lower case.
fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect()
}

/// A name in snake case; `fallback` where the text has no letter or digit, and before a digit.
pub fn snake(text: &str, fallback: &str) -> String {
    let mut name = words(text).join("_");
    name.truncate(MAX_IDENT);
    let mut name = name.trim_end_matches('_').to_string();
    if name.is_empty() {
        name = fallback.to_string();
    } else if name.starts_with(|c: char| c.is_ascii_digit()) {
        name = format!("{fallback}_{name}");
    }
    if KEYWORDS.contains(&name.as_str()) { format!("{name}_") } else { name }
}

/// A name in upper camel case; `fallback` as in [`snake`].
pub fn camel(text: &str, fallback: &str) -> String {
    let mut name: String = words(text)
        .iter()
        .map(|word| {
            let (first, rest) = word.split_at(1);
            first.to_ascii_uppercase() + rest
        })
        .collect();
    name.truncate(MAX_IDENT);
    match name.starts_with(|c: char| c.is_ascii_digit()) || name.is_empty() {
        true => format!("{fallback}{name}"),
        false if name == "Self" => format!("{name}{fallback}"),
        false => name,
    }
}

/// Names that are taken.
#[derive(Clone, Debug, Default)]
pub struct Taken(HashSet<String>);

impl Taken {
    /// These are taken from the start.
    pub fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        Self(names.into_iter().map(str::to_string).collect())
    }

    /// Whether a name is taken.
    pub fn holds(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    /// The name, with a number where it is taken; it is taken from now on.
    pub fn claim(&mut self, name: String) -> String {
        let free = self.free(name, |_| false);
        self.0.insert(free.clone());
        free
    }

    /// The name, with a number where it is taken or `refused`.
    pub fn free(&self, name: String, refused: impl Fn(&str) -> bool) -> String {
        let is_free = |name: &String| !self.0.contains(name) && !refused(name);
        if is_free(&name) {
            return name;
        }
        // Names of types have underscores between digits alone.
        let is_type = name.starts_with(|c: char| c.is_ascii_uppercase());
        let glued = name.ends_with('_') || is_type && !name.ends_with(|c: char| c.is_ascii_digit());
        let numbered = (2u64..).map(|n| match glued {
            true => format!("{name}{n}"),
            false => format!("{name}_{n}"),
        });
        numbered.into_iter().find(is_free).unwrap_or(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_a_safe_alphabet() {
        assert_eq!(snake("layer1.0.Main", "layer"), "layer1_0_main");
        assert_eq!(snake("0", "conv_bn"), "conv_bn_0");
        assert_eq!(snake("type", "layer"), "type_");
        assert_eq!(snake("*/ }\n層", "layer"), "layer");
        assert_eq!(snake("../../etc", "layer"), "etc");
        assert_eq!(camel("conv_bn", "Block"), "ConvBn");
        assert_eq!(camel("self", "Block"), "SelfBlock");
        assert_eq!(camel("3x3", "Block"), "Block3x3");
        assert_eq!(camel("😀", "Block"), "Block");
    }

    #[test]
    fn every_name_is_an_identifier() {
        for text in ["fn", "", "_", "__a__", "crate", "Self", "a b", "1", "é", "r#type", "a\u{202e}b", &"x".repeat(900)]
        {
            for name in [snake(text, "layer"), camel(text, "Block")] {
                assert!(syn::parse_str::<syn::Ident>(&name).is_ok(), "{text:?} gives {name:?}");
            }
        }
    }

    #[test]
    fn a_literal_means_its_text() {
        for text in ["\"", "\\", "a\nb", "*/", "{}", "\u{202e}", "😀", "\0", "\"#"] {
            let parsed: syn::LitStr = syn::parse_str(&literal(text)).unwrap();
            assert_eq!(parsed.value(), text);
        }
    }

    #[test]
    fn taken_names_get_numbers() {
        let mut taken = Taken::of(["relu"]);
        let mut claim = |name: &str| taken.claim(name.to_string());
        assert_eq!([claim("relu"), claim("x"), claim("x"), claim("x_2")], ["relu_2", "x", "x_2", "x_2_2"]);
        assert_eq!([claim("Unit"), claim("Unit")], ["Unit", "Unit2"]);
        assert_eq!([claim("At7"), claim("At7")], ["At7", "At7_2"]);
    }
}
