//! Darknet's weights: a header and a stream of floats without names.
//!
//! Order within a layer: `load_convolutional_weights` and `load_connected_weights` in Darknet's
//! `src/parser.c`.

use super::archive::{Blob, Entry, Place, check_claim};
use super::element::Element;
use super::error::{Problem, malformed};
use super::source::{Source, u32_at};

/// The next tensor of the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The name to give it.
    pub name: String,
    /// Its shape.
    pub shape: Vec<usize>,
}

/// A layer with weights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layer {
    /// `[convolutional]`: weights of shape out, in / groups, k, k.
    Conv {
        /// Filters.
        out: usize,
        /// Channels that each filter sees.
        inputs: usize,
        /// Side of the kernel.
        kernel: usize,
    },
    /// `[connected]`: weights of shape out, in.
    Connected {
        /// Outputs.
        out: usize,
        /// Inputs.
        inputs: usize,
    },
}

impl Layer {
    /// The tensors of the layer in the order of the stream: `NAME.weight` and, without batch
    /// normalisation, `NAME.bias`; with it `BN.bias`, `BN.weight`, `BN.running_mean` and
    /// `BN.running_var`, where `bn` gives the name.
    pub fn sections(&self, name: &str, bn: Option<&str>) -> Vec<Section> {
        let section = |name: String, shape: Vec<usize>| Section { name, shape };
        let (out, weight) = match *self {
            Layer::Conv { out, inputs, kernel } => (out, vec![out, inputs, kernel, kernel]),
            Layer::Connected { out, inputs } => (out, vec![out, inputs]),
        };
        let bias = section(format!("{}.bias", bn.unwrap_or(name)), vec![out]);
        let weight = section(format!("{name}.weight"), weight);
        let statistics = bn
            .into_iter()
            .flat_map(|bn| ["weight", "running_mean", "running_var"].map(|s| section(format!("{bn}.{s}"), vec![out])));
        ordered(matches!(self, Layer::Connected { .. }), bias, weight, statistics)
    }
}

/// The parts of a layer in the order of the stream: the biases first, the weights of a connected
/// layer before the statistics of its normalisation, those of a convolution behind them.
pub fn ordered<T>(connected: bool, bias: T, weight: T, statistics: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut parts = vec![bias];
    parts.extend(statistics);
    let at = if connected { 1 } else { parts.len() };
    parts.insert(at, weight);
    parts
}

/// Version, and how many bytes precede the floats.
fn header(head: &[u8]) -> Option<(u32, u32, u64)> {
    let (major, minor) = (u32_at(head, 0)?, u32_at(head, 4)?);
    // From version 0.2 on, the count of images seen takes 64 bits.
    let wide = major < 1000 && minor < 1000 && major * 10 + minor >= 2;
    Some((major, minor, if wide { 20 } else { 16 }))
}

/// Whether a file could be Darknet's; it has no magic number.
pub(super) fn looks_like(head: &[u8]) -> bool {
    header(head).is_some_and(|(major, minor, _)| major <= 1 && minor <= 10 && head.len() >= 16)
}

pub(super) fn index(source: &mut Source, sections: &[Section]) -> Result<Vec<Entry>, Problem> {
    let head = source.prefix(16)?;
    if !looks_like(&head) {
        return Err(Problem::UnknownFormat);
    }
    let mut at = header(&head).map_or(16, |(_, _, bytes)| bytes);
    let mut entries = Vec::with_capacity(sections.len());
    for Section { name, shape } in sections {
        let size = check_claim(name, shape, Element::F32, source.len().saturating_sub(at))?;
        let place = Place::Blob { blob: Blob::plain(at, size), skip: 0, strides: None, big_endian: false };
        entries.push(Entry { name: name.clone(), shape: shape.clone(), element: Element::F32, place });
        at += size;
    }
    if at < source.len() {
        let values = (source.len() - at) / 4;
        return Err(malformed(format!("{values} values are left over after the last layer; is it another model's?")));
    }
    Ok(entries)
}
