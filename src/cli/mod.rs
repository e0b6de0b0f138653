//! The command line: a shell over the library. Only this module prints or exits.

mod bench;
mod check;
mod common;
mod compile;
mod data;
mod detect;
mod diff;
mod eval;
mod explain;
mod faces;
mod fmt;
mod import;
mod lr_find;
mod ops;
mod predict;
mod preview;
mod profile;
mod progress;
mod resume;
mod show;
mod stream;
mod stylize;
mod sweep;
mod table;
mod train;
mod weights;
mod zoo;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

pub use common::Exit;

/// A declarative compiler and runner for neural networks.
#[derive(Debug, Parser)]
#[command(name = "blockprint", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// When to colour output
    #[arg(long, global = true, value_enum, default_value_t = common::Color::Auto)]
    color: common::Color,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Find every error and doubtful place in specs
    Check(check::Args),
    /// Print a network: layers, shapes, parameters, cost
    Show(show::Args),
    /// Train a network as its spec says
    Train(train::Args),
    /// Train a spec several times with other values of some settings, and rank the runs
    Sweep(sweep::Args),
    /// Prove that an interrupted run of a spec ends as one that was not
    Resume(resume::Args),
    /// Measure loss and metrics of trained weights
    Eval(eval::Args),
    /// Run trained weights on images or tensors
    Predict(predict::Args),
    /// Paint a picture with the content of one photo and the style of another
    Stylize(stylize::Args),
    /// Find objects in pictures, or anchors in the boxes of a data set
    Detect(detect::Args),
    /// Write a picture of what the network will see of its examples
    Preview(preview::Args),
    /// Try rising learning rates, and tell where the loss falls most steeply
    LrFind(lr_find::Args),
    /// Enrol people, and say who is on a photo
    Faces(faces::Args),
    /// Inspect data sets
    Data(data::Args),
    /// Time inference or training steps
    Bench(bench::Args),
    /// Show where the time of a step goes
    Profile(profile::Args),
    /// Format specs, or convert them between YAML and the DSL
    Fmt(fmt::Args),
    /// Compare two specs: nodes, parameters, cost
    Diff(diff::Args),
    /// Turn a Darknet cfg or a Caffe prototxt into a spec
    Import(import::Args),
    /// Explain a diagnostic code, such as BP0301
    Explain(explain::Args),
    /// List the ops of the language, or describe one
    Ops(ops::Args),
    /// List the embedded specs, or print one
    Zoo(zoo::Args),
    /// Write a network as a package of statically typed Rust
    Compile(compile::Args),
    /// Inspect and convert weight files
    Weights(weights::Args),
    /// Print a shell completion script
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// Runs the command line and gives the process's exit code: 0 fine, 1 the spec or data has
/// errors, 2 wrong usage, 3 training diverged, 130 interrupted.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(e) => {
            let text = e.render();
            return match e.use_stderr() {
                true => {
                    stream::eprint!("{}", text.ansi());
                    Exit::Usage
                }
                false => {
                    stream::print!("{}", text.ansi());
                    written(Exit::Fine)
                }
            }
            .into();
        }
    };
    cli.color.apply();
    let exit = match cli.command {
        Command::Check(args) => check::run(&args),
        Command::Show(args) => show::run(&args),
        Command::Train(args) => train::run(&args),
        Command::Sweep(args) => sweep::run(&args),
        Command::Resume(args) => resume::run(&args),
        Command::Eval(args) => eval::run(&args),
        Command::Predict(args) => predict::run(&args),
        Command::Stylize(args) => stylize::run(&args),
        Command::Detect(args) => detect::run(&args),
        Command::Preview(args) => preview::run(&args),
        Command::LrFind(args) => lr_find::run(&args),
        Command::Faces(args) => faces::run(&args),
        Command::Data(args) => data::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Profile(args) => profile::run(&args),
        Command::Fmt(args) => fmt::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Import(args) => import::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Ops(args) => ops::run(&args),
        Command::Zoo(args) => zoo::run(&args),
        Command::Compile(args) => compile::run(&args),
        Command::Weights(args) => weights::run(&args),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "blockprint", &mut script);
            stream::print!("{}", String::from_utf8_lossy(&script));
            Exit::Fine
        }
    };
    written(exit).into()
}

/// The exit code of a command whose output may not have been written.
fn written(exit: Exit) -> Exit {
    match stream::finish() {
        false if exit == Exit::Fine => Exit::Errors,
        _ => exit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
