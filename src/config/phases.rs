//! Phases of training: what is frozen, for how long, under which optimizer.

use serde::{Deserialize, Serialize};

use crate::diag::{Diagnostic, Sink, codes};
use crate::engine::optim::Optimizer;
use crate::engine::schedule::Schedule;
use crate::ops::attrs::AttrKind;
use crate::source::{Span, Spanned};
use crate::syntax::ast::{Expr, ExprKind, Ident};

use super::fields::{self, Fields, Key, Kind};
use super::optim;
use super::train::{COUNT, LR, OPTIM, TrainConfig};

/// One phase of training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Phase {
    /// What is frozen from this phase on.
    pub freeze: Freeze,
    /// What `freeze` leaves out.
    pub except: Vec<Ident>,
    /// What is trained again from this phase on.
    pub unfreeze: Freeze,
    /// A node or block that is frozen from this phase on with everything it depends on, whatever
    /// `unfreeze` says.
    pub upto: Option<Ident>,
    /// Passes over the data.
    pub epochs: usize,
    /// Its own optimizer.
    pub optim: Option<Optimizer>,
    /// Its own schedule, counted from the beginning of the phase.
    pub lr: Option<Schedule>,
    /// Where it stands.
    #[serde(skip)]
    pub span: Span,
}

/// A set of parameters.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Freeze {
    /// None.
    #[default]
    Nothing,
    /// All.
    All,
    /// Those of these nodes, blocks or towers, and of all beneath them.
    Names(Vec<Ident>),
}

impl Freeze {
    /// Whether a parameter is in the set.
    pub fn holds(&self, parameter: &str) -> bool {
        match self {
            Freeze::Nothing => false,
            Freeze::All => true,
            Freeze::Names(names) => names.iter().any(|n| is_beneath(parameter, &n.value)),
        }
    }
}

/// Whether a dotted path is `name` or lies beneath it.
pub(crate) fn is_beneath(path: &str, name: &str) -> bool {
    path.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

impl Phase {
    /// Whether a parameter is frozen in this phase, given whether it was before.
    pub fn freezes(&self, parameter: &str, before: bool) -> bool {
        if self.unfreeze.holds(parameter) {
            return false;
        }
        let spared = self.except.iter().any(|n| is_beneath(parameter, &n.value));
        match self.freeze.holds(parameter) {
            true => !spared,
            false => before,
        }
    }
}

/// Gives the phases `epochs` in all. The last phase becomes longer or shorter; where nothing would
/// be left of it, all become shorter in proportion. Each keeps at least one epoch.
///
/// # Errors
/// The number of phases, where there are fewer epochs than phases.
pub(super) fn set_epochs(phases: &mut [Phase], epochs: usize) -> Result<(), usize> {
    let count = phases.len();
    if epochs < count {
        return Err(count);
    }
    let total = phases.iter().fold(0usize, |sum, p| sum.saturating_add(p.epochs));
    let Some((last, before)) = phases.split_last_mut() else { return Ok(()) };
    let fixed = before.iter().fold(0usize, |sum, p| sum.saturating_add(p.epochs));
    if epochs > fixed {
        last.epochs = epochs - fixed;
        return Ok(());
    }
    let (mut end, mut scaled_end) = (0usize, 0);
    for (index, phase) in phases.iter_mut().enumerate() {
        end = end.saturating_add(phase.epochs);
        let share = (end as f64 / total.max(1) as f64 * epochs as f64).round() as usize;
        let next = share.clamp(scaled_end + 1, epochs - (count - 1 - index));
        (phase.epochs, scaled_end) = (next - scaled_end, next);
    }
    Ok(())
}

/// Reports every name of a phase that matches no parameter, and phases in which all is frozen.
/// `parameters` are the dotted paths of those that are trainable.
pub fn check_phases(train: &TrainConfig, parameters: &[&str], sink: &mut Sink) {
    let errors = sink.error_count();
    for phase in &train.phases {
        let sets = [&phase.freeze, &phase.unfreeze];
        let named = sets.into_iter().flat_map(|s| match s {
            Freeze::Names(names) => names.as_slice(),
            Freeze::All | Freeze::Nothing => &[],
        });
        for name in named.chain(&phase.except) {
            if parameters.iter().any(|p| is_beneath(p, &name.value)) {
                continue;
            }
            let prefixes: std::collections::BTreeSet<&str> =
                parameters.iter().flat_map(|p| p.match_indices('.').map(|(at, _)| &p[..at])).collect();
            let close = crate::diag::did_you_mean(&name.value, prefixes);
            sink.push(
                Diagnostic::error(codes::FREEZES_NOTHING, format!("`{}` holds no parameters", name.value))
                    .label(name.span, "no parameter lies beneath this name")
                    .help(match close {
                        Some(close) => format!("did you mean `{close}`?"),
                        None => "name a node, block or tower that has weights; `show` lists them".to_string(),
                    }),
            );
        }
    }
    // A misspelt `except` must not be reported a second time as freezing everything.
    if sink.error_count() == errors {
        check_that_some_train(train, parameters, sink);
    }
}

fn check_that_some_train(train: &TrainConfig, parameters: &[&str], sink: &mut Sink) {
    let mut frozen = vec![false; parameters.len()];
    for phase in &train.phases {
        for (frozen, parameter) in frozen.iter_mut().zip(parameters) {
            *frozen = phase.freezes(parameter, *frozen);
        }
        if frozen.iter().all(|f| *f) && !frozen.is_empty() {
            sink.push(
                Diagnostic::error(codes::TRAINS_NOTHING, "every parameter is frozen in this phase")
                    .label(phase.span, "nothing is left to train")
                    .help("leave a layer out with `except: [...]`, or name some under `unfreeze`"),
            );
        }
    }
}

/// The settings of one of `train.phases`.
pub static PHASE: &[Key] = &[
    Key { name: "freeze", kind: Kind::Nested("`all` or a list of names"), doc: "what is frozen from here on" },
    Key { name: "except", kind: Kind::Nested("a list of names"), doc: "what `freeze` leaves out" },
    Key { name: "unfreeze", kind: Kind::Nested("`all` or a list of names"), doc: "what is trained again from here on" },
    Key {
        name: "upto",
        kind: Kind::Value(AttrKind::Word),
        doc: "a node or block that is frozen with all before it; it wins over `unfreeze`",
    },
    Key { name: "epochs", kind: COUNT, doc: "passes over the data" },
    OPTIM,
    LR,
];

pub(super) fn read(expr: &Expr, sink: &mut Sink) -> Vec<Phase> {
    match &expr.kind {
        ExprKind::List(items) => items.iter().filter_map(|item| phase(item, sink)).collect(),
        ExprKind::Hole => Vec::new(),
        _ => {
            sink.push(fields::bad("train.phases", "a list of phases", expr, None));
            Vec::new()
        }
    }
}

fn phase(expr: &Expr, sink: &mut Sink) -> Option<Phase> {
    let fields = Fields::read("train.phases", PHASE, expr, sink)?;
    let mut set = |name: &str| fields.expr(name).map(|e| names(name, e, sink));
    let (freeze, except, unfreeze) = (set("freeze"), set("except"), set("unfreeze"));
    let except = match except {
        Some(Freeze::Names(names)) => names,
        Some(Freeze::All) => {
            fields.conflict("freeze", "except", "`except: all` leaves nothing to freeze", sink);
            Vec::new()
        }
        Some(Freeze::Nothing) | None => Vec::new(),
    };
    if freeze.is_none() && !except.is_empty() {
        fields.missing("freeze", "freeze: all", sink);
    }
    let optim = fields.expr("optim").and_then(|e| optim::optimizer("train.phases.optim", e, sink));
    let lr = fields.expr("lr").and_then(|e| optim::schedule("train.phases.lr", e, sink));
    if fields.expr("epochs").is_none() {
        fields.missing("epochs", "epochs: 5", sink);
    }
    Some(Phase {
        freeze: freeze.unwrap_or_default(),
        except,
        unfreeze: unfreeze.unwrap_or_default(),
        upto: fields.word("upto"),
        epochs: fields.size("epochs")?,
        optim,
        lr,
        span: expr.span,
    })
}

/// Reads `all`, one name or a list of names.
fn names(what: &str, expr: &Expr, sink: &mut Sink) -> Freeze {
    let name = |e: &Expr| match &e.kind {
        ExprKind::Name(n) | ExprKind::Str(n) | ExprKind::Node(n) => Some(Spanned::new(n.clone(), e.span)),
        _ => None,
    };
    match &expr.kind {
        ExprKind::Hole => Freeze::Nothing,
        ExprKind::Name(n) | ExprKind::Str(n) if n == "all" => Freeze::All,
        ExprKind::List(items) if items.is_empty() => {
            sink.push(
                Diagnostic::error(codes::FREEZES_NOTHING, format!("`{what}` names nothing"))
                    .label(expr.span, "an empty list")
                    .help("name nodes or blocks, write `all`, or leave the setting out"),
            );
            Freeze::Nothing
        }
        ExprKind::List(items) => {
            let mut list = Vec::new();
            for item in items {
                match name(item) {
                    Some(n) => list.push(n),
                    None if matches!(item.kind, ExprKind::Hole) => {}
                    None => sink.push(fields::bad(&format!("train.phases.{what}"), "names", item, None)),
                }
            }
            Freeze::Names(list)
        }
        _ => match name(expr) {
            Some(n) => Freeze::Names(vec![n]),
            None => {
                sink.push(fields::bad(&format!("train.phases.{what}"), "`all` or a list of names", expr, None));
                Freeze::Nothing
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_phase_takes_up_what_is_left() {
        let phase = |epochs| Phase {
            freeze: Freeze::Nothing,
            except: Vec::new(),
            unfreeze: Freeze::Nothing,
            upto: None,
            epochs,
            optim: None,
            lr: None,
            span: Span::default(),
        };
        let set = |lengths: &[usize], epochs| {
            let mut phases: Vec<Phase> = lengths.iter().copied().map(phase).collect();
            set_epochs(&mut phases, epochs).map(|()| phases.iter().map(|p| p.epochs).collect::<Vec<_>>())
        };
        assert_eq!(set(&[5, 5], 20), Ok(vec![5, 15]));
        assert_eq!(set(&[5, 5], 6), Ok(vec![5, 1]));
        assert_eq!(set(&[10, 5, 5], 4), Ok(vec![2, 1, 1]));
        assert_eq!(set(&[100, 1, 1], 3), Ok(vec![1, 1, 1]));
        assert_eq!(set(&[1, 1, 100], 2), Err(3));
        assert_eq!(set(&[], 7), Ok(vec![]));
    }
}
