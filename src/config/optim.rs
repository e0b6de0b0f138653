//! Reads optimizers and schedules.

use crate::diag::{Diagnostic, Sink, codes};
use crate::engine::optim::Optimizer;
use crate::engine::schedule::{Length, Piece, Plateau, Schedule};
use crate::ops::attrs::{Args, Attr, AttrKind, Default, Value};
use crate::syntax::ast::{Call, Expr, ExprKind};

use super::fields::{self, Callable};
use super::style::PictureOptimizer;

const POSITIVE: AttrKind = AttrKind::Float { min: 0.0, max: f64::MAX };
const UNIT: AttrKind = AttrKind::Float { min: 0.0, max: 1.0 };

const fn attr(name: &'static str, kind: AttrKind, default: Default, doc: &'static str) -> Attr {
    Attr { name, kind, default, doc }
}

const fn decay(default: f64) -> Attr {
    attr("weight_decay", POSITIVE, Default::Float(default), "decay of the weights")
}

const EPS: Attr = attr("eps", POSITIVE, Default::Float(1e-8), "added to the root");

static SGD: &[Attr] = &[
    attr("lr", POSITIVE, Default::Required, "the learning rate"),
    attr("momentum", UNIT, Default::Float(0.0), "the momentum; 0 for none"),
    attr("nesterov", AttrKind::Bool, Default::Bool(false), "Nesterov's form of the momentum"),
    attr("dampening", UNIT, Default::Float(0.0), "dampening of the momentum"),
    decay(0.0),
];

const ADAM_HEAD: [Attr; 4] = [
    attr("lr", POSITIVE, Default::Float(1e-3), "the learning rate"),
    attr("beta1", UNIT, Default::Float(0.9), "decay of the mean of gradients"),
    attr("beta2", UNIT, Default::Float(0.999), "decay of the mean of squares"),
    EPS,
];

const AMSGRAD: Attr =
    attr("amsgrad", AttrKind::Bool, Default::Bool(false), "keep the greatest mean of squares (Reddi et al. 2018)");

const RATE_OF_NADAM: Attr = attr("lr", POSITIVE, Default::Float(2e-3), "the learning rate");

static ADAM: &[Attr] = {
    let [lr, beta1, beta2, eps] = ADAM_HEAD;
    &[lr, beta1, beta2, eps, decay(0.0), AMSGRAD]
};

static ADAMW: &[Attr] = {
    let [lr, beta1, beta2, eps] = ADAM_HEAD;
    &[lr, beta1, beta2, eps, decay(0.01), AMSGRAD]
};

static NADAM: &[Attr] = {
    let [_, beta1, beta2, eps] = ADAM_HEAD;
    &[
        RATE_OF_NADAM,
        beta1,
        beta2,
        eps,
        decay(0.0),
        attr("momentum_decay", POSITIVE, Default::Float(4e-3), "how fast `beta1` is reached"),
        attr("decoupled", AttrKind::Bool, Default::Bool(false), "take the decay from the weights"),
    ]
};

static ADAMAX: &[Attr] = {
    let [_, beta1, _, _] = ADAM_HEAD;
    &[
        RATE_OF_NADAM,
        beta1,
        attr("beta2", UNIT, Default::Float(0.999), "decay of the greatest gradient"),
        attr("eps", POSITIVE, Default::Float(1e-8), "added to the size of each gradient"),
        decay(0.0),
    ]
};

static RMSPROP: &[Attr] = &[
    attr("lr", POSITIVE, Default::Float(0.01), "the learning rate"),
    attr("alpha", UNIT, Default::Float(0.99), "smoothing of the mean of squares"),
    EPS,
    attr("momentum", UNIT, Default::Float(0.0), "the momentum; 0 for none"),
    attr("centered", AttrKind::Bool, Default::Bool(false), "take the mean of the gradients off"),
    decay(0.0),
];

static ADAGRAD: &[Attr] = &[
    attr("lr", POSITIVE, Default::Float(0.01), "the learning rate"),
    attr("lr_decay", POSITIVE, Default::Float(0.0), "the rate is divided by one plus this times the steps so far"),
    attr("initial", POSITIVE, Default::Float(0.0), "what the sum of squares begins with"),
    attr("eps", POSITIVE, Default::Float(1e-10), "added to the root"),
    decay(0.0),
];

static ADADELTA: &[Attr] = &[
    attr("lr", POSITIVE, Default::Float(1.0), "the learning rate"),
    attr("rho", UNIT, Default::Float(0.9), "smoothing of the means of squares"),
    attr("eps", POSITIVE, Default::Float(1e-6), "added beneath the roots"),
    decay(0.0),
];

/// The optimizers of a picture; all but the last train networks too.
pub static PICTURE_OPTIMIZERS: [Callable; 9] = [
    Callable { name: "sgd", attrs: SGD, doc: "stochastic gradient descent; the decay is added to the gradient" },
    Callable { name: "adam", attrs: ADAM, doc: "Adam; the decay is added to the gradient" },
    Callable { name: "adamw", attrs: ADAMW, doc: "Adam with decoupled decay" },
    Callable { name: "nadam", attrs: NADAM, doc: "Adam with Nesterov's momentum; the decay is added to the gradient" },
    Callable {
        name: "adamax",
        attrs: ADAMAX,
        doc: "Adam by the greatest gradient; the decay is added to the gradient",
    },
    Callable { name: "rmsprop", attrs: RMSPROP, doc: "RMSprop in PyTorch's form" },
    Callable { name: "adagrad", attrs: ADAGRAD, doc: "Adagrad; the decay is added to the gradient" },
    Callable { name: "adadelta", attrs: ADADELTA, doc: "Adadelta; the decay is added to the gradient" },
    Callable {
        name: "lbfgs",
        attrs: &[attr("history", AttrKind::Int { min: 1 }, Default::Int(10), "steps that are remembered")],
        doc: "L-BFGS with a line search for the strong Wolfe conditions; it takes no learning rate",
    },
];

/// The optimizers of training.
pub static OPTIMIZERS: &[Callable] = PICTURE_OPTIMIZERS.split_at(PICTURE_OPTIMIZERS.len() - 1).0;

const LENGTH: Attr = attr("length", AttrKind::Length, Default::Required, "how long the piece lasts");
const GAMMA: Attr = attr("gamma", POSITIVE, Default::Float(0.1), "the factor of each drop");
const GAMMA_OF_PLATEAU: Attr = attr("factor", UNIT, Default::Float(0.1), "the factor of each drop");
const MIN: Attr = attr("min", UNIT, Default::Float(0.0), "the last factor");

/// The pieces of schedules.
pub static SCHEDULES: &[Callable] = &[
    Callable {
        name: "constant",
        attrs: &[attr("length", AttrKind::Length, Default::Optional, "how long; to the end where it is not given")],
        doc: "the optimizer's own rate",
    },
    Callable {
        name: "warmup",
        attrs: &[LENGTH, attr("from", UNIT, Default::Float(0.0), "the first factor")],
        doc: "linear, from a small factor up to the rate",
    },
    Callable { name: "cosine", attrs: &[LENGTH, MIN], doc: "half a cosine down to `min` times the rate" },
    Callable {
        name: "step",
        attrs: &[attr("every", AttrKind::Length, Default::Required, "the time between two drops"), GAMMA],
        doc: "times `gamma` every so often",
    },
    Callable {
        name: "multistep",
        attrs: &[
            attr("milestones", AttrKind::Lengths, Default::Required, "where the drops are, from the piece's beginning"),
            GAMMA,
        ],
        doc: "times `gamma` at each milestone",
    },
    Callable {
        name: "exponential",
        attrs: &[attr("gamma", POSITIVE, Default::Required, "the factor of an epoch")],
        doc: "times `gamma` each epoch, continuously",
    },
    Callable {
        name: "plateau",
        attrs: &[
            GAMMA_OF_PLATEAU,
            attr("patience", AttrKind::Int { min: 0 }, Default::Int(10), "epochs without an improvement"),
            attr("min_delta", POSITIVE, Default::Float(0.0), "what counts as an improvement"),
            attr("cooldown", AttrKind::Int { min: 0 }, Default::Int(0), "epochs after a drop that do not count"),
            MIN,
        ],
        doc: "times `factor` whenever the number that `monitor` watches no longer improves",
    },
    Callable {
        name: "restarts",
        attrs: &[
            LENGTH,
            attr(
                "mult",
                AttrKind::Float { min: 1.0, max: f64::MAX },
                Default::Float(1.0),
                "each cycle over the one before it",
            ),
            MIN,
        ],
        doc: "half a cosine down to `min`, again and again (Loshchilov and Hutter 2016)",
    },
    Callable {
        name: "polynomial",
        attrs: &[LENGTH, attr("power", POSITIVE, Default::Float(1.0), "the exponent"), MIN],
        doc: "`(1 - t)^power` down to `min`",
    },
    Callable {
        name: "onecycle",
        attrs: &[
            LENGTH,
            attr("pct_start", UNIT, Default::Float(0.3), "the part that rises"),
            attr("div", AttrKind::Float { min: 1.0, max: f64::MAX }, Default::Float(25.0), "rate over first rate"),
            attr(
                "final_div",
                AttrKind::Float { min: 1.0, max: f64::MAX },
                Default::Float(1e4),
                "first rate over last rate",
            ),
        ],
        doc: "Smith and Topin's one cycle: up, then down, both half cosines",
    },
];

/// The call of an optimizer of a table, with its arguments.
fn one_of(what: &str, table: &'static [Callable], expr: &Expr, sink: &mut Sink) -> Option<(Call, &'static str, Args)> {
    let errors = sink.error_count();
    let mut calls = fields::calls(what, expr, sink);
    let (Some(call), true) = (calls.pop(), calls.is_empty()) else {
        if sink.error_count() == errors && !matches!(expr.kind, ExprKind::Hole) {
            sink.push(fields::bad(what, "one optimizer", expr, None));
        }
        return None;
    };
    let (name, args) = fields::pick("optimizer", codes::UNKNOWN_OPTIMIZER, table, &call, sink)?;
    Some((call, name, args))
}

/// Reads an optimizer. `what` is the setting without backticks.
pub(super) fn optimizer(what: &str, expr: &Expr, sink: &mut Sink) -> Option<Optimizer> {
    let (call, name, args) = one_of(what, OPTIMIZERS, expr, sink)?;
    built(&call, name, &args, sink)
}

/// Reads an optimizer of a picture.
pub(super) fn picture_optimizer(what: &str, expr: &Expr, sink: &mut Sink) -> Option<PictureOptimizer> {
    let (call, name, args) = one_of(what, &PICTURE_OPTIMIZERS, expr, sink)?;
    match (name, args.int("history")) {
        ("lbfgs", history) => {
            let history = history.and_then(|h| usize::try_from(h).ok()).unwrap_or(10);
            Some(PictureOptimizer::Lbfgs { history })
        }
        _ => built(&call, name, &args, sink).map(PictureOptimizer::Gradient),
    }
}

/// An optimizer from arguments that its table has checked.
fn built(call: &Call, name: &str, args: &Args, sink: &mut Sink) -> Option<Optimizer> {
    let number = |name| args.float(name).unwrap_or(0.0);
    let (lr, weight_decay, momentum, eps) = (number("lr"), number("weight_decay"), number("momentum"), number("eps"));
    Some(match name {
        "sgd" => {
            let (nesterov, dampening) = (args.bool("nesterov"), number("dampening"));
            if nesterov && (momentum == 0.0 || dampening != 0.0) {
                sink.push(nesterov_needs_momentum(call, args));
                return None;
            }
            Optimizer::Sgd { lr, momentum, nesterov, dampening, weight_decay }
        }
        "nadam" => Optimizer::Nadam {
            lr,
            beta1: number("beta1"),
            beta2: number("beta2"),
            eps,
            weight_decay,
            momentum_decay: number("momentum_decay"),
            decoupled: args.bool("decoupled"),
        },
        "adamax" => Optimizer::Adamax { lr, beta1: number("beta1"), beta2: number("beta2"), eps, weight_decay },
        "rmsprop" => Optimizer::Rmsprop {
            lr,
            alpha: number("alpha"),
            eps,
            momentum,
            centered: args.bool("centered"),
            weight_decay,
        },
        "adagrad" => {
            Optimizer::Adagrad { lr, lr_decay: number("lr_decay"), initial: number("initial"), eps, weight_decay }
        }
        "adadelta" => Optimizer::Adadelta { lr, rho: number("rho"), eps, weight_decay },
        _ => Optimizer::Adam {
            lr,
            beta1: number("beta1"),
            beta2: number("beta2"),
            eps,
            weight_decay,
            decoupled: name == "adamw",
            amsgrad: args.bool("amsgrad"),
        },
    })
}

fn nesterov_needs_momentum(call: &Call, args: &Args) -> Diagnostic {
    Diagnostic::error(codes::BAD_ARGUMENT, "`nesterov` needs a momentum and no dampening")
        .label(args.span("nesterov").unwrap_or(call.span), "Nesterov's form changes how momentum is applied")
        .help("write `sgd(lr=..., momentum=0.9, nesterov=true)`")
}

/// Reads a schedule. `what` is the setting without backticks.
pub(super) fn schedule(what: &str, expr: &Expr, sink: &mut Sink) -> Option<Schedule> {
    if let Some(Value::Int(_) | Value::Float(_)) = fields::to_value(expr) {
        let help = "the rate itself is an argument of the optimizer: `optim: sgd(lr=0.1)`".to_string();
        sink.push(fields::bad(what, "a schedule", expr, Some(help)));
        return None;
    }
    let errors = sink.error_count();
    let calls = fields::calls(what, expr, sink);
    let mut pieces = Vec::new();
    for (i, call) in calls.iter().enumerate() {
        let Some((name, args)) = fields::pick("schedule", codes::UNKNOWN_SCHEDULE, SCHEDULES, call, sink) else {
            continue;
        };
        let Some(piece) = piece(name, &args) else { continue };
        if let Some(next) = calls.get(i + 1)
            && is_endless(&piece)
        {
            sink.push(
                Diagnostic::error(codes::UNREACHABLE_PIECE, format!("`{}` is never reached", next.name.value))
                    .label(next.span, "never reached")
                    .label(call.span, "this has no end")
                    .help(match name {
                        "constant" => "give it a length: `constant(10ep)`".to_string(),
                        _ => format!("put `{name}` last"),
                    }),
            );
        }
        pieces.push(piece);
    }
    (sink.error_count() == errors).then_some(Schedule { pieces })
}

fn is_endless(piece: &Piece) -> bool {
    matches!(
        piece,
        Piece::Constant { length: None }
            | Piece::Step { .. }
            | Piece::Multistep { .. }
            | Piece::Exponential { .. }
            | Piece::Plateau(_)
            | Piece::Restarts { .. }
    )
}

/// A piece from arguments that its table has checked.
fn piece(name: &str, args: &Args) -> Option<Piece> {
    let length = |name| args.get(name).and_then(length);
    let number = |name| args.float(name).unwrap_or(0.0);
    Some(match name {
        "constant" => Piece::Constant { length: length("length") },
        "warmup" => Piece::Warmup { length: length("length")?, from: number("from") },
        "cosine" => Piece::Cosine { length: length("length")?, min_factor: number("min") },
        "step" => Piece::Step { every: length("every")?, gamma: number("gamma") },
        "multistep" => {
            let Some(Value::List(items)) = args.get("milestones") else { return None };
            Piece::Multistep { milestones: items.iter().filter_map(self::length).collect(), gamma: number("gamma") }
        }
        "exponential" => Piece::Exponential { gamma: number("gamma") },
        "plateau" => {
            let count = |name| args.int(name).and_then(|p| u64::try_from(p).ok()).unwrap_or(0);
            Piece::Plateau(Plateau {
                factor: number("factor"),
                patience: count("patience"),
                min_delta: number("min_delta"),
                cooldown: count("cooldown"),
                min_factor: number("min"),
            })
        }
        "restarts" => Piece::Restarts { length: length("length")?, mult: number("mult"), min_factor: number("min") },
        "polynomial" => {
            Piece::Polynomial { length: length("length")?, power: number("power"), min_factor: number("min") }
        }
        _ => Piece::Onecycle {
            length: length("length")?,
            pct_start: number("pct_start"),
            div: number("div"),
            final_div: number("final_div"),
        },
    })
}

/// A length that `AttrKind::Length` has accepted.
pub(super) fn length(value: &Value) -> Option<Length> {
    match value {
        Value::Quantity(v, "it") => Some(Length::Steps(*v as u64)),
        Value::Quantity(v, _) => Some(Length::Epochs(*v)),
        _ => None,
    }
}
