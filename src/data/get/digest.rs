//! Checksums of files.

use std::io::{self, Read, Write};

use md5::Md5;
use sha2::{Digest, Sha256};

use crate::data::hex;

/// What the content of a file must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checksum {
    /// Its MD5 in hexadecimal, as most of these data sets publish it: enough against damage on the
    /// way, not against a forger.
    Md5(&'static str),
    /// Its SHA-256 in hexadecimal.
    Sha256(&'static str),
}

impl Checksum {
    /// The digits that are expected.
    pub fn expected(self) -> &'static str {
        match self {
            Checksum::Md5(digits) | Checksum::Sha256(digits) => digits,
        }
    }

    /// Copies what a reader gives, up to `limit` bytes; the digits of what was copied and its
    /// length.
    ///
    /// # Errors
    /// Those of either side; more than `limit` bytes.
    pub fn copy(self, from: &mut dyn Read, to: &mut dyn Write, limit: u64) -> io::Result<(String, u64)> {
        match self {
            Checksum::Md5(_) => copy(Md5::new(), from, to, limit),
            Checksum::Sha256(_) => copy(Sha256::new(), from, to, limit),
        }
    }
}

fn copy(mut digest: impl Digest, from: &mut dyn Read, to: &mut dyn Write, limit: u64) -> io::Result<(String, u64)> {
    let (mut buffer, mut length) = (vec![0; 1 << 16], 0u64);
    loop {
        let read = match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(e),
        };
        length += read as u64;
        if length > limit {
            return Err(io::Error::other(format!("more than {limit} bytes")));
        }
        digest.update(&buffer[..read]);
        to.write_all(&buffer[..read])?;
    }
    Ok((hex(digest.finalize()), length))
}

#[cfg(test)]
mod tests {
    use super::*;

    // Test vectors of RFC 1321 and of NIST for `abc`.
    #[test]
    fn digits_are_those_of_the_standards() {
        let digits = |sum: Checksum| sum.copy(&mut &b"abc"[..], &mut io::sink(), 3).map(|(digits, _)| digits).ok();
        assert_eq!(digits(Checksum::Md5("")).as_deref(), Some("900150983cd24fb0d6963f7d28e17f72"));
        let sha = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(digits(Checksum::Sha256("")).as_deref(), Some(sha));
        assert!(Checksum::Md5("").copy(&mut &b"abcd"[..], &mut io::sink(), 3).is_err());
    }
}
