//! The losses against PyTorch, and what is said of heads that do not fit.

use super::*;
use crate::diag::codes;
use crate::ops::attrs::Value;
use crate::ops::lower::{Backward, Forward};
use crate::shape::Dim;

/// The numbers of `tests/detection/yolo_loss.py`: a linear congruential generator whose upper bits
/// are a fraction that a 32-bit float holds.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 40) as f64 / (1u64 << 24) as f64
    }
}

/// A loss with the sizes of its inputs: pictures, labels, rows and columns.
struct Case {
    yolo: Yolo,
    sizes: [usize; 4],
}

impl Case {
    /// The loss and the gradient of the head.
    fn run(&self, head: &[f32], boxes: &[f32]) -> (f32, Vec<f32>) {
        let [n, m, height, width] = self.sizes;
        let facts = [
            Fact::f32(Shape::of(&[n, head.len() / n / height / width, height, width])),
            Fact::f32(Shape::of(&[n, m, 5])),
        ];
        self.yolo.infer("yolo", &facts).unwrap();
        let Lowered::Kernel(kernel) = self.yolo.lower(&facts) else { panic!("a kernel") };
        let mut saved = vec![f32::NAN; kernel.workspace().saved[0]];
        let mut output = [f32::NAN];
        kernel.forward(Forward {
            inputs: &[head, boxes],
            params: &[],
            state: &mut [],
            output: &mut output,
            packed: &[],
            saved: &mut [&mut saved],
            scratch: &mut [],
            noise: std::default::Default::default(),
        });
        let mut grad = vec![f32::NAN; head.len()];
        kernel.backward(Backward {
            inputs: &[],
            params: &[],
            state: &[],
            output: &[],
            saved: &[&saved],
            grad_output: &[1.0],
            grad_inputs: &mut [Some(&mut grad), None],
            grad_params: &mut [],
            scratch: &mut [],
        });
        (output[0], grad)
    }

    /// The script's head and boxes.
    fn draw(&self, seed: u64) -> (Vec<f32>, Vec<f32>) {
        let ([n, m, height, width], head) = (self.sizes, &self.yolo.head);
        let mut draw = Draw(seed);
        let values = n * head.anchors.len() * (5 + head.classes) * height * width;
        let values = (0..values).map(|_| (draw.next() * 4.0 - 2.0) as f32).collect();
        let mut boxes = Vec::new();
        for k in (0..n).flat_map(|_| 0..m) {
            let [c, x, y, w, h] = [(); 5].map(|()| draw.next());
            let class = if k > 0 && c < 0.3 { -1.0 } else { (c * head.classes as f64).floor() };
            boxes.extend([class, x, y, 0.05 + 0.7 * w, 0.05 + 0.7 * h].map(|v| v as f32));
        }
        (values, boxes)
    }
}

fn yolo(all: &[[f64; 2]], mask: &[usize], classes: usize, ignore: f32, weights: [f32; 4], v2: (bool, bool)) -> Yolo {
    let head = Head { classes, anchors: mask.iter().map(|i| all[*i]).collect(), softmax: v2.0 };
    let [coord, object, no_object, class] = weights;
    let (all, mask) = (all.to_vec(), mask.to_vec());
    Yolo { head, all, mask, ignore, coord, object, no_object, class, rescore: v2.1 }
}

/// The expected numbers are those of PyTorch 2 in double precision: the loss, the sum of the
/// gradient's magnitudes, and its sum weighted by position.
#[test]
fn losses_and_gradients_are_those_of_pytorch() {
    let v2 = [[1.3, 1.7], [3.2, 4.0], [0.6, 0.5]];
    let v3 = [[10.0, 14.0], [23.0, 27.0], [37.0, 58.0], [81.0, 82.0], [135.0, 169.0]].map(|p| p.map(|v| v / 32.0));
    let cases = [
        (
            1,
            Case { yolo: yolo(&v2, &[0, 1, 2], 3, 0.6, [1.0, 5.0, 1.0, 1.0], (true, true)), sizes: [2, 4, 4, 5] },
            [92.63545850888964, 61.18399459655181, 12345.513877465477],
        ),
        (
            2,
            Case { yolo: yolo(&v2, &[0, 1, 2], 1, 0.3, [2.0, 1.0, 0.5, 3.0], (true, false)), sizes: [3, 2, 3, 3] },
            [31.233163474032235, 23.50187659055145, 981.5572687538108],
        ),
        (
            3,
            Case { yolo: yolo(&v3, &[3, 4], 4, 0.5, [1.0; 4], (false, false)), sizes: [2, 6, 5, 4] },
            [43.00080986337966, 26.547502685434743, 7415.866071609904],
        ),
        (
            4,
            Case { yolo: yolo(&v3, &[0, 1, 2], 2, 0.2, [1.0, 2.0, 0.5, 3.0], (false, false)), sizes: [4, 5, 7, 7] },
            [64.72150994558729, 40.11345755919318, 68702.71787614004],
        ),
    ];
    for (seed, case, expected) in cases {
        let (head, boxes) = case.draw(seed);
        let (loss, grad) = case.run(&head, &boxes);
        let grad: Vec<f64> = grad.iter().map(|g| f64::from(*g)).collect();
        let total: f64 = grad.iter().map(|g| g.abs()).sum();
        let weighted: f64 = grad.iter().zip(1..).map(|(g, i)| g * f64::from(i)).sum();
        for (found, expected) in [f64::from(loss), total, weighted].into_iter().zip(expected) {
            assert!((found / expected - 1.0).abs() < 2e-6, "case {seed}: {found}, not {expected}");
        }
    }
}

#[test]
fn wrong_labels_make_the_loss_nan_and_padding_nothing() {
    let case = Case { yolo: yolo(&[[1.0, 1.0]], &[0], 2, 0.5, [1.0; 4], (false, false)), sizes: [1, 1, 2, 2] };
    let head = [0.0; 28];
    let (empty, grad) = case.run(&head, &[-1.0, 0.0, 0.0, 0.0, 0.0]);
    assert!((empty - 4.0 * 2f32.ln()).abs() < 1e-6, "four cells without an object: {empty}");
    assert_eq!(grad.iter().filter(|g| **g != 0.0).count(), 4);
    for label in [[2.0, 0.5, 0.5, 0.1, 0.1], [0.5, 0.5, 0.5, 0.1, 0.1], [0.0, 1.5, 0.5, 0.1, 0.1], [0.0; 5], [f32::NAN; 5]]
    {
        let (loss, grad) = case.run(&head, &label);
        assert!(loss.is_nan() && grad.iter().all(|g| *g == 0.0), "{label:?}");
    }
    let (edge, _) = case.run(&head, &[1.0, 1.0, 1.0, 0.1, 0.1]);
    assert!(edge.is_finite(), "the far edge belongs to the last cell");
}

fn build<T: Operator>(given: &[(&str, Value)]) -> Result<T, String> {
    let args = Args::of(T::INFO.name, T::INFO.attrs, given);
    let mut sink = Sink::new();
    T::build(&args, Span::default(), &mut sink)
        .ok_or_else(|| sink.sorted().iter().map(|d| d.message.clone()).collect::<Vec<_>>().join("; "))
}

fn anchors(numbers: &[i64]) -> (&'static str, Value) {
    ("anchors", Value::List(numbers.iter().map(|n| Value::Int(*n)).collect()))
}

#[test]
fn a_wrong_number_of_channels_is_told_with_the_sum() {
    let args = [("classes", Value::Int(80)), anchors(&[12, 18, 37, 49, 52, 132]), ("stride", Value::Int(16))];
    let op: YoloV3 = build(&args).unwrap();
    assert_eq!(op.0.head.anchors[0], [0.75, 1.125], "pixels become cells");
    let boxes = Fact::f32(vec![Dim::symbol("N"), 50.into(), 5.into()]);
    let head = |channels: i64| Fact::f32(vec![Dim::symbol("N"), Dim::num(channels), 20.into(), 20.into()]);
    assert_eq!(op.infer(&[head(255), boxes.clone()]).unwrap(), Fact::f32(Vec::new()));
    let error = op.infer(&[head(75), boxes.clone()]).unwrap_err();
    assert_eq!(
        error.message,
        "`yolo_v3` with 3 anchors and 80 classes reads anchors x (5 + classes) = 255 channels, but the head has 75: `f32[N, 75, 20, 20]`"
    );
    assert_eq!(error.wants.len(), 1);
    assert_eq!(op.infer(&[head(255), head(5)]).unwrap_err().code, codes::WRONG_RANK);
    assert_eq!(op.infer(&[boxes.clone(), boxes]).unwrap_err().code, codes::WRONG_RANK);
    let huge: YoloV2 = build(&[("classes", Value::Int(i64::MAX)), anchors(&[1, 1, 2, 2])]).unwrap();
    let boxes = Fact::f32(vec![1.into(), 1.into(), 5.into()]);
    assert_eq!(huge.infer(&[head(255), boxes]).unwrap_err().code, codes::SIZE_OVERFLOW);
}

#[test]
fn anchors_and_masks_that_make_no_sense_are_refused() {
    let with = |list: &[i64], mask: &[i64]| {
        let mask = Value::List(mask.iter().map(|n| Value::Int(*n)).collect());
        build::<YoloV3>(&[("classes", Value::Int(1)), anchors(list), ("stride", Value::Int(8)), ("mask", mask)])
    };
    assert!(with(&[1, 2, 3], &[0]).unwrap_err().starts_with("`anchors` of `yolo_v3` takes widths and heights in pairs"));
    assert!(with(&[1, 0], &[0]).is_err());
    assert_eq!(
        with(&[1, 2, 3, 4], &[2]).unwrap_err(),
        "`mask` of `yolo_v3` takes distinct anchors by number, from 0 to 1"
    );
    assert!(with(&[1, 2, 3, 4], &[0, 0]).is_err());
    assert!(with(&[1, 2, 3, 4], &[-1]).is_err());
    assert_eq!(with(&[8, 16, 24, 32], &[1]).unwrap().0.head.anchors, [[3.0, 4.0]]);
}
