//! The commands as a user runs them: output, files and exit codes.

mod arrays;
mod bench;
mod cached;
mod data;
mod detect;
mod diff;
mod faces;
mod features;
mod import;
mod mixing;
mod outputs;
mod predict;
mod pretrained;
mod report;
mod resume;
mod stylize;
mod sweep;
mod train;
mod wrong_weights;

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use tempfile::TempDir;

/// A folder of its own with specs in it.
pub struct Place {
    dir: TempDir,
}

impl Default for Place {
    fn default() -> Self {
        Self::new()
    }
}

impl Place {
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().expect("a temporary folder") }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).expect("the folder can be written");
        path
    }

    /// The command, run in this folder.
    pub fn blockprint(&self, args: &[&str]) -> Run {
        let mut command = Command::cargo_bin("blockprint").expect("the binary is built for its tests");
        // What the user has cached must not decide what tests see.
        command.env("XDG_CACHE_HOME", self.path(".cache"));
        let output = command.current_dir(self.dir.path()).args(args).output().expect("it starts");
        Run {
            code: output.status.code().expect("it ends by itself"),
            out: String::from_utf8(output.stdout).expect("output is UTF-8"),
            err: String::from_utf8(output.stderr).expect("messages are UTF-8"),
        }
    }
}

/// What a command did.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Run {
    #[track_caller]
    pub fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}\n{}", self.out, self.err);
        self
    }

    /// Fails with this code in the message.
    #[track_caller]
    pub fn fails_with(self, diagnostic: &str) -> Self {
        assert!(self.err.contains(diagnostic), "no {diagnostic} in:\n{}", self.err);
        self.ends(1)
    }

    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {}", self.out))
    }
}

/// A small network over a few drawn digits, trained in a second or two.
pub const SMALL: &str = "\
blockprint: 1
model: small
inputs:
  image: f32[N, 1, 28, 28]
  label: i64[N]
net:
  - conv(6, 5, stride=2) -> bn -> relu -> maxpool(2, 2)
  - flatten -> dropout(0.1) -> dense(10) as logits
outputs: [logits]
loss: {ce: \"cross_entropy(logits, label)\"}
metrics: [accuracy]
data: {kind: synthetic, name: digits, train: 200, test: 50}
train: {batch: 64, epochs: 2, optim: adam(lr=5e-3), seed: 3}
";

pub fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}
