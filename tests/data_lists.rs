//! Lists of files, tar shards, arrays of any rank, and the orientation of photos.

use std::path::Path;
use std::sync::Arc;

use blockprint::config::{DataConfig, DataKind, ListOf};
use blockprint::data::{self, Dataset, Image, Labels, Part, Pixels};
use blockprint::diag::{Code, codes};
use blockprint::source::{Span, Spanned};
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// A grey picture of two by one pixels, of which the first has this value.
fn png(value: u8) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let picture = image::GrayImage::from_raw(2, 1, vec![value, 255]).expect("two pixels");
    picture.write_to(&mut bytes, image::ImageFormat::Png).expect("memory can be written");
    bytes.into_inner()
}

fn write(folder: &Path, name: &str, bytes: &[u8]) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().expect("it has a folder")).expect("it can be made");
    std::fs::write(path, bytes).expect("it can be written");
}

fn open(kind: DataKind, base: &Path, path: &str, part: Part) -> Result<Arc<dyn Dataset>, Vec<Code>> {
    let path = Some(Spanned::new(path.to_string(), Span::default()));
    let config = DataConfig { kind, path, ..DataConfig::auto() };
    data::open(&config, base, None, part).map_err(|problems| problems.iter().map(|p| p.code).collect())
}

fn list(of: ListOf) -> DataKind {
    DataKind::List { of }
}

fn first(image: &Image<'_>) -> f32 {
    match &image.pixels {
        Pixels::U8(p) => f32::from(p[0]),
        Pixels::F32(p) => p[0],
    }
}

#[test]
fn a_manifest_has_paths_labels_and_weights() {
    let folder = folder();
    let at = folder.path();
    (0..4u8).for_each(|i| write(at, &format!("pics/{i}.png"), &png(i)));
    write(
        at,
        "train.csv",
        b"label,path,weight\ncat,pics/0.png,1\n# a remark\ndog,\"pics/1.png\",2.5\ncat,pics/2.png,\n",
    );
    write(at, "test.tsv", b"pics/3.png\tdog\n");
    let train = open(list(ListOf::Images), at, ".", Part::Train).expect("it is sound");
    assert_eq!(*train.labels(), Labels::Classes(vec![0, 1, 0]));
    assert_eq!(train.weights(), Some(&[1.0, 2.5, 1.0][..]));
    assert_eq!(train.names(), ["cat", "dog"]);
    assert_eq!((0..3).map(|i| first(&train.image(i).expect("a picture"))).collect::<Vec<_>>(), [0.0, 1.0, 2.0]);
    // The classes are those of the training part, and without weights there are none.
    let test = open(list(ListOf::Images), at, ".", Part::Test).expect("it is sound");
    assert_eq!((test.labels(), test.weights()), (&Labels::Classes(vec![1]), None));
    // A part of a part keeps its weights.
    assert_eq!(data::first(train.clone(), 2).weights(), Some(&[1.0, 2.5][..]));
    assert_ne!(data::fingerprint(&*train), data::fingerprint(&*test));
    // Without being told, a folder with such lists is known for what it is.
    assert!(data::open(&DataConfig::auto(), Path::new("."), Some(at), Part::Train).is_ok_and(|set| set.len() == 3));
}

#[test]
fn labels_with_a_point_are_numbers() {
    let folder = folder();
    write(folder.path(), "a.png", &png(7));
    write(folder.path(), "train.csv", b"path,label\na.png,0.5\na.png,2\n");
    write(folder.path(), "test.csv", b"path,label\na.png,1.0\n");
    let set = open(list(ListOf::Images), folder.path(), ".", Part::Train).expect("it is sound");
    assert_eq!(*set.labels(), Labels::Values { width: 1, values: vec![0.5, 2.0] });
}

#[test]
fn pairs_and_triplets_have_an_image_in_each_slot() {
    let folder = folder();
    let at = folder.path();
    write(at, "p/train.csv", b"0.png,1.png,1\n2.png,3.png,0\n");
    (0..4u8).for_each(|i| write(at, &format!("p/{i}.png"), &png(i)));
    write(at, "p/test.csv", b"a,b,label,weight\n0.png,1.png,1,0.5\n");
    let pairs = open(list(ListOf::Pairs), at, "p", Part::Train).expect("it is sound");
    let pixels = |set: &dyn Dataset, i| -> Vec<f32> {
        (0..set.slots()).map(|slot| first(&set.image_at(i, slot).expect("a picture"))).collect()
    };
    assert_eq!((pairs.len(), pairs.labels()), (2, &Labels::Classes(vec![1, 0])));
    assert_eq!((pixels(&*pairs, 0), pixels(&*pairs, 1)), (vec![0.0, 1.0], vec![2.0, 3.0]));
    assert!(pairs.image_at(0, 2).is_err() && pairs.image_at(2, 0).is_err());
    let weighted = open(list(ListOf::Pairs), at, "p", Part::Test).expect("it is sound");
    assert_eq!(weighted.weights(), Some(&[0.5][..]));
    write(at, "t/train.csv", b"anchor,positive,negative\n../0.png,1.png,2.png\n");
    assert_eq!(open(list(ListOf::Triplets), at, "t", Part::Train).err(), Some(vec![codes::DATA_OUTSIDE]));
    write(at, "t/train.csv", b"0.png,1.png,2.png\n1.png,0.png,3.png\n");
    write(at, "t/test.csv", b"0.png,1.png,2.png\n");
    (0..4u8).for_each(|i| write(at, &format!("t/{i}.png"), &png(i)));
    let triplets = open(list(ListOf::Triplets), at, "t", Part::Train).expect("it is sound");
    assert_eq!((triplets.len(), pixels(&*triplets, 1)), (2, vec![1.0, 0.0, 3.0]));
}

#[test]
fn a_list_reports_all_of_its_lines() {
    let folder = folder();
    let at = folder.path();
    let codes_of = |text: &str, of| {
        write(at, "train.csv", text.as_bytes());
        write(at, "test.csv", b"a.png,1");
        open(list(of), at, ".", Part::Train).err().unwrap_or_default()
    };
    let images = |text: &str| codes_of(text, ListOf::Images);
    assert_eq!(images("/etc/a.png,1,1\nb/../../a.png,1,1\na.png,1,-1\na.png,1,nan\n").len(), 4);
    assert_eq!(images("a.png,\n"), [codes::NO_LABEL]);
    assert_eq!(images("a.png,1\nb.png\n"), [codes::DATA_DAMAGED]);
    assert_eq!(images("a.png,\u{fffd}\n"), Vec::<Code>::new());
    assert_eq!(images(""), [codes::NO_EXAMPLES]);
    assert_eq!(codes_of("a.png,b.png,2\n", ListOf::Pairs), [codes::NO_LABEL]);
    let path = at.join("train.csv");
    std::fs::write(&path, b"a.png,\xff\xfe\n").expect("it can be written");
    assert_eq!(open(list(ListOf::Images), at, ".", Part::Train).err(), Some(vec![codes::DATA_DAMAGED]));
}

fn shard(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in entries {
        let mut header = tar::Header::new_gnu();
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        builder.append(&header, content.as_slice()).expect("memory can be written");
    }
    builder.into_inner().expect("memory can be written")
}

#[test]
fn shards_are_read_in_place() {
    let folder = folder();
    let at = folder.path();
    let b = |text: &str| text.as_bytes().to_vec();
    let first_shard = shard(&[
        ("a/0001.png", png(1)),
        ("a/0001.cls", b("3\n")),
        ("a/0001.json", b("{}")),
        // Names are keys and never paths.
        ("../../evil.cls", b("0")),
        ("../../evil.png", png(2)),
        ("readme", b("no example")),
    ]);
    write(at, "train/00.tar", &first_shard);
    write(at, "train/01.tar", &shard(&[("x.tar.png", png(9)), ("y.cls", b("1")), ("y.png", png(3))]));
    let failed = open(DataKind::Shards, at, ".", Part::Train);
    assert_eq!(failed.err(), Some(vec![codes::NO_LABEL]), "`x` has no label");
    write(at, "train/01.tar", &shard(&[("y.cls", b("1")), ("y.png", png(3))]));
    write(at, "test/00.tar", &shard(&[("y.seg.png", png(4)), ("y.cls", b("0"))]));
    let train = open(DataKind::Shards, at, ".", Part::Train).expect("it is sound");
    assert_eq!(*train.labels(), Labels::Classes(vec![3, 0, 1]));
    assert_eq!((0..3).map(|i| first(&train.image(i).expect("a picture"))).collect::<Vec<_>>(), [1.0, 2.0, 3.0]);
    assert!(train.place(1).ends_with("00.tar[../../evil]"), "{}", train.place(1));
    assert!(train.image(3).is_err());
    // A shard that ends too early.
    write(at, "train/01.tar", &first_shard[..first_shard.len() / 3]);
    assert_eq!(open(DataKind::Shards, at, ".", Part::Train).err(), Some(vec![codes::DATA_DAMAGED]));
}

/// An npy array of little-endian values.
fn npy(kind: &str, shape: &str, body: &[u8]) -> Vec<u8> {
    let mut header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}");
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

#[test]
fn arrays_have_any_rank() {
    let folder = folder();
    let floats: Vec<u8> = (0..48).flat_map(|i| (i as f32).to_le_bytes()).collect();
    let masks: Vec<u8> = (0..24i64).flat_map(|i| (i % 3).to_le_bytes()).collect();
    let weights: Vec<u8> = [0.5f32, 2.0].iter().flat_map(|w| w.to_le_bytes()).collect();
    let open = |entries: &[(&str, Vec<u8>)]| {
        let path = folder.path().join("train.npz");
        let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).expect("the folder can be written"));
        for (name, bytes) in entries {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).expect("a new entry");
            std::io::Write::write_all(&mut zip, bytes).expect("it can be written");
        }
        zip.finish().expect("it can be written");
        let split =
            Some(blockprint::config::Split { val: 0.0, test: 0.0, seed: 0, by: blockprint::config::SplitBy::Example });
        let config = DataConfig { split, ..DataConfig::auto() };
        let path = Some(Spanned::new("train.npz".to_string(), Span::default()));
        data::open(&DataConfig { path, ..config }, folder.path(), None, Part::Train)
            .map_err(|problems| problems.iter().map(|p| p.code).collect::<Vec<_>>())
    };
    let volume = open(&[
        ("x.npy", npy("<f4", "(2, 2, 3, 2, 2)", &floats)),
        ("y.npy", npy("<i8", "(2, 3, 4)", &masks)),
        ("weights.npy", npy("<f4", "(2,)", &weights)),
    ])
    .expect("it is sound");
    assert_eq!((volume.shape(), volume.weights()), (Some([2, 6, 2]), Some(&[0.5, 2.0][..])));
    assert_eq!((volume.labels().width(), volume.labels().len()), (12, 2));
    assert!(data::check_labels(&*volume, 3).is_none());
    assert_eq!(data::check_labels(&*volume, 2).map(|d| d.code), Some(codes::LABEL_OUT_OF_RANGE));
    let negative: Vec<u8> = [0.5f32, -2.0].iter().flat_map(|w| w.to_le_bytes()).collect();
    let x = || ("x.npy", npy("<f4", "(2, 24)", &floats));
    let y = || ("y.npy", npy("<i8", "(2, 3, 4)", &masks));
    assert_eq!(
        open(&[x(), y(), ("weights.npy", npy("<f4", "(2,)", &negative))]).err(),
        Some(vec![codes::DATA_DAMAGED])
    );
    assert_eq!(
        open(&[x(), y(), ("weights.npy", npy("<f4", "(1,)", &weights[..4]))]).err(),
        Some(vec![codes::COUNTS_DIFFER])
    );
}

/// A jpeg whose EXIF data say how it is turned.
fn photo(orientation: u8) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    // Dark on the left, bright on the right.
    let picture = image::GrayImage::from_fn(32, 16, |x, _| image::Luma([if x < 16 { 0 } else { 255 }]));
    picture.write_to(&mut bytes, image::ImageFormat::Jpeg).expect("memory can be written");
    let mut tiff = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    tiff.extend([orientation, 0, 0, 0, 0, 0, 0]);
    let mut out = bytes.get_ref()[..2].to_vec();
    out.extend([0xff, 0xe1]);
    out.extend((tiff.len() as u16 + 2).to_be_bytes());
    out.extend(tiff);
    out.extend(&bytes.get_ref()[2..]);
    out
}

#[test]
fn photos_are_turned_upright() {
    let corner = |orientation| {
        let image = data::decode(&photo(orientation)).expect("it is a jpeg");
        let Pixels::U8(pixels) = &image.pixels else { panic!("files hold bytes") };
        (image.width, image.height, pixels[0] > 128, pixels[pixels.len() - 1] > 128)
    };
    assert_eq!(corner(1), (32, 16, false, true));
    // Mirrored, by half a turn, and by a quarter either way (EXIF 2.3, table 6).
    assert_eq!(corner(2), (32, 16, true, false));
    assert_eq!(corner(3), (32, 16, true, false));
    assert_eq!(corner(6), (16, 32, false, true));
    assert_eq!(corner(8), (16, 32, true, false));
}

/// A data set of any kind is told from one in which a byte of an image is another, without decoding:
/// what is no picture has a fingerprint as well.
#[test]
fn fingerprints_notice_a_changed_image_in_any_slot() {
    let folder = folder();
    let at = folder.path();
    (0..4u8).for_each(|i| write(at, &format!("p/{i}.png"), &png(i)));
    write(at, "p/train.csv", b"0.png,1.png,1\n2.png,3.png,0\n");
    let pairs = || data::fingerprint(&*open(list(ListOf::Pairs), at, "p", Part::Train).expect("it is sound"));
    let before = pairs();
    assert_eq!(before, pairs());
    for changed in ["p/2.png", "p/3.png"] {
        write(at, changed, b"no picture");
        assert_ne!(before, pairs(), "{changed}");
        write(at, changed, &png(changed.as_bytes()[2] - b'0'));
        assert_eq!(before, pairs());
    }
    let in_shard = |bytes: &[u8]| {
        let entries =
            [("a.png", bytes.to_vec()), ("a.cls", b"0".to_vec()), ("b.png", png(2)), ("b.cls", b"1".to_vec())];
        write(at, "s/train.tar", &shard(&entries));
        data::fingerprint(&*open(DataKind::Shards, at, "s", Part::Train).expect("it is sound"))
    };
    let (one, other) = (png(1), png(3));
    assert_eq!(one.len(), other.len(), "only the content differs");
    assert_eq!(in_shard(&one), in_shard(&one));
    assert_ne!(in_shard(&one), in_shard(&other));
    assert_ne!(in_shard(b"no picture"), in_shard(b"no flowers"));
}
