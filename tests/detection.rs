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
