//! `BP03xx`: shapes and element types do not fit.

codes! {
    SHAPE_MISMATCH = "BP0301": "shapes that must agree do not",
        "The inputs of this op must agree in the sizes that the message names. Both producers are labelled; change one of them to the size of the other.";
    WRONG_RANK = "BP0302": "an input has the wrong number of axes",
        "Images have four axes (`[N, channels, height, width]`), features two. Between convolutions and a dense layer stands `gap` or `flatten`.";
    EMPTY_OUTPUT = "BP0303": "an output would have size zero or less",
        "The kernel is larger than its padded input. Use a smaller kernel, more padding, or fewer strides before it.";
    INDIVISIBLE = "BP0304": "a size is not divisible as it must be",
        "Groups must divide the channels on both sides; a reshape must keep the number of elements.";
    SIZE_OVERFLOW = "BP0305": "a size is beyond what can be computed with",
        "Sizes are 64-bit integers, and a tensor has at most 2^40 elements. A number in the spec is far too large.";
    SYMBOLIC_PARAMETER = "BP0306": "a parameter's size depends on a symbol",
        "Weights need sizes that are known. Only axes that no parameter depends on may be symbolic: the batch always, height and width before global pooling.";
    WRONG_DTYPE = "BP0307": "an input has the wrong element type",
        "Labels and indices are `i64`, everything else `f32`.";
}
