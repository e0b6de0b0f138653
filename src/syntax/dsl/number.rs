//! Numbers, with and without a unit.

use crate::diag::Diagnostic;
use crate::diag::codes::BAD_NUMBER;
use crate::source::Span;
use crate::syntax::ast::{ExprKind, Unit};

/// Why a number cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::syntax) enum NumberError {
    /// An unknown unit, or letters glued to a number.
    Suffix(usize),
    /// More than 64 bits, or infinite.
    Range,
}

impl NumberError {
    /// The diagnostic for a number at this place.
    pub(in crate::syntax) fn diagnostic(self, text: &str, span: Span) -> Diagnostic {
        let shown = crate::syntax::clip(text, 40);
        match self {
            NumberError::Range => Diagnostic::error(BAD_NUMBER, format!("the number `{shown}` is out of range"))
                .label(span, "integers have 64 bits, floats go up to 1.8e308"),
            NumberError::Suffix(at) => {
                let suffix = crate::syntax::clip(&text[at..], 20);
                let number = &text[..at];
                let help = match suffix {
                    "e" | "epoch" | "epochs" => format!("write `{number}ep` for epochs"),
                    "i" | "iter" | "iters" | "step" | "steps" => format!("write `{number}it` for optimizer steps"),
                    "sec" | "secs" | "seconds" => format!("write `{number}s` for seconds"),
                    "m" | "mins" | "minutes" => format!("write `{number}min` for minutes"),
                    "hr" | "hrs" | "hours" => format!("write `{number}h` for hours"),
                    _ => "the units are `ep` (epochs), `it` (optimizer steps), `s`, `min` and `h`; names do not begin with a digit"
                        .to_owned(),
                };
                Diagnostic::error(BAD_NUMBER, format!("`{shown}` is neither a number nor a name"))
                    .label(span, format!("unknown unit `{suffix}`"))
                    .help(help)
            }
        }
    }
}

/// A number, or a number with a unit.
pub(in crate::syntax) fn parse_number(text: &str, negative: bool) -> Result<ExprKind, NumberError> {
    if text == ".inf" || text == ".nan" {
        let value = if text == ".inf" { f64::INFINITY } else { f64::NAN };
        return Ok(ExprKind::Float(if negative { -value } else { value }));
    }
    let end = number_end(text);
    let (number, suffix) = text.split_at(end);
    let signed = if negative { format!("-{number}") } else { number.to_owned() };
    let float = || signed.parse::<f64>().ok().filter(|f| f.is_finite()).ok_or(NumberError::Range);
    match suffix {
        "" if number.bytes().all(|b| b.is_ascii_digit()) => {
            signed.parse().map(ExprKind::Int).map_err(|_| NumberError::Range)
        }
        "" => float().map(ExprKind::Float),
        _ => match Unit::of_suffix(suffix) {
            Some(unit) => float().map(|f| ExprKind::Quantity(f, unit)),
            None => Err(NumberError::Suffix(end)),
        },
    }
}

/// The end of the longest number that the text begins with.
fn number_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |from: usize| from + bytes[from.min(bytes.len())..].iter().take_while(|b| b.is_ascii_digit()).count();
    let mut end = digits(0);
    if bytes.get(end) == Some(&b'.') && digits(end + 1) > end + 1 {
        end = digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        if digits(end + 1 + sign) > end + 1 + sign {
            end = digits(end + 1 + sign);
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_end_where_their_unit_begins() {
        assert_eq!(parse_number("5ep", false), Ok(ExprKind::Quantity(5.0, Unit::Epochs)));
        assert_eq!(parse_number("30min", false), Ok(ExprKind::Quantity(30.0, Unit::Minutes)));
        assert_eq!(parse_number("1e-4", false), Ok(ExprKind::Float(1e-4)));
        assert_eq!(parse_number("1e3it", false), Ok(ExprKind::Quantity(1000.0, Unit::Steps)));
        assert_eq!(parse_number("9223372036854775808", true), Ok(ExprKind::Int(i64::MIN)));
        assert_eq!(parse_number("9223372036854775808", false), Err(NumberError::Range));
        assert_eq!(parse_number("1e999", false), Err(NumberError::Range));
        assert_eq!(parse_number("3x3", false), Err(NumberError::Suffix(1)));
        assert_eq!(parse_number("5e", false), Err(NumberError::Suffix(1)));
    }
}
