//! What commands print, on streams that may be full or closed.
//!
//! The macros are those of the standard library, but for two things: colours go only where they are
//! wanted, and a stream that cannot be written ends nothing. A command does its work to the end, and
//! [`finish`] tells what became of the output.

use std::fmt::Arguments;
use std::io::{self, ErrorKind, Write};
use std::sync::OnceLock;

/// Why the standard output could first not be written.
static FAILED: OnceLock<io::Error> = OnceLock::new();

/// Prints to the standard output; the first failure is kept for [`finish`].
pub(super) fn out(text: Arguments<'_>) {
    keep(anstream::stdout().write_all(text.to_string().as_bytes()));
}

/// Prints to the standard error stream, which has no buffer, in one write. Nothing is left to tell where
/// that fails.
pub(super) fn err(text: Arguments<'_>) {
    let _ = anstream::stderr().write_all(text.to_string().as_bytes());
}

fn keep(result: io::Result<()>) {
    if let Err(e) = result {
        // Later failures follow from the first.
        let _ = FAILED.set(e);
    }
}

/// Flushes the standard output; whether all of it was written. A reader that has seen enough, such as
/// `head`, is no failure; the message of any other goes to the standard error stream.
pub(super) fn finish() -> bool {
    keep(io::stdout().flush());
    match FAILED.get() {
        Some(e) if e.kind() != ErrorKind::BrokenPipe => {
            err(format_args!("error: the output cannot be written: {e}\n"));
            false
        }
        _ => true,
    }
}

macro_rules! out_text {
    ($($text:tt)*) => { $crate::cli::stream::out(format_args!($($text)*)) };
}

macro_rules! out_line {
    () => { $crate::cli::stream::out(format_args!("\n")) };
    ($($text:tt)*) => { $crate::cli::stream::out(format_args!("{}\n", format_args!($($text)*))) };
}

macro_rules! err_text {
    ($($text:tt)*) => { $crate::cli::stream::err(format_args!($($text)*)) };
}

macro_rules! err_line {
    ($($text:tt)*) => { $crate::cli::stream::err(format_args!("{}\n", format_args!($($text)*))) };
}

pub(super) use {err_line as eprintln, err_text as eprint, out_line as println, out_text as print};
