//! How the images of a data set make up examples.

use serde::{Deserialize, Serialize};

use crate::diag::{Diagnostic, Sink, codes};
use crate::ops::attrs::{Attr, AttrKind, Default as AttrDefault};
use crate::syntax::ast::Expr;

use super::fields::{self, Callable};

/// How the images of a data set make up examples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Sampler {
    /// Each example as the data set has it.
    #[default]
    Each,
    /// Batches of some images of some people.
    Pk {
        /// Classes of a batch.
        people: usize,
        /// Images of each.
        images: usize,
    },
    /// Pairs with 1 for one class and 0 for two.
    Pairs {
        /// Pairs of an epoch; `None`: as many as there are images.
        count: Option<usize>,
        /// The share of pairs of one class.
        same: f64,
    },
    /// An anchor, another image of its class, and one of another class.
    Triplets {
        /// Triplets of an epoch; `None`: as many as there are images.
        count: Option<usize>,
    },
}

impl Sampler {
    /// Images of an example.
    pub fn slots(self) -> usize {
        match self {
            Sampler::Each | Sampler::Pk { .. } => 1,
            Sampler::Pairs { .. } => 2,
            Sampler::Triplets { .. } => 3,
        }
    }

    /// Examples of a batch, where the sampler decides it.
    pub fn batch(self) -> Option<usize> {
        match self {
            Sampler::Pk { people, images } => Some(people * images),
            Sampler::Each | Sampler::Pairs { .. } | Sampler::Triplets { .. } => None,
        }
    }
}

const COUNT: Attr = Attr {
    name: "count",
    kind: AttrKind::Int { min: 1 },
    default: AttrDefault::Optional,
    doc: "how many in an epoch; as many as there are images",
};

/// The ways to make up examples.
pub static SAMPLERS: &[Callable] = &[
    Callable { name: "each", attrs: &[], doc: "each example as the data set has it" },
    Callable {
        name: "pk",
        attrs: &[
            Attr {
                name: "people",
                kind: AttrKind::Int { min: 2 },
                default: AttrDefault::Required,
                doc: "classes of a batch",
            },
            Attr {
                name: "images",
                kind: AttrKind::Int { min: 2 },
                default: AttrDefault::Required,
                doc: "images of each class",
            },
        ],
        doc: "batches of `people * images` images, for losses that compare within the batch",
    },
    Callable {
        name: "pairs",
        attrs: &[
            COUNT,
            Attr {
                name: "same",
                kind: AttrKind::Float { min: 0.0, max: 1.0 },
                default: AttrDefault::Float(0.5),
                doc: "the share of pairs of one class",
            },
        ],
        doc: "two images, labelled 1 where they are of one class and 0 where they are not",
    },
    Callable {
        name: "triplets",
        attrs: &[COUNT],
        doc: "an anchor, another image of its class, and one of another class",
    },
];

/// The greatest batch or epoch that a sampler may ask for.
const MAX_COUNT: usize = 100_000_000;

/// Reads a sampler.
pub(super) fn read(expr: &Expr, sink: &mut Sink) -> Option<Sampler> {
    let calls = fields::calls("data.sampler", expr, sink);
    let [call] = calls.as_slice() else {
        if calls.len() > 1 {
            sink.push(fields::bad("data.sampler", "one sampler, such as `pk(people=8, images=4)`", expr, None));
        }
        return None;
    };
    let (name, args) = fields::pick("sampler", codes::UNKNOWN_SAMPLER, SAMPLERS, call, sink)?;
    let count = args.usize("count");
    let sampler = match name {
        "pk" => Sampler::Pk { people: args.usize("people")?, images: args.usize("images")? },
        "pairs" => Sampler::Pairs { count, same: args.float("same")? },
        "triplets" => Sampler::Triplets { count },
        _ => Sampler::Each,
    };
    let asked = match sampler {
        Sampler::Pk { people, images } => people.saturating_mul(images),
        _ => count.unwrap_or(0),
    };
    if asked > MAX_COUNT {
        sink.push(
            Diagnostic::error(codes::BAD_ARGUMENT, format!("`{name}` asks for more than {MAX_COUNT} images"))
                .label(call.span, "too many"),
        );
        return None;
    }
    Some(sampler)
}
