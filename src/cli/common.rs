//! What the commands share: exit codes, colour, opening a spec, printing problems.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::stream::{eprint, eprintln};

use crate::check::Checked;
use crate::config::DataConfig;
use crate::data::{self, Part};
use crate::diag::{Diagnostic, Sink, codes, render_human};
use crate::driver::{self, Compiled};
use crate::expand::{Limits, Options};
use crate::kernels::blocked::Level;
use crate::run::{Failure, Network, Reason, read_choices};
use crate::source::SourceMap;
use crate::zoo;

/// The exit codes of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Everything went well.
    Fine,
    /// The spec or the data has errors.
    Errors,
    /// The command line is wrong.
    Usage,
    /// Training diverged.
    Diverged,
    /// Ctrl-C.
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Fine => 0,
            Exit::Errors => 1,
            Exit::Usage => 2,
            Exit::Diverged => 3,
            Exit::Interrupted => 130,
        })
    }
}

/// When to colour output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Color {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Color {
    /// Makes it hold for everything that is printed.
    pub(super) fn apply(self) {
        match self {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        }
        .write_global();
    }
}

/// Human or machine-readable output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// For people.
    Human,
    /// One JSON value.
    Json,
}

/// What a command may take of the machine.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct MachineOptions {
    /// Worker threads [default: one for each core]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Refuse to plan more memory than this, such as 8G [default: what the machine has]
    #[arg(long, value_name = "BYTES", value_parser = parse_bytes)]
    max_memory: Option<u64>,
    /// Form every convolution by its definition, not by Winograd's algorithm, whose rounding
    /// differs by up to 1e-5 of the greatest output
    #[arg(long)]
    exact_conv: bool,
}

impl MachineOptions {
    /// Makes the global pool of worker threads.
    pub(super) fn use_threads(&self) {
        use_threads(self.threads.map(usize::from));
    }

    /// Tells a network what the flags say.
    pub(super) fn apply(&self, network: &mut Network<'_>) {
        network.max_memory = self.memory();
        network.exact_conv = self.exact_conv;
    }

    /// As [`MachineOptions::apply`], with the algorithms that `bench --tune` chose. Not for
    /// training, whose results are the same on every machine of a kind.
    pub(super) fn apply_tuned(&self, network: &mut Network<'_>) {
        self.apply(network);
        network.choices = choices_file().map(|path| Arc::new(read_choices(&path))).filter(|c| !c.is_empty());
    }

    /// The most bytes that may be planned, where something says so.
    pub(super) fn memory(&self) -> Option<u64> {
        self.max_memory.or_else(available_memory)
    }
}

/// What training may take of the machine.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct BudgetOptions {
    /// Train within this much memory, such as 2G, where that is possible: values of the forward pass
    /// are computed again in the backward pass instead of being kept; results stay the same
    #[arg(long, value_name = "BYTES", value_parser = parse_bytes)]
    memory_budget: Option<u64>,
}

impl BudgetOptions {
    /// Whether there is a budget.
    pub(super) fn is_set(self) -> bool {
        self.memory_budget.is_some()
    }

    /// Tells a network what the flag says.
    pub(super) fn apply(self, network: &mut Network<'_>) {
        network.memory_budget = self.memory_budget;
    }
}

/// Where `bench --tune` keeps what it found, in the user's cache; `None` where there is no home.
pub(super) fn choices_file() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let cache = folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(".cache")))?;
    Some(cache.join("blockprint").join(format!("convolutions-{}.json", Level::best().name())))
}

/// How specs are opened.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct SpecOptions {
    /// Override a value of the spec, such as params.classes=6 or train.epochs=3
    #[arg(long = "set", value_name = "PATH=VALUE", value_parser = parse_setting)]
    set: Vec<(String, String)>,
    /// Allow paths outside the spec's own folder
    #[arg(long)]
    allow_outside: bool,
    /// The largest spec file, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = Limits::default().file_bytes)]
    max_file_size: u64,
    /// The deepest nesting
    #[arg(long, value_name = "LEVELS", default_value_t = Limits::default().depth)]
    max_depth: usize,
    /// The most nodes after expansion
    #[arg(long, value_name = "NODES", default_value_t = Limits::default().nodes)]
    max_nodes: usize,
    /// The deepest chain of includes
    #[arg(long, value_name = "LEVELS", default_value_t = Limits::default().includes)]
    max_includes: usize,
}

fn parse_setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((path, value)) if !path.trim().is_empty() => Ok((path.trim().to_string(), value.trim().to_string())),
        _ => Err("write PATH=VALUE, such as train.epochs=3".to_string()),
    }
}

impl SpecOptions {
    /// The overrides.
    pub(super) fn settings(&self) -> &[(String, String)] {
        &self.set
    }

    /// The same with other overrides.
    pub(super) fn with_settings(&self, settings: &[(String, String)]) -> SpecOptions {
        SpecOptions { set: settings.to_vec(), ..self.clone() }
    }

    fn options(&self) -> Options {
        Options {
            set: self.set.clone(),
            allow_outside: self.allow_outside,
            limits: Limits {
                file_bytes: self.max_file_size,
                depth: self.max_depth,
                nodes: self.max_nodes,
                includes: self.max_includes,
            },
        }
    }

    /// Reads and checks a spec: a file, or where there is none, a model of the zoo by name.
    pub(super) fn compile(&self, spec: &Path) -> Compiled {
        let name = spec.to_string_lossy();
        match zoo::file(&name) {
            Some((name, text)) if !spec.exists() => driver::compile_text(name, text, &self.options()),
            _ => driver::compile_path(spec, &self.options()),
        }
    }

    /// As [`SpecOptions::compile`]; prints all problems where there are errors and gives up.
    /// Warnings alone are only counted: `check` is where they are read.
    pub(super) fn compile_or_explain(&self, spec: &Path) -> Result<Compiled, Exit> {
        let compiled = self.compile(spec);
        if compiled.sink.has_errors() || compiled.checked.is_none() {
            print_problems(&compiled.sink, &compiled.sources);
            return Err(Exit::Errors);
        }
        match compiled.sink.len() {
            0 => {}
            // The user did not write a spec of the zoo.
            _ if zoo::file(&spec.to_string_lossy()).is_some() && !spec.exists() => {}
            1 => eprintln!("1 warning: `blockprint check {}` shows it", spec.display()),
            n => eprintln!("{n} warnings: `blockprint check {}` shows them", spec.display()),
        }
        Ok(compiled)
    }

    /// Does a task with a spec; prints all problems of either.
    pub(super) fn open(&self, spec: &Path, task: impl FnOnce(&Compiled) -> Result<Exit, Failure>) -> Exit {
        let compiled = match self.compile_or_explain(spec) {
            Ok(compiled) => compiled,
            Err(exit) => return exit,
        };
        task(&compiled).unwrap_or_else(|failure| print_failure(&failure, &compiled.sources))
    }
}

/// The network of a spec that has no errors.
pub(super) fn checked(compiled: &Compiled) -> Result<&Checked, Failure> {
    compiled.checked.as_ref().ok_or_else(|| Failure::from_sink(&compiled.sink))
}

/// The `data` section; with data of the command line's, the spec needs none.
pub(super) fn data_section(compiled: &Compiled, has_data: bool) -> Result<DataConfig, Failure> {
    match &compiled.config.data {
        Some(data) => Ok(data.clone()),
        None if has_data => Ok(DataConfig::auto()),
        None => Err(Failure::new(codes::NO_SECTION, "the spec has no `data` section")),
    }
}

/// A flag that Ctrl-C sets. Where no handler can be set, Ctrl-C ends the process as it always does.
pub(super) fn interrupt_flag() -> Arc<AtomicBool> {
    let interrupt = Arc::new(AtomicBool::new(false));
    let flag = interrupt.clone();
    let _ = ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed));
    interrupt
}

/// Prints all problems of a sink to the standard error stream.
pub(super) fn print_problems(sink: &Sink, sources: &SourceMap) {
    if !sink.is_empty() {
        eprint!("{}", render_human(sink, sources, width(), true));
    }
}

/// Prints the problems that ended a task.
pub(super) fn print_failure(failure: &Failure, sources: &SourceMap) -> Exit {
    let mut sink = Sink::new();
    failure.diagnostics.iter().cloned().for_each(|d| sink.push(d));
    print_problems(&sink, sources);
    match failure.reason {
        Reason::Input => Exit::Errors,
        Reason::Diverged => Exit::Diverged,
    }
}

/// Prints one problem that has no place in a spec.
pub(super) fn print_diagnostic(diagnostic: Diagnostic) -> Exit {
    print_failure(&Failure::input(diagnostic), &SourceMap::new())
}

/// The width that text is wrapped to.
fn width() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    columns.unwrap_or(if std::io::stderr().is_terminal() { 110 } else { 100 }).clamp(40, 200)
}

/// Makes the global pool of worker threads; without a number, one for each core.
pub(super) fn use_threads(threads: Option<usize>) {
    if let Some(n) = threads {
        // It fails only where the pool exists already, which no command does before this.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(n).build_global();
    }
}

/// `--max-memory` and `--memory-budget`: a number of bytes, with `K`, `M`, `G` or `T` for powers of 1024.
pub(super) fn parse_bytes(text: &str) -> Result<u64, String> {
    let error = || "write a number of bytes, such as 8G or 512M".to_string();
    let text = text.trim().trim_end_matches(['B', 'b']).trim_end_matches('i');
    let (digits, power) = match text.chars().last().map(|c| c.to_ascii_uppercase()) {
        Some(unit @ ('K' | 'M' | 'G' | 'T')) => {
            (&text[..text.len() - 1], "KMGT".find(unit).map_or(0, |i| i as u32 + 1))
        }
        _ => (text, 0),
    };
    let number: f64 = digits.trim().parse().map_err(|_| error())?;
    let bytes = number * 1024f64.powi(power as i32);
    if bytes.is_finite() && bytes >= 0.0 { Ok(bytes as u64) } else { Err(error()) }
}

/// What the machine, or the control group that this process is in, lets it use.
pub(super) fn available_memory() -> Option<u64> {
    let read = |path: &str| std::fs::read_to_string(path).ok();
    let limit = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"]
        .iter()
        .find_map(|p| read(p)?.trim().parse::<u64>().ok());
    let machine = read("/proc/meminfo").and_then(|text| {
        let line = text.lines().find(|l| l.starts_with("MemAvailable:"))?.to_string();
        line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib.saturating_mul(1024))
    });
    match (limit, machine) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// The names of the classes: those of the spec, else those of its data set where that is at hand.
pub(super) fn class_names(data: &DataConfig, base: &Path) -> Vec<String> {
    if !data.classes.is_empty() {
        return data.classes.clone();
    }
    data::open(data, base, None, Part::Train).map(|d| d.names().to_vec()).unwrap_or_default()
}

/// The folder that a spec's own paths start from.
pub(super) fn base_of(spec: &Path) -> PathBuf {
    match spec.parent() {
        Some(parent) if spec.exists() && !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_with_units() {
        assert_eq!(parse_bytes("1024"), Ok(1024));
        assert_eq!(parse_bytes("2K"), Ok(2048));
        assert_eq!(parse_bytes("1.5GiB"), Ok(3 << 29));
        assert!(parse_bytes("many").is_err());
        assert!(parse_bytes("-1").is_err());
    }

    #[test]
    fn settings_have_a_path_and_a_value() {
        assert_eq!(parse_setting("a.b=c=d"), Ok(("a.b".into(), "c=d".into())));
        assert!(parse_setting("a.b").is_err());
        assert!(parse_setting("=3").is_err());
    }
}
