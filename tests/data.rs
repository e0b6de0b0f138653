//! Data sets from their files to batches.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use blockprint::config::{Augment, DataConfig, DataKind, LabelFrom, OnBad, PartPath, ResizeTo, Split, SplitBy};
use blockprint::data::{self, Dataset, Labels, Loader, LoaderConfig, Mode, Part, Pixels, Target, Transform};
use blockprint::diag::{Diagnostic, codes};
use blockprint::source::{Span, Spanned};

/// The folder of real data, where there is one.
fn real(name: &str) -> Option<PathBuf> {
    match std::env::var_os("BLOCKPRINT_DATA") {
        Some(folder) => Some(PathBuf::from(folder).join(name)),
        None => {
            eprintln!("skipped: BLOCKPRINT_DATA is not set");
            None
        }
    }
}

fn open(path: &Path, part: Part) -> Arc<dyn Dataset> {
    data::open(&DataConfig::auto(), Path::new("."), Some(path), part).unwrap()
}

fn problems(config: &DataConfig, base: &Path, over: Option<&Path>, part: Part) -> Vec<Diagnostic> {
    data::open(config, base, over, part).err().expect("it must not open")
}

fn classes(set: &dyn Dataset) -> Vec<usize> {
    let mut counts = vec![0; set.labels().classes()];
    (0..set.len()).for_each(|i| counts[set.labels().class(i).unwrap() as usize] += 1);
    counts
}

fn digits(train: usize, test: usize) -> DataConfig {
    DataConfig { kind: DataKind::Digits { train, test, seed: 0 }, ..DataConfig::auto() }
}

fn path(text: &str) -> Spanned<String> {
    Spanned::new(text.to_string(), Span::default())
}

#[test]
fn mnist_is_read_as_published() {
    let Some(folder) = real("mnist") else { return };
    let (train, test) = (open(&folder, Part::Train), open(&folder, Part::Test));
    assert_eq!((train.len(), test.len(), train.shape()), (60_000, 10_000, Some([1, 28, 28])));
    // The first five labels of the published files.
    let first = |set: &dyn Dataset| (0..5).map(|i| set.labels().class(i).unwrap()).collect::<Vec<_>>();
    assert_eq!(first(&*train), [5, 0, 4, 1, 9]);
    assert_eq!(first(&*test), [7, 2, 1, 0, 4]);
    // The published mean of the training pixels, 0.1307.
    let sum: u64 = (0..train.len())
        .map(|i| match train.image(i).unwrap().pixels {
            Pixels::U8(p) => p.iter().map(|v| u64::from(*v)).sum::<u64>(),
            Pixels::F32(_) => unreachable!("IDX files hold bytes"),
        })
        .sum();
    let mean = sum as f64 / 255.0 / (60_000.0 * 784.0);
    assert!((mean - 0.1307).abs() < 5e-5, "{mean}");
    assert_eq!(open(&folder, Part::Val).len(), 10_000, "the test part stands in for validation");
}

#[test]
fn signs_are_labelled_by_the_digit_of_their_names() {
    let Some(folder) = real("signs") else { return };
    for (part, count) in [(Part::Train, 864), (Part::Val, 216), (Part::Test, 120)] {
        let set = open(&folder, part);
        assert_eq!((set.len(), set.names().len()), (count, 6));
        assert!(classes(&*set).iter().all(|n| *n > 0) && classes(&*set).len() == 6, "{:?}", classes(&*set));
        let image = set.image(0).unwrap();
        assert_eq!((image.channels, image.height, image.width), (3, 64, 64));
        assert!(set.place(0).contains(&format!("{}_IMG", set.labels().class(0).unwrap())));
    }
}

#[test]
fn faces_lie_in_one_folder_for_each_person() {
    let Some(folder) = real("faces_orl") else { return };
    let (train, val) = (open(&folder, Part::Train), open(&folder, Part::Val));
    assert_eq!((train.len(), val.len()), (360, 40), "a tenth is drawn where there is no other part");
    assert_eq!(train.names().len(), 40);
    let image = train.image(0).unwrap();
    assert_eq!((image.channels, image.height, image.width), (1, 112, 92));
}

#[test]
fn arrays_are_read_from_npz() {
    let Some(file) = real("pretrained/cifar10_first1000.npz") else { return };
    let train = open(&file, Part::Train);
    assert_eq!((train.len(), train.shape()), (900, Some([3, 32, 32])));
    assert_eq!(train.labels().classes(), 10);
}

#[test]
fn digits_are_the_same_each_time_and_differ_by_part() {
    let config = digits(200, 100);
    let open = |part| data::open(&config, Path::new("."), None, part).unwrap();
    let (a, b, test) = (open(Part::Train), open(Part::Train), open(Part::Test));
    assert_eq!((a.len(), test.len(), a.names().len()), (200, 100, 10));
    assert_eq!(a.image(7).unwrap(), b.image(7).unwrap());
    assert_ne!(a.image(7).unwrap(), test.image(7).unwrap());
    assert!(classes(&*a).iter().all(|n| *n > 5), "{:?}", classes(&*a));
    let longer = data::open(&digits(300, 1), Path::new("."), None, Part::Train).unwrap();
    assert_eq!(a.image(199).unwrap(), longer.image(199).unwrap(), "an example depends on its index alone");
}

#[test]
fn digits_are_neither_trivial_nor_noise() {
    let config = digits(3000, 500);
    let pixels = |part| {
        let set = data::open(&config, Path::new("."), None, part).unwrap();
        let images: Vec<(u32, Vec<f32>)> = (0..set.len())
            .map(|i| match set.image(i).unwrap().pixels {
                Pixels::U8(p) => (set.labels().class(i).unwrap(), p.iter().map(|v| f32::from(*v) / 255.0).collect()),
                Pixels::F32(_) => unreachable!("digits are bytes"),
            })
            .collect();
        images
    };
    let (train, test) = (pixels(Part::Train), pixels(Part::Test));
    let distance = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| (x - y).powi(2)).sum::<f32>();
    let accuracy = |references: &[(u32, Vec<f32>)]| {
        let nearest = |image: &[f32]| {
            let by_distance = references.iter().map(|(l, r)| (distance(image, r), *l));
            by_distance.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, l)| l)
        };
        test.iter().filter(|(label, image)| nearest(image) == Some(*label)).count() as f64 / test.len() as f64
    };
    let mut centres = vec![(0u32, vec![0.0f32; 784], 0.0f32); 10];
    for (label, image) in &train {
        let (name, sum, count) = &mut centres[*label as usize];
        (*name, *count) = (*label, *count + 1.0);
        sum.iter_mut().zip(image).for_each(|(s, v)| *s += v);
    }
    let centres: Vec<_> = centres.into_iter().map(|(l, s, n)| (l, s.iter().map(|v| v / n).collect())).collect();
    let (by_mean, by_neighbour) = (accuracy(&centres), accuracy(&train));
    assert!((0.4..0.9).contains(&by_mean), "a template of each class is not enough: {by_mean}");
    assert!((0.85..1.0).contains(&by_neighbour), "the nearest neighbour mostly is: {by_neighbour}");
}

/// All batches of an epoch.
fn epoch(
    set: &Arc<dyn Dataset>,
    transform: &Arc<Transform>,
    config: LoaderConfig,
) -> Vec<(Vec<f32>, Vec<f32>, Vec<usize>)> {
    Loader::new(set.clone(), transform.clone(), config)
        .map(|b| b.map(|b| (b.images[0].clone(), b.labels.clone(), b.indices.clone())).unwrap())
        .collect()
}

fn image(channels: usize, height: usize, width: usize) -> Target {
    Target::Image { channels, height, width }
}

/// A transform with these training steps.
fn transform(config: &DataConfig, steps: Vec<Augment>, target: Target, mode: Mode) -> Arc<Transform> {
    Arc::new(Transform::with_steps(config, steps, 3, target, mode).unwrap())
}

#[test]
fn batches_do_not_depend_on_the_number_of_workers() {
    let config = digits(230, 1);
    let set = data::open(&config, Path::new("."), None, Part::Train).unwrap();
    let steps = vec![
        Augment::RandomCrop { height: 24, width: 24, pad: 2 },
        Augment::Rotate { degrees: 20.0 },
        Augment::Noise { std: 0.1 },
    ];
    let transform = transform(&config, steps, image(1, 24, 24), Mode::Train);
    let walk = |workers, epoch_number, start| {
        let walk = LoaderConfig {
            batch: 32,
            shuffle: Some(9),
            epoch: epoch_number,
            workers,
            drop_last: false,
            start,
            on_bad: OnBad::Stop,
            one_hot: None,
        };
        epoch(&set, &transform, walk)
    };
    let one = walk(1, 4, 0);
    assert_eq!(one, walk(3, 4, 0));
    assert_eq!(one[5..], walk(2, 4, 5)[..], "a run can go on in the middle of an epoch");
    assert_ne!(one, walk(1, 5, 0), "each epoch has its own order");
    assert_eq!(one.len(), 8);
    assert_eq!(one[7].2.len(), 230 - 7 * 32, "the last batch is partial");
    let mut seen: Vec<usize> = one.iter().flat_map(|b| b.2.clone()).collect();
    seen.sort_unstable();
    assert_eq!(seen, (0..230).collect::<Vec<_>>());
    let dropped = LoaderConfig { drop_last: true, ..LoaderConfig::sequential(32, 2) };
    assert_eq!(epoch(&set, &transform, dropped).len(), 7);
}

#[test]
fn a_loader_can_be_dropped_early() {
    let config = digits(500, 1);
    let set = data::open(&config, Path::new("."), None, Part::Train).unwrap();
    let transform = transform(&config, vec![], image(1, 28, 28), Mode::Eval);
    let mut loader = Loader::new(set.clone(), transform.clone(), LoaderConfig::sequential(4, 2));
    assert_eq!((loader.batches(), loader.examples()), (125, 500));
    assert!(loader.next().is_some());
    drop(loader);
    assert_eq!(Arc::strong_count(&set), 1, "the workers are gone");
}

#[test]
fn plain_preparation_is_scaling() {
    let config = DataConfig { mean: vec![0.5], std: vec![0.25], ..digits(3, 1) };
    let set = data::open(&config, Path::new("."), None, Part::Train).unwrap();
    let transform = transform(&config, vec![], image(3, 28, 28), Mode::Train);
    let batch = Loader::new(set.clone(), transform, LoaderConfig::sequential(3, 1)).next().unwrap().unwrap();
    let Pixels::U8(pixels) = set.image(1).unwrap().pixels else { panic!("digits are bytes") };
    for channel in 0..3 {
        let plane = &batch.images[0][(3 + channel) * 784..][..784];
        for (p, v) in pixels.iter().zip(plane) {
            assert!((v - (f32::from(*p) / 255.0 - 0.5) / 0.25).abs() < 1e-6);
        }
    }
}

#[test]
fn sizes_that_do_not_fit_are_reported_with_their_mending() {
    let config = digits(3, 1);
    let set = data::open(&config, Path::new("."), None, Part::Train).unwrap();
    let wrong = transform(&config, vec![], image(1, 32, 32), Mode::Train).check(&*set).unwrap_err();
    assert_eq!(wrong.code, codes::SIZE_MISMATCH);
    assert!(wrong.help.unwrap().contains("resize([32, 32])"));
    let steps = vec![Augment::Resize { to: ResizeTo::Exact(32, 32) }];
    assert_eq!(transform(&config, steps, image(1, 32, 32), Mode::Train).check(&*set), Ok(()));
    let four = transform(&config, vec![], image(4, 28, 28), Mode::Train);
    assert_eq!(four.check(&*set), Ok(()), "grey fills any number of channels");
    let normalize = vec![Augment::Normalize { mean: vec![0.1; 3], std: vec![0.2; 3] }];
    let misfit = Transform::with_steps(&config, normalize, 0, image(1, 28, 28), Mode::Eval).unwrap_err();
    assert_eq!(misfit[0].code, codes::CHANNELS_MISMATCH);
    assert!(data::check_labels(&*set, 10).is_none());
    assert_eq!(data::check_labels(&*set, 1).unwrap().code, codes::LABEL_OUT_OF_RANGE);
}

/// Writes a small grey image.
fn write_image(path: &Path, value: u8) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut bytes = b"P5 4 3 255\n".to_vec();
    bytes.extend([value; 12]);
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn class_folders_are_numbered_by_name() {
    let folder = tempfile::tempdir().unwrap();
    for (i, name) in ["zebra", "ant", "bee"].into_iter().enumerate() {
        for k in 0..4 {
            write_image(&folder.path().join(format!("train/{name}/{k}.pgm")), (i * 4 + k) as u8);
        }
    }
    write_image(&folder.path().join("val/bee/x.pgm"), 1);
    let (train, val) = (open(folder.path(), Part::Train), open(folder.path(), Part::Val));
    assert_eq!(train.names(), ["ant", "bee", "zebra"]);
    assert_eq!(val.labels(), &Labels::Classes(vec![1]), "labels are those of the training part");
    assert_eq!(train.len(), 12);
    write_image(&folder.path().join("val/bees/x.pgm"), 1);
    let found = problems(&DataConfig::auto(), folder.path(), Some(folder.path()), Part::Val);
    assert_eq!(found[0].code, codes::UNKNOWN_CLASS);
    assert_eq!(found[0].help.as_deref(), Some("did you mean `bee`?"));
}

#[test]
fn numbered_folders_are_sorted_by_number_and_splits_are_disjoint() {
    let folder = tempfile::tempdir().unwrap();
    for class in 0..12 {
        for k in 0..5 {
            write_image(&folder.path().join(format!("{class}/{k}.pgm")), class * 10 + k);
        }
    }
    let config =
        DataConfig { split: Some(Split { val: 0.2, test: 0.1, seed: 5, by: SplitBy::Example }), ..DataConfig::auto() };
    let part = |part| data::open(&config, folder.path(), Some(folder.path()), part).unwrap();
    let sets = [part(Part::Train), part(Part::Val), part(Part::Test)];
    assert_eq!(sets.each_ref().map(|s| s.len()), [42, 12, 6]);
    let mut places: Vec<String> = sets.iter().flat_map(|s| (0..s.len()).map(|i| s.place(i))).collect();
    places.sort();
    places.dedup();
    assert_eq!(places.len(), 60);
    assert_eq!(sets[0].names()[10], "10");
    let set = &sets[0];
    for i in 0..set.len() {
        let Pixels::U8(pixels) = set.image(i).unwrap().pixels else { panic!("files hold bytes") };
        assert_eq!(u32::from(pixels[0] / 10), set.labels().class(i).unwrap());
    }
}

#[test]
fn damaged_images_stop_a_run_or_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    for k in 0..10 {
        write_image(&folder.path().join(format!("train/{}_{k}.pgm", k % 2)), k);
    }
    std::fs::write(folder.path().join("train/1_3.pgm"), b"P5 4 3 255\nxx").unwrap();
    let set = open(&folder.path().join("train"), Part::Train);
    let whole = data::open(
        &DataConfig { split: Some(Split { val: 0.0, test: 0.0, seed: 0, by: SplitBy::Example }), ..DataConfig::auto() },
        folder.path(),
        Some(&folder.path().join("train")),
        Part::Train,
    )
    .unwrap();
    assert_eq!((set.len(), whole.len()), (9, 10));
    let transform = transform(&DataConfig::auto(), vec![], image(1, 3, 4), Mode::Eval);
    let walk = LoaderConfig::sequential(4, 2);
    let results: Vec<_> = Loader::new(whole.clone(), transform.clone(), walk).collect();
    let error = results.into_iter().find_map(Result::err).unwrap();
    assert_eq!((error.index, error.code), (6, codes::DATA_DAMAGED));
    assert!(error.place.ends_with("1_3.pgm"));
    let skipping = LoaderConfig { on_bad: OnBad::Skip, ..walk };
    let batches: Vec<_> = Loader::new(whole, transform, skipping).map(Result::unwrap).collect();
    assert_eq!(batches.iter().map(|b| b.len).sum::<usize>(), 9);
    assert_eq!(batches.iter().map(|b| b.skipped.len()).sum::<usize>(), 1);
    assert_eq!(batches[1].images[0].len(), batches[1].len * 12);
}

#[test]
fn paths_of_a_spec_stay_beneath_it() {
    for outside in ["../data", "/etc", "a/../../b"] {
        let config = DataConfig { path: Some(path(outside)), ..DataConfig::auto() };
        let found = problems(&config, Path::new("."), None, Part::Train);
        assert_eq!(found[0].code, codes::DATA_OUTSIDE, "{outside}");
    }
    let folder = tempfile::tempdir().unwrap();
    let config = DataConfig {
        kind: DataKind::ImageFolder { label: LabelFrom::Auto },
        train: Some(PartPath::One(path("missing"))),
        ..DataConfig::auto()
    };
    assert_eq!(problems(&config, folder.path(), None, Part::Train)[0].code, codes::DATA_MISSING);
    std::fs::create_dir(folder.path().join("missing")).unwrap();
    assert_eq!(problems(&config, folder.path(), None, Part::Train)[0].code, codes::NO_EXAMPLES);
    let found = problems(&DataConfig::auto(), folder.path(), Some(folder.path()), Part::Train);
    assert_eq!(found[0].code, codes::DATA_UNKNOWN_LAYOUT);
    write_image(&folder.path().join("missing/nine.pgm"), 0);
    assert_eq!(problems(&config, folder.path(), None, Part::Train)[0].code, codes::NO_LABEL);
    let val_only = DataConfig { train: None, val: config.train.clone(), ..config };
    assert_eq!(problems(&val_only, folder.path(), None, Part::Train)[0].code, codes::NO_SUCH_PART);
}
