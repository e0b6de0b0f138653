//! Metrics against scikit-learn's, recorded by `tests/fixtures/metrics.py`, to 1e-12.

use blockprint::kernels::score::{Average, Confusion, Labelled, Quantity, Scored};
use serde_json::Value;

/// The same numbers as `Draw` of the script.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 40) as f64 / (1u64 << 24) as f64
    }
}

struct Case {
    classes: usize,
    scores: Vec<f32>,
    labels: Vec<f32>,
    weights: Vec<f32>,
}

impl Case {
    fn of(recorded: &Value) -> Self {
        let whole = |name: &str| recorded[name].as_u64().expect("a whole number") as usize;
        let (classes, grain) = (whole("classes"), recorded["grain"].as_f64().expect("a number"));
        let mut draw = Draw(whole("seed") as u64);
        let mut case = Case { classes, scores: Vec::new(), labels: Vec::new(), weights: Vec::new() };
        for _ in 0..whole("n") {
            let label = (draw.next() * (classes - whole("unused")) as f64).floor();
            let mut row: Vec<f64> = (0..classes).map(|_| draw.next() * 4.0 - 2.0).collect();
            row[label as usize] += 1.0;
            if grain > 0.0 {
                row.iter_mut().for_each(|v| *v = (*v / grain).floor() * grain);
            }
            case.scores.extend(row.iter().map(|v| *v as f32));
            case.labels.push(label as f32);
            if recorded["weighted"] == true {
                case.weights.push((1.0 + (draw.next() * 4.0).floor()) as f32 / 4.0);
            }
        }
        case
    }

    fn batch(&self) -> Labelled<'_> {
        let Self { scores, labels, weights, .. } = self;
        Labelled { scores, labels, weights, examples: labels.len() }
    }
}

fn share(hit: bool) -> f64 {
    if hit { 1.0 } else { 0.0 }
}

fn mean((sum, weight): (f64, f64)) -> f64 {
    sum / weight
}

#[track_caller]
fn close(expected: &Value, found: f64) {
    let expected = expected.as_f64().expect("a number");
    assert!((found - expected).abs() <= 1e-12, "{found}, not {expected}");
}

fn recorded() -> Vec<Value> {
    let text = include_str!("fixtures/metrics.json");
    let mut recorded: Value = serde_json::from_str(text).expect("the fixture is JSON");
    recorded["cases"].as_array_mut().map(std::mem::take).expect("a list")
}

#[test]
fn classes() {
    for recorded in recorded() {
        let case = Case::of(&recorded);
        let batch = case.batch();
        close(&recorded["accuracy"], mean(batch.sum(|at| share(batch.is_among(at, 1)))));
        close(&recorded["top2"], mean(batch.sum(|at| share(batch.is_among(at, 2)))));
        let mut confusion = Confusion::new(case.classes);
        batch.count(0.0, &mut confusion);
        for (name, quantity) in [("precision", Quantity::Precision), ("recall", Quantity::Recall), ("f1", Quantity::F1)]
        {
            close(&recorded[name], confusion.value(quantity, Average::Macro));
            close(&recorded[format!("weighted_{name}")], confusion.value(quantity, Average::Weighted));
        }
        for (class, score) in confusion.scores().iter().enumerate() {
            close(&recorded["class_f1"][class], score.f1);
            close(&recorded["class_support"][class], score.support);
        }
        let mut scored = Scored::new(case.classes);
        scored.add(&batch);
        match Scored::mean_area(&scored.areas()) {
            Some(area) => close(&recorded["auc"], area),
            None => assert!(recorded["auc"].is_null(), "{recorded}"),
        }
    }
}

#[test]
fn single_scores() {
    for recorded in recorded() {
        let case = Case::of(&recorded);
        let scores: Vec<f32> = case.scores.iter().step_by(case.classes).copied().collect();
        let labels: Vec<f32> = case.labels.iter().map(|l| if l % 2.0 == 0.0 { 1.0 } else { 0.0 }).collect();
        let batch = Labelled { scores: &scores, labels: &labels, weights: &case.weights, examples: labels.len() };
        close(&recorded["binary_accuracy"], mean(batch.sum(|at| share(batch.is_right(at, 0.0)))));
        let mut confusion = Confusion::new(2);
        batch.count(0.0, &mut confusion);
        for (name, quantity) in [("precision", Quantity::Precision), ("recall", Quantity::Recall), ("f1", Quantity::F1)]
        {
            let average = Average::Macro.of_scores(1);
            close(&recorded[format!("binary_{name}")], confusion.value(quantity, average));
        }
        let mut scored = Scored::new(1);
        scored.add(&batch);
        close(&recorded["binary_auc"], Scored::mean_area(&scored.areas()).expect("both occur"));
        close(&recorded["binary_auc"], Scored::mean_area(&scored.paired().areas()).expect("both occur"));
        close(&recorded["mae"], mean(batch.sum(|at| batch.distance(at).abs())));
        close(&recorded["mse"], mean(batch.sum(|at| batch.distance(at).powi(2))));
    }
}
