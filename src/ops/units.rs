//! Values with a unit: lengths in epochs or optimizer steps, and times.

use crate::diag::{Diagnostic, codes};
use crate::source::Span;

use super::attrs::{AttrKind, Value, as_float};

/// Whether a length, or one of a list of them, is a bare number.
pub(crate) fn lacks_unit(kind: AttrKind, value: &Value) -> bool {
    match (kind, value) {
        (AttrKind::Length | AttrKind::Time, v) => as_float(v).is_some(),
        (AttrKind::Lengths, Value::List(items)) => items.iter().any(|v| as_float(v).is_some()),
        (AttrKind::Lengths, v) => as_float(v).is_some(),
        _ => false,
    }
}

/// The error for a length without a unit. `what` is the argument, in backticks.
pub(crate) fn no_unit(kind: AttrKind, what: &str, value: &Value, span: Span) -> Diagnostic {
    let with_unit = |unit: &str| match value {
        Value::List(items) => {
            let items: Vec<String> = items
                .iter()
                .map(|v| if as_float(v).is_some() { format!("{v}{unit}") } else { v.to_string() })
                .collect();
            format!("[{}]", items.join(", "))
        }
        other => format!("{other}{unit}"),
    };
    let problem = Diagnostic::error(codes::NO_UNIT, format!("{what} has no unit: `{value}`"));
    if kind == AttrKind::Time {
        return problem
            .label(span, "seconds, minutes or hours?")
            .help(format!("write `{0}s`, `{0}min` or `{0}h`", value));
    }
    problem.label(span, "epochs or optimizer steps?").help(format!(
        "write `{}` for epochs, or `{}` for optimizer steps",
        with_unit("ep"),
        with_unit("it")
    ))
}

/// Whether a length is not negative, and a whole number where it counts steps.
pub(super) fn is_length(value: &Value) -> bool {
    match value {
        Value::Quantity(v, "it") => *v >= 0.0 && v.fract() == 0.0 && *v < u32::MAX as f64,
        Value::Quantity(v, "ep") => v.is_finite() && *v >= 0.0,
        _ => false,
    }
}

/// The seconds of `90s`, `30min` or `8h`.
pub(crate) fn seconds(value: &Value) -> Option<f64> {
    let Value::Quantity(v, unit) = value else { return None };
    let factor = match *unit {
        "s" => 1.0,
        "min" => 60.0,
        "h" => 3600.0,
        _ => return None,
    };
    Some(v * factor).filter(|s| s.is_finite() && *s >= 0.0)
}
