//! Overlaps, suppression and average precision against torchvision and pycocotools, on the random
//! cases of `tests/detection/boxes.py`, which wrote the expected numbers.

use blockprint::ops::yolo::{Candidate, Rect};
use blockprint::run::detect::{Judge, Truth, nms};

/// The generator of the script: its upper bits are a fraction that a 32-bit float holds.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 40) as f64 / (1u64 << 24) as f64
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() * n as f64) as usize
    }

    fn rect(&mut self) -> Rect {
        let (left, top) = (self.next() * 60.0, self.next() * 60.0);
        let (right, bottom) = (left + 2.0 + self.next() * 38.0, top + 2.0 + self.next() * 38.0);
        Rect { left, top, right, bottom }
    }

    fn close(&mut self, to: Rect) -> Rect {
        let (left, top) = (to.left + (self.next() - 0.5) * 12.0, to.top + (self.next() - 0.5) * 12.0);
        let right = left + to.width() * (0.8 + 0.4 * self.next());
        Rect { left, top, right, bottom: top + to.height() * (0.8 + 0.4 * self.next()) }
    }
}

/// The objects and detections of each picture.
fn case(seed: u64) -> Vec<(Vec<Truth>, Vec<Candidate>)> {
    let mut draw = Draw(seed);
    let (pictures, classes) = (1 + draw.below(4), 1 + draw.below(3));
    let mut all = Vec::new();
    for _ in 0..pictures {
        let mut truths = Vec::new();
        for _ in 0..draw.below(6) {
            truths.push(Truth { class: draw.below(classes), rect: draw.rect() });
        }
        let mut found = Vec::new();
        for truth in &truths {
            for _ in 0..draw.below(3) {
                let wrong = draw.next() < 0.2;
                let score = draw.next();
                let class = if wrong { (truth.class + 1) % classes } else { truth.class };
                found.push(Candidate { class, score, rect: draw.close(truth.rect) });
            }
        }
        for _ in 0..draw.below(4) {
            let (class, score) = (draw.below(classes), draw.next());
            found.push(Candidate { class, score, rect: draw.rect() });
        }
        all.push((truths, found));
    }
    all
}

#[test]
fn a_thousand_random_cases_agree_with_torchvision_and_pycocotools() {
    let expected = include_str!("detection/boxes.txt");
    let mut cases = 0;
    for (seed, line) in (1..).zip(expected.lines()) {
        let words: Vec<&str> = line.split(' ').collect();
        let number = |at: usize| words[at].parse::<f64>().expect("a number");
        let pictures = case(seed);
        let found: Vec<Candidate> = pictures.iter().flat_map(|(_, f)| f.clone()).collect();
        let truths: Vec<Truth> = pictures.iter().flat_map(|(t, _)| t.clone()).collect();

        let overlaps: f64 = found.iter().flat_map(|f| truths.iter().map(|t| f.rect.iou(t.rect))).sum();
        assert!((overlaps - number(0)).abs() < 1e-9, "case {seed}: {overlaps}");

        let boxes: Vec<Rect> = found.iter().map(|f| f.rect).collect();
        let scores: Vec<f64> = found.iter().map(|f| f.score).collect();
        let kept: Vec<String> = nms(&boxes, &scores, 0.4).iter().map(usize::to_string).collect();
        let kept = if kept.is_empty() { "-".to_string() } else { kept.join(",") };
        assert_eq!(kept, words[1], "case {seed}");

        let mut judge = Judge::default();
        pictures.iter().for_each(|(truths, found)| judge.add(truths, found));
        let result = judge.precision();
        for (value, at) in [(result.at_half, 2), (result.mean, 3)] {
            let value = if value.is_nan() { -1.0 } else { value };
            assert!((value - number(at)).abs() < 1e-9, "case {seed}: {value}, not {}", number(at));
        }
        cases += 1;
    }
    assert_eq!(cases, 1000);
}

// ---- Yolo-Fastest 1.1 ----------------------------------------------------------------

use std::path::PathBuf;

use blockprint::config::DataConfig;
use blockprint::data::Fit;
use blockprint::driver::compile_zoo;
use blockprint::expand::Options;
use blockprint::run::detect::{DetectOptions, Detector, suppress};
use blockprint::run::{Network, predict_tensor};
use blockprint::weights::Archive;

/// The folder of the published network; `None`, said aloud, where there is none.
fn published() -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("BLOCKPRINT_DATA") else {
        eprintln!("skipped: BLOCKPRINT_DATA is not set");
        return None;
    };
    Some(PathBuf::from(folder).join("pretrained/yolo_fastest_1_1"))
}

/// The network's heads are those that ONNX Runtime has stored for a photo, and what it finds in the
/// photo is what decoding the stored heads gives: a dog, a bicycle and a car.
#[test]
fn yolo_fastest_finds_the_dog_the_bicycle_and_the_car() {
    let Some(folder) = published() else { return };
    let compiled = compile_zoo("yolo_fastest", &Options::default()).expect("a spec of the zoo");
    let mut network = Network::new(compiled.checked.as_ref().expect("it is sound"), 0);
    let weights = folder.join("yolo-fastest-1.1.weights");
    network.load(&weights, compiled.spec.as_ref(), false).expect("the weights fit");

    let stored = folder.join("yolo-fastest-1.1_dog_ref.npz");
    let stored = Archive::open(&stored).and_then(|mut a| a.read_all()).expect("the file is sound");
    let (mut candidates, mut own) = (Vec::new(), Vec::new());
    for (head, name) in network.checked().heads().into_iter().zip(["head0", "head1"]) {
        let path = network.checked().graph().node(head.node).path.clone();
        let found = predict_tensor(&mut network, stored.get("x").expect("the photo"), Some(&path)).expect("it runs");
        let expected = stored.get(name).expect("a head");
        assert_eq!(found.shape, expected.shape);
        let (height, width) = (expected.shape[2], expected.shape[3]);
        let (found, expected) = (found.into_f32(), expected.as_f32().expect("floats"));
        let difference = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(difference < 1e-3, "{name}: {difference}");
        candidates.extend(head.head.decode(expected, height, width, 0.25));
        own.extend(head.head.decode(&found, height, width, 0.25));
    }
    let (expected, own) = (suppress(&candidates, 0.45), suppress(&own, 0.45));
    assert_eq!(expected.len(), own.len());
    for (a, b) in expected.iter().zip(&own) {
        assert!(a.class == b.class && (a.score - b.score).abs() < 1e-4 && a.rect.iou(b.rect) > 0.999, "{a:?} {b:?}");
    }

    let data = compiled.config.data.clone().unwrap_or_else(DataConfig::auto);
    let names = data.classes.clone();
    let train = compiled.config.train.as_ref();
    let mut detect = |fit| {
        let options = DetectOptions { data: &data, train, names: &names, fit, threshold: 0.25, nms: 0.45 };
        let mut detector = Detector::new(&network, options).expect("it detects");
        let (image, found) = detector.detect_file(&mut network, &folder.join("dog.jpg")).expect("a photo");
        assert_eq!((image.width, image.height), (768, 576));
        for name in ["dog", "bicycle", "car"] {
            assert!(found.iter().any(|d| d.name == name), "no {name} in {found:?}");
        }
        found
    };
    detect(None);
    let found = detect(Some(Fit::Stretch));
    // The stored photo was scaled down in another way, so scores differ a little.
    for best in expected.iter().filter(|c| c.score > 0.4) {
        let rect = Rect {
            left: best.rect.left * 768.0,
            top: best.rect.top * 576.0,
            right: best.rect.right * 768.0,
            bottom: best.rect.bottom * 576.0,
        };
        let same = |d: &&blockprint::run::detect::Detection| d.class == best.class && d.rect.iou(rect) > 0.9;
        let twin = found.iter().find(same).unwrap_or_else(|| panic!("nothing like {best:?} in {found:?}"));
        assert!((twin.score - best.score).abs() < 0.05, "{twin:?} {best:?}");
    }
}
