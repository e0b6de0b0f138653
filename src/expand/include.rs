//! Loads a spec with all that it extends and imports.
//!
//! A spec may come from a stranger: the files that it names lie beneath the root spec's folder
//! (symbolic links resolved), are regular, and are read up to a limit.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use crate::diag::{Code, Diagnostic, Sink, codes, did_you_mean};
use crate::source::{FileId, SourceMap, Span};
use crate::syntax::ast::{Entry, Expr, ExprKind, Ident, Spec, TowerBody};
use crate::{syntax, zoo};

use super::{Limits, Options, settings};

/// A spec and its imports.
#[derive(Debug)]
pub(super) struct Program {
    /// The root spec is the first.
    pub modules: Vec<Module>,
}

/// One spec with everything that it extends.
#[derive(Debug, Default)]
pub(super) struct Module {
    /// The file's name.
    pub name: String,
    /// The spec with `extends` and `set` applied.
    pub spec: Spec,
    /// Its namespaces; `None` where the file could not be loaded.
    pub uses: Vec<(String, Option<usize>)>,
    /// For each tower, the module whose net it holds.
    pub towers: Vec<Option<usize>>,
}

/// Why a file could not be read.
#[derive(Debug)]
pub(crate) struct Unreadable {
    code: Code,
    message: String,
}

impl Unreadable {
    pub(crate) fn diagnostic(self) -> Diagnostic {
        Diagnostic::error(self.code, self.message)
    }
}

/// Reads a spec's text: a regular file of UTF-8 within the size limit.
pub(crate) fn read_text(path: &Path, limits: &Limits) -> Result<String, Unreadable> {
    let shown = path.display();
    let unreadable = |why: String| Unreadable { code: codes::FILE_UNREADABLE, message: why };
    let describe = |e: std::io::Error| match e.kind() {
        std::io::ErrorKind::NotFound => unreadable(format!("there is no file `{shown}`")),
        _ => unreadable(format!("`{shown}` cannot be read: {e}")),
    };
    // A pipe or device could block forever, or never end.
    if !std::fs::metadata(path).map_err(describe)?.is_file() {
        return Err(unreadable(format!("`{shown}` is no regular file")));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(describe)?;
    file.take(limits.file_bytes.saturating_add(1)).read_to_end(&mut bytes).map_err(describe)?;
    if bytes.len() as u64 > limits.file_bytes {
        return Err(Unreadable {
            code: codes::FILE_TOO_LARGE,
            message: format!("`{shown}` is larger than the limit of {} bytes", limits.file_bytes),
        });
    }
    String::from_utf8(bytes).map_err(|_| unreadable(format!("`{shown}` is no UTF-8 text")))
}

/// Loads the root spec and all that it names.
pub(super) fn load(file: FileId, options: &Options, sources: &mut SourceMap, sink: &mut Sink) -> Program {
    let root = sources.file(file).path.as_deref().map(folder_of);
    let key = key_of(file, sources);
    let mut loader =
        Loader { options, sources, sink, root, files: HashMap::new(), done: HashMap::new(), modules: Vec::new() };
    loader.files.insert(key, file);
    loader.module(file, &mut Vec::new());
    Program { modules: loader.modules }
}

/// The folder of a file, with symbolic links resolved where that is possible.
fn folder_of(path: &Path) -> PathBuf {
    let folder = match path.parent() {
        Some(p) if !p.as_os_str().is_empty() => p,
        _ => Path::new("."),
    };
    folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf())
}

/// What tells two files apart: the canonical path, or the name of one that has no path.
fn key_of(file: FileId, sources: &SourceMap) -> PathBuf {
    let source = sources.file(file);
    match &source.path {
        Some(path) => path.canonicalize().unwrap_or_else(|_| path.clone()),
        None => PathBuf::from(&source.name),
    }
}

struct Loader<'s> {
    options: &'s Options,
    sources: &'s mut SourceMap,
    sink: &'s mut Sink,
    /// The root spec's folder.
    root: Option<PathBuf>,
    files: HashMap<PathBuf, FileId>,
    done: HashMap<FileId, usize>,
    modules: Vec<Module>,
}

impl Loader<'_> {
    /// The module of a file. `stack` holds the files that are being loaded, outermost first.
    fn module(&mut self, file: FileId, stack: &mut Vec<FileId>) -> usize {
        if let Some(at) = self.done.get(&file) {
            return *at;
        }
        let at = self.modules.len();
        let name = self.sources.file(file).name.clone();
        self.modules.push(Module { name, ..Module::default() });
        self.done.insert(file, at);
        let mut spec = self.resolved(file, stack);
        if at == 0 {
            settings::apply_command_line(&mut spec, &self.options.set, self.sources, self.sink);
        }
        stack.push(file);
        let uses = spec.uses.iter().map(|u| (u.name.value.clone(), self.import(&u.path, file, stack))).collect();
        let towers = spec.towers.iter().map(|t| match &t.body {
            TowerBody::Use(path) => self.import(path, file, stack),
            TowerBody::Body(_) => None,
        });
        let towers = towers.collect();
        stack.pop();
        self.modules[at] = Module { spec, uses, towers, name: std::mem::take(&mut self.modules[at].name) };
        at
    }

    fn import(&mut self, path: &Ident, from: FileId, stack: &mut Vec<FileId>) -> Option<usize> {
        let file = self.open(path, from, stack)?;
        Some(self.module(file, stack))
    }

    /// The spec of a file with `extends` and `set` applied.
    fn resolved(&mut self, file: FileId, stack: &mut Vec<FileId>) -> Spec {
        let mut spec = syntax::read(file, self.sources, self.sink);
        if let Some(base) = &spec.extends {
            stack.push(file);
            if let Some(base) = self.open(base, file, stack) {
                spec = extend(self.resolved(base, stack), spec);
            }
            stack.pop();
        }
        for setting in std::mem::take(&mut spec.set) {
            settings::apply(&mut spec, &setting, self.sources, self.sink);
        }
        spec.extends = None;
        spec
    }

    /// The file that a reference names; every problem is reported at the reference.
    fn open(&mut self, reference: &Ident, from: FileId, stack: &[FileId]) -> Option<FileId> {
        // After `extends`, a part of a spec may come from another file: its paths are relative
        // to that one.
        let from = if self.sources.text(reference.span).is_empty() { from } else { reference.span.file };
        let found = match self.sources.file(from).path.clone() {
            Some(path) => self.open_on_disk(&reference.value, &path),
            None => self.open_embedded(&reference.value),
        };
        let file = match found {
            Ok(file) => file,
            Err(problem) => {
                self.sink.push(problem.label_at(reference.span));
                return None;
            }
        };
        if let Some(at) = stack.iter().position(|f| *f == file) {
            let names = stack[at..].iter().chain([&file]).map(|f| format!("`{}`", self.sources.file(*f).name));
            let names: Vec<String> = names.collect();
            self.sink.push(
                Diagnostic::error(
                    codes::INCLUDE_CYCLE,
                    format!("files include each other in a circle: {}", names.join(" → ")),
                )
                .label(reference.span, "included again here"),
            );
            return None;
        }
        if stack.len() >= self.options.limits.includes {
            let limit = self.options.limits.includes;
            self.sink.push(
                Diagnostic::error(codes::INCLUDE_DEPTH, format!("files include each other more than {limit} deep"))
                    .label(reference.span, "one level too many"),
            );
            return None;
        }
        Some(file)
    }

    fn open_embedded(&mut self, name: &str) -> Result<FileId, Problem> {
        let clean = name.strip_prefix("./").unwrap_or(name);
        if let Some(file) = self.files.get(Path::new(clean)) {
            return Ok(*file);
        }
        let Some(text) = zoo::text(clean) else {
            let close = did_you_mean(clean, zoo::names()).map(|c| format!("did you mean `{c}`?"));
            let message = format!("there is no embedded spec `{name}`");
            return Err(Problem { code: codes::FILE_UNREADABLE, message, help: close });
        };
        let file = self.sources.add(clean, None, text);
        self.files.insert(PathBuf::from(clean), file);
        Ok(file)
    }

    fn open_on_disk(&mut self, name: &str, from: &Path) -> Result<FileId, Problem> {
        let outside = || Problem {
            code: codes::PATH_OUTSIDE,
            message: format!("`{name}` leads out of the spec's folder"),
            help: Some("move the file beneath the spec's folder, or pass `--allow-outside`".into()),
        };
        let folder = from.parent().unwrap_or(Path::new(""));
        let path = folder.join(name);
        let allowed = self.options.allow_outside;
        // The text alone decides first, so that nothing can be learnt about files outside.
        if !allowed && (Path::new(name).is_absolute() || self.climbs_out(folder, name)) {
            return Err(outside());
        }
        let problem = |e: Unreadable| Problem { code: e.code, message: e.message, help: None };
        if let (false, Some(root), Ok(real)) = (allowed, &self.root, path.canonicalize())
            && !real.starts_with(root)
        {
            return Err(outside());
        }
        let key = path.canonicalize().unwrap_or_else(|_| path.clone());
        if let Some(file) = self.files.get(&key) {
            return Ok(*file);
        }
        let text = read_text(&path, &self.options.limits).map_err(problem)?;
        let file = self.sources.add(path.display().to_string(), Some(&path), text);
        self.files.insert(key, file);
        Ok(file)
    }

    /// Whether a relative path, as it is written, leaves the root's folder.
    fn climbs_out(&self, folder: &Path, name: &str) -> bool {
        let folder = folder_of(&folder.join("x"));
        let start = self.root.as_ref().and_then(|root| folder.strip_prefix(root).ok().map(|p| p.components().count()));
        let mut depth = start.unwrap_or(0);
        for part in Path::new(name).components() {
            match part {
                Component::ParentDir if depth == 0 => return true,
                Component::ParentDir => depth -= 1,
                Component::Normal(_) => depth += 1,
                Component::CurDir => {}
                Component::RootDir | Component::Prefix(_) => return true,
            }
        }
        false
    }
}

/// A problem that still lacks its place.
struct Problem {
    code: Code,
    message: String,
    help: Option<String>,
}

impl Problem {
    fn label_at(self, span: Span) -> Diagnostic {
        Diagnostic::error(self.code, self.message).label(span, "named here").maybe_help(self.help)
    }
}

// ---- extends -------------------------------------------------------------------------

/// A spec over the one that it extends: what it declares goes before; mappings merge by key,
/// everything else replaces.
fn extend(base: Spec, child: Spec) -> Spec {
    let declares_outputs = !child.outputs.is_empty();
    // The base's outputs and losses name nodes of the base's net.
    let new_net = child.net.is_some();
    Spec {
        version: child.version.or(base.version),
        model: child.model.or(base.model),
        extends: None,
        set: child.set,
        uses: by_name(base.uses, child.uses, |u| &u.name.value),
        params: by_name(base.params, child.params, |p| &p.name.value),
        inputs: by_name(base.inputs, child.inputs, |i| &i.name.value),
        blocks: by_name(base.blocks, child.blocks, |b| &b.name.value),
        towers: by_name(base.towers, child.towers, |t| &t.name.value),
        net: child.net.or(base.net),
        outputs: if declares_outputs || new_net { child.outputs } else { base.outputs },
        loss: by_name(base.loss, child.loss, |l| &l.name.value),
        metrics: if child.metrics.is_empty() { base.metrics } else { child.metrics },
        sections: merged(base.sections, child.sections),
        span: child.span,
    }
}

/// The base's items with those of the same name replaced, then the child's others.
fn by_name<T>(base: Vec<T>, child: Vec<T>, name: impl Fn(&T) -> &str) -> Vec<T> {
    let mut places: HashMap<String, usize> = base.iter().enumerate().map(|(at, t)| (name(t).to_string(), at)).collect();
    let mut list = base;
    for item in child {
        match places.get(name(&item)) {
            Some(at) => list[*at] = item,
            None => {
                places.insert(name(&item).to_string(), list.len());
                list.push(item);
            }
        }
    }
    list
}

fn merged(base: Vec<Entry>, child: Vec<Entry>) -> Vec<Entry> {
    let mut list = base;
    for entry in child {
        match list.iter_mut().find(|e| e.key.value == entry.key.value) {
            Some(old) => {
                old.value = match (std::mem::replace(&mut old.value.kind, ExprKind::Null), entry.value) {
                    (ExprKind::Map(a), Expr { kind: ExprKind::Map(b), span }) => {
                        Expr::new(ExprKind::Map(merged(a, b)), span)
                    }
                    (_, new) => new,
                };
            }
            None => list.push(entry),
        }
    }
    list
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::diag::{Code, codes};
    use crate::driver::{Compiled, compile_path};
    use crate::expand::{Limits, Options};

    const BLOCKS: &str = "blockprint: 1\nblocks:\n  unit(c): conv(c, 1) -> relu\n";

    fn spec(head: &str, net: &str) -> String {
        format!("blockprint: 1\nmodel: t\n{head}\ninputs: {{x: 'f32[N, 3, 8, 8]'}}\nnet:\n  - {net}\n")
    }

    /// Writes files into a new folder.
    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        folder
    }

    fn compile(folder: &Path, name: &str) -> Compiled {
        compile_path(&folder.join(name), &Options::default())
    }

    /// The code of the first error, and the text that it points at.
    fn fault(compiled: &Compiled) -> (Code, String) {
        let first = compiled.sink.iter().next().expect("there is a problem");
        (first.code, first.span().map(|s| compiled.sources.text(s).to_string()).unwrap_or_default())
    }

    #[test]
    fn paths_are_relative_to_the_file_that_names_them() {
        let base = spec("use: {lib: lib/blocks.yaml}", "lib.unit(4)");
        let files = [
            ("lib/blocks.yaml", "blockprint: 1\nuse: {more: more/inner.yaml}\nblocks:\n  unit(c): more.unit(c)\n"),
            ("lib/more/inner.yaml", BLOCKS),
            ("base.yaml", &base),
            ("sub/child.yaml", "blockprint: 1\nextends: ../base.yaml\nmodel: child\n"),
            ("child.yaml", "blockprint: 1\nextends: base.yaml\nmodel: child\n"),
        ];
        let folder = folder(&files);
        for name in ["base.yaml", "child.yaml"] {
            let compiled = compile(folder.path(), name);
            let checked = compiled.checked.as_ref().unwrap_or_else(|| panic!("{:?}", compiled.sink));
            assert!(checked.graph().find("0.0.conv").is_some());
        }
        // The root spec's own folder is the border.
        let compiled = compile(folder.path(), "sub/child.yaml");
        assert_eq!(fault(&compiled), (codes::PATH_OUTSIDE, "../base.yaml".to_string()));
        let options = Options { allow_outside: true, ..Options::default() };
        assert!(compile_path(&folder.path().join("sub/child.yaml"), &options).checked.is_some());
    }

    #[test]
    fn no_path_leads_out() {
        let outside = folder(&[("secret.yaml", BLOCKS)]);
        let secret = outside.path().join("secret.yaml");
        let inside = folder(&[("lib/keep.txt", "")]);
        #[cfg(unix)]
        std::os::unix::fs::symlink(&secret, inside.path().join("lib/link.yaml")).unwrap();
        let absolute = secret.display().to_string();
        for path in [absolute.as_str(), "../secret.yaml", "lib/../../secret.yaml", "lib/link.yaml"] {
            std::fs::write(inside.path().join("t.yaml"), spec(&format!("use: {{lib: '{path}'}}"), "lib.unit(4)"))
                .unwrap();
            assert_eq!(fault(&compile(inside.path(), "t.yaml")).0, codes::PATH_OUTSIDE, "{path}");
        }
    }

    #[test]
    fn files_that_cannot_be_read_are_told_where_they_are_named() {
        let folder = folder(&[("dir/x", ""), ("big.yaml", &"#".repeat(2000))]);
        std::fs::write(folder.path().join("binary.yaml"), [0xff, 0xfe, 0x00]).unwrap();
        let limits = Limits { file_bytes: 1000, ..Limits::default() };
        let options = Options { limits, ..Options::default() };
        for (path, code) in [
            ("none.yaml", codes::FILE_UNREADABLE),
            ("dir", codes::FILE_UNREADABLE),
            ("binary.yaml", codes::FILE_UNREADABLE),
            ("big.yaml", codes::FILE_TOO_LARGE),
        ] {
            std::fs::write(folder.path().join("t.yaml"), spec(&format!("use: {{lib: {path}}}"), "lib.unit(4)"))
                .unwrap();
            let compiled = compile_path(&folder.path().join("t.yaml"), &options);
            assert_eq!(fault(&compiled), (code, path.to_string()));
            assert_eq!(compiled.sink.len(), 1, "{:?}", compiled.sink);
        }
        assert_eq!(fault(&compile(folder.path(), "missing.yaml")).0, codes::FILE_UNREADABLE);
    }

    #[test]
    fn circles_and_long_chains_are_told() {
        let folder = folder(&[
            ("a.yaml", "blockprint: 1\nextends: b.yaml\n"),
            ("b.yaml", "blockprint: 1\nextends: a.yaml\n"),
            ("self.yaml", &spec("use: {me: self.yaml}", "relu")),
        ]);
        let compiled = compile(folder.path(), "a.yaml");
        assert_eq!(fault(&compiled), (codes::INCLUDE_CYCLE, "a.yaml".to_string()));
        assert_eq!(fault(&compile(folder.path(), "self.yaml")).0, codes::INCLUDE_CYCLE);
        for at in 0..20 {
            let text = format!("blockprint: 1\nextends: f{}.yaml\n", at + 1);
            std::fs::write(folder.path().join(format!("f{at}.yaml")), text).unwrap();
        }
        std::fs::write(folder.path().join("f20.yaml"), spec("", "relu")).unwrap();
        assert_eq!(fault(&compile(folder.path(), "f0.yaml")).0, codes::INCLUDE_DEPTH);
        assert!(compile(folder.path(), "f5.yaml").checked.is_some());
    }
}
