//! `blockprint compile`: what it writes, what it refuses, and that text of a spec stays text.

#[path = "common/hostile.rs"]
mod hostile;

use std::path::Path;

use blockprint::check::Checked;
use blockprint::codegen::{Dependency, Package, Source, package};
use blockprint::config;
use blockprint::diag::Sink;
use blockprint::driver::{Compiled, compile_text, compile_zoo};
use blockprint::expand::Options;
use blockprint::graph::NodeId;
use blockprint::source::SourceMap;
use blockprint::syntax::{self, Spelling};
use hostile::{HOSTILE, checked, renamed, spoiled};
use proc_macro2::{TokenStream, TokenTree};

fn blockprint() -> assert_cmd::Command {
    assert_cmd::Command::cargo_bin("blockprint").expect("the program is built")
}

fn version() -> Dependency {
    Dependency::Version("0.1.0".into())
}

fn package_of(checked: &Checked, compiled: &Compiled, model: &str) -> Package {
    let spec = compiled.spec.as_ref().expect("a spec");
    let mut sink = Sink::new();
    let source = Source { checked, spec, model };
    let name = package::crate_name(model);
    package::package(source, &name, &version(), &mut sink).unwrap_or_else(|| panic!("{sink:#?}"))
}

fn file<'p>(package: &'p Package, name: &str) -> &'p str {
    package.files.iter().find(|(n, _)| *n == name).map(|(_, text)| text.as_str()).expect("the package has it")
}

// ---- what it writes ------------------------------------------------------------------

#[test]
fn a_model_reads_like_its_spec() {
    let compiled = compile_zoo("resnet18", &Options::default()).expect("in the zoo");
    let checked = compiled.checked.as_ref().expect("sound");
    let package = package_of(checked, &compiled, "resnet18");
    let model = file(&package, "src/model.rs");
    for expected in [
        "pub struct Resnet18 {",
        "3 x 224 x 224 => 64 x 112 x 112, kernel 7 x 7, stride 2 x 2, pad 3 x 3, no bias",
        "let layer1 = self.layer1.forward(",
        "x: Map<B, 64, 56, 56, T>",
        "module!(",
        "pub fn measure<B: Dim, T: Tape>(",
        "(\"top5\", top5)",
    ] {
        assert!(model.contains(expected), "no `{expected}` in\n{model}");
    }
    let main = file(&package, "src/main.rs");
    assert!(main.contains("const IMAGE: &'static [usize] = &[3, 224, 224];"), "{main}");
    assert!(file(&package, "settings.yaml").contains("optim: sgd("));
    for (name, text) in &package.files {
        if name.ends_with(".rs") {
            assert_eq!(blockprint::codegen::format::pretty(text), *text, "{name} is formatted");
        }
    }
}

/// A struct of such a name would hide the trait whose methods chains are made of.
#[test]
fn no_struct_hides_what_chains_need() {
    let text = "blockprint: 1\nmodel: chain\ninputs: {x: 'f32[N, 4, 8, 8]'}\nblocks:\n  chained(c): conv(c, 1) -> relu\nnet:\n  - chained(4)\n";
    let compiled = compile_text("m.yaml", text, &Options::default());
    let package = package_of(compiled.checked.as_ref().expect("sound"), &compiled, "chain");
    let model = file(&package, "src/model.rs");
    assert!(!model.contains("struct Chain ") && !model.contains("struct Chained "), "{model}");
}

/// The statements of every `forward` of a network of blocks `unit`, `conv -> bn`.
fn forwards(net: &str) -> String {
    let text = format!(
        "blockprint: 1\nmodel: m\ninputs: {{x: 'f32[N, 4, 8, 8]'}}\nblocks:\n  unit(c): conv(c, 3, pad=1) -> bn\n{net}"
    );
    let compiled = compile_text("m.yaml", &text, &Options::default());
    let checked = compiled.checked.as_ref().unwrap_or_else(|| panic!("{:#?}", compiled.sink));
    let model = file(&package_of(checked, &compiled, "m"), "src/model.rs").to_string();
    let kept = |line: &&str| line.contains(".forward(") || line.contains("relu(") || line.contains("add(");
    model.lines().filter(kept).map(str::trim).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_follows_a_convolution_is_one_chain_with_it() {
    let text = forwards(
        "net:\n  - conv(4, 1) as c\n  - relu\n  - unit(4) as a\n  - leaky_relu\n  - conv(4, 1) as d\n  - gelu\n  - unit(4) as e\n",
    );
    for expected in [
        "let x = self.c.relu().forward(x);",
        "let x = self.a.chain().leaky_relu(0.01).forward(x);",
        "gelu(self.d.forward(x))",
        "self.e.forward(x)",
        "self.chain().forward(x)",
    ] {
        assert!(text.contains(expected), "no `{expected}` in\n{text}");
    }
}

/// Of two branches the later one takes the addition.
#[test]
fn additions_go_to_one_of_their_branches() {
    let text =
        forwards("net:\n  - conv(4, 1) as c\n  - '@c -> unit(4) as a'\n  - '@c -> unit(4) as b'\n  - add(a) -> relu\n");
    for expected in ["let a = self.a.forward(fork(&c));", "self.b.chain().add(a).relu().forward(c)"] {
        assert!(text.contains(expected), "no `{expected}` in\n{text}");
    }
    let text = forwards("net:\n  - conv(4, 1) as c\n  - unit(4) as a\n  - add(c)\n");
    assert!(text.contains("let c = self.c.forward(x);\nself.a.chain().add(fork(&c)).forward(c)"), "{text}");
}

/// Each call of a tower moves its running statistics.
#[test]
fn the_calls_of_a_tower_keep_their_order() {
    let net = "towers:\n  t: unit(4)\nnet:\n  - '@x -> t as ta'\n  - '@x -> t -> relu as tb'\n  - '@ta -> relu as ra'\n  - add(ra, tb)\n";
    let text = forwards(net);
    let at = |text: &str, what: &str| text.find(what).unwrap_or_else(|| panic!("no `{what}` in\n{text}"));
    assert!(at(&text, "let ta = self.t.forward(") < at(&text, "self.t.chain().relu()"), "{text}");
    assert_eq!(text.matches("self.t.").count(), 2, "{text}");
}

/// What nobody calls would be a warning of the compiler.
#[test]
fn only_methods_that_are_called_are_written() {
    let text = forwards("net:\n  - unit(4) as a\n  - relu\n");
    assert_eq!(text, "self.a.chain().relu().forward(x)");
    let text = forwards("net:\n  - unit(4) as a\n");
    assert!(text.contains("self.a.forward(x)") && !text.contains("chain()"), "{text}");
}

#[test]
fn values_that_others_read_end_their_chain() {
    // The norm's value is read twice, and added to itself.
    let text = forwards("net:\n  - unit(4) as a\n  - relu as r\n  - '@r -> add(a) -> relu as s'\n  - add(s) -> relu\n");
    assert!(text.contains("let a = self.a.forward(x);") && !text.contains(".chain()"), "{text}");
    // The sum is read twice, and is a result.
    let text =
        forwards("net:\n  - conv(4, 1) as c\n  - unit(4) as a\n  - add(c) as s\n  - relu as r\noutputs: [r, s]\n");
    assert!(text.contains("self.a.chain().add(fork(&c)).forward(c);"), "{text}");
    let text = forwards("net:\n  - conv(4, 1) as c\n  - relu as r\noutputs: [r, c]\n");
    assert!(text.contains("let c = self.c.forward(x);") && text.contains("relu("), "{text}");
}

#[test]
fn a_package_is_written_once_and_replaced_by_force() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("net");
    let compile = |more: &[&str]| {
        let mut command = blockprint();
        command.args(["compile", "lenet5", "--blockprint", "0.1.0", "--out"]).arg(&out).args(more);
        command.output().expect("it runs")
    };
    assert_eq!(compile(&[]).status.code(), Some(0));
    let manifest = std::fs::read_to_string(out.join("Cargo.toml")).expect("written");
    assert!(manifest.contains("name = \"lenet5\"") && manifest.contains("version = \"0.1.0\", features"), "{manifest}");
    std::fs::write(out.join("notes.txt"), "mine").expect("can be written");
    let refused = compile(&[]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("BP1002"));
    assert_eq!(compile(&["--force", "--crate-name", "other"]).status.code(), Some(0));
    assert!(std::fs::read_to_string(out.join("Cargo.toml")).expect("written").contains("name = \"other\""));
    assert_eq!(std::fs::read_to_string(out.join("notes.txt")).expect("kept"), "mine");
}

// ---- what it refuses -----------------------------------------------------------------

#[test]
fn what_has_no_type_is_refused_at_its_node() {
    let folder = tempfile::tempdir().expect("a folder");
    let refused = |text: &str, more: &[&str]| {
        let spec = folder.path().join("spec.yaml");
        std::fs::write(&spec, text).expect("can be written");
        let mut command = blockprint();
        command.arg("compile").arg(&spec).arg("--out").arg(folder.path().join("out")).args(more);
        let output = command.output().expect("it runs");
        assert_eq!(output.status.code(), Some(1));
        assert!(!folder.path().join("out").exists(), "nothing is written");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let head = "blockprint: 1\nmodel: m\n";
    let message = refused(&format!("{head}inputs: {{x: 'f32[N, 3, H, 8]'}}\nnet: ['conv(4, 3)', relu]\n"), &[]);
    assert!(message.contains("BP1001") && message.contains("--set"), "{message}");
    let message = refused(&format!("{head}inputs: {{x: 'f32[2, 3, 8, 8]'}}\nnet: ['conv(4, 3)']\n"), &[]);
    assert!(message.contains("batch of any size"), "{message}");
    let message = refused(&format!("{head}inputs: {{x: 'f32[N, 3]'}}\nnet: ['argmax']\n"), &[]);
    assert!(message.contains("`argmax`") && message.contains("indices"), "{message}");
    let sound = format!("{head}inputs: {{x: 'f32[N, 3, 8, 8]'}}\nnet: ['conv(4, 3)']\n");
    let message = refused(&sound, &["--crate-name", "../up"]);
    assert!(message.contains("BP1003"), "{message}");
}

// ---- hostile specs -------------------------------------------------------------------

/// Tokens without their texts: identifiers and literals are alike.
fn skeleton(text: &str) -> Vec<String> {
    fn walk(tokens: TokenStream, out: &mut Vec<String>) {
        for token in tokens {
            match token {
                // A body that is broken gets braces.
                TokenTree::Group(group) if out.last().is_some_and(|last| last == "|") => walk(group.stream(), out),
                TokenTree::Group(group) => {
                    out.push(format!("{:?}", group.delimiter()));
                    walk(group.stream(), out);
                    // Longer names break lines, and a broken list ends in a comma.
                    if out.last().is_some_and(|last| last == ",") {
                        out.pop();
                    }
                    out.push("end".into());
                }
                TokenTree::Ident(_) => out.push("ident".into()),
                TokenTree::Punct(punct) => out.push(punct.as_char().to_string()),
                TokenTree::Literal(_) => out.push("literal".into()),
            }
        }
    }
    let mut out = Vec::new();
    walk(text.parse().expect("generated code is made of tokens"), &mut out);
    out
}

#[test]
fn hostile_names_change_nothing_but_identifiers_and_literals() {
    for zoo in ["lenet5", "resnet18", "googlenet_aux", "efficientnet_b0", "shufflenet_v2_x1_0"] {
        let compiled = compile_zoo(zoo, &Options::default()).expect("in the zoo");
        let harmless = compiled.checked.as_ref().expect("sound");
        let expected = package_of(harmless, &compiled, zoo);
        for evil in HOSTILE {
            // What a name begins with or ends in may matter.
            for front in [true, false] {
                let change = |name: &str| spoiled(name, evil, front);
                let network = checked(renamed(harmless.graph(), &change));
                let package = package_of(&network, &compiled, &change(zoo));
                for (name, text) in &package.files {
                    if !name.ends_with(".rs") {
                        continue;
                    }
                    assert!(syn::parse_file(text).is_ok(), "{zoo} with {evil:?}: {name} does not parse");
                    assert_eq!(skeleton(text), skeleton(file(&expected, name)), "{zoo} with {evil:?}: {name}\n{text}");
                    let mut comments = text.lines().filter(|l| l.trim_start().starts_with("//"));
                    assert!(!comments.any(|c| c.contains("evil")), "{text}");
                }
                let manifest = file(&package, "Cargo.toml");
                assert_eq!(manifest.lines().count(), file(&expected, "Cargo.toml").lines().count(), "{manifest}");
            }
        }
    }
}

#[test]
fn weights_keep_hostile_names() {
    let compiled = compile_zoo("lenet5", &Options::default()).expect("in the zoo");
    let change = |name: &str| format!("\"\n{name}");
    let network = checked(renamed(compiled.checked.as_ref().expect("sound").graph(), &change));
    let package = package_of(&network, &compiled, "lenet5");
    assert!(file(&package, "src/model.rs").contains(r#""\"\nc1""#));
}

#[test]
fn hostile_settings_are_read_back_as_they_were() {
    let text = |evil: &str| {
        let evil = serde_json::to_string(evil).expect("a string");
        format!(
            "blockprint: 1\nmodel: m\ninputs: {{x: 'f32[N, 3, 8, 8]', y: 'i64[N]'}}\nnet: [flatten, dense(2) as logits]\n\
             loss: {{ce: 'cross_entropy(logits, y)'}}\n\
             data: {{kind: image_folder, train: {evil}, val: {evil}, classes: [{evil}, b]}}\ntrain: {{batch: 1, epochs: 1, optim: sgd(lr=1)}}\n"
        )
    };
    for evil in HOSTILE.iter().filter(|e| !e.is_empty() && !e.contains('\0')) {
        let compiled = compile_text("m.yaml", &text(evil), &Options::default());
        let Some(network) = &compiled.checked else {
            assert!(compiled.sink.has_errors(), "refused with a reason");
            continue;
        };
        let package = package_of(network, &compiled, "m");
        let mut sources = SourceMap::new();
        let text = file(&package, "settings.yaml");
        let id = sources.add("settings.yaml", None, text);
        let mut sink = Sink::new();
        let settings = config::read(&syntax::read_text(text, Spelling::Yaml, id, &mut sink), &mut sink);
        assert!(!sink.has_errors(), "{evil:?}: {sink:#?}");
        let classes = |config: &config::Config| config.data.as_ref().map(|d| d.classes.clone());
        assert_eq!(classes(&settings), classes(&compiled.config), "{evil:?}");
        assert!(!file(&package, "src/main.rs").contains("evil"));
    }
}

#[test]
fn nothing_outside_the_folder_is_touched() {
    let folder = tempfile::tempdir().expect("a folder");
    let spec = folder.path().join("spec.yaml");
    for (at, evil) in HOSTILE.iter().filter(|e| !e.contains('\0')).enumerate() {
        let model = serde_json::to_string(evil).expect("a string");
        let text =
            format!("blockprint: 1\nmodel: {model}\ninputs: {{x: 'f32[N, 3, 8, 8]'}}\nnet: ['conv(4, 3)', gap]\n");
        std::fs::write(&spec, text).expect("can be written");
        let out = format!("out{at}");
        let output = blockprint()
            .current_dir(folder.path())
            .args(["compile", "spec.yaml", "--blockprint", "0.1.0", "--out", &out])
            .output()
            .expect("it runs");
        let made = output.status.success();
        let mut names = listing(folder.path());
        names.retain(|n| n != "spec.yaml");
        assert_eq!(names, if made { vec![out.clone()] } else { Vec::new() }, "{evil:?}");
        if made {
            let inside = listing(&folder.path().join(&out));
            assert_eq!(inside, ["Cargo.toml", "README.md", "settings.yaml", "src"], "{evil:?}");
            assert_eq!(listing(&folder.path().join(&out).join("src")), ["main.rs", "model.rs"]);
            std::fs::remove_dir_all(folder.path().join(&out)).expect("can be removed");
        }
    }
}

fn listing(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> =
        entries.map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// The ids of a copy are those of the original.
#[test]
fn a_renamed_network_is_the_same_network() {
    let compiled = compile_zoo("lenet5", &Options::default()).expect("in the zoo");
    let graph = compiled.checked.as_ref().expect("sound").graph();
    let copy = renamed(graph, &|name| format!("{name}_"));
    let ids: Vec<NodeId> = copy.ids().collect();
    assert_eq!(ids, graph.ids().collect::<Vec<_>>());
    assert!(copy.paths().all(|p| p.ends_with('_')));
}
