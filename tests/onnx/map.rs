//! ONNX nodes as calls of our ops.

use std::collections::BTreeMap;

use blockprint::diag::Sink;
use blockprint::ops;
use blockprint::ops::attrs::{Args, Given, Value};
use blockprint::shape::{Fact, Shape};
use blockprint::source::Span;
use serde_json::Value as Json;

use super::case::{Node, Tensor};
use super::common::op::Instance;

type Values = BTreeMap<String, Tensor>;
/// The output, or why no op of ours is it.
pub type Mapped = Result<Tensor, String>;
pub type NamedArgs = Vec<(&'static str, Value)>;

/// One node with its inputs.
pub struct Call<'a> {
    pub node: &'a Node,
    values: &'a Values,
    pub opset: i64,
}

/// The first output of a node.
pub fn evaluate(node: &Node, values: &Values, opset: i64) -> Mapped {
    let call = Call { node, values, opset };
    let rows: &[(&str, &str)] = &[
        ("Relu", "relu"),
        ("Sigmoid", "sigmoid"),
        ("Tanh", "tanh"),
        ("HardSwish", "hswish"),
        ("Identity", "identity"),
        ("Softplus", "softplus"),
        ("Mish", "mish"),
        ("Sign", "sign"),
        ("Abs", "abs"),
        ("Neg", "neg"),
        ("Sqrt", "sqrt"),
        ("Exp", "exp"),
        ("Log", "log"),
        ("GlobalAveragePool", "gap"),
        ("GlobalMaxPool", "gmp"),
    ];
    if let Some((_, name)) = rows.iter().find(|(op, _)| *op == node.op) {
        return apply(name, vec![], &[call.x()?], &[]);
    }
    match node.op.as_str() {
        "Conv" | "ConvTranspose" => call.conv(),
        "MaxPool" | "AveragePool" => call.pool(),
        "BatchNormalization" | "InstanceNormalization" | "LayerNormalization" | "GroupNormalization" | "LRN" => {
            call.norm()
        }
        "Gemm" | "MatMul" => call.product(),
        "Add" | "Sub" | "Mul" | "Div" | "Max" | "Min" => call.merge(),
        "Elu" => apply("elu", vec![("alpha", call.float("alpha", 1.0))], &[call.x()?], &[]),
        "LeakyRelu" => apply("leaky_relu", vec![("slope", call.float("alpha", 0.01))], &[call.x()?], &[]),
        "HardSigmoid" | "Gelu" | "Clip" | "Dropout" | "PRelu" => call.activation(),
        "Celu" | "Selu" | "Softsign" | "ThresholdedRelu" | "Shrink" | "Pow" | "Where" => call.function(),
        "LpPool" => call.lp_pool(),
        "MeanVarianceNormalization" => call.standardised(&call.list("axes").unwrap_or(vec![0, 2, 3]), 0.0),
        "Gather" | "OneHot" | "ArgMax" => call.pick(),
        "RNN" | "LSTM" | "GRU" => call.recurrent(),
        "Softmax" | "LogSoftmax" => call.softmax(),
        "Flatten" | "Reshape" | "Squeeze" | "Unsqueeze" => call.view(),
        "Transpose" => call.transpose(),
        "Concat" => call.concat(),
        "Slice" | "Split" => call.slice(),
        "Pad" => call.pad(),
        "Resize" => call.resize(),
        "DepthToSpace" | "SpaceToDepth" => call.blocks(),
        "LpNormalization" => call.unit(),
        "Constant" => call.constant(),
        "SoftmaxCrossEntropyLoss" | "NegativeLogLikelihoodLoss" => call.loss(),
        op if op.starts_with("Reduce") => call.reduce(),
        op => Err(format!("there is no op for `{op}`")),
    }
}

/// Runs an op, not in training.
pub fn apply(name: &str, args: NamedArgs, inputs: &[&Tensor], params: &[&Tensor]) -> Mapped {
    let entry = ops::lookup(name).ok_or_else(|| format!("there is no op `{name}` yet"))?;
    let given: Vec<Given> = args
        .into_iter()
        .map(|(name, value)| Given { name: Some((name.into(), Span::default())), value, span: Span::default() })
        .collect();
    let mut sink = Sink::new();
    let args = Args::read(name, entry.info.attrs, &given, Span::default(), &mut sink);
    let op = args.and_then(|args| (entry.build)(&args, Span::default(), &mut sink));
    let op = op.ok_or_else(|| format!("`{name}` does not take it: {}", sink.sorted()[0].message))?;
    if inputs.iter().any(|t| t.shape.contains(&0)) {
        return Err("a tensor without elements".into());
    }
    let facts: Vec<Fact> = inputs
        .iter()
        .map(|t| if t.float { Fact::f32(Shape::of(&t.shape)) } else { Fact::i64(Shape::of(&t.shape)) })
        .collect();
    let instance = Instance::new(op, &facts, false).map_err(|e| format!("`{name}` does not take it: {}", e.message))?;
    for (spec, given) in instance.params.iter().zip(params) {
        assert_eq!(spec.shape.iter().product::<usize>(), given.data.len(), "`{}` of `{name}`", spec.name);
    }
    let floats = |t: &&Tensor| t.data.iter().map(|v| *v as f32).collect::<Vec<f32>>();
    let params: Vec<Vec<f32>> = match params.is_empty() {
        true => instance.draw_params(0),
        false => params.iter().map(floats).collect(),
    };
    assert_eq!(instance.params.len(), params.len(), "parameters of `{name}`");
    let pass = instance.forward(&inputs.iter().map(floats).collect::<Vec<_>>(), &params);
    let data = pass.output.iter().map(|v| f64::from(*v)).collect();
    Ok(Tensor { shape: instance.output.sizes(), data, float: true })
}

pub fn ints(values: &[i64]) -> Value {
    Value::List(values.iter().map(|v| Value::Int(*v)).collect())
}

pub fn word(text: &str) -> Value {
    Value::Word(text.into())
}

/// `[begin, end]` for each axis from ONNX's begins followed by ends.
fn pairs(pads: &[i64]) -> Value {
    let (begins, ends) = pads.split_at(pads.len() / 2);
    Value::List(begins.iter().zip(ends).map(|(b, e)| ints(&[*b, *e])).collect())
}

/// An axis from the front.
pub fn axis_of(axis: i64, rank: usize) -> usize {
    if axis < 0 { (axis + rank as i64) as usize } else { axis as usize }
}

impl<'a> Call<'a> {
    pub fn input(&self, i: usize) -> Option<&'a Tensor> {
        self.node.inputs.get(i).filter(|n| !n.is_empty()).and_then(|n| self.values.get(n))
    }

    pub fn x(&self) -> Result<&'a Tensor, String> {
        let x = self.input(0).ok_or("it has no input")?;
        if x.float { Ok(x) } else { Err("arithmetic on integers: tensors are `f32`".into()) }
    }

    pub fn all(&self) -> Vec<&'a Tensor> {
        (0..self.node.inputs.len()).filter_map(|i| self.input(i)).collect()
    }

    pub fn attr(&self, name: &str) -> Option<&Json> {
        self.node.attrs.get(name)
    }

    pub fn int(&self, name: &str, default: i64) -> i64 {
        self.attr(name).and_then(Json::as_i64).unwrap_or(default)
    }

    pub fn number(&self, name: &str, default: f64) -> f64 {
        self.attr(name).and_then(Json::as_f64).unwrap_or(default)
    }

    pub fn float(&self, name: &str, default: f64) -> Value {
        Value::Float(self.number(name, default))
    }

    pub fn list(&self, name: &str) -> Option<Vec<i64>> {
        self.attr(name).and_then(Json::as_array).map(|l| l.iter().filter_map(Json::as_i64).collect())
    }

    pub fn text(&self, name: &str) -> &str {
        self.attr(name).and_then(Json::as_str).unwrap_or("")
    }

    /// Integers of an attribute (older operator sets) or an input.
    pub fn ints(&self, name: &str, input: usize) -> Option<Vec<i64>> {
        self.list(name).or_else(|| self.input(input).map(Tensor::ints))
    }

    /// `kernel`, `stride`, `dilation` and `pad`.
    pub fn window(&self, x: &Tensor, kernel: &[i64]) -> NamedArgs {
        let rank = kernel.len();
        let stride = self.list("strides").unwrap_or(vec![1; rank]);
        let dilation = self.list("dilations").unwrap_or(vec![1; rank]);
        let pad = match self.text("auto_pad") {
            "SAME_UPPER" => word("same"),
            "SAME_LOWER" => {
                // The odd one at the begin, which a spec writes as numbers.
                let total = |a: usize| {
                    let size = x.shape[a + 2] as i64;
                    let last = (size - 1) / stride[a] * stride[a];
                    (last + dilation[a] * (kernel[a] - 1) + 1 - size).max(0)
                };
                let ends: Vec<i64> = (0..rank).map(|a| total(a) / 2).collect();
                let begins: Vec<i64> = (0..rank).map(|a| total(a) - ends[a]).collect();
                pairs(&[begins, ends].concat())
            }
            _ => pairs(&self.list("pads").unwrap_or(vec![0; 2 * rank])),
        };
        vec![("kernel", ints(kernel)), ("stride", ints(&stride)), ("dilation", ints(&dilation)), ("pad", pad)]
    }

    fn conv(&self) -> Mapped {
        let (x, w) = (self.x()?, self.input(1).ok_or("it has no weights")?);
        let kernel: Vec<i64> = w.shape[2..].iter().map(|s| *s as i64).collect();
        let groups = self.int("group", 1);
        let mut args = self.window(x, &kernel);
        let transposed = self.node.op == "ConvTranspose";
        let out = if transposed { w.shape[1] as i64 * groups } else { w.shape[0] as i64 };
        args.extend([("out", Value::Int(out)), ("groups", Value::Int(groups))]);
        args.push(("bias", Value::Bool(self.input(2).is_some())));
        if transposed {
            if self.attr("output_shape").is_some() {
                return Err("a transposed convolution by the shape of its output".into());
            }
            args.push(("output_pad", ints(&self.list("output_padding").unwrap_or(vec![0; kernel.len()]))));
        }
        let params = self.all()[1..].to_vec();
        apply(if transposed { "conv_transpose" } else { "conv" }, args, &[x], &params)
    }

    fn pool(&self) -> Mapped {
        let x = self.x()?;
        let mut args = self.window(x, &self.list("kernel_shape").ok_or("it has no kernel")?);
        args.push(("ceil", Value::Bool(self.int("ceil_mode", 0) == 1)));
        if self.node.op == "MaxPool" {
            return apply("maxpool", args, &[x], &[]);
        }
        args.push(("count_include_pad", Value::Bool(self.int("count_include_pad", 0) == 1)));
        apply("avgpool", args, &[x], &[])
    }

    fn norm(&self) -> Mapped {
        let x = self.x()?;
        let eps = ("eps", self.float("epsilon", 1e-5));
        let params = self.all()[1..].to_vec();
        match self.node.op.as_str() {
            "BatchNormalization" => apply("bn", vec![eps], &[x], &params),
            "InstanceNormalization" => apply("instancenorm", vec![eps], &[x], &params),
            "GroupNormalization" => {
                apply("groupnorm", vec![eps, ("groups", Value::Int(self.int("num_groups", 1)))], &[x], &params)
            }
            "LayerNormalization" => {
                let axis = axis_of(self.int("axis", -1), x.shape.len());
                if axis == 0 {
                    return self.layer_norm_of_all(&params);
                }
                let axes = Value::Int((x.shape.len() - axis) as i64);
                let zeros =
                    Tensor { shape: params[0].shape.clone(), data: vec![0.0; params[0].data.len()], float: true };
                let bias = params.get(1).copied().unwrap_or(&zeros);
                apply("layernorm", vec![eps, ("axes", axes)], &[x], &[params[0], bias])
            }
            _ => {
                let args = vec![
                    ("size", Value::Int(self.int("size", 1))),
                    ("alpha", self.float("alpha", 1e-4)),
                    ("beta", self.float("beta", 0.75)),
                    ("k", self.float("bias", 1.0)),
                ];
                apply("lrn", args, &[x], &[])
            }
        }
    }

    /// `alpha * A B + beta * C` as a dense layer, with a matrix `C` added after it.
    fn product(&self) -> Mapped {
        let (mut a, b) = (self.x()?.clone(), self.input(1).ok_or("it has one factor")?);
        if a.shape.len() != 2 || b.shape.len() != 2 {
            return Err("a product of tensors that are no matrices".into());
        }
        if self.int("transA", 0) == 1 {
            a = apply("permute", vec![("axes", ints(&[1, 0]))], &[&a], &[])?;
        }
        // The weights are [out, in].
        let mut w = match self.int("transB", 0) {
            1 => b.clone(),
            _ => apply("permute", vec![("axes", ints(&[1, 0]))], &[b], &[])?,
        };
        let (alpha, beta) = (self.number("alpha", 1.0), self.number("beta", 1.0));
        w.data.iter_mut().for_each(|v| *v *= alpha);
        let mut c = self.input(2).cloned();
        c.iter_mut().flat_map(|c| &mut c.data).for_each(|v| *v *= beta);
        let out = w.shape[0];
        let args = |bias| vec![("out", Value::Int(out as i64)), ("bias", Value::Bool(bias))];
        match c {
            None => apply("dense", args(false), &[&a], &[&w]),
            Some(c) if c.data.len() == out && c.shape.last() == Some(&out) => {
                apply("dense", args(true), &[&a], &[&w, &c])
            }
            Some(c) => {
                let product = apply("dense", args(false), &[&a], &[&w])?;
                apply("add", vec![], &[&product, &c], &[])
            }
        }
    }

    fn merge(&self) -> Mapped {
        self.x()?;
        let rank = self.all().iter().map(|t| t.shape.len()).max().unwrap_or(0);
        // Broadcasting from the last axis: leading sizes of one.
        let padded: Vec<Tensor> = self
            .all()
            .into_iter()
            .map(|t| {
                let lead = vec![1; rank - t.shape.len()];
                Tensor { shape: [lead, t.shape.clone()].concat(), ..t.clone() }
            })
            .collect();
        let name = match self.node.op.as_str() {
            "Add" => "add",
            "Sub" => "sub",
            "Mul" => "mul",
            "Div" => "div",
            "Max" => "maximum",
            _ => "minimum",
        };
        apply(name, vec![], &padded.iter().collect::<Vec<_>>(), &[])
    }

    fn softmax(&self) -> Mapped {
        let x = self.x()?;
        let default = if self.opset >= 13 { -1 } else { 1 };
        let axis = self.int("axis", default);
        if self.opset < 13 && axis_of(axis, x.shape.len()) + 1 != x.shape.len() {
            return Err("a softmax over several axes together".into());
        }
        let name = if self.node.op == "Softmax" { "softmax" } else { "log_softmax" };
        apply(name, vec![("axis", Value::Int(axis))], &[x], &[])
    }

    /// Other sizes for the same elements, which may not change the batch.
    fn view(&self) -> Mapped {
        let x = self.x()?;
        let rank = x.shape.len();
        let shape: Vec<i64> = match self.node.op.as_str() {
            "Flatten" => {
                let axis = axis_of(self.int("axis", 1), rank);
                if axis == 1 {
                    return apply("flatten", vec![], &[x], &[]);
                }
                let size = |sizes: &[usize]| sizes.iter().product::<usize>() as i64;
                vec![size(&x.shape[..axis]), size(&x.shape[axis..])]
            }
            "Reshape" => {
                let wanted = self.ints("shape", 1).ok_or("it has no shape")?;
                let keep = self.int("allowzero", 0) == 0;
                let at = |(i, s): (usize, &i64)| if *s == 0 && keep { x.shape[i] as i64 } else { *s };
                let mut shape: Vec<i64> = wanted.iter().enumerate().map(at).collect();
                let known: i64 = shape.iter().filter(|s| **s > 0).product();
                shape.iter_mut().filter(|s| **s < 0).for_each(|s| *s = x.data.len() as i64 / known.max(1));
                shape
            }
            "Squeeze" => {
                let axes: Vec<usize> =
                    self.ints("axes", 1).unwrap_or_default().iter().map(|a| axis_of(*a, rank)).collect();
                let kept = |i: &usize| if axes.is_empty() { x.shape[*i] != 1 } else { !axes.contains(i) };
                (0..rank).filter(kept).map(|i| x.shape[i] as i64).collect()
            }
            _ => {
                let axes = self.ints("axes", 1).unwrap_or_default();
                let new_rank = rank + axes.len();
                let axes: Vec<usize> = axes.iter().map(|a| axis_of(*a, new_rank)).collect();
                let mut sizes = x.shape.iter();
                let next = |i| if axes.contains(&i) { Some(1) } else { sizes.next().map(|s| *s as i64) };
                (0..new_rank).filter_map(next).collect()
            }
        };
        if self.node.op == "Squeeze" && x.shape[0] == 1 && shape.first() != Some(&1) {
            // A sum over one element.
            let gone: Vec<i64> = (0..rank as i64).filter(|i| x.shape[*i as usize] == 1).collect();
            return apply("reduce", vec![("op", word("sum")), ("axes", ints(&gone))], &[x], &[]);
        }
        if shape.first() != x.shape.first().map(|s| *s as i64).as_ref() || shape.len() < 2 {
            return Err("a reshape that changes the batch".into());
        }
        apply("reshape", vec![("shape", ints(&shape[1..]))], &[x], &[])
    }

    fn transpose(&self) -> Mapped {
        let x = self.x()?;
        let reversed = || (0..x.shape.len() as i64).rev().collect();
        apply("permute", vec![("axes", ints(&self.list("perm").unwrap_or_else(reversed)))], &[x], &[])
    }

    fn concat(&self) -> Mapped {
        self.x()?;
        apply("concat", vec![("axis", Value::Int(self.int("axis", 1)))], &self.all(), &[])
    }

    /// One slice for each axis; `Split`'s first output is one too. Bounds beyond the axis are
    /// brought inside, which ONNX does by itself.
    fn slice(&self) -> Mapped {
        let x = self.x()?;
        let rank = x.shape.len();
        let (axes, starts, ends, steps) = if self.node.op == "Split" {
            let axis = axis_of(self.int("axis", 0), rank);
            let parts = self.int("num_outputs", self.node.outputs.len() as i64);
            let size = x.shape[axis] as i64;
            let first = self.ints("split", 1).map_or((size + parts - 1) / parts, |s| s[0]);
            (vec![axis as i64], vec![0], vec![first], vec![1])
        } else {
            let starts = self.ints("starts", 1).ok_or("it has no starts")?;
            let axes = self.ints("axes", 3).unwrap_or((0..starts.len() as i64).collect());
            let steps = self.ints("steps", 4).unwrap_or(vec![1; starts.len()]);
            (axes, starts, self.ints("ends", 2).ok_or("it has no ends")?, steps)
        };
        let mut out = x.clone();
        for i in 0..axes.len() {
            let axis = axis_of(axes[i], rank);
            let size = x.shape[axis] as i64;
            let inside = |v: i64| if v < 0 { (v + size).max(0) } else { v.min(size) };
            let (start, end) = (inside(starts[i]), inside(ends[i]));
            if steps[i] < 1 {
                return Err("a slice backwards".into());
            }
            if start >= end {
                return Err("a tensor without elements".into());
            }
            let args = vec![
                ("axis", Value::Int(axis as i64)),
                ("start", Value::Int(start)),
                ("end", Value::Int(end)),
                ("step", Value::Int(steps[i])),
            ];
            out = apply("slice", args, &[&out], &[])?;
        }
        Ok(out)
    }

    fn pad(&self) -> Mapped {
        let x = self.x()?;
        let rank = x.shape.len();
        let given = self.ints("pads", 1).ok_or("it has no pads")?;
        let axes = self.input(3).map_or((0..rank as i64).collect(), Tensor::ints);
        let mut pads = vec![0; 2 * rank];
        for (i, axis) in axes.iter().enumerate() {
            pads[axis_of(*axis, rank)] = given[i];
            pads[rank + axis_of(*axis, rank)] = given[axes.len() + i];
        }
        if rank < 3 || [0, 1, rank, rank + 1].iter().any(|i| pads[*i] != 0) {
            return Err("padding of the batch or the channels".into());
        }
        if pads.iter().any(|p| *p < 0) {
            return Err("padding that takes away".into());
        }
        let spatial = [&pads[2..rank], &pads[rank + 2..]].concat();
        let mode = match self.text("mode") {
            "" => "constant",
            mode @ ("constant" | "reflect" | "edge") => mode,
            mode => return Err(format!("padding of mode `{mode}`")),
        };
        let value = self.input(2).map_or(self.number("value", 0.0), |t| t.data[0]);
        let args = vec![("pads", pairs(&spatial)), ("mode", word(mode)), ("value", Value::Float(value))];
        apply("pad", args, &[x], &[])
    }

    /// Upsampling by whole factors (nearest), or to any size (bilinear).
    fn resize(&self) -> Mapped {
        let x = self.x()?;
        let how = match self.text("coordinate_transformation_mode") {
            "" => "half_pixel",
            how => how,
        };
        let mode = self.text("mode");
        if self.int("antialias", 0) == 1 || mode == "cubic" || !self.text("keep_aspect_ratio_policy").is_empty() {
            return Err("a resize that is cubic, smoothed or keeps the aspect ratio".into());
        }
        let rank = x.shape.len();
        let axes: Vec<usize> =
            self.list("axes").map_or((0..rank).collect(), |a| a.iter().map(|a| axis_of(*a, rank)).collect());
        let mut sizes = x.shape.clone();
        for (i, axis) in axes.iter().enumerate() {
            sizes[*axis] = match (self.input(2).filter(|t| !t.data.is_empty()), self.input(3)) {
                (Some(scales), _) => (x.shape[*axis] as f64 * scales.data[i]) as usize,
                (None, Some(given)) => given.data[i] as usize,
                _ => return Err("a resize without sizes".into()),
            };
        }
        if rank != 4 || sizes[..2] != x.shape[..2] {
            return Err("a resize of the batch or the channels".into());
        }
        let whole = (2..4).all(|a| sizes[a].is_multiple_of(x.shape[a]));
        let size = ("size", ints(&[sizes[2] as i64, sizes[3] as i64]));
        let nearest_mode = self.text("nearest_mode");
        match (mode, how) {
            ("nearest" | "", "half_pixel") if whole && matches!(nearest_mode, "" | "round_prefer_floor") => {
                apply("upsample", vec![size], &[x], &[])
            }
            ("linear", "align_corners") => {
                let args = vec![size, ("mode", word("bilinear")), ("align_corners", Value::Bool(true))];
                apply("upsample", args, &[x], &[])
            }
            ("linear", "half_pixel" | "pytorch_half_pixel") if sizes[2] > 1 && sizes[3] > 1 => {
                apply("upsample", vec![size, ("mode", word("bilinear"))], &[x], &[])
            }
            _ => Err(format!("a resize of mode `{mode}` by `{how}` coordinates and these sizes")),
        }
    }

    fn blocks(&self) -> Mapped {
        let block = ("block", Value::Int(self.int("blocksize", 1)));
        match self.node.op.as_str() {
            "SpaceToDepth" => apply("space_to_depth", vec![block], &[self.x()?], &[]),
            _ => {
                let order = if self.text("mode") == "CRD" { "crd" } else { "dcr" };
                apply("depth_to_space", vec![block, ("order", word(order))], &[self.x()?], &[])
            }
        }
    }

    fn reduce(&self) -> Mapped {
        let x = self.x()?;
        let given = self.ints("axes", 1).unwrap_or_default();
        if given.is_empty() && self.int("noop_with_empty_axes", 0) == 1 {
            return apply("identity", vec![], &[x], &[]);
        }
        let axes = if given.is_empty() { (0..x.shape.len() as i64).collect() } else { given };
        let by = |op: &str, x: &Tensor| {
            let keep = Value::Bool(self.int("keepdims", 1) == 1);
            apply("reduce", vec![("op", word(op)), ("axes", ints(&axes)), ("keepdims", keep)], &[x], &[])
        };
        match self.node.op.as_str() {
            "ReduceMean" => by("mean", x),
            "ReduceSum" => by("sum", x),
            "ReduceMax" => by("max", x),
            "ReduceSumSquare" => by("sum", &apply("square", vec![], &[x], &[])?),
            "ReduceL2" => apply("sqrt", vec![], &[&by("sum", &apply("square", vec![], &[x], &[])?)?], &[]),
            op => Err(format!("there is no op for `{op}`")),
        }
    }

    fn constant(&self) -> Mapped {
        fn flatten(json: &Json, shape: &mut Vec<usize>, data: &mut Vec<f64>, depth: usize) {
            match json {
                Json::Array(items) => {
                    if shape.len() == depth {
                        shape.push(items.len());
                    }
                    items.iter().for_each(|item| flatten(item, shape, data, depth + 1));
                }
                other => data.extend(other.as_f64()),
            }
        }
        let value = self.attr("value").or(self.attr("value_ints")).or(self.attr("value_float")).ok_or("no value")?;
        if self.values.is_empty() {
            return Err("a constant as an output".into());
        }
        let (mut shape, mut data) = (Vec::new(), Vec::new());
        flatten(value, &mut shape, &mut data, 0);
        let float = data.iter().any(|v| v.fract() != 0.0) || value.to_string().contains('.');
        Ok(Tensor { shape, data, float })
    }
}
