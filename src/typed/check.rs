//! The arithmetic of shapes, evaluated by the compiler.
//!
//! The macros of this module's parent call these functions in constants. Where sizes do not fit,
//! evaluation panics, which the compiler reports at the line of the macro. The formulas are those
//! of `ops::geometry`; a test holds the two against each other.

/// A message put together without an allocator.
struct Text {
    bytes: [u8; 96],
    len: usize,
}

impl Text {
    const fn new() -> Self {
        Self { bytes: [0; 96], len: 0 }
    }

    const fn text(mut self, text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut i = 0;
        while i < bytes.len() && self.len < self.bytes.len() {
            self.bytes[self.len] = bytes[i];
            self.len += 1;
            i += 1;
        }
        self
    }

    const fn number(mut self, number: usize) -> Self {
        let mut unit = 1;
        while number / unit >= 10 {
            unit *= 10;
        }
        while unit > 0 && self.len < self.bytes.len() {
            self.bytes[self.len] = b'0' + (number / unit % 10) as u8;
            self.len += 1;
            unit /= 10;
        }
        self
    }

    #[track_caller]
    const fn panic(&self) -> ! {
        let (text, _) = self.bytes.split_at(self.len);
        match core::str::from_utf8(text) {
            Ok(text) => panic!("{}", text),
            Err(_) => panic!("sizes do not fit"),
        }
    }
}

const fn axis_name(axis: usize, axes: usize) -> &'static str {
    match axes - axis {
        1 if axes == 1 => "length",
        1 => "width",
        2 => "height",
        _ => "depth",
    }
}

#[track_caller]
const fn same(what: &str, from: usize, found: usize, said: usize) {
    if found != said {
        Text::new()
            .text(what)
            .text(": ")
            .number(from)
            .text(" becomes ")
            .number(found)
            .text(", not ")
            .number(said)
            .panic();
    }
}

/// The number at an axis of a list that may be empty, where all are the default.
#[track_caller]
const fn at(list: &[usize], axis: usize, axes: usize, default: usize) -> usize {
    if list.is_empty() {
        return default;
    }
    if list.len() != axes {
        Text::new().number(axes).text(" axes, but a clause has ").number(list.len()).text(" numbers").panic();
    }
    list[axis]
}

/// A sliding window over all axes; empty lists stand for ones, and for no padding.
#[derive(Clone, Copy)]
pub struct Slide<'a> {
    /// Taps.
    pub kernel: &'a [usize],
    /// Input elements between neighbouring windows.
    pub stride: &'a [usize],
    /// Padding before the input.
    pub before: &'a [usize],
    /// Padding after the input.
    pub after: &'a [usize],
    /// Input elements between neighbouring taps.
    pub dilation: &'a [usize],
    /// Whether sizes round up.
    pub ceil: bool,
}

impl Slide<'_> {
    #[track_caller]
    const fn extent(&self, axis: usize, axes: usize) -> usize {
        (at(self.kernel, axis, axes, 1) - 1) * at(self.dilation, axis, axes, 1) + 1
    }

    /// The size that the window makes of a size.
    #[track_caller]
    const fn output(&self, size: usize, axis: usize, axes: usize) -> usize {
        let (extent, stride) = (self.extent(axis, axes), at(self.stride, axis, axes, 1));
        let (before, after) = (at(self.before, axis, axes, 0), at(self.after, axis, axes, 0));
        let padded = size + before + after;
        // Where sizes round up, the last window may reach beyond the padding.
        let reach = padded + if self.ceil { stride - 1 } else { 0 };
        if reach < extent {
            let text = Text::new().text(axis_name(axis, axes)).text(": a window of ").number(extent);
            text.text(" is longer than ").number(padded).panic();
        }
        if !self.ceil {
            return (padded - extent) / stride + 1;
        }
        // No window begins in the padding after the input.
        let (up, most) = ((reach - extent) / stride + 1, (size + before).div_ceil(stride));
        if up < most { up } else { most }
    }

    #[track_caller]
    const fn check(&self, input: &[usize], output: &[usize]) {
        same_axes(input, output);
        let mut axis = 0;
        while axis < input.len() {
            let found = self.output(input[axis], axis, input.len());
            same(axis_name(axis, input.len()), input[axis], found, output[axis]);
            axis += 1;
        }
    }
}

#[track_caller]
const fn same_axes(input: &[usize], output: &[usize]) {
    if input.len() != output.len() {
        Text::new().number(input.len()).text(" axes cannot become ").number(output.len()).panic();
    }
}

#[track_caller]
const fn groups_divide(groups: usize, channels: usize) {
    if groups == 0 || !channels.is_multiple_of(groups) {
        Text::new().number(groups).text(" groups do not divide ").number(channels).text(" channels").panic();
    }
}

/// Checks a convolution from `channels` maps of sizes `input` to `out` maps of sizes `output`,
/// and returns `out`.
#[track_caller]
pub const fn conv(
    channels: usize,
    input: &[usize],
    out: usize,
    output: &[usize],
    slide: Slide<'_>,
    groups: usize,
) -> usize {
    groups_divide(groups, channels);
    groups_divide(groups, out);
    slide.check(input, output);
    out
}

/// As [`conv`], for its transpose; `added` is `output_pad`.
#[track_caller]
pub const fn conv_transpose(
    channels: usize,
    input: &[usize],
    out: usize,
    output: &[usize],
    slide: Slide<'_>,
    added: &[usize],
    groups: usize,
) -> usize {
    groups_divide(groups, channels);
    groups_divide(groups, out);
    same_axes(input, output);
    let (mut axis, axes) = (0, input.len());
    while axis < axes {
        let whole = (input[axis] - 1) * at(slide.stride, axis, axes, 1) + slide.extent(axis, axes);
        let cut = at(slide.before, axis, axes, 0) + at(slide.after, axis, axes, 0);
        let found = (whole + at(added, axis, axes, 0)).saturating_sub(cut);
        same(axis_name(axis, axes), input[axis], found, output[axis]);
        axis += 1;
    }
    out
}

/// Checks a pool over maps, channels first.
#[track_caller]
pub const fn pool(input: &[usize], output: &[usize], slide: Slide<'_>) {
    let ((from, input), (to, output)) = (split(input), split(output));
    same("channels", from, from, to);
    slide.check(input, output);
}

#[track_caller]
const fn split(sizes: &[usize]) -> (usize, &[usize]) {
    match sizes.split_first() {
        Some((first, rest)) => (*first, rest),
        None => panic!("there are no axes"),
    }
}

const fn volume(sizes: &[usize]) -> usize {
    let (mut product, mut i) = (1, 0);
    while i < sizes.len() {
        product *= sizes[i];
        i += 1;
    }
    product
}

/// Checks that both have the same number of elements.
#[track_caller]
pub const fn reshape(input: &[usize], output: &[usize]) {
    let (found, said) = (volume(input), volume(output));
    if found != said {
        Text::new().number(found).text(" elements cannot become ").number(said).panic();
    }
}

/// Checks branches that are laid end to end along the channels.
#[track_caller]
pub const fn concat(branches: &[&[usize]], output: &[usize]) {
    let (out, rest) = split(output);
    let (mut channels, mut i) = (0, 0);
    while i < branches.len() {
        let (own, sizes) = split(branches[i]);
        same_axes(sizes, rest);
        let mut axis = 0;
        while axis < rest.len() {
            same(axis_name(axis, rest.len()), sizes[axis], sizes[axis], rest[axis]);
            axis += 1;
        }
        channels += own;
        i += 1;
    }
    if channels != out {
        Text::new().text("the branches have ").number(channels).text(" channels together, not ").number(out).panic();
    }
}

/// Checks padding of maps, channels first.
#[track_caller]
pub const fn pad(input: &[usize], output: &[usize], before: &[usize], after: &[usize]) {
    let ((from, input), (to, output)) = (split(input), split(output));
    same("channels", from, from, to);
    same_axes(input, output);
    let (mut axis, axes) = (0, input.len());
    while axis < axes {
        let found = input[axis] + at(before, axis, axes, 0) + at(after, axis, axes, 0);
        same(axis_name(axis, axes), input[axis], found, output[axis]);
        axis += 1;
    }
}

/// Checks images, channels first, that keep their channels while they are resized.
#[track_caller]
pub const fn upsample(input: &[usize], output: &[usize]) {
    same_axes(input, output);
    same("channels", input[0], input[0], output[0]);
}

/// Checks blocks of height and width that become channels (`deep` has the channels).
#[track_caller]
pub const fn blocks(wide: &[usize], deep: &[usize], block: usize) {
    same_axes(wide, deep);
    if wide.len() != 3 {
        panic!("blocks are of images: channels, height and width");
    }
    same("channels", wide[0], wide[0] * block * block, deep[0]);
    same("height", deep[1], deep[1] * block, wide[1]);
    same("width", deep[2], deep[2] * block, wide[2]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::attrs::{Args, Attr, Value};
    use crate::ops::{Op, lookup};
    use crate::random::{self, Purpose};
    use crate::shape::{Fact, Shape};

    fn op(name: &str, args: &[(&'static str, Value)]) -> Op {
        let entry = lookup(name).expect("the op is in the table");
        let has = |arg: &&(&str, Value)| entry.info.attrs.iter().any(|a: &Attr| a.name == arg.0);
        let args: Vec<_> = args.iter().filter(has).cloned().collect();
        let args = Args::of(name, entry.info.attrs, &args);
        (entry.build)(&args, crate::source::Span::default(), &mut crate::diag::Sink::new()).expect("the arguments fit")
    }

    fn refuses(check: impl FnOnce() + std::panic::UnwindSafe) -> String {
        let error = std::panic::catch_unwind(check).expect_err("the sizes do not fit");
        error.downcast_ref::<String>().cloned().unwrap_or_default()
    }

    /// The compiler's arithmetic is that of inference, for windows of every kind.
    #[test]
    fn windows_make_the_sizes_that_ops_infer() {
        let mut rng = random::stream(1, Purpose::Sample, 4, 2);
        let mut accepted = 0;
        for _ in 0..400 {
            let axes = 1 + random::below(&mut rng, 3) as usize;
            let mut list = |least: u64, most: u64| -> Vec<usize> {
                (0..axes).map(|_| (least + random::below(&mut rng, most - least + 1)) as usize).collect()
            };
            let (sizes, kernel, stride, dilation) = (list(1, 9), list(1, 4), list(1, 3), list(1, 2));
            let (before, after, added) = (list(0, 1), list(0, 1), list(0, 0));
            let ceil = list(0, 1)[0] == 1;
            let value = |v: &[usize]| Value::List(v.iter().map(|v| Value::Int(*v as i64)).collect());
            let pads = before.iter().zip(&after).map(|(a, b)| value(&[*a, *b])).collect();
            let args = [
                ("out", Value::Int(4)),
                ("kernel", value(&kernel)),
                ("stride", value(&stride)),
                ("pad", Value::List(pads)),
                ("dilation", value(&dilation)),
                ("ceil", Value::Bool(ceil)),
            ];
            let input = Fact::f32(Shape::of(&[&[1, 2], &sizes[..]].concat()));
            let slide = Slide {
                kernel: &kernel,
                stride: &stride,
                before: &before,
                after: &after,
                dilation: &dilation,
                ceil: false,
            };
            if let Ok(output) = op("conv", &args).infer(std::slice::from_ref(&input)) {
                accepted += 1;
                assert_eq!(conv(2, &sizes, 4, &output.sizes()[2..], slide, 2), 4);
            }
            if let Ok(output) = op("conv_transpose", &args).infer(std::slice::from_ref(&input)) {
                assert_eq!(conv_transpose(2, &sizes, 4, &output.sizes()[2..], slide, &added, 1), 4);
            }
            if let Ok(output) = op("maxpool", &args).infer(&[input]) {
                pool(&[&[2], &sizes[..]].concat(), &output.sizes()[1..], Slide { ceil, ..slide });
            }
        }
        assert!(accepted > 100, "{accepted}");
    }

    #[test]
    fn messages_say_what_a_size_becomes() {
        const SLIDE: Slide<'_> =
            Slide { kernel: &[3, 3], stride: &[2, 2], before: &[1, 1], after: &[1, 1], dilation: &[], ceil: false };
        let text = refuses(|| _ = conv(3, &[56, 56], 8, &[28, 56], SLIDE, 1));
        assert_eq!(text, "width: 56 becomes 28, not 56");
        assert_eq!(refuses(|| _ = conv(3, &[56, 56], 8, &[28, 28], SLIDE, 2)), "2 groups do not divide 3 channels");
        assert_eq!(refuses(|| _ = conv(3, &[56], 8, &[28], SLIDE, 1)), "1 axes, but a clause has 2 numbers");
        assert_eq!(refuses(|| reshape(&[16, 5, 5], &[256])), "400 elements cannot become 256");
        let text = refuses(|| concat(&[&[64, 28], &[96, 28]], &[128, 28]));
        assert_eq!(text, "the branches have 160 channels together, not 128");
        assert_eq!(refuses(|| blocks(&[3, 5, 4], &[12, 2, 2], 2)), "height: 2 becomes 4, not 5");
        assert_eq!(refuses(|| pad(&[1, 4], &[1, 5], &[1], &[1])), "length: 4 becomes 6, not 5");
    }
}
