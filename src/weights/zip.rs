//! The index of a zip archive, read with every number checked against the file.
//!
//! Only what weight files need: stored and deflated members, with zip64. Format: PKWARE's
//! APPNOTE 6.3.10, sections 4.3 and 4.5.3.

use super::archive::{Blob, check_unique};
use super::error::{Problem, malformed};
use super::source::{Source, u16_at, u32_at, u64_at};

/// One file of the archive.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub name: String,
    /// Where its bytes lie; known to be inside the file.
    pub blob: Blob,
}

/// The most bytes that the central directory may have.
const MAX_DIRECTORY: u64 = 4 << 20;

/// Deflate packs no better than this (zlib's documentation: 1032 to 1).
const MAX_RATIO: u64 = 1032;

/// All members in the order of the directory.
pub(super) fn members(source: &mut Source) -> Result<Vec<Member>, Problem> {
    let (offset, size) = directory(source)?;
    if size > MAX_DIRECTORY {
        return Err(Problem::HeaderTooLarge { what: "a zip directory", bytes: size, limit: MAX_DIRECTORY });
    }
    let bytes = source.read_at(offset, size, "the zip directory")?;
    let mut members = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let (member, next) = record(&bytes, at)?;
        at = next;
        if !member.name.ends_with('/') {
            members.push(member);
        }
    }
    check_unique(members.iter().map(|m| m.name.as_str()))?;
    for member in &mut members {
        locate(source, member)?;
    }
    Ok(members)
}

/// Offset and size of the central directory.
fn directory(source: &mut Source) -> Result<(u64, u64), Problem> {
    const END: usize = 22;
    let tail_len = source.len().min(END as u64 + 0xffff);
    let tail_start = source.len() - tail_len;
    let tail = source.read_at(tail_start, tail_len, "the end of the archive")?;
    let end = (0..=tail.len().saturating_sub(END))
        .rev()
        .find(|&at| tail[at..].starts_with(b"PK\x05\x06"))
        .ok_or_else(|| Problem::Truncated { what: "the zip directory at its end".into(), needs: END as u64, has: 0 })?;
    let field = |at| u32_at(&tail, end + at).ok_or_else(|| malformed("its zip directory is cut off"));
    let (size, offset) = (field(12)?, field(16)?);
    if size != u32::MAX && offset != u32::MAX {
        return Ok((offset.into(), size.into()));
    }
    let locator = (tail_start + end as u64).checked_sub(20).ok_or_else(|| malformed("its zip64 locator is missing"))?;
    let locator = source.read_at(locator, 20, "the zip64 locator")?;
    if !locator.starts_with(b"PK\x06\x07") {
        return Err(malformed("its zip64 locator is missing"));
    }
    let record = u64_at(&locator, 8).unwrap_or_default();
    let record = source.read_at(record, 56, "the zip64 directory record")?;
    if !record.starts_with(b"PK\x06\x06") {
        return Err(malformed("its zip64 directory record is missing"));
    }
    Ok((u64_at(&record, 48).unwrap_or_default(), u64_at(&record, 40).unwrap_or_default()))
}

/// One record of the directory, and where the next begins. The blob's offset is that of the
/// local header until [`locate`].
fn record(bytes: &[u8], at: usize) -> Result<(Member, usize), Problem> {
    let bad = || malformed("its zip directory does not parse");
    let head = bytes.get(at..).and_then(|b| b.get(..46)).ok_or_else(bad)?;
    if !head.starts_with(b"PK\x01\x02") {
        return Err(bad());
    }
    let short = |at| u16_at(head, at).unwrap_or_default();
    let long = |at| u64::from(u32_at(head, at).unwrap_or_default());
    let (name_len, extra_len, comment_len) = (usize::from(short(28)), usize::from(short(30)), usize::from(short(32)));
    let name_end = at + 46 + name_len;
    let next = name_end + extra_len + comment_len;
    let name = bytes.get(at + 46..name_end).ok_or_else(bad)?;
    let name = std::str::from_utf8(name).map_err(|_| malformed("a name in its zip directory is not UTF-8"))?;
    let extra = bytes.get(name_end..name_end + extra_len).ok_or_else(bad)?;
    if next > bytes.len() {
        return Err(bad());
    }
    let (flags, method) = (short(8), short(10));
    if flags & 1 != 0 {
        return Err(Problem::Unsupported(format!("`{name}` is encrypted")));
    }
    if method != 0 && method != 8 {
        return Err(Problem::Unsupported(format!("`{name}` is packed by zip method {method}")));
    }
    // Fields that do not fit 32 bits stand in the extra field, in this order.
    let mut wide = zip64_fields(extra).into_iter();
    let mut widen = |v: u64| if v == u64::from(u32::MAX) { wide.next().ok_or_else(bad) } else { Ok(v) };
    let size = widen(long(24))?;
    let stored = widen(long(20))?;
    let offset = widen(long(42))?;
    let blob = Blob { offset, stored, size, deflated: method == 8 };
    Ok((Member { name: name.to_owned(), blob }, next))
}

/// The 64-bit numbers of the zip64 extra field (tag 1).
fn zip64_fields(extra: &[u8]) -> Vec<u64> {
    let mut at = 0;
    while let (Some(tag), Some(len)) = (u16_at(extra, at), u16_at(extra, at + 2)) {
        let from = at + 4;
        let to = from + usize::from(len);
        if tag == 1 {
            let field = extra.get(from..to).unwrap_or_default();
            return (0..3).filter_map(|i| u64_at(field, 8 * i)).collect();
        }
        at = to;
    }
    Vec::new()
}

/// Finds the bytes behind the local header and checks the announced sizes.
fn locate(source: &mut Source, member: &mut Member) -> Result<(), Problem> {
    let what = format!("`{}`", member.name);
    let header = source.read_at(member.blob.offset, 30, &what)?;
    if !header.starts_with(b"PK\x03\x04") {
        return Err(malformed(format!("{what} is not where its zip directory says")));
    }
    let skip =
        30 + u64::from(u16_at(&header, 26).unwrap_or_default()) + u64::from(u16_at(&header, 28).unwrap_or_default());
    let blob = &mut member.blob;
    blob.offset += skip;
    source.check(blob.offset, blob.stored, &what)?;
    let limit = if blob.deflated { blob.stored.saturating_mul(MAX_RATIO) } else { blob.stored };
    if blob.size > limit {
        return Err(Problem::Unpacks { bytes: blob.size, limit });
    }
    if !blob.deflated && blob.size != blob.stored {
        return Err(malformed(format!("{what} is stored with two different sizes")));
    }
    Ok(())
}
