//! Sliding windows as types.

use std::marker::PhantomData;

use dfdx::shapes::ConstDim;

use crate::ops::attrs::{Padding, Size};
use crate::ops::geometry::Sliding as Attributes;

/// The attributes of a sliding window: tuples of [`Const`](super::Const), one for each axis, or `()` for
/// strides and dilations of one and no padding. The macros write it.
#[derive(Debug)]
pub struct Window<Kernel, Stride, Before, After, Dilation>(PhantomData<(Kernel, Stride, Before, After, Dilation)>);

/// Numbers, one an axis, as a type.
pub trait Numbers {
    /// The numbers.
    fn list() -> Vec<usize>;
}

macro_rules! numbers {
    ($($dim:ident)*) => {
        impl<$($dim: ConstDim),*> Numbers for ($($dim,)*) {
            fn list() -> Vec<usize> {
                vec![$($dim::SIZE),*]
            }
        }
    };
}

numbers!();
numbers!(A);
numbers!(A B);
numbers!(A B C);

fn size<N: Numbers>(default: usize) -> Size {
    let list = N::list();
    if list.is_empty() { Size::All(default) } else { Size::Each(list) }
}

/// A sliding window.
pub trait Sliding {
    /// Its attributes; `ceil` rounds sizes up.
    fn attributes(ceil: bool) -> Attributes;
}

impl<Kernel: Numbers, Stride: Numbers, Before: Numbers, After: Numbers, Dilation: Numbers> Sliding
    for Window<Kernel, Stride, Before, After, Dilation>
{
    fn attributes(ceil: bool) -> Attributes {
        let pads: Vec<(usize, usize)> = Before::list().into_iter().zip(After::list()).collect();
        Attributes {
            kernel: size::<Kernel>(1),
            stride: size::<Stride>(1),
            pad: if pads.is_empty() { Padding::All(0) } else { Padding::Each(pads) },
            dilation: size::<Dilation>(1),
            ceil,
        }
    }
}
