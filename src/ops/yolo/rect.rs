//! Axis-aligned rectangles.

/// A rectangle by its corners, in any unit; `x` to the right, `y` downwards.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    /// The left edge.
    pub left: f64,
    /// The upper edge.
    pub top: f64,
    /// The right edge.
    pub right: f64,
    /// The lower edge.
    pub bottom: f64,
}

impl Rect {
    /// The rectangle of this centre, width and height.
    pub fn centred(cx: f64, cy: f64, width: f64, height: f64) -> Self {
        Self { left: cx - width / 2.0, top: cy - height / 2.0, right: cx + width / 2.0, bottom: cy + height / 2.0 }
    }

    /// Its extent to the right.
    pub fn width(self) -> f64 {
        self.right - self.left
    }

    /// Its extent downwards.
    pub fn height(self) -> f64 {
        self.bottom - self.top
    }

    /// Its area.
    pub fn area(self) -> f64 {
        self.width() * self.height()
    }

    /// What both cover; where they are apart, a rectangle of negative width or height.
    pub fn intersection(self, other: Rect) -> Rect {
        Rect {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.min(other.right),
            bottom: self.bottom.min(other.bottom),
        }
    }

    /// The area that both cover divided by the area that either covers (Jaccard's index); 0 where
    /// they are apart or touch.
    pub fn iou(self, other: Rect) -> f64 {
        let both = self.intersection(other);
        if !(both.width() > 0.0 && both.height() > 0.0) {
            return 0.0;
        }
        let shared = both.area();
        shared / (self.area() + other.area() - shared)
    }
}

/// The intersection over union of two sizes that share their centre, by which boxes are compared
/// with anchors.
pub fn shape_iou(a: [f64; 2], b: [f64; 2]) -> f64 {
    let shared = a[0].min(b[0]) * a[1].min(b[1]);
    shared / (a[0] * a[1] + b[0] * b[1] - shared)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlap_of_known_rectangles() {
        let a = Rect { left: 0.0, top: 0.0, right: 4.0, bottom: 2.0 };
        assert_eq!(a.iou(a), 1.0);
        assert_eq!(a.iou(Rect { left: 2.0, right: 6.0, ..a }), 4.0 / 12.0);
        assert_eq!(a.iou(Rect { left: 4.0, right: 6.0, ..a }), 0.0);
        assert_eq!(a.iou(Rect { left: 5.0, right: 6.0, ..a }), 0.0);
        assert_eq!(Rect::centred(2.0, 1.0, 4.0, 2.0), a);
        assert_eq!(shape_iou([4.0, 2.0], [2.0, 4.0]), 4.0 / 12.0);
    }
}
