//! Damaged and hostile data files: an error or a usable data set, never a panic or a large allocation.

use std::io::Write;
use std::path::Path;

use blockprint::config::DataConfig;
use blockprint::data::{self, Part};
use blockprint::diag::codes;
use blockprint::random::{self, Purpose};

/// A set of files that make up a data set.
type Files = Vec<(&'static str, Vec<u8>)>;

fn idx_header(kind: u8, sizes: &[u32]) -> Vec<u8> {
    let mut bytes = vec![0, 0, kind, sizes.len() as u8];
    sizes.iter().for_each(|s| bytes.extend(s.to_be_bytes()));
    bytes
}

fn idx(images: u32) -> Files {
    let mut pixels = idx_header(8, &[images, 4, 3]);
    pixels.extend((0..images * 12).map(|i| i as u8));
    let mut labels = idx_header(8, &[images]);
    labels.extend((0..images).map(|i| (i % 3) as u8));
    vec![("train-images-idx3-ubyte", pixels), ("train-labels-idx1-ubyte", labels)]
}

fn cifar() -> Files {
    let mut bytes = Vec::new();
    for label in 0..10u8 {
        bytes.push(label);
        bytes.extend((0..3072u32).map(|i| (i / 1024) as u8 * 50 + label));
    }
    vec![("data_batch_1.bin", bytes)]
}

fn npy(descr: &str, shape: &str, body: &[u8]) -> Vec<u8> {
    let mut header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}");
    while (10 + header.len() + 1) % 64 != 0 {
        header.push(' ');
    }
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(body);
    bytes
}

fn arrays() -> Files {
    let images: Vec<u8> = (0..10 * 2 * 2 * 3).map(|i| i as u8).collect();
    let labels: Vec<u8> = (0..10i64).flat_map(|i| (i % 4).to_le_bytes()).collect();
    vec![("train_images.npy", npy("|u1", "(10, 2, 2, 3)", &images)), ("train_labels.npy", npy("<i8", "(10,)", &labels))]
}

fn npz() -> Files {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in [("x.npy", arrays().remove(0).1), ("y.npy", arrays().remove(1).1)] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&bytes).unwrap();
    }
    vec![("train.npz", zip.finish().unwrap().into_inner())]
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

fn write(folder: &Path, files: &Files) {
    for (name, bytes) in files {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
}

/// The number of examples, all of which are read; or the code of the first problem.
fn read(folder: &Path) -> Result<usize, blockprint::diag::Code> {
    let set = data::open(&DataConfig::auto(), folder, Some(folder), Part::Train).map_err(|e| e[0].code)?;
    (0..set.len()).for_each(|i| drop(set.image(i).unwrap()));
    Ok(set.len())
}

fn read_files(files: &Files) -> Result<usize, blockprint::diag::Code> {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), files);
    read(folder.path())
}

#[test]
fn sound_files_are_read() {
    for files in [idx(10), cifar(), arrays(), npz()] {
        assert_eq!(read_files(&files), Ok(9), "{}", files[0].0);
    }
    let packed: Files = vec![
        ("train-images-idx3-ubyte.gz", gzipped(&idx(10)[0].1)),
        ("train-labels-idx1-ubyte.gz", gzipped(&idx(10)[1].1)),
    ];
    assert_eq!(read_files(&packed), Ok(9));
}

#[test]
fn each_damage_has_its_code() {
    let mut magic = idx(10);
    magic[0].1[0] = 7;
    assert_eq!(read_files(&magic), Err(codes::BAD_MAGIC));
    let mut kind = idx(10);
    kind[0].1[2] = 0x0d;
    assert_eq!(read_files(&kind), Err(codes::BAD_MAGIC));
    let mut truncated = idx(10);
    truncated[0].1.pop();
    assert_eq!(read_files(&truncated), Err(codes::BAD_MAGIC));
    let mut counts = idx(10);
    counts[1] = idx(9).remove(1);
    assert_eq!(read_files(&counts), Err(codes::COUNTS_DIFFER));
    let mut label = cifar();
    label[0].1[0] = 10;
    assert_eq!(read_files(&label), Err(codes::DATA_DAMAGED));
    let mut part = cifar();
    part[0].1.pop();
    assert_eq!(read_files(&part), Err(codes::BAD_MAGIC));
    let mut negative = arrays();
    negative[1].1 = npy("<i8", "(10,)", &[0xff; 80]);
    assert_eq!(read_files(&negative), Err(codes::LABEL_OUT_OF_RANGE));
    let mut pickled = arrays();
    pickled[1].1 = npy("|O", "(10,)", &[0; 80]);
    assert_eq!(read_files(&pickled), Err(codes::BAD_MAGIC));
}

#[test]
fn promises_of_a_header_are_not_believed() {
    let huge = u32::MAX;
    let mut plain = idx(10);
    plain[0].1 = idx_header(8, &[huge, huge, 1]);
    assert_eq!(read_files(&plain), Err(codes::DATA_TOO_LARGE));
    plain[0].1 = idx_header(8, &[huge, huge, huge, huge]);
    assert_eq!(read_files(&plain), Err(codes::DATA_TOO_LARGE));
    plain[0].1 = idx_header(8, &[0, huge, huge, huge]);
    assert!(read_files(&plain).is_err());
    // Two gigabytes promised by a gzipped file of a few bytes, and a megabyte of zeros for a kilobyte.
    let promise = gzipped(&idx_header(8, &[1 << 21, 32, 32]));
    let mut bomb = idx_header(8, &[1, 32, 32]);
    bomb.resize(1 << 20, 0);
    for images in [promise, gzipped(&bomb)] {
        let files = vec![("train-images-idx3-ubyte.gz", images), ("train-labels-idx1-ubyte", idx(10)[1].1.clone())];
        assert_eq!(read_files(&files), Err(codes::BAD_MAGIC));
    }
    let mut shape = arrays();
    shape[0].1 = npy("|u1", "(99999999999, 99999999999, 3)", &[]);
    assert_eq!(read_files(&shape), Err(codes::BAD_MAGIC));
}

/// Changes a few bytes, or cuts the end off.
fn mutate(bytes: &mut Vec<u8>, rng: &mut impl rand_core::Rng) {
    if bytes.is_empty() {
        return;
    }
    match random::below(rng, 4) {
        0 => bytes.truncate(random::below(rng, bytes.len() as u64) as usize),
        1 => bytes.extend([0xff; 5]),
        _ => {
            // Headers are at the front, and at the end of a zip file.
            for _ in 0..1 + random::below(rng, 3) {
                let near = random::below(rng, 140.min(bytes.len() as u64)) as usize;
                let at = if random::below(rng, 3) == 0 { bytes.len() - 1 - near } else { near };
                bytes[at] = rng.next_u32() as u8;
            }
        }
    }
}

#[test]
fn mutated_files_do_no_harm() {
    let mut rng = random::stream(3, Purpose::Sample, 0, 0);
    let folder = tempfile::tempdir().unwrap();
    let mut refused = 0;
    let kinds: [Files; 4] = [idx(10), cifar(), arrays(), npz()];
    for (i, files) in kinds.iter().enumerate() {
        let folder = folder.path().join(i.to_string());
        std::fs::create_dir(&folder).unwrap();
        for _ in 0..150 {
            let mut files = files.clone();
            let which = random::below(&mut rng, files.len() as u64) as usize;
            mutate(&mut files[which].1, &mut rng);
            write(&folder, &files);
            refused += usize::from(read(&folder).is_err());
        }
    }
    assert!((150..600).contains(&refused), "{refused} of 600 were refused");
}

#[test]
fn mutated_images_do_no_harm() {
    let mut rng = random::stream(4, Purpose::Sample, 0, 0);
    let pixels: Vec<u8> = (0..16 * 16 * 3).map(|i| (i * 7) as u8).collect();
    let buffer = image::RgbImage::from_raw(16, 16, pixels).unwrap();
    let formats =
        [image::ImageFormat::Png, image::ImageFormat::Jpeg, image::ImageFormat::Bmp, image::ImageFormat::WebP];
    let mut refused = 0;
    for format in formats {
        let mut bytes = std::io::Cursor::new(Vec::new());
        buffer.write_to(&mut bytes, format).unwrap();
        let bytes = bytes.into_inner();
        let sound = data::decode(&bytes).unwrap();
        assert_eq!((sound.height, sound.width, sound.channels), (16, 16, 3));
        for _ in 0..300 {
            let mut bytes = bytes.clone();
            mutate(&mut bytes, &mut rng);
            refused += usize::from(data::decode(&bytes).is_err());
        }
    }
    assert!(refused > 200, "{refused} of 1200 were refused");
    let bomb = b"P5 99999 99999 255\n".to_vec();
    assert!(data::decode(&bomb).is_err());
    assert!(data::decode(b"P6 30000 30000 255\n").unwrap_err().contains("limit"));
}
