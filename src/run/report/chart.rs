//! Line charts, laid out as the numbers that the page's SVG elements hold.

use serde::Serialize;

/// The size of a chart in its own units, which are about a pixel.
const WIDTH: f64 = 400.0;
const HEIGHT: f64 = 250.0;
const LEFT: f64 = 52.0;
const RIGHT: f64 = 10.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 38.0;
/// Points of a line that are drawn; of more, evenly spaced ones.
const POINTS: usize = 1000;
/// Lines of no more points than these have a mark with a tooltip at each.
const MARKED: usize = 60;
/// Colours of the page.
const COLORS: usize = 8;

/// A line, as numbers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    /// What it is called.
    pub(super) name: String,
    /// Which of the page's colours it has.
    pub(super) color: usize,
    /// Whether it is dashed.
    pub(super) dashed: bool,
    /// Its points; it is broken where one is not finite.
    pub(super) points: Vec<(f64, f64)>,
}

/// A chart as the page holds it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Chart {
    title: String,
    x_title: String,
    width: f64,
    height: f64,
    /// The frame: left, top, right, bottom.
    frame: [f64; 4],
    x_ticks: Vec<Tick>,
    y_ticks: Vec<Tick>,
    lines: Vec<Drawn>,
    /// A diagonal from the lower left to the upper right.
    diagonal: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Tick {
    at: f64,
    text: String,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Drawn {
    name: String,
    color: usize,
    dashed: bool,
    path: String,
    marks: Vec<Mark>,
    /// The last value, for the legend.
    last: String,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Mark {
    x: f64,
    y: f64,
    text: String,
}

/// A linear map of a range of values onto a range of the page.
#[derive(Clone, Copy)]
struct Scale {
    from: (f64, f64),
    to: (f64, f64),
}

impl Scale {
    fn at(self, value: f64) -> f64 {
        let share = (value - self.from.0) / (self.from.1 - self.from.0);
        round(self.to.0 + share * (self.to.1 - self.to.0))
    }
}

/// Two decimals are enough for a drawing.
fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

impl Chart {
    /// Lines over epochs; `None` where there is nothing to draw.
    pub(super) fn over_epochs(title: &str, lines: &[Line]) -> Option<Self> {
        let finite = || lines.iter().flat_map(|l| &l.points).filter(|(x, y)| x.is_finite() && y.is_finite());
        let range = |pick: fn(&(f64, f64)) -> f64| {
            finite().map(pick).fold((f64::INFINITY, f64::NEG_INFINITY), |r, v| (r.0.min(v), r.1.max(v)))
        };
        let (x, y) = (range(|p| p.0), range(|p| p.1));
        let whole = |ticks: Vec<f64>| ticks.into_iter().filter(|t| t.fract() == 0.0).collect();
        (x.0 <= x.1).then(|| Self::new(title, "epoch", lines, (widened(x, 0.0), x), widened(y, 0.05), whole))
    }

    /// ROC curves: both axes from 0 to 1.
    pub(super) fn roc(lines: &[Line]) -> Self {
        let unit = (0.0, 1.0);
        let chart = Self::new("ROC", "false positive rate", lines, (unit, unit), unit, |ticks| ticks);
        Self { diagonal: true, ..chart }
    }

    fn new(
        title: &str,
        x_title: &str,
        lines: &[Line],
        (x_range, x_ticked): ((f64, f64), (f64, f64)),
        y_range: (f64, f64),
        keep: impl Fn(Vec<f64>) -> Vec<f64>,
    ) -> Self {
        let x = Scale { from: x_range, to: (LEFT, WIDTH - RIGHT) };
        let y = Scale { from: y_range, to: (HEIGHT - BOTTOM, TOP) };
        let tick =
            |scale: Scale, step: f64| move |value: &f64| Tick { at: scale.at(*value), text: shown(*value, step) };
        let (x_values, y_values) = (keep(ticks(x_ticked, 6)), ticks(y_range, 5));
        let step = |values: &[f64]| values.get(1).zip(values.first()).map_or(1.0, |(b, a)| b - a);
        Self {
            title: title.into(),
            x_title: x_title.into(),
            width: WIDTH,
            height: HEIGHT,
            frame: [LEFT, TOP, WIDTH - RIGHT, HEIGHT - BOTTOM],
            x_ticks: x_values.iter().map(tick(x, step(&x_values))).collect(),
            y_ticks: y_values.iter().map(tick(y, step(&y_values))).collect(),
            lines: lines.iter().map(|line| drawn(line, x, y, title)).collect(),
            diagonal: false,
        }
    }
}

fn drawn(line: &Line, x: Scale, y: Scale, title: &str) -> Drawn {
    let stride = line.points.len().div_ceil(POINTS).max(1);
    let last = line.points.len().saturating_sub(1);
    let kept = line.points.iter().enumerate().filter(|(i, _)| i % stride == 0 || *i == last).map(|(_, p)| *p);
    let (mut path, mut marks, mut pen_down) = (String::new(), Vec::new(), false);
    let marked = title != "ROC" && line.points.len() <= MARKED;
    for (px, py) in kept {
        if !(px.is_finite() && py.is_finite()) {
            pen_down = false;
            continue;
        }
        let (ax, ay) = (x.at(px), y.at(py));
        path.push_str(&format!("{}{ax} {ay}", if pen_down { "L" } else { "M" }));
        pen_down = true;
        if marked {
            marks.push(Mark { x: ax, y: ay, text: format!("{}, epoch {px}: {}", line.name, number(py)) });
        }
    }
    let last = line.points.iter().rev().map(|p| p.1).find(|v| v.is_finite()).map(number).unwrap_or_default();
    Drawn { name: line.name.clone(), color: line.color % COLORS, dashed: line.dashed, path, marks, last }
}

/// A range with a margin; one of a single value gets a width.
fn widened((low, high): (f64, f64), margin: f64) -> (f64, f64) {
    let pad = match high - low {
        span if span > 0.0 => span * margin,
        _ if low == 0.0 => 0.5,
        _ => low.abs() * 0.5,
    };
    (low - pad, high + pad)
}

/// About `count` round numbers within a range: steps of 1, 2 or 5 times a power of ten.
fn ticks((low, high): (f64, f64), count: usize) -> Vec<f64> {
    let rough = (high - low) / count as f64;
    if !(rough.is_finite() && rough > 0.0) {
        return vec![low];
    }
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|f| f * power).into_iter().find(|s| *s >= rough).unwrap_or(power);
    let first = (low / step).ceil();
    let last = (high / step + 1e-9).floor();
    // The range holds at most a few steps by its construction; a bound all the same.
    (0..32).map(|i| first + f64::from(i)).take_while(|k| *k <= last).map(|k| k * step).collect()
}

/// A tick with as many decimals as its step has.
fn shown(value: f64, step: f64) -> String {
    let value = if value == 0.0 { 0.0 } else { value };
    let exponent = step.abs().log10().floor();
    match exponent {
        e if e < -4.0 || value.abs() >= 1e6 => format!("{value:.1e}"),
        e => format!("{value:.*}", (-e).max(0.0) as usize),
    }
}

/// A value with four significant digits.
pub(super) fn number(value: f64) -> String {
    match value.abs() {
        a if !a.is_finite() => "undefined".into(),
        0.0 => "0".into(),
        a if !(1e-3..1e6).contains(&a) => format!("{value:.3e}"),
        a if a < 10.0 => format!("{value:.4}"),
        a if a < 1000.0 => format!("{value:.2}"),
        _ => format!("{value:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_numbers() {
        assert_eq!(ticks((0.0, 1.0), 5), [0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0]);
        assert_eq!(ticks((1.0, 10.0), 6), [2.0, 4.0, 6.0, 8.0, 10.0]);
        assert_eq!(ticks((3.0, 3.0), 6), [3.0]);
        assert_eq!(
            (shown(0.6000000000000001, 0.2), shown(20.0, 10.0), shown(-0.0, 0.5)),
            ("0.6".into(), "20".into(), "0.0".into())
        );
        assert_eq!(shown(2e-6, 1e-6), "2.0e-6");
    }

    #[test]
    fn lines_break_where_a_value_is_not_finite() {
        let points = vec![(1.0, 0.5), (2.0, f64::NAN), (3.0, 0.7), (4.0, 0.9)];
        let line = Line { name: "a".into(), color: 9, dashed: false, points };
        let chart = Chart::over_epochs("loss", &[line]).expect("it has points");
        assert_eq!(chart.lines[0].path.matches('M').count(), 2);
        assert_eq!(chart.lines[0].marks.len(), 3);
        assert_eq!((chart.lines[0].color, chart.lines[0].last.as_str()), (1, "0.9000"));
        let nothing = Line { name: "a".into(), color: 0, dashed: false, points: vec![(1.0, f64::INFINITY)] };
        assert_eq!(Chart::over_epochs("loss", &[nothing]), None);
    }

    #[test]
    fn long_lines_keep_their_last_point() {
        let points = (0..5001).map(|i| (f64::from(i), f64::from(i))).collect();
        let chart = Chart::over_epochs("loss", &[Line { name: "a".into(), color: 0, dashed: true, points }]);
        let path = chart.expect("it has points").lines[0].path.clone();
        assert!(path.matches(['L', 'M']).count() <= POINTS + 1);
        assert!(path.ends_with(&format!("L{} {}", WIDTH - RIGHT, round(TOP + (HEIGHT - BOTTOM - TOP) * 0.05 / 1.1))));
    }
}
