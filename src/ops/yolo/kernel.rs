//! The loss of a YOLO head.

use crate::kernels::math::{exp, log1p_unit, sigmoid};
use crate::kernels::parallel;
use crate::kernels::score::class_of;
use crate::ops::lower::{Backward, Forward, Kernel, Needs, Workspace};

use super::head::{BOX, place};
use super::rect::{Rect, shape_iou};
use super::Yolo;

/// The numbers of a label: class, centre, size.
pub(super) const LABEL: usize = 5;

/// The loss over buffers of known sizes. The gradient is computed with the loss and kept.
pub(super) struct YoloKernel {
    pub yolo: Yolo,
    /// Pictures, rows, columns and labels of a picture.
    pub sizes: [usize; 4],
}

/// What a label says.
#[derive(Clone, Copy)]
enum Label {
    /// It fills up the list.
    Padding,
    /// It names no class, or its numbers are no box.
    Wrong,
    /// An object.
    Object(Object),
}

#[derive(Clone, Copy)]
struct Object {
    class: usize,
    /// Centre and size, relative to the picture.
    centre: [f64; 2],
    size: [f64; 2],
}

impl Object {
    fn rect(&self) -> Rect {
        Rect::centred(self.centre[0], self.centre[1], self.size[0], self.size[1])
    }
}

/// The gradient of one picture and what its loss is found with: `[gradient][owners][loss]`.
struct Work<'a> {
    grad: &'a mut [f32],
    /// The label that each anchor of each cell has to find; negative for none.
    owners: &'a mut [f32],
    loss: &'a mut f32,
}

impl YoloKernel {
    fn area(&self) -> usize {
        self.sizes[1] * self.sizes[2]
    }

    /// Values of a picture's head.
    fn values(&self) -> usize {
        self.yolo.head.anchors.len() * (BOX + self.yolo.head.classes) * self.area()
    }

    fn owners(&self) -> usize {
        self.yolo.head.anchors.len() * self.area()
    }

    /// What is kept for a picture.
    fn kept(&self) -> usize {
        self.values() + self.owners() + 1
    }

    fn label(&self, label: &[f32]) -> Label {
        let &[class, cx, cy, w, h] = label else { return Label::Wrong };
        if class < 0.0 {
            return Label::Padding;
        }
        let is_box = [cx, cy].iter().all(|v| (0.0..=1.0).contains(v)) && w > 0.0 && h > 0.0 && (w + h).is_finite();
        match class_of(class, self.yolo.head.classes) {
            Some(class) if is_box => Label::Object(Object {
                class,
                centre: [f64::from(cx), f64::from(cy)],
                size: [f64::from(w), f64::from(h)],
            }),
            _ => Label::Wrong,
        }
    }

    /// The loss and gradient of one picture. A wrong label makes the loss NaN, which ends a run.
    fn picture(&self, x: &[f32], labels: &[f32], work: Work<'_>) {
        work.grad.fill(0.0);
        work.owners.fill(-1.0);
        *work.loss = match self.assign(labels, work.owners) {
            true => self.differ(x, labels, work.grad, work.owners) as f32,
            false => f32::NAN,
        };
    }

    /// Gives each object to the anchor of all that its shape overlaps most, in the cell of its
    /// centre; other heads see to the objects of their own anchors. Whether all labels are right.
    fn assign(&self, labels: &[f32], owners: &mut [f32]) -> bool {
        let (height, width) = (self.sizes[1], self.sizes[2]);
        for (index, label) in labels.chunks_exact(LABEL).enumerate() {
            let object = match self.label(label) {
                Label::Padding => continue,
                Label::Wrong => return false,
                Label::Object(object) => object,
            };
            let size = [object.size[0] * width as f64, object.size[1] * height as f64];
            let Some(anchor) = self.yolo.best_anchor(size) else { continue };
            // The casts saturate; an object on the far edge belongs to the last cell.
            let row = ((object.centre[1] * height as f64) as usize).min(height - 1);
            let column = ((object.centre[0] * width as f64) as usize).min(width - 1);
            owners[anchor * self.area() + row * width + column] = index as f32;
        }
        true
    }

    fn differ(&self, x: &[f32], labels: &[f32], grad: &mut [f32], owners: &[f32]) -> f64 {
        let area = self.area();
        let step = (BOX + self.yolo.head.classes) * area;
        let mut loss = 0.0;
        for (a, (x, grad)) in x.chunks_exact(step).zip(grad.chunks_exact_mut(step)).enumerate() {
            for cell in 0..area {
                let owner = owners[a * area + cell];
                let label = |index: usize| labels.get(index * LABEL..(index + 1) * LABEL).map(|l| self.label(l));
                // The cast is exact: it was an index.
                let object = if owner >= 0.0 { label(owner as usize) } else { None };
                let rect = self.predicted(x, a, cell);
                loss += match object {
                    Some(Label::Object(object)) => self.hit(x, grad, a, cell, &object, rect),
                    _ => self.miss(x, grad, cell, labels, rect),
                };
            }
        }
        loss
    }

    fn predicted(&self, x: &[f32], anchor: usize, cell: usize) -> Rect {
        let at = |k: usize| f64::from(x[k * self.area() + cell]);
        let (height, width) = (self.sizes[1], self.sizes[2]);
        let anchor = self.yolo.head.anchors[anchor];
        place([at(0), at(1), at(2), at(3)], anchor, (cell / width, cell % width), (height, width))
    }

    /// A cell whose anchor has nothing to find. A prediction that lies well on some object all the
    /// same is not held against it.
    fn miss(&self, x: &[f32], grad: &mut [f32], cell: usize, labels: &[f32], rect: Rect) -> f64 {
        let lies_on = |label: &[f32]| match self.label(label) {
            Label::Object(object) => rect.iou(object.rect()) > f64::from(self.yolo.ignore),
            _ => false,
        };
        if labels.chunks_exact(LABEL).any(lies_on) {
            return 0.0;
        }
        let at = 4 * self.area() + cell;
        let weight = self.yolo.no_object;
        grad[at] = weight * sigmoid(x[at]);
        f64::from(weight * cross(x[at], 0.0))
    }

    /// An anchor that has to find an object.
    fn hit(&self, x: &[f32], grad: &mut [f32], anchor: usize, cell: usize, object: &Object, rect: Rect) -> f64 {
        let (area, width) = (self.area(), self.sizes[2]);
        let grid = [width as f64, self.sizes[1] as f64];
        let prior = self.yolo.head.anchors[anchor];
        let corner = [(cell % width) as f64, (cell / width) as f64];
        let weight = self.yolo.coord * (2.0 - object.size[0] * object.size[1]) as f32;
        let mut loss = 0.0f64;
        for axis in 0..2 {
            let at = axis * area + cell;
            let target = (object.centre[axis] * grid[axis] - corner[axis]) as f32;
            grad[at] = weight * (sigmoid(x[at]) - target);
            loss += f64::from(weight * cross(x[at], target));
            let at = (2 + axis) * area + cell;
            let error = x[at] - (object.size[axis] * grid[axis] / prior[axis]).ln() as f32;
            grad[at] = weight * error;
            loss += f64::from(0.5 * weight * error * error);
        }
        let at = 4 * area + cell;
        let target = if self.yolo.rescore { rect.iou(object.rect()) as f32 } else { 1.0 };
        grad[at] = self.yolo.object * (sigmoid(x[at]) - target);
        loss += f64::from(self.yolo.object * cross(x[at], target));
        loss + self.classes(x, grad, cell, object.class)
    }

    fn classes(&self, x: &[f32], grad: &mut [f32], cell: usize, class: usize) -> f64 {
        let (area, count, weight) = (self.area(), self.yolo.head.classes, self.yolo.class);
        let at = |c: usize| (BOX + c) * area + cell;
        let is = |c: usize| if c == class { 1.0f32 } else { 0.0 };
        let mut loss = 0.0f64;
        if !self.yolo.head.softmax {
            for c in 0..count {
                grad[at(c)] = weight * (sigmoid(x[at(c)]) - is(c));
                loss += f64::from(weight * cross(x[at(c)], is(c)));
            }
            return loss;
        }
        let max = (0..count).map(|c| x[at(c)]).fold(f32::NEG_INFINITY, f32::max);
        let sum: f64 = (0..count).map(|c| f64::from(exp(x[at(c)] - max))).sum();
        for c in 0..count {
            grad[at(c)] = weight * ((f64::from(exp(x[at(c)] - max)) / sum) as f32 - is(c));
        }
        f64::from(weight) * (sum.ln() + f64::from(max) - f64::from(x[at(class)]))
    }
}

/// The cross entropy of the sigmoid of `x` with a target from 0 to 1.
fn cross(x: f32, target: f32) -> f32 {
    (if x > 0.0 { x } else { 0.0 }) - x * target + log1p_unit(exp(-x.abs()))
}

impl Yolo {
    /// The head's own anchor that a box of this size in cells belongs to; `None` where it belongs
    /// to an anchor of another head. Of equal anchors the first.
    pub(super) fn best_anchor(&self, size: [f64; 2]) -> Option<usize> {
        let better = |best: (usize, f64), (index, anchor): (usize, &[f64; 2])| {
            let overlap = shape_iou(size, *anchor);
            if overlap > best.1 { (index, overlap) } else { best }
        };
        let (best, _) = self.all.iter().enumerate().fold((0, -1.0), better);
        self.mask.iter().position(|own| *own == best)
    }
}

impl Kernel for YoloKernel {
    fn workspace(&self) -> Workspace {
        Workspace { saved: vec![self.sizes[0] * self.kept()], ..Workspace::default() }
    }

    fn needs(&self) -> Needs {
        Needs::default()
    }

    fn in_place(&self) -> bool {
        false
    }

    fn forward(&self, f: Forward<'_, '_>) {
        let ([kept], &[x, labels]) = (f.saved, f.inputs) else { return };
        let (values, owners, room) = (self.values(), self.owners(), self.sizes[3] * LABEL);
        let work = x.len().saturating_mul(8);
        parallel::for_chunks(kept, self.kept(), work, |n, kept| {
            let (grad, rest) = kept.split_at_mut(values);
            let (owners, loss) = rest.split_at_mut(owners);
            let work = Work { grad, owners, loss: &mut loss[0] };
            self.picture(&x[n * values..(n + 1) * values], &labels[n * room..(n + 1) * room], work);
        });
        let sum: f64 = kept.chunks_exact(self.kept()).filter_map(<[f32]>::last).map(|l| f64::from(*l)).sum();
        f.output[0] = (sum / self.sizes[0] as f64) as f32;
    }

    fn backward(&self, b: Backward<'_, '_>) {
        let [of_head, of_labels] = b.grad_inputs else { return };
        let unit = b.grad_output[0] / self.sizes[0] as f32;
        let values = self.values();
        if let Some(grad) = of_head {
            let pictures = grad.chunks_exact_mut(values).zip(b.saved[0].chunks_exact(self.kept()));
            for (grad, kept) in pictures {
                grad.iter_mut().zip(kept).for_each(|(g, k)| *g = unit * k);
            }
        }
        // Labels are constants.
        if let Some(grad) = of_labels {
            grad.fill(0.0);
        }
    }
}
