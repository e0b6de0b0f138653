//! Fetches well-known data sets, with their checksums. Nothing else in the program uses the
//! network, and nothing is fetched unasked.

mod catalog;
mod digest;
mod unpack;

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::diag::{Diagnostic, codes, did_you_mean, listing};
use crate::fs::write_atomic;

pub use catalog::{KNOWN, Known, Remote, find};
pub use digest::Checksum;

/// The most bytes of one file.
const MAX_BYTES: u64 = 2 << 30;
/// How long a server may take to answer, and then between two pieces of a file.
const PATIENCE: Duration = Duration::from_secs(30);

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// It was there already, whole.
    Present(PathBuf),
    /// It was fetched from this address.
    New(PathBuf, String),
}

/// Fetches a data set into `folder`, from `mirror` or where its authors keep it, and unpacks what
/// is packed. Files that are there already, with the right checksum, are not fetched again. A file
/// appears only once it is whole and its checksum is right.
///
/// # Errors
/// A file that no mirror gives, has another checksum, or cannot be written.
pub fn get(
    known: &Known,
    folder: &Path,
    mirror: Option<&str>,
    each: &mut dyn FnMut(&Fetched),
) -> Result<(), Diagnostic> {
    std::fs::create_dir_all(folder).map_err(|e| cannot_write(folder, &e))?;
    let given = mirror.map(|m| [m]);
    let mirrors: &[&str] = given.as_ref().map_or(known.mirrors, |m| m);
    let client = Client::new();
    for remote in known.files {
        let path = folder.join(remote.name);
        let fetched = match is_whole(&path, remote.checksum) {
            true => Fetched::Present(path.clone()),
            false => client.fetch(remote, mirrors, &path)?,
        };
        if let Some(inner) = remote.unpacks {
            unpack::unpack(&path, folder, inner)?;
        }
        each(&fetched);
    }
    Ok(())
}

/// The data set of this name.
///
/// # Errors
/// A name that is not known, with those that are.
pub fn named(name: &str) -> Result<&'static Known, Diagnostic> {
    let names = || KNOWN.iter().map(|k| k.name);
    find(name).ok_or_else(|| {
        Diagnostic::error(codes::UNKNOWN_DATA_SET, format!("there is no known data set `{name}`")).help(
            match did_you_mean(name, names()) {
                Some(close) => format!("did you mean `{close}`?"),
                None => format!("these are known: {}", listing(names(), 20)),
            },
        )
    })
}

fn is_whole(path: &Path, checksum: Checksum) -> bool {
    let digits = std::fs::File::open(path)
        .and_then(|mut file| checksum.copy(&mut file, &mut std::io::sink(), MAX_BYTES))
        .map(|(digits, _)| digits);
    digits.is_ok_and(|digits| digits == checksum.expected())
}

fn cannot_write(path: &Path, e: &std::io::Error) -> Diagnostic {
    Diagnostic::error(codes::CANNOT_WRITE, format!("cannot write `{}`: {e}", path.display()))
}

struct Client {
    agent: ureq::Agent,
}

/// Why one mirror did not give a file.
enum Trouble {
    /// It cannot be had there: another mirror may have it.
    Elsewhere(String),
    /// It came, and is not what it should be.
    Damaged(String),
    /// It cannot be written.
    Disk(std::io::Error),
}

impl From<std::io::Error> for Trouble {
    fn from(e: std::io::Error) -> Self {
        Trouble::Disk(e)
    }
}

impl Client {
    fn new() -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_connect(Some(PATIENCE))
            .timeout_recv_response(Some(PATIENCE))
            .max_redirects(5)
            .user_agent(concat!("blockprint/", env!("CARGO_PKG_VERSION")))
            .build();
        Self { agent: config.into() }
    }

    /// Tries one mirror after the other.
    fn fetch(&self, remote: &Remote, mirrors: &[&str], path: &Path) -> Result<Fetched, Diagnostic> {
        let mut troubles = Vec::new();
        let mut damaged = false;
        for mirror in mirrors {
            let address = format!("{}/{}", mirror.trim_end_matches('/'), remote.name);
            match self.download(&address, remote.checksum, path) {
                Ok(()) => return Ok(Fetched::New(path.to_path_buf(), address)),
                Err(Trouble::Disk(e)) => return Err(cannot_write(path, &e)),
                Err(Trouble::Elsewhere(reason)) => troubles.push(format!("{address}: {reason}")),
                Err(Trouble::Damaged(reason)) => {
                    damaged = true;
                    troubles.push(format!("{address}: {reason}"));
                }
            }
        }
        let code = if damaged { codes::WRONG_CHECKSUM } else { codes::CANNOT_FETCH };
        Err(Diagnostic::error(code, format!("`{}` cannot be fetched: {}", remote.name, troubles.join("; ")))
            .help("name a folder that holds the files with `--mirror URL`, or fetch them by other means"))
    }

    fn download(&self, address: &str, checksum: Checksum, path: &Path) -> Result<(), Trouble> {
        let mut response = self.agent.get(address).call().map_err(|e| Trouble::Elsewhere(e.to_string()))?;
        let mut body = response.body_mut().with_config().limit(MAX_BYTES).reader();
        write_atomic(path, |file| {
            // An error of the reader is the network's, one of the writer the disk's; both are `io::Error`.
            let mut file = Watched { inner: file, failed: None };
            let copied = checksum.copy(&mut body, &mut file, MAX_BYTES);
            match (file.failed, copied) {
                (Some(e), _) => Err(Trouble::Disk(e)),
                (None, Err(e)) => Err(Trouble::Elsewhere(e.to_string())),
                (None, Ok((digits, length))) if digits != checksum.expected() => Err(Trouble::Damaged(format!(
                    "its {length} bytes have the checksum {digits}, not {}",
                    checksum.expected()
                ))),
                (None, Ok(_)) => Ok(()),
            }
        })
    }
}

/// Remembers that writing failed.
struct Watched<W> {
    inner: W,
    failed: Option<std::io::Error>,
}

impl<W: std::io::Write> std::io::Write for Watched<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.inner.write(bytes).inspect_err(|e| self.failed = Some(std::io::Error::new(e.kind(), e.to_string())))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests;
