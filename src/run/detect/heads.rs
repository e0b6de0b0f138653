//! From the values of heads to boxes.

use crate::data::{BOX_WIDTH, Image, Placed};
use crate::ops::yolo::{Candidate, Head, Rect};

use super::{Detection, Judge, METRICS, Truth, suppress};

/// What a head says of a batch of pictures.
#[derive(Clone, Copy, Debug)]
pub struct HeadValues<'a> {
    /// How the values are read.
    pub head: &'a Head,
    /// `[N, channels, height, width]`.
    pub values: &'a [f32],
    /// Channels, height, width.
    pub size: [usize; 3],
}

/// What all heads propose for the picture `index` of a batch, in units of the network's input, after
/// suppression: of two boxes of a class that overlap by more than `overlap`, the lesser goes.
pub fn candidates(heads: &[HeadValues<'_>], index: usize, threshold: f64, overlap: f64) -> Vec<Candidate> {
    let mut found = Vec::new();
    for HeadValues { head, values, size: [channels, height, width] } in heads {
        let size = channels * height * width;
        let values = values.get(index * size..(index + 1) * size);
        found.extend(values.map(|v| head.decode(v, *height, *width, threshold)).unwrap_or_default());
    }
    suppress(&found, overlap)
}

/// A threshold or an overlap as a command line has it: a number from 0 to 1.
///
/// # Errors
/// Any other text, with what to write instead.
pub fn parse_share(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(value) if (0.0..=1.0).contains(&value) => Ok(value),
        _ => Err("write a number from 0 to 1".into()),
    }
}

/// The least score that counts in a measure: precision at high recalls needs the unlikely ones too.
const MEASURED: f64 = 0.005;
/// The overlap above which a lesser box goes before it is measured, as in Darknet.
const MEASURED_NMS: f64 = 0.45;

/// Judges what heads find in the batches of a data set, in units of the network's input.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    judge: Judge,
}

impl Findings {
    /// Adds a batch of this many pictures; `labels` holds the boxes of each, as many numbers for each
    /// picture.
    pub fn add(&mut self, heads: &[HeadValues<'_>], labels: &[f32], examples: usize) {
        let room = labels.len().checked_div(examples).unwrap_or(0).max(1);
        for (index, labels) in labels.chunks_exact(room).enumerate() {
            let truths: Vec<Truth> = labels.chunks_exact(BOX_WIDTH).filter_map(truth).collect();
            self.judge.add(&truths, &candidates(heads, index, MEASURED, MEASURED_NMS));
        }
    }

    /// The result, by the names of metrics.
    pub fn values(&self) -> Vec<(String, f64)> {
        let precision = self.judge.precision();
        METRICS.iter().map(|name| name.to_string()).zip([precision.at_half, precision.mean]).collect()
    }
}

/// The object that a label stands for; `None` for one that fills up the list.
fn truth(label: &[f32]) -> Option<Truth> {
    let &[class, cx, cy, w, h] = label else { return None };
    let [x, y, width, height] = [cx, cy, w, h].map(f64::from);
    // Classes are whole numbers; the cast is exact.
    (class >= 0.0).then(|| Truth { class: class as usize, rect: Rect::centred(x, y, width, height) })
}

/// A box in the pixels of the picture that was prepared to `height` and `width`; `None` where nothing
/// of it lies within.
pub fn locate(
    found: &Candidate,
    [height, width]: [usize; 2],
    placed: Placed,
    image: &Image<'_>,
    names: &[String],
) -> Option<Detection> {
    let (height, width, rect) = (height as f64, width as f64, found.rect);
    let prepared = [rect.left * width, rect.top * height, rect.right * width, rect.bottom * height];
    let [left, top, right, bottom] = placed.place.inverse()?.rect(prepared);
    let whole = Rect { left: 0.0, top: 0.0, right: image.width as f64, bottom: image.height as f64 };
    let rect = Rect { left, top, right, bottom }.intersection(whole);
    let name = names.get(found.class).cloned().unwrap_or_else(|| found.class.to_string());
    let visible = rect.width() > 0.0 && rect.height() > 0.0;
    visible.then_some(Detection { class: found.class, name, score: found.score, rect })
}
