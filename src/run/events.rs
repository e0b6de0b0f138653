//! TensorBoard's event files.
//!
//! A file is a chain of TFRecords (length, checksum of the length, data, checksum of the data:
//! <https://www.tensorflow.org/tutorials/load_data/tfrecord>), each an `Event` message of
//! `tensorflow/core/util/event.proto` with scalars in its `Summary`.

use std::io::{self, Write};
use std::time::SystemTime;

use serde_json::Value;

/// The file's name; TensorBoard looks for `tfevents`.
pub(super) const EVENTS: &str = "events.out.tfevents.0.blockprint";

/// Writes the record that a file begins with.
pub(super) fn begin(w: &mut dyn Write) -> io::Result<()> {
    version(w, now())
}

/// Writes the numbers of a line of `metrics.jsonl`: `train/loss`, `val/loss`, ..., `lr`.
pub(super) fn epoch(w: &mut dyn Write, line: &Value) -> io::Result<()> {
    let parts = ["train", "val"].into_iter().filter_map(|part| Some((part, line[part].as_object()?)));
    let numbers = parts.flat_map(|(part, values)| values.iter().map(move |(n, v)| (format!("{part}/{n}"), v)));
    let numbers = numbers.chain([("lr".to_string(), &line["lr"])]);
    // A number that is not finite is null in JSON.
    let values: Vec<_> = numbers.map(|(tag, v)| (tag, v.as_f64().unwrap_or(f64::NAN))).collect();
    scalars(w, now(), line["step"].as_u64().unwrap_or(0), &values)
}

/// Seconds since 1970.
fn now() -> f64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

fn version(w: &mut dyn Write, time: f64) -> io::Result<()> {
    let mut event = Message::default();
    event.double(1, time);
    event.bytes(3, b"brain.Event:2");
    record(w, &event.0)
}

/// Writes scalars of one step. `time` is in seconds since 1970.
fn scalars(w: &mut dyn Write, time: f64, step: u64, values: &[(String, f64)]) -> io::Result<()> {
    let mut summary = Message::default();
    for (tag, value) in values {
        let mut entry = Message::default();
        entry.bytes(1, tag.as_bytes());
        entry.float(2, *value as f32);
        summary.bytes(1, &entry.0);
    }
    let mut event = Message::default();
    event.double(1, time);
    event.integer(2, step);
    event.bytes(5, &summary.0);
    record(w, &event.0)
}

fn record(w: &mut dyn Write, data: &[u8]) -> io::Result<()> {
    let length = (data.len() as u64).to_le_bytes();
    let mut record = Vec::with_capacity(data.len() + 16);
    record.extend(length);
    record.extend(masked(crc32c(&length)).to_le_bytes());
    record.extend(data);
    record.extend(masked(crc32c(data)).to_le_bytes());
    // In one call, so that a reader never sees half of it.
    w.write_all(&record)
}

/// The checksum as TFRecords hold it: rotated and shifted, so that one of data with a checksum in
/// it is no trivial one.
fn masked(crc: u32) -> u32 {
    crc.rotate_right(15).wrapping_add(0xa282_ead8)
}

/// CRC-32C (Castagnoli's polynomial, reflected, as in RFC 3720).
fn crc32c(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0x82f6_3b78 } else { crc >> 1 })
    };
    !bytes.iter().fold(!0, step)
}

/// A protocol buffer under construction: <https://protobuf.dev/programming-guides/encoding/>.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn integer(&mut self, field: u64, value: u64) {
        self.varint(field << 3);
        self.varint(value);
    }

    fn double(&mut self, field: u64, value: f64) {
        self.varint(field << 3 | 1);
        self.0.extend(value.to_le_bytes());
    }

    fn bytes(&mut self, field: u64, bytes: &[u8]) {
        self.varint(field << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend(bytes);
    }

    fn float(&mut self, field: u64, value: f32) {
        self.varint(field << 3 | 5);
        self.0.extend(value.to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_the_known_ones() {
        // RFC 3720, B.4, and the check value of the polynomial.
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(crc32c(&[0xff; 32]), 0x62a8_ab43);
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
    }

    #[test]
    fn records_read_back() {
        let mut file = Vec::new();
        version(&mut file, 1.5).expect("memory");
        scalars(&mut file, 2.5, 300, &[("val/loss".into(), 0.25)]).expect("memory");
        let line = serde_json::json!({"step": 4, "train": {"loss": 0.5}, "val": null, "lr": 0.1});
        epoch(&mut file, &line).expect("memory");
        let mut records = Vec::new();
        let mut rest = file.as_slice();
        while let Some((head, tail)) = rest.split_at_checked(12) {
            let length = u64::from_le_bytes(head[..8].try_into().expect("eight bytes")) as usize;
            assert_eq!(head[8..], masked(crc32c(&head[..8])).to_le_bytes());
            let (data, tail) = tail.split_at(length);
            assert_eq!(tail[..4], masked(crc32c(data)).to_le_bytes());
            records.push(data.to_vec());
            rest = &tail[4..];
        }
        assert!(rest.is_empty());
        let time = |t: f64| [&[0x09][..], &t.to_le_bytes()].concat();
        assert_eq!(records[0], [&time(1.5)[..], b"\x1a\x0dbrain.Event:2"].concat());
        // Step 300 is the varint ac 02; the summary holds one value of 15 bytes.
        let value = [&b"\x0a\x08val/loss\x15"[..], &0.25f32.to_le_bytes()].concat();
        let summary = [&b"\x10\xac\x02\x2a\x11\x0a\x0f"[..], &value].concat();
        assert_eq!(records[1], [&time(2.5)[..], &summary].concat());
        let tags = b"\x10\x04\x2a\x1e\x0a\x11\x0a\x0atrain/loss\x15\0\0\0\x3f\x0a\x09\x0a\x02lr\x15";
        assert_eq!(records[2][9..], [&tags[..], &0.1f32.to_le_bytes()].concat());
        assert_eq!(records.len(), 3);
    }
}
