//! What the checker knows of a tensor.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Dim, DimOverflow, Symbols};

/// The type of a tensor's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DType {
    /// 32-bit floats.
    F32,
    /// Integers: labels and indices. The engine carries them in `f32` buffers, which hold
    /// every integer up to 2^24 exactly; the checker refuses larger class counts.
    I64,
}

impl DType {
    /// How it is written in a spec.
    pub fn name(self) -> &'static str {
        match self {
            DType::F32 => "f32",
            DType::I64 => "i64",
        }
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The sizes of a tensor, outermost first; `[]` is a scalar.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Shape(pub Vec<Dim>);

impl Shape {
    /// A shape of numbers.
    pub fn of(sizes: &[usize]) -> Self {
        Shape(sizes.iter().map(|&s| Dim::from(s)).collect())
    }

    /// How many axes it has.
    pub fn rank(&self) -> usize {
        self.0.len()
    }

    /// The product of all sizes.
    pub fn volume(&self) -> Result<Dim, DimOverflow> {
        self.0.iter().try_fold(Dim::num(1), |product, d| product.mul(d))
    }

    /// The sizes as numbers, where all are.
    pub fn concrete(&self) -> Option<Vec<usize>> {
        self.0.iter().map(Dim::as_usize).collect()
    }

    /// Replaces the symbols that are given.
    pub fn bind(&self, symbols: &Symbols) -> Result<Shape, DimOverflow> {
        self.0.iter().map(|d| d.bind(symbols)).collect::<Result<_, _>>().map(Shape)
    }
}

impl From<Vec<Dim>> for Shape {
    fn from(dims: Vec<Dim>) -> Self {
        Shape(dims)
    }
}

impl std::ops::Deref for Shape {
    type Target = [Dim];

    fn deref(&self) -> &[Dim] {
        &self.0
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (i, d) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{d}")?;
        }
        f.write_str("]")
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Element type and shape of a tensor.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fact {
    /// The type of its elements.
    pub dtype: DType,
    /// Its sizes.
    pub shape: Shape,
}

impl Fact {
    /// Floats of this shape.
    pub fn f32(shape: impl Into<Shape>) -> Self {
        Fact { dtype: DType::F32, shape: shape.into() }
    }

    /// Integers of this shape.
    pub fn i64(shape: impl Into<Shape>) -> Self {
        Fact { dtype: DType::I64, shape: shape.into() }
    }

    /// How many axes it has.
    pub fn rank(&self) -> usize {
        self.shape.rank()
    }

    /// The sizes as numbers; only after all symbols are bound.
    ///
    /// # Panics
    /// Where a size is not a number: planning binds every symbol first.
    pub fn sizes(&self) -> Vec<usize> {
        self.shape.concrete().expect("symbols are bound before planning")
    }

    /// The number of elements; only after all symbols are bound.
    ///
    /// # Panics
    /// As [`Fact::sizes`].
    pub fn numel(&self) -> usize {
        self.sizes().iter().product()
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.dtype, self.shape)
    }
}
