//! Ops that move elements or name their axes anew, without arithmetic.

use rand_chacha::ChaCha8Rng;

use crate::diag::Sink;
use crate::random;
use crate::shape::{Fact, Shape};
use crate::source::Span;

use super::attrs::{Args, Attr, AttrKind, Default};
use super::facts;
use super::lower::{LowerCx, Lowered};
use super::{Inputs, OpInfo, Operator, ParamSpec, Reach, Role, Sample, ShapeError};

/// All axes from one on as one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flatten {
    /// The first axis that is merged; counted from the end where it is negative.
    pub start: i64,
}

impl Operator for Flatten {
    const INFO: OpInfo = OpInfo {
        name: "flatten",
        also_known_as: &["ravel"],
        doc: "Merges the axes from `start` on into one, row-major: `[N, C, H, W]` to `[N, C*H*W]`. No data moves.",
        inputs: Inputs::Named(&["x"]),
        attrs: &[Attr {
            name: "start",
            kind: AttrKind::Int { min: i64::MIN },
            default: Default::Int(1),
            doc: "the first axis that is merged; negative counts from the end",
        }],
        role: Role::Layer,
        example: "flatten",
    };

    fn build(args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
        Some(Flatten { start: args.int("start")? })
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        let x = &inputs[0];
        // `[N]` becomes `[N, 1]`.
        let start = match self.start {
            1 if x.rank() == 1 => 1,
            start => facts::axis("flatten", "start", x, start)?,
        };
        let mut sizes = x.shape[..start].to_vec();
        sizes.push(facts::volume(&x.shape[start..])?);
        Ok(Fact { dtype: x.dtype, shape: sizes.into() })
    }

    fn params(&self, _inputs: &[Fact]) -> Vec<ParamSpec> {
        Vec::new()
    }

    fn macs(&self, _inputs: &[Fact], _output: &Fact) -> u128 {
        0
    }

    fn reach(&self, _inputs: &[Fact]) -> Reach {
        Reach::All
    }

    fn lower(&self, _inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
        Lowered::View
    }

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let sizes: Vec<usize> = (0..4).map(|_| 1 + random::below(rng, 3) as usize).collect();
        let start = random::below(rng, 4) as i64;
        let inputs = vec![Fact::f32(Shape::of(&sizes))];
        Sample { op: Flatten { start }.into(), inputs, classes: 0, range: (-1.0, 1.0), kinks: false }
    }
}
