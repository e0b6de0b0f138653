//! `generated/` holds what `compile` makes of the embedded specs, and of a few more that its tests need. `BLESS=1` writes
//! it anew.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use blockprint::codegen::{Dependency, Package, Source, package};
use blockprint::diag::Sink;
use blockprint::driver::{compile_path, compile_zoo};
use blockprint::expand::Options;
use blockprint::zoo;

/// Specs that generated code cannot express, and why.
const REFUSED: &[(&str, &str)] = &[
    ("style_squeezenet", "generated code needs a batch of any size"),
    ("style_vgg19", "generated code needs a batch of any size"),
];

/// Specs that differ from one that is kept in numbers and names alone: their code is made and parsed,
/// but not kept.
const ALIKE: &[(&str, &[&str])] = &[
    (
        "efficientnet_b0",
        &[
            "efficientnet_b1",
            "efficientnet_b2",
            "efficientnet_b3",
            "efficientnet_b4",
            "efficientnet_b5",
            "efficientnet_b6",
            "efficientnet_b7",
        ],
    ),
    ("googlenet", &["googlenet_aux"]),
    ("mobilenet_v2", &["mobilenet_v2_keras"]),
    ("mobilenet_v3_small", &["mobilenet_v3_large"]),
    ("resnet18", &["resnet34"]),
    ("resnet20", &["resnet32", "resnet44", "resnet56"]),
    ("resnet50", &["resnet50_keras", "resnet101", "resnet152"]),
    ("squeezenet1_0", &["squeezenet1_0_caffe", "squeezenet1_1"]),
    ("squeezenet_signs", &["squeezenet_faces"]),
    ("vgg16", &["vgg11", "vgg13", "vgg16_keras", "vgg19"]),
];

/// Specs whose programs are kept too: see the manifest of the package.
const PROGRAMS: &[&str] = &["blended", "lenet5", "siamese_faces", "weighted", "yolo_shapes"];

/// The specs among them that are not embedded: `generated/specs` has them.
const OWN: &[&str] = &["blended", "weighted"];

/// Tells `cargo fmt` to leave the files as `compile` lays them out.
const LAYOUT: &str = "# The layout is that of `compile`, which is prettyplease's.\ndisable_all_formatting = true\n";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("generated")
}

/// What `compile` makes of a spec.
fn package_of(name: &str) -> Result<Package, String> {
    let compiled = match OWN.contains(&name) {
        true => compile_path(&folder().join("specs").join(format!("{name}.yaml")), &Options::default()),
        false => compile_zoo(name, &Options::default()).expect("the zoo has it"),
    };
    let checked = compiled.checked.as_ref().unwrap_or_else(|| panic!("{name}: {:#?}", compiled.sink));
    let spec = compiled.spec.as_ref().expect("a checked spec");
    let mut sink = Sink::new();
    let source = Source { checked, spec, model: compiled.model_name() };
    let dependency = Dependency::Version("0.1.0".into());
    package::package(source, name, &dependency, &mut sink)
        .ok_or_else(|| sink.iter().map(|d| d.message.clone()).collect::<Vec<_>>().join("; "))
}

/// The files of a spec that are kept, by their place in `generated/src`.
fn kept(name: &str, package: &Package) -> Vec<(PathBuf, String)> {
    let program = PROGRAMS.contains(&name);
    let files = package.files.iter().filter(|(file, _)| match *file {
        "src/model.rs" => true,
        "src/main.rs" | "settings.yaml" => program,
        _ => false,
    });
    // Programs include their settings from the folder above.
    let text = |text: &String| text.replace("\"../settings.yaml\"", "\"settings.yaml\"");
    files.map(|(file, own)| (PathBuf::from(name).join(file.trim_start_matches("src/")), text(own))).collect()
}

/// All files beneath a folder, by their place in it.
fn found(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut files = BTreeMap::new();
    let mut todo = vec![folder.to_path_buf()];
    while let Some(at) = todo.pop() {
        for path in std::fs::read_dir(&at).into_iter().flatten().map(|entry| entry.expect("an entry").path()) {
            if path.is_dir() {
                todo.push(path);
            } else {
                let text = std::fs::read_to_string(&path).expect("a text");
                files.insert(path.strip_prefix(folder).expect("beneath it").to_path_buf(), text);
            }
        }
    }
    files
}

/// Replaces the files that differ; those that are no longer made are removed.
fn bless(folder: &Path, wanted: &BTreeMap<PathBuf, String>, found: &BTreeMap<PathBuf, String>) {
    for place in found.keys().filter(|place| !wanted.contains_key(*place)) {
        std::fs::remove_file(folder.join(place)).expect("can be removed");
    }
    for (place, text) in wanted.iter().filter(|(place, text)| found.get(*place) != Some(text)) {
        let path = folder.join(place);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("can be made");
        std::fs::write(path, text).expect("can be written");
    }
}

#[test]
fn the_generated_package_is_up_to_date() {
    let mut library = String::from(
        "//! What `blockprint compile` makes of the embedded specs: see the README. Written by\n\
         //! `BLESS=1 cargo test --test generated`.\n",
    );
    let mut wanted = BTreeMap::new();
    let mut refused = Vec::new();
    let mut names: Vec<&str> =
        zoo::names().filter_map(|n| n.strip_suffix(".yaml")).chain(OWN.iter().copied()).collect();
    names.sort_unstable();
    for name in names {
        let package = match package_of(name) {
            Ok(package) => package,
            Err(why) => {
                refused.push((name, why));
                continue;
            }
        };
        for (file, text) in package.files.iter().filter(|(file, _)| file.ends_with(".rs")) {
            assert!(syn::parse_file(text).is_ok(), "{name}: {file} is Rust");
        }
        if !ALIKE.iter().any(|(_, alike)| alike.contains(&name)) {
            let _ = write!(library, "\n/// `{name}`.\npub mod {name} {{\n    pub mod model;\n}}\n");
            wanted.extend(kept(name, &package));
        }
    }
    wanted.insert("lib.rs".into(), library);
    wanted.insert("rustfmt.toml".into(), LAYOUT.to_string());
    assert_eq!(refused.iter().map(|(name, why)| (*name, why.as_str())).collect::<Vec<_>>(), REFUSED);
    for (kept, _) in ALIKE {
        assert!(wanted.contains_key(&Path::new(kept).join("model.rs")), "{kept} stands for others");
    }
    let source = folder().join("src");
    let found = found(&source);
    if std::env::var_os("BLESS").is_some() {
        return bless(&source, &wanted, &found);
    }
    let differs = |place: &&PathBuf| wanted.get(*place) != found.get(*place);
    let stale: Vec<_> = wanted.keys().chain(found.keys()).filter(differs).collect();
    assert!(stale.is_empty(), "run `BLESS=1 cargo test --test generated`: {stale:#?}");
}
