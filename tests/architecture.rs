//! Keeps the import rules of `ARCHITECTURE.md`: a module may name only the modules to its left.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What each module may import besides itself. `cli` may import everything.
const RULES: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("random", &[]),
    ("kernels", &[]),
    ("fs", &[]),
    ("diag", &["source"]),
    ("syntax", &["source", "diag", "ops"]),
    ("shape", &["source", "diag"]),
    ("ops", &["shape", "kernels", "diag", "source", "random"]),
    ("graph", &["ops", "shape", "source", "diag"]),
    ("expand", &["syntax", "graph", "ops", "shape", "diag", "source", "zoo"]),
    ("check", &["graph", "ops", "shape", "diag", "source"]),
    ("codegen", &["check", "graph", "ops", "shape", "diag", "source", "syntax", "fs"]),
    ("plan", &["check", "graph", "ops", "shape", "kernels"]),
    ("engine", &["plan", "check", "graph", "ops", "kernels", "random"]),
    ("config", &["syntax", "engine", "check", "ops", "diag", "source"]),
    ("weights", &["shape", "diag", "source", "syntax", "fs"]),
    ("data", &["config", "shape", "diag", "source", "random", "fs"]),
    (
        "typed",
        &[
            "ops", "shape", "kernels", "random", "weights", "config", "data", "diag", "engine", "run", "source",
            "syntax",
        ],
    ),
    ("zoo", &[]),
    ("driver", &["source", "diag", "syntax", "expand", "graph", "check", "shape", "config", "zoo", "ops"]),
    (
        "run",
        &[
            "source", "random", "kernels", "fs", "diag", "syntax", "shape", "ops", "graph", "expand", "check", "plan",
            "engine", "config", "weights", "data", "driver",
        ],
    ),
];

#[test]
fn modules_import_only_what_they_may() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let rules: BTreeMap<&str, BTreeSet<&str>> =
        RULES.iter().map(|(module, may)| (*module, may.iter().copied().collect())).collect();
    let mut faults = Vec::new();
    for file in rust_files(&src) {
        let relative = file.strip_prefix(&src).expect("beneath src");
        let first = relative.components().next().expect("has a name").as_os_str().to_string_lossy().into_owned();
        let module = first.trim_end_matches(".rs");
        // Tests drive the whole road.
        let is_test = relative.iter().any(|part| part == "tests" || part == "tests.rs" || part == "testing.rs");
        if matches!(module, "lib" | "main" | "cli") || is_test {
            continue;
        }
        let Some(may) = rules.get(module) else {
            faults.push(format!("{}: module `{module}` has no rule in tests/architecture.rs", relative.display()));
            continue;
        };
        let text = fs::read_to_string(&file).expect("source files are readable");
        let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
        for (number, line) in code.lines().enumerate() {
            for (at, _) in line.match_indices("crate::") {
                // `$crate` and paths in prose are not imports.
                if line.trim_start().starts_with("//") || line[..at].ends_with('$') {
                    continue;
                }
                let rest = &line[at + "crate::".len()..];
                let named: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                if !named.is_empty() && named != module && !may.contains(named.as_str()) {
                    faults.push(format!("{}:{}: `{module}` imports `{named}`", relative.display(), number + 1));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn petgraph_is_imported_in_one_place() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for file in rust_files(&src) {
        let text = fs::read_to_string(&file).expect("source files are readable");
        let inside = file.strip_prefix(&src).expect("beneath src").starts_with("graph");
        assert!(inside || !text.contains("petgraph::"), "{} imports petgraph", file.display());
    }
}

#[test]
fn only_the_cli_prints_or_exits() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for file in rust_files(&src) {
        let relative = file.strip_prefix(&src).expect("beneath src");
        if relative.starts_with("cli") || relative == Path::new("main.rs") {
            continue;
        }
        let text = fs::read_to_string(&file).expect("source files are readable");
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for word in [" println!(", " eprintln!(", "process::exit"] {
            assert!(!code.contains(word), "{} holds {word}", relative.display());
        }
    }
}

#[test]
fn files_stay_readable() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for file in rust_files(&root.join("src")).into_iter().chain(rust_files(&root.join("tests"))) {
        let lines = fs::read_to_string(&file).expect("source files are readable").lines().count();
        assert!(lines <= 650, "{} has {lines} lines", file.display());
    }
}

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut entries: Vec<_> = fs::read_dir(dir).expect("a folder").map(|e| e.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    files
}
