//! What an op is in generated Rust: a field with a layer, or an expression over its inputs.
//!
//! Texts are Rust over `blockprint::typed::prelude`, made of numbers and names of ours alone, never
//! of text from a spec. The first axis is the batch, which types leave open; all others are numbers.

use std::fmt::Write;

use crate::shape::Fact;

use super::geometry::{Axis, Sliding};
use super::init::{Init, Penalty};

/// An op in generated Rust.
#[derive(Clone, Debug, PartialEq)]
pub enum Dfdx {
    /// The input itself.
    Same,
    /// A layer with parameters or state: a field whose `forward` is called.
    Layer(Layer),
    /// An expression.
    Expr(Expr),
}

/// A layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// The type of the field.
    pub ty: String,
    /// The constructor; the names of `varying`, each after a `$`, stand for their values.
    pub new: String,
    /// What may differ between otherwise equal blocks.
    pub varying: Vec<Varying>,
    /// Whether `new` may be told that the input is data.
    pub reads_data: bool,
}

/// A value of a constructor that may differ between otherwise equal blocks.
#[derive(Clone, Debug, PartialEq)]
pub struct Varying {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub ty: &'static str,
    /// Its value; `None` for the index of the node, which the layer's noise is drawn by.
    pub value: Option<String>,
}

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// Its text; `$0`, `$1`, ... stand for the inputs.
    pub text: String,
    /// Whether inputs must be plain names.
    pub names: bool,
    /// Whether the type of the result cannot be told from the expression.
    pub annotate: bool,
}

/// Why an op cannot be expressed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unsupported(pub String);

/// The answer of an op that generated code cannot express.
pub fn unsupported(reason: &str) -> Result<Dfdx, Unsupported> {
    Err(Unsupported(reason.to_string()))
}

/// `emit_dfdx` of an op that generated code cannot express.
macro_rules! unexpressed {
    ($reason:literal) => {
        fn emit_dfdx(
            &self,
            _inputs: &[Fact],
            _output: &Fact,
        ) -> Result<$crate::ops::emit::Dfdx, $crate::ops::emit::Unsupported> {
            $crate::ops::emit::unsupported($reason)
        }
    };
}
pub(super) use unexpressed;

/// `name($0, ..)` over this many inputs, with further arguments.
pub fn call(name: &str, inputs: usize, arguments: &[String]) -> Result<Dfdx, Unsupported> {
    let inputs = (0..inputs).map(|i| format!("${i}"));
    let arguments: Vec<String> = inputs.chain(arguments.iter().cloned()).collect();
    expr(format!("{name}({})", arguments.join(", ")))
}

/// `name!($0; from => to, clauses)`.
pub fn reshaping(name: &str, from: &Fact, to: &Fact, clauses: &str) -> Result<Dfdx, Unsupported> {
    expr(format!("{name}!($0; {} => {}{clauses})", sizes(from), sizes(to)))
}

/// `apply(op, ..)`: the op by its own kernel, for what has no function of its own.
pub fn apply(op: &str, inputs: usize) -> Result<Dfdx, Unsupported> {
    let names: Vec<String> = (0..inputs).map(|i| format!("${i}")).collect();
    let inputs = match inputs {
        1 => names[0].clone(),
        2..=4 => format!("({})", names.join(", ")),
        _ => format!("vec![{}]", names.join(", ")),
    };
    Ok(Dfdx::Expr(Expr { text: format!("apply(ops::{op}, {inputs})"), names: false, annotate: true }))
}

/// A layer without a type of its own, by the op's own kernel: `op` is the op with its settings.
pub fn custom(op: &str, input: &Fact, output: &Fact) -> Result<Dfdx, Unsupported> {
    let sizes = |fact: &Fact| {
        let sizes = fact.shape.iter().skip(1).map(|d| format!("Const<{}>,", d.as_usize().unwrap_or(0)));
        sizes.collect::<String>()
    };
    weighted(format!("Custom<({}), ({})>", sizes(input), sizes(output)), format!("Custom::new(ops::{op})"))
}

/// An expression whose type can be told from its text.
pub fn expr(text: String) -> Result<Dfdx, Unsupported> {
    Ok(Dfdx::Expr(Expr { text, names: false, annotate: false }))
}

/// A layer; `new` is `Type::new()` and its builders.
pub fn layer(ty: String, new: String) -> Result<Dfdx, Unsupported> {
    Ok(Dfdx::Layer(Layer { ty, new, varying: Vec::new(), reads_data: false }))
}

/// A layer with weights, whose gradient with respect to data need not be computed.
pub fn weighted(ty: String, new: String) -> Result<Dfdx, Unsupported> {
    Ok(Dfdx::Layer(Layer { ty, new, varying: Vec::new(), reads_data: true }))
}

/// `64 x 56 x 56`: all sizes but the batch's.
pub fn sizes(fact: &Fact) -> String {
    let sizes: Vec<usize> = fact.shape.iter().skip(1).map(|d| d.as_usize().unwrap_or(0)).collect();
    product(sizes)
}

/// The size of an axis.
pub fn size(fact: &Fact, axis: usize) -> usize {
    fact.shape.get(axis).and_then(|d| d.as_usize()).unwrap_or(0)
}

/// Values with `x` between them.
pub fn product(values: impl IntoIterator<Item = impl ToString>) -> String {
    values.into_iter().map(|v| v.to_string()).collect::<Vec<_>>().join(" x ")
}

/// `, kernel 3 x 3, stride 2 x 2, pad 1 x 1, dilation 1 x 1`; what has no effect is left out.
pub fn window(op: &str, sliding: &Sliding, input: &Fact) -> Result<String, Unsupported> {
    let axes = sliding.axes(op, input.rank().saturating_sub(2)).map_err(|e| Unsupported(e.message))?;
    let pads: Vec<(i64, i64)> = axes.iter().enumerate().map(|(i, axis)| axis.pads(size(input, i + 2) as i64)).collect();
    let each = |f: fn(&Axis) -> i64| axes.iter().map(f).collect::<Vec<i64>>();
    let mut text = format!(", kernel {}", product(each(|a| a.kernel)));
    let mut clause = |name: &str, values: Vec<i64>, neutral: i64| {
        if values.iter().any(|v| *v != neutral) {
            // Writing to a string does not fail.
            let _ = write!(text, ", {name} {}", product(values));
        }
    };
    clause("stride", each(|a| a.stride), 1);
    match pads.iter().all(|(before, after)| before == after) {
        true => clause("pad", pads.iter().map(|p| p.0).collect(), 0),
        false => {
            let pads = pads.iter().map(|(before, after)| format!("({before}, {after})"));
            let _ = write!(text, ", pad {}", product(pads));
        }
    }
    let dilation = each(|a| a.dilation);
    if dilation.iter().any(|d| *d != 1) {
        let _ = write!(text, ", dilation {}", product(dilation));
    }
    Ok(text)
}

/// The builders of weights: only what differs from the defaults.
pub fn weights(init: Init, bias_init: Option<Init>, penalty: Penalty) -> String {
    let mut text = String::new();
    if init != Init::GlorotUniform {
        text += &self::init(init);
    }
    if let Some(init) = bias_init.filter(|init| *init != Init::Zeros) {
        text += &format!(".bias_init({})", initialiser(init));
    }
    if penalty != Penalty::default() {
        text += &format!(".penalty(Penalty {{ l1: {:?}, l2: {:?} }})", penalty.l1, penalty.l2);
    }
    text
}

/// `.init(Init::HeNormal(Fan::Out))`.
pub fn init(init: Init) -> String {
    format!(".init({})", initialiser(init))
}

/// `Init::HeNormal(Fan::Out)`.
pub fn initialiser(init: Init) -> String {
    // Fans print without their type.
    format!("Init::{init:?}").replace("(In)", "(Fan::In)").replace("(Out)", "(Fan::Out)")
}

/// `.eps(1e-3)` where it is not 1e-5.
pub fn eps(eps: f64) -> String {
    if eps == 1e-5 { String::new() } else { format!(".eps({eps:?})") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::init::Fan;
    use crate::shape::{Dim, Shape};

    fn maps(sizes: &[usize]) -> Fact {
        let mut shape = Shape::of(sizes);
        shape.0.insert(0, Dim::symbol("N"));
        Fact::f32(shape)
    }

    #[test]
    fn clauses_name_only_what_matters() {
        use crate::ops::attrs::{Padding, Size};
        let sliding = Sliding {
            kernel: Size::All(3),
            stride: Size::All(2),
            pad: Padding::Same,
            dilation: Size::All(1),
            ceil: false,
        };
        let x = maps(&[8, 10, 11]);
        assert_eq!(window("conv", &sliding, &x).unwrap(), ", kernel 3 x 3, stride 2 x 2, pad (0, 1) x (1, 1)");
        let plain = Sliding { stride: Size::All(1), pad: Padding::Valid, ..sliding };
        assert_eq!(window("conv", &plain, &x).unwrap(), ", kernel 3 x 3");
    }

    #[test]
    fn builders_name_only_what_differs() {
        assert_eq!(weights(Init::GlorotUniform, Some(Init::Zeros), Penalty::default()), "");
        assert_eq!(
            weights(Init::HeNormal(Fan::Out), None, Penalty { l1: 0.0, l2: 1e-4 }),
            ".init(Init::HeNormal(Fan::Out)).penalty(Penalty { l1: 0.0, l2: 0.0001 })"
        );
        assert_eq!((eps(1e-5), eps(1e-3)), (String::new(), ".eps(0.001)".to_string()));
    }
}
