//! Macros that write sizes once: as a type, and as arithmetic that the compiler evaluates.
//!
//! Sizes are those of one example, axes joined by `x`: `64 x 56 x 56` is channels, height and
//! width. Numbers for a window are one for each spatial axis. Padding that differs at the ends is
//! a pair: `pad (0, 1) x (0, 1)`.

/// The padding before an axis.
#[doc(hidden)]
#[macro_export]
macro_rules! __typed_before {
    (($before:literal, $after:literal)) => {
        $before
    };
    ($both:literal) => {
        $both
    };
}

/// The padding after an axis.
#[doc(hidden)]
#[macro_export]
macro_rules! __typed_after {
    (($before:literal, $after:literal)) => {
        $after
    };
    ($both:literal) => {
        $both
    };
}

/// Whether a clause is absent.
#[doc(hidden)]
#[macro_export]
macro_rules! __typed_absent {
    () => {
        true
    };
    ($($clause:tt)+) => {
        false
    };
}

/// A window as a type.
#[doc(hidden)]
#[macro_export]
macro_rules! __typed_window {
    ([$($k:literal)*] [$($s:literal)*] [$($p:tt)*] [$($d:literal)*]) => {
        $crate::typed::Window<
            ($($crate::typed::Const<$k>,)*),
            ($($crate::typed::Const<$s>,)*),
            ($($crate::typed::Const<{ $crate::__typed_before!($p) }>,)*),
            ($($crate::typed::Const<{ $crate::__typed_after!($p) }>,)*),
            ($($crate::typed::Const<$d>,)*),
        >
    };
}

/// A window as a value.
#[doc(hidden)]
#[macro_export]
macro_rules! __typed_slide {
    ([$($k:literal)*] [$($s:literal)*] [$($p:tt)*] [$($d:literal)*] $ceil:expr) => {
        $crate::typed::check::Slide {
            kernel: &[$($k),*],
            stride: &[$($s),*],
            before: &[$($crate::__typed_before!($p)),*],
            after: &[$($crate::__typed_after!($p)),*],
            dilation: &[$($d),*],
            ceil: $ceil,
        }
    };
}

/// The type of a convolution, [`Conv`](typed::Conv), over one to three spatial axes. What the window makes of the
/// sizes is checked where it stands.
///
/// `conv!(C x H x W => D x H x W, kernel K x K, stride S x S, pad P x P, dilation D x D, groups G, no bias)`;
/// all clauses after `kernel` may be left out.
///
/// ```
/// use blockprint::typed::prelude::*;
///
/// type Stem = conv!(3 x 224 x 224 => 64 x 112 x 112, kernel 7 x 7, stride 2 x 2, pad 3 x 3, no bias);
/// ```
///
/// ```compile_fail
/// use blockprint::typed::prelude::*;
///
/// // error: height: 224 becomes 224, not 112
/// type Stem = conv!(3 x 224 x 224 => 64 x 112 x 112, kernel 7 x 7, pad 3 x 3, no bias);
/// struct Net(Stem);
/// ```
#[macro_export]
macro_rules! conv {
    (
        $c:literal x $($i:literal)x+ => $d:literal x $($o:literal)x+, kernel $($k:literal)x+
        $(, stride $($s:literal)x+)? $(, pad $($p:tt)x+)? $(, dilation $($l:literal)x+)?
        $(, groups $g:literal)? $(, no $bias:ident)?
    ) => {
        $crate::typed::Conv<
            ($crate::typed::Const<$c>, $($crate::typed::Const<$i>,)+),
            (
                $crate::typed::Const<{
                    $crate::typed::check::conv(
                        $c,
                        &[$($i),+],
                        $d,
                        &[$($o),+],
                        $crate::__typed_slide!([$($k)+] [$($($s)+)?] [$($($p)+)?] [$($($l)+)?] false),
                        1 $(* $g)?,
                    )
                }>,
                $($crate::typed::Const<$o>,)+
            ),
            $crate::__typed_window!([$($k)+] [$($($s)+)?] [$($($p)+)?] [$($($l)+)?]),
            { 1 $(* $g)? },
            { $crate::__typed_absent!($($bias)?) },
        >
    };
}

/// The type of a transposed convolution, [`ConvTranspose`](typed::ConvTranspose): as [`conv!`], with
/// `output_pad` after `pad`.
///
/// ```
/// use blockprint::typed::prelude::*;
///
/// type Up = conv_transpose!(64 x 14 x 14 => 32 x 28 x 28, kernel 4 x 4, stride 2 x 2, pad 1 x 1);
/// ```
#[macro_export]
macro_rules! conv_transpose {
    (
        $c:literal x $($i:literal)x+ => $d:literal x $($o:literal)x+, kernel $($k:literal)x+
        $(, stride $($s:literal)x+)? $(, pad $($p:tt)x+)? $(, output_pad $($a:literal)x+)?
        $(, dilation $($l:literal)x+)? $(, groups $g:literal)? $(, no $bias:ident)?
    ) => {
        $crate::typed::ConvTranspose<
            ($crate::typed::Const<$c>, $($crate::typed::Const<$i>,)+),
            (
                $crate::typed::Const<{
                    $crate::typed::check::conv_transpose(
                        $c,
                        &[$($i),+],
                        $d,
                        &[$($o),+],
                        $crate::__typed_slide!([$($k)+] [$($($s)+)?] [$($($p)+)?] [$($($l)+)?] false),
                        &[$($($a),+)?],
                        1 $(* $g)?,
                    )
                }>,
                $($crate::typed::Const<$o>,)+
            ),
            $crate::__typed_window!([$($k)+] [$($($s)+)?] [$($($p)+)?] [$($($l)+)?]),
            ($($($crate::typed::Const<$a>,)+)?),
            { 1 $(* $g)? },
            { $crate::__typed_absent!($($bias)?) },
        >
    };
}

/// The type of a depthwise convolution and a 1x1 one behind it, [`Separable`](typed::Separable): as
/// [`conv!`], with `multiplier` in the place of `groups`.
///
/// ```
/// use blockprint::typed::prelude::*;
///
/// type Block = separable!(64 x 28 x 28 => 128 x 28 x 28, kernel 3 x 3, pad 1 x 1, no bias);
/// ```
#[macro_export]
macro_rules! separable {
    (
        $c:literal x $($i:literal)x+ => $d:literal x $($o:literal)x+, kernel $($k:literal)x+
        $(, stride $($s:literal)x+)? $(, pad $($p:tt)x+)? $(, dilation $($l:literal)x+)?
        $(, multiplier $m:literal)? $(, no $bias:ident)?
    ) => {
        $crate::typed::Separable<
            ($crate::typed::Const<$c>, $($crate::typed::Const<$i>,)+),
            (
                $crate::typed::Const<{
                    $crate::typed::check::conv(
                        $c,
                        &[$($i),+],
                        $d,
                        &[$($o),+],
                        $crate::__typed_slide!([$($k)+] [$($($s)+)?] [$($($p)+)?] [$($($l)+)?] false),
                        1,
                    )
                }>,
                $($crate::typed::Const<$o>,)+
            ),
            $crate::__typed_window!([$($k)+] [$($($s)+)?] [$($($p)+)?] [$($($l)+)?]),
            { 1 $(* $m)? },
            { $crate::__typed_absent!($($bias)?) },
        >
    };
}

/// The type of a [`Chain`](crate::typed::Chain) that adds nothing: `chain!(64 x 56 x 56 => 256 x 56 x 56)`.
#[macro_export]
macro_rules! chain {
    ($($i:literal)x+ => $($o:literal)x+) => {
        $crate::typed::Chain<'_, ($($crate::typed::Const<$i>,)+), ($($crate::typed::Const<$o>,)+)>
    };
}

/// Max pooling: `max_pool!(x; 64 x 112 x 112 => 64 x 56 x 56, kernel 3 x 3, stride 2 x 2, pad 1 x 1)`,
/// perhaps followed by `dilation D x D` and `ceil`. Sizes are channels first.
#[macro_export]
macro_rules! max_pool {
    (
        $x:expr; $($i:literal)x+ => $($o:literal)x+, kernel $($k:literal)x+
        $(, stride $($s:literal)x+)? $(, pad $($p:tt)x+)? $(, dilation $($l:literal)x+)?
    ) => {
        $crate::__typed_max_pool!($x; [$($i)+] [$($o)+] [$($k)+] [$($($s)+)?] [$($($p)+)?] [$($($l)+)?] false)
    };
    (
        $x:expr; $($i:literal)x+ => $($o:literal)x+, kernel $($k:literal)x+
        $(, stride $($s:literal)x+)? $(, pad $($p:tt)x+)? $(, dilation $($l:literal)x+)?, ceil
    ) => {
        $crate::__typed_max_pool!($x; [$($i)+] [$($o)+] [$($k)+] [$($($s)+)?] [$($($p)+)?] [$($($l)+)?] true)
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __typed_max_pool {
    (
        $x:expr; [$($i:literal)+] [$($o:literal)+] [$($k:literal)+] [$($s:literal)*] [$($p:tt)*] [$($l:literal)*]
        $ceil:literal
    ) => {{
        const _: () = $crate::typed::check::pool(
            &[$($i),+],
            &[$($o),+],
            $crate::__typed_slide!([$($k)+] [$($s)*] [$($p)*] [$($l)*] $ceil),
        );
        $crate::typed::max_pool::<
            ($($crate::typed::Const<$i>,)+),
            ($($crate::typed::Const<$o>,)+),
            $crate::__typed_window!([$($k)+] [$($s)*] [$($p)*] [$($l)*]),
            _,
            _,
        >($x, $ceil)
    }};
}

/// Average pooling, as [`max_pool!`]; the last clause `count pad` counts padding as zeros.
#[macro_export]
macro_rules! avg_pool {
    (
        $x:expr; $($i:literal)x+ => $($o:literal)x+, kernel $($k:literal)x+
        $(, stride $($s:literal)x+)? $(, pad $($p:tt)x+)? $(, dilation $($l:literal)x+)? $(, count $count:ident)?
    ) => {
        $crate::__typed_avg_pool!(
            $x; [$($i)+] [$($o)+] [$($k)+] [$($($s)+)?] [$($($p)+)?] [$($($l)+)?] false [$($count)?]
        )
    };
    (
        $x:expr; $($i:literal)x+ => $($o:literal)x+, kernel $($k:literal)x+
        $(, stride $($s:literal)x+)? $(, pad $($p:tt)x+)? $(, dilation $($l:literal)x+)?, ceil $(, count $count:ident)?
    ) => {
        $crate::__typed_avg_pool!(
            $x; [$($i)+] [$($o)+] [$($k)+] [$($($s)+)?] [$($($p)+)?] [$($($l)+)?] true [$($count)?]
        )
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __typed_avg_pool {
    (
        $x:expr; [$($i:literal)+] [$($o:literal)+] [$($k:literal)+] [$($s:literal)*] [$($p:tt)*] [$($l:literal)*]
        $ceil:literal [$($count:ident)?]
    ) => {{
        const _: () = $crate::typed::check::pool(
            &[$($i),+],
            &[$($o),+],
            $crate::__typed_slide!([$($k)+] [$($s)*] [$($p)*] [$($l)*] $ceil),
        );
        $crate::typed::avg_pool::<
            ($($crate::typed::Const<$i>,)+),
            ($($crate::typed::Const<$o>,)+),
            $crate::__typed_window!([$($k)+] [$($s)*] [$($p)*] [$($l)*]),
            _,
            _,
        >($x, $ceil, !$crate::__typed_absent!($($count)?))
    }};
}

/// The same elements in another shape: `reshape!(x; 1280 => 1280 x 1 x 1)`.
#[macro_export]
macro_rules! reshape {
    ($x:expr; $($i:literal)x+ => $($o:literal)x+) => {{
        const _: () = $crate::typed::check::reshape(&[$($i),+], &[$($o),+]);
        $crate::typed::reshape::<($($crate::typed::Const<$i>,)+), ($($crate::typed::Const<$o>,)+), _, _>($x)
    }};
}

/// All elements of an example in one axis: `flatten!(x; 16 x 5 x 5 => 400)`.
#[macro_export]
macro_rules! flatten {
    ($x:expr; $($i:literal)x+ => $o:literal) => {
        $crate::reshape!($x; $($i)x+ => $o)
    };
}

/// Branches end to end along the channels:
/// `concat_channels!(left: 64 x 28 x 28, right: 128 x 28 x 28 => 192 x 28 x 28)`.
#[macro_export]
macro_rules! concat_channels {
    ($($x:ident: $($i:literal)x+),+ => $($o:literal)x+) => {{
        const _: () = $crate::typed::check::concat(&[$(&[$($i),+]),+], &[$($o),+]);
        $crate::typed::concat_channels::<($($crate::typed::Const<$o>,)+), _, _>(
            [$($crate::typed::branch::<($($crate::typed::Const<$i>,)+), _, _>($x)),+]
        )
    }};
}

/// Elements around maps: `pad!(x; 3 x 224 x 224 => 3 x 230 x 230, by 3 x 3)`, perhaps followed by
/// `reflect` or `edge`, or by `value 0.5`; zeros are added otherwise.
#[macro_export]
macro_rules! pad {
    ($x:expr; $($i:literal)x+ => $($o:literal)x+, by $($p:tt)x+) => {
        $crate::__typed_pad!($x; [$($i)+] [$($o)+] [$($p)+] Constant(0.0))
    };
    ($x:expr; $($i:literal)x+ => $($o:literal)x+, by $($p:tt)x+, value $value:expr) => {
        $crate::__typed_pad!($x; [$($i)+] [$($o)+] [$($p)+] Constant($value))
    };
    ($x:expr; $($i:literal)x+ => $($o:literal)x+, by $($p:tt)x+, reflect) => {
        $crate::__typed_pad!($x; [$($i)+] [$($o)+] [$($p)+] Reflect)
    };
    ($x:expr; $($i:literal)x+ => $($o:literal)x+, by $($p:tt)x+, edge) => {
        $crate::__typed_pad!($x; [$($i)+] [$($o)+] [$($p)+] Edge)
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __typed_pad {
    ($x:expr; [$($i:literal)+] [$($o:literal)+] [$($p:tt)+] $border:ident $(($value:expr))?) => {{
        const BEFORE: &[usize] = &[$($crate::__typed_before!($p)),+];
        const AFTER: &[usize] = &[$($crate::__typed_after!($p)),+];
        const _: () = $crate::typed::check::pad(&[$($i),+], &[$($o),+], BEFORE, AFTER);
        $crate::typed::pad::<($($crate::typed::Const<$i>,)+), ($($crate::typed::Const<$o>,)+), _, _>(
            $x, BEFORE, AFTER, $crate::typed::Border::$border $(($value))?
        )
    }};
}

/// A finer grid: `upsample!(x; 8 x 14 x 14 => 8 x 28 x 28, nearest)`, or `bilinear`, or
/// `aligned` (bilinear, with the centres of the corners on each other).
#[macro_export]
macro_rules! upsample {
    ($x:expr; $($i:literal)x+ => $($o:literal)x+, $how:ident) => {{
        const _: () = $crate::typed::check::upsample(&[$($i),+], &[$($o),+]);
        $crate::typed::upsample::<($($crate::typed::Const<$i>,)+), ($($crate::typed::Const<$o>,)+), _, _>(
            $x, $crate::typed::Resize::$how()
        )
    }};
}

/// Blocks of height and width to channels: `space_to_depth!(x; 3 x 8 x 8 => 12 x 4 x 4, block 2)`,
/// perhaps followed by `crd`, channels before the places in a block.
#[macro_export]
macro_rules! space_to_depth {
    ($x:expr; $($i:literal)x+ => $($o:literal)x+, block $block:literal $(, $crd:ident)?) => {{
        const _: () = $crate::typed::check::blocks(&[$($i),+], &[$($o),+], $block);
        $crate::typed::space_to_depth::<($($crate::typed::Const<$i>,)+), ($($crate::typed::Const<$o>,)+), _, _>(
            $x, $block, !$crate::__typed_absent!($($crd)?)
        )
    }};
}

/// Channels to blocks of height and width, the reverse of [`space_to_depth!`].
#[macro_export]
macro_rules! depth_to_space {
    ($x:expr; $($i:literal)x+ => $($o:literal)x+, block $block:literal $(, $crd:ident)?) => {{
        const _: () = $crate::typed::check::blocks(&[$($o),+], &[$($i),+], $block);
        $crate::typed::depth_to_space::<($($crate::typed::Const<$i>,)+), ($($crate::typed::Const<$o>,)+), _, _>(
            $x, $block, !$crate::__typed_absent!($($crd)?)
        )
    }};
}

/// Implements [`Module`](typed::Module) for a struct of layers and other modules, with the names
/// that their parameters have: `module!(Net { conv: "conv", blocks: ["1", "2"], head: "" })`.
///
/// An empty name adds nothing to the path; an array has one name for each element. Fields that
/// hold no layers are left out.
#[macro_export]
macro_rules! module {
    ($name:ident { $($field:ident: $path:tt),* $(,)? }) => {
        impl $crate::typed::Module for $name {
            #[allow(unused_variables)]
            fn layers<'a>(&'a self, path: &str, each: &mut dyn FnMut(&str, &'a $crate::typed::Layer)) {
                $($crate::__typed_field!(layers self.$field, path, each, $path);)*
            }

            #[allow(unused_variables)]
            fn layers_mut(&mut self, path: &str, each: &mut dyn FnMut(&str, &mut $crate::typed::Layer)) {
                $($crate::__typed_field!(layers_mut self.$field, path, each, $path);)*
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __typed_field {
    (layers $self:ident.$field:ident, $path:ident, $each:ident, [$($name:literal),+ $(,)?]) => {
        for (element, name) in $self.$field.iter().zip([$($name),+]) {
            $crate::typed::Module::layers(element, &$crate::typed::join($path, name), $each);
        }
    };
    (layers_mut $self:ident.$field:ident, $path:ident, $each:ident, [$($name:literal),+ $(,)?]) => {
        for (element, name) in $self.$field.iter_mut().zip([$($name),+]) {
            $crate::typed::Module::layers_mut(element, &$crate::typed::join($path, name), $each);
        }
    };
    ($way:ident $self:ident.$field:ident, $path:ident, $each:ident, $name:literal) => {
        $crate::__typed_module!($way $self.$field, $path, $each, $name)
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __typed_module {
    (layers $self:ident.$field:ident, $path:ident, $each:ident, $name:literal) => {
        $crate::typed::Module::layers(&$self.$field, &$crate::typed::join($path, $name), $each)
    };
    (layers_mut $self:ident.$field:ident, $path:ident, $each:ident, $name:literal) => {
        $crate::typed::Module::layers_mut(&mut $self.$field, &$crate::typed::join($path, $name), $each)
    };
}
