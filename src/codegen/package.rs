//! A Cargo package around a model: what `blockprint compile` writes.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use crate::check::Checked;
use crate::diag::{Diagnostic, Sink, codes};
use crate::shape::{DType, Fact};
use crate::syntax::ast::Spec;
use crate::syntax::write;

use super::dfdx::{self, Model};
use super::{format, names};

/// Where the package finds Blockprint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dependency {
    /// In this folder.
    Path(PathBuf),
    /// In the registry, at this version.
    Version(String),
}

impl Dependency {
    /// The checkout that this program was built from while that is there, else its version.
    pub fn default_for(checkout: &Path, version: &str) -> Self {
        match checkout.join("Cargo.toml").is_file() {
            true => Dependency::Path(checkout.to_path_buf()),
            false => Dependency::Version(version.to_string()),
        }
    }

    /// A version where it begins with a digit, else a folder.
    pub fn read(text: &str) -> Self {
        match text.starts_with(|c: char| c.is_ascii_digit()) && !text.contains(['/', '\\']) {
            true => Dependency::Version(text.to_string()),
            false => Dependency::Path(PathBuf::from(text)),
        }
    }
}

/// A package in memory: names of files beneath its folder, and their texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// The files, in the order in which they are written.
    pub files: Vec<(&'static str, String)>,
}

/// What a package is made of.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The network.
    pub checked: &'a Checked,
    /// The resolved spec, for its settings.
    pub spec: &'a Spec,
    /// The model's name.
    pub model: &'a str,
}

/// The name of a package for a model.
pub fn crate_name(model: &str) -> String {
    names::snake(model, "model").trim_end_matches('_').to_string()
}

/// Refuses a name that Cargo would.
///
/// # Errors
/// A name of other characters, or a keyword.
pub fn check_crate_name(name: &str) -> Result<(), Diagnostic> {
    let fits = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.len() <= 64
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        && syn::parse_str::<syn::Ident>(&name.replace('-', "_")).is_ok()
        && !matches!(name, "test" | "core" | "std" | "alloc" | "proc_macro" | "blockprint");
    if fits {
        return Ok(());
    }
    Err(Diagnostic::error(codes::BAD_CRATE_NAME, format!("`{}` cannot be the name of a package", name.escape_debug()))
        .help("give one with `--crate-name`, such as `my_model`"))
}

/// Makes the package. Where generated code cannot express the network, that is reported, and there
/// is none.
pub fn package(source: Source<'_>, name: &str, dependency: &Dependency, sink: &mut Sink) -> Option<Package> {
    let model = dfdx::model(source.checked, source.model, sink)?;
    let main = program(source, &model, sink)?;
    Some(Package {
        files: vec![
            ("Cargo.toml", manifest(name, dependency)),
            ("README.md", readme(name, &model)),
            ("settings.yaml", settings(source.spec)),
            ("src/main.rs", main),
            ("src/model.rs", model.text),
        ],
    })
}

/// A string of TOML.
fn toml_string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => {
                // Writing to a string does not fail.
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

fn manifest(name: &str, dependency: &Dependency) -> String {
    let (from, value) = match dependency {
        Dependency::Path(path) => ("path", toml_string(&path.to_string_lossy())),
        Dependency::Version(version) => ("version", toml_string(version)),
    };
    format!(
        "[package]
name = {name}
version = \"0.1.0\"
edition = \"2024\"
publish = false

[dependencies]
blockprint = {{ {from} = {value}, features = [\"dfdx\"] }}

# A package of its own, wherever it lies.
[workspace]

[profile.dev.package.\"*\"]
opt-level = 3
",
        name = toml_string(name)
    )
}

/// The sections that programs read, as YAML.
fn settings(spec: &Spec) -> String {
    let sections = spec.sections.iter().filter(|s| matches!(s.key.value.as_str(), "data" | "train" | "weights"));
    let settings = Spec { version: spec.version, sections: sections.cloned().collect(), ..Spec::default() };
    write::to_yaml(&settings)
}

fn readme(name: &str, model: &Model) -> String {
    let train = match model.measured {
        Some(_) => {
            "cargo run --release -- train --data path/to/data
cargo run --release -- eval --data path/to/data --weights runs/best.safetensors
"
        }
        None => "",
    };
    format!(
        "# {name}

A network in statically typed Rust, written by `blockprint compile`.

```
{train}cargo run --release -- predict --weights weights.safetensors photo.jpg
```

- `src/model.rs` is the network: a struct for each kind of block, a field for each layer. Every tensor's
  whole shape is part of its type, so `cargo check` finds an edit that does not fit.
- `settings.yaml` says how it is trained, and on what; `src/main.rs` reads it when it is built.
- `src/main.rs` is the program.
"
    )
}

/// `src/main.rs`.
fn program(source: Source<'_>, model: &Model, sink: &mut Sink) -> Option<String> {
    let mut refuse = |message: &str| {
        sink.push(
            Diagnostic::error(codes::NO_DFDX, message.to_string())
                .help("a data set gives one tensor and one label for each example"),
        );
        None
    };
    let [(_, image)] = model.inputs.as_slice() else {
        return refuse("a generated program needs a network with one input besides the targets");
    };
    if image.dtype != DType::F32 {
        return refuse("a generated program needs a network that reads floats");
    }
    let mut text = String::from(
        "//! Trains, measures and runs the network: `cargo run --release -- help`.

mod model;

use std::process::ExitCode;

use blockprint::typed::prelude::*;
",
    );
    text += match model.measured {
        Some(_) => "use blockprint::typed::program::{self, Measures, Program, Targets};\n\n",
        None => "use blockprint::typed::program::{self, Program};\n\n",
    };
    let name = &model.name;
    let _ = write!(text, "use model::{name};\n\nimpl Program for {name} {{\n");
    let _ = writeln!(text, "type Images = {};", dfdx::shape_type(image, "usize"));
    let _ = writeln!(text, "const SETTINGS: &'static str = include_str!(\"../settings.yaml\");");
    let sizes: Vec<String> = image.shape.iter().skip(1).filter_map(|d| d.as_usize()).map(|s| s.to_string()).collect();
    let _ = writeln!(text, "const IMAGE: &'static [usize] = &[{}];", sizes.join(", "));
    let first = if model.outputs.len() == 1 { "self.forward(images)" } else { "self.forward(images).0" };
    let _ =
        writeln!(text, "fn outputs(&self, images: Tensor<Self::Images, f32, Cpu>) -> Vec<f32> {{ values(&{first}) }}");
    let label = match &model.measured {
        Some(measured) => measure(&mut text, model, measured, image, source)?,
        None => None,
    };
    if let Some(width) = label {
        let _ = writeln!(text, "const LABEL: Option<usize> = Some({width});");
    }
    let classes = classes(source.checked);
    if let Some(classes) = classes {
        let _ = writeln!(text, "const CLASSES: Option<usize> = Some({classes});");
    }
    let probabilities = source.checked.graph().roles.outputs.first().and_then(|id| source.checked.graph().op(*id));
    if probabilities.is_some_and(|op| op.info().name == "softmax") {
        text += "const PROBABILITIES: bool = true;\n";
    }
    let _ = write!(text, "}}\n\nfn main() -> ExitCode {{ program::main({name}::new()) }}\n");
    Some(format::pretty(&text))
}

/// Writes `measure`; gives the numbers of a label, where there is one. `None` where no data set
/// could feed the targets.
fn measure(
    text: &mut String,
    model: &Model,
    measured: &[(String, Fact)],
    image: &Fact,
    source: Source<'_>,
) -> Option<Option<usize>> {
    let results = model.outputs.len();
    let targets = &measured[results.min(measured.len())..];
    let graph = source.checked.graph();
    let own = |name: &str| graph.roles.inputs.iter().any(|id| graph.node(*id).path == name);
    let mut arguments: Vec<String> = match results {
        1 => vec!["outputs".to_string()],
        n => (0..n).map(|i| format!("outputs.{i}")).collect(),
    };
    let mut label = None;
    let mut again = false;
    for (name, fact) in targets {
        let reads_image = fact == image && model.inputs.iter().any(|(input, _)| input == name) && own(name);
        if reads_image {
            arguments.push("same".to_string());
            again = true;
            continue;
        }
        let sizes: Vec<usize> = fact.shape.iter().skip(1).filter_map(|d| d.as_usize()).collect();
        label = Some(sizes.iter().product());
        arguments.push(match fact.dtype {
            DType::I64 => "targets.classes()".to_string(),
            DType::F32 => "targets.numbers()".to_string(),
        });
    }
    let targets = if label.is_some() { "targets" } else { "_targets" };
    let _ = writeln!(
        text,
        "fn measure<T: Tape>(&self, images: Tensor<Self::Images, f32, Cpu, T>, {targets}: Targets<'_>) -> Option<Measures<T>> {{"
    );
    if again {
        *text += "let same = program::untaped(&images);\n";
    }
    let _ = writeln!(
        text,
        "let outputs = self.forward(images);\nSome({}::measure({})) }}",
        model.name,
        arguments.join(", ")
    );
    Some(label)
}

/// How many classes labels may have: the least width of scores that a loss or metric compares with
/// integers.
fn classes(checked: &Checked) -> Option<usize> {
    let graph = checked.graph();
    let labels = graph.roles.inputs.iter().filter(|id| checked.fact(**id).dtype == DType::I64);
    labels
        .flat_map(|label| graph.users(*label))
        .filter_map(|user| checked.fact(*graph.inputs(user).first()?).shape.get(1)?.as_usize())
        .min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_packages_are_those_that_cargo_takes() {
        for good in ["lenet5", "my-model", "a_b"] {
            assert!(check_crate_name(good).is_ok(), "{good}");
        }
        for bad in ["", "5a", "fn", "../x", "a b", "é", "a\"", "std", "self", &"a".repeat(65)] {
            assert!(check_crate_name(bad).is_err(), "{bad}");
        }
        assert_eq!(crate_name("../../etc/*/"), "etc");
        assert_eq!(crate_name("type"), "type");
        assert!(check_crate_name(&crate_name("層")).is_ok());
    }

    #[test]
    fn a_dependency_is_a_version_or_a_folder() {
        assert_eq!(Dependency::read("0.1.0"), Dependency::Version("0.1.0".into()));
        assert_eq!(Dependency::read("../blockprint"), Dependency::Path("../blockprint".into()));
        let text = manifest("m", &Dependency::Path("/a \"b\"\n".into()));
        assert!(text.contains("path = \"/a \\\"b\\\"\\u000A\""), "{text}");
    }
}
