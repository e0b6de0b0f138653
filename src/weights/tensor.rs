//! Tensors in memory, and the ordered map that a weights file is.

use std::collections::HashMap;

use super::error::Problem;

/// The numbers of a tensor in row-major order.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// All float types, and integers of up to 16 bits, which an `f32` holds exactly.
    F32(Vec<f32>),
    /// Integers of 32 and 64 bits.
    I64(Vec<i64>),
}

/// A tensor.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// Sizes, outermost first; empty for a scalar.
    pub shape: Vec<usize>,
    /// As many values as the product of the shape.
    pub values: Values,
}

/// The number of elements of a shape; `None` on overflow.
pub fn element_count(shape: &[usize]) -> Option<usize> {
    if shape.contains(&0) {
        return Some(0);
    }
    shape.iter().try_fold(1usize, |n, &d| n.checked_mul(d))
}

/// `64x3x7x7`, or `scalar`.
pub fn shape_text(shape: &[usize]) -> String {
    if shape.is_empty() {
        return "scalar".into();
    }
    shape.iter().map(usize::to_string).collect::<Vec<_>>().join("x")
}

impl Values {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Values::F32(v) => v.len(),
            Values::I64(v) => v.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The values at these places, in this order; every index lies inside.
    fn gather(&self, index: &[usize]) -> Values {
        match self {
            Values::F32(v) => Values::F32(index.iter().map(|&i| v[i]).collect()),
            Values::I64(v) => Values::I64(index.iter().map(|&i| v[i]).collect()),
        }
    }
}

impl Tensor {
    /// A float tensor; `None` where shape and data disagree.
    pub fn f32(shape: Vec<usize>, data: Vec<f32>) -> Option<Self> {
        (element_count(&shape) == Some(data.len())).then_some(Self { shape, values: Values::F32(data) })
    }

    /// An integer tensor; `None` where shape and data disagree.
    pub fn i64(shape: Vec<usize>, data: Vec<i64>) -> Option<Self> {
        (element_count(&shape) == Some(data.len())).then_some(Self { shape, values: Values::I64(data) })
    }

    /// The values as floats, rounded where an integer has more than 24 bits.
    pub fn into_f32(self) -> Vec<f32> {
        match self.values {
            Values::F32(v) => v,
            Values::I64(v) => v.into_iter().map(|x| x as f32).collect(),
        }
    }

    /// The values where they are floats.
    pub fn as_f32(&self) -> Option<&[f32]> {
        match &self.values {
            Values::F32(v) => Some(v),
            Values::I64(_) => None,
        }
    }

    /// Picks `shape` out of this tensor's values by strides, counted in elements.
    ///
    /// `None` where a place would lie outside.
    pub(super) fn strided(&self, shape: Vec<usize>, strides: &[usize]) -> Option<Tensor> {
        let count = element_count(&shape)?;
        if count > self.values.len() || extent(&shape, strides)? > self.values.len() {
            return None;
        }
        let mut index = Vec::with_capacity(count);
        let mut at = vec![0usize; shape.len()];
        let mut place = 0usize;
        for _ in 0..count {
            index.push(place);
            for axis in (0..shape.len()).rev() {
                at[axis] += 1;
                place += strides[axis];
                if at[axis] < shape[axis] {
                    break;
                }
                place -= strides[axis] * shape[axis];
                at[axis] = 0;
            }
        }
        Some(Tensor { values: self.values.gather(&index), shape })
    }

    /// The tensor with its axes in another order: axis `i` of the result is axis `axes[i]`
    /// of this one, as in NumPy's `transpose`. `None` where `axes` is no permutation.
    pub fn permuted(&self, axes: &[usize]) -> Option<Tensor> {
        let strides = row_major_strides(&self.shape)?;
        let shape = permuted_shape(&self.shape, axes)?;
        self.strided(shape, &axes.iter().map(|&a| strides[a]).collect::<Vec<_>>())
    }
}

/// The shape with its axes in another order; `None` where `axes` is no permutation.
pub(super) fn permuted_shape(shape: &[usize], axes: &[usize]) -> Option<Vec<usize>> {
    let mut seen = vec![false; shape.len()];
    if axes.len() != shape.len() {
        return None;
    }
    for &a in axes {
        if std::mem::replace(seen.get_mut(a)?, true) {
            return None;
        }
    }
    Some(axes.iter().map(|&a| shape[a]).collect())
}

/// Strides of a row-major tensor, in elements.
pub(super) fn row_major_strides(shape: &[usize]) -> Option<Vec<usize>> {
    let mut strides = vec![1usize; shape.len()];
    for axis in (1..shape.len()).rev() {
        strides[axis - 1] = strides[axis].checked_mul(shape[axis].max(1))?;
    }
    Some(strides)
}

/// How many elements a strided view spans, from its first to past its last; `None` on overflow
/// or where shape and strides differ in length.
pub(super) fn extent(shape: &[usize], strides: &[usize]) -> Option<usize> {
    if shape.len() != strides.len() {
        return None;
    }
    if shape.contains(&0) {
        return Some(0);
    }
    let last = shape.iter().zip(strides).try_fold(0usize, |at, (&d, &s)| (d - 1).checked_mul(s)?.checked_add(at))?;
    last.checked_add(1)
}

/// Tensors by name, in the order they were put in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tensors {
    items: Vec<(String, Tensor)>,
    index: HashMap<String, usize>,
}

impl Tensors {
    /// An empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a tensor in.
    ///
    /// # Errors
    /// [`Problem::Duplicate`] where the name is taken.
    pub fn insert(&mut self, name: impl Into<String>, tensor: Tensor) -> Result<(), Problem> {
        let name = name.into();
        if self.index.contains_key(&name) {
            return Err(Problem::Duplicate { name, renamed: false });
        }
        self.index.insert(name.clone(), self.items.len());
        self.items.push((name, tensor));
        Ok(())
    }

    /// The tensor of this name.
    pub fn get(&self, name: &str) -> Option<&Tensor> {
        self.index.get(name).map(|&i| &self.items[i].1)
    }

    /// Names and tensors in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Tensor)> {
        self.items.iter().map(|(n, t)| (n.as_str(), t))
    }

    /// Names and tensors in the order of the names.
    pub fn sorted(&self) -> Vec<(&str, &Tensor)> {
        let mut list: Vec<_> = self.iter().collect();
        list.sort_by_key(|(name, _)| *name);
        list
    }

    /// How many tensors there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// How many values all tensors hold together.
    pub fn value_count(&self) -> usize {
        self.items.iter().map(|(_, t)| t.values.len()).sum()
    }
}

impl IntoIterator for Tensors {
    type Item = (String, Tensor);
    type IntoIter = std::vec::IntoIter<(String, Tensor)>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permuting_moves_values_with_their_axes() {
        let t = Tensor::f32(vec![2, 3], vec![0., 1., 2., 3., 4., 5.]).unwrap();
        let p = t.permuted(&[1, 0]).unwrap();
        assert_eq!(p, Tensor::f32(vec![3, 2], vec![0., 3., 1., 4., 2., 5.]).unwrap());
        assert_eq!(t.permuted(&[0, 0]), None);
        assert_eq!(t.permuted(&[0]), None);
        assert_eq!(t.permuted(&[0, 2]), None);
    }

    #[test]
    fn strides_never_reach_outside() {
        let t = Tensor::f32(vec![4], vec![0., 1., 2., 3.]).unwrap();
        assert_eq!(t.strided(vec![2], &[2]).unwrap().as_f32().unwrap(), [0., 2.]);
        assert_eq!(t.strided(vec![2], &[4]), None);
        assert_eq!(t.strided(vec![2, 2], &[usize::MAX, 1]), None);
        assert_eq!(t.strided(vec![1000], &[0]), None);
        assert_eq!(t.strided(vec![0, 7], &[usize::MAX, 9]).unwrap().values.len(), 0);
    }

    #[test]
    fn counts_do_not_overflow() {
        assert_eq!(element_count(&[usize::MAX, 2]), None);
        assert_eq!(element_count(&[usize::MAX, 2, 0]), Some(0));
        assert_eq!(element_count(&[]), Some(1));
    }

    #[test]
    fn a_name_is_taken_once() {
        let mut map = Tensors::new();
        let t = Tensor::f32(vec![], vec![1.]).unwrap();
        map.insert("a", t.clone()).unwrap();
        assert!(matches!(map.insert("a", t), Err(Problem::Duplicate { .. })));
        assert_eq!((map.len(), map.value_count()), (1, 1));
    }
}
