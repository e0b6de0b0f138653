//! Sliding windows as attributes: sizes of outputs, symbolic ones too, and the receptive field.
//! Convolutions and pools share it.

use crate::diag::codes;
use crate::kernels::window::Window;
use crate::shape::{DType, Dim, DimOverflow, Fact};

use super::attrs::{Args, Padding, Size};
use super::{Reach, ShapeError};

/// Where sizes end: beyond it nothing could be computed.
pub const MAX_SIZE: i64 = 1 << 40;

/// The attributes of a sliding window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sliding {
    /// Taps per axis.
    pub kernel: Size,
    /// Input elements between neighbouring windows.
    pub stride: Size,
    /// Padding.
    pub pad: Padding,
    /// Input elements between neighbouring taps.
    pub dilation: Size,
    /// Whether a last window that is not whole counts (Caffe's rounding).
    pub ceil: bool,
}

/// One axis of a [`Sliding`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axis {
    /// Taps.
    pub kernel: i64,
    /// Input elements between neighbouring windows.
    pub stride: i64,
    /// Input elements between neighbouring taps.
    pub dilation: i64,
    /// Elements from the first tap to the last, both included.
    pub extent: i64,
    /// Padding before and after; `None` for TensorFlow's `same`, which depends on the size.
    pub pad: Option<(i64, i64)>,
    /// As [`Sliding::ceil`].
    pub ceil: bool,
}

impl Sliding {
    /// Reads `kernel`, `stride`, `pad`, `dilation` and `ceil`, those that the op has. The stride
    /// is that of the kernel where the op gives no default.
    pub fn read(args: &Args) -> Option<Self> {
        let kernel = args.size("kernel")?;
        Some(Self {
            stride: args.size("stride").unwrap_or_else(|| kernel.clone()),
            kernel,
            pad: args.padding("pad").unwrap_or(Padding::Valid),
            dilation: args.size("dilation").unwrap_or(Size::All(1)),
            ceil: args.bool("ceil"),
        })
    }

    /// The attributes for `rank` spatial axes of `op`.
    pub fn axes(&self, op: &str, rank: usize) -> Result<Vec<Axis>, ShapeError> {
        let each = |size: &Size, attr: &'static str| {
            size.expand(rank)
                .ok_or_else(|| wrong_length(op, attr, rank))
                .and_then(|v| v.into_iter().map(|v| bounded(op, attr, v)).collect::<Result<Vec<i64>, _>>())
        };
        let (kernel, stride) = (each(&self.kernel, "kernel")?, each(&self.stride, "stride")?);
        let dilation = each(&self.dilation, "dilation")?;
        let fixed = match &self.pad {
            Padding::All(p) => Some(vec![(*p, *p); rank]),
            Padding::Each(list) if list.len() == rank => Some(list.clone()),
            Padding::Each(_) => return Err(wrong_length(op, "pad", rank)),
            Padding::Half | Padding::Same | Padding::Valid => None,
        };
        (0..rank)
            .map(|a| {
                let extent = (dilation[a].checked_mul(kernel[a] - 1)).filter(|e| *e < MAX_SIZE).map(|e| e + 1);
                let extent = extent.ok_or_else(|| too_large(op, "kernel"))?;
                let pad = match (&fixed, &self.pad) {
                    (Some(list), _) => Some((bounded(op, "pad", list[a].0)?, bounded(op, "pad", list[a].1)?)),
                    (None, Padding::Half) => Some((extent / 2, extent / 2)),
                    (None, Padding::Same) => None,
                    (None, _) => Some((0, 0)),
                };
                Ok(Axis { kernel: kernel[a], stride: stride[a], dilation: dilation[a], extent, pad, ceil: self.ceil })
            })
            .collect()
    }

    /// The spatial sizes of the output of `op` for `[N, C, spatial...]`.
    pub fn outputs(&self, op: &str, x: &Fact) -> Result<Vec<Dim>, ShapeError> {
        let axes = self.axes(op, x.rank() - 2)?;
        let sizes = x.shape[2..].iter().zip(&axes).enumerate();
        sizes.map(|(i, (size, axis))| axis.checked_output(op, size, i, axes.len())).collect()
    }

    /// The windows of concrete maps, and the padding after them.
    ///
    /// # Panics
    /// Where [`Sliding::outputs`] refuses the sizes.
    pub fn window(&self, op: &str, input: &[usize], output: &[usize]) -> (Window, [usize; 3]) {
        let axes = self.axes(op, input.len()).expect("inference has accepted the attributes");
        window_of(&axes, input, output)
    }

    /// How far an output sees.
    pub fn reach(&self, op: &str, x: &Fact) -> Reach {
        let Ok(axes) = self.axes(op, x.rank().saturating_sub(2)) else { return Reach::All };
        let window = |(axis, size): (&Axis, &Dim)| {
            let before = axis.pads(size.as_num().unwrap_or(0)).0;
            (axis.extent as usize, axis.stride as usize, before as usize)
        };
        Reach::Window(axes.iter().zip(&x.shape[2..]).map(window).collect())
    }
}

/// The windows of axes over maps of these sizes, and the padding after them.
pub fn window_of(axes: &[Axis], input: &[usize], output: &[usize]) -> (Window, [usize; 3]) {
    let lead = 3 - axes.len();
    let of = |f: &dyn Fn(usize) -> usize, absent: usize| {
        std::array::from_fn(|i| if i < lead { absent } else { f(i - lead) })
    };
    let window = Window {
        input: of(&|a| input[a], 1),
        output: of(&|a| output[a], 1),
        kernel: of(&|a| axes[a].kernel as usize, 1),
        stride: of(&|a| axes[a].stride as usize, 1),
        dilation: of(&|a| axes[a].dilation as usize, 1),
        before: of(&|a| axes[a].pads(input[a] as i64).0 as usize, 0),
    };
    (window, of(&|a| axes[a].pads(input[a] as i64).1 as usize, 0))
}

impl Axis {
    /// Padding before and after for an input of this size.
    pub fn pads(&self, size: i64) -> (i64, i64) {
        self.pad.unwrap_or_else(|| {
            // TensorFlow's: what the last of ceil(size / stride) windows lacks.
            let last = (size - 1).max(0) / self.stride * self.stride;
            let total = (last + self.extent - size).max(0);
            (total / 2, total - total / 2)
        })
    }

    /// The output's size: `(size + before + after - extent) // stride + 1`; with `ceil` rounded
    /// up, without a window that would begin in the padding after the input (PyTorch's rule);
    /// `ceil(size / stride)` with `same`.
    pub fn output(&self, size: &Dim) -> Result<Dim, DimOverflow> {
        let Some((before, after)) = self.pad else { return size.ceil_div(self.stride) };
        let padded = size.add_num(before)?;
        match self.ceil {
            false => padded.add_num(after - self.extent)?.floor_div(self.stride)?.add_num(1),
            // The least of ceil((size + before + after - extent) / stride) + 1 and
            // ceil((size + before) / stride).
            true => padded.add_num((after - self.extent + self.stride).min(0))?.ceil_div(self.stride),
        }
    }

    fn checked_output(&self, op: &str, size: &Dim, index: usize, rank: usize) -> Result<Dim, ShapeError> {
        let output = self.output(size)?;
        let (Some(given), Some(n)) = (size.as_num(), output.as_num()) else { return Ok(output) };
        if n >= 1 {
            return Ok(output);
        }
        let name = axis_name(index, rank);
        let (before, after) = self.pads(given);
        let padded = given + before + after;
        let lacking = self.extent - padded;
        let mut ways = Vec::new();
        if padded >= 1 {
            ways.push(format!("use `kernel={}` or smaller", (padded - 1) / self.dilation + 1));
        }
        ways.push(format!("use `pad={}`", before.max(after) + (lacking + 1) / 2));
        ways.push(format!("give it a {name} of at least {}", self.extent - before - after));
        let message = match padded == given {
            true => format!("the window of `{op}` is {} elements long, but the {name} is {given}", self.extent),
            false => format!(
                "the window of `{op}` is {} elements long, but the padded {name} is {padded} ({given} + {before} + {after})",
                self.extent
            ),
        };
        Err(ShapeError::new(codes::EMPTY_OUTPUT, message)
            .inputs(&[0])
            .attr("kernel")
            .attr("pad")
            .help(format!("{}, or {}", ways[..ways.len() - 1].join(", "), ways[ways.len() - 1]))
            .want(0, index + 2, Dim::num(self.extent - before - after)))
    }
}

/// What a spatial axis is called in messages.
pub fn axis_name(index: usize, rank: usize) -> &'static str {
    match (rank, index) {
        (1, _) => "length",
        (_, i) if i + 1 == rank => "width",
        (_, i) if i + 2 == rank => "height",
        _ => "depth",
    }
}

fn wrong_length(op: &str, attr: &'static str, rank: usize) -> ShapeError {
    let axes = if rank == 1 { "axis" } else { "axes" };
    ShapeError::new(
        codes::WRONG_RANK,
        format!("the input of `{op}` has {rank} spatial {axes}, but `{attr}` lists another number"),
    )
    .attr(attr)
    .inputs(&[0])
    .help(format!("give `{attr}` one number, or a list of {rank}"))
}

fn too_large(op: &str, attr: &'static str) -> ShapeError {
    ShapeError::new(codes::SIZE_OVERFLOW, format!("`{attr}` of `{op}` is beyond 2^40")).attr(attr)
}

fn bounded(op: &str, attr: &'static str, value: usize) -> Result<i64, ShapeError> {
    i64::try_from(value).ok().filter(|v| *v <= MAX_SIZE).ok_or_else(|| too_large(op, attr))
}

/// Refuses anything but floats of `[N, C, spatial...]` with 1 to 3 spatial axes.
pub fn check_maps(op: &str, x: &Fact) -> Result<(), ShapeError> {
    check_float(op, x)?;
    if (3..=5).contains(&x.rank()) {
        return Ok(());
    }
    let error = ShapeError::new(
        codes::WRONG_RANK,
        format!("`{op}` takes 3 to 5 axes (`[N, C, spatial...]`), but this has {}: `{x}`", x.rank()),
    )
    .inputs(&[0]);
    Err(match x.rank() {
        2 => error
            .help(format!("put `{op}` before `gap` or `flatten`, or insert a `reshape` that brings spatial axes back")),
        _ => error,
    })
}

/// Refuses integers.
pub fn check_float(op: &str, x: &Fact) -> Result<(), ShapeError> {
    match x.dtype {
        DType::F32 => Ok(()),
        DType::I64 => {
            Err(ShapeError::new(codes::WRONG_DTYPE, format!("`{op}` takes `f32`, but this is `{x}`")).inputs(&[0]))
        }
    }
}

/// The number of channels, which parameters depend on.
pub fn channels(op: &str, x: &Fact, axis: usize) -> Result<usize, ShapeError> {
    x.shape[axis].as_usize().ok_or_else(|| {
        ShapeError::new(
            codes::SYMBOLIC_PARAMETER,
            format!("axis {axis} must be known to make the parameters of `{op}`, but it is `{}`", x.shape[axis]),
        )
        .inputs(&[0])
        .help("give that axis of the input a fixed size")
    })
}

/// Refuses parameters that no machine holds.
pub fn check_volume(op: &str, sizes: &[usize], attr: &'static str) -> Result<(), ShapeError> {
    let volume = sizes.iter().try_fold(1usize, |v, s| v.checked_mul(*s)).filter(|v| *v as u64 <= MAX_SIZE as u64);
    match volume {
        Some(_) => Ok(()),
        None => {
            Err(ShapeError::new(codes::SIZE_OVERFLOW, format!("the weights of `{op}` have more than 2^40 elements"))
                .attr(attr))
        }
    }
}

/// Refuses groups that do not divide the input's channels, or those of the output (`out`).
pub fn check_groups(op: &str, groups: usize, channels: usize, out: usize) -> Result<(), ShapeError> {
    let divides = |size: usize| groups > 0 && size.is_multiple_of(groups);
    if divides(channels) && divides(out) {
        return Ok(());
    }
    let near = nearest_divisors(gcd(channels, out), groups);
    let near = near.iter().map(|d| format!("`groups={d}`")).collect::<Vec<_>>().join(" or ");
    let error = |size, what| {
        ShapeError::new(codes::INDIVISIBLE, format!("{groups} groups of `{op}` do not divide {size} {what}"))
            .attr("groups")
    };
    if !divides(channels) {
        return Err(error(channels, "input channels").inputs(&[0]).help(format!("use {near}")));
    }
    let above = out.div_ceil(groups).checked_mul(groups);
    let below = Some(out / groups * groups).filter(|b| *b > 0);
    let sizes: Vec<String> = below.into_iter().chain(above).map(|v| format!("`out={v}`")).collect();
    Err(error(out, "output channels").attr("out").help(format!("use {}, or {near}", sizes.join(" or "))))
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// The greatest divisor up to `near` and the least from it on.
fn nearest_divisors(size: usize, near: usize) -> Vec<usize> {
    let mut best = (1, size);
    for d in (1..=1 << 20).take_while(|d: &usize| d * d <= size) {
        if size.is_multiple_of(d) {
            for d in [d, size / d] {
                if d <= near && d > best.0 {
                    best.0 = d;
                }
                if d >= near && d < best.1 {
                    best.1 = d;
                }
            }
        }
    }
    let mut found = vec![best.0, best.1];
    found.dedup();
    found
}

/// An error on an argument's value that only shapes reveal.
pub fn bad_value(op: &str, attr: &'static str, message: String) -> ShapeError {
    ShapeError::new(codes::BAD_ARGUMENT, format!("`{attr}` of `{op}` {message}")).attr(attr)
}

#[cfg(test)]
mod tests {
    use super::super::attrs::Value;
    use super::super::{Op, lookup};
    use super::*;
    use crate::diag::Sink;
    use crate::shape::{Shape, Symbols};
    use crate::source::Span;

    /// An op from named arguments that its table accepts.
    fn op(name: &str, args: &[(&str, Value)]) -> Op {
        let entry = lookup(name).expect("the op is in the table");
        let args = Args::of(name, entry.info.attrs, args);
        (entry.build)(&args, Span::default(), &mut Sink::new()).expect("the arguments fit")
    }

    fn int(v: i64) -> Value {
        Value::Int(v)
    }

    fn word(w: &str) -> Value {
        Value::Word(w.into())
    }

    fn sizes(op: &Op, x: &[usize]) -> Vec<usize> {
        op.infer(&[Fact::f32(Shape::of(x))]).expect("the sizes fit").sizes()
    }

    fn error(op: &Op, x: &[usize]) -> ShapeError {
        op.infer(&[Fact::f32(Shape::of(x))]).expect_err("the sizes do not fit")
    }

    #[test]
    fn sizes_are_those_of_the_frameworks() {
        let conv =
            |k, s, pad: Value| op("conv", &[("out", int(8)), ("kernel", int(k)), ("stride", int(s)), ("pad", pad)]);
        assert_eq!(sizes(&conv(7, 2, word("half")), &[1, 3, 224, 224]), [1, 8, 112, 112]);
        assert_eq!(sizes(&conv(3, 2, word("same")), &[1, 3, 7, 8]), [1, 8, 4, 4]);
        assert_eq!(sizes(&conv(5, 1, word("valid")), &[1, 3, 28]), [1, 8, 24]);
        assert_eq!(sizes(&conv(3, 2, int(1)), &[2, 3, 5, 6, 7]), [2, 8, 3, 3, 4]);
        // PyTorch's documented example of `ceil`: a window that begins in the padding is dropped.
        let pool = |ceil, pad| {
            op("maxpool", &[("kernel", int(2)), ("stride", int(2)), ("ceil", Value::Bool(ceil)), ("pad", int(pad))])
        };
        assert_eq!(sizes(&pool(false, 0), &[1, 1, 5]), [1, 1, 2]);
        assert_eq!(sizes(&pool(true, 0), &[1, 1, 5]), [1, 1, 3]);
        assert_eq!(sizes(&pool(true, 1), &[1, 1, 5]), [1, 1, 3]);
        assert_eq!(sizes(&op("maxpool", &[("kernel", int(3))]), &[1, 1, 9]), [1, 1, 3]);
        let transposed =
            |pad: Value| op("conv_transpose", &[("out", int(2)), ("kernel", int(4)), ("stride", int(2)), ("pad", pad)]);
        assert_eq!(sizes(&transposed(int(1)), &[1, 3, 8, 8]), [1, 2, 16, 16]);
        assert_eq!(sizes(&transposed(word("same")), &[1, 3, 5, 5]), [1, 2, 10, 10]);
    }

    #[test]
    fn ceil_agrees_with_the_definition_on_every_small_size() {
        for (size, kernel, stride, before, after) in (1..9)
            .flat_map(|h| (1..5).flat_map(move |k| (1..5).map(move |s| (h, k, s))))
            .flat_map(|(h, k, s)| (0..k).flat_map(move |b| (0..k).map(move |a| (h, k, s, b, a))))
        {
            let axis = Axis { kernel, stride, dilation: 1, extent: kernel, pad: Some((before, after)), ceil: true };
            // Windows are added while one is not whole and begins before the padding at the end.
            let room = size + before + after - kernel;
            let mut expected = (room + stride - 1).div_euclid(stride) + 1;
            if expected > 0 && (expected - 1) * stride >= size + before {
                expected -= 1;
            }
            let found = axis.output(&Dim::num(size)).unwrap().as_num().unwrap();
            assert_eq!(found.max(0), expected.max(0), "{size} {kernel} {stride} {before} {after}");
        }
    }

    #[test]
    fn symbols_stay_expressions() {
        let x = Fact::f32(vec![Dim::symbol("N"), Dim::num(3), Dim::symbol("H"), Dim::symbol("W")]);
        let half = op("conv", &[("out", int(8)), ("kernel", int(3)), ("stride", int(2)), ("pad", word("half"))]);
        let y = half.infer(std::slice::from_ref(&x)).unwrap();
        assert_eq!(y.shape.to_string(), "[N, 8, (H+1)//2, (W+1)//2]");
        let bound = y.shape.bind(&Symbols::from([("H".into(), 224), ("W".into(), 15), ("N".into(), 1)])).unwrap();
        assert_eq!(bound, Shape::of(&[1, 8, 112, 8]));
        assert_eq!(op("gap", &[]).infer(&[y]).unwrap().shape.to_string(), "[N, 8]");
        let unknown = Fact::f32(vec![Dim::num(1), Dim::symbol("C"), Dim::num(8)]);
        for (name, args) in [("conv", vec![("out", int(1)), ("kernel", int(1))]), ("bn", vec![])] {
            let result = op(name, &args).infer(std::slice::from_ref(&unknown));
            assert_eq!(result.unwrap_err().code, codes::SYMBOLIC_PARAMETER);
        }
        assert!(op("layernorm", &[]).infer(&[unknown]).is_ok());
    }

    #[test]
    fn a_window_that_does_not_fit_names_what_would() {
        let e = error(&op("conv", &[("out", int(8)), ("kernel", int(7))]), &[1, 3, 5, 9]);
        assert_eq!(e.code, codes::EMPTY_OUTPUT);
        assert_eq!(e.message, "the window of `conv` is 7 elements long, but the height is 5");
        assert_eq!(
            e.help.as_deref(),
            Some("use `kernel=5` or smaller, use `pad=1`, or give it a height of at least 7")
        );
        assert_eq!(e.wants, [crate::ops::Wanted { input: 0, axis: 2, size: Dim::num(7) }]);
        // What it names does fit.
        assert_eq!(sizes(&op("conv", &[("out", int(8)), ("kernel", int(5))]), &[1, 3, 5, 9])[2], 1);
        assert_eq!(sizes(&op("conv", &[("out", int(8)), ("kernel", int(7)), ("pad", int(1))]), &[1, 3, 5, 9])[2], 1);
    }

    #[test]
    fn groups_that_do_not_divide_name_those_that_do() {
        let conv = |out, groups| op("conv", &[("out", int(out)), ("kernel", int(1)), ("groups", int(groups))]);
        let e = error(&conv(24, 5), &[1, 12, 4]);
        assert_eq!((e.code, e.help.as_deref()), (codes::INDIVISIBLE, Some("use `groups=4` or `groups=6`")));
        let e = error(&conv(10, 4), &[1, 12, 4]);
        assert_eq!(e.help.as_deref(), Some("use `out=8` or `out=12`, or `groups=2`"));
        assert_eq!(e.attrs, ["groups", "out"]);
    }

    #[test]
    fn wrong_ranks_types_and_lists_are_told() {
        let conv = op("conv", &[("out", int(1)), ("kernel", int(1))]);
        assert_eq!(error(&conv, &[1, 12]).code, codes::WRONG_RANK);
        assert_eq!(error(&conv, &[1, 1, 1, 1, 1, 1]).code, codes::WRONG_RANK);
        assert_eq!(conv.infer(&[Fact::i64(Shape::of(&[1, 1, 1]))]).unwrap_err().code, codes::WRONG_DTYPE);
        let list = Value::List(vec![int(3), int(3)]);
        let e = error(&op("avgpool", &[("kernel", list)]), &[1, 1, 4, 4, 4]);
        assert_eq!((e.code, &e.attrs[..]), (codes::WRONG_RANK, &["kernel"][..]));
        let e = error(&op("maxpool", &[("kernel", int(2)), ("pad", int(2))]), &[1, 1, 4]);
        assert_eq!((e.code, &e.attrs[..]), (codes::BAD_ARGUMENT, &["pad"][..]));
    }

    #[test]
    fn gigantic_numbers_are_errors() {
        let huge = [1 << 20, 1 << 39, 1 << 41, i64::MAX - 1, i64::MAX];
        for name in ["conv", "depthwise", "conv_transpose", "maxpool", "avgpool"] {
            let entry = lookup(name).unwrap();
            for attr in entry.info.attrs {
                for v in huge {
                    let mut args = vec![("kernel", int(2)), ("out", int(2)), ("stride", int(1))];
                    args.retain(|(n, _)| *n != attr.name && entry.info.attrs.iter().any(|a| a.name == *n));
                    let value = match attr.kind {
                        super::super::attrs::AttrKind::Int { .. } | super::super::attrs::AttrKind::Size { .. } => {
                            int(v)
                        }
                        super::super::attrs::AttrKind::Padding => int(v),
                        _ => continue,
                    };
                    args.push((attr.name, value));
                    let op = op(name, &args);
                    for x in [[1, 2, 9, 9], [1, 1 << 40, 1, 1 << 40]] {
                        let fact = Fact::f32(Shape::of(&x));
                        op.reach(std::slice::from_ref(&fact));
                        if let Ok(y) = op.infer(std::slice::from_ref(&fact)) {
                            assert!(y.shape.iter().all(|d| d.as_num().is_some_and(|n| n >= 1)), "{name} {args:?} {y}");
                            op.params(std::slice::from_ref(&fact));
                        }
                    }
                }
            }
        }
        assert_eq!(error(&op("groupnorm", &[("groups", int(i64::MAX))]), &[1, 6, 2]).code, codes::INDIVISIBLE);
        assert_eq!(error(&op("layernorm", &[("axes", int(i64::MAX))]), &[1, 6, 2]).code, codes::WRONG_RANK);
        assert!(op("lrn", &[("size", int(i64::MAX))]).infer(&[Fact::f32(Shape::of(&[1, 6, 2]))]).is_ok());
    }
}
