//! Initial values of parameters, and penalties on them.

use crate::random;

use super::attrs::Value;

/// How a parameter's first values are drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// All zero.
    Zeros,
    /// All one.
    Ones,
    /// All this value.
    Constant(f64),
    /// Uniform within `±limit`.
    Uniform(f64),
    /// Normal with this deviation.
    Normal(f64),
    /// Normal with this deviation, redrawn beyond two deviations (Keras's `TruncatedNormal`).
    TruncatedNormal(f64),
    /// Uniform within `±sqrt(6 / (fan_in + fan_out))` (Glorot and Bengio 2010).
    GlorotUniform,
    /// Normal with variance `2 / (fan_in + fan_out)` (Glorot and Bengio 2010).
    GlorotNormal,
    /// Uniform within `±sqrt(6 / fan)` (He et al. 2015).
    HeUniform(Fan),
    /// Normal with variance `2 / fan` (He et al. 2015).
    HeNormal(Fan),
    /// Uniform within `±1 / sqrt(fan_in)` (LeCun et al. 1998, as PyTorch's layers use it).
    LecunUniform,
}

/// Which side of a layer He's initialisers count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fan {
    /// Inputs of one output.
    In,
    /// Outputs that one input reaches.
    Out,
}

impl Init {
    /// Their names in a spec.
    pub const NAMES: &'static [&'static str] = &[
        "zeros",
        "ones",
        "constant(x)",
        "uniform(limit)",
        "normal(std)",
        "truncated_normal(std)",
        "glorot_uniform",
        "glorot_normal",
        "he_uniform(fan=in|out)",
        "he_normal(fan=in|out)",
        "lecun_uniform",
    ];

    /// Reads a word or call; the error says what was expected.
    pub fn from_value(value: &Value) -> Result<Init, String> {
        let none = Vec::new();
        let (name, args) = match value {
            Value::Word(w) => (w.as_str(), &none),
            Value::Call(name, args) => (name.as_str(), args),
            _ => return Err("write a name, such as `he_normal`".into()),
        };
        let single = |expected: &[&str], default: Option<f64>| match args.as_slice() {
            [] => default.ok_or_else(|| format!("`{name}` needs `{}`", expected[0])),
            [(key, v)] if key.as_deref().is_none_or(|k| expected.contains(&k)) => match v {
                Value::Int(i) => Ok(*i as f64),
                Value::Float(f) if f.is_finite() => Ok(*f),
                _ => Err(format!("`{}` of `{name}` is a finite number", expected[0])),
            },
            _ => Err(format!("`{name}` takes only `{}`", expected[0])),
        };
        let fan = || match args.as_slice() {
            [] => Ok(Fan::In),
            [(key, Value::Word(w))] if key.as_deref().is_none_or(|k| k == "fan") => match w.as_str() {
                "in" => Ok(Fan::In),
                "out" => Ok(Fan::Out),
                _ => Err(format!("`fan` of `{name}` is `in` or `out`")),
            },
            _ => Err(format!("`{name}` takes only `fan`, which is `in` or `out`")),
        };
        let plain = |init: Init| match args.is_empty() {
            true => Ok(init),
            false => Err(format!("`{name}` takes no arguments")),
        };
        match name {
            "zeros" => plain(Init::Zeros),
            "ones" => plain(Init::Ones),
            "constant" => single(&["value"], None).map(Init::Constant),
            "uniform" => single(&["limit"], Some(0.05)).map(Init::Uniform),
            "normal" => single(&["std"], Some(0.05)).map(Init::Normal),
            "truncated_normal" => single(&["std"], Some(0.05)).map(Init::TruncatedNormal),
            "glorot_uniform" => plain(Init::GlorotUniform),
            "glorot_normal" => plain(Init::GlorotNormal),
            "he_uniform" => fan().map(Init::HeUniform),
            "he_normal" => fan().map(Init::HeNormal),
            "lecun_uniform" => plain(Init::LecunUniform),
            _ => {
                let known = Init::NAMES.iter().map(|n| n.split('(').next().unwrap_or(n));
                Err(match crate::diag::did_you_mean(name, known) {
                    Some(close) => format!("did you mean `{close}`?"),
                    None => format!("there is no initialiser `{name}`"),
                })
            }
        }
    }

    /// Fills a parameter. `fans` are the inputs of one output and the outputs of one input.
    pub fn fill(self, values: &mut [f32], fans: (usize, usize), rng: &mut impl rand_core::Rng) {
        let (fan_in, fan_out) = (fans.0.max(1) as f64, fans.1.max(1) as f64);
        let pick = |fan| match fan {
            Fan::In => fan_in,
            Fan::Out => fan_out,
        };
        match self {
            Init::Zeros => values.fill(0.0),
            Init::Ones => values.fill(1.0),
            Init::Constant(c) => values.fill(c as f32),
            Init::Uniform(limit) => fill_uniform(values, limit, rng),
            Init::Normal(std) => fill_normal(values, std, rng),
            Init::TruncatedNormal(std) => {
                for v in values {
                    *v = loop {
                        let z = random::normal(rng);
                        if z.abs() <= 2.0 {
                            break (f64::from(z) * std) as f32;
                        }
                    };
                }
            }
            Init::GlorotUniform => fill_uniform(values, (6.0 / (fan_in + fan_out)).sqrt(), rng),
            Init::GlorotNormal => fill_normal(values, (2.0 / (fan_in + fan_out)).sqrt(), rng),
            Init::HeUniform(fan) => fill_uniform(values, (6.0 / pick(fan)).sqrt(), rng),
            Init::HeNormal(fan) => fill_normal(values, (2.0 / pick(fan)).sqrt(), rng),
            Init::LecunUniform => fill_uniform(values, 1.0 / fan_in.sqrt(), rng),
        }
    }
}

fn fill_uniform(values: &mut [f32], limit: f64, rng: &mut impl rand_core::Rng) {
    for v in values {
        *v = ((random::uniform_f64(rng) * 2.0 - 1.0) * limit) as f32;
    }
}

fn fill_normal(values: &mut [f32], std: f64, rng: &mut impl rand_core::Rng) {
    for v in values {
        *v = (f64::from(random::normal(rng)) * std) as f32;
    }
}

/// A penalty on a layer's weights, added to the loss: `l1 * sum|w| + l2 * sum w^2` (Keras's
/// convention: no factor one half).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Penalty {
    /// The factor of the sum of magnitudes.
    pub l1: f64,
    /// The factor of the sum of squares.
    pub l2: f64,
}

impl Penalty {
    /// Reads `l1(x)`, `l2(x)` or `l1l2(x, y)`; the error says what was expected.
    pub fn from_value(value: &Value) -> Result<Penalty, String> {
        let expected = || "write `l1(x)`, `l2(x)` or `l1l2(x, y)`".to_string();
        let Value::Call(name, args) = value else {
            return Err(expected());
        };
        let numbers: Vec<f64> = args
            .iter()
            .map(|(_, v)| match v {
                Value::Int(i) => Some(*i as f64),
                Value::Float(f) => Some(*f),
                _ => None,
            })
            .collect::<Option<_>>()
            .ok_or_else(expected)?;
        if !numbers.iter().all(|n| n.is_finite() && *n >= 0.0) {
            return Err("penalties are finite and not negative".into());
        }
        match (name.as_str(), numbers.as_slice()) {
            ("l1", [l1]) => Ok(Penalty { l1: *l1, l2: 0.0 }),
            ("l2", [l2]) => Ok(Penalty { l1: 0.0, l2: *l2 }),
            ("l1l2", [l1, l2]) => Ok(Penalty { l1: *l1, l2: *l2 }),
            _ => Err(expected()),
        }
    }
}
