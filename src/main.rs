//! The `blockprint` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    blockprint::cli::main()
}
