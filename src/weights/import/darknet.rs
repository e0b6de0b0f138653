//! Darknet's cfg.
//!
//! Conventions: `src/parser.c`, `convolutional_layer.c`, `maxpool_layer.c` and `route_layer.c`
//! of Darknet. A convolution with `pad=1` is padded by `size / 2`; a max pool by `size - 1` in
//! all, half of it before; `leaky` has the slope 0.1; layers are numbered from 0 after `[net]`.

use std::collections::HashMap;

use super::sketch::{Sketch, Source, call, padding, unless};
use super::{ImportError, Imported};
use crate::weights::darknet::{Layer, Section};

/// The most layers of a cfg.
const MAX_LAYERS: usize = 10_000;

/// One `[section]`.
struct Block<'a> {
    kind: &'a str,
    line: usize,
    values: HashMap<&'a str, (&'a str, usize)>,
}

impl<'a> Block<'a> {
    fn text(&self, key: &str) -> Option<&'a str> {
        self.values.get(key).map(|(value, _)| *value)
    }

    fn number<T: std::str::FromStr>(&self, key: &str, default: T) -> Result<T, ImportError> {
        match self.values.get(key) {
            None => Ok(default),
            Some((text, line)) => text.parse().map_err(|_| ImportError::Malformed {
                line: *line,
                what: format!("`{key}` is `{text}`, which is not such a number as it takes"),
            }),
        }
    }

    /// A size that is at least `least`.
    fn size(&self, key: &str, default: usize, least: usize) -> Result<usize, ImportError> {
        let value = self.number(key, default)?;
        if (least..=MAX_EXTENT).contains(&value) {
            return Ok(value);
        }
        Err(self.error(match self.text(key) {
            Some(_) => format!("`{key}` is {value}, which is out of range"),
            None => format!("`{key}` is missing"),
        }))
    }

    fn error(&self, what: String) -> ImportError {
        ImportError::Malformed { line: self.line, what: format!("[{}]: {what}", self.kind) }
    }
}

fn parse(text: &str) -> Result<Vec<Block<'_>>, ImportError> {
    let mut blocks: Vec<Block> = Vec::new();
    for (number, raw) in text.lines().enumerate() {
        let line = raw.trim();
        let at = number + 1;
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(kind) = line.strip_prefix('[').and_then(|l| l.split(']').next()) {
            blocks.push(Block { kind, line: at, values: HashMap::new() });
            continue;
        }
        let malformed = |what: &str| ImportError::Malformed { line: at, what: what.into() };
        let (key, value) = line.split_once('=').ok_or_else(|| malformed("expected `key=value` or `[section]`"))?;
        let value = value.split(['#', ';']).next().unwrap_or_default().trim();
        let block = blocks.last_mut().ok_or_else(|| malformed("a value before the first `[section]`"))?;
        block.values.insert(key.trim(), (value, at));
    }
    if blocks.len() > MAX_LAYERS {
        return Err(ImportError::Malformed { line: 1, what: format!("more than {MAX_LAYERS} layers") });
    }
    Ok(blocks)
}

/// Channels, height and width.
#[derive(Clone, Copy, Debug)]
struct Map {
    c: usize,
    h: usize,
    w: usize,
    /// Whether the tensor has two axes only.
    flat: bool,
}

/// The most channels, rows or columns of a map; keeps the arithmetic on them from overflowing.
const MAX_EXTENT: usize = 1 << 24;

/// What is known of a layer that others may read.
#[derive(Clone, Copy)]
struct Made {
    source: Source,
    map: Map,
}

/// Turns a cfg into a spec. Layers are called by kind and number: `conv12`, with `conv12_bn`.
///
/// # Errors
/// [`ImportError::Malformed`].
pub fn import(text: &str, stem: &str) -> Result<Imported, ImportError> {
    let blocks = parse(text)?;
    let net = match blocks.first() {
        Some(net) if matches!(net.kind, "net" | "network") => net,
        _ => return Err(ImportError::Malformed { line: 1, what: "the first section is not `[net]`".into() }),
    };
    let mut sketch = Sketch::default();
    let (map, image) = match net.text("height").or(net.text("width")) {
        None if net.text("inputs").is_some() => {
            let map = Map { c: net.size("inputs", 1, 1)?, h: 1, w: 1, flat: true };
            (map, sketch.input("features", format!("f32[N, {}]", map.c)))
        }
        _ => {
            let (h, w) = (net.size("height", 0, 1)?, net.size("width", 0, 1)?);
            let map = Map { c: net.size("channels", 3, 1)?, h, w, flat: false };
            (map, sketch.input("image", format!("f32[N, {}, {h}, {w}]", map.c)))
        }
    };
    let mut importer = Importer {
        sketch,
        made: Vec::new(),
        image: Made { source: image, map },
        heads: Vec::new(),
        notes: Vec::new(),
        sections: Vec::new(),
    };
    for (index, block) in blocks.iter().skip(1).enumerate() {
        let pooled = blocks.get(index + 2).is_some_and(|next| reads_a_map(next.kind));
        let made = importer.layer(index, block, pooled)?;
        importer.made.push(made);
    }
    Ok(importer.finish(stem))
}

fn bounded(block: &Block, extent: usize) -> Result<usize, ImportError> {
    if extent > MAX_EXTENT { Err(block.error("the map is too large".into())) } else { Ok(extent) }
}

/// Whether a layer after a global pool needs height and width to stay.
fn reads_a_map(kind: &str) -> bool {
    matches!(kind, "convolutional" | "conv" | "scale_channels" | "upsample")
}

struct Importer {
    sketch: Sketch,
    made: Vec<Made>,
    image: Made,
    heads: Vec<Source>,
    notes: Vec<String>,
    sections: Vec<Section>,
}

impl Importer {
    fn before(&self) -> Made {
        self.made.last().copied().unwrap_or(self.image)
    }

    fn finish(self, stem: &str) -> Imported {
        let heads = if self.heads.is_empty() { vec![self.before().source] } else { self.heads };
        let mut sketch = self.sketch;
        let model = sketch.fresh(stem);
        let mut head = vec![format!("Imported from the Darknet cfg `{stem}`.")];
        head.extend(self.notes.iter().map(|n| format!("Not expressed: {n}")));
        Imported { spec: sketch.write(&model, &head, &heads), notes: self.notes, sections: self.sections }
    }

    /// The layer that a number refers to: counted back where it is negative.
    fn referred(&self, block: &Block, index: usize, number: &str) -> Result<Made, ImportError> {
        let wrong = || block.error(format!("there is no layer `{number}` before it"));
        let number: isize = number.trim().parse().map_err(|_| wrong())?;
        let at = if number < 0 { index.checked_add_signed(number) } else { usize::try_from(number).ok() };
        at.and_then(|at| self.made.get(at)).copied().ok_or_else(wrong)
    }

    fn layer(&mut self, index: usize, block: &Block, pooled: bool) -> Result<Made, ImportError> {
        let before = self.before();
        match block.kind {
            "convolutional" | "conv" => self.conv(index, block),
            "connected" | "conn" => self.connected(index, block),
            "maxpool" | "max" => self.maxpool(index, block),
            "avgpool" | "avg" => {
                let op = if pooled { "reduce(mean, [2, 3], keepdims=true)" } else { "gap" };
                let map = Map { h: 1, w: 1, flat: !pooled, ..before.map };
                Ok(self.single(op.into(), &format!("avgpool{index}"), map))
            }
            "shortcut" => self.shortcut(index, block),
            "route" => self.route(index, block),
            "upsample" => {
                let scale = block.size("stride", 2, 1)?;
                let map = Map {
                    h: bounded(block, before.map.h.saturating_mul(scale))?,
                    w: bounded(block, before.map.w.saturating_mul(scale))?,
                    ..before.map
                };
                Ok(self.single(format!("upsample({scale})"), &format!("upsample{index}"), map))
            }
            "reorg" | "reorg3d" => self.reorg(index, block),
            "crop" => self.crop(index, block),
            "dropout" => {
                let p: f64 = block.number("probability", 0.5)?;
                Ok(self.single(format!("dropout({p})"), &format!("dropout{index}"), before.map))
            }
            "softmax" | "soft" => Ok(self.single("softmax".into(), &format!("softmax{index}"), before.map)),
            "scale_channels" | "sam" => self.product(index, block),
            "yolo" | "region" | "detection" | "Gaussian_yolo" => Ok(self.head(index, block)),
            "cost" => Ok(before),
            other => {
                self.notes.push(format!("layer {index}, `[{other}]` (line {}): left out", block.line));
                Ok(before)
            }
        }
    }

    /// A layer of one call on the one before it.
    fn single(&mut self, call: String, name: &str, map: Map) -> Made {
        let at = self.sketch.start(self.before().source);
        self.sketch.then(at, call, name, false);
        Made { source: Source::Statement(at), map }
    }

    fn activation(&mut self, block: &Block, index: usize, statement: usize, default: &str) {
        let activation = block.text("activation").unwrap_or(default);
        let op = match activation {
            "linear" => return,
            "leaky" => "leaky_relu(0.1)",
            "relu" => "relu",
            "relu6" => "relu6",
            "logistic" => "sigmoid",
            "tanh" => "tanh",
            "elu" => "elu",
            "swish" => "swish",
            "gelu" => "gelu",
            "mish" => "mish",
            "hardtan" => "clip(-1, 1)",
            other => {
                self.notes.push(format!("layer {index}: the activation `{other}`"));
                return;
            }
        };
        self.sketch.then(statement, op, &format!("act{index}"), false);
    }

    fn conv(&mut self, index: usize, block: &Block) -> Result<Made, ImportError> {
        let before = self.before();
        let (out, size) = (block.size("filters", 1, 1)?, block.size("size", 1, 1)?);
        let (stride, groups) = (block.size("stride", 1, 1)?, block.size("groups", 1, 1)?);
        let dilation = block.size("dilation", 1, 1)?;
        let pad = if block.number::<usize>("pad", 0)? == 0 { block.size("padding", 0, 0)? } else { size / 2 };
        let bn = block.number::<usize>("batch_normalize", 0)? != 0;
        if !before.map.c.is_multiple_of(groups) || !out.is_multiple_of(groups) {
            return Err(block.error(format!("{groups} groups do not divide {} and {out} channels", before.map.c)));
        }
        for key in ["xnor", "binary", "antialiasing", "share_index", "assisted_excitation"] {
            if block.number::<i64>(key, 0)? != 0 {
                self.notes.push(format!("layer {index}: `{key}` of a convolution"));
            }
        }
        let at = self.sketch.start(before.source);
        let arguments = [
            out.to_string(),
            size.to_string(),
            unless("stride", stride, 1),
            unless("pad", pad, 0),
            unless("dilation", dilation, 1),
            unless("groups", groups, 1),
            unless("bias", !bn, true),
        ];
        let name = self.sketch.then(at, call("conv", &arguments), &format!("conv{index}"), true);
        let bn = bn.then(|| self.sketch.then(at, "bn", &format!("{name}_bn"), true));
        let layer = Layer::Conv { out, inputs: before.map.c / groups, kernel: size };
        self.sections.extend(layer.sections(&name, bn.as_deref()));
        self.activation(block, index, at, "logistic");
        let slide = |n: usize| {
            let reach = dilation.checked_mul(size - 1)?.checked_add(1)?;
            (n + 2 * pad).checked_sub(reach).map(|rest| rest / stride + 1)
        };
        let (Some(h), Some(w)) = (slide(before.map.h), slide(before.map.w)) else {
            return Err(block.error("its kernel is larger than the padded map".into()));
        };
        Ok(Made { source: Source::Statement(at), map: Map { c: out, h, w, flat: false } })
    }

    fn connected(&mut self, index: usize, block: &Block) -> Result<Made, ImportError> {
        let Made { source, map } = self.before();
        let out = block.size("output", 1, 1)?;
        let bn = block.number::<usize>("batch_normalize", 0)? != 0;
        let inputs = [map.h, map.w].iter().try_fold(map.c, |n, &d| n.checked_mul(d));
        let inputs = inputs.ok_or_else(|| block.error("it has too many inputs".into()))?;
        let at = self.sketch.start(source);
        if !map.flat {
            self.sketch.then(at, "flatten", &format!("flatten{index}"), false);
        }
        // The bias of a normalised layer is added behind the normalisation, and is its own.
        let arguments = [out.to_string(), unless("bias", !bn, true)];
        let name = self.sketch.then(at, call("dense", &arguments), &format!("fc{index}"), true);
        let bn = bn.then(|| self.sketch.then(at, "bn", &format!("{name}_bn"), true));
        self.sections.extend(Layer::Connected { out, inputs }.sections(&name, bn.as_deref()));
        self.activation(block, index, at, "logistic");
        Ok(Made { source: Source::Statement(at), map: Map { c: out, h: 1, w: 1, flat: true } })
    }

    fn maxpool(&mut self, index: usize, block: &Block) -> Result<Made, ImportError> {
        let before = self.before();
        let stride = block.size("stride", 1, 1)?;
        let size = block.size("size", stride, 1)?;
        let pad = block.size("padding", size - 1, 0)?;
        let sides = (pad / 2, pad - pad / 2);
        let slide = |n: usize| (n + pad).checked_sub(size).map(|rest| rest / stride + 1);
        let (Some(h), Some(w)) = (slide(before.map.h), slide(before.map.w)) else {
            return Err(block.error("its window is larger than the padded map".into()));
        };
        let pads = padding(sides, sides);
        let arguments = [size.to_string(), unless("stride", stride, size), unless("pad", pads.as_str(), "0")];
        Ok(self.single(call("maxpool", &arguments), &format!("maxpool{index}"), Map { h, w, ..before.map }))
    }

    /// Blocks of pixels into channels. `[reorg]` reads its input, of `c x h x w`, as if it were
    /// `c / s^2 x s h x s w` (`reorg_cpu` in Darknet's `src/blas.c`), which trained weights expect.
    fn reorg(&mut self, index: usize, block: &Block) -> Result<Made, ImportError> {
        let Map { c, h, w, flat } = self.before().map;
        let s = block.size("stride", 1, 1)?;
        let area = bounded(block, s.saturating_mul(s))?;
        let as_it_is = block.kind == "reorg3d";
        if !h.is_multiple_of(s) || !w.is_multiple_of(s) || !(as_it_is || c.is_multiple_of(area)) {
            return Err(block.error(format!("its stride {s} does not divide {c}x{h}x{w}")));
        }
        let map = Map { c: bounded(block, c.saturating_mul(area))?, h: h / s, w: w / s, flat };
        let name = format!("{}{index}", block.kind);
        let at = self.sketch.start(self.before().source);
        if !as_it_is {
            let (tall, wide) = (bounded(block, h.saturating_mul(s))?, bounded(block, w.saturating_mul(s))?);
            self.sketch.then(at, format!("reshape([{}, {tall}, {wide}])", c / area), &format!("{name}_read"), false);
        }
        self.sketch.then(at, format!("space_to_depth({s})"), &name, false);
        if !as_it_is {
            let Map { c, h, w, .. } = map;
            self.sketch.then(at, format!("reshape([{c}, {h}, {w}])"), &format!("{name}_written"), false);
        }
        Ok(Made { source: Source::Statement(at), map })
    }

    /// The middle of the map, and pixels from -1 to 1 unless `noadjust` is set, as in inference.
    fn crop(&mut self, index: usize, block: &Block) -> Result<Made, ImportError> {
        let Made { source, map } = self.before();
        let (h, w) = (block.size("crop_height", 1, 1)?, block.size("crop_width", 1, 1)?);
        if h > map.h || w > map.w {
            return Err(block.error(format!("it cuts {h}x{w} out of {}x{}", map.h, map.w)));
        }
        let at = self.sketch.start(source);
        for (axis, from, size, name) in [(2, map.h, h, "rows"), (3, map.w, w, "columns")] {
            let begin = (from - size) / 2;
            let call = format!("slice({axis}, {begin}, {})", begin + size);
            self.sketch.then(at, call, &format!("crop{index}_{name}"), false);
        }
        if block.number::<i64>("noadjust", 0)? == 0 {
            self.sketch.then(at, "scale(2)", &format!("crop{index}_scaled"), false);
            self.sketch.then(at, "shift(-1)", &format!("crop{index}_shifted"), false);
        }
        Ok(Made { source: Source::Statement(at), map: Map { h, w, ..map } })
    }

    fn shortcut(&mut self, index: usize, block: &Block) -> Result<Made, ImportError> {
        let before = self.before();
        let from = block.text("from").ok_or_else(|| block.error("`from` is missing".into()))?;
        let mut sources = vec![before.source];
        for number in from.split(',') {
            let other = self.referred(block, index, number)?;
            let (a, b) = (before.map, other.map);
            if (a.c, a.h, a.w) != (b.c, b.h, b.w) {
                self.notes.push(format!(
                    "layer {index}: a shortcut from {}x{}x{} to {}x{}x{}, which Darknet cuts or fills",
                    b.c, b.h, b.w, a.c, a.h, a.w
                ));
            }
            sources.push(other.source);
        }
        let at = self.sketch.merge("add", sources, &format!("shortcut{index}"));
        self.activation(block, index, at, "linear");
        Ok(Made { source: Source::Statement(at), map: before.map })
    }

    /// `scale_channels` and `sam`: a product of two layers.
    fn product(&mut self, index: usize, block: &Block) -> Result<Made, ImportError> {
        let before = self.before();
        let from = block.text("from").ok_or_else(|| block.error("`from` is missing".into()))?;
        let other = self.referred(block, index, from)?;
        let at = self.sketch.merge("mul", vec![other.source, before.source], &format!("{}{index}", block.kind));
        self.activation(block, index, at, "linear");
        Ok(Made { source: Source::Statement(at), map: other.map })
    }

    fn route(&mut self, index: usize, block: &Block) -> Result<Made, ImportError> {
        let layers = block.text("layers").ok_or_else(|| block.error("`layers` is missing".into()))?;
        let (groups, group) = (block.size("groups", 1, 1)?, block.size("group_id", 0, 0)?);
        let mut parts = Vec::new();
        for number in layers.split(',').filter(|n| !n.trim().is_empty()) {
            let mut made = self.referred(block, index, number)?;
            if groups > 1 {
                made = self.group(index, block, made, groups, group)?;
            }
            parts.push(made);
        }
        let (Some(first), rest) = (parts.first().copied(), parts.get(1..).unwrap_or_default()) else {
            return Err(block.error("`layers` is empty".into()));
        };
        if rest.is_empty() {
            return Ok(first);
        }
        if rest.iter().any(|p| (p.map.h, p.map.w) != (first.map.h, first.map.w)) {
            return Err(block.error("it joins maps of different sizes".into()));
        }
        let channels = bounded(block, parts.iter().fold(0, |sum, p| p.map.c.saturating_add(sum)))?;
        let at = self.sketch.merge("concat", parts.iter().map(|p| p.source).collect(), &format!("route{index}"));
        Ok(Made { source: Source::Statement(at), map: Map { c: channels, ..first.map } })
    }

    /// One of several equal groups of a layer's channels.
    fn group(
        &mut self,
        index: usize,
        block: &Block,
        of: Made,
        groups: usize,
        group: usize,
    ) -> Result<Made, ImportError> {
        if !of.map.c.is_multiple_of(groups) || group >= groups {
            return Err(block.error(format!("there is no group {group} of {groups} in {} channels", of.map.c)));
        }
        let channels = of.map.c / groups;
        let (start, end) = (channels * group, channels * (group + 1));
        let at = self.sketch.start(of.source);
        self.sketch.then(at, format!("slice(1, {start}, {end})"), &format!("group{index}"), false);
        Ok(Made { source: Source::Statement(at), map: Map { c: channels, ..of.map } })
    }

    /// A detection head: its input is an output of the net.
    fn head(&mut self, index: usize, block: &Block) -> Made {
        let before = self.before();
        let keys = ["classes", "num", "mask", "anchors", "scale_x_y"];
        let values: Vec<String> = keys.iter().filter_map(|k| block.text(k).map(|v| format!("{k} = {v}"))).collect();
        let name = self.sketch.name(before.source).to_owned();
        self.notes.push(format!("layer {index}, `[{}]` on `{name}`: {}", block.kind, values.join("; ")));
        self.heads.push(before.source);
        before
    }
}
