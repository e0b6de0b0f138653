//! Packages of networks with hostile names compile, program and all, without a warning.

use blockprint::codegen::{Dependency, Source, package};
use blockprint::diag::Sink;
use blockprint::driver::compile_zoo;
use blockprint::expand::Options;

use crate::edits;
use crate::hostile::{HOSTILE, checked, renamed, spoiled};

#[test]
fn packages_with_hostile_names_compile() {
    let folder = tempfile::tempdir().expect("a folder");
    let library = edits::library(folder.path());
    for (at, evil) in HOSTILE.iter().enumerate() {
        // A tower that is called twice, with dropout, and a plain network.
        let (zoo, front) = [("siamese_faces", at % 4 < 2), ("lenet5", at % 4 < 2)][at % 2];
        let compiled = compile_zoo(zoo, &Options::default()).expect("an embedded spec");
        let change = |name: &str| spoiled(name, evil, front);
        let network = checked(renamed(compiled.checked.as_ref().expect("it is sound").graph(), &change));
        let (model, spec) = (change(zoo), compiled.spec.as_ref().expect("a checked spec"));
        let source = Source { checked: &network, spec, model: &model };
        let version = Dependency::Version("0.1.0".into());
        let mut sink = Sink::new();
        let package = package::package(source, &package::crate_name(&model), &version, &mut sink);
        let out = folder.path().join(at.to_string());
        std::fs::create_dir_all(out.join("src")).expect("a folder");
        for (name, text) in package.unwrap_or_else(|| panic!("{sink:#?}")).files {
            std::fs::write(out.join(name), text).expect("a file");
        }
        let errors = edits::compile(&library, &out, &out.join("src/main.rs"), "bin");
        assert!(errors.is_empty(), "{zoo} with {evil:?}: {errors:?}");
    }
}
