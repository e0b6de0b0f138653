//! Keeps the rules of `ARCHITECTURE.md`: what modules import, who prints, how long files are.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What each module may import besides itself, as the table of `ARCHITECTURE.md` has it; `None` for
/// everything.
fn rules() -> BTreeMap<String, Option<BTreeSet<String>>> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("ARCHITECTURE.md")).expect("it is there");
    let row = |line: &str| {
        let [_, name, _, may, _] = line.split('|').map(str::trim).collect::<Vec<_>>()[..] else { return None };
        let name = name.strip_prefix('`')?.strip_suffix('`')?.to_string();
        let list = |may: &str| may.split(", ").map(str::to_string).collect();
        Some((
            name,
            match may {
                "everything" => None,
                "nothing" => Some(BTreeSet::new()),
                may => Some(list(may)),
            },
        ))
    };
    text.lines().filter_map(row).collect()
}

#[test]
fn modules_import_only_what_they_may() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let rules = rules();
    assert!(rules.len() > 15, "the table has {} modules", rules.len());
    let mut faults = Vec::new();
    for file in rust_files(&src) {
        let relative = file.strip_prefix(&src).expect("beneath src");
        let first = relative.components().next().expect("has a name").as_os_str().to_string_lossy().into_owned();
        let module = first.trim_end_matches(".rs");
        // Tests drive the whole road.
        let is_test = relative.iter().any(|part| part == "tests" || part == "tests.rs" || part == "testing.rs");
        if matches!(module, "lib" | "main") || is_test {
            continue;
        }
        let may = match rules.get(module) {
            Some(Some(may)) => may,
            Some(None) => continue,
            None => {
                faults.push(format!("{}: `{module}` is not in the table of ARCHITECTURE.md", relative.display()));
                continue;
            }
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
        if relative.starts_with("cli") || relative.starts_with("typed/program") || relative == Path::new("main.rs") {
            continue;
        }
        let text = fs::read_to_string(&file).expect("source files are readable");
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for word in ["print!(", "println!(", "io::stdout()", "io::stderr()", "process::exit"] {
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
