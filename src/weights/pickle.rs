//! A reader of Python pickles that executes nothing.
//!
//! Pickle is a stack machine whose `REDUCE` calls what `GLOBAL` names. This one knows a fixed
//! list of names, gives each a meaning of its own, and refuses every other by name as soon as
//! it is mentioned. Opcodes: CPython's `Lib/pickletools.py`.
//!
//! Objects live in an arena and refer to each other by index, so that neither cycles nor deep
//! nesting cost more than the file itself does.

use std::collections::HashMap;

use super::element::Element;
use super::error::{Problem, malformed};
use super::source::{u16_at, u32_at, u64_at};

/// The most bytes of a pickle.
pub(super) const MAX_PICKLE: u64 = 16 << 20;
/// The most opcodes: a checkpoint takes some thirty a tensor.
const MAX_OPCODES: usize = 400_000;

/// A value on the stack.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value {
    None,
    Bool(bool),
    Int(i64),
    /// A float, a big integer, or what an inert constructor made: never looked into.
    Opaque,
    Object(usize),
}

/// An object of the arena.
#[derive(Debug)]
pub(super) enum Object {
    Str(String),
    Tuple(Vec<Value>),
    List(Vec<Value>),
    Dict(Vec<(Value, Value)>),
    Global(Global),
    Storage { key: String, element: Element },
    Tensor(TensorRef),
}

/// The names that a checkpoint may mention.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Global {
    OrderedDict,
    RebuildTensor,
    RebuildParameter,
    Size,
    Storage(Element),
    /// Builds something that holds no tensor, such as a NumPy scalar.
    Inert,
}

/// A tensor as a view of a storage; counts are in elements and not checked yet.
#[derive(Clone, Debug)]
pub(super) struct TensorRef {
    pub storage: String,
    pub element: Element,
    pub offset: u64,
    pub shape: Vec<u64>,
    pub strides: Vec<u64>,
}

/// A pickle that was read.
pub(super) struct Pickle {
    pub objects: Vec<Object>,
    pub root: Value,
    /// Bytes up to and with the final `STOP`.
    pub bytes: usize,
}

impl Pickle {
    pub fn object(&self, value: Value) -> Option<&Object> {
        match value {
            Value::Object(at) => self.objects.get(at),
            _ => None,
        }
    }

    pub fn str(&self, value: Value) -> Option<&str> {
        match self.object(value)? {
            Object::Str(s) => Some(s),
            _ => None,
        }
    }

    pub fn dict(&self, value: Value) -> Option<&[(Value, Value)]> {
        match self.object(value)? {
            Object::Dict(pairs) => Some(pairs),
            _ => None,
        }
    }
}

fn global(module: &str, name: &str) -> Option<Global> {
    Some(match (module, name) {
        ("collections", "OrderedDict") => Global::OrderedDict,
        ("torch._utils", "_rebuild_tensor" | "_rebuild_tensor_v2") => Global::RebuildTensor,
        ("torch._utils", "_rebuild_parameter") => Global::RebuildParameter,
        ("torch", "Size") => Global::Size,
        ("torch", _) => match name {
            "DoubleStorage" => Global::Storage(Element::F64),
            "FloatStorage" => Global::Storage(Element::F32),
            "HalfStorage" => Global::Storage(Element::F16),
            "BFloat16Storage" => Global::Storage(Element::Bf16),
            "LongStorage" => Global::Storage(Element::I64),
            "IntStorage" => Global::Storage(Element::I32),
            "ShortStorage" => Global::Storage(Element::I16),
            "CharStorage" => Global::Storage(Element::I8),
            "ByteStorage" => Global::Storage(Element::U8),
            "BoolStorage" => Global::Storage(Element::Bool),
            "device" | "float64" | "float32" | "float16" | "bfloat16" | "int64" | "int32" => Global::Inert,
            _ => return None,
        },
        ("numpy", "dtype")
        | ("numpy.core.multiarray" | "numpy._core.multiarray", "scalar")
        | ("_codecs", "encode")
        | ("argparse", "Namespace")
        | ("__builtin__" | "builtins", "set") => Global::Inert,
        _ => return None,
    })
}

/// Reads the pickle at the beginning of `bytes`.
pub(super) fn read(bytes: &[u8]) -> Result<Pickle, Problem> {
    let mut machine =
        Machine { bytes, at: 0, stack: Vec::new(), marks: Vec::new(), memo: HashMap::new(), objects: Vec::new() };
    for _ in 0..MAX_OPCODES {
        let opcode = machine.byte()?;
        if opcode == b'.' {
            let root = machine.pop()?;
            return Ok(Pickle { objects: machine.objects, root, bytes: machine.at });
        }
        machine.step(opcode)?;
    }
    Err(Problem::HeaderTooLarge {
        what: "a pickle",
        bytes: machine.at as u64,
        limit: MAX_PICKLE.min(machine.at as u64),
    })
}

struct Machine<'a> {
    bytes: &'a [u8],
    at: usize,
    stack: Vec<Value>,
    marks: Vec<usize>,
    memo: HashMap<u32, Value>,
    objects: Vec<Object>,
}

fn bad(what: &str) -> Problem {
    malformed(format!("its pickle {what}"))
}

impl<'a> Machine<'a> {
    fn take(&mut self, n: usize) -> Result<&'a [u8], Problem> {
        let end = self.at.checked_add(n).filter(|&e| e <= self.bytes.len());
        let end = end.ok_or_else(|| Problem::Truncated {
            what: "its pickle".into(),
            needs: (self.at as u64).saturating_add(n as u64),
            has: self.bytes.len() as u64,
        })?;
        let part = &self.bytes[self.at..end];
        self.at = end;
        Ok(part)
    }

    fn byte(&mut self) -> Result<u8, Problem> {
        Ok(self.take(1)?[0])
    }

    fn u16(&mut self) -> Result<u16, Problem> {
        Ok(u16_at(self.take(2)?, 0).unwrap_or_default())
    }

    fn u32(&mut self) -> Result<u32, Problem> {
        Ok(u32_at(self.take(4)?, 0).unwrap_or_default())
    }

    fn u64(&mut self) -> Result<u64, Problem> {
        Ok(u64_at(self.take(8)?, 0).unwrap_or_default())
    }

    /// A length of 1, 4 or 8 bytes, and the bytes that it counts.
    fn counted(&mut self, width: usize) -> Result<&'a [u8], Problem> {
        let n = match width {
            1 => u64::from(self.byte()?),
            4 => u64::from(self.u32()?),
            _ => self.u64()?,
        };
        self.take(usize::try_from(n).unwrap_or(usize::MAX))
    }

    fn line(&mut self) -> Result<&'a str, Problem> {
        let rest = &self.bytes[self.at..];
        let end = rest.iter().position(|&b| b == b'\n').ok_or_else(|| bad("has a line without an end"))?;
        self.at += end + 1;
        std::str::from_utf8(&rest[..end]).map_err(|_| bad("has text that is not UTF-8"))
    }

    fn push(&mut self, value: Value) {
        self.stack.push(value);
    }

    fn make(&mut self, object: Object) {
        self.objects.push(object);
        self.stack.push(Value::Object(self.objects.len() - 1));
    }

    fn text(&mut self, bytes: &[u8]) {
        self.make(Object::Str(String::from_utf8_lossy(bytes).into_owned()));
    }

    /// Never below the last mark, which would mix up frames.
    fn pop(&mut self) -> Result<Value, Problem> {
        if self.marks.last().is_some_and(|&m| self.stack.len() <= m) {
            return Err(bad("takes more from its stack than is there"));
        }
        self.stack.pop().ok_or_else(|| bad("takes more from its stack than is there"))
    }

    fn pop_to_mark(&mut self) -> Result<Vec<Value>, Problem> {
        let mark = self.marks.pop().filter(|&m| m <= self.stack.len()).ok_or_else(|| bad("misses a mark"))?;
        Ok(self.stack.split_off(mark))
    }

    fn step(&mut self, opcode: u8) -> Result<(), Problem> {
        match opcode {
            0x80 => self.take(1).map(drop),
            0x95 => self.take(8).map(drop),
            b'(' => {
                self.marks.push(self.stack.len());
                Ok(())
            }
            b'0' => self.pop().map(drop),
            b'1' => self.pop_to_mark().map(drop),
            b'2' => {
                let top = self.pop()?;
                self.push(top);
                self.push(top);
                Ok(())
            }
            b'N' | 0x88 | 0x89 | b'I' | b'J' | b'K' | b'M' | b'L' | 0x8a | 0x8b | b'F' | b'G' => self.number(opcode),
            b'S' | b'T' | b'U' | b'V' | b'X' | 0x8c | 0x8d | b'B' | b'C' | 0x8e | 0x96 => self.string(opcode),
            b')' | b't' | 0x85 | 0x86 | 0x87 | b']' | b'l' | b'}' | b'd' | 0x8f | 0x91 => self.collection(opcode),
            b'a' | b'e' | b's' | b'u' | 0x90 => self.fill(opcode),
            b'g' | b'h' | b'j' | b'p' | b'q' | b'r' | 0x94 => self.memo(opcode),
            b'c' | 0x93 | b'R' | 0x81 | b'b' | b'Q' => self.construct(opcode),
            b'i' => {
                let (module, name) = (self.line()?, self.line()?);
                Err(Problem::UnsafePickle { call: format!("{module}.{name}") })
            }
            b'o' | 0x92 => Err(Problem::UnsafePickle { call: "a class with keyword arguments".into() }),
            0x82..=0x84 => Err(Problem::UnsafePickle { call: "a function of Python's extension registry".into() }),
            _ => Err(bad(&format!("has the unknown opcode {opcode:#04x} at byte {}", self.at - 1))),
        }
    }

    fn number(&mut self, opcode: u8) -> Result<(), Problem> {
        let value = match opcode {
            b'N' => Value::None,
            0x88 => Value::Bool(true),
            0x89 => Value::Bool(false),
            b'J' => Value::Int(self.u32()?.cast_signed().into()),
            b'K' => Value::Int(self.byte()?.into()),
            b'M' => Value::Int(self.u16()?.into()),
            b'I' | b'L' => match self.line()? {
                "00" => Value::Bool(false),
                "01" => Value::Bool(true),
                text => text.trim_end_matches('L').parse().map_or(Value::Opaque, Value::Int),
            },
            0x8a | 0x8b => long(self.counted(if opcode == 0x8a { 1 } else { 4 })?),
            b'F' => self.line().map(|_| Value::Opaque)?,
            _ => self.take(8).map(|_| Value::Opaque)?,
        };
        self.push(value);
        Ok(())
    }

    fn string(&mut self, opcode: u8) -> Result<(), Problem> {
        let bytes = match opcode {
            b'S' => self.line()?.trim_matches(['\'', '"']).as_bytes(),
            b'V' => self.line()?.as_bytes(),
            b'U' | 0x8c | b'C' => self.counted(1)?,
            b'T' | b'X' | b'B' => self.counted(4)?,
            _ => self.counted(8)?,
        };
        self.text(bytes);
        Ok(())
    }

    fn collection(&mut self, opcode: u8) -> Result<(), Problem> {
        let object = match opcode {
            b')' => Object::Tuple(Vec::new()),
            b't' | 0x91 => Object::Tuple(self.pop_to_mark()?),
            0x85..=0x87 => {
                let mut items = Vec::new();
                for _ in 0..=opcode - 0x85 {
                    items.insert(0, self.pop()?);
                }
                Object::Tuple(items)
            }
            b']' | 0x8f => Object::List(Vec::new()),
            b'l' => Object::List(self.pop_to_mark()?),
            b'}' => Object::Dict(Vec::new()),
            _ => Object::Dict(pairs(&self.pop_to_mark()?)?),
        };
        self.make(object);
        Ok(())
    }

    /// `APPEND`, `SETITEM` and their plural forms.
    fn fill(&mut self, opcode: u8) -> Result<(), Problem> {
        let items = match opcode {
            b'a' => vec![self.pop()?],
            b's' => {
                let value = self.pop()?;
                vec![self.pop()?, value]
            }
            _ => self.pop_to_mark()?,
        };
        let target = self.pop()?;
        self.push(target);
        let Value::Object(at) = target else {
            // What an inert constructor made may be filled, and is not looked into.
            return if matches!(target, Value::Opaque) { Ok(()) } else { Err(bad("fills what is no collection")) };
        };
        match (&mut self.objects[at], opcode) {
            (Object::List(list), b'a' | b'e' | 0x90) => list.extend(items),
            (Object::Dict(dict), b's' | b'u') => dict.extend(pairs(&items)?),
            _ => return Err(bad("fills what is no collection")),
        }
        Ok(())
    }

    fn memo(&mut self, opcode: u8) -> Result<(), Problem> {
        let key = match opcode {
            b'h' | b'q' => u32::from(self.byte()?),
            b'j' | b'r' => self.u32()?,
            0x94 => self.memo.len() as u32,
            _ => self.line()?.parse().map_err(|_| bad("has a memo key that is no number"))?,
        };
        if matches!(opcode, b'g' | b'h' | b'j') {
            let value = *self.memo.get(&key).ok_or_else(|| bad("recalls what it never stored"))?;
            self.push(value);
        } else {
            let value = *self.stack.last().ok_or_else(|| bad("takes more from its stack than is there"))?;
            self.memo.insert(key, value);
        }
        Ok(())
    }

    fn construct(&mut self, opcode: u8) -> Result<(), Problem> {
        match opcode {
            b'c' => {
                let (module, name) = (self.line()?, self.line()?);
                self.name(module, name)
            }
            0x93 => {
                let (name, module) = (self.pop()?, self.pop()?);
                let text = |v| match v {
                    Value::Object(at) => match &self.objects[at] {
                        Object::Str(s) => Some(s.clone()),
                        _ => None,
                    },
                    _ => None,
                };
                let (Some(module), Some(name)) = (text(module), text(name)) else {
                    return Err(bad("names a global by something other than text"));
                };
                self.name(&module, &name)
            }
            b'Q' => {
                let id = self.pop()?;
                self.storage(id)
            }
            b'b' => self.pop().map(drop),
            _ => {
                let (arguments, callee) = (self.pop()?, self.pop()?);
                self.reduce(callee, arguments)
            }
        }
    }

    fn name(&mut self, module: &str, name: &str) -> Result<(), Problem> {
        let Some(known) = global(module, name) else {
            let call: String = format!("{module}.{name}").chars().take(120).collect();
            return Err(Problem::UnsafePickle { call: call.escape_debug().to_string() });
        };
        self.make(Object::Global(known));
        Ok(())
    }

    fn tuple(&self, value: Value) -> Result<&[Value], Problem> {
        match value {
            Value::Object(at) => match &self.objects[at] {
                Object::Tuple(items) | Object::List(items) => Ok(items),
                _ => Err(bad("has something else where a tuple belongs")),
            },
            _ => Err(bad("has something else where a tuple belongs")),
        }
    }

    fn reduce(&mut self, callee: Value, arguments: Value) -> Result<(), Problem> {
        let callee = match callee {
            Value::Object(at) => match &self.objects[at] {
                Object::Global(g) => *g,
                _ => return Err(bad("calls what is no function")),
            },
            _ => return Err(bad("calls what is no function")),
        };
        let arguments = self.tuple(arguments)?;
        match callee {
            Global::OrderedDict => {
                let pairs = match arguments.first() {
                    Some(&list) => self.tuple(list)?.iter().map(|&p| pair(self.tuple(p)?)).collect::<Result<_, _>>()?,
                    None => Vec::new(),
                };
                self.make(Object::Dict(pairs));
            }
            Global::RebuildTensor => {
                let tensor = self.tensor(arguments)?;
                self.make(Object::Tensor(tensor));
            }
            Global::RebuildParameter | Global::Size => {
                let first = *arguments.first().ok_or_else(|| bad("rebuilds a parameter from nothing"))?;
                self.push(first);
            }
            Global::Inert => self.push(Value::Opaque),
            Global::Storage(_) => return Err(bad("builds a storage inside the pickle")),
        }
        Ok(())
    }

    /// `(storage, offset, size, stride, ...)`.
    fn tensor(&self, arguments: &[Value]) -> Result<TensorRef, Problem> {
        let [Value::Object(storage), offset, size, stride, ..] = *arguments else {
            return Err(bad("rebuilds a tensor from the wrong arguments"));
        };
        let Object::Storage { key, element } = &self.objects[storage] else {
            return Err(bad("rebuilds a tensor from something other than a storage"));
        };
        let numbers = |v| self.tuple(v)?.iter().map(|&n| natural(n)).collect::<Result<Vec<_>, _>>();
        Ok(TensorRef {
            storage: key.clone(),
            element: *element,
            offset: natural(offset)?,
            shape: numbers(size)?,
            strides: numbers(stride)?,
        })
    }

    /// `('storage', FloatStorage, key, location, elements[, view])`.
    fn storage(&mut self, id: Value) -> Result<(), Problem> {
        let object = |v: Value| match v {
            Value::Object(at) => Some(&self.objects[at]),
            _ => None,
        };
        let storage = match self.tuple(id)? {
            [_, class, key, _, _, rest @ ..] => match (object(*class), object(*key), rest) {
                (Some(Object::Global(Global::Storage(element))), Some(Object::Str(key)), [] | [Value::None]) => {
                    Object::Storage { key: key.clone(), element: *element }
                }
                _ => return Err(Problem::Unsupported("its pickle refers to a storage of an unknown kind".into())),
            },
            _ => return Err(bad("refers to a storage in an unknown way")),
        };
        self.make(storage);
        Ok(())
    }
}

fn natural(value: Value) -> Result<u64, Problem> {
    match value {
        Value::Int(n) => u64::try_from(n).map_err(|_| bad("has a negative size")),
        _ => Err(bad("has something else where a size belongs")),
    }
}

fn pair(items: &[Value]) -> Result<(Value, Value), Problem> {
    match items {
        [key, value] => Ok((*key, *value)),
        _ => Err(bad("has a key without a value")),
    }
}

fn pairs(items: &[Value]) -> Result<Vec<(Value, Value)>, Problem> {
    items.chunks(2).map(pair).collect()
}

/// A little-endian two's-complement integer of any length.
fn long(bytes: &[u8]) -> Value {
    if bytes.len() > 8 {
        return Value::Opaque;
    }
    let negative = bytes.last().is_some_and(|b| b & 0x80 != 0);
    let mut wide = [if negative { 0xff } else { 0 }; 8];
    wide[..bytes.len()].copy_from_slice(bytes);
    Value::Int(i64::from_le_bytes(wide))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(bytes: &[u8]) -> String {
        match read(bytes) {
            Err(Problem::UnsafePickle { call }) => call,
            Err(other) => panic!("{other}"),
            Ok(_) => panic!("accepted"),
        }
    }

    #[test]
    fn calls_are_refused_by_name_in_every_spelling() {
        assert_eq!(refused(b"cos\nsystem\n(S'true'\ntR."), "os.system");
        assert_eq!(refused(b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x04true\x85R."), "os.system");
        assert_eq!(refused(b"(ios\nsystem\n."), "os.system");
        assert_eq!(refused(b"c__builtin__\neval\n."), "__builtin__.eval");
        assert_eq!(refused(b"ctorch\nload\n."), "torch.load");
        assert!(refused(b"\x82\x01.").contains("extension"));
    }

    #[test]
    fn dictionaries_and_numbers_are_read() {
        let p = read(b"\x80\x02}(X\x01\x00\x00\x00aK\x07X\x01\x00\x00\x00b\x8a\x02\xff\xffu.").unwrap();
        let dict = p.dict(p.root).unwrap();
        assert_eq!(dict.iter().map(|d| p.str(d.0).unwrap()).collect::<Vec<_>>(), ["a", "b"]);
        assert!(matches!((dict[0].1, dict[1].1), (Value::Int(7), Value::Int(-1))));
    }

    #[test]
    fn nonsense_is_refused() {
        for bytes in [
            &b""[..],
            b".",
            b"(.",
            b"t.",
            b"h\x00.",
            b"]a.",
            b"(K\x01K\x02}a.",
            b"K\x01u.",
            b"\xff",
            b"X\xff\xff\xff\xff.",
        ] {
            assert!(read(bytes).is_err(), "{bytes:?}");
        }
        assert!(read(&vec![b'N'; MAX_OPCODES + 5]).is_err());
    }

    #[test]
    fn a_list_may_hold_itself() {
        read(b"]q\x00h\x00a.").unwrap();
        let mut deep = vec![b']'; 100_000];
        deep.extend(vec![b'a'; 99_999]);
        deep.push(b'.');
        read(&deep).unwrap();
    }
}
