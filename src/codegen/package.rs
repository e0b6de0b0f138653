//! A Cargo package around a model: what `blockprint compile` writes.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use crate::check::Checked;
use crate::diag::{Diagnostic, Sink, codes};
use crate::graph::NodeId;
use crate::ops::yolo::Head;
use crate::shape::{DType, Fact};
use crate::syntax::ast::{Expr, ExprKind, Spec};
use crate::syntax::write;

use super::dfdx::{self, HeadOutput, Model};
use super::{format, names, tree};

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
    let name = names::snake(model, "model").trim_end_matches('_').to_string();
    match check_crate_name(&name) {
        Ok(()) => name,
        Err(_) => format!("{name}_model"),
    }
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
            ("README.md", readme(name, source.spec, &model)),
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

/// Whether a data set is drawn, and not read from a place that the user has to name.
fn is_drawn(spec: &Spec) -> bool {
    let Some(ExprKind::Map(entries)) = spec.section("data").map(|data| &data.kind) else { return false };
    let kind = entries.iter().find(|entry| entry.key.value == "kind").map(|entry| &entry.value.kind);
    matches!(kind, Some(ExprKind::Str(kind) | ExprKind::Name(kind)) if matches!(kind.as_str(), "synthetic" | "digits" | "shapes"))
}

fn readme(name: &str, spec: &Spec, model: &Model) -> String {
    let data = if is_drawn(spec) { "" } else { " --data path/to/data" };
    let (train, weights) = match model.measured {
        Some(_) => (
            format!(
                "cargo run --release -- train{data}
cargo run --release -- eval{data} --weights run/best.safetensors
"
            ),
            "run/best.safetensors",
        ),
        None => (String::new(), "weights.safetensors"),
    };
    format!(
        "# {name}

A network in statically typed Rust, written by `blockprint compile`.

```sh
{train}cargo run --release -- predict --weights {weights} photo.jpg
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
    let fed = match Fed::of(source, model) {
        Ok(fed) => fed,
        Err(problem) => {
            sink.push(problem);
            return None;
        }
    };
    let name = &model.name;
    let mut imports = vec!["self", "Images", "Program"];
    imports.extend(model.measured.is_some().then_some(["Measures", "Targets"]).into_iter().flatten());
    let answer = answer(source.checked);
    imports.extend(answer.is_some().then_some("Answer"));
    imports.extend((!model.heads.is_empty()).then_some("DetectionHead"));
    imports.sort_unstable_by_key(|name| (*name != "self", *name));
    let mut text = format!(
        "//! Trains, measures and runs the network: `cargo run --release -- help`.

mod model;

use std::process::ExitCode;

use blockprint::typed::prelude::*;
use blockprint::typed::program::{{{}}};

use model::{name};

impl Program for {name} {{
",
        imports.join(", ")
    );
    text += "const SETTINGS: &'static str = include_str!(\"../settings.yaml\");\n";
    fed.constants(&mut text, source.checked);
    if !model.reported.is_empty() {
        let reported: Vec<String> = model.reported.iter().map(|name| names::literal(name)).collect();
        let _ = writeln!(text, "const METRICS: &'static [&'static str] = &[{}];", reported.join(", "));
    }
    put_upto(&mut text, source);
    if let Some(answer) = answer {
        let _ = writeln!(text, "const ANSWER: Answer = Answer::{answer};");
    }
    put_functions(&mut text, model, &fed);
    let _ = write!(text, "}}\n\nfn main() -> ExitCode {{ program::main({name}::new()) }}\n");
    Some(format::pretty(&text))
}

/// Writes how the program runs and measures the network.
fn put_functions(text: &mut String, model: &Model, fed: &Fed<'_>) {
    let forward = |tape: &str| format!("self.forward::<usize, {tape}>({})", fed.images());
    let results = model.outputs.len();
    let output = |of: &str, index: usize| if results == 1 { of.to_string() } else { format!("{of}.{index}") };
    let heads: Vec<String> =
        model.heads.iter().map(|head| format!("values(&{})", output("outputs", head.output))).collect();
    put_heads(text, model);
    let body = match heads.len() {
        0 => format!("Vec::from([values(&{})])", output(&forward("NoneTape"), 0)),
        _ => format!("let outputs = {}; Vec::from([{}])", forward("NoneTape"), heads.join(", ")),
    };
    // Writing to a string does not fail.
    let _ = writeln!(text, "fn outputs(&self, images: Images<'_>) -> Vec<Vec<f32>> {{ {body} }}");
    let Some(arguments) = &fed.measured else { return };
    let targets = if fed.label.is_some() || fed.weighted { "targets" } else { "_targets" };
    let (keep, with) = match heads.len() {
        0 => (String::new(), ""),
        _ => (format!("let heads = Vec::from([{}]);", heads.join(", ")), ".with_heads(heads)"),
    };
    let _ = writeln!(
        text,
        "fn measure<T: Tape>(&self, images: Images<'_>, {targets}: Targets<'_>) -> Option<Measures<T>> {{
            let outputs = {};
            {keep}
            Some({}::measure({}){with})
        }}",
        forward("T"),
        model.name,
        arguments.join(", ")
    );
}

/// Writes the detection heads of a network that has some.
fn put_heads(text: &mut String, model: &Model) {
    if model.heads.is_empty() {
        return;
    }
    let head = |of: &HeadOutput| {
        let Head { classes, anchors, softmax } = &of.head;
        let size: Vec<usize> =
            model.outputs[of.output].shape.iter().skip(1).map(|d| d.as_usize().unwrap_or(0)).collect();
        let kind = if *softmax { "v2" } else { "v3" };
        format!("DetectionHead::{kind}({size:?}, {classes}, &{anchors:?})")
    };
    let heads: Vec<String> = model.heads.iter().map(head).collect();
    // As above.
    let _ = writeln!(text, "fn heads() -> Vec<DetectionHead> {{ Vec::from([{}]) }}", heads.join(", "));
}

/// Writes what each `upto` of the settings freezes: layers by name, which the program cannot tell.
fn put_upto(text: &mut String, source: Source<'_>) {
    let parts = |name: &String| {
        let params = source.checked.params_up_to(name).into_iter().map(|id| source.checked.param(id).name.as_str());
        let mut layers: Vec<&str> = params.filter_map(|param| Some(param.rsplit_once('.')?.0)).collect();
        layers.dedup();
        let layers: Vec<String> = layers.into_iter().map(names::literal).collect();
        format!("({}, &[{}])", names::literal(name), layers.join(", "))
    };
    let lines: Vec<String> = upto(source.spec).iter().map(parts).collect();
    if !lines.is_empty() {
        let ty = "&'static [(&'static str, &'static [&'static str])]";
        let _ = writeln!(text, "const UPTO: {ty} = &[{}];", lines.join(", "));
    }
}

/// The names that phases of training freeze up to.
fn upto(spec: &Spec) -> Vec<String> {
    let entry = |expr: &Expr, name: &str| match &expr.kind {
        ExprKind::Map(entries) => entries.iter().find(|e| e.key.value == name).map(|e| e.value.clone()),
        _ => None,
    };
    let Some(phases) = spec.section("train").and_then(|train| entry(train, "phases")) else { return Vec::new() };
    let ExprKind::List(phases) = phases.kind else { return Vec::new() };
    let mut names: Vec<String> = Vec::new();
    for phase in &phases {
        if let Some(ExprKind::Name(name) | ExprKind::Str(name)) = entry(phase, "upto").map(|e| e.kind)
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    names
}

/// What of a data set goes where in a network.
struct Fed<'a> {
    /// What each image of an example becomes.
    image: &'a Fact,
    /// Images of an example.
    slots: usize,
    /// Arguments of `measure`, where the network has a loss.
    measured: Option<Vec<String>>,
    /// The numbers of a label.
    label: Option<usize>,
    /// Whether a loss takes a weight for each example.
    weighted: bool,
}

impl<'a> Fed<'a> {
    /// As `blockprint train` feeds the network. An error where no data set could.
    fn of(source: Source<'_>, model: &'a Model) -> Result<Self, Diagnostic> {
        let graph = source.checked.graph();
        let refuse = |name: &str, message: String| {
            let span =
                graph.roles.inputs.iter().find(|id| graph.node(**id).path == name).map(|id| graph.node(*id).span);
            let problem = Diagnostic::error(codes::NO_DFDX, message)
                .help("a data set gives one tensor or several of one size, and one label, for each example");
            match span {
                Some(span) => problem.label(span, "this input"),
                None => problem,
            }
        };
        let Some((name, image)) = model.inputs.first() else {
            return Err(refuse("", "a generated program needs a network with an input".to_string()));
        };
        if image.dtype != DType::F32 {
            return Err(refuse(name, "a generated program needs a network that reads floats".to_string()));
        }
        if let Some((name, other)) = model.inputs.iter().find(|(_, fact)| fact != image) {
            return Err(refuse(
                name,
                format!("a generated program feeds inputs of one size, {image}, but this is {other}"),
            ));
        }
        let mut fed = Fed { image, slots: model.inputs.len(), measured: None, label: None, weighted: false };
        let Some(measured) = &model.measured else { return Ok(fed) };
        let results = model.outputs.len();
        let mut arguments: Vec<String> = match results {
            1 => vec!["outputs".to_string()],
            n => (0..n).map(|i| format!("outputs.{i}")).collect(),
        };
        // Both name inputs of the network, in the order of the spec.
        for (id, (_, fact)) in measured_inputs(source.checked).iter().zip(&measured[results.min(measured.len())..]) {
            let path = &graph.node(*id).path;
            let own = graph.roles.inputs.iter().filter(|i| is_read(source.checked, **i)).position(|i| i == id);
            if let Some(slot) = own {
                arguments.push(format!("images.get({slot})"));
                continue;
            }
            if source.checked.is_weight(*id) {
                if fed.weighted {
                    return Err(refuse(path, "a generated program feeds one weight, and this is another".to_string()));
                }
                fed.weighted = true;
                arguments.push("targets.weights()".to_string());
                continue;
            }
            if fed.label.is_some() {
                return Err(refuse(path, "a generated program feeds one label, and this is another".to_string()));
            }
            fed.label = Some(fact.shape.iter().skip(1).filter_map(|d| d.as_usize()).product());
            arguments.push(match fact.dtype {
                DType::I64 => "targets.classes()".to_string(),
                DType::F32 => "targets.numbers()".to_string(),
            });
        }
        fed.measured = Some(arguments);
        Ok(fed)
    }

    /// The arguments of `forward`.
    fn images(&self) -> String {
        (0..self.slots).map(|slot| format!("images.get({slot})")).collect::<Vec<_>>().join(", ")
    }

    /// What the program says of itself.
    fn constants(&self, text: &mut String, checked: &Checked) {
        let sizes = self.image.shape.iter().skip(1).filter_map(|d| d.as_usize());
        let sizes = sizes.map(|s| s.to_string()).collect::<Vec<_>>().join(", ");
        let _ = writeln!(text, "const IMAGE: &'static [usize] = &[{sizes}];");
        if self.slots > 1 {
            let _ = writeln!(text, "const IMAGES: usize = {};", self.slots);
        }
        if let Some(width) = self.label {
            let _ = writeln!(text, "const LABEL: Option<usize> = Some({width});");
        }
        if let Some(classes) = classes(checked) {
            let _ = writeln!(text, "const CLASSES: Option<usize> = Some({classes});");
        }
        if is_distribution(checked) {
            text.push_str("const DISTRIBUTION: bool = true;\n");
        }
        if self.weighted {
            text.push_str("const WEIGHT: bool = true;\n");
        }
    }
}

/// Whether the network itself reads an input, and not only its losses and metrics.
fn is_read(checked: &Checked, input: NodeId) -> bool {
    let graph = checked.graph();
    let measured = tree::measured(graph);
    graph.users(input).iter().any(|user| !measured[user.index()])
}

/// The inputs that losses and metrics read, in the order of the spec.
fn measured_inputs(checked: &Checked) -> Vec<NodeId> {
    let graph = checked.graph();
    let measured = tree::measured(graph);
    let is_target = |id: &NodeId| graph.users(*id).iter().any(|user| measured[user.index()]);
    graph.roles.inputs.iter().copied().filter(is_target).collect()
}

/// How many classes labels may have: the least width of scores that a loss or metric compares with
/// them, or the classes of detection heads.
fn classes(checked: &Checked) -> Option<usize> {
    let scores = checked.graph().roles.inputs.iter().filter_map(|label| checked.scores_of(*label));
    // A single score tells two classes apart.
    let scores = scores.map(|(_, classes)| classes.max(2));
    scores.chain(checked.heads().iter().map(|of| of.head.classes)).min()
}

/// Whether labels are distributions over classes.
fn is_distribution(checked: &Checked) -> bool {
    checked.graph().roles.inputs.iter().any(|label| checked.distribution(*label).is_some())
}

/// What the first output says, where it is not scores of classes.
fn answer(checked: &Checked) -> Option<&'static str> {
    let graph = checked.graph();
    let output = *graph.roles.outputs.first()?;
    let op = graph.op(output).map_or("", |op| op.info().name);
    let fact = checked.fact(output);
    let width = fact.shape.get(1).and_then(|d| d.as_usize());
    let scores = fact.rank() == 2 && op != "l2norm" && width != Some(1);
    let fits = graph.roles.total_loss.is_none() || classes(checked).is_some_and(|classes| width == Some(classes));
    match op {
        _ if !scores || !fits => Some("Values"),
        "softmax" => Some("Probabilities"),
        _ => None,
    }
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
        assert_eq!((crate_name("type"), crate_name("std")), ("type_model".into(), "std_model".into()));
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
