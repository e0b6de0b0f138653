//! Caffe's prototxt.
//!
//! Conventions: `src/caffe/proto/caffe.proto` and the layers' sources. Pools round up and, when
//! they average, count the padding; LRN divides alpha by its size; batch normalisation is a
//! `BatchNorm` layer without weights of its own and a `Scale` layer after it.

use std::collections::HashMap;

use super::prototxt::{Message, parse};
use super::sketch::{Sketch, Source, call, padding, pair, unless};
use super::{ImportError, Imported};

/// The most layers.
const MAX_LAYERS: usize = 10_000;

/// Layers of training alone, and those that pass their input on.
const WITHOUT_EFFECT: &[&str] =
    &["Accuracy", "Silence", "Split", "SoftmaxWithLoss", "EuclideanLoss", "SigmoidCrossEntropyLoss", "HingeLoss"];

/// Turns a prototxt into a spec. Layers of the training phase alone are left out.
///
/// # Errors
/// [`ImportError::Malformed`].
pub fn import(text: &str, stem: &str) -> Result<Imported, ImportError> {
    let net = parse(text)?;
    let layers: Vec<&Message> =
        net.messages("layer").chain(net.messages("layers")).filter(|l| !only_trains(l)).collect();
    if layers.is_empty() {
        return Err(ImportError::UnknownFormat);
    }
    if layers.len() > MAX_LAYERS {
        return Err(ImportError::Malformed { line: 1, what: format!("more than {MAX_LAYERS} layers") });
    }
    let mut importer = Importer::default();
    importer.net_inputs(&net)?;
    let mut skip = None;
    for (at, layer) in layers.iter().enumerate() {
        if skip == Some(at) {
            continue;
        }
        let scale = layers.get(at + 1).copied().filter(|next| is_scale_of(next, layer));
        if kind(layer) == "BatchNorm" && scale.is_some() {
            skip = Some(at + 1);
        }
        importer.layer(layer, scale)?;
    }
    Ok(importer.finish(net.text("name").filter(|n| !n.is_empty()).unwrap_or(stem)))
}

fn only_trains(layer: &Message) -> bool {
    let mut rules = layer.messages("include").peekable();
    rules.peek().is_some() && rules.all(|r| r.text("phase") == Some("TRAIN"))
}

/// The kind of a layer, in today's spelling.
fn kind<'a>(layer: &Message<'a>) -> &'a str {
    match layer.text("type").unwrap_or_default() {
        "CONVOLUTION" => "Convolution",
        "DECONVOLUTION" => "Deconvolution",
        "POOLING" => "Pooling",
        "INNER_PRODUCT" => "InnerProduct",
        "RELU" => "ReLU",
        "SIGMOID" => "Sigmoid",
        "TANH" => "TanH",
        "DROPOUT" => "Dropout",
        "SOFTMAX" => "Softmax",
        "SOFTMAX_LOSS" => "SoftmaxWithLoss",
        "CONCAT" => "Concat",
        "ELTWISE" => "Eltwise",
        "FLATTEN" => "Flatten",
        "SPLIT" => "Split",
        "ACCURACY" => "Accuracy",
        "DATA" => "Data",
        other => other,
    }
}

/// Whether a layer is the scale that belongs to a batch normalisation.
fn is_scale_of(scale: &Message, norm: &Message) -> bool {
    kind(scale) == "Scale"
        && scale.texts("bottom").count() == 1
        && scale.text("bottom").is_some()
        && scale.text("bottom") == norm.text("top")
}

/// What stands under a blob's name.
#[derive(Clone, Copy)]
struct Blob {
    source: Source,
    /// Whether it has two axes only.
    flat: bool,
}

#[derive(Default)]
struct Importer<'a> {
    sketch: Sketch,
    blobs: HashMap<&'a str, Blob>,
    /// The blobs that nothing has read yet, in order.
    unread: Vec<&'a str>,
    notes: Vec<String>,
}

/// A kernel's size, stride or padding: one number, two, or `_h` and `_w`.
fn sizes(p: &Message, name: &str, default: usize) -> Result<(usize, usize), ImportError> {
    let short = name.trim_end_matches("_size");
    let (h, w) = (p.number(&format!("{short}_h"))?, p.number(&format!("{short}_w"))?);
    if let (Some(h), Some(w)) = (h, w) {
        return Ok((h, w));
    }
    let list = p.texts(name).map(|t| p.parse(name, t)).collect::<Result<Vec<usize>, _>>()?;
    Ok(match list[..] {
        [] => (default, default),
        [one] => (one, one),
        [h, w, ..] => (h, w),
    })
}

impl<'a> Importer<'a> {
    fn note(&mut self, layer: &Message, what: &str) {
        let name = layer.text("name").unwrap_or("?");
        self.notes.push(format!("layer `{name}` (line {}): {what}", layer.line));
    }

    /// `input: "data"` with `input_dim` or `input_shape`.
    fn net_inputs(&mut self, net: &Message<'a>) -> Result<(), ImportError> {
        let dims = net.texts("input_dim").map(|d| net.parse("input_dim", d)).collect::<Result<Vec<u64>, _>>()?;
        let shapes: Vec<&Message> = net.messages("input_shape").collect();
        for (at, name) in net.texts("input").enumerate() {
            let shape = match shapes.get(at) {
                Some(shape) => shape_of(shape)?,
                None => dims.get(4 * at..4 * at + 4).unwrap_or_default().to_vec(),
            };
            self.input(name, &shape);
        }
        Ok(())
    }

    fn input(&mut self, name: &'a str, shape: &[u64]) {
        let mut dims = vec!["N".to_owned()];
        if shape.len() > 1 {
            dims.extend(shape[1..].iter().map(u64::to_string));
        } else {
            self.notes.push(format!("the shape of the input `{name}`, taken to be 3x224x224"));
            dims.extend(["3", "224", "224"].map(str::to_owned));
        }
        let source = self.sketch.input(name, format!("f32[{}]", dims.join(", ")));
        self.set(name, Blob { source, flat: dims.len() == 2 });
    }

    fn set(&mut self, name: &'a str, blob: Blob) {
        self.unread.retain(|n| *n != name);
        self.unread.push(name);
        self.blobs.insert(name, blob);
    }

    /// The blobs that a layer reads.
    fn bottoms(&mut self, layer: &Message<'a>) -> Result<Vec<Blob>, ImportError> {
        let mut blobs = Vec::new();
        for name in layer.texts("bottom") {
            self.unread.retain(|n| *n != name);
            blobs.push(*self.blobs.get(name).ok_or_else(|| ImportError::Malformed {
                line: layer.line,
                what: format!("nothing before it makes the blob `{name}`"),
            })?);
        }
        Ok(blobs)
    }

    fn layer(&mut self, layer: &Message<'a>, scale: Option<&Message<'a>>) -> Result<(), ImportError> {
        let kind = kind(layer);
        match kind {
            "Input" | "Data" | "ImageData" | "HDF5Data" | "MemoryData" | "DummyData" => return self.data(layer),
            _ if WITHOUT_EFFECT.contains(&kind) => return self.pass(layer),
            _ => {}
        }
        let bottoms = self.bottoms(layer)?;
        let Some(first) = bottoms.first().copied() else {
            self.note(layer, &format!("`{kind}` reads nothing, and is left out"));
            return Ok(());
        };
        if kind == "Slice" {
            return self.slice(layer, first);
        }
        let made = match kind {
            "Concat" | "Eltwise" => self.merge(layer, kind, &bottoms)?,
            _ => {
                let at = self.sketch.start(first.source);
                let flat = self.single(layer, kind, scale, at, first.flat)?;
                Blob { source: Source::Statement(at), flat }
            }
        };
        // A batch normalisation ends where its scale does.
        let last = scale.filter(|_| kind == "BatchNorm").unwrap_or(layer);
        for top in last.texts("top") {
            self.set(top, made);
        }
        if layer.texts("top").count() > 1 {
            self.note(layer, "its outputs after the first, for which the first stands");
        }
        Ok(())
    }

    /// One slice for each output, between the points.
    fn slice(&mut self, layer: &Message<'a>, of: Blob) -> Result<(), ImportError> {
        let none = Message::default();
        let p = layer.message("slice_param").unwrap_or(&none);
        let axis = p.number::<i64>("axis")?.or(p.number("slice_dim")?).unwrap_or(1);
        let points = p.texts("slice_point").map(|t| p.parse("slice_point", t)).collect::<Result<Vec<u64>, _>>()?;
        let tops: Vec<&str> = layer.texts("top").collect();
        if points.len() + 1 != tops.len() {
            self.note(layer, "a slice into equal parts, whose points are not written; each output is the whole");
            tops.iter().for_each(|top| self.set(top, of));
            return Ok(());
        }
        for (i, top) in tops.iter().enumerate() {
            let start = if i == 0 { 0 } else { points[i - 1] };
            let end = points.get(i).map_or(String::new(), |end| format!("end={end}"));
            let at = self.sketch.start(of.source);
            self.sketch.then(at, call("slice", &[axis.to_string(), start.to_string(), end]), top, false);
            self.set(top, Blob { source: Source::Statement(at), flat: of.flat });
        }
        Ok(())
    }

    /// A layer that makes an input.
    fn data(&mut self, layer: &Message<'a>) -> Result<(), ImportError> {
        let Some(name) = layer.text("top").or(layer.text("name")) else { return Ok(()) };
        let shape = match layer.message("input_param").and_then(|p| p.message("shape")) {
            Some(shape) => shape_of(shape)?,
            None => match layer.message("transform_param").map(|p| p.number::<u64>("crop_size")).transpose()? {
                Some(Some(crop)) => vec![1, 3, crop, crop],
                _ => Vec::new(),
            },
        };
        if !self.blobs.contains_key(name) {
            self.input(name, &shape);
        }
        Ok(())
    }

    /// A layer that has no part in what the net computes: its outputs stand for its input.
    fn pass(&mut self, layer: &Message<'a>) -> Result<(), ImportError> {
        if !matches!(kind(layer), "Split") {
            if kind(layer) != "Accuracy" && kind(layer) != "Silence" {
                self.note(layer, &format!("the loss `{}`; write it under `loss`", kind(layer)));
            }
            return Ok(());
        }
        if let Some(blob) = self.bottoms(layer)?.first().copied() {
            layer.texts("top").for_each(|top| self.set(top, blob));
        }
        Ok(())
    }

    fn merge(&mut self, layer: &Message<'a>, kind: &str, bottoms: &[Blob]) -> Result<Blob, ImportError> {
        let name = layer.text("name").unwrap_or("merge");
        let mut sources: Vec<Source> = bottoms.iter().map(|b| b.source).collect();
        let op = if kind == "Concat" {
            let axis = match layer.message("concat_param") {
                Some(p) => p.number::<i64>("axis")?.or(p.number("concat_dim")?).unwrap_or(1),
                None => 1,
            };
            if axis != 1 {
                self.note(layer, &format!("a concatenation along axis {axis}, made along the channels"));
            }
            "concat"
        } else {
            self.eltwise(layer, &mut sources)?
        };
        let at = match (op, &sources[..]) {
            // These take two inputs; more are taken one after another.
            ("maximum" | "sub", [first, rest @ ..]) if !rest.is_empty() => {
                let mut so_far = *first;
                for next in rest {
                    so_far = Source::Statement(self.sketch.pair(op, [so_far, *next], name));
                }
                return Ok(Blob { source: so_far, flat: bottoms.iter().all(|b| b.flat) });
            }
            _ => self.sketch.merge(op, sources, name),
        };
        Ok(Blob { source: Source::Statement(at), flat: bottoms.iter().all(|b| b.flat) })
    }

    fn eltwise(&mut self, layer: &Message<'a>, sources: &mut [Source]) -> Result<&'static str, ImportError> {
        let Some(p) = layer.message("eltwise_param") else { return Ok("add") };
        let factors = p.texts("coeff").map(|c| p.parse("coeff", c)).collect::<Result<Vec<f64>, _>>()?;
        Ok(match p.text("operation").unwrap_or("SUM") {
            "PROD" | "0" => "mul",
            "MAX" | "2" => "maximum",
            _ if factors == [1.0, -1.0] => "sub",
            _ => {
                for (source, factor) in sources.iter_mut().zip(factors).filter(|(_, f)| *f != 1.0) {
                    let at = self.sketch.start(*source);
                    self.sketch.then(at, format!("scale({factor})"), "scaled", false);
                    *source = Source::Statement(at);
                }
                "add"
            }
        })
    }

    /// Adds the calls of a layer with one input; says whether the result has two axes only.
    fn single(
        &mut self,
        layer: &Message<'a>,
        kind: &str,
        scale: Option<&Message<'a>>,
        at: usize,
        flat: bool,
    ) -> Result<bool, ImportError> {
        let name = layer.text("name").unwrap_or(kind);
        let none = Message::default();
        let param = |field: &str| layer.message(field).unwrap_or(&none);
        let op = match kind {
            "Convolution" | "Deconvolution" | "DepthwiseConvolution" => return self.conv(layer, kind, at, name),
            "Pooling" => return self.pool(layer, at, name),
            "InnerProduct" => {
                let p = param("inner_product_param");
                let out = required(layer, p, "num_output")?;
                if !flat {
                    self.sketch.then(at, "flatten", &format!("{name}_flat"), false);
                }
                let arguments = [out.to_string(), unless("bias", p.text("bias_term") != Some("false"), true)];
                self.sketch.then(at, call("dense", &arguments), name, true);
                return Ok(true);
            }
            "Flatten" => {
                self.sketch.then(at, "flatten", name, false);
                return Ok(true);
            }
            "BatchNorm" => return self.norm(layer, scale, at, name).map(|()| flat),
            "Scale" => {
                if flat {
                    self.note(layer, "a scale of features without batch normalisation");
                } else {
                    let bias = param("scale_param").text("bias_term") == Some("true");
                    self.sketch.then(at, call("depthwise", &["1".into(), unless("bias", bias, true)]), name, true);
                }
                return Ok(flat);
            }
            "Reshape" => {
                let dims = param("reshape_param").message("shape").map(shape_text).transpose()?.flatten();
                let Some(dims) = dims else {
                    self.note(layer, "a reshape of the batch, or of sizes that it takes over");
                    return Ok(flat);
                };
                self.sketch.then(at, format!("reshape([{}])", dims.join(", ")), name, false);
                return Ok(dims.len() == 1);
            }
            "LRN" => self.lrn(layer, param("lrn_param"))?,
            "Dropout" => {
                let p = param("dropout_param").number::<f64>("dropout_ratio")?.unwrap_or(0.5);
                Some(format!("dropout({p})"))
            }
            "Power" => self.power(param("power_param"))?,
            _ => activation(kind, layer)?,
        };
        match op {
            Some(op) => {
                let weights = op == "prelu";
                self.sketch.then(at, op, name, weights);
            }
            None => self.note(layer, &format!("`{kind}` as it is set here; it is left out")),
        }
        Ok(flat)
    }

    fn conv(&mut self, layer: &Message<'a>, kind: &str, at: usize, name: &str) -> Result<bool, ImportError> {
        let none = Message::default();
        let p = layer.message("convolution_param").unwrap_or(&none);
        let out = required(layer, p, "num_output")?;
        let (kernel, stride) = (sizes(p, "kernel_size", 0)?, sizes(p, "stride", 1)?);
        let (pad, dilation) = (sizes(p, "pad", 0)?, sizes(p, "dilation", 1)?);
        if kernel.0 == 0 || kernel.1 == 0 || stride.0 == 0 || stride.1 == 0 {
            return Err(ImportError::Malformed { line: layer.line, what: "a kernel or stride of zero".into() });
        }
        let groups = if kind == "DepthwiseConvolution" { Some(out) } else { p.number("group")? };
        let arguments = [
            out.to_string(),
            pair(kernel.0, kernel.1),
            unless("stride", pair(stride.0, stride.1), "1".into()),
            unless("pad", padding((pad.0, pad.0), (pad.1, pad.1)), "0".into()),
            unless("dilation", pair(dilation.0, dilation.1), "1".into()),
            unless("groups", groups.unwrap_or(1), 1),
            unless("bias", p.text("bias_term") != Some("false"), true),
        ];
        let op = if kind == "Deconvolution" { "conv_transpose" } else { "conv" };
        self.sketch.then(at, call(op, &arguments), name, true);
        Ok(false)
    }

    fn pool(&mut self, layer: &Message<'a>, at: usize, name: &str) -> Result<bool, ImportError> {
        let none = Message::default();
        let p = layer.message("pooling_param").unwrap_or(&none);
        let average = match p.text("pool").unwrap_or("MAX") {
            "MAX" | "0" => false,
            "AVE" | "1" => true,
            other => {
                self.note(layer, &format!("`{other}` pooling, made an average"));
                true
            }
        };
        if p.text("global_pooling") == Some("true") {
            let op = if average { "mean" } else { "max" };
            self.sketch.then(at, format!("reduce({op}, [2, 3], keepdims=true)"), name, false);
            return Ok(false);
        }
        let (kernel, stride, pad) = (sizes(p, "kernel_size", 0)?, sizes(p, "stride", 1)?, sizes(p, "pad", 0)?);
        if kernel.0 == 0 || kernel.1 == 0 || stride.0 == 0 || stride.1 == 0 {
            return Err(ImportError::Malformed { line: layer.line, what: "a window or stride of zero".into() });
        }
        let padded = pad != (0, 0);
        let ceil = !matches!(p.text("round_mode"), Some("FLOOR" | "1")) && p.text("ceil_mode") != Some("false");
        let arguments = [
            pair(kernel.0, kernel.1),
            format!("stride={}", pair(stride.0, stride.1)),
            unless("pad", padding((pad.0, pad.0), (pad.1, pad.1)), "0".into()),
            unless("ceil", ceil, false),
            if average && padded { "count_include_pad=true".into() } else { String::new() },
        ];
        self.sketch.then(at, call(if average { "avgpool" } else { "maxpool" }, &arguments), name, false);
        Ok(false)
    }

    fn norm(
        &mut self,
        layer: &Message<'a>,
        scale: Option<&Message<'a>>,
        at: usize,
        name: &str,
    ) -> Result<(), ImportError> {
        let eps = layer.message("batch_norm_param").map(|p| p.number::<f64>("eps")).transpose()?.flatten();
        let arguments = [eps.map_or(String::new(), |e| unless("eps", e, 1e-5))];
        let own = self.sketch.then(at, call("bn", &arguments), name, true);
        match scale {
            None => self.note(layer, &format!("`{own}` has no scale: its weight is 1 and its bias 0")),
            Some(scale) => {
                let bias = scale.message("scale_param").is_some_and(|p| p.text("bias_term") == Some("true"));
                let name = scale.text("name").unwrap_or("?");
                let rest = if bias { "" } else { ", and its bias is 0" };
                self.notes.push(format!("the scale `{name}` is weight and bias of `{own}`{rest}"));
            }
        }
        Ok(())
    }

    fn lrn(&mut self, layer: &Message, p: &Message) -> Result<Option<String>, ImportError> {
        if p.text("norm_region") == Some("WITHIN_CHANNEL") {
            self.note(layer, "normalisation within channels");
            return Ok(None);
        }
        let size = p.number::<u32>("local_size")?.unwrap_or(5);
        let number = |name: &str, default: f64| Ok(p.number::<f64>(name)?.unwrap_or(default));
        let (alpha, beta, k) = (number("alpha", 1.0)?, number("beta", 0.75)?, number("k", 1.0)?);
        Ok(Some(format!("lrn({size}, alpha={alpha}, beta={beta}, k={k})")))
    }

    /// `(shift + scale * x) ^ power`.
    fn power(&mut self, p: &Message) -> Result<Option<String>, ImportError> {
        let number = |name: &str, default: f64| Ok(p.number::<f64>(name)?.unwrap_or(default));
        let (power, scale, shift) = (number("power", 1.0)?, number("scale", 1.0)?, number("shift", 0.0)?);
        let power = match power {
            1.0 => String::new(),
            2.0 => " -> square".into(),
            0.5 => " -> sqrt".into(),
            _ => format!(" -> pow({power})"),
        };
        let shift = if shift == 0.0 { String::new() } else { format!(" -> shift({shift})") };
        Ok(Some(format!("scale({scale}){shift}{power}")))
    }

    fn finish(mut self, name: &str) -> Imported {
        let mut outputs: Vec<Source> = self.unread.iter().filter_map(|n| self.blobs.get(n)).map(|b| b.source).collect();
        outputs.retain(|s| matches!(s, Source::Statement(_)));
        let model = self.sketch.fresh(name);
        let mut head = vec![format!("Imported from the Caffe prototxt `{name}`.")];
        head.extend(self.notes.iter().map(|n| format!("Look at: {n}")));
        Imported { spec: self.sketch.write(&model, &head, &outputs), notes: self.notes, sections: Vec::new() }
    }
}

/// The calls of layers without weights; `None` for what is not known.
fn activation(kind: &str, layer: &Message) -> Result<Option<String>, ImportError> {
    let number = |field: &str, name: &str, default: f64| match layer.message(field) {
        Some(p) => Ok(p.number::<f64>(name)?.unwrap_or(default)),
        None => Ok(default),
    };
    Ok(Some(match kind {
        "ReLU" => match number("relu_param", "negative_slope", 0.0)? {
            0.0 => "relu".into(),
            slope => format!("leaky_relu({slope})"),
        },
        "ReLU6" => "relu6".into(),
        "ELU" => format!("elu({})", number("elu_param", "alpha", 1.0)?),
        "PReLU" => "prelu".into(),
        "Sigmoid" => "sigmoid".into(),
        "TanH" => "tanh".into(),
        "Swish" => "swish".into(),
        "AbsVal" => "abs".into(),
        "BNLL" => "softplus".into(),
        "Mish" => "mish".into(),
        "Softmax" => match number("softmax_param", "axis", 1.0)? {
            1.0 => "softmax".into(),
            axis => format!("softmax(axis={axis})"),
        },
        _ => return Ok(None),
    }))
}

fn required(layer: &Message, p: &Message, field: &str) -> Result<u64, ImportError> {
    let value = p.number::<u64>(field)?.filter(|v| *v > 0);
    value.ok_or_else(|| ImportError::Malformed { line: layer.line, what: format!("`{field}` is missing") })
}

/// The sizes of a reshape that keeps the batch and names all others.
fn shape_text(shape: &Message) -> Result<Option<Vec<String>>, ImportError> {
    let dims = shape.texts("dim").map(|d| shape.parse("dim", d)).collect::<Result<Vec<i64>, _>>()?;
    Ok(match dims.split_first() {
        Some((0 | -1, rest))
            if !rest.is_empty() && !rest.contains(&0) && rest.iter().filter(|d| **d < 0).count() <= 1 =>
        {
            Some(rest.iter().map(i64::to_string).collect())
        }
        _ => None,
    })
}

fn shape_of(shape: &Message) -> Result<Vec<u64>, ImportError> {
    shape.texts("dim").map(|d| shape.parse("dim", d)).collect()
}
