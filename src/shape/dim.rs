//! One size of a tensor: a number, or an expression over symbols.
//!
//! Expressions are kept in a normal form, a sum of integer multiples of atoms plus a constant,
//! so that two that are equal for every value of their symbols by the rules of linear
//! arithmetic compare equal. Symbols stand for sizes of at least one.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// Values for symbols: `N` is 32.
pub type Symbols = BTreeMap<String, i64>;

/// Arithmetic on sizes left the range of `i64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a size is beyond 2^63")]
pub struct DimOverflow;

/// One size of a tensor.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Dim {
    constant: i64,
    /// Atoms with non-zero factors, ordered.
    terms: Vec<(Atom, i64)>,
}

/// What cannot be taken apart by linear arithmetic.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Atom {
    Symbol(Arc<str>),
    /// Floor division by a positive number.
    FloorDiv(Arc<Dim>, i64),
    Product(Arc<Dim>, Arc<Dim>),
    /// Division that is known to leave nothing, by a size with symbols.
    ExactDiv(Arc<Dim>, Arc<Dim>),
}

impl From<usize> for Dim {
    fn from(value: usize) -> Self {
        Dim::num(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

impl Dim {
    /// A number.
    pub fn num(value: i64) -> Self {
        Self { constant: value, terms: Vec::new() }
    }

    /// A symbol.
    pub fn symbol(name: &str) -> Self {
        Self::atom(Atom::Symbol(name.into()))
    }

    fn atom(atom: Atom) -> Self {
        Self { constant: 0, terms: vec![(atom, 1)] }
    }

    /// The number, where it is one.
    pub fn as_num(&self) -> Option<i64> {
        self.terms.is_empty().then_some(self.constant)
    }

    /// The number as a size, where it is one that is not negative.
    pub fn as_usize(&self) -> Option<usize> {
        self.as_num().and_then(|v| usize::try_from(v).ok())
    }

    /// Whether it is a number.
    pub fn is_num(&self) -> bool {
        self.terms.is_empty()
    }

    /// `self + other`.
    pub fn add(&self, other: &Dim) -> Result<Dim, DimOverflow> {
        let mut terms: BTreeMap<Atom, i64> = self.terms.iter().cloned().collect();
        for (atom, factor) in &other.terms {
            let slot = terms.entry(atom.clone()).or_insert(0);
            *slot = slot.checked_add(*factor).ok_or(DimOverflow)?;
        }
        terms.retain(|_, f| *f != 0);
        Ok(Dim {
            constant: self.constant.checked_add(other.constant).ok_or(DimOverflow)?,
            terms: terms.into_iter().collect(),
        })
    }

    /// `self + value`.
    pub fn add_num(&self, value: i64) -> Result<Dim, DimOverflow> {
        self.add(&Dim::num(value))
    }

    /// `self - other`.
    pub fn sub(&self, other: &Dim) -> Result<Dim, DimOverflow> {
        self.add(&other.mul_num(-1)?)
    }

    /// `self * value`.
    pub fn mul_num(&self, value: i64) -> Result<Dim, DimOverflow> {
        if value == 0 {
            return Ok(Dim::num(0));
        }
        let terms = self
            .terms
            .iter()
            .map(|(a, f)| f.checked_mul(value).map(|f| (a.clone(), f)).ok_or(DimOverflow))
            .collect::<Result<_, _>>()?;
        Ok(Dim { constant: self.constant.checked_mul(value).ok_or(DimOverflow)?, terms })
    }

    /// `self * other`.
    pub fn mul(&self, other: &Dim) -> Result<Dim, DimOverflow> {
        match (self.as_num(), other.as_num()) {
            (_, Some(v)) => self.mul_num(v),
            (Some(v), _) => other.mul_num(v),
            _ => {
                let (a, b) = if self <= other { (self, other) } else { (other, self) };
                Ok(Self::atom(Atom::Product(Arc::new(a.clone()), Arc::new(b.clone()))))
            }
        }
    }

    /// `self // value`, rounded down; `value` is positive.
    pub fn floor_div(&self, value: i64) -> Result<Dim, DimOverflow> {
        debug_assert!(value > 0);
        if value == 1 {
            return Ok(self.clone());
        }
        // Multiples of the divisor come out of the division: (2*H + 3) // 2 = H + 1.
        let mut whole = Dim::num(self.constant.div_euclid(value));
        let mut rest = Dim::num(self.constant.rem_euclid(value));
        for (atom, factor) in &self.terms {
            let (side, f) = if factor % value == 0 { (&mut whole, factor / value) } else { (&mut rest, *factor) };
            side.terms.push((atom.clone(), f));
        }
        if rest.is_num() {
            return Ok(whole);
        }
        // (x // a + c) // b would need c to be known to divide; only the plain case is folded.
        if let ([(Atom::FloorDiv(inner, a), 1)], 0) = (rest.terms.as_slice(), rest.constant) {
            let divisor = a.checked_mul(value).ok_or(DimOverflow)?;
            return whole.add(&Self::atom(Atom::FloorDiv(inner.clone(), divisor)));
        }
        whole.add(&Self::atom(Atom::FloorDiv(Arc::new(rest), value)))
    }

    /// `ceil(self / value)`; `value` is positive.
    pub fn ceil_div(&self, value: i64) -> Result<Dim, DimOverflow> {
        self.add_num(value - 1)?.floor_div(value)
    }

    /// `self / other`, where it is known to leave nothing or both hold symbols; `None` where a
    /// remainder is certain.
    pub fn exact_div(&self, other: &Dim) -> Option<Dim> {
        if let (Some(a), Some(b)) = (self.as_num(), other.as_num()) {
            return (b != 0 && a % b == 0).then(|| Dim::num(a / b));
        }
        if self == other {
            return Some(Dim::num(1));
        }
        if let Some(b) = other.as_num() {
            let whole = b > 0 && self.constant % b == 0 && self.terms.iter().all(|(_, f)| f % b == 0);
            return match whole {
                true => self.floor_div(b).ok(),
                false if b == 0 => None,
                false => Some(Self::atom(Atom::ExactDiv(Arc::new(self.clone()), Arc::new(other.clone())))),
            };
        }
        if self.terms.len() == 1
            && self.constant == 0
            && let (Atom::Product(a, b), factor) = &self.terms[0]
        {
            for (this, that) in [(a, b), (b, a)] {
                if **this == *other {
                    return that.mul_num(*factor).ok();
                }
            }
        }
        // k*S / S
        if self.constant == 0
            && other.constant == 0
            && let ([(a, f)], [(b, g)]) = (self.terms.as_slice(), other.terms.as_slice())
            && a == b
            && f % g == 0
        {
            return Some(Dim::num(f / g));
        }
        Some(Self::atom(Atom::ExactDiv(Arc::new(self.clone()), Arc::new(other.clone()))))
    }

    /// The value with all symbols replaced; `None` where one is missing or arithmetic overflows.
    pub fn eval(&self, symbols: &Symbols) -> Option<i64> {
        self.terms
            .iter()
            .try_fold(self.constant, |sum, (atom, factor)| sum.checked_add(atom.eval(symbols)?.checked_mul(*factor)?))
    }

    /// Replaces the symbols that are given.
    pub fn bind(&self, symbols: &Symbols) -> Result<Dim, DimOverflow> {
        let mut sum = Dim::num(self.constant);
        for (atom, factor) in &self.terms {
            sum = sum.add(&atom.bind(symbols)?.mul_num(*factor)?)?;
        }
        Ok(sum)
    }

    /// Calls `f` with the name of every symbol.
    pub fn symbols(&self, f: &mut dyn FnMut(&str)) {
        for (atom, _) in &self.terms {
            match atom {
                Atom::Symbol(name) => f(name),
                Atom::FloorDiv(inner, _) => inner.symbols(f),
                Atom::Product(a, b) | Atom::ExactDiv(a, b) => {
                    a.symbols(f);
                    b.symbols(f);
                }
            }
        }
    }

    /// The least value, with every symbol at least one; `None` where that is not known.
    pub fn lower_bound(&self) -> Option<i64> {
        self.terms.iter().try_fold(self.constant, |sum, (atom, factor)| {
            (*factor > 0).then_some(())?;
            sum.checked_add(atom.lower_bound()?.checked_mul(*factor)?)
        })
    }

    /// Whether the two can never be equal: their difference is a number other than zero.
    pub fn never_equals(&self, other: &Dim) -> bool {
        self.sub(other).is_ok_and(|d| d.as_num().is_some_and(|v| v != 0))
    }
}

impl Atom {
    fn eval(&self, symbols: &Symbols) -> Option<i64> {
        match self {
            Atom::Symbol(name) => symbols.get(&**name).copied(),
            Atom::FloorDiv(inner, by) => Some(inner.eval(symbols)?.div_euclid(*by)),
            Atom::Product(a, b) => a.eval(symbols)?.checked_mul(b.eval(symbols)?),
            Atom::ExactDiv(a, b) => {
                let (a, b) = (a.eval(symbols)?, b.eval(symbols)?);
                (b != 0 && a % b == 0).then(|| a / b)
            }
        }
    }

    fn bind(&self, symbols: &Symbols) -> Result<Dim, DimOverflow> {
        match self {
            Atom::Symbol(name) => Ok(match symbols.get(&**name) {
                Some(v) => Dim::num(*v),
                None => Dim::atom(self.clone()),
            }),
            Atom::FloorDiv(inner, by) => inner.bind(symbols)?.floor_div(*by),
            Atom::Product(a, b) => a.bind(symbols)?.mul(&b.bind(symbols)?),
            Atom::ExactDiv(a, b) => {
                let (a, b) = (a.bind(symbols)?, b.bind(symbols)?);
                Ok(a.exact_div(&b).unwrap_or_else(|| Dim::atom(self.clone())))
            }
        }
    }

    fn lower_bound(&self) -> Option<i64> {
        match self {
            Atom::Symbol(_) => Some(1),
            Atom::FloorDiv(inner, by) => Some(inner.lower_bound()?.div_euclid(*by)),
            Atom::Product(a, b) => {
                let (a, b) = (a.lower_bound()?, b.lower_bound()?);
                (a >= 0 && b >= 0).then(|| a.checked_mul(b)).flatten()
            }
            Atom::ExactDiv(a, _) => (a.lower_bound()? >= 1).then_some(1),
        }
    }
}

impl fmt::Display for Dim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        for (atom, factor) in &self.terms {
            match (*factor < 0, first) {
                (true, _) => f.write_str("-")?,
                (false, false) => f.write_str("+")?,
                (false, true) => {}
            }
            first = false;
            if factor.unsigned_abs() != 1 {
                write!(f, "{}*", factor.unsigned_abs())?;
            }
            write!(f, "{atom}")?;
        }
        match (first, self.constant) {
            (true, c) => write!(f, "{c}"),
            (false, 0) => Ok(()),
            (false, c) => write!(f, "{c:+}"),
        }
    }
}

impl fmt::Debug for Dim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A size inside a product or division: in parentheses where it is a sum.
struct Inner<'a>(&'a Dim);

impl fmt::Display for Inner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = match (self.0.terms.as_slice(), self.0.constant) {
            ([], c) => c >= 0,
            ([(_, 1)], 0) => true,
            _ => false,
        };
        if plain { write!(f, "{}", self.0) } else { write!(f, "({})", self.0) }
    }
}

impl fmt::Display for Atom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Atom::Symbol(name) => f.write_str(name),
            Atom::FloorDiv(inner, by) => write!(f, "{}//{by}", Inner(inner)),
            Atom::Product(a, b) => write!(f, "{}*{}", Inner(a), Inner(b)),
            Atom::ExactDiv(a, b) => write!(f, "{}/{}", Inner(a), Inner(b)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn h() -> Dim {
        Dim::symbol("H")
    }

    #[test]
    fn sums_have_one_form() {
        let a = h().add_num(3).unwrap().sub(&h()).unwrap();
        assert_eq!(a, Dim::num(3));
        let b = h().add(&h()).unwrap();
        assert_eq!(b, h().mul_num(2).unwrap());
        assert_eq!(b.to_string(), "2*H");
    }

    #[test]
    fn floor_division_takes_out_multiples() {
        let d = h().mul_num(2).unwrap().add_num(3).unwrap().floor_div(2).unwrap();
        assert_eq!(d.to_string(), "H+1");
        let half = h().add_num(-1).unwrap().floor_div(2).unwrap().add_num(1).unwrap();
        assert_eq!(half.to_string(), "(H+1)//2");
        let symbols = Symbols::from([("H".to_string(), 7)]);
        assert_eq!(half.eval(&symbols), Some(4));
        assert_eq!(half.bind(&symbols).unwrap(), Dim::num(4));
        let quarter = h().floor_div(2).unwrap().floor_div(2).unwrap();
        assert_eq!(quarter.to_string(), "H//4");
    }

    #[test]
    fn bounds_and_disequality() {
        assert_eq!(h().add_num(2).unwrap().lower_bound(), Some(3));
        assert_eq!(Dim::num(5).sub(&h()).unwrap().lower_bound(), None);
        assert!(h().never_equals(&h().add_num(1).unwrap()));
        assert!(!h().never_equals(&Dim::symbol("W")));
    }

    #[test]
    fn overflow_is_an_error() {
        assert_eq!(Dim::num(i64::MAX).add_num(1), Err(DimOverflow));
        assert_eq!(h().mul_num(i64::MAX).unwrap().mul_num(2), Err(DimOverflow));
    }
}
