//! Element types of weight files, and their decoding.

use std::io::Read;

use half::{bf16, f16};

use super::error::Problem;
use super::tensor::Values;

/// The type of a tensor's elements in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Element {
    F64,
    F32,
    F16,
    Bf16,
    I64,
    I32,
    I16,
    I8,
    U64,
    U32,
    U16,
    U8,
    Bool,
}

use Element::*;

impl Element {
    /// Bytes of one element.
    pub fn size(self) -> usize {
        match self {
            F64 | I64 | U64 => 8,
            F32 | I32 | U32 => 4,
            F16 | Bf16 | I16 | U16 => 2,
            I8 | U8 | Bool => 1,
        }
    }

    /// `f32`, `bf16`.
    pub fn name(self) -> &'static str {
        match self {
            F64 => "f64",
            F32 => "f32",
            F16 => "f16",
            Bf16 => "bf16",
            I64 => "i64",
            I32 => "i32",
            I16 => "i16",
            I8 => "i8",
            U64 => "u64",
            U32 => "u32",
            U16 => "u16",
            U8 => "u8",
            Bool => "bool",
        }
    }

    /// Whether values come out as integers: see [`Values`].
    fn is_wide_integer(self) -> bool {
        matches!(self, I64 | I32 | U64 | U32)
    }

    /// Reads `count` elements. Memory grows with what arrives, not with what is announced.
    pub(super) fn decode(self, reader: &mut dyn Read, count: usize, big_endian: bool) -> Result<Values, Problem> {
        let mut floats = Vec::new();
        let mut integers = Vec::new();
        let mut chunk = vec![0u8; 1 << 16];
        let per_chunk = chunk.len() / self.size();
        let mut left = count;
        while left > 0 {
            let now = left.min(per_chunk);
            let bytes = &mut chunk[..now * self.size()];
            reader.read_exact(bytes)?;
            if big_endian {
                bytes.chunks_exact_mut(self.size()).for_each(<[u8]>::reverse);
            }
            if self.is_wide_integer() {
                integers.reserve(grow_by(integers.len(), now, left));
                self.decode_integers(bytes, &mut integers)?;
            } else {
                floats.reserve(grow_by(floats.len(), now, left));
                self.decode_floats(bytes, &mut floats);
            }
            left -= now;
        }
        Ok(if self.is_wide_integer() { Values::I64(integers) } else { Values::F32(floats) })
    }

    fn decode_floats(self, bytes: &[u8], out: &mut Vec<f32>) {
        match self {
            F32 => out.extend(words(bytes, f32::from_le_bytes)),
            F64 => out.extend(words(bytes, |b| f64::from_le_bytes(b) as f32)),
            F16 => out.extend(words(bytes, |b| f16::from_le_bytes(b).to_f32())),
            Bf16 => out.extend(words(bytes, |b| bf16::from_le_bytes(b).to_f32())),
            I16 => out.extend(words(bytes, |b| f32::from(i16::from_le_bytes(b)))),
            U16 => out.extend(words(bytes, |b| f32::from(u16::from_le_bytes(b)))),
            I8 => out.extend(words(bytes, |b| f32::from(i8::from_le_bytes(b)))),
            U8 => out.extend(bytes.iter().map(|&b| f32::from(b))),
            Bool => out.extend(bytes.iter().map(|&b| f32::from(u8::from(b != 0)))),
            I64 | I32 | U64 | U32 => unreachable!("integers are decoded by `decode_integers`"),
        }
    }

    fn decode_integers(self, bytes: &[u8], out: &mut Vec<i64>) -> Result<(), Problem> {
        match self {
            I64 => out.extend(words(bytes, i64::from_le_bytes)),
            I32 => out.extend(words(bytes, |b| i64::from(i32::from_le_bytes(b)))),
            U32 => out.extend(words(bytes, |b| i64::from(u32::from_le_bytes(b)))),
            _ => {
                for word in words(bytes, u64::from_le_bytes) {
                    let value = i64::try_from(word).map_err(|_| {
                        Problem::Unsupported(format!("the integer {word} does not fit 64 bits with a sign"))
                    })?;
                    out.push(value);
                }
            }
        }
        Ok(())
    }
}

/// How much more room to reserve: the exact rest once a good part has arrived.
fn grow_by(have: usize, now: usize, left: usize) -> usize {
    if have >= left / 8 { left } else { now }
}

/// The elements of `bytes`, `W` bytes each.
fn words<const W: usize, T>(bytes: &[u8], read: impl Fn([u8; W]) -> T) -> impl Iterator<Item = T> {
    bytes.as_chunks::<W>().0.iter().map(move |word| read(*word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(element: Element, bytes: &[u8], big_endian: bool) -> Values {
        element.decode(&mut &bytes[..], bytes.len() / element.size(), big_endian).unwrap()
    }

    #[test]
    fn every_float_type_decodes_exactly() {
        let want = Values::F32(vec![1.5, -2.0]);
        assert_eq!(decode(F32, &[0, 0, 0xc0, 0x3f, 0, 0, 0, 0xc0], false), want);
        assert_eq!(decode(F32, &[0x3f, 0xc0, 0, 0, 0xc0, 0, 0, 0], true), want);
        assert_eq!(decode(F16, &[0, 0x3e, 0, 0xc0], false), want);
        assert_eq!(decode(Bf16, &[0xc0, 0x3f, 0, 0xc0], false), want);
        let doubles = [1.5f64.to_le_bytes(), (-2f64).to_le_bytes()].concat();
        assert_eq!(decode(F64, &doubles, false), want);
    }

    #[test]
    fn integers_keep_their_value() {
        assert_eq!(decode(U8, &[0, 255], false), Values::F32(vec![0., 255.]));
        assert_eq!(decode(I8, &[255], false), Values::F32(vec![-1.]));
        assert_eq!(decode(I32, &[0xff; 4], false), Values::I64(vec![-1]));
        assert_eq!(decode(U32, &[0xff; 4], false), Values::I64(vec![4_294_967_295]));
        assert!(U64.decode(&mut &[0xff; 8][..], 1, false).is_err());
    }

    #[test]
    fn a_short_reader_is_an_error_and_costs_little() {
        assert!(F32.decode(&mut &[0u8; 10][..], usize::MAX / 8, false).is_err());
    }
}
