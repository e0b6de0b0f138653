//! Files for the tests of weight files, built byte by byte, and a count of memory.

use std::alloc::{GlobalAlloc, Layout as Memory, System};
use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use blockprint::weights::{Archive, Problem, Tensor, Tensors, Wanted, WeightsError, npz, safetensors};

/// Counts what is allocated beyond the moment of [`Peak::watch`].
struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

#[allow(unsafe_code)]
// SAFETY: every call is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Memory) -> *mut u8 {
        let now = NOW.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(now, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Memory) {
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: `at` came from `alloc` above with this layout.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Tests of this file run one at a time: the allocator counts for all of them.
pub fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Runs something and says how much memory it had at most beyond what was there.
pub fn peak<T>(run: impl FnOnce() -> T) -> (T, usize) {
    let before = NOW.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let value = run();
    (value, PEAK.load(Ordering::Relaxed).saturating_sub(before))
}

pub fn sample() -> Tensors {
    let mut tensors = Tensors::new();
    let floats = |n: usize| (0..n).map(|i| i as f32 * 0.5 - 1.0).collect::<Vec<_>>();
    tensors.insert("conv.weight", Tensor::f32(vec![2, 3, 2, 2], floats(24)).unwrap()).unwrap();
    tensors.insert("conv.bias", Tensor::f32(vec![2], floats(2)).unwrap()).unwrap();
    tensors.insert("a.scalar", Tensor::f32(vec![], vec![7.25]).unwrap()).unwrap();
    tensors.insert("steps", Tensor::i64(vec![3], vec![-1, 0, i64::MAX]).unwrap()).unwrap();
    tensors.insert("empty", Tensor::f32(vec![0, 4], vec![]).unwrap()).unwrap();
    tensors
}

pub fn wanted(list: &[(&str, &[usize])]) -> Vec<Wanted> {
    list.iter().map(|(name, shape)| Wanted { name: (*name).into(), shape: shape.to_vec() }).collect()
}

pub fn as_safetensors(tensors: &Tensors) -> Vec<u8> {
    let mut bytes = Vec::new();
    safetensors::write(&mut bytes, tensors, &BTreeMap::new()).unwrap();
    bytes
}

pub fn as_npz(tensors: &Tensors) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    npz::write(&mut bytes, tensors).unwrap();
    bytes.into_inner()
}

/// A safetensors file from its header's text.
pub fn with_header(header: &str, data: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), data].concat()
}

/// A zip archive of these members, deflated.
pub fn zipped(members: &[(&str, &[u8])], deflated: bool) -> Vec<u8> {
    let method = if deflated { zip::CompressionMethod::Deflated } else { zip::CompressionMethod::Stored };
    let options = zip::write::SimpleFileOptions::default().compression_method(method);
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        archive.start_file(*name, options).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

pub fn npy(header: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{header}\n");
    [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), data].concat()
}

pub fn le(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

pub fn read(bytes: Vec<u8>) -> Result<Tensors, WeightsError> {
    Archive::from_bytes("memory", bytes, None)?.read_all()
}

/// The refusal of a file, which must come quickly and cheaply.
pub fn refusal(bytes: Vec<u8>) -> Problem {
    let start = Instant::now();
    let (result, memory) = peak(|| read(bytes));
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    assert!(memory < 64 << 20, "{memory} bytes");
    match result {
        Ok(_) => panic!("accepted"),
        Err(error) => error.problem,
    }
}

// PyTorch files, written opcode by opcode.

/// `BINUNICODE`.
pub fn text(s: &str) -> Vec<u8> {
    [b"X", &(s.len() as u32).to_le_bytes()[..], s.as_bytes()].concat()
}

/// A tuple of small integers.
pub fn tuple(numbers: &[u8]) -> Vec<u8> {
    let items = numbers.iter().flat_map(|&n| [b'K', n]);
    std::iter::once(b'(').chain(items).chain([b't']).collect()
}

/// A tensor as a view of the storage `key`.
pub fn tensor(key: &str, class: &str, offset: u8, shape: &[u8], strides: &[u8]) -> Vec<u8> {
    let global = format!("ctorch\n{class}\n");
    [
        b"ctorch._utils\n_rebuild_tensor_v2\n((",
        &text("storage")[..],
        global.as_bytes(),
        &text(key),
        &text("cpu"),
        b"K\x06tQ",
        &[b'K', offset],
        &tuple(shape),
        &tuple(strides),
        b"\x89ccollections\nOrderedDict\n)RtR",
    ]
    .concat()
}

pub fn checkpoint(tensors: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let items = tensors.iter().flat_map(|(name, t)| [text(name), t.clone()].concat());
    [b"\x80\x02ccollections\nOrderedDict\n)R(", &items.collect::<Vec<u8>>()[..], b"u."].concat()
}

pub fn torch_zip(pickle: &[u8], storage: &[u8]) -> Vec<u8> {
    zipped(&[("archive/data.pkl", pickle), ("archive/data/0", storage), ("archive/version", b"3\n")], false)
}

pub fn torch_legacy(pickle: &[u8], storage: &[u8]) -> Vec<u8> {
    let magic = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.";
    let keys = [b"\x80\x02](", &text("0")[..], b"e."].concat();
    let count = (storage.len() as u64 / 4).to_le_bytes();
    [magic, &b"\x80\x02M\xe9\x03."[..], b"\x80\x02}.", pickle, &keys, &count, storage].concat()
}
