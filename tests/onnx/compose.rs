//! ONNX nodes that are chains of our ops.

use blockprint::ops::attrs::Value;
use serde_json::Value as Json;

use super::case::Tensor;
use super::map::{Call, Mapped, apply, ints, word};

fn scale(x: &Tensor, factor: f64) -> Mapped {
    apply("scale", vec![("factor", Value::Float(factor))], &[x], &[])
}

fn shift(x: &Tensor, offset: f64) -> Mapped {
    apply("shift", vec![("offset", Value::Float(offset))], &[x], &[])
}

fn pow(x: &Tensor, exponent: f64) -> Mapped {
    apply("pow", vec![("exponent", Value::Float(exponent))], &[x], &[])
}

fn one(op: &str, x: &Tensor) -> Mapped {
    apply(op, vec![], &[x], &[])
}

fn two(op: &str, a: &Tensor, b: &Tensor) -> Mapped {
    apply(op, vec![], &[a, b], &[])
}

fn elu(x: &Tensor, alpha: f64) -> Mapped {
    apply("elu", vec![("alpha", Value::Float(alpha))], &[x], &[])
}

/// A reduction whose axes stay.
fn reduce(op: &str, axes: &[i64], x: &Tensor) -> Mapped {
    let args = vec![("op", word(op)), ("axes", ints(axes)), ("keepdims", Value::Bool(true))];
    apply("reduce", args, &[x], &[])
}

/// One where `x` is above a bound, else zero.
fn above(x: &Tensor, bound: f64) -> Mapped {
    one("relu", &one("sign", &shift(x, -bound)?)?)
}

/// The same numbers as floats: conditions and the like.
fn floats(x: &Tensor) -> Tensor {
    Tensor { float: true, ..x.clone() }
}

/// The same numbers as indices.
fn indices(x: &Tensor) -> Tensor {
    Tensor { float: false, ..x.clone() }
}

/// Leading sizes of one, up to a rank.
fn ranked(x: &Tensor, rank: usize) -> Tensor {
    let lead = vec![1; rank.saturating_sub(x.shape.len())];
    Tensor { shape: [lead, x.shape.clone()].concat(), ..x.clone() }
}

impl Call<'_> {
    pub fn activation(&self) -> Mapped {
        let x = self.x()?;
        match self.node.op.as_str() {
            "HardSigmoid" => match (self.number("alpha", 0.2) - 1.0 / 6.0).abs() < 1e-6 {
                true => apply("hsigmoid", vec![], &[x], &[]),
                false => {
                    let scaled = apply("scale", vec![("factor", self.float("alpha", 0.2))], &[x], &[])?;
                    let moved = apply("shift", vec![("offset", self.float("beta", 0.5))], &[&scaled], &[])?;
                    apply("clip", vec![("min", Value::Int(0)), ("max", Value::Int(1))], &[&moved], &[])
                }
            },
            "Gelu" => {
                let approximate = self.text("approximate");
                let args = if approximate == "tanh" { vec![("approximate", word("tanh"))] } else { vec![] };
                apply("gelu", args, &[x], &[])
            }
            "Clip" => {
                let bound = |name: &str, i| self.attr(name).and_then(Json::as_f64).or(self.input(i).map(|t| t.data[0]));
                let mut args = Vec::new();
                args.extend(bound("min", 1).map(|v| ("min", Value::Float(v))));
                args.extend(bound("max", 2).map(|v| ("max", Value::Float(v))));
                apply("clip", args, &[x], &[])
            }
            "Dropout" => apply("dropout", vec![("p", Value::Float(0.5))], &[x], &[]),
            _ => {
                let slope = self.input(1).ok_or("it has no slope")?;
                let channels = x.shape.get(1).copied().unwrap_or(0);
                let per_channel = slope.data.len() == channels && slope.shape.len() + 1 == x.shape.len();
                if !per_channel {
                    return self.broadcast_prelu(x, slope);
                }
                apply("prelu", vec![], &[x], &[slope])
            }
        }
    }

    /// `relu(x) - slope relu(-x)`.
    fn broadcast_prelu(&self, x: &Tensor, slope: &Tensor) -> Mapped {
        let below = one("relu", &one("neg", x)?)?;
        two("sub", &one("relu", x)?, &two("mul", &below, &ranked(slope, x.shape.len()))?)
    }

    /// Functions of one or two tensors.
    pub fn function(&self) -> Mapped {
        if self.node.op == "Where" {
            let [Some(condition), Some(x), Some(y)] = [0, 1, 2].map(|i| self.input(i)) else {
                return Err("it lacks an input".into());
            };
            if !x.float {
                return Err("arithmetic on integers: tensors are `f32`".into());
            }
            let yes = floats(condition);
            let no = shift(&scale(&yes, -1.0)?, 1.0)?;
            return two("add", &two("mul", &yes, x)?, &two("mul", &no, y)?);
        }
        let x = self.x()?;
        match self.node.op.as_str() {
            "Celu" => {
                let alpha = self.number("alpha", 1.0);
                scale(&elu(&scale(x, 1.0 / alpha)?, 1.0)?, alpha)
            }
            "Selu" => {
                let (alpha, gamma) = (self.number("alpha", 1.673_263_2), self.number("gamma", 1.050_701));
                scale(&elu(x, alpha)?, gamma)
            }
            "Softsign" => two("div", x, &shift(&one("abs", x)?, 1.0)?),
            "ThresholdedRelu" => two("mul", x, &above(x, self.number("alpha", 1.0))?),
            "Shrink" => {
                let (bound, bias) = (self.number("lambd", 0.5), self.number("bias", 0.0));
                let right = two("mul", &above(x, bound)?, &shift(x, -bias)?)?;
                let left = two("mul", &above(&one("neg", x)?, bound)?, &shift(x, bias)?)?;
                two("add", &right, &left)
            }
            _ => match self.input(1) {
                Some(exponent) if exponent.data.len() == 1 => pow(x, exponent.data[0]),
                _ => Err("a power with an exponent for each element".into()),
            },
        }
    }

    /// The mean of powers times the size of the window, padding counted.
    pub fn lp_pool(&self) -> Mapped {
        let (x, p) = (self.x()?, self.number("p", 2.0));
        let kernel = self.list("kernel_shape").ok_or("it has no kernel")?;
        let mut args = self.window(x, &kernel);
        args.push(("ceil", Value::Bool(self.int("ceil_mode", 0) == 1)));
        args.push(("count_include_pad", Value::Bool(true)));
        let mean = apply("avgpool", args, &[&pow(&one("abs", x)?, p)?], &[])?;
        pow(&scale(&mean, kernel.iter().product::<i64>() as f64)?, 1.0 / p)
    }

    /// `x / |x|` along an axis, by the sum of squares or of magnitudes.
    pub fn unit(&self) -> Mapped {
        let (x, axis) = (self.x()?, self.int("axis", -1));
        match self.int("p", 2) {
            2 => apply("l2norm", vec![("axis", Value::Int(axis))], &[x], &[]),
            _ => two("div", x, &reduce("sum", &[axis], &one("abs", x)?)?),
        }
    }

    /// `(x - mean) / sqrt(variance + eps)` over axes.
    pub fn standardised(&self, axes: &[i64], eps: f64) -> Mapped {
        let x = self.x()?;
        let centred = two("sub", x, &reduce("mean", axes, x)?)?;
        let variance = reduce("mean", axes, &one("square", &centred)?)?;
        two("div", &centred, &one("sqrt", &shift(&variance, eps)?)?)
    }

    pub fn layer_norm_of_all(&self, params: &[&Tensor]) -> Mapped {
        let rank = self.x()?.shape.len();
        let axes: Vec<i64> = (0..rank as i64).collect();
        let scaled = two("mul", &self.standardised(&axes, self.number("epsilon", 1e-5))?, &ranked(params[0], rank))?;
        match params.get(1) {
            Some(bias) => two("add", &scaled, &ranked(bias, rank)),
            None => Ok(scaled),
        }
    }

    /// Ops on indices.
    pub fn pick(&self) -> Mapped {
        match self.node.op.as_str() {
            "Gather" => {
                let picked = indices(self.input(1).ok_or("it has no indices")?);
                apply("gather", vec![("axis", Value::Int(self.int("axis", 0)))], &[self.x()?, &picked], &[])
            }
            "ArgMax" => {
                let args = vec![
                    ("axis", Value::Int(self.int("axis", 0))),
                    ("keepdims", Value::Bool(self.int("keepdims", 1) == 1)),
                    ("last", Value::Bool(self.int("select_last_index", 0) == 1)),
                ];
                apply("argmax", args, &[self.x()?], &[])
            }
            _ => {
                let [Some(at), Some(depth), Some(values)] = [0, 1, 2].map(|i| self.input(i)) else {
                    return Err("it lacks an input".into());
                };
                if at.data.iter().any(|v| *v < 0.0) {
                    return Err("one-hot vectors of indices from the end".into());
                }
                let classes = Value::Int(depth.data[0] as i64);
                let args = vec![("classes", classes), ("axis", Value::Int(self.int("axis", -1)))];
                let hot = apply("one_hot", args, &[&indices(at)], &[])?;
                let (off, on) = (values.data[0], values.data[1]);
                shift(&scale(&hot, on - off)?, off)
            }
        }
    }

    /// A mean without ignored labels is our loss; the others are built from one-hot vectors, to
    /// which an ignored label adds nothing.
    pub fn loss(&self) -> Mapped {
        let (x, labels) = (self.x()?, self.input(1).ok_or("it has no labels")?);
        let ignored = self.attr("ignore_index").and_then(Json::as_i64);
        let reduction = self.text("reduction");
        let of_logits = self.node.op == "SoftmaxCrossEntropyLoss";
        if of_logits && ignored.is_none() && matches!(reduction, "" | "mean") {
            let weights = self.input(2).map(|w| Value::List(w.data.iter().map(|v| Value::Float(*v)).collect()));
            let args = weights.map(|w| ("class_weights", w)).into_iter().collect();
            return apply("cross_entropy", args, &[x, labels], &[]);
        }
        let (classes, rank) = (x.shape[1], x.shape.len());
        let log = match of_logits {
            true => apply("log_softmax", vec![("axis", Value::Int(1))], &[x], &[])?,
            false => x.clone(),
        };
        let mut weights = self.input(2).map_or(vec![1.0; classes], |w| w.data.clone());
        if let Some(weight) = ignored.and_then(|i| weights.get_mut(usize::try_from(i).ok()?)) {
            *weight = 0.0;
        }
        let mut shape = vec![1; rank];
        shape[1] = classes;
        let weights = Tensor { shape, data: weights, float: true };
        let args = vec![("classes", Value::Int(classes as i64)), ("axis", Value::Int(1))];
        let hot = two("mul", &apply("one_hot", args, &[&indices(labels)], &[])?, &weights)?;
        let each = one("neg", &reduce("sum", &[1], &two("mul", &hot, &log)?)?)?;
        let all: Vec<i64> = (0..rank as i64).collect();
        match reduction {
            "none" => Ok(each),
            "sum" => reduce("sum", &all, &each),
            _ => two("div", &reduce("sum", &all, &each)?, &reduce("sum", &all, &hot)?),
        }
    }

    /// ONNX has the steps first, and its own order of gates: i, o, f, c and z, r, h.
    pub fn recurrent(&self) -> Mapped {
        let x = self.x()?;
        let (steps, hidden) = (x.shape[0], self.int("hidden_size", 1) as usize);
        let [Some(ih), Some(hh)] = [1, 2].map(|i| self.input(i)) else { return Err("it lacks weights".into()) };
        if !matches!(self.text("direction"), "" | "forward") || self.int("layout", 0) != 0 {
            return Err("a recurrent layer of another direction or layout".into());
        }
        if self.input(7).is_some() || self.node.op == "LSTM" && self.input(6).is_some() {
            return Err("an LSTM with peepholes, or with a memory at first".into());
        }
        if self.input(5).is_some() || self.input(4).is_some_and(|l| l.data.iter().any(|v| *v != steps as f64)) {
            return Err("a recurrent layer with a state at first, or over sequences of several lengths".into());
        }
        if self.node.op == "GRU" && steps > 1 && self.int("linear_before_reset", 0) == 0 {
            return Err("a GRU that resets before the product".into());
        }
        let (name, order): (_, &[usize]) = match self.node.op.as_str() {
            "RNN" => ("rnn", &[0]),
            "LSTM" => ("lstm", &[0, 2, 3, 1]),
            _ => ("gru", &[1, 0, 2]),
        };
        let gates = |data: &[f64]| -> Tensor {
            let size = data.len() / order.len();
            let data: Vec<f64> = order.iter().flat_map(|k| data[k * size..][..size].to_vec()).collect();
            Tensor { shape: vec![data.len()], data, float: true }
        };
        let mut params = vec![gates(&ih.data), gates(&hh.data)];
        if let Some(bias) = self.input(3) {
            let (of_x, of_h) = bias.data.split_at(bias.data.len() / 2);
            params.extend([gates(of_x), gates(of_h)]);
        }
        let args = vec![
            ("hidden", Value::Int(hidden as i64)),
            ("return_sequences", Value::Bool(self.node.outputs.first().is_some_and(|o| !o.is_empty()))),
            ("bias", Value::Bool(params.len() == 4)),
        ];
        let by_batch = apply("permute", vec![("axes", ints(&[1, 0, 2]))], &[x], &[])?;
        let out = apply(name, args, &[&by_batch], &params.iter().collect::<Vec<_>>())?;
        match out.shape.len() {
            3 => apply("permute", vec![("axes", ints(&[1, 0, 2]))], &[&out], &[]),
            _ => Ok(out),
        }
    }
}
