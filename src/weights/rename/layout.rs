//! Changes of layout that go with a rename.

use super::RuleError;
use crate::weights::tensor::{Tensor, element_count, permuted_shape, shape_text};

/// How a tensor of the file becomes one of the model. The parts apply in the order of the
/// fields; an empty layout changes nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// Axis `i` of the result is axis `permute[i]` of the file: `[3, 2, 0, 1]` turns Keras'
    /// HWIO into OIHW, `[1, 0]` transposes a dense weight.
    pub permute: Option<Vec<usize>>,
    /// The shape to read the same values in.
    pub reshape: Option<Vec<usize>>,
    /// `[C, H, W]`: the last axis of the file counts a flattened H, W, C map, that of the model
    /// C, H, W.
    pub flatten_from: Option<[usize; 3]>,
}

impl Layout {
    /// The shape that a tensor of this shape gets.
    ///
    /// # Errors
    /// Where the layout does not fit the shape.
    pub fn shape(&self, from: &[usize]) -> Result<Vec<usize>, RuleError> {
        let mut shape = from.to_vec();
        if let Some(axes) = &self.permute {
            shape = permuted_shape(&shape, axes)
                .ok_or_else(|| RuleError(format!("`permute` {axes:?} does not fit the shape {}", shape_text(from))))?;
        }
        if let Some(to) = &self.reshape {
            if element_count(to).is_none() || element_count(to) != element_count(&shape) {
                return Err(RuleError(format!("`reshape` {to:?} does not fit the shape {}", shape_text(&shape))));
            }
            shape.clone_from(to);
        }
        if let Some(map) = &self.flatten_from
            && element_count(map).is_none_or(|n| shape.last() != Some(&n))
        {
            return Err(RuleError(format!(
                "`flatten_from` {map:?} does not fit the last axis of the shape {}",
                shape_text(&shape)
            )));
        }
        Ok(shape)
    }

    /// The tensor in its new layout.
    ///
    /// # Errors
    /// Where the layout does not fit the shape.
    pub fn apply(&self, mut tensor: Tensor) -> Result<Tensor, RuleError> {
        self.shape(&tensor.shape)?;
        let misfit = || RuleError("the layout does not fit".into());
        if let Some(axes) = &self.permute {
            tensor = tensor.permuted(axes).ok_or_else(misfit)?;
        }
        if let Some(shape) = &self.reshape {
            tensor.shape.clone_from(shape);
        }
        if let Some([c, h, w]) = self.flatten_from {
            let shape = tensor.shape.clone();
            let rows = shape.split_last().and_then(|(_, rows)| element_count(rows)).ok_or_else(misfit)?;
            tensor.shape = vec![rows, h, w, c];
            tensor = tensor.permuted(&[0, 3, 1, 2]).ok_or_else(misfit)?;
            tensor.shape = shape;
        }
        Ok(tensor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count_up(shape: Vec<usize>) -> Tensor {
        let n = shape.iter().product::<usize>();
        Tensor::f32(shape, (0..n).map(|i| i as f32).collect()).unwrap()
    }

    #[test]
    fn a_dense_after_a_flattened_map_is_reordered() {
        // Two outputs over a map of 2 channels, 1 row, 3 columns: place (c, 0, w) of output o
        // stands at o * 6 + w * 2 + c in the file.
        let layout = Layout { flatten_from: Some([2, 1, 3]), ..Layout::default() };
        let got = layout.apply(count_up(vec![2, 6])).unwrap();
        assert_eq!(got.shape, [2, 6]);
        assert_eq!(got.as_f32().unwrap(), [0., 2., 4., 1., 3., 5., 6., 8., 10., 7., 9., 11.]);
    }

    #[test]
    fn parts_apply_in_order() {
        let layout = Layout { permute: Some(vec![1, 0]), reshape: Some(vec![3, 2, 1]), flatten_from: None };
        let got = layout.apply(count_up(vec![2, 3])).unwrap();
        assert_eq!((got.shape.as_slice(), got.as_f32().unwrap()), (&[3, 2, 1][..], &[0., 3., 1., 4., 2., 5.][..]));
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let permute = Layout { permute: Some(vec![0, 0]), ..Layout::default() };
        let reshape = Layout { reshape: Some(vec![usize::MAX, 4]), ..Layout::default() };
        let flatten = Layout { flatten_from: Some([usize::MAX, 2, 2]), ..Layout::default() };
        assert!(permute.shape(&[2, 2]).unwrap_err().0.contains("permute"));
        assert!(reshape.shape(&[2, 2]).unwrap_err().0.contains("reshape"));
        assert!(flatten.shape(&[2, 2]).unwrap_err().0.contains("flatten_from"));
    }
}
