//! Where a prepared image lies in the one it was made from.

/// An affine map of places in an image to places in what was made of it: `x' = a x + b y + c` and
/// `y' = d x + e y + f`, in pixels from the upper left corner, so that the right edge of an image
/// is its width.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placement {
    /// `[a, b, c]`.
    x: [f64; 3],
    /// `[d, e, f]`.
    y: [f64; 3],
}

impl Placement {
    /// Nothing moves.
    pub const IDENTITY: Placement = Placement { x: [1.0, 0.0, 0.0], y: [0.0, 1.0, 0.0] };

    /// Scales each axis, then shifts.
    pub(super) fn scaled(scale: (f64, f64), shift: (f64, f64)) -> Self {
        Placement { x: [scale.0, 0.0, shift.0], y: [0.0, scale.1, shift.1] }
    }

    /// `x' = a x + b y + c`, `y' = d x + e y + f`.
    pub(super) fn affine(x: [f64; 3], y: [f64; 3]) -> Self {
        Placement { x, y }
    }

    /// This map, then another.
    #[must_use]
    pub(super) fn then(self, next: Placement) -> Placement {
        let row = |[a, b, c]: [f64; 3]| {
            [a * self.x[0] + b * self.y[0], a * self.x[1] + b * self.y[1], a * self.x[2] + b * self.y[2] + c]
        };
        Placement { x: row(next.x), y: row(next.y) }
    }

    /// Where a place goes.
    pub fn apply(&self, x: f64, y: f64) -> (f64, f64) {
        let row = |[a, b, c]: [f64; 3]| a * x + b * y + c;
        (row(self.x), row(self.y))
    }

    /// The way back; `None` where the image was flattened.
    pub fn inverse(&self) -> Option<Placement> {
        let ([a, b, c], [d, e, f]) = (self.x, self.y);
        let det = a * e - b * d;
        (det != 0.0 && det.is_finite()).then(|| Placement {
            x: [e / det, -b / det, (b * f - c * e) / det],
            y: [-d / det, a / det, (c * d - a * f) / det],
        })
    }

    /// The box `[left, top, right, bottom]` that holds the corners of a box where they go.
    pub fn rect(&self, [left, top, right, bottom]: [f64; 4]) -> [f64; 4] {
        let corners = [(left, top), (right, top), (left, bottom), (right, bottom)].map(|(x, y)| self.apply(x, y));
        let empty = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
        corners.iter().fold(empty, |[l, t, r, b], (x, y)| [l.min(*x), t.min(*y), r.max(*x), b.max(*y)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_follow_one_another_and_go_back() {
        let halved = Placement::scaled((0.5, 0.25), (3.0, 0.0));
        let turned = Placement::affine([0.0, -1.0, 10.0], [1.0, 0.0, 0.0]);
        let both = halved.then(turned);
        let (x, y) = halved.apply(4.0, 8.0);
        assert_eq!((x, y), (5.0, 2.0));
        assert_eq!(both.apply(4.0, 8.0), turned.apply(5.0, 2.0));
        assert_eq!(both.inverse().unwrap().apply(8.0, 5.0), (4.0, 8.0));
        assert_eq!(both.rect([0.0, 0.0, 2.0, 4.0]), [9.0, 3.0, 10.0, 4.0]);
        assert_eq!(Placement::scaled((0.0, 1.0), (0.0, 0.0)).inverse(), None);
    }
}
